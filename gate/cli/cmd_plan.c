// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "cli/choose.h"
#include "collect/collect.h"
#include "collect/durations.h"
#include "collect/plan_order.h"
#include "collect/reuse/reuse.h"
#include "collect/shard/part.h"
#include "collect/subject.h"
#include "collect/workspace.h"
#include "lib/json.h"
#include "os/fs.h"

#include <stdio.h>

/* `plan`: what `run` would run, in the order in which it would start. */

struct planned {
	const struct gate_policy *policy;
	const struct gate_plan *plan;
	const struct gate_part *part; /* NULL: all of it */
	size_t *order;
};

static void put_estimate(struct json_writer *w, uint64_t ms)
{
	char text[48];

	if (ms == 0) {
		json_field_null(w, "estimate_s");
		return;
	}
	(void)snprintf(text, sizeof(text), "%llu.%03llu", (unsigned long long)(ms / 1000),
	               (unsigned long long)(ms % 1000));
	json_field_number(w, "estimate_s", text);
}

/* Which shard runs it: null for what several run. */
static void put_shard(struct json_writer *w, const struct gate_part *part, size_t unit)
{
	if (part->parts[unit].shard > 0)
		json_field_u64(w, "shard", part->parts[unit].shard);
	else
		json_field_null(w, "shard");
	json_field_bool(w, "here", part->here[unit]);
}

/* What the policy says that it occupies, as JSON text, or NULL. */
static const char *resources_of(const struct gate_policy *p, const struct gate_unit *u)
{
	if (u->kind == GATE_UNIT_SUITE)
		return p->suites[u->index].resources;
	return u->kind == GATE_UNIT_FIXTURE ? p->fixtures[u->index].resources : NULL;
}

/* That of a suite; what else goes first or last does so whatever the policy says. */
static uint64_t priority_of(const struct gate_policy *p, const struct gate_unit *u)
{
	return u->kind == GATE_UNIT_SUITE ? p->suites[u->index].priority : 0;
}

static void put_unit(struct json_writer *w, const struct planned *p, size_t unit)
{
	const struct gate_unit *u = &p->plan->units[unit];
	const char *resources = resources_of(p->policy, u);

	json_open(w, '{');
	json_field_str(w, "id", u->id);
	json_field_str(w, "kind", gate_unit_kind_name(u->kind));
	json_field_str(w, "command", u->command);
	json_put_key(w, "needs");
	json_open(w, '[');
	for (size_t n = 0; n < u->need_count; n++)
		json_put_str(w, u->needs[n]);
	json_close(w, ']');
	json_field_bool(w, "cached", u->cached);
	put_estimate(w, u->estimate_ms);
	json_field_u64(w, "priority", priority_of(p->policy, u));
	json_put_key(w, "resources");
	json_put_raw(w, resources != NULL ? resources : "{}");
	if (p->part != NULL)
		put_shard(w, p->part, unit);
	json_close(w, '}');
}

static void put_part(struct json_writer *w, const struct gate_part *part)
{
	json_put_key(w, "shard");
	json_open(w, '{');
	json_field_u64(w, "index", part->shard.index);
	json_field_u64(w, "total", part->shard.total);
	json_field_str(w, "mode", gate_shard_mode_name(part->shard.mode));
	json_field_str(w, "fingerprint", part->fingerprint);
	json_close(w, '}');
}

