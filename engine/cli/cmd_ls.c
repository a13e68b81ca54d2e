// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "base/str.h"
#include "cli/output.h"
#include "cli/select.h"
#include "job/tree_source.h"
#include "pack/damage.h"
#include "pack/reader.h"

/* Prints as it goes: a snapshot may have more entries than memory. */

#define FLUSH_BYTES (64u << 10)

struct listing {
	const struct program_call *call;
	struct lb_tree_source nodes;
	bool lost; /* a node on the way could not be read */
	struct lb_tree_walk *walk;
	struct span prefix; /* path of the folder that is listed */
	struct buf out;
	uint64_t entries;
	uint64_t damaged; /* folders that could not be read, or not to their end */
};

static void put_mode(struct buf *out, const struct lb_entry *e)
{
	static const char types[] = "?-dlpcbs";
	static const char bits[] = "rwxrwxrwx";

	buf_putc(out, types[e->type]);
	for (unsigned i = 0; i < 9; i++)
		buf_putc(out, e->perm & (0400u >> i) ? bits[i] : '-');
}

static void put_owner(struct buf *out, struct span name, uint32_t id)
{
	if (name.len > 0)
		str_display(out, name);
	else
		buf_printf(out, "%u", id);
}

static void put_long(struct buf *out, const struct lb_entry *e)
{
	put_mode(out, e);
	buf_putc(out, ' ');
	put_owner(out, e->user, e->uid);
	buf_putc(out, ' ');
	put_owner(out, e->group, e->gid);
	buf_printf(out, " %12llu ", (unsigned long long)e->size);
	cli_put_mtime(out, e);
	buf_putc(out, ' ');
}

static void put_path(struct buf *out, struct span prefix, struct span path)
{
	buf_putc(out, '/');
	str_display(out, prefix);
	if (prefix.len > 0 && path.len > 0)
		buf_putc(out, '/');
	str_display(out, path);
}

static void put_human(struct listing *l, struct span path, const struct lb_entry *e)
{
	if (cli_options(l->call)->long_list)
		put_long(&l->out, e);
	put_path(&l->out, l->prefix, path);
	if (e->type == LB_ENTRY_FOLDER)
		buf_putc(&l->out, '/');
	if (cli_options(l->call)->long_list && e->type == LB_ENTRY_LINK) {
		buf_puts(&l->out, " -> ");
		str_display(&l->out, e->target);
	}
	if (e->damaged)
		buf_puts(&l->out, "  (incomplete)");
	buf_putc(&l->out, '\n');
}

