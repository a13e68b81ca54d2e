// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_VERSION_INTERNAL_H
#define SCANNERS_VERSION_INTERNAL_H

#include "version.h"

#include <stdint.h>

/* What the orders share. Their compilers get a text of 1 to SCAN_VERSION_MAX printable
 * ASCII bytes; what they append on failure is taken back by the caller. */

bool scan_semver_key(struct span text, struct buf *key);
bool scan_nuget_key(struct span text, struct buf *key);
bool scan_pep440_key(struct span text, struct buf *key);
bool scan_maven_key(struct span text, struct buf *key);
int scan_maven_compare(struct span a, struct span b);
bool scan_debian_key(struct span text, struct buf *key);
bool scan_gem_key(struct span text, struct buf *key);
bool scan_packagist_key(struct span text, struct buf *key);

static inline bool version_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline char version_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static inline bool version_is_letter(char c)
{
	return version_lower(c) >= 'a' && version_lower(c) <= 'z';
}

/* Takes one byte off the front if it is this one. */
bool version_take(struct span *rest, char c);
/* Takes the digits at the front, maybe none. */
struct span version_digits(struct span *rest);
/* Takes the word, given in lower case, off the front, in whatever case it stands there.
 */
bool version_take_word(struct span *rest, const char *word);
/* Digits of any count as bytes that compare as the number does: its length without
 * leading zeros, then its digits. No digits are 0. */
void version_put_number(struct buf *key, struct span digits);
/* The identifiers of a SemVer pre-release, with an end below all of them. */
bool version_put_identifiers(struct buf *key, struct span text, bool any_case);

#endif
