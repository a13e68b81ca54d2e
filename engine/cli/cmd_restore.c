// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "cli/output.h"
#include "cli/select.h"
#include "job/restore.h"
#include "job/threads.h"
#include "os/clock.h"
#include "os/prompt.h"

static const struct {
	const char *name;
	enum lb_conflict conflict;
} conflicts[] = {
	{ "overwrite", LB_CONFLICT_OVERWRITE }, { "skip", LB_CONFLICT_SKIP },
	{ "if-newer", LB_CONFLICT_IF_NEWER },   { "keep-both", LB_CONFLICT_KEEP_BOTH },
	{ "prompt", LB_CONFLICT_PROMPT },
};

/* One of the words of the option's table, or none. */
static enum lb_conflict conflict_of(const char *name)
{
	for (size_t i = 0; name && i < sizeof conflicts / sizeof *conflicts; i++)
		if (str_eq(name, conflicts[i].name))
			return conflicts[i].conflict;
	return LB_CONFLICT_OVERWRITE;
}

/* ---- asking ---- */

struct asking {
	struct cli_output *output;
	bool for_all;
	enum lb_conflict answer;
};

static void put_question(struct buf *out, struct span path, const struct os_meta *there,
                         struct os_time wanted)
{
	int cmp = os_time_cmp(wanted, there->mtime);

	str_display(out, path);
	buf_printf(out, " is there already; the snapshot's is %s.\n",
	           cmp > 0   ? "newer"
	           : cmp < 0 ? "older"
	                     : "of the same time");
	buf_puts(out, "overwrite (o), skip (s), keep both (b); "
	              "the same for all (O, S, B); quit (q)? ");
}

static bool take_answer(struct asking *a, char key)
{
	static const char keys[] = "osbOSB";
	static const enum lb_conflict meaning[] = { LB_CONFLICT_OVERWRITE,
		                                    LB_CONFLICT_SKIP,
		                                    LB_CONFLICT_KEEP_BOTH };

	for (size_t i = 0; i < 6; i++)
		if (key == keys[i]) {
			a->answer = meaning[i % 3];
			a->for_all = i >= 3;
			return true;
		}
	return false;
}

static enum err_code ask(void *context, struct span path, const struct os_meta *there,
                         struct os_time wanted, enum lb_conflict *answer, struct err *err)
{
	struct asking *a = context;
	struct buf question = BUF_INIT;
	enum err_code rc = ERR_OK;
	char key = 0;

	put_question(&question, path, there, wanted);
	rc = buf_err(&question, err);
	while (rc == ERR_OK && !a->for_all) {
		rc = os_prompt_key(buf_str(&question), &key, err);
		if (rc == ERR_OK && key == 'q')
			rc = err_set(err, ERR_CANCELLED, "ended at your wish");
		if (rc != ERR_OK || take_answer(a, key))
			break;
	}
	buf_fini(&question);
	*answer = a->answer;
	return rc;
}

/* ---- the summary ---- */

static void put_json(const struct lb_restore_result *r, uint64_t ms, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "summary");
	json_field_u64(&w, "files", r->files);
	json_field_u64(&w, "dirs", r->folders);
	json_field_u64(&w, "others", r->others);
	json_field_u64(&w, "bytes", r->bytes);
	json_field_u64(&w, "bytes_written", r->written);
	json_field_u64(&w, "files_unchanged", r->unchanged);
	json_field_u64(&w, "skipped", r->skipped);
	json_field_u64(&w, "deleted", r->deleted);
	json_field_u64(&w, "incomplete", r->incomplete);
	json_field_u64(&w, "errors", r->errors);
	cli_field_seconds(&w, "duration_s", (int64_t)ms * 1000000);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static void put_count(struct buf *out, uint64_t n, const char *what)
{
	if (n > 0)
		buf_printf(out, "%llu %s\n", (unsigned long long)n, what);
}

