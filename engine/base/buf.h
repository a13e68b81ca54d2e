// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"
#include "base/span.h"

#include <stdarg.h>
#include <string.h>

/*
 * Growable owned bytes. Failure is sticky: after the first failed growth every put does
 * nothing, and buf_ok, buf_take and buf_err tell. So a writer puts many times and checks
 * once. The bytes are always followed by a NUL that does not count, unless the buffer was
 * never written to.
 */
struct buf {
	char *ptr;
	size_t len;
	size_t cap;
	bool failed;
};

#define BUF_INIT                  \
	{                         \
		NULL, 0, 0, false \
	}

void buf_init(struct buf *b);
void buf_fini(struct buf *b);
/* Keeps the memory, forgets contents and failure. */
void buf_clear(struct buf *b);
/* Forgets all bytes after `len` (which must not be above b->len). */
void buf_truncate(struct buf *b, size_t len);
/* Room for `more` bytes beyond len. */
bool buf_reserve(struct buf *b, size_t more);

/* What buf_put does when there is no room. */
void buf_put_more(struct buf *b, struct span s);

static inline void buf_put(struct buf *b, struct span s)
{
	if (s.len >= b->cap - b->len || b->failed) {
		buf_put_more(b, s);
		return;
	}
	if (s.len > 0)
		memcpy(b->ptr + b->len, s.ptr, s.len);
	b->len += s.len;
	b->ptr[b->len] = '\0';
}

static inline void buf_putc(struct buf *b, char c)
{
	buf_put(b, span_of(&c, 1));
}

void buf_puts(struct buf *b, const char *s);
/* `c` repeated `n` times. */
void buf_fill(struct buf *b, char c, size_t n);
void buf_printf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

bool buf_ok(const struct buf *b);
/* ERR_OK, or ERR_NOMEM if any put failed. */
enum err_code buf_err(const struct buf *b, struct err *err);
struct span buf_span(const struct buf *b);
/* The contents as a C string, never NULL ("" when empty or failed); valid until the next
 * put. */
const char *buf_str(const struct buf *b);
/* Hands the bytes over as a heap string (mem_free), or NULL after a failure; the buffer
 * is empty afterwards. */
char *buf_take(struct buf *b);

#endif
