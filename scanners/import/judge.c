// SPDX-License-Identifier: Apache-2.0
#include "judge.h"

#include "base/mem.h"
#include "judge_internal.h"
#include "lib/json.h"

#include <stdlib.h>
#include <string.h>

/* ---- facts: kind and flags in one number, target and name in one text ---- */

enum { KIND_SHIFT = 16, FLAG_MASK = 0xFFFF };

/* Each import is held against each place that a manifest names. */
enum { PLACES_MAX = 2000 };

struct noting {
	struct scan_pass *pass;
	struct buf text;
	size_t places;
};

static bool is_place(enum scan_import_kind kind)
{
	return kind == SCAN_IMPORT_MAP || kind == SCAN_IMPORT_ROOT ||
	       kind == SCAN_IMPORT_LOCAL || kind == SCAN_IMPORT_OTHER;
}

static bool note(void *context, const struct scan_import *found)
{
	struct noting *n = context;
	struct scan_piece at = { .kind = SCAN_CODE,
		                 .start = found->start,
		                 .end = found->end };

	if (is_place(found->kind) && n->places++ == PLACES_MAX) {
		n->pass->trouble = "not fully scanned: more than 2000 places of imports";
		return false;
	}
	buf_clear(&n->text);
	buf_put(&n->text, found->target);
	if (found->name.len > 0) {
		buf_putc(&n->text, '\n');
		buf_put(&n->text, found->name);
	}
	if (!buf_ok(&n->text))
		n->pass->rc = ERR_NOMEM;
	if (n->pass->rc == ERR_OK)
		scan_pass_fact(n->pass, SCAN_FACT_IMPORT,
		               found->flags | ((unsigned)found->kind << KIND_SHIFT), &at,
		               buf_span(&n->text));
	return n->pass->rc == ERR_OK;
}

static void limit(void *context, const char *why)
{
	struct noting *n = context;

	if (n->pass->trouble == NULL)
		n->pass->trouble = why;
}

struct import_fact import_fact_of(const struct scan_fact *f)
{
	size_t end = span_find_byte(f->text, '\n');

	if (f->kind != SCAN_FACT_IMPORT)
		return (struct import_fact){ .kind = SCAN_IMPORT_NOTHING };
	return (struct import_fact){ (enum scan_import_kind)(f->flags >> KIND_SHIFT),
		                     f->flags & FLAG_MASK, span_sub(f->text, 0, end),
		                     span_from(f->text, end + 1) };
}

static bool runs(const struct scan_selection *s)
{
	size_t rule;

	return scan_selection_runs(s, SCAN_BUILTIN_IMPORT_CYCLE, &rule) ||
	       scan_selection_runs(s, SCAN_BUILTIN_IMPORT_UNRESOLVED, &rule);
}

void scan_import_file(struct scan_pass *p)
{
	struct span name = import_base_name(p->source->path);
	struct noting n = { .pass = p, .text = BUF_INIT };
	struct scan_import_sink sink = { note, limit, &n };
	enum scan_import_family family = scan_import_family_of(name, p->source->language);

	if (!runs(p->rules))
		return;
	if (family == SCAN_IMPORT_MANIFEST &&
	    p->source->text.len > SCAN_IMPORT_MANIFEST_MAX)
		p->trouble = "not fully scanned: a manifest above 4 MiB";
	if (scan_import_read(family, name, p->source->language, p->source->text, &sink) !=
	    ERR_OK)
		p->rc = ERR_NOMEM;
	buf_fini(&n.text);
}

bool import_goes_on(const struct import_judge *j)
{
	return !j->failed && scan_tree_goes_on(j->tree);
}

void import_skip(struct import_judge *j, size_t file, const char *reason)
{
	if (j->cycles)
		scan_tree_skip(j->tree, file, j->cycle_rule, reason);
	if (j->unresolved)
		scan_tree_skip(j->tree, file, j->unresolved_rule, reason);
}

/* ---- nodes and edges ---- */

size_t import_file_node(struct import_judge *j, size_t file, struct span name)
{
	char *copy;

	if (j->nodes[file] != IMPORT_NO_NODE)
		return j->nodes[file];
	copy = arena_dup(&j->memory, name);
	if (copy != NULL)
		j->nodes[file] = import_graph_node(&j->graph, span_of(copy, name.len));
	j->failed = j->failed || j->nodes[file] == IMPORT_NO_NODE;
	return j->nodes[file];
}

