// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/version.h"
#include "cli/cli.h"
#include "lib/json.h"

/* `version`: for people as every program says it. */

int cli_version(struct program_call *call)
{
	struct buf text = BUF_INIT;
	struct json_writer w;

	if (!str_eq(cli_options(call)->format, "json"))
		return program_version(call);
	json_writer_init(&w, &text, 2);
	json_open(&w, '{');
	json_field_u64(&w, "schema_version", 1);
	json_field_str(&w, "name", call->program->name);
	json_field_str(&w, "version", version_string());
	json_close(&w, '}');
	buf_putc(&text, '\n');
	return program_print_take(call, &text);
}
