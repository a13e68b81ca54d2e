// SPDX-License-Identifier: Apache-2.0
#include "collect/shard/shard.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "crypto/digest.h"

#include <stdlib.h>
#include <string.h>

static const char *const modes[] = { "duration", "hash", "slice" };

const char *gate_shard_mode_name(enum gate_shard_mode m)
{
	return modes[m];
}

bool gate_shard_mode_find(const char *name, enum gate_shard_mode *out)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (!str_eq(name, modes[i]))
			continue;
		*out = (enum gate_shard_mode)i;
		return true;
	}
	return false;
}

enum err_code gate_shard_parse(struct gate_shard *out, struct span text, struct err *err)
{
	size_t slash = span_find_byte(text, '/');
	uint64_t index = 0;
	uint64_t total = 0;

	if (slash >= text.len ||
	    !num_u64(span_sub(text, 0, slash), 1, UINT32_MAX, &index) ||
	    !num_u64(span_from(text, slash + 1), 1, UINT32_MAX, &total))
		return err_set(
			err, ERR_USAGE,
			"\"%.*s\": write I/N, such as 2/5 for the second of five, or auto",
			(int)(text.len < 40 ? text.len : 40), text.ptr);
	if (total > GATE_SHARDS_MAX)
		return err_set(err, ERR_USAGE, "%llu shards: at most %d",
		               (unsigned long long)total, GATE_SHARDS_MAX);
	if (index > total)
		return err_set(err, ERR_USAGE,
		               "there is no shard %llu of %llu: they count from 1",
		               (unsigned long long)index, (unsigned long long)total);
	out->index = (uint32_t)index;
	out->total = (uint32_t)total;
	return ERR_OK;
}

/* ---- longest first ---- */

static int by_id(const void *a, const void *b)
{
	const struct gate_shard_item *const *x = a;
	const struct gate_shard_item *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

static int longest_first(const void *a, const void *b)
{
	const struct gate_shard_item *const *x = a;
	const struct gate_shard_item *const *y = b;

	if ((*x)->weight != (*y)->weight)
		return (*x)->weight > (*y)->weight ? -1 : 1;
	return by_id(a, b);
}

static uint64_t add_capped(uint64_t a, uint64_t b)
{
	uint64_t sum = UINT64_MAX;

	(void)num_add_u64(a, b, &sum);
	return sum;
}

/* At most a third above the best (Graham 1969). */
static enum err_code deal_by_duration(struct gate_shard_item *items, size_t count,
                                      uint32_t total, struct err *err)
{
	struct gate_shard_item **order = NULL;
	uint64_t *load = NULL;
	enum err_code rc = ERR_OK;

	if (!mem_array(&order, count + 1, sizeof(struct gate_shard_item *)) ||
	    !mem_array(&load, total, sizeof(uint64_t))) {
		rc = err_nomem(err);
		goto out;
	}
	memset(load, 0, total * sizeof(uint64_t));
	for (size_t i = 0; i < count; i++)
		order[i] = &items[i];
	qsort(order, count, sizeof(*order), longest_first);
	for (size_t i = 0; i < count; i++) {
		uint32_t least = 0;

		for (uint32_t s = 1; s < total; s++)
			if (load[s] < load[least])
				least = s;
		load[least] = add_capped(load[least], order[i]->weight);
		order[i]->shard = least + 1;
	}
out:
	mem_free(load);
	mem_free(order);
	return rc;
}

/* ---- by id ---- */

/*
 * The shard whose hash with the id is highest (rendezvous hashing): another unit changes
 * nothing, and another shard takes from each only what it will have itself.
 */
static enum err_code deal_by_hash(struct gate_shard_item *item, uint32_t total,
                                  struct err *err)
{
	char best[DIGEST_HEX] = "";
	struct buf text = BUF_INIT;
	enum err_code rc = ERR_OK;

	for (uint32_t s = 1; s <= total && rc == ERR_OK; s++) {
		char hex[DIGEST_HEX] = "";

		buf_clear(&text);
		buf_printf(&text, "%u\n%s", s, item->id);
		if ((rc = buf_err(&text, err)) == ERR_OK)
			rc = digest_hex(buf_span(&text), hex, err);
		if (rc != ERR_OK || strcmp(hex, best) <= 0)
			continue;
		memcpy(best, hex, sizeof(best));
		item->shard = s;
	}
	buf_fini(&text);
	return rc;
}

enum err_code gate_shard_deal(struct gate_shard_item *items, size_t count,
                              enum gate_shard_mode mode, uint32_t total, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (mode == GATE_SHARD_DURATION)
		return deal_by_duration(items, count, total, err);
	for (size_t i = 0; i < count && rc == ERR_OK; i++) {
		if (mode == GATE_SHARD_SLICE)
			items[i].shard = (uint32_t)(i % total) + 1;
		else
			rc = deal_by_hash(&items[i], total, err);
	}
	return rc;
}
