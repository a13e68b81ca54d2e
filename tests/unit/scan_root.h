// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_SCAN_ROOT_H
#define TESTS_SCAN_ROOT_H

/* Scans of a small tree in a folder of its own: one a test case. */
#include "os/fs.h"
#include "scanners/scanner.h"
#include "support/check.h"
#include "support/project.h"

#include <string.h>

static struct buf root;

static inline void make_root(void)
{
	struct err err;

	buf_init(&root);
	check_ok(os_mkdtemp(NULL, "sw-tree-", &root, &err), &err);
}

static inline void drop_root(void)
{
	struct err err;

	check_ok(os_remove_tree(buf_str(&root), &err), &err);
	buf_fini(&root);
}

static inline void put(const char *relative, struct span text)
{
	struct buf path = BUF_INIT;
	struct err err;

	os_join(&path, buf_str(&root), relative);
	*strrchr(path.ptr, '/') = '\0';
	check_ok(os_mkdirs(path.ptr, 0755, &err), &err);
	path.ptr[strlen(path.ptr)] = '/';
	support_write(path.ptr, text);
	buf_fini(&path);
}

static inline struct scan_result scan(const char *rule)
{
	const char *rules[] = { rule };
	struct scan_options o = {
		.path = buf_str(&root), .jobs = 2, .rules = rules, .rule_count = 1
	};
	struct scan_result r;
	struct err err;

	check_ok(scan_run(&o, &r, &err), &err);
	return r;
}

/* So many times: `before`, its number, `after`. */
static inline void lines(struct buf *out, const char *before, const char *after,
                         int count)
{
	for (int i = 0; i < count; i++)
		buf_printf(out, "%s%d%s", before, i, after);
}

#endif
