// SPDX-License-Identifier: Apache-2.0
#include "collect/board.h"

#include "base/mem.h"
#include "base/when.h"
#include "os/clock.h"

#include <pthread.h>
#include <string.h>

enum {
	SHOWN = 3,
	NS_PER_MS = 1000000,
	MS_PER_S = 1000,
	S_PER_MINUTE = 60,
	LEFT_MAX_MS = 4 * 24 * 3600 * 1000 /* beyond that it says nothing that helps */
};

struct entry {
	const char *id;
	uint64_t since_ns;
};

struct gate_board {
	pthread_mutex_t lock;
	struct progress *progress;
	struct entry *entries; /* in the order they began: the longest first */
	size_t count;
	size_t cap;
	uint64_t end_ns; /* when all may be over; 0: not known */
};

enum err_code gate_board_new(struct gate_board **out, struct progress *progress,
                             struct err *err)
{
	struct gate_board *b = mem_new(sizeof(*b));

	if (b == NULL)
		return err_nomem(err);
	if (pthread_mutex_init(&b->lock, NULL) != 0) {
		mem_free(b);
		return err_nomem(err);
	}
	b->progress = progress;
	*out = b;
	return ERR_OK;
}

void gate_board_free(struct gate_board *b)
{
	if (b == NULL)
		return;
	(void)pthread_mutex_destroy(&b->lock);
	mem_free(b->entries);
	mem_free(b);
}

/* Without memory a unit is not shown; that is all. */
void gate_board_begin(struct gate_board *b, const char *id)
{
	if (b == NULL)
		return;
	(void)pthread_mutex_lock(&b->lock);
	if (mem_grow(&b->entries, b->count, &b->cap, sizeof(*b->entries)))
		b->entries[b->count++] = (struct entry){ id, os_ticks_ns() };
	(void)pthread_mutex_unlock(&b->lock);
	gate_board_tick(b);
}

void gate_board_end(struct gate_board *b, const char *id)
{
	if (b == NULL)
		return;
	(void)pthread_mutex_lock(&b->lock);
	for (size_t i = 0; i < b->count; i++) {
		if (b->entries[i].id != id)
			continue;
		memmove(&b->entries[i], &b->entries[i + 1],
		        (b->count - i - 1) * sizeof(*b->entries));
		b->count--;
		break;
	}
	(void)pthread_mutex_unlock(&b->lock);
}

static void put_entry(struct buf *out, const struct entry *e, bool more, uint64_t now)
{
	char elapsed[WHEN_TEXT];

	when_duration((now - e->since_ns) / NS_PER_MS, elapsed);
	buf_printf(out, "%s%s %s", more ? ", " : "", e->id, elapsed);
}

void gate_board_left(struct gate_board *b, uint64_t ms)
{
	if (b == NULL)
		return;
	(void)pthread_mutex_lock(&b->lock);
	b->end_ns = ms > 0 && ms < LEFT_MAX_MS ? os_ticks_ns() + ms * NS_PER_MS : 0;
	(void)pthread_mutex_unlock(&b->lock);
}

/* "~12 s left", "~3 m left". What takes longer than it should has no number. */
static void put_left(struct buf *out, uint64_t end_ns, uint64_t now)
{
	const uint64_t left_s =
		end_ns > now ? (end_ns - now) / NS_PER_MS / MS_PER_S + 1 : 0;

	if (left_s == 0)
		return;
	if (left_s < S_PER_MINUTE)
		buf_printf(out, "~%llu s left", (unsigned long long)left_s);
	else
		buf_printf(
			out, "~%llu m left",
			(unsigned long long)((left_s + S_PER_MINUTE - 1) / S_PER_MINUTE));
	buf_puts(out, "  ");
}

void gate_board_tick(struct gate_board *b)
{
	struct buf note = BUF_INIT;
	uint64_t now = os_ticks_ns();

	if (b == NULL || b->progress == NULL)
		return;
	(void)pthread_mutex_lock(&b->lock);
	put_left(&note, b->end_ns, now);
	for (size_t i = 0; i < b->count && i < SHOWN; i++)
		put_entry(&note, &b->entries[i], i > 0, now);
	if (b->count > SHOWN)
		buf_printf(&note, " and %zu more", b->count - SHOWN);
	(void)pthread_mutex_unlock(&b->lock);
	progress_note(b->progress, buf_span(&note));
	buf_fini(&note);
}
