// SPDX-License-Identifier: Apache-2.0
#include "read_rust.h"

bool import_rust_next(struct import_reader *r, struct import_token *t)
{
	struct import_token mark;
	struct import_token name;

	if (!import_next(r, t))
		return false;
	if (!import_is_word(t, "r") || !import_next(r, &mark))
		return true;
	if (!import_is_mark(&mark, '#') || mark.start != t->end) {
		import_push_back(r, &mark);
		return true;
	}
	if (import_next(r, &name) && name.kind == IMPORT_WORD)
		*t = name;
	else
		import_push_back(r, &name);
	return true;
}

/* Of a condition where no test is run, and nothing else is known. */
enum truth { NEVER, MAYBE, ALWAYS };

struct joined {
	enum { ALL, ANY, NOT } by;
	enum truth value;
};

static void add_truth(struct joined *j, enum truth v)
{
	if (j->by == NOT)
		j->value = v == NEVER ? ALWAYS : v == ALWAYS ? NEVER : MAYBE;
	else if (j->by == ALL ? v < j->value : v > j->value)
		j->value = v;
}

/* Does the word open a group, whose parenthesis is at hand? */
static bool joins(const struct import_token *w, struct joined *out)
{
	if (import_is_word(w, "all"))
		*out = (struct joined){ ALL, ALWAYS };
	else if (import_is_word(w, "any"))
		*out = (struct joined){ ANY, NEVER };
	else if (import_is_word(w, "not"))
		*out = (struct joined){ NOT, MAYBE };
	else
		return false;
	return true;
}

static enum truth too_deep(struct import_reader *r)
{
	import_say(r, "not fully scanned: a condition nested too deeply");
	return MAYBE;
}

/* Behind "cfg", up to the parenthesis that closes it. */
static enum truth read_condition(struct import_reader *r)
{
	enum { GROUPS_MAX = 16 };
	struct joined groups[GROUPS_MAX] = { { ALL, ALWAYS }, { ALL, ALWAYS } };
	struct import_token t;
	size_t depth = 0; /* groups that are open */

	while (import_rust_next(r, &t) && !import_is_mark(&t, ']')) {
		struct joined group = { ALL, ALWAYS };

		if (import_is_mark(&t, '(') ||
		    (depth > 0 && joins(&t, &group) && import_rust_next(r, &t))) {
			if (++depth == GROUPS_MAX)
				return too_deep(r);
			groups[depth] = group;
		} else if (import_is_mark(&t, ')')) {
			if (depth == 0 || --depth == 0)
				return groups[1].value;
			add_truth(&groups[depth], groups[depth + 1].value);
		} else if (depth > 0 && t.kind == IMPORT_WORD) {
			add_truth(&groups[depth],
			          import_is_word(&t, "test") ? NEVER : MAYBE);
		}
	}
	import_push_back(r, &t);
	return MAYBE;
}

/* Behind a bracket up to the one that closes it: the last word of the attribute's name
 * says whether it makes a test; `file` is the path that it gives a module. */
static bool rest_of_attribute(struct import_reader *r, struct import_token t,
                              struct span *file)
{
	bool named = t.kind == IMPORT_WORD;
	bool test = false;
	bool path = false;

	for (size_t depth = 1; depth > 0 && t.kind != IMPORT_END;) {
		if (named && t.kind == IMPORT_WORD)
			test = import_is_word(&t, "test") || import_is_word(&t, "bench");
		named = named && (t.kind == IMPORT_WORD || import_is_mark(&t, ':'));
		if (t.kind == IMPORT_STRING && path)
			*file = t.text;
		path = import_is_word(&t, "path") || (path && import_is_mark(&t, '='));
		depth += import_is_mark(&t, '[') ? 1 : 0;
		depth -= import_is_mark(&t, ']') ? 1 : 0;
		if (depth > 0)
			import_rust_next(r, &t);
	}
	return test;
}

void import_rust_attribute(struct import_reader *r, struct import_rust_attribute *out)
{
	struct import_token t;
	enum truth there = ALWAYS;
	bool maybe;

	*out = (struct import_rust_attribute){ .flags = 0 };
	import_rust_next(r, &t);
	maybe = import_is_word(&t, "cfg_attr");
	if (import_is_word(&t, "cfg")) {
		there = read_condition(r);
		import_rust_next(r, &t);
	}
	if (rest_of_attribute(r, t, &out->file) && !maybe)
		there = NEVER;
	if (out->file.len > 0 && maybe)
		there = MAYBE;
	if (there != ALWAYS)
		out->flags = there == NEVER ? SCAN_IMPORT_TEST : SCAN_IMPORT_CONDITIONAL;
}
