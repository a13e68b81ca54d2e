// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/str.h"
#include "base/when.h"
#include "lib/json.h"
#include "roadmap/beads_internal.h"

#include <stdlib.h>
#include <string.h>

/* A line of the file, old or new. */
struct entry {
	const char *id;
	struct span line;              /* as it will be written */
	const struct json *old;        /* NULL: new */
	const struct beads_issue *now; /* NULL: not wanted */
};

struct merge {
	const struct gate_beads *b;
	struct arena arena;
	struct map by_id; /* to struct entry */
	struct entry *entries;
	size_t count;
	size_t cap;
	struct json_doc **docs;
	size_t doc_count;
	struct gate_beads_counts *counts;
	const char *today; /* now, RFC 3339 */
};

/* How an issue is to be written. */
struct writing {
	struct merge *m;
	const struct json *old;
	const struct beads_issue *i; /* NULL: only the status changes */
	enum beads_status status;
	const char *why_closed;
	const char *notes; /* replaces them, or NULL */
	const char *updated;
};

/* ---- the file as it is ---- */

static enum err_code read_line(struct merge *m, struct span line, const char *name,
                               size_t number, struct err *err)
{
	const char *where = arena_printf(&m->arena, "%s line %zu", name, number);
	struct json_doc **doc = &m->docs[m->doc_count];
	struct entry *e;
	enum err_code rc;

	if (where == NULL)
		return err_nomem(err);
	if ((rc = json_parse(doc, line, where, err)) != ERR_OK)
		return rc;
	m->doc_count++;
	if (json_string(json_get(json_root(*doc), "id")) == NULL)
		return err_set(err, ERR_CORRUPT, "%s: an issue needs a text 'id'", where);
	e = &m->entries[m->count++];
	e->id = json_string(json_get(json_root(*doc), "id"));
	e->old = json_root(*doc);
	e->line = line;
	if (map_has(&m->by_id, span_str(e->id)))
		return err_set(err, ERR_CORRUPT, "%s: '%s' is there twice", where, e->id);
	return map_set(&m->by_id, span_str(e->id), e) ? ERR_OK : err_nomem(err);
}

static size_t count_lines(struct span text)
{
	struct span line;
	size_t n = 0;

	while (span_line(&text, &line))
		n++;
	return n;
}

static enum err_code read_lines(struct merge *m, struct span text, const char *name,
                                size_t more, struct err *err)
{
	const size_t room = count_lines(text) + 1;
	enum err_code rc = ERR_OK;
	struct span line;

	m->docs = arena_array(&m->arena, room, sizeof(struct json_doc *));
	m->entries = arena_array(&m->arena, room + more, sizeof(*m->entries));
	if (!arena_ok(&m->arena))
		return err_nomem(err);
	for (size_t n = 1; rc == ERR_OK && span_line(&text, &line); n++)
		if (span_trim(line).len > 0)
			rc = read_line(m, span_trim(line), name, n, err);
	return rc;
}

static const char *old_text(const struct json *old, const char *key)
{
	return json_string(json_get(old, key));
}

static enum beads_status old_status(const struct json *old)
{
	for (size_t i = 0; i < 4; i++)
		if (str_eq(old_text(old, "status"), beads_statuses[i]))
			return (enum beads_status)i;
	return BEADS_OPEN;
}

/* ---- writing one ---- */

static bool is_level(const char *label)
{
	return label != NULL && label[0] == 'p' && label[1] >= '0' && label[1] <= '4' &&
	       label[2] == '\0';
}

static bool has_label(const struct beads_issue *i, const char *label)
{
	for (size_t k = 0; k < 4; k++)
		if (i->labels[k] != NULL && str_eq(i->labels[k], label))
			return true;
	return false;
}

