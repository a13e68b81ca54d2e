// SPDX-License-Identifier: Apache-2.0
#include "cli/stream.h"

#include "base/mem.h"
#include "os/fs.h"
#include "os/process.h"
#include "snapshot/entry.h"

#include <unistd.h>

#define PIECE ((size_t)256 << 10)
#define GRACE_MS 5000

bool cli_stream_wanted(const struct cli_options *o)
{
	return o->from_stdin || o->from_command;
}

/* ---- standard input ---- */

static enum err_code feed_stdin(void *context, lb_backup_take *take, void *taker,
                                struct err *err)
{
	const struct cli_stream *s = context;
	char *piece = mem_new(PIECE);
	size_t got = 1;
	enum err_code rc = piece ? ERR_OK : err_nomem(err);

	while (rc == ERR_OK && got > 0) {
		rc = os_read_some(STDIN_FILENO, "standard input", piece, PIECE, &got,
		                  s->call->cancel, err);
		if (rc == ERR_OK)
			rc = take(taker, span_of(piece, got), err);
	}
	mem_free(piece);
	return rc;
}

/* ---- a command ---- */

struct running {
	const struct cli_stream *s;
	lb_backup_take *take;
	void *taker;
	struct cancel stop; /* of the command */
	struct err err;     /* of the taking */
};

static void on_output(int stream, struct span data, void *context)
{
	struct running *r = context;

	if (stream == STDERR_FILENO) {
		(void)!os_write_all(STDERR_FILENO, data, NULL);
		return;
	}
	if (r->err.code == ERR_OK && r->take(r->taker, data, &r->err) != ERR_OK)
		cancel_set(&r->stop, 0);
}

static void on_tick(uint64_t elapsed_ms, void *context)
{
	struct running *r = context;

	(void)elapsed_ms;
	if (cancel_is_set(r->s->call->cancel))
		cancel_set(&r->stop, 0);
}

static enum err_code judge(const struct running *r, const struct os_result *result,
                           struct err *err)
{
	const char *name = r->s->call->args.items[0];

	if (cancel_is_set(r->s->call->cancel))
		return err_set(err, ERR_CANCELLED, "stopped");
	if (r->err.code != ERR_OK)
		return err_set(err, r->err.code, "%s", r->err.msg);
	if (result->end == OS_END_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND,
		               "the command \"%s\" cannot be run; no snapshot was made",
		               name);
	if (result->end == OS_END_EXIT && result->code != 0)
		return err_set(err, ERR_IO,
		               "the command \"%s\" failed with exit code %d; no snapshot "
		               "was made",
		               name, result->code);
	if (result->end != OS_END_EXIT)
		return err_set(err, ERR_IO,
		               "the command \"%s\" did not come to its end; no snapshot "
		               "was made",
		               name);
	return ERR_OK;
}

static enum err_code feed_command(void *context, lb_backup_take *take, void *taker,
                                  struct err *err)
{
	const struct cli_stream *s = context;
	struct running r = { .s = s, .take = take, .taker = taker };
	struct os_spawn spec = { .env = os_environ(),
		                 .grace_ms = GRACE_MS,
		                 .cancel = &r.stop,
		                 .output = on_output,
		                 .tick = on_tick,
		                 .context = &r };
	struct os_result result;
	const char **argv = NULL;
	enum err_code rc;

	cancel_init(&r.stop);
	os_result_init(&result);
	if (!mem_array(&argv, s->call->args.count + 1, sizeof *argv))
		return err_nomem(err);
	for (size_t i = 0; i < s->call->args.count; i++)
		argv[i] = s->call->args.items[i];
	argv[s->call->args.count] = NULL;
	spec.argv = argv;
	rc = os_run(&spec, &result, err);
	if (rc == ERR_OK)
		rc = judge(&r, &result, err);
	os_result_fini(&result);
	mem_free(argv);
	return rc;
}

/* ---- what goes together ---- */

/* Options that are about files of the file system. */
static enum err_code check(const struct program_call *call, struct err *err)
{
	const struct cli_options *o = cli_options(call);

	if (o->from_stdin && o->from_command)
		return err_set(err, ERR_USAGE,
		               "--stdin and --stdin-from-command: give one of them");
	if (o->from_stdin && call->args.count > 0)
		return err_set(err, ERR_USAGE,
		               "--stdin stores no paths: leave out \"%s\"",
		               call->args.items[0]);
	if (o->from_command && call->args.count == 0)
		return err_set(err, ERR_USAGE,
		               "--stdin-from-command: give the command behind --");
	if (o->excludes.count || o->iexcludes.count || o->exclude_files.count ||
	    o->exclude_caches || o->exclude_marks.count || o->exclude_larger ||
	    o->one_file_system || o->parent || o->force || o->threads)
		return err_set(
			err, ERR_USAGE,
			"a stream has no files to choose from or to compare: leave "
			"out --exclude and its kin, --one-file-system, --parent, "
			"--force and --threads");
	return ERR_OK;
}

enum err_code cli_stream_init(struct cli_stream *s, const struct program_call *call,
                              struct err *err)
{
	const struct cli_options *o = cli_options(call);
	const char *name = o->stdin_name ? o->stdin_name : "stdin";
	const char *fault = lb_entry_name_fault(span_str(name));
	struct buf path = BUF_INIT;
	enum err_code rc = check(call, err);

	*s = (struct cli_stream){ .call = call };
	if (rc == ERR_OK && fault)
		rc = err_set(err, ERR_USAGE, "--stdin-name %s: %s", name, fault);
	if (rc != ERR_OK)
		return rc;
	s->stream.context = s;
	s->stream.feed = o->from_stdin ? feed_stdin : feed_command;
	buf_printf(&path, "/%s", name);
	s->path = buf_take(&path);
	return s->path ? ERR_OK : err_nomem(err);
}

void cli_stream_fini(struct cli_stream *s)
{
	mem_free(s->path);
}
