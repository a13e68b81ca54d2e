// SPDX-License-Identifier: Apache-2.0
#include "rule_man.h"

#include <string.h>

enum { COLUMNS = 76 };

/* Text as mdoc takes it: a backslash is \e, and a line never starts as a request does. */
static void put_escaped(struct buf *out, struct span text)
{
	if (text.len > 0 && (text.ptr[0] == '.' || text.ptr[0] == '\''))
		buf_puts(out, "\\&");
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c == '\\')
			buf_puts(out, "\\e");
		else if (c == '-')
			buf_puts(out, "\\-");
		else if (c == '\n')
			buf_puts(out, "\\en");
		else if (c == '"')
			buf_puts(out, "\\(dq");
		else if (c >= ' ')
			buf_putc(out, (char)c);
	}
}

static void put_text(struct buf *out, const char *text)
{
	put_escaped(out, span_str(text));
	/* What ends in a delimiter is no delimiter. */
	buf_puts(out, "\\&\n");
}

/* Sentences, each on lines of its own, as mandoc wants them. */
static void put_prose(struct buf *out, const char *text)
{
	struct span rest = span_str(text);
	struct span word;
	size_t column = 0;

	while (span_split(&rest, ' ', &word)) {
		bool fits = column + word.len < COLUMNS;

		if (column > 0)
			buf_putc(out, fits ? ' ' : '\n');
		column = fits ? column + word.len + 1 : word.len;
		put_escaped(out, word);
		if (span_ends(word, SPAN_LIT(".")) && rest.len > 0) {
			buf_putc(out, '\n');
			column = 0;
		}
	}
	buf_putc(out, '\n');
}

/* "warning in production, note elsewhere" */
static void put_severity(struct buf *out, const struct scan_rule *r)
{
	struct buf line = BUF_INIT;

	buf_puts(&line, "Severity: ");
	for (int s = 0; s < SCAN_SCOPES; s++)
		buf_printf(&line, "%s %s%s", scan_scope_name((enum scan_scope)s),
		           scan_severity_name(r->severity[s]),
		           s + 1 < SCAN_SCOPES ? ", " : ".");
	put_prose(out, buf_str(&line));
	buf_fini(&line);
	if (r->optional)
		buf_printf(out, "Runs only with\n.Fl -rule Cm %s .\n", r->id);
}

static void put_example(struct buf *out, const struct scan_rule *r)
{
	if (r->examples.count == 0)
		return;
	buf_puts(out, "Example:\n");
	if (r->examples.items[0].more > 0) {
		buf_puts(out, ".Pa ");
		put_text(out, r->examples.items[0].path);
		buf_puts(out, ":\n");
	}
	buf_puts(out, ".Ql ");
	put_text(out, r->examples.items[0].text);
	for (size_t i = 1; i <= r->examples.items[0].more; i++) {
		buf_puts(out, "with\n.Pa ");
		put_text(out, r->examples.items[i].path);
		buf_puts(out, ":\n.Ql ");
		put_text(out, r->examples.items[i].text);
	}
}

static void put_family(struct buf *out, const char *last, const char *id)
{
	size_t len = strcspn(id, ".");

	if (last != NULL && strncmp(last, id, len + 1) == 0)
		return;
	if (last != NULL)
		buf_puts(out, ".El\n");
	buf_printf(out, ".Ss %.*s\n.Bl -tag -width Ds\n", (int)len, id);
}

void scan_rule_man(struct buf *out, const struct scan_rule *rules, size_t count)
{
	buf_puts(out, ".\\\" SPDX-License-Identifier: Apache-2.0\n"
	              ".Dd $Mdocdate$\n.Dt SEAWORTHY-RULES 7\n.Os\n"
	              ".Sh NAME\n.Nm seaworthy-rules\n"
	              ".Nd what the scanners of seaworthy look for\n"
	              ".Sh DESCRIPTION\n"
	              "Rules are named by family and name;\n"
	              ".Nm seaworthy scan Fl -rule\n"
	              "and the\n.Sy scan\nchecks of a policy select them by globs.\n"
	              "In an example,\n.Ql {{class n}}\n"
	              "stands for that many characters that look drawn.\n");
	for (size_t i = 0; i < count; i++) {
		const struct scan_rule *r = &rules[i];

		put_family(out, i > 0 ? rules[i - 1].id : NULL, r->id);
		buf_printf(out, ".It Cm %s\n", r->id);
		put_prose(out, r->title);
		buf_puts(out, ".br\n");
		put_prose(out, r->why);
		put_prose(out, r->remedy);
		buf_puts(out, ".br\n");
		put_severity(out, r);
		put_example(out, r);
	}
	buf_puts(out, count > 0 ? ".El\n" : "");
	buf_puts(out, ".Sh SEE ALSO\n.Xr seaworthy 1 ,\n.Xr seaworthy.yml 5\n");
}
