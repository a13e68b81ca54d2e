// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/str.h"
#include "lib/json.h"
#include "ops_internal.h"

#include <string.h>

/* Rules of Prometheus and dashboards of Grafana. */

/* ---- alerts ---- */

struct alerts {
	struct scan_pass *p;
	size_t base; /* of the document in the file */
	size_t last; /* place that something was said of, in the document */
	size_t back; /* bytes from such places to earlier ones, all together */
	size_t count;
};

enum { BACK_MAX = 1 << 26, LOOKED_AT_MAX = 1 << 27 };

/* Aliases name what is far before and far behind, as often as one likes, and to go to the
 * place of each takes its time. */
static size_t go_to(struct alerts *a, const struct yaml *n)
{
	size_t at = yaml_offset(n);

	a->back += at < a->last ? a->last - at : 0;
	a->last = at;
	return a->base + at;
}

static void say(struct alerts *a, enum ops_fact kind, const struct yaml *at,
                const char *message, const char *name)
{
	ops_say(a->p, kind, go_to(a, at), message, name);
}

static const struct yaml *runbook_of(const struct yaml *annotations)
{
	static const char *const keys[] = { "runbook_url", "runbook",  "runbook_link",
		                            "runbookURL",  "playbook", "playbook_url",
		                            NULL };

	for (size_t i = 0; keys[i] != NULL; i++)
		if (yaml_get(annotations, keys[i]) != NULL)
			return yaml_get(annotations, keys[i]);
	return NULL;
}

static void take_runbook(struct alerts *a, const struct yaml *rule, const char *name)
{
	const struct yaml *runbook = runbook_of(yaml_get(rule, "annotations"));
	const char *link = yaml_text(runbook);
	size_t start;

	if (link == NULL || link[0] == '\0') {
		say(a, OPS_ALERT_NO_RUNBOOK, rule, "no runbook for the alert ", name);
		return;
	}
	start = go_to(a, runbook);
	ops_note(
		a->p, OPS_RUNBOOK, start,
		start + (span_starts(span_from(a->p->source->text, start), span_str(link))
	                         ? strlen(link)
	                         : 0),
		span_str(link));
}

static bool is_blank(const struct yaml *n)
{
	return yaml_text(n) == NULL || span_trim(span_str(yaml_text(n))).len == 0;
}

static void take_alert(struct alerts *a, const struct yaml *rule)
{
	const struct yaml *alert = yaml_get(rule, "alert");
	const char *name = yaml_text(alert);

	if (a->count++ == 0)
		ops_note(a->p, OPS_ALERTS, a->base, a->base, SPAN_EMPTY);
	if (is_blank(yaml_get(rule, "expr")))
		say(a, OPS_ALERT_NO_EXPRESSION, alert, "no expression for the alert ",
		    name);
	if (yaml_get(rule, "for") == NULL && yaml_get(rule, "keep_firing_for") == NULL)
		say(a, OPS_ALERT_NO_DURATION, alert,
		    "fires at the first sample, without for: the alert ", name);
	if (is_blank(yaml_get(yaml_get(rule, "labels"), "severity")) &&
	    is_blank(yaml_get(yaml_get(rule, "labels"), "priority")))
		say(a, OPS_ALERT_NO_SEVERITY, alert, "no label severity on the alert ",
		    name);
	take_runbook(a, rule, name);
}

static void take_groups(struct alerts *a, const struct yaml *groups)
{
	for (size_t i = 0; i < yaml_count(groups); i++) {
		const struct yaml *rules = yaml_get(yaml_at(groups, i), "rules");

		for (size_t k = 0; yaml_type(rules) == YAML_LIST && k < yaml_count(rules);
		     k++) {
			const struct yaml *rule = yaml_at(rules, k);

			if (a->p->rc != ERR_OK || a->back >= BACK_MAX)
				return;
			/* Elsewhere (Grafana) an alert is said otherwise. */
			if (yaml_text(yaml_get(rule, "alert")) != NULL)
				take_alert(a, rule);
		}
	}
}

void ops_skip(struct scan_pass *p, const char *rule, enum scan_lack lack,
              const char *reason)
{
	size_t at = scan_rule_find(p->rules->rules, p->rules->count, rule);

	if (at < p->rules->count && p->rules->on[at])
		scan_pass_miss(p, p->rules->rules[at].id, lack, reason);
}

enum scan_lack ops_unread(const struct scan_pass *p, struct err *err)
{
	struct span text = p->source->text;

	err->msg[span_find_byte(span_str(err->msg), '\n')] = '\0';
	return ops_has(text, "{{") || ops_has(text, "{%") ? SCAN_OPEN : SCAN_UNREAD;
}

/* What cannot be read is unknown, not clean; templates of Helm are no YAML. */
static void skip_all(struct scan_pass *p, struct err *err)
{
	enum scan_lack lack = ops_unread(p, err);
	const char *reason = err->msg;

	if (ops_has(p->source->text, "{{-") || ops_has(p->source->text, ".Values.")) {
		reason = "alert rules in a template, which only Helm can read";
		lack = SCAN_OPEN;
	}
	ops_skip(p, "ops.alert-no-duration", lack, reason);
	ops_skip(p, "ops.alert-no-expression", lack, reason);
	ops_skip(p, "ops.alert-no-runbook", lack, reason);
	ops_skip(p, "ops.alert-no-severity", lack, reason);
}

