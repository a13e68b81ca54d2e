// SPDX-License-Identifier: Apache-2.0
#include "repo/log.h"

#include "backend/faulty.h"
#include "backend/memory.h"
#include "crypto/digest.h"
#include "os/fs.h"
#include "pack/keyring.h"
#include "repo/doubled.h"
#include "repo/next.h"
#include "support/check.h"

#include <stdio.h>

TestSuite(repo_log, .timeout = 60);

/* A repository: a disk and its keys. */
struct place {
	struct lb_memory *disk;
	struct lb_backend *backend;
	struct lb_keyring *ring;
	struct lb_sign_key sign;
	struct lb_record_sealer sealer;
	struct lb_list_files lists;
	char cache[256]; /* "": none */
};

static struct lb_log *open_log(struct place *p, struct lb_backend *backend)
{
	struct lb_log_options options = {
		.backend = backend,
		.codec = lb_record_codec_of(&p->sealer),
		.repository = p->ring->repo,
		.lists = lb_list_store_of(&p->lists),
		.cache_dir = p->cache[0] != '\0' ? p->cache : NULL,
	};
	struct err err = ERR_INIT;
	struct lb_log *log;

	check_ok(lb_log_open(&log, &options, &err), &err);
	return log;
}

/* Appends one record of the type, or of FORGET a number of condemned packs. */
struct wish {
	uint8_t type;
	uint8_t flags;
	size_t packs;
	size_t private_part; /* bytes */
	const struct lb_sign_key *sign;
	unsigned built;
	struct lb_log *rival; /* appends first, the first time */
};

static enum err_code build(void *context, const struct lb_state *after,
                           struct lb_record *r, enum lb_build *what, struct err *err)
{
	struct wish *w = context;

	(void)after;
	(void)what;
	if (w->built++ == 0 && w->rival) {
		struct wish other = { .type = LB_VOID };
		uint64_t slot;

		check_ok(lb_log_append(w->rival, build, &other, &slot, err), err);
	}
	r->type = w->type;
	r->flags = w->flags;
	for (size_t i = 0; i < w->packs; i++) {
		struct lb_id id;

		lb_id_random(&id);
		check_true(lb_ids_add(&r->condemned, &id), "a name");
	}
	if (w->private_part > 0) {
		r->private_state = LB_PRIVATE_OPEN;
		buf_fill(&r->private_part, 0, w->private_part);
	}
	if (w->type != LB_GENESIS)
		return ERR_OK;
	r->has_key = true;
	r->has_config = true;
	r->key.roles = LB_ROLE_BACKUP | LB_ROLE_READ | LB_ROLE_PRUNE | LB_ROLE_ADMIN;
	lb_sign_public(&r->key.sign_public, w->sign);
	return ERR_OK;
}

static uint64_t append(struct lb_log *log, uint8_t type)
{
	struct wish w = { .type = type };
	struct err err = ERR_INIT;
	uint64_t slot;

	check_ok(lb_log_append(log, build, &w, &slot, &err), &err);
	return slot;
}

static void place_init(struct place *p)
{
	struct lb_key seed = { { 1 } };
	struct wish w = { .type = LB_GENESIS };
	struct err err = ERR_INIT;
	struct lb_log *log;
	uint64_t slot;

	memset(p, 0, sizeof(*p));
	check_ok(lb_crypto_init(&err), &err);
	check_ok(lb_memory_new(&p->disk, &err), &err);
	check_ok(lb_memory_open(&p->backend, p->disk, &err), &err);
	check_ok(lb_keyring_new(&p->ring, &err), &err);
	lb_id_random(&p->ring->repo);
	p->ring->suite = lb_suite_best();
	p->ring->can_read = true;
	check_ok(lb_epochs_add(&p->ring->epochs, 1, &seed, &err), &err);
	lb_sign_derive(&p->sign, &seed);
	p->sealer = (struct lb_record_sealer){ .keyring = p->ring, .sign = &p->sign };
	p->lists = (struct lb_list_files){ p->backend, p->ring };
	w.sign = &p->sign;
	log = open_log(p, p->backend);
	check_ok(lb_log_append(log, build, &w, &slot, &err), &err);
	check_u64_eq(slot, 0, "GENESIS stands first");
	lb_log_close(log);
}

