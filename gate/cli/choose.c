// SPDX-License-Identifier: Apache-2.0
#include "cli/choose.h"

#include "base/str.h"
#include "cli/shard.h"
#include "collect/inputs.h"
#include "collect/rerun.h"
#include "collect/reuse/material.h"

enum { NAMED = 3, NAME_COLUMNS = 100 };

void names_add(struct names *n, const char *name)
{
	if (n->count++ >= NAMED)
		return;
	buf_puts(&n->text, n->count > 1 ? ", " : "");
	str_display_cut(&n->text, span_str(name), NAME_COLUMNS);
}

const char *names_end(struct names *n)
{
	if (n->count > NAMED)
		buf_printf(&n->text, " and %zu more", n->count - NAMED);
	return buf_str(&n->text);
}

/* The line is told where it can only be of this file. */
static void add_placed(struct names *n, const struct project *p,
                       const struct gate_suite *suite)
{
	struct buf text = BUF_INIT;

	buf_puts(&text, suite->id);
	if (suite->line > 0 && p->policy->files.count == 1)
		buf_printf(&text, " (line %zu)", suite->line);
	names_add(n, buf_str(&text));
	buf_fini(&text);
}

enum err_code choose_put_unused(struct buf *out, const struct project *p, struct err *err)
{
	const struct gate_policy *policy = p->policy;
	struct names all = { BUF_INIT, 0 };
	struct arena arena = ARENA_INIT;
	bool *unused = arena_array(&arena, policy->suite_count + 1, sizeof(*unused));
	enum err_code rc = arena_err(&arena, err);

	if (rc == ERR_OK)
		rc = gate_plan_unused(policy, unused, err);
	for (size_t i = 0; rc == ERR_OK && i < policy->suite_count; i++)
		if (unused[i])
			add_placed(&all, p, &policy->suites[i]);
	if (all.count > 0)
		buf_printf(out,
		           "%s: no check collects the suite%s %s: `run` does not run %s; "
		           "name %s in a check, as collect: {suite: ID}, or take %s out",
		           policy->path != NULL ? policy->path : "the policy",
		           str_s(all.count), names_end(&all),
		           all.count == 1 ? "it" : "them", all.count == 1 ? "it" : "them",
		           all.count == 1 ? "it" : "them");
	buf_fini(&all.text);
	arena_fini(&arena);
	return rc == ERR_OK ? buf_err(out, err) : rc;
}

enum err_code choose_note_unused(const struct project *p, const struct gate_selection *s,
                                 bool quiet, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (!quiet && s->only_count == 0 && !s->no_exec)
		rc = choose_put_unused(&text, p, err);
	if (rc == ERR_OK && text.len > 0)
		program_note("%s", buf_str(&text));
	buf_fini(&text);
	return rc;
}

/* Those that run whatever has changed are named: else --since seems to do nothing. */
static void note_without_inputs(const struct gate_policy *p, const char *since)
{
	struct names all = { BUF_INIT, 0 };

	for (size_t i = 0; i < p->suite_count; i++)
		if (p->suites[i].inputs.count == 0)
			names_add(&all, p->suites[i].id);
	if (all.count > 0)
		program_note("--since %s: %s always run%s: no `inputs` say what matters "
		             "to %s",
		             since, names_end(&all), all.count == 1 ? "s" : "",
		             all.count == 1 ? "it" : "them");
	buf_fini(&all.text);
}

static void note_reason(const struct gate_policy *p, const struct gate_selection *s,
                        const char *why)
{
	struct names all = { BUF_INIT, 0 };

	for (size_t i = 0; i < p->suite_count; i++)
		if (str_eq(s->left_out[i], why))
			names_add(&all, p->suites[i].id);
	program_note("%zu of %zu suite%s %s (%s)", all.count, p->suite_count,
	             str_s(p->suite_count), why, names_end(&all));
	buf_fini(&all.text);
}

/* In `test` they leave no other trace. */
static void note_left_out(const struct gate_policy *p, const struct gate_selection *s)
{
	for (size_t i = 0; s->left_out != NULL && i < p->suite_count; i++) {
		size_t first = 0;

		while (!str_eq(s->left_out[first], s->left_out[i]))
			first++;
		if (s->left_out[i] != NULL && first == i)
			note_reason(p, s, s->left_out[i]);
	}
}

/* Inputs that mean no file are a slip: nothing could ever select the suite, so it runs.
 */
enum err_code choose_mistaken(const struct project *p, const char *option,
                              const char **left_out, bool quiet, struct err *err)
{
	struct gate_material *m = NULL;
	enum err_code rc = gate_material_new(&m, buf_str(&p->root), err);

	for (size_t i = 0; rc == ERR_OK && i < p->policy->suite_count; i++) {
		const struct gate_suite *s = &p->policy->suites[i];
		struct buf unused = BUF_INIT;

		if (left_out[i] != NULL &&
		    gate_material_suite(m, s, &unused, NULL) == ERR_NOT_FOUND) {
			left_out[i] = NULL;
			if (!quiet)
				program_note("%s: %s runs: no file is among its "
				             "`inputs`; mend the globs",
				             option, s->id);
		}
		buf_fini(&unused);
	}
	gate_material_free(m);
	return rc;
}

