// SPDX-License-Identifier: Apache-2.0
#include "policy/detect_internal.h"

/* A Go module. Vendored dependencies are used where there are any, so that nothing is
 * fetched; a module without go.sum would get one, so it runs in a copy. */

#define GOCACHE "GOCACHE=\"" GATE_SCRATCH "/cache/go-build\" "

static enum gate_look look(const struct gate_finder *f)
{
	return gate_find_has(f, "go.mod") ? GATE_LOOK_TESTS : GATE_LOOK_NOTHING;
}

static void add_env(struct gate_finder *f, struct gate_strings *env)
{
	gate_find_add(f, env, "GOTOOLCHAIN=local");
	if (gate_find_type(f, "vendor/modules.txt") == OS_FILE)
		gate_find_add(f, env, "GOFLAGS=-mod=vendor");
	else if (!gate_find_has(f, "go.sum") &&
	         gate_find_contains(f, "go.mod", "require"))
		gate_find_add(f, env, "GOFLAGS=-mod=mod");
}

static bool writes_sums(const struct gate_finder *f)
{
	return !gate_find_has(f, "go.sum") &&
	       gate_find_contains(f, "go.mod", "require") &&
	       gate_find_type(f, "vendor/modules.txt") != OS_FILE;
}

static void add(struct gate_finder *f)
{
	struct gate_build *b = gate_find_build(f, "go", "go.mod");
	struct gate_suite *s = gate_find_suite(f, "go-test", "go.mod");

	if (b == NULL || s == NULL)
		return;
	b->run.shell = GOCACHE "go build ./...";
	add_env(f, &b->env);
	b->scratch = writes_sums(f);
	b->tool = "go";
	b->install = "apt-get install golang-go";
	s->run.shell = GOCACHE "go test -json -count=1 ./...";
	s->rerun_known = GOCACHE "go test -json -count=1 -run {regex} ./...";
	s->format = GATE_FORMAT_GOTEST;
	add_env(f, &s->env);
	gate_find_add(f, &s->needs, b->id);
	s->scratch = writes_sums(f);
	s->tool = b->tool;
	s->install = b->install;
}

const struct gate_rule gate_rule_go = { GATE_GROUP_GO, look, add, false };
