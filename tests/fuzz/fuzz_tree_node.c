// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a leaf or an inner node. What is read is written again, and must read the
 * same. */
#include "snapshot/node.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An entry that was read may be written, and comes back as it was. */
static void again(const struct lb_entry *e)
{
	struct buf out = BUF_INIT;
	struct buf scratch = BUF_INIT;
	struct lb_entry got;
	struct wire w;

	if (lb_entry_encode(&out, e, &scratch, NULL) != ERR_OK)
		abort();
	wire_init(&w, buf_span(&out));
	if (lb_entry_decode(wire_bytes(&w), &got, NULL) != ERR_OK)
		abort();
	got.user = e->user;
	got.group = e->group;
	if (!lb_entry_eq(&got, e) || lb_entry_data(e) > INT64_MAX)
		abort();
	buf_fini(&out);
	buf_fini(&scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lb_entry e;
	struct lb_child c;
	struct lb_node n;
	bool more = true;

	if (lb_node_open(&n, span_of((const char *)data, size), NULL) != ERR_OK)
		return 0;
	if (n.level > 0) {
		while (lb_node_child(&n, &c, &more, NULL) == ERR_OK && more)
			;
		return 0;
	}
	while (lb_node_entry(&n, &e, &more, NULL) == ERR_OK && more)
		again(&e);
	return 0;
}
