// SPDX-License-Identifier: Apache-2.0
#include "snapshot/filter.h"

#include "base/mem.h"
#include "base/str.h"
#include "snapshot/filter_internal.h"

#include <string.h>

#define CACHEDIR_NAME SPAN_LIT("CACHEDIR.TAG")
#define CACHEDIR_HEAD SPAN_LIT("Signature: 8a477f597d28d172789f06886806bc55")

enum { HEAD_MAX = 4096 };

struct side {
	struct lb_pattern *patterns;
	size_t count;
	size_t cap;
};

struct mark {
	struct span name;
	struct span head;
};

struct lb_filter {
	struct side sides[2]; /* by enum lb_filter_side */
	struct mark *marks;
	size_t mark_count;
	size_t mark_cap;
	uint64_t max_size;
	bool has_max_size;
	struct arena arena; /* of the patterns */
};

enum err_code lb_filter_new(struct lb_filter **out, struct err *err)
{
	struct lb_filter *f = mem_new(sizeof(*f));

	*out = f;
	if (f == NULL)
		return err_nomem(err);
	arena_init(&f->arena);
	return ERR_OK;
}

void lb_filter_free(struct lb_filter *f)
{
	if (f == NULL)
		return;
	mem_free(f->sides[LB_FILTER_EXCLUDE].patterns);
	mem_free(f->sides[LB_FILTER_INCLUDE].patterns);
	mem_free(f->marks);
	arena_fini(&f->arena);
	mem_free(f);
}

static enum err_code refuse(struct span pattern, const char *fault, struct err *err)
{
	struct buf shown = BUF_INIT;
	enum err_code rc;

	str_display_cut(&shown, pattern, 80);
	rc = err_set(err, ERR_USAGE, "pattern \"%s\": %s", buf_str(&shown), fault);
	buf_fini(&shown);
	return rc;
}

enum err_code lb_filter_add(struct lb_filter *f, enum lb_filter_side side,
                            struct span pattern, bool ignore_case, struct err *err)
{
	struct side *s = &f->sides[side];
	struct lb_pattern compiled;
	const char *fault;

	if (s->count == LB_FILTER_PATTERNS_MAX)
		return err_set(err, ERR_LIMIT, "more than %u patterns",
		               LB_FILTER_PATTERNS_MAX);
	fault = lb_pattern_compile(&compiled, pattern, ignore_case, &f->arena);
	if (!arena_ok(&f->arena))
		return err_nomem(err);
	if (fault != NULL)
		return refuse(pattern, fault, err);
	if (!mem_grow(&s->patterns, s->count, &s->cap, sizeof(*s->patterns)))
		return err_nomem(err);
	s->patterns[s->count++] = compiled;
	return ERR_OK;
}

/* Without spaces at the end, but for one that is quoted. */
static struct span trim_end(struct span line)
{
	size_t end = line.len;
	size_t quotes = 0;

	while (end > 0 && (line.ptr[end - 1] == ' ' || line.ptr[end - 1] == '\t'))
		end--;
	while (quotes < end && line.ptr[end - 1 - quotes] == '\\')
		quotes++;
	if (end < line.len && quotes % 2 == 1)
		end++;
	return span_sub(line, 0, end);
}

enum err_code lb_filter_add_text(struct lb_filter *f, enum lb_filter_side side,
                                 struct span text, bool ignore_case, const char *name,
                                 struct err *err)
{
	enum err_code rc = ERR_OK;
	size_t number = 0;
	struct span line;

	if (text.len > LB_FILTER_FILE_MAX)
		return err_set(err, ERR_LIMIT, "%s: larger than 16 MiB", name);
	if (span_starts(text, SPAN_LIT("\xEF\xBB\xBF")))
		text = span_from(text, 3);
	while (rc == ERR_OK && span_line(&text, &line)) {
		number++;
		line = trim_end(line);
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		rc = lb_filter_add(f, side, line, ignore_case, err);
		if (rc != ERR_OK)
			return err_wrap(err, rc, "%s:%zu", name, number);
	}
	return rc;
}

bool lb_filter_is_empty(const struct lb_filter *f)
{
	return f->sides[LB_FILTER_EXCLUDE].count == 0 &&
	       f->sides[LB_FILTER_INCLUDE].count == 0;
}

/* The last pattern about the path: one of its own that comes after what its folder has,
 * else that. */
static uint32_t decide(const struct side *s, uint32_t folder, struct span path,
                       bool is_folder)
{
	for (size_t n = s->count; n > folder; n--) {
		const struct lb_pattern *p = &s->patterns[n - 1];

		if ((is_folder || !p->folders_only) && lb_pattern_match(p, path))
			return (uint32_t)n;
	}
	return folder;
}

static bool takes(const struct side *s, uint32_t number)
{
	return number > 0 && !s->patterns[number - 1].negated;
}

/* May a pattern after this one bring something inside the folder back in? Of excludes
 * that is one with ! and a slash in front, of includes any without !. */
