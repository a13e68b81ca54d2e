// SPDX-License-Identifier: Apache-2.0
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/wire.h"
#include "binary.h"
#include "lib/json.h"
#include "lib/vcs_history.h"
#include "scan_blobs.h"
#include "scope.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * Every blob that a ref ever reached, at each of its paths: scope, language and rules go
 * by these. A finding that stays while its file changes is one finding in many blobs: it
 * is told once, with the first commit that has it. What tells findings apart is the rule,
 * the path and the lines as they are, secrets included, as a keyed hash that ends with
 * the process. Of a blob with several paths it is told once as well, where it counts
 * most.
 */

struct hit {
	size_t worker;
	size_t finding; /* index in the worker's sink */
	uint64_t hash;
	uint64_t place; /* the same of all that the blob has at other paths */
	size_t ordinal; /* of the blob at this path */
	size_t commit;
	enum scan_scope scope;
	bool told;
};

struct hits {
	struct hit *items; /* owned */
	size_t count;
	size_t cap;
	struct buf text;
};

struct history {
	struct scan_blob_list list; /* first: the list is what callbacks are given */
	struct vcs_history *blobs;
	struct hits *hits; /* one a worker */
};

static const struct history *history_of(const struct scan_blob_list *l)
{
	return (const struct history *)l;
}

static void get(const struct scan_blob_list *l, size_t i, struct scan_blob *out,
                struct buf *path)
{
	struct vcs_version v = vcs_history_at(history_of(l)->blobs, i);

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

static uint64_t hash_of(struct hits *h, const struct scan_finding *f, struct span lines)
{
	buf_clear(&h->text);
	buf_puts(&h->text, f->rule);
	buf_putc(&h->text, '\0');
	buf_put(&h->text, f->path);
	buf_putc(&h->text, '\0');
	buf_put(&h->text, span_trim(lines));
	return map_hash(buf_span(&h->text));
}

/* Of the same place in the same blob, whatever its path. */
static uint64_t hash_place(struct hits *h, const struct scan_finding *f,
                           const struct vcs_version *v)
{
	buf_clear(&h->text);
	wire_put_raw(&h->text, v->id, VCS_ID);
	wire_put_u64(&h->text, f->line);
	wire_put_u64(&h->text, f->column);
	buf_puts(&h->text, f->rule);
	return map_hash(buf_span(&h->text));
}

static enum err_code note_hits(const struct scan_blob_list *l, size_t i, size_t worker,
                               size_t first, struct span data, struct vcs_repo *repo,
                               struct err *err)
{
	const struct history *all = history_of(l);
	struct vcs_version v = vcs_history_at(all->blobs, i);
	struct scan_worker *k = &l->s->workers[worker];
	struct hits *h = &all->hits[worker];
	struct span text =
		scan_encoding_of(data) == SCAN_UTF16 ? buf_span(&k->decoded) : data;
	uint64_t line = 1;
	size_t at = 0;

