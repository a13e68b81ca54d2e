// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/bundling.h"
#include "cli/judged.h"
#include "cli/level.h"
#include "cli/output.h"
#include "cli/signing.h"
#include "os/fs.h"
#include "record/attest.h"

/* `report`: a recorded run again, as of its own time: for people, signed, as a bundle. */

/* A signature is not replaced unasked. */
static enum err_code check_unsigned(const struct program_call *call, const char *dir,
                                    struct err *err)
{
	struct buf path = BUF_INIT;
	enum err_code rc;

	os_join(&path, dir, GATE_ENVELOPES);
	rc = buf_err(&path, err);
	if (rc == ERR_OK && !cli_options(call)->force &&
	    os_type_of(buf_str(&path)) != OS_NONE)
		rc = err_set(err, ERR_USAGE,
		             "%s is signed already; --force puts another signature in "
		             "place of that",
		             dir);
	buf_fini(&path);
	return rc;
}

/* What people said since the run has another decision come out of the same assessment: it
 * is issued anew, over the reports that show it. */
static enum err_code issue(const struct judged *j, struct lb_signer *signer,
                           struct err *err)
{
	char assessment[DIGEST_HEX];
	struct buf html = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (j->assessment->signoff_count > 0 && j->recorded.damages.count == 0)
		rc = bundling_keep(j, &html, err);
	buf_fini(&html);
	return rc == ERR_OK ? bundling_attest(j, signer, assessment, err) : rc;
}

static enum err_code sign(const struct program_call *call, const struct judged *j,
                          const char *key, struct err *err)
{
	struct lb_signer *signer = NULL;
	enum err_code rc = check_unsigned(call, j->recorded.dir, err);

	if (rc == ERR_OK)
		rc = signing_open_named(&signer, call, "--sign", key, err);
	if (rc == ERR_OK)
		rc = issue(j, signer, err);
	lb_signer_free(signer);
	return rc;
}

/* A bundle has what people said, and a decision that may not know of it. */
static enum err_code update(const struct output *out, const struct judged *j,
                            struct err *err)
{
	bool current = true;
	bool is_signed = false;
	enum err_code rc;

	if (!output_has(out, OUTPUT_BUNDLE) || j->recorded.damages.count > 0 ||
	    j->assessment->signoff_count == 0)
		return ERR_OK;
	rc = gate_attested_current(j->assessment, j->recorded.dir, &current, &is_signed,
	                           err);
	if (rc != ERR_OK || current)
		return rc;
	if (!is_signed)
		return issue(j, NULL, err);
	program_note(
		"%s: people signed since its decision was; --sign KEY --force issues "
		"it anew",
		j->recorded.dir);
	return ERR_OK;
}

int cli_report(struct program_call *call)
{
	struct judged j = { .has_recorded = false };
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;
	struct output out;
	enum err_code rc;
	int code;

	rc = output_plan_run(&out, call, &err);
	if (rc == ERR_OK)
		rc = judged_find(call->args.count ? call->args.items[0] : NULL, &dir,
		                 &err);
	if (rc == ERR_OK)
		rc = judged_open_again(&j, buf_str(&dir), NULL, &err);
	if (rc == ERR_OK)
		rc = cli_options(call)->sign != NULL
		             ? sign(call, &j, cli_options(call)->sign, &err)
		             : update(&out, &j, &err);
	if (rc == ERR_OK)
		rc = level_output(&out, call, &j, &err);
	if (rc == ERR_OK)
		rc = bundling_write(&out, call, &j, &err);
	code = rc == ERR_OK ? judged_exit(&j, call) : program_fail(call, &err);
	judged_close(&j);
	buf_fini(&dir);
	return code;
}
