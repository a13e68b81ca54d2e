// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/opt.h"
#include "support/check.h"

#include <stdio.h>

TestSuite(opt, .timeout = 20);

struct target {
	bool quiet;
	bool all;
	const char *policy;
	const char *color;
	uint64_t jobs;
	struct opt_list rules;
	struct opt_list only;
};

static const struct opt own_options[] = {
	{ "rule", 'r', OPT_LIST, offsetof(struct target, rules), "ID", "only this rule",
	  NULL },
	{ "all", 'a', OPT_FLAG, offsetof(struct target, all), NULL, "everything", NULL },
	{ NULL, 0, OPT_FLAG, 0, NULL, NULL, NULL },
};

static const struct opt common_options[] = {
	{ "policy", 'p', OPT_STRING, offsetof(struct target, policy), "FILE", "policy",
	  NULL },
	{ "only", 0, OPT_COMMAS, offsetof(struct target, only), "ID,..", "these", NULL },
	{ "jobs", 'j', OPT_COUNT, offsetof(struct target, jobs), "N", "at once", NULL },
	{ "color", 0, OPT_CHOICE, offsetof(struct target, color), "WHEN", "colours",
	  "auto always never" },
	{ "quiet", 'q', OPT_FLAG, offsetof(struct target, quiet), NULL, "say less",
	  NULL },
	{ NULL, 0, OPT_FLAG, 0, NULL, NULL, NULL },
};

static const struct opt *const tables[] = { own_options, common_options };

/* One parsed line: words parted by blanks; '_' stands for an empty word. */
struct line {
	struct target target;
	struct opt_args args;
	struct err err;
	char text[256];
	char *argv[32];
};

static enum err_code parse(struct line *line, const char *words)
{
	struct span rest;
	struct span word;
	int argc = 0;

	memset(line, 0, sizeof(*line));
	(void)snprintf(line->text, sizeof(line->text), "%s", words);
	rest = span_str(line->text);
	while (span_split(&rest, ' ', &word)) {
		char *at = line->text + (word.ptr - line->text);

		at[word.len] = '\0';
		if (strcmp(at, "_") == 0)
			at[0] = '\0';
		line->argv[argc++] = at;
	}
	return opt_parse(tables, 2, argc, line->argv, &line->target, &line->args,
	                 &line->err);
}

static void fini(struct line *line)
{
	opt_args_fini(&line->args);
	opt_release(tables, 2, &line->target);
	check_null(line->target.rules.items, "no list is left");
	check_null(line->target.only.items, "nor one that was split");
}

Test(opt, all_kinds_in_all_spellings)
{
	static const char *const lines[] = {
		"--policy p.yml --jobs 8 --color never --quiet --all",
		"--policy=p.yml --jobs=8 --color=never -q -a",
		"-p p.yml -j 8 --color never -qa",
		"-pp.yml -j8 --color=never -aq",
		"-aqp p.yml -aj8 --color=never",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct line line;

		check_ok(parse(&line, lines[i]), &line.err);
		check_str_eq(line.target.policy, "p.yml", "%s", lines[i]);
		check_u64_eq(line.target.jobs, 8, "%s", lines[i]);
		check_str_eq(line.target.color, "never", "%s", lines[i]);
		check_true(line.target.quiet && line.target.all, "%s", lines[i]);
		check_size_eq(line.args.count, 0, "%s", lines[i]);
		fini(&line);
	}
}

Test(opt, positional_arguments_stand_anywhere)
{
	struct line line;

	check_ok(parse(&line, "a -q b --jobs 3 - _ -- --policy -q"), &line.err);
	check_size_eq(line.args.count, 6, "count");
	check_str_eq(line.args.items[0], "a", "before");
	check_str_eq(line.args.items[1], "b", "between");
	check_str_eq(line.args.items[2], "-", "a hyphen alone");
	check_str_eq(line.args.items[3], "", "an empty word");
	check_str_eq(line.args.items[4], "--policy", "behind the end of options");
	check_str_eq(line.args.items[5], "-q", "still behind");
	check_true(line.target.quiet, "the first -q counts");
	fini(&line);
}

Test(opt, nothing_given_leaves_defaults)
{
	struct target target = { .policy = "default", .jobs = 4 };
	struct opt_args args;
	struct err err = ERR_INIT;

	check_ok(opt_parse(tables, 2, 0, NULL, &target, &args, &err), &err);
	check_str_eq(target.policy, "default", "text");
	check_u64_eq(target.jobs, 4, "number");
	check_size_eq(args.count, 0, "arguments");
	opt_args_fini(&args);
}

Test(opt, lists)
{
	struct line line;

	check_ok(parse(&line, "--rule a,b -r c --only x,y, --only=z"), &line.err);
	check_size_eq(line.target.rules.count, 2, "plain lists do not split");
	check_str_eq(line.target.rules.items[0], "a,b", "first rule");
	check_str_eq(line.target.rules.items[1], "c", "second rule");
	check_size_eq(line.target.only.count, 3, "split at commas");
	check_str_eq(line.target.only.items[1], "y", "second piece");
	check_str_eq(line.target.only.items[2], "z", "second copy adds");
	fini(&line);
}

