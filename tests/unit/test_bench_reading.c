// SPDX-License-Identifier: Apache-2.0
#include "collect/bench/reading.h"
#include "support/check.h"

#include <math.h>
#include <stdio.h>

TestSuite(bench_reading, .timeout = 10);

struct want {
	const char *name;
	double value;
	const char *unit;
	bool higher;
	uint64_t spent_ns;
	const char *fault;
};

static void check_read(gate_bench_read *read, const char *name, const char *text,
                       const struct want *want, size_t count)
{
	struct gate_bench_readings r;
	struct err err = ERR_INIT;

	gate_bench_readings_init(&r);
	check_ok(read(span_str(text), name, &r, &err), &err);
	check_size_eq(r.count, count, "readings");
	for (size_t i = 0; i < count; i++) {
		const struct gate_bench_reading *got = &r.items[i];

		check_str_eq(got->name, want[i].name, "%zu", i);
		check_str_eq(got->unit, want[i].unit, "%s", got->name);
		check_str_eq(got->fault, want[i].fault, "%s", got->name);
		check_int_eq(got->higher, want[i].higher, "%s", got->name);
		check_u64_eq(got->spent_ns, want[i].spent_ns, "%s", got->name);
		check_true(isnan(want[i].value)
		                   ? isnan(got->value)
		                   : fabs(got->value - want[i].value) <
		                             1e-9 * fabs(want[i].value) + 1e-300,
		           "%s: %g", got->name, got->value);
	}
	gate_bench_readings_fini(&r);
}

static void check_refused(gate_bench_read *read, const char *text, const char *why)
{
	struct gate_bench_readings r;
	struct err err = ERR_INIT;

	gate_bench_readings_init(&r);
	check_err(read(span_str(text), "out.json", &r, &err), ERR_CORRUPT, "%s", text);
	check_str_contains(err.msg, why, "%s", text);
	check_str_contains(err.msg, "out.json", "names the place");
	gate_bench_readings_fini(&r);
}

#define CHECK_READ(read, name, text, ...)                                           \
	do {                                                                        \
		static const struct want want[] = { __VA_ARGS__ };                  \
		check_read(read, name, text, want, sizeof(want) / sizeof(want[0])); \
	} while (0)

Test(bench_reading, google_takes_repetitions_and_no_aggregates)
{
	CHECK_READ(
		gate_bench_read_google, "-",
		"{\"context\":{\"num_cpus\":2},\"benchmarks\":["
		"{\"name\":\"BM_Parse/8\",\"run_name\":\"BM_Parse/8\",\"run_type\":"
		"\"iteration\",\"repetitions\":2,\"repetition_index\":0,\"iterations\":"
		"1000,\"real_time\":2.5e+02,\"cpu_time\":200,\"time_unit\":\"us\"},"
		"{\"name\":\"BM_Parse/8\",\"run_name\":\"BM_Parse/8\",\"run_type\":"
		"\"iteration\",\"iterations\":1000,\"real_time\":260,\"time_unit\":"
		"\"us\"},"
		"{\"name\":\"BM_Parse/8_mean\",\"run_name\":\"BM_Parse/8\",\"run_type\":"
		"\"aggregate\",\"aggregate_name\":\"mean\",\"iterations\":2,"
		"\"real_time\":255,\"time_unit\":\"us\"},"
		"{\"name\":\"BM_Old_stddev\",\"iterations\":2,\"real_time\":1,"
		"\"time_unit\":\"ns\"},"
		"{\"name\":\"BM_Bad\",\"run_type\":\"iteration\",\"iterations\":0,"
		"\"real_time\":0,\"time_unit\":\"ns\",\"error_occurred\":true,"
		"\"error_message\":\"no file\"}]}",
		{ "BM_Parse/8", 250, "us", false, 250000000, NULL },
		{ "BM_Parse/8", 260, "us", false, 260000000, NULL },
		{ "BM_Bad", NAN, "ns", false, 0, "the benchmark reported an error" });
	check_refused(gate_bench_read_google, "{}", "no list `benchmarks`");
	check_refused(gate_bench_read_google, "{\"benchmarks\":[", "out.json:1");
	check_refused(gate_bench_read_google,
	              "{\"benchmarks\":[{\"name\":\"a\",\"run_type\":\"aggregate\","
	              "\"real_time\":1}]}",
	              "only aggregates");
}

