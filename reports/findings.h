// SPDX-License-Identifier: Apache-2.0
#ifndef REPORTS_FINDINGS_H
#define REPORTS_FINDINGS_H

#include "base/buf.h"

#include <stdint.h>

/*
 * What a scan has found, as plain data, and its writers for other programs. All is
 * borrowed; nothing here knows how it was found.
 */

/* Where a history has a finding first. */
struct rep_origin {
	const char *text;   /* "commit 0123456789, 2026-11-23, Ann" */
	const char *commit; /* in full; NULL: a ref names it */
	const char *ref;    /* NULL: a commit */
	const char *author; /* NULL: not known, as the day */
	const char *day;    /* "2026-11-23" */
};

struct rep_located {
	const char *rule;
	struct span path; /* from the project's top, with '/'; bytes, maybe not UTF-8 */
	uint64_t line;    /* from 1 */
	uint64_t column;  /* from 1, bytes */
	uint64_t end_line;
	uint64_t end_column;  /* exclusive */
	const char *severity; /* "note" "warning" "error" */
	const char *scope;
	const char *message;
	const char *fingerprint;
	/* How it stands to the baseline: "new" "known" "expired"; "" without one. */
	const char *state;
	const char *reason; /* of the baseline's entry; "" if it gives none */
	const char
		*waived; /* for people: the waiver in force that names it; NULL: none */
	bool ascii;      /* the line shown is ASCII: bytes are characters */
	const struct rep_origin *origin; /* of a history; else NULL */
};

struct rep_rule {
	const char *id; /* "secret.github-pat" */
	const char *title;
	const char *why;
	const char *remedy;
	const char *severity; /* in production */
};

struct rep_missed {
	struct span path; /* not scanned, or not by all rules */
	const char *reason;
	bool failed; /* a failure of the scan, not only something left open */
};

struct rep_findings {
	const char *version;             /* of the program */
	const struct rep_located *items; /* by place */
	size_t count;
	const struct rep_rule *rules; /* that ran, sorted by id; all rules of items */
	size_t rule_count;
	const struct rep_missed *missed;
	size_t missed_count;
	bool complete;    /* nothing was missed */
	bool absent;      /* no scan was to be made: not complete, and no fault */
	uint64_t allowed; /* left out by comments */
};

enum {
	REP_SARIF_RESULTS = 25000, /* of a run, as GitHub accepts */
	REP_GITHUB_KIND = 10,      /* annotations of a kind that GitHub shows */
};

/* Writers append and fail with ERR_NOMEM only. */
typedef enum err_code rep_findings_writer(const struct rep_findings *f, struct buf *out,
                                          struct err *err);

/* SARIF 2.1.0 within the limits of GitHub's code scanning. */
rep_findings_writer rep_findings_sarif;
/* GitLab Code Quality; known findings are left out. */
rep_findings_writer rep_findings_gitlab;
/* Workflow commands of GitHub, most important first; known findings are left out. */
rep_findings_writer rep_findings_github;
/* A table of rules and a list by file, for a summary; cut where GitHub would drop it. */
rep_findings_writer rep_findings_markdown;

/* Indices of the findings, errors first and known ones last, else by place. NULL without
 * memory; mem_free. */
size_t *rep_by_importance(const struct rep_findings *f);
/* Is it accepted, so that it counts nowhere? */
bool rep_is_known(const struct rep_located *f);
/* The message, and where a history has it. */
void rep_put_message(struct buf *out, const struct rep_located *f);
/* Bytes of a path as a relative URI. */
void rep_put_uri(struct buf *out, struct span path);

#endif
