// SPDX-License-Identifier: Apache-2.0
#include "read_internal.h"

/* The package, then the imports; annotations may stand in front of the package. */

/* "a.b.C" or "a.b.*" up to the semicolon. */
static bool read_name(struct import_reader *r, struct buf *name, size_t *start,
                      size_t *end)
{
	struct import_token t;

	buf_clear(name);
	while (import_next(r, &t)) {
		if (import_is_mark(&t, ';'))
			return name->len > 0 && buf_ok(name);
		if (t.kind != IMPORT_WORD && !import_is_mark(&t, '.') &&
		    !import_is_mark(&t, '*'))
			return false;
		if (name->len == 0)
			*start = t.start;
		*end = t.end;
		buf_put(name, t.text);
	}
	return false;
}

static void skip_annotation(struct import_reader *r)
{
	struct import_token t;

	while (import_next(r, &t) && (t.kind == IMPORT_WORD || import_is_mark(&t, '.'))) {
		struct import_token next;

		import_next(r, &next);
		import_push_back(r, &next);
		if (import_is_mark(&t, '.') || import_is_mark(&next, '.'))
			continue;
		if (import_is_mark(&next, '(') && import_next(r, &next))
			import_skip_group(r, '(', ')');
		return;
	}
}

static bool read_one(struct import_reader *r, const struct import_token *word,
                     struct buf *name)
{
	struct scan_import found = { .kind = SCAN_IMPORT_PACKAGE };
	struct import_token t;

	if (!import_is_word(word, "package")) {
		found.kind = SCAN_IMPORT_NEEDS;
		import_next(r, &t);
		if (import_is_word(&t, "static"))
			found.flags = SCAN_IMPORT_STATIC;
		else
			import_push_back(r, &t);
	}
	if (!read_name(r, name, &found.start, &found.end))
		return false;
	found.target = buf_span(name);
	import_put(r, &found);
	return true;
}

void import_read_java(struct import_reader *r)
{
	struct buf name = BUF_INIT;
	struct import_token t;
	bool packaged = false;

	while (import_next(r, &t)) {
		if (import_is_mark(&t, ';'))
			continue;
		if (import_is_mark(&t, '@') && !packaged) {
			skip_annotation(r);
			continue;
		}
		if (!import_is_word(&t, "package") && !import_is_word(&t, "import"))
			break;
		packaged = true;
		if (!read_one(r, &t, &name))
			break;
	}
	r->failed = r->failed || name.failed;
	buf_fini(&name);
}
