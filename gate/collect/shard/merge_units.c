// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/coverage/gather.h"
#include "collect/outcome.h"
#include "collect/shard/merge_internal.h"
#include "collect/shard/part.h"
#include "collect/shard/unit_doc.h"
#include "collect/summary.h"

#include <stdio.h>
#include <string.h>

#define JOIN_ALL "seaworthy merge DIR.. with the folders of all shards"

/* ---- the plan ---- */

/* A suite that the policy does not have was detected: it has a name here and no more. */
static size_t suite_index(struct gate_policy *p, const struct shards_unit *u,
                          const char *id, size_t *cap)
{
	struct gate_suite *all;

	for (size_t i = 0; i < p->suite_count; i++)
		if (str_eq(p->suites[i].id, id))
			return i;
	if (p->suite_count >= *cap) {
		all = arena_array(&p->arena, p->suite_count * 2 + 8, sizeof(*all));
		if (all == NULL)
			return 0;
		if (p->suite_count > 0)
			memcpy(all, p->suites, p->suite_count * sizeof(*all));
		*cap = p->suite_count * 2 + 8;
		p->suites = all;
	}
	p->suites[p->suite_count] = (struct gate_suite){
		.id = id,
		.run.shell = u->command,
		.format = u->format,
		.dir = u->folder,
		/* What they were called is past. */
		.coverage = { .items = NULL, .count = u->covers },
	};
	return p->suite_count++;
}

static size_t build_index(struct gate_policy *p, const struct shards_unit *u,
                          const char *id, size_t *cap)
{
	struct gate_build *all;

	for (size_t i = 0; i < p->build_count; i++)
		if (str_eq(p->builds[i].id, id))
			return i;
	if (p->build_count >= *cap) {
		all = arena_array(&p->arena, p->build_count * 2 + 8, sizeof(*all));
		if (all == NULL)
			return 0;
		if (p->build_count > 0)
			memcpy(all, p->builds, p->build_count * sizeof(*all));
		*cap = p->build_count * 2 + 8;
		p->builds = all;
	}
	p->builds[p->build_count] = (struct gate_build){ .id = id,
		                                         .run.shell = u->command,
		                                         .dir = u->folder };
	return p->build_count++;
}

static enum err_code check_index(const struct gate_policy *p, const char *id, size_t *out,
                                 struct err *err)
{
	for (size_t i = 0; i < p->check_count; i++) {
		if (!str_eq(p->checks[i].id, id))
			continue;
		*out = i;
		return ERR_OK;
	}
	return err_set(err, ERR_CORRUPT, "shard.json: the policy has no check %.80s", id);
}

/* "suite:unit" to "unit". */
static const char *name_of(const char *id)
{
	const char *colon = strchr(id, ':');

	return colon != NULL ? colon + 1 : id;
}

static enum err_code make_plan(struct merge *m, struct err *err)
{
	struct gate_policy *p = m->shards->policy;
	const struct shards_folder *f = m->shards->first;
	struct gate_plan *plan = &m->c.plan;
	size_t suites = p->suite_count, builds = p->build_count;
	enum err_code rc = ERR_OK;

	arena_init(&plan->arena);
	plan->units = arena_array(&plan->arena, f->unit_count + 1, sizeof(*plan->units));
	m->c.units = arena_array(&m->c.arena, f->unit_count + 1, sizeof(*m->c.units));
	if (plan->units == NULL || m->c.units == NULL)
		return err_nomem(err);
	for (; plan->count < f->unit_count && rc == ERR_OK; plan->count++) {
		const struct shards_unit *from = &f->units[plan->count];
		struct gate_unit *u = &plan->units[plan->count];
		const char *name = name_of(from->id);

		*u = (struct gate_unit){ .id = from->id,
			                 .kind = from->kind,
			                 .command = from->command,
			                 .needs = from->needs.items,
			                 .need_count = from->needs.count };
		gate_run_init(&m->c.units[plan->count].run);
		if (!map_set(&m->c.by_id, span_str(from->id), &m->c.units[plan->count]))
			return err_nomem(err);
		m->c.units[plan->count].run.id = name;
		if (u->kind == GATE_UNIT_SUITE)
			u->index = suite_index(p, from, name, &suites);
		else if (u->kind == GATE_UNIT_BUILD)
			u->index = build_index(p, from, name, &builds);
		else if (u->kind == GATE_UNIT_COMMAND)
			rc = check_index(p, name, &u->index, err);
	}
	return rc == ERR_OK ? arena_err(&p->arena, err) : rc;
}

/* ---- who ran what ---- */

