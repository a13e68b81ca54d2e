// SPDX-License-Identifier: Apache-2.0
#include "collect/shard/merge.h"

#include "base/str.h"
#include "collect/areas.h"
#include "collect/collect_internal.h"
#include "collect/coverage/tree_doc.h"
#include "collect/durations.h"
#include "collect/quarantine.h"
#include "collect/shard/merge_internal.h"
#include "collect/shard/shard_run.h"
#include "record/record_json.h"

/* ---- what is copied ---- */

static enum err_code copy_artefact(struct merge *m, const struct shards_folder *f,
                                   const struct gate_artefact *a, struct err *err)
{
	struct gate_artefact stored;
	enum err_code rc =
		shards_read(f, "artefacts", a->sha256, a->sha256, &m->text, err);

	if (rc == ERR_OK && a->bytes != m->text.len)
		rc = err_set(err, ERR_CORRUPT,
		             "%s: artefacts/%s has other than %llu bytes", f->path,
		             a->sha256, (unsigned long long)a->bytes);
	return rc == ERR_OK ? gate_store_artefact(m->c.context->store, a->name,
	                                          buf_span(&m->text), &stored, err)
	                    : rc;
}

enum err_code merge_copy_artefacts(struct merge *m, const struct shards_folder *f,
                                   const struct gate_artefact *list, size_t count,
                                   struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < count && rc == ERR_OK; i++)
		rc = copy_artefact(m, f, &list[i], err);
	return rc;
}

static enum err_code read_record(struct merge *m, const struct shards_folder *f,
                                 const struct shards_named *n, struct gate_record *out,
                                 struct err *err)
{
	char *name = arena_printf(&m->c.arena, "%s.json", n->name);
	struct json_doc *doc = NULL;
	enum err_code rc;

	if (name == NULL)
		return err_nomem(err);
	if (n->sha256 == NULL || !gate_record_id_ok(n->name))
		return err_set(err, ERR_CORRUPT, "%s: shard.json has no record of %s",
		               f->path, n->name);
	rc = shards_read(f, "checks", name, n->sha256, &m->text, err);
	if (rc == ERR_OK)
		rc = json_parse(&doc, buf_span(&m->text), name, err);
	if (rc == ERR_OK)
		rc = gate_record_read(out, n->name, json_root(doc), &m->c.arena, err);
	json_free(doc);
	return rc;
}

/* Of what a merge judges a shard settles only that it does not apply or is not asked for:
 * it has a part of it. */
static enum err_code check_settled(const struct merge *m, const struct shards_folder *f,
                                   size_t check, const struct gate_record *r,
                                   struct err *err)
{
	const bool judged =
		r->state == GATE_PASS || r->state == GATE_WARN || r->state == GATE_FAIL;

	if (!judged || !shard_merge_judges(&m->c.context->policy->checks[check]))
		return ERR_OK;
	return err_set(err, ERR_CORRUPT, "%s: shard.json says that it settled %s alone",
	               f->path, r->check);
}

/* A check that one shard settled; where several did, they have to agree. */
static enum err_code take_settled(struct merge *m, size_t check, struct err *err)
{
	const char *id = m->c.context->policy->checks[check].id;
	struct gate_record first = { .check = NULL };
	enum err_code rc = ERR_OK;

	for (uint32_t i = 0; i < m->shards->total && rc == ERR_OK; i++) {
		const struct shards_folder *f = &m->shards->folders[i];
		const struct shards_named *n = shards_find(f->checks, f->check_count, id);
		struct gate_record r = { .check = NULL };

		if (n == NULL || !n->settled)
			continue;
		if ((rc = read_record(m, f, n, &r, err)) != ERR_OK ||
		    (rc = check_settled(m, f, check, &r, err)) != ERR_OK)
			return rc;
		rc = merge_copy_artefacts(m, f, r.artefacts, r.artefact_count, err);
		if (rc == ERR_OK && first.check != NULL && first.state != r.state)
			return merge_say(m, check, err,
			                 "%s is %s in one shard and %s in another", id,
			                 gate_state_name(first.state),
			                 gate_state_name(r.state));
		if (first.check == NULL)
			first = r;
	}
	if (rc != ERR_OK || first.check == NULL)
		return rc;
	m->c.stored[check] = true;
	return gate_store_record(m->c.context->store, &first, err);
}

