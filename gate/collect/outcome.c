// SPDX-License-Identifier: Apache-2.0
#include "collect/outcome.h"

#include "base/ascii.h"
#include "base/str.h"
#include "base/when.h"
#include "collect/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAMES_SHOWN = 3, NAME_COLUMNS = 80, CAUSE_COLUMNS = 120 };

/* "2 processes outlived it and were killed: sleep, python3" */
static void put_leaked(struct buf *out, const struct gate_run *r)
{
	struct span names = span_str(r->leaked_names);
	struct span name;
	size_t shown = 0;

	if (r->leaked == 1)
		buf_puts(out, "a process outlived it and was killed");
	else
		buf_printf(out, "%zu processes outlived it and were killed", r->leaked);
	for (; shown < NAMES_SHOWN && span_line(&names, &name); shown++) {
		buf_puts(out, shown == 0 ? ": " : ", ");
		buf_put(out, name);
	}
	if (shown > 0 && r->leaked > shown)
		buf_printf(out, " and %zu more", r->leaked - shown);
}

/* Copies what there is room for, in whole characters, and shows where it was cut. */
static void put_cut(char *out, size_t room, struct span text)
{
	static const char more[] = "\xe2\x80\xa6";
	size_t len = text.len;

	if (len >= room) {
		for (len = room - sizeof(more); len > 0; len--)
			if (((unsigned char)text.ptr[len] & 0xC0) != 0x80)
				break;
		len = str_word_end(text, len);
	}
	(void)snprintf(out, room, "%.*s%s", (int)len, len > 0 ? text.ptr : "",
	               len < text.len ? more : "");
}

static void set_reason(struct gate_run *r, enum gate_run_state state,
                       const struct buf *text)
{
	r->state = state;
	put_cut(r->reason, sizeof(r->reason), buf_span(text));
}

void gate_outcome_unknown(struct gate_run *r, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	set_reason(r, GATE_RUN_UNKNOWN, &text);
	buf_fini(&text);
}

void gate_outcome_warn(struct gate_run *r, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	buf_puts(&text, r->warning);
	if (text.len > 0)
		buf_puts(&text, "; ");
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	if (buf_ok(&text))
		put_cut(r->warning, sizeof(r->warning), buf_span(&text));
	buf_fini(&text);
}

void gate_outcome_leaks(struct gate_run *r, const struct gate_suite *s)
{
	const enum gate_leaks leaks = s != NULL ? s->leaks : GATE_LEAKS_WARN;
	struct buf text = BUF_INIT;

	if (r->strays > 0)
		gate_outcome_warn(r,
		                  "%zu process%s that it or one beside it left behind "
		                  "%s killed; nothing tells whose %s",
		                  r->strays, r->strays == 1 ? "" : "es",
		                  r->strays == 1 ? "was" : "were",
		                  r->strays == 1 ? "it was" : "they were");
	if (r->leaked == 0 || leaks == GATE_LEAKS_IGNORE)
		return;
	put_leaked(&text, r);
	r->leaky = s != NULL;
	if (leaks == GATE_LEAKS_FAIL && r->state == GATE_RUN_PASS) {
		buf_puts(&text, ", and `leaks` is fail");
		set_reason(r, GATE_RUN_FAIL, &text);
		(void)snprintf(r->remedy, sizeof(r->remedy),
		               "have %s end and wait for what it starts", s->id);
	} else {
		gate_outcome_warn(r, "%s", buf_str(&text));
	}
	buf_fini(&text);
}

void gate_outcome_end(struct buf *out, const struct gate_run *r)
{
	if (r->signal != 0)
		buf_printf(out, "was ended by signal %d (%s)", r->signal,
		           strsignal(r->signal));
	else
		buf_printf(out, "exited with code %d", r->exit_code);
}

/* "sh: 1: foo: not found", "bash: line 1: foo: command not found": the last word before.
 */
static struct span missing_in_line(struct span line)
{
	static const char *const ends[] = { ": command not found", ": not found" };

	line = span_trim(line);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct span name = line;
		size_t colon;

