// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "collect/fixtures.h"
#include "collect/outcome.h"
#include "collect/plugin/plugin.h"
#include "collect/redact.h"
#include "collect/results.h"
#include "collect/shard/shard_run.h"
#include "collect/summary.h"
#include "collect_internal.h"
#include "os/clock.h"

#include <stdarg.h>
#include <stdio.h>

enum { WRITE_SUITES_MS = 500 };

/* ---- artefacts ---- */

/* Head and tail, and how much is between. */
static void put_capped(struct buf *out, struct span text, uint64_t dropped)
{
	size_t kept = text.len > GATE_OUTPUT_KEPT_MAX ? GATE_OUTPUT_KEPT_MAX : text.len;
	uint64_t gone = dropped + (text.len - kept);

	if (gone == 0) {
		buf_put(out, text);
		return;
	}
	buf_put(out, span_sub(text, 0, kept / 2));
	buf_printf(out, "\n==> %llu bytes left out <==\n", (unsigned long long)gone);
	buf_put(out, span_from(text, text.len - (kept - kept / 2)));
}

/* As "suite-unit.output.txt"; of an attempt before the last "suite-unit.attempt-1..". */
static char *artefact_name(struct gate_collection *c, const struct gate_unit *u,
                           size_t attempt, const char *what)
{
	char *name = attempt > 0 ? arena_printf(&c->arena, "%s.attempt-%zu.%s", u->id,
	                                        attempt, what)
	                         : arena_printf(&c->arena, "%s.%s", u->id, what);

	for (char *p = name; p != NULL && *p != '\0'; p++)
		if (*p == ':' || *p == '/')
			*p = '-';
	return name;
}

struct gate_artefact *gate_collect_slot(struct gate_collection *c,
                                        struct gate_unit_state *u)
{
	return arena_push(&c->arena, &u->artefacts, &u->artefact_count, &u->artefact_cap,
	                  sizeof(struct gate_artefact));
}

static enum err_code store_artefact(struct gate_collection *c, size_t unit,
                                    size_t attempt, const char *what, struct span data,
                                    struct err *err)
{
	const char *name = artefact_name(c, &c->plan.units[unit], attempt, what);
	struct gate_artefact *a;

	if (data.len == 0)
		return arena_err(&c->arena, err);
	a = gate_collect_slot(c, &c->units[unit]);
	if (a == NULL)
		return err_nomem(err);
	return gate_store_artefact(c->context->store, name, data, a, err);
}

static enum err_code store_texts(struct gate_collection *c, size_t unit, size_t attempt,
                                 const struct buf *output, uint64_t dropped,
                                 const struct buf *results, struct err *err)
{
	struct buf capped = BUF_INIT;
	enum err_code rc;

	put_capped(&capped, buf_span(output), dropped);
	rc = buf_err(&capped, err);
	if (rc == ERR_OK)
		rc = store_artefact(c, unit, attempt, "output.txt", buf_span(&capped),
		                    err);
	if (rc == ERR_OK)
		rc = store_artefact(c, unit, attempt,
		                    c->plan.units[unit].kind == GATE_UNIT_BENCH
		                            ? "json"
		                            : "results.txt",
		                    buf_span(results), err);
	buf_fini(&capped);
	return rc;
}

static enum err_code store_coverage(struct gate_collection *c, size_t unit,
                                    struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	gate_coverage_trace(&text, &c->units[unit].run, false);
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		rc = store_artefact(c, unit, 0, "coverage.info", buf_span(&text), err);
	buf_fini(&text);
	return rc;
}

/* What a plug-in found and made. */
static enum err_code store_answer(struct gate_collection *c, size_t unit,
                                  const struct gate_plugin_answer *a, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (a == NULL)
		return ERR_OK;
	rc = store_artefact(c, unit, 0, "findings.jsonl", buf_span(&a->findings), err);
	for (size_t i = 0; i < a->artefact_count && rc == ERR_OK; i++)
		rc = store_artefact(c, unit, 0, a->artefacts[i].name,
		                    buf_span(&a->artefacts[i].data), err);
	return rc;
}

static enum err_code store_run(struct gate_collection *c, size_t unit, struct err *err)
{
	const struct gate_run *r = &c->units[unit].run;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < r->earlier_count && rc == ERR_OK; i++) {
		const struct gate_attempt *a = &r->earlier[i];

		rc = store_texts(c, unit, i + 1, &a->output, a->output_dropped,
		                 &a->results, err);
	}
	if (rc == ERR_OK)
		rc = store_texts(c, unit, 0, &r->output, r->output_dropped, &r->results,
		                 err);
	if (rc == ERR_OK)
		rc = store_coverage(c, unit, err);
	if (rc == ERR_OK)
		rc = store_artefact(c, unit, 0, "redactions.json",
		                    buf_span(&r->redactions), err);
	return rc == ERR_OK ? store_answer(c, unit, r->plugin, err) : rc;
}

static enum err_code summarize(struct gate_collection *c, struct gate_unit_state *u,
                               struct err *err)
{
	struct buf text = BUF_INIT;

