// SPDX-License-Identifier: Apache-2.0
#include "history_class.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/wire.h"
#include "scanners/workflow/workflow.h"
#include "scope.h"

#include <string.h>

/* The classes of the blob in hand. */
struct group {
	const struct scan_blob_list *list;
	struct buf path;
	struct buf key;
	struct buf keys[SCAN_HISTORY_CLASSES];
	uint32_t last[SCAN_HISTORY_CLASSES]; /* version of each */
	size_t count;
	struct scan_history_left left;
};

/* All that results depend on besides the content. Scopes differ by content only where
 * names do. */
static void put_key(struct buf *out, const struct scan *s, struct span path)
{
	struct span project = span_from(path, s->strip_root);
	size_t slash = span_rfind_byte(path, '/');

	buf_clear(out);
	wire_put_bytes(out, slash == path.len ? path : span_from(path, slash + 1));
	wire_put_u8(out, (uint8_t)scan_scope_of(project, SPAN_EMPTY));
	wire_put_u8(out, (uint8_t)scan_workflow_kind(project));
	wire_put_u8(out, scan_is_baseline(s, path));
	for (size_t i = 0; i < s->rules.count; i++) {
		const struct scan_rule *rule = &s->rules.rules[i];

		if (s->rules.on[i] && rule->paths.count + rule->not_paths.count > 0)
			wire_put_u8(out, scan_rule_takes(rule, project));
	}
}

/* Puts the version into its class; the first of one is scanned. */
static bool add(struct group *g, struct scan_history_classes *c, uint32_t version)
{
	size_t i = 0;

	put_key(&g->key, g->list->s, buf_span(&g->path));
	while (i < g->count && !span_eq(buf_span(&g->keys[i]), buf_span(&g->key)))
		i++;
	if (i < g->count) {
		c->next[g->last[i]] = version;
		g->last[i] = version;
	} else if (i < SCAN_HISTORY_CLASSES) {
		buf_clear(&g->keys[i]);
		buf_put(&g->keys[i], buf_span(&g->key));
		g->last[i] = version;
		c->turns[c->count++] = version;
		g->count++;
	} else if (g->left.count++ == 0) {
		g->left.version = version;
	}
	return buf_ok(&g->key) && (i >= g->count || buf_ok(&g->keys[i]));
}

/* Is it a path that is scanned? */
static enum err_code look_at(struct group *g, const struct vcs_version *v, bool *wanted,
                             struct err *err)
{
	buf_clear(&g->path);
	buf_put(&g->path, buf_span(&g->list->top));
	buf_puts(&g->path, v->path);
	*wanted = buf_ok(&g->path) && scan_blobs_want(g->list, buf_span(&g->path));
	return buf_err(&g->path, err);
}

/* The versions of one blob: from `first`, before `end`. */
static enum err_code sort_blob(struct group *g, struct scan_history_classes *c,
                               const struct vcs_history *h, size_t first, size_t end,
                               struct err *err)
{
	g->count = 0;
	g->left.count = 0;
	for (size_t i = first; i < end; i++) {
		struct vcs_version v = vcs_history_at(h, i);
		bool wanted;
		enum err_code rc = look_at(g, &v, &wanted, err);

		if (rc != ERR_OK)
			return rc;
		if (wanted && end - first == 1)
			c->turns[c->count++] = (uint32_t)i;
		else if (wanted && !add(g, c, (uint32_t)i))
			return err_nomem(err);
	}
	if (g->left.count == 0)
		return ERR_OK;
	if (!mem_grow(&c->left, c->left_count, &c->left_cap, sizeof(*c->left)))
		return err_nomem(err);
	c->left[c->left_count++] = g->left;
	return ERR_OK;
}

static enum err_code sort_all(struct group *g, struct scan_history_classes *c,
                              const struct vcs_history *h, struct err *err)
{
	const size_t count = vcs_history_count(h);
	enum err_code rc = ERR_OK;
	size_t end;

	for (size_t i = 0; rc == ERR_OK && i < count; i = end) {
		struct vcs_version v = vcs_history_at(h, i);

		for (end = i + 1; end < count; end++) {
			struct vcs_version other = vcs_history_at(h, end);

			if (memcmp(other.id, v.id, VCS_ID) != 0)
				break;
		}
		rc = sort_blob(g, c, h, i, end, err);
	}
	return rc;
}

enum err_code scan_history_classes_init(struct scan_history_classes *c,
                                        const struct scan_blob_list *l,
                                        const struct vcs_history *h, struct err *err)
{
	const size_t count = vcs_history_count(h);
	struct group g = { .list = l };
	enum err_code rc;

	*c = (struct scan_history_classes){ .count = 0 };
	if (!mem_array(&c->turns, count + 1, sizeof(*c->turns)) ||
	    !mem_array(&c->next, count + 1, sizeof(*c->next)))
		return err_nomem(err);
	memset(c->next, 0, (count + 1) * sizeof(*c->next));
	rc = sort_all(&g, c, h, err);
	buf_fini(&g.path);
	buf_fini(&g.key);
	for (size_t i = 0; i < SCAN_HISTORY_CLASSES; i++)
		buf_fini(&g.keys[i]);
	return rc;
}

void scan_history_classes_fini(struct scan_history_classes *c)
{
	mem_free(c->turns);
	mem_free(c->next);
	mem_free(c->left);
	*c = (struct scan_history_classes){ .count = 0 };
}
