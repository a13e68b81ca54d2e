// SPDX-License-Identifier: Apache-2.0
#define _POSIX_C_SOURCE 200809L
#include "base/mem.h"
#include "base/opt_complete.h"
#include "base/str.h"
#include "os/fs.h"
#include "support/check.h"

#include <stdio.h>
#include <sys/wait.h>

TestSuite(opt_complete, .timeout = 60);

static const struct opt scan_options[] = {
	{ "rule", 'r', OPT_LIST, 0, "ID", "only this rule", NULL },
	{ "report-dir", 0, OPT_STRING, 0, "DIR", "where it goes", NULL },
	{ "fail-on", 0, OPT_CHOICE, 0, "LEVEL", "it's [hard]: \\o/",
	  "note warning error none" },
	{ NULL, 0, OPT_FLAG, 0, NULL, NULL, NULL },
};

static const struct opt common_options[] = {
	{ "policy", 'p', OPT_STRING, 0, "FILE", "policy file", NULL },
	{ "color", 0, OPT_CHOICE, 0, "WHEN", "colours", "auto always never" },
	{ "quiet", 'q', OPT_FLAG, 0, NULL, "errors only", NULL },
	{ NULL, 0, OPT_FLAG, 0, NULL, NULL, NULL },
};

static const struct opt_command commands[] = {
	{ .name = "scan",
	  .args = "[PATH]",
	  .help = "Runs the scanners",
	  .about = ".Sh is no request here\n\nsecond paragraph\n  example \\n line",
	  .examples = "sea-worthy scan # all of it",
	  .options = scan_options,
	  .max_args = 1 },
	{ .name = "score", .args = "", .help = "Adds up: it's exact", .max_args = 0 },
	{ .name = "completion",
	  .args = "bash|zsh|fish",
	  .help = "Prints a script",
	  .min_args = 1,
	  .max_args = 1 },
	{ .name = NULL },
};

typedef void generate(struct buf *out, const char *program,
                      const struct opt_command *commands, const struct opt *common);

/* Writes what the generator gives to a file in a folder of its own. */
static void write_script(generate *put, const char *name, struct buf *dir,
                         struct buf *path)
{
	struct buf script = BUF_INIT;
	struct err err = ERR_INIT;

	put(&script, "sea-worthy", commands, common_options);
	check_true(buf_ok(&script), "generated");
	check_ok(os_mkdtemp(NULL, "complete", dir, &err), &err);
	os_join(path, buf_str(dir), name);
	check_ok(os_write_atomic(buf_str(path), buf_span(&script), 0600, &err), &err);
	buf_fini(&script);
}

static void remove_script(struct buf *dir, struct buf *path)
{
	struct err err = ERR_INIT;

	check_ok(os_remove_tree(buf_str(dir), &err), &err);
	buf_fini(dir);
	buf_fini(path);
}

/* Output of a shell command; its exit status in *status. */
static void run(const char *command, struct buf *out, int *status)
{
	char chunk[4096];
	/* The commands are the test's own. NOLINTNEXTLINE(cert-env33-c) */
	FILE *pipe = popen(command, "r");
	size_t got;

	check_not_null(pipe, "popen");
	while ((got = fread(chunk, 1, sizeof(chunk), pipe)) > 0)
		buf_put(out, span_of(chunk, got));
	*status = pclose(pipe);
}

/* What bash offers for the last of the words ("''" is the empty word). compopt works only
 * inside a completion, so here it prints its option. */
static void check_bash(const char *path, const char *words, const char *wanted)
{
	struct buf command = BUF_INIT;
	struct buf out = BUF_INIT;
	int status;

	buf_printf(&command,
	           "bash -c 'compopt() { echo \"<$2>\"; }; source %s; "
	           "complete -p sea-worthy >/dev/null || exit 1; "
	           "COMP_WORDS=(%s); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _sea_worthy; "
	           "printf \"%%s \" \"${COMPREPLY[@]}\"' 2>&1",
	           path, words);
	run(buf_str(&command), &out, &status);
	check_int_eq(status, 0, "bash on '%s'", words);
	check_str_eq(buf_str(&out), wanted, "'%s'", words);
	buf_fini(&command);
	buf_fini(&out);
}

