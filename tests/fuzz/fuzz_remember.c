// SPDX-License-Identifier: Apache-2.0
/* Any bytes as the head of a log that this machine remembers, its check made to hold; one
 * that is read comes back the same. */
#include "crypto/digest.h"
#include "repo/remember.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 256, CHECK = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct lb_id repository;
	static char file[MOST];
	struct span bytes = span_of(file, size);
	struct buf again = BUF_INIT;
	struct lb_remembered head;
	struct lb_id sum;

	if (size < CHECK || size > sizeof(file))
		return 0;
	memcpy(file, data, size);
	lb_remembered_get(&head, &repository, bytes);
	if (lb_hash(span_sub(bytes, 0, size - CHECK), &sum, NULL) != ERR_OK)
		abort();
	memcpy(file + size - CHECK, sum.b, CHECK);
	lb_remembered_get(&head, &repository, bytes);
	if (head.slot == LB_NO_SLOT)
		return 0;
	if (lb_remembered_put(&head, &repository, &again, NULL) != ERR_OK ||
	    !span_eq(buf_span(&again), bytes))
		abort();
	buf_fini(&again);
	return 0;
}
