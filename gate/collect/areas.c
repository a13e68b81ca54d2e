// SPDX-License-Identifier: Apache-2.0
#include "collect/areas.h"

#include "base/mem.h"
#include "base/str.h"
#include "collect/collect_internal.h"
#include "collect/coverage/verdict.h"
#include "scanners/sight.h"

#include <string.h>

enum { OWNERS_MAX = 200, PARTS_OF_A_PATH = 64 };

/* ---- which parts there are, and which a path belongs to ---- */

static bool add_owner(struct gate_areas *a, struct arena *arena, struct span name)
{
	const char **slot;

	if (a->owner_count == OWNERS_MAX || map_get(&a->by_owner, name) != NULL)
		return true;
	slot = arena_push(arena, &a->owners, &a->owner_count, &a->owner_cap,
	                  sizeof(*slot));
	if (slot == NULL)
		return false;
	*slot = arena_dup(arena, name);
	return *slot != NULL &&
	       map_set(&a->by_owner, name, (void *)(uintptr_t)a->owner_count);
}

static enum err_code index_owners(struct gate_collection *c, struct err *err)
{
	struct gate_areas *a = &c->areas;

	a->loaded = true;
	map_init(&a->by_owner);
	for (size_t i = 0; i < a->code_owners.count; i++) {
		struct span rest = span_str(a->code_owners.lines[i].owners);
		struct span name;

		while (span_split(&rest, ' ', &name))
			if (name.len > 0 && !add_owner(a, &c->arena, name))
				return err_nomem(err);
	}
	return ERR_OK;
}

enum err_code gate_areas_give(struct gate_collection *c, struct span code_owners,
                              struct err *err)
{
	enum err_code rc = scan_owners_parse(&c->areas.code_owners, code_owners, err);

	return rc == ERR_OK ? index_owners(c, err) : rc;
}

static enum err_code load(struct gate_collection *c, struct err *err)
{
	enum err_code rc;

	if (c->areas.loaded || c->runner.root == NULL)
		return ERR_OK;
	rc = scan_owners_load(&c->areas.code_owners, c->runner.root, NULL, err);
	return rc == ERR_OK ? index_owners(c, err) : rc;
}

void gate_areas_fini(struct gate_areas *a)
{
	if (!a->loaded)
		return;
	scan_owners_fini(&a->code_owners);
	map_fini(&a->by_owner);
}

static size_t count_of(const struct gate_collection *c)
{
	return c->context->policy->component_count + c->areas.owner_count;
}

static size_t parts_of_owners(const struct gate_collection *c, struct span owners,
                              size_t parts[PARTS_OF_A_PATH], size_t n)
{
	struct span name;

	while (n < PARTS_OF_A_PATH && span_split(&owners, ' ', &name)) {
		uintptr_t known = (uintptr_t)map_get(&c->areas.by_owner, name);

		if (known > 0)
			parts[n++] = c->context->policy->component_count + known - 1;
	}
	return n;
}

static size_t parts_of(const struct gate_collection *c, struct span path,
                       size_t parts[PARTS_OF_A_PATH])
{
	const struct gate_policy *p = c->context->policy;
	struct buf owners = BUF_INIT;
	size_t n = 0;

	for (size_t k = 0; k < p->component_count && n == 0; k++)
		if (gate_component_has(&p->components[k], path))
			parts[n++] = k;
	if (c->areas.owner_count > 0)
		scan_owners_of(&c->areas.code_owners, path, &owners);
	n = parts_of_owners(c, buf_span(&owners), parts, n);
	buf_fini(&owners);
	return n;
}

/* ---- the entries ---- */

static enum err_code begin(struct gate_collection *c, struct gate_judgement *j,
                           struct err *err)
{
	enum err_code rc = load(c, err);

	if (rc == ERR_OK)
		j->areas = arena_array(&c->arena, count_of(c) + 1, sizeof(*j->areas));
	return rc == ERR_OK ? arena_err(&c->arena, err) : rc;
}

