// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs_history.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/num.h"
#include "lib/vcs_internal.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 256, FIRST_SLOTS = 1024 };

#define LISTED (UINT32_C(1) << 31) /* of an ordinal; there are far fewer blobs */

/* A set of ids with what is known of each, by open addressing. */
struct known {
	git_oid id;
	uint32_t commit; /* 1 more; 0: an empty slot */
	uint32_t path;
	uint32_t ordinal;
};

struct table {
	struct known *slots; /* owned */
	size_t count;
	size_t cap; /* a power of two, or 0 */
};

struct vcs_history {
	struct arena arena;  /* paths */
	struct map path_ids; /* from a path to its place in `paths`, in the arena */
	const char **paths;
	size_t path_count;
	size_t path_cap;
	struct table blobs;
	struct table trees;
	struct table commits; /* until all are read */
	git_oid *order;       /* owned; commits, parents first */
	size_t commit_count;
	size_t commit_cap;
	uint32_t *listed; /* owned; slots of blobs in the order of the data base */
	size_t listed_count;
	size_t missing;
	const struct cancel *cancel;
	git_repository *git;
	struct buf path; /* of the entry in hand */
};

/* ---- the tables ---- */

static size_t place_of(const struct table *t, const git_oid *id)
{
	size_t at = map_hash(span_of((const char *)id->id, VCS_ID)) & (t->cap - 1);

	while (t->slots[at].commit != 0 &&
	       memcmp(t->slots[at].id.id, id->id, VCS_ID) != 0)
		at = (at + 1) & (t->cap - 1);
	return at;
}

static bool grow(struct table *t)
{
	struct table bigger = { .count = t->count };
	size_t bytes;

	bigger.cap = t->cap == 0 ? FIRST_SLOTS : 2 * t->cap;
	if (!num_mul(bigger.cap, sizeof(*bigger.slots), &bytes))
		return false;
	bigger.slots = mem_new(bytes);
	if (bigger.slots == NULL)
		return false;
	for (size_t i = 0; i < t->cap; i++)
		if (t->slots[i].commit != 0)
			bigger.slots[place_of(&bigger, &t->slots[i].id)] = t->slots[i];
	mem_free(t->slots);
	*t = bigger;
	return true;
}

/* The slot of an id, and whether it was added just now. NULL without memory. */
static struct known *add(struct table *t, const git_oid *id, bool *added)
{
	struct known *slot;

	if (t->count >= t->cap / 4 * 3 && !grow(t))
		return NULL;
	slot = &t->slots[place_of(t, id)];
	*added = slot->commit == 0;
	if (*added) {
		slot->id = *id;
		slot->commit = 1;
		t->count++;
	}
	return slot;
}

/* ---- trees ---- */

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
	bool added;
	struct known *slot = add(&h->blobs, id, &added);

	if (slot == NULL)
		return err_nomem(err);
	if (!added)
		return ERR_OK;
	slot->commit = commit + 1;
	slot->ordinal = (uint32_t)h->blobs.count;
	return intern(h, &slot->path, err);
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

static enum err_code walk_tree(struct vcs_history *h, const git_oid *id, uint32_t commit,
                               int depth, struct err *err)
{
	git_tree *tree = NULL;
	enum err_code rc = ERR_OK;
	bool added;

	if (cancel_is_set(h->cancel))
		return err_set(err, ERR_CANCELLED, "scan cancelled");
	if (h->trees.count + h->blobs.count >= VCS_HISTORY_MAX)
		return err_set(err, ERR_LIMIT, "the history has more than %zu objects",
		               VCS_HISTORY_MAX);
	if (add(&h->trees, id, &added) == NULL)
		return err_nomem(err);
	if (!added)
		return ERR_OK;
	if (depth > DEPTH_MAX || git_tree_lookup(&tree, h->git, id) != 0) {
		h->missing++;
		return ERR_OK;
	}
	for (size_t i = 0; rc == ERR_OK && i < git_tree_entrycount(tree); i++)
		rc = visit(h, git_tree_entry_byindex(tree, i), commit, depth, err);
	git_tree_free(tree);
	return rc;
}

/* ---- commits ---- */

struct step {
	git_oid id;
	unsigned next; /* parent to look at */
};

struct stack {
	struct step *steps; /* owned */
	size_t count;
	size_t cap;
};

static enum err_code push(struct vcs_history *h, struct stack *s, const git_oid *id,
                          struct err *err)
{
	bool added;

	if (add(&h->commits, id, &added) == NULL)
		return err_nomem(err);
	if (!added)
		return ERR_OK;
	if (!mem_grow(&s->steps, s->count, &s->cap, sizeof(*s->steps)))
		return err_nomem(err);
	s->steps[s->count++] = (struct step){ *id, 0 };
	return ERR_OK;
}

/* One step with the commit on top: down to its next parent, or, behind the last one, into
 * the order. One that is not there ends its line of history. */
static enum err_code step(struct vcs_history *h, struct stack *s, struct err *err)
{
	struct step *top = &s->steps[s->count - 1];
	git_commit *commit = NULL;
	enum err_code rc = ERR_OK;

