// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "base/str.h"
#include "secret_check_internal.h"
#include "secret_name.h"
#include "secret_value.h"

#include <string.h>

/*
 * Values that only their name makes a secret. Most of what stands behind such a name is
 * none: a name of something, a path, a hash, a call. Each test below is one such kind.
 */

enum { MINIFIED_LINE = 3000, WORDY_PERCENT = 45 };

struct span scan_hit_value(const struct scan_hit *hit)
{
	return span_sub(hit->text, hit->start, hit->end - hit->start);
}

struct span scan_hit_line(const struct scan_hit *hit)
{
	enum { SIDE = 4096 };
	size_t low = hit->start > SIDE ? hit->start - SIDE : 0;
	size_t high = hit->text.len - hit->end > SIDE ? hit->end + SIDE : hit->text.len;
	size_t from = hit->start;
	size_t to = hit->end;

	while (from > low && hit->text.ptr[from - 1] != '\n')
		from--;
	while (to < high && hit->text.ptr[to] != '\n')
		to++;
	return span_sub(hit->text, from, to - from);
}

static char byte_at(struct span s, size_t at)
{
	return at < s.len ? s.ptr[at] : '\n';
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* The last bytes in front of the match. */
static struct span right_before(const struct scan_hit *hit)
{
	size_t n = hit->start < 8 ? hit->start : 8;

	return span_sub(hit->text, hit->start - n, n);
}

static bool is_quoted(const struct scan_hit *hit)
{
	return hit->start > 0 && is_one_of(hit->text.ptr[hit->start - 1], "\"'`");
}

/* ---- where secrets do not stand ---- */

static bool is_lock_file(struct span path)
{
	static const char *const names[] = {
		"Cargo.lock",
		"Gemfile.lock",
		"Pipfile.lock",
		"composer.lock",
		"flake.lock",
		"go.mod",
		"go.sum",
		"gradle.lockfile",
		"mix.lock",
		"npm-shrinkwrap.json",
		"package-lock.json",
		"packages.lock.json",
		"pdm.lock",
		"pnpm-lock.yaml",
		"poetry.lock",
		"pubspec.lock",
		"uv.lock",
		"yarn.lock",
		"bun.lock",
	};
	size_t slash = span_rfind_byte(path, '/');
	struct span name = slash < path.len ? span_from(path, slash + 1) : path;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (span_eq_str(name, names[i]))
			return true;
	}
	return false;
}

static bool is_minified(const struct scan_hit *hit)
{
	static const char *const ends[] = { ".min.js", ".min.css", ".map", ".svg",
		                            ".bundle.js" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (span_ends(hit->path, span_str(ends[i])))
			return true;
	}
	return scan_hit_line(hit).len > MINIFIED_LINE;
}

/* ---- what a value is instead ---- */

/* "sha", "KRB5", "win32api": letters, a few digits, few letters; or few digits alone. */
static bool is_plain_piece(struct span piece)
{
	size_t letters = 0;
	size_t digits = 0;
	size_t tail = 0;

	while (letters < piece.len && ascii_is_letter(piece.ptr[letters]))
		letters++;
	while (letters + digits < piece.len &&
	       ascii_is_digit(piece.ptr[letters + digits]))
		digits++;
	tail = piece.len - letters - digits;
	for (size_t i = letters + digits; i < piece.len; i++) {
		if (!ascii_is_letter(piece.ptr[i]))
			return false;
	}
	return letters == 0 ? digits <= 6 && tail == 0
	                    : letters <= 20 && digits <= 3 && tail <= 4;
}

static size_t separator(struct span s)
{
	size_t n = 0;

	while (n < s.len && (ascii_is_letter(s.ptr[n]) || ascii_is_digit(s.ptr[n])))
		n++;
	return n;
}

/* "scram-sha-256", "KRB5_Alice", "api.v2.example.com", "CVE-2021-22876": pieces that a
 * person reads. */
static bool is_compound(struct span value)
{
	size_t pieces = 0;

	for (struct span rest = value; rest.len > 0; pieces++) {
		size_t n = separator(rest);

		if (!is_plain_piece(span_sub(rest, 0, n)))
			return false;
		rest = span_from(rest, n + 1);
	}
	return pieces > 1;
}

/* ".txt", ".pem": a dot and a few letters at the end. */
static bool has_extension(struct span value)
{
	size_t dot = span_rfind_byte(value, '.');
	struct span end = span_from(value, dot + 1);

	return dot > 0 && dot < value.len && end.len > 0 && end.len < 6 &&
	       separator(end) == end.len && ascii_is_letter(end.ptr[0]);
}

static bool is_path(struct span value)
{
	struct span rest = value;
	struct span piece;
	size_t wordy = 0;
	size_t pieces = 0;

	if (has_extension(value) ||
	    (value.len > 1 && is_one_of(value.ptr[0], "./~") && value.ptr[1] == '/'))
		return true;
	while (span_split(&rest, '/', &piece)) {
		pieces++;
		wordy += piece.len < 3 || scan_wordiness(piece) > 0.5;
	}
	return pieces > 2 && wordy * 2 >= pieces;
}

