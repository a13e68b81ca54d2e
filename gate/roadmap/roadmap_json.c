// SPDX-License-Identifier: Apache-2.0
#include "lib/json.h"
#include "roadmap/roadmap.h"
#include "verdict/gain.h"

static void field_ratio(struct json_writer *w, const char *key,
                        const struct gate_ratio *x)
{
	char digits[64];

	gate_ratio_text(x, 1, digits);
	json_field_number(w, key, digits);
}

static void put_names(struct json_writer *w, const char *key,
                      const struct gate_roadmap *r, const struct gate_task *t)
{
	json_put_key(w, key);
	json_open(w, '[');
	for (size_t i = 0; i < t->need_count; i++)
		json_put_str(w, r->tasks[t->needs[i]].id);
	json_close(w, ']');
}

static void put_accept(struct json_writer *w, const struct gate_roadmap *r,
                       const struct gate_task *t)
{
	const struct gate_assessment *a = r->assessment;

	json_put_key(w, "accept");
	json_open(w, '[');
	for (size_t i = 0; i < t->accept_count; i++) {
		json_open(w, '{');
		json_field_str(w, "check", a->policy->checks[t->accept[i]].id);
		json_field_str(w, "state",
		               gate_state_name(a->checks[t->accept[i]].state));
		json_field_str(w, "message", a->checks[t->accept[i]].message);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_task(struct json_writer *w, const struct gate_roadmap *r,
                     const struct gate_task *t)
{
	json_open(w, '{');
	json_field_str(w, "id", t->id);
	json_field_str(w, "title", t->title);
	json_field_str(w, "owner", t->owner);
	json_field_u64(w, "priority", t->priority);
	json_field_str(w, "state", gate_task_state_name(t->state));
	put_accept(w, r, t);
	put_names(w, "needs", r, t);
	json_close(w, '}');
}

static void put_phase(struct json_writer *w, const struct gate_roadmap *r, size_t index)
{
	const struct gate_phase *p = &r->phases[index];

	json_open(w, '{');
	json_field_str(w, "id", p->id);
	json_field_str(w, "title", p->title);
	json_put_key(w, "target");
	if (p->target != NULL)
		json_put_number(w, p->target);
	else
		json_put_null(w);
	json_field_bool(w, "reached", p->reached);
	json_field_bool(w, "current", index == r->current);
	json_field_u64(w, "done", p->done);
	json_put_key(w, "tasks");
	json_open(w, '[');
	for (size_t i = 0; i < p->task_count; i++)
		put_task(w, r, &r->tasks[p->first + i]);
	json_close(w, ']');
	json_close(w, '}');
}

static void put_risk(struct json_writer *w, const struct gate_risk *k)
{
	json_open(w, '{');
	json_field_str(w, "id", k->id);
	json_field_str(w, "risk", k->risk);
	json_field_str(w, "likelihood", k->likelihood);
	json_field_str(w, "impact", k->impact);
	json_field_str(w, "mitigation", k->mitigation);
	json_field_str(w, "contingency", k->contingency);
	json_field_str(w, "owner", k->owner);
	json_field_str(w, "check", k->check);
	json_field_str(w, "state", gate_risk_state_name(k->state));
	json_close(w, '}');
}

static void put_steps(struct json_writer *w, const struct gate_roadmap *r,
                      struct arena *arena)
{
	json_open(w, '[');
	for (size_t i = 0; i < r->way.count; i++) {
		const struct gate_step *s = &r->way.steps[i];
		const struct gate_task *t = gate_roadmap_task_of(r, s->check);

		json_open(w, '{');
		json_field_str(w, "check", r->assessment->policy->checks[s->check].id);
		json_field_str(w, "task", t != NULL ? t->id : NULL);
		json_field_bool(w, "cap", s->cap);
		field_ratio(w, "gain", &s->gain);
		field_ratio(w, "lower", &s->lower);
		json_field_str(w, "remedy", gate_remedy(r->assessment, s->check, arena));
		json_close(w, '}');
	}
	json_close(w, ']');
}

/* null where no target is left to go to. */
static void put_way(struct json_writer *w, const struct gate_roadmap *r,
                    struct arena *arena)
{
	const struct gate_check *checks = r->assessment->policy->checks;

	json_put_key(w, "way");
	if (r->way.reached) {
		json_put_null(w);
		return;
	}
	json_open(w, '{');
	json_field_number(w, "target", r->phases[r->current].target);
	json_field_str(w, "withdraw_waiver",
	               r->way.possible ? NULL : checks[r->way.waived].id);
	json_put_key(w, "steps");
	put_steps(w, r, arena);
	json_close(w, '}');
}

static void put_score(struct json_writer *w, const struct gate_assessment *a)
{
	json_put_key(w, "score");
	json_open(w, '{');
	field_ratio(w, "lower", &a->lower);
	field_ratio(w, "final", &a->final);
	json_put_key(w, "cap");
	if (a->cap != NULL)
		json_put_number(w, a->cap);
	else
		json_put_null(w);
	json_field_str(w, "cap_reason", a->cap_reason);
	json_close(w, '}');
}

enum err_code gate_roadmap_json(const struct gate_roadmap *r, struct buf *out,
                                struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct json_writer w;
	enum err_code rc;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_u64(&w, "schema_version", 1);
	put_score(&w, r->assessment);
	json_put_key(&w, "phases");
	json_open(&w, '[');
	for (size_t i = 0; i < r->phase_count; i++)
		put_phase(&w, r, i);
	json_close(&w, ']');
	put_way(&w, r, &arena);
	json_put_key(&w, "risks");
	json_open(&w, '[');
	for (size_t i = 0; i < r->risk_count; i++)
		put_risk(&w, &r->risks[i]);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_puts(out, "\n");
	rc = arena_err(&arena, err);
	arena_fini(&arena);
	return rc == ERR_OK ? buf_err(out, err) : rc;
}
