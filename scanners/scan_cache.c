// SPDX-License-Identifier: Apache-2.0
#include "scan_cache.h"

#include "base/arena.h"
#include "base/mem.h"
#include "base/wire.h"
#include "os/fs.h"
#include "os/mapped.h"
#include "os/random.h"
#include "scan_cache_load.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/*
 * The file, little endian:
 *
 *	 0  "SWSCAN1\n"
 *	 8  hash of all that follows (scan_cache_load.h)
 *	40  terms
 *	72  secret, with which keys are made (16)
 *	88  round, u32: how often it was written
 *	92  count of slots, u32
 *	96  slots, sorted by key: key (16), round of last use (u32), length (u32),
 *	    offset in the file (u64)
 *	..  values; several slots may share one
 *
 * It is read, not mapped: whoever cuts a mapped file ends the program.
 */

enum {
	MAGIC_LEN = 8,
	DIGEST_AT = MAGIC_LEN,
	BODY_AT = DIGEST_AT + 32,
	SECRET_AT = BODY_AT + 32,
	ROUND_AT = SECRET_AT + DIGEST_SHORT,
	COUNT_AT = ROUND_AT + 4,
	HEAD_LEN = COUNT_AT + 4,
	SLOT_LEN = SCAN_CACHE_KEY + 16,
	ROUNDS_KEPT = 32,
};

static const char MAGIC[] = "SWSCAN1\n";

struct slot {
	struct scan_cache_key key;
	uint32_t round;
	struct span value;
	size_t offset; /* in what is written */
};

struct notes {
	struct arena arena; /* values */
	struct slot *slots; /* owned */
	size_t count;
	size_t cap;
};

struct scan_cache {
	struct buf file;
	struct lb_id terms;
	struct digest_short_key secret;
	uint32_t round;
	size_t count;       /* of slots in the file, sorted by key */
	uint32_t *buckets;  /* owned; where each begins, and the end of the last */
	unsigned bits;      /* of a key that tell its bucket */
	atomic_uchar *used; /* owned; a slot's: 1 once it was asked for */
	struct notes *notes;
	size_t workers;
};

/* ---- reading ---- */

static bool is_whole(struct span file, const struct lb_id *sum, const struct lb_id *terms)
{
	return file.len >= HEAD_LEN && memcmp(file.ptr, MAGIC, MAGIC_LEN) == 0 &&
	       memcmp(file.ptr + DIGEST_AT, sum->b, sizeof(sum->b)) == 0 &&
	       memcmp(file.ptr + BODY_AT, terms->b, sizeof(terms->b)) == 0;
}

/* The bytes of a slot, in the file; its key comes first. */
static const unsigned char *slot_at(const struct scan_cache *c, size_t i)
{
	return (const unsigned char *)c->file.ptr + HEAD_LEN + i * SLOT_LEN;
}

/* What a slot points to; nothing if that is anywhere but behind the slots. */
static struct span value_at(const struct scan_cache *c, size_t i)
{
	const unsigned char *at = slot_at(c, i) + SCAN_CACHE_KEY + 4;
	uint32_t len = wire_load_u32(at);
	uint64_t offset = wire_load_u64(at + 4);

	if (offset < HEAD_LEN + (uint64_t)c->count * SLOT_LEN || offset > c->file.len ||
	    len > c->file.len - offset)
		return SPAN_EMPTY;
	return span_sub(buf_span(&c->file), (size_t)offset, len);
}

static uint32_t round_at(const struct scan_cache *c, size_t i)
{
	return wire_load_u32(slot_at(c, i) + SCAN_CACHE_KEY);
}

/* Keys are hashes: by its first bits each is in a bucket of one or two. */
static size_t bucket_of(const struct scan_cache *c, const unsigned char *key)
{
	uint32_t first = (uint32_t)key[0] << 24 | (uint32_t)key[1] << 16 |
	                 (uint32_t)key[2] << 8 | key[3];

	return first >> (32 - c->bits);
}

