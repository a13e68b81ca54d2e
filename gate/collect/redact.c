// SPDX-License-Identifier: Apache-2.0
#include "collect/redact.h"

#include "base/mem.h"
#include "base/str.h"
#include "collect/plugin/plugin.h"
#include "lib/json.h"
#include "scanners/redact.h"

#include <string.h>

enum {
	WHOLE_MIN = 4,
	PART_MIN = 8,      /* bytes of a secret that tell it */
	VALUES_MAX = 1000, /* looked for in other texts than their own */
};
#define WORK_MAX UINT64_C(2000000000) /* bytes times values */

struct value {
	struct span text; /* a copy */
	const char *rule;
};

struct note {
	const char *rule;
	const char *place;
	uint64_t line;
	uint64_t count;
};

struct redacting {
	struct scan_redactor *redactor;
	struct arena arena;
	struct value *values;
	size_t value_count;
	size_t value_cap;
	struct note *notes;
	size_t note_count;
	size_t note_cap;
};

/* ---- what is known ---- */

static enum err_code note(struct redacting *x, const char *rule, const char *place,
                          uint64_t line, struct err *err)
{
	struct note *n;

	for (size_t i = 0; i < x->note_count; i++) {
		n = &x->notes[i];
		if (str_eq(n->rule, rule) && str_eq(n->place, place)) {
			n->line = line < n->line ? line : n->line;
			n->count++;
			return ERR_OK;
		}
	}
	n = arena_push(&x->arena, &x->notes, &x->note_count, &x->note_cap, sizeof *n);
	if (n == NULL)
		return err_nomem(err);
	*n = (struct note){ rule, arena_str(&x->arena, place), line, 1 };
	return arena_err(&x->arena, err);
}

/* The shortest may stand anywhere by chance. */
static enum err_code learn(struct redacting *x, struct span text, const char *rule,
                           struct err *err)
{
	struct value *v;

	if (text.len < WHOLE_MIN || x->value_count == VALUES_MAX ||
	    str_eq(rule, SCAN_UNSEARCHED))
		return ERR_OK;
	for (size_t i = 0; i < x->value_count; i++)
		if (span_eq(x->values[i].text, text))
			return ERR_OK;
	v = arena_push(&x->arena, &x->values, &x->value_count, &x->value_cap, sizeof *v);
	if (v == NULL)
		return err_nomem(err);
	*v = (struct value){ span_of(arena_dup(&x->arena, text), text.len), rule };
	return arena_err(&x->arena, err);
}

static void put_mark(struct buf *out, const char *rule)
{
	buf_printf(out, "[redacted %s]", rule);
}

/* ---- a text and its own secrets ---- */

static enum err_code search(struct redacting *x, struct buf *text, const char *place,
                            struct err *err)
{
	const struct span all = buf_span(text);
	struct scan_secret *found;
	struct buf out = BUF_INIT;
	size_t count;
	size_t at = 0;
	enum err_code rc =
		scan_redactor_find(x->redactor, all, &x->arena, &found, &count, err);

	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		const struct scan_secret *s = &found[i];

		buf_put(&out, span_sub(all, at, s->start - at));
		put_mark(&out, s->rule);
		at = s->end;
		rc = note(x, s->rule, place, s->line, err);
		if (rc == ERR_OK)
			rc = learn(x, span_sub(all, s->start, s->end - s->start), s->rule,
			           err);
	}
	if (rc == ERR_OK && count > 0) {
		buf_put(&out, span_from(all, at));
		if ((rc = buf_err(&out, err)) == ERR_OK) {
			buf_fini(text);
			*text = out;
			out = (struct buf)BUF_INIT;
		}
	}
	buf_fini(&out);
	return rc;
}

/* ---- secrets of other texts ---- */

static size_t common(struct span a, struct span b)
{
	size_t n = 0;

	while (n < a.len && n < b.len && a.ptr[n] == b.ptr[n])
		n++;
	return n;
}

/* A cut may have left the end of it. */
static size_t end_at_start(struct span text, struct span value)
{
	for (size_t n = value.len - 1; n >= PART_MIN; n--)
		if (span_starts(text, span_from(value, value.len - n)))
			return n;
	return 0;
}

