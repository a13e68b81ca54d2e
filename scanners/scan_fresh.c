// SPDX-License-Identifier: Apache-2.0
#include "scan_fresh.h"

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "binary.h"
#include "fingerprint.h"
#include "scope.h"

#include <stdlib.h>

/* A finding, for comparison. */
struct item {
	uint64_t key;
	size_t at;     /* in the sink */
	int weight;    /* of its scope */
	bool new_line; /* it is on one */
	bool old;
};

struct items {
	struct item *all; /* owned, reused */
	size_t count;
	size_t cap;
};

/* Of one worker; reused for file after file. */
struct side {
	struct scan_pass pass; /* of what the files were */
	bool armed;
	struct buf data;
	struct buf decoded;
	struct buf path;
	struct buf text; /* of a key */
	struct items was;
	struct items is;
	bool has_lines;  /* of the file in hand */
	uint64_t *lines; /* owned; new ones, rising */
	size_t line_count;
	size_t line_cap;
};

struct scan_fresh {
	struct scan *s;
	struct side *sides; /* one a worker */
};

enum err_code scan_fresh_new(struct scan_fresh **out, struct scan *s, struct err *err)
{
	struct scan_fresh *f = mem_new(sizeof(*f));
	enum err_code rc = ERR_OK;

	*out = NULL;
	if (f == NULL)
		return err_nomem(err);
	f->s = s;
	f->sides = mem_new(s->worker_count * sizeof(*f->sides));
	if (f->sides == NULL)
		rc = err_nomem(err);
	for (size_t i = 0; rc == ERR_OK && i < s->worker_count; i++) {
		s->workers[i].pass.keep_keys = true;
		s->workers[i].pass.note_code = s->o->count_lines;
		rc = scan_make_pass(s, &f->sides[i].pass, err);
		f->sides[i].pass.keep_keys = true;
		f->sides[i].pass.explain = false;
		f->sides[i].pass.count_lines = false;
	}
	if (rc == ERR_OK) {
		*out = f;
		f = NULL;
	}
	scan_fresh_free(f);
	return rc;
}

void scan_fresh_free(struct scan_fresh *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; f->sides != NULL && i < f->s->worker_count; i++) {
		struct side *k = &f->sides[i];

		scan_pass_fini(&k->pass);
		buf_fini(&k->data);
		buf_fini(&k->decoded);
		buf_fini(&k->path);
		buf_fini(&k->text);
		mem_free(k->was.all);
		mem_free(k->is.all);
		mem_free(k->lines);
	}
	mem_free(f->sides);
	mem_free(f);
}

/* ---- what a file was ---- */

static enum err_code arm(const struct scan_fresh *f, struct side *k, struct err *err)
{
	enum err_code rc;

	if (k->armed)
		return ERR_OK;
	rc = scan_make_engine(f->s, err);
	if (rc == ERR_OK)
		rc = scan_pass_arm(&k->pass, f->s->engine, err);
	k->armed = rc == ERR_OK;
	return rc;
}

/* The text in the bytes of a file, which for a binary one is empty. */
static struct span text_of(struct span data, const struct buf *decoded)
{
	switch (scan_encoding_of(data)) {
	case SCAN_BYTES:
		return data;
	case SCAN_UTF16:
		return buf_span(decoded);
	case SCAN_BINARY:
		break;
	}
	return SPAN_EMPTY;
}

/* Its path below the project, or, from elsewhere, below the top of the repository. */
static struct scan_source source_of(const struct scan_fresh *f, struct side *k,
                                    const struct scan_fresh_file *file, struct span text)
{
	struct span root = span_sub(buf_span(&f->s->path), 0, f->s->strip_root);
	struct scan_source source;

	buf_clear(&k->path);
	buf_put(&k->path, file->top);
	buf_puts(&k->path, file->old_path);
	source = scan_source_at(f->s, buf_span(&k->path), text);
	if (span_starts(buf_span(&k->path), root))
		return source;
	source.path = source.project = span_str(file->old_path);
	source.scope = scan_scope_of(source.project, text);
	return source;
}

/* Its findings are all that is in the sink then. */
static enum err_code scan_old(const struct scan_fresh *f, struct side *k,
                              const struct scan_fresh_file *file, struct span now,
                              struct err *err)
{
	struct scan_source source;
	struct span text;
	enum err_code rc;

	if (scan_encoding_of(buf_span(&k->data)) == SCAN_UTF16) {
		buf_clear(&k->decoded);
		scan_utf16_decode(buf_span(&k->data), &k->decoded);
	}
	text = text_of(buf_span(&k->data), &k->decoded);
	source = source_of(f, k, file, text);
	source.named = now;
	if (!buf_ok(&k->decoded) || !buf_ok(&k->path))
		return err_nomem(err);
	rc = arm(f, k, err);
	return rc == ERR_OK ? scan_pass_file(&k->pass, &source, err) : rc;
}

