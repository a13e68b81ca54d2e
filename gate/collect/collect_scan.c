// SPDX-License-Identifier: Apache-2.0
#include "claims/scan.h"
#include "collect/trend.h"
#include "collect_internal.h"
#include "lib/json.h"
#include "os/clock.h"
#include "scanners/baseline.h"
#include "scanners/finding.h"

/* ---- progress ---- */

enum { NOTE_EVERY = 512 };

static void note_files(uint64_t files, void *context)
{
	struct buf text = BUF_INIT;

	if (files % NOTE_EVERY != 0)
		return;
	buf_printf(&text, "scan: %llu files", (unsigned long long)files);
	progress_note(context, buf_span(&text));
	buf_fini(&text);
}

/* ---- one pass for all checks ---- */

static bool takes_part(const struct gate_collection *c, size_t check)
{
	const struct gate_check *k = &c->context->policy->checks[check];

	return c->wanted[check] && k->collector == GATE_COLLECT_SCAN &&
	       gate_judge_missing_rule(k, c->context->policy->ruleset) == NULL;
}

/* All globs of the checks that this version can answer; a check without rules asks for
 * all. */
static enum err_code gather_rules(struct gate_collection *c, const char ***rules,
                                  size_t *count, bool *any, struct err *err)
{
	const struct gate_policy *p = c->context->policy;
	bool all = false;
	size_t cap = 0;

	for (size_t i = 0; i < p->check_count; i++) {
		const struct gate_strings *globs = &p->checks[i].scan_rules;

		if (!takes_part(c, i))
			continue;
		*any = true;
		all = all || globs->count == 0;
		for (size_t k = 0; k < globs->count; k++) {
			const char **slot =
				arena_push(&c->arena, rules, count, &cap, sizeof(*slot));

			if (slot != NULL)
				*slot = globs->items[k];
		}
	}
	if (all)
		*count = 0;
	return arena_err(&c->arena, err);
}

/* ---- what is kept ---- */

void gate_collect_findings(struct buf *out, const struct scan_result *r,
                           const struct gate_check *check)
{
	for (size_t i = 0; i < r->count; i++)
		if (check == NULL || gate_judge_counts(check, &r->findings[i])) {
			scan_finding_json(out, &r->findings[i]);
			buf_putc(out, '\n');
		}
}

static void put_skips(struct json_writer *w, const struct scan_result *r)
{
	json_put_key(w, "skipped");
	json_open(w, '[');
	for (size_t i = 0; i < r->skip_count; i++) {
		json_open(w, '{');
		json_field_path(w, "path", r->skips[i].path);
		json_field_str(w, "reason", r->skips[i].reason);
		json_field_str(w, "kind", scan_lack_name(r->skips[i].lack));
		if (r->skips[i].rule != NULL)
			json_field_str(w, "rule", r->skips[i].rule);
		json_field_u64(w, "bytes", r->skips[i].bytes);
		json_field_bool(w, "folder", r->skips[i].folder);
		json_close(w, '}');
	}
	json_close(w, ']');
}

/* Why checks do not apply is evidence, too. */
static void put_moot(struct json_writer *w, const struct scan_result *r)
{
	if (r->moot_count == 0)
		return;
	json_put_key(w, "moot");
	json_open(w, '[');
	for (size_t i = 0; i < r->moot_count; i++) {
		json_open(w, '{');
		json_field_str(w, "rule", r->moot[i].rule);
		json_field_str(w, "reason", r->moot[i].reason);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static uint64_t allowed_in(const struct scan_result *r, int scope)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < r->rule_count; i++)
		sum += r->allowed[i][scope];
	return sum;
}

/* How the findings stand to the baseline, if there is one. */
static void put_compared(struct json_writer *w, const struct scan_compared *c)
{
	if (!c->with_baseline)
		return;
	json_put_key(w, "baseline");
	json_open(w, '{');
	json_field_u64(w, "new", c->fresh);
	json_field_u64(w, "known", c->known);
	json_field_u64(w, "expired", c->expired);
	json_field_u64(w, "unvouched", c->unvouched);
	json_field_u64(w, "gone", c->gone);
	json_field_u64(w, "unseen", c->unseen);
	json_close(w, '}');
}

/* The denominators: what was looked at, and what comments left out, by scope. No time, so
 * that equal trees give equal bytes. */
