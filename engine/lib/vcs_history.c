// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs_history.h"

#include "base/mem.h"
#include "base/num.h"
#include "lib/vcs_history_internal.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A tree that stands at more paths than that is made to take for ever: ten folders of ten
 * equal ones each, ten levels deep. */
enum { DEPTH_MAX = 256, FIRST_SLOTS = 1024, PLACES_MAX = 4096 };

#define NO_PATH UINT32_MAX /* under which a tree counts its paths */

static const size_t KEY_LEN = offsetof(struct vcs_seen, commit);

/* ---- the sets ---- */

static size_t place_of(const struct vcs_seen_set *t, const struct vcs_seen *key)
{
	const char *bytes = (const char *)key;
	size_t at = map_hash(span_of(bytes, KEY_LEN)) & (t->cap - 1);

	while (t->slots[at].commit != 0 && memcmp(&t->slots[at], key, KEY_LEN) != 0)
		at = (at + 1) & (t->cap - 1);
	return at;
}

static bool grow(struct vcs_seen_set *t)
{
	struct vcs_seen_set bigger = { .count = t->count };
	size_t bytes;

	bigger.cap = t->cap == 0 ? FIRST_SLOTS : 2 * t->cap;
	if (!num_mul(bigger.cap, sizeof(*bigger.slots), &bytes))
		return false;
	bigger.slots = mem_new(bytes);
	if (bigger.slots == NULL)
		return false;
	for (size_t i = 0; i < t->cap; i++)
		if (t->slots[i].commit != 0)
			bigger.slots[place_of(&bigger, &t->slots[i])] = t->slots[i];
	mem_free(t->slots);
	*t = bigger;
	return true;
}

struct vcs_seen *vcs_seen_add(struct vcs_seen_set *t, const git_oid *id, uint32_t path,
                              bool *added)
{
	const struct vcs_seen key = { .id = *id, .path = path, .commit = 1 };
	struct vcs_seen *slot;

	if (t->count >= t->cap / 4 * 3 && !grow(t))
		return NULL;
	slot = &t->slots[place_of(t, &key)];
	*added = slot->commit == 0;
	if (*added) {
		*slot = key;
		t->count++;
	}
	return slot;
}

/* ---- what is missing ---- */

enum err_code vcs_history_miss(struct vcs_history *h, int code, const char *what,
                               struct err *err)
{
	const git_error *last = code != 0 ? git_error_last() : NULL;
	const char *said;

	if (h->missing++ >= VCS_HISTORY_NAMED)
		return ERR_OK;
	if (code == GIT_ENOTFOUND)
		said = arena_printf(&h->arena, "%.300s is not in this clone", what);
	else
		said = arena_printf(&h->arena, "%.300s cannot be read%s%.200s", what,
		                    last != NULL && last->message != NULL ? ": " : "",
		                    last != NULL && last->message != NULL ? last->message
		                                                          : "");
	h->troubles[h->missing - 1] = said;
	return said != NULL ? ERR_OK : err_nomem(err);
}

enum err_code vcs_history_miss_object(struct vcs_history *h, int code, const char *kind,
                                      const git_oid *id, struct err *err)
{
	struct buf what = BUF_INIT;
	char hex[GIT_OID_HEXSZ + 1];
	enum err_code rc;

	buf_printf(&what, "%s %s", kind, git_oid_tostr(hex, sizeof(hex), id));
	if (h->path.len > 0)
		buf_printf(&what, " (%.200s)", buf_str(&h->path));
	rc = buf_ok(&what) ? vcs_history_miss(h, code, buf_str(&what), err)
	                   : err_nomem(err);
	buf_fini(&what);
	return rc;
}

/* ---- trees ---- */

/* The number of the path in hand. */
static enum err_code intern(struct vcs_history *h, uint32_t *out, struct err *err)
{
	struct span path = buf_span(&h->path);
	uint32_t *place = map_get(&h->path_ids, path);
	const char *copy;

	if (place != NULL) {
		*out = *place;
		return ERR_OK;
	}
	copy = arena_dup(&h->arena, path);
	place = arena_new(&h->arena, sizeof(*place));
	if (copy == NULL || place == NULL ||
	    !mem_grow(&h->paths, h->path_count, &h->path_cap, sizeof(*h->paths)) ||
	    !map_set(&h->path_ids, path, place))
		return err_nomem(err);
	*place = *out = (uint32_t)h->path_count;
	h->paths[h->path_count++] = copy;
	return ERR_OK;
}

static enum err_code add_blob(struct vcs_history *h, const git_oid *id, uint32_t commit,
                              struct err *err)
{
	uint32_t path = 0;
	bool added;
	struct vcs_seen *slot;
	enum err_code rc = intern(h, &path, err);

	if (rc != ERR_OK)
		return rc;
	slot = vcs_seen_add(&h->blobs, id, path, &added);
	if (slot == NULL)
		return err_nomem(err);
	if (!added)
		return ERR_OK;
	slot->commit = commit + 1;
	slot->ordinal = (uint32_t)h->blobs.count;
	return ERR_OK;
}

