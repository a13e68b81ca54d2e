/* SPDX-License-Identifier: Apache-2.0 */
#include "scanners/decode.h"
#include "scanners/glance.h"
#include "scanners/sample.h"
#include "scanners/secret_check.h"
#include "scanners/secret_name.h"
#include "scanners/secret_value.h"

#include "support/check.h"

#include <math.h>
#include <stdio.h>

TestSuite(scan_secret);

/* ---- checksums ---- */

static enum scan_proof proof_of(const char *check, const char *value)
{
	struct scan_hit hit = { .text = span_str(value), .end = strlen(value) };

	check_true(scan_check_named(check)(&hit) == NULL, "%s keeps it", check);
	return hit.proof;
}

/* Put together here, so that no file holds a token: vectors that their makers show. */
Test(scan_secret, knows_checksums_in_tokens)
{
	static const struct {
		const char *check;
		const char *parts[3];
		enum scan_proof proof;
	} cases[] = {
		{ "github",
		  { "ghp", "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq17" },
		  SCAN_PROVEN },
		{ "github",
		  { "ghp", "_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ", "0mLq18" },
		  SCAN_DISPROVEN },
		{ "github",
		  { "github_pat", "_11AAAAAAA0aaaaaaaaaaaa", "" },
		  SCAN_UNPROVEN },
		{ "npm",
		  { "npm", "_qkJaB6MffYVzZXWqmcoF49yrUxP3wf", "0LsakP" },
		  SCAN_PROVEN },
		{ "grafana",
		  { "glsa", "_yscW25imSKJIuav8zF37RZmnbiDvB05G", "_fcaaf58a" },
		  SCAN_PROVEN },
		{ "grafana",
		  { "glsa", "_yscW25imSKJIuav8zF37RZmnbiDvB05G", "_fcaaf58b" },
		  SCAN_DISPROVEN },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char token[120];

		(void)snprintf(token, sizeof(token), "%s%s%s", cases[i].parts[0],
		               cases[i].parts[1], cases[i].parts[2]);
		check_int_eq(proof_of(cases[i].check, token), cases[i].proof, "case %zu",
		             i);
	}
}

Test(scan_secret, knows_keys_of_bitcoin_by_their_sum)
{
	struct buf key = BUF_INIT;
	struct scan_hit hit = { .start = 0 };

	scan_sample_expand(SPAN_LIT("{{wif}}"), &key);
	check_int_eq(proof_of("base58check", buf_str(&key)), SCAN_PROVEN, "a key");
	key.ptr[10] = key.ptr[10] == 'A' ? 'B' : 'A';
	hit.text = buf_span(&key);
	hit.end = key.len;
	check_str_eq(scan_check_named("base58check")(&hit), "its checksum is wrong",
	             "random letters are none");
	buf_fini(&key);
	scan_sample_expand(SPAN_LIT("{{xprv}}"), &key);
	check_int_eq(proof_of("base58check", buf_str(&key)), SCAN_PROVEN, "a long one");
	buf_fini(&key);
}

/* ---- names ---- */

