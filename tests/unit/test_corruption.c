// SPDX-License-Identifier: Apache-2.0
/* Every object of a repository, of every type, damaged in every way: check finds it and
 * names it, and what hangs on others still reads. */
#include "base/str.h"
#include "job/check.h"
#include "job/snapshots.h"
#include "pack/index.h"
#include "pack/reader.h"
#include "repo/log.h"
#include "repo_fixture.h"
#include "support/check.h"

#include <stdio.h>
#include <string.h>

TestSuite(corruption, .timeout = 110);

enum { SNAPSHOTS = 3, MOST_OBJECTS = 64, CONDEMNED = 3000 };

static uint64_t dice_state = 7;

/* ---- a repository that has everything ---- */

static const char *const kinds[] = { "configuration", "key slot", "successor", "record",
	                             "pack",          "segment",  "list" };
enum { CONFIG, SLOT, NEXT, RECORD, PACK, SEGMENT, LIST, KINDS };

struct object {
	int kind;
	char key[128];
	struct buf bytes;
};

struct whole {
	struct lb_memory *disk;
	struct lb_ids needed[SNAPSHOTS + 1]; /* by the first so many snapshots */
	struct object objects[MOST_OBJECTS];
	size_t count;
};

static int kind_of(const char *key)
{
	static const char *const folders[] = { "config", "keys/",  "",      "log/",
		                               "packs/", "index/", "lists/" };

	if (strncmp(key, "log/", 4) == 0 && strcmp(key + 12, "/next") == 0)
		return NEXT;
	for (int k = 0; k < KINDS; k++)
		if (k != NEXT && strncmp(key, folders[k], strlen(folders[k])) == 0)
			return k;
	return KINDS;
}

static enum err_code note_object(const char *key, uint64_t size, void *context,
                                 struct err *err)
{
	struct whole *w = context;
	struct object *o = &w->objects[w->count++];

	(void)size;
	(void)err;
	check_true(w->count < MOST_OBJECTS, "room for objects");
	*o = (struct object){ .kind = kind_of(key), .bytes = BUF_INIT };
	(void)snprintf(o->key, sizeof o->key, "%s", key);
	return ERR_OK;
}

static void load_objects(struct whole *w)
{
	static const char *const folders[] = { "keys", "log", "packs", "index", "lists" };
	struct lb_backend *b;
	struct err err = ERR_INIT;

	check_ok(lb_memory_open(&b, w->disk, &err), &err);
	check_ok(note_object("config", 0, w, &err), &err);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		check_ok(lb_backend_list(b, folders[i], note_object, w, &err), &err);
	for (size_t i = 0; i < w->count; i++)
		check_ok(lb_backend_get(b, w->objects[i].key, UINT32_MAX,
		                        &w->objects[i].bytes, &err),
		         &err);
	lb_backend_close(b);
}

/* More names than a record holds. */
static enum err_code condemn_many(void *context, const struct lb_state *after,
                                  struct lb_record *r, enum lb_build *what,
                                  struct err *err)
{
	(void)context;
	(void)after;
	(void)what;
	(void)err;
	r->type = LB_CONDEMN;
	for (size_t i = 0; i < CONDEMNED; i++) {
		struct lb_id id;

		lb_id_random(&id);
		check_true(lb_ids_add(&r->condemned, &id), "memory for a name");
	}
	return ERR_OK;
}

/* A snapshot in each of three epochs; of the first two, which have ended, the first is
 * trimmed. */
static void whole_init(struct whole *w)
{
	struct lb_repo *repo;
	struct project p;
	struct err err = ERR_INIT;
	uint64_t slot;

	memset(w, 0, sizeof *w);
	w->disk = fixture_disk();
	repo = fixture_open(w->disk);
	project_init(&p);
	for (size_t i = 1; i <= SNAPSHOTS; i++) {
		char name[32];

		(void)snprintf(name, sizeof name, "folder/%zu", i);
		fixture_write(&dice_state, &p, name, 20000 * i);
		(void)fixture_back_up(repo, &p);
		check_size_eq(fixture_read_all(repo, "whole", &w->needed[i]), i, "reads");
		if (i == 1)
			check_ok(lb_log_append(lb_repo_log(repo), condemn_many, NULL,
			                       &slot, &err),
			         &err);
		if (i < SNAPSHOTS)
			check_ok(lb_log_end_epoch(lb_repo_log(repo), &err), &err);
		if (i == 1)
			check_ok(lb_log_trim(lb_repo_log(repo), 0, &err), &err);
	}
	project_fini(&p);
	lb_repo_close(repo);
	load_objects(w);
}

