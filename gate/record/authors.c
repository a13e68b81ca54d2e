// SPDX-License-Identifier: Apache-2.0
#include "record/authors.h"

#include "lib/json.h"

enum err_code gate_authors_read(struct gate_authors *out, struct span text,
                                struct arena *arena, struct err *err)
{
	struct json_doc *doc = NULL;
	struct gate_author *list = NULL;
	const struct json *all;
	const struct json *v;
	size_t count;
	enum err_code rc = json_parse(&doc, text, GATE_AUTHORS, err);

	*out = (struct gate_authors){ .known = false };
	if (rc != ERR_OK)
		goto out;
	all = json_get(json_root(doc), "authors");
	if (json_type(all) != JSON_ARRAY)
		goto out;
	count = json_count(all);
	list = arena_array(arena, count, sizeof *list);
	v = json_first(all);
	for (size_t i = 0; list != NULL && i < count; i++, v = json_next(v)) {
		list[i].name = arena_str(arena, json_string(json_get(v, "name")));
		list[i].email = arena_str(arena, json_string(json_get(v, "email")));
		if (list[i].name == NULL || list[i].email == NULL)
			rc = err_set(err, ERR_CORRUPT,
			             "%s: author %zu has no name and email", GATE_AUTHORS,
			             i + 1);
	}
	*out = (struct gate_authors){ .known = true, .items = list, .count = count };
	v = json_get(json_root(doc), "base");
	if (json_string(v) != NULL)
		out->base = arena_str(arena, json_string(v));
	if (rc == ERR_OK)
		rc = arena_err(arena, err);
out:
	json_free(doc);
	return rc;
}
