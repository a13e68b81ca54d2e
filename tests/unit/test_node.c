// SPDX-License-Identifier: Apache-2.0
#include "snapshot/node.h"
#include "support/check.h"
#include "support/chunks.h"

#include <stdio.h>

TestSuite(node, .timeout = 30);

static unsigned char long_name[LB_ENTRY_NAME_MAX + 1];

/* A file with everything that an entry can have. */
static struct lb_entry full_entry(struct buf *content, struct buf *extents,
                                  struct buf *xattrs)
{
	struct lb_entry e = chunks_entry(LB_ENTRY_FILE, "full");
	const struct lb_extent parts[] = { { 4096, 8192 }, { 65536, 100 } };
	const struct lb_piece pieces[] = { { { { 1 } }, 8192 }, { { { 2 } }, 100 } };
	const struct lb_xattr x[] = { { SPAN_LIT("user.a"), SPAN_LIT("1") },
		                      { SPAN_LIT("user.b"), SPAN_EMPTY } };

	e.size = 1 << 20;
	for (size_t i = 0; i < 2; i++) {
		lb_content_put(content, &pieces[i]);
		lb_xattr_put(xattrs, &x[i]);
	}
	e.sparse = lb_extents_put(extents, parts, 2, e.size);
	e.content = buf_span(content);
	e.extents = buf_span(extents);
	e.xattrs = buf_span(xattrs);
	e.uid = UINT32_MAX;
	e.gid = 100;
	e.user = SPAN_LIT("nobody");
	e.mtime_s = INT64_MIN;
	e.mtime_ns = 999999999;
	e.linked = true;
	memcpy(e.link_group, "12345678", LB_LINK_GROUP);
	e.flags = 0x80010;
	e.project = UINT32_MAX;
	e.has_btime = true;
	e.btime_s = -1;
	e.damaged = true;
	return e;
}

/* A leaf of the entries, users in a table. */
static void leaf_of(struct buf *out, const struct lb_entry *entries, size_t count)
{
	struct buf users = BUF_INIT;
	struct buf rows = BUF_INIT;
	struct buf scratch = BUF_INIT;
	struct err err = ERR_INIT;
	size_t known = 0;

	for (size_t i = 0; i < count; i++) {
		const struct lb_owner o = { entries[i].uid, entries[i].user };

		check_ok(lb_entry_encode(&rows, &entries[i], &scratch, &err), &err);
		if (o.name.len == 0)
			continue;
		lb_owner_put(&users, &o);
		known++;
	}
	lb_leaf_put(out, (struct lb_rows){ buf_span(&users), known },
	            (struct lb_rows){ SPAN_EMPTY, 0 },
	            (struct lb_rows){ buf_span(&rows), count });
	buf_fini(&users);
	buf_fini(&rows);
	buf_fini(&scratch);
}

static enum err_code read_all(struct span bytes, size_t *count, struct err *err)
{
	struct lb_entry e;
	struct lb_child c;
	struct lb_node n;
	enum err_code rc = lb_node_open(&n, bytes, err);
	bool more = true;

	*count = 0;
	while (rc == ERR_OK) {
		rc = n.level == 0 ? lb_node_entry(&n, &e, &more, err)
		                  : lb_node_child(&n, &c, &more, err);
		if (rc != ERR_OK || !more)
			break;
		++*count;
	}
	return rc;
}

