// SPDX-License-Identifier: Apache-2.0
#include "lib/archive.h"
#include "os/dir.h"
#include "record/bundle_internal.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 16, FILE_MODE = 0644 };

struct packing {
	struct arena arena;
	struct os_dir run;
	const char *folder; /* that is listed, or NULL for the run's own */
	struct gate_stored *files;
	size_t count;
	size_t cap;
	uint64_t total;
	struct archiver *archiver;
	struct buf *out;
};

/* ---- what there is ---- */

static enum err_code list_folder(struct packing *p, const char *name, struct err *err);

static enum err_code consider(const struct os_entry *entry, void *context,
                              struct err *err)
{
	struct packing *p = context;
	const char *name = p->folder == NULL ? arena_str(&p->arena, entry->name)
	                                     : arena_printf(&p->arena, "%s/%s", p->folder,
	                                                    entry->name);
	struct gate_stored *f;

	if (name == NULL)
		return err_nomem(err);
	if (p->folder == NULL && entry->type == OS_DIR)
		return list_folder(p, name, err);
	if (entry->type != OS_FILE || !bundle_name_ok(name))
		return err_set(err, ERR_CORRUPT, "a run has no such file");
	f = arena_push(&p->arena, &p->files, &p->count, &p->cap, sizeof *f);
	if (f == NULL)
		return err_nomem(err);
	f->name = name;
	return ERR_OK;
}

static enum err_code consider_named(const struct os_entry *entry, void *context,
                                    struct err *err)
{
	const enum err_code rc = consider(entry, context, err);

	return rc == ERR_OK ? rc : err_wrap(err, rc, "%.200s", entry->name);
}

static enum err_code list_folder(struct packing *p, const char *name, struct err *err)
{
	struct os_dir d = { -1 };
	enum err_code rc = os_dir_open(&d, &p->run, name, err);

	p->folder = name;
	if (rc == ERR_OK)
		rc = os_dir_each(&d, consider_named, p, err);
	p->folder = NULL;
	os_dir_close(&d);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct gate_stored *)a)->name,
	              ((const struct gate_stored *)b)->name);
}

/* ---- packing ---- */

/* Its bytes once, as the archive and the digest get them. */
static enum err_code pack_bytes(struct packing *p, const struct os_file *file,
                                struct gate_stored *f, struct err *err)
{
	char piece[PIECE];
	char hex[DIGEST_HEX];
	struct digest *d = NULL;
	size_t got = sizeof piece;
	uint64_t at = 0;
	enum err_code rc = digest_new(&d, err);

	for (; rc == ERR_OK && got == sizeof piece; at += got) {
		rc = os_file_read_at(file, at, sizeof piece, piece, &got, err);
		if (rc == ERR_OK && got > f->bytes - at)
			rc = err_set(err, ERR_CORRUPT, "it changes while it is read");
		if (rc == ERR_OK)
			rc = digest_add(d, span_of(piece, got), err);
		if (rc == ERR_OK)
			rc = archiver_write(p->archiver, span_of(piece, got), err);
	}
	if (rc == ERR_OK && at != f->bytes)
		rc = err_set(err, ERR_CORRUPT, "it changes while it is read");
	if (rc != ERR_OK) {
		digest_free(d);
		return rc;
	}
	rc = digest_finish(d, hex, err);
	f->sha256 = arena_str(&p->arena, hex);
	return rc == ERR_OK ? arena_err(&p->arena, err) : rc;
}

/* Names no machine, no user and no time: the same run is the same archive. */
static enum err_code pack_file(struct packing *p, const struct os_dir *dir,
                               const char *name, struct gate_stored *f, struct err *err)
{
	struct archiver_member m = { .path = f->name,
		                     .type = ARCHIVER_FILE,
		                     .perm = FILE_MODE,
		                     .user = "",
		                     .group = "" };
	struct os_file file = { -1 };
	struct os_stat st;
	enum err_code rc = os_dir_stat(dir, name, &st, err);

	if (rc == ERR_OK)
		rc = os_file_open(&file, dir, name, err);
	if (rc == ERR_OK && st.size > GATE_UNPACKED_MAX - p->total)
		rc = err_set(err, ERR_LIMIT, "the run is too large for a bundle");
	if (rc == ERR_OK) {
		m.size = f->bytes = st.size;
		p->total += st.size;
		archiver_begin(p->archiver, &m);
		rc = archiver_start(p->archiver, err);
	}
	if (rc == ERR_OK)
		rc = pack_bytes(p, &file, f, err);
	os_file_close(&file);
	return rc;
}

static enum err_code pack(struct packing *p, struct gate_stored *f, struct err *err)
{
	const char *slash = strchr(f->name, '/');
	struct os_dir d = { -1 };
	enum err_code rc = ERR_OK;

	if (slash != NULL) {
		const char *folder =
			arena_dup(&p->arena, span_of(f->name, (size_t)(slash - f->name)));

		rc = folder != NULL ? os_dir_open(&d, &p->run, folder, err)
		                    : err_nomem(err);
	}
	if (rc == ERR_OK)
		rc = pack_file(p, slash != NULL ? &d : &p->run,
		               slash != NULL ? slash + 1 : f->name, f, err);
	os_dir_close(&d);
	return rc == ERR_OK ? rc : err_wrap(err, rc, "%.200s", f->name);
}

static enum err_code take_bytes(struct span bytes, void *context, struct err *err)
{
	struct packing *p = context;

	if (bytes.len > GATE_BUNDLE_MAX - p->out->len)
		return err_set(err, ERR_LIMIT, "the run is too large for a bundle");
	buf_put(p->out, bytes);
	return buf_err(p->out, err);
}

static enum err_code pack_all(struct packing *p, struct err *err)
{
	enum err_code rc =
		archiver_new(&p->archiver, ARCHIVER_TAR_ZSTD, take_bytes, p, err);

	for (size_t i = 0; rc == ERR_OK && i < p->count; i++)
		rc = pack(p, &p->files[i], err);
	if (rc == ERR_OK)
		rc = archiver_finish(p->archiver, err);
	archiver_free(p->archiver);
	return rc;
}

enum err_code gate_bundle_write(struct buf *out, const char *dir, struct err *err)
{
	const size_t start = out->len;
	struct packing p = { .arena = ARENA_INIT, .run = { -1 }, .out = out };
	struct bundle_seal seal;
	enum err_code rc = os_dir_open(&p.run, NULL, dir, err);

	if (rc == ERR_OK)
		rc = os_dir_each(&p.run, consider_named, &p, err);
	if (rc == ERR_OK && p.count > 0)
		qsort(p.files, p.count, sizeof *p.files, by_name);
	if (rc == ERR_OK)
		rc = pack_all(&p, err);
	if (rc == ERR_OK) {
		seal = (struct bundle_seal){ .archive_bytes = out->len - start,
			                     .files = p.files,
			                     .count = p.count };
		rc = digest_hex(span_from(buf_span(out), start), seal.archive, err);
	}
	if (rc == ERR_OK)
		rc = bundle_seal_write(&seal, out, err);
	os_dir_close(&p.run);
	arena_fini(&p.arena);
	return rc == ERR_OK ? rc : err_wrap(err, rc, "%s", dir);
}