static void put_summary(struct buf *out, const struct scan_result *r)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_u64(&w, "files", r->files);
	json_field_u64(&w, "bytes", r->bytes);
	json_put_key(&w, "scopes");
	json_open(&w, '{');
	for (int s = 0; s < SCAN_SCOPES; s++) {
		json_put_key(&w, scan_scope_name((enum scan_scope)s));
		json_open(&w, '{');
		json_field_u64(&w, "files", r->scope_files[s]);
		json_field_u64(&w, "code_lines", r->code_lines[s]);
		json_field_u64(&w, "allowed", allowed_in(r, s));
		if (r->packages[s] > 0)
			json_field_u64(&w, "packages", r->packages[s]);
		json_close(&w, '}');
	}
	json_close(&w, '}');
	if (r->advisories_ms > 0)
		json_field_u64(&w, "advisories_ms", (uint64_t)r->advisories_ms);
	put_compared(&w, &r->compared);
	put_skips(&w, r);
	put_moot(&w, r);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

enum err_code gate_collect_keep_scan(struct gate_collection *c,
                                     const struct scan_result *r, const char *name,
                                     struct gate_artefact *out, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	put_summary(&text, r);
	if ((rc = buf_err(&text, err)) == ERR_OK)
		rc = gate_store_artefact(c->context->store, name, buf_span(&text), out,
		                         err);
	buf_fini(&text);
	return rc;
}

static enum err_code keep(struct gate_collection *c, struct gate_unit_state *u,
                          struct err *err)
{
	struct gate_artefact *slot = gate_collect_slot(c, u);
	struct buf text = BUF_INIT;
	enum err_code rc;

	if (slot == NULL)
		return err_nomem(err);
	gate_collect_findings(&text, &c->scan, NULL);
	if ((rc = buf_err(&text, err)) == ERR_OK)
		rc = gate_store_file(c->context->store, "findings.jsonl", buf_span(&text),
		                     err);
	if (rc == ERR_OK)
		rc = gate_collect_keep_scan(c, &c->scan, "scan.json", slot, err);
	buf_fini(&text);
	return rc;
}

static enum err_code keep_trend(struct gate_collection *c, const struct scan_options *o,
                                struct err *err)
{
	struct gate_trend_input in = { .policy = c->context->policy,
		                       .wanted = c->wanted,
		                       .scan = &c->scan,
		                       .rules = o->rules,
		                       .rule_count = o->rule_count,
		                       .salt = o->baseline != NULL ? o->baseline->salt
		                                                   : NULL,
		                       .against = c->context->against,
		                       .earlier = c->context->earlier,
		                       .earlier_count = c->context->earlier_count };
	struct buf text = BUF_INIT;
	enum err_code rc = gate_trend_put(&text, &in, err);

	if (rc == ERR_OK)
		rc = gate_store_file(c->context->store, "trend.json", buf_span(&text),
		                     err);
	buf_fini(&text);
	return rc;
}

enum err_code gate_collect_scan(struct gate_collection *c, struct gate_unit_state *u,
                                struct err *err)
{
	struct progress *progress = c->runner.progress;
	struct scan_options o = { .path = c->runner.root,
		                  .root = c->runner.root,
		                  .claims = &gate_claims_scan,
		                  .jobs = c->runner.jobs,
		                  .cancel = c->runner.cancel,
		                  .progress = progress != NULL ? note_files : NULL,
		                  .context = progress };
	struct buf cache = BUF_INIT;
	const char **rules = NULL;
	bool any = false;
	enum err_code rc;

	u->run.started_ms = os_now_ms();
	u->run.ended_ms = u->run.started_ms;
	if ((rc = gather_rules(c, &rules, &o.rule_count, &any, err)) != ERR_OK)
		return rc;
	o.rules = rules;
	scan_cache_folder(&cache);
	o.cache = buf_str(&cache);
	o.count_lines = true;
	o.blame = true;
	o.note_files = true;
	o.own = c->context->policy->ruleset;
	if (any)
		rc = scan_baseline_load(&c->baseline, c->runner.root, NULL, err);
	o.baseline = c->baseline;
	o.vouched = true;
	if (any && rc == ERR_OK && (rc = scan_run(&o, &c->scan, err)) == ERR_OK)
		rc = keep(c, u, err);
	if (any && rc == ERR_OK)
		rc = keep_trend(c, &o, err);
	buf_fini(&cache);
	u->run.ended_ms = os_now_ms();
	if (rc == ERR_OK)
		u->run.state = GATE_RUN_PASS;
	return rc;
}
