// SPDX-License-Identifier: Apache-2.0
#ifndef GATE_COVERAGE_READER_INTERNAL_H
#define GATE_COVERAGE_READER_INTERNAL_H

#include "collect/coverage/reader.h"
#include "lib/json_push.h"
#include "lib/xml.h"

#include <string.h>

/*
 * A format is a row of functions over a state of its own. Those of lines, XML and JSON
 * share what cuts the pieces: lines.c, and the push parsers of engine/lib.
 */

struct gate_cov_format {
	const char *name;
	size_t state_size; /* zeroed before begin */
	enum err_code (*begin)(struct gate_cov_reader *r, struct err *err);
	enum err_code (*feed)(struct gate_cov_reader *r, struct span piece,
	                      struct err *err);
	enum err_code (*end)(struct gate_cov_reader *r, struct err *err);
	void (*fini)(void *state);
};

extern const struct gate_cov_format gate_cov_lcov;
extern const struct gate_cov_format gate_cov_go;
extern const struct gate_cov_format gate_cov_cobertura;
extern const struct gate_cov_format gate_cov_jacoco;
extern const struct gate_cov_format gate_cov_gcov; /* and gcovr */
extern const struct gate_cov_format gate_cov_llvm;
extern const struct gate_cov_format gate_cov_istanbul;
extern const struct gate_cov_format gate_cov_python; /* coverage.py */

/* What the text begins with; NULL with the error where nobody knows it. */
const struct gate_cov_format *gate_cov_recognise(struct span head, const char *name,
                                                 struct err *err);

/* All of a text that is said to have this format. */
enum err_code gate_cov_read_as(const struct gate_cov_format *format, struct span text,
                               size_t piece, struct gate_cov_report *out,
                               struct err *err) ERR_CHECKED;

enum { GATE_COV_HEAD = 16 * 1024 };

struct gate_cov_reader {
	const char *name;
	struct gate_cov_report report;
	const struct gate_cov_format *format; /* NULL until it is recognised */
	void *state;
	struct buf head;            /* until then */
	struct gate_cov_file *file; /* in hand */
	uint64_t bytes;
	uint64_t spread; /* lines that ranges were spread over */
};

/* ---- for formats ---- */

/* The file in hand is this one now. */
enum err_code gate_cov_enter(struct gate_cov_reader *r, struct span path,
                             struct err *err) ERR_CHECKED;
/* Of the file in hand, hits summed. ERR_CORRUPT where there is none. */
enum err_code gate_cov_put(struct gate_cov_reader *r, enum gate_cov_kind kind,
                           uint64_t line, uint32_t id, uint64_t hits,
                           struct err *err) ERR_CHECKED;
/* A folder that names may be relative to. */
enum err_code gate_cov_folder(struct gate_cov_reader *r, struct span folder,
                              struct err *err) ERR_CHECKED;
/* Counts `lines` more that a range covers: ERR_LIMIT if all ranges cover too many. */
enum err_code gate_cov_spread(struct gate_cov_reader *r, uint64_t lines,
                              struct err *err) ERR_CHECKED;
/* A count of hits as reports write it: digits, or a negative number or "-", which are
 * none. False if it is neither. */
bool gate_cov_hits(struct span text, uint64_t *out);
uint32_t gate_cov_clip(uint64_t hits);

/* ---- lines ---- */

struct gate_cov_lines {
	struct buf partial; /* of a line that goes on in the next piece */
	uint64_t line;      /* from 1, of the one in hand */
};

/* Without its LF or CRLF. */
typedef enum err_code gate_cov_line(struct gate_cov_reader *r, struct span line,
                                    struct err *err);

enum err_code gate_cov_lines_feed(struct gate_cov_reader *r, struct gate_cov_lines *l,
                                  struct span piece, gate_cov_line *each,
                                  struct err *err) ERR_CHECKED;
enum err_code gate_cov_lines_end(struct gate_cov_reader *r, struct gate_cov_lines *l,
                                 gate_cov_line *each, struct err *err) ERR_CHECKED;

/* ---- JSON ---- */

/*
 * Where a JSON reader is, as a word: one letter a level, '[' in an array, the letter of a
 * key that the format knows, '?' of one it does not know, '*' of any key of an object
 * that is a dictionary. "f[l[n" is files[].lines[].line_number.
 */
struct gate_cov_key {
	const char *key;
	char letter;
	bool dictionary; /* its keys are names, not the format's */
};

struct gate_cov_json {
	struct json_push push;
	/* Set by the format: */
	const struct gate_cov_key *keys; /* ends at NULL */
	bool dictionary;                 /* the outermost object is one */
	struct gate_cov_reader *reader;
	/* A string, number or word. */
	enum err_code (*scalar)(struct gate_cov_json *j, enum json_push_event what,
	                        struct span text, struct err *err);
	/* A container begins or ends, whose own place is `where`; may be NULL. */
	enum err_code (*enter)(struct gate_cov_json *j, struct err *err);
	enum err_code (*leave)(struct gate_cov_json *j, struct err *err);
	/* Where it is: */
	char where[JSON_PUSH_DEPTH + 2];   /* ends at NUL */
	size_t index[JSON_PUSH_DEPTH + 1]; /* of the array element, from 0 */
	bool is_dictionary[JSON_PUSH_DEPTH + 1];
	bool is_array[JSON_PUSH_DEPTH + 1];
	size_t depth;
	struct buf name[2]; /* keys of the two outermost dictionaries */
	size_t named[2];    /* and their levels, from 1; 0 = none */
};

void gate_cov_json_init(struct gate_cov_json *j, struct gate_cov_reader *r,
                        const struct gate_cov_key *keys, bool many);
void gate_cov_json_fini(struct gate_cov_json *j);
static inline bool gate_cov_json_at(const struct gate_cov_json *j, const char *where)
{
	return strcmp(j->where, where) == 0;
}
/* Where the element of the innermost array stands in it. */
size_t gate_cov_json_index(const struct gate_cov_json *j);
/* A whole number of at most GATE_COV_LINE_MAX. */
enum err_code gate_cov_json_line(struct span text, uint64_t *out,
                                 struct err *err) ERR_CHECKED;
/* Hits, also as 1e3 or with a fraction, which is cut off. */
enum err_code gate_cov_json_hits(struct span text, uint64_t *out,
                                 struct err *err) ERR_CHECKED;

#endif
