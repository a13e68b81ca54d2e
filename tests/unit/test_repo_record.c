// SPDX-License-Identifier: Apache-2.0
#include "repo/record_seal.h"

#include "base/wire.h"
#include "crypto/digest.h"
#include "pack/keyring.h"
#include "repo/list.h"
#include "repo/next.h"
#include "repo/state.h"
#include "support/check.h"

TestSuite(repo_record, .timeout = 30);

static struct lb_id id_of(unsigned char first)
{
	struct lb_id id = { { first, 7 } };

	return id;
}

static struct lb_id16 id16_of(unsigned char first)
{
	struct lb_id16 id = { { first, 9 } };

	return id;
}

/* Names in every list, a key, a removal and an epoch. */
static void fill_all(struct lb_record *r)
{
	struct lb_id a = id_of(1), b = id_of(2);

	check_true(lb_ids_add(&r->segments, &a) && lb_ids_add(&r->segments, &b) &&
	                   lb_ids_add(&r->dropped, &b) && lb_ids_add(&r->condemned, &a),
	           "names are added");
	r->dead.listed = true;
	r->dead.list = id_of(3);
	r->dead.list_count = 70000;
	r->judged = LB_SLOT(1, 2);
	r->has_key = true;
	r->key.slot = id16_of(4);
	r->key.roles = LB_ROLE_BACKUP | LB_ROLE_READ;
	r->key.time = -5;
	memcpy(r->key.label, "laptop", 7);
	r->has_key_removed = true;
	r->key_removed = id16_of(5);
	wire_put_u32(&r->epoch_keys, 3);
	wire_put_zeros(&r->epoch_keys, 16 + 80);
	r->has_config = true;
	r->config = id_of(6);
}

static void check_all(const struct lb_record *r)
{
	check_size_eq(r->segments.count, 2, "segments come back");
	check_true(lb_id_eq(&r->segments.ids[1], &(struct lb_id){ { 2, 7 } }),
	           "in their order");
	check_size_eq(r->dropped.count, 1, "dropped segments come back");
	check_size_eq(r->condemned.count, 1, "condemned packs come back");
	check_true(r->dead.listed && r->dead.list_count == 70000, "so does a list");
	check_u64_eq(r->judged, LB_SLOT(1, 2), "the slot judged comes back");
	check_true(r->has_key && r->key.roles == 3 && r->key.time == -5, "the key too");
	check_str_eq(r->key.label, "laptop", "with its label");
	check_true(r->has_key_removed && r->key_removed.b[0] == 5, "the key removed too");
	check_size_eq(r->epoch_keys.len, 4 + 16 + 80, "a new data epoch too");
	check_true(r->has_config && r->config.b[0] == 6, "the configuration's hash too");
}

Test(repo_record, shared_fields_come_back)
{
	struct lb_record r, back;
	struct buf bytes = BUF_INIT;
	struct err err = ERR_INIT;

	lb_record_init(&r, LB_KEYS);
	lb_record_init(&back, LB_KEYS);
	fill_all(&r);
	lb_record_put_shared(&r, &bytes);
	check_ok(lb_record_get_shared(&back, buf_span(&bytes), &err), &err);
	check_all(&back);
	lb_record_fini(&r);
	lb_record_fini(&back);
	buf_fini(&bytes);
}

Test(repo_record, every_cut_of_the_shared_fields_is_refused_or_shorter)
{
	struct buf bytes = BUF_INIT, again = BUF_INIT;
	struct lb_record r;

	lb_record_init(&r, LB_KEYS);
	fill_all(&r);
	lb_record_put_shared(&r, &bytes);
	for (size_t len = 0; len < bytes.len; len++) {
		struct span cut = span_sub(buf_span(&bytes), 0, len);
		struct lb_record back;

		lb_record_init(&back, LB_KEYS);
		buf_clear(&again);
		if (lb_record_get_shared(&back, cut, NULL) == ERR_OK) {
			lb_record_put_shared(&back, &again);
			check_true(span_eq(buf_span(&again), cut),
			           "%zu bytes are a record of fewer fields", len);
		}
		lb_record_fini(&back);
	}
	lb_record_fini(&r);
	buf_fini(&bytes);
	buf_fini(&again);
}

