// SPDX-License-Identifier: Apache-2.0
#include "depend.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"
#include "lib/json.h"
#include "lock_kinds.h"
#include "manifest_internal.h"
#include "scanners/osv/index.h"

#include <stdlib.h>
#include <string.h>

/* ---- advisories ---- */

static void set_lack(struct scan_advisories *a, enum scan_lack kind, const char *what)
{
	struct span text = span_sub(span_str(what), 0, sizeof a->lack - 1);

	memcpy(a->lack, text.ptr, text.len);
	a->lack[text.len] = '\0';
	a->kind = kind;
}

/* What it has counts, but there is more than it has. */
static void check_worth(struct scan_advisories *a, int64_t now_ms, int64_t max_age_ms)
{
	struct scan_osv_info info = scan_osv_info(a->db);
	struct buf text = BUF_INIT;
	char age[WHEN_TEXT];

	if (now_ms - info.newest_ms > max_age_ms) {
		when_duration((uint64_t)(now_ms - info.newest_ms), age);
		buf_printf(&text,
		           "the newest advisory is %s old: import a new dump with "
		           "`seaworthy osv import DUMP`",
		           age);
		set_lack(a, SCAN_OPEN, buf_str(&text));
	} else if (info.rejected > 0) {
		buf_printf(&text,
		           "%u of %u advisories could not be read when the index was "
		           "made: import a whole dump with `seaworthy osv import DUMP`",
		           info.rejected, info.records + info.rejected);
		set_lack(a, SCAN_OPEN, buf_str(&text));
	}
	buf_fini(&text);
}

enum err_code scan_advisories_open(struct scan_advisories *a, const char *path,
                                   int64_t now_ms, int64_t max_age_ms, struct err *err)
{
	struct buf place = BUF_INIT;
	enum err_code rc = ERR_OK;

	*a = (struct scan_advisories){ .db = NULL };
	if (path != NULL)
		buf_puts(&place, path);
	else
		rc = scan_osv_default_path(&place, err);
	if (rc == ERR_OK)
		rc = scan_osv_open(&a->db, buf_str(&place), err);
	if (rc == ERR_OK)
		check_worth(a, now_ms, max_age_ms);
	else if (rc == ERR_NOT_FOUND)
		set_lack(
			a, SCAN_NO_DATA,
			"no index of advisories: make it with `seaworthy osv import DUMP`");
	else if (rc != ERR_NOMEM)
		set_lack(a, SCAN_UNREAD,
		         err != NULL ? err->msg : "the index of advisories is damaged");
	buf_fini(&place);
	return rc == ERR_NOMEM ? rc : ERR_OK;
}

void scan_advisories_close(struct scan_advisories *a)
{
	scan_osv_close(a->db);
	a->db = NULL;
}

/* ---- what findings share ---- */

void scan_depend_lack(struct scan_pass *p, enum scan_lack lack, const char *fmt, ...)
{
	struct buf reason = BUF_INIT;
	va_list ap;
	size_t rule;

	if (p->rc != ERR_OK ||
	    !scan_selection_runs(p->rules, SCAN_BUILTIN_VULNERABLE, &rule))
		return;
	va_start(ap, fmt);
	buf_vprintf(&reason, fmt, ap);
	va_end(ap);
	if (buf_ok(&reason))
		scan_pass_miss(p, p->rules->rules[rule].id, lack, buf_str(&reason));
	else
		p->rc = ERR_NOMEM;
	buf_fini(&reason);
}

/* ---- one package, one or more advisories ---- */

struct group {
	size_t parent; /* of a union-find over hits */
};

struct look {
	struct scan_pass *p;
	const struct scan_osv *db;
	size_t rule;
	struct scan_osv_hits hits;
	struct group *groups; /* one a hit */
	size_t group_cap;
	const struct scan_dependency *open; /* the first one with such advisories */
	size_t open_count;
};

static size_t head_of(struct look *k, size_t i)
{
	while (k->groups[i].parent != i)
		i = k->groups[i].parent;
	return i;
}

/* The hit joins whoever has this id already. */
static bool join(struct look *k, struct map *ids, struct span id, size_t hit)
{
	const struct group *known = map_get(ids, id);

	if (known == NULL)
		return map_set(ids, id, &k->groups[hit]);
	k->groups[head_of(k, hit)].parent = head_of(k, (size_t)(known - k->groups));
	return true;
}

/* Records that are one another's aliases, or have one in common, are one finding. */
static bool group_hits(struct look *k)
{
	struct map ids = MAP_INIT;
	struct span alias;
	bool ok = k->hits.count <= k->group_cap ||
	          mem_array(&k->groups, k->hits.count, sizeof *k->groups);

	if (ok && k->hits.count > k->group_cap)
		k->group_cap = k->hits.count;
	for (size_t i = 0; ok && i < k->hits.count; i++)
		k->groups[i].parent = i;
	for (size_t i = 0; ok && i < k->hits.count; i++) {
		ok = join(k, &ids, k->hits.items[i].id, i);
		for (size_t n = 0; ok; n++) {
			alias = scan_osv_alias(k->db, k->hits.items[i].record, n);
			if (alias.len == 0)
				break;
			ok = join(k, &ids, alias, i);
		}
	}
	map_fini(&ids);
	return ok;
}

