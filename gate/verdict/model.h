// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_MODEL_H
#define GATE_MODEL_H

#include "policy/policy.h"

/*
 * What scoring reads and what it says. Plain data; the functions on it (assess.h) are
 * pure: no clock, no files, equal input gives equal output. Borrowed strings live in the
 * policy's or the evidence's arena.
 */

enum gate_state {
	GATE_PASS,
	GATE_WARN,
	GATE_FAIL,
	GATE_UNKNOWN,
	GATE_ERROR,
	GATE_NOT_APPLICABLE,
};
const char *gate_state_name(enum gate_state s); /* "pass" .. "n/a" */
bool gate_state_find(const char *name, enum gate_state *out);

struct gate_artefact {
	const char *sha256; /* hex */
	const char *name;
	uint64_t bytes;
};

/* What a record says of a part of the product: of a component, or of what an owner has.
 */
struct gate_area {
	const char *component; /* id, or NULL: */
	const char *owner;     /* as CODEOWNERS has it */
	const char *low;       /* exact decimals in 0..1 */
	const char *high;
};

/* Evidence of one check: the file checks/<id>.json (policy.md). */
struct gate_record {
	const char *check;
	enum gate_state state;
	bool unreadable; /* the file is broken: an error whatever age or tree it may have
	                  */
	const char *measured; /* decimal text or NULL */
	const char *unit;     /* or NULL */
	const char *low; /* exact decimals in 0..1: pessimistic and optimistic value; NULL
	                    for */
	const char *high; /* unknown, error and n/a */
	const struct gate_artefact *artefacts;
	size_t artefact_count;
	/* Of the findings behind the value, for waivers by fingerprint; a record that
	 * does not list all of them lists none. */
	const char *const *fingerprints;
	size_t fingerprint_count;
	const struct gate_area *areas; /* where it can be told apart by path */
	size_t area_count;
	const char *producer_tool;
	const char *producer_version;
	bool has_ended;
	int64_t started_ms;
	int64_t ended_ms;
	const char *tree; /* hex of the tree it was made from, or NULL */
	const char *message;
	const char *remedy; /* what would produce or better the evidence, or NULL */
};

/* The code under test: subject.json. */
struct gate_subject {
	const char *path;
	const char *commit; /* NULL without version control */
	const char *tree;
	const char *branch; /* NULL where it is not known, as on a detached HEAD */
	bool has_dirty;     /* false without version control */
	bool dirty;
};

/* Who wrote what is about to be released: authors.json. */
struct gate_author {
	const char *name;
	const char *email;
};
struct gate_authors {
	bool known; /* false without version control, and of evidence from elsewhere */
	const char *base; /* commit that it is told since; NULL: the first */
	bool recorded;    /* a run was to find them out: unknown is not nobody */
	const struct gate_author *items;
	size_t count;
};

/* A person's word on an assessment, its signature verified: signoffs/ of the run. */
struct gate_signoff {
	const char *file;       /* its name there */
	const char *sha256;     /* of that file, and of the signature beside it */
	const char *sig_sha256; /* or NULL */
	const char *fault;      /* why it is no signed statement, or NULL; then: */
	const char *role;
	const char *key;        /* that signed it, as gate_person has it */
	const char *assessment; /* SHA-256 of the one that it names */
	bool reject;
	const char *comment; /* or NULL */
	int64_t signed_ms;
	bool has_expires;
	int64_t expires_ms;
};

/* Of a waiver or an attestation that has a signature. */
struct gate_waiver_signed {
	const char *key;   /* that made it, as gate_person has it, or NULL */
	const char *fault; /* why it is none, or NULL */
};

/* All input of an assessment beside the policy. `records` in any order, at most one a
 * check; a check without one is unknown. */
struct gate_evidence {
	const struct gate_record *records;
	size_t record_count;
	struct gate_subject subject;
	int64_t now_ms; /* freshness, expiry of waivers */
	struct gate_authors authors;
	const struct gate_waiver_signed *waivers;  /* as the policy's; NULL: unread */
	const struct gate_waiver_signed *attested; /* as the policy's checks; so, too */
	bool has_ended; /* the run, of evidence that one recorded */
	int64_t ended_ms;
	/* What the decision looks at beside the assessment. */
	const struct gate_signoff *signoffs;
	size_t signoff_count;
	const char *assessment; /* SHA-256 that sign-offs have to name, or NULL */
	int64_t decided_ms;     /* the time that sign-offs are judged as of */
};

#endif
