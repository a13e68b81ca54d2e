// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "findings.h"
#include "lib/json.h"

#include <stdio.h>
#include <string.h>

/*
 * SARIF 2.1.0. GitHub shows a finding at one place, refuses empty texts and more than
 * 25,000 results, and goes by primaryLocationLineHash to know a finding again.
 */

enum { TEXT_MAX = 1000, NOTES_MAX = 1000 };

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static void put_text(struct json_writer *w, const char *key, const char *text)
{
	json_put_key(w, key);
	json_open(w, '{');
	json_field_span(w, "text", span_sub(span_str(text), 0, TEXT_MAX));
	json_close(w, '}');
}

static struct span family_of(const char *id)
{
	return span_sub(span_str(id), 0, span_find_byte(span_str(id), '.'));
}

static bool is_security(struct span family)
{
	return span_eq_str(family, "secret") || span_eq_str(family, "dependency") ||
	       span_eq_str(family, "workflow");
}

/* GitHub's scale: 7 and more is high, 4 and more medium. */
static const char *security_severity(const char *severity)
{
	if (str_eq(severity, "error"))
		return "8.0";
	return str_eq(severity, "warning") ? "5.0" : "2.0";
}

static void put_rule(struct json_writer *w, const struct rep_rule *r)
{
	struct span family = family_of(r->id);

	json_open(w, '{');
	json_field_str(w, "id", r->id);
	put_text(w, "shortDescription", r->title);
	put_text(w, "fullDescription", r->why);
	put_text(w, "help", r->remedy);
	json_put_key(w, "defaultConfiguration");
	json_open(w, '{');
	json_field_str(w, "level", r->severity);
	json_close(w, '}');
	json_put_key(w, "properties");
	json_open(w, '{');
	json_put_key(w, "tags");
	json_open(w, '[');
	json_put_string(w, family);
	if (is_security(family))
		json_put_str(w, "security");
	json_close(w, ']');
	json_field_str(w, "problem.severity",
	               str_eq(r->severity, "note") ? "recommendation" : r->severity);
	if (is_security(family))
		json_field_str(w, "security-severity", security_severity(r->severity));
	json_close(w, '}');
	json_close(w, '}');
}

static void put_uri(struct json_writer *w, struct span path)
{
	struct buf uri = BUF_INIT;

	rep_put_uri(&uri, path);
	json_put_key(w, "artifactLocation");
	json_open(w, '{');
	json_field_span(w, "uri", buf_span(&uri));
	json_field_str(w, "uriBaseId", "%SRCROOT%");
	json_close(w, '}');
	w->out->failed = w->out->failed || !buf_ok(&uri);
	buf_fini(&uri);
}

static void put_place(struct json_writer *w, const struct rep_located *f)
{
	json_put_key(w, "locations");
	json_open(w, '[');
	json_open(w, '{');
	json_put_key(w, "physicalLocation");
	json_open(w, '{');
	put_uri(w, f->path);
	json_put_key(w, "region");
	json_open(w, '{');
	json_field_u64(w, "startLine", f->line);
	/* SARIF counts characters, not bytes. */
	if (f->ascii)
		json_field_u64(w, "startColumn", f->column);
	json_field_u64(w, "endLine", f->end_line);
	if (f->ascii)
		json_field_u64(w, "endColumn", f->end_column);
	json_close(w, '}');
	json_close(w, '}');
	json_close(w, '}');
	json_close(w, ']');
}

static void put_suppression(struct json_writer *w, const char *why)
{
	json_open(w, '{');
	json_field_str(w, "kind", "external");
	json_field_str(w, "status", "accepted");
	if (why[0] != '\0')
		json_field_str(w, "justification", why);
	json_close(w, '}');
}

/* Accepted and waived findings are told, with the reason why they are. */
static void put_state(struct json_writer *w, const struct rep_located *f)
{
	if (f->state[0] != '\0')
		json_field_str(w, "baselineState",
		               str_eq(f->state, "new") ? "new" : "unchanged");
	if (!rep_is_known(f) && f->waived == NULL)
		return;
	json_put_key(w, "suppressions");
	json_open(w, '[');
	if (rep_is_known(f))
		put_suppression(w, f->reason);
	if (f->waived != NULL)
		put_suppression(w, f->waived);
	json_close(w, ']');
}

