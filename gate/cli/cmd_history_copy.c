// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/history.h"
#include "lib/vcs_anchor.h"
#include "os/fs.h"
#include "record/anchor.h"
#include "record/history_copy.h"

#include <inttypes.h>
#include <unistd.h>

/* `history export`, `import` and `anchor`. */

enum { READ_PIECE = 64 << 10, FILE_MODE = 0644 };

static int fail(const struct program_call *call, enum err_code rc, struct err *err)
{
	int code;

	err->code = rc;
	code = program_fail(call, err);
	return rc == ERR_CORRUPT ? CLI_VERIFY : rc == ERR_EXISTS ? CLI_USAGE : code;
}

int history_export(const struct program_call *call, const char *root)
{
	const char *path = call->args.items[1];
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc = gate_history_export(root, &text, &err);

	if (rc == ERR_OK && str_eq(path, "-"))
		return program_print_take(call, &text);
	if (rc == ERR_OK)
		rc = os_write_atomic(path, buf_span(&text), FILE_MODE, &err);
	buf_fini(&text);
	return rc == ERR_OK ? CLI_OK : fail(call, rc, &err);
}

static enum err_code read_input(struct buf *text, const struct cancel *cancel,
                                struct err *err)
{
	size_t got = 1;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && got > 0) {
		if (text->len > (size_t)GATE_HISTORY_MAX_MIB << 20)
			return err_set(err, ERR_LIMIT, "standard input: more than %d MiB",
			               GATE_HISTORY_MAX_MIB);
		if (!buf_reserve(text, READ_PIECE))
			return err_nomem(err);
		rc = os_read_some(STDIN_FILENO, "standard input", text->ptr + text->len,
		                  READ_PIECE, &got, cancel, err);
		text->len += rc == ERR_OK ? got : 0;
	}
	return rc;
}

int history_import(const struct program_call *call, const char *root)
{
	const char *path = call->args.items[1];
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	uint64_t added = 0;
	enum err_code rc =
		str_eq(path, "-")
			? read_input(&text, call->cancel, &err)
			: os_read_file(path, (uint64_t)GATE_HISTORY_MAX_MIB << 20, &text,
	                               &err);

	if (rc == ERR_NOT_FOUND)
		rc = ERR_USAGE;
	if (rc == ERR_OK)
		rc = gate_history_import(root, buf_span(&text), call->cancel, &added,
		                         &err);
	buf_fini(&text);
	if (rc != ERR_OK) {
		(void)err_wrap(&err, rc, "history import %s", path);
		return fail(call, rc, &err);
	}
	if (!call->options->quiet)
		program_note("%" PRIu64 " entries were new", added);
	return CLI_OK;
}

const char *history_ref(const struct program_call *call)
{
	const char *ref = cli_options(call)->anchor_ref;

	return ref != NULL ? ref : VCS_ANCHOR_REF;
}

int history_anchor(const struct program_call *call, const char *root)
{
	const char *ref = history_ref(call);
	const bool note = cli_options(call)->note;
	struct gate_history_state s;
	char place[65] = "";
	struct err err = ERR_INIT;
	enum err_code rc = ERR_OK;

	if (note && cli_options(call)->anchor_ref != NULL)
		rc = err_set(&err, ERR_USAGE, "give one of --ref and --note");
	else if (!vcs_anchor_ref_ok(ref))
		rc = err_set(
			&err, ERR_USAGE,
			"--ref %.200s: give a ref of its own, such as " VCS_ANCHOR_REF
			"; none of a branch or tag",
			ref);
	if (rc == ERR_OK)
		rc = gate_anchor_put(root, ref, note, &s, place, &err);
	if (rc != ERR_OK)
		return fail(call, rc, &err);
	if (!call->options->quiet)
		program_note("%" PRIu64 " entries are anchored in %s %s; to keep that "
		             "elsewhere: git push origin %s",
		             s.chain.count, note ? "the note of" : "commit", place,
		             note ? VCS_ANCHOR_NOTES : ref);
	return CLI_OK;
}
