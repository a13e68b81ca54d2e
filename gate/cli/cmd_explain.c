// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/judged.h"
#include "verdict/explain.h"

/* `explain`: the last recorded run, as of its own time. */

static enum err_code explain(const struct cli *c, const struct gate_assessment *a,
                             struct buf *out, struct err *err)
{
	const char *id = c->args.count ? c->args.items[0] : NULL;
	bool json = str_eq(c->o.format, "json");
	size_t check;
	enum err_code rc;

	if (id && c->o.score)
		return err_set(err, ERR_USAGE,
		               "--score explains the whole sum; leave out %s", id);
	if (c->o.score)
		return gate_explain_score(a, json, out, err);
	if (!id)
		return gate_explain_gains(a, json, out, err);
	rc = gate_explain_find(a, id, &check, err);
	return rc == ERR_OK ? gate_explain_check(a, check, json, out, err) : rc;
}

int cli_explain(struct cli *c)
{
	struct judged j = { .has_recorded = false };
	struct buf dir = BUF_INIT;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc = judged_find(NULL, &dir, &err);

	if (rc == ERR_OK)
		rc = judged_open(&j, buf_str(&dir), NULL, &err);
	if (rc == ERR_OK)
		rc = explain(c, j.assessment, &text, &err);
	if (rc == ERR_OK)
		rc = cli_print(buf_span(&text), &err);
	judged_close(&j);
	buf_fini(&dir);
	buf_fini(&text);
	return rc == ERR_OK ? CLI_OK : cli_fail(c, &err);
}
