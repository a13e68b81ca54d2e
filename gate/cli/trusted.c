// SPDX-License-Identifier: Apache-2.0
#include "cli/trusted.h"

#include "os/fs.h"
#include "record/key_dir.h"
#include "record/record_json.h"

enum { PEM_MAX = 64 << 10 };

static enum err_code trust(struct trusted *t, const char *name,
                           const struct lb_verifier *key, struct err *err)
{
	/* Both arrays grow alike. */
	size_t count = t->count;
	size_t cap = t->cap;
	struct lb_verifier *k = arena_push(&t->arena, &t->keys, &count, &cap, sizeof *k);
	struct trusted_name *n =
		arena_push(&t->arena, &t->names, &t->count, &t->cap, sizeof *n);
	enum err_code rc;

	if (k == NULL || n == NULL)
		return err_nomem(err);
	*k = *key;
	rc = lb_verifier_id(key, n->id, err);
	n->text = arena_str(&t->arena, name);
	return rc == ERR_OK ? arena_err(&t->arena, err) : rc;
}

static bool is_openssh(struct span text)
{
	return span_starts(text, SPAN_LIT("ssh-")) ||
	       span_starts(text, SPAN_LIT("ecdsa-sha2-"));
}

static enum err_code read_pem(struct lb_verifier *key, const char *path, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc = os_read_file(path, PEM_MAX, &text, err);

	if (rc == ERR_OK &&
	    (rc = lb_verifier_from_pem(key, buf_span(&text), err)) != ERR_OK) {
		if (is_openssh(buf_span(&text)))
			err_set(err, rc,
			        "this is a public key as OpenSSH writes it; --key takes "
			        "the PEM that `seaworthy key export NAME` prints. With "
			        "keys of ssh-keygen people sign off: those are named in "
			        "the policy's `signoff`");
		err_wrap(err, rc, "%s", path);
	}
	buf_fini(&text);
	return rc;
}

static bool is_beside(const char *name)
{
	const enum os_type type = os_type_of(name);

	return type != OS_NONE && type != OS_DIR;
}

/* The name of an own key, or a file with a public one. A file that happens to lie in the
 * current folder, which may be that of whoever is verified, never takes a key's place. */
static enum err_code find_named(struct lb_verifier *key, const char *name,
                                struct err *err)
{
	struct gate_key_file own;
	enum err_code rc;

	if (!gate_record_id_ok(name))
		return read_pem(key, name, err);
	rc = gate_key_dir_load(name, &own, err);
	if (rc == ERR_NOT_FOUND && is_beside(name))
		return read_pem(key, name, err);
	if (rc == ERR_OK && is_beside(name))
		return err_set(err, ERR_USAGE,
		               "--key %s: there is a key %s of `seaworthy key`, and a "
		               "file ./%s here; write ./%s for the file, or go where "
		               "there is none for the key",
		               name, name, name, name);
	if (rc == ERR_OK)
		*key = own.verifier;
	return rc;
}

static enum err_code trust_named(struct trusted *t, const char *name, struct err *err)
{
	struct lb_verifier key;
	const enum err_code rc = find_named(&key, name, err);

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
