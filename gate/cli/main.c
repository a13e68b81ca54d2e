// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "base/str.h"
#include "cli/cli.h"
#include "lib/vcs.h"
#include "os/fs.h"
#include "os/process.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct cancel cancelled = CANCEL_INIT;

/* True if the option at `arg` takes its value from the next argument. */
static bool takes_next(const char *arg)
{
	struct span s = span_str(arg);

	if (span_find_byte(s, '=') < s.len)
		return false;
	for (const struct opt *o = cli_common; o->name; o++) {
		if (o->kind == OPT_FLAG)
			continue;
		if (s.len == 2 && arg[0] == '-' && o->letter && arg[1] == o->letter)
			return true;
		if (str_starts(arg, "--") && str_eq(arg + 2, o->name))
			return true;
	}
	return false;
}

/* Index of the command among the arguments, or argc. */
static int find_command(int argc, char **argv)
{
	int i = 1;

	while (i < argc && argv[i][0] == '-' && !str_eq(argv[i], "--"))
		i += takes_next(argv[i]) ? 2 : 1;
	return i < argc ? i : argc;
}

static int no_command(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (str_eq(argv[i], "--version") || str_eq(argv[i], "-V"))
			return cli_version(NULL);
		if (str_eq(argv[i], "--help") || str_eq(argv[i], "-h"))
			return cli_help(NULL);
	}
	fputs("seaworthy: no command given; `seaworthy run` judges a project, "
	      "`seaworthy help` lists all commands\n",
	      stderr);
	return CLI_USAGE;
}

static int unknown_command(const char *name)
{
	const char *names[64];
	size_t count = cli_entry_count();
	struct buf shown = BUF_INIT;
	const char *near;

	for (size_t i = 0; i < count; i++)
		names[i] = cli_entries[i].command.name;
	near = str_nearest(span_str(name), names, count);
	str_display_cut(&shown, span_str(name), 40);
	log_event(LOG_ERROR, "no command '%s'%s%s%s; `seaworthy help` lists all",
	          buf_str(&shown), near ? "; did you mean '" : "", near ? near : "",
	          near ? "'?" : "");
	buf_fini(&shown);
	return CLI_USAGE;
}

static enum term_color color_choice(const struct cli *c)
{
	if (str_eq(c->o.color, "always"))
		return TERM_COLOR_ALWAYS;
	return str_eq(c->o.color, "never") ? TERM_COLOR_NEVER : TERM_COLOR_AUTO;
}

static enum log_level level(const struct cli *c)
{
	if (c->o.quiet)
		return LOG_ERROR;
	return c->o.verbose ? LOG_INFO : LOG_WARN;
}

static int print_help(const struct cli *c, const struct cli_entry *entry)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int code = CLI_OK;

	opt_help(&text, "seaworthy", &entry->command, cli_common, c->out.columns);
	if (buf_err(&text, &err) != ERR_OK || cli_print(buf_span(&text), &err) != ERR_OK)
		code = cli_fail(c, &err);
	buf_fini(&text);
	return code;
}

static int run_command(struct cli *c, const struct cli_entry *entry, int argc,
                       char **argv)
{
	const struct opt *tables[] = { cli_common, entry->command.options };
	struct err err = ERR_INIT;
	enum err_code rc;

	rc = opt_parse(tables, entry->command.options ? 2 : 1, argc, argv, &c->o,
	               &c->args, &err);
	term_init(&c->out, STDOUT_FILENO, color_choice(c));
	term_init(&c->err, STDERR_FILENO, color_choice(c));
	if (rc != ERR_OK)
		return cli_fail(c, &err);
	log_init("seaworthy", level(c));
	if (c->args.help)
		return print_help(c, entry);
	if (opt_check_args(&entry->command, &c->args, &err) != ERR_OK)
		return cli_fail(c, &err);
	return entry->run(c);
}

static void fini(struct cli *c)
{
	opt_list_fini(&c->o.only);
	opt_list_fini(&c->o.skip);
	opt_list_fini(&c->o.outputs);
	opt_list_fini(&c->o.rules);
	opt_args_fini(&c->args);
	vcs_fini();
}

int main(int argc, char **argv)
{
	struct cli c = { .cancel = &cancelled };
	const struct cli_entry *entry;
	int at = find_command(argc, argv);
	int code;

	setlocale(LC_CTYPE, "C.UTF-8");
	log_init("seaworthy", LOG_WARN);
	os_signals_to(&cancelled);
	if (at == argc)
		return no_command(argc, argv);
	entry = cli_entry_find(argv[at]);
	if (!entry)
		return unknown_command(argv[at]);
	/* options before and after the command are one list */
	memmove(&argv[at], &argv[at + 1], (size_t)(argc - at) * sizeof *argv);
	code = run_command(&c, entry, argc - 2, argv + 1);
	if (cancel_signal(&cancelled) > 0)
		code = 128 + cancel_signal(&cancelled);
	fini(&c);
	return code;
}
