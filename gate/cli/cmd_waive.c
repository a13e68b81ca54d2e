// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "cli/held_file.h"
#include "cli/project.h"
#include "cli/signing.h"
#include "cli/ssh_keygen.h"
#include "cli/waiver_text.h"
#include "collect/authors.h"
#include "crypto/sshsig.h"
#include "os/clock.h"
#include "os/fs.h"
#include "policy/people.h"
#include "record/waivers.h"
#include "verdict/assess.h"

/* `waive`: grants, renews or withdraws a waiver in the policy file. */

#define POLICY_MAX (UINT64_C(16) << 20)
#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)

struct waiving {
	const struct program_call *call;
	const struct cli_options *options;
	struct gate_policy *policy;
	struct buf root; /* of the project */
	struct buf path;
	struct held_file file; /* at that path */
	struct buf text;       /* of the policy file */
	struct gate_waiver waiver;
	struct buf signature;
	int64_t now_ms;
	size_t old; /* the waiver that there is, or the count */
};

static enum err_code find_file(struct waiving *w, struct err *err)
{
	enum err_code rc = project_root(NULL, &w->root, err);

	if (w->options->policy != NULL)
		buf_puts(&w->path, w->options->policy);
	else
		os_join(&w->path, buf_str(&w->root), PROJECT_POLICY_FILE);
	if (rc == ERR_OK)
		rc = buf_err(&w->path, err);
	if (rc == ERR_OK)
		rc = held_file_open(&w->file, buf_str(&w->path), w->call->cancel, err);
	if (rc == ERR_OK)
		rc = os_read_file(buf_str(&w->path), POLICY_MAX, &w->text, err);
	if (rc == ERR_NOT_FOUND)
		rc = err_set(err, ERR_USAGE,
		             "a waiver stands in the policy, and there is no %s; "
		             "`seaworthy init` writes one",
		             buf_str(&w->path));
	return rc == ERR_OK ? gate_policy_load(&w->policy, buf_str(&w->path), err) : rc;
}

static bool has_check(const struct gate_policy *p, const char *id)
{
	for (size_t i = 0; i < p->check_count; i++)
		if (str_eq(p->checks[i].id, id))
			return true;
	return false;
}

static bool is_fingerprint(const char *text)
{
	const struct span s = span_str(text);

	for (size_t i = 0; i < s.len; i++)
		if (!((s.ptr[i] >= '0' && s.ptr[i] <= '9') ||
		      (s.ptr[i] >= 'a' && s.ptr[i] <= 'f')))
			return false;
	return s.len >= 16;
}

static enum err_code find_subject(struct waiving *w, struct err *err)
{
	const char *what = w->call->args.items[0];

	if (has_check(w->policy, what))
		w->waiver.check = what;
	else if (is_fingerprint(what))
		w->waiver.fingerprint = what;
	else
		return err_set(
			err, ERR_USAGE,
			"%s is neither a check of the policy nor the fingerprint of "
			"a finding",
			what);
	for (w->old = 0; w->old < w->policy->waiver_count; w->old++)
		if (str_eq(w->policy->waivers[w->old].check, w->waiver.check) &&
		    str_eq(w->policy->waivers[w->old].fingerprint, w->waiver.fingerprint))
			break;
	return ERR_OK;
}

/* ---- what it says ---- */

static enum err_code take_name(const char **out, const char *option, const char *given,
                               struct err *err)
{
	if (given != NULL)
		*out = given;
	if (*out == NULL)
		return err_set(err, ERR_USAGE, "give --%s", option);
	if (gate_name_is_blank(*out))
		return err_set(err, ERR_USAGE, "--%s %s: that was not filled in", option,
		               *out);
	return ERR_OK;
}

static enum err_code take_times(struct waiving *w, struct err *err)
{
	const char *expires = w->options->expires;
	struct gate_waiver *v = &w->waiver;

