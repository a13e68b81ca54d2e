// SPDX-License-Identifier: Apache-2.0
#include "findings.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

bool rep_is_known(const struct rep_located *f)
{
	return str_eq(f->state, "known");
}

/* 0 is the most important. */
static unsigned rank(const struct rep_located *f)
{
	unsigned severity = str_eq(f->severity, "error")     ? 0
	                    : str_eq(f->severity, "warning") ? 1
	                                                     : 2;

	return severity + (rep_is_known(f) ? 3 : 0);
}

size_t *rep_by_importance(const struct rep_findings *f)
{
	size_t *order = NULL;
	size_t n = 0;

	if (!mem_array(&order, f->count + 1, sizeof(*order)))
		return NULL;
	for (unsigned r = 0; r < 6; r++)
		for (size_t i = 0; i < f->count; i++)
			if (rank(&f->items[i]) == r)
				order[n++] = i;
	return order;
}

void rep_put_message(struct buf *out, const struct rep_located *f)
{
	buf_puts(out, f->message[0] != '\0' ? f->message : f->rule);
	if (f->origin != NULL)
		buf_printf(out, " (%s)", f->origin->text);
}

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~/", c) != NULL);
}

void rep_put_uri(struct buf *out, struct span path)
{
	for (size_t i = 0; i < path.len; i++) {
		if (is_unreserved(path.ptr[i]))
			buf_putc(out, path.ptr[i]);
		else
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)path.ptr[i]);
	}
}
