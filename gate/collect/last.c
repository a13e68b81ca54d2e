// SPDX-License-Identifier: Apache-2.0
#include "collect/last.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "collect/summary.h"
#include "lib/json.h"
#include "os/fs.h"

#define FILE_BYTES_MAX (UINT64_C(64) << 20)
enum { FILE_MODE = 0644, VERSION = 1 };

struct gate_last {
	struct arena arena;
	struct gate_last_suite *suites;
	size_t count;
	size_t cap;
	const char *path;
};

/* ---- reading ---- */

/* False for what is no list of texts. */
static bool read_tests(struct gate_last *l, const struct json *v,
                       struct gate_last_suite *s)
{
	const char **tests = arena_array(&l->arena, json_count(v) + 1, sizeof(*tests));

	if (json_type(v) == JSON_NULL)
		return true;
	if (json_type(v) != JSON_ARRAY || json_count(v) == 0 || tests == NULL)
		return false;
	for (const struct json *t = json_first(v); t != NULL; t = json_next(t)) {
		if (json_string(t) == NULL)
			return false;
		tests[s->test_count++] = arena_str(&l->arena, json_string(t));
	}
	s->tests = tests;
	return true;
}

static bool read_suite(struct gate_last *l, const struct json *v)
{
	const char *state = json_string(json_get(v, "state"));
	const char *id = json_string(json_get(v, "id"));
	struct gate_last_suite *s =
		arena_push(&l->arena, &l->suites, &l->count, &l->cap, sizeof(*s));

	if (s == NULL || id == NULL ||
	    (!str_eq(state, "fail") && !str_eq(state, "unknown")))
		return false;
	*s = (struct gate_last_suite){ .id = arena_str(&l->arena, id),
		                       .state = str_eq(state, "fail")
		                                        ? GATE_RUN_FAIL
		                                        : GATE_RUN_UNKNOWN };
	return read_tests(l, json_get(v, "tests"), s);
}

static bool read_all(struct gate_last *l, const struct json *root)
{
	const struct json *suites = json_get(root, "suites");
	uint64_t version = 0;

	if (!json_u64(json_get(root, "version"), &version) || version != VERSION ||
	    suites == NULL || json_type(suites) != JSON_ARRAY)
		return false;
	for (const struct json *v = json_first(suites); v != NULL; v = json_next(v))
		if (!read_suite(l, v))
			return false;
	return true;
}

static enum err_code read_file(struct gate_last *l, struct err *err)
{
	struct buf text = BUF_INIT;
	struct json_doc *doc = NULL;
	enum err_code rc = os_read_file(l->path, FILE_BYTES_MAX, &text, err);

	if (rc == ERR_OK)
		rc = json_parse(&doc, buf_span(&text), l->path, err);
	if (rc == ERR_OK && !read_all(l, json_root(doc)))
		rc = err_set(err, ERR_CORRUPT, "%.300s is not as it was written",
		             l->path);
	if (rc == ERR_OK)
		rc = arena_err(&l->arena, err);
	json_free(doc);
	buf_fini(&text);
	return rc;
}

static enum err_code make(struct gate_last **out, const char *root, struct err *err)
{
	struct gate_last *l = mem_new(sizeof(*l));

	if (l == NULL)
		return err_nomem(err);
	arena_init(&l->arena);
	l->path = arena_printf(&l->arena, "%s/.seaworthy/last-test.json", root);
	if (l->path == NULL) {
		gate_last_free(l);
		return err_nomem(err);
	}
	*out = l;
	return ERR_OK;
}

enum err_code gate_last_load(struct gate_last **out, const char *root, struct err *err)
{
	struct gate_last *l = NULL;
	enum err_code rc = make(&l, root, err);

	*out = NULL;
	if (rc == ERR_OK)
		rc = read_file(l, err);
	if (rc == ERR_OK) {
		*out = l;
		return rc;
	}
	gate_last_free(l);
	if (rc == ERR_NOT_FOUND || rc == ERR_NOMEM)
		return rc;
	return err_wrap(err, ERR_CORRUPT, "run `seaworthy test` to make it anew");
}

enum err_code gate_last_begin(struct gate_last **out, const char *root, struct err *err)
{
	enum err_code rc = gate_last_load(out, root, err);

	return rc == ERR_OK || rc == ERR_NOMEM ? rc : make(out, root, err);
}

void gate_last_free(struct gate_last *l)
{
	if (l == NULL)
		return;
	arena_fini(&l->arena);
	mem_free(l);
}

