// SPDX-License-Identifier: Apache-2.0
#include "ruleset.h"

#include "lib/yaml.h"
#include "rule_load.h"
#include "rule_table.h"

#include <string.h>

/* Both are sorted, and no id is in both. */
static void merge(struct scan_ruleset *s, const struct scan_rule_list *own)
{
	size_t i = 0;
	size_t k = 0;

	while (i < scan_rule_table_count || k < own->count) {
		bool first = k == own->count ||
		             (i < scan_rule_table_count &&
		              strcmp(scan_rule_table[i].id, own->items[k].id) < 0);

		s->rules[s->count++] = first ? scan_rule_table[i] : own->items[k];
		i += first;
		k += !first;
	}
}

enum err_code scan_ruleset_load(struct scan_ruleset *out, struct span own,
                                const char *name, struct err *err)
{
	struct scan_rule_list list = { NULL, 0 };
	struct yaml_doc *doc = NULL;
	enum err_code rc = yaml_parse(&doc, own, name, err);

	*out = (struct scan_ruleset){ .count = 0 };
	arena_init(&out->arena);
	if (rc == ERR_OK)
		rc = lb_hash(own, &out->id, err);
	if (rc == ERR_OK)
		rc = scan_rule_load_own(&list, &out->arena, doc, yaml_root(doc), err);
	if (rc == ERR_OK) {
		out->rules = arena_array(&out->arena, scan_rule_table_count + list.count,
		                         sizeof(*out->rules));
		rc = arena_err(&out->arena, err);
	}
	if (rc == ERR_OK)
		merge(out, &list);
	else
		scan_ruleset_fini(out);
	yaml_free(doc);
	return rc;
}

void scan_ruleset_fini(struct scan_ruleset *s)
{
	arena_fini(&s->arena);
	*s = (struct scan_ruleset){ .count = 0 };
}
