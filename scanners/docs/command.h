// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_DOCS_COMMAND_H
#define SCANNERS_DOCS_COMMAND_H

#include "scanners/docs/docs.h"

/*
 * Commands that a document tells its readers to type, as far as the project says whether
 * they are there: targets of make, scripts of a package.json, files with a script. Only
 * what shell blocks hold counts, and nothing behind what leads elsewhere (cd, git clone,
 * a download): nobody knows where the reader is then.
 */
struct scan_doc_shell {
	bool on;     /* in a block */
	bool prompt; /* of which only lines with a prompt are commands */
	bool lost;   /* the reader is elsewhere from here on */
	bool more;   /* the line before goes on */
};

/* A block opens, with the word behind its fence. Without one, as in indented code, only
 * what stands behind a prompt is a command. */
void scan_doc_shell_open(struct scan_doc_shell *s, struct span info);
/* A line of it, in `text`. */
void scan_doc_shell_line(struct scan_doc_shell *s, struct span text, struct span line,
                         const struct scan_doc_sink *sink);

/* The targets of a makefile, and the scripts of a package.json. Notes SCAN_DOC_OPEN where
 * there may be others. */
void scan_doc_targets(struct span text, const struct scan_doc_sink *sink);
void scan_doc_scripts(struct span text, const struct scan_doc_sink *sink);

/* commands.c: judges what the documents note. */
void scan_docs_commands(struct scan_tree *t);

#endif
