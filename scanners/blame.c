// SPDX-License-Identifier: Apache-2.0
#include "blame.h"

#include "base/mem.h"
#include "base/str.h"
#include "lib/json.h"
#include "lib/vcs_blame.h"
#include "owner.h"
#include "repository.h"
#include "scanners/rule.h"

#include <string.h>

enum { DAY_S = 24 * 3600 };

struct work {
	struct scan_history *h;
	struct buf top;    /* of the repository; empty: none */
	struct buf prefix; /* of the findings' paths below it, with its '/' */
	struct scan_owners owners;
	struct vcs_blame blame;
	struct vcs_line *lines; /* one a marker, in their order */
	size_t line_count;
};

static bool is_marker(const struct work *w, const struct scan_finding *f)
{
	size_t rule = scan_rule_find(w->h->rules, w->h->rule_count, f->rule);

	return rule < w->h->rule_count &&
	       w->h->rules[rule].builtin == SCAN_BUILTIN_MARKER;
}

/* The finding's path from the top of the repository; NULL without memory. */
static const char *path_of(const struct work *w, const struct scan_finding *f)
{
	struct buf path = BUF_INIT;
	const char *copy;

	buf_put(&path, buf_span(&w->prefix));
	buf_put(&path, f->path);
	copy = buf_ok(&path) ? arena_dup(w->h->arena, buf_span(&path)) : NULL;
	buf_fini(&path);
	return copy;
}

/* ---- what git says ---- */

static enum err_code ask(struct work *w, const struct scan_finding *findings,
                         size_t count, struct err *err)
{
	struct span last = SPAN_EMPTY;
	struct span path = SPAN_EMPTY;

	if (!mem_array(&w->lines, count + 1, sizeof(*w->lines)))
		return err_nomem(err);
	for (size_t i = 0; i < count; i++) {
		const struct scan_finding *f = &findings[i];

		if (!is_marker(w, f) || f->line > UINT32_MAX)
			continue;
		if (path.ptr == NULL || !span_eq(last, f->path))
			path = span_str(path_of(w, f));
		if (path.ptr == NULL)
			return err_nomem(err);
		last = f->path;
		w->lines[w->line_count++] =
			(struct vcs_line){ .path = path, .line = (uint32_t)f->line };
	}
	w->blame = (struct vcs_blame){ .cancel = w->h->cancel,
		                       .arena = w->h->arena,
		                       .max_file = w->h->max_file };
	if (w->line_count == 0)
		return ERR_OK;
	return vcs_blame_lines(&w->blame, buf_str(&w->top), w->lines, w->line_count, err);
}

/* A repository that may not be read is no reason to scan nothing. */
static enum err_code ask_if_wanted(struct work *w, const struct scan_finding *findings,
                                   size_t count, struct err *err)
{
	struct err why = ERR_INIT;
	enum err_code rc;

	if (!w->h->blame || w->top.len == 0)
		return ERR_OK;
	rc = ask(w, findings, count, &why);
	if (rc == ERR_OK)
		return ERR_OK;
	if (rc == ERR_NOMEM || rc == ERR_CANCELLED)
		return err_set(err, rc, "%s", why.msg);
	w->blame.present = false;
	w->h->trouble = arena_str(w->h->arena, why.msg);
	return w->h->trouble != NULL ? ERR_OK : err_nomem(err);
}

/* ---- what is written down ---- */

static void put_age(struct json_writer *w, const struct vcs_blame *b,
                    const struct vcs_line *line)
{
	/* Clocks differ: nothing is younger than what is checked out. */
	int64_t age_s = b->head_s > line->author_s ? b->head_s - line->author_s : 0;

	if (line->origin == VCS_UNKNOWN) {
		json_field_null(w, "age_days");
		json_field_null(w, "author");
		return;
	}
	json_field_u64(w, "age_days",
	               line->origin == VCS_COMMITTED ? (uint64_t)(age_s / DAY_S) : 0);
	json_field_str(w, "author", line->author);
	if (line->origin == VCS_COMMITTED)
		json_field_str(w, "commit", line->commit);
}

static const char *text_in(const struct json_doc *doc, const char *key)
{
	const char *text = json_string(json_get(json_root(doc), key));

	return text != NULL ? text : "";
}

/* {"age_days":3,"author":"Ann","commit":"..","owner":"@core","issue":"#7"}, and what is a
 * copy says so. */
