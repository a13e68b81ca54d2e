// SPDX-License-Identifier: Apache-2.0
#include "record/verify.h"

#include "base/str.h"
#include "os/fs.h"
#include "support/check.h"

#include <stdio.h>
#include <string.h>

TestSuite(verify, .timeout = 110);

#define NOW INT64_C(1800000000000)
#define POLICY                                                                     \
	"{\"version\": 1, \"categories\": [{\"id\": \"g\", \"title\": \"G\", "     \
	"\"weight\": 1}], \"checks\": [{\"id\": \"a\", \"category\": \"g\", "      \
	"\"weight\": 1, \"required\": true, \"collect\": {\"command\": {\"run\": " \
	"\"x\", \"format\": \"exit\"}}}]}"

/* Every file of the run. */
static const char *const files[] = {
	"run.json",       "manifest.json",  GATE_ENVELOPES, GATE_ASSESSMENT,
	GATE_DECISION,    "policy.json",    "subject.json", "checks/a.json",
	"scorecard.json", "scorecard.html", "suites.json",  NULL,
};
enum { FILES = sizeof files / sizeof *files, HEAD = 1024 };

static struct buf top = BUF_INIT;
static struct buf dir = BUF_INIT;
static char artefact_name[100];
static struct lb_signer *signer;

static void put(const char *name, struct span data)
{
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;

	os_join(&path, buf_str(&dir), name);
	check_ok(os_write_later(buf_str(&path), data, 0644, &err), &err);
	buf_fini(&path);
}

static void read(const char *name, struct buf *out)
{
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;

	os_join(&path, buf_str(&dir), name);
	check_ok(os_read_file(buf_str(&path), UINT64_MAX, out, &err), &err);
	buf_fini(&path);
}

static void store_run(void)
{
	struct gate_subject subject = { "/p", "c0ffee", "f00d", NULL, true, false };
	struct gate_record r = { .check = "a",
		                 .state = GATE_WARN,
		                 .measured = "12.50",
		                 .low = "0.125",
		                 .high = "0.5",
		                 .producer_tool = "t",
		                 .producer_version = "1",
		                 .has_ended = true,
		                 .started_ms = NOW,
		                 .ended_ms = NOW + 250,
		                 .tree = "f00d",
		                 .message = "so" };
	struct gate_artefact artefact;
	struct gate_policy *p = NULL;
	struct gate_store *s = NULL;
	struct err err = ERR_INIT;

	check_ok(gate_policy_parse(&p, SPAN_LIT(POLICY), "policy", NULL, &err), &err);
	check_ok(gate_store_new(&s, buf_str(&top), NOW, &err), &err);
	check_ok(gate_store_policy(s, p, &err), &err);
	check_ok(gate_store_subject(s, &subject, &err), &err);
	check_ok(gate_store_artefact(s, "log", SPAN_LIT("one\ntwo\n"), &artefact, &err),
	         &err);
	r.artefacts = &artefact;
	r.artefact_count = 1;
	check_ok(gate_store_record(s, &r, &err), &err);
	check_ok(gate_store_file(s, "suites.json", SPAN_LIT("[]\n"), &err), &err);
	check_ok(gate_store_commit(s, NOW, NOW + 2500, &err), &err);
	(void)snprintf(artefact_name, sizeof artefact_name, "artefacts/%s",
	               artefact.sha256);
	buf_puts(&dir, gate_store_dir(s));
	gate_store_free(s);
	gate_policy_free(p);
}

static void sign_run(enum lb_verifier_kind kind)
{
	struct gate_attested a = GATE_ATTESTED_INIT;
	struct gate_assessment *assessment = NULL;
	struct gate_recorded r;
	struct lb_key secret;
	struct err err = ERR_INIT;

	check_ok(lb_crypto_init(&err), &err);
	lb_signer_random(kind, &secret);
	check_ok(lb_signer_new(&signer, kind, &secret, &err), &err);
	put("scorecard.json", SPAN_LIT("{\"score\": 12.5}\n"));
	put("scorecard.html", SPAN_LIT("<h1>12.5</h1>\n"));
	check_ok(gate_recorded_load(&r, buf_str(&dir), &err), &err);
	check_ok(gate_recorded_compare(&r, &err), &err);
	check_ok(gate_assess(&assessment, r.policy, &r.evidence, &err), &err);
	check_ok(gate_attest(&a, &r, assessment, &err), &err);
	check_ok(gate_attested_store(&a, buf_str(&dir), signer, &err), &err);
	gate_attested_fini(&a);
	gate_assessment_free(assessment);
	gate_recorded_fini(&r);
}

