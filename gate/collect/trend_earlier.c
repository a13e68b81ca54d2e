// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/json.h"
#include "os/fs.h"
#include "scanners/decode.h"
#include "trend_internal.h"

#include <inttypes.h>

#define SMALL_MAX (UINT64_C(64) << 20) /* trend.json, run.json */
#define FINDINGS_MAX (UINT64_C(512) << 20)

/* ---- the earlier run ---- */

static bool read_json(struct trend *t, const char *name, struct json_doc **doc)
{
	const char *path = arena_printf(&t->arena, "%s/%s", t->against, name);
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

/* The bytes of "path", which may not be UTF-8. */
static bool path_of(const struct json *v, struct buf *out)
{
	const char *path = json_string(json_get(v, "path"));
	const char *encoded = json_string(json_get(v, "path_b64"));

	buf_clear(out);
	if (encoded != NULL)
		scan_base64_decode(span_str(encoded), out);
	else
		buf_puts(out, path != NULL ? path : "");
	return path != NULL && buf_ok(out);
}

static bool read_gaps(struct trend *t, const struct json *list)
{
	struct buf path = BUF_INIT;
	bool ok = json_type(list) == JSON_ARRAY;

	for (const struct json *v = json_first(list); ok && v != NULL; v = json_next(v)) {
		bool folder = false;

		(void)json_bool(json_get(v, "folder"), &folder); /* else none */
		ok = path_of(v, &path) &&
		     scan_gap_add(&t->gaps_then, buf_span(&path),
		                  json_string(json_get(v, "rule")), folder);
	}
	buf_fini(&path);
	return ok;
}

/* Files, or folders. */
static bool read_passed(struct trend *t, const struct json *list)
{
	struct buf path = BUF_INIT;
	bool ok = json_type(list) == JSON_ARRAY;

	for (const struct json *v = json_first(list); ok && v != NULL; v = json_next(v))
		ok = path_of(v, &path) &&
		     scan_gap_add(&t->gaps_then, buf_span(&path), NULL, false) &&
		     scan_gap_add(&t->gaps_then, buf_span(&path), NULL, true);
	buf_fini(&path);
	return ok;
}

/* The list may have been too long to be kept. */
static bool read_cut(struct trend *t, const struct json *v)
{
	struct buf path = BUF_INIT;
	bool ok = v == NULL || path_of(v, &path);

	if (ok && path.len > 0) {
		t->cut_then = span_of(arena_dup(&t->arena, buf_span(&path)), path.len);
		ok = t->cut_then.ptr != NULL;
	}
	buf_fini(&path);
	return ok;
}

/* What the earlier run says of itself; false if it does not. */
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
	ok = ok && json_u64(json_get(root, "findings"), &t->count_then) &&
	     read_gaps(t, json_get(root, "skipped")) &&
	     read_passed(t, json_get(root, "passed_over")) &&
	     read_cut(t, json_get(root, "passed_over_from"));
	t->other_salt = !str_eq(json_string(json_get(root, "salt_sha256")), t->salt);
	json_free(doc);
	return ok;
}

/* ---- its findings ---- */

/* A finding that is not there now is mended only where it would have been told: of what
 * joins files, only where all of them can still be seen. */
