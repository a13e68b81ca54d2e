// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "job/dump_internal.h"
#include "job/tree_source.h"
#include "os/clock.h"
#include "pack/reader.h"
#include "repo/repo.h"

#define PROGRESS_NS 100000000u

/* ---- telling ---- */

void dump_tell(struct dump *d, struct span path, const struct err *err)
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
	rc = dump_member(d, &s->entry, s->path, err);
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
	dump_tell(d, buf_span(&d->path), why);
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
	rc = dump_bytes(d, e, err);
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
		rc = dump_member(d, e, e->name, err);
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
