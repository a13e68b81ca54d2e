// SPDX-License-Identifier: Apache-2.0
#include "collect/coverage/tree_doc.h"

#include "base/num.h"
#include "base/str.h"
#include "collect/coverage/coverage.h"
#include "scanners/owner.h"

#include <string.h>

#define HEAD "seaworthy coverage tree 1"

/* ---- writing ---- */

static void put_escaped(struct buf *out, const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++)
		if (*p < ' ' || *p == '\\' || *p == 0x7f)
			buf_printf(out, "\\x%02x", *p);
		else
			buf_putc(out, (char)*p);
}

static void put_lines(struct buf *out, const struct gate_cov_new *fresh)
{
	if (!fresh->known)
		buf_putc(out, '-');
	for (size_t i = 0; i < fresh->count;) {
		size_t last = i;

		while (last + 1 < fresh->count &&
		       fresh->lines[last + 1] == fresh->lines[last] + 1)
			last++;
		buf_printf(out, "%s%lu", i > 0 ? "," : "",
		           (unsigned long)fresh->lines[i]);
		if (last > i)
			buf_printf(out, "-%lu", (unsigned long)fresh->lines[last]);
		i = last + 1;
	}
}

static void put_source(struct buf *out, const struct gate_cov_tree *t,
                       const struct gate_cov_source *s, const struct scan_owners *owners,
                       struct buf *scratch)
{
	struct gate_cov_code code = { 0, 0 };

	/* Of others nobody asks. */
	if (s->scope == SCAN_PRODUCTION && !gate_cov_is_declaration(s))
		gate_cov_tree_code(t, s, scratch, &code);
	buf_printf(out, "%s\t%s\t%llu\t%llu\t", scan_scope_name(s->scope),
	           s->language->name, (unsigned long long)code.all,
	           (unsigned long long)code.fresh);
	put_lines(out, &s->fresh);
	buf_putc(out, '\t');
	buf_clear(scratch);
	scan_owners_of(owners, span_str(s->path), scratch);
	put_escaped(out, buf_str(scratch));
	buf_putc(out, '\t');
	put_escaped(out, s->path);
	buf_putc(out, '\n');
}

enum err_code gate_cov_tree_put(struct buf *out, const struct gate_cov_tree *t,
                                const char *base, struct err *err)
{
	struct scan_owners owners;
	struct buf scratch = BUF_INIT;
	enum err_code rc = scan_owners_load(&owners, t->root, NULL, err);

	buf_puts(out, HEAD "\nbase");
	if (base != NULL) {
		buf_putc(out, ' ');
		put_escaped(out, base);
	}
	buf_printf(out, "\nowners %s\n", owners.count > 0 ? "yes" : "no");
	for (size_t i = 0; i < t->count && rc == ERR_OK; i++) {
		put_source(out, t, &t->sources[i], &owners, &scratch);
		rc = buf_err(&scratch, err);
	}
	scan_owners_fini(&owners);
	buf_fini(&scratch);
	return rc == ERR_OK ? buf_err(out, err) : rc;
}

/* ---- reading ---- */

struct tree_reader {
	struct gate_cov_tree *tree;
	struct buf scratch;
	size_t cap;
	uint64_t lines; /* that are new, of all */
	const char *fault;
};

/* Up to the tab, which is stepped over; at the last the rest. */
static struct span take(struct span *line)
{
	size_t tab = span_find_byte(*line, '\t');
	struct span field = span_sub(*line, 0, tab);

	*line = span_from(*line, tab < line->len ? tab + 1 : tab);
	return field;
}

static const char *take_escaped(struct tree_reader *r, struct span text)
{
	buf_clear(&r->scratch);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char byte;

		if (text.ptr[i] != '\\') {
			buf_putc(&r->scratch, text.ptr[i]);
			continue;
		}
		if (text.len - i < 4 || text.ptr[i + 1] != 'x' ||
		    !str_unhex(span_sub(text, i + 2, 2), &byte, 1) || byte == '\0') {
			r->fault = "a backslash stands before x and two digits";
			return "";
		}
		buf_putc(&r->scratch, (char)byte);
		i += 3;
	}
	return arena_dup(&r->tree->arena, buf_span(&r->scratch));
}

static bool find_scope(struct span name, enum scan_scope *out)
{
	for (int i = 0; i < SCAN_SCOPES; i++)
		if (span_eq(name, span_str(scan_scope_name((enum scan_scope)i)))) {
			*out = (enum scan_scope)i;
			return true;
		}
	return false;
}

/* "3-5" or "9", behind the last one. */
static bool take_range(struct span text, uint64_t above, uint64_t *from, uint64_t *to)
{
	size_t dash = span_find_byte(text, '-');

	if (!num_u64(span_sub(text, 0, dash), above + 1, GATE_COV_LINE_MAX, from))
		return false;
	*to = *from;
	return dash == text.len ||
	       num_u64(span_from(text, dash + 1), *from, GATE_COV_LINE_MAX, to);
}

