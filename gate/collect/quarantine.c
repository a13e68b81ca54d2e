// SPDX-License-Identifier: Apache-2.0
#include "collect/quarantine.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"
#include "collect/outcome.h"
#include "lib/json.h"
#include "os/fs.h"

#include <string.h>

enum { FILE_BYTES_MAX = 4 << 20, FILE_MODE = 0644, NAMES_SHOWN = 3, NAME_COLUMNS = 80 };

struct entry {
	const struct gate_quarantine *policy;
	const char *key;  /* what the file knows it by */
	const char *glob; /* the policy's, flat */
	uint64_t clean;   /* runs in a row */
	size_t suites;    /* of the policy, that it means */
	size_t looked;    /* those that ran, with all tests known */
	bool found;       /* it names a test of theirs */
	bool told;
};

struct gate_quarantine_book {
	struct arena arena;
	struct entry *entries;
	size_t count;
	const char *path;
	int64_t now_ms;
	bool changed;
};

/* A name is no path: to a glob over names a slash is a character like any other. */
static void flatten(char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] == '/')
			text[i] = '\x1f';
}

/* ---- the file ---- */

/* What cannot be read is not known: such an entry starts at no clean run. */
static void read_file(struct gate_quarantine_book *b)
{
	struct buf text = BUF_INIT;
	struct json_doc *doc = NULL;

	if (os_read_file(b->path, FILE_BYTES_MAX, &text, NULL) != ERR_OK ||
	    json_parse(&doc, buf_span(&text), b->path, NULL) != ERR_OK)
		goto out;
	for (size_t i = 0; i < b->count; i++)
		(void)json_u64(
			json_get(json_get(json_root(doc), "clean"), b->entries[i].key),
			&b->entries[i].clean);
out:
	json_free(doc);
	buf_fini(&text);
}

static bool names_suite(const struct gate_quarantine *q, const char *id)
{
	return str_eq(q->suite, id) || str_glob(q->suite, span_str(id));
}

static size_t count_suites(const struct gate_policy *p, const struct gate_quarantine *q)
{
	size_t n = 0;

	for (size_t i = 0; i < p->suite_count; i++)
		n += names_suite(q, p->suites[i].id);
	return n;
}

enum err_code gate_quarantine_open(struct gate_quarantine_book **out,
                                   const struct gate_policy *p, const char *root,
                                   int64_t now_ms, struct err *err)
{
	struct gate_quarantine_book *b = mem_new(sizeof(*b));
	enum err_code rc;

	if (b == NULL)
		return err_nomem(err);
	arena_init(&b->arena);
	b->now_ms = now_ms;
	b->path = arena_printf(&b->arena, "%s/.seaworthy/quarantine.json", root);
	b->entries = arena_array(&b->arena, p->quarantine_count + 1, sizeof(*b->entries));
	for (size_t i = 0; b->entries != NULL && i < p->quarantine_count; i++) {
		const struct gate_quarantine *q = &p->quarantine[i];
		char *glob = arena_str(&b->arena, q->test);

		if (glob != NULL)
			flatten(glob, strlen(glob));
		b->entries[b->count++] =
			(struct entry){ .policy = q,
			                .glob = glob,
			                .suites = count_suites(p, q),
			                .key = arena_printf(&b->arena, "%s %s", q->suite,
			                                    q->test) };
	}
	if ((rc = arena_err(&b->arena, err)) != ERR_OK) {
		gate_quarantine_free(b);
		return rc;
	}
	if (b->count > 0)
		read_file(b);
	*out = b;
	return ERR_OK;
}

void gate_quarantine_free(struct gate_quarantine_book *b)
{
	if (b == NULL)
		return;
	arena_fini(&b->arena);
	mem_free(b);
}

enum err_code gate_quarantine_store(struct gate_quarantine_book *b, struct err *err)
{
	struct buf text = BUF_INIT;
	struct json_writer w;
	enum err_code rc;

	if (!b->changed)
		return ERR_OK;
	json_writer_init(&w, &text, 2);
	json_open(&w, '{');
	json_put_key(&w, "clean");
	json_open(&w, '{');
	for (size_t i = 0; i < b->count; i++)
		json_field_u64(&w, b->entries[i].key, b->entries[i].clean);
	json_close(&w, '}');
	json_close(&w, '}');
	buf_putc(&text, '\n');
	if ((rc = buf_err(&text, err)) == ERR_OK)
		rc = os_write_atomic(b->path, buf_span(&text), FILE_MODE, err);
	buf_fini(&text);
	return rc;
}

/* ---- which tests ---- */

/* A name as it is, or a glob: names of parameterized tests hold what globs use. */
static bool names_test(const struct entry *e, const char *name)
{
	struct buf flat = BUF_INIT;
	bool named = str_eq(e->policy->test, name);

	if (named)
		return true;
	buf_puts(&flat, name);
	if (buf_ok(&flat) && flat.len > 0) {
		flatten(flat.ptr, flat.len);
		named = str_glob(e->glob, buf_span(&flat));
	}
	buf_fini(&flat);
	return named;
}

