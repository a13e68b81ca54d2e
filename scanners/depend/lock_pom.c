// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/xml.h"
#include "lock_internal.h"

#include <string.h>

/*
 * pom.xml: <dependency> in <project><dependencies>, with versions that may name
 * properties ("${x.version}") or come from <dependencyManagement>. What a parent says is
 * in another file: such a version is not known, and the package is kept without one.
 *
 * verification-metadata.xml of Gradle: <component group name version>.
 */

enum { DEPTH_MAX = 32, EXPANSIONS_MAX = 16 };

struct coordinates {
	struct span group;
	struct span artifact;
	struct span version;
	struct span scope;
};

struct pom {
	struct scan_lock *l;
	const char *open[DEPTH_MAX]; /* names of the open elements, in the arena */
	size_t depth;
	struct buf text;
	struct coordinates at; /* of the dependency that is open */
	struct coordinates project;
	struct map properties; /* to text in the arena */
	struct map managed;    /* "group:artifact" to a version in the arena */
	struct coordinates *list;
	size_t count;
	size_t cap;
};

static bool is_open(const struct pom *p, const char *const *path, size_t count)
{
	if (p->depth != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!str_eq(p->open[i], path[i]))
			return false;
	return true;
}

static enum err_code on_start(void *context, const char *name, const char **attributes,
                              struct err *err)
{
	struct pom *p = context;

	(void)attributes; /* a POM has none that matter */
	(void)err;
	if (p->depth < DEPTH_MAX)
		p->open[p->depth] = arena_str(&p->l->arena, name);
	p->depth++;
	buf_clear(&p->text);
	if (str_eq(name, "dependency"))
		p->at = (struct coordinates){ .group = SPAN_EMPTY };
	return ERR_OK;
}

static enum err_code on_text(void *context, struct span data, struct err *err)
{
	struct pom *p = context;

	buf_put(&p->text, data);
	return buf_err(&p->text, err);
}

static struct span keep(struct pom *p)
{
	struct span text = span_trim(buf_span(&p->text));
	char *copy = arena_dup(&p->l->arena, text);

	return span_of(copy, copy != NULL ? text.len : 0);
}

static struct span *field_of(struct coordinates *c, const char *name)
{
	if (str_eq(name, "groupId"))
		return &c->group;
	if (str_eq(name, "artifactId"))
		return &c->artifact;
	if (str_eq(name, "version"))
		return &c->version;
	return str_eq(name, "scope") ? &c->scope : NULL;
}

static const char *const dependency[] = { "project", "dependencies", "dependency" };
static const char *const managed[] = { "project", "dependencyManagement", "dependencies",
	                               "dependency" };
static const char *const properties[] = { "project", "properties" };
static const char *const project[] = { "project" };
static const char *const parent[] = { "project", "parent" };

static void remember(struct pom *p, struct map *map, struct span key, struct span value)
{
	char *copy = arena_dup(&p->l->arena, value);

	if (copy != NULL && !map_set(map, key, copy))
		p->l->arena.failed = true;
}

static void end_managed(struct pom *p)
{
	struct buf key = BUF_INIT;

	buf_put(&key, p->at.group);
	buf_putc(&key, ':');
	buf_put(&key, p->at.artifact);
	remember(p, &p->managed, buf_span(&key), p->at.version);
	buf_fini(&key);
}

static void end_dependency(struct pom *p)
{
	struct coordinates *c =
		arena_push(&p->l->arena, &p->list, &p->count, &p->cap, sizeof *c);

	if (c != NULL)
		*c = p->at;
}

/* A value inside of the element that is open now. */
static void end_value(struct pom *p, const char *name)
{
	struct span *field = NULL;

	if (is_open(p, dependency, 3) || is_open(p, managed, 4))
		field = field_of(&p->at, name);
	else if (is_open(p, project, 1))
		field = field_of(&p->project, name);
	else if (is_open(p, parent, 2)) {
		field = field_of(&p->project, name);
		/* The project's own counts more than what it inherits. */
		if (field == &p->project.artifact || (field != NULL && field->len > 0))
			field = NULL;
	} else if (is_open(p, properties, 2)) {
		remember(p, &p->properties, span_str(name), keep(p));
	}
	if (field != NULL)
		*field = keep(p);
}

static enum err_code on_end(void *context, const char *name, struct err *err)
{
	struct pom *p = context;

	if (is_open(p, managed, 4))
		end_managed(p);
	else if (is_open(p, dependency, 3))
		end_dependency(p);
	p->depth--;
	if (p->depth < DEPTH_MAX)
		end_value(p, name);
	buf_clear(&p->text);
	return arena_err(&p->l->arena, err);
}

/* ---- versions ---- */

static const char *property(const struct pom *p, struct span name)
{
	if (span_eq_str(name, "project.version") || span_eq_str(name, "version") ||
	    span_eq_str(name, "pom.version"))
		return p->project.version.len > 0 ? p->project.version.ptr : NULL;
	if (span_eq_str(name, "project.groupId"))
		return p->project.group.len > 0 ? p->project.group.ptr : NULL;
	return map_get(&p->properties, name);
}

