// SPDX-License-Identifier: Apache-2.0
#include "hardcoded_value.h"

#include "address.h"
#include "base/buf.h"
#include "base/num.h"
#include "base/str.h"
#include "hardcoded_place.h"
#include "patterns.h"
#include "prefilter.h"

#include <string.h>

/*
 * Each value is judged once from the strongest shape to the weakest: what a URL covers is
 * no mail address, what a mail address covers is no example domain, and so on. So one
 * mistake is one finding.
 */

enum { CLAIMS_MAX = 32, GROUPS = 6 };

struct value {
	struct scan_pass *pass;
	struct span text;
	size_t offset;      /* of the text in the file */
	struct span before; /* code on the same line, in front of it */
	struct span after;  /* and behind it */
	unsigned kinds;     /* what it may be, by the marks near it */
	uint32_t has;       /* which bytes are in it */
	bool prose;         /* a sentence, which mentions rather than uses */
	size_t claims;
	struct scan_group claimed[CLAIMS_MAX];
};

/* Sets of bytes without which an expression cannot match (see prefilter.h). */
#define L(c) (1u << ((c) - 'a'))
#define H(x) (1u << SCAN_HAS_##x)
static const uint32_t NEED_URL = H(COLON) | H(SLASH);
static const uint32_t NEED_EMAIL = H(AT) | H(DOT);
static const uint32_t NEED_IPV4 = H(DOT) | H(DIGIT);
static const uint32_t NEED_COLON_DIGIT = H(COLON) | H(DIGIT);
static const uint32_t NEED_LOCALHOST =
	L('l') | L('o') | L('c') | L('a') | L('h') | L('s') | L('t');
static const uint32_t NEED_LOGIN = H(COLON);

static bool find(struct value *v, enum scan_pattern pattern, size_t from,
                 struct scan_group *groups, size_t count)
{
	enum scan_match m =
		scan_regex_find(v->pass->patterns->of[pattern], v->pass->matcher, v->text,
	                        from, groups, count);

	if (m == SCAN_MATCH_LIMIT)
		v->pass->trouble = "not fully scanned: a text took too many steps";
	return m == SCAN_MATCH;
}

static struct span group(const struct value *v, struct scan_group g)
{
	return span_sub(v->text, g.start, g.end - g.start);
}

static bool is_claimed(const struct value *v, struct scan_group g)
{
	for (size_t i = 0; i < v->claims; i++) {
		if (g.start < v->claimed[i].end && v->claimed[i].start < g.end)
			return true;
	}
	return v->claims == CLAIMS_MAX;
}

static void claim(struct value *v, struct scan_group g)
{
	if (v->claims < CLAIMS_MAX)
		v->claimed[v->claims++] = g;
	else
		v->pass->trouble = "not fully scanned: too many values in one string";
}

/* A string may be long and full of values: only what is near each is looked at. */
static struct scan_place place_of(const struct value *v, struct scan_group g)
{
	const size_t from = g.start > SCAN_BEFORE_MAX ? g.start - SCAN_BEFORE_MAX : 0;

	return (struct scan_place){ .before = v->before,
		                    .head = span_sub(v->text, from, g.start - from),
		                    .tail = span_sub(v->text, g.end, SCAN_AFTER_MAX),
		                    .after = v->after };
}

/* "lorem ipsum" in a maker of such texts. */
static bool is_filler(const struct value *v, struct span value)
{
	struct span path = v->pass->source->project;
	size_t slash = span_rfind_byte(path, '/');
	struct span name = slash < path.len ? span_from(path, slash + 1) : path;

	return (value.ptr[0] == 'L' || value.ptr[0] == 'l') &&
	       (span_find(name, SPAN_LIT("lorem")) < name.len ||
	        span_find(name, SPAN_LIT("Lorem")) < name.len);
}

