// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/judged.h"
#include "cli/session.h"
#include "collect/bench/json.h"
#include "collect/bench/noise.h"
#include "os/clock.h"
#include "os/fs.h"
#include "record/bench_chronic.h"
#include "record/bench_report.h"

/* `bench`: benchmarks alone. What it collects is no recorded run and is removed again. */

struct bench {
	struct program_call *call;
	struct gate_bench_samples samples;
	struct gate_bench_findings findings;
	struct rep_bench report;
	struct buf json; /* bench.json */
};

/* ---- reading ---- */

static enum err_code judge_again(struct bench *b, const char *name, struct err *err)
{
	enum err_code rc =
		gate_bench_json_read(&b->samples, buf_span(&b->json), name, err);

	if (rc == ERR_OK)
		rc = gate_bench_judge(&b->samples, &b->findings, err);
	if (rc == ERR_OK) {
		gate_bench_report(&b->report, &b->samples.arena, &b->samples,
		                  &b->findings);
		rc = arena_err(&b->samples.arena, err);
	}
	return rc;
}

/* The artefact of any of the checks: they share it. */
static const char *find_artefact(const struct judged *j)
{
	for (size_t i = 0; i < j->card.check_count; i++)
		for (size_t k = 0; k < j->card.checks[i].artefact_count; k++)
			if (str_eq(j->card.checks[i].artefacts[k].name, "bench.json"))
				return j->card.checks[i].artefacts[k].sha256;
	return NULL;
}

/* Why there are no samples: what the checks say themselves. */
static enum err_code say_why(const struct judged *j, struct err *err)
{
	for (size_t i = 0; i < j->card.check_count; i++) {
		const struct rep_check *k = &j->card.checks[i];

		if (k->state == REP_ERROR && k->message != NULL)
			return err_set(err, ERR_IO, "%s: %s", k->id, k->message);
	}
	return err_set(err, ERR_USAGE,
	               "no benchmark to run; a check with `collect: {bench: {run: ..}}` "
	               "in seaworthy.yml makes one");
}

static enum err_code read_run(struct bench *b, const char *dir, struct err *err)
{
	struct judged j = { .has_recorded = false };
	struct buf path = BUF_INIT;
	enum err_code rc = judged_open(&j, dir, NULL, err);
	const char *sha256 = rc == ERR_OK ? find_artefact(&j) : NULL;

	if (rc == ERR_OK && sha256 == NULL)
		rc = say_why(&j, err);
	if (rc == ERR_OK) {
		buf_printf(&path, "%s/artefacts/%s", dir, sha256);
		rc = os_read_file(buf_str(&path), GATE_BENCH_JSON_MAX, &b->json, err);
	}
	if (rc == ERR_OK)
		rc = judge_again(b, "bench.json", err);
	buf_fini(&path);
	judged_close(&j);
	return rc;
}

/* ---- printing ---- */

static enum err_code print(struct bench *b, struct err *err)
{
	const char *format = cli_options(b->call)->format;
	const struct term *t = &b->call->out;
	struct buf text = BUF_INIT;
	enum err_code rc;

	if (str_eq(format, "json"))
		gate_bench_json(&text, &b->samples, &b->findings);
	else if (str_eq(format, "markdown"))
		rep_bench_markdown(&text, &b->report);
	else if (str_eq(format, "csv"))
		rep_bench_csv(&text, &b->report);
	else if (str_eq(format, "openmetrics"))
		rep_bench_openmetrics(&text, &b->report);
	else
		rep_bench_text(&text, &b->report, t->color, t->utf8, t->columns);
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		rc = program_print(buf_span(&text), err);
	buf_fini(&text);
	return rc;
}

/* What cannot be told over what is slower: neither is a pass, and one that is slower is
 * known. */
static int exit_of(const struct bench *b)
{
	const struct rep_bench *r = &b->report;
	bool open = r->count == 0 || r->trouble_count > 0;

	for (size_t i = 0; i < r->count; i++)
		if (r->rows[i].verdict == REP_BENCH_REGRESSION)
			return CLI_NO_GO;
	for (size_t i = 0; i < r->count; i++)
		open = open || ((r->rows[i].verdict == REP_BENCH_UNKNOWN ||
		                 r->rows[i].verdict == REP_BENCH_INCONCLUSIVE) &&
		                !(i >= b->samples.row_count && r->rows[i].valid > 0));
	return open ? CLI_EVIDENCE : CLI_OK;
}

/* What the machine can tell, and which benchmarks have often been nominated in vain. */
static enum err_code add_notes(struct bench *b, const struct session *s, struct err *err)
{
	struct rep_bench *r = &b->report;
	const char *const *noise = NULL;
	const char *const *chronic = NULL;
	const char **all;
	size_t chronic_count = 0;
	enum err_code rc = gate_bench_noise_notes(&b->samples, buf_str(&s->project.root),
	                                          &noise, &r->note_count, err);

