// SPDX-License-Identifier: Apache-2.0
#include "collect/reuse/reuse.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"
#include "collect/coverage/gather.h"
#include "collect/reuse/material.h"
#include "collect/reuse/shelf.h"
#include "collect/shard/unit_doc.h"
#include "crypto/digest.h"
#include "os/clock.h"

#include <stdio.h>

struct gate_reuse {
	const char *root;
	const struct gate_policy *policy;
	const struct gate_plan *plan;
	const struct gate_measured *measured; /* or NULL */
	struct arena arena;
	struct gate_material *material;
	struct gate_shelf *shelf;
	const char **keys; /* as the plan's units; NULL: cannot be reused */
};

/* ---- keys ---- */

static const struct gate_strings *inputs_of(const struct gate_reuse *r,
                                            const struct gate_unit *u)
{
	if (u->kind == GATE_UNIT_SUITE)
		return &r->policy->suites[u->index].inputs;
	if (u->kind == GATE_UNIT_BUILD)
		return &r->policy->builds[u->index].inputs;
	return NULL;
}

static bool declares_inputs(const struct gate_reuse *r, const struct gate_unit *u)
{
	const struct gate_strings *inputs = inputs_of(r, u);

	if (u->kind == GATE_UNIT_BENCH)
		return r->measured != NULL;
	/* What splits itself has not one result: a shard's is a part of it. */
	if (u->kind == GATE_UNIT_SUITE && r->policy->suites[u->index].shard)
		return false;
	/* What a fixture is, nobody can hash. */
	for (size_t i = 0; i < u->need_count; i++)
		if (str_starts(u->needs[i], "fixture:"))
			return false;
	return inputs != NULL && inputs->count > 0;
}

static size_t find_unit(const struct gate_plan *plan, const char *id)
{
	size_t i = 0;

	while (i < plan->count && !str_eq(plan->units[i].id, id))
		i++;
	return i;
}

/* The unit's own material, then that of what it needs; what is needed twice is put twice,
 * up to a limit. */
static enum err_code put_unit(struct gate_reuse *r, size_t unit, size_t depth,
                              struct buf *out, struct err *err)
{
	enum { DEPTH_MAX = 16, BYTES_MAX = 256 << 20 };
	const struct gate_unit *u = &r->plan->units[unit];
	enum err_code rc = ERR_OK;

	if (depth == DEPTH_MAX || out->len > BYTES_MAX)
		return err_set(err, ERR_LIMIT, "%s: needs too much", u->id);
	if (u->kind == GATE_UNIT_SUITE)
		rc = gate_material_suite(r->material, &r->policy->suites[u->index], out,
		                         err);
	else if (u->kind == GATE_UNIT_BUILD)
		rc = gate_material_build(r->material, &r->policy->builds[u->index], out,
		                         err);
	else if (u->kind == GATE_UNIT_BENCH)
		rc = gate_measured_put(r->measured, r->material, r->root, r->policy,
		                       r->plan->measured, out, err);
	else
		return err_set(err, ERR_UNSUPPORTED, "%s: is never reused", u->id);
	for (size_t i = 0; i < u->need_count && rc == ERR_OK; i++) {
		size_t need = find_unit(r->plan, u->needs[i]);

		if (need == r->plan->count)
			return err_set(err, ERR_NOT_FOUND, "%s", u->needs[i]);
		rc = put_unit(r, need, depth + 1, out, err);
	}
	return rc;
}

/* NULL, and ERR_OK, where it has none. */
static enum err_code make_key(struct gate_reuse *r, size_t unit, const char **key,
                              struct err *err)
{
	struct buf text = BUF_INIT;
	char hex[DIGEST_HEX];
	enum err_code rc;

	*key = NULL;
	if (!declares_inputs(r, &r->plan->units[unit]))
		return ERR_OK;
	rc = put_unit(r, unit, 0, &text, err);
	if (rc == ERR_OK)
		rc = digest_hex(buf_span(&text), hex, err);
	if (rc == ERR_OK) {
		*key = arena_str(&r->arena, hex);
		rc = arena_err(&r->arena, err);
	}
	buf_fini(&text);
	return rc == ERR_NOMEM ? rc : ERR_OK; /* what cannot be read cannot be reused */
}

static enum err_code make_keys(struct gate_reuse *r, struct err *err)
{
	enum err_code rc = ERR_OK;

	r->keys = arena_array(&r->arena, r->plan->count + 1, sizeof(*r->keys));
	if (r->keys == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < r->plan->count && rc == ERR_OK; i++)
		rc = make_key(r, i, &r->keys[i], err);
	return rc;
}