/* Theirs stay, ours are added; an old level goes. */
static void put_labels(struct json_writer *w, const struct writing *x)
{
	const struct json *list = json_get(x->old, "labels");

	json_open(w, '[');
	for (const struct json *l = json_first(list); l != NULL; l = json_next(l))
		if (!has_label(x->i, json_string(l)) && !is_level(json_string(l)))
			json_put_value(w, l);
	for (size_t k = 0; k < 4; k++)
		if (x->i->labels[k] != NULL)
			json_put_str(w, x->i->labels[k]);
	json_close(w, ']');
}

static const struct json *old_dependency(const struct json *list, const char *to,
                                         const char *type)
{
	for (const struct json *d = json_first(list); d != NULL; d = json_next(d))
		if (str_eq(old_text(d, "depends_on_id"), to) &&
		    str_eq(old_text(d, "type"), type))
			return d;
	return NULL;
}

static void put_dependency(struct json_writer *w, const struct writing *x, const char *to,
                           const char *type)
{
	const struct json *old =
		old_dependency(json_get(x->old, "dependencies"), to, type);

	if (old != NULL) {
		json_put_value(w, old);
		return;
	}
	json_open(w, '{');
	json_field_str(w, "issue_id", x->i->id);
	json_field_str(w, "depends_on_id", to);
	json_field_str(w, "type", type);
	json_field_str(w, "created_at", x->m->today);
	json_field_str(w, "created_by", "seaworthy");
	json_close(w, '}');
}

static bool wants_dependency(const struct beads_issue *i, const struct json *d)
{
	const char *to = old_text(d, "depends_on_id");
	const char *type = old_text(d, "type");

	if (i->parent != NULL && str_eq(to, i->parent) && str_eq(type, "parent-child"))
		return true;
	for (size_t k = 0; k < i->blocker_count; k++)
		if (str_eq(to, i->blockers[k]) && str_eq(type, "blocks"))
			return true;
	return false;
}

static void put_dependencies(struct json_writer *w, const struct writing *x)
{
	const struct json *list = json_get(x->old, "dependencies");
	const struct beads_issue *i = x->i;

	json_open(w, '[');
	if (i->parent != NULL)
		put_dependency(w, x, i->parent, "parent-child");
	for (size_t k = 0; k < i->blocker_count; k++)
		put_dependency(w, x, i->blockers[k], "blocks");
	for (const struct json *d = json_first(list); d != NULL; d = json_next(d))
		if (!wants_dependency(i, d) &&
		    !str_eq(old_text(d, "created_by"), "seaworthy"))
			json_put_value(w, d);
	json_close(w, ']');
}

enum field {
	F_ID,
	F_TITLE,
	F_DESCRIPTION,
	F_ACCEPTANCE,
	F_STATUS,
	F_PRIORITY,
	F_TYPE,
	F_ASSIGNEE,
	F_LABELS,
	F_REF,
	F_NOTES,
	F_CREATED,
	F_UPDATED,
	F_CLOSED,
	F_REASON,
	F_DEPENDENCIES,
	FIELDS,
};
static const char *const keys[FIELDS] = {
	"id",         "title",        "description",  "acceptance_criteria",
	"status",     "priority",     "issue_type",   "assignee",
	"labels",     "external_ref", "notes",        "created_at",
	"updated_at", "closed_at",    "close_reason", "dependencies",
};

/* A text that an old issue keeps where the run has none. */
static const char *text_of(const struct writing *x, enum field f)
{
	const struct beads_issue *i = x->i;
	const char *old = old_text(x->old, keys[f]);

	switch (f) {
	case F_ID:
		return i != NULL ? i->id : old;
	case F_TITLE:
		return i != NULL ? i->title : old;
	case F_DESCRIPTION:
		return i != NULL ? i->description : old;
	case F_ACCEPTANCE:
		return i != NULL ? i->acceptance : old;
	case F_STATUS:
		return beads_statuses[x->status];
	case F_TYPE:
		return i != NULL ? i->type : old;
	case F_ASSIGNEE:
		return old != NULL || i == NULL ? old : i->assignee;
	case F_REF:
		return i != NULL ? i->external_ref : old;
	case F_NOTES:
		return x->notes != NULL ? x->notes : old;
	case F_CREATED:
		return old != NULL ? old : x->m->today;
	case F_UPDATED:
		return x->updated;
	case F_CLOSED:
		if (x->status != BEADS_CLOSED)
			return NULL;
		return old != NULL ? old : x->updated;
	case F_REASON:
		return x->status == BEADS_CLOSED ? x->why_closed : NULL;
	case F_PRIORITY:
	case F_LABELS:
	case F_DEPENDENCIES:
	case FIELDS:
		break;
	}
	return NULL;
}

