// SPDX-License-Identifier: Apache-2.0
#include "arms_internal.h"
#include "base/mem.h"
#include "base/str.h"
#include "lib/vcs_export.h"
#include "os/fs.h"

#include <string.h>

/* ---- which base ---- */

static enum err_code resolve(struct vcs_repo *repo, const char *name,
                             char commit[VCS_COMMIT_TEXT], struct err *err)
{
	struct buf tag = BUF_INIT;
	enum err_code rc;

	if (!str_eq(name, "release"))
		return vcs_common_commit(repo, name, commit, err);
	rc = vcs_last_release(repo, commit, &tag, err);
	buf_fini(&tag);
	if (rc == ERR_NOT_FOUND)
		return err_wrap(err, rc,
		                "nothing to compare with (name a revision by --base, or "
		                "by `base:` of the check)");
	return rc;
}

static struct bench_group *group_of(struct gate_bench_arms *a, const char *commit)
{
	for (size_t i = 0; i < a->group_count; i++)
		if (str_eq(a->groups[i].base, commit))
			return &a->groups[i];
	if (a->group_count == GROUPS_MAX)
		return NULL;
	a->groups[a->group_count] = (struct bench_group){
		.base = arena_str(&a->arena, commit),
		.builds =
			arena_array(&a->arena, a->policy->build_count + 1, sizeof(bool)),
	};
	return &a->groups[a->group_count++];
}

/* A build, and before it those that it needs; circles were refused with the policy. */
static void want_build(struct gate_bench_arms *a, struct bench_group *g, const char *id)
{
	for (size_t i = 0; i < a->policy->build_count; i++) {
		const struct gate_build *b = &a->policy->builds[i];

		if (!str_eq(b->id, id) || g->builds == NULL || g->builds[i])
			continue;
		g->builds[i] = true;
		for (size_t k = 0; k < b->needs.count; k++)
			want_build(a, g, b->needs.items[k]);
	}
}

static void want_builds(struct gate_bench_arms *a, struct bench_group *g,
                        const struct gate_bench *b)
{
	for (size_t i = 0; b->has_builds && i < b->builds.count; i++)
		want_build(a, g, b->builds.items[i]);
	for (size_t i = 0; !b->has_builds && i < a->policy->build_count; i++)
		want_build(a, g, a->policy->builds[i].id);
}

static const char *base_name(const struct gate_bench_options *o,
                             const struct gate_bench *b)
{
	if (o->calibrate)
		return "HEAD";
	if (b->base != NULL && !(o->base_wins && o->base != NULL))
		return b->base;
	return o->base != NULL ? o->base : "release";
}

enum err_code gate_bench_base(struct vcs_repo *repo, const struct gate_bench_options *o,
                              const struct gate_bench *b, char commit[VCS_COMMIT_TEXT],
                              struct err *err)
{
	return resolve(repo, base_name(o, b), commit, err);
}

/* A state is as fast as itself: that would pass, and say nothing. */
static enum err_code resolve_other(struct gate_bench_arms *a, const char *name,
                                   char commit[VCS_COMMIT_TEXT], struct err *err)
{
	char head[VCS_COMMIT_TEXT];
	enum err_code rc = resolve(a->repo, name, commit, err);

	if (rc != ERR_OK || a->options->calibrate || a->dirty)
		return rc;
	rc = vcs_common_commit(a->repo, "HEAD", head, err);
	if (rc == ERR_OK && str_eq(head, commit))
		rc = err_set(err, ERR_USAGE,
		             "%s leads to the state under test itself; compare with an "
		             "earlier one",
		             name);
	return rc;
}

static bool has_inside(const struct gate_bench_arms *a, const char *text)
{
	const struct span words = span_str(text);

	return a->inside != NULL && span_find(words, span_str(a->inside)) < words.len;
}

static const char *inside_of(const struct gate_bench_arms *a,
                             const struct gate_strings *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (has_inside(a, list->items[i]))
			return list->items[i];
	return NULL;
}

const char *gate_bench_names_tree(const struct gate_bench_arms *a,
                                  const struct gate_command *run,
                                  const struct gate_strings *env)
{
	const char *found = has_inside(a, run->shell) ? run->shell : NULL;

	if (found == NULL)
		found = inside_of(a, &run->argv);
	return found != NULL ? found : inside_of(a, env);
}

