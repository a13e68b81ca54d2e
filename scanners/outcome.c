// SPDX-License-Identifier: Apache-2.0
#include "outcome_internal.h"

#include <string.h>

/*
 *	scope (u8), lines of code, what comments leave out (rules and scopes), skips,
 *	whether the file was seen, and if so how, its facts, findings. Numbers are
 *varints, texts are varint lengths and bytes; texts that become C strings hold a NUL at
 *their end. Rules go by their index in the selection.
 */

enum { SKIP_FOLDER = 1, SKIP_MOOT = 2, SKIP_LACK = 2 /* bits before it */ };

struct scan_outcome_mark scan_outcome_begin(struct scan_pass *p)
{
	const struct scan_sink *s = &p->sink;
	struct scan_outcome_mark m = {
		s->count, s->skip_count, s->seen_count, s->fact_count, { 0 }
	};

	p->left_out_count = 0;
	memcpy(m.code_lines, s->code_lines, sizeof(m.code_lines));
	return m;
}

/* ---- writing ---- */

static void put_string(struct buf *out, const char *s)
{
	wire_put_bytes(out, span_of(s, strlen(s) + 1));
}

static size_t index_of(const struct scan_selection *rules, const char *id)
{
	return scan_rule_find(rules->rules, rules->count, id);
}

void outcome_put_skip(struct buf *out, const struct scan_selection *rules,
                      const struct scan_skip *s)
{
	put_string(out, s->reason);
	wire_put_varint(out, s->bytes);
	wire_put_u8(out,
	            (uint8_t)((s->folder ? SKIP_FOLDER : 0) | (s->moot ? SKIP_MOOT : 0) |
	                      (unsigned)s->lack << SKIP_LACK));
	wire_put_varint(out, s->rule == NULL ? 0 : 1 + index_of(rules, s->rule));
}

static void put_fact(struct buf *out, const struct scan_fact *f, size_t words)
{
	wire_put_varint(out, f->kind);
	wire_put_varint(out, f->flags);
	wire_put_bytes(out, f->text);
	wire_put_bytes(out, f->match);
	wire_put_bytes(out, f->context);
	wire_put_varint(out, f->line);
	wire_put_varint(out, f->column);
	wire_put_varint(out, f->end_line);
	wire_put_varint(out, f->end_column);
	wire_put_varint(out, f->allowed != NULL ? words : 0);
	for (size_t i = 0; f->allowed != NULL && i < words; i++)
		wire_put_u64(out, f->allowed[i]);
}

static void put_seen(struct buf *out, const struct scan_pass *p,
                     const struct scan_outcome_mark *since)
{
	const struct scan_seen *seen = &p->sink.seen[since->seen];

	put_string(out, seen->language != NULL ? seen->language->name : "");
	wire_put_varint(out, seen->bytes);
	wire_put_u8(out, seen->binary);
	wire_put_varint(out, p->sink.fact_count - since->facts);
	for (size_t i = since->facts; i < p->sink.fact_count; i++)
		put_fact(out, &p->sink.facts[i], (p->rules->count + 63) / 64);
}

void outcome_put_finding(struct buf *out, const struct scan_selection *rules,
                         const struct scan_finding *f)
{
	wire_put_varint(out, index_of(rules, f->rule));
	wire_put_varint(out, f->line);
	wire_put_varint(out, f->column);
	wire_put_varint(out, f->end_line);
	wire_put_varint(out, f->end_column);
	wire_put_u8(out, (uint8_t)f->severity);
	wire_put_u8(out, (uint8_t)f->scope);
	put_string(out, f->message);
	wire_put_bytes(out, f->match);
	wire_put_bytes(out, f->context);
	put_string(out, f->language);
	wire_put_raw(out, f->fingerprint, sizeof(f->fingerprint));
	put_string(out, f->details);
}

