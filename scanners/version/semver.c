// SPDX-License-Identifier: Apache-2.0
#include "version_internal.h"

/*
 * SemVer 2, and NuGet's form of it with four numbers. Key: the numbers; then RELEASE, or
 * the identifiers of the pre-release: a tag byte and a number or a text each, then END.
 */

enum { END = 0, NUMBER = 1, TEXT = 2, RELEASE = 0xFF };

static bool is_identifier(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!version_is_digit(s.ptr[i]) && !version_is_letter(s.ptr[i]) &&
		    s.ptr[i] != '-')
			return false;
	return s.len > 0;
}

static void put_identifier(struct buf *key, struct span s, bool any_case)
{
	struct span rest = s;
	struct span digits = version_digits(&rest);

	if (rest.len == 0) {
		buf_putc(key, NUMBER);
		version_put_number(key, digits);
		return;
	}
	buf_putc(key, TEXT);
	for (size_t i = 0; i < s.len; i++)
		buf_putc(key, any_case ? version_lower(s.ptr[i]) : s.ptr[i]);
	buf_putc(key, '\0');
}

bool version_put_identifiers(struct buf *key, struct span text, bool any_case)
{
	struct span piece;

	if (text.len == 0 || text.ptr[text.len - 1] == '.')
		return false;
	while (span_split(&text, '.', &piece)) {
		if (!is_identifier(piece))
			return false;
		put_identifier(key, piece, any_case);
	}
	buf_putc(key, END);
	return true;
}

/* Cuts the build metadata off, which says nothing about the order. */
static bool drop_build(struct span *text)
{
	size_t plus = span_find_byte(*text, '+');
	struct span build = span_from(*text, plus + 1);
	struct span piece;

	if (plus == text->len)
		return true;
	*text = span_sub(*text, 0, plus);
	if (build.len == 0 || build.ptr[build.len - 1] == '.')
		return false;
	while (span_split(&build, '.', &piece))
		if (!is_identifier(piece))
			return false;
	return true;
}

/* "1.2.3-rc.1+x", with one to `parts` numbers; those that are missing are 0. */
static bool put_version(struct buf *key, struct span text, int parts, bool any_case)
{
	bool more = true;

	if (!drop_build(&text))
		return false;
	for (int i = 0; i < parts; i++) {
		struct span digits = SPAN_EMPTY;

		if (more) {
			digits = version_digits(&text);
			if (digits.len == 0)
				return false;
		}
		version_put_number(key, digits);
		more = more && i + 1 < parts && version_take(&text, '.');
	}
	if (text.len == 0) {
		buf_putc(key, (char)RELEASE);
		return true;
	}
	return version_take(&text, '-') && version_put_identifiers(key, text, any_case);
}

/* Go writes v1.2.3, npm takes v1.2.3 and =1.2.3. */
bool scan_semver_key(struct span text, struct buf *key)
{
	(void)version_take(&text, '='); /* either may be there */
	if (!version_take(&text, 'v'))
		(void)version_take(&text, 'V');
	return put_version(key, text, 3, false);
}

bool scan_nuget_key(struct span text, struct buf *key)
{
	return put_version(key, text, 4, true);
}
