// SPDX-License-Identifier: Apache-2.0
/* The readers of imports: the first byte chooses the language. What they hand on lies in
 * the text. */
#include "scanners/import/import.h"
#include "scanners/language.h"

#include <stdint.h>
#include <stdlib.h>

/* That it may leave something out is no fault. */
static void limit(void *context, const char *why)
{
	(void)context;
	if (strlen(why) == 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const files[] = {
	"a.c",   "a.go",  "A.java",       "a.js",          "a.py",       "a.rs",
	"a.ts",  "a.vue", "package.json", "tsconfig.json", "Cargo.toml", "go.mod",
	"a.tsx", "a.hpp", "go.work",      "a_test.go",
};

struct text {
	size_t size;
	size_t found;
};

static bool check(void *context, const struct scan_import *f)
{
	struct text *t = context;

	if (f->start > f->end || f->end > t->size || f->kind == SCAN_IMPORT_NOTHING)
		abort();
	/* Each stands on bytes of its own. */
	if (++t->found > t->size + 8)
		abort();
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct scan_language *language;
	struct text t = { .size = size };
	struct scan_import_sink sink = { check, limit, &t };
	struct span name;
	struct span text;

	if (size == 0)
		return 0;
	name = span_str(files[data[0] % (sizeof(files) / sizeof(files[0]))]);
	text = span_of((const char *)data + 1, size - 1);
	language = scan_language_of(name, text);
	if (scan_import_read(scan_import_family_of(name, language), name, language, text,
	                     &sink) != ERR_OK)
		abort();
	return 0;
}
