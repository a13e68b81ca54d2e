// SPDX-License-Identifier: Apache-2.0
#include "command.h"

#include "lib/json.h"

#include <string.h>

enum { WORDS_MAX = 16, WORD_MAX = 128 };

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_one_of(struct span word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (span_eq_str(word, *list))
			return true;
	return false;
}

/* Bytes of names: what a shell, a reader or the document fills in has others. */
static bool is_plain(struct span word)
{
	for (size_t i = 0; i < word.len; i++) {
		char c = word.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || strchr("_-./+:", c) != NULL))
			return false;
	}
	return word.len > 0 && word.len <= WORD_MAX;
}

struct words {
	struct span items[WORDS_MAX];
	size_t count;
	struct span text; /* the document */
	const struct scan_doc_sink *sink;
};

static void tell(const struct words *w, enum scan_doc_kind kind, struct span word)
{
	size_t start = (size_t)(word.ptr - w->text.ptr);

	w->sink->add(kind, word, start, start + word.len, w->sink->context);
}

/* ---- one command ---- */

/* What comes before a command and is none. */
static size_t skip_front(const struct words *w)
{
	static const char *const front[] = {
		"sudo", "time", "env", "exec", "nice", NULL
	};
	size_t at = 0;

	while (at < w->count && (is_one_of(w->items[at], front) ||
	                         span_find_byte(w->items[at], '=') < w->items[at].len))
		at++;
	return at;
}

/* "make -j4 V=1 test install"; one that reads another file, or elsewhere, says nothing.
 */
static void take_make(const struct words *w, size_t at)
{
	static const char *const elsewhere[] = { "-C",          "-f",     "-I",
		                                 "--directory", "--file", "--makefile",
		                                 NULL };

	for (size_t i = at; i < w->count; i++)
		if (is_one_of(w->items[i], elsewhere) ||
		    span_starts(w->items[i], SPAN_LIT("-C")) ||
		    span_starts(w->items[i], SPAN_LIT("-f")) ||
		    (w->items[i].ptr[0] != '-' && !is_plain(w->items[i]) &&
		     span_find_byte(w->items[i], '=') == w->items[i].len))
			return;
	for (size_t i = at; i < w->count; i++)
		if (w->items[i].ptr[0] != '-' && is_plain(w->items[i]) &&
		    (i == at || !span_eq_str(w->items[i - 1], "-j") ||
		     w->items[i].ptr[0] > '9'))
			tell(w, SCAN_DOC_MAKE, w->items[i]);
}

/* "npm run build", "npm test". */
static void take_npm(const struct words *w, size_t at, bool is_npm)
{
	static const char *const run[] = { "run", "run-script", NULL };

	for (size_t i = at; i < w->count; i++)
		if (span_starts(w->items[i], SPAN_LIT("-w")) ||
		    span_starts(w->items[i], SPAN_LIT("--workspace")) ||
		    span_starts(w->items[i], SPAN_LIT("--prefix")) ||
		    span_starts(w->items[i], SPAN_LIT("-C")))
			return;
	if (at + 1 < w->count && is_one_of(w->items[at], run) &&
	    is_plain(w->items[at + 1]) && w->items[at + 1].ptr[0] != '-')
		tell(w, SCAN_DOC_NPM, w->items[at + 1]);
	else if (is_npm && at < w->count && span_eq_str(w->items[at], "test"))
		tell(w, SCAN_DOC_NPM, w->items[at]);
}

/* A path with the ending of a script. */
static bool is_script(struct span word)
{
	static const char *const ends[] = { ".sh", ".bash", ".py", ".pl", ".rb",
		                            ".js", ".mjs",  ".ts", NULL };

	for (size_t i = 0; ends[i] != NULL; i++)
		if (span_ends(word, span_str(ends[i])))
			return is_plain(word) && word.ptr[0] != '/' &&
			       span_find(word, SPAN_LIT("..")) == word.len &&
			       span_find_byte(word, ':') == word.len &&
			       span_find_byte(word, '/') < word.len;
	return false;
}

static void take_command(const struct words *w)
{
	static const char *const make[] = { "make", "gmake", NULL };
	static const char *const shells[] = { "bash", "sh",   "python", "python3",
		                              "perl", "ruby", "node",   NULL };
	size_t at = skip_front(w);

	if (at >= w->count)
		return;
	if (is_one_of(w->items[at], make))
		take_make(w, at + 1);
	else if (span_eq_str(w->items[at], "npm"))
		take_npm(w, at + 1, true);
	else if (span_eq_str(w->items[at], "yarn") || span_eq_str(w->items[at], "pnpm"))
		take_npm(w, at + 1, false);
	else if (is_script(w->items[at]))
		tell(w, SCAN_DOC_RUN, w->items[at]);
	else if (is_one_of(w->items[at], shells) && at + 1 < w->count &&
	         is_script(w->items[at + 1]))
		tell(w, SCAN_DOC_RUN, w->items[at + 1]);
}

/* ---- a block ---- */

/* Behind these the reader is in another folder, or has other files. */
static bool leads_away(const struct words *w)
{
	static const char *const away[] = { "cd",    "pushd", "git",  "curl",   "wget",
		                            "tar",   "unzip", "cat",  "docker", "ssh",
		                            "mkdir", "cp",    "hg",   "svn",    "npx",
		                            "touch", "vim",   "nano", "echo",   NULL };

	return w->count > 0 && is_one_of(w->items[skip_front(w) % w->count], away);
}

