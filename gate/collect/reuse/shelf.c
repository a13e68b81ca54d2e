// SPDX-License-Identifier: Apache-2.0
#include "collect/reuse/shelf.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "os/walk.h"

#include <stdlib.h>

enum { OBJECT_MAX = 1 << 30, ENTRY_MAX = 16 << 20, HASH_DIGITS = DIGEST_HEX - 1 };

struct gate_shelf {
	struct arena arena;
	const char *units; /* folders */
	const char *objects;
	bool made; /* the folders are there */
	bool changed;
};

enum err_code gate_shelf_open(struct gate_shelf **out, const char *root, struct err *err)
{
	struct gate_shelf *s = mem_new(sizeof(*s));

	if (s == NULL)
		return err_nomem(err);
	arena_init(&s->arena);
	s->units = arena_printf(&s->arena, "%s/.seaworthy/cache/units", root);
	s->objects = arena_printf(&s->arena, "%s/.seaworthy/cache/objects", root);
	if (!arena_ok(&s->arena)) {
		gate_shelf_close(s);
		return err_nomem(err);
	}
	*out = s;
	return ERR_OK;
}

/* ---- bytes ---- */

static bool is_hash(struct span name)
{
	if (name.len != HASH_DIGITS)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!(name.ptr[i] >= '0' && name.ptr[i] <= '9') &&
		    !(name.ptr[i] >= 'a' && name.ptr[i] <= 'f'))
			return false;
	return true;
}

static bool read_below(const char *folder, const char *name, uint64_t max,
                       struct buf *out)
{
	struct buf path = BUF_INIT;
	bool good;

	os_join(&path, folder, name);
	good = buf_ok(&path) && os_read_file(buf_str(&path), max, out, NULL) == ERR_OK;
	buf_fini(&path);
	return good;
}

static bool make_folders(struct gate_shelf *s)
{
	if (!s->made)
		s->made = os_mkdirs(s->units, 0700, NULL) == ERR_OK &&
		          os_mkdirs(s->objects, 0700, NULL) == ERR_OK;
	return s->made;
}

static bool write_below(const char *folder, const char *name, struct span data)
{
	struct buf path = BUF_INIT;
	bool good;

	os_join(&path, folder, name);
	good = buf_ok(&path) &&
	       os_write_atomic(buf_str(&path), data, 0600, NULL) == ERR_OK;
	buf_fini(&path);
	return good;
}

bool gate_shelf_get(struct gate_shelf *s, const char *hash, struct buf *out)
{
	size_t before = out->len;
	char found[DIGEST_HEX];

	if (!is_hash(span_str(hash)) || !read_below(s->objects, hash, OBJECT_MAX, out))
		return false;
	return digest_hex(span_from(buf_span(out), before), found, NULL) == ERR_OK &&
	       str_eq(found, hash);
}

bool gate_shelf_put(struct gate_shelf *s, struct span data, char *hash)
{
	char name[DIGEST_HEX];

	if (digest_hex(data, name, NULL) != ERR_OK || !make_folders(s))
		return false;
	if (hash != NULL)
		memcpy(hash, name, sizeof(name));
	return write_below(s->objects, name, data);
}

/* ---- entries ---- */

static bool read_name(struct gate_shelf *s, const char *key, struct buf *hash)
{
	if (!read_below(s->units, key, DIGEST_HEX, hash) || hash->len != DIGEST_HEX)
		return false;
	buf_truncate(hash, HASH_DIGITS);
	return true;
}

bool gate_shelf_find(struct gate_shelf *s, const char *key, struct buf *out)
{
	struct buf hash = BUF_INIT;
	bool good = read_name(s, key, &hash) && gate_shelf_get(s, buf_str(&hash), out);

	buf_fini(&hash);
	return good;
}

void gate_shelf_keep(struct gate_shelf *s, const char *key, struct span entry)
{
	char line[DIGEST_HEX + 1];

	if (entry.len > ENTRY_MAX || !gate_shelf_put(s, entry, line))
		return;
	line[HASH_DIGITS] = '\n';
	if (write_below(s->units, key, span_of(line, DIGEST_HEX)))
		s->changed = true;
}

