// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_IMPORT_IMPORT_H
#define SCANNERS_IMPORT_IMPORT_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>

/*
 * What a file says of other files: read while it is in cache, judged once all files are
 * known (resolve.h). A reader looks no further than the last place where its language
 * could import, and hands on what it finds in the order of the text.
 */

struct scan_language;

enum scan_import_family {
	SCAN_IMPORT_NONE,
	SCAN_IMPORT_C,
	SCAN_IMPORT_GO,
	SCAN_IMPORT_JAVA,
	SCAN_IMPORT_PYTHON,
	SCAN_IMPORT_RUST,
	SCAN_IMPORT_SCRIPT, /* JavaScript, TypeScript, what Vue and Svelte hold of them */
	SCAN_IMPORT_MANIFEST,
};

enum scan_import_kind {
	SCAN_IMPORT_NOTHING, /* a fact of another kind */
	SCAN_IMPORT_NEEDS,   /* target; name: what of it, where that matters: it may be a
	                      * module too (Python), or types ("A,B,": TypeScript); what
	                      * it is called from here on (Rust) */
	SCAN_IMPORT_PACKAGE, /* the package that the file belongs to */
	SCAN_IMPORT_MODULE,  /* Rust: `mod target;`, name: its path, where given */
	SCAN_IMPORT_DYNAMIC, /* what is in the file is decided when it runs */
	/* Of manifests. */
	SCAN_IMPORT_NAME,    /* of the module, package or crate that is rooted here */
	SCAN_IMPORT_ROOT,    /* a file that it starts from; name: under which subpath */
	SCAN_IMPORT_MAP,     /* specifiers like target are found at name (tsconfig) */
	SCAN_IMPORT_BASE,    /* the folder that they start from (tsconfig) */
	SCAN_IMPORT_EXTENDS, /* goes on from another manifest */
	SCAN_IMPORT_OTHER,   /* a module that is not this one (go.mod) */
	SCAN_IMPORT_LOCAL,   /* a module that is to be taken from this tree (go.mod) */
	/* Of a file of TypeScript. */
	SCAN_IMPORT_TYPES, /* exported names that are no more than types: "A,B," */
	/* Of Cargo.toml. */
	SCAN_IMPORT_OLD, /* paths start from the root of the crate (edition 2015) */
};

enum scan_import_flag {
	SCAN_IMPORT_TYPE = 1,        /* for types only: gone when the program runs */
	SCAN_IMPORT_DEFERRED = 2,    /* when a function runs, not when the file is read */
	SCAN_IMPORT_CONDITIONAL = 4, /* under a condition */
	SCAN_IMPORT_OPTIONAL = 8,    /* its failure is caught */
	SCAN_IMPORT_TEST = 16,       /* in the part of a file that tests it */
	SCAN_IMPORT_ANGLED = 32,     /* #include <..> */
	SCAN_IMPORT_STATIC = 64,     /* of a member (Java) */
	SCAN_IMPORT_EXPORTS = 128,   /* passes it on */
	SCAN_IMPORT_WITHIN = 256,    /* Rust: between a module and one inside it */
};

struct scan_import {
	enum scan_import_kind kind;
	unsigned flags;
	size_t start; /* offsets into the text: what a finding shows */
	size_t end;
	struct span target; /* borrowed during the call */
	struct span name;
};

/* Takes what is found; false ends the reading (out of memory, enough of it). */
struct scan_import_sink {
	bool (*put)(void *context, const struct scan_import *found);
	/* Something is left out, or taken for what it is not: why, as a constant. */
	void (*limit)(void *context, const char *why);
	void *context;
};

/* By the name of the file and its language, which may be NULL. */
enum scan_import_family scan_import_family_of(struct span file_name,
                                              const struct scan_language *language);

/* Of a manifest; none is written by hand beyond it, and longer ones are not read. */
enum { SCAN_IMPORT_MANIFEST_MAX = 4 << 20 /* bytes */ };

/* `language` is that of the file. Bytes are as they come. ERR_NOMEM is the only error. */
enum err_code scan_import_read(enum scan_import_family family, struct span file_name,
                               const struct scan_language *language, struct span text,
                               const struct scan_import_sink *sink) ERR_CHECKED;

#endif
