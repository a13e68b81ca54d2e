// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "collect/coverage/reader_internal.h"

/*
 * Profiles of `go test -coverprofile`: blocks of statements, "name.go:l.c,l.c statements
 * hits". Go itself counts statements; a line counts as run if the block that ran most of
 * those on it did. Test binaries of several packages name the same block again: the modes
 * count and atomic add up, of mode set the greatest counts.
 */

enum mode { MODE_NONE, MODE_SET, MODE_COUNT };

struct go {
	struct gate_cov_lines lines;
	enum mode mode;
	struct buf path; /* of the file in hand */
};

struct block {
	struct span path;
	struct span place; /* "3.14,5.2" */
	uint64_t from;
	uint64_t to;
	uint64_t statements;
	uint64_t hits;
};

static struct go *state_of(struct gate_cov_reader *r)
{
	return r->state;
}

static enum err_code read_mode(struct go *g, struct span mode, struct err *err)
{
	enum mode now = span_eq_str(mode, "set") ? MODE_SET : MODE_COUNT;

	if (now == MODE_COUNT && !span_eq_str(mode, "count") &&
	    !span_eq_str(mode, "atomic"))
		return err_set(err, ERR_CORRUPT, "the mode is set, count or atomic");
	if (g->mode != MODE_NONE && g->mode != now)
		return err_set(err, ERR_CORRUPT,
		               "profiles of different modes cannot be added up: use one "
		               "-covermode for all");
	g->mode = now;
	return ERR_OK;
}

/* Cuts the last word, behind `sep`, off. */
static bool take_last(struct span *text, char sep, struct span *out)
{
	size_t at = span_rfind_byte(*text, sep);

	if (at == text->len)
		return false;
	*out = span_from(*text, at + 1);
	text->len = at;
	return true;
}

/* "l.c" */
static bool line_of(struct span place, uint64_t *line)
{
	size_t dot = span_find_byte(place, '.');
	uint64_t column;

	return num_u64(span_sub(place, 0, dot), 1, GATE_COV_LINE_MAX, line) &&
	       num_u64(span_from(place, dot + 1), 0, UINT32_MAX, &column);
}

static bool read_block(struct span line, struct block *b)
{
	struct span hits;
	struct span statements;
	size_t comma;

	if (!take_last(&line, ' ', &hits) || !take_last(&line, ' ', &statements) ||
	    !take_last(&line, ':', &b->place))
		return false;
	b->path = line;
	comma = span_find_byte(b->place, ',');
	return line_of(span_sub(b->place, 0, comma), &b->from) &&
	       line_of(span_from(b->place, comma + 1), &b->to) && b->from <= b->to &&
	       num_u64(statements, 0, GATE_COV_LINE_MAX, &b->statements) &&
	       num_u64(hits, 0, UINT64_MAX, &b->hits);
}

static enum err_code enter(struct gate_cov_reader *r, struct span path, struct err *err)
{
	struct go *g = state_of(r);

	if (r->file != NULL && span_eq(path, buf_span(&g->path)))
		return ERR_OK;
	buf_clear(&g->path);
	buf_put(&g->path, path);
	if (buf_err(&g->path, err) != ERR_OK)
		return ERR_NOMEM;
	return gate_cov_enter(r, path, err);
}

static enum err_code add_lines(struct gate_cov_reader *r, const struct block *b,
                               struct err *err)
{
	enum err_code rc = gate_cov_spread(r, b->to - b->from + 1, err);

	for (uint64_t i = b->from; i <= b->to && rc == ERR_OK; i++) {
		struct gate_cov_point p = { (uint32_t)i, 0, gate_cov_clip(b->hits), 1 };

		rc = gate_coverage_add(r->report.set, r->file, GATE_COV_LINES, &p,
		                       GATE_COV_MOST, err);
	}
	return rc;
}

static enum err_code add_block(struct gate_cov_reader *r, const struct block *b,
                               struct err *err)
{
	struct gate_cov_point p = { (uint32_t)b->from, gate_coverage_id(b->place),
		                    gate_cov_clip(b->hits), (uint32_t)b->statements };
	bool most = state_of(r)->mode == MODE_SET;
	enum err_code rc =
		gate_coverage_add(r->report.set, r->file, GATE_COV_STATEMENTS, &p,
	                          most ? GATE_COV_MOST : GATE_COV_SUM, err);

	return rc == ERR_OK ? add_lines(r, b, err) : rc;
}

static enum err_code read_any(struct gate_cov_reader *r, struct span line,
                              struct err *err)
{
	struct go *g = state_of(r);
	struct block b = { .from = 0 };
	enum err_code rc;

	if (line.len == 0)
		return ERR_OK;
	if (span_starts(line, SPAN_LIT("mode: ")))
		return read_mode(g, span_from(line, 6), err);
	if (!read_block(line, &b))
		return err_set(err, ERR_CORRUPT,
		               "no block of a Go profile (name.go:l.c,l.c statements "
		               "hits)");
	if ((rc = enter(r, b.path, err)) != ERR_OK || b.statements == 0)
		return rc;
	return add_block(r, &b, err);
}

static enum err_code go_begin(struct gate_cov_reader *r, struct err *err)
{
	(void)r;
	(void)err;
	return ERR_OK;
}

static enum err_code go_feed(struct gate_cov_reader *r, struct span piece,
                             struct err *err)
{
	return gate_cov_lines_feed(r, &state_of(r)->lines, piece, read_any, err);
}

static enum err_code go_end(struct gate_cov_reader *r, struct err *err)
{
	return gate_cov_lines_end(r, &state_of(r)->lines, read_any, err);
}

static void go_fini(void *state)
{
	struct go *g = state;

	buf_fini(&g->lines.partial);
	buf_fini(&g->path);
}

const struct gate_cov_format gate_cov_go = {
	"Go cover profile", sizeof(struct go), go_begin, go_feed, go_end, go_fini,
};
