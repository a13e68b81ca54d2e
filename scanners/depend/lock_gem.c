// SPDX-License-Identifier: Apache-2.0
#include "lock_internal.h"

/*
 * Gemfile.lock. Sections at the left margin; below GEM its packages with four blanks,
 * "rails (7.0.4)", what they need with six; below DEPENDENCIES what the project asks for.
 * A platform stands behind the version: "nokogiri (1.13.0-x86_64-linux)".
 */

enum section { OTHER, GEM, DEPENDENCIES };

static size_t indent_of(struct span line)
{
	size_t n = 0;

	while (n < line.len && line.ptr[n] == ' ')
		n++;
	return n;
}

/* "name (requirement)": the name without the '!' of other sources. */
static struct span name_of(struct span entry)
{
	struct span name = span_trim(span_sub(entry, 0, span_find_byte(entry, '(')));

	return span_ends(name, SPAN_LIT("!")) ? span_sub(name, 0, name.len - 1) : name;
}

static struct span version_of(struct span entry)
{
	struct span inner = span_from(entry, span_find_byte(entry, '(') + 1);

	inner = span_sub(inner, 0, span_find_byte(inner, ')'));
	return span_sub(inner, 0, span_find_byte(inner, '-'));
}

static void read_line(struct scan_lock *l, enum section section, struct span line,
                      size_t *last)
{
	size_t indent = indent_of(line);
	struct span entry = span_trim(line);
	struct span name = name_of(entry);

	if (section == DEPENDENCIES && indent == 2) {
		scan_lock_need(l, SCAN_LOCK_NONE, name, false);
	} else if (section == GEM && indent == 4) {
		*last = scan_lock_add(l, name, version_of(entry));
		scan_lock_key(l, *last, name);
		scan_lock_place_at(l, name);
	} else if (section == GEM && indent == 6 && *last != SCAN_LOCK_NONE) {
		scan_lock_need(l, *last, name, false);
	}
}

enum err_code scan_lock_gem(struct scan_lock *l, const char *name, struct err *err)
{
	struct span rest = l->text;
	enum section section = OTHER;
	size_t last = SCAN_LOCK_NONE;
	struct span line;

	(void)name; /* any text is one: what is no line of it says nothing */
	(void)err;
	while (span_line(&rest, &line)) {
		if (line.len == 0)
			continue;
		if (line.ptr[0] == ' ')
			read_line(l, section, line, &last);
		else if (span_eq_str(line, "GEM"))
			section = GEM;
		else
			section =
				span_eq_str(line, "DEPENDENCIES") ? DEPENDENCIES : OTHER;
	}
	return ERR_OK;
}
