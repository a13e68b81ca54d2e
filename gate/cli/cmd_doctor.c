// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/choose.h"
#include "cli/project.h"
#include "lib/json.h"
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

/* What is said, for people or as JSON. */
struct diagnosis {
	const struct program_call *call;
	const char *root;
	bool json;
	struct buf *out;
	struct json_writer w;
	size_t missing;
};

/* `where` gets the program's path. */
static bool is_there(const struct diagnosis *d, const char *dir, const struct need *n,
                     struct buf *where)
{
	bool found = !n->unknown;

	if (n->tool && span_find_byte(span_str(n->tool), '/') < span_str(n->tool).len &&
	    n->tool[0] != '/') {
		struct buf path = BUF_INIT;

		os_join(&path, d->root, dir ? dir : ".");
		os_join(where, buf_str(&path), n->tool);
		found = found && os_is_executable(buf_str(where));
		buf_fini(&path);
	} else if (n->tool && !is_builtin(n->tool)) {
		found = os_find_program(n->tool, where) && found;
	}
	return found;
}

static void put_human(struct diagnosis *d, const struct need *n, bool found,
                      const struct buf *where)
{
	term_put(d->out, d->call->out.color, found ? TERM_GREEN : TERM_RED,
	         found ? SPAN_LIT("  ok       ") : SPAN_LIT("  missing  "));
	buf_printf(d->out, "%s  ", n->id);
	if (n->tool)
		buf_printf(d->out, "%s", n->tool);
	if (where->len > 0 && found)
		buf_printf(d->out, " (%s)", buf_str(where));
	if (n->unknown)
		buf_printf(d->out, " %s", n->unknown);
	if (!found && n->install)
		buf_printf(d->out, "\n           install: %s", n->install);
	buf_putc(d->out, '\n');
}

static void put_json(struct diagnosis *d, const struct need *n, bool found,
                     const struct buf *where)
{
	json_open(&d->w, '{');
	json_field_str(&d->w, "id", n->id);
	json_field_str(&d->w, "tool", n->tool);
	json_field_bool(&d->w, "found", found);
	json_field_str(&d->w, "path", where->len > 0 && found ? buf_str(where) : NULL);
	json_field_str(&d->w, "reason", n->unknown);
	json_field_str(&d->w, "install", found ? NULL : n->install);
	json_close(&d->w, '}');
}

static void put_need(struct diagnosis *d, const char *dir, const struct need *n)
{
	struct buf where = BUF_INIT;
	bool found = is_there(d, dir, n, &where);

	d->missing += !found;
	if (d->json)
		put_json(d, n, found, &where);
	else
		put_human(d, n, found, &where);
	buf_fini(&where);
}

static void put_run(struct diagnosis *d, const char *dir, struct need n,
                    const struct gate_command *run)
{
	struct buf tool = BUF_INIT;

	if (!n.tool) {
		command_tool(run, &tool);
		n.tool = tool.len > 0 ? buf_str(&tool) : NULL;
	}
	put_need(d, dir, &n);
	buf_fini(&tool);
}

static void put_runs(struct diagnosis *d, const struct gate_policy *p)
{
	for (size_t i = 0; i < p->build_count; i++) {
		const struct gate_build *b = &p->builds[i];

		put_run(d, b->dir,
		        (struct need){ b->id, b->tool, b->install, b->unknown }, &b->run);
	}
	for (size_t i = 0; i < p->suite_count; i++) {
		const struct gate_suite *s = &p->suites[i];

		put_run(d, s->dir,
		        (struct need){ s->id, s->tool, s->install, s->unknown }, &s->run);
	}
}

static void put_all(struct diagnosis *d, const struct gate_policy *p,
                    const struct buf *unused)
{
	if (d->json) {
		json_writer_init(&d->w, d->out, 2);
		json_open(&d->w, '{');
		json_field_u64(&d->w, "schema_version", 1);
		json_put_key(&d->w, "tools");
		json_open(&d->w, '[');
		put_runs(d, p);
		json_close(&d->w, ']');
		json_field_u64(&d->w, "missing", d->missing);
		json_field_str(&d->w, "note", unused->len > 0 ? buf_str(unused) : NULL);
		json_close(&d->w, '}');
		buf_putc(d->out, '\n');
		return;
	}
	if (unused->len > 0)
		buf_printf(d->out, "%s\n", buf_str(unused));
	put_runs(d, p);
	if (p->build_count + p->suite_count == 0)
		buf_puts(d->out,
		         "  no builds or suites: none is declared, none was detected\n");
	else if (d->missing == 0)
		buf_puts(d->out, "nothing is missing\n");
	else
		buf_printf(d->out, "%zu missing: those checks would be unknown\n",
		           d->missing);
}

int cli_doctor(struct program_call *call)
{
	struct project p = PROJECT_INIT;
	struct buf text = BUF_INIT;
	struct buf unused = BUF_INIT;
	struct err err = ERR_INIT;
	struct diagnosis d = { .call = call,
		               .json = str_eq(cli_options(call)->format, "json"),
		               .out = &text };
	enum err_code rc;

	rc = project_open(&p, call, call->args.count ? call->args.items[0] : NULL, &err);
	if (rc == ERR_OK)
		rc = choose_put_unused(&unused, &p, &err);
	if (rc == ERR_OK) {
		d.root = buf_str(&p.root);
		put_all(&d, p.policy, &unused);
		rc = buf_err(&text, &err);
	}
	if (rc == ERR_OK)
		rc = program_print(buf_span(&text), &err);
	project_close(&p);
	buf_fini(&text);
	buf_fini(&unused);
	if (rc != ERR_OK)
		return program_fail(call, &err);
	return d.missing > 0 ? CLI_EVIDENCE : CLI_OK;
}