/* Puts properties into the text; false for one that is not known here. */
static bool expand(const struct pom *p, struct span text, struct buf *out, int depth)
{
	while (text.len > 0) {
		size_t start = span_find(text, SPAN_LIT("${"));
		struct span name = span_from(text, start + 2);
		const char *value;

		buf_put(out, span_sub(text, 0, start));
		if (start == text.len)
			return true;
		name = span_sub(name, 0, span_find_byte(name, '}'));
		value = property(p, name);
		if (value == NULL || depth >= EXPANSIONS_MAX || out->len > 1024 ||
		    !expand(p, span_str(value), out, depth + 1))
			return false;
		text = span_from(text, start + 2 + name.len + 1);
	}
	return true;
}

/* "[1.2.3]" is exactly that; other ranges fix nothing. */
static struct span exact(struct span version)
{
	if (version.len > 2 && version.ptr[0] == '[' &&
	    version.ptr[version.len - 1] == ']' &&
	    span_find_byte(version, ',') == version.len)
		return span_sub(version, 1, version.len - 2);
	if (version.len > 0 && (version.ptr[0] == '[' || version.ptr[0] == '('))
		return SPAN_EMPTY;
	if (span_eq_str(version, "LATEST") || span_eq_str(version, "RELEASE"))
		return SPAN_EMPTY;
	return version;
}

/* Where the name of the last item stands between these two. */
static void place(struct scan_lock *l, char open, struct span artifact, char close)
{
	struct buf needle = BUF_INIT;
	struct scan_dependency *d = &l->items[l->count - 1];

	buf_putc(&needle, open);
	buf_put(&needle, artifact);
	buf_putc(&needle, close);
	scan_lock_place(l, buf_span(&needle));
	if (d->len > 2) {
		d->at++;
		d->len -= 2;
	}
	buf_fini(&needle);
}

static void add(struct pom *p, const struct coordinates *c)
{
	struct buf name = BUF_INIT;
	struct buf version = BUF_INIT;
	struct span text = c->version;
	const char *by_manager;
	size_t item;

	if (!expand(p, c->group, &name, 0))
		buf_clear(&name);
	buf_putc(&name, ':');
	if (!expand(p, c->artifact, &name, 0))
		buf_clear(&name);
	by_manager = map_get(&p->managed, buf_span(&name));
	if (text.len == 0 && by_manager != NULL)
		text = span_str(by_manager);
	if (!expand(p, text, &version, 0))
		buf_clear(&version);
	if (name.len > 1) {
		item = scan_lock_add(p->l, buf_span(&name), exact(buf_span(&version)));
		if (item != SCAN_LOCK_NONE) {
			place(p->l, '>', c->artifact, '<');
			p->l->items[item].direct = true;
			p->l->items[item].loose =
				version.len > 0 && p->l->items[item].version[0] == '\0';
			p->l->items[item].dev = span_eq_str(c->scope, "test");
		}
	}
	buf_fini(&version);
	buf_fini(&name);
}

enum err_code scan_lock_pom(struct scan_lock *l, const char *name, struct err *err)
{
	struct pom p = { .l = l };
	struct xml_handler handler = {
		.start = on_start, .end = on_end, .text = on_text, .context = &p
	};
	enum err_code rc = xml_parse(l->text, name, &handler, err);

	if (rc == ERR_OK)
		for (size_t i = 0; i < p.count; i++)
			add(&p, &p.list[i]);
	map_fini(&p.properties);
	map_fini(&p.managed);
	buf_fini(&p.text);
	return rc;
}

/* ---- verification-metadata.xml ---- */

static enum err_code on_component(void *context, const char *name,
                                  const char **attributes, struct err *err)
{
	struct scan_lock *l = context;
	const char *group = xml_attribute(attributes, "group");
	const char *artifact = xml_attribute(attributes, "name");
	const char *version = xml_attribute(attributes, "version");
	struct buf full = BUF_INIT;

	if (!str_eq(name, "component") || group == NULL || artifact == NULL ||
	    version == NULL)
		return ERR_OK;
	buf_printf(&full, "%s:%s", group, artifact);
	if (scan_lock_add(l, buf_span(&full), span_str(version)) != SCAN_LOCK_NONE)
		place(l, '"', span_str(artifact), '"');
	buf_fini(&full);
	return arena_err(&l->arena, err);
}

static enum err_code on_component_end(void *context, const char *name, struct err *err)
{
	(void)context;
	(void)name;
	(void)err;
	return ERR_OK;
}

enum err_code scan_lock_verification(struct scan_lock *l, const char *name,
                                     struct err *err)
{
	struct xml_handler handler = { .start = on_component,
		                       .end = on_component_end,
		                       .context = l };

	return xml_parse(l->text, name, &handler, err);
}
