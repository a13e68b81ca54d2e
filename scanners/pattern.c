// SPDX-License-Identifier: Apache-2.0
#include "pattern.h"

#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "fold.h"
#include "lib/json.h"

#include <stdlib.h>
#include <string.h>

/* ---- which files a rule is for ---- */

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

bool scan_pattern_stands(struct scan_pass *p, struct span text, struct scan_found *f,
                         size_t at)
{
	const struct scan_rule *rule = &p->rules->rules[f->rule];
	struct scan_candidate c = {
		.rule = rule,
		.text = text,
		.path = p->source->project,
		.match = f->match,
		.value = f->value,
		.key = f->key,
	};
	char why[SCAN_WHY_MAX];

	if (rule->builtin == SCAN_BUILTIN_MARKER ||
	    !scan_rule_takes(rule, p->source->project))
		return false;
	p->rc = scan_engine_compiled(p->engine, f->rule, &c.compiled, NULL);
	if (p->rc != ERR_OK)
		return false;
	if (!scan_confirm(&c, p->matcher, why)) {
		if (why[0] != '\0')
			scan_pass_drop(p, f->rule, at, why);
		return false;
	}
	f->value = c.value;
	f->proof = c.proof;
	return true;
}

void scan_pattern_keep(struct scan_pass *p, const struct scan_found *f)
{
	size_t length = f->value.end - f->value.start;

	if (!mem_grow(&p->kept, p->kept_count, &p->kept_cap, sizeof(*p->kept))) {
		p->rc = ERR_NOMEM;
		return;
	}
	p->kept[p->kept_count++] = *f;
	p->kept_longest = length > p->kept_longest ? length : p->kept_longest;
}

static int compare_kept(const void *a, const void *b)
{
	const struct scan_found *x = a;
	const struct scan_found *y = b;

	if (x->value.start != y->value.start)
		return x->value.start < y->value.start ? -1 : 1;
	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return x->value.end < y->value.end ? -1 : x->value.end > y->value.end;
}

static bool is_marker(const struct scan_pass *p, const struct scan_found *f)
{
	return p->rules->rules[f->rule].builtin == SCAN_BUILTIN_MARKER;
}

void scan_pattern_look(struct scan_pass *p, bool marks)
{
	p->marker_end = 0;
	p->kept_count = 0;
	p->kept_at = 0;
	p->kept_longest = 0;
	p->rc = scan_finder_look(p->finder,
	                         &(struct scan_look){ .text = p->source->text,
	                                              .path = p->source->project,
	                                              .marks = marks },
	                         &p->found, NULL);
	if (p->found.limited)
		p->trouble = "not fully scanned: a text took too many steps";
	for (size_t i = 0; p->rc == ERR_OK && i < p->found.count; i++) {
		struct scan_found one = p->found.items[i];

		if (is_marker(p, &one) && one.match.end > p->marker_end)
			p->marker_end = one.match.end;
		if (scan_pattern_stands(p, p->source->text, &one, one.match.start))
			scan_pattern_keep(p, &one);
	}
	if (p->rc == ERR_OK)
		scan_pattern_decode(p);
	if (p->kept_count > 1)
		qsort(p->kept, p->kept_count, sizeof(*p->kept), compare_kept);
	scan_fold(p->rules->rules, p->kept, &p->kept_count);
}

/* ---- what findings may show ---- */

enum { SHOWN = 4, TELLING = 8, AROUND = 1024 };

/* "ghp_***": of a token that has a form of its own its start, of others nothing. */
static void put_hidden(struct buf *out, const struct scan_pass *p,
                       const struct scan_found *f)
{
	const struct scan_rule *rule = &p->rules->rules[f->rule];
	size_t length = f->value.end - f->value.start;
	bool own = rule->key_group == 0 && !rule->yields && f->hidden_in == NULL;

	if (own && length >= 5 * (size_t)SHOWN)
		buf_put(out, span_sub(p->source->text, f->value.start, SHOWN));
	buf_puts(out, "***");
}

