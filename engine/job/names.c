// SPDX-License-Identifier: Apache-2.0
#include "job/names.h"

#include "base/mem.h"
#include "os/walk.h"

#include <stdlib.h>
#include <string.h>

enum err_code lb_name_list_add(struct lb_name_list *n, const char *name, struct err *err)
{
	if (!mem_grow(&n->items, n->count, &n->cap, sizeof *n->items))
		return err_nomem(err);
	n->items[n->count] = mem_strdup(name);
	if (!n->items[n->count])
		return err_nomem(err);
	n->count++;
	return ERR_OK;
}

static enum err_code add(const struct os_entry *entry, void *context, struct err *err)
{
	return lb_name_list_add(context, entry->name, err);
}

static int by_name(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y); /* bytes, as unsigned characters */
}

enum err_code lb_name_list_load(struct lb_name_list *n, int fd, struct err *err)
{
	struct os_dir d = { fd };
	enum err_code rc;

	lb_name_list_fini(n);
	rc = os_dir_each_once(&d, add, n, err);
	if (n->count > 1)
		qsort(n->items, n->count, sizeof *n->items, by_name);
	return rc;
}

void lb_name_list_fini(struct lb_name_list *n)
{
	for (size_t i = 0; i < n->count; i++)
		mem_free(n->items[i]);
	mem_free(n->items);
	*n = (struct lb_name_list)LB_NAME_LIST_INIT;
}