static void put_field(struct json_writer *w, const struct writing *x, enum field f)
{
	const struct json *old = json_get(x->old, keys[f]);
	const bool wanted = x->i != NULL;

	if (f != F_PRIORITY && f != F_LABELS && f != F_DEPENDENCIES) {
		if (text_of(x, f) != NULL)
			json_field_str(w, keys[f], text_of(x, f));
		return;
	}
	if (!wanted && old == NULL)
		return;
	if (f == F_DEPENDENCIES && wanted && old == NULL && x->i->parent == NULL &&
	    x->i->blocker_count == 0)
		return;
	json_put_key(w, keys[f]);
	if (!wanted)
		json_put_value(w, old);
	else if (f == F_PRIORITY)
		json_put_u64(w, x->i->priority);
	else if (f == F_LABELS)
		put_labels(w, x);
	else
		put_dependencies(w, x);
}

static enum field field_of(const char *key)
{
	for (size_t f = 0; f < FIELDS; f++)
		if (str_eq(keys[f], key))
			return (enum field)f;
	return FIELDS;
}

/* In the order of the old issue, what is new behind it. */
static struct span line_of(const struct writing *x)
{
	bool done[FIELDS] = { false };
	struct buf out = BUF_INIT;
	struct json_writer w;
	struct span line = SPAN_EMPTY;

	json_writer_init(&w, &out, 0);
	json_open(&w, '{');
	for (const struct json *v = json_first(x->old); v != NULL; v = json_next(v)) {
		const enum field f = field_of(json_key(v));

		if (f != FIELDS) {
			put_field(&w, x, f);
			done[f] = true;
			continue;
		}
		json_put_key(&w, json_key(v));
		json_put_value(&w, v);
	}
	for (size_t f = 0; f < FIELDS; f++)
		if (!done[f])
			put_field(&w, x, (enum field)f);
	json_close(&w, '}');
	if (buf_ok(&out))
		line = span_of(arena_dup(&x->m->arena, buf_span(&out)), out.len);
	else
		x->m->arena.failed = true;
	buf_fini(&out);
	return line;
}

/* The old issue in the same hand, to compare with. */
static bool is_unchanged(struct merge *m, const struct json *old, struct span line)
{
	struct buf out = BUF_INIT;
	struct json_writer w;
	bool same;

	json_writer_init(&w, &out, 0);
	json_put_value(&w, old);
	if (!buf_ok(&out))
		m->arena.failed = true;
	same = span_eq(buf_span(&out), line);
	buf_fini(&out);
	return same;
}

static void write_entry(struct merge *m, struct entry *e, struct writing *x)
{
	const char *before = e->old != NULL ? old_text(e->old, "updated_at") : NULL;
	struct span line;

	x->m = m;
	x->old = e->old;
	x->updated = before != NULL ? before : m->today;
	line = line_of(x);
	if (e->old != NULL && is_unchanged(m, e->old, line)) {
		m->counts->kept++;
		return;
	}
	x->updated = m->today;
	e->line = line_of(x);
	if (e->old == NULL)
		m->counts->added++;
	else
		m->counts->changed++;
}

/* ---- merging ---- */

static const char *add_note(struct merge *m, const struct json *old, const char *why)
{
	const char *notes = old_text(old, "notes");

	return arena_printf(&m->arena, "%s%sreopened %s: %s", notes != NULL ? notes : "",
	                    notes != NULL ? "\n" : "", m->today, why);
}

