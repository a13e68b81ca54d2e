// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/json.h"
#include "os/fs.h"
#include "record/scorecard_internal.h"

/* trend.json, as collect/trend.h describes it. */

#define TREND_MAX (UINT64_C(64) << 20)

static const char *text_of(struct arena *arena, const struct json *v, const char *key)
{
	return arena_str(arena, json_string(json_get(v, key)));
}

/* NULL unless all numbers are there. */
static const struct rep_trend *sums_of(struct arena *arena, const struct json *v)
{
	struct rep_trend *t = arena_new(arena, sizeof(*t));

	if (t == NULL || !json_u64(json_get(v, "new"), &t->fresh) ||
	    !json_u64(json_get(v, "fixed"), &t->fixed) ||
	    !json_u64(json_get(v, "unchanged"), &t->unchanged) ||
	    !json_u64(json_get(v, "uncompared"), &t->uncompared) ||
	    !json_u64(json_get(v, "unseen"), &t->unseen))
		return NULL;
	return t;
}

static void read_rules(struct rep_scorecard *out, struct arena *arena,
                       const struct json *list)
{
	const char **rules = arena_array(arena, json_count(list), sizeof(*rules));
	size_t n = 0;

	for (const struct json *v = json_first(list); rules != NULL && v != NULL;
	     v = json_next(v))
		if (json_string(v) != NULL)
			rules[n++] = arena_str(arena, json_string(v));
	out->trend_rules = rules;
	out->trend_rule_count = n;
}

static void read_trend(struct rep_scorecard *out, struct rep_check *checks,
                       struct arena *arena, const struct json *root)
{
	const struct json *of = json_get(root, "checks");
	const struct json *known = json_get(root, "known");

	for (size_t i = 0; i < out->check_count; i++)
		(void)json_u64(json_get(known, checks[i].id), &checks[i].known);
	out->trend_against = text_of(arena, root, "against");
	out->trend_version = text_of(arena, root, "against_version");
	out->trend_why_not = text_of(arena, root, "why_not");
	out->trend = sums_of(arena, json_get(root, "total"));
	if (out->trend == NULL)
		return;
	read_rules(out, arena, json_get(root, "rules_new"));
	for (size_t i = 0; i < out->check_count; i++)
		checks[i].trend = sums_of(arena, json_get(of, checks[i].id));
}

void scorecard_trend(struct rep_scorecard *out, struct rep_check *checks,
                     struct arena *arena, const char *dir)
{
	const char *path = arena_printf(arena, "%s/trend.json", dir);
	struct json_doc *doc = NULL;
	struct buf text = BUF_INIT;

	if (path != NULL && os_read_file(path, TREND_MAX, &text, NULL) == ERR_OK &&
	    json_parse(&doc, buf_span(&text), "trend.json", NULL) == ERR_OK)
		read_trend(out, checks, arena, json_root(doc));
	json_free(doc);
	buf_fini(&text);
}
