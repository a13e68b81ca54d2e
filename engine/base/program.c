// SPDX-License-Identifier: Apache-2.0
#include "base/program.h"

#include "base/log.h"
#include "base/str.h"
#include "os/fs.h"
#include "os/process.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAMES_MAX 96

static const struct program_entry *entry_find(const struct program *p, const char *name)
{
	for (const struct program_entry *e = p->entries; e->command.name; e++)
		if (str_eq(e->command.name, name))
			return e;
	return NULL;
}

/* ---- errors and output ---- */

/* A message may go on below its first line (the policy's line and a caret). */
static void print_error(const char *message)
{
	struct span rest = span_str(message);
	struct buf shown = BUF_INIT;
	struct span line;
	struct err err;

	if (!span_line(&rest, &line))
		return;
	log_event(LOG_ERROR, "%.*s", (int)line.len, line.ptr);
	while (span_line(&rest, &line)) {
		str_display(&shown, line);
		buf_putc(&shown, '\n');
	}
	/* nothing is left to do if standard error is gone */
	(void)!os_write_all(STDERR_FILENO, buf_span(&shown), &err);
	buf_fini(&shown);
}

int program_fail(const struct program_call *call, const struct err *err)
{
	if (err->os_code == EPIPE) /* whoever read our output has enough */
		return 128 + SIGPIPE;
	print_error(err->msg[0] ? err->msg : err_name(err->code));
	if (cancel_signal(call->cancel) > 0)
		return 128 + cancel_signal(call->cancel);
	return err->code == ERR_USAGE ? PROGRAM_USAGE : call->program->exit_of(err);
}

void program_note(const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	struct buf shown = BUF_INIT;
	struct err err;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	str_display(&shown, buf_span(&text));
	buf_putc(&shown, '\n');
	/* nothing is left to do if standard error is gone */
	(void)!os_write_all(STDERR_FILENO, buf_span(&shown), &err);
	buf_fini(&text);
	buf_fini(&shown);
}

enum err_code program_print(struct span text, struct err *err)
{
	enum err_code rc = os_write_all(STDOUT_FILENO, text, err);

	return rc == ERR_OK ? rc : err_wrap(err, rc, "standard output");
}

int program_print_take(const struct program_call *call, struct buf *text)
{
	struct err err = ERR_INIT;
	int code = 0;

	if (buf_err(text, &err) != ERR_OK ||
	    program_print(buf_span(text), &err) != ERR_OK)
		code = program_fail(call, &err);
	buf_fini(text);
	return code;
}

/* ---- finding the command ---- */

/* Options go before their command as well: so all tables are asked. */
static const struct opt *find_opt(const struct opt *table, struct span name, char letter)
{
	for (const struct opt *o = table; o != NULL && o->name; o++)
		if (letter != '\0' ? o->letter == letter : span_eq_str(name, o->name))
			return o;
	return NULL;
}

/* Does it take a value, whichever command has it? Of commands that differ none is
 * believed. */
static bool takes_value(const struct program *p, struct span name, char letter)
{
	const struct opt *o = find_opt(p->common, name, letter);
	bool any = false;

	if (o != NULL)
		return o->kind != OPT_FLAG;
	for (const struct program_entry *e = p->entries; e->command.name; e++) {
		o = find_opt(e->command.options, name, letter);
		if (o != NULL && o->kind == OPT_FLAG)
			return false;
		any = any || o != NULL;
	}
	return any;
}

/* Of joined letters the first that takes a value ends them: "-qr REPO", "-qrREPO". */
static bool letters_take_next(const struct program *p, const char *letters)
{
	for (; *letters; letters++)
		if (takes_value(p, SPAN_EMPTY, *letters))
			return letters[1] == '\0';
	return false;
}

/* True if the option at `arg` takes its value from the next argument. */
static bool takes_next(const struct program *p, const char *arg)
{
	struct span s = span_str(arg);

	if (span_find_byte(s, '=') < s.len)
		return false;
	if (!str_starts(arg, "--"))
		return letters_take_next(p, arg + 1);
	return takes_value(p, span_from(s, 2), '\0');
}

