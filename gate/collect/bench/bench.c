// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/bench.h"

#include "base/str.h"
#include "base/when.h"
#include "collect/bench/extra.h"
#include "collect/bench/json.h"
#include "collect/bench/measure.h"
#include "collect/board.h"
#include "collect/command.h"
#include "crypto/digest.h"
#include "lib/json.h"
#include "os/clock.h"
#include "os/fs.h"
#include "os/machine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PROGRAM_MAX (UINT64_C(1) << 30)
#define NS_PER_MS UINT64_C(1000000)

void gate_bench_result_init(struct gate_bench_result *r)
{
	*r = (struct gate_bench_result){ .json = BUF_INIT, .log = BUF_INIT };
	gate_bench_samples_init(&r->samples);
}

void gate_bench_result_fini(struct gate_bench_result *r)
{
	buf_fini(&r->json);
	buf_fini(&r->log);
	gate_bench_samples_fini(&r->samples);
}

/* One collection on its way. */
struct collecting {
	struct gate_bench_result *out;
	const struct gate_policy *policy;
	const struct gate_bench_options *options;
	const bool *wanted;
	struct gate_bench_meter meter;
	size_t *checks; /* by command */
};

/* ---- commands ---- */

/* The grammar made sure that it is a decimal from 0 to 100. */
static double share_of(const char *percent)
{
	return percent != NULL ? strtod(percent, NULL) / 100 : 0.03;
}

static bool add_margins(struct arena *a, struct gate_bench_command *out, size_t *cap,
                        const struct json *entry)
{
	const struct json *globs = json_get(entry, "benchmarks");

	for (const struct json *g = json_first(globs); g != NULL; g = json_next(g)) {
		struct gate_bench_margin *m =
			arena_push(a, &out->margins, &out->margin_count, cap, sizeof(*m));

		if (m == NULL)
			return false;
		m->glob = arena_str(a, json_string(g));
		m->margin = share_of(json_number(json_get(entry, "margin")));
	}
	return true;
}

/* Those of `margins`, in their order; the policy keeps them as JSON. */
static enum err_code fill_margins(struct arena *a, struct gate_bench_command *out,
                                  const char *margins, struct err *err)
{
	struct json_doc *doc = NULL;
	size_t cap = 0;
	bool ok = true;
	enum err_code rc;

	if (margins == NULL)
		return ERR_OK;
	if ((rc = json_parse(&doc, span_str(margins), "margins", err)) != ERR_OK)
		return rc;
	for (const struct json *v = json_first(json_root(doc)); v != NULL && ok;
	     v = json_next(v))
		ok = add_margins(a, out, &cap, v);
	json_free(doc);
	return ok ? ERR_OK : err_nomem(err);
}

static const char *command_text(struct arena *a, const struct gate_command *command)
{
	struct buf text = BUF_INIT;
	const char *kept;

	gate_command_text(&text, command);
	kept = arena_str(a, buf_str(&text));
	buf_fini(&text);
	return kept;
}

enum err_code gate_bench_command_of(struct gate_bench_command *out,
                                    const struct gate_check *check, struct arena *a,
                                    struct err *err)
{
	const struct gate_bench *b = &check->bench;

	*out = (struct gate_bench_command){
		.check = arena_str(a, check->id),
		.command = command_text(a, &b->run),
		.format = gate_bench_format_name(b->format),
		.clock = b->format != GATE_BENCH_TIME ? NULL
		         : b->clock == GATE_BENCH_CPU ? "cpu"
		                                      : "wall",
		.pairs = (size_t)b->pairs,
		.margin = share_of(b->margin),
		.min_ns = b->min_time_ms * NS_PER_MS,
		.counts_wanted = b->instructions,
	};
	return fill_margins(a, out, b->margins, err);
}

static enum err_code fill_command(const struct collecting *c,
                                  struct gate_bench_command *out, size_t check,
                                  struct err *err)
{
	const struct gate_bench_places *p = gate_bench_arms_of(c->meter.arms, check);
	struct arena *a = &c->out->samples.arena;
	enum err_code rc = gate_bench_command_of(out, &c->policy->checks[check], a, err);

	if (c->options->pairs > 0)
		out->pairs = (size_t)c->options->pairs;
	out->base = arena_str(a, p->base);
	out->trouble = arena_str(a, p->trouble);
	return rc;
}

static enum err_code fill_commands(struct collecting *c, struct err *err)
{
	struct gate_bench_samples *s = &c->out->samples;
	enum err_code rc = ERR_OK;
	size_t count = 0;

	for (size_t i = 0; i < c->policy->check_count; i++)
		count += c->wanted[i];
	c->checks = arena_array(&s->arena, count + 1, sizeof(*c->checks));
	if (gate_bench_commands(s, count) == NULL || c->checks == NULL)
		return err_nomem(err);
	count = 0;
	for (size_t i = 0; i < c->policy->check_count && rc == ERR_OK; i++) {
		if (!c->wanted[i])
			continue;
		c->checks[count] = i;
		rc = fill_command(c, &s->commands[count++], i, err);
	}
	c->meter.checks = c->checks;
	return rc == ERR_OK ? arena_err(&s->arena, err) : rc;
}

/* ---- what is told beside ---- */

static const char *digest_of(struct arena *a, const char *path)
{
	struct buf bytes = BUF_INIT;
	char hex[DIGEST_HEX];
	const char *kept = NULL;

	if (path != NULL && os_read_file(path, PROGRAM_MAX, &bytes, NULL) == ERR_OK &&
	    digest_hex(buf_span(&bytes), hex, NULL) == ERR_OK)
		kept = arena_str(a, hex);
	buf_fini(&bytes);
	return kept;
}

