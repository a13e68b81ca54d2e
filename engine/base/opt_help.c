// SPDX-License-Identifier: Apache-2.0
#include "base/opt.h"

#include "base/str.h"

#define COLUMNS_MIN 40
#define LABEL_MAX 28 /* a longer label gets a line of its own */
#define HELP_OPTION "-h, --help"

/* Where words go: from column `indent`, no further than `columns`. */
struct column {
	struct buf *out;
	size_t indent;
	size_t columns;
	size_t at; /* columns used in the current line */
};

static void new_line(struct column *c)
{
	buf_putc(c->out, '\n');
	buf_fill(c->out, ' ', c->indent);
	c->at = c->indent;
}

static void put_word(struct column *c, struct span word)
{
	size_t width = str_columns(word);

	if (c->at > c->indent && c->at + 1 + width > c->columns)
		new_line(c);
	if (c->at > c->indent) {
		buf_putc(c->out, ' ');
		c->at++;
	}
	buf_put(c->out, word);
	c->at += width;
}

static void put_words(struct column *c, const char *text)
{
	struct span rest = span_str(text);
	struct span word;

	while (span_split(&rest, ' ', &word))
		if (word.len > 0)
			put_word(c, word);
}

/* Paragraphs parted by line feeds; an empty line stays one, an indented line stays as it
 * is. */
static void put_paragraphs(struct buf *out, const char *text, size_t columns)
{
	struct span rest = span_str(text);
	struct span line;

	while (span_line(&rest, &line)) {
		struct column c = { out, 0, columns, 0 };
		struct span word;

		if (span_starts(line, SPAN_LIT(" ")))
			buf_put(out, line);
		else
			while (span_split(&line, ' ', &word))
				if (word.len > 0)
					put_word(&c, word);
		buf_putc(out, '\n');
	}
}

static void put_label(struct buf *out, const struct opt *o)
{
	if (o->letter != '\0')
		buf_printf(out, "-%c, --%s", o->letter, o->name);
	else
		buf_printf(out, "    --%s", o->name);
	if (o->kind != OPT_FLAG)
		buf_printf(out, " %s", o->value);
}

/* "(auto, always, never)", which may break between the words. */
static void put_choices(struct column *c, const char *choices)
{
	struct span rest = span_str(choices);
	struct span choice;
	const char *before = "(";

	while (span_split(&rest, ' ', &choice)) {
		struct buf word = BUF_INIT;

		buf_puts(&word, before);
		buf_put(&word, choice);
		buf_puts(&word, rest.len > 0 ? "," : ")");
		put_word(c, buf_span(&word));
		if (!buf_ok(&word))
			c->out->failed = true;
		buf_fini(&word);
		before = "";
	}
}

/* Label, and the help text in its column. */
static void put_entry(struct buf *out, const char *label, const char *help,
                      const char *choices, size_t label_width, size_t columns)
{
	struct column c = { out, label_width + 4, columns, label_width + 4 };
	size_t width = str_columns(span_str(label));

	buf_printf(out, "  %s", label);
	if (width > label_width)
		new_line(&c);
	else
		buf_fill(out, ' ', label_width - width + 2);
	put_words(&c, help);
	if (choices != NULL)
		put_choices(&c, choices);
	buf_putc(out, '\n');
}

/* The widest label that still shares a line with its text. */
static size_t widest(const struct opt *options, size_t width)
{
	for (const struct opt *o = options; o != NULL && o->name != NULL; o++) {
		struct buf label = BUF_INIT;
		size_t own;

		put_label(&label, o);
		own = str_columns(buf_span(&label));
		if (own > width && own <= LABEL_MAX)
			width = own;
		buf_fini(&label);
	}
	return width;
}

static void put_options(struct buf *out, const char *title, const struct opt *options,
                        size_t label_width, size_t columns)
{
	buf_printf(out, "\n%s:\n", title);
	for (const struct opt *o = options; o != NULL && o->name != NULL; o++) {
		struct buf label = BUF_INIT;

		put_label(&label, o);
		if (!buf_ok(&label))
			out->failed = true;
		put_entry(out, buf_str(&label), o->help,
		          o->kind == OPT_CHOICE ? o->choices : NULL, label_width,
		          columns);
		buf_fini(&label);
	}
}

/* "command # what it does": the purpose above, so that the command is easy to copy. */
static void put_examples(struct buf *out, const char *examples)
{
	struct span rest = span_str(examples);
	struct span line;

	buf_puts(out, "\nExamples:\n");
	while (span_line(&rest, &line)) {
		size_t hash = span_find(line, SPAN_LIT(" # "));
		struct span command = span_trim(span_sub(line, 0, hash));

		if (command.len == 0)
			continue;
		if (hash < line.len) {
			buf_puts(out, "  # ");
			buf_put(out, span_trim(span_from(line, hash + 3)));
			buf_putc(out, '\n');
		}
		buf_puts(out, "  ");
		buf_put(out, command);
		buf_putc(out, '\n');
	}
}

static bool has_options(const struct opt *options)
{
	return options != NULL && options->name != NULL;
}

void opt_help(struct buf *out, const char *program, const struct opt_command *command,
              const struct opt *common, size_t columns)
{
	bool own = has_options(command->options);
	size_t width = widest(command->options, sizeof(HELP_OPTION) - 1);

	width = widest(common, width);
	if (columns < COLUMNS_MIN)
		columns = COLUMNS_MIN;
	buf_printf(out, "Usage: %s %s [OPTIONS]%s%s\n\n", program, command->name,
	           command->args != NULL && command->args[0] != '\0' ? " " : "",
	           command->args != NULL ? command->args : "");
	put_paragraphs(out, command->help, columns);
	if (command->about != NULL && command->about[0] != '\0') {
		buf_putc(out, '\n');
		put_paragraphs(out, command->about, columns);
	}
	if (own)
		put_options(out, "Options", command->options, width, columns);
	put_options(out, own ? "Common options" : "Options", common, width, columns);
	put_entry(out, HELP_OPTION, "show this help", NULL, width, columns);
	if (command->examples != NULL && command->examples[0] != '\0')
		put_examples(out, command->examples);
}
