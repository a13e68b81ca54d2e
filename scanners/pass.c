// SPDX-License-Identifier: Apache-2.0
#include "pass.h"

#include "base/mem.h"
#include "base/str.h"
#include "claims.h"
#include "code_lines.h"
#include "feeds.h"
#include "fingerprint.h"
#include "hardcoded.h"
#include "hardcoded_marks.h"
#include "key_store.h"
#include "marker.h"
#include "pattern.h"
#include "scanners/depend/depend.h"
#include "scanners/docs/docs.h"
#include "scanners/import/judge.h"
#include "scanners/ops/ops.h"
#include "scanners/workflow/workflow.h"

#include <string.h>

enum err_code scan_pass_init(struct scan_pass *p, const struct scan_selection *rules,
                             const struct scan_patterns *patterns,
                             struct scan_engine *engine, struct err *err)
{
	*p = (struct scan_pass){ .rules = rules, .patterns = patterns };
	scan_sink_init(&p->sink);
	if (!scan_sink_rules(&p->sink, rules->count))
		return err_nomem(err);
	return engine != NULL ? scan_pass_arm(p, engine, err) : ERR_OK;
}

enum err_code scan_pass_arm(struct scan_pass *p, struct scan_engine *engine,
                            struct err *err)
{
	enum err_code rc = scan_matcher_new(&p->matcher, err);

	p->engine = engine;
	return rc == ERR_OK ? scan_finder_new(&p->finder, engine, err) : rc;
}

void scan_pass_fini(struct scan_pass *p)
{
	scan_sink_fini(&p->sink);
	scan_matcher_free(p->matcher);
	scan_finder_free(p->finder);
	scan_finder_free(p->inner);
	scan_allowed_fini(&p->allowed);
	buf_fini(&p->code_bits);
	mem_free(p->left_out);
	mem_free(p->kept);
	scan_pattern_layers_free(p->layers);
	*p = (struct scan_pass){ .rules = NULL };
}

/* Where the line of an offset begins, as far as it does not begin before `from`. */
static size_t line_start_of(struct span text, size_t from, size_t offset)
{
	struct span before = span_sub(text, from, offset - from);
	size_t feed = span_rfind_byte(before, '\n');

	return feed == before.len ? from : from + feed + 1;
}

/*
 * Moves to an offset, on either side of the last one: p->line and p->line_start are those
 * of its line then. Rules look at pieces in order, so all of it adds up to about one
 * pass; who begins at the top again begins to count there.
 */
static void move_to(struct scan_pass *p, size_t offset)
{
	const struct span text = p->source->text;

	if (offset < p->line_start / 2) {
		p->line = 1;
		p->line_at = p->line_start = 0;
	}
	if (offset < p->line_start) {
		p->line -=
			scan_count_feeds(span_sub(text, offset, p->line_start - offset));
		p->line_start = line_start_of(text, 0, offset);
	} else if (offset > p->line_at) {
		size_t feeds =
			scan_count_feeds(span_sub(text, p->line_at, offset - p->line_at));

		p->line += feeds;
		if (feeds > 0)
			p->line_start = line_start_of(text, p->line_at, offset);
	}
	p->line_at = offset;
}

/* The line around the match, at most SCAN_CONTEXT_MAX bytes of it, whole characters,
 * without its secrets. */
static struct span context_of(struct scan_pass *p, size_t start, size_t end)
{
	struct span text = p->source->text;
	size_t shown = end - start < SCAN_CONTEXT_MAX ? end - start : SCAN_CONTEXT_MAX;
	size_t side = (SCAN_CONTEXT_MAX - shown) / 2;
	size_t from = start;
	size_t to = start + shown;

	while (from > 0 && start - from < side && text.ptr[from - 1] != '\n')
		from--;
	while (to < text.len && to - from < SCAN_CONTEXT_MAX && text.ptr[to] != '\n')
		to++;
	while (from < start && ((unsigned char)text.ptr[from] & 0xC0) == 0x80)
		from++;
	while (to > end && to < text.len && ((unsigned char)text.ptr[to] & 0xC0) == 0x80)
		to--;
	if (to > end && text.ptr[to - 1] == '\r')
		to--;
	return scan_pattern_hide(p, from, to);
}

/* A copy in the sink's memory; notes a failure. */
static struct span keep(struct scan_pass *p, struct span s)
{
	char *copy = arena_dup(&p->sink.arena, s);

