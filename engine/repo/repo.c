// SPDX-License-Identifier: Apache-2.0
#include "repo/repo.h"

#include "backend/backend.h"
#include "base/map.h"
#include "base/mem.h"
#include "os/clock.h"
#include "os/fs.h"
#include "os/random.h"
#include "pack/index.h"
#include "pack/object.h"
#include "pack/reader.h"
#include "pack/segment.h"
#include "repo/keys.h"
#include "repo/keyset.h"
#include "repo/log.h"
#include "repo/record_seal.h"

#include <pthread.h>
#include <time.h>

struct lb_repo {
	struct lb_backend *backend;
	struct lb_config config;
	struct lb_keyset *keyset;
	struct lb_keyring *keyring;
	struct lb_id16 slot;
	struct lb_sign_key sign;
	char *cache_dir; /* NULL: none */
	struct lb_list_files lists;
	struct lb_record_sealer sealer;
	struct lb_log *log;
	struct lb_index *index;
	struct map known;        /* segments that the index has; values are not used */
	struct map unusable;     /* packs that the index was told of */
	struct lb_id16 *skipped; /* slots that open, but whose keys do not count */
	size_t skipped_count;
	size_t skipped_cap;
	uint64_t spent;                /* on opening slots */
	struct lb_repo_faults *faults; /* while a damaged one is opened */
	pthread_mutex_t reading_on;    /* held by the reader that does */
	uint64_t read_on;              /* how often there was something new */
};

/* ---- log and index ---- */

/* Does this say that an object is not there, or not what it was? */
static bool lost(enum err_code rc)
{
	return rc == ERR_NOT_FOUND || rc == ERR_CORRUPT || rc == ERR_LIMIT;
}

/* The packs of a segment, for the fold over the log. A damaged one is as good as gone:
 * one bad file must not close the repository. */
static enum err_code segment_packs(void *context, const struct lb_id *segment,
                                   struct lb_ids *out, struct err *err)
{
	struct lb_repo *r = context;
	struct buf sealed = BUF_INIT;
	struct buf plain = BUF_INIT;
	struct lb_segment_view view;
	char key[LB_STORE_KEY];
	enum err_code rc;

	lb_segment_store_key(segment, key);
	rc = lb_backend_get(r->backend, key, lb_object_sealed_max(LB_SEGMENT_PLAIN_MAX),
	                    &sealed, err);
	if (rc == ERR_OK)
		rc = lb_object_open(r->keyring, LB_OBJECT_SEGMENT, segment,
		                    buf_span(&sealed), LB_SEGMENT_PLAIN_MAX, &plain, err);
	if (rc == ERR_OK)
		rc = lb_segment_view_init(buf_span(&plain), &view, err);
	for (size_t i = 0; rc == ERR_OK && i < view.pack_count; i++) {
		struct lb_segment_pack pack;

		lb_segment_view_pack(&view, i, &pack);
		if (!lb_ids_add(out, &pack.name))
			rc = err_nomem(err);
	}
	buf_fini(&plain);
	buf_fini(&sealed);
	return lost(rc) ? ERR_NOT_FOUND : rc;
}

/* Two writers that meet at a slot part at random. */
static void wait_a_little(void *context, unsigned attempt)
{
	uint32_t random;
	struct timespec t = { 0, 0 };

	(void)context;
	os_random(&random, sizeof random);
	t.tv_nsec = (long)(random % (1000000u << (attempt < 6 ? attempt : 6)));
	nanosleep(&t, NULL);
}

static enum err_code open_log(struct lb_repo *r, struct err *err)
{
	struct lb_log_options o = {
		.backend = r->backend,
		.segments = { .context = r, .packs = segment_packs },
		.repository = r->config.repo,
		.cache_dir = r->cache_dir,
		.pause = wait_a_little,
	};

	r->lists = (struct lb_list_files){ r->backend, r->keyring };
	r->sealer = (struct lb_record_sealer){ .keyring = r->keyring,
		                               .sign = &r->sign,
		                               .has_genesis = true,
		                               .genesis = r->keyset->genesis,
		                               .config = &r->config };
	o.codec = lb_record_codec_of(&r->sealer);
	o.lists = lb_list_store_of(&r->lists);
	return lb_log_open(&r->log, &o, err);
}

struct segment_change {
	struct lb_ids add;
	struct lb_ids drop;
};

