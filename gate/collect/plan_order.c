// SPDX-License-Identifier: Apache-2.0
#include "collect/plan_order.h"

#include "base/map.h"
#include "collect/demand.h"
#include "collect/workspace.h"

/* The copy of the project that the unit runs in, by name; NULL: in the project itself. */
static const char *copy_of(const struct gate_policy *p, struct gate_workspace *w,
                           const struct gate_unit *u)
{
	if (u->kind == GATE_UNIT_BUILD && p->builds[u->index].scratch)
		return gate_workspace_name(w, true, p->builds[u->index].id);
	if (u->kind == GATE_UNIT_SUITE && p->suites[u->index].scratch)
		return gate_workspace_name(w, false, p->suites[u->index].id);
	return NULL;
}

/* The scan sees the project as it is, not what builds leave in it. */
int64_t gate_unit_priority(const struct gate_policy *policy, const struct gate_unit *u)
{
	if (u->kind == GATE_UNIT_SCAN)
		return INT64_MAX;
	if (u->kind == GATE_UNIT_SUITE)
		return (int64_t)policy->suites[u->index].priority;
	return u->kind == GATE_UNIT_BENCH ? INT64_MIN : 0;
}

/* What it needs; a command, which cannot say what it needs, comes after all builds. */
static bool set_after(struct gate_schedule_item *item, struct arena *arena,
                      const struct gate_plan *plan, const struct map *by_id,
                      const struct gate_unit *u)
{
	bool command = u->kind == GATE_UNIT_COMMAND;
	size_t *after = arena_array(
		arena, u->need_count + (command ? plan->count : 0) + 1, sizeof(*after));
	size_t count = 0;

	if (after == NULL)
		return false;
	for (size_t i = 0; i < u->need_count; i++) {
		const struct gate_unit *need = map_get(by_id, span_str(u->needs[i]));

		if (need != NULL)
			after[count++] = (size_t)(need - plan->units);
	}
	for (size_t i = 0; command && i < plan->count; i++)
		if (plan->units[i].kind == GATE_UNIT_BUILD)
			after[count++] = i;
	item->after = after;
	item->after_count = count;
	return true;
}

static enum err_code make_items(struct gate_schedule_item *items, struct arena *arena,
                                const struct gate_policy *policy,
                                const struct gate_plan *plan, const struct map *by_id,
                                size_t jobs, struct gate_workspace *workspace,
                                struct err *err)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct gate_unit *u = &plan->units[i];
		struct gate_demands demands;
		enum err_code rc;

		items[i].instant = u->left_out != NULL || u->cached;
		if (u->left_out != NULL)
			continue;
		if (!set_after(&items[i], arena, plan, by_id, u))
			return err_nomem(err);
		rc = gate_demands_of(arena, policy, u, jobs,
		                     copy_of(policy, workspace, u), &demands, err);
		if (rc != ERR_OK)
			return rc;
		items[i].demands = demands.items;
		items[i].demand_count = demands.count;
		items[i].duration_ms = u->estimate_ms;
		items[i].priority = gate_unit_priority(policy, u);
		items[i].keeps = u->kind == GATE_UNIT_FIXTURE;
	}
	return ERR_OK;
}

enum err_code gate_plan_schedule(struct gate_schedule **out, struct arena *arena,
                                 const struct gate_policy *policy,
                                 const struct gate_plan *plan, size_t jobs,
                                 struct gate_workspace *workspace, struct err *err)
{
	struct gate_schedule_item *items =
		arena_array(arena, plan->count + 1, sizeof(*items));
	struct gate_demand capacities[GATE_CAPACITIES];
	struct map by_id;
	enum err_code rc = items != NULL ? ERR_OK : err_nomem(err);

	map_init(&by_id);
	for (size_t i = 0; rc == ERR_OK && i < plan->count; i++)
		if (!map_set(&by_id, span_str(plan->units[i].id), &plan->units[i]))
			rc = err_nomem(err);
	if (rc == ERR_OK)
		rc = make_items(items, arena, policy, plan, &by_id, jobs, workspace, err);
	map_fini(&by_id);
	if (rc != ERR_OK)
		return rc;
	gate_capacities(jobs, capacities);
	return gate_schedule_new(out, arena, items, plan->count, capacities,
	                         GATE_CAPACITIES, err);
}

/* ---- told ahead ---- */

struct ahead {
	const struct gate_plan *plan;
	struct gate_schedule *schedule;
	size_t *order;
	size_t count;
	size_t *running;
	size_t running_count;
	uint64_t *ends_ms;
	uint64_t now_ms;
};

static uint64_t duration_of(const struct gate_unit *u)
{
	return u->cached || u->left_out != NULL ? 0 : u->estimate_ms;
}

static void start(struct ahead *a, size_t unit)
{
	const struct gate_unit *u = &a->plan->units[unit];

	if (u->left_out == NULL)
		a->order[a->count++] = unit;
	a->ends_ms[unit] = a->now_ms + duration_of(u);
	a->running[a->running_count++] = unit;
}

/* The next that ends does; of several the one that started first. */
static void finish(struct ahead *a)
{
	size_t first = 0;
	size_t unit;

	for (size_t i = 1; i < a->running_count; i++)
		if (a->ends_ms[a->running[i]] < a->ends_ms[a->running[first]])
			first = i;
	unit = a->running[first];
	for (size_t i = first + 1; i < a->running_count; i++)
		a->running[i - 1] = a->running[i];
	a->running_count--;
	a->now_ms = a->ends_ms[unit];
	gate_schedule_over(a->schedule, unit);
}

static void go_through(struct ahead *a)
{
	size_t unit;

	for (;;) {
		while (gate_schedule_take(a->schedule, &unit))
			start(a, unit);
		if (a->running_count > 0)
			finish(a);
		else if (gate_schedule_force(a->schedule, &unit))
			start(a, unit);
		else
			break;
	}
	for (size_t i = 0; i < a->plan->count; i++)
		if (a->plan->units[i].left_out != NULL)
			a->order[a->count++] = i;
}

enum err_code gate_plan_order(size_t **out, struct arena *arena,
                              const struct gate_policy *policy,
                              const struct gate_plan *plan, size_t jobs,
                              struct gate_workspace *workspace, struct err *err)
{
	struct ahead a = { .plan = plan };
	enum err_code rc;

	a.order = arena_array(arena, plan->count + 1, sizeof(*a.order));
	a.running = arena_array(arena, plan->count + 1, sizeof(*a.running));
	a.ends_ms = arena_array(arena, plan->count + 1, sizeof(*a.ends_ms));
	if (!arena_ok(arena))
		return err_nomem(err);
	rc = gate_plan_schedule(&a.schedule, arena, policy, plan, jobs, workspace, err);
	if (rc != ERR_OK)
		return rc;
	go_through(&a);
	*out = a.order;
	return ERR_OK;
}
