// SPDX-License-Identifier: Apache-2.0
#include "rollout/rollout.h"

#include "base/str.h"
#include "base/when.h"
#include "os/fs.h"

#include <string.h>

enum { FILE_MAX = 256 * 1024 * 1024 };

const char *gate_rollout_state_name(enum gate_rollout_state s)
{
	static const char *const names[] = { "not begun",    "in stage",
		                             "entering",     "failed",
		                             "rolling back", "not rolled back",
		                             "rolled back",  "finished" };

	return names[s];
}

const char *gate_rollout_advice_name(enum gate_rollout_advice a)
{
	static const char *const names[] = { "advance",   "wait", "unknown",
		                             "roll back", "stay", "none" };

	return names[a];
}

/* ---- where it is ---- */

bool gate_rollout_stage(const struct gate_rollout *r, const char *id, size_t *out)
{
	for (size_t i = 0; i < r->plan.stage_count; i++)
		if (str_eq(r->plan.stages[i].id, id)) {
			*out = i;
			return true;
		}
	return false;
}

static enum gate_rollout_state state_after(enum gate_rollout_event e)
{
	switch (e) {
	case GATE_ROLLOUT_ADVANCE:
		return GATE_ROLLOUT_ENTERING;
	case GATE_ROLLOUT_ADVANCED:
		return GATE_ROLLOUT_AT;
	case GATE_ROLLOUT_ADVANCE_FAILED:
		return GATE_ROLLOUT_STUCK;
	case GATE_ROLLOUT_ROLLBACK:
		return GATE_ROLLOUT_LEAVING;
	case GATE_ROLLOUT_ROLLED_BACK:
		return GATE_ROLLOUT_BACK;
	case GATE_ROLLOUT_ROLLBACK_FAILED:
		return GATE_ROLLOUT_UNROLLED;
	case GATE_ROLLOUT_FINISHED:
		return GATE_ROLLOUT_DONE;
	case GATE_ROLLOUT_EVENTS:
	default:
		return GATE_ROLLOUT_NONE;
	}
}

/* What is under way goes on by the plan that it began with: a policy that changed since
 * loosens nothing. */
static enum err_code take_kept_plan(struct gate_rollout *r, const char *digest,
                                    struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	if (str_eq(digest, r->plan.digest))
		return ERR_OK;
	rc = gate_rollout_log_kept(r->root, digest, &text, err);
	if (rc == ERR_OK) {
		gate_rollout_plan_fini(&r->plan);
		rc = gate_rollout_plan_parse(&r->plan, buf_span(&text), err);
		r->plan_changed = true;
	}
	buf_fini(&text);
	return rc;
}

/* The last line of the log says where. */
static enum err_code locate(struct gate_rollout *r, struct err *err)
{
	const struct gate_rollout_entry *last;
	enum err_code rc;

	r->state = GATE_ROLLOUT_NONE;
	if (r->log.count == 0)
		return ERR_OK;
	last = &r->log.entries[r->log.count - 1];
	r->state = state_after(last->event);
	r->since_ms = last->time_ms;
	r->commit = last->commit;
	if (r->state == GATE_ROLLOUT_BACK)
		return ERR_OK;
	rc = take_kept_plan(r, last->plan, err);
	if (rc != ERR_OK)
		return rc;
	return gate_rollout_stage(r, last->stage, &r->stage)
	               ? ERR_OK
	               : err_set(err, ERR_AUTH, "the rollout has no stage '%.80s'",
	                         last->stage);
}

enum err_code gate_rollout_open(struct gate_rollout *r, const struct gate_policy *p,
                                const char *root, bool lock, struct err *err)
{
	enum err_code rc;

	memset(r, 0, sizeof(*r));
	arena_init(&r->arena);
	gate_samples_init(&r->samples);
	r->root = root;
	r->advice = GATE_ROLLOUT_NOTHING;
	rc = gate_rollout_plan_load(&r->plan, p, err);
	if (rc == ERR_OK)
		rc = gate_rollout_log_open(&r->log, root, lock, err);
	return rc == ERR_OK ? locate(r, err) : rc;
}

void gate_rollout_close(struct gate_rollout *r)
{
	gate_samples_fini(&r->samples);
	gate_rollout_log_close(&r->log);
	gate_rollout_plan_fini(&r->plan);
	arena_fini(&r->arena);
}

