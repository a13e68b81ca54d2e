// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"

/* `schema`: what seaworthy.yml may hold, for editors. */

int cli_schema(struct program_call *call)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	if (gate_policy_schema(&text, &err) == ERR_OK)
		return program_print_take(call, &text);
	buf_fini(&text);
	return program_fail(call, &err);
}
