// SPDX-License-Identifier: Apache-2.0
#include "collect/shard/shards_internal.h"
#include "collect/shard/unit_doc.h"

/* What shards wrote on other machines: the list of what they have, a unit, its cases. */

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void read_unit(struct span text, struct arena *arena)
{
	struct gate_unit_state u = { .done = true };
	struct json_doc *doc = NULL;
	const char *cases = NULL;

	gate_run_init(&u.run);
	if (json_parse(&doc, text, "unit", NULL) == ERR_OK)
		(void)!gate_unit_doc_read(&u, &cases, json_root(doc), "suite:a", arena,
		                          NULL);
	json_free(doc);
	gate_run_fini(&u.run);
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
	gate_cases_fini(&cases);
	arena_fini(&arena);
	return 0;
}
