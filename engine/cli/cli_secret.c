// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"

#include "crypto/password.h"
#include "os/fs.h"
#include "os/random.h"
#include "repo/recipient.h"
#include "repo/recovery.h"

/*
 * The order of sources: --key-file, --recovery-file, --private-key, --password-file,
 * --password-command, then LIFEBOAT_PASSWORD, LIFEBOAT_PASSWORD_FILE,
 * LIFEBOAT_PASSWORD_COMMAND, LIFEBOAT_KEY_FILE, then the terminal; for the target of a
 * copy the same with to- and TO_, and before the terminal what opens the source. A
 * password never stands in the arguments, where everyone could read it.
 */

/* What was read into `secret` is the password. */
static enum err_code by_password(struct cli_unlock *u, enum err_code rc)
{
	if (rc == ERR_OK)
		u->unlock = (struct lb_unlock){ .kind = LB_SLOT_PASSWORD,
			                        .secret = lb_secret_span(&u->secret) };
	return rc;
}

static void wipe_buf(struct buf *b)
{
	if (b->ptr)
		lb_wipe(b->ptr, b->cap);
	buf_fini(b);
}

static enum err_code from_key_file(struct cli_unlock *u, const char *path,
                                   const struct cancel *cancel, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc = os_read_secret(path, LB_KEY_FILE_MAX, &text, cancel, err);

	if (rc == ERR_OK)
		rc = lb_secret_dup(&u->secret, buf_span(&text), err);
	if (rc == ERR_OK)
		u->unlock = (struct lb_unlock){ .kind = LB_SLOT_KEY_FILE,
			                        .secret = lb_secret_span(&u->secret) };
	else
		err_wrap(err, rc, "key file");
	wipe_buf(&text);
	return rc;
}

static enum err_code set_recovery(struct cli_unlock *u,
                                  const unsigned char code[LB_RECOVERY], struct err *err)
{
	enum err_code rc =
		lb_secret_dup(&u->secret, span_of((const char *)code, LB_RECOVERY), err);

	if (rc == ERR_OK)
		u->unlock = (struct lb_unlock){ .kind = LB_SLOT_RECOVERY,
			                        .secret = lb_secret_span(&u->secret) };
	return rc;
}

static enum err_code from_recovery_file(struct cli_unlock *u, const char *path,
                                        const struct cancel *cancel, struct err *err)
{
	struct buf text = BUF_INIT;
	unsigned char code[LB_RECOVERY];
	enum err_code rc = os_read_secret(path, LB_PASSWORD_MAX, &text, cancel, err);

	if (rc == ERR_OK)
		rc = lb_recovery_parse(buf_span(&text), code, err);
	if (rc == ERR_OK)
		rc = set_recovery(u, code, err);
	else
		err_wrap(err, rc, "recovery code");
	lb_wipe(code, sizeof code);
	wipe_buf(&text);
	return rc;
}

static enum err_code set_private(struct cli_unlock *u, const struct lb_key *key,
                                 struct err *err)
{
	enum err_code rc =
		lb_secret_dup(&u->secret, span_of((const char *)key->b, LB_KEY), err);

	if (rc == ERR_OK)
		u->unlock = (struct lb_unlock){
			.kind = LB_SLOT_RECIPIENT,
			.recipient = (const struct lb_key *)(void *)u->secret.ptr
		};
	return rc;
}

static enum err_code from_private_key(struct cli_unlock *u, const char *path,
                                      const struct cancel *cancel, struct err *err)
{
	struct buf text = BUF_INIT;
	struct lb_key key;
	enum err_code rc = os_read_secret(path, LB_PASSWORD_MAX, &text, cancel, err);

	if (rc == ERR_OK)
		rc = lb_recipient_secret_parse(buf_span(&text), &key, err);
	if (rc == ERR_OK)
		rc = set_private(u, &key, err);
	else
		err_wrap(err, rc, "private key %s", path);
	lb_key_wipe(&key);
	wipe_buf(&text);
	return rc;
}

/* Nothing secret: whoever has the private key opens the new slot. */
static enum err_code to_recipient(struct cli_unlock *u, const char *path,
                                  const struct cancel *cancel, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc = os_read_secret(path, LB_PASSWORD_MAX, &text, cancel, err);

	u->unlock = (struct lb_unlock){ .kind = LB_SLOT_RECIPIENT };
	if (rc == ERR_OK)
		rc = lb_recipient_parse(buf_span(&text), &u->recipient, err);
	if (rc != ERR_OK)
		err_wrap(err, rc, "public key %s", path);
	buf_fini(&text);
	return rc;
}

/* Options and variables that may say it, of the repository or of a copy's target. */
struct sources {
	const char *key_file;
	const char *recovery_file;
	const char *private_key;
	const char *password_file;
	const char *password_command;
	const char *password_env;
	const char *file_env;
	const char *command_env;
	const char *key_env;
	const char *several; /* what is wrong with more than one option */
	const char *nobody;  /* with none at all */
};

static enum err_code unlock_by(struct cli_unlock *out, const struct program_call *call,
                               const struct sources *s, const char *prompt, bool twice,
                               struct err *err)
{
	int given = (s->key_file != NULL) + (s->recovery_file != NULL) +
	            (s->private_key != NULL) + (s->password_file != NULL) +
	            (s->password_command != NULL);
	const char *value;