	gate_summary_suite(&text, u->suite, &u->run);
	if (buf_ok(&text))
		u->summary = arena_str(&c->arena, buf_str(&text));
	buf_fini(&text);
	return u->summary != NULL ? ERR_OK : err_nomem(err);
}

enum err_code gate_collect_write_suites(struct gate_collection *c, bool now,
                                        struct err *err)
{
	struct buf file = BUF_INIT;
	int64_t time = os_now_ms();
	enum err_code rc;

	if (!now && time - c->suites_ms < WRITE_SUITES_MS && time >= c->suites_ms)
		return ERR_OK;
	c->suites_ms = time;
	for (size_t i = 0; i < c->plan.count; i++)
		if (c->units[i].summary != NULL)
			buf_printf(&file, "%s%s", file.len == 0 ? "[" : ",\n",
			           c->units[i].summary);
	buf_puts(&file, file.len == 0 ? "[]\n" : "]\n");
	if ((rc = buf_err(&file, err)) == ERR_OK)
		rc = gate_store_file(c->context->store, "suites.json", buf_span(&file),
		                     err);
	buf_fini(&file);
	return rc;
}

/* ---- running ---- */

static const struct gate_unit_state *find_unit(const struct gate_collection *c,
                                               const char *id)
{
	return map_get(&c->by_id, span_str(id));
}

/* The tests of a suite that splits itself may all be in other shards. */
static bool is_elsewhere(const struct gate_collection *c, const struct gate_unit_state *s)
{
	return c->shard != NULL && s->suite != NULL && s->suite->shard && s->run.empty;
}

/* The first needed unit that did not pass, or NULL. */
static const struct gate_unit_state *broken_need(const struct gate_collection *c,
                                                 const struct gate_unit *u)
{
	for (size_t i = 0; i < u->need_count; i++) {
		const struct gate_unit_state *need = find_unit(c, u->needs[i]);

		if (need != NULL && !is_elsewhere(c, need) &&
		    (need->broken || need->run.state != GATE_RUN_PASS))
			return need;
	}
	return NULL;
}

/* The times of a run that took none. */
static void stamp(struct gate_run *r)
{
	r->started_ms = os_now_ms();
	r->ended_ms = r->started_ms;
}

void gate_collect_say_needed(struct gate_run *r, enum gate_unit_kind kind,
                             const struct gate_unit_state *need)
{
	const char *what = kind == GATE_UNIT_BUILD   ? "build"
	                   : kind == GATE_UNIT_SUITE ? "suite"
	                                             : "fixture";
	const char *how = need->run.state == GATE_RUN_FAIL ? "failed" : "is unknown";
	const char *why = need->broken ? need->run.fault : need->run.reason;

	gate_outcome_unknown(r, "%s %s %s: %s", what, need->run.id, how, why);
	(void)snprintf(r->remedy, sizeof(r->remedy), "%s", need->run.remedy);
}

static enum err_code run_command(const struct gate_runner *g, const struct gate_check *k,
                                 const char *base, struct gate_run *r, struct err *err)
{
	const struct gate_plugin_ask ask = { k, base };
	struct gate_suite s = { .id = k->id,
		                .ask = k->command_format == GATE_FORMAT_PLUGIN ? &ask
		                                                               : NULL,
		                .run = k->command,
		                .dir = ".",
		                .format = k->command_format,
		                .timeout_ms = k->command_timeout_ms };

	return gate_run_suite(g, &s, r, err);
}

static const char *id_of(const struct gate_collection *c, const struct gate_unit *u)
{
	const struct gate_policy *p = c->context->policy;

	switch (u->kind) {
	case GATE_UNIT_BUILD:
		return p->builds[u->index].id;
	case GATE_UNIT_SUITE:
		return p->suites[u->index].id;
	case GATE_UNIT_COMMAND:
		return p->checks[u->index].id;
	case GATE_UNIT_FIXTURE:
		return p->fixtures[u->index].id;
	case GATE_UNIT_SCAN:
	case GATE_UNIT_BENCH:
		break;
	}
	return u->id;
}

static bool suite_needs(const struct gate_suite *s, const char *id)
{
	for (size_t i = 0; i < s->needs.count; i++)
		if (str_eq(s->needs.items[i], id))
			return true;
	return false;
}

/* The suite for the builds as they were done; NULL if there is none for one of them. */
static const struct gate_suite *suite_for(const struct gate_collection *c,
                                          const struct gate_unit *u)
{
	const struct gate_suite *s = &c->context->policy->suites[u->index];

	for (size_t i = 0; i < u->need_count; i++) {
		const struct gate_unit_state *need = find_unit(c, u->needs[i]);

		if (need == NULL || !need->run.second_way || need->build == NULL)
			continue;
		while (s != NULL && !suite_needs(s, need->build->id))
			s = s->otherwise;
	}
	return s;
}

