// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/num.h"
#include "collect/coverage/reader_internal.h"

/*
 * coverage.py's JSON (`coverage json`): lines and branches that ran, and that did not. A
 * count of hits is not known to it. Among the lines that ran old versions also name those
 * of docstrings, which are no statements: as many as there are too many by the file's own
 * sum are left out, from the top, where the module's docstring is.
 */

struct python {
	struct gate_cov_json json;
	uint64_t from;  /* line of the branch in hand */
	uint64_t first; /* line of the function in hand */
	bool ran;
	uint64_t *lines; /* owned: that ran, of the file in hand */
	size_t line_count;
	size_t line_cap;
	uint64_t statements; /* of them, by the file's sum */
	bool has_sum;
};

static const struct gate_cov_key keys[] = {
	{ "files", 'f', true },
	{ "executed_lines", 'e', false },
	{ "missing_lines", 'm', false },
	{ "executed_branches", 'E', false },
	{ "missing_branches", 'M', false },
	{ "functions", 'F', true },
	{ "summary", 's', false },
	{ "totals", 't', false },
	{ "num_statements", 'n', false },
	{ "covered_lines", 'c', false },
	{ NULL, 0, false },
};

static struct python *state_of(const struct gate_cov_json *j)
{
	return j->reader->state;
}

/* An empty module is at line 0 in old versions. */
static enum err_code put_missing(struct gate_cov_json *j, struct span text,
                                 struct err *err)
{
	uint64_t line;
	enum err_code rc = gate_cov_json_line(text, &line, err);

	if (rc != ERR_OK || line == 0)
		return rc;
	return gate_cov_put(j->reader, GATE_COV_LINES, line, 0, 0, err);
}

static enum err_code note_executed(struct gate_cov_json *j, struct span text,
                                   struct err *err)
{
	struct python *p = state_of(j);
	uint64_t line;
	enum err_code rc = gate_cov_json_line(text, &line, err);

	if (rc != ERR_OK || line == 0)
		return rc;
	if (p->line_count == GATE_COV_LINE_MAX)
		return err_set(err, ERR_LIMIT, "a file of too many lines");
	if (!mem_grow(&p->lines, p->line_count, &p->line_cap, sizeof(*p->lines)))
		return err_nomem(err);
	p->lines[p->line_count++] = line;
	return ERR_OK;
}

static enum err_code end_file(struct gate_cov_json *j, struct err *err)
{
	struct python *p = state_of(j);
	size_t first = p->has_sum && p->statements < p->line_count
	                       ? p->line_count - (size_t)p->statements
	                       : 0;
	enum err_code rc = ERR_OK;

	for (size_t i = first; i < p->line_count && rc == ERR_OK; i++)
		rc = gate_cov_put(j->reader, GATE_COV_LINES, p->lines[i], 0, 1, err);
	return rc;
}

/* [from, to], where to is negative for the way out. */
static enum err_code put_branch(struct gate_cov_json *j, struct span text, bool ran,
                                struct err *err)
{
	struct python *p = state_of(j);
	int64_t to;

	if (gate_cov_json_index(j) == 0)
		return gate_cov_json_line(text, &p->from, err);
	if (gate_cov_json_index(j) > 1)
		return ERR_OK;
	if (!num_i64(text, -GATE_COV_LINE_MAX, GATE_COV_LINE_MAX, &to))
		return err_set(err, ERR_CORRUPT, "no number of a line");
	return gate_cov_put(j->reader, GATE_COV_BRANCHES, p->from, (uint32_t)to, ran,
	                    err);
}

static enum err_code function_line(struct gate_cov_json *j, struct span text, bool ran,
                                   struct err *err)
{
	struct python *p = state_of(j);
	uint64_t line;
	enum err_code rc = gate_cov_json_line(text, &line, err);

	if (rc == ERR_OK && (p->first == 0 || line < p->first))
		p->first = line;
	p->ran = p->ran || ran;
	return rc;
}

static enum err_code claim(struct gate_cov_json *j, uint64_t *out, struct span text,
                           struct err *err)
{
	if (!num_u64(text, 0, UINT64_MAX, out))
		return err_set(err, ERR_CORRUPT, "no number of lines");
	j->reader->report.claim.made = true;
	return ERR_OK;
}

static enum err_code scalar(struct gate_cov_json *j, enum json_push_event what,
                            struct span text, struct err *err)
{
	struct gate_cov_claim *c = &j->reader->report.claim;

	(void)what;
	if (gate_cov_json_at(j, "f*e["))
		return note_executed(j, text, err);
	if (gate_cov_json_at(j, "f*m["))
		return put_missing(j, text, err);
	if (gate_cov_json_at(j, "f*E[["))
		return put_branch(j, text, true, err);
	if (gate_cov_json_at(j, "f*M[["))
		return put_branch(j, text, false, err);
	if (gate_cov_json_at(j, "f*F*e["))
		return function_line(j, text, true, err);
	if (gate_cov_json_at(j, "f*F*m["))
		return function_line(j, text, false, err);
	if (gate_cov_json_at(j, "f*sc")) {
		state_of(j)->has_sum =
			num_u64(text, 0, UINT64_MAX, &state_of(j)->statements);
		return ERR_OK;
	}
	if (gate_cov_json_at(j, "tn"))
		return claim(j, &c->total, text, err);
	return gate_cov_json_at(j, "tc") ? claim(j, &c->hit, text, err) : ERR_OK;
}

static enum err_code enter(struct gate_cov_json *j, struct err *err)
{
	struct python *p = state_of(j);

	if (gate_cov_json_at(j, "f*")) {
		p->line_count = 0;
		p->has_sum = false;
		return gate_cov_enter(j->reader, buf_span(&j->name[0]), err);
	}
	if (gate_cov_json_at(j, "f*F*")) {
		p->first = 0;
		p->ran = false;
	}
	return ERR_OK;
}

/* The function without a name is what stands outside of all. */
static enum err_code leave(struct gate_cov_json *j, struct err *err)
{
	struct python *p = state_of(j);
	struct span name = buf_span(&j->name[1]);

	if (gate_cov_json_at(j, "f*"))
		return end_file(j, err);
	if (!gate_cov_json_at(j, "f*F*") || name.len == 0 || p->first == 0)
		return ERR_OK;
	return gate_cov_put(j->reader, GATE_COV_FUNCTIONS, p->first,
	                    gate_coverage_id(name), p->ran, err);
}

static enum err_code python_begin(struct gate_cov_reader *r, struct err *err)
{
	struct python *p = r->state;

	(void)err;
	gate_cov_json_init(&p->json, r, keys, false);
	p->json.scalar = scalar;
	p->json.enter = enter;
	p->json.leave = leave;
	return ERR_OK;
}

static enum err_code python_feed(struct gate_cov_reader *r, struct span piece,
                                 struct err *err)
{
	struct python *p = r->state;

	return json_push_feed(&p->json.push, piece, err);
}

static enum err_code python_end(struct gate_cov_reader *r, struct err *err)
{
	struct python *p = r->state;

	return json_push_end(&p->json.push, err);
}

static void python_fini(void *state)
{
	struct python *p = state;

	gate_cov_json_fini(&p->json);
	mem_free(p->lines);
}

const struct gate_cov_format gate_cov_python = {
	"coverage.py JSON", sizeof(struct python), python_begin, python_feed,
	python_end,         python_fini,
};
