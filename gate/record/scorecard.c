// SPDX-License-Identifier: Apache-2.0
#include "record/scorecard.h"

#include "base/version.h"
#include "base/when.h"
#include "record/release.h"
#include "record/scorecard_internal.h"
#include "verdict/gain.h"
#include "verdict/possible.h"

#include <string.h>

#define MAX_GAINS 50
#define MAX_TAILS 1000

struct filling {
	struct rep_scorecard *out;
	struct arena *arena;
	const struct gate_assessment *a;
	const struct gate_recorded *r;
	size_t tails; /* read so far */
};

void scorecard_note(struct rep_scorecard *out, struct arena *arena, const char *text)
{
	const char **notes = arena_array(arena, out->note_count + 1, sizeof(*notes));

	if (notes == NULL)
		return;
	for (size_t i = 0; i < out->note_count; i++)
		notes[i] = out->notes[i];
	notes[out->note_count] = arena_str(arena, text);
	out->notes = notes;
	out->note_count++;
}

static enum rep_state state_of(enum gate_state s)
{
	switch (s) {
	case GATE_PASS:
		return REP_PASS;
	case GATE_WARN:
		return REP_WARN;
	case GATE_FAIL:
		return REP_FAIL;
	case GATE_ERROR:
		return REP_ERROR;
	case GATE_NOT_APPLICABLE:
		return REP_NOT_APPLICABLE;
	case GATE_UNKNOWN:
		break;
	}
	return REP_UNKNOWN;
}

enum rep_decision gate_scorecard_decision(enum gate_decision d)
{
	switch (d) {
	case GATE_GO:
		return REP_GO;
	case GATE_CONDITIONAL_GO:
		return REP_CONDITIONAL_GO;
	case GATE_NO_GO:
		break;
	}
	return REP_NO_GO;
}

static enum rep_band band_of(int band)
{
	static const enum rep_band bands[] = { REP_BAND_NONE, REP_GREEN, REP_YELLOW,
		                               REP_RED };

	return bands[band];
}

static const char *blocker_of(const struct gate_check *c)
{
	if (c->blocker == GATE_NO_BLOCKER)
		return NULL;
	return c->blocker == GATE_P0 ? "P0" : "P1";
}

static void fill_released(struct filling *f)
{
	const struct gate_artefact *files;
	const size_t count = gate_release_of(f->r, &files);
	struct rep_released *list = arena_array(f->arena, count + 1, sizeof *list);

	for (size_t i = 0; list != NULL && i < count; i++)
		list[i] = (struct rep_released){ files[i].name, files[i].sha256,
			                         files[i].bytes };
	f->out->subject.released = list;
	f->out->subject.released_count = list != NULL ? count : 0;
}

static void fill_head(struct filling *f)
{
	const struct gate_policy *p = f->a->policy;
	const struct gate_subject *s = f->a->subject;

	f->out->tool_version = version_string();
	f->out->run = f->r->run;
	f->out->subject.path = s->path;
	f->out->subject.commit = s->commit;
	f->out->subject.tree = s->tree;
	f->out->subject.has_dirty = s->has_dirty;
	f->out->subject.dirty = s->dirty;
	fill_released(f);
	f->out->policy.digest = p->digest;
	f->out->policy.path = p->path;
	f->out->policy.profile = p->profile;
	f->out->now_ms = f->a->now_ms;
	f->out->started_ms = f->r->complete ? f->r->started_ms : f->a->now_ms;
	if (f->r->complete && f->r->ended_ms > f->r->started_ms)
		f->out->duration_s = (double)(f->r->ended_ms - f->r->started_ms) / 1000.0;
}

/* The policy's decimal in tenths, for the scale. */
static int64_t tenths_of(const char *decimal)
{
	struct gate_ratio r = GATE_RATIO_INIT;
	int64_t tenths = 0;

	if (decimal != NULL && gate_ratio_set_decimal(&r, span_str(decimal)))
		tenths = gate_ratio_floor(&r, 10);
	gate_ratio_fini(&r);
	return tenths;
}

static void fill_score(struct filling *f)
{
	const struct gate_assessment *a = f->a;

	f->out->lower = a->lower_tenths;
	f->out->upper = a->upper_tenths;
	f->out->final = a->final_tenths;
	f->out->coverage = a->coverage_tenthousandths;
	f->out->coverage_measured = gate_ratio_floor(&a->coverage_measured, 10000);
	f->out->coverage_attested = f->out->coverage - f->out->coverage_measured;
	f->out->has_cap = a->cap != NULL;
	f->out->cap = tenths_of(a->cap);
	f->out->go_at = tenths_of(a->policy->thresholds.go);
	f->out->conditional_at = tenths_of(a->policy->thresholds.conditional);
	f->out->cap_reason = a->cap_reason;
	f->out->decision = gate_scorecard_decision(a->decision);
	f->out->reasons = a->reasons;
	f->out->reason_count = a->reason_count;
	f->out->notes = a->notes;
	f->out->note_count = a->note_count;
}

