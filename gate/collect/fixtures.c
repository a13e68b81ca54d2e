// SPDX-License-Identifier: Apache-2.0
#include "collect/fixtures.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"
#include "collect/command.h"
#include "collect/environment.h"
#include "collect/outcome.h"
#include "collect_internal.h"
#include "os/clock.h"
#include "os/fs.h"
#include "os/process.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum {
	GRACE_MS = 2000,
	FIRST_PAUSE_MS = 20, /* between two tries of `ready`; doubles */
	LAST_PAUSE_MS = 500,
	ENV_BYTES_MAX = 1 << 20,
	OUTPUT_MAX = 1 << 20,
	TOLD_MAX = 64 << 10, /* of a server's output, with those that needed it */
	NS_PER_MS = 1000000
};

struct fixture {
	const struct gate_fixture *policy; /* NULL: the unit is none */
	struct arena arena;
	size_t users;            /* units that need it and are not done with */
	bool up;                 /* set up, and not yet torn down; the leading thread's */
	bool taken;              /* to be torn down; the same */
	struct gate_strings env; /* it and those it needs give */
	struct gate_strings given; /* the same, and SEAWORTHY_ENV: for its own commands */
	const char *env_path;
	const char *tmp;
	struct cancel own; /* ends `stop` never, and the server when it is time */
	struct cancel server;
	pthread_t thread;
	bool serving; /* the thread is there to be joined */
	/* Of the server, under the lock. */
	pthread_mutex_t lock;
	bool ended;
	bool told; /* its end was told to somebody */
	enum err_code rc;
	struct err err;
	struct os_result result;
	struct os_spawn spawn;
};

struct gate_fixtures {
	const struct gate_collection *c;
	struct fixture **items; /* as the plan's units; NULL: another kind of unit */
	size_t count;
	struct gate_strings *env; /* of each unit; made before it starts */
	struct arena arena;       /* of these */
};

static struct fixture *fixture_of(const struct gate_fixtures *f, const char *id)
{
	const struct gate_unit_state *s = map_get(&f->c->by_id, span_str(id));

	return s != NULL ? f->items[s - f->c->units] : NULL;
}

static bool is_given(const struct gate_command *c)
{
	return c->shell != NULL || c->argv.count > 0;
}

/* ---- beginning and end ---- */

static bool new_fixture(struct fixture **out, const struct gate_fixture *policy)
{
	struct fixture *x = mem_new(sizeof(*x));

	if (x == NULL)
		return false;
	arena_init(&x->arena);
	cancel_init(&x->own);
	cancel_init(&x->server);
	os_result_init(&x->result);
	if (pthread_mutex_init(&x->lock, NULL) != 0) {
		mem_free(x);
		return false;
	}
	x->policy = policy;
	*out = x;
	return true;
}

enum err_code gate_fixtures_new(struct gate_fixtures **out,
                                const struct gate_collection *c, struct err *err)
{
	struct gate_fixtures *f = mem_new(sizeof(*f));
	bool ok = f != NULL;

	if (!ok)
		return err_nomem(err);
	f->c = c;
	arena_init(&f->arena);
	f->count = c->plan.count;
	ok = mem_array(&f->items, f->count + 1, sizeof(*f->items)) &&
	     mem_array(&f->env, f->count + 1, sizeof(*f->env));
	if (ok) {
		memset(f->items, 0, (f->count + 1) * sizeof(*f->items));
		memset(f->env, 0, (f->count + 1) * sizeof(*f->env));
	}
	for (size_t i = 0; ok && i < f->count; i++)
		if (c->plan.units[i].kind == GATE_UNIT_FIXTURE)
			ok = new_fixture(
				&f->items[i],
				&c->context->policy->fixtures[c->plan.units[i].index]);
	for (size_t i = 0; ok && i < f->count; i++)
		for (size_t k = 0; k < c->plan.units[i].need_count; k++) {
			struct fixture *x = fixture_of(f, c->plan.units[i].needs[k]);

			if (x != NULL)
				x->users++;
		}
	if (ok) {
		*out = f;
		return ERR_OK;
	}
	gate_fixtures_free(f);
	return err_nomem(err);
}

