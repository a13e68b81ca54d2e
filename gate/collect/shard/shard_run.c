// SPDX-License-Identifier: Apache-2.0
#include "collect/shard/shard_run.h"

#include "base/str.h"
#include "base/version.h"
#include "collect/coverage/tree_doc.h"
#include "collect/shard/part.h"
#include "collect/shard/unit_doc.h"
#include "os/clock.h"
#include "os/fs.h"
#include "scanners/owner.h"

enum { MANIFESTED_MAX = 512 << 20 };

struct shard_run {
	struct gate_part part; /* of the whole plan */
	size_t *whole;         /* of each unit here its place in the whole plan */
	const char **states;   /* as the whole plan: hash of what became of it, or NULL */
	bool *settled;         /* a flag a check */
	const char *sources;   /* hash of what there is to be covered, or NULL */
	const char *owners;    /* hash of CODEOWNERS, or NULL */
	int64_t started_ms;
};

/* ---- taking ---- */

/* The first unit of the check that another shard has a say in, or the number of them. */
static size_t elsewhere(const struct gate_collection *c, const struct gate_part *p,
                        size_t check)
{
	for (size_t i = 0; i < p->count; i++)
		if (gate_collect_is_basis(c, check, &p->units[i]) &&
		    (!p->here[i] || p->parts[i].everywhere))
			return i;
	return p->count;
}

static void say_elsewhere(struct gate_judgement *j, const struct gate_part *p,
                          size_t unit)
{
	if (p->parts[unit].shard > 0)
		gate_judge_without(j, GATE_UNKNOWN, "%s runs in shard %u of %u",
		                   p->units[unit].id, p->parts[unit].shard,
		                   p->shard.total);
	else
		gate_judge_without(j, GATE_UNKNOWN, "%s runs in other shards",
		                   p->units[unit].id);
	buf_puts(&j->remedy, "seaworthy merge DIR.. with the folders of all shards");
}

bool shard_merge_judges(const struct gate_check *k)
{
	return k->collector == GATE_COLLECT_SUITE ||
	       k->collector == GATE_COLLECT_COVERAGE;
}

static enum err_code take_checks(struct gate_collection *c, struct err *err)
{
	struct shard_run *s = c->shard;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < c->context->policy->check_count && rc == ERR_OK; i++) {
		size_t unit = elsewhere(c, &s->part, i);
		struct gate_judgement j;

		s->settled[i] = c->stored[i] ||
		                (unit == s->part.count &&
		                 !shard_merge_judges(&c->context->policy->checks[i]));
		if (c->stored[i] || unit == s->part.count)
			continue;
		gate_judgement_init(&j);
		say_elsewhere(&j, &s->part, unit);
		rc = gate_collect_store_now(c, i, &j, err);
		gate_judgement_fini(&j);
	}
	return rc;
}

/* The plan keeps its order; the units of the others stay with the part. */
static enum err_code take_units(struct gate_collection *c, struct err *err)
{
	struct shard_run *s = c->shard;
	struct gate_unit *mine = arena_array(&c->arena, c->plan.count + 1, sizeof(*mine));
	size_t count = 0;

	s->whole = arena_array(&c->arena, c->plan.count + 1, sizeof(*s->whole));
	if (mine == NULL || s->whole == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < s->part.count; i++) {
		if (!s->part.here[i])
			continue;
		s->whole[count] = i;
		mine[count++] = s->part.units[i];
	}
	c->plan.units = mine;
	c->plan.count = count;
	return ERR_OK;
}

/* What there is to be covered, as it was before anything ran. */
static enum err_code keep_sources(struct gate_collection *c, struct err *err)
{
	struct gate_artefact a;
	struct buf text = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (c->coverage.tree == NULL)
		return ERR_OK;
	rc = gate_cov_tree_put(&text, c->coverage.tree, c->context->base, err);
	if (rc == ERR_OK)
		rc = gate_store_artefact(c->context->store, "coverage-sources.txt",
		                         buf_span(&text), &a, err);
	if (rc == ERR_OK)
		c->shard->sources = a.sha256;
	buf_fini(&text);
	return rc;
}

/* As it was before anything ran. */
static enum err_code keep_owners(struct gate_collection *c, struct err *err)
{
	struct gate_artefact a;
	struct buf text = BUF_INIT;
	enum err_code rc = scan_owners_read(&text, c->runner.root, NULL, err);

