// SPDX-License-Identifier: Apache-2.0
#include "repo/init.h"

#include "backend/memory.h"
#include "repo/repo.h"
#include "support/check.h"

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
