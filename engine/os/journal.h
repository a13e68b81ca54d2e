// SPDX-License-Identifier: Apache-2.0
#ifndef OS_JOURNAL_H
#define OS_JOURNAL_H

#include "base/cancel.h"
#include "os/dir.h"

/*
 * A file that grows at its end, by one program at a time: whoever holds it open here has
 * its lock. What was appended is on the disk when the call returns; a crash leaves a part
 * of the last append, never of an earlier one. Readers need no lock.
 */
struct os_journal {
	struct os_file file; /* for os_file_read_at too */
	uint64_t size;
};

#define OS_JOURNAL_CLOSED           \
	{                           \
		.file = {.fd = -1 } \
	}

/* Makes the file, in a folder that is there, if need be. Waits up to `wait_ms` for
 * whoever holds it: ERR_LOCKED, or ERR_CANCELLED (`cancel` may be NULL). ERR_UNSUPPORTED
 * where the file system has no locks, or for what is no regular file. */
enum err_code os_journal_open(struct os_journal *out, const char *path, uint32_t mode,
                              uint64_t wait_ms, const struct cancel *cancel,
                              struct err *err) ERR_CHECKED;
/* All of it or, as far as the system lets us take it back, nothing. */
enum err_code os_journal_append(struct os_journal *j, struct span data,
                                struct err *err) ERR_CHECKED;
/* Forgets what is behind the first `size` bytes, durably. */
enum err_code os_journal_cut(struct os_journal *j, uint64_t size,
                             struct err *err) ERR_CHECKED;
void os_journal_close(struct os_journal *j);

/* Does the path lie where other machines may write as well (NFS, SMB, a cluster's file
 * system, FUSE)? Shared memory between programs does not work there. */
bool os_is_shared_storage(const char *path);

#endif
