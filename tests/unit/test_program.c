// SPDX-License-Identifier: Apache-2.0
#include "base/program.h"

#include "base/str.h"
#include "base/version.h"
#include "os/fs.h"
#include "support/check.h"
#include "support/project.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

TestSuite(program, .timeout = 60);

/* ---- a small program ---- */

struct options {
	struct program_options program; /* first */
	const char *from;
	const char *mood;
};

static const struct opt common[] = {
	{ "from", 'f', OPT_STRING, offsetof(struct options, from), "NAME", "who greets",
	  NULL },
	PROGRAM_OPTIONS,
	{ 0 },
};
static const struct opt greet_options[] = {
	{ "mood", 'm', OPT_CHOICE, offsetof(struct options, mood), "MOOD", "how",
	  "glad sad" },
	{ 0 },
};

static int greet(struct program_call *call)
{
	const struct options *o = (const struct options *)(const void *)call->options;
	struct buf text = BUF_INIT;

	buf_printf(&text, "%s greets %s%s%s\n", o->from ? o->from : "nobody",
	           call->args.count ? call->args.items[0] : "all", o->mood ? ", " : "",
	           o->mood ? o->mood : "");
	if (!call->options->quiet)
		program_note("greeted\tonce");
	return program_print_take(call, &text);
}

/* Fails in the way that its argument names. */
static int blunder(struct program_call *call)
{
	const char *how = call->args.items[0];
	struct err err = ERR_INIT;

	if (str_eq(how, "usage"))
		err_set(&err, ERR_USAGE, "not \x1b like this\nline 2\tof it\nline 3");
	else if (str_eq(how, "locked"))
		err_set(&err, ERR_LOCKED, "taken");
	else if (str_eq(how, "silent"))
		err.code = ERR_CORRUPT;
	else if (str_eq(how, "pipe"))
		err = (struct err){ .code = ERR_IO, .os_code = EPIPE };
	else
		cancel_set(call->cancel, SIGTERM);
	if (str_eq(how, "finish"))
		return 0;
	if (str_eq(how, "term"))
		err_set(&err, ERR_CANCELLED, "interrupted");
	return program_fail(call, &err);
}

static const struct program_entry entries[] = {
	{ { "blunder", "HOW", "fail", NULL, NULL, NULL, 1, 1 }, blunder },
	{ { "completion", "SHELL", "print a completion", NULL, NULL, NULL, 1, 1 },
	  program_completion },
	{ { "greet", "[WHOM]", "greet somebody", NULL, "prog greet # all", greet_options,
	    0, 1 },
	  greet },
	{ { "help", "[TOPIC]", "help on a command or topic", NULL, NULL, NULL, 0, 1 },
	  program_help },
	{ { "version", "", "print the version", NULL, NULL, NULL, 0, 0 },
	  program_version },
	{ { 0 }, NULL },
};
static const struct program_topic topics[] = {
	{ "moods", "which there are", "Moods\n\nglad and sad\n" },
	{ 0 },
};

static int exit_of(const struct err *err)
{
	return err->code == ERR_LOCKED ? 7 : 1;
}

static const struct program prog = {
	.name = "prog",
	.lead = "prog greets.\n",
	.hint = "`prog greet` greets all",
	.usage = "[OPTIONS] COMMAND",
	.examples = "  prog greet\n",
	.common = common,
	.entries = entries,
	.topics = topics,
	.exit_of = exit_of,
};

/* ---- running it ---- */

struct outcome {
	int code;
	char out[8192];
	char err[8192];
};

static void read_back(int fd, char *to, size_t max)
{
	ssize_t n = pread(fd, to, max - 1, 0);

	check_true(n >= 0, "read what was printed");
	to[n] = '\0';
}

static int temporary(void)
{
	char path[] = "/tmp/test_program.XXXXXX";
	int fd = mkstemp(path);

	check_true(fd >= 0 && unlink(path) == 0, "a temporary file");
	return fd;
}

/* Runs the words of `line` as the program's command line. */
static struct outcome run_to(const char *line, int out_fd)
{
	static char words[256];
	char *argv[16] = { words };
	struct options o = { .from = NULL };
	struct cancel cancel = CANCEL_INIT;
	struct outcome r = { .code = -1 };
	int saved_out = dup(STDOUT_FILENO);
	int saved_err = dup(STDERR_FILENO);
	int err_fd = temporary();
	int argc = 0;
	char *at = words;