static bool may_return(const struct side *s, uint32_t number, struct span path,
                       bool negated)
{
	for (size_t i = number; i < s->count; i++) {
		const struct lb_pattern *p = &s->patterns[i];

		if (p->negated == negated && (!negated || p->anchored) &&
		    lb_pattern_inside(p, path))
			return true;
	}
	return false;
}

static struct span without_slashes(struct span path)
{
	while (path.len > 0 && path.ptr[0] == '/')
		path = span_from(path, 1);
	return path;
}

enum lb_filter_verdict lb_filter_step(const struct lb_filter *f,
                                      struct lb_filter_state folder, struct span path,
                                      bool is_folder, struct lb_filter_state *inside)
{
	const struct side *excludes = &f->sides[LB_FILTER_EXCLUDE];
	const struct side *includes = &f->sides[LB_FILTER_INCLUDE];
	struct lb_filter_state now;

	path = without_slashes(path);
	now.exclude = decide(excludes, folder.exclude, path, is_folder);
	now.include = decide(includes, folder.include, path, is_folder);
	if (inside != NULL)
		*inside = now;
	if (takes(excludes, now.exclude))
		return is_folder && may_return(excludes, now.exclude, path, true)
		               ? LB_FILTER_INTO
		               : LB_FILTER_OUT;
	if (includes->count == 0 || takes(includes, now.include))
		return LB_FILTER_IN;
	return is_folder && may_return(includes, now.include, path, false)
	               ? LB_FILTER_INTO
	               : LB_FILTER_OUT;
}

enum lb_filter_verdict lb_filter_path(const struct lb_filter *f, struct span path,
                                      bool is_folder)
{
	struct lb_filter_state state = LB_FILTER_TOP;

	path = without_slashes(path);
	for (size_t i = 0; i < path.len; i++) {
		if (path.ptr[i] == '/' && lb_filter_step(f, state, span_sub(path, 0, i),
		                                         true, &state) == LB_FILTER_OUT)
			return LB_FILTER_OUT;
	}
	return lb_filter_step(f, state, path, is_folder, NULL);
}

enum err_code lb_filter_glob(struct span pattern, bool ignore_case, struct span path,
                             bool is_folder, bool *match, struct err *err)
{
	struct lb_filter *f;
	enum err_code rc;

	if ((rc = lb_filter_new(&f, err)) != ERR_OK)
		return rc;
	rc = lb_filter_add(f, LB_FILTER_INCLUDE, pattern, ignore_case, err);
	if (rc == ERR_OK)
		*match = lb_filter_path(f, path, is_folder) == LB_FILTER_IN;
	lb_filter_free(f);
	return rc;
}

void lb_filter_set_max_size(struct lb_filter *f, uint64_t bytes)
{
	f->has_max_size = true;
	f->max_size = bytes;
}

bool lb_filter_too_large(const struct lb_filter *f, uint64_t bytes)
{
	return f->has_max_size && bytes > f->max_size;
}

static enum err_code add_mark(struct lb_filter *f, struct span name, struct span head,
                              struct err *err)
{
	struct mark m;

	if (!mem_grow(&f->marks, f->mark_count, &f->mark_cap, sizeof(*f->marks)))
		return err_nomem(err);
	m.name = span_of(arena_dup(&f->arena, name), name.len);
	m.head = span_of(arena_dup(&f->arena, head), head.len);
	if (!arena_ok(&f->arena))
		return err_nomem(err);
	f->marks[f->mark_count++] = m;
	return ERR_OK;
}

enum err_code lb_filter_add_caches(struct lb_filter *f, struct err *err)
{
	return add_mark(f, CACHEDIR_NAME, CACHEDIR_HEAD, err);
}

enum err_code lb_filter_add_mark(struct lb_filter *f, struct span mark, struct err *err)
{
	const size_t colon = span_find_byte(mark, ':');
	const struct span name = span_sub(mark, 0, colon);
	const struct span head = span_from(mark, colon + 1);

	if (name.len == 0 || span_find_byte(name, '/') != name.len)
		return refuse(mark, "give the name of a file, or name:header", err);
	if (head.len > HEAD_MAX)
		return refuse(mark, "the header is longer than 4096 bytes", err);
	return add_mark(f, name, head, err);
}

bool lb_filter_has_marks(const struct lb_filter *f)
{
	return f->mark_count > 0;
}

enum lb_filter_mark lb_filter_mark(const struct lb_filter *f, struct span name,
                                   size_t *need)
{
	*need = 0;
	for (size_t i = 0; i < f->mark_count; i++) {
		if (!span_eq(f->marks[i].name, name))
			continue;
		if (f->marks[i].head.len == 0)
			return LB_FILTER_MARK_YES;
		if (f->marks[i].head.len > *need)
			*need = f->marks[i].head.len;
	}
	return *need > 0 ? LB_FILTER_MARK_READ : LB_FILTER_MARK_NO;
}

bool lb_filter_mark_head(const struct lb_filter *f, struct span name, struct span head)
{
	for (size_t i = 0; i < f->mark_count; i++) {
		if (span_eq(f->marks[i].name, name) &&
		    span_starts(head, f->marks[i].head))
			return true;
	}
	return false;
}
