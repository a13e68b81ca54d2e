// SPDX-License-Identifier: Apache-2.0
#include "repo/slot.h"

#include "base/wire.h"
#include "crypto/digest.h"
#include "os/fs.h"
#include "repo/config.h"
#include "repo/doubled.h"
#include "repo/record.h"
#include "repo/recovery.h"
#include "support/check_hex.h"
#include "support/same_keys.h"

#include <stdio.h>

TestSuite(slot, .timeout = 60);

static const struct lb_pwhash_cost cheapest = { 1, LB_PWHASH_MEMORY_MIN };

/* What tests/golden/slot_vectors.py knows. */
struct golden {
	struct buf object;
	struct buf config_object;
	struct span content;
	struct span config;
	struct lb_slot slot;
};

static void load(struct buf *object, const char *name, struct span *content)
{
	struct err err = ERR_INIT;
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/golden/slots/%s", TEST_SOURCE_DIR, name);
	check_ok(os_read_file(path, LB_SLOT_MAX, object, &err), &err);
	check_ok(lb_doubled_get(buf_span(object), LB_SLOT_MAX, content, &err), &err);
}

static void golden_init(struct golden *g, const char *name)
{
	struct err err = ERR_INIT;

	check_ok(lb_crypto_init(&err), &err);
	*g = (struct golden){ .object = BUF_INIT, .config_object = BUF_INIT };
	load(&g->object, name, &g->content);
	load(&g->config_object, "config", &g->config);
	check_ok(lb_slot_parse(&g->slot, g->content, &err), &err);
}

static void golden_fini(struct golden *g)
{
	buf_fini(&g->object);
	buf_fini(&g->config_object);
}

static char key_file[40];
static char code[LB_RECOVERY];
static struct lb_key recipient;

/* How the golden slot of a kind opens. */
static struct lb_unlock golden_unlock(enum lb_slot_kind kind)
{
	const struct lb_key salt = check_counting_key();
	struct lb_unlock how = { .kind = kind };

	for (size_t i = 0; i < sizeof(key_file); i++)
		key_file[i] = (char)(200 + i);
	for (size_t i = 0; i < sizeof(code); i++)
		code[i] = (char)i;
	lb_kdf(&recipient, &salt, "recipient", SPAN_EMPTY);
	if (kind == LB_SLOT_PASSWORD)
		how.secret = SPAN_LIT("correct horse");
	else if (kind == LB_SLOT_KEY_FILE)
		how.secret = span_of(key_file, sizeof(key_file));
	else if (kind == LB_SLOT_RECOVERY)
		how.secret = span_of(code, sizeof(code));
	else
		how.recipient = &recipient;
	return how;
}

static const struct {
	const char *name;
	enum lb_slot_kind kind;
	uint32_t roles;
	size_t epochs;
} goldens[] = {
	{ "password", LB_SLOT_PASSWORD, 15, 3 },
	{ "key_file", LB_SLOT_KEY_FILE, 15, 3 },
	{ "recovery", LB_SLOT_RECOVERY, LB_ROLE_BACKUP, 0 },
	{ "recipient", LB_SLOT_RECIPIENT, LB_ROLE_BACKUP | LB_ROLE_READ, 3 },
};

Test(slot, opens_what_another_implementation_wrote)
{
	struct lb_keyset *k = NULL;
	struct err err = ERR_INIT;
	struct lb_id seed;
	struct golden g;

	check_ok(lb_hash(SPAN_LIT("golden seed"), &seed, &err), &err);
	for (size_t i = 0; i < 4; i++) {
		const struct lb_unlock how = golden_unlock(goldens[i].kind);

		golden_init(&g, goldens[i].name);
		check_int_eq(g.slot.kind, goldens[i].kind, "kind of %s", goldens[i].name);
		check_ok(lb_slot_open(&k, &g.slot, &how, g.config, &err), &err);
		check_u64_eq(k->roles, goldens[i].roles, "roles of %s", goldens[i].name);
		check_size_eq(k->epochs.count, goldens[i].epochs, "epochs");
		check_mem_eq(k->seed.b, seed.b, LB_KEY, "seed");
		if (k->epochs.count > 0)
			check_u64_eq(lb_epochs_last(&k->epochs)->number, 7, "the last");
		lb_keyset_free(k);
		check_ok(lb_slot_open(&k, &g.slot, &how, SPAN_EMPTY, &err), &err);
		lb_keyset_free(k);
		golden_fini(&g);
	}
}

