// SPDX-License-Identifier: Apache-2.0
/* Every folder is walked once, however many snapshots share it; a mark a row of the index
 * says which chunks were counted. */
#include "job/stats.h"

#include "job/check_internal.h"
#include "job/snapshots.h"
#include "pack/index.h"
#include "pack/reader.h"

struct counting {
	struct check_job j;
	struct lb_tree_walk *walk;
	struct lb_map_iter *map;
	struct lb_stats *out;
	const struct lb_snapshot_ref *in;
	bool lacks; /* a chunk of the file in hand is stored nowhere */
};

static void tell(struct counting *c, struct span path, const struct err *fault)
{
	const struct lb_events *e = c->j.o->events;
	struct err what = *fault;
	char hex[LB_ID16_HEX];

	c->out->errors++;
	lb_id16_hex(&c->in->id, hex);
	err_wrap(&what, what.code, "snapshot %.8s", hex);
	if (e && e->trouble)
		e->trouble(e->context, path, &what);
}

static enum err_code count_chunk(struct counting *c, const struct lb_id *id,
                                 enum lb_chunk_type type, struct err *err)
{
	struct lb_stats *s = c->out;
	struct check_pack *pack;
	struct lb_place p;
	size_t count;
	enum err_code rc;

	if (check_mark_get(&c->j, id, type) != CHECK_UNKNOWN)
		return ERR_OK;
	rc = lb_index_find(lb_repo_index(c->j.repo), id, (uint8_t)type, &p, 1, &count,
	                   err);
	if (rc != ERR_OK)
		return rc;
	c->lacks = c->lacks || count == 0;
	if (count == 0)
		return ERR_OK;
	check_mark_set(&c->j, id, type, CHECK_LOST); /* counted */
	s->chunks++;
	s->bytes_unique += p.length;
	s->bytes_stored += (uint64_t)p.stored * p.length / p.group_length;
	pack = check_find_pack(&c->j, &p.pack);
	if (pack && !pack->seen) {
		pack->seen = true;
		s->packs++;
		s->pack_bytes += pack->size;
	}
	return ERR_OK;
}

static enum err_code get_node(const struct lb_id *id, enum lb_chunk_type type,
                              struct buf *out, void *context, struct err *err)
{
	struct counting *c = context;
	enum err_code rc = lb_reader_get(c->j.reader, id, (uint8_t)type, out, err);

	return rc == ERR_OK ? count_chunk(c, id, type, err) : rc;
}

static enum err_code count_piece(enum lb_chunk_type type, const struct lb_id *id,
                                 uint64_t length, void *context, struct err *err)
{
	(void)length;
	return count_chunk(context, id, type, err);
}

static enum err_code count_file(struct counting *c, const struct lb_walk_step *step,
                                struct err *err)
{
	struct err fault = ERR_INIT;
	enum err_code rc;

	c->lacks = false;
	rc = lb_map_each(c->map, &step->entry, count_piece, c, &fault);
	if (rc == ERR_OK && c->lacks)
		rc = err_set(&fault, ERR_CORRUPT,
		             "a chunk is stored nowhere; `lifeboat check` tells more");
	if (!check_is_damage(rc))
		return rc == ERR_OK ? rc : err_set(err, rc, "%s", fault.msg);
	tell(c, step->path, &fault);
	return ERR_OK;
}

/* A folder whose root was counted has been walked before: by another snapshot, or at
 * another place of this one. */
static enum err_code count_entry(struct counting *c, const struct lb_walk_step *step,
                                 struct err *err)
{
	check_progress(&c->j, step->path);
	if (step->entry.type == LB_ENTRY_FILE)
		return count_file(c, step, err);
	if (step->entry.type == LB_ENTRY_FOLDER &&
	    check_mark_get(&c->j, &step->entry.subtree, LB_CHUNK_TREE) != CHECK_UNKNOWN)
		lb_tree_walk_skip(c->walk);
	return ERR_OK;
}

static enum err_code walk(struct counting *c, const struct lb_id *root, struct err *err)
{
	struct lb_walk_step step = { .event = LB_WALK_ENTRY };
	enum err_code rc = ERR_OK;

	if (check_mark_get(&c->j, root, LB_CHUNK_TREE) != CHECK_UNKNOWN)
		return ERR_OK;
	lb_tree_walk_start(c->walk, root);
	while (rc == ERR_OK && step.event != LB_WALK_END) {
		struct err fault = ERR_INIT;

		rc = lb_tree_walk_next(c->walk, &step, &fault);
		if (check_is_damage(rc)) {
			tell(c, step.path, &fault);
			step.event = LB_WALK_LEAVE; /* the walk goes on */
			rc = ERR_OK;
		} else if (rc != ERR_OK) {
			return err_set(err, rc, "%s", fault.msg);
		} else if (step.event == LB_WALK_ENTRY) {
			rc = count_entry(c, &step, err);
		}
		if (rc == ERR_OK)
			rc = check_go_on(&c->j, err);
	}
	return rc;
}

static bool is_asked_for(const struct lb_id16 *ids, size_t count,
                         const struct lb_id16 *id)
{
	for (size_t i = 0; i < count; i++)
		if (lb_id16_eq(&ids[i], id))
			return true;
	return ids == NULL;
}

static enum err_code count_snapshot(struct counting *c, const struct lb_snapshot_ref *in,
                                    struct err *err)
{
	const struct lb_snapshot *s = in->snapshot;
	struct err fault;

	c->in = in;
	if (in->malformed) {
		err_set(&fault, ERR_CORRUPT, "%.*s", (int)s->description.len,
		        s->description.ptr);
		tell(c, SPAN_EMPTY, &fault);
		return ERR_OK;
	}
	c->out->snapshots++;
	c->out->files += s->figures.files;
	c->out->folders += s->figures.folders;
	c->out->others += s->figures.others;
	c->out->bytes_restored += s->figures.bytes;
	return walk(c, &s->root, err);
}

static enum err_code open_parts(struct counting *c, struct err *err)
{
	struct lb_tree_source source = { .get = get_node, .context = c };
	enum err_code rc = check_index_packs(&c->j, err);

	if (rc == ERR_OK)
		rc = check_chunks_open(&c->j, err);
	if (rc == ERR_OK)
		rc = lb_tree_walk_new(&c->walk, &source, err);
	if (rc == ERR_OK)
		rc = lb_map_iter_new(&c->map, &source, err);
	return rc;
}

enum err_code lb_stats_of(struct lb_repo *repo, const struct lb_id16 *ids, size_t count,
                          const struct lb_events *events, const struct cancel *cancel,
                          struct lb_stats *out, struct err *err)
{
	struct lb_check_options o = { .events = events, .cancel = cancel };
	struct lb_check_result unused;
	struct counting c = { .out = out };
	struct lb_snapshots all = { .refs = NULL };
	enum err_code rc;

	*out = (struct lb_stats){ .snapshots = 0 };
	check_init(&c.j, repo, &o, &unused);
	rc = open_parts(&c, err);
	if (rc == ERR_OK)
		rc = lb_snapshots_load(&all, lb_repo_state(repo), true, err);
	for (size_t i = 0; i < all.count && rc == ERR_OK; i++)
		if (is_asked_for(ids, count, &all.refs[i].id))
			rc = count_snapshot(&c, &all.refs[i], err);
	lb_snapshots_fini(&all);
	lb_map_iter_free(c.map);
	lb_tree_walk_free(c.walk);
	check_fini(&c.j);
	lb_check_result_fini(&unused);
	return rc;
}
