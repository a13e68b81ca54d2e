// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "os/fs.h"
#include "policy/detect_internal.h"

/*
 * bats: files *.bats in the folders where projects keep them. A makefile or package.json
 * that starts bats itself runs them already. Folders below are named one by one: what
 * projects keep there too are copies of bats and its libraries with tests of their own.
 */

static const char *const folders[] = { "test",       "tests",
	                               "t",          "spec",
	                               "test/unit",  "test/integration",
	                               "tests/unit", "tests/integration",
	                               "tests/bats", "." };
enum { FOLDERS = sizeof(folders) / sizeof(folders[0]) };

static bool runs_bats(const struct gate_finder *f)
{
	static const char *const makefiles[] = { "GNUmakefile", "makefile", "Makefile" };

	for (size_t i = 0; i < sizeof(makefiles) / sizeof(makefiles[0]); i++)
		if (gate_find_contains(f, makefiles[i], "bats") &&
		    gate_makefile_target(f, makefiles[i]) != NULL)
			return true;
	return gate_find_contains(f, "package.json", "bats ");
}

static enum gate_look look(const struct gate_finder *f)
{
	if (runs_bats(f))
		return GATE_LOOK_NOTHING;
	for (size_t i = 0; i < FOLDERS; i++)
		if (gate_find_named(f, folders[i], "*.bats"))
			return GATE_LOOK_TESTS;
	return GATE_LOOK_NOTHING;
}

/* The project's own copy, as bats' guide has it. */
static const char *program_of(const struct gate_finder *f)
{
	return gate_find_type(f, "test/bats/bin/bats") == OS_FILE ? "test/bats/bin/bats"
	                                                          : "bats";
}

/* What is tested is what the folder's builds make, in their copy of the project. */
static void need_builds(struct gate_finder *f, struct gate_suite *s)
{
	for (size_t i = 0; i < f->out->build_count; i++) {
		const struct gate_build *b = &f->out->builds[i];

		if (!str_eq(b->dir, f->dir))
			continue;
		gate_find_add(f, &s->needs, b->id);
		s->scratch = s->scratch || b->scratch;
	}
}

static void add(struct gate_finder *f)
{
	struct gate_suite *s = gate_find_suite(f, "bats", "*.bats");
	const char *program = program_of(f);

	if (s == NULL)
		return;
	s->run.shell = gate_find_text(f, "%s --formatter tap", program);
	for (size_t i = 0; i < FOLDERS; i++)
		if (gate_find_named(f, folders[i], "*.bats"))
			s->run.shell =
				gate_find_text(f, "%s %s", s->run.shell, folders[i]);
	s->rerun_known = gate_find_text(f, "%s --filter {regex}", s->run.shell);
	s->format = GATE_FORMAT_TAP;
	need_builds(f, s);
	s->tool = program;
	s->install = "apt-get install bats";
}

const struct gate_rule gate_rule_bats = { GATE_GROUP_SHELL, look, add, false };
