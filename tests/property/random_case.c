// SPDX-License-Identifier: Apache-2.0
#include "property/random_case.h"

#include <inttypes.h>
#include <string.h>

#define HOUR_MS (INT64_C(60) * 60 * 1000)
#define DAY_MS (24 * HOUR_MS)
#define NOW_MS INT64_C(1800000000000)

static const char *const values[CASE_STEPS + 1] = {
	"0",    "0.05", "0.1",  "0.15", "0.20", "0.25", "0.3",
	"0.35", "0.40", "0.45", "5e-1", "0.55", "0.6",  "0.65",
	"0.7",  "0.75", "0.8",  "0.85", "0.90", "0.95", "1.0",
};
static const char *const check_ids[CASE_CHECKS + 1] = { "a.b", "a-b", "a_b", "aB", "ab",
	                                                "b",   "b.a", "Z",   "new" };
static const char *const category_ids[CASE_CATEGORIES] = { "w", "x", "y", "z" };

uint64_t dice_next(struct dice *d)
{
	/* splitmix64 */
	uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

size_t dice_below(struct dice *d, size_t below)
{
	return (size_t)(dice_next(d) % below);
}

bool dice_percent(struct dice *d, unsigned chance)
{
	return dice_below(d, 100) < chance;
}

#define PICK(d, list) ((list)[dice_below((d), sizeof(list) / sizeof((list)[0]))])

const char *case_value(size_t i)
{
	return values[i];
}

size_t case_step(const char *text)
{
	size_t i = 0;

	while (i < CASE_STEPS && strcmp(values[i], text) != 0)
		i++;
	return i;
}

static void bind(struct random_case *c, const struct gate_area *from)
{
	c->policy.categories = c->categories;
	c->policy.checks = c->checks;
	c->policy.waivers = c->waivers;
	c->policy.signoffs = &c->signoff;
	c->policy.quarantine = &c->quarantine;
	c->policy.components = &c->component;
	for (size_t i = 0; i < c->evidence.record_count; i++)
		if (c->records[i].area_count > 0)
			c->records[i].areas = &c->areas[c->records[i].areas - from];
	c->evidence.records = c->records;
}

void case_copy(struct random_case *to, const struct random_case *from)
{
	*to = *from;
	bind(to, from->areas);
}

static uint64_t random_weight(struct dice *d)
{
	if (dice_percent(d, 12))
		return 0;
	if (dice_percent(d, 3))
		return UINT64_MAX - dice_below(d, 3);
	return 1 + dice_below(d, 6);
}

static void random_thresholds(struct gate_thresholds *t, struct dice *d)
{
	static const char *const go[] = { "95", "80", "71.2" };
	static const char *const conditional[] = { "75", "40", "0" };
	static const char *const coverage_go[] = { "0.95", "0.5", "1" };
	static const char *const coverage_conditional[] = { "0.85", "0.3", "0" };
	static const char *const p0[] = { "59", "59", "90", "0" };
	static const char *const p1[] = { "84", "84", "50" };
	static const char *const share[] = { "0", "10", "20", "30", "50", "100" };

	t->go = PICK(d, go);
	t->conditional = PICK(d, conditional);
	t->min_coverage_go = PICK(d, coverage_go);
	t->min_coverage_conditional = PICK(d, coverage_conditional);
	t->band_green = "80";
	t->band_yellow = "60";
	t->cap_p0 = PICK(d, p0);
	t->cap_p1 = PICK(d, p1);
	t->max_attested_share = PICK(d, share);
	t->max_not_applicable_share = PICK(d, share);
	t->allow_dirty = dice_percent(d, 30);
	t->deadline_ms = DAY_MS * (1 + dice_below(d, 3));
}

static void random_category(struct gate_category *g, size_t i, struct dice *d)
{
	g->id = category_ids[i];
	g->title = category_ids[i];
	g->weight = random_weight(d);
	g->floor = dice_percent(d, 25) ? "60" : NULL;
	g->hard_floor = dice_percent(d, 15) ? "30" : NULL;
}

static void random_check(struct gate_check *k, size_t i, size_t categories,
                         struct dice *d)
{
	k->id = check_ids[i];
	k->title = check_ids[i];
	k->category = dice_below(d, categories);
	k->weight = random_weight(d);
	k->collector = dice_percent(d, 25) ? GATE_COLLECT_ATTEST : GATE_COLLECT_SUITE;
	k->attest_role = "lead";
	if (dice_percent(d, 12))
		k->blocker = GATE_P0;
	else if (dice_percent(d, 12))
		k->blocker = GATE_P1;
	k->required = dice_percent(d, 8);
	k->has_warns_until = dice_percent(d, 10);
	k->warns_until_ms = NOW_MS + (int64_t)dice_below(d, 3) - 1;
	k->suite = "*";
	k->has_max_age = dice_percent(d, 30);
	k->max_age_ms = DAY_MS;
	k->same_tree = dice_percent(d, 25);
	if (dice_percent(d, 8)) {
		k->not_applicable_reason = "a library";
		k->not_applicable_approver = "lead";
	}
}

static void random_values(struct gate_record *r, struct dice *d)
{
	size_t low = dice_below(d, CASE_STEPS + 1);
	size_t high = low + dice_below(d, CASE_STEPS + 1 - low);

	if (dice_percent(d, 50))
		low = high = CASE_STEPS;
	else if (dice_percent(d, 30))
		low = high = 0;
	else if (dice_percent(d, 60))
		high = low;
	r->low = values[low];
	r->high = values[high];
	/* The numbers rule over the word, so any word will do. */
	r->state = (enum gate_state)dice_below(d, 3);
}

static void random_record(struct gate_record *r, struct dice *d)
{
	static const int64_t ages[] = { 0,          HOUR_MS,     DAY_MS,
		                        DAY_MS + 1, 40 * DAY_MS, -DAY_MS };
	size_t kind = dice_below(d, 100);

	if (kind < 10)
		r->state = GATE_UNKNOWN;
	else if (kind < 16)
		r->state = GATE_ERROR;
	else if (kind < 30)
		r->state = GATE_NOT_APPLICABLE;
	else
		random_values(r, d);
	if (kind == 99)
		r->low = "1.01"; /* a record the gate must refuse */
	r->has_ended = !dice_percent(d, 3);
	r->ended_ms = NOW_MS - (dice_percent(d, 70) ? 0 : PICK(d, ages));
	r->tree = dice_percent(d, 80) ? "t1" : dice_percent(d, 50) ? "t2" : NULL;
}

/* Now and then a malformed one, or of a component that the policy does not have. */
static void random_area(struct random_case *c, struct gate_record *r, size_t i,
                        struct dice *d)
{
	size_t low = dice_below(d, CASE_STEPS + 1);

	c->areas[i] = (struct gate_area){
		.component = dice_percent(d, 95) ? "core" : "other",
		.low = dice_percent(d, 98) ? values[low] : "1.01",
		.high = values[low + dice_below(d, CASE_STEPS + 1 - low)],
	};
	if (dice_percent(d, 50))
		c->areas[i].low = c->areas[i].high = "1";
	r->areas = &c->areas[i];
	r->area_count = 1;
}

struct gate_record *case_add_record(struct random_case *c, size_t check)
{
	struct gate_record *r = &c->records[c->evidence.record_count++];

	memset(r, 0, sizeof(*r));
	r->check = c->checks[check].id;
	r->has_ended = true;
	r->ended_ms = c->evidence.now_ms;
	r->tree = c->evidence.subject.tree;
	return r;
}

static void random_waivers(struct random_case *c, struct dice *d)
{
	static const int64_t ends[] = { -1, 0, 1, DAY_MS, 90 * DAY_MS, 90 * DAY_MS + 1 };

	c->policy.waiver_count =
		dice_percent(d, 70) ? 0 : dice_below(d, CASE_WAIVERS + 1);
	for (size_t i = 0; i < c->policy.waiver_count; i++) {
		struct gate_waiver *v = &c->waivers[i];

		v->check = check_ids[dice_below(d, CASE_CHECKS)];
		v->owner = "ann";
		v->approver = dice_percent(d, 90) ? "bob" : "ann";
		v->reason = "known";
		v->issue = "#1";
		v->expires_ms = NOW_MS + PICK(d, ends);
	}
}

void case_random(struct random_case *c, struct dice *d)
{
	memset(c, 0, sizeof(*c));
	bind(c, c->areas);
	random_thresholds(&c->policy.thresholds, d);
	c->policy.category_count = 1 + dice_below(d, CASE_CATEGORIES);
	for (size_t g = 0; g < c->policy.category_count; g++)
		random_category(&c->categories[g], g, d);
	c->evidence.now_ms = NOW_MS;
	c->evidence.subject.tree = dice_percent(d, 90) ? "t1" : NULL;
	c->evidence.subject.has_dirty = c->evidence.subject.tree != NULL;
	c->evidence.subject.dirty = dice_percent(d, 10);
	c->policy.check_count = dice_below(d, CASE_CHECKS + 1);
	for (size_t i = 0; i < c->policy.check_count; i++) {
		random_check(&c->checks[i], i, c->policy.category_count, d);
		if (!dice_percent(d, 15))
			random_record(case_add_record(c, i), d);
		if (c->evidence.record_count > 0 && dice_percent(d, 50))
			random_area(c, &c->records[c->evidence.record_count - 1], i, d);
	}
	random_waivers(c, d);
	c->signoff.role = "lead";
	c->signoff.need = dice_below(d, 3);
	c->policy.signoff_count = dice_percent(d, 8);
	c->quarantine = (struct gate_quarantine){
		.suite = "*",
		.test = "t",
		.owner = "ann",
		.issue = "#2",
		.expires_ms = NOW_MS + (int64_t)dice_below(d, 2),
	};
	c->policy.quarantine_count = dice_percent(d, 8);
	c->component.id = "core";
	c->component.critical = true;
	c->policy.component_count = dice_percent(d, 20);
}

size_t case_record(const struct random_case *c, size_t check)
{
	size_t i = 0;

	while (i < c->evidence.record_count &&
	       strcmp(c->records[i].check, c->checks[check].id) != 0)
		i++;
	return i;
}

void case_drop_record(struct random_case *c, size_t record)
{
	c->evidence.record_count--;
	memmove(&c->records[record], &c->records[record + 1],
	        (c->evidence.record_count - record) * sizeof(c->records[0]));
}

void case_move_times(struct random_case *c, int64_t by_ms)
{
	c->evidence.now_ms += by_ms;
	for (size_t i = 0; i < c->evidence.record_count; i++)
		c->records[i].ended_ms += by_ms;
	for (size_t i = 0; i < c->policy.waiver_count; i++)
		c->waivers[i].expires_ms += by_ms;
	for (size_t i = 0; i < c->policy.check_count; i++)
		c->checks[i].warns_until_ms += by_ms;
	c->quarantine.expires_ms += by_ms;
}

void case_drop_check(struct random_case *c, size_t check)
{
	size_t record = case_record(c, check);

	if (record < c->evidence.record_count)
		case_drop_record(c, record);
	c->policy.check_count--;
	memmove(&c->checks[check], &c->checks[check + 1],
	        (c->policy.check_count - check) * sizeof(c->checks[0]));
}

static const char *text(const char *s)
{
	return s != NULL ? s : "-";
}

static void print_areas(const struct random_case *c, FILE *out)
{
	for (size_t i = 0; i < c->evidence.record_count; i++)
		if (c->records[i].area_count > 0)
			fprintf(out, "area of %s: %s low %s high %s\n",
			        c->records[i].check, c->records[i].areas->component,
			        c->records[i].areas->low, c->records[i].areas->high);
}

static void print_policy(const struct random_case *c, FILE *out)
{
	const struct gate_thresholds *t = &c->policy.thresholds;

	fprintf(out, "thresholds: go %s conditional %s coverage %s %s caps %s %s", t->go,
	        t->conditional, t->min_coverage_go, t->min_coverage_conditional,
	        t->cap_p0, t->cap_p1);
	fprintf(out, " attested %s n/a %s dirty %d\n", t->max_attested_share,
	        t->max_not_applicable_share, t->allow_dirty);
	for (size_t g = 0; g < c->policy.category_count; g++)
		fprintf(out, "category %s: weight %" PRIu64 " floors %s %s\n",
		        c->categories[g].id, c->categories[g].weight,
		        text(c->categories[g].floor), text(c->categories[g].hard_floor));
	for (size_t i = 0; i < c->policy.check_count; i++) {
		const struct gate_check *k = &c->checks[i];

		fprintf(out, "check %s: category %s weight %" PRIu64 " blocker %d", k->id,
		        category_ids[k->category], k->weight, k->blocker);
		fprintf(out, " required %d attest %d max_age %d same_tree %d n/a %s",
		        k->required, k->collector == GATE_COLLECT_ATTEST, k->has_max_age,
		        k->same_tree, text(k->not_applicable_reason));
		if (k->has_warns_until)
			fprintf(out, " warns until now+%" PRId64,
			        k->warns_until_ms - c->evidence.now_ms);
		fputc('\n', out);
	}
}

void case_print(const struct random_case *c, FILE *out)
{
	print_policy(c, out);
	for (size_t i = 0; i < c->evidence.record_count; i++) {
		const struct gate_record *r = &c->records[i];

		fprintf(out,
		        "record %s: %s low %s high %s ended %d now-%" PRId64 " tree %s\n",
		        r->check, gate_state_name(r->state), text(r->low), text(r->high),
		        r->has_ended, c->evidence.now_ms - r->ended_ms, text(r->tree));
	}
	for (size_t i = 0; i < c->policy.waiver_count; i++)
		fprintf(out, "waiver %s: owner %s approver %s expires now+%" PRId64 "\n",
		        c->waivers[i].check, c->waivers[i].owner, c->waivers[i].approver,
		        c->waivers[i].expires_ms - c->evidence.now_ms);
	if (c->policy.component_count > 0)
		print_areas(c, out);
	if (c->policy.quarantine_count > 0)
		fprintf(out, "quarantine until now+%" PRId64 "\n",
		        c->quarantine.expires_ms - c->evidence.now_ms);
	fprintf(out, "signoff rules %zu need %" PRIu64 "; subject tree %s dirty %d\n",
	        c->policy.signoff_count, c->signoff.need, text(c->evidence.subject.tree),
	        c->evidence.subject.dirty);
}