	if (copy == NULL)
		p->rc = ERR_NOMEM;
	return span_of(copy, copy == NULL ? 0 : s.len);
}

/* The message in one line of bounded length. */
static const char *keep_message(struct scan_pass *p, const struct scan_report *r)
{
	struct buf shown = BUF_INIT;
	struct buf clean = BUF_INIT;
	const char *copy;

	scan_pattern_hide_text(p, r->start, span_str(r->message), &clean);
	str_display_words(&shown, buf_span(&clean), SCAN_MESSAGE_MAX);
	copy = keep(p, buf_span(&shown)).ptr;
	buf_fini(&shown);
	buf_fini(&clean);
	return copy;
}

static struct span file_path(struct scan_pass *p)
{
	/* One copy serves all findings of the file. */
	if (p->sink.count > p->first + 1)
		return p->sink.findings[p->first].path;
	return keep(p, p->source->path);
}

/* Where it stands: first and last line and column. */
static void place(struct scan_pass *p, size_t start, size_t end, uint64_t at[4])
{
	move_to(p, start);
	at[0] = p->line;
	at[1] = start - p->line_start + 1;
	move_to(p, end);
	at[2] = p->line;
	at[3] = end - p->line_start + 1;
}

/*
 * A finding next to a secret, such as a marker that quotes a password: all else of its
 * text is shown, so that its fingerprint would let the secret be guessed. It is made of
 * what is shown.
 */
static void put_fingerprint(struct scan_pass *p, struct scan_finding *f,
                            const struct scan_report *r)
{
	const struct scan_rule *rule = &p->rules->rules[r->rule];
	const struct scan_source *source = p->source;
	struct scan_identity id = {
		.rule = rule->id,
		.path = source->named.len > 0 ? source->named : source->project,
		.text = r->identity,
	};
	struct buf clean = BUF_INIT;

	if (!rule->redact && p->kept_count > 0) {
		/* The search for secrets in a text costs more than its length. */
		if (id.text.len <= SCAN_CLEANED_MAX)
			scan_pattern_hide_text(p, r->start, id.text, &clean);
		else
			buf_put(&clean, scan_pattern_hide(p, r->start, r->end));
		id.text = buf_span(&clean);
	}
	if (p->rc == ERR_OK)
		p->rc = buf_ok(&clean) ? scan_fingerprint_key(&id, f->fingerprint, NULL)
		                       : ERR_NOMEM;
	buf_fini(&clean);
}

/* A secret counts as its file does: who has the code has it, whatever the place is for.
 */
static enum scan_scope scope_at(struct scan_pass *p, const struct scan_rule *rule,
                                size_t offset)
{
	const struct scan_source *s = p->source;
	const char *language = s->language != NULL ? s->language->name : "";

	if (rule->redact)
		return s->scope;
	if (!p->aside_known)
		p->aside =
			scan_scope_aside(s->scope, s->path, span_str(language), s->text);
	p->aside_known = true;
	return scan_scope_at(s->scope, p->aside, s->text, offset);
}

static void fill(struct scan_pass *p, struct scan_finding *f, const struct scan_report *r)
{
	const struct scan_rule *rule = &p->rules->rules[r->rule];
	uint64_t at[4];

	f->rule = rule->id;
	f->path = file_path(p);
	place(p, r->start, r->end, at);
	f->line = at[0];
	f->column = at[1];
	f->end_line = at[2];
	f->end_column = at[3];
	f->scope = scope_at(p, rule, r->start);
	f->severity = r->severity != NULL ? *r->severity : rule->severity[f->scope];
	f->message = keep_message(p, r);
	f->match = scan_pattern_hide(p, r->start, r->end);
	f->context = context_of(p, r->start, r->end);
	f->language = p->language != NULL ? p->language->name : "";
	f->details = r->details == NULL ? "{}" : keep(p, span_str(r->details)).ptr;
	put_fingerprint(p, f, r);
}

/* Lock files are generated wherever they stand: the folder is asked. */
static bool is_aside(const struct scan_source *source)
{
	struct span folder =
		span_sub(source->project, 0, span_rfind_byte(source->project, '/'));
	struct buf any = BUF_INIT;
	enum scan_scope scope = source->scope;

	if (folder.len < source->project.len) {
		buf_put(&any, folder);
		buf_puts(&any, "/any");
		scope = scan_scope_of(buf_span(&any), SPAN_EMPTY);
		buf_fini(&any);
	}
	return scope == SCAN_TEST || scope == SCAN_VENDORED;
}

