// SPDX-License-Identifier: Apache-2.0
/* What people hand in: signatures of ssh-keygen, lines of keys, sign-offs, envelopes and
 * authors. The first byte chooses. */
#include "crypto/sshsig.h"
#include "policy/people.h"
#include "record/authors.h"
#include "record/signoffs.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_signature(struct span text)
{
	struct lb_verifier by;
	struct err err = ERR_INIT;

	/* Nobody signed an empty text for this purpose with a key that fuzzing finds. */
	if (lb_sshsig_check(&by, text, "fuzzing", SPAN_EMPTY, &err) == ERR_OK)
		abort();
	if (err.msg[0] == '\0')
		abort();
}

static void check_person(struct span text, struct arena *arena)
{
	struct gate_person p;

	gate_person_read(&p, text, arena);
	if (!arena_ok(arena))
		return;
	if (p.fault == NULL && (p.key == NULL || p.name_count == 0))
		abort();
	(void)gate_person_wrote(&p, "alice", "alice@example.com");
	if (p.name_count > 0 && !gate_person_is(&p, &p))
		abort();
}

/* What is read is what its statement, written anew, gives. */
static void check_statement(struct span text, struct arena *arena)
{
	struct gate_signoff s = { .file = "x" };
	struct gate_signoff again = { .file = "x" };
	struct buf one = BUF_INIT;
	struct buf two = BUF_INIT;
	struct err err = ERR_INIT;

	if (gate_signoff_read(&s, text, arena, &err) != ERR_OK)
		return;
	gate_signoff_write(&s, &one);
	if (gate_signoff_read(&again, buf_span(&one), arena, &err) != ERR_OK)
		abort();
	gate_signoff_write(&again, &two);
	if (!span_eq(buf_span(&one), buf_span(&two)))
		abort();
	buf_fini(&one);
	buf_fini(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct gate_signoff_rule rule = { .role = "lead" };
	struct gate_policy policy = { .signoffs = &rule, .signoff_count = 1 };
	struct gate_signoff said = { .file = "x" };
	struct gate_authors authors;
	struct err err = ERR_INIT;
	struct span text;

	if (size == 0 || lb_crypto_init(&err) != ERR_OK)
		return 0;
	text = span_of((const char *)data + 1, size - 1);
	if (data[0] == 's')
		check_signature(text);
	else if (data[0] == 'p')
		check_person(text, &arena);
	else if (data[0] == 'o')
		check_statement(text, &arena);
	else if (data[0] == 'e')
		gate_signoff_open(&said, text, &policy, &arena);
	else if (gate_authors_read(&authors, text, &arena, &err) == ERR_OK &&
	         authors.count > 0 && !authors.known)
		abort();
	/* Nobody whom this policy names signed anything. */
	if (data[0] == 'e' && arena_ok(&arena) && said.fault == NULL)
		abort();
	arena_fini(&arena);
	return 0;
}
