// SPDX-License-Identifier: Apache-2.0
#include "rollout/samples.h"

#include "base/num.h"
#include "base/str.h"
#include "base/when.h"
#include "lib/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void gate_samples_init(struct gate_samples *s)
{
	memset(s, 0, sizeof(*s));
	arena_init(&s->arena);
}

void gate_samples_fini(struct gate_samples *s)
{
	arena_fini(&s->arena);
}

/* ---- metrics and series ---- */

struct gate_metric *gate_samples_metric(struct gate_samples *s, const char *name,
                                        const char *query)
{
	struct gate_metric *m;

	for (size_t i = 0; i < s->count; i++)
		if (str_eq(s->metrics[i].name, name) &&
		    str_eq(s->metrics[i].query, query))
			return &s->metrics[i];
	m = arena_push(&s->arena, &s->metrics, &s->count, &s->cap, sizeof(*m));
	if (m != NULL) {
		m->name = arena_str(&s->arena, name);
		m->query = arena_str(&s->arena, query);
	}
	return arena_ok(&s->arena) ? m : NULL;
}

const struct gate_metric *gate_samples_find(const struct gate_samples *s,
                                            const struct gate_criterion *c)
{
	for (size_t i = 0; i < s->count; i++)
		if (str_eq(s->metrics[i].name, c->metric) &&
		    str_eq(s->metrics[i].query, c->query))
			return &s->metrics[i];
	return NULL;
}

static enum err_code series_of(struct gate_samples *s, struct gate_metric *m,
                               const char *labels, struct gate_series **out,
                               struct err *err)
{
	for (size_t i = 0; i < m->count; i++)
		if (str_eq(m->series[i].labels, labels)) {
			*out = &m->series[i];
			return ERR_OK;
		}
	if (m->count == GATE_SAMPLES_SERIES_MAX)
		return err_set(err, ERR_LIMIT,
		               "%.80s: more than %d series; aggregate in the query",
		               m->name, GATE_SAMPLES_SERIES_MAX);
	*out = arena_push(&s->arena, &m->series, &m->count, &m->cap, sizeof(**out));
	if (*out != NULL)
		(*out)->labels = arena_str(&s->arena, labels);
	return arena_err(&s->arena, err);
}

static enum err_code add(struct gate_samples *s, struct gate_metric *m,
                         struct gate_series *series, int64_t ms, double value,
                         struct err *err)
{
	struct gate_sample *at;

	if (s->sample_count++ >= GATE_SAMPLES_MAX)
		return err_set(err, ERR_LIMIT, "%.80s: more than %d samples", m->name,
		               GATE_SAMPLES_MAX);
	at = arena_push(&s->arena, &series->items, &series->count, &series->cap,
	                sizeof(*at));
	if (at == NULL)
		return err_nomem(err);
	*at = (struct gate_sample){ .ms = ms, .value = value };
	return ERR_OK;
}

/* The labels of both sources as one text; by key, as canonical JSON has them. */
static enum err_code put_labels(const struct json *v, struct buf *out, struct err *err)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	if (v != NULL && json_type(v) == JSON_OBJECT)
		json_put_value(&w, v);
	else
		buf_puts(out, "{}");
	return buf_err(out, err);
}

/* ---- recorded samples ---- */

static bool is_of(const struct gate_metric *m, const char *name)
{
	return str_eq(m->name, name);
}

static enum err_code read_labels(struct gate_samples *s, const struct json *v,
                                 const char *name, int64_t ms, double value,
                                 struct err *err)
{
	struct buf labels = BUF_INIT;
	enum err_code rc = put_labels(json_get(v, "labels"), &labels, err);

	for (size_t i = 0; rc == ERR_OK && i < s->count; i++) {
		struct gate_series *series = NULL;

		if (!is_of(&s->metrics[i], name))
			continue;
		rc = series_of(s, &s->metrics[i], buf_str(&labels), &series, err);
		if (rc == ERR_OK)
			rc = add(s, &s->metrics[i], series, ms, value, err);
	}
	buf_fini(&labels);
	return rc;
}

static enum err_code read_line(struct gate_samples *s, const struct json *v,
                               int64_t from_ms, int64_t to_ms, struct err *err)
{
	const char *name = json_string(json_get(v, "metric"));
	const char *when = json_string(json_get(v, "time"));
	double value;
	int64_t ms;

	if (name == NULL)
		return err_set(err, ERR_CORRUPT, "a sample has a text `metric`");
	if (when == NULL || !when_parse(span_str(when), &ms))
		return err_set(err, ERR_CORRUPT,
		               "a sample has a `time` such as 2026-11-22T10:00:00Z");
	if (json_get(v, "value") == NULL)
		return err_set(err, ERR_CORRUPT, "a sample has a `value`");
	if (!json_double(json_get(v, "value"), &value))
		return json_type(json_get(v, "value")) == JSON_NULL
		               ? ERR_OK
		               : err_set(err, ERR_CORRUPT, "`value` is a number or null");
	return ms < from_ms || ms > to_ms ? ERR_OK
	                                  : read_labels(s, v, name, ms, value, err);
}

enum err_code gate_samples_read(struct gate_samples *s, struct span text,
                                const char *name, int64_t from_ms, int64_t to_ms,
                                struct err *err)
{
	const bool unfinished = text.len > 0 && text.ptr[text.len - 1] != '\n';
	enum err_code rc = ERR_OK;
	struct span line;
	size_t number = 0;

