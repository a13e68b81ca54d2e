/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cancel.h"
#include "os/fs.h"
#include "os/walk.h"
#include "support/check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(fs, .timeout = 30);

enum { DEEP = 3000 };

static struct buf top = BUF_INIT;
static struct buf scratch = BUF_INIT;

static void set_up(void)
{
	struct err err = ERR_INIT;

	check_ok(os_mkdtemp(NULL, "fs-", &top, &err), &err);
}

static void tear_down(void)
{
	struct err err = ERR_INIT;

	check_ok(os_remove_tree(buf_str(&top), &err), &err);
	check_int_eq(os_type_of(buf_str(&top)), OS_NONE, "the temporary folder is gone");
	buf_fini(&top);
	buf_fini(&scratch);
}

/* Path below the temporary folder; valid until the next call. */
static const char *at(const char *name)
{
	os_join(&scratch, buf_str(&top), name);
	return buf_str(&scratch);
}

static void put(const char *name, const char *text)
{
	struct err err = ERR_INIT;

	check_ok(os_write_atomic(at(name), span_str(text), 0644, &err), &err);
}

static void folder(const char *name)
{
	struct err err = ERR_INIT;

	check_ok(os_mkdirs(at(name), 0755, &err), &err);
}

static void check_content(const char *name, const char *want)
{
	struct err err = ERR_INIT;
	struct buf got = BUF_INIT;

	check_ok(os_read_file(at(name), 1000, &got, &err), &err);
	check_str_eq(buf_str(&got), want, "content of %s", name);
	buf_fini(&got);
}

Test(fs, join_puts_one_slash)
{
	os_join(&scratch, "a", "b");
	check_str_eq(buf_str(&scratch), "a/b", "plain");
	os_join(&scratch, "a/", "b");
	check_str_eq(buf_str(&scratch), "a/b", "slash at the end");
	os_join(&scratch, "/", "b");
	check_str_eq(buf_str(&scratch), "/b", "root");
	os_join(&scratch, "", "b");
	check_str_eq(buf_str(&scratch), "b", "no folder");
	buf_fini(&scratch);
}

Test(fs, writes_and_reads_back, .init = set_up, .fini = tear_down)
{
	struct os_stat st;
	struct err err = ERR_INIT;

	put("f", "first");
	put("f", "second");
	check_content("f", "second");
	check_ok(os_lstat(at("f"), &st, &err), &err);
	check_int_eq(st.type, OS_FILE, "type");
	check_u64_eq(st.size, 6, "size");
	check_int_eq(st.mode, 0644, "mode");
	check_true(st.mtime_ns > 0, "time");
	check_int_eq(chmod(at("f"), 0600), 0, "chmod");
	check_ok(os_write_atomic(at("f"), SPAN_LIT("x"), 0755, &err), &err);
	check_true(os_is_executable(at("f")), "the mode is the caller's");
	check_true(!os_is_executable(buf_str(&top)), "a folder is no program");
}

Test(fs, writes_into_a_folder_behind_a_link, .init = set_up, .fini = tear_down)
{
	struct buf link = BUF_INIT;
	struct err err = ERR_INIT;

	folder("real");
	buf_puts(&link, at("link"));
	check_int_eq(symlink("real", buf_str(&link)), 0, "symlink");
	put("link/f", "text");
	check_content("real/f", "text");
	check_ok(os_sync_parent(at("link/f"), &err), &err);
	check_true(os_sync(buf_str(&link), &err) != ERR_OK, "a link itself is refused");
	buf_fini(&link);
}

static enum err_code count_one(const struct os_entry *entry, void *context,
                               struct err *err)
{
	size_t *count = context;

	(void)entry;
	(void)err;
	(*count)++;
	return ERR_OK;
}

Test(fs, a_failed_write_leaves_the_old_file_alone, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	struct os_dir d;
	size_t names = 0;

	put("f", "old");
	folder("d/in");
	check_true(os_write_atomic(at("d"), SPAN_LIT("x"), 0644, &err) != ERR_OK,
	           "a folder cannot be replaced");
	check_str_contains(err.msg, "/d: ", "names the path");
	check_err(os_write_atomic(at("none/f"), SPAN_LIT("x"), 0644, &err), ERR_NOT_FOUND,
	          "no such folder");
	check_content("f", "old");
	check_ok(os_dir_open(&d, NULL, buf_str(&top), &err), &err);
	check_ok(os_dir_each(&d, count_one, &names, &err), &err);
	os_dir_close(&d);
	check_size_eq(names, 2, "no temporary file stays");
}

