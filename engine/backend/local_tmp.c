// SPDX-License-Identifier: Apache-2.0
#include "backend/local_internal.h"

static const int64_t day_ns = INT64_C(86400) * 1000000000;

/* For what may fail without harm. */
static void favour(enum err_code rc)
{
	(void)rc;
}

struct cleaning {
	const struct os_dir *tmp;
	int64_t now_ns;
};

static enum err_code clean_one(const struct os_entry *entry, void *context,
                               struct err *err)
{
	const struct cleaning *c = context;
	struct os_dir folder;
	struct os_stat st;

	(void)err;
	if (os_dir_stat(c->tmp, entry->name, &st, NULL) != ERR_OK ||
	    st.mtime_ns > c->now_ns - day_ns)
		return ERR_OK;
	if (st.type == OS_FILE)
		favour(os_dir_unlink(c->tmp, entry->name, NULL));
	if (st.type != OS_DIR ||
	    os_dir_open(&folder, c->tmp, entry->name, NULL) != ERR_OK)
		return ERR_OK;
	favour(os_dir_unlink(&folder, "object", NULL));
	os_dir_close(&folder);
	favour(os_dir_rmdir(c->tmp, entry->name, NULL));
	return ERR_OK;
}

/*
 * What others left in tmp/ a day ago. The clock is that of the file system itself, by the
 * file that was just written: a client whose clock is wrong harms nobody. All of it is a
 * favour, so nothing is told when it fails.
 */
void lb_local_clean(struct lb_local *l, const struct os_dir *tmp, const char *name)
{
	struct cleaning c = { .tmp = tmp };
	struct os_stat st;

	if (atomic_exchange(&l->cleaned, true) ||
	    os_dir_stat(tmp, name, &st, NULL) != ERR_OK)
		return;
	c.now_ns = st.mtime_ns;
	favour(os_dir_each(tmp, clean_one, &c, NULL));
}