	(void)snprintf(words, sizeof words, "prog%s%s", *line ? " " : "", line);
	for (char *word = at; word; word = at) {
		at = strchr(word, ' ');
		if (at)
			*at++ = '\0';
		argv[argc++] = word;
	}
	fflush(NULL);
	dup2(out_fd, STDOUT_FILENO);
	dup2(err_fd, STDERR_FILENO);
	r.code = program_main(&prog, &o.program, &cancel, argc, argv);
	fflush(NULL);
	dup2(saved_out, STDOUT_FILENO);
	dup2(saved_err, STDERR_FILENO);
	read_back(err_fd, r.err, sizeof r.err);
	close(saved_out);
	close(saved_err);
	close(err_fd);
	return r;
}

static struct outcome run(const char *line)
{
	int fd = temporary();
	struct outcome r = run_to(line, fd);

	read_back(fd, r.out, sizeof r.out);
	close(fd);
	return r;
}

struct expectation {
	const char *line;
	int code;
	const char *out;
	const char *err;
};

static void check_all(const struct expectation *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct outcome r = run(list[i].line);

		check_str_eq(r.out, list[i].out, "stdout of '%s'", list[i].line);
		check_str_eq(r.err, list[i].err, "stderr of '%s'", list[i].line);
		check_int_eq(r.code, list[i].code, "code of '%s'", list[i].line);
	}
}
#define CHECK_ALL(list) check_all(list, sizeof(list) / sizeof *(list))

Test(program, options_stand_before_and_after_the_command)
{
	static const struct expectation list[] = {
		{ "greet", 0, "nobody greets all\n", "greeted\\tonce\n" },
		{ "-q greet you", 0, "nobody greets you\n", "" },
		{ "-q --from me greet you", 0, "me greets you\n", "" },
		{ "-q -f greet greet greet", 0, "greet greets greet\n", "" },
		{ "--from=me greet you -q", 0, "me greets you\n", "" },
		{ "-q -m sad greet you", 0, "nobody greets you, sad\n", "" },
		{ "-q --mood sad greet you", 0, "nobody greets you, sad\n", "" },
		{ "greet -m sad you -qfme", 0, "me greets you, sad\n", "" },
	};

	CHECK_ALL(list);
}

Test(program, a_wrong_command_line_exits_2_and_says_how_to_mend_it)
{
	static const struct expectation list[] = {
		{ "", 2, "",
		  "prog: no command given; `prog greet` greets all, `prog help` lists all "
		  "commands\n" },
		{ "-q", 2, "",
		  "prog: no command given; `prog greet` greets all, `prog help` lists all "
		  "commands\n" },
		{ "-q -m sad", 2, "",
		  "prog: error: no command given, and -m means nothing without one; `prog "
		  "help` lists all commands\n" },
		{ "--mood=sad", 2, "",
		  "prog: error: no command given, and --mood=sad means nothing without one; "
		  "`prog help` lists all commands\n" },
		{ "gret", 2, "",
		  "prog: error: no command 'gret'; did you mean 'greet'?; `prog help` lists "
		  "all\n" },
		{ "\x1b[1m", 2, "",
		  "prog: error: no command '\\x1b[1m'; `prog help` lists all\n" },
		{ "--", 2, "", "prog: error: no command '--'; `prog help` lists all\n" },
		{ "help mods", 2, "",
		  "prog: error: no help on 'mods'; did you mean 'moods'?; `prog help` lists "
		  "commands and topics\n" },
		{ "completion bsh", 2, "",
		  "prog: error: no completion for the shell 'bsh'; did you mean 'bash'?; "
		  "there are bash, fish, zsh\n" },
	};

	CHECK_ALL(list);
	check_int_eq(run("greet a b").code, 2, "too many arguments");
	check_int_eq(run("blunder").code, 2, "too few arguments");
	check_int_eq(run("greet --mood angry").code, 2, "no such choice");
	check_int_eq(run("-f a greet -f b").code, 2, "a value twice");
}

