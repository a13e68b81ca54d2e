// SPDX-License-Identifier: Apache-2.0
#include "read_internal.h"
#include "scanners/language.h"

static const struct {
	const char *language;
	enum scan_import_family family;
} families[] = {
	{ "c", SCAN_IMPORT_C },
	{ "cpp", SCAN_IMPORT_C },
	{ "go", SCAN_IMPORT_GO },
	{ "java", SCAN_IMPORT_JAVA },
	{ "javascript", SCAN_IMPORT_SCRIPT },
	{ "objective-c", SCAN_IMPORT_C },
	{ "python", SCAN_IMPORT_PYTHON },
	{ "rust", SCAN_IMPORT_RUST },
	{ "tsx", SCAN_IMPORT_SCRIPT },
	{ "typescript", SCAN_IMPORT_SCRIPT },
};

enum scan_import_family scan_import_family_of(struct span file_name,
                                              const struct scan_language *language)
{
	if (import_is_manifest(file_name))
		return SCAN_IMPORT_MANIFEST;
	if (span_ends(file_name, SPAN_LIT(".vue")) ||
	    span_ends(file_name, SPAN_LIT(".svelte")))
		return language != NULL ? SCAN_IMPORT_SCRIPT : SCAN_IMPORT_NONE;
	for (size_t i = 0; language != NULL && i < sizeof(families) / sizeof(families[0]);
	     i++)
		if (span_eq_str(span_str(language->name), families[i].language))
			return families[i].family;
	return SCAN_IMPORT_NONE;
}

enum err_code scan_import_read(enum scan_import_family family, struct span file_name,
                               const struct scan_language *language, struct span text,
                               const struct scan_import_sink *sink)
{
	struct import_reader r;
	size_t last = 0;

	if (family == SCAN_IMPORT_MANIFEST)
		return import_read_manifest(file_name, text, sink) ? ERR_OK : ERR_NOMEM;
	/* A C file is lexed only where it includes something. */
	if (family == SCAN_IMPORT_NONE ||
	    (family == SCAN_IMPORT_C && !import_c_includes(text, &last)))
		return ERR_OK;
	import_reader_init(&r, language, text, sink);
	switch (family) {
	case SCAN_IMPORT_C:
		r.stop = last;
		import_read_c(&r);
		break;
	case SCAN_IMPORT_GO:
		import_read_go(&r, file_name);
		break;
	case SCAN_IMPORT_JAVA:
		import_read_java(&r);
		break;
	case SCAN_IMPORT_PYTHON:
		import_read_python(&r);
		break;
	case SCAN_IMPORT_RUST:
		import_read_rust(&r);
		break;
	case SCAN_IMPORT_SCRIPT:
		import_read_script(&r);
		break;
	case SCAN_IMPORT_NONE:
	case SCAN_IMPORT_MANIFEST:
		break;
	}
	return r.failed ? ERR_NOMEM : ERR_OK;
}
