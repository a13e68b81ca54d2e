// SPDX-License-Identifier: Apache-2.0
/*
 * The thread that called gate_collect leads: it takes units from the schedule, hands them
 * to threads that run them, and judges and stores what is over. So only the running is
 * parallel, and nothing of the evidence is ever shared.
 */
#include "base/mem.h"
#include "base/pool.h"
#include "base/queue.h"
#include "collect/board.h"
#include "collect/doubt.h"
#include "collect/durations.h"
#include "collect/fixtures.h"
#include "collect/plan_order.h"
#include "collect/quarantine.h"
#include "collect/reuse/reuse.h"
#include "collect_internal.h"
#include "os/clock.h"

#include <string.h>

enum { RUNNING_MAX = 64, NS_PER_MS = 1000000 };

#define LEFT_EVERY_NS (UINT64_C(250) * NS_PER_MS)

/* A unit on its way through a thread. */
struct ticket {
	struct dispatch *dispatch;
	size_t unit;
	uint64_t since_ns; /* it runs; 0: it was not started */
	bool down;         /* of a fixture: tears it down */
	bool told;         /* and that has something to tell */
	enum err_code rc;
	struct err *err;           /* where rc is none; NULL: no memory for it either */
	struct gate_run *down_run; /* of a fixture */
};

struct dispatch {
	struct gate_collection *collection;
	struct gate_schedule *schedule;
	struct ticket *tickets; /* as the plan's units */
	struct pool *pool;
	struct queue *over;
	uint64_t *elapsed_ms;   /* room for one a unit */
	uint64_t told_left_ns;  /* when what is left was told, 0 = never */
	size_t downs;           /* fixtures that are being torn down */
	const char *stopped_by; /* the unit whose failure ends all, or NULL */
	enum err_code rc;       /* the first error that ends the collection */
	struct err *err;
};

/* ---- threads ---- */

static void run(struct ticket *t)
{
	struct gate_collection *c = t->dispatch->collection;
	struct err err = ERR_INIT;

	if (t->down) {
		t->told = gate_fixture_tear_down(c->fixtures, t->unit, t->down_run);
		return;
	}
	t->rc = gate_collect_run_unit(c, t->unit, &err);
	if (t->rc != ERR_OK && (t->err = mem_new(sizeof(*t->err))) != NULL)
		*t->err = err;
}

static enum err_code work(void *item, size_t worker, void *context, struct err *err)
{
	struct ticket *t = item;

	(void)worker;
	(void)context;
	(void)err;
	run(t);
	/* There is room for every unit, and nobody closes it before all are over. */
	if (!queue_push(t->dispatch->over, t))
		return ERR_CANCELLED;
	return ERR_OK;
}

static enum err_code start_threads(struct dispatch *d, struct err *err)
{
	size_t units = d->collection->plan.count;
	size_t threads = gate_schedule_most(d->schedule);

	if (d->pool != NULL)
		return ERR_OK;
	if (threads > RUNNING_MAX)
		threads = RUNNING_MAX;
	return pool_new(&d->pool, threads, units + 1, work, NULL, d, NULL, err);
}

/* ---- leading ---- */

static void fail(struct dispatch *d, enum err_code rc, const struct err *why)
{
	if (d->rc != ERR_OK)
		return;
	d->rc = rc;
	if (d->err != NULL)
		*d->err = *why;
}

static void note_duration(const struct dispatch *d, size_t unit)
{
	const struct gate_collection *c = d->collection;
	const struct gate_run *r = &c->units[unit].run;

	if (c->durations == NULL || r->attempts == 0 || c->units[unit].reused)
		return;
	/* Knowledge for planning: a run goes well without it. */
	(void)gate_durations_note(c->durations, c->plan.units[unit].id,
	                          (uint64_t)(r->ended_ms - r->started_ms));
}

/* Output and results are stored by now; a long run must not keep them all. */
static void release(struct gate_run *r)
{
	for (size_t i = 0; i < r->earlier_count; i++) {
		buf_fini(&r->earlier[i].output);
		buf_fini(&r->earlier[i].results);
		r->earlier[i].output = r->earlier[i].results = (struct buf)BUF_INIT;
	}
	buf_fini(&r->output);
	buf_init(&r->output);
	buf_fini(&r->results);
	buf_init(&r->results);
}

static size_t count_suites(const struct gate_collection *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->plan.count; i++)
		n += c->plan.units[i].kind == GATE_UNIT_SUITE;
	return n;
}

