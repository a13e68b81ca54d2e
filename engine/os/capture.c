// SPDX-License-Identifier: Apache-2.0
#include "os/capture_internal.h"

#include <string.h>

void capture_init(struct capture *c, uint64_t max)
{
	*c = (struct capture){ .half = max / 2 < SIZE_MAX ? (size_t)(max / 2)
		                                          : SIZE_MAX };
}

void capture_fini(struct capture *c)
{
	buf_fini(&c->head);
	buf_fini(&c->tail);
}

/* Forgets all but the last `half` bytes of the tail. */
static void shorten(struct capture *c)
{
	if (c->tail.len <= c->half)
		return;
	memmove(c->tail.ptr, c->tail.ptr + (c->tail.len - c->half), c->half);
	buf_truncate(&c->tail, c->half);
}

void capture_put(struct capture *c, struct span data)
{
	const struct span start = span_sub(data, 0, c->half - c->head.len);

	c->total += data.len;
	buf_put(&c->head, start);
	data = span_from(data, start.len);
	if (data.len > c->half)
		data = span_from(data, data.len - c->half);
	if (data.len == 0)
		return;
	if (c->tail.len > c->half && c->tail.len - c->half > c->half - data.len)
		shorten(c);
	buf_put(&c->tail, data);
}

enum err_code capture_take(struct capture *c, struct buf *out, uint64_t *dropped,
                           struct err *err)
{
	shorten(c);
	buf_put(&c->head, buf_span(&c->tail));
	if (!buf_ok(&c->head) || !buf_ok(&c->tail))
		return err_nomem(err);
	*dropped = c->total - c->head.len;
	buf_fini(out);
	*out = c->head;
	buf_init(&c->head);
	return ERR_OK;
}
