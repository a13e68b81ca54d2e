// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/measure.h"

#include "base/mem.h"
#include "base/str.h"
#include "collect/board.h"
#include "collect/command.h"
#include "collect/environment.h"
#include "collect/outcome.h"
#include "collect/results.h"
#include "os/clock.h"
#include "os/fs.h"

#include <stdlib.h>
#include <string.h>

#define OUTPUT_PARSED_MAX (UINT64_C(64) << 20)
#define GRACE_MS 2000

enum { PADDING_MAX = 4096 };

static const struct gate_bench *bench_of(const struct gate_bench_meter *m, size_t check)
{
	return &m->policy->checks[check].bench;
}

static const struct gate_bench_arm_place *place_of(const struct gate_bench_meter *m,
                                                   size_t check, enum gate_bench_arm arm)
{
	return &gate_bench_arms_of(m->arms, check)->of[arm];
}

/* ---- environment ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Nothing that could differ from one start to the next. */
static const char *const *smallest_environment(struct arena *a,
                                               const struct gate_environment *e)
{
	const char *path = os_env("PATH");
	const char *inherited[] = {
		arena_printf(a, "PATH=%s", path != NULL ? path : "/usr/bin:/bin"),
		arena_printf(a, "HOME=%s", e->scratch), "PYTHONHASHSEED=0", NULL
	};
	struct gate_environment small = *e;
	const char *const *env;
	const char **sorted;
	size_t n = 0;

	small.inherited = inherited;
	env = gate_environment_make(a, &small);
	while (env != NULL && env[n] != NULL)
		n++;
	sorted = arena_array(a, n + 1, sizeof(*sorted));
	if (env == NULL || sorted == NULL)
		return NULL;
	memcpy(sorted, env, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_text);
	return sorted;
}

/* The policy's own settings, and one more that only takes room. */
static const struct gate_strings *pad(struct arena *a, const struct gate_strings *own,
                                      size_t padding)
{
	struct gate_strings *list = arena_new(a, sizeof(*list));
	char *text = arena_new(a, PADDING_MAX + sizeof("SEAWORTHY_PADDING="));

	if (list == NULL || text == NULL)
		return own;
	list->items = arena_array(a, own->count + 1, sizeof(*list->items));
	if (list->items == NULL)
		return own;
	for (size_t i = 0; i < own->count; i++)
		list->items[list->count++] = own->items[i];
	memcpy(text, "SEAWORTHY_PADDING=", strlen("SEAWORTHY_PADDING="));
	memset(text + strlen(text), '.', padding);
	list->items[list->count++] = text;
	return list;
}

static const char *const *environment(const struct gate_bench_meter *m, struct arena *a,
                                      const struct gate_bench_start *s)
{
	const struct gate_bench_arm_place *p = place_of(m, s->check, s->arm);
	const struct gate_bench *b = bench_of(m, s->check);
	const size_t all = os_cpus_count(&m->cpus);
	struct gate_environment e = {
		.inherited = os_environ(),
		.root = p->root,
		.scratch = p->scratch,
		.tmp = p->tmp,
		.suite = m->policy->checks[s->check].id,
		.jobs = b->cpus > 0 && b->cpus < all ? (size_t)b->cpus : m->runner->jobs,
		.own = s->padding > 0 ? pad(a, &b->env, s->padding) : &b->env,
	};

	return s->fixed ? smallest_environment(a, &e) : gate_environment_make(a, &e);
}

/* ---- one process ---- */

static const char *const *arguments(struct arena *a, const struct gate_bench *b,
                                    const struct gate_bench_start *s)
{
	const char *const *run = gate_command_argv(a, &b->run);
	const struct gate_strings none = { NULL, 0 };
	const struct gate_strings *more = s->arguments != NULL ? s->arguments : &none;
	const char **argv;
	size_t count = 0;
	size_t at = 0;

	for (size_t i = 0; s->prefix != NULL && s->prefix[i] != NULL; i++)
		count++;
	for (size_t i = 0; run != NULL && run[i] != NULL; i++)
		count++;
	argv = arena_array(a, count + more->count + 1, sizeof(*argv));
	if (argv == NULL || run == NULL)
		return NULL;
	for (size_t i = 0; s->prefix != NULL && s->prefix[i] != NULL; i++)
		argv[at++] = s->prefix[i];
	for (size_t i = 0; run[i] != NULL; i++)
		argv[at++] = run[i];
	for (size_t i = 0; i < more->count; i++)
		argv[at++] = more->items[i];
	return argv;
}

static void tick(uint64_t elapsed_ms, void *context)
{
	const struct gate_bench_meter *m = context;

	(void)elapsed_ms;
	gate_board_tick(m->runner->board);
}

