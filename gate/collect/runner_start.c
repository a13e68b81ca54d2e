// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/command.h"
#include "collect/outcome.h"
#include "os/fs.h"
#include "runner_internal.h"

#include <stdio.h>

void gate_job_suggest(struct gate_job *j)
{
	struct buf text = BUF_INIT;

	if (!str_eq(j->suite->dir, ".") && j->suite->dir != NULL)
		buf_printf(&text, "cd %s && ", j->suite->dir);
	gate_command_text(&text, &j->suite->run);
	(void)snprintf(j->run->remedy, sizeof(j->run->remedy), "%s", buf_str(&text));
	buf_fini(&text);
}

static void suggest_install(struct gate_job *j, const char *program)
{
	if (j->suite->install != NULL)
		(void)snprintf(j->run->remedy, sizeof(j->run->remedy), "%s",
		               j->suite->install);
	else
		(void)snprintf(j->run->remedy, sizeof(j->run->remedy), "install %s",
		               program);
}

/* Is the suite's own PATH another than ours? */
static bool has_own_path(const struct gate_suite *s)
{
	for (size_t i = 0; i < s->env.count; i++)
		if (str_starts(s->env.items[i], "PATH="))
			return true;
	return false;
}

bool gate_job_can_start(struct gate_job *j)
{
	const struct gate_suite *s = j->suite;
	struct buf program = BUF_INIT;
	bool found = true;

	if (s->unknown != NULL) {
		gate_outcome_unknown(j->run, "%s", s->unknown);
		if (s->install != NULL)
			suggest_install(j, "");
		return false;
	}
	if (s->tool != NULL && !has_own_path(s))
		found = os_find_program(s->tool, &program);
	if (!found) {
		gate_outcome_unknown(j->run, "%s is not installed", s->tool);
		suggest_install(j, s->tool);
	}
	buf_fini(&program);
	return found;
}

void gate_job_not_started(struct gate_job *j, struct span program)
{
	struct buf name = BUF_INIT;

	str_display(&name, program);
	gate_outcome_unknown(j->run, "%s was not found or may not be run",
	                     buf_str(&name));
	suggest_install(j, buf_str(&name));
	buf_fini(&name);
}
