// SPDX-License-Identifier: Apache-2.0
#include "marker.h"

#include "base/str.h"
#include "lib/json.h"
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

/* The first issue that the rest of the line names. */
static struct span find_issue(struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		bool border = i == 0 || !is_ascii_word((unsigned char)line.ptr[i - 1]);
		struct span issue = border ? issue_at(span_from(line, i)) : SPAN_EMPTY;

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

static void report(struct scan_pass *p, const struct scan_marker *m, size_t start,
                   struct span text, size_t at)
{
	struct span line = said(text, at);
	struct buf message = BUF_INIT;
	struct buf details = BUF_INIT;

	if (scan_pass_is_full(p))
		return;
	buf_put(&message, line);
	put_details(&details, span_from(line, m->len));
	scan_pass_report(p, &(struct scan_report){ .rule = m->rule,
	                                           .start = start + at,
	                                           .end = start + at + m->len,
	                                           .message = buf_str(&message),
	                                           .details = buf_str(&details),
	                                           .identity = line });
	if (!buf_ok(&message) || !buf_ok(&details))
		p->rc = ERR_NOMEM;
	buf_fini(&message);
	buf_fini(&details);
}

void scan_marker_comment(struct scan_pass *p, const struct scan_piece *comment)
{
	struct span text =
		span_sub(p->source->text, comment->start, comment->end - comment->start);
	size_t at = 0;

	while (at < text.len) {
		const struct scan_marker *m;

		if (p->rules->firsts[(unsigned char)text.ptr[at]] == 0) {
			at++;
			continue;
		}
		m = marker_at(p->rules, text, at);
		if (m != NULL && !word_before(p, text, at) &&
		    !word_after(p, text, at + m->len))
			report(p, m, comment->start, text, at);
		at += m != NULL ? m->len : 1;
	}
}
