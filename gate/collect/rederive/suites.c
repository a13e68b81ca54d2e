// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/outcome.h"
#include "collect/plan_internal.h"
#include "collect/rederive/rederive_internal.h"
#include "lib/json.h"
#include "policy/detect.h"

/* ---- comparing ---- */

static void compare(struct rederiving *x, const struct rederive_told *t, const char *what,
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

static void compare_counts(struct rederiving *x, const struct rederive_told *t,
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

bool rederive_rests_on(const struct gate_check *k, const char *suite)
{
	return k->collector == GATE_COLLECT_SUITE && !k->has_scale &&
	       (gate_check_all_suites(k) || str_eq(k->suite, suite));
}

static void doubt(struct rederiving *x, const struct rederive_told *t, const char *check,
                  const char *why)
{
	rederive_tell(x, check, "it passes, and %s (suite %s)", why, t->id);
}

/* Why no check passes by it, or NULL. `c` is what its bytes gave, NULL if nothing did. */
static const char *speaks_against(const struct rederive_told *t,
                                  const struct gate_cases *c, bool gone)
{
	if (c != NULL && c->failed > 0 && t->quarantined == 0)
		return "the stored results of its suite do not";
	if (!str_eq(t->state, "pass"))
		return "suites.json says that its suite does not";
	if (t->flaky > 0 || t->quarantined > 0 || t->retried)
		return "suites.json tells of failures that make it warn";
	return gone ? "nothing is stored of its suite's results" : NULL;
}

static void compare_records(struct rederiving *x, const struct rederive_told *t,
                            const struct gate_cases *c, bool gone)
{
	const struct gate_evidence *e = &x->r->evidence;
	const struct gate_policy *p = x->r->policy;
	const char *why = speaks_against(t, c, gone);

	for (size_t i = 0; why != NULL && i < p->check_count; i++)
		for (size_t n = 0; n < e->record_count; n++)
			if (rederive_rests_on(&p->checks[i], t->id) &&
			    str_eq(e->records[n].check, p->checks[i].id) &&
			    e->records[n].state == GATE_PASS)
				doubt(x, t, p->checks[i].id, why);
}

/* ---- suites ---- */

static bool is_state(const char *state)
{
	return str_eq(state, "pass") || str_eq(state, "fail") || str_eq(state, "unknown");
}

/* As it was written, to the microsecond of whole milliseconds. */
static bool read_duration(const struct json *v, uint64_t *ms)
{
	double s;

	if (!json_double(v, &s) || s < 0 || s > 1e9)
		return false;
	*ms = (uint64_t)(s * 1000 + 0.5);
	return true;
}

static bool read_told(const struct json *v, struct rederive_told *t)
{
	t->id = json_string(json_get(v, "id"));
	t->state = json_string(json_get(v, "state"));
	t->dir = json_string(json_get(v, "dir"));
	t->retried = json_get(v, "attempts") != NULL;
	t->incomplete = false;
	(void)json_bool(json_get(v, "incomplete"), &t->incomplete); /* else false */
	return t->id != NULL && is_state(t->state) &&
	       (!t->retried || json_first(json_get(v, "attempts")) != NULL) &&
	       json_string(json_get(v, "format")) != NULL &&
	       gate_format_find(json_string(json_get(v, "format")), &t->format) &&
	       t->dir != NULL && json_bool(json_get(v, "leaky"), &t->leaky) &&
	       read_duration(json_get(v, "duration_s"), &t->duration_ms) &&
	       json_u64(json_get(v, "passed"), &t->passed) &&
	       json_u64(json_get(v, "failed"), &t->failed) &&
	       json_u64(json_get(v, "skipped"), &t->skipped) &&
	       json_u64(json_get(v, "flaky"), &t->flaky) &&
	       json_u64(json_get(v, "quarantined"), &t->quarantined);
}

static void tell_suite(struct rederiving *x, const struct rederive_told *t,
                       const char *what)
{
	char *text = arena_printf(&x->arena, "it says that suite %s %s", t->id, what);

	if (text != NULL)
		gate_damage_add(x->damages, "suites.json", text);
}

/* The suite as the policy has it: what a run says of itself does not decide how it is
 * read. One that was detected stands in no policy, and has the format that its command
 * writes. False, and told, for a row that no run writes. */
static bool find_suite(struct rederiving *x, const struct json *v,
                       const struct rederive_told *t, struct gate_suite *out)
{
	const struct gate_suite *named = gate_policy_suite(x->r->policy, t->id);
	const char *command = json_string(json_get(v, "command"));
	enum gate_format format = t->format;
	bool other = false;

	*out = (struct gate_suite){ .format = t->format,
		                    .dir = t->dir,
		                    .slow_ms = GATE_DETECT_SLOW_MS };
	if (named != NULL)
		*out = *named;
	out->id = t->id;
	if (out->format != t->format) {
		tell_suite(x, t, "has another format than policy.json says");
		return false;
	}
	if (named == NULL && command != NULL && gate_detect_format_of(command, &format) &&
	    format != t->format) {
		tell_suite(x, t, "has another format than its command writes");
		return false;
	}
	if (named == NULL && gate_detect_format_of_id(t->id, &format) &&
	    format != t->format) {
		tell_suite(x, t, "has another format than such a suite has");
		return false;
	}
	if (t->format == GATE_FORMAT_EXIT &&
	    rederive_find_suite(x, t->id, "results.txt", &other) != NULL) {
		tell_suite(x, t, "has no results, and some are stored");
		return false;
	}
	return true;
}

static bool has_output(struct rederiving *x, const struct rederive_told *t)
{
	bool other = false;

	return rederive_find_suite(x, t->id, "results.txt", &other) != NULL ||
	       rederive_find_suite(x, t->id, "output.txt", &other) != NULL;
}

/* What failed last did fail, whatever was made of it. */
static void compare_retried(struct rederiving *x, const struct rederive_told *t,
                            const struct gate_cases *c)
{
	if (c->failed > t->failed + t->quarantined)
		compare(x, t, "failed", c->failed, t->failed + t->quarantined);
}

static void tell_unreadable(struct rederiving *x, const struct rederive_told *t,
                            const char *why)
{
	char *text = arena_printf(&x->arena,
	                          "the stored results of suite %s cannot be read: %s",
	                          t->id, why);

	if (text != NULL)
		gate_damage_add(x->damages, "suites.json", text);
}

static void leave_out(struct rederiving *x, const struct rederive_told *t, bool gone)
{
	x->out->left_out++;
	compare_records(x, t, NULL, gone);
}

/* What is left of the bytes says no less than that. */
static void compare_seen(struct rederiving *x, const struct rederive_told *t,
                         uint64_t seen)
{
	if (seen > t->failed + t->quarantined + t->flaky)
		compare(x, t, "failed", seen, t->failed);
}

/* What its bytes come to, or why they cannot be read. */
static enum err_code reread(struct rederiving *x, struct rederive_suite *u,
                            struct err *err)
{
	const struct rederive_told *t = &u->told;
	struct err why = ERR_INIT;
	struct rederive_bytes b;
	enum err_code rc = rederive_bytes(x, u, &b, &why);

	if (rc == ERR_NOMEM || (!b.whole && rc == ERR_IO))
		return err_set(err, rc, "%s", why.msg);
	if (!b.whole || (rc != ERR_OK && (t->retried || b.redacted)) ||
	    (b.lines && !rederive_agrees(t, &u->run.cases))) {
		compare_seen(x, t, b.seen);
		leave_out(x, t, !b.whole && !has_output(x, t));
	} else if (rc != ERR_OK) {
		tell_unreadable(x, t, why.msg);
	} else if (t->retried) {
		compare_retried(x, t, &u->run.cases);
		leave_out(x, t, false);
	} else {
		x->out->suites++;
		compare_counts(x, t, &u->run.cases);
		compare_records(x, t, &u->run.cases, false);
		u->whole = t->quarantined == 0;
	}
	return ERR_OK;
}

/* As checks are judged by it: its cases where they are all known, else what is told. */
static void settle(struct rederive_suite *u)
{
	const struct rederive_told *t = &u->told;
	struct gate_run *r = &u->run;

	if (!u->whole) {
		gate_cases_fini(&r->cases);
		gate_cases_init(&r->cases);
		r->cases.passed = t->passed;
		r->cases.failed = t->failed;
		r->cases.skipped = t->skipped;
		r->cases.flaky = t->flaky;
		r->cases.quarantined = t->quarantined;
	}
	r->id = t->id;
	r->state = str_eq(t->state, "pass")   ? GATE_RUN_PASS
	           : str_eq(t->state, "fail") ? GATE_RUN_FAIL
	                                      : GATE_RUN_UNKNOWN;
	r->attempts = t->retried ? 2 : 1;
	r->leaky = t->leaky;
	r->incomplete = t->incomplete;
	r->started_ms = 0;
	r->ended_ms = (int64_t)t->duration_ms;
	if (u->suite.slow_ms > 0)
		gate_outcome_count_slow(r, u->suite.slow_ms);
}

static enum err_code rederive_suite(struct rederiving *x, const struct json *v,
                                    struct err *err)
{
	struct rederive_suite *u = &x->suites[x->suite_count];
	const struct rederive_told *t = &u->told;
	enum err_code rc = ERR_OK;

	if (!read_told(v, &u->told)) {
		gate_damage_add(x->damages, "suites.json",
		                "a suite in it is not told as a run tells it");
		return ERR_OK;
	}
	if (!find_suite(x, v, t, &u->suite))
		return ERR_OK;
	gate_run_init(&u->run);
	x->suite_count++;
	if (u->suite.format != GATE_FORMAT_EXIT &&
	    u->suite.format != GATE_FORMAT_PLUGIN && !str_eq(t->state, "unknown")) {
		rc = reread(x, u, err);
	} else {
		/* Of one that was detected, that it has no results only itself says. */
		if ((u->suite.format != GATE_FORMAT_EXIT &&
		     u->suite.format != GATE_FORMAT_PLUGIN) ||
		    gate_policy_suite(x->r->policy, t->id) == NULL)
			x->out->left_out++;
		compare_records(x, t, NULL, false);
	}
	settle(u);
	return rc;
}

bool rederive_is_listed(const struct rederiving *x, const char *suite)
{
	const struct json *v = x->told != NULL ? json_first(json_root(x->told)) : NULL;

	while (v != NULL && !str_eq(json_string(json_get(v, "id")), suite))
		v = json_next(v);
	return v != NULL;
}

/* A record that passes by a suite of which nothing is said. */
static void find_untold(struct rederiving *x)
{
	const struct gate_evidence *e = &x->r->evidence;
	const struct gate_policy *p = x->r->policy;

	for (size_t i = 0; i < p->check_count; i++) {
		const struct gate_check *k = &p->checks[i];
		struct rederive_told t = { .id = k->suite };

		if (!rederive_rests_on(k, t.id) || gate_check_all_suites(k) ||
		    gate_policy_suite(p, k->suite) == NULL ||
		    rederive_is_listed(x, k->suite))
			continue;
		for (size_t n = 0; n < e->record_count; n++)
			if (str_eq(e->records[n].check, k->id) &&
			    e->records[n].state == GATE_PASS)
				doubt(x, &t, k->id,
				      "suites.json does not have its suite");
	}
}

static enum err_code each_suite(struct rederiving *x, const struct json *rows,
                                struct err *err)
{
	enum err_code rc = ERR_OK;

	x->suites = arena_array(&x->arena, json_count(rows) + 1, sizeof(*x->suites));
	if (x->suites == NULL)
		return err_nomem(err);
	for (const struct json *v = json_first(rows); rc == ERR_OK && v != NULL;
	     v = json_next(v))
		rc = rederive_suite(x, v, err);
	return rc;
}

enum err_code rederive_suites(struct rederiving *x, struct err *err)
{
	enum err_code rc;

	if (x->r->suites.len == 0) {
		find_untold(x);
		return ERR_OK;
	}
	if (json_parse(&x->told, buf_span(&x->r->suites), "suites.json", err) != ERR_OK) {
		gate_damage_add(x->damages, "suites.json", "it is no JSON");
		return ERR_OK;
	}
	rc = each_suite(x, json_root(x->told), err);
	find_untold(x);
	return rc;
}

void rederive_suites_fini(struct rederiving *x)
{
	for (size_t i = 0; i < x->suite_count; i++)
		gate_run_fini(&x->suites[i].run);
	json_free(x->told);
}