Test(repo_record, malformed_fields_are_refused)
{
	static const struct {
		uint8_t tag;
		const char *value;
		size_t len;
	} bad[] = {
		{ 128, "\0", 1 },             /* no name */
		{ 128, "\0abc", 4 },          /* a cut name */
		{ 128, "\2", 1 },             /* an unknown form */
		{ 132, "\0\0\0\0\0\0\0", 7 }, /* a short slot */
		{ 133, "short", 5 },          /* a cut key */
		{ 134, "short", 5 },          /* a cut id */
		{ 135, "\0\0\0\0", 4 },       /* for no slot */
		{ 136, "short", 5 },          /* a cut hash */
		{ 200, "what is this", 12 },  /* needed and unknown */
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct buf bytes = BUF_INIT;
		struct lb_record r;
		struct err err = ERR_INIT;

		lb_record_init(&r, LB_COMMIT);
		wire_put_field(&bytes, bad[i].tag, span_of(bad[i].value, bad[i].len));
		check_err(lb_record_get_shared(&r, buf_span(&bytes), &err), ERR_CORRUPT,
		          "field %u of case %zu", bad[i].tag, i);
		lb_record_fini(&r);
		buf_fini(&bytes);
	}
}

/* A repository's keys, and who writes there. */
struct keys {
	struct lb_keyring *ring;
	struct lb_sign_key sign;
	struct lb_public public;
	struct lb_record_sealer sealer;
	struct lb_record_codec codec;
	struct lb_state *state;
};

static void keys_init(struct keys *k, bool can_read, uint32_t roles)
{
	struct lb_key seed = { { 42 } };
	struct lb_record genesis;
	struct err err = ERR_INIT;

	memset(k, 0, sizeof(*k));
	check_ok(lb_crypto_init(&err), &err);
	check_ok(lb_keyring_new(&k->ring, &err), &err);
	k->ring->repo = id_of(77);
	k->ring->suite = lb_suite_best();
	k->ring->dedup_key.b[0] = 3;
	k->ring->can_read = can_read;
	if (can_read)
		check_ok(lb_epochs_add(&k->ring->epochs, 1, &seed, &err), &err);
	lb_sign_derive(&k->sign, &seed);
	lb_sign_public(&k->public, &k->sign);
	k->sealer = (struct lb_record_sealer){ .keyring = k->ring, .sign = &k->sign };
	k->codec = lb_record_codec_of(&k->sealer);
	check_ok(lb_state_new(&k->state, NULL, &err), &err);
	lb_record_init(&genesis, LB_GENESIS);
	genesis.slot = 0;
	genesis.has_key = true;
	genesis.key.sign_public = k->public;
	genesis.key.roles = roles;
	check_ok(lb_state_apply(k->state, &genesis, &err), &err);
	lb_record_fini(&genesis);
}

static void keys_fini(struct keys *k)
{
	lb_state_free(k->state);
	lb_keyring_free(k->ring);
}

static void encode_commit(struct keys *k, struct buf *out)
{
	struct lb_id segment = id_of(8);
	struct err err = ERR_INIT;
	struct lb_record r;

	lb_record_init(&r, LB_COMMIT);
	r.slot = LB_SLOT(0, 1);
	r.nonce = id16_of(11);
	r.session = id16_of(12);
	r.start = 0;
	r.private_state = LB_PRIVATE_OPEN;
	buf_puts(&r.private_part, "the snapshot");
	check_true(lb_ids_add(&r.segments, &segment), "a segment is named");
	check_ok(k->codec.encode(k->codec.context, &r, out, &err), &err);
	lb_record_fini(&r);
}