void scan_pass_miss(struct scan_pass *p, const char *rule, enum scan_lack lack,
                    const char *reason)
{
	struct buf shown = BUF_INIT;

	if (p->rc != ERR_OK)
		return;
	str_display(&shown, span_str(reason));
	p->rc = buf_err(&shown, NULL);
	if (p->rc == ERR_OK)
		p->rc = scan_sink_skip(
			&p->sink,
			&(struct scan_skip){
				.path = p->source->path,
				.reason = buf_str(&shown),
				.lack = is_aside(p->source) ? SCAN_OPEN : lack,
				.rule = rule,
			},
			NULL);
	buf_fini(&shown);
}

bool scan_pass_is_full(struct scan_pass *p)
{
	if (p->sink.count - p->first < SCAN_FINDINGS_MAX)
		return false;
	p->trouble = "not fully scanned: more than 10000 findings";
	return true;
}

void scan_pass_report(struct scan_pass *p, const struct scan_report *r)
{
	struct scan_finding *f;

	if (scan_pass_is_full(p))
		return;
	f = scan_sink_add(&p->sink);
	if (f == NULL)
		p->rc = ERR_NOMEM;
	else
		fill(p, f, r);
}

/* A fact is compared, looked for and told later, when nobody knows any more what in it
 * is a secret: so one that holds any is not noted. The secret is found as such. */
static bool holds_secret(const struct scan_pass *p, size_t start, struct span text)
{
	struct buf hidden = BUF_INIT;
	bool differs;

	if (p->kept_count == 0)
		return false;
	scan_pattern_hide_text(p, start, text, &hidden);
	differs = !buf_ok(&hidden) || !span_eq(buf_span(&hidden), text);
	buf_fini(&hidden);
	return differs;
}

static bool has_room_for_fact(struct scan_pass *p)
{
	if (!p->rules->tree || p->rc != ERR_OK || p->sink.seen_count == 0)
		return false;
	if (p->sink.seen[p->sink.seen_count - 1].count < SCAN_FACTS_MAX)
		return true;
	p->trouble = "not fully scanned: more than 100000 imports and links";
	return false;
}

void scan_pass_fact(struct scan_pass *p, enum scan_fact_kind kind, unsigned flags,
                    const struct scan_piece *at, struct span text)
{
	struct scan_fact *f;
	uint64_t places[4];

	if (!has_room_for_fact(p) || holds_secret(p, at->start, text))
		return;
	f = scan_sink_fact(&p->sink);
	if (f == NULL) {
		p->rc = ERR_NOMEM;
		return;
	}
	place(p, at->start, at->end, places);
	*f = (struct scan_fact){ .kind = kind,
		                 .flags = flags,
		                 .text = keep(p, text),
		                 .match = scan_pattern_hide(p, at->start, at->end),
		                 .context = context_of(p, at->start, at->end),
		                 .line = places[0],
		                 .column = places[1],
		                 .end_line = places[2],
		                 .end_column = places[3] };
	if (!span_eq(f->match, span_sub(p->source->text, at->start, at->end - at->start)))
		p->secretive = true;
}

void scan_pass_drop(struct scan_pass *p, size_t rule, size_t offset, const char *reason)
{
	struct scan_drop drop = { .rule = p->rules->rules[rule].id,
		                  .path = p->source->path,
		                  .reason = reason };

	if (!p->explain || p->rc != ERR_OK ||
	    p->sink.drop_count - p->first_drop > SCAN_DROPS_MAX)
		return;
	if (p->sink.drop_count - p->first_drop == SCAN_DROPS_MAX)
		drop.reason = "as many others, which are not listed";
	move_to(p, offset);
	drop.line = p->line;
	drop.column = offset - p->line_start + 1;
	p->rc = scan_sink_drop(&p->sink, &drop, NULL);
}

/* What a directive does that hides nothing. `start` is that of its comment. */
static void report_directive(struct scan_pass *p, const struct scan_directive *d,
                             size_t start, enum scan_builtin code, const char *message)
{
	size_t rule;

	start += d->offset;
	if (scan_selection_runs(p->rules, code, &rule))
		scan_pass_report(
			p, &(struct scan_report){ .rule = rule,
		                                  .start = start,
		                                  .end = start + d->len,
		                                  .message = message,
		                                  .identity = span_sub(p->source->text,
		                                                       start, d->len) });
}

