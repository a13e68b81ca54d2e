// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "findings.h"

#include <string.h>

/*
 * Workflow commands: a line each, in which a line feed would begin another command. Only
 * ten of a kind are shown in a step, so the most important come first and the last line
 * says how many are missing.
 */

enum { KINDS = 3 };

static const char *const kinds[KINDS] = { "error", "warning", "notice" };

static void put_escaped(struct buf *out, struct span text, const char *special)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c != '\0' && strchr(special, c) != NULL)
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
		else
			buf_putc(out, c);
	}
}

static void put_property(struct buf *out, struct span text)
{
	put_escaped(out, text, "%\r\n:,");
}

static size_t kind_of(const struct rep_located *f)
{
	if (str_eq(f->severity, "error"))
		return 0;
	return str_eq(f->severity, "warning") ? 1 : 2;
}

static void put_finding(struct buf *out, const struct rep_located *f)
{
	struct buf message = BUF_INIT;

	buf_printf(out, "::%s file=", kinds[kind_of(f)]);
	put_property(out, f->path);
	buf_printf(out, ",line=%llu,endLine=%llu", (unsigned long long)f->line,
	           (unsigned long long)f->end_line);
	if (f->line == f->end_line)
		buf_printf(out, ",col=%llu,endColumn=%llu", (unsigned long long)f->column,
		           (unsigned long long)f->end_column);
	buf_puts(out, ",title=");
	put_property(out, span_str(f->rule));
	buf_puts(out, "::");
	rep_put_message(&message, f);
	put_escaped(out, buf_span(&message), "%\r\n");
	buf_putc(out, '\n');
	out->failed = out->failed || !buf_ok(&message);
	buf_fini(&message);
}

static bool has_failed(const struct rep_findings *f)
{
	for (size_t i = 0; i < f->missed_count; i++)
		if (f->missed[i].failed)
			return true;
	return false;
}

enum err_code rep_findings_github(const struct rep_findings *f, struct buf *out,
                                  struct err *err)
{
	/* The last notice is for what is missing. */
	size_t room[KINDS] = { REP_GITHUB_KIND, REP_GITHUB_KIND, REP_GITHUB_KIND - 1 };
	size_t *order = rep_by_importance(f);
	size_t missing = 0;

	if (order == NULL)
		return err_nomem(err);
	if (!f->complete) {
		size_t kind = has_failed(f) ? 0 : 1;

		buf_printf(out,
		           "::%s title=seaworthy::the scan is incomplete: `seaworthy "
		           "scan` says of what nothing is known\n",
		           kinds[kind]);
		room[kind]--;
	}
	for (size_t i = 0; i < f->count; i++) {
		const struct rep_located *item = &f->items[order[i]];
		size_t kind = kind_of(item);

		if (rep_is_known(item))
			continue;
		if (room[kind] == 0) {
			missing++;
			continue;
		}
		room[kind]--;
		put_finding(out, item);
	}
	if (missing > 0)
		buf_printf(out,
		           "::notice title=seaworthy::%zu more finding%s not shown "
		           "here\n",
		           missing, missing == 1 ? " is" : "s are");
	mem_free(order);
	return buf_err(out, err);
}
