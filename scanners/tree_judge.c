// SPDX-License-Identifier: Apache-2.0
#include "tree.h"

#include "base/mem.h"
#include "base/pool.h"
#include "duplicate.h"
#include "fingerprint.h"
#include "scanners/docs/docs.h"
#include "scanners/import/judge.h"
#include "scanners/ops/ops.h"

#include <stdlib.h>

/* ---- the files ---- */

static int compare_seen(const void *a, const void *b)
{
	const struct scan_seen *x = a;
	const struct scan_seen *y = b;

	return span_cmp(x->path, y->path);
}

/* One sorted list of what the sinks saw, each file with its facts. */
static enum err_code gather(struct scan_tree *t, struct scan_seen **files,
                            struct scan_sink *const *sinks, size_t count, struct err *err)
{
	size_t all = 0;

	for (size_t i = 0; i < count; i++)
		all += sinks[i]->seen_count;
	if (!mem_array(files, all > 0 ? all : 1, sizeof(**files)))
		return err_nomem(err);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < sinks[i]->seen_count; k++) {
			struct scan_seen *f = &(*files)[t->count++];

			*f = sinks[i]->seen[k];
			f->facts = f->count > 0 ? sinks[i]->facts + f->first : NULL;
		}
	qsort(*files, t->count, sizeof(**files), compare_seen);
	t->files = *files;
	return ERR_OK;
}

/* ---- one family of rules ---- */

/* What the families have in common. */
struct common {
	struct scan_import_index *imports;
	struct scan_copies *copies;
};

/* One family over the tree. It reports to a sink of its own, which is joined with the
 * others in their order: so nothing depends on who came first. */
struct task {
	void (*judge)(struct task *k);
	enum scan_import_family family;
	struct common *common;
	struct scan_tree tree;
	struct scan_sink sink;
	struct buf asked;
};

static void judge_imports(struct task *k)
{
	scan_import_judge(&k->tree, k->common->imports, k->family);
}

static void judge_docs(struct task *k)
{
	scan_docs_judge(&k->tree);
}

static void judge_ops(struct task *k)
{
	scan_ops_judge(&k->tree);
}

static void judge_copies(struct task *k)
{
	scan_duplicate_judge(&k->tree, &k->common->copies);
}

/* None looks at what another found. */
static const struct {
	void (*judge)(struct task *k);
	enum scan_import_family family;
} families[] = {
	{ judge_imports, SCAN_IMPORT_C },    { judge_imports, SCAN_IMPORT_GO },
	{ judge_imports, SCAN_IMPORT_JAVA }, { judge_imports, SCAN_IMPORT_PYTHON },
	{ judge_imports, SCAN_IMPORT_RUST }, { judge_imports, SCAN_IMPORT_SCRIPT },
	{ judge_docs, SCAN_IMPORT_NONE },    { judge_ops, SCAN_IMPORT_NONE },
	{ judge_copies, SCAN_IMPORT_NONE },
};

#define TASKS (sizeof(families) / sizeof(families[0]))

/* A task that fails says so in its tree: the first of them counts, not the soonest. */
static enum err_code work(void *item, size_t worker, void *context, struct err *err)
{
	struct task *k = item;

	(void)worker;
	(void)context;
	(void)err;
	if (scan_tree_goes_on(&k->tree))
		k->judge(k);
	return ERR_OK;
}

static bool start(struct task *k, const struct scan_tree *t, size_t i,
                  struct common *common)
{
	*k = (struct task){ .judge = families[i].judge,
		            .family = families[i].family,
		            .common = common,
		            .tree = *t };
	scan_sink_init(&k->sink);
	k->tree.sink = &k->sink;
	k->tree.asked = t->asked != NULL ? &k->asked : NULL;
	return scan_sink_rules(&k->sink, t->rules->count);
}

/* Imports wait for their index, which is made while the others are at work. */
static bool needs_index(const struct task *k)
{
	return k->family != SCAN_IMPORT_NONE;
}

static enum err_code push(struct task *tasks, struct pool *pool, bool indexed,
                          struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < TASKS; i++)
		if (needs_index(&tasks[i]) == indexed)
			rc = pool != NULL ? pool_push(pool, &tasks[i])
			                  : work(&tasks[i], 0, NULL, err);
	return rc;
}