static void note_programs(struct collecting *c)
{
	struct gate_bench_samples *s = &c->out->samples;

	for (size_t i = 0; i < s->command_count; i++)
		for (size_t arm = 0; arm < GATE_BENCH_ARMS; arm++)
			if (s->commands[i].trouble == NULL)
				s->commands[i].digest[arm] = digest_of(
					&s->arena,
					gate_bench_program(&c->meter, &s->arena,
				                           c->checks[i],
				                           (enum gate_bench_arm)arm));
}

static const char *fact(struct arena *a, bool (*ask)(struct buf *))
{
	struct buf text = BUF_INIT;
	const char *kept = ask(&text) ? arena_str(a, buf_str(&text)) : NULL;

	buf_fini(&text);
	return kept;
}

static void note_machine(struct collecting *c)
{
	struct gate_bench_samples *s = &c->out->samples;
	struct buf cpus = BUF_INIT;

	s->machine.cpu = fact(&s->arena, os_machine_cpu);
	s->machine.kernel = fact(&s->arena, os_machine_kernel);
	s->machine.governor = fact(&s->arena, os_machine_governor);
	s->machine.cores = os_processors();
	if (!os_machine_load(&s->machine.load_before))
		s->machine.load_before = NAN;
	if (os_cpus_get(&c->meter.cpus) && os_cpus_bind(&c->meter.cpus)) {
		os_cpus_put(&cpus, &c->meter.cpus);
		s->machine.cpus = arena_str(&s->arena, buf_str(&cpus));
	} else {
		memset(&c->meter.cpus, 0, sizeof(c->meter.cpus));
	}
	buf_fini(&cpus);
}

static void note_load(struct gate_bench_machine *m, bool timed,
                      const struct os_machine_time *before)
{
	struct os_machine_time now;

	if (!os_machine_load(&m->load_after))
		m->load_after = NAN;
	if (timed && os_machine_time(&now) && now.total > before->total)
		m->steal = (double)(now.stolen - before->stolen) /
		           (double)(now.total - before->total);
}

/* ---- measuring ---- */

/* What the warm-up took, which is as long as a pair; from then on what pairs take. */
static void time_pairs(struct gate_bench_meter *m, size_t stage, size_t pair)
{
	const uint64_t now = os_ticks_ns();

	if (pair > 0)
		m->pair_ns = (now - m->since_ns) / pair;
	else if (stage == 0)
		m->pair_ns = now - m->since_ns;
	if (pair == 0)
		m->since_ns = now;
}

static void say_estimate(const struct gate_bench_meter *m, size_t pairs)
{
	struct buf line = BUF_INIT;
	char text[WHEN_TEXT];

	when_duration(m->pair_ns * pairs / NS_PER_MS, text);
	buf_printf(&line,
	           "benchmarks: %zu pairs, about %s; what they leave open is measured "
	           "once more",
	           pairs, text);
	progress_line(m->runner->progress, buf_span(&line));
	buf_fini(&line);
}

static void show_progress(void *context, size_t stage, size_t pair, size_t pairs)
{
	struct gate_bench_meter *m = context;
	struct buf note = BUF_INIT;
	char text[WHEN_TEXT];

	time_pairs(m, stage, pair);
	if (stage == 0 && pair == 0 && !m->quiet)
		say_estimate(m, pairs);
	when_duration(m->pair_ns * (pairs - pair) / NS_PER_MS, text);
	buf_printf(&note, "benchmarks: stage %zu, pair %zu of %zu, about %s left",
	           stage + 1, pair + 1, pairs, text);
	progress_note(m->runner->progress, buf_span(&note));
	buf_fini(&note);
}

static enum err_code measure_all(struct collecting *c, struct err *err)
{
	struct gate_bench_samples *s = &c->out->samples;
	const struct gate_bench_protocol p = {
		.measure = gate_bench_measure,
		.progress = c->meter.runner->progress != NULL ? show_progress : NULL,
		.context = &c->meter,
		.cancel = c->meter.runner->cancel,
	};
	struct os_machine_time before;
	bool timed = os_machine_time(&before);
	enum err_code rc;

	note_machine(c);
	note_programs(c);
	rc = gate_bench_work(&c->meter, s, err);
	c->meter.since_ns = os_ticks_ns();
	if (rc == ERR_OK)
		rc = gate_bench_run(&p, s, err);
	if (rc == ERR_OK)
		rc = gate_bench_counts(&c->meter, s, err);
	note_load(&s->machine, timed, &before);
	return rc;
}

enum err_code gate_bench_collect(struct gate_bench_result *out,
                                 const struct gate_runner *runner,
                                 const struct gate_policy *policy, const bool *wanted,
                                 const struct gate_bench_options *o, bool dirty,
                                 struct err *err)
{
	struct collecting c = {
		.out = out, .policy = policy, .options = o, .wanted = wanted
	};
	struct gate_bench_arms *arms = NULL;
	enum err_code rc;

	rc = gate_bench_arms_new(&arms, runner, policy, wanted, o, dirty, &out->log, err);
	if (rc != ERR_OK)
		return rc;
	out->samples.seed = os_ticks_ns();
	c.meter = (struct gate_bench_meter){ .runner = runner,
		                             .policy = policy,
		                             .arms = arms,
		                             .quiet = o->quiet,
		                             .seed = out->samples.seed };
	rc = fill_commands(&c, err);
	if (rc == ERR_OK)
		rc = measure_all(&c, err);
	if (rc == ERR_OK)
		rc = gate_bench_judge(&out->samples, &out->findings, err);
	if (rc == ERR_OK) {
		gate_bench_json(&out->json, &out->samples, &out->findings);
		rc = buf_err(&out->json, err);
	}
	gate_bench_arms_free(arms, &out->log);
	return rc;
}
