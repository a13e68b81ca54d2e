// SPDX-License-Identifier: Apache-2.0
#include "record/entry.h"

#include "base/num.h"
#include "base/str.h"
#include "base/when.h"
#include "lib/json.h"
#include "record/dsse.h"

#include <stdlib.h>
#include <string.h>

enum { SHA1_BYTES = 20 };

static const char *const decisions[] = { "GO", "CONDITIONAL GO", "NO-GO" };

const char *gate_decision_name(enum gate_decision d)
{
	return decisions[d];
}

/* ---- writing: keys in the order of their bytes ---- */

static void put_fraction(struct json_writer *w, const char *key,
                         const struct gate_ratio *value)
{
	struct buf text = BUF_INIT;

	gate_ratio_fraction(value, &text);
	json_field_span(w, key, buf_span(&text));
	w->out->failed |= text.failed;
	buf_fini(&text);
}

static void put_time(struct json_writer *w, const char *key, int64_t ms)
{
	char text[WHEN_TEXT];

	when_format(ms, true, text);
	json_field_str(w, key, text);
}

/* Checks by id: rows of two runs are compared, and the order of a policy is no news. */
struct row {
	const char *id;
	const struct gate_assessed_check *check;
};

static int by_id(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->id, ((const struct row *)b)->id);
}

static struct row *rows_of(const struct gate_assessment *a, struct arena *arena)
{
	const size_t count = a->policy->check_count;
	struct row *rows = arena_array(arena, count + 1, sizeof *rows);

	for (size_t i = 0; rows != NULL && i < count; i++)
		rows[i] = (struct row){ a->policy->checks[i].id, &a->checks[i] };
	if (rows != NULL)
		qsort(rows, count, sizeof *rows, by_id);
	return rows;
}

static void put_check(struct json_writer *w, const struct row *row)
{
	const struct gate_assessed_check *c = row->check;
	const struct gate_record *r = c->record;
	const bool measured = r != NULL && r->measured != NULL;

	json_open(w, '{');
	json_field_str(w, "id", row->id);
	put_fraction(w, "low", &c->low);
	if (measured)
		json_field_str(w, "measured", r->measured);
	put_fraction(w, "share", &c->share);
	json_field_str(w, "state", gate_state_name(c->state));
	if (measured && r->unit != NULL)
		json_field_str(w, "unit", r->unit);
	json_close(w, '}');
}

/* What counts and how much of the whole each is: of two runs that agree here, all that
 * changed a score was evidence and caps. */
static enum err_code denominator(const struct row *rows, size_t count,
                                 char hex[DIGEST_HEX], struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	for (size_t i = 0; i < count; i++) {
		if (!rows[i].check->applicable)
			continue;
		buf_printf(&text, "%s ", rows[i].id);
		gate_ratio_fraction(&rows[i].check->share, &text);
		buf_putc(&text, '\n');
	}
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		rc = digest_hex(buf_span(&text), hex, err);
	buf_fini(&text);
	return rc;
}

static void put_score(struct json_writer *w, const struct gate_assessment *a)
{
	json_put_key(w, "score");
	json_open(w, '{');
	put_fraction(w, "coverage", &a->coverage);
	put_fraction(w, "final", &a->final);
	put_fraction(w, "lower", &a->lower);
	put_fraction(w, "upper", &a->upper);
	json_close(w, '}');
}

/* Of a policy, which has decimals from 0 to 100. */
static void put_threshold(struct json_writer *w, const char *key, const char *decimal)
{
	struct gate_ratio value = GATE_RATIO_INIT;

	(void)gate_ratio_set_decimal(&value, span_str(decimal));
	put_fraction(w, key, &value);
	gate_ratio_fini(&value);
}

static void put_thresholds(struct json_writer *w, const struct gate_thresholds *t)
{
	json_put_key(w, "thresholds");
	json_open(w, '{');
	put_threshold(w, "conditional", t->conditional);
	put_threshold(w, "go", t->go);
	json_close(w, '}');
}

static void put_cap(struct json_writer *w, const struct gate_assessment *a)
{
	json_put_key(w, "cap");
	if (a->cap == NULL) {
		json_put_null(w);
		return;
	}
	json_open(w, '{');
	json_field_str(w, "limit", a->cap);
	json_field_str(w, "reason", a->cap_reason);
	json_close(w, '}');
}

