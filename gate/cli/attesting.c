// SPDX-License-Identifier: Apache-2.0
#include "cli/attesting.h"

#include "base/str.h"
#include "base/when.h"
#include "cli/project.h"
#include "cli/signing.h"
#include "cli/ssh_keygen.h"
#include "crypto/sshsig.h"
#include "lib/json.h"
#include "os/clock.h"
#include "policy/people.h"
#include "record/waivers.h"
#include "verdict/assess.h"

struct attesting {
	const struct program_call *call;
	const struct cli_options *options;
	struct gate_policy *policy;
	size_t check; /* of the policy */
	struct buf statement;
	struct buf signature;
	int64_t now_ms;
};

static enum err_code load_policy(struct attesting *a, struct err *err)
{
	struct buf root = BUF_INIT;
	enum err_code rc = project_root(NULL, &root, err);

	if (rc == ERR_OK)
		rc = project_policy(buf_str(&root), NULL, &a->policy, err);
	if (rc == ERR_OK && a->policy == NULL)
		rc = err_set(err, ERR_USAGE,
		             "--attest: what is attested stands in the policy, and there "
		             "is no %s/" PROJECT_POLICY_FILE,
		             buf_str(&root));
	buf_fini(&root);
	return rc;
}

static enum err_code find_check(struct attesting *a, struct err *err)
{
	const struct gate_policy *p = a->policy;

	for (a->check = 0; a->check < p->check_count; a->check++)
		if (str_eq(p->checks[a->check].id, a->options->attest) &&
		    p->checks[a->check].collector == GATE_COLLECT_ATTEST)
			return ERR_OK;
	return err_set(err, ERR_USAGE,
	               "--attest %s: the policy has no such check with `collect: "
	               "{attest: ..}`",
	               a->options->attest);
}

static enum err_code take_times(struct attesting *a, struct err *err)
{
	struct gate_check *c = &a->policy->checks[a->check];
	const struct cli_options *o = a->options;

	a->now_ms = os_now_ms();
	if (o->now != NULL && !when_parse(span_str(o->now), &a->now_ms))
		return err_set(err, ERR_USAGE,
		               "--now %s: write an RFC 3339 time such as "
		               "2026-11-11T00:00:00Z",
		               o->now);
	if (o->expires != NULL &&
	    !when_parse(span_str(o->expires), &c->attest_expires_ms))
		return err_set(err, ERR_USAGE,
		               "--expires %s: write a date such as 2026-12-31, or an RFC "
		               "3339 time",
		               o->expires);
	c->has_attest_expires = c->has_attest_expires || o->expires != NULL;
	c->attest_expires_ms -= c->attest_expires_ms % 1000; /* as it is written */
	if (!c->has_attest_expires)
		return err_set(err, ERR_USAGE,
		               "--attest %s: give --expires with a date such as "
		               "2026-12-31",
		               o->attest);
	return ERR_OK;
}

static enum err_code put_signature(struct attesting *a, struct err *err)
{
	const struct cli_options *o = a->options;
	struct lb_signer *signer = NULL;
	enum err_code rc;

	if (o->ssh_key != NULL) {
		rc = ssh_keygen_sign(&a->signature, o->ssh_key, buf_span(&a->statement),
		                     a->call->cancel, err);
	} else {
		rc = signing_open_named(&signer, a->call, "--key", o->own_key, err);
		if (rc == ERR_OK)
			rc = lb_sshsig_make(signer, GATE_NAMESPACE,
			                    buf_span(&a->statement), &a->signature, err);
	}
	lb_signer_free(signer);
	return rc == ERR_OK ? buf_err(&a->signature, err) : rc;
}

/* ERR_USAGE, and why, where a run would not count it: judged by the rules of a run. */
static enum err_code judge(struct attesting *a, struct err *err)
{
	const char *id = a->policy->checks[a->check].id;
	const struct gate_record said = {
		.check = id, .state = GATE_PASS, .low = "1", .high = "1"
	};
	struct gate_evidence e = { .now_ms = a->now_ms,
		                   .records = &said,
		                   .record_count = 1 };
	struct gate_assessment *judged = NULL;
	struct arena arena = ARENA_INIT;
	enum err_code rc;

	a->policy->checks[a->check].attest_signature = buf_str(&a->signature);
	a->policy->checks[a->check].has_max_age = false;
	a->policy->checks[a->check].same_tree = false;
	rc = gate_attestations_read(&e.attested, a->policy, &arena, err);
	if (rc == ERR_OK)
		rc = gate_assess(&judged, a->policy, &e, err);
	if (rc == ERR_OK && judged->checks[a->check].state == GATE_UNKNOWN &&
	    !judged->checks[a->check].over_limit)
		rc = err_set(err, ERR_USAGE, "not signed: %s",
		             judged->checks[a->check].message);
	gate_assessment_free(judged);
	arena_fini(&arena);
	return rc;
}

/* As they stand in any style of YAML. */
static void put_lines(const struct attesting *a, struct buf *out)
{
	const struct gate_check *c = &a->policy->checks[a->check];
	struct json_writer w;
	char date[WHEN_TEXT];

	when_format(c->attest_expires_ms, true, date);
	buf_printf(out, "expires: %s\nsignature: ", date);
	json_writer_init(&w, out, 0);
	json_put_str(&w, buf_str(&a->signature));
	buf_putc(out, '\n');
}

static enum err_code sign(struct attesting *a, struct buf *out, struct err *err)
{
	enum err_code rc = load_policy(a, err);

	if (rc == ERR_OK)
		rc = find_check(a, err);
	if (rc == ERR_OK)
		rc = take_times(a, err);
	if (rc != ERR_OK)
		return rc;
	gate_attestation_statement(&a->policy->checks[a->check], &a->statement);
	rc = buf_err(&a->statement, err);
	if (rc == ERR_OK && a->options->print) {
		buf_put(out, buf_span(&a->statement));
		return buf_err(out, err);
	}
	if (rc == ERR_OK)
		rc = put_signature(a, err);
	if (rc == ERR_OK)
		rc = judge(a, err);
	if (rc == ERR_OK) {
		put_lines(a, out);
		rc = buf_err(out, err);
	}
	if (rc == ERR_OK && !a->call->options->quiet)
		program_note("put these two lines into `attest` of %s in the policy; "
		             "whatever is changed there has to be signed again",
		             a->options->attest);
	return rc;
}

enum err_code attesting_sign(const struct program_call *call, struct buf *out,
                             struct err *err)
{
	struct attesting a = { .call = call, .options = cli_options(call) };
	const struct cli_options *o = a.options;
	enum err_code rc;

	if (call->args.count > 0 || o->role != NULL || o->comment != NULL || o->reject)
		return err_set(err, ERR_USAGE,
		               "--attest is about the policy: no RUN, and no --role, "
		               "--comment or --reject");
	if ((o->own_key != NULL) + (o->ssh_key != NULL) + o->print != 1)
		return err_set(err, ERR_USAGE,
		               "give one of --key NAME, --ssh FILE and --print");
	rc = sign(&a, out, err);
	gate_policy_free(a.policy);
	buf_fini(&a.statement);
	buf_fini(&a.signature);
	return rc;
}