/* Stores what the unit left and judges what waited for it. */
static void settle(struct dispatch *d, size_t unit)
{
	struct gate_collection *c = d->collection;
	const struct gate_collector_context *x = c->context;
	struct err err = ERR_INIT;
	enum err_code rc;

	if (c->plan.units[unit].kind == GATE_UNIT_SUITE && c->shard == NULL &&
	    !x->selection->some_tests)
		gate_quarantine_look(c->quarantine, &c->units[unit].run);
	rc = gate_collect_keep_unit(c, unit, &err);
	if (c->plan.units[unit].kind == GATE_UNIT_SUITE)
		gate_doubt_note(&c->units[unit].run, x->policy, count_suites(c));
	if (rc == ERR_OK && x->event != NULL)
		x->event(&c->plan.units[unit], &c->units[unit].run, x->context);
	note_duration(d, unit);
	if (rc == ERR_OK)
		gate_reuse_keep(c->reuse, c, unit);
	if (c->plan.units[unit].kind == GATE_UNIT_SUITE && !c->units[unit].reused)
		gate_quarantine_note(c->quarantine, &c->units[unit].run);
	release(&c->units[unit].run);
	if (rc == ERR_OK)
		rc = gate_collect_ready(c, &err);
	if (rc != ERR_OK)
		fail(d, rc, &err);
}

static void finish_down(struct dispatch *d, struct ticket *t)
{
	const struct gate_collection *c = d->collection;
	const struct gate_collector_context *x = c->context;

	gate_schedule_give_back(d->schedule, t->unit);
	gate_fixture_note_up(c->fixtures, t->unit, false);
	gate_fixtures_release(c->fixtures, t->unit);
	d->downs--;
	if (t->told && x->event != NULL)
		x->event(&c->plan.units[t->unit], t->down_run, x->context);
	gate_run_fini(t->down_run);
}

/* Fixtures that nothing needs any more, or (`all`) that are up. */
static void start_downs(struct dispatch *d, bool all)
{
	size_t unit;

	while (gate_fixtures_take_idle(d->collection->fixtures, all, &unit)) {
		struct ticket *t = &d->tickets[unit];

		*t = (struct ticket){
			.dispatch = d, .unit = unit, .down = true, .down_run = t->down_run
		};
		gate_run_init(t->down_run);
		d->downs++;
		if (pool_push(d->pool, t) == ERR_OK)
			continue;
		run(t);
		finish_down(d, t);
	}
}

/* One that is up keeps what it holds, and what it needs. */
static void leave_schedule(struct dispatch *d, size_t unit)
{
	struct gate_collection *c = d->collection;
	const struct gate_run *r = &c->units[unit].run;

	if (c->plan.units[unit].kind == GATE_UNIT_FIXTURE &&
	    d->tickets[unit].rc == ERR_OK && r->state == GATE_RUN_PASS) {
		gate_fixture_note_up(c->fixtures, unit, true);
		gate_schedule_open(d->schedule, unit);
		return;
	}
	gate_fixtures_release(c->fixtures, unit);
	gate_schedule_over(d->schedule, unit);
}

static void finish(struct dispatch *d, struct ticket *t)
{
	struct gate_collection *c = d->collection;
	struct err err = ERR_INIT;

	if (t->down) {
		finish_down(d, t);
		return;
	}
	leave_schedule(d, t->unit);
	gate_board_end(c->runner.board, c->plan.units[t->unit].id);
	if (t->rc != ERR_OK && t->err == NULL)
		(void)err_nomem(&err);
	if (t->rc != ERR_OK)
		fail(d, t->rc, t->err != NULL ? t->err : &err);
	mem_free(t->err);
	t->err = NULL;
	if (d->rc != ERR_OK)
		return;
	settle(d, t->unit);
	if (c->context->selection->fail_fast && d->stopped_by == NULL &&
	    c->units[t->unit].run.state == GATE_RUN_FAIL)
		d->stopped_by = c->plan.units[t->unit].id;
}