/* Does each slot come behind the one before it, and have a value? */
static bool are_sound(const struct scan_cache *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (value_at(c, i).len == 0 ||
		    (i > 0 &&
		     memcmp(slot_at(c, i - 1), slot_at(c, i), SCAN_CACHE_KEY) >= 0))
			return false;
	return true;
}

/* As many buckets as slots, or a few more. */
static bool fill_buckets(struct scan_cache *c)
{
	size_t filled = 0;

	for (c->bits = 1; c->bits < 24 && (size_t)1 << c->bits < c->count;)
		c->bits++;
	if (!mem_array(&c->buckets, ((size_t)1 << c->bits) + 1, sizeof(*c->buckets)))
		return false;
	for (size_t i = 0; i < c->count; i++)
		for (; filled <= bucket_of(c, slot_at(c, i)); filled++)
			c->buckets[filled] = (uint32_t)i;
	for (; filled <= (size_t)1 << c->bits; filled++)
		c->buckets[filled] = (uint32_t)c->count;
	return true;
}

/* What the file says; nothing if it is not to be trusted. */
static enum err_code decode(struct scan_cache *c, const struct lb_id *sum,
                            struct err *err)
{
	struct span file = buf_span(&c->file);
	uint32_t count;
	struct wire w;

	if (!is_whole(file, sum, &c->terms))
		return ERR_OK;
	memcpy(c->secret.b, file.ptr + SECRET_AT, sizeof(c->secret.b));
	wire_init(&w, span_from(file, ROUND_AT));
	c->round = wire_u32(&w);
	count = wire_u32(&w);
	if (count > (file.len - HEAD_LEN) / SLOT_LEN || count == 0)
		return ERR_OK;
	c->used = mem_new(count * sizeof(*c->used));
	if (c->used == NULL)
		return err_nomem(err);
	c->count = count;
	if (!are_sound(c))
		c->count = 0;
	else if (!fill_buckets(c))
		return err_nomem(err);
	return ERR_OK;
}

enum err_code scan_cache_open(struct scan_cache **out, const char *path,
                              const struct lb_id *terms, size_t workers, struct err *err)
{
	struct scan_cache *c = mem_new(sizeof(*c));
	struct lb_id sum;
	enum err_code rc = ERR_OK;

	*out = NULL;
	if (c == NULL)
		return err_nomem(err);
	c->terms = *terms;
	os_random(c->secret.b, sizeof(c->secret.b));
	c->notes = mem_new(workers * sizeof(*c->notes));
	if (c->notes == NULL)
		rc = err_nomem(err);
	else
		c->workers = workers;
	if (rc == ERR_OK && path != NULL) {
		rc = scan_cache_load(path, BODY_AT, SCAN_CACHE_MAX, &c->file, &sum, err);
		/* One that cannot be read is made anew. */
		rc = rc == ERR_OK ? decode(c, &sum, err) : rc == ERR_NOMEM ? rc : ERR_OK;
	}
	if (rc == ERR_OK) {
		*out = c;
		c = NULL;
	}
	scan_cache_free(c);
	return rc;
}

void scan_cache_free(struct scan_cache *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->workers; i++) {
		arena_fini(&c->notes[i].arena);
		mem_free(c->notes[i].slots);
	}
	mem_free(c->notes);
	mem_free(c->buckets);
	mem_free(c->used);
	buf_fini(&c->file);
	mem_free(c);
}

/* ---- asking and noting ---- */

struct scan_cache_key scan_cache_key_of(const struct scan_cache *c, struct span what)
{
	struct scan_cache_key key = { 0 };

	static_assert(sizeof(key.b) == DIGEST_SHORT, "a key is one hash");
	digest_short(&c->secret, what, key.b);
	return key;
}

bool scan_cache_is_empty(const struct scan_cache *c)
{
	return c->count == 0;
}

struct span scan_cache_find(struct scan_cache *c, const struct scan_cache_key *key)
{
	size_t low = 0;
	size_t high = 0;

