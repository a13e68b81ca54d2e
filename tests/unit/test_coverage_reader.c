/* SPDX-License-Identifier: Apache-2.0 */
/* What each format's reader makes of small and of broken texts; whole reports of the
 * tools are in tests/golden/coverage. */
#include "collect/coverage/reader.h"

#include "base/buf.h"
#include "base/mem.h"

#include "support/check.h"

TestSuite(coverage_reader, .timeout = 60);

struct expectation {
	const char *text;
	const char *format;
	const char *file;
	const char *lines; /* "1:2 3:0": line:hits */
	uint64_t branches_hit;
	uint64_t branches;
	uint64_t functions_hit;
	uint64_t functions;
};

static void put_lines(const struct gate_cov_file *f, struct buf *out)
{
	for (size_t i = 0; i < f->of[GATE_COV_LINES].count; i++)
		buf_printf(out, "%s%lu:%lu", i > 0 ? " " : "",
		           (unsigned long)f->of[GATE_COV_LINES].items[i].line,
		           (unsigned long)f->of[GATE_COV_LINES].items[i].hits);
}

static void check_read(const struct expectation *e)
{
	struct gate_cov_report r;
	struct err err = ERR_INIT;
	struct buf lines = BUF_INIT;
	struct gate_cov_sum branches = { 0, 0 };
	struct gate_cov_sum functions = { 0, 0 };
	const struct gate_cov_file *f;

	check_true(gate_cov_read(span_str(e->text), "r", &r, &err) == ERR_OK, "%s: %s",
	           e->text, err.msg);
	check_str_eq(r.format, e->format, "%s", e->text);
	f = map_get(&r.set->by_path, span_str(e->file));
	check_not_null(f, "%s: %s", e->text, e->file);
	put_lines(f, &lines);
	check_str_eq(buf_str(&lines), e->lines, "%s", e->text);
	gate_coverage_count(f, GATE_COV_BRANCHES, &branches);
	gate_coverage_count(f, GATE_COV_FUNCTIONS, &functions);
	check_u64_eq(branches.hit, e->branches_hit, "%s: branches taken", e->text);
	check_u64_eq(branches.total, e->branches, "%s: branches", e->text);
	check_u64_eq(functions.hit, e->functions_hit, "%s: functions run", e->text);
	check_u64_eq(functions.total, e->functions, "%s: functions", e->text);
	buf_fini(&lines);
	gate_coverage_free(r.set);
}