static void set_up(void)
{
	struct err err = ERR_INIT;

	check_ok(os_mkdtemp(NULL, "verify-", &top, &err), &err);
	store_run();
}

static void tear_down(void)
{
	struct err err = ERR_INIT;

	check_ok(os_remove_tree(buf_str(&top), &err), &err);
	lb_signer_free(signer);
	buf_fini(&top);
	buf_fini(&dir);
}

/* Is the file among those that are told? NULL: is nothing told? */
static bool tells(const char *file)
{
	struct gate_verified v;
	struct err err = ERR_INIT;
	bool found = false;

	check_ok(gate_verify(&v, buf_str(&dir), lb_signer_verifier(signer), 1, 0, &err),
	         &err);
	for (size_t i = 0; file != NULL && i < v.damages.count; i++)
		found |= str_eq(v.damages.items[i].file, file);
	if (file == NULL)
		found = v.damages.count == 0 && v.signer_count == 1;
	gate_verified_fini(&v);
	return found;
}

/* Flips a bit of each of `count` bytes, which lie as far apart as they can. */
static size_t flip_bytes(const char *name, size_t count)
{
	struct buf text = BUF_INIT;
	size_t step;
	size_t flipped = 0;

	read(name, &text);
	check_true(text.len > 0, "%s has bytes", name);
	step = count >= text.len ? 1 : text.len / count;
	for (size_t i = 0; i < text.len; i += i < HEAD && count >= HEAD ? 1 : step) {
		const char old = text.ptr[i];

		text.ptr[i] = (char)(old ^ 1 << i % 8);
		put(name, buf_span(&text));
		check_true(tells(name), "byte %zu of %s", i, name);
		text.ptr[i] = old;
		flipped++;
	}
	put(name, buf_span(&text));
	buf_fini(&text);
	return flipped;
}

/* There is no byte of a signed run that may be another one. */
static void flip_all(enum lb_verifier_kind kind)
{
	size_t flipped = 0;

	sign_run(kind);
	check_true(tells(NULL), "an intact run");
	for (size_t i = 0; i < FILES; i++)
		flipped += flip_bytes(files[i] != NULL ? files[i] : artefact_name, FLIPS);
	check_true(tells(NULL), "intact again");
	check_true(flipped > (size_t)FILES, "%zu bytes", flipped);
	cr_log_info("%zu bytes flipped", flipped);
}

Test(verify, every_byte_counts_under_ed25519, .init = set_up, .fini = tear_down)
{
	flip_all(LB_VERIFIER_ED25519);
}

Test(verify, every_byte_counts_under_p256, .init = set_up, .fini = tear_down)
{
	flip_all(LB_VERIFIER_P256);
}

/* A second envelope line, a line too many, or none: each is told. */
Test(verify, lines_that_are_cut_or_doubled_are_told, .init = set_up, .fini = tear_down)
{
	struct buf text = BUF_INIT;
	struct buf other = BUF_INIT;
	size_t first;

	sign_run(LB_VERIFIER_ED25519);
	read(GATE_ENVELOPES, &text);
	first = span_find_byte(buf_span(&text), '\n') + 1;
	put(GATE_ENVELOPES, span_sub(buf_span(&text), 0, first));
	check_true(tells(GATE_ENVELOPES), "one line");
	put(GATE_ENVELOPES, span_sub(buf_span(&text), 0, text.len - 1));
	check_true(tells(GATE_ENVELOPES), "no end");
	put(GATE_ENVELOPES, SPAN_EMPTY);
	check_true(tells(GATE_ENVELOPES), "nothing");
	buf_put(&other, buf_span(&text));
	buf_put(&other, span_sub(buf_span(&text), 0, first));
	put(GATE_ENVELOPES, buf_span(&other));
	check_true(tells(GATE_ENVELOPES), "three lines");
	buf_clear(&other);
	buf_put(&other, span_from(buf_span(&text), first));
	buf_put(&other, span_sub(buf_span(&text), 0, first));
	put(GATE_ENVELOPES, buf_span(&other));
	check_true(tells(GATE_ASSESSMENT), "the other way round: no assessment");
	buf_fini(&text);
	buf_fini(&other);
}
