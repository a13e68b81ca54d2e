// SPDX-License-Identifier: Apache-2.0
/* Results of earlier runs: when they answer, and when they must not. */
#include "collect/collect.h"
#include "collect/reuse/variables.h"

#include "base/str.h"
#include "os/fs.h"
#include "support/check.h"
#include "support/project.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(reuse, .timeout = 100);

/* A project whose suite notes in .seaworthy/ran that it ran. */
struct world {
	struct project project;
	struct gate_recorded recorded;
	const char *extra; /* keys of the suite */
	const char *line;  /* its command */
	const char *more;  /* sections of the policy */
	const char *inputs;
	bool no_cache;
};

static void world_init(struct world *w)
{
	*w = (struct world){
		.extra = "", .line = "cat src/a.c", .more = "", .inputs = "src/**"
	};
	project_init(&w->project);
	project_put(&w->project, ".git/HEAD", "ref: refs/heads/main\n");
	project_put(&w->project, "src/a.c", "int a;\n");
	project_put(&w->project, "other.txt", "1\n");
	project_put(&w->project, "bin/tool", "#!/bin/sh\nexit 0\n");
	check_int_eq(chmod(project_path(&w->project, "bin/tool"), 0755), 0, "chmod");
}

static struct gate_policy *policy_of(const struct world *w)
{
	struct gate_policy *p = NULL;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	buf_printf(
		&text,
		"version: 1\ncategories: [{id: c, title: C, weight: 1}]\n"
		"builds:\n"
		"  - {id: b, run: 'echo b >> .seaworthy/ran', inputs: ['src/**']}\n"
		"suites:\n"
		"  - {id: s, run: 'echo s >> .seaworthy/ran; %s', needs: [b], "
		"inputs: ['%s']%s}\n"
		"checks:\n"
		"  - {id: c.s, category: c, weight: 1, title: T, collect: {suite: s}}\n"
		"%s",
		w->line, w->inputs, w->extra, w->more);
	check_ok(gate_policy_parse(&p, buf_span(&text), "seaworthy.yml", NULL, &err),
	         &err);
	buf_fini(&text);
	return p;
}

/* Runs it; what ran, in order: "b\ns\n", or "". */
static const char *run(struct world *w)
{
	struct gate_policy *p = policy_of(w);
	struct gate_selection all = { .no_cache = w->no_cache };
	struct gate_detected detected = { .suite_count = 0 };
	struct gate_subject subject = { .path = buf_str(&w->project.root), .tree = "t" };
	struct gate_collector_context c = { .policy = p,
		                            .detected = &detected,
		                            .selection = &all,
		                            .subject = &subject,
		                            .runner = { .root = buf_str(&w->project.root),
		                                        .scratch = buf_str(
								&w->project.scratch),
		                                        .jobs = 1 } };
	struct gate_store *store = NULL;
	struct err err = ERR_INIT;

	project_put(&w->project, ".seaworthy/ran", "");
	check_ok(gate_store_new(&store, buf_str(&w->project.root), 1000, &err), &err);
	c.store = store;
	check_ok(gate_store_policy(store, p, &err), &err);
	check_ok(gate_store_subject(store, &subject, &err), &err);
	check_ok(gate_collect(&c, &err), &err);
	gate_recorded_fini(&w->recorded);
	check_ok(gate_recorded_load(&w->recorded, gate_store_dir(store), &err), &err);
	gate_store_free(store);
	gate_policy_free(p);
	return project_get(&w->project, ".seaworthy/ran");
}

static const struct gate_record *record(const struct world *w)
{
	check_size_eq(w->recorded.evidence.record_count, 1, "one check");
	return &w->recorded.evidence.records[0];
}

static void world_fini(struct world *w)
{
	gate_recorded_fini(&w->recorded);
	project_fini(&w->project);
}

