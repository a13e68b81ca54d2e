// SPDX-License-Identifier: Apache-2.0
#include "scanners/engine.h"

#include "base/mem.h"
#include "base/str.h"
#include "engine_internal.h"
#include "glance.h"
#include "hardcoded_marks.h"
#include "os/fs.h"
#include "shape.h"

#include <string.h>

/* ---- what each rule needs ---- */

static bool takes_part(const struct scan_selection *s, size_t rule)
{
	const struct scan_rule *r = &s->rules[rule];

	return s->on[rule] && (r->pattern != NULL || r->words.count > 0);
}

static void width_of_words(struct engine_rule *out, const struct scan_texts *words)
{
	out->min = SIZE_MAX;
	for (size_t i = 0; i < words->count; i++) {
		size_t len = strlen(words->items[i]);

		out->min = len < out->min ? len : out->min;
		out->max = len > out->max ? len : out->max;
	}
}

static enum err_code width_of(struct engine_rule *out, const struct scan_rule *r,
                              struct scan_shape *shape, struct err *err)
{
	struct scan_shape_error why;

	if (r->pattern == NULL) {
		width_of_words(out, &r->words);
		return ERR_OK;
	}
	if (!scan_shape_of(span_str(r->lead != NULL ? r->lead : r->pattern), shape, &why))
		return err_set(err, ERR_USAGE, "rule %s: pattern, byte %zu: %s", r->id,
		               why.offset + 1, why.why);
	out->min = shape->min;
	out->max = shape->max;
	return ERR_OK;
}

/* ---- the stage of literals ---- */

struct literal_list {
	struct arena arena;
	struct scan_literal_in *items;
	size_t count;
	size_t cap;
	size_t bytes;
};

static bool list_add(struct literal_list *l, struct span text, size_t rule)
{
	struct scan_literal_in *slot;

	slot = arena_push(&l->arena, &l->items, &l->count, &l->cap, sizeof(*slot));
	if (slot == NULL)
		return false;
	slot->tag = (unsigned)rule;
	slot->text = span_of(arena_dup(&l->arena, text), text.len);
	l->bytes += text.len;
	return true;
}

/* Is there something in each match to know it by? */
static bool has_literals(const struct scan_shape *shape)
{
	enum { KNOWN_BY = 3 };
	const struct scan_literals *s = &shape->literals;
	size_t i = 0;

	while (i < s->count && s->items[i].len >= KNOWN_BY)
		i++;
	return s->count > 0 && i == s->count;
}

/* What has no literals costs a look at every byte: a rule for some files is looked for in
 * these alone, and one whose matches begin with a run only where there is one. */
static void find_otherwise(struct engine_rule *out, const struct scan_rule *r,
                           const struct scan_shape *shape)
{
	if (r->pattern == NULL || has_literals(shape))
		return;
	if (r->paths.count > 0)
		out->always = out->apart = true;
	if (r->paths.count > 0 || r->lead != NULL || shape->head < SCAN_RUN_MIN)
		return;
	out->head = shape->head;
	out->border = shape->border;
	memcpy(out->first, shape->first, sizeof(out->first));
}

/* Without literals, or with too many, a rule is looked for everywhere. */
static void add_literals(struct scan_engine *e, struct literal_list *l, size_t rule,
                         const struct scan_shape *shape)
{
	const struct scan_rule *r = &e->rules->rules[rule];
	const struct scan_literals *s = &shape->literals;

	for (size_t i = 0; i < r->words.count; i++)
		(void)list_add(l, span_str(r->words.items[i]), rule);
	if (r->pattern == NULL || e->of[rule].head > 0)
		return;
	e->of[rule].always = e->of[rule].apart || s->count == 0 ||
	                     l->bytes > SCAN_LITERAL_STATES_MAX / 2;
	for (size_t i = 0; i < s->count && !e->of[rule].always; i++)
		(void)list_add(l, span_of(s->items[i].text, s->items[i].len), rule);
}

/* How wide each rule is, and, if asked for, which literals it has. */
static enum err_code measure(struct scan_engine *e, struct literal_list *l,
                             struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < e->rules->count; i++) {
		const struct scan_rule *r = &e->rules->rules[i];
		struct scan_shape shape;

		if (!takes_part(e->rules, i))
			continue;
		rc = width_of(&e->of[i], r, &shape, err);
		if (rc == ERR_OK)
			find_otherwise(&e->of[i], r, &shape);
		if (rc == ERR_OK && l != NULL)
			add_literals(e, l, i, &shape);
	}
	return rc;
}

