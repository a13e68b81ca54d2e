// SPDX-License-Identifier: Apache-2.0
#include "os/fs.h"
#include "os/meta_set.h"
#include "support/check.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

TestSuite(meta_set, .timeout = 60);

enum { NOBODY = 65534 };

static struct buf top = BUF_INIT;
static int dir = -1;

static void set_up(void)
{
	struct err err = ERR_INIT;

	check_ok(os_mkdtemp(NULL, "meta-set-", &top, &err), &err);
	check_ok(os_open_folder_path(buf_str(&top), &dir, &err), &err);
}

static void tear_down(void)
{
	struct err err = ERR_INIT;

	os_close(&dir);
	check_ok(os_remove_tree(buf_str(&top), &err), &err);
	buf_fini(&top);
}

static bool is_root(void)
{
	return geteuid() == 0;
}

static int make_file(const char *name, const char *text)
{
	struct err err = ERR_INIT;
	int fd = -1;

	check_ok(os_make_file(dir, name, &fd, &err), &err);
	check_ok(os_write_at(fd, span_str(text), 0, &err), &err);
	return fd;
}

static struct os_meta meta_at(const char *name)
{
	struct os_meta m;
	struct err err = ERR_INIT;

	check_ok(os_meta_at(dir, name, &m, &err), &err);
	return m;
}

static int handle(const char *name)
{
	struct err err = ERR_INIT;
	int fd = -1;

	check_ok(os_open_handle(dir, name, &fd, &err), &err);
	return fd;
}

/* What was told, in order: "owner permissions .." */
static struct buf told = BUF_INIT;

static void note(enum os_item item, const char *detail, const struct err *err,
                 void *context)
{
	check_true(context == &told, "the context comes through");
	check_true(err->code != ERR_OK && err->msg[0] != '\0', "says why");
	buf_printf(&told, "%s%s%s ", os_item_name(item), detail[0] != '\0' ? ":" : "",
	           detail);
}

/* Attributes that the user of the test may set himself. */
static struct os_attributes own(enum os_kind kind)
{
	return (struct os_attributes){
		.kind = kind,
		.perm = 0754,
		.uid = geteuid(),
		.gid = getegid(),
		.mtime = { -5, 123456789 },
	};
}

static void check_set(int fd, const struct os_attributes *want, const char *faults)
{
	size_t failed;
	size_t words = 0;

	buf_clear(&told);
	failed = os_attributes_set(fd, want, note, &told);
	check_str_eq(buf_str(&told), faults, "what could not be set");
	for (const char *c = faults; *c != '\0'; c++)
		words += *c == ' ';
	check_size_eq(failed, words, "how many");
	check_size_eq(os_attributes_set(fd, want, NULL, NULL), failed,
	              "again, and nobody listens");
}

static void check_meta(const char *name, const struct os_attributes *want)
{
	const struct os_meta m = meta_at(name);

	check_int_eq(m.kind, want->kind, "%s: kind", name);
	if (want->kind != OS_KIND_LINK)
		check_int_eq(m.perm, want->perm, "%s: permissions", name);
	check_u64_eq(m.uid, want->uid, "%s: owner", name);
	check_u64_eq(m.gid, want->gid, "%s: group", name);
	check_int_eq(os_time_cmp(m.mtime, want->mtime), 0, "%s: time", name);
}

