// SPDX-License-Identifier: Apache-2.0
/* Any bytes as an index of git. */
#include "lib/vcs_index_read.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vcs_index_data x;
	struct err err;
	size_t bytes = 0;

	if (vcs_index_read(&x, span_of((const char *)data, size), &err) == ERR_OK) {
		for (size_t i = 0; i < x.count; i++)
			bytes += strlen(x.entries[i].path);
		for (size_t i = 0; i < x.folder_count; i++)
			if (x.folders[i].behind <= i ||
			    x.folders[i].behind > x.folder_count)
				abort();
	}
	arena_fini(&x.arena);
	return bytes == SIZE_MAX;
}