/* ---- sweeping ---- */

struct kept {
	const char *key;
	int64_t mtime_ns;
};

struct sweep {
	struct gate_shelf *shelf;
	struct kept *entries;
	size_t count;
	size_t cap;
	struct map named; /* hashes that entries name */
};

static enum err_code note_entry(const struct os_entry *entry, void *context,
                                struct err *err)
{
	struct sweep *w = context;
	struct buf path = BUF_INIT;
	struct os_stat st = { .type = OS_NONE };
	struct kept *k;

	os_join(&path, w->shelf->units, entry->name);
	if (buf_ok(&path) && is_hash(span_str(entry->name)) &&
	    os_lstat(buf_str(&path), &st, NULL) == ERR_OK && st.type == OS_FILE) {
		k = arena_push(&w->shelf->arena, &w->entries, &w->count, &w->cap,
		               sizeof(*k));
		if (k != NULL)
			*k = (struct kept){ arena_str(&w->shelf->arena, entry->name),
				            st.mtime_ns };
	}
	buf_fini(&path);
	return arena_err(&w->shelf->arena, err);
}

static int newest_first(const void *a, const void *b)
{
	const struct kept *x = a;
	const struct kept *y = b;

	return (x->mtime_ns < y->mtime_ns) - (x->mtime_ns > y->mtime_ns);
}

/* Every word of 64 digits in the entry names an object: cheaper than to know its form. */
static bool note_names(struct sweep *w, struct span entry)
{
	size_t run = 0;

	for (size_t i = 0; i <= entry.len; i++) {
		char c = i < entry.len ? entry.ptr[i] : '"';

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
			run++;
			continue;
		}
		if (run == HASH_DIGITS &&
		    !map_set(&w->named, span_sub(entry, i - run, run), w))
			return false;
		run = 0;
	}
	return true;
}

static bool note_objects(struct sweep *w, const char *key)
{
	struct buf hash = BUF_INIT;
	struct buf entry = BUF_INIT;
	bool good = true;

	if (read_name(w->shelf, key, &hash) &&
	    gate_shelf_get(w->shelf, buf_str(&hash), &entry))
		good = map_set(&w->named, buf_span(&hash), w) &&
		       note_names(w, buf_span(&entry));
	buf_fini(&hash);
	buf_fini(&entry);
	return good;
}

static void remove_below(const char *folder, const char *name)
{
	struct buf path = BUF_INIT;

	os_join(&path, folder, name);
	if (buf_ok(&path))
		(void)!os_remove_tree(buf_str(&path), NULL);
	buf_fini(&path);
}

static enum err_code drop_unnamed(const struct os_entry *entry, void *context,
                                  struct err *err)
{
	struct sweep *w = context;

	(void)err;
	if (!map_has(&w->named, span_str(entry->name)))
		remove_below(w->shelf->objects, entry->name);
	return ERR_OK;
}

static bool each_in(const char *folder, os_visit *visit, struct sweep *w)
{
	struct os_dir dir = { -1 };
	bool good = os_dir_open(&dir, NULL, folder, NULL) == ERR_OK &&
	            os_dir_each(&dir, visit, w, NULL) == ERR_OK;

	os_dir_close(&dir);
	return good;
}

/* Nothing is removed before all that is named is known. */
static void sweep(struct gate_shelf *s)
{
	struct sweep w = { .shelf = s };

	map_init(&w.named);
	if (!each_in(s->units, note_entry, &w) || w.count <= SHELF_ENTRIES)
		goto out;
	qsort(w.entries, w.count, sizeof(*w.entries), newest_first);
	for (size_t i = 0; i < SHELF_ENTRIES / 2; i++)
		if (!note_objects(&w, w.entries[i].key))
			goto out;
	for (size_t i = SHELF_ENTRIES / 2; i < w.count; i++)
		remove_below(s->units, w.entries[i].key);
	(void)each_in(s->objects, drop_unnamed, &w);
out:
	map_fini(&w.named);
}

void gate_shelf_close(struct gate_shelf *s)
{
	if (s == NULL)
		return;
	if (s->changed)
		sweep(s);
	arena_fini(&s->arena);
	mem_free(s);
}