static enum err_code choose_since(struct gate_selection *s,
                                  const struct program_call *call,
                                  const struct project *p, struct arena *arena,
                                  struct err *err)
{
	const char *since = cli_options(call)->since;
	const char **left_out = NULL;
	enum err_code rc = gate_inputs_since(p->policy, buf_str(&p->root), since, arena,
	                                     &left_out, err);

	s->left_out = left_out;
	if (rc == ERR_OK)
		rc = choose_mistaken(p, "--since", left_out, call->options->quiet, err);
	if (rc != ERR_OK)
		return err_wrap(err, rc, "--since");
	if (!call->options->quiet)
		note_without_inputs(p->policy, since);
	return ERR_OK;
}

/* ---- what failed last ---- */

static void note_again(const char *id, const struct gate_last_suite *last, bool some)
{
	struct names tests = { BUF_INIT, 0 };

	for (size_t i = 0; i < last->test_count; i++)
		names_add(&tests, last->tests[i]);
	if (some)
		program_note("%s: runs %zu test%s again: %s", id, last->test_count,
		             last->test_count == 1 ? "" : "s", names_end(&tests));
	else if (last->tests != NULL)
		program_note(
			"%s: runs again as a whole: nothing says how to run only %s; "
			"`rerun` of the suite can",
			id, names_end(&tests));
	else
		program_note("%s: runs again as a whole: %s", id,
		             last->state == GATE_RUN_FAIL
		                     ? "what failed has no name to run it by"
		                     : "it was unknown");
	buf_fini(&tests.text);
}

/* Takes the tests of one suite over into its command, where that can be. */
static void run_again(struct gate_suite *s, const char *root,
                      const struct gate_last_suite *last, struct arena *arena,
                      struct gate_last_suite *again, bool quiet)
{
	bool some = gate_rerun_command(s, root, last->tests, last->test_count, arena,
	                               &s->run);

	again->id = s->id;
	again->state = last->state;
	if (some) {
		const char **tests = arena_array(arena, last->test_count, sizeof(*tests));

		for (size_t i = 0; tests != NULL && i < last->test_count; i++)
			tests[i] = arena_str(arena, last->tests[i]);
		again->tests = tests;
		again->test_count = last->test_count;
	}
	if (!quiet)
		note_again(s->id, last, some);
}

static enum err_code load_last(struct gate_last **out, const char *root, struct err *err)
{
	enum err_code rc = gate_last_load(out, root, err);

	if (rc == ERR_NOT_FOUND)
		return err_set(
			err, ERR_USAGE,
			"--rerun-failed: nothing was run here yet; `seaworthy test` "
			"does");
	if (rc == ERR_CORRUPT)
		return err_wrap(err, ERR_USAGE, "--rerun-failed");
	return rc;
}

static enum err_code choose_failed(struct choice *c, const struct program_call *call,
                                   struct project *p, struct arena *arena,
                                   struct err *err)
{
	size_t count = p->policy->suite_count;
	const char **left_out = arena_array(arena, count + 1, sizeof(*left_out));
	struct gate_last *last = NULL;
	size_t chosen = 0;
	enum err_code rc = load_last(&last, buf_str(&p->root), err);

	c->again = arena_array(arena, count + 1, sizeof(*c->again));
	if (rc == ERR_OK)
		rc = arena_err(arena, err);
	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		struct gate_suite *s = &p->policy->suites[i];
		const struct gate_last_suite *found = gate_last_find(last, s->id);

		left_out[i] =
			c->selection.left_out != NULL ? c->selection.left_out[i] : NULL;
		if (found == NULL)
			left_out[i] = "did not fail when they ran last";
		if (left_out[i] != NULL)
			continue;
		chosen++;
		run_again(s, buf_str(&p->root), found, arena, &c->again[i],
		          call->options->quiet);
	}
	c->selection.left_out = left_out;
	if (rc == ERR_OK && chosen == 0 && !call->options->quiet)
		program_note("--rerun-failed: nothing failed when it ran last");
	gate_last_free(last);
	return rc == ERR_OK ? arena_err(arena, err) : rc;
}

enum err_code choose(struct choice *out, const struct program_call *call,
                     struct project *p, bool suites_only, struct arena *arena,
                     struct err *err)
{
	const struct cli_options *o = cli_options(call);
	enum err_code rc;

	*out = (struct choice){ .selection = { .only = o->only.items,
		                               .only_count = o->only.count,
		                               .skip = o->skip.items,
		                               .skip_count = o->skip.count,
		                               .no_exec = o->no_exec,
		                               .suites_only = suites_only,
		                               .some_tests = o->rerun_failed,
		                               .fail_fast = o->fail_fast,
		                               /* who asks again wants to see it run */
		                               .no_cache = o->no_cache ||
		                                           o->rerun_failed ||
		                                           o->repeat != NULL } };
	rc = shard_choose(&out->selection.shard, call, arena, err);
	if (rc == ERR_OK && suites_only && out->selection.shard != NULL &&
	    !call->options->quiet)
		program_note("shard %u of %u: only its part of the suites; nothing is "
		             "recorded: what is to be merged, `seaworthy run --shard` "
		             "records",
		             out->selection.shard->index, out->selection.shard->total);
	if (rc == ERR_OK && o->since != NULL)
		rc = choose_since(&out->selection, call, p, arena, err);
	if (rc == ERR_OK && o->rerun_failed)
		rc = choose_failed(out, call, p, arena, err);
	if (rc == ERR_OK && suites_only && !call->options->quiet)
		note_left_out(p->policy, &out->selection);
	return rc;
}
