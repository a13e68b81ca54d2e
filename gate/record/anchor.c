// SPDX-License-Identifier: Apache-2.0
#include "record/anchor.h"

#include "base/num.h"
#include "base/str.h"
#include "lib/vcs_anchor.h"
#include "record/entry.h"

#include <inttypes.h>
#include <stdio.h>

#define TAG "seaworthy-history-v1"

void gate_anchor_write(const struct gate_chain *c, struct buf *out)
{
	char hex[LB_ID_HEX];

	str_hex(c->head.b, LB_ID, hex);
	buf_printf(out, TAG " %s %" PRIu64 " %s\n", c->repository, c->count, hex);
}

/* ---- reading ---- */

static bool read_line(struct span line, struct span *repository, struct gate_anchor *out)
{
	struct span tag;
	struct span count;
	struct span head;

	return span_split(&line, ' ', &tag) && span_eq_str(tag, TAG) &&
	       span_split(&line, ' ', repository) && span_split(&line, ' ', &count) &&
	       num_u64(count, 1, INT64_MAX, &out->count) &&
	       span_split(&line, ' ', &head) && line.len == 0 &&
	       str_unhex(head, out->head.b, LB_ID);
}

static void note_other(struct gate_anchors *out, struct span repository,
                       const char *place)
{
	if (out->others++ > 0)
		return;
	out->other = arena_dup(out->arena, repository);
	out->other_place = arena_str(out->arena, place);
}

enum err_code gate_anchors_read(struct gate_anchors *out, const char *repository,
                                struct span text, const char *place, struct err *err)
{
	struct span line;

	while (span_line(&text, &line)) {
		struct gate_anchor found;
		struct gate_anchor *slot;
		struct span of;

		if (!read_line(line, &of, &found))
			continue;
		if (!span_eq_str(of, repository)) {
			note_other(out, of, place);
			continue;
		}
		slot = arena_push(out->arena, &out->items, &out->count, &out->cap,
		                  sizeof *slot);
		if (slot == NULL)
			return err_nomem(err);
		*slot = found;
		slot->place = arena_str(out->arena, place);
	}
	return arena_err(out->arena, err);
}

struct loading {
	struct gate_anchors *out;
	const char *repository;
};

static enum err_code take(struct span text, const char *place, void *context,
                          struct err *err)
{
	const struct loading *l = context;

	return gate_anchors_read(l->out, l->repository, text, place, err);
}

enum err_code gate_anchors_load(struct gate_anchors *out, const char *root,
                                const char *ref, const char *repository, struct err *err)
{
	struct loading l = { out, repository };
	struct vcs_repo *repo = NULL;
	enum err_code rc = vcs_repo_open(&repo, root, err);

	if (rc == ERR_NOT_FOUND)
		return ERR_OK;
	if (rc == ERR_OK)
		rc = vcs_anchor_each(repo, ref, take, &l, err);
	vcs_repo_close(repo);
	return rc;
}

/* ---- writing ---- */

/* The commit of the last entry. */
struct last {
	char commit[65];
};

static enum err_code note_commit(const struct gate_chain_entry *c, uint64_t offset,
                                 void *context, struct err *err)
{
	struct last *last = context;
	struct gate_entry e;
	const enum err_code rc = gate_entry_take(&e, c, err);

	(void)offset;
	if (rc == ERR_OK)
		(void)snprintf(last->commit, sizeof last->commit, "%s",
		               e.commit != NULL ? e.commit : "");
	gate_entry_fini(&e);
	return rc;
}

static enum err_code check(const struct gate_history_state *s, struct err *err)
{
	if (s->broken)
		return err_set(err, ERR_CORRUPT, "%s: broken at entry %" PRIu64 ": %s",
		               GATE_HISTORY, s->broken_at, s->why.msg);
	if (s->chain.count == 0)
		return err_set(err, ERR_USAGE,
		               "there is no history yet; make one with: seaworthy run");
	return ERR_OK;
}

static enum err_code put(struct vcs_repo *repo, const char *ref, bool note,
                         const struct last *last, struct span line, char place[65],
                         struct err *err)
{
	if (!note)
		return vcs_anchor_commit(repo, ref, line, place, err);
	if (last->commit[0] == '\0')
		return err_set(err, ERR_USAGE, "--note: the last run was of no commit");
	(void)snprintf(place, 65, "%s", last->commit);
	return vcs_anchor_note(repo, last->commit, line, err);
}

enum err_code gate_anchor_put(const char *root, const char *ref, bool note,
                              struct gate_history_state *state, char place[65],
                              struct err *err)
{
	struct last last = { "" };
	struct vcs_repo *repo = NULL;
	struct buf line = BUF_INIT;
	enum err_code rc = gate_history_walk(root, note_commit, &last, state, err);

	if (rc == ERR_OK)
		rc = check(state, err);
	if (rc == ERR_OK && (rc = vcs_repo_open(&repo, root, err)) == ERR_NOT_FOUND)
		rc = err_set(err, ERR_USAGE, "%.300s is in no git repository", root);
	if (rc == ERR_OK) {
		gate_anchor_write(&state->chain, &line);
		rc = buf_err(&line, err);
	}
	if (rc == ERR_OK)
		rc = put(repo, ref, note, &last, buf_span(&line), place, err);
	vcs_repo_close(repo);
	buf_fini(&line);
	return rc;
}