	while (rc == ERR_OK && span_line(&text, &line)) {
		struct json_doc *doc = NULL;
		char place[300];

		number++;
		if (span_trim(line).len == 0)
			continue;
		(void)snprintf(place, sizeof(place), "%.250s:%zu", name, number);
		rc = json_parse(&doc, line, place, err);
		/* Somebody is writing its end. */
		if (rc == ERR_CORRUPT && text.len == 0 && unfinished) {
			json_free(doc);
			return ERR_OK;
		}
		if (rc == ERR_OK) {
			rc = read_line(s, json_root(doc), from_ms, to_ms, err);
			if (rc == ERR_CORRUPT)
				rc = err_wrap(err, rc, "%s", place);
		}
		json_free(doc);
	}
	return rc;
}

/* ---- Prometheus ---- */

/* [seconds as a number, "value"]; "+Inf" is a value, "NaN" is none. */
static bool read_point(const struct json *v, int64_t *ms, double *value)
{
	const struct json *second = json_first(v);
	const char *text = second != NULL ? json_string(json_next(second)) : NULL;
	double seconds;

	if (text == NULL || !json_double(second, &seconds) || !(fabs(seconds) < 1e13))
		return false;
	*ms = llround(seconds * 1000);
	if (str_eq(text, "+Inf") || str_eq(text, "-Inf"))
		*value = text[0] == '+' ? INFINITY : -INFINITY;
	else if (str_eq(text, "NaN"))
		*value = NAN;
	else
		return num_double(span_str(text), value);
	return true;
}

static enum err_code read_series(struct gate_samples *s, struct gate_metric *m,
                                 const struct json *v, struct err *err)
{
	struct gate_series *series = NULL;
	struct buf labels = BUF_INIT;
	enum err_code rc = put_labels(json_get(v, "metric"), &labels, err);

	if (rc == ERR_OK)
		rc = series_of(s, m, buf_str(&labels), &series, err);
	for (const struct json *p = json_first(json_get(v, "values"));
	     rc == ERR_OK && p != NULL; p = json_next(p)) {
		double value;
		int64_t ms;

		if (!read_point(p, &ms, &value))
			rc = err_set(err, ERR_CORRUPT,
			             "a value is not [time, \"number\"]");
		else if (!isnan(value))
			rc = add(s, m, series, ms, value, err);
	}
	buf_fini(&labels);
	return rc;
}

enum err_code gate_samples_prometheus(struct gate_samples *s, struct gate_metric *m,
                                      struct span answer, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc = json_parse(&doc, answer, "answer", err);
	const struct json *root = rc == ERR_OK ? json_root(doc) : NULL;
	const struct json *data = json_get(root, "data");
	const char *status = json_string(json_get(root, "status"));

	if (rc == ERR_OK && str_eq(status, "error")) {
		const char *why = json_string(json_get(root, "error"));

		rc = err_set(err, ERR_CORRUPT, "%.200s", why != NULL ? why : "an error");
	} else if (rc == ERR_OK &&
	           (!str_eq(status, "success") ||
	            !str_eq(json_string(json_get(data, "resultType")), "matrix"))) {
		rc = err_set(err, ERR_CORRUPT, "not an answer of /api/v1/query_range");
	}
	if (rc == ERR_OK)
		for (const struct json *v = json_first(json_get(data, "result"));
		     rc == ERR_OK && v != NULL; v = json_next(v))
			rc = read_series(s, m, v, err);
	json_free(doc);
	return rc;
}

/* ---- all together ---- */

void gate_samples_trouble(struct gate_samples *s, const char *why)
{
	for (size_t i = 0; i < s->count; i++)
		(void)snprintf(s->metrics[i].trouble, sizeof(s->metrics[i].trouble),
		               "%.290s", why);
}

static int by_time(const void *a, const void *b)
{
	const struct gate_sample *x = a;
	const struct gate_sample *y = b;

	return (x->ms > y->ms) - (x->ms < y->ms);
}

static int by_labels(const void *a, const void *b)
{
	const struct gate_series *x = a;
	const struct gate_series *y = b;

	return strcmp(x->labels, y->labels);
}

void gate_samples_sort(struct gate_samples *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct gate_metric *m = &s->metrics[i];

		if (m->count > 1)
			qsort(m->series, m->count, sizeof(*m->series), by_labels);
		for (size_t k = 0; k < m->count; k++)
			if (m->series[k].count > 1)
				qsort(m->series[k].items, m->series[k].count,
				      sizeof(struct gate_sample), by_time);
	}
}

/* What is beyond the decimals of our files is written as their end. */
static const char *value_text(double value, char out[40])
{
	(void)snprintf(out, 40, "%.17g", value);
	if (isfinite(value) && num_is_json(span_str(out)))
		return out;
	if (isfinite(value) && fabs(value) < 1)
		return "0";
	return value > 0 ? "1e30" : "-1e30";
}

static void write_sample(struct buf *out, const struct gate_metric *m,
                         const struct gate_series *series, const struct gate_sample *p)
{
	struct json_writer w;
	char when[WHEN_TEXT];
	char value[40];

	when_format(p->ms, true, when);
	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "metric", m->name);
	json_field_str(&w, "time", when);
	json_field_number(&w, "value", value_text(p->value, value));
	if (!str_eq(series->labels, "{}")) {
		json_put_key(&w, "labels");
		json_put_raw(&w, series->labels);
	}
	json_close(&w, '}');
	buf_putc(out, '\n');
}

void gate_samples_write(const struct gate_samples *s, struct buf *out)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct gate_metric *m = &s->metrics[i];

		for (size_t k = 0; k < m->count; k++)
			for (size_t j = 0; j < m->series[k].count; j++)
				write_sample(out, m, &m->series[k],
				             &m->series[k].items[j]);
	}
}
