// SPDX-License-Identifier: Apache-2.0
#include "baseline.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"
#include "lib/json.h"
#include "os/random.h"
#include "scanners/scanner.h"

#include <stdlib.h>
#include <string.h>

struct scan_baseline *scan_baseline_new(const char *name)
{
	struct scan_baseline *b = mem_new(sizeof(*b));
	unsigned char salt[SCAN_SALT_BYTES];

	if (b == NULL)
		return NULL;
	arena_init(&b->arena);
	map_init(&b->by_id);
	b->name = arena_str(&b->arena, name);
	os_random(salt, sizeof(salt));
	str_hex(salt, sizeof(salt), b->salt);
	if (arena_ok(&b->arena))
		return b;
	scan_baseline_free(b);
	return NULL;
}

void scan_baseline_free(struct scan_baseline *b)
{
	if (b == NULL)
		return;
	map_fini(&b->by_id);
	arena_fini(&b->arena);
	mem_free(b);
}

struct scan_entry *scan_baseline_find(const struct scan_baseline *b,
                                      const struct scan_finding *f, const char *path)
{
	struct scan_entry *e = map_get(&b->by_id, span_str(f->fingerprint));

	if (e == NULL || !str_eq(e->rule, f->rule) || !str_eq(e->path, path))
		return NULL;
	return e;
}

bool scan_is_date(const char *text)
{
	int64_t ms;

	return strlen(text) == SCAN_DATE_LENGTH && when_parse(span_str(text), &ms);
}

bool scan_entry_expired(const struct scan_entry *e, int64_t now_ms)
{
	char today[WHEN_TEXT];

	when_format(now_ms, false, today);
	return e->expires[0] != '\0' && strncmp(e->expires, today, SCAN_DATE_LENGTH) < 0;
}

bool scan_entry_vouched(const struct scan_entry *e)
{
	return span_trim(span_str(e->reason)).len > 0 &&
	       span_trim(span_str(e->owner)).len > 0;
}

static const char *either(struct arena *a, const char *text, const char *other)
{
	return text[0] == '\0' && other != NULL ? other : arena_str(a, text);
}

bool scan_baseline_add(struct scan_baseline *b, const struct scan_entry *e)
{
	struct arena *a = &b->arena;
	struct scan_entry *own = map_get(&b->by_id, span_str(e->id));
	struct scan_entry old = { .path = NULL };
	struct scan_entry **slot;
	bool is_new = own == NULL;

	if (is_new)
		own = arena_new(a, sizeof(*own));
	else
		old = *own;
	if (own == NULL)
		return false;
	*own = *e;
	own->path = arena_str(a, e->path);
	own->rule = arena_str(a, e->rule);
	own->id = is_new ? arena_str(a, e->id) : old.id;
	own->what = arena_str(a, e->what);
	own->above = is_new ? span_of(arena_dup(a, e->above), e->above.len) : old.above;
	own->reason = either(a, e->reason, old.reason);
	own->owner = either(a, e->owner, old.owner);
	own->expires = either(a, e->expires, old.expires);
	if (!is_new)
		return arena_ok(a);
	slot = arena_push(a, &b->entries, &b->count, &b->cap, sizeof(*slot));
	if (slot == NULL || !arena_ok(a))
		return false;
	*slot = own;
	return map_set(&b->by_id, span_str(own->id), own);
}

size_t scan_baseline_drop_unused(struct scan_baseline *b)
{
	size_t before = b->count;
	size_t kept = 0;

	for (size_t i = 0; i < before; i++) {
		if (b->entries[i]->used)
			b->entries[kept++] = b->entries[i];
		else
			(void)map_remove(&b->by_id, span_str(b->entries[i]->id));
	}
	b->count = kept;
	return before - kept;
}

/* ---- writing ---- */

static int compare_entries(const void *a, const void *b)
{
	const struct scan_entry *x = *(struct scan_entry *const *)a;
	const struct scan_entry *y = *(struct scan_entry *const *)b;
	int order = strcmp(x->path, y->path);

	if (order == 0)
		order = strcmp(x->rule, y->rule);
	return order != 0 ? order : strcmp(x->id, y->id);
}

static void put_field(struct json_writer *w, const char *key, const char *text)
{
	if (text[0] != '\0')
		json_field_str(w, key, text);
}

/* JSON is YAML too, and escapes whatever a path or a message may hold. */
static void put_entry(struct buf *out, const struct scan_entry *e)
{
	struct json_writer w;

	buf_put(out, e->above);
	if (e->above.len > 0 && e->above.ptr[e->above.len - 1] != '\n')
		buf_putc(out, '\n');
	buf_puts(out, "- ");
	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "path", e->path);
	json_field_str(&w, "rule", e->rule);
	json_field_str(&w, "id", e->id);
	put_field(&w, "what", e->what);
	put_field(&w, "reason", e->reason);
	put_field(&w, "owner", e->owner);
	put_field(&w, "expires", e->expires);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

void scan_baseline_put(struct scan_baseline *b, struct buf *out)
{
	if (b->count > 0)
		qsort(b->entries, b->count, sizeof(struct scan_entry *), compare_entries);
	buf_puts(out,
	         "# Findings that are known: they fail no scan and no check, and are "
	         "counted.\n"
	         "# A line may be given a reason, an owner, and an expires: "
	         "\"2027-01-31\", its last day.\n"
	         "# `seaworthy baseline update` adds lines, `seaworthy baseline prune` "
	         "takes out\n"
	         "# those that fit no finding any more.\n"
	         "version: 1\n");
	buf_printf(out, "salt: \"%s\"\n", b->salt);
	buf_puts(out, b->count > 0 ? "findings:\n" : "findings: []\n");
	for (size_t i = 0; i < b->count; i++)
		put_entry(out, b->entries[i]);
}
