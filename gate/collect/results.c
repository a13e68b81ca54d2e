// SPDX-License-Identifier: Apache-2.0
#include "collect/results.h"

#include "base/mem.h"
#include "base/str.h"
#include "collect/parse/reader.h"
#include "collect/pieces.h"
#include "crypto/digest.h"
#include "os/walk.h"

#include <stdlib.h>
#include <string.h>

enum { GLOB_DEPTH_MAX = 64, GLOB_ENTRIES_MAX = 1000000, CLOCK_MARGIN_MS = 2000 };

/* ---- files that a glob means ---- */

struct hunt {
	struct arena *arena;
	struct gate_result_file *files;
	size_t count;
	size_t cap;
	const char *base;    /* folder that the pattern is relative to; "" for the root */
	const char *pattern; /* relative: no wildcard of the base is one */
	struct buf path;     /* of the folder being read */
	struct os_dir *dir;
	size_t entries;
	size_t depth;
};

static bool has_magic(const char *pattern)
{
	return strpbrk(pattern, "*?[{\\") != NULL;
}

/* Follows a link at the end, since a result may be one ("latest.xml"). */
static enum err_code stat_result(const char *path, struct os_stat *st, struct err *err)
{
	struct buf real = BUF_INIT;
	enum err_code rc = os_lstat(path, st, err);

	if (rc == ERR_OK && st->type == OS_LINK) {
		rc = os_realpath(path, &real, err);
		if (rc == ERR_OK)
			rc = os_lstat(buf_str(&real), st, err);
	}
	buf_fini(&real);
	return rc;
}

static enum err_code add_file(struct hunt *h, const char *path, struct err *err)
{
	struct gate_result_file *f;
	struct os_stat st;
	enum err_code rc = stat_result(path, &st, err);

	if (rc == ERR_NOT_FOUND)
		return ERR_OK;
	if (rc != ERR_OK || st.type == OS_DIR)
		return rc;
	if (h->count == GATE_RESULTS_MAX_FILES)
		return err_set(err, ERR_LIMIT, "%s: more than %d result files",
		               h->pattern, GATE_RESULTS_MAX_FILES);
	f = arena_push(h->arena, &h->files, &h->count, &h->cap, sizeof(*f));
	if (f != NULL)
		*f = (struct gate_result_file){ arena_str(h->arena, path), st };
	return arena_err(h->arena, err);
}

static enum err_code hunt_folder(struct hunt *h, struct os_dir *parent, const char *name,
                                 struct err *err);

/* Copies of the project and version control hold files that are nobody's results. */
static bool is_closed(const char *name)
{
	return str_eq(name, ".git") || str_eq(name, ".seaworthy");
}

static enum err_code visit(const struct os_entry *entry, void *context, struct err *err)
{
	struct hunt *h = context;
	size_t length = h->path.len;
	enum err_code rc = ERR_OK;

	if (++h->entries > GLOB_ENTRIES_MAX)
		return err_set(err, ERR_LIMIT,
		               "%s: more than %d files to look through; "
		               "begin the pattern with a folder",
		               h->pattern, GLOB_ENTRIES_MAX);
	buf_printf(&h->path, "/%s", entry->name);
	if ((rc = buf_err(&h->path, err)) != ERR_OK)
		return rc;
	if (entry->type == OS_DIR && !is_closed(entry->name))
		rc = hunt_folder(h, h->dir, entry->name, err);
	else if (entry->type != OS_DIR &&
	         str_glob(h->pattern, span_from(buf_span(&h->path), strlen(h->base) + 1)))
		rc = add_file(h, buf_str(&h->path), err);
	buf_truncate(&h->path, length);
	return rc;
}

/* An unreadable folder holds no results for us; what it might have held is then missing.
 */
static enum err_code hunt_folder(struct hunt *h, struct os_dir *parent, const char *name,
                                 struct err *err)
{
	struct os_dir *outer = h->dir;
	struct os_dir dir;
	enum err_code rc;

	if (h->depth == GLOB_DEPTH_MAX || os_dir_open(&dir, parent, name, NULL) != ERR_OK)
		return ERR_OK;
	h->dir = &dir;
	h->depth++;
	rc = os_dir_each(&dir, visit, h, err);
	h->depth--;
	h->dir = outer;
	os_dir_close(&dir);
	return rc;
}