static const struct expectation texts[] = {
	/* Two tests of one file, CRLF, checksums, a text as branch, what is not known. */
	{ "TN:a\r\nSF:a.c\r\nFN:1,f\r\nFNDA:0,f\r\nDA:1,1,abc==\r\nDA:2,0\r\n"
	  "BRDA:1,0,0,-\r\nBRDA:1,0,1,1\r\nMCDC:x\r\nend_of_record\r\n"
	  "TN:b\r\nSF:a.c\r\nFN:1,9,f\r\nFNDA:3,f\r\nDA:2,2\r\nBRDA:1,e0,a > 1,0\r\n"
	  "end_of_record\r\n",
	  "lcov", "a.c", "1:1 2:2", 1, 3, 1, 1 },
	/* A mark of UTF-8, as .NET's tools write it, before each kind of text. */
	{ "\xEF\xBB\xBFTN:a\nSF:a.c\nDA:1,0\nend_of_record\n", "lcov", "a.c", "1:0", 0, 0,
	  0, 0 },
	{ "\xEF\xBB\xBFmode: set\nm/a.go:1.2,1.9 1 1\n", "Go cover profile", "m/a.go",
	  "1:1", 0, 0, 0, 0 },
	{ "\xEF\xBB\xBF{\"meta\":{},\"files\":{\"a.py\":{\"executed_lines\":[1],"
	  "\"missing_lines\":[2]}}}",
	  "coverage.py JSON", "a.py", "1:1 2:0", 0, 0, 0, 0 },
	/* What is in the maps and not among the hits did not run. */
	{ "{\"/p/a.js\":{\"path\":\"/p/a.js\",\"statementMap\":{\"0\":{\"start\":{\"line\":1}},"
	  "\"1\":{\"start\":{\"line\":2}}},\"fnMap\":{\"0\":{\"decl\":{\"start\":{\"line\":1}}}},"
	  "\"branchMap\":{},\"s\":{\"0\":3},\"f\":{},\"b\":{}}}",
	  "Istanbul JSON", "/p/a.js", "1:3 2:0", 0, 0, 0, 1 },
	/* lcov 2.2 tells functions by index, with their aliases. */
	{ "SF:a.c\nFNL:0,4,9\nFNA:0,2,f\nFNA:0,0,g\nDA:4,-1\nend_of_record\n", "lcov",
	  "a.c", "4:0", 0, 0, 1, 2 },
	/* A block of no statements says nothing; blocks of two binaries are one. */
	{ "mode: count\nm/a.go:1.2,2.9 1 0\nm/a.go:2.9,3.2 2 5\nm/a.go:7.1,9.1 0 4\n"
	  "m/a.go:1.2,2.9 1 1\n",
	  "Go cover profile", "m/a.go", "1:1 2:5 3:5", 0, 0, 0, 0 },
	/* The name after the lines; two texts; a line that gcovr leaves out. */
	{ "{\"files\":[{\"lines\":[{\"count\":2,\"line_number\":3,\"branches\":"
	  "[{\"count\":0},{\"count\":2}]}],\"file\":\"a.c\",\"functions\":"
	  "[{\"name\":\"f\",\"start_line\":3,\"execution_count\":2}]}]}\n"
	  "{\"gcc_version\":\"9\",\"files\":[{\"file\":\"a.c\",\"lines\":["
	  "{\"line_number\":3,\"count\":1},{\"line_number\":4,\"count\":1,"
	  "\"gcovr/noncode\":true},{\"line_number\":5,\"count\":1e3}]}]}",
	  "gcov JSON", "a.c", "3:3 5:1000", 1, 2, 1, 1 },
	/* Segments: code to line 4, a gap, and a region that is left out on line 6. */
	{ "{\"data\":[{\"files\":[{\"filename\":\"a.c\",\"segments\":[[1,1,4,true,true,"
	  "false],[2,5,0,true,true,false],[3,2,4,true,false,false],[4,2,0,false,false,"
	  "false],[6,1,0,false,true,false],[6,9,0,false,false,false]],\"branches\":"
	  "[[1,1,1,5,3,0,0,0,4]]}],\"functions\":[{\"name\":\"f\",\"count\":4,"
	  "\"regions\":[[1,1,4,2,4,0,0,0]],\"filenames\":[\"a.c\"]}]}],"
	  "\"type\":\"llvm.coverage.json.export\",\"version\":\"2.0.1\"}",
	  "llvm-cov export", "a.c", "1:4 2:4 3:0 4:4", 1, 2, 1, 1 },
	{ "{\"/p/a.js\":{\"path\":\"/p/a.js\",\"statementMap\":{\"0\":{\"start\":"
	  "{\"line\":1,\"column\":0},\"end\":{\"line\":1,\"column\":9}},\"1\":{\"start\":"
	  "{\"line\":1,\"column\":-1},\"end\":{\"line\":2,\"column\":0}},\"2\":"
	  "{\"start\":{\"line\":4},\"end\":{\"line\":4}},\"3\":{\"start\":{\"line\":null}"
	  ",\"end\":{}}},\"fnMap\":{\"0\":{\"name\":\"f\",\"decl\":{\"start\":"
	  "{\"line\":1}},\"loc\":{\"start\":{\"line\":2}}}},\"branchMap\":{\"0\":{\"loc\":"
	  "{\"start\":{\"line\":4}},\"locations\":[{\"start\":{\"line\":9}}]}},"
	  "\"s\":{\"0\":1,\"1\":3,\"2\":0,\"3\":1},\"f\":{\"0\":3},\"b\":{\"0\":[0,2]}}}",
	  "Istanbul JSON", "/p/a.js", "1:3 4:0", 1, 2, 1, 1 },
	{ "{\"meta\":{\"version\":\"7\"},\"files\":{\"a.py\":{\"executed_lines\":[1,2],"
	  "\"missing_lines\":[4],\"summary\":{\"covered_lines\":2},\"executed_branches\":"
	  "[[2,4]],\"missing_branches\":[[2,-1]],\"functions\":{\"f\":{\"executed_lines\":"
	  "[2],\"missing_lines\":[4]},\"g\":{\"executed_lines\":[],\"missing_lines\":[4]},"
	  "\"\":{\"executed_lines\":[1]}}}},\"totals\":{}}",
	  "coverage.py JSON", "a.py", "1:1 2:1 4:0", 1, 2, 1, 2 },
	{ "<?xml version=\"1.0\"?><!-- <report> --><!DOCTYPE coverage SYSTEM 'x.dtd'>\n"
	  "<coverage><sources><source>/p</source></sources><packages><package><classes>"
	  "<class filename=\"a.cs\"><methods><method name=\"f\" signature=\"()\"><lines>"
	  "<line number=\"2\" hits=\"0\"/><line number=\"3\" hits=\"1\"/></lines></method>"
	  "</methods><lines><line number=\"2\" hits=\"0\"/><line number=\"3\" hits=\"1\" "
	  "branch=\"True\" condition-coverage=\"50% (1/2)\"/></lines></class></classes>"
	  "</package></packages></coverage>",
	  "Cobertura XML", "a.cs", "2:0 3:1", 1, 2, 1, 1 },
	{ "<report name=\"x\"><package name=\"com/a\"><class name=\"com/a/B\" "
	  "sourcefilename=\"B.java\"><method name=\"f\" desc=\"()V\" line=\"3\"><counter "
	  "type=\"METHOD\" missed=\"0\" covered=\"1\"/></method></class>"
	  "<class name=\"com/a/C\"><method name=\"f\"><counter type=\"METHOD\" missed=\"1\" "
	  "covered=\"0\"/></method></class><sourcefile name=\"B.java\"><line nr=\"3\" "
	  "mi=\"0\" ci=\"2\" mb=\"1\" cb=\"3\"/><line nr=\"4\" mi=\"2\" ci=\"0\"/>"
	  "</sourcefile></package></report>",
	  "JaCoCo XML", "com/a/B.java", "3:1 4:0", 3, 4, 1, 1 },
};

