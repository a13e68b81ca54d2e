// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_FINGERPRINT_H
#define SCANNERS_FINGERPRINT_H

#include "scanners/scanner.h"

/*
 * Names a finding so that it is known again after lines have moved: the first 32 digits
 * of SHA-256 over the rule, the path below the project root, the finding's text with
 * white space evened out, and how many equal ones stand before it in the file. No line
 * and no column.
 */

/* The text that stands for a finding: of a marker what is said behind it, else the match.
 * Given by the rule; borrowed during the call only. */
struct scan_identity {
	const char *rule;
	struct span path;
	struct span text;
};

/* The state before equal ones are counted: equal identities give equal keys. */
enum err_code scan_fingerprint_key(const struct scan_identity *id, char key[33],
                                   struct err *err) ERR_CHECKED;
/* Turns the keys in the findings of one file, in their order, into fingerprints. */
enum err_code scan_fingerprint_number(struct scan_finding *findings, size_t count,
                                      struct err *err) ERR_CHECKED;

#endif
