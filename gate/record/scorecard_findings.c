// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/str.h"
#include "lib/json.h"
#include "record/scorecard_internal.h"
#include "scanners/scope.h"

#include <stdlib.h>
#include <string.h>

/* What a page can show at once. */
#define MAX_KEPT 10000

/* Lists by severity: error, warning, and the rest; and in each by how much a scope
 * counts, production first. */
enum { SEVERITIES = 3, RANKS = SEVERITIES * SCAN_SCOPES };

struct tally {
	struct arena *arena;
	struct map by_rule;            /* rule -> its struct rep_rule_count */
	struct rep_rule_count **rules; /* sorted at the end; known ones count 0 */
	size_t rule_count;
	size_t rule_cap;
	struct rep_finding *kept[RANKS];
	size_t kept_count[RANKS];
	size_t kept_cap[RANKS];
	struct rep_located *located;
	size_t located_count;
	size_t located_cap;
	uint64_t total;
	uint64_t known;  /* accepted: not in total */
	uint64_t broken; /* lines that are no finding */
};

static bool count_rule(struct tally *t, const char *rule, bool known)
{
	struct rep_rule_count *found = map_get(&t->by_rule, span_str(rule));
	struct rep_rule_count **slot;

	if (found == NULL) {
		found = arena_new(t->arena, sizeof(*found));
		slot = arena_push(t->arena, &t->rules, &t->rule_count, &t->rule_cap,
		                  sizeof(*slot));
		if (found == NULL || slot == NULL ||
		    !map_set(&t->by_rule, span_str(rule), found))
			return false;
		found->rule = arena_str(t->arena, rule);
		*slot = found;
	}
	found->count += !known;
	return true;
}

static size_t rank(const char *severity, const char *scope)
{
	size_t of_severity = str_eq(severity, "error")     ? 0
	                     : str_eq(severity, "warning") ? 1
	                                                   : 2;
	int weight = 0;

	for (int s = 0; s < SCAN_SCOPES; s++)
		if (str_eq(scope, scan_scope_name((enum scan_scope)s)))
			weight = scan_scope_weight((enum scan_scope)s);
	return of_severity * SCAN_SCOPES + (size_t)(SCAN_SCOPES - 1 - weight);
}

static const char *text_of(struct arena *arena, const struct json *v, const char *key)
{
	const char *s = json_string(json_get(v, key));

	return s != NULL ? arena_str(arena, s) : "";
}

static void keep(struct tally *t, const struct json *v)
{
	size_t at = rank(json_string(json_get(v, "severity")),
	                 json_string(json_get(v, "scope")));
	struct rep_finding *f;

	if (t->kept_count[at] >= MAX_KEPT)
		return;
	f = arena_push(t->arena, &t->kept[at], &t->kept_count[at], &t->kept_cap[at],
	               sizeof(*f));
	if (f == NULL)
		return;
	f->rule = text_of(t->arena, v, "rule");
	f->path = text_of(t->arena, v, "path");
	f->severity = text_of(t->arena, v, "severity");
	f->scope = text_of(t->arena, v, "scope");
	f->message = text_of(t->arena, v, "message");
	f->context = text_of(t->arena, v, "context");
	(void)json_u64(json_get(v, "line"), &f->line); /* else 0, and not shown */
	(void)json_u64(json_get(v, "column"), &f->column);
}

static bool is_known(const struct json *finding)
{
	const struct json *details = json_get(finding, "details");

	return str_eq(json_string(json_get(details, "state")),
	              scan_state_name(SCAN_KNOWN));
}

static void locate(struct tally *t, const struct json *finding)
{
	struct rep_located *to = arena_push(t->arena, &t->located, &t->located_count,
	                                    &t->located_cap, sizeof(*to));

	if (to != NULL)
		scorecard_locate(to, t->arena, finding);
}

static bool take_line(struct tally *t, struct span line)
{
	struct json_doc *doc = NULL;
	const char *rule = NULL;
	bool ok = true;

	if (json_parse(&doc, line, "findings.jsonl", NULL) == ERR_OK)
		rule = json_string(json_get(json_root(doc), "rule"));
	if (rule == NULL) {
		t->broken++;
	} else {
		bool known = is_known(json_root(doc));

		ok = count_rule(t, rule, known);
		locate(t, json_root(doc));
		t->total += !known;
		t->known += known;
		if (!known)
			keep(t, json_root(doc));
	}
	json_free(doc);
	return ok;
}

static int by_name(const void *a, const void *b)
{
	const struct rep_rule_count *x = a;
	const struct rep_rule_count *y = b;

	return strcmp(x->rule, y->rule);
}

/* Rules of which all findings are known are in the list of formats only. */
static void publish_rules(struct rep_scorecard *out, struct tally *t, const char *dir)
{
	struct rep_rule_count *all =
		arena_array(t->arena, t->rule_count + 1, sizeof(*all));
	struct rep_rule_count *list =
		arena_array(t->arena, t->rule_count + 1, sizeof(*list));
	size_t n = 0;

	if (all == NULL || list == NULL)
		return;
	for (size_t i = 0; i < t->rule_count; i++)
		all[i] = *t->rules[i];
	if (t->rule_count > 0)
		qsort(all, t->rule_count, sizeof(*all), by_name);
	for (size_t i = 0; i < t->rule_count; i++)
		if (all[i].count > 0)
			list[n++] = all[i];
	out->findings_by_rule = list;
	out->findings_by_rule_count = n;
	scorecard_waive(t->located, t->located_count, t->arena, out);
	scorecard_located(out, t->arena, dir, t->located, t->located_count, all,
	                  t->rule_count);
}

static void publish_kept(struct rep_scorecard *out, struct tally *t)
{
	struct rep_finding *list = arena_array(t->arena, MAX_KEPT, sizeof(*list));
	size_t n = 0;

	if (list == NULL)
		return;
	for (size_t s = 0; s < RANKS; s++)
		for (size_t i = 0; i < t->kept_count[s] && n < MAX_KEPT; i++)
			list[n++] = t->kept[s][i];
	out->findings = list;
	out->finding_count = n;
}

enum err_code scorecard_findings(struct rep_scorecard *out, struct arena *arena,
                                 const struct gate_recorded *r, struct err *err)
{
	struct tally t = { .arena = arena, .by_rule = MAP_INIT };
	struct span rest = buf_span(&r->findings);
	struct span line;
	bool ok = true;

	while (ok && span_line(&rest, &line))
		if (span_trim(line).len > 0)
			ok = take_line(&t, line);
	out->findings_total = t.total;
	out->findings_known = t.known;
	publish_rules(out, &t, r->dir);
	publish_kept(out, &t);
	if (t.broken > 0)
		scorecard_note(out, arena,
		               arena_printf(arena,
		                            "findings.jsonl: %llu line%s no finding",
		                            (unsigned long long)t.broken,
		                            t.broken == 1 ? " is" : "s are"));
	map_fini(&t.by_rule);
	return ok ? arena_err(arena, err) : err_nomem(err);
}
