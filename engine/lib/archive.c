// SPDX-License-Identifier: Apache-2.0
#include "lib/archive.h"

#include "base/mem.h"
#include "os/fs.h"
#include "os/late.h"

#include <archive.h>
#include <archive_entry.h>

#include <errno.h>

#define CALLS(X)                                      \
	X(archive_entry_clear)                        \
	X(archive_entry_copy_gname)                   \
	X(archive_entry_copy_hardlink)                \
	X(archive_entry_copy_pathname)                \
	X(archive_entry_copy_symlink)                 \
	X(archive_entry_copy_uname)                   \
	X(archive_entry_filetype)                     \
	X(archive_entry_free)                         \
	X(archive_entry_hardlink)                     \
	X(archive_entry_new)                          \
	X(archive_entry_pathname)                     \
	X(archive_entry_set_filetype)                 \
	X(archive_entry_set_gid)                      \
	X(archive_entry_set_mtime)                    \
	X(archive_entry_set_perm)                     \
	X(archive_entry_set_rdevmajor)                \
	X(archive_entry_set_rdevminor)                \
	X(archive_entry_set_size)                     \
	X(archive_entry_set_uid)                      \
	X(archive_entry_sparse_add_entry)             \
	X(archive_entry_symlink)                      \
	X(archive_entry_unset_size)                   \
	X(archive_entry_xattr_add_entry)              \
	X(archive_errno)                              \
	X(archive_error_string)                       \
	X(archive_read_data)                          \
	X(archive_read_free)                          \
	X(archive_read_new)                           \
	X(archive_read_next_header)                   \
	X(archive_read_open_filename)                 \
	X(archive_read_open_memory)                   \
	X(archive_read_support_filter_zstd)           \
	X(archive_read_support_format_tar)            \
	X(archive_read_support_format_zip_seekable)   \
	X(archive_read_support_format_zip_streamable) \
	X(archive_set_error)                          \
	X(archive_write_add_filter_zstd)              \
	X(archive_write_close)                        \
	X(archive_write_data)                         \
	X(archive_write_fail)                         \
	X(archive_write_free)                         \
	X(archive_write_header)                       \
	X(archive_write_new)                          \
	X(archive_write_open)                         \
	X(archive_write_set_bytes_in_last_block)      \
	X(archive_write_set_format_pax)               \
	X(archive_write_set_format_zip)

LATE_LIBRARY(archive, SW_ARCHIVE_SONAME, CALLS)

struct archiver {
	struct archive *archive;
	struct archive_entry *entry;
	enum archiver_format format;
	archiver_sink *sink;
	void *context;
	struct err failed; /* of the sink, which libarchive cannot hand back */
};

static enum err_code fail(struct archiver *a, const char *what, struct err *err)
{
	const char *why = late_archive.archive_error_string(a->archive);

	if (a->failed.code != ERR_OK) {
		if (err)
			*err = a->failed;
		return a->failed.code;
	}
	if (late_archive.archive_errno(a->archive) == ENOMEM)
		return err_nomem(err);
	return err_set(err, ERR_UNSUPPORTED, "%s: %s", what, why ? why : "libarchive");
}

/* A warning is about a name that is no text in this locale: it is stored as it is. */
static bool is_fine(int result)
{
	return result == ARCHIVE_OK || result == ARCHIVE_WARN;
}

static la_ssize_t on_write(struct archive *archive, void *context, const void *bytes,
                           size_t len)
{
	struct archiver *a = context;

	if (a->sink(span_of(bytes, len), a->context, &a->failed) == ERR_OK)
		return (la_ssize_t)len;
	late_archive.archive_set_error(archive, EIO, "the archive cannot be written");
	return -1;
}

static int set_format(struct archiver *a)
{
	if (a->format == ARCHIVER_ZIP)
		return late_archive.archive_write_set_format_zip(a->archive);
	/* Anything but OK is a program of the machine's, found in PATH. */
	if (a->format == ARCHIVER_TAR_ZSTD &&
	    late_archive.archive_write_add_filter_zstd(a->archive) != ARCHIVE_OK)
		return ARCHIVE_FATAL;
	return late_archive.archive_write_set_format_pax(a->archive);
}

enum err_code archiver_new(struct archiver **out, enum archiver_format format,
                           archiver_sink *sink, void *context, struct err *err)
{
	struct archiver *a = NULL;
	enum err_code rc = late_load(&late_archive_library, err);

	if (rc != ERR_OK)
		return rc;
	a = mem_new(sizeof *a);
	if (!a)
		return err_nomem(err);
	a->format = format;
	a->sink = sink;
	a->context = context;
	a->archive = late_archive.archive_write_new();
	a->entry = late_archive.archive_entry_new();
	if (!a->archive || !a->entry)
		rc = err_nomem(err);
	else if (set_format(a) != ARCHIVE_OK ||
	         late_archive.archive_write_set_bytes_in_last_block(a->archive, 1) !=
	                 ARCHIVE_OK ||
	         late_archive.archive_write_open(a->archive, a, NULL, on_write, NULL) !=
	                 ARCHIVE_OK)
		rc = fail(a, "start an archive", err);
	if (rc == ERR_OK)
		*out = a;
	else
		archiver_free(a);
	return rc;
}

