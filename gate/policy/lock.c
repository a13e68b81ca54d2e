// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/json.h"
#include "policy/extends.h"

#include <string.h>

/*
 * Locks: key paths such as thresholds.go, categories or checks.tests.unit.weight. A
 * locked key is compared before and after a layer is applied, so that no way of writing
 * a change goes unseen.
 */

/* The part of a path up to the next dot. */
static struct span first_key(const char *path)
{
	struct span s = span_str(path);

	return span_sub(s, 0, span_find_byte(s, '.'));
}

/* Is `id` the path, or a whole front part of it? */
static bool is_front(const char *id, const char *path)
{
	size_t length = id != NULL ? strlen(id) : 0;

	return length > 0 && str_starts(path, id) &&
	       (path[length] == '\0' || path[length] == '.');
}

/* What is left of a path behind `length` bytes and a dot; NULL at its end. */
static const char *behind(const char *path, size_t length)
{
	return path[length] == '.' ? path + length + 1 : NULL;
}

/* The type of mapping that lacks the path's key, or NULL if the path can exist. */
static const struct gate_type *missing_in(const char **path)
{
	const struct gate_type *t = gate_grammar();
	const struct gate_field *f;

	while (*path != NULL && t->kind == GATE_KIND_RECORD) {
		f = gate_grammar_field(t, first_key(*path));
		if (f == NULL)
			return t;
		*path = behind(*path, first_key(*path).len);
		if (f->flags & GATE_FIELD_JSON)
			return NULL;
		t = f->type;
	}
	return *path == NULL || t->kind == GATE_KIND_RECORDS ? NULL : gate_grammar();
}

static enum err_code check_path(struct gate_layers *s, const struct yaml *n)
{
	struct gate_load *l = s->load;
	const char *rest = yaml_text(n);
	const struct gate_type *t = missing_in(&rest);
	const char *near;

	if (t == NULL)
		return ERR_OK;
	near = gate_grammar_nearest(t, first_key(rest));
	if (near != NULL)
		return yaml_error(l->err, l->doc, n,
		                  "'%s' cannot be locked: there is no such key; did you "
		                  "mean '%s'?",
		                  gate_load_shown(l, yaml_text(n)), near);
	return yaml_error(l->err, l->doc, n,
	                  "'%s' cannot be locked: there is no such key",
	                  gate_load_shown(l, yaml_text(n)));
}

/* The policy's list holds the locks of all layers: a child cannot drop a parent's. */
static enum err_code join_locked(struct gate_layers *s)
{
	struct gate_policy *p = s->load->policy;
	struct gate_strings all = { NULL, 0 };

	if (s->lock_count == 0)
		return ERR_OK;
	all.items = arena_array(&p->arena, s->lock_count, sizeof(*all.items));
	if (all.items == NULL)
		return err_nomem(s->load->err);
	for (all.count = 0; all.count < s->lock_count; all.count++)
		all.items[all.count] = arena_str(&p->arena, s->locks[all.count].path);
	p->locked = all;
	return ERR_OK;
}

static bool is_locked(const struct gate_layers *s, const char *path)
{
	for (size_t i = 0; i < s->lock_count; i++)
		if (str_eq(s->locks[i].path, path))
			return true;
	return false;
}

enum err_code gate_locks_add(struct gate_layers *s, const struct yaml *locked,
                             const char *parent)
{
	struct gate_lock *lock;
	enum err_code rc;

	for (size_t i = 0; locked != NULL && i < yaml_count(locked); i++) {
		const struct yaml *n = yaml_at(locked, i);

		if (s->lock_count >= GATE_LOCKS_MAX)
			return yaml_error(s->load->err, s->load->doc, n,
			                  "more than %d keys are locked", GATE_LOCKS_MAX);
		if ((rc = check_path(s, n)) != ERR_OK)
			return rc;
		if (is_locked(s, yaml_text(n)))
			continue;
		lock = arena_push(&s->load->arena, &s->locks, &s->lock_count,
		                  &s->lock_cap, sizeof(*lock));
		if (lock == NULL)
			return err_nomem(s->load->err);
		lock->path = yaml_text(n);
		lock->place =
			arena_printf(&s->load->arena, "%s:%zu", parent, yaml_line(n));
	}
	return join_locked(s);
}

