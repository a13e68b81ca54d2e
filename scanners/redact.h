// SPDX-License-Identifier: Apache-2.0
#ifndef SCANNERS_REDACT_H
#define SCANNERS_REDACT_H

#include "base/arena.h"

#include <stdint.h>

/*
 * Where secrets stand in a text that is about to be kept: what the secret.* rules of the
 * program would find in it, whatever kind of text it is. Any thread may ask; what looks
 * is made for the first text.
 */
struct scan_redactor;

struct scan_secret {
	const char *rule; /* static */
	size_t start;
	size_t end;
	uint64_t line; /* of the start, from 1 */
};

/* What could not be looked through goes as a whole, under this name. */
#define SCAN_UNSEARCHED "unsearched"

enum err_code scan_redactor_new(struct scan_redactor **out, struct err *err) ERR_CHECKED;
void scan_redactor_free(struct scan_redactor *r);
/* In their order, none inside of another; in the arena. */
enum err_code scan_redactor_find(struct scan_redactor *r, struct span text,
                                 struct arena *arena, struct scan_secret **out,
                                 size_t *count, struct err *err) ERR_CHECKED;

#endif