static void put_subject(struct json_writer *w, const char *assessment)
{
	json_put_key(w, "subject");
	json_open(w, '[');
	json_open(w, '{');
	json_put_key(w, "digest");
	json_open(w, '{');
	json_field_str(w, "sha256", assessment);
	json_close(w, '}');
	json_field_str(w, "name", "assessment.json");
	json_close(w, '}');
	json_close(w, ']');
}

static void put_predicate(struct json_writer *w, const struct gate_recorded *r,
                          const struct gate_assessment *a, const struct row *rows,
                          const struct gate_chain *after, const char *counts)
{
	char previous[LB_ID_HEX];

	str_hex(after->head.b, LB_ID, previous);
	json_open(w, '{');
	json_field_str(w, "branch", a->subject->branch);
	put_cap(w, a);
	json_put_key(w, "checks");
	json_open(w, '[');
	for (size_t i = 0; i < a->policy->check_count; i++)
		put_check(w, &rows[i]);
	json_close(w, ']');
	json_field_str(w, "commit", a->subject->commit);
	json_field_str(w, "decision", gate_decision_name(a->decision));
	json_field_str(w, "denominator", counts);
	put_time(w, "ended", r->ended_ms);
	json_field_u64(w, "index", after->count);
	json_field_str(w, "policy", a->policy->digest);
	json_field_str(w, "previous", previous);
	json_field_str(w, "run", r->run);
	json_field_u64(w, "schema_version", 1);
	put_score(w, a);
	if (r->selection != NULL)
		json_field_str(w, "selection", r->selection);
	put_time(w, "started", r->started_ms);
	put_thresholds(w, &a->policy->thresholds);
	json_field_str(w, "tree", a->subject->tree);
	json_close(w, '}');
}

enum err_code gate_entry_write(const struct gate_recorded *r,
                               const struct gate_assessment *a, const char *assessment,
                               const struct gate_chain *after, struct buf *out,
                               struct err *err)
{
	struct arena arena = ARENA_INIT;
	const struct row *rows = rows_of(a, &arena);
	char counts[DIGEST_HEX];
	struct json_writer w;
	enum err_code rc = arena_err(&arena, err);

	if (rc == ERR_OK)
		rc = denominator(rows, a->policy->check_count, counts, err);
	if (rc == ERR_OK) {
		json_writer_init(&w, out, 0);
		json_open(&w, '{');
		json_field_str(&w, "_type", "https://in-toto.io/Statement/v1");
		json_put_key(&w, "predicate");
		put_predicate(&w, r, a, rows, after, counts);
		json_field_str(&w, "predicateType", GATE_ENTRY_TYPE);
		put_subject(&w, assessment);
		json_close(&w, '}');
		rc = buf_err(out, err);
	}
	arena_fini(&arena);
	return rc;
}

/* ---- reading ---- */

/* The first fault stays. */
struct reader {
	struct gate_entry *e;
	const struct json *v; /* the predicate, or a part of it */
	const char *fault;    /* the member, or NULL */
};

static void fault(struct reader *r, const char *key)
{
	if (r->fault == NULL)
		r->fault = key;
}

static const char *optional(struct reader *r, const char *key)
{
	const struct json *v = json_get(r->v, key);

	if (v != NULL && json_type(v) != JSON_NULL && json_string(v) == NULL)
		fault(r, key);
	return arena_str(&r->e->arena, json_string(v));
}

static const char *text(struct reader *r, const char *key)
{
	const char *s = optional(r, key);

	if (s == NULL)
		fault(r, key);
	return s;
}

static const char *digest(struct reader *r, const char *key)
{
	const char *s = text(r, key);
	unsigned char bytes[LB_ID];

	if (!str_unhex(span_str(s), bytes, sizeof bytes))
		fault(r, key);
	return s;
}

static void time_of(struct reader *r, const char *key, int64_t *out)
{
	const char *s = json_string(json_get(r->v, key));

	if (s == NULL || !when_parse(span_str(s), out))
		fault(r, key);
}

