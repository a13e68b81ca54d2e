// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "policy/people.h"
#include "verdict/assess_internal.h"

/*
 * A person's word in place of a measurement. It counts until it expires; where it is
 * signed, or the policy wants it so, only if one of those whom `signoff` names for its
 * role signed what it says now, with a key that is valid still: when it was signed would
 * be the signer's own word.
 */

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define LONGEST_MS (366 * DAY_MS)
#define SOON_MS (14 * DAY_MS)

static const char *time_fault(struct gate_work *w, const struct gate_check *c,
                              bool *expired)
{
	char date[WHEN_TEXT];

	if (!c->has_attest_expires)
		return c->attest_signature != NULL
		               ? "it is signed, but does not say when it expires"
		               : NULL;
	when_format(c->attest_expires_ms, false, date);
	*expired = c->attest_expires_ms <= w->a->now_ms;
	if (*expired)
		return arena_printf(&w->a->arena, "it expired at %s", date);
	if (c->attest_expires_ms - w->a->now_ms > LONGEST_MS)
		return arena_printf(&w->a->arena,
		                    "it expires at %s, more than a year from now", date);
	if (c->attest_expires_ms - w->a->now_ms <= SOON_MS)
		gate_add_note(w, arena_printf(&w->a->arena,
		                              "the attestation of %s ends at %s", c->id,
		                              date));
	return NULL;
}

/* Whoever has this key in this role. */
static bool find_signer(struct gate_work *w, const char *role, const char *key,
                        struct gate_person *out)
{
	const struct gate_policy *p = w->a->policy;

	for (size_t i = 0; i < p->signoff_count; i++)
		for (size_t k = 0; k < p->signoffs[i].people.count; k++) {
			if (!str_eq(p->signoffs[i].role, role))
				continue;
			gate_person_read(out, span_str(p->signoffs[i].people.items[k]),
			                 &w->a->arena);
			if (out->key != NULL && str_eq(out->key, key))
				return true;
		}
	return false;
}

static const char *signature_fault(struct gate_work *w, size_t i)
{
	const struct gate_check *c = &w->a->policy->checks[i];
	const struct gate_waiver_signed *s;
	struct gate_person by;

	if (c->attest_signature == NULL)
		return w->a->policy->thresholds.signed_attestations
		               ? "it is unsigned, and the policy wants it signed"
		               : NULL;
	if (w->evidence->attested == NULL)
		return "its signature was not read";
	s = &w->evidence->attested[i];
	if (s->fault != NULL)
		return s->fault;
	if (!find_signer(w, c->attest_role, s->key, &by))
		return arena_printf(&w->a->arena,
		                    "it is signed by nobody whom the policy names as %s",
		                    c->attest_role);
	if (by.fault != NULL)
		return by.fault;
	if ((by.has_after && w->a->now_ms < by.after_ms) ||
	    (by.has_before && w->a->now_ms >= by.before_ms))
		return "the key that signed it is not valid";
	return NULL;
}

const char *gate_attestation_fault(struct gate_work *w, size_t i, bool *expired)
{
	const struct gate_check *c = &w->a->policy->checks[i];
	const char *why = c->attest_role != NULL && gate_name_is_blank(c->attest_role)
	                          ? "its role was not filled in"
	                          : time_fault(w, c, expired);

	if (why == NULL)
		why = signature_fault(w, i);
	return why == NULL ? NULL : arena_printf(&w->a->arena, "not attested: %s", why);
}
