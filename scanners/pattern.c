// SPDX-License-Identifier: Apache-2.0
#include "pattern.h"

#include "base/mem.h"
#include "base/str.h"

#include <string.h>

/* ---- which files a rule is for ---- */

/* A glob without a slash is for the name of the file. */
static bool any_glob(const struct scan_texts *globs, struct span path)
{
	size_t slash = span_rfind_byte(path, '/');
	struct span name = slash == path.len ? path : span_from(path, slash + 1);

	for (size_t i = 0; i < globs->count; i++) {
		const char *glob = globs->items[i];

		if (str_glob(glob, strchr(glob, '/') != NULL ? path : name))
			return true;
	}
	return false;
}

static bool is_for_path(const struct scan_rule *r, struct span path)
{
	return (r->paths.count == 0 || any_glob(&r->paths, path)) &&
	       !any_glob(&r->not_paths, path);
}

static bool is_for_language(const struct scan_rule *r,
                            const struct scan_language *language)
{
	for (size_t i = 0; i < r->languages.count; i++) {
		if (language != NULL && str_eq(r->languages.items[i], language->name))
			return true;
	}
	return r->languages.count == 0;
}

/* ---- candidates ---- */

static bool stands(struct scan_pass *p, struct scan_found *f)
{
	const struct scan_rule *rule = &p->rules->rules[f->rule];
	struct scan_candidate c = {
		.rule = rule,
		.text = p->source->text,
		.path = p->source->project,
		.match = f->match,
		.value = f->value,
		.key = f->key,
	};
	char why[SCAN_WHY_MAX];

	if (rule->builtin == SCAN_BUILTIN_MARKER ||
	    !is_for_path(rule, p->source->project))
		return false;
	p->rc = scan_engine_compiled(p->engine, f->rule, &c.compiled, NULL);
	if (p->rc != ERR_OK)
		return false;
	if (!scan_confirm(&c, p->matcher, why)) {
		scan_pass_drop(p, f->rule, f->match.start, why);
		return false;
	}
	f->value = c.value;
	return true;
}

void scan_pattern_look(struct scan_pass *p)
{
	p->kept_count = 0;
	p->kept_at = 0;
	p->rc = scan_finder_look(p->finder, p->source->text, &p->found, NULL);
	if (p->found.limited)
		p->trouble = "not fully scanned: a text took too many steps";
	for (size_t i = 0; p->rc == ERR_OK && i < p->found.count; i++) {
		struct scan_found one = p->found.items[i];

		if (!stands(p, &one))
			continue;
		if (mem_grow(&p->kept, p->kept_count, &p->kept_cap, sizeof(*p->kept)))
			p->kept[p->kept_count++] = one;
		else
			p->rc = ERR_NOMEM;
	}
}

/* ---- what findings may show ---- */

enum { SHOWN = 4, TELLING = 8, AROUND = 1024 };

/* "ghp_***": enough to tell two apart, nothing of a short one. */
static void put_hidden(struct buf *out, struct span secret)
{
	if (secret.len >= 4 * (size_t)SHOWN)
		buf_put(out, span_sub(secret, 0, SHOWN));
	buf_puts(out, "***");
}

/* The first kept match that ends behind `at`. Values of one file may overlap, so the look
 * starts where the longest of them could. */
