// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_CHECK_INTERNAL_H
#define GATE_CLAIMS_CHECK_INTERNAL_H

#include "claims/check.h"
#include "claims/document.h"
#include "claims/exact.h"

/*
 * What the rules share: the document in hand, where claims go, and room to work in. Each
 * rule looks at the whole document once, in linear time, and adds what it finds.
 */
struct claims_work {
	const struct claims_document *d;
	const struct gate_claims_context *context;
	struct gate_claims *out;
	struct claims_tokens tokens; /* of the block or cell in hand */
	struct claims_tokens more;   /* of another one */
	struct buf text, stated, computed, because;
	size_t budget; /* rows that may still be tried for what columns depend on */
	bool failed;   /* no memory */
};

/* One file each. */
void claims_totals(struct claims_work *w, const struct claims_table *t);
void claims_relations(struct claims_work *w, const struct claims_table *t);
void claims_bands(struct claims_work *w);
void claims_lists(struct claims_work *w); /* sums of lists, as of tables */
void claims_counts(struct claims_work *w);
void claims_weighted_prose(struct claims_work *w);
void claims_parts(struct claims_work *w, struct span text);
void claims_percents(struct claims_work *w, struct span text);
void claims_equations(struct claims_work *w, struct span text);
void claims_pass_rate(struct claims_work *w);
void claims_dates(struct claims_work *w);
void claims_date_text(struct claims_work *w, struct span text);
void claims_phases(struct claims_work *w);
void claims_references(struct claims_work *w);
void claims_evidence(struct claims_work *w);

/* Does the name of a document say that it tells what was, as a change log does? */
bool claims_is_past(struct span path);
/* The line that holds this place of the source, at most `view` bytes before and behind.
 */
struct span claims_line(struct span source, size_t at, size_t view);
/* A claim at this place of the plain text; the buffers of the work are its strings and
 * are cleared. */
void claims_say(struct claims_work *w, enum gate_claim_kind kind,
                enum gate_claim_verdict verdict, const char *at);
/* The same at this byte of the source. */
void claims_say_there(struct claims_work *w, enum gate_claim_kind kind,
                      enum gate_claim_verdict verdict, size_t source);
/* The same where a number fits or not: `stated` and `computed` are filled in from these,
 * `because` is what was computed. MAY_FIT and `doubt` (NULL: none) leave it unchecked. */
void claims_say_fit(struct claims_work *w, enum gate_claim_kind kind,
                    const struct claims_token *stated, const struct gate_ratio *computed,
                    enum claims_fit fit, const char *doubt);
/* The same where it is right or not; what is not is unchecked with a doubt. */
void claims_say_right(struct claims_work *w, enum gate_claim_kind kind, bool right,
                      const char *doubt, const char *at);
/* What a reader sees around a block: the heading above, the paragraphs on both sides. */
bool claims_around_says(const struct claims_work *w, size_t block, const char *phrases);

#endif