	if (rc == ERR_OK)
		rc = gate_bench_chronic(&b->samples, s->earlier, s->earlier_count,
		                        &chronic, &chronic_count, err);
	all = arena_array(&b->samples.arena, r->note_count + chronic_count + 1,
	                  sizeof(*all));
	if (rc != ERR_OK || all == NULL) {
		r->note_count = 0;
		return rc != ERR_OK ? rc : arena_err(&b->samples.arena, err);
	}
	for (size_t i = 0; i < r->note_count; i++)
		all[i] = noise[i];
	for (size_t i = 0; i < chronic_count; i++)
		all[r->note_count + i] = chronic[i];
	r->notes = all;
	r->note_count += chronic_count;
	return ERR_OK;
}

/* Without a session, of a file alone. */
static int report(struct bench *b, const struct session *s)
{
	const bool calibrate = cli_options(b->call)->calibrate;
	struct err err = ERR_INIT;
	enum err_code rc = ERR_OK;

	if (calibrate && s != NULL)
		rc = gate_bench_noise_store(&b->samples, buf_str(&s->project.root),
		                            os_now_ms(), &err);
	if (rc == ERR_OK && s != NULL)
		rc = add_notes(b, s, &err);
	if (rc == ERR_OK)
		rc = print(b, &err);
	if (rc != ERR_OK)
		return program_fail(b->call, &err);
	return calibrate && b->report.count > 0 ? CLI_OK : exit_of(b);
}

/* ---- running ---- */

/* What chooses what is measured means nothing of what was. */
static enum err_code check_samples(struct program_call *call, struct err *err)
{
	const struct cli_options *o = cli_options(call);
	const char *other = o->calibrate           ? "--calibrate"
	                    : o->base != NULL      ? "--base"
	                    : o->pairs != 0        ? "--pairs"
	                    : o->policy != NULL    ? "--policy"
	                    : o->only.count > 0    ? "--only"
	                    : o->skip.count > 0    ? "--skip"
	                    : call->args.count > 0 ? "PATH"
	                                           : NULL;

	if (o->samples == NULL || other == NULL)
		return ERR_OK;
	return err_set(err, ERR_USAGE, "--samples judges what was measured; leave %s out",
	               other);
}

static enum err_code check_options(struct program_call *call, struct err *err)
{
	const struct cli_options *o = cli_options(call);

	if (o->pairs != 0 &&
	    (o->pairs < GATE_BENCH_PAIRS_MIN || o->pairs > GATE_BENCH_PAIRS_MAX))
		return err_set(err, ERR_USAGE, "--pairs %llu: from %d to %d",
		               (unsigned long long)o->pairs, GATE_BENCH_PAIRS_MIN,
		               GATE_BENCH_PAIRS_MAX);
	if (o->calibrate && o->base != NULL)
		return err_set(err, ERR_USAGE,
		               "--calibrate compares with the project itself; leave "
		               "--base out");
	return check_samples(call, err);
}

static int run(struct bench *b)
{
	struct session s;
	struct err err = ERR_INIT;
	enum err_code rc = session_open(&s, b->call, SESSION_BENCH, &err);
	int code;

	if (rc == ERR_OK)
		rc = session_collect(&s, b->call, false, &err);
	if (rc == ERR_OK)
		rc = read_run(b, gate_store_dir(s.store), &err);
	code = rc == ERR_OK ? report(b, &s) : program_fail(b->call, &err);
	if (session_forget(&s, &err) != ERR_OK)
		code = program_fail(b->call, &err);
	session_close(&s);
	return code;
}

static int judge_file(struct bench *b, const char *path)
{
	struct err err = ERR_INIT;
	enum err_code rc = os_read_file(path, GATE_BENCH_JSON_MAX, &b->json, &err);

	if (rc == ERR_OK)
		rc = judge_again(b, path, &err);
	/* Another file was meant. */
	if (rc == ERR_NOT_FOUND || rc == ERR_CORRUPT)
		rc = err_wrap(&err, ERR_USAGE, "--samples");
	return rc == ERR_OK ? report(b, NULL) : program_fail(b->call, &err);
}

int cli_bench(struct program_call *call)
{
	struct bench b = { .call = call, .json = BUF_INIT };
	struct err err = ERR_INIT;
	int code;

	gate_bench_samples_init(&b.samples);
	if (check_options(call, &err) != ERR_OK)
		code = program_fail(call, &err);
	else if (cli_options(call)->samples != NULL)
		code = judge_file(&b, cli_options(call)->samples);
	else
		code = run(&b);
	buf_fini(&b.json);
	gate_bench_samples_fini(&b.samples);
	return code;
}
