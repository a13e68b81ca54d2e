// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_RULE_H
#define SCANNERS_RULE_H

#include "base/err.h"
#include "scanners/scanner.h"

/* The rules, in the order of their ids: the index into scan_rules(). */
enum scan_rule {
	SCAN_HARDCODED_CREDENTIAL_DEFAULT,
	SCAN_HARDCODED_EMAIL,
	SCAN_HARDCODED_EXAMPLE_DOMAIN,
	SCAN_HARDCODED_IP_ADDRESS,
	SCAN_HARDCODED_LOCALHOST,
	SCAN_HARDCODED_PATH_HOME,
	SCAN_HARDCODED_PORT,
	SCAN_HARDCODED_TEST_VALUE,
	SCAN_HARDCODED_URL,
	SCAN_MARKER_BUG,
	SCAN_MARKER_FIXME,
	SCAN_MARKER_HACK,
	SCAN_MARKER_NOTE,
	SCAN_MARKER_TODO,
	SCAN_MARKER_XXX,
	SCAN_SUPPRESSION_NO_REASON,
	SCAN_RULE_COUNT,
};

/* Which rules a scan runs. */
struct scan_selection {
	bool on[SCAN_RULE_COUNT];
	bool markers; /* any of the family */
	bool hardcoded;
};

/*
 * No glob: every rule but the optional ones (marker.note). A glob with a wildcard never
 * selects an optional rule either; its own id does. ERR_USAGE if one matches no rule.
 */
enum err_code scan_select(const char *const *globs, size_t count,
                          struct scan_selection *out, struct err *err) ERR_CHECKED;
const char *scan_rule_id(enum scan_rule rule);
/* The rule of an id that scan_rule_id gave. */
enum scan_rule scan_rule_of(const char *id);

#endif
