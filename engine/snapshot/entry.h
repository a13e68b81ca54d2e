// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_ENTRY_H
#define SNAPSHOT_ENTRY_H

#include "base/buf.h"
#include "base/wire.h"
#include "crypto/key.h"

/*
 * One entry of a folder (docs/format.md, section 10), as the tree writer takes it and the
 * tree reader gives it. All of it is borrowed: an entry that was read lives as long as
 * the reader says. Lists (content, extents, attributes) stay in their stored form, which
 * the functions below build and walk, so that reading an entry allocates nothing.
 */

enum lb_entry_type {
	LB_ENTRY_FILE = 1,
	LB_ENTRY_FOLDER = 2,
	LB_ENTRY_LINK = 3,
	LB_ENTRY_FIFO = 4,
	LB_ENTRY_CHARACTER = 5,
	LB_ENTRY_BLOCK = 6,
	LB_ENTRY_SOCKET = 7,
};

#define LB_ENTRY_NAME_MAX 4096u
#define LB_ENTRY_OWNER_MAX 255u    /* bytes of the name of a user or group */
#define LB_ENTRY_TARGET_MAX 65535u /* bytes of a symbolic link */
#define LB_ENTRY_XATTR_NAME_MAX 255u
#define LB_ENTRY_XATTR_MAX 65536u /* bytes of one value */
#define LB_ENTRY_CONTENT_MAX 64u  /* chunks listed in the entry itself */
#define LB_ENTRY_MAX (1u << 20)   /* all of an entry */
#define LB_LINK_GROUP 8

struct lb_entry {
	struct span name;
	enum lb_entry_type type;
	uint32_t perm; /* 12 bits */
	uint32_t uid;
	uint32_t gid;
	struct span user;  /* name of uid, empty = not known */
	struct span group; /* name of gid, empty = not known */
	int64_t mtime_s;
	uint32_t mtime_ns;

	uint64_t size;        /* files */
	struct span content;  /* files: list of chunks, see lb_content_next */
	bool mapped;          /* files: the list is in map nodes instead, and */
	struct lb_id map;     /* this is the topmost */
	bool sparse;          /* files: only these parts have data: */
	struct span extents;  /* see lb_extent_next */
	struct lb_id subtree; /* folders: root node */
	struct span target;   /* links */
	uint32_t rdev_major;  /* devices */
	uint32_t rdev_minor;

	bool linked; /* one of several names of one file: */
	unsigned char link_group[LB_LINK_GROUP];
	struct span xattrs; /* see lb_xattr_next */
	uint32_t flags;     /* as FS_IOC_GETFLAGS gives */
	uint32_t project;
	bool has_btime;
	int64_t btime_s;
	uint32_t btime_ns;
	/* A file that could not be read to its end: size and content are those of what
	 * was read. A folder that could not be listed to its end: what was listed. */
	bool damaged;
};

/* What is wrong with a name, as static text; NULL if it may stand in a tree. */
const char *lb_entry_name_fault(struct span name);
/* What is wrong with the entry as a whole (its lists too), as static text; NULL if it may
 * be stored. */
const char *lb_entry_fault(const struct lb_entry *e);
/* "file", "folder", "link", .. */
const char *lb_entry_type_name(enum lb_entry_type type);
/* Bytes that the content has: the size less the holes. The entry must be without fault.
 */
uint64_t lb_entry_data(const struct lb_entry *e);
/* Equal in all that is stored, names of owners included. */
bool lb_entry_eq(const struct lb_entry *a, const struct lb_entry *b);

/* A piece of a file's content, or a child of a map. */
struct lb_piece {
	struct lb_id id;
	uint64_t length; /* never 0 */
};

/* The lists are walked with a cursor: wire_init(&w, e->content), then until false; after
 * that wire_end(&w) tells a list that was well formed. */
bool lb_content_next(struct wire *w, struct lb_piece *out);
void lb_content_put(struct buf *list, const struct lb_piece *piece);
/* How many pieces; the list must be well formed. */
size_t lb_content_count(struct span list);

/* A part of a file that has data. */
struct lb_extent {
	uint64_t offset;
	uint64_t length;
};

struct lb_extent_cursor {
	struct wire w;
	uint64_t at; /* end of the extent before */
};

void lb_extent_init(struct lb_extent_cursor *c, struct span extents);
bool lb_extent_next(struct lb_extent_cursor *c, struct lb_extent *out);
/*
 * The stored form of a file's extents, ascending and not touching. `size` is the file's.
 * Puts nothing and gives false where the extents are the whole file (or size is 0): such
 * an entry is not sparse.
 */
bool lb_extents_put(struct buf *list, const struct lb_extent *extents, size_t count,
                    uint64_t size);

struct lb_xattr {
	struct span name;
	struct span value;
};

bool lb_xattr_next(struct wire *w, struct lb_xattr *out);
/* In ascending order of names. */
void lb_xattr_put(struct buf *list, const struct lb_xattr *x);

#endif