	(void)repo;
	for (size_t n = first; n < k->pass.sink.count; n++) {
		const struct scan_finding *f = &k->pass.sink.findings[n];
		struct span lines = lines_of(text, f, &at, &line);

		if (!mem_grow(&h->items, h->count, &h->cap, sizeof(*h->items)))
			return err_nomem(err);
		h->items[h->count++] = (struct hit){ .worker = worker,
			                             .finding = n,
			                             .hash = hash_of(h, f, lines),
			                             .place = hash_place(h, f, &v),
			                             .ordinal = v.ordinal,
			                             .commit = v.commit,
			                             .scope = f->scope };
	}
	return buf_err(&h->text, err);
}

/* ---- telling each once ---- */

static int by_hash(const void *a, const void *b)
{
	const struct hit *x = a;
	const struct hit *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	if (x->ordinal != y->ordinal)
		return x->ordinal < y->ordinal ? -1 : 1;
	return x->finding < y->finding ? -1 : x->finding > y->finding;
}

/* The path that says most of a place comes first. */
static int by_weight(const void *a, const void *b)
{
	const struct hit *x = a;
	const struct hit *y = b;
	int order = scan_scope_weight(y->scope) - scan_scope_weight(x->scope);

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (order == 0)
		order = (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
	return order != 0 ? order : by_hash(a, b);
}

static int by_finding(const void *a, const void *b)
{
	const struct hit *x = a;
	const struct hit *y = b;

	if (x->worker != y->worker)
		return x->worker < y->worker ? -1 : 1;
	return x->finding < y->finding ? -1 : x->finding > y->finding;
}

/* {"commit":"0123..", or {"ref":"refs/tags/x", and what the rule says besides. */
static const char *with_commit(struct arena *arena, const struct vcs_history *blobs,
                               size_t commit, const char *details)
{
	const char *ref = vcs_history_ref(blobs, commit);
	struct buf text = BUF_INIT;
	char hex[2 * VCS_ID + 1];
	struct json_writer w;
	const char *copy;

	json_writer_init(&w, &text, 0);
	json_open(&w, '{');
	vcs_history_commit(blobs, commit, hex);
	json_field_str(&w, ref != NULL ? "ref" : "commit", ref != NULL ? ref : hex);
	buf_puts(&text, str_eq(details, "{}") ? "" : ",");
	buf_puts(&text, details + 1);
	copy = buf_ok(&text) ? arena_dup(arena, buf_span(&text)) : NULL;
	buf_fini(&text);
	return copy;
}

/* Of hits that are the same only those of the first blob stay: several in one blob are
 * several findings. Of these, one path of each place stays. */
static void mark_first(struct hit *hits, size_t count)
{
	size_t ordinal = 0;

	if (count > 0)
		qsort(hits, count, sizeof(*hits), by_hash);
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || hits[i].hash != hits[i - 1].hash)
			ordinal = hits[i].ordinal;
		hits[i].told = hits[i].ordinal == ordinal;
	}
	if (count > 0)
		qsort(hits, count, sizeof(*hits), by_weight);
	for (size_t i = 0, first = 0; i < count; i++) {
		if (i == 0 || hits[i].place != hits[i - 1].place)
			first = count;
		if (hits[i].told && first < i)
			hits[i].told = false;
		else if (hits[i].told)
			first = i;
	}
}

static enum err_code tell(struct history *all, struct hit *hits, size_t count,
                          struct err *err)
{
	struct scan *s = all->list.s;

	mark_first(hits, count);
	if (count > 0)
		qsort(hits, count, sizeof(*hits), by_finding);
	for (size_t i = 0; i < s->worker_count; i++)
		s->workers[i].pass.sink.count = 0;
	for (size_t i = 0; i < count; i++) {
		struct scan_sink *sink = &s->workers[hits[i].worker].pass.sink;
		struct scan_finding f = sink->findings[hits[i].finding];

		if (!hits[i].told)
			continue;
		f.details =
			with_commit(&sink->arena, all->blobs, hits[i].commit, f.details);
		if (f.details == NULL)
			return err_nomem(err);
		sink->findings[sink->count++] = f;
	}
	return ERR_OK;
}

static enum err_code join(struct history *all, struct err *err)
{
	struct hit *hits = NULL;
	size_t count = 0;
	size_t most = 0;
	enum err_code rc;

	for (size_t i = 0; i < all->list.s->worker_count; i++)
		most += all->hits[i].count;
	if (!mem_array(&hits, most > 0 ? most : 1, sizeof(*hits)))
		return err_nomem(err);
	for (size_t i = 0; i < all->list.s->worker_count; i++)
		for (size_t k = 0; k < all->hits[i].count; k++)
			hits[count++] = all->hits[i].items[k];
	rc = tell(all, hits, count, err);
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
	               "%zu more refs, commits and trees of the history are not in this "
	               "clone, or damaged",
	               missing - VCS_HISTORY_NAMED);
	return skip_whole(all, reason, err);
}

static void fini(struct history *all, struct vcs_repo *repo)
{
	for (size_t i = 0; all->hits != NULL && i < all->list.s->worker_count; i++) {
		mem_free(all->hits[i].items);
		buf_fini(&all->hits[i].text);
	}
	mem_free(all->hits);
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
	if (rc != ERR_OK)
		goto out;
	all.list.count = vcs_history_count(all.blobs);
	all.hits = mem_new(s->worker_count * sizeof(*all.hits));
	if (all.hits == NULL) {
		rc = err_nomem(err);
		goto out;
	}
	if ((rc = scan_blobs_run(&all.list, err)) != ERR_OK)
		goto out;
	if ((rc = join(&all, err)) != ERR_OK)
		goto out;
	rc = skip_missing(&all, repo, err);
out:
	fini(&all, repo);
	return rc;
}
