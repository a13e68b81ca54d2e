// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "base/map.h"
#include "base/str.h"
#include "claims/check_internal.h"
#include "lib/json.h"
#include "os/fs.h"
#include "os/walk.h"
#include "scanners/docs/command.h"
#include "scanners/scope.h"

/*
 * What a document refers to, against the project around it: links and files, scripts and
 * commands to type, issues of the tracker that the project carries. The scanners' own
 * reader finds the references; here each of them is answered.
 */

enum {
	FILE_MAX = 16 << 20,
	NAMES_MAX = 200000,
	DEPTH_MAX = 40,
	MISSING_MAX = 2000, /* looked at in full */
	VIEW = 500          /* bytes before a reference that may speak of it */
};

struct refs {
	struct claims_work *w;
	struct span folder; /* of the document, from the root */
	struct buf path;    /* from the root, in hand */
	struct buf full;
	struct map names; /* of all files, without their folders; when first needed */
	bool has_names;
	bool all_names; /* else there are too many to know */
	size_t count;
	bool past;           /* the document tells of what was */
	bool vendored;       /* it came with a part of something else */
	size_t missing;      /* so far */
	size_t next;         /* block: the next that may be a heading */
	struct span heading; /* that the reference stands below */
	/* Of a makefile or package in hand. */
	struct span wanted;
	bool found;
	bool open;
};

static char there;

static const char PAST[] = "the document tells of the past";
static const char VENDORED[] = "what was copied from elsewhere need not be all of it";

/* ---- what there is ---- */

static bool skips(const char *name)
{
	return str_eq(name, ".git") || str_eq(name, "node_modules") ||
	       str_eq(name, ".seaworthy");
}

struct walk {
	struct refs *r;
	const struct os_dir *dir;
	unsigned depth;
};

static void walk(struct refs *r, const struct os_dir *dir, unsigned depth);

static enum err_code on_entry(const struct os_entry *entry, void *context,
                              struct err *err)
{
	const struct walk *in = context;
	struct refs *r = in->r;
	struct os_dir below;

	(void)err;
	if (++r->count > NAMES_MAX || in->depth > DEPTH_MAX) {
		r->all_names = false;
		return ERR_LIMIT;
	}
	if (!map_set(&r->names, span_str(entry->name), &there)) {
		r->w->failed = true;
		return ERR_NOMEM;
	}
	if (entry->type != OS_DIR || skips(entry->name))
		return ERR_OK;
	if (os_dir_open(&below, in->dir, entry->name, NULL) != ERR_OK) {
		r->all_names = false;
		return ERR_OK;
	}
	walk(r, &below, in->depth + 1);
	os_dir_close(&below);
	return r->all_names ? ERR_OK : ERR_LIMIT;
}

static void walk(struct refs *r, const struct os_dir *dir, unsigned depth)
{
	struct walk in = { r, dir, depth };

	if (os_dir_each(dir, on_entry, &in, NULL) != ERR_OK)
		r->all_names = false;
}

/* Is a file of this name anywhere? True where nobody can tell. */
static bool is_anywhere(struct refs *r, struct span name)
{
	struct os_dir top;

	if (!r->has_names) {
		r->has_names = true;
		r->all_names = true;
		if (os_dir_open(&top, NULL, r->w->context->root, NULL) == ERR_OK) {
			walk(r, &top, 0);
			os_dir_close(&top);
		} else {
			r->all_names = false;
		}
	}
	return !r->all_names || map_has(&r->names, name);
}

static const char *full(struct refs *r, struct span path)
{
	buf_clear(&r->full);
	buf_puts(&r->full, r->w->context->root);
	buf_putc(&r->full, '/');
	buf_put(&r->full, path);
	if (!buf_ok(&r->full))
		r->w->failed = true;
	return buf_str(&r->full);
}

static bool exists(struct refs *r, struct span path)
{
	return os_type_of(full(r, path)) != OS_NONE;
}

static struct span name_of(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');

	return slash == path.len ? path : span_from(path, slash + 1);
}

/* r->path: `to` from the folder, with "." and ".." taken out; false where that leads out
 * of the project. */
