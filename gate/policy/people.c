// SPDX-License-Identifier: Apache-2.0
#include "policy/people.h"

#include "base/ascii.h"
#include "base/str.h"
#include "base/when.h"
#include "crypto/sshsig.h"

#include <string.h>

enum { NAMES_MAX = 64 };

/* ---- names ---- */

bool gate_name_eq(const char *a, const char *b)
{
	return a != NULL && b != NULL && str_seen_same(span_str(a), span_str(b));
}

bool gate_name_has_control(const char *name)
{
	return str_has_control(span_str(name));
}

/* <name>, [name], {name}: what is to be replaced. */
static bool is_brackets(uint32_t first, uint32_t last)
{
	return (first == '<' && last == '>') || (first == '[' && last == ']') ||
	       (first == '{' && last == '}');
}

/* A letter, a digit, or what other scripts have. */
static bool has_word(struct span name)
{
	struct str_seen s = { name, false };
	uint32_t first = 0;
	uint32_t last = 0;
	uint32_t code;
	bool word = false;

	while ((code = str_seen_next(&s)) != 0) {
		first = first != 0 ? first : code;
		last = code;
		word = word || code >= 0x80 || ascii_is_alnum((char)code);
	}
	return word && !is_brackets(first, last);
}

bool gate_name_is_blank(const char *name)
{
	static const char *const blanks[] = {
		"tbd",
		"tba",
		"tbc",
		"todo",
		"fixme",
		"n/a",
		"na",
		"none",
		"nobody",
		"null",
		"nil",
		"unknown",
		"name",
		"name here",
		"your name",
		"your name here",
		"full name",
		"first last",
		"firstname lastname",
		"signature",
		"sign here",
		"signed",
		"pending",
		"placeholder",
		"someone",
		"somebody",
		"anyone",
		"approver",
		"approver name",
		"insert name",
		"insert name here",
		"changeme",
		"xxx",
		"to be defined",
		"to be determined",
		"to be decided",
		"not applicable",
	};
	const struct span s = span_str(name);

	if (!has_word(s))
		return true;
	for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++)
		if (str_seen_same(s, span_str(blanks[i])))
			return true;
	return false;
}

bool gate_person_is(const struct gate_person *a, const struct gate_person *b)
{
	if (a->key != NULL && str_eq(a->key, b->key))
		return true;
	for (size_t i = 0; i < a->name_count; i++)
		for (size_t k = 0; k < b->name_count; k++)
			if (gate_name_eq(a->names[i], b->names[k]))
				return true;
	return false;
}

bool gate_person_wrote(const struct gate_person *p, const char *name, const char *email)
{
	const struct span address = span_str(email);
	const size_t at = span_find_byte(address, '@');

	for (size_t i = 0; i < p->name_count; i++) {
		const struct span own = span_str(p->names[i]);

		if (str_seen_same(own, SPAN_EMPTY))
			continue;
		if (str_seen_same(own, span_str(name)) || str_seen_same(own, address))
			return true;
		if (span_find_byte(own, '@') == own.len &&
		    str_seen_same(own, span_sub(address, 0, at)))
			return true;
	}
	return false;
}

/* ---- lines ---- */

/* The next word; a quoted part of it may hold blanks. */
static struct span take_word(struct span *rest)
{
	bool quoted = false;
	size_t len = 0;
	struct span word;

	*rest = span_trim(*rest);
	while (len < rest->len && (quoted || !ascii_is_space(rest->ptr[len]))) {
		if (rest->ptr[len] == '"')
			quoted = !quoted;
		len++;
	}
	word = span_sub(*rest, 0, len);
	*rest = span_trim(span_from(*rest, len));
	return word;
}

static bool is_key_type(struct span word)
{
	static const char *const heads[] = { "ssh-", "ecdsa-", "sk-ssh-", "sk-ecdsa-" };

	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		if (span_starts(word, span_str(heads[i])))
			return true;
	return false;
}

struct reading {
	struct gate_person *out;
	struct arena *arena;
	size_t cap;
};

static void fault(struct reading *r, const char *why)
{
	if (r->out->fault == NULL)
		r->out->fault = why;
}

static void add_name(struct reading *r, struct span name)
{
	const char **slot;

	name = span_trim(name);
	if (str_seen_same(name, SPAN_EMPTY) || r->out->name_count == NAMES_MAX)
		return;
	if (str_has_control(name))
		fault(r, "a name of it has control characters");
	slot = arena_push(r->arena, &r->out->names, &r->out->name_count, &r->cap,
	                  sizeof *slot);
	if (slot != NULL)
		*slot = arena_dup(r->arena, name);
}

