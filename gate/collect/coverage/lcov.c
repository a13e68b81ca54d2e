// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/num.h"
#include "base/str.h"
#include "collect/coverage/reader_internal.h"

#include <string.h>

/*
 * Tracefiles of lcov 1 and 2 (geninfo(1)), as many other tools write them: one record a
 * file and test. What is not known is passed over as lcov does, but it must look like a
 * key. A statement has no key of its own: our own tracefiles tell them in comments.
 */

struct lcov {
	struct gate_cov_lines lines;
	struct map functions; /* of the record: name or index to its line, +1 */
	struct gate_cov_sum record;
	bool open;
	bool ours; /* its ids are those of a set */
};

static struct lcov *state_of(struct gate_cov_reader *r)
{
	return r->state;
}

/* Digits up to the comma, which is stepped over, or to the end. */
static bool take_number(struct span *rest, uint64_t *out)
{
	size_t comma = span_find_byte(*rest, ',');

	if (!num_u64(span_sub(*rest, 0, comma), 0, UINT64_MAX, out))
		return false;
	*rest = span_from(*rest, comma + 1);
	return true;
}

static enum err_code refuse(struct err *err, const char *what)
{
	return err_set(err, ERR_CORRUPT, "%s", what);
}

/* Of a function "f12_0123abcd", of a branch "0,7". */
static uint32_t id_of(struct gate_cov_reader *r, struct span name)
{
	size_t mark = span_find_byte(name, '_');
	unsigned char id[4];
	uint64_t n;

	if (state_of(r)->ours && span_starts(name, SPAN_LIT("0,")) &&
	    num_u64(span_from(name, 2), 0, UINT32_MAX, &n))
		return (uint32_t)n;
	if (state_of(r)->ours && mark < name.len &&
	    str_unhex(span_from(name, mark + 1), id, sizeof(id)))
		return (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 |
		       (uint32_t)id[2] << 8 | id[3];
	return gate_coverage_id(name);
}

/* DA:line,hits[,checksum] */
static enum err_code read_line(struct gate_cov_reader *r, struct span rest,
                               struct err *err)
{
	struct lcov *l = state_of(r);
	uint64_t line;
	uint64_t hits;

	if (!take_number(&rest, &line) ||
	    !gate_cov_hits(span_sub(rest, 0, span_find_byte(rest, ',')), &hits))
		return refuse(err, "DA needs a line and its hits");
	l->record.total++;
	l->record.hit += hits > 0;
	return gate_cov_put(r, GATE_COV_LINES, line, 0, hits, err);
}

/* BRDA:line,block,branch,taken: block and branch are numbers, with an e for exceptions,
 * or a text. */
static enum err_code read_branch(struct gate_cov_reader *r, struct span rest,
                                 struct err *err)
{
	uint64_t line;
	uint64_t hits;
	size_t last;

	if (!take_number(&rest, &line))
		return refuse(err, "BRDA needs a line, block, branch and hits");
	last = span_rfind_byte(rest, ',');
	if (last == rest.len || span_find_byte(rest, ',') == last ||
	    !gate_cov_hits(span_from(rest, last + 1), &hits))
		return refuse(err, "BRDA needs a line, block, branch and hits");
	return gate_cov_put(r, GATE_COV_BRANCHES, line, id_of(r, span_sub(rest, 0, last)),
	                    hits, err);
}

static enum err_code note_function(struct gate_cov_reader *r, struct span key,
                                   uint64_t line, struct err *err)
{
	if (line > GATE_COV_LINE_MAX)
		return err_set(err, ERR_LIMIT, "a function on line %llu",
		               (unsigned long long)line);
	/* Only the number matters: it stands for itself. */
	if (!map_set(&state_of(r)->functions, key, (void *)(uintptr_t)(line + 1)))
		return err_nomem(err);
	return ERR_OK;
}

static uint64_t line_of(struct gate_cov_reader *r, struct span key)
{
	uintptr_t known = (uintptr_t)map_get(&state_of(r)->functions, key);

	return known > 0 ? known - 1 : 0;
}

/* FN:line,name or FN:line,end,name */
static enum err_code read_function(struct gate_cov_reader *r, struct span rest,
                                   struct err *err)
{
	uint64_t line;
	uint64_t end;
	enum err_code rc;

	if (!take_number(&rest, &line) || rest.len == 0)
		return refuse(err, "FN needs a line and a name");
	if (span_find_byte(rest, ',') < rest.len)
		(void)take_number(&rest, &end);
	rc = note_function(r, rest, line, err);
	return rc == ERR_OK
	               ? gate_cov_put(r, GATE_COV_FUNCTIONS, line, id_of(r, rest), 0, err)
	               : rc;
}

/* FNDA:hits,name */
static enum err_code read_calls(struct gate_cov_reader *r, struct span rest,
                                struct err *err)
{
	size_t comma = span_find_byte(rest, ',');
	struct span name = span_from(rest, comma + 1);
	uint64_t hits;

	if (name.len == 0 || !gate_cov_hits(span_sub(rest, 0, comma), &hits))
		return refuse(err, "FNDA needs hits and a name");
	return gate_cov_put(r, GATE_COV_FUNCTIONS, line_of(r, name), id_of(r, name), hits,
	                    err);
}

/* FNL:index,line[,end] of lcov 2.2 */
static enum err_code read_place(struct gate_cov_reader *r, struct span rest,
                                struct err *err)
{
	struct span index = span_sub(rest, 0, span_find_byte(rest, ','));
	uint64_t number;
	uint64_t line;

	if (!take_number(&rest, &number) || !take_number(&rest, &line))
		return refuse(err, "FNL needs an index and a line");
	return note_function(r, index, line, err);
}

/* FNA:index,hits,name */
static enum err_code read_alias(struct gate_cov_reader *r, struct span rest,
                                struct err *err)
{
	struct span index = span_sub(rest, 0, span_find_byte(rest, ','));
	uint64_t number;
	uint64_t hits;

	if (!take_number(&rest, &number) || !take_number(&rest, &hits) || rest.len == 0)
		return refuse(err, "FNA needs an index, hits and a name");
	return gate_cov_put(r, GATE_COV_FUNCTIONS, line_of(r, index),
	                    gate_coverage_id(rest), hits, err);
}

static enum err_code read_statement(struct gate_cov_reader *r, struct span rest,
                                    struct err *err)
{
	struct gate_cov_point p;
	uint64_t n[4];

	for (int i = 0; i < 4; i++)
		if (!take_number(&rest, &n[i]) || n[i] > UINT32_MAX)
			return ERR_OK; /* somebody else's comment */
	p = (struct gate_cov_point){ (uint32_t)n[0], (uint32_t)n[1], (uint32_t)n[2],
		                     (uint32_t)n[3] };
	if (r->file == NULL)
		return ERR_OK;
	return gate_coverage_add(r->report.set, r->file, GATE_COV_STATEMENTS, &p,
	                         GATE_COV_SUM, err);
}

static enum err_code read_ours(struct gate_cov_reader *r, struct span rest,
                               struct err *err)
{
	(void)err;
	state_of(r)->ours = true;
	for (int k = 0; k < GATE_COV_KINDS; k++)
		if (span_find(rest, span_str(gate_cov_kind_names[k])) < rest.len)
			r->report.set->names[k] = true;
	return ERR_OK;
}

static enum err_code begin_record(struct gate_cov_reader *r, struct span rest,
                                  struct err *err)
{
	struct lcov *l = state_of(r);

	if (l->open)
		return refuse(err, "SF inside of a record: end_of_record is missing");
	l->open = true;
	l->record = (struct gate_cov_sum){ 0, 0 };
	return gate_cov_enter(r, rest, err);
}

static enum err_code end_record(struct gate_cov_reader *r, struct span rest,
                                struct err *err)
{
	struct lcov *l = state_of(r);

	(void)rest;
	if (!l->open)
		return refuse(err, "end_of_record without a record");
	r->report.listed.total += l->record.total;
	r->report.listed.hit += l->record.hit;
	l->open = false;
	r->file = NULL;
	map_fini(&l->functions);
	map_init(&l->functions);
	return ERR_OK;
}

static enum err_code claim_total(struct gate_cov_reader *r, struct span rest,
                                 struct err *err)
{
	uint64_t n;

	if (!num_u64(rest, 0, UINT32_MAX, &n))
		return refuse(err, "LF needs a number");
	r->report.claim.made = true;
	r->report.claim.total += n;
	return ERR_OK;
}

static enum err_code claim_hit(struct gate_cov_reader *r, struct span rest,
                               struct err *err)
{
	uint64_t n;

	if (!num_u64(rest, 0, UINT32_MAX, &n))
		return refuse(err, "LH needs a number");
	r->report.claim.made = true;
	r->report.claim.hit += n;
	return ERR_OK;
}

struct key {
	struct span name;
	enum err_code (*read)(struct gate_cov_reader *r, struct span rest,
	                      struct err *err);
};

#define KEY(text, read)                              \
	{                                            \
		{ (text), sizeof(text) - 1 }, (read) \
	}

/* The most frequent first. */
static const struct key keys[] = {
	KEY("DA:", read_line),
	KEY("BRDA:", read_branch),
	KEY("FNDA:", read_calls),
	KEY("FN:", read_function),
	KEY("FNL:", read_place),
	KEY("FNA:", read_alias),
	KEY("SF:", begin_record),
	KEY("LF:", claim_total),
	KEY("LH:", claim_hit),
	KEY("#statement:", read_statement),
	KEY("end_of_record", end_record),
	KEY(GATE_COV_OURS, read_ours),
};

/* Capitals and a colon, a comment, or nothing. */
static bool looks_like_key(struct span line)
{
	size_t n = 0;

	while (n < line.len && line.ptr[n] >= 'A' && line.ptr[n] <= 'Z')
		n++;
	return line.len == 0 || line.ptr[0] == '#' ||
	       (n > 0 && n < line.len && line.ptr[n] == ':');
}

static enum err_code read_any(struct gate_cov_reader *r, struct span line,
                              struct err *err)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (span_starts(line, keys[i].name))
			return keys[i].read(r, span_from(line, keys[i].name.len), err);
	return looks_like_key(line) ? ERR_OK : refuse(err, "no line of a tracefile");
}

static enum err_code lcov_begin(struct gate_cov_reader *r, struct err *err)
{
	(void)err;
	map_init(&state_of(r)->functions);
	return ERR_OK;
}

static enum err_code lcov_feed(struct gate_cov_reader *r, struct span piece,
                               struct err *err)
{
	return gate_cov_lines_feed(r, &state_of(r)->lines, piece, read_any, err);
}

static enum err_code lcov_end(struct gate_cov_reader *r, struct err *err)
{
	struct lcov *l = state_of(r);
	enum err_code rc = gate_cov_lines_end(r, &l->lines, read_any, err);

	if (rc == ERR_OK && l->open)
		rc = err_set(err, ERR_CORRUPT,
		             "%s:%llu: it ends in a record: it was cut off", r->name,
		             (unsigned long long)l->lines.line);
	return rc;
}

static void lcov_fini(void *state)
{
	struct lcov *l = state;

	buf_fini(&l->lines.partial);
	map_fini(&l->functions);
}

const struct gate_cov_format gate_cov_lcov = {
	"lcov", sizeof(struct lcov), lcov_begin, lcov_feed, lcov_end, lcov_fini,
};