/* Sets what children inherit, starts the process, and sets it back. */
static enum err_code run_bound(const struct gate_bench_meter *m,
                               const struct gate_bench_start *s,
                               const struct os_spawn *spawn, struct os_result *out,
                               struct err *err)
{
	const struct gate_bench *b = bench_of(m, s->check);
	struct os_cpus some = m->cpus;
	bool random = true;
	bool fixed = s->fixed && os_random_addresses(false, &random);
	enum err_code rc;

	if (b->cpus > 0)
		os_cpus_keep_last(&some, (size_t)b->cpus);
	if (os_cpus_count(&some) > 0)
		(void)os_cpus_bind(&some);
	rc = os_run(spawn, out, err);
	if (os_cpus_count(&m->cpus) > 0)
		(void)os_cpus_bind(&m->cpus);
	if (fixed && random)
		(void)os_random_addresses(true, NULL);
	return rc;
}

/* What it said of its failure comes along. */
static const char *failed(struct arena *a, const char *how, const struct os_result *r)
{
	struct buf text = BUF_INIT;
	const char *kept;

	buf_puts(&text, how);
	gate_outcome_cause(&text, ": ",
	                   r->err_out.len > 0 ? buf_span(&r->err_out)
	                                      : buf_span(&r->out));
	kept = arena_str(a, buf_str(&text));
	buf_fini(&text);
	return kept;
}

static const char *fault_of(struct arena *a, const struct os_result *r,
                            const char *program)
{
	switch (r->end) {
	case OS_END_EXIT:
		return r->code == 0
		               ? NULL
		               : failed(a,
		                        arena_printf(a, "exited with code %d", r->code),
		                        r);
	case OS_END_SIGNAL:
		return failed(a, arena_printf(a, "was ended by signal %d", r->code), r);
	case OS_END_TIMEOUT:
		return "ran out of time: stopped after its `timeout`";
	case OS_END_LIMIT:
		return "was stopped: it had too many processes at a time";
	case OS_END_NOT_FOUND:
		return arena_printf(a, "there is no program %s", program);
	case OS_END_CANCELLED:
		break;
	}
	return "was cancelled";
}

enum err_code gate_bench_start(struct gate_bench_meter *m, struct arena *arena,
                               const struct gate_bench_start *s, struct os_result *out,
                               const char **fault, struct err *err)
{
	const struct gate_bench *b = bench_of(m, s->check);
	const struct gate_bench_arm_place *p = place_of(m, s->check, s->arm);
	struct os_spawn spawn = {
		.argv = arguments(arena, b, s),
		.dir = str_eq(b->dir, ".")
		               ? p->root
		               : arena_printf(arena, "%s/%s", p->root, b->dir),
		.env = environment(m, arena, s),
		.timeout_ms = b->timeout_ms,
		.grace_ms = GRACE_MS,
		.capture_max = OUTPUT_PARSED_MAX,
		.cancel = m->runner->cancel,
		.tick = m->runner->board != NULL ? tick : NULL,
		.context = m,
	};
	enum err_code rc = arena_err(arena, err);

	if (rc != ERR_OK)
		return rc;
	if (os_type_of(spawn.dir) != OS_DIR) {
		*fault = arena_printf(arena, "there is no folder %s", b->dir);
		return arena_err(arena, err);
	}
	if ((rc = run_bound(m, s, &spawn, out, err)) != ERR_OK)
		return rc;
	if (out->end == OS_END_CANCELLED)
		return err_set(err, ERR_CANCELLED, "cancelled");
	*fault = fault_of(arena, out, spawn.argv[0]);
	return arena_err(arena, err);
}

/* ---- what it reports ---- */

struct taking {
	gate_bench_read *read;
	struct gate_bench_readings *out;
};

static enum err_code take(void *context, struct span text, const char *name,
                          struct err *err)
{
	const struct taking *t = context;

	return t->read(text, name, t->out, err);
}

static enum err_code read_report(const struct gate_bench *b, struct gate_results *files,
                                 const struct os_result *r,
                                 struct gate_bench_readings *out, struct err *err)
{
	struct taking t = { gate_bench_reader(b->format), out };
	struct buf raw = BUF_INIT;
	enum err_code rc;

	if (b->results.count > 0)
		rc = gate_results_each(files, take, &t, &raw, err);
	else if (r->out_dropped > 0)
		rc = err_set(err, ERR_LIMIT, "the output is larger than 64 MiB");
	else
		rc = t.read(buf_span(&r->out), "output", out, err);
	buf_fini(&raw);
	return rc;
}

static void time_it(const struct gate_bench_meter *m, size_t check,
                    const struct os_result *r, struct gate_bench_readings *out)
{
	const uint64_t ns_per_us = 1000;
	const bool cpu = bench_of(m, check)->clock == GATE_BENCH_CPU;
	struct gate_bench_reading *item = gate_bench_readings_add(
		out, span_str(m->policy->checks[check].id),
		(double)(cpu ? r->cpu_us * ns_per_us : r->duration_ns), "ns");

	if (item != NULL)
		item->spent_ns = cpu ? r->cpu_us * ns_per_us : r->duration_ns;
}

