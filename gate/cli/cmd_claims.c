// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "claims/check.h"
#include "cli/claims_output.h"
#include "cli/project.h"
#include "os/fs.h"

#include <unistd.h>

/* `claims`: what documents say that can be computed, against themselves, the project
 * around them and what its last run measured. */

#define DOCUMENT_MAX ((size_t)64 << 20)
#define PIECE ((size_t)64 << 10)
#define STANDARD_INPUT "-"

/* The project of the document in hand; most often that of the one before. */
struct around {
	struct arena arena;
	struct buf root;
	struct gate_claims_metrics metrics;
	bool measured;
	bool input_read; /* standard input, which there is once */
};

static void around_fini(struct around *a)
{
	gate_claims_metrics_fini(&a->metrics);
	buf_fini(&a->root);
	arena_fini(&a->arena);
}

static bool holds(const struct buf *dir, const char *name)
{
	struct buf path = BUF_INIT;
	bool is;

	os_join(&path, buf_str(dir), name);
	is = buf_ok(&path) && os_type_of(buf_str(&path)) != OS_NONE;
	buf_fini(&path);
	return is;
}

/* What unpacked archives have in their top folder. */
static bool looks_like_top(const struct buf *dir)
{
	static const char *const names[] = {
		"README",     "README.md",    "README.rst",     "README.txt",
		"LICENSE",    "COPYING",      "LICENSE.txt",    "LICENSE.md",
		"Makefile",   "configure",    "go.mod",         "CMakeLists.txt",
		"Cargo.toml", "package.json", "pyproject.toml", "setup.py"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (holds(dir, names[i]))
			return true;
	return false;
}

/* Without a repository and a policy: the topmost folder that looks like one of a project,
 * at most so many above the document, and none of those where everything lies. */
static enum err_code widen(struct buf *root, struct err *err)
{
	enum { ABOVE = 6 };
	const char *home = os_env("HOME");
	struct buf at = BUF_INIT;

	buf_put(&at, buf_span(root));
	for (int i = 0;
	     i < ABOVE && !holds(root, ".git") && !holds(root, PROJECT_POLICY_FILE);
	     i++) {
		size_t slash = span_rfind_byte(buf_span(&at), '/');

		if (slash == 0 || slash >= at.len)
			break;
		buf_truncate(&at, slash);
		if ((home != NULL && str_eq(buf_str(&at), home)) ||
		    str_eq(buf_str(&at), "/tmp"))
			break;
		if (!looks_like_top(&at))
			continue;
		buf_clear(root);
		buf_put(root, buf_span(&at));
	}
	buf_fini(&at);
	return buf_err(root, err);
}

static enum err_code look_around(struct around *a, const char *path, struct err *err)
{
	struct buf root = BUF_INIT;
	struct err none = ERR_INIT;
	bool is_input = str_eq(path, STANDARD_INPUT);
	enum err_code rc = is_input ? project_root(NULL, &root, err)
	                            : project_root_above(path, &root, err);

	if (rc == ERR_OK)
		rc = widen(&root, err);
	if (rc == ERR_OK && !span_eq(buf_span(&root), buf_span(&a->root))) {
		gate_claims_metrics_fini(&a->metrics);
		rc = gate_claims_metrics_load(&a->metrics, buf_str(&root), &none);
		a->measured = rc == ERR_OK;
		if (rc != ERR_OK && rc != ERR_NOT_FOUND && rc != ERR_USAGE)
			log_event(LOG_WARN,
			          "no number is compared with the last run, which does "
			          "not hold: %s",
			          none.msg);
		rc = ERR_OK;
		buf_clear(&a->root);
		buf_put(&a->root, buf_span(&root));
	}
	buf_fini(&root);
	return rc == ERR_OK ? buf_err(&a->root, err) : rc;
}

/* The document's path from the project's root; standard input is a file of this folder.
 */
static enum err_code below_root(struct around *a, const char *path, const char **out,
                                struct err *err)
{
	bool is_input = str_eq(path, STANDARD_INPUT);
	struct buf real = BUF_INIT;
	enum err_code rc = os_realpath(is_input ? "." : path, &real, err);
	struct span rest;

	if (rc != ERR_OK)
		return rc;
	if (is_input)
		buf_puts(&real, "/" STANDARD_INPUT);
	rest = buf_span(&real);
	if (span_starts(rest, buf_span(&a->root)))
		rest = span_from(rest, a->root.len);
	while (rest.len > 0 && rest.ptr[0] == '/')
		rest = span_from(rest, 1);
	*out = arena_dup(&a->arena, rest);
	rc = buf_err(&real, err);
	buf_fini(&real);
	return rc == ERR_OK ? arena_err(&a->arena, err) : rc;
}

static enum err_code read_input(struct buf *text, const struct cancel *cancel,
                                struct err *err)
{
	char piece[PIECE];
	size_t got = 1;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && got > 0 && text->len <= DOCUMENT_MAX) {
		rc = os_read_some(STDIN_FILENO, "standard input", piece, sizeof(piece),
		                  &got, cancel, err);
		if (rc == ERR_OK)
			buf_put(text, span_of(piece, got));
		if (rc == ERR_OK)
			rc = buf_err(text, err);
	}
	if (rc == ERR_OK && text->len > DOCUMENT_MAX)
		rc = err_set(err, ERR_LIMIT, "standard input is larger than 64 MiB");
	return rc;
}

