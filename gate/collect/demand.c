// SPDX-License-Identifier: Apache-2.0
#include "collect/demand.h"

#include "base/num.h"
#include "base/str.h"
#include "lib/json.h"
#include "os/fs.h"

#include <string.h>

/* Every unit takes one part of the tree; the scan, which is to see it as it is, and
 * benchmarks, which want the machine for themselves, take all of it. */
#define TREE "the tree"
enum { TREE_PARTS = 1000000 };

/* Programs that write into the folder that they are started in, and do not expect a
 * second one there at the same time. */
static const char *const folder_tools[] = { "ctest", "gradle", "gradlew", "make",
	                                    "meson", "mvn",    "mvnw",    "ninja",
	                                    "nox",   "sbt",    "tox" };

struct list {
	struct arena *arena;
	struct gate_demands *out;
	size_t cap;
};

static void add(struct list *l, const char *resource, uint64_t amount)
{
	struct gate_demand *d =
		arena_push(l->arena, &l->out->items, &l->out->count, &l->cap, sizeof(*d));

	if (d != NULL)
		*d = (struct gate_demand){ resource, amount };
}

/* ---- what the policy says ---- */

/* A whole number or a size; the grammar lets nothing else through. */
static uint64_t amount_of(const struct json *v)
{
	uint64_t amount = 0;
	const char *text = json_string(v);

	if (text != NULL)
		(void)num_bytes(span_str(text), &amount);
	else
		(void)json_u64(v, &amount);
	return amount;
}

static enum err_code read_resources(const char *resources, struct json_doc **doc,
                                    struct err *err)
{
	*doc = NULL;
	if (resources == NULL)
		return ERR_OK;
	return json_parse(doc, span_str(resources), "resources", err);
}

/* True if `cpu` is among them. */
static bool add_resources(struct list *l, const struct json_doc *doc)
{
	const struct json *v = doc != NULL ? json_first(json_root(doc)) : NULL;
	bool has_cpu = false;

	for (; v != NULL; v = json_next(v)) {
		has_cpu = has_cpu || str_eq(json_key(v), "cpu");
		add(l, arena_str(l->arena, json_key(v)), amount_of(v));
	}
	return has_cpu;
}

size_t gate_demand_jobs(const struct gate_suite *s, size_t jobs)
{
	struct json_doc *doc = NULL;
	uint64_t cpu = jobs;

	if (read_resources(s->resources, &doc, NULL) == ERR_OK && doc != NULL) {
		const struct json *v = json_get(json_root(doc), "cpu");

		if (v != NULL)
			cpu = amount_of(v);
	}
	json_free(doc);
	if (cpu > jobs)
		cpu = jobs;
	return cpu > 0 ? (size_t)cpu : 1;
}

/* ---- what can be told from the command ---- */

static bool names_jobs(const struct gate_command *command)
{
	static const char variable[] = "SEAWORTHY_JOBS";

	if (command->shell != NULL)
		return strstr(command->shell, variable) != NULL;
	for (size_t i = 0; i < command->argv.count; i++)
		if (strstr(command->argv.items[i], variable) != NULL)
			return true;
	return false;
}

static const char *folder_tool(struct span word)
{
	size_t slash = span_rfind_byte(word, '/');
	struct span name = slash < word.len ? span_from(word, slash + 1) : word;

	for (size_t i = 0; i < sizeof(folder_tools) / sizeof(folder_tools[0]); i++)
		if (span_eq_str(name, folder_tools[i]))
			return folder_tools[i];
	return NULL;
}

/* The words of a shell line, roughly: one that only looks like a tool's name costs
 * parallel running, not rightness. */
static void claim_tools(struct list *l, struct span line, const char *dir)
{
	struct span word = SPAN_EMPTY;

	for (size_t i = 0; i <= line.len; i++) {
		bool end = i == line.len || strchr(" \t\n;&|()\"'", line.ptr[i]) != NULL;
		const char *tool;

		if (!end) {
			if (word.len == 0)
				word.ptr = line.ptr + i;
			word.len++;
			continue;
		}
		tool = folder_tool(word);
		if (tool != NULL)
			add(l, arena_printf(l->arena, "%s in %s", tool, dir), 1);
		word = SPAN_EMPTY;
	}
}

static void add_files(struct list *l, const struct gate_strings *globs)
{
	for (size_t i = 0; i < globs->count; i++)
		if (!str_starts(globs->items[i], GATE_SCRATCH))
			add(l, arena_printf(l->arena, "results %s", globs->items[i]), 1);
}

