// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "collect/environment.h"
#include "support/check.h"

TestSuite(environment, .timeout = 10);

static const char *const inherited[] = {
	"PATH=/bin",     "CI=true",           "LC_ALL=de_DE.UTF-8", "TZ=Europe/Berlin",
	"MAKEFLAGS=-j8", "MAKELEVEL=2",       "GIT_DIR=/x/.git",    "GIT_WORK_TREE=/x",
	"SEAWORTHY=1",   "SEAWORTHY_JOBS=99", "MFLAGS=-j8",         "TMPDIR=/tmp",
	"GITHUB_SHA=1",  "no equals sign",    "LIST=a=b",           NULL,
};

static struct gate_environment example(void)
{
	return (struct gate_environment){ .inherited = inherited,
		                          .root = "/p",
		                          .scratch = "/p/s",
		                          .tmp = "/p/s/t",
		                          .suite = "unit",
		                          .jobs = 3 };
}

/* The value of a name, NULL if it is not there; fails if it is there twice. */
static const char *value_of(const char *const *env, const char *name)
{
	const char *found = NULL;
	size_t length = strlen(name);

	for (; *env != NULL; env++) {
		if (strncmp(*env, name, length) != 0 || (*env)[length] != '=')
			continue;
		check_null(found, "%s is there once", name);
		found = *env + length + 1;
	}
	return found;
}

Test(environment, holds_what_is_documented)
{
	static const struct {
		const char *name;
		const char *value;
	} table[] = {
		{ "PATH", "/bin" },
		{ "CI", "true" },
		{ "LC_ALL", "C.UTF-8" },
		{ "TZ", "UTC" },
		{ "MAKEFLAGS", NULL },
		{ "MAKELEVEL", NULL },
		{ "MFLAGS", NULL },
		{ "GIT_DIR", NULL },
		{ "GIT_WORK_TREE", NULL },
		{ "GITHUB_SHA", "1" },
		{ "LIST", "a=b" },
		{ "TMPDIR", "/p/s/t" },
		{ "SEAWORTHY", "1" },
		{ "SEAWORTHY_ROOT", "/p" },
		{ "SEAWORTHY_SCRATCH", "/p/s" },
		{ "SEAWORTHY_JOBS", "3" },
		{ "SEAWORTHY_SUITE", "unit" },
		{ "CMAKE_BUILD_PARALLEL_LEVEL", NULL },
	};
	struct gate_environment e = example();
	struct arena a = ARENA_INIT;
	const char *const *env = gate_environment_make(&a, &e);

	check_not_null(env, "an environment");
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		check_str_eq(value_of(env, table[i].name), table[i].value, "%s",
		             table[i].name);
	arena_fini(&a);
}

Test(environment, tells_builds_how_many_jobs)
{
	struct gate_environment e = example();
	struct arena a = ARENA_INIT;
	const char *const *env;

	e.build = true;
	env = gate_environment_make(&a, &e);
	check_not_null(env, "an environment");
	check_str_eq(value_of(env, "MAKEFLAGS"), "-j3", "make");
	check_str_eq(value_of(env, "CMAKE_BUILD_PARALLEL_LEVEL"), "3", "cmake");
	check_str_eq(value_of(env, "CARGO_BUILD_JOBS"), "3", "cargo");
	arena_fini(&a);
}

Test(environment, the_suite_has_the_last_word)
{
	const char *items[] = { "TZ=Asia/Tokyo", "LC_ALL=C", "MAKEFLAGS=-k", "NEW=1",
		                "NEW=2" };
	struct gate_strings own = { items, 5 };
	struct gate_environment e = example();
	struct arena a = ARENA_INIT;
	const char *const *env;

	e.build = true;
	e.own = &own;
	env = gate_environment_make(&a, &e);
	check_not_null(env, "an environment");
	check_str_eq(value_of(env, "TZ"), "Asia/Tokyo", "TZ");
	check_str_eq(value_of(env, "LC_ALL"), "C", "LC_ALL");
	check_str_eq(value_of(env, "MAKEFLAGS"), "-k", "MAKEFLAGS");
	check_str_eq(value_of(env, "NEW"), "2", "NEW");
	arena_fini(&a);
}

Test(environment, running_out_of_memory_is_noticed)
{
	struct gate_environment e = example();
	bool failed = true;

	for (uint64_t n = 1; failed; n++) {
		struct arena a = ARENA_INIT;

		mem_fail_after(n);
		failed = gate_environment_make(&a, &e) == NULL;
		mem_fail_after(0);
		check_true(failed == !arena_ok(&a),
		           "NULL exactly if the arena failed, n=%d", (int)n);
		arena_fini(&a);
	}
}

Test(environment, a_shard_says_which_it_is)
{
	static const char *const outer[] = {
		"TEST_SHARD_INDEX=3",        "TEST_TOTAL_SHARDS=9",
		"GTEST_TOTAL_SHARDS=9",      "GTEST_SHARD_INDEX=3",
		"TEST_SHARD_STATUS_FILE=/x", NULL
	};
	struct gate_shard shard = { 2, 5, GATE_SHARD_HASH };
	struct gate_environment e = example();
	struct arena arena = ARENA_INIT;
	const char *const *env;

	e.inherited = outer;
	env = gate_environment_make(&arena, &e);
	check_null(value_of(env, "TEST_SHARD_INDEX"),
	           "an outer runner's shard is not ours");
	check_null(value_of(env, "GTEST_TOTAL_SHARDS"), "nor its number of them");
	check_null(value_of(env, "TEST_SHARD_STATUS_FILE"), "nor its file");
	check_null(value_of(env, "SEAWORTHY_SHARD_INDEX"), "a whole run has none");
	e.shard = &shard;
	env = gate_environment_make(&arena, &e);
	check_str_eq(value_of(env, "SEAWORTHY_SHARD_INDEX"), "2", "from 1");
	check_str_eq(value_of(env, "SEAWORTHY_SHARD_TOTAL"), "5", "of how many");
	check_null(value_of(env, "TEST_SHARD_INDEX"),
	           "a suite that does not split runs whole");
	e.splits = true;
	env = gate_environment_make(&arena, &e);
	check_str_eq(value_of(env, "TEST_SHARD_INDEX"), "1", "from 0");
	check_str_eq(value_of(env, "TEST_TOTAL_SHARDS"), "5", "of how many");
	check_str_eq(value_of(env, "GTEST_SHARD_INDEX"), "1", "from 0");
	check_str_eq(value_of(env, "GTEST_TOTAL_SHARDS"), "5", "of how many");
	check_str_eq(value_of(env, "TEST_SHARD_STATUS_FILE"), "/p/s/t/shard-status",
	             "in TMPDIR");
	arena_fini(&arena);
}
