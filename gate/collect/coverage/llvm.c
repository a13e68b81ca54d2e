// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/num.h"
#include "collect/coverage/reader_internal.h"

/*
 * llvm-cov export. It tells segments: from each on, up to the next, code ran so often.
 * Lines are made of them as llvm-cov makes them: the greatest count of the regions that
 * begin on a line, and of what reaches into it. Its sums are no match: they count the
 * lines of a lambda twice.
 */

struct segment {
	uint64_t line;
	uint64_t hits;
	bool has_count;
	bool is_entry;
	bool is_gap;
};

struct llvm {
	struct gate_cov_json json;
	struct gate_cov_file pending;
	struct buf path;
	/* Of the file in hand: */
	struct segment segment;
	uint64_t line;          /* of the segments gathered so far, 0 = none */
	struct segment wrapped; /* reaches into that line */
	bool has_wrapped;
	struct segment last; /* on that line */
	size_t entries;
	uint64_t most; /* hits of those entries */
	bool skipped;  /* the first on it opens a region that is left out */
	/* Of the branch or function in hand: */
	uint64_t numbers[6];
	uint64_t calls;
	uint64_t start;
	uint64_t column;
};

static const struct gate_cov_key keys[] = {
	{ "data", 'd', false },      { "files", 'f', false },
	{ "filename", 'p', false },  { "segments", 's', false },
	{ "branches", 'b', false },  { "functions", 'F', false },
	{ "filenames", 'P', false }, { "count", 'c', false },
	{ "regions", 'r', false },   { NULL, 0, false },
};

static struct llvm *state_of(const struct gate_cov_json *j)
{
	return j->reader->state;
}

/* ---- segments ---- */

static enum err_code put_line(struct gate_cov_json *j, uint64_t line, uint64_t hits,
                              struct err *err)
{
	struct gate_cov_point p = { (uint32_t)line, 0, gate_cov_clip(hits), 1 };

	return gate_coverage_add(j->reader->report.set, &state_of(j)->pending,
	                         GATE_COV_LINES, &p, GATE_COV_SUM, err);
}

/* All segments of `line` are known. */
static enum err_code end_line(struct gate_cov_json *j, struct err *err)
{
	struct llvm *l = state_of(j);
	bool wrapped = l->has_wrapped && l->wrapped.has_count;
	uint64_t hits = l->has_wrapped ? l->wrapped.hits : 0;

	if (l->skipped || (!wrapped && l->entries == 0))
		return ERR_OK;
	if (l->entries > 0 && l->most > hits)
		hits = l->most;
	return put_line(j, l->line, hits, err);
}

/* The lines between two that have segments. */
static enum err_code fill(struct gate_cov_json *j, uint64_t from, uint64_t to,
                          struct err *err)
{
	struct llvm *l = state_of(j);
	enum err_code rc = ERR_OK;

	if (!l->last.has_count || from >= to)
		return ERR_OK;
	rc = gate_cov_spread(j->reader, to - from, err);
	for (uint64_t i = from; i < to && rc == ERR_OK; i++)
		rc = put_line(j, i, l->last.hits, err);
	return rc;
}

static enum err_code next_line(struct gate_cov_json *j, uint64_t line, struct err *err)
{
	struct llvm *l = state_of(j);
	enum err_code rc = ERR_OK;

	if (l->line > 0) {
		rc = end_line(j, err);
		if (rc == ERR_OK)
			rc = fill(j, l->line + 1, line, err);
		l->wrapped = l->last;
		l->has_wrapped = true;
	}
	l->line = line;
	l->entries = 0;
	l->most = 0;
	l->skipped = !l->segment.has_count && l->segment.is_entry;
	return rc;
}

static enum err_code end_segment(struct gate_cov_json *j, struct err *err)
{
	struct llvm *l = state_of(j);
	struct segment *s = &l->segment;
	enum err_code rc = ERR_OK;

	if (s->line == 0 || s->line < l->line)
		return err_set(err, ERR_CORRUPT, "segments are not in order");
	if (s->line != l->line)
		rc = next_line(j, s->line, err);
	if (!s->is_gap && s->has_count && s->is_entry) {
		l->entries++;
		l->most = s->hits > l->most ? s->hits : l->most;
	}
	l->last = *s;
	return rc;
}

/* [line, column, count, has count, is region entry, is gap]; versions before 11 have no
 * gaps. */
static enum err_code segment_part(struct llvm *l, size_t index, struct span text,
                                  struct err *err)
{
	bool yes = span_eq_str(text, "true") || span_eq_str(text, "1");

	switch (index) {
	case 0:
		l->segment = (struct segment){ .line = 0 };
		return gate_cov_json_line(text, &l->segment.line, err);
	case 2:
		return gate_cov_json_hits(text, &l->segment.hits, err);
	case 3:
		l->segment.has_count = yes;
		break;
	case 4:
		l->segment.is_entry = yes;
		break;
	case 5:
		l->segment.is_gap = yes;
		break;
	default:
		break;
	}
	return ERR_OK;
}

/* ---- branches and functions ---- */

/* [line, column, end line, end column, true, false, ..] */
static enum err_code end_branch(struct gate_cov_json *j, struct err *err)
{
	struct llvm *l = state_of(j);
	uint32_t id =
		(uint32_t)(l->numbers[1] * 8191 + l->numbers[2] * 131 + l->numbers[3]) *
		2;
	enum err_code rc = ERR_OK;

