// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/judged.h"
#include "verdict/explain.h"

/* `explain`: the last recorded run, as of its own time. */

static enum err_code explain(const struct program_call *call,
                             const struct gate_assessment *a, struct buf *out,
                             struct err *err)
{
	const char *id = call->args.count ? call->args.items[0] : NULL;
	bool json = str_eq(cli_options(call)->format, "json");
	size_t check;
	enum err_code rc;

	if (id && cli_options(call)->score)
		return err_set(err, ERR_USAGE,
		               "--score explains the whole sum; leave out %s", id);
	if (cli_options(call)->score)
		return gate_explain_score(a, json, out, err);
	if (!id)
		return gate_explain_gains(a, json, out, err);
	rc = gate_explain_find(a, id, &check, err);
	return rc == ERR_OK ? gate_explain_check(a, check, json, out, err) : rc;
}

int cli_explain(struct program_call *call)
{
	struct judged j = { .has_recorded = false };
	struct buf dir = BUF_INIT;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc = judged_find(NULL, &dir, &err);
	int code;

	if (rc == ERR_OK)
		rc = judged_open_again(&j, buf_str(&dir), NULL, &err);
	if (rc == ERR_OK)
		rc = explain(call, j.assessment, &text, &err);
	if (rc == ERR_OK)
		rc = program_print(buf_span(&text), &err);
	code = rc == ERR_OK ? judged_faults(&j) : program_fail(call, &err);
	judged_close(&j);
	buf_fini(&dir);
	buf_fini(&text);
	return code;
}