Test(program, errors_become_exit_codes)
{
	static const struct expectation list[] = {
		{ "blunder usage", 2, "",
		  "prog: error: not \\x1b like this\nline 2\\tof it\nline 3\n" },
		{ "blunder locked", 7, "", "prog: error: taken\n" },
		{ "blunder pipe", 128 + SIGPIPE, "", "" },
		{ "blunder term", 128 + SIGTERM, "", "prog: error: interrupted\n" },
		{ "blunder finish", 128 + SIGTERM, "", "" },
	};
	struct outcome r = run("blunder silent");

	CHECK_ALL(list);
	check_int_eq(r.code, 1, "an error without a text");
	check_str_contains(r.err, err_name(ERR_CORRUPT), "its name");
}

Test(program, output_that_cannot_be_written_is_an_error)
{
	struct outcome r;
	int ends[2];
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	check_true(full >= 0, "/dev/full");
	r = run_to("version", full);
	close(full);
	check_int_eq(r.code, 1, "a full disk");
	check_str_contains(r.err, "standard output", "what was written");
	check_true(pipe(ends) == 0, "a pipe");
	close(ends[0]);
	(void)signal(SIGPIPE, SIG_IGN);
	r = run_to("help", ends[1]);
	close(ends[1]);
	check_int_eq(r.code, 128 + SIGPIPE, "a reader that went away");
	check_str_eq(r.err, "", "it has enough: nothing to say");
}

static const char overview[] = "prog greets.\n\n"
			       "usage: prog [OPTIONS] COMMAND\n\n"
			       "commands:\n"
			       "  blunder     fail\n"
			       "  completion  print a completion\n"
			       "  greet       greet somebody\n"
			       "  help        help on a command or topic\n"
			       "  version     print the version\n\n"
			       "topics for `prog help TOPIC`:\n"
			       "  moods         which there are\n\n"
			       "examples:\n"
			       "  prog greet\n";

Test(program, help_comes_from_the_table)
{
	static const struct expectation list[] = {
		{ "help", 0, overview, "" },
		{ "--help", 0, overview, "" },
		{ "-q -h", 0, overview, "" },
		{ "help moods", 0, "Moods\n\nglad and sad\n", "" },
	};
	struct outcome of_help = run("help greet");
	struct outcome of_option = run("greet --help");

	CHECK_ALL(list);
	check_str_contains(of_help.out, "Usage: prog greet [OPTIONS] [WHOM]", "usage");
	check_str_contains(of_help.out, "--mood", "its own option");
	check_str_contains(of_help.out, "--no-progress", "a common option");
	check_str_eq(of_option.out, of_help.out, "both ways say the same");
	check_int_eq(of_option.code, 0, "help is no error");
	check_str_eq(run("blunder --help").err, "", "help needs no arguments");
}

Test(program, version_and_completions)
{
	static const char *const shells[] = { "bash", "fish", "zsh" };
	char version[64];
	char line[64];

	(void)snprintf(version, sizeof version, "prog %s\n", version_string());
	check_str_eq(run("version").out, version, "version");
	check_str_eq(run("--version").out, version, "--version");
	check_str_eq(run("-V").out, version, "-V");
	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
		(void)snprintf(line, sizeof line, "completion %s", shells[i]);
		check_str_contains(run(line).out, "blunder", "commands for %s",
		                   shells[i]);
		check_str_contains(run(line).out, "mood", "options for %s", shells[i]);
	}
}

Test(program, the_man_page_holds_the_tables)
{
	struct project p;
	struct err err = ERR_INIT;

	project_init(&p);
	project_put(&p, "in", "head\n@TABLES@\n\ntail\n");
	check_ok(program_man(&prog, project_path(&p, "in"), project_path(&p, "page"),
	                     &err),
	         &err);
	check_true(str_starts(project_get(&p, "page"), "head\n"), "what is before");
	check_str_contains(project_get(&p, "page"), "blunder", "a command");
	check_str_contains(project_get(&p, "page"), "\ntail\n", "what is after");
	project_put(&p, "in", "no place for them\n");
	check_err(program_man(&prog, project_path(&p, "in"), project_path(&p, "other"),
	                      &err),
	          ERR_CORRUPT, "a template without the mark");
	check_str_contains(err.msg, "no @TABLES@ in it", "what is missing");
	check_null(project_get(&p, "other"), "no page without tables");
	project_fini(&p);
}