/* ---- what the samples say ---- */

static enum err_code want_metrics(struct gate_rollout *r, const struct gate_stage *s,
                                  struct err *err)
{
	for (size_t i = 0; i < s->success_count; i++)
		if (gate_samples_metric(&r->samples, s->success[i].metric,
		                        s->success[i].query) == NULL)
			return err_nomem(err);
	for (size_t i = 0; i < s->abort_count; i++)
		if (gate_samples_metric(&r->samples, s->abort[i].metric,
		                        s->abort[i].query) == NULL)
			return err_nomem(err);
	return ERR_OK;
}

/* A file that cannot be read is no measurement, as a server that does not answer. */
static enum err_code read_file(struct gate_rollout *r, const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc = os_read_file(path, FILE_MAX, &text, err);

	if (rc == ERR_OK)
		rc = gate_samples_read(&r->samples, buf_span(&text), path, r->since_ms,
		                       r->now_ms, err);
	buf_fini(&text);
	if (rc == ERR_OK || rc == ERR_NOT_FOUND || rc == ERR_NOMEM || rc == ERR_CANCELLED)
		return rc;
	gate_samples_trouble(&r->samples, err->msg);
	return ERR_OK;
}

static enum err_code get_samples(struct gate_rollout *r, const char *file,
                                 const struct cancel *cancel, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	if (file == NULL && r->plan.samples == NULL)
		return gate_samples_ask(&r->samples, r->plan.prometheus, r->since_ms,
		                        r->now_ms, r->plan.step_ms, cancel, err);
	if (file != NULL)
		buf_puts(&path, file);
	else
		os_join(&path, r->root, r->plan.samples);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = read_file(r, buf_str(&path), err);
	/* Nobody has measured anything yet. */
	if (rc == ERR_NOT_FOUND && file == NULL) {
		gate_samples_trouble(&r->samples, err->msg);
		rc = ERR_OK;
	} else if (rc == ERR_NOT_FOUND) {
		rc = err_wrap(err, ERR_USAGE, "--samples");
	}
	buf_fini(&path);
	return rc;
}

static enum err_code judge(struct gate_rollout *r, const struct gate_stage *s,
                           struct err *err)
{
	r->success = arena_array(&r->arena, s->success_count + 1, sizeof(*r->success));
	r->abort = arena_array(&r->arena, s->abort_count + 1, sizeof(*r->abort));
	if (!arena_ok(&r->arena))
		return err_nomem(err);
	for (size_t i = 0; i < s->success_count; i++)
		gate_criterion_success(
			&s->success[i], gate_samples_find(&r->samples, &s->success[i]),
			r->since_ms, r->now_ms, r->plan.step_ms, &r->success[i]);
	for (size_t i = 0; i < s->abort_count; i++)
		gate_criterion_abort(
			&s->abort[i], gate_samples_find(&r->samples, &s->abort[i]),
			r->since_ms, r->now_ms, r->plan.step_ms, &r->abort[i]);
	return ERR_OK;
}

static size_t count_of(const struct gate_criterion_state *s, size_t n, enum gate_hold h)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += s[i].hold == h && !(h == GATE_UNTOLD && s[i].waiting);
	return found;
}

static size_t waiting(const struct gate_criterion_state *s, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += s[i].hold == GATE_UNTOLD && s[i].waiting;
	return found;
}

static enum gate_rollout_advice advise(const struct gate_rollout *r,
                                       const struct gate_stage *s)
{
	if (count_of(r->abort, s->abort_count, GATE_BREACHED) > 0)
		return GATE_ROLLOUT_TURN_BACK;
	if (count_of(r->success, s->success_count, GATE_BREACHED) > 0)
		return GATE_ROLLOUT_STAY;
	if (count_of(r->abort, s->abort_count, GATE_UNTOLD) > 0 ||
	    count_of(r->success, s->success_count, GATE_UNTOLD) > 0)
		return GATE_ROLLOUT_UNKNOWN;
	return r->left_ms > 0 || waiting(r->success, s->success_count) > 0
	               ? GATE_ROLLOUT_WAIT
	               : GATE_ROLLOUT_GO_ON;
}

