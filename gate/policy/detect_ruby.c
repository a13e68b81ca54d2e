// SPDX-License-Identifier: Apache-2.0
#include "policy/detect_internal.h"

/* RSpec: a Gemfile or gemspec that asks for it, and specs. */

static bool asks_for_rspec(const struct gate_finder *f)
{
	return gate_find_contains(f, "Gemfile", "rspec") ||
	       gate_find_in_files(f, ".", "*.gemspec", "rspec");
}

static enum gate_look look(const struct gate_finder *f)
{
	return gate_find_has(f, "Gemfile") && asks_for_rspec(f) &&
	                       (gate_find_named(f, "spec", "*_spec.rb") ||
	                        gate_find_named(f, "spec", "spec_helper.rb"))
	               ? GATE_LOOK_TESTS
	               : GATE_LOOK_NOTHING;
}

static void add(struct gate_finder *f)
{
	const char *report = gate_find_scratch(f, "results", "rspec", ".json");
	struct gate_suite *s = gate_find_suite(f, "rspec", "Gemfile");

	if (s == NULL)
		return;
	s->run.shell = gate_find_text(
		f, "bundle exec rspec --no-color --format json --out \"%s\"", report);
	s->format = GATE_FORMAT_RSPEC;
	gate_find_add(f, &s->results, report);
	s->tool = "bundle";
	s->install = "apt-get install ruby-bundler";
}

const struct gate_rule gate_rule_ruby = { GATE_GROUP_RUBY, look, add, false };
