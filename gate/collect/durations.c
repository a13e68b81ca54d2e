// SPDX-License-Identifier: Apache-2.0
#include "collect/durations.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/mem.h"
#include "lib/json.h"
#include "os/fs.h"

#include <stdlib.h>
#include <string.h>

enum { FILE_BYTES_MAX = 16 << 20, FILE_MODE = 0644 };

struct known {
	const char *id;
	uint64_t ms;
};

struct gate_durations {
	struct arena arena;
	struct map by_id;
	const char *path;
	bool changed;
};

static struct known *add(struct gate_durations *d, const char *id, uint64_t ms)
{
	struct known *k = arena_new(&d->arena, sizeof(*k));

	if (k == NULL)
		return NULL;
	*k = (struct known){ arena_str(&d->arena, id), ms };
	if (k->id == NULL || !map_set(&d->by_id, span_str(k->id), k))
		return NULL;
	return k;
}

/* What cannot be read is not known. */
static void read_file(struct gate_durations *d)
{
	struct buf text = BUF_INIT;
	struct json_doc *doc = NULL;
	const struct json *v;

	if (os_read_file(d->path, FILE_BYTES_MAX, &text, NULL) != ERR_OK ||
	    json_parse(&doc, buf_span(&text), d->path, NULL) != ERR_OK)
		goto out;
	for (v = json_first(json_get(json_root(doc), "units")); v != NULL;
	     v = json_next(v)) {
		uint64_t ms = 0;

		if (json_key(v) != NULL && json_u64(v, &ms))
			(void)add(d, json_key(v), ms);
	}
out:
	json_free(doc);
	buf_fini(&text);
}

enum err_code gate_durations_load(struct gate_durations **out, const char *root,
                                  struct err *err)
{
	struct gate_durations *d = mem_new(sizeof(*d));

	if (d == NULL)
		return err_nomem(err);
	arena_init(&d->arena);
	map_init(&d->by_id);
	d->path = arena_printf(&d->arena, "%s/.seaworthy/durations.json", root);
	if (d->path != NULL)
		read_file(d);
	if (!arena_ok(&d->arena)) {
		gate_durations_free(d);
		return err_nomem(err);
	}
	*out = d;
	return ERR_OK;
}

void gate_durations_free(struct gate_durations *d)
{
	if (d == NULL)
		return;
	map_fini(&d->by_id);
	arena_fini(&d->arena);
	mem_free(d);
}

uint64_t gate_durations_get(const struct gate_durations *d, const char *id)
{
	const struct known *k = map_get(&d->by_id, span_str(id));

	return k != NULL ? k->ms : 0;
}

bool gate_durations_note(struct gate_durations *d, const char *id, uint64_t ms)
{
	struct known *k = map_get(&d->by_id, span_str(id));

	d->changed = true;
	if (k == NULL)
		return add(d, id, ms) != NULL;
	k->ms = k->ms / 2 + ms / 2 + (k->ms % 2 + ms % 2) / 2;
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct known *const *x = a;
	const struct known *const *y = b;

	return strcmp((*x)->id, (*y)->id);
}

/* By name, so that the same knowledge is the same file. */
static enum err_code write_all(struct gate_durations *d, struct buf *out, struct err *err)
{
	const struct known **all =
		arena_array(&d->arena, d->by_id.count + 1, sizeof(*all));
	struct json_writer w;
	struct span key;
	size_t count = 0;
	size_t at = 0;
	void *value;

	if (all == NULL)
		return err_nomem(err);
	while (map_next(&d->by_id, &at, &key, &value))
		all[count++] = value;
	qsort(all, count, sizeof(*all), by_name);
	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_put_key(&w, "units");
	json_open(&w, '{');
	for (size_t i = 0; i < count; i++)
		json_field_u64(&w, all[i]->id, all[i]->ms);
	json_close(&w, '}');
	json_close(&w, '}');
	buf_putc(out, '\n');
	return buf_err(out, err);
}

enum err_code gate_durations_store(struct gate_durations *d, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	if (!d->changed)
		return ERR_OK;
	rc = write_all(d, &text, err);
	if (rc == ERR_OK)
		rc = os_write_atomic(d->path, buf_span(&text), FILE_MODE, err);
	buf_fini(&text);
	return rc;
}
