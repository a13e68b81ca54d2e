// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_CLAIMS_SCAN_H
#define GATE_CLAIMS_SCAN_H

#include "scanners/claims.h"

/* What the scanner's rule claim.refuted asks: a document against itself. References and
 * what runs measured are not looked at. */
extern const struct scan_claims gate_claims_scan;

#endif
