// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_PARSE_READER_H
#define GATE_PARSE_READER_H

#include "collect/cases.h"

/*
 * Reads one result file of a suite's format, pushed in pieces of any size. Memory goes to
 * the cases and to the line or element in hand, but for formats that must be read whole
 * (one JSON document, a pattern, a list for people): of those at most
 * GATE_WHOLE_MAX bytes.
 */

#define GATE_WHOLE_MAX (UINT64_C(256) << 20)

struct gate_reader;

/* The suite, the name for messages and the cases are borrowed. */
enum err_code gate_reader_new(struct gate_reader **out, const struct gate_suite *s,
                              const char *name, struct gate_cases *c,
                              struct err *err) ERR_CHECKED;
/* As the parsers do; ERR_LIMIT, with the mend, for too much of what is read whole. */
enum err_code gate_reader_feed(struct gate_reader *r, struct span piece,
                               struct err *err) ERR_CHECKED;
/* Also after a failed feed (whose error then counts), so that what was seen is told. */
enum err_code gate_reader_end(struct gate_reader *r, struct err *err) ERR_CHECKED;
void gate_reader_free(struct gate_reader *r);

/* All of a text. */
enum err_code gate_reader_text(const struct gate_suite *s, struct span text,
                               const char *name, struct gate_cases *c,
                               struct err *err) ERR_CHECKED;

#endif
