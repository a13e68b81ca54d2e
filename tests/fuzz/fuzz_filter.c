// SPDX-License-Identifier: Apache-2.0
/* A pattern file (up to the first NUL) against a path (the rest): a walk and the whole
 * path at once agree, and what is in a folder that is out is out. */
#include "snapshot/filter.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(const struct lb_filter *f, struct span path)
{
	const enum lb_filter_verdict file = lb_filter_path(f, path, false);

	if (file == LB_FILTER_INTO)
		abort();
	for (size_t i = 1; i < path.len; i++) {
		/* A folder has no slash at its end, and the top is no question. */
		if (path.ptr[i] == '/' && path.ptr[i - 1] != '/' &&
		    file == LB_FILTER_IN &&
		    lb_filter_path(f, span_sub(path, 0, i), true) == LB_FILTER_OUT)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span all = span_of((const char *)data, size);
	const struct span text = span_sub(all, 0, span_find_byte(all, '\0'));
	const struct span path = span_from(all, text.len + 1);
	struct lb_filter *f;

	if (path.len > 300 || text.len > 2000)
		return 0;
	if (lb_filter_new(&f, NULL) != ERR_OK)
		return 0;
	if (lb_filter_add_text(f, LB_FILTER_EXCLUDE, text, size % 2 == 0, "fuzz", NULL) ==
	            ERR_OK &&
	    lb_filter_add_text(f, LB_FILTER_INCLUDE, size % 3 == 0 ? text : SPAN_EMPTY,
	                       false, "fuzz", NULL) == ERR_OK)
		compare(f, path);
	lb_filter_free(f);
	return 0;
}
