// SPDX-License-Identifier: Apache-2.0
#include "claims/evidence.h"

#include "base/num.h"
#include "base/str.h"
#include "claims/check_internal.h"
#include "collect/rederive/rederive.h"
#include "lib/json.h"
#include "os/fs.h"
#include "record/store.h"

#include <inttypes.h>

/* Numbers of a document against what the last run measured. */

enum { SCAN_MAX = 16 << 20 };

static void put(struct gate_claims_metrics *m, const char *name, const char *value)
{
	struct gate_claims_metric *to =
		arena_push(&m->arena, &m->items, &m->count, &m->cap, sizeof(*to));

	if (to == NULL || value == NULL)
		return;
	to->name = arena_str(&m->arena, name);
	to->value = arena_str(&m->arena, value);
}

static void put_u64(struct gate_claims_metrics *m, const char *name, uint64_t value)
{
	put(m, name, arena_printf(&m->arena, "%" PRIu64, value));
}

static uint64_t field(const struct json *suite, const char *key)
{
	uint64_t v = 0;

	(void)json_u64(json_get(suite, key), &v);
	return v;
}

/* Sums over suites; of one that is unknown the sum is, too. */
static void put_suites(struct gate_claims_metrics *m, struct span text)
{
	struct json_doc *doc = NULL;
	uint64_t passed = 0, failed = 0, skipped = 0, suites = 0;
	bool known = true;

	if (text.len == 0 || json_parse(&doc, text, "suites.json", NULL) != ERR_OK)
		return;
	for (const struct json *s = json_first(json_root(doc)); s != NULL;
	     s = json_next(s)) {
		const char *state = json_string(json_get(s, "state"));

		known = known && state != NULL && !str_eq(state, "unknown");
		passed += field(s, "passed");
		failed += field(s, "failed");
		skipped += field(s, "skipped");
		suites++;
	}
	json_free(doc);
	if (!known || suites == 0)
		return;
	put_u64(m, "suites", suites);
	put_u64(m, "tests", passed + failed + skipped);
	put_u64(m, "tests.passed", passed);
	put_u64(m, "tests.failed", failed);
	put_u64(m, "tests.skipped", skipped);
}

/* Markers in production, where a check looked for them. */
static void put_markers(struct gate_claims_metrics *m, const struct gate_recorded *r)
{
	struct span rest = buf_span(&r->findings);
	struct buf scratch = BUF_INIT;
	struct span line;
	uint64_t count = 0;
	bool scanned = false;

	for (size_t i = 0; i < r->evidence.record_count; i++)
		scanned = scanned ||
		          (str_eq(r->evidence.records[i].check, "quality.markers") &&
		           r->evidence.records[i].measured != NULL);
	while (scanned && span_line(&rest, &line)) {
		struct json_want wants[2] = { { "rule", SPAN_EMPTY },
			                      { "scope", SPAN_EMPTY } };
		struct span rule;

		if (line.len == 0 ||
		    json_pick(line, "findings.jsonl", wants, 2, NULL) != ERR_OK)
			continue;
		rule = json_raw_text(wants[0].raw, &scratch);
		count += (span_eq_str(rule, "marker.todo") ||
		          span_eq_str(rule, "marker.fixme")) &&
		         span_eq(wants[1].raw, SPAN_LIT("\"production\""));
	}
	buf_fini(&scratch);
	if (scanned)
		put_u64(m, "todos", count);
}

/* All files that a scan looked at. */
static void put_files(struct gate_claims_metrics *m, const struct gate_recorded *r,
                      const struct gate_artefact *a)
{
	const char *path = arena_printf(&m->arena, "%s/artefacts/%s", r->dir, a->sha256);
	struct json_doc *doc = NULL;
	struct buf text = BUF_INIT;
	uint64_t files;

	if (path != NULL && os_read_file(path, SCAN_MAX, &text, NULL) == ERR_OK &&
	    json_parse(&doc, buf_span(&text), a->name, NULL) == ERR_OK &&
	    json_u64(json_get(json_root(doc), "files"), &files))
		put_u64(m, "files", files);
	json_free(doc);
	buf_fini(&text);
}

static void put_scan(struct gate_claims_metrics *m, const struct gate_recorded *r)
{
	for (size_t i = 0; i < r->evidence.record_count; i++) {
		const struct gate_record *c = &r->evidence.records[i];

		for (size_t k = 0; c->measured != NULL && k < c->artefact_count; k++)
			if (str_eq(c->artefacts[k].name, "scan.json")) {
				put_files(m, r, &c->artefacts[k]);
				return;
			}
	}
}

