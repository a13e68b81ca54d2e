// SPDX-License-Identifier: Apache-2.0
#include "job/right.h"

#include "base/buf.h"
#include "repo/keyset.h"
#include "repo/log.h"
#include "repo/repo.h"

/* "roles read and prune" */
static void put_roles(struct buf *out, uint32_t roles)
{
	const char *between = roles & (roles - 1) ? "roles " : "role ";

	for (uint32_t role = 1; role != 0 && role <= roles; role <<= 1) {
		if (!(roles & role))
			continue;
		buf_printf(out, "%s%s", between, lb_role_name(role));
		between = " and ";
	}
}

static enum err_code refuse(uint32_t roles, const char *what, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	put_roles(&text, roles);
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		rc = err_set(err, ERR_AUTH, "this key may not %s: that takes the %s",
		             what, buf_str(&text));
	buf_fini(&text);
	return rc;
}

enum err_code lb_right(struct lb_repo *repo, uint32_t roles, const char *what,
                       struct err *err)
{
	if ((lb_repo_keyset(repo)->roles & roles) != roles)
		return refuse(roles, what, err);
	if ((roles & ~(uint32_t)LB_ROLE_READ) == 0)
		return ERR_OK;
	return lb_log_may_append(lb_repo_log(repo), LB_VOID, err);
}
