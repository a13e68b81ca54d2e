// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_ENGINE_H
#define SCANNERS_ENGINE_H

#include "scanners/confirm.h"
#include "scanners/hardcoded_marks.h"

#include <stdint.h>

/*
 * Finds what rules with a pattern or words match, in one look at a text: Hyperscan, or,
 * where it does not run, a stage of literals, says where matches may start; PCRE2 alone
 * says what matches. So both give the same matches, in the same order. Constant once
 * made; each thread has a finder.
 *
 * A match is the leftmost one, as long as PCRE2 takes it, and the next one begins where
 * it ends. Words match where no letter, digit or _ touches them.
 */
struct scan_engine;
struct scan_finder;

/* `cache` is the folder for compiled patterns, NULL for none: then the best is the one
 * that needs no compiling. It need not exist. The selection outlives the engine.
 * ERR_UNSUPPORTED if that kind does not run here. */
enum err_code scan_engine_new(struct scan_engine **out,
                              const struct scan_selection *rules,
                              enum scan_engine_kind kind, const char *cache,
                              struct err *err) ERR_CHECKED;
void scan_engine_free(struct scan_engine *e);

/* What a rule was compiled to, on its first use. */
enum err_code scan_engine_compiled(struct scan_engine *e, size_t rule,
                                   const struct scan_compiled **out,
                                   struct err *err) ERR_CHECKED;

enum err_code scan_finder_new(struct scan_finder **out, struct scan_engine *e,
                              struct err *err) ERR_CHECKED;
void scan_finder_free(struct scan_finder *f);

struct scan_found {
	size_t rule;
	struct scan_group match; /* offsets into the text */
	struct scan_group value; /* the rule's group */
	struct scan_group key;   /* the word of a name in front; empty: none */
	enum scan_proof proof;   /* of a confirmed one */
	const char *hidden_in;   /* "base64", ..: the value is what hides it; or NULL */
};

/* Borrowed from the finder until its next look. */
struct scan_hits {
	const struct scan_found *items; /* by start of the value, then rule */
	size_t count;
	bool limited; /* a rule took too many steps, or there were too many hits */
	bool allows;  /* the text has the mark of a suppression (suppress.h) */
	/* What every hardcoded value has in or before it (HARDCODED_BEFORE), by rising
	 * ends; not known, or not asked for: it may be anywhere. */
	const struct scan_mark *marks;
	size_t mark_count;
	bool marks_known;
	/* Runs of the digits of Base64 (glance.h), for rules that look at what is
	 * encoded.
	 */
	const struct scan_group *runs;
	size_t run_count;
};

enum { SCAN_HITS_MAX = 20000 }; /* of one text */

/* What to look at, and for. */
struct scan_look {
	struct span text;
	/* The file's below the project root: a rule for a few files that nothing but its
	 * pattern tells is looked for in these alone. */
	struct span path;
	bool marks; /* of hardcoded values, too */
};

enum err_code scan_finder_look(struct scan_finder *f, const struct scan_look *look,
                               struct scan_hits *out, struct err *err) ERR_CHECKED;

#endif
