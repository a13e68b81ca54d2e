// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "support/check.h"

#include <time.h>

TestSuite(str_glob, .timeout = 20);

static const struct {
	const char *pattern;
	const char *yes;
	const char *no; /* both: paths parted by spaces; "-" is the empty path */
} globs[] = {
	{ "", "-", "a" },
	{ "abc", "abc", "- ab abcd Abc" },
	{ "*", "- a abc", "a/b /" },
	{ "a*c", "ac abc abbc", "a/c acb" },
	{ "*.c", "x.c .c a.c.c", "x.cc x/y.c" },
	{ "a?c",
	  "abc a?c a\xC3\xA4"
	  "c a\xFF"
	  "c",
	  "ac abbc a/c" },
	{ "*a*b*c", "abc xaxbxc abcabc", "acb ab" },
	{ "**", "- a a/b a/b/c", "" },
	{ "**/x", "x a/x a/b/x", "ax a/ax x/y" },
	{ "a/**", "a a/b a/b/c", "b ab" },
	{ "a/**/b", "a/b a/x/b a/x/y/b", "ab a/xb b a/b/c" },
	{ "**/a/**/b/**", "a/b x/a/b a/y/b/z a/a/b", "b/a a x/b" },
	{ "a**b", "ab axb", "a/b ax/b" },
	{ "**/*.test.js", "x.test.js a/b/x.test.js", "x.js a/test.js/y" },
	{ "src/*/*.c", "src/a/b.c", "src/b.c src/a/b/c.c" },
	{ "[abc]", "a b c", "d - ab" },
	{ "[a-c0-2]x", "ax bx 1x", "dx 3x" },
	{ "[!a-c]", "d \xC3\xA4", "a b" },
	{ "[^a]", "b", "a" },
	{ "[]]", "]", "a" },
	{ "[!]]", "a", "]" },
	{ "[a-]x", "ax -x", "bx" },
	{ "[\\]a]", "] a", "\\" },
	{ "[\xC3\xA4\xC3\xB6]", "\xC3\xA4 \xC3\xB6", "\xC3 a" },
	{ "[\xC3\xA0-\xC3\xBF]", "\xC3\xA4", "\xC4\x80 a" },
	{ "a[!b]c", "axc", "a/c abc" },
	{ "\\*", "*", "a" },
	{ "\\[a]", "[a]", "a" },
	{ "a\\/b", "a/b", "ab" },
	{ "\\a", "a", "\\a" },
	{ "{a,b}", "a b", "c {a,b} ab" },
	{ "x.{c,h}", "x.c x.h", "x. x.ch" },
	{ "{a,b}/{c,d}", "a/c a/d b/c b/d", "a/b c/d" },
	{ "{a,b{c,d}}e", "ae bce bde", "be ace" },
	{ "{a{b,c},d{e,f}}", "ab ac de df", "ae db a" },
	{ "{a/b,c}/*.x", "a/b/q.x c/q.x", "a/q.x" },
	{ "{,a}b", "b ab", "aab" },
	{ "{a}", "a", "{a}" },
	{ "{a,\\,}", "a ,", "\\," },
	{ "{[,],a}", ", a", "[" },
	{ "a,b}", "a,b}", "a" },
	{ "\\{a,b\\}", "{a,b}", "a" },
	{ "{**/x,y}", "x a/x y", "a/y" },
	{ "a/", "a/", "a a/b" },
	{ "/a", "/a", "a" },
	{ "a//b", "a//b", "a/b a/x/b" },
};

static void check_paths(const char *pattern, const char *paths, bool wanted)
{
	struct span rest = span_str(paths);
	struct span path;

	while (span_split(&rest, ' ', &path)) {
		struct span given = span_eq_str(path, "-") ? SPAN_EMPTY : path;

		check_int_eq(str_glob(pattern, given), wanted, "'%s' against '%.*s'",
		             pattern, (int)path.len, path.ptr);
	}
}

Test(str_glob, table)
{
	for (size_t i = 0; i < sizeof(globs) / sizeof(globs[0]); i++) {
		const char *why;

		check_true(str_glob_ok(globs[i].pattern, &why), "'%s'", globs[i].pattern);
		check_paths(globs[i].pattern, globs[i].yes, true);
		check_paths(globs[i].pattern, globs[i].no, false);
	}
}

/* Does one of the pattern's alternatives match? */
static bool matches_apart(const char *pattern, struct span path)
{
	struct buf flat = BUF_INIT;
	bool found = false;

	for (size_t n = 0; str_glob_alternative(pattern, n, &flat); n++) {
		found = found || str_glob_flat(buf_span(&flat), path);
		buf_clear(&flat);
	}
	buf_fini(&flat);
	return found;
}

