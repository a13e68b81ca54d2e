// SPDX-License-Identifier: Apache-2.0
#include "base/when.h"
#include "record/scorecard_internal.h"

#include <inttypes.h>

static const char *date_of(struct arena *arena, bool there, int64_t ms)
{
	char text[WHEN_TEXT];

	if (!there)
		return NULL;
	when_format(ms, false, text);
	return arena_str(arena, text);
}

/* ---- sign-offs ---- */

static const char *say_role(struct arena *arena, const struct gate_assessment *a,
                            size_t i)
{
	const struct gate_role_signed *r = &a->roles[i];

	if (r->have > r->need)
		return arena_printf(
			arena, "%s: %" PRIu64 " people signed, %" PRIu64 " asked for",
			a->policy->signoffs[i].role, r->have, r->need);
	return arena_printf(arena, "%s: %" PRIu64 " of %" PRIu64 " %s signed",
	                    a->policy->signoffs[i].role, r->have, r->need,
	                    r->need == 1 ? "person" : "people");
}

static const char *say_signoff(struct arena *arena, const struct rep_signoff *s)
{
	const char *who = s->who != NULL ? s->who : "somebody";

	if (s->when == NULL)
		return arena_printf(arena, "%s does not count: %s", s->file, s->why);
	return arena_printf(
		arena, "%s %s as %s at %s%s%s%s%s%s%s", who,
		s->reject ? "rejected" : "approved", s->role, s->when,
		s->expires != NULL ? ", until " : "",
		s->expires != NULL ? s->expires : "", s->comment != NULL ? ": " : "",
		s->comment != NULL ? s->comment : "",
		s->counts ? "" : "; this does not count: ", s->counts ? "" : s->why);
}

static void fill_signoff(struct arena *arena, struct rep_signoff *out,
                         const struct gate_signed *s)
{
	const bool read = s->said->fault == NULL;

	out->file = s->said->file;
	out->counts = s->counts;
	out->why = s->why;
	out->who = s->who;
	out->role = s->said->role;
	out->reject = read && s->said->reject;
	out->comment = read ? s->said->comment : NULL;
	out->when = date_of(arena, read, s->said->signed_ms);
	out->expires = date_of(arena, read && s->said->has_expires, s->said->expires_ms);
}

/* ---- waivers ---- */

static const char *say_waiver(struct arena *arena, const struct rep_waiver *v)
{
	return arena_printf(arena, "%s%s%.16s until %s: %s (%s; %s mends it, %s %s)%s%s",
	                    v->check != NULL ? v->check : "",
	                    v->check != NULL && v->fingerprint != NULL ? " " : "",
	                    v->fingerprint != NULL ? v->fingerprint : "", v->expires,
	                    v->reason, v->issue, v->owner, v->approver,
	                    v->signed_by != NULL ? "signed it" : "approved it, unsigned",
	                    v->why != NULL ? "; ignored: " : "",
	                    v->why != NULL ? v->why : "");
}

static bool ends_first(const struct gate_waived *a, const struct gate_waived *b)
{
	return a->waiver->expires_ms < b->waiver->expires_ms;
}

/* In the order of their ends; of the same end, as in the policy. */
static void sort_waivers(struct gate_waived *list, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k > 0 && ends_first(&list[k], &list[k - 1]); k--) {
			const struct gate_waived swap = list[k];

			list[k] = list[k - 1];
			list[k - 1] = swap;
		}
}

static void fill_waivers(struct rep_scorecard *out, struct arena *arena,
                         const struct gate_assessment *a)
{
	const size_t count = a->policy->waiver_count;
	struct gate_waived *all = arena_array(arena, count, sizeof *all);
	struct rep_waiver *list = arena_array(arena, count, sizeof *list);
	const char **lines = arena_array(arena, count, sizeof *lines);

	if (all == NULL || list == NULL || lines == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		all[i] = a->waivers[i];
	sort_waivers(all, count);
	for (size_t i = 0; i < count; i++) {
		const struct gate_waiver *v = all[i].waiver;

		list[i] = (struct rep_waiver){
			.check = v->check,
			.fingerprint = v->fingerprint,
			.owner = v->owner,
			.approver = v->approver,
			.reason = v->reason,
			.issue = v->issue,
			.expires = date_of(arena, true, v->expires_ms),
			.signed_by = all[i].signer,
			.why = all[i].why,
		};
		lines[i] = say_waiver(arena, &list[i]);
	}
	out->waivers = list;
	out->waiver_lines = lines;
	out->waiver_count = count;
}

void scorecard_people(struct rep_scorecard *out, struct arena *arena,
                      const struct gate_assessment *a)
{
	const size_t roles = a->policy->signoff_count;
	struct rep_signoff *list = arena_array(arena, a->signoff_count, sizeof *list);
	struct rep_role *role = arena_array(arena, roles, sizeof *role);
	const char **lines = arena_array(arena, roles + a->signoff_count, sizeof *lines);

	fill_waivers(out, arena, a);
	if (list == NULL || role == NULL || lines == NULL)
		return;
	for (size_t i = 0; i < roles; i++) {
		role[i] = (struct rep_role){ a->policy->signoffs[i].role,
			                     a->roles[i].have, a->roles[i].need };
		lines[i] = say_role(arena, a, i);
	}
	for (size_t i = 0; i < a->signoff_count; i++) {
		fill_signoff(arena, &list[i], &a->signoffs[i]);
		lines[roles + i] = say_signoff(arena, &list[i]);
	}
	out->roles = role;
	out->role_count = roles;
	out->signoffs = list;
	out->signoff_count = a->signoff_count;
	out->signoff_lines = lines;
	out->signoff_line_count = roles + a->signoff_count;
}
