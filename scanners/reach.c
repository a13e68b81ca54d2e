// SPDX-License-Identifier: Apache-2.0
#include "reach.h"

#include "base/str.h"
#include "tracked.h"

void scan_reach_init(struct scan_reach *r, const char *top)
{
	*r = (struct scan_reach){ .top = span_str(top) };
	scan_ignore_below_init(&r->below, top);
}

void scan_reach_fini(struct scan_reach *r)
{
	scan_ignore_below_fini(&r->below);
}

/* Does an ignore line fit the file, or a folder of the walk that it is in? */
static enum err_code is_ignored(struct scan_reach *r, struct span path, bool *ignored,
                                struct err *err)
{
	enum err_code rc = ERR_OK;
	size_t folder = 0; /* bytes of it, below the top */

	*ignored = false;
	for (size_t at = r->top.len; rc == ERR_OK && !*ignored && at <= path.len; at++) {
		struct scan_ignore_rules rules;
		bool last = at == path.len;

		if (!last && path.ptr[at] != '/')
			continue;
		rc = scan_ignore_below_get(&r->below, span_sub(path, r->top.len, folder),
		                           NULL, NULL, &rules, err);
		*ignored = rc == ERR_OK &&
		           scan_ignore_match(rules.set, span_sub(path, 0, at), !last);
		folder = at - r->top.len;
	}
	return rc;
}

enum err_code scan_reach_ask(struct scan_reach *r, struct span path, const char **why,
                             struct err *err)
{
	enum scan_tracking tracking = SCAN_UNTRACKED;
	struct err blind = ERR_INIT;
	bool ignored = false;
	enum err_code rc = ERR_OK;

	*why = NULL;
	if (!span_starts(path, r->top))
		return ERR_OK;
	if (scan_ignore_match(r->exclude, path, false)) {
		*why = "excluded";
		return ERR_OK;
	}
	if (!r->no_ignore)
		rc = is_ignored(r, path, &ignored, err);
	if (rc != ERR_OK || !ignored)
		return rc;
	/* Where git cannot tell, the walk says so, and leaves the file out. */
	rc = scan_tracked_ask(r->tracked, path, false, &tracking, &blind);
	if (rc == ERR_NOMEM)
		return err_nomem(err);
	if (tracking == SCAN_UNTRACKED)
		*why = "ignored by git";
	return ERR_OK;
}
