// SPDX-License-Identifier: Apache-2.0
#include "collect/runner.h"

#include "base/mem.h"
#include "base/str.h"
#include "collect/board.h"
#include "collect/command.h"
#include "collect/coverage/gather.h"
#include "collect/demand.h"
#include "collect/environment.h"
#include "collect/outcome.h"
#include "collect/plugin/plugin.h"
#include "collect/retry.h"
#include "collect/workspace.h"
#include "os/clock.h"
#include "os/fs.h"
#include "runner_internal.h"

/* Output kept in memory: much where results are read from it, else what people may want.
 */
#define OUTPUT_PARSED_MAX (UINT64_C(64) << 20)
#define GRACE_MS 2000 /* unless the policy says otherwise */
#define OUTPUT_SHOWN_MAX (UINT64_C(1) << 20)

void gate_run_init(struct gate_run *r)
{
	*r = (struct gate_run){ .exit_code = -1,
		                .output = BUF_INIT,
		                .results = BUF_INIT };
	gate_cases_init(&r->cases);
}

void gate_run_fini(struct gate_run *r)
{
	for (size_t i = 0; i < r->earlier_count; i++) {
		buf_fini(&r->earlier[i].output);
		buf_fini(&r->earlier[i].results);
		buf_fini(&r->earlier[i].failures);
	}
	mem_free(r->earlier);
	gate_cov_gathered_free(r->coverage);
	gate_cases_fini(&r->cases);
	if (r->plugin != NULL)
		gate_plugin_fini(r->plugin);
	mem_free(r->plugin);
	mem_free(r->fault);
	buf_fini(&r->output);
	buf_fini(&r->results);
	buf_fini(&r->redactions);
}

static bool reads_output(const struct gate_suite *s)
{
	return s->results.count == 0 && s->format != GATE_FORMAT_EXIT;
}

/* Read as it comes, so that it may be of any length. */
static bool streams(const struct gate_suite *s)
{
	return reads_output(s) && s->format == GATE_FORMAT_GOTEST;
}

/* One stream: where nobody parses stdout alone, and where stderr may hold results. */
static bool merges_streams(const struct gate_suite *s)
{
	return !reads_output(s) || s->format == GATE_FORMAT_UNITTEST ||
	       s->format == GATE_FORMAT_REGEX;
}

static enum err_code choose_folder(struct gate_job *j, struct err *err)
{
	const struct gate_suite *s = j->suite;
	struct gate_workspace *own = NULL;
	struct gate_workspace *w = j->runner->workspace;
	enum err_code rc = ERR_OK;
	const char *copy;

	if (s->scratch && w == NULL) {
		rc = gate_workspace_new(&own, j->root, j->scratch, NULL, err);
		w = own;
	}
	if (rc == ERR_OK && s->scratch) {
		rc = gate_workspace_copy(w, j->build, s->id, &copy, err);
		if (rc == ERR_OK)
			j->root = arena_str(&j->arena, copy);
	}
	if (rc == ERR_OK) {
		j->dir = s->dir == NULL || str_eq(s->dir, ".")
		                 ? j->root
		                 : arena_printf(&j->arena, "%s/%s", j->root, s->dir);
		rc = arena_err(&j->arena, err);
	}
	gate_workspace_free(own);
	return rc;
}

static enum err_code absolute(struct gate_job *j, const char *path, const char **out,
                              struct err *err)
{
	struct buf real = BUF_INIT;
	enum err_code rc = os_realpath(path, &real, err);

	if (rc == ERR_OK) {
		*out = arena_str(&j->arena, buf_str(&real));
		rc = arena_err(&j->arena, err);
	}
	buf_fini(&real);
	return rc;
}

static enum err_code prepare(struct gate_job *j, struct err *err)
{
	enum err_code rc;

	if ((rc = os_mkdirs(j->runner->scratch, 0700, err)) != ERR_OK)
		return rc;
	if ((rc = absolute(j, j->runner->root, &j->root, err)) != ERR_OK)
		return rc;
	if ((rc = absolute(j, j->runner->scratch, &j->scratch, err)) != ERR_OK)
		return rc;
	return choose_folder(j, err);
}

/* ---- the process ---- */

static void tick(uint64_t elapsed_ms, void *context)
{
	const struct gate_job *j = context;

	(void)elapsed_ms;
	gate_board_tick(j->runner->board);
}

static const char *const *environment(struct gate_job *j)
{
	size_t jobs = gate_demand_jobs(j->suite, j->runner->jobs > 0 ? j->runner->jobs
	                                                             : os_processors());
	struct gate_environment e = { .inherited = os_environ(),
		                      .root = j->root,
		                      .scratch = j->scratch,
		                      .tmp = buf_str(&j->tmp),
		                      .suite = j->suite->id,
		                      .jobs = jobs,
		                      .build = j->build,
		                      .shard = j->runner->shard,
		                      .splits = j->suite->shard,
		                      .given = j->runner->env,
		                      .own = &j->suite->env };

	return gate_environment_make(&j->arena, &e);
}

static void on_output(int stream, struct span data, void *context)
{
	struct gate_job *j = context;

	if (stream == 1 && j->stream != NULL)
		gate_gotest_feed(j->stream, data);
	if (j->live.progress != NULL)
		gate_live_put(&j->live, stream, data);
}