static bool seen_now(const struct trend *t, struct span path, const char *rule)
{
	size_t at = scan_rule_find(t->now.rules, t->now.count, rule);

	return at < t->now.count && t->now.on[at] &&
	       !(t->lost && scan_rule_joins_files(&t->now.rules[at])) &&
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

/* Adds what a line says; ERR_CORRUPT for one that is no finding. */
static enum err_code add_finding(struct trend *t, const struct json *v, struct buf *path)
{
	const struct json *details = json_get(v, "details");
	const char *rule = text_of(t, v, "rule");
	const char *fingerprint = json_string(json_get(v, "fingerprint"));
	struct seen *s = NULL;

	if (rule == NULL || fingerprint == NULL || !path_of(v, path))
		return buf_ok(path) ? ERR_CORRUPT : ERR_NOMEM;
	s = gate_trend_add(t, &(struct trend_name){ rule, buf_span(path), fingerprint });
	if (s == NULL)
		return ERR_NOMEM;
	read_grades(&s->finding, v);
	s->finding.is_copy = json_get(details, "duplicate_of") != NULL &&
	                     !str_starts(rule, "duplicate.");
	s->then = true;
	s->known = str_eq(json_string(json_get(details, "state")),
	                  scan_state_name(SCAN_KNOWN));
	s->compared = seen_now(t, buf_span(path), rule);
	return ERR_OK;
}

/* Counts the findings in the text; the first line that is none ends it. */
static enum err_code add_lines(struct trend *t, struct span text, uint64_t *count)
{
	struct buf path = BUF_INIT;
	enum err_code rc = ERR_OK;
	struct span line;

	while (rc == ERR_OK && span_line(&text, &line)) {
		struct json_doc *doc = NULL;

		rc = json_parse(&doc, line, "findings.jsonl", NULL);
		if (rc == ERR_OK)
			rc = add_finding(t, json_root(doc), &path);
		*count += rc == ERR_OK;
		json_free(doc);
	}
	buf_fini(&path);
	return rc;
}

static const char *why_unreadable(struct trend *t, enum err_code rc, uint64_t count)
{
	static const char said[] = "its findings cannot be read";

	if (rc == ERR_OK)
		return arena_printf(&t->arena, "%s: %" PRIu64 " of %" PRIu64 " are there",
		                    said, count, t->count_then);
	if (rc == ERR_CORRUPT)
		return arena_printf(&t->arena, "%s: line %" PRIu64 " is none", said,
		                    count + 1);
	return said;
}

/* A file that lost some of its findings would make them new. */
static enum err_code read_then(struct trend *t, struct err *err)
{
	const char *path = arena_printf(&t->arena, "%s/findings.jsonl", t->against);
	struct buf text = BUF_INIT;
	uint64_t count = 0;
	enum err_code rc = ERR_NOMEM;

	if (path != NULL)
		rc = os_read_file(path, FINDINGS_MAX, &text, NULL);
	if (rc == ERR_OK)
		rc = add_lines(t, buf_span(&text), &count);
	buf_fini(&text);
	if (rc == ERR_NOMEM)
		return err_nomem(err);
	if (rc == ERR_OK && count == t->count_then)
		return ERR_OK;
	t->why = why_unreadable(t, rc, count);
	return t->why != NULL ? ERR_OK : err_nomem(err);
}

/* ---- which one ---- */

/* Is it a run that has ended? */
static bool is_run(struct trend *t, const char *folder)
{
	const char *path = arena_printf(&t->arena, "%s/run.json", folder);

	return path != NULL && os_type_of(path) == OS_FILE;
}

/* One more than how many of the rules that run now did then; 0 without a scan. SIZE_MAX:
 * all of them did, and nothing is better. */
static size_t merit_of(struct trend *t, const char *folder)
{
	struct json_doc *doc = NULL;
	const struct json *v;
	size_t merit = 0;
	size_t all = 0;

	t->against = folder;
	if (!read_json(t, "trend.json", &doc))
		return 0;
	v = json_first(json_get(json_root(doc), "rules"));
	merit += v != NULL;
	for (; v != NULL; v = json_next(v)) {
		const char *id = json_string(v) != NULL ? json_string(v) : "";
		size_t at = scan_rule_find(t->now.rules, t->now.count, id);

		merit += at < t->now.count && t->now.on[at];
	}
	json_free(doc);
	for (size_t i = 0; i < t->now.count; i++)
		all += t->now.on[i];
	return merit > all ? SIZE_MAX : merit;
}

/* So many runs back. */
enum { EARLIER_MAX = 100 };

/* NULL, and why, if there is none. */
static const char *choose(struct trend *t)
{
	const struct gate_trend_input *in = t->in;
	const char *best = NULL;
	size_t most = 0;
	size_t seen = 0;

	for (size_t i = 0; i < in->earlier_count && seen < EARLIER_MAX; i++) {
		size_t merit;

		if (!is_run(t, in->earlier[i]))
			continue;
		seen++;
		merit = merit_of(t, in->earlier[i]);
		if (merit > most)
			best = in->earlier[i];
		most = merit > most ? merit : most;
		if (most == SIZE_MAX)
			break;
	}
	if (best == NULL)
		t->why = seen > 0 ? "no earlier run says what it scanned"
		                  : "there is no earlier run";
	return best;
}

enum err_code gate_trend_earlier(struct trend *t, struct err *err)
{
	t->against = t->in->against != NULL ? t->in->against : choose(t);
	if (t->against == NULL)
		return arena_err(&t->arena, err);
	read_run(t);
	if (read_scan(t)) {
		t->lost = scan_sight_lost(t->in->scan->sight, &t->gaps_then);
		return read_then(t, err);
	}
	t->why = "it does not say what it scanned";
	return ERR_OK;
}
