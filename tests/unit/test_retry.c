/* SPDX-License-Identifier: Apache-2.0 */
#include "backend/retry.h"

#include "backend/decorator.h"
#include "backend/faulty.h"
#include "backend/memory.h"
#include "backend/patience_internal.h"
#include "support/backend.h"
#include "support/backend_contract.h"

#include <errno.h>

TestSuite(retry, .timeout = 30);

#define MS UINT64_C(1000000)

/* A store whose requests fail with a number of the system so many times. */
static struct lb_memory *disk;
static struct lb_backend *memory;
static struct lb_decorator moody;
static int mood;
static int moods_left;
static size_t asked;

static struct lb_backend *retry;
static struct cancel cancelled;
static size_t told;
static uint64_t now;

static enum err_code be_moody(struct lb_decorator *d, const struct lb_call *c,
                              struct err *err)
{
	asked++;
	if (moods_left == 0)
		return lb_call_perform(d->inner, c, err);
	moods_left--;
	errno = mood;
	return err_sys(err, "%s", c->key);
}

static void leave_open(struct lb_decorator *d)
{
	(void)d; /* static */
}

static uint64_t ticks_ns(void)
{
	return now;
}

static void wait_until(uint64_t until, const struct cancel *cancel)
{
	if (!cancel_is_set(cancel))
		now = until;
}

static void on_pause(void *context, const struct err *err, uint64_t pause_ns)
{
	const uint64_t longest = (100 * MS) << told;

	(void)context;
	check_true(pause_ns >= longest / 2 && pause_ns <= longest,
	           "pause %zu: %llu ns after \"%s\"", told, (unsigned long long)pause_ns,
	           err->msg);
	told++;
}

static void start_over(int os_code, int times)
{
	mood = os_code;
	moods_left = times;
	asked = 0;
	told = 0;
}

static void open_on(struct lb_backend *inner)
{
	const struct lb_retry_options o = { .cancel = &cancelled, .tell = on_pause };
	struct err err = ERR_INIT;

	check_ok(lb_retry_new(&retry, inner, &o, &err), &err);
	lb_retry_set_patience(retry, (struct lb_patience){ ticks_ns, wait_until });
}

static void set_up(void)
{
	struct err err = ERR_INIT;

	cancel_init(&cancelled);
	check_ok(lb_memory_new(&disk, &err), &err);
	check_ok(lb_memory_open(&memory, disk, &err), &err);
	lb_decorator_init(&moody);
	moody.inner = memory;
	moody.run = be_moody;
	moody.close = leave_open;
	start_over(0, 0);
	open_on(&moody.base);
}

static void tear_down(void)
{
	lb_backend_close(retry);
	lb_backend_close(memory);
	lb_memory_free(disk);
}

Test(retry, keeps_the_contract, .init = set_up, .fini = tear_down)
{
	check_backend_contract(retry);
	check_size_eq(told, 0, "nobody waited");
}

/* Each kind of request once; gives the error of the first that fails. */
static enum err_code ask_all(struct err *err)
{
	const struct span part = SPAN_LIT("text");
	unsigned char out[4];
	struct buf got = BUF_INIT;
	uint64_t size = 0;
	enum err_code rc = lb_backend_put(retry, "packs/aa/p", &part, 1, err);

	if (rc == ERR_OK)
		rc = lb_backend_get(retry, "packs/aa/p", 4, &got, err);
	if (rc == ERR_OK)
		rc = lb_backend_read(retry, "packs/aa/p", 0, 4, out, err);
	if (rc == ERR_OK)
		rc = lb_backend_size(retry, "packs/aa/p", &size, err);
	if (rc == ERR_OK)
		rc = lb_backend_put_new(retry, "log/00000000/1", part, err);
	if (rc == ERR_OK)
		rc = lb_backend_replace(retry, "sessions/s", part, err);
	if (rc == ERR_OK)
		rc = lb_backend_sync_folder(retry, "log", err);
	if (rc == ERR_OK)
		rc = lb_backend_delete(retry, "packs/aa/p", err);
	if (rc == ERR_OK)
		rc = lb_backend_sync(retry, err);
	buf_fini(&got);
	return rc;
}

