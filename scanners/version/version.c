// SPDX-License-Identifier: Apache-2.0
#include "version.h"

#include "version_internal.h"

#include <string.h>

typedef bool compile_key(struct span text, struct buf *key);

static compile_key *const compilers[SCAN_ORDERS] = {
	[SCAN_ORDER_SEMVER] = scan_semver_key,
	[SCAN_ORDER_PEP440] = scan_pep440_key,
	[SCAN_ORDER_MAVEN] = scan_maven_key,
	[SCAN_ORDER_DEBIAN] = scan_debian_key,
	[SCAN_ORDER_GEM] = scan_gem_key,
	[SCAN_ORDER_NUGET] = scan_nuget_key,
	[SCAN_ORDER_PACKAGIST] = scan_packagist_key,
};

bool version_take(struct span *rest, char c)
{
	if (rest->len == 0 || rest->ptr[0] != c)
		return false;
	*rest = span_from(*rest, 1);
	return true;
}

struct span version_digits(struct span *rest)
{
	struct span all = *rest;
	size_t n = 0;

	while (n < all.len && version_is_digit(all.ptr[n]))
		n++;
	*rest = span_from(all, n);
	return span_sub(all, 0, n);
}

bool version_take_word(struct span *rest, const char *word)
{
	size_t n = strlen(word);

	if (rest->len < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (version_lower(rest->ptr[i]) != word[i])
			return false;
	*rest = span_from(*rest, n);
	return true;
}

void version_put_number(struct buf *key, struct span digits)
{
	size_t zeros = 0;

	while (zeros < digits.len && digits.ptr[zeros] == '0')
		zeros++;
	digits = span_from(digits, zeros);
	buf_putc(key, (char)(unsigned char)digits.len); /* below 256: bounded text */
	buf_put(key, digits);
}

static bool is_plain(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
			return false;
	return text.len > 0 && text.len <= SCAN_VERSION_MAX;
}

bool scan_version_key(enum scan_order order, struct span version, struct buf *key)
{
	struct span text = span_trim(version);
	size_t before = key->len;

	if (compilers[order] == NULL || !is_plain(text))
		return false;
	if (compilers[order](text, key))
		return true;
	buf_truncate(key, before);
	return false;
}

int scan_version_compare(enum scan_order order, struct span a, struct span b)
{
	if (order == SCAN_ORDER_MAVEN)
		return scan_maven_compare(a, b);
	return span_cmp(a, b);
}
