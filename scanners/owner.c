// SPDX-License-Identifier: Apache-2.0
#include "owner.h"

#include "base/ascii.h"
#include "lib/vcs_staged.h"
#include "os/fs.h"
#include "wildmatch.h"

#include <string.h>

enum { LINES_MAX = 50000, SECTIONS_MAX = 1000 };

/* ---- reading ---- */

/* The next word; a backslash takes the next byte along. */
static struct span next_word(struct span *rest)
{
	struct span word;
	size_t end = 0;

	while (rest->len > 0 && ascii_is_blank(rest->ptr[0]))
		*rest = span_from(*rest, 1);
	while (end < rest->len && !ascii_is_blank(rest->ptr[end]))
		end += rest->ptr[end] == '\\' && end + 1 < rest->len ? 2 : 1;
	word = span_sub(*rest, 0, end);
	*rest = span_from(*rest, end);
	return word;
}

/* The owners on the rest of a line, up to a comment. */
static const char *read_owners(struct scan_owners *o, struct span rest)
{
	struct buf out = BUF_INIT;
	const char *owners;

	for (;;) {
		struct span word = next_word(&rest);

		if (word.len == 0 || word.ptr[0] == '#')
			break;
		buf_puts(&out, out.len > 0 ? " " : "");
		buf_put(&out, word);
	}
	owners = arena_str(&o->arena, buf_str(&out));
	o->arena.failed = o->arena.failed || !buf_ok(&out);
	buf_fini(&out);
	return owners;
}

struct section {
	size_t number;
	const char *owners; /* of its lines that name none */
};

/* "[Name]", "^[Name][2] @default": false if it is a pattern. */
static bool read_section(struct scan_owners *o, struct span line, struct section *s)
{
	struct span rest = line.ptr[0] == '^' ? span_from(line, 1) : line;
	size_t end = span_find_byte(rest, ']');

	if (rest.len == 0 || rest.ptr[0] != '[' || end == rest.len)
		return false;
	rest = span_from(rest, end + 1);
	if (rest.len > 0 && rest.ptr[0] == '[')
		rest = span_from(rest, span_find_byte(rest, ']') + 1);
	if (o->sections < SECTIONS_MAX)
		s->number = ++o->sections;
	s->owners = read_owners(o, rest);
	return true;
}

static void read_pattern(struct scan_owners *o, struct span word,
                         struct scan_owner_line *to)
{
	if (word.ptr[0] == '!') {
		to->except = true;
		word = span_from(word, 1);
	}
	if (word.len > 1 && word.ptr[word.len - 1] == '/') {
		to->folder = true;
		word.len--;
	}
	to->anchored = span_find_byte(word, '/') != word.len;
	to->direct = span_ends(word, SPAN_LIT("/*"));
	if (word.len > 0 && word.ptr[0] == '/')
		word = span_from(word, 1);
	to->pattern = span_of(arena_dup(&o->arena, word), word.len);
}

static void read_line(struct scan_owners *o, struct span line, struct section *section)
{
	struct scan_owner_line *to;
	struct span rest = span_trim(line);
	struct span word;

	if (rest.len == 0 || rest.ptr[0] == '#' || read_section(o, rest, section))
		return;
	word = next_word(&rest);
	to = arena_push(&o->arena, &o->lines, &o->count, &o->cap, sizeof(*to));
	if (to == NULL)
		return;
	read_pattern(o, word, to);
	to->section = section->number;
	to->owners = read_owners(o, rest);
	if (to->owners != NULL && to->owners[0] == '\0' && section->owners != NULL)
		to->owners = section->owners;
}

enum err_code scan_owners_parse(struct scan_owners *o, struct span text, struct err *err)
{
	struct section section = { 0, NULL };
	struct span line;

	*o = (struct scan_owners){ .count = 0 };
	arena_init(&o->arena);
	while (span_line(&text, &line) && o->count < LINES_MAX)
		read_line(o, line, &section);
	return arena_err(&o->arena, err);
}

static enum err_code note_trouble(struct scan_owners *o, const char *why, struct err *err)
{
	o->trouble = arena_str(&o->arena, why);
	return o->trouble != NULL ? ERR_OK : err_nomem(err);
}

enum err_code scan_owners_read(struct buf *text, const char *top,
                               struct vcs_staged *staged, struct err *err)
{
	static const char *const places[] = { ".github/CODEOWNERS", "CODEOWNERS",
		                              "docs/CODEOWNERS", ".gitlab/CODEOWNERS" };
	struct buf path = BUF_INIT;
	enum err_code rc = ERR_NOT_FOUND;

	for (size_t i = 0; rc == ERR_NOT_FOUND && i < 4; i++) {
		buf_clear(&path);
		os_join(&path, top, places[i]);
		rc = buf_ok(&path) ? vcs_staged_read(staged, buf_str(&path),
		                                     SCAN_OWNERS_MAX_BYTES, text, err)
		                   : err_nomem(err);
		if (staged == NULL && rc != ERR_OK && rc != ERR_NOMEM &&
		    os_type_of(buf_str(&path)) == OS_NONE)
			rc = ERR_NOT_FOUND; /* nor is its folder one */
	}
	buf_fini(&path);
	return rc;
}

enum err_code scan_owners_load(struct scan_owners *o, const char *top,
                               struct vcs_staged *staged, struct err *err)
{
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	enum err_code rc = scan_owners_read(&text, top, staged, &why);

	*o = (struct scan_owners){ .count = 0 };
	if (rc == ERR_OK)
		rc = scan_owners_parse(o, buf_span(&text), err);
	else if (rc == ERR_NOT_FOUND)
		rc = ERR_OK;
	else if (rc == ERR_NOMEM)
		rc = err_nomem(err);
	else
		rc = note_trouble(o, why.msg, err);
	buf_fini(&text);
	return rc;
}

void scan_owners_fini(struct scan_owners *o)
{
	arena_fini(&o->arena);
	*o = (struct scan_owners){ .count = 0 };
}

/* ---- asking ---- */

/* Does the file match, or a folder that it is in? */
static bool matches(const struct scan_owner_line *l, struct span path)
{
	size_t from = 0;

	for (size_t i = 0; i <= path.len; i++) {
		bool last = i == path.len;

		if (!last && path.ptr[i] != '/')
			continue;
		if (!(last ? l->folder : l->direct) &&
		    scan_wildmatch(l->pattern, span_sub(path, from, i - from)))
			return true;
		from = l->anchored ? 0 : i + 1;
	}
	return false;
}

static bool has_word(struct span text, struct span word)
{
	struct span piece;

	while (span_split(&text, ' ', &piece))
		if (span_eq(piece, word))
			return true;
	return false;
}

static void add_owners(struct buf *out, const char *owners)
{
	struct span rest = span_str(owners);
	struct span word;

	while (span_split(&rest, ' ', &word)) {
		if (has_word(buf_span(out), word))
			continue;
		buf_puts(out, out->len > 0 ? " " : "");
		buf_put(out, word);
	}
}

void scan_owners_of(const struct scan_owners *o, struct span path, struct buf *out)
{
	size_t open = o->sections + 1; /* of these, none has decided */

	/* Sections stand one behind the other: from the end, the first match of each. */
	for (size_t i = o->count; i-- > 0;) {
		const struct scan_owner_line *l = &o->lines[i];

		if (l->section >= open || !matches(l, path))
			continue;
		open = l->section;
		if (!l->except)
			add_owners(out, l->owners);
	}
}
