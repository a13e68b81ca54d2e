// SPDX-License-Identifier: Apache-2.0
#include "policy/detect_internal.h"

/* PHPUnit: only where the project asks Composer for it and has its configuration. */

static const char *const configurations[] = { "phpunit.xml", "phpunit.xml.dist",
	                                      "phpunit.dist.xml", NULL };

static enum gate_look look(const struct gate_finder *f)
{
	return gate_find_first(f, configurations) != NULL &&
	                       gate_find_contains(f, "composer.json",
	                                          "\"phpunit/phpunit\"")
	               ? GATE_LOOK_TESTS
	               : GATE_LOOK_NOTHING;
}

static void add(struct gate_finder *f)
{
	const char *report = gate_find_scratch(f, "results", "phpunit", ".xml");
	struct gate_suite *s = gate_find_suite(f, "phpunit", "composer.json");

	if (s == NULL)
		return;
	s->run.shell = gate_find_text(
		f, "php vendor/bin/phpunit --do-not-cache-result --log-junit \"%s\"",
		report);
	s->format = GATE_FORMAT_JUNIT;
	gate_find_add(f, &s->results, report);
	s->tool = "php";
	s->install = "apt-get install php-cli php-xml php-mbstring composer";
	if (gate_find_type(f, "vendor/bin/phpunit") == OS_NONE) {
		s->unknown = "dependencies are not installed";
		s->install = "composer install";
	}
}

const struct gate_rule gate_rule_php = { GATE_GROUP_PHP, look, add, false };
