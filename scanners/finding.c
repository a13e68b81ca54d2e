// SPDX-License-Identifier: Apache-2.0
#include "finding.h"

#include "base/mem.h"
#include "base/str.h"
#include "lib/json.h"

#include <string.h>

const char *scan_severity_name(enum scan_severity s)
{
	static const char *const names[] = { "note", "warning", "error" };

	return names[s];
}

const char *scan_scope_name(enum scan_scope s)
{
	static const char *const names[] = {
		"production", "test", "docs", "generated", "vendored", "config",
	};

	return names[s];
}

const char *scan_lack_name(enum scan_lack l)
{
	static const char *const names[SCAN_LACKS] = { "unread", "no-data", "too-large",
		                                       "open" };

	return names[l];
}

bool scan_lack_fails(enum scan_lack l)
{
	return l == SCAN_UNREAD || l == SCAN_NO_DATA;
}

const char *scan_state_name(enum scan_state s)
{
	static const char *const names[] = { "", "new", "known", "expired", "unvouched" };

	return names[s];
}

void scan_sink_init(struct scan_sink *s)
{
	*s = (struct scan_sink){ .count = 0 };
	arena_init(&s->arena);
}

void scan_sink_fini(struct scan_sink *s)
{
	mem_free(s->findings);
	mem_free(s->skips);
	mem_free(s->drops);
	mem_free(s->seen);
	mem_free(s->ignored);
	mem_free(s->facts);
	mem_free(s->allowed);
	arena_fini(&s->arena);
	scan_sink_init(s);
}

bool scan_sink_rules(struct scan_sink *s, size_t count)
{
	s->allowed = mem_new(count * sizeof(*s->allowed));
	return s->allowed != NULL;
}

struct scan_finding *scan_sink_add(struct scan_sink *s)
{
	if (!mem_grow(&s->findings, s->count, &s->cap, sizeof(*s->findings)))
		return NULL;
	s->findings[s->count] = (struct scan_finding){ .rule = NULL };
	return &s->findings[s->count++];
}

enum err_code scan_sink_drop(struct scan_sink *s, const struct scan_drop *drop,
                             struct err *err)
{
	/* Many drops of one file follow one another: they share its name. */
	bool same = s->drop_count > 0 &&
	            span_eq(s->drops[s->drop_count - 1].path, drop->path);
	char *path = same ? NULL : arena_dup(&s->arena, drop->path);
	char *reason = arena_str(&s->arena, drop->reason);

	if ((path == NULL && !same) || reason == NULL ||
	    !mem_grow(&s->drops, s->drop_count, &s->drop_cap, sizeof(*s->drops)))
		return err_nomem(err);
	s->drops[s->drop_count] = *drop;
	s->drops[s->drop_count].path =
		same ? s->drops[s->drop_count - 1].path : span_of(path, drop->path.len);
	s->drops[s->drop_count].reason = reason;
	s->drop_count++;
	return ERR_OK;
}

enum err_code scan_sink_skip(struct scan_sink *s, const struct scan_skip *skip,
                             struct err *err)
{
	char *copy = arena_dup(&s->arena, skip->path);
	char *why = arena_str(&s->arena, skip->reason);

	if (copy == NULL || why == NULL ||
	    !mem_grow(&s->skips, s->skip_count, &s->skip_cap, sizeof(*s->skips)))
		return err_nomem(err);
	s->skips[s->skip_count] = *skip;
	s->skips[s->skip_count].path = span_of(copy, skip->path.len);
	s->skips[s->skip_count++].reason = why;
	return ERR_OK;
}

enum err_code scan_sink_ignore(struct scan_sink *s, struct span path, struct err *err)
{
	char *copy = arena_dup(&s->arena, path);

	if (copy == NULL || !mem_grow(&s->ignored, s->ignored_count, &s->ignored_cap,
	                              sizeof(*s->ignored)))
		return err_nomem(err);
	s->ignored[s->ignored_count++] = span_of(copy, path.len);
	return ERR_OK;
}

enum err_code scan_sink_see(struct scan_sink *s, const struct scan_seen *seen,
                            struct err *err)
{
	char *path = arena_dup(&s->arena, seen->path);
	char *project = path;
	struct scan_seen *copy;

	if (!span_eq(seen->path, seen->project))
		project = arena_dup(&s->arena, seen->project);
	if (path == NULL || project == NULL ||
	    !mem_grow(&s->seen, s->seen_count, &s->seen_cap, sizeof(*s->seen)))
		return err_nomem(err);
	copy = &s->seen[s->seen_count++];
	*copy = *seen;
	copy->path = span_of(path, seen->path.len);
	copy->project = span_of(project, seen->project.len);
	copy->first = s->fact_count;
	copy->count = 0;
	return ERR_OK;
}

struct scan_fact *scan_sink_fact(struct scan_sink *s)
{
	if (!mem_grow(&s->facts, s->fact_count, &s->fact_cap, sizeof(*s->facts)))
		return NULL;
	s->seen[s->seen_count - 1].count++;
	s->facts[s->fact_count] = (struct scan_fact){ .text = SPAN_EMPTY };
	return &s->facts[s->fact_count++];
}

