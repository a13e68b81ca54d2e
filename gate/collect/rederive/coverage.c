// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/coverage/collect.h"
#include "collect/coverage/verdict.h"
#include "collect/rederive/rederive_internal.h"
#include "lib/json.h"

/* A check on coverage, again from the sums that were measured, which may not say that
 * more ran than the reports of its suites do. */

static bool read_reports(const struct json *suites, struct gate_cov_measured *m)
{
	uint64_t reports;

	for (const struct json *v = json_first(suites); v != NULL; v = json_next(v)) {
		if (!json_u64(json_get(v, "reports"), &reports))
			return false;
		m->reports += reports > 0;
	}
	return json_type(suites) == JSON_ARRAY;
}

static bool read_sums(const struct json *v, struct gate_cov_measured *m)
{
	struct gate_cov_row *all = &m->all;
	bool ok = json_u64(json_get(v, "files"), &all->files) &&
	          json_u64(json_get(v, "hit"), &all->sum.hit) &&
	          json_u64(json_get(v, "total"), &all->sum.total) &&
	          json_u64(json_get(v, "lines"), &all->lines) &&
	          json_u64(json_get(v, "more"), &all->more) &&
	          json_u64(json_get(v, "unnamed_files"), &all->unnamed_files) &&
	          json_u64(json_get(v, "unnamed_code"), &all->unnamed_code) &&
	          json_bool(json_get(v, "named"), &m->named) &&
	          json_bool(json_get(v, "partial"), &m->partial);

	ok = ok && read_reports(json_get(v, "suites"), m);
	return ok && all->sum.hit <= all->sum.total;
}

static bool is_of(const struct json *v, const struct gate_check *k)
{
	bool fresh = false;

	return str_eq(json_string(json_get(v, "check")), k->id) &&
	       str_eq(json_string(json_get(v, "measure")),
	              gate_cov_kind_names[k->coverage_measure]) &&
	       json_bool(json_get(v, "new_code"), &fresh) &&
	       fresh == k->coverage_new_code;
}

static void agree(struct rederiving *x, const struct gate_check *k,
                  const struct gate_record *r, const struct gate_cov_measured *m)
{
	const struct gate_cov_part part = {
		.suite = "", .complete = true, .why = "", .reused = "", .remedy = ""
	};
	struct gate_judgement j;

	gate_judgement_init(&j);
	gate_judge_coverage(&j, k, m, &part, 1);
	rederive_agree(x, r, &j, "its stored sums");
	gate_judgement_fini(&j);
}

/* ---- against the reports ---- */

/* Of a suite with too much to keep there is no tracefile, and nothing to compare. */

/* What ran by the tracefile of a suite; `whole` is false where that does not say all. */
static enum err_code add_trace(struct rederiving *x, const struct gate_check *k,
                               const struct gate_artefact *a, uint64_t *hit, bool *whole,
                               struct err *err)
{
	struct buf text = BUF_INIT;
	struct gate_run run;
	enum err_code rc = rederive_load(x, a, &text, err);

	gate_run_init(&run);
	if (rc == ERR_OK &&
	    (span_starts(buf_span(&text), SPAN_LIT(GATE_COV_CUT)) ||
	     gate_coverage_restore(&run, buf_span(&text), NULL) != ERR_OK))
		*whole = false;
	for (size_t i = 0; rc == ERR_OK && *whole && i < run.coverage->set->count; i++) {
		struct gate_cov_sum sum = { 0, 0 };

		gate_coverage_count(run.coverage->set->files[i],
		                    (enum gate_cov_kind)k->coverage_measure, &sum);
		*hit += sum.hit;
	}
	gate_run_fini(&run);
	buf_fini(&text);
	return rc;
}

static enum err_code compare_hits(struct rederiving *x, const struct gate_check *k,
                                  const struct gate_record *r,
                                  const struct gate_cov_measured *m, struct err *err)
{
	enum err_code rc = ERR_OK;
	uint64_t hit = 0;
	bool whole = true;
	size_t traces = 0;

	for (size_t i = 0; rc == ERR_OK && whole && i < r->artefact_count; i++)
		if (str_ends(r->artefacts[i].name, ".coverage.info")) {
			traces++;
			rc = add_trace(x, k, &r->artefacts[i], &hit, &whole, err);
		}
	if (rc == ERR_OK && whole && traces >= m->reports && m->all.sum.hit > hit)
		rederive_tell(x, k->id,
		              "its stored sums say that %llu %s ran, and the reports of "
		              "its suites %llu",
		              (unsigned long long)m->all.sum.hit,
		              gate_cov_kind_names[k->coverage_measure],
		              (unsigned long long)hit);
	return rc;
}

static enum err_code judge(struct rederiving *x, const struct gate_check *k,
                           const struct gate_record *r, struct span json, struct err *err)
{
	struct gate_cov_measured m = { .named = false };
	struct json_doc *doc = NULL;
	bool ok = json_parse(&doc, json, "coverage.json", NULL) == ERR_OK &&
	          is_of(json_root(doc), k) && read_sums(json_root(doc), &m);

	json_free(doc);
	if (!ok) {
		rederive_tell(x, k->id,
		              "its stored sums are not told as a run tells them");
		return ERR_OK;
	}
	agree(x, k, r, &m);
	return compare_hits(x, k, r, &m, err);
}

enum err_code rederive_coverage(struct rederiving *x, const struct gate_check *k,
                                const struct gate_record *r, struct err *err)
{
	const char *name = arena_printf(&x->arena, "%s.coverage.json", k->id);
	const struct gate_artefact *a = name != NULL ? rederive_find(r, name) : NULL;
	struct buf json = BUF_INIT;
	enum err_code rc;

	if (a == NULL) {
		rederive_tell(x, k->id, "it says %s, and no sums of it are stored",
		              gate_state_name(r->state));
		return ERR_OK;
	}
	rc = rederive_load(x, a, &json, err);
	if (rc == ERR_OK)
		rc = judge(x, k, r, buf_span(&json), err);
	buf_fini(&json);
	return rc;
}
