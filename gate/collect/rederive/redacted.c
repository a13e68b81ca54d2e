// SPDX-License-Identifier: Apache-2.0
#include "collect/rederive/rederive_internal.h"
#include "lib/json.h"

#include <string.h>

/* Was a rule's finding taken out of it, as the list of redactions says? */
static bool lost(const struct json *row, struct span text, const char *within)
{
	const char *rule = json_string(json_get(row, "rule"));
	struct buf mark = BUF_INIT;
	bool yes;

	if (rule == NULL || strstr(rule, within) == NULL)
		return false;
	buf_printf(&mark, "[redacted %s]", rule);
	yes = buf_ok(&mark) && span_find(text, buf_span(&mark)) < text.len;
	buf_fini(&mark);
	return yes;
}

enum err_code rederive_redacted(struct rederiving *x, const struct gate_artefact *list,
                                struct span text, bool *any, bool *lines, struct err *err)
{
	struct buf bytes = BUF_INIT;
	struct json_doc *doc = NULL;
	enum err_code rc = ERR_OK;

	*any = *lines = false;
	if (list == NULL)
		return ERR_OK;
	rc = rederive_load(x, list, &bytes, err);
	if (rc == ERR_OK &&
	    json_parse(&doc, buf_span(&bytes), "redactions", NULL) == ERR_OK) {
		const struct json *v = json_first(json_get(json_root(doc), "redacted"));

		for (; v != NULL; v = json_next(v)) {
			*any = *any || lost(v, text, "");
			*lines = *lines || lost(v, text, "private-key");
		}
	}
	json_free(doc);
	buf_fini(&bytes);
	return rc;
}