static void put_json(struct buf *out, const struct planned *p)
{
	const struct gate_plan *plan = p->plan;
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	if (p->part != NULL)
		put_part(&w, p->part);
	json_put_key(&w, "units");
	json_open(&w, '[');
	for (size_t i = 0; i < plan->count; i++)
		if (plan->units[p->order[i]].left_out == NULL)
			put_unit(&w, p, p->order[i]);
	json_close(&w, ']');
	json_put_key(&w, "left_out");
	json_open(&w, '[');
	for (size_t i = 0; i < plan->count; i++) {
		if (plan->units[i].left_out == NULL)
			continue;
		json_open(&w, '{');
		json_field_str(&w, "id", plan->units[i].id);
		json_field_str(&w, "reason", plan->units[i].left_out);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
}

/* "  cpu 2, port-5432 1" of {"cpu":2,"port-5432":1} */
static void put_resources(struct buf *out, const char *resources)
{
	struct json_doc *doc = NULL;
	const struct json *v;

	if (resources == NULL ||
	    json_parse(&doc, span_str(resources), "resources", NULL) != ERR_OK)
		return;
	v = json_first(json_root(doc));
	for (const char *before = "  "; v != NULL; v = json_next(v), before = ", ")
		buf_printf(out, "%s%s %s", before, json_key(v),
		           json_string(v) != NULL ? json_string(v) : json_number(v));
	json_free(doc);
}

static void put_about(struct buf *out, const struct planned *p, const struct gate_unit *u)
{
	uint64_t priority = priority_of(p->policy, u);
	char took[WHEN_TEXT];

	for (size_t n = 0; n < u->need_count; n++)
		buf_printf(out, "%s%s", n ? ", " : "  after ", u->needs[n]);
	if (u->cached) {
		buf_puts(out, "  cached");
	} else if (u->estimate_ms > 0) {
		when_duration(u->estimate_ms, took);
		buf_printf(out, "  about %s", took);
	}
	if (priority > 0)
		buf_printf(out, "  priority %llu", (unsigned long long)priority);
	put_resources(out, resources_of(p->policy, u));
}

static void put_human(struct buf *out, const struct program_call *call,
                      const struct planned *p)
{
	size_t elsewhere = 0;

	if (p->plan->count == 0)
		buf_puts(out, "nothing to run: no suite, build or scan is selected\n");
	for (size_t i = 0; i < p->plan->count; i++) {
		const struct gate_unit *u = &p->plan->units[p->order[i]];

		if (u->left_out != NULL) {
			buf_printf(out, "  -  %s  %s\n", u->id, u->left_out);
			continue;
		}
		if (p->part != NULL && !p->part->here[p->order[i]]) {
			elsewhere++;
			continue;
		}
		buf_printf(out, "%3zu  ", i + 1);
		term_put(out, call->out.color, TERM_BOLD, span_str(u->id));
		put_about(out, p, u);
		buf_puts(out, "\n     ");
		if (call->out.tty && !call->options->verbose)
			str_display_cut(out, span_str(u->command), call->out.columns - 6);
		else
			str_display(out, span_str(u->command));
		buf_putc(out, '\n');
	}
	if (p->part != NULL)
		buf_printf(out, "shard %u of %u (%s): %zu of %zu units are for others\n",
		           p->part->shard.index, p->part->shard.total,
		           gate_shard_mode_name(p->part->shard.mode), elsewhere,
		           p->plan->count);
}

static enum err_code print_plan(const struct program_call *call, const struct planned *p,
                                struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	if (str_eq(cli_options(call)->format, "json"))
		put_json(&text, p);
	else
		put_human(&text, call, p);
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		rc = program_print(buf_span(&text), err);
	buf_fini(&text);
	return rc;
}

static enum err_code note_cached(const struct project *p,
                                 const struct gate_selection *selection,
                                 struct gate_plan *plan, struct err *err)
{
	bool *cached = arena_array(&plan->arena, plan->count + 1, sizeof(*cached));
	struct gate_subject subject = { .commit = NULL };
	const struct gate_bench_options options = { .base = NULL };
	const struct gate_measured measured = { &subject, &options };
	struct gate_reuse *reuse = NULL;
	enum err_code rc = ERR_OK;

	if (cached == NULL)
		return err_nomem(err);
	if (selection->no_cache)
		return ERR_OK;
	if (plan->measured != NULL)
		rc = gate_subject_load(&subject, &plan->arena, buf_str(&p->root), err);
	if (rc == ERR_OK)
		rc = gate_reuse_open(&reuse, buf_str(&p->root), p->policy, plan,
		                     &measured, err);
	if (rc == ERR_OK)
		rc = gate_reuse_plan(reuse, cached, err);
	for (size_t i = 0; rc == ERR_OK && i < plan->count; i++)
		plan->units[i].cached = cached[i];
	gate_reuse_free(reuse);
	return rc;
}

static enum err_code make_plan(const struct project *p,
                               const struct gate_selection *selection,
                               struct gate_plan *plan, struct err *err)
{
	struct gate_durations *durations = NULL;
	enum err_code rc;

	rc = gate_plan_applying(p->policy, selection, buf_str(&p->root), &p->detected,
	                        plan, err);
	if (rc != ERR_OK)
		return rc;
	rc = gate_durations_load(&durations, buf_str(&p->root), err);
	if (rc == ERR_OK)
		gate_plan_estimate(plan, durations);
	gate_durations_free(durations);
	return rc == ERR_OK ? note_cached(p, selection, plan, err) : rc;
}

static enum err_code make_part(const struct project *p, const struct gate_plan *plan,
                               const struct gate_shard *shard, struct arena *arena,
                               struct gate_part **out, struct err *err)
{
	struct gate_subject subject = { .dirty = false };
	enum err_code rc;

	if (shard == NULL)
		return ERR_OK;
	if ((*out = arena_new(arena, sizeof(**out))) == NULL)
		return err_nomem(err);
	rc = gate_subject_load(&subject, arena, buf_str(&p->root), err);
	return rc == ERR_OK ? gate_part_make(*out, arena, p->policy, &subject, plan,
	                                     shard, err)
	                    : rc;
}

static enum err_code make_order(const struct program_call *call, const struct project *p,
                                struct arena *arena, struct planned *out, struct err *err)
{
	size_t jobs = cli_options(call)->jobs ? (size_t)cli_options(call)->jobs
	                                      : os_processors();
	struct gate_workspace *w = NULL;
	enum err_code rc = gate_workspace_new(&w, buf_str(&p->root), buf_str(&p->scratch),
	                                      p->policy, err);

	if (rc == ERR_OK)
		rc = gate_plan_order(&out->order, arena, p->policy, out->plan, jobs, w,
		                     err);
	gate_workspace_free(w);
	return rc;
}

int cli_plan(struct program_call *call)
{
	struct choice choice;
	struct arena arena = ARENA_INIT;
	struct project p = PROJECT_INIT;
	struct gate_plan plan = { .count = 0 };
	struct planned planned = { .plan = &plan };
	struct gate_part *part = NULL;
	struct err err = ERR_INIT;
	enum err_code rc;
	int code = CLI_OK;

	rc = project_open(&p, call, call->args.count ? call->args.items[0] : NULL, &err);
	if (rc == ERR_OK)
		rc = choose(&choice, call, &p, false, &arena, &err);
	if (rc == ERR_OK)
		rc = choose_note_unused(&p, &choice.selection, call->options->quiet,
		                        &err);
	if (rc == ERR_OK)
		rc = make_plan(&p, &choice.selection, &plan, &err);
	if (rc == ERR_OK)
		rc = make_part(&p, &plan, choice.selection.shard, &arena, &part, &err);
	planned.policy = p.policy;
	planned.part = part;
	if (rc == ERR_OK)
		rc = make_order(call, &p, &arena, &planned, &err);
	if (rc == ERR_OK)
		rc = print_plan(call, &planned, &err);
	gate_plan_fini(&plan);
	if (rc != ERR_OK)
		code = program_fail(call, &err);
	project_close(&p);
	arena_fini(&arena);
	return code;
}
