// SPDX-License-Identifier: Apache-2.0
#include "graph.h"

#include "base/mem.h"

#include <stdlib.h>

void import_graph_init(struct import_graph *g)
{
	*g = (struct import_graph){ .names = NULL };
}

void import_graph_fini(struct import_graph *g)
{
	mem_free(g->names);
	mem_free(g->edges);
	import_graph_init(g);
}

size_t import_graph_node(struct import_graph *g, struct span name)
{
	if (!mem_grow(&g->names, g->count, &g->cap, sizeof(*g->names)))
		return IMPORT_NO_NODE;
	g->names[g->count] = name;
	return g->count++;
}

bool import_graph_edge(struct import_graph *g, const struct import_edge *e)
{
	if (e->from == e->to)
		return true;
	if (!mem_grow(&g->edges, g->edge_count, &g->edge_cap, sizeof(*g->edges)))
		return false;
	g->edges[g->edge_count++] = *e;
	return true;
}

/* ---- the edges of each node ---- */

static int compare_size(size_t a, size_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_edge(const void *a, const void *b)
{
	const struct import_edge *x = a;
	const struct import_edge *y = b;
	int order = compare_size(x->from, y->from);

	if (order == 0)
		order = compare_size(x->to, y->to);
	if (order == 0)
		order = compare_size(x->grade, y->grade);
	if (order == 0)
		order = compare_size(x->file, y->file);
	if (order == 0 && x->at != NULL && y->at != NULL)
		order = compare_size((size_t)x->at->line, (size_t)y->at->line);
	return order;
}

static void drop_repeated(struct import_graph *g)
{
	size_t kept = 0;

	if (g->edge_count > 1)
		qsort(g->edges, g->edge_count, sizeof(*g->edges), compare_edge);
	for (size_t i = 0; i < g->edge_count; i++) {
		const struct import_edge *last = kept > 0 ? &g->edges[kept - 1] : NULL;

		if (last == NULL || last->from != g->edges[i].from ||
		    last->to != g->edges[i].to)
			g->edges[kept++] = g->edges[i];
	}
	g->edge_count = kept;
}

struct member {
	struct span name;
	size_t node;
};

/* What one search for cycles needs; arrays have one element a node. */
struct search {
	struct import_graph *g;
	enum import_grade grade; /* edges beyond it do not count */
	size_t *first;           /* first edge of each node, and the end */
	bool *told;              /* the node is in a component that was told */
	/* Tarjan's. */
	size_t *index; /* in the order of the walk, from 1; 0: not seen */
	size_t *low;
	size_t *component; /* from 1; 0: none yet */
	size_t *next;      /* edge that comes next */
	size_t *path;      /* nodes that are being visited */
	size_t *stack;     /* nodes whose component is not known */
	size_t *done;      /* nodes, each component together */
	size_t depth;
	size_t top;
	size_t done_count;
	size_t order;
	size_t components;
	/* Of the search for a short cycle. */
	size_t *queue;
	size_t *via;  /* the edge that led here */
	size_t *mark; /* the search that came here */
	size_t *best; /* edges of the best cycle, backwards */
	size_t best_count;
	size_t searches;
	size_t spent;
	/* What is told. */
	struct member *members;
	struct span *names;
	const struct import_edge **edges;
	bool (*tell)(const struct import_cycle *c, void *context);
	void *context;
};

static enum err_code search_init(struct search *s, struct arena *a, struct err *err)
{
	size_t n = s->g->count + 1;
	size_t **arrays[] = { &s->first, &s->index, &s->low,   &s->component,
		              &s->next,  &s->path,  &s->stack, &s->done,
		              &s->queue, &s->via,   &s->mark,  &s->best };
	size_t edge = 0;

	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
		*arrays[i] = arena_array(a, n, sizeof(size_t));
	s->members = arena_array(a, n, sizeof(*s->members));
	s->names = arena_array(a, n, sizeof(*s->names));
	s->edges = arena_array(a, n, sizeof(*s->edges));
	s->told = arena_array(a, n, sizeof(*s->told));
	if (!arena_ok(a))
		return arena_err(a, err);
	for (size_t node = 0; node < n; node++) {
		while (edge < s->g->edge_count && s->g->edges[edge].from < node)
			edge++;
		s->first[node] = edge;
	}
	return ERR_OK;
}

/* ---- Tarjan's components, without recursion ---- */

static void visit(struct search *s, size_t node)
{
	s->index[node] = ++s->order;
	s->low[node] = s->order;
	s->next[node] = s->first[node];
	s->path[s->depth++] = node;
	s->stack[s->top++] = node;
}

/* The node is done; what it leads back to tells whether a component ends with it. */
static void leave(struct search *s, size_t node)
{
	s->depth--;
	if (s->depth > 0 && s->low[node] < s->low[s->path[s->depth - 1]])
		s->low[s->path[s->depth - 1]] = s->low[node];
	if (s->low[node] != s->index[node])
		return;
	s->components++;
	do {
		s->top--;
		s->component[s->stack[s->top]] = s->components;
		s->done[s->done_count++] = s->stack[s->top];
	} while (s->stack[s->top] != node);
}

static void walk_from(struct search *s, size_t root)
{
	visit(s, root);
	while (s->depth > 0) {
		size_t node = s->path[s->depth - 1];
		const struct import_edge *e;

		if (s->next[node] == s->first[node + 1]) {
			leave(s, node);
			continue;
		}
		e = &s->g->edges[s->next[node]++];
		if (e->grade > s->grade)
			continue;
		if (s->index[e->to] == 0)
			visit(s, e->to);
		else if (s->component[e->to] == 0 && s->index[e->to] < s->low[node])
			s->low[node] = s->index[e->to];
	}
}

static void find_components(struct search *s)
{
	for (size_t i = 0; i < s->g->count; i++) {
		s->index[i] = 0;
		s->component[i] = 0;
	}
	s->done_count = 0;
	s->order = 0;
	s->components = 0;
	for (size_t i = 0; i < s->g->count; i++)
		if (s->index[i] == 0)
			walk_from(s, i);
}

/* ---- a shortest cycle ---- */

/* Edges looked at for the shortest of all; beyond it a short one will do. */
enum { SEARCH_BUDGET = 20000000 };

/* Remembers the way back from the closing edge to the start. */
static void keep_cycle(struct search *s, size_t start, size_t closing)
{
	size_t edge = closing;

	s->best_count = 0;
	s->best[s->best_count++] = edge;
	while (s->g->edges[edge].from != start) {
		edge = s->via[s->g->edges[edge].from];
		s->best[s->best_count++] = edge;
	}
}

/* One node of the search; true if it closes the cycle. */
static bool look_around(struct search *s, size_t node, size_t start, size_t *tail)
{
	for (size_t i = s->first[node]; i < s->first[node + 1]; i++) {
		const struct import_edge *e = &s->g->edges[i];

		s->spent++;
		if (e->grade > s->grade || s->component[e->to] != s->component[start])
			continue;
		if (e->to == start) {
			keep_cycle(s, start, i);
			return true;
		}
		if (s->mark[e->to] == s->searches)
			continue;
		s->mark[e->to] = s->searches;
		s->via[e->to] = i;
		s->queue[(*tail)++] = e->to;
	}
	return false;
}

/* Breadth first from one node until it is met again, or not sooner than before. */
static void search_from(struct search *s, size_t start)
{
	size_t head = 0;
	size_t tail = 0;
	size_t length = 1; /* of a cycle that closes from here */
	size_t level_end = 1;

	s->searches++;
	s->queue[tail++] = start;
	s->mark[start] = s->searches;
	while (head < tail && (s->best_count == 0 || length < s->best_count)) {
		if (look_around(s, s->queue[head++], start, &tail))
			return;
		if (head == level_end) {
			length++;
			level_end = tail;
		}
	}
}

static int compare_members(const void *a, const void *b)
{
	const struct member *x = a;
	const struct member *y = b;
	int order = span_cmp(x->name, y->name);

	return order != 0 ? order : compare_size(x->node, y->node);
}

/* The best cycle is kept backwards; told from its smallest name on. */
static bool tell_best(struct search *s, size_t count)
{
	size_t n = s->best_count;
	size_t at = 0;
	struct import_cycle c = { s->names, count, s->edges, n, s->grade };

	for (size_t i = 1; i < n; i++)
		if (span_cmp(s->g->names[s->g->edges[s->best[i]].from],
		             s->g->names[s->g->edges[s->best[at]].from]) < 0)
			at = i;
	for (size_t i = 0; i < n; i++)
		s->edges[i] = &s->g->edges[s->best[(at + n - i) % n]];
	return s->tell(&c, s->context);
}

static bool tell_component(struct search *s, const size_t *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (s->told[nodes[i]])
			return true;
		s->members[i] = (struct member){ s->g->names[nodes[i]], nodes[i] };
	}
	qsort(s->members, count, sizeof(*s->members), compare_members);
	s->best_count = 0;
	for (size_t i = 0; i < count && s->best_count != 2; i++) {
		if (s->best_count > 0 && s->spent > SEARCH_BUDGET)
			break;
		search_from(s, s->members[i].node);
	}
	for (size_t i = 0; i < count; i++) {
		s->told[nodes[i]] = true;
		s->names[i] = s->members[i].name;
	}
	return tell_best(s, count);
}

static bool tell_components(struct search *s)
{
	size_t end;

	for (size_t i = 0; i < s->done_count; i = end) {
		end = i + 1;
		while (end < s->done_count &&
		       s->component[s->done[end]] == s->component[s->done[i]])
			end++;
		if (end - i > 1 && !tell_component(s, s->done + i, end - i))
			return false;
	}
	return true;
}

enum err_code import_graph_cycles(struct import_graph *g,
                                  bool (*tell)(const struct import_cycle *c,
                                               void *context),
                                  void *context, struct err *err)
{
	struct search s = { .g = g, .tell = tell, .context = context };
	struct arena memory = ARENA_INIT;
	enum err_code rc;

	drop_repeated(g);
	rc = search_init(&s, &memory, err);
	for (int grade = 0; rc == ERR_OK && grade < IMPORT_GRADES; grade++) {
		s.grade = (enum import_grade)grade;
		find_components(&s);
		if (!tell_components(&s))
			break;
	}
	arena_fini(&memory);
	return rc;
}
