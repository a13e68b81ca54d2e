// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/str.h"
#include "collect/command.h"
#include "collect/coverage/collect.h"
#include "collect/durations.h"
#include "plan_internal.h"

#include <string.h>

enum { NEEDS_DEPTH_MAX = 1000 };

bool gate_check_all_suites(const struct gate_check *c)
{
	return c->collector == GATE_COLLECT_SUITE && str_eq(c->suite, "*");
}

bool gate_check_all_builds(const struct gate_check *c)
{
	return c->collector == GATE_COLLECT_SUITE && str_eq(c->suite, "builds:*");
}

const char *gate_unit_kind_name(enum gate_unit_kind k)
{
	switch (k) {
	case GATE_UNIT_BUILD:
		return "build";
	case GATE_UNIT_SUITE:
		return "suite";
	case GATE_UNIT_SCAN:
		return "scan";
	case GATE_UNIT_COMMAND:
		return "command";
	case GATE_UNIT_FIXTURE:
		return "fixture";
	case GATE_UNIT_BENCH:
		return "bench";
	}
	return "";
}

bool gate_unit_kind_find(const char *name, enum gate_unit_kind *out)
{
	static const enum gate_unit_kind all[] = { GATE_UNIT_BUILD,   GATE_UNIT_SUITE,
		                                   GATE_UNIT_SCAN,    GATE_UNIT_COMMAND,
		                                   GATE_UNIT_FIXTURE, GATE_UNIT_BENCH };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!str_eq(name, gate_unit_kind_name(all[i])))
			continue;
		*out = all[i];
		return true;
	}
	return false;
}

/* ---- what they need ---- */

/* Builds come first, then suites, then fixtures. */
struct planner {
	const struct gate_policy *policy;
	struct gate_plan *plan;
	size_t cap;
	size_t node_count;
	struct map builds; /* ids to nodes, counted from 1 */
	struct map others;
	bool *needed;
	unsigned char *state; /* 0 unseen, 1 on the path, 2 in the plan */
	size_t *path;
	size_t depth;
};

/* What a node stands for. */
struct node {
	enum gate_unit_kind kind;
	size_t index;
	const char *id;
	const struct gate_strings *needs;
	const struct gate_command *command;
};

static bool is_build(const struct planner *b, size_t node)
{
	return node < b->policy->build_count;
}

static bool is_suite(const struct planner *b, size_t node)
{
	return !is_build(b, node) &&
	       node - b->policy->build_count < b->policy->suite_count;
}

static struct node node_at(const struct planner *b, size_t node)
{
	const struct gate_policy *p = b->policy;
	const struct gate_fixture *x;

	if (is_build(b, node))
		return (struct node){ GATE_UNIT_BUILD, node, p->builds[node].id,
			              &p->builds[node].needs, &p->builds[node].run };
	node -= p->build_count;
	if (node < p->suite_count)
		return (struct node){ GATE_UNIT_SUITE, node, p->suites[node].id,
			              &p->suites[node].needs, &p->suites[node].run };
	node -= p->suite_count;
	x = &p->fixtures[node];
	return (struct node){ GATE_UNIT_FIXTURE, node, x->id, &x->needs,
		              x->serve.shell != NULL || x->serve.argv.count > 0
		                      ? &x->serve
		                      : &x->run };
}

static const char *node_id(const struct planner *b, size_t node)
{
	return node_at(b, node).id;
}

static const struct gate_strings *node_needs(const struct planner *b, size_t node)
{
	return node_at(b, node).needs;
}

static size_t find_node(const struct planner *b, const struct map *m, const char *id)
{
	const size_t node = (size_t)(uintptr_t)map_get(m, span_str(id));

	return node > 0 ? node - 1 : b->node_count;
}

/* A name may mean a suite or a build; `builds_first` decides where both have it. Fixtures
 * have names of their own. */
