// SPDX-License-Identifier: Apache-2.0
#include "fold.h"

enum rank { RANK_YIELDS, RANK_NAMED, RANK_EXACT };

static enum rank rank_of(const struct scan_rule *r, const struct scan_found *f)
{
	if (r->yields)
		return RANK_YIELDS;
	return f->key.start < f->key.end ? RANK_NAMED : RANK_EXACT;
}

/* How much of what is around the value a rule has read. */
static size_t width(const struct scan_found *f)
{
	return f->match.end - f->match.start;
}

/* Does `a` give way to `b`, which shares bytes with it? */
static bool gives_way(const struct scan_rule *rules, const struct scan_found *a,
                      const struct scan_found *b)
{
	enum rank ours = rank_of(&rules[a->rule], a);
	enum rank theirs = rank_of(&rules[b->rule], b);
	size_t our_length = a->value.end - a->value.start;
	size_t their_length = b->value.end - b->value.start;

	if (ours != theirs)
		return ours < theirs;
	if (our_length != their_length)
		return our_length < their_length;
	if (ours == RANK_YIELDS && width(a) != width(b))
		return width(a) < width(b);
	if (ours == RANK_YIELDS || a->rule == b->rule)
		return a->rule > b->rule || (a->rule == b->rule && a > b);
	return a->value.start > b->value.start;
}

static bool is_lost(const struct scan_found *f)
{
	return f->match.end == 0;
}

/* Whichever of two that share bytes gives way is marked. */
static void settle(const struct scan_rule *rules, struct scan_found *a,
                   struct scan_found *b)
{
	if (is_lost(a) || is_lost(b) || !rules[b->rule].redact)
		return;
	if (gives_way(rules, a, b))
		a->match.end = 0;
	else if (gives_way(rules, b, a))
		b->match.end = 0;
}

void scan_fold(const struct scan_rule *rules, struct scan_found *items, size_t *count)
{
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++) {
		size_t end = rules[items[i].rule].redact ? items[i].value.end : 0;

		for (size_t k = i + 1; k < *count && items[k].value.start < end; k++)
			settle(rules, &items[i], &items[k]);
	}
	for (size_t i = 0; i < *count; i++) {
		if (!is_lost(&items[i]))
			items[kept++] = items[i];
	}
	*count = kept;
}