Test(meta_set, every_kind_gets_what_it_had, .init = set_up, .fini = tear_down)
{
	const enum os_kind kinds[] = { OS_KIND_FILE, OS_KIND_FOLDER, OS_KIND_LINK,
		                       OS_KIND_FIFO, OS_KIND_SOCKET, OS_KIND_CHARACTER,
		                       OS_KIND_BLOCK };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct os_attributes want = own(kinds[i]);
		const char *name = check_note("kind%zu", i);
		char text[16];
		int fd = -1;

		(void)memcpy(text, name, strlen(name) + 1);
		if (is_root())
			want.uid = want.gid = 1234;
		switch (kinds[i]) {
		case OS_KIND_FILE:
			fd = make_file(text, "x");
			break;
		case OS_KIND_FOLDER:
			check_ok(os_make_folder(dir, text, &err), &err);
			check_ok(os_open_folder(dir, text, &fd, &err), &err);
			break;
		case OS_KIND_LINK:
			check_ok(os_make_link(dir, text, "no/where", &err), &err);
			break;
		case OS_KIND_CHARACTER:
		case OS_KIND_BLOCK:
			if (!is_root()) {
				check_err(os_make_node(dir, text, kinds[i], 1, 3, &err),
				          ERR_AUTH, "devices are for root");
				continue;
			}
			check_ok(os_make_node(dir, text, kinds[i], 7, 70000, &err), &err);
			check_u64_eq(meta_at(text).rdev_major, 7, "major");
			check_u64_eq(meta_at(text).rdev_minor, 70000, "minor");
			break;
		case OS_KIND_FIFO:
		case OS_KIND_SOCKET:
			check_ok(os_make_node(dir, text, kinds[i], 0, 0, &err), &err);
			break;
		}
		if (fd < 0)
			fd = handle(text);
		check_set(fd, &want, "");
		check_meta(text, &want);
		os_close(&fd);
	}
	buf_fini(&told);
}

Test(meta_set, what_is_so_already_is_not_touched, .init = set_up, .fini = tear_down)
{
	struct os_attributes want = own(OS_KIND_FILE);
	int fd = make_file("same", "x");
	struct os_meta before;

	check_set(fd, &want, "");
	before = meta_at("same");
	check_size_eq(os_attributes_set(fd, &want, NULL, NULL), 0, "the same again");
	check_int_eq(os_time_cmp(meta_at("same").ctime, before.ctime), 0,
	             "the change time stays");
	want.perm = 0640;
	check_set(fd, &want, "");
	check_meta("same", &want);
	check_int_eq(os_time_cmp(meta_at("same").ctime, before.ctime), 1,
	             "new permissions change it");
	os_close(&fd);
	buf_fini(&told);
}

Test(meta_set, nothing_is_made_over_what_exists, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	int fd = -1;
	int file = make_file("file", "x");

	check_err(os_make_file(dir, "file", &fd, &err), ERR_EXISTS, "file");
	check_err(os_make_folder(dir, "file", &err), ERR_EXISTS, "folder");
	check_err(os_make_link(dir, "file", "t", &err), ERR_EXISTS, "link");
	check_err(os_make_node(dir, "file", OS_KIND_FIFO, 0, 0, &err), ERR_EXISTS,
	          "FIFO");
	check_err(os_make_hard_link(file, dir, "file", &err), ERR_EXISTS, "hard link");
	check_err(os_make_node(dir, "n", OS_KIND_LINK, 0, 0, &err), ERR_USAGE,
	          "a link is no node");
	check_ok(os_make_link(dir, "link", "made", &err), &err);
	check_err(os_make_file(dir, "link", &fd, &err), ERR_EXISTS, "through a link");
	check_err(os_meta_at(dir, "made", &(struct os_meta){ 0 }, &err), ERR_NOT_FOUND,
	          "nothing came into being behind the link");
	os_close(&file);
}

Test(meta_set, hard_links_by_descriptor, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	int file = make_file("file", "x");
	int link;

	check_ok(os_make_hard_link(file, dir, "second", &err), &err);
	check_u64_eq(meta_at("second").ino, meta_at("file").ino, "one file");
	os_close(&file);
	check_ok(os_make_link(dir, "link", "file", &err), &err);
	link = handle("link");
	check_ok(os_make_hard_link(link, dir, "link2", &err), &err);
	check_int_eq(meta_at("link2").kind, OS_KIND_LINK, "the link, not its target");
	check_u64_eq(meta_at("link2").ino, meta_at("link").ino, "one link");
	os_close(&link);
}

