/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs of real benchmark tools, read again: as many readings with the same median as
 * the tool itself had told (bench/make). Files below bench/written are no recordings:
 * they were written from what a format's makers publish.
 */
#include "base/num.h"
#include "collect/bench/reading.h"
#include "collect/bench/stats.h"
#include "os/fs.h"
#include "support/check.h"

#include <math.h>
#include <stdio.h>

TestSuite(golden_bench, .timeout = 20);

#define FOLDER TEST_SOURCE_DIR "/golden/bench/"
enum { GOLDEN_MAX = 4 << 20, VALUES_MAX = 10000 };
enum column { FILE_NAME, FORMAT, BENCHMARK, READINGS, MEDIAN, UNIT, TOOL, COLUMNS };

static gate_bench_read *reader_of(struct span name)
{
	for (unsigned f = 0; f < GATE_BENCH_FORMATS; f++)
		if (span_eq_str(name, gate_bench_format_name((enum gate_bench_format)f)))
			return gate_bench_reader((enum gate_bench_format)f);
	return NULL;
}

static void compare(const struct span row[COLUMNS], const struct gate_bench_readings *r)
{
	static double values[VALUES_MAX];
	uint64_t wanted = 0;
	double median = 0;
	size_t count = 0;

	check_true(num_u64(row[READINGS], 1, VALUES_MAX, &wanted), "readings");
	check_true(num_double(row[MEDIAN], &median), "median");
	for (size_t i = 0; i < r->count && count < VALUES_MAX; i++) {
		const struct gate_bench_reading *item = &r->items[i];

		if (!span_eq_str(row[BENCHMARK], item->name))
			continue;
		check_true(item->fault == NULL, "%s: %s", item->name, item->fault);
		check_true(span_eq_str(row[UNIT], item->unit), "%s: unit %s", item->name,
		           item->unit);
		values[count++] = item->value;
	}
	check_size_eq(count, (size_t)wanted, "%.*s", (int)row[BENCHMARK].len,
	              row[BENCHMARK].ptr);
	gate_stats_sort(values, count);
	check_true(fabs(gate_stats_median(values, count) - median) <= 1e-9 * median,
	           "%.*s: %.12g, and its tool says %.12g", (int)row[BENCHMARK].len,
	           row[BENCHMARK].ptr, gate_stats_median(values, count), median);
}

static void check_row(const char *folder, const struct span row[COLUMNS])
{
	gate_bench_read *read = reader_of(row[FORMAT]);
	struct gate_bench_readings r;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	char path[512];

	(void)snprintf(path, sizeof(path), FOLDER "%s/%.*s", folder,
	               (int)row[FILE_NAME].len, row[FILE_NAME].ptr);
	check_true(read != NULL, "%s: no such format", path);
	check_ok(os_read_file(path, GOLDEN_MAX, &text, &err), &err);
	gate_bench_readings_init(&r);
	check_ok(read(buf_span(&text), path, &r, &err), &err);
	compare(row, &r);
	gate_bench_readings_fini(&r);
	buf_fini(&text);
}

/* How many rows there are, and of how many tools; rows are sorted by file. */
static size_t check_table(const char *table, const char *folder, size_t *tools)
{
	struct span tool = SPAN_EMPTY;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	size_t count = 0;
	struct span rest;
	struct span line;

	*tools = 0;
	check_ok(os_read_file(table, GOLDEN_MAX, &text, &err), &err);
	rest = buf_span(&text);
	check_true(span_line(&rest, &line), "%s has a head", table);
	while (span_line(&rest, &line)) {
		struct span row[COLUMNS] = { SPAN_EMPTY };
		size_t cells = 0;

		while (cells < COLUMNS && span_split(&line, '\t', &row[cells]))
			cells++;
		check_size_eq(cells, COLUMNS, "%s: row %zu", table, count + 1);
		*tools += !span_eq(row[TOOL], tool);
		tool = row[TOOL];
		check_row(folder, row);
		count++;
	}
	buf_fini(&text);
	return count;
}

Test(golden_bench, readings_agree_with_what_each_tool_says)
{
	size_t tools;

	check_size_eq(check_table(FOLDER "expected.tsv", "recorded", &tools), 8, "rows");
	check_size_eq(tools, 5, "tools");
}

Test(golden_bench, formats_without_a_tool_follow_what_is_published)
{
	size_t tools;

	check_size_eq(check_table(FOLDER "written/expected.tsv", "written", &tools), 9,
	              "rows");
	check_size_eq(tools, 2, "tools");
}
