// SPDX-License-Identifier: Apache-2.0
#include "marker.h"

#include "base/str.h"
#include "lib/json.h"
#include "pattern.h"
#include "patterns.h"

#include <string.h>

enum { OWNER_MAX = 64, ISSUE_MAX = 64 };

/* The longest word of a rule that starts here. */
static const struct scan_marker *marker_at(const struct scan_selection *rules,
                                           struct span text, size_t at)
{
	const struct scan_marker *found = NULL;

	for (size_t i = 0; i < rules->word_count; i++) {
		const struct scan_marker *m = &rules->words[i];

		if (text.ptr[at] == m->word[0] && text.len - at >= m->len &&
		    memcmp(text.ptr + at, m->word, m->len) == 0 &&
		    (found == NULL || m->len > found->len))
			found = m;
	}
	return found;
}

static bool is_ascii_word(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/* Does a character that belongs to words touch the border from the left or right? */
static bool word_before(struct scan_pass *p, struct span text, size_t at)
{
	size_t start = at;
	unsigned char c = at > 0 ? (unsigned char)text.ptr[at - 1] : ' ';

	if (c < 0x80)
		return is_ascii_word(c);
	while (start > 0 && at - start < 4 &&
	       ((unsigned char)text.ptr[--start] & 0xC0) == 0x80)
		;
	return scan_patterns_letter(p->patterns, p->matcher,
	                            span_sub(text, start, at - start));
}

static bool word_after(struct scan_pass *p, struct span text, size_t at)
{
	unsigned char c = at < text.len ? (unsigned char)text.ptr[at] : ' ';

	if (c < 0x80)
		return is_ascii_word(c);
	return scan_patterns_letter(p->patterns, p->matcher, span_sub(text, at, 4));
}

/* Digits behind '#', or KEY-12. Empty if `text` does not start with one. */
static struct span issue_at(struct span text)
{
	size_t n = 0;

	if (text.len > 0 && text.ptr[0] == '#') {
		n = 1;
	} else {
		while (n < text.len && n < ISSUE_MAX / 2 &&
		       ((text.ptr[n] >= 'A' && text.ptr[n] <= 'Z') ||
		        (n > 0 && text.ptr[n] >= '0' && text.ptr[n] <= '9')))
			n++;
		if (n < 2 || n == text.len || text.ptr[n] != '-')
			return SPAN_EMPTY;
		n++;
	}
	if (n == text.len || text.ptr[n] < '0' || text.ptr[n] > '9')
		return SPAN_EMPTY;
	while (n < text.len && n < ISSUE_MAX && text.ptr[n] >= '0' && text.ptr[n] <= '9')
		n++;
	if (n < text.len && is_ascii_word((unsigned char)text.ptr[n]))
		return SPAN_EMPTY;
	return span_sub(text, 0, n);
}

static bool is_number(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	}
	return s.len > 0;
}

/* An address whose last part is a number or a key: that of an issue, of any tracker. */
static struct span url_at(struct span text)
{
	size_t n = 0;
	size_t part;

	if (!span_starts(text, SPAN_LIT("http://")) &&
	    !span_starts(text, SPAN_LIT("https://")))
		return SPAN_EMPTY;
	while (n < text.len && (unsigned char)text.ptr[n] > ' ' &&
	       strchr("<>\"'`)]},;", text.ptr[n]) == NULL)
		n++;
	while (n > 0 && (text.ptr[n - 1] == '.' || text.ptr[n - 1] == ':'))
		n--;
	for (part = n; part > 0 && strchr("/=#", text.ptr[part - 1]) == NULL;)
		part--;
	text = span_sub(text, 0, n);
	if (is_number(span_from(text, part)) ||
	    issue_at(span_from(text, part)).len == n - part)
		return n > part ? text : SPAN_EMPTY;
	return SPAN_EMPTY;
}

/* The first issue that the rest of the line names. */
static struct span find_issue(struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		bool border = i == 0 || !is_ascii_word((unsigned char)line.ptr[i - 1]);
		struct span issue = border ? issue_at(span_from(line, i)) : SPAN_EMPTY;
		struct span url = border ? url_at(span_from(line, i)) : SPAN_EMPTY;

		if (url.len > 0)
			return url;

		/* Such names are standards, not work. */
		if (issue.len > 0 && !span_starts(issue, SPAN_LIT("UTF-")) &&
		    !span_starts(issue, SPAN_LIT("ISO-")) &&
		    !span_starts(issue, SPAN_LIT("SHA-")) &&
		    !span_starts(issue, SPAN_LIT("RFC-")))
			return issue;
	}
	return SPAN_EMPTY;
}

/* A marker's name in brackets, unless that is an issue. */
static struct span find_owner(struct span line)
{
	struct span name;

