// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "base/when.h"
#include "cli/judged.h"
#include "cli/project.h"
#include "collect/subject.h"
#include "os/clock.h"
#include "rollout/rollout.h"

#include <string.h>

/* `rollout`: where the staged rollout is, and its steps. */

enum { INTERVAL_MS = 30 * 1000 };

struct work {
	struct program_call *call;
	struct project project;
	struct gate_rollout rollout;
	struct arena arena;
	struct gate_subject subject;
	struct gate_rollout_step step;
	bool opened;
};

/* ---- common ---- */

static enum err_code time_of(const struct program_call *call, int64_t *now,
                             struct err *err)
{
	const char *given = cli_options(call)->now;

	*now = os_now_ms();
	if (given != NULL && !when_parse(span_str(given), now))
		return err_set(err, ERR_USAGE,
		               "--now %s: write an RFC 3339 time such as "
		               "2026-11-22T10:00:00Z",
		               given);
	return ERR_OK;
}

static void show_output(int stream, struct span data, void *context)
{
	const struct work *w = context;
	struct buf shown = BUF_INIT;
	struct span line;

	(void)stream;
	if (w->call->options->quiet)
		return;
	while (span_line(&data, &line)) {
		buf_clear(&shown);
		buf_put(&shown, line);
		program_note("  | %s", buf_str(&shown));
	}
	buf_fini(&shown);
}

/* What is done goes by the project's own policy; another one may only be looked through.
 */
static enum err_code own_policy(const struct program_call *call, bool lock,
                                struct err *err)
{
	const struct cli_options *o = cli_options(call);

	return lock && (o->policy != NULL || o->profile != NULL)
	               ? err_set(err, ERR_USAGE,
	                         "--policy and --profile are for `rollout status` alone")
	               : ERR_OK;
}

static enum err_code open_work(struct work *w, struct program_call *call, bool lock,
                               struct err *err)
{
	const char *root;
	enum err_code rc;

	memset(w, 0, sizeof(*w));
	w->call = call;
	arena_init(&w->arena);
	rc = own_policy(call, lock, err);
	if (rc == ERR_OK)
		rc = project_open(&w->project, call, NULL, err);
	root = buf_str(&w->project.root);
	if (rc == ERR_OK)
		rc = gate_subject_load(&w->subject, &w->arena, root, err);
	if (rc == ERR_OK)
		rc = time_of(call, &w->step.now_ms, err);
	if (rc == ERR_OK) {
		w->opened = true;
		rc = gate_rollout_open(&w->rollout, w->project.policy, root, lock, err);
	}
	w->step.again = cli_options(call)->again;
	w->step.cancel = call->cancel;
	w->step.output = show_output;
	w->step.context = w;
	w->step.commit = w->subject.commit;
	return rc;
}

static void close_work(struct work *w)
{
	if (w->opened)
		gate_rollout_close(&w->rollout);
	project_close(&w->project);
	arena_fini(&w->arena);
}

static enum err_code look(struct work *w, struct err *err)
{
	return gate_rollout_look(&w->rollout, cli_options(w->call)->samples,
	                         w->step.now_ms, w->call->cancel, err);
}

/* What keeps a rollout from going on is told by 1 where it is bad, and by 4 where it is
 * not known yet. */
static int end(struct work *w, enum err_code rc, const struct err *err)
{
	int code = CLI_OK;

	if (rc != ERR_OK)
		code = program_fail(w->call, err);
	if (rc == ERR_NOT_FOUND)
		code = CLI_EVIDENCE;
	else if (rc == ERR_LIMIT || rc == ERR_IO)
		code = CLI_NO_GO;
	else if (rc == ERR_AUTH)
		code = CLI_VERIFY;
	close_work(w);
	return code;
}

static enum err_code print(const struct work *w, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	if (str_eq(cli_options(w->call)->format, "json"))
		gate_rollout_json(&w->rollout, &text);
	else
		gate_rollout_text(&w->rollout, w->call->out.color, &text);
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		rc = program_print(buf_span(&text), err);
	buf_fini(&text);
	return rc;
}

/* ---- status ---- */

static int code_of(const struct gate_rollout *r)
{
	if (r->state == GATE_ROLLOUT_STUCK || r->state == GATE_ROLLOUT_UNROLLED ||
	    r->advice == GATE_ROLLOUT_TURN_BACK || r->advice == GATE_ROLLOUT_STAY)
		return CLI_NO_GO;
	if (r->state == GATE_ROLLOUT_ENTERING || r->state == GATE_ROLLOUT_LEAVING ||
	    r->advice == GATE_ROLLOUT_WAIT || r->advice == GATE_ROLLOUT_UNKNOWN)
		return CLI_EVIDENCE;
	return CLI_OK;
}

