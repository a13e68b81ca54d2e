// SPDX-License-Identifier: Apache-2.0
#ifndef SNAPSHOT_FILES_INTERNAL_H
#define SNAPSHOT_FILES_INTERNAL_H

/* Sizes of files_cache.h's form, for its reader and its writer. */
#define FILES_MAGIC "LBFILES1"

enum {
	FILES_MAGIC_LEN = 8,
	FILES_HEADER = 88,
	FILES_BLOCK_HEAD = 32,
	FILES_INDEX_ROW = 24,
	FILES_BLOCK_ROWS = 1 << 20, /* a block ends at the row that passes this */
};

#endif
