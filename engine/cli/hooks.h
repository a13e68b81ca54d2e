// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_HOOKS_H
#define CLI_HOOKS_H

#include "cli/cli.h"
#include "job/backup.h"

/*
 * Commands around a backup, run by the shell: --hook-before, then --hook-after or
 * --hook-failed. Their environment says what happened (`lifeboat help hooks`) and has no
 * passwords; what they print goes to stderr. What they leave running stays.
 */

/* One after the other, until one fails: then nothing shall be backed up. */
enum err_code cli_hooks_before(const struct program_call *call,
                               struct err *err) ERR_CHECKED;
/* After a backup that ends with this code, 0 or 3. All are run; gives how many failed,
 * each of which was told. */
size_t cli_hooks_after(const struct program_call *call, int code,
                       const struct lb_backup_result *result);
/* The same after one that failed. A signal that ended it does not end these, another one
 * does. */
size_t cli_hooks_failed(const struct program_call *call, int code, const char *error);
/* For a dry run: says which there are. */
enum err_code cli_hooks_list(const struct program_call *call,
                             struct err *err) ERR_CHECKED;

#endif