/* Room for so many more. */
static bool grow_by(void *slot, size_t count, size_t more, size_t *cap, size_t size)
{
	if (more == 0 || more <= *cap - count)
		return true;
	if (!mem_array(slot, count + more, size))
		return false;
	*cap = count + more;
	return true;
}

enum err_code scan_sink_join(struct scan_sink *to, struct scan_sink *from, size_t rules,
                             struct err *err)
{
	arena_join(&to->arena, &from->arena);
	if (!grow_by(&to->findings, to->count, from->count, &to->cap,
	             sizeof(*to->findings)) ||
	    !grow_by(&to->skips, to->skip_count, from->skip_count, &to->skip_cap,
	             sizeof(*to->skips)) ||
	    !grow_by(&to->drops, to->drop_count, from->drop_count, &to->drop_cap,
	             sizeof(*to->drops)))
		return err_nomem(err);
	for (size_t i = 0; i < from->count; i++)
		to->findings[to->count++] = from->findings[i];
	for (size_t i = 0; i < from->skip_count; i++)
		to->skips[to->skip_count++] = from->skips[i];
	for (size_t i = 0; i < from->drop_count; i++)
		to->drops[to->drop_count++] = from->drops[i];
	for (size_t i = 0; i < rules; i++)
		for (size_t k = 0; k < SCAN_SCOPES; k++)
			to->allowed[i][k] += from->allowed[i][k];
	from->count = from->skip_count = from->drop_count = 0;
	return ERR_OK;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

int scan_finding_compare(const void *a, const void *b)
{
	const struct scan_finding *x = a;
	const struct scan_finding *y = b;
	/* Those of one file mostly share their path. */
	int order = x->path.ptr == y->path.ptr ? 0 : span_cmp(x->path, y->path);

	if (order == 0)
		order = compare_u64(x->line, y->line);
	if (order == 0)
		order = compare_u64(x->column, y->column);
	if (order == 0)
		order = strcmp(x->rule, y->rule);
	if (order == 0)
		order = compare_u64(x->end_line, y->end_line);
	if (order == 0)
		order = compare_u64(x->end_column, y->end_column);
	return order != 0 ? order : strcmp(x->message, y->message);
}

int scan_drop_compare(const void *a, const void *b)
{
	const struct scan_drop *x = a;
	const struct scan_drop *y = b;
	int order = span_cmp(x->path, y->path);

	if (order == 0)
		order = compare_u64(x->line, y->line);
	if (order == 0)
		order = compare_u64(x->column, y->column);
	if (order == 0)
		order = strcmp(x->rule, y->rule);
	return order != 0 ? order : strcmp(x->reason, y->reason);
}

int scan_skip_compare(const void *a, const void *b)
{
	const struct scan_skip *x = a;
	const struct scan_skip *y = b;
	int order = span_cmp(x->path, y->path);

	return order != 0 ? order : strcmp(x->reason, y->reason);
}

/* Those of the rule, and how the finding stands to the baseline if there is one. */
static void put_details(struct json_writer *w, const struct scan_finding *f)
{
	struct span own = span_str(f->details);
	struct buf all = BUF_INIT;

	if (f->state == SCAN_UNCOMPARED) {
		json_put_raw(w, f->details);
		return;
	}
	buf_put(&all, span_sub(own, 0, own.len - 1)); /* without its brace */
	buf_printf(&all, "%s\"state\":\"%s\"}", own.len > 2 ? "," : "",
	           scan_state_name(f->state));
	json_put_raw(w, buf_ok(&all) ? buf_str(&all) : "{}");
	w->out->failed = w->out->failed || !buf_ok(&all);
	buf_fini(&all);
}

void scan_finding_json(struct buf *out, const struct scan_finding *f)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "rule", f->rule);
	json_field_path(&w, "path", f->path);
	json_field_u64(&w, "line", f->line);
	json_field_u64(&w, "column", f->column);
	json_field_u64(&w, "end_line", f->end_line);
	json_field_u64(&w, "end_column", f->end_column);
	json_field_str(&w, "severity", scan_severity_name(f->severity));
	json_field_str(&w, "message", f->message);
	json_field_span(&w, "match", f->match);
	json_field_span(&w, "context", f->context);
	json_field_str(&w, "scope", scan_scope_name(f->scope));
	json_field_str(&w, "language", f->language);
	json_field_str(&w, "fingerprint", f->fingerprint);
	json_put_key(&w, "details");
	put_details(&w, f);
	json_close(&w, '}');
}

enum { ORIGIN_ID = 10, ORIGIN_NAME = 60 };

void scan_origin_put(struct buf *out, const struct scan_origin *o)
{
	if (o->ref != NULL) {
		str_display_cut(out, span_str(o->ref), ORIGIN_NAME);
		return;
	}
	buf_puts(out, "commit ");
	buf_put(out, span_sub(span_str(o->commit), 0, ORIGIN_ID));
	if (o->author == NULL)
		return;
	buf_printf(out, ", %s, ", o->day);
	str_display_cut(out, span_str(o->author), ORIGIN_NAME);
}

void scan_drop_json(struct buf *out, const struct scan_drop *d)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "rule", d->rule);
	json_field_path(&w, "path", d->path);
	json_field_u64(&w, "line", d->line);
	json_field_u64(&w, "column", d->column);
	json_field_str(&w, "reason", d->reason);
	json_close(&w, '}');
}
