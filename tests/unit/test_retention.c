// SPDX-License-Identifier: Apache-2.0
#define _XOPEN_SOURCE 700 /* strptime */
#define _DEFAULT_SOURCE   /* timegm: the calendar of the second implementation */
#include "base/mem.h"
#include "snapshot/calendar.h"
#include "snapshot/retention.h"
#include "support/check.h"

#include <stdio.h>
#include <time.h>

TestSuite(retention, .timeout = 120);

#define NS ((int64_t)1000000000)

enum { MOST = 60 };

static struct lb_snapshot snapshots[MOST];
static struct lb_retention_item items[MOST];

/* A complete snapshot of a known writer, at a time of UTC. */
static void put(size_t i, const char *when)
{
	struct tm tm = { 0 };

	memset(&snapshots[i], 0, sizeof(snapshots[i]));
	memset(&items[i], 0, sizeof(items[i]));
	check_true(strptime(when, "%Y-%m-%dT%H:%M", &tm) != NULL, "%s", when);
	snapshots[i].start_ns = (int64_t)timegm(&tm) * NS;
	items[i].ref.snapshot = &snapshots[i];
	items[i].ref.id.b[0] = (unsigned char)i;
	items[i].trusted = true;
}

static void put_all(const char *const *whens, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put(i, whens[i]);
}

/* Bit i: snapshot i is kept. */
static unsigned kept(struct lb_retention *policy, size_t count, struct arena *arena,
                     struct lb_retention_verdict **verdicts)
{
	struct err err = ERR_INIT;
	unsigned bits = 0;

	if (policy->now_ns == 0)
		policy->now_ns = (int64_t)4000000000 * NS;
	check_ok(lb_retention_plan(policy, items, count, arena, verdicts, &err), &err);
	for (size_t i = 0; i < count; i++)
		bits |= (*verdicts)[i].keep ? 1u << i : 0;
	return bits;
}

