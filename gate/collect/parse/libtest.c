// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/num.h"
#include "base/str.h"
#include "collect/parse/stream.h"

#include <stdlib.h>

/*
 * Rust's libtest, as `cargo test` prints it: "test path::name ... ok", or one JSON event
 * a line
 * (--format json). Names are prefixed by the binary that cargo says it runs, because
 * every binary has its own tests.
 */

struct libtest {
	struct gate_cases *c;
	const char *input;
	struct gate_lines lines;
	struct err err; /* of a line of JSON, what was wrong first */
	enum err_code rc;
	struct buf binary; /* "src/lib.rs" of "Running unittests src/lib.rs (..)" */
	struct buf name;
	struct buf open;    /* a test whose result stands on a later line */
	struct map started; /* JSON: names of tests that have not ended */
	bool no_memory;
	bool running;    /* "running 3 tests", and no "test result:" yet */
	uint64_t suites; /* JSON: that started and have not ended */
	uint64_t claimed_failed;
};

static void add(struct libtest *l, struct span test, enum gate_case_state state,
                uint64_t us, struct span message)
{
	buf_clear(&l->name);
	if (l->binary.len > 0) {
		buf_put(&l->name, buf_span(&l->binary));
		buf_puts(&l->name, "::");
	}
	buf_put(&l->name, test);
	gate_cases_add(l->c, buf_span(&l->name), state, us, message);
}

static bool state_of(struct span s, enum gate_case_state *state)
{
	struct span t = span_trim(s);

	if (span_eq_str(t, "ok") || span_starts(t, SPAN_LIT("ok <")) ||
	    span_starts(t, SPAN_LIT("bench:")))
		*state = GATE_CASE_PASSED;
	else if (span_eq_str(t, "FAILED") || span_starts(t, SPAN_LIT("FAILED <")))
		*state = GATE_CASE_FAILED;
	else if (span_starts(t, SPAN_LIT("ignored")))
		*state = GATE_CASE_SKIPPED;
	else
		return false;
	return true;
}

/* "test result: FAILED. 3 passed; 1 failed; .." */
static void on_totals(struct libtest *l, struct span line)
{
	struct span rest = line;
	struct span piece;
	uint64_t n = 0;

	while (span_split(&rest, ' ', &piece)) {
		if (span_starts(piece, SPAN_LIT("failed;")))
			l->claimed_failed += n;
		if (!num_u64(piece, 0, GATE_CASES_MAX, &n))
			n = 0;
	}
}

/* The test that runs will not be heard of any more. */
static void end_test(struct libtest *l)
{
	if (l->open.len > 0)
		add(l, buf_span(&l->open), GATE_CASE_ERROR, 0,
		    SPAN_LIT("its result never came"));
	buf_clear(&l->open);
}

/* A binary ends with "test result:", unless something ended it. */
static void end_binary(struct libtest *l)
{
	bool open = l->open.len > 0;

	end_test(l);
	if (l->running && !open)
		add(l, SPAN_LIT("(binary)"), GATE_CASE_ERROR, 0,
		    SPAN_LIT("its \"test result:\" never came"));
	l->running = false;
}

static void on_test(struct libtest *l, struct span after)
{
	size_t dots = span_find(after, SPAN_LIT(" ... "));
	struct span test = span_sub(after, 0, dots);
	enum gate_case_state state;

	if (dots == after.len)
		return;
	if (state_of(span_from(after, dots + 5), &state)) {
		add(l, test, state, 0, SPAN_EMPTY);
		return;
	}
	end_test(l);
	buf_put(&l->open, test); /* --nocapture: its own output comes first */
}

static void on_running(struct libtest *l, struct span line)
{
	struct span what = span_trim(span_from(line, 8));

	if (span_starts(what, SPAN_LIT("unittests ")))
		what = span_from(what, 10);
	end_binary(l);
	buf_clear(&l->binary);
	buf_put(&l->binary, span_sub(what, 0, span_find(what, SPAN_LIT(" ("))));
}

