// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "crypto/digest.h"
#include "roadmap/beads_internal.h"
#include "verdict/gain.h"

#include <stdlib.h>
#include <string.h>

/* What a run wants to be tracked. References are "seaworthy:KIND:NAME" for phase, task
 * and check, "seaworthy:RULE:DIGITS" for findings: rules have a dot, kinds have none. */

enum { ID_DIGITS = 8, TITLE_MAX = 500 };

const char *const beads_statuses[4] = { "open", "in_progress", "blocked", "closed" };

struct making {
	const struct gate_beads *b;
	struct arena *arena;
	struct beads_list *list;
};

static const struct gate_assessment *assessment_of(const struct making *m)
{
	return m->b->roadmap->assessment;
}

static struct beads_issue *push(const struct making *m)
{
	return arena_push(m->arena, &m->list->items, &m->list->count, &m->list->cap,
	                  sizeof(struct beads_issue));
}

/* Titles have a limit; cut where a character ends. */
static const char *title(const struct making *m, const char *prefix, const char *text)
{
	struct buf out = BUF_INIT;
	struct span rest = span_str(text);
	const char *s;

	buf_puts(&out, prefix);
	while (rest.len > 0 && out.len + 4 <= TITLE_MAX) {
		const size_t n = str_utf8_len(rest);

		buf_put(&out, n > 0 ? span_of(rest.ptr, n) : span_str("?"));
		rest = span_from(rest, n > 0 ? n : 1);
	}
	s = arena_dup(m->arena, buf_span(&out));
	buf_fini(&out);
	return s;
}

static const char *named(const struct making *m, const char *id)
{
	return arena_printf(m->arena, "sw-%s", id);
}

static const char *priority_prefix(const struct making *m, unsigned p)
{
	return p > 2 ? "note: " : arena_printf(m->arena, "P%u: ", p);
}

/* ---- phases and tasks ---- */

static unsigned most_urgent(const struct gate_roadmap *r, const struct gate_phase *p)
{
	unsigned best = p->task_count > 0 ? 4 : 2;

	for (size_t i = 0; i < p->task_count; i++)
		if (r->tasks[p->first + i].priority < best)
			best = r->tasks[p->first + i].priority;
	return best;
}

static const char *score_text(const struct making *m)
{
	char digits[64];

	gate_ratio_text(&assessment_of(m)->final, 1, digits);
	return arena_str(m->arena, digits);
}

static void want_phase(const struct making *m, size_t index)
{
	const struct gate_roadmap *r = m->b->roadmap;
	const struct gate_phase *p = &r->phases[index];
	struct beads_issue *i = push(m);

	if (i == NULL)
		return;
	i->id = named(m, p->id);
	i->title = title(m, "", p->title);
	i->description = arena_printf(m->arena, "%zu of %zu tasks done, score %s%s%s",
	                              p->done, p->task_count, score_text(m),
	                              p->target != NULL ? " of " : "",
	                              p->target != NULL ? p->target : "");
	i->acceptance = arena_printf(m->arena, "all tasks done%s%s",
	                             p->target != NULL ? ", score at least " : "",
	                             p->target != NULL ? p->target : "");
	i->status = p->reached            ? BEADS_CLOSED
	            : index == r->current ? BEADS_IN_PROGRESS
	                                  : BEADS_OPEN;
	i->priority = most_urgent(r, p);
	i->type = "epic";
	i->labels[0] = "seaworthy";
	i->external_ref = arena_printf(m->arena, "seaworthy:phase:%s", p->id);
	if (p->reached)
		i->why_closed = arena_printf(m->arena, "measured: %s", i->description);
}

static const char *accept_text(const struct making *m, const struct gate_task *t,
                               bool states)
{
	const struct gate_assessment *a = assessment_of(m);
	struct buf out = BUF_INIT;
	const char *s;

	for (size_t i = 0; i < t->accept_count; i++) {
		buf_printf(&out, "%s%s", i > 0 ? "; " : "",
		           a->policy->checks[t->accept[i]].id);
		if (states)
			buf_printf(&out, ": %s",
			           gate_state_name(a->checks[t->accept[i]].state));
	}
	s = buf_ok(&out) ? arena_dup(m->arena, buf_span(&out)) : NULL;
	buf_fini(&out);
	return s;
}