static void fraction(struct reader *r, const char *key, struct gate_ratio *out)
{
	const char *s = json_string(json_get(r->v, key));

	if (s == NULL || !gate_ratio_set_fraction(out, span_str(s)))
		fault(r, key);
}

/* One of at least 0 and at most `max`. */
static void fraction_to(struct reader *r, const char *key, const struct gate_ratio *max,
                        struct gate_ratio *out)
{
	fraction(r, key, out);
	if (gate_ratio_sign(out) < 0 || gate_ratio_cmp(out, max) > 0)
		fault(r, key);
}

static void fraction_to_u64(struct reader *r, const char *key, uint64_t max,
                            struct gate_ratio *out)
{
	struct gate_ratio most = GATE_RATIO_INIT;

	gate_ratio_set_u64(&most, max, 1);
	fraction_to(r, key, &most, out);
	gate_ratio_fini(&most);
}

static void read_check(struct reader *r, const struct json *v, struct gate_entry_check *c)
{
	const struct json *whole = r->v;
	const char *state;

	r->v = v;
	c->id = text(r, "id");
	state = text(r, "state");
	if (state == NULL || !gate_state_find(state, &c->state))
		fault(r, "state");
	fraction_to_u64(r, "share", 100, &c->share);
	fraction_to_u64(r, "low", 1, &c->low);
	c->measured = optional(r, "measured");
	if (c->measured != NULL && !num_is_decimal(span_str(c->measured)))
		fault(r, "measured");
	c->unit = optional(r, "unit");
	r->v = whole;
}

static void read_checks(struct reader *r)
{
	const struct json *list = json_get(r->v, "checks");
	struct gate_entry *e = r->e;
	const size_t count = json_count(list);

	if (json_type(list) != JSON_ARRAY) {
		fault(r, "checks");
		return;
	}
	e->checks = arena_array(&e->arena, count + 1, sizeof *e->checks);
	if (e->checks == NULL)
		return;
	for (const struct json *v = json_first(list); v != NULL && r->fault == NULL;
	     v = json_next(v)) {
		struct gate_entry_check *c = &e->checks[e->check_count++];

		read_check(r, v, c);
		if (r->fault == NULL && e->check_count > 1 &&
		    strcmp(c[-1].id, c->id) >= 0)
			fault(r, "checks");
	}
}

static void read_score(struct reader *r)
{
	const struct json *whole = r->v;

	r->v = json_get(whole, "score");
	fraction_to_u64(r, "upper", 100, &r->e->upper);
	fraction_to(r, "lower", &r->e->upper, &r->e->lower);
	fraction_to(r, "final", &r->e->lower, &r->e->final);
	fraction_to_u64(r, "coverage", 1, &r->e->coverage);
	r->v = whole;
}

static void read_thresholds(struct reader *r)
{
	const struct json *whole = r->v;

	r->v = json_get(whole, "thresholds");
	r->e->has_thresholds = r->v != NULL;
	if (r->e->has_thresholds) {
		fraction_to_u64(r, "conditional", 100, &r->e->conditional);
		fraction_to_u64(r, "go", 100, &r->e->go);
	}
	r->v = whole;
}

static void read_cap(struct reader *r)
{
	const struct json *whole = r->v;
	const struct json *cap = json_get(whole, "cap");

	if (json_type(cap) == JSON_NULL)
		return;
	r->v = cap;
	r->e->cap = text(r, "limit");
	r->e->cap_reason = text(r, "reason");
	r->v = whole;
}

static void read_decision(struct reader *r)
{
	const char *name = json_string(json_get(r->v, "decision"));

	for (unsigned i = 0; i < sizeof decisions / sizeof *decisions; i++)
		if (str_eq(name, decisions[i])) {
			r->e->decision = (enum gate_decision)i;
			return;
		}
	fault(r, "decision");
}

static void read_place(struct reader *r)
{
	const char *previous = text(r, "previous");
	uint64_t version;

	if (!json_u64(json_get(r->v, "schema_version"), &version) || version != 1)
		fault(r, "schema_version");
	if (!json_u64(json_get(r->v, "index"), &r->e->index))
		fault(r, "index");
	if (!str_unhex(span_str(previous), r->e->previous.b, LB_ID))
		fault(r, "previous");
}

