// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "depend.h"
#include "lock_kinds.h"
#include "manifest_internal.h"
#include "os/fs.h"
#include "scanners/osv/ecosystem.h"
#include "scanners/reach.h"

/*
 * A manifest and the lock file that goes with it, in its folder or one above it up to the
 * project's root, as workspaces have it. One outside of what is scanned counts, but one
 * that the scan passes over is none: a clone does not have what git ignores.
 */

/* More bytes are no lock file. */
#define LOCK_BYTES_MAX ((uint64_t)64 << 20)

/* The folder above, within the project; false above its root. */
static bool climb(const struct scan_pass *p, struct span *folder)
{
	size_t root = p->source->file.len - p->source->project.len;
	size_t slash = span_rfind_byte(*folder, '/');

	if (folder->len + 1 <= root || slash == folder->len)
		return false;
	*folder = span_sub(*folder, 0, slash);
	return true;
}

/* A lock file that the scan passes over: the nearest one. */
struct unseen {
	const char *name; /* NULL: there is none */
	const char *why;
};

static bool is_lock(struct scan_pass *p, const char *name, struct span path,
                    struct unseen *unseen)
{
	const char *why = NULL;

	if (os_type_of(path.ptr) != OS_FILE)
		return false;
	if (p->reach != NULL)
		p->rc = scan_reach_ask(p->reach, path, &why, NULL);
	if (why != NULL && unseen->name == NULL)
		*unseen = (struct unseen){ name, why };
	return why == NULL;
}

/* The path of the nearest lock file; false if there is none. */
static bool find_lock(struct scan_pass *p, const struct scan_manifest_kind *kind,
                      struct buf *path, struct unseen *unseen)
{
	struct span folder = p->source->file;

	while (climb(p, &folder)) {
		for (size_t i = 0; i < SCAN_MANIFEST_LOCKS && kind->locks[i]; i++) {
			buf_clear(path);
			buf_put(path, folder);
			buf_putc(path, '/');
			buf_puts(path, kind->locks[i]);
			if (!buf_ok(path))
				p->rc = ERR_NOMEM;
			if (p->rc != ERR_OK)
				return false;
			if (is_lock(p, kind->locks[i], buf_span(path), unseen))
				return true;
		}
	}
	return false;
}

static void report(struct scan_pass *p, size_t rule, struct span piece, const char *what,
                   const char *identity)
{
	size_t start = (size_t)(piece.ptr - p->source->text.ptr);

	scan_pass_report(p, &(struct scan_report){ .rule = rule,
	                                           .start = start,
	                                           .end = start + piece.len,
	                                           .message = what,
	                                           .identity = span_str(identity) });
}

static void put_missing(struct buf *out, const struct scan_manifest_kind *kind)
{
	buf_printf(out, "%s asks for packages, and there is no %s", kind->name,
	           kind->locks[0]);
	for (size_t i = 1; i < SCAN_MANIFEST_LOCKS && kind->locks[i]; i++)
		buf_printf(out, "%s%s", i == 1 ? " (nor " : ", ", kind->locks[i]);
	buf_puts(out, kind->locks[1] != NULL ? ")" : "");
}

static void put_unseen(struct buf *out, const struct unseen *unseen)
{
	bool is_git = !str_eq(unseen->why, "excluded");

	buf_printf(out, "the lock file %s is %s: what %s is not pinned%s", unseen->name,
	           unseen->why, is_git ? "a clone gets" : "is scanned",
	           is_git ? " until it is committed" : "");
}

static void report_missing(struct scan_pass *p, const struct scan_manifest_kind *kind,
                           const struct unseen *unseen)
{
	struct span text = p->source->text;
	struct buf message = BUF_INIT;
	size_t rule;
	bool told = scan_selection_runs(p->rules, SCAN_BUILTIN_LOCK_MISSING, &rule);

	if (unseen->name != NULL)
		put_unseen(&message, unseen);
	/* With that rule on there is a finding that says it. */
	scan_depend_lack(
		p, told ? SCAN_OPEN : SCAN_NO_DATA, "%s",
		unseen->name != NULL
			? buf_str(&message)
			: "no lock file: which versions are used is not known until one "
			  "is committed");
	if (told && unseen->name == NULL)
		put_missing(&message, kind);
	if (told)
		report(p, rule, span_sub(text, 0, span_find_byte(text, '\n')),
		       buf_str(&message), kind->name);
	buf_fini(&message);
}

