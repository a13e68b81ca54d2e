// SPDX-License-Identifier: Apache-2.0
#include "cli/session.h"

#include "base/str.h"
#include "cli/releasing.h"
#include "cli/shown.h"
#include "collect/authors.h"
#include "collect/subject.h"
#include "lib/vcs_repo.h"
#include "os/clock.h"
#include "os/fs.h"
#include "scanners/baseline.h"

#include <string.h>

/* Knowledge for --rerun-failed: a run goes well without it. */
static void note_last(struct session *s, const struct gate_unit *u,
                      const struct gate_run *done)
{
	if (u->kind == GATE_UNIT_SUITE && u->left_out == NULL)
		(void)gate_last_note(
			s->last, s->project.policy->suites[u->index].id, done,
			s->choice.again != NULL ? &s->choice.again[u->index] : NULL);
}

static void on_event(const struct gate_unit *u, const struct gate_run *done,
                     void *context)
{
	struct session *s = context;
	const struct shown shown = { s->progress, &s->terminal, s->live };

	if (!done) {
		progress_note(s->progress, span_str(u->id));
		return;
	}
	note_last(s, u, done);
	shown_put(&s->events, u->id, u->left_out, done);
	if (s->ended != NULL && u->left_out == NULL)
		s->ended(u, done, s->context);
	progress_add(s->progress, 1);
	if (s->quiet || (s->brief && done->state == GATE_RUN_PASS))
		return;
	if (u->left_out != NULL)
		shown_left_out(&shown, u->id, u->left_out);
	else
		shown_end(&shown, u->id, done);
}

static bool leaves_all_out(const struct gate_policy *p, const struct gate_selection *s)
{
	if (s->left_out == NULL)
		return false;
	for (size_t i = 0; i < p->suite_count; i++)
		if (s->left_out[i] == NULL)
			return false;
	return p->suite_count > 0;
}

static enum err_code count_units(struct session *s, bool *scans, struct err *err)
{
	struct gate_plan plan;
	enum err_code rc = gate_plan_applying(s->project.policy, &s->choice.selection,
	                                      buf_str(&s->project.root),
	                                      &s->project.detected, &plan, err);

	*scans = false;
	if (rc != ERR_OK)
		return rc;
	s->units = plan.count;
	s->chosen = leaves_all_out(s->project.policy, &s->choice.selection);
	for (size_t i = 0; i < plan.count; i++)
		*scans = *scans || plan.units[i].kind == GATE_UNIT_SCAN;
	gate_plan_fini(&plan);
	return ERR_OK;
}

enum err_code session_count(struct session *s, struct err *err)
{
	bool scans = false;

	return count_units(s, &scans, err);
}

/* Also a base that nothing is compared with: who names one that is not there is told. */
static enum err_code check_base(const char *root, const char *base, struct err *err)
{
	struct vcs_repo *repo = NULL;
	enum err_code rc = vcs_repo_open(&repo, root, err);

	if (rc == ERR_NOT_FOUND)
		rc = err_set(err, ERR_USAGE, "%.300s is in no git repository", root);
	if (rc == ERR_OK)
		rc = vcs_base_check(repo, base, err);
	vcs_repo_close(repo);
	return rc == ERR_USAGE ? err_wrap(err, rc, "--base") : rc;
}

/* What somebody has to mend is told before anything is written. */
static enum err_code check_inputs(const struct session *s,
                                  const struct program_call *call, bool scans,
                                  struct err *err)
{
	const char *root = buf_str(&s->project.root);
	struct scan_baseline *baseline = NULL;
	enum err_code rc = ERR_OK;

	/* "release" is no revision, but what benchmarks make of it. */
	if (cli_options(call)->base != NULL &&
	    !(s->choice.selection.bench_only &&
	      str_eq(cli_options(call)->base, "release")))
		rc = check_base(root, cli_options(call)->base, err);
	if (rc == ERR_OK && scans)
		rc = scan_baseline_load(&baseline, root, NULL, err);
	scan_baseline_free(baseline);
	return rc;
}

/* The run that findings are compared with: the one that is asked for, or one of all. */
static enum err_code find_earlier(struct session *s, const struct program_call *call,
                                  struct err *err)
{
	const char *root = buf_str(&s->project.root);
	const char *asked = cli_options(call)->against;
	enum err_code rc;

