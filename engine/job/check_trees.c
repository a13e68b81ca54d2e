// SPDX-License-Identifier: Apache-2.0
/* The trees of all live snapshots. A folder that was found whole is not walked again in
 * another snapshot. */
#include "base/mem.h"
#include "job/check_internal.h"
#include "snapshot/snapshot.h"

#include <stdio.h>

/* Damage met before each open folder of the walk. */
struct depths {
	uint64_t *damages;
	size_t count;
	size_t cap;
};

struct tree_look {
	struct check_job *j;
	struct lb_id16 snapshot;
	char object[9 + LB_ID16_HEX]; /* "snapshot ..." */
	struct depths open;
};

static const char mend_tree[] =
	"`lifeboat repair snapshots` marks what is lost and keeps the rest";

/* ---- one file ---- */

struct file_look {
	struct check_job *j;
	const struct lb_id16 *snapshot;
	struct span path;
	bool good;
};

static enum err_code look_at_piece(enum lb_chunk_type type, const struct lb_id *id,
                                   uint64_t length, void *context, struct err *err)
{
	struct file_look *f = context;
	bool good;
	/* a map's length is that of all below */
	enum err_code rc = check_chunk(f->j, id, type, type == LB_CHUNK_DATA ? length : 0,
	                               &good, err);

	if (rc == ERR_OK && !good) {
		f->good = false;
		lb_finding_affects(f->j->findings, f->j->culprit, f->snapshot, f->path);
	}
	return rc == ERR_OK ? check_go_on(f->j, err) : rc;
}

static enum err_code check_file(struct check_job *j, const struct lb_id16 *snapshot,
                                struct span path, const struct lb_entry *e, bool *good,
                                struct err *err)
{
	struct file_look f = { j, snapshot, path, true };
	struct err fault = ERR_INIT;
	enum err_code rc;

	j->culprit = NULL;
	rc = lb_map_each(j->map, e, look_at_piece, &f, &fault);
	if (check_is_damage(rc)) {
		/* a map that cannot be read, or does not say what the entry says */
		struct lb_finding *one = j->culprit;

		if (!one)
			one = lb_findings_add(j->findings, LB_FINDING_DAMAGE,
			                      "maps of files", fault.msg, mend_tree);
		lb_finding_affects(j->findings, one, snapshot, path);
		f.good = false;
		rc = ERR_OK;
	} else if (rc == ERR_IO || rc == ERR_AUTH || rc == ERR_TIMEOUT) {
		(void)lb_findings_add(j->findings, LB_FINDING_SKIPPED, "maps of files",
		                      fault.msg,
		                      "let the program read it, and check again");
		rc = ERR_OK;
	}
	*good = f.good;
	return rc == ERR_OK ? ERR_OK : err_set(err, rc, "%s", fault.msg);
}

/* ---- one tree ---- */

static enum err_code enter(struct tree_look *t, const struct lb_walk_step *step,
                           struct err *err)
{
	struct check_job *j = t->j;
	struct depths *o = &t->open;

	if (check_mark_get(j, &step->entry.subtree, LB_CHUNK_TREE) == CHECK_GOOD) {
		lb_tree_walk_skip(j->walk);
		return ERR_OK;
	}
	o->count = step->depth;
	if (!mem_grow(&o->damages, o->count, &o->cap, sizeof *o->damages))
		return err_nomem(err);
	o->damages[o->count] = j->damages;
	return ERR_OK;
}

static enum err_code leave(struct tree_look *t, const struct lb_walk_step *step,
                           struct err *err)
{
	if (t->open.damages[step->depth] != t->j->damages)
		return check_keep(t->j, &step->entry.subtree, err);
	check_mark_set(t->j, &step->entry.subtree, LB_CHUNK_TREE, CHECK_GOOD);
	return ERR_OK;
}

static enum err_code look_at_step(struct tree_look *t, const struct lb_walk_step *step,
                                  struct err *err)
{
	struct check_job *j = t->j;
	bool good;
	enum err_code rc;

