/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/vcs.h"
#include "os/fs.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

TestSuite(vcs, .timeout = 60);

static struct buf top = BUF_INIT;

/* The user's own configuration must not matter. */
static void set_up(void)
{
	struct err err = ERR_INIT;

	check_ok(os_mkdtemp(NULL, "vcs-", &top, &err), &err);
	check_int_eq(chdir(buf_str(&top)), 0, "chdir");
	check_int_eq(setenv("HOME", buf_str(&top), 1), 0, "HOME");
	check_int_eq(setenv("GIT_CONFIG_NOSYSTEM", "1", 1), 0, "no system configuration");
	check_int_eq(setenv("GIT_CEILING_DIRECTORIES", "/tmp", 1), 0,
	             "no repository above");
}

static void tear_down(void)
{
	struct err err = ERR_INIT;

	vcs_fini();
	check_int_eq(chdir("/"), 0, "leave");
	check_ok(os_remove_tree(buf_str(&top), &err), &err);
	buf_fini(&top);
}

static void shell(const char *command)
{
	check_int_eq(system(command), 0, "%s", command);
}

static struct vcs_state load(const char *path)
{
	struct vcs_state state;
	struct err err = ERR_INIT;

	check_ok(vcs_state_load(path, ".seaworthy/", &state, &err), &err);
	return state;
}

static const char git[] = "git -c user.name=t -c user.email=t@t.invalid";

static void commit_all(void)
{
	char command[256];

	(void)snprintf(command, sizeof(command), "git add -A && %s commit -q -m x", git);
	shell(command);
}

static void check_rev(const char *rev, const char *want)
{
	char command[128];
	char line[128] = "";
	FILE *f;

	(void)snprintf(command, sizeof(command), "git rev-parse '%s' > rev.out", rev);
	shell(command);
	f = fopen("rev.out", "r");
	check_not_null(fgets(line, sizeof(line), f), "git said something");
	(void)fclose(f);
	(void)unlink("rev.out");
	line[strcspn(line, "\n")] = '\0';
	check_str_eq(line, want, "git rev-parse %s", rev);
}

Test(vcs, no_repository_is_no_error, .init = set_up, .fini = tear_down)
{
	struct vcs_state state = load(".");
	struct err err = ERR_INIT;
	struct buf root = BUF_INIT;

	check_true(!state.present && !state.dirty, "absent");
	check_str_eq(state.commit, "", "no commit");
	check_err(vcs_root(".", &root, &err), ERR_NOT_FOUND, "no root");
	check_true(!load("missing").present, "a missing folder");
	buf_fini(&root);
}

Test(vcs, an_unborn_branch_has_a_name_and_no_commit, .init = set_up, .fini = tear_down)
{
	struct vcs_state state;

	shell("git init -q -b trunk .");
	state = load(".");
	check_true(state.present && !state.dirty, "present and clean");
	check_str_eq(state.commit, "", "no commit");
	check_str_eq(state.tree, "", "no tree");
	check_str_eq(state.branch, "trunk", "branch");
}

Test(vcs, names_commit_tree_and_branch, .init = set_up, .fini = tear_down)
{
	struct vcs_state state;

	shell("git init -q -b main . && echo 1 > a");
	commit_all();
	state = load(".");
	check_true(!state.dirty, "clean");
	check_str_eq(state.branch, "main", "branch");
	check_rev("HEAD", state.commit);
	check_rev("HEAD^{tree}", state.tree);
	shell("git checkout -q --detach");
	state = load(".");
	check_str_eq(state.branch, "", "detached");
	check_size_eq(strlen(state.commit), 40, "still a commit");
}

Test(vcs, knows_dirt_from_what_is_ignored, .init = set_up, .fini = tear_down)
{
	static const struct {
		const char *make, *undo;
		bool dirty;
	} cases[] = {
		{ "true", "true", false },
		{ "echo 2 > a", "git checkout -q a", true },
		{ "rm a", "git checkout -q a", true },
		{ "chmod +x a", "chmod -x a", true },
		{ "echo x > new", "rm new", true },
		{ "mkdir d && echo x > d/new", "rm -r d", true },
		{ "echo x > a.log", "rm a.log", false },
		{ "mkdir .seaworthy && echo x > .seaworthy/f", "rm -r .seaworthy",
		  false },
		{ "mkdir .seaworthyx && echo x > .seaworthyx/f", "rm -r .seaworthyx",
		  true },
		{ "echo 3 > b && git add b", "git rm -qf b", true },
		{ "mkdir empty", "rmdir empty", false },
	};

	shell("git init -q . && echo 1 > a && echo '*.log' > .gitignore");
	commit_all();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		shell(cases[i].make);
		check_int_eq(load(".").dirty, cases[i].dirty, "%s", cases[i].make);
		shell(cases[i].undo);
	}
}

