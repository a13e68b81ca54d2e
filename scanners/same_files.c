// SPDX-License-Identifier: Apache-2.0
#include "same_files.h"

#include "base/mem.h"
#include "base/str.h"
#include "crypto/digest.h"
#include "os/dir.h"
#include "scope.h"

#include <stdlib.h>
#include <string.h>

/* Less than this is no copy that anybody would have to keep equal. */
enum { BYTES_MIN = 1024, PIECE = 256 << 10 };

struct one {
	size_t file;
	struct span name; /* without its folder */
	uint64_t bytes;
	int weight; /* of its scope */
	unsigned depth;
	char *hex; /* DIGEST_HEX bytes; NULL: not read */
};

static struct span name_of(struct span path)
{
	size_t slash = span_rfind_byte(path, '/');

	return slash == path.len ? path : span_from(path, slash + 1);
}

bool scan_same_is_own(const struct scan_seen *f)
{
	static const char *const stems[] = { "LICENSE*", "LICENCE*", "COPYING*",
		                             "NOTICE*",  "PKG-INFO", "AUTHORS*",
		                             "*.lock",   "go.sum",   "*.svg",
		                             NULL };

	if (f->binary || f->bytes < BYTES_MIN || f->scope == SCAN_GENERATED)
		return true;
	for (size_t i = 0; stems[i] != NULL; i++)
		if (str_glob(stems[i], name_of(f->path)))
			return true;
	return false;
}

/* ---- reading ---- */

/* Opens the file below the folder of the path, which is changed meanwhile. */
static enum err_code open_file(char *path, struct os_file *out)
{
	char *slash = strrchr(path, '/');
	struct os_dir dir;
	enum err_code rc;

	*slash = '\0';
	rc = os_dir_open(&dir, NULL, slash > path ? path : "/", NULL);
	*slash = '/';
	if (rc == ERR_OK) {
		rc = os_file_open(out, &dir, slash + 1, NULL);
		os_dir_close(&dir);
	}
	return rc;
}

/* ERR_LIMIT if it has more than `max` bytes. */
static enum err_code digest_file(struct scan_same *s, const struct os_file *f,
                                 uint64_t max, char hex[DIGEST_HEX])
{
	struct digest *d = NULL;
	uint64_t at = 0;
	size_t got = 1;
	enum err_code rc = digest_new(&d, NULL);

	if (rc == ERR_OK && !buf_reserve(&s->piece, PIECE))
		rc = ERR_NOMEM;
	while (rc == ERR_OK && got > 0 && at <= max && scan_tree_goes_on(s->t)) {
		rc = os_file_read_at(f, at, PIECE, s->piece.ptr, &got, NULL);
		if (rc == ERR_OK)
			rc = digest_add(d, span_of(s->piece.ptr, got), NULL);
		at += got;
	}
	if (rc == ERR_OK && at > max)
		rc = ERR_LIMIT;
	if (rc == ERR_OK) {
		rc = digest_finish(d, hex, NULL);
		d = NULL;
	}
	digest_free(d);
	return rc;
}

/* One that cannot be read again is equal to none, and said. The bytes that it had are
 * those of its text in UTF-8, which is no shorter than half of any other; what has grown
 * beyond that since is not read to its end. */
static bool read_file(struct scan_same *s, size_t file, char hex[DIGEST_HEX])
{
	const struct scan_seen *seen = &s->t->files[file];
	struct buf path = BUF_INIT;
	struct os_file f;
	enum err_code rc = ERR_NOMEM;

	buf_puts(&path, s->t->top);
	buf_put(&path, seen->path);
	if (buf_ok(&path))
		rc = open_file(path.ptr, &f);
	if (rc == ERR_OK) {
		rc = digest_file(s, &f, 2 * seen->bytes + 2, hex);
		os_file_close(&f);
	}
	buf_fini(&path);
	if (rc == ERR_NOMEM)
		s->t->rc = rc;
	else if (rc != ERR_OK && scan_tree_goes_on(s->t))
		scan_tree_skip(s->t, file, s->rule,
		               "not compared with others: it could not be read again");
	return rc == ERR_OK;
}

/* ---- those of one name and size ---- */

static unsigned depth_of(struct span path)
{
	unsigned depth = 0;

	for (size_t i = 0; i < path.len; i++)
		depth += path.ptr[i] == '/';
	return depth;
}

/* Of equal ones the original is the one that counts most, and of these the one nearest to
 * the top: what is found in copies is not counted. */
