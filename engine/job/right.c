// SPDX-License-Identifier: Apache-2.0
#include "job/right.h"

#include "repo/keyset.h"
#include "repo/record.h"
#include "repo/repo.h"

enum err_code lb_right(const struct lb_repo *repo, uint32_t roles, const char *what,
                       struct err *err)
{
	if ((lb_repo_keyset(repo)->roles & roles) == roles)
		return ERR_OK;
	return err_set(err, ERR_AUTH,
	               "this key may not %s: that takes the roles read and prune", what);
}
