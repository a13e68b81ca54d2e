// SPDX-License-Identifier: Apache-2.0
#include "roadmap/roadmap.h"

#include "base/map.h"
#include "base/str.h"
#include "lib/json.h"

#include <stdlib.h>
#include <string.h>

/* Names were checked when the policy was read (policy/check_phases.c): one that is
 * nevertheless missing here is left out. */

struct loader {
	struct gate_roadmap *r;
	struct map checks; /* id to its struct gate_check */
	struct map tasks;  /* id to its struct gate_task */
};

const char *gate_task_state_name(enum gate_task_state s)
{
	static const char *const names[] = { "done", "ready", "blocked", "unmeasured" };

	return names[s];
}

const char *gate_risk_state_name(enum gate_risk_state s)
{
	static const char *const names[] = { "held", "open", "unknown", "unwatched" };

	return names[s];
}

static const char *text(struct gate_roadmap *r, const struct json *v, const char *key)
{
	return arena_str(&r->arena, json_string(json_get(v, key)));
}

/* ---- reading ---- */

static unsigned read_priority(const struct json *v)
{
	const char *word = json_string(json_get(v, "priority"));

	return word == NULL ? 2 : (unsigned)(word[1] - '0');
}

static void read_accept(struct loader *l, struct gate_task *t, const struct json *v)
{
	const struct json *list = json_get(v, "accept");
	size_t *at = arena_array(&l->r->arena, json_count(list) + 1, sizeof(*at));

	t->accept = at;
	for (const struct json *i = json_first(list); i != NULL && at != NULL;
	     i = json_next(i)) {
		const struct gate_check *c =
			map_get(&l->checks, span_str(json_string(i)));

		if (c != NULL)
			at[t->accept_count++] =
				(size_t)(c - l->r->assessment->policy->checks);
	}
}

static void read_needs(struct loader *l, struct gate_task *t, const struct json *v)
{
	const struct json *list = json_get(v, "needs");
	size_t *at = arena_array(&l->r->arena, json_count(list) + 1, sizeof(*at));

	t->needs = at;
	for (const struct json *i = json_first(list); i != NULL && at != NULL;
	     i = json_next(i)) {
		const struct gate_task *need =
			map_get(&l->tasks, span_str(json_string(i)));

		if (need != NULL)
			at[t->need_count++] = (size_t)(need - l->r->tasks);
	}
}

static enum err_code read_task(struct loader *l, size_t phase, const struct json *v,
                               struct err *err)
{
	struct gate_task *t = &l->r->tasks[l->r->task_count++];

	t->id = text(l->r, v, "id");
	t->title = text(l->r, v, "title");
	t->owner = text(l->r, v, "owner");
	t->priority = read_priority(v);
	t->phase = phase;
	if (t->title == NULL)
		t->title = t->id;
	read_accept(l, t, v);
	return t->id == NULL || !map_set(&l->tasks, span_str(t->id), t) ? err_nomem(err)
	                                                                : ERR_OK;
}

static enum err_code read_phase(struct loader *l, const struct json *v, struct err *err)
{
	struct gate_roadmap *r = l->r;
	struct gate_phase *p = &r->phases[r->phase_count];
	enum err_code rc = ERR_OK;

	p->id = text(r, v, "id");
	p->title = text(r, v, "title");
	p->target = arena_str(&r->arena, json_number(json_get(v, "target")));
	p->first = r->task_count;
	if (p->title == NULL)
		p->title = p->id;
	for (const struct json *t = json_first(json_get(v, "tasks"));
	     t != NULL && rc == ERR_OK; t = json_next(t))
		rc = read_task(l, r->phase_count, t, err);
	p->task_count = r->task_count - p->first;
	r->phase_count++;
	return rc;
}

static size_t count_tasks(const struct json *phases)
{
	size_t n = 0;

	for (const struct json *p = json_first(phases); p != NULL; p = json_next(p))
		n += json_count(json_get(p, "tasks"));
	return n;
}

