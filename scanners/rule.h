// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_RULE_H
#define SCANNERS_RULE_H

#include "base/err.h"
#include "scanners/scanner.h"

/*
 * What a rule says. Rules are data: scanners/rules/FAMILY.yml, and `rules:` of a
 * project's seaworthy.yml, in the same fields. Those of the program are read when it is
 * built and become constant tables; those of a project are read by rule_load.h. A rule is
 * constant from then on; any thread.
 */

/* Code that decides where a pattern cannot. A rule that has neither pattern nor words is
 * wholly found by it. */
enum scan_builtin {
	SCAN_BUILTIN_NONE,
	SCAN_BUILTIN_CLAIM,
	SCAN_BUILTIN_CREDENTIAL_DEFAULT,
	SCAN_BUILTIN_EMAIL,
	SCAN_BUILTIN_EXAMPLE_DOMAIN,
	SCAN_BUILTIN_FAMILY, /* one reader finds for all rules of the family */
	SCAN_BUILTIN_IMPORT_CYCLE,
	SCAN_BUILTIN_IMPORT_UNRESOLVED,
	SCAN_BUILTIN_IP_ADDRESS,
	SCAN_BUILTIN_KEY_STORE,
	SCAN_BUILTIN_LOCALHOST,
	SCAN_BUILTIN_LOCK_MISSING,
	SCAN_BUILTIN_LOCK_STALE,
	SCAN_BUILTIN_MARKER,
	SCAN_BUILTIN_NO_REASON,
	SCAN_BUILTIN_PATH_HOME,
	SCAN_BUILTIN_PORT,
	SCAN_BUILTIN_TEST_VALUE,
	SCAN_BUILTIN_UNKNOWN_RULE,
	SCAN_BUILTIN_UNPINNED,
	SCAN_BUILTIN_UNUSED_ALLOW,
	SCAN_BUILTIN_UNUSED_BASELINE,
	SCAN_BUILTIN_URL,
	SCAN_BUILTIN_VULNERABLE,
};
#define SCAN_BUILTINS (SCAN_BUILTIN_VULNERABLE + 1)

/* Where a match counts: bits of `in`. */
enum scan_where {
	SCAN_IN_CODE = 1,
	SCAN_IN_COMMENT = 2, /* doc comments and docstrings too */
	SCAN_IN_STRING = 4,
	SCAN_IN_TEXT = 8, /* prose, and files of unknown language */
	SCAN_IN_ANY = 15,
};

struct scan_texts {
	const char *const *items;
	size_t count;
};

/* A text to try a rule on, as a file of this name; so many that follow are other files of
 * the same tree. */
struct scan_sample {
	const char *path;
	const char *text;
	size_t more;
	size_t line; /* in the file of the rule; 0: of the program's table */
};

struct scan_samples {
	const struct scan_sample *items;
	size_t count;
};

struct scan_rule {
	size_t line;        /* in its file; 0: of the program's table */
	const char *id;     /* "secret.github-pat" */
	const char *title;  /* a few words, for lists */
	const char *why;    /* what the finding means */
	const char *remedy; /* how it is mended */
	enum scan_severity severity[SCAN_SCOPES];
	/*
	 * What is looked for: one expression in the common subset of PCRE2 and Hyperscan,
	 * on bytes (no look-around, no back references, nothing atomic or possessive), or
	 * literal words; both NULL and empty where `builtin` finds. "(?i)" makes it
	 * caseless.
	 */
	const char *pattern;
	/* What every match starts with, NULL if nothing shorter is known: the first look
	 * is for this, which costs far less than the pattern. */
	const char *lead;
	bool assigned;           /* the lead is a name, and an assignment follows it */
	struct scan_texts words; /* each where no letter, digit or _ touches it */
	enum scan_builtin builtin;
	/* What makes a match a finding. */
	size_t group;      /* of the pattern, which is the match; 0, or if it took no
	                    * part: all of it */
	size_t key_group;  /* the word of a name in front (key), 0: none */
	double entropy;    /* bits a byte (Shannon) at least; 0: any */
	unsigned in;       /* enum scan_where */
	const char *check; /* name of code (secret_check.h), or NULL */
	struct scan_texts paths;     /* globs; any of them; none: every file */
	struct scan_texts not_paths; /* globs; none of them */
	struct scan_texts
		languages;       /* names of language.h; none: all, and unknown ones */
	struct scan_texts allow; /* expressions on the match: one that fits drops it */
	struct scan_texts allow_line; /* the same on the line around it */
	struct scan_texts stopwords;  /* lower case; a match that holds one is dropped */
	bool yields;                  /* gives way to any other rule on the same bytes */
	bool decode;                  /* looked for in what base64, hex, .. hide, too */
	bool redact;                  /* the match is shown nowhere */
	bool optional;                /* runs only where its id is given in full */
	/* Texts in which the rule must, or must not, find something: run by the tests. */
	struct scan_samples examples;
	struct scan_samples counterexamples;
};

/* A word that a rule of SCAN_BUILTIN_MARKER looks for. */
struct scan_marker {
	const char *word;
	size_t len;
	size_t rule;
};

/* Which rules a scan runs. Rules are known by their index. */
struct scan_selection {
	const struct scan_rule *rules; /* borrowed; sorted by id */
	size_t count;
	bool *on;
	bool hardcoded;            /* any of the family */
	bool dependency;           /* the same */
	bool workflow;             /* the same */
	bool tree;                 /* any that tree.h judges */
	bool ops;                  /* any that asks what is noted of services */
	bool decode;               /* any that is looked for in encoded text */
	size_t of[SCAN_BUILTINS];  /* the rule that this code finds for; count: none */
	struct scan_marker *words; /* of the rules that are on */
	size_t word_count;
	char firsts[256]; /* bytes that one of the words starts with */
};

/*
 * No glob: every rule but the optional ones (marker.note). A glob with a wildcard never
 * selects an optional rule either; its own id does. A glob behind a "!" takes rules out;
 * where the first is such a one, out of all of them. They count in their order. ERR_USAGE
 * if one matches no rule.
 */
enum err_code scan_select(struct scan_selection *out, const struct scan_rule *rules,
                          size_t rule_count, const char *const *globs, size_t count,
                          struct err *err) ERR_CHECKED;
void scan_selection_fini(struct scan_selection *s);

/* Does a finding of it depend on other files than the one it is told at? */
bool scan_rule_joins_files(const struct scan_rule *rule);

/* Turns off the rules that need more than one file at a time: those that tree.h judges,
 * and those that look beside a file; for contents of other times (`past`) also those that
 * compare with today. Says how many. */
size_t scan_selection_alone(struct scan_selection *s, bool past);
/* Is the rule for a file with this path below the project root? */
bool scan_rule_takes(const struct scan_rule *rule, struct span path);

/* Does the rule that this code finds run, and which is it? */
bool scan_selection_runs(const struct scan_selection *s, enum scan_builtin code,
                         size_t *rule);

/* Index of the rule with this id, rule_count if there is none. */
size_t scan_rule_find(const struct scan_rule *rules, size_t count, const char *id);

#endif
