// SPDX-License-Identifier: Apache-2.0
#include "repo/session.h"

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