	if (git_commit_lookup(&commit, h->git, &top->id) != 0) {
		h->missing++;
		s->count--;
		return ERR_OK;
	}
	if (top->next < git_commit_parentcount(commit)) {
		rc = push(h, s, git_commit_parent_id(commit, top->next++), err);
	} else if (!mem_grow(&h->order, h->commit_count, &h->commit_cap,
	                     sizeof(*h->order))) {
		rc = err_nomem(err);
	} else {
		h->order[h->commit_count++] = top->id;
		s->count--;
	}
	git_commit_free(commit);
	return rc;
}

static enum err_code follow(struct vcs_history *h, const git_oid *from, struct err *err)
{
	struct stack s = { .count = 0 };
	enum err_code rc = push(h, &s, from, err);

	while (rc == ERR_OK && s.count > 0)
		rc = cancel_is_set(h->cancel)
		             ? err_set(err, ERR_CANCELLED, "scan cancelled")
		             : step(h, &s, err);
	mem_free(s.steps);
	return rc;
}

/* A ref may name something else than a commit; what reaches no commit has no history. */
static enum err_code follow_ref(struct vcs_history *h, const char *name, struct err *err)
{
	git_reference *ref = NULL;
	git_object *commit = NULL;
	enum err_code rc = ERR_OK;

	if (git_reference_lookup(&ref, h->git, name) == 0 &&
	    git_reference_peel(&commit, ref, GIT_OBJECT_COMMIT) == 0)
		rc = follow(h, git_object_id(commit), err);
	git_object_free(commit);
	git_reference_free(ref);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	char *const *x = a;
	char *const *y = b;

	return strcmp(*x, *y);
}

/* HEAD comes first, so that its history is named where others have the same. */
static enum err_code follow_refs(struct vcs_history *h, struct err *err)
{
	git_strarray names = { NULL, 0 };
	enum err_code rc = follow_ref(h, "HEAD", err);

	if (rc == ERR_OK && git_reference_list(&names, h->git) != 0)
		rc = vcs_failed(err, ERR_CORRUPT, "list the git refs");
	if (names.count > 0)
		qsort(names.strings, names.count, sizeof(*names.strings), by_name);
	for (size_t i = 0; rc == ERR_OK && i < names.count; i++)
		rc = follow_ref(h, names.strings[i], err);
	git_strarray_dispose(&names);
	return rc;
}

static enum err_code walk_commits(struct vcs_history *h, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < h->commit_count; i++) {
		git_commit *commit = NULL;

		if (git_commit_lookup(&commit, h->git, &h->order[i]) != 0)
			h->missing++;
		else
			rc = walk_tree(h, git_commit_tree_id(commit), (uint32_t)i, 0,
			               err);
		git_commit_free(commit);
	}
	return rc;
}

/* ---- the order of the data base ---- */

static int list_one(const git_oid *id, void *payload)
{
	struct vcs_history *h = payload;
	struct known *slot;

	if (h->blobs.cap == 0)
		return 0;
	slot = &h->blobs.slots[place_of(&h->blobs, id)];
	/* An object may be in several packs: listed once. */
	if (slot->commit == 0 || (slot->ordinal & LISTED) != 0)
		return 0;
	slot->ordinal |= LISTED;
	h->listed[h->listed_count++] = (uint32_t)(slot - h->blobs.slots);
	return 0;
}

static enum err_code list_blobs(struct vcs_history *h, struct vcs_repo *r,
                                struct err *err)
{
	git_odb *odb = NULL;
	enum err_code rc = vcs_odb(r, &odb, err);

	if (rc != ERR_OK || h->blobs.count == 0)
		return rc;
	if (!mem_array(&h->listed, h->blobs.count, sizeof(*h->listed)))
		return err_nomem(err);
	if (git_odb_foreach(odb, list_one, h) != 0)
		return vcs_failed(err, ERR_CORRUPT, "list the git objects");
	return ERR_OK;
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
	rc = follow_refs(h, err);
	if (rc == ERR_OK)
		rc = walk_commits(h, err);
	if (rc == ERR_OK)
		rc = list_blobs(h, r, err);
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
	arena_fini(&h->arena);
	map_fini(&h->path_ids);
	buf_fini(&h->path);
	mem_free(h->paths);
	mem_free(h->blobs.slots);
	mem_free(h->trees.slots);
	mem_free(h->commits.slots);
	mem_free(h->order);
	mem_free(h->listed);
	mem_free(h);
}

size_t vcs_history_count(const struct vcs_history *h)
{
	return h->listed_count;
}

struct vcs_version vcs_history_at(const struct vcs_history *h, size_t i)
{
	const struct known *k = &h->blobs.slots[h->listed[i]];
	struct vcs_version v = { .path = h->paths[k->path],
		                 .commit = k->commit - 1,
		                 .ordinal = k->ordinal & ~LISTED };

	memcpy(v.id, k->id.id, VCS_ID);
	return v;
}

void vcs_history_commit(const struct vcs_history *h, size_t i, char out[2 * VCS_ID + 1])
{
	(void)git_oid_tostr(out, 2 * VCS_ID + 1, &h->order[i]);
}

size_t vcs_history_commits(const struct vcs_history *h)
{
	return h->commit_count;
}

size_t vcs_history_missing(const struct vcs_history *h)
{
	return h->missing + (h->blobs.count - h->listed_count);
}
