/* SPDX-License-Identifier: Apache-2.0 */
/* Random histories of one client against the two rules of backend.h, cut everywhere. */
#include "backend/memory.h"

#include "support/backend.h"

#include <stdio.h>

TestSuite(memory_crash, .timeout = 100);

enum { OPERATIONS = 14, HISTORIES = 60, SEEDS = 6 };

enum kind { PUT, PUT_NEW, DELETE, SYNC, KINDS };

struct operation {
	enum kind kind;
	size_t of;    /* DELETE: the operation whose object it deletes */
	size_t begin; /* steps before it began */
	size_t end;   /* steps when it had returned */
	char key[32];
};

struct history {
	struct lb_memory *disk;
	struct operation ops[OPERATIONS];
	uint64_t dice;
};

static uint64_t draw(struct history *h, uint64_t below)
{
	h->dice = h->dice * 6364136223846793005u + 1442695040888963407u;
	return (h->dice >> 33) % below;
}

static bool is_deleted(const struct history *h, size_t of, size_t before)
{
	for (size_t i = of + 1; i < before; i++)
		if (h->ops[i].kind == DELETE && h->ops[i].of == of)
			return true;
	return false;
}

/* What to delete, or SIZE_MAX if there is nothing. */
static size_t choose_victim(struct history *h, size_t before)
{
	for (int attempt = 0; before > 0 && attempt < 10; attempt++) {
		const size_t of = (size_t)draw(h, before);

		if (h->ops[of].kind <= PUT_NEW && !is_deleted(h, of, before))
			return of;
	}
	return SIZE_MAX;
}

static void run_operation(struct history *h, struct lb_backend *b, size_t i)
{
	struct operation *op = &h->ops[i];
	struct err err = ERR_INIT;

	op->kind = (enum kind)draw(h, KINDS);
	op->of = op->kind == DELETE ? choose_victim(h, i) : i;
	if (op->of == SIZE_MAX)
		op->kind = PUT;
	op->begin = lb_memory_cuts(h->disk);
	if (op->kind == PUT) {
		(void)snprintf(op->key, sizeof(op->key), "packs/%02x/%zu",
		               (unsigned)draw(h, 3), i);
		store(b, op->key, op->key);
	} else if (op->kind == PUT_NEW) {
		(void)snprintf(op->key, sizeof(op->key), "log/%u/%zu",
		               (unsigned)draw(h, 2), i);
		store_new(b, op->key, op->key, ERR_OK);
	} else if (op->kind == DELETE) {
		check_ok(lb_backend_delete(b, h->ops[op->of].key, &err), &err);
	} else {
		check_ok(lb_backend_sync(b, &err), &err);
	}
	op->end = lb_memory_cuts(h->disk);
}

static void run_history(struct history *h, uint64_t seed, enum lb_arbitration how)
{
	struct lb_backend *b = NULL;
	struct err err = ERR_INIT;

	*h = (struct history){ .dice = seed };
	check_ok(lb_memory_new(&h->disk, &err), &err);
	check_ok(lb_memory_record(h->disk, &err), &err);
	check_ok(lb_memory_open(&b, h->disk, &err), &err);
	check_ok(lb_backend_arbitrate(b, how, &err), &err);
	for (size_t i = 0; i < OPERATIONS; i++)
		run_operation(h, b, i);
	lb_backend_close(b);
}

/* Has something happened by the cut that makes all before it durable? */
static bool made_durable(const struct history *h, size_t i, size_t cut, const bool *there)
{
	if (h->ops[i].kind == PUT_NEW && h->ops[i].end <= cut)
		return true;
	for (size_t later = i + 1; later < OPERATIONS; later++) {
		const struct operation *op = &h->ops[later];

		if (op->kind != PUT &&
		    (op->end <= cut ||
		     (op->kind == PUT_NEW && op->begin < cut && there[later])))
			return true;
	}
	return false;
}

static bool deletion_began(const struct history *h, size_t i, size_t cut)
{
	for (size_t later = i + 1; later < OPERATIONS; later++)
		if (h->ops[later].kind == DELETE && h->ops[later].of == i)
			return h->ops[later].begin < cut;
	return false;
}

static bool deletion_synced(const struct history *h, size_t i, size_t cut)
{
	size_t at = i + 1;

	while (at < OPERATIONS && !(h->ops[at].kind == DELETE && h->ops[at].of == i))
		at++;
	for (at++; at < OPERATIONS; at++)
		if (h->ops[at].kind == SYNC && h->ops[at].end <= cut)
			return true;
	return false;
}

static bool is_there(struct lb_backend *b, const struct operation *op)
{
	uint64_t size;

	if (lb_backend_size(b, op->key, &size, NULL) != ERR_OK)
		return false;
	check_object(b, op->key, op->key);
	return true;
}

/* Gives how many objects were lost, as they may. */
static size_t check_state(const struct history *h, struct lb_backend *b, size_t cut,
                          uint64_t seed)
{
	bool there[OPERATIONS] = { false };
	size_t lost = 0;

	for (size_t i = 0; i < OPERATIONS; i++)
		there[i] = h->ops[i].kind <= PUT_NEW && is_there(b, &h->ops[i]);
	for (size_t i = 0; i < OPERATIONS; i++) {
		const struct operation *op = &h->ops[i];

		if (op->kind > PUT_NEW)
			continue;
		if (!deletion_began(h, i, cut) && op->end <= cut) {
			check_true(there[i] || !made_durable(h, i, cut, there),
			           "cut %zu, seed %d: %s is lost", cut, (int)seed,
			           op->key);
			lost += !there[i];
		}
		check_true(!there[i] || !deletion_synced(h, i, cut),
		           "cut %zu, seed %d: %s is back", cut, (int)seed, op->key);
		check_true(!there[i] || op->begin < cut, "%s before its time", op->key);
	}
	return lost;
}

static void check_rules(enum lb_arbitration how)
{
	size_t cuts = 0;
	size_t lost = 0;
	struct err err = ERR_INIT;

	for (uint64_t number = 1; number <= HISTORIES; number++) {
		struct history h;

		run_history(&h, number, how);
		for (size_t cut = 0; cut <= lb_memory_cuts(h.disk); cut++) {
			for (uint64_t seed = 0; seed < SEEDS; seed++) {
				struct lb_memory *after = NULL;
				struct lb_backend *b = NULL;

				check_ok(lb_memory_crash(&after, h.disk, cut,
				                         seed + number * seed, &err),
				         &err);
				check_ok(lb_memory_open(&b, after, &err), &err);
				lost += check_state(&h, b, cut, seed);
				lb_backend_close(b);
				lb_memory_free(after);
			}
			cuts++;
		}
		lb_memory_free(h.disk);
	}
	check_true(lost > 100, "puts that nothing rests on are lost at times: %zu", lost);
	cr_log_info("%d histories, %zu cut points, %d seeds each: %zu losses allowed",
	            HISTORIES, cuts, SEEDS, lost);
}

Test(memory_crash, any_history_keeps_the_rules_by_link)
{
	check_rules(LB_ARBITRATION_LINK);
}

Test(memory_crash, any_history_keeps_the_rules_by_rename)
{
	check_rules(LB_ARBITRATION_RENAME);
}
