// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "collect/command.h"
#include "collect/demand.h"
#include "collect/outcome.h"
#include "os/fs.h"
#include "runner_internal.h"

#include <stdio.h>
#include <string.h>

/* Puts the text with a variable's value in its place. */
static void put_expanded(struct buf *out, struct span text, const char *variable,
                         const char *value)
{
	size_t at;

	while ((at = span_find(text, span_str(variable))) < text.len) {
		buf_put(out, span_sub(text, 0, at));
		buf_puts(out, value);
		text = span_from(text, at + strlen(variable));
	}
	buf_put(out, text);
}

/* The scratch folder from the folder that a person starts in: the project's root, or
 * one below, from where only the full path leads there. */
static const char *scratch_from(const struct gate_job *j, bool in_root)
{
	const char *scratch = j->runner->scratch;
	size_t length = strlen(j->runner->root);

	if (in_root && str_starts(scratch, j->runner->root) && scratch[length] == '/')
		scratch += length + 1;
	return scratch;
}

/* The command in its folder with its own environment. Our variables are set for suites
 * only, so that it names what they stand for. */
void gate_job_suggest(struct gate_job *j)
{
	const char *dir = j->suite->dir;
	bool in_root = dir == NULL || str_eq(dir, ".");
	struct buf command = BUF_INIT;
	struct buf text = BUF_INIT;
	size_t jobs = gate_demand_jobs(j->suite, j->runner->jobs > 0 ? j->runner->jobs
	                                                             : os_processors());
	char count[24];

	gate_command_text(&command, &j->suite->run);
	if (!in_root)
		buf_printf(&text, "cd %s && ", dir);
	if (j->suite->env.count > 0)
		buf_puts(&text, "export");
	for (size_t i = 0; i < j->suite->env.count; i++) {
		buf_putc(&text, ' ');
		gate_command_word(&text, j->suite->env.items[i]);
	}
	if (j->suite->env.count > 0)
		buf_puts(&text, " && ");
	put_expanded(&text, buf_span(&command), "$SEAWORTHY_SCRATCH",
	             scratch_from(j, in_root));
	buf_clear(&command);
	(void)snprintf(count, sizeof(count), "%zu", jobs);
	put_expanded(&command, buf_span(&text), "\"$SEAWORTHY_JOBS\"", count);
	/* Half a command may do anything. */
	if (command.len < sizeof(j->run->remedy))
		(void)snprintf(j->run->remedy, sizeof(j->run->remedy), "%s",
		               buf_str(&command));
	else
		(void)snprintf(
			j->run->remedy, sizeof(j->run->remedy),
			"the command of %.200s; `seaworthy plan --format json` has it",
			j->suite->id);
	buf_fini(&command);
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
