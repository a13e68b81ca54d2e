// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/json.h"
#include "os/fs.h"
#include "record/scorecard_internal.h"

/* coverage.json, as collect/coverage/verdict.h describes it. */

#define COVERAGE_MAX (UINT64_C(64) << 20)

static const char *text_of(struct arena *arena, const struct json *v, const char *key)
{
	return arena_str(arena, json_string(json_get(v, key)));
}

static const char *number_of(struct arena *arena, const struct json *v, const char *key)
{
	return arena_str(arena, json_number(json_get(v, key)));
}

static uint64_t count_of(const struct json *v, const char *key)
{
	uint64_t n = 0;

	(void)json_u64(json_get(v, key), &n);
	return n;
}

static void read_row(struct rep_coverage_row *r, struct arena *arena,
                     const struct json *v)
{
	*r = (struct rep_coverage_row){
		.name = text_of(arena, v, "name"),
		.owner = text_of(arena, v, "owner"),
		.by_owner = str_eq(json_string(json_get(v, "by")), "owner"),
		.files = count_of(v, "files"),
		.hit = count_of(v, "hit"),
		.total = count_of(v, "total"),
		.percent = number_of(arena, v, "percent"),
		.at_least = number_of(arena, v, "at_least"),
		.unnamed_files = count_of(v, "unnamed_files"),
		.unnamed_code = count_of(v, "unnamed_code"),
	};
	(void)json_bool(json_get(v, "critical"), &r->critical);
	if (r->name == NULL)
		r->name = "";
}

static void read_rows(struct rep_coverage *out, struct arena *arena,
                      const struct json *list)
{
	struct rep_coverage_row *rows =
		arena_array(arena, json_count(list) + 1, sizeof(*rows));

	for (const struct json *v = json_first(list); rows != NULL && v != NULL;
	     v = json_next(v))
		read_row(&rows[out->row_count++], arena, v);
	out->rows = rows;
}

static void read_files(struct rep_coverage *out, struct arena *arena,
                       const struct json *list)
{
	struct rep_coverage_file *files =
		arena_array(arena, json_count(list) + 1, sizeof(*files));

	for (const struct json *v = json_first(list); files != NULL && v != NULL;
	     v = json_next(v)) {
		struct rep_coverage_file f = { .path = text_of(arena, v, "path"),
			                       .hit = count_of(v, "hit"),
			                       .total = count_of(v, "total"),
			                       .not_run = text_of(arena, v, "not_run") };

		if (f.path != NULL && f.not_run != NULL)
			files[out->worst_count++] = f;
	}
	out->worst = files;
}

static const struct rep_coverage *read_check(struct arena *arena, const struct json *v)
{
	struct rep_coverage *c = arena_new(arena, sizeof(*c));

	if (c == NULL)
		return NULL;
	read_row(&c->all, arena, v);
	c->measure = text_of(arena, v, "measure");
	c->base = text_of(arena, v, "base");
	(void)json_bool(json_get(v, "new_code"), &c->new_code);
	read_rows(c, arena, json_get(v, "components"));
	read_files(c, arena, json_get(v, "worst"));
	c->files_not_run = count_of(v, "files_not_run");
	c->other_scope = count_of(v, "other_scope");
	c->outside = count_of(v, "outside");
	c->lost = count_of(v, "lost");
	return c->measure != NULL ? c : NULL;
}

void scorecard_coverage(struct rep_scorecard *out, struct rep_check *checks,
                        struct arena *arena, const char *dir)
{
	const char *path = arena_printf(arena, "%s/coverage.json", dir);
	struct json_doc *doc = NULL;
	struct buf text = BUF_INIT;
	const struct json *v = NULL;

	if (path != NULL && os_read_file(path, COVERAGE_MAX, &text, NULL) == ERR_OK &&
	    json_parse(&doc, buf_span(&text), "coverage.json", NULL) == ERR_OK)
		v = json_first(json_get(json_root(doc), "checks"));
	for (; v != NULL; v = json_next(v))
		for (size_t i = 0; i < out->check_count; i++)
			if (str_eq(checks[i].id, json_string(json_get(v, "check"))))
				checks[i].coverage = read_check(arena, v);
	json_free(doc);
	buf_fini(&text);
}
