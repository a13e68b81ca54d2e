// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/str.h"
#include "collect/parse/parse.h"

/*
 * `go test -json`: one event a line. A test is counted when its pass, fail or skip
 * arrives; one that never ended, and a package that failed without a failed test (it did
 * not build, or panicked), are failures of their own.
 */

#define OPEN_OUTPUT GATE_CASE_MESSAGE /* bytes kept of a running test's output */

struct open_test {
	struct buf output;
	char *key; /* "package.Test" */
	bool started;
	bool ended;
	size_t failures; /* of a package: failed tests seen */
	struct open_test *next;
};

struct gotest {
	struct gate_cases *c;
	struct map open;       /* by key; packages have their path as key */
	struct open_test *all; /* owns them */
	bool no_memory;
	bool any;
};

static struct open_test *lookup(struct gotest *g, struct span key)
{
	struct open_test *t = map_get(&g->open, key);

	if (t)
		return t;
	t = arena_new(&g->c->arena, sizeof *t);
	if (!t || !(t->key = arena_dup(&g->c->arena, key)) ||
	    !map_set(&g->open, key, t)) {
		g->no_memory = true;
		return NULL;
	}
	buf_init(&t->output);
	t->next = g->all;
	g->all = t;
	return t;
}

static uint64_t elapsed_us(const struct json *event)
{
	double seconds;

	return json_double(json_get(event, "Elapsed"), &seconds) && seconds > 0 &&
	                       seconds < 1e9
	               ? (uint64_t)(seconds * 1e6)
	               : 0;
}

static void keep_output(struct open_test *t, const char *output)
{
	if (output && t->output.len < OPEN_OUTPUT && !str_starts(output, "=== "))
		buf_puts(&t->output, output);
}

static void end_test(struct gotest *g, struct open_test *t, struct open_test *package,
                     const char *action, uint64_t us)
{
	enum gate_case_state state = GATE_CASE_PASSED;

	if (str_eq(action, "fail"))
		state = GATE_CASE_FAILED;
	else if (str_eq(action, "skip"))
		state = GATE_CASE_SKIPPED;
	t->ended = true;
	if (package && state == GATE_CASE_FAILED)
		package->failures++;
	gate_cases_add(g->c, span_str(t->key), state, us,
	               state == GATE_CASE_PASSED ? SPAN_EMPTY : buf_span(&t->output));
	buf_fini(&t->output);
}

static void end_package(struct gotest *g, struct open_test *package, const char *action)
{
	package->ended = true;
	if (str_eq(action, "fail") && package->failures == 0)
		gate_cases_add(g->c, span_str(package->key), GATE_CASE_ERROR, 0,
		               buf_span(&package->output));
	buf_fini(&package->output);
}

/* "example.org/x [example.org/x.test]": a package as it is built for its tests. */
static struct span package_of(struct span path)
{
	return span_sub(path, 0, span_find(path, SPAN_LIT(" [")));
}

static void on_event(struct gotest *g, const struct json *event)
{
	const char *action = json_string(json_get(event, "Action"));
	const char *path = json_string(json_get(event, "Package"));
	const char *test = json_string(json_get(event, "Test"));
	struct open_test *package;
	struct open_test *t;
	struct buf key = BUF_INIT;

	if (!path)
		path = json_string(json_get(event, "ImportPath")); /* build-output */
	if (!action || !path)
		return;
	g->any = true;
	buf_printf(&key, "%s%s%s", path, test ? "." : "", test ? test : "");
	package = lookup(g, package_of(span_str(path)));
	t = test ? lookup(g, buf_span(&key)) : package;
	buf_fini(&key);
	if (!package || !t)
		return;
	if (str_eq(action, "run") || str_eq(action, "start")) {
		t->started = true;
		t->ended = false; /* -count runs it again */
	} else if (str_eq(action, "output") || str_eq(action, "build-output"))
		keep_output(t, json_string(json_get(event, "Output")));
	else if (str_eq(action, "pass") || str_eq(action, "fail") ||
	         str_eq(action, "skip")) {
		if (test)
			end_test(g, t, package, action, elapsed_us(event));
		else
			end_package(g, package, action);
	}
}

