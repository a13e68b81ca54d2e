// SPDX-License-Identifier: Apache-2.0
#include "collect/rerun.h"

#include "base/str.h"
#include "collect/command.h"
#include "os/fs.h"

#include <string.h>

/* Linux takes no argument above 128 KiB; what is longer names most of a suite anyway. */
enum { WORDS_MAX = 64 << 10 };

struct words {
	struct arena *arena;
	const char **items;
	size_t count;
	size_t cap;
};

/* Each once: several cases may be one word for the runner. */
static bool add_word(struct words *w, const char *word)
{
	const char **slot;

	if (word == NULL || *word == '\0')
		return false;
	for (size_t i = 0; i < w->count; i++)
		if (str_eq(w->items[i], word))
			return true;
	slot = arena_push(w->arena, &w->items, &w->count, &w->cap, sizeof(*slot));
	if (slot != NULL)
		*slot = word;
	return slot != NULL;
}

/* ---- what runners call a test ---- */

/* "example.com/p.TestA/sub" -> "TestA": a package has no name to run by. */
static bool add_gotest(struct words *w, const char *name)
{
	static const char *const kinds[] = { ".Test", ".Example", ".Fuzz", ".Benchmark" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const char *at = strstr(name, kinds[i]);

		if (at == NULL)
			continue;
		at++;
		return add_word(w, arena_dup(w->arena, span_of(at, strcspn(at, "/"))));
	}
	return false;
}

/* "src/lib.rs::tests::a" -> "tests::a"; a test in documentation has no such name. */
static bool add_libtest(struct words *w, const char *name)
{
	const char *end = strstr(name, "::");

	if (strchr(name, ' ') != NULL)
		return false;
	if (end != NULL && memchr(name, '.', (size_t)(end - name)) != NULL)
		name = end + 2;
	return add_word(w, name);
}

/* "outer > inner": node asks each test for its own title up to version 20, then for all
 * titles in a row. */
static bool add_node(struct words *w, const char *name)
{
	struct span rest = span_str(name);
	struct buf full = BUF_INIT;
	bool ok;

	for (size_t at; (at = span_find(rest, SPAN_LIT(" > "))) < rest.len;) {
		buf_put(&full, span_sub(rest, 0, at));
		buf_putc(&full, ' ');
		rest = span_from(rest, at + 3);
	}
	ok = add_word(w, arena_dup(w->arena, rest));
	if (full.len > 0) {
		buf_put(&full, rest);
		ok = ok && add_word(w, arena_str(w->arena, buf_str(&full)));
	}
	buf_fini(&full);
	return ok;
}

/* "tests.test_a.TestB.test_c[x]" -> "tests/test_a.py::TestB::test_c[x]", by the first
 * part that is a file. */
static bool add_pytest(struct words *w, const struct gate_suite *s, const char *root,
                       const char *name)
{
	size_t bare = strcspn(name, "[");
	const char *found = NULL;

	for (size_t i = 0; i < bare && found == NULL; i++) {
		char *path = arena_dup(w->arena, span_of(name, i));
		const char *file;
		char *rest;

		if (name[i] != '.' || path == NULL)
			continue;
		for (char *p = path; *p != '\0'; p++)
			*p = *p == '.' ? '/' : *p;
		file = arena_printf(w->arena, "%s/%s/%s.py", root, s->dir, path);
		if (file == NULL || os_type_of(file) != OS_FILE)
			continue;
		rest = arena_str(w->arena, name + i + 1);
		found = arena_printf(w->arena, "%s.py", path);
		for (size_t k = 0; rest != NULL && k < bare - i - 1;) {
			size_t part = strcspn(rest + k, ".[");

			found = arena_printf(w->arena, "%s::%.*s", found, (int)part,
			                     rest + k);
			k += part + 1;
		}
		found = arena_printf(w->arena, "%s%s", found, name + bare);
	}
	return add_word(w, found);
}

static bool add_test(struct words *w, const struct gate_suite *s, bool pytest,
                     const char *root, const char *name)
{
	switch ((int)s->format) {
	case GATE_FORMAT_GOTEST:
		return add_gotest(w, name);
	case GATE_FORMAT_LIBTEST:
		return add_libtest(w, name);
	case GATE_FORMAT_NODE:
		return add_node(w, name);
	case GATE_FORMAT_EXIT:
		return false; /* its one case is the suite */
	default:
		return pytest && strstr(name, "::") == NULL ? add_pytest(w, s, root, name)
		                                            : add_word(w, name);
	}
}

