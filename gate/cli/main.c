// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"
#include "lib/vcs.h"

static struct cancel cancelled = CANCEL_INIT;

int main(int argc, char **argv)
{
	struct cli_options o = { .policy = NULL };
	int code = program_main(&cli_program, &o.program, &cancelled, argc, argv);

	vcs_fini();
	return code;
}
