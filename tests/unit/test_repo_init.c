// SPDX-License-Identifier: Apache-2.0
#include "repo/init.h"

#include "backend/faulty.h"
#include "backend/memory.h"
#include "repo/repo.h"
#include "support/check.h"

#include <stdio.h>
#include <string.h>

/* A repository is made where there is none, and only there. */

TestSuite(repo_init, .timeout = 60);

static const struct lb_unlock password = { LB_SLOT_PASSWORD, { "secret", 6 }, NULL };

static enum err_code make(struct lb_memory *disk, struct err *err)
{
	struct lb_backend *b = NULL;
	struct lb_repo_plan plan;
	enum err_code rc;

	check_ok(lb_memory_open(&b, disk, err), err);
	lb_repo_plan_default(&plan);
	plan.cost = (struct lb_pwhash_cost){ 1, LB_PWHASH_MEMORY_MIN };
	plan.unlock = password;
	plan.label = "first";
	rc = lb_repo_init(b, &plan, err);
	lb_backend_close(b);
	return rc;
}

static struct lb_memory *new_disk(void)
{
	struct lb_memory *disk = NULL;
	struct err err = ERR_INIT;

	check_ok(lb_crypto_init(&err), &err);
	check_ok(lb_memory_new(&disk, &err), &err);
	return disk;
}

/* Takes the configuration away, and puts something there. */
static void lose_config(struct lb_memory *disk, const char *put)
{
	struct span bytes = SPAN_LIT("something");
	struct lb_backend *b = NULL;
	struct err err = ERR_INIT;

	check_ok(lb_memory_open(&b, disk, &err), &err);
	check_ok(lb_backend_delete(b, "config", &err), &err);
	if (put)
		check_ok(lb_backend_put(b, put, &bytes, 1, &err), &err);
	lb_backend_close(b);
}

static enum err_code count(const char *key, uint64_t size, void *context, struct err *err)
{
	size_t *n = context;

	(void)key;
	(void)size;
	(void)err;
	(*n)++;
	return ERR_OK;
}

static size_t slots_of(struct lb_memory *disk)
{
	struct lb_backend *b = NULL;
	struct err err = ERR_INIT;
	size_t n = 0;

	check_ok(lb_memory_open(&b, disk, &err), &err);
	check_ok(lb_backend_list(b, "keys", count, &n, &err), &err);
	lb_backend_close(b);
	return n;
}

Test(repo_init, there_is_one_already)
{
	struct lb_memory *disk = new_disk();
	struct err err = ERR_INIT;

	check_ok(make(disk, &err), &err);
	check_err(make(disk, &err), ERR_EXISTS, "a second one");
	check_size_eq(slots_of(disk), 1, "the key slot stays");
	lb_memory_free(disk);
}

Test(repo_init, what_an_init_that_was_cut_off_left_goes)
{
	struct lb_memory *disk = new_disk();
	struct lb_backend *b = NULL;
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;

	check_ok(make(disk, &err), &err);
	lose_config(disk, NULL);
	check_ok(make(disk, &err), &err);
	check_size_eq(slots_of(disk), 1, "the old key slot has gone");
	check_ok(lb_memory_open(&b, disk, &err), &err);
	check_ok(lb_repo_open(&repo, b, &password, NULL, &err), &err);
	lb_repo_close(repo);
	lb_memory_free(disk);
}

/* The key slots are all that opens what is stored. */
Test(repo_init, a_repository_that_lost_its_configuration_keeps_its_keys)
{
	static const char *const used[] = {
		"log/00000000/00000001",
		"packs/00/0000000000000000000000000000000000000000000000000000000000000000",
		"index/0000000000000000000000000000000000000000000000000000000000000000",
	};

	for (size_t i = 0; i < sizeof(used) / sizeof(*used); i++) {
		struct lb_memory *disk = new_disk();
		struct err err = ERR_INIT;

		check_ok(make(disk, &err), &err);
		lose_config(disk, used[i]);
		check_err(make(disk, &err), ERR_EXISTS, "%s is there", used[i]);
		check_str_contains(err.msg, "repair config", "the mend");
		check_size_eq(slots_of(disk), 1, "the key slot stays");
		lb_memory_free(disk);
	}
}

/* ---- two at once ---- */

static enum err_code init_by(struct lb_backend *b, const char *secret, struct err *err)
{
	struct lb_repo_plan plan;

	lb_repo_plan_default(&plan);
	plan.unlock = (struct lb_unlock){ LB_SLOT_KEY_FILE, span_str(secret), NULL };
	plan.label = "first";
	return lb_repo_init(b, &plan, err);
}

