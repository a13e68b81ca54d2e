// SPDX-License-Identifier: Apache-2.0
#include "import.h"

#include "base/str.h"
#include "lib/archive.h"
#include "os/walk.h"

#define DEFAULT_MAX_BYTES ((uint64_t)16 << 30)
/* One unreadable file in so many is an accident of the dump; more are a broken dump. */
enum { DEPTH_MAX = 32, REJECTED_ONE_IN = 10 };

struct importer {
	const struct scan_osv_import *o;
	struct scan_osv_build *into;
	struct buf text;
	uint64_t left; /* bytes that may still be read */
	uint64_t good; /* advisories that were taken */
	uint64_t rejected;
	int depth;
};

/* What is being read, folder by folder. */
struct place {
	struct importer *m;
	const struct os_dir *dir;
	const char *path;
};

static bool ends_in(const char *name, const char *end)
{
	return str_ends(name, end);
}

/* The record is left out; the import goes on, unless memory or patience ran out. */
static enum err_code reject(struct importer *m, enum err_code rc, struct err *err)
{
	if (rc != ERR_CORRUPT && rc != ERR_LIMIT && rc != ERR_AUTH && rc != ERR_IO &&
	    rc != ERR_UNSUPPORTED)
		return rc;
	scan_osv_build_reject(m->into);
	m->rejected++;
	if (m->o->note != NULL)
		m->o->note(err->msg, m->o->context);
	*err = (struct err)ERR_INIT;
	return ERR_OK;
}

static enum err_code spend(struct importer *m, uint64_t bytes, struct err *err)
{
	if (cancel_is_set(m->o->cancel))
		return err_set(err, ERR_CANCELLED, "cancelled");
	if (bytes > m->left)
		return err_set(
			err, ERR_LIMIT,
			"%s: more than the %llu bytes of advisories that an import "
			"takes",
			m->o->path,
			(unsigned long long)(m->o->max_bytes != 0 ? m->o->max_bytes
		                                                  : DEFAULT_MAX_BYTES));
	m->left -= bytes;
	return ERR_OK;
}

static enum err_code add_text(struct importer *m, const char *name, struct err *err)
{
	struct scan_osv_record record;
	struct arena arena = ARENA_INIT;
	enum err_code rc =
		scan_osv_record_parse(&record, &arena, buf_span(&m->text), name, err);

	if (rc == ERR_OK) {
		rc = scan_osv_build_add(m->into, &record, err);
		m->good += rc == ERR_OK;
	} else {
		rc = reject(m, rc, err);
	}
	arena_fini(&arena);
	if (rc == ERR_OK && m->o->progress != NULL)
		m->o->progress(m->good + m->rejected, m->o->context);
	return rc;
}

/* ---- archives ---- */

/* Members of another kind are no advisories. An archive that ends in damage has had its
 * good members read. */
static enum err_code read_member(struct importer *m, struct unarchiver *u,
                                 const char *archive, const char *member, struct err *err)
{
	struct buf name = BUF_INIT;
	enum err_code rc;
	uint64_t before = m->left;

	buf_printf(&name, "%s:%s", archive, member);
	buf_clear(&m->text);
	rc = unarchiver_read(u, SCAN_OSV_RECORD_MAX, &m->text, err);
	if (rc != ERR_OK) {
		err_wrap(err, rc, "%s", buf_str(&name));
		/* What was unpacked in vain counts, too. */
		m->left = before > m->text.len ? before - m->text.len : 0;
		rc = reject(m, rc, err);
	} else {
		rc = spend(m, m->text.len, err);
		if (rc == ERR_OK)
			rc = add_text(m, buf_str(&name), err);
	}
	buf_fini(&name);
	return rc;
}

static enum err_code read_archive(struct importer *m, const char *path, struct err *err)
{
	struct unarchiver *u = NULL;
	const char *member = NULL;
	enum err_code rc = unarchiver_open(&u, path, err);

	while (rc == ERR_OK && (rc = unarchiver_next(u, &member, err)) == ERR_OK &&
	       member != NULL) {
		rc = spend(m, 1, err); /* members without content are bounded, too */
		if (rc == ERR_OK && ends_in(member, ".json"))
			rc = read_member(m, u, path, member, err);
	}
	unarchiver_free(u);
	return rc;
}

