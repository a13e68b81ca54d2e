// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "reading_internal.h"

#include <math.h>
#include <string.h>

/* The length of a number that JSON does not have at the front of the text, or 0. */
static size_t no_number(struct span text)
{
	static const char *const words[] = { "NaN", "-NaN", "Infinity", "-Infinity" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (span_starts(text, span_str(words[i])))
			return strlen(words[i]);
	return 0;
}

/* google-benchmark and Python write NaN and Infinity, which are no JSON: null stands
 * in their place, which is no number either. */
static void put_json(struct buf *out, struct span text)
{
	bool quoted = false;

	for (size_t i = 0; i < text.len; i++) {
		const char c = text.ptr[i];
		const size_t len = quoted ? 0 : no_number(span_from(text, i));

		if (len > 0) {
			buf_puts(out, "null");
			i += len - 1;
			continue;
		}
		if (c == '"')
			quoted = !quoted;
		buf_putc(out, c);
		if (quoted && c == '\\' && i + 1 < text.len)
			buf_putc(out, text.ptr[++i]);
	}
}

enum err_code gate_bench_read_json(struct span text, const char *name,
                                   gate_bench_take *take, struct gate_bench_readings *r,
                                   struct err *err)
{
	struct json_doc *doc = NULL;
	struct buf clean = BUF_INIT;
	enum err_code rc;

	put_json(&clean, text);
	if ((rc = buf_err(&clean, err)) == ERR_OK)
		rc = json_parse(&doc, buf_span(&clean), name, err);
	buf_fini(&clean);
	if (rc == ERR_OK && !take(json_root(doc), name, r, err))
		rc = ERR_CORRUPT;
	if (rc == ERR_OK)
		rc = gate_bench_readings_err(r, name, err);
	json_free(doc);
	return rc;
}

bool gate_bench_not_of(struct err *err, const char *name, const char *what,
                       const char *why)
{
	(void)err_set(err, ERR_CORRUPT, "%s: not of the format `%s`: %s", name, what,
	              why);
	return false;
}

uint64_t gate_bench_ns(double ns)
{
	const double most = 1e18;

	return isfinite(ns) && ns > 0 ? (uint64_t)fmin(ns, most) : 0;
}

struct gate_bench_reading *gate_bench_add_number(struct gate_bench_readings *r,
                                                 struct span name, const struct json *v,
                                                 const char *unit, double spent_ns)
{
	struct gate_bench_reading *item;
	double value = NAN;

	(void)json_double(v, &value);
	item = gate_bench_readings_add(r, name, value, unit);
	if (item != NULL)
		item->spent_ns = gate_bench_ns(spent_ns);
	return item;
}