static enum err_code run_process(struct gate_job *j, struct err *err)
{
	const struct gate_suite *s = j->suite;
	bool whole = reads_output(s) && !streams(s);
	struct buf input = BUF_INIT;
	struct os_spawn spawn = {
		.argv = gate_command_argv(&j->arena, &s->run),
		.dir = j->dir,
		.env = environment(j),
		.timeout_ms = s->timeout_ms,
		.grace_ms = s->grace_ms > 0 ? s->grace_ms : GRACE_MS,
		.processes_max = j->limits.processes,
		.limits = j->limits.os,
		.capture_max = whole ? OUTPUT_PARSED_MAX : OUTPUT_SHOWN_MAX,
		.merge = merges_streams(s),
		.cancel = j->runner->cancel,
		.output = j->stream != NULL || j->runner->live != NULL ? on_output : NULL,
		.tick = j->runner->board != NULL ? tick : NULL,
		.context = j,
	};
	enum err_code rc = arena_err(&j->arena, err);

	if (s->ask != NULL)
		gate_plugin_put_ask(&input, s->ask, j->root, buf_str(&j->tmp),
		                    s->timeout_ms);
	if (rc == ERR_OK)
		rc = buf_err(&input, err);
	spawn.input = buf_span(&input);
	j->live = (struct gate_live){ .progress = j->runner->live, .id = s->id };
	if (rc == ERR_OK)
		rc = os_run(&spawn, &j->process, err);
	gate_live_end(&j->live);
	buf_fini(&input);
	return rc;
}

/* ---- one attempt ---- */

static enum err_code attempt(struct gate_job *j, struct err *err)
{
	struct gate_results files = { .stale = 0 };
	struct gate_results reports = { .stale = 0 };
	enum err_code rc;

	os_result_init(&j->process);
	j->run->attempts++;
	rc = gate_results_begin(&files, j->root, j->scratch, &j->suite->results,
	                        os_now_ms(), err);
	if (rc == ERR_OK)
		rc = gate_results_begin(&reports, j->root, j->scratch,
		                        &j->suite->coverage, os_now_ms(), err);
	/* outside the project: what tests make there must not lie in its repository */
	if (rc == ERR_OK)
		rc = os_mkdtemp(NULL, "seaworthy-", &j->tmp, err);
	if (rc == ERR_OK && streams(j->suite) &&
	    (j->stream = gate_gotest_new(&j->run->cases)) == NULL)
		rc = err_nomem(err);
	if (rc == ERR_OK)
		rc = run_process(j, err);
	if (rc == ERR_OK && j->process.end == OS_END_CANCELLED)
		rc = err_set(err, ERR_CANCELLED, "%s: cancelled", j->suite->id);
	if (rc == ERR_OK)
		rc = gate_job_settle(j, &files, err);
	if (rc == ERR_OK)
		rc = gate_coverage_gather(j, &reports, err);
	if (j->tmp.len > 0 && os_remove_tree(buf_str(&j->tmp), NULL) != ERR_OK)
		gate_outcome_warn(j->run, "its TMPDIR could not be removed");
	buf_clear(&j->tmp);
	gate_gotest_free(j->stream);
	j->stream = NULL;
	os_result_fini(&j->process);
	gate_results_end(&files);
	gate_results_end(&reports);
	return rc;
}

static enum err_code prepare_and_run(struct gate_job *j, struct err *err)
{
	struct err why = ERR_INIT;
	enum err_code rc = prepare(j, &why);

	if (rc == ERR_OK && os_type_of(j->dir) == OS_DIR)
		return gate_retry(j, attempt, err);
	if (rc == ERR_OK)
		gate_outcome_unknown(j->run, "there is no folder %s", j->suite->dir);
	else if (rc == ERR_AUTH ||
	         rc == ERR_LIMIT) /* of the project's files, not of ours */
		gate_outcome_unknown(j->run, "%s", why.msg);
	else
		return err_set(err, rc, "%s", why.msg);
	return ERR_OK;
}

static enum err_code run_job(struct gate_job *j, struct err *err)
{
	enum err_code rc = ERR_OK;

	j->run->id = j->suite->id;
	j->run->started_ms = os_now_ms();
	gate_limits_read(j->suite->limits, &j->limits);
	arena_init(&j->arena);
	gate_job_suggest(j);
	if (gate_job_can_start(j))
		rc = prepare_and_run(j, err);
	gate_outcome_leaks(j->run, j->build ? NULL : j->suite);
	j->run->ended_ms = os_now_ms();
	if (j->run->ended_ms < j->run->started_ms) /* the clock was set back meanwhile */
		j->run->ended_ms = j->run->started_ms;
	buf_fini(&j->tmp);
	arena_fini(&j->arena);
	if (rc != ERR_OK)
		err_wrap(err, rc, "%s %s", j->build ? "build" : "suite", j->suite->id);
	return rc;
}

enum err_code gate_run_suite(const struct gate_runner *g, const struct gate_suite *s,
                             struct gate_run *out, struct err *err)
{
	struct gate_job j = { .runner = g, .suite = s, .run = out, .tmp = BUF_INIT };

	return run_job(&j, err);
}

enum err_code gate_run_build(const struct gate_runner *g, const struct gate_build *b,
                             struct gate_run *out, struct err *err)
{
	struct gate_suite s = { .id = b->id,
		                .run = b->run,
		                .dir = b->dir,
		                .format = GATE_FORMAT_EXIT,
		                .env = b->env,
		                .limits = b->limits,
		                .timeout_ms = b->timeout_ms,
		                .tool = b->tool,
		                .install = b->install,
		                .scratch = b->scratch,
		                .unknown = b->unknown };
	struct gate_job j = {
		.runner = g, .suite = &s, .build = true, .run = out, .tmp = BUF_INIT
	};

	return run_job(&j, err);
}
