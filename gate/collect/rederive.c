// SPDX-License-Identifier: Apache-2.0
#include "collect/rederive.h"

#include "base/str.h"
#include "collect/bench/bench.h"
#include "collect/bench/json.h"
#include "collect/judge.h"
#include "collect/outcome.h"
#include "collect/plan_internal.h"
#include "collect/results.h"
#include "lib/json.h"
#include "os/walk.h"

#include <string.h>

#define ARTEFACT_MAX (UINT64_C(1) << 30)
#define HEADER "==> "
#define HEADER_END " <==\n"
#define STDERR_HEADER "\n==> standard error <==\n"
#define LEFT_OUT " bytes left out"

struct rederiving {
	const struct gate_recorded *r;
	struct gate_rederived *out;
	struct gate_damages *damages;
	struct os_dir artefacts;
	struct arena arena;
};

/* What suites.json says of one. */
struct told {
	const char *id;
	const char *state;
	enum gate_format format;
	bool retried;
	uint64_t passed, failed, skipped, flaky, quarantined;
};

/* ---- what was stored ---- */

/* "suite:a/b" as artefacts are called: "suite-a-b.results.txt". `other` where there are
 * several, as of the parts of a suite that split itself. */
static const struct gate_artefact *find_artefact(struct rederiving *x, const char *suite,
                                                 const char *what, bool *other)
{
	const struct gate_evidence *e = &x->r->evidence;
	const struct gate_artefact *found = NULL;
	char *name = arena_printf(&x->arena, "suite-%s.%s", suite, what);

	for (char *p = name; p != NULL && *p != '\0'; p++)
		if (*p == ':' || *p == '/')
			*p = '-';
	for (size_t i = 0; name != NULL && i < e->record_count; i++)
		for (size_t k = 0; k < e->records[i].artefact_count; k++) {
			const struct gate_artefact *a = &e->records[i].artefacts[k];

			if (!str_eq(a->name, name))
				continue;
			*other |= found != NULL && !str_eq(a->sha256, found->sha256);
			found = a;
		}
	return found;
}

static enum err_code load(struct rederiving *x, const struct gate_artefact *a,
                          struct buf *out, struct err *err)
{
	if (x->artefacts.fd < 0)
		return err_set(err, ERR_NOT_FOUND, "artefacts: there is no such folder");
	return os_dir_read(&x->artefacts, a->sha256, ARTEFACT_MAX, out, NULL, err);
}

/* ---- parsing ---- */

/* A file's name in a line like that of a header, and where its text starts. */
static bool take_line(struct span *rest, struct span *name)
{
	const size_t end = span_find_byte(*rest, '\n');
	const struct span line = span_sub(*rest, 0, end + 1);
	const struct span start = SPAN_LIT(HEADER);
	const struct span stop = SPAN_LIT(HEADER_END);

	if (end == rest->len || !span_starts(line, start) || !span_ends(line, stop) ||
	    line.len < start.len + stop.len)
		return false;
	*name = span_sub(line, start.len, line.len - start.len - stop.len);
	*rest = span_from(*rest, end + 1);
	return true;
}

static bool is_asked_for(const struct gate_suite *s, struct span name)
{
	for (size_t i = 0; i < s->results.count; i++)
		if (str_glob(s->results.items[i], name))
			return true;
	return false;
}

/* What a test prints may look like a header: those of files that the policy asks for are
 * told from it, where the first one is. */
static bool take_header(const struct gate_suite *s, bool strict, struct span *rest,
                        struct span *name)
{
	struct span probe = *rest;

	if (!take_line(&probe, name) || (strict && !is_asked_for(s, *name)))
		return false;
	*rest = probe;
	return true;
}

/* Up to the next header. */
static struct span take_text(const struct gate_suite *s, bool strict, struct span *rest)
{
	const struct span all = *rest;
	struct span at = all;

	while (at.len > 0) {
		struct span probe = at;
		struct span name;
		const size_t end = span_find_byte(at, '\n');

		if (take_header(s, strict, &probe, &name))
			break;
		at = span_from(at, end < at.len ? end + 1 : end);
	}
	*rest = at;
	return span_sub(all, 0, all.len - at.len);
}