Test(str_glob, alternatives_match_what_the_whole_does)
{
	for (size_t i = 0; i < sizeof(globs) / sizeof(globs[0]); i++) {
		const char *lists[] = { globs[i].yes, globs[i].no };

		for (size_t k = 0; k < 2; k++) {
			struct span rest = span_str(lists[k]);
			struct span path;

			while (span_split(&rest, ' ', &path)) {
				if (span_eq_str(path, "-"))
					path = SPAN_EMPTY;
				check_int_eq(matches_apart(globs[i].pattern, path),
				             k == 0, "'%s' against '%.*s'",
				             globs[i].pattern, (int)path.len, path.ptr);
			}
		}
	}
}

Test(str_glob, broken_patterns_are_told_and_match_nothing)
{
	static const struct {
		const char *pattern;
		const char *why;
	} cases[] = {
		{ "[", "set" },      { "[a", "set" },       { "[]", "set" },
		{ "[!]", "set" },    { "a[b/c]", "/" },     { "{", "brace" },
		{ "{a,b", "brace" }, { "{a,{b}", "brace" }, { "a\\", "backslash" },
		{ "[a\\]", "set" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *why = NULL;

		check_true(!str_glob_ok(cases[i].pattern, &why), "'%s'",
		           cases[i].pattern);
		check_str_contains(why, cases[i].why, "'%s'", cases[i].pattern);
		check_true(!str_glob(cases[i].pattern, span_str(cases[i].pattern)),
		           "'%s'", cases[i].pattern);
	}
}

Test(str_glob, limits_are_told)
{
	static char pattern[6000];
	const char *why = NULL;

	for (int i = 0; i < 6; i++)
		memcpy(pattern + 5 * i, "{a,b}", 6);
	check_true(str_glob_ok(pattern, &why), "64 alternatives");
	check_true(str_glob(pattern, SPAN_LIT("bababa")), "all of them work");
	memcpy(pattern + 30, "{a,b}", 6);
	check_true(!str_glob_ok(pattern, &why), "128 alternatives");
	check_str_contains(why, "64", "names the limit");
	memset(pattern, '{', 65);
	memset(pattern + 65, '}', 65);
	pattern[130] = '\0';
	check_true(!str_glob_ok(pattern, &why), "65 braces deep");
	check_str_contains(why, "deeper", "names the limit");
	memset(pattern, 'a', 5000);
	pattern[5000] = '\0';
	check_true(!str_glob_ok(pattern, &why), "5000 bytes");
	check_str_contains(why, "4096", "names the limit");
}

static double seconds(void)
{
	return (double)clock() / CLOCKS_PER_SEC;
}

/* Patterns that make a backtracking matcher take forever. */
Test(str_glob, hostile_patterns_end_soon)
{
	static char stars[2002];
	static char names[4000];
	static char text[20001];
	double start = seconds();

	for (size_t i = 0; i < 1000; i++)
		memcpy(stars + 2 * i, "*a", 2);
	stars[2000] = 'b';
	for (size_t i = 0; i < 500; i++)
		memcpy(names + 5 * i, "**/a/", 5);
	names[2500] = 'b';
	memset(text, 'a', 20000);
	check_true(!str_glob(stars, span_str(text)), "stars");
	for (size_t i = 1; i < 20000; i += 2)
		text[i] = '/';
	check_true(!str_glob(names, span_str(text)), "double stars");
	check_true(!str_glob("**/*a*a*a*a*a*a*a*b/**/*b", span_str(text)), "both");
	check_true(seconds() - start < 10, "took %.1f s", seconds() - start);
}

Test(str_glob, alternatives_one_by_one)
{
	static const struct {
		const char *pattern;
		const char *all; /* each with a line feed behind */
	} table[] = {
		{ "a*", "a*\n" },
		{ "{,x/}{a,b}", "a\nx/a\nb\nx/b\n" },
		{ "{a,{b,c}d}", "a\nbd\na\ncd\n" },
		{ "\\{a,b\\}", "\\{a,b\\}\n" },
		{ "{a", "" },
		{ "", "\n" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct buf all = BUF_INIT;

		for (size_t n = 0; str_glob_alternative(table[i].pattern, n, &all); n++)
			buf_putc(&all, '\n');
		check_str_eq(buf_str(&all), table[i].all, "%s", table[i].pattern);
		buf_fini(&all);
	}
}
