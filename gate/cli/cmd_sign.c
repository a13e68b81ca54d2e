// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "cli/attesting.h"
#include "cli/judged.h"
#include "cli/project.h"
#include "cli/signing.h"
#include "cli/ssh_keygen.h"
#include "os/clock.h"
#include "os/fs.h"
#include "os/random.h"
#include "record/signoffs.h"

/* `sign`: a person's word on what a run found. It is written beside the run, judged by
 * the rules that decide about it later, and taken back at once where it would not count.
 */

struct signing {
	const struct program_call *call;
	const struct cli_options *options;
	struct gate_signoff said;
	struct buf dir;  /* of the run */
	struct buf file; /* of the sign-off, its name */
	struct buf path; /* and where it is */
	struct buf statement;
};

/* The time now, as --now and --expires say it. */
static enum err_code take_times(struct signing *s, struct err *err)
{
	const struct cli_options *o = s->options;
	struct gate_signoff *said = &s->said;

	said->signed_ms = os_now_ms();
	if (o->now != NULL && !when_parse(span_str(o->now), &said->signed_ms))
		return err_set(err, ERR_USAGE,
		               "--now %s: write an RFC 3339 time such as "
		               "2026-11-11T00:00:00Z",
		               o->now);
	said->has_expires = o->expires != NULL;
	if (said->has_expires && !when_parse(span_str(o->expires), &said->expires_ms))
		return err_set(err, ERR_USAGE,
		               "--expires %s: write a date such as 2026-12-31, or an RFC "
		               "3339 time",
		               o->expires);
	if (said->has_expires && said->expires_ms <= said->signed_ms)
		return err_set(err, ERR_USAGE, "--expires %s: that is over", o->expires);
	return ERR_OK;
}

static enum err_code take_options(struct signing *s, struct err *err)
{
	const struct cli_options *o = s->options;
	const int ways = (o->own_key != NULL) + (o->ssh_key != NULL) + o->print;

	if (o->role == NULL)
		return err_set(err, ERR_USAGE,
		               "give --role, one of the policy's `signoff`");
	if (ways != 1)
		return err_set(err, ERR_USAGE,
		               "give one of --key NAME, --ssh FILE and --print");
	if (o->comment != NULL && o->comment[0] == '\0')
		return err_set(err, ERR_USAGE, "--comment: there is nothing in it");
	s->said.role = o->role;
	s->said.comment = o->comment;
	s->said.reject = o->reject;
	return take_times(s, err);
}

static bool has_role(const struct gate_policy *p, const char *role)
{
	for (size_t i = 0; i < p->signoff_count; i++)
		if (str_eq(p->signoffs[i].role, role))
			return true;
	return false;
}

static enum err_code check_role(const struct gate_policy *p, const char *role,
                                struct err *err)
{
	struct buf roles = BUF_INIT;

	if (has_role(p, role))
		return ERR_OK;
	for (size_t i = 0; i < p->signoff_count; i++)
		buf_printf(&roles, "%s%s", i > 0 ? ", " : "", p->signoffs[i].role);
	err_set(err, ERR_USAGE,
	        "--role %s: the policy of this run asks for %s; after a change of the "
	        "policy run again: a recorded run keeps the one that it had",
	        role, roles.len > 0 ? buf_str(&roles) : "no sign-off");
	buf_fini(&roles);
	return ERR_USAGE;
}

/* Where the project is at hand, its history says what the run came to. */
static enum err_code check_entered(const struct judged *j, const char *assessment,
                                   struct err *err)
{
	struct buf root = BUF_INIT;
	enum err_code rc = project_root(NULL, &root, err);

	if (rc == ERR_OK && judged_is_other(buf_str(&root), j->recorded.run, assessment))
		rc = err_set(err, ERR_CORRUPT,
		             "%s: the history has another assessment of this run: nobody "
		             "can sign it",
		             j->recorded.dir);
	buf_fini(&root);
	return rc;
}

/* The statement over the run's assessment. */
static enum err_code make_statement(struct signing *s, struct err *err)
{
	struct judged j = { .has_recorded = false };
	char assessment[DIGEST_HEX];
	enum err_code rc = judged_open_again(&j, buf_str(&s->dir), NULL, err);

	if (rc == ERR_OK)
		(void)judged_faults(&j); /* they leave nothing that could be signed */
	if (rc == ERR_OK)
		rc = gate_signoffs_subject(&j.recorded, assessment, err);
	if (rc == ERR_OK)
		rc = check_entered(&j, assessment, err);
	if (rc == ERR_OK)
		rc = check_role(j.recorded.policy, s->said.role, err);
	if (rc == ERR_OK) {
		s->said.assessment = assessment;
		gate_signoff_write(&s->said, &s->statement);
		s->said.assessment = NULL;
		rc = buf_err(&s->statement, err);
	}
	judged_close(&j);
	return rc;
}

/* A name of its own: "sre-lead-20261122T100000Z-1f2e.json". */
static enum err_code name_file(struct signing *s, struct err *err)
{
	unsigned char some[4];
	char digits[2 * sizeof some + 1];
	char when[WHEN_TEXT];
	struct buf folder = BUF_INIT;
	enum err_code rc;

