// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "os/fs.h"
#include "os/meta.h"
#include "support/check.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

TestSuite(meta, .timeout = 60);

static struct buf top = BUF_INIT;
static int dir = -1;

static void set_up(void)
{
	struct err err = ERR_INIT;

	check_ok(os_mkdtemp(NULL, "meta-", &top, &err), &err);
	check_ok(os_open_folder_path(buf_str(&top), &dir, &err), &err);
}

static void tear_down(void)
{
	struct err err = ERR_INIT;

	os_close(&dir);
	check_ok(os_remove_tree(buf_str(&top), &err), &err);
	buf_fini(&top);
}

static int make_file(const char *name, const char *text)
{
	const int fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);

	check_true(fd >= 0, "make %s: %s", name, strerror(errno));
	check_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text), "write %s",
	           name);
	return fd;
}

static struct os_meta meta_at(const char *name)
{
	struct os_meta m;
	struct err err = ERR_INIT;

	check_ok(os_meta_at(dir, name, &m, &err), &err);
	return m;
}

Test(meta, a_file_as_it_is, .init = set_up, .fini = tear_down)
{
	const struct timespec times[2] = { { 1, 2 }, { -3, 999999999 } };
	int fd = make_file("f", "twelve bytes");
	struct os_meta m;
	struct os_meta again;
	struct stat st;
	struct err err = ERR_INIT;

	check_int_eq(fchmod(fd, 04751), 0, "mode");
	check_int_eq(futimens(fd, times), 0, "times");
	check_int_eq(linkat(dir, "f", dir, "second", 0), 0, "link");
	check_int_eq(fstat(fd, &st), 0, "stat");
	m = meta_at("f");
	check_int_eq(m.kind, OS_KIND_FILE, "kind");
	check_int_eq(m.perm, 04751, "permissions");
	check_u64_eq(m.uid, st.st_uid, "owner");
	check_u64_eq(m.gid, st.st_gid, "group");
	check_u64_eq(m.size, 12, "size");
	check_int_eq(m.mtime.s, -3, "before 1970");
	check_int_eq(m.mtime.ns, 999999999, "nanoseconds");
	check_int_eq(m.ctime.s, st.st_ctim.tv_sec, "change");
	check_u64_eq(m.ino, st.st_ino, "inode");
	check_u64_eq(m.dev, (uint64_t)major(st.st_dev) << 32 | minor(st.st_dev),
	             "device");
	check_u64_eq(m.nlink, 2, "names");
	check_true(!m.has_btime || m.btime.s > 1500000000, "birth");
	check_ok(os_meta_of(fd, "f", &again, &err), &err);
	check_u64_eq(again.ino, m.ino, "the open file is the same");
	check_int_eq(again.kind, OS_KIND_FILE, "kind of what is open");
	os_close(&fd);
	check_int_eq(fd, -1, "closed");
	os_close(&fd);
}

static void make_socket(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket",
	               buf_str(&top));
	check_int_eq(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0, "bind");
	os_close(&fd);
}

Test(meta, every_kind, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	struct os_meta m;
	int fd = -1;

	check_int_eq(mkdirat(dir, "folder", 0700), 0, "folder");
	check_int_eq(symlinkat("nowhere", dir, "link"), 0, "link");
	check_int_eq(mkfifoat(dir, "fifo", 0600), 0, "FIFO");
	make_socket();
	check_int_eq(meta_at("folder").kind, OS_KIND_FOLDER, "folder");
	check_int_eq(meta_at("link").kind, OS_KIND_LINK, "link");
	check_int_eq(meta_at("fifo").kind, OS_KIND_FIFO, "FIFO");
	check_int_eq(meta_at("socket").kind, OS_KIND_SOCKET, "socket");
	check_err(os_meta_at(dir, "none", &m, &err), ERR_NOT_FOUND, "missing");
	check_ok(os_meta_at(AT_FDCWD, "/dev/null", &m, &err), &err);
	check_int_eq(m.kind, OS_KIND_CHARACTER, "character device");
	check_u64_eq(m.rdev_major, 1, "major");
	check_u64_eq(m.rdev_minor, 3, "minor");
	check_err(os_open_file(dir, "link", &fd, &err), ERR_UNSUPPORTED, "link");
	check_err(os_open_file(dir, "socket", &fd, &err), ERR_UNSUPPORTED, "socket");
	check_err(os_open_folder(dir, "link", &fd, &err), ERR_NOT_FOUND,
	          "a link is no folder");
	check_err(os_open_file(dir, "none", &fd, &err), ERR_NOT_FOUND, "missing");
	check_ok(os_open_file(dir, "fifo", &fd, &err), &err);
	check_ok(os_meta_of(fd, "fifo", &m, &err), &err);
	check_int_eq(m.kind, OS_KIND_FIFO, "a FIFO does not block, and says what it is");
	os_close(&fd);
	check_ok(os_open_handle(dir, "link", &fd, &err), &err);
	check_ok(os_meta_of(fd, "link", &m, &err), &err);
	check_int_eq(m.kind, OS_KIND_LINK, "a handle holds the link itself");
	os_close(&fd);
}

