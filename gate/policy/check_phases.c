// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "policy/decimal.h"
#include "policy/load_internal.h"

/* The roadmap: one graph over the tasks of all phases. */

enum mark { UNSEEN, OPEN, DONE };

struct step {
	size_t task;
	size_t next; /* index of the need to follow */
};

struct tasks {
	struct gate_load *load;
	const struct yaml **items;
	const char **ids;
	size_t count;
	struct map by_id; /* to the element of `ids` */
	unsigned char *marks;
	struct step *path;
	size_t depth;
};

static size_t count_tasks(const struct yaml *phases)
{
	size_t n = 0;

	for (size_t i = 0; i < yaml_count(phases); i++)
		n += yaml_count(yaml_get(yaml_at(phases, i), "tasks"));
	return n;
}

static enum err_code add_task(struct tasks *t, const struct yaml *task)
{
	const struct yaml *id = yaml_get(task, "id");
	const char **slot = &t->ids[t->count];

	if (map_has(&t->by_id, span_str(yaml_text(id))))
		return yaml_error(t->load->err, t->load->phases, id,
		                  "another phase has a task '%s' already", yaml_text(id));
	t->items[t->count++] = task;
	*slot = yaml_text(id);
	return map_set(&t->by_id, span_str(*slot), slot) ? ERR_OK
	                                                 : err_nomem(t->load->err);
}

static enum err_code check_accept(struct tasks *t, const struct yaml *task)
{
	const struct yaml *accept = yaml_get(task, "accept");
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < yaml_count(accept); i++)
		rc = gate_load_has_check(t->load, t->load->phases, yaml_at(accept, i));
	return rc;
}

static enum err_code no_task(const struct tasks *t, const struct yaml *name)
{
	const char *near = str_nearest(span_str(yaml_text(name)), t->ids, t->count);

	return yaml_error(t->load->err, t->load->phases, name, "no task '%s'%s%s%s",
	                  gate_load_shown(t->load, yaml_text(name)),
	                  near != NULL ? "; did you mean '" : "",
	                  near != NULL ? near : "", near != NULL ? "'?" : "");
}

static void open_task(struct tasks *t, size_t task)
{
	t->marks[task] = OPEN;
	t->path[t->depth++] = (struct step){ task, 0 };
}

/* Follows one more need of the path's end, or takes the end off. */
static enum err_code follow(struct tasks *t)
{
	struct step *end = &t->path[t->depth - 1];
	const struct yaml *needs = yaml_get(t->items[end->task], "needs");
	const struct yaml *name;
	const char **slot;
	size_t task;

	if (end->next == yaml_count(needs)) {
		t->marks[end->task] = DONE;
		t->depth--;
		return ERR_OK;
	}
	name = yaml_at(needs, end->next++);
	slot = map_get(&t->by_id, span_str(yaml_text(name)));
	if (slot == NULL)
		return no_task(t, name);
	task = (size_t)(slot - t->ids);
	if (t->marks[task] == OPEN)
		return yaml_error(t->load->err, t->load->phases, name,
		                  "'needs' goes in a circle: '%s' needs '%s', which "
		                  "needs it",
		                  t->ids[end->task], t->ids[task]);
	if (t->marks[task] == UNSEEN)
		open_task(t, task);
	return ERR_OK;
}

static enum err_code walk(struct tasks *t)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < t->count; i++) {
		if (t->marks[i] == UNSEEN)
			open_task(t, i);
		while (rc == ERR_OK && t->depth > 0)
			rc = follow(t);
	}
	return rc;
}

static enum err_code collect(struct tasks *t, const struct yaml *phases)
{
	const size_t room = count_tasks(phases) + 1;
	struct arena *a = &t->load->arena;
	enum err_code rc = ERR_OK;

	t->items = arena_array(a, room, sizeof(const struct yaml *));
	t->ids = arena_array(a, room, sizeof(const char *));
	t->marks = arena_array(a, room, 1);
	t->path = arena_array(a, room, sizeof(*t->path));
	if (!arena_ok(a))
		return err_nomem(t->load->err);
	for (size_t i = 0; i < yaml_count(phases); i++) {
		const struct yaml *tasks = yaml_get(yaml_at(phases, i), "tasks");

		for (size_t k = 0; rc == ERR_OK && k < yaml_count(tasks); k++)
			rc = add_task(t, yaml_at(tasks, k));
	}
	return rc;
}

/* Each phase builds on those before it. */
static enum err_code check_targets(struct gate_load *l, const struct yaml *phases)
{
	const char *before = "0";

	for (size_t i = 0; i < yaml_count(phases); i++) {
		const struct yaml *target = yaml_get(yaml_at(phases, i), "target");

		if (target == NULL)
			continue;
		if (gate_decimal_cmp(span_str(yaml_text(target)), span_str(before)) < 0)
			return yaml_error(l->err, l->phases, target,
			                  "'target' is below that of an earlier phase, "
			                  "%s",
			                  before);
		before = yaml_text(target);
	}
	return ERR_OK;
}

/* Trackers have one name for each: a task with the name of a phase would be its own
 * parent. */
static enum err_code check_names(const struct tasks *t, const struct yaml *phases)
{
	for (size_t i = 0; i < yaml_count(phases); i++) {
		const struct yaml *id = yaml_get(yaml_at(phases, i), "id");
		const char **task = map_get(&t->by_id, span_str(yaml_text(id)));

		if (task != NULL)
			return yaml_error(t->load->err, t->load->phases,
			                  yaml_get(t->items[task - t->ids], "id"),
			                  "a phase has the name '%s' already", *task);
	}
	return ERR_OK;
}

enum err_code gate_check_phases(struct gate_load *l)
{
	struct tasks t = { .load = l, .by_id = MAP_INIT };
	const struct yaml *phases;
	enum err_code rc;

	if (l->phases == NULL)
		return ERR_OK;
	phases = yaml_get(yaml_root(l->phases), "phases");
	rc = check_targets(l, phases);
	if (rc == ERR_OK)
		rc = collect(&t, phases);
	if (rc == ERR_OK)
		rc = check_names(&t, phases);
	for (size_t i = 0; rc == ERR_OK && i < t.count; i++)
		rc = check_accept(&t, t.items[i]);
	if (rc == ERR_OK)
		rc = walk(&t);
	map_fini(&t.by_id);
	return rc;
}

enum err_code gate_check_risks(struct gate_load *l)
{
	const struct yaml *risks;
	enum err_code rc = ERR_OK;

	if (l->risks == NULL)
		return ERR_OK;
	risks = yaml_get(yaml_root(l->risks), "risks");
	for (size_t i = 0; rc == ERR_OK && i < yaml_count(risks); i++) {
		const struct yaml *check = yaml_get(yaml_at(risks, i), "check");

		if (check != NULL)
			rc = gate_load_has_check(l, l->risks, check);
	}
	return rc;
}