/* The element whose id is the longest front part of the path. */
static const struct json *json_by_id(const struct json *list, const char *path,
                                     size_t *length)
{
	const struct json *best = NULL;

	*length = 0;
	for (const struct json *c = json_first(list); c != NULL; c = json_next(c)) {
		const char *id = json_string(json_get(c, "id"));

		if (is_front(id, path) && strlen(id) > *length) {
			best = c;
			*length = strlen(id);
		}
	}
	return best;
}

static const struct json *json_at_path(const struct json *v, const char *path)
{
	size_t length;
	char key[GATE_ID_MAX + 1];

	while (path != NULL && v != NULL) {
		struct span first = first_key(path);

		if (json_type(v) == JSON_ARRAY) {
			v = json_by_id(v, path, &length);
		} else {
			if (first.len > GATE_ID_MAX)
				return NULL;
			memcpy(key, first.ptr, first.len);
			key[first.len] = '\0';
			length = first.len;
			v = json_get(v, key);
		}
		path = v != NULL ? behind(path, length) : NULL;
	}
	return v;
}

/* Depth is bounded by the JSON reader's. */
static bool json_same(const struct json *a, const struct json *b)
{
	bool x = false, y = false;

	if (a == NULL || b == NULL)
		return a == b;
	if (json_type(a) != json_type(b) || !str_eq(json_string(a), json_string(b)) ||
	    !str_eq(json_number(a), json_number(b)))
		return false;
	if (json_bool(a, &x) && json_bool(b, &y) && x != y)
		return false;
	if (json_type(a) != JSON_ARRAY && json_type(a) != JSON_OBJECT)
		return true;
	a = json_first(a);
	b = json_first(b);
	for (; a != NULL && b != NULL; a = json_next(a), b = json_next(b))
		if (!str_eq(json_key(a), json_key(b)) || !json_same(a, b))
			return false;
	return a == b;
}

static const struct yaml *yaml_by_id(const struct yaml *list, const char *path,
                                     size_t *length)
{
	const struct yaml *best = NULL;

	*length = 0;
	for (size_t i = 0; i < yaml_count(list); i++) {
		const struct yaml *id = yaml_get(yaml_at(list, i), "id");
		const char *text = id != NULL ? yaml_text(id) : NULL;

		if (is_front(text, path) && strlen(text) > *length) {
			best = yaml_at(list, i);
			*length = strlen(text);
		}
	}
	return best;
}

/* The deepest node that the file has on the path. */
static const struct yaml *yaml_nearest(const struct yaml *n, const char *path)
{
	const struct yaml *next = n;
	size_t length;
	char key[GATE_ID_MAX + 1];

	while (path != NULL && next != NULL) {
		struct span first = first_key(path);

		n = next;
		if (first.len > GATE_ID_MAX)
			return n;
		memcpy(key, first.ptr, first.len);
		key[first.len] = '\0';
		length = first.len;
		next = yaml_type(n) == YAML_LIST ? yaml_by_id(n, path, &length)
		                                 : yaml_get(n, key);
		path = behind(path, length);
	}
	return next != NULL ? next : n;
}

static enum err_code compare_locked(struct gate_layers *s, const struct json *before,
                                    const struct json *after, const struct yaml *root)
{
	struct gate_load *l = s->load;

	for (size_t i = 0; i < s->lock_count; i++) {
		const struct gate_lock *lock = &s->locks[i];

		if (!json_same(json_at_path(before, lock->path),
		               json_at_path(after, lock->path)))
			return yaml_error(l->err, l->doc, yaml_nearest(root, lock->path),
			                  "'%s' is locked by %s and cannot be changed",
			                  gate_load_shown(l, lock->path),
			                  gate_load_shown(l, lock->place));
	}
	return ERR_OK;
}

enum err_code gate_locks_check(struct gate_layers *s, struct span before,
                               const struct yaml *root)
{
	struct gate_load *l = s->load;
	struct json_doc *old_doc = NULL, *new_doc = NULL;
	struct buf after = BUF_INIT;
	enum err_code rc = gate_policy_json(l->policy, &after, l->err);

	if (rc == ERR_OK)
		rc = json_parse(&old_doc, before, "policy", l->err);
	if (rc == ERR_OK)
		rc = json_parse(&new_doc, buf_span(&after), "policy", l->err);
	if (rc == ERR_OK)
		rc = compare_locked(s, json_root(old_doc), json_root(new_doc), root);
	json_free(old_doc);
	json_free(new_doc);
	buf_fini(&after);
	return rc;
}
