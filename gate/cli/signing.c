// SPDX-License-Identifier: Apache-2.0
#include "cli/signing.h"

#include "crypto/password.h"
#include "os/fs.h"
#include "record/key_dir.h"

static enum err_code from_file(struct lb_secret *out, const char *path,
                               const struct program_call *call, struct err *err)
{
	const enum err_code rc = lb_password_file(out, path, call->cancel, err);

	return rc == ERR_NOT_FOUND ? err_wrap(err, ERR_USAGE, "the key's password") : rc;
}

enum err_code signing_password(struct lb_secret *out, const struct program_call *call,
                               const char *key, bool twice, struct err *err)
{
	const char *const nobody =
		"no password of the key: there is no terminal to ask at; give "
		"--password-file, --password-command or SEAWORTHY_KEY_PASSWORD";
	const struct cli_options *o = cli_options(call);
	const char *value;
	struct buf prompt = BUF_INIT;
	enum err_code rc;

	if (o->password_file != NULL && o->password_command != NULL)
		return err_set(err, ERR_USAGE,
		               "give one of --password-file and --password-command");
	if (o->password_file != NULL)
		return from_file(out, o->password_file, call, err);
	if (o->password_command != NULL)
		return lb_password_command(out, o->password_command, call->cancel, err);
	if ((value = os_env("SEAWORTHY_KEY_PASSWORD")) != NULL)
		return lb_password_text(out, span_str(value), "SEAWORTHY_KEY_PASSWORD",
		                        err);
	if ((value = os_env("SEAWORTHY_KEY_PASSWORD_FILE")) != NULL)
		return from_file(out, value, call, err);
	if ((value = os_env("SEAWORTHY_KEY_PASSWORD_COMMAND")) != NULL)
		return lb_password_command(out, value, call->cancel, err);
	buf_printf(&prompt, "password of the %skey %s: ", twice ? "new " : "", key);
	rc = buf_err(&prompt, err);
	if (rc == ERR_OK)
		rc = lb_password_ask(out, buf_str(&prompt), twice, nobody, err);
	buf_fini(&prompt);
	return rc;
}

enum err_code signing_open_named(struct lb_signer **out, const struct program_call *call,
                                 const char *what, const char *name, struct err *err)
{
	struct lb_secret password = LB_SECRET_INIT;
	struct gate_key_file k;
	enum err_code rc = lb_crypto_init(err);

	if (rc == ERR_OK && (rc = gate_key_dir_load(name, &k, err)) == ERR_NOT_FOUND)
		rc = err_wrap(err, ERR_USAGE, "%s", what);
	if (rc == ERR_OK)
		rc = signing_password(&password, call, name, false, err);
	if (rc == ERR_OK &&
	    (rc = gate_key_file_open(&k, lb_secret_span(&password), out, err)) != ERR_OK)
		rc = err_wrap(err, rc == ERR_AUTH ? ERR_USAGE : rc, "%s %s", what, name);
	lb_secret_free(&password);
	return rc;
}

/* Whoever has not got the key of the release still runs the gate. */
static enum err_code open_of_policy(struct lb_signer **out,
                                    const struct program_call *call, const char *name,
                                    struct err *err)
{
	struct gate_key_file k;
	const enum err_code rc = gate_key_dir_load(name, &k, err);

	if (rc != ERR_NOT_FOUND)
		return signing_open_named(out, call, "attestations.key", name, err);
	if (!call->options->quiet)
		program_note("not signed: there is no key %s here, which the policy "
		             "names (attestations.key)",
		             name);
	return ERR_OK;
}

enum err_code signing_open(struct lb_signer **out, const struct program_call *call,
                           const struct gate_policy *policy, struct err *err)
{
	const char *name = cli_options(call)->sign;

	*out = NULL;
	if (name != NULL)
		return signing_open_named(out, call, "--sign", name, err);
	name = policy->attestations.key;
	return name != NULL ? open_of_policy(out, call, name, err) : ERR_OK;
}
