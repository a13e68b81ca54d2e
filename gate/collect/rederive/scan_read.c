// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/rederive/rederive_internal.h"
#include "lib/json.h"
#include "scanners/ruleset.h"

/* scan.json and lines of findings.jsonl, as collect_scan.c and scanners/finding.c write
 * them: the parts that judging needs. */

static struct span text_at(struct rederiving *x, const struct json *v, const char *key)
{
	const char *text = json_string(json_get(v, key));

	return text != NULL ? span_str(arena_str(&x->arena, text)) : SPAN_EMPTY;
}

static bool find_scope(const char *name, enum scan_scope *out)
{
	for (int s = 0; s < SCAN_SCOPES; s++)
		if (str_eq(name, scan_scope_name((enum scan_scope)s))) {
			*out = (enum scan_scope)s;
			return true;
		}
	return false;
}

static bool find_severity(const char *name, enum scan_severity *out)
{
	for (int s = SCAN_NOTE; s <= SCAN_ERROR; s++)
		if (str_eq(name, scan_severity_name((enum scan_severity)s))) {
			*out = (enum scan_severity)s;
			return true;
		}
	return false;
}

static bool find_lack(const char *name, enum scan_lack *out)
{
	for (int l = 0; l < SCAN_LACKS; l++)
		if (str_eq(name, scan_lack_name((enum scan_lack)l))) {
			*out = (enum scan_lack)l;
			return true;
		}
	return false;
}

static bool read_scopes(const struct json *v, struct scan_result *out)
{
	for (int s = 0; s < SCAN_SCOPES; s++) {
		const struct json *at = json_get(v, scan_scope_name((enum scan_scope)s));

		if (!json_u64(json_get(at, "files"), &out->scope_files[s]) ||
		    !json_u64(json_get(at, "code_lines"), &out->code_lines[s]))
			return false;
		if (!json_u64(json_get(at, "packages"), &out->packages[s]))
			out->packages[s] = 0;
	}
	return true;
}

/* Where no index was asked there is none. */
static void read_advisories(const struct json *root, struct scan_result *out)
{
	uint64_t ms;

	if (json_u64(json_get(root, "advisories_ms"), &ms) && ms <= INT64_MAX)
		out->advisories_ms = (int64_t)ms;
}

static bool read_skip(struct rederiving *x, const struct json *v, struct scan_skip *out)
{
	out->path = text_at(x, v, "path");
	out->reason = arena_str(&x->arena, json_string(json_get(v, "reason")));
	out->rule = arena_str(&x->arena, json_string(json_get(v, "rule")));
	return out->path.len > 0 && out->reason != NULL &&
	       find_lack(json_string(json_get(v, "kind")), &out->lack) &&
	       json_bool(json_get(v, "folder"), &out->folder);
}

static bool read_skips(struct rederiving *x, const struct json *list,
                       struct scan_result *out)
{
	if (json_type(list) != JSON_ARRAY)
		return false;
	out->skips = arena_array(&x->arena, json_count(list) + 1, sizeof(*out->skips));
	for (const struct json *v = json_first(list); out->skips != NULL && v != NULL;
	     v = json_next(v))
		if (!read_skip(x, v, &out->skips[out->skip_count++]))
			return false;
	return out->skips != NULL;
}

static bool read_moot(struct rederiving *x, const struct json *list,
                      struct scan_result *out)
{
	if (list == NULL)
		return true;
	out->moot = arena_array(&x->arena, json_count(list) + 1, sizeof(*out->moot));
	for (const struct json *v = json_first(list); out->moot != NULL && v != NULL;
	     v = json_next(v)) {
		struct scan_skip *m = &out->moot[out->moot_count++];

		m->rule = arena_str(&x->arena, json_string(json_get(v, "rule")));
		m->reason = arena_str(&x->arena, json_string(json_get(v, "reason")));
		if (m->rule == NULL || m->reason == NULL)
			return false;
	}
	return out->moot != NULL;
}

bool rederive_scan_read(struct rederiving *x, struct span json, struct scan_result *out)
{
	const struct scan_ruleset *own = x->r->policy->ruleset;
	struct json_doc *doc = NULL;
	const struct json *root;
	bool ok;

	*out = (struct scan_result){ .findings = NULL };
	if (own != NULL) {
		out->rules = own->rules;
		out->rule_count = own->count;
	} else {
		out->rules = scan_rules(&out->rule_count);
	}
	if (json_parse(&doc, json, "scan.json", NULL) != ERR_OK)
		return false;
	root = json_root(doc);
	read_advisories(root, out);
	ok = read_scopes(json_get(root, "scopes"), out) &&
	     read_skips(x, json_get(root, "skipped"), out) &&
	     read_moot(x, json_get(root, "moot"), out);
	json_free(doc);
	return ok;
}

/* Of all states these are judged by. */
static enum scan_state state_of(const char *name)
{
	if (str_eq(name, scan_state_name(SCAN_KNOWN)))
		return SCAN_KNOWN;
	return str_eq(name, scan_state_name(SCAN_UNVOUCHED)) ? SCAN_UNVOUCHED
	                                                     : SCAN_UNCOMPARED;
}

bool rederive_finding_read(struct rederiving *x, struct span line,
                           struct scan_finding *out)
{
	struct json_doc *doc = NULL;
	const struct json *v;
	const struct json *details;
	bool ok;

	*out = (struct scan_finding){ .line = 0 };
	if (json_parse(&doc, line, "findings.jsonl", NULL) != ERR_OK)
		return false;
	v = json_root(doc);
	details = json_get(v, "details");
	out->rule = arena_str(&x->arena, json_string(json_get(v, "rule")));
	out->message = arena_str(&x->arena, json_string(json_get(v, "message")));
	out->path = text_at(x, v, "path_b64");
	if (out->path.len == 0)
		out->path = text_at(x, v, "path");
	out->state = state_of(json_string(json_get(details, "state")));
	ok = out->rule != NULL && out->path.len > 0 &&
	     json_u64(json_get(v, "line"), &out->line) &&
	     find_severity(json_string(json_get(v, "severity")), &out->severity) &&
	     find_scope(json_string(json_get(v, "scope")), &out->scope);
	/* A tree that is one of another has that as its finding. */
	out->is_copy = ok && json_get(details, "duplicate_of") != NULL &&
	               !str_starts(out->rule, "duplicate.");
	json_free(doc);
	return ok;
}
