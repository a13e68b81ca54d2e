/* SPDX-License-Identifier: Apache-2.0 */
/* parse_junit FILE CASES: reads a JUnit report as a suite's results are read; fails
 * unless it holds that many cases. */
#include "base/num.h"
#include "collect/cases.h"
#include "os/fs.h"

#include <stdio.h>

enum { REPORT_MAX = 1 << 28 };

static enum err_code count_cases(const char *path, size_t *count, struct err *err)
{
	struct buf text = BUF_INIT;
	struct gate_cases cases;
	enum err_code rc;

	gate_cases_init(&cases);
	if ((rc = os_read_file(path, REPORT_MAX, &text, err)) != ERR_OK)
		goto out;
	if ((rc = gate_parse_junit(buf_span(&text), path, &cases, err)) != ERR_OK)
		goto out;
	*count = cases.count;
out:
	gate_cases_fini(&cases);
	buf_fini(&text);
	return rc;
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	uint64_t want = 0;
	size_t count = 0;

	if (argc != 3 || !num_u64(span_str(argv[2]), 0, UINT64_MAX, &want)) {
		(void)fprintf(stderr, "usage: parse_junit FILE CASES\n");
		return 2;
	}
	if (count_cases(argv[1], &count, &err) != ERR_OK) {
		(void)fprintf(stderr, "parse_junit: %s\n", err.msg);
		return 1;
	}
	if (count != want) {
		(void)fprintf(stderr, "parse_junit: %zu cases\n", count);
		return 1;
	}
	return 0;
}
