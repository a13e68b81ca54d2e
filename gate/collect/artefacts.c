// SPDX-License-Identifier: Apache-2.0
#include "collect/artefacts.h"

#include "base/str.h"
#include "collect/results.h"
#include "os/dir.h"
#include "os/fs.h"
#include "record/release.h"

#include <stdlib.h>
#include <string.h>

/* Where the policy's globs find files, and what the command line names. */
struct gathering {
	const struct gate_artefacts *asked;
	struct arena arena;
	struct buf root; /* as the system knows it */
	struct gate_artefact *files;
	size_t count;
	size_t cap;
	struct buf *missed; /* globs, and files that are too old */
	struct buf *stale;
};

/* Below the root as seen from there, else by its last name; never one that statements use
 * for something else. */
static const char *name_of(struct gathering *g, const char *real)
{
	static const char *const taken[] = { "project", "run.json", "assessment.json" };
	const char *slash = strrchr(real, '/');
	const char *name = slash != NULL ? slash + 1 : real;

	if (str_starts(real, buf_str(&g->root)) && real[g->root.len] == '/')
		name = real + g->root.len + 1;
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		if (str_eq(name, taken[i]))
			return arena_printf(&g->arena, "./%s", name);
	return arena_str(&g->arena, name);
}

static enum err_code add_open(struct gathering *g, const char *real, struct err *err)
{
	struct gate_artefact *f =
		arena_push(&g->arena, &g->files, &g->count, &g->cap, sizeof *f);
	const struct os_dir any = { -1 }; /* the path is absolute */
	char hex[DIGEST_HEX];
	enum err_code rc;

	if (f == NULL)
		return err_nomem(err);
	rc = gate_file_digest(&any, real, hex, &f->bytes, err);
	f->name = name_of(g, real);
	f->sha256 = arena_str(&g->arena, rc == ERR_OK ? hex : "");
	if (rc == ERR_OK && f->name != NULL && !str_is_utf8(span_str(f->name)))
		rc = err_set(err, ERR_USAGE, "its name is not UTF-8");
	return rc == ERR_OK ? arena_err(&g->arena, err) : rc;
}

/* `by` is what names it, for people. */
static enum err_code add(struct gathering *g, const char *path, const char *by,
                         struct err *err)
{
	struct buf real = BUF_INIT;
	enum err_code rc = os_realpath(path, &real, err);

	if (rc == ERR_OK)
		rc = add_open(g, buf_str(&real), err);
	buf_fini(&real);
	if (rc == ERR_OK || rc == ERR_NOMEM)
		return rc;
	return err_wrap(err, ERR_USAGE, "%s %.200s", by, path);
}

static bool has_name(const struct gathering *g, const char *name)
{
	for (size_t i = 0; name != NULL && i < g->count; i++)
		if (str_eq(g->files[i].name, name))
			return true;
	return false;
}

/* What was there before the run may be of any commit. Files that the command line names
 * are added already. */
static enum err_code leave_out(struct gathering *g, const char *path, struct err *err)
{
	struct buf real = BUF_INIT;
	enum err_code rc = os_realpath(path, &real, err);

	if (rc == ERR_OK) {
		const char *name = name_of(g, buf_str(&real));

		if (name != NULL && !has_name(g, name))
			buf_printf(g->stale, "%s%s", g->stale->len > 0 ? ", " : "", name);
	}
	buf_fini(&real);
	return rc == ERR_OK ? arena_err(&g->arena, err) : rc;
}

static enum err_code add_glob(struct gathering *g, const char *glob, struct err *err)
{
	const struct gate_strings one = { .items = &glob, .count = 1 };
	struct gate_results r = { .base = g->asked->root,
		                  .scratch = g->asked->scratch,
		                  .globs = &one };
	struct gate_result_file *found = NULL;
	size_t count = 0;
	enum err_code rc;

	arena_init(&r.arena);
	rc = gate_results_find(&r, &found, &count, err);
	for (size_t i = 0; rc == ERR_OK && i < count; i++)
		rc = gate_results_since(&found[i], g->asked->started_ms)
		             ? add(g, found[i].path, "attestations.artefacts", err)
		             : leave_out(g, found[i].path, err);
	if (rc == ERR_OK && count == 0)
		buf_printf(g->missed, "%s%s", g->missed->len > 0 ? ", " : "", glob);
	arena_fini(&r.arena);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct gate_artefact *)a)->name,
	              ((const struct gate_artefact *)b)->name);
}

/* A file may be named in two ways, but a name is one file's. */
static enum err_code sort_unique(struct gathering *g, struct err *err)
{
	size_t kept = 0;

	if (g->count > 1)
		qsort(g->files, g->count, sizeof *g->files, by_name);
	for (size_t i = 0; i < g->count; i++) {
		const struct gate_artefact *last = kept > 0 ? &g->files[kept - 1] : NULL;

		if (last == NULL || !str_eq(last->name, g->files[i].name))
			g->files[kept++] = g->files[i];
		else if (!str_eq(last->sha256, g->files[i].sha256))
			return err_set(err, ERR_USAGE,
			               "two different files to release are called %.200s",
			               last->name);
	}
	g->count = kept;
	return ERR_OK;
}

static enum err_code gather(struct gathering *g, struct err *err)
{
	const struct gate_artefacts *a = g->asked;
	const struct gate_strings *globs = &a->policy->attestations.artefacts;
	enum err_code rc = os_realpath(a->root, &g->root, err);

	for (size_t i = 0; rc == ERR_OK && i < a->named_count; i++)
		rc = add(g, a->named[i], "--artefact", err);
	for (size_t i = 0; rc == ERR_OK && i < globs->count; i++)
		rc = add_glob(g, globs->items[i], err);
	return rc == ERR_OK ? sort_unique(g, err) : rc;
}

enum err_code gate_artefacts_store(struct gate_store *s, const struct gate_artefacts *a,
                                   struct buf *missed, struct buf *stale, struct err *err)
{
	struct gathering g = {
		.asked = a, .root = BUF_INIT, .missed = missed, .stale = stale
	};
	struct buf text = BUF_INIT;
	enum err_code rc;

	arena_init(&g.arena);
	rc = gather(&g, err);
	if (rc == ERR_OK && g.count > 0) {
		gate_release_write(g.files, g.count, &text);
		rc = buf_err(&text, err);
	}
	if (rc == ERR_OK && g.count > 0)
		rc = gate_store_file(s, GATE_RELEASE, buf_span(&text), err);
	buf_fini(&text);
	buf_fini(&g.root);
	arena_fini(&g.arena);
	if (rc == ERR_OK)
		rc = buf_err(missed, err);
	return rc == ERR_OK ? buf_err(stale, err) : rc;
}
