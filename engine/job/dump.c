// SPDX-License-Identifier: Apache-2.0
#include "job/dump.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/ident.h"
#include "job/tree_source.h"
#include "lib/archive.h"
#include "os/clock.h"
#include "pack/reader.h"
#include "repo/repo.h"
#include "snapshot/map_read.h"

#define ZEROS (64u << 10)
#define PROGRESS_NS 100000000u

struct dump {
	const struct lb_dump_options *o;
	struct lb_dump_result *result;
	struct lb_reader *reader;
	struct lb_map_iter *map;
	struct lb_tree_iter *tree;
	struct lb_tree_walk *walk;
	struct archiver *archive; /* NULL: the content alone */
	bool zip;
	struct span prefix; /* of the folder, in the snapshot */
	struct map links;   /* group -> path of its first member */
	struct buf path;
	struct buf text; /* user, group, target and names of attributes, NUL-terminated */
	uint64_t told_ns;
};

/* ---- telling ---- */

static void tell(struct dump *d, struct span path, const struct err *err)
{
	const struct lb_events *e = d->o->events;

	if (e && e->trouble)
		e->trouble(e->context, path, err);
}

static void progress(struct dump *d, struct span path)
{
	const struct lb_events *e = d->o->events;
	uint64_t now = os_ticks_ns();
	struct lb_progress p = { .files_done = d->result->files,
		                 .bytes_done = d->result->bytes,
		                 .errors = d->result->errors,
		                 .current = path };

	if (!e || !e->progress || now - d->told_ns < PROGRESS_NS)
		return;
	d->told_ns = now;
	e->progress(e->context, &p);
}

/* The full path of an entry in the snapshot. */
static enum err_code full_path(struct dump *d, struct span path, struct err *err)
{
	buf_clear(&d->path);
	buf_put(&d->path, d->prefix);
	if (d->prefix.len > 0 && path.len > 0)
		buf_putc(&d->path, '/');
	buf_put(&d->path, path);
	return buf_err(&d->path, err);
}

/* ---- content ---- */

static enum err_code emit(struct dump *d, struct span data, struct err *err)
{
	d->result->bytes += data.len;
	if (d->archive)
		return archiver_write(d->archive, data, err);
	return d->o->sink(data, d->o->sink_context, err);
}

static enum err_code emit_zeros(struct dump *d, uint64_t count, struct err *err)
{
	static const char zeros[ZEROS];
	enum err_code rc = ERR_OK;

	while (count > 0 && rc == ERR_OK) {
		size_t n = count < ZEROS ? (size_t)count : ZEROS;

		if (cancel_is_set(d->o->cancel))
			return err_set(err, ERR_CANCELLED, "stopped");
		rc = emit(d, span_of(zeros, n), err);
		count -= n;
	}
	return rc;
}

/* Where in the file the next byte of content belongs. */
struct place {
	struct lb_extent_cursor parts;
	struct lb_extent part; /* what is left of it */
	uint64_t at;           /* written so far, holes too */
};

static enum err_code emit_piece(struct dump *d, struct place *p, struct span data,
                                struct err *err)
{
	enum err_code rc = ERR_OK;

	while (data.len > 0 && rc == ERR_OK) {
		struct span now;

		if (p->part.length == 0 && !lb_extent_next(&p->parts, &p->part))
			return err_set(err, ERR_CORRUPT,
			               "more content than the file has room for");
		now = span_sub(data, 0,
		               data.len < p->part.length ? data.len
		                                         : (size_t)p->part.length);
		rc = emit_zeros(d, p->part.offset - p->at, err);
		if (rc == ERR_OK)
			rc = emit(d, now, err);
		data = span_from(data, now.len);
		p->part.offset += now.len;
		p->part.length -= now.len;
		p->at = p->part.offset;
	}
	return rc;
}

static enum err_code load(struct dump *d, const struct lb_piece *piece, struct span *data,
                          struct err *err)
{
	enum err_code rc =
		lb_reader_borrow(d->reader, &piece->id, LB_CHUNK_DATA, data, err);

	if (rc == ERR_OK && data->len != piece->length)
		rc = err_set(err, ERR_CORRUPT, "a chunk of %zu bytes stands for %llu",
		             data->len, (unsigned long long)piece->length);
	return rc;
}

static enum err_code emit_content(struct dump *d, const struct lb_entry *e,
                                  struct err *err)
{
	struct place p = { .part = { 0, e->sparse ? 0 : e->size } };
	struct lb_piece piece;
	struct span data;
	uint64_t offset;
	bool more = true;
	enum err_code rc = ERR_OK;

