// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/finish.h"
#include "cli/output.h"
#include "cli/project.h"
#include "cli/releasing.h"
#include "cli/shown.h"
#include "cli/signing.h"
#include "collect/authors.h"
#include "collect/shard/merge.h"
#include "os/clock.h"

/* `merge`: a recorded run out of those of shards, judged and reported as `run` does. */

static void note_unit(const struct gate_unit *u, const struct gate_run *run, void *events)
{
	shown_put(events, u->id, NULL, run);
}

static enum err_code record(struct shards *shards, const char *root,
                            const struct program_call *call, struct gate_store **store,
                            struct err *unreleased, struct err *err)
{
	const struct gate_artefacts released = { shards->policy,
		                                 root,
		                                 root,
		                                 cli_options(call)->artefacts.items,
		                                 cli_options(call)->artefacts.count,
		                                 shards->started_ms };
	struct buf events = BUF_INIT;
	enum err_code rc = gate_store_new(store, root, os_now_ms(), err);

	if (rc == ERR_OK)
		rc = gate_store_policy(*store, shards->policy, err);
	if (rc == ERR_OK)
		rc = gate_store_subject(*store, &shards->subject, err);
	if (rc == ERR_OK)
		rc = gate_authors_store(*store, shards->policy, root,
		                        shards->subject.commit, err);
	if (rc == ERR_OK)
		rc = gate_merge(shards, root, *store, note_unit, &events, err);
	if (rc == ERR_OK)
		rc = buf_err(&events, err);
	if (rc == ERR_OK)
		rc = gate_store_file(*store, "events.jsonl", buf_span(&events), err);
	if (rc == ERR_OK)
		rc = releasing_store(*store, &released, call->options->quiet, unreleased,
		                     err);
	if (rc == ERR_OK)
		rc = gate_store_commit(*store, shards->started_ms, shards->ended_ms, err);
	buf_fini(&events);
	return rc;
}

static void say(const struct program_call *call, const struct shards *s)
{
	if (call->options->quiet)
		return;
	if (s->missing == 0)
		program_note("joined %u shard%s", s->total, str_s(s->total));
	else
		program_note("joined %u of %u shards: what the missing ran is unknown",
		             s->total - s->missing, s->total);
}

int cli_merge(struct program_call *call)
{
	struct shards shards;
	struct gate_store *store = NULL;
	struct buf root = BUF_INIT;
	struct lb_signer *signer = NULL;
	struct output out;
	struct err unreleased = ERR_INIT;
	struct err err = ERR_INIT;
	enum err_code rc;
	int code;

	if (output_plan_run(&out, call, &err) != ERR_OK)
		return program_fail(call, &err);
	rc = shards_open(&shards, call->args.items, call->args.count,
	                 cli_options(call)->allow_missing, &err);
	if (rc == ERR_OK)
		rc = signing_open(&signer, call, shards.policy, &err);
	if (rc == ERR_OK)
		rc = project_root(NULL, &root, &err);
	if (rc == ERR_OK)
		rc = record(&shards, buf_str(&root), call, &store, &unreleased, &err);
	if (rc == ERR_OK) {
		say(call, &shards);
		code = releasing_exit(call,
		                      finish_run(call, &out, buf_str(&root),
		                                 gate_store_dir(store), signer),
		                      &unreleased);
	} else {
		code = program_fail(call, &err);
		if (rc == ERR_CORRUPT)
			code = CLI_VERIFY;
		else if (rc == ERR_UNSUPPORTED)
			code = CLI_USAGE; /* another version's */
	}
	lb_signer_free(signer);
	gate_store_free(store);
	shards_close(&shards);
	buf_fini(&root);
	return code;
}
