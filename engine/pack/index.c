// SPDX-License-Identifier: Apache-2.0
#include "pack/index.h"

#include "base/mem.h"
#include "os/fs.h"
#include "os/mapped.h"
#include "pack/index_internal.h"
#include "pack/keyring.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

static void must(int rc)
{
	assert(rc == 0);
	(void)rc;
}

void index_lock_change(struct lb_index *ix)
{
	must(pthread_mutex_lock(&ix->change));
}

bool index_try_change(struct lb_index *ix)
{
	int rc = pthread_mutex_lock(&ix->change);

	assert(rc == 0 || rc == EDEADLK);
	return rc == 0;
}

void index_unlock_change(struct lb_index *ix)
{
	must(pthread_mutex_unlock(&ix->change));
}

void index_read(struct lb_index *ix)
{
	must(pthread_rwlock_rdlock(&ix->lock));
}

void index_write(struct lb_index *ix)
{
	must(pthread_rwlock_wrlock(&ix->lock));
}

void index_unlock(struct lb_index *ix)
{
	must(pthread_rwlock_unlock(&ix->lock));
}

void index_lock_table(struct lb_index *ix)
{
	must(pthread_mutex_lock(&ix->table));
}

void index_unlock_table(struct lb_index *ix)
{
	must(pthread_mutex_unlock(&ix->table));
}

enum err_code index_wrap(const struct lb_index *ix, enum err_code rc, struct err *err)
{
	return err_wrap(err, rc, "cached index in %s", buf_str(&ix->dir));
}

bool index_barred(const struct lb_index *ix, const struct lb_id *pack)
{
	return ix->barred.count > 0 && map_has(&ix->barred, lb_id_span(pack));
}

static void init_locks(struct lb_index *ix)
{
	pthread_mutexattr_t attr;

	must(pthread_mutexattr_init(&attr));
	must(pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK));
	must(pthread_mutex_init(&ix->change, &attr));
	must(pthread_mutexattr_destroy(&attr));
	must(pthread_rwlock_init(&ix->lock, NULL));
	must(pthread_mutex_init(&ix->table, NULL));
}

static enum err_code make_dir(struct lb_index *ix, const char *cache_dir, struct err *err)
{
	ix->private_dir = !cache_dir;
	if (!cache_dir)
		return os_mkdtemp(NULL, "lifeboat-index-", &ix->dir, err);
	buf_puts(&ix->dir, cache_dir);
	if (!buf_ok(&ix->dir))
		return err_nomem(err);
	return os_mkdirs(cache_dir, 0700, err);
}

enum err_code lb_index_open(struct lb_index **out, const char *cache_dir,
                            const struct lb_keyring *k, struct lb_backend *backend,
                            struct err *err)
{
	struct lb_index *ix = mem_new(sizeof(*ix));
	enum err_code rc;

	if (!ix)
		return err_nomem(err);
	ix->keys = k;
	ix->backend = backend;
	init_locks(ix);
	if ((rc = make_dir(ix, cache_dir, err)) != ERR_OK ||
	    (rc = lb_own_new(&ix->active, err)) != ERR_OK ||
	    (rc = index_open_cache(ix, err)) != ERR_OK)
		goto out;
	*out = ix;
	ix = NULL;
out:
	lb_index_free(ix);
	return rc;
}

void index_slot_fini(struct index_slot *s)
{
	lb_run_free(s->run);
	mem_free(s->path);
	mem_free(s->segments);
	mem_free(s->live);
	mem_free(s->flags);
	memset(s, 0, sizeof(*s));
}

void lb_index_free(struct lb_index *ix)
{
	struct err ignored = ERR_INIT;

	if (!ix)
		return;
	for (size_t i = 0; i < ix->count; i++)
		index_slot_fini(&ix->slots[i]);
	mem_free(ix->slots);
	lb_own_free(ix->active);
	lb_own_free(ix->frozen);
	map_fini(&ix->barred);
	mem_free(ix->missing);
	/* Own runs have no name any more, so a failure leaves little behind. */
	if (ix->private_dir && ix->dir.len > 0 &&
	    os_remove_tree(buf_str(&ix->dir), &ignored) != ERR_OK)
		buf_clear(&ix->dir);
	buf_fini(&ix->dir);
	must(pthread_mutex_destroy(&ix->change));
	must(pthread_rwlock_destroy(&ix->lock));
	must(pthread_mutex_destroy(&ix->table));
	mem_free(ix);
}