Test(meta, reading_leaves_the_access_time, .init = set_up, .fini = tear_down)
{
	const struct timespec times[2] = { { 1000, 0 }, { 2000, 0 } };
	struct err err = ERR_INIT;
	struct stat st;
	char text[32];
	size_t got;
	int fd = make_file("f", "0123456789");

	check_int_eq(futimens(fd, times), 0, "times");
	os_close(&fd);
	check_ok(os_open_file(dir, "f", &fd, &err), &err);
	check_ok(os_read_at(fd, text, sizeof(text), 4, &got, &err), &err);
	check_size_eq(got, 6, "up to the end");
	check_mem_eq(text, "456789", 6, "what is there");
	check_ok(os_read_at(fd, text, 3, 1, &got, &err), &err);
	check_size_eq(got, 3, "a part");
	check_ok(os_read_at(fd, text, 3, 100, &got, &err), &err);
	check_size_eq(got, 0, "past the end");
	check_err(os_read_at(fd, text, 3, UINT64_MAX, &got, &err), ERR_LIMIT,
	          "past what there can be");
	check_int_eq(fstat(fd, &st), 0, "stat");
	check_int_eq(st.st_atim.tv_sec, 1000, "access time");
	os_close(&fd);
}

Test(meta, link_targets_of_any_length, .init = set_up, .fini = tear_down)
{
	struct buf target = BUF_INIT;
	struct buf long_target = BUF_INIT;
	struct err err = ERR_INIT;

	buf_fill(&long_target, 'x', 4000);
	check_int_eq(symlinkat("a\nb\xff", dir, "short"), 0, "short");
	check_int_eq(symlinkat(buf_str(&long_target), dir, "long"), 0, "long");
	check_ok(os_read_link(dir, "short", &target, &err), &err);
	check_str_eq(buf_str(&target), "a\nb\xff", "any bytes");
	check_ok(os_read_link(dir, "long", &target, &err), &err);
	check_str_eq(buf_str(&target), buf_str(&long_target), "4,000 bytes");
	os_close(&(int){ make_file("f", "") });
	check_err(os_read_link(dir, "f", &target, &err), ERR_USAGE, "not a link");
	check_err(os_read_link(dir, "none", &target, &err), ERR_NOT_FOUND, "missing");
	buf_fini(&target);
	buf_fini(&long_target);
}

static void check_extent(int fd, uint64_t from, uint64_t size, uint64_t offset,
                         uint64_t length, const char *what)
{
	struct os_extent e;
	struct err err = ERR_INIT;

	check_ok(os_next_extent(fd, from, size, &e, &err), &err);
	check_u64_eq(e.length, length, "%s: length", what);
	if (length > 0)
		check_u64_eq(e.offset, offset, "%s: offset", what);
}

Test(meta, extents_leave_out_holes, .init = set_up, .fini = tear_down)
{
	const off_t mib = 1 << 20;
	const uint64_t size = 8u << 20;
	int fd = make_file("f", "");
	char block[4096] = { 1 };

	check_int_eq(ftruncate(fd, (off_t)size), 0, "size");
	check_extent(fd, 0, size, 0, 0, "only a hole");
	check_int_eq(pwrite(fd, block, sizeof(block), mib), sizeof(block), "write");
	check_int_eq(pwrite(fd, block, sizeof(block), 4 * mib), sizeof(block), "write");
	check_extent(fd, 0, size, 1u << 20, 4096, "first");
	check_extent(fd, (1u << 20) + 100, size, (1u << 20) + 100, 3996, "within");
	check_extent(fd, (1u << 20) + 4096, size, 4u << 20, 4096, "second");
	check_extent(fd, (4u << 20) + 4096, size, 0, 0, "hole at the end");
	check_extent(fd, 0, 100, 0, 0, "cut at the size asked for");
	check_extent(fd, 4u << 20, (4u << 20) + 7, 4u << 20, 7, "cut within");
	check_extent(fd, size, size, 0, 0, "at the end");
	check_extent(fd, 9u << 20, 10u << 20, 0, 0, "the file became shorter");
	check_true(meta_at("f").allocated < size, "allocated");
	os_close(&fd);
}

