// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "base/when.h"
#include "policy/people.h"
#include "verdict/assess_internal.h"

/*
 * A waiver names a check, a finding by its fingerprint, or that finding in that check
 * alone. Findings are waived one by one: the check counts as waived only when all that
 * its record lists are. A waiver that does not say when it was granted is read from now:
 * what ends more than 90 days later is not in force yet.
 */

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define LONGEST_MS (90 * DAY_MS)
#define SOON_MS (14 * DAY_MS)
/* Clocks of machines that work together differ by less. */
#define SKEW_MS 60000

static const char *name_of(struct gate_work *w, const struct gate_waiver *v)
{
	if (v->fingerprint == NULL)
		return v->check != NULL ? v->check : "nothing";
	return arena_printf(&w->a->arena, "%s%s%.16s", v->check != NULL ? v->check : "",
	                    v->check != NULL ? " " : "", v->fingerprint);
}

/* ---- is it in force? ---- */

static const char *time_fault(struct gate_work *w, const struct gate_waiver *v)
{
	char date[WHEN_TEXT];

	when_format(v->expires_ms, false, date);
	if (v->expires_ms <= w->a->now_ms)
		return arena_printf(&w->a->arena, "it expired at %s", date);
	if (v->expires_ms - w->a->now_ms > LONGEST_MS)
		return arena_printf(&w->a->arena,
		                    "it expires at %s, more than 90 days from now", date);
	if (v->renewed > 1)
		return "it was renewed more than once";
	if (!v->has_granted)
		return v->renewed > 0
		               ? "it was renewed, but does not say when it was granted"
		               : NULL;
	if (v->granted_ms > w->a->now_ms + SKEW_MS)
		return "it is not granted yet";
	if (v->expires_ms - v->granted_ms > (int64_t)(1 + v->renewed) * LONGEST_MS)
		return arena_printf(
			&w->a->arena,
			"it lasts longer than %d days from when it was granted",
			v->renewed > 0 ? 180 : 90);
	return NULL;
}

static const char *form_fault(struct gate_work *w, const struct gate_waiver *v)
{
	const struct {
		const char *what;
		const char *text;
	} names[] = { { "owner", v->owner },
		      { "approver", v->approver },
		      { "reason", v->reason },
		      { "issue", v->issue } };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (gate_name_is_blank(names[i].text))
			return arena_printf(&w->a->arena, "its %s was not filled in",
			                    names[i].what);
	for (size_t i = 0; i < 2; i++)
		if (gate_name_has_control(names[i].text))
			return arena_printf(&w->a->arena, "its %s has control characters",
			                    names[i].what);
	if (gate_name_eq(v->approver, v->owner))
		return "its approver is its owner";
	if (v->check == NULL && v->fingerprint == NULL)
		return "it names neither check nor fingerprint";
	if (v->check != NULL && map_get(&w->by_id, span_str(v->check)) == NULL)
		return "the policy has no such check";
	return NULL;
}

/* Whoever of the policy's people has this key. */
static bool find_signer(struct gate_work *w, const char *key, struct gate_person *out)
{
	const struct gate_policy *p = w->a->policy;

	for (size_t i = 0; i < p->signoff_count; i++)
		for (size_t k = 0; k < p->signoffs[i].people.count; k++) {
			gate_person_read(out, span_str(p->signoffs[i].people.items[k]),
			                 &w->a->arena);
			if (out->key != NULL && str_eq(out->key, key))
				return true;
		}
	return false;
}

static bool has_name(const struct gate_person *p, const char *name)
{
	for (size_t i = 0; i < p->name_count; i++)
		if (gate_name_eq(p->names[i], name))
			return true;
	return false;
}

/* Fills who signed it. When it was granted is the signer's own word: with the key of
 * someone who has left it could be any day, so the key has to be valid still. */
static const char *signature_fault(struct gate_work *w, size_t i, struct gate_person *by)
{
	const struct gate_waiver *v = &w->a->policy->waivers[i];
	const struct gate_waiver_signed *s;
	const int64_t when = v->has_granted ? v->granted_ms : w->a->now_ms;

	if (v->signature == NULL)
		return w->a->policy->thresholds.signed_waivers
		               ? "it is unsigned, and the policy wants it signed"
		               : NULL;
	if (w->evidence->waivers == NULL)
		return "its signature was not read";
	s = &w->evidence->waivers[i];
	if (s->fault != NULL)
		return s->fault;
	if (!find_signer(w, s->key, by))
		return "it is signed by nobody whom the policy's signoff names";
	if (by->fault != NULL)
		return by->fault;
	if ((by->has_after && when < by->after_ms) ||
	    (by->has_before && (when >= by->before_ms || w->a->now_ms >= by->before_ms)))
		return "the key that signed it was not valid";
	w->a->waivers[i].signer = by->names[0];
	if (!has_name(by, v->approver))
		return arena_printf(&w->a->arena, "%s signed it, not its approver %s",
		                    by->names[0], v->approver);
	return has_name(by, v->owner) ? "its approver is its owner" : NULL;
}