		if (!span_ends(line, span_str(ends[i])))
			continue;
		name.len -= strlen(ends[i]);
		colon = span_rfind_byte(name, ':');
		return span_trim(colon < name.len ? span_from(name, colon + 1) : name);
	}
	return SPAN_EMPTY;
}

struct span gate_outcome_missing(struct span output)
{
	enum { TAIL = 65536 };
	struct span rest = span_from(output, output.len > TAIL ? output.len - TAIL : 0);
	struct span found = SPAN_EMPTY;
	struct span line;

	while (span_line(&rest, &line)) {
		struct span name = missing_in_line(line);

		if (name.len > 0)
			found = name;
	}
	return found;
}

static bool speaks_of_error(struct span line)
{
	static const char *const words[] = {
		"error:", "Error:",  "ERROR:", "Error at", "error[",
		"fatal:", "[ERROR]", "*** [",  ".go:"
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_find(line, span_str(words[i])) < line.len)
			return true;
	return false;
}

/* Takes the next line with anything on it for people. */
static bool next_text(struct span *rest, struct span *line)
{
	while (span_line(rest, line)) {
		*line = span_trim(*line);
		if (line->len > 0 && line->ptr[0] != '{')
			return true;
	}
	return false;
}

void gate_outcome_cause(struct buf *out, const char *before, struct span output)
{
	struct span last = SPAN_EMPTY;
	bool found = false;
	struct span line;

	while (!found && next_text(&output, &line)) {
		found = speaks_of_error(line);
		last = line;
	}
	if (last.len > 0)
		buf_puts(out, before);
	str_display_words(out, last, CAUSE_COLUMNS);
	/* CMake tells where, and only then what. */
	for (int more = 0; more < 2 && found && span_ends(last, SPAN_LIT(":")) &&
	                   next_text(&output, &last);
	     more++) {
		buf_putc(out, ' ');
		str_display_words(out, last, CAUSE_COLUMNS);
	}
}

void gate_outcome_names(struct buf *out, const struct gate_cases *c)
{
	size_t shown = 0;

	for (size_t i = 0; i < c->count && shown < NAMES_SHOWN; i++) {
		const struct gate_case *item = &c->items[i];

		if (item->state != GATE_CASE_FAILED && item->state != GATE_CASE_ERROR)
			continue;
		if (shown++ > 0)
			buf_puts(out, ", ");
		str_display_cut(out, span_str(item->name), NAME_COLUMNS);
	}
	if (c->failed > shown)
		buf_printf(out, " and %llu more",
		           (unsigned long long)(c->failed - shown));
}

/* What was read before it broke off: it may tell what went wrong. */
static void put_seen(struct buf *out, const struct gate_cases *c)
{
	uint64_t passed = c->passed + c->flaky;

	if (c->count == 0)
		return;
	buf_printf(out, "; before that %llu passed, %llu skipped, %llu failed",
	           (unsigned long long)passed, (unsigned long long)c->skipped,
	           (unsigned long long)c->failed);
	if (c->failed > 0)
		buf_puts(out, ": ");
	gate_outcome_names(out, c);
}

void gate_outcome_seen(struct gate_run *r)
{
	struct buf text = BUF_INIT;

	buf_puts(&text, r->reason);
	put_seen(&text, &r->cases);
	if (buf_ok(&text))
		put_cut(r->reason, sizeof(r->reason), buf_span(&text));
	buf_fini(&text);
}

/* "python3", ".venv/bin/python": what a command has for its Python, or an empty span. */
static struct span python_in(struct span command)
{
	struct span word;

	while (span_split(&command, ' ', &word)) {
		size_t slash = span_rfind_byte(word, '/');
		struct span name = slash < word.len ? span_from(word, slash + 1) : word;

		if (span_starts(name, SPAN_LIT("python")) &&
		    span_find_byte(name, '=') == name.len)
			return word;
	}
	return SPAN_EMPTY;
}

/* Which Python the module is missing from is what the command says: a policy's runs the
 * same one whatever else is there. */
