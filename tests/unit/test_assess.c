// SPDX-License-Identifier: Apache-2.0
#include "assess_fixture.h"
#include "base/str.h"
#include "verdict/gain.h"

#include <stdio.h>

TestSuite(assess, .timeout = 30);

#define COMMAND "collect: {command: {run: x, format: exit}}"
#define ONE "categories: [{id: g, title: G, weight: 1}]\n"
#define CHECK(id, weight, more) \
	"  - {id: " id ", category: g, weight: " weight ", " COMMAND more "}\n"
/* No limit and no threshold is in the way. */
#define OPEN                                                                          \
	"thresholds: {go: 0, conditional: 0, min_coverage: {go: 0, conditional: 0}, " \
	"max_attested_share: 100, max_not_applicable_share: 100}\n"

struct example {
	const char *name;
	const char *policy;
	const char *records;
	const char *states; /* NULL: not looked at */
	const char *line;
};

static void run(const struct example *table, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct fixture f;

		fixture_init(&f, table[i].policy, table[i].records);
		if (table[i].states != NULL)
			check_str_eq(fixture_states(&f), table[i].states, "%s",
			             table[i].name);
		if (table[i].line != NULL)
			check_str_eq(fixture_line(&f), table[i].line, "%s",
			             table[i].name);
		fixture_fini(&f);
	}
}

#define RUN(table) run(table, sizeof(table) / sizeof((table)[0]))

Test(assess, states_come_from_the_numbers)
{
#define AB OPEN ONE "checks:\n" CHECK("a", "1", "") CHECK("b", "1", "")
	static const struct example table[] = {
		{ "both pass", AB, "a=pass b=pass", "a:pass b:pass",
		  "100 100 1 100 - GO 0" },
		{ "a fail", AB, "a=pass b=fail", "a:pass b:fail", "50 50 1 50 - GO 0" },
		{ "missing", AB, "a=pass", "a:pass b:unknown", "50 100 1/2 50 - GO 0" },
		{ "unknown", AB, "a=pass b=unknown", "a:pass b:unknown",
		  "50 100 1/2 50 - GO 0" },
		{ "error", AB, "a=pass b=error", "a:pass b:error",
		  "50 100 1/2 50 - GO 0" },
		{ "partly known", AB, "a=0.2..0.6 b=pass", "a:warn b:pass",
		  "60 80 4/5 60 - GO 0" },
		{ "low below 1", AB, "a=0.999..1 b=pass", "a:warn b:pass",
		  "1999/20 100 1999/2000 1999/20 - GO 0" },
		{ "nothing known of a warn", AB, "a=0..1 b=pass", "a:warn b:pass",
		  "50 100 1/2 50 - GO 0" },
		{ "high is 0", AB, "a=0..0.0 b=pass", "a:fail b:pass",
		  "50 50 1 50 - GO 0" },
		{ "out of range", AB, "a=1..1.01 b=-0.1..1", "a:error b:error",
		  "0 100 0 0 - GO 0" },
		{ "crossed", AB, "a=0.6..0.5 b=pass", "a:error b:pass",
		  "50 100 1/2 50 - GO 0" },
		{ "no decimal", AB, "a=x..1 b=pass", "a:error b:pass",
		  "50 100 1/2 50 - GO 0" },
		{ "n/a leaves the sum", AB, "a=pass b=n/a", "a:pass b:n/a",
		  "100 100 1 100 - GO 0" },
		{ "of no check", AB, "a=pass b=pass other=fail", "a:pass b:pass",
		  "100 100 1 100 - GO 0" },
	};
	RUN(table);
}

Test(assess, a_record_without_numbers_is_an_error)
{
	struct fixture f;

	fixture_init(&f, AB, "a=pass b=pass");
	((struct gate_record *)(uintptr_t)f.evidence.records)[0].low = NULL;
	fixture_assess(&f);
	check_str_eq(fixture_states(&f), "a:error b:pass", "the word alone is no value");
	check_str_contains(f.a->checks[0].message, "low and high", "the message");
	fixture_fini(&f);
}

Test(assess, stale_evidence_is_unknown_whatever_it_says)
{
#define FRESH OPEN ONE "checks:\n" CHECK("a", "1", ", max_age: 24h, same_tree: true")
	static const struct example table[] = {
		{ "exactly max_age", FRESH, "a=pass@24", "a:pass", NULL },
		{ "older", FRESH, "a=pass@25", "a:unknown", "0 100 0 0 - GO 0" },
		{ "an old fail", FRESH, "a=fail@25", "a:unknown", "0 100 0 0 - GO 0" },
		{ "an old n/a", FRESH, "a=n/a@25", "a:unknown", "0 100 0 0 - GO 0" },
		{ "an old error", FRESH, "a=error@25", "a:unknown", "0 100 0 0 - GO 0" },
		{ "another tree", FRESH, "a=pass#other", "a:unknown",
		  "0 100 0 0 - GO 0" },
		{ "no tree", FRESH, "a=pass#-", "a:unknown", "0 100 0 0 - GO 0" },
		{ "any tree will do", OPEN ONE "checks:\n" CHECK("a", "1", ""),
		  "a=pass@9999#other", "a:pass", NULL },
	};
	struct fixture f;

	RUN(table);
	fixture_init(&f, FRESH, "a=pass#-");
	f.evidence.subject.tree = NULL;
	fixture_assess(&f);
	check_str_eq(fixture_states(&f), "a:pass", "no version control on either side");
	f.evidence.now_ms = FIXTURE_NOW + INT64_C(24) * 3600 * 1000 + 1;
	fixture_assess(&f);
	check_true(f.a->checks[0].expired, "one millisecond too old");
	f.evidence.now_ms = FIXTURE_NOW - 60000;
	fixture_assess(&f);
	check_str_eq(fixture_states(&f), "a:pass", "clocks may differ by a minute");
	f.evidence.now_ms--;
	fixture_assess(&f);
	check_str_eq(fixture_states(&f), "a:unknown", "evidence of the future");
	check_true(f.a->checks[0].expired, "counts as not fresh");
	check_str_contains(f.a->checks[0].message, "in the future, at 2027-01-15", "why");
	fixture_fini(&f);
}

