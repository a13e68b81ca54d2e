// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/num.h"
#include "collect/coverage/reader_internal.h"

#include <stdlib.h>

/*
 * coverage-final.json of Istanbul (nyc, Jest, c8, Vitest): per file maps that say where
 * statements, functions and branches are, and the hits of each by its number. A line ran
 * as often as the statement on it that ran most, as Istanbul counts lines.
 */

enum { ENTRIES_MAX = 4 << 20 };

/* One number of a map or of hits. */
struct entry {
	uint64_t key; /* number; of branches with the place in the list */
	uint64_t line;
	uint64_t hits;
};

struct entries {
	struct entry *items; /* owned */
	size_t count;
	size_t cap;
};

struct istanbul {
	struct gate_cov_json json;
	struct buf path;
	struct entries places[3]; /* statements, functions, branches */
	struct entries hits[3];
	struct entry place; /* in hand */
	bool has_decl;      /* of the function in hand: better than its body */
};

static const struct gate_cov_key keys[] = {
	{ "path", 'p', false }, { "statementMap", 'S', true },
	{ "fnMap", 'F', true }, { "branchMap", 'B', true },
	{ "s", 's', true },     { "f", 'f', true },
	{ "b", 'b', true },     { "start", '<', false },
	{ "line", 'l', false }, { "loc", 'o', false },
	{ "decl", 'd', false }, { NULL, 0, false },
};

static struct istanbul *state_of(const struct gate_cov_json *j)
{
	return j->reader->state;
}

static enum err_code add(struct entries *e, const struct entry *item, struct err *err)
{
	if (e->count == ENTRIES_MAX)
		return err_set(err, ERR_LIMIT, "a file with more than %d statements",
		               ENTRIES_MAX);
	if (!mem_grow(&e->items, e->count, &e->cap, sizeof(*e->items)))
		return err_nomem(err);
	e->items[e->count++] = *item;
	return ERR_OK;
}

/* The number that the innermost dictionary has as its key. */
static enum err_code number_of(struct gate_cov_json *j, uint64_t *out, struct err *err)
{
	if (num_u64(buf_span(&j->name[1]), 0, UINT32_MAX, out))
		return ERR_OK;
	return err_set(err, ERR_CORRUPT, "no number of a statement, function or branch");
}

static enum err_code add_hits(struct gate_cov_json *j, int map, struct span text,
                              struct err *err)
{
	struct entry e = { .line = 0 };
	enum err_code rc = number_of(j, &e.key, err);

	e.key <<= 32;
	if (map == 2)
		e.key += gate_cov_json_index(j);
	if (rc == ERR_OK)
		rc = gate_cov_json_hits(text, &e.hits, err);
	return rc == ERR_OK ? add(&state_of(j)->hits[map], &e, err) : rc;
}

/* By the letter of the map, or of its hits. */
static int map_of(char letter)
{
	switch (letter) {
	case 'F':
	case 'f':
		return 1;
	case 'B':
	case 'b':
		return 2;
	default:
		return 0;
	}
}

/* Where the thing in hand begins: "*S*<l" of a statement, "*F*d<l" and "*F*o<l" of a
 * function, "*B*o<l" of a branch; "*F*l" and "*B*l" in old versions. */
static enum err_code place_line(struct gate_cov_json *j, struct span text,
                                struct err *err)
{
	static const char *const starts[] = { "<l", "d<l", "o<l", "l", NULL };
	struct istanbul *s = state_of(j);
	const char *rest = j->where + 3;
	bool is_start = false;

	for (const char *const *at = starts; *at != NULL; at++)
		is_start = is_start || strcmp(rest, *at) == 0;
	if (!is_start || (s->has_decl && rest[0] != 'd'))
		return ERR_OK;
	s->has_decl = rest[0] == 'd';
	return gate_cov_json_line(text, &s->place.line, err);
}

static enum err_code scalar(struct gate_cov_json *j, enum json_push_event what,
                            struct span text, struct err *err)
{
	struct istanbul *s = state_of(j);
	const char *w = j->where;

	if (gate_cov_json_at(j, "*p") && what == JSON_PUSH_STRING) {
		buf_clear(&s->path);
		buf_put(&s->path, text);
		return buf_err(&s->path, err);
	}
	if (gate_cov_json_at(j, "*s*") || gate_cov_json_at(j, "*f*") ||
	    gate_cov_json_at(j, "*b*["))
		return add_hits(j, map_of(w[1]), text, err);
	if (w[0] == '*' && w[1] != '\0' && strchr("SFB", w[1]) != NULL && w[2] == '*' &&
	    what == JSON_PUSH_NUMBER)
		return place_line(j, text, err);
	return ERR_OK;
}

static bool at_place(const struct gate_cov_json *j)
{
	return gate_cov_json_at(j, "*S*") || gate_cov_json_at(j, "*F*") ||
	       gate_cov_json_at(j, "*B*");
}