static void put_module_mend(struct buf *out, struct span module, struct span python)
{
	const struct span own = SPAN_LIT("venv/");

	buf_printf(out, "install %.*s for ", (int)module.len, module.ptr);
	if (python.len > 0)
		buf_printf(out, "%.*s, which its command runs", (int)python.len,
		           python.ptr);
	else
		buf_puts(out, "the Python that its command runs");
	if (span_find(python, own) == python.len)
		buf_puts(out, ", or have the command run a Python that has it, as "
		              ".venv/bin/python");
}

/* Python says so of what is not installed where the suite runs: to start the same command
 * again mends nothing. */
static void suggest_module(struct gate_run *r)
{
	const struct span says = SPAN_LIT("No module named ");
	struct span name = buf_span(&r->output);
	struct buf text = BUF_INIT;
	size_t len = 0;

	name = span_from(name, span_find(name, says));
	name = span_from(name, name.len > says.len ? says.len : name.len);
	name = span_from(name, span_starts(name, SPAN_LIT("'")));
	while (len < name.len && len < 64 &&
	       (ascii_is_word(name.ptr[len]) || name.ptr[len] == '.'))
		len++;
	if (len > 0)
		put_module_mend(&text, span_sub(name, 0, len),
		                python_in(span_str(r->remedy)));
	if (len > 0 && buf_ok(&text))
		put_cut(r->remedy, sizeof(r->remedy), buf_span(&text));
	buf_fini(&text);
}

void gate_outcome_unreadable(struct gate_run *r, const char *why)
{
	struct buf text = BUF_INIT;

	buf_puts(&text, why);
	put_seen(&text, &r->cases);
	if (r->exit_code != 0) {
		gate_outcome_cause(&text, "; the command said: ", buf_span(&r->output));
		suggest_module(r);
	}
	set_reason(r, GATE_RUN_UNKNOWN, &text);
	buf_fini(&text);
}

/* Why the first case that could not even run could not, in its tool's words. */
static void put_first_error(struct buf *out, const struct gate_cases *c)
{
	for (size_t i = 0; i < c->count; i++) {
		if (c->items[i].state != GATE_CASE_ERROR)
			continue;
		gate_outcome_cause(out, "; ", span_str(c->items[i].message));
		return;
	}
}

/* A limit that the format does not let us enforce is at least measured. */
void gate_outcome_overlong(struct gate_run *r, uint64_t limit_ms)
{
	for (size_t i = 0; i < r->cases.count; i++) {
		struct gate_case *item = &r->cases.items[i];
		char took[WHEN_TEXT];
		char limit[WHEN_TEXT];
		char text[160];

		if (item->duration_us / 1000 <= limit_ms ||
		    (item->state != GATE_CASE_PASSED && item->state != GATE_CASE_FLAKY))
			continue;
		when_duration(item->duration_us / 1000, took);
		when_duration(limit_ms, limit);
		(void)snprintf(text, sizeof(text), "took %s; test_timeout is %s", took,
		               limit);
		gate_cases_restate(&r->cases, item, GATE_CASE_FAILED);
		gate_cases_explain(&r->cases, item, span_str(text));
	}
}

void gate_outcome_count_slow(struct gate_run *r, uint64_t slow_ms)
{
	r->slow = 0;
	for (size_t i = 0; i < r->cases.count; i++)
		if (r->cases.items[i].duration_us / 1000 > slow_ms)
			r->slow++;
}

static void decide_without_tests(struct gate_run *r)
{
	struct buf text = BUF_INIT;

	if (r->cases.skipped > 0)
		buf_printf(&text, "no test ran: all %llu were skipped",
		           (unsigned long long)r->cases.skipped);
	else
		buf_puts(&text, "no test cases were reported");
	buf_puts(&text, "; the command ");
	gate_outcome_end(&text, r);
	if (r->exit_code != 0)
		gate_outcome_cause(&text, ": ", buf_span(&r->output));
	r->empty = r->exit_code == 0;
	set_reason(r, GATE_RUN_UNKNOWN, &text);
	buf_fini(&text);
}

