// SPDX-License-Identifier: Apache-2.0
#include "json_internal.h"

static void put_number(struct json_writer *w, const char *key, const char *number)
{
	if (number != NULL)
		json_field_number(w, key, number);
	else
		json_field_null(w, key);
}

static void put_sums(struct json_writer *w, const struct rep_coverage_row *r)
{
	json_field_u64(w, "files", r->files);
	json_field_u64(w, "hit", r->hit);
	json_field_u64(w, "total", r->total);
	put_number(w, "percent", r->percent);
	put_number(w, "at_least", r->at_least);
	json_field_u64(w, "unnamed_files", r->unnamed_files);
	json_field_u64(w, "unnamed_code", r->unnamed_code);
}

static void put_rows(struct json_writer *w, const struct rep_coverage *c)
{
	json_put_key(w, "components");
	json_open(w, '[');
	for (size_t i = 0; i < c->row_count; i++) {
		const struct rep_coverage_row *r = &c->rows[i];

		json_open(w, '{');
		json_field_str(w, "name", r->name);
		json_field_str(w, "by", r->by_owner ? "owner" : "component");
		json_field_str(w, "owner", r->owner);
		json_field_bool(w, "critical", r->critical);
		put_sums(w, r);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static void put_worst(struct json_writer *w, const struct rep_coverage *c)
{
	json_put_key(w, "worst");
	json_open(w, '[');
	for (size_t i = 0; i < c->worst_count; i++) {
		json_open(w, '{');
		json_field_str(w, "path", c->worst[i].path);
		json_field_u64(w, "hit", c->worst[i].hit);
		json_field_u64(w, "total", c->worst[i].total);
		json_field_str(w, "not_run", c->worst[i].not_run);
		json_close(w, '}');
	}
	json_close(w, ']');
}

void rep_json_coverage(struct json_writer *w, const struct rep_coverage *c)
{
	json_put_key(w, "coverage");
	json_open(w, '{');
	json_field_str(w, "measure", c->measure);
	json_field_bool(w, "new_code", c->new_code);
	json_field_str(w, "base", c->base);
	put_sums(w, &c->all);
	put_rows(w, c);
	json_field_u64(w, "files_not_run", c->files_not_run);
	put_worst(w, c);
	json_field_u64(w, "other_scope", c->other_scope);
	json_field_u64(w, "outside", c->outside);
	json_field_u64(w, "lost", c->lost);
	json_close(w, '}');
}