static void put_human(const struct lb_restore_result *r, bool dry_run, uint64_t ms,
                      struct buf *out)
{
	char duration[WHEN_TEXT];

	when_duration(ms, duration);
	cli_put_count(out, r->files, "file");
	buf_puts(out, ", ");
	cli_put_count(out, r->folders, "folder");
	buf_puts(out, ", ");
	str_size(out, r->bytes);
	buf_puts(out, "\n");
	if (dry_run) {
		buf_puts(out, "dry run: nothing was changed\n");
	} else {
		buf_puts(out, "wrote ");
		str_size(out, r->written);
		buf_printf(out, " in %s\n", duration);
	}
	put_count(out, r->unchanged, "unchanged");
	put_count(out, r->skipped, "skipped");
	put_count(out, r->deleted, "deleted");
	put_count(out, r->incomplete, "not whole when they were backed up, see above");
	put_count(out, r->errors, "could not be restored as they were, see above");
}

static int report(const struct program_call *call, const struct lb_restore_result *r,
                  uint64_t ms)
{
	const struct cli_options *o = cli_options(call);
	struct buf out = BUF_INIT;
	int code;

	if (o->json)
		put_json(r, ms, &out);
	else if (!call->options->quiet)
		put_human(r, o->dry_run, ms, &out);
	code = program_print_take(call, &out);
	return code == CLI_OK && r->errors > 0 ? CLI_FAILED : code;
}

/* ---- the command ---- */

static enum err_code restore(struct program_call *call, struct lb_repo *repo,
                             const struct lb_filter *filter,
                             struct lb_restore_result *result, struct err *err)
{
	const struct cli_options *o = cli_options(call);
	struct cli_output output = { .progress = NULL };
	struct asking asking = { .output = &output };
	struct lb_snapshots known = { .refs = NULL };
	const struct lb_snapshot_ref *ref;
	struct lb_restore_options r = {
		.target = o->target,
		.conflict = conflict_of(o->conflict),
		.ask = ask,
		.ask_context = &asking,
		.delete_extra = o->delete_extra,
		.dry_run = o->dry_run,
		.no_verify = o->no_verify,
		.owners_by_name = o->owners_by_name,
		.threads = (size_t)o->threads,
		.events = &output.events,
		.cancel = call->cancel,
	};
	struct span id;
	enum err_code rc;

	lb_select_split(span_str(call->args.items[0]), &id, &r.path);
	rc = cli_snapshot_find(repo, o, id, &known, &ref, err);
	if (rc == ERR_OK) {
		r.snapshot = ref->snapshot;
		r.filter = lb_filter_is_empty(filter) ? NULL : filter;
		rc = cli_output_init(&output, call, "restoring", err);
	}
	if (rc == ERR_OK)
		rc = lb_restore(repo, &r, result, err);
	cli_output_fini(&output);
	lb_snapshots_fini(&known);
	return rc;
}

/* All that can be wrong is found before the repository is opened. */
static enum err_code check(const struct cli_options *o, struct lb_filter **filter,
                           struct err *err)
{
	if (!o->target)
		return err_set(err, ERR_USAGE,
		               "give --target, the folder to restore into");
	if (lb_threads_check(o->threads, err) != ERR_OK)
		return ERR_USAGE;
	return cli_filter(o, filter, err);
}

int cli_restore(struct program_call *call)
{
	struct lb_restore_result result;
	struct lb_filter *filter = NULL;
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;
	uint64_t start = os_ticks_ns();
	int code = CLI_USAGE;
	enum err_code rc = check(cli_options(call), &filter, &err);

	if (rc == ERR_OK)
		rc = cli_open(call, &repo, &code, &err);
	if (rc == ERR_OK)
		rc = restore(call, repo, filter, &result, &err);
	lb_repo_close(repo);
	lb_filter_free(filter);
	if (rc != ERR_OK)
		return cli_fail(call, code, &err);
	return report(call, &result, (os_ticks_ns() - start) / 1000000);
}