	if (c->count > 0) {
		low = c->buckets[bucket_of(c, key->b)];
		high = c->buckets[bucket_of(c, key->b) + 1];
	}
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(slot_at(c, middle), key->b, sizeof(key->b));

		if (order == 0) {
			atomic_store_explicit(&c->used[middle], 1, memory_order_relaxed);
			return value_at(c, middle);
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return SPAN_EMPTY;
}

enum err_code scan_cache_alias(struct scan_cache *c, size_t worker,
                               const struct scan_cache_key *key, struct span value,
                               struct err *err)
{
	struct notes *n = &c->notes[worker];

	if (!mem_grow(&n->slots, n->count, &n->cap, sizeof(*n->slots)))
		return err_nomem(err);
	n->slots[n->count++] = (struct slot){ .key = *key, .value = value };
	return ERR_OK;
}

enum err_code scan_cache_note(struct scan_cache *c, size_t worker,
                              const struct scan_cache_key *keys, size_t count,
                              struct span value, struct err *err)
{
	struct arena *arena = &c->notes[worker].arena;
	enum err_code rc = ERR_OK;
	char *copy;

	if (count == 0 || value.len == 0 || value.len >= SCAN_CACHE_MAX - arena->used)
		return ERR_OK;
	copy = arena_dup(arena, value);
	if (copy == NULL)
		return err_nomem(err);
	for (size_t i = 0; rc == ERR_OK && i < count; i++)
		rc = scan_cache_alias(c, worker, &keys[i], span_of(copy, value.len), err);
	return rc;
}

/* ---- writing ---- */

static int by_key(const void *a, const void *b)
{
	const struct slot *x = a;
	const struct slot *y = b;
	int order = memcmp(x->key.b, y->key.b, sizeof(x->key.b));

	/* Of two that say the same, the newest stays. */
	return order != 0 ? order : (x->round < y->round) - (x->round > y->round);
}

static int by_value(const void *a, const void *b)
{
	const struct slot *x = a;
	const struct slot *y = b;

	return (x->value.ptr > y->value.ptr) - (x->value.ptr < y->value.ptr);
}

/* All that may be kept: new, used, or used not long ago. */
static struct slot *gather(struct scan_cache *c, uint32_t round, size_t *count)
{
	struct slot *all = NULL;
	size_t most = c->count;
	size_t n = 0;

