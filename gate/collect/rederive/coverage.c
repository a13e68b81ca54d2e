// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/coverage/collect.h"
#include "collect/coverage/verdict.h"
#include "collect/rederive/rederive_internal.h"
#include "lib/json.h"
#include "scanners/language.h"
#include "scanners/scope.h"

#include <stdlib.h>

/* A check on coverage, again from the sums that were measured, which may not say that
 * more ran than the reports of its suites do, nor that there was less to run, and have to
 * be of all suites that the policy has it rest on. */

/* A suite without all of its reports leaves a part open. */
static bool read_reports(const struct json *suites, struct gate_cov_measured *m)
{
	uint64_t reports;
	bool complete;

	for (const struct json *v = json_first(suites); v != NULL; v = json_next(v)) {
		if (!json_u64(json_get(v, "reports"), &reports) ||
		    !json_bool(json_get(v, "complete"), &complete) ||
		    (complete ? reports == 0 : !m->partial))
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

static bool has_suite(const struct json *suites, const char *id)
{
	const struct json *v = json_first(suites);

	while (v != NULL && !str_eq(json_string(json_get(v, "id")), id))
		v = json_next(v);
	return v != NULL;
}

/* A suite that the policy has the check rest on, and of which the sums say nothing; NULL
 * if there is none. Those that were detected stand in `from` alone. */
static const char *left_out(const struct rederiving *x, const struct gate_check *k,
                            const struct json *suites)
{
	const struct gate_policy *p = x->r->policy;

	for (size_t i = 0; i < k->coverage_from.count; i++)
		if (!has_suite(suites, k->coverage_from.items[i]))
			return k->coverage_from.items[i];
	for (size_t i = 0; i < p->suite_count; i++)
		if (gate_coverage_rests_on(k, &p->suites[i]) &&
		    !has_suite(suites, p->suites[i].id))
			return p->suites[i].id;
	return NULL;
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

struct traced {
	struct gate_coverage *all; /* of all suites, by the names of the reports */
	bool whole;                /* they say all that was measured */
};

/* Of a suite with too much to keep the tracefile says so. */
static enum err_code add_trace(struct rederiving *x, const struct gate_artefact *a,
                               struct traced *t, struct err *err)
{
	struct buf text = BUF_INIT;
	struct gate_run run;
	enum err_code rc = rederive_load(x, a, &text, err);

	gate_run_init(&run);
	if (rc == ERR_OK &&
	    (span_starts(buf_span(&text), SPAN_LIT(GATE_COV_CUT)) ||
	     gate_coverage_restore(&run, buf_span(&text), NULL) != ERR_OK))
		t->whole = false;
	else if (rc == ERR_OK)
		rc = gate_coverage_union(t->all, run.coverage->set, err);
	if (rc == ERR_LIMIT) {
		t->whole = false;
		rc = ERR_OK;
	}
	gate_run_fini(&run);
	buf_fini(&text);
	return rc;
}

static enum err_code read_traces(struct rederiving *x, const struct gate_record *r,
                                 struct traced *t, struct err *err)
{
	enum err_code rc = gate_coverage_new(&t->all, err);

	for (size_t i = 0; rc == ERR_OK && t->whole && i < r->artefact_count; i++)
		if (str_ends(r->artefacts[i].name, ".coverage.info"))
			rc = add_trace(x, &r->artefacts[i], t, err);
	if (rc == ERR_OK)
		gate_coverage_settle(t->all);
	return rc;
}

/* Each suite that had reports left a tracefile, of which all may have been cut. */
static bool has_traces(struct rederiving *x, const struct gate_check *k,
                       const struct gate_record *r, const struct json *suites)
{
	for (const struct json *v = json_first(suites); v != NULL; v = json_next(v)) {
		const char *id = json_string(json_get(v, "id"));
		const struct gate_artefact *a = NULL;
		uint64_t reports = 0;
		bool other = false;

		(void)json_u64(json_get(v, "reports"), &reports);
		if (id != NULL && reports > 0)
			a = rederive_find_suite(x, id, "coverage.info", &other);
		if (reports == 0 || (a != NULL && rederive_find(r, a->name) != NULL))
			continue;
		rederive_tell(x, k->id,
		              "nothing is stored of the reports of its suite %s",
		              id != NULL ? id : "");
		return false;
	}
	return true;
}

/* What the sums have to have counted, by names alone: some files may be left out of it
 * that only the tree told. */
struct counted {
	uint64_t *totals; /* of each file */
	size_t count;
	struct map names; /* last ones */
	uint64_t loose;   /* files of which the name may be another one in the tree */
	uint64_t alike;   /* files that may be others of these */
};

static struct span last_name(const char *path)
{
	const struct span all = span_str(path);
	const size_t slash = span_rfind_byte(all, '/');

	return slash == all.len ? all : span_from(all, slash + 1);
}

static bool is_lost(const struct json *sums, const char *path)
{
	const struct json *v = json_first(json_get(sums, "lost_names"));

	while (v != NULL && !str_eq(json_string(v), path))
		v = json_next(v);
	return v != NULL;
}

static bool is_wanted(const struct gate_check *k, const char *path)
{
	bool wanted = k->coverage_paths.count == 0;

	for (size_t i = 0; !wanted && i < k->coverage_paths.count; i++)
		wanted = str_glob(k->coverage_paths.items[i], span_str(path));
	return wanted && scan_scope_of(span_str(path), SPAN_EMPTY) == SCAN_PRODUCTION;
}

static bool count_file(struct counted *c, const struct gate_check *k,
                       const struct gate_cov_file *f)
{
	const struct span name = last_name(f->path);
	struct gate_cov_sum sum = { 0, 0 };

	if (f->path[0] == '/' || scan_language_of(name, SPAN_EMPTY) == NULL) {
		c->loose++;
		return true;
	}
	if (!is_wanted(k, f->path))
		return true;
	c->alike += map_has(&c->names, name);
	gate_coverage_count(f, (enum gate_cov_kind)k->coverage_measure, &sum);
	c->totals[c->count++] = sum.total;
	return map_set(&c->names, name, c);
}

static int largest_first(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a;
	const uint64_t y = *(const uint64_t *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* How many of those counted may be none, at most: generated ones, whose names do not show
 * it, what is no source of the tree, and names of one file. */
static uint64_t may_be_none(const struct counted *c, const struct json *sums)
{
	uint64_t scope = 0;
	uint64_t lost = 0;

	(void)json_u64(json_get(sums, "other_scope"), &scope);
	(void)json_u64(json_get(sums, "lost"), &lost);
	return scope > UINT32_MAX || lost > UINT32_MAX ? UINT32_MAX
	                                               : scope + lost + c->alike;
}

/* The sums may not have less to run than the reports name, nor fewer files. */
static void compare_total(struct rederiving *x, const struct gate_check *k,
                          const struct gate_cov_measured *m, const struct json *sums,
                          struct counted *c)
{
	const uint64_t all = c->count + c->loose;
	const uint64_t most = may_be_none(c, sums);
	uint64_t gone = all > m->all.files ? all - m->all.files : 0;
	uint64_t least = 0;

	if (gone > most + c->loose) {
		rederive_tell(x, k->id,
		              "its stored sums are of %llu files, and the reports of its "
		              "suites of %llu",
		              (unsigned long long)m->all.files, (unsigned long long)all);
		return;
	}
	gone = gone < most ? gone : most;
	if (c->count > 1)
		qsort(c->totals, c->count, sizeof(*c->totals), largest_first);
	for (size_t i = (size_t)gone; i < c->count; i++)
		least += c->totals[i];
	if (m->all.sum.total < least)
		rederive_tell(x, k->id,
		              "its stored sums are of %llu %s, and the reports of its "
		              "suites name %llu",
		              (unsigned long long)m->all.sum.total,
		              gate_cov_kind_names[k->coverage_measure],
		              (unsigned long long)least);
}

/* Of new code the lines that are new are not stored. */
static enum err_code count_total(struct rederiving *x, const struct gate_check *k,
                                 const struct gate_cov_measured *m,
                                 const struct json *sums, const struct gate_coverage *all,
                                 struct err *err)
{
	struct counted c = { .totals = arena_array(&x->arena, all->count + 1,
		                                   sizeof(*c.totals)) };
	bool ok = c.totals != NULL;

	if (k->coverage_new_code)
		return ERR_OK;
	map_init(&c.names);
	for (size_t i = 0; ok && i < all->count; i++)
		if (!is_lost(sums, all->files[i]->path))
			ok = count_file(&c, k, all->files[i]);
	if (ok)
		compare_total(x, k, m, sums, &c);
	map_fini(&c.names);
	return ok ? ERR_OK : err_nomem(err);
}

static void compare_hits(struct rederiving *x, const struct gate_check *k,
                         const struct gate_cov_measured *m,
                         const struct gate_coverage *all)
{
	struct gate_cov_sum sum = { 0, 0 };

	for (size_t i = 0; i < all->count; i++)
		gate_coverage_count(all->files[i],
		                    (enum gate_cov_kind)k->coverage_measure, &sum);
	if (m->all.sum.hit > sum.hit)
		rederive_tell(x, k->id,
		              "its stored sums say that %llu %s ran, and the reports of "
		              "its suites %llu",
		              (unsigned long long)m->all.sum.hit,
		              gate_cov_kind_names[k->coverage_measure],
		              (unsigned long long)sum.hit);
}

static enum err_code compare(struct rederiving *x, const struct gate_check *k,
                             const struct gate_record *r,
                             const struct gate_cov_measured *m, const struct json *sums,
                             struct err *err)
{
	struct traced t = { .all = NULL, .whole = true };
	enum err_code rc = ERR_OK;

	if (!has_traces(x, k, r, json_get(sums, "suites")))
		return ERR_OK;
	rc = read_traces(x, r, &t, err);
	if (rc == ERR_OK && t.whole)
		compare_hits(x, k, m, t.all);
	if (rc == ERR_OK && t.whole)
		rc = count_total(x, k, m, sums, t.all, err);
	gate_coverage_free(t.all);
	return rc;
}

static enum err_code judge(struct rederiving *x, const struct gate_check *k,
                           const struct gate_record *r, struct span json, struct err *err)
{
	struct gate_cov_measured m = { .named = false };
	struct json_doc *doc = NULL;
	bool ok = json_parse(&doc, json, "coverage.json", NULL) == ERR_OK &&
	          is_of(json_root(doc), k) && read_sums(json_root(doc), &m);
	const char *gone = ok ? left_out(x, k, json_get(json_root(doc), "suites")) : NULL;
	enum err_code rc = ERR_OK;

	if (gone != NULL) {
		rederive_tell(x, k->id, "its stored sums leave out suite %s", gone);
	} else if (ok) {
		agree(x, k, r, &m);
		rc = compare(x, k, r, &m, json_root(doc), err);
	} else {
		rederive_tell(x, k->id,
		              "its stored sums are not told as a run tells them");
	}
	json_free(doc);
	return rc;
}

enum err_code rederive_coverage(struct rederiving *x, const struct gate_check *k,
                                const struct gate_record *r, struct err *err)
{
	const char *name = arena_printf(&x->arena, "%s.coverage.json", k->id);
	const struct gate_artefact *a = name != NULL ? rederive_find(r, name) : NULL;

	return rederive_by(x, k, r, a, "sums of it are", judge, err);
}