static enum err_code parse_files(const struct gate_suite *s, struct span text,
                                 struct gate_cases *cases, struct err *err)
{
	struct span name = SPAN_EMPTY;
	struct span probe = text;
	const bool strict = take_line(&probe, &name) && is_asked_for(s, name);
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && text.len > 0 && take_header(s, strict, &text, &name)) {
		struct buf shown = BUF_INIT;

		str_display(&shown, name);
		rc = gate_results_parse(s, take_text(s, strict, &text), buf_str(&shown),
		                        cases, err);
		buf_fini(&shown);
	}
	if (rc == ERR_OK && text.len > 0)
		rc = err_set(err, ERR_CORRUPT, "no header says which file it is");
	return rc;
}

/* Standard output alone, where the two were kept apart. False where a test's own words
 * look like the line between them. */
static bool said(struct span *text)
{
	const struct span mark = SPAN_LIT(STDERR_HEADER);
	const size_t at = span_find(*text, mark);

	if (at == text->len)
		return true;
	if (span_find(span_from(*text, at + 1), mark) < text->len - at - 1)
		return false;
	*text = span_sub(*text, 0, at);
	return true;
}

static bool was_cut(struct span text)
{
	struct span line;

	while (span_line(&text, &line))
		if (span_starts(line, SPAN_LIT(HEADER)) &&
		    span_find(line, SPAN_LIT(LEFT_OUT)) < line.len)
			return true;
	return false;
}

static enum err_code parse_stored(const struct gate_suite *s, struct span text,
                                  bool files, struct gate_run *run, struct err *err)
{
	enum err_code rc =
		files ? parse_files(s, text, &run->cases, err)
		      : gate_results_parse(s, text, "output", &run->cases, err);

	if (rc == ERR_OK)
		rc = gate_cases_unique(&run->cases, err);
	if (rc == ERR_OK && s->test_timeout_ms > 0)
		gate_outcome_overlong(run, s->test_timeout_ms);
	return rc;
}

/* `whole` is false where the bytes are not all there, or not told apart. */
static enum err_code parse_suite(struct rederiving *x, const struct gate_suite *s,
                                 struct gate_run *run, bool *whole, struct err *err)
{
	bool other = false;
	const struct gate_artefact *results =
		find_artefact(x, s->id, "results.txt", &other);
	const struct gate_artefact *a =
		results != NULL ? results : find_artefact(x, s->id, "output.txt", &other);
	struct buf bytes = BUF_INIT;
	struct span text;
	enum err_code rc;

	*whole = a != NULL && !other;
	if (!*whole)
		return ERR_OK;
	rc = load(x, a, &bytes, err);
	text = buf_span(&bytes);
	*whole = rc == ERR_OK && !was_cut(text) && (results != NULL || said(&text));
	if (*whole)
		rc = parse_stored(s, text, results != NULL, run, err);
	buf_fini(&bytes);
	return rc;
}

/* ---- comparing ---- */

static void compare(struct rederiving *x, const struct told *t, const char *what,
                    uint64_t stored, uint64_t stated)
{
	char *why;

	if (stored == stated)
		return;
	why = arena_printf(&x->arena,
	                   "it says that suite %s has %llu %s, and its stored results "
	                   "have %llu",
	                   t->id, (unsigned long long)stated, what,
	                   (unsigned long long)stored);
	if (why != NULL)
		gate_damage_add(x->damages, "suites.json", why);
}

static void compare_counts(struct rederiving *x, const struct told *t,
                           const struct gate_cases *c)
{
	compare(x, t, "skipped", c->skipped, t->skipped);
	/* Whom the policy excuses stands in no report. */
	if (t->quarantined > 0) {
		compare(x, t, "that ran", c->passed + c->failed + c->flaky,
		        t->passed + t->failed + t->flaky + t->quarantined);
		return;
	}
	compare(x, t, "passed", c->passed, t->passed);
	compare(x, t, "failed", c->failed, t->failed);
	compare(x, t, "flaky", c->flaky, t->flaky);
	if (str_eq(t->state, "pass") && c->failed > 0)
		gate_damage_add(x->damages, "suites.json",
		                "a suite is told to pass whose stored results do not");
}