Test(meta_set, attributes_become_those_wanted, .init = set_up, .fini = tear_down)
{
	static const char acl[] = "\2\0\0\0\1\0\6\0\377\377\377\377\2\0\4\0\376\377\0\0"
				  "\4\0\4\0\377\377\377\377\20\0\4\0\377\377\377\377"
				  "\40\0\0\0\377\377\377\377";
	const struct os_xattr list[] = {
		{ SPAN_LIT("system.posix_acl_access"), { acl, sizeof(acl) - 1 } },
		{ SPAN_LIT("user.empty"), SPAN_LIT("") },
		{ SPAN_LIT("user.kept"), SPAN_LIT("same") },
		{ SPAN_LIT("user.new"), SPAN_LIT("a\0b") },
	};
	struct os_attributes want = own(OS_KIND_FILE);
	struct os_xattrs have = { 0 };
	struct err err = ERR_INIT;
	int fd = make_file("f", "x");

	if (fsetxattr(fd, "user.old", "1", 1, 0) != 0) {
		os_close(&fd);
		cr_skip_test("no attributes here: %s", strerror(errno));
	}
	check_int_eq(fsetxattr(fd, "user.kept", "same", 4, 0), 0, "set");
	want.perm = 0640;
	want.xattrs = list;
	want.xattr_count = 4;
	check_set(fd, &want, "");
	check_meta("f", &want);
	check_ok(os_xattrs_load(&have, fd, "f", &err), &err);
	check_size_eq(have.count, 4, "the old one is gone");
	for (size_t i = 0; i < have.count; i++) {
		check_true(span_eq(have.list[i].name, list[i].name), "name %zu", i);
		check_true(span_eq(have.list[i].value, list[i].value), "value %zu", i);
	}
	want.xattr_count = 0;
	check_set(fd, &want, "");
	check_ok(os_xattrs_load(&have, fd, "f", &err), &err);
	check_size_eq(have.count, 0, "none is wanted, the ACL neither");
	os_xattrs_fini(&have);
	os_close(&fd);
	buf_fini(&told);
}

Test(meta_set, attributes_that_cannot_be_set_are_named, .init = set_up, .fini = tear_down)
{
	const struct os_xattr list[] = {
		{ SPAN_LIT("nonsense.a"), SPAN_LIT("1") },
		{ SPAN_LIT("user.b"), SPAN_LIT("2") },
	};
	struct os_attributes want = own(OS_KIND_FILE);
	int fd = make_file("f", "x");
	char value[4];

	if (fsetxattr(fd, "user.old", "1", 1, 0) != 0) {
		os_close(&fd);
		cr_skip_test("no attributes here: %s", strerror(errno));
	}
	want.xattrs = list;
	want.xattr_count = 2;
	check_set(fd, &want, "attribute:nonsense.a ");
	check_int_eq(fgetxattr(fd, "user.b", value, sizeof(value)), 1,
	             "the rest is tried");
	check_meta("f", &want);
	want.xattr_count = 0;
	want.mtime.ns = UTIME_NOW;
	check_set(fd, &want, "time ");
	os_close(&fd);
	buf_fini(&told);
}

/* As nobody: what belongs to another is told, the rest is set. */
Test(meta_set, an_ordinary_user_is_told_what_is_not_his, .init = set_up,
     .fini = tear_down)
{
	struct os_attributes want = own(OS_KIND_FILE);
	struct os_meta m;
	const bool root = is_root();
	int fd = -1;

	check_int_eq(fchmod(dir, 0777), 0, "a folder for all");
	if (root) {
		check_int_eq(setegid(NOBODY), 0, "group");
		check_int_eq(seteuid(NOBODY), 0, "user");
	}
	fd = make_file("f", "x");
	want.perm = 06755;
	want.uid = 0;
	want.gid = 0;
	check_set(fd, &want, "owner permissions ");
	m = meta_at("f");
	check_int_eq(m.perm, 0755, "no set-id bits for another owner");
	check_u64_eq(m.uid, geteuid(), "owner");
	check_int_eq(os_time_cmp(m.mtime, want.mtime), 0, "the time is set");
	want.uid = geteuid();
	want.gid = getegid();
	check_set(fd, &want, "");
	check_int_eq(meta_at("f").perm, 06755, "set-id bits of his own");
	os_close(&fd);
	if (root) {
		check_int_eq(seteuid(0), 0, "root again");
		check_int_eq(setegid(0), 0, "root again");
	}
	buf_fini(&told);
}

