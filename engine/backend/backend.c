// SPDX-License-Identifier: Apache-2.0
#include "backend/backend.h"

#include "base/str.h"

#include <string.h>

enum { NAMES_MAX = 4 };

static bool name_ok(struct span name, bool first)
{
	if (name.len == 0 || name.ptr[0] == '.' || span_eq_str(name, "object"))
		return false;
	if (first && span_eq_str(name, "tmp"))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		const char c = name.ptr[i];
		const bool digit = c >= '0' && c <= '9';
		const bool letter = c >= 'a' && c <= 'z';

		if (!digit && !letter && c != '.' && c != '_' && c != '-')
			return false;
	}
	return true;
}

bool lb_backend_key_ok(const char *key)
{
	struct span rest = span_str(key);
	size_t names = 0;

	if (rest.len > LB_BACKEND_KEY_MAX)
		return false;
	for (;;) {
		const size_t slash = span_find_byte(rest, '/');

		if (names == NAMES_MAX || !name_ok(span_sub(rest, 0, slash), names == 0))
			return false;
		if (slash == rest.len)
			return true;
		rest = span_from(rest, slash + 1);
		names++;
	}
}

static enum err_code check_key(const char *key, struct err *err)
{
	struct buf shown = BUF_INIT;

	if (lb_backend_key_ok(key))
		return ERR_OK;
	str_display_cut(&shown, span_str(key), 100);
	(void)err_set(err, ERR_USAGE, "\"%s\" is no name of an object", buf_str(&shown));
	buf_fini(&shown);
	return ERR_USAGE;
}

enum err_code lb_backend_put(struct lb_backend *b, const char *key,
                             const struct span *parts, size_t count, struct err *err)
{
	const enum err_code rc = check_key(key, err);

	return rc != ERR_OK ? rc : b->ops->put(b, key, parts, count, err);
}

enum err_code lb_backend_put_new(struct lb_backend *b, const char *key,
                                 struct span content, struct err *err)
{
	const enum err_code rc = check_key(key, err);

	return rc != ERR_OK ? rc : b->ops->put_new(b, key, content, err);
}

enum err_code lb_backend_replace(struct lb_backend *b, const char *key,
                                 struct span content, struct err *err)
{
	const enum err_code rc = check_key(key, err);

	return rc != ERR_OK ? rc : b->ops->replace(b, key, content, err);
}

enum err_code lb_backend_get(struct lb_backend *b, const char *key, uint64_t max,
                             struct buf *out, struct err *err)
{
	const enum err_code rc = check_key(key, err);

	buf_clear(out);
	return rc != ERR_OK ? rc : b->ops->get(b, key, max, out, err);
}

enum err_code lb_backend_read(struct lb_backend *b, const char *key, uint64_t offset,
                              size_t len, unsigned char *out, struct err *err)
{
	const enum err_code rc = check_key(key, err);

	return rc != ERR_OK ? rc : b->ops->read(b, key, offset, len, out, err);
}

enum err_code lb_backend_size(struct lb_backend *b, const char *key, uint64_t *size,
                              struct err *err)
{
	const enum err_code rc = check_key(key, err);

	return rc != ERR_OK ? rc : b->ops->size(b, key, size, err);
}

enum err_code lb_backend_delete(struct lb_backend *b, const char *key, struct err *err)
{
	const enum err_code rc = check_key(key, err);

	return rc != ERR_OK ? rc : b->ops->remove(b, key, err);
}

enum err_code lb_backend_list(struct lb_backend *b, const char *folder,
                              lb_backend_visit *visit, void *context, struct err *err)
{
	const enum err_code rc = check_key(folder, err);

	return rc != ERR_OK ? rc : b->ops->list(b, folder, visit, context, err);
}

enum err_code lb_backend_sync(struct lb_backend *b, struct err *err)
{
	return b->ops->sync(b, err);
}

enum err_code lb_backend_sync_folder(struct lb_backend *b, const char *folder,
                                     struct err *err)
{
	const enum err_code rc = check_key(folder, err);

	return rc != ERR_OK ? rc : b->ops->sync_folder(b, folder, err);
}

enum err_code lb_backend_probe(struct lb_backend *b, enum lb_arbitration *out,
                               struct err *err)
{
	return b->ops->probe(b, out, err);
}

enum err_code lb_backend_arbitrate(struct lb_backend *b, enum lb_arbitration how,
                                   struct err *err)
{
	return b->ops->arbitrate(b, how, err);
}

const char *lb_backend_name(const struct lb_backend *b)
{
	return b->ops->name(b);
}

void lb_backend_close(struct lb_backend *b)
{
	if (b != NULL)
		b->ops->close(b);
}