Test(scan_secret, reads_names)
{
	static const struct {
		const char *name;
		enum scan_name_kind kind;
	} cases[] = {
		{ "apiToken", SCAN_NAME_SECRET },
		{ "client_secret", SCAN_NAME_SECRET },
		{ "DB_PASSWORD", SCAN_NAME_SECRET },
		{ "encryption-key", SCAN_NAME_SECRET },
		{ "MYAPP_APIKEY", SCAN_NAME_SECRET },
		{ "key", SCAN_NAME_WEAK },
		{ "auth", SCAN_NAME_WEAK },
		{ "publicKeyToken", SCAN_NAME_OTHER },
		{ "token_file", SCAN_NAME_OTHER },
		{ "passwordField", SCAN_NAME_OTHER },
		{ "monkey", SCAN_NAME_OTHER },
		{ "author", SCAN_NAME_OTHER },
		{ "tokenizer", SCAN_NAME_OTHER },
		{ "csrf_token", SCAN_NAME_OTHER },
		{ "keyCode", SCAN_NAME_OTHER },
		{ "primary_key", SCAN_NAME_OTHER },
		{ "aws_access_key_id", SCAN_NAME_OTHER },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_int_eq(scan_name_kind(span_str(cases[i].name)), cases[i].kind, "%s",
		             cases[i].name);
}

Test(scan_secret, a_key_starts_a_word)
{
	static const struct {
		const char *text;
		size_t at;
		bool starts;
	} cases[] = {
		{ "jfrog", 0, true },      { "imageSecretJfrog", 11, true },
		{ "SetSysctl", 1, false }, { "rookTable", 2, false },
		{ "my_okta", 3, true },    { "XOKTA", 1, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_int_eq(scan_name_starts(span_str(cases[i].text), cases[i].at),
		             cases[i].starts, "%s", cases[i].text);
}

/* ---- values ---- */

Test(scan_secret, tells_drawn_from_typed)
{
	check_true(fabs(scan_entropy(SPAN_LIT("abcdabcd")) - 2.0) < 1e-9, "two bits");
	check_true(fabs(scan_entropy(SPAN_LIT("aaaa"))) < 1e-9, "none");
	check_true(scan_is_filler(SPAN_LIT("xxxxxxxxxxxx")), "one letter");
	check_true(scan_is_filler(SPAN_LIT("ab1ab1ab1ab1")), "three letters");
	check_true(!scan_is_filler(SPAN_LIT("q9Zk27LpXw04")), "drawn");
	check_true(scan_is_sequence(SPAN_LIT("0123456789abcdef")), "a row of digits");
	check_true(scan_is_sequence(SPAN_LIT("qwertyuiop")), "a row of keys");
	check_true(!scan_is_sequence(SPAN_LIT("q9Zk27LpXw04")), "no row");
	check_true(scan_is_placeholder(SPAN_LIT("your-api-key-here")), "yours");
	check_true(scan_is_placeholder(SPAN_LIT("MyExampleKey")), "an example");
	check_true(!scan_is_placeholder(SPAN_LIT("q9examplek27")), "by chance");
	check_true(scan_is_template(SPAN_LIT("${TOKEN}")), "filled in");
	check_true(scan_is_template(SPAN_LIT("<token>")), "to be filled in");
	check_true(!scan_is_template(SPAN_LIT("q9Zk27LpXw04")), "not filled in");
	check_true(scan_wordiness(SPAN_LIT("getPasswordFromConfig")) > 0.8, "words");
	check_true(scan_wordiness(SPAN_LIT("q9Zk27LpXw04")) < 0.1, "no words");
	check_true(scan_is_uuid(SPAN_LIT("7c4a8d09-ca37-42af-9e61-d58f31ba2e60")),
	           "a UUID");
}

/* ---- blocks ---- */

static size_t pem_end(const char *text, const char **why)
{
	struct scan_hit hit = { .text = span_str(text) };

	hit.end = span_find(hit.text, SPAN_LIT("KEY-----")) + 8;
	*why = scan_check_named("pem")(&hit);
	return hit.end;
}

Test(scan_secret, finds_the_end_of_a_key)
{
	static const char *const forms[] = {
		"-----BEGIN PRIVATE KEY-----\n{{lines 2}}\n-----END PRIVATE KEY-----",
		"-----BEGIN RSA PRIVATE KEY-----\r\n{{lines 2}}\r\n-----END RSA PRIVATE KEY-----",
		"-----BEGIN PRIVATE KEY-----\\n{{base64 80}}\\n-----END PRIVATE KEY-----",
		("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n"
		 "{{lines 2}}\n-----END RSA PRIVATE KEY-----"),
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct buf text = BUF_INIT;
		const char *why;
		size_t end;

		scan_sample_expand(span_str(forms[i]), &text);
		end = text.len;
		buf_puts(&text, "\\n\";\nrest");
		check_size_eq(pem_end(buf_str(&text), &why), end, "form %zu", i);
		check_true(why == NULL, "form %zu stays: %s", i, why);
		buf_fini(&text);
	}
}

Test(scan_secret, a_key_that_nobody_closes_ends_with_its_data)
{
	static const char *const after[] = {
		"</failure></testcase><testcase name=\"b\"/>\n<testcase name=\"c\"/>\n",
		"]]></failure>\n<testcase name=\"c\"/>\n", "\" type=\"x\">\n<a/>\n",
		"\nok 2 - b\nok\nnot ok 3 - c\n", ""
	};

	for (size_t i = 0; i < sizeof(after) / sizeof(after[0]); i++) {
		struct buf text = BUF_INIT;
		const char *why;
		size_t end;

		scan_sample_expand(SPAN_LIT("-----BEGIN RSA PRIVATE KEY-----\n"
		                            "Proc-Type: 4,ENCRYPTED\n\n{{lines 3}}"),
		                   &text);
		end = text.len;
		buf_puts(&text, after[i]);
		check_size_eq(pem_end(buf_str(&text), &why), end, "form %zu", i);
		check_true(why == NULL, "form %zu stays: %s", i, why);
		buf_fini(&text);
	}
}

Test(scan_secret, a_block_without_a_key_is_none)
{
	const char *why;

	(void)pem_end("-----BEGIN PRIVATE KEY-----\nanything\n-----END PRIVATE KEY-----",
	              &why);
	check_str_eq(why, "has no key in its block", "an example");
	(void)pem_end(
		"-----BEGIN OPENSSH PRIVATE KEY----------END OPENSSH PRIVATE KEY-----",
		&why);
	check_str_eq(why, "has no key in its block", "an empty one");
}

/* ---- decoding ---- */

static void decoder_open(struct scan_decoder *d, struct scan_glance *g, struct span text)
{
	check_true(scan_glance_look(g, text, false), "memory");
	scan_decoder_init(d, text, g->runs, g->run_count);
}

Test(scan_secret, decodes_what_hides_text)
{
	static const struct {
		const char *text;
		enum scan_coding coding;
		const char *said;
	} cases[] = {
		{ "x: dG9rZW4gPSBhYmNkZWZnaGlqa2xtbg==", SCAN_BASE64,
		  "token = abcdefghijklmn" },
		{ "x: 746f6b656e203d206162636465666768696a6b6c", SCAN_HEX,
		  "token = abcdefghijkl" },
		{ "a?q=token%3Dabc%26b%3Dc", SCAN_PERCENT, "a?q=token=abc&b=c" },
		{ "x: dABvAGsAZQBuACAAPQAgAGEAYgBjAA==", SCAN_BASE64, "token = abc" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = BUF_INIT;
		struct scan_encoded found;
		struct scan_glance glance = { .runs = NULL };
		struct scan_decoder d;

		decoder_open(&d, &glance, span_str(cases[i].text));
		check_true(scan_decoder_next(&d, &found, &out), "case %zu is found", i);
		check_int_eq(found.coding, cases[i].coding, "case %zu", i);
		check_str_eq(buf_str(&out), cases[i].said, "case %zu", i);
		check_true(!scan_decoder_next(&d, &found, &out), "case %zu is one", i);
		scan_glance_fini(&glance);
		buf_fini(&out);
	}
}

/* Wherever a run stands, also over the ends of what is looked at in one go. */
Test(scan_secret, runs_are_found_at_every_offset)
{
	static const char run[] = "aGVsbG8gd29ybGQgaGVsbG8g";
	const size_t len = sizeof(run) - 1;
	struct buf text = BUF_INIT;
	struct buf out = BUF_INIT;
	struct scan_encoded found;
	struct scan_glance glance = { .runs = NULL };
	struct scan_decoder d;

	for (size_t at = 0; at < 200; at++) {
		size_t behind = at % 7 * 20;

		for (size_t cut = 0; cut < 2; cut++) {
			buf_clear(&text);
			buf_fill(&text, at % 3 == 0 ? ' ' : '.', at);
			buf_put(&text, span_of(run, len - cut));
			buf_fill(&text, '"', behind);
			decoder_open(&d, &glance, buf_span(&text));
			check_int_eq(scan_decoder_next(&d, &found, &out), cut == 0,
			             "%zu bytes at %zu", len - cut, at);
			if (cut == 0)
				check_true(found.start == at && found.end == at + len,
				           "where it is: %zu", at);
		}
	}
	scan_glance_fini(&glance);
	buf_fini(&text);
	buf_fini(&out);
}

static bool is_base64(int c)
{
	return c != 0 && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                        "0123456789+-/_",
	                        c) != NULL;
}

/* Whatever stands in front of it and behind it, and however far in. */
Test(scan_secret, a_run_ends_where_its_alphabet_ends)
{
	enum { DEPTHS = 40, LENGTH = 32 };
	static const char run[] = "dG9rZW4gPSBhYmNkZWZnaGlqa2xtbm9w";
	struct buf out = BUF_INIT;

	for (int byte = 0; byte < 256; byte++) {
		for (size_t depth = 0; depth < DEPTHS; depth++) {
			struct buf text = BUF_INIT;
			struct scan_encoded found = { SCAN_BASE64, 0, 0 };
			struct scan_glance glance = { .runs = NULL };
			struct scan_decoder d;
			bool is_found;

			for (size_t i = 0; i < depth; i++)
				buf_putc(&text, i % 7 == 0 ? ' ' : 'x');
			buf_putc(&text, (char)byte);
			buf_puts(&text, run);
			buf_putc(&text, (char)byte);
			decoder_open(&d, &glance, buf_span(&text));
			is_found = scan_decoder_next(&d, &found, &out);
			if (is_base64(byte))
				check_true(!is_found || found.start <= depth,
				           "byte %d, depth %zu: the run is longer", byte,
				           depth);
			else
				check_true(is_found && found.start == depth + 1 &&
				                   found.end == depth + 1 + LENGTH,
				           "byte %d, depth %zu: %zu to %zu", byte, depth,
				           found.start, found.end);
			scan_glance_fini(&glance);
			buf_fini(&text);
		}
	}
	buf_fini(&out);
}

Test(scan_secret, leaves_alone_what_is_no_text)
{
	static const char *const texts[] = {
		"",
		"a_long_identifier_of_a_function_in_c(void)",
		"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		"printf(\"%02x%02x%02x%02x\")",
		"100% of 200% of 300% of it",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct buf out = BUF_INIT;
		struct scan_encoded found;
		struct scan_glance glance = { .runs = NULL };
		struct scan_decoder d;

		decoder_open(&d, &glance, span_str(texts[i]));
		check_true(!scan_decoder_next(&d, &found, &out), "%s", texts[i]);
		scan_glance_fini(&glance);
		buf_fini(&out);
	}
}

/* ---- samples ---- */

Test(scan_secret, writes_samples)
{
	struct buf one = BUF_INIT;
	struct buf two = BUF_INIT;

	scan_sample_expand(SPAN_LIT("a_{{hex 8}}_{{other}}_{{hex}} {{"), &one);
	scan_sample_expand(SPAN_LIT("a_{{hex 8}}_{{other}}_{{hex}} {{"), &two);
	check_str_eq(buf_str(&one), buf_str(&two), "the same each time");
	check_true(span_ends(buf_span(&one), SPAN_LIT("_{{other}}_{{hex}} {{")),
	           "leaves what it does not know: %s", buf_str(&one));
	check_size_eq(one.len, strlen("a_12345678_{{other}}_{{hex}} {{"), "length");
	buf_fini(&one);
	buf_fini(&two);
}
