// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"
#include "base/str.h"
#include "cli/choose.h"
#include "cli/project.h"
#include "cli/shell_calls.h"
#include "lib/json.h"
#include "os/fs.h"
#include "os/process.h"
#include "policy/detect.h"
#include "scanners/osv/index.h"

#include <string.h>

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
		for (size_t i = 0; i < word.len && !shell_is_python(word); i++)
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

/* What is said, for people or as JSON. */
struct diagnosis {
	const struct program_call *call;
	const char *root;
	bool json;
	struct buf *out;
	struct json_writer w;
	size_t missing;
};

static bool is_path(const char *program)
{
	return strchr(program, '/') != NULL;
}

/* A path is one from where the command runs. */
static bool find_program(const struct diagnosis *d, const char *dir, const char *program,
                         struct buf *where)
{
	struct buf path = BUF_INIT;

	if (!is_path(program) || program[0] == '/')
		return os_find_program(program, where);
	os_join(&path, d->root, dir ? dir : ".");
	os_join(where, buf_str(&path), program);
	buf_fini(&path);
	return os_is_executable(buf_str(where));
}

/* `where` gets the program's path. */
static bool is_there(const struct diagnosis *d, const char *dir, const struct need *n,
                     struct buf *where)
{
	bool found = !n->unknown;

	if (n->tool && !shell_is_builtin(span_str(n->tool)))
		found = find_program(d, dir, n->tool, where) && found;
	return found;
}

