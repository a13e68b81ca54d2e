// SPDX-License-Identifier: Apache-2.0
#include "os/fs.h"
#include "scanners/version/version.h"
#include "support/check.h"

TestSuite(version_order, .timeout = 20);

static const char *const names[SCAN_ORDERS] = {
	"none", "semver", "pep440", "maven", "debian", "gem", "nuget", "packagist",
};

static enum scan_order order_of(struct span name)
{
	for (int i = 0; i < SCAN_ORDERS; i++)
		if (span_eq_str(name, names[i]))
			return (enum scan_order)i;
	check_fail("no order %.*s", (int)name.len, name.ptr);
	return SCAN_ORDER_NONE;
}

/* "-1", "0", "1", or "!" where one of both is malformed. */
static const char *compare(enum scan_order order, struct span a, struct span b)
{
	struct buf x = BUF_INIT;
	struct buf y = BUF_INIT;
	const char *sign = "!";

	if (scan_version_key(order, a, &x) && scan_version_key(order, b, &y)) {
		int there = scan_version_compare(order, buf_span(&x), buf_span(&y));
		int back = scan_version_compare(order, buf_span(&y), buf_span(&x));

		check_true(x.len > 0 && y.len > 0, "no version has the empty key");
		check_int_eq((there > 0) - (there < 0), (back < 0) - (back > 0),
		             "%.*s and %.*s the other way round", (int)a.len, a.ptr,
		             (int)b.len, b.ptr);
		sign = there < 0 ? "-1" : there > 0 ? "1" : "0";
	}
	buf_fini(&x);
	buf_fini(&y);
	return sign;
}

/* Pairs with the answers of the tools that define the orders (property/versions.py). */
Test(version_order, the_reference_tools_agree)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct span rest;
	struct span line;
	size_t count = 0;

	check_ok(os_read_file(TEST_SOURCE_DIR "/golden/versions.tsv", 1 << 20, &text,
	                      &err),
	         &err);
	rest = buf_span(&text);
	while (span_line(&rest, &line)) {
		struct span field[4];

		for (int i = 0; i < 4; i++)
			check_true(span_split(&line, '\t', &field[i]), "field %d", i);
		check_true(span_eq_str(field[3],
		                       compare(order_of(field[0]), field[1], field[2])),
		           "%.*s: %.*s and %.*s are not %.*s", (int)field[0].len,
		           field[0].ptr, (int)field[1].len, field[1].ptr,
		           (int)field[2].len, field[2].ptr, (int)field[3].len,
		           field[3].ptr);
		count++;
	}
	check_true(count > 2000, "only %zu pairs", count);
	buf_fini(&text);
}

struct pair {
	enum scan_order order;
	const char *a;
	const char *b;
	const char *sign;
};

static const struct pair pairs[] = {
	/* NuGet: four numbers, case says nothing. */
	{ SCAN_ORDER_NUGET, "1.0", "1.0.0.0", "0" },
	{ SCAN_ORDER_NUGET, "1.0.0.1", "1.0", "1" },
	{ SCAN_ORDER_NUGET, "1.0.0-Beta", "1.0.0-beta", "0" },
	{ SCAN_ORDER_NUGET, "1.0.0-beta.2", "1.0.0-beta.10", "-1" },
	{ SCAN_ORDER_NUGET, "1.0.0-1", "1.0.0-a", "-1" },
	{ SCAN_ORDER_NUGET, "1.0.0+a", "1.0.0+b", "0" },
	{ SCAN_ORDER_NUGET, "01.2", "1.2.0", "0" },
	/* What people and advisories write beside the standard. */
	{ SCAN_ORDER_SEMVER, "1", "1.0.0", "0" },
	{ SCAN_ORDER_SEMVER, "v1.2", "1.2.0", "0" },
	{ SCAN_ORDER_SEMVER, "v3.2.0+incompatible", "3.2.0", "0" },
	{ SCAN_ORDER_SEMVER, "v0.0.0-20221231235959-0123456789ab",
	  "0.0.0-20230101000000-abcdefabcdef", "-1" },
	{ SCAN_ORDER_SEMVER, "v1.2.4-0.20200101000000-0123456789ab", "v1.2.3", "1" },
	{ SCAN_ORDER_PACKAGIST, "1.x-dev", "1.99.0", "1" },
	{ SCAN_ORDER_PACKAGIST, "1.x-dev", "2.0.0", "-1" },
	/* What no order has. */
	{ SCAN_ORDER_SEMVER, "", "1.0.0", "!" },
	{ SCAN_ORDER_SEMVER, "1.0.0", "1.0.0-", "!" },
	{ SCAN_ORDER_SEMVER, "1.0.0", "1.0.0-a..b", "!" },
	{ SCAN_ORDER_SEMVER, "1.0.0", "1.0.0.0", "!" },
	{ SCAN_ORDER_SEMVER, "1.0.0", "latest", "!" },
	{ SCAN_ORDER_SEMVER, "1.0.0", "file:../x", "!" },
	{ SCAN_ORDER_NUGET, "1.0", "1.0.0.0.0", "!" },
	{ SCAN_ORDER_PEP440, "1.0", "2004d", "!" },
	{ SCAN_ORDER_DEBIAN, "1.0", "1_0", "!" },
	{ SCAN_ORDER_DEBIAN, "1.0", "a:1.0", "!" },
	{ SCAN_ORDER_DEBIAN, "1.0", "99999999999:1.0", "!" },
	{ SCAN_ORDER_GEM, "1.0", "a.b", "!" },
	{ SCAN_ORDER_PACKAGIST, "1.0", "dev-master", "!" },
	{ SCAN_ORDER_MAVEN, "1.0", "1 0", "!" },
	{ SCAN_ORDER_MAVEN, "1.0", "1.\xc3\xa9", "!" },
	{ SCAN_ORDER_NONE, "1.0", "1.0", "!" },
};

Test(version_order, orders_without_a_tool_and_malformed_versions)
{
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		check_str_eq(compare(pairs[i].order, span_str(pairs[i].a),
		                     span_str(pairs[i].b)),
		             pairs[i].sign, "%s: %s and %s", names[pairs[i].order],
		             pairs[i].a, pairs[i].b);
}

Test(version_order, length_is_bounded_and_nothing_is_left_behind)
{
	struct buf text = BUF_INIT;
	struct buf key = BUF_INIT;

	buf_puts(&key, "kept");
	buf_fill(&text, '1', SCAN_VERSION_MAX);
	for (int order = 1; order < SCAN_ORDERS; order++) {
		/* A date has fewer digits, all others take any number. */
		check_true(scan_version_key((enum scan_order)order, buf_span(&text),
		                            &key) == (order != SCAN_ORDER_PACKAGIST),
		           "the longest %s", names[order]);
		buf_truncate(&key, 4);
	}
	buf_putc(&text, '1');
	for (int order = 0; order < SCAN_ORDERS; order++)
		check_true(
			!scan_version_key((enum scan_order)order, buf_span(&text), &key),
			"a longer %s", names[order]);
	check_str_eq(buf_str(&key), "kept", "what was there");
	buf_fini(&text);
	buf_fini(&key);
}
