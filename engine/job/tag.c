// SPDX-License-Identifier: Apache-2.0
#include "job/tag.h"

#include "job/right.h"
#include "job/snapshots.h"
#include "repo/log.h"
#include "repo/repo.h"

struct tag {
	const struct lb_id16 *id;
	const struct lb_tag_edit *edit;
	bool changed;
};

static bool among(struct span tag, const struct span *tags, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_eq(tag, tags[i]))
			return true;
	return false;
}

/* The snapshot's tags without the removed, with the added ones; false without memory. */
static bool new_tags(const struct lb_tag_edit *e, const struct lb_snapshot *s,
                     struct arena *arena, struct span **out, size_t *count)
{
	struct span *tags =
		arena_array(arena, s->tag_count + e->add_count + 1, sizeof *tags);
	size_t n = 0;

	if (!tags)
		return false;
	for (size_t i = 0; i < s->tag_count; i++)
		if (!among(s->tags[i], e->remove, e->remove_count))
			tags[n++] = s->tags[i];
	for (size_t i = 0; i < e->add_count; i++)
		tags[n++] = e->add[i];
	*count = lb_tags_sort(tags, n);
	*out = tags;
	return true;
}

static bool same_tags(const struct lb_snapshot *s, const struct span *tags, size_t count)
{
	if (s->tag_count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!span_eq(s->tags[i], tags[i]))
			return false;
	return true;
}

/* Only what differs from the snapshot is set. */
static enum err_code differences(const struct lb_tag_edit *e, const struct lb_snapshot *s,
                                 struct arena *arena, struct lb_snapshot_edit *out,
                                 struct err *err)
{
	struct span *tags;
	size_t count;

	*out = (struct lb_snapshot_edit){ .set_tags = false };
	if (!new_tags(e, s, arena, &tags, &count))
		return err_nomem(err);
	out->set_tags = !same_tags(s, tags, count);
	out->tags = tags;
	out->tag_count = count;
	out->set_description =
		e->set_description && !span_eq(e->description, s->description);
	out->description = e->description;
	out->set_pinned = e->set_pinned && e->pinned != s->pinned;
	out->pinned = e->pinned;
	return ERR_OK;
}

static enum err_code find(const struct lb_snapshots *list, const struct lb_id16 *id,
                          const struct lb_snapshot **out, struct err *err)
{
	char hex[LB_ID16_HEX];

	for (size_t i = 0; i < list->count; i++)
		if (lb_id16_eq(&list->refs[i].id, id)) {
			*out = list->refs[i].snapshot;
			return ERR_OK;
		}
	lb_id16_hex(id, hex);
	return err_set(err, ERR_NOT_FOUND, "snapshot %.8s is not there any more", hex);
}

static enum err_code put_edit(struct tag *t, const struct lb_snapshot_edit *edit,
                              struct lb_record *r, struct err *err)
{
	struct buf fields = BUF_INIT;
	enum err_code rc = lb_snapshot_edit_encode(edit, &fields, err);

	if (rc == ERR_OK) {
		r->type = LB_META;
		r->private_state = LB_PRIVATE_OPEN;
		lb_record_put_meta(t->id, buf_span(&fields), &r->private_part);
		rc = buf_err(&r->private_part, err);
	}
	buf_fini(&fields);
	return rc;
}

static enum err_code build(void *context, const struct lb_state *after,
                           struct lb_record *r, enum lb_build *what, struct err *err)
{
	struct tag *t = context;
	struct lb_snapshots list;
	const struct lb_snapshot *s = NULL;
	struct lb_snapshot_edit edit;
	enum err_code rc = lb_snapshots_load(&list, after, true, err);

	if (rc == ERR_OK)
		rc = find(&list, t->id, &s, err);
	if (rc == ERR_OK)
		rc = differences(t->edit, s, &list.arena, &edit, err);
	if (rc == ERR_OK) {
		t->changed = edit.set_tags || edit.set_description || edit.set_pinned;
		if (t->changed)
			rc = put_edit(t, &edit, r, err);
		else
			*what = LB_BUILD_GIVE_UP;
	}
	lb_snapshots_fini(&list);
	return rc;
}

/* The same without the record. */
static enum err_code preview(struct tag *t, const struct lb_state *s, struct err *err)
{
	enum lb_build what = LB_BUILD_APPEND;
	struct lb_record r;
	enum err_code rc;

	lb_record_init(&r, LB_META);
	rc = build(t, s, &r, &what, err);
	lb_record_fini(&r);
	return rc;
}

enum err_code lb_tag(struct lb_repo *repo, const struct lb_id16 *id,
                     const struct lb_tag_edit *edit, bool dry_run, bool *changed,
                     struct err *err)
{
	struct tag t = { .id = id, .edit = edit };
	uint64_t slot;
	enum err_code rc =
		lb_right(repo, LB_ROLE_READ | LB_ROLE_PRUNE, "edit snapshots", err);

	if (rc == ERR_OK)
		rc = lb_repo_refresh(repo, err);
	if (rc == ERR_OK)
		rc = dry_run ? preview(&t, lb_repo_state(repo), err)
		             : lb_log_append(lb_repo_log(repo), build, &t, &slot, err);
	*changed = rc == ERR_OK && t.changed;
	return rc;
}
