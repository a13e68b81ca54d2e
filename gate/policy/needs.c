// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "policy/load_internal.h"

/* The graph that `needs` spans: suites first, then builds, then fixtures. */

enum mark { UNSEEN, OPEN, DONE };

struct step {
	size_t node;
	size_t next; /* index of the need to follow */
};

struct graph {
	struct gate_load *load;
	struct step *stack; /* the path from a start to here */
	size_t depth;
	unsigned char *marks;
	size_t count;
};

/* Where a node stands in the policy. */
struct place {
	const char *section;
	size_t index;
	const char *id;
	const struct gate_strings *needs;
};

static struct place place_of(const struct graph *g, size_t node)
{
	const struct gate_policy *p = g->load->policy;

	if (node < p->suite_count)
		return (struct place){ "suites", node, p->suites[node].id,
			               &p->suites[node].needs };
	node -= p->suite_count;
	if (node < p->build_count)
		return (struct place){ "builds", node, p->builds[node].id,
			               &p->builds[node].needs };
	node -= p->build_count;
	return (struct place){ "fixtures", node, p->fixtures[node].id,
		               &p->fixtures[node].needs };
}

static const struct gate_origin *origin_of(const struct graph *g, size_t node)
{
	struct place p = place_of(g, node);

	return gate_load_section(g->load, p.section)->latest[p.index];
}

/* False for a name that only detection can answer. */
static bool find_node(const struct graph *g, const char *id, size_t *node)
{
	const struct gate_load *l = g->load;
	const struct gate_origin *o =
		map_get(&gate_load_section(l, "suites")->by_id, span_str(id));

	if (o != NULL) {
		*node = o->index;
		return true;
	}
	o = map_get(&gate_load_section(l, "builds")->by_id, span_str(id));
	if (o != NULL) {
		*node = l->policy->suite_count + o->index;
		return true;
	}
	o = map_get(&gate_load_section(l, "fixtures")->by_id, span_str(id));
	if (o == NULL)
		return false;
	*node = l->policy->suite_count + l->policy->build_count + o->index;
	return true;
}

/* The circle is the part of the path from `node` on. */
static enum err_code circle(const struct graph *g, size_t node)
{
	struct gate_load *l = g->load;
	const struct gate_origin *o = origin_of(g, node);
	const struct yaml *at = yaml_get(o->node, "needs");
	struct buf path = BUF_INIT;
	size_t i = 0;

	while (g->stack[i].node != node)
		i++;
	for (; i < g->depth && path.len < 160; i++)
		buf_printf(&path, "%s -> ", place_of(g, g->stack[i].node).id);
	buf_puts(&path, i < g->depth ? "..." : place_of(g, node).id);
	(void)yaml_error(l->err, o->doc, at != NULL ? at : o->node,
	                 "'needs' goes in a circle: %s", buf_str(&path));
	buf_fini(&path);
	return ERR_USAGE;
}

/* Follows one more need of the path's end, or takes the end off. */
static enum err_code follow(struct graph *g)
{
	struct step *end = &g->stack[g->depth - 1];
	const struct gate_strings *needs = place_of(g, end->node).needs;
	const char *id;
	size_t node = 0;

	if (end->next == needs->count) {
		g->marks[end->node] = DONE;
		g->depth--;
		return ERR_OK;
	}
	id = needs->items[end->next++];
	if (!gate_load_runs(g->load, id) && !gate_load_fixture(g->load, id))
		return gate_load_no_run(g->load, origin_of(g, end->node), "needs", id);
	if (!find_node(g, id, &node) || g->marks[node] == DONE)
		return ERR_OK;
	if (g->marks[node] == OPEN)
		return circle(g, node);
	g->marks[node] = OPEN;
	g->stack[g->depth++] = (struct step){ node, 0 };
	return ERR_OK;
}

enum err_code gate_check_needs(struct gate_load *l)
{
	struct graph g = { .load = l };
	enum err_code rc = ERR_OK;

	g.count = l->policy->suite_count + l->policy->build_count +
	          l->policy->fixture_count;
	g.stack = arena_array(&l->arena, g.count + 1, sizeof(*g.stack));
	g.marks = arena_array(&l->arena, g.count + 1, sizeof(*g.marks));
	if (g.stack == NULL || g.marks == NULL)
		return err_nomem(l->err);
	for (size_t start = 0; start < g.count; start++) {
		if (g.marks[start] != UNSEEN)
			continue;
		g.marks[start] = OPEN;
		g.stack[g.depth++] = (struct step){ start, 0 };
		while (rc == ERR_OK && g.depth > 0)
			rc = follow(&g);
		if (rc != ERR_OK)
			return rc;
	}
	return ERR_OK;
}