void index_number(struct lb_index *ix)
{
	uint64_t base = 0;

	for (size_t i = 0; i < ix->count; i++) {
		ix->slots[i].base = base;
		base += lb_run_rows(ix->slots[i].run);
	}
}

/* What the index knows of the run's packs and segments. */
static enum err_code slot_tables(struct lb_index *ix, struct index_slot *s, bool live,
                                 struct err *err)
{
	size_t segments = lb_run_segments(s->run);
	struct span name;
	size_t at = 0;
	void *value;
	enum err_code rc;

	mem_free(s->segments);
	mem_free(s->live);
	mem_free(s->flags);
	s->segments = mem_new(segments * sizeof(*s->segments));
	s->live = mem_new(segments * sizeof(*s->live));
	s->flags = mem_new(lb_run_packs(s->run));
	if (!s->segments || !s->live || !s->flags)
		return err_nomem(err);
	for (size_t i = 0; i < segments; i++) {
		if ((rc = lb_run_segment(s->run, i, &s->segments[i], err)) != ERR_OK)
			return rc;
		s->live[i] = live;
	}
	while (map_next(&ix->barred, &at, &name, &value)) {
		struct lb_id id;
		size_t first;
		size_t count;

		memcpy(id.b, name.ptr, LB_ID);
		rc = lb_run_find_pack(s->run, &id, &first, &count, err);
		if (rc != ERR_OK)
			return rc;
		for (size_t i = 0; i < count; i++)
			s->flags[first + i] |= INDEX_BARRED;
	}
	return ERR_OK;
}

enum err_code index_install(struct lb_index *ix, struct index_slot *slot, bool live,
                            struct err *err)
{
	enum err_code rc = slot_tables(ix, slot, live, err);
	bool room;

	if (rc != ERR_OK)
		return rc;
	index_write(ix);
	room = mem_grow(&ix->slots, ix->count, &ix->cap, sizeof(*ix->slots));
	if (room) {
		ix->slots[ix->count++] = *slot;
		index_number(ix);
	}
	index_unlock(ix);
	if (!room)
		return err_nomem(err);
	memset(slot, 0, sizeof(*slot));
	return ERR_OK;
}

static void retire(struct index_slot *s)
{
	if (s->path)
		os_discard(s->path);
	index_slot_fini(s);
}

enum err_code index_replace(struct lb_index *ix, size_t from, size_t to,
                            struct index_slot *slot, struct err *err)
{
	struct index_slot *old = NULL;
	enum err_code rc = slot_tables(ix, slot, true, err);

	if (rc != ERR_OK)
		return rc;
	if (!mem_array(&old, to - from, sizeof(*old)))
		return err_nomem(err);
	index_write(ix);
	memcpy(old, &ix->slots[from], (to - from) * sizeof(*old));
	ix->slots[from] = *slot;
	memmove(&ix->slots[from + 1], &ix->slots[to],
	        (ix->count - to) * sizeof(*ix->slots));
	ix->count -= to - from - 1;
	index_number(ix);
	index_unlock(ix);
	memset(slot, 0, sizeof(*slot));
	for (size_t i = 0; i < to - from; i++)
		retire(&old[i]);
	mem_free(old);
	return ERR_OK;
}

void index_remove(struct lb_index *ix, size_t i)
{
	struct index_slot s;

	index_write(ix);
	s = ix->slots[i];
	memmove(&ix->slots[i], &ix->slots[i + 1],
	        (ix->count - i - 1) * sizeof(*ix->slots));
	ix->count--;
	index_number(ix);
	index_unlock(ix);
	retire(&s);
}

