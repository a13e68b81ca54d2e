// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_SCHEDULE_SIM_H
#define TESTS_SCHEDULE_SIM_H

#include "backend/backend.h"
#include "backend/faulty.h"
#include "repo/collect.h"
#include "repo/commit.h"
#include "repo/log.h"
#include "repo/mutate_internal.h"

#include <stdio.h>

/*
 * Seeded schedules: clients run the engine's own log, state, commit and collect code as
 * fibers, one operation of the store at a time; which one goes on, and what becomes of
 * its request, is drawn from the seed. Chunks are bits of a byte, a pack is such a byte.
 */

enum { CLIENTS_MAX = 8, CHUNKS = 3, PACKS_MAX = 256, REPORTS_MAX = 64 };

/* Deterministic numbers. */
struct dice {
	uint64_t state;
};
uint64_t dice_next(struct dice *d);
/* 0 .. n - 1 */
unsigned dice_below(struct dice *d, unsigned n);
bool dice_chance(struct dice *d, unsigned percent);
void dice_id(struct dice *d, struct lb_id *out);

/* The store: write-once puts, nothing lost. */
struct lb_backend *store_new(void);
/* Without a trace for the schedule: NULL, or the object's bytes. */
const struct buf *store_peek(struct lb_backend *store, const char *key);

/* Fibers. */
struct fiber;
typedef void fiber_main(void *context);
struct fiber *fiber_new(void);
void fiber_free(struct fiber *f);
void fiber_start(struct fiber *f, fiber_main *main, void *context);
/* Runs it until it waits or ends. */
void fiber_run(struct fiber *f);
bool fiber_done(const struct fiber *f);
/* Called on the fiber: back to fiber_run's caller. */
void fiber_wait(struct fiber *f);

enum role { WRITER, PRUNER, FORGETTER, TRIMMER, JANITOR, ROLES };

struct world;

struct client {
	struct world *world;
	enum role role;
	struct lb_backend *backend; /* faulty, over the world's store */
	struct fiber *fiber;
	struct dice dice; /* of its own decisions */
	unsigned rounds;
	unsigned priority;
	bool failed;
	struct lb_log *log;

	/* A writer's work. */
	uint8_t want;
	uint8_t unseen; /* taken over from a base snapshot */
	bool partial;   /* the next commit is a partial one */
	bool has_partial;
	struct lb_id16 partial_id;
	struct lb_ids own;      /* packs */
	struct lb_ids segments; /* one for each */

	/* A pruner's. */
	struct lb_ids listed;
};

struct report {
	struct lb_id16 id;
	uint8_t want;
};

struct world {
	struct dice dice;
	struct lb_backend *store;
	struct client clients[CLIENTS_MAX];
	size_t client_count;
	unsigned crowd;
	bool by_priority;  /* the highest goes on; else anyone */
	unsigned restless; /* percent: how often priorities change */
	uint16_t chances[LB_FAULT_DIE_AFTER + 1];
	bool quiet; /* no faults, no waiting */

	struct {
		struct lb_id name;
		uint8_t chunks;
	} packs[PACKS_MAX]; /* all that were ever made */
	size_t pack_count;
	struct report reports[REPORTS_MAX];
	size_t report_count;
	size_t operations;
	char problem[256]; /* what is wrong, "" while nothing is */
};

/* Chunks of a pack, by name. */
uint8_t world_chunks(const struct world *w, const struct lb_id *pack);
void world_problem(struct world *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void pack_key(char key[80], const struct lb_id *name);
/* Chunks that a snapshot wants; 0 for one that cannot be read. */
uint8_t snapshot_chunks(const struct lb_live *l);
/* A log of the client over its own connection. */
enum err_code client_log(struct client *c, struct lb_log **out, struct err *err);
/* What a client does, on its fiber or straight on. */
void client_main(void *context);
void client_fini(struct client *c);
enum err_code client_begin(struct client *c, struct err *err);

/* What the schedules did, so that a run that proves nothing shows. */
struct figures {
	size_t operations;
	size_t clients;
	size_t failed; /* clients that died or gave up */
	size_t commits;
	size_t swept; /* packs */
	size_t epochs;
};

/* All of one schedule; false with a text where a property is broken. */
bool schedule_run(uint64_t seed, struct fiber *fibers[CLIENTS_MAX], char problem[256],
                  struct figures *figures);

#endif