/* The rule that was meant, NULL if none is near or there is no memory. */
static const char *nearest_rule(const struct scan_pass *p, const char *name)
{
	const char **ids = NULL;
	const char *nearest;

	if (!mem_array(&ids, p->rules->count, sizeof(*ids)))
		return NULL;
	for (size_t i = 0; i < p->rules->count; i++)
		ids[i] = p->rules->rules[i].id;
	nearest = str_nearest(span_str(name), ids, p->rules->count);
	mem_free(ids);
	return nearest;
}

static void report_unknown(struct scan_pass *p, const struct scan_directive *d,
                           size_t start)
{
	const char *meant = nearest_rule(p, d->rule);
	struct buf text = BUF_INIT;

	buf_printf(&text, "this allows nothing: no rule is called %s", d->rule);
	if (meant != NULL)
		buf_printf(&text, "; did you mean %s?", meant);
	if (buf_ok(&text))
		report_directive(p, d, start, SCAN_BUILTIN_UNKNOWN_RULE, buf_str(&text));
	else
		p->rc = ERR_NOMEM;
	buf_fini(&text);
}

/* Remembers the directives of a comment. */
static void note_allowed(struct scan_pass *p, const struct scan_piece *piece)
{
	struct span comment =
		span_sub(p->source->text, piece->start, piece->end - piece->start);
	struct scan_directive d;
	size_t at = 0;

	while (p->rc == ERR_OK && p->allowed.directives < SCAN_DIRECTIVES_MAX &&
	       scan_suppress_next(comment, &at, p->rules, &d)) {
		p->allowed.directives++;
		if (!d.known) {
			report_unknown(p, &d, piece->start);
			continue;
		}
		if (!d.has_reason) {
			report_directive(p, &d, piece->start, SCAN_BUILTIN_NO_REASON,
			                 "this allows nothing: write the reason behind "
			                 "the rule");
			continue;
		}
		d.offset += piece->start; /* from now on in the file */
		move_to(p, d.offset);
		if (!scan_allowed_add(&p->allowed, &d, p->rules, p->line))
			p->rc = ERR_NOMEM;
	}
}

static size_t rule_of(const struct scan_pass *p, const char *id)
{
	return scan_rule_find(p->rules->rules, p->rules->count, id);
}

static void drop_finding(struct scan_pass *p, const struct scan_finding *f, size_t rule)
{
	struct scan_drop drop = { f->rule, f->path, f->line, f->column,
		                  "allowed by a comment" };

	p->sink.allowed[rule][f->scope]++;
	scan_allowed_use(&p->allowed, f->rule, f->line);
	if (mem_grow(&p->left_out, p->left_out_count, &p->left_out_cap,
	             sizeof(*p->left_out)))
		p->left_out[p->left_out_count++] = rule * SCAN_SCOPES + f->scope;
	else
		p->rc = ERR_NOMEM;
	if (p->explain && p->rc == ERR_OK)
		p->rc = scan_sink_drop(&p->sink, &drop, NULL);
}

/* Takes out what is allowed, and counts it. */
static void drop_allowed(struct scan_pass *p)
{
	size_t kept = p->first;

	if (p->allowed.count == 0)
		return;
	for (size_t i = p->first; i < p->sink.count; i++) {
		const struct scan_finding *f = &p->sink.findings[i];
		size_t rule = rule_of(p, f->rule);

		if (scan_allowed_covers(&p->allowed, rule, f->line))
			drop_finding(p, f, rule);
		else
			p->sink.findings[kept++] = *f;
	}
	p->sink.count = kept;
}

/* Would a finding have been told by now, of every rule that the directive means? Of a
 * whole tree they come later. */
static bool is_answered(const struct scan_pass *p, const struct scan_directive *d)
{
	bool any = false;

	for (size_t i = 0; i < p->rules->count; i++) {
		const struct scan_rule *r = &p->rules->rules[i];

		if (!str_glob(d->rule, span_str(r->id)))
			continue;
		if ((!p->rules->on[i] && !r->optional) || scan_rule_joins_files(r))
			return false;
		any = any || p->rules->on[i];
	}
	return any;
}

