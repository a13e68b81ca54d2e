// SPDX-License-Identifier: Apache-2.0
/* Input: a pattern, a NUL, a path. No input may crash or take long; a broken pattern
 * matches nothing; a pattern of quoted bytes matches itself. */
#include "base/mem.h"
#include "base/str.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool truth)
{
	if (!truth)
		abort();
}

/* Each byte quoted: whatever it is, the pattern is plain text. */
static void check_quoted(struct span path)
{
	struct buf quoted = BUF_INIT;

	for (size_t i = 0; i < path.len; i++) {
		buf_putc(&quoted, '\\');
		buf_putc(&quoted, path.ptr[i]);
	}
	if (buf_ok(&quoted) && quoted.len <= 4096)
		require(str_glob(buf_str(&quoted), path));
	buf_fini(&quoted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span input = span_of((const char *)data, size);
	size_t end = span_find_byte(input, '\0');
	char *pattern = mem_dup(span_sub(input, 0, end));
	struct span path = span_from(input, end + 1);
	const char *why = NULL;
	bool matches;

	if (pattern == NULL)
		return 0;
	matches = str_glob(pattern, path);
	if (!str_glob_ok(pattern, &why))
		require(!matches && why != NULL);
	if (span_find_byte(path, '\0') == path.len)
		check_quoted(path);
	mem_free(pattern);
	return 0;
}
