// SPDX-License-Identifier: Apache-2.0
#include "policy/detect_internal.h"

/* Meson builds out of tree and writes JUnit XML beside its logs. */

static enum gate_look look(const struct gate_finder *f)
{
	/* Files of parts have no project(). Tests may stand in any of the parts. */
	return gate_find_contains(f, "meson.build", "project(") ||
	                       gate_find_contains(f, "meson.build", "project (")
	               ? GATE_LOOK_TESTS
	               : GATE_LOOK_NOTHING;
}

static void add(struct gate_finder *f)
{
	const char *tree = gate_find_scratch(f, "build", "meson", "");
	struct gate_build *b = gate_find_build(f, "meson", "meson.build");
	struct gate_suite *s = gate_find_suite(f, "meson-test", "meson.build");

	if (b == NULL || s == NULL)
		return;
	b->run.shell = gate_find_text(
		f, "meson setup \"%s\" . && meson compile -C \"%s\"", tree, tree);
	b->configure.shell = gate_find_text(f, "meson setup \"%s\" .", tree);
	b->tool = "meson";
	b->install = "apt-get install meson ninja-build g++";
	s->run.shell = gate_find_text(
		f, "meson test -C \"%s\" --no-rebuild --print-errorlogs", tree);
	s->format = GATE_FORMAT_JUNIT;
	gate_find_add(f, &s->results,
	              gate_find_text(f, "%s/meson-logs/testlog.junit.xml", tree));
	gate_find_add(f, &s->needs, b->id);
	s->tool = b->tool;
	s->install = b->install;
}

const struct gate_rule gate_rule_meson = { GATE_GROUP_NATIVE, look, add, true };