static const struct os_xattr *find_xattr(const struct os_xattrs *x, const char *name)
{
	for (size_t i = 0; i < x->count; i++)
		if (span_eq_str(x->list[i].name, name))
			return &x->list[i];
	return NULL;
}

/* An access list of four entries: user::rw-, user:65534:r--, group::r--, mask::r--,
 * other::---. */
static const unsigned char acl[] = { 2,   0,   0,   0, 1,   0,   6,   0,   255,
	                             255, 255, 255, 2, 0,   4,   0,   254, 255,
	                             0,   0,   4,   0, 4,   0,   255, 255, 255,
	                             255, 16,  0,   4, 0,   255, 255, 255, 255,
	                             32,  0,   0,   0, 255, 255, 255, 255 };

Test(meta, attributes_ascend_and_have_any_value, .init = set_up, .fini = tear_down)
{
	struct os_xattrs x = { 0 };
	struct buf large = BUF_INIT;
	struct err err = ERR_INIT;
	int fd = make_file("f", "");
	int handle = -1;

	check_ok(os_xattrs_load(&x, fd, "f", &err), &err);
	check_size_eq(x.count, 0, "none");
	if (fsetxattr(fd, "user.b", "two\0parts", 9, 0) != 0) {
		os_close(&fd);
		cr_skip_test("no attributes here: %s", strerror(errno));
	}
	buf_fill(&large, 'v', 3000);
	check_int_eq(fsetxattr(fd, "user.a", large.ptr, large.len, 0), 0, "set");
	check_int_eq(fsetxattr(fd, "user.c", "", 0, 0), 0, "set");
	check_int_eq(fsetxattr(fd, "system.posix_acl_access", acl, sizeof(acl), 0), 0,
	             "ACL");
	check_ok(os_xattrs_load(&x, fd, "f", &err), &err);
	check_size_eq(x.count, 4, "all");
	for (size_t i = 1; i < x.count; i++)
		check_true(span_cmp(x.list[i - 1].name, x.list[i].name) < 0, "ascending");
	check_true(span_eq(find_xattr(&x, "user.b")->value, SPAN_LIT("two\0parts")),
	           "with a NUL");
	check_true(span_eq(find_xattr(&x, "user.a")->value, buf_span(&large)), "large");
	check_size_eq(find_xattr(&x, "user.c")->value.len, 0, "empty");
	check_size_eq(find_xattr(&x, "system.posix_acl_access")->value.len, sizeof(acl),
	              "ACL");
	check_ok(os_open_handle(dir, "f", &handle, &err), &err);
	check_ok(os_xattrs_load(&x, handle, "f", &err), &err);
	check_size_eq(x.count, 4, "the same through a handle");
	os_close(&handle);
	os_close(&fd);
	os_xattrs_fini(&x);
	os_xattrs_fini(&x);
	buf_fini(&large);
}

Test(meta, attributes_of_links_and_fifos, .init = set_up, .fini = tear_down)
{
	struct os_xattrs x = { 0 };
	struct err err = ERR_INIT;
	struct buf path = BUF_INIT;
	int handle = -1;

	check_int_eq(symlinkat("nowhere", dir, "link"), 0, "link");
	check_int_eq(mkfifoat(dir, "fifo", 0600), 0, "FIFO");
	os_join(&path, buf_str(&top), "link");
	check_ok(os_open_handle(dir, "fifo", &handle, &err), &err);
	check_ok(os_xattrs_load(&x, handle, "fifo", &err), &err);
	check_size_eq(x.count, 0, "none on the FIFO");
	os_close(&handle);
	check_ok(os_open_handle(dir, "link", &handle, &err), &err);
	check_ok(os_xattrs_load(&x, handle, "link", &err), &err);
	check_size_eq(x.count, 0, "none on the link");
	if (lsetxattr(buf_str(&path), "trusted.t", "v", 1, 0) == 0) {
		check_ok(os_xattrs_load(&x, handle, "link", &err), &err);
		check_size_eq(x.count, 1, "the link's own");
	}
	os_close(&handle);
	buf_fini(&path);
	os_xattrs_fini(&x);
}

