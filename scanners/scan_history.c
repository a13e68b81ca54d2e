// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"
#include "base/wire.h"
#include "binary.h"
#include "history_class.h"
#include "history_hit.h"
#include "lib/json.h"
#include "lib/vcs_history.h"
#include "scan_blobs.h"
#include "scope.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * Every blob that a ref ever reached, once for all of its paths that agree in what
 * results go by (history_class.h). A finding that stays while its file changes is one
 * finding in many blobs: it is told once, with the first commit that has it. What tells
 * findings apart is the rule, the path and the lines as they are, secrets included, as a
 * keyed hash that ends with the process. Of a blob with several paths it is told once as
 * well, where it counts most, with the others.
 *
 * So each finding makes a hit at every path of its class. One that has to be told at
 * another path than the scanned one, because it was known there already, is looked for
 * again there, since a fingerprint holds the path.
 */

enum { PATHS_TOLD = 20, DAY_LENGTH = 10 };

struct history {
	struct scan_blob_list list; /* first: the list is what callbacks are given */
	struct vcs_history *blobs;
	struct scan_history_classes classes;
	struct scan_history_hits *hits; /* one a worker */
	/* Of the second look: what is looked for, by place; else NULL. */
	const struct scan_history_hit *sought;
	size_t sought_count;
	const uint32_t *turns; /* the versions that are scanned */
};

static const struct history *history_of(const struct scan_blob_list *l)
{
	return (const struct history *)l;
}

static void get(const struct scan_blob_list *l, size_t i, struct scan_blob *out,
                struct buf *path)
{
	struct vcs_version v =
		vcs_history_at(history_of(l)->blobs, history_of(l)->turns[i]);

	*out = (struct scan_blob){ .missing = v.missing };
	for (size_t k = 0; k < VCS_ID; k++)
		out->id[k] = v.id[k];
	buf_puts(path, v.path);
}

/* ---- telling findings apart ---- */

/* The lines of a finding, without what is behind it on the last one. Findings come in
 * ascending order: *at is where line *line begins. */
static struct span lines_of(struct span text, const struct scan_finding *f, size_t *at,
                            uint64_t *line)
{
	uint64_t last = f->line;
	size_t end;

	if (f->line < *line) {
		*at = 0;
		*line = 1;
	}
	for (; *line < f->line && *at < text.len; ++*line)
		*at += span_find_byte(span_from(text, *at), '\n') + 1;
	for (end = *at; last <= f->end_line && end < text.len; last++)
		end += span_find_byte(span_from(text, end), '\n') + 1;
	return span_sub(text, *at, end > *at ? end - *at : 0);
}

/* The finding at the scanned path, and while there is room at those that follow it in its
 * class. */
static bool note_hit(const struct history *all, struct scan_history_hits *h,
                     struct scan_history_hit hit, uint64_t lines, bool *full)
{
	uint32_t version = hit.version;

	do {
		struct vcs_version v = vcs_history_at(all->blobs, version);

		hit.hash = scan_history_hash_at(h, lines, v.path);
		hit.ordinal = v.ordinal;
		hit.version = version;
		if (!scan_history_hits_add(h, &hit))
			return false;
		if (!hit.scanned)
			atomic_fetch_add(&all->list.s->findings, 1);
		hit.scanned = false;
		version = all->classes.next[version];
		*full = version != 0 && scan_has_too_many(all->list.s);
	} while (version != 0 && !*full);
	return true;
}

/* Is it one that has to be told at this very path? */
static bool note_sought(const struct history *all, struct scan_history_hits *h,
                        struct scan_history_hit hit, uint64_t lines)
{
	struct vcs_version v = vcs_history_at(all->blobs, hit.version);
	const struct scan_history_hit *found;

	hit.hash = scan_history_hash_at(h, lines, v.path);
	found = bsearch(&hit, all->sought, all->sought_count, sizeof(hit),
	                scan_history_by_place);
	if (found == NULL)
		return true;
	hit.told = true;
	hit.more = found->more;
	return scan_history_hits_add(h, &hit);
}

/* Hits count as findings do: no history takes all memory. */
static enum err_code skip_paths(const struct history *all, size_t worker,
                                const char *path, struct err *err)
{
	struct buf full = BUF_INIT;
	struct scan_skip skip = { .reason = "not told at all of its paths: too many "
		                            "findings in all" };
	enum err_code rc;

	buf_put(&full, buf_span(&all->list.top));
	buf_puts(&full, path);
	skip.path = buf_span(&full);
	rc = buf_err(&full, err);
	if (rc == ERR_OK)
		rc = scan_file_skip(&skip, worker, all->list.s, err);
	buf_fini(&full);
	return rc;
}