static void want_needs(const struct making *m, const struct gate_task *t,
                       struct beads_issue *i)
{
	i->blockers = arena_array(m->arena, t->need_count + 1, sizeof(const char *));
	for (size_t k = 0; k < t->need_count && i->blockers != NULL; k++)
		i->blockers[i->blocker_count++] =
			named(m, m->b->roadmap->tasks[t->needs[k]].id);
}

static void want_task(const struct making *m, const struct gate_task *t)
{
	struct beads_issue *i = push(m);

	if (i == NULL)
		return;
	i->id = named(m, t->id);
	i->title = title(m, "", t->title);
	i->description = t->accept_count > 0
	                         ? accept_text(m, t, true)
	                         : "no check is named that could show it is done";
	if (t->accept_count > 0)
		i->acceptance =
			arena_printf(m->arena, "pass: %s", accept_text(m, t, false));
	i->status = t->state == GATE_TASK_DONE      ? BEADS_CLOSED
	            : t->state == GATE_TASK_BLOCKED ? BEADS_BLOCKED
	                                            : BEADS_OPEN;
	i->priority = t->priority;
	i->type = "task";
	i->labels[0] = "seaworthy";
	i->external_ref = arena_printf(m->arena, "seaworthy:task:%s", t->id);
	i->assignee = t->owner;
	i->parent = named(m, m->b->roadmap->phases[t->phase].id);
	want_needs(m, t, i);
	if (t->state == GATE_TASK_DONE)
		i->why_closed = arena_printf(m->arena, "measured: %s", i->description);
}

/* ---- bugs ---- */

static const char *phase_of_check(const struct making *m, size_t check)
{
	const struct gate_roadmap *r = m->b->roadmap;
	const struct gate_task *t = gate_roadmap_task_of(r, check);

	return t != NULL ? named(m, r->phases[t->phase].id) : NULL;
}

static bool is_lacking(enum gate_state s)
{
	return s == GATE_FAIL || s == GATE_UNKNOWN || s == GATE_ERROR;
}

static const char *digits_of(const struct making *m, const char *text)
{
	char hex[DIGEST_HEX];

	if (digest_hex(span_str(text), hex, NULL) != ERR_OK)
		m->arena->failed = true;
	hex[ID_DIGITS] = '\0';
	return arena_str(m->arena, hex);
}

static void want_blocker(const struct making *m, size_t check)
{
	const struct gate_assessment *a = assessment_of(m);
	const struct gate_check *c = &a->policy->checks[check];
	const struct gate_assessed_check *s = &a->checks[check];
	struct beads_issue *i;

	if (c->blocker == GATE_NO_BLOCKER || s->warns_only || !is_lacking(s->state) ||
	    (i = push(m)) == NULL)
		return;
	i->external_ref = arena_printf(m->arena, "seaworthy:check:%s", c->id);
	i->id = named(m, digits_of(m, i->external_ref));
	i->priority = c->blocker == GATE_P0 ? 0 : 1;
	i->title = title(m, priority_prefix(m, i->priority), c->title);
	i->description = arena_printf(
		m->arena, "%s: %s%s%s", c->id, gate_state_name(s->state),
		s->message != NULL ? ", " : "", s->message != NULL ? s->message : "");
	i->acceptance = arena_printf(m->arena, "pass: %s", c->id);
	i->type = "bug";
	i->labels[0] = "seaworthy";
	i->labels[1] = c->blocker == GATE_P0 ? "p0" : "p1";
	i->labels[2] = c->category_id;
	i->parent = phase_of_check(m, check);
}

static bool has(const struct gate_strings *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_glob(list->items[i], span_str(text)))
			return true;
	return false;
}

static bool looks_for(const struct gate_check *c, const char *rule)
{
	return c->collector == GATE_COLLECT_SCAN && has(&c->scan_rules, rule);
}

