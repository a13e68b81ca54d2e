// SPDX-License-Identifier: Apache-2.0
/* The files of a run beside its manifest. */
#include "base/str.h"
#include "os/dir.h"
#include "record/manifest.h"

#include <stdlib.h>
#include <string.h>

#define MANIFEST_MAX (UINT64_C(1) << 30)
enum { PIECE = 1 << 16 };

void gate_damage_add(struct gate_damages *d, const char *file, const char *what)
{
	struct gate_damage *slot =
		arena_push(d->arena, &d->items, &d->count, &d->cap, sizeof *slot);

	if (slot == NULL)
		return;
	slot->file = arena_str(d->arena, file);
	slot->what = arena_str(d->arena, what);
}

static enum err_code digest_open(const struct os_file *f, char hex[DIGEST_HEX],
                                 uint64_t *bytes, struct err *err)
{
	char piece[PIECE];
	struct digest *d = NULL;
	size_t got = sizeof piece;
	enum err_code rc = digest_new(&d, err);

	for (*bytes = 0; rc == ERR_OK && got == sizeof piece; *bytes += got) {
		rc = os_file_read_at(f, *bytes, sizeof piece, piece, &got, err);
		if (rc == ERR_OK)
			rc = digest_add(d, span_of(piece, got), err);
	}
	if (rc == ERR_OK)
		return digest_finish(d, hex, err);
	digest_free(d);
	return rc;
}

enum err_code gate_file_digest(const struct os_dir *dir, const char *name,
                               char hex[DIGEST_HEX], uint64_t *bytes, struct err *err)
{
	struct os_file f = { -1 };
	enum err_code rc = os_file_open(&f, dir, name, err);

	if (rc == ERR_OK)
		rc = digest_open(&f, hex, bytes, err);
	os_file_close(&f);
	return rc;
}

/* ---- the manifest itself ---- */

bool gate_manifest_load(struct gate_manifest *out, const char *dir, const char *sha256,
                        struct gate_damages *damages)
{
	struct os_dir d = { -1 };
	struct buf text = BUF_INIT;
	char hex[DIGEST_HEX];
	struct err why = ERR_INIT;
	enum err_code rc = os_dir_open(&d, NULL, dir, &why);

	if (rc == ERR_OK)
		rc = os_dir_read(&d, GATE_MANIFEST, MANIFEST_MAX, &text, NULL, &why);
	if (rc == ERR_OK)
		rc = digest_hex(buf_span(&text), hex, &why);
	if (rc == ERR_OK && !str_eq(hex, sha256))
		rc = err_set(&why, ERR_CORRUPT, "it is not the one that run.json names");
	if (rc == ERR_OK)
		rc = gate_manifest_read(out, buf_span(&text), damages->arena, &why);
	if (rc != ERR_OK)
		gate_damage_add(damages, GATE_MANIFEST,
		                rc == ERR_NOT_FOUND ? GATE_MISSING : why.msg);
	os_dir_close(&d);
	buf_fini(&text);
	return rc == ERR_OK;
}

/* ---- comparing ---- */

/* The run's folder, and the two in it that hold files; -1 where there is none. */
struct folders {
	struct os_dir run;
	struct os_dir checks;
	struct os_dir artefacts;
};

static enum err_code open_part(struct os_dir *out, const struct os_dir *run,
                               const char *name, struct err *err)
{
	const enum err_code rc = os_dir_open(out, run, name, err);

	return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

/* The folder that the file is in, and its name there. */
static const struct os_dir *place_of(const struct folders *f, const char *file,
                                     const char **name)
{
	const char *slash = strchr(file, '/');

	*name = slash != NULL ? slash + 1 : file;
	if (slash == NULL)
		return &f->run;
	return str_starts(file, "artefacts/")  ? &f->artefacts
	       : gate_manifest_is_record(file) ? &f->checks
	                                       : NULL;
}

/* What is wrong with the file, or NULL. */
static const char *compare_file(const struct folders *f, const struct gate_stored *want)
{
	const char *name;
	const struct os_dir *dir = place_of(f, want->name, &name);
	char hex[DIGEST_HEX];
	uint64_t bytes;
	enum err_code rc = ERR_NOT_FOUND;

	if (dir != NULL && dir->fd >= 0)
		rc = gate_file_digest(dir, name, hex, &bytes, NULL);
	if (rc == ERR_NOT_FOUND)
		return GATE_MISSING;
	if (rc != ERR_OK)
		return "it cannot be read";
	if (bytes != want->bytes || !str_eq(hex, want->sha256))
		return "its bytes are not those that were recorded";
	return NULL;
}

/* Looks for what nobody recorded. */
struct stray {
	const struct gate_manifest *manifest;
	const char *folder;
	struct gate_damages *out;
};

static enum err_code consider(const struct os_entry *entry, void *context,
                              struct err *err)
{
	struct stray *s = context;
	const char *name = arena_printf(s->out->arena, "%s/%s", s->folder, entry->name);

	if (name == NULL)
		return err_nomem(err);
	if (gate_manifest_find(s->manifest, name) == NULL)
		gate_damage_add(s->out, name, "it was not recorded by this run");
	return ERR_OK;
}

static enum err_code find_strays(const struct gate_manifest *m, const struct os_dir *dir,
                                 const char *folder, struct gate_damages *out,
                                 struct err *err)
{
	struct stray s = { m, folder, out };

	return dir->fd < 0 ? ERR_OK : os_dir_each(dir, consider, &s, err);
}

static int by_file(const void *a, const void *b)
{
	return strcmp(((const struct gate_damage *)a)->file,
	              ((const struct gate_damage *)b)->file);
}

enum err_code gate_manifest_compare(const struct gate_manifest *m, const char *dir,
                                    struct gate_damages *out, struct err *err)
{
	struct folders f = { { -1 }, { -1 }, { -1 } };
	enum err_code rc = os_dir_open(&f.run, NULL, dir, err);

	if (rc == ERR_OK)
		rc = open_part(&f.checks, &f.run, "checks", err);
	if (rc == ERR_OK)
		rc = open_part(&f.artefacts, &f.run, "artefacts", err);
	for (size_t i = 0; rc == ERR_OK && i < m->count; i++) {
		const char *what = compare_file(&f, &m->files[i]);

		if (what != NULL)
			gate_damage_add(out, m->files[i].name, what);
	}
	if (rc == ERR_OK)
		rc = find_strays(m, &f.checks, "checks", out, err);
	if (rc == ERR_OK)
		rc = find_strays(m, &f.artefacts, "artefacts", out, err);
	if (rc == ERR_OK)
		rc = arena_err(out->arena, err);
	if (rc == ERR_OK && out->count > 0)
		qsort(out->items, out->count, sizeof *out->items, by_file);
	os_dir_close(&f.artefacts);
	os_dir_close(&f.checks);
	os_dir_close(&f.run);
	return rc;
}
