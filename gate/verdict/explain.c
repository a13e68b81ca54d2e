// SPDX-License-Identifier: Apache-2.0
#include "verdict/explain.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"
#include "verdict/explain_internal.h"
#include "verdict/gain.h"

enum err_code gate_explain_find(const struct gate_assessment *a, const char *id,
                                size_t *check, struct err *err)
{
	const struct gate_policy *p = a->policy;
	const char **ids = NULL;
	const char *near;
	enum err_code rc;

	if (!mem_array(&ids, p->check_count + 1, sizeof(*ids)))
		return err_nomem(err);
	for (size_t i = 0; i < p->check_count; i++) {
		ids[i] = p->checks[i].id;
		if (str_eq(ids[i], id)) {
			*check = i;
			mem_free(ids);
			return ERR_OK;
		}
	}
	near = str_nearest(span_str(id), ids, p->check_count);
	rc = err_set(err, ERR_USAGE, "the policy has no check \"%.80s\"%s%s%s", id,
	             near != NULL ? "; did you mean " : "", near != NULL ? near : "",
	             near != NULL ? "?" : "");
	mem_free(ids);
	return rc;
}

/* ---- one check ---- */

static const char *rule_of(struct explanation *e, const struct gate_check *c)
{
	const char *unit = c->scale_unit != NULL ? c->scale_unit : "";

	if (c->has_scale)
		return arena_printf(&e->arena,
		                    "%s %s: value 0 at %s, 1 at %s%s%s, linear between",
		                    gate_collector_name(c->collector),
		                    c->measure != NULL ? c->measure : "", c->scale_fail,
		                    c->scale_pass, unit[0] != '\0' ? " " : "", unit);
	if (c->collector == GATE_COLLECT_SUITE)
		return arena_printf(
			&e->arena,
			"suite %s: value 1 if at least one test ran, none "
			"failed, the process agreed and the results are fresh",
			c->suite != NULL ? c->suite : "");
	if (c->collector == GATE_COLLECT_ATTEST)
		return arena_printf(&e->arena, "attested by %s: %s",
		                    c->attest_role != NULL ? c->attest_role : "nobody",
		                    c->attest_statement != NULL ? c->attest_statement
		                                                : "");
	return arena_printf(&e->arena, "%s: value 1 if the collector says pass, else 0",
	                    gate_collector_name(c->collector));
}

static void explain_record(struct explanation *e, const struct gate_record *r)
{
	char time[WHEN_TEXT];

	if (r == NULL) {
		explanation_input(e, "evidence: none");
		return;
	}
	explanation_input(e, "recorded state: %s", gate_state_name(r->state));
	if (r->measured != NULL)
		explanation_input(e, "measured: %s%s%s", r->measured,
		                  r->unit != NULL ? " " : "",
		                  r->unit != NULL ? r->unit : "");
	if (r->low != NULL && r->high != NULL)
		explanation_input(e, "recorded value: %s to %s", r->low, r->high);
	if (r->has_ended) {
		when_format(r->ended_ms, false, time);
		explanation_input(e, "ended: %s", time);
	}
	if (r->tree != NULL)
		explanation_input(e, "of tree: %s", r->tree);
	if (r->producer_tool != NULL)
		explanation_input(e, "produced by: %s %s", r->producer_tool,
		                  r->producer_version != NULL ? r->producer_version : "");
}

static void explain_demands(struct explanation *e, const struct gate_check *c)
{
	char age[WHEN_TEXT];

	if (c->has_warns_until) {
		when_format(c->warns_until_ms, false, age);
		explanation_input(e, "weighs nothing and only warns until: %s", age);
	}
	if (c->has_max_age) {
		when_duration(c->max_age_ms, age);
		explanation_input(e, "must not be older than: %s", age);
	}
	if (c->same_tree)
		explanation_input(e, "must be of the subject's tree: %s",
		                  e->a->subject->tree != NULL ? e->a->subject->tree
		                                              : "(none)");
	if (c->blocker != GATE_NO_BLOCKER)
		explanation_input(e, "blocker: %s", c->blocker == GATE_P0 ? "P0" : "P1");
	else if (c->required)
		explanation_input(e, "required: yes");
}

static void explain_worth(struct explanation *e, size_t check)
{
	const struct gate_check *c = &e->a->policy->checks[check];
	const struct gate_assessed_check *s = &e->a->checks[check];
	const struct gate_category *g = &e->a->policy->categories[c->category];
	char points[24];

	explanation_input(e, "value: from %s to %s", explanation_exact(e, &s->low, 6),
	                  explanation_exact(e, &s->high, 6));
	explanation_input(e, "weight: %llu in category %s of weight %llu",
	                  (unsigned long long)c->weight, g->id,
	                  (unsigned long long)g->weight);
	explanation_tenths(e->possible[check], points);
	explanation_input(e, "worth: %s of 100 points, exactly %s", points,
	                  explanation_exact(e, &s->share, 3));
	if (s->message != NULL)
		explanation_input(e, "because: %s", s->message);
}

