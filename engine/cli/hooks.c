// SPDX-License-Identifier: Apache-2.0
#include "cli/hooks.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/output.h"
#include "os/fs.h"
#include "os/process.h"

#include <inttypes.h>
#include <unistd.h>

#define GRACE_MS 5000

enum when { BEFORE, AFTER, FAILED, WHENS };

static const char *const when_names[WHENS] = { "before", "after", "failed" };

static const struct opt_list *hooks_of(const struct program_call *call, enum when when)
{
	return &cli_options(call)->hooks[when];
}

/* ---- their environment ---- */

/* "NAME=value" strings, with NULL behind the last. */
struct environment {
	char **items;
	size_t count;
	size_t cap;
	bool failed; /* no memory */
};

/* Takes the string. */
static void add(struct environment *e, char *take_item)
{
	if (take_item && mem_grow(&e->items, e->count, &e->cap, sizeof *e->items)) {
		e->items[e->count++] = take_item;
		return;
	}
	mem_free(take_item);
	e->failed = true;
}

static void add_text(struct environment *e, const char *name, const char *value)
{
	struct buf item = BUF_INIT;

	buf_printf(&item, "%s=%s", name, value);
	add(e, buf_take(&item));
}

static void add_number(struct environment *e, const char *name, uint64_t value)
{
	struct buf item = BUF_INIT;

	buf_printf(&item, "%s=%" PRIu64, name, value);
	add(e, buf_take(&item));
}

/* Secrets, and what an outer call has said of itself. */
static bool is_kept(const char *item)
{
	static const char *const dropped[] = {
		"LIFEBOAT_PASSWORD",    "LIFEBOAT_TO_PASSWORD", "LIFEBOAT_COMMAND=",
		"LIFEBOAT_HOOK=",       "LIFEBOAT_EXIT=",       "LIFEBOAT_ERROR=",
		"LIFEBOAT_SNAPSHOT=",   "LIFEBOAT_FILES=",      "LIFEBOAT_FOLDERS=",
		"LIFEBOAT_BYTES=",      "LIFEBOAT_BYTES_NEW=",  "LIFEBOAT_BYTES_ADDED=",
		"LIFEBOAT_UNREADABLE=", "LIFEBOAT_REPOSITORY=",
	};

	for (size_t i = 0; i < sizeof dropped / sizeof *dropped; i++)
		if (str_starts(item, dropped[i]))
			return false;
	return true;
}

static void environment_begin(struct environment *e, const struct program_call *call,
                              enum when when)
{
	const char *repo = NULL;

	for (const char *const *item = os_environ(); *item; item++)
		if (is_kept(*item))
			add(e, mem_strdup(*item));
	add_text(e, "LIFEBOAT_COMMAND", "backup");
	add_text(e, "LIFEBOAT_HOOK", when_names[when]);
	if (cli_repo_path(call, &repo, NULL) == ERR_OK)
		add_text(e, "LIFEBOAT_REPOSITORY", repo);
}

static void add_result(struct environment *e, const struct lb_backup_result *r)
{
	char hex[LB_ID16_HEX];

	lb_id16_hex(&r->snapshot, hex);
	add_text(e, "LIFEBOAT_SNAPSHOT", hex);
	add_number(e, "LIFEBOAT_FILES", r->figures.files);
	add_number(e, "LIFEBOAT_FOLDERS", r->figures.folders);
	add_number(e, "LIFEBOAT_BYTES", r->figures.bytes);
	add_number(e, "LIFEBOAT_BYTES_NEW", r->figures.bytes_new);
	add_number(e, "LIFEBOAT_BYTES_ADDED", r->figures.bytes_stored);
	add_number(e, "LIFEBOAT_UNREADABLE", r->figures.errors);
}

static enum err_code environment_end(struct environment *e, struct err *err)
{
	if (!e->failed && mem_grow(&e->items, e->count, &e->cap, sizeof *e->items)) {
		e->items[e->count] = NULL;
		return ERR_OK;
	}
	return err_nomem(err);
}

static void environment_fini(struct environment *e)
{
	for (size_t i = 0; i < e->count; i++)
		mem_free(e->items[i]);
	mem_free(e->items);
}

/* ---- running one ---- */

/* Standard output is for what the backup says. */
static void on_output(int stream, struct span data, void *context)
{
	(void)stream;
	(void)context;
	(void)!os_write_all(STDERR_FILENO, data, NULL); /* nobody else to tell */
}