Test(coverage_reader, formats_are_told_by_their_content)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_read(&texts[i]);
}

static const struct {
	const char *text;
	const char *message;
} faults[] = {
	{ "", "r: it is empty" },
	{ "  \n", "r: it is empty" },
	{ "hello", "r: no coverage report that is known" },
	{ "\x1f\x8b\x08", "it is compressed; unpack it" },
	{ "SQLite format 3", "raw counters" },
	{ "SF:a.c\nDA:1,1\n", "r:2: it ends in a record: it was cut off" },
	{ "SF:a.c\nSF:b.c\n", "r:2: SF inside of a record" },
	{ "TN:\nend_of_record\n", "r:2: end_of_record without a record" },
	{ "TN:\nDA:1,1\n", "r:2: no file is named for line 1" },
	{ "SF:a.c\nDA:x,1\n", "r:2: DA needs a line and its hits" },
	{ "SF:a.c\nDA:0,1\n", "r:2: there is no line 0" },
	{ "SF:a.c\nDA:99999999999,1\n", "no file has more than" },
	{ "SF:a.c\nBRDA:1,2,3\n", "r:2: BRDA needs" },
	{ "SF:a.c\nFN:f\n", "r:2: FN needs" },
	{ "SF:a.c\nhello\n", "r:2: no line of a tracefile" },
	{ "SF:\n", "r:1: a file without a name" },
	{ "mode: set\nmode: count\n", "r:2: profiles of different modes" },
	{ "mode: fast\n", "r:1: the mode is set, count or atomic" },
	{ "mode: set\na.go:2.1,1.1 1 1\n", "r:2: no block of a Go profile" },
	{ "mode: set\na.go:1.1 1 1\n", "r:2: no block of a Go profile" },
	{ "<html/>", "r: this XML is no coverage report" },
	{ "<coverage generated=\"1\"><project name=\"x\"/></coverage>", "Clover" },
	{ "<coverage><class filename=\"a\"><line number=\"1\"/></class></coverage>",
	  "<line> needs a number and hits" },
	{ "<coverage><line number=\"1\" hits=\"1\"/></coverage>", "no file is named" },
	{ "<coverage>", "no element found" },
	{ "<report><line nr=\"1\"/></report>", "<line> needs nr and ci" },
	{ "{\"total\":{\"lines\":{}}}", "Istanbul's summary names no lines" },
	{ "{\"a\":1}", "this JSON is no coverage report" },
	{ "{\"files\":[{\"file\":\"a\",\"lines\":[{\"line_number\":-1}]}]}",
	  "no number of a line" },
	{ "{\"files\":[{\"lines\":[]}]}", "a file without a name" },
	{ "{\"files\":[", "r:1: the text ends too early" },
	{ "{\"data\":[{\"files\":[{\"segments\":[[2,1,1,true,true],[1,1,1,true,true]]}]}]}",
	  "segments are not in order" },
	{ "{\"a.js\":{\"s\":{\"x\":1}}}", "no number of a statement" },
	{ "{\"meta\":{},\"files\":{\"a\":{\"executed_lines\":[\"x\"]}}}",
	  "no number of a line" },
};

