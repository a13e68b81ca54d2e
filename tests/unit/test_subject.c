// SPDX-License-Identifier: Apache-2.0
#include "collect/subject.h"
#include "os/fs.h"
#include "os/process.h"
#include "support/check.h"
#include "support/project.h"

TestSuite(subject, .timeout = 30);

static void run(const struct project *p, const char *line)
{
	const char *const argv[] = { "/bin/sh", "-ec", line, NULL };
	struct os_spawn spawn = { .argv = argv,
		                  .dir = buf_str(&p->root),
		                  .env = os_environ(),
		                  .capture_max = 4096,
		                  .merge = true };
	struct err err = ERR_INIT;
	struct os_result r;

	os_result_init(&r);
	check_ok(os_run(&spawn, &r, &err), &err);
	check_true(r.end == OS_END_EXIT && r.code == 0, "%s: %s", line, buf_str(&r.out));
	os_result_fini(&r);
}

static void commit_all(const struct project *p)
{
	run(p, "git init -q . && git add -A && git -c user.name=a -c user.email=a@b.c "
	       "commit -q -m first");
}

static struct gate_subject load(struct arena *a, const char *root)
{
	struct gate_subject s;
	struct err err = ERR_INIT;

	check_ok(gate_subject_load(&s, a, root, &err), &err);
	return s;
}

Test(subject, without_version_control_only_a_path)
{
	struct arena a = ARENA_INIT;
	struct gate_subject s;
	struct project p;

	project_init(&p);
	s = load(&a, buf_str(&p.root));
	check_str_eq(s.path, buf_str(&p.root), "path");
	check_null(s.commit, "no commit");
	check_null(s.tree, "no tree");
	check_true(!s.has_dirty && !s.dirty, "dirtiness is not known");
	arena_fini(&a);
	project_fini(&p);
}

Test(subject, our_own_folder_is_no_dirt)
{
	struct arena a = ARENA_INIT;
	struct gate_subject s;
	struct project p;

	project_init(&p);
	project_put(&p, "main.c", "int x;\n");
	commit_all(&p);
	project_put(&p, ".seaworthy/last", "1\n");
	s = load(&a, buf_str(&p.root));
	check_size_eq(strlen(s.commit), 40, "commit");
	check_size_eq(strlen(s.tree), 40, "tree");
	check_true(s.has_dirty && !s.dirty, "clean");
	project_put(&p, "new.c", "int y;\n");
	s = load(&a, buf_str(&p.root));
	check_true(s.dirty, "an untracked file is dirt");
	arena_fini(&a);
	project_fini(&p);
}

Test(subject, a_project_may_be_a_folder_of_a_repository)
{
	struct arena a = ARENA_INIT;
	struct gate_subject s;
	struct project p;

	project_init(&p);
	project_put(&p, "sub/main.c", "int x;\n");
	commit_all(&p);
	project_put(&p, "sub/.seaworthy/last", "1\n");
	s = load(&a, project_path(&p, "sub"));
	check_str_eq(s.path, project_path(&p, "sub"), "path");
	check_true(s.has_dirty && !s.dirty, "its own folder is no dirt");
	arena_fini(&a);
	project_fini(&p);
}