/* Does the check without a scale pass only where this suite does? */
static bool rests_on(const struct gate_check *k, const struct told *t)
{
	return k->collector == GATE_COLLECT_SUITE && !k->has_scale &&
	       (gate_check_all_suites(k) || str_eq(k->suite, t->id));
}

static void doubt(struct rederiving *x, const struct told *t, const char *check,
                  const char *why)
{
	char *file = arena_printf(&x->arena, "checks/%s.json", check);
	char *what = arena_printf(&x->arena, "it passes, and %s (suite %s)", why, t->id);

	if (file != NULL && what != NULL)
		gate_damage_add(x->damages, file, what);
}

/* Why no check passes by it, or NULL. `c` is what its bytes gave, NULL if nothing did. */
static const char *speaks_against(const struct told *t, const struct gate_cases *c,
                                  bool gone)
{
	if (c != NULL && c->failed > 0 && t->quarantined == 0)
		return "the stored results of its suite do not";
	if (!str_eq(t->state, "pass"))
		return "suites.json says that its suite does not";
	if (t->flaky > 0 || t->quarantined > 0 || t->retried)
		return "suites.json tells of failures that make it warn";
	return gone ? "nothing is stored of its suite's results" : NULL;
}

static void compare_records(struct rederiving *x, const struct told *t,
                            const struct gate_cases *c, bool gone)
{
	const struct gate_evidence *e = &x->r->evidence;
	const struct gate_policy *p = x->r->policy;
	const char *why = speaks_against(t, c, gone);

	for (size_t i = 0; why != NULL && i < p->check_count; i++)
		for (size_t n = 0; n < e->record_count; n++)
			if (rests_on(&p->checks[i], t) &&
			    str_eq(e->records[n].check, p->checks[i].id) &&
			    e->records[n].state == GATE_PASS)
				doubt(x, t, p->checks[i].id, why);
}

/* ---- suites ---- */

static bool is_state(const char *state)
{
	return str_eq(state, "pass") || str_eq(state, "fail") || str_eq(state, "unknown");
}

static bool read_told(const struct json *v, struct told *t)
{
	t->id = json_string(json_get(v, "id"));
	t->state = json_string(json_get(v, "state"));
	t->retried = json_get(v, "attempts") != NULL;
	return t->id != NULL && is_state(t->state) &&
	       (!t->retried || json_first(json_get(v, "attempts")) != NULL) &&
	       json_string(json_get(v, "format")) != NULL &&
	       gate_format_find(json_string(json_get(v, "format")), &t->format) &&
	       json_u64(json_get(v, "passed"), &t->passed) &&
	       json_u64(json_get(v, "failed"), &t->failed) &&
	       json_u64(json_get(v, "skipped"), &t->skipped) &&
	       json_u64(json_get(v, "flaky"), &t->flaky) &&
	       json_u64(json_get(v, "quarantined"), &t->quarantined);
}

/* The suite as the policy has it: what a run says of itself does not decide how it is
 * read. One that was detected stands in no policy. False, and told, for a row that no
 * run writes. */
static bool find_suite(struct rederiving *x, const struct told *t, struct gate_suite *out)
{
	const struct gate_suite *named = gate_policy_suite(x->r->policy, t->id);
	bool other = false;

	*out = (struct gate_suite){ .format = t->format };
	if (named != NULL)
		*out = *named;
	out->id = t->id;
	if (out->format != t->format) {
		gate_damage_add(x->damages, "suites.json",
		                arena_printf(&x->arena,
		                             "it says that suite %s has another format "
		                             "than policy.json says",
		                             t->id));
		return false;
	}
	if (t->format == GATE_FORMAT_EXIT &&
	    find_artefact(x, t->id, "results.txt", &other) != NULL) {
		gate_damage_add(x->damages, "suites.json",
		                arena_printf(&x->arena,
		                             "it says that suite %s has no results, and "
		                             "some are stored",
		                             t->id));
		return false;
	}
	return true;
}

