/* SPDX-License-Identifier: Apache-2.0 */
/* results gotest|junit|output COUNT MB_S MOST_MB: reads so many made-up events of go
 * test, as they come through a pipe, or cases of a JUnit report, or MB of a report whose
 * cases are mostly output; prints size, speed and anonymous memory at the end, when most
 * is there, and fails below the speed or above the memory. */
#include "base/num.h"
#include "base/str.h"
#include "collect/cases.h"
#include "collect/parse/reader.h"
#include "os/clock.h"
#include "os/fs.h"

#include <stdio.h>

enum { MEBI = 1 << 20, PIECE = 65536, PACKAGE_TESTS = 500 };

struct bench {
	struct gate_cases cases;
	struct err err;
	uint64_t bytes;
	uint64_t ns; /* spent in the reader */
};

/* Of the process, in KiB; 0 where the system does not tell. */
static uint64_t anonymous(void)
{
	struct buf text = BUF_INIT;
	uint64_t kib = 0;
	struct span s;

	if (os_read_file("/proc/self/status", MEBI, &text, NULL) == ERR_OK) {
		s = buf_span(&text);
		s = span_from(s, span_find(s, SPAN_LIT("RssAnon:")) + 8);
		s = span_trim(span_sub(s, 0, span_find(s, SPAN_LIT("kB"))));
		(void)num_u64(s, 0, UINT64_MAX, &kib);
	}
	buf_fini(&text);
	return kib;
}

static void put_event(struct buf *out, const char *action, uint64_t test,
                      const char *rest)
{
	buf_printf(out,
	           "{\"Time\":\"2026-01-01T00:00:00.%09llu+01:00\",\"Action\":\"%s\","
	           "\"Package\":\"example.org/module/internal/package%llu\","
	           "\"Test\":\"TestSomethingOfUse/case_%llu\"%s}\n",
	           (unsigned long long)test, action,
	           (unsigned long long)(test / PACKAGE_TESTS), (unsigned long long)test,
	           rest);
}

/* The eight events of a test; one in 97 fails. */
static void put_test(struct buf *out, uint64_t test)
{
	put_event(out, "run", test, "");
	put_event(out, "output", test,
	          ",\"Output\":\"=== RUN   TestSomethingOfUse/case\\n\"");
	put_event(out, "pause", test, "");
	put_event(out, "cont", test, "");
	put_event(
		out, "output", test,
		",\"Output\":\"    package_test.go:42: something that \\\"it\\\" says\\n\"");
	put_event(out, "output", test, ",\"Output\":\"        got 1\\u003c2\\n\"");
	put_event(out, "output", test,
	          ",\"Output\":\"--- PASS: TestSomethingOfUse/case (0.01s)\\n\"");
	put_event(out, test % 97 == 0 ? "fail" : "pass", test, ",\"Elapsed\":0.01");
}

static void feed(struct bench *b, struct gate_gotest *g, struct span text)
{
	uint64_t started = os_ticks_ns();

	gate_gotest_feed(g, text);
	b->ns += os_ticks_ns() - started;
	b->bytes += text.len;
}

static enum err_code read_gotest(struct bench *b, uint64_t events)
{
	struct gate_gotest *g = gate_gotest_new(&b->cases);
	struct buf text = BUF_INIT;
	enum err_code rc;

	if (g == NULL)
		return err_nomem(&b->err);
	for (uint64_t test = 0; test < events / 8; test++) {
		put_test(&text, test);
		while (text.len >= PIECE) {
			feed(b, g, span_sub(buf_span(&text), 0, PIECE));
			memmove(text.ptr, text.ptr + PIECE, text.len - PIECE);
			buf_truncate(&text, text.len - PIECE);
		}
	}
	feed(b, g, buf_span(&text));
	rc = gate_gotest_end(g, "events", &b->err);
	gate_gotest_free(g);
	buf_fini(&text);
	return rc;
}

static void put_case(struct buf *out, uint64_t i)
{
	buf_printf(out,
	           "<testcase classname=\"pkg.Class%llu\" name=\"case_%llu\" "
	           "file=\"src/class%llu.c\" line=\"%llu\" time=\"0.012\"",
	           (unsigned long long)(i / 100), (unsigned long long)i,
	           (unsigned long long)(i / 100), (unsigned long long)(i % 100 + 1));
	buf_puts(out, i % 97 == 0 ? "><failure message=\"got 1, want 2\">trace</failure>"
	                            "</testcase>\n"
	                          : "/>\n");
}

