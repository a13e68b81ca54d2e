// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/str.h"
#include "read_internal.h"

/*
 * Statements that import, and calls of require() and import() with a plain text. Braces
 * are followed to know what runs when the file is read: a block or a function does not
 * for sure, a literal does.
 */

enum { BRACES_MAX = 1024, CLAUSE_MAX = 10000, NAMES_MAX = 1 << 16 };

struct script {
	struct import_reader *r;
	struct import_token before[2]; /* the last token, and the one before */
	bool blocks[BRACES_MAX];       /* of each open brace: no literal */
	size_t braces;
	size_t block_count; /* of those */
	size_t try_at;      /* braces when the outermost try began, plus one */
	bool typed;         /* TypeScript: types may be imported as values are */
	struct buf names;   /* that the statement in hand imports: "A,B," */
	struct buf types;   /* exported names of types, the same */
	struct map values;  /* exported names of values */
};

static bool next(struct script *s, struct import_token *t)
{
	return import_next(s->r, t);
}

static void put(struct script *s, const struct import_token *text, unsigned flags)
{
	if (text->text.len > 0)
		import_put(s->r, &(struct scan_import){ .kind = SCAN_IMPORT_NEEDS,
		                                        .flags = flags,
		                                        .start = text->start,
		                                        .end = text->end,
		                                        .target = text->text,
		                                        .name = buf_span(&s->names) });
}

static unsigned flags_here(const struct script *s)
{
	bool arrow =
		import_is_mark(&s->before[0], '>') && import_is_mark(&s->before[1], '=');

	return (s->block_count > 0 || arrow ? SCAN_IMPORT_DEFERRED : 0U) |
	       (s->try_at > 0 ? SCAN_IMPORT_OPTIONAL : 0U);
}

/* ---- braces ---- */

static bool opens_literal(const struct script *s)
{
	static const char marks[] = "=(,:?[&|!";

	if (import_is_word(&s->before[0], "return"))
		return true;
	for (size_t i = 0; marks[i] != '\0'; i++)
		if (import_is_mark(&s->before[0], marks[i]))
			return true;
	return false;
}

static void open_brace(struct script *s)
{
	bool block = !opens_literal(s);

	if (import_is_word(&s->before[0], "try") && s->try_at == 0)
		s->try_at = s->braces + 1;
	if (s->braces < BRACES_MAX)
		s->blocks[s->braces] = block;
	else
		import_say(s->r, "not fully scanned: more than 1024 open braces");
	s->block_count += s->braces >= BRACES_MAX || block ? 1 : 0;
	s->braces++;
}

static void close_brace(struct script *s)
{
	if (s->braces == 0)
		return;
	s->braces--;
	if (s->braces >= BRACES_MAX || s->blocks[s->braces])
		s->block_count--;
	if (s->try_at > s->braces)
		s->try_at = 0;
}

/* ---- statements ---- */

/* What stands between import (or export) and from. */
struct clause {
	size_t names; /* in braces */
	size_t types; /* of them for types only */
	bool other;   /* something outside of braces: a default, a name space */
	bool type;    /* all of it is for types only */
};

static void add_name(struct script *s, struct buf *names, struct span name)
{
	if (names->len > NAMES_MAX) {
		import_say(s->r, "not fully scanned: too many names in one statement");
		return;
	}
	buf_put(names, name);
	buf_putc(names, ',');
}

/* Steps behind a name in braces: "type a as b", "a", "default as b". */
static void read_braces(struct script *s, struct clause *c)
{
	struct import_token t;
	bool start = true;

	while (next(s, &t) && !import_is_mark(&t, '}')) {
		if (import_is_mark(&t, ',')) {
			start = true;
			continue;
		}
		if (start) {
			struct import_token behind;

			c->names++;
			next(s, &behind);
			import_push_back(s->r, &behind);
			if (import_is_word(&t, "type") && behind.kind == IMPORT_WORD &&
			    !import_is_word(&behind, "as"))
				c->types++;
			else if (s->typed)
				add_name(s, &s->names, t.text);
		}
		start = false;
	}
}

/* Up to the text behind `from`; false where there is none. */
static bool read_clause(struct script *s, struct clause *c, struct import_token *text)
{
	for (size_t i = 0; next(s, text); i++) {
		if (i == CLAUSE_MAX) {
			import_say(s->r,
			           "not fully scanned: an import of too many parts");
			break;
		}
		if (import_is_mark(text, '{')) {
			read_braces(s, c);
			if (!next(s, text) || !import_is_word(text, "from"))
				break;
			import_push_back(s->r, text);
		} else if (import_is_word(text, "from")) {
			if (next(s, text) && text->kind == IMPORT_STRING)
				return true;
			import_push_back(s->r, text);
		} else if (text->kind == IMPORT_WORD || import_is_mark(text, '*') ||
		           import_is_mark(text, ',')) {
			c->other = c->other || !import_is_word(text, "as");
		} else {
			break;
		}
	}
	import_push_back(s->r, text);
	return false;
}

static bool is_of_types(const struct clause *c)
{
	return c->type || (!c->other && c->names > 0 && c->types == c->names);
}

/* Behind "(": one plain text. */
static void call(struct script *s, unsigned flags)
{
	struct import_token text;
	struct import_token end;

	if (!next(s, &text) || text.kind != IMPORT_STRING) {
		import_push_back(s->r, &text);
		return;
	}
	next(s, &end);
	if (import_is_mark(&end, ')') || import_is_mark(&end, ','))
		put(s, &text, flags);
	import_push_back(s->r, &end);
}

