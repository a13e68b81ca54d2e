// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/archive.h"
#include "os/fs.h"
#include "os/mapped.h"
#include "record/bundle_internal.h"

#include <string.h>

struct reading {
	struct bundle_seal seal;
	struct unarchiver *archive;
	gate_bundle_take *take; /* or NULL */
	void *context;
	struct err refused; /* by `take` */
};

/* The content of the member that is open: ERR_CORRUPT unless it is the file's. */
static enum err_code read_content(struct reading *r, const struct gate_stored *f,
                                  struct err *err)
{
	struct digest *d = NULL;
	struct span piece = SPAN_EMPTY;
	char hex[DIGEST_HEX];
	uint64_t at = 0;
	enum err_code rc = digest_new(&d, err);

	do {
		if (rc == ERR_OK)
			rc = unarchiver_piece(r->archive, &piece, err);
		if (rc == ERR_OK && piece.len > f->bytes - at)
			rc = err_set(err, ERR_CORRUPT, "it is longer than it was");
		if (rc == ERR_OK)
			rc = digest_add(d, piece, err);
		if (rc == ERR_OK && r->take != NULL && (piece.len > 0 || at == 0))
			rc = r->take(f, at, piece, r->context, &r->refused);
		at += piece.len;
	} while (rc == ERR_OK && piece.len > 0);
	if (rc != ERR_OK) {
		digest_free(d);
		return rc;
	}
	rc = digest_finish(d, hex, err);
	if (rc == ERR_OK && (at != f->bytes || !str_eq(hex, f->sha256)))
		rc = err_set(err, ERR_CORRUPT,
		             "its bytes are not those that were packed");
	return rc;
}

static enum err_code read_member(struct reading *r, const struct gate_stored *f,
                                 struct err *err)
{
	const char *name;
	enum err_code rc = unarchiver_next(r->archive, &name, err);

	if (rc == ERR_OK && !str_eq(name, f->name))
		rc = err_set(err, ERR_CORRUPT, "it is not where it was packed");
	return rc == ERR_OK ? read_content(r, f, err) : rc;
}

/* Names the first that is not as it was packed; false if there is such. */
static bool read_members(struct reading *r, struct span archive,
                         struct gate_damages *damages)
{
	struct err why = ERR_INIT;
	const char *name = NULL;
	enum err_code rc =
		unarchiver_tar_zstd(&r->archive, archive, GATE_BUNDLE_ARCHIVE, &why);
	size_t i;

	if (rc == ERR_OK)
		unarchiver_files_only(r->archive);
	for (i = 0; rc == ERR_OK && i < r->seal.count; i++)
		if ((rc = read_member(r, &r->seal.files[i], &why)) != ERR_OK)
			name = r->seal.files[i].name;
	if (rc == ERR_OK) {
		rc = unarchiver_next(r->archive, &name, &why);
		if (rc == ERR_OK && name != NULL)
			rc = err_set(&why, ERR_CORRUPT, "it has more than was packed");
		name = NULL;
	}
	if (rc != ERR_OK && r->refused.code == ERR_OK)
		gate_damage_add(damages, name != NULL ? name : GATE_BUNDLE_ARCHIVE,
		                why.msg);
	return rc == ERR_OK;
}

enum err_code gate_bundle_read(struct span bundle, gate_bundle_take *take, void *context,
                               struct gate_damages *damages, struct err *err)
{
	struct reading r = { .context = context, .refused = ERR_INIT };
	struct err why = ERR_INIT;
	struct span archive;
	char hex[DIGEST_HEX];
	enum err_code rc;

	if (bundle_seal_read(&r.seal, bundle, damages->arena, &why) != ERR_OK) {
		gate_damage_add(damages, GATE_BUNDLE_SEAL, why.msg);
		return arena_err(damages->arena, err);
	}
	archive = span_sub(bundle, 0, (size_t)r.seal.archive_bytes);
	if ((rc = digest_hex(archive, hex, err)) != ERR_OK)
		return rc;
	/* An archive that is another is read for nothing but the name of what is. */
	r.take = str_eq(hex, r.seal.archive) ? take : NULL;
	if (read_members(&r, archive, damages) && !str_eq(hex, r.seal.archive))
		gate_damage_add(damages, GATE_BUNDLE_ARCHIVE,
		                "its bytes are not those that were packed, but all "
		                "files in it are");
	unarchiver_free(r.archive);
	if (r.refused.code != ERR_OK) {
		if (err != NULL)
			*err = r.refused;
		return r.refused.code;
	}
	return arena_err(damages->arena, err);
}

/* ---- unpacking ---- */

struct unpacking {
	const char *dir;
	struct buf path;
	int fd;
};

static enum err_code make_folder(const struct unpacking *u, const char *name,
                                 struct err *err)
{
	const size_t slash = span_find_byte(span_str(name), '/');
	struct buf path = BUF_INIT;
	enum err_code rc;

	buf_printf(&path, "%s/%.*s", u->dir, (int)slash, name);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_mkdirs(buf_str(&path), 0700, err);
	buf_fini(&path);
	return rc;
}

static enum err_code unpack_piece(const struct gate_stored *f, uint64_t offset,
                                  struct span piece, void *context, struct err *err)
{
	struct unpacking *u = context;
	enum err_code rc = ERR_OK;

	if (offset == 0) {
		buf_clear(&u->path);
		buf_printf(&u->path, "%s/%s", u->dir, f->name);
		rc = buf_err(&u->path, err);
		if (rc == ERR_OK && strchr(f->name, '/') != NULL)
			rc = make_folder(u, f->name, err);
		if (rc == ERR_OK)
			rc = os_piece_create(buf_str(&u->path), &u->fd, err);
	}
	if (rc == ERR_OK)
		rc = os_piece_write(u->fd, buf_str(&u->path), offset, piece, err);
	if (rc == ERR_OK && offset + piece.len == f->bytes) {
		rc = os_piece_finish(u->fd, buf_str(&u->path), f->bytes, err);
		u->fd = -1;
	}
	return rc;
}

enum err_code gate_bundle_unpack(struct span bundle, struct buf *dir,
                                 struct gate_damages *damages, struct err *err)
{
	struct unpacking u = { .path = BUF_INIT, .fd = -1 };
	enum err_code rc = os_mkdtemp(NULL, "seaworthy-verify-", dir, err);

	u.dir = buf_str(dir);
	if (rc == ERR_OK)
		rc = gate_bundle_read(bundle, unpack_piece, &u, damages, err);
	os_piece_abandon(u.fd);
	buf_fini(&u.path);
	return rc;
}