Test(reuse, equal_inputs_are_answered_by_the_earlier_run)
{
	struct world w;
	int64_t ended;

	world_init(&w);
	check_str_eq(run(&w), "b\ns\n", "nothing is known");
	ended = record(&w)->ended_ms;
	check_str_eq(run(&w), "", "all is known");
	check_int_eq(record(&w)->state, GATE_PASS, "%s", record(&w)->message);
	check_str_contains(record(&w)->message, "s: reused, ", "it is said");
	check_int_eq(record(&w)->ended_ms, ended, "as old as it is");
	check_size_eq(record(&w)->artefact_count, 1, "its output is evidence here too");
	check_str_contains(buf_str(&w.recorded.suites), "\"reused\":\"reused, ",
	                   "suites");
	w.no_cache = true;
	check_str_eq(run(&w), "b\ns\n", "--no-cache");
	world_fini(&w);
}

static void touch_file(struct world *w, const char *what)
{
	const char *path = project_path(&w->project, "src/a.c");

	if (str_eq(what, "nothing"))
		return;
	if (str_eq(what, "contents"))
		project_put(&w->project, "src/a.c", "int b;\n");
	else if (str_eq(what, "same contents anew"))
		project_put(&w->project, "src/a.c", "int a;\n");
	else if (str_eq(what, "executable"))
		check_int_eq(chmod(path, 0755), 0, "chmod");
	else if (str_eq(what, "another file"))
		project_put(&w->project, "src/deep/b.c", "int b;\n");
	else if (str_eq(what, "link"))
		check_int_eq(symlink("a.c", project_path(&w->project, "src/l")), 0, "ln");
	else if (str_eq(what, "gone"))
		check_int_eq(rename(path, project_path(&w->project, "a.c")), 0, "mv");
	else if (str_eq(what, "not among the inputs"))
		project_put(&w->project, "other.txt", "2\n");
	else if (str_eq(what, "variable"))
		check_int_eq(setenv("SW_TEST_FLAGS", "-O3", 1), 0, "setenv");
	else if (str_eq(what, "variable of the session"))
		check_int_eq(setenv("SSH_CONNECTION", "x", 1), 0, "setenv");
	else if (str_eq(what, "program"))
		project_put(&w->project, "bin/tool", "#!/bin/sh\nexit 0 # 2\n");
	else if (str_eq(what, "suite"))
		w->extra = ", env: {A: b}";
	else if (str_eq(what, "limit"))
		w->extra = ", grace: 3s";
	else if (str_eq(what, "memory"))
		w->extra = ", limits: {memory: 4GiB}";
	else if (str_eq(what, "coverage"))
		w->extra = ", coverage: [cov.info]";
	else
		check_fail("%s", what);
}

