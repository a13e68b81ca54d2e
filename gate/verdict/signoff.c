// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "policy/people.h"
#include "verdict/assess_internal.h"

#include <inttypes.h>

/*
 * A sign-off counts if somebody whom the policy names for its role signed this very
 * assessment, at a time that was and until it expires, and wrote none of the change. Of
 * one person in one role the last word counts. People are counted, not keys.
 *
 * When it was signed is the signer's own word. It is not believed to be before the run
 * that it judges, so a key that had ended by then signs nothing.
 */

/* Clocks of machines that work together differ by less. */
#define SKEW_MS 60000
/* Whoever signs may do so elsewhere, by a clock that nobody sets. */
#define EARLY_MS 300000

struct role {
	const struct gate_signoff_rule *rule;
	struct gate_person *people;
	bool *approved; /* by the person at this place */
};

struct judging {
	struct gate_assessment *a;
	const struct gate_evidence *e;
	struct role *roles;
	/* Of each sign-off that is somebody's word: role and person, else NULL. */
	struct role **role;
	struct gate_person **person;
};

static struct role *find_role(struct judging *j, const char *name)
{
	for (size_t i = 0; i < j->a->policy->signoff_count; i++)
		if (str_eq(j->roles[i].rule->role, name))
			return &j->roles[i];
	return NULL;
}

static struct gate_person *find_person(const struct role *r, const char *key)
{
	for (size_t i = 0; i < r->rule->people.count; i++)
		if (r->people[i].key != NULL && str_eq(r->people[i].key, key))
			return &r->people[i];
	return NULL;
}

/* ---- one sign-off ---- */

/* The earliest that it can have been signed. */
static int64_t not_before(const struct gate_evidence *e, const struct gate_signoff *s)
{
	return e->has_ended && s->signed_ms < e->ended_ms ? e->ended_ms : s->signed_ms;
}

static const char *key_fault(struct judging *j, const struct gate_person *p,
                             const struct gate_signoff *s)
{
	if (p->fault != NULL)
		return arena_printf(
			&j->a->arena,
			"it counts as unsigned: in the policy, of its key, %s", p->fault);
	if (p->has_after && s->signed_ms < p->after_ms)
		return "its key was not valid yet";
	if (p->has_before && not_before(j->e, s) >= p->before_ms)
		return "its key was not valid any more";
	return NULL;
}

static const char *time_fault(struct judging *j, const struct gate_signoff *s)
{
	char date[WHEN_TEXT];

	if (s->signed_ms > j->e->decided_ms &&
	    s->signed_ms - j->e->decided_ms > SKEW_MS) {
		when_format(s->signed_ms, false, date);
		return arena_printf(&j->a->arena,
		                    "it was signed at %s, later than this decision",
		                    date);
	}
	if (j->e->has_ended && s->signed_ms < j->e->ended_ms &&
	    j->e->ended_ms - s->signed_ms > EARLY_MS) {
		when_format(j->e->ended_ms, false, date);
		return arena_printf(&j->a->arena,
		                    "it was signed before the run ended, at %s", date);
	}
	if (!s->has_expires || s->expires_ms > j->e->decided_ms)
		return NULL;
	when_format(s->expires_ms, false, date);
	return arena_printf(&j->a->arena, "it expired at %s", date);
}

static const char *subject_fault(struct judging *j, const struct gate_signoff *s)
{
	if (j->e->assessment == NULL)
		return "there is no assessment that could be signed: this is no whole run";
	if (str_eq(s->assessment, j->e->assessment))
		return NULL;
	return arena_printf(&j->a->arena,
	                    "it is of another assessment (%.12s), this one is %.12s: the "
	                    "run was repeated since",
	                    s->assessment, j->e->assessment);
}

/* Whoever wrote a part of it may still object. */
static const char *author_fault(struct judging *j, const struct role *r,
                                const struct gate_person *p, const struct gate_signoff *s)
{
	const struct gate_authors *all = &j->e->authors;

	if (!r->rule->not_author || s->reject)
		return NULL;
	if (!all->known)
		return "who wrote the change is not known, and an author may not sign";
	for (size_t i = 0; i < all->count; i++)
		if (gate_person_wrote(p, all->items[i].name, all->items[i].email))
			return arena_printf(
				&j->a->arena,
				"%s is an author of the change (%s): nobody approves "
				"their own%s%.12s",
				p->names[0], all->items[i].email,
				all->base != NULL ? "; since " : "",
				all->base != NULL ? all->base : "");
	return NULL;
}

/* Why it does not count on its own, or NULL. */
static const char *own_fault(struct judging *j, size_t i)
{
	const struct gate_signoff *s = j->a->signoffs[i].said;
	struct role *r;
	struct gate_person *p;
	const char *why;

	if (s->fault != NULL)
		return s->fault;
	r = find_role(j, s->role);
	if (r == NULL)
		return arena_printf(&j->a->arena, "the policy asks no %s to sign",
		                    s->role);
	p = find_person(r, s->key);
	if (p == NULL)
		return arena_printf(&j->a->arena,
		                    "it is signed by nobody whom the policy names as %s",
		                    s->role);
	j->a->signoffs[i].who = p->name_count > 0 ? p->names[0] : NULL;
	if ((why = key_fault(j, p, s)) != NULL || (why = subject_fault(j, s)) != NULL ||
	    (why = time_fault(j, s)) != NULL)
		return why;
	/* From here on it is their word, and takes back what they said before. */
	j->role[i] = r;
	j->person[i] = p;
	return author_fault(j, r, p, s);
}

/* ---- of one person the last ---- */