Test(slot, a_wrong_secret_is_told_from_an_altered_configuration)
{
	struct lb_keyset *k = NULL;
	struct buf changed = BUF_INIT;
	struct err err = ERR_INIT;
	struct golden g;

	for (size_t i = 0; i < 4; i++) {
		struct lb_unlock how = golden_unlock(goldens[i].kind);
		const struct span right = how.secret;

		golden_init(&g, goldens[i].name);
		how.secret = SPAN_LIT("wrong horse of 32 bytes or more..");
		recipient.b[7] ^= 1;
		check_err(lb_slot_open(&k, &g.slot, &how, g.config, &err), ERR_AUTH,
		          "a wrong %s", goldens[i].name);
		recipient.b[7] ^= 1;
		how.secret = right;
		buf_clear(&changed);
		buf_put(&changed, g.config);
		changed.ptr[changed.len - 1] ^= 1;
		check_err(lb_slot_open(&k, &g.slot, &how, buf_span(&changed), &err),
		          ERR_CORRUPT, "an altered configuration, %s", goldens[i].name);
		check_str_contains(err.msg, "repair", "names the mend");
		check_str_contains(err.msg, "`config`", "names the object");
		check_null(k, "no keys");
		golden_fini(&g);
	}
	buf_fini(&changed);
}

Test(slot, another_kind_of_secret_is_said_to_be_one)
{
	const struct lb_unlock how = golden_unlock(LB_SLOT_KEY_FILE);
	struct lb_keyset *k = NULL;
	struct err err = ERR_INIT;
	struct golden g;

	golden_init(&g, "password");
	check_err(lb_slot_open(&k, &g.slot, &how, g.config, &err), ERR_AUTH, "a file");
	check_str_contains(err.msg, "is for a password, not a key file", "message");
	check_str_contains(err.msg, "01010101010101010101010101010101", "names the slot");
	golden_fini(&g);
}

/* Parses and opens bytes with one bit flipped. */
static enum err_code open_flipped(struct golden *g, size_t bit,
                                  const struct lb_unlock *how, struct err *err)
{
	char *byte = &g->object.ptr[LB_DOUBLED_HEAD + bit / 8];
	struct lb_keyset *k = NULL;
	struct lb_slot s;
	enum err_code rc;

	*byte = (char)(*byte ^ 1 << bit % 8);
	rc = lb_slot_parse(&s, g->content, err);
	if (rc == ERR_OK)
		rc = lb_slot_open(&k, &s, how, g->config, err);
	*byte = (char)(*byte ^ 1 << bit % 8);
	lb_keyset_free(k);
	return rc;
}

/* 8 magic, 2 version, 2 kind and kdf, 32 + 16 ids, then passes and memory. */
enum { COST_AT = 60, COST_END = 68, HEADER_TO_CONFIG = 188 };

Test(slot, every_flipped_bit_is_detected)
{
	struct err err = ERR_INIT;
	struct golden g;

	for (size_t i = 0; i < 4; i++) {
		const struct lb_unlock how = golden_unlock(goldens[i].kind);
		const bool slow = goldens[i].kind == LB_SLOT_PASSWORD;
		enum err_code rc;

		golden_init(&g, goldens[i].name);
		for (size_t bit = 0; bit < 8 * g.content.len; bit++) {
			/* A password's cost may be flipped to gigabytes: see below. */
			if (slow && bit / 8 >= COST_AT && bit / 8 < COST_END)
				continue;
			rc = open_flipped(&g, bit, &how, &err);
			check_true(rc == ERR_CORRUPT || rc == ERR_AUTH ||
			                   rc == ERR_UNSUPPORTED,
			           "%s, bit %zu: %d", goldens[i].name, bit, rc);
		}
		golden_fini(&g);
	}
}