static void take_document(struct alerts *a, struct span text)
{
	struct yaml_doc *doc = NULL;
	struct err err = ERR_INIT;
	enum err_code rc = yaml_parse(&doc, text, "alert rules", &err);
	const struct yaml *root;

	if (rc == ERR_OK) {
		root = yaml_root(doc);
		take_groups(a, yaml_get(root, "groups"));
		take_groups(a, yaml_get(yaml_get(root, "spec"), "groups"));
		if (a->back >= BACK_MAX) {
			(void)err_set(&err, ERR_LIMIT,
			              "not fully scanned: too many aliases of rules");
			skip_all(a->p, &err);
		}
	} else if (rc == ERR_NOMEM) {
		a->p->rc = rc;
	} else {
		skip_all(a->p, &err);
	}
	yaml_free(doc);
}

void ops_alerts(struct scan_pass *p)
{
	struct span rest = p->source->text;

	while (rest.len > 0 && p->rc == ERR_OK) {
		struct span text = span_sub(rest, 0, span_find(rest, SPAN_LIT("\n---")));
		struct alerts a = { .p = p,
			            .base = (size_t)(rest.ptr - p->source->text.ptr) };

		if (ops_has(text, "alert:"))
			take_document(&a, text);
		rest = span_from(rest, text.len + 4);
	}
}

/* ---- dashboards ---- */

struct panels {
	struct scan_pass *p;
	size_t count; /* rows do not count */
	size_t last;  /* where the last title stands */
	size_t work;  /* bytes in which titles were looked for */
};

static bool needs_query(const struct json *panel)
{
	static const char *const types[] = {
		"row",        "text",      "news",     "dashlist",
		"alertlist",  "welcome",   "annolist", "gettingstarted",
		"pluginlist", "homelinks", NULL
	};
	const char *type = json_string(json_get(panel, "type"));

	if (type == NULL || json_get(panel, "libraryPanel") != NULL ||
	    json_get(panel, "repeatPanelId") != NULL || strchr(type, '-') != NULL)
		return false; /* plugins have queries of their own */
	for (size_t i = 0; types[i] != NULL; i++)
		if (strcmp(type, types[i]) == 0)
			return false;
	return true;
}

/* Any that asks something; what other sources than Prometheus ask is taken as it is. */
static bool has_query(const struct json *panel)
{
	const struct json *target = json_first(json_get(panel, "targets"));

	for (; target != NULL; target = json_next(target)) {
		const char *expression = json_string(json_get(target, "expr"));

		if (expression == NULL || expression[0] != '\0')
			return true;
	}
	return false;
}

/* Behind the last one, or else anywhere; the text's length if it is nowhere. */
static size_t find_on(struct panels *s, struct span text, struct span what)
{
	size_t from = s->last + 1 < text.len ? s->last + 1 : 0;
	size_t at = from + span_find(span_from(text, from), what);

	s->work += at - from;
	if (at < text.len || from == 0)
		return at;
	s->work += text.len;
	return span_find(text, what);
}

/* Where the panel's title stands; where the last one stands if it cannot be told. */
static size_t place_of(struct panels *s, const char *title)
{
	struct span text = s->p->source->text;
	struct buf quoted = BUF_INIT;
	size_t at = text.len;

	buf_printf(&quoted, "\"%s\"", title != NULL ? title : "");
	if (buf_ok(&quoted) && title != NULL && title[0] != '\0' &&
	    s->work < LOOKED_AT_MAX)
		at = find_on(s, text, buf_span(&quoted));
	buf_fini(&quoted);
	if (at < text.len)
		s->last = at;
	return s->last;
}

static void take_panels(struct panels *s, const struct json *list, size_t depth)
{
	enum { DEPTH_MAX = 4 };
	const struct json *panel =
		json_type(list) == JSON_ARRAY ? json_first(list) : NULL;

	for (; panel != NULL && s->p->rc == ERR_OK; panel = json_next(panel)) {
		const char *title = json_string(json_get(panel, "title"));
		const char *type = json_string(json_get(panel, "type"));

		if (type == NULL || strcmp(type, "row") != 0)
			s->count++;
		if (needs_query(panel) && !has_query(panel))
			ops_say(s->p, OPS_PANEL_NO_QUERY, place_of(s, title),
			        "asks for nothing: the panel ",
			        title != NULL && title[0] != '\0' ? title
			                                          : "without title");
		if (depth < DEPTH_MAX && json_get(panel, "panels") != NULL)
			take_panels(s, json_get(panel, "panels"), depth + 1);
	}
}

static void take_dashboard(struct scan_pass *p, const struct json *root, bool surely)
{
	struct panels s = { .p = p };
	const struct json *board = json_get(root, "dashboard");
	const struct json *rows;

	board = json_type(board) == JSON_OBJECT ? board : root;
	rows = json_get(board, "rows");
	if (json_get(board, "panels") == NULL && rows == NULL &&
	    (!surely || json_get(board, "schemaVersion") == NULL))
		return; /* something else that lies beside them */
	take_panels(&s, json_get(board, "panels"), 0);
	if (json_type(rows) == JSON_ARRAY)
		for (rows = json_first(rows); rows != NULL; rows = json_next(rows))
			take_panels(&s, json_get(rows, "panels"), 0);
	if (s.count == 0 && json_get(board, "__elements") == NULL)
		ops_say(p, OPS_DASHBOARD_EMPTY, 0, "the dashboard has no panel", NULL);
}

void ops_dashboard(struct scan_pass *p, bool surely)
{
	struct json_doc *doc = NULL;
	struct err err = ERR_INIT;
	enum err_code rc = json_parse(&doc, p->source->text, "dashboard", &err);

	if (rc == ERR_OK)
		take_dashboard(p, json_root(doc), surely);
	else if (rc == ERR_NOMEM)
		p->rc = rc;
	else if (surely && p->source->text.len > 0)
		ops_say(p, OPS_DASHBOARD_INVALID, 0, err.msg, NULL);
	json_free(doc);
}
