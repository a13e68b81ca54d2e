// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_VERIFY_H
#define GATE_VERIFY_H

#include "collect/rederive/rederive.h"
#include "record/attest.h"

/*
 * Verifies a recorded run from its folder alone, on any machine: that every file is what
 * its manifest says, that nothing is there beside them, that assessment and decision come
 * out of the evidence byte for byte, and that both are signed by keys that the verifier
 * trusts. What people said since (record/signoffs.h) is no part of what the run signed:
 * it is told, with the decision that it comes to as of `now_ms`. Nothing of it believes a
 * file that was not verified before.
 */
struct gate_verified {
	struct arena arena;
	struct gate_damages damages; /* none: the run is intact */
	struct gate_rederived again; /* what was read again from stored bytes */
	/* A head that is kept outside of the run names it: for whoever keeps such heads
	 * to set, on a run that is intact. */
	bool anchored;
	bool has_envelopes;
	size_t signer_count;   /* keys that signed both statements: */
	const bool *signed_by; /* of those that were given */
	/* What it is about, where that much can be read. */
	const char *decision;    /* as of now, with what people said since */
	const char *recorded;    /* as the run came to it */
	const char *const *said; /* what people said, a line each */
	size_t said_count;
	const struct gate_artefact *released; /* files that it vouches for */
	size_t released_count;
	const char *final; /* the score as printed */
	const char *run;
	char assessment[DIGEST_HEX];
};

/* `out` is finished in every case. An error is that the system refused; what is wrong
 * with the run is in `damages`. */
enum err_code gate_verify(struct gate_verified *out, const char *dir,
                          const struct lb_verifier *keys, size_t count, int64_t now_ms,
                          struct err *err) ERR_CHECKED;
/* The same of a run in one file (record/bundle.h), unpacked below the system's temporary
 * folder for the time that it takes. */
enum err_code gate_verify_bundle(struct gate_verified *out, const char *path,
                                 const struct lb_verifier *keys, size_t count,
                                 int64_t now_ms, struct err *err) ERR_CHECKED;
void gate_verified_fini(struct gate_verified *v);

/* What is told of it: "intact", "intact but unanchored" or "broken". */
const char *gate_verified_state(const struct gate_verified *v);
/* The first record that is not as it was, or NULL. */
const char *gate_verified_broken_at(const struct gate_verified *v);

#endif
