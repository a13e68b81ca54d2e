// SPDX-License-Identifier: Apache-2.0
/* One backend used by many threads, in memory and in a folder, for ThreadSanitizer: ends
 * with 0 if each slot of the log had one winner and every pack could be read back. */
#include "backend/faulty.h"
#include "backend/memory.h"
#include "backend/store.h"
#include "os/fs.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, SLOTS = 20, PACKS = 12, PACK_SIZE = 5000 };

static void require(bool truth, const char *what, const struct err *err)
{
	if (truth)
		return;
	(void)fprintf(stderr, "race_backend: %s: %s\n", what, err->msg);
	exit(1);
}

struct shared {
	struct lb_backend *b;
	atomic_int winners[SLOTS];
};

struct worker {
	struct shared *shared;
	int number;
};

static void race_for_slot(struct worker *w, int slot)
{
	struct err err = ERR_INIT;
	struct buf got = BUF_INIT;
	char key[64];
	char record[32];
	enum err_code rc;

	(void)snprintf(key, sizeof(key), "log/00000000/%08x", (unsigned)slot);
	(void)snprintf(record, sizeof(record), "thread %d", w->number);
	rc = lb_backend_put_new(w->shared->b, key, span_str(record), &err);
	require(rc == ERR_OK || rc == ERR_EXISTS, "put_new", &err);
	if (rc == ERR_OK)
		atomic_fetch_add(&w->shared->winners[slot], 1);
	rc = lb_backend_sync_folder(w->shared->b, "log/00000000", &err);
	require(rc == ERR_OK, "sync_folder", &err);
	rc = lb_backend_get(w->shared->b, key, 100, &got, &err);
	require(rc == ERR_OK, "get", &err);
	buf_fini(&got);
}

static enum err_code see(const char *key, uint64_t size, void *context, struct err *err)
{
	size_t *seen = context;

	(void)key;
	*seen += size == PACK_SIZE;
	return size == PACK_SIZE ? ERR_OK : err_set(err, ERR_CORRUPT, "%s", key);
}

static void use_pack(struct worker *w, int i)
{
	static const char content[PACK_SIZE];
	const struct span parts[2] = { span_of(content, 100),
		                       span_of(content, PACK_SIZE - 100) };
	struct err err = ERR_INIT;
	unsigned char range[64];
	size_t seen = 0;
	char key[64];

	(void)snprintf(key, sizeof(key), "packs/%02x/p-%d-%d", (unsigned)i % 3, w->number,
	               i);
	require(lb_backend_put(w->shared->b, key, parts, 2, &err) == ERR_OK, "put", &err);
	for (size_t at = 0; at < PACK_SIZE - sizeof(range); at += 1000)
		require(lb_backend_read(w->shared->b, key, at, sizeof(range), range,
		                        &err) == ERR_OK,
		        "read", &err);
	require(lb_backend_list(w->shared->b, "packs", see, &seen, &err) == ERR_OK,
	        "list", &err);
	require(seen > 0, "an own pack is in the list", &err);
	if (i % 2 == 0)
		require(lb_backend_delete(w->shared->b, key, &err) == ERR_OK, "delete",
		        &err);
	if (i % 4 == 0)
		require(lb_backend_sync(w->shared->b, &err) == ERR_OK, "sync", &err);
}

static void *work(void *argument)
{
	struct worker *w = argument;

	for (int i = 0; i < SLOTS; i++) {
		if (i < PACKS)
			use_pack(w, i);
		race_for_slot(w, i);
	}
	return NULL;
}

static void race(struct lb_backend *b)
{
	struct shared shared = { .b = b };
	struct worker workers[THREADS];
	pthread_t threads[THREADS];
	struct err err = ERR_INIT;

	for (int i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ &shared, i };
		require(pthread_create(&threads[i], NULL, work, &workers[i]) == 0,
		        "thread", &err);
	}
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	for (int i = 0; i < SLOTS; i++)
		require(atomic_load(&shared.winners[i]) == 1, "not one winner", &err);
}

static void race_in_memory(bool recording)
{
	struct lb_memory *disk = NULL;
	struct lb_memory *after = NULL;
	struct lb_backend *b = NULL;
	struct lb_backend *faulty = NULL;
	struct err err = ERR_INIT;

	require(lb_memory_new(&disk, &err) == ERR_OK, "memory", &err);
	require(lb_memory_open(&b, disk, &err) == ERR_OK, "memory", &err);
	require(lb_faulty_new(&faulty, b, NULL, NULL, &err) == ERR_OK, "faulty", &err);
	if (recording)
		require(lb_memory_record(disk, &err) == ERR_OK, "record", &err);
	race(faulty);
	if (recording)
		require(lb_memory_crash(&after, disk, lb_memory_cuts(disk), 1, &err) ==
		                ERR_OK,
		        "crash", &err);
	lb_memory_free(after);
	lb_backend_close(faulty);
	lb_backend_close(b);
	lb_memory_free(disk);
}

static void race_in_folder(enum lb_arbitration how)
{
	const struct lb_store_options limited = { .rates = { 64 << 20, 64 << 20 } };
	struct lb_backend *b = NULL;
	struct err err = ERR_INIT;
	struct buf top = BUF_INIT;

	require(os_mkdtemp(NULL, "race-", &top, &err) == ERR_OK, "folder", &err);
	require(lb_store_create(&b, buf_str(&top), &limited, &err) == ERR_OK, "create",
	        &err);
	require(lb_backend_arbitrate(b, how, &err) == ERR_OK, "arbitrate", &err);
	race(b);
	lb_backend_close(b);
	require(os_remove_tree(buf_str(&top), &err) == ERR_OK, "remove", &err);
	buf_fini(&top);
}

int main(void)
{
	race_in_memory(false);
	race_in_memory(true);
	race_in_folder(LB_ARBITRATION_LINK);
	race_in_folder(LB_ARBITRATION_RENAME);
	return 0;
}