/* What came into force since the last time, and what went out of it. */
static enum err_code find_change(struct lb_repo *r, struct segment_change *c,
                                 struct err *err)
{
	const struct lb_state *s = lb_log_state(r->log);
	size_t count;
	const struct lb_id *force = lb_state_segments(s, &count);
	struct span key;
	void *value;
	size_t at = 0;

	for (size_t i = 0; i < count; i++)
		if (!map_has(&r->known, lb_id_span(&force[i])) &&
		    !lb_ids_add(&c->add, &force[i]))
			return err_nomem(err);
	while (map_next(&r->known, &at, &key, &value)) {
		struct lb_id id;

		for (size_t i = 0; i < sizeof id.b; i++)
			id.b[i] = (unsigned char)key.ptr[i];
		if (!lb_state_in_force(s, &id) && !lb_ids_add(&c->drop, &id))
			return err_nomem(err);
	}
	return ERR_OK;
}

static enum err_code note_change(struct lb_repo *r, const struct segment_change *c,
                                 struct err *err)
{
	for (size_t i = 0; i < c->drop.count; i++)
		map_remove(&r->known, lb_id_span(&c->drop.ids[i]));
	for (size_t i = 0; i < c->add.count; i++)
		if (!map_set(&r->known, lb_id_span(&c->add.ids[i]), r))
			return err_nomem(err);
	return ERR_OK;
}

static enum err_code mark_pack(struct lb_repo *r, const struct lb_id *pack, bool usable,
                               struct err *err)
{
	struct span name = lb_id_span(pack);

	if (usable == !map_has(&r->unusable, name))
		return ERR_OK;
	if (usable)
		map_remove(&r->unusable, name);
	else if (!map_set(&r->unusable, name, r))
		return err_nomem(err);
	return lb_index_set_usable(r->index, pack, usable, err);
}

static enum err_code mark_usable(struct lb_repo *r, struct err *err)
{
	const struct lb_state *s = lb_log_state(r->log);
	size_t count = lb_state_packs(s);
	enum err_code rc = ERR_OK;

	for (uint32_t p = 0; p < count && rc == ERR_OK; p++)
		rc = mark_pack(r, lb_state_pack_name(s, p),
		               !lb_state_ever_condemned(s, p), err);
	return rc;
}

/* What can be read of the segments is in the index whatever this says. */
static enum err_code update_index(struct lb_repo *r, const struct lb_index_change *change,
                                  struct err *err)
{
	struct err fault = ERR_INIT;
	enum err_code rc = lb_index_update(r->index, change, &fault);

	if (lost(rc) && lb_index_missing(r->index) > 0) {
		if (r->faults)
			r->faults->index = fault;
		return ERR_OK;
	}
	return rc == ERR_OK ? ERR_OK : err_set(err, rc, "%s", fault.msg);
}

enum err_code lb_repo_refresh_index(struct lb_repo *r, struct err *err)
{
	struct segment_change c = { 0 };
	struct lb_index_change change;
	enum err_code rc = find_change(r, &c, err);

	change = (struct lb_index_change){ .add = c.add.ids,
		                           .add_count = c.add.count,
		                           .drop = c.drop.ids,
		                           .drop_count = c.drop.count };
	if (rc == ERR_OK)
		rc = update_index(r, &change, err);
	if (rc == ERR_OK)
		rc = note_change(r, &c, err);
	if (rc == ERR_OK)
		rc = mark_usable(r, err);
	lb_ids_fini(&c.add);
	lb_ids_fini(&c.drop);
	return rc;
}

/* A segment may go, dropped by a merge, between the look at the log and the look at it;
 * then the log has moved on. */
enum err_code lb_repo_refresh(struct lb_repo *r, struct err *err)
{
	uint64_t head;
	enum err_code rc;

	do {
		rc = lb_log_head(r->log, err);
		head = lb_state_head(lb_log_state(r->log));
		if (rc == ERR_OK)
			rc = lb_repo_refresh_index(r, err);
		if (rc != ERR_NOT_FOUND || lb_log_head(r->log, err) != ERR_OK)
			return rc;
	} while (lb_state_head(lb_log_state(r->log)) != head);
	return rc;
}

/* ---- reading ---- */

/* Is there more in the index than the reader has seen? Several readers may miss the same
 * pack at once: the first of them reads on. */
