// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/arms.h"

#include "base/mem.h"
#include "base/str.h"
#include "lib/vcs_export.h"
#include "os/fs.h"

#include <string.h>

enum { GROUPS_MAX = 36, FOLDER_MODE = 0700 };

/* One state, exported and built. */
struct arm {
	const char *name; /* of its folder: "h0" "a0" "c0" */
	const char *commit;
	struct gate_bench_arm_place place;
	const char *trouble; /* why it cannot be measured */
	const char **ways;   /* ids of the builds as they were done */
	size_t way_count;
	size_t way_cap;
};

/* The checks that are compared with one base. */
struct group {
	const char *base; /* commit in hex */
	struct arm arms[GATE_BENCH_ARMS];
	bool *builds; /* a flag a build of the policy */
	bool rebuild; /* some check wants the control built */
};

struct gate_bench_arms {
	struct arena arena;
	const struct gate_runner *runner;
	const struct gate_policy *policy;
	const bool *wanted;
	struct vcs_repo *repo;
	const char *dir;   /* SCRATCH/bench */
	const char *below; /* path of the project in its repository, "" = its top */
	struct group groups[GROUPS_MAX];
	size_t group_count;
	struct gate_bench_places *places; /* a check of the policy */
	const struct gate_bench_options *options;
	struct buf *log;
	bool dirty;
};

/* What ends the whole collection; anything else is a trouble of the arm. */
static bool is_final(enum err_code rc)
{
	return rc == ERR_NOMEM || rc == ERR_CANCELLED;
}

/* ---- which base ---- */

static enum err_code resolve(struct gate_bench_arms *a, const char *name,
                             char commit[VCS_COMMIT_TEXT], struct err *err)
{
	struct buf tag = BUF_INIT;
	enum err_code rc;

	if (!str_eq(name, "release"))
		return vcs_common_commit(a->repo, name, commit, err);
	rc = vcs_last_release(a->repo, commit, &tag, err);
	buf_fini(&tag);
	if (rc == ERR_NOT_FOUND)
		return err_wrap(err, rc,
		                "nothing to compare with (name a revision by --base, or "
		                "by `base:` of the check)");
	return rc;
}

static struct group *group_of(struct gate_bench_arms *a, const char *commit)
{
	for (size_t i = 0; i < a->group_count; i++)
		if (str_eq(a->groups[i].base, commit))
			return &a->groups[i];
	if (a->group_count == GROUPS_MAX)
		return NULL;
	a->groups[a->group_count] = (struct group){
		.base = arena_str(&a->arena, commit),
		.builds =
			arena_array(&a->arena, a->policy->build_count + 1, sizeof(bool)),
	};
	return &a->groups[a->group_count++];
}

/* A build, and before it those that it needs; circles were refused with the policy. */
static void want_build(struct gate_bench_arms *a, struct group *g, const char *id)
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