	for (uint32_t i = 0; i < 2 && rc == ERR_OK; i++) {
		struct gate_cov_point p = { (uint32_t)l->numbers[0], id + i,
			                    gate_cov_clip(l->numbers[4 + i]), 1 };

		rc = gate_coverage_add(j->reader->report.set, &l->pending,
		                       GATE_COV_BRANCHES, &p, GATE_COV_SUM, err);
	}
	return rc;
}

/* Instances of a template begin at the same place, and are one function. */
static enum err_code end_function(struct gate_cov_json *j, struct err *err)
{
	struct llvm *l = state_of(j);
	enum err_code rc;

	if (l->path.len == 0)
		return ERR_OK;
	rc = gate_cov_enter(j->reader, buf_span(&l->path), err);
	return rc == ERR_OK ? gate_cov_put(j->reader, GATE_COV_FUNCTIONS, l->start,
	                                   (uint32_t)l->column, l->calls, err)
	                    : rc;
}

static enum err_code end_file(struct gate_cov_json *j, struct err *err)
{
	struct llvm *l = state_of(j);
	struct gate_coverage *set = j->reader->report.set;
	struct gate_cov_file *f;
	enum err_code rc = l->line > 0 ? end_line(j, err) : ERR_OK;

	if (rc == ERR_OK)
		rc = gate_coverage_file(set, buf_span(&l->path), &f, err);
	if (rc == ERR_OK)
		rc = gate_coverage_join(set, f, &l->pending, err);
	gate_coverage_clear(set, &l->pending);
	return rc;
}

/* ---- events ---- */

static enum err_code number_part(struct llvm *l, size_t index, struct span text,
                                 struct err *err)
{
	if (index > 5)
		return ERR_OK;
	return index < 4 ? gate_cov_json_line(text, &l->numbers[index], err)
	                 : gate_cov_json_hits(text, &l->numbers[index], err);
}

static enum err_code keep_path(struct llvm *l, struct span text, struct err *err)
{
	buf_clear(&l->path);
	buf_put(&l->path, text);
	return buf_err(&l->path, err);
}

static enum err_code scalar(struct gate_cov_json *j, enum json_push_event what,
                            struct span text, struct err *err)
{
	struct llvm *l = state_of(j);
	size_t index = gate_cov_json_index(j);

	if (gate_cov_json_at(j, "d[f[s[["))
		return segment_part(l, index, text, err);
	if (gate_cov_json_at(j, "d[f[b[["))
		return number_part(l, index, text, err);
	if (gate_cov_json_at(j, "d[f[p") && what == JSON_PUSH_STRING)
		return keep_path(l, text, err);
	if (gate_cov_json_at(j, "d[F[P[") && index == 0 && what == JSON_PUSH_STRING)
		return keep_path(l, text, err);
	if (gate_cov_json_at(j, "d[F[c"))
		return gate_cov_json_hits(text, &l->calls, err);
	if (gate_cov_json_at(j, "d[F[r[[") && j->index[j->depth - 1] == 0 && index == 0)
		return gate_cov_json_line(text, &l->start, err);
	if (gate_cov_json_at(j, "d[F[r[[") && j->index[j->depth - 1] == 0 && index == 1)
		return gate_cov_json_line(text, &l->column, err);
	return ERR_OK;
}

static enum err_code enter(struct gate_cov_json *j, struct err *err)
{
	struct llvm *l = state_of(j);

	(void)err;
	if (gate_cov_json_at(j, "d[f[") || gate_cov_json_at(j, "d[F[")) {
		buf_clear(&l->path);
		l->line = 0;
		l->has_wrapped = false;
		l->start = l->column = l->calls = 0;
	} else if (gate_cov_json_at(j, "d[f[s[")) {
		l->segment = (struct segment){ .line = 0 };
	} else if (gate_cov_json_at(j, "d[f[b[")) {
		memset(l->numbers, 0, sizeof(l->numbers));
	}
	return ERR_OK;
}

static enum err_code leave(struct gate_cov_json *j, struct err *err)
{
	if (gate_cov_json_at(j, "d[f[s["))
		return end_segment(j, err);
	if (gate_cov_json_at(j, "d[f[b["))
		return end_branch(j, err);
	if (gate_cov_json_at(j, "d[f["))
		return end_file(j, err);
	return gate_cov_json_at(j, "d[F[") ? end_function(j, err) : ERR_OK;
}

static enum err_code llvm_begin(struct gate_cov_reader *r, struct err *err)
{
	struct llvm *l = r->state;

	(void)err;
	gate_cov_json_init(&l->json, r, keys, false);
	l->json.scalar = scalar;
	l->json.enter = enter;
	l->json.leave = leave;
	return ERR_OK;
}

static enum err_code llvm_feed(struct gate_cov_reader *r, struct span piece,
                               struct err *err)
{
	struct llvm *l = r->state;

	return json_push_feed(&l->json.push, piece, err);
}

static enum err_code llvm_end(struct gate_cov_reader *r, struct err *err)
{
	struct llvm *l = r->state;

	return json_push_end(&l->json.push, err);
}

static void llvm_fini(void *state)
{
	struct llvm *l = state;

	gate_cov_json_fini(&l->json);
	for (int k = 0; k < GATE_COV_KINDS; k++)
		mem_free(l->pending.of[k].items);
	buf_fini(&l->path);
}

const struct gate_cov_format gate_cov_llvm = {
	"llvm-cov export", sizeof(struct llvm), llvm_begin, llvm_feed,
	llvm_end,          llvm_fini,
};