static const char first[] = "the first one's key of 32 bytes.";
static const char second[] = "the second one's, of 32 as well.";

/* Before this operation of the first one, the second does all that it does. */
struct meeting {
	struct lb_memory *disk;
	uint64_t at;
	enum err_code rc;
	struct err err;
};

static enum lb_fault meet(const struct lb_operation *op, void *context)
{
	struct meeting *m = context;
	struct lb_backend *b = NULL;

	if (op->number != m->at)
		return LB_FAULT_NONE;
	check_ok(lb_memory_open(&b, m->disk, &m->err), &m->err);
	m->rc = init_by(b, second, &m->err);
	lb_backend_close(b);
	return LB_FAULT_NONE;
}

static enum err_code open_by(struct lb_memory *disk, const char *secret)
{
	struct lb_unlock how = { LB_SLOT_KEY_FILE, span_str(secret), NULL };
	struct lb_backend *b = NULL;
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;
	enum err_code rc;

	check_ok(lb_memory_open(&b, disk, &err), &err);
	rc = lb_repo_open(&repo, b, &how, NULL, &err);
	lb_repo_close(repo);
	return rc;
}

Test(repo_init, of_two_at_once_one_wins_whenever_they_meet)
{
	bool met = true;

	for (uint64_t at = 1; met; at++) {
		struct meeting m = { new_disk(), at, ERR_CANCELLED, ERR_INIT };
		struct lb_backend *inner = NULL;
		struct lb_backend *b = NULL;
		struct err err = ERR_INIT;
		enum err_code rc;

		check_ok(lb_memory_open(&inner, m.disk, &err), &err);
		check_ok(lb_faulty_new(&b, inner, meet, &m, &err), &err);
		rc = init_by(b, first, &err);
		met = m.rc != ERR_CANCELLED;
		lb_backend_close(b);
		lb_backend_close(inner);
		check_int_eq(rc == ERR_OK ? m.rc : rc, met ? ERR_EXISTS : ERR_CANCELLED,
		             "operation %llu: the other: %s", (unsigned long long)at,
		             rc == ERR_OK ? m.err.msg : err.msg);
		check_true(rc == ERR_OK || m.rc == ERR_OK, "one has made it");
		check_int_eq(open_by(m.disk, first), rc == ERR_OK ? ERR_OK : ERR_AUTH,
		             "operation %llu: the first one's key",
		             (unsigned long long)at);
		check_int_eq(open_by(m.disk, second), m.rc == ERR_OK ? ERR_OK : ERR_AUTH,
		             "operation %llu: the second one's", (unsigned long long)at);
		check_size_eq(slots_of(m.disk), 1, "operation %llu",
		              (unsigned long long)at);
		check_true(at < 50, "an end");
		lb_memory_free(m.disk);
	}
}

/* Others that had begun put their GENESIS before this operation and the next ones. */
struct crowd {
	struct lb_memory *disk;
	uint64_t at;
	uint64_t count;
	bool came;
};

static enum lb_fault crowd_in(const struct lb_operation *op, void *context)
{
	struct crowd *c = context;
	struct lb_backend *b = NULL;
	struct err err = ERR_INIT;
	char theirs[32];

	if (op->number < c->at || op->number >= c->at + c->count)
		return LB_FAULT_NONE;
	c->came = true;
	(void)snprintf(theirs, sizeof theirs, "another's %u", (unsigned)op->number);
	check_ok(lb_memory_open(&b, c->disk, &err), &err);
	(void)!lb_backend_put_new(b, "log/00000000/00000000", span_str(theirs), &err);
	lb_backend_close(b);
	return LB_FAULT_NONE;
}

Test(repo_init, others_that_had_begun_take_the_log_from_nobody)
{
	bool came = true;

	for (uint64_t at = 1; came; at++) {
		struct crowd c = { new_disk(), at, 12, false };
		struct lb_backend *inner = NULL;
		struct lb_backend *b = NULL;
		struct err err = ERR_INIT;

		check_ok(lb_memory_open(&inner, c.disk, &err), &err);
		check_ok(lb_faulty_new(&b, inner, crowd_in, &c, &err), &err);
		check_int_eq(init_by(b, first, &err), ERR_OK, "operation %llu: %s",
		             (unsigned long long)at, err.msg);
		lb_backend_close(b);
		lb_backend_close(inner);
		came = c.came;
		check_int_eq(open_by(c.disk, first), ERR_OK, "operation %llu: opening",
		             (unsigned long long)at);
		check_true(at < 60, "an end");
		lb_memory_free(c.disk);
	}
}
