// SPDX-License-Identifier: Apache-2.0
#include "collect/reuse/shelf.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "os/clock.h"
#include "os/walk.h"

#include <stdlib.h>

enum { OBJECT_MAX = 1 << 30, ENTRY_MAX = 16 << 20, HASH_DIGITS = DIGEST_HEX - 1 };

struct gate_shelf {
	struct arena arena;
	const char *units; /* folders */
	const char *objects;
	struct map used; /* keys of entries that were given or taken */
	size_t entries_max;
	uint64_t bytes_max;
	bool made; /* the folders are there */
	bool changed;
};

enum err_code gate_shelf_open(struct gate_shelf **out, const char *root, struct err *err)
{
	struct gate_shelf *s = mem_new(sizeof(*s));

	if (s == NULL)
		return err_nomem(err);
	arena_init(&s->arena);
	map_init(&s->used);
	gate_shelf_bound(s, SHELF_ENTRIES, SHELF_BYTES);
	s->units = arena_printf(&s->arena, "%s/.seaworthy/cache/units", root);
	s->objects = arena_printf(&s->arena, "%s/.seaworthy/cache/objects", root);
	if (!arena_ok(&s->arena)) {
		gate_shelf_close(s);
		return err_nomem(err);
	}
	*out = s;
	return ERR_OK;
}

void gate_shelf_bound(struct gate_shelf *s, size_t entries, uint64_t bytes)
{
	s->entries_max = entries;
	s->bytes_max = bytes;
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

static void note_use(struct gate_shelf *s, const char *key)
{
	if (!map_set(&s->used, span_str(key), s))
		s->changed = false; /* without knowing what is used nothing is swept */
}

void gate_shelf_keep(struct gate_shelf *s, const char *key, struct span entry)
{
	char line[DIGEST_HEX + 1];

	if (entry.len > ENTRY_MAX || !gate_shelf_put(s, entry, line))
		return;
	line[HASH_DIGITS] = '\n';
	if (!write_below(s->units, key, span_of(line, DIGEST_HEX)))
		return;
	s->changed = true;
	note_use(s, key);
}

/* When an entry was last used is its file's time, written anew once an hour at most. */
void gate_shelf_use(struct gate_shelf *s, const char *key)
{
	const int64_t hour_ms = INT64_C(3600) * 1000;
	struct buf path = BUF_INIT;
	struct buf line = BUF_INIT;
	struct os_stat st;

	note_use(s, key);
	os_join(&path, s->units, key);
	if (buf_ok(&path) && os_lstat(buf_str(&path), &st, NULL) == ERR_OK &&
	    st.mtime_ns / 1000000 < os_now_ms() - hour_ms && read_name(s, key, &line)) {
		buf_putc(&line, '\n');
		(void)!write_below(s->units, key, buf_span(&line));
	}
	buf_fini(&path);
	buf_fini(&line);
}

/* ---- sweeping ---- */

struct kept {
	const char *key;
	int64_t mtime_ns;
	bool stays;
};

/* An object that is there. */
struct object {
	uint64_t size;
	int64_t mtime_ns;
	bool named; /* by an entry that stays */
	bool known; /* by any entry */
};

struct sweep {
	struct gate_shelf *shelf;
	struct kept *entries;
	size_t count;
	size_t cap;
	struct map objects; /* hash -> struct object */
	uint64_t bytes;     /* of the objects */
	uint64_t taken;     /* of those that the entry in hand names */
};

static bool stat_below(const char *folder, const char *name, struct os_stat *st)
{
	struct buf path = BUF_INIT;
	bool good;

	os_join(&path, folder, name);
	good = buf_ok(&path) && is_hash(span_str(name)) &&
	       os_lstat(buf_str(&path), st, NULL) == ERR_OK && st->type == OS_FILE;
	buf_fini(&path);
	return good;
}

static enum err_code note_entry(const struct os_entry *entry, void *context,
                                struct err *err)
{
	struct sweep *w = context;
	struct os_stat st;
	struct kept *k;

	if (!stat_below(w->shelf->units, entry->name, &st))
		return ERR_OK;
	k = arena_push(&w->shelf->arena, &w->entries, &w->count, &w->cap, sizeof(*k));
	if (k != NULL)
		*k = (struct kept){ .key = arena_str(&w->shelf->arena, entry->name),
			            .mtime_ns = st.mtime_ns };
	return arena_err(&w->shelf->arena, err);
}

static enum err_code note_object(const struct os_entry *entry, void *context,
                                 struct err *err)
{
	struct sweep *w = context;
	struct os_stat st;
	struct object *o;

	if (!stat_below(w->shelf->objects, entry->name, &st))
		return ERR_OK;
	o = arena_new(&w->shelf->arena, sizeof(*o));
	if (o == NULL)
		return err_nomem(err);
	*o = (struct object){ .size = st.size, .mtime_ns = st.mtime_ns };
	w->bytes += st.size;
	return map_set(&w->objects, span_str(entry->name), o) ? ERR_OK : err_nomem(err);
}

static bool is_used(const struct sweep *w, const struct kept *k)
{
	return map_has(&w->shelf->used, span_str(k->key));
}

static int newest_first(const void *a, const void *b)
{
	const struct kept *x = a;
	const struct kept *y = b;

	return (x->mtime_ns < y->mtime_ns) - (x->mtime_ns > y->mtime_ns);
}

/* An object of the entry in hand; counted once where several name it. */
static void name_object(struct sweep *w, struct span hash, bool stays)
{
	struct object *o = map_get(&w->objects, hash);

	if (o == NULL)
		return;
	o->known = true;
	if (o->named)
		return;
	w->taken += o->size;
	o->named = stays;
}

/* Every word of 64 digits in the entry names an object: cheaper than to know its form. */
static void name_objects(struct sweep *w, struct span entry, bool stays)
{
	size_t run = 0;

	for (size_t i = 0; i <= entry.len; i++) {
		char c = i < entry.len ? entry.ptr[i] : '"';

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
			run++;
			continue;
		}
		if (run == HASH_DIGITS)
			name_object(w, span_sub(entry, i - run, run), stays);
		run = 0;
	}
}

