// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_PASS_H
#define SCANNERS_PASS_H

#include "scanners/engine.h"
#include "scanners/finding.h"
#include "scanners/language.h"
#include "scanners/lexer.h"
#include "scanners/regex.h"
#include "scanners/rule.h"
#include "scanners/scope.h"
#include "scanners/suppress.h"

/*
 * One file on its way through the rules: what they look at, and how they report. Each
 * worker thread has one pass and uses it for file after file, so that a file costs no
 * allocation.
 */

/* What is being scanned. All borrowed. */
struct scan_source {
	struct span path;    /* below the scanned PATH: what a finding says */
	struct span project; /* below the project root: what a fingerprint says */
	struct span named;   /* what a fingerprint says instead, unless it is empty */
	struct span file;    /* where it lies on disk; empty: nowhere */
	struct span text;
	enum scan_scope scope;
	const struct scan_language *language; /* NULL: unknown */
};

struct scan_claims;
struct scan_layer;
struct scan_reach;

struct scan_pass {
	const struct scan_selection *rules;
	const struct scan_patterns *patterns; /* compiled, shared */
	bool count_lines;                     /* of all files */
	bool note_code;                       /* code_bits of each file */
	bool alone;                           /* nothing lies beside a file */
	bool sees;      /* note each file, rules of the tree or not */
	bool explain;   /* note what was dropped, and why */
	bool keep_keys; /* who gets the findings numbers them (fingerprint.h) */
	struct scan_matcher *matcher;
	struct scan_engine *engine; /* shared */
	struct scan_finder *finder;
	const struct scan_advisories *advisories; /* shared; NULL: none, none needed */
	const struct scan_claims *claims;         /* shared; NULL: none */
	struct scan_reach *reach; /* which files the walk comes to; NULL: there is none */
	struct span salt;         /* of the fingerprints of secrets; borrowed */
	struct scan_sink sink;

	/* Of the file in hand. */
	const struct scan_source *source;
	size_t first; /* its first finding in the sink */
	size_t first_drop;
	uint64_t line;                        /* of `line_at` */
	size_t line_at;                       /* where lines were last counted to */
	size_t line_start;                    /* of that line */
	const struct scan_language *language; /* of the piece in hand */
	const char *trouble; /* why it was not wholly scanned, NULL if it was */
	struct scan_allowed allowed;
	/* With note_code: one bit a line that holds code, from line 1 on; how many these
	 * are, and the scope that they are counted in. Whoever asks sets the number to 0,
	 * since not every file comes here. */
	struct buf code_bits;
	uint64_t code_count;
	enum scan_scope code_scope;
	bool secretive;   /* a fact of it holds a secret: no cache may keep them */
	bool aside_known; /* is `aside` that of the file? */
	enum scan_aside aside;
	size_t *left_out; /* what comments leave out: rule * SCAN_SCOPES + scope; owned */
	size_t left_out_count;
	size_t left_out_cap;
	struct scan_hits found;  /* by the patterns; borrowed */
	struct scan_found *kept; /* those that are confirmed; owned, reused */
	size_t kept_count;
	size_t kept_cap;
	size_t kept_at;            /* how many are placed */
	size_t marker_end;         /* of the last marker word; 0: there is none */
	size_t mark_at;            /* how many of found.marks are behind us */
	size_t found_at;           /* and of found.items */
	enum err_code rc;          /* the first failure: out of memory */
	size_t kept_longest;       /* bytes of the longest value among them */
	struct scan_layer *layers; /* decoded text; owned, reused */
	struct scan_finder *inner; /* for that; NULL until needed */
};

enum {
	SCAN_CONTEXT_MAX = 240,
	SCAN_MESSAGE_MAX = 200,    /* columns; whole words */
	SCAN_CLEANED_MAX = 1024,   /* of a finding's text, looked through for secrets */
	SCAN_FINDINGS_MAX = 10000, /* of one file */
	SCAN_DROPS_MAX = 100000,   /* of one file, told apart */
};

struct scan_report {
	size_t rule;
	size_t start; /* offsets into the text */
	size_t end;
	const char *message;                /* copied */
	const char *details;                /* copied; NULL = {} */
	struct span identity;               /* what the fingerprint is made of */
	const enum scan_severity *severity; /* NULL: the rule's own */
};

/* Without an engine (NULL) scan_pass_arm comes before the first file. */
enum err_code scan_pass_init(struct scan_pass *p, const struct scan_selection *rules,
                             const struct scan_patterns *patterns,
                             struct scan_engine *engine, struct err *err) ERR_CHECKED;
enum err_code scan_pass_arm(struct scan_pass *p, struct scan_engine *engine,
                            struct err *err) ERR_CHECKED;
void scan_pass_fini(struct scan_pass *p);

/* Runs all selected rules over one file. Findings and skips land in the sink. */
enum err_code scan_pass_file(struct scan_pass *p, const struct scan_source *source,
                             struct err *err) ERR_CHECKED;

/* The same for a file that is no text (source->text is empty), of which this is at least
 * the beginning. */
enum err_code scan_pass_binary(struct scan_pass *p, const struct scan_source *source,
                               struct span head, struct err *err) ERR_CHECKED;

/* For rules. */
void scan_pass_report(struct scan_pass *p, const struct scan_report *r);
/* Notes something for the rules that judge the whole tree; `at` is where it stands, as
 * for a finding, `text` what it says (copied). Nothing if no such rule runs. */
void scan_pass_fact(struct scan_pass *p, enum scan_fact_kind kind, unsigned flags,
                    const struct scan_piece *at, struct span text);
/* Notes what is no finding, and why, if that was asked for. */
void scan_pass_drop(struct scan_pass *p, size_t rule, size_t offset, const char *reason);
/* One rule (its id) cannot say anything, or not all, of the file; the reason is copied,
 * and escaped. What is broken on purpose stands in tests: there it is no failure. */
void scan_pass_miss(struct scan_pass *p, const char *rule, enum scan_lack lack,
                    const char *reason);
/* Has the file as many findings as one may have? Then it is noted that it has more, and
 * nothing further is taken. */
bool scan_pass_is_full(struct scan_pass *p);

#endif
