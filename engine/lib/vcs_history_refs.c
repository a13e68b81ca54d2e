// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "lib/vcs_history_internal.h"
#include "os/walk.h"

#include <stdlib.h>
#include <string.h>

/* From refs to commits, parents first; and to trees and blobs that a tag names. */

enum { REF_DEPTH_MAX = 64 };

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

static enum err_code add_origin(struct vcs_history *h, const git_oid *id, const char *ref,
                                bool is_blob, struct err *err)
{
	if (!mem_grow(&h->origins, h->origin_count, &h->origin_cap, sizeof(*h->origins)))
		return err_nomem(err);
	h->origins[h->origin_count++] =
		(struct vcs_origin_of){ .id = *id, .ref = ref, .is_blob = is_blob };
	return ERR_OK;
}

static enum err_code push(struct vcs_history *h, struct stack *s, const git_oid *id,
                          struct err *err)
{
	bool added;

	if (vcs_seen_add(&h->commits, id, 0, &added) == NULL)
		return err_nomem(err);
	if (!added)
		return ERR_OK;
	if (!mem_grow(&s->steps, s->count, &s->cap, sizeof(*s->steps)))
		return err_nomem(err);
	s->steps[s->count++] = (struct step){ *id, 0 };
	return ERR_OK;
}

/* One step with the commit on top: down to its next parent, or, behind the last one, into
 * the order. One that is not there ends its line of history, which at the end of a
 * shallow clone is nothing to tell apart. */
static enum err_code step(struct vcs_history *h, struct stack *s, struct err *err)
{
	struct step *top = &s->steps[s->count - 1];
	git_commit *commit = NULL;
	enum err_code rc = ERR_OK;
	int code = git_commit_lookup(&commit, h->git, &top->id);

	if (code != 0) {
		if (code != GIT_ENOTFOUND || git_repository_is_shallow(h->git) != 1)
			rc = vcs_history_miss_object(h, code, "commit", &top->id, err);
		s->count--;
	} else if (top->next < git_commit_parentcount(commit)) {
		rc = push(h, s, git_commit_parent_id(commit, top->next++), err);
	} else {
		rc = add_origin(h, &top->id, NULL, false, err);
		s->count--;
	}
	git_commit_free(commit);
	return rc;
}

static enum err_code follow_commit(struct vcs_history *h, const git_oid *from,
                                   struct err *err)
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

/* ---- refs ---- */

static enum err_code add_named(struct vcs_history *h, const git_object *object,
                               const char *name, struct err *err)
{
	const char *ref = arena_str(&h->arena, name);

	if (ref == NULL)
		return err_nomem(err);
	return add_origin(h, git_object_id(object), ref,
	                  git_object_type(object) == GIT_OBJECT_BLOB, err);
}

/* What a ref names; *next is where a tag leads. */
static enum err_code follow_object(struct vcs_history *h, const char *name, git_oid *next,
                                   bool *more, struct err *err)
{
	git_object *object = NULL;
	enum err_code rc = ERR_OK;
	bool added = true;
	int code = git_object_lookup(&object, h->git, next, GIT_OBJECT_ANY);

	*more = false;
	if (code != 0)
		return vcs_history_miss(h, code, name, err);
	switch (git_object_type(object)) {
	case GIT_OBJECT_COMMIT:
		rc = follow_commit(h, next, err);
		break;
	case GIT_OBJECT_TAG:
		if (vcs_seen_add(&h->commits, next, 0, &added) == NULL)
			rc = err_nomem(err);
		*more = rc == ERR_OK && added;
		*next = *git_tag_target_id((const git_tag *)object);
		break;
	case GIT_OBJECT_TREE:
	case GIT_OBJECT_BLOB:
		rc = add_named(h, object, name, err);
		break;
	case GIT_OBJECT_ANY:
	case GIT_OBJECT_INVALID:
	case GIT_OBJECT_OFS_DELTA:
	case GIT_OBJECT_REF_DELTA:
		break;
	}
	git_object_free(object);
	return rc;
}

