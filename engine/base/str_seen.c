// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "base/str.h"
#include "base/str_internal.h"

/* Controls, and what Unicode 14 calls default ignorable. */
static bool is_unseen(uint32_t code)
{
	return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0xAD ||
	       code == 0x34F || code == 0x61C || code == 0x115F || code == 0x1160 ||
	       code == 0x17B4 || code == 0x17B5 || (code >= 0x180B && code <= 0x180F) ||
	       (code >= 0x200B && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) ||
	       (code >= 0x2060 && code <= 0x206F) || code == 0x3164 ||
	       (code >= 0xFE00 && code <= 0xFE0F) || code == 0xFEFF || code == 0xFFA0 ||
	       (code >= 0xFFF0 && code <= 0xFFFB) ||
	       (code >= 0x1BCA0 && code <= 0x1BCA3) ||
	       (code >= 0x1D173 && code <= 0x1D17A) ||
	       (code >= 0xE0000 && code <= 0xE0FFF);
}

/* White_Space, and the Braille pattern without dots. */
static bool is_blank(uint32_t code)
{
	return (code >= '\t' && code <= '\r') || code == ' ' || code == 0x85 ||
	       code == 0xA0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200A) ||
	       code == 0x2028 || code == 0x2029 || code == 0x202F || code == 0x205F ||
	       code == 0x2800 || code == 0x3000;
}

uint32_t str_seen_next(struct str_seen *s)
{
	bool blank = false;

	while (s->rest.len > 0) {
		uint32_t code;
		const size_t len = str_next(s->rest, &code);

		if (!is_blank(code) && !is_unseen(code)) {
			if (blank && s->begun)
				return ' ';
			s->begun = true;
			s->rest = span_from(s->rest, len);
			return code < 0x80 ? (uint32_t)ascii_lower((char)code) : code;
		}
		blank = blank || is_blank(code);
		s->rest = span_from(s->rest, len);
	}
	return 0;
}

bool str_seen_same(struct span a, struct span b)
{
	struct str_seen x = { a, false };
	struct str_seen y = { b, false };
	uint32_t code;

	do {
		code = str_seen_next(&x);
		if (code != str_seen_next(&y))
			return false;
	} while (code != 0);
	return true;
}

bool str_has_control(struct span s)
{
	while (s.len > 0) {
		uint32_t code;

		s = span_from(s, str_next(s, &code));
		if (code < 0x20 || (code >= 0x7F && code <= 0x9F))
			return true;
	}
	return false;
}