Test(retention, periods_are_read)
{
	static const struct {
		const char *text;
		bool ok;
		struct lb_period p;
	} rows[] = {
		{ "30d", true, { 0, 0, 30, 0 } },
		{ "1y2m3w4d5h", true, { 1, 2, 25, 5 } },
		{ "2w", true, { 0, 0, 14, 0 } },
		{ "12h", true, { 0, 0, 0, 12 } },
		{ "", false, { 0, 0, 0, 0 } },
		{ "d", false, { 0, 0, 0, 0 } },
		{ "5", false, { 0, 0, 0, 0 } },
		{ "1d1y", false, { 0, 0, 0, 0 } },
		{ "1d1d", false, { 0, 0, 0, 0 } },
		{ "-1d", false, { 0, 0, 0, 0 } },
		{ "1s", false, { 0, 0, 0, 0 } },
		{ "100001d", false, { 0, 0, 0, 0 } },
		{ "1d ", false, { 0, 0, 0, 0 } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lb_period p = { 0, 0, 0, 0 };

		check_true(lb_period_parse(span_str(rows[i].text), &p) == rows[i].ok,
		           "%s", rows[i].text);
		check_mem_eq(&p, &rows[i].p, sizeof(p), "%s", rows[i].text);
	}
}

Test(retention, the_calendar_agrees_with_the_system)
{
	for (int64_t day = -200000; day < 200000; day += 13) {
		const struct lb_date d = lb_date_of(day);
		const time_t t = (time_t)(day * 86400);
		int64_t year;
		unsigned week;
		char text[32];
		char want[32];
		struct tm tm;

		check_not_null(gmtime_r(&t, &tm), "gmtime");
		lb_date_iso_week(day, &year, &week);
		(void)snprintf(text, sizeof(text), "%lld-%u-%u %lld %02u",
		               (long long)d.year, d.month, d.day, (long long)year, week);
		(void)snprintf(want, sizeof(want), "%d-%d-%d", tm.tm_year + 1900,
		               tm.tm_mon + 1, tm.tm_mday);
		(void)strftime(want + strlen(want), 16, " %G %V", &tm);
		check_str_eq(text, want, "day %lld", (long long)day);
		check_true(lb_date_days(&d) == day, "and back");
	}
}

Test(retention, each_rule_keeps_the_newest_of_its_periods)
{
	static const char *const whens[] = {
		"2026-11-22T10:50", "2026-11-22T10:10", "2026-11-22T09:00",
		"2026-11-21T23:59", "2026-11-16T00:00", "2026-11-15T23:00",
		"2026-10-31T12:00", "2025-12-31T12:00", "2025-01-01T00:00",
	};
	static const struct {
		enum lb_keep kind;
		uint32_t n;
		unsigned want;
		const char *reason; /* of the first that is kept */
	} rows[] = {
		{ LB_KEEP_LAST, 2, 3, "last 1" },
		{ LB_KEEP_HOURLY, 2, 5, "hourly 2026-11-22 10h" },
		{ LB_KEEP_DAILY, 3, 1 | 8 | 16, "daily 2026-11-22" },
		{ LB_KEEP_WEEKLY, 2, 1 | 32, "weekly 2026-W47" },
		{ LB_KEEP_MONTHLY, 2, 1 | 64, "monthly 2026-11" },
		{ LB_KEEP_YEARLY, 5, 1 | 128, "yearly 2026" },
		{ LB_KEEP_DAILY, LB_KEEP_ALL, 1 | 8 | 16 | 32 | 64 | 128 | 256, "daily" },
	};

	put_all(whens, 9);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lb_retention policy = { 0 };
		struct lb_retention_verdict *v;
		struct arena arena = ARENA_INIT;

		policy.keep[rows[i].kind] = rows[i].n;
		check_int_eq(kept(&policy, 9, &arena, &v), rows[i].want, "row %zu", i);
		check_str_contains(v[0].reasons, rows[i].reason, "row %zu", i);
		check_str_eq(v[1].keep ? "no rule keeps it" : v[1].reasons,
		             "no rule keeps it", "row %zu", i);
		arena_fini(&arena);
	}
}

Test(retention, within_counts_from_the_newest_in_calendar_months)
{
	static const char *const whens[] = { "2026-03-31T12:00", "2026-03-31T11:00",
		                             "2026-03-01T12:00", "2026-02-28T12:00",
		                             "2026-02-28T11:59" };
	struct lb_retention policy = { 0 };
	struct lb_retention_verdict *v;
	struct arena arena = ARENA_INIT;

	put_all(whens, 5);
	policy.within[LB_KEEP_LAST].months = 1;
	check_int_eq(kept(&policy, 5, &arena, &v), 15, "a month before is 28 February");
	check_str_eq(v[3].reasons, "within", "reason");
	policy.within[LB_KEEP_LAST] = (struct lb_period){ 0, 0, 0, 1 };
	check_int_eq(kept(&policy, 5, &arena, &v), 3, "an hour");
	policy.within[LB_KEEP_LAST] = (struct lb_period){ 0, 0, 0, 0 };
	policy.within[LB_KEEP_DAILY].days = 30;
	check_int_eq(kept(&policy, 5, &arena, &v), 1 | 4, "daily within 30 days");
	check_str_eq(v[2].reasons, "within daily 2026-03-01", "reason");
	arena_fini(&arena);
}

static int32_t berlin(int64_t seconds, void *context)
{
	(void)context;
	/* Summer time ended on 2026-10-25 at 01:00 UTC. */
	return seconds < 1792890000 ? 7200 : 3600;
}