/* Why a match is no value that the program uses; NULL if it is one. */
static const char *why_not(struct value *v, enum scan_builtin code, struct scan_group g)
{
	const struct scan_place at = place_of(v, g);

	if (scan_place_compares(v->pass, &at))
		return "compared with";
	if (scan_place_is_shown(&at))
		return "shown to a reader";
	if (code == SCAN_BUILTIN_EXAMPLE_DOMAIN && scan_place_is_blank(&at))
		return "to be filled in";
	if (code == SCAN_BUILTIN_IP_ADDRESS && scan_place_is_numbers(&at))
		return "among other numbers";
	if (code == SCAN_BUILTIN_URL && scan_place_links(v->pass, &at))
		return "a link or a name";
	if ((code == SCAN_BUILTIN_URL || code == SCAN_BUILTIN_EMAIL ||
	     code == SCAN_BUILTIN_TEST_VALUE) &&
	    scan_place_is_key(&at))
		return "a key";
	if (code == SCAN_BUILTIN_TEST_VALUE && is_filler(v, group(v, g)))
		return "what the file is about";
	if (code == SCAN_BUILTIN_TEST_VALUE &&
	    scan_place_repeats(v->pass, &at, group(v, g)))
		return "a name";
	return NULL;
}

static void report(struct value *v, enum scan_builtin code, struct scan_group g)
{
	static const char *const what[] = {
		[SCAN_BUILTIN_CREDENTIAL_DEFAULT] = "default credential",
		[SCAN_BUILTIN_EMAIL] = "mail address",
		[SCAN_BUILTIN_EXAMPLE_DOMAIN] = "example domain",
		[SCAN_BUILTIN_IP_ADDRESS] = "IP address",
		[SCAN_BUILTIN_LOCALHOST] = "local host",
		[SCAN_BUILTIN_PATH_HOME] = "home folder",
		[SCAN_BUILTIN_PORT] = "port",
		[SCAN_BUILTIN_TEST_VALUE] = "test value",
		[SCAN_BUILTIN_URL] = "service address",
	};
	const struct scan_selection *rules = v->pass->rules;
	size_t rule = rules->of[code];
	struct buf message = BUF_INIT;
	const char *reason;

	claim(v, g);
	if (rule == rules->count || !rules->on[rule])
		return;
	reason = why_not(v, code, g);
	if (reason != NULL) {
		scan_pass_drop(v->pass, rule, v->offset + g.start, reason);
		return;
	}
	buf_printf(&message, "%s in a string: ", what[code]);
	buf_put(&message, span_sub(group(v, g), 0, SCAN_MESSAGE_MAX));
	scan_pass_report(v->pass, &(struct scan_report){ .rule = rule,
	                                                 .start = v->offset + g.start,
	                                                 .end = v->offset + g.end,
	                                                 .message = buf_str(&message),
	                                                 .identity = group(v, g) });
	if (!buf_ok(&message))
		v->pass->rc = ERR_NOMEM;
	buf_fini(&message);
}

/* Is the code in front of the value something that the expression describes? */
static bool before_is(struct value *v, enum scan_pattern pattern)
{
	return scan_regex_find(v->pass->patterns->of[pattern], v->pass->matcher,
	                       v->before, 0, NULL, 0) == SCAN_MATCH;
}

static bool mentions_person(struct value *v)
{
	return before_is(v, SCAN_PATTERN_PERSON_KEY) ||
	       find(v, SCAN_PATTERN_PERSON_KEY, 0, NULL, 0);
}

/* ---- URLs ---- */

static bool weak_login(const struct value *v, const struct scan_group g[GROUPS])
{
	static const char *const words[] = { "admin", "root",     "guest",    "password",
		                             "pass",  "postgres", "changeme", "secret",
		                             "test",  "user",     "123456",   NULL };
	struct span password = group(v, g[3]);

	for (size_t i = 0; g[2].end > g[2].start && words[i] != NULL; i++) {
		if (span_eq_str(password, words[i]))
			return true;
	}
	return false;
}

/* "https://acme.io/a-fake-plugin/" is there, and what it names is made up. */
static enum scan_builtin url_code(struct span rest)
{
	static const char *const marks[] = { "/fake-", "-fake-", "/dummy-", "-dummy-",
		                             "/mock-", "-mock-", NULL };

	for (size_t i = 0; marks[i] != NULL; i++) {
		if (span_find(rest, span_str(marks[i])) != rest.len)
			return SCAN_BUILTIN_TEST_VALUE;
	}
	return SCAN_BUILTIN_URL;
}

