// SPDX-License-Identifier: Apache-2.0
#include "lock_internal.h"

/* Lock files with a package a line or a paragraph: Gradle, Mix, dpkg. */

/* ---- gradle.lockfile, buildscript-gradle.lockfile ---- */

/* Configurations whose names begin with "test" are for tests. */
static bool is_test_only(struct span configurations)
{
	struct span one;
	bool any = false;

	while (span_split(&configurations, ',', &one)) {
		if (!span_starts(one, SPAN_LIT("test")))
			return false;
		any = true;
	}
	return any;
}

/* "group:artifact:1.0=compileClasspath,runtimeClasspath" */
enum err_code scan_lock_gradle(struct scan_lock *l, const char *name, struct err *err)
{
	struct span rest = l->text;
	struct span line;

	(void)name; /* any text is one: what is no line of it says nothing */
	(void)err;
	while (span_line(&rest, &line)) {
		size_t equals = span_find_byte(line, '=');
		struct span module = span_sub(line, 0, equals);
		size_t colon = span_rfind_byte(module, ':');
		size_t item;

		if (line.len == 0 || line.ptr[0] == '#' || colon == module.len)
			continue;
		item = scan_lock_add(l, span_sub(module, 0, colon),
		                     span_from(module, colon + 1));
		scan_lock_place_at(l, module);
		if (item != SCAN_LOCK_NONE)
			l->items[item].dev = is_test_only(span_from(line, equals + 1));
	}
	return ERR_OK;
}

/* ---- mix.lock ---- */

/* What stands in the next double quotes. */
static bool quoted(struct span *rest, struct span *out)
{
	size_t open = span_find_byte(*rest, '"');
	struct span inner = span_from(*rest, open + 1);
	size_t close = span_find_byte(inner, '"');

	*out = span_sub(inner, 0, close);
	*rest = span_from(inner, close + 1);
	return close < inner.len;
}

/* "plug": {:hex, :plug, "1.14.0", "checksum", [:mix], [..], "hexpm", ".."}, */
enum err_code scan_lock_mix(struct scan_lock *l, const char *name, struct err *err)
{
	struct span rest = l->text;
	struct span line;

	(void)name; /* any text is one: what is no line of it says nothing */
	(void)err;
	while (span_line(&rest, &line)) {
		struct span key;
		struct span version;
		size_t hex;

		if (!quoted(&line, &key))
			continue;
		hex = span_find(line, SPAN_LIT("{:hex, :"));
		line = span_from(line, hex + 8);
		if (line.len == 0 || !quoted(&line, &version))
			continue;
		(void)scan_lock_add(l, key, version); /* the arena remembers a failure */
		scan_lock_place_at(l, key);
	}
	return ERR_OK;
}

/* ---- dpkg's status ---- */

struct paragraph {
	struct span package;
	struct span version;
	struct span source;
	bool installed;
};

/* Advisories speak of source packages: "Source: glibc (2.36-9)", where it differs. */
static void add_paragraph(struct scan_lock *l, const struct paragraph *p)
{
	size_t open = span_find_byte(p->source, '(');
	struct span name = span_trim(span_sub(p->source, 0, open));
	struct span version = span_from(p->source, open + 1);

	version = span_trim(span_sub(version, 0, span_find_byte(version, ')')));
	if (!p->installed || p->package.len == 0 || p->version.len == 0)
		return;
	(void)scan_lock_add(l, name.len > 0 ? name : p->package,
	                    version.len > 0 ? version : p->version);
	scan_lock_place_at(l, p->package);
}

static bool field(struct span line, const char *name, struct span *value)
{
	struct span start = span_str(name);

	if (!span_starts(line, start))
		return false;
	*value = span_trim(span_from(line, start.len));
	return true;
}

enum err_code scan_lock_dpkg(struct scan_lock *l, const char *name, struct err *err)
{
	struct paragraph p = { .installed = false };
	struct span rest = l->text;
	struct span status;
	struct span line;

	while (span_line(&rest, &line)) {
		if (line.len == 0) {
			add_paragraph(l, &p);
			p = (struct paragraph){ .installed = false };
		} else if (field(line, "Status:", &status)) {
			p.installed = span_ends(status, SPAN_LIT(" installed"));
		} else if (!field(line, "Package:", &p.package) &&
		           !field(line, "Version:", &p.version)) {
			(void)field(line,
			            "Source:", &p.source); /* others do not matter */
		}
	}
	add_paragraph(l, &p);
	if (l->text.len > 0 && l->count == 0)
		return err_set(err, ERR_CORRUPT, "%s: no package in it", name);
	return ERR_OK;
}
