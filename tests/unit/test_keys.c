// SPDX-License-Identifier: Apache-2.0
#include "repo/keys.h"

#include "backend/memory.h"
#include "base/wire.h"
#include "repo/doubled.h"
#include "support/check_hex.h"
#include "support/same_keys.h"

TestSuite(keys, .timeout = 30);

/* A store with a configuration and three slots: two passwords and a key file. */
struct fixture {
	struct lb_memory *disk;
	struct lb_backend *store;
	struct lb_config config;
	struct lb_keyset *keys;
	struct lb_id16 ids[3];
};

static const char file[] = "32 bytes of a key file, or more.";

static struct lb_unlock password(const char *text)
{
	return (struct lb_unlock){ LB_SLOT_PASSWORD, span_str(text), NULL };
}

static struct lb_unlock key_file(void)
{
	return (struct lb_unlock){ LB_SLOT_KEY_FILE, span_str(file), NULL };
}

static void add_slot(struct fixture *f, size_t i, struct lb_unlock how)
{
	struct lb_slot_plan plan = {
		.kind = how.kind,
		.suite = LB_SUITE_XCHACHA20,
		.cost = { 1, LB_PWHASH_MEMORY_MIN },
		.secret = how.secret,
	};
	struct buf content = BUF_INIT;
	struct err err = ERR_INIT;

	lb_id16_random(&f->ids[i]);
	plan.id = f->ids[i];
	check_ok(lb_slot_create(&content, &plan, &f->config, f->keys, &err), &err);
	check_ok(lb_slot_store(f->store, &plan.id, buf_span(&content), &err), &err);
	buf_fini(&content);
}

static void fixture_init(struct fixture *f)
{
	struct err err = ERR_INIT;

	*f = (struct fixture){ 0 };
	check_ok(lb_crypto_init(&err), &err);
	check_ok(lb_memory_new(&f->disk, &err), &err);
	check_ok(lb_memory_open(&f->store, f->disk, &err), &err);
	lb_config_default(&f->config);
	check_ok(lb_config_encode(&f->config, &err), &err);
	check_ok(lb_keyset_generate(&f->keys, &err), &err);
	add_slot(f, 0, password("one"));
	add_slot(f, 1, password("two"));
	add_slot(f, 2, key_file());
	check_ok(lb_config_store(f->store, &f->config, &err), &err);
}

static void fixture_fini(struct fixture *f)
{
	lb_keyset_free(f->keys);
	lb_backend_close(f->store);
	lb_memory_free(f->disk);
}

/* Replaces an object by another, behind the back of put-if-absent. */
static void overwrite(struct fixture *f, const char *key, struct span bytes)
{
	struct err err = ERR_INIT;

	check_ok(lb_backend_replace(f->store, key, bytes, &err), &err);
}

static void opens(struct fixture *f, struct lb_unlock how, size_t slot, bool lost)
{
	struct lb_unlocked u;
	struct err err = ERR_INIT;

	check_ok(lb_keys_unlock(&u, f->store, &how, NULL, &err), &err);
	check_true(lb_id16_eq(&u.slot, &f->ids[slot]), "slot %zu opened", slot);
	check_true(same_keys(u.keys, f->keys), "its keys");
	check_true(lb_id_eq(&u.config.hash, &f->config.hash), "the configuration");
	check_int_eq(u.config_lost, lost, "is it lost?");
	lb_keyset_free(u.keys);
}

static void fails(struct fixture *f, struct lb_unlock how, const struct lb_id16 *only,
                  enum err_code want, const char *says)
{
	struct lb_unlocked u;
	struct err err = ERR_INIT;

	check_err(lb_keys_unlock(&u, f->store, &how, only, &err), want, "%s", says);
	check_str_contains(err.msg, says, "message");
	check_null(u.keys, "no keys");
}

Test(keys, each_secret_opens_its_slot)
{
	struct fixture f;

	fixture_init(&f);
	opens(&f, password("one"), 0, false);
	opens(&f, password("two"), 1, false);
	opens(&f, key_file(), 2, false);
	fixture_fini(&f);
}

