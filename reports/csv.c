// SPDX-License-Identifier: Apache-2.0
#include "reports/csv.h"

#include "base/num.h"
#include "base/str.h"
#include "writers.h"

#include <inttypes.h>
#include <string.h>

void rep_csv_text(struct buf *out, const char *text)
{
	struct span rest = span_str(text);

	buf_putc(out, '"');
	if (text[0] != '\0' && strchr("=+-@\t", text[0]) != NULL)
		buf_putc(out, '\'');
	while (rest.len > 0) {
		const size_t len = str_utf8_len(rest);

		if (rest.ptr[0] == '"')
			buf_putc(out, '"');
		buf_put(out, len > 0 ? span_sub(rest, 0, len) : SPAN_LIT("\xEF\xBF\xBD"));
		rest = span_from(rest, len > 0 ? len : 1);
	}
	buf_putc(out, '"');
}

static void cell(struct buf *out, const char *text)
{
	buf_putc(out, ',');
	if (text != NULL)
		rep_csv_text(out, text);
}

/* Numbers stay numbers, also negative ones. */
static void number(struct buf *out, const char *text)
{
	if (text != NULL && num_is_json(span_str(text)))
		buf_printf(out, ",%s", text);
	else
		cell(out, text);
}

static void put_row(struct buf *out, const struct rep_check *c)
{
	rep_csv_text(out, c->id);
	cell(out, c->category);
	buf_printf(out, ",%" PRIu64 ",%s", c->weight, rep_state_name(c->state));
	number(out, c->value);
	buf_putc(out, ',');
	if (c->has_contribution)
		buf_printf(out, "%" PRId64 ".%" PRId64, c->contribution / 10,
		           c->contribution % 10);
	number(out, c->measured);
	number(out, c->target);
	cell(out, c->unit);
	cell(out, c->blocker);
	cell(out, c->message);
	buf_puts(out, "\r\n");
}

enum err_code rep_csv_checks(const struct rep_scorecard *s, struct buf *out,
                             struct err *err)
{
	enum err_code rc = rep_check_sums(s, err);

	if (rc != ERR_OK)
		return rc;
	buf_puts(out, "id,category,weight,state,value,contribution,measured,target,unit,"
	              "blocker,message\r\n");
	for (size_t i = 0; i < s->check_count; i++)
		put_row(out, &s->checks[i]);
	return buf_err(out, err);
}