static void whole_fini(struct whole *w)
{
	for (size_t i = 0; i < w->count; i++)
		buf_fini(&w->objects[i].bytes);
	for (size_t i = 0; i <= SNAPSHOTS; i++)
		lb_ids_fini(&w->needed[i]);
	lb_memory_free(w->disk);
}

/* ---- what must hold ---- */

struct matrix {
	const struct whole *w;
	const struct object *o; /* the damaged one */
	char how[192];
	unsigned tried[KINDS];
	unsigned read; /* chunks */
};

static bool is_of(const struct lb_place *place, const struct object *o)
{
	char key[LB_STORE_KEY];

	lb_pack_store_key(&place->pack, key);
	return strcmp(key, o->key) == 0;
}

/* A chunk that is in no damaged object comes back; whatever comes back is right, because
 * the reader has checked its id. */
static void read_chunk(struct matrix *m, struct lb_repo *repo, struct lb_reader *reader,
                       const struct lb_id *id, bool must)
{
	struct buf plain = BUF_INIT;
	struct lb_place place;
	struct err err = ERR_INIT;
	bool found = false;

	for (uint8_t type = LB_CHUNK_DATA; type <= LB_CHUNK_MAP && !found; type++) {
		size_t count;

		check_ok(lb_index_find(lb_repo_index(repo), id, type, &place, 1, &count,
		                       &err),
		         &err);
		found = count > 0;
	}
	if (found && lb_reader_get(reader, id, place.type, &plain, &err) == ERR_OK)
		m->read++;
	else
		check_true(!must || (found && is_of(&place, m->o)), "%s: %s", m->how,
		           found ? err.msg : "a chunk is not known");
	buf_fini(&plain);
}

/* Of the snapshots that the log still shows everything reads but what was damaged. */
static void check_rest(struct matrix *m, struct lb_repo *repo)
{
	struct lb_reader *reader;
	struct lb_snapshots list;
	struct err err = ERR_INIT;
	const struct lb_ids *needed;

	check_ok(lb_snapshots_load(&list, lb_repo_state(repo), true, &err), &err);
	needed = &m->w->needed[list.count];
	check_ok(lb_reader_new(&reader, lb_repo_index(repo), lb_repo_backend(repo),
	                       lb_repo_keyring(repo), &err),
	         &err);
	for (size_t i = 0; i < needed->count; i++)
		read_chunk(m, repo, reader, &needed->ids[i], m->o->kind != SEGMENT);
	if (m->o->kind != NEXT && m->o->kind != RECORD && m->o->kind != LIST)
		check_size_eq(list.count, SNAPSHOTS, "%s: snapshots", m->how);
	lb_snapshots_fini(&list);
	lb_reader_free(reader);
}

/* A list is told by where it is needed, a log by where it breaks. */
static bool names(const struct matrix *m, const struct lb_finding *f)
{
	const char *name = strrchr(m->o->key, '/');

	/* What counts for nothing, as the checkpoint holds the record, is a note. */
	if (f->level != LB_FINDING_DAMAGE && m->o->kind != RECORD)
		return false;
	if (strcmp(f->object, m->o->key) == 0 ||
	    strstr(f->what, name ? name + 1 : m->o->key))
		return true;
	return strcmp(f->object, "log") == 0 && strncmp(m->o->key, "log/", 4) == 0;
}

static void check_found(struct matrix *m, struct lb_repo *repo,
                        const struct lb_repo_faults *faults)
{
	struct lb_check_options o = { .data = LB_CHECK_ALL,
		                      .threads = 1,
		                      .faults = faults };
	struct lb_check_result r;
	struct err err = ERR_INIT;
	bool named = false;

	check_ok(lb_check_run(repo, &o, &r, &err), &err);
	for (size_t i = 0; i < r.findings.count; i++) {
		named = named || names(m, r.findings.items[i]);
		check_true(r.findings.items[i]->mend[0] != '\0', "%s: a mend", m->how);
	}
	check_true(named, "%s: %llu findings, the first: %s: %s", m->how,
	           (unsigned long long)r.findings.total[LB_FINDING_DAMAGE],
	           r.findings.count ? r.findings.items[0]->object : "none",
	           r.findings.count ? r.findings.items[0]->what : "");
	lb_check_result_fini(&r);
}

