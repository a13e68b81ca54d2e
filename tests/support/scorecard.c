/* SPDX-License-Identifier: Apache-2.0 */
#include "support/scorecard.h"

#include "base/str.h"
#include "support/scorecard_internal.h"

#include <assert.h>
#include <string.h>

#define DIGEST "9f2c6b1f0a7d4e83b5d1c2a49e77a0d6f3b1a5c8e2d4f60718293a4b5c6d7e8f"

const char *const sample_names[] = { "no-go",   "go",   "conditional", "empty",
	                             "hostile", "seed", NULL };

void *sample_copy(struct arena *a, const void *bytes, size_t size)
{
	void *copy = arena_new(a, size);

	assert(copy != NULL);
	return memcpy(copy, bytes, size);
}

static enum rep_band band_of(int64_t score)
{
	if (score >= 800)
		return REP_GREEN;
	return score >= 600 ? REP_YELLOW : REP_RED;
}

static void sum_category(struct rep_scorecard *s, struct rep_category *g)
{
	g->contribution = g->possible = 0;
	for (size_t i = 0; i < s->check_count; i++) {
		const struct rep_check *c = &s->checks[i];

		if (!str_eq(c->category, g->id) || !c->has_contribution)
			continue;
		g->contribution += c->contribution;
		g->possible += c->possible;
		if (c->state == REP_UNKNOWN || c->state == REP_ERROR)
			s->upper += c->possible;
		else if (c->attested)
			s->coverage_attested += c->possible * 10;
		else
			s->coverage_measured += c->possible * 10;
	}
	g->has_score = g->possible > 0;
	if (g->has_score) {
		g->score = g->contribution * 1000 / g->possible;
		g->band = band_of(g->score);
	}
}

static void list_blockers(struct rep_scorecard *s, struct arena *a)
{
	struct rep_blocker *list = arena_array(a, s->check_count + 1, sizeof *list);

	assert(list != NULL);
	for (size_t i = 0; i < s->check_count; i++) {
		const struct rep_check *c = &s->checks[i];

		if (c->blocker != NULL)
			list[s->blocker_count++] =
				(struct rep_blocker){ c->id, c->blocker, c->state,
				                      c->waived };
	}
	s->blockers = list;
}

void sample_sum(struct rep_scorecard *s, struct arena *a)
{
	struct rep_category *groups =
		sample_copy(a, s->categories, s->category_count * sizeof *groups);

	s->lower = s->upper = s->coverage_measured = s->coverage_attested = 0;
	s->blocker_count = 0;
	for (size_t i = 0; i < s->category_count; i++) {
		sum_category(s, &groups[i]);
		s->lower += groups[i].contribution;
	}
	s->categories = groups;
	s->upper += s->lower;
	s->coverage = s->coverage_measured + s->coverage_attested;
	s->final = s->has_cap && s->cap < s->lower ? s->cap : s->lower;
	list_blockers(s, a);
}

static void common(struct rep_scorecard *s)
{
	s->tool_version = "0.1.0";
	s->run = "20261122T100000Z-4f1c9a";
	s->subject = (struct rep_subject){
		.path = "/home/mira/harbour",
		.commit = "6b1f0a7d4e83b5d1c2a49e77a0d6f3b1a5c8e2d4",
		.tree = "0a7d4e83b5d1c2a49e77a0d6f3b1a5c8e2d4f607",
		.has_dirty = true,
	};
	s->policy = (struct rep_policy){ DIGEST, "seaworthy.yml", "default" };
	s->go_at = 950;
	s->conditional_at = 750;
	s->now_ms = 1795341660250;
	s->started_ms = 1795341600000;
	s->duration_s = 312.4567;
}

static void sample_empty(struct rep_scorecard *s)
{
	static const char *const reasons[] = { "no check applies: nothing was measured" };

	s->subject = (struct rep_subject){ .path = "/srv/empty" };
	s->policy = (struct rep_policy){ DIGEST, NULL, "default" };
	s->run = NULL;
	s->decision = REP_NO_GO;
	s->upper = 1000;
	s->reasons = reasons;
	s->reason_count = 1;
	s->duration_s = 0.0;
}

static const struct rep_category seed_categories[] = {
	{ .id = "frontend", .title = "Frontend readiness", .weight = 15 },
	{ .id = "backend", .title = "Backend stability", .weight = 20 },
	{ .id = "testing", .title = "Testing infrastructure", .weight = 20 },
	{ .id = "deployment", .title = "Deployment and operations", .weight = 15 },
	{ .id = "security", .title = "Security and compliance", .weight = 15 },
	{ .id = "performance", .title = "Performance", .weight = 10 },
	{ .id = "monitoring", .title = "Monitoring", .weight = 5 },
};