static void check_url(struct value *v, const struct scan_group g[GROUPS])
{
	struct span host = group(v, g[4]);
	struct span rest = span_sub(v->text, g[4].end, g[0].end - g[4].end);

	claim(v, g[0]);
	if (!scan_scheme_is_service(group(v, g[1])))
		return;
	if (weak_login(v, g)) {
		report(v, SCAN_BUILTIN_CREDENTIAL_DEFAULT, g[0]);
		return;
	}
	switch (scan_host_kind(host)) {
	case SCAN_HOST_NONE:
		return;
	case SCAN_HOST_LOCAL:
		if (!v->prose)
			report(v, SCAN_BUILTIN_LOCALHOST, g[0]);
		return;
	case SCAN_HOST_EXAMPLE:
		if (!v->prose)
			report(v, SCAN_BUILTIN_EXAMPLE_DOMAIN, g[0]);
		return;
	case SCAN_HOST_IP:
		if (!v->prose)
			report(v, SCAN_BUILTIN_IP_ADDRESS, g[0]);
		return;
	case SCAN_HOST_NAME:
		if (!v->prose && !scan_host_is_reference(host, rest))
			report(v, url_code(rest), g[0]);
		return;
	}
}

static void check_urls(struct value *v)
{
	struct scan_group g[GROUPS];
	size_t at = 0;

	if (span_find(v->text, SPAN_LIT("://")) == v->text.len)
		return;
	while (find(v, SCAN_PATTERN_URL, at, g, GROUPS)) {
		check_url(v, g);
		at = g[0].end;
	}
}

/* ---- mail addresses ---- */

/* "icon@2x.png" is a file, "zlib@openssh.com" an algorithm of SSH. */
static bool is_mail(struct span domain)
{
	static const char *const others[] = {
		".png",
		".jpg",
		".jpeg",
		".svg",
		".gif",
		".js",
		".css",
		".ts",
		".json",
		".webp",
		".service",
		".local",
		".target",
		"openssh.com",
		"libssh.org",
		"lysator.liu.se",
		"putty.projects.tartarus.org",
		NULL,
	};

	for (size_t i = 0; others[i] != NULL; i++) {
		if (span_ends(domain, span_str(others[i])))
			return false;
	}
	return true;
}

static void check_mails(struct value *v)
{
	struct scan_group g[2];
	size_t at = 0;
	enum scan_host kind;

	while (find(v, SCAN_PATTERN_EMAIL, at, g, 2)) {
		at = g[0].end;
		if (is_claimed(v, g[0]) || !is_mail(group(v, g[1])))
			continue;
		claim(v, g[0]);
		kind = scan_host_kind(group(v, g[1]));
		if (v->prose || kind == SCAN_HOST_NONE || mentions_person(v))
			continue;
		report(v,
		       kind == SCAN_HOST_EXAMPLE ? SCAN_BUILTIN_EXAMPLE_DOMAIN
		                                 : SCAN_BUILTIN_EMAIL,
		       g[0]);
	}
}

/* ---- addresses and ports ---- */

/* A network ("10.0.0.0/8") or a version ("version 10.2.3.4") is no machine. */
static bool is_machine(struct value *v, struct scan_group g)
{
	struct span rest = span_from(v->text, g.end);
	struct span head = place_of(v, g).head;

	if (rest.len > 1 && rest.ptr[0] == '/' && rest.ptr[1] >= '0' &&
	    rest.ptr[1] <= '9')
		return false;
	return span_find(head, SPAN_LIT("ersion")) == head.len &&
	       span_find(v->before, SPAN_LIT("ersion")) == v->before.len;
}

static void check_ips(struct value *v, enum scan_pattern pattern)
{
	struct scan_group g;
	size_t at = 0;

	while (find(v, pattern, at, &g, 1)) {
		enum scan_host kind = scan_ip_kind(group(v, g));

		at = g.end;
		if ((kind != SCAN_HOST_LOCAL && kind != SCAN_HOST_IP) ||
		    is_claimed(v, g) || v->prose || !is_machine(v, g))
			continue;
		if (kind == SCAN_HOST_LOCAL)
			report(v, SCAN_BUILTIN_LOCALHOST, g);
		else if (kind == SCAN_HOST_IP)
			report(v, SCAN_BUILTIN_IP_ADDRESS, g);
	}
}

