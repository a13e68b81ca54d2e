// SPDX-License-Identifier: Apache-2.0
/* Progress, log, hash key and allocator hook from many threads at once, for
 * ThreadSanitizer. */
#define _XOPEN_SOURCE 700
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/term.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define THREADS 4

static struct progress *progress;
static uint64_t hashes[THREADS];

static void *work(void *argument)
{
	uint64_t *hash = argument;

	*hash = map_hash(SPAN_LIT("key"));
	for (int i = 0; i < 2000; i++) {
		char *note = mem_strdup("note");

		progress_add(progress, 1);
		progress_note(progress, span_str(note));
		if (i % 500 == 0) {
			progress_line(progress, SPAN_LIT("line"));
			log_event(LOG_INFO, "not shown");
		}
		mem_free(note);
	}
	return NULL;
}

/* Takes what the terminal gets, so that writers never block. */
static void *drain(void *argument)
{
	const int *control = argument;
	char text[512];

	while (read(*control, text, sizeof(text)) > 0)
		continue;
	return NULL;
}

int main(void)
{
	struct term t = { .tty = true, .columns = 80 };
	pthread_t threads[THREADS];
	pthread_t drainer;
	int control = posix_openpt(O_RDWR | O_NOCTTY);

	if (control < 0)
		return 77; /* no pseudo-terminals here: skipped */
	if (grantpt(control) != 0 || unlockpt(control) != 0)
		return 1;
	t.fd = open(ptsname(control), O_RDWR | O_NOCTTY);
	if (t.fd < 0 || progress_new(&progress, &t, true, NULL) != ERR_OK)
		return 1;
	progress_start(progress, "race", "steps", 2000 * THREADS);
	(void)pthread_create(&drainer, NULL, drain, &control);
	for (int i = 0; i < THREADS; i++)
		(void)pthread_create(&threads[i], NULL, work, &hashes[i]);
	for (int i = 0; i < THREADS; i++)
		(void)pthread_join(threads[i], NULL);
	progress_finish(progress);
	/* Closing the terminal's end makes the drainer's read fail. */
	close(t.fd);
	(void)pthread_join(drainer, NULL);
	close(control);
	for (int i = 1; i < THREADS; i++)
		if (hashes[i] != hashes[0])
			return 1;
	return 0;
}
