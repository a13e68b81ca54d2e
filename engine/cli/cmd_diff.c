// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/output.h"
#include "cli/select.h"
#include "job/tree_source.h"
#include "pack/reader.h"
#include "snapshot/diff.h"

#define FLUSH_BYTES (64u << 10)

static const struct {
	unsigned bit;
	const char *name;
} changes[] = {
	{ LB_DIFF_TYPE, "type" },     { LB_DIFF_CONTENT, "content" },
	{ LB_DIFF_SIZE, "size" },     { LB_DIFF_MODE, "mode" },
	{ LB_DIFF_OWNER, "owner" },   { LB_DIFF_MTIME, "time" },
	{ LB_DIFF_XATTRS, "xattrs" }, { LB_DIFF_FLAGS, "flags" },
	{ LB_DIFF_BTIME, "birth" },   { LB_DIFF_HOLES, "holes" },
	{ LB_DIFF_LINKS, "links" },   { LB_DIFF_DAMAGE, "damage" },
};

struct sum {
	uint64_t entries;
	uint64_t bytes;
};

struct comparison {
	const struct program_call *call;
	struct span prefix; /* the folder that is compared, without slashes at its ends */
	struct buf out;
	struct sum added;
	struct sum removed;
	struct sum changed; /* bytes: of files whose content changed, as they are now */
};

/* One side: a snapshot, and what stands at the path in it. */
struct side {
	struct lb_snapshots known;
	const struct lb_snapshot_ref *ref;
	struct lb_tree_iter *it;
	struct lb_entry entry;
};

/* ---- output ---- */

static void put_path(struct buf *out, const struct comparison *c, struct span path)
{
	buf_putc(out, '/');
	buf_put(out, c->prefix);
	if (c->prefix.len > 0 && path.len > 0)
		buf_putc(out, '/');
	buf_put(out, path);
}

static const struct lb_entry *entry_of(const struct lb_diff_step *step)
{
	return step->kind == LB_DIFF_REMOVED ? &step->before : &step->after;
}

static void put_human(struct comparison *c, const struct lb_diff_step *step,
                      struct span path)
{
	static const char marks[] = {
		[LB_DIFF_ADDED] = '+', [LB_DIFF_REMOVED] = '-', [LB_DIFF_CHANGED] = 'M'
	};
	static const enum term_style colors[] = { [LB_DIFF_ADDED] = TERM_GREEN,
		                                  [LB_DIFF_REMOVED] = TERM_RED,
		                                  [LB_DIFF_CHANGED] = TERM_YELLOW };
	const char *before = "  (";

	term_put(&c->out, c->call->out.color, colors[step->kind],
	         span_of(&marks[step->kind], 1));
	buf_putc(&c->out, ' ');
	str_display(&c->out, path);
	if (entry_of(step)->type == LB_ENTRY_FOLDER)
		buf_putc(&c->out, '/');
	for (size_t i = 0;
	     step->kind == LB_DIFF_CHANGED && i < sizeof changes / sizeof *changes; i++)
		if (step->changes & changes[i].bit) {
			buf_puts(&c->out, before);
			buf_puts(&c->out, changes[i].name);
			before = ", ";
		}
	buf_puts(&c->out, step->kind == LB_DIFF_CHANGED ? ")\n" : "\n");
}

static void put_json(struct comparison *c, const struct lb_diff_step *step,
                     struct span path)
{
	static const char *const kinds[] = { [LB_DIFF_ADDED] = "added",
		                             [LB_DIFF_REMOVED] = "removed",
		                             [LB_DIFF_CHANGED] = "changed" };
	struct json_writer w;

	json_writer_init(&w, &c->out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "change");
	json_field_str(&w, "change", kinds[step->kind]);
	json_field_path(&w, "path", path);
	json_field_str(&w, "kind", lb_entry_type_name(entry_of(step)->type));
	if (step->kind != LB_DIFF_ADDED)
		json_field_u64(&w, "size_before", step->before.size);
	if (step->kind != LB_DIFF_REMOVED)
		json_field_u64(&w, "size", step->after.size);
	json_put_key(&w, "changed");
	json_open(&w, '[');
	for (size_t i = 0;
	     step->kind == LB_DIFF_CHANGED && i < sizeof changes / sizeof *changes; i++)
		if (step->changes & changes[i].bit)
			json_put_str(&w, changes[i].name);
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(&c->out, '\n');
}

static void count(struct comparison *c, const struct lb_diff_step *step)
{
	struct sum *s = step->kind == LB_DIFF_ADDED     ? &c->added
	                : step->kind == LB_DIFF_REMOVED ? &c->removed
	                                                : &c->changed;

	s->entries++;
	if (step->kind != LB_DIFF_CHANGED || step->changes & LB_DIFF_CONTENT)
		s->bytes += entry_of(step)->size;
}

static enum err_code put_step(struct comparison *c, const struct lb_diff_step *step,
                              struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc = ERR_OK;

	count(c, step);
	put_path(&path, c, step->path);
	if (cli_options(c->call)->json)
		put_json(c, step, buf_span(&path));
	else
		put_human(c, step, buf_span(&path));
	buf_fini(&path);
	if (c->out.len >= FLUSH_BYTES) {
		rc = program_print(buf_span(&c->out), err);
		buf_clear(&c->out);
	}
	return rc;
}

static void put_sum(struct buf *out, const char *before, const struct sum *s,
                    const char *what)
{
	buf_printf(out, "%s%llu %s (", before, (unsigned long long)s->entries, what);
	str_size(out, s->bytes);
	buf_putc(out, ')');
}

