// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_ARCHIVE_H
#define LIB_ARCHIVE_H

#include "base/buf.h"

#include <stdint.h>

/*
 * Writing tar and zip archives as streams, and reading zip archives and compressed tar
 * archives, through libarchive.
 * Tar is the pax form: names of any length and any bytes, times to the nanosecond,
 * extended attributes, holes. One thread; nothing of a member is kept but what the format
 * itself needs.
 */

enum archiver_format {
	ARCHIVER_TAR,
	ARCHIVER_TAR_ZSTD, /* the same, compressed; no holes and no extended attributes */
	ARCHIVER_ZIP,      /* files, folders and symbolic links only; deflated */
};

/* Takes bytes of the archive as they come. */
typedef enum err_code archiver_sink(struct span bytes, void *context, struct err *err);

struct archiver;

enum err_code archiver_new(struct archiver **out, enum archiver_format format,
                           archiver_sink *sink, void *context,
                           struct err *err) ERR_CHECKED;
/* Without archiver_finish the archive stays without its end. */
void archiver_free(struct archiver *a);

/* One member. First its description: */
enum archiver_type {
	ARCHIVER_FILE,
	ARCHIVER_FOLDER,
	ARCHIVER_LINK,
	ARCHIVER_FIFO,
	ARCHIVER_CHARACTER,
	ARCHIVER_BLOCK,
};

struct archiver_member {
	const char *path;
	enum archiver_type type;
	uint32_t perm;
	uint32_t uid;
	uint32_t gid;
	const char *user; /* "" where it is not known */
	const char *group;
	int64_t mtime_s;
	uint32_t mtime_ns;
	uint64_t size;         /* files; holes count */
	const char *target;    /* symbolic links */
	const char *hard_link; /* a member written before, whose further name this is; its
	                        * content is not written again. Or NULL. Tar only. */
	uint32_t rdev_major;
	uint32_t rdev_minor;
};

/* Forgets an unfinished description. */
void archiver_begin(struct archiver *a, const struct archiver_member *m);
/* Parts of the file with data, ascending; a file without holes has none named. */
void archiver_add_extent(struct archiver *a, uint64_t offset, uint64_t length);
/* `name` ends in NUL. Zip has none, and leaves them out. */
void archiver_add_xattr(struct archiver *a, const char *name, struct span value);
/* The description is complete. ERR_UNSUPPORTED: the format has no such members. */
enum err_code archiver_start(struct archiver *a, struct err *err) ERR_CHECKED;
/* Then the content, in order; holes as zeros, of which nothing is stored. All of the size
 * that was told must come. */
enum err_code archiver_write(struct archiver *a, struct span data,
                             struct err *err) ERR_CHECKED;

enum err_code archiver_finish(struct archiver *a, struct err *err) ERR_CHECKED;

/*
 * Reading an archive that may be hostile: its members in turn. Nothing is ever written to
 * disk, so names are text only.
 */
struct unarchiver;

/* ERR_CORRUPT for what is no zip archive. */
enum err_code unarchiver_open(struct unarchiver **out, const char *path,
                              struct err *err) ERR_CHECKED;
/* Of a tar archive compressed by zstd, in memory that outlives it; `name` stands in
 * messages. */
enum err_code unarchiver_tar_zstd(struct unarchiver **out, struct span data,
                                  const char *name, struct err *err) ERR_CHECKED;
void unarchiver_free(struct unarchiver *u);
/* From now on a member that is no plain file (a folder, a link of any kind, a device) is
 * ERR_CORRUPT, where it is passed over otherwise. */
void unarchiver_files_only(struct unarchiver *u);
/* Goes to the next file (not folder or link): its name, valid until the next call, or
 * NULL behind the last. */
enum err_code unarchiver_next(struct unarchiver *u, const char **name,
                              struct err *err) ERR_CHECKED;
/* Appends its content, however it was packed. ERR_LIMIT above `max`, of which no more
 * than that is unpacked. */
enum err_code unarchiver_read(struct unarchiver *u, size_t max, struct buf *out,
                              struct err *err) ERR_CHECKED;
/* The same in pieces, for files of any size: the next one, valid until the next call;
 * empty at its end. */
enum err_code unarchiver_piece(struct unarchiver *u, struct span *out,
                               struct err *err) ERR_CHECKED;

#endif
