// SPDX-License-Identifier: Apache-2.0
#include "collect/retry.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "collect/outcome.h"
#include "collect/quarantine.h"
#include "os/clock.h"

#include <string.h>

enum { FAILURES_SHOWN = 50, PAUSE_MAX_MS = 60000, NS_PER_MS = 1000000 };

static bool has_failed(const struct gate_case *item)
{
	return item->state == GATE_CASE_FAILED || item->state == GATE_CASE_ERROR;
}

/* ---- keeping what was ---- */

void gate_retry_failures(struct buf *out, const struct gate_cases *c)
{
	size_t shown = 0;

	for (size_t i = 0; i < c->count && shown < FAILURES_SHOWN; i++) {
		if (!has_failed(&c->items[i]))
			continue;
		shown++;
		buf_printf(out, "%s\n", c->items[i].name);
	}
	if (c->failed > shown)
		buf_printf(out, "and %llu more\n",
		           (unsigned long long)(c->failed - shown));
}

/* The attempt goes from the run to those before it. */
static enum err_code set_aside(struct gate_run *r, int64_t started_ms, struct err *err)
{
	struct gate_attempt *a;

	if (!mem_grow(&r->earlier, r->earlier_count, &r->earlier_cap,
	              sizeof(*r->earlier)))
		return err_nomem(err);
	a = &r->earlier[r->earlier_count++];
	*a = (struct gate_attempt){ .state = r->state,
		                    .started_ms = started_ms,
		                    .ended_ms = os_now_ms(),
		                    .output = r->output,
		                    .output_dropped = r->output_dropped,
		                    .results = r->results,
		                    .failures = BUF_INIT };
	memcpy(a->reason, r->reason, sizeof(a->reason));
	gate_retry_failures(&a->failures, &r->cases);
	r->output = r->results = (struct buf)BUF_INIT;
	r->output_dropped = 0;
	gate_cases_fini(&r->cases);
	gate_cases_init(&r->cases);
	r->warning[0] = '\0';
	return buf_err(&a->failures, err);
}

/* Notes the failed cases of an attempt that is followed by another. */
static bool remember_failures(struct map *failed, struct gate_cases *c)
{
	for (size_t i = 0; i < c->count; i++) {
		/* Only the key matters. */
		if ((has_failed(&c->items[i]) ||
		     c->items[i].state == GATE_CASE_QUARANTINED) &&
		    !map_set(failed, span_str(c->items[i].name), failed))
			return false;
	}
	return true;
}

/* ---- judging all of them ---- */

/* Takes the cases that passed at last off the list of those that failed before. A name
 * may stand for several cases. */
static void mark_flaky(struct gate_run *r, struct map *failed)
{
	for (size_t i = 0; i < r->cases.count; i++) {
		struct gate_case *item = &r->cases.items[i];

		if ((item->state == GATE_CASE_PASSED || item->state == GATE_CASE_FLAKY) &&
		    map_has(failed, span_str(item->name)))
			gate_cases_restate(&r->cases, item, GATE_CASE_FLAKY);
	}
	for (size_t i = 0; i < r->cases.count; i++)
		if (r->cases.items[i].state == GATE_CASE_FLAKY ||
		    r->cases.items[i].state == GATE_CASE_QUARANTINED)
			(void)map_remove(failed, span_str(r->cases.items[i].name));
}

/* A pass at a later attempt: nothing that failed before may have gone missing. */
static void judge_attempts(struct gate_run *r, struct map *failed)
{
	struct buf name = BUF_INIT;
	struct span key;
	size_t at = 0;
	void *value;

	mark_flaky(r, failed);
	if (r->attempts == 1 || r->state != GATE_RUN_PASS)
		return;
	gate_outcome_warn(r, "passed only at attempt %zu", r->attempts);
	if (!map_next(failed, &at, &key, &value))
		return;
	str_display_cut(&name, key, 80);
	gate_outcome_unknown(r,
	                     "attempt %zu passed without all tests that failed before: "
	                     "%s is not among the passed ones",
	                     r->attempts, buf_str(&name));
	buf_fini(&name);
}

/* ---- again ---- */

static bool found_by_a_sanitizer(const struct gate_run *r)
{
	static const char *const signs[] = {
		"WARNING: DATA RACE",
		"WARNING: ThreadSanitizer:", "ERROR: AddressSanitizer:",
		"ERROR: LeakSanitizer:", "WARNING: MemorySanitizer:"
	};
	struct span output = buf_span(&r->output);

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (span_find(output, span_str(signs[i])) < output.len)
			return true;
	return false;
}

static bool goes_on(const struct gate_job *j)
{
	const struct gate_run *r = j->run;

	return r->state == GATE_RUN_FAIL && r->attempts <= j->suite->retries &&
	       !found_by_a_sanitizer(r);
}

/* The policy's pause, doubled with each attempt up to a minute, or what it says above. */
static uint64_t pause_after(const struct gate_suite *s, size_t attempts)
{
	uint64_t ms = s->retry_delay_ms;

	for (size_t i = 1; i < attempts && ms < PAUSE_MAX_MS; i++)
		ms = ms > PAUSE_MAX_MS / 2 ? PAUSE_MAX_MS : ms * 2;
	return ms;
}

static enum err_code wait_before(const struct gate_job *j, struct err *err)
{
	uint64_t ms = pause_after(j->suite, j->run->attempts);

	if (ms > 0)
		os_wait_until(os_ticks_ns() + ms * NS_PER_MS, j->runner->cancel);
	if (cancel_is_set(j->runner->cancel))
		return err_set(err, ERR_CANCELLED, "%s: cancelled", j->suite->id);
	return ERR_OK;
}

enum err_code gate_retry(struct gate_job *j, gate_attempt_once *attempt, struct err *err)
{
	struct map failed = MAP_INIT;
	int64_t started_ms = os_now_ms();
	enum err_code rc;

	map_init(&failed);
	rc = attempt(j, err);
	while (rc == ERR_OK && goes_on(j)) {
		if (!remember_failures(&failed, &j->run->cases))
			rc = err_nomem(err);
		if (rc == ERR_OK)
			rc = set_aside(j->run, started_ms, err);
		if (rc == ERR_OK)
			rc = wait_before(j, err);
		started_ms = os_now_ms();
		if (rc == ERR_OK)
			rc = attempt(j, err);
	}
	judge_attempts(j->run, &failed);
	gate_quarantine_apply(j->runner->quarantine, j->run, true);
	map_fini(&failed);
	return rc;
}