/* Appends the text without the value; how often it was there. */
static size_t put_without(struct buf *out, struct span text, const struct value *v)
{
	struct span rest = text;
	size_t n = end_at_start(text, v->text);
	size_t count = 0;

	if (n > 0) {
		put_mark(out, v->rule);
		rest = span_from(rest, n);
		count++;
	}
	while (rest.len > 0) {
		const char *hit = memchr(rest.ptr, v->text.ptr[0], rest.len);
		const size_t before = hit != NULL ? (size_t)(hit - rest.ptr) : rest.len;

		buf_put(out, span_sub(rest, 0, before));
		rest = span_from(rest, before);
		n = common(rest, v->text);
		if (n >= PART_MIN || n == v->text.len) {
			put_mark(out, v->rule);
			count++;
		} else if (rest.len > 0) {
			n = 1;
			buf_put(out, span_sub(rest, 0, 1));
		}
		rest = span_from(rest, n);
	}
	return count;
}

/* `changed` says whether `text` is now something else. */
static enum err_code clean(struct redacting *x, struct buf *text, bool *changed,
                           struct err *err)
{
	*changed = false;
	if ((uint64_t)text->len > WORK_MAX / (x->value_count + 1))
		return ERR_OK; /* its own are out already */
	for (size_t i = 0; i < x->value_count; i++) {
		struct buf out = BUF_INIT;

		if (put_without(&out, buf_span(text), &x->values[i]) > 0) {
			*changed = true;
			buf_fini(text);
			*text = out;
		} else {
			buf_fini(&out);
		}
	}
	return buf_err(text, err);
}

static enum err_code clean_buf(struct redacting *x, struct buf *text, struct err *err)
{
	bool changed;

	return clean(x, text, &changed, err);
}

/* A text in an array: what has no room is cut. */
static enum err_code clean_array(struct redacting *x, char *text, size_t room,
                                 struct err *err)
{
	struct buf b = BUF_INIT;
	bool changed = false;
	enum err_code rc;

	buf_puts(&b, text);
	rc = clean(x, &b, &changed, err);
	if (rc == ERR_OK && changed) {
		buf_truncate(&b, b.len < room ? b.len : room - 1);
		memcpy(text, buf_str(&b), b.len + 1);
	}
	buf_fini(&b);
	return rc;
}

static enum err_code clean_string(struct redacting *x, struct arena *arena,
                                  const char **text, struct err *err)
{
	struct buf b = BUF_INIT;
	bool changed = false;
	enum err_code rc = ERR_OK;

	if (*text == NULL)
		return ERR_OK;
	buf_puts(&b, *text);
	rc = clean(x, &b, &changed, err);
	if (rc == ERR_OK && changed) {
		*text = arena_dup(arena, buf_span(&b));
		rc = arena_err(arena, err);
	}
	buf_fini(&b);
	return rc;
}

/* ---- the parts of a run ---- */

static void put_messages(struct buf *out, const struct gate_cases *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct gate_case_attempt *a = c->items[i].attempts;

		if (c->items[i].message != NULL)
			buf_printf(out, "%s\n", c->items[i].message);
		for (; a != NULL; a = a->next)
			if (a->message != NULL)
				buf_printf(out, "%s\n", a->message);
	}
}

/* Of streamed results the cases may be all that is left. */
static enum err_code search_cases(struct redacting *x, const struct gate_cases *c,
                                  struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	put_messages(&text, c);
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		rc = search(x, &text, "cases", err);
	buf_fini(&text);
	return rc;
}

static enum err_code search_plugin(struct redacting *x, struct gate_plugin_answer *a,
                                   struct err *err)
{
	enum err_code rc = search(x, &a->findings, "findings", err);

	for (size_t i = 0; rc == ERR_OK && i < a->artefact_count; i++)
		rc = search(x, &a->artefacts[i].data, a->artefacts[i].name, err);
	return rc;
}

static enum err_code search_all(struct redacting *x, struct gate_run *r, struct err *err)
{
	enum err_code rc = search(x, &r->output, "output", err);

	if (rc == ERR_OK)
		rc = search(x, &r->results, "results", err);
	for (size_t i = 0; rc == ERR_OK && i < r->earlier_count; i++) {
		rc = search(x, &r->earlier[i].output, "output of an earlier attempt",
		            err);
		if (rc == ERR_OK)
			rc = search(x, &r->earlier[i].results,
			            "results of an earlier attempt", err);
	}
	if (rc == ERR_OK)
		rc = search_cases(x, &r->cases, err);
	return rc == ERR_OK && r->plugin != NULL ? search_plugin(x, r->plugin, err) : rc;
}

static enum err_code clean_case(struct redacting *x, struct arena *arena,
                                struct gate_case *c, struct err *err)
{
	enum err_code rc = clean_string(x, arena, &c->name, err);

