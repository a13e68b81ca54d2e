// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "os/meta.h"
#include "os/meta_internal.h"
#include "os/os_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Linux has no larger ones; they may change between asking for a size and reading. */
enum { FIRST_ROOM = 1024, TRIES = 8, TEXT_MAX = 1 << 20, SHOWN_COLUMNS = 240 };

/* A handle refuses calls by descriptor, but its name below /proc stands for what it
 * holds, be it a link. */
struct source {
	int fd;
	bool handle;
	char path[OS_FD_PATH];
	const char *name; /* for messages */
};

void os_xattrs_fini(struct os_xattrs *x)
{
	mem_free(x->list);
	buf_fini(&x->names);
	buf_fini(&x->values);
	*x = (struct os_xattrs){ 0 };
}

/* Only a handle makes this call fail so: asking first would be a call more. */
static ssize_t list_names(struct source *s, char *out, size_t room)
{
	const ssize_t n = s->handle ? -1 : flistxattr(s->fd, out, room);

	if (n >= 0 || (!s->handle && errno != EBADF))
		return n;
	if (!s->handle)
		os_fd_path(s->path, s->fd);
	s->handle = true;
	return listxattr(s->path, out, room);
}

static ssize_t get_value(const struct source *s, const char *name, char *out, size_t room)
{
	return s->handle ? getxattr(s->path, name, out, room)
	                 : fgetxattr(s->fd, name, out, room);
}

/* One value or, with `name` NULL, the list of names, appended to `out`. */
static ssize_t read_text(struct source *s, const char *name, struct buf *out)
{
	size_t room = FIRST_ROOM;

	for (int i = 0; i < TRIES && room <= TEXT_MAX; i++) {
		ssize_t n;

		if (!buf_reserve(out, room)) {
			errno = ENOMEM;
			return -1;
		}
		n = name == NULL ? list_names(s, out->ptr + out->len, room)
		                 : get_value(s, name, out->ptr + out->len, room);
		if (n >= 0) {
			out->len += (size_t)n;
			out->ptr[out->len] = '\0';
			return n;
		}
		if (errno != ERANGE)
			return -1;
		room *= 8;
	}
	errno = E2BIG;
	return -1;
}

static int by_name(const void *a, const void *b)
{
	const struct os_xattr *x = a;
	const struct os_xattr *y = b;

	return span_cmp(x->name, y->name);
}

static enum err_code split_names(struct os_xattrs *x, struct err *err)
{
	struct span rest = buf_span(&x->names);
	struct span name;

	while (span_split(&rest, '\0', &name)) {
		if (name.len == 0)
			continue;
		if (!mem_grow(&x->list, x->count, &x->cap, sizeof(*x->list)))
			return err_nomem(err);
		x->list[x->count++].name = name;
	}
	if (x->count > 1)
		qsort(x->list, x->count, sizeof(*x->list), by_name);
	return ERR_OK;
}

/* Lengths first: the buffer moves while it grows. */
static enum err_code load_values(struct os_xattrs *x, struct source *s, struct err *err)
{
	enum err_code rc = ERR_OK;
	size_t kept = 0;
	size_t at = 0;

	for (size_t i = 0; i < x->count; i++) {
		const struct span name = x->list[i].name;
		const ssize_t n = read_text(s, name.ptr, &x->values);

		if (n < 0 && errno == ENODATA)
			continue; /* removed since */
		if (n < 0) {
			if (rc == ERR_OK)
				rc = os_fail(err, "read attribute", name.ptr);
			continue;
		}
		x->list[kept].name = name;
		x->list[kept++].value.len = (size_t)n;
	}
	x->count = kept;
	for (size_t i = 0; i < kept; i++) {
		x->list[i].value.ptr = buf_str(&x->values) + at;
		at += x->list[i].value.len;
	}
	return rc;
}

static enum err_code wrap(struct err *err, enum err_code rc, const char *name)
{
	struct buf shown = BUF_INIT;

	str_display_cut(&shown, span_str(name), SHOWN_COLUMNS);
	(void)err_wrap(err, rc, "%s", buf_str(&shown));
	buf_fini(&shown);
	return rc;
}

static enum err_code load(struct os_xattrs *x, struct source *s, struct err *err)
{
	enum err_code rc;

	x->count = 0;
	buf_clear(&x->names);
	buf_clear(&x->values);
	if (read_text(s, NULL, &x->names) < 0) {
		if (errno == EOPNOTSUPP || errno == ENOSYS)
			return ERR_OK;
		if (errno == ENOENT && s->handle && access("/proc/self/fd", F_OK) != 0)
			return os_refuse(err, ERR_UNSUPPORTED, s->name,
			                 "attributes need /proc, which is not mounted");
		return os_fail(err, "list attributes of", s->name);
	}
	if ((rc = split_names(x, err)) == ERR_OK)
		rc = load_values(x, s, err);
	return rc == ERR_OK ? ERR_OK : wrap(err, rc, s->name);
}

enum err_code os_xattrs_load(struct os_xattrs *x, int fd, const char *name,
                             struct err *err)
{
	struct source s = { .fd = fd, .name = name };

	return load(x, &s, err);
}