/* Somebody has closed it, or we have, and it is not gone. */
static void reopen(struct merge *m, struct entry *e, struct writing *x)
{
	const char *reason = old_text(e->old, "close_reason");
	const bool ours = reason != NULL && str_starts(reason, "measured: ");

	m->counts->reopened++;
	x->notes = add_note(m, e->old,
	                    ours ? "it is there again"
	                         : "it was closed by hand, and the check still fails");
}

static void update(struct merge *m, struct entry *e)
{
	struct writing x = { .i = e->now,
		             .status = e->now->status,
		             .why_closed = e->now->why_closed };

	if (e->old == NULL) {
		write_entry(m, e, &x);
		return;
	}
	if (old_status(e->old) == BEADS_CLOSED && x.status != BEADS_CLOSED)
		reopen(m, e, &x);
	else if (old_status(e->old) == BEADS_IN_PROGRESS && x.status != BEADS_CLOSED)
		x.status = BEADS_IN_PROGRESS; /* somebody is at it */
	else if (old_status(e->old) == BEADS_CLOSED && old_text(e->old, "close_reason"))
		x.why_closed = old_text(e->old, "close_reason");
	else if (x.status == BEADS_CLOSED)
		m->counts->closed++;
	write_entry(m, e, &x);
}

static void retire(struct merge *m, struct entry *e)
{
	const char *ref = old_text(e->old, "external_ref");
	struct writing x = { .status = BEADS_CLOSED };

	if (ref != NULL && str_starts(ref, "seaworthy:") &&
	    old_status(e->old) != BEADS_CLOSED)
		x.why_closed = beads_gone(m->b, &m->arena, ref);
	if (x.why_closed == NULL) {
		m->counts->kept++;
		return;
	}
	m->counts->closed++;
	write_entry(m, e, &x);
}

static enum err_code match(struct merge *m, const struct beads_list *wanted,
                           struct err *err)
{
	for (size_t i = 0; i < wanted->count; i++) {
		const struct beads_issue *issue = &wanted->items[i];
		struct entry *e = map_get(&m->by_id, span_str(issue->id));

		if (e == NULL) {
			e = &m->entries[m->count++];
			e->id = issue->id;
			if (!map_set(&m->by_id, span_str(e->id), e))
				return err_nomem(err);
		}
		e->now = issue;
	}
	return ERR_OK;
}

static int by_id(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;

	return strcmp(x->id, y->id);
}

static enum err_code write_all(struct merge *m, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < m->count; i++) {
		if (m->entries[i].now != NULL)
			update(m, &m->entries[i]);
		else
			retire(m, &m->entries[i]);
	}
	if (!arena_ok(&m->arena))
		return arena_err(&m->arena, err);
	if (m->count > 0)
		qsort(m->entries, m->count, sizeof(*m->entries), by_id);
	for (size_t i = 0; i < m->count; i++) {
		buf_put(out, m->entries[i].line);
		buf_putc(out, '\n');
	}
	return buf_err(out, err);
}

enum err_code gate_beads_merge(const struct gate_beads *b, struct span existing,
                               const char *name, struct buf *out,
                               struct gate_beads_counts *counts, struct err *err)
{
	struct merge m = { .b = b, .by_id = MAP_INIT, .counts = counts };
	struct beads_list wanted = { .items = NULL };
	char today[WHEN_TEXT];
	enum err_code rc;

	memset(counts, 0, sizeof(*counts));
	arena_init(&m.arena);
	when_format(b->now_ms, false, today);
	m.today = today;
	rc = beads_wanted(b, &m.arena, &wanted, err);
	if (rc == ERR_OK)
		rc = read_lines(&m, existing, name, wanted.count, err);
	if (rc == ERR_OK)
		rc = match(&m, &wanted, err);
	if (rc == ERR_OK)
		rc = write_all(&m, out, err);
	for (size_t i = 0; i < m.doc_count; i++)
		json_free(m.docs[i]);
	map_fini(&m.by_id);
	arena_fini(&m.arena);
	return rc;
}
