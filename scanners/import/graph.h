// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_IMPORT_GRAPH_H
#define SCANNERS_IMPORT_GRAPH_H

#include "base/arena.h"
#include "scanners/fact.h"

/*
 * Who needs whom, and the cycles in it. Nodes are numbered as they are added. Of several
 * edges between the same two nodes the gravest counts. Time is linear in nodes and edges,
 * but for the search for the shortest cycle, which is bounded; nothing recurses.
 */

/* How grave a cycle is that goes over an edge: the least grave of its edges decides. */
enum import_grade {
	IMPORT_HARD,
	IMPORT_TEST, /* in tests only */
	IMPORT_SOFT, /* for types only, deferred, or under a condition */
};
#define IMPORT_GRADES 3

struct import_edge {
	size_t from;
	size_t to;
	enum import_grade grade;
	unsigned flags; /* of the import */
	size_t file;    /* that says so */
	const struct scan_fact *at;
};

struct import_graph {
	struct span *names; /* of nodes; borrowed */
	size_t count;
	size_t cap;
	struct import_edge *edges;
	size_t edge_count;
	size_t edge_cap;
};

#define IMPORT_NO_NODE ((size_t)-1)

struct import_cycle {
	const struct span *members; /* names of the whole component, sorted */
	size_t member_count;
	/* A shortest cycle in it, from its smallest name on. */
	const struct import_edge *const *edges;
	size_t edge_count;
	enum import_grade grade;
};

void import_graph_init(struct import_graph *g);
void import_graph_fini(struct import_graph *g);
/* IMPORT_NO_NODE without memory. */
size_t import_graph_node(struct import_graph *g, struct span name);
/* An edge from a node to itself is none. False without memory. */
bool import_graph_edge(struct import_graph *g, const struct import_edge *e);

/* Calls back once for each component that holds a cycle, the gravest first; a component
 * in one of those told before is not told again. False ends it. */
enum err_code import_graph_cycles(struct import_graph *g,
                                  bool (*tell)(const struct import_cycle *c,
                                               void *context),
                                  void *context, struct err *err) ERR_CHECKED;

#endif
