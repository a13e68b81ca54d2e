// SPDX-License-Identifier: Apache-2.0
#include "entries.h"

#include <string.h>

bool scan_entries_put(struct buf *out, const struct os_entry *entry)
{
	switch (entry->type) {
	case OS_FILE:
	case OS_DIR:
		buf_putc(out, entry->type == OS_FILE ? 'f' : 'd');
		buf_put(out, span_of(entry->name, strlen(entry->name) + 1));
		return true;
	case OS_LINK:
	case OS_OTHER:
		return true;
	case OS_NONE:
		break;
	}
	return false;
}

/* A single name: none that leads up, or further down. */
static bool is_name(struct span name)
{
	return name.len > 0 && !span_eq_str(name, ".") && !span_eq_str(name, "..") &&
	       span_find_byte(name, '/') == name.len;
}

bool scan_entries_are_sound(struct span entries)
{
	while (entries.len > 0) {
		struct span rest = span_from(entries, 1);
		size_t end = span_find_byte(rest, '\0');

		if ((entries.ptr[0] != 'f' && entries.ptr[0] != 'd') || end == rest.len ||
		    !is_name(span_sub(rest, 0, end)))
			return false;
		entries = span_from(rest, end + 1);
	}
	return true;
}

bool scan_entries_next(struct span *entries, struct os_entry *out)
{
	if (entries->len == 0)
		return false;
	*out = (struct os_entry){ .name = entries->ptr + 1,
		                  .type = entries->ptr[0] == 'f' ? OS_FILE : OS_DIR };
	*entries = span_from(*entries, strlen(out->name) + 2);
	return true;
}

bool scan_entries_have_file(struct span entries, const char *name)
{
	struct os_entry e;

	while (scan_entries_next(&entries, &e))
		if (e.type == OS_FILE && strcmp(e.name, name) == 0)
			return true;
	return false;
}