size_t gate_last_count(const struct gate_last *l)
{
	return l->count;
}

static size_t index_of(const struct gate_last *l, const char *id)
{
	size_t i = 0;

	while (i < l->count && !str_eq(l->suites[i].id, id))
		i++;
	return i;
}

const struct gate_last_suite *gate_last_find(const struct gate_last *l, const char *id)
{
	size_t i = index_of(l, id);

	return i < l->count ? &l->suites[i] : NULL;
}

/* ---- noting ---- */

struct tests {
	struct arena *arena;
	const char **items;
	size_t count;
	size_t cap;
};

static void add_test(struct tests *t, const char *name)
{
	const char **slot =
		arena_push(t->arena, &t->items, &t->count, &t->cap, sizeof(*slot));

	if (slot != NULL)
		*slot = arena_str(t->arena, name);
}

static void add_failed(struct tests *t, const struct gate_cases *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->items[i].state == GATE_CASE_FAILED ||
		    c->items[i].state == GATE_CASE_ERROR)
			add_test(t, c->items[i].name);
}

/* Tests that were to run again and did not are as they were. */
static bool add_missing(struct tests *t, const struct gate_cases *c,
                        const struct gate_last_suite *asked)
{
	struct map ran;
	bool ok = true;

	map_init(&ran);
	for (size_t i = 0; i < c->count && ok; i++)
		ok = map_set(&ran, span_str(c->items[i].name), t);
	for (size_t i = 0; i < asked->test_count && ok; i++)
		if (!map_has(&ran, span_str(asked->tests[i])))
			add_test(t, asked->tests[i]);
	map_fini(&ran);
	return ok;
}

static void forget(struct gate_last *l, const char *id)
{
	size_t at = index_of(l, id);

	if (at == l->count)
		return;
	l->count--;
	for (; at < l->count; at++)
		l->suites[at] = l->suites[at + 1];
}

bool gate_last_note(struct gate_last *l, const char *id, const struct gate_run *r,
                    const struct gate_last_suite *asked)
{
	struct tests t = { .arena = &l->arena };
	struct gate_last_suite *s;
	bool named = r->state == GATE_RUN_FAIL || r->state == GATE_RUN_PASS;
	bool partial = asked != NULL && asked->tests != NULL;

	if (r->state == GATE_RUN_FAIL)
		add_failed(&t, &r->cases);
	if (r->state == GATE_RUN_FAIL && t.count == 0)
		named = false;
	if (partial && named && !add_missing(&t, &r->cases, asked))
		return false;
	if (partial && !named) /* it says nothing of the tests: they stay as they were */
		for (size_t i = 0; i < asked->test_count; i++)
			add_test(&t, asked->tests[i]);
	forget(l, id);
	if (r->state == GATE_RUN_PASS && t.count == 0)
		return arena_ok(&l->arena);
	s = arena_push(&l->arena, &l->suites, &l->count, &l->cap, sizeof(*s));
	if (s == NULL)
		return false;
	*s = (struct gate_last_suite){ arena_str(&l->arena, id), r->state, NULL, 0 };
	if (s->state == GATE_RUN_PASS)
		s->state = GATE_RUN_UNKNOWN;
	if ((named || partial) && t.count <= GATE_LAST_TESTS) {
		s->tests = t.items;
		s->test_count = t.count;
	}
	return arena_ok(&l->arena);
}

/* ---- writing ---- */

static void put_suite(struct json_writer *w, const struct gate_last_suite *s)
{
	json_open(w, '{');
	json_field_str(w, "id", s->id);
	json_field_str(w, "state", gate_run_state_name(s->state));
	json_put_key(w, "tests");
	if (s->tests == NULL) {
		json_put_null(w);
	} else {
		json_open(w, '[');
		for (size_t i = 0; i < s->test_count; i++)
			json_put_str(w, s->tests[i]);
		json_close(w, ']');
	}
	json_close(w, '}');
}

enum err_code gate_last_store(const struct gate_last *l, struct err *err)
{
	struct buf text = BUF_INIT;
	struct json_writer w;
	enum err_code rc;

	json_writer_init(&w, &text, 2);
	json_open(&w, '{');
	json_field_u64(&w, "version", VERSION);
	json_put_key(&w, "suites");
	json_open(&w, '[');
	for (size_t i = 0; i < l->count; i++)
		put_suite(&w, &l->suites[i]);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(&text, '\n');
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		rc = os_write_atomic(l->path, buf_span(&text), FILE_MODE, err);
	buf_fini(&text);
	return rc;
}