	if (line.len == 0 || line.ptr[0] != '(')
		return SPAN_EMPTY;
	name = span_sub(line, 1, OWNER_MAX);
	name = span_sub(name, 0, span_find_byte(name, ')'));
	if (name.len == 0 || 1 + name.len >= line.len || line.ptr[1 + name.len] != ')' ||
	    issue_at(name).len > 0)
		return SPAN_EMPTY;
	return span_trim(name);
}

static void put_details(struct buf *out, struct span rest)
{
	struct span owner = find_owner(rest);
	struct span issue = find_issue(rest);
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	if (issue.len > 0) {
		json_put_key(&w, "issue");
		json_put_string(&w, issue);
	}
	if (owner.len > 0) {
		json_put_key(&w, "owner");
		json_put_string(&w, owner);
	}
	json_close(&w, '}');
}

/* What is said on the line, without the end of the comment. */
static struct span said(struct span text, size_t at)
{
	static const char *const ends[] = {
		"*/", "-->", "\"\"\"", "'''", "#}", "-}", NULL
	};
	struct span line = span_sub(text, at, 2 * (size_t)SCAN_CONTEXT_MAX);

	line = span_trim(span_sub(line, 0, span_find_byte(line, '\n')));
	for (size_t i = 0; ends[i] != NULL; i++) {
		if (span_ends(line, span_str(ends[i])))
			line.len -= strlen(ends[i]);
	}
	return span_trim(line);
}

static void report(struct scan_pass *p, const struct scan_marker *m, struct span text,
                   size_t at)
{
	struct span line = said(text, at);
	struct buf message = BUF_INIT;
	struct buf details = BUF_INIT;

	if (scan_pass_is_full(p))
		return;
	/* An address of an issue may hold a password, too. */
	scan_pattern_hide_text(p, at, line, &message);
	put_details(&details, span_from(buf_span(&message), m->len));
	scan_pass_report(p, &(struct scan_report){ .rule = m->rule,
	                                           .start = at,
	                                           .end = at + m->len,
	                                           .message = buf_str(&message),
	                                           .details = buf_str(&details),
	                                           .identity = buf_span(&message) });
	if (!buf_ok(&message) || !buf_ok(&details))
		p->rc = ERR_NOMEM;
	buf_fini(&message);
	buf_fini(&details);
}

/* Where the next marker word of [at, end) stands that no ASCII letter, digit or _
 * touches; `end` if there is none. Borders are those of the file, not of the piece. */
static size_t next_word(const struct scan_pass *p, size_t at, size_t end,
                        const struct scan_marker **out)
{
	struct span text = p->source->text;

	for (; at < end; at++) {
		const struct scan_marker *m;

		if (p->rules->firsts[(unsigned char)text.ptr[at]] == 0)
			continue;
		m = marker_at(p->rules, span_sub(text, 0, end), at);
		if (m == NULL)
			continue;
		if ((at == 0 || !is_ascii_word((unsigned char)text.ptr[at - 1])) &&
		    (at + m->len == text.len ||
		     !is_ascii_word((unsigned char)text.ptr[at + m->len]))) {
			*out = m;
			return at;
		}
		at += m->len - 1;
	}
	return end;
}

static bool is_whole(struct scan_pass *p, const struct scan_marker *m, size_t at)
{
	return !word_before(p, p->source->text, at) &&
	       !word_after(p, p->source->text, at + m->len);
}

static const char *const part_of_word = "part of a word";

void scan_marker_comment(struct scan_pass *p, const struct scan_piece *comment)
{
	struct span text = span_sub(p->source->text, 0, comment->end);
	const struct scan_marker *m = NULL;
	size_t at = comment->start;

	while ((at = next_word(p, at, comment->end, &m)) < comment->end) {
		if (is_whole(p, m, at))
			report(p, m, text, at);
		else
			scan_pass_drop(p, m->rule, at, part_of_word);
		at += m->len;
	}
}

static const char *why_not(const struct scan_piece *piece)
{
	if (piece == NULL)
		return "in a file of unknown language";
	if (piece->kind == SCAN_STRING)
		return "in a string";
	if (piece->kind == SCAN_CODE && (piece->language->features & SCAN_NO_CODE) == 0)
		return "in code";
	return "in text";
}

void scan_marker_drops(struct scan_pass *p, const struct scan_piece *piece)
{
	size_t end = piece == NULL ? p->source->text.len : piece->end;
	const struct scan_marker *m = NULL;
	size_t at = piece == NULL ? 0 : piece->start;

	while ((at = next_word(p, at, end, &m)) < end) {
		scan_pass_drop(p, m->rule, at,
		               is_whole(p, m, at) ? why_not(piece) : part_of_word);
		at += m->len;
	}
}
