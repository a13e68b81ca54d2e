// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "os/fs.h"
#include "os/walk.h"
#include "policy/detect_internal.h"
#include "policy/grammar.h"

#include <string.h>

/* Tools of the rules of detection. */

#define BUILD_TIMEOUT_MS (UINT64_C(20) * 60 * 1000)
#define SUITE_TIMEOUT_MS (UINT64_C(20) * 60 * 1000)

bool gate_find_has(const struct gate_finder *f, const char *name)
{
	for (size_t i = 0; i < f->names.count; i++)
		if (str_eq(f->names.items[i], name))
			return true;
	return false;
}

const char *gate_find_first(const struct gate_finder *f, const char *const *names)
{
	for (; *names != NULL; names++)
		if (gate_find_has(f, *names))
			return *names;
	return NULL;
}

static void full_path(const struct gate_finder *f, const char *path, struct buf *out)
{
	struct buf dir = BUF_INIT;

	os_join(&dir, f->root, f->dir);
	os_join(out, buf_str(&dir), path);
	buf_fini(&dir);
}

enum os_type gate_find_type(const struct gate_finder *f, const char *path)
{
	struct buf full = BUF_INIT;
	enum os_type type;

	full_path(f, path, &full);
	type = os_type_of(buf_str(&full));
	buf_fini(&full);
	return type;
}

bool gate_find_read(const struct gate_finder *f, const char *path, struct buf *out)
{
	struct buf full = BUF_INIT;
	bool ok;

	buf_clear(out);
	full_path(f, path, &full);
	ok = os_read_file(buf_str(&full), GATE_DETECT_FILE_MAX, out, NULL) == ERR_OK;
	buf_fini(&full);
	return ok && buf_ok(out);
}

bool gate_find_contains(const struct gate_finder *f, const char *path, const char *words)
{
	struct buf text = BUF_INIT;
	bool found = gate_find_read(f, path, &text);

	found = found && span_find(buf_span(&text), span_str(words)) < text.len;
	buf_fini(&text);
	return found;
}

/* Looks at the names of a folder; with `words`, into the files too. */
struct name_search {
	const struct gate_finder *finder;
	const char *path;
	const char *glob;
	const char *words; /* NULL: the name is enough */
	size_t seen;
	size_t opened;
	bool found;
};

enum { OPENED_MAX = 20 };

static bool name_holds(struct name_search *s, const char *name)
{
	struct buf path = BUF_INIT;
	bool holds;

	if (s->words == NULL)
		return true;
	s->opened++;
	os_join(&path, s->path, name);
	holds = gate_find_contains(s->finder, buf_str(&path), s->words);
	buf_fini(&path);
	return holds;
}

/* Stops at the first match, or when a folder is absurdly large. */
static enum err_code match_name(const struct os_entry *entry, void *context,
                                struct err *err)
{
	struct name_search *s = context;

	if (str_glob(s->glob, span_str(entry->name)))
		s->found = name_holds(s, entry->name);
	s->seen++;
	if (s->found || s->seen > GATE_LIST_MAX || s->opened >= OPENED_MAX)
		return err_set(err, ERR_EXISTS, "enough");
	return ERR_OK;
}

static bool search_names(struct name_search *s)
{
	struct buf full = BUF_INIT;
	struct os_dir dir;

	full_path(s->finder, s->path, &full);
	if (os_dir_open(&dir, NULL, buf_str(&full), NULL) == ERR_OK) {
		/* An unreadable folder has no such name. */
		if (os_dir_each(&dir, match_name, s, NULL) != ERR_OK)
			s->seen = 0;
		os_dir_close(&dir);
	}
	buf_fini(&full);
	return s->found;
}

bool gate_find_named(const struct gate_finder *f, const char *path, const char *glob)
{
	struct name_search search = { .finder = f, .path = path, .glob = glob };

	return search_names(&search);
}