/* The same with the arguments of declared work. */
static const char *names_tree(const struct gate_bench_arms *a, const struct gate_bench *b)
{
	const char *found = gate_bench_names_tree(a, &b->run, &b->env);

	if (found == NULL)
		found = inside_of(a, &b->small);
	return found != NULL ? found : inside_of(a, &b->large);
}

static enum err_code place_check(struct gate_bench_arms *a, size_t check, struct err *err)
{
	const struct gate_bench *b = &a->policy->checks[check].bench;
	const char *name = base_name(a->options, b);
	const char *fixed = names_tree(a, b);
	struct gate_bench_places *p = &a->places[check];
	char commit[VCS_COMMIT_TEXT];
	struct err why = ERR_INIT;
	struct bench_group *g;
	enum err_code rc = resolve_other(a, name, commit, &why);

	if (gate_bench_is_final(rc))
		return err_set(err, rc, "%s", why.msg);
	if (rc != ERR_OK)
		p->trouble = arena_printf(&a->arena, "no base: %s", why.msg);
	else if (fixed != NULL)
		p->trouble = arena_printf(&a->arena,
		                          "%.100s names the working tree, so base and "
		                          "head would run the same files: name them "
		                          "relative to the project",
		                          fixed);
	if (p->trouble != NULL)
		return arena_err(&a->arena, err);
	g = group_of(a, commit);
	if (g == NULL) {
		p->trouble = "more than 36 different bases";
		return ERR_OK;
	}
	p->base = g->base;
	g->rebuild = g->rebuild || b->control == GATE_BENCH_REBUILD;
	want_builds(a, g, b);
	return arena_err(&a->arena, err);
}

/* ---- making them all ---- */

static bool built_alike(const struct bench_arm *x, const struct bench_arm *y)
{
	if (x->way_count != y->way_count)
		return false;
	for (size_t i = 0; i < x->way_count; i++)
		if (!str_eq(x->ways[i], y->ways[i]))
			return false;
	return true;
}

static const char *trouble_of(struct gate_bench_arms *a, const struct bench_group *g)
{
	static const char *const names[GATE_BENCH_ARMS] = { "base", "state under test",
		                                            "control" };

	for (size_t i = 0; i < GATE_BENCH_ARMS; i++)
		if (g->arms[i].trouble != NULL)
			return arena_printf(&a->arena, "the %s cannot be built: %s",
			                    names[i], g->arms[i].trouble);
	if (!built_alike(&g->arms[0], &g->arms[1]))
		return "the base could only be built another way than the state under "
		       "test";
	return NULL;
}

static enum err_code make_group(struct gate_bench_arms *a, size_t index, struct err *err)
{
	struct bench_group *g = &a->groups[index];
	const char digit = "0123456789abcdefghijklmnopqrstuvwxyz"[index];
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < GATE_BENCH_ARMS && rc == ERR_OK; i++) {
		struct bench_arm *m = &g->arms[i];

		m->arm = (enum gate_bench_arm)i;
		m->name = arena_printf(&a->arena, "%c%c", "ahc"[i], digit);
		m->commit = i == GATE_BENCH_HEAD ? "HEAD" : g->base;
		if (i == GATE_BENCH_CONTROL && !g->rebuild)
			*m = g->arms[GATE_BENCH_BASE];
		else
			rc = gate_bench_arm_make(a, m, i == GATE_BENCH_HEAD, g->builds,
			                         err);
		if (m->trouble != NULL)
			break; /* one arm less is one too few */
	}
	return rc;
}

static void place_group(struct gate_bench_arms *a, const struct bench_group *g)
{
	const char *trouble = trouble_of(a, g);

	for (size_t i = 0; i < a->policy->check_count; i++) {
		struct gate_bench_places *p = &a->places[i];
		const bool same = a->policy->checks[i].bench.control == GATE_BENCH_SAME;

		if (p->base != g->base)
			continue;
		for (size_t k = 0; k < GATE_BENCH_ARMS; k++)
			p->of[k] = g->arms[k].place;
		if (same)
			p->of[GATE_BENCH_CONTROL] = p->of[GATE_BENCH_BASE];
		p->trouble = trouble;
	}
}