/* Marks the segment in the first run that has it; false if none has. */
static bool mark_live(struct lb_index *ix, const struct lb_id *name, bool live)
{
	bool found = false;

	index_write(ix);
	for (size_t i = 0; i < ix->count && !(found && live); i++) {
		struct index_slot *s = &ix->slots[i];

		for (size_t j = 0; j < lb_run_segments(s->run); j++) {
			if (!lb_id_eq(&s->segments[j], name))
				continue;
			s->live[j] = live;
			found = true;
			break;
		}
	}
	index_unlock(ix);
	return found;
}

/* Is it in force in some run already? */
static bool is_live(const struct lb_index *ix, const struct lb_id *name)
{
	for (size_t i = 0; i < ix->count; i++) {
		const struct index_slot *s = &ix->slots[i];

		for (size_t j = 0; j < lb_run_segments(s->run); j++) {
			if (s->live[j] && lb_id_eq(&s->segments[j], name))
				return true;
		}
	}
	return false;
}

static void drop_useless(struct lb_index *ix)
{
	for (size_t i = ix->count; i-- > 0;) {
		const struct index_slot *s = &ix->slots[i];
		size_t useful = 0;

		for (size_t j = 0; s->own && j < lb_run_packs(s->run); j++)
			useful += !(s->flags[j] & INDEX_HIDDEN);
		for (size_t j = 0; j < lb_run_segments(s->run); j++)
			useful += s->live[j];
		if (useful == 0)
			index_remove(ix, i);
	}
}

/* Is the pack in a segment in force? */
static enum err_code in_force(struct lb_index *ix, const struct lb_id *name, bool *yes,
                              struct err *err)
{
	*yes = false;
	for (size_t i = 0; i < ix->count && !*yes; i++) {
		struct index_slot *s = &ix->slots[i];
		size_t first;
		size_t count;
		enum err_code rc;

		if (s->own)
			continue;
		if ((rc = lb_run_find_pack(s->run, name, &first, &count, err)) != ERR_OK)
			return rc;
		for (size_t j = 0; j < count; j++) {
			struct lb_run_pack p;

			if ((rc = lb_run_pack(s->run, first + j, &p, err)) != ERR_OK)
				return rc;
			*yes = *yes || s->live[p.segment];
		}
	}
	return ERR_OK;
}

/* Own packs whose segment came into force are not told twice. */
static enum err_code hide_own(struct lb_index *ix, struct err *err)
{
	for (size_t i = 0; i < ix->count; i++) {
		struct index_slot *s = &ix->slots[i];

		for (size_t j = 0; s->own && j < lb_run_packs(s->run); j++) {
			struct lb_run_pack p;
			bool yes;
			enum err_code rc;

			if ((rc = lb_run_pack(s->run, j, &p, err)) != ERR_OK ||
			    (rc = in_force(ix, &p.name, &yes, err)) != ERR_OK)
				return rc;
			index_write(ix);
			if (yes)
				s->flags[j] |= INDEX_HIDDEN;
			index_unlock(ix);
		}
	}
	return ERR_OK;
}

static void forget_missing(struct lb_index *ix, const struct lb_id *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t j = ix->missing_count; j-- > 0;) {
			if (lb_id_eq(&ix->missing[j], &names[i]))
				ix->missing[j] = ix->missing[--ix->missing_count];
		}
	}
}

/* Those of the added segments that no run has. */
static enum err_code add_segments(struct lb_index *ix, const struct lb_index_change *c,
                                  struct err *err)
{
	struct lb_id *rest = NULL;
	size_t count = 0;
	enum err_code rc;

	if (c->add_count > 0 && !mem_array(&rest, c->add_count, sizeof(*rest)))
		return err_nomem(err);
	for (size_t i = 0; i < c->add_count; i++) {
		if (!is_live(ix, &c->add[i]) && !mark_live(ix, &c->add[i], true))
			rest[count++] = c->add[i];
	}
	drop_useless(ix);
	rc = index_load_segments(ix, rest, count, err);
	mem_free(rest);
	return rc;
}