static enum err_code make_literals(struct scan_engine *e, struct err *err)
{
	struct literal_list l = { .arena = ARENA_INIT };
	enum err_code rc = measure(e, &l, err);

	if (rc == ERR_OK) {
		(void)list_add(&l, span_str(ENGINE_ALLOW), e->rules->count);
		rc = arena_err(&l.arena, err);
	}
	if (rc == ERR_OK)
		rc = scan_literal_set_new(&e->literals, l.items, l.count, err);
	arena_fini(&l.arena);
	return rc;
}

/* ---- the patterns of Hyperscan ---- */

/* A word as an expression. */
static char *quoted(struct arena *a, const char *word)
{
	struct buf text = BUF_INIT;
	char *copy;

	for (; *word != '\0'; word++) {
		unsigned char c = (unsigned char)*word;

		buf_printf(&text, "\\x%02x", c);
	}
	copy = arena_dup(a, buf_span(&text));
	buf_fini(&text);
	return copy;
}

static bool add_pattern(struct engine_patterns *p, const char *text, size_t id)
{
	struct hyper_pattern *slot =
		arena_push(&p->arena, &p->items, &p->count, &p->cap, sizeof(*slot));

	if (slot != NULL)
		*slot = (struct hyper_pattern){ text, (unsigned)id };
	return slot != NULL && text != NULL;
}

static enum err_code gather(const struct scan_engine *e, struct engine_patterns *p,
                            struct err *err)
{
	for (size_t i = 0; i < e->rules->count; i++) {
		const struct scan_rule *r = &e->rules->rules[i];

		if (!takes_part(e->rules, i))
			continue;
		if (r->pattern != NULL && !e->of[i].apart && e->of[i].head == 0)
			(void)add_pattern(p, r->lead != NULL ? r->lead : r->pattern, i);
		for (size_t k = 0; k < r->words.count; k++)
			(void)add_pattern(p, quoted(&p->arena, r->words.items[k]), i);
	}
	(void)add_pattern(p, quoted(&p->arena, ENGINE_ALLOW), e->rules->count);
	for (size_t i = 0; e->rules->hardcoded && scan_hardcoded_mark(i) != NULL; i++)
		(void)add_pattern(p, scan_hardcoded_mark(i)->expression,
		                  e->rules->count + ENGINE_MARK + i);
	return arena_err(&p->arena, err);
}

static enum err_code make_patterns(struct scan_engine *e, const char *cache,
                                   struct err *err)
{
	struct engine_patterns p = { .arena = ARENA_INIT };
	enum err_code rc = measure(e, NULL, err);

	if (rc == ERR_OK)
		rc = gather(e, &p, err);
	if (rc == ERR_OK)
		rc = scan_engine_patterns(e, &p, cache, err);
	arena_fini(&p.arena);
	return rc;
}

/* ---- one of them ---- */

static enum scan_engine_kind kind_of(enum scan_engine_kind asked, const char *cache)
{
	const char *wanted = os_env("SEAWORTHY_ENGINE");

	if (asked != SCAN_ENGINE_BEST)
		return asked;
	if (cache == NULL || str_eq(wanted, "pcre2") || !hyper_works())
		return SCAN_ENGINE_LITERALS;
	return SCAN_ENGINE_HYPERSCAN;
}

static enum err_code list_others(struct scan_engine *e, struct err *err)
{
	e->always = mem_new(e->rules->count * sizeof(*e->always));
	e->by_run = mem_new(e->rules->count * sizeof(*e->by_run));
	if (e->always == NULL || e->by_run == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < e->rules->count; i++) {
		if (e->of[i].always)
			e->always[e->always_count++] = i;
		if (e->of[i].head > 0)
			e->by_run[e->by_run_count++] = i;
	}
	return ERR_OK;
}

enum err_code scan_engine_new(struct scan_engine **out,
                              const struct scan_selection *rules,
                              enum scan_engine_kind kind, const char *cache,
                              struct err *err)
{
	struct scan_engine *e = mem_new(sizeof(*e));
	enum err_code rc = ERR_OK;