static void place_fini(struct place *p)
{
	lb_keyring_free(p->ring);
	lb_backend_close(p->backend);
	lb_memory_free(p->disk);
}

Test(repo_log, records_are_read_back_by_others)
{
	struct lb_log *writer, *reader;
	struct err err = ERR_INIT;
	struct place p;

	place_init(&p);
	writer = open_log(&p, p.backend);
	reader = open_log(&p, p.backend);
	check_u64_eq(append(writer, LB_VOID), 1, "the next slot");
	check_ok(lb_log_head(reader, &err), &err);
	check_u64_eq(lb_state_head(lb_log_state(reader)), 1, "a reader sees it");
	append(writer, LB_VOID);
	check_ok(lb_log_head(reader, &err), &err);
	check_true(lb_id_eq(lb_state_head_hash(lb_log_state(reader)),
	                    lb_state_head_hash(lb_log_state(writer))),
	           "both have the same head");
	lb_log_close(writer);
	lb_log_close(reader);
	place_fini(&p);
}

Test(repo_log, a_lost_slot_builds_anew)
{
	struct err err = ERR_INIT;
	struct wish w = { .type = LB_VOID };
	struct lb_log *log;
	struct place p;
	uint64_t slot;

	place_init(&p);
	log = open_log(&p, p.backend);
	w.rival = open_log(&p, p.backend);
	check_ok(lb_log_append(log, build, &w, &slot, &err), &err);
	check_u64_eq(slot, 2, "the rival has slot 1");
	check_int_eq(w.built, 2, "what was built for slot 1 was thrown away");
	lb_log_close(w.rival);
	lb_log_close(log);
	place_fini(&p);
}

Test(repo_log, an_answer_that_is_lost_is_no_second_record)
{
	struct lb_faulty_nth nth = { .fault = LB_FAULT_LOSE };
	uint64_t head = 0;
	unsigned done = 0;
	struct place p;

	place_init(&p);
	for (nth.n = 1; nth.n < 12; nth.n++) {
		struct lb_backend *faulty;
		struct err err = ERR_INIT;
		struct wish w = { .type = LB_VOID };
		struct lb_log *log;
		uint64_t slot;

		check_ok(lb_faulty_new(&faulty, p.backend, lb_faulty_choose_nth, &nth,
		                       &err),
		         &err);
		log = open_log(&p, faulty);
		if (lb_log_append(log, build, &w, &slot, &err) == ERR_OK) {
			done++;
			check_u64_eq(slot, head + 1, "operation %d", (int)nth.n);
		}
		lb_log_close(log);
		lb_backend_close(faulty);
		log = open_log(&p, p.backend);
		check_ok(lb_log_head(log, &err), &err);
		check_true(lb_state_head(lb_log_state(log)) <= head + 1,
		           "at most one record, operation %d", (int)nth.n);
		head = lb_state_head(lb_log_state(log));
		lb_log_close(log);
	}
	check_true(done >= 4, "an answer lost after the request left is made good");
	place_fini(&p);
}

Test(repo_log, many_names_go_into_lists)
{
	struct err err = ERR_INIT;
	struct wish w = { .type = LB_CONDEMN, .packs = 3000 };
	struct lb_log *log, *reader;
	struct place p;
	uint64_t slot;

	place_init(&p);
	log = open_log(&p, p.backend);
	reader = open_log(&p, p.backend);
	check_ok(lb_log_append(log, build, &w, &slot, &err), &err);
	check_ok(lb_log_head(reader, &err), &err);
	check_size_eq(lb_state_condemn(lb_log_state(reader), slot)->condemned.count, 3000,
	              "all of them arrive");
	lb_log_close(log);
	lb_log_close(reader);
	place_fini(&p);
}

/* The fields of a snapshot may take 64,000 bytes, whatever its COMMIT registers. */
Test(repo_log, names_that_find_no_room_go_into_a_list)
{
	static const size_t names[] = { 1, 40, 200, 256, 257 };
	struct err err = ERR_INIT;
	struct place p;

	place_init(&p);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct wish w = { .type = LB_CONDEMN,
			          .packs = names[i],
			          .private_part = 64000 };
		struct lb_log *log = open_log(&p, p.backend);
		uint64_t slot;

		check_ok(lb_log_append(log, build, &w, &slot, &err), &err);
		check_size_eq(lb_state_condemn(lb_log_state(log), slot)->condemned.count,
		              names[i], "all of them arrive");
		lb_log_close(log);
	}
	place_fini(&p);
}

