// SPDX-License-Identifier: Apache-2.0
#include "assess_fixture.h"

#include "base/arena.h"
#include "base/num.h"
#include "base/str.h"

#define HOUR_MS (INT64_C(60) * 60 * 1000)

static void read_value(struct fixture *f, struct gate_record *r, struct span value)
{
	size_t dots = span_find(value, SPAN_LIT(".."));
	const char *word = arena_dup(&f->arena, value);

	if (dots < value.len) {
		r->state = GATE_WARN;
		r->low = arena_dup(&f->arena, span_sub(value, 0, dots));
		r->high = arena_dup(&f->arena, span_from(value, dots + 2));
		return;
	}
	check_true(gate_state_find(word, &r->state), "state %s", word);
	if (r->state == GATE_PASS)
		r->low = r->high = "1";
	else if (r->state == GATE_FAIL)
		r->low = r->high = "0";
}

static void read_record(struct fixture *f, struct gate_record *r, struct span word)
{
	size_t equals = span_find_byte(word, '=');
	struct span rest = span_from(word, equals + 1);
	size_t tree = span_find_byte(rest, '#');
	size_t age = span_find_byte(span_sub(rest, 0, tree), '@');
	uint64_t hours = 0;

	r->check = arena_dup(&f->arena, span_sub(word, 0, equals));
	r->tree = "t";
	if (tree < rest.len)
		r->tree = arena_dup(&f->arena, span_from(rest, tree + 1));
	if (str_eq(r->tree, "-"))
		r->tree = NULL;
	if (age < tree)
		check_true(num_u64(span_sub(rest, age + 1, tree - age - 1), 0, 100000,
		                   &hours),
		           "the age in %.*s", (int)word.len, word.ptr);
	r->has_ended = true;
	r->ended_ms = FIXTURE_NOW - (int64_t)hours * HOUR_MS;
	read_value(f, r, span_sub(rest, 0, age < tree ? age : tree));
}

void fixture_init(struct fixture *f, const char *policy, const char *records)
{
	struct gate_record *list;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	struct span rest = span_str(records);
	struct span word;

	memset(f, 0, sizeof(*f));
	arena_init(&f->arena);
	buf_printf(&text, "version: 1\n%s\n", policy);
	check_ok(gate_policy_parse(&f->policy, buf_span(&text), "policy", NULL, &err),
	         &err);
	buf_fini(&text);
	list = arena_array(&f->arena, 64, sizeof(*list));
	while (span_split(&rest, ' ', &word))
		read_record(f, &list[f->evidence.record_count++], word);
	f->evidence.records = list;
	f->evidence.now_ms = FIXTURE_NOW;
	f->evidence.subject.tree = "t";
	f->evidence.subject.commit = "c";
	f->evidence.subject.has_dirty = true;
	fixture_assess(f);
}

void fixture_assess(struct fixture *f)
{
	struct err err = ERR_INIT;

	gate_assessment_free(f->a);
	f->a = NULL;
	check_ok(gate_assess(&f->a, f->policy, &f->evidence, &err), &err);
}

void fixture_fini(struct fixture *f)
{
	gate_assessment_free(f->a);
	gate_policy_free(f->policy);
	arena_fini(&f->arena);
}

size_t fixture_check(const struct fixture *f, const char *id)
{
	for (size_t i = 0; i < f->policy->check_count; i++)
		if (str_eq(f->policy->checks[i].id, id))
			return i;
	check_fail("no check %s", id);
	return 0;
}

static const char *keep(struct fixture *f, struct buf *text)
{
	const char *s = arena_dup(&f->arena, buf_span(text));

	buf_fini(text);
	return s;
}

const char *fixture_line(struct fixture *f)
{
	static const char *const decisions[] = { "GO", "CONDITIONAL", "NO-GO" };
	const struct gate_ratio *numbers[] = { &f->a->lower, &f->a->upper,
		                               &f->a->coverage, &f->a->final };
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < 4; i++) {
		gate_ratio_fraction(numbers[i], &text);
		buf_putc(&text, ' ');
	}
	buf_printf(&text, "%s %s %d", f->a->cap != NULL ? f->a->cap : "-",
	           decisions[f->a->decision], gate_assessment_exit(f->a, false));
	return keep(f, &text);
}

const char *fixture_states(struct fixture *f)
{
	struct buf text = BUF_INIT;

	for (size_t i = 0; i < f->policy->check_count; i++)
		buf_printf(&text, "%s%s:%s", i > 0 ? " " : "", f->policy->checks[i].id,
		           gate_state_name(f->a->checks[i].state));
	return keep(f, &text);
}