static int status(struct program_call *call)
{
	struct err err = ERR_INIT;
	struct work w;
	enum err_code rc = open_work(&w, call, false, &err);
	int code;

	if (rc == ERR_OK)
		rc = look(&w, &err);
	if (rc == ERR_OK)
		rc = print(&w, &err);
	code = rc == ERR_OK ? code_of(&w.rollout) : CLI_OK;
	return rc == ERR_OK ? (close_work(&w), code) : end(&w, rc, &err);
}

/* ---- advance ---- */

/* Is it a run of what lies here now, judged by the policy that lies here? */
static enum err_code check_state(const struct work *w, const struct judged *j,
                                 struct err *err)
{
	const struct gate_subject *was = j->assessment->subject;
	const struct gate_subject *is = &w->subject;

	if (is->commit == NULL || is->tree == NULL)
		return err_set(
			err, ERR_USAGE,
			"a rollout is of a commit, and this is no repository of git");
	if (is->has_dirty && is->dirty)
		return err_set(err, ERR_LIMIT,
		               "there are uncommitted changes, which no run has judged");
	if (!str_eq(was->commit, is->commit) || !str_eq(was->tree, is->tree))
		return err_set(err, ERR_LIMIT,
		               "the last run is of commit %.12s, and this is %.12s: run "
		               "`seaworthy run`",
		               was->commit != NULL ? was->commit : "none", is->commit);
	if (!str_eq(j->recorded.policy->digest, w->project.policy->digest))
		return err_set(err, ERR_LIMIT,
		               "the last run was judged by another policy than this "
		               "project's: run `seaworthy run`");
	return ERR_OK;
}

static enum err_code check_run(struct work *w, const struct judged *j, struct err *err)
{
	const struct gate_assessment *a = j->assessment;
	const bool conditional = cli_options(w->call)->accept_conditional;
	enum err_code rc;

	if (!j->recorded.complete || j->recorded.manifest == NULL ||
	    judged_faults(j) != CLI_OK)
		return err_set(err, ERR_AUTH,
		               "the last run is not what was recorded: see "
		               "`seaworthy verify`");
	if ((rc = check_state(w, j, err)) != ERR_OK)
		return rc;
	if (gate_assessment_exit(a, conditional) != 0)
		return err_set(
			err, ERR_LIMIT,
			"a rollout begins with a GO, and the last run is %s",
			a->decision == GATE_CONDITIONAL_GO && !conditional
				? "CONDITIONAL GO, which --accept-conditional takes"
			: a->decision == GATE_NO_GO ? "NO-GO"
						    : "one with an error of the gate");
	w->step.run = arena_str(&w->arena, j->recorded.run);
	return arena_err(&w->arena, err);
}

/* A rollout begins with the decision of a recorded run of this very state. */
static enum err_code need_go(struct work *w, struct err *err)
{
	struct judged j = { .has_recorded = false };
	struct buf dir = BUF_INIT;
	enum err_code rc = judged_find(NULL, &dir, err);

	if (rc == ERR_OK)
		rc = judged_open_again(&j, buf_str(&dir), &w->step.now_ms, err);
	if (rc == ERR_OK)
		rc = check_run(w, &j, err);
	judged_close(&j);
	buf_fini(&dir);
	return rc;
}

static enum err_code step_on(struct work *w, struct err *err)
{
	struct gate_rollout *r = &w->rollout;
	size_t next = 0;
	enum err_code rc =
		gate_rollout_next(r, w->subject.commit, w->step.again, &next, err);

	if (rc == ERR_OK && next == 0)
		rc = need_go(w, err);
	else
		w->step.commit = r->commit; /* of which the rollout is */
	if (rc == ERR_OK)
		rc = gate_rollout_advance(r, next, &w->step, err);
	if (rc == ERR_OK && !w->call->options->quiet)
		program_note("%s%s",
		             next == r->plan.stage_count ? "the rollout is finished"
		                                         : "entered stage ",
		             next == r->plan.stage_count ? "" : r->plan.stages[next].id);
	return rc;
}

static int advance(struct program_call *call)
{
	struct err err = ERR_INIT;
	struct work w;
	enum err_code rc = open_work(&w, call, true, &err);

	if (rc == ERR_OK)
		rc = look(&w, &err);
	if (rc == ERR_OK)
		rc = step_on(&w, &err);
	return end(&w, rc, &err);
}

/* ---- rollback ---- */

static enum err_code step_back(struct work *w, const char *why, struct err *err)
{
	enum err_code rc;

	w->step.commit = w->rollout.commit;
	rc = gate_rollout_back(&w->rollout, why, &w->step, err);
	if (rc == ERR_OK && !w->call->options->quiet)
		program_note("rolled back");
	return rc;
}

/* With a log that cannot be trusted nobody but its user knows the stage. */
static enum err_code force(struct work *w, enum err_code rc, struct err *err)
{
	const char *stage = cli_options(w->call)->stage;
	const char *root = buf_str(&w->project.root);

