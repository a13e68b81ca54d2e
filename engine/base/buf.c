// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"

#include "base/mem.h"
#include "base/num.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define FIRST_CAP 64

void buf_init(struct buf *b)
{
	*b = (struct buf)BUF_INIT;
}

void buf_fini(struct buf *b)
{
	mem_free(b->ptr);
	buf_init(b);
}

void buf_clear(struct buf *b)
{
	b->failed = false;
	b->len = 0;
	if (b->ptr != NULL)
		b->ptr[0] = '\0';
}

void buf_truncate(struct buf *b, size_t len)
{
	assert(len <= b->len);
	b->len = len;
	if (b->ptr != NULL)
		b->ptr[len] = '\0';
}

/* The capacity that holds `need` bytes: doubling, so that n puts copy O(n) bytes. */
static size_t next_cap(size_t cap, size_t need)
{
	size_t doubled;

	if (cap < FIRST_CAP)
		cap = FIRST_CAP / 2;
	if (!num_mul(cap, 2, &doubled) || doubled < need)
		return need;
	return doubled;
}

bool buf_reserve(struct buf *b, size_t more)
{
	size_t need;
	size_t cap;

	if (b->failed)
		return false;
	if (!num_add(b->len, more, &need) || !num_add(need, 1, &need))
		goto fail;
	if (need <= b->cap)
		return true;
	cap = next_cap(b->cap, need);
	if (!mem_array(&b->ptr, cap, 1))
		goto fail;
	b->cap = cap;
	b->ptr[b->len] = '\0';
	return true;
fail:
	b->failed = true;
	return false;
}

void buf_put_more(struct buf *b, struct span s)
{
	if (!buf_reserve(b, s.len))
		return;
	if (s.len > 0)
		memcpy(b->ptr + b->len, s.ptr, s.len);
	b->len += s.len;
	b->ptr[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, span_str(s));
}

void buf_fill(struct buf *b, char c, size_t n)
{
	if (!buf_reserve(b, n))
		return;
	memset(b->ptr + b->len, c, n);
	b->len += n;
	b->ptr[b->len] = '\0';
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	if (!buf_reserve(b, 0))
		return;
	va_copy(again, ap);
	len = vsnprintf(b->ptr + b->len, b->cap - b->len, fmt, again);
	va_end(again);
	if (len < 0) {
		b->failed = true;
	} else if ((size_t)len < b->cap - b->len) {
		b->len += (size_t)len;
	} else if (buf_reserve(b, (size_t)len)) {
		(void)vsnprintf(b->ptr + b->len, (size_t)len + 1, fmt, ap);
		b->len += (size_t)len;
	}
	if (b->failed)
		b->ptr[b->len] = '\0';
}

bool buf_ok(const struct buf *b)
{
	return !b->failed;
}

enum err_code buf_err(const struct buf *b, struct err *err)
{
	return b->failed ? err_nomem(err) : ERR_OK;
}

struct span buf_span(const struct buf *b)
{
	return b->failed ? SPAN_EMPTY : span_of(b->ptr, b->len);
}

const char *buf_str(const struct buf *b)
{
	return b->failed || b->ptr == NULL ? "" : b->ptr;
}

char *buf_take(struct buf *b)
{
	char *text = NULL;

	if (buf_reserve(b, 0)) {
		text = b->ptr;
		b->ptr = NULL;
	}
	buf_fini(b);
	return text;
}
