// SPDX-License-Identifier: Apache-2.0
/* Records that say nothing, or not all that they should, through their writer's doing. */
#include "job/check_internal.h"
#include "job/snapshots.h"

#include <stdio.h>

static const char mend[] = "nothing depends on it; if its key was not yours to give, "
			   "remove that with `lifeboat key remove`";

static enum err_code tell(struct check_job *j, const struct lb_malformed *m,
                          const char *what, struct err *err)
{
	const struct lb_writer *w = lb_state_writer(lb_repo_state(j->repo), &m->writer);
	struct err fault = ERR_INIT;
	char key[32];

	(void)snprintf(key, sizeof key, "log/%08lx/%08lx",
	               (unsigned long)LB_SLOT_EPOCH(m->slot),
	               (unsigned long)LB_SLOT_SEQ(m->slot));
	err_set(&fault, ERR_CORRUPT, "%s: it was written so by the key \"%.100s\"", what,
	        w ? w->key.label : "");
	return check_fault(j, key, ERR_CORRUPT, &fault, mend, err);
}

enum err_code check_malformed(struct check_job *j, struct err *err)
{
	const struct lb_state *s = lb_repo_state(j->repo);
	size_t count;
	const struct lb_malformed *bad = lb_state_malformed(s, &count);
	struct lb_snapshots list;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < count && rc == ERR_OK; i++)
		rc = tell(j, &bad[i], "a part of it is malformed and counts for nothing",
		          err);
	if (rc != ERR_OK)
		return rc;
	rc = lb_snapshots_load(&list, s, true, err);
	for (size_t i = 0; rc == ERR_OK && i < list.bad_edit_count; i++)
		rc = tell(j, &list.bad_edits[i],
		          "this edit is malformed and changes nothing", err);
	lb_snapshots_fini(&list);
	return rc;
}