Test(meta_set, flags_are_set_last, .init = set_up, .fini = tear_down)
{
	struct os_attributes want = own(OS_KIND_FILE);
	struct err err = ERR_INIT;
	uint32_t flags;
	uint32_t project;
	unsigned raw = 0;
	int fd = make_file("f", "x");

	if (ioctl(fd, FS_IOC_GETFLAGS, &raw) != 0) {
		check_set(fd, &want, "");
		want.flags = FS_NODUMP_FL;
		check_set(fd, &want, "flags ");
		os_close(&fd);
		cr_skip_test("no flags here");
	}
	want.flags = FS_NODUMP_FL | FS_NOATIME_FL;
	check_set(fd, &want, "");
	os_flags_get(fd, &flags, &project);
	check_u64_eq(flags, want.flags, "flags");
	want.flags = FS_NODUMP_FL | FS_IMMUTABLE_FL;
	buf_clear(&told);
	if (is_root()) {
		check_size_eq(os_attributes_set(fd, &want, note, &told), 0, "immutable");
		check_size_eq(os_attributes_set(fd, &want, note, &told), 0,
		              "nothing is to be set");
		want.perm ^= 1;
		check_true(os_attributes_set(fd, &want, note, &told) > 0,
		           "now nothing can be set");
		want.perm ^= 1;
		check_ok(os_flags_set(fd, 0, &err), &err);
		check_meta("f", &want);
	} else {
		check_set(fd, &want, "flags ");
		os_flags_get(fd, &flags, &project);
		check_u64_eq(flags, FS_NODUMP_FL, "what he may set");
	}
	check_ok(os_flags_set(fd, 0, &err), &err);
	os_flags_get(fd, &flags, &project);
	check_u64_eq(flags, 0, "none");
	check_ok(os_flags_set(-1, 0, &err), &err);
	check_true(os_flags_set(-1, 1, &err) != ERR_OK, "nothing to set them on");
	os_close(&fd);
	buf_fini(&told);
}

/* "./" so often that one call cannot take the path: the way name by name. */
static struct buf long_way = BUF_INIT;

static const char *slowly(const char *path)
{
	buf_clear(&long_way);
	for (int i = 0; i < 3000; i++)
		buf_puts(&long_way, "./");
	buf_puts(&long_way, path);
	return buf_str(&long_way);
}

static void check_beneath(const char *path, enum os_open_mode mode, enum err_code want)
{
	struct err err = ERR_INIT;
	int fd = -1;

	check_err(os_open_beneath(dir, path, mode, &fd, &err), want, "%s", path);
	check_true((fd >= 0) == (want == ERR_OK), "%s: a descriptor", path);
	os_close(&fd);
	check_err(os_open_beneath(dir, slowly(path), mode, &fd, &err), want,
	          "%s name by name", path);
	check_true((fd >= 0) == (want == ERR_OK), "%s: a descriptor", path);
	os_close(&fd);
}

Test(meta_set, opens_beneath_and_nowhere_else, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	int fd = -1;

	check_ok(os_make_folder(dir, "a", &err), &err);
	check_int_eq(mkdirat(dir, "a/b", 0700), 0, "folder");
	check_int_eq(symlinkat("..", dir, "a/up"), 0, "link");
	check_int_eq(symlinkat("/etc", dir, "out"), 0, "link");
	check_int_eq(symlinkat("b", dir, "a/inner"), 0, "link");
	check_int_eq(mkfifoat(dir, "a/fifo", 0600), 0, "FIFO");
	fd = make_file("a-file", "text");
	os_close(&fd);
	check_beneath("a-file", OS_OPEN_READ, ERR_OK);
	check_beneath("a/../a-file", OS_OPEN_READ, ERR_USAGE);
	check_beneath("..", OS_OPEN_FOLDER, ERR_USAGE);
	check_beneath("a/b", OS_OPEN_FOLDER, ERR_OK);
	check_beneath("a//./b/", OS_OPEN_FOLDER, ERR_OK);
	check_beneath("", OS_OPEN_FOLDER, ERR_OK);
	check_beneath("a/up/a-file", OS_OPEN_READ, ERR_UNSUPPORTED);
	check_beneath("a/inner/x", OS_OPEN_READ, ERR_UNSUPPORTED);
	check_beneath("out/passwd", OS_OPEN_READ, ERR_UNSUPPORTED);
	check_beneath("out", OS_OPEN_READ, ERR_UNSUPPORTED);
	check_beneath("out", OS_OPEN_FOLDER, ERR_UNSUPPORTED);
	check_beneath("out", OS_OPEN_HANDLE, ERR_OK);
	check_beneath("a/fifo", OS_OPEN_READ, ERR_OK);
	check_beneath("a/none", OS_OPEN_READ, ERR_NOT_FOUND);
	check_beneath("a-file/x", OS_OPEN_READ, ERR_UNSUPPORTED);
	check_beneath("a-file", OS_OPEN_FOLDER, ERR_UNSUPPORTED);
	check_err(os_open_beneath(dir, "/etc/passwd", OS_OPEN_READ, &fd, &err), ERR_USAGE,
	          "from the root");
	check_ok(os_open_beneath(dir, "a-file", OS_OPEN_WRITE, &fd, &err), &err);
	check_ok(os_write_at(fd, SPAN_LIT("more"), 4, &err), &err);
	os_close(&fd);
	check_u64_eq(meta_at("a-file").size, 8, "what was there is kept");
	buf_fini(&long_way);
}