/* The first argument that is an option of some command alone, or NULL. */
static const char *foreign_option(const struct program *p, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct span name = span_str(argv[i]);
		bool is_long = str_starts(argv[i], "--");

		if (argv[i][0] != '-')
			continue;
		name = span_from(name, is_long ? 2 : 1);
		name.len = span_find_byte(name, '=');
		if (name.len > 0 &&
		    find_opt(p->common, name, is_long ? '\0' : name.ptr[0]) == NULL)
			return argv[i];
	}
	return NULL;
}

/* Index of the command among the arguments, or argc. */
static int find_command(const struct program *p, int argc, char **argv)
{
	int i = 1;

	while (i < argc && argv[i][0] == '-' && !str_eq(argv[i], "--"))
		i += takes_next(p, argv[i]) ? 2 : 1;
	return i < argc ? i : argc;
}

/* Index of an argument that asks for the command of this name, or argc. */
static int find_version(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (str_eq(argv[i], "--help") || str_eq(argv[i], "-h"))
			return argc;
		if (str_eq(argv[i], "--version") || str_eq(argv[i], "-V"))
			return i;
	}
	return argc;
}

static int no_command(struct program_call *call, int argc, char **argv)
{
	const struct program *p = call->program;
	const char *foreign = foreign_option(p, argc, argv);

	for (int i = 1; i < argc; i++)
		if (str_eq(argv[i], "--help") || str_eq(argv[i], "-h"))
			return program_help(call);
	if (foreign != NULL) {
		log_event(LOG_ERROR,
		          "no command given, and %.200s means nothing without one; `%s "
		          "help` lists all commands",
		          foreign, p->name);
		return PROGRAM_USAGE;
	}
	fprintf(stderr, "%s: no command given; %s, `%s help` lists all commands\n",
	        p->name, p->hint, p->name);
	return PROGRAM_USAGE;
}

static void put_nearest(struct buf *out, struct span name, const char *const *names,
                        size_t count)
{
	const char *near = str_nearest(name, names, count);

	if (near)
		buf_printf(out, "; did you mean '%s'?", near);
}

static size_t command_names(const struct program *p, const char *names[NAMES_MAX])
{
	size_t count = 0;

	for (const struct program_entry *e = p->entries; e->command.name; e++)
		if (count < NAMES_MAX)
			names[count++] = e->command.name;
	return count;
}

static int unknown_command(const struct program *p, const char *name)
{
	const char *names[NAMES_MAX];
	struct buf text = BUF_INIT;

	buf_puts(&text, "no command '");
	str_display_cut(&text, span_str(name), 40);
	buf_putc(&text, '\'');
	put_nearest(&text, span_str(name), names, command_names(p, names));
	log_event(LOG_ERROR, "%s; `%s help` lists all", buf_str(&text), p->name);
	buf_fini(&text);
	return PROGRAM_USAGE;
}

/* ---- running it ---- */

static enum term_color color_choice(const struct program_options *o)
{
	if (str_eq(o->color, "always"))
		return TERM_COLOR_ALWAYS;
	return str_eq(o->color, "never") ? TERM_COLOR_NEVER : TERM_COLOR_AUTO;
}

static enum log_level level(const struct program_options *o)
{
	if (o->quiet)
		return LOG_ERROR;
	return o->verbose ? LOG_INFO : LOG_WARN;
}

static void init_terms(struct program_call *call)
{
	term_init(&call->out, STDOUT_FILENO, color_choice(call->options));
	term_init(&call->err, STDERR_FILENO, color_choice(call->options));
}

static int print_help(const struct program_call *call, const struct opt_command *command)
{
	struct buf text = BUF_INIT;

	opt_help(&text, call->program->name, command, call->program->common,
	         call->out.columns);
	return program_print_take(call, &text);
}

static int run_parsed(struct program_call *call, const struct program_entry *entry,
                      enum err_code parsed, struct err *err)
{
	init_terms(call);
	if (parsed != ERR_OK)
		return program_fail(call, err);
	log_init(call->program->name, level(call->options));
	if (call->args.help)
		return print_help(call, &entry->command);
	if (opt_check_args(call->program->name, &entry->command, &call->args, err) !=
	    ERR_OK)
		return program_fail(call, err);
	return entry->run(call);
}

