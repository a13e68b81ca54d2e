// SPDX-License-Identifier: Apache-2.0
#include "policy/detect_internal.h"

/*
 * Perl: a distribution with tests in t. Each of them speaks TAP; prove, which usually
 * starts them, prints none that could be told apart again, so they are started as it
 * does. One that exits badly after good points counts, as with prove. With C in it, it is
 * built first, in a copy of the project.
 */

static const char *const manifests[] = { "Makefile.PL", "Build.PL", "dist.ini",
	                                 "cpanfile", NULL };

static enum gate_look look(const struct gate_finder *f)
{
	return gate_find_first(f, manifests) != NULL && gate_find_named(f, "t", "*.t")
	               ? GATE_LOOK_TESTS
	               : GATE_LOOK_NOTHING;
}

static struct gate_build *add_build(struct gate_finder *f)
{
	struct gate_build *b;

	if (!gate_find_has(f, "Makefile.PL") || !gate_find_named(f, ".", "*.xs"))
		return NULL;
	b = gate_find_build(f, "perl", "Makefile.PL");
	if (b == NULL)
		return NULL;
	b->run.shell = "perl Makefile.PL && make";
	b->scratch = true;
	b->tool = "perl";
	b->install = "apt-get install perl make gcc";
	return b;
}

static void add(struct gate_finder *f)
{
	struct gate_build *b = add_build(f);
	struct gate_suite *s = gate_find_suite(f, "perl", gate_find_first(f, manifests));

	if (s == NULL)
		return;
	s->run.shell = gate_find_text(f,
	                              "code=0; for t in t/*.t; do echo 'TAP version 13'; "
	                              "perl %s \"$t\" 2>&1 || code=1; done; exit $code",
	                              b != NULL ? "-Mblib" : "-Ilib");
	s->format = GATE_FORMAT_TAP;
	if (b != NULL) {
		gate_find_add(f, &s->needs, b->id);
		s->scratch = true;
	}
	s->tool = "perl";
	s->install = "apt-get install perl";
}

const struct gate_rule gate_rule_perl = { GATE_GROUP_PERL, look, add, false };