	if (asked == NULL)
		return gate_recorded_list(root, &s->arena, &s->earlier, &s->earlier_count,
		                          err);
	rc = gate_recorded_find(root, asked, &s->against, err);
	return rc == ERR_OK
	               ? ERR_OK
	               : err_wrap(err, rc == ERR_NOT_FOUND ? ERR_USAGE : rc, "--against");
}

enum err_code session_open(struct session *s, const struct program_call *call,
                           enum session_kind kind, struct err *err)
{
	enum err_code rc;
	bool scans = false;

	memset(s, 0, sizeof *s);
	arena_init(&s->arena);
	s->kind = kind;
	s->terminal = call->err;
	s->quiet = call->options->quiet;
	s->live = cli_options(call)->no_capture;
	if (cli_options(call)->jobs > 1024)
		return err_set(err, ERR_USAGE, "--jobs %llu: at most 1024",
		               (unsigned long long)cli_options(call)->jobs);
	rc = project_open(&s->project, call,
	                  call->args.count ? call->args.items[0] : NULL, err);
	if (rc == ERR_OK)
		rc = choose(&s->choice, call, &s->project, kind == SESSION_TEST,
		            &s->arena, err);
	s->choice.selection.bench_only = kind == SESSION_BENCH;
	if (rc == ERR_OK)
		rc = gate_last_begin(&s->last, buf_str(&s->project.root), err);
	if (rc == ERR_OK)
		rc = find_earlier(s, call, err);
	if (rc == ERR_OK)
		rc = count_units(s, &scans, err);
	if (rc == ERR_OK)
		rc = check_inputs(s, call, scans, err);
	if (rc == ERR_OK && kind == SESSION_RUN)
		rc = choose_note_unused(&s->project, &s->choice.selection, s->quiet, err);
	return rc;
}

static enum err_code start(struct session *s, const struct program_call *call,
                           struct err *err)
{
	enum err_code rc;

	s->started_ms = os_now_ms();
	s->host = gate_host_sample(s->started_ms);
	buf_clear(&s->events);
	rc = gate_subject_load(&s->subject, &s->arena, buf_str(&s->project.root), err);
	if (rc == ERR_OK)
		rc = progress_new(&s->progress, &call->err,
		                  call->err.tty && !call->options->quiet &&
		                          !call->options->no_progress,
		                  err);
	if (rc == ERR_OK)
		rc = gate_store_new(&s->store, buf_str(&s->project.root), s->started_ms,
		                    err);
	if (rc == ERR_OK)
		rc = gate_store_policy(s->store, s->project.policy, err);
	if (rc == ERR_OK)
		rc = gate_store_subject(s->store, &s->subject, err);
	if (rc == ERR_OK)
		rc = gate_authors_store(s->store, s->project.policy,
		                        buf_str(&s->project.root), s->subject.commit,
		                        err);
	return rc;
}

/* Does anything of it compare with another state? */
static bool uses_base(const struct gate_policy *p)
{
	for (size_t i = 0; i < p->check_count; i++)
		if (p->checks[i].scan_new_code || p->checks[i].coverage_new_code ||
		    p->checks[i].collector == GATE_COLLECT_BENCH)
			return true;
	return false;
}

static enum err_code collect(struct session *s, const struct program_call *call,
                             struct err *err)
{
	struct gate_collector_context context = {
		.policy = s->project.policy,
		.detected = &s->project.detected,
		.selection = &s->choice.selection,
		.subject = &s->subject,
		.runner = { .root = buf_str(&s->project.root),
		            .scratch = buf_str(&s->project.scratch),
		            .cancel = call->cancel,
		            .progress = s->progress,
		            .live = s->live ? s->progress : NULL,
		            .jobs = cli_options(call)->jobs
		                            ? (size_t)cli_options(call)->jobs
		                            : os_processors() },
		.store = s->store,
		.base = cli_options(call)->base,
		.bench = { .base = cli_options(call)->base,
		           .base_wins = s->kind == SESSION_BENCH,
		           .quiet = call->options->quiet,
		           .calibrate = cli_options(call)->calibrate,
		           .pairs = cli_options(call)->pairs },
		.against = s->against.len > 0 ? buf_str(&s->against) : NULL,
		.earlier = s->earlier,
		.earlier_count = s->earlier_count,
		.event = on_event,
		.context = s,
	};
	enum err_code stored;
	enum err_code rc;

