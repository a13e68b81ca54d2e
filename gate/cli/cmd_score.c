// SPDX-License-Identifier: Apache-2.0
#include "base/when.h"
#include "cli/judged.h"
#include "cli/level.h"
#include "cli/output.h"
#include "os/clock.h"

/* `score`: the same sum from recorded evidence, as of now. */

static enum err_code score_time(const struct program_call *call, int64_t *now,
                                struct err *err)
{
	*now = os_now_ms();
	if (cli_options(call)->now && !when_parse(span_str(cli_options(call)->now), now))
		return err_set(err, ERR_USAGE,
		               "--now %s: write an RFC 3339 time such as "
		               "2026-11-11T00:00:00Z",
		               cli_options(call)->now);
	return ERR_OK;
}

int cli_score(struct program_call *call)
{
	struct judged j = { .has_recorded = false };
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;
	struct output out;
	int64_t now;
	enum err_code rc;
	int code;

	rc = score_time(call, &now, &err);
	if (rc == ERR_OK)
		rc = output_plan(&out, call, &err);
	if (rc == ERR_OK)
		rc = judged_find(call->args.count ? call->args.items[0] : NULL, &dir,
		                 &err);
	if (rc == ERR_OK)
		rc = judged_open_again(&j, buf_str(&dir), &now, &err);
	if (rc == ERR_OK)
		rc = level_output(&out, call, &j, &err);
	code = rc == ERR_OK ? judged_exit(&j, call) : program_fail(call, &err);
	judged_close(&j);
	buf_fini(&dir);
	return code;
}