Test(opt_complete, bash_offers_what_fits)
{
	static const struct {
		const char *words;
		const char *offers;
	} cases[] = {
		{ "sea-worthy s", "scan score " },
		{ "sea-worthy sc", "scan score " },
		{ "sea-worthy sca", "scan " },
		{ "sea-worthy \"\"", "scan score completion " },
		{ "sea-worthy x", " " },
		{ "sea-worthy --p", "--policy " },
		{ "sea-worthy --", "--help --policy --color --quiet " },
		{ "sea-worthy scan --r", "--rule --report-dir " },
		{ "sea-worthy score --r", " " },
		{ "sea-worthy scan --q", "--quiet " },
		{ "sea-worthy scan --fail-on n", "note none " },
		{ "sea-worthy score --fail-on n", " " },
		{ "sea-worthy scan --fail-on = e", "error " },
		{ "sea-worthy scan --fail-on =", "note warning error none " },
		{ "sea-worthy --color a", "auto always " },
		{ "sea-worthy --color = a", "auto always " },
		{ "sea-worthy scan --color n", "never " },
		{ "sea-worthy --policy scan sco", "score " },
		{ "sea-worthy --policy = scan sco", "score " },
		{ "sea-worthy -p scan sco", "score " },
		{ "sea-worthy --policy x", "<default>\n " },
		{ "sea-worthy scan --report-dir x", "<default>\n " },
		{ "sea-worthy scan --rule x", " " },
		{ "sea-worthy scan x", "<default>\n " },
		{ "sea-worthy completion z", "zsh " },
		{ "sea-worthy completion \"\"", "bash zsh fish " },
	};
	struct buf dir = BUF_INIT;
	struct buf path = BUF_INIT;

	write_script(opt_complete_bash, "script", &dir, &path);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_bash(buf_str(&path), cases[i].words, cases[i].offers);
	remove_script(&dir, &path);
}

static void check_syntax(generate *put, const char *shell)
{
	struct buf dir = BUF_INIT;
	struct buf path = BUF_INIT;
	struct buf command = BUF_INIT;
	struct buf out = BUF_INIT;
	int status;

	if (!os_find_program(shell, &out))
		cr_skip_test("%s is not installed", shell);
	buf_clear(&out);
	write_script(put, "script", &dir, &path);
	buf_printf(&command, "%s -n %s 2>&1", shell, buf_str(&path));
	run(buf_str(&command), &out, &status);
	check_int_eq(status, 0, "%s says: %s", shell, buf_str(&out));
	check_str_eq(buf_str(&out), "", "%s has nothing to say", shell);
	buf_fini(&command);
	buf_fini(&out);
	remove_script(&dir, &path);
}

Test(opt_complete, zsh_reads_it)
{
	check_syntax(opt_complete_zsh, "zsh");
}

Test(opt_complete, fish_reads_it)
{
	check_syntax(opt_complete_fish, "fish");
}

Test(opt_complete, fish_offers_what_fits)
{
	static const struct {
		const char *line;
		const char *offer;
	} cases[] = {
		{ "sea-worthy sca", "scan\tRuns the scanners\n" },
		{ "sea-worthy scan --fail-on no", "none\tit's [hard]: \\o/\n" },
		{ "sea-worthy score --fail", "" },
		{ "sea-worthy completion z", "zsh\n" },
		{ "sea-worthy --color alw", "always\tcolours\n" },
	};
	struct buf dir = BUF_INIT;
	struct buf path = BUF_INIT;
	struct buf out = BUF_INIT;
	int status;

	if (!os_find_program("fish", &out))
		cr_skip_test("fish is not installed");
	write_script(opt_complete_fish, "script", &dir, &path);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf command = BUF_INIT;

		buf_clear(&out);
		buf_printf(&command, "fish -N -c 'source %s; complete -C \"%s\"' 2>&1",
		           buf_str(&path), cases[i].line);
		run(buf_str(&command), &out, &status);
		check_str_contains(buf_str(&out), cases[i].offer, "'%s'", cases[i].line);
		if (cases[i].offer[0] == '\0')
			check_str_eq(buf_str(&out), "", "'%s'", cases[i].line);
		buf_fini(&command);
	}
	buf_fini(&out);
	remove_script(&dir, &path);
}

