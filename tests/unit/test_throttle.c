/* SPDX-License-Identifier: Apache-2.0 */
#include "backend/throttle.h"

#include "backend/memory.h"
#include "backend/patience_internal.h"
#include "support/backend.h"
#include "support/backend_contract.h"

#include <pthread.h>
#include <string.h>

TestSuite(throttle, .timeout = 30);

#define SECOND UINT64_C(1000000000)
#define SAVED (SECOND / 4) /* of an idle line */
#define KIB ((uint64_t)1 << 10)

static struct lb_memory *disk;
static struct lb_backend *throttle;
static struct cancel cancelled;

/* A clock that moves when somebody waits. */
static uint64_t now;
static size_t waits;

static uint64_t ticks_ns(void)
{
	return now;
}

static void wait_until(uint64_t until, const struct cancel *cancel)
{
	waits++;
	if (!cancel_is_set(cancel) && until > now)
		now = until;
}

static void open_with(uint64_t upload, uint64_t download)
{
	struct lb_backend *inner = NULL;
	struct err err = ERR_INIT;

	now = 100 * SECOND;
	waits = 0;
	cancel_init(&cancelled);
	check_ok(lb_memory_new(&disk, &err), &err);
	check_ok(lb_memory_open(&inner, disk, &err), &err);
	check_ok(lb_throttle_new(&throttle, inner, (struct lb_rates){ upload, download },
	                         &cancelled, &err),
	         &err);
	lb_throttle_set_patience(throttle, (struct lb_patience){ ticks_ns, wait_until });
}

static void close_all(void)
{
	lb_backend_close(throttle);
	lb_memory_free(disk);
}

/* Stores an object of that length under the first free name. */
static void send(size_t len)
{
	static char bytes[1 << 20];
	const struct span halves[2] = { span_of(bytes, len / 2),
		                        span_of(bytes, len - len / 2) };
	struct err err = ERR_INIT;

	check_ok(lb_backend_put(throttle, "packs/aa/p", halves, 2, &err), &err);
}

/* Nanoseconds that went by since. */
static uint64_t since(uint64_t then)
{
	return now - then;
}

Test(throttle, keeps_the_contract)
{
	open_with(KIB, KIB);
	check_backend_contract(throttle);
	close_all();
}

Test(throttle, what_is_sent_takes_its_time)
{
	const uint64_t start = 100 * SECOND;

	open_with(100 * KIB, 0);
	send(10 * KIB);
	check_u64_eq(since(start), 0, "the line was idle, and has saved a quarter");
	send(15 * KIB);
	check_u64_eq(since(start), 0, "which is used up now");
	send(100 * KIB);
	check_u64_eq(since(start), SECOND, "after that each byte counts");
	for (int i = 0; i < 1000; i++)
		send(KIB);
	check_u64_eq(since(start), 11 * SECOND, "in small pieces as in large ones");
	close_all();
}

Test(throttle, a_pause_saves_no_more_than_a_quarter)
{
	uint64_t start;

	open_with(100 * KIB, 0);
	send(25 * KIB);
	now += 3600 * SECOND;
	start = now;
	send(125 * KIB);
	check_u64_eq(since(start), SECOND, "an hour of silence is not made up for");
	close_all();
}

Test(throttle, each_way_has_its_limit)
{
	unsigned char out[1000];
	struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	uint64_t start;

	open_with(0, 1000 * KIB);
	send(1 << 20);
	check_size_eq(waits, 0, "sending is free here");
	start = now;
	for (int i = 0; i < 2048; i++)
		check_ok(lb_backend_read(throttle, "packs/aa/p", 0, 1000, out, &err),
		         &err);
	check_true(2 * SECOND - SAVED - since(start) < 2048, "2,048 times 1,000 bytes");
	start = now;
	check_ok(lb_backend_get(throttle, "packs/aa/p", 1 << 20, &got, &err), &err);
	check_size_eq(got.len, 1 << 20, "all of it");
	check_u64_eq(since(start), (1 << 20) * SECOND / (1000 * KIB),
	             "paid when its size is known");
	buf_fini(&got);
	start = now;
	check_int_eq(lb_backend_get(throttle, "packs/aa/q", 9, &got, &err), ERR_NOT_FOUND,
	             "there is none");
	check_u64_eq(since(start), 0, "what did not come costs nothing");
	buf_fini(&got);
	close_all();
}

Test(throttle, extreme_sizes_and_rates_do_not_overflow)
{
	static const uint64_t rates[] = { LB_RATE_MIN, LB_RATE_MIN + 1, 999999937,
		                          LB_RATE_MAX - 1, LB_RATE_MAX };
	const uint64_t bytes = 1 << 20;

	for (size_t i = 0; i < sizeof(rates) / sizeof(*rates); i++) {
		const uint64_t whole = bytes * SECOND / rates[i];

		open_with(rates[i], 0);
		for (int k = 0; k < 100; k++)
			send((size_t)bytes);
		check_true(since(100 * SECOND) <= 100 * whole + 100 &&
		                   since(100 * SECOND) + SAVED >= 100 * whole,
		           "at %llu B/s: %llu ns", (unsigned long long)rates[i],
		           (unsigned long long)since(100 * SECOND));
		close_all();
	}
}

Test(throttle, nobody_waits_once_cancelled)
{
	const uint64_t start = 100 * SECOND;

	open_with(KIB, KIB);
	cancel_set(&cancelled, 2);
	send(1 << 20);
	check_u64_eq(since(start), 0, "it goes at once");
	check_object(throttle, "log/00000000/1", NULL);
	close_all();
}

/* ---- with the real clock ---- */

static void *sender(void *context)
{
	(void)context;
	send(1 << 20);
	return NULL;
}

Test(throttle, a_sleeper_wakes_up_when_cancelled)
{
	const uint64_t begun = os_ticks_ns();
	pthread_t thread;

	open_with(KIB, 0); /* 17 minutes */
	lb_throttle_set_patience(throttle, LB_PATIENCE);
	check_int_eq(pthread_create(&thread, NULL, sender, NULL), 0, "started");
	cancel_set(&cancelled, 2);
	check_int_eq(pthread_join(thread, NULL), 0, "ended");
	check_true(os_ticks_ns() - begun < 20 * SECOND, "long before its time");
	close_all();
}

Test(throttle, the_real_clock_is_kept)
{
	uint64_t begun;

	open_with(1000 * KIB, 0);
	lb_throttle_set_patience(throttle, LB_PATIENCE);
	begun = os_ticks_ns();
	send(300 * KIB);
	check_true(os_ticks_ns() - begun >= SECOND / 20,
	           "50 KiB more than what was saved");
	close_all();
}
