// SPDX-License-Identifier: Apache-2.0
#include "claims/glyph.h"

#include "base/ascii.h"
#include "base/str.h"

struct glyph {
	const char *bytes;
	char mark;
};

static const struct glyph glyphs[] = {
	{ "\xe2\x80\x93", '-' },
	{ "\xe2\x80\x92", '-' },
	{ "\xe2\x80\x91", '-' },
	{ "\xe2\x88\x92", '-' },
	{ "\xe2\x80\x94", CLAIMS_DASH },
	{ "\xe2\x86\x92", CLAIMS_ARROW },
	{ "\xe2\x87\x92", CLAIMS_ARROW },
	{ "\xe2\x9e\x9c", CLAIMS_ARROW },
	{ "\xe2\x89\x88", '~' },
	{ "\xe2\x89\xa4", CLAIMS_AT_MOST },
	{ "\xe2\x89\xa5", CLAIMS_AT_LEAST },
	{ "\xc3\x97", '*' },
	{ "\xc3\xb7", '/' },
	{ "\xe2\x82\xac", '$' },
	{ "\xc2\xa3", '$' },
	{ "\xc2\xa5", '$' },
	{ "\xe2\x80\xa6", '.' },
};

size_t claims_glyph_blank(struct span s)
{
	if (span_starts(s, SPAN_LIT("\xc2\xa0")))
		return 2;
	if (s.len >= 3 && s.ptr[0] == '\xe2' && s.ptr[1] == '\x80' &&
	    (((unsigned char)s.ptr[2] >= 0x80 && (unsigned char)s.ptr[2] <= 0x8b) ||
	     s.ptr[2] == '\xaf'))
		return 3;
	return 0;
}

size_t claims_glyph_len(struct span s)
{
	size_t len = str_utf8_len(s);

	return len > 0 ? len : 1;
}

bool claims_glyph_is_letter(struct span s)
{
	const unsigned char c = (unsigned char)s.ptr[0];

	if (c < 0x80)
		return ascii_is_word((char)c);
	if (c == 0xc2 || c == 0xe2 || c >= 0xef)
		return false;
	return !(c == 0xc3 && s.len > 1 && (s.ptr[1] == '\x97' || s.ptr[1] == '\xb7'));
}

char claims_glyph_mark(struct span s)
{
	if ((unsigned char)s.ptr[0] < 0x80)
		return s.ptr[0];
	for (size_t i = 0; i < sizeof(glyphs) / sizeof(*glyphs); i++)
		if (span_starts(s, span_str(glyphs[i].bytes)))
			return glyphs[i].mark;
	return CLAIMS_OTHER;
}