Test(assess, the_limit_of_not_applicable_drops_the_largest)
{
#define NA(limit)                                                          \
	"thresholds: {max_not_applicable_share: " limit                    \
	", max_attested_share: 100}\n" ONE "checks:\n" CHECK("a", "1", "") \
		CHECK("B", "2", "") CHECK("c", "2", "") CHECK("d", "5", "")
	static const struct example table[] = {
		{ "at the limit", NA("30"), "a=n/a B=n/a c=pass d=pass",
		  "a:n/a B:n/a c:pass d:pass", NULL },
		{ "above it", NA("29.9"), "a=n/a B=n/a c=pass d=pass",
		  "a:n/a B:unknown c:pass d:pass", NULL },
		{ "ties: upper case sorts first", NA("30"), "a=n/a B=n/a c=n/a d=pass",
		  "a:n/a B:unknown c:n/a d:pass", NULL },
		{ "unknown counts, and leaves", NA("50"), "a=n/a B=n/a c=pass",
		  "a:n/a B:n/a c:pass d:unknown", NULL },
		{ "an error counts", NA("30"), "a=pass B=n/a c=error d=pass",
		  "a:pass B:unknown c:error d:pass", NULL },
		{ "all of it", NA("100"), "a=n/a B=n/a c=n/a d=n/a",
		  "a:n/a B:n/a c:n/a d:n/a", "0 100 0 0 - NO-GO 4" },
		{ "none of it", NA("0"), "a=n/a B=pass c=pass d=pass",
		  "a:unknown B:pass c:pass d:pass", NULL },
		{ "by the policy",
		  "thresholds: {max_not_applicable_share: 50}\n" ONE "checks:\n" CHECK(
			  "a", "1", ", not_applicable: {reason: r, approver: p}")
		          CHECK("b", "1", ""),
		  "a=fail b=pass", "a:n/a b:pass", "100 100 1 100 - GO 0" },
	};
	RUN(table);
}

Test(assess, the_limit_of_attestations_drops_the_largest)
{
#define ATTEST "collect: {attest: {role: r, statement: s, value: 1.0}}"
#define AT(limit)                                                    \
	"thresholds: {max_attested_share: " limit                    \
	", max_not_applicable_share: 100}\n" ONE                     \
	"checks:\n  - {id: a, category: g, weight: 1, " ATTEST "}\n" \
	"  - {id: b, category: g, weight: 1, " ATTEST "}\n" CHECK("c", "8", "")
	static const struct example table[] = {
		{ "at the limit", AT("20"), "a=pass b=pass c=pass",
		  "a:pass b:pass c:pass", "100 100 1 100 - GO 0" },
		{ "above it", AT("19"), "a=pass b=pass c=pass", "a:unknown b:pass c:pass",
		  "90 100 9/10 90 - CONDITIONAL 3" },
		{ "an unknown one counts", AT("19"), "a=unknown b=pass c=pass",
		  "a:unknown b:pass c:pass", NULL },
		{ "n/a counts, and stays", AT("19"), "a=n/a b=pass c=pass",
		  "a:n/a b:pass c:pass", NULL },
		{ "none at all", AT("0"), "a=pass b=pass c=pass",
		  "a:unknown b:unknown c:pass", "80 100 4/5 80 - NO-GO 4" },
	};
	struct fixture f;

	RUN(table);
	fixture_init(&f, AT("20"), "a=pass b=0.5..1 c=pass");
	check_int_eq(gate_ratio_floor(&f.a->coverage_attested, 1000), 150, "attested");
	check_int_eq(gate_ratio_floor(&f.a->coverage_measured, 1000), 800, "measured");
	fixture_fini(&f);
}