static enum err_code note_hits(const struct scan_blob_list *l, size_t i, size_t worker,
                               size_t first, struct span data, struct vcs_repo *repo,
                               struct err *err)
{
	const struct history *all = history_of(l);
	struct vcs_version v = vcs_history_at(all->blobs, all->turns[i]);
	struct scan_worker *k = &l->s->workers[worker];
	struct scan_history_hits *h = &all->hits[worker];
	struct span text =
		scan_encoding_of(data) == SCAN_UTF16 ? buf_span(&k->decoded) : data;
	bool full = false;
	uint64_t line = 1;
	size_t at = 0;

	(void)repo;
	for (size_t n = first; n < k->pass.sink.count; n++) {
		const struct scan_finding *f = &k->pass.sink.findings[n];
		struct span lines = lines_of(text, f, &at, &line);
		uint64_t hash = scan_history_hash_lines(h, f, lines);
		struct scan_history_hit hit = { .worker = worker,
			                        .finding = n,
			                        .place =
			                                scan_history_hash_place(h, f, &v),
			                        .version = all->turns[i],
			                        .scope = f->scope,
			                        .scanned = true };

		if (!(all->sought != NULL ? note_sought(all, h, hit, hash)
		                          : note_hit(all, h, hit, hash, &full)))
			return err_nomem(err);
	}
	if (full)
		return skip_paths(all, worker, v.path, err);
	return buf_err(&h->text, err);
}

/* ---- where else it stands ---- */

/* The day of a time that the author's clock, or anybody, has put there. */
static const char *day_of(struct arena *arena, int64_t seconds)
{
	const int64_t most = INT64_MAX / 1000;
	char text[WHEN_TEXT];

	if (seconds > most || seconds < -most)
		seconds = seconds > 0 ? most : -most;
	when_format(seconds * 1000, false, text);
	return arena_dup(arena, span_of(text, DAY_LENGTH));
}

/* NULL without memory. */
static const struct scan_origin *origin_of(struct arena *arena,
                                           const struct vcs_history *blobs, size_t commit)
{
	struct scan_origin *o = arena_new(arena, sizeof(*o));
	struct buf author = BUF_INIT;
	char hex[2 * VCS_ID + 1];
	int64_t seconds;

	if (o == NULL)
		return NULL;
	o->ref = arena_str(arena, vcs_history_ref(blobs, commit));
	vcs_history_commit(blobs, commit, hex);
	if (o->ref == NULL)
		o->commit = arena_str(arena, hex);
	if (vcs_history_author(blobs, commit, &author, &seconds)) {
		o->author = arena_dup(arena, buf_span(&author));
		o->day = day_of(arena, seconds);
	}
	if (!buf_ok(&author) || !arena_ok(arena))
		o = NULL;
	buf_fini(&author);
	return o;
}

/* {"commit":"0123..","author":"Ann","date":"2026-11-23", or {"ref":"refs/tags/x", its
 * other paths, and what the rule says besides. */
static const char *with_origin(struct arena *arena, const struct scan_origin *o,
                               const struct scan_history_hit *hit, const char *details)
{
	struct buf text = BUF_INIT;
	struct json_writer w;
	const char *copy;

	json_writer_init(&w, &text, 0);
	json_open(&w, '{');
	if (o->ref != NULL)
		json_field_str(&w, "ref", o->ref);
	else
		json_field_str(&w, "commit", o->commit);
	if (o->author != NULL) {
		json_field_str(&w, "author", o->author);
		json_field_str(&w, "date", o->day);
	}
	buf_puts(&text, hit->more != NULL ? hit->more : "");
	buf_puts(&text, str_eq(details, "{}") ? "" : ",");
	buf_puts(&text, details + 1);
	copy = buf_ok(&text) ? arena_dup(arena, buf_span(&text)) : NULL;
	buf_fini(&text);
	return copy;
}

/* The path of a version as findings name it. */
static void put_path(const struct history *all, uint32_t version, struct buf *out)
{
	buf_clear(out);
	buf_put(out, buf_span(&all->list.top));
	buf_puts(out, vcs_history_at(all->blobs, version).path);
}

/* ,"paths":["a","b"],"more_paths":3 of the hits of one place, of which `told` is told. */
static enum err_code put_paths(const struct history *all,
                               const struct scan_history_hit *hits, size_t count,
                               size_t told, const char **out)
{
	struct arena *arena = &all->list.s->workers[0].pass.sink.arena;
	struct buf text = BUF_INIT;
	struct buf path = BUF_INIT;
	struct json_writer w;
	uint32_t last = hits[told].version;
	size_t put = 0;

	json_writer_init(&w, &text, 0);
	json_open(&w, '{');
	json_put_key(&w, "paths");
	json_open(&w, '[');
	for (size_t i = 0; i < count; i++) {
		if (hits[i].version == hits[told].version || hits[i].version == last)
			continue;
		last = hits[i].version;
		if (put++ >= PATHS_TOLD)
			continue;
		put_path(all, last, &path);
		json_put_string(&w, span_from(buf_span(&path), all->list.s->strip));
	}
	json_close(&w, ']');
	if (put > PATHS_TOLD)
		json_field_u64(&w, "more_paths", put - PATHS_TOLD);
	*out = NULL;
	if (put > 0 && buf_ok(&text) && buf_ok(&path)) {
		*out = arena_printf(arena, ",%s", buf_str(&text) + 1);
	}
	buf_fini(&text);
	buf_fini(&path);
	return put == 0 || *out != NULL ? ERR_OK : ERR_NOMEM;
}