static void put_coverage(struct gate_claims_metrics *m, const struct gate_recorded *r)
{
	for (size_t i = 0; i < r->evidence.record_count; i++) {
		const struct gate_record *c = &r->evidence.records[i];

		if (c->measured == NULL || !num_is_decimal(span_str(c->measured)))
			continue;
		put(m, c->check, c->measured);
		if (str_eq(c->check, "tests.coverage") && str_eq(c->unit, "percent"))
			put(m, "coverage", c->measured);
	}
}

/* Numbers that somebody wrote into the run confirm nothing. */
static enum err_code check_run(struct gate_recorded *r, struct err *err)
{
	enum err_code rc = gate_recorded_compare(r, err);

	if (rc == ERR_OK)
		rc = gate_rederive_own(r, err);
	if (rc == ERR_OK && r->damages.count > 0)
		rc = err_set(err, ERR_CORRUPT, "%s/%s: %s", r->dir,
		             r->damages.items[0].file, r->damages.items[0].what);
	return rc;
}

enum err_code gate_claims_metrics_load(struct gate_claims_metrics *m, const char *root,
                                       struct err *err)
{
	struct gate_recorded r = { .complete = false };
	struct buf dir = BUF_INIT;
	enum err_code rc = gate_recorded_find(root, NULL, &dir, err);

	if (rc == ERR_OK)
		rc = gate_recorded_load(&r, buf_str(&dir), err);
	if (rc == ERR_OK)
		rc = check_run(&r, err);
	if (rc == ERR_OK) {
		m->run = arena_str(&m->arena, r.run != NULL ? r.run : buf_str(&dir));
		put_suites(m, buf_span(&r.suites));
		put_markers(m, &r);
		put_coverage(m, &r);
		put_scan(m, &r);
		rc = arena_err(&m->arena, err);
	}
	gate_recorded_fini(&r);
	buf_fini(&dir);
	return rc;
}

void gate_claims_metrics_fini(struct gate_claims_metrics *m)
{
	arena_fini(&m->arena);
	*m = (struct gate_claims_metrics)GATE_CLAIMS_METRICS_INIT;
}

const char *gate_claims_metric_value(const struct gate_claims_metrics *m,
                                     struct span name)
{
	for (size_t i = 0; m != NULL && i < m->count; i++)
		if (span_eq_str(name, m->items[i].name))
			return m->items[i].value;
	return NULL;
}

/* ---- numbers that are bound to a metric ---- */

/* `doubt` (or NULL) is why another number need not be wrong. */
static void judge(struct claims_work *w, const struct claims_token *n, struct span name,
                  const char *doubt)
{
	const char *value = gate_claims_metric_value(w->context->metrics, name);
	struct gate_ratio computed = GATE_RATIO_INIT;
	enum claims_fit fit;

	if (value == NULL || !gate_ratio_set_decimal(&computed, span_str(value))) {
		claims_put_number(&w->stated, &n->number);
		if (w->context->metrics == NULL)
			buf_puts(&w->because, "there is no recorded run");
		else {
			buf_puts(&w->because, "the last run measured no ");
			buf_put(&w->because, name);
		}
		claims_say(w, GATE_CLAIM_EVIDENCE, GATE_CLAIM_UNCHECKED, n->text.ptr);
		return;
	}
	fit = claims_fits(&n->number, &computed, NULL);
	buf_puts(&w->because, "run ");
	buf_puts(&w->because, w->context->metrics->run);
	buf_puts(&w->because, ": ");
	buf_put(&w->because, name);
	claims_say_fit(w, GATE_CLAIM_EVIDENCE, n, &computed, fit, doubt);
	gate_ratio_fini(&computed);
}

/* The text that a mark speaks of: its cell, or its block. Empty for none. */
static struct span text_of(const struct claims_document *d,
                           const struct claims_mark *mark)
{
	const char *at = d->text.ptr + mark->at;
	struct span text;

	if (mark->lost || mark->block >= d->block_count)
		return SPAN_EMPTY;
	text = d->blocks[mark->block].text;
	if (d->blocks[mark->block].kind == CLAIMS_TABLE) {
		const struct claims_table *t = &d->tables[d->blocks[mark->block].index];

		/* The cell that the mark stands in. */
		for (size_t i = 0; i < (t->rows + 1) * t->columns; i++) {
			const struct claims_cell *cell = &d->cells[t->cell + i];

			if (cell->text.ptr <= at && at <= cell->text.ptr + cell->len)
				text = cell->text;
		}
	}
	return text;
}

