// SPDX-License-Identifier: Apache-2.0
#include "base/opt_complete.h"

#include "base/opt_internal.h"

/* Text for mdoc: backslashes escaped, no line that reads as a request. */
static void put_text(struct buf *out, struct span text)
{
	if (span_starts(text, SPAN_LIT(".")) || span_starts(text, SPAN_LIT("'")))
		buf_puts(out, "\\&");
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\\')
			buf_puts(out, "\\e");
		else
			buf_putc(out, text.ptr[i]);
	}
}

static bool ends_sentence(struct span word)
{
	return span_ends(word, SPAN_LIT(".")) && !span_ends(word, SPAN_LIT(".."));
}

/* Filled text and the end of its line: each sentence begins a line of its own, as mdoc
 * asks, and long ones go on below. */
static void put_filled(struct buf *out, struct span text)
{
	enum { COLUMNS = 76 };
	bool ended = false;
	struct span word;
	size_t column = 0;

	while (span_split(&text, ' ', &word)) {
		if (word.len == 0)
			continue;
		if (column > 0 && (ended || column + word.len >= COLUMNS)) {
			buf_putc(out, '\n');
			column = 0;
		} else if (column > 0) {
			buf_putc(out, ' ');
			column++;
		}
		put_text(out, word);
		column += word.len;
		ended = ends_sentence(word);
	}
	buf_putc(out, '\n');
}

/* An argument of a macro, in double quotes (doubled inside). */
static void put_argument(struct buf *out, const char *text)
{
	buf_putc(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"')
			buf_putc(out, '"');
		put_text(out, span_of(text, 1));
	}
	buf_putc(out, '"');
}

static void put_option(struct buf *out, const struct opt *o)
{
	struct buf help = BUF_INIT;

	buf_puts(out, ".It ");
	if (o->letter != '\0')
		buf_printf(out, "Fl %c , ", o->letter);
	buf_printf(out, "Fl -%s", o->name);
	if (opt_has_value(o)) {
		buf_puts(out, " Ar ");
		put_argument(out, o->value);
	}
	buf_putc(out, '\n');
	buf_puts(&help, o->help);
	if (o->kind == OPT_CHOICE) {
		buf_puts(&help, ": ");
		opt_put_words(&help, o->choices, ' ', ", ");
	}
	buf_putc(&help, '.');
	put_filled(out, buf_span(&help));
	out->failed = out->failed || !buf_ok(&help);
	buf_fini(&help);
}

static void put_options(struct buf *out, const struct opt *options)
{
	if (opt_is_end(options))
		return;
	buf_puts(out, ".Bl -tag -width Ds\n");
	for (const struct opt *o = options; !opt_is_end(o); o++)
		put_option(out, o);
	buf_puts(out, ".El\n");
}

/* Paragraphs; lines that start with a blank keep their form. */
static void put_paragraphs(struct buf *out, const char *text)
{
	struct span rest = span_str(text);
	struct span line;

	if (rest.len > 0)
		buf_puts(out, ".Pp\n");
	while (span_line(&rest, &line)) {
		struct span trimmed = span_trim(line);

		if (trimmed.len == 0) {
			buf_puts(out, ".Pp\n");
		} else if (trimmed.len < line.len && trimmed.ptr != line.ptr) {
			buf_puts(out, ".D1 ");
			put_text(out, trimmed);
			buf_putc(out, '\n');
		} else {
			put_filled(out, line);
		}
	}
}

static void put_lines(struct buf *out, const char *text)
{
	struct span rest = span_str(text);
	struct span line;

	while (span_line(&rest, &line)) {
		put_text(out, line);
		buf_putc(out, '\n');
	}
}

static void put_examples(struct buf *out, const char *examples)
{
	if (examples == NULL || examples[0] == '\0')
		return;
	buf_puts(out, ".Pp\nExamples:\n.Bd -literal -offset indent\n");
	put_lines(out, examples);
	buf_puts(out, ".Ed\n");
}

static void put_command(struct buf *out, const struct opt_command *c)
{
	buf_printf(out, ".It Cm %s", c->name);
	if (!opt_is_end(c->options))
		buf_puts(out, " Oo Ar options Oc");
	if (c->args != NULL && c->args[0] != '\0') {
		buf_puts(out, " Ar ");
		put_argument(out, c->args);
	}
	buf_putc(out, '\n');
	put_text(out, span_str(c->help));
	buf_puts(out, ".\n");
	put_paragraphs(out, c->about);
	put_options(out, c->options);
	put_examples(out, c->examples);
}

void opt_man(struct buf *out, const char *program, const struct opt_command *commands,
             const struct opt *common)
{
	buf_puts(out, ".Sh COMMANDS\n.Bl -tag -width Ds\n");
	for (const struct opt_command *c = commands; c->name != NULL; c++)
		put_command(out, c);
	buf_puts(out, ".El\n.Sh OPTIONS\nEvery command of\n.Nm ");
	buf_puts(out, program);
	buf_puts(out, "\ntakes these, and\n.Fl -help .\n");
	put_options(out, common);
}

void opt_man_command(struct buf *out, const struct opt_command *c,
                     const struct opt *common)
{
	buf_puts(out, ".Sh OPTIONS\n");
	put_options(out, c->options);
	buf_puts(out, ".Pp\nAs every command it takes\n.Fl -help\nand these:\n");
	put_options(out, common);
	put_examples(out, c->examples);
}
