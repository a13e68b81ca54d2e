// SPDX-License-Identifier: Apache-2.0
#include "record.h"

#include "base/str.h"
#include "base/when.h"
#include "cvss.h"
#include "ecosystem.h"
#include "lib/json.h"
#include "range.h"

static const char *const severity_names[SCAN_OSV_SEVERITIES] = {
	"unknown", "none", "low", "medium", "high", "critical",
};

const char *scan_osv_severity_name(enum scan_osv_severity s)
{
	return severity_names[s];
}

struct parser {
	struct scan_osv_record *out;
	struct arena *arena;
	const char *name;
	struct err *err;
};

static enum err_code bad(struct parser *p, const char *what)
{
	return err_set(p->err, ERR_CORRUPT, "%s: %s", p->name, what);
}

static struct span keep(struct arena *a, struct span s)
{
	char *copy = arena_dup(a, s);

	return span_of(copy, copy != NULL ? s.len : 0);
}

/* ---- severity ---- */

static enum scan_osv_severity severity_of_word(const char *word)
{
	static const struct {
		const char *word;
		enum scan_osv_severity severity;
	} words[] = {
		{ "NONE", SCAN_OSV_NONE },         { "LOW", SCAN_OSV_LOW },
		{ "MODERATE", SCAN_OSV_MEDIUM },   { "MEDIUM", SCAN_OSV_MEDIUM },
		{ "IMPORTANT", SCAN_OSV_HIGH },    { "HIGH", SCAN_OSV_HIGH },
		{ "CRITICAL", SCAN_OSV_CRITICAL },
	};
	char upper[16];
	size_t n = 0;

	for (; word != NULL && word[n] != '\0' && n + 1 < sizeof upper; n++)
		upper[n] =
			word[n] >= 'a' && word[n] <= 'z' ? (char)(word[n] - 32) : word[n];
	upper[n] = '\0';
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(upper, words[i].word))
			return words[i].severity;
	return SCAN_OSV_UNKNOWN;
}

static void raise_to(struct scan_osv_record *r, enum scan_osv_severity s)
{
	if (s > r->severity)
		r->severity = s;
}

/* The worst of a list of CVSS vectors. */
static void read_scores(struct scan_osv_record *r, const struct json *list)
{
	for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
		raise_to(r,
		         scan_cvss_severity(span_str(json_string(json_get(v, "score")))));
}

/* The word that the data base itself gives counts more than a computed score. */
static void read_severity(struct scan_osv_record *r, const struct json *root)
{
	const struct json *specific = json_get(root, "database_specific");

	raise_to(r, severity_of_word(json_string(json_get(specific, "severity"))));
	if (r->severity != SCAN_OSV_UNKNOWN)
		return;
	read_scores(r, json_get(root, "severity"));
	for (const struct json *a = json_first(json_get(root, "affected")); a != NULL;
	     a = json_next(a)) {
		read_scores(r, json_get(a, "severity"));
		specific = json_get(a, "ecosystem_specific");
		raise_to(r,
		         severity_of_word(json_string(json_get(specific, "severity"))));
		specific = json_get(a, "database_specific");
		raise_to(r, scan_cvss_severity(
				    span_str(json_string(json_get(specific, "cvss")))));
	}
}

/* ---- affected packages ---- */

static bool is_covered(const struct scan_osv_affected *a, enum scan_order order,
                       struct span key)
{
	for (size_t i = 0; i < a->interval_count; i++)
		if (scan_osv_within(&a->intervals[i], order, key))
			return true;
	return false;
}

/* Versions that an interval already holds say nothing more. */
static enum err_code read_versions(struct parser *p, struct scan_osv_affected *a,
                                   enum scan_order order, const struct json *list)
{
	struct buf key = BUF_INIT;
	size_t cap = 0;

	for (const struct json *v = json_first(list); v != NULL; v = json_next(v)) {
		const char *text = json_string(v);
		struct scan_osv_version *version;
		bool known;

		if (text == NULL)
			continue;
		buf_clear(&key);
		known = scan_version_key(order, span_str(text), &key);
		if (known && is_covered(a, order, buf_span(&key)))
			continue;
		version = arena_push(p->arena, &a->versions, &a->version_count, &cap,
		                     sizeof *a->versions);
		if (version == NULL || !buf_ok(&key))
			break;
		version->text = arena_str(p->arena, text);
		version->key = known ? keep(p->arena, buf_span(&key)) : SPAN_EMPTY;
	}
	buf_fini(&key);
	return arena_err(p->arena, p->err);
}

