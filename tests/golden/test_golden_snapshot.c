// SPDX-License-Identifier: Apache-2.0
/* Our bytes against those of snapshot_vectors.py, which knows the format only. */
#include "snapshot/map_write.h"
#include "snapshot/node.h"
#include "snapshot/snapshot.h"
#include "support/check.h"
#include "support/chunks.h"

#include "golden/snapshot_vectors.inc"

#include <stdio.h>

TestSuite(golden_snapshot, .timeout = 30);

/* Says where the first difference is. */
static void check_bytes(struct span got, const unsigned char *want, size_t len,
                        const char *what)
{
	size_t i = 0;

	while (i < got.len && i < len && (unsigned char)got.ptr[i] == want[i])
		i++;
	check_true(i == got.len && i == len, "%s: %zu bytes of %zu, differs at %zu", what,
	           got.len, len, i);
}

static struct lb_id id_of(unsigned char byte)
{
	struct lb_id id;

	memset(id.b, byte, sizeof(id.b));
	return id;
}

static struct lb_entry entry_of(enum lb_entry_type type, const char *name, uint32_t perm,
                                int64_t seconds)
{
	struct lb_entry e = { .name = span_str(name), .type = type, .perm = perm };

	e.user = e.group = SPAN_LIT("root");
	e.mtime_s = seconds;
	return e;
}

static struct lb_entry data_entry(struct buf *content, struct buf *extents,
                                  struct buf *xattrs)
{
	const struct lb_extent parts[] = { { 4096, 8192 }, { 65536, 100 } };
	const struct lb_xattr x[] = { { SPAN_LIT("user.a"), SPAN_LIT("1") },
		                      { SPAN_LIT("user.b"), SPAN_EMPTY } };
	struct lb_entry e = entry_of(LB_ENTRY_FILE, "data", 04755, 1700000000);
	const struct lb_key id_key = chunks_key(5);

	for (unsigned char i = 0; i < 2; i++) {
		const struct lb_piece p = { id_of((unsigned char)(i + 1)),
			                    parts[i].length };

		lb_content_put(content, &p);
		lb_xattr_put(xattrs, &x[i]);
	}
	e.size = 1 << 20;
	e.sparse = lb_extents_put(extents, parts, 2, e.size);
	e.content = buf_span(content);
	e.extents = buf_span(extents);
	e.xattrs = buf_span(xattrs);
	e.uid = e.gid = 1000;
	e.user = SPAN_LIT("ann");
	e.group = SPAN_EMPTY;
	e.mtime_ns = 123456789;
	e.linked = true;
	lb_link_group(&id_key, SPAN_LIT("/srv/data"), e.link_group);
	e.flags = 0x10;
	e.project = 300;
	e.has_btime = true;
	e.btime_s = 1600000000;
	e.btime_ns = 5;
	return e;
}

/* The bytes of a chunk of the store. */
static void load(struct chunks *c, const struct lb_id *id, struct buf *out)
{
	struct err err = ERR_INIT;

	check_ok(chunks_get(id, LB_CHUNK_TREE, out, c, &err), &err);
}

Test(golden_snapshot, a_leaf)
{
	struct buf content = BUF_INIT, extents = BUF_INIT, xattrs = BUF_INIT;
	struct buf hole = BUF_INIT, got = BUF_INIT;
	const struct lb_key key = chunks_key(3);
	struct lb_entry e[7];
	struct lb_tree_writer *w;
	struct err err = ERR_INIT;
	struct lb_id root;
	struct chunks c;

	chunks_init(&c);
	e[0] = entry_of(LB_ENTRY_LINK, "bin", 0777, -1);
	e[0].mtime_ns = 1;
	e[0].target = SPAN_LIT("usr/bin");
	e[1] = data_entry(&content, &extents, &xattrs);
	e[2] = entry_of(LB_ENTRY_FILE, "empty", 0600, 0);
	e[2].uid = 7;
	e[2].user = SPAN_EMPTY;
	e[3] = entry_of(LB_ENTRY_FOLDER, "folder", 0755, 1);
	e[3].subtree = id_of(3);
	e[4] = entry_of(LB_ENTRY_FILE, "hole", 0600, 0);
	e[4].size = 5000;
	e[4].sparse = lb_extents_put(&hole, NULL, 0, 5000);
	e[4].extents = buf_span(&hole);
	e[5] = entry_of(LB_ENTRY_FILE, "large", 0644, 2);
	e[5].size = (uint64_t)1 << 40;
	e[5].mapped = e[5].damaged = true;
	e[5].map = id_of(4);
	e[6] = entry_of(LB_ENTRY_CHARACTER, "tty", 0620, 2);
	e[6].rdev_major = 4;
	e[6].rdev_minor = 64;
	check_ok(lb_tree_writer_new(&w, &key, chunks_put, &c, &err), &err);
	for (size_t i = 0; i < 7; i++)
		check_ok(lb_tree_writer_add(w, &e[i], &err), &err);
	check_ok(lb_tree_writer_finish(w, &root, &err), &err);
	load(&c, &root, &got);
	check_bytes(buf_span(&got), vector_leaf, sizeof(vector_leaf), "leaf");
	lb_tree_writer_free(w);
	buf_fini(&content);
	buf_fini(&extents);
	buf_fini(&xattrs);
	buf_fini(&hole);
	buf_fini(&got);
	chunks_fini(&c);
}

