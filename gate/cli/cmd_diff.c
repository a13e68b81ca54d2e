// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "base/when.h"
#include "cli/judged.h"
#include "cli/project.h"
#include "lib/json.h"
#include "record/entry.h"
#include "record/history_index.h"
#include "verdict/delta.h"

#include <inttypes.h>
#include <stdio.h>

/* `diff`: why one run scores differently from another, to the last fraction. */

enum { INDEX_DIGITS = 6 }; /* a run's id begins with the 8 digits of its day */

/* ---- finding a run: its folder, or what the history has of it ---- */

/* The decision with what people signed since; an entry has that of the run alone. */
struct standing {
	enum gate_decision decision;
	bool known;
};

/* The entry of a run's folder is made anew, as the history would have it. */
static enum err_code entry_of_folder(struct gate_entry *out, struct standing *now,
                                     const char *dir, struct err *err)
{
	static const char nowhere[] =
		"0000000000000000000000000000000000000000000000000000000000000000";
	const struct gate_chain none = { .begun = false };
	struct judged j = { .has_recorded = false };
	struct gate_assessment *then = NULL;
	struct gate_evidence unsigned_yet;
	struct buf text = BUF_INIT;
	enum err_code rc = judged_open_again(&j, dir, NULL, err);

	if (rc == ERR_OK && j.recorded.damages.count > 0)
		rc = err_set(err, ERR_AUTH, "%s/%s: %s", dir,
		             j.recorded.damages.items[0].file,
		             j.recorded.damages.items[0].what);
	if (rc == ERR_OK && j.recorded.run == NULL)
		j.recorded.run = arena_str(&j.arena, dir);
	if (rc == ERR_OK) {
		*now = (struct standing){ j.assessment->decision, true };
		unsigned_yet = j.recorded.evidence;
		unsigned_yet.signoff_count = 0;
		rc = gate_assess(&then, j.recorded.policy, &unsigned_yet, err);
	}
	if (rc == ERR_OK)
		rc = gate_entry_write(&j.recorded, then, nowhere, &none, &text, err);
	if (rc == ERR_OK)
		rc = gate_entry_read(out, buf_span(&text), err);
	gate_assessment_free(then);
	judged_close(&j);
	buf_fini(&text);
	return rc;
}

static enum err_code pick(const struct gate_history_rows *rows, const char *what,
                          bool by_index, const struct gate_history_row **out,
                          struct err *err)
{
	uint64_t index = 0;

	*out = NULL;
	if (by_index)
		(void)num_u64(span_str(what), 0, UINT64_MAX, &index);
	for (size_t i = 0; i < rows->count; i++)
		if (!by_index || rows->items[i].index == index)
			*out = &rows->items[i];
	if (*out == NULL)
		return err_set(err, ERR_USAGE,
		               "\"%.100s\" is neither a folder, nor a recorded run, nor "
		               "an entry of the history",
		               what);
	if (!by_index && rows->count > 1)
		return err_set(err, ERR_USAGE,
		               "\"%.100s\" could be any of %zu runs, from "
		               "%s to %s",
		               what, rows->count, (*out)->run, rows->items[0].run);
	return ERR_OK;
}

static enum err_code entry_of_history(struct gate_entry *out, const char *root,
                                      const char *what, bool by_index, struct err *err)
{
	const struct gate_history_query query = { .run = by_index ? NULL : what };
	const struct gate_history_row *row;
	struct gate_history_rows rows;
	struct buf text = BUF_INIT;
	bool is_signed = false;
	enum err_code rc = gate_history_list(&rows, root, &query, err);

	if (rc == ERR_OK)
		rc = pick(&rows, what, by_index, &row, err);
	if (rc == ERR_OK)
		rc = gate_history_read(root, row->index, row->offset, &text, &is_signed,
		                       err);
	if (rc == ERR_OK)
		rc = gate_entry_open(out, buf_span(&text), is_signed, err);
	gate_history_rows_fini(&rows);
	buf_fini(&text);
	return rc;
}

static enum err_code find(struct gate_entry *out, struct standing *now, const char *what,
                          struct err *err)
{
	const bool last = str_eq(what, "last");
	const size_t digits = span_str(what).len;
	struct buf dir = BUF_INIT;
	struct buf root = BUF_INIT;
	uint64_t index;
	const bool by_index =
		digits <= INDEX_DIGITS && num_u64(span_str(what), 0, UINT64_MAX, &index);
	enum err_code rc =
		by_index ? ERR_NOT_FOUND : judged_find(last ? NULL : what, &dir, err);

	if (rc == ERR_OK) {
		rc = entry_of_folder(out, now, buf_str(&dir), err);
	} else if (rc == ERR_NOT_FOUND || (rc == ERR_USAGE && !last)) {
		rc = project_root(NULL, &root, err);
		if (rc == ERR_OK)
			rc = entry_of_history(out, buf_str(&root), what, by_index, err);
		if (rc == ERR_OK) {
			now->decision = out->decision;
			now->known = judged_standing(buf_str(&root), out->run,
			                             out->assessment, &now->decision);
		}
	}
	buf_fini(&dir);
	buf_fini(&root);
	return rc;
}