Test(repo_record, a_sealed_record_comes_back)
{
	struct buf bytes = BUF_INIT;
	struct err err = ERR_INIT;
	struct lb_record back;
	struct keys k;

	keys_init(&k, true, LB_ROLE_BACKUP);
	encode_commit(&k, &bytes);
	lb_record_init(&back, 0);
	check_ok(k.codec.decode(k.codec.context, buf_span(&bytes), k.state, &back, &err),
	         &err);
	check_true(!back.is_void && back.type == LB_COMMIT, "it means something");
	check_u64_eq(back.slot, 1, "its slot");
	check_size_eq(back.segments.count, 1, "its segment");
	check_int_eq(back.private_state, LB_PRIVATE_OPEN, "its private part opens");
	check_str_eq(buf_str(&back.private_part), "the snapshot", "to what was sealed");
	lb_record_fini(&back);
	buf_fini(&bytes);
	keys_fini(&k);
}

Test(repo_record, every_flipped_byte_is_found)
{
	struct buf bytes = BUF_INIT;
	struct keys k;

	keys_init(&k, true, LB_ROLE_BACKUP);
	encode_commit(&k, &bytes);
	for (size_t i = 0; i < bytes.len; i++) {
		struct lb_record back;
		enum err_code rc;

		lb_record_init(&back, 0);
		bytes.ptr[i] ^= 1;
		rc = k.codec.decode(k.codec.context, buf_span(&bytes), k.state, &back,
		                    NULL);
		bytes.ptr[i] ^= 1;
		/* Another writer id: a stranger's record, which means nothing. */
		check_true(rc != ERR_OK || back.is_void, "byte %zu", i);
		lb_record_fini(&back);
	}
	buf_fini(&bytes);
	keys_fini(&k);
}

Test(repo_record, a_writer_without_the_role_writes_void_records)
{
	struct buf bytes = BUF_INIT;
	struct err err = ERR_INIT;
	struct lb_record back;
	struct keys k;

	keys_init(&k, true, LB_ROLE_PRUNE);
	encode_commit(&k, &bytes);
	lb_record_init(&back, 0);
	check_ok(k.codec.decode(k.codec.context, buf_span(&bytes), k.state, &back, &err),
	         &err);
	check_true(back.is_void, "a COMMIT needs the backup role");
	check_size_eq(back.segments.count, 0, "its parts are not looked at");
	lb_record_fini(&back);
	buf_fini(&bytes);
	keys_fini(&k);
}

/* What a writer with the role signs may be nonsense; it must not stop the others. */
static void decode_nonsense(struct keys *k, struct lb_record *r, struct lb_record *back,
                            const char *what)
{
	struct buf bytes = BUF_INIT;
	struct err err = ERR_INIT;

	r->nonce = id16_of(11);
	check_ok(k->codec.encode(k->codec.context, r, &bytes, &err), &err);
	k->ring->epochs.items[0].key.b[3] = 0;
	lb_record_init(back, 0);
	check_ok(
		k->codec.decode(k->codec.context, buf_span(&bytes), k->state, back, &err),
		&err);
	check_true(back->malformed, "%s is malformed", what);
	lb_record_fini(r);
	buf_fini(&bytes);
}

Test(repo_record, parts_that_say_nothing_do_not_break_the_log)
{
	struct lb_id segment = id_of(8);
	struct lb_record r, back;
	struct keys k;

	keys_init(&k, true, LB_ROLE_BACKUP | LB_ROLE_ADMIN);
	lb_record_init(&r, LB_COMMIT);
	r.slot = LB_SLOT(0, 1);
	check_true(lb_ids_add(&r.segments, &segment), "a segment is named");
	buf_puts(&r.epoch_keys, "cut");
	decode_nonsense(&k, &r, &back, "a shared part");
	check_true(back.is_void && back.segments.count == 0, "as a whole");
	lb_record_fini(&back);

	lb_record_init(&r, LB_COMMIT);
	r.slot = LB_SLOT(0, 1);
	check_true(lb_ids_add(&r.segments, &segment), "a segment is named");
	r.private_state = LB_PRIVATE_OPEN;
	buf_puts(&r.private_part, "sealed with a key of the writer's own");
	k.ring->epochs.items[0].key.b[3] = 1;
	decode_nonsense(&k, &r, &back, "a private part");
	check_true(!back.is_void && back.segments.count == 1, "only that part");
	check_true(back.private_state == LB_PRIVATE_OPEN && back.private_part.len == 0,
	           "it says nothing");
	lb_record_fini(&back);

	lb_record_init(&r, LB_GENESIS);
	r.slot = LB_SLOT(0, 5);
	decode_nonsense(&k, &r, &back, "a second GENESIS");
	check_true(back.is_void, "as a whole");
	lb_record_fini(&back);
	keys_fini(&k);
}

