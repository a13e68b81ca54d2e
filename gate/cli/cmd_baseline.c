// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "base/str.h"
#include "base/when.h"
#include "claims/scan.h"
#include "cli/project.h"
#include "os/clock.h"
#include "os/fs.h"
#include "scanners/baseline.h"
#include "scanners/scanner.h"

/* `baseline`: the file of findings that are known. */

enum work { CREATE, UPDATE, PRUNE, WORKS };

struct job {
	const struct program_call *call;
	enum work work;
	struct buf root;
	struct buf path; /* of the file */
	struct gate_policy *policy;
	struct scan_baseline *baseline;
	struct scan_result found;
	uint64_t added;
	uint64_t mended; /* entries that had the id of a finding, and said something else
	                  */
	uint64_t renewed;
	uint64_t dropped;
};

static void job_fini(struct job *j)
{
	scan_result_fini(&j->found);
	scan_baseline_free(j->baseline);
	gate_policy_free(j->policy);
	buf_fini(&j->root);
	buf_fini(&j->path);
}

/* ---- what is asked for ---- */

/* A day that is over would accept nothing. */
static enum err_code check_expires(const char *day, struct err *err)
{
	const struct scan_entry e = { .expires = day };
	const int64_t now = os_now_ms();
	char today[WHEN_TEXT];

	if (!scan_is_date(day))
		return err_set(err, ERR_USAGE, "--expires %s: write a day as 2027-01-31",
		               day);
	if (!scan_entry_expired(&e, now))
		return ERR_OK;
	when_format(now, false, today);
	return err_set(err, ERR_USAGE,
	               "--expires %s: that day is over; name %.10s or a later one", day,
	               today);
}

static enum err_code read_work(struct job *j, struct err *err)
{
	static const char *const names[WORKS] = { "create", "update", "prune" };
	const char *name = j->call->args.items[0];
	const struct cli_options *o = cli_options(j->call);

	for (j->work = CREATE; j->work < WORKS; j->work++)
		if (str_eq(name, names[j->work]))
			break;
	if (j->work == WORKS)
		return err_set(err, ERR_USAGE,
		               "baseline %s: there are create, update and prune", name);
	if (j->work == PRUNE &&
	    (o->reason != NULL || o->owner != NULL || o->expires != NULL))
		return err_set(err, ERR_USAGE,
		               "baseline prune adds nothing: --reason, --owner and "
		               "--expires are for create and update");
	if (j->work != CREATE && o->force)
		return err_set(err, ERR_USAGE,
		               "baseline %s takes no --force: that is for create", name);
	if (o->expires != NULL && check_expires(o->expires, err) != ERR_OK)
		return ERR_USAGE;
	if (o->jobs > 1024)
		return err_set(err, ERR_USAGE, "--jobs %llu: at most 1024",
		               (unsigned long long)o->jobs);
	return ERR_OK;
}

/* What is replaced is not scanned: it quotes findings. */
static enum err_code new_file(struct job *j, bool there, struct err *err)
{
	struct buf real = BUF_INIT;
	enum err_code rc = ERR_OK;

	j->baseline = scan_baseline_new(buf_str(&j->path));
	if (j->baseline == NULL)
		return err_nomem(err);
	if (there)
		rc = os_realpath(buf_str(&j->path), &real, err);
	if (there && rc == ERR_OK)
		j->baseline->real = arena_str(&j->baseline->arena, buf_str(&real));
	buf_fini(&real);
	return rc == ERR_OK ? arena_err(&j->baseline->arena, err) : rc;
}

static enum err_code open_file(struct job *j, struct err *err)
{
	bool there;

