// SPDX-License-Identifier: Apache-2.0
/* One schedule: who goes on, what becomes of requests, and what must hold at the end. */
#include "base/mem.h"
#include "schedule/sim.h"

#include <string.h>

enum { STEPS_MAX = 20000 };

static enum lb_fault choose(const struct lb_operation *op, void *context)
{
	struct client *c = context;
	struct world *w = c->world;
	unsigned at;

	(void)op;
	w->operations++;
	if (w->quiet)
		return LB_FAULT_NONE;
	fiber_wait(c->fiber);
	at = dice_below(&w->dice, 1024);
	for (unsigned f = LB_FAULT_FAIL; f <= LB_FAULT_DIE_AFTER; f++) {
		if (at < w->chances[f])
			return (enum lb_fault)f;
		at -= w->chances[f];
	}
	return LB_FAULT_NONE;
}

enum err_code client_begin(struct client *c, struct err *err)
{
	enum err_code rc = lb_faulty_new(&c->backend, c->world->store, choose, c, err);

	if (rc == ERR_OK)
		rc = client_log(c, &c->log, err);
	return rc;
}

/* Beginning: a log, a snapshot or two, some of it garbage. */

static enum err_code build_genesis(void *context, const struct lb_state *after,
                                   struct lb_record *r, enum lb_build *what,
                                   struct err *err)
{
	(void)context;
	(void)after;
	(void)what;
	(void)err;
	r->type = LB_GENESIS;
	return ERR_OK;
}

static bool run_quietly(struct world *w, enum role role, unsigned rounds)
{
	struct client c = { .world = w, .role = role, .rounds = rounds };
	struct err err = ERR_INIT;
	uint64_t slot;

	c.dice.state = dice_next(&w->dice);
	w->quiet = true;
	if (client_begin(&c, &err) != ERR_OK) {
		world_problem(w, "cannot begin: %s", err.msg);
	} else if (role == WRITER &&
	           lb_log_append(c.log, build_genesis, NULL, &slot, &err) != ERR_OK) {
		world_problem(w, "cannot write GENESIS: %s", err.msg);
	} else {
		client_main(&c);
	}
	w->quiet = false;
	client_fini(&c);
	return w->problem[0] == '\0';
}

/* Who meets whom. A trimmed key is won again only by those who sleep over a whole epoch.
 */
static enum role draw_role(struct world *w)
{
	static const enum role crowds[][8] = {
		{ WRITER, WRITER, WRITER, PRUNER, PRUNER, PRUNER, FORGETTER, TRIMMER },
		{ WRITER, WRITER, PRUNER, PRUNER, PRUNER, PRUNER, PRUNER, FORGETTER },
		{ WRITER, WRITER, WRITER, WRITER, TRIMMER, TRIMMER, TRIMMER, TRIMMER },
	};

	return crowds[w->crowd][dice_below(&w->dice, 8)];
}

static bool start_clients(struct world *w, struct fiber *fibers[CLIENTS_MAX])
{
	struct err err = ERR_INIT;

	w->crowd = dice_below(&w->dice, 3);
	w->client_count = 2 + dice_below(&w->dice, CLIENTS_MAX - 3);
	for (size_t i = 0; i < w->client_count; i++) {
		struct client *c = &w->clients[i];

		c->world = w;
		c->role = draw_role(w);
		c->rounds = 1 + dice_below(&w->dice, 4);
		c->priority = dice_below(&w->dice, 1000);
		c->dice.state = dice_next(&w->dice);
		c->fiber = fibers[i];
		if (client_begin(c, &err) != ERR_OK) {
			world_problem(w, "cannot begin: %s", err.msg);
			return false;
		}
		fiber_start(c->fiber, client_main, c);
	}
	return true;
}

static void draw_faults(struct world *w)
{
	static const uint16_t at_most[LB_FAULT_DIE_AFTER + 1] = {
		[LB_FAULT_FAIL] = 20,     [LB_FAULT_LOSE] = 40,   [LB_FAULT_DELAY] = 60,
		[LB_FAULT_REPEAT] = 40,   [LB_FAULT_STALE] = 200, [LB_FAULT_DIE] = 8,
		[LB_FAULT_DIE_AFTER] = 8,
	};

	w->by_priority = dice_chance(&w->dice, 70);
	w->restless = 1 + dice_below(&w->dice, 12);
	if (dice_chance(&w->dice, 20))
		return;
	for (unsigned f = LB_FAULT_FAIL; f <= LB_FAULT_DIE_AFTER; f++)
		w->chances[f] = (uint16_t)dice_below(&w->dice, at_most[f] + 1U);
}

/* Scheduling */

static struct client *next_client(struct world *w)
{
	struct client *best = NULL;
	unsigned seen = 0;

	for (size_t i = 0; i < w->client_count; i++) {
		struct client *c = &w->clients[i];

		if (fiber_done(c->fiber))
			continue;
		seen++;
		if (w->by_priority ? (!best || c->priority > best->priority)
		                   : dice_below(&w->dice, seen) == 0)
			best = c;
	}
	return best;
}

/* One late or repeated request takes effect now. */
static void deliver_one(struct world *w)
{
	struct client *c = &w->clients[dice_below(&w->dice, (unsigned)w->client_count)];
	size_t pending = lb_faulty_pending(c->backend);

	if (pending > 0)
		(void)lb_faulty_deliver(c->backend,
		                        dice_below(&w->dice, (unsigned)pending),
		                        dice_chance(&w->dice, 30));
}