enum err_code gate_reuse_open(struct gate_reuse **out, const char *root,
                              const struct gate_policy *p, const struct gate_plan *plan,
                              const struct gate_measured *measured, struct err *err)
{
	struct gate_reuse *r = mem_new(sizeof(*r));
	enum err_code rc;

	if (r == NULL)
		return err_nomem(err);
	arena_init(&r->arena);
	r->root = root;
	r->policy = p;
	r->measured = measured;
	r->plan = plan;
	if ((rc = gate_material_new(&r->material, root, err)) != ERR_OK ||
	    (rc = gate_shelf_open(&r->shelf, root, err)) != ERR_OK ||
	    (rc = make_keys(r, err)) != ERR_OK) {
		gate_reuse_free(r);
		return rc;
	}
	*out = r;
	return ERR_OK;
}

void gate_reuse_free(struct gate_reuse *r)
{
	if (r == NULL)
		return;
	gate_material_free(r->material);
	gate_shelf_close(r->shelf);
	arena_fini(&r->arena);
	mem_free(r);
}

/* ---- what need not run ---- */

/* A build whose makings something wants that runs has to run as well. From the end of the
 * plan, where nothing is needed any more. */
static void want_needs(const struct gate_plan *plan, bool *cached)
{
	for (size_t i = plan->count; i-- > 0;) {
		const struct gate_unit *u = &plan->units[i];

		if (cached[i] || u->left_out != NULL)
			continue;
		for (size_t k = 0; k < u->need_count; k++) {
			size_t need = find_unit(plan, u->needs[k]);

			if (need < plan->count &&
			    plan->units[need].kind == GATE_UNIT_BUILD)
				cached[need] = false;
		}
	}
}

/* A command of a check cannot say which builds it needs. */
static void want_builds_of_commands(const struct gate_plan *plan, bool *cached)
{
	bool any = false;

	for (size_t i = 0; i < plan->count; i++)
		any = any || plan->units[i].kind == GATE_UNIT_COMMAND;
	for (size_t i = 0; any && i < plan->count; i++)
		if (plan->units[i].kind == GATE_UNIT_BUILD)
			cached[i] = false;
}

enum err_code gate_reuse_plan(struct gate_reuse *r, bool *cached, struct err *err)
{
	for (size_t i = 0; i < r->plan->count; i++) {
		struct buf entry = BUF_INIT;

		cached[i] = r->keys[i] != NULL && r->plan->units[i].left_out == NULL &&
		            gate_shelf_find(r->shelf, r->keys[i], &entry);
		buf_fini(&entry);
	}
	want_builds_of_commands(r->plan, cached);
	want_needs(r->plan, cached);
	return arena_err(&r->arena, err);
}

/* ---- taking ---- */

static void say_age(struct gate_run *run)
{
	int64_t now = os_now_ms();
	char age[WHEN_TEXT];

	when_duration(now > run->ended_ms ? (uint64_t)(now - run->ended_ms) : 0, age);
	(void)snprintf(run->reused, sizeof(run->reused), "reused, %s old", age);
}

/* The artefacts of the earlier run become this run's; false where one is gone. */
static bool take_artefacts(struct gate_reuse *r, struct gate_collection *c,
                           struct gate_unit_state *u)
{
	bool whole = true;

	for (size_t i = 0; i < u->artefact_count && whole; i++) {
		struct gate_artefact *a = &u->artefacts[i];
		struct buf data = BUF_INIT;

		whole = gate_shelf_get(r->shelf, a->sha256, &data) &&
		        gate_store_artefact(c->context->store, a->name, buf_span(&data),
		                            a, NULL) == ERR_OK;
		buf_fini(&data);
	}
	return whole;
}

/* What benchmarks were judged by is their evidence. */
static bool take_samples(struct gate_reuse *r, struct gate_collection *c,
                         const struct gate_unit_state *u)
{
	struct buf json = BUF_INIT;
	bool good = false;

	for (size_t i = 0; i < u->artefact_count; i++)
		if (str_eq(u->artefacts[i].name, "bench.json"))
			good = gate_shelf_get(r->shelf, u->artefacts[i].sha256, &json) &&
			       gate_collect_bench_again(c, buf_span(&json));
	buf_fini(&json);
	return good;
}

