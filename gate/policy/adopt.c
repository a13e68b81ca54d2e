// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "policy/detect.h"

#include <string.h>

/* Takes what was detected into a policy that says nothing itself. */

/* Ids that detection gives to builds; one below the root is "go-folder". */
static const char *const build_ids[] = {
	"autotools", "cargo", "cmake", "configure", "go",
	"gradle",    "make",  "maven", "meson",     "npm",
};

bool gate_detects_build(const char *id)
{
	struct span name = span_str(id);
	struct span front = span_sub(name, 0, span_find_byte(name, '-'));

	for (size_t i = 0; i < sizeof(build_ids) / sizeof(build_ids[0]); i++)
		if (span_eq_str(front, build_ids[i]))
			return true;
	return false;
}

/* What stands in commands that report tests on their output. */
static const struct {
	const char *word;
	enum gate_format format;
} reporting[] = {
	{ "go test -json ", GATE_FORMAT_GOTEST },
	{ "cargo test ", GATE_FORMAT_LIBTEST },
	{ "node --test-reporter=tap ", GATE_FORMAT_NODE },
	{ " -m unittest discover -v ", GATE_FORMAT_UNITTEST },
	{ "bats --formatter tap", GATE_FORMAT_TAP },
	{ "npx --no-install tape ", GATE_FORMAT_TAP },
	{ "npx --no-install ava --tap ", GATE_FORMAT_TAP },
};

bool gate_detect_format_of(const char *command, enum gate_format *out)
{
	const struct span text = span_str(command);

	for (size_t i = 0; i < sizeof(reporting) / sizeof(reporting[0]); i++)
		if (span_find(text, span_str(reporting[i].word)) < text.len) {
			*out = reporting[i].format;
			return true;
		}
	return false;
}

/* Ids that detection gives to suites with results, each with one format; one below the
 * root is "go-test-folder". What `make` runs may have any. */
static const struct {
	const char *id;
	enum gate_format format;
} suite_ids[] = {
	{ "ava", GATE_FORMAT_TAP },
	{ "bats", GATE_FORMAT_TAP },
	{ "cargo-test", GATE_FORMAT_LIBTEST },
	{ "ctest", GATE_FORMAT_JUNIT },
	{ "dotnet-test", GATE_FORMAT_TRX },
	{ "go-test", GATE_FORMAT_GOTEST },
	{ "gradle-test", GATE_FORMAT_JUNIT },
	{ "jest", GATE_FORMAT_JEST },
	{ "maven-test", GATE_FORMAT_JUNIT },
	{ "meson-test", GATE_FORMAT_JUNIT },
	{ "mocha", GATE_FORMAT_MOCHA },
	{ "node-test", GATE_FORMAT_NODE },
	{ "perl", GATE_FORMAT_TAP },
	{ "phpunit", GATE_FORMAT_JUNIT },
	{ "playwright", GATE_FORMAT_PLAYWRIGHT },
	{ "pytest", GATE_FORMAT_JUNIT },
	{ "rspec", GATE_FORMAT_RSPEC },
	{ "tape", GATE_FORMAT_TAP },
	{ "unittest", GATE_FORMAT_UNITTEST },
	{ "vitest", GATE_FORMAT_JEST },
};

bool gate_detect_format_of_id(const char *id, enum gate_format *out)
{
	for (size_t i = 0; i < sizeof(suite_ids) / sizeof(suite_ids[0]); i++) {
		const size_t length = strlen(suite_ids[i].id);

		if (str_starts(id, suite_ids[i].id) &&
		    (id[length] == '\0' || id[length] == '-')) {
			*out = suite_ids[i].format;
			return true;
		}
	}
	return false;
}

static struct gate_strings copy_strings(struct arena *a, const struct gate_strings *from)
{
	struct gate_strings to = { NULL, 0 };

	to.items = arena_array(a, from->count + 1, sizeof(*to.items));
	if (to.items == NULL)
		return to; /* the arena tells */
	for (; to.count < from->count; to.count++)
		to.items[to.count] = arena_str(a, from->items[to.count]);
	return to;
}

static struct gate_command copy_command(struct arena *a, const struct gate_command *from)
{
	return (struct gate_command){ arena_str(a, from->shell),
		                      copy_strings(a, &from->argv) };
}

static void copy_suite(struct arena *a, struct gate_suite *to,
                       const struct gate_suite *from)
{
	*to = *from; /* numbers; texts get copies of their own */
	to->id = arena_str(a, from->id);
	to->run = copy_command(a, &from->run);
	to->dir = arena_str(a, from->dir);
	to->results = copy_strings(a, &from->results);
	to->coverage = copy_strings(a, &from->coverage);
	to->env = copy_strings(a, &from->env);
	to->needs = copy_strings(a, &from->needs);
	to->inputs = copy_strings(a, &from->inputs);
	to->resources = arena_str(a, from->resources);
	to->limits = arena_str(a, from->limits);
	to->regex = arena_str(a, from->regex);
	to->rerun = copy_command(a, &from->rerun);
	to->rerun_known = arena_str(a, from->rerun_known);
	to->tool = arena_str(a, from->tool);
	to->install = arena_str(a, from->install);
	to->unknown = arena_str(a, from->unknown);
	to->detected_from = arena_str(a, from->detected_from);
	if (from->otherwise == NULL)
		return;
	to->otherwise = arena_array(a, 1, sizeof(*to->otherwise));
	if (to->otherwise != NULL)
		copy_suite(a, to->otherwise, from->otherwise);
}

