// SPDX-License-Identifier: Apache-2.0
#include "snapshot/entry.h"

#include "base/num.h"

#include <string.h>

enum { NS_PER_S = 1000000000, PERM_MAX = 07777 };

/* A chunk is never larger (docs/format.md, section 12). */
#define PIECE_MAX ((uint64_t)8 << 20)
#define SIZE_MAX_FILE ((uint64_t)INT64_MAX)

const char *lb_entry_name_fault(struct span name)
{
	if (name.len == 0)
		return "the name is empty";
	if (name.len > LB_ENTRY_NAME_MAX)
		return "the name is longer than 4096 bytes";
	if (memchr(name.ptr, '/', name.len) != NULL)
		return "the name has a slash in it";
	if (memchr(name.ptr, '\0', name.len) != NULL)
		return "the name has a NUL byte in it";
	if (span_eq_str(name, ".") || span_eq_str(name, ".."))
		return "the name is . or ..";
	return NULL;
}

const char *lb_entry_type_name(enum lb_entry_type type)
{
	switch (type) {
	case LB_ENTRY_FILE:
		return "file";
	case LB_ENTRY_FOLDER:
		return "folder";
	case LB_ENTRY_LINK:
		return "link";
	case LB_ENTRY_FIFO:
		return "fifo";
	case LB_ENTRY_CHARACTER:
		return "character device";
	case LB_ENTRY_BLOCK:
		return "block device";
	case LB_ENTRY_SOCKET:
		return "socket";
	}
	return "unknown";
}

bool lb_content_next(struct wire *w, struct lb_piece *out)
{
	if (!wire_ok(w) || w->left == 0)
		return false;
	wire_copy(w, out->id.b, LB_ID);
	out->length = wire_varint(w);
	if (wire_ok(w) && out->length == 0)
		wire_fail(w);
	return wire_ok(w);
}

void lb_content_put(struct buf *list, const struct lb_piece *piece)
{
	wire_put_raw(list, piece->id.b, LB_ID);
	wire_put_varint(list, piece->length);
}

size_t lb_content_count(struct span list)
{
	struct lb_piece piece = { .length = 0 };
	struct wire w;
	size_t n = 0;

	wire_init(&w, list);
	while (lb_content_next(&w, &piece))
		n++;
	return n;
}

void lb_extent_init(struct lb_extent_cursor *c, struct span extents)
{
	wire_init(&c->w, extents);
	c->at = 0;
}

bool lb_extent_next(struct lb_extent_cursor *c, struct lb_extent *out)
{
	const bool first = c->at == 0;
	uint64_t gap;

	if (!wire_ok(&c->w) || c->w.left == 0)
		return false;
	gap = wire_varint(&c->w);
	out->length = wire_varint(&c->w);
	/* One pair without data stands for a file that is all hole. */
	if (first && out->length == 0 && gap > 0 && wire_end(&c->w))
		return false;
	if ((!first && gap == 0) || out->length == 0 ||
	    !num_add_u64(c->at, gap, &out->offset) ||
	    !num_add_u64(out->offset, out->length, &c->at))
		wire_fail(&c->w);
	return wire_ok(&c->w);
}

bool lb_extents_put(struct buf *list, const struct lb_extent *extents, size_t count,
                    uint64_t size)
{
	uint64_t at = 0;

	if (size == 0 ||
	    (count == 1 && extents[0].offset == 0 && extents[0].length == size))
		return false;
	if (count == 0) {
		wire_put_varint(list, size);
		wire_put_varint(list, 0);
	}
	for (size_t i = 0; i < count; i++) {
		wire_put_varint(list, extents[i].offset - at);
		wire_put_varint(list, extents[i].length);
		at = extents[i].offset + extents[i].length;
	}
	return true;
}

bool lb_xattr_next(struct wire *w, struct lb_xattr *out)
{
	if (!wire_ok(w) || w->left == 0)
		return false;
	out->name = wire_bytes(w);
	out->value = wire_bytes(w);
	return wire_ok(w);
}

void lb_xattr_put(struct buf *list, const struct lb_xattr *x)
{
	wire_put_bytes(list, x->name);
	wire_put_bytes(list, x->value);
}

uint64_t lb_entry_data(const struct lb_entry *e)
{
	struct lb_extent_cursor c;
	struct lb_extent extent;
	uint64_t data = 0;

	if (!e->sparse)
		return e->size;
	lb_extent_init(&c, e->extents);
	while (lb_extent_next(&c, &extent))
		data += extent.length;
	return data;
}

static const char *extents_fault(const struct lb_entry *e)
{
	struct lb_extent_cursor c;
	struct lb_extent extent = { 0, 0 };
	bool any = false;
	bool whole = false;
	struct wire w;

	if (!e->sparse)
		return e->extents.len > 0 ? "extents of a file without holes" : NULL;
	lb_extent_init(&c, e->extents);
	while (lb_extent_next(&c, &extent)) {
		whole = !any && extent.offset == 0 && extent.length == e->size;
		any = true;
		if (c.at > e->size)
			return "an extent behind the end of the file";
	}
	if (!wire_end(&c.w) || e->extents.len == 0)
		return "the extents are malformed";
	if (whole)
		return "an extent that is the whole file";
	wire_init(&w, e->extents);
	if (!any && wire_varint(&w) != e->size)
		return "a hole that is not the whole file";
	return NULL;
}