	lb_extent_init(&p.parts, e->extents);
	lb_map_iter_start(d->map, e);
	while (rc == ERR_OK) {
		if (cancel_is_set(d->o->cancel))
			return err_set(err, ERR_CANCELLED, "stopped");
		rc = lb_map_iter_next(d->map, &piece, &offset, &more, err);
		if (rc != ERR_OK || !more)
			break;
		rc = load(d, &piece, &data, err);
		if (rc == ERR_OK)
			rc = emit_piece(d, &p, data, err);
	}
	return rc == ERR_OK ? emit_zeros(d, e->size - p.at, err) : rc;
}

/* Can the file be begun? Later damage cannot be stepped over. */
static enum err_code try_first(struct dump *d, const struct lb_entry *e, struct err *err)
{
	struct lb_piece piece;
	struct span data;
	uint64_t offset;
	bool more = false;
	enum err_code rc;

	lb_map_iter_start(d->map, e);
	rc = lb_map_iter_next(d->map, &piece, &offset, &more, err);
	return rc == ERR_OK && more ? load(d, &piece, &data, err) : rc;
}

/* ---- members ---- */

static bool type_of(const struct lb_entry *e, enum archiver_type *out)
{
	switch (e->type) {
	case LB_ENTRY_FILE:
		*out = ARCHIVER_FILE;
		return true;
	case LB_ENTRY_FOLDER:
		*out = ARCHIVER_FOLDER;
		return true;
	case LB_ENTRY_LINK:
		*out = ARCHIVER_LINK;
		return true;
	case LB_ENTRY_FIFO:
		*out = ARCHIVER_FIFO;
		return true;
	case LB_ENTRY_CHARACTER:
		*out = ARCHIVER_CHARACTER;
		return true;
	case LB_ENTRY_BLOCK:
		*out = ARCHIVER_BLOCK;
		return true;
	case LB_ENTRY_SOCKET: /* no archive has them; they are made when they are used */
		return false;
	}
	return false;
}

/* Text with a NUL behind it; its offset, since the buffer may move. */
static size_t keep(struct dump *d, struct span text)
{
	size_t at = d->text.len;

	buf_put(&d->text, text);
	buf_putc(&d->text, '\0');
	return at;
}

static void add_lists(struct dump *d, const struct lb_entry *e)
{
	struct lb_extent_cursor c;
	struct lb_extent x;
	struct lb_xattr a;
	struct wire at;
	bool any = false;

	lb_extent_init(&c, e->extents);
	while (e->sparse && lb_extent_next(&c, &x)) {
		archiver_add_extent(d->archive, x.offset, x.length);
		any = true;
	}
	wire_init(&at, e->xattrs);
	while (lb_xattr_next(&at, &a)) {
		size_t name = keep(d, a.name);

		if (buf_ok(&d->text))
			archiver_add_xattr(d->archive, d->text.ptr + name, a.value);
	}
	/* without a part that has data, all of it is a hole */
	if (e->sparse && !any)
		archiver_add_extent(d->archive, e->size, 0);
}

/* The path of the group's first member; NULL if this one is it. */
static enum err_code find_link(struct dump *d, const struct lb_entry *e, const char *path,
                               const char **first, struct err *err)
{
	struct span key = span_of((const char *)e->link_group, sizeof e->link_group);
	char *kept;

	*first = NULL;
	if (!e->linked || d->zip)
		return ERR_OK;
	*first = map_get(&d->links, key);
	if (*first)
		return ERR_OK;
	kept = mem_strdup(path);
	if (kept && map_set(&d->links, key, kept))
		return ERR_OK;
	mem_free(kept);
	return err_nomem(err);
}

static enum err_code start_member(struct dump *d, const struct lb_entry *e,
                                  struct span path, enum archiver_type type,
                                  bool *has_content, struct err *err)
{
	struct archiver_member m = { .type = type,
		                     .perm = e->perm,
		                     .uid = e->uid,
		                     .gid = e->gid,
		                     .mtime_s = e->mtime_s,
		                     .mtime_ns = e->mtime_ns,
		                     .size = e->size,
		                     .rdev_major = e->rdev_major,
		                     .rdev_minor = e->rdev_minor };
	size_t name;
	size_t user;
	size_t group;
	size_t target;
	enum err_code rc;

	buf_clear(&d->text);
	name = keep(d, path);
	user = keep(d, e->user);
	group = keep(d, e->group);
	target = keep(d, e->target);
	rc = buf_err(&d->text, err);
	if (rc != ERR_OK)
		return rc;
	m.path = d->text.ptr + name;
	m.user = d->text.ptr + user;
	m.group = d->text.ptr + group;
	m.target = d->text.ptr + target;
	rc = find_link(d, e, m.path, &m.hard_link, err);
	if (rc != ERR_OK)
		return rc;
	*has_content = type == ARCHIVER_FILE && !m.hard_link;
	archiver_begin(d->archive, &m);
	if (!m.hard_link)
		add_lists(d, e);
	rc = buf_err(&d->text, err);
	return rc == ERR_OK ? archiver_start(d->archive, err) : rc;
}

