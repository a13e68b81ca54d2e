// SPDX-License-Identifier: Apache-2.0
/* What memory running out makes of a merge: an error that says so. A shard that is not
 * seen, a case that is lost or a folder called damaged would all be lies about a run. */
#include "base/mem.h"
#include "base/str.h"
#include "collect/coverage/tree_doc.h"
#include "collect/shard/merge.h"
#include "collect/shard/shards_internal.h"
#include "collect/shard/unit_doc.h"
#include "os/fs.h"
#include "support/check.h"
#include "support/project.h"

TestSuite(shard_memory, .timeout = 60);

/* Of a whole merge, which writes a run each time. */
enum { STEP = 61 };

#define CORPUS TEST_SOURCE_DIR "/fuzz/corpus/fuzz_shards/"

/* Runs `attempt` with the n-th allocation and all after it failing, for every `step`-th n
 * from `first`, until it succeeds. Returns about how many there are. */
static uint64_t sweep(enum err_code (*attempt)(void *context, struct err *err),
                      void *context, uint64_t first, uint64_t step)
{
	for (uint64_t n = first;; n += step) {
		struct err err = ERR_INIT;
		enum err_code rc;

		mem_fail_after(n);
		rc = attempt(context, &err);
		mem_fail_after(0);
		if (rc == ERR_OK)
			return n - 1;
		check_int_eq(rc, ERR_NOMEM, "allocation %d: %s", (int)n, err.msg);
	}
}

static struct buf corpus(const char *name)
{
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	buf_printf(&path, "%s%s", CORPUS, name);
	check_ok(os_read_file(buf_str(&path), 1 << 20, &text, &err), &err);
	buf_fini(&path);
	return text;
}

/* ---- what is read ---- */

static enum err_code read_manifest(void *text, struct err *err)
{
	struct shards_folder folder = { .path = "x" };
	struct arena arena = ARENA_INIT;
	enum err_code rc = shards_parse_manifest(&folder, buf_span(text), &arena, err);

	arena_fini(&arena);
	return rc;
}

static enum err_code read_unit(void *text, struct err *err)
{
	struct gate_unit_state u = { .done = true };
	struct arena arena = ARENA_INIT;
	struct gate_unit_texts texts;
	struct json_doc *doc = NULL;
	enum err_code rc;

	gate_run_init(&u.run);
	rc = json_parse(&doc, buf_span(text), "unit", err);
	if (rc == ERR_OK)
		rc = gate_unit_doc_read(&u, &texts, json_root(doc), "suite:a", &arena,
		                        err);
	json_free(doc);
	gate_run_fini(&u.run);
	arena_fini(&arena);
	return rc;
}

static enum err_code read_cases(void *text, struct err *err)
{
	struct gate_cases cases;
	enum err_code rc;

	gate_cases_init(&cases);
	rc = gate_unit_cases_read(&cases, buf_span(text), err);
	if (rc == ERR_OK)
		check_size_eq(cases.count, 2, "cases");
	gate_cases_fini(&cases);
	return rc;
}

static enum err_code read_tree(void *text, struct err *err)
{
	struct gate_cov_tree *tree = NULL;
	const char *base = NULL;
	enum err_code rc = gate_cov_tree_read(&tree, &base, buf_span(text), err);

	gate_cov_tree_free(tree);
	return rc;
}

Test(shard_memory, nothing_that_is_read_is_called_damaged)
{
	static const struct {
		const char *name;
		enum err_code (*attempt)(void *context, struct err *err);
		uint64_t at_least; /* allocations */
	} table[] = { { "manifest", read_manifest, 100 },
		      { "unit", read_unit, 20 },
		      { "cases", read_cases, 20 },
		      { "tree", read_tree, 5 } };

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct buf text = corpus(table[i].name);
		uint64_t count = sweep(table[i].attempt, &text, 1, 1);

		check_true(count >= table[i].at_least, "%s: %d allocations",
		           table[i].name, (int)count);
		buf_fini(&text);
	}
}

/* ---- a merge ---- */

