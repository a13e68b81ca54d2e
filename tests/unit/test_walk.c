/* SPDX-License-Identifier: Apache-2.0 */
#include "os/walk.h"
#include "support/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

TestSuite(walk, .timeout = 20);

static struct buf top = BUF_INIT;

static void set_up(void)
{
	struct err err = ERR_INIT;

	check_ok(os_mkdtemp(NULL, "walk-", &top, &err), &err);
	check_int_eq(chdir(buf_str(&top)), 0, "chdir");
	check_int_eq(mkdir("dir", 0755), 0, "dir");
	check_int_eq(symlink("dir", "to-dir"), 0, "link");
	check_int_eq(symlink("file", "to-file"), 0, "link");
	check_int_eq(symlink("loop", "loop"), 0, "loop");
	check_int_eq(mkfifo("fifo", 0600), 0, "fifo");
	check_ok(os_write_atomic("file", SPAN_LIT("text"), 0644, &err), &err);
	check_ok(os_write_atomic("new\nline", SPAN_LIT(""), 0644, &err), &err);
}

static void tear_down(void)
{
	struct err err = ERR_INIT;

	check_int_eq(chdir("/"), 0, "leave");
	check_ok(os_remove_tree(buf_str(&top), &err), &err);
	buf_fini(&top);
}

struct seen {
	size_t by_type[OS_OTHER + 1];
	size_t stop_at;
	size_t count;
};

static enum err_code note(const struct os_entry *entry, void *context, struct err *err)
{
	struct seen *s = context;

	check_true(entry->name[0] != '.', "no dot names, got %s", entry->name);
	s->by_type[entry->type]++;
	s->count++;
	if (s->count == s->stop_at)
		return err_set(err, ERR_LIMIT, "enough");
	return ERR_OK;
}

Test(walk, lists_entries_with_their_types, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	struct os_dir d;

	check_ok(os_dir_open(&d, NULL, ".", &err), &err);
	for (int pass = 0; pass < 2; pass++) {
		struct seen s = { .stop_at = 0 };

		check_ok(os_dir_each(&d, note, &s, &err), &err);
		check_size_eq(s.by_type[OS_FILE], 2, "files in pass %d", pass);
		check_size_eq(s.by_type[OS_DIR], 1, "folders");
		check_size_eq(s.by_type[OS_LINK], 3, "links");
		check_size_eq(s.by_type[OS_OTHER], 1, "others");
	}
	os_dir_close(&d);
	os_dir_close(&d);
}

Test(walk, the_descriptor_itself_lists_again_and_again, .init = set_up, .fini = tear_down)
{
	enum { MANY = 2000 }; /* more than one call of the system gives */
	struct err err = ERR_INIT;
	struct seen stopped = { .stop_at = 2 };
	struct os_dir d;

	check_ok(os_dir_open(&d, NULL, ".", &err), &err);
	for (int i = 0; i < MANY; i++) {
		char name[64];

		(void)snprintf(name, sizeof(name), "a-name-that-takes-some-room-%d", i);
		check_int_eq(symlinkat("x", d.fd, name), 0, "link %d", i);
	}
	for (int pass = 0; pass < 2; pass++) {
		struct seen s = { .stop_at = 0 };

		check_ok(os_dir_each_once(&d, note, &s, &err), &err);
		check_size_eq(s.by_type[OS_FILE], 2, "files in pass %d", pass);
		check_size_eq(s.by_type[OS_DIR], 1, "folders");
		check_size_eq(s.by_type[OS_LINK], 3 + MANY, "links");
		check_size_eq(s.by_type[OS_OTHER], 1, "others");
	}
	check_err(os_dir_each_once(&d, note, &stopped, &err), ERR_LIMIT, "stopped");
	os_dir_close(&d);
	check_true(os_dir_each_once(&d, note, &stopped, &err) != ERR_OK, "closed");
}

Test(walk, a_visitor_can_stop, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	struct seen s = { .stop_at = 2 };
	struct os_dir d;

	check_ok(os_dir_open(&d, NULL, buf_str(&top), &err), &err);
	check_err(os_dir_each(&d, note, &s, &err), ERR_LIMIT, "its code comes back");
	check_str_eq(err.msg, "enough", "and its message");
	check_size_eq(s.count, 2, "nothing was visited after it");
	os_dir_close(&d);
}

Test(walk, opens_folders_below_but_no_links, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	struct os_dir d;
	struct os_dir below;

	check_ok(os_dir_open(&d, NULL, ".", &err), &err);
	check_ok(os_dir_open(&below, &d, "dir", &err), &err);
	os_dir_close(&below);
	check_true(os_dir_open(&below, &d, "to-dir", &err) != ERR_OK,
	           "a link is refused");
	check_true(os_dir_open(&below, &d, "file", &err) != ERR_OK, "a file is refused");
	check_ok(os_dir_open(&below, NULL, "to-dir", &err), &err);
	os_dir_close(&below);
	os_dir_close(&d);
}

Test(walk, reads_only_regular_files, .init = set_up, .fini = tear_down)
{
	static const struct {
		const char *name;
		enum err_code rc;
	} cases[] = {
		{ "fifo", ERR_UNSUPPORTED },    { "dir", ERR_UNSUPPORTED },
		{ "to-file", ERR_UNSUPPORTED }, { "loop", ERR_UNSUPPORTED },
		{ "none", ERR_NOT_FOUND },      { "socket", ERR_UNSUPPORTED },
	};
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "socket" };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);
	struct err err = ERR_INIT;
	struct buf out = BUF_INIT;
	struct os_stat st;
	struct os_dir d;

	check_int_eq(bind(s, (struct sockaddr *)&address, sizeof(address)), 0, "socket");
	check_ok(os_dir_open(&d, NULL, ".", &err), &err);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		check_int_eq(os_dir_read(&d, cases[i].name, 100, &out, NULL, &err),
		             cases[i].rc, "%s: %s", cases[i].name, err.msg);
		check_str_contains(err.msg, cases[i].name, "names the file");
	}
	check_ok(os_dir_read(&d, "file", 4, &out, &st, &err), &err);
	check_str_eq(buf_str(&out), "text", "content");
	check_u64_eq(st.size, 4, "size");
	check_ok(os_dir_read(&d, "new\nline", 4, &out, &st, &err), &err);
	check_size_eq(out.len, 0, "cleared first");
	check_err(os_dir_read(&d, "file", 3, &out, &st, &err), ERR_LIMIT, "bounded");
	os_dir_close(&d);
	buf_fini(&out);
	close(s);
}
