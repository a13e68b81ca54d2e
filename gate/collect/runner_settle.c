// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/when.h"
#include "collect/outcome.h"
#include "collect/plugin/plugin.h"
#include "collect/quarantine.h"
#include "runner_internal.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* As many as there is room for. */
static void take_names(struct gate_run *r, struct span names)
{
	struct span name;

	while (span_line(&names, &name)) {
		const size_t used = strlen(r->leaked_names);

		if (name.len + 2 > sizeof(r->leaked_names) - used)
			return;
		(void)snprintf(r->leaked_names + used, sizeof(r->leaked_names) - used,
		               "%.*s\n", (int)name.len, name.ptr);
	}
}

/* Takes over what the process left in the run. */
static void take_process(struct gate_job *j)
{
	struct os_result *p = &j->process;
	struct gate_run *r = j->run;

	r->exit_code = p->end == OS_END_EXIT ? p->code : -1;
	r->signal = p->end == OS_END_SIGNAL ? p->code : 0;
	r->timed_out = p->end == OS_END_TIMEOUT;
	r->leaked += p->leaked;
	r->strays += p->strays;
	take_names(r, buf_span(&p->leaked_names));
	r->output_dropped += p->out_dropped + p->err_dropped;
}

/* What people read: stdout, then stderr where it was kept apart. */
static void take_output(struct gate_job *j)
{
	struct os_result *p = &j->process;
	struct gate_run *r = j->run;

	buf_put(&r->output, buf_span(&p->out));
	if (p->err_out.len > 0) {
		buf_puts(&r->output, "\n==> standard error <==\n");
		buf_put(&r->output, buf_span(&p->err_out));
	}
}

static void add_exit_case(struct gate_job *j)
{
	struct gate_run *r = j->run;
	bool passed = r->exit_code == 0;
	struct buf text = BUF_INIT;

	if (!passed)
		gate_outcome_end(&text, r);
	gate_cases_add(&r->cases, span_str(j->suite->id),
	               passed ? GATE_CASE_PASSED : GATE_CASE_FAILED,
	               j->process.duration_ms * 1000, buf_span(&text));
	buf_fini(&text);
}

static bool is_ours(enum err_code code)
{
	return code == ERR_NOMEM || code == ERR_CANCELLED;
}

/* Broken answers are the plug-in's trouble, not ours. */
static enum err_code read_plugin(struct gate_job *j, struct err *err)
{
	struct gate_run *r = j->run;
	struct err why = ERR_INIT;
	enum err_code rc = ERR_OK;

	if ((r->plugin = mem_new(sizeof(*r->plugin))) == NULL)
		return err_nomem(err);
	gate_plugin_init(r->plugin);
	if (j->process.out_dropped > 0)
		err_set(&why, ERR_CORRUPT, "its answer is larger than 64 MiB");
	else if ((rc = gate_plugin_read(r->plugin, buf_span(&j->process.out), &why)) ==
	         ERR_OK)
		rc = gate_plugin_fetch(r->plugin, buf_str(&j->tmp), &why);
	if (is_ours(rc))
		return err_set(err, rc, "%s", why.msg);
	gate_plugin_decide(r, why.msg);
	return ERR_OK;
}

static enum err_code read_results(struct gate_job *j, struct gate_results *files,
                                  struct err *err)
{
	const struct gate_suite *s = j->suite;
	enum err_code rc;

	if (s->format == GATE_FORMAT_EXIT) {
		add_exit_case(j);
		return ERR_OK;
	}
	if (s->format == GATE_FORMAT_PLUGIN)
		return read_plugin(j, err);
	if (s->results.count > 0)
		return gate_results_read(files, s, &j->run->cases, &j->run->results, err);
	if (j->stream != NULL) {
		rc = gate_gotest_end(j->stream, "output", err);
		if (rc == ERR_OK)
			gate_gotest_explain(&j->run->cases,
			                    buf_span(&j->process.err_out));
		return rc == ERR_OK ? gate_cases_unique(&j->run->cases, err) : rc;
	}
	if (j->process.out_dropped > 0)
		return err_set(
			err, ERR_LIMIT,
			"the output is larger than 64 MiB; have it written to a file");
	rc = gate_results_parse(s, buf_span(&j->process.out), "output", &j->run->cases,
	                        err);
	return rc == ERR_OK ? gate_cases_unique(&j->run->cases, err) : rc;
}

