// SPDX-License-Identifier: Apache-2.0
/* The first line names a lock file, the rest is its content. Every package stands in the
 * text, and its path leads to it. */
#include "base/str.h"
#include "scanners/depend/lock.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct scan_lock *l)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct scan_dependency *d = &l->items[i];

		if (d->at > l->text.len || d->len > l->text.len - d->at)
			abort();
		if (d->path_count == 0 || d->path_count > SCAN_PATH_MAX ||
		    !str_eq(d->path[d->path_count - 1], d->name))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of((const char *)data, size);
	const struct scan_lock_kind *kind;
	struct scan_lock lock;
	struct span name;
	struct err err;

	if (!span_line(&text, &name))
		return 0;
	kind = scan_lock_kind_of(name);
	if (kind == NULL || scan_lock_read(&lock, kind, text, "input", &err) != ERR_OK)
		return 0;
	check(&lock);
	scan_lock_fini(&lock);
	return 0;
}
