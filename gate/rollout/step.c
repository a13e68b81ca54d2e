// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/command.h"
#include "os/process.h"
#include "rollout/rollout.h"

#include <stdio.h>

/* The steps: what is about to be done is in the log first, and how it ended behind it. */

enum {
	CAPTURE_MAX = 64 * 1024,
	GRACE_MS = 10 * 1000,
	CODE_TIMEOUT = 124,
	CODE_NONE = 127
};

static const char *const *environment(struct arena *a, const struct gate_stage *s,
                                      const char *commit)
{
	const char *const *own = os_environ();
	const char **env;
	size_t room = 4;
	size_t n = 0;

	for (size_t i = 0; own[i] != NULL; i++)
		room++;
	env = arena_array(a, room, sizeof(*env));
	if (env == NULL)
		return NULL;
	/* Passwords and tokens of this program are no business of theirs. */
	for (size_t i = 0; own[i] != NULL; i++)
		if (!str_starts(own[i], "SEAWORTHY_"))
			env[n++] = own[i];
	env[n++] = arena_printf(a, "SEAWORTHY_STAGE=%s", s->id);
	env[n++] = arena_printf(a, "SEAWORTHY_TRAFFIC=%s",
	                        s->traffic != NULL ? s->traffic : "");
	env[n++] = arena_printf(a, "SEAWORTHY_COMMIT=%s", commit != NULL ? commit : "");
	return arena_ok(a) ? env : NULL;
}

/* What a command came to, as a code that shells know, and in words. */
static int code_of(const struct os_result *res, char why[200])
{
	switch (res->end) {
	case OS_END_EXIT:
		(void)snprintf(why, 200, "exited with code %d", res->code);
		return res->code;
	case OS_END_SIGNAL:
		(void)snprintf(why, 200, "ended by signal %d", res->code);
		return 128 + res->code;
	case OS_END_TIMEOUT:
		(void)snprintf(why, 200, "took longer than its timeout");
		return CODE_TIMEOUT;
	case OS_END_NOT_FOUND:
		(void)snprintf(why, 200, "does not exist");
		return CODE_NONE;
	case OS_END_CANCELLED:
	case OS_END_LIMIT:
	default:
		(void)snprintf(why, 200, "was ended");
		return CODE_TIMEOUT;
	}
}

static enum err_code run(const struct gate_rollout *r, const struct gate_stage *s,
                         const struct gate_command *command,
                         struct gate_rollout_step *step, int *code, char why[200],
                         struct err *err)
{
	struct arena a = ARENA_INIT;
	struct os_result res;
	struct os_spawn spec = { .argv = gate_command_argv(&a, command),
		                 .dir = r->root,
		                 .env = environment(&a, s, step->commit),
		                 .timeout_ms = s->timeout_ms,
		                 .grace_ms = GRACE_MS,
		                 .capture_max = CAPTURE_MAX,
		                 .cancel = step->cancel,
		                 .output = step->output,
		                 .context = step->context };
	enum err_code rc;

	os_result_init(&res);
	rc = spec.argv == NULL || spec.env == NULL ? err_nomem(err)
	                                           : os_run(&spec, &res, err);
	if (rc == ERR_OK) {
		*code = code_of(&res, why);
		step->now_ms += (int64_t)res.duration_ms;
	}
	os_result_fini(&res);
	arena_fini(&a);
	return rc;
}

static enum err_code note(struct gate_rollout *r, enum gate_rollout_event event,
                          const struct gate_stage *s,
                          const struct gate_rollout_step *step, const char *evidence,
                          const char *why, int code, struct err *err)
{
	const struct gate_rollout_entry e = {
		.event = event,
		.time_ms = step->now_ms,
		.stage = s->id,
		.commit = step->commit,
		.run = step->run,
		.plan = r->plan.digest,
		.evidence = evidence,
		.why = why,
		.exit_code = code,
	};

	return gate_rollout_log_add(&r->log, r->root, &e, err);
}

/* Intent, command, outcome. The outcome is recorded whatever becomes of the caller: a
 * cancelled command has an end, too. */
static enum err_code perform(struct gate_rollout *r,
                             const enum gate_rollout_event events[3],
                             const struct gate_stage *s,
                             const struct gate_command *command,
                             struct gate_rollout_step step, const char *evidence,
                             const char *reason, struct err *err)
{
	char why[200] = "";
	int code = 0;
	enum err_code rc = note(r, events[0], s, &step, evidence, reason, -1, err);

	if (rc == ERR_OK)
		rc = run(r, s, command, &step, &code, why, err);
	if (rc != ERR_OK)
		return rc;
	rc = note(r, events[code == 0 ? 1 : 2], s, &step, NULL, code == 0 ? NULL : why,
	          code, err);
	if (rc == ERR_OK && code != 0)
		rc = err_set(err, ERR_IO, "stage %s: the command of its %s %s", s->id,
		             gate_rollout_event_name(events[0]), why);
	return rc;
}

static enum err_code keep(struct gate_rollout *r, char hex[DIGEST_HEX],
                          const char **evidence, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	*evidence = NULL;
	if (r->advice == GATE_ROLLOUT_NOTHING)
		return ERR_OK;
	gate_samples_write(&r->samples, &text);
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		rc = gate_rollout_log_keep(&r->log, buf_span(&text), hex, err);
	if (rc == ERR_OK)
		*evidence = hex;
	buf_fini(&text);
	return rc;
}

enum err_code gate_rollout_advance(struct gate_rollout *r, size_t next,
                                   const struct gate_rollout_step *step, struct err *err)
{
	static const enum gate_rollout_event events[] = {
		GATE_ROLLOUT_ADVANCE,
		GATE_ROLLOUT_ADVANCED,
		GATE_ROLLOUT_ADVANCE_FAILED,
	};
	const struct gate_stage *s;
	char hex[DIGEST_HEX];
	char kept[DIGEST_HEX];
	const char *evidence;
	enum err_code rc = keep(r, hex, &evidence, err);

	if (rc != ERR_OK)
		return rc;
	if (next == r->plan.stage_count)
		return note(r, GATE_ROLLOUT_FINISHED, &r->plan.stages[r->stage], step,
		            evidence, NULL, -1, err);
	rc = gate_rollout_log_keep(&r->log, span_str(r->plan.text), kept, err);
	if (rc != ERR_OK)
		return rc;
	s = &r->plan.stages[next];
	return perform(r, events, s, &s->advance, *step, evidence, NULL, err);
}

enum err_code gate_rollout_back(struct gate_rollout *r, const char *why,
                                const struct gate_rollout_step *step, struct err *err)
{
	static const enum gate_rollout_event events[] = {
		GATE_ROLLOUT_ROLLBACK,
		GATE_ROLLOUT_ROLLED_BACK,
		GATE_ROLLOUT_ROLLBACK_FAILED,
	};
	const struct gate_stage *s = &r->plan.stages[r->stage];
	char hex[DIGEST_HEX];
	const char *evidence;
	enum err_code rc;

	if (r->state == GATE_ROLLOUT_NONE || r->state == GATE_ROLLOUT_BACK)
		return err_set(err, ERR_USAGE,
		               "there is nothing to roll back: the rollout "
		               "is %s",
		               gate_rollout_state_name(r->state));
	rc = keep(r, hex, &evidence, err);
	return rc == ERR_OK
	               ? perform(r, events, s, &s->rollback, *step, evidence, why, err)
	               : rc;
}
