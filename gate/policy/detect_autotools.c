// SPDX-License-Identifier: Apache-2.0
#include "os/fs.h"
#include "policy/detect_internal.h"

/*
 * Autotools, and hand-written configure scripts in their manner. Both run in a copy of
 * the project: configure is often generated, and a source tree that was configured once
 * refuses to be built elsewhere.
 */

static bool has_source(const struct gate_finder *f)
{
	return gate_find_has(f, "configure.ac") || gate_find_has(f, "configure.in");
}

static enum gate_look look_automake(const struct gate_finder *f)
{
	if (!gate_find_has(f, "Makefile.am"))
		return GATE_LOOK_NOTHING;
	if (!has_source(f) && !gate_find_has(f, "configure"))
		return GATE_LOOK_NOTHING;
	return GATE_LOOK_TESTS; /* automake always has `make check` */
}

/* The makefile's template, or what configure reads instead of one. */
static const char *template_of(const struct gate_finder *f)
{
	static const char *const names[] = { "Makefile.in", "GNUmakefile", "Makefile",
		                             NULL };

	return gate_find_first(f, names);
}

static enum gate_look look_configure(const struct gate_finder *f)
{
	const char *template = template_of(f);

	if (gate_find_type(f, "configure") != OS_FILE || template == NULL)
		return GATE_LOOK_NOTHING;
	return gate_makefile_target(f, template) != NULL ? GATE_LOOK_TESTS
	                                                 : GATE_LOOK_BUILDS;
}

static struct gate_build *add_build(struct gate_finder *f, const char *name,
                                    const char *from)
{
	struct gate_build *b = gate_find_build(f, name, from);
	bool generate = !gate_find_has(f, "configure");

	if (b == NULL)
		return NULL;
	b->run.shell = generate ? "autoreconf -fi && ./configure && "
	                          "make -j\"$SEAWORTHY_JOBS\""
	                        : "./configure && make -j\"$SEAWORTHY_JOBS\"";
	b->scratch = true;
	b->tool = generate ? "autoreconf" : "make";
	b->install = generate ? "apt-get install autoconf automake libtool make gcc"
	                      : "apt-get install make gcc";
	return b;
}

static void add_suite(struct gate_finder *f, const struct gate_build *b,
                      const char *target, enum gate_format format, const char *from)
{
	struct gate_suite *s =
		gate_find_suite(f, gate_find_text(f, "make-%s", target), from);

	if (s == NULL)
		return;
	gate_find_add(f, &s->run.argv, "make");
	gate_find_add(f, &s->run.argv, target);
	s->format = format;
	s->scratch = true;
	gate_find_add(f, &s->needs, b->id);
	s->tool = "make";
	s->install = "apt-get install make";
}

static void add_automake(struct gate_finder *f)
{
	struct gate_build *b = add_build(f, "autotools", "Makefile.am");

	if (b != NULL)
		add_suite(f, b, "check", GATE_FORMAT_AUTOMAKE, "Makefile.am");
}

static void add_configure(struct gate_finder *f)
{
	const char *template = template_of(f);
	const char *target = gate_makefile_target(f, template);
	struct gate_build *b = add_build(f, "configure", "configure");

	if (b != NULL && target != NULL)
		add_suite(f, b, target, GATE_FORMAT_EXIT, template);
}

const struct gate_rule gate_rule_autotools = { GATE_GROUP_NATIVE, look_automake,
	                                       add_automake, false };
const struct gate_rule gate_rule_configure = { GATE_GROUP_NATIVE, look_configure,
	                                       add_configure, false };
