// SPDX-License-Identifier: Apache-2.0
#include "policy/scalar.h"

#include "base/ascii.h"
#include "base/num.h"
#include "base/str.h"
#include "base/when.h"
#include "policy/decimal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A hundred years: sums of a few durations and times cannot overflow. */
#define DURATION_MAX_MS (UINT64_C(100) * 366 * 24 * 3600 * 1000)

bool gate_is_id(struct span text)
{
	if (text.len == 0 || text.len > GATE_ID_MAX || !ascii_is_alnum(text.ptr[0]))
		return false;
	for (size_t i = 1; i < text.len; i++) {
		char c = text.ptr[i];

		if (!ascii_is_alnum(c) && c != '.' && c != '_' && c != '-')
			return false;
	}
	return true;
}

/* A scheme, and behind it only what a URI is made of. */
static bool is_uri(struct span text)
{
	static const char marks[] = ":/?#[]@!$&'()*+,;=._~%-";
	const size_t colon = span_find_byte(text, ':');

	if (colon + 1 >= text.len || !ascii_is_letter(text.ptr[0]))
		return false;
	for (size_t i = 1; i < text.len; i++) {
		const char c = text.ptr[i];
		const char *allowed = i < colon ? "+.-" : marks;

		if (!ascii_is_alnum(c) && (c == '\0' || strchr(allowed, c) == NULL))
			return false;
	}
	return true;
}

/* No name of a commit that could mean another one tomorrow. */
static bool is_base(struct span text)
{
	if (span_eq_str(text, "tags"))
		return true;
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_is_digit(text.ptr[i]) &&
		    (text.ptr[i] < 'a' || text.ptr[i] > 'f'))
			return false;
	return text.len == 40 || text.len == 64;
}

static const char *set_text(struct arena *a, struct span text, void *at)
{
	char *copy;

	if (at == NULL)
		return NULL;
	if (a->used > GATE_POLICY_MAX)
		return "too much: the policy is larger than 64 MiB";
	copy = arena_dup(a, text);
	memcpy(at, &copy, sizeof(copy));
	return NULL;
}

/* Exactly: 100.00000000000000000001 is above 100. */
static bool decimal_within(struct span text, size_t min, size_t max)
{
	char low[24], high[24];

	(void)snprintf(low, sizeof(low), "%zu", min);
	(void)snprintf(high, sizeof(high), "%zu", max);
	return gate_decimal_cmp(text, span_str(low)) >= 0 &&
	       gate_decimal_cmp(text, span_str(high)) <= 0;
}

static const char *set_decimal(struct arena *a, const struct gate_type *t,
                               struct span text, void *at)
{
	if (!num_is_json(text))
		return "write it as a plain decimal such as 5 or 0.25";
	if (t->bounded && !decimal_within(text, t->min, t->max))
		return "";
	return set_text(a, text, at);
}

static const char *set_u64(const struct gate_type *t, bool ok, uint64_t value, void *at)
{
	if (!ok || (t->bounded && (value < t->min || value > t->max)))
		return "";
	if (at != NULL)
		memcpy(at, &value, sizeof(value));
	return NULL;
}

static const char *set_duration(const struct gate_type *t, struct span text, void *at)
{
	uint64_t value = 0;
	bool ok = num_duration_ms(text, &value) && value <= DURATION_MAX_MS;

	return set_u64(t, ok, value, at);
}

static const char *set_word(const struct gate_type *t, struct span text, void *at)
{
	for (size_t i = 0; i < t->word_count; i++) {
		int index = (int)i;

		if (t->words[i] == NULL || !span_eq_str(text, t->words[i]))
			continue;
		if (at != NULL)
			memcpy(at, &index, sizeof(index));
		return NULL;
	}
	return "";
}

static const char *set_bool(struct span text, void *at)
{
	bool value = span_eq_str(text, "true");

	if (!value && !span_eq_str(text, "false"))
		return "";
	if (at != NULL)
		memcpy(at, &value, sizeof(value));
	return NULL;
}

static const char *set_instant(struct span text, void *at)
{
	int64_t ms;

	if (!when_parse(text, &ms))
		return "";
	if (at != NULL)
		memcpy(at, &ms, sizeof(ms));
	return NULL;
}

static const char *set_glob(struct arena *a, struct span text, void *at)
{
	char *pattern = arena_dup(a, text);
	const char *why = NULL;

	if (pattern == NULL)
		return NULL; /* the arena tells */
	if (text.len == 0)
		return "";
	if (!str_glob_ok(pattern, &why))
		return why;
	return set_text(a, text, at);
}

static const char *set_amount(struct span text)
{
	uint64_t value;

	if (num_u64(text, 0, UINT64_MAX, &value) || num_bytes(text, &value))
		return NULL;
	return "";
}

