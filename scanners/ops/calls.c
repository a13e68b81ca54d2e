// SPDX-License-Identifier: Apache-2.0
#include "ops_internal.h"

#include <string.h>

/* Scripts of the project that a workflow runs: "./scripts/deploy.sh". Those that it
 * fetches or makes itself are not the project's. */

enum { PATH_MAX_LEN = 200, WORK_MAX = 1 << 28 };

static bool is_of_path(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.' || c == '/';
}

static size_t path_length(struct span s)
{
	size_t n = 0;

	while (n < s.len && n < PATH_MAX_LEN && is_of_path(s.ptr[n]))
		n++;
	return n;
}

static bool is_script(struct span path)
{
	static const char *const ends[] = { ".sh", ".bash", ".py", ".rb", ".pl", NULL };

	for (size_t i = 0; ends[i] != NULL; i++)
		if (span_ends(path, span_str(ends[i])))
			return true;
	return false;
}

/* Who calls what, in the file in hand. */
struct calls {
	struct scan_pass *p;
	struct span name; /* that was asked for last */
	bool made;        /* the answer */
	size_t work;      /* bytes that were looked at for all answers */
};

/* The path that holds an offset starts there; never further back than a path is long. */
static size_t path_start(struct span text, size_t at)
{
	size_t start = at;

	while (start > 0 && at - start < PATH_MAX_LEN && is_of_path(text.ptr[start - 1]))
		start--;
	return start;
}

/* Stands the name there more often than it is called? Then something makes the file. */
static bool count_calls(struct calls *c, struct span text, struct span name)
{
	size_t all = 0;
	size_t calls = 0;
	size_t at = span_find(text, name);

	while (at < text.len && c->work < WORK_MAX) {
		size_t start = path_start(text, at);

		all++;
		calls += span_starts(span_from(text, start), SPAN_LIT("./"));
		c->work += at - start + name.len;
		at += name.len;
		at += span_find(span_from(text, at), name);
	}
	c->work += text.len;
	return calls < all;
}

static bool is_made(struct calls *c, struct span name)
{
	if (c->name.len == 0 || !span_eq(c->name, name))
		c->made = count_calls(c, c->p->source->text, name);
	c->name = name;
	return c->made;
}

static bool begins_word(struct span text, size_t at)
{
	return at == 0 || strchr(" \t\n\"'(&|;", text.ptr[at - 1]) != NULL;
}

static bool is_commented(struct calls *c, struct span text, size_t at)
{
	for (; at > 0 && text.ptr[at - 1] != '\n'; c->work++)
		if (text.ptr[--at] == '#')
			return true;
	return false;
}

/* A script of the project, at an offset where "./" stands? */
static bool is_call(struct calls *c, size_t at, size_t len)
{
	struct span text = c->p->source->text;
	struct span path = span_sub(text, at + 2, len - 2);
	char next = at + len < text.len ? text.ptr[at + len] : '\n';

	return begins_word(text, at) && is_script(path) && strchr("$*{[", next) == NULL &&
	       !ops_has(path, "..") && !is_commented(c, text, at) &&
	       !is_made(c, ops_name_of(path));
}

static void skip_rest(struct scan_pass *p)
{
	static const char why[] = "not fully scanned: it runs too many scripts";

	ops_skip(p, "ops.script-missing", SCAN_UNREAD, why);
	ops_skip(p, "ops.script-not-executable", SCAN_UNREAD, why);
}

void ops_calls(struct scan_pass *p)
{
	struct span text = p->source->text;
	struct calls c = { .p = p };
	size_t at = span_find(text, SPAN_LIT("./"));

	if (ops_has(text, "git clone") || ops_has(text, "repository:") ||
	    ops_has(text, "chmod"))
		return;
	while (at < text.len && p->rc == ERR_OK && c.work < WORK_MAX) {
		size_t len = path_length(span_from(text, at));

		if (is_call(&c, at, len) && c.work < WORK_MAX)
			ops_note(p, OPS_CALL, at, at + len,
			         span_sub(text, at + 2, len - 2));
		at += len;
		at += span_find(span_from(text, at), SPAN_LIT("./"));
	}
	if (c.work >= WORK_MAX)
		skip_rest(p);
}