/* Nobody asks for what was found there: its memory is reused. */
static void forget_old(struct side *k)
{
	struct scan_sink *sink = &k->pass.sink;

	arena_fini(&sink->arena);
	arena_init(&sink->arena);
	sink->count = sink->skip_count = sink->drop_count = 0;
	sink->seen_count = sink->fact_count = 0;
}

/* ---- keys ---- */

/* Where lines begin, for findings in about rising order. */
struct place {
	struct span text;
	size_t at;
	uint64_t line;
};

static size_t offset_of(struct place *p, uint64_t line, uint64_t column)
{
	size_t offset;

	if (line < p->line) {
		p->at = 0;
		p->line = 1;
	}
	for (; p->line < line && p->at < p->text.len; p->line++)
		p->at += span_find_byte(span_from(p->text, p->at), '\n') + 1;
	offset = p->at + (size_t)column - 1;
	return offset < p->text.len ? offset : p->text.len;
}

/* A fingerprint says nothing of the value of a secret unless a baseline has a salt: the
 * key, which ends with the process, does. */
static uint64_t key_of(const struct scan *s, struct buf *out, struct place *p,
                       const struct scan_finding *f)
{
	size_t rule = scan_rule_find(s->rules.rules, s->rules.count, f->rule);

	buf_clear(out);
	buf_puts(out, f->fingerprint);
	if (rule < s->rules.count && s->rules.rules[rule].redact) {
		size_t from = offset_of(p, f->line, f->column);
		size_t to = offset_of(p, f->end_line, f->end_column);

		buf_put(out, span_sub(p->text, from, to > from ? to - from : 0));
	}
	return map_hash(buf_span(out));
}

static enum err_code list_items(const struct scan *s, struct side *k, struct items *out,
                                const struct scan_sink *sink, size_t first,
                                struct span text, struct err *err)
{
	struct place place = { .text = text, .line = 1 };

	out->count = 0;
	for (size_t i = first; i < sink->count; i++) {
		if (!mem_grow(&out->all, out->count, &out->cap, sizeof(*out->all)))
			return err_nomem(err);
		out->all[out->count++] = (struct item){
			.key = key_of(s, &k->text, &place, &sink->findings[i]),
			.at = i,
			.weight = scan_scope_weight(sink->findings[i].scope),
		};
	}
	return buf_err(&k->text, err);
}

/* ---- which of them are old ---- */

/* What counts most comes first, to meet what counted most. What is on a new line comes
 * last: of equal ones, it is the first to be new. */
static int compare_items(const void *a, const void *b)
{
	const struct item *x = a;
	const struct item *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	if (x->new_line != y->new_line)
		return x->new_line ? 1 : -1;
	return (x->at > y->at) - (x->at < y->at);
}

static void sort_items(struct items *i)
{
	if (i->count > 0)
		qsort(i->all, i->count, sizeof(*i->all), compare_items);
}

/* Do they say the same, and count the same? */
static bool are_equal(const struct item *x, const struct item *y)
{
	return x->key == y->key && x->weight == y->weight;
}

/* One that was there makes one old that says the same and counts no more than it did: of
 * equal ones the first. Says whether it matters which of some equal ones these are. */
static bool mark_old(const struct items *was, struct items *is)
{
	bool some = false;
	size_t w = 0;

	for (size_t i = 0; i < is->count; i++) {
		struct item *one = &is->all[i];
		const struct item *last = i > 0 ? one - 1 : NULL;

		while (w < was->count && was->all[w].key < one->key)
			w++;
		one->old = w < was->count && was->all[w].key == one->key &&
		           was->all[w].weight >= one->weight;
		some = some ||
		       (last != NULL && are_equal(last, one) && last->old && !one->old);
		w += one->old;
	}
	return some;
}

static bool add_line(uint64_t line, void *context)
{
	struct side *k = context;

	if (!mem_grow(&k->lines, k->line_count, &k->line_cap, sizeof(*k->lines)))
		return false;
	k->lines[k->line_count++] = line;
	return true;
}

/* Is one of the lines from `first` to `last` new? */
static bool has_new(const struct side *k, uint64_t first, uint64_t last)
{
	size_t low = 0;
	size_t high = k->line_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (k->lines[middle] < first)
			low = middle + 1;
		else
			high = middle;
	}
	return low < k->line_count && k->lines[low] <= last;
}

static enum err_code list_lines(struct side *k, const struct scan_fresh_file *file,
                                struct err *err)
{
	enum err_code rc;

	if (k->has_lines)
		return ERR_OK;
	k->line_count = 0;
	rc = vcs_new_lines(file->repo, file->old_id, file->path, file->data, add_line, k,
	                   err);
	k->has_lines = rc == ERR_OK;
	return rc;
}

static enum err_code mark_lines(struct side *k, const struct scan_fresh_file *file,
                                const struct scan_sink *sink, struct err *err)
{
	enum err_code rc = list_lines(k, file, err);

	for (size_t i = 0; rc == ERR_OK && i < k->is.count; i++) {
		const struct scan_finding *f = &sink->findings[k->is.all[i].at];
		bool ends_before = f->end_line > f->line && f->end_column <= 1;

		k->is.all[i].new_line =
			has_new(k, f->line, f->end_line - (ends_before ? 1 : 0));
	}
	return rc;
}

