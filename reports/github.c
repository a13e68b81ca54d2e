// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "findings.h"
#include "view.h"
#include "writers.h"

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
	while (text.len > 0) {
		const size_t len = str_utf8_len(text);
		const char c = text.ptr[0];

		if (len == 0)
			buf_puts(out, "\xEF\xBF\xBD");
		else if (c != '\0' && strchr(special, c) != NULL)
			buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
		else
			buf_put(out, span_sub(text, 0, len));
		text = span_from(text, len > 0 ? len : 1);
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

/* What may still be shown of each kind; the last notice is for what is missing. */
struct room {
	size_t of[KINDS];
	size_t missing;
};

#define ROOM_INIT                                                            \
	{                                                                    \
		{ REP_GITHUB_KIND, REP_GITHUB_KIND, REP_GITHUB_KIND - 1 }, 0 \
	}

static bool take(struct room *room, size_t kind)
{
	if (room->of[kind] == 0) {
		room->missing++;
		return false;
	}
	room->of[kind]--;
	return true;
}

static enum err_code put_findings(const struct rep_findings *f, struct room *room,
                                  struct buf *out, struct err *err)
{
	size_t *order = rep_by_importance(f);
	size_t kind = has_failed(f) ? 0 : 1;

	if (order == NULL)
		return err_nomem(err);
	if (!f->complete && !f->absent && take(room, kind))
		buf_printf(out,
		           "::%s title=seaworthy::the scan is incomplete: `seaworthy "
		           "scan` says of what nothing is known\n",
		           kinds[kind]);
	for (size_t i = 0; i < f->count; i++) {
		const struct rep_located *item = &f->items[order[i]];

		if (!rep_is_known(item) && take(room, kind_of(item)))
			put_finding(out, item);
	}
	mem_free(order);
	return buf_err(out, err);
}

static enum err_code put_missing(const struct room *room, struct buf *out,
                                 const char *what, struct err *err)
{
	if (room->missing > 0)
		buf_printf(out,
		           "::notice title=seaworthy::%zu more %s%s not shown here\n",
		           room->missing, what, room->missing == 1 ? " is" : "s are");
	return buf_err(out, err);
}

enum err_code rep_findings_github(const struct rep_findings *f, struct buf *out,
                                  struct err *err)
{
	struct room room = ROOM_INIT;
	enum err_code rc = put_findings(f, &room, out, err);

	return rc == ERR_OK ? put_missing(&room, out, "finding", err) : rc;
}

/* ---- a run ---- */

static void put_decision(struct buf *out, const struct rep_scorecard *s,
                         struct room *room)
{
	static const size_t kind[] = { 2, 1, 0 }; /* GO, CONDITIONAL GO, NO-GO */
	const struct rep_shares e = rep_coverage_shares(s);
	char number[REP_NUMBER];

	(void)take(room, kind[s->decision]);
	buf_printf(out, "::%s title=%s %s::", kinds[kind[s->decision]],
	           rep_decision_name(s->decision), rep_tenths(s->final, number));
	for (size_t i = 0; i < s->reason_count; i++) {
		put_escaped(out, span_str(s->reasons[i]), "%\r\n");
		buf_puts(out, "; ");
	}
	buf_printf(out, "possible %s", rep_tenths(s->lower, number));
	buf_printf(out, " to %s", rep_tenths(s->upper, number));
	buf_printf(out, ", evidence %s %%25\n", rep_tenths(e.total, number));
}

/* A P0 that nobody waived is an error; all else that holds the release back a warning. */
static void put_blocker(struct buf *out, const struct rep_scorecard *s,
                        const struct rep_blocker *b, struct room *room)
{
	const size_t kind = str_eq(b->priority, "P0") && !b->waived ? 0 : 1;
	size_t at = 0;
	const struct rep_check *c = rep_check_find(s, b->check, &at);
	struct span why = rep_first_line(c != NULL ? c->message : NULL);

	if (!take(room, kind))
		return;
	buf_printf(out, "::%s title=%s ", kinds[kind], b->priority);
	put_property(out, span_str(b->check));
	buf_printf(out, "::%s%s", rep_state_name(b->state), b->waived ? ", waived" : "");
	if (why.len > 0)
		buf_puts(out, ": ");
	put_escaped(out, why, "%\r\n");
	buf_putc(out, '\n');
}

static void put_condition(struct buf *out, const struct rep_condition *c,
                          struct room *room)
{
	if (!take(room, 1))
		return;
	buf_puts(out, "::warning title=condition");
	if (c->check != NULL) {
		buf_putc(out, ' ');
		put_property(out, span_str(c->check));
	}
	buf_puts(out, "::");
	put_escaped(out, span_str(c->reason), "%\r\n");
	buf_putc(out, '\n');
}

enum err_code rep_write_github(const struct rep_scorecard *s,
                               const struct rep_style *style, struct buf *out,
                               struct err *err)
{
	struct room room = ROOM_INIT;
	const struct rep_blocker *b;
	enum err_code rc = rep_check_sums(s, err);
	size_t at = 0;

	(void)style; /* of terminals */
	if (rc != ERR_OK)
		return rc;
	put_decision(out, s, &room);
	while ((b = rep_next_blocker(s, &at)) != NULL)
		put_blocker(out, s, b, &room);
	for (size_t i = 0; s->decision == REP_CONDITIONAL_GO && i < s->condition_count;
	     i++)
		put_condition(out, &s->conditions[i], &room);
	if (s->located != NULL)
		rc = put_findings(s->located, &room, out, err);
	return rc == ERR_OK ? put_missing(&room, out, "annotation", err) : rc;
}
