// SPDX-License-Identifier: Apache-2.0
#include "base/ascii.h"
#include "base/str.h"
#include "claims/references_internal.h"
#include "scanners/docs/docs.h"
#include "scanners/scope.h"

/*
 * What a document refers to, against the project around it: links and files, scripts and
 * commands to type, issues of the tracker that the project carries. The scanners' own
 * reader finds the references; here each of them is answered.
 */

enum {
	MISSING_MAX = 2000, /* looked at in full */
	VIEW = 500          /* bytes around a reference that may speak of it */
};

/* ---- telling ---- */

void claims_tell(struct claims_refs *r, enum gate_claim_kind kind, size_t at,
                 struct span what, enum gate_claim_verdict verdict, const char *because)
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
	size_t dot = span_rfind_byte(claims_name_of(path), '.');

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (span_ends(path, span_str(ends[i])))
			return true;
	return dot == claims_name_of(path).len;
}

/* Of what is in hand. */
static struct span folder_of(const struct claims_refs *r)
{
	struct span path = buf_span(&r->around.path);
	size_t slash = span_rfind_byte(path, '/');

	return span_sub(path, 0, slash == path.len ? 0 : slash);
}

#define NOT_THERE                                                                            \
	"planned|not yet|upcoming|future|todo|coming soon|will be|does not exist|not exist|" \
	"missing|hypothetical|imaginary"

/* References come in the order of the text, so that the headings do, too. */
static struct span heading_of(struct claims_refs *r, size_t at)
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

/* Why something that is missing (around.path) need not be there, or NULL. */
static const char *excuse(struct claims_refs *r, size_t at)
{
	struct span path = buf_span(&r->around.path);
	size_t from = at > VIEW ? at - VIEW : 0;

	if (r->past)
		return CLAIMS_PAST;
	if (r->vendored)
		return CLAIMS_VENDORED;
	if (r->around.archive)
		return "an archive may leave it out";
	if (r->missing++ >= MISSING_MAX)
		return "very much is missing here";
	if (claims_says(span_sub(r->w->d->source, from, at - from), NOT_THERE) ||
	    claims_says(span_sub(heading_of(r, at), 0, VIEW), NOT_THERE))
		return "the text before says that it may not be there yet";
	if (claims_is_made(&r->around, path))
		return "it is made of a file that is there";
	if (claims_is_ignored(&r->around, path))
		return "git ignores it, so it may be made";
	return NULL;
}

static bool ends_in_word_and_point(struct span path)
{
	return path.ptr[path.len - 1] == '.' && ascii_is_word(path.ptr[path.len - 2]);
}

static void check_link(struct claims_refs *r, struct span link, size_t at)
{
	struct span path = span_sub(link, 0, span_find_byte(link, '#'));
	const char *because = NULL;

	path = span_sub(path, 0, span_find_byte(path, '?'));
	/* "[x]: Likewise." of a list of changes is no link. */
	if (is_elsewhere(link) || path.len == 0 || path.len > 1000 ||
	    (path.len > 1 && ends_in_word_and_point(path)))
		return;
	if (!claims_resolve(&r->around, r->folder, path)) {
		claims_tell(r, GATE_CLAIM_REFERENCE_FILE, at, link, GATE_CLAIM_UNCHECKED,
		            "it leads out of the project");
		return;
	}
	if (claims_exists(&r->around, buf_span(&r->around.path))) {
		claims_tell(r, GATE_CLAIM_REFERENCE_FILE, at, link, GATE_CLAIM_CONFIRMED,
		            "it is there");
		return;
	}
	because = excuse(r, at);
	if (because == NULL && !r->around.whole &&
	    !claims_exists(&r->around, folder_of(r)))
		because = "an archive may leave the folder out";
	else if (because == NULL && span_starts(r->w->d->source, SPAN_LIT("---\n")))
		because = "a site may put the page elsewhere";
	else if (because == NULL && may_be_made(path))
		because = "it may be made, or left out of an archive";
	else if (because == NULL && claims_is_anywhere(&r->around, claims_name_of(path)))
		because = "a file of this name is elsewhere in the project";
	claims_tell(r, GATE_CLAIM_REFERENCE_FILE, at, link,
	            because != NULL ? GATE_CLAIM_UNCHECKED : GATE_CLAIM_REFUTED,
	            because != NULL ? because : "there is no such file in the project");
}

/* ---- files that are named, scripts that are run ---- */

/* What stands around this place up to empty lines. */
static struct span paragraph(struct span source, size_t at)
{
	size_t from = at;
	size_t to = at;

	while (from > 0 && at - from < VIEW &&
	       !(from > 1 && source.ptr[from - 1] == '\n' &&
	         source.ptr[from - 2] == '\n'))
		from--;
	while (to < source.len && to - at < VIEW &&
	       !(source.ptr[to] == '\n' && to + 1 < source.len &&
	         source.ptr[to + 1] == '\n'))
		to++;
	return span_sub(source, from, to - from);
}

/* Where the line before `end` begins, not before `low`. */
static size_t line_start(struct span source, size_t end, size_t low)
{
	while (end > low && source.ptr[end - 1] != '\n')
		end--;
	return end;
}