Test(assess, what_is_above_a_limit_says_by_how_much_and_what_to_do)
{
	struct fixture f;

	fixture_init(&f, NA("29.97"), "a=n/a B=n/a c=pass d=pass");
	check_str_contains(f.a->checks[1].message,
	                   "30.0 % of all weight is not applicable or unknown, 0.1 above "
	                   "the limit of 29.97 % (max_not_applicable_share): this check "
	                   "with its 20.0 %",
	                   "which share, by how much");
	check_str_eq(gate_remedy(f.a, 1, &f.a->arena),
	             "give checks that never apply here `weight: 0`, or set `thresholds: "
	             "{max_not_applicable_share: 30}` in seaworthy.yml, with the reason "
	             "beside it",
	             "what to do");
	fixture_fini(&f);
	fixture_init(&f, NA("30"), "a=pass B=n/a c=n/a");
	check_str_contains(gate_remedy(f.a, 1, &f.a->arena),
	                   "{max_not_applicable_share: 90}`", "too much is n/a itself");
	fixture_fini(&f);
	fixture_init(&f, NA("45"), "a=n/a B=n/a c=unknown d=unknown");
	check_str_eq(fixture_states(&f), "a:n/a B:unknown c:unknown d:unknown",
	             "the unknown leave first, then the largest");
	check_str_eq(gate_remedy(f.a, 1, &f.a->arena),
	             "have what is unknown measured: d; c",
	             "the n/a alone would have room");
	fixture_fini(&f);
	fixture_init(&f, NA("45"), "a=n/a B=n/a c=unknown");
	check_str_eq(gate_remedy(f.a, 1, &f.a->arena),
	             "have what is unknown measured: d (there is no evidence); c",
	             "and why it is");
	fixture_fini(&f);
	fixture_init(&f, AT("15"), "a=pass b=pass c=pass");
	check_str_contains(f.a->checks[0].message,
	                   "20.0 % of all weight is attested, 5.0 above", "attested");
	check_str_contains(gate_remedy(f.a, 0, &f.a->arena),
	                   "measure it instead, give it less weight, or set "
	                   "`thresholds: {max_attested_share: 20}`",
	                   "and its mend");
	fixture_fini(&f);
}

Test(assess, caps_look_at_required_checks)
{
#define CAPPED(more) ONE "checks:\n" CHECK("a", "1", more) CHECK("b", "99", "")
	static const struct example table[] = {
		{ "P0 fails", CAPPED(", blocker: P0"), "a=fail b=pass", NULL,
		  "99 99 1 59 59 NO-GO 1" },
		{ "P0 unknown", CAPPED(", blocker: P0"), "b=pass", NULL,
		  "99 100 99/100 59 59 NO-GO 1" },
		{ "P0 in error", CAPPED(", blocker: P0"), "a=error b=pass", NULL,
		  "99 100 99/100 59 59 NO-GO 5" },
		{ "P0 warns", CAPPED(", blocker: P0"), "a=0.5..0.5 b=pass", NULL,
		  "199/2 199/2 1 199/2 - CONDITIONAL 3" },
		{ "P0 n/a", CAPPED(", blocker: P0"), "a=n/a b=pass", NULL,
		  "100 100 1 100 - GO 0" },
		{ "P1 fails", CAPPED(", blocker: P1"), "a=fail b=pass", NULL,
		  "99 99 1 84 84 CONDITIONAL 3" },
		{ "required fails", CAPPED(", required: true"), "a=fail b=pass", NULL,
		  "99 99 1 84 84 CONDITIONAL 3" },
		{ "required in error", CAPPED(", required: true"), "a=error b=pass", NULL,
		  "99 100 99/100 84 84 CONDITIONAL 5" },
		{ "another fails", CAPPED(""), "a=fail b=pass", NULL,
		  "99 99 1 99 - GO 0" },
		{ "an error of another", CAPPED(""), "a=error b=pass", NULL,
		  "99 100 99/100 99 - GO 0" },
		{ "below the cap", CAPPED(", blocker: P0"), "b=0.5..0.5", NULL,
		  "99/2 101/2 99/100 99/2 59 NO-GO 1" },
		{ "the smaller cap wins",
		  "thresholds: {caps: {p0: 70, p1: 60}}\n" ONE
		  "checks:\n" CHECK("a", "1", ", blocker: P0")
		          CHECK("b", "1", ", blocker: P1") CHECK("c", "98", ""),
		  "a=fail b=fail c=pass", NULL, "98 98 1 60 60 NO-GO 1" },
	};
	RUN(table);
}

/* A waiver of check a in CAPPED; expires at the fixture's time plus `ms`. */
static void waive(struct fixture *f, const char *policy, const char *records, int64_t ms,
                  const char *approver)
{
	static struct gate_waiver v;

	fixture_init(f, policy, records);
	v = (struct gate_waiver){ .check = "a",
		                  .owner = "ann",
		                  .approver = approver,
		                  .reason = "known",
		                  .issue = "1",
		                  .expires_ms = FIXTURE_NOW + ms };
	f->policy->waivers = &v;
	f->policy->waiver_count = 1;
	fixture_assess(f);
}

