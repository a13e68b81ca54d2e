// SPDX-License-Identifier: Apache-2.0
/* Snapshots of the state: COMMIT, FORGET, META. */
#include "base/mem.h"
#include "repo/state_internal.h"

#include <string.h>

static size_t position_of(const struct lb_state *s, struct span id)
{
	uintptr_t found = (uintptr_t)map_get(&s->by_id, id);

	return found != 0 ? (size_t)found - 1 : SIZE_MAX;
}

static void *as_value(size_t position)
{
	return (void *)(uintptr_t)(position + 1);
}

/* What removes snapshots is the right of those who prune. Whoever may only store takes
 * the place of his own unfinished ones; else a stolen client could end all of them. */
static bool may_remove(const struct lb_state *s, const struct lb_record *r,
                       const struct lb_live *old)
{
	const struct lb_writer *w = lb_state_writer(s, &r->writer);

	if (r->type == LB_FORGET || (w && (w->key.roles & LB_ROLE_PRUNE)))
		return true;
	return lb_id16_eq(&old->writer, &r->writer) && lb_record_partial(old->fields);
}

/* Marks the live ones among the ids as removed; ids nobody knows are passed over. */
static void remove_all(struct lb_state *s, struct span ids, const struct lb_record *r)
{
	for (size_t i = 0; i + LB_ID16 <= ids.len; i += LB_ID16) {
		size_t at = position_of(s, span_sub(ids, i, LB_ID16));

		if (at != SIZE_MAX && s->snapshots[at].removed == LB_NO_SLOT &&
		    may_remove(s, r, &s->snapshots[at]))
			s->snapshots[at].removed = r->slot;
	}
}

static enum err_code add_snapshot(struct lb_state *s, const struct lb_record *r,
                                  struct err *err)
{
	struct span fields = buf_span(&r->private_part);
	struct lb_live *l;
	char *copy;

	if (!mem_grow(&s->snapshots, s->snapshot_count, &s->snapshot_room,
	              sizeof(*s->snapshots)) ||
	    !mem_grow(&s->kept, s->snapshot_count, &s->kept_room, sizeof(*s->kept)))
		return err_nomem(err);
	copy = mem_dup(fields);
	if (!copy ||
	    !map_set(&s->by_id, lb_id16_span(&r->nonce), as_value(s->snapshot_count))) {
		mem_free(copy);
		return err_nomem(err);
	}
	s->kept[s->snapshot_count] = (struct state_kept){ .fields = copy };
	l = &s->snapshots[s->snapshot_count++];
	*l = (struct lb_live){
		.id = r->nonce,
		.committed = r->slot,
		.removed = LB_NO_SLOT,
		.session = r->session,
		.writer = r->writer,
		.readable = r->private_state == LB_PRIVATE_OPEN,
		.fields = span_of(copy, fields.len),
	};
	return ERR_OK;
}

enum err_code state_commit(struct lb_state *s, const struct lb_record *r, struct err *err)
{
	struct span replaced = SPAN_EMPTY;
	enum err_code rc = ERR_OK;

	if (position_of(s, lb_id16_span(&r->nonce)) != SIZE_MAX)
		return ERR_OK; /* a nonce is used once: void */
	/* What only readers see must not break the log for them: a malformed snapshot is
	 * one that cannot be restored, and replaces nothing. */
	if (r->private_state == LB_PRIVATE_OPEN &&
	    lb_record_get_replaced(r, &replaced, NULL) != ERR_OK)
		replaced = SPAN_EMPTY;
	if (rc == ERR_OK)
		rc = state_register(s, &r->segments, r->slot, err);
	if (rc == ERR_OK && r->private_state != LB_PRIVATE_NONE)
		rc = add_snapshot(s, r, err);
	if (rc == ERR_OK)
		remove_all(s, replaced, r);
	return rc;
}

enum err_code state_forget(struct lb_state *s, const struct lb_record *r, struct err *err)
{
	struct span ids;
	enum err_code rc = lb_record_get_forget(r, &ids, err);

	if (rc == ERR_OK)
		remove_all(s, ids, r);
	return rc;
}

enum err_code state_meta(struct lb_state *s, const struct lb_record *r, struct err *err)
{
	struct state_kept *kept;
	struct lb_id16 id;
	struct span fields;
	enum err_code rc;
	char *copy;
	size_t at;

	rc = lb_record_get_meta(r, &id, &fields, err);
	if (rc != ERR_OK)
		return rc;
	at = position_of(s, lb_id16_span(&id));
	if (at == SIZE_MAX)
		return ERR_OK;
	kept = &s->kept[at];
	copy = mem_dup(fields);
	if (!copy || !mem_grow(&kept->metas, kept->meta_count, &kept->meta_room,
	                       sizeof(*kept->metas))) {
		mem_free(copy);
		return err_nomem(err);
	}
	kept->metas[kept->meta_count++] = (struct lb_meta){
		.fields = span_of(copy, fields.len),
		.slot = r->slot,
		.writer = r->writer,
	};
	return ERR_OK;
}

void state_forget_snapshots(struct lb_state *s)
{
	for (size_t i = 0; i < s->snapshot_count; i++) {
		struct state_kept *kept = &s->kept[i];

		for (size_t j = 0; j < kept->meta_count; j++) {
			void *bytes;

			memcpy(&bytes, &kept->metas[j].fields.ptr, sizeof(bytes));
			mem_free(bytes);
		}
		mem_free(kept->metas);
		mem_free(kept->fields);
	}
	s->snapshot_count = 0;
	map_fini(&s->by_id);
	map_init(&s->by_id);
}

const struct lb_live *lb_state_snapshots(const struct lb_state *s, size_t *count)
{
	*count = s->snapshot_count;
	return s->snapshots;
}

const struct lb_live *lb_state_snapshot(const struct lb_state *s,
                                        const struct lb_id16 *id)
{
	size_t at = position_of(s, lb_id16_span(id));

	return at != SIZE_MAX ? &s->snapshots[at] : NULL;
}

bool lb_live_at(const struct lb_live *l, uint64_t slot)
{
	return l->committed < slot && l->removed >= slot;
}

const struct lb_meta *lb_state_meta(const struct lb_state *s, const struct lb_id16 *id,
                                    size_t nth)
{
	size_t at = position_of(s, lb_id16_span(id));

	if (at == SIZE_MAX || nth >= s->kept[at].meta_count)
		return NULL;
	return &s->kept[at].metas[nth];
}
