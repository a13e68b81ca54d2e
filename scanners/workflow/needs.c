// SPDX-License-Identifier: Apache-2.0
#include "workflow_internal.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"

enum mark { NEW, OPEN, DONE };

struct needs {
	struct flow *f;
	const struct yaml *jobs;
	const char *key;
	const char *member;
	unsigned char *marks; /* enum mark, one a job */
	struct map names;     /* of jobs: the address of their mark */
};

static const struct yaml *list_of(const struct needs *n, size_t job)
{
	return yaml_get(yaml_at(n->jobs, job), n->key);
}

static size_t count_of(const struct yaml *list)
{
	return yaml_type(list) == YAML_LIST ? yaml_count(list) : yaml_text(list) != NULL;
}

static bool is_optional(const struct yaml *item)
{
	bool flag = false;

	return yaml_bool(yaml_get(item, "optional"), &flag) && flag;
}

/* The node that holds the i-th name, NULL where it names no job of this file. */
static const struct yaml *name_at(const struct needs *n, const struct yaml *list,
                                  size_t i)
{
	const struct yaml *item = yaml_type(list) == YAML_LIST ? yaml_at(list, i) : list;

	if (yaml_type(item) != YAML_MAP)
		return item;
	if (n->member == NULL || yaml_get(item, "pipeline") != NULL ||
	    yaml_get(item, "project") != NULL || is_optional(item))
		return NULL;
	return yaml_get(item, n->member);
}

/* "job: [a, b]" is the one of a matrix of jobs. */
static size_t job_named(const struct needs *n, const char *name)
{
	struct span text = span_str(name);
	const unsigned char *mark = map_get(&n->names, text);

	if (mark == NULL)
		mark = map_get(&n->names,
		               span_sub(text, 0, span_find(text, SPAN_LIT(": ["))));

	return mark != NULL ? (size_t)(mark - n->marks) : yaml_count(n->jobs);
}

static bool index_names(struct needs *n)
{
	for (size_t i = 0; i < yaml_count(n->jobs); i++) {
		const char *name = yaml_text(yaml_key_at(n->jobs, i));

		if (name != NULL && !map_has(&n->names, span_str(name)) &&
		    !map_set(&n->names, span_str(name), n->marks + i))
			return false;
	}
	return true;
}

/* Depth-first without recursion: a job is open as long as one of its needs is. */
struct step {
	size_t job;
	size_t next;
};

static void close_circle(struct needs *n, const struct step *stack, size_t depth,
                         const struct yaml *at)
{
	struct buf way = BUF_INIT;
	size_t from = depth;
	const char *name = yaml_text(at);

	if (!flow_spend(n->f, 20 * depth))
		return;
	while (from > 0 &&
	       !str_eq(yaml_text(yaml_key_at(n->jobs, stack[from - 1].job)), name))
		from--;
	for (size_t i = from > 0 ? from - 1 : 0; i < depth; i++)
		buf_printf(&way, "%s -> ", yaml_text(yaml_key_at(n->jobs, stack[i].job)));
	buf_puts(&way, name);
	flow_report(n->f, "need-cycle", at, NULL, "jobs wait for one another: %s",
	            buf_str(&way));
	buf_fini(&way);
}

static void follow(struct needs *n, struct step *stack, size_t first)
{
	size_t depth = 1;

	stack[0] = (struct step){ first, 0 };
	n->marks[first] = OPEN;
	while (depth > 0) {
		struct step *top = &stack[depth - 1];
		const struct yaml *list = list_of(n, top->job);
		const struct yaml *name;
		size_t job;

		if (top->next == count_of(list)) {
			n->marks[top->job] = DONE;
			depth--;
			continue;
		}
		name = name_at(n, list, top->next++);
		job = flow_text(n->f, name).len > 0 ? job_named(n, yaml_text(name))
		                                    : yaml_count(n->jobs);
		if (job == yaml_count(n->jobs) || n->marks[job] == DONE)
			continue;
		if (n->marks[job] == OPEN) {
			close_circle(n, stack, depth, name);
			continue;
		}
		n->marks[job] = OPEN;
		stack[depth++] = (struct step){ job, 0 };
	}
}

static void find_unknown(struct needs *n, size_t job)
{
	const struct yaml *list = list_of(n, job);

	for (size_t i = 0; i < count_of(list); i++) {
		const struct yaml *name = name_at(n, list, i);
		const char *text = yaml_text(name);

		struct span shown = flow_text(n->f, name);

		if (shown.len > 0 && span_find_byte(shown, '$') == shown.len &&
		    job_named(n, text) == yaml_count(n->jobs))
			flow_report(n->f, "unknown-need", name, NULL,
			            "there is no job %s to wait for", text);
	}
}

void flow_needs(struct flow *f, const struct yaml *jobs, const char *key,
                const char *member)
{
	struct needs n = { f, jobs, key, member, NULL, MAP_INIT };
	size_t count = yaml_count(jobs);
	struct step *stack = NULL;

	if (yaml_type(jobs) != YAML_MAP || count == 0)
		return;
	n.marks = mem_new(count);
	stack = mem_new(count * sizeof(*stack));
	if (n.marks == NULL || stack == NULL || !index_names(&n)) {
		f->p->rc = ERR_NOMEM;
	} else {
		for (size_t i = 0; i < count; i++)
			find_unknown(&n, i);
		for (size_t i = 0; i < count; i++)
			if (n.marks[i] == NEW)
				follow(&n, stack, i);
	}
	map_fini(&n.names);
	mem_free(n.marks);
	mem_free(stack);
}
