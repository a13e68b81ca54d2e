// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_PARSE_STREAM_H
#define GATE_PARSE_STREAM_H

#include "collect/parse/parse.h"
#include "lib/xml.h"

/*
 * Formats that are read in pieces of any size: what is kept of a text is its cases, and
 * the line or element in hand. A row of functions over a state of its own, which is
 * zeroed before `begin`; `name` lives as long as the state.
 */
struct gate_stream {
	size_t state_size;
	enum err_code (*begin)(void *state, struct gate_cases *c, const char *name,
	                       struct err *err);
	enum err_code (*feed)(void *state, struct span piece, struct err *err);
	/* Also after a failed feed, so that what was seen is told; not after `begin`
	 * failed. */
	enum err_code (*end)(void *state, struct err *err);
	void (*fini)(void *state);
};

extern const struct gate_stream gate_stream_junit;
extern const struct gate_stream gate_stream_ctest_xml;
extern const struct gate_stream gate_stream_ctest; /* the console's text */
extern const struct gate_stream gate_stream_trx;
extern const struct gate_stream gate_stream_xunit;
extern const struct gate_stream gate_stream_tap;
extern const struct gate_stream gate_stream_node_tap;
extern const struct gate_stream gate_stream_gotest;
extern const struct gate_stream gate_stream_reportlog;
extern const struct gate_stream gate_stream_pytest; /* the console's text */
extern const struct gate_stream gate_stream_libtest;
extern const struct gate_stream gate_stream_unittest;
extern const struct gate_stream gate_stream_automake;

#define GATE_STREAM_HEAD 16384 /* bytes of a text that tell what it is */

/* What reads a text of this format that begins so; NULL for what must be read whole. */
const struct gate_stream *gate_stream_of(enum gate_format format, struct span head);
/* Reads all of a text at once. */
enum err_code gate_stream_all(const struct gate_stream *s, struct span text,
                              const char *name, struct gate_cases *c,
                              struct err *err) ERR_CHECKED;
/* The same by what the text begins with; for formats that are never read whole. */
enum err_code gate_stream_text(enum gate_format format, struct span text,
                               const char *name, struct gate_cases *c,
                               struct err *err) ERR_CHECKED;

/* ---- XML in output that may have other lines before it ---- */

struct gate_xml {
	struct xml_reader *reader;
	bool begun; /* its first '<' came */
	bool junk;  /* inside a line of something else */
	bool any;   /* a first byte came */
};

enum err_code gate_xml_begin(struct gate_xml *x, const char *name,
                             const struct xml_handler *handler,
                             struct err *err) ERR_CHECKED;
enum err_code gate_xml_feed(struct gate_xml *x, struct span piece,
                            struct err *err) ERR_CHECKED;
enum err_code gate_xml_end(struct gate_xml *x, struct err *err) ERR_CHECKED;
void gate_xml_fini(struct gate_xml *x);

/* ---- lines ---- */

/* Cuts a text into lines without colours, carriage returns and a byte order mark. */
struct gate_lines {
	const char *name; /* stands in messages */
	struct buf partial;
	struct buf plain;
	uint64_t count; /* lines told */
};

/* ERR_LIMIT for a line of more than 64 MiB, ERR_UNSUPPORTED for UTF-16. */
enum err_code gate_lines_feed(struct gate_lines *l, struct span piece,
                              gate_on_line *on_line, void *context,
                              struct err *err) ERR_CHECKED;
/* The last line, which may have no end. */
enum err_code gate_lines_end(struct gate_lines *l, gate_on_line *on_line, void *context,
                             struct err *err) ERR_CHECKED;
void gate_lines_fini(struct gate_lines *l);

#endif