Test(repo_log, an_ended_epoch_is_read_from_its_checkpoint)
{
	struct err err = ERR_INIT;
	struct lb_log *log, *early, *late;
	struct place p;

	place_init(&p);
	log = open_log(&p, p.backend);
	early = open_log(&p, p.backend);
	append(log, LB_VOID);
	check_ok(lb_log_head(early, &err), &err);
	append(log, LB_VOID);
	check_ok(lb_log_end_epoch(log, &err), &err);
	check_u64_eq(append(log, LB_VOID), LB_SLOT(1, 0), "the next epoch has begun");
	check_ok(lb_log_trim(log, 0, &err), &err);
	check_err(lb_log_trim(log, 1, &err), ERR_USAGE, "an epoch that goes on stays");
	late = open_log(&p, p.backend);
	check_ok(lb_log_head(early, &err), &err);
	check_ok(lb_log_head(late, &err), &err);
	check_u64_eq(lb_state_head(lb_log_state(early)), LB_SLOT(1, 0),
	             "one who had begun");
	check_u64_eq(lb_state_head(lb_log_state(late)), LB_SLOT(1, 0),
	             "and one who begins");
	lb_log_close(log);
	lb_log_close(early);
	lb_log_close(late);
	place_fini(&p);
}

Test(repo_log, a_sealed_epoch_without_successor_is_finished_by_the_next_writer)
{
	struct lb_log *log;
	struct place p;

	place_init(&p);
	log = open_log(&p, p.backend);
	append(log, LB_SEAL);
	lb_log_close(log);
	log = open_log(&p, p.backend);
	check_u64_eq(append(log, LB_VOID), LB_SLOT(1, 0), "it goes on in the next epoch");
	lb_log_close(log);
	place_fini(&p);
}

/* Whoever has any key can sign a successor: one that lists fewer records than there are
 * would undo the rest of them. */
Test(repo_log, a_successor_without_a_seal_ends_no_epoch)
{
	struct buf content = BUF_INIT, object = BUF_INIT, list = BUF_INIT;
	struct lb_next next = { .count = 2 };
	struct lb_record_codec codec;
	struct err err = ERR_INIT;
	struct lb_id hashes[2];
	struct lb_log *log;
	struct place p;

	place_init(&p);
	codec = lb_record_codec_of(&p.sealer);
	log = open_log(&p, p.backend);
	lb_checkpoint_begin(&list, 2);
	for (unsigned i = 0; i < 2; i++) {
		char key[32];
		struct span record;

		if (i == 1)
			append(log, LB_VOID);
		(void)snprintf(key, sizeof(key), "log/00000000/%08x", i);
		check_ok(lb_backend_get(p.backend, key, 1 << 20, &object, &err), &err);
		check_ok(lb_doubled_get(buf_span(&object), 65536, &record, &err), &err);
		check_ok(lb_hash(record, &hashes[i], &err), &err);
		lb_checkpoint_add(&list, record);
	}
	append(log, LB_VOID); /* what the false successor leaves out */
	lb_log_close(log);
	next.repository = p.ring->repo;
	next.hashes = hashes;
	check_ok(lb_list_store_of(&p.lists).put(&p.lists, buf_span(&list),
	                                        &next.checkpoint, &err),
	         &err);
	check_ok(codec.sign_next(codec.context, &next, &err), &err);
	lb_next_put(&next, &content);
	buf_clear(&object);
	check_ok(lb_doubled_put(&object, buf_span(&content), &err), &err);
	check_ok(lb_backend_put_new(p.backend, "log/00000000/next", buf_span(&object),
	                            &err),
	         &err);
	log = open_log(&p, p.backend);
	check_err(lb_log_head(log, &err), ERR_CORRUPT, "the epoch was not sealed");
	check_str_contains(err.msg, "does not end it", "it says so");
	lb_log_close(log);
	buf_fini(&content);
	buf_fini(&object);
	buf_fini(&list);
	place_fini(&p);
}

