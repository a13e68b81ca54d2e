// SPDX-License-Identifier: Apache-2.0
#include "record/key_file.h"

#include "support/check.h"

TestSuite(key_file, .timeout = 60);

static const struct lb_pwhash_cost cheap = { 1, LB_PWHASH_MEMORY_MIN };

static struct gate_key_file new_key(enum lb_verifier_kind kind)
{
	struct gate_key_file k;
	struct err err = ERR_INIT;

	check_ok(lb_crypto_init(&err), &err);
	check_ok(gate_key_file_make(&k, kind, 1790000000123, SPAN_LIT("secret"), &cheap,
	                            &err),
	         &err);
	return k;
}

Test(key_file, a_key_opens_with_its_password_alone)
{
	static const enum lb_verifier_kind kinds[] = { LB_VERIFIER_ED25519,
		                                       LB_VERIFIER_P256 };

	for (size_t i = 0; i < 2; i++) {
		const struct gate_key_file k = new_key(kinds[i]);
		struct buf text = BUF_INIT;
		struct gate_key_file again;
		struct lb_signer *signer = NULL;
		struct err err = ERR_INIT;

		gate_key_file_write(&k, &text);
		check_ok(gate_key_file_read(&again, buf_span(&text), "a.key", &err),
		         &err);
		check_ok(gate_key_file_open(&again, SPAN_LIT("secret"), &signer, &err),
		         &err);
		check_true(lb_verifier_eq(lb_signer_verifier(signer), &k.verifier),
		           "the same key");
		lb_signer_free(signer);
		check_err(gate_key_file_open(&again, SPAN_LIT("Secret"), &signer, &err),
		          ERR_AUTH, "another password");
		check_str_contains(err.msg, "wrong password", "and says so");
		buf_fini(&text);
	}
}

/* Whatever bit of the file changes, the key is not opened: cost, kind, public half and
 * time are what the secret was sealed with. */
Test(key_file, every_bit_of_the_file_counts)
{
	const struct gate_key_file k = new_key(LB_VERIFIER_ED25519);
	struct buf text = BUF_INIT;
	struct buf same = BUF_INIT;
	struct err err = ERR_INIT;
	size_t opened = 0;

	gate_key_file_write(&k, &text);
	for (size_t bit = 0; bit < 8 * text.len; bit++) {
		struct gate_key_file again = { .created_ms = 0 };
		struct lb_signer *signer = NULL;

		text.ptr[bit / 8] = (char)(text.ptr[bit / 8] ^ 1 << bit % 8);
		/* What says the same in other bytes (blanks) is the same key; what asks
		 * for more work than there is memory for is none. */
		if (gate_key_file_read(&again, buf_span(&text), "a.key", &err) ==
		            ERR_OK &&
		    lb_pwhash_work(&again.cost) < 100000 &&
		    gate_key_file_open(&again, SPAN_LIT("secret"), &signer, &err) ==
		            ERR_OK) {
			buf_clear(&same);
			gate_key_file_write(&again, &same);
			text.ptr[bit / 8] = (char)(text.ptr[bit / 8] ^ 1 << bit % 8);
			check_str_eq(buf_str(&same), buf_str(&text), "bit %zu", bit);
			text.ptr[bit / 8] = (char)(text.ptr[bit / 8] ^ 1 << bit % 8);
			opened++;
		}
		lb_signer_free(signer);
		text.ptr[bit / 8] = (char)(text.ptr[bit / 8] ^ 1 << bit % 8);
	}
	check_true(opened < text.len / 8, "few of them: %zu", opened);
	buf_fini(&text);
	buf_fini(&same);
}

Test(key_file, refuses_what_is_no_key)
{
	static const char *const bad[] = { "", "{}", "[]", "{\"seaworthy_key\": 2}" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct gate_key_file k;
		struct err err = ERR_INIT;

		check_err(gate_key_file_read(&k, span_str(bad[i]), "a.key", &err),
		          ERR_CORRUPT, "text %zu", i);
		check_str_contains(err.msg, "a.key", "and says which");
	}
}
