// SPDX-License-Identifier: Apache-2.0
/* Snapshots and what is in them, for the public library. */
#include "api/api_internal.h"
#include "job/tree_source.h"
#include "pack/reader.h"

#include <string.h>

_Static_assert((int)LB_ENTRY_SOCKET == LIFEBOAT_SOCKET, "types are the engine's");

enum err_code api_find(struct lifeboat_repository *r, const char *text,
                       struct lb_snapshots *list, const struct lb_snapshot_ref **out,
                       struct err *err)
{
	size_t at;
	enum err_code rc = lb_repo_refresh(r->repo, err);

	*list = (struct lb_snapshots){ .refs = NULL };
	if (rc == ERR_OK)
		rc = lb_snapshots_load(list, lb_repo_state(r->repo), true, err);
	if (rc == ERR_OK)
		rc = lb_select_one(list->refs, list->count, span_str(text), NULL, &at,
		                   err);
	if (rc == ERR_OK)
		*out = &list->refs[at];
	return rc;
}

/* ---- list ---- */

static const char *const *texts(struct arena *a, const struct span *spans, size_t count)
{
	const char **out = arena_array(a, count + 1, sizeof *out);

	for (size_t i = 0; out && i < count; i++)
		out[i] = arena_dup(a, spans[i]);
	return out;
}

static enum err_code give(const struct lb_snapshot_ref *ref, struct arena *a,
                          lifeboat_snapshot_visit *visit, void *context, bool *stop,
                          struct err *err)
{
	const struct lb_snapshot *s = ref->snapshot;
	struct lifeboat_snapshot out = {
		.time_ns = s->start_ns,
		.host = arena_dup(a, s->host),
		.user = arena_dup(a, s->user),
		.description = arena_dup(a, s->description),
		.paths = texts(a, s->paths, s->path_count),
		.path_count = s->path_count,
		.tags = texts(a, s->tags, s->tag_count),
		.tag_count = s->tag_count,
		.pinned = s->pinned,
		.partial = s->partial,
		.files = s->figures.files,
		.folders = s->figures.folders,
		.bytes = s->figures.bytes,
		.errors = s->figures.errors,
	};

	lb_id16_hex(&ref->id, out.id);
	if (!arena_ok(a))
		return arena_err(a, err);
	*stop = visit(context, &out) != 0;
	return ERR_OK;
}

static enum err_code list(struct lb_repo *repo, lifeboat_snapshot_visit *visit,
                          void *context, struct err *err)
{
	struct lb_snapshots all = { .refs = NULL };
	struct arena a = ARENA_INIT;
	bool stop = false;
	enum err_code rc = lb_repo_refresh(repo, err);

	if (rc == ERR_OK)
		rc = lb_snapshots_load(&all, lb_repo_state(repo), true, err);
	for (size_t i = 0; rc == ERR_OK && !stop && i < all.count; i++)
		rc = give(&all.refs[i], &a, visit, context, &stop, err);
	arena_fini(&a);
	lb_snapshots_fini(&all);
	return rc;
}

int lifeboat_snapshots(struct lifeboat_repository *repository,
                       lifeboat_snapshot_visit *visit, void *context,
                       struct lifeboat_error *error)
{
	struct err err = ERR_INIT;
	enum err_code rc = list(repository->repo, visit, context, &err);

	return api_end(rc, &err, error);
}

/* ---- walk ---- */

static int give_entry(const struct lb_walk_step *step, lifeboat_entry_visit *visit,
                      void *context)
{
	const struct lb_entry *e = &step->entry;
	struct lifeboat_entry out = { .type = (int)e->type,
		                      .path = step->path.ptr,
		                      .path_length = step->path.len,
		                      .size = e->size,
		                      .mode = e->perm,
		                      .uid = e->uid,
		                      .gid = e->gid,
		                      .mtime_s = e->mtime_s,
		                      .mtime_ns = e->mtime_ns,
		                      .target = e->target.ptr,
		                      .target_length = e->target.len,
		                      .damaged = e->damaged };

	return visit(context, &out);
}

static enum err_code walk(const struct lb_tree_source *source, const struct lb_id *root,
                          lifeboat_entry_visit *visit, void *context, struct err *err)
{
	struct lb_walk_step step = { .event = LB_WALK_ENTRY };
	struct lb_tree_walk *w = NULL;
	int next = LIFEBOAT_CONTINUE;
	enum err_code rc = lb_tree_walk_new(&w, source, err);

	if (rc == ERR_OK)
		lb_tree_walk_start(w, root);
	while (rc == ERR_OK && step.event != LB_WALK_END && next != LIFEBOAT_STOP) {
		rc = lb_tree_walk_next(w, &step, err);
		if (rc != ERR_OK || step.event != LB_WALK_ENTRY)
			continue;
		next = give_entry(&step, visit, context);
		if (next == LIFEBOAT_SKIP && step.entry.type == LB_ENTRY_FOLDER)
			lb_tree_walk_skip(w);
	}
	lb_tree_walk_free(w);
	return rc;
}

static enum err_code find_folder(const struct lb_tree_source *source,
                                 const struct lb_id *root, const char *path,
                                 struct lb_id *out, struct err *err)
{
	struct lb_tree_iter *it = NULL;
	struct lb_entry e;
	enum err_code rc = lb_tree_iter_new(&it, source, err);

	if (rc == ERR_OK)
		rc = lb_tree_lookup(it, root, span_str(path), &e, err);
	if (rc == ERR_OK && e.type != LB_ENTRY_FOLDER)
		rc = err_set(err, ERR_USAGE, "%s: not a folder", path);
	if (rc == ERR_OK)
		*out = e.subtree;
	lb_tree_iter_free(it);
	return rc;
}

int lifeboat_walk(struct lifeboat_repository *repository, const char *snapshot,
                  const char *path, lifeboat_entry_visit *visit, void *context,
                  struct lifeboat_error *error)
{
	struct lb_repo *repo = repository->repo;
	const struct lb_snapshot_ref *ref;
	struct lb_snapshots known;
	struct lb_reader *reader = NULL;
	struct lb_tree_source source;
	struct lb_id root;
	struct err err = ERR_INIT;
	enum err_code rc = api_find(repository, snapshot, &known, &ref, &err);

	if (rc == ERR_OK)
		rc = lb_repo_reader(&reader, repo, &err);
	if (rc == ERR_OK) {
		source = lb_tree_source_of(reader);
		rc = find_folder(&source, &ref->snapshot->root, path, &root, &err);
	}
	if (rc == ERR_OK)
		rc = walk(&source, &root, visit, context, &err);
	lb_reader_free(reader);
	lb_snapshots_fini(&known);
	return api_end(rc, &err, error);
}