static enum err_code walk_tree(struct vcs_history *h, const git_oid *id, uint32_t commit,
                               int depth, struct err *err);

static enum err_code visit(struct vcs_history *h, const git_tree_entry *e,
                           uint32_t commit, int depth, struct err *err)
{
	const size_t before = h->path.len;
	enum err_code rc = ERR_OK;

	if (before > 0)
		buf_putc(&h->path, '/');
	buf_puts(&h->path, git_tree_entry_name(e));
	if (!buf_ok(&h->path))
		return err_nomem(err);
	switch (git_tree_entry_filemode(e)) {
	case GIT_FILEMODE_TREE:
		rc = walk_tree(h, git_tree_entry_id(e), commit, depth + 1, err);
		break;
	case GIT_FILEMODE_BLOB:
	case GIT_FILEMODE_BLOB_EXECUTABLE:
		rc = add_blob(h, git_tree_entry_id(e), commit, err);
		break;
	case GIT_FILEMODE_UNREADABLE:
	case GIT_FILEMODE_LINK:
	case GIT_FILEMODE_COMMIT:
		break;
	}
	buf_truncate(&h->path, before);
	return rc;
}

/* Is this tree new at the path in hand, and worth a look there? */
static enum err_code note_tree(struct vcs_history *h, const git_oid *id, int depth,
                               bool *wanted, struct err *err)
{
	struct vcs_seen *all;
	uint32_t path = 0;
	bool added;
	enum err_code rc = intern(h, &path, err);

	if (rc != ERR_OK)
		return rc;
	if (vcs_seen_add(&h->trees, id, path, wanted) == NULL)
		return err_nomem(err);
	if (!*wanted)
		return ERR_OK;
	all = vcs_seen_add(&h->trees, id, NO_PATH, &added);
	if (all == NULL)
		return err_nomem(err);
	*wanted = depth <= DEPTH_MAX && ++all->ordinal <= PLACES_MAX;
	if (*wanted || all->ordinal > PLACES_MAX + 1)
		return ERR_OK;
	return vcs_history_miss(h, 0,
	                        depth > DEPTH_MAX ? "a tree deeper than 256 folders"
	                                          : "a tree at more than 4096 paths",
	                        err);
}

static enum err_code walk_tree(struct vcs_history *h, const git_oid *id, uint32_t commit,
                               int depth, struct err *err)
{
	git_tree *tree = NULL;
	bool wanted;
	enum err_code rc;
	int code;

	if (cancel_is_set(h->cancel))
		return err_set(err, ERR_CANCELLED, "scan cancelled");
	if (h->trees.count + h->blobs.count >= VCS_HISTORY_MAX)
		return err_set(err, ERR_LIMIT, "the history has more than %zu objects",
		               VCS_HISTORY_MAX);
	rc = note_tree(h, id, depth, &wanted, err);
	if (rc != ERR_OK || !wanted)
		return rc;
	code = git_tree_lookup(&tree, h->git, id);
	if (code != 0)
		return vcs_history_miss_object(h, code, "tree", id, err);
	for (size_t i = 0; rc == ERR_OK && i < git_tree_entrycount(tree); i++)
		rc = visit(h, git_tree_entry_byindex(tree, i), commit, depth, err);
	git_tree_free(tree);
	return rc;
}

static enum err_code walk_commit(struct vcs_history *h, const git_oid *id, uint32_t at,
                                 struct err *err)
{
	git_commit *commit = NULL;
	int code = git_commit_lookup(&commit, h->git, id);
	enum err_code rc = code == 0
	                           ? walk_tree(h, git_commit_tree_id(commit), at, 0, err)
	                           : vcs_history_miss_object(h, code, "commit", id, err);

	git_commit_free(commit);
	return rc;
}

/* A blob that only a tag names has no path but the name of that. */
static enum err_code walk_named(struct vcs_history *h, const struct vcs_origin_of *o,
                                uint32_t at, struct err *err)
{
	enum err_code rc;

	if (!o->is_blob)
		return walk_tree(h, &o->id, at, 0, err);
	buf_puts(&h->path, o->ref);
	rc = buf_ok(&h->path) ? add_blob(h, &o->id, at, err) : err_nomem(err);
	buf_clear(&h->path);
	return rc;
}

static enum err_code walk_all(struct vcs_history *h, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < h->origin_count; i++) {
		const struct vcs_origin_of *o = &h->origins[i];

		rc = o->ref == NULL ? walk_commit(h, &o->id, (uint32_t)i, err)
		                    : walk_named(h, o, (uint32_t)i, err);
	}
	return rc;
}

/* ---- the order of the data base ---- */

static int by_id(const void *a, const void *b)
{
	const struct vcs_seen *x = a;
	const struct vcs_seen *y = b;
	int order = memcmp(x->id.id, y->id.id, VCS_ID);

	return order != 0 ? order : (x->ordinal > y->ordinal) - (x->ordinal < y->ordinal);
}

