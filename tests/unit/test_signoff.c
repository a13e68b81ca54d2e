// SPDX-License-Identifier: Apache-2.0
#include "assess_fixture.h"

#include "base/str.h"

TestSuite(signoff, .timeout = 10);

#define A \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJutHyS0/dAZwxMXt8tZk5QJzWDIGI3695flFjpa7LqR"
#define A2 \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEa7ODuGpuvyQ0HzFdwye/xXGZA3bDjJeDf+IhoryE8x"
#define B \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDRpC/CjXm0xzGl0EtUlfffg2re13gvq45LfSteRDUTl"
#define C \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE/vgKW+gZOGYL+Jb05o2S2B+5XccLsdXG7QIiqkcQUf"
#define DIGEST "dd00000000000000000000000000000000000000000000000000000000000000"
#define OLD "0100000000000000000000000000000000000000000000000000000000000000"

#define POLICY(rule)                                                                   \
	"categories: [{id: g, title: G, weight: 1}]\n"                                 \
	"checks: [{id: a, category: g, weight: 1, collect: {suite: '*'}}]\n"           \
	"signoff:\n  - {role: lead, " rule ", people: [\"" A " alice,alice@x\", \"" A2 \
	" desk,ALICE@x\", \"" B " bob bob@y\", \"" C " TBD\"]}\n"

/* A policy whose one check passes, and what people said of it. */
struct case_of {
	struct fixture f;
	struct gate_signoff said[4];
	size_t count;
};

static void case_init(struct case_of *c, const char *policy)
{
	memset(c, 0, sizeof *c);
	fixture_init(&c->f, policy, "a=pass");
	c->f.evidence.assessment = DIGEST;
	c->f.evidence.decided_ms = FIXTURE_NOW;
	c->f.evidence.authors = (struct gate_authors){ .known = true };
	c->f.evidence.signoffs = c->said;
}

static struct gate_signoff *say(struct case_of *c, const char *key)
{
	static const char *const files[] = { "1", "2", "3", "4" };
	struct gate_signoff *s = &c->said[c->count];

	*s = (struct gate_signoff){ .file = files[c->count],
		                    .role = "lead",
		                    .key = key,
		                    .assessment = DIGEST,
		                    .signed_ms = FIXTURE_NOW - 1000 };
	c->f.evidence.signoff_count = ++c->count;
	return s;
}

static void expect(struct case_of *c, const char *decision, const char *why)
{
	const struct gate_signed *last;
	static const char *const names[] = { "GO", "CONDITIONAL GO", "NO-GO" };

	fixture_assess(&c->f);
	check_str_eq(names[c->f.a->decision], decision, "decision");
	last = &c->f.a->signoffs[c->count - 1];
	check_true(last->counts == (why == NULL), "counts: %s", last->why);
	if (why != NULL)
		check_str_contains(last->why, why, "why not");
}

Test(signoff, an_approval_by_somebody_of_the_role_counts)
{
	struct case_of c;

	case_init(&c, POLICY("need: 1"));
	(void)say(&c, B);
	expect(&c, "GO", NULL);
	check_str_eq(c.f.a->signoffs[0].who, "bob", "who");
	c.said[0].key = "ssh-ed25519 AAAA";
	expect(&c, "CONDITIONAL GO", "nobody whom the policy names");
	c.said[0].key = B;
	c.said[0].role = "boss";
	expect(&c, "CONDITIONAL GO", "asks no boss");
	fixture_fini(&c.f);
}

Test(signoff, what_is_not_this_assessment_is_missing)
{
	struct case_of c;

	case_init(&c, POLICY("need: 1"));
	say(&c, B)->assessment = OLD;
	expect(&c, "CONDITIONAL GO", "the run was repeated since");
	check_str_eq(c.f.a->conditions[0].reason, "missing sign-off: lead", "condition");
	c.said[0].assessment = DIGEST;
	c.f.evidence.assessment = NULL;
	expect(&c, "CONDITIONAL GO", "no assessment");
	fixture_fini(&c.f);
}

Test(signoff, it_holds_from_its_time_until_it_expires)
{
	struct case_of c;
	struct gate_signoff *s;

	case_init(&c, POLICY("need: 1"));
	s = say(&c, B);
	s->has_expires = true;
	s->expires_ms = FIXTURE_NOW + 1;
	expect(&c, "GO", NULL);
	s->expires_ms = FIXTURE_NOW;
	expect(&c, "CONDITIONAL GO", "expired at");
	s->has_expires = false;
	s->signed_ms = FIXTURE_NOW + 60000;
	expect(&c, "GO", NULL);
	s->signed_ms++;
	expect(&c, "CONDITIONAL GO", "later than this decision");
	fixture_fini(&c.f);
}

#define ENDED (FIXTURE_NOW - INT64_C(600000))