/* Rules are sorted. */
static size_t rule_index(const struct rep_findings *all, const char *id)
{
	size_t low = 0;
	size_t high = all->rule_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(all->rules[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* SARIF has no place for the commit of one result. */
static void put_origin(struct json_writer *w, const struct rep_origin *o)
{
	if (o == NULL)
		return;
	if (o->ref != NULL)
		json_field_str(w, "ref", o->ref);
	else
		json_field_str(w, "commit", o->commit);
	if (o->author == NULL)
		return;
	json_field_str(w, "author", o->author);
	json_field_str(w, "date", o->day);
}

static void put_result(struct json_writer *w, const struct rep_findings *all,
                       const struct rep_located *f)
{
	struct buf message = BUF_INIT;

	json_open(w, '{');
	json_field_str(w, "ruleId", f->rule);
	json_field_u64(w, "ruleIndex", rule_index(all, f->rule));
	json_field_str(w, "level", f->severity);
	rep_put_message(&message, f);
	put_text(w, "message", buf_str(&message));
	put_place(w, f);
	json_put_key(w, "partialFingerprints");
	json_open(w, '{');
	json_field_str(w, "primaryLocationLineHash", f->fingerprint);
	json_close(w, '}');
	put_state(w, f);
	json_put_key(w, "properties");
	json_open(w, '{');
	json_field_str(w, "scope", f->scope);
	put_origin(w, f->origin);
	json_close(w, '}');
	json_close(w, '}');
	w->out->failed = w->out->failed || !buf_ok(&message);
	buf_fini(&message);
}

static void put_missed(struct json_writer *w, const struct rep_missed *m)
{
	struct buf text = BUF_INIT;

	str_display(&text, m->path);
	buf_printf(&text, ": %s", m->reason);
	json_open(w, '{');
	json_field_str(w, "level", m->failed ? "error" : "warning");
	put_text(w, "message", buf_str(&text));
	json_close(w, '}');
	w->out->failed = w->out->failed || !buf_ok(&text);
	buf_fini(&text);
}

static void put_notes(struct json_writer *w, const struct rep_findings *f, size_t cut)
{
	char text[128];

	json_put_key(w, "toolExecutionNotifications");
	json_open(w, '[');
	if (cut > 0) {
		(void)snprintf(text, sizeof(text),
		               "%zu finding%s of least importance %s left out", cut,
		               str_s(cut), cut == 1 ? "is" : "are");
		json_open(w, '{');
		json_field_str(w, "level", "warning");
		put_text(w, "message", text);
		json_close(w, '}');
	}
	for (size_t i = 0; i < f->missed_count && i < NOTES_MAX; i++)
		put_missed(w, &f->missed[i]);
	json_close(w, ']');
}

static void put_invocation(struct json_writer *w, const struct rep_findings *f,
                           size_t cut)
{
	json_put_key(w, "invocations");
	json_open(w, '[');
	json_open(w, '{');
	json_field_bool(w, "executionSuccessful", f->complete);
	put_notes(w, f, cut);
	json_close(w, '}');
	json_close(w, ']');
}

static void put_tool(struct json_writer *w, const struct rep_findings *f)
{
	json_put_key(w, "tool");
	json_open(w, '{');
	json_put_key(w, "driver");
	json_open(w, '{');
	json_field_str(w, "name", "seaworthy");
	json_field_str(w, "semanticVersion", f->version);
	json_put_key(w, "rules");
	json_open(w, '[');
	for (size_t i = 0; i < f->rule_count; i++)
		put_rule(w, &f->rules[i]);
	json_close(w, ']');
	json_close(w, '}');
	json_close(w, '}');
}

static void put_run(struct json_writer *w, const struct rep_findings *f,
                    const size_t *order)
{
	size_t shown = f->count < REP_SARIF_RESULTS ? f->count : REP_SARIF_RESULTS;

	json_open(w, '{');
	put_tool(w, f);
	json_put_key(w, "automationDetails");
	json_open(w, '{');
	json_field_str(w, "id", "seaworthy/");
	json_close(w, '}');
	json_field_str(w, "columnKind", "unicodeCodePoints");
	put_invocation(w, f, f->count - shown);
	json_put_key(w, "results");
	json_open(w, '[');
	for (size_t i = 0; i < shown; i++)
		put_result(w, f, &f->items[shown < f->count ? order[i] : i]);
	json_close(w, ']');
	json_put_key(w, "properties");
	json_open(w, '{');
	json_field_u64(w, "allowedByComments", f->allowed);
	json_close(w, '}');
	json_close(w, '}');
}

enum err_code rep_findings_sarif(const struct rep_findings *f, struct buf *out,
                                 struct err *err)
{
	size_t *order = rep_by_importance(f);
	struct json_writer w;

	if (order == NULL)
		return err_nomem(err);
	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_str(&w, "$schema", SCHEMA);
	json_field_str(&w, "version", "2.1.0");
	json_put_key(&w, "runs");
	json_open(&w, '[');
	put_run(&w, f, order);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
	mem_free(order);
	return buf_err(out, err);
}
