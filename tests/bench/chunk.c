/* SPDX-License-Identifier: Apache-2.0 */
/* chunk ROUNDS LIMIT: nanoseconds of processor time that a byte takes to chunk, beside
 * what the plain loop takes for every byte of it. */
#include "base/mem.h"
#include "chunk/chunker.h"
#include "chunk/gear.h"
#include "crypto/key.h"
#include "paired.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* So many bytes that a millisecond is a hundredth of a nanosecond a byte. */
enum { BYTES = 100000000, MS_PER_NS = 100 };

static const struct lb_key key = { { 1 } };

static void fill(unsigned char *data)
{
	uint64_t x = 1;

	for (size_t i = 0; i < BYTES; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		data[i] = (unsigned char)(x >> 32);
	}
}

static double cpu_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double time_chunker(struct lb_chunker *c, const unsigned char *data)
{
	const double started = cpu_ms();

	lb_chunker_reset(c);
	for (size_t at = 0; at < BYTES;)
		at += lb_chunker_next(c, span_of((const char *)data + at, BYTES - at),
		                      true);
	return cpu_ms() - started;
}

static double time_plain(const uint64_t *table, const unsigned char *data)
{
	const double started = cpu_ms();
	/* No hash is below 0, so it looks at every byte. */
	const size_t end = lb_gear_scan_plain(table, data, LB_GEAR_WINDOW, BYTES, 0);

	return end == BYTES ? cpu_ms() - started : -1;
}

static int measure(const unsigned char *data, struct lb_chunker *c, size_t rounds,
                   double limit)
{
	static struct paired ms;
	static struct paired per_byte;
	uint64_t table[LB_GEAR_TABLE];
	struct paired_estimate e;

	lb_gear_table(table, &key);
	(void)time_chunker(c, data);
	for (size_t i = 0; i < rounds; i++) {
		ms.a[i] = time_chunker(c, data);
		ms.b[i] = time_plain(table, data);
		per_byte.a[i] = ms.a[i] / MS_PER_NS;
		per_byte.b[i] = 1;
	}
	ms.count = per_byte.count = rounds;
	e = paired_ratio(&per_byte);
	return paired_print("chunk", &ms, &e, limit, "ns/B") ? 0 : 1;
}

int main(int argc, char **argv)
{
	const struct lb_chunk_params p = lb_chunk_params_default();
	const long rounds = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
	const double limit = argc == 3 ? strtod(argv[2], NULL) : 0;
	struct lb_chunker *c = NULL;
	unsigned char *data;
	struct err err = ERR_INIT;
	int status = 2;

	if (rounds < 6 || rounds > PAIRED_MAX || limit <= 0) {
		(void)fprintf(stderr, "usage: chunk ROUNDS(6..%d) LIMIT\n", PAIRED_MAX);
		return 2;
	}
	data = mem_new(BYTES);
	if (data != NULL && lb_crypto_init(&err) == ERR_OK &&
	    lb_chunker_new(&c, &p, &key, &err) == ERR_OK) {
		fill(data);
		status = measure(data, c, (size_t)rounds, limit);
	} else {
		(void)fprintf(stderr, "chunk: %s\n", err.msg);
	}
	lb_chunker_free(c);
	mem_free(data);
	return status;
}