Test(fs, reading_refuses_what_is_no_file, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;

	buf_puts(&out, "kept");
	check_int_eq(mkfifo(at("fifo"), 0600), 0, "fifo");
	check_err(os_read_file(at("fifo"), 10, &out, &err), ERR_UNSUPPORTED, "a FIFO");
	check_err(os_read_file(buf_str(&top), 10, &out, &err), ERR_UNSUPPORTED,
	          "a folder");
	check_err(os_read_file("/dev/zero", 10, &out, &err), ERR_UNSUPPORTED, "a device");
	check_err(os_read_file(at("none"), 10, &out, &err), ERR_NOT_FOUND, "nothing");
	put("f", "12345678901");
	check_err(os_read_file(at("f"), 10, &out, &err), ERR_LIMIT, "too large");
	check_str_contains(err.msg, "larger than 10 bytes", "says the limit");
	check_str_eq(buf_str(&out), "kept", "nothing is appended on failure");
	check_ok(os_read_file(at("f"), 11, &out, &err), &err);
	check_str_eq(buf_str(&out), "kept12345678901", "appends");
	buf_fini(&out);
}

Test(fs, reads_files_that_say_they_are_empty)
{
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;

	check_ok(os_read_file("/proc/self/status", 1 << 20, &out, &err), &err);
	check_str_contains(buf_str(&out), "Name:", "content of a file of size 0");
	check_err(os_read_file("/proc/self/status", 10, &out, &err), ERR_LIMIT,
	          "still bounded");
	buf_fini(&out);
}

/* What a shell's <(command) gives, with its writing end closed or not. */
static enum err_code read_pipe(const char *text, uint64_t max, bool ended,
                               const struct cancel *cancel, struct buf *out)
{
	int ends[2];
	char path[32];
	enum err_code rc;

	check_int_eq(pipe(ends), 0, "a pipe");
	check_true(write(ends[1], text, strlen(text)) == (ssize_t)strlen(text), "filled");
	if (ended)
		(void)close(ends[1]);
	(void)snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	rc = os_read_secret(path, max, out, cancel, NULL);
	if (!ended)
		(void)close(ends[1]);
	(void)close(ends[0]);
	return rc;
}

Test(fs, secrets_come_from_files_and_pipes, .init = set_up, .fini = tear_down)
{
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	struct cancel cancel;

	check_ok(os_write_atomic(at("file"), SPAN_LIT("in a file"), 0600, &err), &err);
	check_ok(os_read_secret(at("file"), 9, &out, NULL, &err), &err);
	check_int_eq(read_pipe(", from a pipe", 13, true, NULL, &out), ERR_OK, "a pipe");
	check_str_eq(buf_str(&out), "in a file, from a pipe", "both, appended");
	check_int_eq(read_pipe("", 13, true, NULL, &out), ERR_OK, "an empty one");
	check_int_eq(read_pipe("too long", 7, true, NULL, &out), ERR_LIMIT, "too much");
	check_int_eq(read_pipe("too long", 7, false, NULL, &out), ERR_LIMIT, "no end");
	cancel_init(&cancel);
	cancel_set(&cancel, 0);
	check_int_eq(read_pipe("more?", 9, false, &cancel, &out), ERR_CANCELLED, "waits");
	check_err(os_read_secret(buf_str(&top), 9, &out, NULL, &err), ERR_UNSUPPORTED,
	          "a folder");
	check_err(os_read_secret("/dev/zero", 9, &out, NULL, &err), ERR_UNSUPPORTED,
	          "a device");
	check_str_contains(err.msg, "neither a file nor a pipe", "message");
	buf_fini(&out);
}

Test(fs, sparse_giant_is_refused_at_once, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;

	put("giant", "");
	check_int_eq(truncate(at("giant"), 5368709120), 0, "5 GiB");
	check_err(os_read_file(at("giant"), 1 << 20, &out, &err), ERR_LIMIT, "refused");
	check_size_eq(out.cap, 0, "no memory was taken");
	buf_fini(&out);
}

Test(fs, makes_folders_with_parents, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;

	folder("a/b//c/");
	check_int_eq(os_type_of(at("a/b/c")), OS_DIR, "made");
	folder("a/b/c");
	put("f", "");
	check_err(os_mkdirs(at("f"), 0755, &err), ERR_EXISTS, "a file is there");
	check_true(os_mkdirs(at("f/x"), 0755, &err) != ERR_OK, "a file is in the way");
}

