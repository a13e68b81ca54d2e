// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "collect/coverage/coverage.h"
#include "collect/coverage/tree.h"
#include "lib/vcs_repo.h"
#include "os/fs.h"

#include <string.h>

/* Which lines of the tree its base does not have. */

#define FILE_MAX (UINT64_C(16) << 20)

struct comparison {
	struct gate_cov_tree *tree;
	struct vcs_repo *repo;
	size_t strip; /* bytes of the root below the top, with a slash */
	const char *below;
	uint32_t *lines; /* owned: of the file in hand */
	size_t count;
	size_t cap;
	bool nomem;
};

static bool add_line(uint64_t line, void *context)
{
	struct comparison *c = context;

	if (line > GATE_COV_LINE_MAX)
		return false;
	c->nomem = !mem_grow(&c->lines, c->count, &c->cap, sizeof(*c->lines));
	if (!c->nomem)
		c->lines[c->count++] = (uint32_t)line;
	return !c->nomem;
}

static void add_all(struct comparison *c, struct span text)
{
	struct span line;
	uint64_t n = 0;

	while (span_line(&text, &line) && add_line(++n, c))
		continue;
}

static enum err_code keep(struct comparison *c, struct gate_cov_source *s,
                          struct err *err)
{
	s->fresh.known = true;
	s->fresh.count = c->count;
	s->fresh.lines = arena_array(&c->tree->arena, c->count + 1, sizeof(*c->lines));
	if (c->nomem || s->fresh.lines == NULL)
		return err_nomem(err);
	if (c->count > 0)
		memcpy(s->fresh.lines, c->lines, c->count * sizeof(*c->lines));
	return ERR_OK;
}

static enum err_code compare_file(struct comparison *c, struct gate_cov_source *s,
                                  const struct vcs_change *change, struct err *err)
{
	struct buf path = BUF_INIT;
	struct buf text = BUF_INIT;
	enum err_code rc;

	c->count = 0;
	buf_printf(&path, "%s/%s", c->tree->root, s->path);
	rc = os_read_file(buf_str(&path), FILE_MAX, &text, err);
	if (rc == ERR_OK && (change->is_new || change->in_conflict))
		add_all(c, buf_span(&text));
	else if (rc == ERR_OK)
		rc = vcs_new_lines(c->repo, change->old_id, change->path, buf_span(&text),
		                   add_line, c, err);
	if (rc == ERR_OK)
		rc = keep(c, s, err);
	buf_fini(&path);
	buf_fini(&text);
	return rc;
}

static enum err_code take_change(const struct vcs_change *change, void *context,
                                 struct err *err)
{
	struct comparison *c = context;
	struct span path = span_str(change->path);
	struct gate_cov_source *s;

	if (!span_starts(path, span_of(c->below, c->strip)))
		return ERR_OK;
	s = map_get(&c->tree->by_path, span_from(path, c->strip));
	return s != NULL ? compare_file(c, s, change, err) : ERR_OK;
}

enum err_code gate_cov_tree_compare(struct gate_cov_tree *t, const char *base,
                                    struct err *err)
{
	struct comparison c = { .tree = t };
	struct buf root = BUF_INIT;
	const char *top;
	enum err_code rc = vcs_repo_open(&c.repo, t->root, err);

	if (rc == ERR_NOT_FOUND)
		rc = err_set(err, ERR_USAGE, "%.300s is in no git repository", t->root);
	if (rc != ERR_OK)
		goto out;
	top = vcs_repo_top(c.repo);
	buf_printf(&root, "%s/", t->root);
	if ((rc = buf_err(&root, err)) != ERR_OK)
		goto out;
	/* The root is the top itself, or below it. */
	if (top != NULL && span_starts(buf_span(&root), span_str(top))) {
		c.below = buf_str(&root) + strlen(top);
		c.strip = strlen(c.below);
	}
	rc = top != NULL ? vcs_diff_each(c.repo, base, take_change, &c, err)
	                 : err_set(err, ERR_USAGE, "%.300s has no working tree", t->root);
out:
	vcs_repo_close(c.repo);
	mem_free(c.lines);
	buf_fini(&root);
	return rc;
}
