// SPDX-License-Identifier: Apache-2.0
#ifndef CRYPTO_SSHSIG_H
#define CRYPTO_SSHSIG_H

#include "crypto/signer.h"

/*
 * The keys and signatures of OpenSSH (RFC 4253, RFC 5656, PROTOCOL.sshsig), of the two
 * kinds that crypto/verifier.h knows: ssh-ed25519 and ecdsa-sha2-nistp256. What is made
 * here `ssh-keygen -Y verify` takes, and what `ssh-keygen -Y sign` makes is taken here.
 */

enum { LB_SSHSIG_MAX = 8192 }; /* bytes of a signature's text */

/* Appends "ssh-ed25519 AAAA..", as it stands in authorized_keys. */
void lb_verifier_ssh(const struct lb_verifier *v, struct buf *out);
/* `type` and `base64` are the two words of such a key. ERR_CORRUPT for what is none,
 * ERR_UNSUPPORTED for one of another kind. */
enum err_code lb_verifier_from_ssh(struct lb_verifier *out, struct span type,
                                   struct span base64, struct err *err) ERR_CHECKED;

/* Appends "-----BEGIN SSH SIGNATURE-----" and so on, over SHA-512. */
enum err_code lb_sshsig_make(struct lb_signer *s, const char *name_space,
                             struct span message, struct buf *out,
                             struct err *err) ERR_CHECKED;
/*
 * Is this text, with nothing but white space around it, a signature over the message,
 * made for this purpose? `*by` is the key that made it: whose that is, the caller has to
 * know. ERR_AUTH where it is of another text or purpose, ERR_CORRUPT for what is none,
 * ERR_UNSUPPORTED for one by another kind of key.
 */
enum err_code lb_sshsig_check(struct lb_verifier *by, struct span text,
                              const char *name_space, struct span message,
                              struct err *err) ERR_CHECKED;

#endif