/* As google-benchmark 1.7.1 writes counters, and Python all of them. */
Test(bench_reading, what_is_no_number_spoils_only_itself)
{
	CHECK_READ(gate_bench_read_google, "-",
	           "{\"benchmarks\":[{\"name\":\"a NaN \\\" Infinity\",\"iterations\":1,"
	           "\"real_time\":5,\"time_unit\":\"ns\",\"odd\": NaN,\"x\":-NaN,"
	           "\"y\":Infinity,\"z\":-Infinity},"
	           "{\"name\":\"b\",\"iterations\":1,\"real_time\":NaN,"
	           "\"time_unit\":\"ns\"}]}",
	           { "a NaN \" Infinity", 5, "ns", false, 5, NULL },
	           { "b", NAN, "ns", false, 0,
	             "reported a time or rate that is not above 0" });
	check_refused(gate_bench_read_google, "{\"benchmarks\":NaN}", "no list");
	check_refused(gate_bench_read_google, "{\"benchmarks\":[NotANumber]}",
	              "out.json:1");
}

Test(bench_reading, hyperfine_needs_times)
{
	CHECK_READ(gate_bench_read_hyperfine, "-",
	           "{\"results\":[{\"command\":\"./a x\",\"mean\":0.25,\"times\":"
	           "[0.25,0.5,0.125],\"exit_codes\":[0,1,null]},"
	           "{\"command\":\"./b\",\"mean\":0.3}]}",
	           { "./a x", 0.25, "s", false, 250000000, NULL },
	           { "./a x", 0.5, "s", false, 500000000, "a run of it failed" },
	           { "./a x", 0.125, "s", false, 125000000, "a run of it failed" },
	           { "./b", 0.3, "s", false, 0,
	             "has no `times`, so its spread is unknown" });
	check_refused(gate_bench_read_hyperfine, "{\"results\":[{\"times\":[1]}]}",
	              "without `command`");
	check_refused(gate_bench_read_hyperfine, "[]", "no list `results`");
}

Test(bench_reading, go_has_several_units)
{
	CHECK_READ(
		gate_bench_read_go, "-",
		"goos: linux\ngoarch: amd64\npkg: example.org/x\n"
		"BenchmarkParse-8   \t     2000\t    500.5 ns/op\t 12.30 MB/s\t"
		"      16 B/op\t       0 allocs/op\n"
		"BenchmarkParse-8\t2000\t501 ns/op\n"
		"BenchmarkSend-8\t10\t5 ns/op\t70 req/s\n"
		"BenchmarkBroken-8\n--- BENCH: BenchmarkX\nPASS\n"
		"BenchmarkCount-8 0 5 ns/op\nok  \texample.org/x\t2.1s\n",
		{ "example.org/x.BenchmarkParse-8", 500.5, "ns/op", false, 1001000,
	          NULL },
		{ "example.org/x.BenchmarkParse-8 B/op", 16, "B/op", false, 0, NULL },
		{ "example.org/x.BenchmarkParse-8 allocs/op", 0, "allocs/op", false, 0,
	          NULL },
		{ "example.org/x.BenchmarkParse-8", 501, "ns/op", false, 1002000, NULL },
		{ "example.org/x.BenchmarkSend-8", 5, "ns/op", false, 50, NULL },
		{ "example.org/x.BenchmarkSend-8 req/s", 70, "req/s", true, 0, NULL });
}

Test(bench_reading, criterion_is_named_by_its_folder)
{
	CHECK_READ(gate_bench_read_criterion,
	           "arm/target/criterion/parse/json 1k/new/sample.json",
	           "{\"sampling_mode\":\"Linear\",\"iters\":[10.0,20.0],"
	           "\"times\":[1000.0,2200.0]}",
	           { "parse/json 1k", 100, "ns", false, 1000, NULL },
	           { "parse/json 1k", 110, "ns", false, 2200, NULL });
	CHECK_READ(gate_bench_read_criterion, "x/criterion/parse/new/estimates.json",
	           "{\"mean\":{\"point_estimate\":9},\"median\":{\"point_estimate\":"
	           "7.5,\"standard_error\":1},\"slope\":null}",
	           { "parse", 7.5, "ns", false, 0, NULL });
	check_refused(gate_bench_read_criterion, "{\"iters\":[1],\"times\":[1,2]}",
	              "differ in length");
	check_refused(gate_bench_read_criterion, "{\"mean\":{}}", "neither");
}