static bool has_output(struct rederiving *x, const struct told *t)
{
	bool other = false;

	return find_artefact(x, t->id, "results.txt", &other) != NULL ||
	       find_artefact(x, t->id, "output.txt", &other) != NULL;
}

/* What was taken out may have been a part of the form. */
static bool was_redacted(struct rederiving *x, const struct told *t)
{
	bool other = false;

	return find_artefact(x, t->id, "redactions.json", &other) != NULL;
}

/* What its bytes come to, or why they cannot be read. */
static enum err_code reread(struct rederiving *x, const struct told *t,
                            const struct gate_suite *s, struct err *err)
{
	struct gate_run run;
	struct err why = ERR_INIT;
	bool whole;
	enum err_code rc;

	gate_run_init(&run);
	rc = parse_suite(x, s, &run, &whole, &why);
	if (!whole) {
		x->out->left_out++;
		rc = rc == ERR_NOMEM || rc == ERR_IO ? err_set(err, rc, "%s", why.msg)
		                                     : ERR_OK;
		compare_records(x, t, NULL, !has_output(x, t));
	} else if (rc == ERR_NOMEM) {
		err_nomem(err);
	} else if (rc != ERR_OK && was_redacted(x, t)) {
		x->out->left_out++;
		compare_records(x, t, NULL, false);
		rc = ERR_OK;
	} else if (rc != ERR_OK) {
		gate_damage_add(x->damages, "suites.json",
		                arena_printf(&x->arena,
		                             "the stored results of suite %s cannot be "
		                             "read: %s",
		                             t->id, why.msg));
		rc = ERR_OK;
	} else {
		x->out->suites++;
		compare_counts(x, t, &run.cases);
		compare_records(x, t, &run.cases, false);
	}
	gate_run_fini(&run);
	return rc;
}

static enum err_code rederive_suite(struct rederiving *x, const struct json *v,
                                    struct err *err)
{
	struct gate_suite s;
	struct told t;

	if (!read_told(v, &t)) {
		gate_damage_add(x->damages, "suites.json",
		                "a suite in it is not told as a run tells it");
		return ERR_OK;
	}
	if (!find_suite(x, &t, &s))
		return ERR_OK;
	if (s.format != GATE_FORMAT_EXIT && s.format != GATE_FORMAT_PLUGIN &&
	    !str_eq(t.state, "unknown") && !t.retried)
		return reread(x, &t, &s, err);
	if (s.format != GATE_FORMAT_EXIT && s.format != GATE_FORMAT_PLUGIN)
		x->out->left_out++;
	compare_records(x, &t, NULL, false);
	return ERR_OK;
}

/* A record that passes by a suite of which nothing is said. */
static void find_untold(struct rederiving *x, const struct json *rows)
{
	const struct gate_evidence *e = &x->r->evidence;
	const struct gate_policy *p = x->r->policy;

	for (size_t i = 0; i < p->check_count; i++) {
		const struct gate_check *k = &p->checks[i];
		struct told t = { .id = k->suite };
		const struct json *v = json_first(rows);

		if (!rests_on(k, &t) || gate_check_all_suites(k) ||
		    gate_policy_suite(p, k->suite) == NULL)
			continue;
		while (v != NULL && !str_eq(json_string(json_get(v, "id")), k->suite))
			v = json_next(v);
		for (size_t n = 0; v == NULL && n < e->record_count; n++)
			if (str_eq(e->records[n].check, k->id) &&
			    e->records[n].state == GATE_PASS)
				doubt(x, &t, k->id,
				      "suites.json does not have its suite");
	}
}

static enum err_code rederive_suites(struct rederiving *x, struct err *err)
{
	struct json_doc *doc = NULL;
	const struct json *v;
	enum err_code rc = ERR_OK;

