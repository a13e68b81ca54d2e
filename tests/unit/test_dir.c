/* SPDX-License-Identifier: Apache-2.0 */
#include "os/dir.h"

#include "support/check.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(dir, .timeout = 30);

static struct buf top = BUF_INIT;
static struct os_dir here = { -1 };
static struct err err;

static void set_up(void)
{
	check_ok(os_mkdtemp(NULL, "dir-", &top, &err), &err);
	check_ok(os_dir_open(&here, NULL, buf_str(&top), &err), &err);
}

static void tear_down(void)
{
	os_dir_close(&here);
	check_ok(os_remove_tree(buf_str(&top), &err), &err);
	buf_fini(&top);
}

static void put(const char *name, const char *text)
{
	const struct span part = span_str(text);

	check_ok(os_dir_write_new(&here, name, &part, 1, 0600, &err), &err);
}

static enum os_type type_of(const char *name)
{
	struct os_stat st;

	return os_dir_stat(&here, name, &st, NULL) == ERR_OK ? st.type : OS_NONE;
}

Test(dir, a_new_file_has_all_its_pieces, .init = set_up, .fini = tear_down)
{
	enum { PARTS = 150 };
	struct span parts[PARTS];
	struct buf got = BUF_INIT;
	struct buf want = BUF_INIT;

	for (size_t i = 0; i < PARTS; i++) {
		parts[i] = i % 3 == 0 ? SPAN_EMPTY : span_of("0123456789", i % 10);
		buf_put(&want, parts[i]);
	}
	check_ok(os_dir_write_new(&here, "f", parts, PARTS, 0600, &err), &err);
	check_ok(os_dir_read(&here, "f", 10000, &got, NULL, &err), &err);
	check_true(span_eq(buf_span(&got), buf_span(&want)), "all pieces in order");
	check_err(os_dir_write_new(&here, "f", parts, 1, 0600, &err), ERR_EXISTS,
	          "again");
	buf_fini(&got);
	buf_fini(&want);
}

static size_t seen; /* of a file, when it was asked whether to go on */

static bool stop_there(struct span head)
{
	seen = head.len;
	return false;
}

static bool go_on(struct span head)
{
	seen = head.len;
	return true;
}

Test(dir, a_file_is_read_as_long_as_it_is_wanted, .init = set_up, .fini = tear_down)
{
	static char content[3 * OS_READ_HEAD];
	static const size_t sizes[] = { 5, OS_READ_HEAD - 1, OS_READ_HEAD,
		                        OS_READ_HEAD + 1, sizeof(content) };
	struct buf got = BUF_INIT;
	struct os_stat st;

	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (char)(i * 2654435761U >> 13);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		const struct span all = span_of(content, sizes[i]);
		size_t head = sizes[i] < OS_READ_HEAD ? sizes[i] : OS_READ_HEAD;

		seen = 0;
		check_ok(os_dir_write_new(&here, "f", &all, 1, 0600, &err), &err);
		check_ok(os_dir_read_on(&here, "f", sizes[i], go_on, &got, &st, &err),
		         &err);
		check_true(span_eq(buf_span(&got), all), "all %zu bytes", sizes[i]);
		check_true(seen == 0 || seen == head, "asked at %zu", seen);
		check_ok(
			os_dir_read_on(&here, "f", sizes[i], stop_there, &got, &st, &err),
			&err);
		check_true(span_eq(buf_span(&got), span_sub(all, 0, head)),
		           "the first of %zu bytes", sizes[i]);
		check_size_eq((size_t)st.size, sizes[i], "how many there are");
		check_ok(os_dir_unlink(&here, "f", &err), &err);
	}
	buf_fini(&got);
}

Test(dir, a_large_file_has_all_its_bytes, .init = set_up, .fini = tear_down)
{
	enum { UNIT = 1 << 20, MOST = 3 * UNIT };
	static const size_t sizes[] = { UNIT - 1, UNIT, UNIT + 1, 2 * UNIT + 4095, MOST };
	static char content[MOST];
	struct buf got = BUF_INIT;

	for (size_t i = 0; i < MOST; i++)
		content[i] = (char)(i * 2654435761U >> 13);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		const struct span all = span_of(content, sizes[i]);
		const struct span parts[] = { span_sub(all, 0, 7), span_from(all, 7) };

		check_ok(os_dir_write_new(&here, "f", parts, 2, 0600, &err), &err);
		check_ok(os_dir_read(&here, "f", MOST, &got, NULL, &err), &err);
		check_true(span_eq(buf_span(&got), all), "all %zu bytes", sizes[i]);
		check_ok(os_dir_unlink(&here, "f", &err), &err);
	}
	buf_fini(&got);
}

