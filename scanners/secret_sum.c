// SPDX-License-Identifier: Apache-2.0
#include "crypto/digest.h"
#include "secret_check_internal.h"

#include <stdint.h>
#include <string.h>

/* Checksums that tokens carry in themselves. */

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

/* The number that digits of this alphabet write; UINT64_MAX for another byte. At most 9
 * digits. */
static uint64_t number_of(struct span s, const char *digits)
{
	uint64_t base = strlen(digits);
	uint64_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		const char *at = memchr(digits, s.ptr[i], (size_t)base);

		if (at == NULL)
			return UINT64_MAX;
		n = n * base + (uint64_t)(at - digits);
	}
	return n;
}

static const char *proven(struct scan_hit *hit, bool right)
{
	hit->proof = right ? SCAN_PROVEN : SCAN_DISPROVEN;
	return NULL;
}

static struct span last(struct span s, size_t n)
{
	return span_from(s, s.len > n ? s.len - n : 0);
}

/*
 * GitHub and npm: PREFIX_ + random + 6 digits to the base of 62, the CRC-32 of the random
 * part. The fine-grained tokens of GitHub and its refresh tokens say nothing of theirs.
 */
const char *scan_check_github(struct scan_hit *hit)
{
	static const char digits[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	enum { SUM = 6, BODY = 36 };
	struct span value = scan_hit_value(hit);
	struct span body = span_from(value, span_rfind_byte(value, '_') + 1);

	if (body.len != BODY)
		return NULL;
	return proven(hit, number_of(last(body, SUM), digits) ==
	                           crc32_of(span_sub(body, 0, BODY - SUM)));
}

/* GitLab's routable tokens end in 7 digits to the base of 36: the CRC-32 of all before.
 */
const char *scan_check_gitlab(struct scan_hit *hit)
{
	enum { SUM = 7 };
	struct span value = scan_hit_value(hit);

	if (value.len <= SUM)
		return NULL;
	return proven(hit, number_of(last(value, SUM),
	                             "0123456789abcdefghijklmnopqrstuvwxyz") ==
	                           crc32_of(span_sub(value, 0, value.len - SUM)));
}

/* Grafana: the CRC-32 of all in front of the last '_', as four bytes, least first. */
const char *scan_check_grafana(struct scan_hit *hit)
{
	struct span value = scan_hit_value(hit);
	size_t bar = span_rfind_byte(value, '_');
	uint32_t crc = crc32_of(span_sub(value, 0, bar));
	uint32_t swapped =
		crc << 24 | (crc << 8 & 0xFF0000) | (crc >> 8 & 0xFF00) | crc >> 24;

	return proven(hit, number_of(span_from(value, bar + 1), "0123456789abcdef") ==
	                           swapped);
}

/* ---- Bech32 (age) ---- */

static uint32_t bech32_step(uint32_t sum, unsigned value)
{
	static const uint32_t generators[] = { 0x3B6A57B2, 0x26508E6D, 0x1EA119FA,
		                               0x3D4233DD, 0x2A1462B3 };
	uint32_t top = sum >> 25;

	sum = (sum & 0x1FFFFFF) << 5 ^ value;
	for (int i = 0; i < 5; i++)
		sum ^= top >> i & 1 ? generators[i] : 0;
	return sum;
}

/* The part in front of the last '1' counts in small letters. */
const char *scan_check_age(struct scan_hit *hit)
{
	static const char digits[] = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
	static const char human[] = "age-secret-key-";
	struct span value = scan_hit_value(hit);
	uint32_t sum = 1;

	for (size_t i = 0; i + 1 < sizeof(human); i++)
		sum = bech32_step(sum, (unsigned char)human[i] >> 5);
	sum = bech32_step(sum, 0);
	for (size_t i = 0; i + 1 < sizeof(human); i++)
		sum = bech32_step(sum, (unsigned char)human[i] & 31);
	for (size_t i = sizeof(human); i < value.len; i++) {
		const char *at = memchr(digits, value.ptr[i], sizeof(digits) - 1);

		if (at == NULL)
			return "is no Bech32";
		sum = bech32_step(sum, (unsigned)(at - digits));
	}
	return proven(hit, sum == 1);
}

/* ---- Base58Check (Bitcoin) ---- */

enum { BASE58_BYTES = 96, BASE58_SUM = 4 };

/* The number as bytes, the highest first, in the last `*len` of `out`. */
static bool base58_decode(struct span s, unsigned char out[BASE58_BYTES], size_t *len)
{
	static const char digits[] =
		"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

	memset(out, 0, BASE58_BYTES);
	*len = 0;
	for (size_t i = 0; i < s.len; i++) {
		const char *at = memchr(digits, s.ptr[i], sizeof(digits) - 1);
		unsigned carry = at == NULL ? 0 : (unsigned)(at - digits);
		size_t k = 0;

		if (at == NULL)
			return false;
		for (; carry != 0 || k < *len; k++) {
			if (k == BASE58_BYTES)
				return false;
			carry += 58U * out[BASE58_BYTES - 1 - k];
			out[BASE58_BYTES - 1 - k] = (unsigned char)(carry & 0xFF);
			carry >>= 8;
		}
		*len = k;
	}
	return *len > BASE58_SUM;
}

/* The last four bytes are the first of SHA-256 of SHA-256 of those before: nothing else
 * tells such a key from other random letters, so a wrong sum drops it. */
const char *scan_check_base58(struct scan_hit *hit)
{
	unsigned char bytes[BASE58_BYTES];
	struct lb_id once;
	struct lb_id twice;
	size_t len;
	const char *from;

	if (!base58_decode(scan_hit_value(hit), bytes, &len))
		return "is no Base58";
	from = (const char *)bytes + BASE58_BYTES - len;
	if (lb_hash(span_of(from, len - BASE58_SUM), &once, NULL) != ERR_OK ||
	    lb_hash(span_of((const char *)once.b, sizeof(once.b)), &twice, NULL) !=
	            ERR_OK)
		return "could not be hashed";
	if (memcmp(twice.b, from + len - BASE58_SUM, BASE58_SUM) != 0)
		return "its checksum is wrong";
	return proven(hit, true);
}