Test(golden_snapshot, an_inner_node)
{
	const struct lb_key key = chunks_key(3);
	struct lb_tree_writer *w;
	struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	struct lb_id root;
	struct chunks c;
	char name[32];

	chunks_init(&c);
	check_ok(lb_tree_writer_new(&w, &key, chunks_put, &c, &err), &err);
	for (unsigned i = 0; i < 3000; i++) {
		(void)snprintf(name, sizeof(name), "name-%08u", i);
		const struct lb_entry e = chunks_entry(LB_ENTRY_FILE, name);

		check_ok(lb_tree_writer_add(w, &e, &err), &err);
	}
	check_ok(lb_tree_writer_finish(w, &root, &err), &err);
	load(&c, &root, &got);
	check_bytes(buf_span(&got), vector_inner, sizeof(vector_inner), "inner node");
	lb_tree_writer_free(w);
	buf_fini(&got);
	chunks_fini(&c);
}

Test(golden_snapshot, a_map)
{
	struct lb_entry e = chunks_entry(LB_ENTRY_FILE, "f");
	struct lb_map_writer *w;
	struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	struct chunks c;

	chunks_init(&c);
	check_ok(lb_map_writer_new(&w, chunks_put, &c, &err), &err);
	for (unsigned char i = 0; i < 65; i++) {
		const struct lb_piece p = { id_of(i), 1000u + i };

		check_ok(lb_map_writer_add(w, &p, &err), &err);
	}
	check_ok(lb_map_writer_finish(w, &e, &err), &err);
	load(&c, &e.map, &got);
	check_bytes(buf_span(&got), vector_map, sizeof(vector_map), "map");
	lb_map_writer_free(w);
	buf_fini(&got);
	chunks_fini(&c);
}

Test(golden_snapshot, a_snapshot)
{
	const struct span paths[] = { SPAN_LIT("/home"), SPAN_LIT("/etc") };
	const struct span tags[] = { SPAN_LIT("daily"), SPAN_LIT("db") };
	const struct span excludes[] = { SPAN_LIT("*.o") };
	struct lb_id16 replaces[2];
	struct lb_snapshot s = { .root = id_of(9) };
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	memset(replaces[0].b, 8, LB_ID16);
	memset(replaces[1].b, 9, LB_ID16);
	memset(s.parent.b, 7, LB_ID16);
	s.start_ns = 1700000000123456789;
	s.end_ns = 1700000001000000000;
	s.host = SPAN_LIT("host");
	s.user = SPAN_LIT("ann");
	s.paths = paths;
	s.path_count = 2;
	s.tags = tags;
	s.tag_count = 2;
	s.description = SPAN_LIT("Größe");
	s.has_parent = s.pinned = s.partial = true;
	s.program = SPAN_LIT("lifeboat 0.1.0");
	s.figures = (struct lb_snapshot_figures){ 1, 200, 3, 40000, 5, 6, 7, 0 };
	s.excludes = excludes;
	s.exclude_count = 1;
	s.has_original = true;
	memset(s.original.b, 6, LB_ID16);
	s.replaces = replaces;
	s.replace_count = 2;
	check_ok(lb_snapshot_encode(&s, &out, &err), &err);
	check_bytes(buf_span(&out), vector_snapshot, sizeof(vector_snapshot), "snapshot");
	buf_fini(&out);
}