void gate_fixtures_free(struct gate_fixtures *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; f->items != NULL && i < f->count; i++) {
		struct fixture *x = f->items[i];

		if (x == NULL)
			continue;
		os_result_fini(&x->result);
		(void)pthread_mutex_destroy(&x->lock);
		arena_fini(&x->arena);
		mem_free(x);
	}
	arena_fini(&f->arena);
	mem_free(f->items);
	mem_free(f->env);
	mem_free(f);
}

/* ---- what it gives ---- */

static bool add_strings(struct arena *a, struct gate_strings *list, size_t *cap,
                        const struct gate_strings *more)
{
	for (size_t i = 0; i < more->count; i++) {
		const char **slot =
			arena_push(a, &list->items, &list->count, cap, sizeof(*slot));

		if (slot == NULL)
			return false;
		*slot = more->items[i];
	}
	return true;
}

static bool is_name(struct span name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool letter =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

		if (!letter && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return name.len > 0;
}

/* "NAME=value" lines; empty ones and those of a # are passed over. */
static enum err_code read_lines(struct fixture *x, struct span text,
                                struct gate_strings *out, struct err *err)
{
	struct span line;
	size_t cap = 0;

	for (size_t number = 1; span_line(&text, &line); number++) {
		size_t equals = span_find_byte(line, '=');
		const char **slot;

		if (span_trim(line).len == 0 || line.ptr[0] == '#')
			continue;
		if (equals == line.len || !is_name(span_sub(line, 0, equals)) ||
		    memchr(line.ptr, '\0', line.len) != NULL)
			return err_set(err, ERR_CORRUPT,
			               "line %zu of $SEAWORTHY_ENV is not NAME=value",
			               number);
		if (span_starts(line, SPAN_LIT("SEAWORTHY_")))
			return err_set(err, ERR_CORRUPT,
			               "line %zu of $SEAWORTHY_ENV: names that begin "
			               "with SEAWORTHY_ are ours",
			               number);
		slot = arena_push(&x->arena, &out->items, &out->count, &cap,
		                  sizeof(*slot));
		if (slot == NULL || (*slot = arena_dup(&x->arena, line)) == NULL)
			return err_nomem(err);
	}
	return ERR_OK;
}

/* Takes over what its commands wrote so far. */
static enum err_code read_env(const struct gate_fixtures *f, struct fixture *x,
                              size_t unit, struct err *err)
{
	struct gate_strings own = { NULL, 0 };
	struct gate_strings all = { NULL, 0 };
	struct buf text = BUF_INIT;
	size_t cap = 0;
	enum err_code rc = os_read_file(x->env_path, ENV_BYTES_MAX, &text, err);

	if (rc == ERR_NOT_FOUND) /* removed by a command: it gives nothing */
		rc = ERR_OK;
	if (rc == ERR_OK)
		rc = read_lines(x, buf_span(&text), &own, err);
	buf_fini(&text);
	if (rc != ERR_OK)
		return rc;
	if (!add_strings(&x->arena, &all, &cap, &f->env[unit]) ||
	    !add_strings(&x->arena, &all, &cap, &own))
		return err_nomem(err);
	x->env = all;
	own = (struct gate_strings){ &(const char *){ arena_printf(&x->arena,
		                                                   "SEAWORTHY_ENV=%s",
		                                                   x->env_path) },
		                     1 };
	x->given = (struct gate_strings){ NULL, 0 };
	cap = 0;
	if (!add_strings(&x->arena, &x->given, &cap, &all) ||
	    !add_strings(&x->arena, &x->given, &cap, &own))
		return err_nomem(err);
	return arena_err(&x->arena, err);
}

const struct gate_strings *gate_fixtures_env(const struct gate_fixtures *f, size_t unit)
{
	return f != NULL ? &f->env[unit] : NULL;
}

enum err_code gate_fixtures_prepare(struct gate_fixtures *f, size_t unit, struct err *err)
{
	const struct gate_unit *u = &f->c->plan.units[unit];
	size_t cap = 0;

	f->env[unit] = (struct gate_strings){ NULL, 0 };
	for (size_t i = 0; i < u->need_count; i++) {
		const struct fixture *x = fixture_of(f, u->needs[i]);

		if (x != NULL && !add_strings(&f->arena, &f->env[unit], &cap, &x->env))
			return err_nomem(err);
	}
	return ERR_OK;
}

/* ---- its commands ---- */

/* Runs one of them to its end. */
static enum err_code run_command(const struct gate_fixtures *f, struct fixture *x,
                                 const struct gate_command *command, uint64_t timeout_ms,
                                 const struct cancel *cancel, struct gate_run *out,
                                 struct err *err)
{
	struct gate_runner g = f->c->runner;
	struct gate_suite s = { .id = x->policy->id,
		                .run = *command,
		                .dir = x->policy->dir,
		                .env = x->policy->env,
		                .format = GATE_FORMAT_EXIT,
		                .timeout_ms = timeout_ms };

	g.cancel = cancel;
	g.env = &x->given;
	return gate_run_suite(&g, &s, out, err);
}

static void *serve(void *context)
{
	struct fixture *x = context;
	struct os_result result;
	struct err err = ERR_INIT;
	enum err_code rc;

	os_result_init(&result);
	rc = os_run(&x->spawn, &result, &err);
	(void)pthread_mutex_lock(&x->lock);
	x->rc = rc;
	x->err = err;
	x->result = result;
	x->ended = true;
	(void)pthread_mutex_unlock(&x->lock);
	return NULL;
}

static enum err_code start_server(const struct gate_fixtures *f, struct fixture *x,
                                  struct err *err)
{
	const struct gate_runner *g = &f->c->runner;
	struct arena *a = &x->arena;
	struct gate_environment e = { .inherited = os_environ(),
		                      .root = g->root,
		                      .scratch = g->scratch,
		                      .tmp = x->tmp,
		                      .suite = x->policy->id,
		                      .jobs = 1,
		                      .given = &x->given,
		                      .own = &x->policy->env };
	const char *dir = str_eq(x->policy->dir, ".")
	                          ? g->root
	                          : arena_printf(a, "%s/%s", g->root, x->policy->dir);

	x->spawn = (struct os_spawn){ .argv = gate_command_argv(a, &x->policy->serve),
		                      .dir = dir,
		                      .env = gate_environment_make(a, &e),
		                      .grace_ms = GRACE_MS,
		                      .capture_max = OUTPUT_MAX,
		                      .merge = true,
		                      .cancel = &x->server };
	if (!arena_ok(a))
		return err_nomem(err);
	if (pthread_create(&x->thread, NULL, serve, x) != 0)
		return err_nomem(err);
	x->serving = true;
	return ERR_OK;
}

static bool has_ended(struct fixture *x)
{
	bool ended;

	(void)pthread_mutex_lock(&x->lock);
	ended = x->ended;
	(void)pthread_mutex_unlock(&x->lock);
	return ended;
}

/* "exited with code 3: what it said" and the end of its output. */
static void say_ended(struct fixture *x, struct gate_run *out, const char *when)
{
	struct gate_run r;
	struct buf how = BUF_INIT;
	struct span said;

	(void)pthread_mutex_lock(&x->lock);
	gate_run_init(&r);
	r.exit_code = x->result.end == OS_END_EXIT ? x->result.code : -1;
	r.signal = x->result.end == OS_END_SIGNAL ? x->result.code : 0;
	said = span_trim(buf_span(&x->result.out));
	if (x->rc != ERR_OK)
		buf_puts(&how, x->err.msg);
	else if (x->result.end == OS_END_NOT_FOUND)
		buf_puts(&how, "its program was not found");
	else if (x->result.end == OS_END_LIMIT)
		buf_puts(&how, "it had too many processes");
	else
		gate_outcome_end(&how, &r);
	gate_outcome_cause(&how, ": ", said);
	gate_outcome_unknown(out, "the server of fixture %s ended %s: %s", x->policy->id,
	                     when, buf_str(&how));
	if (said.len > TOLD_MAX)
		said = span_from(said, said.len - TOLD_MAX);
	buf_printf(&out->output, "%s==> fixture %s <==\n",
	           out->output.len > 0 ? "\n" : "", x->policy->id);
	buf_put(&out->output, said);
	buf_putc(&out->output, '\n');
	x->told = true;
	(void)pthread_mutex_unlock(&x->lock);
	buf_fini(&how);
	gate_run_fini(&r);
}

bool gate_fixtures_check(const struct gate_fixtures *f, size_t unit, struct gate_run *out)
{
	const struct gate_unit *u = &f->c->plan.units[unit];

	for (size_t i = 0; i < u->need_count; i++) {
		struct fixture *x = fixture_of(f, u->needs[i]);

		if (x == NULL || !x->serving || !has_ended(x))
			continue;
		say_ended(x, out, "before it was torn down");
		return true;
	}
	return false;
}

/* ---- ready ---- */

static void say_not_ready(struct fixture *x, const struct gate_run *last,
                          struct gate_run *out)
{
	char time[WHEN_TEXT];

	when_duration(x->policy->timeout_ms, time);
	gate_outcome_unknown(out, "fixture %s was not ready after %s: %s", x->policy->id,
	                     time, last->reason[0] != '\0' ? last->reason : "no answer");
	(void)snprintf(
		out->remedy, sizeof(out->remedy),
		"see why `ready` of %s does not succeed, or give it more `timeout`",
		x->policy->id);
	buf_put(&out->output, buf_span(&last->output));
}

/* Tries until it succeeds, time is over, or the server is. */
static enum err_code wait_ready(const struct gate_fixtures *f, struct fixture *x,
                                size_t unit, struct gate_run *out, struct err *err)
{
	const uint64_t end = os_ticks_ns() + x->policy->timeout_ms * NS_PER_MS;
	uint64_t pause = FIRST_PAUSE_MS;

	for (;;) {
		uint64_t now = os_ticks_ns();
		struct gate_run try;
		enum err_code rc;
		bool ready;

		gate_run_init(&try);
		rc = read_env(f, x, unit, err);
		if (rc == ERR_OK)
			rc = run_command(f, x, &x->policy->ready,
			                 now < end ? (end - now) / NS_PER_MS + 1 : 1,
			                 f->c->runner.cancel, &try, err);
		ready = try.state == GATE_RUN_PASS;
		if (rc == ERR_OK && !ready && !has_ended(x) && os_ticks_ns() >= end) {
			say_not_ready(x, &try, out);
			ready = true;
		}
		gate_run_fini(&try);
		if (rc != ERR_OK || ready)
			return rc;
		if (has_ended(x))
			return ERR_OK; /* who asks finds out */
		os_wait_until(os_ticks_ns() + pause * NS_PER_MS, f->c->runner.cancel);
		pause = pause * 2 < LAST_PAUSE_MS ? pause * 2 : LAST_PAUSE_MS;
	}
}

/* ---- up and down ---- */

static enum err_code prepare(struct gate_fixtures *f, struct fixture *x, size_t unit,
                             struct err *err)
{
	const struct gate_runner *g = &f->c->runner;
	struct buf tmp = BUF_INIT;
	enum err_code rc = os_mkdirs(g->scratch, 0700, err);

	if (rc == ERR_OK)
		rc = os_mkdtemp(NULL, "seaworthy-", &tmp, err);
	if (rc == ERR_OK) {
		x->tmp = arena_str(&x->arena, buf_str(&tmp));
		x->env_path = arena_printf(&x->arena, "%s/env", x->tmp);
		rc = arena_err(&x->arena, err);
	}
	buf_fini(&tmp);
	if (rc == ERR_OK)
		rc = os_write_atomic(x->env_path, SPAN_EMPTY, 0600, err);
	return rc == ERR_OK ? read_env(f, x, unit, err) : rc;
}

static enum err_code bring_up(struct gate_fixtures *f, struct fixture *x, size_t unit,
                              struct gate_run *out, struct err *err)
{
	const struct gate_fixture *p = x->policy;
	enum err_code rc = prepare(f, x, unit, err);

	out->state = GATE_RUN_PASS;
	if (rc == ERR_OK && is_given(&p->run)) {
		rc = run_command(f, x, &p->run, p->timeout_ms, f->c->runner.cancel, out,
		                 err);
		if (rc == ERR_OK)
			rc = read_env(f, x, unit, err);
	}
	if (rc != ERR_OK || out->state != GATE_RUN_PASS)
		return rc;
	if (is_given(&p->serve) && (rc = start_server(f, x, err)) != ERR_OK)
		return rc;
	if (is_given(&p->ready)) {
		rc = wait_ready(f, x, unit, out, err);
		if (rc == ERR_OK)
			rc = read_env(f, x, unit, err);
	}
	if (rc == ERR_OK && x->serving && has_ended(x))
		say_ended(x, out, "before it was ready");
	return rc;
}

/* A set-up says nothing about the project: it never fails, it is unknown. */
static void settle(struct fixture *x, struct gate_run *out)
{
	char reason[sizeof(out->reason)];

	gate_cases_fini(&out->cases); /* the one of format exit is no test */
	gate_cases_init(&out->cases);
	if (out->state != GATE_RUN_FAIL)
		return;
	(void)snprintf(reason, sizeof(reason), "%s", out->reason);
	gate_outcome_unknown(out, "set-up of fixture %s: %s", x->policy->id, reason);
}

enum err_code gate_fixture_set_up(struct gate_fixtures *f, size_t unit,
                                  struct gate_run *out, struct err *err)
{
	struct fixture *x = f->items[unit];
	int64_t started = os_now_ms();
	struct err why = ERR_INIT;
	struct gate_run down;
	enum err_code rc = bring_up(f, x, unit, out, &why);

	out->id = x->policy->id;
	if (rc != ERR_OK && rc != ERR_NOMEM && rc != ERR_CANCELLED) {
		gate_outcome_unknown(out, "set-up of fixture %s: %s", x->policy->id,
		                     why.msg);
		rc = ERR_OK;
	}
	settle(x, out);
	out->attempts = 1;
	if (rc != ERR_OK || out->state != GATE_RUN_PASS) {
		gate_run_init(&down);
		if (gate_fixture_tear_down(f, unit, &down))
			gate_outcome_warn(out, "%s", down.reason);
		gate_run_fini(&down);
	}
	out->started_ms = started;
	out->ended_ms = os_now_ms();
	return rc == ERR_OK ? ERR_OK : err_set(err, rc, "%s", why.msg);
}

void gate_fixture_note_up(struct gate_fixtures *f, size_t unit, bool up)
{
	f->items[unit]->up = up;
}

bool gate_fixture_tear_down(struct gate_fixtures *f, size_t unit, struct gate_run *out)
{
	struct fixture *x = f->items[unit];
	bool stopped = is_given(&x->policy->stop) && x->env_path != NULL;
	bool early = x->serving && has_ended(x) && !x->told;
	struct err err = ERR_INIT;
	enum err_code rc = ERR_OK;

	out->id = x->policy->id;
	out->state = GATE_RUN_PASS;
	if (stopped)
		rc = run_command(f, x, &x->policy->stop, x->policy->timeout_ms, &x->own,
		                 out, &err);
	if (rc != ERR_OK || out->state != GATE_RUN_PASS) {
		char reason[sizeof(err.msg)];

		(void)snprintf(reason, sizeof(reason), "%s",
		               rc != ERR_OK ? err.msg : out->reason);
		gate_outcome_unknown(out, "tear-down of fixture %s: %s", x->policy->id,
		                     reason);
	}
	if (x->serving) {
		cancel_set(&x->server, 0);
		(void)pthread_join(x->thread, NULL);
		x->serving = false;
	}
	if (early)
		say_ended(x, out, "before it was torn down");
	if (x->tmp != NULL && os_remove_tree(x->tmp, NULL) != ERR_OK)
		gate_outcome_warn(out, "the TMPDIR of fixture %s could not be removed",
		                  x->policy->id);
	return out->state != GATE_RUN_PASS || out->warning[0] != '\0';
}

/* ---- who is done with it ---- */

void gate_fixtures_release(struct gate_fixtures *f, size_t unit)
{
	const struct gate_unit *u = &f->c->plan.units[unit];

	for (size_t i = 0; i < u->need_count; i++) {
		struct fixture *x = fixture_of(f, u->needs[i]);

		if (x != NULL)
			x->users--;
	}
}

static bool is_needed_by_one_that_is_up(const struct gate_fixtures *f, size_t unit)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct gate_unit *u = &f->c->plan.units[i];

		if (f->items[i] == NULL || !f->items[i]->up)
			continue;
		for (size_t k = 0; k < u->need_count; k++)
			if (str_eq(u->needs[k], f->c->plan.units[unit].id))
				return true;
	}
	return false;
}

bool gate_fixtures_take_idle(struct gate_fixtures *f, bool all, size_t *unit)
{
	for (size_t i = 0; i < f->count; i++) {
		struct fixture *x = f->items[i];

		if (x == NULL || !x->up || x->taken ||
		    (all ? is_needed_by_one_that_is_up(f, i) : x->users > 0))
			continue;
		x->taken = true;
		*unit = i;
		return true;
	}
	return false;
}
