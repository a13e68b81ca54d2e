// SPDX-License-Identifier: Apache-2.0
#include "job/find.h"

#include "base/map.h"
#include "base/mem.h"
#include "crypto/digest.h"
#include "job/tree_source.h"
#include "pack/damage.h"
#include "pack/reader.h"
#include "repo/repo.h"

/* Some 20 MB; what does not fit is read again. */
#define BARREN_MAX 200000u

/* A folder that the walk is in. */
struct open_folder {
	struct lb_id key;
	uint64_t events; /* hits and troubles before it */
};

struct search {
	const struct lb_find_options *o;
	const struct lb_snapshot_ref *in;
	lb_find_hit *hit;
	void *context;
	struct lb_tree_walk *walk;
	struct map barren; /* folders, by path and root, without any hit in them */
	bool remembers;    /* there is a second snapshot to profit */
	struct open_folder *open;
	size_t open_count;
	size_t open_cap;
	uint64_t hits;
	uint64_t damaged;
};

static bool matches(const struct lb_find_options *o, struct span path,
                    const struct lb_entry *e)
{
	bool folder = e->type == LB_ENTRY_FOLDER;
	int64_t time = 0;

	if (o->type && e->type != o->type)
		return false;
	if (o->sized &&
	    (e->type != LB_ENTRY_FILE || e->size < o->min_size || e->size > o->max_size))
		return false;
	/* a time beyond these 292 years is still before or after all others */
	if (__builtin_mul_overflow(e->mtime_s, 1000000000, &time) ||
	    __builtin_add_overflow(time, (int64_t)e->mtime_ns, &time))
		time = e->mtime_s < 0 ? INT64_MIN : INT64_MAX;
	if ((o->has_newer && time < o->newer_ns) || (o->has_older && time >= o->older_ns))
		return false;
	for (size_t i = 0; i < o->glob_count; i++)
		if (lb_glob_match(o->globs[i], path, folder))
			return true;
	return false;
}

/* Patterns may speak of the whole path, so a folder is the same only at the same path. */
static enum err_code folder_key(const struct lb_walk_step *step, struct lb_id *out,
                                struct err *err)
{
	struct buf both = BUF_INIT;
	enum err_code rc;

	buf_put(&both, lb_id_span(&step->entry.subtree));
	buf_put(&both, step->path);
	rc = buf_err(&both, err);
	if (rc == ERR_OK)
		rc = lb_hash(buf_span(&both), out, err);
	buf_fini(&both);
	return rc;
}

static enum err_code enter(struct search *s, const struct lb_walk_step *step,
                           struct err *err)
{
	struct open_folder f = { .events = s->hits + s->damaged };
	enum err_code rc;

	if (!s->remembers)
		return ERR_OK;
	rc = folder_key(step, &f.key, err);
	if (rc != ERR_OK)
		return rc;
	if (map_has(&s->barren, lb_id_span(&f.key))) {
		lb_tree_walk_skip(s->walk);
		return ERR_OK;
	}
	if (!mem_grow(&s->open, s->open_count, &s->open_cap, sizeof *s->open))
		return err_nomem(err);
	s->open[s->open_count++] = f;
	return ERR_OK;
}

static enum err_code leave(struct search *s, struct err *err)
{
	const struct open_folder *f;

	if (!s->remembers)
		return ERR_OK;
	f = &s->open[--s->open_count];
	if (f->events == s->hits + s->damaged && s->barren.count < BARREN_MAX &&
	    !map_set(&s->barren, lb_id_span(&f->key), s))
		return err_nomem(err);
	return ERR_OK;
}

static enum err_code visit(struct search *s, const struct lb_walk_step *step,
                           struct err *err)
{
	enum err_code rc = ERR_OK;

	if (step->event == LB_WALK_LEAVE)
		return leave(s, err);
	if (matches(s->o, step->path, &step->entry)) {
		s->hits++;
		rc = s->hit(s->context, s->in, step->path, &step->entry, err);
	}
	if (rc == ERR_OK && step->entry.type == LB_ENTRY_FOLDER)
		rc = enter(s, step, err);
	return rc;
}

static void tell(struct search *s, struct span path, const struct err *err)
{
	const struct lb_events *e = s->o->events;

	s->damaged++;
	if (e && e->trouble)
		e->trouble(e->context, path, err);
}

static enum err_code search_one(struct search *s, struct err *err)
{
	struct lb_walk_step step = { .event = LB_WALK_ENTRY };
	enum err_code rc = ERR_OK;

	s->open_count = 0;
	lb_tree_walk_start(s->walk, &s->in->snapshot->root);
	while (rc == ERR_OK && step.event != LB_WALK_END) {
		struct err fault = ERR_INIT;

		if (cancel_is_set(s->o->cancel))
			return err_set(err, ERR_CANCELLED, "stopped");
		rc = lb_tree_walk_next(s->walk, &step, &fault);
		if (lb_is_damage(rc)) {
			tell(s, step.path, &fault);
			step.event = LB_WALK_ENTRY;
			rc = ERR_OK;
		} else if (rc != ERR_OK) {
			return err_set(err, rc, "%s", fault.msg);
		} else if (step.event != LB_WALK_END) {
			rc = visit(s, &step, err);
		}
	}
	return rc;
}

enum err_code lb_find(struct lb_repo *repo, const struct lb_snapshot_ref *refs,
                      size_t count, const struct lb_find_options *options,
                      lb_find_hit *hit, void *context, uint64_t *damaged, struct err *err)
{
	struct search s = {
		.o = options, .hit = hit, .context = context, .remembers = count > 1
	};
	struct lb_reader *reader = NULL;
	struct lb_tree_source source;
	enum err_code rc = lb_repo_reader(&reader, repo, err);

	if (rc == ERR_OK) {
		source = lb_tree_source_of(reader);
		rc = lb_tree_walk_new(&s.walk, &source, err);
	}
	for (size_t i = 0; i < count && rc == ERR_OK; i++) {
		s.in = &refs[i];
		rc = search_one(&s, err);
	}
	*damaged = s.damaged;
	lb_tree_walk_free(s.walk);
	lb_reader_free(reader);
	map_fini(&s.barren);
	mem_free(s.open);
	return rc;
}