/* Where the fence begins that opens the code block around this place; `source.len` if
 * none is near. */
static size_t fence_of(struct span source, size_t at)
{
	enum { NEAR = 4000 };
	const size_t low = at > NEAR ? at - NEAR : 0;
	size_t end = at;

	for (;;) {
		size_t start = line_start(source, end, low);
		struct span line = span_trim(span_sub(source, start, end - start));

		if (span_starts(line, SPAN_LIT("```")) ||
		    span_starts(line, SPAN_LIT("~~~")))
			return start;
		if (start <= low)
			return source.len;
		end = start - 1;
	}
}

bool claims_is_elsewhere(struct span source, size_t at)
{
	size_t end = fence_of(source, at);

	if (end == source.len)
		return false;
	while (end > 0 && ascii_is_space(source.ptr[end - 1]))
		end--;
	return end > 0 &&
	       claims_says(paragraph(source, end - 1),
	                   "your own|your project|your app|your application|your package|"
	                   "your repository|your repo|your site|another project|"
	                   "other project|new project|example|e.g|for instance|suppose|"
	                   "imagine|assume");
}

/* Says the paragraph that names a file that it need not be there? */
static bool may_be_users(struct claims_refs *r, struct span name, size_t at)
{
	struct span said = paragraph(r->w->d->source, at);
	size_t dot = span_rfind_byte(name, '.');

	return claims_word_in(
		       span_from(name, dot + 1),
		       "local log tmp out env lock pid sock cache db sqlite bak") ||
	       claims_says(
		       said,
		       "or|if|create|creates|created|optional|optionally|generate|generates|"
		       "generated|writes|written|example|e.g|would|could|might|may|your|"
		       "output|outputs|save|add|adds|new|renamed|removed|no longer|deleted|"
		       "instead|like|such as|writing|say|suppose|imagine|assume|for instance|"
		       "download|downloaded|produces|produced|called");
}

static bool is_there(struct claims_refs *r, struct span folder, struct span name)
{
	return claims_resolve(&r->around, folder, name) &&
	       claims_exists(&r->around, buf_span(&r->around.path));
}

static void check_name(struct claims_refs *r, struct span name, size_t at,
                       enum gate_claim_kind kind)
{
	struct span top;
	const char *because = NULL;

	if (span_starts(name, SPAN_LIT("./")))
		name = span_from(name, 2);
	if (name.len == 0 || name.len > 1000 || name.ptr[0] == '/')
		return;
	if (is_there(r, r->folder, name) || is_there(r, SPAN_EMPTY, name)) {
		claims_tell(r, kind, at, name, GATE_CLAIM_CONFIRMED, "it is there");
		return;
	}
	top = span_sub(name, 0, span_find_byte(name, '/'));
	because = excuse(r, at);
	if (because != NULL)
		;
	else if (may_be_users(r, name, at) || (kind == GATE_CLAIM_REFERENCE_SCRIPT &&
	                                       claims_is_elsewhere(r->w->d->source, at)))
		because = "it may be made, or be the reader's own";
	else if (top.len < name.len && !claims_exists(&r->around, top))
		because = "the project has no such folder";
	else if (top.len == name.len && (r->folder.len > 0 || name.len < 4 ||
	                                 span_find_byte(name, '.') == name.len))
		because = "it may be made, or in another folder";
	else if (claims_is_anywhere(&r->around, claims_name_of(name)))
		because = "a file of this name is elsewhere in the project";
	claims_tell(r, kind, at, name,
	            because != NULL ? GATE_CLAIM_UNCHECKED : GATE_CLAIM_REFUTED,
	            because != NULL ? because : "there is no such file in the project");
}

static void on_reference(enum scan_doc_kind kind, struct span text, size_t start,
                         size_t end, void *context)
{
	struct claims_refs *r = context;

	(void)end;
	if (r->w->failed || r->around.failed || !arena_ok(&r->w->out->arena))
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
		claims_command(r, text, start, true);
		break;
	case SCAN_DOC_NPM:
		claims_command(r, text, start, false);
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

/* ---- all ---- */

bool claims_is_past(struct span path)
{
	static const char *const names[] = { "change",  "news",   "history",
		                             "release", "upgrad", "migrat",
		                             "archive", "_posts", "blog" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_find_caseless(path, span_str(names[i])) < path.len)
			return true;
	return false;
}

void claims_references(struct claims_work *w)
{
	struct claims_refs r = { .w = w };
	const struct scan_doc_sink sink = { on_reference, &r };
	struct span path;
	size_t slash;

	if (w->context->root == NULL)
		return;
	path = span_str(w->context->path);
	slash = span_rfind_byte(path, '/');
	r.folder = slash == path.len ? SPAN_EMPTY : span_sub(path, 0, slash);
	r.past = claims_is_past(path);
	r.vendored = scan_scope_of(path, SPAN_EMPTY) == SCAN_VENDORED;
	claims_around_init(&r.around, w->context->root, w->context->whole);
	scan_doc_markdown(w->d->source, &sink);
	claims_issues(&r);
	w->failed = w->failed || r.around.failed;
	claims_around_fini(&r.around);
}