/* The shell says 127 when there is no such program, 126 when it may not be run. */
static bool shell_found_nothing(const struct gate_job *j)
{
	int code = j->run->exit_code;

	return j->suite->run.shell != NULL && (code == 127 || code == 126);
}

static void say_what_is_missing(struct gate_job *j)
{
	struct span missing = gate_outcome_missing(buf_span(&j->run->output));

	gate_job_not_started(j, missing.len > 0 ? missing
	                                        : SPAN_LIT("a program of the command"));
}

static void say_timed_out(struct gate_job *j)
{
	struct gate_run *r = j->run;
	char limit[WHEN_TEXT];

	when_duration(j->suite->timeout_ms, limit);
	gate_outcome_unknown(r, "ran out of time: stopped after its timeout of %s",
	                     limit);
	(void)snprintf(r->remedy, sizeof(r->remedy),
	               "give %s more `timeout`, or make it faster", j->suite->id);
}

static void say_too_many(struct gate_job *j)
{
	struct gate_run *r = j->run;

	gate_outcome_unknown(r, "was stopped: it had more than %zu processes at a time",
	                     j->limits.processes);
	(void)snprintf(r->remedy, sizeof(r->remedy),
	               "have %s start fewer processes at a time, or split it",
	               j->suite->id);
}

/* What a run that was stopped had told until then; no more than that can be read. */
static void say_seen(struct gate_job *j, struct gate_results *files)
{
	if (j->suite->format == GATE_FORMAT_EXIT)
		return;
	(void)!read_results(j, files, NULL);
	gate_outcome_seen(j->run);
}

/* The shell tells the signal of what it started in its own way. */
static bool ran_out_of_cpu(const struct gate_job *j)
{
	return j->limits.os.cpu_s > 0 &&
	       (j->run->signal == SIGXCPU || j->run->exit_code == 128 + SIGXCPU);
}

static void say_out_of_cpu(struct gate_job *j)
{
	struct gate_run *r = j->run;
	char limit[WHEN_TEXT];

	when_duration(j->limits.os.cpu_s * 1000, limit);
	gate_outcome_unknown(r, "ran out of processor time: limits.cpu_time is %s",
	                     limit);
	(void)snprintf(r->remedy, sizeof(r->remedy),
	               "give %s more `limits: {cpu_time: ..}`, or make it faster",
	               j->suite->id);
}

/* True, with the run unknown, where the process says nothing about the project. */
static bool ended_badly(struct gate_job *j)
{
	const struct gate_command *run = &j->suite->run;

	if (j->process.end == OS_END_NOT_FOUND)
		gate_job_not_started(
			j, span_str(run->shell != NULL ? "/bin/sh" : run->argv.items[0]));
	else if (j->process.end == OS_END_TIMEOUT)
		say_timed_out(j);
	else if (j->process.end == OS_END_LIMIT)
		say_too_many(j);
	else if (ran_out_of_cpu(j))
		say_out_of_cpu(j);
	else if (j->suite->format == GATE_FORMAT_EXIT && shell_found_nothing(j))
		say_what_is_missing(j);
	else
		return false;
	return true;
}

static void decide(struct gate_job *j)
{
	if (j->suite->format != GATE_FORMAT_EXIT)
		gate_quarantine_apply(j->runner->quarantine, j->run, false);
	gate_outcome_decide(j->run, j->suite);
}

enum err_code gate_job_settle(struct gate_job *j, struct gate_results *files,
                              struct err *err)
{
	struct err why = ERR_INIT;
	enum err_code rc;

	take_process(j);
	take_output(j);
	if ((rc = buf_err(&j->run->output, err)) != ERR_OK)
		return rc;
	if (ended_badly(j)) {
		if (j->suite->format != GATE_FORMAT_PLUGIN &&
		    (j->process.end == OS_END_TIMEOUT || j->process.end == OS_END_LIMIT))
			say_seen(j, files);
		return arena_err(&j->run->cases.arena, err);
	}
	rc = read_results(j, files, &why);
	if (is_ours(rc))
		return err_set(err, rc, "%s", why.msg);
	if (rc != ERR_OK)
		gate_outcome_unreadable(j->run, why.msg);
	else if (j->suite->format != GATE_FORMAT_PLUGIN)
		decide(j);
	if (j->run->state == GATE_RUN_UNKNOWN && shell_found_nothing(j))
		say_what_is_missing(j);
	if (files->stale > 0)
		gate_outcome_warn(j->run, "%zu older result file%s left out",
		                  files->stale, files->stale == 1 ? "" : "s");
	return arena_err(&j->run->cases.arena, err);
}