	for (size_t i = 0; i < c->workers; i++)
		most += c->notes[i].count;
	if (!mem_array(&all, most > 0 ? most : 1, sizeof(*all)))
		return NULL;
	for (size_t i = 0; i < c->workers; i++)
		for (size_t k = 0; k < c->notes[i].count; k++) {
			all[n] = c->notes[i].slots[k];
			all[n++].round = round;
		}
	for (size_t i = 0; i < c->count; i++) {
		if (c->used[i] == 0 && round - round_at(c, i) > ROUNDS_KEPT)
			continue;
		memcpy(all[n].key.b, slot_at(c, i), sizeof(all[n].key.b));
		all[n].value = value_at(c, i);
		all[n++].round = c->used[i] != 0 ? round : round_at(c, i);
	}
	*count = n;
	return all;
}

static size_t drop_doubles(struct slot *all, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (kept == 0 ||
		    memcmp(all[kept - 1].key.b, all[i].key.b, sizeof(all[i].key.b)) != 0)
			all[kept++] = all[i];
	return kept;
}

/* Gives each value its place, shared ones one; drops what is beyond the limit. */
static size_t place(struct slot *all, size_t count)
{
	size_t at = HEAD_LEN + count * SLOT_LEN;
	size_t kept = 0;

	qsort(all, count, sizeof(*all), by_value);
	for (size_t i = 0; i < count; i++) {
		const struct slot *before = kept > 0 ? &all[kept - 1] : NULL;

		if (before != NULL && before->value.ptr == all[i].value.ptr) {
			all[i].offset = before->offset;
		} else {
			if (at > SCAN_CACHE_MAX || all[i].value.len > SCAN_CACHE_MAX - at)
				continue;
			all[i].offset = at;
			at += all[i].value.len;
		}
		all[kept++] = all[i];
	}
	return kept;
}

static void put_values(struct buf *out, const struct slot *all, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (i == 0 || all[i - 1].offset != all[i].offset)
			buf_put(out, all[i].value);
}

/* The slots go in front of the values, and say where these are: with fewer slots than
 * `room` was made for, all values move up. */
static void put_slots(struct buf *out, const struct slot *all, size_t count, size_t room)
{
	for (size_t i = 0; i < count; i++) {
		wire_put_raw(out, all[i].key.b, sizeof(all[i].key.b));
		wire_put_u32(out, all[i].round);
		wire_put_u32(out, (uint32_t)all[i].value.len);
		wire_put_u64(out, all[i].offset - (room - count) * SLOT_LEN);
	}
}

static enum err_code encode(const struct scan_cache *c, uint32_t round, struct slot *all,
                            size_t count, struct buf *out, struct err *err)
{
	struct buf values = BUF_INIT;
	struct lb_id sum;
	size_t room;
	enum err_code rc;

	qsort(all, count, sizeof(*all), by_key);
	room = drop_doubles(all, count);
	count = place(all, room);
	put_values(&values, all, count);
	qsort(all, count, sizeof(*all), by_key);
	wire_put_raw(out, MAGIC, MAGIC_LEN);
	wire_put_zeros(out, sizeof(sum.b));
	wire_put_raw(out, c->terms.b, sizeof(c->terms.b));
	wire_put_raw(out, c->secret.b, sizeof(c->secret.b));
	wire_put_u32(out, round);
	wire_put_u32(out, (uint32_t)count);
	put_slots(out, all, count, room);
	buf_put(out, buf_span(&values));
	rc = buf_ok(&values) ? buf_err(out, err) : err_nomem(err);
	buf_fini(&values);
	if (rc == ERR_OK)
		rc = scan_cache_sum(span_from(buf_span(out), BODY_AT), &sum, err);
	if (rc == ERR_OK)
		memcpy(out->ptr + DIGEST_AT, sum.b, sizeof(sum.b));
	return rc;
}

/* Beside it under a name of its own, then in its place. Nothing is synced: a file that a
 * crash leaves incomplete is told by its hash. */
static enum err_code replace(const char *path, struct span data, struct err *err)
{
	struct buf name = BUF_INIT;
	uint64_t some;
	int fd = -1;
	enum err_code rc;

	os_random(&some, sizeof(some));
	buf_printf(&name, "%s-%016llx.tmp", path, (unsigned long long)some);
	if ((rc = buf_err(&name, err)) != ERR_OK)
		goto out;
	if ((rc = os_piece_create(buf_str(&name), &fd, err)) != ERR_OK)
		goto out;
	rc = os_piece_write(fd, buf_str(&name), 0, data, err);
	if (rc == ERR_OK)
		rc = os_piece_finish(fd, buf_str(&name), data.len, err);
	else
		os_piece_abandon(fd);
	if (rc == ERR_OK)
		rc = os_rename(buf_str(&name), path, err);
	if (rc != ERR_OK)
		os_discard(buf_str(&name));
out:
	buf_fini(&name);
	return rc;
}

bool scan_cache_has_news(const struct scan_cache *c)
{
	for (size_t i = 0; i < c->workers; i++)
		if (c->notes[i].count > 0)
			return true;
	return false;
}

enum err_code scan_cache_store(struct scan_cache *c, const char *path, struct err *err)
{
	struct buf out = BUF_INIT;
	struct slot *all;
	size_t count = 0;
	enum err_code rc;

	all = gather(c, c->round + 1, &count);
	if (all == NULL)
		return err_nomem(err);
	rc = encode(c, c->round + 1, all, count, &out, err);
	if (rc == ERR_OK)
		rc = replace(path, buf_span(&out), err);
	mem_free(all);
	buf_fini(&out);
	return rc;
}