static size_t find_either(const struct planner *b, const char *id, bool builds_first)
{
	size_t build = find_node(b, &b->builds, id);
	size_t suite = find_node(b, &b->others, id);

	if (builds_first)
		return build < b->node_count ? build : suite;
	return suite < b->node_count ? suite : build;
}

/* The first of each name. */
static bool name_nodes(struct planner *b)
{
	for (size_t i = 0; i < b->node_count; i++) {
		struct map *m = is_build(b, i) ? &b->builds : &b->others;
		struct span id = span_str(node_id(b, i));

		if (!map_has(m, id) && !map_set(m, id, (void *)(uintptr_t)(i + 1)))
			return false;
	}
	return true;
}

static enum err_code unknown_node(const struct planner *b, const char *who,
                                  const char *what, const char *id, struct err *err)
{
	struct arena *a = &b->plan->arena;
	const char **ids = arena_array(a, b->node_count + 1, sizeof(*ids));
	const char *meant = NULL;

	for (size_t i = 0; ids != NULL && i < b->node_count; i++)
		ids[i] = node_id(b, i);
	if (ids != NULL)
		meant = str_nearest(span_str(id), ids, b->node_count);
	return err_set(err, ERR_USAGE, "%s: there is no %s %s%s%s%s", who, what, id,
	               meant != NULL ? "; did you mean " : "", meant != NULL ? meant : "",
	               meant != NULL ? "?" : "");
}

/* Suites that were detected are not known to whoever checks the policy. */
static enum err_code need_of_coverage(struct planner *b, const struct gate_check *c,
                                      struct err *err)
{
	const struct gate_policy *p = b->policy;

	for (size_t i = 0; i < c->coverage_from.count; i++) {
		const char *id = c->coverage_from.items[i];
		size_t node = find_node(b, &b->others, id);

		if (!is_suite(b, node))
			return unknown_node(b, c->id, "suite", id, err);
	}
	for (size_t i = 0; i < p->suite_count; i++)
		if (gate_coverage_rests_on(c, &p->suites[i]))
			b->needed[p->build_count + i] = true;
	return ERR_OK;
}

/* Marks what a check runs. */
static enum err_code need_of_check(struct planner *b, const struct gate_check *c,
                                   struct err *err)
{
	const bool suites =
		c->collector == GATE_COLLECT_SUITE && gate_check_all_suites(c);
	const bool builds =
		c->collector == GATE_COLLECT_SUITE && gate_check_all_builds(c);
	size_t node;

	if (c->collector == GATE_COLLECT_COVERAGE)
		return need_of_coverage(b, c, err);
	if (c->collector != GATE_COLLECT_SUITE)
		return ERR_OK;
	for (size_t i = 0; (suites || builds) && i < b->node_count; i++)
		if ((builds && is_build(b, i)) || (suites && is_suite(b, i)))
			b->needed[i] = true;
	if (suites || builds)
		return ERR_OK;
	node = find_either(b, c->suite, false);
	if (node == b->node_count || (!is_build(b, node) && !is_suite(b, node)))
		return unknown_node(b, c->id, "suite or build", c->suite, err);
	b->needed[node] = true;
	return ERR_OK;
}

static struct gate_unit *add_unit(struct planner *b, enum gate_unit_kind kind,
                                  const char *id, size_t index)
{
	struct gate_plan *p = b->plan;
	struct gate_unit *u =
		arena_push(&p->arena, &p->units, &p->count, &b->cap, sizeof(*u));

	if (u != NULL)
		*u = (struct gate_unit){ .id = id, .kind = kind, .index = index };
	return u;
}

static const char *command_text(struct planner *b, const struct gate_command *command)
{
	struct buf text = BUF_INIT;
	const char *kept;

	gate_command_text(&text, command);
	kept = arena_str(&b->plan->arena, buf_str(&text));
	buf_fini(&text);
	return kept;
}

static const char *unit_id(struct planner *b, size_t node)
{
	static const char *const kinds[] = { [GATE_UNIT_BUILD] = "build",
		                             [GATE_UNIT_SUITE] = "suite",
		                             [GATE_UNIT_FIXTURE] = "fixture" };
	struct node n = node_at(b, node);

	return arena_printf(&b->plan->arena, "%s:%s", kinds[n.kind], n.id);
}