Test(repo_record, a_key_without_the_read_role_keeps_the_private_part_closed)
{
	struct buf bytes = BUF_INIT;
	struct err err = ERR_INIT;
	struct lb_record back;
	struct keys reader, writer;

	keys_init(&reader, true, LB_ROLE_BACKUP);
	keys_init(&writer, false, LB_ROLE_BACKUP);
	encode_commit(&reader, &bytes);
	lb_record_init(&back, 0);
	check_ok(writer.codec.decode(writer.codec.context, buf_span(&bytes), writer.state,
	                             &back, &err),
	         &err);
	check_int_eq(back.private_state, LB_PRIVATE_CLOSED, "it has no key for it");
	check_size_eq(back.segments.count, 1, "but sees what is shared");
	lb_record_fini(&back);
	buf_fini(&bytes);
	keys_fini(&reader);
	keys_fini(&writer);
}

Test(repo_record, a_successor_comes_back_and_its_signature_holds)
{
	struct lb_id hashes[2] = { { { 1 } }, { { 2 } } };
	struct lb_next next, back;
	struct buf bytes = BUF_INIT;
	struct err err = ERR_INIT;
	struct keys k;

	keys_init(&k, true, LB_ROLE_PRUNE);
	lb_next_init(&next);
	lb_next_init(&back);
	next.epoch = 3;
	next.hashes = hashes;
	next.count = 2;
	check_ok(k.codec.sign_next(k.codec.context, &next, &err), &err);
	lb_next_put(&next, &bytes);
	check_ok(lb_next_get(&back, buf_span(&bytes), &err), &err);
	check_true(back.epoch == 3 && back.count == 2 && back.hashes[1].b[0] == 2,
	           "all of it");
	check_ok(k.codec.check_next(k.codec.context, &back, k.state, &err), &err);
	back.epoch = 4;
	check_err(k.codec.check_next(k.codec.context, &back, k.state, &err), ERR_AUTH,
	          "for another epoch it does not hold");
	lb_next_fini(&back);
	check_err(lb_next_get(&back, span_sub(buf_span(&bytes), 0, bytes.len - 1), &err),
	          ERR_CORRUPT, "cut");
	lb_next_fini(&back);
	buf_fini(&bytes);
	keys_fini(&k);
}

Test(repo_record, lists_and_checkpoints_come_back)
{
	struct lb_ids names = { 0 }, back = { 0 };
	struct buf plain = BUF_INIT;
	struct err err = ERR_INIT;
	struct lb_id a = id_of(1);
	struct span rest, record;
	uint32_t count;

	check_true(lb_ids_add(&names, &a), "a name");
	lb_list_put(LB_LIST_PACKS, &names, &plain);
	check_ok(lb_list_get(buf_span(&plain), LB_LIST_PACKS, &back, &err), &err);
	check_size_eq(back.count, 1, "it comes back");
	check_err(lb_list_get(buf_span(&plain), LB_LIST_SEGMENTS, &back, &err),
	          ERR_CORRUPT, "as another kind it is refused");
	buf_clear(&plain);
	lb_checkpoint_begin(&plain, 2);
	lb_checkpoint_add(&plain, SPAN_LIT("one"));
	lb_checkpoint_add(&plain, SPAN_LIT(""));
	rest = buf_span(&plain);
	check_ok(lb_checkpoint_open(&rest, &count, &err), &err);
	check_u64_eq(count, 2, "two records");
	check_ok(lb_checkpoint_take(&rest, &record, &err), &err);
	check_true(span_eq_str(record, "one"), "the first");
	check_ok(lb_checkpoint_take(&rest, &record, &err), &err);
	check_true(record.len == 0 && rest.len == 0, "the second, and nothing more");
	check_err(lb_checkpoint_take(&rest, &record, &err), ERR_CORRUPT, "no third");
	lb_ids_fini(&names);
	lb_ids_fini(&back);
	buf_fini(&plain);
}