/* Length of the folders before the first name with a wildcard. */
static size_t fixed_length(const char *pattern)
{
	size_t magic = strcspn(pattern, "*?[{\\");

	while (magic > 0 && pattern[magic] != '/')
		magic--;
	return magic;
}

static enum err_code hunt_pattern(struct hunt *h, struct err *err)
{
	bool magic = has_magic(h->pattern);
	enum err_code rc;

	buf_clear(&h->path);
	buf_puts(&h->path, h->base);
	if (!magic || fixed_length(h->pattern) > 0)
		buf_putc(&h->path, '/');
	buf_put(&h->path, span_of(h->pattern,
	                          magic ? fixed_length(h->pattern) : strlen(h->pattern)));
	if ((rc = buf_err(&h->path, err)) != ERR_OK)
		return rc;
	if (!magic)
		return add_file(h, buf_str(&h->path), err);
	return hunt_folder(h, NULL, h->path.len > 0 ? buf_str(&h->path) : "/", err);
}

/* The part of `path` below the folder, or NULL. */
static const char *below(const char *folder, const char *path)
{
	size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && path[length] == '/'
	               ? path + length + 1
	               : NULL;
}

/* Where the search for a glob starts, and what is then left of it. */
static void aim(struct hunt *h, const struct gate_results *r, const char *glob)
{
	const char *const bases[] = { r->scratch, r->base, "" };

	h->base = r->base;
	h->pattern = glob;
	if (below(GATE_SCRATCH, glob) != NULL) {
		h->base = r->scratch;
		h->pattern = below(GATE_SCRATCH, glob);
	}
	for (size_t i = 0; glob[0] == '/' && i < sizeof(bases) / sizeof(bases[0]); i++) {
		h->base = bases[i];
		h->pattern = below(bases[i], glob);
		if (h->pattern != NULL)
			return;
	}
}

static int by_path(const void *a, const void *b)
{
	const struct gate_result_file *x = a;
	const struct gate_result_file *y = b;

	return strcmp(x->path, y->path);
}

/* Two patterns may mean the same file. */
static void sort_unique(struct hunt *h)
{
	size_t kept = 0;

	if (h->count > 1)
		qsort(h->files, h->count, sizeof(*h->files), by_path);
	for (size_t i = 0; i < h->count; i++)
		if (kept == 0 || strcmp(h->files[kept - 1].path, h->files[i].path) != 0)
			h->files[kept++] = h->files[i];
	h->count = kept;
}

static enum err_code hunt_all(struct gate_results *r, struct hunt *h, struct err *err)
{
	enum err_code rc = ERR_OK;

	*h = (struct hunt){ .arena = &r->arena, .path = BUF_INIT };
	for (size_t i = 0; i < r->globs->count && rc == ERR_OK; i++) {
		aim(h, r, r->globs->items[i]);
		rc = hunt_pattern(h, err);
	}
	buf_fini(&h->path);
	sort_unique(h);
	return rc;
}

enum err_code gate_results_find(struct gate_results *r, struct gate_result_file **files,
                                size_t *count, struct err *err)
{
	struct hunt h;
	enum err_code rc = hunt_all(r, &h, err);

	*files = h.files;
	*count = h.count;
	return rc;
}

/* ---- before the run ---- */

/* Ours to remove: below scratch, without a way out of it. */
static bool is_ours(const struct gate_results *r, const char *path)
{
	return below(r->scratch, path) != NULL && strstr(path, "/../") == NULL;
}

enum err_code gate_results_begin(struct gate_results *r, const char *base,
                                 const char *scratch, const struct gate_strings *globs,
                                 int64_t now_ms, struct err *err)
{
	struct hunt h;
	enum err_code rc;

	*r = (struct gate_results){
		.base = base, .scratch = scratch, .globs = globs, .started_ms = now_ms
	};
	arena_init(&r->arena);
	rc = hunt_all(r, &h, err);
	for (size_t i = 0; i < h.count && rc == ERR_OK; i++)
		if (is_ours(r, h.files[i].path))
			rc = os_remove_tree(h.files[i].path, err);
	r->before = h.files;
	r->before_count = h.count;
	return rc;
}

void gate_results_end(struct gate_results *r)
{
	arena_fini(&r->arena);
	*r = (struct gate_results){ 0 };
}