Test(opt, wrong_lines_name_option_and_mend)
{
	static const struct {
		const char *line;
		const char *text;
	} cases[] = {
		{ "--polcy x", "unknown option --polcy; did you mean --policy?" },
		{ "--colour=x", "unknown option --colour; did you mean --color?" },
		{ "--pol", "unknown option --pol; did you mean --policy?" },
		{ "--rul", "unknown option --rul; did you mean --rule?" },
		{ "--co-lor-ful", "unknown option --co-lor-ful; see --help" },
		{ "--hepl", "unknown option --hepl; did you mean --help?" },
		{ "--frobnicate", "unknown option --frobnicate; see --help" },
		{ "-x", "unknown option -x; see --help" },
		{ "-qx", "unknown option -x; see --help" },
		{ "--policy", "--policy needs a value: --policy FILE" },
		{ "-p", "--policy needs a value: --policy FILE" },
		{ "--policy --quiet", "write --policy=--quiet" },
		{ "--only _", "--only needs a value: --only ID,.." },
		{ "--only a,,b", "--only: empty item in 'a,,b'" },
		{ "--quiet=yes", "--quiet takes no value; write --quiet" },
		{ "--policy a --policy b", "--policy is given twice" },
		{ "-j1 --jobs 2", "--jobs is given twice" },
		{ "--color always --color always", "--color is given twice" },
		{ "--jobs x", "--jobs: 'x' is not a whole number" },
		{ "-j 0", "--jobs: '0' is not a whole number such as 8, from 1 on" },
		{ "--jobs -1", "--jobs: '-1' is not a whole number" },
		{ "--jobs 18446744073709551616", "is not a whole number" },
		{ "--color red", "--color: 'red' is not one of: auto always never" },
		{ "--color a", "--color: 'a' is not one of" },
		{ "--color _", "--color: '' is not one of" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct line line;

		check_err(parse(&line, cases[i].line), ERR_USAGE, "%s", cases[i].line);
		check_str_contains(line.err.msg, cases[i].text, "%s", cases[i].line);
		check_null(line.args.items, "nothing is left by '%s'", cases[i].line);
		fini(&line);
	}
}

Test(opt, help_comes_before_all_checks)
{
	static const char *const asked[] = { "--help", "-h",       "--wrong --help",
		                             "-qh",    "-x -h",    "--jobs x --help",
		                             "a b -h", "--help=x", "--policy=f -h" };
	static const char *const not_asked[] = { "-- --help", "--policy -h", "-p -h",
		                                 "-ph", "-qp -h" };

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct line line;

		check_ok(parse(&line, asked[i]), &line.err);
		check_true(line.args.help, "%s", asked[i]);
		fini(&line);
	}
	for (size_t i = 0; i < sizeof(not_asked) / sizeof(not_asked[0]); i++) {
		struct line line;

		check_ok(parse(&line, not_asked[i]), &line.err);
		check_true(!line.args.help, "%s", not_asked[i]);
		fini(&line);
	}
}

Test(opt, values_may_look_like_options)
{
	struct line line;

	check_ok(parse(&line, "--policy - -j 5 --rule -x --rule=--quiet --rule --other"),
	         &line.err);
	check_str_eq(line.target.policy, "-", "a hyphen");
	check_str_eq(line.target.rules.items[0], "-x", "a letter");
	check_str_eq(line.target.rules.items[1], "--quiet", "joined by =");
	check_str_eq(line.target.rules.items[2], "--other", "no option of ours");
	check_true(!line.target.quiet, "not taken as option");
	fini(&line);
}

Test(opt, number_of_arguments)
{
	struct opt_command two = {
		.name = "diff", .args = "A B", .min_args = 2, .max_args = 2
	};
	struct opt_command none = { .name = "version" };
	const char *items[] = { "a", "b", "c" };
	struct opt_args args = { items, 2, false };
	struct err err = ERR_INIT;

	check_ok(opt_check_args("prog", &two, &args, &err), &err);
	args.count = 1;
	check_err(opt_check_args("prog", &two, &args, &err), ERR_USAGE, "too few");
	check_str_contains(err.msg, "diff needs A B; see `prog diff --help`",
	                   "says what");
	args.count = 3;
	check_err(opt_check_args("prog", &two, &args, &err), ERR_USAGE, "too many");
	check_str_contains(err.msg, "'c'", "names the first that is too many");
	check_err(opt_check_args("prog", &none, &args, &err), ERR_USAGE, "none wanted");
	check_str_contains(err.msg, "takes no argument", "says so");
}

Test(opt, every_allocation_may_fail)
{
	static const char *const lines[] = {
		"a b --rule x --rule y --only p,q,r --policy f -j8 c",
		"--unknwon",
	};

	for (size_t i = 0; i < 2; i++) {
		enum err_code rc = ERR_NOMEM;
		uint64_t n;

		for (n = 1; rc == ERR_NOMEM; n++) {
			struct line line;

			check_true(n < 100, "ends");
			mem_fail_after(n);
			rc = parse(&line, lines[i]);
			mem_fail_after(0);
			fini(&line);
		}
		check_int_eq(rc, i == 0 ? ERR_OK : ERR_USAGE, "result of line %zu", i);
		check_true(n > 2, "%d failures were tried", (int)n - 2);
	}
}