static size_t kept_from(const struct scan_pass *p, size_t at)
{
	size_t low = 0;
	size_t high = p->kept_count;

	at = at > AROUND ? at - AROUND : 0;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->kept[middle].value.start < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_hidden(const struct scan_pass *p, const struct scan_found *f)
{
	return p->rules->rules[f->rule].redact;
}

struct span scan_pattern_hide(struct scan_pass *p, size_t start, size_t end)
{
	struct buf out = BUF_INIT;
	size_t at = start;
	struct span copy;

	for (size_t i = kept_from(p, start); i < p->kept_count; i++) {
		const struct scan_found *f = &p->kept[i];

		if (f->value.start >= end)
			break;
		if (!is_hidden(p, f) || f->value.end <= at)
			continue;
		if (f->value.start >= at) {
			buf_put(&out, span_sub(p->source->text, at, f->value.start - at));
			put_hidden(&out, span_sub(p->source->text, f->value.start,
			                          f->value.end - f->value.start));
		} else if (at == start) {
			buf_puts(&out, "***");
		}
		at = f->value.end;
	}
	if (at < end)
		buf_put(&out, span_sub(p->source->text, at, end - at));
	copy = span_of(arena_dup(&p->sink.arena, buf_span(&out)), out.len);
	if (copy.ptr == NULL || !buf_ok(&out)) {
		p->rc = ERR_NOMEM;
		copy = SPAN_EMPTY;
	}
	buf_fini(&out);
	return copy;
}

/* Bytes at the start of `text` that are the start of the secret. */
static size_t common(struct span text, struct span secret)
{
	size_t n = 0;

	while (n < text.len && n < secret.len && text.ptr[n] == secret.ptr[n])
		n++;
	return n;
}

/* Replaces the secret, and what of it a cut has left. */
static void hide_one(struct buf *text, struct span secret)
{
	size_t least = secret.len < TELLING ? secret.len : TELLING;
	struct buf out = BUF_INIT;
	struct span rest = buf_span(text);

	while (rest.len > 0) {
		size_t n = common(rest, secret);

		if (n >= least && n > 0) {
			put_hidden(&out, secret);
			rest = span_from(rest, n);
		} else {
			buf_putc(&out, rest.ptr[0]);
			rest = span_from(rest, 1);
		}
	}
	buf_fini(text);
	*text = out;
}

void scan_pattern_hide_text(const struct scan_pass *p, size_t start, struct span text,
                            struct buf *out)
{
	buf_put(out, text);
	for (size_t i = kept_from(p, start); i < p->kept_count; i++) {
		const struct scan_found *f = &p->kept[i];

		if (f->value.start > start + AROUND)
			break;
		if (is_hidden(p, f))
			hide_one(out, span_sub(p->source->text, f->value.start,
			                       f->value.end - f->value.start));
	}
}

/* ---- findings ---- */

static void report(struct scan_pass *p, const struct scan_found *f)
{
	const struct scan_rule *rule = &p->rules->rules[f->rule];
	struct span value =
		span_sub(p->source->text, f->value.start, f->value.end - f->value.start);
	struct buf message = BUF_INIT;

	buf_puts(&message, rule->title);
	if (!rule->redact) {
		buf_puts(&message, ": ");
		buf_put(&message, span_sub(value, 0, SCAN_MESSAGE_MAX));
	}
	scan_pass_report(p, &(struct scan_report){ .rule = f->rule,
	                                           .start = f->value.start,
	                                           .end = f->value.end,
	                                           .message = buf_str(&message),
	                                           .identity = value });
	if (!buf_ok(&message))
		p->rc = ERR_NOMEM;
	buf_fini(&message);
}

static unsigned where_of(enum scan_piece_kind kind)
{
	switch (kind) {
	case SCAN_CODE:
		return SCAN_IN_CODE;
	case SCAN_COMMENT:
	case SCAN_DOC:
		return SCAN_IN_COMMENT;
	case SCAN_STRING:
		return SCAN_IN_STRING;
	case SCAN_TEXT:
		return SCAN_IN_TEXT;
	}
	return SCAN_IN_TEXT;
}

static void report_until(struct scan_pass *p, size_t end, unsigned where)
{
	while (p->rc == ERR_OK && p->kept_at < p->kept_count &&
	       p->kept[p->kept_at].value.start < end) {
		const struct scan_found *f = &p->kept[p->kept_at++];
		const struct scan_rule *rule = &p->rules->rules[f->rule];

		if ((rule->in & where) != 0 && is_for_language(rule, p->language) &&
		    !scan_pass_is_full(p))
			report(p, f);
	}
}

void scan_pattern_piece(struct scan_pass *p, const struct scan_piece *piece)
{
	report_until(p, piece->end, where_of(piece->kind));
}

void scan_pattern_rest(struct scan_pass *p)
{
	report_until(p, SIZE_MAX, SCAN_IN_TEXT);
}