	if (rc != ERR_OK) {
		buf_fini(&text);
		return rc == ERR_NOMEM ? rc
		                       : ERR_OK; /* what cannot be read names nobody */
	}
	rc = gate_store_artefact(c->context->store, "CODEOWNERS", buf_span(&text), &a,
	                         err);
	if (rc == ERR_OK)
		c->shard->owners = a.sha256;
	buf_fini(&text);
	return rc;
}

enum err_code shard_run_take(struct gate_collection *c, struct err *err)
{
	const struct gate_policy *p = c->context->policy;
	struct shard_run *s = arena_new(&c->arena, sizeof(*s));
	enum err_code rc;

	if (s == NULL)
		return err_nomem(err);
	s->started_ms = os_now_ms();
	s->states = arena_array(&c->arena, c->plan.count + 1, sizeof(*s->states));
	s->settled = arena_array(&c->arena, p->check_count + 1, sizeof(*s->settled));
	if ((rc = arena_err(&c->arena, err)) != ERR_OK)
		return rc;
	rc = gate_part_make(&s->part, &c->arena, p, c->context->subject, &c->plan,
	                    c->context->selection->shard, err);
	if (rc != ERR_OK)
		return rc;
	c->shard = s;
	if ((rc = take_checks(c, err)) != ERR_OK ||
	    (rc = keep_sources(c, err)) != ERR_OK || (rc = keep_owners(c, err)) != ERR_OK)
		return rc;
	return take_units(c, err);
}

/* ---- keeping ---- */

static enum err_code keep_text(struct gate_collection *c, const struct buf *text,
                               const char *unit, const char *what, const char **sha256,
                               struct err *err)
{
	struct gate_artefact a;
	char *name = arena_printf(&c->arena, "%s.%s", unit, what);
	enum err_code rc = buf_err(text, err);

	if (rc == ERR_OK)
		rc = arena_err(&c->arena, err);
	if (rc == ERR_OK)
		rc = gate_store_artefact(c->context->store, name, buf_span(text), &a,
		                         err);
	if (rc == ERR_OK)
		*sha256 = a.sha256;
	return rc;
}

enum err_code shard_run_keep(struct gate_collection *c, size_t unit, struct err *err)
{
	const struct gate_unit_state *u = &c->units[unit];
	const char *id = c->plan.units[unit].id;
	struct gate_unit_texts texts = { NULL, NULL };
	struct buf text = BUF_INIT;
	enum err_code rc = ERR_OK;

	gate_unit_cases_put(&text, &u->run.cases);
	if (text.len > 0)
		rc = keep_text(c, &text, id, "cases.jsonl", &texts.cases, err);
	buf_clear(&text);
	gate_coverage_trace(&text, &u->run, true);
	if (rc == ERR_OK && text.len > 0)
		rc = keep_text(c, &text, id, "covered.info", &texts.covered, err);
	buf_clear(&text);
	if (rc == ERR_OK) {
		gate_unit_doc_put(&text, id, u, &texts);
		rc = keep_text(c, &text, id, "unit.json",
		               &c->shard->states[c->shard->whole[unit]], err);
	}
	buf_fini(&text);
	return rc;
}

/* ---- shard.json ---- */

/* Puts the hash of a file of the run, null where there is none. */
static enum err_code put_hash(struct json_writer *w, const struct gate_collection *c,
                              const char *name, struct err *err)
{
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	char hex[DIGEST_HEX];
	enum err_code rc;

	os_join(&path, gate_store_dir(c->context->store), name);
	if ((rc = buf_err(&path, err)) == ERR_OK)
		rc = os_read_file(buf_str(&path), MANIFESTED_MAX, &text, err);
	if (rc == ERR_OK && (rc = digest_hex(buf_span(&text), hex, err)) == ERR_OK)
		json_field_str(w, "sha256", hex);
	if (rc == ERR_NOT_FOUND) {
		json_field_null(w, "sha256");
		rc = ERR_OK;
	}
	buf_fini(&text);
	buf_fini(&path);
	return rc;
}

static void put_folder(struct json_writer *w, const char *dir)
{
	json_field_str(w, "dir", dir != NULL ? dir : ".");
}

static void put_suite(struct json_writer *w, const struct gate_suite *s)
{
	json_field_str(w, "format", gate_format_name(s->format));
	put_folder(w, s->dir);
	json_field_bool(w, "covers", s->coverage.count > 0);
}

