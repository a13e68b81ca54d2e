// SPDX-License-Identifier: Apache-2.0
/* The scorecard as one JSON object: docs/schema/scorecard.schema.json. Keys are only ever
 * added; a change of an existing one raises schema_version. */
#include "lib/json.h"
#include "json_internal.h"

#include "base/num.h"
#include "base/when.h"
#include "view.h"
#include "writers.h"

#define SCHEMA_VERSION 1

static void field_tenths(struct json_writer *w, const char *key, int64_t tenths)
{
	char text[REP_NUMBER];

	json_field_number(w, key, rep_tenths(tenths, text));
}

static void field_tenths_or_null(struct json_writer *w, const char *key, bool has,
                                 int64_t tenths)
{
	if (has)
		field_tenths(w, key, tenths);
	else
		json_field_null(w, key);
}

static void field_seconds(struct json_writer *w, const char *key, double seconds)
{
	char text[REP_NUMBER];

	json_field_number(w, key, rep_seconds(seconds, text));
}

/* A measurement is a number where it reads as one, else text, else null. */
static void field_measure(struct json_writer *w, const char *key, const char *text)
{
	if (text != NULL && num_is_json(span_str(text)))
		json_field_number(w, key, text);
	else
		json_field_str(w, key, text);
}

static void open_field(struct json_writer *w, const char *key, char bracket)
{
	json_put_key(w, key);
	json_open(w, bracket);
}

