// SPDX-License-Identifier: Apache-2.0
#include "base/opt_complete.h"

#include "base/opt_internal.h"

static void fish_put_words(struct buf *out, const char *words, char parted_by)
{
	buf_puts(out, " -a '");
	opt_put_words(out, words, parted_by, " ");
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
	if (opt_has_value(o)) {
		enum opt_offer offer = opt_offer_of_value(o);

		buf_puts(out, offer == OPT_OFFER_FILES ? " -r -F" : " -x");
		if (offer == OPT_OFFER_WORDS)
			fish_put_words(out, o->choices, ' ');
	}
	fish_put_help(out, o->help);
}

static void fish_put_command(struct buf *out, const char *program,
                             const struct opt_command *c)
{
	enum opt_offer offer = opt_offer_of_args(c);

	buf_printf(out, "complete -c %s -n __fish_use_subcommand -a %s", program,
	           c->name);
	fish_put_help(out, c->help);
	for (const struct opt *o = c->options; !opt_is_end(o); o++)
		fish_put_option(out, program, c->name, o);
	if (offer == OPT_OFFER_NOTHING)
		return;
	buf_printf(out, "complete -c %s -n '__fish_seen_subcommand_from %s'", program,
	           c->name);
	if (offer == OPT_OFFER_FILES)
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
	for (const struct opt *o = common; !opt_is_end(o); o++)
		fish_put_option(out, program, NULL, o);
	for (const struct opt_command *c = commands; c->name != NULL; c++)
		fish_put_command(out, program, c);
}
