// SPDX-License-Identifier: Apache-2.0
/* An ignore file (up to the first NUL) against a path (the rest). Whatever is ignored
 * as a file is ignored as a folder, unless a line for folders alone says otherwise. The
 * same text as a file of owners. */
#include "scanners/ignore.h"
#include "scanners/owner.h"
#include "scanners/wildmatch.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Without a line nobody owns anything. */
static void look_for_owners(struct span text, struct span path)
{
	struct scan_owners owners;
	struct buf out = BUF_INIT;

	if (scan_owners_parse(&owners, text, NULL) == ERR_OK)
		scan_owners_of(&owners, path, &out);
	if (owners.count == 0 && out.len > 0)
		abort();
	scan_owners_fini(&owners);
	buf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span all = span_of((const char *)data, size);
	struct span text = span_sub(all, 0, span_find_byte(all, '\0'));
	struct span path = span_from(all, text.len + 1);
	struct scan_ignore *set;
	struct err err;

	if (path.len > 300 || text.len > 2000)
		return 0;
	if (scan_ignore_parse(&set, NULL, text, 0, &err) != ERR_OK)
		return 0;
	if (scan_ignore_match(set, path, false) != scan_ignore_match(set, path, true) &&
	    span_find_byte(text, '/') == text.len)
		abort();
	scan_ignore_free(set);
	(void)scan_wildmatch(text, path);
	look_for_owners(text, path);
	return 0;
}
