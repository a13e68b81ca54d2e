// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_CHECK_H
#define GATE_CLAIMS_CHECK_H

#include "claims/claim.h"
#include "claims/evidence.h"

struct cancel;

/* What stands around the document. */
struct gate_claims_context {
	const char
		*root; /* the project's, absolute; NULL: references are not looked at */
	bool whole; /* it is all of the project: a repository, no archive made of one */
	const char *path; /* the document's, from the root, with '/' */
	const struct gate_claims_metrics *metrics; /* of the last run; NULL: none */
	const struct cancel *cancel;
};

/*
 * Finds what a Markdown document claims and judges it. Claims come in the order of the
 * text. Linear in the document; ERR_LIMIT for what markdown_parse refuses.
 */
enum err_code gate_claims_check(struct gate_claims *out, struct span document,
                                const struct gate_claims_context *context,
                                struct err *err) ERR_CHECKED;
/* Leaves unchecked what a comment allows, as the scanner's rule claim.refuted would. */
enum err_code gate_claims_allow(struct gate_claims *out, struct span document,
                                struct err *err) ERR_CHECKED;

#endif
