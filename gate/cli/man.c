// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "base/mem.h"
#include "base/opt_complete.h"
#include "cli/cli.h"
#include "os/fs.h"

/*
 * Build-time program: reads the man page's template, puts the sections that the option
 * tables give in place of @TABLES@, and writes the page. So the page cannot name an
 * option that does not exist.
 */

static enum err_code make_page(const char *template, const char *page, struct err *err)
{
	struct opt_command *commands = cli_commands();
	struct buf text = BUF_INIT;
	struct buf out = BUF_INIT;
	size_t at;
	enum err_code rc;

	if (!commands)
		return err_nomem(err);
	rc = os_read_file(template, 1 << 20, &text, err);
	at = span_find(buf_span(&text), SPAN_LIT("@TABLES@"));
	if (rc == ERR_OK && at == text.len)
		rc = err_set(err, ERR_CORRUPT, "%s: no @TABLES@ in it", template);
	if (rc == ERR_OK) {
		buf_put(&out, span_sub(buf_span(&text), 0, at));
		opt_man(&out, "seaworthy", commands, cli_common);
		buf_put(&out, span_trim(span_from(buf_span(&text), at + 8)));
		buf_putc(&out, '\n');
		rc = buf_err(&out, err);
	}
	if (rc == ERR_OK)
		rc = os_write_atomic(page, buf_span(&out), 0644, err);
	mem_free(commands);
	buf_fini(&text);
	buf_fini(&out);
	return rc;
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;

	log_init("man", LOG_WARN);
	if (argc != 3) {
		log_event(LOG_ERROR, "usage: man TEMPLATE PAGE");
		return CLI_USAGE;
	}
	if (make_page(argv[1], argv[2], &err) == ERR_OK)
		return CLI_OK;
	log_event(LOG_ERROR, "%s", err.msg);
	return CLI_INTERNAL;
}