	if (expires == NULL || !when_parse(span_str(expires), &v->expires_ms))
		return err_set(err, ERR_USAGE,
		               "give --expires with a date such as 2026-12-31");
	v->expires_ms -= v->expires_ms % 1000; /* as it is written */
	if (v->expires_ms <= w->now_ms)
		return err_set(err, ERR_USAGE, "--expires %s: that is over", expires);
	if (v->expires_ms - w->now_ms > 90 * DAY_MS)
		return err_set(err, ERR_USAGE,
		               "--expires %s: that is more than 90 days from now",
		               expires);
	if (v->expires_ms - v->granted_ms > (int64_t)(1 + v->renewed) * 90 * DAY_MS)
		return err_set(
			err, ERR_USAGE,
			"--expires %s: that is more than 180 days from when it was "
			"granted",
			expires);
	return ERR_OK;
}

static enum err_code start_renewal(struct waiving *w, struct err *err)
{
	const char *what = w->call->args.items[0];
	const struct gate_waiver *old = &w->policy->waivers[w->old];

	if (w->old == w->policy->waiver_count)
		return err_set(err, ERR_USAGE, "there is no waiver of %s to renew", what);
	if (old->renewed > 0)
		return err_set(err, ERR_USAGE,
		               "the waiver of %s was renewed before: once is all", what);
	if (!old->has_granted)
		return err_set(err, ERR_USAGE,
		               "the waiver of %s does not say when it was granted, so it "
		               "cannot be renewed; withdraw it",
		               what);
	w->waiver = *old;
	w->waiver.signature = NULL;
	w->waiver.renewed = 1;
	return ERR_OK;
}

static enum err_code describe(struct waiving *w, struct err *err)
{
	const struct cli_options *o = w->options;
	struct gate_waiver *v = &w->waiver;
	enum err_code rc = ERR_OK;

	v->has_granted = true;
	v->granted_ms = w->now_ms - w->now_ms % 1000;
	if (o->renew)
		rc = start_renewal(w, err);
	else if (w->old < w->policy->waiver_count)
		rc = err_set(err, ERR_USAGE,
		             "there is a waiver of %s: --renew or --withdraw it",
		             w->call->args.items[0]);
	if (rc == ERR_OK)
		rc = take_name(&v->reason, "reason", o->reason, err);
	if (rc == ERR_OK)
		rc = take_name(&v->issue, "issue", o->issue, err);
	if (rc == ERR_OK)
		rc = take_name(&v->owner, "owner", o->owner, err);
	if (rc == ERR_OK)
		rc = take_name(&v->approver, "approver", o->approver, err);
	if (rc == ERR_OK &&
	    (gate_name_has_control(v->owner) || gate_name_has_control(v->approver)))
		rc = err_set(err, ERR_USAGE,
		             "--owner and --approver: a name has no control characters");
	if (rc == ERR_OK && gate_name_eq(v->owner, v->approver))
		rc = err_set(err, ERR_USAGE,
		             "nobody approves their own: owner and approver "
		             "are the same");
	return rc == ERR_OK ? take_times(w, err) : rc;
}

/* ---- signature ---- */

static bool is_approver(const struct waiving *w, const char *key, struct arena *arena)
{
	const struct gate_policy *p = w->policy;
	const struct gate_person self = { .names = &w->waiver.approver, .name_count = 1 };

	for (size_t i = 0; i < p->signoff_count; i++)
		for (size_t k = 0; k < p->signoffs[i].people.count; k++) {
			struct gate_person person;

			gate_person_read(&person,
			                 span_str(p->signoffs[i].people.items[k]), arena);
			if (person.fault == NULL && str_eq(person.key, key) &&
			    gate_person_is(&person, &self))
				return true;
		}
	return false;
}

/* What nobody would believe is not written. */
static enum err_code check_signer(const struct waiving *w, struct span statement,
                                  struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct buf key = BUF_INIT;
	struct lb_verifier by;
	enum err_code rc = lb_sshsig_check(&by, buf_span(&w->signature), GATE_NAMESPACE,
	                                   statement, err);

	if (rc == ERR_OK) {
		lb_verifier_ssh(&by, &key);
		rc = buf_err(&key, err);
	}
	if (rc == ERR_OK && !is_approver(w, buf_str(&key), &arena))
		rc = err_set(err, ERR_USAGE,
		             "not signed: the policy's signoff names no %s with this key",
		             w->waiver.approver);
	buf_fini(&key);
	arena_fini(&arena);
	return rc == ERR_OK || rc == ERR_NOMEM ? rc : ERR_USAGE;
}

