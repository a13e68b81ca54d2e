// SPDX-License-Identifier: Apache-2.0
#include "topic.h"

#include "base/ascii.h"
#include "base/buf.h"

#include <string.h>

/*
 * Titles and names are compared as words: small letters and digits, each run of anything
 * else one space, with a space at both ends. " install" is the beginning of a word,
 * " api " a whole one.
 */

enum { WORDS_MAX = 160, LEVELS = 8, PLACEHOLDER_MAX = 120 };

struct words {
	char text[WORDS_MAX + 3];
};

struct phrase {
	const char *words;
	unsigned topics;
};

static const struct phrase in_titles[] = {
	{ " install", SCAN_DOC_INSTALL },
	{ " setup ", SCAN_DOC_INSTALL },
	{ " set up ", SCAN_DOC_INSTALL },
	{ " setting up ", SCAN_DOC_INSTALL },
	{ " getting started ", SCAN_DOC_INSTALL | SCAN_DOC_MANUAL },
	{ " get started ", SCAN_DOC_INSTALL | SCAN_DOC_MANUAL },
	{ " quick start ", SCAN_DOC_INSTALL | SCAN_DOC_MANUAL },
	{ " quickstart ", SCAN_DOC_INSTALL | SCAN_DOC_MANUAL },
	{ " build ", SCAN_DOC_INSTALL },
	{ " building ", SCAN_DOC_INSTALL },
	{ " compil", SCAN_DOC_INSTALL },
	{ " download", SCAN_DOC_INSTALL },
	{ " usage ", SCAN_DOC_MANUAL },
	{ " using ", SCAN_DOC_MANUAL },
	{ " use ", SCAN_DOC_MANUAL },
	{ " how to ", SCAN_DOC_MANUAL },
	{ " example", SCAN_DOC_MANUAL },
	{ " tutorial", SCAN_DOC_MANUAL },
	{ " manual", SCAN_DOC_MANUAL },
	{ " guide ", SCAN_DOC_MANUAL },
	{ " handbook ", SCAN_DOC_MANUAL },
	{ " commands ", SCAN_DOC_MANUAL },
	{ " options ", SCAN_DOC_MANUAL },
	{ " synopsis ", SCAN_DOC_MANUAL },
	{ " documentation ", SCAN_DOC_MANUAL },
	{ " docs ", SCAN_DOC_MANUAL },
	{ " run ", SCAN_DOC_MANUAL | SCAN_DOC_ADMIN },
	{ " running ", SCAN_DOC_MANUAL | SCAN_DOC_ADMIN },
	{ " api ", SCAN_DOC_API },
	{ " apis ", SCAN_DOC_API },
	{ " reference ", SCAN_DOC_API },
	{ " methods ", SCAN_DOC_API },
	{ " functions ", SCAN_DOC_API },
	{ " admin", SCAN_DOC_ADMIN },
	{ " operat", SCAN_DOC_ADMIN },
	{ " deploy", SCAN_DOC_ADMIN },
	{ " configur", SCAN_DOC_ADMIN },
	{ " runbook", SCAN_DOC_ADMIN },
	{ " maintenance ", SCAN_DOC_ADMIN },
	{ " hosting ", SCAN_DOC_ADMIN },
	{ " production ", SCAN_DOC_ADMIN },
	{ " security ", SCAN_DOC_SECURITY },
	{ " vulnerabilit", SCAN_DOC_SECURITY },
	{ " threat model ", SCAN_DOC_SECURITY },
	{ " hardening ", SCAN_DOC_SECURITY },
	{ " changelog ", SCAN_DOC_CHANGELOG },
	{ " change log ", SCAN_DOC_CHANGELOG },
	{ " release notes ", SCAN_DOC_CHANGELOG },
	{ " what s new ", SCAN_DOC_CHANGELOG },
	{ NULL, 0 },
};

/* What a name says besides: one that is a title, too, has the topics of that. */
static const struct phrase in_names[] = {
	{ " changes ", SCAN_DOC_CHANGELOG },
	{ " changelogs ", SCAN_DOC_CHANGELOG },
	{ " changeset", SCAN_DOC_CHANGELOG },
	{ " news ", SCAN_DOC_CHANGELOG },
	{ " newsfragments ", SCAN_DOC_CHANGELOG },
	{ " history ", SCAN_DOC_CHANGELOG },
	{ " releases ", SCAN_DOC_CHANGELOG },
	{ " releasenotes ", SCAN_DOC_CHANGELOG },
	{ " relnotes ", SCAN_DOC_CHANGELOG },
	{ " whatsnew ", SCAN_DOC_CHANGELOG },
	{ " userguide ", SCAN_DOC_MANUAL },
	{ NULL, 0 },
};