static bool read_entry(struct gate_reuse *r, struct gate_collection *c,
                       const struct json *entry, size_t unit, struct gate_unit_state *u)
{
	struct gate_unit_texts texts = { NULL, NULL };
	struct buf text = BUF_INIT;
	bool good = gate_unit_doc_read(u, &texts, entry, c->plan.units[unit].id,
	                               &c->arena, NULL) == ERR_OK;

	good = good && u->run.state == GATE_RUN_PASS;
	if (good && texts.cases != NULL)
		good = gate_shelf_get(r->shelf, texts.cases, &text) &&
		       gate_unit_cases_read(&u->run.cases, buf_span(&text), NULL) ==
		               ERR_OK;
	buf_fini(&text);
	if (good && c->plan.units[unit].kind == GATE_UNIT_BENCH)
		good = take_samples(r, c, u);
	return good && take_artefacts(r, c, u);
}

/* False, with the state as it was, where anything of it is damaged. */
static bool take_unit(struct gate_reuse *r, struct gate_collection *c, size_t unit)
{
	struct gate_unit_state *u = &c->units[unit];
	struct gate_unit_state taken = { .done = false };
	struct json_doc *doc = NULL;
	struct buf entry = BUF_INIT;
	bool good;

	gate_run_init(&taken.run);
	good = gate_shelf_find(r->shelf, r->keys[unit], &entry) &&
	       json_parse(&doc, buf_span(&entry), "cache", NULL) == ERR_OK &&
	       read_entry(r, c, json_root(doc), unit, &taken);
	if (good) {
		gate_shelf_use(r->shelf, r->keys[unit]);
		say_age(&taken.run);
		taken.reused = true;
		gate_run_fini(&u->run);
		*u = taken;
	} else {
		gate_run_fini(&taken.run);
	}
	json_free(doc);
	buf_fini(&entry);
	return good;
}

enum err_code gate_reuse_take(struct gate_reuse *r, struct gate_collection *c,
                              struct err *err)
{
	bool *cached = arena_array(&c->arena, c->plan.count + 1, sizeof(*cached));
	enum err_code rc;

	if (cached == NULL)
		return err_nomem(err);
	if ((rc = gate_reuse_plan(r, cached, err)) != ERR_OK)
		return rc;
	/* From the end: what turns out to be damaged runs, and needs its builds. */
	for (size_t i = c->plan.count; i-- > 0;) {
		if (!cached[i] || take_unit(r, c, i))
			continue;
		cached[i] = false;
		want_needs(r->plan, cached);
	}
	return arena_err(&c->arena, err);
}

/* ---- keeping ---- */

static bool is_clean(const struct gate_unit_state *u)
{
	const struct gate_run *r = &u->run;

	return r->state == GATE_RUN_PASS && !u->reused && !u->broken &&
	       r->attempts == 1 && r->leaked == 0 && r->cases.flaky == 0 &&
	       r->cases.quarantined == 0 && !r->second_way && r->warning[0] == '\0' &&
	       gate_coverage_is_whole(r);
}

/* Are the inputs still what they were when the unit started? */
static bool is_unchanged(struct gate_reuse *r, size_t unit)
{
	const char *now = NULL;

	gate_material_forget(r->material);
	return make_key(r, unit, &now, NULL) == ERR_OK && str_eq(now, r->keys[unit]);
}

static bool keep_artefacts(struct gate_reuse *r, const struct gate_collection *c,
                           const struct gate_unit_state *u)
{
	for (size_t i = 0; i < u->artefact_count; i++) {
		struct buf data = BUF_INIT;
		bool good = gate_store_get(c->context->store, u->artefacts[i].sha256,
		                           &data, NULL) == ERR_OK &&
		            gate_shelf_put(r->shelf, buf_span(&data), NULL);

		buf_fini(&data);
		if (!good)
			return false;
	}
	return true;
}

void gate_reuse_keep(struct gate_reuse *r, const struct gate_collection *c, size_t unit)
{
	const struct gate_unit_state *u = &c->units[unit];
	struct buf cases = BUF_INIT;
	struct buf entry = BUF_INIT;
	char hash[DIGEST_HEX];

	if (r == NULL || r->keys[unit] == NULL || !is_clean(u) || !is_unchanged(r, unit))
		return;
	gate_unit_cases_put(&cases, &u->run.cases);
	if (!buf_ok(&cases) || !gate_shelf_put(r->shelf, buf_span(&cases), hash) ||
	    !keep_artefacts(r, c, u))
		goto out;
	/* What was covered is among the artefacts. */
	gate_unit_doc_put(&entry, c->plan.units[unit].id, u,
	                  &(struct gate_unit_texts){ hash, NULL });
	if (buf_ok(&entry))
		gate_shelf_keep(r->shelf, r->keys[unit], buf_span(&entry));
out:
	buf_fini(&cases);
	buf_fini(&entry);
}