static void explain_waiver(struct explanation *e, const struct gate_assessed_check *s)
{
	char ends[WHEN_TEXT];

	if (!s->waived)
		return;
	when_format(s->waiver->expires_ms, false, ends);
	explanation_input(e, "waived until %s by %s for %s: %s", ends,
	                  s->waiver->approver, s->waiver->owner, s->waiver->reason);
}

static void explain_evidence(struct explanation *e, const struct gate_record *r)
{
	if (r == NULL || r->artefact_count == 0)
		return;
	e->evidence = arena_array(&e->arena, r->artefact_count, sizeof(*e->evidence));
	for (size_t i = 0; e->evidence != NULL && i < r->artefact_count; i++)
		e->evidence[e->evidence_count++] = r->artefacts[i].sha256;
}

static const char *value_text(struct explanation *e, const struct gate_assessed_check *s)
{
	char text[64];

	if (s->state != GATE_PASS && s->state != GATE_WARN && s->state != GATE_FAIL)
		return NULL;
	gate_ratio_text(&s->low, 6, text);
	return arena_str(&e->arena, text);
}

static void explain_remedy(struct explanation *e, size_t check)
{
	const char *text = gate_remedy(e->a, check, &e->arena);

	if (text != NULL)
		explanation_remedy(e, text, check);
}

static void fill_check(struct explanation *e, size_t check)
{
	const struct gate_check *c = &e->a->policy->checks[check];
	const struct gate_assessed_check *s = &e->a->checks[check];

	e->check = c->id;
	e->state = gate_state_name(s->state);
	e->value = value_text(e, s);
	e->rule = rule_of(e, c);
	explain_record(e, s->record);
	explain_demands(e, c);
	explain_worth(e, check);
	explain_waiver(e, s);
	explain_evidence(e, s->record);
	explain_remedy(e, check);
}

/* Texts come from evidence: they are shown with control characters escaped. */
static void put_shown(struct buf *out, const char *label, const char *text)
{
	buf_printf(out, "  %-9s ", label);
	str_display(out, span_str(text));
	buf_putc(out, '\n');
}

static void put_list(struct buf *out, const char *label, const char *const *list,
                     size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_shown(out, i == 0 ? label : "", list[i]);
}

static void put_remedies(struct buf *out, const struct explanation *e)
{

	for (size_t i = 0; i < e->remedy_count; i++) {
		put_shown(out, "remedy", e->remedies[i].text);
		buf_printf(out, "            would add up to %s points\n",
		           e->remedies[i].gain);
	}
}

static enum err_code check_text(const struct explanation *e, const char *title,
                                struct buf *out, struct err *err)
{
	enum err_code rc = arena_err(&e->arena, err);

	if (rc != ERR_OK)
		return rc;
	str_display(out, span_str(e->check));
	buf_puts(out, ": ");
	str_display(out, span_str(title));
	buf_putc(out, '\n');
	put_shown(out, "state", e->state);
	if (e->value != NULL)
		put_shown(out, "value", e->value);
	put_shown(out, "rule", e->rule);
	put_list(out, "inputs", e->inputs, e->input_count);
	put_list(out, "evidence", e->evidence, e->evidence_count);
	put_remedies(out, e);
	return buf_err(out, err);
}

enum err_code gate_explain_check(const struct gate_assessment *a, size_t check, bool json,
                                 struct buf *out, struct err *err)
{
	struct explanation e;
	enum err_code rc = explanation_init(&e, a, err);

	if (rc == ERR_OK) {
		fill_check(&e, check);
		rc = json ? explanation_json(&e, out, err)
		          : check_text(&e, a->policy->checks[check].title, out, err);
	}
	explanation_fini(&e);
	return rc;
}

/* ---- the three changes ---- */

static enum err_code gains_text(const struct explanation *e, struct buf *out,
                                struct err *err)
{
	if (e->remedy_count == 0)
		buf_puts(out, "Nothing would raise the score: every check that applies "
		              "passes.\n");
	else
		buf_printf(out, "What would raise the score most:\n");
	for (size_t i = 0; i < e->remedy_count; i++) {
		buf_printf(out, "  %zu. ", i + 1);
		str_display(out, span_str(e->remedies[i].text));
		buf_putc(out, '\n');
	}
	return buf_err(out, err);
}

enum err_code gate_explain_gains(const struct gate_assessment *a, bool json,
                                 struct buf *out, struct err *err)
{
	struct explanation e;
	enum err_code rc = explanation_init(&e, a, err);

	e.rule = "the changes that would raise the score most";
	if (rc == ERR_OK)
		rc = explanation_gains(&e, err);
	if (rc == ERR_OK)
		rc = json ? explanation_json(&e, out, err) : gains_text(&e, out, err);
	explanation_fini(&e);
	return rc;
}
