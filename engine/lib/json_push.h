// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_JSON_PUSH_H
#define LIB_JSON_PUSH_H

#include "base/buf.h"

#include <stdint.h>

/*
 * JSON (RFC 8259) pushed in pieces of any size, told as events: for texts that are too
 * large to be held. Memory is that of the longest string. Strings are handed over with
 * their escapes undone, as bytes: nobody looks whether they are UTF-8; \u0000 and lone
 * surrogates are refused, and so are numbers outside the grammar and depth above 64.
 */

enum json_push_event {
	JSON_PUSH_OPEN_OBJECT,
	JSON_PUSH_CLOSE_OBJECT,
	JSON_PUSH_OPEN_ARRAY,
	JSON_PUSH_CLOSE_ARRAY,
	JSON_PUSH_KEY,
	JSON_PUSH_STRING,
	JSON_PUSH_NUMBER, /* its own text */
	JSON_PUSH_WORD,   /* true, false, null */
};

/* `text` of keys and scalars; borrowed during the call. A code other than ERR_OK stops.
 */
typedef enum err_code json_push_tell(enum json_push_event event, struct span text,
                                     void *context, struct err *err);

enum { JSON_PUSH_DEPTH = 64 };

struct json_push {
	const char *name; /* stands in messages: "name:line: what" */
	json_push_tell *tell;
	void *context;
	size_t token_max; /* bytes of a string */
	bool many;        /* more values may follow the first, as in JSON lines */
	uint64_t start;   /* where the token that is told began; for tellers */
	/* Its own: */
	uint64_t at;
	struct buf token;
	uint64_t line;
	unsigned state;
	unsigned want;
	unsigned depth;
	bool object[JSON_PUSH_DEPTH + 1];
	bool is_key;
	uint32_t unicode; /* of \u, as far as it is read */
	unsigned digits;
	uint32_t high; /* first half of a pair, 0 if none waits */
};

/* The caller sets name, tell, context, token_max and many in zeroed memory. */
enum err_code json_push_feed(struct json_push *p, struct span piece,
                             struct err *err) ERR_CHECKED;
/* ERR_CORRUPT where the text ends too early. */
enum err_code json_push_end(struct json_push *p, struct err *err) ERR_CHECKED;
void json_push_fini(struct json_push *p);

#endif