static enum err_code check_ran(const struct merge *m, const struct shards_folder *f,
                               const bool *here, struct err *err)
{
	for (size_t i = 0; i < f->unit_count; i++) {
		const struct shards_unit *u = &f->units[i];

		if ((u->state != NULL) != here[i])
			return err_set(
				err, ERR_CORRUPT,
				"%s: shard.json has %s result of %.80s, which %s a "
				"part of shard %u of %u: was it changed?",
				f->path, u->state != NULL ? "a" : "no", u->id,
				here[i] ? "is" : "is not", f->shard.index,
				m->shards->total);
	}
	return ERR_OK;
}

/* As each shard found it out for itself. */
static enum err_code deal_again(struct merge *m, struct err *err)
{
	const struct shards *s = m->shards;
	const struct gate_plan *plan = &m->c.plan;
	struct gate_part_unit *parts =
		arena_array(&m->c.arena, plan->count + 1, sizeof(*parts));
	enum err_code rc;

	m->here = arena_array(&m->c.arena, s->total, sizeof(*m->here));
	for (uint32_t i = 0; m->here != NULL && i < s->total; i++)
		m->here[i] = arena_array(&m->c.arena, plan->count + 1, sizeof(bool));
	if ((rc = arena_err(&m->c.arena, err)) != ERR_OK)
		return rc;
	for (size_t i = 0; i < plan->count; i++)
		parts[i] =
			(struct gate_part_unit){ .shard = s->first->units[i].shard,
			                         .everywhere =
			                                 s->first->units[i].everywhere };
	for (uint32_t i = 0; i < s->total && rc == ERR_OK; i++) {
		rc = gate_part_here(plan->units, parts, plan->count, i + 1, m->here[i],
		                    err);
		if (rc == ERR_OK && s->folders[i].path != NULL)
			rc = check_ran(m, &s->folders[i], m->here[i], err);
	}
	return rc;
}

/* ---- one unit ---- */

enum err_code merge_read_state(struct merge *m, const struct shards_folder *f,
                               const struct shards_unit *u, struct gate_unit_state *out,
                               struct err *err)
{
	struct json_doc *doc = NULL;
	struct gate_unit_texts texts = { NULL, NULL };
	enum err_code rc = shards_read(f, "artefacts", u->state, u->state, &m->text, err);

	if (rc == ERR_OK)
		rc = json_parse(&doc, buf_span(&m->text), u->id, err);
	if (rc == ERR_OK)
		rc = gate_unit_doc_read(out, &texts, json_root(doc), u->id, &m->c.arena,
		                        err);
	json_free(doc);
	if (rc == ERR_OK && texts.cases != NULL)
		rc = shards_read(f, "artefacts", texts.cases, texts.cases, &m->text, err);
	if (rc == ERR_OK && texts.cases != NULL)
		rc = gate_unit_cases_read(&out->run.cases, buf_span(&m->text), err);
	if (rc == ERR_OK && texts.covered != NULL)
		rc = shards_read(f, "artefacts", texts.covered, texts.covered, &m->text,
		                 err);
	if (rc == ERR_OK && texts.covered != NULL)
		rc = gate_coverage_restore(&out->run, buf_span(&m->text), err);
	if (rc == ERR_OK)
		rc = merge_copy_artefacts(m, f, out->artefacts, out->artefact_count, err);
	return rc == ERR_OK || rc == ERR_NOMEM
	               ? rc
	               : err_wrap(err, ERR_CORRUPT, "%s: %s", f->path, u->id);
}

static int badness(const struct gate_unit_state *u)
{
	if (u->broken)
		return 3;
	if (u->run.state == GATE_RUN_FAIL)
		return 2;
	return u->run.state == GATE_RUN_UNKNOWN ? 1 : 0;
}

static const char *state_word(const struct gate_unit_state *u)
{
	return u->broken ? "in error" : gate_run_state_name(u->run.state);
}

/* Takes `from` over if it is worse; it is empty afterwards. */
static void keep_worse(struct gate_unit_state *to, struct gate_unit_state *from,
                       uint32_t shard)
{
	char note[80] = "";

	if (badness(from) != badness(to))
		(void)snprintf(note, sizeof(note), "%s in shard %u, %s before",
		               state_word(from), shard, state_word(to));
	if (badness(from) > badness(to)) {
		struct gate_unit_state better = *to;

		from->run.id = to->run.id;
		*to = *from;
		*from = better;
	}
	if (note[0] != '\0')
		gate_outcome_warn(&to->run, "%s", note);
}

