// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs_export.h"
#include "os/fs.h"
#include "support/check.h"
#include "support/project.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(vcs_export, .timeout = 60);

/* Runs shell lines in the project. */
static void sh(const struct project *p, const char *lines)
{
	struct buf text = BUF_INIT;

	buf_printf(&text,
	           "set -e; cd '%s'; git() { command git -c user.name=a -c "
	           "user.email=a@example.org -c init.defaultBranch=main -c "
	           "commit.gpgsign=false \"$@\"; }; %s",
	           buf_str(&p->root), lines);
	check_int_eq(system(buf_str(&text)), 0, "%s", lines);
	buf_fini(&text);
}

static struct vcs_repo *open_repo(const struct project *p)
{
	struct vcs_repo *r = NULL;
	struct err err = ERR_INIT;

	check_ok(vcs_repo_open(&r, buf_str(&p->root), &err), &err);
	return r;
}

static const char *head_of(struct vcs_repo *r, const char *name)
{
	static char commit[VCS_COMMIT_TEXT];
	struct err err = ERR_INIT;

	check_ok(vcs_common_commit(r, name, commit, &err), &err);
	return commit;
}

Test(vcs_export, writes_a_commit_and_touches_nothing_else)
{
	struct project p;
	struct vcs_repo *r;
	struct err err = ERR_INIT;

	project_init(&p);
	sh(&p, "git init -q .; mkdir d; echo one > a; echo x > d/b; ln -s a l; "
	       "chmod +x d/b; git add a d l; git commit -qm 1; git tag v1; echo two > a; "
	       "rm d/b; git add -A a d; git commit -qm 2; echo three > a; git status "
	       "--porcelain > before");
	r = open_repo(&p);
	check_ok(vcs_export(r, head_of(r, "v1"), project_path(&p, "out/v1"), &err), &err);
	check_ok(vcs_export(r, "HEAD", project_path(&p, "out/head"), &err), &err);
	check_str_eq(project_get(&p, "out/v1/a"), "one\n", "as it was");
	check_true(os_is_executable(project_path(&p, "out/v1/d/b")), "permissions");
	check_str_eq(project_get(&p, "out/head/a"), "two\n", "as committed");
	check_int_eq(os_type_of(project_path(&p, "out/head/d/b")), OS_NONE, "removed");
	check_str_eq(project_get(&p, "a"), "three\n", "the working tree is as it was");
	sh(&p,
	   "git status --porcelain | grep -v out/ > after; grep -v '?? before' before "
	   "> b2 || :; grep -v '?? [ab]' after > a2 || :; grep 'M a' a2; test -L "
	   "out/v1/l");
	check_err(vcs_export(r, "0123456789", project_path(&p, "out/none"), &err),
	          ERR_USAGE, "no such commit");
	vcs_repo_close(r);
	vcs_fini();
	project_fini(&p);
}

/* As most runners of CI clone. */
Test(vcs_export, a_shallow_clone_is_told)
{
	char commit[VCS_COMMIT_TEXT];
	struct buf name = BUF_INIT;
	struct project p;
	struct vcs_repo *r;
	struct err err = ERR_INIT;

	project_init(&p);
	sh(&p,
	   "git init -q full; cd full; git commit -q --allow-empty -m 0; git commit -q "
	   "--allow-empty -m 1; git tag v1; git "
	   "commit -q --allow-empty -m 2; cd ..; git clone -q --depth 1 file://$PWD/full "
	   "shallow");
	check_ok(vcs_repo_open(&r, project_path(&p, "shallow"), &err), &err);
	check_err(vcs_last_release(r, commit, &name, &err), ERR_NOT_FOUND, "no release");
	check_str_contains(err.msg, "git fetch --unshallow --tags", "the mend");
	vcs_repo_close(r);
	sh(&p, "git -C shallow fetch -q --depth 2 origin tag v1; git -C shallow fetch -q "
	       "--deepen 1");
	check_ok(vcs_repo_open(&r, project_path(&p, "shallow"), &err), &err);
	check_ok(vcs_last_release(r, commit, &name, &err), &err);
	check_str_eq(buf_str(&name), "v1", "what is there will do");
	buf_clear(&name);
	vcs_repo_close(r);
	sh(&p, "git -C shallow fetch -q --unshallow --tags");
	check_ok(vcs_repo_open(&r, project_path(&p, "shallow"), &err), &err);
	check_ok(vcs_last_release(r, commit, &name, &err), &err);
	check_str_eq(buf_str(&name), "v1", "its mend works");
	vcs_repo_close(r);
	buf_fini(&name);
	vcs_fini();
	project_fini(&p);
}

