// SPDX-License-Identifier: Apache-2.0
#include "collect/workspace.h"

#include "os/fs.h"
#include "support/check.h"
#include "support/project.h"

#include <stdio.h>
#include <sys/stat.h>

TestSuite(workspace, .timeout = 20);

static void setup(struct project *p)
{
	project_init(p);
	project_put(p, "src/main.c", "int main(void) { return 0; }\n");
	project_put(p, ".git/HEAD", "ref: refs/heads/main\n");
	project_put(p, ".seaworthy/runs/1/run.json", "{}");
	project_put(p, "build/CMakeCache.txt", "");
	project_put(p, "target/CACHEDIR.TAG", "");
	project_put(p, "env/pyvenv.cfg", "");
	project_put(p, "node_modules/left-pad/index.js", "");
	project_put(p, "web/node_modules/is-odd/index.js", "");
	project_put(p, "pkg/__pycache__/a.pyc", "");
	project_put(p, "builder/main.c", "");
	check_int_eq(mkfifo(project_path(p, "pipe"), 0600), 0, "a FIFO");
}

static const char *in_copy(const char *dir, const char *name)
{
	static char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static const char *copy(struct gate_workspace *w, bool build, const char *id)
{
	struct err err = ERR_INIT;
	const char *dir = NULL;

	check_ok(gate_workspace_copy(w, build, id, &dir, &err), &err);
	return dir;
}

static struct gate_workspace *open_workspace(const struct project *p,
                                             const struct gate_policy *policy)
{
	struct gate_workspace *w = NULL;
	struct err err = ERR_INIT;

	check_ok(gate_workspace_new(&w, buf_str(&p->root), buf_str(&p->scratch), policy,
	                            &err),
	         &err);
	return w;
}

Test(workspace, copies_files_and_leaves_build_trees)
{
	static const struct {
		const char *name;
		enum os_type type;
	} table[] = {
		{ "src/main.c", OS_FILE },
		{ "builder/main.c", OS_FILE },
		{ "web/node_modules/is-odd/index.js", OS_FILE },
		{ ".git", OS_NONE },
		{ ".seaworthy", OS_NONE },
		{ "build", OS_NONE },
		{ "target", OS_NONE },
		{ "env", OS_NONE },
		{ "node_modules", OS_NONE },
		{ "pkg/__pycache__", OS_NONE },
		{ "pipe", OS_NONE },
	};
	struct gate_workspace *w;
	struct project p;
	const char *dir;

	setup(&p);
	w = open_workspace(&p, NULL);
	dir = copy(w, false, "unit");
	check_str_eq(dir, project_path(&p, ".seaworthy/work/copy/unit"),
	             "named by the suite");
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		check_int_eq(os_type_of(in_copy(dir, table[i].name)), table[i].type, "%s",
		             table[i].name);
	gate_workspace_free(w);
	project_fini(&p);
}

Test(workspace, those_that_need_one_another_share_a_copy)
{
	const char *needs_build[] = { "make" };
	const char *needs_suite[] = { "check" };
	struct gate_build builds[] = { { .id = "make", .scratch = true },
		                       { .id = "docs", .scratch = true } };
	struct gate_suite suites[] = {
		{ .id = "check", .scratch = true, .needs = { needs_build, 1 } },
		{ .id = "alone", .scratch = true },
		{ .id = "long", .scratch = true, .needs = { needs_suite, 1 } },
		{ .id = "outside", .needs = { needs_build, 1 } },
	};
	struct gate_policy policy = {
		.builds = builds, .build_count = 2, .suites = suites, .suite_count = 4
	};
	struct gate_workspace *w;
	struct project p;

	setup(&p);
	w = open_workspace(&p, &policy);
	check_str_eq(copy(w, false, "long"),
	             project_path(&p, ".seaworthy/work/copy/make"),
	             "the first of the group names the copy");
	project_put(&p, ".seaworthy/work/copy/make/made", "1");
	check_str_eq(copy(w, false, "check"), copy(w, true, "make"), "shared");
	check_int_eq(os_type_of(in_copy(copy(w, true, "make"), "made")), OS_FILE,
	             "made once in a run");
	check_str_eq(copy(w, false, "alone"),
	             project_path(&p, ".seaworthy/work/copy/alone"), "own");
	check_str_eq(copy(w, true, "docs"), project_path(&p, ".seaworthy/work/copy/docs"),
	             "own");
	gate_workspace_free(w);
	project_fini(&p);
}

Test(workspace, a_new_run_makes_copies_anew)
{
	struct gate_workspace *w;
	struct project p;

	setup(&p);
	w = open_workspace(&p, NULL);
	(void)copy(w, false, "unit");
	gate_workspace_free(w);
	project_put(&p, ".seaworthy/work/copy/unit/stale", "1");
	w = open_workspace(&p, NULL);
	check_int_eq(os_type_of(in_copy(copy(w, false, "unit"), "stale")), OS_NONE,
	             "refreshed");
	gate_workspace_free(w);
	project_fini(&p);
}

Test(workspace, an_id_cannot_lead_out_of_scratch)
{
	static const char *const ids[] = { "..", "../../x", "/etc", ".", "" };
	struct gate_workspace *w;
	struct project p;

	setup(&p);
	w = open_workspace(&p, NULL);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const char *dir = copy(w, false, ids[i]);
		const char *parent = project_path(&p, ".seaworthy/work/copy/");

		check_int_eq(strncmp(dir, parent, strlen(parent)), 0, "%s is below", dir);
		check_null(strchr(dir + strlen(parent), '/'), "%s is one folder", dir);
		check_int_eq(os_type_of(in_copy(dir, "src/main.c")), OS_FILE,
		             "a whole copy");
	}
	check_int_eq(os_type_of(project_path(&p, "src/main.c")), OS_FILE,
	             "the project is untouched");
	gate_workspace_free(w);
	project_fini(&p);
}