static void say_missing(struct merge *m, size_t unit)
{
	const struct shards_unit *u = &m->shards->first->units[unit];
	struct gate_run *r = &m->c.units[unit].run;

	if (u->shard > 0)
		gate_outcome_unknown(r, "shard %u of %u, which ran it, is missing",
		                     u->shard, m->shards->total);
	else
		gate_outcome_unknown(r, "none of the shards that are here ran it");
	(void)snprintf(r->remedy, sizeof(r->remedy), JOIN_ALL);
	r->started_ms = r->ended_ms = m->shards->first->started_ms;
}

/* It may have failed where nobody looks: what a build or a need of others was there. */
static void say_missing_too(struct merge *m, size_t unit)
{
	struct gate_run *r = &m->c.units[unit].run;

	for (uint32_t i = 0; i < m->shards->total; i++) {
		if (m->shards->folders[i].path != NULL || !m->here[i][unit] ||
		    r->state != GATE_RUN_PASS)
			continue;
		gate_outcome_unknown(r, "shard %u of %u, which ran it too, is missing",
		                     i + 1, m->shards->total);
		(void)snprintf(r->remedy, sizeof(r->remedy), JOIN_ALL);
	}
}

/* The worst of what the shards have of a unit that each ran whole. */
static enum err_code join_whole(struct merge *m, size_t unit, struct err *err)
{
	struct gate_unit_state *out = &m->c.units[unit];
	bool any = false;
	enum err_code rc = ERR_OK;

	for (uint32_t i = 0; i < m->shards->total && rc == ERR_OK; i++) {
		const struct shards_folder *f = &m->shards->folders[i];
		struct gate_unit_state one = { .done = true };

		if (f->path == NULL || f->units[unit].state == NULL)
			continue;
		gate_run_init(&one.run);
		one.run.id = out->run.id;
		rc = merge_read_state(m, f, &f->units[unit], &one, err);
		if (rc == ERR_OK && any) {
			keep_worse(out, &one, i + 1);
		} else if (rc == ERR_OK) {
			struct gate_unit_state empty = *out;

			*out = one;
			one = empty;
			any = true;
		}
		gate_run_fini(&one.run);
	}
	if (rc == ERR_OK && !any)
		say_missing(m, unit);
	else if (rc == ERR_OK)
		say_missing_too(m, unit);
	return rc;
}

static bool passed(const struct gate_unit_state *s)
{
	return !s->broken && s->run.state == GATE_RUN_PASS;
}

/* A suite that splits itself is whole only here: what needs it may have run beside a part
 * that passed. */
static void heed_needs(struct merge *m, size_t unit)
{
	const struct gate_unit *u = &m->c.plan.units[unit];
	struct gate_unit_state *s = &m->c.units[unit];

	for (size_t k = 0; k < u->need_count; k++) {
		const struct gate_unit_state *need =
			map_get(&m->c.by_id, span_str(u->needs[k]));
		size_t i = need != NULL ? (size_t)(need - m->c.units) : unit;

		if (i >= unit || passed(need))
			continue;
		if (!m->shards->first->units[i].everywhere) {
			if (!passed(s))
				return; /* that is why */
			continue;
		}
		gate_run_fini(&s->run);
		*s = (struct gate_unit_state){ .done = true };
		gate_run_init(&s->run);
		s->run.id = name_of(u->id);
		gate_collect_say_needed(&s->run, m->c.plan.units[i].kind, need);
		s->run.started_ms = s->run.ended_ms = need->run.ended_ms;
		return;
	}
}

static enum err_code finish_unit(struct merge *m, size_t unit, struct err *err)
{
	const struct gate_unit *u = &m->c.plan.units[unit];
	struct gate_unit_state *s = &m->c.units[unit];
	struct buf text = BUF_INIT;

	s->done = true;
	if (u->kind == GATE_UNIT_SUITE)
		s->suite = &m->shards->policy->suites[u->index];
	if (u->kind != GATE_UNIT_SUITE)
		return ERR_OK;
	/* Its own would be taken at its word. */
	gate_summary_suite(&text, s->suite, &s->run);
	if (buf_ok(&text))
		s->summary = arena_str(&m->c.arena, buf_str(&text));
	buf_fini(&text);
	return s->summary != NULL ? ERR_OK : err_nomem(err);
}

enum err_code merge_units(struct merge *m, struct err *err)
{
	enum err_code rc = make_plan(m, err);

	if (rc == ERR_OK)
		rc = deal_again(m, err);
	for (size_t i = 0; i < m->c.plan.count && rc == ERR_OK; i++) {
		if (m->shards->first->units[i].everywhere)
			rc = merge_parts(m, i, err);
		else
			rc = join_whole(m, i, err);
		if (rc == ERR_OK)
			heed_needs(m, i);
		if (rc == ERR_OK)
			rc = finish_unit(m, i, err);
	}
	return rc;
}
