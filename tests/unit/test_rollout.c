/* SPDX-License-Identifier: Apache-2.0 */
/* What samples say of a criterion, and where samples come from. */
#include "base/str.h"
#include "rollout/criterion.h"
#include "support/check.h"

#include <math.h>

enum { MINUTE = 60 * 1000, HOUR = 60 * MINUTE, DAY = 24 * HOUR, STEP = 15 * 1000 };

TestSuite(rollout, .timeout = 20);

static const int64_t START = 1700000000000;

struct world {
	struct gate_samples samples;
	struct gate_metric *metric;
	struct gate_criterion_state state;
};

static struct gate_criterion criterion(bool below, double limit, uint64_t for_ms)
{
	return (struct gate_criterion){ .metric = "errors",
		                        .query = "q",
		                        .below = below,
		                        .limit = "0",
		                        .limit_value = limit,
		                        .for_ms = for_ms };
}

static void open_world(struct world *w)
{
	gate_samples_init(&w->samples);
	w->metric = gate_samples_metric(&w->samples, "errors", "q");
	check_not_null(w->metric, "memory");
}

/* One value every `step` from..to, as an answer of the server. */
static void feed(struct world *w, const char *instance, int64_t from, int64_t to,
                 int64_t step, double value)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	buf_printf(
		&text,
		"{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":"
		"[{\"metric\":{\"i\":\"%s\"},\"values\":[",
		instance);
	for (int64_t at = from; at <= to; at += step)
		buf_printf(&text, "%s[%lld.%03lld,\"%.9g\"]", at > from ? "," : "",
		           (long long)(at / 1000), (long long)(at % 1000), value);
	buf_puts(&text, "]}]}}");
	check_ok(gate_samples_prometheus(&w->samples, w->metric, buf_span(&text), &err),
	         &err);
	gate_samples_sort(&w->samples);
	buf_fini(&text);
}

static enum gate_hold success(struct world *w, const struct gate_criterion *c,
                              int64_t now)
{
	gate_criterion_success(c, w->metric, START, now, STEP, &w->state);
	return w->state.hold;
}

static enum gate_hold aborts(struct world *w, const struct gate_criterion *c, int64_t now)
{
	gate_criterion_abort(c, w->metric, START, now, STEP, &w->state);
	return w->state.hold;
}

Test(rollout, seven_days_need_samples_of_seven_days)
{
	const struct gate_criterion c = criterion(true, 0.001, 7 * (uint64_t)DAY);
	struct world w;

	open_world(&w);
	check_int_eq(success(&w, &c, START + 7 * (int64_t)DAY), GATE_UNTOLD,
	             "no samples");
	feed(&w, "a", START, START + 7 * (int64_t)DAY, STEP, 0.0005);
	check_int_eq(success(&w, &c, START + 7 * (int64_t)DAY), GATE_HOLDS,
	             "all of them");
	check_int_eq(success(&w, &c, START + 7 * (int64_t)DAY - 1), GATE_UNTOLD,
	             "a millisecond early");
	check_true(w.state.waiting, "nothing but time is missing");
	check_int_eq(success(&w, &c, START + 7 * (int64_t)DAY + HOUR), GATE_UNTOLD,
	             "nothing was measured in the last hour");
	check_true(!w.state.waiting, "that is not a matter of waiting");
	gate_samples_fini(&w.samples);
}

Test(rollout, a_gap_is_no_success)
{
	const struct gate_criterion c = criterion(true, 1, HOUR);
	struct world w;

	open_world(&w);
	feed(&w, "a", START, START + 30 * MINUTE, STEP, 0);
	feed(&w, "a", START + 30 * MINUTE + 3 * STEP, START + HOUR, STEP, 0);
	check_int_eq(success(&w, &c, START + HOUR), GATE_HOLDS, "three steps are no gap");
	gate_samples_fini(&w.samples);

	open_world(&w);
	feed(&w, "a", START, START + 30 * MINUTE, STEP, 0);
	feed(&w, "a", START + 30 * MINUTE + 4 * STEP, START + HOUR, STEP, 0);
	check_int_eq(success(&w, &c, START + HOUR), GATE_UNTOLD, "four are");
	check_str_contains(w.state.why, "29 min", "how much there is");
	gate_samples_fini(&w.samples);
}