	if (e == NULL)
		return err_nomem(err);
	*e = (struct scan_engine){ .rules = rules, .lock = PTHREAD_MUTEX_INITIALIZER };
	e->of = mem_new(rules->count * sizeof(*e->of));
	if (e->of == NULL)
		rc = err_nomem(err);
	if (rc == ERR_OK)
		rc = kind_of(kind, cache) == SCAN_ENGINE_HYPERSCAN
		             ? make_patterns(e, cache, err)
		             : make_literals(e, err);
	if (rc == ERR_OK)
		rc = list_others(e, err);
	if (rc == ERR_OK)
		*out = e;
	else
		scan_engine_free(e);
	return rc;
}

static void compiled_fini(struct scan_compiled *c, const struct scan_rule *r)
{
	scan_regex_free(c->pattern);
	for (size_t i = 0; c->allow != NULL && i < r->allow.count; i++)
		scan_regex_free(c->allow[i]);
	for (size_t i = 0; c->allow_line != NULL && i < r->allow_line.count; i++)
		scan_regex_free(c->allow_line[i]);
	mem_free(c->allow);
	mem_free(c->allow_line);
	*c = (struct scan_compiled){ .pattern = NULL };
}

void scan_engine_free(struct scan_engine *e)
{
	if (e == NULL)
		return;
	for (size_t i = 0; e->of != NULL && i < e->rules->count; i++)
		compiled_fini(&e->of[i].compiled, &e->rules->rules[i]);
	mem_free(e->of);
	mem_free(e->always);
	mem_free(e->by_run);
	hyper_free(e->db);
	scan_literal_set_free(e->literals);
	(void)pthread_mutex_destroy(&e->lock);
	mem_free(e);
}

/* ---- compiled on first use ---- */

static enum err_code compile_list(struct scan_regex ***out,
                                  const struct scan_texts *texts, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (texts->count == 0)
		return ERR_OK;
	*out = mem_new(texts->count * sizeof(struct scan_regex *));
	if (*out == NULL)
		return err_nomem(err);
	for (size_t i = 0; rc == ERR_OK && i < texts->count; i++)
		rc = scan_regex_new(&(*out)[i], texts->items[i], SCAN_REGEX_BYTES, err);
	return rc;
}

/* What a project calls the lead of its pattern may be none: a match that does not start
 * with it, which only some engines would come upon, is no match. */
static enum err_code compile_pattern(struct scan_regex **out, const struct scan_rule *r,
                                     struct err *err)
{
	const unsigned near = r->lead != NULL ? SCAN_REGEX_NEAR : 0;
	struct buf both = BUF_INIT;
	enum err_code rc;

	if (r->lead == NULL || r->line == 0)
		return scan_regex_new(out, r->pattern, SCAN_REGEX_BYTES | near, err);
	buf_printf(&both, "(?=(?n:%s))(?:%s)", r->lead, r->pattern);
	rc = buf_err(&both, err);
	if (rc == ERR_OK)
		rc = scan_regex_new(out, buf_str(&both), SCAN_REGEX_BYTES | near, err);
	buf_fini(&both);
	return rc;
}

static enum err_code compile_rule(struct scan_compiled *out, const struct scan_rule *r,
                                  struct err *err)
{
	struct scan_compiled c = { .pattern = NULL };
	enum err_code rc = ERR_OK;

	if (r->pattern != NULL)
		rc = compile_pattern(&c.pattern, r, err);
	if (rc == ERR_OK)
		rc = compile_list(&c.allow, &r->allow, err);
	if (rc == ERR_OK)
		rc = compile_list(&c.allow_line, &r->allow_line, err);
	if (rc == ERR_OK)
		*out = c;
	else
		compiled_fini(&c, r);
	return rc == ERR_OK ? rc : err_wrap(err, rc, "rule %s", r->id);
}

enum err_code scan_engine_compiled(struct scan_engine *e, size_t rule,
                                   const struct scan_compiled **out, struct err *err)
{
	struct engine_rule *r = &e->of[rule];
	enum err_code rc = ERR_OK;

	if (!atomic_load(&r->is_compiled)) {
		(void)pthread_mutex_lock(&e->lock);
		if (!atomic_load(&r->is_compiled))
			rc = compile_rule(&r->compiled, &e->rules->rules[rule], err);
		if (rc == ERR_OK)
			atomic_store(&r->is_compiled, true);
		(void)pthread_mutex_unlock(&e->lock);
	}
	*out = &r->compiled;
	return rc;
}