Test(meta, flags_are_those_that_can_be_set, .init = set_up, .fini = tear_down)
{
	int fd = make_file("f", "x");
	unsigned raw = 0;
	uint32_t flags = 1;
	uint32_t project = 1;

	os_flags_get(fd, &flags, &project);
	check_u64_eq(flags, 0, "a new file has none, whatever the file system keeps");
	check_u64_eq(project, 0, "no project");
	if (ioctl(fd, FS_IOC_GETFLAGS, &raw) == 0) {
		raw |= FS_NODUMP_FL;
		check_int_eq(ioctl(fd, FS_IOC_SETFLAGS, &raw), 0, "set");
		os_flags_get(fd, &flags, &project);
		check_u64_eq(flags, FS_NODUMP_FL, "no dump");
	}
	os_close(&fd);
	os_flags_get(-1, &flags, &project);
	check_u64_eq(flags, 0, "nothing to ask");
}

enum { DEEP = 60, NAME = 255 };

/* 15,300 bytes of names, far more than one call takes. */
Test(meta, names_of_255_bytes_and_paths_without_limit, .init = set_up, .fini = tear_down)
{
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;
	char name[NAME + 1];
	struct os_meta deep;
	struct os_meta seen;
	int at = dup(dir);
	int again = -1;

	for (int i = 0; i < NAME; i++)
		name[i] = (char)(i % 254 + 1 == '/' ? 'x' : i % 254 + 1);
	name[NAME] = '\0';
	buf_puts(&path, buf_str(&top));
	for (int i = 0; i < DEEP; i++) {
		int next = -1;

		check_int_eq(mkdirat(at, name, 0700), 0, "level %d", i);
		check_ok(os_open_folder(at, name, &next, &err), &err);
		os_close(&at);
		at = next;
		buf_printf(&path, "%s%s", i % 2 == 0 ? "/" : "//", name);
	}
	check_ok(os_meta_of(at, "deep", &deep, &err), &err);
	check_ok(os_open_folder_path(buf_str(&path), &again, &err), &err);
	check_ok(os_meta_of(again, "deep", &seen, &err), &err);
	check_u64_eq(seen.ino, deep.ino, "the same folder");
	os_close(&again);
	os_close(&at);
	buf_puts(&path, "/none");
	check_err(os_open_folder_path(buf_str(&path), &again, &err), ERR_NOT_FOUND,
	          "missing");
	check_int_eq(again, -1, "no descriptor");
	buf_clear(&path);
	buf_fill(&path, 'n', 5000);
	check_true(os_open_folder_path(buf_str(&path), &again, &err) != ERR_OK,
	           "a name that is too long ends, with an error");
	check_true(os_open_folder_path("", &again, &err) != ERR_OK, "no path");
	check_ok(os_open_folder_path("/", &again, &err), &err);
	os_close(&again);
	buf_fini(&path);
}

/* Without CAP_FOWNER O_NOATIME is refused for files of others. */
Test(meta, files_of_others_open_all_the_same, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	int fd = make_file("f", "x");

	if (geteuid() != 0) {
		os_close(&fd);
		cr_skip_test("needs root, to be somebody else");
	}
	check_int_eq(fchmod(fd, 0644), 0, "mode");
	check_int_eq(fchmod(dir, 0755), 0, "mode");
	os_close(&fd);
	check_int_eq(seteuid(65534), 0, "an ordinary user");
	check_ok(os_open_file(dir, "f", &fd, &err), &err);
	os_close(&fd);
	check_int_eq(seteuid(0), 0, "root again");
}

Test(meta, times_compare)
{
	const struct os_time early = { -2, 999999999 };
	const struct os_time middle = { -1, 0 };
	const struct os_time late = { -1, 1 };

	check_true(os_time_cmp(early, middle) < 0, "seconds");
	check_true(os_time_cmp(late, middle) > 0, "nanoseconds");
	check_int_eq(os_time_cmp(late, late), 0, "equal");
}
