// SPDX-License-Identifier: Apache-2.0
#include "read_rust.h"

/*
 * Module declarations, use trees, and paths in code that start from crate, self or super.
 * A path is handed on as seen from the file: inside of an inline module self and super
 * mean that module and what is around it.
 */

enum { BRACES_MAX = 1024, TREE_MAX = 64 };

/* Stands for the front of "::a": a crate, and nothing of this module. */
#define OUTSIDE "$"

struct brace {
	bool module;  /* of an inline module */
	size_t inner; /* bytes of the module path outside of it */
	unsigned flags;
};

struct rust {
	struct import_reader *r;
	struct brace braces[BRACES_MAX];
	size_t depth;
	size_t too_deep;  /* braces beyond */
	size_t others;    /* braces of no module */
	struct buf inner; /* inline modules that are open: "a::b" */
	size_t inners;
	struct buf path; /* scratch */
	struct buf full;
	/* Of the attributes in front of the item in hand. */
	unsigned flags;
	struct span file;
	bool exported;
	unsigned whole; /* what inner attributes say of all of the file */
};

static unsigned flags_here(const struct rust *s)
{
	unsigned flags = s->flags | s->whole;

	if (s->depth > 0)
		flags |= s->braces[s->depth - 1].flags;
	return flags | (s->exported ? SCAN_IMPORT_EXPORTS : 0U);
}

static void end_item(struct rust *s)
{
	s->flags = 0;
	s->file = SPAN_EMPTY;
	s->exported = false;
}

static void append(struct buf *path, struct span segment)
{
	if (path->len > 0)
		buf_puts(path, "::");
	buf_put(path, segment);
}

/* Steps behind the first segment. */
static bool take_segment(struct span *path, struct span *segment)
{
	size_t at = span_find(*path, SPAN_LIT("::"));

	if (path->len == 0)
		return false;
	*segment = span_sub(*path, 0, at);
	*path = span_from(*path, at + 2);
	return true;
}

/* The first `count` segments. */
static struct span front(struct span path, size_t count)
{
	struct span rest = path;
	struct span segment;

	while (count-- > 0 && take_segment(&rest, &segment))
		;
	return rest.len == 0 && count == (size_t)-1
	               ? path
	               : span_sub(path, 0,
	                          (size_t)(rest.ptr - path.ptr) -
	                                  (rest.ptr > path.ptr ? 2 : 0));
}

/* As seen from the file; false for what an inline module may mean by itself. */
static bool seen_from_file(struct rust *s, struct span path)
{
	struct span rest = path;
	struct span segment;
	size_t supers = 0;

	buf_clear(&s->full);
	if (!take_segment(&rest, &segment))
		return false;
	if (!span_eq_str(segment, "self") && !span_eq_str(segment, "super")) {
		buf_put(&s->full, path);
		return span_eq_str(segment, "crate") || span_eq_str(segment, OUTSIDE) ||
		       s->inners == 0;
	}
	for (;;) {
		supers += span_eq_str(segment, "super") ? 1 : 0;
		if (!span_starts(rest, SPAN_LIT("super")) ||
		    (rest.len > 5 && rest.ptr[5] != ':'))
			break;
		take_segment(&rest, &segment);
	}
	if (supers <= s->inners) {
		buf_puts(&s->full, "self");
		if (s->inners > supers)
			append(&s->full, front(buf_span(&s->inner), s->inners - supers));
	}
	for (size_t i = s->inners; i < supers; i++)
		append(&s->full, SPAN_LIT("super"));
	if (rest.len > 0)
		append(&s->full, rest);
	return true;
}

/* `alias`: what it is called here, where that is another name. */
static void put_path(struct rust *s, size_t start, size_t end, struct span alias)
{
	if (s->path.len > 0 && seen_from_file(s, buf_span(&s->path)) &&
	    buf_ok(&s->full) && buf_ok(&s->path))
		import_put(s->r, &(struct scan_import){ .kind = SCAN_IMPORT_NEEDS,
		                                        .flags = flags_here(s),
		                                        .start = start,
		                                        .end = end,
		                                        .target = buf_span(&s->full),
		                                        .name = alias });
}

/* ---- use ---- */

struct tree {
	size_t lengths[TREE_MAX]; /* of the path in front of each open brace */
	size_t depth;
	size_t start;
	size_t end;
	struct span alias;
	bool fresh; /* something was read that is not handed on */
};