void scan_outcome_put(struct buf *out, const struct scan_pass *p,
                      const struct scan_outcome_mark *since, enum scan_scope scope)
{
	const struct scan_sink *s = &p->sink;

	wire_put_u8(out, (uint8_t)scope);
	wire_put_varint(out, s->code_lines[scope] - since->code_lines[scope]);
	wire_put_varint(out, p->left_out_count);
	for (size_t i = 0; i < p->left_out_count; i++)
		wire_put_varint(out, p->left_out[i]);
	wire_put_varint(out, s->skip_count - since->skips);
	for (size_t i = since->skips; i < s->skip_count; i++)
		outcome_put_skip(out, p->rules, &s->skips[i]);
	wire_put_u8(out, s->seen_count > since->seen);
	if (s->seen_count > since->seen)
		put_seen(out, p, since);
	wire_put_varint(out, s->count - since->findings);
	for (size_t i = since->findings; i < s->count; i++)
		outcome_put_finding(out, p->rules, &s->findings[i]);
}

/* ---- reading ---- */

/* A C string within the bytes: its NUL is the last of it, and the only one. */
static const char *take_string(struct wire *w)
{
	struct span s = wire_bytes(w);

	if (s.len > 0 && span_find_byte(s, '\0') == s.len - 1)
		return s.ptr;
	wire_fail(w);
	return "";
}

/* A count of things that take at least so many bytes each. */
size_t outcome_take_count(struct wire *w, size_t least)
{
	uint64_t n = wire_varint(w);

	if (n <= w->left / least)
		return (size_t)n;
	wire_fail(w);
	return 0;
}

size_t outcome_take_rule(struct outcome_reader *r)
{
	uint64_t rule = wire_varint(&r->w);

	if (rule < r->rules->count)
		return (size_t)rule;
	wire_fail(&r->w);
	return 0;
}

enum scan_scope outcome_take_scope(struct wire *w)
{
	uint8_t scope = wire_u8(w);

	if (scope < SCAN_SCOPES)
		return (enum scan_scope)scope;
	wire_fail(w);
	return SCAN_PRODUCTION;
}

static enum scan_severity take_severity(struct wire *w)
{
	uint8_t severity = wire_u8(w);

	if (severity <= SCAN_ERROR)
		return (enum scan_severity)severity;
	wire_fail(w);
	return SCAN_NOTE;
}

bool outcome_take_skip(struct outcome_reader *r)
{
	struct scan_skip s = { .path = r->file->path };
	uint8_t flags;
	uint64_t rule;

	s.reason = take_string(&r->w);
	s.bytes = wire_varint(&r->w);
	flags = wire_u8(&r->w);
	s.folder = (flags & SKIP_FOLDER) != 0;
	s.moot = (flags & SKIP_MOOT) != 0;
	rule = wire_varint(&r->w);
	if (!wire_ok(&r->w) || rule > r->rules->count || flags >> SKIP_LACK >= SCAN_LACKS)
		return false;
	s.lack = (enum scan_lack)(flags >> SKIP_LACK);
	if (rule > 0)
		s.rule = r->rules->rules[rule - 1].id;
	return scan_sink_skip(r->sink, &s, NULL) == ERR_OK;
}

static bool take_allowed(struct outcome_reader *r, struct scan_fact *f)
{
	size_t words = outcome_take_count(&r->w, sizeof(uint64_t));
	uint64_t *bits;

	if (words == 0)
		return wire_ok(&r->w);
	if (words != (r->rules->count + 63) / 64)
		return false;
	bits = arena_array(&r->sink->arena, words, sizeof(*bits));
	for (size_t i = 0; bits != NULL && i < words; i++)
		bits[i] = wire_u64(&r->w);
	f->allowed = bits;
	return bits != NULL;
}

static bool take_fact(struct outcome_reader *r)
{
	struct scan_fact *f = scan_sink_fact(r->sink);
	uint64_t kind = wire_varint(&r->w);
	uint64_t flags = wire_varint(&r->w);

	if (f == NULL || kind > UINT8_MAX || flags > UINT32_MAX)
		return false;
	f->kind = (enum scan_fact_kind)kind;
	f->flags = (unsigned)flags;
	f->text = wire_bytes(&r->w);
	f->match = wire_bytes(&r->w);
	f->context = wire_bytes(&r->w);
	f->line = wire_varint(&r->w);
	f->column = wire_varint(&r->w);
	f->end_line = wire_varint(&r->w);
	f->end_column = wire_varint(&r->w);
	return take_allowed(r, f) && wire_ok(&r->w);
}