/* "a -> b -> a" */
static enum err_code circle(const struct planner *b, size_t node, struct err *err)
{
	struct buf text = BUF_INIT;
	size_t at = 0;

	while (at < b->depth && b->path[at] != node)
		at++;
	for (; at < b->depth; at++)
		buf_printf(&text, "%s -> ", node_id(b, b->path[at]));
	buf_puts(&text, node_id(b, node));
	err_set(err, ERR_USAGE, "suites and builds need each other in a circle: %s",
	        buf_str(&text));
	buf_fini(&text);
	return ERR_USAGE;
}

static enum err_code place(struct planner *b, size_t node, struct err *err);

static enum err_code place_needs(struct planner *b, const char *who,
                                 const struct gate_strings *needs, const char **ids,
                                 struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < needs->count && rc == ERR_OK; i++) {
		size_t other = find_either(b, needs->items[i], true);

		if (other == b->node_count)
			return unknown_node(b, who, "suite, build or fixture",
			                    needs->items[i], err);
		rc = place(b, other, err);
		ids[i] = unit_id(b, other);
	}
	return rc;
}

/* After all it needs, depth first. The path is no longer than there are nodes. */
static enum err_code place(struct planner *b, size_t node, struct err *err)
{
	struct node n = node_at(b, node);
	const char **ids = arena_array(&b->plan->arena, n.needs->count + 1, sizeof(*ids));
	struct gate_unit *u;
	enum err_code rc;

	if (b->state[node] == 2)
		return ERR_OK;
	if (b->state[node] == 1)
		return circle(b, node, err);
	if (b->depth == NEEDS_DEPTH_MAX)
		return err_set(err, ERR_LIMIT,
		               "%s: more than %d suites or builds in a row need "
		               "one another",
		               node_id(b, node), NEEDS_DEPTH_MAX);
	if (ids == NULL)
		return err_nomem(err);
	b->state[node] = 1;
	b->path[b->depth++] = node;
	rc = place_needs(b, n.id, n.needs, ids, err);
	b->depth--;
	b->state[node] = 2;
	if (rc != ERR_OK)
		return rc;
	u = add_unit(b, n.kind, unit_id(b, node), n.index);
	if (u == NULL)
		return err_nomem(err);
	u->command = command_text(b, n.command);
	u->needs = ids;
	u->need_count = n.needs->count;
	return ERR_OK;
}

static bool is_left_out(const struct planner *b, const struct gate_selection *s,
                        size_t node)
{
	return is_suite(b, node) &&
	       gate_plan_left_out(b->policy, s, node - b->policy->build_count) != NULL;
}

/* Which nodes something needs, and which of them something needs that stays. */
static void mark_needs(const struct planner *b, const bool *left, bool *needed,
                       bool *staying)
{
	for (size_t i = 0; i < b->node_count; i++) {
		const struct gate_strings *needs = node_needs(b, i);

		for (size_t k = 0; k < needs->count; k++) {
			const size_t node = find_either(b, needs->items[k], true);

			if (node == b->node_count)
				continue;
			needed[node] = true;
			staying[node] = staying[node] || !left[i];
		}
	}
}

/* Marks the builds that suites need and only such as are left out, and what those need.
 * Builds that no suite needs are measured for themselves, so they stay, but not where
 * only suites are asked for. False without memory. */
static bool leave_builds(const struct planner *b, const struct gate_selection *s,
                         bool *left)
{
	struct arena *a = &b->plan->arena;
	bool *needed = arena_array(a, b->node_count + 1, sizeof(*needed));
	bool *staying = arena_array(a, b->node_count + 1, sizeof(*staying));
	bool any = s->left_out != NULL;

	if (needed == NULL || staying == NULL)
		return false;
	for (size_t i = 0; i < b->node_count; i++) {
		left[i] = is_left_out(b, s, i);
		any = any || left[i];
	}
	for (bool more = any; more;) {
		more = false;
		memset(staying, 0, b->node_count);
		mark_needs(b, left, needed, staying);
		for (size_t i = 0; i < b->node_count; i++) {
			if (left[i] || is_suite(b, i) || staying[i] ||
			    (!needed[i] && !s->suites_only))
				continue;
			left[i] = true;
			more = true;
		}
	}
	return true;
}

