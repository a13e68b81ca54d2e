// SPDX-License-Identifier: Apache-2.0
#include "ops_internal.h"

#include <string.h>

/* Scripts of the project that a workflow runs: "./scripts/deploy.sh". Those that it
 * fetches or makes itself are not the project's. */

enum { PATH_MAX_LEN = 200 };

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

/* Stands the name there more often than it is called? Then something makes the file. */
static bool is_made(struct span text, struct span name)
{
	size_t all = 0;
	size_t calls = 0;
	size_t at = span_find(text, name);

	while (at < text.len) {
		size_t start = at;

		while (start > 0 && is_of_path(text.ptr[start - 1]))
			start--;
		all++;
		calls += span_starts(span_from(text, start), SPAN_LIT("./"));
		at += name.len;
		at += span_find(span_from(text, at), name);
	}
	return calls < all;
}

static bool begins_word(struct span text, size_t at)
{
	return at == 0 || strchr(" \t\n\"'(&|;", text.ptr[at - 1]) != NULL;
}

static bool is_commented(struct span text, size_t at)
{
	while (at > 0 && text.ptr[at - 1] != '\n')
		if (text.ptr[--at] == '#')
			return true;
	return false;
}

void ops_calls(struct scan_pass *p)
{
	enum { CALLS_MAX = 500 };
	struct span text = p->source->text;
	size_t at = span_find(text, SPAN_LIT("./"));

	if (ops_has(text, "git clone") || ops_has(text, "repository:") ||
	    ops_has(text, "chmod"))
		return;
	for (size_t n = 0; n < CALLS_MAX && at < text.len && p->rc == ERR_OK; n++) {
		size_t len = path_length(span_from(text, at));
		struct span path = span_sub(text, at + 2, len - 2);
		char next = at + len < text.len ? text.ptr[at + len] : '\n';

		if (begins_word(text, at) && !is_commented(text, at) && is_script(path) &&
		    strchr("$*{[", next) == NULL && !ops_has(path, "..") &&
		    !is_made(text, ops_name_of(path)))
			ops_note(p, OPS_CALL, at, at + len, path);
		at += len;
		at += span_find(span_from(text, at), SPAN_LIT("./"));
	}
}
