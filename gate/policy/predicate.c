// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "os/fs.h"
#include "os/walk.h"
#include "policy/detect.h"
#include "policy/detect_internal.h"

#include <string.h>

/* Predicates of `applies_when` against the project, with a line of evidence. */

enum {
	ENTRIES_MAX = 200000, /* names that one glob may look at */
	DEPTH_MAX = 64,
	WHY_MAX = 1000, /* bytes of evidence: enough to see why */
	PATTERN_COLUMNS = 60,
};

struct context {
	const char *root;
	const struct gate_policy *policy;
	const struct gate_detected *detected;
};

/* One alternative of a pattern. */
struct glob_part {
	struct span pattern;
	unsigned slashes;
	bool any_depth; /* has a ** */
};

struct glob_search {
	struct arena arena;
	struct glob_part *parts;
	size_t part_count;
	size_t part_cap;
	unsigned deepest; /* below this nothing can match */
	struct buf path;  /* relative to the root, of the entry at hand */
	struct buf found; /* the first match */
	const struct os_dir *dir;
	size_t entries;
	unsigned depth;
};

/* Takes a pattern apart, so that its braces are not looked at for every file. */
static bool take_apart(struct glob_search *s, const char *pattern)
{
	struct buf text = BUF_INIT;

	for (size_t n = 0; str_glob_alternative(pattern, n, &text); n++) {
		struct glob_part *part = arena_push(&s->arena, &s->parts, &s->part_count,
		                                    &s->part_cap, sizeof(*part));

		if (part == NULL)
			break;
		part->pattern = span_of(arena_dup(&s->arena, buf_span(&text)), text.len);
		part->any_depth = span_find(buf_span(&text), SPAN_LIT("**")) < text.len;
		for (size_t i = 0; i < text.len; i++)
			part->slashes += text.ptr[i] == '/';
		if (part->slashes > s->deepest)
			s->deepest = part->slashes;
		if (part->any_depth)
			s->deepest = DEPTH_MAX;
		buf_clear(&text);
	}
	if (s->deepest > DEPTH_MAX)
		s->deepest = DEPTH_MAX;
	buf_fini(&text);
	return arena_ok(&s->arena);
}

static bool matches(const struct glob_search *s)
{
	for (size_t i = 0; i < s->part_count; i++)
		if ((s->parts[i].any_depth || s->parts[i].slashes == s->depth) &&
		    str_glob_flat(s->parts[i].pattern, buf_span(&s->path)))
			return true;
	return false;
}

static enum err_code match_entry(const struct os_entry *entry, void *context,
                                 struct err *err)
{
	struct glob_search *s = context;
	const struct os_dir *above = s->dir;
	struct os_dir below;
	size_t length = s->path.len;
	enum err_code rc = ERR_OK;

	if (str_eq(entry->name, ".git") || str_eq(entry->name, ".seaworthy") ||
	    str_eq(entry->name, "node_modules"))
		return ERR_OK;
	if (++s->entries > ENTRIES_MAX)
		return err_set(err, ERR_LIMIT, "more than %d files", ENTRIES_MAX);
	buf_printf(&s->path, "%s%s", length > 0 ? "/" : "", entry->name);
	if (entry->type != OS_DIR && matches(s)) {
		buf_put(&s->found, buf_span(&s->path));
		return err_set(err, ERR_EXISTS, "found");
	}
	if (entry->type == OS_DIR && s->depth < s->deepest &&
	    os_dir_open(&below, above, entry->name, NULL) == ERR_OK) {
		s->depth++;
		s->dir = &below;
		rc = os_dir_each(&below, match_entry, s, err);
		s->dir = above;
		s->depth--;
		os_dir_close(&below);
	}
	buf_truncate(&s->path, length);
	return rc;
}

/* ERR_LIMIT where the project is too large to be sure that nothing matches. */
static enum err_code find_glob(const char *root, const char *pattern, struct buf *found,
                               struct err *err)
{
	struct glob_search s = { .arena = ARENA_INIT };
	struct err why =
		ERR_INIT; /* a match ends the walk as a fault would, and is none */
	struct os_dir dir;
	enum err_code rc = os_dir_open(&dir, NULL, root, err);

	if (rc != ERR_OK)
		return rc;
	s.dir = &dir;
	rc = take_apart(&s, pattern) ? os_dir_each(&dir, match_entry, &s, &why)
	                             : err_nomem(&why);
	os_dir_close(&dir);
	if (rc == ERR_EXISTS)
		buf_put(found, buf_span(&s.found));
	if (rc == ERR_EXISTS || rc == ERR_IO || rc == ERR_AUTH)
		rc = ERR_OK;
	else if (rc != ERR_OK)
		rc = err_set(err, rc, "%s", why.msg);
	arena_fini(&s.arena);
	buf_fini(&s.path);
	buf_fini(&s.found);
	return rc;
}

/* ---- answers that are kept ---- */

struct gate_globs {
	struct arena arena;
	struct map files; /* by pattern: the first file that it means, or "" */
};

struct gate_globs *gate_globs_new(void)
{
	struct gate_globs *g = mem_new(sizeof(*g));

	if (g == NULL)
		return NULL;
	arena_init(&g->arena);
	map_init(&g->files);
	return g;
}

void gate_globs_free(struct gate_globs *g)
{
	if (g == NULL)
		return;
	map_fini(&g->files);
	arena_fini(&g->arena);
	mem_free(g);
}

/* The same glob stands in many checks, and each is asked for the plan and for the run:
 * the project is walked once for it. */