static bool is_over(const struct gate_quarantine_book *b, const struct entry *e)
{
	const struct gate_quarantine *q = e->policy;

	return q->expires_ms <= b->now_ms ||
	       (q->release_after > 0 && e->clean >= q->release_after);
}

static bool is_unclean(const struct gate_case *item)
{
	switch (item->state) {
	case GATE_CASE_FAILED:
	case GATE_CASE_ERROR:
	case GATE_CASE_FLAKY:
	case GATE_CASE_QUARANTINED:
		return true;
	case GATE_CASE_PASSED:
	case GATE_CASE_SKIPPED:
		break;
	}
	return false;
}

/* ---- on a run ---- */

static void say_over(const struct gate_quarantine_book *b, const struct entry *e,
                     struct gate_run *r)
{
	const struct gate_quarantine *q = e->policy;
	char date[WHEN_TEXT];

	when_format(q->expires_ms, false, date);
	if (q->expires_ms <= b->now_ms)
		gate_outcome_warn(r,
		                  "the quarantine of %.80s (%.40s, %.40s) expired at %s",
		                  q->test, q->owner, q->issue, date);
	else
		gate_outcome_warn(r,
		                  "%.80s passed %llu run%s in a row: its quarantine is "
		                  "over, take it out of the policy",
		                  q->test, (unsigned long long)e->clean, str_s(e->clean));
}

static void say_kept(const struct entry *e, struct gate_run *r, const struct buf *names,
                     size_t count)
{
	const struct gate_quarantine *q = e->policy;
	char date[WHEN_TEXT];

	when_format(q->expires_ms, false, date);
	gate_outcome_warn(r, "%zu quarantined until %s (%.40s, %.40s): %s", count, date,
	                  q->owner, q->issue, buf_str(names));
}

static void apply_entry(const struct gate_quarantine_book *b, const struct entry *e,
                        struct gate_run *r, bool again)
{
	struct buf names = BUF_INIT;
	bool over = is_over(b, e);
	size_t count = 0;
	size_t named = 0;

	for (size_t i = 0; i < r->cases.count; i++) {
		struct gate_case *item = &r->cases.items[i];

		if (!names_test(e, item->name))
			continue;
		named++;
		if (over || !is_unclean(item) || item->state == GATE_CASE_QUARANTINED)
			continue;
		gate_cases_restate(&r->cases, item, GATE_CASE_QUARANTINED);
		if (count++ < NAMES_SHOWN) {
			buf_puts(&names, names.len > 0 ? ", " : "");
			str_display_cut(&names, span_str(item->name), NAME_COLUMNS);
		}
	}
	if (over && named > 0 && !again)
		say_over(b, e, r);
	if (count > 0)
		say_kept(e, r, &names, count);
	buf_fini(&names);
}

void gate_quarantine_apply(const struct gate_quarantine_book *b, struct gate_run *r,
                           bool again)
{
	for (size_t i = 0; b != NULL && i < b->count; i++)
		if (names_suite(b->entries[i].policy, r->id))
			apply_entry(b, &b->entries[i], r, again);
}

static void say_useless(struct entry *e, struct gate_run *r)
{
	const struct gate_quarantine *q = e->policy;

	e->told = true;
	if (e->suites == 0)
		gate_outcome_warn(
			r,
			"the quarantine of %.80s (line %zu of the policy) is for "
			"the suite %.40s, and there is none: mend its name, or "
			"take it out",
			q->test, q->line, q->suite);
	else
		gate_outcome_warn(
			r,
			"the quarantine of %.80s (line %zu of the policy) names "
			"no test that ran: mend its name, or take it out",
			q->test, q->line);
}

void gate_quarantine_look(struct gate_quarantine_book *b, struct gate_run *r)
{
	for (size_t i = 0; b != NULL && i < b->count; i++) {
		struct entry *e = &b->entries[i];
		const bool meant = names_suite(e->policy, r->id);

		if (meant && r->state != GATE_RUN_UNKNOWN && !r->incomplete)
			e->looked++;
		for (size_t k = 0; meant && !e->found && k < r->cases.count; k++)
			e->found = names_test(e, r->cases.items[k].name);
		if (!e->found && !e->told && e->looked == e->suites)
			say_useless(e, r);
	}
}

/* Clean is a run that has the test and in which it passed at once. */
static void note_entry(struct gate_quarantine_book *b, struct entry *e,
                       const struct gate_run *r)
{
	bool ran = false;
	bool clean = true;

	for (size_t i = 0; i < r->cases.count; i++) {
		const struct gate_case *item = &r->cases.items[i];

		if (!names_test(e, item->name))
			continue;
		ran = ran || item->state != GATE_CASE_SKIPPED;
		clean = clean && !is_unclean(item);
	}
	if (!ran || is_over(b, e)) /* what is over stays over */
		return;
	b->changed = true;
	e->clean = clean ? e->clean + 1 : 0;
}

void gate_quarantine_note(struct gate_quarantine_book *b, const struct gate_run *r)
{
	for (size_t i = 0; i < b->count; i++)
		if (names_suite(b->entries[i].policy, r->id))
			note_entry(b, &b->entries[i], r);
}