static bool look_again(void *context, uint64_t *seen)
{
	struct lb_repo *r = context;
	uint64_t head;
	bool news;

	if (pthread_mutex_lock(&r->reading_on) != 0)
		return false;
	head = lb_state_head(lb_log_state(r->log));
	if (*seen == r->read_on && lb_repo_refresh(r, NULL) == ERR_OK)
		r->read_on += lb_state_head(lb_log_state(r->log)) != head;
	news = *seen != r->read_on;
	*seen = r->read_on;
	(void)pthread_mutex_unlock(&r->reading_on);
	return news;
}

enum err_code lb_repo_reader(struct lb_reader **out, struct lb_repo *r, struct err *err)
{
	enum err_code rc = lb_reader_new(out, r->index, r->backend, r->keyring, err);

	if (rc == ERR_OK)
		lb_reader_on_gone(*out, look_again, r);
	return rc;
}

/* ---- opening ---- */

static enum err_code make_cache_dir(struct lb_repo *r, const char *cache_dir,
                                    struct err *err)
{
	struct buf path = BUF_INIT;
	char hex[LB_ID_HEX];
	enum err_code rc;

	lb_id_hex(&r->config.repo, hex);
	os_join(&path, cache_dir, hex);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_mkdirs(buf_str(&path), 0700, err);
	if (rc == ERR_OK)
		r->cache_dir = buf_take(&path);
	else
		err_wrap(err, rc, "cache folder (choose another by --cache-dir)");
	buf_fini(&path);
	return rc;
}

static enum err_code unlock(struct lb_repo *r, const struct lb_unlock *how,
                            struct err *err)
{
	struct lb_unlocked u;
	enum err_code rc = lb_keys_unlock_but(&u, r->backend, how, r->skipped,
	                                      r->skipped_count, &r->spent, err);

	if (rc == ERR_AUTH && r->skipped_count > 0)
		return err_set(err, rc,
		               "%s: this key was removed, or its addition was not "
		               "finished: it does not count",
		               lb_backend_name(r->backend));
	if (rc != ERR_OK)
		return rc;
	r->keyset = u.keys;
	r->slot = u.slot;
	r->config = u.config;
	if (u.config_lost && r->faults)
		r->faults->config_lost = true;
	else if (u.config_lost)
		return err_set(err, ERR_CORRUPT,
		               "%s: \"config\" is damaged or gone; `lifeboat repair "
		               "config` takes it from a key slot",
		               lb_backend_name(r->backend));
	return lb_keyset_keyring(&r->keyring, r->keyset, &r->config, err);
}

/* A log that breaks is read up to there, for those who want that. */
static enum err_code read_head(struct lb_repo *r, struct err *err)
{
	struct err fault = ERR_INIT;
	enum err_code rc = lb_log_head(r->log, &fault);

	if (!r->faults || (!lost(rc) && rc != ERR_AUTH))
		return rc == ERR_OK ? rc : err_set(err, rc, "%s", fault.msg);
	r->faults->log = fault;
	return ERR_OK;
}

/* Keys, log and its head: enough to know whether the key still counts. */
static enum err_code open_head(struct lb_repo *r, const struct lb_unlock *how,
                               const char *cache_dir, struct err *err)
{
	enum err_code rc = unlock(r, how, err);

	if (rc == ERR_OK)
		rc = lb_backend_arbitrate(r->backend, r->config.arbitration, err);
	if (rc == ERR_OK && cache_dir && !r->cache_dir)
		rc = make_cache_dir(r, cache_dir, err);
	if (rc != ERR_OK)
		return rc;
	lb_sign_derive(&r->sign, &r->keyset->seed);
	rc = open_log(r, err);
	return rc == ERR_OK ? read_head(r, err) : rc;
}

static void close_head(struct lb_repo *r)
{
	lb_log_close(r->log);
	r->log = NULL;
	lb_keyring_free(r->keyring);
	r->keyring = NULL;
	lb_keyset_free(r->keyset);
	r->keyset = NULL;
	lb_sign_wipe(&r->sign);
}

/* Does the log know the key, and not as a removed one? Of a broken log it is not asked.
 */
static enum err_code counts(const struct lb_repo *r, bool *out, struct err *err)
{
	const struct lb_writer *w;
	struct lb_public public;
	struct lb_id16 id;
	enum err_code rc;