static void want_builds(struct gate_bench_arms *a, struct group *g,
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

static enum err_code place_check(struct gate_bench_arms *a, size_t check, struct err *err)
{
	const struct gate_bench *b = &a->policy->checks[check].bench;
	const char *name = base_name(a->options, b);
	struct gate_bench_places *p = &a->places[check];
	char commit[VCS_COMMIT_TEXT];
	struct err why = ERR_INIT;
	struct group *g;
	enum err_code rc = resolve(a, name, commit, &why);

	if (is_final(rc))
		return err_set(err, rc, "%s", why.msg);
	if (rc != ERR_OK) {
		p->trouble = arena_printf(&a->arena, "no base: %s", why.msg);
		return arena_err(&a->arena, err);
	}
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

/* ---- making an arm ---- */

static enum err_code export_arm(struct gate_bench_arms *a, struct arm *m, bool head,
                                struct err *err)
{
	const char *top = arena_printf(&a->arena, "%s/%s/tree", a->dir, m->name);
	enum err_code rc;

	m->place = (struct gate_bench_arm_place){
		.root = a->below[0] == '\0'
		                ? top
		                : arena_printf(&a->arena, "%s/%s", top, a->below),
		.scratch = arena_printf(&a->arena, "%s/%s/work", a->dir, m->name),
		.tmp = arena_printf(&a->arena, "%s/%s/tmp", a->dir, m->name),
	};
	if ((rc = arena_err(&a->arena, err)) != ERR_OK)
		return rc;
	if ((rc = os_mkdirs(m->place.scratch, FOLDER_MODE, err)) != ERR_OK ||
	    (rc = os_mkdirs(m->place.tmp, FOLDER_MODE, err)) != ERR_OK ||
	    (rc = vcs_export(a->repo, m->commit, top, err)) != ERR_OK)
		return rc;
	if ((head || a->options->calibrate) && a->dirty)
		rc = vcs_export_changes(a->repo, top, ".seaworthy/", err);
	if (rc == ERR_OK && os_type_of(m->place.root) != OS_DIR)
		rc = err_set(err, ERR_NOT_FOUND, "there is no folder %s in it", a->below);
	return rc;
}

/* The build and its other ways, none of which makes a copy: the arm is one. */
static struct gate_build *in_place(struct arena *arena, const struct gate_build *b)
{
	struct gate_build *copy = arena_new(arena, sizeof(*copy));

	if (copy == NULL)
		return NULL;
	*copy = *b;
	copy->scratch = false;
	if (b->otherwise != NULL)
		copy->otherwise = in_place(arena, b->otherwise);
	return copy;
}

static enum err_code note_build(struct gate_bench_arms *a, struct arm *m,
                                const struct gate_build *used, const struct gate_run *r,
                                struct err *err)
{
	const char **way;

	buf_printf(a->log, "==> %s: build %s <==\n", m->name, used->id);
	buf_put(a->log, buf_span(&r->output));
	way = arena_push(&a->arena, &m->ways, &m->way_count, &m->way_cap, sizeof(*way));
	if (way != NULL)
		*way = used->id;
	if (r->state != GATE_RUN_PASS)
		m->trouble = arena_printf(&a->arena, "build %s: %s", used->id, r->reason);
	return arena_err(&a->arena, err);
}

static enum err_code build_one(struct gate_bench_arms *a, struct arm *m, size_t build,
                               struct err *err)
{
	struct gate_runner runner = *a->runner;
	const struct gate_build *b = in_place(&a->arena, &a->policy->builds[build]);
	const struct gate_build *used = b;
	struct gate_run r;
	enum err_code rc;

	if (b == NULL)
		return err_nomem(err);
	runner.root = m->place.root;
	runner.scratch = m->place.scratch;
	runner.workspace = NULL;
	gate_run_init(&r);
	rc = gate_run_any_build(&runner, b, &used, &r, err);
	if (rc == ERR_OK)
		rc = note_build(a, m, used, &r, err);
	gate_run_fini(&r);
	return rc;
}

static bool has_built(const struct gate_bench_arms *a, const bool *done, size_t build)
{
	const struct gate_build *b = &a->policy->builds[build];

	for (size_t i = 0; i < b->needs.count; i++)
		for (size_t k = 0; k < a->policy->build_count; k++)
			if (str_eq(a->policy->builds[k].id, b->needs.items[i]) &&
			    !done[k])
				return false;
	return true;
}

/* In rounds: each build as soon as those that it needs are done. */
static enum err_code build_arm(struct gate_bench_arms *a, struct arm *m,
                               const bool *wanted, struct err *err)
{
	const size_t count = a->policy->build_count;
	bool *done = arena_array(&a->arena, count + 1, sizeof(*done));
	enum err_code rc = done != NULL ? ERR_OK : err_nomem(err);
	bool more = true;

	while (more && rc == ERR_OK && m->trouble == NULL) {
		more = false;
		for (size_t i = 0; i < count && rc == ERR_OK && m->trouble == NULL; i++) {
			if (!wanted[i] || done[i] || !has_built(a, done, i))
				continue;
			rc = build_one(a, m, i, err);
			done[i] = true;
			more = true;
		}
	}
	return rc;
}

static enum err_code make_arm(struct gate_bench_arms *a, struct arm *m, bool head,
                              const bool *builds, struct err *err)
{
	struct err why = ERR_INIT;
	enum err_code rc = export_arm(a, m, head, &why);

	if (rc == ERR_OK)
		rc = build_arm(a, m, builds, &why);
	if (is_final(rc))
		return err_set(err, rc, "%s", why.msg);
	if (rc != ERR_OK)
		m->trouble = arena_str(&a->arena, why.msg);
	return arena_err(&a->arena, err);
}

/* ---- making them all ---- */

static bool built_alike(const struct arm *x, const struct arm *y)
{
	if (x->way_count != y->way_count)
		return false;
	for (size_t i = 0; i < x->way_count; i++)
		if (!str_eq(x->ways[i], y->ways[i]))
			return false;
	return true;
}

static const char *trouble_of(struct gate_bench_arms *a, const struct group *g)
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
	struct group *g = &a->groups[index];
	const char digit = "0123456789abcdefghijklmnopqrstuvwxyz"[index];
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < GATE_BENCH_ARMS && rc == ERR_OK; i++) {
		struct arm *m = &g->arms[i];

		m->name = arena_printf(&a->arena, "%c%c", "ahc"[i], digit);
		m->commit = i == GATE_BENCH_HEAD ? "HEAD" : g->base;
		if (i == GATE_BENCH_CONTROL && !g->rebuild)
			*m = g->arms[GATE_BENCH_BASE];
		else
			rc = make_arm(a, m, i == GATE_BENCH_HEAD, g->builds, err);
	}
	return rc;
}

static void place_group(struct gate_bench_arms *a, const struct group *g)
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
		a->below = path_below(&a->arena, vcs_repo_top(a->repo), buf_str(&root));
	else if (!is_final(rc))
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