/* Reports each match of a simple expression that nothing has claimed yet. */
static void check_simple(struct value *v, enum scan_pattern pattern,
                         enum scan_builtin code)
{
	struct scan_group g;
	size_t at = 0;

	while (find(v, pattern, at, &g, 1)) {
		at = g.end > at ? g.end : at + 1;
		if (!is_claimed(v, g))
			report(v, code, g);
		if (at > v->text.len)
			return;
	}
}

/* "db:5432" is a service; "EPSG:4326" and "ms932:2004" name a standard. */
static bool is_standard(struct span host, struct span digits)
{
	bool small = false;

	for (size_t i = 0; i < host.len; i++) {
		small = small || (host.ptr[i] >= 'a' && host.ptr[i] <= 'z');
		if (host.ptr[i] == '.')
			return false;
	}
	return !small || (digits.len == 4 && (span_starts(digits, SPAN_LIT("199")) ||
	                                      span_starts(digits, SPAN_LIT("200"))));
}

static bool is_port(struct span digits, bool named_host)
{
	static const char *const low[] = { "80", "443", "22",  "25",
		                           "21", "53",  "389", NULL };
	uint64_t port;

	if (!num_u64(digits, 1, 65534, &port))
		return false;
	for (size_t i = 0; low[i] != NULL; i++) {
		if (span_eq_str(digits, low[i]))
			return true;
	}
	return port >= (named_host ? 1024 : 80);
}

static void check_port(struct value *v)
{
	struct scan_group g[3];
	bool named;

	if (!find(v, SCAN_PATTERN_PORT, 0, g, 3) || is_claimed(v, g[0]))
		return;
	named = g[1].end > g[1].start && strchr("*0[", v->text.ptr[g[1].start]) == NULL;
	if (named && is_standard(group(v, g[1]), group(v, g[2])))
		return;
	if (is_port(group(v, g[2]), named))
		report(v, SCAN_BUILTIN_PORT, g[0]);
}

static void check_plain_port(struct value *v)
{
	struct scan_group all = { 0, v->text.len };

	if (is_port(v->text, false) && before_is(v, SCAN_PATTERN_PORT_KEY))
		report(v, SCAN_BUILTIN_PORT, all);
}

/* ---- credentials ---- */

static bool is_weak_password(struct span s)
{
	/* clang-format off */
	static const char *const words[] = {
		"admin", "root", "guest", "changeme", "change_me", "changeit", "default",
		"123456", "1234", "12345", "12345678", "letmein", "toor", "postgres",
		"minioadmin", "test", "hunter2", "welcome", "password", "passw0rd",
		/* seaworthy:allow hardcoded.test-value what the rule looks for */
		"qwerty", "password1", "secret", "pass", "admin123", "root123", NULL,
	};
	/* clang-format on */

	for (size_t i = 0; words[i] != NULL; i++) {
		if (span_eq_str(s, words[i]))
			return true;
	}
	return false;
}

/* A constant or a mapping that names the field: PASSWORD = "password", password =>
 * "password". */
static bool names_itself(const struct value *v)
{
	if (span_ends(span_trim(v->before), SPAN_LIT("=>")))
		return true;
	return span_find(v->before, SPAN_LIT("PASS")) != v->before.len &&
	       (span_eq_str(v->text, "password") || span_eq_str(v->text, "pass"));
}

static void check_password(struct value *v)
{
	struct scan_group all = { 0, v->text.len };

	if (!is_claimed(v, all) && is_weak_password(v->text) && !names_itself(v) &&
	    before_is(v, SCAN_PATTERN_PASSWORD_KEY))
		report(v, SCAN_BUILTIN_CREDENTIAL_DEFAULT, all);
}

/* ---- values ---- */

/* A line of text for people: several words, and a line feed at its end, or how to call
 * the program. */
static bool is_message(struct span text)
{
	struct span start = span_sub(span_trim(text), 0, 6);
	struct span end = span_sub(text, text.len > 4 ? text.len - 4 : 0, 4);

	if (span_eq_str(start, "usage:") || span_eq_str(start, "Usage:"))
		return true;
	return span_find(end, SPAN_LIT("\\n")) != end.len &&
	       span_find_byte(text, ' ') != text.len;
}

