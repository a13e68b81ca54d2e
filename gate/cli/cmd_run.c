// SPDX-License-Identifier: Apache-2.0
#include "cli/archiving.h"
#include "cli/finish.h"
#include "cli/output.h"
#include "cli/releasing.h"
#include "cli/session.h"
#include "cli/shard.h"
#include "cli/signing.h"

/* `run`: collect, then score what was recorded by the code that `score` uses, then
 * report. A shard is recorded, and not scored. */

int cli_run(struct program_call *call)
{
	bool shard = cli_options(call)->shard != NULL;
	struct session s;
	struct err err = ERR_INIT;
	struct lb_signer *signer = NULL;
	struct output out;
	int code;

	if (shard ? shard_check_options(call, &err) != ERR_OK
	          : output_plan_run(&out, call, &err) != ERR_OK)
		return program_fail(call, &err);
	if (session_open(&s, call, SESSION_RUN, &err) != ERR_OK ||
	    (!shard &&
	     archiving_check(call, s.project.policy->evidence, &err) != ERR_OK) ||
	    (!shard && signing_open(&signer, call, s.project.policy, &err) != ERR_OK) ||
	    session_collect(&s, call, true, &err) != ERR_OK)
		code = program_fail(call, &err);
	else if (shard)
		code = shard_report(call, gate_store_dir(s.store));
	else
		code = releasing_exit(call,
		                      finish_run(call, &out, buf_str(&s.project.root),
		                                 gate_store_dir(s.store), signer),
		                      &s.unreleased);
	session_close(&s);
	lb_signer_free(signer);
	return code;
}