static enum err_code place_left_out(struct planner *b, const struct gate_selection *s,
                                    size_t node, struct err *err)
{
	struct node n = node_at(b, node);
	struct gate_unit *u;

	if (b->state[node] == 2 || s->suites_only)
		return ERR_OK;
	b->state[node] = 2;
	u = add_unit(b, n.kind, unit_id(b, node), n.index);
	if (u == NULL)
		return err_nomem(err);
	u->command = command_text(b, n.command);
	u->left_out = n.kind == GATE_UNIT_SUITE
	                      ? gate_plan_left_out(b->policy, s, n.index)
	                      : "not selected: nothing that needs it is";
	return ERR_OK;
}

/* What is wanted, with all that it needs; at the end what is wanted and left out. */
static enum err_code place_wanted(struct planner *b, const struct gate_selection *s,
                                  struct err *err)
{
	bool *left = arena_array(&b->plan->arena, b->node_count + 1, sizeof(*left));
	enum err_code rc = ERR_OK;

	if (left == NULL || !leave_builds(b, s, left))
		return err_nomem(err);
	for (size_t i = 0; i < b->node_count && rc == ERR_OK; i++)
		if (b->needed[i] && !left[i])
			rc = place(b, i, err);
	for (size_t i = 0; i < b->node_count && rc == ERR_OK; i++)
		if (b->needed[i] && left[i])
			rc = place_left_out(b, s, i, err);
	return rc;
}

static void place_scan(struct planner *b, const bool *wanted)
{
	for (size_t i = 0; i < b->policy->check_count; i++) {
		struct gate_unit *u;

		if (!wanted[i] || b->policy->checks[i].collector != GATE_COLLECT_SCAN)
			continue;
		u = add_unit(b, GATE_UNIT_SCAN, "scan", 0);
		if (u != NULL)
			u->command = "seaworthy scan";
		return;
	}
}

/* The wanted commands, with all that they need. */
static enum err_code place_commands(struct planner *b, const bool *wanted,
                                    struct err *err)
{
	struct arena *a = &b->plan->arena;

	for (size_t i = 0; i < b->policy->check_count; i++) {
		const struct gate_check *c = &b->policy->checks[i];
		const char **ids =
			arena_array(a, c->command_needs.count + 1, sizeof(*ids));
		struct gate_unit *u;
		enum err_code rc;

		if (!wanted[i] || c->collector != GATE_COLLECT_COMMAND)
			continue;
		if (ids == NULL)
			return err_nomem(err);
		rc = place_needs(b, c->id, &c->command_needs, ids, err);
		if (rc != ERR_OK)
			return rc;
		u = add_unit(b, GATE_UNIT_COMMAND, arena_printf(a, "command:%s", c->id),
		             i);
		if (u == NULL)
			return err_nomem(err);
		u->command = command_text(b, &c->command);
		u->needs = ids;
		u->need_count = c->command_needs.count;
	}
	return ERR_OK;
}

/* One unit: benchmarks are measured in turn. Last, when nothing else is left. */
static void place_bench(struct planner *b, const bool *wanted)
{
	const size_t count = b->policy->check_count;
	bool *measured = arena_array(&b->plan->arena, count + 1, sizeof(*measured));
	struct gate_unit *u;
	bool any = false;

	for (size_t i = 0; measured != NULL && i < count; i++) {
		measured[i] =
			wanted[i] && b->policy->checks[i].collector == GATE_COLLECT_BENCH;
		any = any || measured[i];
	}
	u = any ? add_unit(b, GATE_UNIT_BENCH, "bench", 0) : NULL;
	if (u == NULL)
		return;
	u->command = "seaworthy bench";
	b->plan->measured = measured;
}

