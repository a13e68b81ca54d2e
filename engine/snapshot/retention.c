// SPDX-License-Identifier: Apache-2.0
#include "snapshot/retention.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/wire.h"
#include "snapshot/calendar.h"

#include <stdlib.h>
#include <string.h>

enum { HOUR_S = 3600, DAY_S = 86400, DAYS_OF_WEEK = 7, MONTHS = 12 };

#define NS_PER_S ((int64_t)1000000000)
#define DAY_NS (DAY_S * NS_PER_S)
#define TIME_LEAST ((int64_t)631152000 * NS_PER_S) /* 1990-01-01 */
#define PERIOD_MOST 100000u

static const char *const kind_names[LB_KEEP_COUNT] = { "last",   "hourly",  "daily",
	                                               "weekly", "monthly", "yearly" };

/* A snapshot while its group is judged. */
struct row {
	const struct lb_retention_item *item;
	struct lb_retention_verdict *verdict;
	int64_t local; /* seconds of the calendar in the zone of the policy */
	bool counts;
};

struct plan {
	const struct lb_retention *policy;
	struct arena *arena;
	struct row *rows; /* by group, newest first in each */
	size_t count;
};

bool lb_period_is_zero(const struct lb_period *p)
{
	return p->years == 0 && p->months == 0 && p->days == 0 && p->hours == 0;
}

/* One "12h" off the text; the place of its unit in "ymwdh" to *unit. */
static bool take_part(struct span *text, size_t *unit, uint32_t *n)
{
	static const struct span units = { "ymwdh", 5 };
	size_t digits = 0;
	uint64_t v;

	while (digits < text->len && text->ptr[digits] >= '0' && text->ptr[digits] <= '9')
		digits++;
	if (digits == text->len ||
	    !num_u64(span_sub(*text, 0, digits), 0, PERIOD_MOST, &v))
		return false;
	*unit = span_find_byte(units, text->ptr[digits]);
	*n = (uint32_t)v;
	*text = span_from(*text, digits + 1);
	return *unit < units.len;
}

bool lb_period_parse(struct span text, struct lb_period *out)
{
	struct lb_period p = { 0, 0, 0, 0 };
	size_t next = 0;

	if (text.len == 0)
		return false;
	while (text.len > 0) {
		size_t unit;
		uint32_t n;

		if (!take_part(&text, &unit, &n) || unit < next)
			return false;
		next = unit + 1;
		if (unit == 0)
			p.years = n;
		else if (unit == 1)
			p.months = n;
		else if (unit == 4)
			p.hours = n;
		else
			p.days += unit == 2 ? n * DAYS_OF_WEEK : n;
	}
	*out = p;
	return true;
}

bool lb_retention_is_empty(const struct lb_retention *policy)
{
	for (size_t i = 0; i < LB_KEEP_COUNT; i++) {
		if (policy->keep[i] > 0 || !lb_period_is_zero(&policy->within[i]))
			return false;
	}
	return policy->oldest == 0 && policy->tag_count == 0;
}