Test(retry, what_passes_is_tried_again, .init = set_up, .fini = tear_down)
{
	static const int codes[] = { EAGAIN, EBUSY,      ESTALE,       ETIMEDOUT,
		                     EINTR,  ECONNRESET, EHOSTUNREACH, ENETUNREACH };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		start_over(codes[i], LB_RETRY_MAX);
		check_ok(ask_all(&err), &err);
		check_size_eq(told, LB_RETRY_MAX, "pauses after error %d", codes[i]);
		check_size_eq(asked, 9 + LB_RETRY_MAX, "requests");
	}
}

Test(retry, what_stays_is_told_at_once, .init = set_up, .fini = tear_down)
{
	static const int codes[] = { ENOSPC, EDQUOT, EROFS, EACCES, EPERM, EIO,  EFBIG,
		                     EMFILE, ENOMEM, ELOOP, ENOENT, EXDEV, ENXIO };
	const struct span part = SPAN_LIT("text");
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		start_over(codes[i], 1);
		check_true(lb_backend_put(retry, "packs/aa/p", &part, 1, &err) != ERR_OK,
		           "error %d", codes[i]);
		check_int_eq(err.os_code, codes[i], "the number is kept");
		check_size_eq(asked, 1, "error %d: once", codes[i]);
	}
	start_over(0, 0);
	check_object(retry, "packs/bb/q", NULL);
	store_new(retry, "config", "one", ERR_OK);
	store_new(retry, "config", "other", ERR_EXISTS);
	check_size_eq(asked, 3, "answers are no faults");
}

Test(retry, it_gives_up_with_the_cause, .init = set_up, .fini = tear_down)
{
	const uint64_t begun = now;
	struct err err = ERR_INIT;

	start_over(ESTALE, 1000);
	check_int_eq(lb_backend_sync(retry, &err), ERR_IO, "in the end");
	check_int_eq(err.os_code, ESTALE, "why");
	check_size_eq(asked, 1 + LB_RETRY_MAX, "attempts");
	check_true(now - begun <= 12700 * MS, "in all %llu", (unsigned long long)now);
	start_over(ESTALE, 1000);
	check_int_eq(lb_backend_sync(retry, NULL), ERR_IO, "nobody reads the text");
	check_size_eq(asked, 1 + LB_RETRY_MAX, "it tried all the same");
}

Test(retry, cancelled_nothing_is_tried_again, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;

	cancel_set(&cancelled, 2);
	start_over(EBUSY, 1000);
	check_int_eq(lb_backend_sync(retry, &err), ERR_IO, "as it was");
	check_size_eq(asked, 1, "attempts");
}

static enum err_code count_one(const char *key, uint64_t size, void *context,
                               struct err *err)
{
	size_t *left = context;

	(void)key;
	(void)size;
	if (*left == 0) {
		errno = EBUSY;
		return err_sys(err, "the listener");
	}
	(*left)--;
	return ERR_OK;
}

Test(retry, a_list_is_not_told_twice, .init = set_up, .fini = tear_down)
{
	struct err err = ERR_INIT;
	size_t left = 9;

	store(retry, "packs/aa/p", "1");
	store(retry, "packs/bb/q", "2");
	start_over(EBUSY, 2);
	check_ok(lb_backend_list(retry, "packs", count_one, &left, &err), &err);
	check_size_eq(left, 7, "both, once");
	check_size_eq(asked, 3, "it began with the third attempt");
	left = 1;
	start_over(0, 0);
	check_int_eq(lb_backend_list(retry, "packs", count_one, &left, &err), ERR_IO,
	             "the listener's word is final");
	check_size_eq(asked, 1, "attempts");
}

/* ---- a store that loses answers ---- */

Test(retry, lost_and_late_answers_do_no_harm, .init = set_up, .fini = tear_down)
{
	static const enum lb_fault faults[] = { LB_FAULT_LOSE, LB_FAULT_DELAY };
	struct lb_faulty_nth nth = { .n = 1 };
	struct lb_backend *faulty = NULL;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(faults) / sizeof(*faults); i++) {
		nth.n = UINT64_MAX;
		nth.fault = faults[i];
		check_ok(lb_faulty_new(&faulty, memory, lb_faulty_choose_nth, &nth, &err),
		         &err);
		lb_backend_close(retry);
		open_on(faulty);
		told = 0;
		nth.n = 1;
		store_new(retry, i == 0 ? "config" : "keys/a", "mine", ERR_OK);
		check_size_eq(told, 1, "one pause");
		check_object(retry, i == 0 ? "config" : "keys/a", "mine");
		check_u64_eq(lb_faulty_operations(faulty), 3, "twice, and the look");
	}
}