Test(meta_set, files_with_holes, .init = set_up, .fini = tear_down)
{
	const uint64_t size = 4u << 20;
	struct os_extent e;
	struct err err = ERR_INIT;
	struct buf block = BUF_INIT;
	int fd = make_file("f", "");

	buf_fill(&block, 'b', 1u << 20);
	check_ok(os_set_size(fd, size, &err), &err);
	check_ok(os_reserve(fd, 1u << 20, 1u << 20, &err), &err);
	check_ok(os_write_at(fd, buf_span(&block), 1u << 20, &err), &err);
	check_u64_eq(meta_at("f").size, size, "size");
	check_ok(os_make_hole(fd, (1u << 20) + 8192, 65536, &err), &err);
	check_ok(os_next_extent(fd, 0, size, &e, &err), &err);
	check_u64_eq(e.offset, 1u << 20, "data begin");
	check_true(e.length == 8192 || e.length == 1u << 20, "and end at the hole");
	check_ok(os_make_hole(fd, 0, 0, &err), &err);
	check_ok(os_reserve(fd, 0, 0, &err), &err);
	check_err(os_set_size(fd, UINT64_MAX, &err), ERR_LIMIT, "size");
	check_err(os_make_hole(fd, 1, UINT64_MAX, &err), ERR_LIMIT, "hole");
	check_err(os_reserve(fd, UINT64_MAX, 1, &err), ERR_LIMIT, "room");
	check_err(os_write_at(fd, SPAN_LIT("x"), INT64_MAX, &err), ERR_LIMIT, "write");
	os_close(&fd);
	buf_fini(&block);
}

Test(meta_set, renames_and_removes, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	struct os_meta m;

	os_close(&(int){ make_file("a", "x") });
	os_close(&(int){ make_file("b", "yy") });
	check_ok(os_rename_at(dir, "b", "a", &err), &err);
	check_u64_eq(meta_at("a").size, 2, "in its place");
	check_err(os_rename_at(dir, "none", "a", &err), ERR_NOT_FOUND, "missing");
	check_err(os_rename_new_at(dir, "none", "new", &err), ERR_NOT_FOUND, "missing");
	os_close(&(int){ make_file("c", "zzz") });
	check_err(os_rename_new_at(dir, "c", "a", &err), ERR_EXISTS, "a has the name");
	check_u64_eq(meta_at("a").size, 2, "and keeps it");
	check_ok(os_rename_new_at(dir, "c", "new", &err), &err);
	check_u64_eq(meta_at("new").size, 3, "a new name");
	check_err(os_meta_at(dir, "c", &m, &err), ERR_NOT_FOUND, "the old one is gone");
	check_ok(os_make_folder(dir, "d", &err), &err);
	check_ok(os_make_link(dir, "l", "a", &err), &err);
	check_ok(os_remove_at(dir, "l", &err), &err);
	check_ok(os_remove_at(dir, "d", &err), &err);
	check_ok(os_remove_at(dir, "none", &err), &err);
	check_err(os_meta_at(dir, "d", &m, &err), ERR_NOT_FOUND, "removed");
	check_u64_eq(meta_at("a").size, 2, "the link's target stays");
	check_int_eq(mkdirat(dir, "d", 0700), 0, "folder");
	check_int_eq(mkdirat(dir, "d/e", 0700), 0, "folder");
	check_true(os_remove_at(dir, "d", &err) != ERR_OK, "not empty");
}