/* Who lists the versions has said which they are, whatever the ranges were to say. */
static void drop_unread(struct scan_osv_affected *a)
{
	size_t kept = 0;

	for (size_t i = 0; i < a->interval_count; i++)
		if (a->intervals[i].end != SCAN_OSV_UNREAD)
			a->intervals[kept++] = a->intervals[i];
	a->interval_count = kept;
}

static enum err_code read_affected(struct parser *p, const struct json *v, size_t *cap)
{
	const struct json *package = json_get(v, "package");
	const char *ecosystem = json_string(json_get(package, "ecosystem"));
	const char *name = json_string(json_get(package, "name"));
	struct scan_osv_affected *a;
	enum scan_order order;
	enum err_code rc;

	if (ecosystem == NULL || name == NULL) /* of a source tree, not of a package */
		return ERR_OK;
	a = arena_push(p->arena, &p->out->affected, &p->out->affected_count, cap,
	               sizeof *a);
	if (a == NULL)
		return err_nomem(p->err);
	a->ecosystem = arena_str(p->arena, ecosystem);
	a->name = arena_str(p->arena, name);
	order = scan_ecosystem_order(scan_ecosystem_base(span_str(ecosystem)));
	rc = scan_osv_ranges(a, &p->out->bad_ranges, p->arena, order,
	                     json_get(v, "ranges"), p->err);
	if (rc != ERR_OK)
		return rc;
	if (json_count(json_get(v, "versions")) > 0)
		drop_unread(a);
	return read_versions(p, a, order, json_get(v, "versions"));
}

/* ---- the record ---- */

static enum err_code read_aliases(struct parser *p, const struct json *list)
{
	size_t cap = 0;

	for (const struct json *v = json_first(list); v != NULL; v = json_next(v)) {
		const char **alias;

		if (json_string(v) == NULL)
			continue;
		alias = arena_push(p->arena, &p->out->aliases, &p->out->alias_count, &cap,
		                   sizeof *alias);
		if (alias == NULL)
			break;
		*alias = arena_str(p->arena, json_string(v));
	}
	return arena_err(p->arena, p->err);
}

static bool is_list_or_absent(const struct json *v)
{
	return v == NULL || json_type(v) == JSON_ARRAY || json_type(v) == JSON_NULL;
}

static enum err_code read_record(struct parser *p, const struct json *root)
{
	const char *id = json_string(json_get(root, "id"));
	const char *modified = json_string(json_get(root, "modified"));
	const char *summary = json_string(json_get(root, "summary"));
	const struct json *withdrawn = json_get(root, "withdrawn");
	enum err_code rc = ERR_OK;
	size_t cap = 0;

	if (id == NULL || id[0] == '\0')
		return bad(p, "no \"id\": this is no OSV record");
	if (!when_parse(span_str(modified), &p->out->modified_ms))
		return bad(p, "\"modified\" is no time");
	if (!is_list_or_absent(json_get(root, "affected")) ||
	    !is_list_or_absent(json_get(root, "aliases")))
		return bad(p, "\"affected\" and \"aliases\" must be lists");
	p->out->id = arena_str(p->arena, id);
	p->out->summary = arena_str(p->arena, summary != NULL ? summary : "");
	p->out->withdrawn = withdrawn != NULL && json_type(withdrawn) != JSON_NULL;
	if (p->out->withdrawn)
		return arena_err(p->arena, p->err);
	read_severity(p->out, root);
	rc = read_aliases(p, json_get(root, "aliases"));
	for (const struct json *v = json_first(json_get(root, "affected"));
	     rc == ERR_OK && v != NULL; v = json_next(v))
		rc = read_affected(p, v, &cap);
	return rc;
}

enum err_code scan_osv_record_parse(struct scan_osv_record *out, struct arena *arena,
                                    struct span text, const char *name, struct err *err)
{
	struct parser p = { out, arena, name, err };
	struct json_doc *doc = NULL;
	enum err_code rc = json_parse(&doc, text, name, err);

	*out = (struct scan_osv_record){ .id = NULL };
	if (rc == ERR_OK)
		rc = read_record(&p, json_root(doc));
	if (rc == ERR_OK)
		rc = arena_err(arena, err);
	json_free(doc);
	return rc;
}
