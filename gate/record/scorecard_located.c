// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/str.h"
#include "base/version.h"
#include "lib/json.h"
#include "os/fs.h"
#include "record/scorecard_internal.h"
#include "scanners/decode.h"
#include "scanners/rule.h"

#include <string.h>

/* All findings of a run for the formats of other programs. */

#define SCAN_MAX_BYTES (UINT64_C(64) << 20)

static const char *text_of(struct arena *arena, const struct json *v, const char *key)
{
	const char *s = json_string(json_get(v, key));

	return s != NULL ? arena_str(arena, s) : "";
}

/* The bytes of "path", which may not be UTF-8. */
static struct span path_of(struct arena *arena, const struct json *v)
{
	const char *encoded = json_string(json_get(v, "path_b64"));
	struct buf bytes = BUF_INIT;
	struct span path = SPAN_EMPTY;

	if (encoded == NULL)
		return span_str(text_of(arena, v, "path"));
	scan_base64_decode(span_str(encoded), &bytes);
	if (buf_ok(&bytes))
		path = span_of(arena_dup(arena, buf_span(&bytes)), bytes.len);
	buf_fini(&bytes);
	return path.ptr != NULL ? path : SPAN_EMPTY;
}

static uint64_t number_of(const struct json *v, const char *key)
{
	uint64_t n = 1;

	(void)json_u64(json_get(v, key), &n); /* else the first */
	return n;
}

static bool is_ascii(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

void scorecard_locate(struct rep_located *out, struct arena *arena,
                      const struct json *finding)
{
	const char *context = json_string(json_get(finding, "context"));

	*out = (struct rep_located){
		.rule = text_of(arena, finding, "rule"),
		.path = path_of(arena, finding),
		.line = number_of(finding, "line"),
		.column = number_of(finding, "column"),
		.end_line = number_of(finding, "end_line"),
		.end_column = number_of(finding, "end_column"),
		.severity = text_of(arena, finding, "severity"),
		.scope = text_of(arena, finding, "scope"),
		.message = text_of(arena, finding, "message"),
		.fingerprint = text_of(arena, finding, "fingerprint"),
		.state = text_of(arena, json_get(finding, "details"), "state"),
		.reason = "",
		.ascii = context != NULL && is_ascii(context),
	};
}

/* Those that found something or were broken: of a rule of the project only its name is
 * known here. */
static void add_rules(struct rep_findings *out, struct arena *arena,
                      const struct rep_rule_count *ids, size_t count)
{
	size_t all_count;
	const struct scan_rule *all = scan_rules(&all_count);
	struct rep_rule *rules = arena_array(arena, count, sizeof(*rules));

	for (size_t i = 0; rules != NULL && i < count; i++) {
		size_t at = scan_rule_find(all, all_count, ids[i].rule);
		const char *id = ids[i].rule;

		rules[i] =
			at == all_count
				? (struct rep_rule){ id, id, "A rule of the project.",
			                             "See seaworthy.yml.", "warning" }
				: (struct rep_rule){
					  id, all[at].title, all[at].why, all[at].remedy,
					  scan_severity_name(
						  all[at].severity[SCAN_PRODUCTION])
				  };
	}
	out->rules = rules;
	out->rule_count = rules != NULL ? count : 0;
}

static void add_missed(struct rep_findings *out, struct arena *arena,
                       const struct json *skipped)
{
	struct rep_missed *list = arena_array(arena, json_count(skipped), sizeof(*list));
	size_t n = 0;

	for (const struct json *s = json_first(skipped); s != NULL && list != NULL;
	     s = json_next(s))
		list[n++] = (struct rep_missed){
			path_of(arena, s),
			text_of(arena, s, "reason"),
			str_eq(json_string(json_get(s, "kind")), "unread") ||
				str_eq(json_string(json_get(s, "kind")), "no-data"),
		};
	out->missed = list;
	out->missed_count = n;
	out->complete = n == 0 && list != NULL;
}

/* What was not scanned stands in the artefact that the scans have in common. */
static void read_scan(struct rep_findings *out, struct arena *arena, const char *dir,
                      const char *sha256)
{
	const char *path = arena_printf(arena, "%s/artefacts/%s", dir, sha256);
	struct json_doc *doc = NULL;
	struct buf text = BUF_INIT;

	if (path != NULL && os_read_file(path, SCAN_MAX_BYTES, &text, NULL) == ERR_OK &&
	    json_parse(&doc, buf_span(&text), "scan.json", NULL) == ERR_OK)
		add_missed(out, arena, json_get(json_root(doc), "skipped"));
	json_free(doc);
	buf_fini(&text);
}

void scorecard_waive(struct rep_located *items, size_t count, struct arena *arena,
                     const struct rep_scorecard *s)
{
	struct map lines = MAP_INIT; /* fingerprint -> the waiver's line */

	for (size_t i = 0; i < s->waiver_count; i++) {
		const struct rep_waiver *v = &s->waivers[i];
		char *line;

		if (v->fingerprint == NULL || v->why != NULL)
			continue;
		line = arena_str(arena, s->waiver_lines[i]);
		if (line == NULL || !map_set(&lines, span_str(v->fingerprint), line))
			arena->failed = true;
	}
	for (size_t i = 0; i < count; i++)
		items[i].waived = map_get(&lines, span_str(items[i].fingerprint));
	map_fini(&lines);
}

static const struct rep_artefact *find_scan(const struct rep_scorecard *s)
{
	for (size_t i = 0; i < s->check_count; i++)
		for (size_t k = 0; k < s->checks[i].artefact_count; k++)
			if (str_eq(s->checks[i].artefacts[k].name, "scan.json"))
				return &s->checks[i].artefacts[k];
	return NULL;
}

/* Not selected, or not asked for by the policy; a scan that failed is an error. */
static bool is_absent(const struct rep_scorecard *s)
{
	for (size_t i = 0; i < s->check_count; i++)
		if (s->checks[i].state == REP_ERROR)
			return false;
	return find_scan(s) == NULL;
}

void scorecard_located(struct rep_scorecard *out, struct arena *arena, const char *dir,
                       const struct rep_located *items, size_t count,
                       const struct rep_rule_count *rules, size_t rule_count)
{
	struct rep_findings *all = arena_new(arena, sizeof(*all));
	const struct rep_artefact *scan = find_scan(out);

	if (all == NULL)
		return;
	all->version = version_string();
	all->items = items;
	all->count = count;
	/* A run without a scan has found nothing because it did not look. */
	if (scan != NULL)
		read_scan(all, arena, dir, scan->sha256);
	all->absent = is_absent(out);
	add_rules(all, arena, rules, rule_count);
	out->located = all;
}
