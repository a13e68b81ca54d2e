// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_DOCS_DOCS_H
#define SCANNERS_DOCS_DOCS_H

#include "scanners/pass.h"
#include "scanners/tree.h"

/*
 * The rules docs.*: links of documents to what is not there, files that they name, and
 * documents that a project lacks. Each document notes its links and what they may lead
 * to; judged when all files are known.
 */

/* Notes the links, anchors and named files of a document. */
void scan_docs_file(struct scan_pass *p);
void scan_docs_judge(struct scan_tree *t);

/* presence.c: which documents a project has, and which say nothing. */
void scan_docs_gist(struct scan_pass *p);
void scan_docs_presence(struct scan_tree *t);
/* The README in the top folder, else the file that declares the project there, to be
 * named where something is missing; count if there is none of the latter. */
size_t scan_docs_home(const struct scan_tree *t);
/* Is the document of the project one that says nothing? */
bool scan_docs_is_hollow(const struct scan_seen *f);
/* Is the file a document of the project itself? */
bool scan_docs_is_own(struct span path, enum scan_scope scope);

/* ---- what a document says, in the order of its text ---- */

enum scan_doc_kind {
	SCAN_DOC_LINK,   /* to a file, an anchor or both, as written */
	SCAN_DOC_ANCHOR, /* what a heading or an element is called; see scan_doc_slug */
	SCAN_DOC_NAME,   /* a file, named in code marks */
	SCAN_DOC_GIST,   /* what it is about; scan_docs_gist */
	SCAN_DOC_USE,    /* of a manifest: what the project is for; scan_docs_gist */
	/* Of a shell block: a target of make, a script of npm, a file that is run. */
	SCAN_DOC_MAKE,
	SCAN_DOC_NPM,
	SCAN_DOC_RUN,
	/* Of a makefile and a package.json: what there is; OPEN: and perhaps more. */
	SCAN_DOC_TARGET,
	SCAN_DOC_SCRIPT,
	SCAN_DOC_OPEN,
};

struct scan_doc_sink {
	/* `start` and `end` are offsets into the text. */
	void (*add)(enum scan_doc_kind kind, struct span text, size_t start, size_t end,
	            void *context);
	void *context;
};

/* Any bytes; linear time; no memory beyond the stack. */
void scan_doc_markdown(struct span text, const struct scan_doc_sink *sink);
void scan_doc_rst(struct span text, const struct scan_doc_sink *sink);
void scan_doc_asciidoc(struct span text, const struct scan_doc_sink *sink);

/*
 * What a heading is called in a link, in the manner of GitHub, but for what readers of
 * other manners differ in: letters are small, of what is no ASCII letter, digit or hyphen
 * nothing is left, a space is a hyphen. Anchors in links are compared in the same form.
 */
void scan_doc_slug(struct span heading, struct buf *out);

#endif
