// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/mem.h"
#include "os/fs.h"
#include "scanners/ignore.h"
#include "scanners/owner.h"
#include "scanners/tracked.h"
#include "scanners/walk.h"
#include "scanners/wildmatch.h"
#include "support/check.h"
#include "support/project.h"

#include <stdio.h>
#include <stdlib.h>

TestSuite(ignore, .timeout = 100);

Test(ignore, globs_match_as_git_does)
{
	static const struct {
		const char *pattern;
		const char *text;
		bool matches;
	} cases[] = {
		{ "foo", "foo", true },
		{ "*", "foo", true },
		{ "*", "a/b", false },
		{ "f?o", "foo", true },
		{ "f?o", "f/o", false },
		{ "**", "a/b", true },
		{ "**/b", "b", true },
		{ "**/b", "a/x/b", true },
		{ "**/b", "ab", false },
		{ "a/**/b", "a/b", true },
		{ "a/**/b", "a/x/y/b", true },
		{ "a/**", "a/x/y", true },
		{ "a/**", "a", false },
		{ "a**b", "a/b", false },
		{ "a**b", "axxb", true },
		{ "**/a*/**/b*c", "x/a1/y/z/b2c", true },
		{ "[a-c]", "b", true },
		{ "[!a-c]", "b", false },
		{ "[^a-c]", "d", true },
		{ "[!a]", "/", false },
		{ "[]]", "]", true },
		{ "[a-]", "-", true },
		{ "[[:digit:]x]", "7", true },
		{ "[[:digit:]x]", "y", false },
		{ "[[:none:]]", "n", false },
		{ "[a", "a", false },
		{ "[[:digit:", "7", false },
		{ "[\\]]", "]", true },
		{ "\\*", "*", true },
		{ "\\*", "a", false },
		{ "a\\", "a", false },
		{ "a\\", "a\\", false },
		{ "", "", true },
		{ "", "a", false },
		{ "**\\/b", "b", false },
		{ "**\\/b", "a/b", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_int_eq(scan_wildmatch(span_str(cases[i].pattern),
		                            span_str(cases[i].text)),
		             cases[i].matches, "%s against %s", cases[i].pattern,
		             cases[i].text);
}

static bool ignored(const char *rules, const char *path)
{
	size_t len = strlen(path);
	bool folder = path[len - 1] == '/';
	struct scan_ignore *set;
	struct err err;
	bool result;

	check_ok(scan_ignore_parse(&set, NULL, span_str(rules), 0, &err), &err);
	result = scan_ignore_match(set, span_of(path, len - (folder ? 1 : 0)), folder);
	scan_ignore_free(set);
	return result;
}

Test(ignore, lines_mean_what_git_says)
{
	static const struct {
		const char *rules;
		const char *path; /* a folder ends in '/' */
		bool ignored;
	} cases[] = {
		{ "*.o", "x/a.o", true },
		{ "*.o\n!a.o", "x/a.o", false },
		{ "!a.o\n*.o", "x/a.o", true },
		{ "/a", "a", true },
		{ "/a", "x/a", false },
		{ "x/a", "x/a", true },
		{ "x/a", "y/x/a", false },
		{ "a/", "a/", true },
		{ "a/", "a", false },
		{ "a/", "x/a/", true },
		{ "/x/*/", "x/a/", true },
		{ "# a", "# a", false },
		{ "\\# a", "# a", true },
		{ "\\!a", "!a", true },
		{ "a  ", "a", true },
		{ "a\\ ", "a ", true },
		{ "a\\ ", "a", false },
		{ "a\t", "a", false },
		{ "a\r\nb", "a", true },
		{ "\xEF\xBB\xBF"
		  "a",
		  "a", true },
		{ "\n\n", "a", false },
		{ "/", "a", false },
		{ "!", "a", false },
		{ "a**/b", "a/x/b", true },
		{ "**/b", "x/y/b", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_int_eq(ignored(cases[i].rules, cases[i].path), cases[i].ignored,
		             "%s with %s", cases[i].path, check_quote(cases[i].rules));
}

Test(ignore, limits_are_reported)
{
	struct scan_ignore *set;
	struct buf many = BUF_INIT;
	struct err err;

	for (int i = 0; i <= SCAN_IGNORE_MAX_PATTERNS; i++)
		buf_puts(&many, "a\n");
	check_err(scan_ignore_parse(&set, NULL, buf_span(&many), 0, &err), ERR_LIMIT,
	          "too many patterns");
	buf_fini(&many);
}

Test(ignore, hostile_patterns_take_no_time)
{
	static char pattern[2048];
	static char text[4000];

	/* Each would take longer than the age of the world if every star were retried. */
	for (size_t i = 0; i + 2 < sizeof(pattern); i += 2)
		memcpy(pattern + i, i % 64 == 0 ? "*/" : "*a", 2);
	memset(text, 'a', sizeof(text));
	check_true(!scan_wildmatch(span_of(pattern, sizeof(pattern) - 2),
	                           span_of(text, sizeof(text))),
	           "no match, at once");
	for (size_t i = 0; i + 4 <= sizeof(pattern); i += 4)
		memcpy(pattern + i, "**/a", 4);
	for (size_t i = 1; i < sizeof(text); i += 2)
		text[i] = '/';
	check_true(
		!scan_wildmatch(span_of(pattern, sizeof(pattern)), span_of(text, 1000)),
		"no match, at once");
}

Test(ignore, runs_out_of_memory_cleanly)
{
	enum err_code rc = ERR_NOMEM;
	struct scan_ignore *set;

	for (uint64_t n = 1; rc == ERR_NOMEM; n++) {
		mem_fail_after(n);
		rc = scan_ignore_parse(&set, NULL, SPAN_LIT("a\nb\nc\n"), 0, NULL);
		mem_fail_after(0);
	}
	check_int_eq(rc, ERR_OK, "in the end it works");
	scan_ignore_free(set);
}

/* ---- Against git itself, on trees and rules made up at random ---- */

static unsigned long long seed = 42;

static unsigned draw(unsigned below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % below;
}

static void draw_pattern(struct buf *out)
{
	static const char *const parts[] = {
		"a",    "b",    "ab",  "*",     "?",  "**",  "/",           "/",
		"[ab]", "[!a]", "\\a", "\\*",   " ",  "\\ ", "[[:alpha:]]", "b*",
		"**/",  "/**",  "c",   "[a-c]", "*.", ".c",
	};
	unsigned n = 1 + draw(4);

	if (draw(5) == 0)
		buf_putc(out, '!');
	if (draw(6) == 0)
		buf_putc(out, '/');
	while (n-- > 0)
		buf_puts(out, parts[draw(sizeof(parts) / sizeof(parts[0]))]);
	if (draw(5) == 0)
		buf_putc(out, '/');
	buf_puts(out, draw(8) == 0 ? "  \n" : draw(8) == 0 ? "\r\n" : "\n");
}

static void write_rules(const char *root, const char *name)
{
	struct buf path = BUF_INIT;
	struct buf rules = BUF_INIT;

	for (unsigned n = 1 + draw(5); n > 0; n--)
		draw_pattern(&rules);
	os_join(&path, root, name);
	support_write(buf_str(&path), buf_span(&rules));
	buf_fini(&path);
	buf_fini(&rules);
}

/* Paths three folders deep, from few letters so that patterns hit. */
static void grow_tree(const char *root, const char *relative, unsigned depth,
                      struct buf *list)
{
	static const char *const names[] = { "a", "b", "ab", "c", "a.c", "b ", "abc" };
	struct buf path = BUF_INIT;
	struct buf below = BUF_INIT;
	struct err err;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		bool folder = depth > 0 && draw(3) == 0;

		if (draw(3) == 0)
			continue;
		buf_clear(&below);
		buf_printf(&below, "%s%s%s", relative, relative[0] != '\0' ? "/" : "",
		           names[i]);
		buf_clear(&path);
		os_join(&path, root, buf_str(&below));
		if (folder)
			check_ok(os_mkdirs(buf_str(&path), 0755, &err), &err);
		else
			support_write(buf_str(&path), SPAN_EMPTY);
		buf_put(list, buf_span(&below));
		buf_putc(list, '\0');
		if (folder) {
			if (draw(3) == 0)
				write_rules(buf_str(&path), ".gitignore");
			grow_tree(root, buf_str(&below), depth - 1, list);
		}
	}
	buf_fini(&path);
	buf_fini(&below);
}

static void run_in(const char *root, const char *command)
{
	struct buf line = BUF_INIT;

	buf_printf(&line, "cd '%s' && %s", root, command);
	check_true(system(buf_str(&line)) != -1, "sh runs %s", command);
	buf_fini(&line);
}

/* Git's answer for each path of the list, NUL after each ignored one. */
static void ask_git(const char *root, struct span list, struct buf *answer)
{
	struct buf path = BUF_INIT;
	struct err err;

	os_join(&path, root, ".git/list");
	support_write(buf_str(&path), list);
	run_in(root, "git check-ignore -z --stdin <.git/list >.git/answer 2>&1");
	buf_clear(&path);
	os_join(&path, root, ".git/answer");
	check_ok(os_read_file(buf_str(&path), 1 << 20, answer, &err), &err);
	buf_fini(&path);
}

static void show_rules(const char *root)
{
	run_in(root, "grep -rn '' .git/info/exclude .gitignore */.gitignore "
	             "*/*/.gitignore 2>/dev/null >&2");
}

/* The files that a walk visits, by their paths below its root. */
struct visited {
	struct map files;
	size_t strip;
};

static enum err_code on_file(const struct scan_walk_file *f, size_t worker, void *context,
                             struct err *err)
{
	struct visited *v = context;

	(void)worker;
	return map_set(&v->files, span_from(f->path, v->strip), v) ? ERR_OK
	                                                           : err_nomem(err);
}

static enum err_code on_skip(const struct scan_skip *skip, size_t worker, void *context,
                             struct err *err)
{
	(void)worker;
	(void)context;
	return err_set(err, ERR_IO, "%s: %s", skip->path.ptr, skip->reason);
}

static void visit(struct visited *v, const char *root)
{
	struct buf path = BUF_INIT;
	struct scan_walk walk = { .jobs = 1,
		                  .max_file = 1 << 20,
		                  .file = on_file,
		                  .skip = on_skip,
		                  .context = v };
	struct scan_tracked tracked;
	struct err err;

	check_ok(os_realpath(root, &path, &err), &err);
	check_ok(scan_tracked_init(&tracked, buf_str(&path), &err), &err);
	walk.path = buf_str(&path);
	walk.tracked = &tracked;
	v->strip = path.len + 1;
	map_init(&v->files);
	check_ok(scan_walk_run(&walk, &err), &err);
	scan_tracked_fini(&tracked);
	buf_fini(&path);
}

static void compare_with_git(const char *root, struct span list)
{
	struct buf answer = BUF_INIT;
	struct buf full = BUF_INIT;
	struct span ours = list;
	struct visited v;
	struct span git;
	struct span path;

	ask_git(root, list, &answer);
	visit(&v, root);
	git = buf_span(&answer);
	while (span_split(&ours, '\0', &path)) {
		bool ignored = span_starts(git, span_of(path.ptr, path.len + 1));

		if (ignored)
			git = span_from(git, path.len + 1);
		buf_clear(&full);
		os_join(&full, root, path.ptr);
		if (os_type_of(buf_str(&full)) == OS_DIR ||
		    map_has(&v.files, path) != ignored)
			continue;
		show_rules(root);
		check_fail("git says %d for %s", ignored, path.ptr);
	}
	check_size_eq(git.len, 0, "git's answer is used up: %s", git.ptr);
	map_fini(&v.files);
	buf_fini(&answer);
	buf_fini(&full);
}

Test(ignore, agrees_with_git_on_random_trees)
{
	enum { ROUNDS = 150 };
	struct buf root = BUF_INIT;
	struct buf list = BUF_INIT;
	struct buf info = BUF_INIT;
	struct err err;

	if (!os_find_program("git", &info))
		cr_skip_test("git is not installed");
	check_ok(os_mkdtemp(NULL, "sw-ignore-", &root, &err), &err);
	run_in(buf_str(&root), "HOME=$PWD git init -q . && mkdir -p .git/info && "
	                       "git config core.excludesFile /dev/null");
	for (int round = 0; round < ROUNDS; round++) {
		buf_clear(&list);
		run_in(buf_str(&root), "git clean -ffdxq && rm -f .git/info/exclude");
		write_rules(buf_str(&root), ".gitignore");
		if (round % 2 == 0)
			write_rules(buf_str(&root), ".git/info/exclude");
		grow_tree(buf_str(&root), "", 3, &list);
		compare_with_git(buf_str(&root), buf_span(&list));
	}
	check_ok(os_remove_tree(buf_str(&root), &err), &err);
	buf_fini(&root);
	buf_fini(&list);
	buf_fini(&info);
}

/* The walk of a folder below `root` visits the one file of that name. */
static void check_visits_only(const char *root, const char *folder, const char *file)
{
	struct buf inner = BUF_INIT;
	struct visited v;

	os_join(&inner, root, folder);
	visit(&v, buf_str(&inner));
	check_true(map_has(&v.files, span_str(file)), "%s is visited", file);
	check_size_eq(v.files.count, 1, "and nothing else in %s", folder);
	map_fini(&v.files);
	buf_fini(&inner);
}

Test(ignore, rules_of_the_repository_reach_folders_inside)
{
	struct buf root = BUF_INIT;
	struct err err;

	check_ok(os_mkdtemp(NULL, "sw-ignore-", &root, &err), &err);
	run_in(buf_str(&root),
	       "mkdir -p .git/info a/b/c/e && echo '*.x' >.git/info/exclude "
	       "&& echo '/a/b/d' >.gitignore && echo 'e' >a/.gitignore "
	       "&& touch a/b/c/1.x a/b/d a/b/c/e/f a/b/c/d");
	check_visits_only(buf_str(&root), "a/b", "c/d");
	check_ok(os_remove_tree(buf_str(&root), &err), &err);
	buf_fini(&root);
}

Test(ignore, a_worktree_shares_the_exclude_file)
{
	struct buf root = BUF_INIT;
	struct err err;

	check_ok(os_mkdtemp(NULL, "sw-ignore-", &root, &err), &err);
	run_in(buf_str(&root), "mkdir -p m/.git/info m/.git/worktrees/w w && echo '*.x' "
	                       ">m/.git/info/exclude "
	                       "&& echo 'gitdir: ../m/.git/worktrees/w' >w/.git "
	                       "&& echo ../.. >m/.git/worktrees/w/commondir "
	                       "&& touch w/1.x w/2.y");
	check_visits_only(buf_str(&root), "w", "2.y");
	check_ok(os_remove_tree(buf_str(&root), &err), &err);
	buf_fini(&root);
}

/* ---- CODEOWNERS, whose patterns are nearly the same ---- */

Test(ignore, owners_are_those_of_the_last_line_that_matches)
{
	static const struct {
		const char *text;
		const char *path;
		const char *owners;
	} cases[] = {
		{ "* @all", "a/b.c", "@all" },
		{ "* @all\n*.js @js", "a/b.js", "@js" },
		{ "* @all\n*.js", "a/b.js", "" },
		{ "# * @all\n  # @b", "a", "" },
		{ "/build/logs/ @o", "build/logs/x/y", "@o" },
		{ "/build/logs/ @o", "a/build/logs/x", "" },
		{ "docs/* @o", "docs/a.md", "@o" },
		{ "docs/* @o", "docs/sub/a.md", "" },
		{ "docs/* @o", "a/docs/b.md", "" },
		{ "apps/ @o", "x/apps/y.c", "@o" },
		{ "apps/ @o", "apps", "" },
		{ "apps @o", "x/apps", "@o" },
		{ "/docs @o", "docs/a/b", "@o" },
		{ "**/logs @o", "a/b/logs/c", "@o" },
		{ "a/**/z.c @o", "a/b/c/z.c", "@o" },
		{ "a/** @o", "a/b/c", "@o" },
		{ "my\\ file @o", "my file", "@o" },
		{ "*.c @o @p  a@example.invalid # why", "x.c",
		  "@o @p a@example.invalid" },
		{ "*.c\t@o\r\n", "x.c", "@o" },
		{ "/x/ @o\n/x/y", "x/y", "" },
		{ "* @g\n[Docs] @d\n*.md\n[Code]\n*.c @c\n", "a.md", "@d @g" },
		{ "* @g\n^[Docs][2] @d\n*.md @e\n", "a.md", "@e @g" },
		{ "[A]\n* @a\n!x.c\n", "x.c", "" },
		{ "", "x.c", "" },
		{ "/ @o\n! @o\n[", "x", "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scan_owners owners;
		struct buf out = BUF_INIT;
		struct err err;

		check_ok(scan_owners_parse(&owners, span_str(cases[i].text), &err), &err);
		scan_owners_of(&owners, span_str(cases[i].path), &out);
		check_str_eq(buf_str(&out), cases[i].owners, "'%s' for %s", cases[i].text,
		             cases[i].path);
		scan_owners_fini(&owners);
		buf_fini(&out);
	}
}
