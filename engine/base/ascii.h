// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_ASCII_H
#define BASE_ASCII_H

#include <stdbool.h>

/* Classes of bytes as ASCII has them, whatever the locale says; no byte above 0x7f is in
 * any. Inline: they are asked for each byte of a text. */

static inline bool ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool ascii_is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool ascii_is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool ascii_is_letter(char c)
{
	return ascii_is_lower(c) || ascii_is_upper(c);
}

static inline bool ascii_is_alnum(char c)
{
	return ascii_is_letter(c) || ascii_is_digit(c);
}

/* Of names in most languages: a letter, a digit, an underscore. */
static inline bool ascii_is_word(char c)
{
	return ascii_is_alnum(c) || c == '_';
}

/* Between words of a line: a space, a tab. */
static inline bool ascii_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Line ends and form feeds, too. */
static inline bool ascii_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline char ascii_lower(char c)
{
	return ascii_is_upper(c) ? (char)(c + ('a' - 'A')) : c;
}

#endif
