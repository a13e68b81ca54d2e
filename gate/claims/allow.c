// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "claims/check.h"
#include "lib/place.h"
#include "scanners/suppress.h"

/* `<!-- seaworthy:allow claim.refuted reason -->`, as the scanner's rule has it. */

#define RULE "claim.refuted"

/* References are no business of that rule. */
static bool is_number(const struct gate_claim *c)
{
	return !str_starts(gate_claim_kinds[c->kind].id, "reference.");
}

static void leave(struct gate_claims *out, struct gate_claim *c)
{
	c->verdict = GATE_CLAIM_UNCHECKED;
	c->because = arena_printf(&out->arena, "%s; allowed by a comment", c->because);
}

/* Those on this line and the next; *at steps to the first claim that may be on a later
 * one. */
static void allow_line(struct gate_claims *out, size_t *at, size_t line)
{
	while (*at < out->count && out->items[*at].line < line)
		(*at)++;
	for (size_t i = *at; i < out->count && out->items[i].line <= line + 1; i++)
		if (out->items[i].verdict == GATE_CLAIM_REFUTED &&
		    is_number(&out->items[i]))
			leave(out, &out->items[i]);
}

static bool allows(struct span comment, size_t *at, const struct scan_selection *rules,
                   size_t *offset)
{
	struct scan_directive d;

	while (scan_suppress_next(comment, at, rules, &d))
		if (d.known && d.has_reason && str_glob(d.rule, SPAN_LIT(RULE))) {
			*offset = d.offset;
			return true;
		}
	return false;
}

static void allow_all(struct gate_claims *out, struct span document,
                      const struct scan_selection *rules)
{
	struct place place = PLACE_INIT;
	struct span rest = document;
	size_t claim = 0;
	size_t done = 0; /* the line that was allowed last */

	while (rest.len > 0) {
		struct span comment;
		size_t at = 0;
		size_t offset;

		rest = span_from(rest, span_find(rest, SPAN_LIT("<!--")));
		comment = span_sub(rest, 0, span_find(rest, SPAN_LIT("-->")));
		while (allows(comment, &at, rules, &offset)) {
			place_move(&place, document,
			           (size_t)(comment.ptr - document.ptr) + offset);
			if (place.line > done)
				allow_line(out, &claim, place.line);
			done = place.line;
		}
		rest = span_from(rest, comment.len);
	}
}

enum err_code gate_claims_allow(struct gate_claims *out, struct span document,
                                struct err *err)
{
	static const char *const globs[] = { RULE };
	struct scan_selection rules;
	size_t count;
	const struct scan_rule *all = scan_rules(&count);
	enum err_code rc = scan_select(&rules, all, count, globs, 1, err);

	if (rc != ERR_OK)
		return rc;
	allow_all(out, document, &rules);
	scan_selection_fini(&rules);
	return arena_err(&out->arena, err);
}