/* The text of zsh's specs, quoted for both the shell and _arguments. */
Test(opt_complete, zsh_specs)
{
	static const char *const parts[] = {
		"#compdef sea-worthy\n",
		"'score:Adds up\\: it'\\''s exact'\n",
		"'(-p --policy)'{-p+,--policy=}'[policy file]:FILE:_files'\n",
		"'*'{-r+,--rule=}'[only this rule]:ID: '\n",
		"--fail-on='[it'\\''s \\[hard\\]\\: \\\\o/]:LEVEL:(note ",
		"'(-q --quiet)'{-q,--quiet}'[errors only]'\n",
		"'*:argument:_files'\n",
		"'*:argument:(bash zsh fish)'\n",
	};
	struct buf out = BUF_INIT;

	opt_complete_zsh(&out, "sea-worthy", commands, common_options);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		check_str_contains(buf_str(&out), parts[i], "part %zu", i);
	buf_fini(&out);
}

Test(opt_complete, man_sections)
{
	static const char expected[] = ".Sh COMMANDS\n"
				       ".Bl -tag -width Ds\n"
				       ".It Cm scan Oo Ar options Oc Ar \"[PATH]\"\n"
				       "Runs the scanners.\n"
				       ".Pp\n"
				       "\\&.Sh is no request here\n"
				       ".Pp\n"
				       "second paragraph\n"
				       ".D1 example \\en line\n"
				       ".Bl -tag -width Ds\n"
				       ".It Fl r , Fl -rule Ar \"ID\"\n"
				       "only this rule.\n"
				       ".It Fl -report-dir Ar \"DIR\"\n"
				       "where it goes.\n"
				       ".It Fl -fail-on Ar \"LEVEL\"\n"
				       "it's [hard]: \\eo/: note, warning, error, none.\n"
				       ".El\n";
	struct buf out = BUF_INIT;

	opt_man(&out, "sea-worthy", commands, common_options);
	check_true(str_starts(buf_str(&out), expected), "start: %s", buf_str(&out));
	check_str_contains(buf_str(&out), ".It Cm score\nAdds up: it's exact.\n", "bare");
	check_str_contains(buf_str(&out), ".It Fl q , Fl -quiet\nerrors only.\n",
	                   "common");
	buf_fini(&out);
}

Test(opt_complete, man_page_passes_mandoc)
{
	struct buf dir = BUF_INIT;
	struct buf path = BUF_INIT;
	struct buf command = BUF_INIT;
	struct buf out = BUF_INIT;
	int status;

	if (!os_find_program("mandoc", &out))
		cr_skip_test("mandoc is not installed");
	buf_clear(&out);
	write_script(opt_man, "sections", &dir, &path);
	buf_printf(
		&command,
		"{ printf '.Dd November 22, 2026\\n.Dt SEA-WORTHY 1\\n.Os\\n.Sh NAME\\n"
		".Nm sea-worthy\\n.Nd test\\n'; cat %s; } | mandoc -T lint -W warning "
		"2>&1",
		buf_str(&path));
	run(buf_str(&command), &out, &status);
	check_str_eq(buf_str(&out), "", "mandoc has nothing to say");
	check_int_eq(status, 0, "mandoc");
	buf_fini(&command);
	buf_fini(&out);
	remove_script(&dir, &path);
}

Test(opt_complete, every_allocation_may_fail)
{
	static generate *const all[] = { opt_complete_bash, opt_complete_zsh,
		                         opt_complete_fish, opt_man };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		bool done = false;

		for (uint64_t n = 1; !done; n++) {
			struct buf out = BUF_INIT;

			check_true(n < 100, "ends");
			mem_fail_after(n);
			all[i](&out, "p", commands, common_options);
			mem_fail_after(0);
			done = buf_ok(&out);
			buf_fini(&out);
		}
	}
}