void archiver_free(struct archiver *a)
{
	if (!a)
		return;
	late_archive.archive_entry_free(a->entry);
	if (a->archive) {
		/* what is left over is not to be written any more */
		(void)late_archive.archive_write_fail(a->archive);
		(void)late_archive.archive_write_free(a->archive);
	}
	mem_free(a);
}

static mode_t type_of(enum archiver_type type)
{
	switch (type) {
	case ARCHIVER_FILE:
		return AE_IFREG;
	case ARCHIVER_FOLDER:
		return AE_IFDIR;
	case ARCHIVER_LINK:
		return AE_IFLNK;
	case ARCHIVER_FIFO:
		return AE_IFIFO;
	case ARCHIVER_CHARACTER:
		return AE_IFCHR;
	case ARCHIVER_BLOCK:
		return AE_IFBLK;
	}
	return AE_IFREG;
}

void archiver_begin(struct archiver *a, const struct archiver_member *m)
{
	struct archive_entry *e = a->entry;

	late_archive.archive_entry_clear(e);
	late_archive.archive_entry_copy_pathname(e, m->path);
	late_archive.archive_entry_set_filetype(e, type_of(m->type));
	late_archive.archive_entry_set_perm(e, (mode_t)m->perm);
	late_archive.archive_entry_set_uid(e, m->uid);
	late_archive.archive_entry_set_gid(e, m->gid);
	if (m->user[0] != '\0')
		late_archive.archive_entry_copy_uname(e, m->user);
	if (m->group[0] != '\0')
		late_archive.archive_entry_copy_gname(e, m->group);
	late_archive.archive_entry_set_mtime(e, m->mtime_s, (long)m->mtime_ns);
	if (m->type == ARCHIVER_FILE)
		late_archive.archive_entry_set_size(e, (la_int64_t)m->size);
	if (m->type == ARCHIVER_LINK)
		late_archive.archive_entry_copy_symlink(e, m->target);
	if (m->type == ARCHIVER_CHARACTER || m->type == ARCHIVER_BLOCK) {
		late_archive.archive_entry_set_rdevmajor(e, m->rdev_major);
		late_archive.archive_entry_set_rdevminor(e, m->rdev_minor);
	}
	if (m->hard_link) {
		late_archive.archive_entry_copy_hardlink(e, m->hard_link);
		late_archive.archive_entry_unset_size(e);
	}
}

void archiver_add_extent(struct archiver *a, uint64_t offset, uint64_t length)
{
	if (a->format == ARCHIVER_TAR)
		late_archive.archive_entry_sparse_add_entry(a->entry, (la_int64_t)offset,
		                                            (la_int64_t)length);
}

void archiver_add_xattr(struct archiver *a, const char *name, struct span value)
{
	if (a->format == ARCHIVER_TAR)
		late_archive.archive_entry_xattr_add_entry(a->entry, name, value.ptr,
		                                           value.len);
}

enum err_code archiver_start(struct archiver *a, struct err *err)
{
	mode_t type = late_archive.archive_entry_filetype(a->entry);

	if (a->format == ARCHIVER_ZIP && type != AE_IFREG && type != AE_IFDIR &&
	    type != AE_IFLNK)
		return err_set(err, ERR_UNSUPPORTED, "zip has no such files");
	if (!is_fine(late_archive.archive_write_header(a->archive, a->entry)))
		return fail(a, "a member of the archive", err);
	return ERR_OK;
}

enum err_code archiver_write(struct archiver *a, struct span data, struct err *err)
{
	while (data.len > 0) {
		la_ssize_t n =
			late_archive.archive_write_data(a->archive, data.ptr, data.len);

		if (n <= 0)
			return fail(a, "content of the archive", err);
		data = span_from(data, (size_t)n);
	}
	return ERR_OK;
}

enum err_code archiver_finish(struct archiver *a, struct err *err)
{
	if (!is_fine(late_archive.archive_write_close(a->archive)))
		return fail(a, "end of the archive", err);
	return ERR_OK;
}

/* ---- reading ---- */

enum { BLOCK = 64 * 1024, NAME_MAX_BYTES = 4096 };

struct unarchiver {
	struct archive *archive;
	char *path;
	struct buf name;
	bool files_only;
	char block[BLOCK];
};

static enum err_code unreadable(struct unarchiver *u, const char *what, struct err *err)
{
	const char *why = late_archive.archive_error_string(u->archive);
	struct span text = span_trim(span_str(why ? why : "not readable"));