Test(fs, removes_trees_but_never_through_links, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;

	folder("keep");
	put("keep/file", "safe");
	folder("gone/a/b");
	put("gone/a/b/f", "x");
	check_int_eq(symlink("../keep", at("gone/link")), 0, "link");
	check_int_eq(mkfifo(at("gone/fifo"), 0600), 0, "fifo");
	check_int_eq(chmod(at("gone/a/b"), 0), 0, "a folder that forbids everything");
	check_ok(os_remove_tree(at("gone"), &err), &err);
	check_int_eq(os_type_of(at("gone")), OS_NONE, "removed");
	check_content("keep/file", "safe");
	check_int_eq(symlink("keep", at("link")), 0, "link");
	check_ok(os_remove_tree(at("link"), &err), &err);
	check_content("keep/file", "safe");
	check_ok(os_remove_tree(at("link"), &err), &err);
}

/* Deeper than PATH_MAX, than the descriptor limit, and made so that no path reaches it.
 */
static void make_deep(const char *start)
{
	int fd = open(start, O_RDONLY | O_DIRECTORY);

	for (int i = 0; i < DEEP; i++) {
		int next;

		check_int_eq(mkdirat(fd, "level", 0755), 0, "level %d", i);
		next = openat(fd, "level", O_RDONLY | O_DIRECTORY);
		check_true(next >= 0, "open level %d", i);
		close(fd);
		fd = next;
	}
	close(fd);
}

Test(fs, removes_trees_deeper_than_any_path, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;

	folder("deep");
	make_deep(at("deep"));
	check_ok(os_remove_tree(at("deep"), &err), &err);
}

Test(fs, copying_stops_at_a_named_depth, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	struct buf to = BUF_INIT;

	folder("deep");
	make_deep(at("deep"));
	os_join(&to, buf_str(&top), "copy");
	check_err(os_copy_tree(at("deep"), buf_str(&to), NULL, NULL, &err), ERR_LIMIT,
	          "depth");
	check_str_contains(err.msg, "deeper than 200", "says why");
	buf_fini(&to);
}

static bool keep_all_but(const char *relative, enum os_type type, void *context)
{
	(void)type;
	return strcmp(relative, context) != 0;
}

Test(fs, copies_trees, .init = set_up, .fini = tear_down)
{
	static char skipped[] = "sub/skip";
	struct err err = ERR_INIT;
	struct os_stat from;
	struct os_stat to;
	struct buf target = BUF_INIT;
	char link[16] = "";

	folder("src/sub/skip");
	put("src/sub/f", "content");
	put("src/sub/skip/x", "");
	check_int_eq(chmod(at("src/sub/f"), 0751), 0, "mode");
	check_int_eq(symlink("/nowhere", at("src/link")), 0, "dangling link");
	check_int_eq(mkfifo(at("src/fifo"), 0600), 0, "fifo");
	check_int_eq(chmod(at("src/sub"), 0555), 0, "read-only folder");
	/* Inside the source: must not copy itself. */
	os_join(&target, buf_str(&top), "src/out/copy");
	check_ok(os_copy_tree(at("src"), buf_str(&target), keep_all_but, skipped, &err),
	         &err);
	check_content("src/out/copy/sub/f", "content");
	check_ok(os_lstat(at("src/sub/f"), &from, &err), &err);
	check_ok(os_lstat(at("src/out/copy/sub/f"), &to, &err), &err);
	check_int_eq(to.mode, 0751, "permissions come along");
	check_true(to.mtime_ns == from.mtime_ns, "times come along");
	check_ok(os_lstat(at("src/out/copy/sub"), &to, &err), &err);
	check_int_eq(to.mode, 0555, "permissions of folders come along");
	check_int_eq(readlink(at("src/out/copy/link"), link, sizeof(link) - 1), 8,
	             "link");
	check_str_eq(link, "/nowhere", "links stay links");
	check_int_eq(os_type_of(at("src/out/copy/sub/skip")), OS_NONE, "not kept");
	check_int_eq(os_type_of(at("src/out/copy/out/copy")), OS_NONE, "not into itself");
	check_int_eq(os_type_of(at("src/out/copy/fifo")), OS_NONE, "no FIFO");
	buf_fini(&target);
}

