// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/output.h"
#include "os/dir.h"
#include "os/walk.h"
#include "repo/recipient.h"

/* lifeboat key generate: needs no repository. */

enum { SECRET_MODE = 0600, PUBLIC_MODE = 0644 };

/* A file that must not be there yet: nobody's key is ever overwritten. */
static enum err_code put_file(const char *path, struct span text, uint32_t mode,
                              struct err *err)
{
	const struct span whole = span_str(path);
	const size_t slash = span_rfind_byte(whole, '/');
	const char *name = slash < whole.len ? path + slash + 1 : path;
	struct buf folder = BUF_INIT;
	struct os_dir dir;
	enum err_code rc;

	buf_put(&folder,
	        slash < whole.len ? span_sub(whole, 0, slash + 1) : SPAN_LIT("."));
	rc = buf_err(&folder, err);
	if (rc == ERR_OK)
		rc = os_dir_open(&dir, NULL, buf_str(&folder), err);
	buf_fini(&folder);
	if (rc != ERR_OK)
		return rc;
	rc = os_dir_write_new(&dir, name, &text, 1, mode, err);
	if (rc == ERR_OK)
		rc = os_dir_sync(&dir, err);
	os_dir_close(&dir);
	return rc;
}

static enum err_code put_secret(const char *path, const struct lb_key *secret,
                                struct err *err)
{
	char text[LB_RECIPIENT_TEXT + 1];
	enum err_code rc = lb_recipient_secret_format(secret, text, err);

	if (rc == ERR_OK) {
		const size_t len = span_str(text).len;

		text[len] = '\n';
		rc = put_file(path, span_of(text, len + 1), SECRET_MODE, err);
	}
	lb_wipe(text, sizeof text);
	return rc;
}

static enum err_code put_public(const char *path, const char *text, struct err *err)
{
	struct buf name = BUF_INIT;
	struct buf line = BUF_INIT;
	enum err_code rc;

	buf_printf(&name, "%s.pub", path);
	buf_printf(&line, "%s\n", text);
	rc = buf_err(&name, err);
	if (rc == ERR_OK)
		rc = buf_err(&line, err);
	if (rc == ERR_OK)
		rc = put_file(buf_str(&name), buf_span(&line), PUBLIC_MODE, err);
	buf_fini(&name);
	buf_fini(&line);
	return rc;
}

static void put_done(const struct program_call *call, const char *text, struct buf *out)
{
	const char *path = call->args.items[1];
	struct json_writer w;

	if (cli_options(call)->json) {
		json_writer_init(&w, out, 0);
		json_open(&w, '{');
		json_field_str(&w, "type", "summary");
		json_field_str(&w, "action", "generated");
		json_field_path(&w, "private_key", span_str(path));
		json_field_str(&w, "public_key", text);
		json_close(&w, '}');
		buf_putc(out, '\n');
		return;
	}
	if (call->options->quiet)
		return;
	buf_puts(out, "made ");
	str_display(out, span_str(path));
	buf_puts(out, ", the private key: keep it safe and to yourself\nmade ");
	str_display(out, span_str(path));
	buf_puts(out, ".pub, the public key: give it to who adds your key\n");
}

enum err_code cli_key_pair(const struct program_call *call, struct buf *out,
                           struct err *err)
{
	const char *path = call->args.items[1];
	char text[LB_RECIPIENT_TEXT];
	struct lb_key secret;
	struct lb_public public;
	enum err_code rc;

	if (cli_options(call)->dry_run)
		return err_set(err, ERR_USAGE,
		               "key generate touches no repository: leave out --dry-run");
	lb_recipient_new(&secret, &public);
	rc = lb_recipient_format(&public, text, err);
	if (rc == ERR_OK)
		rc = put_secret(path, &secret, err);
	lb_key_wipe(&secret);
	if (rc == ERR_OK)
		rc = put_public(path, text, err);
	if (rc == ERR_OK)
		put_done(call, text, out);
	return rc;
}
