// SPDX-License-Identifier: Apache-2.0
#include "collect/results.h"
#include "os/clock.h"
#include "support/check.h"
#include "support/project.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(results, .timeout = 20);

#define TAP_ONE "TAP version 14\n1..1\nok 1 - "

struct reading {
	struct gate_results files;
	struct gate_strings globs;
	struct gate_suite suite;
	struct gate_cases cases;
	struct buf raw;
	struct err err;
};

static void begin(struct reading *r, const struct project *p, const char **globs,
                  size_t count)
{
	*r = (struct reading){ .globs = { globs, count },
		               .suite = { .id = "unit", .format = GATE_FORMAT_TAP },
		               .raw = BUF_INIT,
		               .err = ERR_INIT };
	gate_cases_init(&r->cases);
	check_ok(gate_results_begin(&r->files, buf_str(&p->root), buf_str(&p->scratch),
	                            &r->globs, os_now_ms(), &r->err),
	         &r->err);
}

static enum err_code read_all(struct reading *r)
{
	return gate_results_read(&r->files, &r->suite, &r->cases, &r->raw, &r->err);
}

static void end(struct reading *r)
{
	gate_results_end(&r->files);
	gate_cases_fini(&r->cases);
	buf_fini(&r->raw);
}

/* Sets the time of last change so many seconds back. */
static void age(const struct project *p, const char *name, int64_t seconds)
{
	struct timespec t = { .tv_sec = os_now_ms() / 1000 - seconds };
	struct timespec times[2] = { t, t };

	check_int_eq(utimensat(AT_FDCWD, project_path(p, name), times, 0), 0, "age %s",
	             name);
}

