// SPDX-License-Identifier: Apache-2.0
#include "record/manifest.h"

#include <assert.h>
#include <string.h>

/* Manifests of runs: no name leads out of the folder, and each is found. */

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct gate_manifest m;
	struct gate_manifest again;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	if (gate_manifest_read(&m, span_of((const char *)data, size), &arena, &err) ==
	    ERR_OK) {
		gate_manifest_write(&m, &text);
		assert(gate_manifest_read(&again, buf_span(&text), &arena, &err) ==
		       ERR_OK);
		assert(again.count == m.count && strcmp(again.root, m.root) == 0);
		for (size_t i = 0; i < m.count; i++) {
			assert(m.files[i].name[0] != '/');
			assert(strstr(m.files[i].name, "..") != m.files[i].name);
			assert(strstr(m.files[i].name, "/..") == NULL);
			assert(gate_manifest_find(&m, m.files[i].name) == &m.files[i]);
		}
	} else {
		assert(err.msg[0] != '\0');
	}
	buf_fini(&text);
	arena_fini(&arena);
	return 0;
}
