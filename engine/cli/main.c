// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"
#include "os/core_dump.h"

static struct cancel cancelled = CANCEL_INIT;

int main(int argc, char **argv)
{
	struct cli_options o = { .repo = NULL };

	/* keys are in memory; a system that refuses is no reason not to back up */
	(void)!os_core_dump_forbid(NULL);
	return program_main(&cli_program, &o.program, &cancelled, argc, argv);
}
