// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "lib/yaml.h"
#include "lock_internal.h"

/* pubspec.lock of Dart: `packages` by name, each with its version, where it is from, and
 * "direct main", "direct dev" or "transitive". */

enum err_code scan_lock_pub(struct scan_lock *l, const char *name, struct err *err)
{
	struct yaml_doc *doc = NULL;
	enum err_code rc = yaml_parse(&doc, l->text, name, err);
	const struct yaml *list;

	if (rc != ERR_OK)
		return rc;
	list = yaml_get(yaml_root(doc), "packages");
	for (size_t i = 0; i < yaml_count(list); i++) {
		const struct yaml *v = yaml_at(list, i);
		const char *key = yaml_text(yaml_key_at(list, i));
		const char *version = yaml_text(yaml_get(v, "version"));
		const char *wish = yaml_text(yaml_get(v, "dependency"));
		size_t item;

		if (key == NULL || version == NULL ||
		    !str_eq(yaml_text(yaml_get(v, "source")), "hosted"))
			continue;
		item = scan_lock_add(l, span_str(key), span_str(version));
		scan_lock_place_line(l, yaml_line(yaml_key_at(list, i)), span_str(key));
		if (item == SCAN_LOCK_NONE || wish == NULL)
			continue;
		l->items[item].direct = str_starts(wish, "direct");
		l->items[item].dev = str_eq(wish, "direct dev");
	}
	yaml_free(doc);
	return ERR_OK;
}