	*out = (struct cli_unlock){ .secret = LB_SECRET_INIT };
	if (given > 1)
		return err_set(err, ERR_USAGE, "%s", s->several);
	if (s->key_file)
		return from_key_file(out, s->key_file, call->cancel, err);
	if (s->recovery_file)
		return from_recovery_file(out, s->recovery_file, call->cancel, err);
	if (s->private_key)
		return from_private_key(out, s->private_key, call->cancel, err);
	if (s->password_file)
		return by_password(out, lb_password_file(&out->secret, s->password_file,
		                                         call->cancel, err));
	if (s->password_command)
		return by_password(out,
		                   lb_password_command(&out->secret, s->password_command,
		                                       call->cancel, err));
	if ((value = os_env(s->password_env)))
		return by_password(out, lb_password_text(&out->secret, span_str(value),
		                                         s->password_env, err));
	if ((value = os_env(s->file_env)))
		return by_password(
			out, lb_password_file(&out->secret, value, call->cancel, err));
	if ((value = os_env(s->command_env)))
		return by_password(
			out, lb_password_command(&out->secret, value, call->cancel, err));
	if ((value = os_env(s->key_env)))
		return from_key_file(out, value, call->cancel, err);
	return by_password(out,
	                   lb_password_ask(&out->secret, prompt, twice, s->nobody, err));
}

static struct sources sources_of(const struct cli_options *o)
{
	return (struct sources){
		.key_file = o->key_file,
		.recovery_file = o->recovery_file,
		.private_key = o->private_key,
		.password_file = o->password_file,
		.password_command = o->password_command,
		.password_env = "LIFEBOAT_PASSWORD",
		.file_env = "LIFEBOAT_PASSWORD_FILE",
		.command_env = "LIFEBOAT_PASSWORD_COMMAND",
		.key_env = "LIFEBOAT_KEY_FILE",
		.several = "give one of --key-file, --recovery-file, --private-key, "
			   "--password-file and --password-command",
		.nobody = "no password: there is no terminal to ask at; give "
			  "--password-file, --password-command or LIFEBOAT_PASSWORD",
	};
}

static bool says(const struct sources *s)
{
	return s->key_file || s->recovery_file || s->private_key || s->password_file ||
	       s->password_command || os_env(s->password_env) || os_env(s->file_env) ||
	       os_env(s->command_env) || os_env(s->key_env);
}

enum err_code cli_unlock_get(struct cli_unlock *out, const struct program_call *call,
                             const char *prompt, bool twice, struct err *err)
{
	const struct sources s = sources_of(cli_options(call));

	return unlock_by(out, call, &s, prompt, twice, err);
}

enum err_code cli_unlock_target(struct cli_unlock *out, const struct program_call *call,
                                bool *as_source, struct err *err)
{
	const struct cli_options *o = cli_options(call);
	const struct sources source = sources_of(o);
	const struct sources s = {
		.key_file = o->to_key_file,
		.recovery_file = o->to_recovery_file,
		.private_key = o->to_private_key,
		.password_file = o->to_password_file,
		.password_command = o->to_password_command,
		.password_env = "LIFEBOAT_TO_PASSWORD",
		.file_env = "LIFEBOAT_TO_PASSWORD_FILE",
		.command_env = "LIFEBOAT_TO_PASSWORD_COMMAND",
		.key_env = "LIFEBOAT_TO_KEY_FILE",
		.several = "give one of --to-key-file, --to-recovery-file, "
			   "--to-private-key, --to-password-file and "
			   "--to-password-command",
		.nobody =
			"no password of the target: there is no terminal to ask at; give "
			"--to-password-file, --to-password-command or "
			"LIFEBOAT_TO_PASSWORD",
	};

	*as_source = !says(&s) && says(&source);
	return unlock_by(out, call, *as_source ? &source : &s,
	                 "password of the target repository: ", false, err);
}

static enum err_code new_recovery(struct cli_unlock *u, struct err *err)
{
	unsigned char code[LB_RECOVERY];
	enum err_code rc;

	os_random(code, sizeof code);
	rc = set_recovery(u, code, err);
	lb_wipe(code, sizeof code);
	return rc;
}

enum err_code cli_unlock_new(struct cli_unlock *out, const struct program_call *call,
                             struct err *err)
{
	const struct cli_options *o = cli_options(call);
	int given = (o->new_password_file != NULL) + (o->new_password_command != NULL) +
	            (o->new_key_file != NULL) + (o->recipient != NULL) + o->recovery_code;

	*out = (struct cli_unlock){ .secret = LB_SECRET_INIT };
	if (given > 1)
		return err_set(err, ERR_USAGE,
		               "give one of --new-password-file, --new-password-command, "
		               "--new-key-file, --recipient and --recovery-code");
	if (o->recovery_code)
		return new_recovery(out, err);
	if (o->new_key_file)
		return from_key_file(out, o->new_key_file, call->cancel, err);
	if (o->recipient)
		return to_recipient(out, o->recipient, call->cancel, err);
	if (o->new_password_file)
		return by_password(out,
		                   lb_password_file(&out->secret, o->new_password_file,
		                                    call->cancel, err));
	if (o->new_password_command)
		return by_password(out, lb_password_command(&out->secret,
		                                            o->new_password_command,
		                                            call->cancel, err));
	return by_password(
		out,
		lb_password_ask(&out->secret, "new password: ", true,
	                        "no new password: there is no terminal to ask at; give "
	                        "--new-password-file, --new-password-command or "
	                        "--new-key-file",
	                        err));
}

void cli_unlock_fini(struct cli_unlock *u)
{
	lb_secret_free(&u->secret);
}