/* Says of each hit that is told where else it stands; hits of a place are side by side.
 */
static enum err_code add_paths(const struct history *all, struct scan_history_hit *hits,
                               size_t count)
{
	enum err_code rc = ERR_OK;
	size_t end;

	for (size_t i = 0; rc == ERR_OK && i < count; i = end) {
		size_t told = count;

		for (end = i; end < count && hits[end].place == hits[i].place; end++)
			told = hits[end].told ? end : told;
		if (told < count && end - i > 1)
			rc = put_paths(all, hits + i, end - i, told - i,
			               &hits[told].more);
	}
	return rc;
}

/* ---- the second look ---- */

static int by_number(const void *a, const void *b)
{
	const uint32_t *x = a;
	const uint32_t *y = b;

	return (*x > *y) - (*x < *y);
}

/* Scans the versions of these hits, each once. What is counted is counted already. */
static enum err_code look_again(struct history *all, const struct scan_history_hit *hits,
                                size_t count, struct err *err)
{
	struct scan *s = all->list.s;
	struct scan_sink *before = NULL;
	uint32_t *turns = NULL;
	size_t n = 0;
	enum err_code rc;

	if (!mem_array(&turns, count, sizeof(*turns)) ||
	    !mem_array(&before, s->worker_count, sizeof(*before))) {
		rc = err_nomem(err);
		goto out;
	}
	for (size_t i = 0; i < count; i++)
		turns[i] = hits[i].version;
	qsort(turns, count, sizeof(*turns), by_number);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || turns[i] != turns[i - 1])
			turns[n++] = turns[i];
	for (size_t i = 0; i < s->worker_count; i++)
		before[i] = s->workers[i].pass.sink;
	atomic_store(&s->findings, 0);
	all->sought = hits;
	all->sought_count = count;
	all->turns = turns;
	all->list.count = n;
	rc = scan_blobs_run(&all->list, err);
	for (size_t i = 0; i < s->worker_count; i++) {
		struct scan_sink *sink = &s->workers[i].pass.sink;

		sink->files = before[i].files;
		sink->bytes = before[i].bytes;
	}
out:
	mem_free(turns);
	mem_free(before);
	return rc;
}

/* Of hits that are told where nobody scanned, the findings. */
static enum err_code seek(struct history *all, const struct scan_history_hit *hits,
                          size_t count, struct err *err)
{
	struct scan_history_hit *sought = NULL;
	size_t n = 0;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < count; i++)
		n += hits[i].told && !hits[i].scanned;
	if (n == 0)
		return ERR_OK;
	if (!mem_array(&sought, n, sizeof(*sought)))
		return err_nomem(err);
	n = 0;
	for (size_t i = 0; i < count; i++)
		if (hits[i].told && !hits[i].scanned)
			sought[n++] = hits[i];
	qsort(sought, n, sizeof(*sought), scan_history_by_place);
	rc = look_again(all, sought, n, err);
	mem_free(sought);
	all->sought = NULL;
	return rc;
}

/* ---- the result ---- */

static enum err_code tell(struct history *all, struct scan_history_hit *hits,
                          size_t count, struct err *err)
{
	struct scan *s = all->list.s;

	for (size_t i = 0; i < s->worker_count; i++)
		s->workers[i].pass.sink.count = 0;
	for (size_t i = 0; i < count; i++) {
		struct scan_sink *sink = &s->workers[hits[i].worker].pass.sink;
		struct scan_finding f = sink->findings[hits[i].finding];

		f.origin = origin_of(&sink->arena, all->blobs,
		                     vcs_history_at(all->blobs, hits[i].version).commit);
		if (f.origin != NULL)
			f.details =
				with_origin(&sink->arena, f.origin, &hits[i], f.details);
		if (f.origin == NULL || f.details == NULL)
			return err_nomem(err);
		sink->findings[sink->count++] = f;
	}
	return ERR_OK;
}