Test(reuse, whatever_matters_makes_it_run_again)
{
	static const struct {
		const char *what;
		const char *ran;
	} rows[] = {
		{ "nothing", "" },
		{ "contents", "b\ns\n" },
		{ "same contents anew", "" },
		{ "executable", "b\ns\n" },
		{ "another file", "b\ns\n" },
		{ "link", "b\ns\n" },
		{ "gone", "b\ns\n" },
		{ "not among the inputs", "" },
		{ "variable", "b\ns\n" },
		{ "variable of the session", "" },
		{ "program", "b\ns\n" },
		{ "suite", "b\ns\n" }, /* and the build that it needs */
		{ "limit", "b\ns\n" },
		{ "memory", "b\ns\n" },
		{ "coverage", "b\ns\n" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w;
		const char *line;

		world_init(&w);
		line = check_note("%s || true", project_path(&w.project, "bin/tool"));
		w.line = line;
		check_str_eq(run(&w), "b\ns\n", "%s", rows[i].what);
		touch_file(&w, rows[i].what);
		check_str_eq(run(&w), rows[i].ran, "%s", rows[i].what);
		world_fini(&w);
		check_int_eq(unsetenv("SW_TEST_FLAGS"), 0, "unsetenv");
		check_int_eq(unsetenv("SSH_CONNECTION"), 0, "unsetenv");
	}
}

/* The suite starts in a folder of its own, and so does what it names. */
Test(reuse, a_program_is_looked_for_where_the_command_starts)
{
	struct world w;

	world_init(&w);
	w.line = "true; ./tool";
	w.extra = ", dir: bin";
	project_put(&w.project, "bin/.seaworthy/ran", "");
	(void)run(&w);
	check_str_eq(run(&w), "", "all is known");
	project_put(&w.project, "bin/tool", "#!/bin/sh\nexit 1\n");
	check_int_eq(chmod(project_path(&w.project, "bin/tool"), 0755), 0, "chmod");
	(void)run(&w);
	check_int_eq(record(&w)->state, GATE_FAIL, "%s", record(&w)->message);
	world_fini(&w);
}

/* As a glob or by its name alone, a link is followed to what it leads to. */
Test(reuse, what_a_link_leads_to_matters)
{
	struct world w;

	world_init(&w);
	project_put(&w.project, "shared/x", "1\n");
	check_int_eq(symlink("../shared/x", project_path(&w.project, "src/l")), 0, "ln");
	(void)run(&w);
	check_str_eq(run(&w), "", "all is known");
	project_put(&w.project, "shared/x", "2\n");
	check_str_eq(run(&w), "b\ns\n", "it was changed");
	check_int_eq(unlink(project_path(&w.project, "shared/x")), 0, "rm");
	check_str_eq(run(&w), "b\ns\n", "it is gone");
	check_str_eq(run(&w), "", "and stays so");
	world_fini(&w);
}

Test(reuse, a_link_to_a_folder_among_the_inputs_is_never_reused)
{
	static const char *const inputs[] = { "src/**", "src/l", "src/l/**", "src/l/x" };

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		struct world w;

		world_init(&w);
		w.inputs = inputs[i];
		project_put(&w.project, "shared/x", "1\n");
		check_int_eq(symlink("../shared", project_path(&w.project, "src/l")), 0,
		             "ln");
		(void)run(&w);
		check_str_contains(run(&w), "s\n", "%s", inputs[i]);
		world_fini(&w);
	}
}

Test(reuse, a_link_to_a_folder_that_is_an_input_itself_is_known)
{
	static const char *const inputs[] = { "src", "src/", "src/**" };

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		struct world w;

		world_init(&w);
		w.inputs = inputs[i];
		project_put(&w.project, "src/real/x", "1\n");
		check_int_eq(symlink("../src/real", project_path(&w.project, "src/l")), 0,
		             "ln");
		(void)run(&w);
		check_str_eq(run(&w), "", "%s", inputs[i]);
		project_put(&w.project, "src/real/x", "2\n");
		check_str_contains(run(&w), "s\n", "what it leads to");
		check_str_eq(run(&w), "", "%s", inputs[i]);
		check_int_eq(unlink(project_path(&w.project, "src/l")), 0, "rm");
		check_int_eq(symlink(".", project_path(&w.project, "src/l")), 0, "ln");
		check_str_contains(run(&w), "s\n", "where it leads");
		world_fini(&w);
	}
}

Test(reuse, inputs_that_mean_no_file_answer_nothing)
{
	struct world w;

	world_init(&w);
	w.inputs = "./src/**";
	(void)run(&w);
	check_str_contains(run(&w), "s\n", "no path begins with ./");
	world_fini(&w);
}

Test(reuse, a_folder_among_the_inputs_means_what_is_in_it)
{
	static const char *const inputs[] = { "src", "src/" };

	for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
		struct world w;

		world_init(&w);
		w.inputs = inputs[i];
		project_put(&w.project, "src/deep/b.c", "int b;\n");
		project_put(&w.project, "src2/b.c", "int b;\n");
		(void)run(&w);
		project_put(&w.project, "src2/b.c", "int c;\n");
		check_str_eq(run(&w), "", "another folder");
		project_put(&w.project, "src/deep/b.c", "int c;\n");
		check_str_contains(run(&w), "s\n", "%s", inputs[i]);
		world_fini(&w);
	}
}

Test(reuse, compiled_python_is_no_input)
{
	struct world w;

	world_init(&w);
	w.line = "mkdir -p src/__pycache__; date +%N > src/__pycache__/a.pyc";
	(void)run(&w);
	check_str_eq(run(&w), "", "written by the suite itself");
	world_fini(&w);
}

