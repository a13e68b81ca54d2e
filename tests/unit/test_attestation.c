// SPDX-License-Identifier: Apache-2.0
#include "assess_fixture.h"

#include "base/str.h"

TestSuite(attestation, .timeout = 10);

#define A \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJutHyS0/dAZwxMXt8tZk5QJzWDIGI3695flFjpa7LqR"
#define B \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDRpC/CjXm0xzGl0EtUlfffg2re13gvq45LfSteRDUTl"
#define DAY (INT64_C(24) * 3600 * 1000)

/* A check that a role attests; `a` says pass, whatever the policy says of it. */
static void begin(struct fixture *f, const char *more)
{
	struct buf text = BUF_INIT;

	buf_printf(
		&text,
		"thresholds: {max_attested_share: 100}\n"
		"categories: [{id: g, title: G, weight: 1}]\n"
		"checks: [{id: a, category: g, weight: 1, blocker: P1, collect: {attest: "
		"{role: lead, statement: s%s}}}]\n"
		"signoff: [{role: lead, need: 0, people: ['bob valid-before=20270116Z " B
		"']}, {role: other, need: 0, people: ['" A " alice']}]\n",
		more);
	fixture_init(f, buf_str(&text), "a=pass");
	buf_fini(&text);
}

static void expect(struct fixture *f, const char *why)
{
	fixture_assess(f);
	if (why == NULL) {
		check_int_eq(f->a->checks[0].state, GATE_PASS, "it counts");
		return;
	}
	check_int_eq(f->a->checks[0].state, GATE_UNKNOWN, "it does not: %s", why);
	check_str_contains(f->a->checks[0].message, why, "and says why");
}

Test(attestation, it_counts_until_it_expires)
{
	struct fixture f;
	struct gate_check *c;

	begin(&f, ", expires: 2027-01-31");
	c = &f.policy->checks[0];
	expect(&f, NULL);
	c->attest_expires_ms = FIXTURE_NOW + 1;
	expect(&f, NULL);
	check_true(f.a->condition_count > 0 && f.a->conditions[0].has_deadline &&
	                   f.a->conditions[0].deadline_ms == FIXTURE_NOW + 1,
	           "its end is the deadline of what rests on it");
	c->attest_expires_ms = FIXTURE_NOW;
	expect(&f, "not attested: it expired at");
	check_true(f.a->checks[0].expired, "expired, which is unknown");
	c->attest_expires_ms = FIXTURE_NOW + 366 * DAY + 1;
	expect(&f, "more than a year from now");
	c->has_attest_expires = false;
	expect(&f, NULL);
	fixture_fini(&f);
}

Test(attestation, its_end_is_told_two_weeks_ahead)
{
	struct fixture f;

	begin(&f, ", expires: 2027-01-31");
	f.policy->checks[0].attest_expires_ms = FIXTURE_NOW + 14 * DAY;
	fixture_assess(&f);
	check_true(f.a->note_count == 1, "a note");
	check_str_contains(f.a->notes[0], "the attestation of a ends at", "which one");
	f.policy->checks[0].attest_expires_ms++;
	fixture_assess(&f);
	check_true(f.a->note_count == 0, "not yet");
	fixture_fini(&f);
}

Test(attestation, a_placeholder_attests_nothing)
{
	struct fixture f;

	begin(&f, "");
	f.policy->checks[0].attest_role = "TBD";
	expect(&f, "its role was not filled in");
	fixture_fini(&f);
}

Test(attestation, it_is_signed_by_its_role)
{
	struct gate_waiver_signed s = { .key = B };
	struct fixture f;
	struct gate_check *c;

	begin(&f, ", expires: 2027-01-31");
	c = &f.policy->checks[0];
	f.policy->thresholds.signed_attestations = true;
	expect(&f, "the policy wants it signed");
	c->attest_signature = "read elsewhere";
	expect(&f, "its signature was not read");
	f.evidence.attested = &s;
	expect(&f, NULL);
	f.evidence.now_ms = FIXTURE_NOW + 2 * DAY;
	expect(&f, "the key that signed it is not valid");
	f.evidence.now_ms = FIXTURE_NOW;
	s.key = A;
	expect(&f, "nobody whom the policy names as lead");
	f.policy->thresholds.signed_attestations = false;
	expect(&f, "nobody whom the policy names as lead");
	s.fault = "its signature is none";
	expect(&f, "its signature is none");
	s = (struct gate_waiver_signed){ .key = B };
	c->has_attest_expires = false;
	expect(&f, "does not say when it expires");
	fixture_fini(&f);
}