static enum err_code compare(const struct scan_fresh *f, struct side *k,
                             const struct scan_fresh_file *file, struct scan_sink *sink,
                             struct span text, struct err *err)
{
	const struct scan_sink *old = &k->pass.sink;
	struct span was = text_of(buf_span(&k->data), &k->decoded);
	enum err_code rc = list_items(f->s, k, &k->is, sink, file->first, text, err);

	if (rc == ERR_OK)
		rc = list_items(f->s, k, &k->was, old, 0, was, err);
	if (rc != ERR_OK)
		return rc;
	sort_items(&k->was);
	sort_items(&k->is);
	if (!mark_old(&k->was, &k->is))
		return ERR_OK;
	rc = mark_lines(k, file, sink, err);
	sort_items(&k->is);
	(void)mark_old(&k->was, &k->is);
	return rc;
}

/* ---- how much is new ---- */

static bool is_code(const struct scan_pass *p, uint64_t line)
{
	const uint64_t at = line - 1;

	return at / 8 < p->code_bits.len && (p->code_bits.ptr[at / 8] >> at % 8 & 1) != 0;
}

/* Of a file that was there, the lines that are new are counted. All of them are if it
 * cannot be read, or counts more where it is now, as with findings. */
static enum err_code count_new_code(const struct scan_fresh *f, struct side *k,
                                    const struct scan_fresh_file *file,
                                    struct scan_pass *now, struct err *err)
{
	enum scan_scope was = source_of(f, k, file, SPAN_EMPTY).scope;
	uint64_t fresh = 0;
	struct err why = ERR_INIT;
	enum err_code rc;

	if (scan_scope_weight(was) < scan_scope_weight(now->code_scope))
		return ERR_OK;
	rc = list_lines(k, file, &why);
	if (rc == ERR_NOMEM)
		return err_nomem(err);
	if (rc != ERR_OK)
		return ERR_OK;
	for (size_t i = 0; i < k->line_count; i++)
		fresh += is_code(now, k->lines[i]);
	now->sink.code_lines[now->code_scope] -= now->code_count - fresh;
	return ERR_OK;
}

/* ---- one file ---- */

static int by_place(const void *a, const void *b)
{
	const struct item *x = a;
	const struct item *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static void drop_old(struct items *is, struct scan_sink *sink, size_t first)
{
	size_t kept = first;

	if (is->count > 0)
		qsort(is->all, is->count, sizeof(*is->all), by_place);
	for (size_t i = 0; i < is->count; i++)
		if (!is->all[i].old)
			sink->findings[kept++] = sink->findings[is->all[i].at];
	sink->count = kept;
}

/* Nothing to compare with is no reason to say less. */
static enum err_code read_old(const struct scan_fresh *f, struct side *k,
                              const struct scan_fresh_file *file, bool *there,
                              struct err *err)
{
	struct err why = ERR_INIT;
	uint64_t size;
	enum err_code rc = vcs_blob_read(file->repo, file->old_id, scan_max_file(f->s),
	                                 &k->data, &size, &why);

	*there = rc == ERR_OK;
	if (rc == ERR_NOMEM)
		return err_nomem(err);
	if (rc != ERR_OK)
		log_event(LOG_WARN,
		          "%.500s: all its findings count as new, since what it was "
		          "cannot be read: %s",
		          file->path, why.msg);
	return ERR_OK;
}

enum err_code scan_fresh_keep(struct scan_fresh *f, const struct scan_fresh_file *file,
                              size_t worker, struct err *err)
{
	struct side *k = &f->sides[worker];
	struct scan_worker *now = &f->s->workers[worker];
	struct scan_sink *sink = &now->pass.sink;
	bool there = file->old_id != NULL && sink->count > file->first;
	struct buf path = BUF_INIT;
	enum err_code rc = ERR_OK;

	k->is.count = 0;
	k->has_lines = false;
	if (file->old_id != NULL && now->pass.code_count > 0)
		rc = count_new_code(f, k, file, &now->pass, err);
	now->pass.code_count = 0;
	if (rc != ERR_OK)
		return rc;
	buf_put(&path, file->top);
	buf_puts(&path, file->path);
	if (there)
		rc = read_old(f, k, file, &there, err);
	if (rc == ERR_OK && there)
		rc = buf_err(&path, err);
	if (rc == ERR_OK && there)
		rc = scan_old(f, k, file, span_from(buf_span(&path), f->s->strip_root),
		              err);
	if (rc == ERR_OK && there)
		rc = compare(f, k, file, sink, text_of(file->data, &now->decoded), err);
	if (rc == ERR_OK)
		rc = scan_fingerprint_number(sink->findings + file->first,
		                             sink->count - file->first, err);
	if (rc == ERR_OK && there)
		drop_old(&k->is, sink, file->first);
	forget_old(k);
	buf_fini(&path);
	return rc;
}
