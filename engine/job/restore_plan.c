// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "job/restore_internal.h"
#include "job/tree_source.h"
#include "os/space.h"

static struct span strip(struct span path)
{
	while (path.len > 0 && path.ptr[0] == '/')
		path = span_from(path, 1);
	while (path.len > 0 && path.ptr[path.len - 1] == '/')
		path.len--;
	return path;
}

/* Is `path` inside `folder` (or it)? The root folder is the empty path. */
static bool is_inside(struct span path, struct span folder)
{
	if (folder.len == 0)
		return true;
	return span_starts(path, folder) &&
	       (path.len == folder.len || path.ptr[folder.len] == '/');
}

/* ---- folders that were backed up as a whole ---- */

bool lb_restore_is_source(const struct lb_restore_job *j, struct span path)
{
	for (size_t i = 0; i < j->source_count; i++)
		if (is_inside(path, j->sources[i]))
			return true;
	return false;
}

static enum err_code is_in_tree(struct lb_restore_job *j, struct span path, bool *there,
                                struct err *err)
{
	struct lb_entry e;
	enum err_code rc = lb_tree_lookup(j->tree, &j->o->snapshot->root, path, &e, err);

	*there = rc == ERR_OK;
	return rc == ERR_NOT_FOUND ? ERR_OK : rc;
}

static void add_source(struct lb_restore_job *j, struct span path)
{
	j->sources[j->source_count++] = path;
}

/* Does one of the sources found so far lie inside the folder? */
static bool leads_to_source(const struct lb_restore_job *j, struct span path)
{
	for (size_t i = 0; i < j->source_count; i++)
		if (is_inside(j->sources[i], path))
			return true;
	return false;
}

/*
 * Relative sources stand in the tree under their own names, and in the snapshot with the
 * path that they had: the end of it is in the tree. A folder on the way to another source
 * is not meant, since little of it was backed up.
 */
static enum err_code find_relative(struct lb_restore_job *j, struct span path,
                                   struct err *err)
{
	size_t slash;
	bool there = false;
	enum err_code rc = ERR_OK;

	while (rc == ERR_OK && !there) {
		slash = span_find_byte(path, '/');
		if (slash == path.len)
			return ERR_OK;
		path = span_from(path, slash + 1);
		rc = is_in_tree(j, path, &there, err);
	}
	if (rc == ERR_OK && !leads_to_source(j, path))
		add_source(j, path);
	return rc;
}

static enum err_code find_sources(struct lb_restore_job *j, struct err *err)
{
	const struct lb_snapshot *s = j->o->snapshot;
	bool there;
	enum err_code rc = ERR_OK;

	if (!j->o->delete_extra || s->path_count == 0)
		return ERR_OK;
	if (!mem_array(&j->sources, 2 * s->path_count, sizeof *j->sources))
		return err_nomem(err);
	for (size_t i = 0; i < s->path_count && rc == ERR_OK; i++) {
		rc = is_in_tree(j, strip(s->paths[i]), &there, err);
		if (rc == ERR_OK && there)
			add_source(j, strip(s->paths[i]));
	}
	for (size_t i = 0; i < s->path_count && rc == ERR_OK; i++) {
		rc = is_in_tree(j, strip(s->paths[i]), &there, err);
		if (rc == ERR_OK && !there)
			rc = find_relative(j, strip(s->paths[i]), err);
	}
	return rc;
}

/* ---- where it begins ---- */

/* The filter's state for what is in the folder; false if it leaves the folder out. */
static bool filter_down(const struct lb_restore_job *j, struct span path,
                        struct lb_filter_state *state)
{
	struct span rest = path;
	struct span name;

	*state = LB_FILTER_TOP;
	if (!j->o->filter)
		return true;
	while (span_split(&rest, '/', &name)) {
		size_t len = (size_t)(name.ptr - path.ptr) + name.len;
		struct lb_filter_state outer = *state;

		if (lb_filter_step(j->o->filter, outer, span_sub(path, 0, len), true,
		                   state) == LB_FILTER_OUT)
			return false;
	}
	return true;
}

/* "a//b/" as "a/b" */
static enum err_code tidy(struct span path, struct buf *out, struct err *err)
{
	struct span name;

	while (span_split(&path, '/', &name)) {
		if (name.len == 0)
			continue;
		if (out->len > 0)
			buf_putc(out, '/');
		buf_put(out, name);
	}
	return buf_err(out, err);
}