	if (x->r->suites.len == 0) {
		find_untold(x, NULL);
		return ERR_OK;
	}
	if (json_parse(&doc, buf_span(&x->r->suites), "suites.json", err) != ERR_OK) {
		gate_damage_add(x->damages, "suites.json", "it is no JSON");
		return ERR_OK;
	}
	for (v = json_first(json_root(doc)); rc == ERR_OK && v != NULL; v = json_next(v))
		rc = rederive_suite(x, v, err);
	find_untold(x, json_root(doc));
	json_free(doc);
	return rc;
}

/* ---- benchmarks ---- */

static enum err_code judge_samples(struct rederiving *x, const struct gate_check *k,
                                   const struct gate_record *record, struct span json,
                                   struct err *err)
{
	struct gate_bench_samples samples;
	struct gate_bench_findings findings = { 0 };
	struct gate_judgement j;
	struct err why = ERR_INIT;
	enum err_code rc;

	gate_bench_samples_init(&samples);
	gate_judgement_init(&j);
	rc = gate_bench_json_read(&samples, json, "bench.json", &why);
	if (rc == ERR_OK)
		rc = gate_bench_judge(&samples, &findings, &why);
	if (rc == ERR_OK) {
		x->out->benches++;
		gate_bench_judge_check(&j, k, &samples, &findings);
	}
	if (rc == ERR_OK && j.state != record->state)
		gate_damage_add(
			x->damages, arena_printf(&x->arena, "checks/%s.json", k->id),
			arena_printf(&x->arena, "it says %s, and its stored samples %s",
		                     gate_state_name(record->state),
		                     gate_state_name(j.state)));
	else if (rc != ERR_OK && rc != ERR_NOMEM)
		gate_damage_add(x->damages,
		                arena_printf(&x->arena, "checks/%s.json", k->id),
		                "its stored samples cannot be read");
	gate_judgement_fini(&j);
	gate_bench_samples_fini(&samples);
	return rc == ERR_NOMEM ? err_nomem(err) : ERR_OK;
}

static enum err_code rederive_bench(struct rederiving *x, const struct gate_check *k,
                                    const struct gate_record *record, struct err *err)
{
	struct buf json = BUF_INIT;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < record->artefact_count; i++) {
		if (!str_eq(record->artefacts[i].name, "bench.json"))
			continue;
		buf_clear(&json);
		rc = load(x, &record->artefacts[i], &json, err);
		if (rc == ERR_OK)
			rc = judge_samples(x, k, record, buf_span(&json), err);
	}
	buf_fini(&json);
	return rc;
}

static enum err_code rederive_benches(struct rederiving *x, struct err *err)
{
	const struct gate_evidence *e = &x->r->evidence;
	const struct gate_policy *p = x->r->policy;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < p->check_count; i++)
		for (size_t n = 0; rc == ERR_OK && n < e->record_count; n++)
			if (p->checks[i].collector == GATE_COLLECT_BENCH &&
			    str_eq(e->records[n].check, p->checks[i].id))
				rc = rederive_bench(x, &p->checks[i], &e->records[n],
				                    err);
	return rc;
}

enum err_code gate_rederive(const struct gate_recorded *r, struct gate_rederived *out,
                            struct gate_damages *damages, struct err *err)
{
	struct rederiving x = { .r = r,
		                .out = out,
		                .damages = damages,
		                .artefacts = { -1 },
		                .arena = ARENA_INIT };
	const char *path = arena_printf(&x.arena, "%s/artefacts", r->dir);
	enum err_code rc = arena_err(&x.arena, err);

	*out = (struct gate_rederived){ .suites = 0 };
	if (rc == ERR_OK)
		rc = os_dir_open(&x.artefacts, NULL, path, err);
	if (rc == ERR_NOT_FOUND)
		rc = ERR_OK; /* a run without output has none */
	if (rc == ERR_OK)
		rc = rederive_suites(&x, err);
	if (rc == ERR_OK)
		rc = rederive_benches(&x, err);
	os_dir_close(&x.artefacts);
	arena_fini(&x.arena);
	return rc;
}
