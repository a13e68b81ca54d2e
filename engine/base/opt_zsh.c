// SPDX-License-Identifier: Apache-2.0
#include "base/opt_complete.h"

#include "base/opt_internal.h"

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

#define ZSH_SPECIAL "[]:\\"

/* The end of an _arguments spec: ":message:action". */
static void zsh_put_action(struct buf *out, enum opt_offer offer, const char *message,
                           const char *words, char parted_by)
{
	buf_putc(out, ':');
	put_quoted(out, message, ZSH_SPECIAL);
	buf_putc(out, ':');
	if (offer == OPT_OFFER_FILES)
		buf_puts(out, "_files");
	if (offer == OPT_OFFER_WORDS) {
		buf_putc(out, '(');
		opt_put_words(out, words, parted_by, " ");
		buf_putc(out, ')');
	}
	if (offer == OPT_OFFER_NOTHING)
		buf_putc(out, ' ');
}

/* '(-q --quiet)'{-q,--quiet}'[help]', '*--rule=[help]:ID: ' */
static void zsh_put_option(struct buf *out, const char *indent, const struct opt *o)
{
	bool many = o->kind == OPT_LIST || o->kind == OPT_COMMAS;
	const char *equals = opt_has_value(o) ? "=" : "";

	buf_puts(out, indent);
	if (many)
		buf_puts(out, "'*'");
	else if (o->letter != '\0')
		buf_printf(out, "'(-%c --%s)'", o->letter, o->name);
	if (o->letter != '\0')
		buf_printf(out, "{-%c%s,--%s%s}", o->letter, opt_has_value(o) ? "+" : "",
		           o->name, equals);
	else
		buf_printf(out, "--%s%s", o->name, equals);
	buf_puts(out, "'[");
	put_quoted(out, o->help, ZSH_SPECIAL);
	buf_putc(out, ']');
	if (opt_has_value(o))
		zsh_put_action(out, opt_offer_of_value(o), o->value, o->choices, ' ');
	buf_puts(out, "'\n");
}

static void zsh_put_command(struct buf *out, const struct opt_command *c)
{
	enum opt_offer offer = opt_offer_of_args(c);

	buf_printf(out, "\t\t%s)\n\t\t\tmore=(\n", c->name);
	for (const struct opt *o = c->options; !opt_is_end(o); o++)
		zsh_put_option(out, "\t\t\t\t", o);
	if (offer != OPT_OFFER_NOTHING) {
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
	opt_put_identifier(out, program);
	buf_puts(out, "()\n{\n\tlocal curcontext=\"$curcontext\" state line\n"
	              "\tlocal -a commands common more\n\tcommands=(\n");
	for (const struct opt_command *c = commands; c->name != NULL; c++) {
		buf_printf(out, "\t\t'%s:", c->name);
		put_quoted(out, c->help, ":\\");
		buf_puts(out, "'\n");
	}
	buf_puts(out, "\t)\n\tcommon=(\n\t\t'(- *)'{-h,--help}'[show help]'\n");
	for (const struct opt *o = common; !opt_is_end(o); o++)
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
	opt_put_identifier(out, program);
	buf_puts(out, " ]; then\n\t");
	opt_put_identifier(out, program);
	buf_puts(out, " \"$@\"\nelse\n\tcompdef ");
	opt_put_identifier(out, program);
	buf_printf(out, " %s\nfi\n", program);
}