/* The first kept match that may reach behind `at`: by the longest of them. */
static size_t kept_from(const struct scan_pass *p, size_t at)
{
	size_t low = 0;
	size_t high = p->kept_count;

	at = at > p->kept_longest ? at - p->kept_longest : 0;
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
			put_hidden(&out, p, f);
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
static void hide_one(struct buf *text, const struct scan_pass *p,
                     const struct scan_found *f)
{
	struct span secret =
		span_sub(p->source->text, f->value.start, f->value.end - f->value.start);
	size_t least = secret.len < TELLING ? secret.len : TELLING;
	struct buf out = BUF_INIT;
	struct span rest = buf_span(text);

	while (rest.len > 0) {
		size_t n = common(rest, secret);

		if (n >= least && n > 0) {
			put_hidden(&out, p, f);
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
			hide_one(out, p, f);
	}
}

/* ---- findings ---- */

/* {"bytes":40,"checksum":"right","hidden_in":"base64"} */
static void put_details(struct buf *out, const struct scan_found *f, size_t bytes)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_put_key(&w, "bytes");
	json_put_u64(&w, bytes);
	if (f->proof != SCAN_UNPROVEN) {
		json_put_key(&w, "checksum");
		json_put_str(&w, f->proof == SCAN_PROVEN ? "right" : "wrong");
	}
	if (f->hidden_in != NULL) {
		json_put_key(&w, "hidden_in");
		json_put_str(&w, f->hidden_in);
	}
	json_close(&w, '}');
}

static void put_message(struct buf *out, const struct scan_rule *rule,
                        const struct scan_found *f, struct span value)
{
	buf_puts(out, rule->title);
	if (!rule->redact) {
		buf_puts(out, ": ");
		buf_put(out, span_sub(value, 0, SCAN_MESSAGE_MAX));
	}
	if (f->hidden_in != NULL)
		buf_printf(out, ", hidden in %s", f->hidden_in);
	if (f->proof == SCAN_DISPROVEN)
		buf_puts(out, " (its checksum is wrong: made up, or mistyped)");
}

/* A secret's fingerprint depends on its value only with a salt that nobody else has:
 * passwords can be guessed from a plain hash. */
static struct span identity_of(struct scan_pass *p, const struct scan_rule *rule,
                               struct span value, char hex[DIGEST_HEX])
{
	struct digest *d = NULL;
	enum err_code rc;

	if (!rule->redact)
		return value;
	if (p->salt.len == 0)
		return SPAN_EMPTY;
	rc = digest_new(&d, NULL);
	if (rc == ERR_OK)
		rc = digest_add(d, p->salt, NULL);
	if (rc == ERR_OK)
		rc = digest_add(d, value, NULL);
	if (rc == ERR_OK) {
		rc = digest_finish(d, hex, NULL);
		d = NULL;
	}
	digest_free(d);
	p->rc = rc;
	return rc == ERR_OK ? span_str(hex) : SPAN_EMPTY;
}

static void report(struct scan_pass *p, const struct scan_found *f)
{
	const struct scan_rule *rule = &p->rules->rules[f->rule];
	struct span value =
		span_sub(p->source->text, f->value.start, f->value.end - f->value.start);
	struct buf message = BUF_INIT;
	struct buf details = BUF_INIT;
	char hex[DIGEST_HEX];
	struct scan_report r = {
		.rule = f->rule,
		.start = f->value.start,
		.end = f->value.end,
		.identity = identity_of(p, rule, value, hex),
	};

	put_message(&message, rule, f, value);
	if (rule->redact)
		put_details(&details, f, value.len);
	r.message = buf_str(&message);
	r.details = rule->redact ? buf_str(&details) : NULL;
	if (p->rc == ERR_OK && buf_ok(&message) && buf_ok(&details))
		scan_pass_report(p, &r);
	else
		p->rc = ERR_NOMEM;
	buf_fini(&message);
	buf_fini(&details);
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