static enum import_grade grade_of(const struct import_judge *j, size_t file,
                                  unsigned flags)
{
	if ((flags & (SCAN_IMPORT_TYPE | SCAN_IMPORT_DEFERRED | SCAN_IMPORT_CONDITIONAL |
	              SCAN_IMPORT_WITHIN)) != 0)
		return IMPORT_SOFT;
	return (flags & SCAN_IMPORT_TEST) != 0 || j->tree->files[file].scope == SCAN_TEST
	               ? IMPORT_TEST
	               : IMPORT_HARD;
}

void import_edge(struct import_judge *j, size_t from, size_t to, size_t file,
                 const struct scan_fact *at, unsigned flags)
{
	struct import_edge e = { .from = from,
		                 .to = to,
		                 .grade = grade_of(j, file, flags),
		                 .flags = flags,
		                 .file = file,
		                 .at = at };

	if (from == IMPORT_NO_NODE || to == IMPORT_NO_NODE ||
	    !import_graph_edge(&j->graph, &e))
		j->failed = true;
}

/* ---- cycles ---- */

static void put_details(struct buf *out, const struct import_judge *j,
                        const struct import_cycle *c)
{
	static const char *const kinds[IMPORT_GRADES] = { "hard", "test", "soft" };
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "kind", kinds[c->grade]);
	json_put_key(&w, "members");
	json_open(&w, '[');
	for (size_t i = 0; i < c->member_count; i++)
		json_put_string(&w, c->members[i]);
	json_close(&w, ']');
	json_put_key(&w, "edges");
	json_open(&w, '[');
	for (size_t i = 0; i < c->edge_count; i++) {
		const struct import_edge *e = c->edges[i];

		json_open(&w, '{');
		json_field_path(&w, "file", j->tree->files[e->file].path);
		json_field_u64(&w, "line", e->at->line);
		json_field_span(&w, "from", j->graph.names[e->from]);
		json_field_span(&w, "to", j->graph.names[e->to]);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
}

/* Why it is no more than a note. */
static const char *softness(const struct import_cycle *c)
{
	unsigned flags = 0;

	for (size_t i = 0; i < c->edge_count; i++)
		flags |= c->edges[i]->grade == IMPORT_SOFT ? c->edges[i]->flags : 0;
	if ((flags & SCAN_IMPORT_TYPE) != 0)
		return ", for types only";
	if ((flags & SCAN_IMPORT_DEFERRED) != 0)
		return ", deferred";
	if ((flags & SCAN_IMPORT_CONDITIONAL) != 0)
		return ", under a condition";
	return flags != 0 ? ", of a module and one inside it" : "";
}

static void put_message(struct buf *out, const struct import_judge *j,
                        const struct import_cycle *c)
{
	enum { SHOWN = 6 };

	buf_printf(out, "import cycle%s: ", softness(c));
	for (size_t i = 0; i < c->edge_count && i < SHOWN; i++) {
		buf_put(out, j->graph.names[c->edges[i]->from]);
		buf_puts(out, " -> ");
	}
	if (c->edge_count > SHOWN)
		buf_printf(out, ".. (%zu in all) -> ", c->edge_count);
	buf_put(out, j->graph.names[c->edges[0]->from]);
}

/* The edge that makes the cycle no graver than it is tells where: a test's cycle is in
 * the test. */
static const struct import_edge *place_of(const struct import_cycle *c)
{
	const struct import_edge *at = c->edges[0];

	for (size_t i = 1; i < c->edge_count; i++)
		if (c->edges[i]->grade > at->grade)
			at = c->edges[i];
	return at;
}

/* By the rule, but a test's cycle is no graver than in a test, and a soft one a note. */
static enum scan_severity severity_of(const struct import_judge *j,
                                      const struct import_cycle *c,
                                      const struct import_edge *at)
{
	const struct scan_rule *rule = &j->tree->rules->rules[j->cycle_rule];
	enum scan_severity own = rule->severity[j->tree->files[at->file].scope];

	if (c->grade == IMPORT_SOFT)
		return SCAN_NOTE;
	if (c->grade == IMPORT_TEST && rule->severity[SCAN_TEST] < own)
		return rule->severity[SCAN_TEST];
	return own;
}

static bool tell_cycle(const struct import_cycle *c, void *context)
{
	struct import_judge *j = context;
	const struct import_edge *at = place_of(c);
	enum scan_severity severity = severity_of(j, c, at);
	struct buf details = BUF_INIT;
	struct buf message = BUF_INIT;
	struct buf identity = BUF_INIT;

	put_details(&details, j, c);
	put_message(&message, j, c);
	for (size_t i = 0; i < c->edge_count; i++) {
		buf_put(&identity, j->graph.names[c->edges[i]->from]);
		buf_putc(&identity, '\n');
	}
	if (buf_ok(&details) && buf_ok(&message) && buf_ok(&identity))
		scan_tree_report(j->tree, &(struct scan_tree_report){
						  .file = at->file,
						  .at = at->at,
						  .rule = j->cycle_rule,
						  .message = buf_str(&message),
						  .details = buf_str(&details),
						  .identity = buf_span(&identity),
						  .severity = &severity });
	else
		j->failed = true;
	buf_fini(&details);
	buf_fini(&message);
	buf_fini(&identity);
	return !j->failed && j->tree->rc == ERR_OK;
}

