// SPDX-License-Identifier: Apache-2.0
/* What lifeboat says of itself: help, completion, version. */
#include "base/version.h"
#include "cli/output.h"
#include "crypto/seal.h"

typedef enum err_code make_text(const struct program_call *call, struct buf *out,
                                struct err *err);

/* {"type": "summary", KEY: argument or null, FIELD: text} */
static int print_text_json(const struct program_call *call, make_text *make,
                           const char *key, const char *field)
{
	struct json_writer w;
	struct buf text = BUF_INIT;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	int code;

	if (make(call, &text, &err) == ERR_OK && buf_err(&text, &err) == ERR_OK) {
		json_writer_init(&w, &out, 0);
		json_open(&w, '{');
		json_field_str(&w, "type", "summary");
		if (call->args.count > 0)
			json_field_str(&w, key, call->args.items[0]);
		else
			json_field_null(&w, key);
		json_field_span(&w, field, buf_span(&text));
		json_close(&w, '}');
		buf_putc(&out, '\n');
		code = program_print_take(call, &out);
	} else {
		code = program_fail(call, &err);
	}
	buf_fini(&text);
	return code;
}

int cli_completion(struct program_call *call)
{
	if (!cli_options(call)->json)
		return program_completion(call);
	return print_text_json(call, program_completion_text, "shell", "script");
}

int cli_help(struct program_call *call)
{
	if (!cli_options(call)->json)
		return program_help(call);
	return print_text_json(call, program_help_text, "topic", "text");
}

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