Test(slot, with_the_right_secret_an_altered_slot_is_corrupt)
{
	const struct lb_unlock how = golden_unlock(LB_SLOT_KEY_FILE);
	struct err err = ERR_INIT;
	struct golden g;

	golden_init(&g, "key_file");
	/* The slot id, and the last byte of the sealed keys. */
	check_err(open_flipped(&g, (size_t)8 * 44, &how, &err), ERR_CORRUPT, "id");
	check_str_contains(err.msg, "the secret is right", "message");
	check_err(open_flipped(&g, 8 * g.content.len - 1, &how, &err), ERR_CORRUPT,
	          "keys");
	check_str_contains(err.msg, "another slot", "and the mend");
	/* Inside the slot's copy of the configuration. */
	check_err(open_flipped(&g, (size_t)8 * (HEADER_TO_CONFIG + 70), &how, &err),
	          ERR_CORRUPT, "configuration");
	golden_fini(&g);
}

Test(slot, costs_out_of_bounds_are_refused_before_they_are_paid)
{
	static const struct lb_pwhash_cost bad[] = {
		{ 0, 8 },
		{ 65, 8 },
		{ 1, 7 },
		{ 1, LB_PWHASH_MEMORY_MAX + 1 },
	};
	struct err err = ERR_INIT;
	struct lb_slot s;
	struct golden g;

	golden_init(&g, "password");
	for (size_t i = 0; i < 4; i++) {
		unsigned char *at =
			(unsigned char *)g.object.ptr + LB_DOUBLED_HEAD + COST_AT;

		wire_store_u32(at, bad[i].passes);
		wire_store_u32(at + 4, bad[i].memory_kib);
		check_err(lb_slot_parse(&s, g.content, &err), ERR_CORRUPT, "cost %zu", i);
		check_str_contains(err.msg, "out of bounds", "message");
	}
	golden_fini(&g);
}

Test(slot, every_cut_is_refused)
{
	struct err err = ERR_INIT;
	struct lb_slot s;
	struct golden g;

	golden_init(&g, "recipient");
	for (size_t n = 0; n < g.content.len; n++)
		check_err(lb_slot_parse(&s, span_sub(g.content, 0, n), &err), ERR_CORRUPT,
		          "%zu bytes", n);
	golden_fini(&g);
}

struct made {
	struct lb_config config;
	struct lb_keyset *keys;
	struct buf content;
};

static void make(struct made *m, const struct lb_slot_plan *plan)
{
	struct err err = ERR_INIT;

	*m = (struct made){ .content = BUF_INIT };
	lb_config_default(&m->config);
	check_ok(lb_config_encode(&m->config, &err), &err);
	check_ok(lb_keyset_generate(&m->keys, &err), &err);
	buf_puts(&m->content, "before");
	check_ok(lb_slot_create(&m->content, plan, &m->config, m->keys, &err), &err);
}

static void made_fini(struct made *m)
{
	lb_keyset_free(m->keys);
	buf_fini(&m->content);
}

Test(slot, opens_what_it_created)
{
	struct err err = ERR_INIT;
	struct lb_public public;
	struct lb_slot s;
	struct made m;

	for (int kind = LB_SLOT_PASSWORD; kind <= LB_SLOT_RECIPIENT; kind++) {
		const struct lb_unlock how = golden_unlock((enum lb_slot_kind)kind);
		struct lb_slot_plan plan = {
			.kind = how.kind,
			.suite = kind % 2 == 0 ? LB_SUITE_AES256GCM : LB_SUITE_XCHACHA20,
			.cost = cheapest,
			.secret = how.secret,
			.recipient = &public,
		};
		struct lb_keyset *k = NULL;

		lb_box_public(&public, &recipient);
		lb_id16_random(&plan.id);
		make(&m, &plan);
		check_ok(lb_slot_parse(&s, span_from(buf_span(&m.content), 6), &err),
		         &err);
		check_true(lb_id16_eq(&s.id, &plan.id), "its id");
		check_true(lb_id_eq(&s.repo, &m.config.repo), "its repository");
		check_ok(lb_slot_open(&k, &s, &how, lb_config_content(&m.config), &err),
		         &err);
		check_true(same_keys(k, m.keys), "its keys, kind %d", kind);
		lb_keyset_free(k);
		made_fini(&m);
	}
}

