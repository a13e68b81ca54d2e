// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/opt_complete.h"
#include "base/str.h"
#include "base/version.h"
#include "cli/cli.h"
#include "cli/topics.h"
#include "os/fs.h"
#include "policy/policy.h"

/* The commands that need no project: completion, help, schema, version. */

static int print_and_free(const struct cli *c, struct buf *text)
{
	struct err err = ERR_INIT;
	int code = CLI_OK;

	if (buf_err(text, &err) != ERR_OK || cli_print(buf_span(text), &err) != ERR_OK)
		code = cli_fail(c, &err);
	buf_fini(text);
	return code;
}

int cli_version(struct cli *c)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "seaworthy %s\n", version_string());
	return print_and_free(c, &text);
}

int cli_schema(struct cli *c)
{
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	if (gate_policy_schema(&text, &err) == ERR_OK)
		return print_and_free(c, &text);
	buf_fini(&text);
	return cli_fail(c, &err);
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

static int no_shell(const struct cli *c, const char *name)
{
	static const char *const shells[] = { "bash", "fish", "zsh" };
	const char *near = str_nearest(span_str(name), shells, 3);
	struct err err = ERR_INIT;

	err_set(&err, ERR_USAGE,
	        "no completion for the shell '%s'%s%s%s; there are bash, fish, zsh", name,
	        near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	return cli_fail(c, &err);
}

int cli_completion(struct cli *c)
{
	complete_shell *complete = shell_find(c->args.items[0]);
	struct opt_command *commands;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	if (!complete)
		return no_shell(c, c->args.items[0]);
	commands = cli_commands();
	if (!commands) {
		err_nomem(&err);
		return cli_fail(c, &err);
	}
	complete(&text, "seaworthy", commands, cli_common);
	mem_free(commands);
	return print_and_free(c, &text);
}

/* ---- help ---- */

static void put_commands(struct buf *out)
{
	size_t widest = 0;

	for (const struct cli_entry *e = cli_entries; e->command.name; e++)
		if (span_str(e->command.name).len > widest)
			widest = span_str(e->command.name).len;
	for (const struct cli_entry *e = cli_entries; e->command.name; e++) {
		buf_printf(out, "  %s", e->command.name);
		buf_fill(out, ' ', widest + 2 - span_str(e->command.name).len);
		buf_printf(out, "%s\n", e->command.help);
	}
}

static void put_overview(struct buf *out)
{
	buf_puts(out,
	         "seaworthy decides whether a release may sail: it runs a project's "
	         "tests, scans its\n"
	         "files, and computes a score and GO, CONDITIONAL GO or NO-GO from the "
	         "evidence.\n\n"
	         "usage: seaworthy [OPTIONS] COMMAND [OPTIONS] [PATH]\n\ncommands:\n");
	put_commands(out);
	buf_puts(out, "\ntopics for `seaworthy help TOPIC`:\n");
	for (const struct topic *t = topics; t->name; t++)
		buf_printf(out, "  %-12s  %s\n", t->name, t->title);
	buf_puts(
		out,
		"\nexamples:\n"
		"  seaworthy run                    # judge the project of the current "
		"folder\n"
		"  seaworthy scan --rule 'marker.*' # only look for TODO, FIXME and kin\n"
		"  seaworthy explain                # what would raise the score most\n");
}

static int no_topic(const struct cli *c, const char *name)
{
	const char *names[96];
	size_t count = 0;
	struct err err = ERR_INIT;
	const char *near;

	for (const struct cli_entry *e = cli_entries; e->command.name && count < 96; e++)
		names[count++] = e->command.name;
	for (const struct topic *t = topics; t->name && count < 96; t++)
		names[count++] = t->name;
	near = str_nearest(span_str(name), names, count);
	err_set(&err, ERR_USAGE,
	        "no help on '%s'%s%s%s; `seaworthy help` lists commands and topics", name,
	        near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
	return cli_fail(c, &err);
}

int cli_help(struct cli *c)
{
	struct buf text = BUF_INIT;
	const char *name = c && c->args.count ? c->args.items[0] : NULL;
	const struct cli_entry *entry = name ? cli_entry_find(name) : NULL;
	const struct topic *t = name && !entry ? topic_find(name) : NULL;

	if (!name)
		put_overview(&text);
	else if (entry)
		opt_help(&text, "seaworthy", &entry->command, cli_common, c->out.columns);
	else if (t)
		buf_puts(&text, t->text);
	else
		return no_topic(c, name);
	return print_and_free(c, &text);
}