static enum err_code run(struct task *tasks, size_t threads, struct common *common,
                         const struct scan_tree *t, struct err *err)
{
	struct pool *pool = NULL;
	enum err_code rc = ERR_OK;
	enum err_code end;

	if (threads > 1)
		rc = pool_new(&pool, threads < TASKS ? threads : TASKS, TASKS, work, NULL,
		              NULL, NULL, err);
	if (rc == ERR_OK)
		rc = push(tasks, pool, false, err);
	if (rc == ERR_OK)
		rc = scan_import_index_new(&common->imports, t, err);
	if (rc == ERR_OK)
		rc = push(tasks, pool, true, err);
	if (pool == NULL)
		return rc;
	end = pool_finish(pool, err);
	return rc != ERR_OK ? rc : end;
}

/* What the task found and asked becomes the tree's. */
static void join(struct scan_tree *t, struct task *k)
{
	if (t->rc == ERR_OK)
		t->rc = k->tree.rc;
	if (t->rc == ERR_OK)
		t->rc = scan_sink_join(t->sink, &k->sink, t->rules->count, NULL);
	t->forget = t->forget || k->tree.forget;
	if (t->asked == NULL || t->forget)
		return;
	buf_put(t->asked, buf_span(&k->asked));
	/* With a question less the answers would seem to hold for longer than they do. */
	t->forget = !buf_ok(t->asked) || !buf_ok(&k->asked) ||
	            t->asked->len > SCAN_TREE_ASKED_MAX;
}

static enum err_code run_all(struct scan_tree *t, struct scan_sink *const *sinks,
                             size_t count, struct err *err)
{
	struct common common = { .imports = NULL };
	struct task *tasks = mem_new(TASKS * sizeof(*tasks));
	enum err_code rc = tasks != NULL ? ERR_OK : err_nomem(err);

	for (size_t i = 0; rc == ERR_OK && i < TASKS; i++)
		if (!start(&tasks[i], t, i, &common))
			rc = err_nomem(err);
	if (rc == ERR_OK)
		rc = run(tasks, count, &common, t, err);
	for (size_t i = 0; rc == ERR_OK && i < TASKS; i++)
		join(t, &tasks[i]);
	if (rc == ERR_OK && scan_tree_goes_on(t))
		scan_duplicate_mark(common.copies, t, sinks, count);
	for (size_t i = 0; tasks != NULL && i < TASKS; i++) {
		scan_sink_fini(&tasks[i].sink);
		buf_fini(&tasks[i].asked);
	}
	mem_free(tasks);
	scan_import_index_free(common.imports);
	scan_copies_free(common.copies);
	return rc;
}

/* Equal findings of one file get different fingerprints. */
static enum err_code number(struct scan_finding *f, size_t count, struct err *err)
{
	enum err_code rc = ERR_OK;
	size_t end;

	if (count > 0)
		qsort(f, count, sizeof(*f), scan_finding_compare);
	for (size_t i = 0; rc == ERR_OK && i < count; i = end) {
		for (end = i + 1; end < count && span_eq(f[i].path, f[end].path);)
			end++;
		rc = scan_fingerprint_number(f + i, end - i, err);
	}
	return rc;
}

enum err_code scan_tree_judge(struct scan_tree *t, struct scan_sink *const *sinks,
                              size_t count, struct err *err)
{
	struct scan_seen *files = NULL;
	uint32_t *slots = NULL;
	size_t first = sinks[0]->count;
	enum err_code rc = gather(t, &files, sinks, count, err);

	if (rc == ERR_OK && !scan_tree_index(t, &slots))
		rc = err_nomem(err);
	t->sink = sinks[0];
	t->rc = rc;
	if (scan_tree_goes_on(t))
		rc = run_all(t, sinks, count, err);
	if (rc == ERR_OK && t->rc == ERR_NOMEM)
		rc = err_nomem(err);
	else if (rc == ERR_OK && t->rc == ERR_CANCELLED)
		rc = err_set(err, ERR_CANCELLED, "scan cancelled");
	if (rc == ERR_OK)
		rc = number(t->sink->findings + first, t->sink->count - first, err);
	mem_free(slots);
	mem_free(files);
	return rc;
}