Test(assess, waivers_change_the_decision_and_no_value)
{
	const int64_t day = INT64_C(24) * 3600 * 1000;
	const struct {
		const char *name;
		const char *policy;
		const char *records;
		int64_t ms;
		const char *approver;
		const char *line;
		size_t notes;
	} table[] = {
		{ "P0", CAPPED(", blocker: P0"), "a=fail b=pass", 30 * day, "bob",
		  "99 99 1 84 84 CONDITIONAL 3", 0 },
		{ "P0 that passes", CAPPED(", blocker: P0"), "a=pass b=pass", 30 * day,
		  "bob", "100 100 1 84 84 CONDITIONAL 3", 0 },
		{ "P0 n/a", CAPPED(", blocker: P0"), "a=n/a b=pass", 30 * day, "bob",
		  "100 100 1 100 - CONDITIONAL 3", 0 },
		{ "P0 in error", CAPPED(", blocker: P0"), "a=error b=pass", 30 * day,
		  "bob", "99 100 99/100 84 84 CONDITIONAL 5", 0 },
		{ "P1", CAPPED(", blocker: P1"), "a=fail b=pass", 30 * day, "bob",
		  "99 99 1 99 - CONDITIONAL 3", 0 },
		{ "not required", CAPPED(""), "a=fail b=pass", 30 * day, "bob",
		  "99 99 1 99 - GO 0", 0 },
		{ "ends now", CAPPED(", blocker: P0"), "a=fail b=pass", 0, "bob",
		  "99 99 1 59 59 NO-GO 1", 1 },
		{ "ends soon", CAPPED(", blocker: P0"), "a=fail b=pass", 1, "bob",
		  "99 99 1 84 84 CONDITIONAL 3", 1 },
		{ "90 days", CAPPED(", blocker: P0"), "a=fail b=pass", 90 * day, "bob",
		  "99 99 1 84 84 CONDITIONAL 3", 0 },
		{ "longer", CAPPED(", blocker: P0"), "a=fail b=pass", 90 * day + 1, "bob",
		  "99 99 1 59 59 NO-GO 1", 1 },
		{ "own approver", CAPPED(", blocker: P0"), "a=fail b=pass", day, "ann",
		  "99 99 1 59 59 NO-GO 1", 1 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct fixture f;

		waive(&f, table[i].policy, table[i].records, table[i].ms,
		      table[i].approver);
		check_str_eq(fixture_line(&f), table[i].line, "%s", table[i].name);
		check_size_eq(f.a->note_count, table[i].notes, "notes of %s",
		              table[i].name);
		fixture_fini(&f);
	}
}

Test(assess, findings_are_waived_one_by_one)
{
	static const char *const both[] = { "f1", "f2" };
	struct fixture f;
	struct gate_record *r;

	waive(&f, CAPPED(", blocker: P0"), "a=fail b=pass", 1000, "bob");
	f.policy->waivers[0].check = NULL;
	f.policy->waivers[0].fingerprint = "f1";
	r = (struct gate_record *)(uintptr_t)f.evidence.records;
	r[0].fingerprints = both;
	r[0].fingerprint_count = 2;
	fixture_assess(&f);
	check_true(!f.a->checks[0].waived, "one finding is still open");
	r[0].fingerprint_count = 1;
	fixture_assess(&f);
	check_true(f.a->checks[0].waived, "all findings are waived");
	f.policy->waivers[0].check = "b";
	fixture_assess(&f);
	check_true(!f.a->checks[0].waived, "only in the check it names");
	fixture_fini(&f);
}

Test(assess, thresholds_are_met_exactly_or_not)
{
#define AT75 ONE "checks:\n" CHECK("a", "75", "") CHECK("b", "25", "")
	static const struct example table[] = {
		{ "S = 75", AT75, "a=pass b=fail", NULL, "75 75 1 75 - CONDITIONAL 3" },
		{ "just below", AT75, "a=0.999999..1 b=fail", NULL,
		  "2999997/40000 75 3999997/4000000 2999997/40000 - NO-GO 1" },
		{ "K below", AT75, "a=pass b=0.4..1", NULL,
		  "85 100 17/20 85 - CONDITIONAL 3" },
		{ "K less", AT75, "a=pass b=0.39..1", NULL,
		  "339/4 100 339/400 339/4 - NO-GO 4" },
		{ "S = 95", AT75, "a=pass b=0.8..0.8", NULL, "95 95 1 95 - GO 0" },
	};
	RUN(table);
}

Test(assess, categories_have_floors)
{
#define FLOORS(w)                                                                      \
	"thresholds: {go: 0, conditional: 0, min_coverage: {go: 0, conditional: 0}}\n" \
	"categories: [{id: g, title: G, weight: " w ", floor: 60, hard_floor: 30}, "   \
	"{id: h, title: H, weight: 9}]\n"                                              \
	"checks:\n" CHECK("a", "1", "") "  - {id: b, category: h, weight: 1, " COMMAND \
					"}\n"
	static const struct example table[] = {
		{ "at both", FLOORS("1"), "a=0.6..1 b=pass", NULL,
		  "96 100 24/25 96 - GO 0" },
		{ "below the floor", FLOORS("1"), "a=0.59..1 b=pass", NULL,
		  "959/10 100 959/1000 959/10 - CONDITIONAL 3" },
		{ "at the hard floor", FLOORS("1"), "a=0.3..1 b=pass", NULL,
		  "93 100 93/100 93 - CONDITIONAL 3" },
		{ "below the hard floor", FLOORS("1"), "a=0.29..1 b=pass", NULL,
		  "929/10 100 929/1000 929/10 - NO-GO 1" },
		{ "a category of weight 0 has floors too", FLOORS("0"), "a=fail b=pass",
		  NULL, "100 100 1 100 - NO-GO 1" },
		{ "one that is all n/a has none", FLOORS("1"), "a=n/a b=pass", NULL,
		  "100 100 1 100 - GO 0" },
	};
	RUN(table);
}

Test(assess, nothing_to_score_is_no_go)
{
	static const struct example table[] = {
		{ "no checks", OPEN ONE "checks: []\n", "", "", "0 100 0 0 - NO-GO 4" },
		{ "check weight 0", OPEN ONE "checks:\n" CHECK("a", "0", ""), "a=pass",
		  "a:pass", "0 100 0 0 - NO-GO 4" },
		{ "category weight 0",
		  OPEN "categories: [{id: g, title: G, weight: 0}]\nchecks:\n" CHECK(
			  "a", "1", ""),
		  "a=pass", "a:pass", "0 100 0 0 - NO-GO 4" },
		{ "an error on a required one",
		  OPEN ONE "checks:\n" CHECK("a", "0", ", required: true"), "a=error",
		  "a:error", "0 100 0 0 84 NO-GO 5" },
	};
	RUN(table);
}

Test(assess, dirt_and_missing_signatures_are_seen)
{
	struct fixture f;

	fixture_init(&f, ONE "checks:\n" CHECK("a", "1", ""), "a=pass");
	f.evidence.subject.dirty = true;
	fixture_assess(&f);
	check_str_eq(fixture_line(&f), "100 100 1 100 - NO-GO 1", "a dirty tree");
	f.policy->thresholds.allow_dirty = true;
	fixture_assess(&f);
	check_str_eq(fixture_line(&f), "100 100 1 100 - GO 0", "allowed");
	f.policy->thresholds.allow_dirty = false;
	f.evidence.subject.has_dirty = false;
	fixture_assess(&f);
	check_str_eq(fixture_line(&f), "100 100 1 100 - GO 0", "no version control");
	fixture_fini(&f);

	fixture_init(
		&f,
		"signoff: [{role: lead, need: 1, people: [x], not_author: true}]\n" ONE
		"checks:\n" CHECK("a", "1", ""),
		"a=pass");
	check_str_eq(fixture_line(&f), "100 100 1 100 - CONDITIONAL 3", "a sign-off");
	check_size_eq(f.a->condition_count, 1, "one condition");
	check_str_eq(f.a->conditions[0].owner, "lead", "who must sign");
	check_int_eq(gate_assessment_exit(f.a, true), 0, "--accept-conditional");
	fixture_fini(&f);
}

Test(assess, an_attestation_on_a_required_check_is_a_condition)
{
	struct fixture f;

	fixture_init(&f,
	             "thresholds: {max_attested_share: 100}\n" ONE
	             "checks:\n  - {id: a, category: g, weight: 1, required: true, "
	             "max_age: 24h, " ATTEST "}\n",
	             "a=pass@4");
	check_str_eq(fixture_line(&f), "100 100 1 100 - CONDITIONAL 3", "it passes, but");
	check_str_eq(f.a->conditions[0].check, "a", "the check");
	check_str_eq(f.a->conditions[0].owner, "r", "the role");
	check_int_eq(f.a->conditions[0].deadline_ms, FIXTURE_NOW + 20 * 3600 * 1000,
	             "when it becomes too old");
	fixture_fini(&f);
}

/* Owner and deadline, in hours from now, of the condition on a check. */
static const char *who_and_when(const struct fixture *f, const char *check)
{
	static char text[80];

	for (size_t i = 0; i < f->a->condition_count; i++) {
		const struct gate_condition *k = &f->a->conditions[i];

		if (!str_eq(k->check, check))
			continue;
		check_true(k->has_deadline, "%s has a deadline", k->reason);
		(void)snprintf(text, sizeof(text), "%s %lld",
		               k->owner != NULL ? k->owner : "-",
		               (long long)((k->deadline_ms - FIXTURE_NOW) / 3600000));
		return text;
	}
	return "no condition";
}

Test(assess, a_condition_says_who_and_until_when)
{
	struct fixture f;

	fixture_init(
		&f,
		"thresholds: {conditional: 0, deadline: 5d}\n"
		"categories:\n"
		"  - {id: g, weight: 1}\n"
		"  - {id: h, weight: 1, owner: \"@team-h\", deadline: 48h}\n"
		"checks:\n"
		"  - {id: a, category: g, blocker: P1, collect: {suite: \"*\"}}\n"
		"  - {id: b, category: h, blocker: P1, collect: {suite: \"*\"}}\n"
		"  - {id: c, category: h, blocker: P1, owner: ann, deadline: 1h,\n"
		"     collect: {suite: \"*\"}}\n"
		"  - {id: d, category: h, blocker: P0, owner: ann,\n"
		"     collect: {suite: \"*\"}}\n"
		"waivers: [{check: d, owner: bob, approver: eve, reason: r, issue: i,\n"
		"           expires: 2027-01-16T08:00:00Z}]\n",
		"a=fail b=fail c=fail d=fail");
	check_str_eq(who_and_when(&f, "a"), "- 120", "the policy's deadline");
	check_str_eq(who_and_when(&f, "b"), "@team-h 48", "those of the category");
	check_str_eq(who_and_when(&f, "c"), "ann 1", "its own");
	check_str_eq(who_and_when(&f, "d"), "bob 24", "the waiver's");
	fixture_fini(&f);
}

Test(assess, a_condition_on_a_sum_names_the_check_that_would_do_most)
{
	struct fixture f;

	fixture_init(&f,
	             "categories: [{id: g, weight: 1}, {id: h, weight: 1, floor: 90}]\n"
	             "checks:\n"
	             "  - {id: a, category: g, weight: 3, collect: {suite: \"*\"}}\n"
	             "  - {id: b, category: g, owner: ann, collect: {suite: \"*\"}}\n"
	             "  - {id: c, category: h, owner: bob, collect: {suite: \"*\"}}\n",
	             "a=0.9..0.9 b=0.3..0.3 c=0.8..0.8");
	check_size_eq(f.a->condition_count, 2, "conditions");
	check_str_eq(f.a->conditions[0].check, "c", "20 points of 50 are lost there");
	check_str_eq(f.a->reasons[0], "the score 77.5 is below 95", "the reason");
	check_str_eq(f.a->conditions[1].check, "c", "of the category with the floor");
	check_true(f.a->conditions[1].of_sum, "it is about the category");
	check_str_eq(f.a->conditions[1].owner, "bob", "its owner");
	fixture_fini(&f);
}

Test(assess, a_new_check_only_warns_until_its_date)
{
	static const char policy[] =
		"categories: [{id: g, weight: 1}]\n"
		"checks:\n"
		"  - {id: a, category: g, collect: {suite: \"*\"}}\n"
		"  - {id: b, category: g, weight: 9, blocker: P0, collect: {suite: \"*\"},\n"
		"     warns_until: 2027-01-15T09:00:00Z}\n";
	struct fixture f;

	fixture_init(&f, policy, "a=pass b=fail");
	check_str_eq(fixture_line(&f), "100 100 1 100 - GO 0", "until then");
	check_size_eq(f.a->note_count, 1, "but it is told");
	check_str_eq(f.a->notes[0],
	             "b: P0 failed; it only warns until 2027-01-15T09:00:00Z", "as this");
	f.evidence.now_ms += 3600 * 1000 - 1;
	fixture_assess(&f);
	check_str_eq(fixture_line(&f), "100 100 1 100 - GO 0", "the last moment");
	f.evidence.now_ms++;
	fixture_assess(&f);
	check_str_eq(fixture_line(&f), "10 10 1 10 59 NO-GO 1", "from then on");
	check_size_eq(f.a->note_count, 0, "no note");
	fixture_fini(&f);
	fixture_init(&f, policy, "a=pass b=error");
	check_str_eq(fixture_line(&f), "100 100 1 100 - GO 0", "nor is its error exit 5");
	fixture_fini(&f);
	fixture_init(&f, policy, "a=pass b=pass");
	check_size_eq(f.a->note_count, 0, "nothing to tell");
	fixture_fini(&f);
	fixture_init(&f, policy, "b=pass");
	check_str_eq(fixture_line(&f), "0 100 0 0 - NO-GO 4", "it gives nothing either");
	fixture_fini(&f);
}

Test(assess, a_quarantine_in_force_is_a_condition)
{
	struct fixture f;

	fixture_init(
		&f,
		"categories: [{id: g, weight: 1}]\n"
		"checks:\n"
		"  - {id: a, category: g, collect: {suite: unit}}\n"
		"  - {id: b, category: g, weight: 0, collect: {suite: e2e}}\n"
		"quarantine:\n"
		"  - {test: t1, suite: \"e*\", owner: ann, issue: 7,\n"
		"     expires: 2027-01-15T09:00:00Z}\n"
		"  - {test: t2, owner: bob, issue: 8, expires: 2027-01-15T08:00:00Z}\n",
		"a=pass b=pass");
	check_str_eq(fixture_line(&f), "100 100 1 100 - CONDITIONAL 3", "not required");
	check_size_eq(f.a->condition_count, 1, "one has expired");
	check_str_eq(f.a->conditions[0].reason, "quarantined: t1 (7)", "what");
	check_str_eq(who_and_when(&f, "b"), "ann 1", "who and until when");
	f.evidence.record_count = 1;
	fixture_assess(&f);
	check_str_eq(fixture_line(&f), "100 100 1 100 - CONDITIONAL 3",
	             "it stays without the evidence");
	f.evidence.now_ms += 3600 * 1000;
	fixture_assess(&f);
	check_str_eq(fixture_line(&f), "100 100 1 100 - GO 0", "expired");
	fixture_fini(&f);
}

static const char parts_policy[] =
	"thresholds: {max_not_applicable_share: 100}\n"
	"categories: [{id: g, weight: 1}]\n"
	"components:\n"
	"  - {id: api, paths: [\"api/**\"], critical: true, owner: \"@api\"}\n"
	"  - {id: web, paths: [\"web/**\"]}\n"
	"checks:\n"
	"  - {id: a, category: g, collect: {suite: \"*\"}}\n"
	"  - {id: b, category: g, weight: 3, owner: bob, collect: {scan: {rules: [\"x.*\"]}}}\n"
	"  - {id: c, category: g, weight: 96, collect: {command: {run: x}}}\n";

/* "api 90-100 web - @b 100-100": scores of components, then of owners. */
static const char *parts_line(struct fixture *f)
{
	const struct gate_assessment *a = f->a;
	struct buf text = BUF_INIT;
	const char *line;

	for (size_t k = 0; k < a->component_count + a->owner_count; k++) {
		const struct gate_assessed_area *area =
			k < a->component_count ? &a->components[k]
					       : &a->owners[k - a->component_count];

		buf_printf(&text, "%s%s ", k > 0 ? " " : "", area->name);
		if (!area->has_score) {
			buf_putc(&text, '-');
			continue;
		}
		gate_ratio_fraction(&area->lower, &text);
		buf_putc(&text, '-');
		gate_ratio_fraction(&area->upper, &text);
	}
	line = arena_dup(&f->arena, buf_span(&text));
	buf_fini(&text);
	return line;
}

Test(assess, the_least_critical_component_decides)
{
	static const struct gate_area areas[] = {
		{ .component = "api", .low = "1", .high = "1" },
		{ .component = "web", .low = "0", .high = "0" },
		{ .owner = "@b", .low = "0.5", .high = "1" },
		{ .owner = "@a", .low = "1", .high = "1" },
	};
	static const struct gate_area poor = { .component = "api",
		                               .low = "0.9",
		                               .high = "1" };
	static const struct gate_area shared[] = {
		{ .component = "api", .low = "0.9", .high = "1" },
		{ .owner = "@b", .low = "0.9", .high = "1" },
		{ .owner = "@a", .low = "1.0", .high = "1" },
		{ .owner = "@c", .low = "0", .high = "1" },
	};
	static const struct gate_area bad = { .component = "api",
		                              .low = "0",
		                              .high = "0" };
	struct gate_record r[3];
	struct fixture f;

	fixture_init(&f, parts_policy, "a=pass b=pass c=pass");
	check_str_eq(fixture_line(&f), "100 100 1 100 - CONDITIONAL 3",
	             "nothing speaks of the critical one");
	check_str_eq(f.a->conditions[0].reason, "component api: no check speaks of it",
	             "as it says");
	memcpy(r, f.evidence.records, sizeof(r));
	f.evidence.records = r;
	r[0].areas = areas;
	r[0].area_count = 4;
	fixture_assess(&f);
	check_str_eq(parts_line(&f), "api 100-100 web 0-0 @a 100-100 @b 50-100", "parts");
	check_str_eq(fixture_line(&f), "100 100 1 100 - GO 0",
	             "only critical ones decide");
	r[1].areas = &poor;
	r[1].area_count = 1;
	fixture_assess(&f);
	check_str_eq(fixture_line(&f), "100 100 1 100 - CONDITIONAL 3", "below 95");
	check_str_eq(f.a->conditions[0].reason,
	             "component api: its score 92.5 is below 95", "why");
	check_str_eq(who_and_when(&f, "b"), "@api 336", "b would do most");
	f.policy->components[0].owner = NULL;
	f.policy->checks[1].owner = NULL;
	r[1].areas = shared;
	r[1].area_count = 4;
	fixture_assess(&f);
	check_str_eq(who_and_when(&f, "b"), "@b @c 336", "whose files they are");
	f.policy->components[0].owner = "@api";
	r[1].area_count = 1;
	r[1].areas = &bad;
	fixture_assess(&f);
	check_str_eq(fixture_line(&f), "100 100 1 100 - NO-GO 1", "25 is below 75");
	check_str_eq(f.a->reasons[0], "component api: its score 25.0 is below 75", "why");
	r[1].area_count = 0;
	r[1].state = GATE_UNKNOWN;
	fixture_assess(&f);
	check_str_eq(parts_line(&f), "api 25-100 web 0-75 @a 25-100 @b 25/2-100",
	             "what is unknown counts in all of them");
	fixture_fini(&f);
}

Test(assess, a_part_counts_once_and_bad_numbers_are_unknown)
{
	static const struct gate_area areas[] = {
		{ .component = "api", .low = "0", .high = "0" },
		{ .component = "api", .low = "1", .high = "1" },
		{ .component = "web", .low = "1", .high = "1.5" },
		{ .component = "none", .low = "1", .high = "1" },
	};
	struct gate_record r[3];
	struct fixture f;

	fixture_init(&f, parts_policy, "a=pass b=pass c=pass");
	memcpy(r, f.evidence.records, sizeof(r));
	f.evidence.records = r;
	r[0].areas = areas;
	r[0].area_count = 4;
	fixture_assess(&f);
	check_str_eq(parts_line(&f), "api 0-0 web 0-100", "parts");
	fixture_fini(&f);
}

Test(assess, the_limit_of_not_applicable_comes_before_that_of_attestations)
{
	struct fixture f;

	fixture_init(&f,
	             ONE
	             "checks:\n"
	             "  - {id: a, category: g, weight: 25, " ATTEST "}\n"
	             "  - {id: b, category: g, weight: 28, collect: {suite: \"*\"}}\n"
	             "  - {id: c, category: g, weight: 47, collect: {suite: \"*\"}}\n",
	             "a=pass b=n/a c=pass");
	check_str_eq(fixture_states(&f), "a:unknown b:n/a c:pass",
	             "what attestations lose is not counted as unknown before");
	fixture_fini(&f);
}

#define WAIVED(expires)                                                                   \
	ONE "checks: [{id: a, category: g, blocker: P1, max_age: 1h,\n"                   \
	    "  collect: {suite: \"*\"}}]\n"                                               \
	    "waivers: [{fingerprint: f1, owner: ann, approver: bob, reason: r, issue: i," \
	    " expires: " expires "}, {check: a, owner: ann, approver: bob, reason: r,"    \
	    " issue: i, expires: " expires "}]\n"

Test(assess, a_waiver_in_force_is_a_condition_whatever_the_state)
{
	struct fixture f;

	fixture_init(&f, WAIVED("2027-01-29T08:00:00Z"), "a=pass");
	check_str_eq(fixture_line(&f), "100 100 1 100 - CONDITIONAL 3", "it passes");
	check_size_eq(f.a->note_count, 2, "each is reported 14 days before");
	fixture_fini(&f);
	fixture_init(&f, WAIVED("2027-01-29T08:00:01Z"), "a=pass");
	check_size_eq(f.a->note_count, 0, "and no earlier");
	fixture_fini(&f);
}

Test(assess, findings_of_expired_evidence_waive_nothing)
{
	static const char *const fingerprints[] = { "f1" };
	struct gate_record r;
	struct fixture f;

	fixture_init(&f, WAIVED("2027-02-01T00:00:00Z"), "a=fail");
	r = f.evidence.records[0];
	r.fingerprints = fingerprints;
	r.fingerprint_count = 1;
	f.evidence.records = &r;
	f.policy->waiver_count = 1; /* of the finding */
	fixture_assess(&f);
	check_true(f.a->checks[0].waived, "fresh evidence");
	r.ended_ms -= 3600 * 1000 + 1;
	fixture_assess(&f);
	check_true(!f.a->checks[0].waived, "expired evidence");
	fixture_fini(&f);
}

Test(assess, contributions_go_to_the_largest_remainder)
{
	static const int64_t want[] = { 333, 334, 333 };
	struct fixture f;

	/* 99.99..: L floors to 99.9, and the tenths left go to the largest remainders */
	fixture_init(&f,
	             OPEN "categories: [{id: g, title: G, weight: 1}, {id: h, title: H, "
	                  "weight: 1}, {id: i, title: I, weight: 1}]\nchecks:\n" CHECK(
				  "a", "1",
				  "") "  - {id: b, category: h, weight: 1, " COMMAND "}\n"
	                              "  - {id: c, category: i, weight: 1, " COMMAND
	                              "}\n",
	             "a=0.9999..1 b=pass c=0.9999..1");
	check_int_eq(f.a->lower_tenths, 999, "L is floored");
	fixture_fini(&f);
	fixture_init(&f,
	             OPEN ONE "checks:\n" CHECK("a", "1", "") CHECK("b", "1", "")
	                     CHECK("c", "1", ""),
	             "a=0.9999..1 b=pass c=pass");
	check_int_eq(f.a->lower_tenths, 999, "99.99 is 99.9");
	check_int_eq(f.a->checks[0].contribution, 333, "33.33 - 0.00..");
	check_int_eq(f.a->checks[1].contribution, 333, "33.3");
	check_int_eq(f.a->checks[2].contribution, 333, "33.3");
	fixture_fini(&f);
	fixture_init(&f,
	             OPEN ONE "checks:\n" CHECK("a", "1", "") CHECK("b", "1", "")
	                     CHECK("c", "1", ""),
	             "a=pass b=pass c=pass");
	check_int_eq(f.a->checks[0].contribution, want[1], "ties go in policy order");
	check_int_eq(f.a->checks[1].contribution, want[0], "33.3");
	check_int_eq(f.a->checks[2].contribution, want[2], "33.3");
	fixture_fini(&f);
}

Test(assess, weights_may_be_huge)
{
	static const struct example table[] = {
		{ "sums beyond 64 bits",
		  OPEN "categories: [{id: g, title: G, weight: 9223372036854775807}, "
		       "{id: h, title: H, weight: 9223372036854775807}]\nchecks:\n" CHECK(
			       "a", "9223372036854775807", "")
		               CHECK("b", "9223372036854775807",
		                     "") "  - {id: c, category: h, weight: "
		                         "9223372036854775807, " COMMAND "}\n",
		  "a=pass b=fail c=pass", NULL, "75 75 1 75 - GO 0" },
	};
	RUN(table);
}

Test(assess, ten_thousand_checks_are_assessed)
{
	static struct gate_check checks[10000];
	static struct gate_record records[10000];
	static struct gate_category categories[40];
	static char ids[10000][8];
	struct gate_policy p = { .categories = categories,
		                 .category_count = 40,
		                 .checks = checks,
		                 .check_count = 10000 };
	struct gate_evidence e = { .records = records, .record_count = 10000 };
	struct gate_assessment *a = NULL;
	struct err err = ERR_INIT;

	p.thresholds = (struct gate_thresholds){ "95",  "75", "0.95", "0.85", "80",
		                                 "60",  "59", "84",   "20",   "30",
		                                 false, 0,    false,  false };
	for (size_t i = 0; i < 10000; i++) {
		snprintf(ids[i], sizeof(ids[i]), "c%zu", i);
		checks[i] = (struct gate_check){ .id = ids[i],
			                         .category = i % 40,
			                         .weight = i * 7919 + 1 };
		records[i] = (struct gate_record){ .check = ids[i],
			                           .low = "0.5",
			                           .high = "0.75" };
		if (i % 7 == 0)
			records[i].state = GATE_NOT_APPLICABLE;
	}
	for (size_t g = 0; g < 40; g++)
		categories[g] = (struct gate_category){ .id = "g",
			                                .title = "G",
			                                .weight = g * 104729 + 1 };
	check_ok(gate_assess(&a, &p, &e, &err), &err);
	check_int_eq(a->lower_tenths, 500, "half of everything");
	check_int_eq(a->upper_tenths, 750, "three quarters at best");
	gate_assessment_free(a);
}