static void put_json(struct listing *l, struct span path, const struct lb_entry *e)
{
	struct buf full = BUF_INIT;
	struct json_writer w;

	buf_putc(&full, '/');
	buf_put(&full, l->prefix);
	if (l->prefix.len > 0 && path.len > 0)
		buf_putc(&full, '/');
	buf_put(&full, path);
	json_writer_init(&w, &l->out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", lb_entry_type_name(e->type));
	json_field_path(&w, "path", buf_span(&full));
	json_field_u64(&w, "size", e->size);
	json_field_u64(&w, "mode", e->perm);
	json_field_u64(&w, "uid", e->uid);
	json_field_u64(&w, "gid", e->gid);
	json_field_span(&w, "user", e->user);
	json_field_span(&w, "group", e->group);
	cli_field_mtime(&w, e);
	if (e->type == LB_ENTRY_LINK)
		json_field_path(&w, "target", e->target);
	json_field_bool(&w, "damaged", e->damaged);
	json_close(&w, '}');
	buf_putc(&l->out, '\n');
	buf_fini(&full);
}

static enum err_code put_entry(struct listing *l, struct span path,
                               const struct lb_entry *e, struct err *err)
{
	enum err_code rc = ERR_OK;

	l->entries++;
	if (cli_options(l->call)->json)
		put_json(l, path, e);
	else
		put_human(l, path, e);
	if (l->out.len >= FLUSH_BYTES) {
		rc = program_print(buf_span(&l->out), err);
		buf_clear(&l->out);
	}
	return rc;
}

static void put_summary(struct listing *l)
{
	struct json_writer w;

	json_writer_init(&w, &l->out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "summary");
	json_field_u64(&w, "entries", l->entries);
	json_field_u64(&w, "errors", l->damaged);
	json_close(&w, '}');
	buf_putc(&l->out, '\n');
}

static enum err_code tell(struct listing *l, struct span path, const struct err *fault,
                          struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	buf_put(&text, l->prefix);
	if (l->prefix.len > 0 && path.len > 0)
		buf_putc(&text, '/');
	buf_put(&text, path);
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		log_event(LOG_ERROR, "/%s: %s", buf_str(&text), fault->msg);
	buf_fini(&text);
	l->damaged++;
	return rc;
}

static enum err_code walk(struct listing *l, const struct lb_id *root, struct err *err)
{
	bool all = cli_options(l->call)->recursive;
	struct lb_walk_step step = { .event = LB_WALK_ENTRY };
	enum err_code rc = ERR_OK;

	lb_tree_walk_start(l->walk, root);
	while (rc == ERR_OK && step.event != LB_WALK_END) {
		struct err fault = ERR_INIT;

		if (cancel_is_set(l->call->cancel))
			return err_set(err, ERR_CANCELLED, "stopped");
		rc = lb_tree_walk_next(l->walk, &step, &fault);
		if (lb_is_damage(rc)) {
			rc = tell(l, step.path, &fault, err);
			step.event = LB_WALK_LEAVE; /* the walk goes on */
		} else if (rc != ERR_OK) {
			return err_set(err, rc, "%s", fault.msg);
		}
		if (rc != ERR_OK || step.event != LB_WALK_ENTRY)
			continue;
		rc = put_entry(l, step.path, &step.entry, err);
		if (step.entry.type == LB_ENTRY_FOLDER && !all)
			lb_tree_walk_skip(l->walk);
	}
	return rc;
}

static enum err_code get_node(const struct lb_id *id, enum lb_chunk_type type,
                              struct buf *out, void *context, struct err *err)
{
	struct listing *l = context;
	enum err_code rc = l->nodes.get(id, type, out, l->nodes.context, err);

	l->lost = lb_is_damage(rc);
	return rc;
}

/* An entry that is not there differs from one that cannot be looked for. */
static enum err_code look_up(struct listing *l, struct lb_tree_iter *it,
                             const struct lb_id *root, struct span path,
                             struct lb_entry *e, struct err *err)
{
	enum err_code rc = lb_tree_lookup(it, root, path, e, err);

	if (rc == ERR_NOT_FOUND && !l->lost)
		return err_wrap(err, rc, "%.*s", (int)path.len, path.ptr);
	if (rc == ERR_OK || !l->lost)
		return rc;
	return err_wrap(err, ERR_CORRUPT, "%.*s: a folder on the way cannot be read",
	                (int)path.len, path.ptr);
}

static enum err_code list_path(struct listing *l, const struct lb_id *root,
                               struct span path, struct err *err)
{
	const struct lb_tree_source source = { .get = get_node, .context = l };
	struct lb_tree_iter *it = NULL;
	struct lb_entry e;
	struct lb_id subtree;
	enum err_code rc = lb_tree_iter_new(&it, &source, err);

	if (rc == ERR_OK)
		rc = look_up(l, it, root, path, &e, err);
	while (path.len > 0 && path.ptr[0] == '/')
		path = span_from(path, 1);
	while (path.len > 0 && path.ptr[path.len - 1] == '/')
		path.len--;
	l->prefix = path;
	if (rc == ERR_OK && e.type != LB_ENTRY_FOLDER) {
		rc = put_entry(l, SPAN_EMPTY, &e, err);
	} else if (rc == ERR_OK) {
		subtree = e.subtree;
		rc = walk(l, &subtree, err);
	}
	lb_tree_iter_free(it);
	return rc;
}

static enum err_code malformed(const struct lb_snapshot *s, struct err *err)
{
	return err_set(err, ERR_CORRUPT, "snapshot: %.*s", (int)s->description.len,
	               s->description.ptr);
}

static enum err_code list(struct program_call *call, struct lb_repo *repo,
                          uint64_t *damaged, struct err *err)
{
	struct listing l = { .call = call };
	struct lb_snapshots known = { .refs = NULL };
	const struct lb_snapshot_ref *ref;
	struct lb_reader *reader = NULL;
	struct span id;
	struct span path;
	enum err_code rc;

	lb_select_split(span_str(call->args.items[0]), &id, &path);
	rc = cli_snapshot_find(repo, cli_options(call), id, &known, &ref, err);
	if (rc == ERR_OK && ref->malformed)
		rc = malformed(ref->snapshot, err);
	if (rc == ERR_OK)
		rc = lb_repo_reader(&reader, repo, err);
	if (rc == ERR_OK) {
		l.nodes = lb_tree_source_of(reader);
		rc = lb_tree_walk_new(&l.walk, &l.nodes, err);
	}
	if (rc == ERR_OK)
		rc = list_path(&l, &ref->snapshot->root, path, err);
	if (rc == ERR_OK && cli_options(call)->json)
		put_summary(&l);
	rc = cli_print_rest(&l.out, rc, err);
	*damaged = l.damaged;
	lb_tree_walk_free(l.walk);
	lb_reader_free(reader);
	lb_snapshots_fini(&known);
	return rc;
}

int cli_ls(struct program_call *call)
{
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;
	uint64_t damaged = 0;
	int code;
	enum err_code rc = cli_open(call, &repo, &code, &err);

	if (rc != ERR_OK)
		return cli_fail(call, code, &err);
	rc = list(call, repo, &damaged, &err);
	lb_repo_close(repo);
	if (rc != ERR_OK)
		return cli_fail(call, rc == ERR_CORRUPT ? CLI_DAMAGE : CLI_FAILED, &err);
	return damaged ? CLI_DAMAGE : CLI_OK;
}
