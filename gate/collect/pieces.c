// SPDX-License-Identifier: Apache-2.0
#include "collect/pieces.h"

#include "base/buf.h"
#include "os/dir.h"
#include "os/fs.h"

static enum err_code open_file(struct os_file *out, const char *path, struct err *err)
{
	struct buf real = BUF_INIT;
	struct os_dir folder;
	enum err_code rc = os_realpath(path, &real, err);
	size_t slash;

	if (rc != ERR_OK)
		goto out;
	slash = span_rfind_byte(buf_span(&real), '/');
	real.ptr[slash] = '\0';
	rc = os_dir_open(&folder, NULL, slash > 0 ? real.ptr : "/", err);
	if (rc == ERR_OK) {
		rc = os_file_open(out, &folder, real.ptr + slash + 1, err);
		os_dir_close(&folder);
	}
out:
	buf_fini(&real);
	return rc;
}

enum err_code gate_pieces(const char *path, gate_piece *take, void *context,
                          struct err *err)
{
	enum { PIECE = 256 * 1024 };
	struct buf piece = BUF_INIT;
	struct os_file file;
	enum err_code rc = open_file(&file, path, err);
	uint64_t at = 0;
	size_t got = 1;

	if (rc != ERR_OK)
		return rc;
	if (!buf_reserve(&piece, PIECE))
		rc = err_nomem(err);
	while (rc == ERR_OK && got > 0) {
		rc = os_file_read_at(&file, at, PIECE, piece.ptr, &got, err);
		at += got;
		if (rc == ERR_OK && got > 0)
			rc = take(context, span_of(piece.ptr, got), err);
	}
	os_file_close(&file);
	buf_fini(&piece);
	return rc;
}
