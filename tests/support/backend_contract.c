/* SPDX-License-Identifier: Apache-2.0 */
#include "support/backend_contract.h"

#include "support/backend.h"

#include <stdio.h>
#include <stdlib.h>

static void whole_objects(struct lb_backend *b)
{
	const struct span parts[] = { SPAN_LIT("one "), SPAN_EMPTY, SPAN_LIT("two") };
	struct err err = ERR_INIT;
	struct buf got = BUF_INIT;
	unsigned char range[4] = "";
	uint64_t size = 0;

	check_ok(lb_backend_put(b, "packs/ab/pack", parts, 3, &err), &err);
	check_object(b, "packs/ab/pack", "one two");
	check_ok(lb_backend_size(b, "packs/ab/pack", &size, &err), &err);
	check_u64_eq(size, 7, "size");
	check_ok(lb_backend_read(b, "packs/ab/pack", 3, 3, range, &err), &err);
	check_str_eq((const char *)range, " tw", "range");
	check_ok(lb_backend_read(b, "packs/ab/pack", 7, 0, range, &err), &err);
	check_err(lb_backend_read(b, "packs/ab/pack", 5, 3, range, &err), ERR_CORRUPT,
	          "range over the end");
	check_str_contains(err.msg, "packs/ab/pack", "names the object");
	check_err(lb_backend_read(b, "packs/ab/pack", UINT64_MAX, 1, range, &err),
	          ERR_CORRUPT, "offset far behind the end");
	check_err(lb_backend_get(b, "packs/ab/pack", 6, &got, &err), ERR_LIMIT,
	          "too large");
	check_ok(lb_backend_get(b, "packs/ab/pack", 7, &got, &err), &err);
	store(b, "packs/ab/pack", "one two");
	check_object(b, "packs/ab/pack", "one two");
	buf_fini(&got);
}

static void missing_objects(struct lb_backend *b)
{
	static const char *const keys[] = { "config", "packs/ff/pack", "keys/k/x",
		                            "packs/ab" };
	struct err err = ERR_INIT;
	unsigned char byte;
	uint64_t size;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		check_object(b, keys[i], NULL);
		check_err(lb_backend_size(b, keys[i], &size, &err), ERR_NOT_FOUND,
		          "size of %s", keys[i]);
		check_err(lb_backend_read(b, keys[i], 0, 1, &byte, &err), ERR_NOT_FOUND,
		          "read of %s", keys[i]);
	}
	check_ok(lb_backend_delete(b, "packs/ff/pack", &err), &err);
	check_ok(lb_backend_sync_folder(b, "log/00000007", &err), &err);
}

static void one_winner(struct lb_backend *b)
{
	struct err err = ERR_INIT;

	store_new(b, "log/00000000/00000000", "first", ERR_OK);
	store_new(b, "log/00000000/00000000", "other", ERR_EXISTS);
	store_new(b, "log/00000000/00000000", "longer than the first", ERR_EXISTS);
	store_new(b, "log/00000000/00000000", "", ERR_EXISTS);
	store_new(b, "log/00000000/00000000", "first", ERR_OK);
	check_object(b, "log/00000000/00000000", "first");
	store_new(b, "config", "", ERR_OK);
	check_object(b, "config", "");
	check_ok(lb_backend_sync_folder(b, "log/00000000", &err), &err);
	check_ok(lb_backend_delete(b, "log/00000000/00000000", &err), &err);
	check_object(b, "log/00000000/00000000", NULL);
	store_new(b, "log/00000000/00000000", "again", ERR_OK);
	check_object(b, "log/00000000/00000000", "again");
}

static void replacing(struct lb_backend *b)
{
	struct err err = ERR_INIT;

	check_ok(lb_backend_replace(b, "sessions/s", SPAN_LIT("first"), &err), &err);
	check_ok(lb_backend_replace(b, "sessions/s", SPAN_LIT("2nd"), &err), &err);
	check_object(b, "sessions/s", "2nd");
	check_ok(lb_backend_delete(b, "sessions/s", &err), &err);
	check_ok(lb_backend_delete(b, "sessions/s", &err), &err);
	check_object(b, "sessions/s", NULL);
	check_ok(lb_backend_sync(b, &err), &err);
}

struct seen {
	struct lb_backend *b;
	size_t count;
	uint64_t sum;
	size_t stop_at;
};

static enum err_code see(const char *key, uint64_t size, void *context, struct err *err)
{
	struct seen *seen = context;
	uint64_t again = 0;

	/* The backend may be asked while it lists. */
	check_ok(lb_backend_size(seen->b, key, &again, err), err);
	check_u64_eq(again, size, "size of %s", key);
	seen->sum += size;
	seen->count++;
	if (seen->count == seen->stop_at)
		return err_set(err, ERR_CANCELLED, "enough");
	return ERR_OK;
}

static void listing(struct lb_backend *b)
{
	struct seen seen = { .b = b };
	struct err err = ERR_INIT;
	char key[64];

	store(b, "index/a", "1");
	for (int i = 0; i < 60; i++) {
		(void)snprintf(key, sizeof(key), "lists/%02x/%d", i % 7, i);
		store(b, key, "12");
	}
	store_new(b, "lists/new", "345", ERR_OK);
	check_ok(lb_backend_list(b, "lists", see, &seen, &err), &err);
	check_size_eq(seen.count, 61, "objects");
	check_u64_eq(seen.sum, 123, "their sizes");
	check_ok(lb_backend_list(b, "nothing", see, &seen, &err), &err);
	check_size_eq(seen.count, 61, "objects of a missing folder");
	seen.stop_at = 63;
	check_err(lb_backend_list(b, "lists", see, &seen, &err), ERR_CANCELLED,
	          "stopped");
	check_str_eq(err.msg, "enough", "the visitor's error as it is");
	check_size_eq(seen.count, 63, "stopped there");
}

static void wrong_keys(struct lb_backend *b)
{
	static const char *const keys[] = {
		"",           "/",         "/config",       "config/",     "a//b",
		"..",         "../config", "packs/../keys", ".hidden",     "packs/.x",
		"Config",     "a b",       "a\nb",          "tmp",         "tmp/x",
		"log/object", "a/b/c/d/e", "packs/\xff",    "packs/ab\\c",
	};
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		check_true(!lb_backend_key_ok(keys[i]), "key %s", keys[i]);
		check_err(lb_backend_put_new(b, keys[i], SPAN_EMPTY, &err), ERR_USAGE,
		          "put of %s", keys[i]);
		check_err(lb_backend_delete(b, keys[i], &err), ERR_USAGE, "delete of %s",
		          keys[i]);
		check_err(lb_backend_list(b, keys[i], see, NULL, &err), ERR_USAGE,
		          "list of %s", keys[i]);
	}
	check_true(lb_backend_key_ok("a/tmp/c/d"), "four names");
}

void check_backend_contract(struct lb_backend *b)
{
	missing_objects(b);
	whole_objects(b);
	missing_objects(b);
	one_winner(b);
	replacing(b);
	listing(b);
	wrong_keys(b);
}