static enum err_code read_phases(struct loader *l, struct err *err)
{
	struct gate_roadmap *r = l->r;
	struct json_doc *doc = NULL;
	const char *source = r->assessment->policy->phases;
	const struct json *root;
	size_t at = 0;
	enum err_code rc;

	if (source == NULL)
		return ERR_OK;
	rc = json_parse(&doc, span_str(source), "phases", err);
	root = rc == ERR_OK ? json_root(doc) : NULL;
	r->phases = arena_array(&r->arena, json_count(root) + 1, sizeof(*r->phases));
	r->tasks = arena_array(&r->arena, count_tasks(root) + 1, sizeof(*r->tasks));
	if (rc == ERR_OK)
		rc = arena_err(&r->arena, err);
	for (const struct json *p = json_first(root); p != NULL && rc == ERR_OK;
	     p = json_next(p))
		rc = read_phase(l, p, err);
	for (const struct json *p = json_first(root); p != NULL && rc == ERR_OK;
	     p = json_next(p))
		for (const struct json *t = json_first(json_get(p, "tasks")); t != NULL;
		     t = json_next(t))
			read_needs(l, &r->tasks[at++], t);
	json_free(doc);
	return rc;
}

/* ---- risks ---- */

static unsigned level(const char *word)
{
	return str_eq(word, "high") ? 3 : str_eq(word, "medium") ? 2 : 1;
}

static int gravest_first(const void *a, const void *b)
{
	const struct gate_risk *x = a;
	const struct gate_risk *y = b;
	const unsigned p = level(x->likelihood) * level(x->impact);
	const unsigned q = level(y->likelihood) * level(y->impact);

	return p != q ? (p < q) - (p > q) : strcmp(x->id, y->id);
}

static enum gate_risk_state watch(const struct loader *l, const char *check)
{
	const struct gate_assessment *a = l->r->assessment;
	const struct gate_check *c = check ? map_get(&l->checks, span_str(check)) : NULL;

	if (c == NULL)
		return GATE_RISK_UNWATCHED;
	switch (a->checks[c - a->policy->checks].state) {
	case GATE_PASS:
		return GATE_RISK_HELD;
	case GATE_WARN:
	case GATE_FAIL:
		return GATE_RISK_OPEN;
	case GATE_NOT_APPLICABLE:
		return GATE_RISK_UNWATCHED;
	case GATE_UNKNOWN:
	case GATE_ERROR:
		break;
	}
	return GATE_RISK_UNKNOWN;
}

static void read_risk(struct loader *l, struct gate_risk *k, const struct json *v)
{
	k->id = text(l->r, v, "id");
	k->risk = text(l->r, v, "risk");
	k->likelihood = text(l->r, v, "likelihood");
	k->impact = text(l->r, v, "impact");
	k->mitigation = text(l->r, v, "mitigation");
	k->contingency = text(l->r, v, "contingency");
	k->owner = text(l->r, v, "owner");
	k->check = text(l->r, v, "check");
	k->state = watch(l, k->check);
}

static enum err_code read_risks(struct loader *l, struct err *err)
{
	struct gate_roadmap *r = l->r;
	struct json_doc *doc = NULL;
	const char *source = r->assessment->policy->risks;
	const struct json *root;
	enum err_code rc;

	if (source == NULL)
		return ERR_OK;
	rc = json_parse(&doc, span_str(source), "risks", err);
	root = rc == ERR_OK ? json_root(doc) : NULL;
	r->risks = arena_array(&r->arena, json_count(root) + 1, sizeof(*r->risks));
	for (const struct json *k = json_first(root); k != NULL && r->risks != NULL;
	     k = json_next(k))
		read_risk(l, &r->risks[r->risk_count++], k);
	json_free(doc);
	if (rc == ERR_OK)
		rc = arena_err(&r->arena, err);
	if (rc == ERR_OK && r->risks != NULL && r->risk_count > 0)
		qsort(r->risks, r->risk_count, sizeof(*r->risks), gravest_first);
	return rc;
}

/* ---- judging ---- */