Test(vcs, a_project_below_the_top_is_found, .init = set_up, .fini = tear_down)
{
	struct vcs_state state;
	struct err err = ERR_INIT;
	struct buf root = BUF_INIT;
	struct buf real = BUF_INIT;

	shell("git init -q . && mkdir -p p/q && echo 1 > p/q/a");
	commit_all();
	shell("mkdir p/.seaworthy && echo x > p/.seaworthy/f");
	state = load("p");
	check_true(state.present && !state.dirty, "its own folder is no dirt");
	check_true(load(".").dirty, "for another project it is");
	check_ok(vcs_root("p/q", &root, &err), &err);
	check_ok(os_realpath(".", &real, &err), &err);
	check_str_eq(buf_str(&root), buf_str(&real), "root");
	buf_fini(&root);
	buf_fini(&real);
}

Test(vcs, a_bare_repository_has_no_working_tree, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	struct buf root = BUF_INIT;

	shell("git init -q --bare .");
	check_true(load(".").present, "present");
	check_err(vcs_root(".", &root, &err), ERR_NOT_FOUND, "no root");
	buf_fini(&root);
}

Test(vcs, another_users_repository_names_the_mend, .init = set_up, .fini = tear_down)
{
	struct vcs_state state;
	struct err err = ERR_INIT;
	struct buf root = BUF_INIT;

	if (geteuid() != 0)
		cr_skip_test("only root can give a folder away");
	shell("git init -q repo && chown -R 12345:12345 repo");
	check_err(vcs_state_load("repo", NULL, &state, &err), ERR_AUTH, "refused");
	check_str_contains(err.msg, "git config --global --add safe.directory",
	                   "the mend");
	check_true(!state.present, "nothing known");
	check_err(vcs_root("repo", &root, &err), ERR_AUTH, "refused");
	buf_fini(&root);
}

Test(vcs, a_repository_above_is_the_one_to_trust, .init = set_up, .fini = tear_down)
{
	struct vcs_state state;
	struct err err = ERR_INIT;

	if (geteuid() != 0)
		cr_skip_test("only root can give a folder away");
	shell("git init -q repo && mkdir repo/part && chown -R 12345:12345 repo");
	check_err(vcs_state_load("repo/part", NULL, &state, &err), ERR_AUTH, "refused");
	check_str_contains(err.msg, "/repo'", "the top is named");
	check_null(strstr(err.msg, "part"), "not the folder asked for: %s", err.msg);
}

/* The library looks for HOME once, when it starts: one home a case. */
static void check_home(const char *make)
{
	struct vcs_state state;
	struct err err = ERR_INIT;

	if (geteuid() != 0)
		cr_skip_test("only root can become another user");
	shell("chmod 755 . && git init -q repo && chown -R 12345:12345 repo");
	shell(make);
	check_int_eq(setenv("HOME", "home", 1), 0, "HOME");
	check_int_eq(seteuid(12345), 0, "another user");
	check_err(vcs_state_load("repo", NULL, &state, &err), ERR_AUTH, "%s", make);
	check_int_eq(seteuid(0), 0, "root again");
	check_str_contains(err.msg, "set HOME to a folder of its own", "mend");
}

Test(vcs, a_closed_home_names_the_mend, .init = set_up, .fini = tear_down)
{
	check_home("mkdir -m 700 home");
}

Test(vcs, an_unreadable_configuration_names_the_mend, .init = set_up, .fini = tear_down)
{
	check_home("mkdir home && touch home/.gitconfig && chmod 600 home/.gitconfig");
}

Test(vcs, broken_repositories_are_errors, .init = set_up, .fini = tear_down)
{
	struct vcs_state state;
	struct err err = ERR_INIT;

	shell("git init -q . && echo 1 > a");
	commit_all();
	shell("rm -rf .git/objects/* && mkdir -p .git/objects/pack");
	check_err(vcs_state_load(".", NULL, &state, &err), ERR_IO, "objects are gone");
	check_str_contains(err.msg, "HEAD", "says what");
}

Test(vcs, ten_thousand_files_are_quick, .init = set_up, .fini = tear_down)
{
	struct timespec a;
	struct timespec b;
	double seconds;

	shell("git init -q . && mkdir d && cd d && seq 10000 | xargs touch");
	commit_all();
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	check_true(!load(".").dirty, "clean");
	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
	check_true(seconds < 5, "took %f s", seconds);
}
