// SPDX-License-Identifier: Apache-2.0
#include "collect/cases.h"

#include <stdarg.h>
#include <string.h>

void gate_cases_init(struct gate_cases *c)
{
	memset(c, 0, sizeof *c);
	arena_init(&c->arena);
}

void gate_cases_fini(struct gate_cases *c)
{
	arena_fini(&c->arena);
	memset(c, 0, sizeof *c);
}

static uint64_t *counter(struct gate_cases *c, enum gate_case_state state)
{
	switch (state) {
	case GATE_CASE_PASSED:
		return &c->passed;
	case GATE_CASE_FAILED:
	case GATE_CASE_ERROR:
		return &c->failed;
	case GATE_CASE_SKIPPED:
		return &c->skipped;
	case GATE_CASE_FLAKY:
		return &c->flaky;
	case GATE_CASE_QUARANTINED:
		return &c->quarantined;
	}
	return &c->failed;
}

/* The first lines: enough to see what went wrong, never a whole log. */
static struct span message_head(struct span message)
{
	struct span text = span_sub(span_trim(message), 0, GATE_CASE_MESSAGE);
	size_t lines = 0;

	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\n' && ++lines == 20)
			return span_sub(text, 0, i);
	return text;
}

struct gate_case *gate_cases_add(struct gate_cases *c, struct span name,
                                 enum gate_case_state state, uint64_t duration_us,
                                 struct span message)
{
	struct gate_case *item;

	if (c->count >= GATE_CASES_MAX) {
		c->overflow = true;
		return NULL;
	}
	item = arena_push(&c->arena, &c->items, &c->count, &c->cap, sizeof *item);
	if (!item)
		return NULL;
	*item = (struct gate_case){ .name = arena_dup(&c->arena, name) };
	if (!item->name) { /* no item may be left without a name */
		c->count--;
		return NULL;
	}
	item->state = state;
	item->duration_us = duration_us;
	gate_cases_explain(c, item, message);
	(*counter(c, state))++;
	return item;
}

void gate_cases_restate(struct gate_cases *c, struct gate_case *item,
                        enum gate_case_state state)
{
	(*counter(c, item->state))--;
	item->state = state;
	(*counter(c, state))++;
}

void gate_cases_drop_last(struct gate_cases *c)
{
	c->count--;
	(*counter(c, c->items[c->count].state))--;
}

void gate_cases_explain(struct gate_cases *c, struct gate_case *item, struct span message)
{
	struct span head = message_head(message);

	if (head.len > 0)
		item->message = arena_dup(&c->arena, head);
}

void gate_cases_place(struct gate_cases *c, struct gate_case *item, struct span file,
                      uint64_t line)
{
	const struct gate_case *before = item > c->items ? item - 1 : NULL;

	if (file.len == 0)
		return;
	item->line = line <= UINT32_MAX ? (uint32_t)line : 0;
	/* Cases of a file mostly follow each other. */
	if (before != NULL && before->file != NULL && span_eq_str(file, before->file))
		item->file = before->file;
	else
		item->file = arena_dup(&c->arena, file);
}

void gate_cases_attempt(struct gate_cases *c, struct gate_case *item,
                        enum gate_case_state state, uint64_t duration_us,
                        struct span message)
{
	struct gate_case_attempt **end = &item->attempts;
	struct gate_case_attempt *a = arena_new(&c->arena, sizeof(*a));
	struct span head = message_head(message);

	if (a == NULL)
		return;
	a->state = state;
	a->duration_us = duration_us;
	if (head.len > 0)
		a->message = arena_dup(&c->arena, head);
	while (*end != NULL)
		end = &(*end)->next;
	*end = a;
}

const char *gate_case_state_name(enum gate_case_state state)
{
	switch (state) {
	case GATE_CASE_PASSED:
		return "passed";
	case GATE_CASE_FAILED:
		return "failed";
	case GATE_CASE_SKIPPED:
		return "skipped";
	case GATE_CASE_FLAKY:
		return "flaky";
	case GATE_CASE_QUARANTINED:
		return "quarantined";
	case GATE_CASE_ERROR:
		break;
	}
	return "error";
}

void gate_cases_disagree(struct gate_cases *c, const char *fmt, ...)
{
	struct buf text = BUF_INIT;
	va_list ap;

	if (c->disagreement)
		return;
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	c->disagreement = arena_dup(&c->arena, buf_span(&text));
	buf_fini(&text);
}

enum err_code gate_cases_err(const struct gate_cases *c, const char *name,
                             struct err *err)
{
	if (c->overflow)
		return err_set(err, ERR_LIMIT, "%s: more than %d test cases", name,
		               GATE_CASES_MAX);
	return arena_err(&c->arena, err);
}
