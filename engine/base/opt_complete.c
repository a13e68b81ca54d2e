// SPDX-License-Identifier: Apache-2.0
#include "base/opt_complete.h"

#include "base/str.h"

/* What may stand in one place of the command line. */
enum offer { OFFER_NOTHING, OFFER_WORDS, OFFER_FILES };

static bool has_value(const struct opt *o)
{
	return o->kind != OPT_FLAG;
}

static bool is_end(const struct opt *o)
{
	return o == NULL || o->name == NULL;
}

static enum offer offer_of_value(const struct opt *o)
{
	if (o->kind == OPT_CHOICE)
		return OFFER_WORDS;
	if (str_ends(o->value, "FILE") || str_ends(o->value, "PATH") ||
	    str_ends(o->value, "DIR"))
		return OFFER_FILES;
	return OFFER_NOTHING;
}

static bool is_word_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '|';
}

static enum offer offer_of_args(const struct opt_command *c)
{
	struct span args = span_str(c->args);

	if (c->max_args == 0)
		return OFFER_NOTHING;
	for (size_t i = 0; i < args.len; i++)
		if (!is_word_byte(args.ptr[i]))
			return OFFER_FILES;
	return span_find_byte(args, '|') < args.len ? OFFER_WORDS : OFFER_FILES;
}

/* The words of "a|b" or "a b" with `gap` between them. */
static void put_words(struct buf *out, const char *words, char parted_by, const char *gap)
{
	struct span rest = span_str(words);
	struct span word;
	const char *before = "";

	while (span_split(&rest, parted_by, &word)) {
		buf_puts(out, before);
		buf_put(out, word);
		before = gap;
	}
}

/* A function name of letters, digits and underscores. */
static void put_identifier(struct buf *out, const char *program)
{
	buf_putc(out, '_');
	for (; *program != '\0'; program++) {
		bool plain = is_word_byte(*program) && *program != '-' && *program != '|';

		buf_putc(out, plain ? *program : '_');
	}
}

/* For the inside of single quotes; `escape` are bytes that get a backslash besides. */
static void put_quoted(struct buf *out, const char *text, const char *escape)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'') {
			buf_puts(out, "'\\''");
			continue;
		}
		if (span_find_byte(span_str(escape), *text) < span_str(escape).len)
			buf_putc(out, '\\');
		buf_putc(out, *text);
	}
}

/* ---- bash ---- */

static void bash_put_names(struct buf *out, const struct opt *options)
{
	for (const struct opt *o = options; !is_end(o); o++) {
		buf_printf(out, " --%s", o->name);
		if (o->letter != '\0')
			buf_printf(out, " -%c", o->letter);
	}
}

/* "--name" or "--name|-n", as a case pattern. */
static void bash_put_pattern(struct buf *out, const char *command, const struct opt *o)
{
	buf_printf(out, "%s%s--%s", command, command[0] != '\0' ? ":" : "", o->name);
	if (o->letter != '\0')
		buf_printf(out, "|%s%s-%c", command, command[0] != '\0' ? ":" : "",
		           o->letter);
}

static void bash_put_offer(struct buf *out, enum offer offer, const char *words,
                           char parted_by)
{
	switch (offer) {
	case OFFER_NOTHING:
		break;
	case OFFER_WORDS:
		buf_puts(out, "COMPREPLY=($(compgen -W '");
		put_words(out, words, parted_by, " ");
		buf_puts(out, "' -- \"$cur\")); ");
		break;
	case OFFER_FILES:
		buf_puts(out, "compopt -o default; ");
		break;
	}
}

static void bash_put_values(struct buf *out, const char *command,
                            const struct opt *options)
{
	for (const struct opt *o = options; !is_end(o); o++) {
		if (!has_value(o))
			continue;
		buf_putc(out, '\t');
		bash_put_pattern(out, command, o);
		buf_puts(out, ") ");
		bash_put_offer(out, offer_of_value(o), o->choices, ' ');
		buf_puts(out, "return ;;\n");
	}
}

