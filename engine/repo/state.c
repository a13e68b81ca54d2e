// SPDX-License-Identifier: Apache-2.0
#include "repo/state.h"

#include "base/mem.h"
#include "repo/mutate_internal.h"
#include "repo/state_internal.h"

#include <string.h>

enum err_code lb_state_new(struct lb_state **out, const struct lb_segment_source *source,
                           struct err *err)
{
	struct lb_state *s = mem_new(sizeof(*s));

	if (!s)
		return err_nomem(err);
	if (source)
		s->source = *source;
	lb_state_reset(s);
	*out = s;
	return ERR_OK;
}

void lb_state_reset(struct lb_state *s)
{
	s->head = LB_NO_SLOT;
	memset(&s->head_hash, 0, sizeof(s->head_hash));
	s->blocked = LB_NO_SLOT;
	s->blind = false;
	for (size_t i = 0; i < s->condemn_count; i++) {
		lb_ids_fini(&s->condemns[i].condemned);
		lb_ids_fini(&s->condemns[i].dead);
	}
	s->condemn_count = 0;
	s->writer_count = 0;
	s->malformed_count = 0;
	state_forget_packs(s);
	state_forget_segments(s);
	state_forget_snapshots(s);
}

void lb_state_free(struct lb_state *s)
{
	if (!s)
		return;
	lb_state_reset(s);
	map_fini(&s->segments);
	map_fini(&s->by_id);
	mem_free(s->packs);
	mem_free(s->table);
	mem_free(s->in_force);
	mem_free(s->snapshots);
	mem_free(s->kept);
	mem_free(s->condemns);
	mem_free(s->writers);
	mem_free(s->malformed);
	mem_free(s);
}

static void block(struct lb_state *s, const struct lb_record *r)
{
	if (s->blocked == LB_NO_SLOT)
		s->blocked = r->slot;
}

/* Keys */

static enum err_code add_key(struct lb_state *s, const struct lb_record *r,
                             struct err *err)
{
	struct lb_writer w = { .key = r->key, .removed = LB_NO_SLOT };
	enum err_code rc = lb_sign_writer(&w.id, &r->key.sign_public, err);

	if (rc != ERR_OK)
		return rc;
	if (lb_state_writer(s, &w.id))
		return ERR_OK; /* a key is added once, and never comes back */
	if (!mem_grow(&s->writers, s->writer_count, &s->writer_room, sizeof(w)))
		return err_nomem(err);
	s->writers[s->writer_count++] = w;
	return ERR_OK;
}

static enum err_code change_keys(struct lb_state *s, const struct lb_record *r,
                                 struct err *err)
{
	for (size_t i = 0; r->has_key_removed && i < s->writer_count; i++) {
		struct lb_writer *w = &s->writers[i];

		if (lb_id16_eq(&w->key.slot, &r->key_removed) && w->removed == LB_NO_SLOT)
			w->removed = r->slot;
	}
	/* Keys of a new data epoch: this program does not take them up, so it would store
	 * under the old one, and not see what others say. */
	if (r->epoch_keys.len > 0)
		block(s, r);
	return r->has_key ? add_key(s, r, err) : ERR_OK;
}

static enum err_code genesis(struct lb_state *s, const struct lb_record *r,
                             struct err *err)
{
	if (s->head != LB_NO_SLOT)
		return err_set(err, ERR_CORRUPT, "a second GENESIS");
	return change_keys(s, r, err);
}

/* Prune */

static struct lb_open *find_condemn(const struct lb_state *s, uint64_t slot)
{
	size_t low = 0, high = s->condemn_count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (s->condemns[mid].slot < slot)
			low = mid + 1;
		else
			high = mid;
	}
	if (low < s->condemn_count && s->condemns[low].slot == slot)
		return &s->condemns[low];
	return NULL;
}

static enum err_code condemn(struct lb_state *s, const struct lb_record *r,
                             struct err *err)
{
	struct lb_open c = { .slot = r->slot, .closed = LB_NO_SLOT };
	enum err_code rc = state_register(s, &r->segments, r->slot, err);

	if (rc != ERR_OK)
		return rc;
	if (!mem_grow(&s->condemns, s->condemn_count, &s->condemn_room, sizeof(c)) ||
	    !lb_ids_copy(&c.condemned, &r->condemned))
		return err_nomem(err);
	lb_ids_sort(&c.condemned);
	/* In the table before the packs are counted: a failure below is undone by reset.
	 */
	s->condemns[s->condemn_count++] = c;
	for (size_t i = 0; i < c.condemned.count; i++) {
		uint32_t pack;

		if (!state_intern(s, &c.condemned.ids[i], &pack))
			return err_nomem(err);
		s->packs[pack].open++;
		s->packs[pack].ever = true;
	}
	return ERR_OK;
}

/* Without the first SWEEP's privilege: what it spares now comes back to life. */
static void sweep_again(struct lb_state *s, struct lb_open *c, const struct lb_ids *dead)
{
	for (size_t i = 0; i < c->condemned.count; i++) {
		if (!lb_ids_has(dead, &c->condemned.ids[i]))
			s->packs[lb_state_pack(s, &c->condemned.ids[i])].dead =
				LB_NO_SLOT;
	}
}

/* The first SWEEP. Of its list (sorted, taken) only what was condemned counts: whoever
 * deletes what is dead goes by what stays of it. */
