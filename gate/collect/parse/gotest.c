// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/stream.h"

/*
 * `go test -json`: one event a line. A test is counted when its pass, fail or skip
 * arrives. Those that have not ended when their package fails, or when the text ends, are
 * errors; a package that failed without a failed test (it did not build, say) is an error
 * of its own.
 *
 * Text comes in pieces of any size, and what is kept is what runs at the moment: the
 * output of a test is forgotten when it passes.
 */

enum { OPEN_OUTPUT = GATE_CASE_MESSAGE, LINE_MAX_BYTES = 64 << 20 };

/* A test or a package on its way. */
struct open_test {
	struct buf output;
	char *key;                 /* "package.Test", or the package */
	struct open_test *package; /* NULL for a package */
	struct open_test *running; /* of a package: its first test on the way */
	struct open_test *next;    /* of the same package; of a package: the next one */
	struct open_test *before;
	size_t failures; /* of a package: failed tests seen */
	bool started;
	/* Its "--- PASS" came behind text without a line end, so older versions of go
	 * tell of no event. */
	bool passed, skipped;
};

struct gate_gotest {
	struct gate_cases *c;
	struct map open;            /* by key */
	struct open_test *packages; /* in the order in which they came */
	struct open_test **end;
	struct buf rest; /* a line whose end has not come yet */
	struct buf key;
	struct buf path;
	struct buf scratch;
	struct err err; /* what was wrong first */
	enum err_code rc;
	size_t line;
	bool text; /* anything but white space came */
	bool any;  /* an event of go test came */
};

enum want { ACTION, PACKAGE, IMPORT_PATH, TEST, ELAPSED, OUTPUT, FAILED_BUILD, WANTS };

struct gate_gotest *gate_gotest_new(struct gate_cases *c)
{
	struct gate_gotest *g = mem_new(sizeof(*g));

	if (g != NULL) {
		g->c = c;
		g->end = &g->packages;
	}
	return g;
}

static void free_test(struct open_test *t)
{
	buf_fini(&t->output);
	mem_free(t->key);
	mem_free(t);
}

void gate_gotest_free(struct gate_gotest *g)
{
	struct span key;
	void *value;
	size_t at = 0;

	if (g == NULL)
		return;
	while (map_next(&g->open, &at, &key, &value))
		free_test(value);
	map_fini(&g->open);
	buf_fini(&g->rest);
	buf_fini(&g->key);
	buf_fini(&g->path);
	buf_fini(&g->scratch);
	mem_free(g);
}

static void no_memory(struct gate_gotest *g)
{
	if (g->rc == ERR_OK)
		g->rc = err_nomem(&g->err);
}

static struct open_test *lookup(struct gate_gotest *g, struct span key,
                                struct open_test *package)
{
	struct open_test *t = map_get(&g->open, key);

	if (t != NULL)
		return t;
	t = mem_new(sizeof(*t));
	if (t == NULL || (t->key = mem_dup(key)) == NULL || !map_set(&g->open, key, t)) {
		if (t != NULL)
			free_test(t);
		no_memory(g);
		return NULL;
	}
	t->package = package;
	if (package == NULL) {
		*g->end = t;
		g->end = &t->next;
	} else {
		t->next = package->running;
		if (t->next != NULL)
			t->next->before = t;
		package->running = t;
	}
	return t;
}

/* Forgets a test. Packages stay: there are few, and more may come of them. */
static void drop_test(struct gate_gotest *g, struct open_test *t)
{
	if (t->next != NULL)
		t->next->before = t->before;
	if (t->before != NULL)
		t->before->next = t->next;
	else
		t->package->running = t->next;
	(void)map_remove(&g->open, span_str(t->key));
	free_test(t);
}

static void add_case(struct gate_gotest *g, const struct open_test *t,
                     enum gate_case_state state, uint64_t us, const char *without)
{
	struct span message = buf_span(&t->output);

	if (state == GATE_CASE_PASSED)
		message = SPAN_EMPTY;
	else if (span_trim(message).len == 0)
		message = span_str(without);
	gate_cases_add(g->c, span_str(t->key), state, us, message);
}

static void end_test(struct gate_gotest *g, struct open_test *t, struct span action,
                     uint64_t us)
{
	enum gate_case_state state = GATE_CASE_PASSED;

	if (span_eq_str(action, "fail"))
		state = GATE_CASE_FAILED;
	else if (span_eq_str(action, "skip"))
		state = GATE_CASE_SKIPPED;
	t->package->failures += state == GATE_CASE_FAILED;
	add_case(g, t, state, us, NULL);
	drop_test(g, t);
}

/* A test without an end: what its package says, or its own "--- PASS", decides. */
static void end_unended(struct gate_gotest *g, struct open_test *t, bool package_passed)
{
	enum gate_case_state state = GATE_CASE_ERROR;

	if (package_passed && (t->passed || t->skipped))
		state = t->passed ? GATE_CASE_PASSED : GATE_CASE_SKIPPED;
	if (t->started) {
		add_case(g, t, state, 0, "started and never ended");
		t->package->failures += state == GATE_CASE_ERROR;
	}
	drop_test(g, t);
}