	os_random(some, sizeof some);
	str_hex(some, sizeof some, digits);
	when_format(s->said.signed_ms, false, when);
	for (const char *c = s->said.role; *c != '\0' && s->file.len < 40; c++)
		buf_putc(&s->file, (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') ||
		                                   (*c >= '0' && *c <= '9')
		                           ? *c
		                           : '-');
	buf_putc(&s->file, '-');
	for (const char *c = when; *c != '\0'; c++)
		if (*c != '-' && *c != ':')
			buf_putc(&s->file, *c);
	buf_printf(&s->file, "-%s%s", digits,
	           s->options->ssh_key != NULL ? ".json" : ".intoto.jsonl");
	os_join(&folder, buf_str(&s->dir), GATE_SIGNOFFS);
	os_join(&s->path, buf_str(&folder), buf_str(&s->file));
	rc = buf_err(&s->path, err);
	if (rc == ERR_OK)
		rc = buf_err(&s->file, err);
	if (rc == ERR_OK)
		rc = os_mkdirs(buf_str(&folder), 0755, err);
	buf_fini(&folder);
	return rc;
}

static enum err_code write_sealed(struct signing *s, struct err *err)
{
	struct lb_signer *signer = NULL;
	struct buf text = BUF_INIT;
	enum err_code rc =
		signing_open_named(&signer, s->call, "--key", s->options->own_key, err);

	if (rc == ERR_OK)
		rc = gate_signoff_seal(buf_span(&s->statement), signer, &text, err);
	if (rc == ERR_OK)
		rc = os_write_atomic(buf_str(&s->path), buf_span(&text), 0644, err);
	lb_signer_free(signer);
	buf_fini(&text);
	return rc;
}

static enum err_code write_signed(struct signing *s, struct err *err)
{
	struct buf signature = BUF_INIT;
	struct buf path = BUF_INIT;
	enum err_code rc = ssh_keygen_sign(&signature, s->options->ssh_key,
	                                   buf_span(&s->statement), s->call->cancel, err);

	buf_printf(&path, "%s.sig", buf_str(&s->path));
	if (rc == ERR_OK)
		rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = os_write_atomic(buf_str(&path), buf_span(&signature), 0644, err);
	if (rc == ERR_OK)
		rc = os_write_atomic(buf_str(&s->path), buf_span(&s->statement), 0644,
		                     err);
	buf_fini(&signature);
	buf_fini(&path);
	return rc;
}

static void take_back(struct signing *s)
{
	struct err ignored = ERR_INIT;

	if (os_remove_tree(buf_str(&s->path), &ignored) != ERR_OK)
		program_note("%s", ignored.msg);
	buf_puts(&s->path, ".sig");
	if (os_remove_tree(buf_str(&s->path), &ignored) != ERR_OK)
		program_note("%s", ignored.msg);
}

/* ERR_USAGE, and why, for one that would not count. */
static enum err_code judge(struct signing *s, struct err *err)
{
	static const char *const decisions[] = { "GO", "CONDITIONAL GO", "NO-GO" };
	struct judged j = { .has_recorded = false };
	const int64_t now = s->said.signed_ms;
	enum err_code rc = judged_open(&j, buf_str(&s->dir), &now, err);

	for (size_t i = 0; rc == ERR_OK && i < j.assessment->signoff_count; i++) {
		const struct gate_signed *one = &j.assessment->signoffs[i];

		if (!str_eq(one->said->file, buf_str(&s->file)))
			continue;
		if (!one->counts)
			rc = err_set(err, ERR_USAGE, "not signed: %s", one->why);
		else if (!s->call->options->quiet)
			program_note("%s %s as %s; the decision is %s now", one->who,
			             s->said.reject ? "rejected" : "signed", s->said.role,
			             decisions[j.assessment->decision]);
	}
	judged_close(&j);
	return rc;
}

static enum err_code sign(struct signing *s, struct buf *out, struct err *err)
{
	const struct program_call *call = s->call;
	enum err_code rc = take_options(s, err);

	if (rc == ERR_OK)
		rc = judged_find(call->args.count ? call->args.items[0] : NULL, &s->dir,
		                 err);
	if (rc == ERR_OK)
		rc = make_statement(s, err);
	if (rc == ERR_OK && s->options->print) {
		buf_put(out, buf_span(&s->statement));
		return buf_err(out, err);
	}
	if (rc == ERR_OK)
		rc = name_file(s, err);
	if (rc != ERR_OK)
		return rc;
	rc = s->options->ssh_key != NULL ? write_signed(s, err) : write_sealed(s, err);
	if (rc == ERR_OK)
		rc = judge(s, err);
	if (rc != ERR_OK)
		take_back(s);
	return rc;
}

int cli_sign(struct program_call *call)
{
	struct signing s = { .call = call, .options = cli_options(call) };
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc = lb_crypto_init(&err);
	int code;

	if (rc == ERR_OK && s.options->attest != NULL)
		rc = attesting_sign(call, &out, &err);
	else if (rc == ERR_OK)
		rc = sign(&s, &out, &err);
	err.code = rc;
	code = rc == ERR_OK ? program_print_take(call, &out) : program_fail(call, &err);
	if (rc == ERR_CORRUPT)
		code = CLI_VERIFY;
	if (rc != ERR_OK)
		buf_fini(&out);
	buf_fini(&s.dir);
	buf_fini(&s.file);
	buf_fini(&s.path);
	buf_fini(&s.statement);
	return code;
}
