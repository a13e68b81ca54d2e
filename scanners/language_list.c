// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "language_internal.h"

#include <string.h>

/* The languages as a text for people. */

enum { INDENT = 4, WIDTH = 78 };

/* Appends a word to a list that is wrapped; `column` is where the line stands, 0 before
 * the first word. */
static void put_word(struct buf *out, const char *dot, const char *word, size_t *column)
{
	size_t n = strlen(dot) + strlen(word);

	if (*column == 0 || *column + 1 + n > WIDTH) {
		buf_printf(out, "%s%*s", *column == 0 ? "" : "\n", INDENT, "");
		*column = INDENT;
	} else {
		buf_putc(out, ' ');
		(*column)++;
	}
	buf_printf(out, "%s%s", dot, word);
	*column += n;
}

static void put_keys(struct buf *out, const struct scan_language_alias *table,
                     size_t count, const char *dot, const char *language, size_t *column)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(table[i].language, language) == 0)
			put_word(out, dot, table[i].key, column);
	}
}

void scan_language_list(struct buf *out)
{
	size_t rows;
	size_t count;
	const struct scan_language *l = scan_language_rows(&rows);

	for (size_t i = 0; i < rows; i++) {
		const struct scan_language_alias *table;
		size_t column = 0;

		buf_printf(out, "  %s (%s)\n", l[i].title, l[i].name);
		table = scan_language_extensions(&count);
		put_keys(out, table, count, ".", l[i].name, &column);
		table = scan_language_file_names(&count);
		put_keys(out, table, count, "", l[i].name, &column);
		if (column == 0)
			put_word(out, "", "told by what a text says, or inside others",
			         &column);
		buf_putc(out, '\n');
	}
}