const char *gate_scalar_set(struct arena *a, const struct gate_type *t, struct span text,
                            void *at)
{
	uint64_t value = 0;
	bool ok;

	if (text.len > GATE_TEXT_MAX)
		return "too long: at most 64 KiB";
	switch (t->kind) {
	case GATE_KIND_TEXT:
	case GATE_KIND_LABEL:
	case GATE_KIND_SAMPLE:
		return text.len == 0 ? "it must not be empty" : set_text(a, text, at);
	case GATE_KIND_ID:
		return gate_is_id(text) ? set_text(a, text, at) : "";
	case GATE_KIND_URI:
		return is_uri(text) ? set_text(a, text, at) : "";
	case GATE_KIND_BASE:
		return is_base(text) ? set_text(a, text, at) : "";
	case GATE_KIND_GLOB:
		return set_glob(a, text, at);
	case GATE_KIND_DECIMAL:
		return set_decimal(a, t, text, at);
	case GATE_KIND_COUNT:
		ok = num_u64(text, 0, UINT64_MAX, &value);
		/* 0500 is 320 to some readers of YAML, and no number to those of JSON. */
		if (ok && !num_is_json(text))
			return "write it without zeros in front";
		return set_u64(t, ok, value, at);
	case GATE_KIND_DURATION:
		return set_duration(t, text, at);
	case GATE_KIND_INSTANT:
		return set_instant(text, at);
	case GATE_KIND_WORD:
		return set_word(t, text, at);
	case GATE_KIND_BOOL:
		return set_bool(text, at);
	case GATE_KIND_AMOUNT:
		return set_amount(text);
	case GATE_KIND_LIST:
	case GATE_KIND_ONE_OR_LIST:
	case GATE_KIND_RECORD:
	case GATE_KIND_RECORDS:
	case GATE_KIND_TABLE:
	case GATE_KIND_COMMAND:
	case GATE_KIND_ENV:
	case GATE_KIND_FREE:
	case GATE_KIND_PREDICATE:
	case GATE_KIND_COLLECT:
		break;
	}
	return ""; /* not a scalar: nothing is one */
}

static const char *text_at(const void *at)
{
	const char *text;

	memcpy(&text, at, sizeof(text));
	return text;
}

static uint64_t u64_at(const void *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static const char *word_at(const struct gate_type *t, const void *at)
{
	int index;

	memcpy(&index, at, sizeof(index));
	return t->words[index];
}

bool gate_scalar_present(const struct gate_type *t, const void *at)
{
	switch ((int)t->kind) {
	case GATE_KIND_COUNT:
	case GATE_KIND_DURATION:
	case GATE_KIND_INSTANT:
		return u64_at(at) != 0;
	case GATE_KIND_WORD:
		return word_at(t, at) != NULL;
	case GATE_KIND_BOOL:
		return *(const bool *)at;
	default:
		return text_at(at) != NULL;
	}
}

/* In the largest unit that divides it. */
static void put_duration(struct json_writer *w, uint64_t ms)
{
	static const struct {
		uint64_t ms;
		const char *unit;
	} units[] = { { 86400000, "d" },
		      { 3600000, "h" },
		      { 60000, "m" },
		      { 1000, "s" },
		      { 1, "ms" } };
	char text[32];
	size_t i = 0;

	while (ms % units[i].ms != 0 || ms < units[i].ms) {
		if (units[i].ms == 1)
			break;
		i++;
	}
	(void)snprintf(text, sizeof(text), "%" PRIu64 "%s", ms / units[i].ms,
	               units[i].unit);
	json_put_str(w, text);
}

static void put_instant(struct json_writer *w, const void *at)
{
	char text[WHEN_TEXT];
	int64_t ms;

	memcpy(&ms, at, sizeof(ms));
	when_format(ms, ms % 1000 != 0, text);
	json_put_str(w, text);
}

void gate_scalar_put(struct json_writer *w, const struct gate_type *t, const void *at)
{
	switch ((int)t->kind) {
	case GATE_KIND_COUNT:
		json_put_u64(w, u64_at(at));
		break;
	case GATE_KIND_DURATION:
		put_duration(w, u64_at(at));
		break;
	case GATE_KIND_INSTANT:
		put_instant(w, at);
		break;
	case GATE_KIND_WORD:
		json_put_str(w, word_at(t, at));
		break;
	case GATE_KIND_BOOL:
		json_put_bool(w, *(const bool *)at);
		break;
	case GATE_KIND_DECIMAL:
		json_put_number(w, text_at(at));
		break;
	default:
		json_put_str(w, text_at(at));
		break;
	}
}