/* A version, a date, an address, a number. */
static bool is_number(struct span value)
{
	struct scan_makeup m = scan_makeup_of(value);

	if (span_starts(value, SPAN_LIT("0x")) && m.digits + m.lower + m.upper < 20)
		return true;
	return m.lower + m.upper <= 1 || m.digits == 0;
}

/* Capitals and small letters in the manner of names, few digits: "getUserById2". */
static bool is_identifier(struct span value)
{
	struct scan_makeup m = scan_makeup_of(value);
	bool constant = m.lower == 0 || m.upper == 0;

	if (m.digits * 8 > value.len && m.digits > 2)
		return false;
	return constant && span_find_byte(value, '_') < value.len;
}

static bool is_hex(struct span value)
{
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];

		if (!ascii_is_digit(c) && !(c >= 'a' && c <= 'f') &&
		    !(c >= 'A' && c <= 'F'))
			return false;
	}
	return value.len > 0;
}

static bool line_has(struct span line, const char *word)
{
	size_t len = strlen(word);

	for (size_t at = 0; at + len <= line.len; at++) {
		size_t k = 0;

		while (k < len && (line.ptr[at + k] | 0x20) == word[k])
			k++;
		if (k == len)
			return true;
	}
	return false;
}

/* Digests of files and commits stand where names of keys do, too. */
static bool is_digest(const struct scan_hit *hit, struct span value)
{
	static const char *const words[] = { "sha1",      "sha256",      "sha512",
		                             "md5",       "checksum",    "digest",
		                             "integrity", "fingerprint", "commit" };
	struct span line = scan_hit_line(hit);
	struct span before = right_before(hit);

	if (line_has(before, "sha") || line_has(before, "md5"))
		return true;
	if (span_starts(value, SPAN_LIT("sha")) && value.len > 6)
		return is_one_of(value.ptr[6], "-:") || is_one_of(value.ptr[4], "-:");
	for (size_t i = 0; is_hex(value) && i < sizeof(words) / sizeof(words[0]); i++) {
		if (line_has(line, words[i]))
			return true;
	}
	return false;
}

/* Public parts of keys, in their usual forms. */
static bool is_public(struct span value)
{
	return span_starts(value, SPAN_LIT("ssh-")) ||
	       span_starts(value, SPAN_LIT("AAAAB3NzaC1")) ||
	       span_starts(value, SPAN_LIT("AAAAC3NzaC1")) ||
	       span_starts(value, SPAN_LIT("MIIB")) ||
	       span_starts(value, SPAN_LIT("MIID"));
}

/* Outside quotes only where no program text follows: "token = next3();" is a call. */
static bool is_code(const struct scan_hit *hit, struct span value)
{
	char next = byte_at(hit->text, hit->end);

	if (span_find(value, SPAN_LIT("==")) + 2 < value.len)
		return true;
	if (is_quoted(hit))
		return false;
	if (span_find(value, SPAN_LIT("._")) < value.len)
		return true;
	if (is_one_of(next, "([{.?!*") ||
	    (is_one_of(next, ",;)") && scan_makeup_of(value).digits < 6))
		return true;
	return is_one_of(next, ":") && byte_at(hit->text, hit->end + 1) == ':';
}

static const char *shape_of(const struct scan_hit *hit, struct span value)
{
	if (scan_is_template(value))
		return "is filled in at run time";
	if (is_code(hit, value))
		return "is a name in the program's text";
	if (is_number(value))
		return "is a number or has no digit";
	if (is_path(value))
		return "is a path";
	if (is_compound(value) || is_identifier(value))
		return "is the name of something";
	if (is_digest(hit, value))
		return "is a digest";
	if (is_public(value))
		return "is the public part of a key";
	return NULL;
}

static const char *typed_of(struct span value)
{
	if (scan_is_filler(value))
		return "is one piece over and over";
	if (scan_is_sequence(value))
		return "is a row of the alphabet or the keyboard";
	if (scan_is_placeholder(value))
		return "is a placeholder";
	if (scan_wordiness(value) * 100 > WORDY_PERCENT)
		return "is made of words";
	return NULL;
}

/* A bare "key" has to be followed by what can be nothing else. */
static bool is_strong(struct span value)
{
	struct scan_makeup m = scan_makeup_of(value);

	if (is_hex(value))
		return value.len >= 32 && value.len % 2 == 0;
	return value.len >= 20 && m.digits > 1 && m.lower > 1 && m.upper > 1 &&
	       scan_entropy(value) >= 3.7;
}

const char *scan_check_generic_value(struct scan_hit *hit)
{
	struct span value = scan_hit_value(hit);
	const char *why = shape_of(hit, value);

	return why != NULL ? why : typed_of(value);
}