/* A ref to a ref that is not there is a branch without a commit, as HEAD may be. */
static enum err_code follow_ref(struct vcs_history *h, const char *name, struct err *err)
{
	git_reference *ref = NULL;
	git_reference *direct = NULL;
	enum err_code rc = ERR_OK;
	bool more;
	int code = git_reference_lookup(&ref, h->git, name);

	if (code == 0)
		code = git_reference_resolve(&direct, ref);
	if (code == 0) {
		git_oid at = *git_reference_target(direct);

		do {
			rc = follow_object(h, name, &at, &more, err);
		} while (rc == ERR_OK && more);
	} else if (ref == NULL || code != GIT_ENOTFOUND) {
		rc = vcs_history_miss(h, code, name, err);
	}
	git_reference_free(direct);
	git_reference_free(ref);
	return rc;
}

static int by_name(const void *a, const void *b)
{
	char *const *x = a;
	char *const *y = b;

	return strcmp(*x, *y);
}

/* ---- refs that the library passes over ---- */

/* It lists only those that it can read, and a crash may leave an empty file. */
struct loose {
	struct vcs_history *h;
	const git_strarray *names; /* sorted */
	struct buf name;
	const struct os_dir *dir;
	int depth;
};

static enum err_code visit_loose(const struct os_entry *e, void *context,
                                 struct err *err);

static enum err_code each_loose(struct loose *l, const struct os_dir *parent,
                                const char *name, struct err *err)
{
	const struct os_dir *above = l->dir;
	struct os_dir dir;
	enum err_code rc;

	if (++l->depth > REF_DEPTH_MAX ||
	    os_dir_open(&dir, parent, name, NULL) != ERR_OK) {
		rc = vcs_history_miss(l->h, 0, buf_str(&l->name), err);
	} else {
		l->dir = &dir;
		rc = os_dir_each(&dir, visit_loose, l, err);
		l->dir = above;
		os_dir_close(&dir);
	}
	l->depth--;
	return rc;
}

static enum err_code visit_loose(const struct os_entry *e, void *context, struct err *err)
{
	struct loose *l = context;
	size_t before = l->name.len;
	char *name;
	enum err_code rc = ERR_OK;

	buf_putc(&l->name, '/');
	buf_puts(&l->name, e->name);
	if (!buf_ok(&l->name))
		return err_nomem(err);
	name = l->name.ptr;
	if (e->type == OS_DIR)
		rc = each_loose(l, l->dir, e->name, err);
	else if (!str_ends(e->name, ".lock") &&
	         (l->names->count == 0 ||
	          bsearch(&name, l->names->strings, l->names->count, sizeof(name),
	                  by_name) == NULL))
		rc = vcs_history_miss(l->h, 0, buf_str(&l->name), err);
	buf_truncate(&l->name, before);
	return rc;
}

static enum err_code find_passed_over(struct vcs_history *h, const git_strarray *names,
                                      struct err *err)
{
	struct loose l = { .h = h, .names = names };
	struct buf path = BUF_INIT;
	enum err_code rc;

	os_join(&path, git_repository_commondir(h->git), "refs");
	buf_puts(&l.name, "refs");
	rc = buf_ok(&path) && buf_ok(&l.name) ? ERR_OK : err_nomem(err);
	if (rc == ERR_OK)
		rc = each_loose(&l, NULL, buf_str(&path), err);
	buf_fini(&l.name);
	buf_fini(&path);
	return rc;
}

/* HEAD comes first, so that its history is named where others have the same. */
enum err_code vcs_history_follow(struct vcs_history *h, struct err *err)
{
	git_strarray names = { NULL, 0 };
	enum err_code rc = follow_ref(h, "HEAD", err);

	if (rc == ERR_OK && git_reference_list(&names, h->git) != 0)
		rc = vcs_failed(err, ERR_CORRUPT, "list the git refs");
	if (names.count > 0)
		qsort(names.strings, names.count, sizeof(*names.strings), by_name);
	for (size_t i = 0; rc == ERR_OK && i < names.count; i++)
		rc = follow_ref(h, names.strings[i], err);
	if (rc == ERR_OK)
		rc = find_passed_over(h, &names, err);
	git_strarray_dispose(&names);
	return rc;
}