	if (context.base != NULL && !uses_base(s->project.policy))
		program_note(
			"--base %s: no check of the policy looks at new code only "
			"(new_code: true) or has benchmarks, so all are of the whole tree; "
			"`seaworthy scan --diff` tells what is new",
			context.base);
	progress_start(s->progress, "running", "units",
	               s->choice.selection.shard == NULL ? s->units : 0);
	progress_uneven(s->progress);
	rc = gate_collect(&context, err);
	/* Also of a run that was ended: what ended before has ended. */
	stored = gate_last_store(s->last, rc == ERR_OK ? err : NULL);
	return rc == ERR_OK ? stored : rc;
}

/* What was shown, and how busy the machine was. */
static enum err_code store_story(struct session *s, struct err *err)
{
	const struct gate_host_sample end = gate_host_sample(os_now_ms());
	struct buf host = BUF_INIT;
	enum err_code rc;

	gate_host_write(&s->host, &end, &host);
	rc = buf_err(&host, err);
	if (rc == ERR_OK)
		rc = gate_store_file(s->store, GATE_HOST_FILE, buf_span(&host), err);
	if (rc == ERR_OK)
		rc = gate_store_file(s->store, "events.jsonl", buf_span(&s->events), err);
	buf_fini(&host);
	return rc;
}

/* What the run may have built, now that it has. */
static enum err_code store_artefacts(struct session *s, const struct program_call *call,
                                     struct err *err)
{
	const struct gate_artefacts a = { .policy = s->project.policy,
		                          .root = buf_str(&s->project.root),
		                          .scratch = buf_str(&s->project.scratch),
		                          .named = cli_options(call)->artefacts.items,
		                          .named_count =
		                                  cli_options(call)->artefacts.count,
		                          .started_ms = s->started_ms };

	return releasing_store(s->store, &a, s->quiet, &s->unreleased, err);
}

static void put_option(struct buf *out, const char *option, const char *const *items,
                       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i == 0)
			buf_printf(out, "%s%s ", out->len > 0 ? " " : "", option);
		buf_printf(out, "%s%s", i > 0 ? "," : "", items[i]);
	}
}

/* "--only tests.*,docs.* --skip tests.slow": what makes it a run of a part. */
static enum err_code store_selection(struct session *s, struct err *err)
{
	const struct gate_selection *chosen = &s->choice.selection;
	const char *run = strrchr(gate_store_dir(s->store), '/');
	struct buf text = BUF_INIT;
	enum err_code rc;

	put_option(&text, "--only", chosen->only, chosen->only_count);
	put_option(&text, "--skip", chosen->skip, chosen->skip_count);
	rc = buf_err(&text, err);
	if (rc == ERR_OK && text.len > 0 && run != NULL && !s->quiet)
		program_note("a run of a part (%s): trends, badges and what takes the "
		             "last run leave it out; its name is %s",
		             buf_str(&text), run + 1);
	if (rc == ERR_OK)
		rc = gate_store_select(s->store, buf_span(&text), err);
	buf_fini(&text);
	return rc;
}

enum err_code session_collect(struct session *s, const struct program_call *call,
                              bool commit, struct err *err)
{
	enum err_code rc = start(s, call, err);

	if (rc == ERR_OK)
		rc = collect(s, call, err);
	if (rc == ERR_OK && cancel_is_set(call->cancel))
		rc = err_set(err, ERR_CANCELLED, "interrupted; the run is not recorded");
	if (rc == ERR_OK)
		rc = buf_err(&s->events, err);
	if (rc == ERR_OK && commit && s->kind == SESSION_RUN &&
	    s->choice.selection.shard == NULL)
		rc = store_artefacts(s, call, err);
	if (rc == ERR_OK && commit)
		rc = store_story(s, err);
	if (rc == ERR_OK && commit && s->choice.selection.shard == NULL)
		rc = store_selection(s, err);
	if (rc == ERR_OK && commit && s->choice.selection.shard != NULL)
		rc = gate_store_complete(s->store, s->started_ms, os_now_ms(), err);
	else if (rc == ERR_OK && commit)
		rc = gate_store_commit(s->store, s->started_ms, os_now_ms(), err);
	progress_finish(s->progress);
	s->progress = NULL;
	return rc;
}

enum err_code session_forget(struct session *s, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (s->store != NULL)
		rc = os_remove_tree(gate_store_dir(s->store), err);
	gate_store_free(s->store);
	s->store = NULL;
	return rc;
}

void session_close(struct session *s)
{
	progress_finish(s->progress);
	gate_store_free(s->store);
	gate_last_free(s->last);
	project_close(&s->project);
	buf_fini(&s->against);
	buf_fini(&s->events);
	arena_fini(&s->arena);
}
