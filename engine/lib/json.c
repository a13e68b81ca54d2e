// SPDX-License-Identifier: Apache-2.0
#include "lib/json.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/num.h"
#include "lib/json_internal.h"
#include "lib/place.h"

#include <cJSON.h>
#include <pthread.h>
#include <string.h>

/* Above so many members a map finds a repeated key, below a look back is quicker. */
enum { FEW_MEMBERS = 16 };

struct json_doc {
	cJSON *root;
};

static pthread_once_t hooks_once = PTHREAD_ONCE_INIT;

/* Memory as everywhere, so that tests can make it run out. */
static void install_hooks(void)
{
	cJSON_Hooks hooks = { mem_new, mem_free };

	cJSON_InitHooks(&hooks);
}

static enum err_code fail_at(struct err *err, struct span text, const char *name,
                             size_t offset, const char *what)
{
	const struct place p = place_of_fault(text, offset);

	return err_set(err, ERR_CORRUPT, "%s:%zu:%zu: %s", name, p.line, p.column, what);
}

/* Looks for repeated keys in document order, counting string tokens to know the place. */
struct unique {
	size_t tokens;
	size_t repeated; /* token of the second copy */
	enum err_code rc;
};

static bool seen_before(const cJSON *parent, const cJSON *member, struct map *seen,
                        struct unique *u)
{
	const struct span key = span_str(member->string);
	static char present;

	if (seen == NULL) {
		const cJSON *other = parent->child;

		while (other != member && strcmp(other->string, member->string) != 0)
			other = other->next;
		return other != member;
	}
	if (map_has(seen, key))
		return true;
	if (!map_set(seen, key, &present))
		u->rc = ERR_NOMEM;
	return false;
}

static bool unique_value(struct unique *u, const cJSON *v);

static bool unique_members(struct unique *u, const cJSON *object)
{
	struct map storage = MAP_INIT;
	struct map *seen = cJSON_GetArraySize(object) > FEW_MEMBERS ? &storage : NULL;
	bool ok = true;

	for (const cJSON *m = object->child; ok && m != NULL; m = m->next) {
		const size_t token = u->tokens++;

		if (seen_before(object, m, seen, u)) {
			u->repeated = token;
			u->rc = ERR_CORRUPT;
		}
		ok = u->rc == ERR_OK && unique_value(u, m);
	}
	map_fini(&storage);
	return ok;
}

/* Recursion is bounded by JSON_DEPTH_MAX. */
static bool unique_value(struct unique *u, const cJSON *v)
{
	bool ok = true;

	if (cJSON_IsObject(v))
		return unique_members(u, v);
	if (cJSON_IsString(v))
		u->tokens++;
	if (!cJSON_IsArray(v))
		return true;
	for (const cJSON *e = v->child; ok && e != NULL; e = e->next)
		ok = unique_value(u, e);
	return ok;
}

static enum err_code check_unique(const cJSON *root, struct span text, const char *name,
                                  struct span rewritten, struct err *err)
{
	struct unique u = { 0, 0, ERR_OK };

	if (unique_value(&u, root))
		return ERR_OK;
	if (u.rc == ERR_NOMEM)
		return err_nomem(err);
	return fail_at(
		err, text, name,
		json_scan_origin(rewritten, json_scan_token(rewritten, u.repeated)),
		"a key of this object a second time");
}

/* A document of what the scan has made of the text. */
static enum err_code build(struct json_doc **out, struct span text, const char *name,
                           const struct buf *rewritten, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc;

	if ((rc = buf_err(rewritten, err)) != ERR_OK)
		goto out;
	if ((doc = mem_new(sizeof(*doc))) == NULL) {
		rc = err_nomem(err);
		goto out;
	}
	doc->root = cJSON_ParseWithLength(rewritten->ptr, rewritten->len);
	if (doc->root == NULL) {
		rc = err_nomem(err); /* the text was found to be right */
		goto out;
	}
	if ((rc = check_unique(doc->root, text, name, buf_span(rewritten), err)) !=
	    ERR_OK)
		goto out;
	*out = doc;
	doc = NULL;
out:
	json_free(doc);
	return rc;
}

static struct span without_mark(struct span text)
{
	const struct span byte_order_mark = SPAN_LIT("\xef\xbb\xbf");

	return span_starts(text, byte_order_mark) ? span_from(text, byte_order_mark.len)
	                                          : text;
}