/* Names with commas or blanks between them. */
static void add_names(struct reading *r, struct span text)
{
	struct span word;

	while ((word = take_word(&text)).len > 0) {
		struct span name;

		while (span_split(&word, ',', &name))
			add_name(r, name);
	}
}

/* "20261122", "202611221030", "20261122103000", each with or without a Z. */
static bool read_stamp(struct span s, int64_t *out)
{
	char text[] = "0000-00-00T00:00:00Z";
	static const size_t places[] = { 0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18 };

	if (span_ends(s, SPAN_LIT("Z")))
		s.len--;
	if (s.len != 8 && s.len != 12 && s.len != 14)
		return false;
	for (size_t i = 0; i < s.len; i++)
		text[places[i]] = s.ptr[i];
	return when_parse(span_str(text), out);
}

static bool allows(struct span patterns)
{
	struct span pattern;
	bool found = false;

	while (span_split(&patterns, ',', &pattern)) {
		const bool against = span_starts(pattern, SPAN_LIT("!"));
		char text[128];

		pattern = span_from(pattern, against);
		if (pattern.len >= sizeof text)
			continue;
		memcpy(text, pattern.ptr != NULL ? pattern.ptr : "", pattern.len);
		text[pattern.len] = '\0';
		if (!str_glob(text, SPAN_LIT(GATE_NAMESPACE)))
			continue;
		if (against)
			return false;
		found = true;
	}
	return found;
}

static struct span unquoted(struct span s)
{
	if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
		return span_sub(s, 1, s.len - 2);
	return s;
}

static void take_option(struct reading *r, struct span option)
{
	const size_t equals = span_find_byte(option, '=');
	const struct span key = span_sub(option, 0, equals);
	const struct span value = unquoted(span_from(option, equals + 1));

	if (str_seen_same(key, SPAN_LIT("namespaces"))) {
		if (!allows(value))
			fault(r, "its namespaces do not have " GATE_NAMESPACE);
	} else if (str_seen_same(key, SPAN_LIT("valid-after"))) {
		r->out->has_after = read_stamp(value, &r->out->after_ms);
		if (!r->out->has_after)
			fault(r, "its valid-after is no time such as 20261122Z");
	} else if (str_seen_same(key, SPAN_LIT("valid-before"))) {
		r->out->has_before = read_stamp(value, &r->out->before_ms);
		if (!r->out->has_before)
			fault(r, "its valid-before is no time such as 20261122Z");
	} else if (str_seen_same(key, SPAN_LIT("cert-authority"))) {
		fault(r, "certificates are not taken: name the person's own key");
	} else {
		fault(r, "it has an option that is not known: there are namespaces, "
		         "valid-after and valid-before");
	}
}

/* Options have commas between them, and inside of quotes as well. */
static void take_options(struct reading *r, struct span options)
{
	while (options.len > 0) {
		bool quoted = false;
		size_t len = 0;

		for (; len < options.len && (quoted || options.ptr[len] != ','); len++)
			if (options.ptr[len] == '"')
				quoted = !quoted;
		take_option(r, span_sub(options, 0, len));
		options = span_from(options, len + 1);
	}
}

static void take_key(struct reading *r, struct span type, struct span base64)
{
	struct lb_verifier key;
	struct err err = ERR_INIT;

	if (lb_verifier_from_ssh(&key, type, base64, &err) == ERR_OK)
		r->out->key = arena_printf(r->arena, "%.*s %.*s", (int)type.len, type.ptr,
		                           (int)base64.len, base64.ptr);
	else
		fault(r, arena_str(r->arena, err.msg));
}

void gate_person_read(struct gate_person *out, struct span line, struct arena *arena)
{
	struct reading r = { out, arena, 0 };
	struct span word = take_word(&line);

	*out = (struct gate_person){ .name_count = 0 };
	if (is_key_type(word)) {
		take_key(&r, word, take_word(&line));
		add_names(&r, line);
	} else {
		add_names(&r, unquoted(word));
		word = take_word(&line);
		if (!is_key_type(word)) {
			take_options(&r, word);
			word = take_word(&line);
		}
		if (is_key_type(word))
			take_key(&r, word, take_word(&line));
		else
			fault(&r, "it has no key such as ssh-ed25519 AAAA...");
	}
	if (out->name_count == 0)
		fault(&r, "nobody is named");
	else if (gate_name_is_blank(out->names[0]))
		fault(&r, arena_printf(arena, "\"%s\" is nobody's name", out->names[0]));
}