static bool counts(const struct gate_check *c, const struct rep_located *f)
{
	return looks_for(c, f->rule) &&
	       (c->scan_scopes.count > 0 ? has(&c->scan_scopes, f->scope)
	                                 : str_eq(f->scope, "production"));
}

/* The check that counts the finding and is not content, the gravest; SIZE_MAX: none. */
static size_t check_of(const struct making *m, const struct rep_located *f)
{
	const struct gate_assessment *a = assessment_of(m);
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < a->policy->check_count; i++) {
		const struct gate_check *c = &a->policy->checks[i];

		if (a->checks[i].state == GATE_PASS || !counts(c, f))
			continue;
		if (found == SIZE_MAX || c->blocker == GATE_P0)
			found = i;
		if (c->blocker == GATE_P0)
			break;
	}
	return found;
}

static unsigned priority_of(const struct gate_check *c, const struct rep_located *f)
{
	if (c->blocker != GATE_NO_BLOCKER)
		return c->blocker == GATE_P0 ? 0 : 1;
	return str_eq(f->severity, "note") ? 3 : 2;
}

static const char *family(const struct making *m, const char *rule)
{
	return arena_dup(m->arena, span_of(rule, strcspn(rule, ".")));
}

static const char *label_of(unsigned priority)
{
	static const char *const labels[] = { "p0", "p1", "p2", NULL };

	return labels[priority];
}

struct group {
	const struct rep_located *first;
	size_t check;
	size_t count;
};

static void want_group(const struct making *m, const struct group *g)
{
	const struct gate_check *c = &assessment_of(m)->policy->checks[g->check];
	const struct rep_located *f = g->first;
	struct beads_issue *i = push(m);
	struct buf path = BUF_INIT;

	if (i == NULL)
		return;
	str_display(&path, f->path);
	i->id = arena_printf(m->arena, "sw-%.*s", ID_DIGITS, f->fingerprint);
	i->external_ref = arena_printf(m->arena, "seaworthy:%s:%.*s", f->rule, ID_DIGITS,
	                               f->fingerprint);
	i->priority = priority_of(c, f);
	i->title = title(m, priority_prefix(m, i->priority), f->message);
	i->description = arena_printf(m->arena, "%s:%llu %s: measured %zu, wanted 0",
	                              buf_str(&path), (unsigned long long)f->line,
	                              f->rule, g->count);
	i->acceptance = arena_printf(m->arena, "0 findings of %s in this file like this",
	                             f->rule);
	i->type = "bug";
	i->labels[0] = "seaworthy";
	i->labels[1] = label_of(i->priority);
	i->labels[2] = family(m, f->rule);
	i->parent = phase_of_check(m, g->check);
	buf_fini(&path);
}

/* Findings come by place: those of one file lie together. */
static int by_group(const void *a, const void *b)
{
	const struct rep_located *x = *(const struct rep_located *const *)a;
	const struct rep_located *y = *(const struct rep_located *const *)b;
	int c = span_cmp(x->path, y->path);

	if (c == 0)
		c = strcmp(x->rule, y->rule);
	if (c == 0)
		c = strcmp(x->message, y->message);
	if (c == 0)
		c = (x->line > y->line) - (x->line < y->line);
	return c != 0 ? c : (x->column > y->column) - (x->column < y->column);
}

static bool is_same(const struct rep_located *a, const struct rep_located *b)
{
	return str_eq(a->rule, b->rule) && str_eq(a->message, b->message) &&
	       span_cmp(a->path, b->path) == 0;
}

