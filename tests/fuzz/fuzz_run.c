// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a run of the cached index, the checks of its pages made to hold so that
 * what is behind them is reached. */
#include "os/fs.h"
#include "pack/run.h"
#include "pack/run_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST_PAGES = 8 };

/* Pages of content, as short ones as the input has; the identity is the tester's. */
static size_t lay_out(const uint8_t *data, size_t size, unsigned char *file)
{
	size_t pages = size / RUN_CONTENT + (size % RUN_CONTENT != 0);

	memset(file, 0, (size_t)MOST_PAGES * RUN_PAGE);
	for (size_t i = 0; i < pages; i++) {
		unsigned char *page = file + i * RUN_PAGE;
		size_t left = size - i * RUN_CONTENT;
		uint64_t check;

		memcpy(page, data + i * RUN_CONTENT,
		       left < RUN_CONTENT ? left : RUN_CONTENT);
		if (i == 0)
			memset(page + 12, 0, LB_ID);
		check = run_page_check(page, i);
		memcpy(page + RUN_CONTENT, &check, sizeof check);
	}
	return pages * RUN_PAGE;
}

static void ask_packs(struct lb_run *r)
{
	struct lb_run_pack pack;
	struct lb_id segment;
	size_t first;
	size_t count;

	for (size_t i = 0; i < lb_run_segments(r) && i < 100; i++)
		(void)!lb_run_segment(r, i, &segment, NULL);
	for (size_t i = 0; i < lb_run_packs(r) && i < 100; i++)
		if (lb_run_pack(r, i, &pack, NULL) == ERR_OK)
			(void)!lb_run_find_pack(r, &pack.name, &first, &count, NULL);
}

static void ask_rows(struct lb_run *r)
{
	unsigned char prefix[LB_PREFIX] = { 0 };
	struct lb_row row;
	uint64_t first;
	size_t count;

	for (uint64_t i = 0; i < lb_run_rows(r) && i < 100; i++)
		(void)!lb_run_row(r, i, &row, NULL);
	for (unsigned b = 0; b < 256; b += 5) {
		memset(prefix, (int)b, sizeof prefix);
		lb_run_prefetch(r, prefix);
		if (lb_run_find(r, prefix, &first, &count, NULL) == ERR_OK && count > 0 &&
		    (first >= lb_run_rows(r) || count > lb_run_rows(r) - first))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char file[MOST_PAGES * RUN_PAGE];
	static const struct lb_id none;
	char path[] = "/tmp/fuzz-run-XXXXXX";
	struct lb_run *r = NULL;
	size_t length;
	int fd;

	if (size == 0 || size > (size_t)MOST_PAGES * RUN_CONTENT)
		return 0;
	length = lay_out(data, size, file);
	fd = mkstemp(path);
	if (fd < 0)
		return 0;
	if (os_write_all(fd, span_of((const char *)file, length), NULL) == ERR_OK &&
	    lb_run_open(&r, path, &none, NULL) == ERR_OK) {
		ask_packs(r);
		ask_rows(r);
		(void)!lb_run_check(r, NULL);
	}
	lb_run_free(r);
	(void)close(fd);
	(void)unlink(path);
	return 0;
}
