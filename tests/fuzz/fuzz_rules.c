// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a project's rules, up to a zero byte, and what is behind it as a text: a
 * set of rules is refused with a reason, or both engines find the same in the text. */
#include "base/str.h"
#include "lib/hyperscan.h"
#include "scanners/engine.h"
#include "scanners/ruleset.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RULES_MAX = 2048, OWN_MAX = 16 };

/* The ids that the program does not have; false if there are too many to compile. */
static bool find_own(const struct scan_ruleset *set, const char *ids[OWN_MAX],
                     size_t *count)
{
	size_t shipped;
	const struct scan_rule *rules = scan_rules(&shipped);

	*count = 0;
	for (size_t i = 0; i < set->count; i++) {
		const char *id = set->rules[i].id;

		if (scan_rule_find(rules, shipped, id) < shipped)
			continue;
		if (*count == OWN_MAX)
			return false;
		ids[(*count)++] = id;
	}
	return *count > 0;
}

/* What an engine finds, or why it cannot say. */
static enum err_code find(const struct scan_selection *s, enum scan_engine_kind kind,
                          struct span text, struct buf *out)
{
	struct scan_engine *e = NULL;
	struct scan_finder *f = NULL;
	struct scan_hits hits = { .items = NULL };
	enum err_code rc = scan_engine_new(&e, s, kind, NULL, NULL);

	if (rc == ERR_OK)
		rc = scan_finder_new(&f, e, NULL);
	if (rc == ERR_OK)
		rc = scan_finder_look(
			f, &(struct scan_look){ .text = text, .path = SPAN_LIT("a.c") },
			&hits, NULL);
	buf_printf(out, "%d %d\n", hits.allows, hits.limited);
	for (size_t i = 0; rc == ERR_OK && i < hits.count; i++)
		buf_printf(out, "%zu %zu..%zu\n", hits.items[i].rule,
		           hits.items[i].match.start, hits.items[i].match.end);
	scan_finder_free(f);
	scan_engine_free(e);
	return rc;
}

static void compare(const struct scan_ruleset *set, struct span text)
{
	const char *ids[OWN_MAX];
	struct scan_selection s;
	struct buf here = BUF_INIT;
	struct buf there = BUF_INIT;
	size_t count;

	if (!find_own(set, ids, &count))
		return;
	if (scan_select(&s, set->rules, set->count, ids, count, NULL) != ERR_OK)
		abort();
	if (find(&s, SCAN_ENGINE_LITERALS, text, &here) == ERR_OK && hyper_works() &&
	    find(&s, SCAN_ENGINE_HYPERSCAN, text, &there) == ERR_OK &&
	    !span_eq(buf_span(&here), buf_span(&there)))
		abort();
	buf_fini(&here);
	buf_fini(&there);
	scan_selection_fini(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = span_of((const char *)data, size);
	size_t end = span_find_byte(all, '\0');
	struct scan_ruleset set;
	struct err err = ERR_INIT;

	if (end > RULES_MAX)
		return 0;
	if (scan_ruleset_load(&set, span_sub(all, 0, end), "rules", &err) == ERR_OK) {
		compare(&set, span_from(all, end + 1));
		scan_ruleset_fini(&set);
	} else if (err.msg[0] == '\0') {
		abort();
	}
	return 0;
}