enum err_code merge_say(struct merge *m, size_t check, struct err *err, const char *fmt,
                        ...)
{
	struct gate_judgement j;
	enum err_code rc;
	va_list ap;

	gate_judgement_init(&j);
	j.state = GATE_UNKNOWN;
	va_start(ap, fmt);
	buf_vprintf(&j.message, fmt, ap);
	va_end(ap);
	buf_puts(&j.remedy, "seaworthy merge DIR.. with the folders of all shards");
	rc = gate_collect_store_now(&m->c, check, &j, err);
	gate_judgement_fini(&j);
	return rc;
}

static enum err_code say_unsettled(struct merge *m, size_t check, struct err *err)
{
	if (m->shards->missing == 0)
		return merge_say(
			m, check, err,
			"what it rests on ran in parts, which cannot be added up");
	return merge_say(m, check, err,
	                 "no shard that is here answered it: %u of %u are missing",
	                 m->shards->missing, m->shards->total);
}

/* What no shard settled rests on several: suites and what they cover are judged below, of
 * anything else a shard is missing. */
static enum err_code take_checks(struct merge *m, struct err *err)
{
	const struct gate_policy *p = m->c.context->policy;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < p->check_count && rc == ERR_OK; i++) {
		rc = take_settled(m, i, err);
		if (rc == ERR_OK && !m->c.stored[i] &&
		    p->checks[i].collector != GATE_COLLECT_SUITE &&
		    p->checks[i].collector != GATE_COLLECT_COVERAGE)
			rc = say_unsettled(m, i, err);
	}
	return rc;
}

/* ---- what there is to be covered ---- */

/* The state of a shard's checkout is not that of another's. */
static enum err_code say_sources_differ(struct merge *m, uint32_t a, uint32_t b,
                                        struct err *err)
{
	const struct gate_policy *p = m->c.context->policy;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < p->check_count && rc == ERR_OK; i++)
		if (!m->c.stored[i] && p->checks[i].collector == GATE_COLLECT_COVERAGE)
			rc = merge_say(
				m, i, err,
				"shards %u and %u found different sources, or were "
				"compared with different bases: give all of them "
				"the same clean checkout and --base",
				a, b);
	return rc;
}

static enum err_code read_sources(struct merge *m, const struct shards_folder *f,
                                  struct err *err)
{
	enum err_code rc =
		shards_read(f, "artefacts", f->sources, f->sources, &m->text, err);

	if (rc == ERR_OK)
		rc = gate_cov_tree_read(&m->c.coverage.tree, &m->context->base,
		                        buf_span(&m->text), err);
	return rc == ERR_OK || rc == ERR_NOMEM
	               ? rc
	               : err_wrap(err, ERR_CORRUPT, "%s", f->path);
}

/* Those of all shards, which have to be the same. */
static enum err_code take_sources(struct merge *m, struct err *err)
{
	const struct shards_folder *first = NULL;

	for (uint32_t i = 0; i < m->shards->total; i++) {
		const struct shards_folder *f = &m->shards->folders[i];

		if (f->path == NULL || f->sources == NULL)
			continue;
		if (first == NULL)
			first = f;
		else if (!str_eq(first->sources, f->sources))
			return say_sources_differ(m, first->shard.index, i + 1, err);
	}
	return first != NULL ? read_sources(m, first, err) : ERR_OK;
}

/* ---- who owns what ---- */

/* Of all shards, which have one state of the project. */
static enum err_code take_owners(struct merge *m, struct err *err)
{
	const struct shards_folder *first = m->shards->first;
	enum err_code rc;

	for (uint32_t i = 0; i < m->shards->total; i++) {
		const struct shards_folder *f = &m->shards->folders[i];
		const bool same = f->path == NULL || str_eq(f->owners, first->owners);

		if (!same)
			return err_set(err, ERR_USAGE,
			               "shards %u and %u have different CODEOWNERS: give "
			               "all of them the same clean checkout",
			               first->shard.index, i + 1);
	}
	if (first->owners == NULL)
		return ERR_OK;
	rc = shards_read(first, "artefacts", first->owners, first->owners, &m->text, err);
	return rc == ERR_OK ? gate_areas_give(&m->c, buf_span(&m->text), err) : rc;
}

/* ---- files of the run ---- */

/* Of the shard that has one with something in it: only one shard scans. */
static enum err_code copy_file(struct merge *m, const char *name, bool empty,
                               struct err *err)
{
	enum err_code rc = ERR_OK;

