// SPDX-License-Identifier: Apache-2.0
#include "policy/detect_internal.h"

/* Cargo, with its output in scratch. Without Cargo.lock it would write one into the
 * project, so it runs in a copy then. */

static enum gate_look look(const struct gate_finder *f)
{
	return gate_find_has(f, "Cargo.toml") ? GATE_LOOK_TESTS : GATE_LOOK_NOTHING;
}

static void add(struct gate_finder *f)
{
	const char *target = gate_find_scratch(f, "build", "cargo", "");
	bool locked = gate_find_has(f, "Cargo.lock");
	struct gate_build *b = gate_find_build(f, "cargo", "Cargo.toml");
	struct gate_suite *s = gate_find_suite(f, "cargo-test", "Cargo.toml");

	if (b == NULL || s == NULL)
		return;
	b->run.shell =
		locked ? "cargo build --workspace --locked" : "cargo build --workspace";
	b->scratch = !locked;
	b->tool = "cargo";
	b->install = "apt-get install cargo";
	s->run.shell = gate_find_text(
		f, "CARGO_TARGET_DIR=\"%s\" cargo test --workspace --no-fail-fast%s",
		target, locked ? " --locked" : "");
	s->rerun_known = gate_find_text(f, "%s -- --exact {names}", s->run.shell);
	s->format = GATE_FORMAT_LIBTEST;
	gate_find_add(f, &s->needs, b->id);
	s->scratch = !locked;
	s->tool = b->tool;
	s->install = b->install;
}

const struct gate_rule gate_rule_cargo = { GATE_GROUP_CARGO, look, add, false };