Test(results, globs_find_files_of_all_kinds)
{
	static const struct {
		const char *glob;
		uint64_t cases;
	} table[] = {
		{ "out/a.tap", 1 },         { "out/*.tap", 2 },   { "**/*.tap", 4 },
		{ "out/{a,b}.tap", 2 },     { "o?t/[a].tap", 1 }, { "./out/a.tap", 1 },
		{ "out/deep/**/x.tap", 1 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const char *globs[] = { table[i].glob };
		struct project p;
		struct reading r;

		project_init(&p);
		begin(&r, &p, globs, 1);
		project_put(&p, "out/a.tap", TAP_ONE "a\n");
		project_put(&p, "out/b.tap", TAP_ONE "b\n");
		project_put(&p, "out/deep/er/x.tap", TAP_ONE "x\n");
		project_put(&p, "top.tap", TAP_ONE "top\n");
		project_put(&p, ".git/x.tap", TAP_ONE "git\n");
		project_put(&p, ".seaworthy/runs/x.tap", TAP_ONE "own\n");
		check_ok(read_all(&r), &r.err);
		check_u64_eq(r.cases.passed, table[i].cases, "%s", table[i].glob);
		end(&r);
		project_fini(&p);
	}
}

Test(results, two_globs_for_one_file_count_it_once)
{
	const char *globs[] = { "a.tap", "*.tap" };
	struct project p;
	struct reading r;

	project_init(&p);
	begin(&r, &p, globs, 2);
	project_put(&p, "a.tap", TAP_ONE "a\n");
	check_ok(read_all(&r), &r.err);
	check_u64_eq(r.cases.passed, 1, "once");
	check_str_contains(buf_str(&r.raw), "==> a.tap <==\nTAP version 14",
	                   "with a header");
	end(&r);
	project_fini(&p);
}

Test(results, a_folder_with_wildcards_in_its_name_is_no_pattern)
{
	struct project p, odd = { BUF_INIT, BUF_INIT };
	const char *globs[] = { "*.tap" };
	struct reading r;

	project_init(&p);
	project_put(&p, "odd[x]*/keep", "");
	buf_puts(&odd.root, project_path(&p, "odd[x]*"));
	buf_puts(&odd.scratch, buf_str(&p.scratch));
	begin(&r, &odd, globs, 1);
	project_put(&odd, "a.tap", TAP_ONE "a\n");
	check_ok(read_all(&r), &r.err);
	check_u64_eq(r.cases.passed, 1, "found");
	end(&r);
	buf_fini(&odd.root);
	buf_fini(&odd.scratch);
	project_fini(&p);
}

Test(results, old_files_do_not_count)
{
	const char *globs[] = { "*.tap" };
	struct project p;
	struct reading r;

	project_init(&p);
	project_put(&p, "old.tap", TAP_ONE "old\n");
	begin(&r, &p, globs, 1);
	check_err(read_all(&r), ERR_NOT_FOUND, "unchanged");
	check_str_eq(r.err.msg,
	             "no fresh result file: old.tap was not written by this run",
	             "message");
	project_put(&p, "new.tap", TAP_ONE "new\n");
	check_ok(read_all(&r), &r.err);
	check_u64_eq(r.cases.passed, 1, "only the new one");
	check_size_eq(r.files.stale, 2, "the old one was left out, twice asked");
	end(&r);
	project_fini(&p);
}

Test(results, a_rewritten_file_counts_and_one_put_back_does_not)
{
	const char *globs[] = { "*.tap" };
	struct project p;
	struct reading r;

	project_init(&p);
	project_put(&p, "a.tap", TAP_ONE "a\n");
	age(&p, "a.tap", 60);
	begin(&r, &p, globs, 1);
	project_put(&p, "a.tap", TAP_ONE "a\n");
	check_ok(read_all(&r), &r.err);
	check_u64_eq(r.cases.passed, 1, "written again");
	age(&p, "a.tap", 30);
	check_err(read_all(&r), ERR_NOT_FOUND, "changed, but written before the start");
	end(&r);
	project_fini(&p);
}

Test(results, old_files_in_scratch_are_removed)
{
	struct project p;
	struct reading r;
	char glob[4096];
	const char *globs[] = { glob };

	project_init(&p);
	project_put(&p, ".seaworthy/work/build/a.tap", TAP_ONE "old\n");
	(void)snprintf(glob, sizeof(glob), "%s/build/*.tap", buf_str(&p.scratch));
	begin(&r, &p, globs, 1);
	check_int_eq(os_type_of(project_path(&p, ".seaworthy/work/build/a.tap")), OS_NONE,
	             "removed");
	check_err(read_all(&r), ERR_NOT_FOUND, "nothing left");
	check_str_contains(r.err.msg, "no fresh result file: there is no ", "message");
	project_put(&p, ".seaworthy/work/build/a.tap", TAP_ONE "new\n");
	check_ok(read_all(&r), &r.err);
	check_u64_eq(r.cases.passed, 1, "the new one");
	end(&r);
	project_fini(&p);
}

Test(results, what_is_no_plain_file_is_refused_at_once)
{
	const char *globs[] = { "r.tap" };
	struct project p;
	struct reading r;

	project_init(&p);
	begin(&r, &p, globs, 1);
	check_int_eq(mkfifo(project_path(&p, "r.tap"), 0600), 0, "a FIFO");
	check_err(read_all(&r), ERR_UNSUPPORTED, "a FIFO");
	check_str_eq(r.err.msg, "r.tap is not a regular file", "message");
	end(&r);
	project_fini(&p);
}

Test(results, five_gigabytes_are_refused_unread)
{
	const char *globs[] = { "r.tap" };
	struct project p;
	struct reading r;
	int fd;

	project_init(&p);
	begin(&r, &p, globs, 1);
	fd = open(project_path(&p, "r.tap"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	check_true(fd >= 0, "open");
	check_int_eq(ftruncate(fd, (off_t)5 << 30), 0, "a sparse file");
	check_int_eq(close(fd), 0, "close");
	check_err(read_all(&r), ERR_LIMIT, "too large");
	check_str_contains(r.err.msg, "4 GiB", "names the limit");
	end(&r);
	project_fini(&p);
}

/* A report of 40 MB, a passing case with much output and a failing one behind it. */
static void put_large(const struct project *p, const char *name)
{
	struct buf line = BUF_INIT;
	FILE *f = fopen(project_path(p, name), "w");

	check_not_null(f, "create");
	buf_fill(&line, 'x', 1 << 20);
	buf_putc(&line, '\n');
	check_true(fputs("<testsuite><testcase name='a'><system-out>", f) >= 0, "write");
	for (int i = 0; i < 40; i++)
		check_size_eq(fwrite(line.ptr, 1, line.len, f), line.len, "write");
	check_true(
		fputs("</system-out></testcase><testcase name='b'><failure/></testcase>"
	              "</testsuite>",
	              f) >= 0,
		"write");
	check_int_eq(fclose(f), 0, "close");
	buf_fini(&line);
}

Test(results, of_a_large_report_all_cases_count_and_its_beginning_is_kept)
{
	const char *globs[] = { "*.xml" };
	struct project p;
	struct reading r;

	project_init(&p);
	begin(&r, &p, globs, 1);
	r.suite.format = GATE_FORMAT_JUNIT;
	put_large(&p, "a.xml");
	project_put(&p, "b.xml", "<testsuite><testcase name='c'/></testsuite>");
	check_ok(read_all(&r), &r.err);
	check_u64_eq(r.cases.passed, 2, "passed");
	check_u64_eq(r.cases.failed, 1, "the one behind the output");
	check_true(r.raw.len < GATE_RESULTS_KEPT_MAX + 1000, "kept %zu", r.raw.len);
	check_true(span_find(buf_span(&r.raw),
	                     SPAN_LIT(" bytes left out; SHA-256 of all: ")) < r.raw.len,
	           "says what is left out");
	end(&r);
	project_fini(&p);
}

Test(results, what_must_be_read_whole_has_a_limit_that_names_the_mend)
{
	const char *globs[] = { "*.json" };
	struct project p;
	struct reading r;
	int fd;

	project_init(&p);
	begin(&r, &p, globs, 1);
	r.suite.format = GATE_FORMAT_RSPEC;
	fd = open(project_path(&p, "r.json"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	check_int_eq(ftruncate(fd, (off_t)300 << 20), 0, "a sparse file");
	check_int_eq(close(fd), 0, "close");
	check_err(read_all(&r), ERR_LIMIT, "too large");
	check_str_contains(r.err.msg, "256 MiB, the most that is read of format rspec",
	                   "names the limit");
	check_str_contains(r.err.msg, "have JUnit XML written", "names the mend");
	end(&r);
	project_fini(&p);
}

Test(results, a_link_to_a_result_is_followed_and_a_broken_one_is_none)
{
	const char *globs[] = { "*.tap" };
	struct project p;
	struct reading r;

	project_init(&p);
	begin(&r, &p, globs, 1);
	project_put(&p, "run-7.out", TAP_ONE "a\n");
	check_int_eq(symlink("run-7.out", project_path(&p, "latest.tap")), 0, "link");
	check_int_eq(symlink("nowhere", project_path(&p, "broken.tap")), 0, "link");
	check_ok(read_all(&r), &r.err);
	check_u64_eq(r.cases.passed, 1, "read through the link");
	end(&r);
	project_fini(&p);
}

Test(results, a_broken_file_names_itself)
{
	const char *globs[] = { "r.xml" };
	struct project p;
	struct reading r;

	project_init(&p);
	begin(&r, &p, globs, 1);
	r.suite.format = GATE_FORMAT_JUNIT;
	project_put(&p, "r.xml", "<testsuite><testcase name='a'>");
	check_err(read_all(&r), ERR_CORRUPT, "cut short");
	check_str_contains(r.err.msg, "r.xml", "the file is named");
	end(&r);
	project_fini(&p);
}
