// SPDX-License-Identifier: Apache-2.0
#include "collect/workspace.h"

#include "base/arena.h"
#include "base/mem.h"
#include "base/str.h"
#include "os/fs.h"

#include <pthread.h>
#include <string.h>

/* One suite or build with `scratch`. */
struct member {
	const char *id;
	const struct gate_strings *needs;
	bool build;
	size_t group;    /* index of the first member it is bound to */
	const char *dir; /* of a group's first member: its copy once made */
};

struct gate_workspace {
	pthread_mutex_t lock;
	struct arena arena;
	const char *root;
	const char *scratch;
	struct member *members;
	size_t count;
	size_t cap;
};

static struct member *add_member(struct gate_workspace *w, bool build, const char *id,
                                 const struct gate_strings *needs)
{
	struct member *m =
		arena_push(&w->arena, &w->members, &w->count, &w->cap, sizeof(*m));

	if (m != NULL)
		*m = (struct member){
			.id = id, .needs = needs, .build = build, .group = w->count - 1
		};
	return m;
}

static void join_groups(struct gate_workspace *w, size_t a, size_t b)
{
	size_t from = a > b ? a : b;
	size_t to = a > b ? b : a;

	for (size_t i = 0; i < w->count && from != to; i++)
		if (w->members[i].group == from)
			w->members[i].group = to;
}

/* Binds the i-th member to all it needs. */
static void bind_needs(struct gate_workspace *w, size_t i)
{
	const struct gate_strings *needs = w->members[i].needs;

	for (size_t n = 0; needs != NULL && n < needs->count; n++)
		for (size_t k = 0; k < w->count; k++)
			if (k != i && str_eq(w->members[k].id, needs->items[n]))
				join_groups(w, w->members[i].group, w->members[k].group);
}

static void add_members(struct gate_workspace *w, const struct gate_policy *policy)
{
	const struct gate_build *b;
	const struct gate_suite *s;

	for (size_t i = 0; i < policy->build_count; i++)
		for (b = &policy->builds[i]; b != NULL; b = b->otherwise)
			if (b->scratch)
				add_member(w, true, b->id, &b->needs);
	for (size_t i = 0; i < policy->suite_count; i++)
		for (s = &policy->suites[i]; s != NULL; s = s->otherwise)
			if (s->scratch)
				add_member(w, false, s->id, &s->needs);
	for (size_t i = 0; i < w->count; i++)
		bind_needs(w, i);
}

enum err_code gate_workspace_new(struct gate_workspace **out, const char *root,
                                 const char *scratch, const struct gate_policy *policy,
                                 struct err *err)
{
	struct gate_workspace *w = mem_new(sizeof(*w));
	enum err_code rc;

	if (w == NULL)
		return err_nomem(err);
	if (pthread_mutex_init(&w->lock, NULL) != 0) {
		mem_free(w);
		return err_nomem(err);
	}
	arena_init(&w->arena);
	w->root = root;
	w->scratch = scratch;
	if (policy != NULL)
		add_members(w, policy);
	rc = arena_err(&w->arena, err);
	if (rc == ERR_OK) {
		*out = w;
		w = NULL;
	}
	gate_workspace_free(w);
	return rc;
}

void gate_workspace_free(struct gate_workspace *w)
{
	if (w == NULL)
		return;
	arena_fini(&w->arena);
	(void)pthread_mutex_destroy(&w->lock);
	mem_free(w);
}

/* ---- what a copy leaves out ---- */

struct filter {
	const char *root;
	const char *own; /* scratch relative to the root, or NULL */
	struct buf path; /* reused */
};

/* A folder that a tool says it can make again, by what it holds. */
static bool is_build_tree(struct filter *f, const char *relative)
{
	static const char *const signs[] = { "CMakeCache.txt", "CACHEDIR.TAG",
		                             "pyvenv.cfg", "meson-private" };

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		buf_clear(&f->path);
		buf_printf(&f->path, "%s/%s/%s", f->root, relative, signs[i]);
		if (os_type_of(buf_str(&f->path)) != OS_NONE)
			return true;
	}
	return false;
}