Test(bench_reading, pytest_takes_data_or_the_median)
{
	CHECK_READ(gate_bench_read_pytest, "-",
	           "{\"machine_info\":{},\"benchmarks\":[{\"name\":\"test_a\","
	           "\"fullname\":\"t.py::test_a[1]\",\"stats\":{\"data\":[0.5,0.25],"
	           "\"median\":0.3,\"iterations\":4,\"rounds\":2}},"
	           "{\"name\":\"test_b\",\"stats\":{\"median\":0.001,\"rounds\":5,"
	           "\"iterations\":10}}]}",
	           { "t.py::test_a[1]", 0.5, "s", false, 2000000000, NULL },
	           { "t.py::test_a[1]", 0.25, "s", false, 1000000000, NULL },
	           { "test_b", 0.001, "s", false, 50000000, NULL });
	check_refused(gate_bench_read_pytest, "{\"benchmarks\":{}}", "no list");
}

Test(bench_reading, jmh_takes_raw_data_and_its_direction)
{
	CHECK_READ(gate_bench_read_jmh, "-",
	           "[{\"benchmark\":\"org.x.Parse.json\",\"mode\":\"thrpt\",\"params\":"
	           "{\"size\":\"10\",\"kind\":\"a\"},\"primaryMetric\":{\"score\":5,"
	           "\"scoreError\":\"NaN\",\"scoreUnit\":\"ops/ms\",\"rawData\":"
	           "[[4.5,5.5],[5.0]]}},"
	           "{\"benchmark\":\"org.x.Parse.once\",\"mode\":\"sample\","
	           "\"primaryMetric\":{\"score\":7,\"scoreUnit\":\"us/op\","
	           "\"rawDataHistogram\":[[[[7,1]]]]}}]",
	           { "org.x.Parse.json:size=10,kind=a", 4.5, "ops/ms", true, 0, NULL },
	           { "org.x.Parse.json:size=10,kind=a", 5.5, "ops/ms", true, 0, NULL },
	           { "org.x.Parse.json:size=10,kind=a", 5, "ops/ms", true, 0, NULL },
	           { "org.x.Parse.once", 7, "us/op", false, 0, NULL });
	check_refused(gate_bench_read_jmh, "{}", "no list");
	check_refused(gate_bench_read_jmh, "[{\"benchmark\":\"a\"}]", "primaryMetric");
}

Test(bench_reading, k6_in_both_its_forms)
{
	CHECK_READ(gate_bench_read_k6, "-",
	           "{\"metrics\":{\"http_req_duration\":{\"avg\":5,\"min\":1,\"med\":4,"
	           "\"max\":9,\"p(90)\":7,\"p(95)\":8},\"http_reqs\":{\"count\":100,"
	           "\"rate\":10.5},\"http_req_failed\":{\"passes\":0,\"fails\":100,"
	           "\"value\":0},\"vus\":{\"value\":1},\"my_counter\":{\"count\":3,"
	           "\"rate\":1}}}",
	           { "http_req_duration med", 4, "ms", false, 0, NULL },
	           { "http_req_duration p(90)", 7, "ms", false, 0, NULL },
	           { "http_req_duration p(95)", 8, "ms", false, 0, NULL },
	           { "http_reqs rate", 10.5, "1/s", true, 0, NULL },
	           { "http_req_failed share", 0, "", false, 0, NULL });
	CHECK_READ(gate_bench_read_k6, "-",
	           "{\"state\":{\"testRunDurationMs\":1500.5},\"metrics\":{\"size\":{"
	           "\"type\":\"trend\",\"contains\":\"default\",\"values\":{\"med\":4,"
	           "\"p(99)\":7}},\"wait\":{\"contains\":\"time\",\"values\":{\"med\":"
	           "0}},\"http_req_failed\":{\"values\":{\"rate\":0.25}}}}",
	           { "size med", 4, "", false, 1500500000, NULL },
	           { "size p(99)", 7, "", false, 1500500000, NULL },
	           { "wait med", NAN, "ms", false, 1500500000,
	             "reported a time or rate that is not above 0" },
	           { "http_req_failed share", 0.25, "", false, 1500500000, NULL });
	check_refused(gate_bench_read_k6, "{}", "no mapping");
}

#define WRK_HEAD                                                \
	"Running 30s test @ http://127.0.0.1:8080/\n"           \
	"  12 threads and 400 connections\n"                    \
	"  Thread Stats   Avg      Stdev     Max   +/- Stdev\n" \
	"    Latency   635.91us    0.89ms  12.92ms   93.69%\n"  \
	"    Req/Sec    56.20k     8.07k   62.00k    86.54%\n"