static bool init_planner(struct planner *b, const struct gate_policy *p,
                         struct gate_plan *out)
{
	size_t nodes = p->build_count + p->suite_count + p->fixture_count;

	*b = (struct planner){ .policy = p, .plan = out, .node_count = nodes };
	b->needed = arena_array(&out->arena, nodes + 1, sizeof(*b->needed));
	b->state = arena_array(&out->arena, nodes + 1, sizeof(*b->state));
	b->path = arena_array(&out->arena, nodes + 1, sizeof(*b->path));
	map_init(&b->builds);
	map_init(&b->others);
	return arena_ok(&out->arena) && name_nodes(b);
}

/* A policy whose `needs` are wrong is wrong whatever was asked for. */
static enum err_code check_needs(struct planner *b, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < b->node_count && rc == ERR_OK; i++)
		rc = place(b, i, err);
	if (rc != ERR_OK)
		return rc;
	memset(b->state, 0, b->node_count);
	b->plan->units = NULL;
	b->plan->count = 0;
	b->cap = 0;
	return ERR_OK;
}

static enum err_code place_project_code(struct planner *b, const struct gate_selection *s,
                                        const bool *wanted, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < b->policy->check_count && rc == ERR_OK; i++)
		if (wanted[i])
			rc = need_of_check(b, &b->policy->checks[i], err);
	for (size_t i = b->policy->build_count; is_suite(b, i); i++)
		if (gate_plan_suite_wanted(b->policy, s, i - b->policy->build_count))
			b->needed[i] = true;
	if (rc == ERR_OK)
		rc = place_wanted(b, s, err);
	if (rc == ERR_OK)
		rc = place_commands(b, wanted, err);
	if (rc == ERR_OK)
		place_bench(b, wanted);
	return rc;
}

/* The scan comes first: it is to see the project as it is, not what builds leave in it.
 */
enum err_code gate_plan_for(const struct gate_policy *p, const struct gate_selection *s,
                            const bool *wanted, struct gate_plan *out, struct err *err)
{
	struct planner b;
	enum err_code rc;

	*out = (struct gate_plan){ .units = NULL };
	arena_init(&out->arena);
	if (!init_planner(&b, p, out))
		rc = err_nomem(err);
	else if ((rc = check_needs(&b, err)) == ERR_OK) {
		place_scan(&b, wanted);
		if (!s->no_exec)
			rc = place_project_code(&b, s, wanted, err);
	}
	if (rc == ERR_OK)
		rc = arena_err(&out->arena, err);
	map_fini(&b.builds);
	map_fini(&b.others);
	if (rc != ERR_OK)
		gate_plan_fini(out);
	return rc;
}

enum err_code gate_plan_make(const struct gate_policy *p, const struct gate_selection *s,
                             struct gate_plan *out, struct err *err)
{
	struct arena scratch = ARENA_INIT;
	bool *wanted = NULL;
	enum err_code rc;

	*out = (struct gate_plan){ .units = NULL };
	rc = gate_plan_select(p, s, &scratch, &wanted, err);
	/* Excused by the policy itself: nothing is run for it. */
	for (size_t i = 0; rc == ERR_OK && i < p->check_count; i++)
		wanted[i] = wanted[i] && p->checks[i].not_applicable_reason == NULL;
	if (rc == ERR_OK)
		rc = gate_plan_for(p, s, wanted, out, err);
	arena_fini(&scratch);
	return rc;
}

void gate_plan_estimate(struct gate_plan *p, const struct gate_durations *d)
{
	for (size_t i = 0; i < p->count; i++)
		p->units[i].estimate_ms = gate_durations_get(d, p->units[i].id);
}

void gate_plan_fini(struct gate_plan *p)
{
	arena_fini(&p->arena);
	*p = (struct gate_plan){ .units = NULL };
}