Test(coverage_reader, what_is_broken_is_named_with_its_place)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct gate_cov_report r = { .set = NULL };
		struct err err = ERR_INIT;

		check_true(gate_cov_read(span_str(faults[i].text), "r", &r, &err) !=
		                   ERR_OK,
		           "%s is read", faults[i].text);
		check_str_contains(err.msg, faults[i].message, "%s", faults[i].text);
	}
}

/* Each names ten million lines; together they would name them for hours. */
Test(coverage_reader, ranges_are_bounded_in_sum)
{
	struct buf text = BUF_INIT;
	struct gate_cov_report r;
	struct err err = ERR_INIT;

	buf_puts(&text, "mode: set\n");
	for (int i = 0; i < 100; i++)
		buf_puts(&text, "a.go:1.1,10000000.1 1 1\n");
	check_int_eq(gate_cov_read(buf_span(&text), "r", &r, &err), ERR_LIMIT, "%s",
	             err.msg);
	check_str_contains(err.msg, "its ranges cover more than", "says so");
	buf_fini(&text);
}

Test(coverage_reader, an_endless_line_is_refused)
{
	struct buf text = BUF_INIT;
	struct gate_cov_report r;
	struct err err = ERR_INIT;

	buf_puts(&text, "SF:");
	buf_fill(&text, 'a', GATE_COV_TOKEN_MAX + 1);
	check_int_eq(gate_cov_read(buf_span(&text), "r", &r, &err), ERR_LIMIT, "%s",
	             err.msg);
	buf_fini(&text);
}

Test(coverage_reader, sums_are_kept_beside_what_is_listed)
{
	struct gate_cov_report r;
	struct err err = ERR_INIT;

	check_ok(gate_cov_read(SPAN_LIT("SF:a.c\nDA:1,1\nDA:2,0\nLF:5\nLH:4\n"
	                                "end_of_record\n"),
	                       "r", &r, &err),
	         &err);
	check_true(r.claim.made, "LF and LH");
	check_u64_eq(r.claim.total, 5, "as it says");
	check_u64_eq(r.claim.hit, 4, "as it says");
	check_u64_eq(r.listed.total, 2, "as it lists");
	check_u64_eq(r.listed.hit, 1, "as it lists");
	gate_coverage_free(r.set);
}

/* ---- without memory ---- */

/* The n-th allocation and all after it fail, for every n: no report is called broken for
 * it, and none is read in part. */
static void check_sweep(const char *text)
{
	for (uint64_t n = 1;; n++) {
		struct gate_cov_report r = { .set = NULL };
		struct err err = ERR_INIT;
		enum err_code rc;

		mem_fail_after(n);
		rc = gate_cov_read(span_str(text), "r", &r, &err);
		mem_fail_after(0);
		if (rc == ERR_OK) {
			gate_coverage_free(r.set);
			check_true(n > 5, "%s: %d allocations", text, (int)n);
			return;
		}
		check_int_eq(rc, ERR_NOMEM, "%s: allocation %d: %s", text, (int)n,
		             err.msg);
	}
}

Test(coverage_reader, without_memory_no_report_is_called_broken)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_sweep(texts[i].text);
	check_sweep("<report name=\"x\"><package name=\"p\"><sourcefile name=\"B.java\">"
	            "<line nr=\"3\" mi=\"0\" ci=\"2\" mb=\"1\" cb=\"3\"/>"
	            "</sourcefile></package></report>");
}

Test(coverage_reader, without_memory_sets_are_not_joined_in_part)
{
	struct gate_cov_report from;
	struct err err = ERR_INIT;

	check_ok(gate_cov_read(SPAN_LIT("SF:a.c\nFN:1,f\nFNDA:1,f\nDA:1,1\nDA:2,0\n"
	                                "BRDA:1,0,0,1\nend_of_record\nSF:b.c\nDA:1,0\n"
	                                "end_of_record\n"),
	                       "r", &from, &err),
	         &err);
	for (uint64_t n = 1;; n++) {
		struct gate_coverage *to = NULL;
		enum err_code rc;

		mem_fail_after(n);
		rc = gate_coverage_new(&to, &err);
		if (rc == ERR_OK)
			rc = gate_coverage_union(to, from.set, &err);
		mem_fail_after(0);
		if (rc == ERR_OK)
			check_size_eq(to->points, from.set->points, "all of it");
		else
			check_int_eq(rc, ERR_NOMEM, "allocation %d", (int)n);
		gate_coverage_free(to);
		if (rc == ERR_OK)
			break;
	}
	gate_coverage_free(from.set);
}