static void put_marker(struct buf *out, const struct work *w, const struct vcs_line *line,
                       const struct json_doc *own, const char *owner)
{
	const char *named = text_in(own, "owner");
	struct json_writer j;

	json_writer_init(&j, out, 0);
	json_open(&j, '{');
	put_age(&j, &w->blame, line);
	json_field_str(&j, "owner", named[0] != '\0' ? named : owner);
	json_field_str(&j, "issue", text_in(own, "issue"));
	if (text_in(own, "duplicate_of")[0] != '\0')
		json_field_str(&j, "duplicate_of", text_in(own, "duplicate_of"));
	json_close(&j, '}');
}

/* Puts the owner behind the details of the rule, unless these name one. */
static void put_owner(struct buf *out, const char *details, const char *owner)
{
	struct span own = span_str(details);
	struct json_writer j;

	buf_put(out, span_sub(own, 0, own.len - 1));
	buf_puts(out, own.len > 2 ? ",\"owner\":" : "\"owner\":");
	json_writer_init(&j, out, 0);
	json_put_str(&j, owner);
	buf_putc(out, '}');
}

static enum err_code describe(const struct work *w, struct scan_finding *f,
                              const struct vcs_line *line, const char *owner,
                              struct err *err)
{
	struct buf out = BUF_INIT;
	struct json_doc *own = NULL;
	enum err_code rc;

	if (line == NULL && owner[0] == '\0')
		return ERR_OK;
	rc = json_parse(&own, span_str(f->details), "details", err);
	if (rc == ERR_OK && line != NULL)
		put_marker(&out, w, line, own, owner);
	else if (rc == ERR_OK && text_in(own, "owner")[0] == '\0')
		put_owner(&out, f->details, owner);
	json_free(own);
	if (rc == ERR_OK)
		rc = buf_err(&out, err);
	if (rc == ERR_OK && out.len > 0) {
		f->details = arena_dup(w->h->arena, buf_span(&out));
		rc = f->details != NULL ? ERR_OK : err_nomem(err);
	}
	buf_fini(&out);
	return rc;
}

static enum err_code write_down(const struct work *w, struct scan_finding *findings,
                                size_t count, struct err *err)
{
	struct buf owner = BUF_INIT;
	struct buf path = BUF_INIT;
	enum err_code rc = ERR_OK;
	size_t line = 0;

	for (size_t i = 0; rc == ERR_OK && i < count; i++) {
		struct scan_finding *f = &findings[i];
		bool marked = w->blame.present && line < w->line_count &&
		              is_marker(w, f) && f->line <= UINT32_MAX;

		if (i == 0 || !span_eq(findings[i - 1].path, f->path)) {
			buf_clear(&owner);
			buf_clear(&path);
			buf_put(&path, buf_span(&w->prefix));
			buf_put(&path, f->path);
			scan_owners_of(&w->owners, buf_span(&path), &owner);
		}
		rc = buf_ok(&owner) && buf_ok(&path)
		             ? describe(w, f, marked ? &w->lines[line] : NULL,
		                        buf_str(&owner), err)
		             : err_nomem(err);
		line += marked;
	}
	buf_fini(&owner);
	buf_fini(&path);
	return rc;
}

static enum err_code load_owners(struct work *w, struct err *err)
{
	enum err_code rc =
		scan_owners_load(&w->owners, buf_str(&w->top), w->h->staged, err);

	if (rc != ERR_OK || w->owners.trouble == NULL)
		return rc;
	w->h->owners_trouble = arena_str(w->h->arena, w->owners.trouble);
	return w->h->owners_trouble != NULL ? ERR_OK : err_nomem(err);
}

enum err_code scan_history_add(struct scan_history *h, struct scan_finding *findings,
                               size_t count, struct err *err)
{
	struct work w = { .h = h };
	size_t top = scan_repository_top(h->folder);
	enum err_code rc = ERR_OK;

	if (count == 0)
		return ERR_OK;
	/* Without a repository the folder is the top, for its owners. */
	buf_put(&w.top, top > 0 ? span_sub(h->folder, 0, top) : h->folder);
	if (h->folder.len > w.top.len) {
		buf_put(&w.prefix, span_from(h->folder, w.top.len + 1));
		buf_putc(&w.prefix, '/');
	}
	rc = buf_ok(&w.prefix) ? buf_err(&w.top, err) : err_nomem(err);
	if (rc == ERR_OK)
		rc = load_owners(&w, err);
	if (rc == ERR_OK && top > 0)
		rc = ask_if_wanted(&w, findings, count, err);
	if (rc == ERR_OK)
		rc = write_down(&w, findings, count, err);
	scan_owners_fini(&w.owners);
	mem_free(w.lines);
	buf_fini(&w.prefix);
	buf_fini(&w.top);
	return rc;
}
