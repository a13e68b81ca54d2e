// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs_index.h"

#include "lib/vcs.h"
#include "support/check.h"
#include "support/project.h"

#include <stdlib.h>
#include <sys/stat.h>
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