Test(rollout, one_sample_is_not_a_short_window)
{
	const struct gate_criterion c = criterion(true, 1, 4 * STEP);
	struct world w;

	open_world(&w);
	feed(&w, "a", START + 2 * STEP, START + 2 * STEP, STEP, 0);
	check_int_eq(success(&w, &c, START + 4 * STEP), GATE_UNTOLD, "one of four");
	feed(&w, "a", START + STEP, START + STEP, STEP, 0);
	feed(&w, "a", START + 3 * STEP, START + 3 * STEP, STEP, 0);
	check_int_eq(success(&w, &c, START + 4 * STEP), GATE_HOLDS, "one a step");
	gate_samples_fini(&w.samples);
}

Test(rollout, each_series_counts_by_itself)
{
	const struct gate_criterion c = criterion(true, 1, HOUR);
	struct world w;

	open_world(&w);
	feed(&w, "a", START, START + HOUR, STEP, 0);
	feed(&w, "b", START, START + 10 * MINUTE, STEP, 0);
	check_int_eq(success(&w, &c, START + HOUR), GATE_UNTOLD,
	             "one instance fell silent");
	feed(&w, "c", START + 5 * MINUTE, START + 5 * MINUTE, STEP, 2);
	check_int_eq(success(&w, &c, START + HOUR), GATE_BREACHED, "one is bad");
	check_true(w.state.worst == 2, "the worst is told");
	gate_samples_fini(&w.samples);
}

Test(rollout, a_limit_itself_is_neither_below_nor_above)
{
	const struct gate_criterion below = criterion(true, 1, MINUTE);
	const struct gate_criterion above = criterion(false, 1, MINUTE);
	struct world w;

	open_world(&w);
	feed(&w, "a", START, START + MINUTE, STEP, 1);
	check_int_eq(success(&w, &below, START + MINUTE), GATE_BREACHED, "not below");
	check_int_eq(success(&w, &above, START + MINUTE), GATE_BREACHED, "not above");
	check_int_eq(aborts(&w, &above, START + MINUTE), GATE_HOLDS, "not above");
	gate_samples_fini(&w.samples);
}

Test(rollout, an_abort_lasts_as_long_as_it_says)
{
	const struct gate_criterion c = criterion(false, 0.01, 5 * MINUTE);
	struct world w;

	open_world(&w);
	feed(&w, "a", START, START + 10 * MINUTE, STEP, 0);
	feed(&w, "a", START + 10 * MINUTE + STEP, START + 15 * MINUTE, STEP, 0.5);
	feed(&w, "a", START + 15 * MINUTE + STEP, START + HOUR, STEP, 0);
	check_int_eq(aborts(&w, &c, START + HOUR), GATE_HOLDS, "15 seconds less");
	gate_samples_fini(&w.samples);

	open_world(&w);
	feed(&w, "a", START, START + 10 * MINUTE, STEP, 0);
	feed(&w, "a", START + 10 * MINUTE + STEP, START + 15 * MINUTE + STEP, STEP, 0.5);
	feed(&w, "a", START + 15 * MINUTE + 2 * STEP, START + HOUR, STEP, 0);
	check_int_eq(aborts(&w, &c, START + HOUR), GATE_BREACHED, "five minutes");
	check_true(w.state.at_ms == START + 15 * MINUTE + STEP, "when it was clear");
	gate_samples_fini(&w.samples);
}

Test(rollout, an_abort_without_a_length_needs_one_sample)
{
	const struct gate_criterion c = criterion(false, 0.01, 0);
	struct world w;

	open_world(&w);
	feed(&w, "a", START, START + HOUR, STEP, 0);
	check_int_eq(aborts(&w, &c, START + HOUR), GATE_HOLDS, "none");
	feed(&w, "b", START + MINUTE, START + MINUTE, STEP, 0.02);
	check_int_eq(aborts(&w, &c, START + HOUR), GATE_BREACHED, "one");
	gate_samples_fini(&w.samples);
}

Test(rollout, an_abort_that_nobody_measured_is_unknown)
{
	const struct gate_criterion c = criterion(false, 0.01, 0);
	struct world w;

	open_world(&w);
	check_int_eq(aborts(&w, &c, START + HOUR), GATE_UNTOLD, "no samples");
	feed(&w, "a", START, START + 30 * MINUTE, STEP, 0);
	check_int_eq(aborts(&w, &c, START + HOUR), GATE_UNTOLD, "of half an hour");
	gate_samples_fini(&w.samples);
}

