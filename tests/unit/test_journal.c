// SPDX-License-Identifier: Apache-2.0
#include "os/journal.h"

#include "support/check.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

TestSuite(journal, .timeout = 30);

static struct buf top = BUF_INIT;
static struct buf path = BUF_INIT;
static struct err err;

static void set_up(void)
{
	check_ok(os_mkdtemp(NULL, "journal-", &top, &err), &err);
	os_join(&path, buf_str(&top), "log");
}

static void tear_down(void)
{
	check_ok(os_remove_tree(buf_str(&top), &err), &err);
	buf_fini(&top);
	buf_fini(&path);
}

static void open_it(struct os_journal *j)
{
	check_ok(os_journal_open(j, buf_str(&path), 0644, 0, NULL, &err), &err);
}

static void check_content(const char *want)
{
	struct buf text = BUF_INIT;

	check_ok(os_read_file(buf_str(&path), 1 << 20, &text, &err), &err);
	check_str_eq(buf_str(&text), want, "the file");
	buf_fini(&text);
}

Test(journal, grows_at_its_end, .init = set_up, .fini = tear_down)
{
	struct os_journal j = OS_JOURNAL_CLOSED;

	open_it(&j);
	check_u64_eq(j.size, 0, "new");
	check_ok(os_journal_append(&j, SPAN_LIT("one\n"), &err), &err);
	os_journal_close(&j);
	open_it(&j);
	check_u64_eq(j.size, 4, "as it was left");
	check_ok(os_journal_append(&j, SPAN_LIT("two\n"), &err), &err);
	check_content("one\ntwo\n");
	check_ok(os_journal_cut(&j, 4, &err), &err);
	check_ok(os_journal_append(&j, SPAN_LIT("2\n"), &err), &err);
	check_u64_eq(j.size, 6, "after both");
	check_content("one\n2\n");
	os_journal_close(&j);
}

Test(journal, may_lie_behind_a_link, .init = set_up, .fini = tear_down)
{
	struct os_journal j = OS_JOURNAL_CLOSED;
	struct buf link = BUF_INIT;

	os_join(&link, buf_str(&top), "link");
	check_int_eq(symlink(".", buf_str(&link)), 0, "symlink");
	os_join(&path, buf_str(&link), "log");
	open_it(&j);
	check_ok(os_journal_append(&j, SPAN_LIT("one\n"), &err), &err);
	os_journal_close(&j);
	check_content("one\n");
	buf_fini(&link);
}

Test(journal, one_program_holds_it, .init = set_up, .fini = tear_down)
{
	struct os_journal j = OS_JOURNAL_CLOSED;
	struct os_journal other;
	struct cancel cancel;

	open_it(&j);
	check_int_eq(os_journal_open(&other, buf_str(&path), 0644, 20, NULL, &err),
	             ERR_LOCKED, "%s", err.msg);
	cancel_init(&cancel);
	cancel_set(&cancel, SIGTERM);
	check_int_eq(os_journal_open(&other, buf_str(&path), 0644, 20000, &cancel, &err),
	             ERR_CANCELLED, "%s", err.msg);
	os_journal_close(&j);
	open_it(&other);
	os_journal_close(&other);
}

Test(journal, its_end_ends_the_lock, .init = set_up, .fini = tear_down)
{
	struct os_journal j = OS_JOURNAL_CLOSED;
	int status;
	const pid_t child = fork();

	if (child == 0) {
		open_it(&j);
		(void)raise(SIGKILL);
	}
	check_true(child > 0 && waitpid(child, &status, 0) == child, "a child");
	open_it(&j);
	os_journal_close(&j);
}

/* A full disk, by the limit of a file's size. */
Test(journal, what_does_not_fit_leaves_nothing, .init = set_up, .fini = tear_down)
{
	struct os_journal j = OS_JOURNAL_CLOSED;
	struct rlimit limit = { 6, RLIM_INFINITY };

	open_it(&j);
	check_ok(os_journal_append(&j, SPAN_LIT("one\n"), &err), &err);
	(void)signal(SIGXFSZ, SIG_IGN);
	check_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0, "limit");
	check_int_eq(os_journal_append(&j, SPAN_LIT("two\n"), &err), ERR_IO, "%s",
	             err.msg);
	limit.rlim_cur = RLIM_INFINITY;
	check_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0, "no limit");
	check_content("one\n");
	check_ok(os_journal_append(&j, SPAN_LIT("2\n"), &err), &err);
	check_content("one\n2\n");
	os_journal_close(&j);
}

Test(journal, is_a_regular_file, .init = set_up, .fini = tear_down)
{
	struct os_journal j;

	check_int_eq(os_journal_open(&j, buf_str(&top), 0644, 0, NULL, &err),
	             ERR_UNSUPPORTED, "a folder");
	check_int_eq(symlink("/dev/null", buf_str(&path)), 0, "link");
	check_int_eq(os_journal_open(&j, buf_str(&path), 0644, 0, NULL, &err),
	             ERR_UNSUPPORTED, "a link");
	check_true(!os_is_shared_storage("/proc"), "what the kernel makes is no share");
}
