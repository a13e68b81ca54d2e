// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/wire.h"
#include "snapshot/snapshot.h"
#include "support/check.h"

TestSuite(snapshot, .timeout = 30);

static const struct span paths[] = { { "/home", 5 }, { "/etc", 4 } };
static const struct span tags[] = { { "daily", 5 }, { "db", 2 } };

static struct lb_snapshot sample(void)
{
	struct lb_snapshot s = { .start_ns = -5, .end_ns = 7 };

	s.root.b[31] = 1;
	s.host = SPAN_LIT("host");
	s.paths = paths;
	s.path_count = 2;
	s.tags = tags;
	s.tag_count = 2;
	s.description = SPAN_LIT("text");
	s.has_parent = true;
	s.figures.errors = UINT64_MAX;
	s.pinned = true;
	s.has_original = true;
	s.original.b[15] = 3;
	return s;
}

Test(snapshot, fields_come_back)
{
	const struct lb_snapshot s = sample();
	struct arena arena = ARENA_INIT;
	struct buf once = BUF_INIT, again = BUF_INIT;
	struct err err = ERR_INIT;
	struct lb_snapshot got;

	check_ok(lb_snapshot_encode(&s, &once, &err), &err);
	check_ok(lb_snapshot_decode(buf_span(&once), &arena, &got, &err), &err);
	check_true(span_eq_str(got.host, "host") && got.path_count == 2 &&
	                   span_eq_str(got.paths[1], "/etc"),
	           "texts");
	check_true(lb_snapshot_has_tag(&got, tags[1]) &&
	                   !lb_snapshot_has_tag(&got, paths[0]),
	           "tags");
	check_true(got.pinned && !got.partial && got.has_parent, "flags");
	check_true(got.has_original && got.original.b[15] == 3, "original");
	check_int_eq(got.start_ns, -5, "time");
	check_u64_eq(got.figures.errors, UINT64_MAX, "figures");
	check_ok(lb_snapshot_encode(&got, &again, &err), &err);
	check_true(span_eq(buf_span(&once), buf_span(&again)), "the same bytes");
	for (size_t i = 0; i < once.len; i++)
		check_true(lb_snapshot_decode(span_of(once.ptr, i), &arena, &got, &err) !=
		                   ERR_OK,
		           "cut at %zu", i);
	for (size_t i = 0; i < once.len * 8; i++) {
		once.ptr[i / 8] = (char)(once.ptr[i / 8] ^ (1 << i % 8));
		check_true(lb_snapshot_decode(buf_span(&once), &arena, &got, &err) !=
		                   ERR_NOMEM,
		           "flip %zu", i);
		once.ptr[i / 8] = (char)(once.ptr[i / 8] ^ (1 << i % 8));
	}
	buf_fini(&once);
	buf_fini(&again);
	arena_fini(&arena);
}

Test(snapshot, malformed_fields_are_refused)
{
	struct arena arena = ARENA_INIT;
	struct lb_snapshot s = sample();
	struct span unordered[] = { tags[1], tags[0] };
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	struct lb_snapshot got;

	check_err(lb_snapshot_decode(SPAN_EMPTY, &arena, &got, &err), ERR_CORRUPT,
	          "no root");
	wire_put_field(&b, 128, span_of((const char *)s.root.b, LB_ID));
	check_ok(lb_snapshot_decode(buf_span(&b), &arena, &got, &err), &err);
	wire_put_field(&b, 200, SPAN_LIT("x"));
	check_err(lb_snapshot_decode(buf_span(&b), &arena, &got, &err), ERR_UNSUPPORTED,
	          "a field of later");
	buf_clear(&b);
	wire_put_field(&b, 6, SPAN_LIT("\1b\1a"));
	wire_put_field(&b, 128, span_of((const char *)s.root.b, LB_ID));
	check_err(lb_snapshot_decode(buf_span(&b), &arena, &got, &err), ERR_CORRUPT,
	          "tags out of order");
	s.tags = unordered;
	check_err(lb_snapshot_encode(&s, &b, &err), ERR_USAGE, "the same");
	s.tag_count = 0;
	buf_clear(&b);
	buf_fill(&b, 'x', LB_SNAPSHOT_MAX);
	s.description = buf_span(&b);
	struct buf large = BUF_INIT;

	check_err(lb_snapshot_encode(&s, &large, &err), ERR_LIMIT, "too large");
	buf_fini(&large);
	buf_fini(&b);
	arena_fini(&arena);
}

