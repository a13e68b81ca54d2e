// SPDX-License-Identifier: Apache-2.0
#include "claims/number.h"

#include "base/ascii.h"
#include "claims/glyph.h"
#include "claims/words.h"

#include <string.h>

size_t claims_digits(struct span s)
{
	size_t n = 0;

	while (n < s.len && ascii_is_digit(s.ptr[n]))
		n++;
	return n;
}

/* What stands between thousands: its bytes, or 0. */
static size_t group_mark(struct span s)
{
	size_t blank;

	if (s.len == 0)
		return 0;
	blank = claims_glyph_blank(s);
	if (blank > 0)
		return blank;
	return s.ptr[0] == ',' || s.ptr[0] == '\'' || s.ptr[0] == '_';
}

static bool push_digits(struct claims_number *n, struct span s, size_t *count)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((*count)++ == CLAIMS_DIGITS_MAX)
			return false;
		n->mantissa = n->mantissa * 10 + (uint64_t)(s.ptr[i] - '0');
	}
	return true;
}

/* Bytes of digits with their groups and decimals; 0 where it is no number. */
static size_t take_digits(struct span s, struct claims_number *n)
{
	size_t len = claims_digits(s);
	bool groups = len <= 3;
	size_t count = 0;
	size_t mark;

	if ((len > 1 && s.ptr[0] == '0') || !push_digits(n, span_sub(s, 0, len), &count))
		return 0;
	while (groups && (mark = group_mark(span_from(s, len))) > 0 &&
	       claims_digits(span_from(s, len + mark)) == 3) {
		if (!push_digits(n, span_sub(s, len + mark, 3), &count))
			return 0;
		n->grouped = true;
		len += mark + 3;
	}
	if (len + 1 < s.len &&
	    (s.ptr[len] == '.' || (s.ptr[len] == ',' && !n->grouped)) &&
	    ascii_is_digit(s.ptr[len + 1])) {
		size_t fraction = claims_digits(span_from(s, len + 1));

		n->comma = s.ptr[len] == ',';
		if (fraction > CLAIMS_DECIMALS_MAX ||
		    !push_digits(n, span_sub(s, len + 1, fraction), &count))
			return 0;
		n->decimals = (unsigned)fraction;
		len += 1 + fraction;
	}
	return len;
}

#define UNITS                                                                                \
	"b k m g t kb mb gb tb pb kib mib gib tib kbit mbit gbit bit bits byte bytes ms us " \
	"ns s sec secs min mins h hr hrs d w wk yr x px pt em fps hz khz mhz ghz v w kw wh " \
	"kwh kg mg cm mm km loc kloc usd eur qps rps bn mn pp"

/* Letters behind a number make it one with a unit, or part of a name. */
static bool take_unit(struct span rest, struct claims_number *n, size_t *len)
{
	size_t letters = 0;

	while (letters < rest.len && ascii_is_letter(rest.ptr[letters]))
		letters++;
	if (letters == 0)
		return rest.len == 0 || !claims_glyph_is_letter(rest);
	n->unit = span_sub(rest, 0, letters);
	*len += letters;
	return claims_word_in(n->unit, UNITS) &&
	       (letters == rest.len || !claims_glyph_is_letter(span_from(rest, letters)));
}

static void take_percent(struct span rest, struct claims_number *n, size_t *len)
{
	size_t blank = rest.len > 0 && rest.ptr[0] == ' ' ? 1 : 0;

	if (rest.len > 0 && blank == 0)
		blank = claims_glyph_blank(rest);
	if (blank < rest.len && rest.ptr[blank] == '%') {
		n->percent = true;
		*len += blank + 1;
	}
}

/* Is it a version, a time, an address: "1.2.3", "12:30", "1.2.x"? */
static bool goes_on(struct span rest)
{
	return rest.len > 1 && strchr(".:", rest.ptr[0]) != NULL &&
	       (ascii_is_digit(rest.ptr[1]) ||
	        (rest.ptr[0] == '.' && claims_word_in(span_sub(rest, 1, 1), "x *") &&
	         (rest.len == 2 || !ascii_is_letter(rest.ptr[2]))));
}

size_t claims_number_read(struct span s, struct claims_number *n)
{
	size_t len;

	*n = (struct claims_number){ .mantissa = 0 };
	len = take_digits(s, n);
	if (len == 0 || goes_on(span_from(s, len)) ||
	    !take_unit(span_from(s, len), n, &len))
		return 0;
	if (n->unit.len == 0)
		take_percent(span_from(s, len), n, &len);
	/* "90%+", "100+"; not "1+2" */
	if (len < s.len && s.ptr[len] == '+' &&
	    (len + 1 == s.len || !ascii_is_alnum(s.ptr[len + 1]))) {
		n->bound = CLAIMS_OVER;
		len++;
	}
	return len;
}
