// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_SCANNER_H
#define SCANNERS_SCANNER_H

#include "base/cancel.h"
#include "base/err.h"
#include "base/span.h"

#include <stdint.h>

/*
 * The scanner: one parallel pass over a tree that answers every rule. It reads files and
 * nothing else: no project code runs. The result owns all its strings and is freed as a
 * whole.
 */

enum scan_severity { SCAN_NOTE, SCAN_WARNING, SCAN_ERROR };
enum scan_scope {
	SCAN_PRODUCTION,
	SCAN_TEST,
	SCAN_DOCS,
	SCAN_GENERATED,
	SCAN_VENDORED,
	SCAN_CONFIG,
};
#define SCAN_SCOPES 6

const char *scan_severity_name(enum scan_severity s); /* "note" "warning" "error" */
const char *scan_scope_name(enum scan_scope s);

/* What the baseline (baseline.h) says of a finding. */
enum scan_state {
	SCAN_UNCOMPARED, /* there is none */
	SCAN_NEW,
	SCAN_KNOWN,     /* accepted: fails nothing, but is told */
	SCAN_EXPIRED,   /* accepted until a day that is over: counts as a new one */
	SCAN_UNVOUCHED, /* no reason or nobody's name, where both are asked: so, too */
};

/* "" "new" "known" "expired" "unvouched" */
const char *scan_state_name(enum scan_state s);

struct scan_entry;

/* Where a history has a finding first. */
struct scan_origin {
	const char *commit; /* in hexadecimal; NULL: only a ref names it */
	const char *ref;    /* NULL: a commit does */
	const char *author; /* NULL: not known, as the day */
	const char *day;    /* "2026-11-23", in UTC */
};

struct scan_finding {
	const char *rule; /* "marker.todo" */
	struct span
		path; /* relative to the scanned PATH, with '/'; bytes, maybe not UTF-8 */
	uint64_t line;   /* from 1 */
	uint64_t column; /* from 1, bytes */
	uint64_t end_line;
	uint64_t end_column; /* exclusive */
	enum scan_severity severity;
	const char *message;
	struct span match;
	struct span context; /* the line, cut to 240 bytes around the match */
	enum scan_scope scope;
	const char *language; /* "c", "go", .. or "" */
	char fingerprint[33]; /* 32 hex digits: rule, normalised text, path, ordinal; no
	                         line */
	const char *details;  /* JSON object text, "{}" if the rule has none */
	bool is_copy;         /* of one in a folder that is equal: not counted again */
	enum scan_state state;
	const struct scan_entry *entry; /* of the baseline, NULL if none fits; borrowed */
	const struct scan_origin *origin; /* of a history; else NULL */
};

/* What it means that something was missed. All of it makes a scan incomplete; the first
 * two are failures of it. */
enum scan_lack {
	SCAN_UNREAD,    /* it is there, and could not be read, or not to its end */
	SCAN_NO_DATA,   /* what it had to be compared with is not there, or is too old */
	SCAN_TOO_LARGE, /* above max_file, which is a documented limit */
	SCAN_OPEN,      /* the project leaves open what a rule would have to know */
};
#define SCAN_LACKS 4

const char *scan_lack_name(enum scan_lack l); /* "unread" "no-data" "too-large" "open" */
/* Is a scan that lacks this a failed one? */
bool scan_lack_fails(enum scan_lack l);

/* A file that was not (wholly) scanned, and why: makes the evidence partial. */
struct scan_skip {
	struct span path;
	const char
		*reason; /* "unreadable: Permission denied", "larger than 64 MiB", .. */
	uint64_t bytes;  /* 0 if unknown */
	bool folder;     /* with all that is below, of whatever scope */
	enum scan_lack lack;
	const char *rule; /* the only rule that it concerns, for which nothing can be
	                     said. NULL: all of them */
	bool moot;        /* the rule has nothing to speak of here: nothing was missed.
	                   * Only in scan_result.moot, with a rule */
};

/* What looked like a finding and is none, and why; a place with line 0 is all of a file
 * or folder that no rule has looked at. Made only where it is asked for. */
struct scan_drop {
	const char *rule; /* "*" for a whole file: any */
	struct span path;
	uint64_t line;
	uint64_t column;
	const char *reason; /* "in a string", "binary file", ..; never the text itself */
};

/* The findings, and the entries of the baseline that a scan could judge. */
struct scan_compared {
	bool with_baseline;
	uint64_t fresh;     /* findings that no entry fits */
	uint64_t known;     /* findings that an entry fits */
	uint64_t expired;   /* the same, but its last day is over */
	uint64_t unvouched; /* the same, but it says not why or not who, as it has to */
	uint64_t gone;      /* entries that no finding fits */
	uint64_t unseen; /* entries that nothing is known of: their file, or their rule,
	                  * was not looked at */
};

struct scan_rule;
struct scan_sight;