static enum err_code root_of_folder(struct lb_restore_job *j, struct span path,
                                    const struct lb_entry *e,
                                    struct lb_restore_folder **out, struct err *err)
{
	struct lb_restore_folder *f;
	struct lb_entry own = *e;
	enum err_code rc = lb_restore_folder_new(&f, j, NULL, path, SPAN_EMPTY, err);

	if (rc != ERR_OK)
		return rc;
	f->tree = e->subtree;
	f->wanted = path.len > 0;
	f->lacking = e->damaged;
	own.name = SPAN_EMPTY;
	/* a target that was there keeps its attributes */
	if (path.len > 0 && j->root_made)
		rc = lb_restore_item_new(&f->item, f, &own, err);
	*out = f;
	return rc;
}

/* A file lands in the target under its name: as the only entry of its folder. */
static enum err_code root_of_file(struct lb_restore_job *j, struct span path,
                                  struct lb_restore_folder **out, struct err *err)
{
	size_t slash = span_rfind_byte(path, '/');
	bool inner = slash < path.len;
	struct span outer = inner ? span_sub(path, 0, slash) : SPAN_EMPTY;
	struct lb_restore_folder *f;
	struct lb_entry e;
	enum err_code rc = lb_tree_lookup(j->tree, &j->o->snapshot->root, outer, &e, err);

	if (rc != ERR_OK)
		return rc;
	rc = lb_restore_folder_new(&f, j, NULL, outer, SPAN_EMPTY, err);
	if (rc != ERR_OK)
		return rc;
	f->tree = e.subtree;
	f->only = mem_dup(inner ? span_from(path, slash + 1) : path);
	*out = f;
	return f->only ? ERR_OK : err_nomem(err);
}

static enum err_code no_such_path(struct span path, enum err_code rc, struct err *err)
{
	struct buf shown = BUF_INIT;

	buf_putc(&shown, '/');
	str_display_cut(&shown, path, 160);
	err_wrap(err, rc, "%s in the snapshot", buf_str(&shown));
	buf_fini(&shown);
	return rc;
}

static enum err_code find_root(struct lb_restore_job *j, struct span path,
                               struct lb_restore_folder **out, struct err *err)
{
	struct lb_restore_folder *f = NULL;
	struct lb_entry e;
	enum err_code rc = lb_tree_lookup(j->tree, &j->o->snapshot->root, path, &e, err);

	if (rc != ERR_OK)
		return rc;
	if (e.type == LB_ENTRY_FOLDER)
		rc = root_of_folder(j, path, &e, &f, err);
	else
		rc = root_of_file(j, path, &f, err);
	if (rc != ERR_OK)
		return rc;
	f->made = true;
	f->fresh = j->root_made;
	f->whole = lb_restore_is_source(j, span_str(f->source));
	f->left_out = !filter_down(j, span_str(f->source), &f->filter);
	*out = f;
	return ERR_OK;
}

/* ---- how much it is ---- */

struct sizes {
	uint64_t files;
	uint64_t bytes;
	uint64_t need; /* on the disk: without holes, and what is there already */
};

static uint64_t allocated(struct lb_restore_job *j, struct span path)
{
	char *at = mem_dup(path);
	struct os_meta m = { .allocated = 0 };
	int fd = -1;

	if (at && os_open_beneath(j->root, at, OS_OPEN_HANDLE, &fd, NULL) == ERR_OK &&
	    os_meta_of(fd, at, &m, NULL) != ERR_OK)
		m.allocated = 0;
	os_close(&fd);
	mem_free(at);
	return m.kind == OS_KIND_FILE ? m.allocated : 0;
}

static bool counts(struct lb_restore_job *j, const struct lb_restore_folder *root,
                   const struct lb_walk_step *s)
{
	struct buf path = BUF_INIT;
	bool in;

	if (!j->o->filter)
		return true;
	if (root->source[0] != '\0')
		buf_printf(&path, "%s/", root->source);
	buf_put(&path, s->path);
	in = lb_filter_path(j->o->filter, buf_span(&path),
	                    s->entry.type == LB_ENTRY_FOLDER) != LB_FILTER_OUT;
	buf_fini(&path);
	return in && (s->entry.type != LB_ENTRY_FILE ||
	              !lb_filter_too_large(j->o->filter, s->entry.size));
}

static bool is_first_name(struct map *seen, const struct lb_entry *e)
{
	struct span key = span_of((const char *)e->link_group, sizeof e->link_group);

	return !e->linked || (!map_has(seen, key) && map_set(seen, key, seen));
}