Test(node, every_field_comes_back)
{
	struct buf content = BUF_INIT, extents = BUF_INIT, xattrs = BUF_INIT;
	struct lb_entry entries[8];
	struct buf leaf = BUF_INIT;
	struct err err = ERR_INIT;
	struct lb_entry got;
	struct lb_node n;
	bool more;

	entries[0] = chunks_entry(LB_ENTRY_LINK, "a");
	entries[1] = chunks_entry(LB_ENTRY_BLOCK, "b");
	entries[1].rdev_major = 8;
	entries[2] = chunks_entry(LB_ENTRY_CHARACTER, "c");
	entries[3] = chunks_entry(LB_ENTRY_FOLDER, "d");
	entries[3].damaged = true;
	entries[4] = full_entry(&content, &extents, &xattrs);
	entries[5] = chunks_entry(LB_ENTRY_FIFO, "g");
	entries[6] = chunks_entry(LB_ENTRY_SOCKET, "h");
	entries[7] = chunks_entry(LB_ENTRY_FILE, "\xff\n");
	leaf_of(&leaf, entries, 8);
	check_ok(lb_node_open(&n, buf_span(&leaf), &err), &err);
	check_size_eq(n.count, 8, "entries");
	for (size_t i = 0; i < 8; i++) {
		check_ok(lb_node_entry(&n, &got, &more, &err), &err);
		check_true(more && lb_entry_eq(&got, &entries[i]), "entry %zu", i);
	}
	check_ok(lb_node_entry(&n, &got, &more, &err), &err);
	check_true(!more, "the end");
	buf_fini(&leaf);
	buf_fini(&content);
	buf_fini(&extents);
	buf_fini(&xattrs);
}

Test(node, every_cut_and_many_flips_are_refused_or_read)
{
	struct buf content = BUF_INIT, extents = BUF_INIT, xattrs = BUF_INIT;
	struct lb_entry entries[2];
	struct buf leaf = BUF_INIT;
	struct err err = ERR_INIT;
	size_t count;

	entries[0] = full_entry(&content, &extents, &xattrs);
	entries[1] = chunks_entry(LB_ENTRY_LINK, "z");
	leaf_of(&leaf, entries, 2);
	check_ok(read_all(buf_span(&leaf), &count, &err), &err);
	for (size_t i = 0; i < leaf.len; i++)
		check_true(read_all(span_of(leaf.ptr, i), &count, NULL) != ERR_OK,
		           "cut at %zu", i);
	for (size_t i = 0; i < leaf.len * 8; i++) {
		leaf.ptr[i / 8] = (char)(leaf.ptr[i / 8] ^ (1 << i % 8));
		(void)read_all(buf_span(&leaf), &count, NULL);
		leaf.ptr[i / 8] = (char)(leaf.ptr[i / 8] ^ (1 << i % 8));
	}
	buf_putc(&leaf, 0);
	check_err(read_all(buf_span(&leaf), &count, &err), ERR_CORRUPT, "bytes after");
	buf_fini(&leaf);
	buf_fini(&content);
	buf_fini(&extents);
	buf_fini(&xattrs);
}

/* One entry, spoilt in one way each. */
static struct lb_entry spoilt(size_t way, const char **expected)
{
	struct lb_entry file = chunks_entry(LB_ENTRY_FILE, "f");
	struct lb_entry link = chunks_entry(LB_ENTRY_LINK, "l");
	struct lb_entry folder = chunks_entry(LB_ENTRY_FOLDER, "d");
	static const char *const names[] = { "", ".", "..", "a/b" };
	static const char *const texts[] = { "empty", ". or ..", ". or ..", "slash" };

	if (way < 4) {
		file.name = span_str(names[way]);
		*expected = texts[way];
		return file;
	}
	switch (way) {
	case 4:
		file.name = SPAN_LIT("a\0b");
		*expected = "NUL";
		return file;
	case 5:
		memset(long_name, 'a', sizeof(long_name));
		file.name = span_of((char *)long_name, sizeof(long_name));
		*expected = "longer";
		return file;
	case 6:
		file.perm = 010000;
		*expected = "permissions";
		return file;
	case 7:
		file.mtime_ns = 1000000000;
		*expected = "nanoseconds";
		return file;
	case 8:
		file.size = 1;
		*expected = "not as long";
		return file;
	case 9:
		file.type = (enum lb_entry_type)8;
		*expected = "type";
		return file;
	case 10:
		link.target = SPAN_EMPTY;
		*expected = "target";
		return link;
	case 11:
		folder.size = 4096;
		*expected = "no file";
		return folder;
	case 12:
		file.mapped = true;
		*expected = "a map without data";
		return file;
	case 13:
		file.xattrs = SPAN_LIT("\1b\0\1a\0");
		*expected = "out of order";
		return file;
	case 14:
		file.sparse = true;
		*expected = "extents";
		return file;
	case 15:
		file.rdev_major = 1;
		*expected = "device";
		return file;
	case 16:
		folder.linked = true;
		*expected = "several names";
		return folder;
	default:
		file.extents = SPAN_LIT("\1\1");
		*expected = "without holes";
		return file;
	}
}