struct scan_result {
	struct scan_finding *findings; /* sorted by path, line, column, rule */
	size_t count;
	struct scan_skip *skips; /* sorted by path */
	size_t skip_count;
	/* Rules that the tree has nothing for, and why: of a service, where there is
	 * none. */
	struct scan_skip *moot;
	size_t moot_count;
	struct scan_drop *drops; /* sorted by path, line, column, rule */
	size_t drop_count;
	uint64_t files; /* looked at, binary ones included */
	uint64_t bytes;
	/* The rules that there were, run or not; borrowed. */
	const struct scan_rule *rules;
	size_t rule_count;
	size_t left_rules; /* selected, but not run: they need the whole tree */
	/* Findings left out by a comment, per rule and scope. */
	uint64_t (*allowed)[SCAN_SCOPES];
	/* Lines holding code, per scope, in languages the lexer knows: denominators of
	 * densities; of what differs from a base, the lines that are new. With
	 * count_lines only: it means lexing every file. */
	uint64_t code_lines[SCAN_SCOPES];
	uint64_t scope_files[SCAN_SCOPES];
	uint64_t packages[SCAN_SCOPES]; /* that were compared with advisories */
	int64_t advisories_ms;          /* when the newest of these was; 0: not known */
	struct scan_compared compared;
	struct span below; /* PATH below the project root, with its '/': what a finding's
	                    * path goes on from */
	struct scan_sight *sight;   /* of a tree, where it was asked for (sight.h) */
	const char *blame_trouble;  /* why git could not be asked, NULL if it could */
	const char *owners_trouble; /* why CODEOWNERS could not be read; the same */
	double seconds;
	struct scan_memory *memory; /* owns everything above */
};

/* Which of two engines with equal results finds patterns. */
enum scan_engine_kind {
	SCAN_ENGINE_BEST, /* SEAWORTHY_ENGINE=pcre2 says so, else what runs here
	                   */
	SCAN_ENGINE_HYPERSCAN,
	SCAN_ENGINE_LITERALS,
};

/* Which contents are scanned; all but the tree need a git repository. */
enum scan_what {
	SCAN_TREE,    /* files as they are */
	SCAN_STAGED,  /* what the index has, where HEAD has it not */
	SCAN_CHANGED, /* files that differ from `base`, and of them what is new */
	SCAN_HISTORY, /* every blob that a ref ever reached, once */
};

struct buf;
struct vcs_staged;
struct scan_claims;
struct scan_baseline;
struct scan_ruleset;

struct scan_options {
	const char *path; /* file or folder to scan */
	enum scan_what what;
	const char *base; /* a revision: its merge base with HEAD is meant */
	/* Of SCAN_STAGED: where CODEOWNERS is read. NULL: on disk. */
	struct vcs_staged *staged;
	const char *root; /* project root: scope is judged relative to it; NULL = path */
	const char *const *rules; /* globs over rule ids; none = all */
	size_t rule_count;
	/* Rules of the project besides those of the program; must outlive the result. */
	const struct scan_ruleset *own; /* NULL = none */
	/* Findings that are known; its salt keys the fingerprints of secrets, and it must
	 * outlive the result. NULL = none. */
	struct scan_baseline *baseline;
	bool vouched;   /* its entries accept nothing without a reason and an owner */
	int64_t now_ms; /* for what expires; 0 = the clock's */
	/* Paths below a folder `path` that are left out, as lines of a .gitignore there,
	 * tracked files as well. With any, rules that speak of what is missing in the
	 * project, and of entries of the baseline that fit nothing, say nothing. */
	const char *const *exclude;
	size_t exclude_count;
	bool blame;         /* ask git for age and author of markers */
	bool no_ignore;     /* scan ignored files too */
	bool count_lines;   /* code_lines of every file of a known language */
	bool explain_drops; /* fill in drops */
	bool note_files;    /* of a tree: the result's sight */
	size_t jobs;        /* 0 = one a processor */
	uint64_t max_file;  /* bytes; 0 = 64 MiB */
	/* Computes what documents claim (claims.h); NULL: nothing does. */
	const struct scan_claims *claims;
	const char *osv_path;   /* index of advisories; NULL: the user's own */
	int64_t osv_max_age_ms; /* of its newest advisory; 0: 7 days */
	uint64_t max_findings;  /* files behind these are skipped; 0 = 1,000,000 */
	const char *cache;      /* folder for what is compiled; NULL, "" = none */
	bool anew;              /* use, and keep there, nothing that was found before */
	enum scan_engine_kind engine;
	const struct cancel *cancel; /* may be NULL */
	/* Called from worker threads with files done so far; may be NULL. */
	void (*progress)(uint64_t files, void *context);
	void *context;
};

/* The user's folder for caches of scans (XDG_CACHE_HOME, else ~/.cache), for
 * scan_options.cache; empty where there is none. */
void scan_cache_folder(struct buf *out);

/* ERR_USAGE if a rule glob matches no rule, if all that are selected need a tree, for a
 * base that names no commit, and where there is no git repository but one is needed;
 * ERR_NOT_FOUND without PATH. */
enum err_code scan_run(const struct scan_options *o, struct scan_result *out,
                       struct err *err) ERR_CHECKED;
void scan_result_fini(struct scan_result *r);

/* The rules of the program (rule.h), sorted by id. */
const struct scan_rule *scan_rules(size_t *count);

#endif