static void run_clients(struct world *w)
{
	struct client *c;
	size_t steps = 0;

	while ((c = next_client(w)) != NULL) {
		fiber_run(c->fiber);
		/* Somebody falls asleep, in the middle of anything. */
		if (w->by_priority && dice_chance(&w->dice, w->restless))
			c->priority = dice_below(&w->dice, 1000);
		if (dice_chance(&w->dice, 10))
			deliver_one(w);
		if (++steps > STEPS_MAX) {
			world_problem(w, "the schedule does not end");
			w->chances[LB_FAULT_DIE] = 824;
		}
	}
}

/* What was on its way arrives, or is lost for good. */
static void settle(struct world *w)
{
	for (size_t i = 0; i < w->client_count; i++) {
		struct client *c = &w->clients[i];

		while (lb_faulty_pending(c->backend) > 0 && dice_chance(&w->dice, 85))
			(void)lb_faulty_deliver(c->backend, 0, false);
		client_fini(c);
	}
}

/* Properties */

static bool present(const struct world *w, const struct lb_id *pack)
{
	char key[80];

	pack_key(key, pack);
	return store_peek(w->store, key) != NULL;
}

/* S1: every chunk of a live snapshot is in a present, registered pack that is not dead.
 */
static void check_live(struct world *w, const struct lb_state *s, const char *when)
{
	const struct lb_live *all;
	uint8_t have = 0;
	size_t count;

	for (uint32_t i = 0; i < lb_state_packs(s); i++) {
		const struct lb_id *name = lb_state_pack_name(s, i);

		if (lb_state_registered(s, i) && !lb_state_dead(s, i) && present(w, name))
			have |= world_chunks(w, name);
	}
	all = lb_state_snapshots(s, &count);
	for (size_t i = 0; i < count; i++) {
		uint8_t lost = snapshot_chunks(&all[i]) & (uint8_t)~have;

		if (lb_live_at(&all[i], LB_NO_SLOT) && lost)
			world_problem(w,
			              "S1 %s: snapshot of slot %llx has lost chunks %x",
			              when, (unsigned long long)all[i].committed, lost);
	}
}

/* S2: what was reported is in the log. */
static void check_reports(struct world *w, const struct lb_state *s)
{
	for (size_t i = 0; i < w->report_count; i++) {
		const struct lb_live *l = lb_state_snapshot(s, &w->reports[i].id);

		if (!l || snapshot_chunks(l) != w->reports[i].want)
			world_problem(w, "S2: a reported snapshot is not in the log");
	}
}

struct garbage {
	struct world *world;
	uint8_t needed;
	uint8_t seen;
};

static enum err_code check_pack(const char *key, uint64_t size, void *context,
                                struct err *err)
{
	struct garbage *g = context;
	struct lb_id name;
	uint8_t chunks;

	(void)size;
	if (!lb_id_parse(span_from(span_str(key), sizeof("packs/xx/") - 1), &name))
		return err_set(err, ERR_CORRUPT, "%s: no pack", key);
	chunks = world_chunks(g->world, &name);
	if ((chunks & g->needed & ~g->seen) == 0)
		world_problem(g->world, "L1: garbage is left");
	g->seen |= chunks;
	return ERR_OK;
}

/* L1: after a prune that nobody disturbed, what is there is needed. */
static void check_garbage(struct world *w, const struct lb_state *s)
{
	struct garbage g = { .world = w };
	const struct lb_live *all;
	struct err err;
	size_t count;

	all = lb_state_snapshots(s, &count);
	for (size_t i = 0; i < count; i++) {
		if (lb_live_at(&all[i], LB_NO_SLOT))
			g.needed |= snapshot_chunks(&all[i]);
	}
	if (lb_backend_list(w->store, "packs", check_pack, &g, &err) != ERR_OK)
		world_problem(w, "%s", err.msg);
}

static void count(const struct world *w, const struct lb_state *s,
                  struct figures *figures)
{
	figures->operations += w->operations;
	figures->clients += w->client_count;
	figures->commits += w->report_count;
	for (size_t i = 0; i < w->client_count; i++)
		figures->failed += w->clients[i].failed;
	for (uint32_t i = 0; i < lb_state_packs(s); i++)
		figures->swept += lb_state_dead(s, i);
	figures->epochs += LB_SLOT_EPOCH(lb_state_head(s)) + 1U;
}

static void look(struct world *w, bool last, struct figures *figures)
{
	struct client c = { .world = w, .role = JANITOR };
	struct err err = ERR_INIT;

	w->quiet = true;
	if (client_begin(&c, &err) != ERR_OK || lb_log_head(c.log, &err) != ERR_OK) {
		world_problem(w, "S2: the log cannot be read: %s", err.msg);
	} else {
		const struct lb_state *s = lb_log_state(c.log);

		check_live(w, s, last ? "after the last prune" : "after the schedule");
		check_reports(w, s);
		if (last) {
			check_garbage(w, s);
			count(w, s, figures);
		}
	}
	client_fini(&c);
}

bool schedule_run(uint64_t seed, struct fiber *fibers[CLIENTS_MAX], char problem[256],
                  struct figures *figures)
{
	struct world *w = mem_new(sizeof(*w));
	bool good;

	w->dice.state = seed;
	w->store = store_new();
	if (run_quietly(w, WRITER, 1 + dice_below(&w->dice, 3)) &&
	    start_clients(w, fibers)) {
		draw_faults(w);
		run_clients(w);
		settle(w);
		look(w, false, figures);
		if (w->problem[0] == '\0' && run_quietly(w, JANITOR, 1))
			look(w, true, figures);
	}
	good = w->problem[0] == '\0';
	memcpy(problem, w->problem, sizeof(w->problem));
	lb_backend_close(w->store);
	mem_free(w);
	return good;
}
