// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include "base/buf.h"
#include "base/map.h"
#include "base/str.h"

#include <string.h>

enum { DEAD_LINK, DEAD_ANCHOR, MISSING_FILE, RULES };
enum { NUMBERED_MAX = 30 }; /* headings of one name in one document */

static const char *const ids[RULES] = { "docs.dead-link", "docs.dead-anchor",
	                                "docs.missing-file" };

/* ---- while a document is in hand ---- */

static bool runs(const struct scan_selection *rules, const char *id, size_t *rule)
{
	*rule = scan_rule_find(rules->rules, rules->count, id);
	return *rule < rules->count && rules->on[*rule];
}

static void note(enum scan_doc_kind kind, struct span text, size_t start, size_t end,
                 void *context)
{
	struct scan_pass *p = context;
	struct scan_piece at = { .start = start, .end = end };
	struct buf slug = BUF_INIT;

	if (kind == SCAN_DOC_ANCHOR) {
		scan_doc_slug(text, &slug);
		if (!buf_ok(&slug))
			p->rc = ERR_NOMEM;
		text = buf_span(&slug);
	}
	if (p->rc == ERR_OK)
		scan_pass_fact(p, SCAN_FACT_DOCS, (unsigned)kind, &at, text);
	buf_fini(&slug);
}

static struct span name_of(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');

	return slash == path.len ? path : span_from(path, slash + 1);
}

/* What commands there are. */
static void note_commands(struct scan_pass *p, const struct scan_doc_sink *sink)
{
	struct span name = name_of(p->source->path);

	if (p->source->scope == SCAN_VENDORED)
		return;
	if (span_eq_str(name, "Makefile") || span_eq_str(name, "makefile") ||
	    span_eq_str(name, "GNUmakefile"))
		scan_doc_targets(p->source->text, sink);
	else if (span_eq_str(name, "package.json"))
		scan_doc_scripts(p->source->text, sink);
}

void scan_docs_file(struct scan_pass *p)
{
	const struct scan_language *language = p->source->language;
	struct scan_doc_sink sink = { note, p };
	bool any = false;
	size_t rule;

	scan_docs_gist(p);
	for (size_t i = 0; i < RULES; i++)
		any = runs(p->rules, ids[i], &rule) || any;
	if (runs(p->rules, "docs.missing-command", &rule)) {
		note_commands(p, &sink);
		any = true;
	}
	if (!any || language == NULL)
		return;
	if (str_eq(language->name, "markdown"))
		scan_doc_markdown(p->source->text, &sink);
	else if (str_eq(language->name, "restructuredtext"))
		scan_doc_rst(p->source->text, &sink);
	else if (str_eq(language->name, "asciidoc"))
		scan_doc_asciidoc(p->source->text, &sink);
}

/* ---- all documents ---- */

struct judge {
	struct scan_tree *t;
	size_t rule[RULES];
	bool on[RULES];
	struct map anchors; /* "file#slug" */
	struct map names;   /* of files, without their folders */
	struct buf path;    /* in hand */
	struct buf key;
};

static char counted;

static bool is_fact(const struct scan_fact *f, enum scan_doc_kind kind)
{
	return f->kind == SCAN_FACT_DOCS && f->flags == (unsigned)kind;
}

static struct span anchor_key(struct judge *j, size_t file, struct span slug)
{
	buf_clear(&j->key);
	buf_printf(&j->key, "%zu#", file);
	buf_put(&j->key, slug);
	return buf_span(&j->key);
}

/* GitHub numbers headings of one name: "usage", "usage-1", .. */
static bool add_anchor(struct judge *j, size_t file, struct span slug)
{
	struct buf numbered = BUF_INIT;
	bool ok;

	buf_put(&numbered, slug);
	for (size_t n = 1; n < NUMBERED_MAX &&
	                   map_has(&j->anchors, anchor_key(j, file, buf_span(&numbered)));
	     n++) {
		buf_clear(&numbered);
		buf_put(&numbered, slug);
		buf_printf(&numbered, "-%zu", n);
	}
	ok = map_set(&j->anchors, anchor_key(j, file, buf_span(&numbered)), &counted) &&
	     buf_ok(&numbered) && buf_ok(&j->key);
	buf_fini(&numbered);
	return ok;
}