static void start(struct dispatch *d, size_t unit)
{
	struct gate_collection *c = d->collection;
	const struct gate_collector_context *x = c->context;
	const struct gate_unit *u = &c->plan.units[unit];
	struct ticket *t = &d->tickets[unit];
	struct err err = ERR_INIT;
	enum err_code rc = ERR_OK;

	t->dispatch = d;
	t->unit = unit;
	t->since_ns = os_ticks_ns();
	if (u->left_out != NULL) {
		gate_collect_skip_unit(c, unit, "%s", u->left_out);
		finish(d, t);
		return;
	}
	if (d->stopped_by != NULL) {
		gate_collect_skip_unit(c, unit, "not run: %s failed, and --fail-fast",
		                       d->stopped_by);
		finish(d, t);
		return;
	}
	if (c->units[unit].reused) {
		finish(d, t);
		return;
	}
	if (x->event != NULL)
		x->event(u, NULL, x->context);
	gate_board_begin(c->runner.board, u->id);
	if (u->kind == GATE_UNIT_SCAN) { /* has threads of its own */
		run(t);
		finish(d, t);
		return;
	}
	rc = gate_fixtures_prepare(c->fixtures, unit, &err);
	if (rc == ERR_OK && (rc = start_threads(d, &err)) == ERR_OK)
		rc = pool_push(d->pool, t);
	if (rc == ERR_OK)
		return;
	gate_schedule_over(d->schedule, unit);
	fail(d, rc, &err);
}

/* For people: unknown rather than wrong. */
static void say_left(struct dispatch *d)
{
	const uint64_t now = os_ticks_ns();
	uint64_t left = 0;

	/* All units are looked at, and the end that is told runs down by itself. */
	if (d->told_left_ns > 0 && now < d->told_left_ns + LEFT_EVERY_NS)
		return;
	d->told_left_ns = now;
	for (size_t i = 0; i < d->collection->plan.count; i++)
		d->elapsed_ms[i] = d->tickets[i].since_ns > 0
		                           ? (now - d->tickets[i].since_ns) / NS_PER_MS
		                           : 0;
	if (!gate_schedule_left_ms(d->schedule, d->elapsed_ms, &left))
		left = 0;
	gate_board_left(d->collection->runner.board, left);
}

static void lead(struct dispatch *d)
{
	size_t unit = 0;
	void *done = NULL;

	for (;;) {
		while (d->rc == ERR_OK &&
		       gate_schedule_running(d->schedule) < RUNNING_MAX &&
		       gate_schedule_take(d->schedule, &unit))
			start(d, unit);
		say_left(d);
		/* Those that are up when nothing more is to come: it was ended. */
		start_downs(d, gate_schedule_running(d->schedule) == 0 &&
		                       (d->rc != ERR_OK ||
		                        gate_schedule_waiting(d->schedule) == 0));
		if (gate_schedule_running(d->schedule) == 0 && d->downs == 0) {
			if (d->rc != ERR_OK || !gate_schedule_force(d->schedule, &unit))
				return;
			start(d, unit);
			continue;
		}
		if (queue_pop(d->over, &done))
			finish(d, done);
	}
}

/* What fixtures are torn down with is there before anything is set up. */
static enum err_code make_tickets(struct dispatch *d, struct err *err)
{
	struct gate_collection *c = d->collection;

	d->tickets = arena_array(&c->arena, c->plan.count + 1, sizeof(*d->tickets));
	d->elapsed_ms = arena_array(&c->arena, c->plan.count + 1, sizeof(*d->elapsed_ms));
	if (d->tickets == NULL || d->elapsed_ms == NULL)
		return err_nomem(err);
	for (size_t i = 0; i < c->plan.count; i++)
		if (c->plan.units[i].kind == GATE_UNIT_FIXTURE)
			d->tickets[i].down_run =
				arena_new(&c->arena, sizeof(struct gate_run));
	return arena_err(&c->arena, err);
}

enum err_code gate_collect_dispatch(struct gate_collection *c, struct err *err)
{
	struct dispatch d = { .collection = c, .err = err };
	struct err joined = ERR_INIT;
	enum err_code rc;

	if ((rc = make_tickets(&d, err)) != ERR_OK)
		return rc;
	for (size_t i = 0; i < c->plan.count; i++)
		c->plan.units[i].cached = c->units[i].reused;
	rc = gate_plan_schedule(&d.schedule, &c->arena, c->context->policy, &c->plan,
	                        c->runner.jobs, c->runner.workspace, err);
	if (rc != ERR_OK)
		return rc;
	if ((rc = queue_new(&d.over, c->plan.count + 1, err)) != ERR_OK)
		return rc;
	lead(&d);
	if (d.pool != NULL && (rc = pool_finish(d.pool, &joined)) != ERR_OK)
		fail(&d, rc, &joined);
	queue_free(d.over);
	return d.rc;
}
