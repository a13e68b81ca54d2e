// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "policy/load_internal.h"
#include "scanners/rule_load.h"
#include "scanners/ruleset.h"

enum err_code gate_rules_check(const struct yaml_doc *doc, struct err *err)
{
	const struct yaml *list = yaml_get(yaml_root(doc), "rules");
	struct arena arena = ARENA_INIT;
	struct scan_rule_list rules;
	enum err_code rc = ERR_OK;

	if (list != NULL)
		rc = scan_rule_load_own(&rules, &arena, doc, list, err);
	arena_fini(&arena);
	return rc;
}

enum err_code gate_rules_load(struct gate_policy *p, struct err *err)
{
	enum err_code rc;

	if (p->rules == NULL)
		return ERR_OK;
	p->ruleset = mem_new(sizeof(*p->ruleset));
	if (p->ruleset == NULL)
		return err_nomem(err);
	rc = scan_ruleset_load(p->ruleset, span_str(p->rules), "rules", err);
	if (rc != ERR_OK) {
		mem_free(p->ruleset);
		p->ruleset = NULL;
	}
	return rc;
}