/* What links may lead to. */
static bool gather(struct judge *j)
{
	for (size_t i = 0; i < j->t->count; i++) {
		const struct scan_seen *f = &j->t->files[i];

		if (!map_set(&j->names, name_of(f->path), &counted))
			return false;
		for (size_t k = 0; k < f->count; k++) {
			if (is_fact(&f->facts[k], SCAN_DOC_ANCHOR) &&
			    !add_anchor(j, i, f->facts[k].text))
				return false;
		}
	}
	return true;
}

/* ---- where a link leads ---- */

/* Has it a scheme, is it filled in later, or is it of a site and no file? */
static bool is_elsewhere(struct span link)
{
	size_t n = 0;

	while (n < link.len && link.ptr[n] != ':' && link.ptr[n] != '/' &&
	       link.ptr[n] != '#' && link.ptr[n] != '?')
		n++;
	if (n < link.len && link.ptr[n] == ':')
		return true;
	for (size_t i = 0; i < link.len; i++) {
		if (strchr("{}$<>|*\\\"", link.ptr[i]) != NULL)
			return true;
	}
	return link.len == 0 || strchr("/@~", link.ptr[0]) != NULL;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void put_decoded(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '%' && i + 2 < s.len && hex(s.ptr[i + 1]) >= 0 &&
		    hex(s.ptr[i + 2]) > 0) {
			buf_putc(out, (char)(hex(s.ptr[i + 1]) * 16 + hex(s.ptr[i + 2])));
			i += 2;
		} else {
			buf_putc(out, s.ptr[i]);
		}
	}
}

/* j->path: from the folder of the document to the file, "." and ".." taken out. False if
 * it leads out of what was scanned. */
static bool resolve(struct judge *j, struct span document, struct span link)
{
	struct buf decoded = BUF_INIT;
	struct span rest;
	size_t slash = span_rfind_byte(document, '/');
	bool inside = true;

	buf_clear(&j->path);
	buf_put(&j->path, span_sub(document, 0, slash == document.len ? 0 : slash));
	put_decoded(&decoded, link);
	rest = buf_span(&decoded);
	while (rest.len > 0 && inside) {
		struct span part = span_sub(rest, 0, span_find_byte(rest, '/'));

		rest = span_from(rest, part.len + 1);
		if (part.len == 0 || span_eq_str(part, "."))
			continue;
		if (span_eq_str(part, "..")) {
			struct span path = buf_span(&j->path);
			size_t up = span_rfind_byte(path, '/');

			inside = path.len > 0;
			buf_truncate(&j->path, up == path.len ? 0 : up);
			continue;
		}
		if (j->path.len > 0)
			buf_putc(&j->path, '/');
		buf_put(&j->path, part);
	}
	if (!buf_ok(&decoded) || !buf_ok(&j->path)) {
		j->t->rc = ERR_NOMEM;
		inside = false;
	}
	buf_fini(&decoded);
	return inside;
}

/* Is the path with this end a file? Leaves the path as it was. */
static bool with_end(struct judge *j, const char *end, size_t *file)
{
	size_t len = j->path.len;

	buf_puts(&j->path, end);
	*file = scan_tree_find(j->t, buf_span(&j->path));
	buf_truncate(&j->path, len);
	return *file < j->t->count;
}

/* A page that is made of a document: "a.html" or "a" of "a.md". */
static bool is_made(struct judge *j, size_t *file)
{
	static const char *const ends[] = { ".md",       ".mdx",       ".rst",
		                            ".adoc",     ".markdown",  ".html",
		                            "/index.md", "/README.md", NULL };
	size_t len = j->path.len;
	struct span path = buf_span(&j->path);
	bool found = false;

	if (span_ends(path, SPAN_LIT(".html")))
		buf_truncate(&j->path, len - 5);
	else if (span_find_byte(name_of(path), '.') < name_of(path).len)
		return false;
	for (size_t i = 0; !found && ends[i] != NULL; i++)
		found = with_end(j, ends[i], file);
	return found;
}

/* Does j->path lead to something? `file` is its index, if it is a file that was seen. */
static bool leads(struct judge *j, size_t *file)
{
	struct span path = buf_span(&j->path);

	*file = scan_tree_find(j->t, path);
	return path.len == 0 || *file < j->t->count ||
	       scan_tree_find_below(j->t, path) < j->t->count ||
	       scan_tree_is_there(j->t, path) || is_made(j, file);
}

/* ---- findings ---- */