static enum err_code update(struct lb_index *ix, const struct lb_index_change *c,
                            struct err *err)
{
	enum err_code loaded;
	enum err_code rc;

	forget_missing(ix, c->add, c->add_count);
	forget_missing(ix, c->drop, c->drop_count);
	for (size_t i = 0; i < c->drop_count; i++)
		(void)mark_live(ix, &c->drop[i], false); /* unknown: nothing to drop */
	if (c->add_count > 0 && (rc = index_flush(ix, err)) != ERR_OK)
		return rc;
	loaded = add_segments(ix, c, err);
	if ((rc = hide_own(ix, loaded == ERR_OK ? err : NULL)) == ERR_OK) {
		drop_useless(ix);
		rc = index_settle(ix, loaded == ERR_OK ? err : NULL);
	}
	return loaded != ERR_OK ? loaded : rc;
}

enum err_code lb_index_update(struct lb_index *ix, const struct lb_index_change *change,
                              struct err *err)
{
	enum err_code rc;

	index_lock_change(ix);
	rc = update(ix, change, err);
	/* A damaged cache shows itself at any read; once it is gone, all is loaded anew.
	 */
	if (rc == ERR_CORRUPT && ix->missing_count == 0 &&
	    (rc = index_check_runs(ix, err)) == ERR_OK)
		rc = update(ix, change, err);
	index_unlock_change(ix);
	return rc;
}

size_t lb_index_missing(const struct lb_index *ix)
{
	return ix->missing_count;
}

static enum err_code bar(struct lb_index *ix, const struct lb_id *pack, bool usable,
                         struct err *err)
{
	enum err_code rc = ERR_OK;

	if (usable)
		map_remove(&ix->barred, lb_id_span(pack));
	else if (!map_set(&ix->barred, lb_id_span(pack), NULL))
		return err_nomem(err);
	for (size_t i = 0; i < ix->count; i++) {
		struct index_slot *s = &ix->slots[i];
		size_t first;
		size_t count;

		if ((rc = lb_run_find_pack(s->run, pack, &first, &count, err)) != ERR_OK)
			return rc;
		for (size_t j = first; j < first + count; j++) {
			if (usable)
				s->flags[j] &= (unsigned char)~INDEX_BARRED;
			else
				s->flags[j] |= INDEX_BARRED;
		}
	}
	return ERR_OK;
}

enum err_code lb_index_set_usable(struct lb_index *ix, const struct lb_id *pack,
                                  bool usable, struct err *err)
{
	enum err_code rc;

	index_lock_change(ix);
	for (int turn = 0; turn < 2; turn++) {
		index_write(ix);
		rc = bar(ix, pack, usable, err);
		index_unlock(ix);
		if (rc != ERR_CORRUPT || turn > 0 ||
		    (rc = index_check_runs(ix, err)) != ERR_OK)
			break;
	}
	index_unlock_change(ix);
	return rc;
}

enum err_code lb_index_flush(struct lb_index *ix, struct err *err)
{
	enum err_code rc;

	index_lock_change(ix);
	if ((rc = index_flush(ix, err)) == ERR_OK)
		rc = index_settle(ix, err);
	index_unlock_change(ix);
	return rc;
}

void lb_index_end_session(struct lb_index *ix)
{
	struct lb_own *frozen;

	index_lock_change(ix);
	index_write(ix);
	lb_own_clear(ix->active);
	frozen = ix->frozen;
	ix->frozen = NULL;
	index_unlock(ix);
	lb_own_free(frozen);
	for (size_t i = ix->count; i-- > 0;)
		if (ix->slots[i].own)
			index_remove(ix, i);
	index_unlock_change(ix);
}

uint64_t lb_index_rows(struct lb_index *ix)
{
	uint64_t rows = 0;

	index_read(ix);
	for (size_t i = 0; i < ix->count; i++)
		rows += lb_run_rows(ix->slots[i].run);
	index_unlock(ix);
	return rows;
}