static const char policy_text[] =
	"version: 1\n"
	"categories: [{id: c, title: C, weight: 1}]\n"
	"builds:\n"
	"  - {id: b, run: 'true'}\n"
	"suites:\n"
	"  - {id: one, run: \"printf '1..2\\nok 1\\nok 2\\n'\", format: tap, needs: [b]}\n"
	"  - {id: two, run: \"printf '1..1\\nnot ok 1 - sum\\n'; exit 1\", format: tap}\n"
	"  - {id: own, run: \"printf \\\"1..1\\nok 1 - $SEAWORTHY_SHARD_INDEX\\n\\\"\", "
	"format: tap, shard: true, needs: [b]}\n"
	"  - {id: cov, run: 'cp a.info out.info', format: exit, coverage: [out.info]}\n"
	"checks:\n"
	"  - {id: c.all, category: c, weight: 1, title: T, collect: {suite: '*'}}\n"
	"  - {id: c.builds, category: c, weight: 1, title: T, collect: {suite: "
	"'builds:*'}}\n"
	"  - {id: c.command, category: c, weight: 1, title: T, collect: {command: {run: "
	"'true', format: exit}}}\n"
	"  - {id: c.cov, category: c, weight: 1, title: T, collect: {coverage: {}}, "
	"scale: {fail: 0, pass: 50}}\n"
	"  - {id: c.todo, category: c, weight: 1, title: T, collect: {scan: {rules: "
	"['marker.*'], scope: [production]}}, scale: {fail: 4, pass: 0}}\n";

static void run_shard(const struct project *p, uint32_t index)
{
	const struct gate_shard shard = { index, 2, GATE_SHARD_SLICE };
	const struct gate_selection selection = { .shard = &shard };
	const struct gate_detected detected = { .suite_count = 0 };
	struct gate_subject subject = { .path = buf_str(&p->root), .tree = "abc" };
	struct gate_collector_context c = {
		.detected = &detected,
		.selection = &selection,
		.subject = &subject,
		.runner = { .root = buf_str(&p->root),
		            .scratch = buf_str(&p->scratch),
		            .jobs = 1 },
	};
	struct gate_policy *policy = NULL;
	struct err err = ERR_INIT;

	check_ok(gate_policy_parse(&policy, span_str(policy_text), "seaworthy.yml", NULL,
	                           &err),
	         &err);
	c.policy = policy;
	check_ok(gate_store_new(&c.store, buf_str(&p->root), 1000 + index, &err), &err);
	check_ok(gate_store_policy(c.store, policy, &err), &err);
	check_ok(gate_store_subject(c.store, &subject, &err), &err);
	check_ok(gate_collect(&c, &err), &err);
	check_ok(gate_store_complete(c.store, 1000, 2000, &err), &err);
	gate_store_free(c.store);
	gate_policy_free(policy);
}

static void no_one(const struct gate_unit *u, const struct gate_run *run, void *context)
{
	(void)u;
	(void)run;
	(void)context;
}

struct merging {
	const char *from;
	const char *root;
};

static enum err_code open_shards(void *context, struct err *err)
{
	const struct merging *m = context;
	struct shards shards;
	enum err_code rc = shards_open(&shards, &m->from, 1, false, err);

	if (rc == ERR_OK)
		check_int_eq(shards.missing, 0, "both are there");
	shards_close(&shards);
	return rc;
}

/* As `merge` does, with a run of its own each time. */
static enum err_code merge(void *context, struct err *err)
{
	const struct merging *m = context;
	struct gate_store *store = NULL;
	struct shards shards;
	enum err_code rc = shards_open(&shards, &m->from, 1, false, err);

	if (rc == ERR_OK)
		rc = gate_store_new(&store, m->root, 3000, err);
	if (rc == ERR_OK)
		rc = gate_store_policy(store, shards.policy, err);
	if (rc == ERR_OK)
		rc = gate_store_subject(store, &shards.subject, err);
	if (rc == ERR_OK)
		rc = gate_merge(&shards, m->root, store, no_one, NULL, err);
	gate_store_free(store);
	shards_close(&shards);
	return rc;
}

Test(shard_memory, a_merge_is_whole_or_an_error)
{
	struct project p;
	struct project into;
	struct merging m;
	uint64_t count;

	project_init(&p);
	project_init(&into);
	project_put(&p, ".git/HEAD", "ref: refs/heads/main\n");
	project_put(&p, "main.c", "/* TODO: more */\nint main(void)\n{\n}\n");
	project_put(&p, "a.info", "SF:main.c\nDA:2,1\nDA:3,0\nend_of_record\n");
	run_shard(&p, 1);
	run_shard(&p, 2);
	m = (struct merging){ project_path(&p, ".seaworthy/runs"), buf_str(&into.root) };
	count = sweep(open_shards, &m, 1, 1);
	check_true(sweep(merge, &m, count + 1, STEP) > count + 500, "and merging");
	project_fini(&into);
	project_fini(&p);
}
