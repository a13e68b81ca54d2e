// SPDX-License-Identifier: Apache-2.0
#include "collect/overlap.h"

#include "base/map.h"
#include "base/str.h"

static bool names_identify(enum gate_format format)
{
	static const enum gate_format formats[] = {
		GATE_FORMAT_JUNIT,    GATE_FORMAT_GOTEST,  GATE_FORMAT_CTEST,
		GATE_FORMAT_PYTEST,   GATE_FORMAT_LIBTEST, GATE_FORMAT_CRITERION,
		GATE_FORMAT_UNITTEST, GATE_FORMAT_TRX,     GATE_FORMAT_XUNIT,
	};

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (format == formats[i])
			return true;
	return false;
}

const char *gate_overlap_scope(struct arena *a, enum gate_format format, const char *dir)
{
	if (!names_identify(format))
		return NULL;
	return arena_printf(a, "%s %s", gate_format_name(format),
	                    dir != NULL ? dir : ".");
}

/* The worse, the higher. */
static int badness(enum gate_case_state s)
{
	switch (s) {
	case GATE_CASE_PASSED:
		return 0;
	case GATE_CASE_SKIPPED: /* what did not run somewhere is not hidden */
		return 1;
	case GATE_CASE_FLAKY:
		return 2;
	case GATE_CASE_QUARANTINED:
		return 3;
	case GATE_CASE_ERROR:
	case GATE_CASE_FAILED:
		break;
	}
	return 4;
}

static void take_off(struct gate_overlap *out, enum gate_case_state s)
{
	out->total++;
	switch (s) {
	case GATE_CASE_SKIPPED:
		out->skipped++;
		return;
	case GATE_CASE_PASSED:
		out->passed++;
		return;
	case GATE_CASE_FLAKY:
		out->flaky++;
		return;
	case GATE_CASE_QUARANTINED:
		out->quarantined++;
		return;
	case GATE_CASE_ERROR:
	case GATE_CASE_FAILED:
		out->failed++;
	}
}

static bool shares_scope(const struct gate_run *const *runs, size_t count, size_t i)
{
	for (size_t k = 0; runs[i]->scope != NULL && k < count; k++)
		if (k != i && str_eq(runs[k]->scope, runs[i]->scope))
			return true;
	return false;
}

/* The worst case of that name so far, of the runs before this one. */
struct seen {
	struct gate_case *item;
	size_t run;
};

struct finder {
	struct gate_overlap *out;
	struct map seen; /* "scope\nname" to struct seen */
	struct arena arena;
	struct buf key;
};

static void take_case(struct finder *f, const char *scope, struct gate_case *item,
                      size_t run)
{
	struct seen *s;

	buf_clear(&f->key);
	buf_printf(&f->key, "%s\n%s", scope, item->name);
	s = buf_ok(&f->key) ? map_get(&f->seen, buf_span(&f->key)) : NULL;
	if (s == NULL) {
		s = arena_new(&f->arena, sizeof(*s));
		if (s != NULL && map_set(&f->seen, buf_span(&f->key), s))
			*s = (struct seen){ item, run };
		return;
	}
	if (s->run == run || s->item == NULL)
		return;
	if (badness(item->state) > badness(s->item->state)) {
		take_off(f->out, s->item->state);
		*s = (struct seen){ item, run };
	} else {
		take_off(f->out, item->state);
	}
}

void gate_overlap_find(const struct gate_run *const *runs, size_t count,
                       struct gate_overlap *out)
{
	struct finder f = { .out = out, .key = BUF_INIT };

	*out = (struct gate_overlap){ .total = 0 };
	map_init(&f.seen);
	arena_init(&f.arena);
	for (size_t i = 0; i < count; i++) {
		if (!shares_scope(runs, count, i))
			continue;
		for (size_t k = 0; k < runs[i]->cases.count; k++)
			take_case(&f, runs[i]->scope, &runs[i]->cases.items[k], i);
	}
	map_fini(&f.seen);
	arena_fini(&f.arena);
	buf_fini(&f.key);
}
