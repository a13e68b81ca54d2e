// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/noise.h"

#include "base/str.h"
#include "base/when.h"
#include "collect/bench/stats.h"
#include "crypto/digest.h"
#include "lib/json.h"
#include "os/fs.h"

#include <math.h>
#include <stdio.h>

#define NOISE_MAX (UINT64_C(16) << 20)
enum { NAME_DIGITS = 16, FOLDER_MODE = 0700, FILE_MODE = 0600 };

/* ---- where ---- */

static void put_class(struct buf *out, const struct gate_bench_machine *m)
{
	buf_printf(out, "%s, %llu core%s, %s", m->cpu != NULL ? m->cpu : "unknown",
	           (unsigned long long)m->cores, str_s(m->cores),
	           m->kernel != NULL ? m->kernel : "unknown");
}

static enum err_code put_folder(struct buf *out, struct err *err)
{
	const char *state = os_env("XDG_STATE_HOME");
	const char *home = os_env("HOME");

	/* a relative one does not count */
	if (state != NULL && state[0] == '/')
		buf_puts(out, state);
	else if (home != NULL)
		buf_printf(out, "%s/.local/state", home);
	else
		return err_set(err, ERR_NOT_FOUND, "set HOME or XDG_STATE_HOME");
	buf_puts(out, "/seaworthy/noise");
	return buf_err(out, err);
}

enum err_code gate_bench_noise_path(struct buf *out, const struct gate_bench_samples *s,
                                    const char *root, struct err *err)
{
	struct buf key = BUF_INIT;
	char hex[DIGEST_HEX];
	enum err_code rc = put_folder(out, err);

	put_class(&key, &s->machine);
	buf_printf(&key, "\n%s", root);
	if (rc == ERR_OK && (rc = buf_err(&key, err)) == ERR_OK &&
	    (rc = digest_hex(buf_span(&key), hex, err)) == ERR_OK) {
		buf_printf(out, "/%.*s.json", NAME_DIGITS, hex);
		rc = buf_err(out, err);
	}
	buf_fini(&key);
	return rc;
}

/* ---- keeping ---- */

/* Both arms beside the base are the same program: all differences are noise. */
static size_t noise_of(const struct gate_bench_row *r, double *out)
{
	size_t n = 0;

	for (size_t k = 0; k < GATE_BENCH_STAGES; k++)
		for (size_t i = 0; i < r->stages[k].pairs; i++)
			for (size_t arm = GATE_BENCH_HEAD; arm < GATE_BENCH_ARMS; arm++) {
				const double d = log(r->stages[k].of[arm][i]) -
				                 log(r->stages[k].of[GATE_BENCH_BASE][i]);

				if (isfinite(d))
					out[n++] = d;
			}
	gate_stats_sort(out, n);
	return n;
}

size_t gate_bench_times(const struct gate_bench_row *r, enum gate_bench_arm first,
                        double out[GATE_BENCH_TIMES_MAX])
{
	const double sign = r->higher ? -1 : 1;
	size_t n = 0;

	for (size_t k = 0; k < GATE_BENCH_STAGES && r->timed; k++)
		for (size_t i = 0; i < r->stages[k].pairs; i++)
			for (size_t arm = 0; arm < GATE_BENCH_ARMS; arm++) {
				const double t = sign * log(r->stages[k].of[arm][i]);

				if ((arm == GATE_BENCH_BASE || arm >= (size_t)first) &&
				    isfinite(t))
					out[n++] = t;
			}
	gate_stats_sort(out, n);
	return n;
}

static void put_numbers(struct json_writer *w, const char *key, const double *x, size_t n)
{
	json_put_key(w, key);
	json_open(w, '[');
	for (size_t i = 0; i < n; i++) {
		char text[40];

		(void)snprintf(text, sizeof(text), "%.9f", x[i]);
		json_put_number(w, text);
	}
	json_close(w, ']');
}

static void put_row(struct json_writer *w, const struct gate_bench_samples *s,
                    const struct gate_bench_row *r)
{
	double x[GATE_BENCH_TIMES_MAX];

	json_open(w, '{');
	json_field_str(w, "check", s->commands[r->command].check);
	json_field_str(w, "name", r->name);
	put_numbers(w, "differences", x, noise_of(r, x));
	put_numbers(w, "times", x, gate_bench_times(r, GATE_BENCH_HEAD, x));
	json_close(w, '}');
}