static bool resolve(struct refs *r, struct span folder, struct span to)
{
	struct span part;

	buf_clear(&r->path);
	buf_put(&r->path, folder);
	while (to.len > 0) {
		part = span_sub(to, 0, span_find_byte(to, '/'));
		to = span_from(to, part.len + 1);
		if (part.len == 0 || span_eq_str(part, "."))
			continue;
		if (span_eq_str(part, "..")) {
			struct span path = buf_span(&r->path);
			size_t up = span_rfind_byte(path, '/');

			if (path.len == 0)
				return false;
			buf_truncate(&r->path, up == path.len ? 0 : up);
			continue;
		}
		if (r->path.len > 0)
			buf_putc(&r->path, '/');
		buf_put(&r->path, part);
	}
	return buf_ok(&r->path);
}

/* ---- telling ---- */

static void tell(struct refs *r, enum gate_claim_kind kind, size_t at, struct span what,
                 enum gate_claim_verdict verdict, const char *because)
{
	struct claims_work *w = r->w;
	struct buf stated = BUF_INIT;
	struct span line = span_trim(claims_line(w->d->source, at, VIEW));
	struct gate_claim claim = { .kind = kind, .verdict = verdict, .at = at };

	buf_put(&stated, span_sub(what, 0, 1000));
	buf_put(&w->text, span_sub(line, 0, 200));
	claim.text = buf_str(&w->text);
	claim.stated = buf_str(&stated);
	claim.computed = verdict == GATE_CLAIM_REFUTED     ? "missing"
	                 : verdict == GATE_CLAIM_CONFIRMED ? "there"
	                                                   : NULL;
	claim.because = because;
	w->failed = w->failed || !buf_ok(&stated) || !buf_ok(&w->text);
	gate_claims_add(w->out, &claim);
	buf_clear(&w->text);
	buf_fini(&stated);
}

/* ---- links ---- */

static bool is_elsewhere(struct span link)
{
	size_t n = 0;

	while (n < link.len && strchr(":/#?", link.ptr[n]) == NULL)
		n++;
	if (link.len == 0 || (n < link.len && link.ptr[n] == ':'))
		return true;
	for (size_t i = 0; i < link.len; i++)
		if (strchr("{}$<>|*\\\"%@", link.ptr[i]) != NULL ||
		    ascii_is_space(link.ptr[i]))
			return true;
	return strchr("/#~?", link.ptr[0]) != NULL;
}

/* Files that are made from others, or by a site. */
static bool may_be_made(struct span path)
{
	static const char *const ends[] = { ".html", ".htm",  ".pdf", ".php", ".o",
		                            ".so",   ".exe",  ".gz",  ".zip", ".xz",
		                            ".bz2",  ".deb",  ".rpm", ".jar", ".dll",
		                            ".aspx", ".svg",  ".png", ".gif", ".jpg",
		                            ".jpeg", ".webp", ".ico", ".com", ".org",
		                            ".net",  ".io",   ".dev" };
	size_t dot = span_rfind_byte(name_of(path), '.');

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (span_ends(path, span_str(ends[i])))
			return true;
	return dot == name_of(path).len;
}

static size_t folder_len(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');

	return slash == path.len ? 0 : slash;
}

#define NOT_THERE                                                                            \
	"planned|not yet|upcoming|future|todo|coming soon|will be|does not exist|not exist|" \
	"missing|hypothetical|imaginary"

/* References come in the order of the text, so that the headings do, too. */
static struct span heading_of(struct refs *r, size_t at)
{
	const struct claims_document *d = r->w->d;

	for (; r->next < d->block_count; r->next++) {
		const struct claims_block *b = &d->blocks[r->next];

		if (b->text.len == 0)
			continue;
		if (claims_source(d, b->text.ptr) > at)
			break;
		if (b->kind == CLAIMS_HEADING)
			r->heading = b->text;
	}
	return r->heading;
}

