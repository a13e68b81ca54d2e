// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_DOCS_TOPIC_H
#define SCANNERS_DOCS_TOPIC_H

#include "base/span.h"

/*
 * What a document is about, as far as its title, its headings and its name say so: on the
 * generous side, since it is used to say what a project lacks. A heading counts if
 * something stands below it, and something else than "TBD".
 */

enum scan_doc_topic {
	SCAN_DOC_INSTALL = 1,
	SCAN_DOC_MANUAL = 2,
	SCAN_DOC_API = 4,
	SCAN_DOC_ADMIN = 8,
	SCAN_DOC_SECURITY = 16,
	SCAN_DOC_CHANGELOG = 32,
	SCAN_DOC_LICENCE = 64,
};

enum scan_doc_form {
	SCAN_DOC_MARKDOWN,
	SCAN_DOC_RST,
	SCAN_DOC_ASCIIDOC,
	SCAN_DOC_PLAIN,
};

struct scan_doc_gist {
	unsigned topics;  /* enum scan_doc_topic */
	bool hollow;      /* nothing but headings, comments and placeholders */
	bool placeholder; /* it has any */
};

/* Any bytes; linear time; no memory beyond the stack. */
struct scan_doc_gist scan_doc_gist_of(struct span text, enum scan_doc_form form);

unsigned scan_doc_title_topics(struct span title);
/* Of the names in a path, without its extension. */
unsigned scan_doc_name_topics(struct span path);
bool scan_doc_is_licence(struct span name);

#endif
