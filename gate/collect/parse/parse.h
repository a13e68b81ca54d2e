// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_PARSE_H
#define GATE_PARSE_H

#include "collect/cases.h"
#include "lib/json.h"

/*
 * What the result parsers share. Each format has its own file; all of them are fed
 * hostile bytes, run in time linear in the text, and take terminal colours in stride.
 */

/* True if the first byte that is not white space (or a byte order mark) is `c`. */
bool gate_text_begins(struct span text, char c);

/*
 * The text without ANSI escape sequences and carriage returns, as runners print them when
 * they think that somebody watches. Appends to `out`.
 */
void gate_text_plain(struct span text, struct buf *out);

/* Calls `on_line` for each line of the plain text, which lives during the call only. */
typedef void gate_on_line(void *context, struct span line);
enum err_code gate_text_lines(struct span text, gate_on_line *on_line, void *context,
                              struct err *err) ERR_CHECKED;

/*
 * The JSON object or array in output that may have other lines before and after it: from
 * the first line that begins with a bracket to the last line that ends with its partner.
 * Empty if there is none.
 */
struct span gate_text_json(struct span text);

/* True for what CTest says of a test that it could not start: also "not run", as those
 * are that were left out on purpose. */
bool gate_ctest_could_not_run(struct span why);

/*
 * A report in one JSON object with the member `key`, and maybe other output around it.
 * ERR_CORRUPT for what is none. Of a report that breaks off `*out` has what is whole, and
 * the result is ERR_CORRUPT all the same.
 */
enum err_code gate_json_report(struct json_doc **out, struct span text, const char *name,
                               const char *key, struct err *err) ERR_CHECKED;

/*
 * State of a test whose status is a word that the format is not known to have (NULL:
 * none): it counts as skipped, and results that would pass contradict themselves.
 */
enum gate_case_state gate_status_strange(struct gate_cases *c, const char *word);

/* Milliseconds or seconds as JSON has them ("12.5"), to microseconds; 0 if absent. */
uint64_t gate_json_ms_us(const struct json *v);
uint64_t gate_json_seconds_us(const struct json *v);

/* Seconds as text ("0,25" too), to microseconds; 0 if they are none. */
uint64_t gate_text_seconds_us(struct span text);

#endif