/* Only of a file whose findings are all known. */
static void report_unused(struct scan_pass *p)
{
	size_t rule;

	if (!scan_selection_runs(p->rules, SCAN_BUILTIN_UNUSED_ALLOW, &rule) ||
	    p->rc != ERR_OK || p->trouble != NULL)
		return;
	for (size_t i = 0; i < p->allowed.item_count; i++) {
		const struct scan_allow *a = &p->allowed.items[i];

		if (!a->used && is_answered(p, &a->directive))
			report_directive(p, &a->directive, 0, SCAN_BUILTIN_UNUSED_ALLOW,
			                 "this allows nothing: there is no such finding "
			                 "on this line or the next");
	}
}

/* A fact takes along what is allowed where it stands. */
static void allow_facts(struct scan_pass *p)
{
	size_t words = (p->rules->count + 63) / 64;
	uint64_t *bits = NULL;

	if (p->allowed.count == 0 || p->sink.seen_count == 0)
		return;
	for (size_t i = p->sink.seen[p->sink.seen_count - 1].first;
	     i < p->sink.fact_count; i++) {
		if (bits == NULL)
			bits = arena_array(&p->sink.arena, words, sizeof(*bits));
		if (bits == NULL) {
			p->rc = ERR_NOMEM;
			return;
		}
		if (!scan_allowed_bits(&p->allowed, p->sink.facts[i].line, words, bits))
			continue;
		p->sink.facts[i].allowed = bits;
		bits = NULL;
	}
}

/* Which kinds of hardcoded values the piece may hold. Pieces come in order. */
static unsigned marks_of(struct scan_pass *p, const struct scan_piece *piece)
{
	const struct scan_hits *h = &p->found;
	unsigned kinds = 0;

	if (!h->marks_known)
		return HARDCODED_ANY;
	while (p->mark_at < h->mark_count &&
	       h->marks[p->mark_at].end + HARDCODED_BEFORE < piece->start)
		p->mark_at++;
	for (size_t i = p->mark_at; i < h->mark_count && kinds != HARDCODED_ANY &&
	                            h->marks[i].end <= piece->end + HARDCODED_BEHIND;
	     i++)
		kinds |= h->marks[i].kinds;
	return kinds;
}

/* Are values looked for in this file? */
static bool wants_values(const struct scan_pass *p)
{
	return p->rules->hardcoded && p->source->language != NULL &&
	       (p->source->language->features & SCAN_TRANSLATION) == 0;
}

/* Has the engine found anything in the piece? Pieces come in order, and so do finds. */
static bool has_found(struct scan_pass *p, const struct scan_piece *piece)
{
	while (p->found_at < p->found.count &&
	       p->found.items[p->found_at].value.start < piece->start)
		p->found_at++;
	return p->found_at < p->found.count &&
	       p->found.items[p->found_at].value.start < piece->end;
}

static void scan_piece(struct scan_pass *p, const struct scan_piece *piece)
{
	p->language = piece->language;
	scan_pattern_piece(p, piece);
	if (piece->kind == SCAN_COMMENT || piece->kind == SCAN_DOC) {
		if (p->found.allows)
			note_allowed(p, piece);
		if (p->explain || has_found(p, piece))
			scan_marker_comment(p, piece);
		return;
	}
	if (p->explain)
		scan_marker_drops(p, piece);
	if (wants_values(p))
		scan_hardcoded_piece(p, piece, marks_of(p, piece));
}

/* Behind this offset no piece is of interest. */
static size_t last_wanted(const struct scan_pass *p)
{
	const struct scan_hits *h = &p->found;
	size_t last = 0;

	if (p->count_lines || p->explain || h->allows ||
	    (wants_values(p) && !h->marks_known))
		return SIZE_MAX;
	if (wants_values(p) && h->mark_count > 0)
		last = h->marks[h->mark_count - 1].end + HARDCODED_BEFORE;
	last = p->marker_end > last ? p->marker_end : last;
	for (size_t i = 0; i < p->kept_count; i++)
		last = p->kept[i].value.end > last ? p->kept[i].value.end : last;
	return last;
}

