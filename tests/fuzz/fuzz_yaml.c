// SPDX-License-Identifier: Apache-2.0
#include "lib/yaml_internal.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { VISITS_MAX = 10000 };

/* Visits what was built; places must lie in the text, keys must be found. */
static void visit(const struct yaml *n, size_t *visits)
{
	if (++*visits > VISITS_MAX)
		return;
	if (yaml_line(n) == 0 || n->column == 0)
		abort();
	if (yaml_type(n) != YAML_LIST && yaml_type(n) != YAML_MAP && yaml_text(n) == NULL)
		abort();
	for (size_t i = 0; i < yaml_count(n); i++) {
		const struct yaml *key = yaml_key_at(n, i);

		if (key != NULL && yaml_get(n, yaml_text(key)) != yaml_at(n, i))
			abort();
		visit(yaml_at(n, i), visits);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yaml_doc *doc = NULL;
	struct err err = ERR_INIT;
	size_t visits = 0;

	if (yaml_parse(&doc, span_of((const char *)data, size), "fuzz", &err) != ERR_OK) {
		if (err.msg[0] == '\0')
			abort();
		return 0;
	}
	visit(yaml_root(doc), &visits);
	(void)yaml_error(&err, doc, yaml_root(doc), "here");
	yaml_free(doc);
	return 0;
}
