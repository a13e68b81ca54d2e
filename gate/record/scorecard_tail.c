// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "os/fs.h"
#include "record/scorecard_internal.h"

#include <string.h>

#define TAIL_BYTES 4096

/* Text for a report: what is not UTF-8 becomes U+FFFD, control characters (of terminals,
 * mostly) vanish. */
static void put_text(struct buf *out, struct span s)
{
	while (s.len > 0) {
		size_t n = str_utf8_len(s);

		if (n == 0) {
			buf_puts(out, "\xef\xbf\xbd");
			n = 1;
		} else if (n > 1 || (unsigned char)s.ptr[0] >= ' ' || s.ptr[0] == '\n' ||
		           s.ptr[0] == '\t') {
			buf_put(out, span_sub(s, 0, n));
		}
		s = span_from(s, n);
	}
}

/* A tail that was cut starts at its first whole line, if it has one. */
static struct span whole_lines(struct span s)
{
	size_t newline;

	if (s.len < TAIL_BYTES)
		return s;
	newline = span_find_byte(s, '\n');
	return newline + 1 < s.len ? span_from(s, newline + 1) : s;
}

const char *scorecard_tail(struct arena *arena, const char *dir, const char *sha256)
{
	const char *path = arena_printf(arena, "%s/artefacts/%s", dir, sha256);
	struct buf raw = BUF_INIT;
	struct buf text = BUF_INIT;
	const char *tail = NULL;

	if (path != NULL && os_read_tail(path, TAIL_BYTES, &raw, NULL) == ERR_OK &&
	    raw.len > 0 && memchr(raw.ptr, '\0', raw.len) == NULL) {
		put_text(&text, whole_lines(buf_span(&raw)));
		if (buf_ok(&text) && text.len > 0)
			tail = arena_dup(arena, buf_span(&text));
	}
	buf_fini(&raw);
	buf_fini(&text);
	return tail;
}