Test(keys, a_secret_that_opens_none_says_what_was_tried)
{
	const struct lb_unlock code = { LB_SLOT_RECOVERY, span_of(file, 20), NULL };
	struct lb_id16 other;
	struct fixture f;

	fixture_init(&f);
	fails(&f, password("three"), NULL, ERR_AUTH,
	      "wrong password (key slots tried: 2");
	fails(&f, code, NULL, ERR_AUTH, "no key slot is for a recovery code");
	fails(&f, password("one"), &f.ids[1], ERR_AUTH, "tried: 1");
	lb_id16_random(&other);
	fails(&f, password("one"), &other, ERR_AUTH, "there is no key slot");
	fixture_fini(&f);
}

Test(keys, a_lost_or_damaged_configuration_comes_from_the_slot)
{
	struct fixture f;
	struct err err = ERR_INIT;

	fixture_init(&f);
	check_ok(lb_backend_delete(f.store, "config", &err), &err);
	opens(&f, password("one"), 0, true);
	overwrite(&f, "config", SPAN_LIT("garbage"));
	opens(&f, key_file(), 2, true);
	check_ok(lb_backend_delete(f.store, "config", &err), &err);
	check_ok(lb_config_store(f.store, &f.config, &err), &err);
	opens(&f, password("two"), 1, false);
	fixture_fini(&f);
}

Test(keys, an_altered_configuration_is_no_wrong_password)
{
	struct buf object = BUF_INIT;
	struct err err = ERR_INIT;
	struct lb_config other;
	struct fixture f;

	fixture_init(&f);
	other = f.config;
	other.suite = other.suite == LB_SUITE_AES256GCM ? LB_SUITE_XCHACHA20
	                                                : LB_SUITE_AES256GCM;
	check_ok(lb_config_encode(&other, &err), &err);
	check_ok(lb_doubled_put(&object, lb_config_content(&other), &err), &err);
	overwrite(&f, "config", buf_span(&object));
	fails(&f, password("one"), NULL, ERR_CORRUPT, "lifeboat repair");
	fails(&f, password("nine"), NULL, ERR_AUTH, "wrong password");
	buf_fini(&object);
	fixture_fini(&f);
}

/* One that opens for nobody, under the id `n` and at this cost. */
static void add_hostile(struct fixture *f, unsigned n, uint32_t passes, uint32_t kib)
{
	enum { COST_AT = 60 };
	struct lb_slot_plan plan = {
		.kind = LB_SLOT_PASSWORD,
		.id = { { (unsigned char)(n >> 8), (unsigned char)n } },
		.suite = LB_SUITE_XCHACHA20,
		.cost = { 1, LB_PWHASH_MEMORY_MIN },
		.secret = SPAN_LIT("nobody's"),
	};
	struct buf content = BUF_INIT;
	struct err err = ERR_INIT;

	check_ok(lb_slot_create(&content, &plan, &f->config, f->keys, &err), &err);
	wire_store_u32((unsigned char *)content.ptr + COST_AT, passes);
	wire_store_u32((unsigned char *)content.ptr + COST_AT + 4, kib);
	check_ok(lb_slot_store(f->store, &plan.id, buf_span(&content), &err), &err);
	buf_fini(&content);
}

static enum err_code unlock(struct fixture *f, struct lb_unlock how, uint64_t *spent,
                            struct err *err)
{
	struct lb_unlocked u;
	enum err_code rc = lb_keys_unlock_but(&u, f->store, &how, NULL, 0, spent, err);

	lb_keyset_free(u.keys);
	return rc;
}

/* Sixteen of them would take minutes and 4 GiB. */
Test(keys, hostile_slots_cost_little)
{
	struct fixture f;
	struct err err = ERR_INIT;
	uint64_t spent = 0;

	fixture_init(&f);
	for (unsigned i = 0; i < 16; i++)
		add_hostile(&f, i, 16, LB_PWHASH_MEMORY_MAX);
	check_ok(unlock(&f, password("one"), &spent, &err), &err);
	check_true(spent <= 2 * LB_PWHASH_MEMORY_MIN, "only the cheap ones were tried");
	spent = 0;
	check_ok(unlock(&f, key_file(), &spent, &err), &err);
	check_u64_eq(spent, 0, "another kind costs nothing");
	check_err(unlock(&f, password("nine"), &spent, &err), ERR_LIMIT,
	          "no end in sight");
	check_true(spent <= 2 * LB_PWHASH_MEMORY_MIN,
	           "what would go beyond is not begun");
	check_str_contains(err.msg, "16 more cost more than one opening may", "message");
	add_hostile(&f, 99, 17, LB_PWHASH_MEMORY_MAX);
	fails(&f, password("nine"), NULL, ERR_LIMIT, "16 more"); /* that one is damaged */
	fixture_fini(&f);
}