static enum scan_osv_severity severity_of(struct look *k, size_t head)
{
	enum scan_osv_severity worst = SCAN_OSV_UNKNOWN;

	for (size_t i = 0; i < k->hits.count; i++)
		if (head_of(k, i) == head && k->hits.items[i].severity > worst)
			worst = k->hits.items[i].severity;
	return worst;
}

static bool is_repeated(struct look *k, size_t head, size_t hit)
{
	for (size_t i = 0; i < hit; i++)
		if (head_of(k, i) == head &&
		    span_eq(k->hits.items[i].fixed, k->hits.items[hit].fixed))
			return true;
	return false;
}

static void put_lists(struct json_writer *w, struct look *k, size_t head)
{
	json_put_key(w, "ids");
	json_open(w, '[');
	for (size_t i = 0; i < k->hits.count; i++)
		if (head_of(k, i) == head)
			json_put_string(w, k->hits.items[i].id);
	json_close(w, ']');
	json_put_key(w, "fixed");
	json_open(w, '[');
	for (size_t i = 0; i < k->hits.count; i++)
		if (head_of(k, i) == head && k->hits.items[i].fixed.len > 0 &&
		    !is_repeated(k, head, i))
			json_put_string(w, k->hits.items[i].fixed);
	json_close(w, ']');
}

static void put_details(struct buf *out, struct look *k, size_t head,
                        const struct scan_dependency *d)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "ecosystem", d->ecosystem);
	json_field_str(&w, "name", d->name);
	json_field_str(&w, "version", d->version);
	put_lists(&w, k, head);
	json_field_bool(&w, "direct", d->direct);
	json_field_bool(&w, "dev", d->dev);
	json_put_key(&w, "path");
	json_open(&w, '[');
	for (size_t i = 0; i < d->path_count; i++)
		json_put_str(&w, d->path[i]);
	json_close(&w, ']');
	json_field_str(&w, "severity", scan_osv_severity_name(severity_of(k, head)));
	json_close(&w, '}');
}

/* "lodash 4.17.20: high GHSA-35jh-r3h4-6jhm, fixed in 4.17.21: summary" */
static void put_message(struct buf *out, struct look *k, size_t head,
                        const struct scan_dependency *d)
{
	const struct scan_osv_hit *hit = NULL;

	for (size_t i = 0; hit == NULL && i < k->hits.count; i++)
		if (head_of(k, i) == head)
			hit = &k->hits.items[i];
	if (hit == NULL)
		return;
	buf_printf(out, "%s %s: ", d->name, d->version);
	if (severity_of(k, head) != SCAN_OSV_UNKNOWN)
		buf_printf(out, "%s ", scan_osv_severity_name(severity_of(k, head)));
	buf_put(out, hit->id);
	if (hit->fixed.len > 0) {
		buf_puts(out, ", fixed in ");
		buf_put(out, hit->fixed);
	}
	if (hit->summary.len > 0) {
		buf_puts(out, ": ");
		buf_put(out, hit->summary);
	}
}

static void report(struct look *k, size_t head, const struct scan_dependency *d)
{
	enum scan_osv_severity severity = severity_of(k, head);
	struct scan_report r = { .rule = k->rule, .start = d->at, .end = d->at + d->len };
	static const enum scan_severity error = SCAN_ERROR;
	struct buf details = BUF_INIT;
	struct buf message = BUF_INIT;
	struct buf identity = BUF_INIT;

	put_details(&details, k, head, d);
	put_message(&message, k, head, d);
	buf_printf(&identity, "%s %s ", d->ecosystem, d->name);
	buf_put(&identity, k->hits.items[head].id);
	r.message = buf_str(&message);
	r.details = buf_str(&details);
	r.identity = buf_span(&identity);
	if (severity >= SCAN_OSV_HIGH)
		r.severity = &error;
	if (buf_ok(&details) && buf_ok(&message) && buf_ok(&identity))
		scan_pass_report(k->p, &r);
	else
		k->p->rc = ERR_NOMEM;
	buf_fini(&details);
	buf_fini(&message);
	buf_fini(&identity);
}

/* False without memory, and when the index is damaged. */
static bool look_up(struct look *k, const struct scan_dependency *d)
{
	struct err err = ERR_INIT;
	enum err_code rc = scan_osv_find(k->db, span_str(d->ecosystem), span_str(d->name),
	                                 span_str(d->version), &k->hits, &err);

	if (rc == ERR_NOMEM || (rc == ERR_OK && !group_hits(k)))
		k->p->rc = ERR_NOMEM;
	if (rc == ERR_CORRUPT)
		scan_depend_lack(k->p, SCAN_UNREAD, "%s", err.msg);
	if (rc == ERR_OK && k->hits.open > 0) {
		k->open = k->open != NULL ? k->open : d;
		k->open_count++;
	}
	for (size_t i = 0; k->p->rc == ERR_OK && rc == ERR_OK && i < k->hits.count; i++)
		if (head_of(k, i) == i)
			report(k, i, d);
	return rc == ERR_OK && k->p->rc == ERR_OK;
}

