// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ATTEST_H
#define GATE_ATTEST_H

#include "record/dsse.h"
#include "record/store.h"
#include "verdict/assess.h"

/*
 * What a run comes to, as two in-toto statements (v1) in one canonical form: compact
 * JSON, keys sorted, numbers as exact fractions in strings. Both are functions of the
 * recorded folder alone, so whoever has the folder can make the same bytes.
 *
 * The assessment says what was found: scores, states, the evidence's Merkle root. The
 * decision names the assessment by its SHA-256, and says what follows from it; what
 * people sign off is the assessment, which nothing that is signed later changes.
 * docs/schema has both as JSON Schema.
 */

#define GATE_ASSESSMENT_TYPE "urn:seaworthy:release-readiness:1"
#define GATE_DECISION_TYPE "urn:seaworthy:release-decision:1"

/* Their files in the run's folder, and that of their envelopes, one a line (JSON Lines):
 * the assessment, then the decision. */
#define GATE_ASSESSMENT "assessment.json"
#define GATE_DECISION "decision.json"
#define GATE_ENVELOPES "attestations.intoto.jsonl"

/* The reports that the decision names: files that a run keeps beside its evidence. */
enum { GATE_KEPT_REPORTS = 2 };
extern const char *const gate_kept_reports[GATE_KEPT_REPORTS];

struct gate_attested {
	struct buf assessment;
	struct buf decision;
};

#define GATE_ATTESTED_INIT         \
	{                          \
		BUF_INIT, BUF_INIT \
	}

void gate_attested_fini(struct gate_attested *a);

/* Of a run that was compared (gate_recorded_compare) and assessed as of its own end, with
 * its reports in the folder. ERR_CORRUPT where there is no manifest to vouch for. */
enum err_code gate_attest(struct gate_attested *out, const struct gate_recorded *r,
                          const struct gate_assessment *a, struct err *err) ERR_CHECKED;

/* Writes both to their files in the folder, and their envelopes, signed; without a signer
 * there are none, and those of an earlier time are removed. */
enum err_code gate_attested_store(const struct gate_attested *a, const char *dir,
                                  struct lb_signer *signer, struct err *err) ERR_CHECKED;

#endif
