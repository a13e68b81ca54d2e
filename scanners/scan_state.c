// SPDX-License-Identifier: Apache-2.0
#include "baseline_mark.h"
#include "os/clock.h"
#include "scan_internal.h"

/* What the findings of a scan are to the project: new or known. */

bool scan_is_baseline(const struct scan *s, struct span path)
{
	return s->o->baseline != NULL && s->o->baseline->real != NULL &&
	       span_eq_str(path, s->o->baseline->real);
}

enum err_code scan_compare(struct scan *s, struct scan_compared *out, struct err *err)
{
	size_t root = s->strip_root > 1 ? s->strip_root - 1 : 1;
	struct scan_comparison c = {
		.baseline = s->o->baseline,
		.rules = &s->rules,
		.root = span_sub(buf_span(&s->path), 0, root),
		.below = buf_span(&s->below),
		.whole = s->is_folder && s->strip == s->strip_root,
		.now_ms = s->o->now_ms != 0 ? s->o->now_ms : os_now_ms(),
		.out = out,
	};
	enum err_code rc = ERR_OK;

	if (c.baseline == NULL)
		return ERR_OK;
	out->with_baseline = true;
	for (size_t i = 0; rc == ERR_OK && i < s->worker_count; i++)
		rc = scan_baseline_mark(&c, &s->workers[i].pass.sink, err);
	/* What is no tree does not show which findings are gone. */
	if (rc == ERR_OK && s->o->what == SCAN_TREE)
		rc = scan_baseline_unused(&c, &s->workers[0].pass.sink, err);
	scan_comparison_fini(&c);
	return rc;
}
