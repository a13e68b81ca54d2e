// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/opt_complete.h"
#include "base/program.h"
#include "base/str.h"
#include "base/version.h"
#include "os/fs.h"

/* What a program tells about itself from its tables: version, completions, man page. */

#define TEMPLATE_MAX (1 << 20)
static const struct span marker = { "@TABLES@", 8 };
static const struct span command_marker = { "@COMMAND ", 9 };

int program_version(struct program_call *call)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "%s %s\n", call->program->name, version_string());
	return program_print_take(call, &text);
}

/* The bare command table as generators take it (mem_free); NULL without memory. */
static struct opt_command *commands_of(const struct program *p)
{
	struct opt_command *commands = NULL;
	size_t count = 0;

	while (p->entries[count].command.name)
		count++;
	if (!mem_array(&commands, count + 1, sizeof *commands))
		return NULL;
	for (size_t i = 0; i <= count; i++) /* with the end of the table */
		commands[i] = p->entries[i].command;
	return commands;
}

typedef void complete_shell(struct buf *out, const char *program,
                            const struct opt_command *commands, const struct opt *common);

static complete_shell *shell_find(const char *name)
{
	if (str_eq(name, "bash"))
		return opt_complete_bash;
	if (str_eq(name, "zsh"))
		return opt_complete_zsh;
	return str_eq(name, "fish") ? opt_complete_fish : NULL;
}

static enum err_code no_shell(const char *name, struct err *err)
{
	static const char *const shells[] = { "bash", "fish", "zsh" };
	const char *near = str_nearest(span_str(name), shells, 3);

	return err_set(err, ERR_USAGE,
	               "no completion for the shell '%s'%s%s%s; there are bash, fish, "
	               "zsh",
	               name, near ? "; did you mean '" : "", near ? near : "",
	               near ? "'?" : "");
}

enum err_code program_completion_text(const struct program_call *call, struct buf *out,
                                      struct err *err)
{
	complete_shell *complete = shell_find(call->args.items[0]);
	struct opt_command *commands;

	if (!complete)
		return no_shell(call->args.items[0], err);
	commands = commands_of(call->program);
	if (!commands)
		return err_nomem(err);
	complete(out, call->program->name, commands, call->program->common);
	mem_free(commands);
	return ERR_OK;
}

int program_completion(struct program_call *call)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	if (program_completion_text(call, &text, &err) != ERR_OK)
		return program_fail(call, &err);
	return program_print_take(call, &text);
}

/* The command that "@COMMAND scan@" names; NULL if there is none. */
static const struct opt_command *command_of(const struct opt_command *all,
                                            struct span name)
{
	for (; all->name != NULL; all++)
		if (span_eq_str(name, all->name))
			return all;
	return NULL;
}

/* The page of one command; false if the template is none. */
static bool put_command_page(struct buf *out, const struct program *p,
                             const struct opt_command *commands, struct span template)
{
	size_t at = span_find(template, command_marker);
	struct span rest = span_from(template, at + command_marker.len);
	size_t end = span_find_byte(rest, '@');
	const struct opt_command *c = command_of(commands, span_sub(rest, 0, end));

	if (at == template.len || c == NULL)
		return false;
	buf_put(out, span_sub(template, 0, at));
	opt_man_command(out, c, p->common);
	buf_put(out, span_trim(span_from(rest, end + 1)));
	return true;
}

static enum err_code put_page(struct buf *out, const struct program *p,
                              struct span template, struct err *err)
{
	struct opt_command *commands = commands_of(p);
	size_t at = span_find(template, marker);

	if (!commands)
		return err_nomem(err);
	if (!put_command_page(out, p, commands, template)) {
		buf_put(out, span_sub(template, 0, at));
		opt_man(out, p->name, commands, p->common);
		buf_put(out, span_trim(span_from(template, at + marker.len)));
	}
	buf_putc(out, '\n');
	mem_free(commands);
	return buf_err(out, err);
}

enum err_code program_man(const struct program *program, const char *template,
                          const char *page, struct err *err)
{
	struct buf text = BUF_INIT;
	struct buf out = BUF_INIT;
	enum err_code rc = os_read_file(template, TEMPLATE_MAX, &text, err);

	if (rc == ERR_OK && span_find(buf_span(&text), marker) == text.len &&
	    span_find(buf_span(&text), command_marker) == text.len)
		rc = err_set(err, ERR_CORRUPT, "%s: no @TABLES@ in it", template);
	if (rc == ERR_OK)
		rc = put_page(&out, program, buf_span(&text), err);
	if (rc == ERR_OK)
		rc = os_write_atomic(page, buf_span(&out), 0644, err);
	buf_fini(&text);
	buf_fini(&out);
	return rc;
}