Test(node, what_may_not_stand_in_a_tree_is_named)
{
	struct buf out = BUF_INIT, scratch = BUF_INIT;
	struct err err = ERR_INIT;
	const char *expected;

	for (size_t way = 0; way < 18; way++) {
		const struct lb_entry e = spoilt(way, &expected);

		check_err(lb_entry_encode(&out, &e, &scratch, &err), ERR_USAGE, "way %zu",
		          way);
		check_str_contains(err.msg, expected, "way %zu", way);
	}
	check_size_eq(out.len, 0, "nothing was written");
	buf_fini(&out);
	buf_fini(&scratch);
}

Test(node, extents_say_where_data_is)
{
	static const struct {
		struct lb_extent parts[2];
		size_t count;
		uint64_t size;
		bool sparse;
		uint64_t data;
	} rows[] = {
		{ { { 0, 10 } }, 1, 10, false, 10 },
		{ { { 0, 0 } }, 0, 0, false, 0 },
		{ { { 0, 0 } }, 0, 1000, true, 0 },
		{ { { 0, 10 } }, 1, 11, true, 10 },
		{ { { 1, 10 } }, 1, 11, true, 10 },
		{ { { 0, 5 }, { 6, 5 } }, 2, 11, true, 10 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lb_entry e = chunks_entry(LB_ENTRY_FILE, "f");
		const struct lb_piece piece = { { { 9 } }, rows[i].data };
		struct lb_extent_cursor c;
		struct buf extents = BUF_INIT, content = BUF_INIT;
		struct lb_extent got;
		size_t n = 0;

		e.size = rows[i].size;
		e.sparse = lb_extents_put(&extents, rows[i].parts, rows[i].count, e.size);
		e.extents = buf_span(&extents);
		if (rows[i].data > 0)
			lb_content_put(&content, &piece);
		e.content = buf_span(&content);
		check_true(e.sparse == rows[i].sparse, "row %zu is sparse", i);
		check_null(lb_entry_fault(&e), "row %zu", i);
		check_u64_eq(lb_entry_data(&e), rows[i].data, "row %zu", i);
		lb_extent_init(&c, e.extents);
		for (; lb_extent_next(&c, &got); n++)
			check_true(got.offset == rows[i].parts[n].offset &&
			                   got.length == rows[i].parts[n].length,
			           "row %zu part %zu", i, n);
		check_true(wire_end(&c.w), "row %zu", i);
		if (e.sparse)
			check_size_eq(n, rows[i].count, "row %zu", i);
		buf_fini(&extents);
		buf_fini(&content);
	}
}

/* Bytes of an entry whose fields are these, of a file "f". */
static enum err_code decode_fields(enum lb_entry_type type, struct span fields,
                                   struct err *err)
{
	struct buf b = BUF_INIT;
	struct lb_entry e;
	enum err_code rc;

	buf_put(&b, SPAN_LIT("\1f"));
	wire_put_u8(&b, (uint8_t)type);
	buf_put(&b, SPAN_LIT("\0\0\0\0\0"));
	buf_put(&b, fields);
	rc = lb_entry_decode(buf_span(&b), &e, err);
	buf_fini(&b);
	return rc;
}

Test(node, fields_must_be_known_needed_and_not_default)
{
	static const struct {
		enum lb_entry_type type;
		struct span fields;
		enum err_code rc;
	} rows[] = {
		{ LB_ENTRY_FILE, { "", 0 }, ERR_OK },
		{ LB_ENTRY_FILE, { "\x7f\1x", 3 }, ERR_OK }, /* unknown, ignored */
		{ LB_ENTRY_FILE, { "\x87\1x", 3 }, ERR_UNSUPPORTED },
		{ LB_ENTRY_FILE, { "\x80\1\0", 3 }, ERR_CORRUPT },     /* size 0 */
		{ LB_ENTRY_FILE, { "\x80\2\x80\0", 4 }, ERR_CORRUPT }, /* long varint */
		{ LB_ENTRY_FILE, { "\6\1\2", 3 }, ERR_CORRUPT },
		{ LB_ENTRY_FILE, { "\6\1\1\6\1\1", 6 }, ERR_CORRUPT }, /* twice */
		{ LB_ENTRY_FOLDER, { "", 0 }, ERR_CORRUPT },
		{ LB_ENTRY_LINK, { "", 0 }, ERR_CORRUPT },
		{ LB_ENTRY_BLOCK, { "", 0 }, ERR_CORRUPT },
		{ LB_ENTRY_BLOCK, { "\x85\2\1\2", 4 }, ERR_OK },
		{ LB_ENTRY_FIFO, { "\x85\2\1\2", 4 }, ERR_CORRUPT },
		{ LB_ENTRY_FIFO, { "", 0 }, ERR_OK },
	};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const enum err_code rc =
			decode_fields(rows[i].type, rows[i].fields, &err);

		check_int_eq(rc, rows[i].rc, "row %zu: %s", i, err.msg);
	}
}

