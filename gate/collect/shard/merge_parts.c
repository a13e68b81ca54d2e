// SPDX-License-Identifier: Apache-2.0
/* A suite that splits itself: its cases are those of all shards. */
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "collect/coverage/gather.h"
#include "collect/outcome.h"
#include "collect/shard/merge_internal.h"

#include <stdio.h>
#include <string.h>

struct joining {
	struct merge *merge;
	size_t unit;
	struct gate_unit_state *out;
	struct map by_name; /* "name#occurrence" to its place among the cases, plus 1 */
	struct arena keys;
	uint64_t duration_ms; /* of all parts together */
	uint64_t doubled;     /* cases that ran in more than one part */
	uint64_t parts;
	int exit_code;             /* the first that is not 0 */
	struct gate_run first_bad; /* the first part that is unknown, and why */
	uint32_t bad_shard;
};

static int badness(enum gate_case_state s)
{
	switch (s) {
	case GATE_CASE_FAILED:
	case GATE_CASE_ERROR:
		return 4;
	case GATE_CASE_QUARANTINED:
		return 3;
	case GATE_CASE_FLAKY:
		return 2;
	case GATE_CASE_PASSED:
		return 1;
	case GATE_CASE_SKIPPED:
		break;
	}
	return 0;
}

/* The n-th case of that name in this part. NULL without memory. */
static const char *key_of(struct joining *j, struct map *seen, const struct gate_case *c)
{
	size_t n = (size_t)map_get(seen, span_str(c->name)) + 1;

	if (!map_set(seen, span_str(c->name), (void *)n))
		return NULL;
	return arena_printf(&j->keys, "%s#%zu", c->name, n);
}

static bool copy_case(struct gate_cases *to, const struct gate_case *c)
{
	struct gate_case *item =
		gate_cases_add(to, span_str(c->name), c->state, c->duration_us,
	                       span_str(c->message != NULL ? c->message : ""));

	if (item == NULL)
		return false;
	if (c->file != NULL)
		gate_cases_place(to, item, span_str(c->file), c->line);
	for (const struct gate_case_attempt *a = c->attempts; a != NULL; a = a->next)
		gate_cases_attempt(to, item, a->state, a->duration_us,
		                   span_str(a->message != NULL ? a->message : ""));
	return true;
}

static bool add_case(struct joining *j, struct map *seen, const struct gate_case *c)
{
	struct gate_cases *all = &j->out->run.cases;
	const char *key = key_of(j, seen, c);
	size_t at;

	if (key == NULL)
		return false;
	at = (size_t)map_get(&j->by_name, span_str(key));
	if (at > 0) {
		struct gate_case *item = &all->items[at - 1];

		j->doubled++;
		if (badness(c->state) > badness(item->state)) {
			gate_cases_restate(all, item, c->state);
			gate_cases_explain(
				all, item,
				span_str(c->message != NULL ? c->message : ""));
		}
		return true;
	}
	return copy_case(all, c) &&
	       map_set(&j->by_name, span_str(key), (void *)all->count);
}

static bool add_cases(struct joining *j, const struct gate_cases *from)
{
	struct map seen = MAP_INIT;
	bool good = true;

	map_init(&seen);
	for (size_t i = 0; i < from->count && good; i++)
		good = add_case(j, &seen, &from->items[i]);
	map_fini(&seen);
	j->out->run.cases.todo += from->todo;
	return good;
}

static bool add_artefacts(struct joining *j, const struct gate_unit_state *part)
{
	struct gate_unit_state *out = j->out;

	for (size_t i = 0; i < part->artefact_count; i++) {
		struct gate_artefact *a =
			arena_push(&j->merge->c.arena, &out->artefacts,
		                   &out->artefact_count, &out->artefact_cap, sizeof(*a));

		if (a == NULL)
			return false;
		*a = part->artefacts[i];
	}
	return true;
}

/* NULL without memory. */
static struct gate_cov_gathered *covered_of(struct joining *j)
{
	struct gate_run *r = &j->out->run;

	if (r->coverage == NULL)
		r->coverage = mem_new(sizeof(*r->coverage));
	return r->coverage;
}

static void say_uncovered(struct gate_cov_gathered *g, uint32_t shard, const char *why)
{
	g->partial = true;
	if (g->trouble[0] == '\0')
		(void)snprintf(g->trouble, sizeof(g->trouble), "shard %u: %.360s", shard,
		               why);
}

/* Each part ran some of the code. A part without a test covers nothing, also if its tool
 * therefore wrote no report. */
static enum err_code add_covered(struct joining *j, const struct gate_run *r,
                                 uint32_t shard, struct err *err)
{
	const struct gate_cov_gathered *from = r->coverage;
	struct gate_cov_gathered *to;
	enum err_code rc = ERR_OK;

	if (from == NULL || (from->set == NULL && r->empty))
		return ERR_OK;
	if ((to = covered_of(j)) == NULL)
		return err_nomem(err);
	to->reports += from->reports;
	to->outside = from->outside > to->outside ? from->outside : to->outside;
	if (from->partial || from->set == NULL)
		say_uncovered(to, shard, from->trouble);
	if (to->note[0] == '\0')
		(void)snprintf(to->note, sizeof(to->note), "%s", from->note);
	if (from->set == NULL)
		return ERR_OK;
	if (to->set == NULL)
		rc = gate_coverage_new(&to->set, err);
	return rc == ERR_OK ? gate_coverage_union(to->set, from->set, err) : rc;
}