/* Why something that is missing need not be there, or NULL. */
static const char *excuse(struct refs *r, size_t at)
{
	size_t from = at > VIEW ? at - VIEW : 0;

	if (r->past)
		return PAST;
	if (r->vendored)
		return VENDORED;
	if (r->missing++ >= MISSING_MAX)
		return "very much is missing here";
	if (claims_says(span_sub(r->w->d->source, from, at - from), NOT_THERE) ||
	    claims_says(span_sub(heading_of(r, at), 0, VIEW), NOT_THERE))
		return "the text before says that it may not be there yet";
	return NULL;
}

static void check_link(struct refs *r, struct span link, size_t at)
{
	struct span path = span_sub(link, 0, span_find_byte(link, '#'));
	const char *because = NULL;

	path = span_sub(path, 0, span_find_byte(path, '?'));
	if (is_elsewhere(link) || path.len == 0 || path.len > 1000)
		return;
	if (!resolve(r, r->folder, path)) {
		tell(r, GATE_CLAIM_REFERENCE_FILE, at, link, GATE_CLAIM_UNCHECKED,
		     "it leads out of the project");
		return;
	}
	if (exists(r, buf_span(&r->path))) {
		tell(r, GATE_CLAIM_REFERENCE_FILE, at, link, GATE_CLAIM_CONFIRMED,
		     "it is there");
		return;
	}
	because = excuse(r, at);
	if (because == NULL && !r->w->context->whole &&
	    !exists(r, span_sub(buf_span(&r->path), 0, folder_len(buf_span(&r->path)))))
		because = "an archive may leave the folder out";
	else if (because == NULL && span_starts(r->w->d->source, SPAN_LIT("---\n")))
		because = "a site may put the page elsewhere";
	else if (because == NULL && may_be_made(path))
		because = "it may be made, or left out of an archive";
	else if (because == NULL && is_anywhere(r, name_of(path)))
		because = "a file of this name is elsewhere in the project";
	tell(r, GATE_CLAIM_REFERENCE_FILE, at, link,
	     because != NULL ? GATE_CLAIM_UNCHECKED : GATE_CLAIM_REFUTED,
	     because != NULL ? because : "there is no such file in the project");
}

/* ---- files that are named, scripts that are run ---- */

/* The line that names a file, with what says that it need not be there. */
static bool may_be_users(struct refs *r, struct span name, size_t at)
{
	struct span line = claims_line(r->w->d->source, at, VIEW);
	size_t dot = span_rfind_byte(name, '.');

	return claims_word_in(
		       span_from(name, dot + 1),
		       "local log tmp out env lock pid sock cache db sqlite bak") ||
	       claims_says(
		       line,
		       "or|if|create|creates|created|optional|optionally|generate|generates|"
		       "generated|writes|written|example|e.g|would|could|might|may|your|"
		       "output|outputs|save|add|adds|new|renamed|removed|no longer|deleted|"
		       "instead|like|such as|download|downloaded|produces|produced|called");
}

static void check_name(struct refs *r, struct span name, size_t at,
                       enum gate_claim_kind kind)
{
	struct span top;
	const char *because = NULL;

	if (span_starts(name, SPAN_LIT("./")))
		name = span_from(name, 2);
	if (name.len == 0 || name.len > 1000 || name.ptr[0] == '/')
		return;
	if ((resolve(r, r->folder, name) && exists(r, buf_span(&r->path))) ||
	    (resolve(r, SPAN_EMPTY, name) && exists(r, buf_span(&r->path)))) {
		tell(r, kind, at, name, GATE_CLAIM_CONFIRMED, "it is there");
		return;
	}
	top = span_sub(name, 0, span_find_byte(name, '/'));
	because = excuse(r, at);
	if (because != NULL)
		;
	else if (may_be_users(r, name, at))
		because = "it may be made, or be the reader's own";
	else if (top.len < name.len && !exists(r, top))
		because = "the project has no such folder";
	else if (top.len == name.len && (r->folder.len > 0 || name.len < 4 ||
	                                 span_find_byte(name, '.') == name.len))
		because = "it may be made, or in another folder";
	else if (is_anywhere(r, name_of(name)))
		because = "a file of this name is elsewhere in the project";
	tell(r, kind, at, name,
	     because != NULL ? GATE_CLAIM_UNCHECKED : GATE_CLAIM_REFUTED,
	     because != NULL ? because : "there is no such file in the project");
}