static int compare_ones(const void *a, const void *b)
{
	const struct one *x = a;
	const struct one *y = b;
	int order = x->hex == NULL || y->hex == NULL ? (x->hex == NULL) - (y->hex == NULL)
	                                             : memcmp(x->hex, y->hex, DIGEST_HEX);

	if (order == 0)
		order = (x->weight < y->weight) - (x->weight > y->weight);
	if (order == 0)
		order = (x->depth > y->depth) - (x->depth < y->depth);
	if (order == 0)
		order = (x->file > y->file) - (x->file < y->file);
	return order;
}

static int compare_candidates(const void *a, const void *b)
{
	const struct one *x = a;
	const struct one *y = b;
	int order = (x->bytes > y->bytes) - (x->bytes < y->bytes);

	if (order == 0)
		order = span_cmp(x->name, y->name);
	return order != 0 ? order : compare_ones(a, b);
}

static bool are_own(const struct scan_same *s, const struct one *ones, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!scan_same_is_own(&s->t->files[ones[i].file]))
			return false;
	return true;
}

/* Reads them all; equal ones follow one another, the original first. */
static void class_read(struct scan_same *s, struct one *ones, size_t count)
{
	char(*hex)[DIGEST_HEX] = mem_new(count * sizeof(*hex));

	if (hex == NULL)
		s->t->rc = ERR_NOMEM;
	for (size_t i = 0; i < count && scan_tree_goes_on(s->t); i++)
		if (read_file(s, ones[i].file, hex[i]))
			ones[i].hex = hex[i];
	qsort(ones, count, sizeof(*ones), compare_ones);
	for (size_t i = 1; i < count && ones[i].hex != NULL; i++)
		if (memcmp(ones[i].hex, ones[i - 1].hex, DIGEST_HEX) == 0)
			s->class[ones[i].file] = s->class[ones[i - 1].file];
	mem_free(hex);
}

static void class_group(struct scan_same *s, struct one *ones, size_t count)
{
	if (ones[0].bytes >= BYTES_MIN && !are_own(s, ones, count)) {
		class_read(s, ones, count);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		s->class[ones[i].file] = ones[0].file;
		s->loose[ones[i].file] = ones[0].bytes > 0;
	}
}

static void class_files(struct scan_same *s, struct one *ones)
{
	const struct scan_seen *files = s->t->files;
	size_t count = s->t->count;
	size_t end;

	for (size_t i = 0; i < count; i++) {
		ones[i] = (struct one){ .file = i,
			                .name = name_of(files[i].path),
			                .bytes = files[i].bytes,
			                .weight = scan_scope_weight(files[i].scope),
			                .depth = depth_of(files[i].path) };
		s->class[i] = i;
	}
	qsort(ones, count, sizeof(*ones), compare_candidates);
	for (size_t i = 0; i < count && scan_tree_goes_on(s->t); i = end) {
		for (end = i + 1; end < count && ones[i].bytes == ones[end].bytes &&
		                  span_eq(ones[i].name, ones[end].name);)
			end++;
		if (end - i > 1)
			class_group(s, ones + i, end - i);
	}
}

void scan_same_init(struct scan_same *s, struct scan_tree *t, size_t rule)
{
	struct one *ones = mem_new(t->count * sizeof(*ones));

	*s = (struct scan_same){ .t = t, .rule = rule };
	s->class = mem_new(t->count * sizeof(*s->class));
	s->loose = mem_new(t->count * sizeof(*s->loose));
	if (ones == NULL || s->class == NULL || s->loose == NULL)
		t->rc = ERR_NOMEM;
	else
		class_files(s, ones);
	mem_free(ones);
}

void scan_same_settle(struct scan_same *s, size_t file)
{
	char hex[DIGEST_HEX];
	struct buf key = BUF_INIT;
	size_t *class;

	if (!s->loose[file])
		return;
	s->loose[file] = false;
	if (!read_file(s, file, hex)) {
		s->class[file] = file;
		return;
	}
	buf_printf(&key, "%zu %s", s->class[file], hex);
	class = map_get(&s->settled, buf_span(&key));
	if (class == NULL)
		class = &s->class[file];
	if (!buf_ok(&key) || !map_set(&s->settled, buf_span(&key), class))
		s->t->rc = ERR_NOMEM;
	s->class[file] = (size_t)(class - s->class);
	buf_fini(&key);
}

void scan_same_fini(struct scan_same *s)
{
	mem_free(s->class);
	mem_free(s->loose);
	map_fini(&s->settled);
	buf_fini(&s->piece);
}