	if (rc == ERR_OK)
		rc = clean_string(x, arena, &c->message, err);
	for (struct gate_case_attempt *a = c->attempts; rc == ERR_OK && a != NULL;
	     a = a->next)
		rc = clean_string(x, arena, &a->message, err);
	return rc;
}

static enum err_code clean_cases(struct redacting *x, struct gate_cases *c,
                                 struct err *err)
{
	enum err_code rc = clean_string(x, &c->arena, &c->disagreement, err);

	for (size_t i = 0; rc == ERR_OK && i < c->count; i++)
		rc = clean_case(x, &c->arena, &c->items[i], err);
	return rc;
}

static enum err_code clean_plugin(struct redacting *x, struct gate_plugin_answer *a,
                                  struct err *err)
{
	enum err_code rc = clean_buf(x, &a->findings, err);

	for (size_t i = 0; rc == ERR_OK && i < a->artefact_count; i++)
		rc = clean_buf(x, &a->artefacts[i].data, err);
	if (rc == ERR_OK)
		rc = clean_string(x, &a->arena, &a->message, err);
	if (rc == ERR_OK)
		rc = clean_string(x, &a->arena, &a->remedy, err);
	return rc == ERR_OK ? clean_string(x, &a->arena, &a->progress, err) : rc;
}

static enum err_code clean_attempt(struct redacting *x, struct gate_attempt *a,
                                   struct err *err)
{
	enum err_code rc = clean_array(x, a->reason, sizeof a->reason, err);

	if (rc == ERR_OK)
		rc = clean_buf(x, &a->output, err);
	if (rc == ERR_OK)
		rc = clean_buf(x, &a->results, err);
	return rc == ERR_OK ? clean_buf(x, &a->failures, err) : rc;
}

static enum err_code clean_fault(struct redacting *x, struct gate_run *r, struct err *err)
{
	struct buf b = BUF_INIT;
	bool changed = false;
	enum err_code rc;

	buf_puts(&b, r->fault);
	rc = clean(x, &b, &changed, err);
	if (rc == ERR_OK && changed) {
		mem_free(r->fault);
		r->fault = buf_take(&b);
	}
	buf_fini(&b);
	return rc;
}

static enum err_code clean_all(struct redacting *x, struct gate_run *r, struct err *err)
{
	const struct {
		char *text;
		size_t room;
	} arrays[] = { { r->reason, sizeof r->reason },
		       { r->remedy, sizeof r->remedy },
		       { r->warning, sizeof r->warning },
		       { r->doubt, sizeof r->doubt },
		       { r->leaked_names, sizeof r->leaked_names } };
	enum err_code rc = clean_buf(x, &r->output, err);

	if (rc == ERR_OK)
		rc = clean_buf(x, &r->results, err);
	for (size_t i = 0; rc == ERR_OK && i < sizeof arrays / sizeof *arrays; i++)
		rc = clean_array(x, arrays[i].text, arrays[i].room, err);
	for (size_t i = 0; rc == ERR_OK && i < r->earlier_count; i++)
		rc = clean_attempt(x, &r->earlier[i], err);
	if (rc == ERR_OK)
		rc = clean_cases(x, &r->cases, err);
	if (rc == ERR_OK && r->fault != NULL)
		rc = clean_fault(x, r, err);
	return rc == ERR_OK && r->plugin != NULL ? clean_plugin(x, r->plugin, err) : rc;
}

static void put_notes(struct buf *out, const struct redacting *x)
{
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_u64(&w, "schema_version", 1);
	json_put_key(&w, "redacted");
	json_open(&w, '[');
	for (size_t i = 0; i < x->note_count; i++) {
		json_open(&w, '{');
		json_field_str(&w, "rule", x->notes[i].rule);
		json_field_str(&w, "place", x->notes[i].place);
		json_field_u64(&w, "line", x->notes[i].line);
		json_field_u64(&w, "count", x->notes[i].count);
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
}

enum err_code gate_redact(struct scan_redactor *redactor, struct gate_run *r,
                          struct err *err)
{
	struct redacting x = { .redactor = redactor, .arena = ARENA_INIT };
	enum err_code rc = search_all(&x, r, err);

	if (rc == ERR_OK && x.value_count > 0)
		rc = clean_all(&x, r, err);
	if (rc == ERR_OK && x.note_count > 0) {
		put_notes(&r->redactions, &x);
		rc = buf_err(&r->redactions, err);
	}
	arena_fini(&x.arena);
	return rc;
}