Test(snapshot, tags_are_sorted_and_checked)
{
	struct span list[] = { SPAN_LIT("b"), SPAN_EMPTY, SPAN_LIT("a"), SPAN_LIT("b") };

	check_size_eq(lb_tags_sort(list, 4), 2, "kept");
	check_true(span_eq_str(list[0], "a") && span_eq_str(list[1], "b"), "in order");
	check_size_eq(lb_tags_sort(NULL, 0), 0, "none");
	check_null(lb_tag_fault(SPAN_LIT("Größe 1")), "any text");
	check_str_contains(lb_tag_fault(SPAN_LIT("a,b")), "comma", "a list");
	check_str_contains(lb_tag_fault(SPAN_LIT("a\nb")), "control", "two lines");
	check_str_contains(lb_tag_fault(SPAN_EMPTY), "empty", "empty");
}

Test(snapshot, edits_replace_what_they_name)
{
	static const struct {
		bool tags;
		size_t tag_count;
		bool description;
		const char *text;
		bool pinned;
		bool pin;
	} rows[] = {
		{ true, 2, false, "", false, false },
		{ true, 0, true, "", true, false },
		{ false, 0, true, "new", true, true },
		{ true, 1, true, "x", false, false },
		{ false, 0, false, "", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena arena = ARENA_INIT;
		struct lb_snapshot s = sample();
		struct lb_snapshot_edit e = { 0 };
		struct lb_snapshot_edit got;
		struct buf b = BUF_INIT;
		struct err err = ERR_INIT;

		e.set_tags = rows[i].tags;
		e.tags = tags;
		e.tag_count = rows[i].tag_count;
		e.set_description = rows[i].description;
		e.description = span_str(rows[i].text);
		e.set_pinned = rows[i].pinned;
		e.pinned = rows[i].pin;
		check_ok(lb_snapshot_edit_encode(&e, &b, &err), &err);
		check_ok(lb_snapshot_edit_decode(buf_span(&b), &arena, &got, &err), &err);
		lb_snapshot_apply(&s, &got);
		check_size_eq(s.tag_count, rows[i].tags ? rows[i].tag_count : 2,
		              "tags of row %zu", i);
		check_true(span_eq_str(s.description,
		                       rows[i].description ? rows[i].text : "text"),
		           "description of row %zu", i);
		check_true(s.pinned == (rows[i].pinned ? rows[i].pin : true),
		           "pin of row %zu", i);
		buf_fini(&b);
		arena_fini(&arena);
	}
}

Test(snapshot, running_out_of_memory_is_an_error)
{
	const struct lb_snapshot s = sample();
	struct buf b = BUF_INIT;
	struct err err = ERR_INIT;
	bool passed = false;

	check_ok(lb_snapshot_encode(&s, &b, &err), &err);
	for (uint64_t n = 1; !passed; n++) {
		struct arena arena = ARENA_INIT;
		struct buf again = BUF_INIT;
		struct lb_snapshot got;
		enum err_code rc;

		mem_fail_after(n);
		rc = lb_snapshot_decode(buf_span(&b), &arena, &got, &err);
		if (rc == ERR_OK)
			rc = lb_snapshot_encode(&got, &again, &err);
		mem_fail_after(0);
		passed = rc == ERR_OK;
		check_true(passed || rc == ERR_NOMEM, "allocation %u", (unsigned)n);
		buf_fini(&again);
		arena_fini(&arena);
	}
	buf_fini(&b);
}