/* The names in a lock file as their ecosystem compares them. */
static bool has_name(const struct map *names, const char *ecosystem, const char *name)
{
	struct buf key = BUF_INIT;
	bool found;

	scan_ecosystem_put_name(&key, span_str(ecosystem), span_str(name));
	found = map_has(names, buf_span(&key));
	buf_fini(&key);
	return found;
}

static bool gather(struct map *names, const struct scan_lock *l)
{
	static char there;
	struct buf key = BUF_INIT;
	bool ok = true;

	for (size_t i = 0; ok && i < l->count; i++) {
		buf_clear(&key);
		scan_ecosystem_put_name(&key, span_str(l->ecosystem),
		                        span_str(l->items[i].name));
		ok = buf_ok(&key) && map_set(names, buf_span(&key), &there);
	}
	buf_fini(&key);
	return ok;
}

static void report_stale(struct scan_pass *p, size_t rule, const char *lock,
                         const char *name)
{
	struct span text = p->source->text;
	size_t at = span_find(text, span_str(name));
	struct buf message = BUF_INIT;

	buf_printf(&message, "%s is not in %s", name, lock);
	report(p, rule, span_sub(text, at, span_str(name).len), buf_str(&message), name);
	buf_fini(&message);
}

static void compare(struct scan_pass *p, size_t rule, const struct scan_wishes *w,
                    const struct scan_lock *l, const char *lock)
{
	struct map names = MAP_INIT;

	if (!gather(&names, l))
		p->rc = ERR_NOMEM;
	for (size_t i = 0; p->rc == ERR_OK && i < w->count; i++)
		if (!has_name(&names, l->ecosystem, w->items[i].name))
			report_stale(p, rule, lock, w->items[i].name);
	map_fini(&names);
}

static enum err_code read_lock(struct scan_lock *l, const struct scan_lock_kind *kind,
                               const char *path)
{
	struct buf text = BUF_INIT;
	enum err_code rc = os_read_file(path, LOCK_BYTES_MAX, &text, NULL);

	if (rc == ERR_OK)
		rc = scan_lock_read(l, kind, buf_span(&text), path, NULL);
	buf_fini(&text);
	return rc;
}

/* A lock file that cannot be read is told where it is itself scanned. */
static void check_stale(struct scan_pass *p, const struct scan_wishes *w,
                        const char *path)
{
	const struct scan_lock_kind *kind = scan_lock_kind_of(span_str(path));
	size_t slash = span_rfind_byte(span_str(path), '/');
	struct scan_lock l;
	enum err_code rc;
	size_t rule;

	/* Such a one is nowhere scanned; a go.mod says what it fixes itself. */
	if (kind == NULL && scan_lock_kind_of(p->source->project) == NULL)
		scan_depend_lack(p, SCAN_OPEN, "the versions in %s are not known here",
		                 path + slash + 1);
	/* requirements.txt need not have all that a pyproject.toml names. */
	if (kind == NULL || w->count == 0 ||
	    span_starts(span_str(kind->name), SPAN_LIT("requirements")) ||
	    !scan_selection_runs(p->rules, SCAN_BUILTIN_LOCK_STALE, &rule))
		return;
	rc = read_lock(&l, kind, path);
	if (rc == ERR_OK) {
		compare(p, rule, w, &l, path + slash + 1);
		scan_lock_fini(&l);
	} else if (rc == ERR_NOMEM) {
		p->rc = rc;
	}
}

/* Below tests not even that is told. */
static void report_unread(struct scan_pass *p, struct err *err)
{
	err->msg[span_find_byte(span_str(err->msg), '\n')] = '\0';
	if (p->source->scope != SCAN_TEST)
		scan_depend_lack(p, SCAN_UNREAD, "what it asks for is not known: %s",
		                 err->msg);
}

void scan_manifest_file(struct scan_pass *p)
{
	const struct scan_manifest_kind *kind = scan_manifest_kind_of(p->source->project);
	struct scan_wishes w = { .count = 0 };
	struct unseen unseen = { NULL, NULL };
	struct buf lock = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc;

	if (kind == NULL)
		return;
	arena_init(&w.arena);
	rc = kind->read(&w, p->source->text, &err);
	if (rc == ERR_NOMEM || !arena_ok(&w.arena))
		p->rc = ERR_NOMEM;
	else if (rc != ERR_OK)
		report_unread(p, &err);
	else if (w.any && find_lock(p, kind, &lock, &unseen))
		check_stale(p, &w, buf_str(&lock));
	else if (w.any && p->rc == ERR_OK)
		report_missing(p, kind, &unseen);
	arena_fini(&w.arena);
	buf_fini(&lock);
}
