// SPDX-License-Identifier: Apache-2.0
#include "job/source.h"

#include "base/buf.h"
#include "support/check.h"

TestSuite(source, .timeout = 10);

/* "name(child child)" and * where everything below belongs to it. */
static void show(struct buf *out, const struct lb_source *s)
{
	buf_printf(out, "%s%s", s->name[0] ? s->name : s->path, s->whole ? "*" : "");
	if (s->count == 0)
		return;
	buf_putc(out, '(');
	for (size_t i = 0; i < s->count; i++) {
		if (i > 0)
			buf_putc(out, ' ');
		show(out, s->children[i]);
	}
	buf_putc(out, ')');
}

struct source_case {
	const char *paths[4];
	const char *tree; /* NULL: a usage error */
};

static const struct source_case cases[] = {
	{ { "/usr/lib" }, "/(usr(lib*))" },
	{ { "/b", "/a/" }, "/(a* b*)" },
	{ { "/a/b", "/a" }, "/(a*)" },
	{ { "/a", "/a/b" }, "/(a*)" },
	{ { "/a/./b//c", "/a/b/x/../d" }, "/(a(b(c* d*)))" },
	{ { "/" }, "/*" },
	{ { "/.." }, "/*" },
	{ { "a/b" }, ".(a(b*))" },
	{ { "." }, ".*" },
	{ { "a/.." }, ".*" },
	{ { "/a", "b" }, "/(a* b*)" },
	{ { "/etc", "etc" }, NULL },
	{ { "/", "a" }, NULL },
	{ { ".", "/a" }, NULL },
	{ { "" }, NULL },
	{ { NULL }, NULL },
};

Test(source, paths_become_one_tree)
{
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct source_case *c = &cases[i];
		struct arena arena = ARENA_INIT;
		struct lb_source *root = NULL;
		struct buf out = BUF_INIT;
		struct err err = ERR_INIT;
		size_t count = 0;
		enum err_code rc;

		while (count < 4 && c->paths[count])
			count++;
		rc = lb_source_tree(&root, &arena, c->paths, count, &err);
		if (c->tree) {
			check_true(rc == ERR_OK, "case %zu: %s", i, err.msg);
			show(&out, root);
			check_str_eq(buf_str(&out), c->tree, "case %zu", i);
		} else {
			check_true(rc == ERR_USAGE, "case %zu is refused", i);
		}
		buf_fini(&out);
		arena_fini(&arena);
	}
}

Test(source, the_file_systems_paths_stay_known)
{
	static const char *const paths[] = { "/usr/lib", "rel/x" };
	struct arena arena = ARENA_INIT;
	struct lb_source *root = NULL;
	struct err err = ERR_INIT;

	check_true(lb_source_tree(&root, &arena, paths, 2, &err) == ERR_OK, "%s",
	           err.msg);
	check_str_eq(root->children[0]->name, "rel", "first by name");
	check_str_eq(root->children[0]->children[0]->path, "rel/x", "relative");
	check_str_eq(root->children[1]->children[0]->path, "/usr/lib", "absolute");
	arena_fini(&arena);
}

Test(source, a_path_that_climbs_out_becomes_absolute)
{
	static const char *const paths[] = { "../somewhere" };
	struct arena arena = ARENA_INIT;
	struct lb_source *root = NULL;
	struct err err = ERR_INIT;

	check_true(lb_source_tree(&root, &arena, paths, 1, &err) == ERR_OK, "%s",
	           err.msg);
	check_str_eq(root->path, "/", "the root is /");
	arena_fini(&arena);
}

Test(source, what_lies_under_a_relative_path_is_known)
{
	static const struct {
		const char *paths[2];
		const char *path;
		bool relative;
	} rows[] = {
		{ { "/usr/lib", "rel/x" }, "rel/x/y", true },
		{ { "/usr/lib", "rel/x" }, "rel", true },
		{ { "/usr/lib", "rel/x" }, "usr/lib", false },
		{ { "/usr/lib", "rel/x" }, "re", false },
		{ { "." }, "anything", true },
		{ { "/" }, "anything", false },
		{ { "../somewhere" }, "somewhere", false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct arena arena = ARENA_INIT;
		struct lb_source *root = NULL;
		struct err err = ERR_INIT;
		size_t count = rows[i].paths[1] ? 2 : 1;

		check_true(lb_source_tree(&root, &arena, rows[i].paths, count, &err) ==
		                   ERR_OK,
		           "%s", err.msg);
		check_true(lb_source_is_relative(root, span_str(rows[i].path)) ==
		                   rows[i].relative,
		           "row %zu: %s", i, rows[i].path);
		arena_fini(&arena);
	}
}
