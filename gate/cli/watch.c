// SPDX-License-Identifier: Apache-2.0
#include "cli/watch.h"

#include "base/map.h"
#include "base/str.h"
#include "collect/changes.h"
#include "collect/inputs.h"
#include "os/fs.h"

enum { OUTPUT_PASSES = 3 };
#define CLEAR "\x1b[H\x1b[2J\x1b[3J"

struct watcher {
	struct program_call *call;
	struct gate_changes *changes;
	struct map during; /* what changed during the last pass, into in_a_row */
	char in_a_row[OUTPUT_PASSES + 1];
	struct arena arena;
	const char **paths; /* that this pass is for; NULL: all */
	size_t count;
};

/* ---- what a pass is for ---- */

static enum err_code take_paths(struct watcher *w, const char *const *paths, size_t count,
                                struct err *err)
{
	arena_fini(&w->arena);
	arena_init(&w->arena);
	w->paths = arena_array(&w->arena, count + 1, sizeof(*w->paths));
	w->count = 0;
	for (size_t i = 0; w->paths != NULL && i < count; i++)
		w->paths[w->count++] = arena_str(&w->arena, paths[i]);
	return arena_err(&w->arena, err);
}

/* In how many passes in a row it changed. */
static size_t times_of(const struct watcher *w, const char *path)
{
	const char *at = map_get(&w->during, span_str(path));

	return at != NULL ? (size_t)(at - w->in_a_row) : 0;
}

/* Counts what changed during the last pass. A file that always does is what suites write:
 * else they would run for ever. */
static enum err_code drop_output(struct watcher *w, struct err *err)
{
	struct map now = MAP_INIT;
	struct names output = { BUF_INIT, 0 };
	size_t kept = 0;
	enum err_code rc = ERR_OK;

	map_init(&now);
	for (size_t i = 0; i < w->count && rc == ERR_OK; i++) {
		size_t times = times_of(w, w->paths[i]);

		if (times + 1 == OUTPUT_PASSES)
			names_add(&output, w->paths[i]);
		if (times < OUTPUT_PASSES)
			times++;
		if (!map_set(&now, span_str(w->paths[i]), &w->in_a_row[times]))
			rc = err_nomem(err);
		if (times < OUTPUT_PASSES)
			w->paths[kept++] = w->paths[i];
	}
	w->count = kept;
	map_fini(&w->during);
	w->during = now;
	if (output.count > 0)
		program_note(
			"taken for output, since suites change it whenever they run: "
			"%s; an ignore file can say so",
			names_end(&output));
	buf_fini(&output.text);
	return rc;
}

static bool is_policy(const struct session *s, const char *path)
{
	const struct gate_strings *files = &s->project.policy->files;
	struct buf full = BUF_INIT;
	bool same = false;

	os_join(&full, buf_str(&s->project.root), path);
	for (size_t i = 0; i < files->count && buf_ok(&full); i++)
		same = same || str_eq(files->items[i], buf_str(&full));
	buf_fini(&full);
	return same;
}

static bool matters(const struct watcher *w, const struct session *s, size_t suite)
{
	for (size_t i = 0; i < w->count; i++)
		if (is_policy(s, w->paths[i]) ||
		    gate_inputs_have(&s->project.policy->suites[suite],
		                     span_str(w->paths[i]), false))
			return true;
	return false;
}

/* Leaves out suites that none of the changes matter to. */
static enum err_code narrow(const struct watcher *w, struct session *s, struct err *err)
{
	size_t count = s->project.policy->suite_count;
	const char *const *before = s->choice.selection.left_out;
	const char **left_out;
	enum err_code rc;

	if (w->paths == NULL)
		return ERR_OK;
	left_out = arena_array(&s->arena, count + 1, sizeof(*left_out));
	if (left_out == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		left_out[i] = before != NULL ? before[i] : NULL;
		if (left_out[i] == NULL && !matters(w, s, i))
			left_out[i] = "not selected: no input changed";
	}
	s->choice.selection.left_out = left_out;
	rc = choose_mistaken(&s->project, "--watch", left_out, w->call->options->quiet,
	                     err);
	return rc == ERR_OK ? session_count(s, err) : rc;
}

