// SPDX-License-Identifier: Apache-2.0
#include "lock_internal.h"

/*
 * requirements.txt and its kin: "name[extra]==1.2.3 ; marker --hash=.. # comment". A line
 * that fixes no version is kept without one. Options, other files (-r, -c) and addresses
 * are no packages of the index.
 */

static bool is_name_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
}

static struct span take_name(struct span *line)
{
	struct span all = *line;
	size_t n = 0;

	while (n < all.len && is_name_char(all.ptr[n]))
		n++;
	*line = span_trim(span_from(all, n));
	if (line->len > 0 && line->ptr[0] == '[')
		*line = span_trim(span_from(*line, span_find_byte(*line, ']') + 1));
	return span_sub(all, 0, n);
}

/* The version behind "==" or "===", if nothing else is asked of it and it has no '*'. */
static struct span exact(struct span asked)
{
	size_t n = 0;

	if (!span_starts(asked, SPAN_LIT("==")))
		return SPAN_EMPTY;
	asked = span_from(asked, span_starts(asked, SPAN_LIT("===")) ? 3 : 2);
	asked = span_trim(asked);
	while (n < asked.len && asked.ptr[n] != ' ' && asked.ptr[n] != ';' &&
	       asked.ptr[n] != ',' && asked.ptr[n] != '\t' && asked.ptr[n] != '\\')
		n++;
	if (n < asked.len && asked.ptr[n] == ',')
		return SPAN_EMPTY;
	asked = span_sub(asked, 0, n);
	return span_find_byte(asked, '*') < asked.len ? SPAN_EMPTY : asked;
}

static void read_line(struct scan_lock *l, struct span line)
{
	size_t comment = span_find(line, SPAN_LIT(" #"));
	struct span name;
	size_t item;

	line = span_trim(span_sub(line, 0, comment));
	if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == '-' ||
	    span_find(line, SPAN_LIT("://")) < line.len)
		return;
	name = take_name(&line);
	/* A path, or a name with what no requirement has behind it. */
	if (name.len == 0 || name.ptr[0] == '.' ||
	    (line.len > 0 && (line.ptr[0] == '/' || line.ptr[0] == ':')))
		return;
	item = scan_lock_add(l, name, exact(line));
	scan_lock_place_at(l, name);
	if (item == SCAN_LOCK_NONE)
		return;
	l->items[item].direct = true;
	l->items[item].loose = l->items[item].version[0] == '\0';
}

enum err_code scan_lock_pip(struct scan_lock *l, const char *name, struct err *err)
{
	struct span rest = l->text;
	struct span line;
	bool continued = false;

	(void)name; /* any text is one: what is no line of it says nothing */
	(void)err;
	while (span_line(&rest, &line)) {
		bool more = span_ends(line, SPAN_LIT("\\"));

		if (!continued)
			read_line(l, line);
		continued = more;
	}
	return ERR_OK;
}