/* The bytes that an entry adds to those that stay; false for one that is damaged. */
static bool weigh(struct sweep *w, const char *key, bool stays, uint64_t *bytes)
{
	struct buf hash = BUF_INIT;
	struct buf entry = BUF_INIT;
	bool good = read_name(w->shelf, key, &hash) &&
	            gate_shelf_get(w->shelf, buf_str(&hash), &entry);

	w->taken = 0;
	if (good) {
		name_object(w, buf_span(&hash), stays);
		name_objects(w, buf_span(&entry), stays);
	}
	*bytes = w->taken;
	buf_fini(&hash);
	buf_fini(&entry);
	return good;
}

/* Says of each entry whether it stays: those in use, then the newest ones. */
static void choose(struct sweep *w)
{
	size_t count = w->shelf->entries_max - w->shelf->entries_max / 4;
	uint64_t bytes = w->shelf->bytes_max - w->shelf->bytes_max / 4;
	bool full = false;
	uint64_t adds;

	for (size_t i = 0; i < w->count; i++) {
		struct kept *k = &w->entries[i];

		if (!is_used(w, k) || !weigh(w, k->key, true, &adds))
			continue;
		k->stays = true;
		count -= count > 0;
		bytes -= adds < bytes ? adds : bytes;
	}
	for (size_t i = 0; i < w->count; i++) {
		struct kept *k = &w->entries[i];

		if (k->stays || !weigh(w, k->key, false, &adds))
			continue;
		full = full || count == 0 || adds > bytes;
		if (full || !weigh(w, k->key, true, &adds))
			continue;
		k->stays = true;
		count--;
		bytes -= adds < bytes ? adds : bytes;
	}
}

static void remove_below(const char *folder, const char *name)
{
	struct buf path = BUF_INIT;

	os_join(&path, folder, name);
	if (buf_ok(&path))
		(void)!os_remove_tree(buf_str(&path), NULL);
	buf_fini(&path);
}

/* What no entry names may be of one that another program is about to write. */
static enum err_code drop_unnamed(const struct os_entry *entry, void *context,
                                  struct err *err)
{
	const int64_t hour_ns = INT64_C(3600) * 1000000000;
	struct sweep *w = context;
	const struct object *o = map_get(&w->objects, span_str(entry->name));

	(void)err;
	if (o == NULL || o->named ||
	    (!o->known && o->mtime_ns > os_now_ms() * 1000000 - hour_ns))
		return ERR_OK;
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

	map_init(&w.objects);
	if (!each_in(s->units, note_entry, &w) || !each_in(s->objects, note_object, &w) ||
	    (w.count <= s->entries_max && w.bytes <= s->bytes_max))
		goto out;
	if (w.count > 1)
		qsort(w.entries, w.count, sizeof(*w.entries), newest_first);
	choose(&w);
	for (size_t i = 0; i < w.count; i++)
		if (!w.entries[i].stays)
			remove_below(s->units, w.entries[i].key);
	(void)each_in(s->objects, drop_unnamed, &w);
out:
	map_fini(&w.objects);
}

void gate_shelf_close(struct gate_shelf *s)
{
	if (s == NULL)
		return;
	if (s->changed)
		sweep(s);
	map_fini(&s->used);
	arena_fini(&s->arena);
	mem_free(s);
}