/* Each state has its own commit of a submodule, also of one within another. */
Test(vcs_export, takes_submodules_along)
{
	struct project p;
	struct vcs_repo *r;
	struct err err = ERR_INIT;

	project_init(&p);
	sh(&p,
	   "git() { command git -c user.name=a -c user.email=a@example.org -c "
	   "init.defaultBranch=main -c protocol.file.allow=always \"$@\"; }; "
	   "git init -q inner; echo deep > inner/d; git -C inner add d; git -C inner "
	   "commit -qm 1; git init -q sub; echo one > sub/f; git -C sub add f; "
	   "git -C sub submodule --quiet add $PWD/inner inner; git -C sub commit -qm 1; "
	   "git init -q top; cd top; git submodule --quiet add $PWD/../sub lib/sub; "
	   "git submodule --quiet update --init --recursive; git commit -qm 1; "
	   "git tag v1; cd lib/sub; echo two > f; git commit -qam 2; cd ../..; "
	   "git add lib; git commit -qm 2");
	check_ok(vcs_repo_open(&r, project_path(&p, "top"), &err), &err);
	check_ok(vcs_export(r, "v1", project_path(&p, "out/v1"), &err), &err);
	check_ok(vcs_export(r, "HEAD", project_path(&p, "out/head"), &err), &err);
	check_str_eq(project_get(&p, "out/v1/lib/sub/f"), "one\n", "its commit then");
	check_str_eq(project_get(&p, "out/head/lib/sub/f"), "two\n", "its commit now");
	check_str_eq(project_get(&p, "out/v1/lib/sub/inner/d"), "deep\n", "deeper");
	sh(&p, "rm -r top/.git/modules/lib/sub/objects; cp -r sub/.git/objects "
	       "top/.git/modules/lib/sub/");
	vcs_repo_close(r);
	check_ok(vcs_repo_open(&r, project_path(&p, "top"), &err), &err);
	check_err(vcs_export(r, "HEAD", project_path(&p, "out/lost"), &err),
	          ERR_NOT_FOUND, "a commit that is not here");
	check_str_contains(err.msg, "`git -C lib/sub fetch` gets it", "the mend");
	sh(&p, "rm -r top/lib/sub; mkdir top/lib/sub");
	check_ok(vcs_export(r, "HEAD", project_path(&p, "out/bare"), &err), &err);
	check_int_eq(os_type_of(project_path(&p, "out/bare/lib/sub/f")), OS_NONE,
	             "one that is not checked out is empty");
	vcs_repo_close(r);
	vcs_fini();
	project_fini(&p);
}