static void fill_conditions(struct filling *f)
{
	size_t n = f->a->condition_count;
	struct rep_condition *list = arena_array(f->arena, n, sizeof(*list));
	char deadline[WHEN_TEXT];

	for (size_t i = 0; list != NULL && i < n; i++) {
		const struct gate_condition *c = &f->a->conditions[i];

		list[i].check = c->check;
		list[i].of_sum = c->of_sum;
		list[i].reason = c->reason;
		list[i].owner = c->owner;
		if (!c->has_deadline)
			continue;
		when_format(c->deadline_ms, false, deadline);
		list[i].deadline = arena_str(f->arena, deadline);
	}
	f->out->conditions = list;
	f->out->condition_count = list != NULL ? n : 0;
}

static struct rep_part *fill_parts(struct filling *f,
                                   const struct gate_assessed_area *areas, size_t count)
{
	struct rep_part *list = arena_array(f->arena, count, sizeof(*list));

	for (size_t i = 0; list != NULL && i < count; i++)
		list[i] = (struct rep_part){
			.name = areas[i].name,
			.owner = areas[i].owner,
			.critical = areas[i].critical,
			.has_score = areas[i].has_score,
			.score = gate_ratio_floor(&areas[i].lower, 10),
			.possible = gate_ratio_floor(&areas[i].upper, 10),
		};
	return list;
}

static void fill_areas(struct filling *f)
{
	f->out->components = fill_parts(f, f->a->components, f->a->component_count);
	f->out->owners = fill_parts(f, f->a->owners, f->a->owner_count);
	f->out->component_count = f->out->components != NULL ? f->a->component_count : 0;
	f->out->owner_count = f->out->owners != NULL ? f->a->owner_count : 0;
}

/* Blockers that do not pass, and those a waiver holds open. */
static void fill_blockers(struct filling *f)
{
	const struct gate_policy *p = f->a->policy;
	struct rep_blocker *list = arena_array(f->arena, p->check_count, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; list != NULL && i < p->check_count; i++) {
		const struct gate_assessed_check *s = &f->a->checks[i];
		bool good = s->state == GATE_PASS || s->state == GATE_NOT_APPLICABLE;

		if (p->checks[i].blocker == GATE_NO_BLOCKER || s->warns_only ||
		    (good && !s->waived))
			continue;
		list[n].check = p->checks[i].id;
		list[n].priority = blocker_of(&p->checks[i]);
		list[n].state = state_of(s->state);
		list[n].waived = s->waived;
		n++;
	}
	f->out->blockers = list;
	f->out->blocker_count = n;
}

static struct rep_category *fill_categories(struct filling *f)
{
	const struct gate_policy *p = f->a->policy;
	struct rep_category *list;

	list = arena_array(f->arena, p->category_count, sizeof(*list));
	for (size_t g = 0; list != NULL && g < p->category_count; g++) {
		const struct gate_assessed_category *s = &f->a->categories[g];

		list[g].id = p->categories[g].id;
		list[g].title = p->categories[g].title;
		list[g].weight = p->categories[g].weight;
		list[g].has_score = s->applicable;
		list[g].score = gate_ratio_floor(&s->score, 10);
		list[g].contribution = s->contribution;
		list[g].band = band_of(s->band);
	}
	f->out->categories = list;
	f->out->category_count = list != NULL ? p->category_count : 0;
	return list;
}

static void fill_artefacts(struct filling *f, struct rep_check *k,
                           const struct gate_record *r)
{
	size_t n = r != NULL ? r->artefact_count : 0;
	struct rep_artefact *list = arena_array(f->arena, n, sizeof(*list));

	for (size_t i = 0; list != NULL && i < n; i++) {
		list[i].sha256 = r->artefacts[i].sha256;
		list[i].name = r->artefacts[i].name != NULL ? r->artefacts[i].name : "";
		list[i].bytes = r->artefacts[i].bytes;
		if (f->tails++ < MAX_TAILS)
			list[i].tail = scorecard_tail(f->arena, f->r->dir,
			                              r->artefacts[i].sha256);
	}
	k->artefacts = list;
	k->artefact_count = list != NULL ? n : 0;
}