Test(retention, days_are_those_of_the_zone)
{
	static const char *const whens[] = { "2026-10-25T22:30", "2026-10-25T21:30",
		                             "2026-10-24T22:30", "2026-10-24T21:30" };
	struct lb_retention policy = { 0 };
	struct lb_retention_verdict *v;
	struct arena arena = ARENA_INIT;

	put_all(whens, 4);
	policy.keep[LB_KEEP_DAILY] = 9;
	check_int_eq(kept(&policy, 4, &arena, &v), 1 | 4, "in UTC");
	policy.zone = berlin;
	/* 23:30 and 22:30 of the 25th, 00:30 of the 25th, 23:30 of the 24th */
	check_int_eq(kept(&policy, 4, &arena, &v), 1 | 8, "in Berlin");
	arena_fini(&arena);
}

Test(retention, what_cannot_be_trusted_is_kept_and_pushes_nothing_out)
{
	static const char *const whens[] = { "2031-01-01T00:00", "2026-11-22T12:00",
		                             "2026-11-22T11:00", "2026-11-22T10:00",
		                             "1980-01-01T00:00", "2026-11-01T00:00",
		                             "2026-11-22T09:00", "2026-11-22T08:00" };
	struct lb_retention policy = { 0 };
	struct lb_retention_verdict *v;
	struct arena arena = ARENA_INIT;

	put_all(whens, 8);
	items[1].trusted = false;
	snapshots[2].pinned = true;
	snapshots[6].partial = true;
	policy.keep[LB_KEEP_LAST] = 1;
	policy.now_ns = snapshots[1].start_ns;
	policy.has_created = true;
	policy.created_ns = snapshots[7].start_ns;
	check_int_eq(kept(&policy, 8, &arena, &v), 1 | 2 | 4 | 8 | 16 | 32, "kept");
	check_str_contains(v[0].reasons, "future", "0");
	check_str_contains(v[1].reasons, "writer", "1");
	check_str_contains(v[2].reasons, "pinned", "2");
	check_str_contains(v[3].reasons, "last 1", "3");
	check_str_contains(v[4].reasons, "1990", "4");
	check_str_contains(v[5].reasons, "before the repository", "5");
	check_str_contains(v[6].reasons, "a complete one followed", "6");
	snapshots[5].has_original = true; /* copies are older than their repository */
	check_int_eq(kept(&policy, 8, &arena, &v), 1 | 2 | 4 | 8 | 16, "without a copy");
	arena_fini(&arena);
}

Test(retention, an_unfinished_one_stays_until_another_is_complete)
{
	static const char *const whens[] = { "2026-11-22T12:00", "2026-11-22T11:00" };
	struct lb_retention policy = { 0 };
	struct lb_retention_verdict *v;
	struct arena arena = ARENA_INIT;

	put_all(whens, 2);
	snapshots[0].partial = true;
	policy.keep[LB_KEEP_LAST] = 1;
	check_int_eq(kept(&policy, 2, &arena, &v), 3, "both");
	check_str_contains(v[0].reasons, "unfinished", "and says so");
	arena_fini(&arena);
}

Test(retention, groups_are_judged_apart)
{
	static const char *const whens[] = { "2026-11-22T12:00", "2026-11-22T11:00",
		                             "2026-11-22T10:00", "2026-11-22T09:00" };
	static const struct span one[] = { { "/a", 2 }, { "/b", 2 } };
	static const struct span two[] = { { "/b", 2 }, { "/a", 2 } };
	struct lb_retention policy = { 0 };
	struct lb_retention_verdict *v;
	struct arena arena = ARENA_INIT;

	put_all(whens, 4);
	for (size_t i = 0; i < 4; i++) {
		snapshots[i].host = i < 2 ? SPAN_LIT("x") : SPAN_LIT("y");
		snapshots[i].paths = i % 2 == 0 ? one : two;
		snapshots[i].path_count = i == 3 ? 1 : 2;
	}
	policy.keep[LB_KEEP_LAST] = 1;
	check_int_eq(kept(&policy, 4, &arena, &v), 1, "one group");
	policy.by_host = true;
	check_int_eq(kept(&policy, 4, &arena, &v), 5, "by host");
	policy.by_paths = true;
	check_int_eq(kept(&policy, 4, &arena, &v), 13, "and paths, in any order");
	check_size_eq(v[3].group, 2, "groups by first appearance");
	arena_fini(&arena);
}