static bool comes_later(const struct gate_signoff *a, const struct gate_signoff *b)
{
	if (a->signed_ms != b->signed_ms)
		return a->signed_ms > b->signed_ms;
	/* At the same time: the objection; then one of them, whatever their order. */
	if (a->reject != b->reject)
		return a->reject;
	return strcmp(a->file, b->file) > 0;
}

static const char *later_word(struct judging *j, size_t i)
{
	const struct gate_signed *all = j->a->signoffs;

	for (size_t k = 0; k < j->a->signoff_count; k++)
		if (k != i && j->person[k] != NULL && j->role[k] == j->role[i] &&
		    gate_person_is(j->person[k], j->person[i]) &&
		    comes_later(all[k].said, all[i].said))
			return arena_printf(&j->a->arena, "%s said something later (%s)",
			                    all[i].who, all[k].said->file);
	return NULL;
}

/* ---- counting ---- */

/* Lines that stand for one person, also by way of a third, are told from each other by
 * the first of them. */
static size_t first_line(const struct role *r, size_t *first)
{
	const size_t n = r->rule->people.count;
	bool changed = true;

	for (size_t i = 0; i < n; i++)
		first[i] = i;
	while (changed) {
		changed = false;
		for (size_t i = 0; i < n; i++)
			for (size_t k = 0; k < i; k++) {
				if (first[i] == first[k] ||
				    !gate_person_is(&r->people[i], &r->people[k]))
					continue;
				changed = true;
				if (first[k] < first[i])
					first[i] = first[k];
				else
					first[k] = first[i];
			}
	}
	return n;
}

static enum err_code count_people(struct judging *j, const struct role *r, uint64_t *have,
                                  struct err *err)
{
	size_t *first = arena_array(&j->a->arena, r->rule->people.count, sizeof *first);
	bool *seen = arena_array(&j->a->arena, r->rule->people.count, sizeof *seen);
	size_t n;

	if (r->rule->people.count > 0 && (first == NULL || seen == NULL))
		return err_nomem(err);
	for (size_t i = 0; i < r->rule->people.count; i++)
		*have += r->approved[i];
	if (*have < 2)
		return ERR_OK;
	*have = 0;
	n = first_line(r, first);
	for (size_t i = 0; i < n; i++) {
		if (!r->approved[i] || seen[first[i]])
			continue;
		seen[first[i]] = true;
		++*have;
	}
	return ERR_OK;
}

static enum err_code read_role(struct judging *j, size_t i, struct err *err)
{
	struct role *r = &j->roles[i];
	const struct gate_signoff_rule *rule = &j->a->policy->signoffs[i];

	r->rule = rule;
	r->people = arena_array(&j->a->arena, rule->people.count, sizeof *r->people);
	r->approved = arena_array(&j->a->arena, rule->people.count, sizeof *r->approved);
	if (rule->people.count > 0 && (r->people == NULL || r->approved == NULL))
		return err_nomem(err);
	for (size_t k = 0; k < rule->people.count; k++)
		gate_person_read(&r->people[k], span_str(rule->people.items[k]),
		                 &j->a->arena);
	j->a->roles[i].need = rule->need;
	return ERR_OK;
}

static void judge_all(struct judging *j)
{
	struct gate_assessment *a = j->a;

	for (size_t i = 0; i < a->signoff_count; i++) {
		a->signoffs[i].said = &j->e->signoffs[i];
		a->signoffs[i].why = own_fault(j, i);
	}
	for (size_t i = 0; i < a->signoff_count; i++) {
		struct gate_signed *s = &a->signoffs[i];

		if (s->why == NULL)
			s->why = later_word(j, i);
		s->counts = s->why == NULL;
		if (s->counts && !s->said->reject)
			j->role[i]->approved[j->person[i] - j->role[i]->people] = true;
	}
}

enum err_code gate_signoffs_judge(struct gate_work *w, struct err *err)
{
	struct gate_assessment *a = w->a;
	const size_t rules = a->policy->signoff_count;
	const size_t said = w->evidence->signoff_count;
	struct judging j = { .a = a, .e = w->evidence };
	enum err_code rc = ERR_OK;

	j.roles = arena_array(&a->arena, rules, sizeof *j.roles);
	j.role = arena_array(&a->arena, said, sizeof *j.role);
	j.person = arena_array(&a->arena, said, sizeof *j.person);
	a->roles = arena_array(&a->arena, rules, sizeof *a->roles);
	a->signoffs = arena_array(&a->arena, said, sizeof *a->signoffs);
	if (!arena_ok(&a->arena))
		return err_nomem(err);
	a->signoff_count = said;
	for (size_t i = 0; i < rules && rc == ERR_OK; i++)
		rc = read_role(&j, i, err);
	if (rc == ERR_OK)
		judge_all(&j);
	for (size_t i = 0; i < rules && rc == ERR_OK; i++)
		rc = count_people(&j, &j.roles[i], &a->roles[i].have, err);
	return rc;
}

/* ---- what follows ---- */

const char *gate_signoff_missing(struct gate_assessment *a, size_t i)
{
	const struct gate_role_signed *r = &a->roles[i];
	const char *role = a->policy->signoffs[i].role;

	if (r->have >= r->need)
		return NULL;
	if (r->need == 1)
		return arena_printf(&a->arena, "missing sign-off: %s", role);
	return arena_printf(&a->arena,
	                    "missing sign-off: %s (%" PRIu64 " of %" PRIu64 " people)",
	                    role, r->have, r->need);
}

const char *gate_signoff_rejection(struct gate_assessment *a, const struct gate_signed *s)
{
	const char *comment = s->said->comment;

	return arena_printf(&a->arena, "rejected by %s (%s)%s%s", s->who, s->said->role,
	                    comment != NULL ? ": " : "", comment != NULL ? comment : "");
}