static void sample_seed(struct rep_scorecard *s, struct arena *a)
{
	static const int64_t earned[] = { 132, 130, 136, 108, 105, 70, 31 };
	static const char *const values[] = { "0.880000", "0.650000", "0.680000",
		                              "0.720000", "0.700000", "0.700000",
		                              "0.620000" };
	static const char *const reasons[] = { "score 71.2 is below 75" };
	struct rep_check *checks = arena_array(a, 7, sizeof *checks);

	assert(checks != NULL);
	for (size_t i = 0; i < 7; i++)
		checks[i] = (struct rep_check){
			.id = arena_printf(a, "%s.declared", seed_categories[i].id),
			.title = "Declared score",
			.category = seed_categories[i].id,
			.weight = 1,
			.state = REP_WARN,
			.value = values[i],
			.has_contribution = true,
			.contribution = earned[i],
			.possible = (int64_t)seed_categories[i].weight * 10,
			.attested = true,
			.message = "attested by release-manager",
		};
	s->categories = seed_categories;
	s->category_count = 7;
	s->checks = checks;
	s->check_count = 7;
	s->decision = REP_NO_GO;
	s->reasons = reasons;
	s->reason_count = 1;
	sample_sum(s, a);
}

static void sample_conditional(struct rep_scorecard *s, struct arena *a)
{
	static const struct rep_condition conditions[] = {
		{ "security.dependencies",
		  "waived: upstream fix is released on 1 December", "lena@example.org",
		  "2026-12-05T00:00:00Z", false },
		{ "operations.oncall", "rests on an attestation", NULL, NULL, false },
		{ "security.dependencies",
		  "the score 84.0 (raw 94.0, capped) is below 95", "lena@example.org",
		  "2026-12-06T10:00:00Z", true },
		{ NULL, "sign-off of sre-lead is missing", NULL, NULL, false },
	};
	static const char *const notes[] = {
		"the waiver of security.dependencies ends at 2026-12-05T00:00:00Z"
	};
	static const struct rep_part components[] = {
		{ "core", "@team-core", true, true, 970, 970 },
		{ "api", "@team-api", true, true, 925, 1000 },
		{ "web", NULL, false, true, 610, 610 },
		{ "tools", NULL, false, false, 0, 0 },
	};
	static const struct rep_part owners[] = {
		{ "@team-api", "@team-api", false, true, 925, 1000 },
		{ "@team-web", "@team-web", false, true, 610, 610 },
	};
	struct rep_check *checks;

	sample_go(s, a);
	s->components = components;
	s->component_count = 4;
	s->owners = owners;
	s->owner_count = 2;
	s->notes = notes;
	s->note_count = 1;
	checks = sample_copy(a, s->checks, s->check_count * sizeof *checks);
	checks[5].state = REP_FAIL;
	checks[5].waived = true;
	checks[5].blocker = "P0";
	checks[5].required = true;
	checks[5].value = "0.000000";
	checks[5].contribution = 0;
	checks[5].measured = "1";
	checks[5].message = "GHSA-0000 in libfoo 1.2 (high)";
	checks[5].remedy = "upgrade libfoo to 1.3";
	checks[14].attested = true;
	s->checks = checks;
	s->has_cap = true;
	s->cap = 840;
	s->cap_reason = "security.dependencies: a waiver names a P0";
	s->conditions = conditions;
	s->condition_count = 4;
	s->decision = REP_CONDITIONAL_GO;
	sample_sum(s, a);
}

struct rep_scorecard *sample_filled(const char *text, struct arena *a)
{
	struct rep_scorecard *s = arena_new(a, sizeof *s);

	assert(s != NULL);
	sample_hostile(s, a, text);
	return s;
}

struct rep_scorecard *sample_scorecard(const char *name, struct arena *a)
{
	struct rep_scorecard *s = arena_new(a, sizeof *s);

	assert(s != NULL);
	common(s);
	if (str_eq(name, "no-go"))
		sample_no_go(s, a);
	else if (str_eq(name, "many"))
		sample_many(s, a);
	else if (str_eq(name, "go"))
		sample_go(s, a);
	else if (str_eq(name, "held"))
		sample_held(s, a);
	else if (str_eq(name, "conditional"))
		sample_conditional(s, a);
	else if (str_eq(name, "empty"))
		sample_empty(s);
	else if (str_eq(name, "hostile"))
		sample_hostile(s, a, NULL);
	else if (str_eq(name, "seed"))
		sample_seed(s, a);
	else
		return NULL;
	return s;
}