static void report(struct judge *j, size_t which, size_t file, const struct scan_fact *at,
                   const char *what)
{
	struct buf message = BUF_INIT;

	buf_puts(&message, what);
	buf_put(&message, at->text);
	if (!buf_ok(&message))
		j->t->rc = ERR_NOMEM;
	else if (j->on[which])
		scan_tree_report(j->t,
		                 &(struct scan_tree_report){ .file = file,
		                                             .at = at,
		                                             .rule = j->rule[which],
		                                             .message = buf_str(&message),
		                                             .identity = at->text });
	buf_fini(&message);
}

static bool has_anchors(const struct judge *j, size_t file)
{
	const struct scan_language *language = j->t->files[file].language;

	return language != NULL && str_eq(language->name, "markdown");
}

static void check_anchor(struct judge *j, size_t from, const struct scan_fact *at,
                         size_t file, struct span anchor)
{
	struct buf plain = BUF_INIT;
	struct buf slug = BUF_INIT;

	put_decoded(&plain, anchor);
	scan_doc_slug(buf_span(&plain), &slug);
	if (!buf_ok(&plain) || !buf_ok(&slug))
		j->t->rc = ERR_NOMEM;
	else if (slug.len > 0 && !span_eq_str(buf_span(&slug), "top") &&
	         !map_has(&j->anchors, anchor_key(j, file, buf_span(&slug))))
		report(j, DEAD_ANCHOR, from, at, "no heading or anchor of this name: ");
	buf_fini(&plain);
	buf_fini(&slug);
}

static void check_link(struct judge *j, size_t from, const struct scan_fact *at)
{
	struct span link = at->text;
	size_t hash = span_find_byte(link, '#');
	struct span path = span_sub(link, 0, hash);
	struct span anchor = span_from(link, hash + 1);
	size_t file = from;

	path = span_sub(path, 0, span_find_byte(path, '?'));
	if (is_elsewhere(link))
		return;
	if (path.len > 0) {
		if (!resolve(j, j->t->files[from].path, path))
			return;
		if (!leads(j, &file)) {
			report(j, DEAD_LINK, from, at, "leads nowhere: ");
			return;
		}
	}
	if (anchor.len > 0 && file < j->t->count && has_anchors(j, from) &&
	    has_anchors(j, file))
		check_anchor(j, from, at, file, anchor);
}

/* Only what names a folder of the project can be missed in it, and what is nowhere. */
static void check_name(struct judge *j, size_t from, const struct scan_fact *at)
{
	struct span name = at->text;
	struct span top = span_sub(name, 0, span_find_byte(name, '/'));
	size_t file;

	if (scan_tree_find_below(j->t, top) == j->t->count ||
	    map_has(&j->names, name_of(name)))
		return;
	if (resolve(j, j->t->files[from].path, name) && leads(j, &file))
		return;
	if (resolve(j, SPAN_EMPTY, name) && !leads(j, &file))
		report(j, MISSING_FILE, from, at, "no such file: ");
}

static void check_file(struct judge *j, size_t from)
{
	const struct scan_seen *f = &j->t->files[from];

	for (size_t i = 0; i < f->count && scan_tree_goes_on(j->t); i++) {
		if (is_fact(&f->facts[i], SCAN_DOC_LINK))
			check_link(j, from, &f->facts[i]);
		else if (is_fact(&f->facts[i], SCAN_DOC_NAME))
			check_name(j, from, &f->facts[i]);
		if (!buf_ok(&j->path) || !buf_ok(&j->key))
			j->t->rc = ERR_NOMEM;
	}
}

void scan_docs_judge(struct scan_tree *t)
{
	struct judge j = { .t = t, .path = BUF_INIT, .key = BUF_INIT };
	bool any = false;

	scan_docs_presence(t);
	scan_docs_commands(t);
	for (size_t i = 0; i < RULES; i++) {
		j.on[i] = runs(t->rules, ids[i], &j.rule[i]);
		any = any || j.on[i];
	}
	if (!any)
		return;
	map_init(&j.anchors);
	map_init(&j.names);
	if (!gather(&j))
		t->rc = ERR_NOMEM;
	for (size_t i = 0; i < t->count && scan_tree_goes_on(t); i++)
		check_file(&j, i);
	map_fini(&j.anchors);
	map_fini(&j.names);
	buf_fini(&j.path);
	buf_fini(&j.key);
}