static const struct phrase in_licence_names[] = {
	{ " license", SCAN_DOC_LICENCE },
	{ " licence", SCAN_DOC_LICENCE },
	{ " copying", SCAN_DOC_LICENCE },
	{ " copyright ", SCAN_DOC_LICENCE },
	{ " unlicense", SCAN_DOC_LICENCE },
	{ " unlicence", SCAN_DOC_LICENCE },
	{ NULL, 0 },
};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80) != 0;
}

static void words_of(struct span s, struct words *out)
{
	size_t n = 1;

	out->text[0] = ' ';
	for (size_t i = 0; i < s.len && n < WORDS_MAX; i++) {
		char c = ascii_lower(s.ptr[i]);

		if (is_word(c))
			out->text[n++] = c;
		else if (out->text[n - 1] != ' ')
			out->text[n++] = ' ';
	}
	if (out->text[n - 1] != ' ')
		out->text[n++] = ' ';
	out->text[n] = '\0';
}

static unsigned topics_of(const struct phrase *list, const struct words *w)
{
	unsigned topics = 0;

	for (; list->words != NULL; list++) {
		if (strstr(w->text, list->words) != NULL)
			topics |= list->topics;
	}
	return topics;
}

unsigned scan_doc_title_topics(struct span title)
{
	struct words w;

	words_of(title, &w);
	return topics_of(in_titles, &w);
}

unsigned scan_doc_name_topics(struct span path)
{
	struct words w;

	words_of(path, &w);
	return topics_of(in_titles, &w) | topics_of(in_names, &w);
}

bool scan_doc_is_licence(struct span name)
{
	struct words w;

	words_of(name, &w);
	return topics_of(in_licence_names, &w) != 0;
}

/* ---- the sections of a document ---- */

struct reader {
	enum scan_doc_form form;
	struct span before;    /* the line before the one in hand, trimmed */
	bool before_blank;     /* the line before that one */
	unsigned open[LEVELS]; /* topics of the headings that we are below */
	char marks[LEVELS];    /* that underline headings, in the order of their levels */
	char fence;            /* 0: none is open */
	bool in_comment;
	struct scan_doc_gist gist;
};

static size_t run_of(struct span s, char c)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] == c)
		n++;
	return n;
}

static void take_heading(struct reader *r, struct span title, size_t level)
{
	level = level < LEVELS ? level : LEVELS - 1;
	for (size_t i = level; i < LEVELS; i++)
		r->open[i] = 0;
	r->open[level] = scan_doc_title_topics(title);
	r->before = SPAN_EMPTY;
}