static bool ends_word(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\0';
}

/* Letters, and the signs of a sentence. */
static bool is_of_prose(char c)
{
	switch (c) {
	case ',':
	case '.':
	case '\'':
	case '!':
	case '?':
	case ':':
	case ';':
	case '(':
	case ')':
		return true;
	default:
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		       (unsigned char)c >= 0x80;
	}
}

/* Three words in a row that are neither options nor settings make a sentence. */
static bool is_prose(struct span text)
{
	size_t words = 0;
	size_t at = 0;

	while (at < text.len && words < 3) {
		size_t start = at;
		bool letters = true;

		while (at < text.len && !ends_word(text.ptr[at]))
			letters = is_of_prose(text.ptr[at++]) && letters;
		words += letters && at - start > 1;
		at++;
	}
	return words >= 3;
}

/* Is it worth a look? It needs the bytes of the set, and a mark. */
static bool may_be(const struct value *v, unsigned kinds, uint32_t need)
{
	return (v->kinds & kinds) != 0 && (v->has & need) == need;
}

static void check_shapes(struct value *v)
{
	if (may_be(v, HARDCODED_URL, NEED_URL))
		check_urls(v);
	if (may_be(v, HARDCODED_MAIL, NEED_EMAIL))
		check_mails(v);
	if (may_be(v, HARDCODED_LOGIN, NEED_LOGIN))
		check_simple(v, SCAN_PATTERN_LOGIN, SCAN_BUILTIN_CREDENTIAL_DEFAULT);
	if (may_be(v, HARDCODED_IPV4, NEED_IPV4))
		check_ips(v, SCAN_PATTERN_IPV4);
	if (may_be(v, HARDCODED_IPV6, NEED_COLON_DIGIT))
		check_ips(v, SCAN_PATTERN_IPV6);
	if (!v->prose && (may_be(v, HARDCODED_LOCAL, NEED_LOCALHOST) ||
	                  may_be(v, HARDCODED_LOCAL, NEED_COLON_DIGIT)))
		check_simple(v, SCAN_PATTERN_LOCALHOST, SCAN_BUILTIN_LOCALHOST);
	if (!v->prose && may_be(v, HARDCODED_EXAMPLE, H(DOT)))
		check_simple(v, SCAN_PATTERN_EXAMPLE, SCAN_BUILTIN_EXAMPLE_DOMAIN);
	if (may_be(v, HARDCODED_PORT, NEED_COLON_DIGIT))
		check_port(v);
	if (!v->prose && (may_be(v, HARDCODED_HOME, H(SLASH)) ||
	                  may_be(v, HARDCODED_HOME, H(BACKSLASH))))
		check_simple(v, SCAN_PATTERN_HOME, SCAN_BUILTIN_PATH_HOME);
}

static void check_words(struct value *v)
{
	if (may_be(v, HARDCODED_KEY, 0))
		check_password(v);
	/* Letters that begin the expressions for test values. */
	if (may_be(v, HARDCODED_TEST, 0) &&
	    (v->has & (L('a') | L('o') | L('e') | L('u'))) != 0) {
		check_simple(v, SCAN_PATTERN_TEST_VALUE, SCAN_BUILTIN_TEST_VALUE);
		if ((v->has & (H(AT) | H(DIGIT) | L('l'))) != 0)
			check_simple(v, SCAN_PATTERN_TEST_WORD, SCAN_BUILTIN_TEST_VALUE);
	}
	if (may_be(v, HARDCODED_KEY, 0))
		check_plain_port(v);
}

void scan_hardcoded_value(struct scan_pass *p, const struct scan_value *value)
{
	struct value v = { .pass = p,
		           .text = value->text,
		           .offset = value->offset,
		           .before = value->before,
		           .after = value->after,
		           .kinds = value->kinds };

	if (v.text.len < 2)
		return;
	v.has = scan_bytes_of(v.text);
	v.prose = is_prose(v.text) || is_message(v.text);
	check_shapes(&v);
	check_words(&v);
}