static const char *content_fault(const struct lb_entry *e)
{
	const uint64_t data = lb_entry_data(e);
	struct lb_piece piece;
	uint64_t sum = 0;
	size_t count = 0;
	struct wire w;

	if (e->mapped)
		return e->content.len > 0 ? "two lists of content"
		       : data == 0        ? "a map without data"
		                          : NULL;
	wire_init(&w, e->content);
	while (lb_content_next(&w, &piece)) {
		if (++count > LB_ENTRY_CONTENT_MAX)
			return "more than 64 chunks in the entry";
		if (piece.length > PIECE_MAX)
			return "a chunk of more than 8 MiB";
		sum += piece.length;
	}
	if (!wire_end(&w))
		return "the list of content is malformed";
	return sum == data ? NULL : "the content is not as long as the file";
}

static const char *file_fault(const struct lb_entry *e)
{
	const char *fault;

	if (e->size > SIZE_MAX_FILE)
		return "the size is above 2^63";
	fault = extents_fault(e);
	return fault != NULL ? fault : content_fault(e);
}

static const char *xattrs_fault(struct span list)
{
	struct lb_xattr x;
	struct span last = SPAN_EMPTY;
	struct wire w;

	wire_init(&w, list);
	while (lb_xattr_next(&w, &x)) {
		if (x.name.len == 0 || x.name.len > LB_ENTRY_XATTR_NAME_MAX ||
		    memchr(x.name.ptr, '\0', x.name.len) != NULL)
			return "the name of an extended attribute is malformed";
		if (x.value.len > LB_ENTRY_XATTR_MAX)
			return "an extended attribute of more than 64 KiB";
		if (last.len > 0 && span_cmp(last, x.name) >= 0)
			return "extended attributes out of order";
		last = x.name;
	}
	return wire_end(&w) ? NULL : "the extended attributes are malformed";
}

static const char *target_fault(struct span target)
{
	if (target.len == 0 || target.len > LB_ENTRY_TARGET_MAX)
		return "a link with an empty or too long target";
	return memchr(target.ptr, '\0', target.len) != NULL
	               ? "the target has a NUL byte in it"
	               : NULL;
}

/* What only some types have. */
static const char *type_fault(const struct lb_entry *e)
{
	const bool device = e->type == LB_ENTRY_CHARACTER || e->type == LB_ENTRY_BLOCK;

	if (e->type < LB_ENTRY_FILE || e->type > LB_ENTRY_SOCKET)
		return "the type is not known";
	if (e->type != LB_ENTRY_FILE && (e->size > 0 || e->content.len > 0 || e->mapped ||
	                                 e->sparse || e->extents.len > 0))
		return "content of what is no file";
	if (e->type != LB_ENTRY_LINK && e->target.len > 0)
		return "a target of what is no link";
	if (!device && (e->rdev_major != 0 || e->rdev_minor != 0))
		return "device numbers of what is no device";
	if (e->type == LB_ENTRY_FOLDER && e->linked)
		return "a folder with several names";
	if (e->damaged && e->type != LB_ENTRY_FILE && e->type != LB_ENTRY_FOLDER)
		return "damage of what has no content";
	if (e->type == LB_ENTRY_LINK)
		return target_fault(e->target);
	return e->type == LB_ENTRY_FILE ? file_fault(e) : NULL;
}

const char *lb_entry_fault(const struct lb_entry *e)
{
	const char *fault = lb_entry_name_fault(e->name);

	if (fault != NULL)
		return fault;
	if (e->perm > PERM_MAX)
		return "permissions of more than 12 bits";
	if (e->mtime_ns >= NS_PER_S || e->btime_ns >= NS_PER_S)
		return "a time with too many nanoseconds";
	if (e->user.len > LB_ENTRY_OWNER_MAX || e->group.len > LB_ENTRY_OWNER_MAX)
		return "the name of an owner is longer than 255 bytes";
	fault = type_fault(e);
	return fault != NULL ? fault : xattrs_fault(e->xattrs);
}

static bool head_eq(const struct lb_entry *a, const struct lb_entry *b)
{
	return span_eq(a->name, b->name) && a->type == b->type && a->perm == b->perm &&
	       a->uid == b->uid && a->gid == b->gid && span_eq(a->user, b->user) &&
	       span_eq(a->group, b->group) && a->mtime_s == b->mtime_s &&
	       a->mtime_ns == b->mtime_ns;
}

static bool content_eq(const struct lb_entry *a, const struct lb_entry *b)
{
	return a->size == b->size && span_eq(a->content, b->content) &&
	       a->mapped == b->mapped && (!a->mapped || lb_id_eq(&a->map, &b->map)) &&
	       a->sparse == b->sparse && span_eq(a->extents, b->extents) &&
	       (a->type != LB_ENTRY_FOLDER || lb_id_eq(&a->subtree, &b->subtree)) &&
	       span_eq(a->target, b->target) && a->rdev_major == b->rdev_major &&
	       a->rdev_minor == b->rdev_minor;
}

static bool extra_eq(const struct lb_entry *a, const struct lb_entry *b)
{
	return a->linked == b->linked &&
	       (!a->linked || memcmp(a->link_group, b->link_group, LB_LINK_GROUP) == 0) &&
	       span_eq(a->xattrs, b->xattrs) && a->flags == b->flags &&
	       a->project == b->project && a->has_btime == b->has_btime &&
	       (!a->has_btime ||
	        (a->btime_s == b->btime_s && a->btime_ns == b->btime_ns)) &&
	       a->damaged == b->damaged;
}

bool lb_entry_eq(const struct lb_entry *a, const struct lb_entry *b)
{
	return head_eq(a, b) && content_eq(a, b) && extra_eq(a, b);
}