const char *scan_check_generic(struct scan_hit *hit)
{
	struct span value = scan_hit_value(hit);
	struct span name = scan_name_around(hit->text, hit->key, hit->key_end);
	enum scan_name_kind kind = scan_name_kind(name);

	if (is_lock_file(hit->path))
		return "stands in a lock file";
	if (is_minified(hit))
		return "stands in minified text";
	if (kind == SCAN_NAME_OTHER)
		return "the name is not that of a secret";
	if (kind == SCAN_NAME_WEAK && !is_strong(value))
		return "the name says little and the value is weak";
	if (scan_is_uuid(value) && kind == SCAN_NAME_WEAK)
		return "is an identifier";
	return scan_check_generic_value(hit);
}

/* ---- passwords ---- */

/* A password may be made of words; it may not be one everybody writes. */
const char *scan_check_password(struct scan_hit *hit)
{
	struct span value = scan_hit_value(hit);
	struct scan_makeup m = scan_makeup_of(value);

	if (scan_is_template(value))
		return "is filled in at run time";
	if (scan_is_filler(value) || scan_is_sequence(value))
		return "is one piece over and over";
	if (scan_is_placeholder(value))
		return "is a placeholder";
	if (m.digits + m.other == 0 && (m.lower == 0 || m.upper == 0))
		return "is one word";
	return NULL;
}

/* Quoted text behind "password": prose, format strings and names are not one. */
const char *scan_check_generic_password(struct scan_hit *hit)
{
	struct span value = scan_hit_value(hit);
	struct span name = scan_name_around(hit->text, hit->key, hit->key_end);
	struct scan_makeup m = scan_makeup_of(value);
	const char *why = scan_check_password(hit);

	if (why != NULL)
		return why;
	if (!scan_name_starts(hit->text, hit->key) ||
	    scan_name_kind(name) != SCAN_NAME_SECRET)
		return "the name is not that of a secret";
	if (m.digits == 0 || m.lower + m.upper < 2 || m.distinct < 6)
		return "is too simple to be drawn";
	if (scan_wordiness(value) * 100 > WORDY_PERCENT)
		return "is made of words";
	if (is_path(value) || is_compound(value) || is_identifier(value))
		return "is the name of something";
	return NULL;
}

/* Three characters of a script other than Latin in a row: a word of some language. */
static bool has_foreign_word(struct span value)
{
	enum { WORD = 9 };
	size_t run = 0;

	for (size_t i = 0; i < value.len && run < WORD; i++)
		run = (unsigned char)value.ptr[i] >= 0x80 ? run + 1 : 0;
	return run == WORD;
}

const char *scan_check_url_password(struct scan_hit *hit)
{
	struct span value = scan_hit_value(hit);
	struct scan_makeup m = scan_makeup_of(value);
	const char *why = scan_check_password(hit);

	if (why != NULL)
		return why;
	if (m.digits == value.len && value.len < 6)
		return "is a port";
	if (value.len < 5 || (m.digits == 0 && scan_wordiness(value) > 0.6))
		return "is one word";
	if (has_foreign_word(value))
		return "is text";
	return line_has(scan_hit_line(hit), "example.") ? "belongs to an example domain"
	                                                : NULL;
}

/* "Basic" is followed by a login in Base64, any other word by the token itself. */
const char *scan_check_authorization(struct scan_hit *hit)
{
	struct span before = right_before(hit);

	return line_has(before, "basic") ? scan_check_basic_auth(hit)
	                                 : scan_check_generic_value(hit);
}

/* "user:password" */
const char *scan_check_login(struct scan_hit *hit)
{
	struct scan_hit password = *hit;

	password.start += span_find_byte(scan_hit_value(hit), ':') + 1;
	return password.start < hit->end ? scan_check_password(&password)
	                                 : "has no password";
}

/* ---- every secret ---- */

static bool is_blob_byte(char c)
{
	return ascii_is_letter(c) || ascii_is_digit(c) || c == '+' || c == '/';
}

/* Is it cut out of a longer run of Base64? Tokens stand behind quotes, '=' or space. */
static bool is_inside_blob(const struct scan_hit *hit)
{
	size_t before = hit->start;
	size_t behind = hit->end;

	while (before > 0 && hit->start - before < 80 &&
	       is_blob_byte(hit->text.ptr[before - 1]))
		before--;
	while (behind < hit->text.len && behind - hit->end < 80 &&
	       is_blob_byte(hit->text.ptr[behind]))
		behind++;
	return hit->start - before > 24 || behind - hit->end > 24;
}

const char *scan_secret_check(struct scan_hit *hit, bool is_exact)
{
	struct span value = scan_hit_value(hit);

	if (hit->key < hit->key_end && !scan_name_starts(hit->text, hit->key))
		return "the name is part of a longer word";
	if (is_exact && is_inside_blob(hit))
		return "is part of a longer blob";
	if (value.len >= 8 && scan_is_filler(value))
		return "is one piece over and over";
	if (hit->proof == SCAN_DISPROVEN && scan_is_placeholder(value))
		return "is a placeholder";
	if (!is_exact && scan_is_template(value))
		return "is filled in at run time";
	return NULL;
}
