// SPDX-License-Identifier: Apache-2.0
#include "rule.h"

#include "base/buf.h"
#include "base/str.h"

#include <string.h>

static const struct scan_rule_info rules[SCAN_RULE_COUNT] = {
	[SCAN_HARDCODED_CREDENTIAL_DEFAULT] = { "hardcoded.credential-default",
	                                        "Default credentials",
	                                        "A user name and password that everybody "
	                                        "knows stand in the code. Read "
	                                        "them from the environment or a secret "
	                                        "store, and refuse to start "
	                                        "without." },
	[SCAN_HARDCODED_EMAIL] = { "hardcoded.email", "Mail address in the code",
	                           "A person's or team's address is fixed in the code. "
	                           "Make it a setting." },
	[SCAN_HARDCODED_EXAMPLE_DOMAIN] = { "hardcoded.example-domain",
	                                    "Example domain in the code",
	                                    "A domain that is reserved for examples is "
	                                    "used in production code: "
	                                    "something was meant to be filled in." },
	[SCAN_HARDCODED_IP_ADDRESS] = { "hardcoded.ip-address", "IP address in the code",
	                                "The address of a machine is fixed in the code. "
	                                "Make it a setting." },
	[SCAN_HARDCODED_LOCALHOST] = { "hardcoded.localhost", "Local host in the code",
	                               "The program expects a service on its own "
	                               "machine. Make the address a setting." },
	[SCAN_HARDCODED_PATH_HOME] = { "hardcoded.path-home",
	                               "Somebody's home folder in the code",
	                               "The path exists on one machine only. Take it "
	                               "from the environment or the configuration." },
	[SCAN_HARDCODED_PORT] = { "hardcoded.port", "Port in the code",
	                          "A network port is fixed in the code. Make it a "
	                          "setting." },
	[SCAN_HARDCODED_TEST_VALUE] = { "hardcoded.test-value", "Test value in the code",
	                                "A made-up value (dummy, mock, sample) "
	                                "stands where a real one "
	                                "belongs. Replace it, or move it to the tests." },
	[SCAN_HARDCODED_URL] = { "hardcoded.url", "Address of a service in the code",
	                         "The URL of a service is fixed in the code. Make it a "
	                         "setting. Name spaces, licences and links to "
	                         "documentation are not reported." },
	[SCAN_MARKER_BUG] = { "marker.bug", "BUG in a comment",
	                      "A comment names a known fault. Mend it or file it." },
	[SCAN_MARKER_FIXME] = { "marker.fixme", "FIXME in a comment",
	                        "A comment names a known fault. Mend it or file it." },
	[SCAN_MARKER_HACK] = { "marker.hack", "HACK in a comment",
	                       "A comment says the code is a makeshift. Write it as it "
	                       "should be, or say why it has to be so." },
	[SCAN_MARKER_NOTE] = { "marker.note", "NOTE in a comment",
	                       "A remark for readers, no unfinished work: always of "
	                       "severity note, and run only when named in full "
	                       "(--rule marker.note)." },
	[SCAN_MARKER_TODO] = { "marker.todo", "TODO in a comment",
	                       "A comment names work that is not done. Do it or file "
	                       "it." },
	[SCAN_MARKER_XXX] = { "marker.xxx", "XXX in a comment",
	                      "A comment marks doubtful code. Clear the doubt." },
	[SCAN_SUPPRESSION_NO_REASON] = { "suppression.no-reason",
	                                 "Suppression without a reason",
	                                 "A comment would allow findings and does not "
	                                 "say why, so it has no effect. Write the reason "
	                                 "behind the rule." },
};

const struct scan_rule_info *scan_rules(size_t *count)
{
	*count = SCAN_RULE_COUNT;
	return rules;
}

const char *scan_rule_id(enum scan_known rule)
{
	return rules[rule].id;
}

enum scan_known scan_rule_of(const char *id)
{
	size_t low = 0;
	size_t high = SCAN_RULE_COUNT;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(rules[middle].id, id) <= 0)
			low = middle;
		else
			high = middle;
	}
	return (enum scan_known)low;
}

static bool is_optional(size_t rule)
{
	return rule == SCAN_MARKER_NOTE;
}

static bool glob_selects(const char *glob, size_t rule)
{
	if (is_optional(rule))
		return str_eq(glob, rules[rule].id);
	return str_glob(glob, span_str(rules[rule].id));
}

/* "hardcoded.*, marker.*": the ids are sorted, so a family stands together. */
static void put_families(struct buf *out)
{
	struct span last = SPAN_EMPTY;

	for (size_t i = 0; i < SCAN_RULE_COUNT; i++) {
		struct span id = span_str(rules[i].id);
		struct span family = span_sub(id, 0, span_find_byte(id, '.'));

		if (span_eq(family, last))
			continue;
		buf_printf(out, "%s%.*s.*", last.len > 0 ? ", " : "", (int)family.len,
		           family.ptr);
		last = family;
	}
}

static enum err_code no_rule(const char *glob, struct err *err)
{
	struct buf families = BUF_INIT;

	put_families(&families);
	err_set(err, ERR_USAGE, "no rule '%s'; there are %s", glob, buf_str(&families));
	buf_fini(&families);
	return ERR_USAGE;
}

static enum err_code select_one(const char *glob, struct scan_selection *out,
                                struct err *err)
{
	const char *ids[SCAN_RULE_COUNT];
	const char *nearest;
	const char *why;
	bool any = false;

	if (!str_glob_ok(glob, &why))
		return err_set(err, ERR_USAGE, "rule %s: %s", glob, why);
	for (size_t i = 0; i < SCAN_RULE_COUNT; i++) {
		ids[i] = rules[i].id;
		if (glob_selects(glob, i))
			out->on[i] = any = true;
	}
	if (any)
		return ERR_OK;
	nearest = str_nearest(span_str(glob), ids, SCAN_RULE_COUNT);
	if (nearest != NULL)
		return err_set(err, ERR_USAGE, "no rule '%s'; did you mean '%s'?", glob,
		               nearest);
	return no_rule(glob, err);
}

enum err_code scan_select(const char *const *globs, size_t count,
                          struct scan_selection *out, struct err *err)
{
	enum err_code rc = ERR_OK;

	*out = (struct scan_selection){ 0 };
	for (size_t i = 0; count == 0 && i < SCAN_RULE_COUNT; i++)
		out->on[i] = !is_optional(i);
	for (size_t i = 0; rc == ERR_OK && i < count; i++)
		rc = select_one(globs[i], out, err);
	for (size_t i = 0; i < SCAN_RULE_COUNT; i++) {
		if (out->on[i] && str_starts(rules[i].id, "marker."))
			out->markers = true;
		if (out->on[i] && str_starts(rules[i].id, "hardcoded."))
			out->hardcoded = true;
	}
	return rc;
}