/* Takes the text of a part that says nothing about the project. */
static void note_bad(struct joining *j, const struct gate_run *r, uint32_t shard)
{
	if (j->bad_shard > 0)
		return;
	j->bad_shard = shard;
	(void)snprintf(j->first_bad.reason, sizeof(j->first_bad.reason), "%s", r->reason);
	(void)snprintf(j->first_bad.remedy, sizeof(j->first_bad.remedy), "%s", r->remedy);
}

static enum err_code add_part(struct joining *j, const struct gate_unit_state *part,
                              uint32_t shard, struct err *err)
{
	const struct gate_run *r = &part->run;
	struct gate_run *out = &j->out->run;

	if (j->parts++ == 0 || r->started_ms < out->started_ms)
		out->started_ms = r->started_ms;
	j->duration_ms += (uint64_t)(r->ended_ms - r->started_ms);
	if (j->exit_code == 0)
		j->exit_code = r->exit_code;
	out->slow += r->slow;
	out->leaked += r->leaked;
	out->leaky = out->leaky || r->leaky;
	if (out->leaked_names[0] == '\0') /* of the first: enough to go by */
		memcpy(out->leaked_names, r->leaked_names, sizeof(out->leaked_names));
	out->second_way = out->second_way || r->second_way;
	if (r->attempts > out->attempts)
		out->attempts = r->attempts;
	if (r->warning[0] != '\0')
		gate_outcome_warn(out, "shard %u: %s", shard, r->warning);
	if (part->broken && !j->out->broken) {
		if ((out->fault = mem_strdup(r->fault)) == NULL)
			return err_nomem(err);
		j->out->broken = true;
	}
	if (r->state == GATE_RUN_FAIL && out->remedy[0] == '\0')
		(void)snprintf(out->remedy, sizeof(out->remedy), "%s", r->remedy);
	if (r->state == GATE_RUN_UNKNOWN && !r->empty)
		note_bad(j, r, shard);
	if (!add_cases(j, &r->cases) || !add_artefacts(j, part))
		return err_nomem(err);
	return add_covered(j, r, shard, err);
}

/* Also of a suite that has failed whatever the part would say. */
static enum err_code miss_covered(struct joining *j, uint32_t shard, const char *why,
                                  struct err *err)
{
	struct gate_cov_gathered *to;

	if (!j->merge->shards->first->units[j->unit].covers)
		return ERR_OK;
	if ((to = covered_of(j)) == NULL)
		return err_nomem(err);
	say_uncovered(to, shard, why);
	return ERR_OK;
}

static enum err_code read_part(struct joining *j, uint32_t i, struct err *err)
{
	struct merge *m = j->merge;
	const struct shards_folder *f = &m->shards->folders[i];
	struct gate_unit_state part = { .done = true };
	struct gate_run missing = { .state = GATE_RUN_UNKNOWN };
	enum err_code rc;

	if (f->path == NULL || f->units[j->unit].state == NULL) {
		(void)snprintf(missing.reason, sizeof(missing.reason), "%s",
		               f->path == NULL ? "its folder is missing"
		                               : "did not run it");
		(void)snprintf(missing.remedy, sizeof(missing.remedy),
		               "seaworthy merge DIR.. with the folders of all shards");
		note_bad(j, &missing, i + 1);
		return miss_covered(j, i + 1, missing.reason, err);
	}
	gate_run_init(&part.run);
	rc = merge_read_state(m, f, &f->units[j->unit], &part, err);
	if (rc == ERR_OK)
		rc = add_part(j, &part, i + 1, err);
	gate_run_fini(&part.run);
	return rc;
}

/* As if one process had reported all of the cases. What failed has failed, whatever is
 * not known beside it. */
static void decide(struct joining *j)
{
	struct gate_run *out = &j->out->run;
	const struct gate_suite *s =
		&j->merge->shards->policy->suites[j->merge->c.plan.units[j->unit].index];
	/* What took too long or was slow is restated and counted already. */
	struct gate_suite plain = { .id = s->id, .run = s->run, .format = s->format };

	out->exit_code = j->exit_code;
	out->ended_ms = out->started_ms + (int64_t)j->duration_ms;
	gate_outcome_decide(out, &plain);
	if (j->bad_shard > 0 && out->state == GATE_RUN_FAIL) {
		out->incomplete = true;
		gate_outcome_warn(out, "shard %u of %u: %s", j->bad_shard,
		                  j->merge->shards->total, j->first_bad.reason);
	}
	if (j->bad_shard > 0 && out->state != GATE_RUN_FAIL) {
		gate_outcome_unknown(out, "shard %u of %u: %s", j->bad_shard,
		                     j->merge->shards->total, j->first_bad.reason);
		(void)snprintf(out->remedy, sizeof(out->remedy), "%s",
		               j->first_bad.remedy);
	}
	if (j->doubled > 0)
		gate_outcome_warn(
			out,
			"%llu test%s ran in more than one shard: does it split itself "
			"by SEAWORTHY_SHARD_INDEX, as `shard: true` says?",
			(unsigned long long)j->doubled, str_s(j->doubled));
}

enum err_code merge_parts(struct merge *m, size_t unit, struct err *err)
{
	struct joining j = { .merge = m, .unit = unit, .out = &m->c.units[unit] };
	enum err_code rc = ERR_OK;

	map_init(&j.by_name);
	arena_init(&j.keys);
	for (uint32_t i = 0; i < m->shards->total && rc == ERR_OK; i++)
		rc = read_part(&j, i, err);
	if (rc == ERR_OK && j.out->run.coverage != NULL &&
	    j.out->run.coverage->set != NULL)
		gate_coverage_settle(j.out->run.coverage->set);
	if (rc == ERR_OK)
		decide(&j);
	map_fini(&j.by_name);
	arena_fini(&j.keys);
	return rc;
}