/* A file that cannot be one to check is the caller's mistake. */
static enum err_code read_document(struct around *a, const char *path, struct buf *text,
                                   const struct cancel *cancel, struct err *err)
{
	bool is_input = str_eq(path, STANDARD_INPUT);
	enum err_code rc;

	if (is_input && a->input_read)
		return err_set(err, ERR_USAGE, "standard input can be read only once");
	a->input_read = a->input_read || is_input;
	if (!is_input && os_type_of(path) == OS_DIR)
		return err_set(err, ERR_USAGE, "%s is a folder; name the documents in it",
		               path);
	rc = is_input ? read_input(text, cancel, err)
	              : os_read_file(path, DOCUMENT_MAX, text, err);
	if (rc == ERR_NOT_FOUND || rc == ERR_UNSUPPORTED || rc == ERR_LIMIT)
		return err_wrap(err, ERR_USAGE, "no document to check");
	if (rc == ERR_OK && memchr(buf_str(text), '\0', text->len) != NULL)
		return err_set(err, ERR_USAGE, "%s is no text",
		               is_input ? "standard input" : path);
	return rc;
}

static enum err_code check_one(struct program_call *call, struct around *a,
                               struct claims_file *file, struct err *err)
{
	struct gate_claims_context context = { .cancel = call->cancel };
	struct buf text = BUF_INIT;
	enum err_code rc = read_document(a, file->path, &text, call->cancel, err);

	if (rc == ERR_OK)
		rc = look_around(a, file->path, err);
	if (rc == ERR_OK)
		rc = below_root(a, file->path, &file->below, err);
	context.root = buf_str(&a->root);
	context.whole = holds(&a->root, ".git") || holds(&a->root, PROJECT_POLICY_FILE);
	context.path = file->below;
	context.metrics = a->measured ? &a->metrics : NULL;
	if (rc == ERR_OK)
		rc = gate_claims_check(&file->claims, buf_span(&text), &context, err);
	if (rc == ERR_OK)
		rc = gate_claims_allow(&file->claims, buf_span(&text), err);
	if (rc == ERR_LIMIT)
		rc = err_wrap(err, ERR_USAGE, "%s", file->path);
	buf_fini(&text);
	return rc;
}

static void count_line(const struct program_call *call, const struct claims_files *files)
{
	size_t counts[3];

	claims_output_count(files, counts);
	if (!call->options->quiet)
		program_note(
			"%zu claim%s: %zu confirmed, %zu refuted, %zu unchecked in %zu "
			"document%s",
			counts[0] + counts[1] + counts[2],
			str_s(counts[0] + counts[1] + counts[2]),
			counts[GATE_CLAIM_CONFIRMED], counts[GATE_CLAIM_REFUTED],
			counts[GATE_CLAIM_UNCHECKED], files->count, str_s(files->count));
}

static int exit_of(const struct claims_files *files)
{
	size_t counts[3];

	claims_output_count(files, counts);
	return counts[GATE_CLAIM_REFUTED] > 0 ? CLI_NO_GO : CLI_OK;
}

int cli_claims(struct program_call *call)
{
	struct around around = { .metrics = GATE_CLAIMS_METRICS_INIT };
	struct claims_files files = { NULL, 0 };
	struct err err = ERR_INIT;
	struct output out;
	enum err_code rc = claims_output_plan(&out, call, &err);
	int code;

	if (rc == ERR_OK &&
	    !mem_array(&files.items, call->args.count, sizeof(*files.items)))
		rc = err_nomem(&err);
	for (size_t i = 0; rc == ERR_OK && i < call->args.count; i++) {
		files.items[i] = (struct claims_file){ .path = call->args.items[i],
			                               .claims = GATE_CLAIMS_INIT };
		files.count++;
		rc = check_one(call, &around, &files.items[i], &err);
	}
	if (rc == ERR_OK)
		rc = claims_output_write(&out, call, &files, &err);
	if (rc == ERR_OK)
		count_line(call, &files);
	code = rc == ERR_OK ? exit_of(&files) : program_fail(call, &err);
	for (size_t i = 0; i < files.count; i++)
		gate_claims_fini(&files.items[i].claims);
	mem_free(files.items);
	around_fini(&around);
	return code;
}