/* ---- after it ---- */

static const struct gate_result_file *find_before(const struct gate_results *r,
                                                  const struct gate_result_file *f)
{
	if (r->before_count == 0)
		return NULL;
	return bsearch(f, r->before, r->before_count, sizeof(*f), by_path);
}

bool gate_results_since(const struct gate_result_file *f, int64_t start_ms)
{
	return f->st.mtime_ns / 1000000 >= start_ms - CLOCK_MARGIN_MS;
}

static bool is_fresh(const struct gate_results *r, const struct gate_result_file *f)
{
	const struct gate_result_file *old = find_before(r, f);

	if (!gate_results_since(f, r->started_ms))
		return false;
	if (old == NULL || is_ours(r, f->path))
		return true;
	return old->st.mtime_ns != f->st.mtime_ns || old->st.size != f->st.size ||
	       old->st.ino != f->st.ino || old->st.dev != f->st.dev;
}

/* The path as it was asked for, where that is possible. */
static const char *shown(const struct gate_results *r, const char *path)
{
	const char *relative = below(r->base, path);

	return relative != NULL ? relative : path;
}

enum err_code gate_results_parse(const struct gate_suite *s, struct span text,
                                 const char *name, struct gate_cases *cases,
                                 struct err *err)
{
	return gate_reader_text(s, text, name, cases, err);
}

/* Who gets the bytes of each file, and where these are kept. */
struct reading {
	gate_results_take *each;
	void *context;
	struct buf *raw;
};

static enum err_code begin_file(const struct gate_result_file *f, const char *name,
                                struct buf *raw, struct err *err)
{
	if (f->st.type != OS_FILE)
		return err_set(err, ERR_UNSUPPORTED, "%s is not a regular file", name);
	buf_printf(raw, "==> %s <==\n", name);
	return buf_err(raw, err);
}

static enum err_code read_file(const struct gate_result_file *f, const char *name,
                               void *context, struct err *err)
{
	const struct reading *into = context;
	struct buf *raw = into->raw;
	enum err_code rc = begin_file(f, name, raw, err);
	size_t start = raw->len;

	if (rc != ERR_OK)
		return rc;
	if (start > GATE_RESULTS_WHOLE_MAX || f->st.size > GATE_RESULTS_WHOLE_MAX - start)
		return err_set(err, ERR_LIMIT,
		               "%s: result files of more than 256 MiB; split what they "
		               "measure",
		               name);
	rc = os_read_file(f->path, GATE_RESULTS_WHOLE_MAX - start, raw, err);
	if (rc == ERR_OK)
		rc = buf_err(raw, err);
	if (rc != ERR_OK)
		return rc;
	rc = into->each(into->context, span_from(buf_span(raw), start), name, err);
	buf_putc(raw, '\n');
	return rc == ERR_OK ? buf_err(raw, err) : rc;
}

static enum err_code none_fresh(const struct gate_results *r, const struct hunt *h,
                                struct err *err)
{
	if (h->count > 0)
		return err_set(err, ERR_NOT_FOUND,
		               "no fresh result file: %s was not written by this run",
		               shown(r, h->files[0].path));
	return err_set(err, ERR_NOT_FOUND, "no fresh result file: there is no %s%s",
	               r->globs->items[0], r->globs->count > 1 ? " or the like" : "");
}

enum err_code gate_results_files(struct gate_results *r, gate_results_file_take *take,
                                 void *context, struct err *err)
{
	enum err_code rc;
	struct hunt h;
	size_t fresh = 0;

	if ((rc = hunt_all(r, &h, err)) != ERR_OK)
		return rc;
	for (size_t i = 0; i < h.count && rc == ERR_OK; i++) {
		if (!is_fresh(r, &h.files[i])) {
			r->stale++;
			continue;
		}
		fresh++;
		rc = take(&h.files[i], shown(r, h.files[i].path), context, err);
	}
	if (rc == ERR_OK && fresh == 0)
		rc = none_fresh(r, &h, err);
	return rc;
}

enum err_code gate_results_each(struct gate_results *r, gate_results_take *each,
                                void *context, struct buf *raw, struct err *err)
{
	struct reading into = { each, context, raw };

	return gate_results_files(r, read_file, &into, err);
}

/* ---- in pieces ---- */

