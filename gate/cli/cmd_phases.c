// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/judged.h"
#include "roadmap/roadmap.h"

/* `phases`: the roadmap as a recorded run measured it. */

static enum err_code show(const struct program_call *call,
                          const struct gate_assessment *a, struct buf *out,
                          struct err *err)
{
	struct gate_roadmap r;
	enum err_code rc;

	if (a->policy->phases == NULL && a->policy->risks == NULL)
		return err_set(
			err, ERR_USAGE,
			"the policy of this run has neither phases nor risks: list "
			"them in seaworthy.yml (see seaworthy.yml(5)) and run it");
	rc = gate_roadmap_load(&r, a, err);
	if (rc == ERR_OK && str_eq(cli_options(call)->format, "json"))
		rc = gate_roadmap_json(&r, out, err);
	else if (rc == ERR_OK)
		rc = gate_roadmap_text(&r, call->out.color, out, err);
	gate_roadmap_fini(&r);
	return rc;
}

int cli_phases(struct program_call *call)
{
	struct judged j = { .has_recorded = false };
	struct buf dir = BUF_INIT;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc;
	int code;

	rc = judged_find(call->args.count ? call->args.items[0] : NULL, &dir, &err);
	if (rc == ERR_OK)
		rc = judged_open_again(&j, buf_str(&dir), NULL, &err);
	if (rc == ERR_OK)
		rc = show(call, j.assessment, &text, &err);
	if (rc == ERR_OK)
		rc = program_print(buf_span(&text), &err);
	code = rc == ERR_OK ? judged_faults(&j) : program_fail(call, &err);
	judged_close(&j);
	buf_fini(&dir);
	buf_fini(&text);
	return code;
}
