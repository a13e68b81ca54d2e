// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_REFERENCES_INTERNAL_H
#define GATE_CLAIMS_REFERENCES_INTERNAL_H

#include "claims/around.h"
#include "claims/check_internal.h"

enum { CLAIMS_REFERENCE_FILE_MAX = 16 << 20 };

/* What the checks of references share. */
struct claims_refs {
	struct claims_work *w;
	struct claims_around around;
	struct span folder;  /* of the document, from the root */
	bool past;           /* the document tells of what was */
	bool vendored;       /* it came with a part of something else */
	size_t missing;      /* so far */
	size_t next;         /* block: the next that may be a heading */
	struct span heading; /* that the reference stands below */
};

#define CLAIMS_PAST "the document tells of the past"
#define CLAIMS_VENDORED "what was copied from elsewhere need not be all of it"

/* A claim about what stands at this offset of the source. */
void claims_tell(struct claims_refs *r, enum gate_claim_kind kind, size_t at,
                 struct span what, enum gate_claim_verdict verdict, const char *because);
/* Says the paragraph above the code block at this offset that it is of another project
 * than this one, or an example? */
bool claims_is_elsewhere(struct span source, size_t at);
/* "make X" and "npm run X", as the document has it. */
void claims_command(struct claims_refs *r, struct span what, size_t at, bool make);
/* All issues of the project's tracker that the document names. */
void claims_issues(struct claims_refs *r);

#endif