	if (rc != ERR_AUTH)
		return rc;
	if (stage == NULL)
		return err_wrap(
			err, rc,
			"the log cannot be trusted; `rollout rollback --stage ID` "
			"takes the release back from a stage without it");
	gate_rollout_close(&w->rollout);
	rc = gate_rollout_log_set_aside(root, err);
	if (rc == ERR_OK)
		rc = gate_rollout_open(&w->rollout, w->project.policy, root, true, err);
	else
		w->opened = false;
	if (rc == ERR_OK && !gate_rollout_stage(&w->rollout, stage, &w->rollout.stage))
		rc = err_set(err, ERR_USAGE, "the policy's rollout has no stage '%.80s'",
		             stage);
	w->rollout.state = GATE_ROLLOUT_AT;
	w->rollout.since_ms = w->step.now_ms;
	return rc;
}

static int rollback(struct program_call *call)
{
	struct err err = ERR_INIT;
	struct work w;
	enum err_code rc = open_work(&w, call, true, &err);

	if (rc != ERR_OK && w.opened)
		rc = force(&w, rc, &err);
	/* Without samples, too: the way back is never closed. */
	if (rc == ERR_OK && look(&w, &err) != ERR_OK)
		w.rollout.advice = GATE_ROLLOUT_NOTHING;
	if (rc == ERR_OK)
		rc = step_back(&w, cli_options(call)->reason, &err);
	return end(&w, rc, &err);
}

/* ---- watch ---- */

static const char *first_breach(const struct gate_rollout *r, struct arena *a)
{
	const struct gate_stage *s = &r->plan.stages[r->stage];

	for (size_t i = 0; i < s->abort_count; i++)
		if (r->abort[i].hold == GATE_BREACHED)
			return arena_printf(a, "%s %s %s: %s", s->abort[i].metric,
			                    s->abort[i].below ? "below" : "above",
			                    s->abort[i].limit, r->abort[i].why);
	return NULL;
}

static enum err_code pass_of(struct program_call *call, bool *over, int *code,
                             struct err *err)
{
	struct work w;
	enum err_code rc = open_work(&w, call, true, err);
	const struct gate_rollout *r = &w.rollout;

	if (rc == ERR_OK)
		rc = look(&w, err);
	if (rc == ERR_OK)
		rc = print(&w, err);
	if (rc == ERR_OK && r->state != GATE_ROLLOUT_AT) {
		*over = true;
		*code = code_of(r);
	} else if (rc == ERR_OK && r->advice == GATE_ROLLOUT_TURN_BACK) {
		*over = true;
		*code = CLI_NO_GO;
		rc = step_back(&w, first_breach(r, &w.arena), err);
	} else if (rc == ERR_OK && r->advice == GATE_ROLLOUT_GO_ON) {
		*over = !cli_options(call)->advance ||
		        r->stage + 1 == r->plan.stage_count;
		if (cli_options(call)->advance)
			rc = step_on(&w, err);
	}
	/* What passes by itself must not end the watch: another command at work, a file
	 * or server that cannot be read for once. */
	if (rc == ERR_LOCKED || (rc == ERR_IO && !*over)) {
		program_note("%s; looking again", err->msg);
		rc = ERR_OK;
	}
	if (rc != ERR_OK)
		*code = end(&w, rc, err);
	else
		close_work(&w);
	return rc;
}

static enum err_code interval_of(const struct program_call *call, uint64_t *ms,
                                 struct err *err)
{
	const char *given = cli_options(call)->interval;

	*ms = INTERVAL_MS;
	if (given != NULL && (!num_duration_ms(span_str(given), ms) || *ms == 0))
		return err_set(err, ERR_USAGE,
		               "--interval %s: write a duration such as 30s", given);
	return ERR_OK;
}

static int watch(struct program_call *call)
{
	struct err err = ERR_INIT;
	bool over = false;
	int code = CLI_OK;
	uint64_t ms;

	if (interval_of(call, &ms, &err) != ERR_OK)
		return program_fail(call, &err);
	while (!over) {
		const uint64_t next = os_ticks_ns() + ms * 1000000;

		if (pass_of(call, &over, &code, &err) != ERR_OK)
			return code;
		if (!over)
			os_wait_until(next, call->cancel);
		if (cancel_is_set(call->cancel)) {
			err_set(&err, ERR_CANCELLED, "interrupted");
			return program_fail(call, &err);
		}
	}
	return code;
}

int cli_rollout(struct program_call *call)
{
	const char *what = call->args.count > 0 ? call->args.items[0] : "status";
	static const struct {
		const char *name;
		program_command *run;
	} verbs[] = {
		{ "status", status },
		{ "advance", advance },
		{ "rollback", rollback },
		{ "watch", watch },
	};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (str_eq(what, verbs[i].name))
			return verbs[i].run(call);
	err_set(&err, ERR_USAGE,
	        "rollout %s: there are status, advance, rollback and watch", what);
	return program_fail(call, &err);
}