Test(dir, one_at_a_time_holds_a_folder, .init = set_up, .fini = tear_down)
{
	struct os_dir first;
	struct os_dir second;

	check_ok(os_dir_mkdir(&here, "d", 0700, &err), &err);
	check_ok(os_dir_open(&first, &here, "d", &err), &err);
	check_ok(os_dir_open(&second, &here, "d", &err), &err);
	check_ok(os_dir_lock(&first, &err), &err);
	check_ok(os_dir_lock(&first, &err), &err);
	check_err(os_dir_lock(&second, &err), ERR_LOCKED, "the first has it");
	os_dir_close(&first);
	check_ok(os_dir_lock(&second, &err), &err);
	os_dir_close(&second);
}

Test(dir, a_new_file_never_goes_through_a_link, .init = set_up, .fini = tear_down)
{
	check_int_eq(symlinkat("target", here.fd, "link"), 0, "link");
	check_err(os_dir_write_new(&here, "link", NULL, 0, 0600, &err), ERR_EXISTS,
	          "a link is there");
	check_int_eq(type_of("target"), OS_NONE, "nothing was made behind it");
}

Test(dir, names_are_linked_and_renamed, .init = set_up, .fini = tear_down)
{
	struct os_dir inner;

	put("a", "1");
	put("b", "2");
	check_err(os_dir_link(&here, "a", &here, "b", &err), ERR_EXISTS, "taken");
	check_err(os_dir_link(&here, "none", &here, "c", &err), ERR_NOT_FOUND, "missing");
	check_ok(os_dir_mkdir(&here, "d", 0700, &err), &err);
	check_err(os_dir_mkdir(&here, "d", 0700, &err), ERR_EXISTS, "taken");
	check_ok(os_dir_open(&inner, &here, "d", &err), &err);
	check_ok(os_dir_link(&here, "a", &inner, "a", &err), &err);
	check_ok(os_dir_sync(&inner, &err), &err);
	os_dir_close(&inner);
	check_ok(os_dir_rename(&here, "a", &here, "b", &err), &err);
	check_int_eq(type_of("a"), OS_NONE, "renamed");
	check_err(os_dir_rmdir(&here, "d", &err), ERR_IO, "not empty");
	check_ok(os_dir_mkdir(&here, "e", 0700, &err), &err);
	check_err(os_dir_rename(&here, "e", &here, "d", &err), ERR_EXISTS,
	          "onto a folder that is not empty");
	check_ok(os_dir_rename(&here, "d", &here, "e", &err), &err);
	check_err(os_dir_unlink(&here, "d", &err), ERR_NOT_FOUND, "gone");
	check_ok(os_dir_unlink(&here, "b", &err), &err);
}

Test(dir, ranges_end_with_the_file, .init = set_up, .fini = tear_down)
{
	static const struct {
		uint64_t offset;
		size_t len;
		size_t got;
	} cases[] = {
		{ 0, 5, 5 },
		{ 3, 5, 2 },
		{ 5, 1, 0 },
		{ 0, 0, 0 },
		{ UINT64_MAX, 5, 0 },
		{ INT64_MAX, 1, 0 },
		{ (uint64_t)INT64_MAX - 3, 5, 0 },
	};
	struct os_file f = { -1 };
	char out[8];
	size_t got;

	put("f", "12345");
	check_ok(os_file_open(&f, &here, "f", &err), &err);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		check_ok(os_file_read_at(&f, cases[i].offset, cases[i].len, out, &got,
		                         &err),
		         &err);
		check_size_eq(got, cases[i].got, "case %zu", i);
		check_mem_eq(out, &"12345"[got > 0 ? cases[i].offset : 0], got,
		             "case %zu", i);
	}
	os_file_close(&f);
	os_file_close(&f);
}

Test(dir, only_regular_files_are_opened, .init = set_up, .fini = tear_down)
{
	struct os_file f = { -1 };

	put("f", "");
	check_int_eq(mkfifoat(here.fd, "fifo", 0600), 0, "fifo");
	check_int_eq(symlinkat("f", here.fd, "link"), 0, "link");
	check_ok(os_dir_mkdir(&here, "d", 0700, &err), &err);
	check_err(os_file_open(&f, &here, "fifo", &err), ERR_UNSUPPORTED, "fifo");
	check_err(os_file_open(&f, &here, "link", &err), ERR_UNSUPPORTED, "link");
	check_err(os_file_open(&f, &here, "d", &err), ERR_UNSUPPORTED, "folder");
	check_err(os_file_open(&f, &here, "none", &err), ERR_NOT_FOUND, "missing");
	check_int_eq(f.fd, -1, "nothing was opened");
}