	if (j->call->args.count > 1)
		buf_puts(&j->path, j->call->args.items[1]);
	else
		os_join(&j->path, buf_str(&j->root), SCAN_BASELINE_FILE);
	if (!buf_ok(&j->path))
		return err_nomem(err);
	there = os_type_of(buf_str(&j->path)) != OS_NONE;
	if (there && (j->work != CREATE || !cli_options(j->call)->force)) {
		if (j->work == CREATE)
			return err_set(err, ERR_USAGE,
			               "%s exists; `seaworthy baseline update` adds what "
			               "is new, --force makes it anew",
			               buf_str(&j->path));
		return scan_baseline_load(&j->baseline, buf_str(&j->root),
		                          buf_str(&j->path), err);
	}
	if (!there && j->work == PRUNE)
		return err_set(err, ERR_USAGE,
		               "there is no %s; `seaworthy baseline create` makes one",
		               buf_str(&j->path));
	return new_file(j, there, err);
}

/* ---- what there is ---- */

static enum err_code scan_all(struct job *j, struct err *err)
{
	const struct cli_options *options = cli_options(j->call);
	struct buf cache = BUF_INIT;
	struct scan_options o = {
		.path = buf_str(&j->root),
		.root = buf_str(&j->root),
		.rules = options->rules.items,
		.rule_count = options->rules.count,
		.own = j->policy != NULL ? j->policy->ruleset : NULL,
		.baseline = j->baseline,
		.jobs = (size_t)options->jobs,
		.claims = &gate_claims_scan,
		.cancel = j->call->cancel,
	};
	enum err_code rc;

	scan_cache_folder(&cache);
	o.cache = buf_str(&cache);
	rc = scan_run(&o, &j->found, err);
	buf_fini(&cache);
	return rc;
}

/* Is it accepted until a day that is over, and now until another one? */
static bool is_renewed(const struct job *j, const struct scan_finding *f)
{
	return f->state == SCAN_EXPIRED && cli_options(j->call)->expires != NULL;
}

/* What speaks of the baseline itself is no finding to accept. */
static bool is_taken(const struct job *j, const struct scan_finding *f)
{
	return (f->state == SCAN_NEW && !str_starts(f->rule, "baseline.")) ||
	       is_renewed(j, f);
}

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static enum err_code add_new(struct job *j, struct err *err)
{
	const struct cli_options *o = cli_options(j->call);
	struct buf path = BUF_INIT;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < j->found.count; i++) {
		const size_t before = j->baseline->count;
		const struct scan_finding *f = &j->found.findings[i];
		struct scan_entry e = {
			.rule = f->rule,
			.id = f->fingerprint,
			.what = f->message,
			.reason = or_empty(o->reason),
			.owner = or_empty(o->owner),
			.expires = or_empty(o->expires),
			.used = true,
		};

		if (!is_taken(j, f))
			continue;
		buf_clear(&path);
		str_display(&path, f->path);
		e.path = buf_str(&path);
		if (!buf_ok(&path) || !scan_baseline_add(j->baseline, &e))
			rc = err_nomem(err);
		j->added += j->baseline->count - before;
		j->renewed += is_renewed(j, f);
		j->mended += j->baseline->count == before && !is_renewed(j, f);
	}
	buf_fini(&path);
	return rc;
}

static enum err_code store(struct job *j, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	scan_baseline_put(j->baseline, &text);
	rc = buf_err(&text, err);
	if (rc == ERR_OK && text.len > SCAN_BASELINE_MAX_BYTES)
		rc = err_set(err, ERR_LIMIT,
		             "%llu findings are more than a baseline holds; name rules "
		             "with --rule",
		             (unsigned long long)j->baseline->count);
	if (rc == ERR_OK)
		rc = os_write_atomic(buf_str(&j->path), buf_span(&text), 0644, err);
	buf_fini(&text);
	return rc;
}

static enum err_code work(struct job *j, struct err *err)
{
	enum err_code rc = read_work(j, err);

	if (rc == ERR_OK)
		rc = project_root(NULL, &j->root, err);
	if (rc == ERR_OK)
		rc = project_policy(buf_str(&j->root), NULL, &j->policy, err);
	if (rc == ERR_OK)
		rc = open_file(j, err);
	if (rc == ERR_OK)
		rc = scan_all(j, err);
	if (rc == ERR_OK && j->work == PRUNE)
		j->dropped = scan_baseline_drop_unused(j->baseline);
	else if (rc == ERR_OK)
		rc = add_new(j, err);
	return rc == ERR_OK ? store(j, err) : rc;
}

