// SPDX-License-Identifier: Apache-2.0
#include "crypto/sshsig.h"

#include "base/str.h"
#include "support/check.h"

TestSuite(sshsig, .timeout = 10);

/* Made by OpenSSH 9.2: ssh-keygen -Y sign -n seaworthy, over "sail". */
static const struct {
	const char *type;
	const char *key;
	const char *signature;
} made[] = {
	{ "ssh-ed25519",
	  "AAAAC3NzaC1lZDI1NTE5AAAAICs3pUF7DhtRb/xoYPn4FkZkvxxBd2tClB0fUwNbmvoy",
	  "-----BEGIN SSH SIGNATURE-----\n"
	  "U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgKzelQXsOG1Fv/Ghg+fgWRmS/HE\n"
	  "F3a0KUHR9TA1ua+jIAAAAJc2Vhd29ydGh5AAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1l\n"
	  "ZDI1NTE5AAAAQMjRlUmbyE3DeKgLObhFWj38nyLIGhy4pt6I1T1HUJyE2ryfoxHHXxwlKE\n"
	  "LM5bVeN9gS/0hafZPHwEEWUuZjgQg=\n"
	  "-----END SSH SIGNATURE-----\n" },
	{ "ecdsa-sha2-nistp256",
	  "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBHtnSYaJFPerHJ+9ltVy1rmPNeDApsOfmiWPqpfDMVZXLGc9kS23gTAoSi/Sx2Amq6KVIjOGlkdp4A+tUh/Bs44=",
	  "-----BEGIN SSH SIGNATURE-----\n"
	  "U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE\n"
	  "EEe2dJhokU96scn72W1XLWuY814MCmw5+aJY+ql8MxVlcsZz2RLbeBMChKL9LHYCaropUi\n"
	  "M4aWR2ngD61SH8GzjgAAAAlzZWF3b3J0aHkAAAAAAAAABnNoYTUxMgAAAGQAAAATZWNkc2\n"
	  "Etc2hhMi1uaXN0cDI1NgAAAEkAAAAgRNWyBhRT6u2YAJd4OkHkLmyVkmrndZCIj81TtUgN\n"
	  "CuYAAAAhAJO4exzhbgHsqXEnOVGGMyuRsnaN/dY/pZo0cwHKd5Xg\n"
	  "-----END SSH SIGNATURE-----\n" },
};

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

Test(sshsig, what_ssh_keygen_makes_is_taken)
{
	struct lb_verifier by;
	struct lb_verifier key;
	struct err err = ERR_INIT;

	check_ok(lb_crypto_init(&err), &err);
	for (size_t i = 0; i < 2; i++) {
		const struct span text = span_str(made[i].signature);

		check_ok(lb_verifier_from_ssh(&key, span_str(made[i].type),
		                              span_str(made[i].key), &err),
		         &err);
		check_ok(lb_sshsig_check(&by, text, "seaworthy", SPAN_LIT("sail"), &err),
		         &err);
		check_true(lb_verifier_eq(&by, &key), "the key that made it");
		check_err(lb_sshsig_check(&by, text, "seaworthy", SPAN_LIT("sai"), &err),
		          ERR_AUTH, "another text");
		check_err(lb_sshsig_check(&by, text, "git", SPAN_LIT("sail"), &err),
		          ERR_AUTH, "another purpose");
		check_str_contains(err.msg, "-n git", "the mend");
	}
}

Test(sshsig, keys_are_written_as_they_were_read)
{
	struct lb_verifier key;
	struct buf text = BUF_INIT;
	struct buf should = BUF_INIT;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < 2; i++) {
		buf_clear(&text);
		buf_clear(&should);
		check_ok(lb_verifier_from_ssh(&key, span_str(made[i].type),
		                              span_str(made[i].key), &err),
		         &err);
		lb_verifier_ssh(&key, &text);
		buf_printf(&should, "%s %s", made[i].type, made[i].key);
		check_str_eq(buf_str(&text), buf_str(&should), "key");
		check_err(lb_verifier_from_ssh(&key, span_str(made[1 - i].type),
		                               span_str(made[i].key), &err),
		          ERR_CORRUPT, "another kind than it says");
	}
	check_err(lb_verifier_from_ssh(&key, SPAN_LIT("ssh-rsa"), SPAN_LIT("AAAA"), &err),
	          ERR_UNSUPPORTED, "RSA");
	check_str_contains(err.msg, "ssh-ed25519", "what is taken");
	check_err(lb_verifier_from_ssh(&key, SPAN_LIT("ssh-ed25519"), SPAN_LIT("AAAA"),
	                               &err),
	          ERR_CORRUPT, "the example of a policy");
	buf_fini(&text);
	buf_fini(&should);
}

/* The numbers of ECDSA have 31 to 33 bytes, so more than one is tried. */
Test(sshsig, what_is_made_here_is_taken)
{
	for (int i = 0; i < 32; i++) {
		struct lb_signer *s =
			new_signer(i % 2 == 0 ? LB_VERIFIER_ED25519 : LB_VERIFIER_P256);
		struct buf text = BUF_INIT;
		struct lb_verifier by;
		struct err err = ERR_INIT;

		check_ok(lb_sshsig_make(s, "seaworthy", SPAN_LIT("x"), &text, &err),
		         &err);
		check_ok(lb_sshsig_check(&by, buf_span(&text), "seaworthy", SPAN_LIT("x"),
		                         &err),
		         &err);
		check_true(lb_verifier_eq(&by, lb_signer_verifier(s)), "by this key");
		buf_fini(&text);
		lb_signer_free(s);
	}
}

/* No change of the text is another signature, and no text is read over its end. */
Test(sshsig, altered_and_cut_signatures_are_refused)
{
	struct lb_verifier by;
	struct err err = ERR_INIT;

	check_ok(lb_crypto_init(&err), &err);
	for (size_t i = 0; i < 2; i++) {
		const struct span whole = span_str(made[i].signature);
		char text[1024];

		for (size_t at = 0; at < whole.len - 1; at++) {
			memcpy(text, whole.ptr, whole.len);
			if (text[at] == '\n')
				continue;
			text[at] = text[at] == 'A' ? 'B' : 'A';
			check_true(lb_sshsig_check(&by, span_of(text, whole.len),
			                           "seaworthy", SPAN_LIT("sail"),
			                           &err) != ERR_OK,
			           "changed at %zu", at);
			check_true(lb_sshsig_check(&by, span_sub(whole, 0, at),
			                           "seaworthy", SPAN_LIT("sail"),
			                           &err) != ERR_OK,
			           "cut at %zu", at);
		}
	}
	check_err(lb_sshsig_check(&by, SPAN_EMPTY, "x", SPAN_EMPTY, &err), ERR_CORRUPT,
	          "nothing");
}
