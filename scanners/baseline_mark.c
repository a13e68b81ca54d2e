// SPDX-License-Identifier: Apache-2.0
#include "baseline_mark.h"

#include "base/str.h"
#include "fingerprint.h"
#include "scope.h"

#include <string.h>

/* Entries name paths as people see them, from the top of the project. */
static const char *shown_path(const struct scan_comparison *c, struct span path,
                              struct buf *out)
{
	buf_clear(out);
	str_display(out, c->below);
	str_display(out, path);
	return buf_str(out);
}

static void mark_one(struct scan_comparison *c, struct scan_finding *f, const char *path)
{
	struct scan_entry *e = scan_baseline_find(c->baseline, f, path);

	if (e == NULL) {
		f->state = SCAN_NEW;
		c->out->fresh++;
		return;
	}
	e->used = true;
	f->entry = e;
	if (scan_entry_expired(e, c->now_ms)) {
		f->state = SCAN_EXPIRED;
		c->out->expired++;
	} else if (c->vouched && !scan_entry_vouched(e)) {
		f->state = SCAN_UNVOUCHED;
		c->out->unvouched++;
	} else {
		f->state = SCAN_KNOWN;
		c->out->known++;
	}
}

enum err_code scan_baseline_mark(struct scan_comparison *c, struct scan_sink *sink,
                                 struct err *err)
{
	struct buf path = BUF_INIT;
	struct span last = SPAN_EMPTY;
	enum err_code rc;

	for (size_t i = 0; i < sink->count; i++) {
		struct scan_finding *f = &sink->findings[i];

		if (i == 0 || !span_eq(last, f->path))
			(void)shown_path(c, f->path, &path);
		last = f->path;
		mark_one(c, f, buf_str(&path));
	}
	rc = buf_err(&path, err);
	buf_fini(&path);
	return rc;
}

/* ---- entries that nothing fits ---- */

/* Files whose names are not shown as they are: by what is shown of them. */
static enum err_code note_odd(struct scan_comparison *c, struct err *err)
{
	struct buf shown = BUF_INIT;
	bool ok = true;

	for (size_t i = 0; ok && i < c->sight->count; i++) {
		struct span path = c->sight->files[i].path;

		buf_clear(&shown);
		str_display(&shown, path);
		ok = buf_ok(&shown) &&
		     (span_eq(buf_span(&shown), path) ||
		      map_set(&c->odd, buf_span(&shown), &c->sight->files[i]));
	}
	buf_fini(&shown);
	return ok ? ERR_OK : err_nomem(err);
}

/* Would the scan have told it? A rule that is unknown by now finds nothing any more. */
static bool is_judged(struct scan_comparison *c, const struct scan_entry *e)
{
	size_t at = scan_rule_find(c->rules->rules, c->rules->count, e->rule);
	const struct scan_sight_file *odd = map_get(&c->odd, span_str(e->path));
	struct span path = odd != NULL ? odd->path : span_str(e->path);

	if (at == c->rules->count)
		return true;
	/* Whether a name that was not shown as it is still names a file nobody knows. */
	if (!c->rules->on[at] || (odd == NULL && strchr(e->path, '\\') != NULL))
		return false;
	/* What it was found with may lie where this scan could not look. */
	if (c->sight->gaps.count > 0 && scan_rule_joins_files(&c->rules->rules[at]))
		return false;
	return scan_sight_of(c->sight, path, &c->rules->rules[at]) != SCAN_SIGHT_NONE;
}

/* The baseline as a finding of this scan names it. */
static struct span place_of(const struct scan_comparison *c)
{
	struct span real = span_str(c->baseline->real);
	size_t below = c->root.len + (c->root.len > 1 ? 1 : 0);

	if (real.len > below && span_starts(real, c->root) && real.ptr[below - 1] == '/')
		return span_from(real, below);
	return span_str(c->baseline->name);
}

static enum err_code report(const struct scan_comparison *c, struct scan_sink *sink,
                            const struct scan_rule *rule, const struct scan_entry *e,
                            struct err *err)
{
	struct arena *a = &sink->arena;
	struct span path = place_of(c);
	struct scan_identity id = { rule->id, path, span_str(e->id) };
	struct scan_finding *f = scan_sink_add(sink);

	if (f == NULL)
		return err_nomem(err);
	f->rule = rule->id;
	f->path = span_of(arena_dup(a, path), path.len);
	f->scope = scan_scope_of(path, SPAN_EMPTY);
	f->severity = rule->severity[f->scope];
	f->line = f->end_line = e->line;
	f->column = 1;
	f->end_column = 2;
	f->match = span_str(arena_str(a, e->id));
	f->context = span_str(arena_str(a, e->what));
	f->message = arena_printf(a,
	                          "no finding of %.100s in %.300s fits this entry any "
	                          "more",
	                          e->rule, e->path);
	f->language = "yaml";
	f->details = "{}";
	f->state = SCAN_NEW;
	c->out->fresh++;
	return arena_ok(a) ? scan_fingerprint_key(&id, f->fingerprint, err)
	                   : err_nomem(err);
}

enum err_code scan_baseline_unused(struct scan_comparison *c, struct scan_sink *sink,
                                   struct err *err)
{
	size_t at = c->rules->of[SCAN_BUILTIN_UNUSED_BASELINE];
	bool on = at < c->rules->count && c->rules->on[at];
	enum err_code rc = c->whole ? note_odd(c, err) : ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < c->baseline->count; i++) {
		struct scan_entry *e = c->baseline->entries[i];

		if (e->used)
			continue;
		/* Of what was not looked at nothing is known. */
		if (!c->whole || !is_judged(c, e)) {
			e->used = true;
			c->out->unseen++;
			continue;
		}
		c->out->gone++;
		if (on)
			rc = report(c, sink, &c->rules->rules[at], e, err);
	}
	return rc;
}

void scan_comparison_fini(struct scan_comparison *c)
{
	map_fini(&c->odd);
}