static void count(struct dump *d, const struct lb_entry *e)
{
	if (e->type == LB_ENTRY_FILE)
		d->result->files++;
	else if (e->type == LB_ENTRY_FOLDER)
		d->result->folders++;
	else
		d->result->others++;
}

static enum err_code leave_out(struct dump *d, struct err *err)
{
	struct err why = ERR_INIT;

	err_set(&why, ERR_UNSUPPORTED,
	        "left out: the archive's format has no such files");
	d->result->left_out++;
	tell(d, buf_span(&d->path), &why);
	(void)err;
	return ERR_OK;
}

static bool can_have(const struct dump *d, enum archiver_type type)
{
	return !d->zip || type == ARCHIVER_FILE || type == ARCHIVER_FOLDER ||
	       type == ARCHIVER_LINK;
}

/* One entry; d->path is its path in the snapshot. */
static enum err_code add_member(struct dump *d, const struct lb_entry *e,
                                struct span path, struct err *err)
{
	enum archiver_type type;
	struct err why = ERR_INIT;
	bool has_content = false;
	enum err_code rc = ERR_OK;

	if (!type_of(e, &type) || !can_have(d, type))
		return leave_out(d, err);
	if (type == ARCHIVER_FILE)
		rc = try_first(d, e, &why);
	if (rc != ERR_OK && rc != ERR_NOMEM && rc != ERR_CANCELLED) {
		err_wrap(&why, rc, "left out");
		d->result->errors++;
		tell(d, buf_span(&d->path), &why);
		return ERR_OK;
	}
	if (rc != ERR_OK) {
		if (err)
			*err = why;
		return rc;
	}
	rc = start_member(d, e, path, type, &has_content, err);
	if (rc == ERR_OK && has_content)
		rc = emit_content(d, e, err);
	if (rc == ERR_OK)
		count(d, e);
	return rc;
}

/* ---- folders ---- */

static enum lb_filter_verdict judge(const struct dump *d, const struct lb_entry *e)
{
	if (!d->o->filter)
		return LB_FILTER_IN;
	if (e->type == LB_ENTRY_FILE && lb_filter_too_large(d->o->filter, e->size))
		return LB_FILTER_OUT;
	return lb_filter_path(d->o->filter, buf_span(&d->path),
	                      e->type == LB_ENTRY_FOLDER);
}

static enum err_code in_file(struct dump *d, enum err_code rc, struct err *err)
{
	struct buf shown = BUF_INIT;

	buf_putc(&shown, '/');
	str_display_cut(&shown, buf_span(&d->path), 160);
	err_wrap(err, rc, "%s", buf_str(&shown));
	buf_fini(&shown);
	return rc;
}

static enum err_code take_step(struct dump *d, const struct lb_walk_step *s,
                               struct err *err)
{
	enum lb_filter_verdict verdict;
	enum err_code rc = full_path(d, s->path, err);

	if (rc != ERR_OK)
		return rc;
	verdict = judge(d, &s->entry);
	if (verdict == LB_FILTER_OUT && s->entry.type == LB_ENTRY_FOLDER)
		lb_tree_walk_skip(d->walk);
	if (verdict != LB_FILTER_IN)
		return ERR_OK;
	progress(d, buf_span(&d->path));
	rc = add_member(d, &s->entry, s->path, err);
	return rc == ERR_OK || rc == ERR_CANCELLED ? rc : in_file(d, rc, err);
}

/* A part of the tree that cannot be read is left out, and the walk goes on. */
static enum err_code unreadable(struct dump *d, const struct lb_walk_step *s,
                                const struct err *why, struct err *err)
{
	enum err_code rc = full_path(d, s->path, err);

	if (rc != ERR_OK)
		return rc;
	if (why->code != ERR_CORRUPT && why->code != ERR_NOT_FOUND &&
	    why->code != ERR_LIMIT && why->code != ERR_UNSUPPORTED) {
		if (err)
			*err = *why;
		return why->code;
	}
	d->result->errors++;
	tell(d, buf_span(&d->path), why);
	return ERR_OK;
}