/* The option that has a runner end at its first failure, or an empty span. */
static struct span stops_by(struct span command)
{
	static const char *const options[] = { "--bail", "--fail-fast", "--failfast",
		                               "-failfast", "--stop-on-failure" };
	const bool short_one = span_find(command, SPAN_LIT("mocha")) < command.len ||
	                       span_find(command, SPAN_LIT("jest")) < command.len;
	struct span word;

	while (span_split(&command, ' ', &word)) {
		struct span name = span_sub(word, 0, span_find_byte(word, '='));

		if (span_ends(word, SPAN_LIT("=0")))
			continue;
		if (short_one && span_eq_str(word, "-b"))
			return word;
		for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
			if (span_eq_str(name, options[i]))
				return word;
	}
	return SPAN_EMPTY;
}

/* Of the tests behind its first failure nothing is known: they are in no count. Only
 * pytest says that it stopped; of others the command says that they may. */
static void note_cut_short(struct gate_run *r, const struct gate_suite *s)
{
	const struct span says = SPAN_LIT("!! stopping after ");
	const struct span output = buf_span(&r->output);
	struct buf command = BUF_INIT;
	struct span option;

	gate_command_text(&command, &s->run);
	option = stops_by(buf_span(&command));
	r->incomplete = option.len > 0 || span_find(output, says) < output.len;
	if (r->incomplete)
		gate_outcome_warn(r,
		                  "it stopped at a failure%s%.*s: the tests after it are "
		                  "unknown",
		                  option.len > 0 ? ", by " : "", (int)option.len,
		                  option.len > 0 ? option.ptr : "");
	buf_fini(&command);
}

static void decide_failed(struct gate_run *r, uint64_t total)
{
	struct buf text = BUF_INIT;

	buf_printf(&text,
	           "%llu of %llu test%s failed: ", (unsigned long long)r->cases.failed,
	           (unsigned long long)total, str_s(total));
	gate_outcome_names(&text, &r->cases);
	put_first_error(&text, &r->cases);
	if (r->exit_code == 0)
		buf_puts(&text, "; yet the command exited with code 0");
	set_reason(r, GATE_RUN_FAIL, &text);
	buf_fini(&text);
}

static void decide_disagreement(struct gate_run *r)
{
	struct buf text = BUF_INIT;

	buf_puts(&text, "results say passed, the process ");
	gate_outcome_end(&text, r);
	set_reason(r, GATE_RUN_FAIL, &text);
	buf_fini(&text);
}

/* One case, which is the process itself. */
static void decide_by_exit(struct gate_run *r)
{
	struct buf text = BUF_INIT;

	r->state = GATE_RUN_PASS;
	if (r->cases.failed > 0) {
		gate_outcome_end(&text, r);
		gate_outcome_cause(&text, ": ", buf_span(&r->output));
		set_reason(r, GATE_RUN_FAIL, &text);
	}
	buf_fini(&text);
}

void gate_outcome_decide(struct gate_run *r, const struct gate_suite *s)
{
	const struct gate_cases *c = &r->cases;

	r->reason[0] = '\0';
	r->incomplete = false;
	if (s->test_timeout_ms > 0 && s->format != GATE_FORMAT_EXIT)
		gate_outcome_overlong(r, s->test_timeout_ms);
	if (s->slow_ms > 0)
		gate_outcome_count_slow(r, s->slow_ms);
	if (s->format == GATE_FORMAT_EXIT)
		decide_by_exit(r);
	else if (c->passed + c->failed + c->flaky + c->quarantined == 0)
		decide_without_tests(r);
	else if (c->failed > 0)
		decide_failed(r, c->passed + c->failed + c->skipped + c->flaky +
		                         c->quarantined);
	else if (r->signal != 0 || (r->exit_code != 0 && c->quarantined == 0))
		decide_disagreement(r); /* a test that failed explains a code, no crash */
	else
		r->state = GATE_RUN_PASS;
	if (r->state == GATE_RUN_FAIL && c->failed > 0 && s->format != GATE_FORMAT_EXIT)
		note_cut_short(r, s);
	if (c->disagreement != NULL && r->state == GATE_RUN_PASS)
		gate_outcome_unknown(r, "the results contradict themselves: %s",
		                     c->disagreement);
}
