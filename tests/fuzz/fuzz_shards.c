// SPDX-License-Identifier: Apache-2.0
#include "collect/coverage/tree_doc.h"
#include "collect/shard/shards_internal.h"
#include "collect/shard/unit_doc.h"

/* What shards wrote on other machines: the list of what they have, a unit, its cases,
 * what there is to cover. */

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void read_unit(struct span text, struct arena *arena)
{
	struct gate_unit_state u = { .done = true };
	struct json_doc *doc = NULL;
	struct gate_unit_texts texts;

	gate_run_init(&u.run);
	if (json_parse(&doc, text, "unit", NULL) == ERR_OK)
		(void)!gate_unit_doc_read(&u, &texts, json_root(doc), "suite:a", arena,
		                          NULL);
	json_free(doc);
	gate_run_fini(&u.run);
}

static void read_tree(struct span text)
{
	struct gate_cov_tree *tree = NULL;
	const char *base = NULL;

	(void)!gate_cov_tree_read(&tree, &base, text, NULL);
	gate_cov_tree_free(tree);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct span text = span_of((const char *)data, size);
	struct shards_folder folder = { .path = "x" };
	struct arena arena = ARENA_INIT;
	struct gate_cases cases;

	gate_cases_init(&cases);
	(void)!shards_parse_manifest(&folder, text, &arena, NULL);
	(void)!gate_unit_cases_read(&cases, text, NULL);
	read_unit(text, &arena);
	read_tree(text);
	gate_cases_fini(&cases);
	arena_fini(&arena);
	return 0;
}