struct parsing {
	const struct gate_suite *suite;
	struct gate_cases *cases;
	struct buf *raw;
	/* Of the file in hand: */
	struct gate_reader *reader;
	struct digest *digest;
	uint64_t bytes;
	uint64_t left_out; /* of what is kept as evidence */
	struct err err;    /* what was wrong first */
	enum err_code rc;
};

static void keep(struct parsing *p, struct span piece)
{
	size_t room = p->raw->len < GATE_RESULTS_KEPT_MAX
	                      ? (size_t)GATE_RESULTS_KEPT_MAX - p->raw->len
	                      : 0;

	if (p->left_out > 0) /* what is kept has no holes */
		room = 0;
	buf_put(p->raw, span_sub(piece, 0, room));
	p->left_out += piece.len > room ? piece.len - room : 0;
}

/* What cannot be parsed is kept as evidence all the same. */
static enum err_code take_piece(void *context, struct span piece, struct err *err)
{
	struct parsing *p = context;
	enum err_code rc;

	if (piece.len > GATE_RESULTS_MAX_BYTES - p->bytes)
		return err_set(err, ERR_LIMIT, "larger than 4 GiB; split it");
	p->bytes += piece.len;
	keep(p, piece);
	if ((rc = buf_err(p->raw, err)) != ERR_OK ||
	    (rc = digest_add(p->digest, piece, err)) != ERR_OK)
		return rc;
	if (p->rc == ERR_OK)
		p->rc = gate_reader_feed(p->reader, piece, &p->err);
	return p->rc == ERR_NOMEM ? err_nomem(err) : ERR_OK;
}

/* The hash speaks for what is not kept. */
static enum err_code end_file(struct parsing *p, struct err *err)
{
	char hash[DIGEST_HEX];
	struct digest *digest = p->digest;
	enum err_code rc;

	p->digest = NULL;
	rc = digest_finish(digest, hash, err);
	if (rc == ERR_OK && p->left_out > 0)
		buf_printf(p->raw,
		           "\n==> %llu of %llu bytes left out; SHA-256 of all: %s <==",
		           (unsigned long long)p->left_out, (unsigned long long)p->bytes,
		           hash);
	buf_putc(p->raw, '\n');
	return rc == ERR_OK ? buf_err(p->raw, err) : rc;
}

static enum err_code parse_pieces(struct parsing *p, const struct gate_result_file *f,
                                  const char *name, struct err *err)
{
	enum err_code rc;

	if ((rc = gate_reader_new(&p->reader, p->suite, name, p->cases, err)) != ERR_OK ||
	    (rc = digest_new(&p->digest, err)) != ERR_OK)
		return rc;
	rc = gate_pieces(f->path, take_piece, p, err);
	if (rc != ERR_OK)
		return rc == ERR_NOMEM ? rc : err_wrap(err, rc, "%s", name);
	if (p->rc == ERR_OK)
		p->rc = gate_reader_end(p->reader, &p->err);
	else
		(void)!gate_reader_end(p->reader, NULL);
	rc = end_file(p, err);
	return rc == ERR_OK && p->rc != ERR_OK ? err_set(err, p->rc, "%s", p->err.msg)
	                                       : rc;
}

static enum err_code parse_file(const struct gate_result_file *f, const char *name,
                                void *context, struct err *err)
{
	const struct parsing *all = context;
	struct parsing p = {
		.suite = all->suite, .cases = all->cases, .raw = all->raw, .err = ERR_INIT
	};
	enum err_code rc = begin_file(f, name, p.raw, err);

	if (rc == ERR_OK && f->st.size > GATE_RESULTS_MAX_BYTES)
		rc = err_set(err, ERR_LIMIT, "%s: larger than 4 GiB; split it", name);
	if (rc == ERR_OK)
		rc = parse_pieces(&p, f, name, err);
	gate_reader_free(p.reader);
	digest_free(p.digest);
	return rc;
}

enum err_code gate_results_read(struct gate_results *r, const struct gate_suite *s,
                                struct gate_cases *cases, struct buf *raw,
                                struct err *err)
{
	struct parsing p = { .suite = s, .cases = cases, .raw = raw };
	enum err_code rc = gate_results_files(r, parse_file, &p, err);

	return rc == ERR_OK ? gate_cases_unique(cases, err) : rc;
}
