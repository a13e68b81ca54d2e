// SPDX-License-Identifier: Apache-2.0
#include "base/opt_complete.h"

#include "base/opt_internal.h"

static void bash_put_names(struct buf *out, const struct opt *options)
{
	for (const struct opt *o = options; !opt_is_end(o); o++) {
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

static void bash_put_offer(struct buf *out, enum opt_offer offer, const char *words,
                           char parted_by)
{
	switch (offer) {
	case OPT_OFFER_NOTHING:
		break;
	case OPT_OFFER_WORDS:
		buf_puts(out, "COMPREPLY=($(compgen -W '");
		opt_put_words(out, words, parted_by, " ");
		buf_puts(out, "' -- \"$cur\")); ");
		break;
	case OPT_OFFER_FILES:
		buf_puts(out, "compopt -o default; ");
		break;
	}
}

static void bash_put_values(struct buf *out, const char *command,
                            const struct opt *options)
{
	for (const struct opt *o = options; !opt_is_end(o); o++) {
		if (!opt_has_value(o))
			continue;
		buf_putc(out, '\t');
		bash_put_pattern(out, command, o);
		buf_puts(out, ") ");
		bash_put_offer(out, opt_offer_of_value(o), o->choices, ' ');
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
	for (const struct opt *o = common; !opt_is_end(o); o++) {
		if (!opt_has_value(o))
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
	bash_put_offer(out, opt_offer_of_args(c), c->args, '|');
	buf_puts(out, "return\n\t\tfi ;;\n");
}

void opt_complete_bash(struct buf *out, const char *program,
                       const struct opt_command *commands, const struct opt *common)
{
	buf_printf(out, "# bash completion for %s\n", program);
	opt_put_identifier(out, program);
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
	opt_put_identifier(out, program);
	buf_printf(out, " %s\n", program);
}
