// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/http.h"
#include "os/fs.h"
#include "rollout/samples.h"

#include <stdio.h>

/* Range queries of a Prometheus server. */

enum {
	POINTS = 10 *
	         1000, /* of a series in one answer; the server's own limit is 11,000 */
	ANSWER_MAX = 64 * 1024 * 1024,
	TIMEOUT_MS = 30 * 1000,
};

struct asking {
	const char *url;
	const char *token;
	const struct cancel *cancel;
};

/* Seconds with milliseconds, as the interface takes them. */
static struct span seconds(char out[40], int64_t ms)
{
	const int n = snprintf(out, 40, "%s%llu.%03llu", ms < 0 ? "-" : "",
	                       (unsigned long long)(ms < 0 ? -ms : ms) / 1000,
	                       (unsigned long long)(ms < 0 ? -ms : ms) % 1000);

	return span_of(out, (size_t)n);
}

static enum err_code ask_range(const struct asking *a, struct gate_samples *s,
                               struct gate_metric *m, int64_t from, int64_t to,
                               uint64_t step_ms, struct err *err)
{
	char start[40];
	char end[40];
	char step[40];
	const struct http_field form[] = {
		{ "query", span_str(m->query) },
		{ "start", seconds(start, from) },
		{ "end", seconds(end, to) },
		{ "step", seconds(step, (int64_t)step_ms) },
	};
	const struct http_request request = {
		.url = a->url,
		.form = form,
		.form_count = sizeof(form) / sizeof(form[0]),
		.bearer = a->token,
		.answer_max = ANSWER_MAX,
		.timeout_ms = TIMEOUT_MS,
		.cancel = a->cancel,
	};
	struct buf body = BUF_INIT;
	long status = 0;
	enum err_code rc = http_send(&request, &body, &status, err);

	/* Errors of the query come as 4xx with an answer that says why. */
	if (rc == ERR_OK &&
	    (rc = gate_samples_prometheus(s, m, buf_span(&body), err)) == ERR_CORRUPT &&
	    status != 200)
		rc = err_wrap(err, rc, "status %ld", status);
	buf_fini(&body);
	return rc;
}

static enum err_code ask_metric(const struct asking *a, struct gate_samples *s,
                                struct gate_metric *m, int64_t from, int64_t to,
                                uint64_t step_ms, struct err *err)
{
	const int64_t stride = (int64_t)step_ms * POINTS;
	enum err_code rc = ERR_OK;

	for (int64_t at = from; rc == ERR_OK && at <= to; at += stride + (int64_t)step_ms)
		rc = ask_range(a, s, m, at, at + stride < to ? at + stride : to, step_ms,
		               err);
	if (rc == ERR_OK || rc == ERR_CANCELLED || rc == ERR_NOMEM)
		return rc;
	(void)snprintf(m->trouble, sizeof(m->trouble), "%.290s", err->msg);
	return ERR_OK;
}

enum err_code gate_samples_ask(struct gate_samples *s, const char *address,
                               int64_t from_ms, int64_t to_ms, uint64_t step_ms,
                               const struct cancel *cancel, struct err *err)
{
	struct asking a = { .token = os_env("SEAWORTHY_PROMETHEUS_TOKEN"),
		            .cancel = cancel };
	struct buf url = BUF_INIT;
	enum err_code rc;

	buf_printf(&url, "%s%sapi/v1/query_range", address,
	           str_ends(address, "/") ? "" : "/");
	rc = buf_err(&url, err);
	a.url = buf_str(&url);
	for (size_t i = 0; rc == ERR_OK && i < s->count; i++)
		rc = ask_metric(&a, s, &s->metrics[i], from_ms, to_ms, step_ms, err);
	buf_fini(&url);
	return rc;
}
