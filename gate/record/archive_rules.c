// SPDX-License-Identifier: Apache-2.0
#include "record/archive_rules.h"

#include "base/num.h"
#include "lib/json.h"

#include <inttypes.h>
#include <limits.h>

#define HOUR_MS UINT64_C(3600000)

/* Up to whole hours, so that nothing goes early. */
static enum err_code read_within(struct gate_archive_rules *out, const struct json *v,
                                 struct arena *arena, struct err *err)
{
	uint64_t hours;
	uint64_t ms;

	if (v == NULL)
		return ERR_OK;
	if (!num_duration_ms(span_str(json_string(v)), &ms))
		return err_set(err, ERR_CORRUPT, "evidence.keep.within: no duration");
	hours = ms / HOUR_MS + (ms % HOUR_MS > 0);
	out->within = arena_printf(arena, "%" PRIu64 "h", hours);
	return arena_err(arena, err);
}

static enum err_code read_keep(struct gate_archive_rules *out, const struct json *keep,
                               struct err *err)
{
	const struct {
		const char *key;
		unsigned *to;
	} counts[] = { { "last", &out->last },       { "hourly", &out->hourly },
		       { "daily", &out->daily },     { "weekly", &out->weekly },
		       { "monthly", &out->monthly }, { "yearly", &out->yearly } };

	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		const struct json *v = json_get(keep, counts[i].key);
		uint64_t n = 0;

		if (v != NULL && !json_u64(v, &n))
			return err_set(err, ERR_CORRUPT, "evidence.keep.%s: no count",
			               counts[i].key);
		*counts[i].to = n > UINT_MAX ? UINT_MAX : (unsigned)n;
	}
	return ERR_OK;
}

enum err_code gate_archive_rules_read(struct gate_archive_rules *out, const char *text,
                                      struct arena *arena, struct err *err)
{
	struct json_doc *doc = NULL;
	const struct json *root;
	enum err_code rc;

	*out = (struct gate_archive_rules){ .repository = NULL };
	if (text == NULL)
		return ERR_OK;
	rc = json_parse(&doc, span_str(text), "evidence", err);
	if (rc != ERR_OK)
		return rc;
	root = json_root(doc);
	out->repository = arena_str(arena, json_string(json_get(root, "repository")));
	rc = read_within(out, json_get(json_get(root, "keep"), "within"), arena, err);
	if (rc == ERR_OK)
		rc = read_keep(out, json_get(root, "keep"), err);
	json_free(doc);
	return rc == ERR_OK ? arena_err(arena, err) : rc;
}

bool gate_archive_rules_any(const struct gate_archive_rules *r)
{
	return r->within != NULL || r->last > 0 || r->hourly > 0 || r->daily > 0 ||
	       r->weekly > 0 || r->monthly > 0 || r->yearly > 0;
}