static void add(struct gate_collection *c, struct gate_judgement *j, size_t part,
                const struct gate_value *v)
{
	const struct gate_policy *p = c->context->policy;
	bool owner = part >= p->component_count;

	j->areas[j->area_count++] = (struct gate_area){
		.component = owner ? NULL : p->components[part].id,
		.owner = owner ? c->areas.owners[part - p->component_count] : NULL,
		.low = arena_str(&c->arena, v->low),
		.high = arena_str(&c->arena, v->high),
	};
}

/* ---- scans ---- */

struct found {
	uint64_t findings;
	bool missed; /* a file of it was not scanned */
};

static void count_found(const struct gate_collection *c, const struct gate_check *check,
                        const struct scan_result *r, struct found *found)
{
	size_t parts[PARTS_OF_A_PATH];

	for (size_t i = 0; i < r->count; i++) {
		const struct scan_finding *f = &r->findings[i];
		size_t n;

		if (f->state == SCAN_KNOWN || !gate_judge_counts(check, f))
			continue;
		n = parts_of(c, f->path, parts);
		for (size_t k = 0; k < n; k++)
			found[parts[k]].findings++;
	}
	for (size_t i = 0; i < r->skip_count; i++) {
		const struct scan_skip *skip = &r->skips[i];
		size_t n = skip->folder ? count_of(c) : parts_of(c, skip->path, parts);

		if (!gate_judge_misses(check, skip))
			continue;
		for (size_t k = 0; k < n; k++)
			found[skip->folder ? k : parts[k]].missed = true;
	}
}

/* In which scopes the scan of the tree looked at files of each part. */
static enum err_code find_files(struct gate_collection *c, struct err *err)
{
	const struct scan_sight *sight = c->scan.sight;
	size_t parts[PARTS_OF_A_PATH];

	if (c->areas.has_files != NULL)
		return ERR_OK;
	c->areas.has_files =
		arena_array(&c->arena, count_of(c) + 1, sizeof(*c->areas.has_files));
	if (c->areas.has_files == NULL)
		return err_nomem(err);
	for (size_t i = 0; sight != NULL && i < sight->count; i++) {
		struct span path = sight->files[i].path;
		size_t n = parts_of(c, path, parts);

		for (size_t k = 0; k < n; k++)
			c->areas.has_files[parts[k]][scan_scope_of(path, SPAN_EMPTY)] =
				true;
	}
	return ERR_OK;
}

static bool looked_at(const struct gate_collection *c, const struct gate_check *check,
                      size_t part)
{
	for (int s = 0; s < SCAN_SCOPES; s++)
		if (c->areas.has_files[part][s] &&
		    gate_judge_asks_scope(check, (enum scan_scope)s))
			return true;
	return false;
}

enum err_code gate_areas_of_scan(struct gate_collection *c,
                                 const struct gate_check *check,
                                 const struct scan_result *r, struct gate_judgement *j,
                                 struct err *err)
{
	struct gate_ratio x = GATE_RATIO_INIT;
	struct found *found = NULL;
	struct gate_value v;
	enum err_code rc = begin(c, j, err);

	if (rc != ERR_OK || count_of(c) == 0)
		return rc;
	if ((rc = find_files(c, err)) != ERR_OK)
		return rc;
	if (!mem_array(&found, count_of(c), sizeof(*found)))
		return err_nomem(err);
	memset(found, 0, count_of(c) * sizeof(*found));
	count_found(c, check, r, found);
	for (size_t k = 0; k < count_of(c); k++) {
		if (found[k].findings == 0 && !found[k].missed && !looked_at(c, check, k))
			continue;
		gate_ratio_set_u64(&x, found[k].findings, 1);
		if (gate_value_of_measure(&v, check, &x,
		                          found[k].missed ? GATE_MISSED_MORE
		                                          : GATE_MISSED_NOTHING))
			add(c, j, k, &v);
	}
	gate_ratio_fini(&x);
	mem_free(found);
	return arena_err(&c->arena, err);
}

/* ---- suites and builds ---- */