Test(slot, the_same_secret_never_gives_the_same_slot)
{
	const struct lb_slot_plan plan = {
		.kind = LB_SLOT_PASSWORD,
		.suite = LB_SUITE_AES256GCM,
		.cost = cheapest,
		.secret = SPAN_LIT("x"),
	};
	struct err err = ERR_INIT;
	struct lb_slot a;
	struct lb_slot b;
	struct made m;
	struct made n;

	make(&m, &plan);
	make(&n, &plan);
	check_ok(lb_slot_parse(&a, span_from(buf_span(&m.content), 6), &err), &err);
	check_ok(lb_slot_parse(&b, span_from(buf_span(&n.content), 6), &err), &err);
	check_true(!lb_key_eq(&a.salt, &b.salt), "salts differ");
	check_true(!lb_equal(a.commit, b.commit, LB_KEY), "and so do commitments");
	made_fini(&m);
	made_fini(&n);
}

Test(slot, a_slot_of_another_repository_is_told)
{
	const struct lb_unlock how = golden_unlock(LB_SLOT_KEY_FILE);
	struct lb_keyset *k = NULL;
	struct err err = ERR_INIT;
	struct lb_config other;
	struct golden g;

	golden_init(&g, "key_file");
	lb_config_default(&other);
	check_ok(lb_config_encode(&other, &err), &err);
	check_err(lb_slot_open(&k, &g.slot, &how, lb_config_content(&other), &err),
	          ERR_CORRUPT, "swapped");
	check_str_contains(err.msg, "another repository's", "message");
	golden_fini(&g);
}

Test(slot, bad_plans_are_refused)
{
	static const struct {
		enum lb_slot_kind kind;
		size_t secret;
		struct lb_pwhash_cost cost;
		const char *says;
	} table[] = {
		{ LB_SLOT_PASSWORD, 0, { 1, 8 }, "empty password" },
		{ LB_SLOT_PASSWORD, 4, { 0, 8 }, "passes" },
		{ LB_SLOT_PASSWORD, 4, { 1, 7 }, "passes" },
		{ LB_SLOT_KEY_FILE, 31, { 0, 0 }, "key file has 32" },
		{ LB_SLOT_KEY_FILE, LB_KEY_FILE_MAX + 1, { 0, 0 }, "1 MiB" },
		{ LB_SLOT_RECOVERY, 19, { 0, 0 }, "20 bytes" },
	};
	static char secret[LB_KEY_FILE_MAX + 1];
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	struct lb_keyset *k = NULL;
	struct lb_config c;

	lb_config_default(&c);
	check_ok(lb_config_encode(&c, &err), &err);
	check_ok(lb_keyset_generate(&k, &err), &err);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct lb_slot_plan plan = {
			.kind = table[i].kind,
			.suite = LB_SUITE_AES256GCM,
			.cost = table[i].cost,
			.secret = span_of(secret, table[i].secret),
		};

		check_err(lb_slot_create(&out, &plan, &c, k, &err), ERR_USAGE, "plan %zu",
		          i);
		check_str_contains(err.msg, table[i].says, "plan %zu", i);
		check_size_eq(out.len, 0, "nothing is written");
	}
	lb_keyset_free(k);
	buf_fini(&out);
}

Test(slot, running_out_of_memory_is_an_error_like_any_other)
{
	const struct lb_slot_plan plan = {
		.kind = LB_SLOT_KEY_FILE,
		.suite = LB_SUITE_XCHACHA20,
		.secret = SPAN_LIT("a key file that is long enough.."),
	};
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	struct lb_keyset *k = NULL;
	struct lb_config c;
	enum err_code rc = ERR_NOMEM;

	lb_config_default(&c);
	check_ok(lb_config_encode(&c, &err), &err);
	check_ok(lb_keyset_generate(&k, &err), &err);
	for (uint64_t n = 1; rc != ERR_OK; n++) {
		buf_fini(&out);
		mem_fail_after(n);
		rc = lb_slot_create(&out, &plan, &c, k, &err);
		mem_fail_after(0);
		check_true(rc == ERR_OK || rc == ERR_NOMEM, "allocation %d", (int)n);
	}
	lb_keyset_free(k);
	buf_fini(&out);
}