/* "TBD", "Coming soon!", "TODO: write this". */
static bool is_placeholder(const struct words *w, size_t len)
{
	static const char *const all[] = { " tba ",
		                           " to be written ",
		                           " to be done ",
		                           " to be defined ",
		                           " to be determined ",
		                           " to be added ",
		                           " to be completed ",
		                           " work in progress ",
		                           " wip ",
		                           " under construction ",
		                           " placeholder ",
		                           " write me ",
		                           " fill me in ",
		                           " fill in ",
		                           " insert text here ",
		                           " content goes here ",
		                           NULL };
	static const char *const starts[] = { " tbd ",         " todo ",        " fixme ",
		                              " lorem ipsum ", " coming soon ", NULL };

	for (size_t i = 0; all[i] != NULL; i++)
		if (strcmp(w->text, all[i]) == 0)
			return true;
	for (size_t i = 0; starts[i] != NULL && len <= PLACEHOLDER_MAX; i++)
		if (strncmp(w->text, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static void take_content(struct reader *r, struct span line)
{
	struct words w;

	words_of(line, &w);
	if (w.text[1] == '\0') /* rules, fences: no words */
		return;
	if (is_placeholder(&w, line.len)) {
		r->gist.placeholder = true;
		return;
	}
	r->gist.hollow = false;
	for (size_t i = 0; i < LEVELS; i++)
		r->gist.topics |= r->open[i];
}

/* Level of a heading that is underlined with such a mark; 0: of none. */
static size_t level_of_mark(struct reader *r, char mark)
{
	size_t i = 0;

	if (r->form == SCAN_DOC_MARKDOWN)
		return mark == '=' ? 1 : mark == '-' ? 2 : 0;
	while (i + 2 < LEVELS && r->marks[i] != '\0' && r->marks[i] != mark)
		i++;
	r->marks[i] = mark;
	return i + 1;
}

/* A line of one mark below a title. */
static bool take_underline(struct reader *r, struct span line)
{
	size_t level;

	if (line.len < 2 || strchr("=-~^\"'`#*+.:_", line.ptr[0]) == NULL ||
	    run_of(line, line.ptr[0]) != line.len)
		return false;
	level = r->before.len > 0 ? level_of_mark(r, line.ptr[0]) : 0;
	if (level > 0)
		take_heading(r, r->before, level);
	return true;
}

/* "# Title", "== Title", "<h2>Title</h2>". */
static bool take_marked(struct reader *r, struct span line)
{
	char mark = r->form == SCAN_DOC_ASCIIDOC ? '=' : '#';
	size_t level = r->form == SCAN_DOC_MARKDOWN || r->form == SCAN_DOC_ASCIIDOC
	                       ? run_of(line, mark)
	                       : 0;

	if (level > 0 && level < LEVELS && level < line.len && line.ptr[level] == ' ') {
		take_heading(r, span_from(line, level), level);
		return true;
	}
	if (line.len > 4 && line.ptr[0] == '<' && ascii_lower(line.ptr[1]) == 'h' &&
	    line.ptr[2] >= '1' && line.ptr[2] <= '6') {
		take_heading(r, span_from(line, 3), (size_t)(line.ptr[2] - '0'));
		return true;
	}
	return false;
}

/* A short line of its own, of which one cannot tell whether it is a heading: as far as
 * its words are a title it is one. */
static bool take_plain(struct reader *r, struct span line)
{
	enum { TITLE_MAX = 60 };
	struct span title = r->before;

	if (r->form != SCAN_DOC_PLAIN || line.len != 0 || !r->before_blank ||
	    title.len == 0 || title.len > TITLE_MAX ||
	    strchr(".,;", title.ptr[title.len - 1]) != NULL)
		return false;
	if (scan_doc_title_topics(title) == 0)
		return false;
	r->gist.hollow = false; /* it may be a sentence */
	take_heading(r, title, 1);
	return true;
}

/* True: the line belongs to a comment, or is one. */
static bool in_comment(struct reader *r, struct span line)
{
	bool was = r->in_comment;
	bool opens = span_starts(line, SPAN_LIT("<!--"));

	if (r->form != SCAN_DOC_MARKDOWN)
		return (r->form == SCAN_DOC_ASCIIDOC &&
		        span_starts(line, SPAN_LIT("//"))) ||
		       (r->form == SCAN_DOC_RST && span_starts(line, SPAN_LIT(".. ")) &&
		        span_find(line, SPAN_LIT("::")) == line.len);
	if (was || opens)
		r->in_comment = span_find(line, SPAN_LIT("-->")) == line.len;
	return was || opens;
}

static bool in_fence(struct reader *r, struct span line)
{
	char mark = line.len > 2 && run_of(line, line.ptr[0]) >= 3 ? line.ptr[0] : '\0';

	if (r->form != SCAN_DOC_MARKDOWN || (mark != '`' && mark != '~'))
		return r->fence != '\0';
	if (r->fence == '\0')
		r->fence = mark;
	else if (r->fence == mark)
		r->fence = '\0';
	return true;
}

/* What stood in the line before is content once it is known to be no title. */
static void settle(struct reader *r)
{
	if (r->before.len > 0)
		take_content(r, r->before);
	r->before = SPAN_EMPTY;
}

static void read_line(struct reader *r, struct span line)
{
	if (in_fence(r, line)) {
		settle(r);
		take_content(r, line);
		return;
	}
	if (in_comment(r, line)) {
		settle(r);
		return;
	}
	if (take_underline(r, line) || take_plain(r, line))
		return;
	if (line.len == 0)
		r->before_blank = true;
	else if (r->before.len > 0)
		r->before_blank = false;
	settle(r);
	if (!take_marked(r, line))
		r->before = line;
}

/* What stands between lines of --- at the start are settings: pages are made of them. */
static struct span without_settings(struct reader *r, struct span text)
{
	size_t end = span_find(span_from(text, 4), SPAN_LIT("\n---"));

	if (!span_starts(text, SPAN_LIT("---\n")) || end == text.len - 4)
		return text;
	r->gist.hollow = false;
	return span_from(text, 4 + end + 4);
}

struct scan_doc_gist scan_doc_gist_of(struct span text, enum scan_doc_form form)
{
	struct reader r = { .form = form,
		            .before_blank = true,
		            .gist = { .hollow = true } };
	struct span line;

	if (span_starts(text, SPAN_LIT("\xEF\xBB\xBF")))
		text = span_from(text, 3);
	if (form == SCAN_DOC_MARKDOWN)
		text = without_settings(&r, text);
	while (span_line(&text, &line))
		read_line(&r, span_trim(line));
	read_line(&r, SPAN_EMPTY);
	return r.gist;
}
