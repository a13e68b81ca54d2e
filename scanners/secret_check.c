// SPDX-License-Identifier: Apache-2.0
#include "secret_check.h"

#include "base/str.h"
#include "placeholder.h"
#include "secret_check_internal.h"
#include "secret_value.h"

static const char *need(bool has, const char *why)
{
	return has ? NULL : why;
}

/* What random letters and digits hold, unless they are very few. */
static const char *check_letter_digit(struct scan_hit *hit)
{
	struct scan_makeup m = scan_makeup_of(scan_hit_value(hit));

	return need(m.digits > 0 && m.lower + m.upper > 0, "lacks a letter or a digit");
}

static const char *check_digit(struct scan_hit *hit)
{
	return need(scan_makeup_of(scan_hit_value(hit)).digits > 0, "lacks a digit");
}

static const char *check_mixed(struct scan_hit *hit)
{
	struct scan_makeup m = scan_makeup_of(scan_hit_value(hit));

	return need(m.digits > 0 && m.lower > 0 && m.upper > 0,
	            "lacks a digit, a capital or a small letter");
}

static const struct {
	const char *name;
	scan_check *check;
} checks[] = {
	{ "always-true", scan_check_always_true },
	{ "authorization", scan_check_authorization },
	{ "base58check", scan_check_base58 },
	{ "basic-base64", scan_check_basic_auth },
	{ "bech32", scan_check_age },
	{ "constant-result", scan_check_constant_result },
	{ "digit", check_digit },
	{ "disabled-check", scan_check_disabled_check },
	{ "empty-handler", scan_check_empty_handler },
	{ "generic", scan_check_generic },
	{ "generic-password", scan_check_generic_password },
	{ "generic-value", scan_check_generic_value },
	{ "github", scan_check_github },
	{ "gitlab-routable", scan_check_gitlab },
	{ "grafana", scan_check_grafana },
	{ "kubernetes", scan_check_kubernetes },
	{ "letter-digit", check_letter_digit },
	{ "login", scan_check_login },
	{ "mixed", check_mixed },
	{ "not-implemented", scan_check_not_implemented },
	{ "npm", scan_check_github },
	{ "password", scan_check_password },
	{ "pem", scan_check_pem },
	{ "putty", scan_check_putty },
	{ "skipped-test", scan_check_skipped_test },
	{ "url-password", scan_check_url_password },
};

enum { CHECKS = sizeof(checks) / sizeof(checks[0]) };

scan_check *scan_check_named(const char *name)
{
	for (size_t i = 0; i < CHECKS; i++) {
		if (str_eq(checks[i].name, name))
			return checks[i].check;
	}
	return NULL;
}

const char *scan_check_name(size_t i)
{
	return i < CHECKS ? checks[i].name : NULL;
}