static enum err_code enter(struct gate_cov_json *j, struct err *err)
{
	struct istanbul *s = state_of(j);

	(void)err;
	if (gate_cov_json_at(j, "*")) {
		buf_clear(&s->path);
		buf_put(&s->path, buf_span(&j->name[0]));
		for (int i = 0; i < 3; i++)
			s->places[i].count = s->hits[i].count = 0;
	} else if (at_place(j)) {
		s->place = (struct entry){ .line = 0 };
		s->has_decl = false;
	}
	return ERR_OK;
}

/* ---- a file is complete ---- */

static int by_key(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

static const struct entry *find(const struct entries *e, uint64_t key)
{
	const struct entry want = { .key = key };

	return e->count > 0 ? bsearch(&want, e->items, e->count, sizeof(want), by_key)
	                    : NULL;
}

static enum err_code put(struct gate_cov_json *j, int map, const struct entry *place,
                         const struct entry *hits, struct err *err)
{
	static const enum gate_cov_kind kinds[] = { GATE_COV_STATEMENTS,
		                                    GATE_COV_FUNCTIONS,
		                                    GATE_COV_BRANCHES };
	uint32_t number = (uint32_t)(hits->key >> 32);
	struct gate_cov_point p = { (uint32_t)place->line, number,
		                    gate_cov_clip(hits->hits), 1 };
	struct gate_coverage *set = j->reader->report.set;
	struct gate_cov_file *f = j->reader->file;
	enum err_code rc;

	if (map == 2)
		p.id = number * 4096 + (uint32_t)hits->key;
	rc = gate_coverage_add(set, f, kinds[map], &p, GATE_COV_SUM, err);
	if (rc != ERR_OK || map != 0)
		return rc;
	p.id = 0;
	return gate_coverage_add(set, f, GATE_COV_LINES, &p, GATE_COV_MOST, err);
}

static void sort(struct entries *e)
{
	if (e->count > 1)
		qsort(e->items, e->count, sizeof(*e->items), by_key);
}

/* What the map has and nobody counted did not run. */
static enum err_code put_uncounted(struct gate_cov_json *j, int map, struct err *err)
{
	struct istanbul *s = state_of(j);
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < s->places[map].count && rc == ERR_OK; i++) {
		const struct entry *place = &s->places[map].items[i];
		const struct entry none = { .key = place->key << 32 };

		if (place->line > 0 && find(&s->hits[map], none.key) == NULL)
			rc = put(j, map, place, &none, err);
	}
	return rc;
}

static enum err_code end_file(struct gate_cov_json *j, struct err *err)
{
	struct istanbul *s = state_of(j);
	enum err_code rc = gate_cov_enter(j->reader, buf_span(&s->path), err);

	for (int m = 0; m < 3; m++) {
		sort(&s->places[m]);
		sort(&s->hits[m]);
		for (size_t i = 0; i < s->hits[m].count && rc == ERR_OK; i++) {
			const struct entry *hits = &s->hits[m].items[i];
			const struct entry *place = find(&s->places[m], hits->key >> 32);

			if (place != NULL && place->line > 0)
				rc = put(j, m, place, hits, err);
		}
		if (rc == ERR_OK)
			rc = put_uncounted(j, m, err);
	}
	return rc;
}

static enum err_code leave(struct gate_cov_json *j, struct err *err)
{
	struct istanbul *s = state_of(j);
	enum err_code rc;

	if (gate_cov_json_at(j, "*"))
		return end_file(j, err);
	if (!at_place(j))
		return ERR_OK;
	rc = number_of(j, &s->place.key, err);
	return rc == ERR_OK ? add(&s->places[map_of(j->where[1])], &s->place, err) : rc;
}

static enum err_code istanbul_begin(struct gate_cov_reader *r, struct err *err)
{
	struct istanbul *s = r->state;

	(void)err;
	gate_cov_json_init(&s->json, r, keys, false);
	s->json.dictionary = true;
	s->json.scalar = scalar;
	s->json.enter = enter;
	s->json.leave = leave;
	return ERR_OK;
}

static enum err_code istanbul_feed(struct gate_cov_reader *r, struct span piece,
                                   struct err *err)
{
	struct istanbul *s = r->state;

	return json_push_feed(&s->json.push, piece, err);
}

static enum err_code istanbul_end(struct gate_cov_reader *r, struct err *err)
{
	struct istanbul *s = r->state;

	return json_push_end(&s->json.push, err);
}

static void istanbul_fini(void *state)
{
	struct istanbul *s = state;

	gate_cov_json_fini(&s->json);
	buf_fini(&s->path);
	for (int i = 0; i < 3; i++) {
		mem_free(s->places[i].items);
		mem_free(s->hits[i].items);
	}
}

const struct gate_cov_format gate_cov_istanbul = {
	"Istanbul JSON", sizeof(struct istanbul), istanbul_begin, istanbul_feed,
	istanbul_end,    istanbul_fini,
};