Test(node, owners_are_found_in_tables_of_any_size)
{
	static const size_t counts[] = { 1, 2, 127, 128, 129, 1000, 5000 };

	for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
		struct buf users = BUF_INIT, rows = BUF_INIT, leaf = BUF_INIT;
		struct buf scratch = BUF_INIT;
		struct err err = ERR_INIT;
		struct lb_entry e;
		struct lb_node n;
		char name[32];
		bool more;

		for (size_t i = 0; i < counts[k]; i++) {

			(void)snprintf(name, sizeof(name), "%06zu", i);
			lb_owner_put(&users, &(struct lb_owner){ (uint32_t)(3 * i),
			                                         span_str(name) });
			e = chunks_entry(LB_ENTRY_FILE, name);
			e.uid = (uint32_t)(3 * (counts[k] - 1 - i));
			e.gid = e.uid;
			check_ok(lb_entry_encode(&rows, &e, &scratch, &err), &err);
		}
		lb_leaf_put(&leaf, (struct lb_rows){ buf_span(&users), counts[k] },
		            (struct lb_rows){ SPAN_EMPTY, 0 },
		            (struct lb_rows){ buf_span(&rows), counts[k] });
		check_ok(lb_node_open(&n, buf_span(&leaf), &err), &err);
		for (size_t i = 0; i < counts[k]; i++) {
			check_ok(lb_node_entry(&n, &e, &more, &err), &err);
			(void)snprintf(name, sizeof(name), "%06zu", counts[k] - 1 - i);
			check_true(span_eq_str(e.user, name), "%zu of %zu", i, counts[k]);
			check_size_eq(e.group.len, 0, "no such group");
		}
		buf_fini(&users);
		buf_fini(&rows);
		buf_fini(&leaf);
		buf_fini(&scratch);
	}
}

Test(node, heads_that_claim_too_much_are_refused)
{
	static const struct span rows[] = {
		{ "", 0 },
		{ "\1\0\0\0\0", 5 },                  /* form */
		{ "\0\x11\1", 3 },                    /* level */
		{ "\0\0\0\0\x7f", 5 },                /* entries that cannot be there */
		{ "\0\0\xff\xff\xff\xff\xf\0\0", 9 }, /* owners */
		{ "\0\0\1\5\0\0\0", 7 },              /* an owner without a name */
		{ "\0\1\0", 3 },                      /* an inner node without children */
		{ "\0\0\2\1\1a\1\1b\0\0", 11 },       /* owners out of order */
	};
	size_t count;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_true(read_all(rows[i], &count, NULL) != ERR_OK, "row %zu", i);
	check_ok(read_all(span_of("\0\0\0\0\0", 5), &count, NULL), &(struct err){ 0 });
	check_size_eq(count, 0, "an empty folder");
}