Test(reuse, only_clean_passes_are_kept)
{
	static const struct {
		const char *line;
		const char *extra;
		const char *more;
	} rows[] = {
		{ "exit 1", "", "" },
		{ "printf \"1..1\\nnot ok 1 - a\\n\"; exit 1", ", format: tap",
		  "quarantine: [{test: a, owner: o, issue: i, expires: 2999-01-01}]\n" },
		{ "test -e .seaworthy/again && exit 0; touch .seaworthy/again; exit 1",
		  ", retries: 1", "" },
		{ "setsid sleep 60 & sleep 0.05", "", "" },
		{ "sleep 60", ", timeout: 100ms", "" },
		{ "echo x >> src/a.c", "", "" }, /* changes its own inputs */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct world w;

		world_init(&w);
		w.line = rows[i].line;
		w.extra = rows[i].extra;
		w.more = rows[i].more;
		(void)run(&w);
		check_str_contains(run(&w), "s\n", "row %zu ran again", i);
		world_fini(&w);
	}
}

/* ---- damage ---- */

static void damage(const char *path, int how)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(os_read_file(path, 1 << 20, &text, &err), &err);
	if (how == 0)
		buf_truncate(&text, text.len / 2);
	else if (how == 1)
		buf_puts(&text, "x");
	else if (text.len > 0)
		text.ptr[text.len / 2] ^= 1;
	support_write(path, buf_span(&text));
	buf_fini(&text);
}

/* The n-th file of the cache; false behind the last. */
static bool damage_nth(const struct world *w, size_t n, int how)
{
	static const char *const folders[] = { ".seaworthy/cache/units",
		                               ".seaworthy/cache/objects" };
	bool done = false;

	for (size_t i = 0; i < 2; i++) {
		const char *folder = project_path(&w->project, folders[i]);
		DIR *dir = opendir(folder);
		const struct dirent *entry;

		check_not_null(dir, "%s", folder);
		while (!done && (entry = readdir(dir)) != NULL) {
			struct buf path = BUF_INIT;

			if (entry->d_name[0] == '.' || n-- != 0)
				continue;
			os_join(&path, folder, entry->d_name);
			damage(buf_str(&path), how);
			buf_fini(&path);
			done = true;
		}
		(void)closedir(dir);
	}
	return done;
}

/* Whatever file is cut, grown or flipped: the answer is right, and the next run knows. */
Test(reuse, damage_is_as_if_nothing_were_there)
{
	for (int how = 0; how < 3; how++) {
		bool more = true;

		for (size_t n = 0; more; n++) {
			struct world w;

			world_init(&w);
			(void)run(&w);
			more = damage_nth(&w, n, how);
			(void)run(&w);
			check_int_eq(record(&w)->state, GATE_PASS, "file %zu: %s", n,
			             record(&w)->message);
			check_str_contains(record(&w)->message, "1 test passed",
			                   "file %zu", n);
			check_str_eq(run(&w), "", "file %zu is mended", n);
			world_fini(&w);
		}
	}
}

Test(reuse, variables_of_sessions_do_not_matter)
{
	static const char *const not [] = { "PWD=/x",          "SSH_CLIENT=1",
		                            "GITHUB_RUN_ID=7", "CI_JOB_ID=1",
		                            "BUILD_NUMBER=3",  "SYSTEM_JOBID=x",
		                            "TERM=dumb",       "SEAWORTHY_JOBS=2" };
	static const char *const yes[] = { "PATH=/bin",      "CFLAGS=-O2",
		                           "HOME=/root",     "LD_PRELOAD=x",
		                           "CI=true",        "BUILD_TYPE=Release",
		                           "SYSTEM_TESTS=1", "RUNNER_OS=Linux",
		                           "AGENT_OS=Linux" };

	for (size_t i = 0; i < sizeof(not ) / sizeof(not [0]); i++)
		check_true(!gate_variable_matters(not [i]), "%s", not [i]);
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		check_true(gate_variable_matters(yes[i]), "%s", yes[i]);
}
