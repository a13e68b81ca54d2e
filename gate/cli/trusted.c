// SPDX-License-Identifier: Apache-2.0
#include "cli/trusted.h"

#include "os/fs.h"
#include "record/key_dir.h"

enum { PEM_MAX = 64 << 10 };

static enum err_code trust(struct trusted *t, const char *name,
                           const struct lb_verifier *key, struct err *err)
{
	/* Both arrays grow alike. */
	size_t count = t->count;
	size_t cap = t->cap;
	struct lb_verifier *k = arena_push(&t->arena, &t->keys, &count, &cap, sizeof *k);
	const char **n = arena_push(&t->arena, &t->names, &t->count, &t->cap, sizeof *n);

	if (k == NULL || n == NULL)
		return err_nomem(err);
	*k = *key;
	*n = arena_str(&t->arena, name);
	return arena_err(&t->arena, err);
}

/* A file with a public key, or the name of an own one. */
static enum err_code trust_named(struct trusted *t, const char *name, struct err *err)
{
	struct gate_key_file own;
	struct lb_verifier key;
	struct buf text = BUF_INIT;
	enum err_code rc = os_read_file(name, PEM_MAX, &text, err);

	if (rc == ERR_OK &&
	    (rc = lb_verifier_from_pem(&key, buf_span(&text), err)) != ERR_OK)
		err_wrap(err, rc, "%s", name);
	else if (rc == ERR_NOT_FOUND &&
	         (rc = gate_key_dir_load(name, &own, err)) == ERR_OK)
		key = own.verifier;
	buf_fini(&text);
	if (rc == ERR_OK)
		return trust(t, name, &key, err);
	return rc == ERR_IO || rc == ERR_NOMEM ? rc : ERR_USAGE;
}

static enum err_code trust_own(struct trusted *t, struct err *err)
{
	struct gate_named_key *own;
	size_t count;
	enum err_code rc = gate_key_dir_list(&t->arena, &own, &count, err);

	for (size_t i = 0; rc == ERR_OK && i < count; i++)
		rc = trust(t, own[i].name, &own[i].file.verifier, err);
	return rc;
}

enum err_code trusted_gather(struct trusted *t, const struct program_call *call,
                             struct err *err)
{
	const struct opt_list *named = &cli_options(call)->keys;
	enum err_code rc = lb_crypto_init(err);

	arena_init(&t->arena);
	for (size_t i = 0; rc == ERR_OK && i < named->count; i++)
		rc = trust_named(t, named->items[i], err);
	if (rc == ERR_OK && named->count == 0)
		rc = trust_own(t, err);
	return rc;
}

void trusted_fini(struct trusted *t)
{
	arena_fini(&t->arena);
}