static void put_unit(struct json_writer *w, const struct gate_policy *policy,
                     const struct shard_run *s, size_t i)
{
	const struct gate_unit *u = &s->part.units[i];
	const struct gate_part_unit *p = &s->part.parts[i];

	json_open(w, '{');
	json_field_str(w, "id", u->id);
	json_field_str(w, "kind", gate_unit_kind_name(u->kind));
	json_field_str(w, "command", u->command);
	json_put_key(w, "needs");
	json_open(w, '[');
	for (size_t n = 0; n < u->need_count; n++)
		json_put_str(w, u->needs[n]);
	json_close(w, ']');
	json_field_u64(w, "weight_ms", p->weight_ms);
	json_field_u64(w, "shard", p->shard);
	json_field_bool(w, "everywhere", p->everywhere);
	if (u->kind == GATE_UNIT_SUITE)
		put_suite(w, &policy->suites[u->index]);
	else if (u->kind == GATE_UNIT_BUILD)
		put_folder(w, policy->builds[u->index].dir);
	json_field_str(w, "state", s->states[i]);
	json_close(w, '}');
}

static enum err_code put_checks(struct json_writer *w, struct gate_collection *c,
                                struct err *err)
{
	const struct gate_policy *p = c->context->policy;
	enum err_code rc = ERR_OK;

	json_put_key(w, "checks");
	json_open(w, '[');
	for (size_t i = 0; i < p->check_count && rc == ERR_OK; i++) {
		char *name = arena_printf(&c->arena, "checks/%s.json", p->checks[i].id);

		if (name == NULL)
			return err_nomem(err);
		json_open(w, '{');
		json_field_str(w, "id", p->checks[i].id);
		json_field_bool(w, "settled", c->shard->settled[i]);
		rc = put_hash(w, c, name, err);
		json_close(w, '}');
	}
	json_close(w, ']');
	return rc;
}

static enum err_code put_files(struct json_writer *w, const struct gate_collection *c,
                               struct err *err)
{
	static const char *const names[] = { "policy.json", "subject.json", "suites.json",
		                             "findings.jsonl", "trend.json" };
	enum err_code rc = ERR_OK;

	json_put_key(w, "files");
	json_open(w, '[');
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && rc == ERR_OK; i++) {
		json_open(w, '{');
		json_field_str(w, "name", names[i]);
		rc = put_hash(w, c, names[i], err);
		json_close(w, '}');
	}
	json_close(w, ']');
	return rc;
}

static void put_head(struct json_writer *w, const struct gate_collection *c)
{
	const struct gate_part *p = &c->shard->part;

	json_put_key(w, "schema_version");
	json_put_u64(w, SHARDS_SCHEMA);
	json_field_str(w, "tool_version", version_string());
	json_field_str(w, "fingerprint", p->fingerprint);
	json_field_u64(w, "index", p->shard.index);
	json_field_u64(w, "total", p->shard.total);
	json_field_str(w, "mode", gate_shard_mode_name(p->shard.mode));
	json_field_str(w, "policy", c->context->policy->digest);
	json_field_str(w, "policy_path", c->context->policy->path);
	json_field_str(w, "policy_profile", c->context->policy->profile);
	json_field_str(w, "tree", c->context->subject->tree);
	json_field_str(w, "sources", c->shard->sources);
	json_field_str(w, "owners", c->shard->owners);
	json_put_key(w, "started_ms");
	json_put_i64(w, c->shard->started_ms);
	json_put_key(w, "ended_ms");
	json_put_i64(w, os_now_ms());
}

enum err_code shard_run_store(struct gate_collection *c, struct err *err)
{
	const struct shard_run *s = c->shard;
	struct buf text = BUF_INIT;
	struct json_writer w;
	enum err_code rc;

	json_writer_init(&w, &text, 2);
	json_open(&w, '{');
	put_head(&w, c);
	json_put_key(&w, "units");
	json_open(&w, '[');
	for (size_t i = 0; i < s->part.count; i++)
		put_unit(&w, c->context->policy, s, i);
	json_close(&w, ']');
	if ((rc = put_checks(&w, c, err)) == ERR_OK)
		rc = put_files(&w, c, err);
	json_close(&w, '}');
	buf_putc(&text, '\n');
	if (rc == ERR_OK && (rc = buf_err(&text, err)) == ERR_OK)
		rc = gate_store_file(c->context->store, "shard.json", buf_span(&text),
		                     err);
	buf_fini(&text);
	return rc;
}
