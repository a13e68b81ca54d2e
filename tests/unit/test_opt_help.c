// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/opt.h"
#include "base/str.h"
#include "support/check.h"

TestSuite(opt_help, .timeout = 20);

static const struct opt scan_options[] = {
	{ "rule", 'r', OPT_LIST, 0, "ID",
	  "only the findings of this rule, which may be a glob", NULL },
	{ "a-very-long-option-name-indeed", 0, OPT_STRING, 0, "VALUE", "rare", NULL },
	{ NULL, 0, OPT_FLAG, 0, NULL, NULL, NULL },
};

static const struct opt common_options[] = {
	{ "color", 0, OPT_CHOICE, 0, "WHEN", "colours", "auto always never" },
	{ "quiet", 'q', OPT_FLAG, 0, NULL, "errors only", NULL },
	{ NULL, 0, OPT_FLAG, 0, NULL, NULL, NULL },
};

static const struct opt_command scan = {
	.name = "scan",
	.args = "[PATH]",
	.help = "Runs only the scanners",
	.about = "Reads every file of the project that is not ignored and prints what it "
		 "finds, "
		 "one finding a line.\n\nRuns no project code.\n  kept as it is",
	.examples = "seaworthy scan # everything\n\nseaworthy scan --rule todo src\n",
	.options = scan_options,
	.max_args = 1,
};

static const char expected[] =
	"Usage: seaworthy scan [OPTIONS] [PATH]\n"
	"\n"
	"Runs only the scanners\n"
	"\n"
	"Reads every file of the project that is not ignored and\n"
	"prints what it finds, one finding a line.\n"
	"\n"
	"Runs no project code.\n"
	"  kept as it is\n"
	"\n"
	"Options:\n"
	"  -r, --rule ID     only the findings of this rule, which\n"
	"                    may be a glob\n"
	"      --a-very-long-option-name-indeed VALUE\n"
	"                    rare\n"
	"\n"
	"Common options:\n"
	"      --color WHEN  colours (auto, always, never)\n"
	"  -q, --quiet       errors only\n"
	"  -h, --help        show this help\n"
	"\n"
	"Examples:\n"
	"  # everything\n"
	"  seaworthy scan\n"
	"  seaworthy scan --rule todo src\n";

Test(opt_help, whole_text_at_60_columns)
{
	struct buf out = BUF_INIT;

	opt_help(&out, "seaworthy", &scan, common_options, 60);
	check_str_eq(buf_str(&out), expected, "help");
	buf_fini(&out);
}

Test(opt_help, lines_keep_within_the_columns)
{
	for (size_t columns = 60; columns < 200; columns += 7) {
		struct buf out = BUF_INIT;
		struct span rest;
		struct span line;

		opt_help(&out, "seaworthy", &scan, common_options, columns);
		rest = buf_span(&out);
		while (span_line(&rest, &line)) {
			check_true(str_columns(line) <= columns, "%zu columns", columns);
			check_true(!span_ends(line, SPAN_LIT(" ")),
			           "no blank at the end");
		}
		buf_fini(&out);
	}
}

Test(opt_help, narrow_terminals_count_as_40_columns)
{
	struct buf narrow = BUF_INIT;
	struct buf forty = BUF_INIT;

	opt_help(&narrow, "seaworthy", &scan, common_options, 5);
	opt_help(&forty, "seaworthy", &scan, common_options, 40);
	check_str_eq(buf_str(&narrow), buf_str(&forty), "help");
	buf_fini(&narrow);
	buf_fini(&forty);
}

Test(opt_help, a_command_without_anything)
{
	static const struct opt_command bare = { .name = "version",
		                                 .help = "Prints the version" };
	struct buf out = BUF_INIT;

	opt_help(&out, "seaworthy", &bare, NULL, 80);
	check_str_eq(
		buf_str(&out),
		"Usage: seaworthy version [OPTIONS]\n\nPrints the version\n\nOptions:\n"
		"  -h, --help  show this help\n",
		"help");
	buf_fini(&out);
}

Test(opt_help, every_allocation_may_fail)
{
	bool done = false;
	uint64_t n;

	for (n = 1; !done; n++) {
		struct buf out = BUF_INIT;

		check_true(n < 200, "ends");
		mem_fail_after(n);
		opt_help(&out, "seaworthy", &scan, common_options, 60);
		mem_fail_after(0);
		done = buf_ok(&out);
		if (done)
			check_str_eq(buf_str(&out), expected, "whole when it says so");
		buf_fini(&out);
	}
	check_true(n > 5, "%d failures were tried", (int)n - 2);
}
