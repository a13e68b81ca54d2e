// SPDX-License-Identifier: Apache-2.0
#include "record/bench_chronic.h"

#include "base/str.h"
#include "collect/bench/json.h"
#include "collect/bench/verdict.h"
#include "lib/json.h"
#include "os/fs.h"

#define RECORD_MAX (UINT64_C(64) << 20)

/* How often one of the samples' rows was measured, and its nomination cleared. */
struct tally {
	size_t runs;
	size_t cleared;
};

struct chronic {
	struct gate_bench_samples *samples;
	struct tally *rows;
	const char *seen[GATE_BENCH_CHRONIC_RUNS]; /* SHA-256 of their bench.json */
	size_t seen_count;
};

/* The digest of bench.json in a record; NULL if it names none. */
static const char *find_digest(struct arena *a, const char *path)
{
	struct buf text = BUF_INIT;
	struct json_doc *doc = NULL;
	const char *sha256 = NULL;

	if (os_read_file(path, RECORD_MAX, &text, NULL) == ERR_OK &&
	    json_parse(&doc, buf_span(&text), path, NULL) == ERR_OK)
		for (const struct json *v =
		             json_first(json_get(json_root(doc), "artefacts"));
		     v != NULL; v = json_next(v))
			if (str_eq(json_string(json_get(v, "name")), "bench.json"))
				sha256 = json_string(json_get(v, "sha256"));
	sha256 = arena_str(a, sha256);
	json_free(doc);
	buf_fini(&text);
	return sha256;
}

/* All checks of a run share one. */
static const char *digest_of(struct chronic *c, const char *run)
{
	struct arena *a = &c->samples->arena;
	const char *sha256 = NULL;

	for (size_t i = 0; i < c->samples->command_count && sha256 == NULL; i++) {
		const char *path = arena_printf(a, "%s/checks/%s.json", run,
		                                c->samples->commands[i].check);

		sha256 = path != NULL ? find_digest(a, path) : NULL;
	}
	return sha256;
}

/* The samples' row of this check and name; NULL if it is not measured any more. */
static struct tally *tally_of(struct chronic *c, const char *check, const char *name)
{
	struct gate_bench_samples *s = c->samples;
	struct buf key = BUF_INIT;
	uintptr_t at = 0;

	for (size_t i = 0; i < s->command_count && at == 0; i++) {
		if (!str_eq(s->commands[i].check, check))
			continue;
		buf_clear(&key);
		buf_printf(&key, "%zu %s", i, name);
		at = buf_ok(&key) ? (uintptr_t)map_get(&s->by_name, buf_span(&key)) : 0;
	}
	buf_fini(&key);
	return at > 0 ? &c->rows[at - 1] : NULL;
}

static void count_run(struct chronic *c, struct gate_bench_samples *past,
                      const struct gate_bench_findings *f)
{
	for (size_t i = 0; i < past->row_count; i++) {
		struct tally *t = tally_of(c, past->commands[past->rows[i].command].check,
		                           past->rows[i].name);

		if (t == NULL)
			continue;
		t->runs++;
		t->cleared += f->rows[i].cleared;
	}
}

static void read_run(struct chronic *c, const char *run, const char *sha256)
{
	const char *path =
		arena_printf(&c->samples->arena, "%s/artefacts/%s", run, sha256);
	struct gate_bench_findings f;
	struct gate_bench_samples past;
	struct buf text = BUF_INIT;

	gate_bench_samples_init(&past);
	if (path != NULL &&
	    os_read_file(path, GATE_BENCH_JSON_MAX, &text, NULL) == ERR_OK &&
	    gate_bench_json_read(&past, buf_span(&text), path, NULL) == ERR_OK &&
	    gate_bench_judge(&past, &f, NULL) == ERR_OK)
		count_run(c, &past, &f);
	gate_bench_samples_fini(&past);
	buf_fini(&text);
}

static bool is_known(const struct chronic *c, const char *sha256)
{
	for (size_t i = 0; i < c->seen_count; i++)
		if (str_eq(c->seen[i], sha256))
			return true;
	return false;
}

static void put_lines(const struct chronic *c, const char **lines, size_t *count)
{
	const struct gate_bench_samples *s = c->samples;

	for (size_t i = 0; i < s->row_count && *count < GATE_BENCH_CHRONIC_LINES; i++) {
		const struct tally *t = &c->rows[i];

		if (t->cleared < GATE_BENCH_CHRONIC)
			continue;
		lines[(*count)++] = arena_printf(
			&c->samples->arena,
			"%.80s: stage 1 called it slower and stage 2 did not in %zu of "
			"its last %zu runs: noise, or a change near its margin of "
			"%.3g %%",
			s->rows[i].name, t->cleared, t->runs, 100 * s->rows[i].margin);
	}
}

enum err_code gate_bench_chronic(struct gate_bench_samples *s, const char *const *runs,
                                 size_t run_count, const char *const **lines,
                                 size_t *count, struct err *err)
{
	const char **list =
		arena_array(&s->arena, GATE_BENCH_CHRONIC_LINES, sizeof(*list));
	struct chronic c = {
		.samples = s,
		.rows = arena_array(&s->arena, s->row_count + 1, sizeof(*c.rows)),
	};

	*lines = list;
	*count = 0;
	if (list == NULL || c.rows == NULL)
		return arena_err(&s->arena, err);
	for (size_t i = 0; i < run_count && c.seen_count < GATE_BENCH_CHRONIC_RUNS; i++) {
		const char *sha256 = digest_of(&c, runs[i]);

		if (sha256 == NULL || is_known(&c, sha256))
			continue;
		c.seen[c.seen_count++] = sha256;
		read_run(&c, runs[i], sha256);
	}
	put_lines(&c, list, count);
	return arena_err(&s->arena, err);
}
