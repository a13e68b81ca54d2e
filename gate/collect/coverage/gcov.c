// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/num.h"
#include "collect/coverage/reader_internal.h"

/*
 * gcov --json-format (also several texts one after the other, as gcov --stdout writes
 * them), and gcovr's JSON, which says the same in the same words. What a file's object
 * says may come before its name, so it is gathered first.
 */

struct gcov {
	struct gate_cov_json json;
	struct gate_cov_file pending;
	struct buf path;
	/* Of the line in hand: */
	uint64_t line;
	uint64_t hits;
	bool is_code;
	uint64_t *branches; /* owned: hits of each */
	size_t branch_count;
	size_t branch_cap;
	/* Of the function: */
	struct buf name;
	uint64_t start;
	uint64_t calls;
};

static const struct gate_cov_key keys[] = {
	{ "files", 'f', false },
	{ "file", 'p', false },
	{ "lines", 'l', false },
	{ "line_number", 'n', false },
	{ "count", 'c', false },
	{ "gcovr/noncode", 'x', false },
	{ "gcovr/excluded", 'x', false },
	{ "branches", 'b', false },
	{ "functions", 'F', false },
	{ "name", 'N', false },
	{ "start_line", 's', false },
	{ "lineno", 's', false },
	{ "execution_count", 'e', false },
	{ "current_working_directory", 'w', false },
	{ NULL, 0, false },
};

static struct gcov *state_of(const struct gate_cov_json *j)
{
	return j->reader->state;
}

static enum err_code add(struct gate_cov_json *j, enum gate_cov_kind kind, uint64_t line,
                         uint32_t id, uint64_t hits, struct err *err)
{
	struct gate_cov_point p = { (uint32_t)line, id, gate_cov_clip(hits), 1 };

	return gate_coverage_add(j->reader->report.set, &state_of(j)->pending, kind, &p,
	                         GATE_COV_SUM, err);
}

static enum err_code add_branch(struct gcov *g, uint64_t hits, struct err *err)
{
	enum { BRANCHES_MAX = 1000000 };

	if (g->branch_count == BRANCHES_MAX)
		return err_set(err, ERR_LIMIT, "a line with more than %d branches",
		               BRANCHES_MAX);
	if (!mem_grow(&g->branches, g->branch_count, &g->branch_cap,
	              sizeof(*g->branches)))
		return err_nomem(err);
	g->branches[g->branch_count++] = hits;
	return ERR_OK;
}

static enum err_code keep(struct buf *out, struct span text, struct err *err)
{
	buf_clear(out);
	buf_put(out, text);
	return buf_err(out, err);
}

static enum err_code scalar(struct gate_cov_json *j, enum json_push_event what,
                            struct span text, struct err *err)
{
	struct gcov *g = state_of(j);
	uint64_t hits;
	enum err_code rc;

	if (gate_cov_json_at(j, "f[l[n"))
		return gate_cov_json_line(text, &g->line, err);
	if (gate_cov_json_at(j, "f[l[c"))
		return gate_cov_json_hits(text, &g->hits, err);
	if (gate_cov_json_at(j, "f[l[b[c")) {
		rc = gate_cov_json_hits(text, &hits, err);
		return rc == ERR_OK ? add_branch(g, hits, err) : rc;
	}
	if (gate_cov_json_at(j, "f[l[x"))
		g->is_code = g->is_code && !span_eq_str(text, "true");
	else if (gate_cov_json_at(j, "f[F[s"))
		return gate_cov_json_line(text, &g->start, err);
	else if (gate_cov_json_at(j, "f[F[e"))
		return gate_cov_json_hits(text, &g->calls, err);
	else if (gate_cov_json_at(j, "f[F[N") && what == JSON_PUSH_STRING)
		return keep(&g->name, text, err);
	else if (gate_cov_json_at(j, "f[p") && what == JSON_PUSH_STRING)
		return keep(&g->path, text, err);
	else if (gate_cov_json_at(j, "w") && what == JSON_PUSH_STRING)
		return gate_cov_folder(j->reader, text, err);
	return ERR_OK;
}

static enum err_code enter(struct gate_cov_json *j, struct err *err)
{
	struct gcov *g = state_of(j);

	(void)err;
	if (gate_cov_json_at(j, "f[")) {
		buf_clear(&g->path);
	} else if (gate_cov_json_at(j, "f[l[")) {
		g->line = 0;
		g->hits = 0;
		g->is_code = true;
		g->branch_count = 0;
	} else if (gate_cov_json_at(j, "f[F[")) {
		g->start = 0;
		g->calls = 0;
		buf_clear(&g->name);
	}
	return ERR_OK;
}

static enum err_code end_line(struct gate_cov_json *j, struct err *err)
{
	struct gcov *g = state_of(j);
	enum err_code rc;

	if (!g->is_code)
		return ERR_OK;
	rc = add(j, GATE_COV_LINES, g->line, 0, g->hits, err);
	for (size_t i = 0; i < g->branch_count && rc == ERR_OK; i++)
		rc = add(j, GATE_COV_BRANCHES, g->line, (uint32_t)i, g->branches[i], err);
	return rc;
}

static enum err_code end_file(struct gate_cov_json *j, struct err *err)
{
	struct gcov *g = state_of(j);
	struct gate_coverage *set = j->reader->report.set;
	struct gate_cov_file *f;
	enum err_code rc = gate_coverage_file(set, buf_span(&g->path), &f, err);

	if (rc == ERR_OK)
		rc = gate_coverage_join(set, f, &g->pending, err);
	gate_coverage_clear(set, &g->pending);
	return rc;
}

static enum err_code leave(struct gate_cov_json *j, struct err *err)
{
	struct gcov *g = state_of(j);

	if (gate_cov_json_at(j, "f[l["))
		return end_line(j, err);
	if (gate_cov_json_at(j, "f[F["))
		return add(j, GATE_COV_FUNCTIONS, g->start,
		           gate_coverage_id(buf_span(&g->name)), g->calls, err);
	return gate_cov_json_at(j, "f[") ? end_file(j, err) : ERR_OK;
}

static enum err_code gcov_begin(struct gate_cov_reader *r, struct err *err)
{
	struct gcov *g = r->state;

	(void)err;
	gate_cov_json_init(&g->json, r, keys, true);
	g->json.scalar = scalar;
	g->json.enter = enter;
	g->json.leave = leave;
	return ERR_OK;
}

static enum err_code gcov_feed(struct gate_cov_reader *r, struct span piece,
                               struct err *err)
{
	struct gcov *g = r->state;

	return json_push_feed(&g->json.push, piece, err);
}

static enum err_code gcov_end(struct gate_cov_reader *r, struct err *err)
{
	struct gcov *g = r->state;

	return json_push_end(&g->json.push, err);
}

static void gcov_fini(void *state)
{
	struct gcov *g = state;

	gate_cov_json_fini(&g->json);
	for (int k = 0; k < GATE_COV_KINDS; k++)
		mem_free(g->pending.of[k].items);
	buf_fini(&g->path);
	buf_fini(&g->name);
	mem_free(g->branches);
}

const struct gate_cov_format gate_cov_gcov = {
	"gcov JSON", sizeof(struct gcov), gcov_begin, gcov_feed, gcov_end, gcov_fini,
};