	lb_sign_public(&public, &r->sign);
	rc = lb_sign_writer(&id, &public, err);
	if (rc != ERR_OK)
		return rc;
	w = lb_state_writer(lb_log_state(r->log), &id);
	*out = w ? w->removed == LB_NO_SLOT : r->faults && r->faults->log.code != ERR_OK;
	return ERR_OK;
}

/*
 * A removal that was stopped after its record, or an addition before its record, leaves
 * the slot's file, which opens and does not count: another slot may have the same secret.
 */
static enum err_code open_counting(struct lb_repo *r, const struct lb_unlock *how,
                                   const char *cache_dir, struct err *err)
{
	for (;;) {
		bool ok = false;
		enum err_code rc = open_head(r, how, cache_dir, err);

		if (rc == ERR_OK)
			rc = counts(r, &ok, err);
		if (rc != ERR_OK || ok)
			return rc;
		if (!mem_grow(&r->skipped, r->skipped_count, &r->skipped_cap,
		              sizeof *r->skipped))
			return err_nomem(err);
		r->skipped[r->skipped_count++] = r->slot;
		close_head(r);
	}
}

static enum err_code open_parts(struct lb_repo *r, const struct lb_unlock *how,
                                const char *cache_dir, struct err *err)
{
	enum err_code rc = open_counting(r, how, cache_dir, err);

	if (rc == ERR_OK)
		rc = lb_index_open(&r->index, r->cache_dir, r->keyring, r->backend, err);
	return rc == ERR_OK ? lb_repo_refresh_index(r, err) : rc;
}

static enum err_code open_repo(struct lb_repo **out, struct lb_backend *take_backend,
                               const struct lb_unlock *unlock, const char *cache_dir,
                               struct lb_repo_faults *faults, struct err *err)
{
	enum err_code rc = lb_crypto_init(err);
	struct lb_repo *r = rc == ERR_OK ? lb_guarded_new(sizeof *r) : NULL;

	if (!r) {
		lb_backend_close(take_backend);
		return rc == ERR_OK ? err_nomem(err) : rc;
	}
	r->backend = take_backend;
	r->faults = faults;
	r->reading_on = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	rc = open_parts(r, unlock, cache_dir, err);
	r->faults = NULL;
	if (rc == ERR_OK)
		*out = r;
	else
		lb_repo_close(r);
	return rc;
}

enum err_code lb_repo_open(struct lb_repo **out, struct lb_backend *take_backend,
                           const struct lb_unlock *unlock, const char *cache_dir,
                           struct err *err)
{
	return open_repo(out, take_backend, unlock, cache_dir, NULL, err);
}

enum err_code lb_repo_open_damaged(struct lb_repo **out, struct lb_backend *take_backend,
                                   const struct lb_unlock *unlock, const char *cache_dir,
                                   struct lb_repo_faults *faults, struct err *err)
{
	*faults = (struct lb_repo_faults){ .config_lost = false };
	return open_repo(out, take_backend, unlock, cache_dir, faults, err);
}

void lb_repo_close(struct lb_repo *r)
{
	if (!r)
		return;
	lb_index_free(r->index);
	close_head(r);
	mem_free(r->skipped);
	map_fini(&r->known);
	map_fini(&r->unusable);
	mem_free(r->cache_dir);
	lb_backend_close(r->backend);
	(void)pthread_mutex_destroy(&r->reading_on);
	lb_guarded_free(r);
}

struct lb_backend *lb_repo_backend(struct lb_repo *r)
{
	return r->backend;
}

const struct lb_config *lb_repo_config(const struct lb_repo *r)
{
	return &r->config;
}

const struct lb_keyring *lb_repo_keyring(const struct lb_repo *r)
{
	return r->keyring;
}

struct lb_log *lb_repo_log(struct lb_repo *r)
{
	return r->log;
}

const struct lb_state *lb_repo_state(const struct lb_repo *r)
{
	return lb_log_state(r->log);
}

struct lb_index *lb_repo_index(struct lb_repo *r)
{
	return r->index;
}

size_t lb_repo_missing(const struct lb_repo *r)
{
	return lb_index_missing(r->index);
}

const struct lb_keyset *lb_repo_keyset(const struct lb_repo *r)
{
	return r->keyset;
}

const struct lb_id16 *lb_repo_slot(const struct lb_repo *r)
{
	return &r->slot;
}

const char *lb_repo_cache_dir(const struct lb_repo *r)
{
	return r->cache_dir;
}