static enum err_code dump_folder(struct dump *d, const struct lb_id *root,
                                 struct err *err)
{
	struct lb_walk_step s = { .event = LB_WALK_ENTRY };
	struct err why = ERR_INIT;
	enum err_code rc = ERR_OK;

	lb_tree_walk_start(d->walk, root);
	while (rc == ERR_OK && s.event != LB_WALK_END) {
		if (cancel_is_set(d->o->cancel))
			return err_set(err, ERR_CANCELLED, "stopped");
		rc = lb_tree_walk_next(d->walk, &s, &why);
		if (rc != ERR_OK)
			rc = unreadable(d, &s, &why, err);
		else if (s.event == LB_WALK_ENTRY)
			rc = take_step(d, &s, err);
	}
	return rc;
}

/* ---- what was asked for ---- */

static enum err_code dump_content(struct dump *d, const struct lb_entry *e,
                                  struct err *err)
{
	enum err_code rc;

	if (e->type != LB_ENTRY_FILE)
		return err_set(err, ERR_USAGE,
		               "it is a %s, which has no content; give --archive",
		               lb_entry_type_name(e->type));
	rc = emit_content(d, e, err);
	if (rc == ERR_OK)
		d->result->files++;
	return rc;
}

static enum err_code dump_archive(struct dump *d, const struct lb_entry *e,
                                  struct err *err)
{
	struct lb_id root = e->subtree;
	enum err_code rc;

	d->zip = d->o->form == LB_DUMP_ZIP;
	rc = archiver_new(&d->archive, d->zip ? ARCHIVER_ZIP : ARCHIVER_TAR, d->o->sink,
	                  d->o->sink_context, err);
	if (rc != ERR_OK)
		return rc;
	if (e->type == LB_ENTRY_FOLDER)
		rc = dump_folder(d, &root, err);
	else
		rc = add_member(d, e, e->name, err);
	return rc == ERR_OK ? archiver_finish(d->archive, err) : rc;
}

static struct span strip(struct span path)
{
	while (path.len > 0 && path.ptr[0] == '/')
		path = span_from(path, 1);
	while (path.len > 0 && path.ptr[path.len - 1] == '/')
		path.len--;
	return path;
}

static enum err_code dump_path(struct dump *d, struct err *err)
{
	struct lb_entry e;
	enum err_code rc;

	d->prefix = strip(d->o->path);
	rc = full_path(d, SPAN_EMPTY, err);
	if (rc != ERR_OK)
		return rc;
	rc = lb_tree_lookup(d->tree, &d->o->snapshot->root, d->prefix, &e, err);
	if (rc == ERR_OK && e.type != LB_ENTRY_FOLDER && d->o->form == LB_DUMP_PLAIN)
		rc = dump_content(d, &e, err);
	else if (rc == ERR_OK)
		return dump_archive(d, &e, err);
	return rc == ERR_OK || rc == ERR_CANCELLED ? rc : in_file(d, rc, err);
}

static enum err_code open_all(struct dump *d, struct lb_repo *repo, struct err *err)
{
	struct lb_tree_source source;
	enum err_code rc = lb_repo_reader(&d->reader, repo, err);

	if (rc != ERR_OK)
		return rc;
	source = lb_tree_source_of(d->reader);
	rc = lb_map_iter_new(&d->map, &source, err);
	if (rc == ERR_OK)
		rc = lb_tree_iter_new(&d->tree, &source, err);
	return rc == ERR_OK ? lb_tree_walk_new(&d->walk, &source, err) : rc;
}

static void close_all(struct dump *d)
{
	struct span key;
	size_t at = 0;
	void *value;

	archiver_free(d->archive);
	while (map_next(&d->links, &at, &key, &value))
		mem_free(value);
	map_fini(&d->links);
	buf_fini(&d->path);
	buf_fini(&d->text);
	lb_tree_walk_free(d->walk);
	lb_tree_iter_free(d->tree);
	lb_map_iter_free(d->map);
	lb_reader_free(d->reader);
}

enum err_code lb_dump(struct lb_repo *repo, const struct lb_dump_options *options,
                      struct lb_dump_result *result, struct err *err)
{
	struct dump d = { .o = options, .result = result };
	enum err_code rc;

	*result = (struct lb_dump_result){ .files = 0 };
	map_init(&d.links);
	rc = open_all(&d, repo, err);
	if (rc == ERR_OK)
		rc = dump_path(&d, err);
	close_all(&d);
	return rc;
}