static int compare_spans(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

/* What snapshots of one group have alike. */
static bool group_key(const struct lb_retention *policy, const struct lb_snapshot *s,
                      struct buf *key)
{
	struct span *paths = NULL;

	buf_clear(key);
	if (policy->by_host)
		wire_put_bytes(key, s->host);
	if (policy->by_tags) {
		wire_put_varint(key, s->tag_count);
		for (size_t i = 0; i < s->tag_count; i++)
			wire_put_bytes(key, s->tags[i]);
	}
	if (policy->by_paths && s->path_count > 0) {
		if (!mem_array(&paths, s->path_count, sizeof(*paths)))
			return false;
		memcpy(paths, s->paths, s->path_count * sizeof(*paths));
		qsort(paths, s->path_count, sizeof(*paths), compare_spans);
		for (size_t i = 0; i < s->path_count; i++)
			wire_put_bytes(key, paths[i]);
		mem_free(paths);
	}
	return buf_ok(key);
}

/* Numbers the groups. In the map a group is the verdict of its first snapshot. */
static enum err_code set_groups(struct plan *p, struct err *err)
{
	struct buf key = BUF_INIT;
	struct map groups = MAP_INIT;
	bool ok = true;

	for (size_t i = 0; ok && i < p->count; i++) {
		struct lb_retention_verdict *v = p->rows[i].verdict;
		const struct lb_retention_verdict *first;

		ok = group_key(p->policy, p->rows[i].item->ref.snapshot, &key);
		first = map_get(&groups, buf_span(&key));
		v->group = first != NULL ? first->group : groups.count;
		if (ok && first == NULL)
			ok = map_set(&groups, buf_span(&key), v);
	}
	map_fini(&groups);
	buf_fini(&key);
	return ok ? ERR_OK : err_nomem(err);
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a;
	const struct row *y = b;
	const int64_t time_x = x->item->ref.snapshot->start_ns;
	const int64_t time_y = y->item->ref.snapshot->start_ns;

	if (x->verdict->group != y->verdict->group)
		return x->verdict->group < y->verdict->group ? -1 : 1;
	if (time_x != time_y)
		return time_x > time_y ? -1 : 1;
	return lb_id16_cmp(&y->item->ref.id, &x->item->ref.id);
}

/* Keeps it, for one more reason. */
static void keep(struct plan *p, struct row *r, const char *reason)
{
	struct lb_retention_verdict *v = r->verdict;

	v->reasons = v->keep ? arena_printf(p->arena, "%s, %s", v->reasons, reason)
	                     : arena_str(p->arena, reason);
	v->keep = true;
	/* Never read after a failure, which the end of the plan finds. */
	if (v->reasons == NULL)
		v->reasons = "";
}

static const char *time_fault(const struct lb_retention *policy,
                              const struct lb_snapshot *s)
{
	const int64_t time = s->start_ns;

	if (time < TIME_LEAST)
		return "not counted: its time is before 1990";
	/* a copy may well be older than the repository it is in */
	if (policy->has_created && !s->has_original &&
	    policy->created_ns > INT64_MIN + DAY_NS && time < policy->created_ns - DAY_NS)
		return "not counted: its time is before the repository was made";
	if (policy->now_ns < INT64_MAX - DAY_NS && time > policy->now_ns + DAY_NS)
		return "not counted: its time is in the future";
	return NULL;
}

/* Keeps what the rules are not for, and marks what they are. */
static void set_counts(struct plan *p, struct row *r)
{
	const struct lb_snapshot *s = r->item->ref.snapshot;
	const char *fault = time_fault(p->policy, s);

	if (!r->item->trusted)
		keep(p, r, "not counted: its writer is not known");
	if (fault != NULL)
		keep(p, r, fault);
	if (s->pinned)
		keep(p, r, "pinned");
	r->counts = !r->verdict->keep && !s->partial;
}

static void set_local(const struct lb_retention *policy, struct row *r)
{
	const int64_t utc = lb_floor_div(r->item->ref.snapshot->start_ns, NS_PER_S);

	r->local = utc;
	if (policy->zone != NULL)
		r->local += policy->zone(utc, policy->zone_context);
}

/* What snapshots of one hour, day, .. have alike. */
static int64_t period_of(const struct row *r, enum lb_keep kind)
{
	const int64_t days = lb_floor_div(r->local, DAY_S);
	const struct lb_date d = lb_date_of(days);

	switch (kind) {
	case LB_KEEP_HOURLY:
		return lb_floor_div(r->local, HOUR_S);
	case LB_KEEP_DAILY:
		return days;
	case LB_KEEP_WEEKLY:
		return lb_date_week(days);
	case LB_KEEP_MONTHLY:
		return d.year * MONTHS + d.month;
	case LB_KEEP_YEARLY:
		return d.year;
	case LB_KEEP_LAST:
	case LB_KEEP_COUNT:
		break;
	}
	return 0;
}

/* "daily 2026-11-22"; `number` is for LB_KEEP_LAST. */
static const char *label(struct plan *p, const struct row *r, enum lb_keep kind,
                         uint32_t number, const char *rule)
{
	const int64_t days = lb_floor_div(r->local, DAY_S);
	const struct lb_date d = lb_date_of(days);
	const long long year = (long long)d.year;
	const char *name = kind_names[kind];
	int64_t iso_year;
	unsigned week;

	switch (kind) {
	case LB_KEEP_HOURLY:
		return arena_printf(p->arena, "%s%s %04lld-%02u-%02u %02dh", rule, name,
		                    year, d.month, d.day,
		                    (int)((r->local - days * DAY_S) / HOUR_S));
	case LB_KEEP_DAILY:
		return arena_printf(p->arena, "%s%s %04lld-%02u-%02u", rule, name, year,
		                    d.month, d.day);
	case LB_KEEP_WEEKLY:
		lb_date_iso_week(days, &iso_year, &week);
		return arena_printf(p->arena, "%s%s %04lld-W%02u", rule, name,
		                    (long long)iso_year, week);
	case LB_KEEP_MONTHLY:
		return arena_printf(p->arena, "%s%s %04lld-%02u", rule, name, year,
		                    d.month);
	case LB_KEEP_YEARLY:
		return arena_printf(p->arena, "%s%s %04lld", rule, name, year);
	case LB_KEEP_LAST:
	case LB_KEEP_COUNT:
		break;
	}
	return arena_printf(p->arena, "%s%s %u", rule, name, number);
}

/* The newest of each of the last `most` periods that have any, from `least` on. */
static void keep_newest(struct plan *p, struct row *rows, size_t count, enum lb_keep kind,
                        uint32_t most, int64_t least, const char *rule)
{
	int64_t last = INT64_MIN;
	uint32_t used = 0;

	for (size_t i = 0; i < count && used < most; i++) {
		struct row *r = &rows[i];
		const int64_t period = period_of(r, kind);
		const char *reason;

		if (!r->counts || r->local < least)
			continue;
		if (kind != LB_KEEP_LAST && period == last)
			continue;
		last = period;
		used++;
		reason = label(p, r, kind, used, rule);
		keep(p, r, reason == NULL ? "" : reason);
	}
}

/* The local time so long before another. */
static int64_t before(int64_t local, const struct lb_period *period)
{
	const int64_t days = lb_floor_div(local, DAY_S);
	struct lb_date d = lb_date_of(days);
	const int64_t months = d.year * MONTHS + (d.month - 1) -
	                       (int64_t)period->years * MONTHS - period->months;
	unsigned length;

	d.year = lb_floor_div(months, MONTHS);
	d.month = (unsigned)(months - d.year * MONTHS) + 1;
	length = lb_date_month_length(d.year, d.month);
	if (d.day > length)
		d.day = length;
	return (lb_date_days(&d) - period->days) * DAY_S + (local - days * DAY_S) -
	       (int64_t)period->hours * HOUR_S;
}

static void keep_within(struct plan *p, struct row *rows, size_t count,
                        const struct row *newest)
{
	for (int kind = 0; kind < LB_KEEP_COUNT; kind++) {
		const struct lb_period *period = &p->policy->within[kind];

		if (lb_period_is_zero(period))
			continue;
		const int64_t least = before(newest->local, period);

		if (kind != LB_KEEP_LAST) {
			keep_newest(p, rows, count, (enum lb_keep)kind, LB_KEEP_ALL,
			            least, "within ");
			continue;
		}
		for (size_t i = 0; i < count; i++) {
			if (rows[i].counts && rows[i].local >= least)
				keep(p, &rows[i], "within");
		}
	}
}

static void keep_oldest(struct plan *p, struct row *rows, size_t count)
{
	uint32_t used = 0;

	for (size_t i = count; i-- > 0 && used < p->policy->oldest;) {
		if (!rows[i].counts)
			continue;
		used++;
		keep(p, &rows[i], "oldest");
	}
}

static void keep_tagged(struct plan *p, struct row *rows, size_t count)
{
	struct lb_snapshot_filter filter = { 0 };

	filter.tags = p->policy->tags;
	filter.tag_count = p->policy->tag_count;
	for (size_t i = 0; filter.tag_count > 0 && i < count; i++) {
		if (lb_snapshot_matches(rows[i].item->ref.snapshot, &filter))
			keep(p, &rows[i], "tag");
	}
}

/* What nobody kept goes; a partial one only if it was superseded. */
static void judge_rest(struct plan *p, struct row *rows, size_t count)
{
	bool complete = false;

	for (size_t i = 0; i < count; i++) {
		struct lb_retention_verdict *v = rows[i].verdict;
		const bool partial = rows[i].item->ref.snapshot->partial;

		if (partial && !v->keep && !complete)
			keep(p, &rows[i], "unfinished, and none complete followed");
		complete = complete || rows[i].counts;
		if (!v->keep)
			v->reasons = partial ? "unfinished, and a complete one followed"
			                     : "no rule keeps it";
	}
}

static void judge_group(struct plan *p, struct row *rows, size_t count)
{
	const struct row *newest = NULL;

	for (size_t i = count; i-- > 0;) {
		set_local(p->policy, &rows[i]);
		set_counts(p, &rows[i]);
		if (rows[i].counts)
			newest = &rows[i];
	}
	for (int kind = 0; kind < LB_KEEP_COUNT; kind++)
		keep_newest(p, rows, count, (enum lb_keep)kind, p->policy->keep[kind],
		            INT64_MIN, "");
	if (newest != NULL)
		keep_within(p, rows, count, newest);
	keep_oldest(p, rows, count);
	keep_tagged(p, rows, count);
	judge_rest(p, rows, count);
}

static void judge(struct plan *p)
{
	size_t start = 0;

	for (size_t i = 1; i <= p->count; i++) {
		if (i < p->count &&
		    p->rows[i].verdict->group == p->rows[start].verdict->group)
			continue;
		judge_group(p, &p->rows[start], i - start);
		start = i;
	}
}

enum err_code lb_retention_plan(const struct lb_retention *policy,
                                const struct lb_retention_item *items, size_t count,
                                struct arena *arena, struct lb_retention_verdict **out,
                                struct err *err)
{
	struct plan p = { policy, arena, NULL, count };
	struct lb_retention_verdict *verdicts;
	enum err_code rc;

	*out = NULL;
	if (lb_retention_is_empty(policy))
		return err_set(err, ERR_USAGE, "the policy keeps nothing");
	verdicts = arena_array(arena, count + 1, sizeof(*verdicts));
	p.rows = arena_array(arena, count + 1, sizeof(*p.rows));
	if (verdicts == NULL || p.rows == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		p.rows[i].item = &items[i];
		p.rows[i].verdict = &verdicts[i];
		verdicts[i].reasons = "";
	}
	if ((rc = set_groups(&p, err)) != ERR_OK)
		return rc;
	if (count > 0) {
		qsort(p.rows, count, sizeof(*p.rows), compare_rows);
		judge(&p);
	}
	if ((rc = arena_err(arena, err)) == ERR_OK)
		*out = verdicts;
	return rc;
}
