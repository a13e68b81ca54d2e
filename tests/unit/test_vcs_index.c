// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs_index.h"

#include "lib/vcs.h"
#include "lib/vcs_index_read.h"
#include "lib/vcs_repo.h"
#include "os/fs.h"
#include "support/check.h"
#include "support/project.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

TestSuite(vcs_index, .timeout = 60);

static struct project p;

static void set_up(void)
{
	project_init(&p);
	check_int_eq(chdir(buf_str(&p.root)), 0, "chdir");
	check_int_eq(setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1), 0, "no configuration");
}

static void tear_down(void)
{
	vcs_fini();
	check_int_eq(chdir("/"), 0, "leave");
	project_fini(&p);
}

static void shell(const char *command)
{
	check_int_eq(system(command), 0, "%s", command);
}

Test(vcs_index, names_what_is_tracked_and_nothing_else, .init = set_up, .fini = tear_down)
{
	static const struct {
		const char *path;
		bool itself;
		bool below;
	} cases[] = {
		{ "a", true, false },        { "b", false, true },
		{ "b/c", true, false },      { "b-", true, false },
		{ "b/", false, false },      { "b/d", false, true },
		{ "b/d/e", true, false },    { "b/d/f", false, false },
		{ "", false, false },        { "z", false, false },
		{ "b.x", true, false },      { "b/c/d", false, false },
		{ "\xc3\xa4", true, false }, { "sub", true, false },
	};
	struct vcs_index *x = NULL;
	struct err err = ERR_INIT;

	shell("git init -q && mkdir -p b/d && touch a b- b.x b/c b/d/e b/d/f \xc3\xa4 && "
	      "git add a b- b.x b/c b/d/e \xc3\xa4 && git update-index --add --cacheinfo "
	      "160000,0123456789012345678901234567890123456789,sub");
	check_ok(vcs_index_load(&x, ".git", &err), &err);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct span path = span_str(cases[i].path);

		check_int_eq(vcs_index_has(x, path), cases[i].itself, "'%s'",
		             cases[i].path);
		check_int_eq(vcs_index_has_below(x, path), cases[i].below, "below '%s'",
		             cases[i].path);
	}
	vcs_index_free(x);
}

Test(vcs_index, without_an_index_nothing_is_tracked, .init = set_up, .fini = tear_down)
{
	struct vcs_index *x = NULL;
	struct err err = ERR_INIT;

	shell("git init -q");
	check_ok(vcs_index_load(&x, ".git", &err), &err);
	check_true(!vcs_index_has(x, span_str("a")), "no commit, no index");
	vcs_index_free(x);
	check_ok(vcs_index_load(&x, "nowhere", &err), &err);
	vcs_index_free(x);
}

Test(vcs_index, a_hostile_index_is_an_error, .init = set_up, .fini = tear_down)
{
	static const struct {
		const char *make;
		enum err_code rc;
	} cases[] = {
		{ "echo DIRC > index", ERR_CORRUPT },
		{ "head -c 100000 /dev/zero > index", ERR_CORRUPT },
		{ "mkfifo index", ERR_CORRUPT },
		{ "mkdir index", ERR_CORRUPT },
		{ "truncate -s 513M index", ERR_LIMIT },
	};
	struct vcs_index *x = NULL;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;

		shell("rm -rf index");
		shell(cases[i].make);
		check_err(vcs_index_load(&x, ".", &err), cases[i].rc, "%s: %s",
		          cases[i].make, err.msg);
		check_str_contains(err.msg, "git index", "names it");
		check_null(x, "nothing to free");
	}
}

/* ---- blobs of clean files ---- */

static bool knows(const char *path)
{
	struct vcs_index *x = NULL;
	struct err err = ERR_INIT;
	struct os_stat st;
	bool known;

	check_ok(vcs_index_load(&x, ".git", &err), &err);
	check_ok(os_lstat(path, &st, &err), &err);
	known = vcs_index_blob(x, span_str(path), &st) != NULL;
	vcs_index_free(x);
	return known;
}

/* As if the index were written in this second. */
static void set_index_time(time_t seconds)
{
	const struct timespec times[2] = { { seconds, 0 }, { seconds, 0 } };

	check_int_eq(utimensat(AT_FDCWD, ".git/index", times, 0), 0, "time of the index");
}

