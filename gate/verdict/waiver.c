// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "base/when.h"
#include "verdict/assess_internal.h"

/*
 * A waiver names a check, a finding by its fingerprint, or that finding in that check
 * alone. Findings are waived one by one: the check counts as waived only when all that
 * its record lists are. Policies carry no date of writing, so "expires within 90 days" is
 * read from now: what ends later is not in force yet.
 */

#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define LONGEST_MS (90 * DAY_MS)
#define SOON_MS (14 * DAY_MS)

static const char *name_of(struct gate_work *w, const struct gate_waiver *v)
{
	if (v->fingerprint == NULL)
		return v->check != NULL ? v->check : "nothing";
	return arena_printf(&w->a->arena, "%s%s%.16s", v->check != NULL ? v->check : "",
	                    v->check != NULL ? " " : "", v->fingerprint);
}

/* Why the waiver is ignored, or NULL if it is in force. */
static const char *waiver_fault(struct gate_work *w, const struct gate_waiver *v)
{
	char date[WHEN_TEXT];

	when_format(v->expires_ms, false, date);
	if (v->expires_ms <= w->a->now_ms)
		return arena_printf(&w->a->arena, "it expired at %s", date);
	if (v->expires_ms - w->a->now_ms > LONGEST_MS)
		return arena_printf(&w->a->arena,
		                    "it expires at %s, more than 90 days from now", date);
	if (str_eq(v->approver, v->owner))
		return "its approver is its owner";
	if (v->check == NULL && v->fingerprint == NULL)
		return "it names neither check nor fingerprint";
	if (v->check != NULL && map_get(&w->by_id, span_str(v->check)) == NULL)
		return "the policy has no such check";
	return NULL;
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
		const char *fault = waiver_fault(w, v);
		struct gate_assessed_check *s;

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

	if (!take_waivers(w, &findings)) {
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
