// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "policy/detect_internal.h"

/*
 * A plain makefile. It is used only where nothing else was found: beside another
 * manifest it is most often a front for that, and its tests would count twice. It builds
 * where it stands, so it runs in a copy of the project.
 */

static const char *makefile_of(const struct gate_finder *f)
{
	/* In the order of GNU make. */
	static const char *const names[] = { "GNUmakefile", "makefile", "Makefile",
		                             NULL };

	return gate_find_first(f, names);
}

/* A makefile that hands every unknown target to the one in src/. */
static bool hands_down(const struct gate_finder *f, const char *makefile)
{
	struct buf text = BUF_INIT;
	bool yes = gate_find_read(f, makefile, &text) &&
	           gate_makefile_has(buf_span(&text), ".DEFAULT");

	buf_fini(&text);
	return yes;
}

static const char *target_of(const struct gate_finder *f, const char *makefile)
{
	const char *target = gate_makefile_target(f, makefile);

	if (target == NULL && hands_down(f, makefile))
		target = gate_makefile_target(f, "src/Makefile");
	return target;
}

static enum gate_look look(const struct gate_finder *f)
{
	const char *makefile = makefile_of(f);

	if (makefile == NULL)
		return GATE_LOOK_NOTHING;
	return target_of(f, makefile) != NULL ? GATE_LOOK_TESTS : GATE_LOOK_BUILDS;
}

static void add(struct gate_finder *f)
{
	const char *makefile = makefile_of(f);
	const char *target = target_of(f, makefile);
	struct gate_build *b = gate_find_build(f, "make", makefile);
	struct gate_suite *s;

	if (b == NULL)
		return;
	b->run.shell = "make -j\"$SEAWORTHY_JOBS\"";
	b->scratch = true;
	b->tool = "make";
	b->install = "apt-get install make gcc";
	if (target == NULL)
		return;
	s = gate_find_suite(f, gate_find_text(f, "make-%s", target), makefile);
	if (s == NULL)
		return;
	gate_find_add(f, &s->run.argv, "make");
	gate_find_add(f, &s->run.argv, target);
	s->scratch = true;
	gate_find_add(f, &s->needs, b->id);
	s->tool = b->tool;
	s->install = b->install;
}

const struct gate_rule gate_rule_make = { GATE_GROUP_MAKE, look, add, false };
