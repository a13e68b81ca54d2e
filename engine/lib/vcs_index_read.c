// SPDX-License-Identifier: Apache-2.0
#include "lib/vcs_index_read.h"

#include "base/buf.h"
#include "base/num.h"

#include <string.h>

enum {
	HEAD_LEN = 12,
	STAT_LEN = 40,
	ENTRY_LEN = STAT_LEN + VCS_ID + 2,
	DEPTH_MAX = 256,
	MODE_TYPE = 0170000,
	MODE_FILE = 0100000,
	MODE_FOLDER = 0040000,
	FLAG_VALID = 0x8000, /* git was told not to look */
	FLAG_EXTENDED = 0x4000,
	FLAG_STAGE = 0x3000,
	EXTENDED_OTHER = 0x6000, /* not in the working tree, or only meant to be added */
};

/* A cursor that does not go beyond the end; numbers are big endian. */
struct cursor {
	const unsigned char *at;
	const unsigned char *end;
	bool bad;
};

static size_t left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

static const unsigned char *take(struct cursor *c, size_t n)
{
	const unsigned char *at = c->at;

	if (c->bad || left(c) < n) {
		c->bad = true;
		return NULL;
	}
	c->at += n;
	return at;
}

static uint32_t number(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t take_u32(struct cursor *c)
{
	const unsigned char *p = take(c, 4);

	return p != NULL ? number(p) : 0;
}

/* Up to a byte, which is stepped over. */
static struct span take_until(struct cursor *c, int stop)
{
	const unsigned char *found = c->bad ? NULL : memchr(c->at, stop, left(c));
	struct span s;

	if (found == NULL) {
		c->bad = true;
		return SPAN_EMPTY;
	}
	s = span_of((const char *)c->at, (size_t)(found - c->at));
	c->at = found + 1;
	return s;
}

/* ---- entries ---- */

static int64_t nanoseconds(const unsigned char *p)
{
	return (int64_t)number(p) * 1000000000 + number(p + 4);
}

/* The number of bytes that a path of version 4 does not share with the one before. */
static size_t take_cut(struct cursor *c)
{
	const unsigned char *p = take(c, 1);
	size_t n;

	if (p == NULL)
		return 0;
	n = *p & 0x7f;
	while ((*p & 0x80) != 0) {
		p = take(c, 1);
		if (p == NULL || n > UINT32_MAX >> 8) {
			c->bad = true;
			return 0;
		}
		n = ((n + 1) << 7) | (*p & 0x7f);
	}
	return n;
}

static const char *take_short_path(struct vcs_index_data *x, struct cursor *c,
                                   struct buf *before)
{
	size_t cut = take_cut(c);
	struct span rest = take_until(c, '\0');

	if (cut > before->len)
		c->bad = true;
	if (c->bad)
		return "";
	buf_truncate(before, before->len - cut);
	buf_put(before, rest);
	return arena_dup(&x->arena, buf_span(before));
}

static bool take_entry(struct vcs_index_data *x, struct cursor *c, uint32_t version,
                       struct buf *before)
{
	const unsigned char *start = c->at;
	const unsigned char *p = take(c, ENTRY_LEN);
	struct vcs_entry *e = &x->entries[x->count];
	unsigned flags;
	unsigned extended = 0;

	if (p == NULL)
		return false;
	flags = (unsigned)p[ENTRY_LEN - 2] << 8 | p[ENTRY_LEN - 1];
	e->ctime_ns = nanoseconds(p);
	e->mtime_ns = nanoseconds(p + 8);
	e->ino = number(p + 20);
	e->mode = number(p + 24);
	e->size = number(p + 36);
	memcpy(e->id, p + STAT_LEN, VCS_ID);
	if ((flags & FLAG_EXTENDED) != 0) {
		p = take(c, 2);
		extended = p != NULL ? (unsigned)p[0] << 8 : 0;
	}
	e->stage = (flags & FLAG_STAGE) >> 12;
	e->looked_at = (e->mode & MODE_TYPE) == MODE_FILE && e->stage == 0 &&
	               (flags & FLAG_VALID) == 0 && (extended & EXTENDED_OTHER) == 0;
	e->meant = (extended & 0x2000) != 0;
	x->sparse = x->sparse || (e->mode & MODE_TYPE) == MODE_FOLDER;
	if (version == 4) {
		e->path = take_short_path(x, c, before);
	} else {
		e->path = take_until(c, '\0').ptr;
		/* Padded to a multiple of eight; the NUL was the first of it. */
		(void)take(c, (8 - (size_t)(c->at - start) % 8) % 8);
	}
	x->count++;
	return !c->bad && e->path != NULL && buf_ok(before);
}

static enum err_code take_entries(struct vcs_index_data *x, struct cursor *c,
                                  uint32_t version, uint32_t count, struct err *err)
{
	struct buf before = BUF_INIT;
	bool good = true;

	if (count > left(c) / ENTRY_LEN)
		return err_set(err, ERR_CORRUPT, "the git index is cut off");
	x->entries = arena_array(&x->arena, count > 0 ? count : 1, sizeof(*x->entries));
	while (x->entries != NULL && good && x->count < count)
		good = take_entry(x, c, version, &before);
	buf_fini(&before);
	if (!arena_ok(&x->arena))
		return err_nomem(err);
	return good ? ERR_OK : err_set(err, ERR_CORRUPT, "the git index is damaged");
}

/* ---- extensions ---- */

static bool take_decimal(struct cursor *c, int stop, int64_t *out)
{
	return num_i64(take_until(c, stop), -1, INT32_MAX, out);
}

/* One folder and those in it: "name\0files folders\n" and, if it did not change, the id
 * of its tree. */
static bool take_folder(struct vcs_index_data *x, struct cursor *c, int depth)
{
	struct vcs_folder *f = arena_push(&x->arena, &x->folders, &x->folder_count,
	                                  &x->folder_cap, sizeof(*f));
	size_t self = x->folder_count - 1;
	int64_t files = 0;
	int64_t below = 0;

	if (f == NULL || depth > DEPTH_MAX)
		return false;
	f->name = take_until(c, '\0');
	if (!take_decimal(c, ' ', &files) || !take_decimal(c, '\n', &below) || below < 0)
		return false;
	if (files >= 0)
		f->id = take(c, VCS_ID);
	while (below-- > 0 && !c->bad)
		if (!take_folder(x, c, depth + 1))
			return false;
	x->folders[self].behind = x->folder_count;
	return !c->bad;
}

/* It only saves work: one that is damaged is as good as none. */
static void take_folders(struct vcs_index_data *x, struct cursor part)
{
	if (!take_folder(x, &part, 0))
		x->folder_count = 0;
}

static enum err_code take_extensions(struct vcs_index_data *x, struct cursor *c,
                                     struct err *err)
{
	while (left(c) > VCS_ID) { /* behind them is a hash of it all */
		const unsigned char *name = take(c, 4);
		uint32_t len = take_u32(c);
		struct cursor part = { c->at, c->at, false };

		if (take(c, len) == NULL || left(c) < VCS_ID)
			return err_set(err, ERR_CORRUPT, "the git index is damaged");
		part.end += len;
		if (memcmp(name, "TREE", 4) == 0)
			take_folders(x, part);
		else if (memcmp(name, "link", 4) == 0)
			return err_set(err, ERR_UNSUPPORTED,
			               "the git index is split: `git update-index "
			               "--no-split-index` joins it");
		/* What begins with a capital may be passed over. A sparse index has
		 * entries for folders that are not in the working tree. */
		else if ((name[0] < 'A' || name[0] > 'Z') && memcmp(name, "sdir", 4) != 0)
			return err_set(err, ERR_UNSUPPORTED,
			               "the git index has a part that is not known");
	}
	return arena_ok(&x->arena) ? ERR_OK : err_nomem(err);
}

enum err_code vcs_index_read(struct vcs_index_data *out, struct span file,
                             struct err *err)
{
	struct cursor c = { .bad = false };
	uint32_t version;
	uint32_t count;
	enum err_code rc;

	*out = (struct vcs_index_data){ .arena = ARENA_INIT };
	if (file.len < HEAD_LEN + VCS_ID || memcmp(file.ptr, "DIRC", 4) != 0)
		return err_set(err, ERR_CORRUPT, "this is no git index");
	c.at = (const unsigned char *)file.ptr + 4;
	c.end = (const unsigned char *)file.ptr + file.len;
	version = take_u32(&c);
	count = take_u32(&c);
	if (version < 2 || version > 4)
		return err_set(err, ERR_UNSUPPORTED, "a git index of version %u",
		               (unsigned)version);
	rc = take_entries(out, &c, version, count, err);
	return rc == ERR_OK ? take_extensions(out, &c, err) : rc;
}
