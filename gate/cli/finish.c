// SPDX-License-Identifier: Apache-2.0
#include "cli/finish.h"

#include "cli/archiving.h"
#include "cli/bundling.h"
#include "cli/judged.h"
#include "cli/level.h"
#include "cli/output.h"
#include "record/history.h"

/* A run that cannot be recorded there is still a run: its reports come first. */
static enum err_code keep_history(const struct program_call *call, const char *root,
                                  const struct judged *j, struct lb_signer *signer,
                                  const char *assessment, struct err *err)
{
	uint64_t torn = 0;
	enum err_code rc;

	if (assessment[0] == '\0')
		return ERR_OK;
	rc = gate_history_add(root, &j->recorded, j->assessment, assessment, signer,
	                      call->cancel, &torn, err);
	if (torn > 0)
		program_note("%s: its last line was cut off, by a run that did not end; "
		             "%llu bytes of it were removed",
		             GATE_HISTORY, (unsigned long long)torn);
	return rc;
}

static int exit_of(const struct program_call *call, const struct judged *j,
                   enum err_code history, const struct err *err)
{
	const int code = judged_exit(j, call);

	if (history == ERR_OK)
		return code;
	if (history != ERR_CORRUPT)
		return program_fail(call, err);
	program_note("%s", err->msg);
	return code == CLI_INTERNAL ? code : CLI_VERIFY;
}

int finish_run(const struct program_call *call, const struct output *out,
               const char *root, const char *dir, struct lb_signer *signer)
{
	struct judged j = { .has_recorded = false };
	struct buf html = BUF_INIT;
	char assessment[DIGEST_HEX] = "";
	struct err err = ERR_INIT;
	struct err why = ERR_INIT;
	enum err_code history = ERR_OK;
	enum err_code rc;
	int code;

	rc = archiving_announce(call, dir, &err);
	if (rc == ERR_OK)
		rc = judged_open(&j, dir, NULL, &err);
	if (rc == ERR_OK)
		rc = bundling_keep(&j, &html, &err);
	if (rc == ERR_OK)
		rc = bundling_attest(&j, signer, assessment, &err);
	if (rc == ERR_OK)
		history = keep_history(call, root, &j, signer, assessment, &why);
	if (rc == ERR_OK)
		rc = level_output(out, call, &j, &err);
	if (rc == ERR_OK)
		rc = bundling_write(out, call, &j, &err);
	if (rc == ERR_OK && !call->options->quiet)
		program_note("HTML report: %s", buf_str(&html));
	code = rc == ERR_OK ? archiving_finish(call, &j, exit_of(call, &j, history, &why))
	                    : program_fail(call, &err);
	judged_close(&j);
	buf_fini(&html);
	return code;
}