static void close_condemn(struct lb_state *s, struct lb_open *c, struct lb_ids *take_dead,
                          uint64_t slot)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->condemned.count; i++) {
		struct state_pack *p = &s->packs[lb_state_pack(s, &c->condemned.ids[i])];

		p->open--;
		if (lb_ids_has(take_dead, &c->condemned.ids[i]) && p->dead == LB_NO_SLOT)
			p->dead = slot;
	}
	for (size_t i = 0; i < take_dead->count; i++)
		if (lb_ids_has(&c->condemned, &take_dead->ids[i]))
			take_dead->ids[kept++] = take_dead->ids[i];
	take_dead->count = kept;
	c->closed = slot;
	c->dead = *take_dead;
}

static enum err_code sweep(struct lb_state *s, const struct lb_record *r, struct err *err)
{
	struct lb_open *c = find_condemn(s, r->judged);
	struct lb_ids dead = { 0 };

	if (!c || (c->closed != LB_NO_SLOT && !LB_MUTATED(LB_M_SWEEP_TWICE)))
		return ERR_OK; /* only the first one counts */
	if (!lb_ids_copy(&dead, &r->dead))
		return err_nomem(err);
	lb_ids_sort(&dead);
	if (c->closed != LB_NO_SLOT) {
		sweep_again(s, c, &dead);
		lb_ids_fini(&dead);
		return ERR_OK;
	}
	close_condemn(s, c, &dead, r->slot);
	return ERR_OK;
}

static enum err_code merge(struct lb_state *s, const struct lb_record *r, struct err *err)
{
	for (size_t i = 0; i < r->dropped.count; i++) {
		if (!lb_state_in_force(s, &r->dropped.ids[i]))
			return ERR_OK; /* somebody else merged them: void */
	}
	state_drop(s, &r->dropped);
	return state_register(s, &r->segments, r->slot, err);
}

/* The fold */

static enum err_code note_malformed(struct lb_state *s, const struct lb_record *r,
                                    struct err *err)
{
	if (!mem_grow(&s->malformed, s->malformed_count, &s->malformed_room,
	              sizeof(*s->malformed)))
		return err_nomem(err);
	s->malformed[s->malformed_count++] = (struct lb_malformed){ r->slot, r->writer };
	return ERR_OK;
}

/* FORGET and META: one that says nothing does nothing. */
static enum err_code apply_private(struct lb_state *s, const struct lb_record *r,
                                   struct err *err)
{
	struct err fault = ERR_INIT;
	enum err_code rc;

	if (r->malformed)
		return ERR_OK;
	if (r->private_state != LB_PRIVATE_OPEN) {
		s->blind = s->blind || r->private_state == LB_PRIVATE_CLOSED;
		return ERR_OK;
	}
	rc = r->type == LB_FORGET ? state_forget(s, r, &fault) : state_meta(s, r, &fault);
	if (rc == ERR_CORRUPT)
		return note_malformed(s, r, err);
	return rc == ERR_OK ? rc : err_set(err, rc, "%s", fault.msg);
}

static enum err_code apply(struct lb_state *s, const struct lb_record *r, struct err *err)
{
	if (s->head == LB_NO_SLOT && r->type != LB_GENESIS)
		return err_set(err, ERR_CORRUPT, "the log does not start with GENESIS");
	switch (r->type) {
	case LB_GENESIS:
		return genesis(s, r, err);
	case LB_COMMIT:
		s->blind = s->blind || r->private_state == LB_PRIVATE_CLOSED;
		return state_commit(s, r, err);
	case LB_FORGET:
	case LB_META:
		return apply_private(s, r, err);
	case LB_CONDEMN:
		return condemn(s, r, err);
	case LB_SWEEP:
		return sweep(s, r, err);
	case LB_MERGE:
		return merge(s, r, err);
	case LB_KEYS:
		return change_keys(s, r, err);
	case LB_SEAL:
	case LB_VOID:
		return ERR_OK;
	default:
		if (r->flags & LB_RECORD_CRITICAL)
			block(s, r);
		return ERR_OK;
	}
}

enum err_code lb_state_apply(struct lb_state *s, const struct lb_record *r,
                             struct err *err)
{
	enum err_code rc = r->is_void ? ERR_OK : apply(s, r, err);

	if (rc == ERR_OK && r->malformed)
		rc = note_malformed(s, r, err);
	if (rc != ERR_OK)
		return rc;
	s->head = r->slot;
	s->head_hash = r->hash;
	return ERR_OK;
}

/* What it knows */

uint64_t lb_state_head(const struct lb_state *s)
{
	return s->head;
}

const struct lb_id *lb_state_head_hash(const struct lb_state *s)
{
	return &s->head_hash;
}

uint64_t lb_state_blocked(const struct lb_state *s)
{
	return s->blocked;
}

bool lb_state_blind(const struct lb_state *s)
{
	return s->blind;
}

const struct lb_writer *lb_state_writer(const struct lb_state *s,
                                        const struct lb_id16 *id)
{
	for (size_t i = 0; i < s->writer_count; i++) {
		if (lb_id16_eq(&s->writers[i].id, id))
			return &s->writers[i];
	}
	return NULL;
}

const struct lb_writer *lb_state_writers(const struct lb_state *s, size_t *count)
{
	*count = s->writer_count;
	return s->writers;
}

const struct lb_malformed *lb_state_malformed(const struct lb_state *s, size_t *count)
{
	*count = s->malformed_count;
	return s->malformed;
}

const struct lb_open *lb_state_condemns(const struct lb_state *s, size_t *count)
{
	*count = s->condemn_count;
	return s->condemns;
}

const struct lb_open *lb_state_condemn(const struct lb_state *s, uint64_t slot)
{
	return find_condemn(s, slot);
}
