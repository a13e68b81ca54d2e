// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "base/program.h"

/* Build-time program: writes a man page from its template and the option tables. It is
 * linked with the objects of one program, whose tables these are. */
extern const struct program cli_program;

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;

	log_init("man", LOG_WARN);
	if (argc != 3) {
		log_event(LOG_ERROR, "usage: man TEMPLATE PAGE");
		return PROGRAM_USAGE;
	}
	if (program_man(&cli_program, argv[1], argv[2], &err) == ERR_OK)
		return 0;
	log_event(LOG_ERROR, "%s", err.msg);
	return 1;
}
