// SPDX-License-Identifier: Apache-2.0
#include "function_head.h"

#include "base/ascii.h"

#include <string.h>

enum { LOOK_BACK = 4096, NAME_BYTES = 120, WORDS_MAX = 16 };

struct reader {
	struct span text;
	size_t low; /* nothing before this is looked at */
	size_t at;  /* the next byte to look at is the one before */
};

/* ---- bytes ---- */

static bool is_name(char c)
{
	return ascii_is_upper(c) || ascii_is_lower(c) || ascii_is_digit(c) || c == '_' ||
	       c == '$';
}

/* The byte before, 0 at the end of what may be looked at. */
static char last(const struct reader *r)
{
	return r->at > r->low ? r->text.ptr[r->at - 1] : '\0';
}

static void skip_blanks(struct reader *r)
{
	while (ascii_is_space(last(r)))
		r->at--;
}

static bool ends(const struct reader *r, const char *what)
{
	return span_ends(span_sub(r->text, r->low, r->at - r->low), span_str(what));
}

/* The line up to the reader. */
static struct span line_before(const struct reader *r)
{
	size_t from = r->at;

	while (from > r->low && r->text.ptr[from - 1] != '\n')
		from--;
	return span_sub(r->text, from, r->at - from);
}

static bool is_in(struct span word, const char *const *words)
{
	for (; *words != NULL; words++) {
		if (span_eq_str(word, *words))
			return true;
	}
	return false;
}

/* ---- what may stand in front of the first statement ---- */

static bool is_comment_line(struct span line)
{
	line = span_trim(line);
	return span_starts(line, SPAN_LIT("//")) ||
	       (span_starts(line, SPAN_LIT("#")) && !span_starts(line, SPAN_LIT("#!"))) ||
	       span_starts(line, SPAN_LIT("--"));
}

/* "(void)x;", "_ = x", "let _ = x;": the value is not used, and nobody shall complain. */
static bool is_silencer(struct span line)
{
	line = span_trim(line);
	return (span_starts(line, SPAN_LIT("(void)")) && span_ends(line, SPAN_LIT(";")) &&
	        span_find_byte(line, '{') == line.len) ||
	       span_starts(line, SPAN_LIT("_ = ")) ||
	       span_starts(line, SPAN_LIT("let _ = "));
}

/* Goes back to the last `open` before the reader; stays where there is none. */
static bool back_to(struct reader *r, const char *open)
{
	size_t len = strlen(open);

	for (size_t at = r->at; at >= r->low + len; at--) {
		if (memcmp(r->text.ptr + at - len, open, len) == 0) {
			r->at = at - len;
			return true;
		}
	}
	return false;
}

/* Bytes of a comment behind the end of a head: "bool check(a) { // why". */
static size_t trailing_comment(struct span line)
{
	static const char *const marks[] = { "//", "# ", NULL };

	for (size_t i = 0; marks[i] != NULL; i++) {
		size_t at = span_find(line, span_str(marks[i]));
		struct span code = span_trim(span_sub(line, 0, at));

		if (at < line.len && code.len > 0 &&
		    (strchr("{:", code.ptr[code.len - 1]) != NULL ||
		     span_ends(code, SPAN_LIT("*/"))))
			return line.len - at;
	}
	return 0;
}

/* One comment, docstring or silencer that ends here. */
static bool skip_one(struct reader *r)
{
	static const char *const quotes[] = { "\"\"\"", "'''", NULL };
	struct span line = line_before(r);
	size_t comment = trailing_comment(line);

	if (is_comment_line(line) || is_silencer(line))
		comment = line.len;
	if (comment > 0) {
		r->at -= comment;
		return true;
	}
	if (ends(r, "*/")) {
		r->at -= 2;
		return back_to(r, "/*");
	}
	for (size_t i = 0; quotes[i] != NULL; i++) {
		if (!ends(r, quotes[i]))
			continue;
		r->at -= 3;
		return back_to(r, quotes[i]);
	}
	return false;
}

static void skip_preamble(struct reader *r)
{
	do
		skip_blanks(r);
	while (skip_one(r));
}

/* ---- the head, from its end to the name ---- */

/* Goes back over "(..)", which may hold "{..}"; false if it has no start. */
static bool skip_group(struct reader *r)
{
	size_t depth = 0;
	size_t braces = 0;

	while (r->at > r->low) {
		char c = r->text.ptr[--r->at];

		if (c == '}')
			braces++;
		else if ((c == '{' || c == ';') && braces == 0)
			return false;
		else if (c == '{')
			braces--;
		else if (c == ')')
			depth++;
		else if (c == '(' && --depth == 0)
			return braces == 0;
	}
	return false;
}

static struct span back_name(struct reader *r)
{
	size_t end = r->at;

	while (is_name(last(r)) && end - r->at < NAME_BYTES)
		r->at--;
	return span_sub(r->text, r->at, end - r->at);
}