enum err_code gate_rollout_look(struct gate_rollout *r, const char *file, int64_t now_ms,
                                const struct cancel *cancel, struct err *err)
{
	const struct gate_stage *s = &r->plan.stages[r->stage];
	uint64_t lasted;
	enum err_code rc;

	r->now_ms = now_ms;
	r->advice = GATE_ROLLOUT_NOTHING;
	if (r->state != GATE_ROLLOUT_AT)
		return ERR_OK;
	lasted = now_ms > r->since_ms ? (uint64_t)(now_ms - r->since_ms) : 0;
	r->left_ms = lasted < s->hold_ms ? s->hold_ms - lasted : 0;
	gate_samples_fini(&r->samples);
	gate_samples_init(&r->samples);
	rc = want_metrics(r, s, err);
	if (rc == ERR_OK)
		rc = get_samples(r, file, cancel, err);
	gate_samples_sort(&r->samples);
	if (rc == ERR_OK)
		rc = judge(r, s, err);
	if (rc == ERR_OK)
		r->advice = advise(r, s);
	return rc;
}

/* ---- what comes next ---- */

static enum err_code refuse(const struct gate_rollout *r, struct err *err)
{
	const char *stage = r->plan.stages[r->stage].id;
	char left[WHEN_TEXT];

	switch (r->advice) {
	case GATE_ROLLOUT_WAIT:
		when_duration(r->left_ms, left);
		return err_set(err, ERR_NOT_FOUND,
		               "stage %s: all is well so far, and %s are left of it",
		               stage, left);
	case GATE_ROLLOUT_UNKNOWN:
		return err_set(
			err, ERR_NOT_FOUND,
			"stage %s: samples are missing, and what is not known is no "
			"success",
			stage);
	case GATE_ROLLOUT_TURN_BACK:
		return err_set(
			err, ERR_LIMIT,
			"stage %s: an abort criterion was met; run `seaworthy rollout "
			"rollback`",
			stage);
	case GATE_ROLLOUT_STAY:
	case GATE_ROLLOUT_GO_ON:
	case GATE_ROLLOUT_NOTHING:
	default:
		return err_set(err, ERR_LIMIT,
		               "stage %s: a success criterion is breached", stage);
	}
}

static enum err_code next_of_broken(const struct gate_rollout *r, bool again,
                                    size_t *next, struct err *err)
{
	const char *stage = r->plan.stages[r->stage].id;

	*next = r->stage;
	if (r->state == GATE_ROLLOUT_LEAVING || r->state == GATE_ROLLOUT_UNROLLED)
		return err_set(
			err, ERR_USAGE,
			"rolling back from stage %s has not ended well: mend it and "
			"run `seaworthy rollout rollback`",
			stage);
	if (again)
		return ERR_OK;
	return err_set(err, ERR_USAGE,
	               "entering stage %s %s: run `seaworthy rollout rollback`, or "
	               "`seaworthy rollout advance --again` to run its command once more",
	               stage,
	               r->state == GATE_ROLLOUT_STUCK
	                       ? "failed"
	                       : "was interrupted, and nobody knows "
	                         "how that ended");
}

/* A commit that was rolled out, or taken back, does not begin anew by itself. */
static enum err_code next_of_ended(const struct gate_rollout *r, const char *commit,
                                   bool again, size_t *next, struct err *err)
{
	*next = 0;
	if (again || r->commit == NULL || !str_eq(r->commit, commit))
		return ERR_OK;
	return err_set(
		err, ERR_USAGE,
		"commit %.12s was %s: `seaworthy rollout advance --again` begins anew",
		commit, r->state == GATE_ROLLOUT_DONE ? "rolled out" : "rolled back");
}

enum err_code gate_rollout_next(const struct gate_rollout *r, const char *commit,
                                bool again, size_t *next, struct err *err)
{
	switch (r->state) {
	case GATE_ROLLOUT_NONE:
		*next = 0;
		return ERR_OK;
	case GATE_ROLLOUT_BACK:
	case GATE_ROLLOUT_DONE:
		return next_of_ended(r, commit, again, next, err);
	case GATE_ROLLOUT_AT:
		*next = r->stage + 1;
		return r->advice == GATE_ROLLOUT_GO_ON ? ERR_OK : refuse(r, err);
	case GATE_ROLLOUT_ENTERING:
	case GATE_ROLLOUT_STUCK:
	case GATE_ROLLOUT_LEAVING:
	case GATE_ROLLOUT_UNROLLED:
	default:
		return next_of_broken(r, again, next, err);
	}
}