void scan_doc_shell_open(struct scan_doc_shell *s, struct span info)
{
	static const char *const shell[] = { "sh", "bash", "shell", "zsh", NULL };
	static const char *const session[] = { "console", "shell-session", "terminal",
		                               "sh-session", NULL };
	size_t end = 0;

	while (end < info.len && !is_blank(info.ptr[end]) && info.ptr[end] != '{' &&
	       info.ptr[end] != ',')
		end++;
	info = span_sub(info, 0, end);
	*s = (struct scan_doc_shell){ .prompt = is_one_of(info, session) };
	s->prompt = s->prompt || info.len == 0;
	s->on = s->prompt || is_one_of(info, shell);
}

/* Takes the words up to the end of a command: the rest of the line is left. */
static void take_words(struct words *w, struct span *rest)
{
	w->count = 0;
	while (rest->len > 0) {
		size_t start = 0;
		size_t end;

		while (start < rest->len && is_blank(rest->ptr[start]))
			start++;
		*rest = span_from(*rest, start);
		if (rest->len == 0 || rest->ptr[0] == '#') {
			*rest = SPAN_EMPTY;
			return;
		}
		for (end = 0; end < rest->len && !is_blank(rest->ptr[end]) &&
		              strchr(";&|", rest->ptr[end]) == NULL;
		     end++)
			;
		if (end > 0 && w->count < WORDS_MAX)
			w->items[w->count++] = span_sub(*rest, 0, end);
		*rest = span_from(*rest, end);
		if (rest->len > 0 && strchr(";&|", rest->ptr[0]) != NULL) {
			while (rest->len > 0 && strchr(";&|", rest->ptr[0]) != NULL)
				*rest = span_from(*rest, 1);
			return;
		}
	}
}

void scan_doc_shell_line(struct scan_doc_shell *s, struct span text, struct span line,
                         const struct scan_doc_sink *sink)
{
	struct words w = { .text = text, .sink = sink };
	struct span rest = span_trim(line);
	bool prompt = span_starts(rest, SPAN_LIT("$ ")) ||
	              (s->prompt && span_starts(rest, SPAN_LIT("% ")));
	bool goes_on = s->more;

	s->more = span_ends(rest, SPAN_LIT("\\")) ||
	          span_find(rest, SPAN_LIT("<<")) < rest.len;
	if (!s->on || s->lost || goes_on || (s->prompt && !prompt) ||
	    span_find_byte(rest, '`') < rest.len ||
	    span_find_byte(rest, '"') < rest.len || span_find_byte(rest, '\'') < rest.len)
		return;
	if (prompt)
		rest = span_from(rest, 2);
	while (rest.len > 0 && !s->lost) {
		take_words(&w, &rest);
		s->lost = leads_away(&w);
		if (!s->lost)
			take_command(&w);
	}
	/* What a file holds from here on is not in the project. */
	s->lost = s->lost || span_find(line, SPAN_LIT("<<")) < line.len ||
	          span_find_byte(line, '>') < line.len;
}

/* ---- what there is ---- */

static void add(const struct scan_doc_sink *sink, enum scan_doc_kind kind,
                struct span part, struct span text)
{
	size_t start = (size_t)(part.ptr - text.ptr);

	sink->add(kind, part, start, start + part.len, sink->context);
}

static bool is_rule(struct span line, size_t *colon)
{
	*colon = span_find_byte(line, ':');
	return line.len > 0 && !is_blank(line.ptr[0]) && line.ptr[0] != '#' &&
	       *colon < line.len &&
	       span_find_byte(span_sub(line, 0, *colon), '=') == *colon &&
	       !span_starts(span_from(line, *colon), SPAN_LIT(":=")) &&
	       !span_starts(span_from(line, *colon), SPAN_LIT("::="));
}

/* Targets that are made of something else, or come from another file. */
static bool is_open(struct span line)
{
	static const char *const words[] = { "include ",  "-include ", "sinclude ",
		                             ".DEFAULT",  "define ",   ".include ",
		                             "!include ", "$(eval",    NULL };

	for (size_t i = 0; words[i] != NULL; i++)
		if (span_starts(line, span_str(words[i])))
			return true;
	return false;
}

void scan_doc_targets(struct span text, const struct scan_doc_sink *sink)
{
	struct span rest = text;
	struct span line;
	bool open = false;

	while (span_line(&rest, &line)) {
		struct span target;
		size_t colon;

		open = open || is_open(line);
		if (!is_rule(line, &colon))
			continue;
		line = span_sub(line, 0, colon);
		open = open || span_find_byte(line, '$') < line.len ||
		       span_find_byte(line, '%') < line.len ||
		       span_ends(line, SPAN_LIT("\\"));
		while (span_split(&line, ' ', &target))
			if (is_plain(span_trim(target)))
				add(sink, SCAN_DOC_TARGET, span_trim(target), text);
	}
	if (open && text.len > 0)
		add(sink, SCAN_DOC_OPEN, span_sub(text, 0, 1), text);
}

void scan_doc_scripts(struct span text, const struct scan_doc_sink *sink)
{
	struct json_doc *doc = NULL;
	const struct json *scripts;

	if (text.len == 0)
		return;
	if (json_parse(&doc, text, "package.json", NULL) != ERR_OK) {
		add(sink, SCAN_DOC_OPEN, span_sub(text, 0, 1), text);
		return;
	}
	scripts = json_get(json_root(doc), "scripts");
	for (const struct json *v = json_first(scripts); v != NULL; v = json_next(v))
		sink->add(SCAN_DOC_SCRIPT, span_str(json_key(v)), 0, 1, sink->context);
	json_free(doc);
}