/* ---- a pass ---- */

static void say_changed(const struct watcher *w)
{
	struct names all = { BUF_INIT, 0 };

	for (size_t i = 0; i < w->count; i++)
		names_add(&all, w->paths[i]);
	program_note("changed: %s", names_end(&all));
	buf_fini(&all.text);
}

static int run_pass(struct watcher *w, test_pass *pass)
{
	struct session s;
	struct err err = ERR_INIT;
	int code;

	if (session_open(&s, w->call, SESSION_TEST, &err) != ERR_OK ||
	    narrow(w, &s, &err) != ERR_OK)
		code = program_fail(w->call, &err);
	else if (w->paths != NULL && s.units == 0)
		code = CLI_OK;
	else
		code = pass(&s, w->call);
	session_close(&s);
	return code;
}

/* A screen for each pass, where there is one. */
static enum err_code begin_pass(const struct watcher *w, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (w->call->out.tty && w->call->err.tty)
		rc = program_print(SPAN_LIT(CLEAR), err);
	if (!w->call->options->quiet)
		say_changed(w);
	return rc;
}

/* ---- the loop ---- */

static void say_waiting(const struct watcher *w)
{
	const char *polls = gate_changes_polls(w->changes);

	if (w->call->options->quiet)
		return;
	program_note("watching %zu file%s for changes%s%s; Ctrl-C ends",
	             gate_changes_files(w->changes),
	             str_s(gate_changes_files(w->changes)),
	             polls != NULL ? ", every second: " : "", polls != NULL ? polls : "");
}

/* What is taken for output is no change either while nothing runs: it may be where our
 * own messages go. */
static void forget_output(struct watcher *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->count; i++)
		if (times_of(w, w->paths[i]) < OUTPUT_PASSES)
			w->paths[kept++] = w->paths[i];
	w->count = kept;
}

static enum err_code wait_for_change(struct watcher *w, struct err *err)
{
	const char *const *paths = NULL;
	size_t count = 0;
	enum err_code rc;

	do {
		rc = gate_changes_wait(w->changes, &paths, &count, err);
		if (rc == ERR_OK)
			rc = take_paths(w, paths, count, err);
		if (rc == ERR_OK)
			forget_output(w);
	} while (rc == ERR_OK && w->count == 0);
	return rc;
}

/* What the next pass is for: what changed during the last one, unless that wrote it, or
 * what changes next. */
static enum err_code next_paths(struct watcher *w, struct err *err)
{
	const char *const *paths = NULL;
	size_t count = 0;
	enum err_code rc = gate_changes_look(w->changes, &paths, &count, err);

	if (rc == ERR_OK)
		rc = take_paths(w, paths, count, err);
	if (rc == ERR_OK)
		rc = drop_output(w, err);
	if (rc != ERR_OK || w->count > 0)
		return rc;
	say_waiting(w);
	return wait_for_change(w, err);
}

static enum err_code watch_on(struct watcher *w, test_pass *pass, struct err *err)
{
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && !cancel_is_set(w->call->cancel)) {
		rc = next_paths(w, err);
		if (rc == ERR_OK)
			rc = begin_pass(w, err);
		if (rc == ERR_OK)
			(void)run_pass(w, pass);
	}
	return rc;
}

int watch_test(struct program_call *call, test_pass *pass)
{
	struct watcher w = { .call = call };
	struct buf root = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc;
	int code = CLI_OK;

	arena_init(&w.arena);
	map_init(&w.during);
	rc = project_root(call->args.count ? call->args.items[0] : NULL, &root, &err);
	if (rc == ERR_OK)
		rc = gate_changes_new(&w.changes, buf_str(&root), call->cancel, &err);
	if (rc == ERR_OK)
		code = run_pass(&w, pass);
	/* Before anything was run a mistake ends it, as without --watch. */
	if (rc == ERR_OK && code != CLI_USAGE)
		rc = watch_on(&w, pass, &err);
	if (rc != ERR_OK && rc != ERR_CANCELLED) /* Ctrl-C is how it ends */
		code = program_fail(call, &err);
	gate_changes_free(w.changes);
	map_fini(&w.during);
	arena_fini(&w.arena);
	buf_fini(&root);
	return code;
}