/* Old toolchains print build failures as plain text: "FAIL  path [build failed]". */
static void on_plain(struct gotest *g, struct span line)
{
	struct span rest;
	struct span path;

	if (!span_starts(line, SPAN_LIT("FAIL\t")) ||
	    (!span_ends(line, SPAN_LIT("[build failed]")) &&
	     !span_ends(line, SPAN_LIT("[setup failed]"))))
		return;
	rest = span_from(line, 5);
	path = span_sub(rest, 0, span_find_byte(rest, ' '));
	g->any = true;
	if (!map_has(&g->open, path) && lookup(g, path)) {
		struct open_test *package = map_get(&g->open, path);

		buf_put(&package->output, span_from(rest, path.len + 1));
		end_package(g, package, "fail");
	}
}

/* What still runs at the end of the text never ended. */
static void end_open(struct gotest *g)
{
	for (struct open_test *t = g->all; t; t = t->next) {
		if (t->started && !t->ended)
			gate_cases_add(g->c, span_str(t->key), GATE_CASE_ERROR, 0,
			               SPAN_LIT("started and never ended"));
		buf_fini(&t->output);
	}
}

static enum err_code on_line(struct gotest *g, struct span line, const char *name,
                             size_t number, struct err *err)
{
	struct json_doc *doc = NULL;
	enum err_code rc;

	if (line.len == 0 || line.ptr[0] != '{') {
		on_plain(g, line);
		return ERR_OK;
	}
	rc = json_parse(&doc, line, name, err);
	if (rc == ERR_OK)
		on_event(g, json_root(doc));
	else
		rc = err_wrap(err, rc, "event line %zu", number);
	json_free(doc);
	return rc;
}

enum err_code gate_parse_gotest(struct span text, const char *name, struct gate_cases *c,
                                struct err *err)
{
	struct gotest g = { .c = c };
	struct span rest = text;
	struct span line;
	size_t number = 0;
	enum err_code rc = ERR_OK;

	if (gate_text_begins(text, '<'))
		return gate_parse_junit(text, name, c, err);
	while (rc == ERR_OK && span_line(&rest, &line))
		rc = on_line(&g, line, name, ++number, err);
	end_open(&g);
	map_fini(&g.open);
	if (rc != ERR_OK)
		return rc;
	if (g.no_memory)
		return err_nomem(err);
	if (!g.any && span_trim(text).len > 0)
		return err_set(err, ERR_CORRUPT, "%s: no event of go test -json in it",
		               name);
	return gate_cases_err(c, name, err);
}

/* The lines below "# package", up to the next such line. */
static struct span block_of(struct span said, const char *package)
{
	struct span block = SPAN_EMPTY;
	bool inside = false;
	struct span line;

	while (span_line(&said, &line)) {
		if (span_starts(line, SPAN_LIT("# "))) {
			if (block.len > 0)
				return block;
			inside = span_eq_str(package_of(span_from(line, 2)), package);
		} else if (inside && block.len == 0) {
			block = line;
		} else if (inside) {
			block.len = (size_t)(line.ptr + line.len - block.ptr);
		}
	}
	return block;
}

void gate_gotest_explain(struct gate_cases *c, struct span said)
{
	enum { EXPLAINED_MAX = 50, SAID_MAX = 1 << 20 };
	size_t explained = 0;

	said = span_sub(said, 0, SAID_MAX);
	for (size_t i = 0; i < c->count && explained < EXPLAINED_MAX; i++) {
		struct gate_case *item = &c->items[i];

		if (item->state != GATE_CASE_ERROR)
			continue;
		gate_cases_explain(c, item, block_of(said, item->name));
		explained++;
	}
}
