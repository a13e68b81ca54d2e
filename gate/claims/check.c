// SPDX-License-Identifier: Apache-2.0
#include "claims/check.h"

#include "base/ascii.h"
#include "base/cancel.h"
#include "base/mem.h"
#include "claims/check_internal.h"
#include "lib/place.h"

#include <stdlib.h>

/* Trying what columns depend on costs most: however many tables there are, no more. */
enum { TEXT_MAX = 200, AROUND_MAX = 2000, TRIED_MAX = 300000 };

/* ---- telling ---- */

/* Of a line that is longer only this much around the place is looked at. */
struct span claims_line(struct span source, size_t at, size_t view)
{
	struct span before =
		span_sub(source, at > view ? at - view : 0, at > view ? view : at);
	size_t newline = span_rfind_byte(before, '\n');
	struct span line;

	if (newline < before.len)
		before = span_from(before, newline + 1);
	line = span_from(source, at - before.len);
	return span_sub(line, 0,
	                span_find_byte(span_sub(line, 0, before.len + view), '\n'));
}

/* The line of the source, cut where very long. */
static void put_line(struct buf *out, struct span source, size_t at)
{
	struct span line = claims_line(source, at, (size_t)TEXT_MAX * 2);
	size_t start = (size_t)(line.ptr - source.ptr);
	size_t from = 0;

	if (line.len > TEXT_MAX && at - start > TEXT_MAX / 2)
		from = at - start - TEXT_MAX / 2;
	while (from > 0 && from < line.len && (line.ptr[from] & 0xc0) == 0x80)
		from++;
	line = span_from(line, from);
	if (line.len > TEXT_MAX) {
		line.len = TEXT_MAX;
		while (line.len > 0 && (line.ptr[line.len] & 0xc0) == 0x80)
			line.len--;
	}
	buf_put(out, span_trim(line));
}

void claims_say(struct claims_work *w, enum gate_claim_kind kind,
                enum gate_claim_verdict verdict, const char *at)
{
	claims_say_there(w, kind, verdict, claims_source(w->d, at));
}

void claims_say_there(struct claims_work *w, enum gate_claim_kind kind,
                      enum gate_claim_verdict verdict, size_t source)
{
	struct gate_claim claim = { .kind = kind, .verdict = verdict, .at = source };

	if (w->text.len == 0)
		put_line(&w->text, w->d->source, source);
	claim.text = buf_str(&w->text);
	claim.stated = buf_str(&w->stated);
	claim.computed = w->computed.len > 0 ? buf_str(&w->computed) : NULL;
	claim.because = buf_str(&w->because);
	w->failed = w->failed || !buf_ok(&w->text) || !buf_ok(&w->stated) ||
	            !buf_ok(&w->computed) || !buf_ok(&w->because);
	gate_claims_add(w->out, &claim);
	buf_clear(&w->text);
	buf_clear(&w->stated);
	buf_clear(&w->computed);
	buf_clear(&w->because);
}

static void put_stated(struct buf *out, const struct claims_number *n)
{
	static const char *const bounds[] = { "", "~", ">= ", "<= " };

	buf_puts(out, bounds[n->bound]);
	if (n->plus)
		buf_putc(out, '+');
	claims_put_number(out, n);
	if (n->unit.len > 0) {
		buf_putc(out, ' ');
		buf_put(out, n->unit);
	}
}

void claims_say_fit(struct claims_work *w, enum gate_claim_kind kind,
                    const struct claims_token *stated, const struct gate_ratio *computed,
                    enum claims_fit fit, const char *doubt)
{
	enum gate_claim_verdict verdict =
		fit == CLAIMS_FITS ? GATE_CLAIM_CONFIRMED : GATE_CLAIM_REFUTED;

	if (fit == CLAIMS_MAY_FIT || (fit == CLAIMS_DIFFERS && doubt != NULL))
		verdict = GATE_CLAIM_UNCHECKED;
	put_stated(&w->stated, &stated->number);
	claims_put_computed(&w->computed, computed, &stated->number);
	if (stated->number.percent)
		buf_puts(&w->computed, " %");
	if (w->because.len > 0) {
		buf_puts(&w->because,
		         stated->number.bound == CLAIMS_ABOUT ? " = about " : " = ");
		buf_put(&w->because, buf_span(&w->computed));
	}
	if (verdict == GATE_CLAIM_REFUTED) {
		buf_puts(&w->because, w->because.len > 0 ? ", not " : "not ");
		buf_put(&w->because, buf_span(&w->stated));
	}
	if (verdict == GATE_CLAIM_UNCHECKED) {
		buf_puts(&w->because, w->because.len > 0 ? "; " : "");
		buf_puts(&w->because, doubt != NULL ? doubt : "rounding may leave it so");
	}
	claims_say(w, kind, verdict, stated->text.ptr);
}