static enum err_code run_suite(const struct gate_collection *c,
                               const struct gate_runner *g, const struct gate_unit *u,
                               struct gate_unit_state *state, struct err *err)
{
	const struct gate_suite *s = suite_for(c, u);
	enum err_code rc;

	if (s == NULL) {
		gate_outcome_unknown(&state->run,
		                     "its build could not be configured; "
		                     "the one that was used has no such suite");
		stamp(&state->run);
		return ERR_OK;
	}
	rc = gate_run_suite(g, s, &state->run, err);
	if (s != state->suite)
		gate_outcome_warn(&state->run,
		                  "it stands in for %s, whose build could not be "
		                  "configured",
		                  state->suite->id);
	state->suite = s;
	return rc;
}

static enum err_code run_unit(struct gate_collection *c, const struct gate_unit *u,
                              struct gate_unit_state *state, struct err *err)
{
	const struct gate_policy *p = c->context->policy;
	size_t unit = (size_t)(u - c->plan.units);
	struct gate_runner g = c->runner;

	g.env = gate_fixtures_env(c->fixtures, unit);
	switch (u->kind) {
	case GATE_UNIT_BUILD:
		return gate_run_any_build(&g, &p->builds[u->index], &state->build,
		                          &state->run, err);
	case GATE_UNIT_SUITE:
		return run_suite(c, &g, u, state, err);
	case GATE_UNIT_COMMAND:
		return run_command(&g, &p->checks[u->index], c->context->base,
		                   &state->run, err);
	case GATE_UNIT_FIXTURE:
		return gate_fixture_set_up(c->fixtures, unit, &state->run, err);
	case GATE_UNIT_BENCH:
		return gate_collect_bench(c, state, err);
	case GATE_UNIT_SCAN:
		break;
	}
	return gate_collect_scan(c, state, err);
}

/* What ends the whole collection; any other error of ours is the evidence's. */
static bool is_final(enum err_code code)
{
	return code == ERR_NOMEM || code == ERR_CANCELLED;
}

static void name_unit(struct gate_collection *c, const struct gate_unit *u,
                      struct gate_unit_state *state)
{
	state->run.id = id_of(c, u);
	if (u->kind == GATE_UNIT_SUITE)
		state->suite = &c->context->policy->suites[u->index];
}

static enum err_code run_and_note(struct gate_collection *c, const struct gate_unit *u,
                                  struct gate_unit_state *state, struct err *err)
{
	const struct gate_unit_state *need = broken_need(c, u);
	size_t unit = (size_t)(u - c->plan.units);
	struct err why = ERR_INIT;
	enum err_code rc;

	name_unit(c, u, state);
	if (need != NULL) {
		gate_collect_say_needed(&state->run, c->plan.units[need - c->units].kind,
		                        need);
		stamp(&state->run);
		return ERR_OK;
	}
	if (gate_fixtures_check(c->fixtures, unit, &state->run)) {
		stamp(&state->run);
		return ERR_OK;
	}
	rc = run_unit(c, u, state, &why);
	if (is_final(rc))
		return err_set(err, rc, "%s", why.msg);
	/* A server that ended meanwhile: what ran without it says nothing. */
	if (rc == ERR_OK)
		(void)gate_fixtures_check(c->fixtures, unit, &state->run);
	if (rc == ERR_OK)
		return ERR_OK;
	state->run.fault = mem_strdup(why.msg);
	if (state->run.fault == NULL)
		return err_nomem(err);
	state->broken = true;
	gate_outcome_unknown(&state->run, "%s", why.msg);
	return ERR_OK;
}

enum err_code gate_collect_run_unit(struct gate_collection *c, size_t unit,
                                    struct err *err)
{
	struct gate_unit_state *state = &c->units[unit];
	enum err_code rc = run_and_note(c, &c->plan.units[unit], state, err);

	return rc == ERR_OK ? gate_redact(c->redactor, &state->run, err) : rc;
}

void gate_collect_skip_unit(struct gate_collection *c, size_t unit, const char *fmt, ...)
{
	struct gate_unit_state *state = &c->units[unit];
	char why[300];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	name_unit(c, &c->plan.units[unit], state);
	gate_outcome_unknown(&state->run, "%s", why);
	stamp(&state->run);
}

enum err_code gate_collect_keep_unit(struct gate_collection *c, size_t unit,
                                     struct err *err)
{
	struct gate_unit_state *state = &c->units[unit];
	enum err_code rc;

	state->done = true;
	if (state->reused)
		name_unit(c, &c->plan.units[unit], state);
	if ((rc = store_run(c, unit, err)) != ERR_OK ||
	    (rc = gate_coverage_reuse(c, unit, err)) != ERR_OK)
		return rc;
	if (c->plan.units[unit].kind == GATE_UNIT_SUITE &&
	    (rc = summarize(c, state, err)) != ERR_OK)
		return rc;
	if (c->shard != NULL && (rc = shard_run_keep(c, unit, err)) != ERR_OK)
		return rc;
	return c->plan.units[unit].kind == GATE_UNIT_SUITE
	               ? gate_collect_write_suites(c, false, err)
	               : ERR_OK;
}