static void put_human(struct diagnosis *d, const struct need *n, bool found,
                      const struct buf *where)
{
	term_put(d->out, d->call->out.color, found ? TERM_GREEN : TERM_RED,
	         found ? SPAN_LIT("  ok       ") : SPAN_LIT("  missing  "));
	buf_printf(d->out, "%s  ", n->id);
	buf_puts(d->out, n->tool ? n->tool : n->unknown ? "" : "nothing to look up");
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

/* ---- what a command starts besides ---- */

enum { CALLS_MAX = 64, MODULE_MS = 10000, NO_MODULE = 9 };

/* What is looked for. */
struct asked {
	struct diagnosis *d;
	const char *id;
	const char *dir;
	const char *known;              /* the program that is told of already, or NULL */
	bool told;                      /* and that is missing */
	const struct gate_strings *env; /* that the command gets besides */
};

static void put_missing(const struct asked *a, const char *what, struct span name,
                        const char *install)
{
	struct arena arena = ARENA_INIT;
	const char *text = arena_dup(&arena, name);
	const struct need n = {
		a->id, arena_printf(&arena, "%s%s", what, text),
		install != NULL ? arena_printf(&arena, "%s%s", install, text) : NULL, NULL
	};
	const struct buf nowhere = BUF_INIT;

	a->d->missing++;
	if (!arena_ok(&arena))
		a->d->out->failed = true;
	else if (a->d->json)
		put_json(a->d, &n, false, &nowhere);
	else
		put_human(a->d, &n, false, &nowhere);
	arena_fini(&arena);
}

/* Does it say itself where programs are, or what only a run can tell? */
static bool finds_elsewhere(const struct gate_strings *env)
{
	for (size_t i = 0; i < env->count; i++)
		if (str_starts(env->items[i], "PATH=") ||
		    strchr(env->items[i], '$') != NULL)
			return true;
	return false;
}

/* That of the command before ours: the first of a name counts. */
static const char *const *environment_of(const struct asked *a, struct arena *arena)
{
	const char *const *ours = os_environ();
	size_t count = 0;
	const char **env;

	while (ours[count] != NULL)
		count++;
	env = arena_array(arena, a->env->count + count + 1, sizeof(*env));
	for (size_t i = 0; env != NULL && i < a->env->count; i++)
		env[i] = a->env->items[i];
	for (size_t i = 0; env != NULL && i < count; i++)
		env[a->env->count + i] = ours[i];
	return env;
}

/* The project may have modules by the names of the interpreter's own, so those are loaded
 * before its folders are looked into, and none is while they are. */
#define ASK_MODULE                                                           \
	"import sys\n"                                                       \
	"sys.path.pop(0)\n"                                                  \
	"import importlib.util, os\n"                                        \
	"path = sys.path[:]\n"                                               \
	"named = os.environ.get('PYTHONPATH', '')\n"                         \
	"sys.path[:0] = [''] + (named.split(os.pathsep) if named else [])\n" \
	"try:\n"                                                             \
	"    missing = importlib.util.find_spec(sys.argv[1]) is None\n"      \
	"except Exception:\n"                                                \
	"    missing = False\n"                                              \
	"sys.path[:] = path\n"                                               \
	"sys.exit(9 if missing else 0)\n"

/* Asks the interpreter, where the command would run, whether it finds the module, and
 * imports nothing of the project; -E, since PYTHONPATH may name it. What cannot be asked
 * is not missing. */
static bool has_module(const struct asked *a, const char *program, const char *module)
{
	const char *const argv[] = { program, "-E", "-c", ASK_MODULE, module, NULL };
	struct arena arena = ARENA_INIT;
	struct buf dir = BUF_INIT;
	struct os_spawn spawn = { .argv = argv,
		                  .env = environment_of(a, &arena),
		                  .timeout_ms = MODULE_MS };
	struct os_result r;
	bool has;

	os_join(&dir, a->d->root, a->dir != NULL ? a->dir : ".");
	os_result_init(&r);
	spawn.dir = buf_str(&dir);
	has = !buf_ok(&dir) || spawn.env == NULL || os_run(&spawn, &r, NULL) != ERR_OK ||
	      r.end != OS_END_EXIT || r.code != NO_MODULE;
	os_result_fini(&r);
	buf_fini(&dir);
	arena_fini(&arena);
	return has;
}

/* "-m NAME ..": the top of it, since asking for what is below would import that. */
static struct span module_of(const struct shell_call *c)
{
	struct span rest = c->arguments;
	struct span word = SPAN_EMPTY;

	if (!shell_is_python(c->program) || !span_split(&rest, ' ', &word) ||
	    !span_eq_str(word, "-m") || !span_split(&rest, ' ', &word))
		return SPAN_EMPTY;
	return span_sub(word, 0, span_find_byte(word, '.'));
}

static void put_module(const struct asked *a, const struct shell_call *c,
                       const char *program)
{
	struct span module = module_of(c);
	struct buf name = BUF_INIT;
	struct buf install = BUF_INIT;

	buf_put(&name, module);
	buf_printf(&install, "%s -m pip install ", program);
	/* The program of that name is of the same package. */
	if (a->told && span_eq_str(module, a->known != NULL ? a->known : ""))
		module = SPAN_EMPTY;
	if (module.len > 0 && !c->moved && !finds_elsewhere(a->env) && buf_ok(&name) &&
	    !has_module(a, program, buf_str(&name)))
		put_missing(a, "Python module ", module, buf_str(&install));
	buf_fini(&install);
	buf_fini(&name);
}

static void put_call(const struct asked *a, const struct shell_call *c, bool known)
{
	struct buf program = BUF_INIT;
	struct buf where = BUF_INIT;

	buf_put(&program, c->program);
	if (!buf_ok(&program)) {
		a->d->out->failed = true;
	} else if (c->moved && is_path(buf_str(&program))) {
		; /* from where, only the shell knows */
	} else if (find_program(a->d, a->dir, buf_str(&program), &where)) {
		put_module(a, c, buf_str(&program));
	} else if (!known && !finds_elsewhere(a->env)) {
		put_missing(a, "", c->program, NULL);
	}
	buf_fini(&where);
	buf_fini(&program);
}

static void put_line(const struct asked *a, struct span line)
{
	struct shell_call calls[CALLS_MAX];
	const size_t count = shell_calls(line, calls, CALLS_MAX);

	for (size_t i = 0; i < count; i++) {
		bool known = a->known != NULL && span_eq_str(calls[i].program, a->known);

		for (size_t k = 0; k < i && !known; k++)
			known = span_eq(calls[k].program, calls[i].program);
		put_call(a, &calls[i], known);
	}
}

static bool is_shell(const char *program)
{
	return str_eq(program, "sh") || str_eq(program, "bash") ||
	       str_eq(program, "dash");
}

/* A list is one call, or a shell with a line. */
static void put_command(const struct asked *a, const struct gate_command *command)
{
	const struct gate_strings *argv = &command->argv;
	struct shell_call one = { .moved = false };
	struct buf arguments = BUF_INIT;

	if (command->shell != NULL) {
		put_line(a, span_str(command->shell));
	} else if (argv->count > 2 && is_shell(argv->items[0]) &&
	           str_eq(argv->items[1], "-c")) {
		put_line(a, span_str(argv->items[2]));
	} else if (argv->count > 0) {
		for (size_t i = 1; i < argv->count; i++)
			buf_printf(&arguments, "%s%s", i > 1 ? " " : "", argv->items[i]);
		one.program = span_str(argv->items[0]);
		one.arguments = buf_span(&arguments);
		put_call(a, &one, true);
	}
	buf_fini(&arguments);
}

/* Is all that it does first in a module of Python? Then a program of that name, which it
 * does not start, tells nothing. */
static bool is_module(const struct gate_command *run)
{
	const struct gate_strings *argv = &run->argv;
	struct shell_call first;

	if (run->shell != NULL)
		return shell_calls(span_str(run->shell), &first, 1) > 0 &&
		       module_of(&first).len > 0;
	return argv->count > 2 && shell_is_python(span_str(argv->items[0])) &&
	       str_eq(argv->items[1], "-m");
}

static void put_run(struct diagnosis *d, const char *dir, struct need n,
                    const struct gate_command *run, const struct gate_strings *env)
{
	struct asked a = { .d = d, .id = n.id, .dir = dir, .env = env };
	const size_t before = d->missing;
	struct buf tool = BUF_INIT;

	if (!n.tool || is_module(run)) {
		command_tool(run, &tool);
		n.tool = tool.len > 0 ? buf_str(&tool) : NULL;
	}
	put_need(d, dir, &n);
	a.known = n.tool;
	a.told = d->missing > before;
	put_command(&a, run);
	buf_fini(&tool);
}

static void put_runs(struct diagnosis *d, const struct gate_policy *p)
{
	for (size_t i = 0; i < p->build_count; i++) {
		const struct gate_build *b = &p->builds[i];

		put_run(d, b->dir,
		        (struct need){ b->id, b->tool, b->install, b->unknown }, &b->run,
		        &b->env);
	}
	for (size_t i = 0; i < p->suite_count; i++) {
		const struct gate_suite *s = &p->suites[i];

		put_run(d, s->dir,
		        (struct need){ s->id, s->tool, s->install, s->unknown }, &s->run,
		        &s->env);
	}
}

/* ---- what checks of dependencies look into ---- */

static bool asks_advisories(const struct gate_check *k)
{
	if (k->collector != GATE_COLLECT_SCAN || k->not_applicable_reason != NULL)
		return false;
	for (size_t i = 0; i < k->scan_rules.count; i++)
		if (str_glob(k->scan_rules.items[i], SPAN_LIT("dependency.vulnerable")))
			return true;
	return false;
}

/* One whose predicate cannot be told is an error of the run. */
static bool applies(const struct diagnosis *d, const struct project *p,
                    const struct gate_check *k)
{
	struct buf why = BUF_INIT;
	bool holds = true;

	if (k->applies_when != NULL &&
	    gate_predicate_holds(k->applies_when, d->root, p->policy, &p->detected,
	                         &holds, &why, NULL) != ERR_OK)
		holds = false;
	buf_fini(&why);
	return holds;
}

/* Whatever is in it: a scan says how old it is. */
static bool has_advisories(struct buf *where)
{
	return scan_osv_default_path(where, NULL) == ERR_OK &&
	       os_type_of(buf_str(where)) == OS_FILE;
}

static void put_advisories(struct diagnosis *d, const struct project *p)
{
	const struct gate_policy *policy = p->policy;

	for (size_t i = 0; i < policy->check_count; i++) {
		const struct gate_check *k = &policy->checks[i];
		const struct need n = { k->id, "index of advisories",
			                "seaworthy osv import DUMP", NULL };
		struct buf where = BUF_INIT;
		bool found;

		if (!asks_advisories(k) || !applies(d, p, k))
			continue;
		found = has_advisories(&where);
		d->missing += !found;
		if (d->json)
			put_json(d, &n, found, &where);
		else
			put_human(d, &n, found, &where);
		buf_fini(&where);
	}
}

static void put_all(struct diagnosis *d, const struct project *project,
                    const struct buf *unused)
{
	const struct gate_policy *p = project->policy;

	if (d->json) {
		json_writer_init(&d->w, d->out, 2);
		json_open(&d->w, '{');
		json_field_u64(&d->w, "schema_version", 1);
		json_put_key(&d->w, "tools");
		json_open(&d->w, '[');
		put_runs(d, p);
		put_advisories(d, project);
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
	put_advisories(d, project);
	if (p->build_count + p->suite_count == 0)
		buf_puts(d->out,
		         "  no builds or suites: none is declared, none was detected\n");
	else if (d->missing == 0)
		buf_puts(d->out, "nothing is missing\n");
	if (d->missing > 0)
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
		put_all(&d, &p, &unused);
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
