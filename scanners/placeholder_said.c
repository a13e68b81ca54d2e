// SPDX-License-Identifier: Apache-2.0
#include "placeholder.h"

#include "function_head.h"
#include "placeholder_internal.h"

#include <string.h>

/* ---- not implemented ---- */

/* Names and documentation of classes that are there to be derived from. */
static const char *const abstract_words[] = {
	"ABC",        "abstract", "Abstract",       "Base",           "Interface",
	"interface",  "Mixin",    "Protocol",       "subclass",       "Subclass",
	"override",   "overrid",  "implement this", "must implement", "should implement",
	"base class", NULL,
};

/* Where the line begins that holds `at`. */
static size_t line_start(struct span text, size_t at)
{
	while (at > 0 && text.ptr[at - 1] != '\n')
		at--;
	return at;
}

static size_t indent_of(struct span line)
{
	size_t n = 0;

	while (n < line.len && (line.ptr[n] == ' ' || line.ptr[n] == '\t'))
		n++;
	return n;
}

/* The nearest line before `at` that is less indented and starts with the word: "def",
 * "class". Its end is that of its text. False if there is none within reach. */
static bool enclosing(struct span text, size_t at, const char *word, size_t *found)
{
	enum { REACH = 64 << 10 };
	size_t low = at > REACH ? at - REACH : 0;
	size_t start = line_start(text, at);
	size_t indent = indent_of(span_from(text, start));

	while (start > low) {
		size_t end = start - 1;
		struct span line;

		start = line_start(text, end);
		line = span_sub(text, start, end - start);
		if (indent_of(line) < indent &&
		    span_starts(span_from(line, indent_of(line)), span_str(word))) {
			*found = start;
			return true;
		}
	}
	return false;
}

/* Does the text open a class that derives from what comes behind it? */
static bool opens_derived(struct span before)
{
	enum { HEAD = 200 };
	struct span near = span_from(before, before.len > HEAD ? before.len - HEAD : 0);
	struct span line = span_trim(span_from(near, line_start(near, near.len)));

	return line.len > 6 && strchr("(<,.", line.ptr[line.len - 1]) != NULL &&
	       span_starts(line, SPAN_LIT("class "));
}

/* Does another class behind this one derive from it? Within reach: many may be asked for,
 * and each time the text is gone through. */
static bool is_derived_from(struct span text, struct span name)
{
	enum { REACH = 256 << 10 };
	size_t at = 0;

	text = span_sub(text, 0, REACH);
	while (name.len > 0 && at < text.len) {
		at += span_find(span_from(text, at), name);
		if (at < text.len && opens_derived(span_sub(text, 0, at)))
			return true;
		at += name.len;
	}
	return false;
}

static struct span name_at(struct span text)
{
	size_t n = 0;

	while (n < text.len &&
	       (text.ptr[n] == '_' || (text.ptr[n] >= '0' && text.ptr[n] <= '9') ||
	        (text.ptr[n] >= 'a' && text.ptr[n] <= 'z') ||
	        (text.ptr[n] >= 'A' && text.ptr[n] <= 'Z')))
		n++;
	return span_sub(text, 0, n);
}

/* In Python and Ruby raising it is how a class says that others fill it in. */
static bool is_abstract(const struct scan_hit *hit)
{
	enum { HEAD = 1500, DECORATORS = 160 };
	struct span text = hit->text;
	size_t def = 0;
	size_t class = 0;
	struct span body;

	if (!enclosing(text, hit->start, "def ", &def) &&
	    !enclosing(text, hit->start, "async def ", &def))
		return false;
	body = span_sub(text, def > DECORATORS ? def - DECORATORS : 0,
	                hit->end - (def > DECORATORS ? def - DECORATORS : 0) + 120);
	if (placeholder_has(body, "@abstract") || placeholder_has(body, "abc.abstract") ||
	    placeholder_has(body, "@overload") ||
	    placeholder_has_any(span_sub(text, def, hit->end - def + 120),
	                        abstract_words))
		return true;
	if (!enclosing(text, def, "class ", &class))
		return false;
	class += indent_of(span_from(text, class));
	body = span_sub(text, class, def - class < HEAD ? def - class : HEAD);
	return placeholder_has_any(body, abstract_words) ||
	       is_derived_from(span_from(text, class),
	                       name_at(span_from(text, class + 6)));
}

/* Is it said, or thrown, and not looked for or explained? */
static bool is_looked_for(struct span before)
{
	static const char *const looks[] = {
		"==",     "!=",         "contains", "Contains", "match",
		"Match",  "cmp(",       "includes", "indexOf",  "grep",
		"expect", "startsWith", " in ",     NULL,
	};

	return placeholder_has_any(before, looks);
}