static bool take_seen(struct outcome_reader *r)
{
	const char *language = take_string(&r->w);
	struct scan_seen seen = { .path = r->file->path,
		                  .project = r->file->project,
		                  .scope = r->scope };
	size_t count;

	seen.bytes = wire_varint(&r->w);
	seen.binary = wire_u8(&r->w) != 0;
	count = outcome_take_count(&r->w, 8);
	if (language[0] != '\0')
		seen.language = scan_language_named(span_str(language));
	if (!wire_ok(&r->w) || scan_sink_see(r->sink, &seen, NULL) != ERR_OK)
		return false;
	while (count-- > 0)
		if (!take_fact(r))
			return false;
	return true;
}

bool outcome_take_finding(struct outcome_reader *r)
{
	struct scan_finding f = { .rule = NULL };
	struct scan_finding *copy;

	f.rule = r->rules->rules[outcome_take_rule(r)].id;
	f.line = wire_varint(&r->w);
	f.column = wire_varint(&r->w);
	f.end_line = wire_varint(&r->w);
	f.end_column = wire_varint(&r->w);
	f.severity = take_severity(&r->w);
	f.scope = outcome_take_scope(&r->w);
	f.message = take_string(&r->w);
	f.match = wire_bytes(&r->w);
	f.context = wire_bytes(&r->w);
	f.language = take_string(&r->w);
	wire_copy(&r->w, f.fingerprint, sizeof(f.fingerprint));
	f.details = take_string(&r->w);
	if (!wire_ok(&r->w) || f.fingerprint[sizeof(f.fingerprint) - 1] != '\0')
		return false;
	if (r->path.ptr == NULL)
		r->path.ptr = arena_dup(&r->sink->arena, r->file->path);
	copy = r->path.ptr != NULL ? scan_sink_add(r->sink) : NULL;
	if (copy == NULL)
		return false;
	*copy = f;
	copy->path = span_of(r->path.ptr, r->file->path.len);
	return true;
}

/* All but what comments leave out, which is at `left_out`. */
static bool take_all(struct outcome_reader *r)
{
	size_t skips = outcome_take_count(&r->w, 4);
	size_t findings;
	uint8_t seen;

	while (skips-- > 0)
		if (!outcome_take_skip(r))
			return false;
	seen = wire_u8(&r->w);
	if (seen > 1 || (seen == 1 && !take_seen(r)))
		return false;
	findings = outcome_take_count(&r->w,
	                              sizeof(((struct scan_finding *)0)->fingerprint));
	while (findings-- > 0)
		if (!outcome_take_finding(r))
			return false;
	return wire_end(&r->w);
}

/* Counts what comments leave out, or only steps over it. */
static void take_left_out(struct outcome_reader *r, bool count)
{
	size_t n = outcome_take_count(&r->w, 1);

	while (n-- > 0) {
		uint64_t what = wire_varint(&r->w);
		uint64_t rule = what / SCAN_SCOPES;

		if (rule >= r->rules->count)
			wire_fail(&r->w);
		else if (count && wire_ok(&r->w))
			r->sink->allowed[rule][what % SCAN_SCOPES]++;
	}
}

bool scan_outcome_take(struct span bytes, const struct scan_outcome_file *file,
                       const struct scan_selection *rules, struct scan_sink *sink)
{
	struct outcome_reader r = { .file = file, .rules = rules, .sink = sink };
	struct outcome_reader left_out;
	const size_t count = sink->count;
	const size_t skips = sink->skip_count;
	const size_t seen = sink->seen_count;
	const size_t facts = sink->fact_count;
	uint64_t lines;

	wire_init(&r.w, bytes);
	r.scope = outcome_take_scope(&r.w);
	lines = wire_varint(&r.w);
	left_out = r;
	take_left_out(&r, false);
	if (rules->count == 0 || !wire_ok(&r.w) || !take_all(&r)) {
		sink->count = count;
		sink->skip_count = skips;
		sink->seen_count = seen;
		sink->fact_count = facts;
		return false;
	}
	take_left_out(&left_out, true);
	sink->code_lines[r.scope] += lines;
	sink->scope_files[r.scope]++;
	return true;
}