static void use_cache(struct place *p)
{
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(os_mkdtemp(NULL, "test_repo_log", &path, &err), &err);
	(void)snprintf(p->cache, sizeof(p->cache), "%s", buf_str(&path));
	buf_fini(&path);
}

Test(repo_log, a_log_that_lost_its_head_is_reported)
{
	struct err err = ERR_INIT;
	struct lb_log *log;
	struct place p;

	place_init(&p);
	use_cache(&p);
	log = open_log(&p, p.backend);
	append(log, LB_VOID); /* and looks at nothing afterwards */
	lb_log_close(log);
	check_ok(lb_backend_delete(p.backend, "log/00000000/00000001", &err), &err);
	log = open_log(&p, p.backend);
	check_err(lb_log_head(log, &err), ERR_CORRUPT, "the newest record is gone");
	check_str_contains(err.msg, "rolled back", "it says so");
	lb_log_close(log);
	check_ok(os_remove_tree(p.cache, &err), &err);
	place_fini(&p);
}

Test(repo_log, another_record_in_the_place_of_a_known_one_is_reported)
{
	struct err err = ERR_INIT;
	struct lb_log *log;
	struct place p;

	place_init(&p);
	use_cache(&p);
	log = open_log(&p, p.backend);
	append(log, LB_VOID);
	check_ok(lb_log_head(log, &err), &err);
	lb_log_close(log);
	check_ok(lb_backend_delete(p.backend, "log/00000000/00000001", &err), &err);
	{
		struct place forgetful = p;

		forgetful.cache[0] = '\0';
		log = open_log(&forgetful, p.backend);
		append(log, LB_VOID);
		lb_log_close(log);
	}
	log = open_log(&p, p.backend);
	check_err(lb_log_head(log, &err), ERR_CORRUPT, "the log was forked");
	check_str_contains(err.msg, "log/00000000/00000001", "it says where");
	lb_log_close(log);
	check_ok(os_remove_tree(p.cache, &err), &err);
	place_fini(&p);
}

Test(repo_log, a_missing_record_before_others_ends_the_log_there)
{
	struct err err = ERR_INIT;
	struct lb_log *log;
	struct place p;

	place_init(&p);
	log = open_log(&p, p.backend);
	append(log, LB_VOID);
	append(log, LB_VOID);
	lb_log_close(log);
	check_ok(lb_backend_delete(p.backend, "log/00000000/00000000", &err), &err);
	log = open_log(&p, p.backend);
	check_err(lb_log_head(log, &err), ERR_NOT_FOUND,
	          "without GENESIS there is no log");
	lb_log_close(log);
	place_fini(&p);
}

Test(repo_log, unknown_critical_records_stop_writers)
{
	struct wish critical = { .type = 99, .flags = LB_RECORD_CRITICAL };
	struct wish w = { .type = LB_VOID };
	struct err err = ERR_INIT;
	struct lb_log *log;
	struct place p;
	uint64_t slot;

	place_init(&p);
	log = open_log(&p, p.backend);
	append(log, 99);
	check_u64_eq(append(log, LB_VOID), 2, "a harmless one stops nobody");
	check_ok(lb_log_append(log, build, &critical, &slot, &err), &err);
	check_err(lb_log_append(log, build, &w, &slot, &err), ERR_UNSUPPORTED,
	          "a critical one everybody");
	check_ok(lb_log_head(log, &err), &err);
	check_int_eq(w.built, 0, "nothing was built");
	lb_log_close(log);
	place_fini(&p);
}

Test(repo_log, a_key_that_only_reads_appends_nothing)
{
	struct wish w = { .type = LB_VOID };
	struct err err = ERR_INIT;
	struct lb_log *log;
	struct place p;
	uint64_t slot;

	place_init(&p);
	p.sealer.sign = NULL;
	log = open_log(&p, p.backend);
	check_err(lb_log_append(log, build, &w, &slot, &err), ERR_AUTH, "it cannot sign");
	check_ok(lb_log_head(log, &err), &err);
	check_u64_eq(lb_state_head(lb_log_state(log)), 0, "nothing was stored");
	lb_log_close(log);
	place_fini(&p);
}
