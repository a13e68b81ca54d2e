// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_COPY_MEMO_H
#define JOB_COPY_MEMO_H

#include "crypto/key.h"

#include <stdint.h>

/*
 * Which id became which: pairs of ids in a table on disk, so that memory does not grow
 * with the repository. The file has no name and goes with the process. It is a memo, not
 * a record: a pair may be missing, and its user then does the work again. Any thread.
 */
struct lb_copy_memo;

/* For about so many pairs. `dir` is where the file lies; NULL: the system's place for
 * temporary files. */
enum err_code lb_copy_memo_new(struct lb_copy_memo **out, const char *dir, uint64_t pairs,
                               struct err *err) ERR_CHECKED;
void lb_copy_memo_free(struct lb_copy_memo *m);
/* `*known` false: `out` is untouched. */
enum err_code lb_copy_memo_get(struct lb_copy_memo *m, const struct lb_id *id,
                               struct lb_id *out, bool *known,
                               struct err *err) ERR_CHECKED;
/* Adds or replaces. */
enum err_code lb_copy_memo_put(struct lb_copy_memo *m, const struct lb_id *id,
                               const struct lb_id *value, struct err *err) ERR_CHECKED;

#endif