enum err_code json_parse(struct json_doc **out, struct span text, const char *name,
                         struct err *err)
{
	struct buf rewritten = BUF_INIT;
	struct json_fault fault = { 0, NULL };
	enum err_code rc;

	(void)pthread_once(&hooks_once, install_hooks);
	text = without_mark(text);
	if (json_scan(text, &rewritten, &fault))
		rc = build(out, text, name, &rewritten, err);
	else
		rc = fail_at(err, text, name, fault.offset, fault.what);
	buf_fini(&rewritten);
	return rc;
}

enum err_code json_parse_cut(struct json_doc **out, struct span text, const char *name,
                             struct err *err)
{
	struct buf rewritten = BUF_INIT;
	enum err_code rc;

	(void)pthread_once(&hooks_once, install_hooks);
	text = without_mark(text);
	if (json_scan_cut(text, &rewritten))
		rc = build(out, text, name, &rewritten, err);
	else
		rc = err_set(err, ERR_CORRUPT, "%s: nothing in it is complete", name);
	buf_fini(&rewritten);
	return rc;
}

enum err_code json_pick(struct span text, const char *name, struct json_want *wants,
                        size_t count, struct err *err)
{
	struct json_fault fault = { 0, NULL };

	if (json_scan_pick(text, wants, count, &fault))
		return ERR_OK;
	return fail_at(err, text, name, fault.offset, fault.what);
}

void json_free(struct json_doc *doc)
{
	if (doc == NULL)
		return;
	cJSON_Delete(doc->root);
	mem_free(doc);
}

/* A struct json is a cJSON that only this file can look into. */
static const struct json *wrap(const cJSON *v)
{
	return (const struct json *)v;
}

static const cJSON *inner(const struct json *v)
{
	return (const cJSON *)v;
}

const struct json *json_root(const struct json_doc *doc)
{
	return wrap(doc->root);
}

static bool is_number(const cJSON *v)
{
	return cJSON_IsString(v) && v->valuestring[0] == JSON_NUMBER_MARK;
}

enum json_type json_type(const struct json *v)
{
	const cJSON *c = inner(v);

	if (cJSON_IsObject(c))
		return JSON_OBJECT;
	if (cJSON_IsArray(c))
		return JSON_ARRAY;
	if (cJSON_IsBool(c))
		return JSON_BOOL;
	if (cJSON_IsString(c))
		return is_number(c) ? JSON_NUMBER : JSON_STRING;
	return JSON_NULL;
}

const struct json *json_first(const struct json *v)
{
	return v != NULL ? wrap(inner(v)->child) : NULL;
}

const struct json *json_next(const struct json *v)
{
	return v != NULL ? wrap(inner(v)->next) : NULL;
}

size_t json_count(const struct json *v)
{
	size_t n = 0;

	for (const struct json *c = json_first(v); c != NULL; c = json_next(c))
		n++;
	return n;
}

const char *json_key(const struct json *v)
{
	return v != NULL ? inner(v)->string : NULL;
}

const struct json *json_get(const struct json *v, const char *key)
{
	const struct json *m;

	if (v == NULL || !cJSON_IsObject(inner(v)))
		return NULL;
	for (m = json_first(v); m != NULL; m = json_next(m))
		if (strcmp(json_key(m), key) == 0)
			return m;
	return NULL;
}

const char *json_string(const struct json *v)
{
	if (v == NULL || !cJSON_IsString(inner(v)) || is_number(inner(v)))
		return NULL;
	return inner(v)->valuestring;
}

const char *json_number(const struct json *v)
{
	return v != NULL && is_number(inner(v)) ? inner(v)->valuestring + 1 : NULL;
}

bool json_u64(const struct json *v, uint64_t *out)
{
	const char *text = json_number(v);

	return text != NULL && num_u64(span_str(text), 0, UINT64_MAX, out);
}

bool json_i64(const struct json *v, int64_t *out)
{
	const char *text = json_number(v);

	return text != NULL && num_i64(span_str(text), INT64_MIN, INT64_MAX, out);
}

bool json_double(const struct json *v, double *out)
{
	const char *text = json_number(v);

	return text != NULL && num_double(span_str(text), out);
}

bool json_bool(const struct json *v, bool *out)
{
	if (v == NULL || !cJSON_IsBool(inner(v)))
		return false;
	*out = cJSON_IsTrue(inner(v));
	return true;
}
