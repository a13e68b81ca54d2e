// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_HELD_FILE_H
#define CLI_HELD_FILE_H

#include "base/cancel.h"
#include "os/dir.h"

/*
 * A file that is there and is to be changed, while others who go the same way wait: what
 * is read after it was opened stays until it is written. A link stays a link, and the
 * file keeps its mode.
 */

struct held_file {
	struct buf target; /* the path without links */
	struct os_dir dir; /* that it is in, locked */
	bool open;
	uint32_t mode;
};

/* ERR_LOCKED after half a minute, ERR_CANCELLED. To be closed whatever it returns. */
enum err_code held_file_open(struct held_file *f, const char *path,
                             const struct cancel *cancel, struct err *err) ERR_CHECKED;
/* Atomic and durable. */
enum err_code held_file_write(const struct held_file *f, struct span text,
                              struct err *err) ERR_CHECKED;
void held_file_close(struct held_file *f);

#endif