static void leaf(struct rust *s, struct tree *t)
{
	if (t->fresh)
		put_path(s, t->start, t->end, t->alias);
	t->fresh = false;
	t->alias = SPAN_EMPTY;
	buf_truncate(&s->path, t->depth > 0 ? t->lengths[t->depth - 1] : 0);
}

static void tree_word(struct rust *s, struct tree *t, struct import_token *w)
{
	if (import_is_word(w, "as")) {
		if (import_rust_next(s->r, w))
			t->alias = w->text;
		return;
	}
	if (!t->fresh)
		t->start = w->start;
	t->fresh = true;
	t->end = w->end;
	if (!(import_is_word(w, "self") && s->path.len > 0) &&
	    s->path.len <= IMPORT_NAME_MAX)
		append(&s->path, w->text);
}

/* Behind "use", up to the semicolon. */
static void use_item(struct rust *s)
{
	struct tree t = { .depth = 0 };
	struct import_token w;

	buf_clear(&s->path);
	if (import_rust_next(s->r, &w) && import_is_mark(&w, ':'))
		buf_puts(&s->path, OUTSIDE);
	import_push_back(s->r, &w);
	while (import_rust_next(s->r, &w) && !import_is_mark(&w, ';')) {
		if (w.kind == IMPORT_WORD) {
			tree_word(s, &t, &w);
		} else if (import_is_mark(&w, '*')) {
			t.fresh = true;
			t.start = t.start > 0 ? t.start : w.start;
			t.end = w.end;
			append(&s->path, SPAN_LIT("*"));
		} else if (import_is_mark(&w, ',')) {
			leaf(s, &t);
		} else if (import_is_mark(&w, '{')) {
			if (t.depth == TREE_MAX) {
				import_say(s->r,
				           "not fully scanned: a use of too many braces");
				break;
			}
			t.lengths[t.depth++] = s->path.len;
			t.fresh = false;
		} else if (import_is_mark(&w, '}')) {
			leaf(s, &t);
			t.depth -= t.depth > 0 ? 1 : 0;
			buf_truncate(&s->path, t.depth > 0 ? t.lengths[t.depth - 1] : 0);
		} else if (!import_is_mark(&w, ':')) {
			break;
		}
	}
	leaf(s, &t);
}

/* "crate::a::b" in code, whose first word is at hand. */
static void code_path(struct rust *s, const struct import_token *first)
{
	struct import_token t;
	size_t end = first->end;
	size_t segments = 0;

	buf_clear(&s->path);
	append(&s->path, first->text);
	while (import_rust_next(s->r, &t) && import_is_mark(&t, ':')) {
		if (!import_rust_next(s->r, &t) || !import_is_mark(&t, ':'))
			break;
		if (!import_rust_next(s->r, &t) || t.kind != IMPORT_WORD)
			break;
		end = t.end;
		segments++;
		if (s->path.len <= IMPORT_NAME_MAX)
			append(&s->path, t.text);
	}
	import_push_back(s->r, &t);
	if (segments > 0)
		put_path(s, first->start, end, SPAN_EMPTY);
}

/* ---- items ---- */

/* Behind "#"; "#![..]" speaks of what it stands in. */
static void attribute(struct rust *s)
{
	struct import_rust_attribute a;
	struct import_token t;
	bool inner;

	import_rust_next(s->r, &t);
	inner = import_is_mark(&t, '!');
	if (inner)
		import_rust_next(s->r, &t);
	if (!import_is_mark(&t, '[')) {
		import_push_back(s->r, &t);
		return;
	}
	import_rust_attribute(s->r, &a);
	if (!inner)
		s->flags |= a.flags;
	else if (s->depth > 0)
		s->braces[s->depth - 1].flags |= a.flags;
	else
		s->whole |= a.flags;
	if (a.file.len > 0)
		s->file = a.file;
}

static void open_brace(struct rust *s, bool module)
{
	unsigned flags = flags_here(s) & ~(unsigned)SCAN_IMPORT_EXPORTS;

	if (s->depth == BRACES_MAX) {
		import_say(s->r, "not fully scanned: more than 1024 open braces");
		s->too_deep++;
		return;
	}
	if (!module) {
		s->others++;
		/* A condition on a function says nothing of what its body names. */
		flags = s->depth > 0 ? s->braces[s->depth - 1].flags : 0;
		flags |= s->flags & SCAN_IMPORT_TEST;
	}
	s->braces[s->depth++] = (struct brace){ module, s->inner.len, flags };
}

