// SPDX-License-Identifier: Apache-2.0
#include "record/archive_rules.h"

#include "policy/policy.h"
#include "support/check.h"

static struct arena arena;

static void start(void)
{
	arena_init(&arena);
}

static void stop(void)
{
	arena_fini(&arena);
}

TestSuite(archive_rules, .init = start, .fini = stop, .timeout = 30);

static struct gate_archive_rules read_ok(const char *text)
{
	struct gate_archive_rules r;
	struct err err = ERR_INIT;

	check_int_eq(gate_archive_rules_read(&r, text, &arena, &err), ERR_OK, "%s",
	             err.msg);
	return r;
}

Test(archive_rules, a_policy_that_says_nothing_forgets_nothing)
{
	struct gate_archive_rules r = read_ok(NULL);

	check_null(r.repository, "the embedded one");
	check_true(!gate_archive_rules_any(&r), "no rule");
	r = read_ok("{\"repository\":\"elsewhere\"}");
	check_str_eq(r.repository, "elsewhere", "where");
	check_true(!gate_archive_rules_any(&r), "still none");
}

/* As the policy's own writer puts it. */
Test(archive_rules, all_rules_of_a_policy_arrive)
{
	static const char text[] =
		"version: 1\nevidence: {repository: /e, keep: {within: 36h, last: 2, "
		"hourly: 3, daily: 4, weekly: 5, monthly: 6, yearly: 7}}\n";
	struct gate_policy *p = NULL;
	struct gate_archive_rules r;
	struct err err = ERR_INIT;

	check_int_eq(gate_policy_parse(&p, span_str(text), "seaworthy.yml", NULL, &err),
	             ERR_OK, "%s", err.msg);
	r = read_ok(p->evidence);
	check_str_eq(r.repository, "/e", "repository");
	check_str_eq(r.within, "36h", "within");
	check_true(r.last == 2 && r.hourly == 3 && r.daily == 4 && r.weekly == 5 &&
	                   r.monthly == 6 && r.yearly == 7,
	           "counts");
	check_true(gate_archive_rules_any(&r), "rules");
	gate_policy_free(p);
}

Test(archive_rules, part_of_an_hour_is_kept_whole)
{
	check_str_eq(read_ok("{\"keep\":{\"within\":\"90m\"}}").within, "2h", "up");
	check_str_eq(read_ok("{\"keep\":{\"within\":\"1s\"}}").within, "1h", "never 0");
	check_str_eq(read_ok("{\"keep\":{\"within\":\"90d\"}}").within, "2160h", "days");
}

Test(archive_rules, what_no_policy_says_is_refused)
{
	static const char *const texts[] = { "{", "{\"keep\":{\"within\":5}}",
		                             "{\"keep\":{\"within\":\"soon\"}}",
		                             "{\"keep\":{\"last\":\"two\"}}",
		                             "{\"keep\":{\"daily\":-1}}" };
	struct gate_archive_rules r;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		check_int_eq(gate_archive_rules_read(&r, texts[i], &arena, NULL),
		             ERR_CORRUPT, "%s", texts[i]);
}
