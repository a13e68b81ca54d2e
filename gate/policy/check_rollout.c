// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "policy/decimal.h"
#include "policy/load_internal.h"

/* `rollout`: one source of metrics, criteria with one limit each, stages that grow. */

#define STEP "15s" /* as rollout/plan.c has it */

static enum err_code check_source(struct gate_load *l, const struct yaml *metrics)
{
	const struct yaml *address = yaml_get(metrics, "prometheus");
	const struct yaml *samples = yaml_get(metrics, "samples");
	const char *url = address != NULL ? yaml_text(address) : "";

	if ((address != NULL) == (samples != NULL))
		return yaml_error(l->err, l->rollout, metrics,
		                  "'metrics' has either `prometheus` or `samples`");
	if (address == NULL)
		return ERR_OK;
	if (!str_starts(url, "http://") && !str_starts(url, "https://"))
		return yaml_error(l->err, l->rollout, address,
		                  "'prometheus' must be an address such as "
		                  "http://127.0.0.1:9090");
	if (span_find_byte(span_str(url), '@') < strlen(url))
		return yaml_error(l->err, l->rollout, address,
		                  "'prometheus' must not have a password in it: set "
		                  "SEAWORTHY_PROMETHEUS_TOKEN");
	return ERR_OK;
}

static enum err_code check_criteria(struct gate_load *l, const struct yaml *list)
{
	for (size_t i = 0; i < yaml_count(list); i++) {
		const struct yaml *c = yaml_at(list, i);

		if ((yaml_get(c, "below") != NULL) == (yaml_get(c, "above") != NULL))
			return yaml_error(l->err, l->rollout, c,
			                  "a criterion has either `below` or `above`");
	}
	return ERR_OK;
}

/* A step back is a rollback, and not a stage. */
static enum err_code check_traffic(struct gate_load *l, const struct yaml *stage,
                                   const char **before)
{
	const struct yaml *traffic = yaml_get(stage, "traffic");

	if (traffic == NULL)
		return ERR_OK;
	if (*before != NULL &&
	    gate_decimal_cmp(span_str(yaml_text(traffic)), span_str(*before)) < 0)
		return yaml_error(l->err, l->rollout, traffic,
		                  "'traffic' is below that of an earlier stage, %s",
		                  *before);
	*before = yaml_text(traffic);
	return ERR_OK;
}

/* Durations were read by the grammar. */
static uint64_t duration(const struct yaml *v)
{
	uint64_t ms = 0;

	(void)num_duration_ms(span_str(yaml_text(v)), &ms);
	return ms;
}

/* Less than a step cannot be measured. */
static enum err_code check_lengths(struct gate_load *l, const struct yaml *stage,
                                   const struct yaml *step)
{
	const struct yaml *success = yaml_get(stage, "success");
	uint64_t least = 0;

	if (step == NULL)
		(void)num_duration_ms(SPAN_LIT(STEP), &least);
	else
		least = duration(step);
	if (least == 0)
		return yaml_error(l->err, l->rollout, step, "'step' must not be 0");
	for (size_t i = 0; i < yaml_count(success); i++) {
		const struct yaml *length = yaml_get(yaml_at(success, i), "for");

		if (length == NULL)
			length = yaml_get(stage, "hold");
		if (duration(length) < least)
			return yaml_error(l->err, l->rollout, length,
			                  "success over %s cannot be told by samples "
			                  "every %s: give a longer `hold` or `for`, or a "
			                  "shorter `step`",
			                  yaml_text(length),
			                  step != NULL ? yaml_text(step) : STEP);
	}
	return ERR_OK;
}

static enum err_code check_stage(struct gate_load *l, const struct yaml *stages,
                                 size_t at, const struct yaml *step)
{
	const struct yaml *stage = yaml_at(stages, at);
	const struct yaml *success = yaml_get(stage, "success");
	enum err_code rc;

	if (yaml_count(success) == 0)
		return yaml_error(
			l->err, l->rollout, success,
			"'success' must have a criterion: nothing goes on without "
			"evidence");
	rc = check_criteria(l, success);
	if (rc == ERR_OK)
		rc = check_criteria(l, yaml_get(stage, "abort"));
	return rc == ERR_OK ? check_lengths(l, stage, step) : rc;
}

enum err_code gate_check_rollout(struct gate_load *l)
{
	const struct yaml *rollout;
	const struct yaml *stages;
	const char *before = NULL;
	enum err_code rc;

	if (l->rollout == NULL)
		return ERR_OK;
	rollout = yaml_get(yaml_root(l->rollout), "rollout");
	stages = yaml_get(rollout, "stages");
	rc = check_source(l, yaml_get(rollout, "metrics"));
	if (rc == ERR_OK && yaml_count(stages) == 0)
		rc = yaml_error(l->err, l->rollout, stages, "'stages' must have a stage");
	for (size_t i = 0; rc == ERR_OK && i < yaml_count(stages); i++) {
		rc = check_stage(l, stages, i,
		                 yaml_get(yaml_get(rollout, "metrics"), "step"));
		if (rc == ERR_OK)
			rc = check_traffic(l, yaml_at(stages, i), &before);
	}
	return rc;
}