/* ---- printing ---- */

struct sides {
	struct gate_entry entries[2];
	struct gate_scored scored[2];
	struct standing now[2];
	struct gate_delta delta;
};

static enum err_code compare(struct sides *s, struct err *err)
{
	for (size_t i = 0; i < 2; i++) {
		struct gate_entry *e = &s->entries[i];
		struct gate_scored_check *checks =
			arena_array(&e->arena, e->check_count + 1, sizeof *checks);

		if (checks == NULL)
			return err_nomem(err);
		for (size_t k = 0; k < e->check_count; k++)
			checks[k] = (struct gate_scored_check){ e->checks[k].id,
				                                e->checks[k].state,
				                                e->checks[k].share,
				                                e->checks[k].low };
		s->scored[i] = (struct gate_scored){ checks, e->check_count, e->lower,
			                             e->final };
	}
	return gate_delta_make(&s->delta, &s->scored[0], &s->scored[1], err);
}

static void put_signed_tenths(struct buf *out, int64_t t)
{
	buf_printf(out, "%c%" PRId64 ".%" PRId64, t < 0 ? '-' : '+',
	           (t < 0 ? -t : t) / 10, (t < 0 ? -t : t) % 10);
}

static const char *state_of(const struct gate_scored_check *c)
{
	return c != NULL ? gate_state_name(c->state) : "not there";
}

static void put_share(struct buf *out, const struct gate_scored_check *c)
{
	char text[64] = "0";

	if (c != NULL)
		gate_ratio_text(&c->share, 2, text);
	buf_puts(out, text);
}

static void put_cap(struct buf *out, const struct gate_entry *e)
{
	if (e->cap == NULL) {
		buf_puts(out, "no cap");
		return;
	}
	buf_printf(out, "%s (", e->cap);
	str_display(out, span_str(e->cap_reason));
	buf_putc(out, ')');
}

static void put_item(struct buf *out, const struct sides *s,
                     const struct gate_delta_item *item)
{
	const struct gate_scored_check *a = item->before;
	const struct gate_scored_check *b = item->after;

	buf_printf(out, "  %-9s ", gate_term_name(item->term));
	put_signed_tenths(out, item->tenths);
	buf_puts(out, "  ");
	if (item->term == GATE_TERM_CAP) {
		put_cap(out, &s->entries[0]);
		buf_puts(out, " -> ");
		put_cap(out, &s->entries[1]);
	} else {
		str_display(out, span_str((a != NULL ? a : b)->id));
		buf_puts(out, ": ");
	}
	if (item->term == GATE_TERM_EVIDENCE) {
		char from[64];
		char to[64];

		gate_ratio_text(&a->low, 3, from);
		gate_ratio_text(&b->low, 3, to);
		buf_printf(out, "%s -> %s, value %s -> %s", state_of(a), state_of(b),
		           from, to);
	} else if (item->term == GATE_TERM_POLICY) {
		buf_printf(out, "%s -> %s, worth ", state_of(a), state_of(b));
		put_share(out, a);
		buf_puts(out, " -> ");
		put_share(out, b);
	}
	buf_putc(out, '\n');
}

static void put_run(struct buf *out, const char *label, const struct sides *s, size_t i)
{
	const struct gate_entry *e = &s->entries[i];
	char time[WHEN_TEXT];
	char score[64];

	when_format(e->started_ms, false, time);
	gate_ratio_text(&e->final, 1, score);
	buf_printf(out, "%-6s %s  %-8.8s  %-14s  %s", label, time,
	           e->commit != NULL ? e->commit : "-",
	           gate_decision_name(s->now[i].decision), score);
	if (s->now[i].decision != e->decision)
		buf_printf(out, "  %s before sign-offs", gate_decision_name(e->decision));
	buf_putc(out, '\n');
}

static void put_text(struct buf *out, const struct sides *s)
{
	const struct gate_delta *d = &s->delta;

	put_run(out, "from", s, 0);
	put_run(out, "to", s, 1);
	buf_puts(out, "change ");
	put_signed_tenths(out, d->tenths);
	for (size_t t = 0; t < GATE_TERMS; t++) {
		buf_printf(out, "%s%s ", t == 0 ? " = " : ", ",
		           gate_term_name((enum gate_term)t));
		put_signed_tenths(out, d->term_tenths[t]);
	}
	buf_putc(out, '\n');
	if (!d->comparable)
		buf_puts(out, "The scores are not comparable: other checks count, or for "
		              "other shares. `policy` is what that alone changed.\n");
	if (d->count == 0)
		buf_puts(out, "No check has another value or share.\n");
	for (size_t i = 0; i < d->count; i++)
		put_item(out, s, &d->items[i]);
	if (gate_delta_is_large(d))
		buf_puts(out, "This rise of more than 5 points is to be explained to "
		              "whoever signs: the lines above say what made it.\n");
	if (gate_delta_is_by_policy(d))
		buf_puts(out, "A part of this rise is the policy's and not the "
		              "project's: that is to be explained, too.\n");
}

