// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_TRUSTED_H
#define GATE_TRUSTED_H

#include "cli/cli.h"
#include "crypto/verifier.h"

struct trusted_name {
	const char *text;    /* as it was written */
	char id[DIGEST_HEX]; /* lb_verifier_id: which key that is */
};

/* Keys that are believed, and what people call them. */
struct trusted {
	struct arena arena;
	struct lb_verifier *keys;
	struct trusted_name *names;
	size_t count;
	size_t cap;
};

/* Those of --key, or else all of `seaworthy key`. `t` is zeroed before, and finished in
 * every case. */
enum err_code trusted_gather(struct trusted *t, const struct program_call *call,
                             struct err *err) ERR_CHECKED;
void trusted_fini(struct trusted *t);

#endif