static void fill_check(struct filling *f, struct rep_check *k, size_t i)
{
	const struct gate_check *c = &f->a->policy->checks[i];
	const struct gate_assessed_check *s = &f->a->checks[i];
	char value[64];

	k->id = c->id;
	k->title = c->title;
	k->category = f->a->policy->categories[c->category].id;
	k->weight = c->weight;
	k->state = state_of(s->state);
	if (s->state == GATE_PASS || s->state == GATE_WARN || s->state == GATE_FAIL) {
		gate_ratio_text(&s->low, 6, value);
		k->value = arena_str(f->arena, value);
	}
	k->has_contribution = s->applicable;
	k->contribution = s->contribution;
	k->measured = s->record != NULL ? s->record->measured : NULL;
	k->target = c->has_scale ? c->scale_pass : NULL;
	k->unit = c->scale_unit;
	if (s->record != NULL && s->record->unit != NULL)
		k->unit = s->record->unit;
	k->blocker = blocker_of(c);
	k->required = gate_check_required(c);
	k->attested = s->attested;
	k->waived = s->waived;
	k->message = s->message;
	k->remedy = gate_remedy(f->a, i, f->arena);
	fill_artefacts(f, k, s->record);
}

static struct rep_check *fill_checks(struct filling *f)
{
	size_t n = f->a->policy->check_count;
	struct rep_check *list = arena_array(f->arena, n, sizeof(*list));

	for (size_t i = 0; list != NULL && i < n; i++)
		fill_check(f, &list[i], i);
	f->out->checks = list;
	f->out->check_count = list != NULL ? n : 0;
	return list;
}

/* Tenths of what each row can contribute, next to what it does. */
static enum err_code fill_possible(struct filling *f, struct rep_category *categories,
                                   struct rep_check *checks, struct err *err)
{
	size_t groups = f->out->category_count;
	size_t rows = f->out->check_count;
	int64_t *of_groups = arena_array(f->arena, groups + 1, sizeof(*of_groups));
	int64_t *of_rows = arena_array(f->arena, rows + 1, sizeof(*of_rows));
	enum err_code rc;

	if (of_groups == NULL || of_rows == NULL || categories == NULL || checks == NULL)
		return err_nomem(err);
	if ((rc = gate_possible(f->a, of_groups, of_rows, err)) != ERR_OK)
		return rc;
	for (size_t g = 0; g < groups; g++)
		categories[g].possible = of_groups[g];
	for (size_t i = 0; i < rows; i++)
		checks[i].possible = of_rows[i];
	return ERR_OK;
}

static enum err_code fill_gains(struct filling *f, struct err *err)
{
	struct gate_gain *gains = NULL;
	struct rep_gain *list;
	size_t count = 0;
	size_t n;
	enum err_code rc = gate_gains_find(&gains, &count, f->a, err);

	if (rc != ERR_OK)
		return rc;
	n = count < MAX_GAINS ? count : MAX_GAINS;
	list = arena_array(f->arena, n, sizeof(*list));
	for (size_t i = 0; list != NULL && i < n; i++) {
		const char *text = gate_remedy(f->a, gains[i].check, f->arena);

		list[i].check = f->a->policy->checks[gains[i].check].id;
		list[i].text = text != NULL ? text : "withdraw its waiver";
		/* To pass in full adds what its row lost, in the same tenths. */
		list[i].gain = f->out->checks[gains[i].check].possible -
		               f->out->checks[gains[i].check].contribution;
		list[i].score = gate_gain_score(f->a, &gains[i], list[i].gain);
	}
	f->out->gains = list;
	f->out->gain_count = list != NULL ? n : 0;
	gate_gains_free(gains, count);
	return ERR_OK;
}

enum err_code gate_scorecard_fill(struct rep_scorecard *out, struct arena *arena,
                                  const struct gate_assessment *a,
                                  const struct gate_recorded *r, struct err *err)
{
	struct filling f = { out, arena, a, r, 0 };
	struct rep_category *categories;
	struct rep_check *checks;
	enum err_code rc;

	memset(out, 0, sizeof(*out));
	fill_head(&f);
	fill_score(&f);
	fill_conditions(&f);
	scorecard_people(out, arena, a);
	fill_areas(&f);
	fill_blockers(&f);
	categories = fill_categories(&f);
	checks = fill_checks(&f);
	if ((rc = fill_possible(&f, categories, checks, err)) != ERR_OK ||
	    (rc = fill_gains(&f, err)) != ERR_OK)
		return rc;
	if ((rc = scorecard_risks(out, arena, a, err)) != ERR_OK)
		return rc;
	if (r->selection == NULL)
		scorecard_past(out, arena, r->dir);
	scorecard_suites(out, arena, r);
	scorecard_trend(out, checks, arena, r->dir);
	scorecard_coverage(out, checks, arena, r->dir);
	scorecard_bench(out, arena, r->dir);
	return scorecard_findings(out, arena, r, err);
}
