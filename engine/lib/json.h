// SPDX-License-Identifier: Apache-2.0
#ifndef LIB_JSON_H
#define LIB_JSON_H

#include "base/buf.h"

#include <stdint.h>

/*
 * Strict JSON (RFC 8259) over cJSON, and a streaming writer.
 *
 * Reading refuses what cJSON lets through: text after the value, duplicate keys, bytes
 * that are not UTF-8, \u0000, lone surrogates, numbers outside the grammar, depth above
 * 200. Numbers keep their text, so that 64-bit integers and decimals are exact.
 */

struct json; /* one value; owned by its document */
struct json_doc;

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

/* `name` stands in messages ("name:line:column: what"). ERR_CORRUPT for bad text. */
enum err_code json_parse(struct json_doc **out, struct span text, const char *name,
                         struct err *err) ERR_CHECKED;
/*
 * What can still be read of a text that breaks off or has a fault: all up to the last
 * whole element of an array, the brackets closed. ERR_CORRUPT if there is no such
 * element.
 */
enum err_code json_parse_cut(struct json_doc **out, struct span text, const char *name,
                             struct err *err) ERR_CHECKED;

/*
 * Members of one object without a document, for streams of many small ones. `raw` is the
 * value as it stands in the text, empty if there is none. The whole text is checked as by
 * json_parse, but that members which nobody wants may be there twice.
 */
struct json_want {
	const char *key;
	struct span raw;
};

enum err_code json_pick(struct span text, const char *name, struct json_want *wants,
                        size_t count, struct err *err) ERR_CHECKED;
/* Appends the text of a raw string without its quotes and escapes; nothing for a value
 * that is no string. */
void json_unescape(struct span raw, struct buf *out);
/* The same without a copy, where there is no escape; else it is put into `scratch`. */
struct span json_raw_text(struct span raw, struct buf *scratch);

void json_free(struct json_doc *doc);
const struct json *json_root(const struct json_doc *doc);

enum json_type json_type(const struct json *v);
/* Children of an array or object in order: first child or NULL, next sibling or NULL. */
const struct json *json_first(const struct json *v);
const struct json *json_next(const struct json *v);
size_t json_count(const struct json *v);
/* Key of an object's child. */
const char *json_key(const struct json *v);
/* Member of an object by exact key; NULL if `v` is NULL, no object, or has none. */
const struct json *json_get(const struct json *v, const char *key);

/* NULL unless a string. */
const char *json_string(const struct json *v);
/* The number's own text, e.g. "0.95"; NULL unless a number. */
const char *json_number(const struct json *v);
/* False unless such a number / boolean. */
bool json_u64(const struct json *v, uint64_t *out);
bool json_i64(const struct json *v, int64_t *out);
bool json_double(const struct json *v, double *out);
bool json_bool(const struct json *v, bool *out);

/*
 * Writer: appends to a buf; commas and indentation are its business. indent 0 = one line.
 * Strings must be UTF-8 without a NUL; other bytes become U+FFFD. Misuse (a value without
 * key in an object, unbalanced ends) is asserted.
 */
enum { JSON_WRITER_DEPTH = 256 };

struct json_writer {
	struct buf *out;
	unsigned indent;
	unsigned depth;
	bool first;
	bool after_key;
	uint64_t objects[JSON_WRITER_DEPTH / 64]; /* a bit a level: object, not array */
};

void json_writer_init(struct json_writer *w, struct buf *out, unsigned indent);
void json_open(struct json_writer *w, char bracket);  /* '{' or '[' */
void json_close(struct json_writer *w, char bracket); /* '}' or ']' */
void json_put_key(struct json_writer *w, const char *key);
void json_put_string(struct json_writer *w, struct span s);
/* A C string, or null for NULL. */
void json_put_str(struct json_writer *w, const char *s);
void json_put_u64(struct json_writer *w, uint64_t v);
void json_put_i64(struct json_writer *w, int64_t v);
void json_put_bool(struct json_writer *w, bool v);
void json_put_null(struct json_writer *w);
/* Number text as it stands; must satisfy num_is_decimal. */
void json_put_number(struct json_writer *w, const char *text);
/* JSON that another writer has made, as it stands; the caller answers for it. */
void json_put_raw(struct json_writer *w, const char *json);
/* A value that was read, with all that is in it, its numbers as they were written. */
void json_put_value(struct json_writer *w, const struct json *v);
/* Key and value in one. */
void json_field_str(struct json_writer *w, const char *key, const char *s);
void json_field_span(struct json_writer *w, const char *key, struct span s);
/* A path's bytes; where they are not UTF-8 also as base 64 under "KEY_b64". */
void json_field_path(struct json_writer *w, const char *key, struct span path);
void json_field_u64(struct json_writer *w, const char *key, uint64_t v);
void json_field_bool(struct json_writer *w, const char *key, bool v);
void json_field_number(struct json_writer *w, const char *key, const char *text);
void json_field_null(struct json_writer *w, const char *key);

#endif