	check_progress(j, step->path);
	if (step->event == LB_WALK_LEAVE)
		return leave(t, step, err);
	if (step->event != LB_WALK_ENTRY)
		return ERR_OK;
	if (step->entry.type == LB_ENTRY_FOLDER)
		return enter(t, step, err);
	if (step->entry.type != LB_ENTRY_FILE)
		return ERR_OK;
	j->result->files++;
	rc = check_file(j, &t->snapshot, step->path, &step->entry, &good, err);
	if (!good)
		j->damages++;
	return rc;
}

/* The rest of a folder cannot be read. */
static enum err_code folder_lost(struct tree_look *t, struct span path, enum err_code rc,
                                 const struct err *fault, struct err *err)
{
	struct check_job *j = t->j;
	struct lb_finding *one = j->culprit;

	j->damages++;
	if (rc == ERR_NOMEM || rc == ERR_CANCELLED)
		return err_set(err, rc, "%s", fault->msg);
	if (!check_is_damage(rc))
		one = lb_findings_add(j->findings, LB_FINDING_SKIPPED, t->object,
		                      fault->msg,
		                      "let the program read it, and check again");
	else if (!one)
		one = lb_findings_add(j->findings, LB_FINDING_DAMAGE, t->object,
		                      fault->msg, mend_tree);
	lb_finding_affects(j->findings, one, &t->snapshot, path);
	return check_go_on(j, err);
}

static enum err_code walk(struct tree_look *t, const struct lb_id *root, struct err *err)
{
	struct check_job *j = t->j;
	struct lb_walk_step step = { .event = LB_WALK_ENTRY };
	uint64_t before = j->damages;
	enum err_code rc = ERR_OK;

	if (check_mark_get(j, root, LB_CHUNK_TREE) == CHECK_GOOD)
		return ERR_OK;
	lb_tree_walk_start(j->walk, root);
	do {
		struct err fault = ERR_INIT;

		j->culprit = NULL;
		rc = lb_tree_walk_next(j->walk, &step, &fault);
		if (rc != ERR_OK) {
			rc = folder_lost(t, step.path, rc, &fault, err);
			step.event = LB_WALK_ENTRY; /* the walk goes on */
			continue;
		}
		rc = look_at_step(t, &step, err);
		if (rc == ERR_OK)
			rc = check_go_on(j, err);
	} while (rc == ERR_OK && step.event != LB_WALK_END);
	if (rc != ERR_OK)
		return rc;
	if (before != j->damages)
		return check_keep(j, root, err);
	check_mark_set(j, root, LB_CHUNK_TREE, CHECK_GOOD);
	return ERR_OK;
}

/* ---- all snapshots ---- */

static enum err_code look_at_snapshot(struct check_job *j, const struct lb_live *live,
                                      struct err *err)
{
	struct tree_look t = { .j = j, .snapshot = live->id };
	struct arena arena = ARENA_INIT;
	struct err fault = ERR_INIT;
	struct lb_snapshot snapshot;
	char hex[LB_ID16_HEX];
	enum err_code rc;

	lb_id16_hex(&live->id, hex);
	(void)snprintf(t.object, sizeof t.object, "snapshot %s", hex);
	if (!live->readable) {
		(void)lb_findings_add(j->findings, LB_FINDING_SKIPPED, t.object,
		                      "this key cannot read it",
		                      "check with a key that has the role read");
		return check_go_on(j, err);
	}
	rc = lb_snapshot_decode(live->fields, &arena, &snapshot, &fault);
	if (rc == ERR_OK) {
		j->result->snapshots++;
		rc = walk(&t, &snapshot.root, err);
	} else {
		rc = check_fault(j, t.object, rc, &fault,
		                 "`lifeboat forget` removes the snapshot", err);
	}
	mem_free(t.open.damages);
	arena_fini(&arena);
	return rc;
}

enum err_code check_trees(struct check_job *j, struct err *err)
{
	size_t count;
	const struct lb_live *all = lb_state_snapshots(lb_repo_state(j->repo), &count);
	enum err_code rc = check_chunks_open(j, err);

	for (size_t i = 0; i < count && rc == ERR_OK; i++)
		if (lb_live_at(&all[i], LB_NO_SLOT))
			rc = look_at_snapshot(j, &all[i], err);
	return rc;
}