static void try_damage(struct matrix *m, struct span bytes, const char *how)
{
	struct lb_memory *disk = fixture_copy(m->w->disk);
	struct lb_unlock u = fixture_unlock();
	struct lb_repo_faults faults;
	struct lb_backend *b;
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;

	(void)snprintf(m->how, sizeof m->how, "%s, %s", m->o->key, how);
	m->tried[m->o->kind]++;
	check_ok(lb_memory_open(&b, disk, &err), &err);
	check_ok(lb_backend_delete(b, m->o->key, &err), &err);
	check_ok(lb_backend_put(b, m->o->key, &bytes, 1, &err), &err);
	if (lb_repo_open_damaged(&repo, b, &u, NULL, &faults, &err) == ERR_OK) {
		check_found(m, repo, &faults);
		check_rest(m, repo);
	} else { /* without the only key slot, or with another's configuration */
		check_true(m->o->kind == SLOT || m->o->kind == CONFIG, "%s: %s", m->how,
		           err.msg);
		check_str_contains(err.msg, "key", "%s", m->how);
	}
	lb_repo_close(repo);
	lb_memory_free(disk);
}

/* ---- ways of damage ---- */

static void flip(struct matrix *m)
{
	const struct span s = buf_span(&m->o->bytes);
	size_t bits[] = { 0, 7, 8 * s.len - 1, 4 * s.len, 0, 0, 0 };

	for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
		size_t bit = i < 4 ? bits[i]
		                   : fixture_dice(&dice_state, (uint32_t)(8 * s.len));
		struct buf bad = BUF_INIT;
		char how[32];

		(void)snprintf(how, sizeof how, "bit %zu", bit);
		buf_put(&bad, s);
		bad.ptr[bit / 8] = (char)(bad.ptr[bit / 8] ^ (1 << bit % 8));
		try_damage(m, buf_span(&bad), how);
		buf_fini(&bad);
	}
}

static void cut(struct matrix *m)
{
	const struct span s = buf_span(&m->o->bytes);
	const size_t ends[] = { 0, 1, s.len / 2, s.len - 1 };
	struct buf longer = BUF_INIT;

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char how[32];

		(void)snprintf(how, sizeof how, "cut to %zu", ends[i]);
		try_damage(m, span_sub(s, 0, ends[i]), how);
	}
	buf_put(&longer, s);
	buf_putc(&longer, '\0');
	try_damage(m, buf_span(&longer), "a byte more");
	buf_fini(&longer);
}

/* With others of its type, of this repository or another one. */
static void swap(struct matrix *m, const struct whole *from, const char *what)
{
	unsigned left = 2;

	for (size_t i = 0; i < from->count && left > 0; i++) {
		const struct object *other = &from->objects[i];
		char how[160];

		if (other->kind != m->o->kind || other == m->o)
			continue;
		left--;
		(void)snprintf(how, sizeof how, "%s %s", what, other->key);
		try_damage(m, buf_span(&other->bytes), how);
	}
}

Test(corruption, every_object_is_found_and_the_rest_still_reads)
{
	static struct whole here;
	static struct whole strange;
	struct matrix m = { .w = &here };

	whole_init(&here);
	whole_init(&strange);
	for (size_t i = 0; i < here.count; i++) {
		m.o = &here.objects[i];
		check_true(m.o->kind < KINDS, "%s", m.o->key);
		flip(&m);
		cut(&m);
		swap(&m, &here, "is");
		swap(&m, &strange, "is a strange");
	}
	for (int k = 0; k < KINDS; k++) {
		printf("%s: damaged %u times\n", kinds[k], m.tried[k]);
		check_true(m.tried[k] > 10, "objects of each type");
	}
	printf("%u chunks read beside them\n", m.read);
	whole_fini(&strange);
	whole_fini(&here);
}