/* Something in the folder, for globs and owners to speak of. */
static bool runs_in(const struct gate_collection *c, const char *dir, size_t part)
{
	size_t parts[PARTS_OF_A_PATH];
	struct buf path = BUF_INIT;
	bool in = false;
	size_t n;

	if (!str_eq(dir, "."))
		buf_printf(&path, "%s/", dir);
	buf_puts(&path, "_");
	n = parts_of(c, buf_span(&path), parts);
	for (size_t k = 0; k < n; k++)
		in = in || parts[k] == part;
	buf_fini(&path);
	return in;
}

enum err_code gate_areas_of_runs(struct gate_collection *c,
                                 const struct gate_check *check, const char *what,
                                 const struct gate_run *const *runs,
                                 const char *const *dirs, size_t count,
                                 struct gate_judgement *j, struct err *err)
{
	const struct gate_run **some = NULL;
	enum err_code rc = begin(c, j, err);

	if (rc != ERR_OK)
		return rc;
	if (!mem_array(&some, count + 1, sizeof(*some)))
		return err_nomem(err);
	for (size_t k = 0; k < count_of(c); k++) {
		struct gate_judgement part;
		size_t n = 0;

		for (size_t i = 0; i < count; i++)
			if (runs_in(c, dirs[i], k))
				some[n++] = runs[i];
		if (n == 0)
			continue;
		gate_judgement_init(&part);
		gate_judge_runs(&part, check, what, some, n);
		if (!part.has_value)
			(void)gate_value_of_decimals(&part.value, "0", "1");
		add(c, j, k, &part.value);
		gate_judgement_fini(&part);
	}
	mem_free(some);
	return arena_err(&c->arena, err);
}

/* ---- coverage ---- */

static bool value_of_row(struct gate_value *v, const struct gate_check *check,
                         const struct gate_cov_row *r, bool partial)
{
	struct gate_ratio low = GATE_RATIO_INIT;
	struct gate_ratio high = GATE_RATIO_INIT;
	bool ok;

	if (r->sum.total == 0)
		return r->unnamed_code + r->more > 0 &&
		       gate_value_of_decimals(v, "0", "1");
	if (check->coverage_new_code) {
		gate_value_of_state(
			v, partial ? GATE_WARN
				   : gate_coverage_small_change(r->sum.hit, r->sum.total,
		                                                r->unnamed_code + r->more,
		                                                check->scale_pass));
		return true;
	}
	gate_coverage_share(&low, &high, r);
	if (partial)
		gate_ratio_set_u64(&high, 100, 1);
	ok = gate_value_of_range(v, check, &low, &high);
	gate_ratio_fini(&low);
	gate_ratio_fini(&high);
	return ok;
}

static void add_row(struct gate_cov_row *to, const struct gate_cov_row *r)
{
	to->sum.total += r->sum.total;
	to->sum.hit += r->sum.hit;
	to->lines += r->lines;
	to->unnamed_code += r->unnamed_code;
	to->more += r->more;
}

/* The rows of the table: of components, or of sets of owners, which are taken apart. */
enum err_code gate_areas_of_coverage(struct gate_collection *c,
                                     const struct gate_check *check,
                                     const struct gate_cov_measured *m,
                                     struct gate_judgement *j, struct err *err)
{
	size_t components = c->context->policy->component_count;
	struct gate_cov_row *rows = NULL;
	size_t parts[PARTS_OF_A_PATH];
	struct gate_value v;
	enum err_code rc = begin(c, j, err);

	if (rc != ERR_OK || count_of(c) == 0)
		return rc;
	if (!mem_array(&rows, count_of(c), sizeof(*rows)))
		return err_nomem(err);
	memset(rows, 0, count_of(c) * sizeof(*rows));
	for (size_t i = 0; i < m->row_count; i++) {
		size_t n = 1;

		parts[0] = i;
		if (m->rows[i].is_owner)
			n = parts_of_owners(c, span_str(m->rows[i].name), parts, 0);
		else if (i >= components)
			continue;
		for (size_t k = 0; k < n; k++)
			add_row(&rows[parts[k]], &m->rows[i]);
	}
	for (size_t k = 0; k < count_of(c); k++)
		if (value_of_row(&v, check, &rows[k], m->partial))
			add(c, j, k, &v);
	mem_free(rows);
	return arena_err(&c->arena, err);
}