Test(bench_reading, wrk_with_and_without_distribution)
{
	CHECK_READ(gate_bench_read_wrk, "-",
	           WRK_HEAD "  22464657 requests in 30.00s, 17.76GB read\n"
	                    "Requests/sec: 748868.53\nTransfer/sec:    606.33MB\n",
	           { "latency average", 635.91, "us", false, 30000000000, NULL },
	           { "requests", 748868.53, "requests/s", true, 30000000000, NULL });
	CHECK_READ(gate_bench_read_wrk, "-",
	           WRK_HEAD "  Latency Distribution\n     50%  250.00us\n"
	                    "     99%    5.80ms\n"
	                    "  100 requests in 30.00s, 17.76GB read\n"
	                    "  Socket errors: connect 0, read 0, write 0, timeout 5\n"
	                    "Requests/sec: 3.33\n",
	           { "latency average", 635.91, "us", false, 30000000000,
	             "wrk counted socket errors" },
	           { "latency 50%", 250, "us", false, 30000000000,
	             "wrk counted socket errors" },
	           { "latency 99%", 5800, "us", false, 30000000000,
	             "wrk counted socket errors" },
	           { "requests", 3.33, "requests/s", true, 30000000000,
	             "wrk counted socket errors" });
	check_refused(gate_bench_read_wrk, "unable to connect\n", "Requests/sec");
}

Test(bench_reading, lines_are_strict)
{
	CHECK_READ(gate_bench_read_lines, "-",
	           "# comment\n\nparse large file 12.5 ms\r\nthroughput 3e2 MB/s\n"
	           "objects 17\n\x1b[31mred 1 s\n",
	           { "parse large file", 12.5, "ms", false, 0, NULL },
	           { "throughput", 300, "MB/s", true, 0, NULL },
	           { "objects", 17, "", false, 0, NULL },
	           { "\\x1b[31mred", 1, "s", false, 0, NULL });
	check_refused(gate_bench_read_lines, "a 1 s\nhello world\n",
	              "out.json:2: not of");
	check_refused(gate_bench_read_lines, "12 s\n", "out.json:1");
	check_refused(gate_bench_read_lines, "12\n", "out.json:1");
}

Test(bench_reading, units_tell_what_is_better)
{
	static const struct {
		const char *unit;
		bool time, rate;
	} table[] = {
		{ "ns", true, false },     { "ns/op", true, false },
		{ "us/op", true, false },  { "s", true, false },
		{ "MB/s", false, true },   { "ops/s", false, true },
		{ "ops/ms", false, true }, { "items_per_second", false, true },
		{ "rps", false, true },    { "RPS", false, true },
		{ "B", false, false },     { "allocs/op", false, false },
		{ "", false, false },      { "/s", false, false },
		{ "s/s", true, false },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct span unit = span_str(table[i].unit);

		check_int_eq(gate_bench_is_time(unit), table[i].time, "%s",
		             table[i].unit);
		check_int_eq(gate_bench_is_rate(unit), table[i].rate, "%s",
		             table[i].unit);
	}
}

Test(bench_reading, is_bounded)
{
	struct gate_bench_readings r;
	struct err err = ERR_INIT;
	struct buf text = BUF_INIT;

	for (size_t i = 0; i <= GATE_BENCH_READINGS_MAX; i++)
		buf_puts(&text, "a 1 s\n");
	gate_bench_readings_init(&r);
	check_err(gate_bench_read_lines(buf_span(&text), "big", &r, &err), ERR_LIMIT,
	          "too many");
	check_size_eq(r.count, GATE_BENCH_READINGS_MAX, "kept");
	gate_bench_readings_fini(&r);
	buf_fini(&text);
}

/* bench.json could not hold them, and would be judged otherwise. */
Test(bench_reading, values_have_a_range)
{
	static const struct {
		const char *text;
		bool counts;
	} table[] = {
		{ "a 1e30 ns", true }, { "a 1.1e30 ns", false }, { "a 1e-30 ns", true },
		{ "a 9e-31", false },  { "a 1e300", false },     { "a 0", true },
		{ "a 0 ns", false },   { "a -1", false },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_bench_readings r;
		struct err err = ERR_INIT;

		gate_bench_readings_init(&r);
		check_ok(
			gate_bench_read_lines(span_str(table[i].text), "lines", &r, &err),
			&err);
		check_size_eq(r.count, 1, "%s", table[i].text);
		check_int_eq(r.items[0].fault == NULL, table[i].counts, "%s",
		             table[i].text);
		gate_bench_readings_fini(&r);
	}
}
