// SPDX-License-Identifier: Apache-2.0
/* What is in an archive of runs. */
#include "record/archive_internal.h"

#include "base/str.h"
#include "collect/rederive/rederive.h"
#include "os/fs.h"

#include <string.h>

/* ---- the list ---- */

struct listing {
	const char *id; /* tag of the project */
	struct arena *arena;
	struct gate_archived *items;
	size_t count;
	size_t cap;
};

/* What follows such a start in one of the tags; NULL without one. */
static const char *tag_of(const struct lifeboat_snapshot *s, const char *start)
{
	for (size_t i = 0; i < s->tag_count; i++)
		if (str_starts(s->tags[i], start))
			return s->tags[i] + strlen(start);
	return NULL;
}

static bool has_tag(const struct lifeboat_snapshot *s, const char *tag)
{
	for (size_t i = 0; i < s->tag_count; i++)
		if (str_eq(s->tags[i], tag))
			return true;
	return false;
}

static struct gate_archived *find_run(struct listing *l, const char *run)
{
	for (size_t i = l->count; i-- > 0;)
		if (str_eq(l->items[i].run, run))
			return &l->items[i];
	return NULL;
}

static int take(void *context, const struct lifeboat_snapshot *s)
{
	struct listing *l = context;
	const char *run = tag_of(s, ARCHIVE_RUN);
	struct gate_archived *item;

	if (run == NULL || s->partial || s->path_count != 1 ||
	    tag_of(s, ARCHIVE_TAG) == NULL)
		return 0;
	item = find_run(l, run);
	if (item == NULL)
		item = arena_push(l->arena, &l->items, &l->count, &l->cap, sizeof *item);
	if (item == NULL)
		return 1;
	*item = (struct gate_archived){
		.snapshot = arena_str(l->arena, s->id),
		.run = arena_str(l->arena, run),
		.project = arena_str(l->arena, tag_of(s, ARCHIVE_PROJECT)),
		.commit = arena_str(l->arena, tag_of(s, ARCHIVE_COMMIT)),
		.decision = arena_str(l->arena, s->description),
		.path = arena_str(l->arena, s->paths[0]),
		.stored_ms = s->time_ns / 1000000,
		.bytes = s->bytes,
		.files = s->files,
		.own = has_tag(s, l->id),
	};
	return 0;
}

enum err_code gate_archive_list(struct gate_archive *a, struct arena *arena,
                                struct gate_archived **out, size_t *count,
                                struct err *err)
{
	struct listing l = { .id = a->id, .arena = arena };
	struct lifeboat_error e;
	enum err_code rc =
		archive_err(lifeboat_snapshots(a->repository, take, &l, &e), &e, err);

	*out = l.items;
	*count = l.count;
	if (rc == ERR_OK)
		rc = arena_err(arena, err);
	return rc == ERR_OK ? rc : err_wrap(err, rc, "%s", a->name);
}

enum err_code gate_archive_find(struct gate_archive *a, const char *run,
                                struct arena *arena, struct gate_archived *out,
                                struct err *err)
{
	struct gate_archived *items;
	const struct gate_archived *found = NULL;
	size_t count;
	size_t fits = 0;
	enum err_code rc = gate_archive_list(a, arena, &items, &count, err);

	if (rc != ERR_OK)
		return rc;
	for (size_t i = 0; i < count; i++) {
		if (run != NULL && str_eq(items[i].run, run)) {
			found = &items[i];
			fits = 1;
			break;
		}
		if (!items[i].own || (run != NULL && !str_starts(items[i].run, run)))
			continue;
		fits++;
		if (found == NULL || strcmp(items[i].run, found->run) > 0)
			found = &items[i];
	}
	if (found == NULL)
		return err_set(err, ERR_NOT_FOUND,
		               run != NULL ? "%s: there is no run %.80s in it"
		                           : "%s: there is no run of this project "
		                             "in it",
		               a->name, run);
	if (run != NULL && fits > 1)
		return err_set(err, ERR_USAGE,
		               "\"%.100s\" could be any of %zu runs, one of them %s", run,
		               fits, found->run);
	*out = *found;
	return ERR_OK;
}

/* ---- contents ---- */

static void note_damage(void *context, const char *path, size_t path_length,
                        const struct lifeboat_error *error)
{
	struct gate_damages *d = context;
	const char *name = arena_dup(d->arena, span_of(path, path_length));

	if (name != NULL)
		gate_damage_add(d, name, error->message);
}

