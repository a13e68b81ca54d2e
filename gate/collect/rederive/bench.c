// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/bench.h"

#include "base/str.h"
#include "collect/bench/json.h"
#include "collect/bench/reading.h"
#include "collect/rederive/rederive_internal.h"

#include <math.h>

/* Verdicts and intervals of a check on benchmarks, again from its samples, which may not
 * say another thing than the policy of what they are judged by. */

/* ---- against the policy ---- */

/* Decimals that were written and read: no rounding is told as a difference. */
static bool same_share(double a, double b)
{
	return fabs(a - b) < 1e-9;
}

/* What of the command is another than the policy's, or NULL. The base and the number of
 * pairs may have been given to the run. */
static const char *command_differs(const struct gate_bench_command *c,
                                   const struct gate_bench_command *p,
                                   const struct gate_bench *b)
{
	if (!same_share(c->margin, p->margin))
		return "margin";
	if (c->min_ns != p->min_ns)
		return "min_time";
	if (!str_eq(c->format, p->format))
		return "format";
	if (!str_eq(c->clock, p->clock))
		return "clock";
	if (c->counts_wanted != p->counts_wanted)
		return "instructions";
	if (c->trouble == NULL && (c->work_count > 0) != (b->small.count > 0))
		return "work";
	return NULL;
}

/* As readings are taken: what is better is told by the unit, unless by the policy. */
static const char *row_differs(const struct gate_bench_row *r,
                               const struct gate_bench_command *p,
                               const struct gate_bench *b)
{
	const struct span name = span_str(r->name);
	const struct span unit = span_str(r->unit);
	const bool rate = gate_bench_is_rate(unit);

	/* A name of which something was taken out fits no pattern any more. */
	if (!same_share(r->margin, gate_bench_margin_of(p, name)) &&
	    (p->margin_count == 0 || span_find(name, SPAN_LIT("[redacted ")) == name.len))
		return "margin";
	if (b->format == GATE_BENCH_TIME && !str_eq(r->unit, "ns"))
		return "unit";
	if (r->higher !=
	    (b->better == GATE_BENCH_BY_UNIT ? rate : b->better == GATE_BENCH_HIGHER))
		return "direction";
	return r->timed != (rate || gate_bench_is_time(unit)) ? "kind of value" : NULL;
}

/* The first one that differs is told: all have one policy. */
static void compare_rows(struct rederiving *x, const struct gate_check *k,
                         const struct gate_bench_samples *s, size_t command,
                         const struct gate_bench_command *p)
{
	const char *what = NULL;

	for (size_t i = 0; i < s->row_count && what == NULL; i++) {
		const struct gate_bench_row *row = &s->rows[i];

		if (row->command != command)
			continue;
		what = row_differs(row, p, &k->bench);
		if (what != NULL)
			rederive_tell(x, k->id,
			              "its stored samples have another %s of %.80s than "
			              "policy.json says",
			              what, row->name);
	}
}

static enum err_code compare_policy(struct rederiving *x, const struct gate_check *k,
                                    const struct gate_bench_samples *s, struct err *err)
{
	struct gate_bench_command p;
	enum err_code rc = gate_bench_command_of(&p, k, &x->arena, err);

	for (size_t i = 0; rc == ERR_OK && i < s->command_count; i++) {
		const struct gate_bench_command *c = &s->commands[i];
		const char *what;

		if (!str_eq(c->check, k->id))
			continue;
		what = command_differs(c, &p, &k->bench);
		if (what != NULL)
			rederive_tell(x, k->id,
			              "its stored samples have another `%s` than "
			              "policy.json says",
			              what);
		compare_rows(x, k, s, i, &p);
	}
	return rc;
}

/* ---- the verdicts ---- */

static enum err_code judge(struct rederiving *x, const struct gate_check *k,
                           const struct gate_record *r, struct span json, struct err *err)
{
	struct gate_bench_samples samples;
	struct gate_bench_findings findings = { 0 };
	struct gate_judgement j;
	struct err why = ERR_INIT;
	enum err_code rc;

	gate_bench_samples_init(&samples);
	gate_judgement_init(&j);
	rc = gate_bench_json_read(&samples, json, "bench.json", &why);
	if (rc == ERR_OK)
		rc = gate_bench_judge(&samples, &findings, &why);
	if (rc == ERR_OK) {
		x->out->benches++;
		gate_bench_judge_check(&j, k, &samples, &findings);
		rederive_agree(x, r, &j, "its stored samples");
		rc = compare_policy(x, k, &samples, &why);
	} else if (rc != ERR_NOMEM) {
		rederive_tell(x, k->id, "its stored samples cannot be read");
		rc = ERR_OK;
	}
	gate_judgement_fini(&j);
	gate_bench_samples_fini(&samples);
	return rc != ERR_OK ? err_set(err, rc, "%s", why.msg) : ERR_OK;
}

enum err_code rederive_bench(struct rederiving *x, const struct gate_check *k,
                             const struct gate_record *r, struct err *err)
{
	const struct gate_artefact *a = rederive_find(r, "bench.json");

	return rederive_by(x, k, r, a, "samples of it are", judge, err);
}
