// SPDX-License-Identifier: Apache-2.0
#include "policy/people.h"

#include "support/check.h"

TestSuite(people, .timeout = 10);

#define KEY \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICs3pUF7DhtRb/xoYPn4FkZkvxxBd2tClB0fUwNbmvoy"

Test(people, a_key_has_the_names_behind_it)
{
	struct arena arena = ARENA_INIT;
	struct gate_person p;

	gate_person_read(&p, SPAN_LIT(KEY " alice  Alice@Example.com,al"), &arena);
	check_null(p.fault, "fault");
	check_str_eq(p.key, KEY, "key");
	check_size_eq(p.name_count, 3, "names");
	check_str_eq(p.names[0], "alice", "what to call her");
	check_true(gate_person_wrote(&p, "Somebody Else", "alice@example.com"),
	           "address");
	check_true(gate_person_wrote(&p, "Somebody Else", "AL@elsewhere"), "its name");
	check_true(gate_person_wrote(&p, " Alice ", "x@y"), "name");
	check_true(!gate_person_wrote(&p, "Bob", "bob@example.com"), "bob");
	check_true(!gate_person_wrote(&p, "", ""), "nobody");
	check_true(!gate_person_wrote(&p, NULL, NULL), "nobody at all");
	arena_fini(&arena);
}

Test(people, a_line_of_allowed_signers_has_them_in_front)
{
	struct arena arena = ARENA_INIT;
	struct gate_person p;

	gate_person_read(&p,
	                 SPAN_LIT("bob,\"bob@b.c\" namespaces=\"git,sea*\",valid-after="
	                          "\"20260101Z\",valid-before=202612312359 " KEY
	                          " laptop"),
	                 &arena);
	check_null(p.fault, "fault");
	check_size_eq(p.name_count, 2, "names");
	check_str_eq(p.names[0], "bob", "name");
	check_true(p.has_after && p.after_ms == INT64_C(1767225600000), "after");
	check_true(p.has_before && p.before_ms == INT64_C(1798761540000), "before");
	check_str_eq(p.key, KEY, "key");
	arena_fini(&arena);
}

Test(people, who_cannot_sign_is_told_why)
{
	static const struct {
		const char *line;
		const char *why;
	} lines[] = {
		{ "", "no key" },
		{ "alice", "no key" },
		{ "ssh-ed25519 AAAA... alice", "" },
		{ "ssh-rsa AAAA alice", "ssh-ed25519" },
		{ KEY, "nobody is named" },
		{ KEY " TBD", "nobody's name" },
		{ KEY " \xe2\x80\x8b", "nobody is named" },
		{ KEY " al\x01,alice", "control characters" },
		{ KEY " alice,al\xc2\x85", "control characters" },
		{ KEY " <name>", "nobody's name" },
		{ "n/a " KEY, "nobody's name" },
		{ "al namespaces=\"git\" " KEY, "namespaces" },
		{ "al namespaces=\"*,!seaworthy\" " KEY, "namespaces" },
		{ "al cert-authority " KEY, "certificates" },
		{ "al valid-before=tomorrow " KEY, "valid-before" },
		{ "al valid-after=20261332 " KEY, "valid-after" },
		{ "al no-touch " KEY, "not known" },
	};
	struct arena arena = ARENA_INIT;

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct gate_person p;

		gate_person_read(&p, span_str(lines[i].line), &arena);
		check_not_null(p.fault, "%s", lines[i].line);
		check_str_contains(p.fault, lines[i].why, "%s", lines[i].line);
	}
	arena_fini(&arena);
}

Test(people, forms_that_nobody_filled_in_are_blank)
{
	static const char *const blank[] = {
		"",          "  ",    "TBD",    "n/a", "N/A ", "____",         "...",
		"Name Here", "<who>", "[sign]", "-",   "{x}",  "To Be Decided"
	};
	static const char *const named[] = { "alice", "Na Li",      "Nanette", "sre-lead",
		                             "@core", "\xc3\x85sa", "7" };

	check_true(gate_name_is_blank(NULL), "nothing");
	check_true(gate_name_is_blank("\xe2\x80\x8b\xc2\xa0"), "nothing that is seen");
	check_true(gate_name_is_blank("T\xc2\xad"
	                              "BD\xc2\xa0"),
	           "a form, disguised");
	check_true(gate_name_is_blank("\xe2\x80\x8b<who>"), "a form, disguised");
	for (size_t i = 0; i < sizeof blank / sizeof *blank; i++)
		check_true(gate_name_is_blank(blank[i]), "%s", blank[i]);
	for (size_t i = 0; i < sizeof named / sizeof *named; i++)
		check_true(!gate_name_is_blank(named[i]), "%s", named[i]);
}

Test(people, one_person_may_have_many_keys)
{
	struct arena arena = ARENA_INIT;
	struct gate_person a;
	struct gate_person b;

	gate_person_read(&a, SPAN_LIT("alice,a@x " KEY), &arena);
	gate_person_read(&b, SPAN_LIT("A@X ssh-rsa AAAA"), &arena);
	check_true(gate_person_is(&a, &b), "a name in common");
	gate_person_read(&b, SPAN_LIT(KEY " carol"), &arena);
	check_true(gate_person_is(&a, &b), "the key in common");
	gate_person_read(&b, SPAN_LIT("carol ssh-rsa AAAA"), &arena);
	check_true(!gate_person_is(&a, &b), "nothing in common");
	arena_fini(&arena);
}

Test(people, a_blank_makes_nobody_else_of_them)
{
	static const char *const same[] = {
		"Bob Roe",
		"bob roe ",
		"\tBob  Roe",
		"Bob\xc2\xa0Roe\xc2\xa0",
		"Bob\xe3\x80\x80Roe",
		"B\xe2\x80\x8bob Roe",
		"Bob \xe2\x80\x8b Roe\xef\xbb\xbf",
		"\xe2\x80\xaa"
		"Bob Roe\xe2\x80\xac",
		"Bo\xc2\xad"
		"b R\xe2\x81\xa0oe",
		"Bob Roe\xf3\xa0\x80\xa0",
		"Bob Roe\x01",
	};
	static const char *const others[] = { "BobRoe", "Bob Ro\xc3\xa9", "Bob Roe\xff",
		                              "Bob", "" };
	const char *name = "Bob Roe";
	const struct gate_person bob = { .names = &name, .name_count = 1 };

	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		const struct gate_person alike = { .names = &same[i], .name_count = 1 };

		check_true(gate_name_eq(name, same[i]), "%zu: %s", i, same[i]);
		check_true(gate_person_is(&bob, &alike), "%zu: %s", i, same[i]);
		check_true(gate_person_wrote(&bob, same[i], "x@y"), "%zu: author", i);
		check_true(gate_person_wrote(&alike, "x", "bob roe@y"), "%zu: address",
		           i);
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		check_true(!gate_name_eq(name, others[i]), "%s", others[i]);
		check_true(!gate_person_wrote(&bob, others[i], "x@y"), "%s", others[i]);
	}
	check_true(gate_name_has_control("Bob\x1b[0m"), "an escape");
	check_true(gate_name_has_control("Bob\nRoe"), "two lines");
	check_true(!gate_name_has_control("Bj\xc3\xb6rn\xc2\xa0"
	                                  "Roe"),
	           "letters");
}
