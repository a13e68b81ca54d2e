// SPDX-License-Identifier: Apache-2.0
#include "cli/bundling.h"
#include "cli/judged.h"
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

static enum err_code sign(const struct program_call *call, const struct judged *j,
                          struct err *err)
{
	const char *key = cli_options(call)->sign;
	struct lb_signer *signer = NULL;
	char assessment[DIGEST_HEX];
	enum err_code rc;

	if (key == NULL)
		return ERR_OK;
	rc = check_unsigned(call, j->recorded.dir, err);
	if (rc == ERR_OK)
		rc = signing_open_named(&signer, call, "--sign", key, err);
	if (rc == ERR_OK)
		rc = bundling_attest(j, signer, assessment, err);
	lb_signer_free(signer);
	return rc;
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
		rc = judged_open(&j, buf_str(&dir), NULL, &err);
	if (rc == ERR_OK)
		rc = judged_rederive(&j, &err);
	if (rc == ERR_OK)
		rc = sign(call, &j, &err);
	if (rc == ERR_OK)
		rc = output_write(&out, call, &j.card, &err);
	if (rc == ERR_OK)
		rc = bundling_write(&out, call, &j, &err);
	code = rc == ERR_OK ? judged_exit(&j, call) : program_fail(call, &err);
	judged_close(&j);
	buf_fini(&dir);
	return code;
}