static bool is_left_out_by_name(const struct filter *f, const char *relative)
{
	static const char *const anywhere[] = { ".git", "__pycache__", ".tox", ".nox" };
	const char *slash = strrchr(relative, '/');
	const char *name = slash != NULL ? slash + 1 : relative;

	for (size_t i = 0; i < sizeof(anywhere) / sizeof(anywhere[0]); i++)
		if (str_eq(name, anywhere[i]))
			return true;
	return str_eq(relative, ".seaworthy") || str_eq(relative, "node_modules") ||
	       str_eq(relative, f->own);
}

static bool keep(const char *relative, enum os_type type, void *context)
{
	struct filter *f = context;

	switch (type) {
	case OS_DIR:
		return !is_left_out_by_name(f, relative) && !is_build_tree(f, relative);
	case OS_FILE:
	case OS_LINK:
		return !is_left_out_by_name(f, relative);
	case OS_NONE:
	case OS_OTHER:
		break;
	}
	return false; /* FIFOs, sockets, devices */
}

/* The part of `path` below `root`, or NULL if it is not below. */
static const char *below(const char *root, const char *path)
{
	size_t length = strlen(root);

	if (strncmp(root, path, length) != 0 || path[length] != '/')
		return NULL;
	return path + length + 1;
}

/* ---- making one ---- */

/* An id as the name of a folder. */
static void put_name(struct buf *out, const char *id)
{
	if (*id == '.' || *id == '\0')
		buf_putc(out, '_');
	for (const char *p = id; *p != '\0'; p++)
		buf_putc(out, *p == '/' ? '_' : *p);
}

static enum err_code make_copy(struct gate_workspace *w, const char *id, const char **dir,
                               struct err *err)
{
	struct filter filter = { w->root, below(w->root, w->scratch), BUF_INIT };
	struct buf path = BUF_INIT;
	enum err_code rc;

	buf_printf(&path, "%s/copy", w->scratch);
	if ((rc = os_mkdirs(buf_str(&path), 0700, err)) != ERR_OK)
		goto out;
	buf_putc(&path, '/');
	put_name(&path, id);
	if ((rc = buf_err(&path, err)) != ERR_OK)
		goto out;
	if ((rc = os_remove_tree(buf_str(&path), err)) != ERR_OK)
		goto out;
	if ((rc = os_copy_tree(w->root, buf_str(&path), keep, &filter, err)) != ERR_OK)
		goto out;
	*dir = arena_str(&w->arena, buf_str(&path));
	rc = arena_err(&w->arena, err);
out:
	if (rc != ERR_OK)
		err_wrap(err, rc, "copy of the project for %s", id);
	buf_fini(&filter.path);
	buf_fini(&path);
	return rc;
}

static struct member *find_member(struct gate_workspace *w, bool build, const char *id)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->members[i].build == build && str_eq(w->members[i].id, id))
			return &w->members[i];
	return NULL;
}

const char *gate_workspace_name(struct gate_workspace *w, bool build, const char *id)
{
	const char *name = id;
	const struct member *m;

	(void)pthread_mutex_lock(&w->lock);
	m = find_member(w, build, id);
	if (m != NULL)
		name = w->members[m->group].id;
	(void)pthread_mutex_unlock(&w->lock);
	return name;
}

/* With the lock held: a copy is whole before a second one asks for it. */
static enum err_code copy_once(struct gate_workspace *w, bool build, const char *id,
                               const char **dir, struct err *err)
{
	struct member *m = find_member(w, build, id);
	struct member *first;
	enum err_code rc = ERR_OK;

	if (m == NULL)
		m = add_member(w, build, id, NULL);
	if (m == NULL)
		return arena_err(&w->arena, err);
	first = &w->members[m->group];
	if (first->dir == NULL)
		rc = make_copy(w, first->id, &first->dir, err);
	if (rc == ERR_OK)
		*dir = first->dir;
	return rc;
}

enum err_code gate_workspace_copy(struct gate_workspace *w, bool build, const char *id,
                                  const char **dir, struct err *err)
{
	enum err_code rc;

	(void)pthread_mutex_lock(&w->lock);
	rc = copy_once(w, build, id, dir, err);
	(void)pthread_mutex_unlock(&w->lock);
	return rc;
}
