// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/str.h"
#include "base/when.h"
#include "lib/json.h"
#include "os/fs.h"
#include "record/scorecard_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * The runs before this one, as the scorecard.json that each left behind tells them: for
 * the page to draw, never for a number or a decision. One that cannot be read is left
 * out.
 */

#define MAX_PAST 30
#define MAX_LOOKED_AT 100
#define CARD_MAX (UINT64_C(16) << 20)

struct past {
	struct rep_scorecard *out;
	struct arena *arena;
	struct rep_past *runs; /* newest first, until they are turned */
	size_t count;
};

static bool decision_of(const char *word, enum rep_decision *out)
{
	for (int d = REP_GO; d <= REP_NO_GO; d++)
		if (str_eq(word, rep_decision_name((enum rep_decision)d))) {
			*out = (enum rep_decision)d;
			return true;
		}
	return false;
}

static bool state_of(const char *word, enum rep_state *out)
{
	for (int s = REP_PASS; s <= REP_NOT_APPLICABLE; s++)
		if (str_eq(word, rep_state_name((enum rep_state)s))) {
			*out = (enum rep_state)s;
			return true;
		}
	return false;
}

/* A number of one decimal, as the writer prints them; 0 for null. */
static bool tenths_of(const struct json *v, int64_t *out)
{
	double number;

	*out = 0;
	if (json_type(v) == JSON_NULL)
		return true;
	if (!json_double(v, &number) || !(number >= 0) || number > 100)
		return false;
	*out = (int64_t)(number * 10 + 0.5);
	return true;
}

/* ---- what changed since the last of them ---- */

static int largest_first(const void *a, const void *b)
{
	const struct rep_change *x = a;
	const struct rep_change *y = b;
	const int64_t dx = x->delta < 0 ? -x->delta : x->delta;
	const int64_t dy = y->delta < 0 ? -y->delta : y->delta;

	return dx != dy ? (dx < dy) - (dx > dy) : strcmp(x->check, y->check);
}

static bool changed(struct rep_change *c, const struct rep_check *now,
                    const struct json *was)
{
	int64_t earned = 0;

	*c = (struct rep_change){ .check = now->id, .is = now->state };
	if (was == NULL) {
		c->fresh = true;
	} else if (!state_of(json_string(json_get(was, "state")), &c->was) ||
	           !tenths_of(json_get(was, "contribution"), &earned)) {
		return false;
	}
	c->delta = (now->has_contribution ? now->contribution : 0) - earned;
	return c->fresh || c->was != c->is || c->delta != 0;
}

/* The checks of the earlier run by id; false without memory. */
static bool index_checks(struct map *by_id, struct arena *arena,
                         const struct json *checks)
{
	for (const struct json *v = json_first(checks); v != NULL; v = json_next(v)) {
		const struct json **slot = arena_new(arena, sizeof(const struct json *));
		const char *id = json_string(json_get(v, "id"));

		if (slot == NULL || (id != NULL && !map_set(by_id, span_str(id), slot)))
			return false;
		*slot = v;
	}
	return true;
}

static void compare_checks(struct past *p, const struct json *checks)
{
	const size_t n = p->out->check_count;
	struct rep_change *list = arena_array(p->arena, n + 1, sizeof(*list));
	struct map by_id = MAP_INIT;
	size_t known = 0;
	size_t count = 0;

	if (list == NULL || !index_checks(&by_id, p->arena, checks))
		goto out;
	for (size_t i = 0; i < n; i++) {
		const struct rep_check *now = &p->out->checks[i];
		const struct json **was = map_get(&by_id, span_str(now->id));

		known += was != NULL;
		count += changed(&list[count], now, was != NULL ? *was : NULL);
	}
	qsort(list, count, sizeof(*list), largest_first);
	p->out->changes = list;
	p->out->change_count = count;
	p->out->checks_gone = json_count(checks) - known;
out:
	map_fini(&by_id);
}

/* ---- the runs ---- */

static bool read_card(struct past *p, const struct json *card)
{
	struct rep_past *r = &p->runs[p->count];
	const char *started = json_string(json_get(card, "started"));
	const char *digest = json_string(json_get(json_get(card, "policy"), "digest"));

	r->run = arena_str(p->arena, json_string(json_get(card, "run")));
	if (r->run == NULL || started == NULL ||
	    !when_parse(span_str(started), &r->started_ms) ||
	    !decision_of(json_string(json_get(card, "decision")), &r->decision) ||
	    !tenths_of(json_get(json_get(card, "score"), "final"), &r->final))
		return false;
	if (p->count == 0) {
		p->out->policy_changed = !str_eq(digest, p->out->policy.digest);
		compare_checks(p, json_get(card, "checks"));
	}
	return true;
}

/* A run of a part knows nothing of the rest: that is no change. */
static bool is_part(const struct past *p, const char *dir)
{
	const char *path = arena_printf(p->arena, "%s/run.json", dir);
	struct json_doc *doc = NULL;
	struct buf text = BUF_INIT;
	bool part = false;

	if (path != NULL && os_read_file(path, CARD_MAX, &text, NULL) == ERR_OK &&
	    json_parse(&doc, buf_span(&text), "run.json", NULL) == ERR_OK)
		part = json_string(json_get(json_root(doc), "selection")) != NULL;
	json_free(doc);
	buf_fini(&text);
	return part;
}

static void read_run(struct past *p, const char *dir)
{
	const char *path = arena_printf(p->arena, "%s/scorecard.json", dir);
	struct json_doc *doc = NULL;
	struct buf text = BUF_INIT;

	if (path != NULL && !is_part(p, dir) &&
	    os_read_file(path, CARD_MAX, &text, NULL) == ERR_OK &&
	    json_parse(&doc, buf_span(&text), "scorecard.json", NULL) == ERR_OK)
		p->count += read_card(p, json_root(doc));
	json_free(doc);
	buf_fini(&text);
}

void scorecard_past(struct rep_scorecard *out, struct arena *arena, const char *dir)
{
	struct past p = { .out = out, .arena = arena };
	struct span id = SPAN_EMPTY;
	const char *root = gate_recorded_project(arena, dir, &id);
	const char **dirs = NULL;
	size_t count = 0;

	p.runs = arena_array(arena, MAX_PAST, sizeof(*p.runs));
	if (root == NULL || p.runs == NULL ||
	    gate_recorded_list(root, arena, &dirs, &count, NULL) != ERR_OK)
		return;
	for (size_t i = 0, seen = 0;
	     i < count && p.count < MAX_PAST && seen < MAX_LOOKED_AT; i++) {
		const struct span other = span_str(dirs[i]);

		if (span_cmp(span_from(other, span_rfind_byte(other, '/') + 1), id) >= 0)
			continue;
		seen++;
		read_run(&p, dirs[i]);
	}
	for (size_t i = 0; i < p.count / 2; i++) {
		const struct rep_past newer = p.runs[i];

		p.runs[i] = p.runs[p.count - 1 - i];
		p.runs[p.count - 1 - i] = newer;
	}
	out->past = p.runs;
	out->past_count = p.count;
}
