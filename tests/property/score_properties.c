// SPDX-License-Identifier: Apache-2.0
#include "os/clock.h"
#include "os/fs.h"
#include "property/properties.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/*
 * usage: score_properties [CASES [SEED]]
 * Checks every property on CASES random policies and evidences, on all processors. The
 * seed is printed; a counterexample names the seed of its case.
 */

#define DEFAULT_CASES 1000000
#define DEFAULT_SEED UINT64_C(20261122)
#define MAX_THREADS 16

struct work {
	uint64_t seed;
	uint64_t cases;
	atomic_uint_fast64_t next;
	atomic_bool failed;
};

static void *work_run(void *context)
{
	struct work *w = context;

	while (!atomic_load(&w->failed)) {
		uint64_t i = atomic_fetch_add(&w->next, 1);

		if (i >= w->cases)
			break;
		if (!properties_hold(w->seed * UINT64_C(1000000007) + i * 100, stdout))
			atomic_store(&w->failed, true);
	}
	return NULL;
}

static size_t start(struct work *w, pthread_t threads[MAX_THREADS])
{
	size_t want = os_processors() > MAX_THREADS ? MAX_THREADS : os_processors();
	size_t started = 0;

	while (started < want &&
	       pthread_create(&threads[started], NULL, work_run, w) == 0)
		started++;
	return started;
}

int main(int argc, char **argv)
{
	pthread_t threads[MAX_THREADS];
	struct work w = { .seed = DEFAULT_SEED, .cases = DEFAULT_CASES };
	uint64_t begin = os_ticks_ns();
	size_t count;

	if (argc > 1)
		w.cases = strtoull(argv[1], NULL, 10);
	if (argc > 2)
		w.seed = strtoull(argv[2], NULL, 10);
	printf("%" PRIu64 " cases, seed %" PRIu64 "\n", w.cases, w.seed);
	count = start(&w, threads);
	for (size_t i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	if (count == 0 || w.cases == 0) {
		puts("nothing ran");
		return EXIT_FAILURE;
	}
	printf("%zu properties on %" PRIu64 " cases in %.1f s: %s\n", property_count,
	       w.cases, (double)(os_ticks_ns() - begin) / 1e9,
	       atomic_load(&w.failed) ? "BROKEN" : "hold");
	return atomic_load(&w.failed) ? EXIT_FAILURE : EXIT_SUCCESS;
}