Test(fs, copy_names_the_file_that_failed, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	struct buf target = BUF_INIT;

	folder("src/a/b");
	put("src/a/b/f", "x");
	folder("to/a/b");
	put("to/a/b/f", "old");
	os_join(&target, buf_str(&top), "to");
	check_err(os_copy_tree(at("src"), buf_str(&target), NULL, NULL, &err), ERR_EXISTS,
	          "what exists is not overwritten");
	check_str_contains(err.msg, "copy a: ", "names the place");
	check_content("to/a/b/f", "old");
	buf_fini(&target);
}

Test(fs, messages_escape_names, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;

	check_err(os_read_file(at("a\nb\x1b[31m"), 10, &out, &err), ERR_NOT_FOUND,
	          "missing");
	check_str_contains(err.msg, "a\\nb\\x1b[31m: ", "escaped");
	buf_fini(&out);
}

Test(fs, finds_programs, .init = set_up, .fini = tear_down)
{
	struct buf found = BUF_INIT;

	check_true(os_find_program("sh", &found), "sh is everywhere");
	check_true(os_is_executable(buf_str(&found)), "%s", buf_str(&found));
	check_true(!os_find_program("no-such-program-here", &found), "missing");
	check_true(!os_find_program("", &found), "empty name");
	check_true(os_find_program("/bin/sh", &found), "a path");
	put("tool", "#!/bin/sh\n");
	check_true(!os_find_program(at("tool"), &found), "not executable");
	check_int_eq(setenv("PATH", buf_str(&top), 1), 0, "PATH");
	check_true(!os_find_program("tool", &found), "not executable in PATH");
	check_int_eq(chmod(at("tool"), 0755), 0, "chmod");
	check_true(os_find_program("tool", &found), "now it is");
	check_str_eq(buf_str(&found), at("tool"), "full path");
	buf_fini(&found);
}

Test(fs, knows_its_surroundings, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	struct buf a = BUF_INIT;
	struct buf b = BUF_INIT;

	check_true(os_processors() >= 1, "at least one processor");
	check_int_eq(setenv("SW_TEST_EMPTY", "", 1), 0, "setenv");
	check_null(os_env("SW_TEST_EMPTY"), "empty is unset");
	check_int_eq(chdir(buf_str(&top)), 0, "chdir");
	check_ok(os_cwd(&a, &err), &err);
	check_ok(os_realpath(".", &b, &err), &err);
	check_str_eq(buf_str(&a), buf_str(&b), "the same folder");
	check_err(os_realpath("none", &b, &err), ERR_NOT_FOUND, "missing");
	check_int_eq(chdir("/"), 0, "leave");
	buf_fini(&a);
	buf_fini(&b);
}

Test(fs, reads_the_end_of_a_file, .init = set_up, .fini = tear_down)
{
	static const struct {
		const char *text;
		size_t max;
		const char *end;
	} table[] = {
		{ "0123456789", 4, "6789" }, { "0123", 4, "0123" },
		{ "01", 4, "01" },           { "", 4, "" },
		{ "0123", 0, "" },
	};
	struct err err = ERR_INIT;
	struct buf got = BUF_INIT;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		put("log", table[i].text);
		buf_clear(&got);
		check_ok(os_read_tail(at("log"), table[i].max, &got, &err), &err);
		check_str_eq(buf_str(&got), table[i].end, "the last %zu of \"%s\"",
		             table[i].max, table[i].text);
	}
	check_err(os_read_tail(at("none"), 4, &got, &err), ERR_NOT_FOUND, "no file");
	check_int_eq(mkfifo(at("pipe"), 0600), 0, "a FIFO is made");
	check_err(os_read_tail(at("pipe"), 4, &got, &err), ERR_UNSUPPORTED,
	          "a FIFO neither hangs nor reads");
	buf_fini(&got);
}

Test(fs, what_is_written_later_is_there_at_once, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;

	put("f", "old");
	check_ok(os_write_later(at("f"), SPAN_LIT("new"), 0640, &err), &err);
	check_content("f", "new");
	check_ok(os_sync(at("f"), &err), &err);
	check_ok(os_sync(at("."), &err), &err);
	check_true(os_write_later(at("none/f"), SPAN_LIT("x"), 0644, &err) != ERR_OK,
	           "no folder");
	err = (struct err)ERR_INIT;
	check_err(os_sync(at("none"), &err), ERR_NOT_FOUND, "missing");
}