/* ---- commands ---- */

static void on_said(enum scan_doc_kind kind, struct span text, size_t start, size_t end,
                    void *context)
{
	struct refs *r = context;

	(void)start;
	(void)end;
	if (kind == SCAN_DOC_OPEN)
		r->open = true;
	else if (span_eq(text, r->wanted))
		r->found = true;
}

typedef void read_said(struct span text, const struct scan_doc_sink *sink);

/* Looks for the wanted one in this file of the folder; false if there is no such file. */
static bool read_file(struct refs *r, struct span folder, const char *name,
                      read_said *read)
{
	const struct scan_doc_sink sink = { on_said, r };
	struct buf text = BUF_INIT;
	bool is;

	is = resolve(r, folder, span_str(name)) &&
	     os_read_file(full(r, buf_span(&r->path)), FILE_MAX, &text, NULL) == ERR_OK;
	if (is)
		read(buf_span(&text), &sink);
	buf_fini(&text);
	return is;
}

static bool is_generated(struct refs *r, struct span folder)
{
	static const char *const makers[] = { "configure",     "configure.ac",
		                              "configure.in",  "CMakeLists.txt",
		                              "Makefile.in",   "Makefile.am",
		                              "Makefile.PL",   "meson.build",
		                              "auto/configure" };

	for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++)
		if (resolve(r, folder, span_str(makers[i])) &&
		    exists(r, buf_span(&r->path)))
			return true;
	return false;
}

/* 1 it is there, 0 it is not, -1 nobody can tell. */
static int has_command(struct refs *r, struct span folder, struct span what, bool make)
{
	static const char *const makefiles[] = { "GNUmakefile", "makefile", "Makefile" };
	bool is = false;

	r->wanted = what;
	r->found = r->open = false;
	if (make && is_generated(r, folder))
		return -1;
	for (size_t i = 0; make && i < 3 && !is; i++)
		is = read_file(r, folder, makefiles[i], scan_doc_targets);
	if (!make)
		is = read_file(r, folder, "package.json", scan_doc_scripts);
	if (r->found ||
	    (make && resolve(r, folder, what) && exists(r, buf_span(&r->path))))
		return 1;
	return is && !r->open ? 0 : -1;
}

static void check_command(struct refs *r, struct span what, size_t at, bool make)
{
	int own = has_command(r, r->folder, what, make);
	int top = r->folder.len > 0 ? has_command(r, SPAN_EMPTY, what, make) : own;
	const char *because = make ? "the makefile has no such target"
	                           : "package.json has no such script";
	enum gate_claim_verdict verdict = GATE_CLAIM_REFUTED;

	if (own > 0 || top > 0) {
		verdict = GATE_CLAIM_CONFIRMED;
		because = "it is there";
	} else if (top < 0 || r->past || r->vendored) {
		verdict = GATE_CLAIM_UNCHECKED;
		because = top < 0   ? "what there is is made, or comes from other files"
		          : r->past ? PAST
		                    : VENDORED;
	}
	tell(r, GATE_CLAIM_REFERENCE_COMMAND, at, what, verdict, because);
}

static void on_reference(enum scan_doc_kind kind, struct span text, size_t start,
                         size_t end, void *context)
{
	struct refs *r = context;

	(void)end;
	if (r->w->failed || !arena_ok(&r->w->out->arena))
		return;
	switch (kind) {
	case SCAN_DOC_LINK:
		check_link(r, text, start);
		break;
	case SCAN_DOC_NAME:
		check_name(r, text, start, GATE_CLAIM_REFERENCE_FILE);
		break;
	case SCAN_DOC_RUN:
		check_name(r, text, start, GATE_CLAIM_REFERENCE_SCRIPT);
		break;
	case SCAN_DOC_MAKE:
		check_command(r, text, start, true);
		break;
	case SCAN_DOC_NPM:
		check_command(r, text, start, false);
		break;
	case SCAN_DOC_ANCHOR:
	case SCAN_DOC_GIST:
	case SCAN_DOC_USE:
	case SCAN_DOC_TARGET:
	case SCAN_DOC_SCRIPT:
	case SCAN_DOC_OPEN:
		break;
	}
}