static void field_fraction(struct json_writer *w, const char *key,
                           const struct gate_ratio *r)
{
	struct buf text = BUF_INIT;

	gate_ratio_fraction(r, &text);
	json_field_span(w, key, buf_span(&text));
	w->out->failed |= text.failed;
	buf_fini(&text);
}

static void field_points(struct json_writer *w, const struct gate_ratio *exact,
                         int64_t tenths)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%s%" PRId64 ".%" PRId64, tenths < 0 ? "-" : "",
	               (tenths < 0 ? -tenths : tenths) / 10,
	               (tenths < 0 ? -tenths : tenths) % 10);
	field_fraction(w, "exact", exact);
	json_field_number(w, "points", text);
}

static void json_run(struct json_writer *w, const char *key, const struct sides *s,
                     size_t i)
{
	const struct gate_entry *e = &s->entries[i];
	char time[WHEN_TEXT];

	when_format(e->started_ms, true, time);
	json_put_key(w, key);
	json_open(w, '{');
	json_field_str(w, "run", e->run);
	json_field_str(w, "started", time);
	json_field_str(w, "commit", e->commit);
	json_field_str(w, "decision", gate_decision_name(e->decision));
	json_field_str(w, "effective_decision",
	               s->now[i].known ? gate_decision_name(s->now[i].decision) : NULL);
	field_fraction(w, "lower", &e->lower);
	field_fraction(w, "final", &e->final);
	json_field_str(w, "cap", e->cap);
	json_field_str(w, "cap_reason", e->cap_reason);
	json_field_str(w, "policy", e->policy);
	json_field_str(w, "denominator", e->denominator);
	json_close(w, '}');
}

static void json_side(struct json_writer *w, const char *key,
                      const struct gate_scored_check *c)
{
	json_put_key(w, key);
	if (c == NULL) {
		json_put_null(w);
		return;
	}
	json_open(w, '{');
	json_field_str(w, "state", gate_state_name(c->state));
	field_fraction(w, "share", &c->share);
	field_fraction(w, "low", &c->low);
	json_close(w, '}');
}

static void json_items(struct json_writer *w, const struct gate_delta *d)
{
	json_put_key(w, "items");
	json_open(w, '[');
	for (size_t i = 0; i < d->count; i++) {
		const struct gate_delta_item *item = &d->items[i];
		const struct gate_scored_check *c =
			item->before != NULL ? item->before : item->after;

		json_open(w, '{');
		json_field_str(w, "term", gate_term_name(item->term));
		json_field_str(w, "check", c != NULL ? c->id : NULL);
		field_points(w, &item->points, item->tenths);
		json_side(w, "before", item->before);
		json_side(w, "after", item->after);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_json(struct buf *out, const struct sides *s)
{
	const struct gate_delta *d = &s->delta;
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_u64(&w, "schema_version", 1);
	json_run(&w, "before", s, 0);
	json_run(&w, "after", s, 1);
	json_field_bool(&w, "comparable", d->comparable);
	json_put_key(&w, "change");
	json_open(&w, '{');
	field_points(&w, &d->total, d->tenths);
	json_close(&w, '}');
	for (size_t t = 0; t < GATE_TERMS; t++) {
		json_put_key(&w, gate_term_name((enum gate_term)t));
		json_open(&w, '{');
		field_points(&w, &d->terms[t], d->term_tenths[t]);
		json_close(&w, '}');
	}
	json_items(&w, d);
	json_put_key(&w, "to_explain");
	json_open(&w, '[');
	if (gate_delta_is_large(d))
		json_put_str(&w, "a rise of more than 5 points");
	if (gate_delta_is_by_policy(d))
		json_put_str(&w, "a rise that the policy has a part in");
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
}

int cli_diff(struct program_call *call)
{
	struct sides s = { .delta = { .count = 0 } };
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc = lb_crypto_init(&err);
	int code;

	for (size_t i = 0; rc == ERR_OK && i < 2; i++)
		rc = find(&s.entries[i], &s.now[i], call->args.items[i], &err);
	if (rc == ERR_OK)
		rc = compare(&s, &err);
	if (rc == ERR_OK) {
		if (str_eq(cli_options(call)->format, "json"))
			put_json(&out, &s);
		else
			put_text(&out, &s);
		code = program_print_take(call, &out);
	} else {
		err.code = rc;
		code = program_fail(call, &err);
		if (rc == ERR_AUTH || rc == ERR_CORRUPT)
			code = CLI_VERIFY;
	}
	gate_delta_fini(&s.delta);
	for (size_t i = 0; i < 2; i++)
		gate_entry_fini(&s.entries[i]);
	return code;
}
