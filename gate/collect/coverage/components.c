// SPDX-License-Identifier: Apache-2.0
#include "collect/coverage/components.h"

#include "base/str.h"

enum { OWNER_ROWS_MAX = 1000 };

/* A row for each, in the policy's order, also where no file is. */
static enum err_code add_rows(const struct gate_components *c,
                              struct gate_cov_measured *m, struct err *err)
{
	for (size_t i = 0; i < c->count; i++) {
		struct gate_cov_row *r = arena_push(&m->arena, &m->rows, &m->row_count,
		                                    &m->row_cap, sizeof(*r));

		if (r != NULL)
			*r = (struct gate_cov_row){ .name = c->items[i].id,
				                    .owner = c->items[i].owner,
				                    .critical = c->items[i].critical };
	}
	return arena_err(&m->arena, err);
}

/* ---- CODEOWNERS ---- */

static enum err_code row_of_owner(struct gate_components *c, struct gate_cov_measured *m,
                                  const char *owners, size_t *row, struct err *err)
{
	uintptr_t known = (uintptr_t)map_get(&c->by_owner, span_str(owners));
	struct gate_cov_row *r;

	*row = known - 1;
	if (known > 0 || m->row_count == OWNER_ROWS_MAX)
		return ERR_OK;
	*row = m->row_count;
	r = arena_push(&m->arena, &m->rows, &m->row_count, &m->row_cap, sizeof(*r));
	if (r == NULL)
		return err_nomem(err);
	*r = (struct gate_cov_row){ .name = arena_str(&m->arena, owners),
		                    .is_owner = true };
	r->owner = r->name;
	if (r->name == NULL ||
	    !map_set(&c->by_owner, span_str(owners), (void *)(uintptr_t)m->row_count))
		return err_nomem(err);
	return ERR_OK;
}

/* ---- both ---- */

enum err_code gate_components_load(struct gate_components *c,
                                   const struct gate_policy *policy,
                                   const struct gate_cov_tree *tree, struct err *err)
{
	enum err_code rc = ERR_OK;

	*c = (struct gate_components){ .items = NULL };
	map_init(&c->by_owner);
	c->items = policy->components;
	c->count = policy->component_count;
	c->on_disk = tree->root != NULL;
	if (c->on_disk)
		rc = scan_owners_load(&c->owners, tree->root, NULL, err);
	c->has_owners = c->on_disk ? c->owners.count > 0 : tree->has_owners;
	return rc;
}

void gate_components_fini(struct gate_components *c)
{
	if (c->on_disk)
		scan_owners_fini(&c->owners);
	map_fini(&c->by_owner);
}

/* "" where owners differ: nobody answers for all of it. */
static void agree(struct gate_cov_measured *m, struct gate_cov_row *r, const char *owners)
{
	if (r->owner == NULL)
		r->owner = arena_str(&m->arena, owners);
	else if (!str_eq(r->owner, owners))
		r->owner = "";
}

enum err_code gate_components_add(struct gate_components *c, struct gate_cov_measured *m,
                                  struct gate_cov_file_sum *f, struct err *err)
{
	const char *path = f->source->path;
	struct buf owners = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (m->rows == NULL)
		rc = add_rows(c, m, err);
	if (c->on_disk)
		scan_owners_of(&c->owners, span_str(path), &owners);
	else if (f->source->owners != NULL)
		buf_puts(&owners, f->source->owners);
	for (size_t i = 0; i < c->count && f->row == SIZE_MAX; i++)
		if (gate_component_has(&c->items[i], span_str(path)))
			f->row = i;
	if (f->row != SIZE_MAX && c->items[f->row].owner == NULL && c->has_owners)
		agree(m, &m->rows[f->row], buf_str(&owners));
	if (rc == ERR_OK && c->count == 0 && owners.len > 0)
		rc = row_of_owner(c, m, buf_str(&owners), &f->row, err);
	if (rc == ERR_OK)
		rc = buf_err(&owners, err);
	buf_fini(&owners);
	return rc == ERR_OK ? arena_err(&m->arena, err) : rc;
}
