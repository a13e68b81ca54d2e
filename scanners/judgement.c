// SPDX-License-Identifier: Apache-2.0
#include "judgement.h"

#include "base/mem.h"
#include "os/fs.h"
#include "outcome_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 *	what was asked (bytes), counts of what comments allow (rule, scope, how many),
 *	copies (path, original, its scope), skips (path, skip), findings (path, scope,
 *	whether it is in a copy, finding). Each list is preceded by its length. Texts
 *	are as in outcome.c.
 */

/* ---- writing ---- */

bool scan_judgement_begin(struct scan_judgement_mark *m, const struct scan_sink *first,
                          size_t rules)
{
	*m = (struct scan_judgement_mark){ .findings = first->count,
		                           .skips = first->skip_count };
	m->allowed = mem_new((rules + 1) * sizeof(*m->allowed));
	if (m->allowed != NULL)
		memcpy(m->allowed, first->allowed, rules * sizeof(*m->allowed));
	return m->allowed != NULL;
}

void scan_judgement_end(struct scan_judgement_mark *m)
{
	mem_free(m->allowed);
	m->allowed = NULL;
}

static void put_allowed(struct buf *out, const struct scan_tree *t,
                        const struct scan_judgement_mark *since)
{
	size_t count = 0;

	for (size_t i = 0; i < t->rules->count; i++)
		for (size_t k = 0; k < SCAN_SCOPES; k++)
			count += t->sink->allowed[i][k] != since->allowed[i][k];
	wire_put_varint(out, count);
	for (size_t i = 0; i < t->rules->count; i++)
		for (size_t k = 0; k < SCAN_SCOPES; k++) {
			uint64_t more = t->sink->allowed[i][k] - since->allowed[i][k];

			if (more == 0)
				continue;
			wire_put_varint(out, i);
			wire_put_u8(out, (uint8_t)k);
			wire_put_varint(out, more);
		}
}

static int compare_copies(const void *a, const void *b)
{
	const struct scan_tree_copy *x = a;
	const struct scan_tree_copy *y = b;

	return span_cmp(x->path, y->path);
}

static void put_copies(struct buf *out, const struct scan_tree *t)
{
	size_t kept = 0;

	if (t->copy_count > 0)
		qsort(t->copies, t->copy_count, sizeof(*t->copies), compare_copies);
	for (size_t i = 0; i < t->copy_count; i++)
		if (kept == 0 || compare_copies(&t->copies[kept - 1], &t->copies[i]) != 0)
			t->copies[kept++] = t->copies[i];
	wire_put_varint(out, kept);
	for (size_t i = 0; i < kept; i++) {
		wire_put_bytes(out, t->copies[i].path);
		wire_put_bytes(out, t->copies[i].original);
		wire_put_u8(out, (uint8_t)t->copies[i].scope);
	}
}

void scan_judgement_put(struct buf *out, const struct scan_tree *t,
                        const struct scan_judgement_mark *since)
{
	const struct scan_sink *s = t->sink;

	wire_put_bytes(out, buf_span(t->asked));
	put_allowed(out, t, since);
	put_copies(out, t);
	wire_put_varint(out, s->skip_count - since->skips);
	for (size_t i = since->skips; i < s->skip_count; i++) {
		wire_put_bytes(out, s->skips[i].path);
		outcome_put_skip(out, t->rules, &s->skips[i]);
	}
	wire_put_varint(out, s->count - since->findings);
	for (size_t i = since->findings; i < s->count; i++) {
		wire_put_bytes(out, s->findings[i].path);
		wire_put_u8(out, (uint8_t)s->findings[i].scope);
		wire_put_u8(out, s->findings[i].is_copy);
		outcome_put_finding(out, t->rules, &s->findings[i]);
	}
}

/* ---- reading ---- */

/* Is the file as it was when it was read? */
static bool is_as_read(struct wire *w)
{
	enum { STATE = 1 + 4 * 8 };
	struct span path = wire_bytes(w);
	struct span was = wire_take(w, STATE);
	struct buf now = BUF_INIT;
	bool same = false;

	if (wire_ok(w) && path.len > 0 && path.ptr[path.len - 1] == '\0') {
		(void)scan_tree_put_state(&now, path.ptr);
		same = span_eq(buf_span(&now), was);
	}
	buf_fini(&now);
	return same;
}