static bool counts(const struct gate_bench *b, const char *name)
{
	for (size_t i = 0; i < b->benchmarks.count; i++)
		if (str_glob(b->benchmarks.items[i], span_str(name)))
			return true;
	return b->benchmarks.count == 0;
}

/* Leaves those that count, and says of them what is better. */
static void select_readings(const struct gate_bench *b, struct gate_bench_readings *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < out->count; i++) {
		if (!counts(b, out->items[i].name))
			continue;
		out->items[kept] = out->items[i];
		if (b->better != GATE_BENCH_BY_UNIT)
			out->items[kept].higher = b->better == GATE_BENCH_HIGHER;
		kept++;
	}
	out->count = kept;
}

static bool is_ours(enum err_code rc)
{
	return rc == ERR_NOMEM || rc == ERR_CANCELLED;
}

static enum err_code report(struct gate_bench_meter *m, size_t check,
                            struct gate_results *files, const struct os_result *r,
                            struct gate_bench_readings *out, const char **fault,
                            struct err *err)
{
	const struct gate_bench *b = bench_of(m, check);
	struct err why = ERR_INIT;
	enum err_code rc = ERR_OK;

	out->wall_ns = r->duration_ns;
	if (b->format == GATE_BENCH_TIME)
		time_it(m, check, r, out);
	else
		rc = read_report(b, files, r, out, &why);
	if (is_ours(rc))
		return err_set(err, rc, "%s", why.msg);
	if (rc == ERR_OK && out->count == 0)
		*fault = "reported no benchmark";
	else if (rc != ERR_OK)
		*fault = arena_str(&out->arena, why.msg);
	select_readings(b, out);
	if (*fault == NULL && out->count == 0)
		*fault = "reported no benchmark that `benchmarks` means";
	return arena_err(&out->arena, err);
}

/* A number below `most`, from the seed. */
static size_t draw(struct gate_bench_meter *m, size_t most)
{
	m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)((m->seed >> 33) % most);
}

enum err_code gate_bench_measure(void *context, const struct gate_bench_turn *turn,
                                 struct gate_bench_readings *out, const char **fault,
                                 struct err *err)
{
	struct gate_bench_meter *m = context;
	const size_t check = m->checks[turn->command];
	const struct gate_bench *b = bench_of(m, check);
	const struct gate_bench_arm_place *p = place_of(m, check, turn->arm);
	struct gate_bench_start start = { .check = check, .arm = turn->arm };
	struct gate_results files = { .stale = 0 };
	struct os_result r;
	enum err_code rc;

	os_result_init(&r);
	/* Where the stack begins moves with the size of the environment: another one each
	 * time takes a lucky or unlucky place out of the comparison. */
	if (turn->stage > 0)
		start.padding = 1 + draw(m, PADDING_MAX);
	rc = gate_results_begin(&files, p->root, p->root, &b->results, os_now_ms(), err);
	if (rc == ERR_OK)
		rc = gate_bench_start(m, &out->arena, &start, &r, fault, err);
	if (rc == ERR_OK && *fault == NULL)
		rc = report(m, check, &files, &r, out, fault, err);
	gate_results_end(&files);
	os_result_fini(&r);
	return rc;
}

/* ---- the program ---- */

/* The first word of a shell line; what the shell would make of it otherwise is not known.
 */
static struct span first_word(const struct gate_command *run)
{
	struct span line = span_trim(span_str(run->shell));

	if (run->shell == NULL)
		return span_str(run->argv.items[0]);
	if (line.len > 0 && line.ptr[0] == '"')
		line = span_from(line, 1);
	for (size_t i = 0; i < line.len; i++)
		if (strchr(" \t\n\"';&|", line.ptr[i]) != NULL)
			return span_sub(line, 0, i);
	return line;
}

const char *gate_bench_program(const struct gate_bench_meter *m, struct arena *arena,
                               size_t check, enum gate_bench_arm arm)
{
	const struct gate_bench *b = bench_of(m, check);
	const struct gate_bench_arm_place *p = place_of(m, check, arm);
	struct span word = first_word(&b->run);
	const char *name = arena_dup(arena, word);
	struct buf found = BUF_INIT;
	const char *path = NULL;

	if (name == NULL)
		return NULL;
	if (str_starts(name, GATE_SCRATCH "/"))
		path = arena_printf(arena, "%s/%s", p->scratch,
		                    name + strlen(GATE_SCRATCH "/"));
	else if (name[0] == '/')
		path = name;
	else if (strchr(name, '/') != NULL)
		path = arena_printf(arena, "%s/%s/%s", p->root, b->dir, name);
	else if (os_find_program(name, &found))
		path = arena_str(arena, buf_str(&found));
	buf_fini(&found);
	return path != NULL && os_type_of(path) == OS_FILE ? path : NULL;
}