/* ---- issues ---- */

/* "novacron-001": what stands before the last hyphen, where digits follow. */
static struct span prefix_of(struct span id)
{
	size_t hyphen = span_rfind_byte(id, '-');

	for (size_t i = hyphen + 1; i < id.len; i++)
		if (!ascii_is_digit(id.ptr[i]))
			return SPAN_EMPTY;
	return hyphen + 1 < id.len ? span_sub(id, 0, hyphen) : SPAN_EMPTY;
}

struct tracker {
	struct map ids;
	struct buf prefix;
	bool any;
};

static void read_tracker(struct refs *r, struct tracker *t)
{
	struct buf text = BUF_INIT;
	struct buf scratch = BUF_INIT;
	struct span rest;
	struct span line;

	if (os_read_file(full(r, SPAN_LIT(".beads/issues.jsonl")), (uint64_t)FILE_MAX * 4,
	                 &text, NULL) != ERR_OK)
		return;
	rest = buf_span(&text);
	while (span_line(&rest, &line)) {
		struct json_want want = { "id", SPAN_EMPTY };
		struct span id;

		if (span_trim(line).len == 0 ||
		    json_pick(line, "issues.jsonl", &want, 1, NULL) != ERR_OK)
			continue;
		id = json_raw_text(want.raw, &scratch);
		if (!map_set(&t->ids, id, &there))
			r->w->failed = true;
		if (!t->any && prefix_of(id).len > 0) {
			buf_put(&t->prefix, prefix_of(id));
			t->any = true;
		}
	}
	buf_fini(&scratch);
	buf_fini(&text);
}

static void check_issues(struct refs *r)
{
	struct tracker t = { .prefix = BUF_INIT };
	struct claims_work *w = r->w;

	map_init(&t.ids);
	read_tracker(r, &t);
	for (size_t i = 0; t.any && i < w->d->block_count && !w->failed; i++) {
		struct span text = w->d->blocks[i].text;

		if (span_find(text, buf_span(&t.prefix)) == text.len ||
		    !claims_tokens_read(&w->tokens, text))
			continue;
		for (size_t k = 0; k < w->tokens.count; k++) {
			struct span word = w->tokens.items[k].text;
			bool known;

			if (w->tokens.items[k].kind != CLAIMS_WORD ||
			    !span_eq(prefix_of(word), buf_span(&t.prefix)))
				continue;
			known = map_has(&t.ids, word);
			tell(r, GATE_CLAIM_REFERENCE_ISSUE, claims_source(w->d, word.ptr),
			     word, known ? GATE_CLAIM_CONFIRMED : GATE_CLAIM_REFUTED,
			     known ? "it is in .beads/issues.jsonl"
			           : ".beads/issues.jsonl has no such issue");
		}
	}
	map_fini(&t.ids);
	buf_fini(&t.prefix);
}

/* ---- all ---- */

static bool is_of_the_past(struct span path)
{
	static const char *const names[] = { "change", "news",   "history", "release",
		                             "upgrad", "migrat", "archive" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_find_caseless(path, span_str(names[i])) < path.len)
			return true;
	return false;
}

void claims_references(struct claims_work *w)
{
	struct refs r = { .w = w, .path = BUF_INIT, .full = BUF_INIT };
	const struct scan_doc_sink sink = { on_reference, &r };
	struct span path;
	size_t slash;

	if (w->context->root == NULL)
		return;
	path = span_str(w->context->path);
	slash = span_rfind_byte(path, '/');
	r.folder = slash == path.len ? SPAN_EMPTY : span_sub(path, 0, slash);
	r.past = is_of_the_past(path);
	r.vendored = scan_scope_of(path, SPAN_EMPTY) == SCAN_VENDORED;
	map_init(&r.names);
	scan_doc_markdown(w->d->source, &sink);
	check_issues(&r);
	map_fini(&r.names);
	buf_fini(&r.path);
	buf_fini(&r.full);
}