/* ---- the index ---- */

static int compare_named(const void *a, const void *b)
{
	const struct import_name *x = a;
	const struct import_name *y = b;
	int order = (x->front > y->front) - (x->front < y->front);

	if (order == 0)
		order = span_cmp(x->name, y->name);
	return order != 0 ? order : import_order_back(x->folder, y->folder);
}

static uint64_t front_of(struct span name)
{
	uint64_t front = 0;

	for (size_t i = 0; i < sizeof(front); i++)
		front = front << 8 | (i < name.len ? (unsigned char)name.ptr[i] : 0U);
	return front;
}

enum err_code scan_import_index_new(struct scan_import_index **out,
                                    const struct scan_tree *t, struct err *err)
{
	struct scan_import_index *x;

	*out = NULL;
	if (t->count == 0 || !runs(t->rules))
		return ERR_OK;
	x = mem_new(sizeof(*x));
	if (x == NULL)
		return err_nomem(err);
	x->by_name = arena_array(&x->memory, t->count, sizeof(*x->by_name));
	x->families = arena_array(&x->memory, t->count, sizeof(*x->families));
	if (!arena_ok(&x->memory)) {
		scan_import_index_free(x);
		return err_nomem(err);
	}
	for (size_t i = 0; i < t->count; i++) {
		struct span name = import_base_name(t->files[i].path);

		x->by_name[i] =
			(struct import_name){ front_of(name), name,
			                      import_folder(t->files[i].path), i };
		x->families[i] = scan_import_family_of(name, t->files[i].language);
	}
	qsort(x->by_name, t->count, sizeof(*x->by_name), compare_named);
	*out = x;
	return ERR_OK;
}

void scan_import_index_free(struct scan_import_index *x)
{
	if (x != NULL)
		arena_fini(&x->memory);
	mem_free(x);
}

/* ---- one family ---- */

static bool has_family(const struct import_judge *j, enum scan_import_family family)
{
	for (size_t i = 0; i < j->tree->count; i++)
		if (j->families[i] == family && j->tree->files[i].count > 0)
			return true;
	return false;
}

static void resolve(struct import_judge *j, enum scan_import_family family)
{
	static void (*const resolvers[])(struct import_judge * j) = {
		[SCAN_IMPORT_C] = import_resolve_c,
		[SCAN_IMPORT_GO] = import_resolve_go,
		[SCAN_IMPORT_JAVA] = import_resolve_java,
		[SCAN_IMPORT_PYTHON] = import_resolve_python,
		[SCAN_IMPORT_RUST] = import_resolve_rust,
		[SCAN_IMPORT_SCRIPT] = import_resolve_script,
	};

	j->nodes = arena_array(&j->memory, j->tree->count, sizeof(*j->nodes));
	if (j->nodes == NULL) {
		j->failed = true;
		return;
	}
	for (size_t i = 0; i < j->tree->count; i++)
		j->nodes[i] = IMPORT_NO_NODE;
	resolvers[family](j);
	if (import_goes_on(j) && j->cycles &&
	    import_graph_cycles(&j->graph, tell_cycle, j, NULL) != ERR_OK)
		j->failed = true;
}

void scan_import_judge(struct scan_tree *t, const struct scan_import_index *x,
                       enum scan_import_family family)
{
	struct import_judge j = { .tree = t, .index = x };

	if (x == NULL)
		return;
	j.families = x->families;
	if (!has_family(&j, family))
		return;
	j.cycles =
		scan_selection_runs(t->rules, SCAN_BUILTIN_IMPORT_CYCLE, &j.cycle_rule);
	j.unresolved = scan_selection_runs(t->rules, SCAN_BUILTIN_IMPORT_UNRESOLVED,
	                                   &j.unresolved_rule);
	scan_ignore_below_init(&j.ignores, t->top);
	import_graph_init(&j.graph);
	resolve(&j, family);
	if (j.failed && t->rc == ERR_OK)
		t->rc = ERR_NOMEM;
	import_graph_fini(&j.graph);
	scan_ignore_below_fini(&j.ignores);
	map_fini(&j.absent);
	arena_fini(&j.memory);
	buf_fini(&j.path);
}
