// SPDX-License-Identifier: Apache-2.0
#include "ignore.h"

#include "base/mem.h"
#include "wildmatch.h"

#include <string.h>

enum pattern_kind {
	NAME_LITERAL, /* foo: the last component */
	NAME_SUFFIX,  /* *foo: `text` is foo */
	NAME_WILD,
	PATH_LITERAL, /* a/foo: the path below the folder of the ignore file */
	PATH_WILD,
};

struct pattern {
	struct span text;
	size_t literal; /* bytes of a PATH_WILD before its first special one */
	enum pattern_kind kind;
	bool negated;
	bool folders_only;
};

struct scan_ignore {
	const struct scan_ignore *above;
	char *text; /* owned; patterns borrow from it */
	struct pattern *patterns;
	size_t count;
	size_t cap;
	size_t folder;
};

/* Bytes before the first one that means something to a glob. */
static size_t literal_length(struct span s)
{
	size_t n = 0;

	while (n < s.len && strchr("*?[\\", s.ptr[n]) == NULL)
		n++;
	return n;
}

static enum pattern_kind kind_of(struct span text, bool is_path, size_t literal)
{
	if (is_path)
		return literal == text.len ? PATH_LITERAL : PATH_WILD;
	if (literal == text.len)
		return NAME_LITERAL;
	if (text.ptr[0] == '*' && literal_length(span_from(text, 1)) == text.len - 1)
		return NAME_SUFFIX;
	return NAME_WILD;
}

/* Without unquoted spaces at the end; a quoted one ("\ ") stays. */
static struct span trim_spaces(struct span line)
{
	size_t end = 0;

	for (size_t i = 0; i < line.len; i++) {
		if (line.ptr[i] == ' ')
			continue;
		if (line.ptr[i] == '\\') {
			if (++i == line.len)
				return line;
		}
		end = i + 1;
	}
	return span_sub(line, 0, end);
}

static struct pattern parse_line(struct span line)
{
	struct pattern p = { .text = trim_spaces(line) };
	bool is_path;

	if (p.text.len > 0 && p.text.ptr[0] == '!') {
		p.negated = true;
		p.text = span_from(p.text, 1);
	}
	if (p.text.len > 0 && p.text.ptr[p.text.len - 1] == '/') {
		p.folders_only = true;
		p.text.len--;
	}
	is_path = span_find_byte(p.text, '/') != p.text.len;
	if (is_path && p.text.ptr[0] == '/')
		p.text = span_from(p.text, 1);
	p.literal = literal_length(p.text);
	p.kind = kind_of(p.text, is_path, p.literal);
	if (p.kind == NAME_SUFFIX)
		p.text = span_from(p.text, 1);
	return p;
}

static enum err_code add_line(struct scan_ignore *set, struct span line, struct err *err)
{
	size_t nul = span_find_byte(line, '\0');

	/* Git reads lines as C strings. */
	line.len = nul;
	if (line.len == 0 || line.ptr[0] == '#')
		return ERR_OK;
	if (set->count == SCAN_IGNORE_MAX_PATTERNS)
		return err_set(err, ERR_LIMIT, "more than %d ignore patterns",
		               SCAN_IGNORE_MAX_PATTERNS);
	if (!mem_grow(&set->patterns, set->count, &set->cap, sizeof(*set->patterns)))
		return err_nomem(err);
	set->patterns[set->count++] = parse_line(line);
	return ERR_OK;
}

static enum err_code add_lines(struct scan_ignore *set, struct span text, struct err *err)
{
	enum err_code rc = ERR_OK;
	struct span line;

	if (span_starts(text, SPAN_LIT("\xEF\xBB\xBF")))
		text = span_from(text, 3);
	while (rc == ERR_OK && text.len > 0) {
		line = span_sub(text, 0, span_find_byte(text, '\n'));
		text = span_from(text, line.len + 1);
		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		rc = add_line(set, line, err);
	}
	return rc;
}

enum err_code scan_ignore_parse(struct scan_ignore **out, const struct scan_ignore *above,
                                struct span text, size_t folder, struct err *err)
{
	struct scan_ignore *set;
	enum err_code rc;

	*out = NULL;
	if (text.len > SCAN_IGNORE_MAX_BYTES)
		return err_set(err, ERR_LIMIT, "an ignore file of more than 1 MiB");
	set = mem_new(sizeof(*set));
	if (set == NULL)
		return err_nomem(err);
	set->above = above;
	set->folder = folder;
	set->text = mem_dup(text);
	rc = set->text == NULL ? err_nomem(err)
	                       : add_lines(set, span_of(set->text, text.len), err);
	if (rc == ERR_OK && set->count > 0) {
		*out = set;
		set = NULL;
	}
	scan_ignore_free(set);
	return rc;
}

void scan_ignore_free(struct scan_ignore *set)
{
	if (set == NULL)
		return;
	mem_free(set->patterns);
	mem_free(set->text);
	mem_free(set);
}

/*
 * Git compares the literal start by itself and hands only the rest to the glob, which
 * then takes the rest's start for the start of a component: "a**" + "/b" matches a/x/b.
 */
static bool path_matches(const struct pattern *p, struct span below)
{
	if (!span_starts(below, span_sub(p->text, 0, p->literal)))
		return false;
	return scan_wildmatch(span_from(p->text, p->literal),
	                      span_from(below, p->literal));
}

static bool pattern_matches(const struct pattern *p, struct span name, struct span below)
{
	switch (p->kind) {
	case NAME_LITERAL:
		return span_eq(p->text, name);
	case NAME_SUFFIX:
		return span_ends(name, p->text);
	case NAME_WILD:
		return scan_wildmatch(p->text, name);
	case PATH_LITERAL:
		return span_eq(p->text, below);
	case PATH_WILD:
		return path_matches(p, below);
	}
	return false;
}

size_t scan_ignore_count(const struct scan_ignore *set)
{
	return set != NULL ? set->count : 0;
}

bool scan_ignore_match(const struct scan_ignore *set, struct span path, bool is_folder)
{
	size_t slash = span_rfind_byte(path, '/');
	struct span name = slash == path.len ? path : span_from(path, slash + 1);

	for (; set != NULL; set = set->above) {
		struct span below = span_from(path, set->folder);

		for (size_t i = set->count; i-- > 0;) {
			const struct pattern *p = &set->patterns[i];

			if ((!p->folders_only || is_folder) &&
			    pattern_matches(p, name, below))
				return !p->negated;
		}
	}
	return false;
}