/* The loop that finds the command: it must not take an option's value for one. */
static void bash_put_scan(struct buf *out, const struct opt_command *commands,
                          const struct opt *common)
{
	const char *before = "\t\t";

	buf_puts(out, "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	              "\t\tcase ${COMP_WORDS[i]} in\n");
	for (const struct opt *o = common; !is_end(o); o++) {
		if (!has_value(o))
			continue;
		buf_puts(out, before);
		bash_put_pattern(out, "", o);
		before = "|";
	}
	if (before[0] == '|')
		buf_puts(out, ")\n\t\t\t[[ ${COMP_WORDS[i + 1]} == = ]] && ((i++))\n"
		              "\t\t\t((i++)) ;;\n");
	before = "\t\t";
	for (const struct opt_command *c = commands; c->name != NULL; c++) {
		buf_printf(out, "%s%s", before, c->name);
		before = "|";
	}
	buf_puts(out, ") cmd=${COMP_WORDS[i]}; break ;;\n\t\tesac\n\tdone\n");
}

static void bash_put_command(struct buf *out, const struct opt_command *c)
{
	buf_printf(out, "\t%s)\n\t\tif [[ $cur == -* ]]; then\n\t\t\tnames+='", c->name);
	bash_put_names(out, c->options);
	buf_puts(out, "'\n\t\telse\n\t\t\t");
	bash_put_offer(out, offer_of_args(c), c->args, '|');
	buf_puts(out, "return\n\t\tfi ;;\n");
}

void opt_complete_bash(struct buf *out, const char *program,
                       const struct opt_command *commands, const struct opt *common)
{
	buf_printf(out, "# bash completion for %s\n", program);
	put_identifier(out, program);
	/* Bash splits words at '=', so "--name=va" comes as three. */
	buf_puts(out, "()\n{\n"
	              "\tlocal cur=${COMP_WORDS[COMP_CWORD]} cmd= names i\n"
	              "\tlocal prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	              "\tCOMPREPLY=()\n"
	              "\tif [[ $cur == = ]]; then\n"
	              "\t\tcur=\n"
	              "\telif [[ $prev == = ]]; then\n"
	              "\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	              "\tfi\n");
	bash_put_scan(out, commands, common);
	buf_puts(out, "\tcase $prev in\n");
	bash_put_values(out, "", common);
	buf_puts(out, "\tesac\n\tcase $cmd:$prev in\n");
	for (const struct opt_command *c = commands; c->name != NULL; c++)
		bash_put_values(out, c->name, c->options);
	buf_puts(out, "\tesac\n\tnames='--help -h");
	bash_put_names(out, common);
	buf_puts(out, "'\n\tcase $cmd in\n\t'')\n\t\t[[ $cur == -* ]] || names='");
	for (const struct opt_command *c = commands; c->name != NULL; c++)
		buf_printf(out, "%s%s", c == commands ? "" : " ", c->name);
	buf_puts(out, "' ;;\n");
	for (const struct opt_command *c = commands; c->name != NULL; c++)
		bash_put_command(out, c);
	buf_puts(out, "\tesac\n\tCOMPREPLY=($(compgen -W \"$names\" -- \"$cur\"))\n}\n"
	              "complete -F ");
	put_identifier(out, program);
	buf_printf(out, " %s\n", program);
}

/* ---- zsh ---- */

#define ZSH_SPECIAL "[]:\\"

/* The end of an _arguments spec: ":message:action". */
static void zsh_put_action(struct buf *out, enum offer offer, const char *message,
                           const char *words, char parted_by)
{
	buf_putc(out, ':');
	put_quoted(out, message, ZSH_SPECIAL);
	buf_putc(out, ':');
	if (offer == OFFER_FILES)
		buf_puts(out, "_files");
	if (offer == OFFER_WORDS) {
		buf_putc(out, '(');
		put_words(out, words, parted_by, " ");
		buf_putc(out, ')');
	}
	if (offer == OFFER_NOTHING)
		buf_putc(out, ' ');
}

/* '(-q --quiet)'{-q,--quiet}'[help]', '*--rule=[help]:ID: ' */
static void zsh_put_option(struct buf *out, const char *indent, const struct opt *o)
{
	bool many = o->kind == OPT_LIST || o->kind == OPT_COMMAS;
	const char *equals = has_value(o) ? "=" : "";

	buf_puts(out, indent);
	if (many)
		buf_puts(out, "'*'");
	else if (o->letter != '\0')
		buf_printf(out, "'(-%c --%s)'", o->letter, o->name);
	if (o->letter != '\0')
		buf_printf(out, "{-%c%s,--%s%s}", o->letter, has_value(o) ? "+" : "",
		           o->name, equals);
	else
		buf_printf(out, "--%s%s", o->name, equals);
	buf_puts(out, "'[");
	put_quoted(out, o->help, ZSH_SPECIAL);
	buf_putc(out, ']');
	if (has_value(o))
		zsh_put_action(out, offer_of_value(o), o->value, o->choices, ' ');
	buf_puts(out, "'\n");
}

static void zsh_put_command(struct buf *out, const struct opt_command *c)
{
	enum offer offer = offer_of_args(c);

	buf_printf(out, "\t\t%s)\n\t\t\tmore=(\n", c->name);
	for (const struct opt *o = c->options; !is_end(o); o++)
		zsh_put_option(out, "\t\t\t\t", o);
	if (offer != OFFER_NOTHING) {
		buf_puts(out, "\t\t\t\t'*");
		zsh_put_action(out, offer, "argument", c->args, '|');
		buf_puts(out, "'\n");
	}
	buf_puts(out, "\t\t\t) ;;\n");
}

void opt_complete_zsh(struct buf *out, const char *program,
                      const struct opt_command *commands, const struct opt *common)
{
	buf_printf(out, "#compdef %s\n# zsh completion for %s\n", program, program);
	put_identifier(out, program);
	buf_puts(out, "()\n{\n\tlocal curcontext=\"$curcontext\" state line\n"
	              "\tlocal -a commands common more\n\tcommands=(\n");
	for (const struct opt_command *c = commands; c->name != NULL; c++) {
		buf_printf(out, "\t\t'%s:", c->name);
		put_quoted(out, c->help, ":\\");
		buf_puts(out, "'\n");
	}
	buf_puts(out, "\t)\n\tcommon=(\n\t\t'(- *)'{-h,--help}'[show help]'\n");
	for (const struct opt *o = common; !is_end(o); o++)
		zsh_put_option(out, "\t\t", o);
	buf_puts(out, "\t)\n"
	              "\t_arguments -C \"${common[@]}\" '1:command:->command' "
	              "'*::argument:->argument' && return\n"
	              "\tcase $state in\n"
	              "\tcommand) _describe -t commands command commands ;;\n"
	              "\targument)\n\t\tcase $words[1] in\n");
	for (const struct opt_command *c = commands; c->name != NULL; c++)
		zsh_put_command(out, c);
	buf_puts(out, "\t\tesac\n"
	              "\t\t_arguments \"${common[@]}\" \"${more[@]}\" ;;\n"
	              "\tesac\n}\n");
	/* Works both from a folder in fpath and by sourcing. */
	buf_puts(out, "if [ \"$funcstack[1]\" = ");
	put_identifier(out, program);
	buf_puts(out, " ]; then\n\t");
	put_identifier(out, program);
	buf_puts(out, " \"$@\"\nelse\n\tcompdef ");
	put_identifier(out, program);
	buf_printf(out, " %s\nfi\n", program);
}

/* ---- fish ---- */

static void fish_put_words(struct buf *out, const char *words, char parted_by)
{
	buf_puts(out, " -a '");
	put_words(out, words, parted_by, " ");
	buf_putc(out, '\'');
}

/* Fish knows \' and \\ inside single quotes. */
static void fish_put_help(struct buf *out, const char *help)
{
	buf_puts(out, " -d '");
	for (; *help != '\0'; help++) {
		if (*help == '\'' || *help == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *help);
	}
	buf_puts(out, "'\n");
}

/* `command` NULL: everywhere. */
static void fish_put_option(struct buf *out, const char *program, const char *command,
                            const struct opt *o)
{
	buf_printf(out, "complete -c %s", program);
	if (command != NULL)
		buf_printf(out, " -n '__fish_seen_subcommand_from %s'", command);
	buf_printf(out, " -l %s", o->name);
	if (o->letter != '\0')
		buf_printf(out, " -s %c", o->letter);
	if (has_value(o)) {
		enum offer offer = offer_of_value(o);

		buf_puts(out, offer == OFFER_FILES ? " -r -F" : " -x");
		if (offer == OFFER_WORDS)
			fish_put_words(out, o->choices, ' ');
	}
	fish_put_help(out, o->help);
}

static void fish_put_command(struct buf *out, const char *program,
                             const struct opt_command *c)
{
	enum offer offer = offer_of_args(c);

	buf_printf(out, "complete -c %s -n __fish_use_subcommand -a %s", program,
	           c->name);
	fish_put_help(out, c->help);
	for (const struct opt *o = c->options; !is_end(o); o++)
		fish_put_option(out, program, c->name, o);
	if (offer == OFFER_NOTHING)
		return;
	buf_printf(out, "complete -c %s -n '__fish_seen_subcommand_from %s'", program,
	           c->name);
	if (offer == OFFER_FILES)
		buf_puts(out, " -F");
	else
		fish_put_words(out, c->args, '|');
	buf_putc(out, '\n');
}

void opt_complete_fish(struct buf *out, const char *program,
                       const struct opt_command *commands, const struct opt *common)
{
	buf_printf(out, "# fish completion for %s\ncomplete -c %s -f\n", program,
	           program);
	buf_printf(out, "complete -c %s -s h -l help -d 'show help'\n", program);
	for (const struct opt *o = common; !is_end(o); o++)
		fish_put_option(out, program, NULL, o);
	for (const struct opt_command *c = commands; c->name != NULL; c++)
		fish_put_command(out, program, c);
}