	if (late_archive.archive_errno(u->archive) == ENOMEM)
		return err_nomem(err);
	return err_set(err, ERR_CORRUPT, "%s: %s: %.*s", u->path, what, (int)text.len,
	               text.ptr);
}

/* Of a file the list at its end is demanded, which what was cut short has not; whatever
 * comes through a pipe can only be read from front to back. */
static int support_zip(struct archive *a, const char *path)
{
	if (os_type_of(path) == OS_FILE)
		return late_archive.archive_read_support_format_zip_seekable(a);
	return late_archive.archive_read_support_format_zip_streamable(a);
}

enum err_code unarchiver_open(struct unarchiver **out, const char *path, struct err *err)
{
	struct unarchiver *u = NULL;
	enum err_code rc = late_load(&late_archive_library, err);

	if (rc != ERR_OK)
		return rc;
	u = mem_new(sizeof *u);
	if (!u)
		return err_nomem(err);
	u->path = mem_strdup(path);
	u->archive = late_archive.archive_read_new();
	if (!u->path || !u->archive)
		rc = err_nomem(err);
	else if (support_zip(u->archive, path) != ARCHIVE_OK ||
	         late_archive.archive_read_open_filename(u->archive, path, BLOCK) !=
	                 ARCHIVE_OK)
		rc = unreadable(u, "no whole zip archive", err);
	if (rc == ERR_OK)
		*out = u;
	else
		unarchiver_free(u);
	return rc;
}

enum err_code unarchiver_tar_zstd(struct unarchiver **out, struct span data,
                                  const char *name, struct err *err)
{
	struct unarchiver *u = NULL;
	enum err_code rc = late_load(&late_archive_library, err);

	if (rc != ERR_OK)
		return rc;
	u = mem_new(sizeof *u);
	if (!u)
		return err_nomem(err);
	u->path = mem_strdup(name);
	u->archive = late_archive.archive_read_new();
	if (!u->path || !u->archive)
		rc = err_nomem(err);
	else if (late_archive.archive_read_support_filter_zstd(u->archive) !=
	                 ARCHIVE_OK ||
	         late_archive.archive_read_support_format_tar(u->archive) != ARCHIVE_OK ||
	         late_archive.archive_read_open_memory(u->archive, data.ptr, data.len) !=
	                 ARCHIVE_OK)
		rc = unreadable(u, "no tar archive of zstd", err);
	if (rc == ERR_OK)
		*out = u;
	else
		unarchiver_free(u);
	return rc;
}

void unarchiver_free(struct unarchiver *u)
{
	if (!u)
		return;
	/* Nothing was written: a failed close tells nothing. */
	(void)late_archive.archive_read_free(u->archive);
	buf_fini(&u->name);
	mem_free(u->path);
	mem_free(u);
}

void unarchiver_files_only(struct unarchiver *u)
{
	u->files_only = true;
}

/* A further name of another member has the type of a file, but no content. */
static bool is_plain_file(struct archive_entry *e)
{
	return late_archive.archive_entry_filetype(e) == AE_IFREG &&
	       late_archive.archive_entry_pathname(e) &&
	       !late_archive.archive_entry_hardlink(e) &&
	       !late_archive.archive_entry_symlink(e);
}

enum err_code unarchiver_next(struct unarchiver *u, const char **name, struct err *err)
{
	struct archive_entry *e;
	int result;

	*name = NULL;
	for (;;) {
		result = late_archive.archive_read_next_header(u->archive, &e);
		if (result == ARCHIVE_EOF)
			return ERR_OK;
		if (!is_fine(result))
			return unreadable(u, "damaged", err);
		if (is_plain_file(e))
			break;
		if (u->files_only)
			return err_set(err, ERR_CORRUPT,
			               "it has a member that is no plain file");
	}
	buf_clear(&u->name);
	buf_put(&u->name, span_sub(span_str(late_archive.archive_entry_pathname(e)), 0,
	                           NAME_MAX_BYTES));
	*name = buf_str(&u->name);
	return buf_err(&u->name, err);
}

enum err_code unarchiver_read(struct unarchiver *u, size_t max, struct buf *out,
                              struct err *err)
{
	size_t start = out->len;
	la_ssize_t n;

	while ((n = late_archive.archive_read_data(u->archive, u->block, BLOCK)) > 0) {
		if ((size_t)n > max - (out->len - start))
			return err_set(err, ERR_LIMIT, "larger than %zu bytes", max);
		buf_put(out, span_of(u->block, (size_t)n));
		if (!buf_ok(out))
			return err_nomem(err);
	}
	return n < 0 ? unreadable(u, "damaged", err) : ERR_OK;
}

enum err_code unarchiver_piece(struct unarchiver *u, struct span *out, struct err *err)
{
	const la_ssize_t n = late_archive.archive_read_data(u->archive, u->block, BLOCK);

	*out = span_of(u->block, n > 0 ? (size_t)n : 0);
	return n < 0 ? unreadable(u, "damaged", err) : ERR_OK;
}
