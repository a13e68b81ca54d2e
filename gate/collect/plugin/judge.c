// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/outcome.h"
#include "collect/plugin/plugin.h"

#include <stdio.h>

#define GUIDE "make it keep to docs/plugins.md"

/* ---- the run ---- */

static void be_unknown(struct gate_run *r, const char *what)
{
	const struct gate_plugin_answer *a = r->plugin;

	if (a != NULL && a->name != NULL)
		gate_outcome_unknown(r, "the plug-in %s %s: %s", a->name, a->version,
		                     what);
	else
		gate_outcome_unknown(r, "the plug-in: %s", what);
	(void)snprintf(r->remedy, sizeof(r->remedy), "%s", GUIDE);
}

void gate_plugin_decide(struct gate_run *r, const char *trouble)
{
	const struct gate_plugin_answer *a = r->plugin;
	struct buf text = BUF_INIT;

	if (r->exit_code != 0) {
		buf_puts(&text, "it ");
		gate_outcome_end(&text, r);
		buf_puts(&text, trouble[0] != '\0' ? "; " : ", whatever it answered");
		buf_puts(&text, trouble);
		gate_outcome_cause(&text, ": ", buf_span(&r->output));
		be_unknown(r, buf_str(&text));
	} else if (trouble[0] != '\0') {
		be_unknown(r, trouble);
	} else if (a->state == GATE_UNKNOWN || a->state == GATE_ERROR) {
		gate_outcome_unknown(r, "%s", a->message);
	} else {
		r->state = a->state == GATE_FAIL ? GATE_RUN_FAIL : GATE_RUN_PASS;
		if (a->state == GATE_FAIL)
			str_display_cut(&text, span_str(a->message),
			                sizeof(r->reason) / 4);
		(void)snprintf(r->reason, sizeof(r->reason), "%s", buf_str(&text));
	}
	buf_fini(&text);
}

/* ---- the check ---- */

static void judge_measured(struct gate_judgement *j, const struct gate_check *check,
                           const struct gate_plugin_answer *a)
{
	struct gate_ratio x = GATE_RATIO_INIT;

	if (a->measured == NULL || a->low != NULL) {
		gate_judge_without(
			j, GATE_UNKNOWN,
			a->measured == NULL
				? "the plug-in %s %s measured nothing, and the "
				  "check has a scale"
				: "the plug-in %s %s gave low and high, which the "
				  "check's scale is for",
			a->name, a->version);
		buf_puts(&j->remedy, GUIDE);
		return;
	}
	gate_ratio_init(&x);
	if (gate_ratio_set_decimal(&x, span_str(a->measured)) &&
	    gate_value_of_measure(&j->value, check, &x, GATE_MISSED_NOTHING)) {
		j->has_value = true;
		j->state = j->value.state;
	}
	gate_ratio_fini(&x);
}

static int badness(enum gate_state s)
{
	return s == GATE_FAIL ? 2 : s == GATE_WARN ? 1 : 0;
}

/* Its own word, and never better than the value that it gives. */
static void judge_stated(struct gate_judgement *j, const struct gate_plugin_answer *a)
{
	if (a->low == NULL)
		gate_value_of_state(&j->value, a->state);
	else if (!gate_value_of_decimals(&j->value, a->low, a->high))
		return;
	j->has_value = true;
	j->state =
		badness(a->state) > badness(j->value.state) ? a->state : j->value.state;
}

void gate_plugin_judge(struct gate_judgement *j, const struct gate_check *check,
                       const struct gate_run *r)
{
	const struct gate_plugin_answer *a = r->plugin;
	bool answered = a != NULL && a->has_result && r->state != GATE_RUN_UNKNOWN;

	if (a != NULL && a->name != NULL) {
		j->producer_tool = a->name;
		j->producer_version = a->version;
	}
	if (!answered && a != NULL && a->state == GATE_ERROR && a->has_result &&
	    r->exit_code == 0) {
		gate_judge_without(j, GATE_ERROR, "%s", a->message);
	} else if (!answered) {
		gate_judge_without(j, GATE_UNKNOWN, "%s", r->reason);
	} else if (check->has_scale) {
		judge_measured(j, check, a);
	} else {
		judge_stated(j, a);
	}
	if (j->has_value) {
		(void)snprintf(j->measured, sizeof(j->measured), "%s",
		               a->measured != NULL ? a->measured : "");
		j->unit = check->scale_unit != NULL ? check->scale_unit : a->unit;
		buf_puts(&j->message, a->message);
	}
	if (j->remedy.len == 0 && j->state != GATE_PASS)
		buf_puts(&j->remedy, answered || (a != NULL && a->remedy != NULL)
		                             ? (a->remedy != NULL ? a->remedy : "")
		                             : r->remedy);
}
