// SPDX-License-Identifier: Apache-2.0
#include "ignore_below.h"

#include "base/str.h"

#include <string.h>

void scan_ignore_below_init(struct scan_ignore_below *b, const char *top)
{
	*b = (struct scan_ignore_below){ .top = top,
		                         .files = SCAN_IGNORE_ABOVE_INIT,
		                         .folders = MAP_INIT,
		                         .memory = ARENA_INIT };
}

void scan_ignore_below_fini(struct scan_ignore_below *b)
{
	scan_ignore_above_fini(&b->files);
	map_fini(&b->folders);
	arena_fini(&b->memory);
}

/* What is above the top; real paths have no slash at their end. */
static enum err_code begin(struct scan_ignore_below *b, scan_ignore_tell *tell,
                           void *context, struct err *err)
{
	struct buf folder = BUF_INIT;
	size_t len = strlen(b->top);
	enum err_code rc;

	buf_put(&folder, span_of(b->top, len > 1 ? len - 1 : len));
	rc = buf_err(&folder, err);
	if (rc == ERR_OK)
		rc = scan_ignore_above_load(&b->files, buf_str(&folder), tell, context,
		                            err);
	buf_fini(&folder);
	b->begun = rc == ERR_OK;
	return rc;
}

/* The folder's own file below those of the folder above it. */
static enum err_code read_folder(struct scan_ignore_below *b,
                                 const struct scan_ignore_rules *above,
                                 struct span folder, scan_ignore_tell *tell,
                                 void *context, struct scan_ignore_rules **out,
                                 struct err *err)
{
	struct scan_ignore_rules *r = arena_new(&b->memory, sizeof(*r));
	struct buf path = BUF_INIT;
	enum err_code rc;

	buf_puts(&path, b->top);
	buf_put(&path, folder);
	if (folder.len > 0)
		buf_putc(&path, '/');
	buf_puts(&path, ".gitignore");
	if (r == NULL || !buf_ok(&path)) {
		buf_fini(&path);
		return err_nomem(err);
	}
	if (tell != NULL)
		tell(buf_str(&path), context);
	*r = *above;
	rc = scan_ignore_above_add(&b->files, above->set, buf_str(&path),
	                           path.len - strlen(".gitignore"), &r->set, err);
	if (rc == ERR_OK && r->set != above->set)
		r->patterns += scan_ignore_count(r->set);
	if (rc == ERR_OK && !map_set(&b->folders, folder, r))
		rc = err_nomem(err);
	buf_fini(&path);
	*out = r;
	return rc;
}

static size_t count_all(const struct scan_ignore_above *a)
{
	size_t count = 0;

	for (size_t i = 0; i < a->count; i++)
		count += scan_ignore_count(a->sets[i]);
	return count;
}

enum err_code scan_ignore_below_get(struct scan_ignore_below *b, struct span folder,
                                    scan_ignore_tell *tell, void *context,
                                    struct scan_ignore_rules *out, struct err *err)
{
	struct scan_ignore_rules *known = map_get(&b->folders, folder);
	struct scan_ignore_rules top = { NULL, 0 };
	const struct scan_ignore_rules *above = &top;
	enum err_code rc = ERR_OK;

	if (known != NULL) {
		*out = *known;
		return ERR_OK;
	}
	if (!b->begun)
		rc = begin(b, tell, context, err);
	if (rc == ERR_OK && map_get(&b->folders, SPAN_LIT("")) == NULL)
		top = (struct scan_ignore_rules){ scan_ignore_above_get(&b->files),
			                          count_all(&b->files) };
	for (size_t at = 0; rc == ERR_OK && at <= folder.len; at++) {
		struct span part = span_sub(folder, 0, at);

		if (at > 0 && at < folder.len && folder.ptr[at] != '/')
			continue;
		known = map_get(&b->folders, part);
		if (known == NULL)
			rc = read_folder(b, above, part, tell, context, &known, err);
		above = known;
	}
	if (rc == ERR_OK)
		*out = *above;
	return rc;
}