/* ---- folders ---- */

static enum err_code read_folder(struct importer *m, const struct os_dir *dir,
                                 const char *path, struct err *err);

static enum err_code read_json(struct place *p, const char *name, const char *path,
                               struct err *err)
{
	struct importer *m = p->m;
	enum err_code rc =
		os_dir_read(p->dir, name, SCAN_OSV_RECORD_MAX, &m->text, NULL, err);

	if (rc != ERR_OK)
		return reject(m, err_wrap(err, rc, "%s", path), err);
	rc = spend(m, m->text.len, err);
	return rc == ERR_OK ? add_text(m, path, err) : rc;
}

static enum err_code read_below(struct place *p, const char *name, const char *path,
                                struct err *err)
{
	struct os_dir below;
	enum err_code rc;

	if (p->m->depth >= DEPTH_MAX)
		return reject(p->m,
		              err_set(err, ERR_LIMIT, "%s: more than %d folders deep",
		                      path, DEPTH_MAX),
		              err);
	rc = os_dir_open(&below, p->dir, name, err);
	if (rc != ERR_OK)
		return reject(p->m, err_wrap(err, rc, "%s", path), err);
	p->m->depth++;
	rc = read_folder(p->m, &below, path, err);
	p->m->depth--;
	os_dir_close(&below);
	return rc;
}

static enum err_code on_entry(const struct os_entry *e, void *context, struct err *err)
{
	struct place *p = context;
	struct buf path = BUF_INIT;
	enum err_code rc = ERR_OK;

	os_join(&path, p->path, e->name);
	if (e->type == OS_DIR)
		rc = read_below(p, e->name, buf_str(&path), err);
	else if (e->type == OS_FILE && ends_in(e->name, ".json"))
		rc = read_json(p, e->name, buf_str(&path), err);
	else if (e->type == OS_FILE && ends_in(e->name, ".zip"))
		rc = read_archive(p->m, buf_str(&path), err);
	buf_fini(&path);
	return rc;
}

static enum err_code read_folder(struct importer *m, const struct os_dir *dir,
                                 const char *path, struct err *err)
{
	struct place p = { m, dir, path };

	return os_dir_each(dir, on_entry, &p, err);
}

static enum err_code read_path(struct importer *m, struct err *err)
{
	const char *path = m->o->path;
	struct os_dir dir;
	enum err_code rc;

	if (os_type_of(path) == OS_NONE)
		return err_set(err, ERR_NOT_FOUND, "%s: no such file or folder", path);
	if (os_type_of(path) != OS_DIR) {
		if (!ends_in(path, ".json"))
			return read_archive(m, path, err);
		rc = os_read_file(path, SCAN_OSV_RECORD_MAX, &m->text, err);
		return rc == ERR_OK ? add_text(m, path, err) : rc;
	}
	rc = os_dir_open(&dir, NULL, path, err);
	if (rc != ERR_OK)
		return rc;
	rc = read_folder(m, &dir, path, err);
	os_dir_close(&dir);
	return rc;
}

/* An index of half a dump would be believed to be one of all of it. */
static enum err_code judge(const struct importer *m, struct err *err)
{
	if (m->good + m->rejected == 0)
		return err_set(err, ERR_CORRUPT,
		               "%s: no advisory in it; expected JSON files in the OSV "
		               "format, or zip archives of them",
		               m->o->path);
	if (m->rejected > m->good / (REJECTED_ONE_IN - 1))
		return err_set(err, ERR_CORRUPT,
		               "%s: %llu of %llu files cannot be read as advisories: "
		               "the dump is damaged, fetch it again",
		               m->o->path, (unsigned long long)m->rejected,
		               (unsigned long long)(m->good + m->rejected));
	return ERR_OK;
}

enum err_code scan_osv_import(const struct scan_osv_import *o,
                              struct scan_osv_build *into, struct err *err)
{
	struct importer m = { .o = o,
		              .into = into,
		              .left = o->max_bytes != 0 ? o->max_bytes
		                                        : DEFAULT_MAX_BYTES };
	enum err_code rc = read_path(&m, err);

	buf_fini(&m.text);
	return rc == ERR_OK ? judge(&m, err) : rc;
}