bool gate_find_in_files(const struct gate_finder *f, const char *path, const char *glob,
                        const char *words)
{
	struct name_search search = {
		.finder = f, .path = path, .glob = glob, .words = words
	};

	return search_names(&search);
}

/* Where a rule's colon is, or s.len: not in an assignment, nor in a recipe. */
static size_t rule_colon(struct span line)
{
	size_t colon = span_find_byte(line, ':');
	size_t equals = span_find_byte(line, '=');
	struct span rest;

	if (line.len == 0 || line.ptr[0] == '\t' || line.ptr[0] == '#' ||
	    equals < colon || colon == line.len)
		return line.len;
	rest = span_from(line, colon + 1);
	if (span_starts(rest, SPAN_LIT(":")))
		rest = span_from(rest, 1);
	return span_starts(rest, SPAN_LIT("=")) ? line.len : colon;
}

bool gate_makefile_has(struct span text, const char *target)
{
	struct span line, word;

	while (span_line(&text, &line)) {
		size_t colon = rule_colon(line);
		struct span targets = span_sub(line, 0, colon);

		if (colon == line.len)
			continue;
		while (span_split(&targets, ' ', &word))
			if (span_eq_str(span_trim(word), target))
				return true;
	}
	return false;
}

const char *gate_makefile_target(const struct gate_finder *f, const char *path)
{
	/* Without automake "check" may mean anything, a linter too. */
	static const char *const targets[] = { "test", "check" };
	struct buf text = BUF_INIT;
	const char *found = NULL;

	if (gate_find_read(f, path, &text))
		for (size_t i = 0; i < 2 && found == NULL; i++)
			if (gate_makefile_has(buf_span(&text), targets[i]))
				found = targets[i];
	buf_fini(&text);
	return found;
}

const char *gate_find_scratch(struct gate_finder *f, const char *kind, const char *name,
                              const char *more)
{
	/* Kinds, names and tags are plain words: nothing to quote for shell or glob. */
	return gate_find_text(f, GATE_SCRATCH "/%s/%s%s%s", kind, name, f->tag, more);
}

const char *gate_find_text(struct gate_finder *f, const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	text = arena_str(&f->out->arena, buf_str(&b));
	buf_fini(&b);
	return text != NULL ? text : "";
}

static const char *found_in(struct gate_finder *f, const char *from)
{
	return str_eq(f->dir, ".") ? from : gate_find_text(f, "%s/%s", f->dir, from);
}

struct gate_build *gate_find_build(struct gate_finder *f, const char *name,
                                   const char *from)
{
	struct gate_detected *d = f->out;
	struct gate_build *b = arena_push(&d->arena, &d->builds, &d->build_count,
	                                  &f->build_cap, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->id = gate_find_text(f, "%s%s", name, f->tag);
	b->dir = f->dir;
	b->timeout_ms = BUILD_TIMEOUT_MS;
	b->detected_from = found_in(f, from);
	return b;
}

struct gate_suite *gate_find_suite(struct gate_finder *f, const char *name,
                                   const char *from)
{
	struct gate_detected *d = f->out;
	struct gate_suite *s = arena_push(&d->arena, &d->suites, &d->suite_count,
	                                  &f->suite_cap, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->id = gate_find_text(f, "%s%s", name, f->tag);
	s->dir = f->dir;
	s->format = GATE_FORMAT_EXIT;
	s->timeout_ms = SUITE_TIMEOUT_MS;
	s->slow_ms = GATE_DETECT_SLOW_MS;
	s->detected_from = found_in(f, from);
	return s;
}

void gate_find_add(struct gate_finder *f, struct gate_strings *list, const char *text)
{
	const char **items = arena_array(&f->out->arena, list->count + 1, sizeof(*items));

	if (items == NULL)
		return; /* the arena tells */
	if (list->count > 0)
		memcpy(items, list->items, list->count * sizeof(*items));
	items[list->count++] = text;
	list->items = items;
}