/* What the data base does not have stands at the end. */
static int by_position(const void *a, const void *b)
{
	const struct vcs_seen *x = a;
	const struct vcs_seen *y = b;

	if (x->position != y->position)
		return x->position - 1 < y->position - 1 ? -1 : 1;
	return by_id(a, b);
}

/* Makes an array of the set: slots without a blob go. */
static void close_gaps(struct vcs_seen_set *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->cap; i++)
		if (t->slots[i].commit != 0)
			t->slots[kept++] = t->slots[i];
	t->cap = 0;
}

static int list_one(const git_oid *id, void *payload)
{
	struct vcs_history *h = payload;
	struct vcs_seen *all = h->blobs.slots;
	size_t low = 0;
	size_t high = h->blobs.count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(all[middle].id.id, id->id, VCS_ID) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	/* An object may be in several packs: the first counts. */
	if (low == h->blobs.count || memcmp(all[low].id.id, id->id, VCS_ID) != 0 ||
	    all[low].position != 0)
		return 0;
	h->positions++;
	for (; low < h->blobs.count && memcmp(all[low].id.id, id->id, VCS_ID) == 0; low++)
		all[low].position = h->positions;
	return 0;
}

/* Where not all can be listed, each is tried when its turn comes. */
static enum err_code list_blobs(struct vcs_history *h, struct vcs_repo *r,
                                struct err *err)
{
	git_odb *odb = NULL;
	enum err_code rc = vcs_odb(r, &odb, err);
	int code;

	if (rc != ERR_OK || h->blobs.count == 0)
		return rc;
	close_gaps(&h->blobs);
	qsort(h->blobs.slots, h->blobs.count, sizeof(*h->blobs.slots), by_id);
	code = git_odb_foreach(odb, list_one, h);
	h->listed = code == 0;
	qsort(h->blobs.slots, h->blobs.count, sizeof(*h->blobs.slots), by_position);
	return code == 0 ? ERR_OK
	                 : vcs_history_miss(h, code, "the list of git objects", err);
}

/* ---- all of it ---- */

enum err_code vcs_history_load(struct vcs_history **out, struct vcs_repo *r,
                               const struct cancel *cancel, struct err *err)
{
	struct vcs_history *h = mem_new(sizeof(*h));
	enum err_code rc;

	*out = NULL;
	if (h == NULL)
		return err_nomem(err);
	h->git = r->git;
	h->cancel = cancel;
	rc = vcs_history_follow(h, err);
	if (rc == ERR_OK)
		rc = walk_all(h, err);
	if (rc == ERR_OK)
		rc = list_blobs(h, r, err);
	if (rc == ERR_OK && git_mailmap_from_repository(&h->mailmap, h->git) != 0)
		h->mailmap = NULL; /* names as they stand in the commits */
	if (rc == ERR_OK) {
		*out = h;
		h = NULL;
	}
	vcs_history_free(h);
	return rc;
}

void vcs_history_free(struct vcs_history *h)
{
	if (h == NULL)
		return;
	git_mailmap_free(h->mailmap);
	arena_fini(&h->arena);
	map_fini(&h->path_ids);
	buf_fini(&h->path);
	mem_free(h->paths);
	mem_free(h->blobs.slots);
	mem_free(h->trees.slots);
	mem_free(h->commits.slots);
	mem_free(h->origins);
	mem_free(h);
}

size_t vcs_history_count(const struct vcs_history *h)
{
	return h->blobs.count;
}

struct vcs_version vcs_history_at(const struct vcs_history *h, size_t i)
{
	const struct vcs_seen *k = &h->blobs.slots[i];
	struct vcs_version v = { .path = h->paths[k->path],
		                 .commit = k->commit - 1,
		                 .ordinal = k->ordinal,
		                 .missing = h->listed && k->position == 0 };

	memcpy(v.id, k->id.id, VCS_ID);
	return v;
}

void vcs_history_commit(const struct vcs_history *h, size_t i, char out[2 * VCS_ID + 1])
{
	(void)git_oid_tostr(out, 2 * VCS_ID + 1, &h->origins[i].id);
}

const char *vcs_history_ref(const struct vcs_history *h, size_t i)
{
	return h->origins[i].ref;
}

bool vcs_history_author(const struct vcs_history *h, size_t i, struct buf *name,
                        int64_t *seconds)
{
	git_signature *own = NULL;
	git_commit *commit = NULL;
	const git_signature *who;

	if (h->origins[i].ref != NULL ||
	    git_commit_lookup(&commit, h->git, &h->origins[i].id) != 0)
		return false;
	who = git_commit_author(commit);
	if (h->mailmap != NULL &&
	    git_commit_author_with_mailmap(&own, commit, h->mailmap) == 0)
		who = own;
	*seconds = who != NULL ? who->when.time : git_commit_time(commit);
	buf_puts(name, who != NULL ? who->name : "");
	git_signature_free(own);
	git_commit_free(commit);
	return true;
}

size_t vcs_history_missing(const struct vcs_history *h)
{
	return h->missing;
}

const char *vcs_history_trouble(const struct vcs_history *h, size_t i)
{
	return h->troubles[i];
}