static enum err_code read_junit(struct bench *b, uint64_t cases)
{
	struct buf text = BUF_INIT;
	enum err_code rc;
	uint64_t started;

	buf_puts(&text, "<testsuites><testsuite name=\"all\">\n");
	for (uint64_t i = 0; i < cases; i++)
		put_case(&text, i);
	buf_puts(&text, "</testsuite></testsuites>\n");
	started = os_ticks_ns();
	rc = gate_parse_junit(buf_span(&text), "report", &b->cases, &b->err);
	b->ns = os_ticks_ns() - started;
	b->bytes = text.len;
	buf_fini(&text);
	return rc;
}

static enum err_code feed_report(struct bench *b, struct gate_reader *r, struct buf *text)
{
	uint64_t started = os_ticks_ns();
	enum err_code rc = gate_reader_feed(r, buf_span(text), &b->err);

	b->ns += os_ticks_ns() - started;
	b->bytes += text->len;
	buf_clear(text);
	return rc;
}

/* A megabyte of output a case, a tenth of it after a failure. */
static enum err_code read_output(struct bench *b, uint64_t mb)
{
	const struct gate_suite suite = { .id = "bench", .format = GATE_FORMAT_JUNIT };
	struct gate_reader *r = NULL;
	struct buf text = BUF_INIT;
	enum err_code rc = gate_reader_new(&r, &suite, "report", &b->cases, &b->err);

	buf_puts(&text, "<testsuites><testsuite name=\"all\">\n");
	for (uint64_t i = 0; i < mb && rc == ERR_OK; i++) {
		buf_printf(&text, "<testcase name=\"case_%llu\"><failure>",
		           (unsigned long long)i);
		for (int line = 0; line < 15000 && rc == ERR_OK; line++) {
			if (line == 1500)
				buf_puts(&text, "</failure><system-out><![CDATA[");
			buf_printf(
				&text,
				"%08d it said &lt;this> or something that is as long\n",
				line);
			if (text.len >= PIECE)
				rc = feed_report(b, r, &text);
		}
		buf_puts(&text, "]]></system-out></testcase>\n");
	}
	buf_puts(&text, "</testsuite></testsuites>\n");
	if (rc == ERR_OK)
		rc = feed_report(b, r, &text);
	if (rc == ERR_OK)
		rc = gate_reader_end(r, &b->err);
	gate_reader_free(r);
	buf_fini(&text);
	return rc;
}

static enum err_code read_kind(struct bench *b, const char *kind, uint64_t count)
{
	if (str_eq(kind, "gotest"))
		return read_gotest(b, count);
	return str_eq(kind, "junit") ? read_junit(b, count) : read_output(b, count);
}

int main(int argc, char **argv)
{
	struct bench b = { .bytes = 0 };
	uint64_t count, fastest, most;
	uint64_t kib;
	double speed;
	bool gotest;
	enum err_code rc;

	if (argc != 5 || !num_u64(span_str(argv[2]), 8, GATE_CASES_MAX, &count) ||
	    !num_u64(span_str(argv[3]), 0, UINT32_MAX, &fastest) ||
	    !num_u64(span_str(argv[4]), 1, UINT32_MAX, &most)) {
		(void)fprintf(stderr,
		              "usage: results gotest|junit|output COUNT MB_S MOST_MB\n");
		return 2;
	}
	gotest = str_eq(argv[1], "gotest");
	gate_cases_init(&b.cases);
	rc = read_kind(&b, argv[1], count);
	if (rc == ERR_OK)
		rc = gate_cases_unique(&b.cases, &b.err);
	kib = anonymous();
	if (rc != ERR_OK || b.cases.count != (gotest ? count / 8 : count)) {
		(void)fprintf(stderr, "results: %zu cases: %s\n", b.cases.count,
		              b.err.msg);
		return 1;
	}
	speed = (double)b.bytes * 1e3 / (double)(b.ns + 1);
	(void)printf(
		"%s: %llu, %.1f MB in %.2f s, %.0f MB/s, %zu cases, %.1f MiB anonymous\n",
		argv[1], (unsigned long long)count, (double)b.bytes / 1e6,
		(double)b.ns / 1e9, speed, b.cases.count, (double)kib / 1024);
	gate_cases_fini(&b.cases);
	return speed < (double)fastest || kib / 1024 > most;
}
