// SPDX-License-Identifier: Apache-2.0
#include "crypto/password.h"

#include "crypto/key.h"
#include "os/fs.h"
#include "os/process.h"
#include "os/prompt.h"

#define COMMAND_TIMEOUT_MS 120000

enum err_code lb_password_text(struct lb_secret *out, struct span text, const char *from,
                               struct err *err)
{
	struct span rest = text;
	struct span line = SPAN_EMPTY;

	if (!span_line(&rest, &line) || line.len == 0)
		return err_set(err, ERR_USAGE, "%s: the password is empty", from);
	return lb_secret_dup(out, line, err);
}

static void wipe_buf(struct buf *b)
{
	if (b->ptr)
		lb_wipe(b->ptr, b->cap);
	buf_fini(b);
}

enum err_code lb_password_file(struct lb_secret *out, const char *path,
                               const struct cancel *cancel, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc = os_read_secret(path, LB_PASSWORD_MAX, &text, cancel, err);

	if (rc == ERR_OK)
		rc = lb_password_text(out, buf_span(&text), path, err);
	else
		err_wrap(err, rc, "password file");
	wipe_buf(&text);
	return rc;
}

static enum err_code judge_command(const char *command, const struct os_result *r,
                                   struct err *err)
{
	if (r->end == OS_END_EXIT && r->code == 0)
		return ERR_OK;
	if (r->end == OS_END_EXIT)
		return err_set(err, ERR_USAGE,
		               "the password command \"%s\" failed with exit code %d",
		               command, r->code);
	return err_set(err, ERR_USAGE, "the password command \"%s\" did not finish",
	               command);
}

enum err_code lb_password_command(struct lb_secret *out, const char *command,
                                  const struct cancel *cancel, struct err *err)
{
	const char *argv[] = { "/bin/sh", "-c", command, NULL };
	struct os_spawn spec = { .argv = argv,
		                 .env = os_environ(),
		                 .timeout_ms = COMMAND_TIMEOUT_MS,
		                 .grace_ms = 1000,
		                 .capture_max = LB_PASSWORD_MAX,
		                 .cancel = cancel };
	struct os_result r;
	enum err_code rc;

	os_result_init(&r);
	rc = os_run(&spec, &r, err);
	if (rc == ERR_OK)
		rc = judge_command(command, &r, err);
	if (rc == ERR_OK)
		rc = lb_password_text(out, buf_span(&r.out), "password command", err);
	wipe_buf(&r.out);
	buf_init(&r.out);
	os_result_fini(&r);
	return rc;
}

enum err_code lb_password_ask(struct lb_secret *out, const char *prompt, bool twice,
                              const char *nobody, struct err *err)
{
	char first[LB_PASSWORD_MAX];
	char second[LB_PASSWORD_MAX];
	size_t len;
	size_t again;
	enum err_code rc = os_prompt_secret(prompt, first, sizeof first, &len, err);

	if (rc == ERR_UNSUPPORTED)
		return err_set(err, ERR_USAGE, "%s", nobody);
	if (rc == ERR_OK && twice) {
		rc = os_prompt_secret("again: ", second, sizeof second, &again, err);
		if (rc == ERR_OK && (len != again || !lb_equal(first, second, len)))
			rc = err_set(err, ERR_USAGE, "the two passwords differ");
		lb_wipe(second, sizeof second);
	}
	if (rc == ERR_OK)
		rc = lb_password_text(out, span_of(first, len), "terminal", err);
	lb_wipe(first, sizeof first);
	return rc;
}