static enum err_code put_signature(struct waiving *w, struct err *err)
{
	const struct cli_options *o = w->options;
	struct lb_signer *signer = NULL;
	struct buf statement = BUF_INIT;
	enum err_code rc;

	gate_waiver_statement(&w->waiver, &statement);
	rc = buf_err(&statement, err);
	if (rc == ERR_OK && o->ssh_key != NULL)
		rc = ssh_keygen_sign(&w->signature, o->ssh_key, buf_span(&statement),
		                     w->call->cancel, err);
	else if (rc == ERR_OK)
		rc = signing_open_named(&signer, w->call, "--key", o->own_key, err);
	if (rc == ERR_OK && signer != NULL)
		rc = lb_sshsig_make(signer, GATE_NAMESPACE, buf_span(&statement),
		                    &w->signature, err);
	if (rc == ERR_OK)
		rc = check_signer(w, buf_span(&statement), err);
	if (rc == ERR_OK)
		w->waiver.signature = buf_str(&w->signature);
	lb_signer_free(signer);
	buf_fini(&statement);
	return rc;
}

static enum err_code sign(struct waiving *w, struct err *err)
{
	const struct cli_options *o = w->options;

	if (o->own_key != NULL && o->ssh_key != NULL)
		return err_set(err, ERR_USAGE, "give one of --key and --ssh");
	if (o->own_key != NULL || o->ssh_key != NULL)
		return put_signature(w, err);
	if (w->policy->thresholds.signed_waivers)
		return err_set(
			err, ERR_USAGE,
			"the policy wants waivers signed: give --key or --ssh of the "
			"approver");
	return ERR_OK;
}

/* ---- the file ---- */

static const char *fault_of(const struct gate_assessment *a, const struct gate_waiver *v)
{
	for (size_t i = 0; i < a->policy->waiver_count; i++)
		if (str_eq(a->waivers[i].waiver->check, v->check) &&
		    str_eq(a->waivers[i].waiver->fingerprint, v->fingerprint))
			return a->waivers[i].why;
	return NULL;
}

/* ERR_USAGE, and why, where a run would ignore it: judged by the rules of a run. */
static enum err_code judge(const struct waiving *w, const struct gate_policy *p,
                           struct err *err)
{
	struct gate_evidence e = { .now_ms = w->now_ms };
	struct gate_assessment *a = NULL;
	struct arena arena = ARENA_INIT;
	const char *why;
	enum err_code rc =
		gate_authors_find(&e.authors, p, buf_str(&w->root), &arena, err);

	if (rc == ERR_OK)
		rc = gate_waivers_read(&e.waivers, p, &arena, err);
	if (rc == ERR_OK)
		rc = gate_assess(&a, p, &e, err);
	if (rc == ERR_OK && (why = fault_of(a, &w->waiver)) != NULL)
		rc = err_set(err, ERR_USAGE, "not granted, no run would count it: %s",
		             why);
	/* Another clone may know; here it has to be said. */
	if (rc == ERR_OK && !e.authors.known)
		program_note("who wrote the change is not known here: a run that does "
		             "not know either ignores the waiver, as its approver may "
		             "not be an author");
	gate_assessment_free(a);
	arena_fini(&arena);
	return rc;
}

/* The changed file has to say what was meant, and nothing else. */
static enum err_code check(const struct waiving *w, const struct buf *text, size_t count,
                           struct err *err)
{
	struct gate_policy *p = NULL;
	struct buf dir = BUF_INIT;
	const size_t slash = span_rfind_byte(buf_span(&w->path), '/');
	enum err_code rc;