Test(rollout, what_is_no_number_is_a_gap)
{
	static const char text[] =
		"{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["
		"{\"metric\":{},\"values\":[[1700000000,\"NaN\"],[1700000015,\"+Inf\"]]}]}}";
	const struct gate_criterion c = criterion(true, 1, MINUTE);
	struct err err = ERR_INIT;
	struct world w;

	open_world(&w);
	check_ok(gate_samples_prometheus(&w.samples, w.metric, span_str(text), &err),
	         &err);
	check_int_eq(success(&w, &c, START + MINUTE), GATE_BREACHED,
	             "infinity is no gap");
	check_size_eq(w.state.samples, 1, "NaN is");
	gate_samples_fini(&w.samples);
}

Test(rollout, answers_that_are_none_are_errors)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{\"status\":\"error\",\"error\":\"bad query\"}",
		"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}",
		"{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["
		"{\"metric\":{},\"values\":[[1,2]]}]}}",
		"{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":["
		"{\"metric\":{},\"values\":[[1e300,\"2\"]]}]}}",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct err err = ERR_INIT;
		struct world w;

		open_world(&w);
		check_err(gate_samples_prometheus(&w.samples, w.metric,
		                                  span_str(texts[i]), &err),
		          ERR_CORRUPT, "case %zu: %s", i, err.msg);
		gate_samples_fini(&w.samples);
	}
}

Test(rollout, recorded_samples_come_back)
{
	static const char text[] =
		"{\"metric\":\"errors\",\"time\":\"2023-11-14T22:13:20Z\",\"value\":1}\n\n"
		"{\"metric\":\"errors\",\"time\":\"2023-11-14T22:13:35Z\",\"value\":null}\n"
		"{\"metric\":\"other\",\"time\":\"2023-11-14T22:13:35Z\",\"value\":2}\n"
		"{\"metric\":\"errors\",\"time\":\"2023-11-14T22:13:50Z\",\"value\":0.25,"
		"\"labels\":{\"i\":\"a\"}}\n";
	struct buf first = BUF_INIT;
	struct buf again = BUF_INIT;
	struct err err = ERR_INIT;
	struct world w;

	open_world(&w);
	check_ok(gate_samples_read(&w.samples, span_str(text), "s", START, START + HOUR,
	                           &err),
	         &err);
	check_size_eq(w.metric->count, 2, "with and without labels");
	gate_samples_sort(&w.samples);
	gate_samples_write(&w.samples, &first);
	gate_samples_fini(&w.samples);
	open_world(&w);
	check_ok(gate_samples_read(&w.samples, buf_span(&first), "s", START, START + HOUR,
	                           &err),
	         &err);
	gate_samples_sort(&w.samples);
	gate_samples_write(&w.samples, &again);
	check_str_eq(buf_str(&again), buf_str(&first), "what is written is read");
	gate_samples_fini(&w.samples);
	buf_fini(&first);
	buf_fini(&again);
}

Test(rollout, a_last_line_that_is_being_written_does_not_count_yet)
{
	static const char text[] =
		"{\"metric\":\"errors\",\"time\":\"2023-11-14T22:13:20Z\",\"value\":1}\n"
		"{\"metric\":\"errors\",\"ti";
	struct err err = ERR_INIT;
	struct world w;

	open_world(&w);
	check_ok(gate_samples_read(&w.samples, span_str(text), "s", START, START + HOUR,
	                           &err),
	         &err);
	check_size_eq(w.metric->series[0].count, 1, "the whole one");
	gate_samples_fini(&w.samples);
}

Test(rollout, recorded_samples_name_the_line)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
		{ "\n{\"time\":\"2023-11-14T22:13:20Z\",\"value\":1}",
		  "s:2: a sample has a text" },
		{ "{\"metric\":\"errors\",\"time\":\"soon\",\"value\":1}",
		  "s:1: a sample has a `time`" },
		{ "{\"metric\":\"errors\",\"time\":\"2023-11-14T22:13:20Z\"}",
		  "s:1: a sample has a `value`" },
		{ "{\"metric\":\"errors\",\"time\":\"2023-11-14T22:13:20Z\",\"value\":\"1\"}",
		  "number or null" },
		{ "{\"metric\":\n", "s:1" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		struct world w;

		open_world(&w);
		check_err(gate_samples_read(&w.samples, span_str(cases[i].text), "s",
		                            START, START + HOUR, &err),
		          ERR_CORRUPT, "case %zu: %s", i, err.msg);
		check_str_contains(err.msg, cases[i].want, "message");
		gate_samples_fini(&w.samples);
	}
}