/* ---- in place ---- */

static void put_escaped(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("\\^$.|?*+()[]{}", *text) != NULL)
			buf_putc(out, '\\');
		buf_putc(out, *text);
	}
}

static const char *regex_of(const struct words *w)
{
	struct buf text = BUF_INIT;
	const char *kept;

	buf_puts(&text, "^(");
	for (size_t i = 0; i < w->count; i++) {
		buf_puts(&text, i > 0 ? "|" : "");
		put_escaped(&text, w->items[i]);
	}
	buf_puts(&text, ")$");
	kept = buf_ok(&text) ? arena_str(w->arena, buf_str(&text)) : NULL;
	buf_fini(&text);
	return kept;
}

static const char *fill_shell(const struct words *w, const char *regex, const char *line)
{
	const struct gate_command names = { NULL, { w->items, w->count } };
	const struct gate_command pattern = { NULL, { &regex, 1 } };
	struct span rest = span_str(line);
	struct buf text = BUF_INIT;
	const char *kept;

	while (rest.len > 0) {
		size_t brace = span_find_byte(rest, '{');

		buf_put(&text, span_sub(rest, 0, brace));
		rest = span_from(rest, brace);
		if (span_starts(rest, SPAN_LIT("{names}"))) {
			gate_command_text(&text, &names);
			rest = span_from(rest, 7);
		} else if (span_starts(rest, SPAN_LIT("{regex}"))) {
			gate_command_text(&text, &pattern);
			rest = span_from(rest, 7);
		} else if (rest.len > 0) {
			buf_putc(&text, '{');
			rest = span_from(rest, 1);
		}
	}
	kept = buf_ok(&text) ? arena_str(w->arena, buf_str(&text)) : NULL;
	buf_fini(&text);
	return kept;
}

static const char *put_regex(const struct words *w, const char *regex, const char *word)
{
	const char *at = strstr(word, "{regex}");

	return at == NULL ? word
	                  : arena_printf(w->arena, "%.*s%s%s", (int)(at - word), word,
	                                 regex, at + strlen("{regex}"));
}

static struct gate_strings fill_list(const struct words *w, const char *regex,
                                     const struct gate_strings *list)
{
	struct gate_strings out = { NULL, 0 };

	out.items = arena_array(w->arena, list->count + w->count + 1, sizeof(*out.items));
	for (size_t i = 0; out.items != NULL && i < list->count; i++) {
		bool names = str_eq(list->items[i], "{names}");

		for (size_t k = 0; names && k < w->count; k++)
			out.items[out.count++] = w->items[k];
		if (!names)
			out.items[out.count++] = put_regex(w, regex, list->items[i]);
	}
	return out;
}

static bool starts_pytest(const struct gate_command *c)
{
	if (c->shell != NULL)
		return strstr(c->shell, "pytest") != NULL;
	for (size_t i = 0; i < c->argv.count; i++)
		if (strstr(c->argv.items[i], "pytest") != NULL)
			return true;
	return false;
}

bool gate_rerun_command(const struct gate_suite *s, const char *root,
                        const char *const *tests, size_t count, struct arena *arena,
                        struct gate_command *out)
{
	bool own = s->rerun.shell != NULL || s->rerun.argv.count > 0;
	const struct gate_command known = { .shell = s->rerun_known };
	const struct gate_command *from = own ? &s->rerun : &known;
	struct words w = { .arena = arena };
	size_t bytes = 0;
	const char *regex;

	if ((!own && s->rerun_known == NULL) || count == 0)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!add_test(&w, s, starts_pytest(from), root, tests[i]))
			return false;
	for (size_t i = 0; i < w.count; i++)
		bytes += strlen(w.items[i]) + 1;
	if (bytes > WORDS_MAX || (regex = regex_of(&w)) == NULL)
		return false;
	if (from->shell != NULL)
		*out = (struct gate_command){ fill_shell(&w, regex, from->shell),
			                      { NULL, 0 } };
	else
		*out = (struct gate_command){ NULL, fill_list(&w, regex, &from->argv) };
	return arena_ok(arena);
}