	buf_clear(&m->text);
	for (uint32_t i = 0; i < m->shards->total && rc == ERR_OK; i++) {
		const struct shards_folder *f = &m->shards->folders[i];
		const struct shards_named *n = shards_find(f->files, f->file_count, name);

		if (n == NULL || n->sha256 == NULL)
			continue;
		rc = shards_read(f, NULL, name, n->sha256, &m->text, err);
		if (m->text.len > 0)
			break;
	}
	if (rc == ERR_OK && (m->text.len > 0 || empty))
		rc = gate_store_file(m->c.context->store, name, buf_span(&m->text), err);
	return rc;
}

/* Without project code the suites of all shards are those of the policy, not run. */
static enum err_code write_suites(struct merge *m, struct err *err)
{
	for (size_t i = 0; i < m->c.plan.count; i++)
		if (m->c.plan.units[i].kind == GATE_UNIT_SUITE)
			return gate_collect_write_suites(&m->c, true, err);
	return copy_file(m, "suites.json", true, err);
}

/* ---- what the project learns ---- */

static enum err_code learn_durations(const struct merge *m, const char *root,
                                     struct err *err)
{
	struct gate_durations *d = NULL;
	enum err_code rc = gate_durations_load(&d, root, err);

	for (size_t i = 0; rc == ERR_OK && i < m->c.plan.count; i++) {
		const struct gate_run *r = &m->c.units[i].run;

		if (r->attempts > 0 &&
		    !gate_durations_note(d, m->c.plan.units[i].id,
		                         (uint64_t)(r->ended_ms - r->started_ms)))
			rc = err_nomem(err);
	}
	if (rc == ERR_OK)
		rc = gate_durations_store(d, err);
	gate_durations_free(d);
	return rc;
}

static enum err_code learn_quarantine(const struct merge *m, const char *root,
                                      struct err *err)
{
	struct gate_quarantine_book *b = NULL;
	enum err_code rc = gate_quarantine_open(&b, m->c.context->policy, root,
	                                        m->shards->ended_ms, err);

	for (size_t i = 0; rc == ERR_OK && i < m->c.plan.count; i++)
		if (m->c.plan.units[i].kind == GATE_UNIT_SUITE &&
		    m->c.units[i].run.attempts > 0)
			gate_quarantine_note(b, &m->c.units[i].run);
	if (rc == ERR_OK)
		rc = gate_quarantine_store(b, err);
	gate_quarantine_free(b);
	return rc;
}

/* ---- all of it ---- */

static enum err_code begin(struct merge *m, struct err *err)
{
	size_t checks = m->c.context->policy->check_count + 1;

	m->c.stored = arena_array(&m->c.arena, checks, sizeof(*m->c.stored));
	m->c.wanted = arena_array(&m->c.arena, checks, sizeof(*m->c.wanted));
	return arena_err(&m->c.arena, err);
}

enum err_code gate_merge(struct shards *shards, const char *root,
                         struct gate_store *store, gate_merged *each, void *told,
                         struct err *err)
{
	static const struct gate_selection all = { .only = NULL };
	struct gate_collector_context context = { .policy = shards->policy,
		                                  .selection = &all,
		                                  .subject = &shards->subject,
		                                  .store = store };
	struct merge m = { .c = { .context = &context },
		           .context = &context,
		           .shards = shards };
	enum err_code rc;

	arena_init(&m.c.arena);
	map_init(&m.c.by_id);
	if ((rc = begin(&m, err)) == ERR_OK)
		rc = merge_units(&m, err);
	for (size_t i = 0; rc == ERR_OK && i < m.c.plan.count; i++)
		each(&m.c.plan.units[i], &m.c.units[i].run, told);
	if (rc == ERR_OK)
		rc = take_checks(&m, err);
	if (rc == ERR_OK)
		rc = write_suites(&m, err);
	if (rc == ERR_OK)
		rc = copy_file(&m, "findings.jsonl", true, err);
	if (rc == ERR_OK)
		rc = copy_file(&m, "trend.json", false, err);
	if (rc == ERR_OK)
		rc = take_sources(&m, err);
	if (rc == ERR_OK)
		rc = take_owners(&m, err);
	if (rc == ERR_OK)
		rc = gate_collect_ready(&m.c, err);
	if (rc == ERR_OK)
		rc = learn_durations(&m, root, err);
	if (rc == ERR_OK)
		rc = learn_quarantine(&m, root, err);
	for (size_t i = 0; m.c.units != NULL && i < m.c.plan.count; i++)
		gate_run_fini(&m.c.units[i].run);
	gate_plan_fini(&m.c.plan);
	gate_coverage_state_fini(&m.c.coverage);
	gate_areas_fini(&m.c.areas);
	map_fini(&m.c.by_id);
	arena_fini(&m.c.arena);
	buf_fini(&m.text);
	return rc;
}