static enum err_code find_once(struct gate_globs *g, const char *root,
                               const char *pattern, struct buf *found, struct err *err)
{
	char *kept = g != NULL ? map_get(&g->files, span_str(pattern)) : NULL;
	enum err_code rc;

	if (kept != NULL) {
		buf_puts(found, kept);
		return buf_err(found, err);
	}
	rc = find_glob(root, pattern, found, err);
	if (rc != ERR_OK || g == NULL)
		return rc;
	kept = arena_dup(&g->arena, buf_span(found));
	if (kept == NULL || !map_set(&g->files, span_str(pattern), kept))
		return err_nomem(err);
	return ERR_OK;
}

static enum err_code glob_holds(const struct context *c, const char *pattern, bool *holds,
                                struct buf *why, struct err *err)
{
	struct buf found = BUF_INIT;
	enum err_code rc = find_once(c->detected != NULL ? c->detected->globs : NULL,
	                             c->root, pattern, &found, err);

	if (rc != ERR_OK) {
		buf_fini(&found);
		return err_wrap(err, rc, "glob %s", pattern);
	}
	*holds = found.len > 0;
	buf_puts(why, "glob ");
	str_display_cut(why, span_str(pattern), PATTERN_COLUMNS);
	buf_puts(why, *holds ? ": " : ": no match");
	str_display(why, buf_span(&found));
	buf_fini(&found);
	return ERR_OK;
}

static void file_holds(const struct context *c, const char *path, bool *holds,
                       struct buf *why)
{
	struct buf full = BUF_INIT;

	os_join(&full, c->root, path);
	*holds = os_type_of(buf_str(&full)) != OS_NONE;
	buf_puts(why, "file ");
	str_display(why, span_str(path));
	buf_puts(why, *holds ? ": present" : ": absent");
	buf_fini(&full);
}

static void language_holds(const struct context *c, const char *name, bool *holds,
                           struct buf *why)
{
	*holds = false;
	for (size_t i = 0; c->detected != NULL && i < c->detected->languages.count; i++)
		*holds = *holds || str_eq(c->detected->languages.items[i], name);
	buf_printf(why, "language %s: %s", name, *holds ? "present" : "absent");
}

static void suite_holds(const struct context *c, const char *id, bool *holds,
                        struct buf *why)
{
	const struct gate_policy *p = c->policy;

	if (str_eq(id, "*"))
		*holds = p->suite_count > 0;
	else if (str_eq(id, "builds:*"))
		*holds = p->build_count > 0;
	else
		*holds = gate_policy_suite(p, id) != NULL ||
		         gate_policy_build(p, id) != NULL;
	buf_puts(why, "suite ");
	str_display(why, span_str(id));
	buf_puts(why, *holds ? ": present" : ": absent");
}

static void env_holds(const char *name, bool *holds, struct buf *why)
{
	*holds = os_env(name) != NULL;
	buf_puts(why, "env ");
	str_display(why, span_str(name));
	buf_puts(why, *holds ? ": set" : ": not set");
}

static enum err_code holds_in(const struct context *c, const struct gate_predicate *p,
                              bool *holds, struct buf *why, struct err *err);

/* Stops at the child that decides, so that the evidence ends with it. */
static enum err_code children_hold(const struct context *c,
                                   const struct gate_predicate *p, bool *holds,
                                   struct buf *why, struct err *err)
{
	bool any = p->kind == GATE_WHEN_ANY;
	enum err_code rc = ERR_OK;

	*holds = !any;
	buf_puts(why, any ? "any of (" : "all of (");
	for (size_t i = 0; rc == ERR_OK && i < p->child_count && *holds != any; i++) {
		if (i > 0)
			buf_puts(why, "; ");
		rc = holds_in(c, &p->children[i], holds, why, err);
	}
	buf_putc(why, ')');
	return rc;
}

static enum err_code holds_in(const struct context *c, const struct gate_predicate *p,
                              bool *holds, struct buf *why, struct err *err)
{
	enum err_code rc = ERR_OK;

	switch (p->kind) {
	case GATE_WHEN_ALL:
	case GATE_WHEN_ANY:
		rc = children_hold(c, p, holds, why, err);
		break;
	case GATE_WHEN_NOT:
		buf_puts(why, "not (");
		rc = holds_in(c, &p->children[0], holds, why, err);
		*holds = !*holds;
		buf_putc(why, ')');
		break;
	case GATE_WHEN_FILE:
		file_holds(c, p->text, holds, why);
		break;
	case GATE_WHEN_GLOB:
		rc = glob_holds(c, p->text, holds, why, err);
		break;
	case GATE_WHEN_LANGUAGE:
		language_holds(c, p->text, holds, why);
		break;
	case GATE_WHEN_ENV:
		env_holds(p->text, holds, why);
		break;
	case GATE_WHEN_SUITE:
		suite_holds(c, p->text, holds, why);
		break;
	}
	return rc;
}

enum err_code gate_predicate_holds(const struct gate_predicate *p, const char *root,
                                   const struct gate_policy *policy,
                                   const struct gate_detected *detected, bool *holds,
                                   struct buf *why, struct err *err)
{
	struct context c = { root, policy, detected };
	struct buf line = BUF_INIT;
	enum err_code rc = holds_in(&c, p, holds, &line, err);

	if (rc == ERR_OK) {
		str_display_words(why, buf_span(&line), WHY_MAX);
		rc = buf_err(&line, err);
	}
	buf_fini(&line);
	return rc;
}