/* "running 3 tests", "running 1 test" */
static bool is_beginning(struct span line)
{
	struct span n = span_sub(line, 8, span_find_byte(span_from(line, 8), ' '));
	struct span rest = span_from(line, 8 + n.len);
	uint64_t count;

	return span_starts(line, SPAN_LIT("running ")) &&
	       num_u64(n, 0, GATE_CASES_MAX, &count) &&
	       (span_eq_str(rest, " tests") || span_eq_str(rest, " test"));
}

static void on_text_line(struct libtest *l, struct span raw)
{
	struct span line = span_trim(raw);
	enum gate_case_state state;

	if (span_starts(line, SPAN_LIT("Running ")) && span_ends(line, SPAN_LIT(")"))) {
		on_running(l, line);
	} else if (span_starts(line, SPAN_LIT("Doc-tests "))) {
		end_binary(l);
		buf_clear(&l->binary);
		buf_put(&l->binary, line);
	} else if (is_beginning(line)) {
		end_binary(l);
		l->running = true;
	} else if (span_starts(line, SPAN_LIT("test result: "))) {
		end_test(l);
		l->running = false;
		on_totals(l, line);
	} else if (span_starts(line, SPAN_LIT("test "))) {
		on_test(l, span_from(line, 5));
	} else if (l->open.len > 0 && state_of(line, &state)) {
		add(l, buf_span(&l->open), state, 0, SPAN_EMPTY);
		buf_clear(&l->open);
	}
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Tests of a binary that ended before they did, in the order of their names. */
static void end_started(struct libtest *l)
{
	struct arena *arena = &l->c->arena;
	const char **names = arena_array(arena, l->started.count + 1, sizeof(*names));
	size_t count = 0;
	struct span key;
	void *value;

	for (size_t at = 0; names && map_next(&l->started, &at, &key, &value);)
		names[count++] = arena_dup(arena, key);
	map_fini(&l->started);
	map_init(&l->started);
	if (!arena_ok(arena))
		return;
	if (count > 1)
		qsort(names, count, sizeof(*names), by_name);
	for (size_t i = 0; i < count; i++)
		add(l, span_str(names[i]), GATE_CASE_ERROR, 0,
		    SPAN_LIT("its result never came"));
}

/* nextest's "crate::binary$test#3" is the end of a third attempt; the number of them, and
 * the name without it. */
static uint64_t attempts_of(struct span *test)
{
	size_t hash = span_rfind_byte(*test, '#');
	uint64_t n;

	if (span_find_byte(*test, '$') > hash ||
	    !num_u64(span_from(*test, hash + 1), 2, GATE_CASES_MAX, &n))
		return 1;
	test->len = hash;
	return n;
}

/* nextest tells how many attempts there were, and of the last one only what it said. */
static void note_attempts(struct libtest *l, uint64_t attempts)
{
	enum { NOTED_MAX = 100 };
	struct gate_case *item;

	if (attempts < 2 || l->c->count == 0)
		return;
	item = &l->c->items[l->c->count - 1];
	if (item->state == GATE_CASE_PASSED)
		gate_cases_restate(l->c, item, GATE_CASE_FLAKY);
	for (uint64_t i = 1; i < attempts && i < NOTED_MAX; i++)
		gate_cases_attempt(l->c, item, GATE_CASE_FAILED, 0, SPAN_EMPTY);
}

static void on_test_event(struct libtest *l, const char *event, struct span test,
                          const struct json *e)
{
	const char *reason = json_string(json_get(e, "reason"));
	const char *output = json_string(json_get(e, "stdout"));
	uint64_t attempts = attempts_of(&test);
	enum gate_case_state state = GATE_CASE_PASSED;

	if (str_eq(event, "started")) {
		l->no_memory = !map_set(&l->started, test, l) || l->no_memory;
		return;
	}
	if (str_eq(event, "failed"))
		state = reason != NULL ? GATE_CASE_ERROR : GATE_CASE_FAILED;
	else if (str_eq(event, "ignored"))
		state = GATE_CASE_SKIPPED;
	else if (str_eq(event, "timeout")) /* it takes long, and goes on */
		return;
	else if (!str_eq(event, "ok"))
		state = gate_status_strange(l->c, event);
	(void)map_remove(&l->started, test);
	add(l, test, state, gate_json_seconds_us(json_get(e, "exec_time")),
	    state == GATE_CASE_FAILED  ? span_str(output)
	    : state == GATE_CASE_ERROR ? span_str(reason)
	                               : SPAN_EMPTY);
	if (arena_ok(&l->c->arena) && !l->c->overflow)
		note_attempts(l, attempts);
}

static void on_suite_event(struct libtest *l, const char *event)
{
	if (str_eq(event, "started"))
		l->suites++;
	else if (l->suites > 0)
		l->suites--;
}

static void on_event(struct libtest *l, const struct json *e)
{
	const char *type = json_string(json_get(e, "type"));
	const char *event = json_string(json_get(e, "event"));
	const char *test = json_string(json_get(e, "name"));

	/* nextest runs binaries beside each other, cargo one after the other */
	if (str_eq(type, "suite") && !json_get(e, "nextest"))
		end_started(l);
	if (str_eq(type, "suite") && event)
		on_suite_event(l, event);
	if (str_eq(type, "test") && event && test)
		on_test_event(l, event, span_str(test), e);
}

static void on_json(struct libtest *l, struct span line)
{
	struct json_doc *doc = NULL;

	if (l->rc != ERR_OK)
		return;
	l->rc = json_parse(&doc, line, l->input, &l->err);
	if (l->rc == ERR_OK)
		on_event(l, json_root(doc));
	json_free(doc);
}

static void on_line(void *context, struct span line)
{
	struct libtest *l = context;

	if (span_starts(line, SPAN_LIT("{ \"type\"")) ||
	    span_starts(line, SPAN_LIT("{\"type\"")))
		on_json(l, line);
	else
		on_text_line(l, line);
}

static enum err_code libtest_begin(void *state, struct gate_cases *c, const char *name,
                                   struct err *err)
{
	struct libtest *l = state;

	(void)err;
	l->c = c;
	l->input = l->lines.name = name;
	map_init(&l->started);
	return ERR_OK;
}

static enum err_code libtest_feed(void *state, struct span piece, struct err *err)
{
	struct libtest *l = state;
	enum err_code rc = gate_lines_feed(&l->lines, piece, on_line, l, err);

	return rc == ERR_OK && l->rc != ERR_OK ? err_set(err, l->rc, "%s", l->err.msg)
	                                       : rc;
}

static void compare_totals(const struct libtest *l)
{
	if (l->c->failed > 0)
		return;
	if (l->claimed_failed > 0)
		gate_cases_disagree(l->c,
		                    "the totals say that %llu failed, and none is listed",
		                    (unsigned long long)l->claimed_failed);
	else if (l->suites > 0)
		gate_cases_disagree(l->c, "%llu suite%s started and never ended",
		                    (unsigned long long)l->suites, str_s(l->suites));
}

static enum err_code libtest_end(void *state, struct err *err)
{
	struct libtest *l = state;
	enum err_code rc = gate_lines_end(&l->lines, on_line, l, err);

	end_started(l);
	end_binary(l);
	compare_totals(l);
	if (l->no_memory || !buf_ok(&l->name) || !buf_ok(&l->open) || !buf_ok(&l->binary))
		return err_nomem(err);
	return rc == ERR_OK && l->rc != ERR_OK ? err_set(err, l->rc, "%s", l->err.msg)
	                                       : rc;
}

static void libtest_fini(void *state)
{
	struct libtest *l = state;

	gate_lines_fini(&l->lines);
	map_fini(&l->started);
	buf_fini(&l->name);
	buf_fini(&l->open);
	buf_fini(&l->binary);
}

const struct gate_stream gate_stream_libtest = { sizeof(struct libtest), libtest_begin,
	                                         libtest_feed, libtest_end,
	                                         libtest_fini };

enum err_code gate_parse_libtest(struct span text, const char *name, struct gate_cases *c,
                                 struct err *err)
{
	return gate_stream_text(GATE_FORMAT_LIBTEST, text, name, c, err);
}
