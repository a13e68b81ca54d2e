// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "claims/scan.h"
#include "collect_internal.h"
#include "scanners/baseline.h"
#include "scanners/rule.h"
#include "scanners/ruleset.h"

/* Checks on new code: one scan of what differs from the base, before anything is run. */

static bool is_asked(const struct gate_collection *c, size_t check)
{
	const struct gate_check *k = &c->context->policy->checks[check];

	return c->wanted[check] && k->collector == GATE_COLLECT_SCAN && k->scan_new_code;
}

/* The first rule of the check that needs the whole tree, NULL if all can say what is new.
 * ERR_USAGE for a glob that means no rule. */
static enum err_code rule_of_tree(const struct gate_collection *c,
                                  const struct gate_check *k, const char **rule,
                                  struct err *err)
{
	const struct scan_ruleset *own = c->context->policy->ruleset;
	struct scan_selection all;
	struct scan_selection alone;
	size_t count;
	const struct scan_rule *rules = scan_rules(&count);
	enum err_code rc;

	if (own != NULL) {
		rules = own->rules;
		count = own->count;
	}
	*rule = NULL;
	rc = scan_select(&all, rules, count, k->scan_rules.items, k->scan_rules.count,
	                 err);
	if (rc != ERR_OK)
		goto out_all;
	rc = scan_select(&alone, rules, count, k->scan_rules.items, k->scan_rules.count,
	                 err);
	if (rc == ERR_OK && scan_selection_alone(&alone, false) > 0)
		for (size_t i = 0; i < count && *rule == NULL; i++)
			if (all.on[i] && !alone.on[i])
				*rule = rules[i].id;
	scan_selection_fini(&alone);
out_all:
	scan_selection_fini(&all);
	return rc;
}

static void judge_unanswered(struct gate_judgement *j, const char *rule)
{
	gate_judge_without(j, GATE_UNKNOWN,
	                   "%s needs the whole tree, so it cannot say what is new", rule);
	buf_printf(&j->remedy,
	           "count %s in a check without `new_code`: seaworthy run shows what is "
	           "new since the last run",
	           rule);
}

bool gate_collect_no_new_code(const struct gate_collection *c, size_t check,
                              struct gate_judgement *j)
{
	const struct gate_check *k = &c->context->policy->checks[check];
	const char *rule = NULL;

	if (!is_asked(c, check) ||
	    gate_judge_missing_rule(k, c->context->policy->ruleset) != NULL)
		return false;
	if (rule_of_tree(c, k, &rule, NULL) == ERR_OK && rule != NULL) {
		judge_unanswered(j, rule);
		return true;
	}
	if (c->context->base != NULL)
		return false;
	gate_judge_without(j, GATE_UNKNOWN,
	                   "no base: what is new cannot be told from what is old");
	buf_puts(&j->remedy, "seaworthy run --base REV, such as origin/main");
	return true;
}

static enum err_code gather(struct gate_collection *c, const char ***globs, size_t *count,
                            struct err *err)
{
	const struct gate_policy *p = c->context->policy;
	size_t cap = 0;

	for (size_t i = 0; i < p->check_count; i++) {
		const struct gate_strings *rules = &p->checks[i].scan_rules;

		if (!is_asked(c, i) ||
		    gate_judge_missing_rule(&p->checks[i], p->ruleset) != NULL)
			continue;
		for (size_t k = 0; k < rules->count; k++) {
			const char **slot =
				arena_push(&c->arena, globs, count, &cap, sizeof(*slot));

			if (slot != NULL)
				*slot = rules->items[k];
		}
	}
	return arena_err(&c->arena, err);
}

enum err_code gate_collect_new_code(struct gate_collection *c, struct err *err)
{
	struct scan_options o = { .what = SCAN_CHANGED,
		                  .base = c->context->base,
		                  .path = c->runner.root,
		                  .root = c->runner.root,
		                  .jobs = c->runner.jobs,
		                  .cancel = c->runner.cancel,
		                  .claims = &gate_claims_scan,
		                  .count_lines = true,
		                  .own = c->context->policy->ruleset };
	struct buf cache = BUF_INIT;
	const char **globs = NULL;
	enum err_code rc = gather(c, &globs, &o.rule_count, err);

	if (c->plan.count == 0 || c->plan.units[0].kind != GATE_UNIT_SCAN)
		return rc; /* another shard scans */
	if (rc != ERR_OK || o.base == NULL || o.rule_count == 0)
		return rc;
	o.rules = globs;
	scan_cache_folder(&cache);
	o.cache = buf_str(&cache);
	rc = scan_baseline_load(&c->new_baseline, c->runner.root, NULL, err);
	o.baseline = c->new_baseline;
	o.vouched = true;
	if (rc == ERR_OK && (rc = scan_run(&o, &c->scan_new, err)) == ERR_USAGE)
		rc = err_wrap(err, rc, "--base");
	if (rc == ERR_OK)
		rc = gate_collect_keep_scan(c, &c->scan_new, "scan-new.json",
		                            &c->new_artefact, err);
	buf_fini(&cache);
	return rc;
}