/* ---- what is said of it ---- */

static const char *entries(uint64_t n)
{
	return n == 1 ? "entry" : "entries";
}

/* "3 entries ..", if there are any. */
static void tell_entries(uint64_t n, const char *one, const char *more)
{
	if (n > 0)
		program_note("%llu %s", (unsigned long long)n, n == 1 ? one : more);
}

static bool are_vouched(const struct cli_options *o)
{
	const struct scan_entry e = { .reason = or_empty(o->reason),
		                      .owner = or_empty(o->owner) };

	return scan_entry_vouched(&e);
}

static void tell(const struct job *j)
{
	struct buf path = BUF_INIT;

	str_display(&path, buf_span(&j->path));
	if (j->work == PRUNE)
		program_note("%s: %llu %s taken out, %zu left", buf_str(&path),
		             (unsigned long long)j->dropped, entries(j->dropped),
		             j->baseline->count);
	else
		program_note("%s: %llu %s added, %zu in all", buf_str(&path),
		             (unsigned long long)j->added, entries(j->added),
		             j->baseline->count);
	if (j->renewed > 0)
		program_note("%llu %s past the last day count%s until %s",
		             (unsigned long long)j->renewed, entries(j->renewed),
		             j->renewed == 1 ? "s" : "", cli_options(j->call)->expires);
	if (!are_vouched(cli_options(j->call)))
		tell_entries(j->added,
		             "entry says not why or not who answers for it: `seaworthy "
		             "run` counts the finding until it gives reason and owner",
		             "entries say not why or not who answers for them: "
		             "`seaworthy run` counts the findings until they give reason "
		             "and owner");
	tell_entries(j->mended,
	             "entry named another path or rule than the finding of its id, and "
	             "is put right",
	             "entries named another path or rule than the finding of their id, "
	             "and are put right");
	if (j->work == UPDATE && j->found.compared.gone > j->mended)
		tell_entries(j->found.compared.gone - j->mended,
		             "entry fits no finding; `seaworthy baseline prune` takes it "
		             "out",
		             "entries fit no finding; `seaworthy baseline prune` takes "
		             "them out");
	if (j->work != CREATE)
		tell_entries(j->found.compared.unseen,
		             "entry is kept unseen: its file or rule was not looked at",
		             "entries are kept unseen: their file or rule was not looked "
		             "at");
	if (j->found.compared.expired > j->renewed)
		tell_entries(j->found.compared.expired - j->renewed,
		             "entry is past its last day, and its findings count again; "
		             "`seaworthy baseline update --expires DAY` renews it",
		             "entries are past their last day, and their findings count "
		             "again; `seaworthy baseline update --expires DAY` renews "
		             "them");
	buf_fini(&path);
}

/* Of what could not be read nothing was taken in, and nothing taken out. */
static int exit_of(const struct scan_result *r)
{
	uint64_t missed = 0;

	for (size_t i = 0; i < r->skip_count; i++)
		missed += r->skips[i].lack == SCAN_UNREAD;
	if (missed > 0)
		log_event(LOG_ERROR,
		          "%llu file%s could not be scanned; `seaworthy scan` names %s",
		          (unsigned long long)missed, str_s(missed),
		          missed == 1 ? "it" : "them");
	return missed > 0 ? CLI_INTERNAL : CLI_OK;
}

int cli_baseline(struct program_call *call)
{
	struct job j = { .call = call, .root = BUF_INIT, .path = BUF_INIT };
	struct err err = ERR_INIT;
	enum err_code rc = work(&j, &err);
	int code;

	if (rc == ERR_OK) {
		if (!call->options->quiet)
			tell(&j);
		code = exit_of(&j.found);
	} else {
		err.code = rc;
		code = program_fail(call, &err);
	}
	job_fini(&j);
	return code;
}