/* Counts the lines, and writes them where there is room. */
static bool spread(struct span text, uint32_t *lines, size_t *count)
{
	uint64_t from = 0, to = 0;

	*count = 0;
	while (text.len > 0) {
		size_t comma = span_find_byte(text, ',');

		if (!take_range(span_sub(text, 0, comma), to, &from, &to))
			return false;
		for (uint64_t n = from; lines != NULL && n <= to; n++)
			lines[*count + (size_t)(n - from)] = (uint32_t)n;
		*count += (size_t)(to - from + 1);
		text = span_from(text, comma < text.len ? comma + 1 : comma);
	}
	return true;
}

static void read_lines(struct tree_reader *r, struct gate_cov_new *fresh,
                       struct span text)
{
	size_t count = 0;

	if (span_eq(text, SPAN_LIT("-")))
		return;
	fresh->known = true;
	if (!spread(text, NULL, &count)) {
		r->fault = "new lines are rising numbers or ranges";
		return;
	}
	r->lines += count;
	if (r->lines > GATE_COV_POINTS_MAX) {
		r->fault = "too many new lines";
		return;
	}
	fresh->lines = arena_array(&r->tree->arena, count + 1, sizeof(*fresh->lines));
	if (fresh->lines != NULL)
		(void)spread(text, fresh->lines, &fresh->count);
}

enum { SCOPE, LANGUAGE, CODE, NEW_CODE, NEW_LINES, OWNERS, PATH, FIELDS };

static void read_source(struct tree_reader *r, struct gate_cov_source *s,
                        struct span line)
{
	struct span field[FIELDS];

	for (int i = 0; i < PATH; i++)
		field[i] = take(&line);
	field[PATH] = line;
	if (!find_scope(field[SCOPE], &s->scope))
		r->fault = "it has no scope";
	else if ((s->language = scan_language_named(field[LANGUAGE])) == NULL)
		r->fault = "its language is not known";
	else if (!num_u64(field[CODE], 0, GATE_COV_LINE_MAX, &s->code.all) ||
	         !num_u64(field[NEW_CODE], 0, s->code.all, &s->code.fresh))
		r->fault = "it does not say how many lines of code there are";
	else if (line.len == 0 || line.len > GATE_COV_PATH_MAX * 4)
		r->fault = "it has no path that can be";
	if (r->fault != NULL)
		return;
	read_lines(r, &s->fresh, field[NEW_LINES]);
	s->owners = take_escaped(r, field[OWNERS]);
	s->path = take_escaped(r, field[PATH]);
}

static void add_source(struct tree_reader *r, struct span line)
{
	struct gate_cov_tree *t = r->tree;
	struct gate_cov_source *s;

	if (t->count == GATE_COV_FILES_MAX) {
		r->fault = "too many sources";
		return;
	}
	s = arena_push(&t->arena, &t->sources, &t->count, &r->cap, sizeof(*s));
	if (s == NULL)
		return;
	*s = (struct gate_cov_source){ .path = NULL };
	read_source(r, s, line);
	if (r->fault == NULL && s->path != NULL && t->count > 1 &&
	    strcmp(s[-1].path, s->path) >= 0)
		r->fault = "paths do not rise";
}

static void read_head(struct tree_reader *r, const char **base, struct span *text)
{
	struct span line;

	if (!span_line(text, &line) || !span_eq(line, SPAN_LIT(HEAD)) ||
	    !span_line(text, &line) || !span_starts(line, SPAN_LIT("base"))) {
		r->fault = "it is none, or of another version";
		return;
	}
	*base = line.len > 5 ? take_escaped(r, span_from(line, 5)) : NULL;
	if (!span_line(text, &line))
		line = SPAN_EMPTY;
	r->tree->has_owners = span_eq(line, SPAN_LIT("owners yes"));
	if (!r->tree->has_owners && !span_eq(line, SPAN_LIT("owners no")))
		r->fault = "it does not say whether there are owners";
}

enum err_code gate_cov_tree_read(struct gate_cov_tree **out, const char **base,
                                 struct span text, struct err *err)
{
	struct tree_reader r = { .scratch = BUF_INIT };
	struct span line;
	size_t number = 3;
	enum err_code rc = gate_cov_tree_none(&r.tree, err);

	if (rc != ERR_OK)
		return rc;
	read_head(&r, base, &text);
	for (; r.fault == NULL && span_line(&text, &line); number++)
		add_source(&r, line);
	if (r.fault != NULL)
		rc = err_set(err, ERR_CORRUPT, "coverage tree, line %zu: %s", number,
		             r.fault);
	if (rc == ERR_OK)
		rc = buf_err(&r.scratch, err);
	if (rc == ERR_OK)
		rc = arena_err(&r.tree->arena, err);
	if (rc == ERR_OK)
		rc = gate_cov_tree_index(r.tree, err);
	buf_fini(&r.scratch);
	if (rc == ERR_OK)
		*out = r.tree;
	else
		gate_cov_tree_free(r.tree);
	return rc;
}