Test(signoff, it_comes_after_the_run)
{
	struct case_of c;
	struct gate_signoff *s;

	case_init(&c, POLICY("need: 1"));
	c.f.evidence.has_ended = true;
	c.f.evidence.ended_ms = ENDED;
	s = say(&c, B);
	s->signed_ms = ENDED - 300000;
	expect(&c, "GO", NULL);
	s->signed_ms--;
	expect(&c, "CONDITIONAL GO", "signed before the run ended");
	s->reject = true;
	expect(&c, "CONDITIONAL GO", "signed before the run ended");
	c.f.evidence.has_ended = false;
	expect(&c, "NO-GO", NULL);
	fixture_fini(&c.f);
}

/* FIXTURE_NOW is 8:00 of 2027-01-15. */
Test(signoff, a_key_that_ended_signs_nothing_afterwards)
{
	struct case_of c;
	struct gate_signoff *s;

	case_init(&c, "categories: [{id: g, title: G, weight: 1}]\n"
	              "checks: [{id: a, category: g, weight: 1, collect: {suite: '*'}}]\n"
	              "signoff: [{role: lead, need: 1, people: "
	              "['bob valid-before=20270115075000Z " B "']}]\n");
	c.f.evidence.has_ended = true;
	c.f.evidence.ended_ms = ENDED - 1;
	s = say(&c, B);
	s->signed_ms = ENDED - 1;
	expect(&c, "GO", NULL);
	s->signed_ms = ENDED;
	expect(&c, "CONDITIONAL GO", "not valid any more");
	s->signed_ms = ENDED - 1;
	c.f.evidence.ended_ms = ENDED;
	expect(&c, "CONDITIONAL GO", "not valid any more");
	fixture_fini(&c.f);
}

Test(signoff, a_name_that_nobody_filled_in_has_not_signed)
{
	struct case_of c;

	case_init(&c, POLICY("need: 1"));
	(void)say(&c, C);
	expect(&c, "CONDITIONAL GO", "counts as unsigned");
	check_str_contains(c.f.a->signoffs[0].why, "TBD", "the name");
	c.said[0].fault = "the signature is not of this key and text";
	expect(&c, "CONDITIONAL GO", "not of this key");
	fixture_fini(&c.f);
}

Test(signoff, people_are_counted_and_no_keys)
{
	struct case_of c;

	case_init(&c, POLICY("need: 2"));
	(void)say(&c, A);
	expect(&c, "CONDITIONAL GO", NULL);
	check_str_eq(c.f.a->conditions[0].reason,
	             "missing sign-off: lead (1 of 2 people)", "so far");
	(void)say(&c, A2);
	c.said[1].signed_ms--;
	expect(&c, "CONDITIONAL GO", "desk said something later");
	(void)say(&c, B);
	expect(&c, "GO", NULL);
	check_u64_eq(c.f.a->roles[0].have, 2, "alice and bob");
	fixture_fini(&c.f);
}

Test(signoff, authors_do_not_approve_their_own_change)
{
	static const struct gate_author authors[] = { { "Carol", "carol@z" },
		                                      { "Alice A.", "alice@X" } };
	struct case_of c;

	case_init(&c, POLICY("need: 1, not_author: true"));
	c.f.evidence.authors.items = authors;
	c.f.evidence.authors.count = 2;
	(void)say(&c, A2);
	expect(&c, "CONDITIONAL GO", "desk is an author of the change (alice@X)");
	c.said[0].key = B;
	expect(&c, "GO", NULL);
	c.f.evidence.authors.known = false;
	expect(&c, "CONDITIONAL GO", "not known");
	fixture_fini(&c.f);

	case_init(&c, POLICY("need: 1"));
	c.f.evidence.authors =
		(struct gate_authors){ .known = true, .items = authors, .count = 2 };
	(void)say(&c, A);
	expect(&c, "GO", NULL);
	fixture_fini(&c.f);
}

Test(signoff, a_rejection_blocks_until_it_is_taken_back)
{
	static const struct gate_author authors[] = { { "Bob", "bob@y" } };
	struct case_of c;
	struct gate_signoff *s;

	case_init(&c, POLICY("need: 1, not_author: true"));
	c.f.evidence.authors =
		(struct gate_authors){ .known = true, .items = authors, .count = 1 };
	(void)say(&c, A);
	s = say(&c, B);
	s->reject = true;
	s->comment = "not today";
	expect(&c, "NO-GO", NULL);
	check_str_eq(c.f.a->reasons[0], "rejected by bob (lead): not today", "reason");
	check_int_eq(gate_assessment_exit(c.f.a, true), 1, "exit");
	check_int_eq(c.f.a->final_tenths, 1000, "the score is what it was");
	say(&c, B)->signed_ms = s->signed_ms + 1;
	fixture_assess(&c.f);
	check_int_eq(c.f.a->decision, GATE_GO, "taken back, and bob is an author");
	fixture_fini(&c.f);
}

/* ---- waivers ---- */

#define DAY (INT64_C(24) * 3600 * 1000)

static const char *ignored(struct fixture *f, struct gate_waiver v)
{
	f->policy->waivers = &v;
	f->policy->waiver_count = 1;
	fixture_assess(f);
	return f->a->waivers[0].why;
}