/* A pointer in the place of its content would be measured as if it were. */
Test(vcs_export, takes_the_content_of_git_lfs)
{
	struct project p;
	struct vcs_repo *r;
	struct err err = ERR_INIT;

	project_init(&p);
	sh(&p,
	   "git init -q .; mkdir d; printf 'version https://git-lfs.github.com/spec/v1\n"
	   "oid sha256:%064d\nsize 8\n' 7 > d/data; printf 'version https://git-lfs."
	   "github.com/spec/v1\noid sha256:../%061d\nsize 8\n' 7 > odd; git add d odd; "
	   "git commit -qm 1");
	r = open_repo(&p);
	check_err(vcs_export(r, "HEAD", project_path(&p, "out/none"), &err),
	          ERR_NOT_FOUND, "it was not fetched");
	check_str_contains(err.msg, "git-lfs keeps d/data", "which");
	sh(&p, "mkdir -p .git/lfs/objects/00/00; echo content > "
	       ".git/lfs/objects/00/00/$(printf %064d 7)");
	check_ok(vcs_export(r, "HEAD", project_path(&p, "out/head"), &err), &err);
	check_str_eq(project_get(&p, "out/head/d/data"), "content\n", "the content");
	check_str_contains(project_get(&p, "out/head/odd"), "sha256:../", "no pointer");
	sh(&p, "test $(ls out/head/d | wc -l) = 1");
	vcs_repo_close(r);
	vcs_fini();
	project_fini(&p);
}

Test(vcs_export, lays_changes_over)
{
	struct project p;
	struct vcs_repo *r;
	struct err err = ERR_INIT;

	project_init(&p);
	sh(&p,
	   "mkdir r; cd r; git init -q .; mkdir d e; echo one > a; echo b > d/b; echo c > e/c; "
	   "ln -s /tmp was-link; echo '*.o' > .gitignore; git add -A .; git commit -qm "
	   "1; echo two > a; rm d/b; rm -r e; echo file > e; rm was-link; mkdir "
	   "was-link; echo in > was-link/f; mkdir -p new/deep; echo n > new/deep/n; "
	   "ln -s a link; echo o > x.o; mkdir .seaworthy; echo s > .seaworthy/s");
	check_ok(vcs_repo_open(&r, project_path(&p, "r"), &err), &err);
	check_ok(vcs_export(r, "HEAD", project_path(&p, "out"), &err), &err);
	check_ok(vcs_export_changes(r, project_path(&p, "out"), ".seaworthy/", &err),
	         &err);
	check_str_eq(project_get(&p, "out/a"), "two\n", "changed");
	check_int_eq(os_type_of(project_path(&p, "out/d/b")), OS_NONE, "removed");
	check_str_eq(project_get(&p, "out/e"), "file\n", "a folder that became a file");
	check_str_eq(project_get(&p, "out/was-link/f"), "in\n",
	             "a link that became a folder");
	check_str_eq(project_get(&p, "out/new/deep/n"), "n\n", "new");
	check_int_eq(os_type_of(project_path(&p, "out/x.o")), OS_NONE, "ignored");
	check_int_eq(os_type_of(project_path(&p, "out/.seaworthy")), OS_NONE, "ours");
	sh(&p, "test -L out/link; test ! -L out/was-link; test ! -e /tmp/f");
	vcs_repo_close(r);
	vcs_fini();
	project_fini(&p);
}

Test(vcs_export, finds_the_last_release_before_head)
{
	char commit[VCS_COMMIT_TEXT];
	struct buf name = BUF_INIT;
	struct project p;
	struct vcs_repo *r;
	struct err err = ERR_INIT;

	project_init(&p);
	sh(&p, "git init -q .; echo 1 > a; git add a; git commit -qm 1");
	r = open_repo(&p);
	check_err(vcs_last_release(r, commit, &name, &err), ERR_NOT_FOUND, "no tag");
	sh(&p,
	   "git tag -a -m x v1.0; git tag v0.9-same; git tag nightly; echo 2 > a; git "
	   "commit -qam 2; git tag stable; git checkout -q -b side; echo s > s; git "
	   "add s; git commit -qm s; git tag v7-elsewhere; git checkout -q main; echo "
	   "3 > a; git commit -qam 3; git tag v2.0");
	check_ok(vcs_last_release(r, commit, &name, &err), &err);
	check_str_eq(buf_str(&name), "v0.9-same",
	             "of HEAD's own history, not HEAD itself");
	check_str_eq(commit, head_of(r, "v1.0"), "its commit");
	vcs_repo_close(r);
	vcs_fini();
	buf_fini(&name);
	project_fini(&p);
}
