// SPDX-License-Identifier: Apache-2.0
#include "job/snapshots.h"

#include "repo/state.h"

static bool is_malformed(enum err_code rc)
{
	return rc == ERR_CORRUPT || rc == ERR_UNSUPPORTED || rc == ERR_LIMIT;
}

static enum err_code pass_over(struct lb_snapshots *s, const struct lb_meta *meta,
                               struct err *err)
{
	if (s->bad_edit_count == s->bad_edit_cap) {
		const size_t room = 2 * s->bad_edit_cap + 4;
		struct lb_malformed *more = arena_array(&s->arena, room, sizeof *more);

		if (!more)
			return err_nomem(err);
		for (size_t i = 0; i < s->bad_edit_count; i++)
			more[i] = s->bad_edits[i];
		s->bad_edits = more;
		s->bad_edit_cap = room;
	}
	s->bad_edits[s->bad_edit_count++] =
		(struct lb_malformed){ meta->slot, meta->writer };
	return ERR_OK;
}

/* Later edits win. One that cannot be understood must not hide the snapshot. */
static enum err_code apply_edits(struct lb_snapshots *s, const struct lb_state *state,
                                 const struct lb_id16 *id, struct lb_snapshot *snapshot,
                                 struct err *err)
{
	const struct lb_meta *meta;
	enum err_code rc = ERR_OK;

	for (size_t n = 0; rc == ERR_OK && (meta = lb_state_meta(state, id, n)); n++) {
		struct lb_snapshot_edit edit;
		struct err why = ERR_INIT;

		rc = lb_snapshot_edit_decode(meta->fields, &s->arena, &edit, &why);
		if (rc == ERR_OK)
			lb_snapshot_apply(snapshot, &edit);
		else if (is_malformed(rc))
			rc = pass_over(s, meta, err);
		else
			rc = err_set(err, rc, "%s", why.msg);
	}
	return rc;
}

/* One that says nothing we understand must not hide the others, nor stay for ever: it
 * counts as unfinished, so nothing is kept or restored because of it, and can be
 * forgotten by its id. */
static enum err_code stand_in(struct lb_snapshots *s, struct lb_snapshot *snapshot,
                              const struct err *why, struct err *err)
{
	char *text = arena_printf(&s->arena, "(cannot be read: %s)", why->msg);

	if (!text)
		return err_nomem(err);
	*snapshot =
		(struct lb_snapshot){ .partial = true, .description = span_str(text) };
	return ERR_OK;
}

static enum err_code add(struct lb_snapshots *s, const struct lb_state *state,
                         const struct lb_live *live, bool partial, struct err *err)
{
	struct lb_snapshot *snapshot = arena_new(&s->arena, sizeof *snapshot);
	struct err why = ERR_INIT;
	char hex[LB_ID16_HEX];
	bool malformed;
	enum err_code rc;

	if (!snapshot)
		return err_nomem(err);
	if (!live->readable) {
		s->unreadable++;
		return ERR_OK;
	}
	rc = lb_snapshot_decode(live->fields, &s->arena, snapshot, &why);
	malformed = is_malformed(rc);
	if (malformed)
		rc = stand_in(s, snapshot, &why, err);
	else if (rc != ERR_OK && err)
		*err = why;
	if (rc == ERR_OK)
		rc = apply_edits(s, state, &live->id, snapshot, err);
	if (rc != ERR_OK) {
		lb_id16_hex(&live->id, hex);
		return err_wrap(err, rc, "snapshot %s", hex);
	}
	if (!snapshot->partial || partial)
		s->refs[s->count++] = (struct lb_snapshot_ref){ .id = live->id,
			                                        .snapshot = snapshot,
			                                        .malformed = malformed };
	return ERR_OK;
}

enum err_code lb_snapshots_load(struct lb_snapshots *out, const struct lb_state *state,
                                bool partial, struct err *err)
{
	size_t count;
	const struct lb_live *all = lb_state_snapshots(state, &count);
	enum err_code rc = ERR_OK;

	*out = (struct lb_snapshots){ .arena = ARENA_INIT };
	out->refs = arena_array(&out->arena, count + 1, sizeof *out->refs);
	if (!out->refs)
		rc = err_nomem(err);
	for (size_t i = 0; i < count && rc == ERR_OK; i++)
		if (lb_live_at(&all[i], LB_NO_SLOT))
			rc = add(out, state, &all[i], partial, err);
	if (rc == ERR_OK)
		out->count = lb_select_filter(out->refs, out->count, NULL);
	else
		lb_snapshots_fini(out);
	return rc;
}

void lb_snapshots_fini(struct lb_snapshots *s)
{
	arena_fini(&s->arena);
	*s = (struct lb_snapshots){ .arena = ARENA_INIT };
}