/* All hits of the workers, which have none then. */
static enum err_code gather(struct history *all, struct scan_history_hit **hits,
                            size_t *count, struct err *err)
{
	size_t most = *count;

	for (size_t i = 0; i < all->list.s->worker_count; i++)
		most += all->hits[i].count;
	if (!mem_array(hits, most > 0 ? most : 1, sizeof(**hits)))
		return err_nomem(err);
	for (size_t i = 0; i < all->list.s->worker_count; i++) {
		for (size_t k = 0; k < all->hits[i].count; k++)
			(*hits)[(*count)++] = all->hits[i].items[k];
		all->hits[i].count = 0;
	}
	return ERR_OK;
}

static enum err_code join(struct history *all, struct err *err)
{
	struct scan_history_hit *hits = NULL;
	size_t count = 0;
	enum err_code rc = gather(all, &hits, &count, err);

	if (rc != ERR_OK)
		goto out;
	scan_history_mark(hits, count);
	if (add_paths(all, hits, count) != ERR_OK) {
		rc = err_nomem(err);
		goto out;
	}
	if ((rc = seek(all, hits, count, err)) != ERR_OK)
		goto out;
	if ((rc = gather(all, &hits, &count, err)) != ERR_OK)
		goto out;
	count = scan_history_keep(hits, count);
	rc = tell(all, hits, count, err);
out:
	mem_free(hits);
	return rc;
}

/* ---- all of it ---- */

/* A clone that does not have all is not clean. */
static enum err_code skip_whole(struct history *all, const char *reason, struct err *err)
{
	struct scan_skip skip = { .path = buf_span(&all->list.s->path),
		                  .folder = true,
		                  .reason = reason };

	return scan_file_skip(&skip, 0, all->list.s, err);
}

static enum err_code skip_missing(struct history *all, const struct vcs_repo *repo,
                                  struct err *err)
{
	size_t missing = vcs_history_missing(all->blobs);
	enum err_code rc = ERR_OK;
	char reason[160];

	if (vcs_repo_is_shallow(repo))
		rc = skip_whole(all,
		                "a shallow clone: older history is not here; `git fetch "
		                "--unshallow` gets it",
		                err);
	for (size_t i = 0; rc == ERR_OK && i < missing && i < VCS_HISTORY_NAMED; i++)
		rc = skip_whole(all, vcs_history_trouble(all->blobs, i), err);
	if (rc != ERR_OK || missing <= VCS_HISTORY_NAMED)
		return rc;
	(void)snprintf(reason, sizeof(reason),
	               "of the history %zu more of refs, commits and trees are not in "
	               "this clone, or damaged",
	               missing - VCS_HISTORY_NAMED);
	return skip_whole(all, reason, err);
}

/* Names at which a blob was not scanned. */
static enum err_code skip_left(struct history *all, struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < all->classes.left_count; i++) {
		const struct scan_history_left *left = &all->classes.left[i];
		struct scan_skip skip = { .path = SPAN_EMPTY };
		char reason[160];

		put_path(all, left->version, &path);
		(void)snprintf(reason, sizeof(reason),
		               "its content was scanned at %d other names; not at this "
		               "one and %u more",
		               SCAN_HISTORY_CLASSES, (unsigned)left->count - 1);
		skip.path = buf_span(&path);
		skip.reason = reason;
		rc = buf_err(&path, err);
		if (rc == ERR_OK)
			rc = scan_file_skip(&skip, 0, all->list.s, err);
	}
	buf_fini(&path);
	return rc;
}

static void fini(struct history *all, struct vcs_repo *repo)
{
	for (size_t i = 0; all->hits != NULL && i < all->list.s->worker_count; i++)
		scan_history_hits_fini(&all->hits[i]);
	mem_free(all->hits);
	scan_history_classes_fini(&all->classes);
	vcs_history_free(all->blobs);
	vcs_repo_close(repo);
	buf_fini(&all->list.top);
}

enum err_code scan_history(struct scan *s, struct err *err)
{
	struct history all = { .list = { .s = s, .get = get, .after = note_hits } };
	struct vcs_repo *repo = NULL;
	enum err_code rc = scan_blobs_open(&all.list, &repo, err);

	if (rc == ERR_OK)
		rc = vcs_history_load(&all.blobs, repo, s->o->cancel, err);
	if (rc == ERR_OK)
		rc = scan_history_classes_init(&all.classes, &all.list, all.blobs, err);
	if (rc != ERR_OK)
		goto out;
	all.turns = all.classes.turns;
	all.list.count = all.classes.count;
	all.hits = mem_new(s->worker_count * sizeof(*all.hits));
	if (all.hits == NULL) {
		rc = err_nomem(err);
		goto out;
	}
	if ((rc = scan_blobs_run(&all.list, err)) != ERR_OK)
		goto out;
	if ((rc = join(&all, err)) != ERR_OK)
		goto out;
	if ((rc = skip_left(&all, err)) != ERR_OK)
		goto out;
	rc = skip_missing(&all, repo, err);
out:
	fini(&all, repo);
	return rc;
}
