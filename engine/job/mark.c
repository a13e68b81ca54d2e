// SPDX-License-Identifier: Apache-2.0
#include "job/mark.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "pack/index.h"
#include "pack/reader.h"
#include "repo/repo.h"
#include "snapshot/map_read.h"
#include "snapshot/snapshot.h"

struct walk {
	struct lb_mark *mark;
	const struct lb_state *state;
	struct lb_index *index;
	struct lb_reader *reader;
	struct lb_tree_walk *tree;
	struct lb_map_iter *map;
};

/* ---- bits ---- */

bool lb_mark_has(const struct lb_mark *m, uint64_t row)
{
	return row < m->rows && (m->bits[row / 8] >> row % 8 & 1);
}

static enum err_code missing(const struct lb_id *id, struct err *err)
{
	char hex[LB_ID_HEX];

	lb_id_hex(id, hex);
	return err_set(err, ERR_NOT_FOUND, "chunk %.16s is in no pack", hex);
}

/* By the log. The index says no of spared packs too, which are readable all the same. */
static bool is_usable(const struct walk *w, const struct lb_place *copy)
{
	return lb_state_usable(w->state, lb_state_pack(w->state, &copy->pack));
}

/* Sets the bit of the chunk's first copy; `*known` if it was set before. */
static enum err_code mark_chunk(struct walk *w, const struct lb_id *id,
                                enum lb_chunk_type type, bool *known, struct err *err)
{
	struct lb_mark *m = w->mark;
	struct lb_place copies[LB_MARK_COPIES];
	size_t count;
	enum err_code rc = lb_index_find(w->index, id, (uint8_t)type, copies,
	                                 m->tell ? LB_MARK_COPIES : 1, &count, err);

	if (rc != ERR_OK)
		return rc;
	if (count == 0 || copies[0].row >= m->rows ||
	    (m->strict && !is_usable(w, &copies[0])))
		return missing(id, err);
	*known = lb_mark_has(m, copies[0].row);
	m->bits[copies[0].row / 8] |= (unsigned char)(1u << copies[0].row % 8);
	if (!*known && m->tell)
		m->tell(m->context, copies, count);
	return ERR_OK;
}

/* Is the chunk marked, and so all that hangs on it? */
static enum err_code is_marked(struct walk *w, const struct lb_id *id,
                               enum lb_chunk_type type, bool *yes, struct err *err)
{
	struct lb_place copy;
	size_t count;
	enum err_code rc =
		lb_index_find(w->index, id, (uint8_t)type, &copy, 1, &count, err);

	*yes = rc == ERR_OK && count > 0 && lb_mark_has(w->mark, copy.row);
	return rc;
}

/* ---- trees ---- */

/* Every node that the walk reads is needed. Maps are marked by visit_piece. */
static enum err_code get_node(const struct lb_id *id, enum lb_chunk_type type,
                              struct buf *out, void *context, struct err *err)
{
	struct walk *w = context;
	enum err_code rc = ERR_OK;
	bool known;

	if (cancel_is_set(w->mark->cancel))
		return err_set(err, ERR_CANCELLED, "cancelled");
	if (type == LB_CHUNK_TREE)
		rc = mark_chunk(w, id, type, &known, err);
	return rc == ERR_OK ? lb_reader_get(w->reader, id, (uint8_t)type, out, err) : rc;
}

static enum err_code visit_piece(enum lb_chunk_type type, const struct lb_id *id,
                                 uint64_t length, void *context, struct err *err)
{
	bool known;

	(void)length;
	return mark_chunk(context, id, type, &known, err);
}

static enum err_code visit_file(struct walk *w, const struct lb_entry *e, struct err *err)
{
	enum err_code rc = ERR_OK;
	bool known = false;

	if (e->mapped)
		rc = is_marked(w, &e->map, LB_CHUNK_MAP, &known, err);
	if (rc == ERR_OK && !known)
		rc = lb_map_each(w->map, e, visit_piece, w, err);
	return rc;
}

/* The walk is depth first, so a folder whose root is marked was walked to its end. */
static enum err_code visit_entry(struct walk *w, const struct lb_entry *e,
                                 struct err *err)
{
	enum err_code rc = ERR_OK;
	bool known = false;

	if (e->type == LB_ENTRY_FILE)
		return visit_file(w, e, err);
	if (e->type == LB_ENTRY_FOLDER)
		rc = is_marked(w, &e->subtree, LB_CHUNK_TREE, &known, err);
	if (rc == ERR_OK && known)
		lb_tree_walk_skip(w->tree);
	return rc;
}

