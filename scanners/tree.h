// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_TREE_H
#define SCANNERS_TREE_H

#include "scanners/fact.h"
#include "scanners/finding.h"

/*
 * The rules that one file alone cannot answer (imports, links, copies): judged once, when
 * all files have been seen, by as many threads as there are sinks: each family by one, as
 * a tree of its own over the same files. A rule is found either here or in the pass,
 * never in both, so that equal findings of a file are numbered in one place. The tree is
 * what was scanned: nothing is known of files outside of it, and of ignored ones.
 */

/* Findings of a file that count nowhere but in the file that it is a copy of. */
struct scan_tree_copy {
	struct span path;
	struct span original;
	enum scan_scope scope; /* of the original */
};

struct scan_tree {
	const struct scan_selection *rules;
	const char *top;               /* what all paths are below; ends with a slash */
	const struct scan_seen *files; /* sorted by path; borrowed */
	size_t count;
	const uint32_t *slots; /* where each path is found; borrowed */
	size_t slot_count;     /* a power of two */
	bool whole;            /* all of a project: what is not here is nowhere */
	bool explain;          /* note what was dropped, and why */
	const struct cancel *cancel;
	struct scan_sink *sink;
	enum err_code rc; /* the first failure */
	struct buf
		*asked; /* of the disk, with its answers (judgement.h); NULL: not noted */
	bool forget;    /* this judgement may be another when the disk is the same */
	struct scan_tree_copy *copies; /* owned; by path, where there are findings */
	size_t copy_count;
	size_t copy_cap;
};

enum { SCAN_TREE_ASKED_MAX = 1 << 20 /* bytes: of more than that nothing is kept */ };

/* Where a finding is, and what it says. */
struct scan_tree_report {
	size_t file;                /* index into files */
	const struct scan_fact *at; /* NULL: the file as a whole, line 1 */
	size_t rule;
	const char *message; /* copied; cut to SCAN_MESSAGE_MAX */
	const char *details; /* copied; NULL = {} */
	struct span identity;
	const enum scan_severity *severity; /* NULL: the rule's own */
};

/* Index of the file with this path below the scanned PATH; count if there is none. */
size_t scan_tree_find(const struct scan_tree *t, struct span path);
/* Slots for the files, which no longer change. False without memory: nothing is lost. */
bool scan_tree_index(struct scan_tree *t, uint32_t **slots);
/* Index of the first file below this folder (no slash at its end; empty: the top); those
 * below it follow one another. count if there is none. */
size_t scan_tree_find_below(const struct scan_tree *t, struct span folder);

/* Is there anything at this path below `top`? Whatever a judge asks of the disk it asks
 * by these two, since a judgement is kept as long as the answers are the same. */
bool scan_tree_is_there(struct scan_tree *t, struct span path);
/* A file that is none of the tree was read, or was not there. */
void scan_tree_note_read(struct scan_tree *t, const char *path);

/* In `asked`: one of these, and the path; where it was read, what scan_tree_put_state
 * appends. That is false if the file changed just now. */
enum { SCAN_ASKED_ABSENT, SCAN_ASKED_THERE, SCAN_ASKED_READ };
bool scan_tree_put_state(struct buf *out, const char *path);

/* False after a failure, and once the scan is cancelled: asked in each long loop. */
bool scan_tree_goes_on(struct scan_tree *t);

/* What a comment allows is counted as such, and no finding. */
void scan_tree_report(struct scan_tree *t, const struct scan_tree_report *r);
/* The rule cannot say anything of the file; the reason is copied. */
void scan_tree_skip(struct scan_tree *t, size_t file, size_t rule, const char *reason);
/* The tree has nothing that the rule speaks of; the reason is copied. */
void scan_tree_moot(struct scan_tree *t, size_t rule, const char *reason);
void scan_tree_drop(struct scan_tree *t, size_t file, const struct scan_fact *at,
                    size_t rule, const char *reason);

/* Marks the finding as one of a copy, unless it counts more there; false without memory.
 */
bool scan_tree_mark_copy(struct scan_sink *sink, struct scan_finding *f,
                         const struct scan_tree_copy *c);

/* Puts the files of these sinks together and judges them; findings land in the first
 * sink. `t` has rules, top, whole, explain and cancel, and is used up. */
enum err_code scan_tree_judge(struct scan_tree *t, struct scan_sink *const *sinks,
                              size_t count, struct err *err) ERR_CHECKED;

#endif
