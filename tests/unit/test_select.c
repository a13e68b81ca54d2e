// SPDX-License-Identifier: Apache-2.0
#include "snapshot/select.h"
#include "support/check.h"

TestSuite(select, .timeout = 30);

enum { COUNT = 5 };

static struct lb_snapshot snapshots[COUNT];
static struct lb_snapshot_ref refs[COUNT];
static const struct span tags_ab[] = { { "a", 1 }, { "b", 1 } };
static const struct span home[] = { { "/home", 5 }, { "/etc/", 5 } };

/* Ids: 00.., aabbcc11.., aabbcc12.., aabbcd.., ff..; times fall as ids rise. */
static void fill(void)
{
	static const unsigned char heads[COUNT][4] = { { 0 },
		                                       { 0xaa, 0xbb, 0xcc, 0x11 },
		                                       { 0xaa, 0xbb, 0xcc, 0x12 },
		                                       { 0xaa, 0xbb, 0xcd },
		                                       { 0xff } };

	for (size_t i = 0; i < COUNT; i++) {
		memset(&snapshots[i], 0, sizeof(snapshots[i]));
		memset(&refs[i].id, 0, sizeof(refs[i].id));
		memcpy(refs[i].id.b, heads[i], 4);
		refs[i].snapshot = &snapshots[i];
		snapshots[i].start_ns = (int64_t)(COUNT - i) * 1000000000;
		snapshots[i].host = i % 2 == 0 ? SPAN_LIT("even") : SPAN_LIT("odd");
		snapshots[i].tags = tags_ab;
		snapshots[i].tag_count = i < 3 ? i : 0;
		snapshots[i].paths = home;
		snapshots[i].path_count = i == 4 ? 2 : 1;
	}
	snapshots[0].partial = true;
}

Test(select, ids_are_named_by_their_first_digits)
{
	static const struct {
		const char *text;
		enum err_code rc;
		size_t index;
	} rows[] = {
		{ "0000", ERR_OK, 0 },
		{ "aabbcd", ERR_OK, 3 },
		{ "AABBCC12", ERR_OK, 2 },
		{ "ff000000000000000000000000000000", ERR_OK, 4 },
		{ "ff0000000000000000000000000000000", ERR_USAGE, 0 },
		{ "aabb", ERR_USAGE, 0 },
		{ "aabbcc1", ERR_USAGE, 0 },
		{ "aab", ERR_USAGE, 0 },
		{ "", ERR_USAGE, 0 },
		{ "zzzz", ERR_USAGE, 0 },
		{ "1234", ERR_NOT_FOUND, 0 },
		{ "latest", ERR_OK, 1 }, /* the newest is not complete */
		{ "LATEST", ERR_USAGE, 0 },
	};
	struct err err = ERR_INIT;

	fill();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t index = COUNT;

		check_int_eq(lb_select_one(refs, COUNT, span_str(rows[i].text), NULL,
		                           &index, &err),
		             rows[i].rc, "%s", rows[i].text);
		if (rows[i].rc == ERR_OK)
			check_size_eq(index, rows[i].index, "%s", rows[i].text);
	}
}

Test(select, an_ambiguous_prefix_lists_what_it_fits)
{
	struct err err = ERR_INIT;
	size_t index;

	fill();
	check_err(lb_select_one(refs, COUNT, SPAN_LIT("aabbcc"), NULL, &index, &err),
	          ERR_USAGE, "two");
	check_str_contains(err.msg, "aabbcc11", "the first");
	check_str_contains(err.msg, "aabbcc12", "the second");
	check_true(strstr(err.msg, "aabbcd") == NULL, "not the third");
}

Test(select, latest_is_the_newest_that_matches)
{
	const struct span hosts[] = { SPAN_LIT("odd") };
	struct lb_snapshot_filter filter = { .hosts = hosts, .host_count = 1 };
	struct err err = ERR_INIT;
	size_t index;

	fill();
	check_ok(lb_select_one(refs, COUNT, SPAN_LIT("latest"), &filter, &index, &err),
	         &err);
	check_size_eq(index, 1, "the newer of two");
	filter.has_before = true;
	filter.before_ns = snapshots[1].start_ns;
	check_ok(lb_select_one(refs, COUNT, SPAN_LIT("latest"), &filter, &index, &err),
	         &err);
	check_size_eq(index, 3, "the one before");
	filter.before_ns = 0;
	check_err(lb_select_one(refs, COUNT, SPAN_LIT("latest"), &filter, &index, &err),
	          ERR_NOT_FOUND, "none");
	check_err(lb_select_one(refs, 0, SPAN_LIT("latest"), NULL, &index, &err),
	          ERR_NOT_FOUND, "none at all");
}

/* Bit i = snapshot i matches. */
static unsigned matching(const struct lb_snapshot_filter *f)
{
	unsigned bits = 0;

	for (size_t i = 0; i < COUNT; i++)
		bits |= lb_snapshot_matches(&snapshots[i], f) ? 1u << i : 0;
	return bits;
}

Test(select, filters_agree_all_together)
{
	const struct span both[] = { SPAN_LIT("a,b") };
	const struct span either[] = { SPAN_LIT("b"), SPAN_LIT("a") };
	const struct span none[] = { SPAN_EMPTY };
	const struct span etc[] = { SPAN_LIT("/etc"), SPAN_LIT("/home/") };
	struct lb_snapshot_filter f = { 0 };

	fill();
	check_int_eq(matching(&f), 31, "all");
	f.tags = both;
	f.tag_count = 1;
	check_int_eq(matching(&f), 4, "both tags");
	f.tags = either;
	f.tag_count = 2;
	check_int_eq(matching(&f), 6, "one of them");
	f.tags = none;
	f.tag_count = 1;
	check_int_eq(matching(&f), 25, "no tag");
	f.paths = etc;
	f.path_count = 2;
	check_int_eq(matching(&f), 16, "and both paths");
	f.has_after = true;
	f.after_ns = snapshots[4].start_ns + 1;
	check_int_eq(matching(&f), 0, "and later");
}

Test(select, lists_are_sorted_by_time)
{
	const struct span hosts[] = { SPAN_LIT("even") };
	const struct lb_snapshot_filter f = { .hosts = hosts, .host_count = 1 };
	char shortest[LB_ID16_HEX];

	fill();
	lb_select_short(refs, COUNT, 1, shortest);
	check_str_eq(shortest, "aabbcc11", "8 digits will do");
	refs[0].id = refs[1].id;
	refs[0].id.b[15] = 1;
	lb_select_short(refs, COUNT, 1, shortest);
	check_size_eq(strlen(shortest), 32, "all digits are needed");
	check_size_eq(lb_select_filter(refs, COUNT, &f), 3, "kept");
	check_true(refs[0].snapshot == &snapshots[4] && refs[2].snapshot == &snapshots[0],
	           "oldest first");
}

Test(select, an_id_may_come_with_a_path)
{
	struct span id, path;

	lb_select_split(SPAN_LIT("latest:/a:b"), &id, &path);
	check_true(span_eq_str(id, "latest") && span_eq_str(path, "/a:b"), "both");
	lb_select_split(SPAN_LIT("abcd"), &id, &path);
	check_true(span_eq_str(id, "abcd") && path.len == 0, "no path");
}
