// SPDX-License-Identifier: Apache-2.0
#include "secret_value.h"

#include "base/ascii.h"
#include "base/str.h"
#include "secret_words.h"

#include <math.h>
#include <string.h>

static char small(char c)
{
	return ascii_is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

double scan_entropy(struct span value)
{
	size_t counts[256] = { 0 };
	double bits = 0;

	for (size_t i = 0; i < value.len; i++)
		counts[(unsigned char)value.ptr[i]]++;
	for (size_t i = 0; i < 256; i++) {
		double share = (double)counts[i] / (double)value.len;

		if (counts[i] > 0)
			bits -= share * log2(share);
	}
	return bits;
}

struct scan_makeup scan_makeup_of(struct span value)
{
	struct scan_makeup m = { 0 };
	bool seen[256] = { false };
	size_t run = 0;

	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];
		unsigned char u = (unsigned char)c;

		m.digits += ascii_is_digit(c);
		m.lower += ascii_is_lower(c);
		m.upper += ascii_is_upper(c);
		m.distinct += !seen[u];
		seen[u] = true;
		run = i > 0 && value.ptr[i - 1] == c ? run + 1 : 1;
		m.longest = run > m.longest ? run : m.longest;
	}
	m.other = value.len - m.digits - m.lower - m.upper;
	return m;
}

/* ---- words ---- */

/* Length of the longest word at the start of these letters, 0 if none is. */
static size_t word_at(const char *letters, size_t len)
{
	size_t n = len < SCAN_WORD_MAX ? len : SCAN_WORD_MAX;

	for (; n >= SCAN_WORD_MIN; n--) {
		if (scan_common_word(letters, n))
			return n;
	}
	return 0;
}

/* Letters of a run of letters that words cover, the longest word first come. */
static size_t covered_of(struct span run)
{
	char letters[256];
	size_t len = run.len < sizeof(letters) ? run.len : sizeof(letters);
	size_t covered = 0;

	for (size_t i = 0; i < len; i++)
		letters[i] = small(run.ptr[i]);
	for (size_t at = 0; at < len;) {
		size_t n = word_at(letters + at, len - at);

		covered += n;
		at += n > 0 ? n : 1;
	}
	return covered;
}

double scan_wordiness(struct span value)
{
	size_t letters = 0;
	size_t covered = 0;

	for (size_t at = 0; at < value.len;) {
		size_t end = at;

		while (end < value.len && ascii_is_letter(value.ptr[end]))
			end++;
		covered += covered_of(span_sub(value, at, end - at));
		letters += end - at;
		at = end > at ? end : at + 1;
	}
	return letters == 0 ? 0 : (double)covered / (double)letters;
}

/* ---- what stands for a secret ---- */

/* clang-format off */
static const char *const placeholders[] = {
	/* seaworthy:allow hardcoded.test-value what the rule looks for */
	"dummy", "fake", "foobar", "mock",
	"bar", "baz", "changeme", "changeit", "example", "foo", "here", "insert",
	"invalid", "lorem", "my", "none", "null", "pass", "passwd", "password",
	"placeholder", "put", "redacted", "removed", "replace", "sample", "secret",
	"some", "test", "todo", "token", "user", "username", "xxx", "your", "yourkey",
};
/* clang-format on */

static bool is_placeholder_word(struct span word)
{
	for (size_t i = 0; i < sizeof(placeholders) / sizeof(placeholders[0]); i++) {
		size_t k = 0;

		if (strlen(placeholders[i]) != word.len)
			continue;
		while (k < word.len && small(word.ptr[k]) == placeholders[i][k])
			k++;
		if (k == word.len)
			return true;
	}
	return false;
}

/* End of the word that starts at `at`: letters, a capital opens the next ("MyToken"). */
static size_t word_end(struct span value, size_t at)
{
	size_t end = at + 1;

	while (end < value.len && ascii_is_letter(value.ptr[end]) &&
	       !(ascii_is_upper(value.ptr[end]) && ascii_is_lower(value.ptr[end - 1])))
		end++;
	return end;
}

bool scan_is_placeholder(struct span value)
{
	for (size_t at = 0; at < value.len;) {
		size_t end;
		bool apart;

		if (!ascii_is_letter(value.ptr[at])) {
			at++;
			continue;
		}
		end = word_end(value, at);
		apart = (at == 0 || !ascii_is_digit(value.ptr[at - 1])) &&
		        (end == value.len || !ascii_is_digit(value.ptr[end]));
		if (apart && end - at > 2 &&
		    is_placeholder_word(span_sub(value, at, end - at)))
			return true;
		at = end;
	}
	return false;
}

static bool repeats(struct span value, size_t period)
{
	for (size_t i = period; i < value.len; i++) {
		if (value.ptr[i] != value.ptr[i - period])
			return false;
	}
	return true;
}

bool scan_is_filler(struct span value)
{
	struct scan_makeup m = scan_makeup_of(value);

	if (value.len < 4)
		return false;
	if (m.longest * 2 >= value.len || m.distinct < 3)
		return true;
	for (size_t period = 1; period <= 4 && period * 3 <= value.len; period++) {
		if (repeats(value, period))
			return true;
	}
	return false;
}

bool scan_is_sequence(struct span value)
{
	/* seaworthy:allow hardcoded.test-value rows of a keyboard */
	static const char *const rows[] = { "qwertyuiop", "asdfghjkl", "zxcvbnm" };
	size_t steps = 0;

	for (size_t i = 1; i < value.len; i++) {
		char before = small(value.ptr[i - 1]);
		char c = small(value.ptr[i]);
		bool step = c == before + 1 || c == before - 1 ||
		            (before == '9' && (c == '0' || c == 'a'));

		for (size_t k = 0; !step && k < sizeof(rows) / sizeof(rows[0]); k++) {
			const char *at = strchr(rows[k], before);

			step = before != '\0' && at != NULL && at[1] != '\0' &&
			       at[1] == c;
		}
		steps += step;
	}
	return value.len > 4 && steps * 10 >= (value.len - 1) * 7;
}

bool scan_is_template(struct span value)
{
	static const char *const marks[] = { "${", "$(", "{{", "}}", "<%",  "%s", "%d",
		                             "%(", "#{", "[[", "%{", "...", "***" };

	if (value.len == 0)
		return true;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (span_find(value, span_str(marks[i])) < value.len)
			return true;
	}
	return strchr("$%<{[@&", value.ptr[0]) != NULL ||
	       strchr(">}]", value.ptr[value.len - 1]) != NULL;
}

bool scan_is_uuid(struct span value)
{
	if (value.len != 36)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		char c = small(value.ptr[i]);

		if (dash ? c != '-' : !ascii_is_digit(c) && !(c >= 'a' && c <= 'f'))
			return false;
	}
	return true;
}