static void put_noise(struct buf *out, const struct gate_bench_samples *s, int64_t now_ms)
{
	struct buf class = BUF_INIT;
	struct json_writer w;
	char when[WHEN_TEXT];

	put_class(&class, &s->machine);
	when_format(now_ms, false, when);
	json_writer_init(&w, out, 1);
	json_open(&w, '{');
	json_field_u64(&w, "schema_version", 1);
	json_field_span(&w, "machine", buf_span(&class));
	json_field_str(&w, "measured", when);
	json_put_key(&w, "benchmarks");
	json_open(&w, '[');
	for (size_t i = 0; i < s->row_count; i++)
		put_row(&w, s, &s->rows[i]);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
	buf_fini(&class);
}

enum err_code gate_bench_noise_store(const struct gate_bench_samples *s, const char *root,
                                     int64_t now_ms, struct err *err)
{
	struct buf folder = BUF_INIT;
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	enum err_code rc;

	put_noise(&text, s, now_ms);
	if ((rc = buf_err(&text, err)) == ERR_OK &&
	    (rc = put_folder(&folder, err)) == ERR_OK &&
	    (rc = os_mkdirs(buf_str(&folder), FOLDER_MODE, err)) == ERR_OK &&
	    (rc = gate_bench_noise_path(&path, s, root, err)) == ERR_OK)
		rc = os_write_atomic(buf_str(&path), buf_span(&text), FILE_MODE, err);
	buf_fini(&folder);
	buf_fini(&path);
	buf_fini(&text);
	return rc;
}

/* ---- what it means ---- */

/* Between the neighbours of a place that no value has. */
static double quantile(const double *sorted, size_t n, double p)
{
	const double at = p * (double)(n - 1);
	const size_t below = (size_t)at;

	if (below + 1 >= n)
		return sorted[n - 1];
	return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

/* Where the k-th of so many values lies on average. */
static double place_of(size_t k, size_t values)
{
	return (double)k / (double)(values + 1);
}

/* How far from none the interval of the median reaches. */
static double by_median(const struct gate_bench_noise *n, size_t pairs, double alpha)
{
	const size_t k = gate_stats_rank(pairs, alpha);
	const double p = place_of(k, pairs);

	if (k == 0 || n->ratio_count < GATE_BENCH_PAIRS_MIN)
		return INFINITY;
	return fmax(fabs(quantile(n->ratios, n->ratio_count, p)),
	            fabs(quantile(n->ratios, n->ratio_count, 1 - p)));
}

static double by_fastest(const struct gate_bench_noise *n, size_t pairs, double alpha)
{
	const size_t s = gate_stats_precedence_rank(pairs, alpha);

	if (s == 0 || s > pairs || n->time_count < GATE_BENCH_PAIRS_MIN)
		return INFINITY;
	return quantile(n->times, n->time_count, place_of(s, pairs)) -
	       quantile(n->times, n->time_count, place_of(1, pairs));
}

/* The fastest say that nothing changed only where the median ratio looks like it, which
 * it does in two of three runs at least. */
double gate_bench_resolves(const struct gate_bench_noise *n, size_t pairs)
{
	const double alpha = 0.01;
	const double wanders = 1.0 / 3;

	return expm1(
		fmin(by_median(n, pairs, alpha),
	             fmax(by_fastest(n, pairs, alpha), by_median(n, pairs, wanders))));
}

struct noise_row {
	const char *check;
	const char *name;
	struct gate_bench_noise noise;
};

static bool read_numbers(struct gate_bench_samples *s, const struct json *list,
                         const double **out, size_t *count)
{
	double *x = gate_bench_numbers(s, json_count(list));

	if (x == NULL)
		return false;
	for (const struct json *v = json_first(list); v != NULL; v = json_next(v))
		if (json_double(v, &x[*count]) && isfinite(x[*count]))
			(*count)++;
	gate_stats_sort(x, *count);
	*out = x;
	return true;
}

/* One of an earlier version has no times. */
static bool read_row(struct gate_bench_samples *s, const struct json *v,
                     struct noise_row *out)
{
	struct gate_bench_noise *n = &out->noise;

	*out = (struct noise_row){ .check = json_string(json_get(v, "check")),
		                   .name = json_string(json_get(v, "name")) };
	return out->check != NULL && out->name != NULL &&
	       read_numbers(s, json_get(v, "differences"), &n->ratios, &n->ratio_count) &&
	       read_numbers(s, json_get(v, "times"), &n->times, &n->time_count);
}

size_t gate_bench_pairs_for(const struct gate_bench_noise *n, double margin)
{
	static const size_t tries[] = { 10, 15, 20, 30, 40, 60, 80, 100, 150, 200 };

	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++)
		if (gate_bench_resolves(n, tries[i]) <= margin)
			return tries[i];
	return 0;
}

