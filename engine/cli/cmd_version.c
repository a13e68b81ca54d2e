// SPDX-License-Identifier: Apache-2.0
#include "base/version.h"
#include "cli/output.h"
#include "crypto/seal.h"

int cli_version(struct program_call *call)
{
	struct json_writer w;
	struct buf out = BUF_INIT;

	if (!cli_options(call)->json)
		return program_version(call);
	json_writer_init(&w, &out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "summary");
	json_field_str(&w, "name", call->program->name);
	json_field_str(&w, "version", version_string());
	json_field_u64(&w, "format", LB_FORMAT_VERSION);
	json_close(&w, '}');
	buf_putc(&out, '\n');
	return program_print_take(call, &out);
}
