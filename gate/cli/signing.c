// SPDX-License-Identifier: Apache-2.0
#include "cli/signing.h"

#include "crypto/password.h"
#include "os/fs.h"

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
		return lb_password_file(out, o->password_file, call->cancel, err);
	if (o->password_command != NULL)
		return lb_password_command(out, o->password_command, call->cancel, err);
	if ((value = os_env("SEAWORTHY_KEY_PASSWORD")) != NULL)
		return lb_password_text(out, span_str(value), "SEAWORTHY_KEY_PASSWORD",
		                        err);
	if ((value = os_env("SEAWORTHY_KEY_PASSWORD_FILE")) != NULL)
		return lb_password_file(out, value, call->cancel, err);
	if ((value = os_env("SEAWORTHY_KEY_PASSWORD_COMMAND")) != NULL)
		return lb_password_command(out, value, call->cancel, err);
	buf_printf(&prompt, "password of the %skey %s: ", twice ? "new " : "", key);
	rc = buf_err(&prompt, err);
	if (rc == ERR_OK)
		rc = lb_password_ask(out, buf_str(&prompt), twice, nobody, err);
	buf_fini(&prompt);
	return rc;
}
