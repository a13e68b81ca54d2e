// SPDX-License-Identifier: Apache-2.0
#include "hardcoded.h"

#include "hardcoded_place.h"
#include "hardcoded_value.h"

#include <string.h>

/* What stands before an offset on its line, at most SCAN_BEFORE_MAX bytes. */
static struct span line_before(struct span text, size_t at)
{
	size_t from = at;

	while (from > 0 && at - from < SCAN_BEFORE_MAX && text.ptr[from - 1] != '\n')
		from--;
	return span_sub(text, from, at - from);
}

/* And behind one, not far. */
static struct span line_after(struct span text, size_t at)
{
	struct span rest = span_sub(text, at, SCAN_AFTER_MAX);

	return span_sub(rest, 0, span_find_byte(rest, '\n'));
}

/* In JSON the name of a member is no value. */
static bool is_member_name(const struct scan_pass *p, const struct scan_piece *piece)
{
	struct span rest = span_sub(p->source->text, piece->end, 8);

	return strcmp(piece->language->name, "json") == 0 &&
	       span_starts(span_trim(rest), SPAN_LIT(":"));
}

/* Strings that name what is imported, or are there for their length only. */
static bool is_no_value(struct span before)
{
	before = span_trim(before);
	return span_starts(before, SPAN_LIT("#include")) ||
	       span_starts(before, SPAN_LIT("import")) ||
	       span_ends(before, SPAN_LIT("require(")) ||
	       span_ends(before, SPAN_LIT("sizeof(")) || span_eq_str(before, "gem") ||
	       span_ends(before, SPAN_LIT(" from"));
}

static void check_string(struct scan_pass *p, const struct scan_piece *piece,
                         unsigned kinds)
{
	size_t start = piece->start + piece->open;
	struct span text =
		span_sub(p->source->text, start, piece->end - piece->close - start);
	struct span before = line_before(p->source->text, piece->start);

	if (!is_member_name(p, piece) && !is_no_value(before))
		scan_hardcoded_value(
			p, &(struct scan_value){
				   .text = text,
				   .offset = start,
				   .before = before,
				   .after = line_after(p->source->text, piece->end),
				   .kinds = kinds });
}

/* "key: value" and "key = value" of configuration files. */
static void check_plain_line(struct scan_pass *p, struct span line, size_t offset,
                             unsigned kinds)
{
	size_t at = 0;
	struct span value;
	size_t lead;

	while (at < line.len && line.ptr[at] != '=' &&
	       !(line.ptr[at] == ':' && (at + 1 == line.len || line.ptr[at + 1] == ' ')))
		at++;
	if (at == line.len) {
		/* An item of a list. */
		at = 0;
		while (at < line.len && line.ptr[at] == ' ')
			at++;
		if (at + 1 >= line.len || line.ptr[at] != '-' || line.ptr[at + 1] != ' ')
			return;
	}
	at++;
	value = span_trim(span_from(line, at));
	if (value.len == 0)
		return;
	lead = (size_t)(value.ptr - line.ptr);
	scan_hardcoded_value(p, &(struct scan_value){ .text = value,
	                                              .offset = offset + lead,
	                                              .before = span_sub(line, 0, lead),
	                                              .kinds = kinds });
}

static void check_plain_values(struct scan_pass *p, const struct scan_piece *piece,
                               unsigned kinds)
{
	struct span rest =
		span_sub(p->source->text, piece->start, piece->end - piece->start);
	size_t offset = piece->start;

	while (rest.len > 0) {
		struct span line = span_sub(rest, 0, span_find_byte(rest, '\n'));

		check_plain_line(p, line, offset, kinds);
		offset += line.len + 1;
		rest = span_from(rest, line.len + 1);
	}
}

void scan_hardcoded_piece(struct scan_pass *p, const struct scan_piece *piece,
                          unsigned kinds)
{
	if (kinds == 0 || (piece->language->features & SCAN_TRANSLATION) != 0)
		return;
	if (piece->kind == SCAN_STRING)
		check_string(p, piece, kinds);
	else if (piece->kind == SCAN_CODE &&
	         (piece->language->features & SCAN_PLAIN_VALUES) != 0)
		check_plain_values(p, piece, kinds);
}