	if (slash == w->path.len)
		buf_putc(&dir, '.');
	else
		buf_put(&dir, span_sub(buf_span(&w->path), 0, slash > 0 ? slash : 1));
	rc = buf_err(&dir, err);
	if (rc == ERR_OK)
		rc = gate_policy_parse(&p, buf_span(text), buf_str(&w->path),
		                       buf_str(&dir), err);
	if (rc == ERR_OK && p->waiver_count != count)
		rc = err_set(err, ERR_USAGE, "it would not be what was meant");
	if (rc != ERR_OK)
		rc = err_wrap(err, ERR_USAGE,
		              "%s cannot be changed here; write its `waivers` by hand",
		              buf_str(&w->path));
	else if (!w->options->withdraw)
		rc = judge(w, p, err);
	gate_policy_free(p);
	buf_fini(&dir);
	return rc;
}

static enum err_code store(struct waiving *w, bool remove, bool add, struct err *err)
{
	const size_t had = w->policy->waiver_count;
	struct buf less = BUF_INIT;
	struct buf text = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (remove)
		rc = waiver_text_remove(buf_span(&w->text), w->old, had, &less, err);
	else
		buf_put(&less, buf_span(&w->text));
	if (rc == ERR_OK && add)
		rc = waiver_text_add(buf_span(&less), &w->waiver, &text, err);
	else
		buf_put(&text, buf_span(&less));
	less.failed |= text.failed;
	if (rc == ERR_OK)
		rc = buf_err(&less, err);
	if (rc == ERR_OK)
		rc = check(w, &text, had - (remove ? 1 : 0) + (add ? 1 : 0), err);
	if (rc == ERR_OK)
		rc = held_file_write(&w->file, buf_span(&text), err);
	buf_fini(&less);
	buf_fini(&text);
	return rc;
}

static enum err_code withdraw(struct waiving *w, struct err *err)
{
	if (w->old == w->policy->waiver_count)
		return err_set(err, ERR_USAGE, "there is no waiver of %s",
		               w->call->args.items[0]);
	return store(w, true, false, err);
}

static enum err_code waive(struct waiving *w, struct err *err)
{
	const struct cli_options *o = w->options;
	enum err_code rc = ERR_OK;

	w->now_ms = os_now_ms();
	if (o->now != NULL && !when_parse(span_str(o->now), &w->now_ms))
		return err_set(err, ERR_USAGE,
		               "--now %s: write an RFC 3339 time such as "
		               "2026-11-11T00:00:00Z",
		               o->now);
	if (o->renew && o->withdraw)
		return err_set(err, ERR_USAGE, "give one of --renew and --withdraw");
	rc = find_file(w, err);
	if (rc == ERR_OK)
		rc = find_subject(w, err);
	if (rc != ERR_OK || o->withdraw)
		return rc == ERR_OK ? withdraw(w, err) : rc;
	rc = describe(w, err);
	if (rc == ERR_OK)
		rc = sign(w, err);
	return rc == ERR_OK ? store(w, o->renew, true, err) : rc;
}

static void tell(const struct waiving *w)
{
	const struct cli_options *o = w->options;

	program_note("%s: the waiver of %s is %s%s; next: %s, as a recorded run keeps "
	             "the policy that it had",
	             buf_str(&w->path), w->call->args.items[0],
	             o->withdraw ? "withdrawn"
	             : o->renew  ? "renewed"
	                         : "granted",
	             o->withdraw || w->waiver.signature != NULL ? "" : ", unsigned",
	             project_next(buf_str(&w->root)));
}

int cli_waive(struct program_call *call)
{
	struct waiving w = { .call = call, .options = cli_options(call) };
	struct err err = ERR_INIT;
	enum err_code rc = lb_crypto_init(&err);

	if (rc == ERR_OK)
		rc = waive(&w, &err);
	if (rc == ERR_OK && !call->options->quiet)
		tell(&w);
	gate_policy_free(w.policy);
	held_file_close(&w.file);
	buf_fini(&w.root);
	buf_fini(&w.path);
	buf_fini(&w.text);
	buf_fini(&w.signature);
	err.code = rc;
	return rc == ERR_OK ? CLI_OK : program_fail(call, &err);
}
