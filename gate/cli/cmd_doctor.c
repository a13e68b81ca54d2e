// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/choose.h"
#include "cli/project.h"
#include "os/fs.h"

/* `doctor`: the tools that the project's checks need, and what is missing. */

struct need {
	const char *id;
	const char *tool;    /* NULL = not known */
	const char *install; /* may be NULL */
	const char *unknown; /* why it cannot run here, or NULL */
};

/* The program that a command starts with: its own first word, or of a shell line the
 * first that is no assignment. */
static void command_tool(const struct gate_command *command, struct buf *out)
{
	struct span rest = span_str(command->shell);
	struct span word;

	if (!command->shell) {
		if (command->argv.count > 0)
			buf_puts(out, command->argv.items[0]);
		return;
	}
	while (span_split(&rest, ' ', &word)) {
		if (word.len == 0 || span_find_byte(word, '=') < word.len)
			continue;
		for (size_t i = 0; i < word.len; i++)
			if (!(word.ptr[i] >= 'a' && word.ptr[i] <= 'z') &&
			    !(word.ptr[i] >= 'A' && word.ptr[i] <= 'Z') &&
			    !(word.ptr[i] >= '0' && word.ptr[i] <= '9') &&
			    word.ptr[i] != '-' && word.ptr[i] != '_' &&
			    word.ptr[i] != '.')
				return; /* shell syntax or a path: nothing to look up */
		buf_put(out, word);
		return;
	}
}

static bool is_builtin(const char *tool)
{
	static const char *const builtins[] = { "cd",   "test", "true", "false",
		                                "echo", "exit", "set",  "export",
		                                "exec", "if",   "for",  "while",
		                                "case" };

	for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++)
		if (str_eq(tool, builtins[i]))
			return true;
	return false;
}

/* One line; false if the tool is missing. */
static bool put_need(struct buf *out, const struct program_call *call, const char *root,
                     const char *dir, const struct need *n)
{
	struct buf where = BUF_INIT;
	bool found = !n->unknown;

	if (n->tool && span_find_byte(span_str(n->tool), '/') < span_str(n->tool).len &&
	    n->tool[0] != '/') {
		struct buf path = BUF_INIT;

		os_join(&path, root, dir ? dir : ".");
		os_join(&where, buf_str(&path), n->tool);
		found = found && os_is_executable(buf_str(&where));
		buf_fini(&path);
	} else if (n->tool && !is_builtin(n->tool)) {
		found = os_find_program(n->tool, &where) && found;
	}
	term_put(out, call->out.color, found ? TERM_GREEN : TERM_RED,
	         found ? SPAN_LIT("  ok       ") : SPAN_LIT("  missing  "));
	buf_printf(out, "%s  ", n->id);
	if (n->tool)
		buf_printf(out, "%s", n->tool);
	if (where.len > 0 && found)
		buf_printf(out, " (%s)", buf_str(&where));
	if (n->unknown)
		buf_printf(out, " %s", n->unknown);
	if (!found && n->install)
		buf_printf(out, "\n           install: %s", n->install);
	buf_putc(out, '\n');
	buf_fini(&where);
	return found;
}

static bool put_suite(struct buf *out, const struct program_call *call, const char *root,
                      const struct gate_suite *s)
{
	struct need n = { s->id, s->tool, s->install, s->unknown };
	struct buf tool = BUF_INIT;
	bool found;

	if (!n.tool) {
		command_tool(&s->run, &tool);
		n.tool = tool.len > 0 ? buf_str(&tool) : NULL;
	}
	found = put_need(out, call, root, s->dir, &n);
	buf_fini(&tool);
	return found;
}

static bool put_build(struct buf *out, const struct program_call *call, const char *root,
                      const struct gate_build *b)
{
	struct need n = { b->id, b->tool, b->install, b->unknown };
	struct buf tool = BUF_INIT;
	bool found;

	if (!n.tool) {
		command_tool(&b->run, &tool);
		n.tool = tool.len > 0 ? buf_str(&tool) : NULL;
	}
	found = put_need(out, call, root, b->dir, &n);
	buf_fini(&tool);
	return found;
}

static size_t put_all(struct buf *out, const struct program_call *call,
                      const struct project *p)
{
	const char *root = buf_str(&p->root);
	size_t missing = 0;

	for (size_t i = 0; i < p->policy->build_count; i++)
		missing += !put_build(out, call, root, &p->policy->builds[i]);
	for (size_t i = 0; i < p->policy->suite_count; i++)
		missing += !put_suite(out, call, root, &p->policy->suites[i]);
	if (p->policy->build_count + p->policy->suite_count == 0)
		buf_puts(out,
		         "  no builds or suites: none is declared, none was detected\n");
	else if (missing == 0)
		buf_puts(out, "nothing is missing\n");
	else
		buf_printf(out, "%zu missing: those checks would be unknown\n", missing);
	return missing;
}

int cli_doctor(struct program_call *call)
{
	struct project p = PROJECT_INIT;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	size_t missing = 0;
	enum err_code rc;

	rc = project_open(&p, call, call->args.count ? call->args.items[0] : NULL, &err);
	if (rc == ERR_OK)
		rc = choose_put_unused(&text, &p, &err);
	if (rc == ERR_OK) {
		if (text.len > 0)
			buf_putc(&text, '\n');
		missing = put_all(&text, call, &p);
		rc = buf_err(&text, &err);
	}
	if (rc == ERR_OK)
		rc = program_print(buf_span(&text), &err);
	project_close(&p);
	buf_fini(&text);
	if (rc != ERR_OK)
		return program_fail(call, &err);
	return missing > 0 ? CLI_EVIDENCE : CLI_OK;
}
