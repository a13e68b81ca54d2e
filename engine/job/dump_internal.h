// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_DUMP_INTERNAL_H
#define JOB_DUMP_INTERNAL_H

#include "base/map.h"
#include "job/dump.h"
#include "lib/archive.h"
#include "snapshot/map_read.h"
#include "snapshot/tree_read.h"

/* A dump on its way. One thread. */
struct lb_reader;

struct dump {
	const struct lb_dump_options *o;
	struct lb_dump_result *result;
	struct lb_reader *reader;
	struct lb_map_iter *map;
	struct lb_tree_iter *tree;
	struct lb_tree_walk *walk;
	struct archiver *archive; /* NULL: the content alone */
	bool zip;
	struct span prefix; /* of the folder, in the snapshot */
	struct map links;   /* group -> path of its first member */
	struct buf path;
	struct buf text; /* user, group, target and names of attributes, NUL-terminated */
	uint64_t told_ns;
};

/* dump.c */
void dump_tell(struct dump *d, struct span path, const struct err *err);

/* dump_content.c: the bytes of a file, holes as zeros, to the archive or the sink */
enum err_code dump_bytes(struct dump *d, const struct lb_entry *e,
                         struct err *err) ERR_CHECKED;
/* Can the file be begun? Later damage cannot be stepped over. */
enum err_code dump_try_first(struct dump *d, const struct lb_entry *e,
                             struct err *err) ERR_CHECKED;

/* dump_member.c: one entry as a member of the archive; d->path is its path in the
 * snapshot. One that cannot be read, or that the format does not know, is told. */
enum err_code dump_member(struct dump *d, const struct lb_entry *e, struct span path,
                          struct err *err) ERR_CHECKED;

#endif