static const char *const control[] = {
	"if",    "for",    "while",  "switch",       "match",   "else",   "case",
	"when",  "guard",  "return", "unless",       "until",   "catch",  "elif",
	"elsif", "except", "with",   "synchronized", "foreach", "select", "do",
	"try",   "loop",   "and",    "or",           "not",     "await",  "new",
	"using", "throw",  "raise",  "assert",       "yield",   NULL,
};

/* Statements and types, whose braces hold no body of a function. */
static const char *const no_function[] = {
	"else",  "do",     "try",     "finally", "struct",    "class",  "enum",
	"union", "module", "package", "trait",   "namespace", "record", "interface",
	"impl",  "mod",    "begin",   "loop",    "unsafe",    "object", NULL,
};

static const char *const no_name[] = {
	"noexcept",      "throw",    "decltype", "throws",
	"__attribute__", "alignas",  "requires", "async",
	"nothrow",       "declspec", NULL,
};

static const char *const introducers[] = { "func", "fn",  "fun", "function",
	                                   "def",  "sub", NULL };

/* What stands before a name on its line, and how the line above ends: is it a
 * definition, or a call in a condition? */
static bool is_definition(const struct reader *name)
{
	struct reader r = *name;
	struct span line = line_before(&r);
	struct span rest = line;
	struct reader above = { r.text, r.low, r.at - line.len };

	if (line.len > 0 && strchr(".!>@", line.ptr[line.len - 1]) != NULL)
		return false;
	for (size_t i = 0; i < line.len; i++) {
		if (strchr("=!|+?;\"%", line.ptr[i]) != NULL)
			return false;
	}
	while (rest.len > 0) {
		size_t n = 0;

		while (n < rest.len && is_name(rest.ptr[n]))
			n++;
		if (n > 0 && is_in(span_sub(rest, 0, n), control))
			return false;
		rest = span_from(rest, n > 0 ? n : 1);
	}
	skip_blanks(&above);
	return span_trim(line).len > 0 || last(&above) == '\0' ||
	       strchr("&|=!<(+-?.", last(&above)) == NULL;
}

static bool is_self(struct span params)
{
	static const char *const selves[] = { "",     "self",  "&self", "&mut self",
		                              "this", "void",  "cls",   "mut self",
		                              "_",    "*self", NULL };
	struct span p = span_trim(params);

	return is_in(p, selves);
}

/* The parameters without the first one where that is the object. */
static bool has_params(struct span group)
{
	struct span inside = span_sub(group, 1, group.len - 2);
	size_t comma = span_find_byte(inside, ',');

	if (is_self(inside))
		return false;
	if (comma < inside.len && is_self(span_sub(inside, 0, comma)))
		return span_trim(span_from(inside, comma + 1)).len > 0;
	return true;
}

/* "check = async (a) => {", "check: function (a) {", "def check(self, a) = true": from
 * before the group back to the name. */
static struct span assigned_name(struct reader *r)
{
	skip_blanks(r);
	if (ends(r, "async"))
		r->at -= 5;
	if (ends(r, "function"))
		r->at -= 8;
	skip_blanks(r);
	if (last(r) != '=' && last(r) != ':')
		return SPAN_EMPTY;
	r->at--;
	skip_blanks(r);
	if (last(r) == '"' || last(r) == '\'')
		r->at--;
	return back_name(r);
}

static bool is_name_end(char c)
{
	return is_name(c) || c == '?' || c == '!';
}

/* A group ends at the reader. True: the head is decided, `out->name` says how. */
static bool try_group(struct reader *r, bool arrow, struct scan_head *out)
{
	size_t end = r->at;
	struct span group;
	struct span name;

	out->name = SPAN_EMPTY;
	if (!skip_group(r))
		return true;
	group = span_sub(r->text, r->at, end - r->at);
	out->has_params = has_params(group);
	if (ends(r, "function ") || ends(r, "function") ||
	    (arrow && (ends(r, "async ") || !is_name_end(last(r))))) {
		out->name = assigned_name(r);
		return true;
	}
	if (last(r) == ' ')
		r->at--;
	if (last(r) == '?' || last(r) == '!') {
		r->at--; /* Ruby */
		out->has_params = true;
	}
	name = back_name(r);
	if (name.len == 0 || is_in(name, no_name) || is_in(name, introducers))
		return is_in(name, introducers);
	if (!is_in(name, control) && is_definition(r))
		out->name = name;
	return true;
}

/* A word of what stands between parameters and body. */
static bool skip_word(struct reader *r, struct scan_head *out)
{
	struct span word = back_name(r);
	struct reader before = *r;
	struct span introducer;

	skip_blanks(&before);
	introducer = back_name(&before);
	if (is_in(introducer, introducers)) {
		out->name = word; /* "sub check {" has no parameters to go by */
		out->has_params = true;
		return false;
	}
	out->overrides = out->overrides || span_eq_str(word, "override");
	return !is_in(word, no_function) && !is_in(word, control);
}