static void read_predicate(struct reader *r)
{
	struct gate_entry *e = r->e;

	read_place(r);
	e->run = text(r, "run");
	e->selection = optional(r, "selection");
	time_of(r, "started", &e->started_ms);
	time_of(r, "ended", &e->ended_ms);
	e->branch = optional(r, "branch");
	e->commit = optional(r, "commit");
	e->tree = optional(r, "tree");
	e->policy = digest(r, "policy");
	e->denominator = digest(r, "denominator");
	read_decision(r);
	read_score(r);
	read_thresholds(r);
	read_cap(r);
	read_checks(r);
}

static void read_statement(struct reader *r, const struct json *root)
{
	const struct json *subject = json_first(json_get(root, "subject"));

	if (!str_eq(json_string(json_get(root, "predicateType")), GATE_ENTRY_TYPE))
		fault(r, "predicateType");
	r->v = json_get(subject, "digest");
	r->e->assessment = digest(r, "sha256");
	r->v = json_get(root, "predicate");
	read_predicate(r);
}

enum err_code gate_entry_read(struct gate_entry *out, struct span statement,
                              struct err *err)
{
	struct json_doc *doc = NULL;
	struct reader r = { .e = out };
	enum err_code rc;

	*out = (struct gate_entry){ .index = 0 };
	arena_init(&out->arena);
	rc = json_parse(&doc, statement, "statement", err);
	if (rc == ERR_OK)
		read_statement(&r, json_root(doc));
	if (rc == ERR_OK && r.fault != NULL)
		rc = err_set(err, ERR_CORRUPT, "its \"%s\" is missing or wrong", r.fault);
	json_free(doc);
	return rc == ERR_OK ? arena_err(&out->arena, err) : rc;
}

enum err_code gate_entry_open(struct gate_entry *out, struct span text_of, bool is_signed,
                              struct err *err)
{
	struct gate_envelope envelope;
	enum err_code rc;

	if (!is_signed)
		return gate_entry_read(out, text_of, err);
	*out = (struct gate_entry){ .index = 0 };
	rc = gate_envelope_read(&envelope, text_of, "envelope", err);
	if (rc == ERR_OK && !str_eq(envelope.type, GATE_INTOTO_TYPE))
		rc = err_set(err, ERR_CORRUPT, "its payload is no in-toto statement");
	if (rc == ERR_OK)
		rc = gate_entry_read(out, envelope.payload, err);
	gate_envelope_fini(&envelope);
	return rc;
}

/* Of a commit or a tree of git, as SHA-1 or SHA-256; or NULL. */
static bool is_object(const char *s)
{
	unsigned char bytes[LB_ID];

	return s == NULL || str_unhex(span_str(s), bytes, SHA1_BYTES) ||
	       str_unhex(span_str(s), bytes, sizeof bytes);
}

enum err_code gate_entry_take(struct gate_entry *out, const struct gate_chain_entry *c,
                              struct err *err)
{
	const enum err_code rc = gate_entry_open(out, c->text, c->is_signed, err);

	if (rc == ERR_OK &&
	    (out->index != c->index || !lb_id_eq(&out->previous, &c->previous)))
		return err_set(err, ERR_CORRUPT, "it was made for another place");
	if (rc == ERR_OK && !gate_run_id_ok(out->run))
		return err_set(err, ERR_CORRUPT, "its run has no name that runs have");
	if (rc == ERR_OK && !(is_object(out->commit) && is_object(out->tree)))
		return err_set(err, ERR_CORRUPT, "its commit or tree is no object id");
	return rc;
}

void gate_entry_fini(struct gate_entry *e)
{
	for (size_t i = 0; i < e->check_count; i++) {
		gate_ratio_fini(&e->checks[i].share);
		gate_ratio_fini(&e->checks[i].low);
	}
	gate_ratio_fini(&e->lower);
	gate_ratio_fini(&e->upper);
	gate_ratio_fini(&e->coverage);
	gate_ratio_fini(&e->final);
	gate_ratio_fini(&e->go);
	gate_ratio_fini(&e->conditional);
	arena_fini(&e->arena);
}