static enum err_code judge(const char *command, const struct os_result *r,
                           struct err *err)
{
	if (r->end == OS_END_EXIT && r->code == 0)
		return ERR_OK;
	if (r->end == OS_END_CANCELLED)
		return err_set(err, ERR_CANCELLED, "the hook \"%s\" was stopped",
		               command);
	if (r->end == OS_END_EXIT)
		return err_set(err, ERR_IO, "the hook \"%s\" failed with exit code %d",
		               command, r->code);
	if (r->end == OS_END_SIGNAL)
		return err_set(err, ERR_IO, "the hook \"%s\" was ended by signal %d",
		               command, r->code);
	return err_set(err, ERR_IO, "the hook \"%s\" could not be run", command);
}

static enum err_code run(const struct program_call *call, const char *command,
                         const struct environment *e, struct err *err)
{
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	const struct os_spawn spec = { .argv = argv,
		                       .env = (const char *const *)e->items,
		                       .grace_ms = GRACE_MS,
		                       .leave = true,
		                       .cancel = call->cancel,
		                       .output = on_output };
	struct os_result result;
	enum err_code rc;

	log_event(LOG_INFO, "running the hook \"%s\"", command);
	os_result_init(&result);
	rc = os_run(&spec, &result, err);
	if (rc == ERR_OK)
		rc = judge(command, &result, err);
	os_result_fini(&result);
	return rc;
}

/* ---- all of a kind ---- */

enum err_code cli_hooks_before(const struct program_call *call, struct err *err)
{
	const struct opt_list *hooks = hooks_of(call, BEFORE);
	struct environment e = { .items = NULL };
	enum err_code rc;

	if (hooks->count == 0)
		return ERR_OK;
	environment_begin(&e, call, BEFORE);
	rc = environment_end(&e, err);
	for (size_t i = 0; i < hooks->count && rc == ERR_OK; i++)
		rc = run(call, hooks->items[i], &e, err);
	environment_fini(&e);
	return rc == ERR_OK ? rc : err_wrap(err, rc, "nothing was backed up");
}

/* Takes what `e` holds. */
static size_t run_all(const struct program_call *call, enum when when,
                      struct environment *take_e)
{
	const struct opt_list *hooks = hooks_of(call, when);
	const int cancelled = cancel_lift(call->cancel);
	struct err err = ERR_INIT;
	enum err_code rc = environment_end(take_e, &err);
	size_t failed = 0;

	if (rc != ERR_OK) {
		log_event(LOG_ERROR, "hooks: %s", err.msg);
		failed = hooks->count;
	}
	for (size_t i = 0; i < hooks->count && rc == ERR_OK; i++)
		if (run(call, hooks->items[i], take_e, &err) != ERR_OK) {
			log_event(LOG_ERROR, "%s", err.msg);
			failed++;
		}
	environment_fini(take_e);
	cancel_restore(call->cancel, cancelled);
	return failed;
}

size_t cli_hooks_after(const struct program_call *call, int code,
                       const struct lb_backup_result *result)
{
	struct environment e = { .items = NULL };

	if (hooks_of(call, AFTER)->count == 0)
		return 0;
	environment_begin(&e, call, AFTER);
	add_number(&e, "LIFEBOAT_EXIT", (uint64_t)code);
	add_result(&e, result);
	return run_all(call, AFTER, &e);
}

size_t cli_hooks_failed(const struct program_call *call, int code, const char *error)
{
	struct environment e = { .items = NULL };

	if (hooks_of(call, FAILED)->count == 0)
		return 0;
	environment_begin(&e, call, FAILED);
	add_number(&e, "LIFEBOAT_EXIT", (uint64_t)code);
	add_text(&e, "LIFEBOAT_ERROR", error);
	return run_all(call, FAILED, &e);
}

/* ---- a dry run ---- */

static enum err_code list_one(const struct program_call *call, enum when when,
                              const char *command, struct err *err)
{
	struct buf line = BUF_INIT;
	struct json_writer w;
	enum err_code rc;

	if (cli_options(call)->json) {
		json_writer_init(&w, &line, 0);
		json_open(&w, '{');
		json_field_str(&w, "type", "action");
		json_field_str(&w, "action", "hook");
		json_field_str(&w, "when", when_names[when]);
		json_field_span(&w, "command", span_str(command));
		json_close(&w, '}');
	} else {
		buf_printf(&line, "%-9s %s: ", "hook", when_names[when]);
		str_display(&line, span_str(command));
	}
	rc = cli_print_line(&line, err);
	buf_fini(&line);
	return rc;
}

enum err_code cli_hooks_list(const struct program_call *call, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (int when = BEFORE; when < WHENS; when++) {
		const struct opt_list *hooks = hooks_of(call, (enum when)when);

		for (size_t i = 0; i < hooks->count && rc == ERR_OK; i++)
			rc = list_one(call, (enum when)when, hooks->items[i], err);
	}
	return rc;
}