static void copy_build(struct arena *a, struct gate_build *to,
                       const struct gate_build *from)
{
	*to = *from;
	to->id = arena_str(a, from->id);
	to->run = copy_command(a, &from->run);
	to->dir = arena_str(a, from->dir);
	to->env = copy_strings(a, &from->env);
	to->needs = copy_strings(a, &from->needs);
	to->inputs = copy_strings(a, &from->inputs);
	to->limits = arena_str(a, from->limits);
	to->tool = arena_str(a, from->tool);
	to->install = arena_str(a, from->install);
	to->unknown = arena_str(a, from->unknown);
	to->detected_from = arena_str(a, from->detected_from);
	to->configure = copy_command(a, &from->configure);
	if (from->otherwise == NULL)
		return;
	to->otherwise = arena_array(a, 1, sizeof(*to->otherwise));
	if (to->otherwise != NULL)
		copy_build(a, to->otherwise, from->otherwise);
}

static bool is_needed(const struct gate_policy *p, const char *id)
{
	for (size_t i = 0; i < p->suite_count; i++)
		for (size_t k = 0; k < p->suites[i].needs.count; k++)
			if (str_eq(p->suites[i].needs.items[k], id))
				return true;
	return false;
}

static enum err_code adopt_suites(struct gate_policy *p, const struct gate_detected *d,
                                  struct err *err)
{
	struct gate_suite *suites;

	suites = arena_array(&p->arena, d->suite_count + 1, sizeof(*suites));
	if (suites == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < d->suite_count; i++)
		if (gate_policy_build(p, d->suites[i].id) == NULL)
			copy_suite(&p->arena, &suites[p->suite_count++], &d->suites[i]);
	p->suites = suites;
	return arena_err(&p->arena, err);
}

/* All builds if the policy has none; else those that adopted suites cannot do without. */
static enum err_code adopt_builds(struct gate_policy *p, const struct gate_detected *d,
                                  struct err *err)
{
	bool all = p->build_count == 0;
	struct gate_build *builds;

	builds = arena_array(&p->arena, p->build_count + d->build_count + 1,
	                     sizeof(*builds));
	if (builds == NULL)
		return err_nomem(err);
	if (p->build_count > 0)
		memcpy(builds, p->builds, p->build_count * sizeof(*builds));
	p->builds = builds;
	for (size_t i = 0; i < d->build_count; i++) {
		const char *id = d->builds[i].id;

		if (gate_policy_suite(p, id) != NULL || gate_policy_build(p, id) != NULL)
			continue;
		if (all || is_needed(p, id))
			copy_build(&p->arena, &builds[p->build_count++], &d->builds[i]);
	}
	return arena_err(&p->arena, err);
}

static bool same_command(const struct gate_command *a, const struct gate_command *b)
{
	if (!str_eq(a->shell, b->shell) || a->argv.count != b->argv.count)
		return false;
	for (size_t i = 0; i < a->argv.count; i++)
		if (!str_eq(a->argv.items[i], b->argv.items[i]))
			return false;
	return true;
}

/* What detection knows of a suite that the policy lists as it was detected. */
static void learn_suite(struct arena *a, struct gate_suite *to,
                        const struct gate_detected *d)
{
	for (size_t i = 0; i < d->suite_count; i++) {
		const struct gate_suite *from = &d->suites[i];

		if (!str_eq(to->id, from->id) || !str_eq(to->dir, from->dir) ||
		    !same_command(&to->run, &from->run))
			continue;
		to->rerun_known = arena_str(a, from->rerun_known);
		to->scratch = from->scratch;
		to->tool = arena_str(a, from->tool);
		to->install = arena_str(a, from->install);
		to->unknown = arena_str(a, from->unknown);
	}
}

static void learn_build(struct arena *a, struct gate_build *to,
                        const struct gate_detected *d)
{
	for (size_t i = 0; i < d->build_count; i++) {
		const struct gate_build *from = &d->builds[i];

		if (!str_eq(to->id, from->id) || !str_eq(to->dir, from->dir) ||
		    !same_command(&to->run, &from->run))
			continue;
		to->scratch = from->scratch;
		to->tool = arena_str(a, from->tool);
		to->install = arena_str(a, from->install);
		to->unknown = arena_str(a, from->unknown);
	}
}

enum err_code gate_policy_adopt(struct gate_policy *p, const struct gate_detected *d,
                                struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < p->suite_count; i++)
		learn_suite(&p->arena, &p->suites[i], d);
	for (size_t i = 0; i < p->build_count; i++)
		learn_build(&p->arena, &p->builds[i], d);
	if (p->suite_count == 0)
		rc = adopt_suites(p, d, err);
	return rc == ERR_OK ? adopt_builds(p, d, err) : rc;
}
