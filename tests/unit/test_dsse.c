// SPDX-License-Identifier: Apache-2.0
#include "record/dsse.h"

#include "support/check.h"

TestSuite(dsse, .timeout = 10);

static struct lb_signer *new_signer(enum lb_verifier_kind kind)
{
	struct lb_signer *s = NULL;
	struct lb_key secret;
	struct err err = ERR_INIT;

	check_ok(lb_crypto_init(&err), &err);
	lb_signer_random(kind, &secret);
	check_ok(lb_signer_new(&s, kind, &secret, &err), &err);
	return s;
}

/* The example of the specification's protocol.md. */
Test(dsse, what_is_signed_is_that_of_the_specification)
{
	struct buf out = BUF_INIT;

	gate_dsse_pae("http://example.com/HelloWorld", SPAN_LIT("hello world"), &out);
	check_str_eq(buf_str(&out),
	             "DSSEv1 29 http://example.com/HelloWorld 11 hello world", "PAE");
	buf_clear(&out);
	gate_dsse_pae("", SPAN_EMPTY, &out);
	check_str_eq(buf_str(&out), "DSSEv1 0  0 ", "empty");
	buf_fini(&out);
}

Test(dsse, an_envelope_is_read_as_it_was_written)
{
	struct lb_signer *signers[] = { new_signer(LB_VERIFIER_ED25519),
		                        new_signer(LB_VERIFIER_P256) };
	struct lb_verifier keys[3];
	struct gate_envelope e;
	struct gate_envelope again;
	struct buf text = BUF_INIT;
	struct buf same = BUF_INIT;
	struct err err = ERR_INIT;
	bool by[3];
	size_t good;

	check_ok(gate_envelope_init(&e, GATE_INTOTO_TYPE, SPAN_LIT("{\"a\": 1}"), &err),
	         &err);
	for (size_t i = 0; i < 2; i++) {
		check_ok(gate_envelope_sign(&e, signers[i], &err), &err);
		keys[2 * i] = *lb_signer_verifier(signers[i]);
	}
	keys[1] = *lb_signer_verifier(signers[0]);
	keys[1].spki[40] ^= 1; /* a stranger between them */
	gate_envelope_write(&e, &text);
	check_ok(gate_envelope_read(&again, buf_span(&text), "envelope", &err), &err);
	check_str_eq(again.type, GATE_INTOTO_TYPE, "type");
	check_true(span_eq_str(again.payload, "{\"a\": 1}"), "payload");
	check_ok(gate_envelope_verify(&again, keys, 3, by, &good, &err), &err);
	check_true(by[0] && !by[1] && by[2], "who signed");
	check_size_eq(good, 2, "signatures of known keys");
	check_ok(gate_envelope_verify(&again, keys, 1, by, &good, &err), &err);
	check_size_eq(good, 1, "one of them is of nobody known");
	check_err(gate_envelope_verify(&again, keys + 1, 1, by, &good, &err), ERR_AUTH,
	          "a stranger alone");
	gate_envelope_write(&again, &same);
	check_str_eq(buf_str(&same), buf_str(&text), "written again");
	buf_fini(&text);
	buf_fini(&same);
	gate_envelope_fini(&e);
	gate_envelope_fini(&again);
	lb_signer_free(signers[0]);
	lb_signer_free(signers[1]);
}

/* The type is signed as well: bytes cannot be passed off as something else. */
Test(dsse, type_and_payload_are_signed)
{
	struct lb_signer *signer = new_signer(LB_VERIFIER_ED25519);
	struct gate_envelope e;
	struct err err = ERR_INIT;
	bool by;

	check_ok(gate_envelope_init(&e, "a", SPAN_LIT("payload"), &err), &err);
	check_ok(gate_envelope_sign(&e, signer, &err), &err);
	e.type = "b";
	check_err(
		gate_envelope_verify(&e, lb_signer_verifier(signer), 1, &by, NULL, &err),
		ERR_AUTH, "another type");
	e.type = "a";
	check_ok(gate_envelope_verify(&e, lb_signer_verifier(signer), 1, &by, NULL, &err),
	         &err);
	e.payload = SPAN_LIT("Payload");
	check_err(
		gate_envelope_verify(&e, lb_signer_verifier(signer), 1, &by, NULL, &err),
		ERR_AUTH, "another payload");
	gate_envelope_fini(&e);
	lb_signer_free(signer);
}

Test(dsse, refuses_what_is_no_envelope)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{\"payload\":\"\",\"payloadType\":\"a\"}",
		"{\"payload\":\"\",\"payloadType\":\"a\",\"signatures\":[]}",
		"{\"payload\":\"\",\"payloadType\":\"a\",\"signatures\":[{}]}",
		"{\"payload\":\"\",\"payloadType\":\"a\",\"signatures\":[{\"sig\":\"!\"}]}",
		"{\"payload\":\"*\",\"payloadType\":\"a\",\"signatures\":[{\"sig\":\"\"}]}",
		"{\"payload\":\"\",\"signatures\":[{\"sig\":\"\"}]}",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct gate_envelope e;
		struct err err = ERR_INIT;

		check_err(gate_envelope_read(&e, span_str(bad[i]), "envelope", &err),
		          ERR_CORRUPT, "text %zu", i);
		check_str_contains(err.msg, "envelope", "and says of what");
		gate_envelope_fini(&e);
	}
}