static const char *author_fault(struct gate_work *w, const struct gate_person *by)
{
	const struct gate_authors *all = &w->evidence->authors;

	if (all->recorded && !all->known)
		return "who wrote the change is not known, and an author may not approve";
	for (size_t i = 0; i < all->count; i++)
		if (gate_person_wrote(by, all->items[i].name, all->items[i].email))
			return arena_printf(
				&w->a->arena,
				"its approver %s is an author of the change (%s)",
				by->names[0], all->items[i].email);
	return NULL;
}

/* Why the waiver is ignored, or NULL if it is in force. */
static const char *waiver_fault(struct gate_work *w, size_t i)
{
	const struct gate_waiver *v = &w->a->policy->waivers[i];
	struct gate_person by = { .names = &v->approver, .name_count = 1 };
	const char *why = time_fault(w, v);

	if (why == NULL)
		why = form_fault(w, v);
	if (why == NULL)
		why = signature_fault(w, i, &by);
	return why != NULL ? why : author_fault(w, &by);
}

static void note_end(struct gate_work *w, const struct gate_waiver *v)
{
	char date[WHEN_TEXT];

	if (v->expires_ms - w->a->now_ms > SOON_MS)
		return;
	when_format(v->expires_ms, false, date);
	gate_add_note(w, arena_printf(&w->a->arena, "the waiver of %s ends at %s",
	                              name_of(w, v), date));
}

static bool lasts_longer(const struct gate_waiver *a, const struct gate_waiver *b)
{
	return b == NULL || a->expires_ms > b->expires_ms;
}

/* Key of a waived finding: the fingerprint, or "check\nfingerprint" in that check alone.
 */
static struct span finding_key(struct buf *key, const char *check,
                               const char *fingerprint)
{
	buf_clear(key);
	if (check != NULL)
		buf_printf(key, "%s\n", check);
	buf_puts(key, fingerprint);
	return buf_span(key);
}

/* The map borrows waivers as non-const pointers: it holds their index plus one. */
static bool keep_finding(struct map *findings, const struct gate_policy *p,
                         const struct gate_waiver *v)
{
	struct gate_waiver *found;
	struct buf key = BUF_INIT;
	bool ok = true;

	finding_key(&key, v->check, v->fingerprint);
	found = map_get(findings, buf_span(&key));
	if (lasts_longer(v, found))
		ok = map_set(findings, buf_span(&key), &p->waivers[v - p->waivers]);
	ok = ok && buf_ok(&key);
	buf_fini(&key);
	return ok;
}

static bool take_waivers(struct gate_work *w, struct map *findings)
{
	const struct gate_policy *p = w->a->policy;

	for (size_t i = 0; i < p->waiver_count; i++) {
		const struct gate_waiver *v = &p->waivers[i];
		const char *fault = waiver_fault(w, i);
		struct gate_assessed_check *s;

		w->a->waivers[i].waiver = v;
		w->a->waivers[i].why = fault;
		if (fault != NULL) {
			gate_add_note(w, arena_printf(&w->a->arena,
			                              "the waiver of %s is ignored: %s",
			                              name_of(w, v), fault));
			continue;
		}
		note_end(w, v);
		if (v->fingerprint != NULL) {
			if (!keep_finding(findings, p, v))
				return false;
			continue;
		}
		s = map_get(&w->by_id, span_str(v->check));
		if (lasts_longer(v, s->waiver))
			s->waiver = v;
	}
	return true;
}

/* The waiver that ends first among those of all the record's findings, NULL if one of
 * them is not waived. */
static const struct gate_waiver *waiver_of_findings(const struct map *findings,
                                                    const struct gate_record *r,
                                                    struct buf *key)
{
	const struct gate_waiver *first = NULL;

	for (size_t i = 0; i < r->fingerprint_count; i++) {
		const struct gate_waiver *v;

		v = map_get(findings, finding_key(key, r->check, r->fingerprints[i]));
		if (v == NULL)
			v = map_get(findings, finding_key(key, NULL, r->fingerprints[i]));
		if (v == NULL)
			return NULL;
		if (first == NULL || v->expires_ms < first->expires_ms)
			first = v;
	}
	return first;
}

enum err_code gate_waivers_apply(struct gate_work *w, struct err *err)
{
	struct map findings = MAP_INIT;
	struct buf key = BUF_INIT;
	enum err_code rc = ERR_OK;

	w->a->waivers = arena_array(&w->a->arena, w->a->policy->waiver_count,
	                            sizeof *w->a->waivers);
	if (w->a->waivers == NULL || !take_waivers(w, &findings)) {
		rc = err_nomem(err);
		goto out;
	}
	for (size_t i = 0; i < w->a->policy->check_count; i++) {
		struct gate_assessed_check *s = &w->a->checks[i];

		if (s->waiver == NULL && s->record != NULL && !s->expired)
			s->waiver = waiver_of_findings(&findings, s->record, &key);
		s->waived = s->waiver != NULL;
	}
	rc = buf_err(&key, err);
out:
	buf_fini(&key);
	map_fini(&findings);
	return rc;
}
