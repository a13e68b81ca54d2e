// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_PEOPLE_H
#define GATE_PEOPLE_H

#include "base/arena.h"

#include <stdint.h>

/*
 * Who may sign: a line of `people` is a public key of OpenSSH with the names of its owner
 * behind it ("ssh-ed25519 AAAA... alice alice@example.com"), or a line of an
 * allowed_signers file with the names in front ("alice,alice@example.com
 * namespaces=\"seaworthy\" ssh-ed25519 AAAA..."). Pure; strings live in the arena.
 */

/* What signatures of people are made for: `ssh-keygen -Y sign -n`. */
#define GATE_NAMESPACE "seaworthy"

struct gate_person {
	const char *const *names; /* the first is what to call them */
	size_t name_count;
	const char *key; /* "ssh-ed25519 AAAA..", or NULL */
	bool has_after;
	bool has_before;
	int64_t after_ms; /* the key signs from then on */
	int64_t before_ms;
	const char *fault; /* why nothing is signed by this line, or NULL */
};

/* A line that is none has a fault. */
void gate_person_read(struct gate_person *out, struct span line, struct arena *arena);

/* By a name in common, as gate_name_eq has it, or the key. */
bool gate_person_is(const struct gate_person *a, const struct gate_person *b);
/*
 * Is this one of their names? An author is known by name and address; a name without @ is
 * also what stands in front of it in the address. NULL is nobody.
 */
bool gate_person_wrote(const struct gate_person *p, const char *name, const char *email);

/* Blank, or what stands in a form that nobody filled in: TBD, N/A, <name here>, ... */
bool gate_name_is_blank(const char *name);
/* As people see them: whatever the case of ASCII letters, the kind and number of blanks,
 * and characters that nobody sees. */
bool gate_name_eq(const char *a, const char *b);
/* No name does: it is to be refused. */
bool gate_name_has_control(const char *name);

#endif
