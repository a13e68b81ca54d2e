// SPDX-License-Identifier: Apache-2.0
#include "arms_internal.h"
#include "base/str.h"
#include "lib/vcs_export.h"
#include "os/fs.h"

bool gate_bench_is_final(enum err_code rc)
{
	return rc == ERR_NOMEM || rc == ERR_CANCELLED;
}

static enum err_code export_arm(struct gate_bench_arms *a, struct bench_arm *m, bool head,
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

static enum err_code note_build(struct gate_bench_arms *a, struct bench_arm *m,
                                const struct gate_build *used, const struct gate_run *r,
                                struct err *err)
{
	const char **way;

	if (r->state != GATE_RUN_PASS) {
		buf_printf(a->log, "==> build %s of the %s <==\n", used->id,
		           gate_bench_arm_names[m->arm]);
		buf_put(a->log, buf_span(&r->output));
	}
	way = arena_push(&a->arena, &m->ways, &m->way_count, &m->way_cap, sizeof(*way));
	if (way != NULL)
		*way = used->id;
	if (r->state != GATE_RUN_PASS)
		m->trouble = arena_printf(&a->arena, "build %s: %s", used->id, r->reason);
	return arena_err(&a->arena, err);
}

static enum err_code build_one(struct gate_bench_arms *a, struct bench_arm *m,
                               size_t build, struct err *err)
{
	struct gate_runner runner = *a->runner;
	const struct gate_build *b = in_place(&a->arena, &a->policy->builds[build]);
	const struct gate_build *used = b;
	const char *fixed;
	struct gate_run r;
	enum err_code rc;

	if (b == NULL)
		return err_nomem(err);
	if ((fixed = gate_bench_names_tree(a, &b->run, &b->env)) != NULL) {
		m->trouble = arena_printf(&a->arena,
		                          "build %s: %.100s names the working tree, and "
		                          "would not build this state",
		                          b->id, fixed);
		return arena_err(&a->arena, err);
	}
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
static enum err_code build_arm(struct gate_bench_arms *a, struct bench_arm *m,
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

enum err_code gate_bench_arm_make(struct gate_bench_arms *a, struct bench_arm *m,
                                  bool head, const bool *builds, struct err *err)
{
	struct err why = ERR_INIT;
	enum err_code rc = export_arm(a, m, head, &why);

	if (rc == ERR_OK)
		rc = build_arm(a, m, builds, &why);
	if (gate_bench_is_final(rc))
		return err_set(err, rc, "%s", why.msg);
	if (rc != ERR_OK)
		m->trouble = arena_str(&a->arena, why.msg);
	return arena_err(&a->arena, err);
}
