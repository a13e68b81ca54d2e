// SPDX-License-Identifier: Apache-2.0
#include "repo/session.h"

#include "backend/memory.h"
#include "pack/keyring.h"
#include "support/check.h"

TestSuite(repo_session, .timeout = 30);

Test(repo_session, a_hint_comes_back)
{
	struct lb_session s, back;
	struct buf plain = BUF_INIT;
	struct err err = ERR_INIT;
	struct lb_id a = { { 1 } };
	char host[] = "castor", program[] = "lifeboat 1";

	lb_session_init(&s);
	lb_session_init(&back);
	s.host = host;
	s.program = program;
	s.start = LB_SLOT(2, 5);
	s.beats = 17;
	check_true(lb_ids_add(&s.packs, &a), "a pack");
	lb_session_encode(&s, &plain);
	check_ok(lb_session_decode(&back, buf_span(&plain), &err), &err);
	check_str_eq(back.host, "castor", "the host");
	check_str_eq(back.program, "lifeboat 1", "the program");
	check_null(back.user, "no user");
	check_true(back.start == s.start && back.beats == 17 && back.packs.count == 1,
	           "the rest");
	lb_ids_fini(&s.packs);
	lb_session_fini(&back);
	buf_fini(&plain);
}

Test(repo_session, malformed_hints_are_refused)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
		{ "\1\3a\0b", 5 },           /* NUL in the host */
		{ "\3\7\0\0\0\0\0\0\0", 9 }, /* a short slot */
		{ "\5\1x", 3 },              /* a cut name */
		{ "\1\1a\1\1b", 6 },         /* the host twice */
		{ "\x80\1a", 3 },            /* needed and unknown */
		{ "\1", 1 },                 /* cut */
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct lb_session s;
		struct err err = ERR_INIT;

		lb_session_init(&s);
		check_err(lb_session_decode(&s, span_of(bad[i].bytes, bad[i].len), &err),
		          ERR_CORRUPT, "case %zu", i);
		lb_session_fini(&s);
	}
}

struct seen {
	size_t readable;
	size_t unreadable;
};

static enum err_code count_one(void *context, const struct lb_session *s, bool readable,
                               struct err *err)
{
	struct seen *seen = context;

	(void)err;
	check_true(s->id.b[0] == (readable ? 5 : 6), "the id is known at any rate");
	seen->readable += readable;
	seen->unreadable += !readable;
	return ERR_OK;
}

Test(repo_session, hints_are_stored_replaced_listed_and_removed)
{
	struct lb_session s, back;
	struct lb_keyring *ring;
	struct lb_memory *disk;
	struct lb_backend *b;
	struct seen seen = { 0, 0 };
	struct err err = ERR_INIT;

	check_ok(lb_crypto_init(&err), &err);
	check_ok(lb_keyring_new(&ring, &err), &err);
	ring->suite = lb_suite_best();
	check_ok(lb_memory_new(&disk, &err), &err);
	check_ok(lb_memory_open(&b, disk, &err), &err);
	lb_session_init(&s);
	lb_session_init(&back);
	s.id.b[0] = 5;
	for (s.beats = 1; s.beats <= 2; s.beats++)
		check_ok(lb_session_store(&s, b, ring, &err), &err);
	check_ok(lb_session_load(&back, &s.id, b, ring, &err), &err);
	check_u64_eq(back.beats, 2, "the newest one stands");
	check_ok(lb_backend_replace(b, "sessions/06000000000000000000000000000000",
	                            SPAN_LIT("garbage"), &err),
	         &err);
	check_ok(lb_session_each(b, ring, count_one, &seen, &err), &err);
	check_true(seen.readable == 1 && seen.unreadable == 1, "a bad hint stops nobody");
	check_ok(lb_session_remove(&s.id, b, &err), &err);
	check_err(lb_session_load(&back, &s.id, b, ring, &err), ERR_NOT_FOUND, "removed");
	lb_session_fini(&back);
	lb_backend_close(b);
	lb_memory_free(disk);
	lb_keyring_free(ring);
}