static enum err_code trouble_all(struct gate_bench_arms *a, const char *why,
                                 struct err *err)
{
	for (size_t i = 0; i < a->policy->check_count; i++)
		a->places[i].trouble = arena_str(&a->arena, why);
	return arena_err(&a->arena, err);
}

/* Where the project lies in its repository. */
static const char *path_below(struct arena *arena, const char *top, const char *root)
{
	const size_t len = strlen(top);

	if (strncmp(root, top, len) != 0)
		return ""; /* the top itself, without the slash at its end */
	return arena_str(arena, root + len);
}

static void note_root(struct gate_bench_arms *a, const char *root)
{
	a->below = path_below(&a->arena, vcs_repo_top(a->repo), root);
	a->inside = arena_printf(&a->arena, "%s/", root);
}

static enum err_code open_repository(struct gate_bench_arms *a, struct err *err)
{
	struct buf root = BUF_INIT;
	struct err why = ERR_INIT;
	enum err_code rc = vcs_repo_open(&a->repo, a->runner->root, &why);

	if (rc == ERR_OK && vcs_repo_top(a->repo) == NULL)
		rc = err_set(&why, ERR_NOT_FOUND, "a bare repository");
	if (rc == ERR_OK)
		rc = os_realpath(a->runner->root, &root, &why);
	if (rc == ERR_OK)
		note_root(a, buf_str(&root));
	else if (!gate_bench_is_final(rc))
		rc = trouble_all(a,
		                 rc == ERR_NOT_FOUND
		                         ? "no version control, so there is no earlier "
		                           "state to compare with"
		                         : why.msg,
		                 err);
	else
		rc = err_set(err, rc, "%s", why.msg);
	buf_fini(&root);
	return rc;
}

static enum err_code make_all(struct gate_bench_arms *a, struct err *err)
{
	enum err_code rc = os_remove_tree(a->dir, err);

	for (size_t i = 0; i < a->policy->check_count && rc == ERR_OK; i++)
		if (a->wanted[i])
			rc = place_check(a, i, err);
	for (size_t i = 0; i < a->group_count && rc == ERR_OK; i++) {
		rc = make_group(a, i, err);
		if (rc == ERR_OK)
			place_group(a, &a->groups[i]);
	}
	if (rc == ERR_OK)
		rc = arena_err(&a->arena, err);
	return rc;
}

enum err_code gate_bench_arms_new(struct gate_bench_arms **out,
                                  const struct gate_runner *runner,
                                  const struct gate_policy *policy, const bool *wanted,
                                  const struct gate_bench_options *o, bool dirty,
                                  struct buf *log, struct err *err)
{
	struct gate_bench_arms *a = mem_new(sizeof(*a));
	struct buf scratch = BUF_INIT;
	enum err_code rc;

	if (a == NULL)
		return err_nomem(err);
	arena_init(&a->arena);
	a->runner = runner;
	a->policy = policy;
	a->wanted = wanted;
	a->options = o;
	a->log = log;
	a->dirty = dirty;
	a->below = "";
	a->places = arena_array(&a->arena, policy->check_count + 1, sizeof(*a->places));
	if ((rc = os_mkdirs(runner->scratch, FOLDER_MODE, err)) == ERR_OK)
		rc = os_realpath(runner->scratch, &scratch, err);
	if (rc == ERR_OK)
		a->dir = arena_printf(&a->arena, "%s/bench", buf_str(&scratch));
	if (rc == ERR_OK)
		rc = arena_err(&a->arena, err);
	if (rc == ERR_OK)
		rc = open_repository(a, err);
	if (rc == ERR_OK && a->repo != NULL)
		rc = make_all(a, err);
	buf_fini(&scratch);
	if (rc == ERR_OK) {
		*out = a;
		a = NULL;
	}
	gate_bench_arms_free(a, NULL);
	return rc;
}

const struct gate_bench_places *gate_bench_arms_of(const struct gate_bench_arms *a,
                                                   size_t check)
{
	return &a->places[check];
}

void gate_bench_arms_free(struct gate_bench_arms *a, struct buf *warning)
{
	struct err err = ERR_INIT;

	if (a == NULL)
		return;
	if (a->dir != NULL && os_remove_tree(a->dir, &err) != ERR_OK && warning != NULL)
		buf_puts(warning, err.msg);
	vcs_repo_close(a->repo);
	arena_fini(&a->arena);
	mem_free(a);
}
