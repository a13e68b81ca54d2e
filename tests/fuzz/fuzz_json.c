// SPDX-License-Identifier: Apache-2.0
#include "lib/json.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes a value again with the writer; depth is bounded by the reader. */
static void copy(struct json_writer *w, const struct json *v)
{
	bool truth = false;

	switch (json_type(v)) {
	case JSON_NULL:
		json_put_null(w);
		return;
	case JSON_BOOL:
		(void)json_bool(v, &truth);
		json_put_bool(w, truth);
		return;
	case JSON_NUMBER: /* as a string: the writer takes shorter numbers than the reader
	                   */
		json_put_str(w, json_number(v));
		return;
	case JSON_STRING:
		json_put_str(w, json_string(v));
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	json_open(w, json_type(v) == JSON_OBJECT ? '{' : '[');
	for (const struct json *c = json_first(v); c != NULL; c = json_next(c)) {
		if (json_type(v) == JSON_OBJECT)
			json_put_key(w, json_key(c));
		copy(w, c);
	}
	json_close(w, json_type(v) == JSON_OBJECT ? '}' : ']');
}

/* What was read can be written, and read back, and written the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf first = BUF_INIT;
	struct buf second = BUF_INIT;
	struct json_writer w;
	struct json_doc *doc = NULL;
	struct json_doc *again = NULL;
	struct err err = ERR_INIT;

	if (json_parse(&doc, span_of((const char *)data, size), "fuzz", &err) != ERR_OK)
		return 0;
	json_writer_init(&w, &first, 1);
	copy(&w, json_root(doc));
	if (json_parse(&again, buf_span(&first), "again", &err) != ERR_OK)
		abort();
	json_writer_init(&w, &second, 1);
	copy(&w, json_root(again));
	if (!span_eq(buf_span(&first), buf_span(&second)))
		abort();
	json_free(doc);
	json_free(again);
	buf_fini(&first);
	buf_fini(&second);
	return 0;
}