static void put_note(struct buf *out, const struct gate_bench_command *c,
                     const struct noise_row *r, double margin, const char *when)
{
	const double told = gate_bench_resolves(&r->noise, c->pairs);
	const size_t enough = gate_bench_pairs_for(&r->noise, margin);

	buf_printf(out, "%s: ", r->name);
	if (!isfinite(told)) {
		buf_printf(out, "the calibration of %s has too few values", when);
		return;
	}
	buf_printf(out,
	           "here %zu pairs tell changes above %.1f %% apart (calibrated %.10s)",
	           c->pairs, 100 * told, when);
	if (told <= margin)
		buf_printf(out, ", within the margin of %.3g %%", 100 * margin);
	else if (enough > 0)
		buf_printf(out, "; for the margin of %.3g %% it takes `pairs: %zu`",
		           100 * margin, enough);
	else
		buf_printf(out,
		           "; no number of pairs reaches the margin of %.3g %%: raise it "
		           "to %.1f",
		           100 * margin, ceil(1000 * told) / 10);
}

static double margin_of(const struct gate_bench_samples *s,
                        const struct gate_bench_command *c, const char *name)
{
	for (size_t i = 0; i < s->row_count; i++)
		if (&s->commands[s->rows[i].command] == c &&
		    str_eq(s->rows[i].name, name))
			return s->rows[i].margin;
	return c->margin;
}

/* Of each check the benchmark that lies furthest from its margin. */
static void note_command(struct gate_bench_samples *s, const struct json *root,
                         const struct gate_bench_command *c, const char **note)
{
	const char *when = json_string(json_get(root, "measured"));
	struct noise_row worst = { .check = NULL };
	struct buf text = BUF_INIT;
	double most = -INFINITY;

	for (const struct json *v = json_first(json_get(root, "benchmarks")); v != NULL;
	     v = json_next(v)) {
		struct noise_row r;
		double told;

		if (!read_row(s, v, &r) || !str_eq(r.check, c->check))
			continue;
		told = gate_bench_resolves(&r.noise, c->pairs) - margin_of(s, c, r.name);
		if (told > most) {
			most = told;
			worst = r;
		}
	}
	if (worst.check == NULL)
		return;
	put_note(&text, c, &worst, margin_of(s, c, worst.name),
	         when != NULL ? when : "unknown date");
	*note = arena_str(&s->arena, buf_str(&text));
	buf_fini(&text);
}

enum err_code gate_bench_noise_notes(struct gate_bench_samples *s, const char *root,
                                     const char *const **notes, size_t *count,
                                     struct err *err)
{
	const char **list = arena_array(&s->arena, s->command_count + 1, sizeof(*list));
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	struct json_doc *doc = NULL;

	*notes = list;
	*count = 0;
	if (gate_bench_noise_path(&path, s, root, NULL) == ERR_OK &&
	    os_read_file(buf_str(&path), NOISE_MAX, &text, NULL) == ERR_OK &&
	    json_parse(&doc, buf_span(&text), "noise", NULL) == ERR_OK)
		for (size_t i = 0; list != NULL && i < s->command_count; i++) {
			const char *note = NULL;

			note_command(s, json_root(doc), &s->commands[i], &note);
			if (note != NULL)
				list[(*count)++] = note;
		}
	json_free(doc);
	buf_fini(&path);
	buf_fini(&text);
	return arena_err(&s->arena, err);
}