static void end_package(struct gate_gotest *g, struct open_test *p, struct span action,
                        struct span failed_build)
{
	struct open_test *build;

	while (p->running != NULL)
		end_unended(g, p->running, span_eq_str(action, "pass"));
	build = failed_build.len > 0 ? map_get(&g->open, failed_build) : NULL;
	if (span_eq_str(action, "fail") && p->failures == 0)
		add_case(g,
		         build != NULL && build->output.len > 0 && build != p
		                 ? &(struct open_test){ .output = build->output,
		                                        .key = p->key }
		                 : p,
		         GATE_CASE_ERROR, 0, "the package failed");
	p->started = false;
	p->failures = 0;
	buf_fini(&p->output);
}

/* "example.org/x [example.org/x.test]": a package as it is built for its tests. */
static struct span package_of(struct span path)
{
	return span_sub(path, 0, span_find(path, SPAN_LIT(" [")));
}

/* "text--- PASS: TestA (0.00s)": go test of before 1.20 takes that for text. */
static void note_hidden_end(struct gate_gotest *g, const struct open_test *package,
                            struct span output)
{
	size_t at = span_find(output, SPAN_LIT("--- "));
	struct span word = span_sub(span_from(output, at), 4, 4);
	struct span name = span_from(output, at + 10);
	struct open_test *t;

	if (at == 0 || at == output.len ||
	    (!span_eq_str(word, "PASS") && !span_eq_str(word, "SKIP")))
		return;
	buf_clear(&g->key);
	buf_puts(&g->key, package->key);
	buf_putc(&g->key, '.');
	buf_put(&g->key, span_sub(name, 0, span_find(name, SPAN_LIT(" ("))));
	t = map_get(&g->open, buf_span(&g->key));
	if (t != NULL && span_eq_str(word, "PASS"))
		t->passed = true;
	else if (t != NULL)
		t->skipped = true;
}

static void keep_output(struct gate_gotest *g, struct open_test *package,
                        struct open_test *t, struct span raw)
{
	struct span output = json_raw_text(raw, &g->scratch);

	if (span_starts(output, SPAN_LIT("=== ")))
		return;
	note_hidden_end(g, package, output);
	if (t->output.len < OPEN_OUTPUT)
		buf_put(&t->output, output);
}

static uint64_t elapsed_us(struct span raw)
{
	return raw.len > 0 && raw.ptr[0] != '"' ? gate_text_seconds_us(raw) : 0;
}

/* The package of an event, made if it is the first of it; NULL if there is none. */
static struct open_test *package_of_event(struct gate_gotest *g,
                                          const struct json_want *w)
{
	struct span raw = w[PACKAGE].raw.len > 0 ? w[PACKAGE].raw : w[IMPORT_PATH].raw;
	struct span path = json_raw_text(raw, &g->path);

	return path.len > 0 ? lookup(g, package_of(path), NULL) : NULL;
}

static struct open_test *test_of_event(struct gate_gotest *g, struct open_test *package,
                                       struct span raw)
{
	buf_clear(&g->key);
	buf_puts(&g->key, package->key);
	buf_putc(&g->key, '.');
	json_unescape(raw, &g->key);
	return lookup(g, buf_span(&g->key), package);
}

static void on_event(struct gate_gotest *g, const struct json_want *w)
{
	struct span action = span_sub(w[ACTION].raw, 1, w[ACTION].raw.len - 2);
	struct open_test *package;
	struct open_test *t;

	if (w[ACTION].raw.len < 2 || (package = package_of_event(g, w)) == NULL)
		return;
	g->any = true;
	if (span_eq_str(action, "pause") || span_eq_str(action, "cont"))
		return;
	t = w[TEST].raw.len > 2 ? test_of_event(g, package, w[TEST].raw) : package;
	if (t == NULL)
		return;
	if (t != package) /* versions before 1.20 do not tell of a package's start */
		package->started = true;
	if (span_eq_str(action, "run") || span_eq_str(action, "start"))
		t->started = true;
	else if (span_eq_str(action, "output") || span_eq_str(action, "build-output"))
		keep_output(g, package, t, w[OUTPUT].raw);
	else if (!span_eq_str(action, "pass") && !span_eq_str(action, "fail") &&
	         !span_eq_str(action, "skip"))
		return;
	else if (t != package)
		end_test(g, t, action, elapsed_us(w[ELAPSED].raw));
	else
		end_package(g, t, action,
		            package_of(json_raw_text(w[FAILED_BUILD].raw, &g->path)));
}

