// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include "base/mem.h"
#include "base/num.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_MIN ((size_t)512)
#define BLOCK_MAX ((size_t)1 << 20)
#define ALIGN _Alignof(max_align_t)

/* Blocks come zeroed and are never reused, so all that is handed out is zero. */
struct arena_block {
	struct arena_block *next;
	size_t size;
	size_t used;
	_Alignas(max_align_t) char data[];
};

void arena_init(struct arena *a)
{
	*a = (struct arena)ARENA_INIT;
}

void arena_fini(struct arena *a)
{
	struct arena_block *block = a->head;

	while (block != NULL) {
		struct arena_block *next = block->next;

		mem_free(block);
		block = next;
	}
	arena_init(a);
}

/* Blocks grow with the arena: small ones stay small, large ones need few calls. */
static size_t block_size(const struct arena *a)
{
	if (a->used < BLOCK_MIN)
		return BLOCK_MIN;
	return a->used > BLOCK_MAX ? BLOCK_MAX : a->used;
}

/* A block with room for `size`. A large request gets a block of its own behind the head,
 * whose free rest stays in use. */
static struct arena_block *add_block(struct arena *a, size_t size)
{
	size_t room = block_size(a);
	bool own = size > room / 2;
	struct arena_block *block;
	size_t total;

	if (own)
		room = size;
	if (!num_add(room, sizeof(*block), &total))
		return NULL;
	block = mem_new(total);
	if (block == NULL)
		return NULL;
	block->size = room;
	if (own && a->head != NULL) {
		block->next = a->head->next;
		a->head->next = block;
	} else {
		block->next = a->head;
		a->head = block;
	}
	return block;
}

void *arena_new(struct arena *a, size_t size)
{
	struct arena_block *block = a->head;
	void *p;

	if (a->failed)
		return NULL;
	if (!num_add(size == 0 ? 1 : size, ALIGN - 1, &size))
		goto fail;
	size -= size % ALIGN;
	if (block == NULL || size > block->size - block->used)
		block = add_block(a, size);
	if (block == NULL)
		goto fail;
	p = block->data + block->used;
	block->used += size;
	a->used += size;
	return p;
fail:
	a->failed = true;
	return NULL;
}

void *arena_array(struct arena *a, size_t count, size_t elem_size)
{
	size_t size;

	if (!num_mul(count, elem_size, &size)) {
		a->failed = true;
		return NULL;
	}
	return arena_new(a, size);
}

char *arena_str(struct arena *a, const char *s)
{
	return s == NULL ? NULL : arena_dup(a, span_str(s));
}

char *arena_dup(struct arena *a, struct span s)
{
	char *copy;
	size_t size;

	if (!num_add(s.len, 1, &size)) {
		a->failed = true;
		return NULL;
	}
	copy = arena_new(a, size);
	if (copy != NULL && s.len > 0)
		memcpy(copy, s.ptr, s.len);
	return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (len < 0)
		a->failed = true;
	else
		text = arena_new(a, (size_t)len + 1);
	if (text == NULL)
		return NULL;
	va_start(ap, fmt);
	(void)vsnprintf(text, (size_t)len + 1, fmt, ap);
	va_end(ap);
	return text;
}

/* Moves `count` elements to an array of `wanted`. */
static bool move_array(struct arena *a, void *slot, size_t count, size_t *cap,
                       size_t wanted, size_t elem_size)
{
	void *old;
	void *array;

	array = arena_array(a, wanted, elem_size);
	if (array == NULL)
		return false;
	/* The slot is some T **: copying its bytes is the portable way to read it. */
	memcpy(&old, slot, sizeof(old));
	if (count > 0)
		memcpy(array, old, count * elem_size);
	memcpy(slot, &array, sizeof(array));
	*cap = wanted;
	return true;
}

/* Twice as large as it is. */
static bool push_grow(struct arena *a, void *slot, size_t count, size_t *cap,
                      size_t elem_size)
{
	size_t wanted = 4;

	if (*cap > 0 && !num_mul(*cap, 2, &wanted)) {
		a->failed = true;
		return false;
	}
	return move_array(a, slot, count, cap, wanted, elem_size);
}

bool arena_reserve(struct arena *a, void *slot, size_t count, size_t *cap, size_t more,
                   size_t elem_size)
{
	size_t wanted;

	if (!num_add(count, more, &wanted)) {
		a->failed = true;
		return false;
	}
	return wanted <= *cap || move_array(a, slot, count, cap, wanted, elem_size);
}

void *arena_push(struct arena *a, void *slot, size_t *count, size_t *cap,
                 size_t elem_size)
{
	char *array;

	if (a->failed)
		return NULL;
	if (*count >= *cap && !push_grow(a, slot, *count, cap, elem_size))
		return NULL;
	memcpy(&array, slot, sizeof(array));
	return array + elem_size * (*count)++;
}

/* Behind the head, whose free rest stays in use. */
void arena_join(struct arena *to, struct arena *from)
{
	struct arena_block *last = from->head;

	to->used += from->used;
	to->failed = to->failed || from->failed;
	while (last != NULL && last->next != NULL)
		last = last->next;
	if (last != NULL && to->head != NULL) {
		last->next = to->head->next;
		to->head->next = from->head;
	} else if (last != NULL) {
		to->head = from->head;
	}
	arena_init(from);
}

bool arena_ok(const struct arena *a)
{
	return !a->failed;
}

enum err_code arena_err(const struct arena *a, struct err *err)
{
	return a->failed ? err_nomem(err) : ERR_OK;
}
