// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ATTEST_H
#define GATE_ATTEST_H

#include "record/dsse.h"
#include "record/store.h"
#include "verdict/assess.h"

/*
 * What a run comes to, as in-toto statements (v1) in one canonical form: compact JSON,
 * keys sorted, numbers as exact fractions in strings. All are functions of the recorded
 * folder alone, so whoever has the folder can make the same bytes.
 *
 * The assessment says what was found: scores, states, the evidence's Merkle root. The
 * decision names the assessment by its SHA-256, and says what follows from it; what
 * people sign off is the assessment, which nothing that is signed later changes.
 * docs/schema has both as JSON Schema.
 *
 * The others say parts of it in words that the programs of others know: a verification
 * summary (SLSA VSA 1), a simple verification result (SVR 0.2), and for each suite that
 * was run a test result (0.1).
 */

#define GATE_ASSESSMENT_TYPE "urn:seaworthy:release-readiness:1"
#define GATE_DECISION_TYPE "urn:seaworthy:release-decision:1"
#define GATE_SUMMARY_TYPE "https://slsa.dev/verification_summary/v1"
#define GATE_RESULT_TYPE "https://in-toto.io/attestation/svr/v0.2"
#define GATE_TESTS_TYPE "https://in-toto.io/attestation/test-result/v0.1"

/* Files of the run's folder: the first two, and the envelopes of all, one a line. */
#define GATE_ASSESSMENT "assessment.json"
#define GATE_DECISION "decision.json"
#define GATE_ENVELOPES "attestations.intoto.jsonl"

/* The reports that the decision names: files that a run keeps beside its evidence. */
enum { GATE_KEPT_REPORTS = 2 };
extern const char *const gate_kept_reports[GATE_KEPT_REPORTS];

/* Statements come in this order, one of each kind but the last. */
enum gate_statement_number {
	GATE_SAYS_ASSESSMENT,
	GATE_SAYS_DECISION,
	GATE_SAYS_SUMMARY,
	GATE_SAYS_RESULT,
	GATE_SAYS_TESTS,
	GATE_STATEMENT_KINDS,
};
struct gate_statement_kind {
	const char *type;     /* predicateType */
	const char *file;     /* its text, signed or not; NULL: in the envelope only */
	const char *sigstore; /* its envelope as a Sigstore bundle, or NULL */
};
extern const struct gate_statement_kind gate_statement_kinds[GATE_STATEMENT_KINDS];

struct gate_statement {
	const struct gate_statement_kind *kind;
	struct span text;
};

struct gate_attested {
	struct arena arena;
	struct gate_statement *items; /* the first four are there */
	size_t count;
	size_t cap;
};

#define GATE_ATTESTED_INIT             \
	{                              \
		ARENA_INIT, NULL, 0, 0 \
	}

void gate_attested_fini(struct gate_attested *a);

/* Of a run that was compared (gate_recorded_compare) and assessed as of its own end, with
 * its reports in the folder. The assessment's statement is the same whatever people said
 * since; the decision's, and those for others, have their sign-offs. ERR_CORRUPT where
 * there is no manifest to vouch for. */
enum err_code gate_attest(struct gate_attested *out, const struct gate_recorded *r,
                          const struct gate_assessment *a, struct err *err) ERR_CHECKED;

/* The SHA-256 of its assessment.json: what sign-offs name. */
enum err_code gate_assessment_digest(char hex[DIGEST_HEX], const struct gate_recorded *r,
                                     const struct gate_assessment *a,
                                     struct err *err) ERR_CHECKED;

/* Writes assessment and decision to their files in the folder, and the envelopes of all,
 * signed; without a signer there are none, and those of an earlier time are removed. */
enum err_code gate_attested_store(const struct gate_attested *a, const char *dir,
                                  struct lb_signer *signer, struct err *err) ERR_CHECKED;

/* Does decision.json in the folder know of all that people signed, and is it signed? */
enum err_code gate_attested_current(const struct gate_assessment *a, const char *dir,
                                    bool *current, bool *is_signed,
                                    struct err *err) ERR_CHECKED;

/* The line of an envelope as a Sigstore bundle 0.3, which wants one signature:
 * application/vnd.dev.sigstore.bundle.v0.3+json. */
void gate_sigstore_write(const char *line, const char *keyid, struct buf *out);

#endif