/* ---- a lock file ---- */

static int by_place(const void *a, const void *b)
{
	const struct scan_dependency *x = a;
	const struct scan_dependency *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* Is there an index to ask, and is it whole? Says what is missing. */
static bool can_look_up(struct scan_pass *p, const struct scan_lock *l)
{
	const struct scan_advisories *a = p->advisories;
	struct err err = ERR_INIT;
	enum err_code rc;

	if (a == NULL || l->count == 0)
		return false;
	if (a->lack[0] != '\0')
		scan_depend_lack(p, a->kind, "%s", a->lack);
	if (a->db == NULL)
		return false;
	rc = scan_osv_verify(a->db, &err);
	if (rc != ERR_OK)
		scan_depend_lack(p, SCAN_UNREAD, "%s", err.msg);
	else if (!scan_osv_has_ecosystem(a->db, span_str(l->ecosystem)))
		scan_depend_lack(p, SCAN_NO_DATA, "the index has no advisory for %s",
		                 l->ecosystem);
	return rc == ERR_OK;
}

enum { OPEN_TOLD = 60 }; /* columns of a name, and of a version */

/* Advisories are there, and whether they mean this version cannot be said. */
static void tell_open(const struct look *k)
{
	struct buf which = BUF_INIT;

	if (k->open_count == 0)
		return;
	str_display_cut(&which, span_str(k->open->name), OPEN_TOLD);
	buf_putc(&which, ' ');
	str_display_cut(&which, span_str(k->open->version), OPEN_TOLD);
	if (k->open_count == 1)
		scan_depend_lack(k->p, SCAN_OPEN,
		                 "%s cannot be compared with an advisory for it",
		                 buf_str(&which));
	else
		scan_depend_lack(k->p, SCAN_OPEN,
		                 "%zu packages cannot be compared with advisories for "
		                 "them, such as %s",
		                 k->open_count, buf_str(&which));
	buf_fini(&which);
}

static void find_vulnerable(struct scan_pass *p, struct scan_lock *l)
{
	struct look k = { .p = p };
	size_t unknown = 0;

	if (!scan_selection_runs(p->rules, SCAN_BUILTIN_VULNERABLE, &k.rule) ||
	    !can_look_up(p, l))
		return;
	k.db = p->advisories->db;
	for (size_t i = 0; i < l->count; i++) {
		if (l->items[i].version[0] == '\0')
			unknown += !l->items[i].own;
		else if (look_up(&k, &l->items[i]))
			p->sink.packages[p->source->scope]++;
		else
			break;
	}
	if (unknown > 0)
		scan_depend_lack(p, SCAN_OPEN, "%zu package%s no version to look up",
		                 unknown, unknown == 1 ? " has" : "s have");
	tell_open(&k);
	scan_osv_hits_fini(&k.hits);
	mem_free(k.groups);
}

static void find_unpinned(struct scan_pass *p, const struct scan_lock *l)
{
	size_t rule;

	if (!scan_selection_runs(p->rules, SCAN_BUILTIN_UNPINNED, &rule))
		return;
	for (size_t i = 0; i < l->count; i++) {
		const struct scan_dependency *d = &l->items[i];
		struct buf message = BUF_INIT;

		if (!d->loose)
			continue;
		buf_printf(&message, "%s has no fixed version", d->name);
		scan_pass_report(p,
		                 &(struct scan_report){ .rule = rule,
		                                        .start = d->at,
		                                        .end = d->at + d->len,
		                                        .message = buf_str(&message),
		                                        .identity = span_str(d->name) });
		buf_fini(&message);
	}
}

static void read_lock(struct scan_pass *p, const struct scan_lock_kind *kind)
{
	struct scan_lock l;
	struct err err = ERR_INIT;
	enum err_code rc = scan_lock_read(&l, kind, p->source->text, "lock file", &err);

	if (rc == ERR_NOMEM)
		p->rc = rc;
	if (rc != ERR_OK) {
		scan_depend_lack(p, SCAN_UNREAD, "%s", err.msg);
		return;
	}
	if (l.count > 0)
		qsort(l.items, l.count, sizeof *l.items, by_place);
	find_vulnerable(p, &l);
	find_unpinned(p, &l);
	scan_lock_fini(&l);
}

bool scan_depend_wants(struct span project)
{
	return scan_lock_kind_of(project) != NULL ||
	       scan_manifest_kind_of(project) != NULL;
}

void scan_depend_binary(struct scan_pass *p)
{
	if (scan_lock_kind_of(p->source->project) != NULL)
		scan_depend_lack(p, SCAN_UNREAD, "a lock file that is no text");
}

void scan_depend_file(struct scan_pass *p)
{
	const struct scan_lock_kind *kind = scan_lock_kind_of(p->source->project);

	p->language = p->source->language;
	if (kind != NULL)
		read_lock(p, kind);
	if (p->rc == ERR_OK && !p->alone)
		scan_manifest_file(p);
}
