// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "cli/cli.h"

/* Build-time program: writes the man page from its template and the option tables. */

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;

	log_init("man", LOG_WARN);
	if (argc != 3) {
		log_event(LOG_ERROR, "usage: man TEMPLATE PAGE");
		return CLI_USAGE;
	}
	if (program_man(&cli_program, argv[1], argv[2], &err) == ERR_OK)
		return CLI_OK;
	log_event(LOG_ERROR, "%s", err.msg);
	return CLI_INTERNAL;
}