static int run_entry(struct program_call *call, const struct program_entry *entry,
                     int argc, char **argv)
{
	const struct opt *tables[] = { call->program->common, entry->command.options };
	const size_t count = entry->command.options != NULL ? 2 : 1;
	struct err err = ERR_INIT;
	enum err_code rc =
		opt_parse(tables, count, argc, argv, call->options, &call->args, &err);
	int code = run_parsed(call, entry, rc, &err);

	opt_release(tables, count, call->options);
	opt_args_fini(&call->args);
	return code;
}

int program_main(const struct program *program, struct program_options *options,
                 struct cancel *cancel, int argc, char **argv)
{
	struct program_call call = { program, options, { 0 }, cancel, { 0 }, { 0 } };
	int at = find_command(program, argc, argv);
	const struct program_entry *entry;
	int code;

	setlocale(LC_CTYPE, "C.UTF-8");
	log_init(program->name, LOG_WARN);
	os_signals_to(cancel);
	if (at < argc) {
		entry = entry_find(program, argv[at]);
	} else {
		at = find_version(argc, argv);
		entry = entry_find(program, "version");
	}
	if (at == argc)
		return no_command(&call, argc, argv);
	if (!entry)
		return unknown_command(program, argv[at]);
	/* options before and after the command are one list */
	memmove(&argv[at], &argv[at + 1], (size_t)(argc - at) * sizeof *argv);
	code = run_entry(&call, entry, argc - 2, argv + 1);
	if (cancel_signal(cancel) > 0)
		code = 128 + cancel_signal(cancel);
	return code;
}

/* ---- help ---- */

static void put_commands(struct buf *out, const struct program *p)
{
	size_t widest = 0;

	for (const struct program_entry *e = p->entries; e->command.name; e++)
		if (span_str(e->command.name).len > widest)
			widest = span_str(e->command.name).len;
	for (const struct program_entry *e = p->entries; e->command.name; e++) {
		buf_printf(out, "  %s", e->command.name);
		buf_fill(out, ' ', widest + 2 - span_str(e->command.name).len);
		buf_printf(out, "%s\n", e->command.help);
	}
}

static void put_overview(struct buf *out, const struct program *p)
{
	buf_printf(out, "%s\nusage: %s %s\n\ncommands:\n", p->lead, p->name, p->usage);
	put_commands(out, p);
	buf_printf(out, "\ntopics for `%s help TOPIC`:\n", p->name);
	for (const struct program_topic *t = p->topics; t->name; t++)
		buf_printf(out, "  %-12s  %s\n", t->name, t->title);
	buf_printf(out, "\nexamples:\n%s", p->examples);
}

static const struct program_topic *topic_find(const struct program *p, const char *name)
{
	for (const struct program_topic *t = p->topics; t->name; t++)
		if (str_eq(t->name, name))
			return t;
	return NULL;
}

static void put_topic(const struct program *p, const struct program_topic *t,
                      struct buf *out)
{
	if (t->text != NULL)
		buf_puts(out, t->text);
	else if (p->topic != NULL)
		p->topic(t->name, out);
}

static enum err_code no_topic(const struct program *p, const char *name, struct err *err)
{
	const char *names[NAMES_MAX];
	size_t count = command_names(p, names);
	struct buf text = BUF_INIT;

	for (const struct program_topic *t = p->topics; t->name; t++)
		if (count < NAMES_MAX)
			names[count++] = t->name;
	put_nearest(&text, span_str(name), names, count);
	(void)err_set(err, ERR_USAGE,
	              "no help on '%s'%s; `%s help` lists commands and topics", name,
	              buf_str(&text), p->name);
	buf_fini(&text);
	return ERR_USAGE;
}

enum err_code program_help_text(const struct program_call *call, struct buf *out,
                                struct err *err)
{
	const struct program *p = call->program;
	const char *name = call->args.count ? call->args.items[0] : NULL;
	const struct program_entry *entry = name ? entry_find(p, name) : NULL;
	const struct program_topic *t = name && !entry ? topic_find(p, name) : NULL;

	if (name && !entry && !t)
		return no_topic(p, name, err);
	if (entry)
		opt_help(out, p->name, &entry->command, p->common, call->out.columns);
	else if (t)
		put_topic(p, t, out);
	else
		put_overview(out, p);
	return ERR_OK;
}

int program_help(struct program_call *call)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	if (program_help_text(call, &text, &err) != ERR_OK)
		return program_fail(call, &err);
	return program_print_take(call, &text);
}