/* Whoever wrote it wants a number watched, and none is. */
static void say_unbound(struct claims_work *w, const struct claims_mark *mark)
{
	buf_put(&w->stated, mark->name);
	buf_puts(&w->because, "no number stands with this comment");
	claims_say_there(w, GATE_CLAIM_EVIDENCE, GATE_CLAIM_UNCHECKED,
	                 (size_t)(mark->name.ptr - w->d->source.ptr));
}

/* The number of a mark: right behind it, else the last one before, else the first one of
 * the block that follows. */
static void check_mark(struct claims_work *w, const struct claims_mark *mark)
{
	const char *at = w->d->text.ptr + mark->at;
	const struct claims_token *before = NULL;

	if (!claims_tokens_read(&w->tokens, text_of(w->d, mark)))
		return;
	for (size_t i = 0; i < w->tokens.count; i++) {
		const struct claims_token *n = &w->tokens.items[i];

		if (!claims_is_number(n))
			continue;
		if (!mark->inside || n->text.ptr >= at) {
			judge(w, n, mark->name, NULL);
			return;
		}
		before = n;
	}
	if (before != NULL)
		judge(w, before, mark->name, NULL);
	else
		say_unbound(w, mark);
}

/* ---- obvious names ---- */

static const struct {
	const char *words;
	const char *metric;
} names[] = {
	{ "tests", "tests" },   { "todos", "todos" }, { "coverage", "coverage" },
	{ "suites", "suites" }, { "files", "files" },
};

enum { NAMES = sizeof(names) / sizeof(*names) };

/* "Tests: 367", "Coverage: 84 %", and nothing else: which name it is, else NAMES. The
 * number is the third token. */
static size_t read_name(struct claims_work *w, const struct claims_block *b)
{
	const struct claims_token *t = NULL;

	if ((b->kind != CLAIMS_ITEM && b->kind != CLAIMS_PARAGRAPH) || b->text.len > 80 ||
	    !claims_has_digit(b->text) || !claims_tokens_read(&w->tokens, b->text) ||
	    w->tokens.count != 3)
		return NAMES;
	t = w->tokens.items;
	if (!claims_is_mark(&t[1], ':') || !claims_is_number(&t[2]) ||
	    t[2].number.unit.len > 0)
		return NAMES;
	for (size_t i = 0; i < NAMES; i++)
		if (claims_is_word(&t[0], names[i].words) &&
		    gate_claims_metric_value(w->context->metrics,
		                             span_str(names[i].metric)) != NULL)
			return i;
	return NAMES;
}

/* Of a number without a comment: fewer files may be those of a folder. */
static const char *doubt_name(const struct claims_work *w, const struct claims_block *b,
                              size_t name, size_t times)
{
	const struct claims_number *n = &w->tokens.items[2].number;
	struct gate_ratio stated = GATE_RATIO_INIT;
	struct gate_ratio all = GATE_RATIO_INIT;
	const char *value = gate_claims_metric_value(w->context->metrics,
	                                             span_str(names[name].metric));
	bool fewer;

	if (times > 1 || (b->kind == CLAIMS_ITEM && b->level > 1))
		return "it may be of a part";
	if (w->context->path != NULL && claims_is_past(span_str(w->context->path)))
		return "it may be of another time";
	if (!str_eq(names[name].metric, "files"))
		return NULL;
	claims_exact(&stated, n);
	fewer = gate_ratio_set_decimal(&all, span_str(value)) &&
	        gate_ratio_cmp(&stated, &all) < 0;
	gate_ratio_fini(&stated);
	gate_ratio_fini(&all);
	return fewer ? "it may be of some of them" : NULL;
}

static void check_names(struct claims_work *w)
{
	const struct claims_document *d = w->d;
	size_t times[NAMES + 1] = { 0 };

	for (size_t i = 0; i < d->block_count; i++)
		times[read_name(w, &d->blocks[i])]++;
	for (size_t i = 0; i < d->block_count && !w->failed; i++) {
		size_t name = read_name(w, &d->blocks[i]);

		if (name < NAMES)
			judge(w, &w->tokens.items[2], span_str(names[name].metric),
			      doubt_name(w, &d->blocks[i], name, times[name]));
	}
}

void claims_evidence(struct claims_work *w)
{
	for (size_t i = 0; i < w->d->mark_count && !w->failed; i++)
		check_mark(w, &w->d->marks[i]);
	if (w->context->metrics != NULL)
		check_names(w);
}
