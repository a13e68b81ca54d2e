// SPDX-License-Identifier: Apache-2.0
#include "collect/value.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_DIGITS = 12 };

static void set_text(char out[GATE_VALUE_TEXT], const char *text)
{
	(void)snprintf(out, GATE_VALUE_TEXT, "%s", text);
}

void gate_value_of_state(struct gate_value *out, enum gate_state state)
{
	const char *text = state == GATE_PASS ? "1" : state == GATE_WARN ? "0.5" : "0";

	out->state = state;
	set_text(out->low, text);
	set_text(out->high, text);
}

void gate_value_text(const struct gate_ratio *x, unsigned digits,
                     char out[GATE_VALUE_TEXT])
{
	char *end;

	gate_ratio_text(x, digits, out);
	if (strchr(out, '.') == NULL)
		return;
	end = out + strlen(out);
	while (end[-1] == '0')
		end--;
	if (end[-1] == '.')
		end--;
	*end = '\0';
}

/* Pass only if even the low end is 1, fail only if even the high end is 0. */
static enum gate_state state_of(const struct gate_ratio *low,
                                const struct gate_ratio *high)
{
	struct gate_ratio one;
	enum gate_state state = GATE_WARN;

	gate_ratio_init(&one);
	gate_ratio_set_u64(&one, 1, 1);
	if (gate_ratio_cmp(low, &one) == 0)
		state = GATE_PASS;
	else if (gate_ratio_sign(high) == 0)
		state = GATE_FAIL;
	gate_ratio_fini(&one);
	return state;
}

static void clamp(struct gate_ratio *v)
{
	struct gate_ratio one;

	gate_ratio_init(&one);
	if (gate_ratio_sign(v) < 0)
		gate_ratio_set(v, &one);
	gate_ratio_set_u64(&one, 1, 1);
	if (gate_ratio_cmp(v, &one) > 0)
		gate_ratio_set(v, &one);
	gate_ratio_fini(&one);
}

/* (x - fail) / (pass - fail), unclamped; `rising` if more is better. */
static bool on_scale(struct gate_ratio *v, const struct gate_check *check,
                     const struct gate_ratio *x, bool *rising)
{
	struct gate_ratio fail;
	struct gate_ratio span;
	bool ok;

	gate_ratio_init(&fail);
	gate_ratio_init(&span);
	ok = gate_ratio_set_decimal(&fail, span_str(check->scale_fail)) &&
	     gate_ratio_set_decimal(&span, span_str(check->scale_pass));
	if (ok) {
		gate_ratio_sub(&span, &span, &fail);
		ok = gate_ratio_sign(&span) != 0;
		*rising = gate_ratio_sign(&span) > 0;
	}
	if (ok) {
		gate_ratio_sub(v, x, &fail);
		gate_ratio_div(v, v, &span);
	}
	gate_ratio_fini(&span);
	gate_ratio_fini(&fail);
	return ok;
}

bool gate_value_of_measure(struct gate_value *out, const struct gate_check *check,
                           const struct gate_ratio *x, enum gate_missed missed)
{
	struct gate_ratio v;
	struct gate_ratio low;
	bool rising = false;
	bool ok = true;

	gate_ratio_init(&v);
	gate_ratio_init(&low);
	if (check->has_scale)
		ok = on_scale(&v, check, x, &rising);
	else
		gate_ratio_set_u64(&v, gate_ratio_sign(x) == 0 ? 1 : 0, 1);
	if (ok) {
		clamp(&v);
		if (missed == GATE_MISSED_NOTHING ||
		    (missed == GATE_MISSED_MORE && rising))
			gate_ratio_set(&low, &v);
		/* Without a scale what was found fails, whatever the rest is. */
		if ((missed == GATE_MISSED_ANY && check->has_scale) ||
		    (missed == GATE_MISSED_MORE && rising))
			gate_ratio_set_u64(&v, 1, 1);
		gate_value_text(&v, VALUE_DIGITS, out->high);
		gate_value_text(&low, VALUE_DIGITS, out->low);
		out->state = state_of(&low, &v);
	}
	gate_ratio_fini(&low);
	gate_ratio_fini(&v);
	return ok;
}

bool gate_value_of_range(struct gate_value *out, const struct gate_check *check,
                         const struct gate_ratio *low, const struct gate_ratio *high)
{
	struct gate_ratio a;
	struct gate_ratio b;
	bool rising = false;
	bool ok;

	gate_ratio_init(&a);
	gate_ratio_init(&b);
	ok = on_scale(&a, check, low, &rising) && on_scale(&b, check, high, &rising);
	if (ok) {
		clamp(&a);
		clamp(&b);
		gate_value_text(&a, VALUE_DIGITS, out->low);
		gate_value_text(&b, VALUE_DIGITS, out->high);
		out->state = state_of(&a, &b);
	}
	gate_ratio_fini(&b);
	gate_ratio_fini(&a);
	return ok;
}

bool gate_value_of_decimals(struct gate_value *out, const char *low, const char *high)
{
	struct gate_ratio a;
	struct gate_ratio b;
	bool ok;

	gate_ratio_init(&a);
	gate_ratio_init(&b);
	ok = gate_ratio_set_decimal(&a, span_str(low)) &&
	     gate_ratio_set_decimal(&b, span_str(high));
	if (ok) {
		set_text(out->low, low);
		set_text(out->high, high);
		out->state = state_of(&a, &b);
	}
	gate_ratio_fini(&b);
	gate_ratio_fini(&a);
	return ok;
}
