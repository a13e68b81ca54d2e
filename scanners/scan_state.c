// SPDX-License-Identifier: Apache-2.0
#include "baseline_mark.h"
#include "blame.h"
#include "os/clock.h"
#include "scan_internal.h"

/* What the findings of a scan are to the project: new or known, old or young, whose. */

/* Bytes within which a baseline has its version and its salt: comments come first. */
enum { BASELINE_HEAD = 1024 };

bool scan_is_baseline(const struct scan *s, struct span path)
{
	return s->o->baseline != NULL && s->o->baseline->real != NULL &&
	       span_eq_str(path, s->o->baseline->real);
}

/* It has to be one as a whole: no name and no beginning hides anything else. */
bool scan_is_baseline_text(struct span text)
{
	const struct span head = span_sub(text, 0, BASELINE_HEAD);
	struct scan_baseline *b = NULL;
	bool is;

	if (text.len > SCAN_BASELINE_MAX_BYTES ||
	    span_find(head, SPAN_LIT("\nsalt: ")) == head.len ||
	    span_find(head, SPAN_LIT("version: 1")) == head.len)
		return false;
	is = scan_baseline_parse(&b, text, "", NULL) == ERR_OK;
	scan_baseline_free(b);
	return is;
}

enum err_code scan_compare(struct scan *s, struct scan_compared *out, struct err *err)
{
	size_t root = s->strip_root > 1 ? s->strip_root - 1 : 1;
	struct scan_comparison c = {
		.baseline = s->o->baseline,
		.rules = &s->rules,
		.root = span_sub(buf_span(&s->path), 0, root),
		.below = buf_span(&s->below),
		.whole = s->o->what == SCAN_TREE && s->whole,
		.sight = &s->sight,
		.vouched = s->o->vouched,
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
	s->sight.unused = out->unseen == 0;
	scan_comparison_fini(&c);
	return rc;
}

enum err_code scan_describe(struct scan *s, struct scan_result *r, struct arena *arena,
                            struct err *err)
{
	struct span path = buf_span(&s->path);
	struct scan_history h = {
		.arena = arena,
		.folder = s->is_folder
		                  ? path
		                  : span_sub(path, 0, s->strip > 1 ? s->strip - 1 : 1),
		.rules = s->rules.rules,
		.rule_count = s->rules.count,
		/* Of other contents the lines are not those of the files. */
		.blame = s->o->blame &&
		         (s->o->what == SCAN_TREE || s->o->what == SCAN_CHANGED),
		.max_file = scan_max_file(s),
		.cancel = s->o->cancel,
		.staged = s->o->staged,
	};
	enum err_code rc = scan_history_add(&h, r->findings, r->count, err);

	r->blame_trouble = h.trouble;
	r->owners_trouble = h.owners_trouble;
	return rc;
}
