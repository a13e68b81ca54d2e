// SPDX-License-Identifier: Apache-2.0
#include "redact.h"

#include "base/mem.h"
#include "pass.h"
#include "pattern.h"
#include "patterns.h"

#include <pthread.h>
#include <string.h>

/* Below this a text that is too much for the rules is not taken apart further. */
#define PIECE_MIN 4096

struct scan_redactor {
	pthread_mutex_t lock;
	bool made;
	struct scan_selection rules;
	struct scan_patterns patterns;
	struct scan_engine *engine;
	struct scan_pass pass;
};

/* What one text gave. */
struct search {
	struct scan_redactor *r;
	struct span text;
	struct arena *arena;
	struct scan_secret *items;
	size_t count;
	size_t cap;
	size_t line_at; /* lines were counted to here */
	uint64_t line;
};

enum err_code scan_redactor_new(struct scan_redactor **out, struct err *err)
{
	*out = mem_new(sizeof(**out));
	if (*out == NULL)
		return err_nomem(err);
	(void)pthread_mutex_init(&(*out)->lock,
	                         NULL); /* cannot fail with no attributes */
	return ERR_OK;
}

void scan_redactor_free(struct scan_redactor *r)
{
	if (r == NULL)
		return;
	scan_pass_fini(&r->pass);
	scan_engine_free(r->engine);
	scan_patterns_fini(&r->patterns);
	scan_selection_fini(&r->rules);
	(void)pthread_mutex_destroy(&r->lock);
	mem_free(r);
}

/* Without a cache: a run that has no text to look through pays nothing, and the engine
 * that needs no compiling is quick enough for the texts of tests. */
static enum err_code make(struct scan_redactor *r, struct err *err)
{
	static const char *const globs[] = { "secret.*" };
	size_t count;
	const struct scan_rule *rules = scan_rules(&count);
	enum err_code rc;

	if (r->made)
		return ERR_OK;
	rc = scan_select(&r->rules, rules, count, globs, 1, err);
	if (rc == ERR_OK)
		rc = scan_patterns_init(&r->patterns, err);
	if (rc == ERR_OK)
		rc = scan_engine_new(&r->engine, &r->rules, SCAN_ENGINE_BEST, NULL, err);
	if (rc == ERR_OK)
		rc = scan_pass_init(&r->pass, &r->rules, &r->patterns, r->engine, err);
	r->made = rc == ERR_OK;
	return rc;
}

static uint64_t line_of(struct search *s, size_t offset)
{
	while (s->line_at < offset) {
		const char *feed =
			memchr(s->text.ptr + s->line_at, '\n', offset - s->line_at);

		if (feed == NULL)
			break;
		s->line++;
		s->line_at = (size_t)(feed - s->text.ptr) + 1;
	}
	return s->line;
}

/* Those that overlap are one, by the name of the first. */
static enum err_code add(struct search *s, const char *rule, size_t start, size_t end,
                         struct err *err)
{
	struct scan_secret *last = s->count > 0 ? &s->items[s->count - 1] : NULL;
	struct scan_secret *one;

	if (last != NULL && start < last->end) {
		last->end = end > last->end ? end : last->end;
		return ERR_OK;
	}
	one = arena_push(s->arena, &s->items, &s->count, &s->cap, sizeof(*one));
	if (one == NULL)
		return err_nomem(err);
	*one = (struct scan_secret){ rule, start, end, line_of(s, start) };
	return ERR_OK;
}

static enum err_code look(struct search *s, size_t start, size_t end, struct err *err);

/* The rules gave up: they may get on with less at a time. */
static enum err_code look_again(struct search *s, size_t start, size_t end,
                                struct err *err)
{
	const size_t half = start + (end - start) / 2;
	const char *feed = memchr(s->text.ptr + half, '\n', end - half);
	const size_t middle = feed != NULL ? (size_t)(feed - s->text.ptr) + 1 : half;
	enum err_code rc;

	if (end - start < PIECE_MIN || middle == end)
		return add(s, SCAN_UNSEARCHED, start, end, err);
	rc = look(s, start, middle, err);
	return rc == ERR_OK ? look(s, middle, end, err) : rc;
}

static enum err_code look(struct search *s, size_t start, size_t end, struct err *err)
{
	struct scan_pass *p = &s->r->pass;
	const struct scan_source source = { .path = SPAN_LIT("output"),
		                            .project = SPAN_LIT("output"),
		                            .text = span_sub(s->text, start,
		                                             end - start) };
	enum err_code rc = ERR_OK;

	p->source = &source;
	p->trouble = NULL;
	scan_pattern_look(p, false);
	p->source = NULL;
	if (p->rc != ERR_OK)
		return err_set(err, p->rc, "looking for secrets");
	if (p->trouble != NULL)
		return look_again(s, start, end, err);
	for (size_t i = 0; rc == ERR_OK && i < p->kept_count; i++) {
		const struct scan_found *f = &p->kept[i];
		const struct scan_rule *rule = &p->rules->rules[f->rule];

		if (rule->redact)
			rc = add(s, rule->id, start + f->value.start,
			         start + f->value.end, err);
	}
	return rc;
}

enum err_code scan_redactor_find(struct scan_redactor *r, struct span text,
                                 struct arena *arena, struct scan_secret **out,
                                 size_t *count, struct err *err)
{
	struct search s = { .r = r, .text = text, .arena = arena, .line = 1 };
	enum err_code rc = ERR_OK;

	(void)pthread_mutex_lock(&r->lock);
	if (text.len > 0 && (rc = make(r, err)) == ERR_OK)
		rc = look(&s, 0, text.len, err);
	(void)pthread_mutex_unlock(&r->lock);
	*out = s.items;
	*count = s.count;
	return rc;
}
