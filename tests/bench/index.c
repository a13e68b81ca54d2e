// SPDX-License-Identifier: Apache-2.0
/* index ROWS LIMIT DIR: look-ups in an index of so many rows, made below DIR; fails above
 * LIMIT MB of anonymous memory. Prints ns a look-up, found and not. */
#include "pack/index.h"
#include "backend/memory.h"
#include "base/mem.h"
#include "base/num.h"
#include "os/fs.h"
#include "pack/keyring.h"
#include "pack/run.h"
#include "paired.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif
#ifndef HAVE_ASAN
#define HAVE_ASAN 0
#endif

enum { ROWS_PER_PACK = 48, ROWS_PER_SEGMENT = 1000000, LOOKUPS = 1000000 };

static uint64_t mix(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* The prefix of row i of n: ascending, and spread as hashes are. Odd ones are in no row.
 */
static void make_prefix(uint64_t i, uint64_t n, bool odd, unsigned char out[LB_ID])
{
	uint64_t step = UINT64_MAX / n;
	uint64_t high = i * step + mix(i + 1) % step;
	uint64_t low = mix(i * 2 + odd);

	memset(out, 0, LB_ID);
	for (int b = 0; b < 8; b++) {
		out[b] = (unsigned char)(high >> (56 - 8 * b));
		out[8 + b] = (unsigned char)(low >> (8 * b));
	}
}

static void make_name(uint64_t i, uint64_t n, struct lb_id *out)
{
	make_prefix(i, n, false, out->b);
}

static void require(enum err_code rc, const struct err *err)
{
	if (rc == ERR_OK)
		return;
	(void)fprintf(stderr, "index: %s\n", err->msg);
	exit(1);
}

/* The file that an earlier session with all these segments would have left. */
static void make_run(const char *dir, const struct lb_keyring *k, uint64_t rows)
{
	struct lb_run_size size = { (size_t)(rows / ROWS_PER_SEGMENT + 1),
		                    (size_t)(rows / ROWS_PER_PACK + 1), rows };
	struct lb_run_writer *w = NULL;
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;

	os_join(&path, dir, "0000000000000000-bench.run");
	require(lb_run_writer_new(&w, buf_str(&path), &k->repo, &size, &err), &err);
	for (size_t i = 0; i < size.segments; i++) {
		struct lb_id name;

		make_name(i, size.segments, &name);
		require(lb_run_writer_segment(w, &name, &err), &err);
	}
	for (size_t i = 0; i < size.packs; i++) {
		struct lb_run_pack p = { .size = 64 << 20, .kind = LB_PACK_DATA };

		make_name(i, size.packs, &p.name);
		p.segment = (uint32_t)(i % size.segments);
		require(lb_run_writer_pack(w, &p, &err), &err);
	}
	for (uint64_t i = 0; i < rows; i++) {
		struct lb_row r = { .stored = 400000,
			            .group_length = 1 << 20,
			            .length = 1 << 20,
			            .codec = 1,
			            .type = LB_CHUNK_DATA };
		unsigned char id[LB_ID];

		make_prefix(i, rows, false, id);
		memcpy(r.prefix, id, LB_PREFIX);
		r.pack = (uint32_t)(mix(i + 7) % size.packs);
		require(lb_run_writer_row(w, &r, &err), &err);
	}
	require(lb_run_writer_finish(w, &err), &err);
	lb_run_writer_free(w);
	buf_fini(&path);
}

static void put_in_force(struct lb_index *ix, uint64_t rows)
{
	size_t count = (size_t)(rows / ROWS_PER_SEGMENT + 1);
	struct lb_id *names = mem_new(count * sizeof(*names));
	struct lb_index_change change = { names, count, NULL, 0 };
	struct err err = ERR_INIT;

	if (!names)
		exit(1);
	for (size_t i = 0; i < count; i++)
		make_name(i, count, &names[i]);
	require(lb_index_update(ix, &change, &err), &err);
	mem_free(names);
}

/* Of the processor, so that what else the machine does hardly counts. */
static double cpu_now_ms(void)
{
	return (double)clock() * 1e3 / CLOCKS_PER_SEC;
}

/* ns a look-up of LOOKUPS rows all over the index; `odd` ones are not there. */
static double time_lookups(struct lb_index *ix, uint64_t rows, bool odd)
{
	const double started = cpu_now_ms();
	struct err err = ERR_INIT;
	size_t wrong = 0;

	for (uint64_t i = 0; i < LOOKUPS; i++) {
		struct lb_place p;
		struct lb_id id;
		size_t count;

		make_prefix(mix(i + 99) % rows, rows, odd, id.b);
		require(lb_index_find(ix, &id, LB_CHUNK_DATA, &p, 1, &count, &err), &err);
		wrong += count != !odd;
	}
	if (wrong > 0) {
		(void)fprintf(stderr, "index: %zu of %d answers are wrong\n", wrong,
		              LOOKUPS);
		exit(1);
	}
	return (cpu_now_ms() - started) * 1e6 / LOOKUPS;
}

/* MB of anonymous memory now. */
static double anonymous(void)
{
	struct buf text = BUF_INIT;
	struct span rest;
	struct span line;
	unsigned long kb = 0;
	FILE *f = fopen("/proc/self/status", "re");
	char chunk[4096];
	size_t n = f ? fread(chunk, 1, sizeof(chunk), f) : 0;

	if (f)
		(void)fclose(f);
	buf_put(&text, span_of(chunk, n));
	rest = buf_span(&text);
	while (span_line(&rest, &line)) {
		if (span_starts(line, SPAN_LIT("RssAnon:")))
			kb = strtoul(line.ptr + strlen("RssAnon:"), NULL, 10);
	}
	buf_fini(&text);
	return (double)kb / 1024;
}

static int measure(const char *dir, uint64_t rows, double limit)
{
	struct lb_memory *disk = NULL;
	struct lb_backend *store = NULL;
	struct lb_keyring *k = NULL;
	struct lb_index *ix = NULL;
	struct err err = ERR_INIT;
	double started;
	double opened;
	double miss[2];
	double hit[2];
	double mb;

	require(lb_crypto_init(&err), &err);
	require(lb_keyring_new(&k, &err), &err);
	require(lb_memory_new(&disk, &err), &err);
	require(lb_memory_open(&store, disk, &err), &err);
	started = paired_now_ms();
	make_run(dir, k, rows);
	(void)printf("rows %llu\nwrite %.0f ns a row\n", (unsigned long long)rows,
	             (paired_now_ms() - started) * 1e6 / (double)rows);
	started = paired_now_ms();
	require(lb_index_open(&ix, dir, k, store, &err), &err);
	put_in_force(ix, rows);
	opened = paired_now_ms() - started;
	for (int i = 0; i < 2; i++) {
		miss[i] = time_lookups(ix, rows, true);
		hit[i] = time_lookups(ix, rows, false);
	}
	mb = anonymous();
	(void)printf("open %.1f ms\nnot found %.0f ns, again %.0f ns\n"
	             "found %.0f ns, again %.0f ns\nanonymous %.1f MB\n",
	             opened, miss[0], miss[1], hit[0], hit[1], mb);
	lb_index_free(ix);
	lb_backend_close(store);
	lb_memory_free(disk);
	lb_keyring_free(k);
	return HAVE_ASAN || mb <= limit ? 0 : 1;
}

int main(int argc, char **argv)
{
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;
	uint64_t rows;
	uint64_t limit;
	int status;

	if (argc != 4 || !num_u64(span_str(argv[1]), 1, UINT32_MAX, &rows) ||
	    !num_u64(span_str(argv[2]), 1, 1000000, &limit)) {
		(void)fprintf(stderr, "usage: index ROWS LIMIT DIR\n");
		return 2;
	}
	require(os_mkdtemp(argv[3], "bench-index-", &dir, &err), &err);
	status = measure(buf_str(&dir), rows, (double)limit);
	require(os_remove_tree(buf_str(&dir), &err), &err);
	buf_fini(&dir);
	return status;
}
