// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a files cache, its checks made to hold so that what is behind them is
 * reached. */
#include "base/wire.h"
#include "crypto/digest.h"
#include "os/fs.h"
#include "snapshot/files_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER = 88, BLOCK_HEAD = 32, MOST = 4096 };

static void mend(unsigned char *file, size_t size)
{
	uint32_t rows;

	memcpy(file, "LBFILES1", 8);
	memset(file + 8, 0, LB_ID);
	wire_store_u64(file + 72, size);
	if (lb_check(span_of((char *)file, HEADER - LB_CHECK), file + HEADER - LB_CHECK,
	             NULL) != ERR_OK)
		return;
	for (size_t at = HEADER; size - at >= BLOCK_HEAD; at += BLOCK_HEAD + rows) {
		rows = wire_load_u32(file + at + 8);
		if (rows > size - at - BLOCK_HEAD ||
		    lb_check(span_of((char *)file + at + LB_CHECK,
		                     BLOCK_HEAD - LB_CHECK + rows),
		             file + at, NULL) != ERR_OK)
			return;
	}
}

static void ask(const char *path)
{
	static const struct lb_id none;
	struct lb_files_cursor cursor = { 0 };
	struct lb_file_state state;
	struct lb_files_cache *c;

	if (lb_files_cache_open(&c, path, &none, NULL) != ERR_OK)
		return;
	/* Twice: the second time by the block after the first. */
	for (int i = 0; i < 2; i++) {
		(void)lb_files_cache_folder(c, SPAN_LIT("/a"), &cursor, &cursor);
		(void)lb_files_cursor_find(&cursor, SPAN_LIT("b"), &state);
		(void)lb_files_cursor_find(&cursor, SPAN_LIT("zz"), &state);
		(void)lb_files_cursor_find(&cursor, SPAN_LIT("a"), &state);
	}
	lb_files_cache_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char file[MOST];
	char path[] = "/tmp/fuzz-files-XXXXXX";
	int fd;

	if (size < HEADER || size > sizeof(file))
		return 0;
	memcpy(file, data, size);
	mend(file, size);
	fd = mkstemp(path);
	if (fd < 0)
		return 0;
	if (os_write_all(fd, span_of((const char *)file, size), NULL) == ERR_OK)
		ask(path);
	(void)close(fd);
	(void)unlink(path);
	return 0;
}