/* From the end of a head, back to the name. */
static bool read_head(struct reader *r, bool arrow, struct scan_head *out)
{
	for (size_t steps = 0; steps < 64; steps++) {
		skip_blanks(r);
		if (last(r) == ')') {
			if (try_group(r, arrow, out))
				return out->name.len > 0;
		} else if (is_name(last(r))) {
			if (!skip_word(r, out))
				return out->name.len > 0;
		} else if (ends(r, "=>")) {
			arrow = true;
			r->at -= 2;
		} else if (last(r) != '\0' && strchr(":-><,?[]|&*.'", last(r)) != NULL) {
			r->at--;
		} else {
			return false;
		}
	}
	return false;
}

/* "def valid?", "local function check(a)": a head that is a line. */
static bool read_line_head(struct reader *r, struct scan_head *out)
{
	struct span line = span_trim(line_before(r));
	size_t at;

	for (size_t i = 0; introducers[i] != NULL; i++) {
		at = span_find(line, span_str(introducers[i]));
		if (at == line.len || (at > 0 && !ascii_is_space(line.ptr[at - 1])))
			continue;
		if (!ascii_is_space(span_from(line, at + strlen(introducers[i])).len > 0
		                            ? line.ptr[at + strlen(introducers[i])]
		                            : 'x'))
			continue;
		line = span_trim(span_from(line, at + strlen(introducers[i])));
		at = 0;
		while (at < line.len &&
		       (is_name(line.ptr[at]) || strchr(".:?!", line.ptr[at]) != NULL))
			at++;
		out->name = span_sub(line, 0, at);
		out->has_params = true;
		return at > 0;
	}
	return false;
}

/* "@Override" on a line above, where no other statement ends in between. */
static bool is_override(struct span text, size_t name_at)
{
	size_t from = name_at > 160 ? name_at - 160 : 0;
	struct span before;

	for (size_t at = name_at; at > from + 1; at--)
		if (text.ptr[at - 1] == '\n' &&
		    (text.ptr[at - 2] == '}' || text.ptr[at - 2] == ';'))
			from = at - 1;
	before = span_sub(text, from, name_at - from);
	return span_find(before, SPAN_LIT("@Override")) != before.len ||
	       span_find(before, SPAN_LIT("override ")) != before.len;
}

/* Where what begins at the reader has its head: by the byte it begins with, or by the one
 * before it. */
static bool read_before(struct reader *r, char first, struct scan_head *out)
{
	struct span text = r->text;

	if (first == ')') { /* ") => true" */
		r->at++;
		return read_head(r, true, out);
	}
	if (first == ',') /* "def check(a), do: true" */
		return read_head(r, true, out);
	if (first == '{') /* "{ true }" */
		return read_head(r, false, out);
	skip_preamble(r);
	if (last(r) == '{') {
		r->at--;
		return read_head(r, false, out);
	}
	if (last(r) != ':')
		return read_line_head(r, out);
	r->at--;
	/* What ends in a colon is a head only where it says so. */
	return read_head(r, false, out) &&
	       span_ends(span_sub(text, 0, (size_t)(out->name.ptr - text.ptr)),
	                 SPAN_LIT("def "));
}

bool scan_function_head(struct span text, size_t at, struct scan_head *out)
{
	struct reader r = { text, at > LOOK_BACK ? at - LOOK_BACK : 0, at };

	*out = (struct scan_head){ .name = SPAN_EMPTY };
	if (at >= text.len || !read_before(&r, text.ptr[at], out))
		return false;
	out->name_at = (size_t)(out->name.ptr - text.ptr);
	out->overrides = out->overrides || is_override(text, out->name_at);
	return true;
}

/* ---- words of a name ---- */

/* Does a word end between these two bytes? "userID", "HTTPOk", "a_b". */
static bool is_border(struct span name, size_t at)
{
	char a = name.ptr[at - 1];
	char b = name.ptr[at];

	if (!ascii_is_upper(b))
		return false;
	return !ascii_is_upper(a) ||
	       (at + 1 < name.len && ascii_is_lower(name.ptr[at + 1]));
}

struct span scan_name_word(struct span name, size_t i)
{
	size_t at = 0;

	for (;; i--) {
		size_t start;

		while (at < name.len && !ascii_is_alnum(name.ptr[at]))
			at++;
		start = at;
		while (at < name.len && ascii_is_alnum(name.ptr[at]) &&
		       (at == start || !is_border(name, at)))
			at++;
		if (i == 0 || start == at)
			return span_sub(name, start, at - start);
	}
}

static bool same(struct span word, const char *lower)
{
	for (size_t i = 0; i < word.len; i++) {
		char c = ascii_is_upper(word.ptr[i]) ? (char)(word.ptr[i] + ('a' - 'A'))
		                                     : word.ptr[i];

		if (lower[i] != c)
			return false;
	}
	return lower[word.len] == '\0';
}

bool scan_name_has(struct span name, const char *const *words)
{
	for (size_t i = 0; i < WORDS_MAX; i++) {
		struct span word = scan_name_word(name, i);

		for (size_t k = 0; word.len > 0 && words[k] != NULL; k++) {
			if (same(word, words[k]))
				return true;
		}
		if (word.len == 0)
			return false;
	}
	return false;
}