enum err_code gate_archive_restore(struct gate_archive *a,
                                   const struct gate_archived *one, const char *target,
                                   struct gate_damages *damages, struct err *err)
{
	const struct lifeboat_events events = { .context = damages,
		                                .trouble = note_damage };
	const struct lifeboat_restore_options o = { .snapshot = one->snapshot,
		                                    .path = one->path,
		                                    .target = target,
		                                    .events = &events };
	struct lifeboat_restore_result done;
	struct lifeboat_error e;
	enum err_code rc =
		archive_err(lifeboat_restore(a->repository, &o, &done, &e), &e, err);

	/* What is damaged as a whole is no fault of the system. */
	if (rc == ERR_CORRUPT || rc == ERR_NOT_FOUND) {
		gate_damage_add(damages, one->run, e.message);
		rc = ERR_OK;
	}
	return rc == ERR_OK ? rc : err_wrap(err, rc, "%s", a->name);
}

struct dumping {
	gate_archive_sink *sink;
	void *context;
	struct err *err;
	enum err_code rc;
};

static int give(void *context, const void *bytes, size_t length)
{
	struct dumping *d = context;

	d->rc = d->sink(span_of(bytes, length), d->context, d->err);
	return d->rc != ERR_OK;
}

enum err_code gate_archive_dump(struct gate_archive *a, const struct gate_archived *one,
                                const char *name, gate_archive_sink *sink, void *context,
                                struct err *err)
{
	struct dumping d = { sink, context, err, ERR_OK };
	struct arena arena = ARENA_INIT;
	struct lifeboat_dump_options o = { .snapshot = one->snapshot,
		                           .path = one->path,
		                           .form = LIFEBOAT_DUMP_TAR,
		                           .write = give,
		                           .write_context = &d };
	struct lifeboat_dump_result done;
	struct lifeboat_error e;
	enum err_code rc;

	if (name != NULL) {
		o.path = arena_printf(&arena, "%s/%s", one->path, name);
		o.form = LIFEBOAT_DUMP_PLAIN;
	}
	rc = arena_err(&arena, err);
	if (rc == ERR_OK)
		rc = archive_err(lifeboat_dump(a->repository, &o, &done, &e), &e,
		                 d.rc == ERR_OK ? err : NULL);
	arena_fini(&arena);
	return d.rc != ERR_OK ? d.rc : rc;
}

/* ---- checking ---- */

/* The same comparison that a run's own folder gets. */
static enum err_code compare(const struct gate_archived *one, const char *folder,
                             struct gate_damages *damages, struct err *err)
{
	struct gate_recorded r;
	struct err why = ERR_INIT;
	enum err_code rc = gate_recorded_load(&r, folder, &why);

	if (rc != ERR_OK) {
		if (rc == ERR_NOMEM || rc == ERR_IO)
			return err_set(err, rc, "%s", why.msg);
		gate_damage_add(damages, one->run, "it cannot be read as a run");
		return ERR_OK;
	}
	rc = gate_recorded_compare(&r, err);
	if (rc == ERR_OK)
		rc = gate_rederive_own(&r, err);
	if (rc == ERR_OK && !str_eq(r.run, one->run))
		gate_damage_add(damages, "run.json", "it is of another run");
	if (rc == ERR_OK && r.manifest == NULL)
		gate_damage_add(damages, GATE_MANIFEST, GATE_MISSING);
	for (size_t i = 0; rc == ERR_OK && i < r.damages.count; i++)
		gate_damage_add(damages, r.damages.items[i].file,
		                r.damages.items[i].what);
	gate_recorded_fini(&r);
	return rc;
}

enum err_code gate_archive_check(struct gate_archive *a, const struct gate_archived *one,
                                 const char *scratch, struct gate_damages *damages,
                                 struct err *err)
{
	struct buf folder = BUF_INIT;
	enum err_code rc = os_mkdirs(scratch, 0755, err);

	if (rc == ERR_OK)
		rc = os_mkdtemp(scratch, "evidence-", &folder, err);
	if (rc == ERR_OK) {
		enum err_code removed;

		rc = gate_archive_restore(a, one, buf_str(&folder), damages, err);
		if (rc == ERR_OK && damages->count == 0)
			rc = compare(one, buf_str(&folder), damages, err);
		removed = os_remove_tree(buf_str(&folder), rc == ERR_OK ? err : NULL);
		rc = rc == ERR_OK ? removed : rc;
	}
	buf_fini(&folder);
	return rc;
}
