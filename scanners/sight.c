// SPDX-License-Identifier: Apache-2.0
#include "sight.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "finding.h"
#include "os/fs.h"

#include <stdlib.h>

/* ---- gaps ---- */

/* "rule\npath", folders with a slash behind. */
static void put_gap(struct buf *key, struct span path, const char *rule, bool folder)
{
	buf_clear(key);
	buf_printf(key, "%s\n", rule != NULL ? rule : "");
	buf_put(key, path);
	buf_puts(key, folder ? "/" : "");
}

bool scan_gap_add(struct map *gaps, struct span path, const char *rule, bool folder)
{
	struct buf key = BUF_INIT;
	bool ok;

	put_gap(&key, path, rule, folder);
	ok = buf_ok(&key) && map_set(gaps, buf_span(&key), gaps);
	buf_fini(&key);
	return ok;
}

static bool has_gap(const struct map *gaps, struct span path, const char *rule,
                    bool folder)
{
	struct buf key = BUF_INIT;
	bool found;

	put_gap(&key, path, NULL, folder);
	found = map_has(gaps, buf_span(&key));
	put_gap(&key, path, rule, folder);
	found = found || map_has(gaps, buf_span(&key));
	buf_fini(&key);
	return found;
}

bool scan_gap_has(const struct map *gaps, struct span path, const char *rule)
{
	bool found;

	if (gaps->count == 0)
		return false;
	found = has_gap(gaps, path, rule, false) ||
	        has_gap(gaps, SPAN_LIT("."), rule, true);
	while (!found) {
		size_t slash = span_rfind_byte(path, '/');

		if (slash >= path.len)
			break;
		path = span_sub(path, 0, slash);
		found = has_gap(gaps, path, rule, true);
	}
	return found;
}

/* Is the gap of this key none among the others? */
static bool is_another(const struct map *gaps, struct span key)
{
	size_t feed = span_find_byte(key, '\n');
	struct span path = span_from(key, feed + 1);
	struct buf rule = BUF_INIT;
	bool found;

	if (span_ends(path, SPAN_LIT("/")))
		path.len--;
	buf_put(&rule, span_sub(key, 0, feed));
	/* Without memory nothing is known: it counts as one. */
	found = buf_ok(&rule) && scan_gap_has(gaps, path, buf_str(&rule));
	buf_fini(&rule);
	return !found;
}

bool scan_sight_lost(const struct scan_sight *s, const struct map *gaps_then)
{
	struct span key;
	void *value;
	size_t at = 0;

	while (map_next(&s->gaps, &at, &key, &value))
		if (is_another(gaps_then, key))
			return true;
	for (size_t i = 0; i < s->ignored_count; i++)
		if (!scan_gap_has(gaps_then, s->ignored[i], ""))
			return true;
	for (size_t i = 0; i < s->count; i++)
		if (s->files[i].binary && !scan_gap_has(gaps_then, s->files[i].path, ""))
			return true;
	return false;
}

/* ---- what was looked at ---- */

static bool gather_ignored(struct scan_sight *s, struct scan_sink *const *sinks,
                           size_t count)
{
	size_t all = 0;

	for (size_t i = 0; i < count; i++)
		all += sinks[i]->ignored_count;
	if (!mem_array(&s->ignored, all > 0 ? all : 1, sizeof(*s->ignored)))
		return false;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < sinks[i]->ignored_count; k++)
			s->ignored[s->ignored_count++] = sinks[i]->ignored[k];
	return true;
}

enum err_code scan_sight_init(struct scan_sight *s, const char *top,
                              struct scan_sink *const *sinks, size_t count,
                              struct err *err)
{
	size_t all = 0;
	bool ok;

	*s = (struct scan_sight){ .top = top, .gaps = MAP_INIT };
	for (size_t i = 0; i < count; i++)
		all += sinks[i]->seen_count;
	ok = mem_array(&s->files, all > 0 ? all : 1, sizeof(*s->files)) &&
	     gather_ignored(s, sinks, count);
	for (size_t i = 0; ok && i < count; i++) {
		const struct scan_sink *from = sinks[i];

		for (size_t k = 0; k < from->seen_count; k++)
			s->files[s->count++] =
				(struct scan_sight_file){ from->seen[k].path,
				                          from->seen[k].binary };
		for (size_t k = 0; ok && k < from->skip_count; k++)
			ok = from->skips[k].moot ||
			     scan_gap_add(&s->gaps, from->skips[k].path,
			                  from->skips[k].rule, from->skips[k].folder);
	}
	return ok ? ERR_OK : err_nomem(err);
}

void scan_sight_fini(struct scan_sight *s)
{
	mem_free(s->files);
	mem_free(s->ignored);
	map_fini(&s->gaps);
	*s = (struct scan_sight){ .gaps = MAP_INIT };
}

static int compare(const void *a, const void *b)
{
	const struct scan_sight_file *x = a;
	const struct scan_sight_file *y = b;

	return span_cmp(x->path, y->path);
}

static const struct scan_sight_file *find(struct scan_sight *s, struct span path)
{
	const struct scan_sight_file key = { .path = path };

	if (s->count == 0)
		return NULL;
	if (!s->sorted)
		qsort(s->files, s->count, sizeof(*s->files), compare);
	s->sorted = true;
	return bsearch(&key, s->files, s->count, sizeof(*s->files), compare);
}

/* What cannot be asked for may be there. A folder in its place is another thing. */
static bool is_gone(const struct scan_sight *s, struct span path)
{
	struct buf full = BUF_INIT;
	struct os_stat st = { .type = OS_NONE };
	enum err_code rc = ERR_NOMEM;

	buf_printf(&full, "%s/", s->top);
	buf_put(&full, path);
	if (buf_ok(&full))
		rc = os_lstat(buf_str(&full), &st, NULL);
	buf_fini(&full);
	return rc == ERR_NOT_FOUND || (rc == ERR_OK && st.type == OS_DIR);
}

enum scan_sight_of scan_sight_of(struct scan_sight *s, struct span path,
                                 const struct scan_rule *rule)
{
	const struct scan_sight_file *f;

	if (scan_gap_has(&s->gaps, path, rule->id))
		return SCAN_SIGHT_NONE;
	/* The baseline is compared, not scanned. */
	if (rule->builtin == SCAN_BUILTIN_UNUSED_BASELINE && s->unused)
		return SCAN_SIGHT_SEEN;
	f = find(s, path);
	if (f == NULL)
		return is_gone(s, path) ? SCAN_SIGHT_GONE : SCAN_SIGHT_NONE;
	/* Copies are compared as bytes. */
	if (f->binary && !str_starts(rule->id, "duplicate."))
		return SCAN_SIGHT_NONE;
	return scan_rule_takes(rule, path) ? SCAN_SIGHT_SEEN : SCAN_SIGHT_NONE;
}
