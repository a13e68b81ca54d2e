// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/cli.h"
#include "lib/json.h"
#include "os/identity.h"
#include "repo/init.h"

static void print_made(const struct program_call *call, const char *path,
                       enum lb_slot_kind kind, const struct lb_id *id, struct buf *out)
{
	char hex[LB_ID_HEX];
	struct json_writer w;

	lb_id_hex(id, hex);
	if (cli_options(call)->json) {
		json_writer_init(&w, out, 0);
		json_open(&w, '{');
		json_field_str(&w, "type", "summary");
		json_field_str(&w, "repository", path);
		json_field_str(&w, "id", hex);
		json_field_u64(&w, "format_version", LB_FORMAT_VERSION);
		json_close(&w, '}');
		buf_putc(out, '\n');
		return;
	}
	if (call->options->quiet)
		return;
	buf_printf(out, "repository %.12s made in ", hex);
	str_display(out, span_str(path));
	buf_printf(out,
	           "\n\nWithout the %s nothing in it can be read, by anybody, ever: "
	           "keep it safe.\n",
	           lb_slot_kind_name(kind));
	buf_puts(out,
	         "The format is version 0: a later program may not read it again.\n");
}

static enum err_code make(const struct program_call *call, const char *path,
                          const struct cli_unlock *u, struct lb_id *id, struct err *err)
{
	struct lb_repo_plan plan;
	struct lb_backend *backend = NULL;
	struct buf label = BUF_INIT;
	enum err_code rc;

	if (cli_options(call)->label) {
		buf_puts(&label, cli_options(call)->label);
	} else {
		os_user_name(&label);
		buf_putc(&label, '@');
		os_host_name(&label);
	}
	lb_repo_plan_default(&plan);
	plan.unlock = u->unlock;
	plan.label = buf_str(&label);
	rc = cli_store_create(&backend, call, path, err);
	if (rc == ERR_OK)
		rc = lb_repo_init(backend, &plan, err);
	if (rc == ERR_OK)
		*id = plan.config.repo;
	lb_backend_close(backend);
	buf_fini(&label);
	return rc;
}

int cli_init(struct program_call *call)
{
	struct cli_unlock u = { .secret = LB_SECRET_INIT };
	struct buf out = BUF_INIT;
	const char *path = NULL;
	enum lb_slot_kind kind;
	struct lb_id id;
	struct err err = ERR_INIT;
	enum err_code rc = cli_repo_path(call, &path, &err);

	if (rc == ERR_OK)
		rc = cli_unlock_get(&u, call, "password of the new repository: ", true,
		                    &err);
	if (rc == ERR_OK && u.unlock.kind == LB_SLOT_RECIPIENT)
		rc = err_set(
			&err, ERR_USAGE,
			"--private-key: the first key has a secret of its own; make it "
			"with a password or a key file, then `key add --recipient`");
	if (rc == ERR_OK)
		rc = make(call, path, &u, &id, &err);
	kind = u.unlock.kind;
	cli_unlock_fini(&u);
	if (rc != ERR_OK)
		return program_fail(call, &err);
	print_made(call, path, kind, &id, &out);
	return program_print_take(call, &out);
}