static bool is_accepted(const struct gate_roadmap *r, const struct gate_task *t)
{
	for (size_t i = 0; i < t->accept_count; i++)
		if (r->assessment->checks[t->accept[i]].state != GATE_PASS)
			return false;
	return t->accept_count > 0;
}

static bool has_needs(const struct gate_roadmap *r, const struct gate_task *t)
{
	for (size_t i = 0; i < t->need_count; i++)
		if (!is_accepted(r, &r->tasks[t->needs[i]]))
			return false;
	return true;
}

static void judge_tasks(struct gate_roadmap *r)
{
	for (size_t i = 0; i < r->task_count; i++) {
		struct gate_task *t = &r->tasks[i];

		if (is_accepted(r, t))
			t->state = GATE_TASK_DONE;
		else if (!has_needs(r, t))
			t->state = GATE_TASK_BLOCKED;
		else
			t->state = t->accept_count == 0 ? GATE_TASK_UNMEASURED
			                                : GATE_TASK_READY;
	}
}

static bool is_at(const struct gate_assessment *a, const char *target)
{
	struct gate_ratio t = GATE_RATIO_INIT;
	bool at;

	if (target == NULL)
		return true;
	at = gate_ratio_set_decimal(&t, span_str(target)) && !a->empty &&
	     gate_ratio_cmp(&a->final, &t) >= 0;
	gate_ratio_fini(&t);
	return at;
}

static void judge_phases(struct gate_roadmap *r)
{
	r->current = r->phase_count;
	for (size_t i = r->phase_count; i-- > 0;) {
		struct gate_phase *p = &r->phases[i];

		for (size_t k = 0; k < p->task_count; k++)
			p->done += r->tasks[p->first + k].state == GATE_TASK_DONE;
		p->score_reached = is_at(r->assessment, p->target);
		p->reached = p->score_reached && p->done == p->task_count;
		if (!p->reached)
			r->current = i;
	}
}

static enum err_code find_way(struct gate_roadmap *r, struct err *err)
{
	struct gate_ratio target = GATE_RATIO_INIT;
	enum err_code rc = ERR_OK;

	r->way.reached = true;
	if (r->current == r->phase_count || r->phases[r->current].target == NULL)
		return ERR_OK;
	if (gate_ratio_set_decimal(&target, span_str(r->phases[r->current].target)))
		rc = gate_way_find(&r->way, r->assessment, &target, err);
	gate_ratio_fini(&target);
	return rc;
}

enum err_code gate_roadmap_load(struct gate_roadmap *out, const struct gate_assessment *a,
                                struct err *err)
{
	struct loader l = { .r = out, .checks = MAP_INIT, .tasks = MAP_INIT };
	enum err_code rc = ERR_OK;

	memset(out, 0, sizeof(*out));
	arena_init(&out->arena);
	out->assessment = a;
	for (size_t i = 0; rc == ERR_OK && i < a->policy->check_count; i++)
		if (!map_set(&l.checks, span_str(a->policy->checks[i].id),
		             &a->policy->checks[i]))
			rc = err_nomem(err);
	if (rc == ERR_OK)
		rc = read_phases(&l, err);
	if (rc == ERR_OK)
		rc = read_risks(&l, err);
	if (rc == ERR_OK)
		rc = arena_err(&out->arena, err);
	if (rc == ERR_OK) {
		judge_tasks(out);
		judge_phases(out);
		rc = find_way(out, err);
	}
	map_fini(&l.checks);
	map_fini(&l.tasks);
	return rc;
}

void gate_roadmap_fini(struct gate_roadmap *r)
{
	gate_way_fini(&r->way);
	arena_fini(&r->arena);
}

const struct gate_task *gate_roadmap_task_of(const struct gate_roadmap *r, size_t check)
{
	for (size_t i = 0; i < r->task_count; i++)
		for (size_t k = 0; k < r->tasks[i].accept_count; k++)
			if (r->tasks[i].accept[k] == check &&
			    r->tasks[i].state != GATE_TASK_DONE)
				return &r->tasks[i];
	return NULL;
}
