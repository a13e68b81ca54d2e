// SPDX-License-Identifier: Apache-2.0
#ifndef JOB_NAMES_H
#define JOB_NAMES_H

#include "base/err.h"

#include <stddef.h>

/* The names in a folder, ascending as bytes, as the trees of snapshots have them. */
struct lb_name_list {
	char **items;
	size_t count;
	size_t cap;
};

#define LB_NAME_LIST_INIT  \
	{                  \
		NULL, 0, 0 \
	}

/* At the end. */
enum err_code lb_name_list_add(struct lb_name_list *n, const char *name,
                               struct err *err) ERR_CHECKED;
/* Of the folder open on `fd`, whose offset moves; the list is filled anew, on failure as
 * far as it came. */
enum err_code lb_name_list_load(struct lb_name_list *n, int fd,
                                struct err *err) ERR_CHECKED;
void lb_name_list_fini(struct lb_name_list *n);

#endif