static void add_file(struct lb_restore_job *j, struct sizes *z, struct map *seen,
                     const struct lb_walk_step *s, bool exact)
{
	uint64_t data = lb_entry_data(&s->entry);
	uint64_t there = exact ? allocated(j, s->path) : 0;

	z->files++;
	z->bytes += s->entry.size;
	if (is_first_name(seen, &s->entry))
		z->need += data > there ? data - there : 0;
}

/* What cannot be read of the tree is told when it is restored. */
static enum err_code measure(struct lb_restore_job *j,
                             const struct lb_restore_folder *root, bool exact,
                             struct sizes *z, struct err *err)
{
	struct lb_tree_source source = lb_tree_source_of(lb_restore_walker(j)->reader);
	struct lb_walk_step s = { .event = LB_WALK_ENTRY };
	struct lb_tree_walk *walk = NULL;
	struct map seen;
	enum err_code rc = lb_tree_walk_new(&walk, &source, err);

	*z = (struct sizes){ 0, 0, 0 };
	map_init(&seen);
	if (rc == ERR_OK)
		lb_tree_walk_start(walk, &root->tree);
	while (rc == ERR_OK && s.event != LB_WALK_END) {
		rc = lb_restore_stopped(j) ? err_set(err, ERR_CANCELLED, "stopped")
		                           : lb_tree_walk_next(walk, &s, err);
		if (rc == ERR_CORRUPT || rc == ERR_NOT_FOUND || rc == ERR_LIMIT ||
		    rc == ERR_UNSUPPORTED) {
			rc = ERR_OK;
			continue;
		}
		if (rc != ERR_OK || s.event != LB_WALK_ENTRY)
			continue;
		if (!counts(j, root, &s))
			lb_tree_walk_skip(walk);
		else if (s.entry.type == LB_ENTRY_FILE)
			add_file(j, z, &seen, &s, exact);
	}
	map_fini(&seen);
	lb_tree_walk_free(walk);
	return rc;
}

static enum err_code no_room(uint64_t need, uint64_t room, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	str_size(&text, need);
	buf_puts(&text, " are needed, and the target's disk has ");
	str_size(&text, room);
	rc = err_set(err, ERR_LIMIT, "%s", buf_str(&text));
	buf_fini(&text);
	return rc;
}

/* The snapshot says how much all of it is; a part has to be looked at. Only where that
 * seems too much for the disk it is looked at what is there already. */
static enum err_code check_room(struct lb_restore_job *j,
                                const struct lb_restore_folder *root, struct err *err)
{
	const struct lb_snapshot *s = j->o->snapshot;
	struct sizes z = { s->figures.files, s->figures.bytes, s->figures.bytes };
	bool part = j->o->filter || root->source[0] != '\0';
	uint64_t room;
	enum err_code rc = ERR_OK;

	if (root->only || root->left_out)
		return ERR_OK;
	if (part)
		rc = measure(j, root, false, &z, err);
	if (rc != ERR_OK)
		return rc;
	j->files_total = z.files;
	j->bytes_total = z.bytes;
	if (j->o->dry_run || os_free_space(j->root, &room, NULL) != ERR_OK ||
	    room >= z.need)
		return ERR_OK;
	rc = measure(j, root, true, &z, err);
	return rc == ERR_OK && z.need > room ? no_room(z.need, room, err) : rc;
}

enum err_code lb_restore_seek(struct lb_restore_job *j, struct err *err)
{
	struct buf path = BUF_INIT;
	struct lb_entry e;
	enum err_code rc = tidy(j->o->path, &path, err);

	if (rc == ERR_OK) {
		rc = lb_tree_lookup(j->tree, &j->o->snapshot->root, buf_span(&path), &e,
		                    err);
		if (rc != ERR_OK)
			rc = no_such_path(buf_span(&path), rc, err);
	}
	buf_fini(&path);
	return rc;
}

enum err_code lb_restore_plan(struct lb_restore_job *j, struct lb_restore_folder **root,
                              struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc = tidy(j->o->path, &path, err);

	if (rc == ERR_OK)
		rc = find_sources(j, err);
	if (rc == ERR_OK)
		rc = find_root(j, buf_span(&path), root, err);
	if (rc == ERR_OK)
		rc = check_room(j, *root, err);
	buf_fini(&path);
	return rc;
}
