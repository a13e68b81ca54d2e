// SPDX-License-Identifier: Apache-2.0
#include "secret_check.h"

#include "base/str.h"

#include <stdint.h>
#include <string.h>

/* The last six characters are the CRC-32 of those before them, written with the digits
 * 0-9, A-Z and a-z, behind a prefix that ends in '_' and does not count. */
static uint32_t crc32_of(struct span s)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < s.len; i++) {
		crc ^= (unsigned char)s.ptr[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (UINT32_C(0xEDB88320) & -(crc & 1));
	}
	return ~crc;
}

static bool crc32_base62(struct span value)
{
	static const char digits[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	size_t prefix = span_rfind_byte(value, '_');
	struct span body = prefix < value.len ? span_from(value, prefix + 1) : value;
	uint64_t told = 0;

	if (body.len <= 6)
		return false;
	for (size_t i = body.len - 6; i < body.len; i++) {
		const char *at = memchr(digits, body.ptr[i], sizeof(digits) - 1);

		if (at == NULL)
			return false;
		told = told * 62 + (uint64_t)(at - digits);
	}
	return told == crc32_of(span_sub(body, 0, body.len - 6));
}

static const struct {
	const char *name;
	scan_check *check;
} checks[] = {
	{ "crc32-base62", crc32_base62 },
};

enum { CHECKS = sizeof(checks) / sizeof(checks[0]) };

scan_check *scan_check_named(const char *name)
{
	for (size_t i = 0; i < CHECKS; i++) {
		if (str_eq(checks[i].name, name))
			return checks[i].check;
	}
	return NULL;
}

const char *scan_check_name(size_t i)
{
	return i < CHECKS ? checks[i].name : NULL;
}