static void put_summary(struct comparison *c)
{
	struct json_writer w;

	if (!cli_options(c->call)->json) {
		if (c->call->options->quiet)
			return;
		put_sum(&c->out, "", &c->added, "added");
		put_sum(&c->out, ", ", &c->removed, "removed");
		put_sum(&c->out, ", ", &c->changed, "changed");
		buf_putc(&c->out, '\n');
		return;
	}
	json_writer_init(&w, &c->out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "summary");
	json_field_u64(&w, "added", c->added.entries);
	json_field_u64(&w, "removed", c->removed.entries);
	json_field_u64(&w, "changed", c->changed.entries);
	json_field_u64(&w, "bytes_added", c->added.bytes);
	json_field_u64(&w, "bytes_removed", c->removed.bytes);
	json_field_u64(&w, "bytes_changed", c->changed.bytes);
	json_close(&w, '}');
	buf_putc(&c->out, '\n');
}

/* ---- comparing ---- */

static enum err_code compare_folders(struct comparison *c,
                                     const struct lb_tree_source *source,
                                     const struct side *a, const struct side *b,
                                     struct err *err)
{
	struct lb_diff_step step;
	struct lb_diff *d = NULL;
	bool more = true;
	enum err_code rc = lb_diff_new(&d, source, err);

	if (rc == ERR_OK)
		lb_diff_start(d, &a->entry.subtree, &b->entry.subtree);
	while (rc == ERR_OK && more) {
		if (cancel_is_set(c->call->cancel))
			rc = err_set(err, ERR_CANCELLED, "stopped");
		if (rc == ERR_OK)
			rc = lb_diff_next(d, &step, &more, err);
		if (rc == ERR_OK && more)
			rc = put_step(c, &step, err);
	}
	lb_diff_free(d);
	return rc;
}

/* The path itself, where it is more than the root; then what is in it. */
static enum err_code compare(struct comparison *c, const struct lb_tree_source *source,
                             const struct side *a, const struct side *b, struct err *err)
{
	struct lb_diff_step step = { .kind = LB_DIFF_CHANGED,
		                     .before = a->entry,
		                     .after = b->entry };
	bool folders =
		a->entry.type == LB_ENTRY_FOLDER && b->entry.type == LB_ENTRY_FOLDER;
	enum err_code rc = ERR_OK;

	step.changes = lb_diff_entries(&a->entry, &b->entry);
	if (step.changes != 0)
		rc = put_step(c, &step, err);
	if (rc == ERR_OK && folders)
		rc = compare_folders(c, source, a, b, err);
	return rc;
}

static enum err_code open_side(struct side *s, const struct program_call *call,
                               struct lb_repo *repo, const struct lb_tree_source *source,
                               struct span id, struct span path, struct err *err)
{
	enum err_code rc =
		cli_snapshot_find(repo, cli_options(call), id, &s->known, &s->ref, err);

	if (rc == ERR_OK)
		rc = lb_tree_iter_new(&s->it, source, err);
	if (rc == ERR_OK)
		rc = lb_tree_lookup(s->it, &s->ref->snapshot->root, path, &s->entry, err);
	if (rc == ERR_NOT_FOUND)
		err_wrap(err, rc, "snapshot %.*s", (int)span_sub(id, 0, 40).len, id.ptr);
	return rc;
}

static void side_fini(struct side *s)
{
	lb_tree_iter_free(s->it);
	lb_snapshots_fini(&s->known);
}

static struct span without_slashes(struct span path)
{
	while (path.len > 0 && path.ptr[0] == '/')
		path = span_from(path, 1);
	while (path.len > 0 && path.ptr[path.len - 1] == '/')
		path.len--;
	return path;
}

/* A path of one side only is meant for both. */
static enum err_code compare_all(struct comparison *c, struct lb_repo *repo,
                                 const struct lb_tree_source *source, struct err *err)
{
	const char *const *args = c->call->args.items;
	struct side a = { .it = NULL };
	struct side b = { .it = NULL };
	struct span ids[2];
	struct span paths[2];
	enum err_code rc;

	for (size_t i = 0; i < 2; i++)
		lb_select_split(span_str(args[i]), &ids[i], &paths[i]);
	if (paths[0].len == 0)
		paths[0] = paths[1];
	if (paths[1].len == 0)
		paths[1] = paths[0];
	c->prefix = without_slashes(paths[1]);
	rc = open_side(&a, c->call, repo, source, ids[0], paths[0], err);
	if (rc == ERR_OK)
		rc = open_side(&b, c->call, repo, source, ids[1], paths[1], err);
	if (rc == ERR_OK)
		rc = compare(c, source, &a, &b, err);
	side_fini(&a);
	side_fini(&b);
	return rc;
}

static enum err_code diff(struct program_call *call, struct lb_repo *repo,
                          struct err *err)
{
	struct comparison c = { .call = call };
	struct lb_reader *reader = NULL;
	struct lb_tree_source source;
	enum err_code rc = lb_repo_reader(&reader, repo, err);

	if (rc == ERR_OK) {
		source = lb_tree_source_of(reader);
		rc = compare_all(&c, repo, &source, err);
	}
	if (rc == ERR_OK)
		put_summary(&c);
	rc = cli_print_rest(&c.out, rc, err);
	lb_reader_free(reader);
	return rc;
}

int cli_diff(struct program_call *call)
{
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;
	int code;
	enum err_code rc = cli_open(call, &repo, &code, &err);

	if (rc != ERR_OK)
		return cli_fail(call, code, &err);
	rc = diff(call, repo, &err);
	lb_repo_close(repo);
	return rc == ERR_OK ? CLI_OK : program_fail(call, &err);
}