Test(keys, no_more_slots_are_looked_at_than_the_format_allows)
{
	char key[LB_SLOT_KEY];
	struct lb_id16 id = { { 0 } };
	struct fixture f;

	fixture_init(&f);
	for (unsigned i = 0; i < LB_SLOTS_MAX; i++) {
		id.b[14] = (unsigned char)(i >> 8);
		id.b[15] = (unsigned char)i;
		lb_slot_store_key(&id, key);
		overwrite(&f, key, SPAN_LIT("garbage"));
	}
	fails(&f, password("nine"), NULL, ERR_LIMIT, "3 more cost");
	fixture_fini(&f);
}

Test(keys, a_damaged_slot_does_not_stop_another)
{
	char key[LB_SLOT_KEY];
	struct fixture f;

	fixture_init(&f);
	lb_slot_store_key(&f.ids[0], key);
	overwrite(&f, key, SPAN_LIT("garbage"));
	opens(&f, password("two"), 1, false);
	fails(&f, password("one"), NULL, ERR_AUTH, "damaged: 1");
	lb_slot_store_key(&f.ids[1], key);
	overwrite(&f, key, SPAN_LIT("garbage"));
	fails(&f, password("one"), NULL, ERR_CORRUPT, "2 of 3 key slots are damaged");
	opens(&f, key_file(), 2, false);
	fixture_fini(&f);
}

Test(keys, a_slot_under_anothers_name_is_damaged)
{
	struct buf object = BUF_INIT;
	char key[LB_SLOT_KEY];
	struct err err = ERR_INIT;
	struct fixture f;

	fixture_init(&f);
	lb_slot_store_key(&f.ids[0], key);
	check_ok(lb_backend_get(f.store, key, LB_SLOT_MAX, &object, &err), &err);
	lb_slot_store_key(&f.ids[1], key);
	overwrite(&f, key, buf_span(&object));
	lb_slot_store_key(&f.ids[0], key);
	check_ok(lb_backend_delete(f.store, key, &err), &err);
	fails(&f, password("one"), NULL, ERR_CORRUPT, "1 of 2 key slots");
	buf_fini(&object);
	fixture_fini(&f);
}

Test(keys, what_is_no_repository_is_said_to_be_none)
{
	struct fixture f;
	struct err err = ERR_INIT;

	fixture_init(&f);
	check_err(lb_config_store(f.store, &f.config, &err), ERR_OK, "the same again");
	for (size_t i = 0; i < 3; i++)
		check_ok(lb_slot_delete(f.store, &f.ids[i], &err), &err);
	fails(&f, password("one"), NULL, ERR_CORRUPT, "no key slot is left");
	check_ok(lb_backend_delete(f.store, "config", &err), &err);
	fails(&f, password("one"), NULL, ERR_NOT_FOUND, "there is no repository");
	fixture_fini(&f);
}

Test(keys, a_repository_is_not_made_twice)
{
	struct lb_config other;
	struct fixture f;
	struct err err = ERR_INIT;

	fixture_init(&f);
	lb_config_default(&other);
	check_ok(lb_config_encode(&other, &err), &err);
	check_err(lb_config_store(f.store, &other, &err), ERR_EXISTS, "another one");
	check_str_contains(err.msg, "repository already", "message");
	fixture_fini(&f);
}

Test(keys, running_out_of_memory_is_no_wrong_password)
{
	const struct lb_unlock how = key_file();
	struct lb_unlocked u = { 0 };
	struct err err = ERR_INIT;
	enum err_code rc = ERR_NOMEM;
	struct fixture f;

	fixture_init(&f);
	for (uint64_t n = 1; rc != ERR_OK; n++) {
		mem_fail_after(n);
		rc = lb_keys_unlock(&u, f.store, &how, NULL, &err);
		mem_fail_after(0);
		check_true(rc == ERR_OK || rc == ERR_NOMEM, "allocation %d gives %d: %s",
		           (int)n, (int)rc, err.msg);
	}
	check_not_null(u.keys, "in the end it opens");
	lb_keyset_free(u.keys);
	fixture_fini(&f);
}