/* The text in quotes around the match. */
static struct span quoted(const struct scan_hit *hit)
{
	struct span before = placeholder_before(hit);
	struct span behind = span_sub(hit->text, hit->end, 400);
	size_t from = before.len;
	size_t to = 0;

	behind = span_sub(behind, 0, span_find_byte(behind, '\n'));
	while (from > 0 && strchr("\"'`", before.ptr[from - 1]) == NULL)
		from--;
	while (to < behind.len && strchr("\"'`", behind.ptr[to]) == NULL)
		to++;
	return span_sub(hit->text, hit->start - (before.len - from),
	                before.len - from + (hit->end - hit->start) + to);
}

static size_t words_of(struct span text)
{
	size_t words = 0;

	for (size_t i = 0; i < text.len; i++)
		words += text.ptr[i] != ' ' && (i == 0 || text.ptr[i - 1] == ' ');
	return words;
}

/* A sentence that an error is made of names one case that is not supported: that is
 * honest. "Not implemented", or something printed, stands where there should be more. */
static bool is_refusal(const struct scan_hit *hit, struct span said)
{
	static const char *const later[] = {
		"yet", "TODO", "todo", "wait", "soon", NULL
	};
	static const char *const prints[] = {
		"print", "Print", "echo", "puts",        "console.log", "write(", "alert",
		"log.",  "info(", "say ", "showMessage", "toast",       NULL,
	};

	return words_of(said) > words_of(placeholder_match(hit)) + 2 &&
	       !placeholder_has_any(said, later) &&
	       !placeholder_has_any(placeholder_before(hit), prints);
}

/* What is handed to the exception: raise NotImplementedError("..") */
static struct span argument(const struct scan_hit *hit)
{
	struct span rest = span_sub(hit->text, hit->end, 300);

	if (rest.len == 0 || rest.ptr[0] != '(')
		return SPAN_EMPTY;
	return span_sub(rest, 1, span_find_byte(rest, '\n'));
}

/* Is it all that the function does, and is that no way to say that others fill it in? In
 * a class only one that fills in another's methods says so of itself. */
static bool is_whole_body(const struct scan_hit *hit)
{
	struct scan_head head;
	size_t def = 0;
	size_t class = 0;
	struct span line;

	if (!scan_function_head(hit->text, hit->start, &head))
		return false;
	if (!enclosing(hit->text, hit->start, "def ", &def) ||
	    !enclosing(hit->text, def, "class ", &class))
		return true;
	line = span_from(hit->text, class);
	line = span_sub(line, 0, span_find_byte(line, '\n'));
	return placeholder_has(line, "(") && !placeholder_has(line, "()") &&
	       !placeholder_has(line, "(object)");
}

static const char *check_raise(const struct scan_hit *hit)
{
	static const char *const later[] = { "yet",  "TODO",     "todo",
		                             "wait", "mplement", NULL };
	struct span said = argument(hit);

	if (is_abstract(hit))
		return "an abstract method";
	if (said.len > 2 && (words_of(said) > 4 || !placeholder_has_any(said, later)))
		return "an error that says what is not supported";
	if (said.len <= 2 && !is_whole_body(hit))
		return "one case of a function, or a method for others to fill in";
	return NULL;
}

const char *scan_check_not_implemented(struct scan_hit *hit)
{
	struct span match = placeholder_match(hit);
	struct span before = placeholder_before(hit);
	struct span behind = span_sub(hit->text, hit->end, 100);

	behind = span_sub(behind, 0, span_find_byte(behind, '\n'));
	if (placeholder_has(match, "raise NotImplementedError"))
		return check_raise(hit);
	if (placeholder_has(match, "TODO(") && !span_ends(hit->path, SPAN_LIT(".kt")) &&
	    !span_ends(hit->path, SPAN_LIT(".kts")))
		return placeholder_nothing;
	if (placeholder_has(match, "???") && !span_ends(hit->path, SPAN_LIT(".scala")))
		return placeholder_nothing;
	if (placeholder_has(before, "NotImplemented"))
		return placeholder_nothing; /* found already */
	if (is_looked_for(before))
		return "it is looked for, not said";
	if (placeholder_has(before, "init(coder") || placeholder_has(before, "501") ||
	    placeholder_has(behind, "501"))
		return "the name of a status, or boilerplate";
	if (placeholder_has(quoted(hit), "bstract"))
		return "an abstract method";
	if (match.ptr[match.len - 1] == 'd' && is_refusal(hit, quoted(hit)))
		return "an error that says what is not supported";
	return NULL;
}