static void want_findings(const struct making *m)
{
	const struct rep_findings *f = m->b->findings;
	const struct rep_located **sorted;
	struct group g = { .first = NULL };
	size_t n = 0;

	if (f == NULL)
		return;
	sorted = arena_array(m->arena, f->count + 1, sizeof(const struct rep_located *));
	for (size_t i = 0; i < f->count && sorted != NULL; i++)
		if (!str_eq(f->items[i].state, "known") &&
		    check_of(m, &f->items[i]) != SIZE_MAX)
			sorted[n++] = &f->items[i];
	if (n > 0)
		qsort(sorted, n, sizeof(const struct rep_located *), by_group);
	for (size_t i = 0; i < n; i++) {
		if (g.first != NULL && is_same(g.first, sorted[i])) {
			g.count++;
			continue;
		}
		if (g.first != NULL)
			want_group(m, &g);
		g = (struct group){ sorted[i], check_of(m, sorted[i]), 1 };
	}
	if (g.first != NULL)
		want_group(m, &g);
}

static int by_id(const void *a, const void *b)
{
	const struct beads_issue *x = a;
	const struct beads_issue *y = b;
	int c = strcmp(x->id, y->id);

	return c != 0 ? c : strcmp(x->external_ref, y->external_ref);
}

/* Two of a hundred thousand findings may share their digits: the first keeps the id. */
static void part_equal_ids(const struct making *m)
{
	struct beads_list *l = m->list;

	for (size_t i = 1; i < l->count; i++)
		if (str_eq(l->items[i].id, l->items[i - 1].id))
			l->items[i].id =
				arena_printf(m->arena, "%s-%s", l->items[i].id,
			                     digits_of(m, l->items[i].external_ref));
}

enum err_code beads_wanted(const struct gate_beads *b, struct arena *arena,
                           struct beads_list *out, struct err *err)
{
	const struct making m = { b, arena, out };
	const struct gate_roadmap *r = b->roadmap;

	for (size_t i = 0; i < r->phase_count; i++)
		want_phase(&m, i);
	for (size_t i = 0; i < r->task_count; i++)
		want_task(&m, &r->tasks[i]);
	for (size_t i = 0; i < r->assessment->policy->check_count; i++)
		want_blocker(&m, i);
	want_findings(&m);
	if (!arena_ok(arena))
		return arena_err(arena, err);
	if (out->count > 0)
		qsort(out->items, out->count, sizeof(*out->items), by_id);
	part_equal_ids(&m);
	return arena_err(arena, err);
}

/* ---- what is gone ---- */

static const char *gone_check(const struct gate_assessment *a, struct arena *arena,
                              const char *id)
{
	for (size_t i = 0; i < a->policy->check_count; i++) {
		const struct gate_assessed_check *s = &a->checks[i];

		if (!str_eq(a->policy->checks[i].id, id))
			continue;
		return arena_printf(arena, "measured: %s: %s%s%s", id,
		                    gate_state_name(s->state),
		                    s->message != NULL ? ", " : "",
		                    s->message != NULL ? s->message : "");
	}
	return arena_printf(arena, "the policy has no check %s any more", id);
}

/* Some check of the run has looked for the rule, everywhere. */
static const char *gone_finding(const struct gate_beads *b, struct arena *arena,
                                const char *rule)
{
	const struct gate_assessment *a = b->roadmap->assessment;

	if (b->findings == NULL || !b->findings->complete)
		return NULL;
	for (size_t i = 0; i < a->policy->check_count; i++) {
		const enum gate_state s = a->checks[i].state;

		if (looks_for(&a->policy->checks[i], rule) &&
		    (s == GATE_PASS || s == GATE_WARN || s == GATE_FAIL))
			return arena_printf(arena, "measured: 0 findings of %s like this",
			                    rule);
	}
	return NULL;
}

const char *beads_gone(const struct gate_beads *b, struct arena *arena,
                       const char *external_ref)
{
	const char *kind = external_ref + strlen("seaworthy:");
	const size_t len = strcspn(kind, ":");
	const char *name = kind + len + (kind[len] == ':');

	if (len == 5 && strncmp(kind, "check", len) == 0)
		return gone_check(b->roadmap->assessment, arena, name);
	if ((len == 5 && strncmp(kind, "phase", len) == 0) ||
	    (len == 4 && strncmp(kind, "task", len) == 0))
		return "the policy does not have it any more";
	return gone_finding(b, arena, arena_dup(arena, span_of(kind, len)));
}