/* Old toolchains print build failures as plain text: "FAIL  path [build failed]". */
static void on_plain(struct gate_gotest *g, struct span line)
{
	struct open_test *package;
	struct span rest;
	struct span path;

	if (!span_starts(line, SPAN_LIT("FAIL\t")) ||
	    (!span_ends(line, SPAN_LIT("[build failed]")) &&
	     !span_ends(line, SPAN_LIT("[setup failed]"))))
		return;
	rest = span_from(line, 5);
	path = span_sub(rest, 0, span_find_byte(rest, ' '));
	g->any = true;
	if (map_has(&g->open, path) || (package = lookup(g, path, NULL)) == NULL)
		return;
	buf_put(&package->output, span_from(rest, path.len + 1));
	end_package(g, package, SPAN_LIT("fail"), SPAN_EMPTY);
}

static void on_line(struct gate_gotest *g, struct span line)
{
	struct json_want wants[WANTS] = {
		[ACTION] = { .key = "Action" },
		[PACKAGE] = { .key = "Package" },
		[TEST] = { .key = "Test" },
		[IMPORT_PATH] = { .key = "ImportPath" },
		[ELAPSED] = { .key = "Elapsed" },
		[OUTPUT] = { .key = "Output" },
		[FAILED_BUILD] = { .key = "FailedBuild" },
	};

	if (g->line++ == 0 && span_starts(line, SPAN_LIT("\xEF\xBB\xBF")))
		line = span_from(line, 3);
	g->text = g->text || span_trim(line).len > 0;
	if (g->rc != ERR_OK)
		return;
	if (line.len == 0 || line.ptr[0] != '{') {
		on_plain(g, line);
		return;
	}
	g->rc = json_pick(line, "event", wants, WANTS, &g->err);
	if (g->rc == ERR_OK)
		on_event(g, wants);
	else
		g->rc = err_wrap(&g->err, g->rc, "event line %zu", g->line);
}

/* Keeps the beginning of a line until its end comes. */
static void keep_rest(struct gate_gotest *g, struct span text)
{
	if (text.len > LINE_MAX_BYTES - g->rest.len) {
		if (g->rc == ERR_OK)
			g->rc = err_set(&g->err, ERR_LIMIT,
			                "line %zu is longer than %d bytes", g->line + 1,
			                LINE_MAX_BYTES);
		return;
	}
	buf_put(&g->rest, text);
}

void gate_gotest_feed(struct gate_gotest *g, struct span text)
{
	struct span line;

	if (g->rest.len > 0) {
		size_t end = span_find_byte(text, '\n');

		keep_rest(g, span_sub(text, 0, end));
		if (end == text.len)
			return;
		text = span_from(text, end + 1);
		line = buf_span(&g->rest);
		if (span_ends(line, SPAN_LIT("\r")))
			line.len--;
		on_line(g, line);
		buf_clear(&g->rest);
	}
	while (span_find_byte(text, '\n') < text.len) {
		(void)span_line(&text, &line);
		on_line(g, line);
	}
	keep_rest(g, text);
}

/* What still runs at the end of the text never ended. */
static void end_open(struct gate_gotest *g)
{
	for (struct open_test *p = g->packages; p != NULL; p = p->next) {
		while (p->running != NULL)
			end_unended(g, p->running, false);
		if (p->started && p->failures == 0)
			add_case(g, p, GATE_CASE_ERROR, 0, "started and never ended");
	}
}

enum err_code gate_gotest_end(struct gate_gotest *g, const char *name, struct err *err)
{
	if (g->rest.len > 0)
		on_line(g, buf_span(&g->rest));
	end_open(g);
	if (!buf_ok(&g->rest) || !buf_ok(&g->key) || !buf_ok(&g->path) ||
	    !buf_ok(&g->scratch))
		no_memory(g);
	if (g->rc != ERR_OK)
		return err_set(err, g->rc, "%s: %s", name, g->err.msg);
	if (!g->any && g->text)
		return err_set(err, ERR_CORRUPT, "%s: no event of go test -json in it",
		               name);
	return gate_cases_err(g->c, name, err);
}

/* The reader, and what its errors are told of. */
struct stream {
	struct gate_gotest *g;
	const char *input;
};

static enum err_code stream_begin(void *state, struct gate_cases *c, const char *name,
                                  struct err *err)
{
	struct stream *s = state;

	s->input = name;
	s->g = gate_gotest_new(c);
	return s->g != NULL ? ERR_OK : err_nomem(err);
}

static enum err_code stream_feed(void *state, struct span piece, struct err *err)
{
	struct stream *s = state;

	(void)err; /* gate_gotest_end tells */
	gate_gotest_feed(s->g, piece);
	return ERR_OK;
}

static enum err_code stream_end(void *state, struct err *err)
{
	struct stream *s = state;

	return gate_gotest_end(s->g, s->input, err);
}

static void stream_fini(void *state)
{
	struct stream *s = state;

	gate_gotest_free(s->g);
}

const struct gate_stream gate_stream_gotest = { sizeof(struct stream), stream_begin,
	                                        stream_feed, stream_end, stream_fini };

enum err_code gate_parse_gotest(struct span text, const char *name, struct gate_cases *c,
                                struct err *err)
{
	return gate_stream_text(GATE_FORMAT_GOTEST, text, name, c, err);
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