/* Does the disk give the same answers? */
static bool says_the_same(struct span asked, struct scan_tree *t)
{
	struct wire w;
	bool same = true;

	wire_init(&w, asked);
	while (same && wire_ok(&w) && w.left > 0) {
		uint8_t kind = wire_u8(&w);

		if (kind == SCAN_ASKED_READ)
			same = is_as_read(&w);
		else
			same = kind <= SCAN_ASKED_THERE &&
			       scan_tree_is_there(t, wire_bytes(&w)) ==
			               (kind == SCAN_ASKED_THERE);
	}
	return same && wire_end(&w) && t->rc == ERR_OK;
}

static const struct scan_tree_copy *copy_of(const struct scan_tree *t, struct span path)
{
	struct scan_tree_copy key = { .path = path };

	return t->copy_count == 0 ? NULL
	                          : bsearch(&key, t->copies, t->copy_count,
	                                    sizeof(*t->copies), compare_copies);
}

static bool take_copies(struct wire *w, struct scan_tree *t)
{
	size_t count = outcome_take_count(w, 3);

	for (size_t i = 0; i < count && wire_ok(w); i++) {
		struct scan_tree_copy c = { .path = wire_bytes(w) };

		c.original = wire_bytes(w);
		c.scope = outcome_take_scope(w);
		if (!mem_grow(&t->copies, t->copy_count, &t->copy_cap,
		              sizeof(*t->copies)) ||
		    (i > 0 && compare_copies(&t->copies[i - 1], &c) >= 0))
			return false;
		t->copies[t->copy_count++] = c;
	}
	return wire_ok(w);
}

static bool mark_copies(const struct scan_tree *t, struct scan_sink *const *sinks,
                        size_t count)
{
	for (size_t i = 0; i < count && t->copy_count > 0; i++)
		for (size_t k = 0; k < sinks[i]->count; k++) {
			struct scan_finding *f = &sinks[i]->findings[k];
			const struct scan_tree_copy *c = copy_of(t, f->path);

			if (c != NULL && !scan_tree_mark_copy(sinks[i], f, c))
				return false;
		}
	return true;
}

static bool take_skips(struct outcome_reader *r)
{
	size_t count = outcome_take_count(&r->w, 5);

	while (count-- > 0) {
		r->own = (struct scan_outcome_file){ .path = wire_bytes(&r->w) };
		r->file = &r->own;
		if (!outcome_take_skip(r))
			return false;
	}
	return wire_ok(&r->w);
}

static bool take_findings(struct outcome_reader *r)
{
	size_t count = outcome_take_count(&r->w, 32);

	while (count-- > 0) {
		uint8_t is_copy;

		r->own = (struct scan_outcome_file){ .path = wire_bytes(&r->w) };
		r->file = &r->own;
		r->path = r->own.path;
		r->scope = outcome_take_scope(&r->w);
		is_copy = wire_u8(&r->w);
		if (!wire_ok(&r->w) || r->own.path.len == 0 || !outcome_take_finding(r))
			return false;
		r->sink->findings[r->sink->count - 1].is_copy = is_copy != 0;
	}
	return wire_end(&r->w);
}

/* Adds what comments allow, or only steps over it. */
static void take_allowed(struct outcome_reader *r, bool add)
{
	size_t count = outcome_take_count(&r->w, 3);

	while (count-- > 0) {
		size_t rule = outcome_take_rule(r);
		enum scan_scope scope = outcome_take_scope(&r->w);
		uint64_t more = wire_varint(&r->w);

		if (add && wire_ok(&r->w))
			r->sink->allowed[rule][scope] += more;
	}
}

bool scan_judgement_take(struct span bytes, struct scan_tree *t,
                         struct scan_sink *const *sinks, size_t count)
{
	struct outcome_reader r = { .rules = t->rules, .sink = sinks[0] };
	struct outcome_reader allowed;
	const size_t findings = sinks[0]->count;
	const size_t skips = sinks[0]->skip_count;
	size_t own;
	bool ok;

	wire_init(&r.w, bytes);
	ok = says_the_same(wire_bytes(&r.w), t);
	allowed = r;
	take_allowed(&r, false);
	ok = ok && take_copies(&r.w, t) && take_skips(&r) && take_findings(&r);
	own = sinks[0]->count;
	/* Those of the tree are marked already. */
	sinks[0]->count = findings;
	if (ok && !mark_copies(t, sinks, count)) {
		t->rc = ERR_NOMEM;
		ok = false;
	}
	sinks[0]->count = ok ? own : findings;
	if (ok)
		take_allowed(&allowed, true);
	else
		sinks[0]->skip_count = skips;
	return ok;
}
