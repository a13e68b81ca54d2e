// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_CLAIMS_H
#define SCANNERS_CLAIMS_H

#include "base/err.h"
#include "base/span.h"

#include <stddef.h>

/*
 * The rule claim.refuted: what a Markdown document states and its own numbers refute. Who
 * computes it stands above the scanner, and comes with scan_options.
 */

struct scan_refuted {
	size_t start; /* offset in the document */
	size_t end;
	const char *kind; /* "table.sum" */
	const char *stated;
	const char *computed; /* NULL: not known */
	const char *because;  /* the arithmetic */
	const char *text;     /* the line, or the part of it, that states it */
};

struct scan_claims {
	/* Gives each refuted claim of the document, in its order, to `take`. Any thread.
	 * ERR_LIMIT: the document is not read; else ERR_NOMEM. */
	enum err_code (*find)(struct span document,
	                      void (*take)(const struct scan_refuted *r, void *context),
	                      void *context, struct err *err);
};

struct scan_pass;

/* Looks at the file in hand if it is Markdown and the rule runs. */
void scan_claims_file(struct scan_pass *p);

#endif