Test(retention, tags_and_the_oldest_stay)
{
	static const char *const whens[] = { "2026-11-22T12:00", "2026-11-22T11:00",
		                             "2026-11-22T10:00", "2026-11-22T09:00" };
	static const struct span ab[] = { { "a", 1 }, { "b", 1 } };
	const struct span both[] = { SPAN_LIT("a,b") };
	struct lb_retention policy = { .tags = both, .tag_count = 1 };
	struct lb_retention_verdict *v;
	struct arena arena = ARENA_INIT;

	put_all(whens, 4);
	snapshots[1].tags = snapshots[2].tags = ab;
	snapshots[1].tag_count = 1;
	snapshots[2].tag_count = 2;
	check_int_eq(kept(&policy, 4, &arena, &v), 4, "both tags");
	policy.oldest = 1;
	check_int_eq(kept(&policy, 4, &arena, &v), 12, "and the oldest");
	arena_fini(&arena);
}

Test(retention, a_policy_that_keeps_nothing_is_refused)
{
	struct lb_retention policy = { .by_host = true };
	struct lb_retention_verdict *v;
	struct arena arena = ARENA_INIT;
	struct err err = ERR_INIT;

	check_err(lb_retention_plan(&policy, items, 0, &arena, &v, &err), ERR_USAGE,
	          "empty");
	policy.oldest = 1;
	check_ok(lb_retention_plan(&policy, items, 0, &arena, &v, &err), &err);
	arena_fini(&arena);
}

/* ---- the second implementation: from the definitions, by comparing all with all ---- */

/* Text of the period that a time is in; one that is different is another period. */
static void period_text(int64_t ns, int kind, char out[40])
{
	time_t t = (time_t)(ns / NS);
	struct tm tm;

	check_not_null(gmtime_r(&t, &tm), "gmtime");
	out[0] = '\0';
	if (kind == LB_KEEP_HOURLY)
		(void)strftime(out, 40, "%Y-%j-%H", &tm);
	else if (kind == LB_KEEP_DAILY)
		(void)strftime(out, 40, "%Y-%j", &tm);
	else if (kind == LB_KEEP_WEEKLY)
		(void)strftime(out, 40, "%G-%V", &tm);
	else if (kind == LB_KEEP_MONTHLY)
		(void)strftime(out, 40, "%Y-%m", &tm);
	else if (kind == LB_KEEP_YEARLY)
		(void)strftime(out, 40, "%Y", &tm);
}

static bool newer(size_t a, size_t b)
{
	return snapshots[a].start_ns > snapshots[b].start_ns ||
	       (snapshots[a].start_ns == snapshots[b].start_ns &&
	        items[a].ref.id.b[0] > items[b].ref.id.b[0]);
}

static bool counts(size_t i)
{
	return items[i].trusted && !snapshots[i].pinned && !snapshots[i].partial &&
	       snapshots[i].start_ns >= 631152000 * NS;
}

/* Is i the newest of its period, and how many other periods have one newer than it? */
static bool naive_newest(size_t i, size_t count, int kind, size_t *before)
{
	char mine[40], other[40], third[40];

	*before = 0;
	period_text(snapshots[i].start_ns, kind, mine);
	for (size_t k = 0; k < count; k++) {
		bool head = true;

		if (!counts(k) || !newer(k, i))
			continue;
		period_text(snapshots[k].start_ns, kind, other);
		if (kind != LB_KEEP_LAST && strcmp(mine, other) == 0)
			return false;
		for (size_t j = 0; kind != LB_KEEP_LAST && j < count; j++) {
			period_text(snapshots[j].start_ns, kind, third);
			if (counts(j) && newer(j, k) && strcmp(third, other) == 0)
				head = false;
		}
		*before += head;
	}
	return true;
}

