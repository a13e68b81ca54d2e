// SPDX-License-Identifier: Apache-2.0
#include "cli/repeat.h"

#include "base/map.h"
#include "base/num.h"
#include "base/str.h"
#include "base/when.h"
#include "os/clock.h"

enum { REPEAT_MAX = 1000000, NS_PER_MS = 1000000 };

struct tally {
	struct map passed; /* "suite: test" of all passes */
	struct map flaky;
	struct names suspects; /* in the order they were found */
	struct buf key;
	uint64_t passes; /* that ended with 0 */
	uint64_t shortest_ms;
	uint64_t longest_ms;
	uint64_t tests; /* of this pass */
	bool full;      /* no memory: suspects may be missing */
};

static void suspect(struct tally *t)
{
	struct span key = buf_span(&t->key);

	if (map_has(&t->flaky, key))
		return;
	if (!map_set(&t->flaky, key, t))
		t->full = true;
	names_add(&t->suspects, buf_str(&t->key));
}

static void note_case(struct tally *t, const char *suite, const struct gate_case *c)
{
	struct span key;

	buf_clear(&t->key);
	buf_printf(&t->key, "%s: %s", suite, c->name);
	key = buf_span(&t->key);
	switch ((int)c->state) {
	case GATE_CASE_FLAKY:
		suspect(t);
		break;
	case GATE_CASE_PASSED:
		if (!map_has(&t->passed, key) && !map_set(&t->passed, key, t))
			t->full = true;
		break;
	case GATE_CASE_FAILED:
	case GATE_CASE_ERROR:
		if (map_has(&t->passed, key))
			suspect(t);
		break;
	default:
		break;
	}
}

static void on_end(const struct gate_unit *u, const struct gate_run *r, void *context)
{
	struct tally *t = context;

	if (u->kind != GATE_UNIT_SUITE)
		return;
	t->tests += r->cases.passed + r->cases.failed + r->cases.flaky;
	for (size_t i = 0; i < r->cases.count; i++)
		note_case(t, r->id, &r->cases.items[i]);
}

static void note_time(struct tally *t, uint64_t ms)
{
	if (t->passes == 0 || ms < t->shortest_ms)
		t->shortest_ms = ms;
	if (ms > t->longest_ms)
		t->longest_ms = ms;
}

static void say_flaky(struct tally *t)
{
	if (t->suspects.count > 0)
		program_note("flaky, since %s both passed and failed: %s",
		             t->suspects.count == 1 ? "it" : "they",
		             names_end(&t->suspects));
	if (t->full)
		program_note(
			"there may be more flaky tests: no memory to keep all names");
}

static void say_total(struct tally *t, uint64_t wanted, int code)
{
	uint64_t now = t->passes + 1;
	char shortest[WHEN_TEXT];
	char longest[WHEN_TEXT];

	when_duration(t->shortest_ms, shortest);
	when_duration(t->longest_ms, longest);
	if (code == CLI_OK)
		program_note("passed %llu time%s; the shortest took %s, the longest %s",
		             (unsigned long long)t->passes, str_s(t->passes), shortest,
		             longest);
	else
		program_note(
			"stopped at repetition %llu of %llu, after %llu that passed; "
			"the shortest took %s, the longest %s",
			(unsigned long long)now, (unsigned long long)wanted,
			(unsigned long long)t->passes, shortest, longest);
	say_flaky(t);
}

static int repeat_once(struct tally *t, struct session *s, struct program_call *call,
                       uint64_t wanted, test_pass *pass)
{
	uint64_t started = os_ticks_ns();
	uint64_t now = t->passes + 1;
	char took[WHEN_TEXT];
	uint64_t ms;
	int code;

	t->tests = 0;
	code = pass(s, call);
	ms = (os_ticks_ns() - started) / NS_PER_MS;
	note_time(t, ms);
	when_duration(ms, took);
	if (!s->quiet)
		program_note("repetition %llu of %llu: %s, %llu test%s in %s",
		             (unsigned long long)now, (unsigned long long)wanted,
		             code == CLI_OK ? "passed" : "did not pass",
		             (unsigned long long)t->tests, t->tests == 1 ? "" : "s",
		             took);
	return code;
}

enum err_code repeat_count(const struct program_call *call, uint64_t *count,
                           struct err *err)
{
	const char *text = cli_options(call)->repeat;

	*count = 1;
	if (text == NULL || num_u64(span_str(text), 1, REPEAT_MAX, count))
		return ERR_OK;
	return err_set(err, ERR_USAGE, "--repeat %.40s: must be a number from 1 to %d",
	               text, REPEAT_MAX);
}

int repeat_test(struct session *s, struct program_call *call, uint64_t wanted,
                test_pass *pass)
{
	struct tally t = { .key = BUF_INIT, .suspects = { BUF_INIT, 0 } };
	int code = CLI_OK;

	map_init(&t.passed);
	map_init(&t.flaky);
	s->brief = true;
	s->ended = on_end;
	/* until the end of this function, which takes it back */
	/* cppcheck-suppress autoVariables */
	s->context = &t;
	while (code == CLI_OK && t.passes < wanted && !cancel_is_set(call->cancel)) {
		code = repeat_once(&t, s, call, wanted, pass);
		if (code == CLI_OK)
			t.passes++;
	}
	say_total(&t, wanted, code);
	s->ended = NULL;
	s->context = NULL;
	buf_fini(&t.suspects.text);
	buf_fini(&t.key);
	map_fini(&t.flaky);
	map_fini(&t.passed);
	return code;
}