/* "type" in front of names is a keyword, unless it is the name itself. */
static bool takes_types(struct script *s, const struct import_token *t)
{
	struct import_token behind;

	if (!import_is_word(t, "type"))
		return false;
	next(s, &behind);
	import_push_back(s->r, &behind);
	return (behind.kind == IMPORT_WORD && !import_is_word(&behind, "from")) ||
	       import_is_mark(&behind, '{') || import_is_mark(&behind, '*');
}

/* import a = require("b"), of which the equals sign comes next. */
static void assignment(struct script *s, unsigned flags)
{
	struct import_token t;

	if (!next(s, &t) || !import_is_mark(&t, '=') || !next(s, &t) ||
	    !import_is_word(&t, "require") || !next(s, &t) || !import_is_mark(&t, '(')) {
		import_push_back(s->r, &t);
		return;
	}
	call(s, flags);
}

/* What is imported: all of it is for types, or all of it may be. */
static void put_clause(struct script *s, const struct clause *c,
                       const struct import_token *text, unsigned flags)
{
	bool types = is_of_types(c);

	if (types || c->other || s->names.len > NAMES_MAX)
		buf_clear(&s->names);
	put(s, text, flags | (types ? SCAN_IMPORT_TYPE : 0U));
}

static void import_statement(struct script *s)
{
	struct clause c = { .names = 0 };
	struct import_token t;

	if (!next(s, &t))
		return;
	if (t.kind == IMPORT_STRING) {
		put(s, &t, 0);
		return;
	}
	if (import_is_mark(&t, '(')) {
		call(s, flags_here(s) | SCAN_IMPORT_DEFERRED);
		return;
	}
	c.type = takes_types(s, &t);
	if (!c.type)
		import_push_back(s->r, &t);
	if (t.kind != IMPORT_WORD && !import_is_mark(&t, '{') && !import_is_mark(&t, '*'))
		return;
	if (read_clause(s, &c, &t))
		put_clause(s, &c, &t, 0);
	else
		assignment(s, c.type ? SCAN_IMPORT_TYPE : 0);
}

/* Behind "export": a declaration says whether its name is one of a type. */
static void declaration(struct script *s, const struct import_token *first)
{
	static const char *const values[] = { "const", "let",  "var",       "function",
		                              "class", "enum", "namespace", NULL };
	struct import_token t = *first;
	bool type;

	while (import_is_word(&t, "declare") || import_is_word(&t, "abstract") ||
	       import_is_word(&t, "async"))
		next(s, &t);
	type = import_is_word(&t, "interface") || import_is_word(&t, "type");
	for (size_t i = 0; !type && !import_is_word(&t, values[i]); i++)
		if (values[i + 1] == NULL) {
			import_push_back(s->r, &t);
			return;
		}
	if (!next(s, &t) || (import_is_word(&t, "enum") && !next(s, &t)))
		return;
	if (t.kind != IMPORT_WORD)
		import_push_back(s->r, &t);
	else if (type)
		add_name(s, &s->types, t.text);
	else if (!map_set(&s->values, t.text, s))
		s->r->failed = true;
}

static void export_statement(struct script *s)
{
	struct clause c = { .names = 0 };
	struct import_token t;

	if (!next(s, &t))
		return;
	c.type = takes_types(s, &t);
	if (c.type && !next(s, &t))
		return;
	if (c.type && t.kind == IMPORT_WORD) {
		add_name(s, &s->types, t.text);
	} else if (import_is_mark(&t, '{') || import_is_mark(&t, '*')) {
		import_push_back(s->r, &t);
		if (read_clause(s, &c, &t))
			put_clause(s, &c, &t, SCAN_IMPORT_EXPORTS);
	} else if (s->typed) {
		declaration(s, &t);
	} else {
		import_push_back(s->r, &t);
	}
}

/* What is a value, too, is more than a type. */
static void put_types(struct script *s)
{
	struct span rest = buf_span(&s->types);
	struct buf only = BUF_INIT;
	struct span name;

	while (span_split(&rest, ',', &name))
		if (!map_has(&s->values, name))
			add_name(s, &only, name);
	if (s->typed && only.len > 0 && buf_ok(&only))
		import_put(s->r, &(struct scan_import){ .kind = SCAN_IMPORT_TYPES,
		                                        .target = buf_span(&only) });
	s->r->failed = s->r->failed || only.failed;
	buf_fini(&only);
}

static void word(struct script *s, const struct import_token *t)
{
	struct import_token behind;

	buf_clear(&s->names);
	if (import_is_mark(&s->before[0], '.'))
		return;
	if (import_is_word(t, "import")) {
		import_statement(s);
	} else if (import_is_word(t, "export")) {
		export_statement(s);
	} else if (import_is_word(t, "require")) {
		next(s, &behind);
		if (import_is_mark(&behind, '('))
			call(s, flags_here(s));
		else
			import_push_back(s->r, &behind);
	}
}

void import_read_script(struct import_reader *r)
{
	static const char *const words[] = { "import", "require", "from", NULL };
	static const char *const typed[] = { "import", "require", "from", "export",
		                             NULL };
	const char *language = r->piece.language->name;
	struct script s = {
		.r = r, .typed = str_eq(language, "typescript") || str_eq(language, "tsx")
	};
	size_t last = import_last(r->text, s.typed ? typed : words);
	struct import_token t;

	while (import_next(r, &t) && t.start < last) {
		if (t.kind == IMPORT_WORD)
			word(&s, &t);
		else if (import_is_mark(&t, '{'))
			open_brace(&s);
		else if (import_is_mark(&t, '}'))
			close_brace(&s);
		s.before[1] = s.before[0];
		s.before[0] = t;
	}
	put_types(&s);
	r->failed = r->failed || s.names.failed || s.types.failed;
	buf_fini(&s.names);
	buf_fini(&s.types);
	map_fini(&s.values);
}
