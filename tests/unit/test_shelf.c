// SPDX-License-Identifier: Apache-2.0
/* What the shelf keeps when there is too much of it. */
#include "collect/reuse/shelf.h"

#include "crypto/digest.h"
#include "os/clock.h"
#include "os/fs.h"
#include "support/check.h"
#include "support/project.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

TestSuite(shelf, .timeout = 20);

enum { OBJECT = 1000 };

struct world {
	struct project p;
	struct gate_shelf *shelf;
};

static void open_shelf(struct world *w, size_t entries, uint64_t bytes)
{
	struct err err = ERR_INIT;

	check_ok(gate_shelf_open(&w->shelf, buf_str(&w->p.root), &err), &err);
	gate_shelf_bound(w->shelf, entries, bytes);
}

static void begin(struct world *w)
{
	project_init(&w->p);
	open_shelf(w, 100, 1000000);
}

/* A key of 64 digits. */
static const char *key_of(unsigned n)
{
	static char key[DIGEST_HEX];

	(void)snprintf(key, sizeof(key), "%064u", n);
	return key;
}

/* An entry that names an object of its own. */
static void put(struct world *w, unsigned n)
{
	char hash[DIGEST_HEX];
	struct buf data = BUF_INIT;
	struct buf entry = BUF_INIT;

	buf_fill(&data, 'x', OBJECT - 10);
	buf_printf(&data, "%010u", n);
	check_true(gate_shelf_put(w->shelf, buf_span(&data), hash), "put %u", n);
	buf_printf(&entry, "{\"sha256\":\"%s\"}", hash);
	gate_shelf_keep(w->shelf, key_of(n), buf_span(&entry));
	buf_fini(&data);
	buf_fini(&entry);
}

/* As if it had last been used so many hours ago. */
static void age(struct world *w, unsigned n, int hours)
{
	struct timespec t = { .tv_sec = os_now_ms() / 1000 - (long)hours * 3600 };
	struct timespec times[2] = { t, t };
	char path[200];

	(void)snprintf(path, sizeof(path), ".seaworthy/cache/units/%s", key_of(n));
	check_int_eq(utimensat(AT_FDCWD, project_path(&w->p, path), times, 0), 0,
	             "age %u", n);
}

static bool has(struct world *w, unsigned n)
{
	struct buf entry = BUF_INIT;
	bool good = gate_shelf_find(w->shelf, key_of(n), &entry);

	if (good) {
		char hash[DIGEST_HEX];
		struct buf data = BUF_INIT;

		(void)snprintf(hash, sizeof(hash), "%.64s", entry.ptr + 11);
		good = gate_shelf_get(w->shelf, hash, &data) && data.len == OBJECT;
		buf_fini(&data);
	}
	buf_fini(&entry);
	return good;
}

/* Ten entries, the first used last 19 hours ago, the last 10. */
static void fill(struct world *w)
{
	begin(w);
	for (unsigned n = 0; n < 10; n++) {
		put(w, n);
		age(w, n, 19 - (int)n);
	}
	gate_shelf_close(w->shelf);
}

static void end(struct world *w)
{
	gate_shelf_close(w->shelf);
	project_fini(&w->p);
}

Test(shelf, bytes_are_bounded_and_the_least_recently_used_goes_first)
{
	struct world w;

	fill(&w);
	open_shelf(&w, 100, 8000);
	put(&w, 10);
	gate_shelf_close(w.shelf);
	open_shelf(&w, 100, 8000);
	check_true(has(&w, 10), "what was just put");
	check_true(has(&w, 9), "the newest before");
	check_true(has(&w, 7), "what there is room for");
	check_true(!has(&w, 0), "the oldest");
	check_true(!has(&w, 4), "what there is no room for");
	end(&w);
}

Test(shelf, entries_are_bounded)
{
	struct world w;

	fill(&w);
	open_shelf(&w, 4, 1000000);
	put(&w, 10);
	gate_shelf_close(w.shelf);
	open_shelf(&w, 100, 1000000);
	check_true(has(&w, 10) && has(&w, 9) && has(&w, 8), "three quarters of four");
	check_true(!has(&w, 7), "no more");
	end(&w);
}

Test(shelf, what_answered_stays_however_old_and_large)
{
	struct world w;

	fill(&w);
	open_shelf(&w, 100, 100);
	gate_shelf_use(w.shelf, key_of(0));
	put(&w, 10);
	gate_shelf_close(w.shelf);
	open_shelf(&w, 100, 100);
	check_true(has(&w, 0), "it is in use");
	check_true(has(&w, 10), "it was put");
	check_true(!has(&w, 9), "nothing else fits");
	end(&w);
}

Test(shelf, use_makes_an_old_entry_a_new_one)
{
	struct world w;

	fill(&w);
	open_shelf(&w, 100, 1000000);
	gate_shelf_use(w.shelf, key_of(0));
	gate_shelf_close(w.shelf);
	open_shelf(&w, 4, 1000000);
	put(&w, 10);
	gate_shelf_close(w.shelf);
	open_shelf(&w, 4, 1000000);
	check_true(has(&w, 0), "it was used a moment ago");
	check_true(!has(&w, 8), "this one was not");
	end(&w);
}

Test(shelf, an_object_that_no_entry_names_yet_is_left_alone)
{
	char hash[DIGEST_HEX];
	struct buf data = BUF_INIT;
	struct world w;

	fill(&w);
	open_shelf(&w, 100, 2000);
	check_true(gate_shelf_put(w.shelf, SPAN_LIT("of another program"), hash), "put");
	put(&w, 10);
	gate_shelf_close(w.shelf);
	open_shelf(&w, 100, 2000);
	check_true(!has(&w, 9), "there was a sweep");
	check_true(gate_shelf_get(w.shelf, hash, &data), "it is still there");
	buf_fini(&data);
	end(&w);
}
