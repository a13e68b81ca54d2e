// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/coverage/collect.h"
#include "plan_internal.h"

#include <string.h>

/* What --only and --skip mean: globs over the ids of checks and of suites. */

enum { LISTED = 5 };

static bool matches_any(const char *id, const char *const *globs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_glob(globs[i], span_str(id)))
			return true;
	return false;
}

static bool is_only(const struct gate_selection *s, const char *id)
{
	return matches_any(id, s->only, s->only_count);
}

static bool rests_on(const struct gate_check *c, const struct gate_suite *suite)
{
	return gate_coverage_rests_on(c, suite) ||
	       (c->collector == GATE_COLLECT_SUITE &&
	        (gate_check_all_suites(c) || str_eq(c->suite, suite->id)));
}

/* ---- names that mean nothing ---- */

static const char *check_id(const struct gate_policy *p, size_t i)
{
	return p->checks[i].id;
}

static const char *suite_id(const struct gate_policy *p, size_t i)
{
	return p->suites[i].id;
}

/* "tests.unit" may be meant for "unit", and the other way round. */
static const char *last_part(const char *id)
{
	const char *dot = strrchr(id, '.');

	return dot != NULL ? dot + 1 : id;
}

static const char *nearest(const struct gate_policy *p, const char *name, size_t count,
                           const char *(*id)(const struct gate_policy *p, size_t i),
                           struct arena *arena)
{
	const char **ids = arena_array(arena, count + 1, sizeof(*ids));
	const char *meant;

	if (ids == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		ids[i] = id(p, i);
	meant = str_nearest(span_str(name), ids, count);
	for (size_t i = 0; i < count && meant == NULL; i++)
		if (str_eq(last_part(ids[i]), last_part(name)))
			meant = ids[i];
	return meant;
}

static enum err_code list_suites(const struct gate_policy *p, const char *option,
                                 const char *glob, struct err *err)
{
	struct buf names = BUF_INIT;

	for (size_t i = 0; i < p->suite_count && i < LISTED; i++)
		buf_printf(&names, "%s%s", i > 0 ? ", " : "", p->suites[i].id);
	if (p->suite_count > LISTED)
		buf_printf(&names, " and %zu more", p->suite_count - LISTED);
	err_set(err, ERR_USAGE,
	        "%s: no check or suite %s; the suites are: %s; the policy and "
	        "`seaworthy init` list the checks",
	        option, glob, names.len > 0 ? buf_str(&names) : "none");
	buf_fini(&names);
	return ERR_USAGE;
}

static enum err_code unknown_check(const struct gate_policy *p, const char *option,
                                   const char *glob, struct arena *arena, struct err *err)
{
	const char *meant = nearest(p, glob, p->check_count, check_id, arena);

	if (meant != NULL)
		return err_set(err, ERR_USAGE, "%s: no check %s; did you mean %s?",
		               option, glob, meant);
	return err_set(err, ERR_USAGE, "%s: no check %s; the policy lists its checks",
	               option, glob);
}

static enum err_code unknown_name(const struct gate_policy *p, const char *option,
                                  const char *glob, struct arena *arena, struct err *err)
{
	const char *check = nearest(p, glob, p->check_count, check_id, arena);
	const char *suite = nearest(p, glob, p->suite_count, suite_id, arena);

	if (check == NULL && suite == NULL)
		return list_suites(p, option, glob, err);
	return err_set(err, ERR_USAGE,
	               "%s: no check or suite %s; did you mean %s%s%s%s%s?", option, glob,
	               check != NULL ? "check " : "", check != NULL ? check : "",
	               check != NULL && suite != NULL ? " or " : "",
	               suite != NULL ? "suite " : "", suite != NULL ? suite : "");
}

static bool means_something(const struct gate_policy *p, const char *glob, bool suites)
{
	for (size_t i = 0; i < p->check_count; i++)
		if (str_glob(glob, span_str(p->checks[i].id)))
			return true;
	for (size_t i = 0; suites && i < p->suite_count; i++)
		if (str_glob(glob, span_str(p->suites[i].id)))
			return true;
	return false;
}

/* A glob that means nothing is a mistake that would hide a check. */
static enum err_code check_globs(const struct gate_policy *p, const char *option,
                                 const char *const *globs, size_t count, bool suites,
                                 struct arena *arena, struct err *err)
{
	for (size_t i = 0; i < count; i++)
		if (!means_something(p, globs[i], suites))
			return suites ? unknown_name(p, option, globs[i], arena, err)
			              : unknown_check(p, option, globs[i], arena, err);
	return ERR_OK;
}

/* ---- checks ---- */

static bool rests_on_named(const struct gate_policy *p, const struct gate_check *c,
                           const struct gate_selection *s)
{
	for (size_t i = 0; i < p->suite_count; i++)
		if (is_only(s, p->suites[i].id) && rests_on(c, &p->suites[i]))
			return true;
	return false;
}

static bool is_wanted(const struct gate_policy *p, const struct gate_check *c,
                      const struct gate_selection *s)
{
	if (s->suites_only && c->collector != GATE_COLLECT_SUITE)
		return false;
	if (s->bench_only && c->collector != GATE_COLLECT_BENCH)
		return false;
	if (s->only_count > 0 && !is_only(s, c->id) && !rests_on_named(p, c, s))
		return false;
	return !matches_any(c->id, s->skip, s->skip_count);
}

enum err_code gate_plan_select(const struct gate_policy *p,
                               const struct gate_selection *s, struct arena *arena,
                               bool **wanted, struct err *err)
{
	enum err_code rc = check_globs(p, "--only", s->only, s->only_count,
	                               !s->bench_only, arena, err);

	if (rc == ERR_OK)
		rc = check_globs(p, "--skip", s->skip, s->skip_count, !s->bench_only,
		                 arena, err);
	if (rc != ERR_OK)
		return rc;
	*wanted = arena_array(arena, p->check_count + 1, sizeof(**wanted));
	for (size_t i = 0; *wanted != NULL && i < p->check_count; i++)
		(*wanted)[i] = is_wanted(p, &p->checks[i], s);
	return arena_err(arena, err);
}

/* ---- suites ---- */

/* A check that is named means its suites as well. */
static bool is_meant(const struct gate_policy *p, const struct gate_suite *suite,
                     const struct gate_selection *s)
{
	for (size_t i = 0; i < p->check_count; i++)
		if (is_only(s, p->checks[i].id) && rests_on(&p->checks[i], suite))
			return true;
	return is_only(s, suite->id);
}

const char *gate_plan_left_out(const struct gate_policy *p,
                               const struct gate_selection *s, size_t suite)
{
	const struct gate_suite *which = &p->suites[suite];

	if (s->left_out != NULL && s->left_out[suite] != NULL)
		return s->left_out[suite];
	if (matches_any(which->id, s->skip, s->skip_count))
		return "not selected: --skip";
	if (s->only_count > 0 && !is_meant(p, which, s))
		return "not selected: --only";
	return NULL;
}

bool gate_plan_suite_wanted(const struct gate_policy *p, const struct gate_selection *s,
                            size_t suite)
{
	const struct gate_suite *which = &p->suites[suite];
	bool rests = false;

	if (s->bench_only)
		return false;
	if (s->only_count > 0)
		return is_only(s, which->id);
	/* `test` runs what no check speaks of, too; not what all that do are skipped for.
	 */
	for (size_t i = 0; i < p->check_count; i++) {
		if (!rests_on(&p->checks[i], which))
			continue;
		if (!matches_any(p->checks[i].id, s->skip, s->skip_count))
			return s->suites_only;
		rests = true;
	}
	return s->suites_only && !rests;
}