static void put_released(struct json_writer *w, const struct rep_subject *s)
{
	open_field(w, "artefacts", '[');
	for (size_t i = 0; i < s->released_count; i++) {
		json_open(w, '{');
		json_field_str(w, "name", s->released[i].name);
		json_field_str(w, "sha256", s->released[i].sha256);
		json_field_u64(w, "bytes", s->released[i].bytes);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_subject(struct json_writer *w, const struct rep_subject *s)
{
	open_field(w, "subject", '{');
	json_field_str(w, "path", s->path);
	json_field_str(w, "commit", s->commit);
	json_field_str(w, "tree", s->tree);
	if (s->has_dirty)
		json_field_bool(w, "dirty", s->dirty);
	else
		json_field_null(w, "dirty");
	if (s->released_count > 0)
		put_released(w, s);
	json_close(w, '}');
}

static void put_policy(struct json_writer *w, const struct rep_policy *p)
{
	open_field(w, "policy", '{');
	json_field_str(w, "digest", p->digest);
	json_field_str(w, "path", p->path);
	json_field_str(w, "profile", p->profile);
	json_close(w, '}');
}

static void field_coverage(struct json_writer *w, const char *key, int64_t v)
{
	char text[REP_NUMBER];

	json_field_number(w, key, rep_tenthousandths(v, text));
}

static void put_score(struct json_writer *w, const struct rep_scorecard *s)
{
	open_field(w, "score", '{');
	field_tenths(w, "lower", s->lower);
	field_tenths(w, "upper", s->upper);
	field_coverage(w, "coverage", s->coverage);
	field_coverage(w, "coverage_measured", s->coverage_measured);
	field_coverage(w, "coverage_attested", s->coverage_attested);
	field_tenths(w, "final", s->final);
	field_tenths_or_null(w, "cap", s->has_cap, s->cap);
	json_field_str(w, "cap_reason", s->has_cap ? s->cap_reason : NULL);
	json_close(w, '}');
}

static void put_texts(struct json_writer *w, const char *key, const char *const *texts,
                      size_t count)
{
	open_field(w, key, '[');
	for (size_t i = 0; i < count; i++)
		json_put_str(w, texts[i]);
	json_close(w, ']');
}

void rep_json_condition(struct json_writer *w, const struct rep_condition *c)
{
	json_field_str(w, "check", c->check);
	json_field_str(w, "reason", c->reason);
	json_field_str(w, "owner", c->owner);
	json_field_str(w, "deadline", c->deadline);
}

static void put_conditions(struct json_writer *w, const struct rep_scorecard *s)
{
	open_field(w, "conditions", '[');
	for (size_t i = 0; i < s->condition_count; i++) {
		json_open(w, '{');
		rep_json_condition(w, &s->conditions[i]);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_roles(struct json_writer *w, const struct rep_scorecard *s)
{
	open_field(w, "roles", '[');
	for (size_t i = 0; i < s->role_count; i++) {
		json_open(w, '{');
		json_field_str(w, "role", s->roles[i].role);
		json_field_u64(w, "have", s->roles[i].have);
		json_field_u64(w, "need", s->roles[i].need);
		json_close(w, '}');
	}
	json_close(w, ']');
}

void rep_json_signoffs(struct json_writer *w, const struct rep_scorecard *s)
{
	put_roles(w, s);
	open_field(w, "signoffs", '[');
	for (size_t i = 0; i < s->signoff_count; i++) {
		const struct rep_signoff *g = &s->signoffs[i];

		json_open(w, '{');
		json_field_str(w, "file", g->file);
		json_field_bool(w, "counts", g->counts);
		json_field_str(w, "why", g->why);
		json_field_str(w, "role", g->role);
		json_field_str(w, "who", g->who);
		json_field_str(w, "verdict",
		               g->when == NULL ? NULL
		               : g->reject     ? "reject"
		                               : "approve");
		json_field_str(w, "signed", g->when);
		json_field_str(w, "expires", g->expires);
		json_field_str(w, "comment", g->comment);
		json_close(w, '}');
	}
	json_close(w, ']');
}

void rep_json_waivers(struct json_writer *w, const struct rep_scorecard *s)
{
	open_field(w, "waivers", '[');
	for (size_t i = 0; i < s->waiver_count; i++) {
		const struct rep_waiver *v = &s->waivers[i];

		json_open(w, '{');
		json_field_str(w, "check", v->check);
		json_field_str(w, "fingerprint", v->fingerprint);
		json_field_str(w, "expires", v->expires);
		json_field_str(w, "owner", v->owner);
		json_field_str(w, "approver", v->approver);
		json_field_str(w, "signed_by", v->signed_by);
		json_field_str(w, "reason", v->reason);
		json_field_str(w, "issue", v->issue);
		json_field_bool(w, "holds", v->why == NULL);
		json_field_str(w, "why", v->why);
		json_close(w, '}');
	}
	json_close(w, ']');
}

void rep_json_blocker(struct json_writer *w, const struct rep_blocker *b)
{
	json_field_str(w, "check", b->check);
	json_field_str(w, "priority", b->priority);
	json_field_str(w, "state", rep_state_name(b->state));
	json_field_bool(w, "waived", b->waived);
}

static void put_blockers(struct json_writer *w, const struct rep_scorecard *s)
{
	open_field(w, "blockers", '[');
	for (size_t i = 0; i < s->blocker_count; i++) {
		json_open(w, '{');
		rep_json_blocker(w, &s->blockers[i]);
		json_close(w, '}');
	}
	json_close(w, ']');
}

void rep_json_category(struct json_writer *w, const struct rep_category *c)
{
	json_field_str(w, "id", c->id);
	json_field_str(w, "title", c->title);
	json_field_u64(w, "weight", c->weight);
	field_tenths_or_null(w, "score", c->has_score, c->score);
	field_tenths(w, "contribution", c->contribution);
	json_field_str(w, "band", rep_band_name(c->band));
}

static void put_categories(struct json_writer *w, const struct rep_scorecard *s)
{
	open_field(w, "categories", '[');
	for (size_t i = 0; i < s->category_count; i++) {
		json_open(w, '{');
		rep_json_category(w, &s->categories[i]);
		json_close(w, '}');
	}
	json_close(w, ']');
}

void rep_json_owner(struct json_writer *w, const struct rep_part *p)
{
	json_field_str(w, "owner", p->owner);
	field_tenths_or_null(w, "score", p->has_score, p->score);
	field_tenths_or_null(w, "possible", p->has_score, p->possible);
}

void rep_json_component(struct json_writer *w, const struct rep_part *p)
{
	json_field_str(w, "id", p->name);
	json_field_bool(w, "critical", p->critical);
	rep_json_owner(w, p);
}

static void put_parts(struct json_writer *w, const struct rep_scorecard *s)
{
	open_field(w, "components", '[');
	for (size_t i = 0; i < s->component_count; i++) {
		json_open(w, '{');
		rep_json_component(w, &s->components[i]);
		json_close(w, '}');
	}
	json_close(w, ']');
	open_field(w, "owners", '[');
	for (size_t i = 0; i < s->owner_count; i++) {
		json_open(w, '{');
		rep_json_owner(w, &s->owners[i]);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_evidence(struct json_writer *w, const struct rep_check *c)
{
	open_field(w, "evidence", '[');
	for (size_t i = 0; i < c->artefact_count; i++)
		json_put_str(w, c->artefacts[i].sha256);
	json_close(w, ']');
}

static void put_trend(struct json_writer *w, const struct rep_trend *t)
{
	json_field_u64(w, "new", t->fresh);
	json_field_u64(w, "fixed", t->fixed);
	json_field_u64(w, "unchanged", t->unchanged);
	json_field_u64(w, "uncompared", t->uncompared);
	json_field_u64(w, "unseen", t->unseen);
}

void rep_json_check(struct json_writer *w, const struct rep_check *c)
{
	json_field_str(w, "id", c->id);
	json_field_str(w, "title", c->title);
	json_field_str(w, "category", c->category);
	json_field_u64(w, "weight", c->weight);
	json_field_str(w, "state", rep_state_name(c->state));
	field_measure(w, "value", c->value);
	field_tenths_or_null(w, "contribution", c->has_contribution, c->contribution);
	field_measure(w, "measured", c->measured);
	field_measure(w, "target", c->target);
	json_field_str(w, "unit", c->unit);
	json_field_str(w, "blocker", c->blocker);
	json_field_bool(w, "required", c->required);
	json_field_bool(w, "attested", c->attested);
	json_field_bool(w, "waived", c->waived);
	put_evidence(w, c);
	json_field_str(w, "message", c->message);
	json_field_str(w, "remedy", c->remedy);
	if (c->trend != NULL) {
		open_field(w, "findings", '{');
		put_trend(w, c->trend);
		json_close(w, '}');
	}
	if (c->coverage != NULL)
		rep_json_coverage(w, c->coverage);
}

static void put_checks(struct json_writer *w, const struct rep_scorecard *s)
{
	open_field(w, "checks", '[');
	for (size_t i = 0; i < s->check_count; i++) {
		json_open(w, '{');
		rep_json_check(w, &s->checks[i]);
		json_close(w, '}');
	}
	json_close(w, ']');
}

void rep_json_gain(struct json_writer *w, const struct rep_gain *g)
{
	json_field_str(w, "check", g->check);
	json_field_str(w, "text", g->text);
	field_tenths(w, "gain", g->gain);
	field_tenths(w, "score", g->score);
}

static void put_gains(struct json_writer *w, const struct rep_scorecard *s)
{
	open_field(w, "gains", '[');
	for (size_t i = 0; i < s->gain_count; i++) {
		json_open(w, '{');
		rep_json_gain(w, &s->gains[i]);
		json_close(w, '}');
	}
	json_close(w, ']');
}

void rep_json_findings(struct json_writer *w, const struct rep_scorecard *s)
{
	open_field(w, "findings", '{');
	json_field_u64(w, "total", s->findings_total);
	if (s->findings_known > 0)
		json_field_u64(w, "known", s->findings_known);
	open_field(w, "by_rule", '{');
	for (size_t i = 0; i < s->findings_by_rule_count; i++)
		json_field_u64(w, s->findings_by_rule[i].rule,
		               s->findings_by_rule[i].count);
	json_close(w, '}');
	if (s->trend != NULL) {
		put_trend(w, s->trend);
		json_field_str(w, "against", s->trend_against);
		put_texts(w, "rules_new", s->trend_rules, s->trend_rule_count);
	} else if (s->trend_why_not != NULL) {
		json_field_str(w, "not_compared", s->trend_why_not);
	}
	json_close(w, '}');
}

static void put_slowest(struct json_writer *w, const struct rep_suite *s)
{
	open_field(w, "slowest", '[');
	for (size_t i = 0; i < s->slowest_count; i++) {
		json_open(w, '{');
		json_field_str(w, "name", s->slowest[i].name);
		field_seconds(w, "duration_s", s->slowest[i].seconds);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_failures(struct json_writer *w, const struct rep_suite *s)
{
	open_field(w, "failures", '[');
	for (size_t i = 0; i < s->failure_count; i++) {
		json_open(w, '{');
		json_field_str(w, "name", s->failures[i].name);
		json_field_str(w, "message", s->failures[i].message);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_leaked(struct json_writer *w, const struct rep_suite *s)
{
	json_field_bool(w, "leaky", s->leaky);
	json_field_u64(w, "leaked", s->leaked);
	open_field(w, "leaked_processes", '[');
	for (size_t i = 0; i < s->leaked_process_count; i++)
		json_put_str(w, s->leaked_processes[i]);
	json_close(w, ']');
}

void rep_json_suite(struct json_writer *w, const struct rep_suite *u)
{
	json_field_str(w, "id", u->id);
	json_field_str(w, "command", u->command);
	json_field_str(w, "state", u->state);
	json_field_str(w, "reason", u->reason);
	json_field_u64(w, "passed", u->passed);
	json_field_u64(w, "failed", u->failed);
	json_field_u64(w, "skipped", u->skipped);
	json_field_u64(w, "flaky", u->flaky);
	json_field_u64(w, "quarantined", u->quarantined);
	put_leaked(w, u);
	field_seconds(w, "duration_s", u->duration_s);
	put_slowest(w, u);
	put_failures(w, u);
}

static void put_suites(struct json_writer *w, const struct rep_scorecard *s)
{
	open_field(w, "suites", '[');
	for (size_t i = 0; i < s->suite_count; i++) {
		json_open(w, '{');
		rep_json_suite(w, &s->suites[i]);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_tool(struct json_writer *w, const struct rep_scorecard *s)
{
	open_field(w, "tool", '{');
	json_field_str(w, "name", "seaworthy");
	json_field_str(w, "version", s->tool_version);
	json_close(w, '}');
	json_field_str(w, "run", s->run);
}

/* The one input that is in no file: who repeats the sum needs it. */
static void put_assessed(struct json_writer *w, const struct rep_scorecard *s)
{
	char now[WHEN_TEXT];

	when_format(s->now_ms, s->now_ms % 1000 != 0, now);
	open_field(w, "assessed", '{');
	json_field_str(w, "now", now);
	json_close(w, '}');
}

void rep_json_head(struct json_writer *w, const struct rep_scorecard *s)
{
	json_field_u64(w, "schema_version", SCHEMA_VERSION);
	put_tool(w, s);
	put_subject(w, &s->subject);
	put_policy(w, &s->policy);
	put_score(w, s);
	json_field_str(w, "decision", rep_decision_name(s->decision));
	put_texts(w, "reasons", s->reasons, s->reason_count);
	put_texts(w, "notes", s->notes, s->note_count);
}

void rep_json_times(struct json_writer *w, const struct rep_scorecard *s)
{
	char started[WHEN_TEXT];

	when_format(s->started_ms, false, started);
	json_field_str(w, "started", started);
	field_seconds(w, "duration_s", s->duration_s);
	put_assessed(w, s);
}

enum err_code rep_write_json(const struct rep_scorecard *s, const struct rep_style *style,
                             struct buf *out, struct err *err)
{
	struct json_writer w;
	enum err_code rc = rep_check_sums(s, err);

	(void)style; /* for people only */
	if (rc != ERR_OK)
		return rc;
	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	rep_json_head(&w, s);
	put_conditions(&w, s);
	rep_json_signoffs(&w, s);
	rep_json_waivers(&w, s);
	put_blockers(&w, s);
	put_categories(&w, s);
	put_parts(&w, s);
	put_checks(&w, s);
	put_gains(&w, s);
	rep_json_findings(&w, s);
	put_suites(&w, s);
	rep_json_times(&w, s);
	json_close(&w, '}');
	buf_putc(out, '\n');
	return buf_err(out, err);
}
