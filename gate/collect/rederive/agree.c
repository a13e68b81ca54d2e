// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/rederive/rederive_internal.h"

#include <stdarg.h>

bool rederive_has_value(const struct gate_record *r)
{
	return r->state == GATE_PASS || r->state == GATE_WARN || r->state == GATE_FAIL;
}

static const char *file_of(struct rederiving *x, const char *check)
{
	return arena_printf(&x->arena, "checks/%s.json", check);
}

bool rederive_is_told(const struct rederiving *x, const char *check)
{
	const struct span front = SPAN_LIT("checks/");
	const struct span id = span_str(check);

	for (size_t i = 0; i < x->damages->count; i++) {
		const struct span file = span_str(x->damages->items[i].file);

		if (span_starts(file, front) &&
		    span_eq(span_sub(file, front.len, id.len), id) &&
		    span_eq_str(span_from(file, front.len + id.len), ".json"))
			return true;
	}
	return false;
}

void rederive_tell(struct rederiving *x, const char *check, const char *fmt, ...)
{
	const char *file = file_of(x, check);
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	if (file != NULL && buf_ok(&text))
		gate_damage_add(x->damages, file, buf_str(&text));
	buf_fini(&text);
}

/* Equal as numbers; a number and none are not. */
static bool same_number(const char *a, const char *b)
{
	struct gate_ratio x = GATE_RATIO_INIT;
	struct gate_ratio y = GATE_RATIO_INIT;
	bool same = (a == NULL) == (b == NULL);

	if (a != NULL && b != NULL)
		same = gate_ratio_set_decimal(&x, span_str(a)) &&
		       gate_ratio_set_decimal(&y, span_str(b)) &&
		       gate_ratio_cmp(&x, &y) == 0;
	gate_ratio_fini(&x);
	gate_ratio_fini(&y);
	return same;
}

static const char *text_of(const char *number)
{
	return number != NULL ? number : "nothing";
}

void rederive_agree(struct rederiving *x, const struct gate_record *r,
                    const struct gate_judgement *j, const char *bytes)
{
	const char *measured = j->measured[0] != '\0' ? j->measured : NULL;

	x->out->checks++;
	if (r->state != j->state)
		rederive_tell(x, r->check, "it says %s, and %s %s",
		              gate_state_name(r->state), bytes,
		              gate_state_name(j->state));
	else if (j->has_value && (!same_number(r->low, j->value.low) ||
	                          !same_number(r->high, j->value.high)))
		rederive_tell(x, r->check, "it says a value of %s to %s, and %s %s to %s",
		              text_of(r->low), text_of(r->high), bytes, j->value.low,
		              j->value.high);
	else if (j->has_value && !same_number(r->measured, measured))
		rederive_tell(x, r->check, "it says that %s was measured, and %s %s",
		              text_of(r->measured), bytes, text_of(measured));
}