static uint64_t lex_file(struct scan_pass *p, const struct scan_source *s)
{
	bool prose = (s->language->features & SCAN_NO_CODE) != 0;
	size_t last = last_wanted(p);
	struct scan_code_lines counter = { .bits = p->note_code ? &p->code_bits : NULL };
	struct scan_lexer x;
	struct scan_piece piece;

	buf_clear(&p->code_bits);
	scan_lexer_init(&x, s->language, s->text);
	p->mark_at = 0;
	p->found_at = 0;
	while (p->rc == ERR_OK && scan_lexer_next(&x, &piece) && piece.start <= last) {
		bool code = piece.kind == SCAN_CODE || piece.kind == SCAN_STRING;

		if (p->count_lines)
			scan_code_lines_add(
				&counter,
				span_sub(s->text, piece.start, piece.end - piece.start),
				code && !prose);
		scan_piece(p, &piece);
	}
	if (p->rc == ERR_OK && !buf_ok(&p->code_bits))
		p->rc = ERR_NOMEM;
	p->code_count = counter.lines;
	p->code_scope = s->scope;
	return counter.lines;
}

/* Most files hold nothing that has to be placed. */
static bool is_lexed(const struct scan_pass *p)
{
	return p->source->language != NULL &&
	       (p->count_lines || p->explain || p->found.allows || p->marker_end > 0 ||
	        p->kept_count > 0 ||
	        (wants_values(p) && (!p->found.marks_known || p->found.mark_count > 0)));
}

static void begin(struct scan_pass *p, const struct scan_source *source)
{
	p->source = source;
	p->first = p->sink.count;
	p->first_drop = p->sink.drop_count;
	p->line = 1;
	p->line_at = 0;
	p->line_start = 0;
	p->trouble = NULL;
	p->secretive = false;
	p->aside_known = false;
	p->left_out_count = 0;
	scan_allowed_clear(&p->allowed);
	p->rc = ERR_OK;
	p->language = NULL;
}

enum err_code scan_pass_binary(struct scan_pass *p, const struct scan_source *source,
                               struct span head, struct err *err)
{
	const char *store = scan_key_store(head);
	size_t rule;

	begin(p, source);
	p->kept_count = 0; /* of the file before: nothing in this one is hidden */
	if (p->rules->dependency)
		scan_depend_binary(p);
	if (store != NULL && p->rc == ERR_OK &&
	    scan_selection_runs(p->rules, SCAN_BUILTIN_KEY_STORE, &rule))
		scan_pass_report(p, &(struct scan_report){ .rule = rule,
		                                           .message = store,
		                                           .identity = span_str(store) });
	if (p->rc == ERR_OK && !p->keep_keys)
		p->rc = scan_fingerprint_number(p->sink.findings + p->first,
		                                p->sink.count - p->first, err);
	return p->rc == ERR_NOMEM ? err_nomem(err) : p->rc;
}

enum err_code scan_pass_file(struct scan_pass *p, const struct scan_source *source,
                             struct err *err)
{
	begin(p, source);
	if (p->rules->tree || p->sees)
		p->rc = scan_sink_see(&p->sink,
		                      &(struct scan_seen){ .path = source->path,
		                                           .project = source->project,
		                                           .scope = source->scope,
		                                           .language = source->language,
		                                           .bytes = source->text.len },
		                      err);
	scan_pattern_look(p, wants_values(p));
	if (is_lexed(p))
		p->sink.code_lines[source->scope] += lex_file(p, source);
	else
		scan_pattern_rest(p);
	if (source->language == NULL && p->explain)
		scan_marker_drops(p, NULL);
	if (p->rc == ERR_OK && p->rules->dependency)
		scan_depend_file(p);
	if (p->rc == ERR_OK && p->rules->tree)
		scan_import_file(p);
	if (p->rc == ERR_OK && p->rules->tree)
		scan_docs_file(p);
	if (p->rc == ERR_OK)
		scan_claims_file(p);
	if (p->rc == ERR_OK && p->rules->ops)
		scan_ops_file(p);
	if (p->rc == ERR_OK && p->rules->workflow)
		scan_workflow_file(p);
	drop_allowed(p);
	report_unused(p);
	allow_facts(p);
	if (p->rc == ERR_OK && !p->keep_keys)
		p->rc = scan_fingerprint_number(p->sink.findings + p->first,
		                                p->sink.count - p->first, err);
	if (p->rc == ERR_OK && p->trouble != NULL)
		p->rc = scan_sink_skip(&p->sink,
		                       &(struct scan_skip){ .path = source->path,
		                                            .reason = p->trouble,
		                                            .bytes = source->text.len },
		                       err);
	return p->rc == ERR_NOMEM ? err_nomem(err) : p->rc;
}
