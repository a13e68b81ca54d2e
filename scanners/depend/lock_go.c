// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "lock_internal.h"

/*
 * go.mod, which since Go 1.17 names all modules that are built, those that others need
 * behind "// indirect". `replace` puts another module or version in a module's place; a
 * folder in its place has no version. The toolchain is the package "stdlib".
 */

/* The next word of a line; quotes around it are left out. */
static struct span word(struct span *line)
{
	struct span rest = span_trim(*line);
	size_t n = 0;

	while (n < rest.len && rest.ptr[n] != ' ' && rest.ptr[n] != '\t')
		n++;
	*line = span_from(rest, n);
	rest = span_sub(rest, 0, n);
	if (n >= 2 && rest.ptr[0] == '"' && rest.ptr[n - 1] == '"')
		rest = span_sub(rest, 1, n - 2);
	return rest;
}

static void require(struct scan_lock *l, struct span line, bool indirect)
{
	struct span name = word(&line);
	struct span version = word(&line);
	size_t item;

	if (name.len == 0 || version.len == 0)
		return;
	item = scan_lock_add(l, name, version);
	scan_lock_key(l, item, name);
	scan_lock_place_at(l, name);
	if (item != SCAN_LOCK_NONE)
		l->items[item].direct = !indirect;
}

/* "old [version] => new [version]" */
static void replace(struct scan_lock *l, struct span line)
{
	size_t arrow = span_find(line, SPAN_LIT("=>"));
	struct span left = span_sub(line, 0, arrow);
	struct span right = span_from(line, arrow + 2);
	struct span old = word(&left);
	struct span old_version = word(&left);
	struct span name = word(&right);
	struct span version = word(&right);
	size_t item = scan_lock_find(l, old);
	struct scan_dependency *d;

	if (item == SCAN_LOCK_NONE)
		return;
	d = &l->items[item];
	if (old_version.len > 0 && !span_eq_str(old_version, d->version))
		return;
	/* Without a version it is a folder: other code, of no version. */
	d->name = arena_dup(&l->arena, version.len > 0 ? name : old);
	d->version = arena_dup(&l->arena, version);
	d->own = version.len == 0;
}

/* "1.21.3", also "1.21rc2": as the data base writes it, 1.21.0-rc.2. Without a third
 * number it names a language, not a toolchain. */
static void toolchain(struct scan_lock *l, struct span text)
{
	struct buf version = BUF_INIT;
	struct span rest = text;
	size_t dots = 0;
	size_t n = 0;

	for (; n < rest.len &&
	       (rest.ptr[n] == '.' || (rest.ptr[n] >= '0' && rest.ptr[n] <= '9'));
	     n++)
		dots += rest.ptr[n] == '.';
	buf_put(&version, span_sub(rest, 0, n));
	rest = span_from(rest, n);
	if (dots == 1 &&
	    (span_starts(rest, SPAN_LIT("rc")) || span_starts(rest, SPAN_LIT("beta")))) {
		size_t letters = rest.ptr[0] == 'r' ? 2 : 4;

		buf_puts(&version, ".0-");
		buf_put(&version, span_sub(rest, 0, letters));
		buf_putc(&version, '.');
		buf_put(&version, span_from(rest, letters));
		dots = 2;
	}
	if (dots == 2 && scan_lock_find(l, SPAN_LIT("stdlib")) == SCAN_LOCK_NONE) {
		size_t item = scan_lock_add(l, SPAN_LIT("stdlib"), buf_span(&version));

		scan_lock_key(l, item, SPAN_LIT("stdlib"));
		scan_lock_place_at(l, text);
		if (item != SCAN_LOCK_NONE)
			l->items[item].direct = true;
	}
	buf_fini(&version);
}

enum block { NO_BLOCK, REQUIRE, REPLACE, OTHER };

static enum block block_of(struct span verb)
{
	if (span_eq_str(verb, "require"))
		return REQUIRE;
	return span_eq_str(verb, "replace") ? REPLACE : OTHER;
}

static void read_line(struct scan_lock *l, struct span line, enum block *block,
                      bool replaces)
{
	size_t slashes = span_find(line, SPAN_LIT("//"));
	struct span comment = span_trim(span_from(line, slashes + 2));
	bool indirect = span_starts(comment, SPAN_LIT("indirect"));
	struct span code = span_trim(span_sub(line, 0, slashes));
	enum block what = *block;

	if (span_eq_str(code, ")")) {
		*block = NO_BLOCK;
		return;
	}
	if (what == NO_BLOCK) {
		struct span verb = word(&code);

		code = span_trim(code);
		what = block_of(verb);
		if (span_eq_str(code, "(")) {
			*block = what;
			return;
		}
		if (!replaces && span_eq_str(verb, "toolchain") &&
		    span_starts(code, SPAN_LIT("go")))
			toolchain(l, span_from(code, 2));
	}
	if (what == REQUIRE && !replaces)
		require(l, code, indirect);
	else if (what == REPLACE && replaces)
		replace(l, code);
}

static void read_lines(struct scan_lock *l, bool replaces)
{
	struct span rest = l->text;
	enum block block = NO_BLOCK;
	struct span line;

	while (span_line(&rest, &line))
		read_line(l, line, &block, replaces);
}

enum err_code scan_lock_go(struct scan_lock *l, const char *name, struct err *err)
{
	if (span_find(l->text, SPAN_LIT("module")) == l->text.len)
		return err_set(err, ERR_CORRUPT, "%s: no go.mod: it names no module",
		               name);
	read_lines(l, false);
	read_lines(l, true);
	return ERR_OK;
}