Test(signoff, waivers_that_nobody_may_believe_are_ignored)
{
	static const struct gate_author authors[] = { { "Alice", "alice@x" } };
	const struct gate_waiver good = { .check = "a",
		                          .owner = "bob",
		                          .approver = "alice",
		                          .reason = "r",
		                          .issue = "#1",
		                          .has_granted = true,
		                          .granted_ms = FIXTURE_NOW - 80 * DAY,
		                          .expires_ms = FIXTURE_NOW + 10 * DAY };
	struct case_of c;
	struct gate_waiver v = good;

	case_init(&c, POLICY("need: 0"));
	check_null(ignored(&c.f, v), "in force");
	v.expires_ms++;
	check_str_contains(ignored(&c.f, v), "longer than 90 days", "from its granting");
	v.renewed = 1;
	check_null(ignored(&c.f, v), "renewed");
	v.granted_ms -= 90 * DAY;
	check_str_contains(ignored(&c.f, v), "longer than 180 days", "renewed");
	v.renewed = 2;
	check_str_contains(ignored(&c.f, v), "more than once", "renewed twice");
	v = good;
	v.granted_ms = FIXTURE_NOW + DAY;
	check_str_contains(ignored(&c.f, v), "not granted yet", "of the future");
	v = good;
	v.approver = "Name here";
	check_str_contains(ignored(&c.f, v), "approver was not filled in", "placeholder");
	v = good;
	v.issue = "TBD";
	check_str_contains(ignored(&c.f, v), "issue was not filled in", "placeholder");
	v = good;
	v.owner = "ALICE";
	check_str_contains(ignored(&c.f, v), "approver is its owner", "herself");
	v.owner = "al\xe2\x80\x8bice\xc2\xa0";
	check_str_contains(ignored(&c.f, v), "approver is its owner", "and unseen");
	v.owner = "bob\x7f";
	check_str_contains(ignored(&c.f, v), "owner has control", "no name");
	c.f.evidence.authors =
		(struct gate_authors){ .known = true, .items = authors, .count = 1 };
	check_str_contains(ignored(&c.f, good), "an author of the change", "her own");
	c.f.evidence.authors = (struct gate_authors){ .known = false };
	check_null(ignored(&c.f, good), "evidence from elsewhere");
	c.f.evidence.authors.recorded = true;
	check_str_contains(ignored(&c.f, good), "who wrote the change is not known",
	                   "a run that could not tell");
	c.f.evidence.authors.known = true;
	c.f.policy->thresholds.signed_waivers = true;
	check_str_contains(ignored(&c.f, good), "wants it signed", "unsigned");
	fixture_fini(&c.f);
}

Test(signoff, a_signed_waiver_is_that_of_its_approver)
{
	struct gate_waiver_signed s = { .key = A2 };
	struct gate_waiver v = { .check = "a",
		                 .owner = "bob",
		                 .approver = "Alice@X",
		                 .reason = "r",
		                 .issue = "#1",
		                 .expires_ms = FIXTURE_NOW + DAY,
		                 .signature = "s" };
	struct case_of c;

	case_init(&c, POLICY("need: 0"));
	check_str_contains(ignored(&c.f, v), "not read", "nobody looked");
	c.f.evidence.waivers = &s;
	check_null(ignored(&c.f, v), "by the second key of hers");
	check_str_eq(c.f.a->waivers[0].signer, "desk", "who");
	s.key = B;
	check_str_contains(ignored(&c.f, v), "bob signed it, not its approver",
	                   "another");
	s.key = "ssh-ed25519 AAAA";
	check_str_contains(ignored(&c.f, v), "nobody whom the policy", "a stranger");
	s.fault = "its signature is none";
	check_str_contains(ignored(&c.f, v), "is none", "altered");
	fixture_fini(&c.f);
}

Test(signoff, a_waiver_ends_with_the_key_that_signed_it)
{
	static const struct gate_waiver_signed by = { .key = B };
	const struct gate_waiver v = { .check = "a",
		                       .owner = "alice",
		                       .approver = "bob",
		                       .reason = "r",
		                       .issue = "#1",
		                       .signature = "read elsewhere",
		                       .has_granted = true,
		                       .granted_ms = FIXTURE_NOW - 2 * DAY,
		                       .expires_ms = FIXTURE_NOW + 10 * DAY };
	struct case_of c;

	case_init(&c, "categories: [{id: g, title: G, weight: 1}]\n"
	              "checks: [{id: a, category: g, weight: 1, collect: {suite: '*'}}]\n"
	              "signoff: [{role: lead, need: 0, people: "
	              "['bob valid-before=20270115Z " B "']}]\n");
	c.f.evidence.waivers = &by;
	check_str_contains(ignored(&c.f, v), "was not valid", "whatever day it names");
	c.f.evidence.now_ms = FIXTURE_NOW - DAY;
	check_null(ignored(&c.f, v), "while the key was valid");
	fixture_fini(&c.f);
}
