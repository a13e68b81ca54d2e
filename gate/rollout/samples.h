// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_ROLLOUT_SAMPLES_H
#define GATE_ROLLOUT_SAMPLES_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/cancel.h"
#include "rollout/plan.h"

/*
 * Samples of metrics over time, from a Prometheus server or a file. A metric may have
 * several series (one an instance); each counts by itself. A value that is no number
 * (NaN, null) is no sample: what was not measured then is a gap.
 */

struct gate_sample {
	int64_t ms;
	double value;
};

struct gate_series {
	const char *labels; /* canonical JSON object, "{}" for none */
	struct gate_sample *items;
	size_t count;
	size_t cap;
};

struct gate_metric {
	const char *name;
	const char *query;
	struct gate_series *series;
	size_t count;
	size_t cap;
	char trouble[300]; /* why there are none, or not all; "" */
};

struct gate_samples {
	struct arena arena;
	struct gate_metric *metrics;
	size_t count;
	size_t cap;
	size_t sample_count; /* of all series */
};

enum {
	GATE_SAMPLES_SERIES_MAX = 1000,     /* of a metric */
	GATE_SAMPLES_MAX = 4 * 1000 * 1000, /* of all */
};

void gate_samples_init(struct gate_samples *s);
void gate_samples_fini(struct gate_samples *s);
/* The metric with this name and query, made if there is none; NULL without memory. */
struct gate_metric *gate_samples_metric(struct gate_samples *s, const char *name,
                                        const char *query);
const struct gate_metric *gate_samples_find(const struct gate_samples *s,
                                            const struct gate_criterion *c);

/*
 * Recorded samples: a JSON object a line, {"metric": NAME, "time": RFC 3339, "value":
 * NUMBER} and perhaps "labels", in any order. Metrics that were not made before, and
 * samples outside of from..to, are left out. ERR_CORRUPT with the line.
 */
enum err_code gate_samples_read(struct gate_samples *s, struct span text,
                                const char *name, int64_t from_ms, int64_t to_ms,
                                struct err *err) ERR_CHECKED;
/* One answer of /api/v1/query_range, added to the metric; ERR_CORRUPT if it is none. */
enum err_code gate_samples_prometheus(struct gate_samples *s, struct gate_metric *m,
                                      struct span answer, struct err *err) ERR_CHECKED;
/* Asks for all metrics, in as many requests as the server's limit of points takes. What
 * cannot be had is `trouble` of its metric and no error. SEAWORTHY_PROMETHEUS_TOKEN is
 * sent as a bearer token. */
enum err_code gate_samples_ask(struct gate_samples *s, const char *address,
                               int64_t from_ms, int64_t to_ms, uint64_t step_ms,
                               const struct cancel *cancel, struct err *err) ERR_CHECKED;
/* Why all metrics are unknown, whatever is there of them. */
void gate_samples_trouble(struct gate_samples *s, const char *why);
/* After the last one was added: series by their labels, samples by time. */
void gate_samples_sort(struct gate_samples *s);
/* As recorded samples, sorted: what a decision was made of. */
void gate_samples_write(const struct gate_samples *s, struct buf *out);

#endif
