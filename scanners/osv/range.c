// SPDX-License-Identifier: Apache-2.0
#include "range.h"

#include "base/mem.h"
#include "base/str.h"
#include "lib/json.h"

#include <string.h>

enum event_kind { INTRODUCED, FIXED, LAST_AFFECTED, LIMIT };

struct event {
	enum event_kind kind;
	struct span key;
	const char *text;
};

struct range {
	struct scan_osv_affected *out;
	size_t *cap;
	struct arena *arena;
	enum scan_order order;
	struct event *events;
	struct event *spare; /* as many, to merge into */
	size_t count;
	const struct event *limit; /* the last of all limits */
};

static const struct scan_osv_interval unread = { .end = SCAN_OSV_UNREAD };

bool scan_osv_within(const struct scan_osv_interval *i, enum scan_order order,
                     struct span key)
{
	int order_of_end;

	if (i->order != order || i->end == SCAN_OSV_UNREAD)
		return false;
	if (i->from.len > 0 && scan_version_compare(order, key, i->from) < 0)
		return false;
	if (i->end == SCAN_OSV_OPEN)
		return true;
	order_of_end = scan_version_compare(order, key, i->to);
	return i->end == SCAN_OSV_LAST ? order_of_end <= 0 : order_of_end < 0;
}

/* ---- events ---- */

/* "0" is before everything. */
static bool set_key(struct range *r, struct event *e)
{
	struct buf key = BUF_INIT;
	char *copy;
	bool ok;

	e->key = SPAN_EMPTY;
	if (e->kind == INTRODUCED && str_eq(e->text, "0"))
		return true;
	ok = scan_version_key(r->order, span_str(e->text), &key);
	copy = ok ? arena_dup(r->arena, buf_span(&key)) : NULL;
	if (copy != NULL)
		e->key = span_of(copy, key.len);
	buf_fini(&key);
	return ok;
}

/* An object of one member. False if the version is malformed. */
static bool add_event(struct range *r, const struct json *v)
{
	static const char *const names[] = { "introduced", "fixed", "last_affected",
		                             "limit" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct event *e = &r->events[r->count];

		e->kind = (enum event_kind)i;
		e->text = json_string(json_get(v, names[i]));
		if (e->text == NULL || (e->kind == LIMIT && str_eq(e->text, "*")))
			continue;
		if (!set_key(r, e))
			return false;
		e->text = arena_str(r->arena, e->text);
		r->count++;
		return true;
	}
	return true;
}

static void merge(const struct range *r, const struct event *from, struct event *to,
                  size_t width)
{
	for (size_t start = 0; start < r->count; start += 2 * width) {
		size_t middle = r->count - start < width ? r->count : start + width;
		size_t end = r->count - start < 2 * width ? r->count : start + 2 * width;
		size_t a = start;
		size_t b = middle;

		for (size_t at = start; at < end; at++) {
			bool second =
				b < end && (a >= middle ||
			                    scan_version_compare(r->order, from[b].key,
			                                         from[a].key) < 0);

			to[at] = from[second ? b++ : a++];
		}
	}
}

/*
 * Of equal versions the one listed first stays first. Not qsort: Maven's order is not
 * transitive, which qsort does not promise to survive.
 */
static void sort_events(struct range *r)
{
	for (size_t width = 1; width < r->count; width *= 2) {
		struct event *sorted = r->spare;

		merge(r, r->events, sorted, width);
		r->spare = r->events;
		r->events = sorted;
	}
}

/* ---- intervals ---- */

static bool push(struct range *r, const struct scan_osv_interval *made)
{
	struct scan_osv_interval *i = arena_push(
		r->arena, &r->out->intervals, &r->out->interval_count, r->cap, sizeof *i);

	if (i != NULL)
		*i = *made;
	return i != NULL;
}

static bool emit(struct range *r, const struct event *from, const struct event *to)
{
	struct scan_osv_interval made = { .order = r->order, .from = from->key };

	if (to != NULL) {
		made.to = to->key;
		made.to_text = to->text;
		made.end = to->kind == FIXED ? SCAN_OSV_FIXED : SCAN_OSV_LAST;
	}
	if (r->limit != NULL &&
	    (to == NULL || scan_version_compare(r->order, r->limit->key, to->key) <= 0)) {
		made.to = r->limit->key;
		made.to_text = r->limit->text;
		made.end = SCAN_OSV_LIMITED;
	}
	return push(r, &made);
}

static bool emit_all(struct range *r)
{
	const struct event *open = NULL;

	for (size_t i = 0; i < r->count; i++)
		if (r->events[i].kind == LIMIT)
			r->limit = &r->events[i];
	for (size_t i = 0; i < r->count; i++) {
		const struct event *e = &r->events[i];

		if (e->kind == INTRODUCED && open == NULL) {
			open = e;
		} else if ((e->kind == FIXED || e->kind == LAST_AFFECTED) &&
		           open != NULL) {
			if (!emit(r, open, e))
				return false;
			open = NULL;
		}
	}
	return open == NULL || emit(r, open, NULL);
}

static enum err_code read_range(struct range *r, size_t *bad, const struct json *events,
                                struct err *err)
{
	size_t max = json_count(events);
	struct event *memory = NULL;
	enum err_code rc = ERR_OK;
	bool ok = true;

	if (max == 0)
		return ERR_OK;
	if (!mem_array(&memory, 2 * max, sizeof *memory))
		return err_nomem(err);
	r->events = memory;
	r->spare = memory + max;
	for (const struct json *v = json_first(events); ok && v != NULL; v = json_next(v))
		ok = add_event(r, v);
	*bad += !ok;
	if (ok)
		sort_events(r);
	if (!(ok ? emit_all(r) : push(r, &unread)))
		rc = err_nomem(err);
	mem_free(memory);
	return rc == ERR_OK ? arena_err(r->arena, err) : rc;
}

enum err_code scan_osv_ranges(struct scan_osv_affected *out, size_t *bad,
                              struct arena *arena, enum scan_order order,
                              const struct json *ranges, struct err *err)
{
	enum err_code rc = ERR_OK;
	size_t cap = 0;

	for (const struct json *v = json_first(ranges); rc == ERR_OK && v != NULL;
	     v = json_next(v)) {
		const char *type = json_string(json_get(v, "type"));
		struct range r = {
			.out = out, .cap = &cap, .arena = arena, .order = order
		};

		if (str_eq(type, "SEMVER") && order == SCAN_ORDER_NONE)
			r.order = SCAN_ORDER_SEMVER;
		if (!str_eq(type, "SEMVER") && !str_eq(type, "ECOSYSTEM"))
			continue;
		rc = read_range(&r, bad, json_get(v, "events"), err);
	}
	return rc;
}
