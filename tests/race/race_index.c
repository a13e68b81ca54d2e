// SPDX-License-Identifier: Apache-2.0
/* One index used by many threads, for ThreadSanitizer: each chunk is claimed by exactly
 * one, and found by all once it is stored, while runs are written and merged below. */
#include "backend/memory.h"
#include "pack/index.h"
#include "pack/keyring.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, PACKS = 60, PER_PACK = 50, CHUNKS = PACKS * PER_PACK };

static struct lb_index *ix;
static atomic_int claims[CHUNKS];
static atomic_int stored[PACKS];

static void require(bool truth, const char *what, const struct err *err)
{
	if (truth)
		return;
	(void)fprintf(stderr, "race_index: %s: %s\n", what, err->msg);
	exit(1);
}

static struct lb_id chunk_id(int n)
{
	struct lb_id id;

	for (size_t i = 0; i < LB_ID; i++)
		id.b[i] = (unsigned char)((unsigned)(n + 1) * 2654435761u >> i % 24);
	memcpy(id.b + 8, &n, sizeof(n));
	return id;
}

static void store_pack(int pack)
{
	struct lb_chunk chunks[PER_PACK];
	struct lb_group group = { 0, 100, PER_PACK, PER_PACK, 1 };
	struct lb_pack_info info = { .size = 100000, .kind = LB_PACK_DATA };
	struct err err = ERR_INIT;

	for (int i = 0; i < PER_PACK; i++)
		chunks[i] = (struct lb_chunk){ chunk_id(pack * PER_PACK + i), 1,
			                       LB_CHUNK_DATA };
	info.name = chunk_id(1000000 + pack);
	info.table = (struct lb_pack_table){ &group, 1, chunks, PER_PACK };
	require(lb_index_store(ix, &info, &err) == ERR_OK, "store", &err);
	if (pack % 7 == 0)
		require(lb_index_flush(ix, &err) == ERR_OK, "flush", &err);
	atomic_store(&stored[pack], 1);
}

static void look(int chunk)
{
	struct lb_id id = chunk_id(chunk);
	bool before = atomic_load(&stored[chunk / PER_PACK]) != 0;
	struct lb_place p;
	struct err err = ERR_INIT;
	size_t count;

	require(lb_index_find(ix, &id, LB_CHUNK_DATA, &p, 1, &count, &err) == ERR_OK,
	        "find", &err);
	require(!before || count == 1, "a stored chunk is found", &err);
}

static void *work(void *context)
{
	int number = *(int *)context;

	for (int c = 0; c < CHUNKS; c++) {
		struct lb_id id = chunk_id(c);
		struct err err = ERR_INIT;
		enum lb_claim got;

		require(lb_index_claim(ix, &id, LB_CHUNK_DATA, &got, &err) == ERR_OK,
		        "claim", &err);
		if (got == LB_CLAIMED)
			atomic_fetch_add(&claims[c], 1);
		look((c * 37 + number) % CHUNKS);
		if (c % PER_PACK == PER_PACK - 1 && c / PER_PACK % THREADS == number)
			store_pack(c / PER_PACK);
	}
	return NULL;
}

/* Packs are condemned and pardoned while the others work; none that holds a chunk. */
static void *condemn(void *context)
{
	(void)context;
	for (int i = 0; i < 50; i++) {
		struct lb_id pack = chunk_id(2000000 + i);
		struct err err = ERR_INIT;

		require(lb_index_set_usable(ix, &pack, i % 2 == 0, &err) == ERR_OK,
		        "set_usable", &err);
	}
	return NULL;
}

static void run_threads(void)
{
	pthread_t threads[THREADS + 1];
	int numbers[THREADS];
	struct err err = ERR_INIT;

	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		require(pthread_create(&threads[i], NULL, work, &numbers[i]) == 0,
		        "thread", &err);
	}
	require(pthread_create(&threads[THREADS], NULL, condemn, NULL) == 0, "thread",
	        &err);
	for (int i = 0; i <= THREADS; i++)
		require(pthread_join(threads[i], NULL) == 0, "join", &err);
}

int main(void)
{
	struct lb_memory *disk = NULL;
	struct lb_backend *store = NULL;
	struct lb_keyring *k = NULL;
	struct err err = ERR_INIT;

	require(lb_crypto_init(&err) == ERR_OK && lb_keyring_new(&k, &err) == ERR_OK &&
	                lb_memory_new(&disk, &err) == ERR_OK &&
	                lb_memory_open(&store, disk, &err) == ERR_OK &&
	                lb_index_open(&ix, NULL, k, store, &err) == ERR_OK,
	        "begin", &err);
	run_threads();
	for (int c = 0; c < CHUNKS; c++)
		require(atomic_load(&claims[c]) == 1, "each chunk has one claim", &err);
	for (int c = 0; c < CHUNKS; c++)
		look(c);
	lb_index_free(ix);
	lb_backend_close(store);
	lb_memory_free(disk);
	lb_keyring_free(k);
	return 0;
}