static void add_folders(struct list *l, const struct gate_suite *s, const char *copy)
{
	const char *dir = s->dir != NULL ? s->dir : ".";

	if (copy != NULL)
		add(l, arena_printf(l->arena, "copy %s", copy), 1);
	else if (s->run.shell != NULL)
		claim_tools(l, span_str(s->run.shell), dir);
	else if (s->run.argv.count > 0)
		claim_tools(l, span_str(s->run.argv.items[0]), dir);
	add_files(l, &s->results);
	add_files(l, &s->coverage);
}

/* ---- by kind ---- */

static bool takes_all(enum gate_unit_kind kind)
{
	return kind == GATE_UNIT_SCAN || kind == GATE_UNIT_BENCH;
}

static enum err_code add_suite(struct list *l, const struct gate_suite *s, size_t jobs,
                               const char *copy, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc = read_resources(s->resources, &doc, err);
	bool all = s->detected_from != NULL || names_jobs(&s->run);

	if (rc != ERR_OK)
		return rc;
	if (!add_resources(l, doc))
		add(l, "cpu", all ? jobs : 1);
	json_free(doc);
	add_folders(l, s, copy);
	return ERR_OK;
}

/* Held for long, and by what mostly waits: no processor unless it says so, and never all
 * of them. */
static enum err_code add_fixture(struct list *l, const struct gate_fixture *x,
                                 size_t jobs, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc = read_resources(x->resources, &doc, err);

	if (rc != ERR_OK)
		return rc;
	(void)add_resources(l, doc);
	json_free(doc);
	for (size_t i = 0; i < l->out->count; i++)
		if (str_eq(l->out->items[i].resource, "cpu") &&
		    l->out->items[i].amount >= jobs)
			l->out->items[i].amount = jobs - 1;
	return ERR_OK;
}

/* Does a fixture that the unit needs hold some of it already, for all that need it? */
static bool is_held_for(const struct gate_policy *p, const struct gate_unit *u,
                        const char *resource)
{
	bool held = false;

	for (size_t i = 0; i < p->fixture_count && !held; i++) {
		struct json_doc *doc = NULL;
		bool needed = false;

		for (size_t k = 0; k < u->need_count; k++)
			needed = needed || (str_starts(u->needs[k], "fixture:") &&
			                    str_eq(u->needs[k] + strlen("fixture:"),
			                           p->fixtures[i].id));
		if (needed &&
		    read_resources(p->fixtures[i].resources, &doc, NULL) == ERR_OK &&
		    doc != NULL)
			held = json_get(json_root(doc), resource) != NULL;
		json_free(doc);
	}
	return held && !str_eq(resource, "cpu") && !str_eq(resource, "memory");
}

static void drop_held(struct gate_demands *d, const struct gate_policy *p,
                      const struct gate_unit *u)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->count; i++)
		if (!is_held_for(p, u, d->items[i].resource))
			d->items[kept++] = d->items[i];
	d->count = kept;
}

enum err_code gate_demands_of(struct arena *a, const struct gate_policy *p,
                              const struct gate_unit *u, size_t jobs, const char *copy,
                              struct gate_demands *out, struct err *err)
{
	struct list l = { .arena = a, .out = out };
	enum err_code rc = ERR_OK;

	*out = (struct gate_demands){ NULL, 0 };
	add(&l, TREE, takes_all(u->kind) ? TREE_PARTS : 1);
	switch (u->kind) {
	case GATE_UNIT_SCAN:
	case GATE_UNIT_BENCH:
	case GATE_UNIT_BUILD:
		add(&l, "cpu", jobs);
		if (copy != NULL)
			add(&l, arena_printf(a, "copy %s", copy), 1);
		break;
	case GATE_UNIT_SUITE:
		rc = add_suite(&l, &p->suites[u->index], jobs, copy, err);
		drop_held(out, p, u);
		break;
	case GATE_UNIT_FIXTURE:
		rc = add_fixture(&l, &p->fixtures[u->index], jobs, err);
		break;
	case GATE_UNIT_COMMAND:
		add(&l, "cpu", names_jobs(&p->checks[u->index].command) ? jobs : 1);
		break;
	}
	return rc == ERR_OK ? arena_err(a, err) : rc;
}

void gate_capacities(size_t jobs, struct gate_demand out[GATE_CAPACITIES])
{
	out[0] = (struct gate_demand){ TREE, TREE_PARTS };
	out[1] = (struct gate_demand){ "cpu", jobs };
	out[2] = (struct gate_demand){ "memory", os_memory() };
}