static void close_brace(struct rust *s)
{
	const struct brace *b;

	if (s->too_deep > 0 || s->depth == 0) {
		s->too_deep -= s->too_deep > 0 ? 1 : 0;
		return;
	}
	b = &s->braces[--s->depth];
	if (!b->module) {
		s->others--;
		return;
	}
	s->inners--;
	buf_truncate(&s->inner, b->inner);
}

/* Behind "mod". */
static void module_item(struct rust *s)
{
	struct import_token name;
	struct import_token t;

	if (!import_rust_next(s->r, &name) || name.kind != IMPORT_WORD) {
		import_push_back(s->r, &name);
		return;
	}
	import_rust_next(s->r, &t);
	if (import_is_mark(&t, '{')) {
		bool room = s->depth < BRACES_MAX && s->inner.len <= IMPORT_NAME_MAX;

		if (!room)
			import_say(s->r, "not fully scanned: modules nested too deeply");
		open_brace(s, room);
		if (room) {
			append(&s->inner, name.text);
			s->inners++;
		}
		return;
	}
	if (!import_is_mark(&t, ';')) {
		import_push_back(s->r, &t);
		return;
	}
	buf_clear(&s->path);
	buf_put(&s->path, buf_span(&s->inner));
	append(&s->path, name.text);
	if (buf_ok(&s->path))
		import_put(s->r, &(struct scan_import){
					 .kind = SCAN_IMPORT_MODULE,
					 .flags = flags_here(s) |
		                                  (s->others > 0 ? SCAN_IMPORT_CONDITIONAL
		                                                 : 0U),
					 .start = name.start,
					 .end = name.end,
					 .target = buf_span(&s->path),
					 .name = s->file });
}

/* Behind "macro_rules": its rules are no code yet. */
static void skip_macro(struct rust *s)
{
	struct import_token t;

	for (int i = 0; i < 3 && import_rust_next(s->r, &t); i++) {
		if (import_is_mark(&t, '{')) {
			import_skip_group(s->r, '{', '}');
			return;
		}
		if (import_is_mark(&t, '(')) {
			import_skip_group(s->r, '(', ')');
			return;
		}
	}
}

static void word(struct rust *s, const struct import_token *t)
{
	struct import_token behind;

	if (import_is_word(t, "use")) {
		use_item(s);
		end_item(s);
	} else if (import_is_word(t, "mod")) {
		module_item(s);
		end_item(s);
	} else if (import_is_word(t, "pub")) {
		s->exported = true;
		import_rust_next(s->r, &behind);
		if (import_is_mark(&behind, '('))
			import_skip_group(s->r, '(', ')');
		else
			import_push_back(s->r, &behind);
	} else if (import_is_word(t, "macro_rules")) {
		skip_macro(s);
		end_item(s);
	} else if (import_is_word(t, "crate") || import_is_word(t, "self") ||
	           import_is_word(t, "super")) {
		bool exported = s->exported;

		s->exported = false;
		code_path(s, t);
		s->exported = exported;
	}
}

void import_read_rust(struct import_reader *r)
{
	static const char *const words[] = { "mod",   "use",    "crate",
		                             "super", "self::", NULL };
	struct rust s = { .r = r, .inner = BUF_INIT, .path = BUF_INIT, .full = BUF_INIT };
	size_t last = import_last(r->text, words);
	struct import_token t;

	while (import_rust_next(r, &t) && t.start < last) {
		if (t.kind == IMPORT_WORD) {
			word(&s, &t);
		} else if (import_is_mark(&t, '#')) {
			attribute(&s);
		} else if (import_is_mark(&t, '{')) {
			open_brace(&s, false);
			end_item(&s);
		} else if (import_is_mark(&t, '}')) {
			close_brace(&s);
			end_item(&s);
		} else if (import_is_mark(&t, ';')) {
			end_item(&s);
		}
	}
	r->failed = s.inner.failed || s.path.failed || s.full.failed;
	buf_fini(&s.inner);
	buf_fini(&s.path);
	buf_fini(&s.full);
}
