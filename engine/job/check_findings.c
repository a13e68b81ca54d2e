// SPDX-License-Identifier: Apache-2.0
#include "job/check_findings.h"

#include "base/buf.h"

const char *lb_finding_level_name(enum lb_finding_level level)
{
	static const char *const names[] = { "damage", "skipped", "note" };

	return level < LB_FINDING_LEVELS ? names[level] : "unknown";
}

void lb_findings_init(struct lb_findings *f)
{
	*f = (struct lb_findings){ .arena = ARENA_INIT, .by_object = MAP_INIT };
}

void lb_findings_fini(struct lb_findings *f)
{
	map_fini(&f->by_object);
	arena_fini(&f->arena);
	lb_findings_init(f);
}

static struct lb_finding *make(struct lb_findings *f, enum lb_finding_level level,
                               const char *object, const char *what, const char *mend)
{
	struct lb_finding *one = arena_new(&f->arena, sizeof *one);
	struct lb_finding **slot =
		arena_push(&f->arena, &f->items, &f->count, &f->cap, sizeof *f->items);

	if (slot)
		*slot = one;
	if (!one || !slot) {
		if (slot)
			f->count--;
		return NULL;
	}
	*one = (struct lb_finding){ .level = level,
		                    .object = arena_str(&f->arena, object),
		                    .what = arena_str(&f->arena, what),
		                    .mend = mend };
	return one;
}

struct lb_finding *lb_findings_add(struct lb_findings *f, enum lb_finding_level level,
                                   const char *object, const char *what, const char *mend)
{
	struct buf key = BUF_INIT;
	struct lb_finding *one = NULL;

	buf_printf(&key, "%d %s", (int)level, object);
	if (!buf_ok(&key)) {
		f->arena.failed = true;
		goto out;
	}
	one = map_get(&f->by_object, buf_span(&key));
	if (one)
		goto out;
	f->total[level]++;
	if (f->count == LB_FINDINGS_MAX)
		goto out;
	one = make(f, level, object, what, mend);
	if (one && !map_set(&f->by_object, buf_span(&key), one))
		f->arena.failed = true;
out:
	buf_fini(&key);
	return one;
}

void lb_finding_affects(struct lb_findings *f, struct lb_finding *one,
                        const struct lb_id16 *snapshot, struct span path)
{
	struct lb_affected *last;
	char *copy;

	if (!one)
		return;
	last = one->affected_kept ? &one->affected[one->affected_kept - 1] : NULL;
	if (last && one->affected_count == one->affected_kept &&
	    lb_id16_eq(&last->snapshot, snapshot) && span_eq(last->path, path))
		return;
	one->affected_count++;
	if (one->affected_kept == LB_AFFECTED_MAX)
		return;
	copy = arena_dup(&f->arena, path);
	last = arena_push(&f->arena, &one->affected, &one->affected_kept,
	                  &one->affected_cap, sizeof *last);
	if (!last)
		return;
	last->snapshot = *snapshot;
	last->path = span_of(copy, copy ? path.len : 0);
}

enum err_code lb_findings_err(const struct lb_findings *f, struct err *err)
{
	return arena_err(&f->arena, err);
}
