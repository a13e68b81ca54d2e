// SPDX-License-Identifier: Apache-2.0
#include "markdown_internal.h"

#include "base/str.h"
#include "view.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* Left free for what closes an open element and for the note about the cut. */
#define RESERVE 4096

enum { PRE_LINES = 20, PRE_COLUMNS = 400 };

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	/* An empty comment keeps a name from being called and a number from being linked.
	 */
	case '@':
		return "@<!-- -->";
	case '#':
		return "#<!-- -->";
	default:
		return NULL;
	}
}

static void put_inline(struct md *m, struct span safe)
{
	for (size_t i = 0; i < safe.len; i++) {
		char c = safe.ptr[i];

		if (entity(c) != NULL) {
			buf_puts(&m->block, entity(c));
			continue;
		}
		if (strchr("\\`*_[]|~$", c) != NULL)
			buf_putc(&m->block, '\\');
		buf_putc(&m->block, c);
	}
}

void md_span(struct md *m, struct span text)
{
	buf_clear(&m->shown);
	str_display_cut(&m->shown, text, MD_CELL);
	put_inline(m, buf_span(&m->shown));
}

void md_text(struct md *m, const char *text)
{
	md_span(m, span_str(text));
}

/* Nothing in it that could end a code span or a table cell? */
static bool is_plain_name(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!isalnum((unsigned char)s.ptr[i]) &&
		    strchr("._-/+=", s.ptr[i]) == NULL)
			return false;
	return s.len > 0 && s.len <= MD_CELL;
}

void md_code_span(struct md *m, struct span text)
{
	if (is_plain_name(text)) {
		buf_putc(&m->block, '`');
		buf_put(&m->block, text);
		buf_putc(&m->block, '`');
		return;
	}
	buf_puts(&m->block, "<code>");
	md_span(m, text);
	buf_puts(&m->block, "</code>");
}

void md_code(struct md *m, const char *text)
{
	md_code_span(m, span_str(text));
}

/* Inside <pre> only HTML has a meaning. */
static void put_pre_line(struct md *m, struct span line)
{
	struct buf plain = BUF_INIT;
	struct span safe;

	rep_put_uncolored(&plain, line);
	buf_clear(&m->shown);
	str_display_cut(&m->shown, buf_span(&plain), PRE_COLUMNS);
	safe = buf_span(&m->shown);
	for (size_t i = 0; i < safe.len; i++) {
		const char *quoted = entity(safe.ptr[i]);

		if (quoted != NULL && *quoted == '&')
			buf_puts(&m->block, quoted);
		else
			buf_putc(&m->block, safe.ptr[i]);
	}
	buf_putc(&m->block, '\n');
	m->block.failed |= plain.failed;
	buf_fini(&plain);
}

void md_pre(struct md *m, const char *text)
{
	struct span rest = span_str(text);
	struct span line;

	buf_puts(&m->block, "<pre>\n");
	for (size_t n = 0; n < PRE_LINES && span_line(&rest, &line); n++)
		put_pre_line(m, line);
	buf_puts(&m->block, rest.len > 0 ? "…\n</pre>\n" : "</pre>\n");
}

void md_raw(struct md *m, const char *markup)
{
	buf_puts(&m->block, markup);
}

void md_tenths(struct md *m, int64_t tenths)
{
	char text[REP_NUMBER];

	buf_puts(&m->block, rep_tenths(tenths, text));
}

void md_number(struct md *m, uint64_t n)
{
	buf_printf(&m->block, "%" PRIu64, n);
}

bool md_flush(struct md *m)
{
	bool fits;
	size_t used = m->out->len - m->start;

	/* After the first block that does not fit nothing smaller may slip in. */
	fits = m->left == 0 && m->block.len <= MD_LIMIT - RESERVE &&
	       used <= MD_LIMIT - RESERVE - m->block.len;
	if (fits)
		buf_put(m->out, buf_span(&m->block));
	else
		m->left++;
	m->out->failed |= m->block.failed || m->shown.failed;
	buf_clear(&m->block);
	return fits;
}

void md_close(struct md *m, bool opened, const char *markup)
{
	if (opened)
		buf_puts(m->out, markup);
}
