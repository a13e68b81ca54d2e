// SPDX-License-Identifier: Apache-2.0
#include "claims.h"

#include "base/str.h"
#include "lib/json.h"
#include "pass.h"

struct sink {
	struct scan_pass *p;
	size_t rule;
};

static void put_details(struct buf *out, const struct scan_refuted *r)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "kind", r->kind);
	json_field_str(&w, "stated", r->stated);
	json_field_str(&w, "computed", r->computed);
	json_close(&w, '}');
}

static void report(const struct scan_refuted *r, void *context)
{
	struct sink *to = context;
	struct buf message = BUF_INIT;
	struct buf details = BUF_INIT;

	if (r->computed != NULL)
		buf_printf(&message, "%s, not %s: ", r->computed, r->stated);
	buf_puts(&message, r->because);
	put_details(&details, r);
	if (!buf_ok(&message) || !buf_ok(&details))
		to->p->rc = ERR_NOMEM;
	else if (to->p->rc == ERR_OK)
		scan_pass_report(to->p,
		                 &(struct scan_report){ .rule = to->rule,
		                                        .start = r->start,
		                                        .end = r->end,
		                                        .message = buf_str(&message),
		                                        .details = buf_str(&details),
		                                        .identity = span_str(r->text) });
	buf_fini(&message);
	buf_fini(&details);
}

void scan_claims_file(struct scan_pass *p)
{
	const struct scan_language *language = p->source->language;
	struct sink to = { .p = p };
	struct err err = ERR_INIT;
	enum err_code rc;

	if (!scan_selection_runs(p->rules, SCAN_BUILTIN_CLAIM, &to.rule) ||
	    language == NULL || !str_eq(language->name, "markdown"))
		return;
	if (p->claims == NULL) {
		scan_pass_miss(p, p->rules->rules[to.rule].id, SCAN_NO_DATA,
		               "nothing here computes what documents claim");
		return;
	}
	rc = p->claims->find(p->source->text, report, &to, &err);
	if (rc == ERR_LIMIT)
		scan_pass_miss(p, p->rules->rules[to.rule].id, SCAN_UNREAD, err.msg);
	else if (rc != ERR_OK && p->rc == ERR_OK)
		p->rc = rc;
}