Test(vcs_index, gives_the_blob_of_a_clean_file_only, .init = set_up, .fini = tear_down)
{
	const time_t later = 4000000000;
	struct stat st;

	shell("git init -q && echo a > a && echo b > b && ln -s a l && git add a l");
	set_index_time(later);
	check_true(knows("a"), "clean");
	check_true(!knows("b"), "not tracked");
	check_true(!knows("l"), "no regular file");
	check_int_eq(stat("a", &st), 0, "stat");
	set_index_time(st.st_mtime);
	check_true(!knows("a"), "it may have changed within the tick");
	set_index_time(later);
	shell("touch -d @1000000000 a");
	check_true(!knows("a"), "git would have to look");
	shell("git update-index -q --refresh");
	set_index_time(later);
	check_true(knows("a"), "it has looked");
	shell("git update-index --assume-unchanged a");
	set_index_time(later);
	check_true(!knows("a"), "it was told not to look");
}

/* ---- what is staged ---- */

static enum err_code put_path(const struct vcs_change *change, void *context,
                              struct err *err)
{
	buf_printf(context, "%s\n", change->path);
	return buf_err(context, err);
}

static void same_as_git(const char *when)
{
	struct vcs_repo *r = NULL;
	struct buf ours = BUF_INIT;
	struct buf git = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(vcs_repo_open(&r, ".", &err), &err);
	check_ok(vcs_staged_each(r, NULL, put_path, &ours, &err), &err);
	vcs_repo_close(r);
	shell("git -c core.quotePath=false diff --cached --name-only --no-renames "
	      "--diff-filter=AM > ../staged");
	check_ok(os_read_file("../staged", 1 << 20, &git, &err), &err);
	check_str_eq(buf_str(&ours), buf_str(&git), "%s", when);
	buf_fini(&ours);
	buf_fini(&git);
}

Test(vcs_index, staged_files_are_those_that_git_names, .init = set_up, .fini = tear_down)
{
	static const char *const steps[] = {
		"git init -q && git config user.name t && git config user.email t@t.invalid",
		"mkdir -p a/b/c a-b d && echo 0 | tee x a/x a/b/x a/b/c/x a-b/x a.c d/\xc3\xa4",
		"git add -A",
		"git commit -q -m 1",
		"echo 1 >> a/b/c/x && echo 2 >> x && git add -A",
		"git commit -q -m 2",
		"git rm -q -r a/b && echo 3 > a/b && git add -A",
		"echo 4 > new && git add -N new",
		"git update-index --index-version 3",
		"git update-index --index-version 4",
		"mkdir -p e/f && echo 5 > e/f/g && git add -A",
		"git read-tree HEAD && git add -A", /* forgets which folders are clean */
		"git commit -q -m 3",
		"git mv e/f/g e/h && git rm -q a.c",
		"git commit -q -m 4 && mkdir -p o/p && echo 1 | tee o/x o/p/y o/p/z q && "
		"git add -A && git commit -q -m 5 && echo 2 | tee o/x o/p/y && "
		"git rm -q o/p/z && echo 3 > o/p/n && git add -A && git commit -q -m 6 && "
		"git sparse-checkout set --cone --sparse-index e",
		"git reset -q --soft HEAD^",
		"git reset -q --soft HEAD^",
		"git sparse-checkout disable",
		"rm .git/index",
	};

	shell("mkdir r");
	check_int_eq(chdir("r"), 0, "chdir");
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		shell(steps[i]);
		same_as_git(steps[i]);
	}
}

/* ---- hostile ones ---- */

Test(vcs_index, no_byte_of_it_leads_astray, .init = set_up, .fini = tear_down)
{
	struct buf file = BUF_INIT;
	struct vcs_index_data x;

	shell("git init -q && mkdir -p b/d && touch a b/c b/d/e && git add -A && git "
	      "write-tree > /dev/null && git add -A");
	for (int version = 2; version <= 4; version += 2) {
		struct err err = ERR_INIT;

		shell(version == 2 ? "git update-index --index-version 2"
		                   : "git update-index --index-version 4");
		buf_clear(&file);
		check_ok(os_read_file(".git/index", 1 << 20, &file, &err), &err);
		check_ok(vcs_index_read(&x, buf_span(&file), &err), &err);
		check_size_eq(x.count, 3, "entries");
		check_size_eq(x.folder_count, 3, "folders");
		arena_fini(&x.arena);
		for (size_t i = 0; i < file.len; i++) {
			(void)!vcs_index_read(&x, span_sub(buf_span(&file), 0, i), &err);
			arena_fini(&x.arena);
			for (unsigned bit = 0; bit < 8; bit++) {
				file.ptr[i] ^= (char)(1 << bit);
				(void)!vcs_index_read(&x, buf_span(&file), &err);
				arena_fini(&x.arena);
				file.ptr[i] ^= (char)(1 << bit);
			}
		}
	}
	buf_fini(&file);
}
