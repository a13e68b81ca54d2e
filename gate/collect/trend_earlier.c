// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/json.h"
#include "os/fs.h"
#include "trend_internal.h"

#define SMALL_MAX (UINT64_C(64) << 20) /* trend.json, run.json */
#define FINDINGS_MAX (UINT64_C(512) << 20)

/* ---- the earlier run ---- */

static bool read_json(struct trend *t, const char *name, struct json_doc **doc)
{
	const char *path = arena_printf(&t->arena, "%s/%s", t->in->against, name);
	struct buf text = BUF_INIT;
	bool ok;

	ok = path != NULL && os_read_file(path, SMALL_MAX, &text, NULL) == ERR_OK &&
	     json_parse(doc, buf_span(&text), name, NULL) == ERR_OK;
	buf_fini(&text);
	return ok;
}

static const char *text_of(struct trend *t, const struct json *v, const char *key)
{
	return arena_str(&t->arena, json_string(json_get(v, key)));
}

static void read_run(struct trend *t)
{
	struct json_doc *doc = NULL;

	if (read_json(t, "run.json", &doc)) {
		t->run = text_of(t, json_root(doc), "run");
		t->version = text_of(t, json_root(doc), "tool_version");
	}
	json_free(doc);
}

static bool read_gaps(struct trend *t, const struct json *list)
{
	bool ok = true;

	for (const struct json *v = json_first(list); ok && v != NULL; v = json_next(v)) {
		bool folder = false;

		(void)json_bool(json_get(v, "folder"), &folder); /* else none */
		ok = scan_gap_add(&t->gaps_then,
		                  span_str(json_string(json_get(v, "path"))),
		                  json_string(json_get(v, "rule")), folder);
	}
	return ok;
}

/* The rules and gaps of the earlier run; false if it does not say. */
static bool read_scan(struct trend *t)
{
	struct json_doc *doc = NULL;
	bool ok = read_json(t, "trend.json", &doc);
	const struct json *root = ok ? json_root(doc) : NULL;
	const struct json *v = json_first(json_get(root, "rules"));

	ok = ok && v != NULL;
	for (; ok && v != NULL; v = json_next(v))
		ok = json_string(v) != NULL &&
		     map_set(&t->then, span_str(json_string(v)), t);
	ok = ok && read_gaps(t, json_get(root, "skipped"));
	json_free(doc);
	return ok;
}

/* ---- its findings ---- */

/* A finding that is not there now is mended only where it would have been told. */
static bool seen_now(const struct trend *t, struct span path, const char *rule)
{
	size_t at = scan_rule_find(t->now.rules, t->now.count, rule);

	return at < t->now.count && t->now.on[at] &&
	       scan_sight_of(t->in->scan->sight, path, &t->now.rules[at]) !=
	               SCAN_SIGHT_NONE;
}

static void read_grades(struct scan_finding *f, const struct json *v)
{
	const char *scope = json_string(json_get(v, "scope"));
	const char *severity = json_string(json_get(v, "severity"));

	for (int i = 0; i < SCAN_SCOPES; i++)
		if (str_eq(scope, scan_scope_name((enum scan_scope)i)))
			f->scope = (enum scan_scope)i;
	for (int i = SCAN_NOTE; i <= SCAN_ERROR; i++)
		if (str_eq(severity, scan_severity_name((enum scan_severity)i)))
			f->severity = (enum scan_severity)i;
}

/* A line that is no finding says nothing. */
static bool add_then(struct trend *t, struct span line)
{
	struct json_doc *doc = NULL;
	const struct json *v;
	const struct json *details;
	const char *rule;
	struct seen *s = NULL;
	bool usable = json_parse(&doc, line, "findings.jsonl", NULL) == ERR_OK;

	v = usable ? json_root(doc) : NULL;
	details = json_get(v, "details");
	rule = text_of(t, v, "rule");
	usable = usable && rule != NULL && json_string(json_get(v, "path")) != NULL &&
	         json_string(json_get(v, "fingerprint")) != NULL;
	if (usable)
		s = gate_trend_add(t, rule, json_string(json_get(v, "fingerprint")));
	if (s != NULL) {
		read_grades(&s->finding, v);
		s->finding.is_copy = json_get(details, "duplicate_of") != NULL &&
		                     !str_starts(rule, "duplicate.");
		s->then = true;
		s->known = str_eq(json_string(json_get(details, "state")),
		                  scan_state_name(SCAN_KNOWN));
		s->compared =
			seen_now(t, span_str(json_string(json_get(v, "path"))), rule);
	}
	json_free(doc);
	return !usable || s != NULL;
}

static enum err_code read_then(struct trend *t, struct err *err)
{
	const char *path = arena_printf(&t->arena, "%s/findings.jsonl", t->in->against);
	struct buf text = BUF_INIT;
	struct span rest;
	struct span line;
	bool ok = path != NULL;

	if (ok && os_read_file(path, FINDINGS_MAX, &text, NULL) != ERR_OK)
		t->why = "its findings cannot be read";
	rest = buf_span(&text);
	while (ok && t->why == NULL && span_line(&rest, &line))
		ok = span_trim(line).len == 0 || add_then(t, line);
	buf_fini(&text);
	return ok ? ERR_OK : err_nomem(err);
}

enum err_code gate_trend_earlier(struct trend *t, struct err *err)
{
	if (t->in->against == NULL) {
		t->why = "there is no earlier run";
		return ERR_OK;
	}
	read_run(t);
	if (read_scan(t))
		return read_then(t, err);
	t->why = "it does not say which rules it ran";
	return ERR_OK;
}