/* In whole days, which need no calendar. */
static bool naive_within(size_t i, size_t count, uint32_t days)
{
	int64_t newest = INT64_MIN;

	for (size_t k = 0; k < count; k++) {
		if (counts(k) && snapshots[k].start_ns > newest)
			newest = snapshots[k].start_ns;
	}
	return snapshots[i].start_ns >= newest - (int64_t)days * 86400 * NS;
}

static bool naive_keep(const struct lb_retention *policy, size_t i, size_t count)
{
	bool complete = false;
	size_t before;

	if (!items[i].trusted || snapshots[i].pinned ||
	    snapshots[i].start_ns < 631152000 * NS)
		return true;
	for (size_t k = 0; k < count; k++)
		complete = complete || (counts(k) && newer(k, i));
	if (snapshots[i].partial)
		return !complete;
	for (int kind = 0; kind < LB_KEEP_COUNT; kind++) {
		const uint32_t days = policy->within[kind].days;

		if (naive_newest(i, count, kind, &before)) {
			if (before < policy->keep[kind])
				return true;
			if (days > 0 && naive_within(i, count, days))
				return true;
		}
	}
	before = 0;
	for (size_t k = 0; k < count; k++)
		before += counts(k) && newer(i, k);
	return before < policy->oldest;
}

static uint64_t random_state = 1;

static uint32_t below(uint32_t n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % n;
}

static void random_history(size_t count)
{
	const int64_t spans[] = { 3600, 86400, 86400 * 30, 86400 * 1500 };
	const int64_t span = spans[below(4)];

	for (size_t i = 0; i < count; i++) {
		put(i, "2026-11-22T10:00");
		snapshots[i].start_ns -=
			(int64_t)(below(1000) * (uint64_t)span / 100) * NS;
		snapshots[i].pinned = below(20) == 0;
		snapshots[i].partial = below(15) == 0;
		items[i].trusted = below(20) != 0;
	}
}

static void random_policy(struct lb_retention *policy)
{
	memset(policy, 0, sizeof(*policy));
	for (size_t i = 0; i < LB_KEEP_COUNT; i++) {
		policy->keep[i] = below(3) == 0 ? below(6) : 0;
		policy->within[i].days = below(5) == 0 ? below(40) : 0;
	}
	policy->oldest = below(3) == 0 ? below(3) : 0;
	policy->keep[below(LB_KEEP_COUNT)] = 1 + below(4);
}

Test(retention, agrees_with_a_naive_one_on_random_histories)
{
	for (int round = 0; round < 10000; round++) {
		const size_t count = 1 + below(14);
		struct lb_retention policy;
		struct lb_retention_verdict *v;
		struct arena arena = ARENA_INIT;
		unsigned bits;

		random_history(count);
		random_policy(&policy);
		bits = kept(&policy, count, &arena, &v);
		for (size_t i = 0; i < count; i++) {
			check_true(((bits >> i & 1) != 0) ==
			                   naive_keep(&policy, i, count),
			           "round %d, snapshot %zu: %s", round, i, v[i].reasons);
			check_true(v[i].reasons[0] != '\0', "a reason for each");
		}
		arena_fini(&arena);
	}
}

Test(retention, running_out_of_memory_is_an_error)
{
	bool passed = false;

	random_history(10);
	for (uint64_t n = 1; !passed; n++) {
		struct lb_retention policy = { .by_paths = true, .by_host = true };
		struct lb_retention_verdict *v;
		struct arena arena = ARENA_INIT;
		struct err err = ERR_INIT;
		enum err_code rc;

		policy.keep[LB_KEEP_DAILY] = 3;
		mem_fail_after(n);
		rc = lb_retention_plan(&policy, items, 10, &arena, &v, &err);
		mem_fail_after(0);
		passed = rc == ERR_OK;
		check_true(passed || rc == ERR_NOMEM, "allocation %u", (unsigned)n);
		arena_fini(&arena);
	}
}