static enum err_code wrap_path(struct span path, enum err_code rc, struct err *err)
{
	struct buf text = BUF_INIT;

	str_display_cut(&text, path, 200);
	if (buf_ok(&text))
		err_wrap(err, rc, "/%s", buf_str(&text));
	buf_fini(&text);
	return rc;
}

static enum err_code walk_tree(struct walk *w, const struct lb_id *root, struct err *err)
{
	struct lb_walk_step step = { .event = LB_WALK_ENTRY };
	bool known;
	enum err_code rc = is_marked(w, root, LB_CHUNK_TREE, &known, err);

	if (rc != ERR_OK || known)
		return rc;
	lb_tree_walk_start(w->tree, root);
	do {
		rc = lb_tree_walk_next(w->tree, &step, err);
		if (rc == ERR_OK && step.event == LB_WALK_ENTRY)
			rc = visit_entry(w, &step.entry, err);
		if (rc != ERR_OK)
			return rc == ERR_CANCELLED ? rc : wrap_path(step.path, rc, err);
	} while (step.event != LB_WALK_END);
	return ERR_OK;
}

static enum err_code walk_snapshot(struct walk *w, const struct lb_live *live,
                                   struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct lb_snapshot snapshot;
	char hex[LB_ID16_HEX];
	enum err_code rc;

	rc = live->readable ? lb_snapshot_decode(live->fields, &arena, &snapshot, err)
	                    : err_set(err, ERR_AUTH, "this key cannot read it");
	if (rc == ERR_OK)
		rc = walk_tree(w, &snapshot.root, err);
	arena_fini(&arena);
	lb_id16_hex(&live->id, hex);
	if (rc != ERR_OK && rc != ERR_CANCELLED)
		err_wrap(err, rc, "snapshot %.8s", hex);
	return rc;
}

/* ---- all of it ---- */

static bool is_without(const struct lb_mark *m, const struct lb_id16 *id)
{
	for (size_t i = 0; i < m->without_count; i++)
		if (lb_id16_eq(&m->without[i], id))
			return true;
	return false;
}

static enum err_code open_walk(struct walk *w, struct err *err)
{
	struct lb_tree_source source = { .get = get_node, .context = w };
	struct lb_repo *repo = w->mark->repo;
	enum err_code rc = lb_reader_new(&w->reader, w->index, lb_repo_backend(repo),
	                                 lb_repo_keyring(repo), err);

	if (rc == ERR_OK)
		rc = lb_tree_walk_new(&w->tree, &source, err);
	if (rc == ERR_OK)
		rc = lb_map_iter_new(&w->map, &source, err);
	return rc;
}

static enum err_code make_bits(struct lb_mark *m, struct lb_index *ix, struct err *err)
{
	size_t bytes;
	enum err_code rc = lb_index_flush(ix, err);

	if (rc != ERR_OK)
		return rc;
	lb_mark_fini(m);
	m->rows = lb_index_rows(ix);
	if (!num_to_size(m->rows / 8 + 1, &bytes) || !(m->bits = mem_new(bytes)))
		return err_nomem(err);
	return ERR_OK;
}

enum err_code lb_mark_live(struct lb_mark *m, const struct lb_state *s, uint64_t slot,
                           struct err *err)
{
	struct walk w = { .mark = m, .state = s, .index = lb_repo_index(m->repo) };
	size_t count;
	const struct lb_live *all = lb_state_snapshots(s, &count);
	enum err_code rc = make_bits(m, w.index, err);

	if (rc == ERR_OK && lb_state_blind(s))
		rc = err_set(err, ERR_AUTH,
		             "this key cannot read all of the log, so it cannot tell "
		             "what is needed");
	if (rc == ERR_OK)
		rc = open_walk(&w, err);
	for (size_t i = 0; i < count && rc == ERR_OK; i++)
		if (lb_live_at(&all[i], slot) && !is_without(m, &all[i].id))
			rc = walk_snapshot(&w, &all[i], err);
	lb_map_iter_free(w.map);
	lb_tree_walk_free(w.tree);
	lb_reader_free(w.reader);
	return rc;
}

void lb_mark_fini(struct lb_mark *m)
{
	mem_free(m->bits);
	m->bits = NULL;
	m->rows = 0;
}