void claims_say_right(struct claims_work *w, enum gate_claim_kind kind, bool right,
                      const char *doubt, const char *at)
{
	if (!right && doubt != NULL)
		buf_printf(&w->because, "; %s", doubt);
	claims_say(w, kind,
	           right           ? GATE_CLAIM_CONFIRMED
	           : doubt != NULL ? GATE_CLAIM_UNCHECKED
	                           : GATE_CLAIM_REFUTED,
	           at);
}

bool claims_around_says(const struct claims_work *w, size_t block, const char *phrases)
{
	const struct claims_document *d = w->d;
	size_t seen = 0;

	for (size_t i = block; i-- > 0 && seen < 3;) {
		const struct claims_block *b = &d->blocks[i];

		seen += b->text.len > 0;
		if (claims_says(span_sub(b->text, 0, AROUND_MAX), phrases))
			return true;
		if (b->kind == CLAIMS_HEADING)
			break;
	}
	seen = 0;
	for (size_t i = block + 1; i < d->block_count && seen < 2; i++) {
		const struct claims_block *b = &d->blocks[i];

		if (b->kind == CLAIMS_HEADING)
			break;
		seen += b->text.len > 0;
		if (claims_says(span_sub(b->text, 0, AROUND_MAX), phrases))
			return true;
	}
	return false;
}

/* ---- all rules ---- */

static void check_text(struct claims_work *w, struct span text)
{
	if (!claims_has_digit(text))
		return;
	if (!claims_tokens_read(&w->tokens, text)) {
		w->failed = true;
		return;
	}
	claims_parts(w, text);
	claims_percents(w, text);
	claims_equations(w, text);
	claims_date_text(w, text);
}

static void check_table(struct claims_work *w, const struct claims_table *t)
{
	claims_totals(w, t);
	claims_relations(w, t);
	for (size_t i = 0; i < (t->rows + 1) * t->columns; i++)
		check_text(w, w->d->cells[t->cell + i].text);
}

static void check_all(struct claims_work *w)
{
	const struct claims_document *d = w->d;

	for (size_t i = 0; i < d->block_count && !w->failed && arena_ok(&w->out->arena);
	     i++) {
		if (w->context->cancel != NULL && cancel_is_set(w->context->cancel))
			return;
		if (d->blocks[i].kind == CLAIMS_TABLE)
			check_table(w, &d->tables[d->blocks[i].index]);
		else
			check_text(w, d->blocks[i].text);
	}
	claims_lists(w);
	claims_counts(w);
	claims_bands(w);
	claims_weighted_prose(w);
	claims_pass_rate(w);
	claims_dates(w);
	claims_phases(w);
	claims_evidence(w);
	claims_references(w);
}

static int by_place(const void *a, const void *b)
{
	const struct gate_claim *x = a;
	const struct gate_claim *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return (x->kind > y->kind) - (x->kind < y->kind);
}

/* In order, each thing once, with lines. */
static void settle(struct gate_claims *out, struct span document)
{
	struct place place = PLACE_INIT;
	size_t kept = 0;

	if (out->count > 1)
		qsort(out->items, out->count, sizeof(*out->items), by_place);
	for (size_t i = 0; i < out->count; i++) {
		struct gate_claim *claim = &out->items[i];

		if (kept > 0 && out->items[kept - 1].at == claim->at &&
		    out->items[kept - 1].kind == claim->kind)
			continue;
		place_move(&place, document, claim->at);
		claim->line = place.line;
		claim->column = place.column;
		out->items[kept++] = *claim;
	}
	out->count = kept;
}

static void work_fini(struct claims_work *w)
{
	claims_tokens_fini(&w->tokens);
	claims_tokens_fini(&w->more);
	buf_fini(&w->text);
	buf_fini(&w->stated);
	buf_fini(&w->computed);
	buf_fini(&w->because);
}

enum err_code gate_claims_check(struct gate_claims *out, struct span document,
                                const struct gate_claims_context *context,
                                struct err *err)
{
	struct claims_document d = { .block_count = 0 };
	struct claims_work w = {
		.d = &d, .context = context, .out = out, .budget = TRIED_MAX
	};
	enum err_code rc = claims_document_read(&d, document, err);

	if (rc == ERR_OK) {
		check_all(&w);
		if (context->cancel != NULL && cancel_is_set(context->cancel))
			rc = err_set(err, ERR_CANCELLED, "cancelled");
		else
			rc = w.failed ? err_nomem(err) : arena_err(&out->arena, err);
	}
	if (rc == ERR_OK)
		settle(out, document);
	work_fini(&w);
	claims_document_fini(&d);
	return rc;
}
