// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "base/str.h"
#include "claims/scan.h"
#include "cli/project.h"
#include "cli/scan_output.h"
#include "lib/json.h"
#include "lib/vcs_staged.h"
#include "os/fs.h"
#include "scanners/baseline.h"
#include "scanners/finding.h"

#include <stdio.h>
#include <unistd.h>

/* `scan`: the scanners alone, findings on stdout. */

#define FLUSH_AT (1 << 20)

enum { SKIPS_TOLD = 20, PATH_TOLD = 4096 };

/* "src/a.c:12:5: no finding: in a string [marker.todo]" */
static void put_drop(struct buf *out, const struct scan_drop *d)
{
	str_display(out, d->path);
	if (d->line > 0)
		buf_printf(out, ":%llu:%llu", (unsigned long long)d->line,
		           (unsigned long long)d->column);
	buf_printf(out, ": no finding: %s [%s]\n", d->reason, d->rule);
}

/* A program that reads JSON gets JSON. */
static bool is_json(const struct output *out)
{
	for (size_t i = 0; i < out->count; i++)
		if (str_eq(out->items[i].path, "-") &&
		    str_starts(out->items[i].name, "json"))
			return true;
	return false;
}

/* What was dropped, beside the findings and never among them. */
static enum err_code print_drops(const struct output *out, const struct scan_result *r,
                                 struct err *err)
{
	bool json = is_json(out);
	struct buf text = BUF_INIT;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < r->drop_count; i++) {
		if (json) {
			scan_drop_json(&text, &r->drops[i]);
			buf_putc(&text, '\n');
		} else {
			put_drop(&text, &r->drops[i]);
		}
		if (text.len < FLUSH_AT && i + 1 < r->drop_count)
			continue;
		rc = buf_err(&text, err);
		if (rc == ERR_OK)
			rc = os_write_all(STDERR_FILENO, buf_span(&text), err);
		buf_clear(&text);
	}
	buf_fini(&text);
	return rc;
}

/* Several rules may miss the same. */
static bool is_told(const struct scan_result *r, size_t i)
{
	return i > 0 && span_eq(r->skips[i].path, r->skips[i - 1].path) &&
	       str_eq(r->skips[i].reason, r->skips[i - 1].reason);
}

/* Those of failures, or the others; the first ones by name. */
static void tell_skips(const struct scan_result *r, bool failures)
{
	enum log_level level = failures ? LOG_ERROR : LOG_WARN;
	size_t count = 0;

	for (size_t i = 0; i < r->skip_count; i++) {
		const struct scan_skip *s = &r->skips[i];

		if (scan_lack_fails(s->lack) != failures || is_told(r, i))
			continue;
		if (++count <= SKIPS_TOLD)
			log_event(level, "%.*s: %s",
			          (int)span_sub(s->path, 0, PATH_TOLD).len, s->path.ptr,
			          s->reason);
	}
	if (count > SKIPS_TOLD)
		log_event(level, "%zu more like %s; --summary names all",
		          count - SKIPS_TOLD, count - SKIPS_TOLD == 1 ? "this" : "these");
}

/* What was missed is always named: an incomplete scan is not a clean one. */
static void warn_skips(const struct scan_result *r)
{
	if (r->blame_trouble != NULL)
		log_event(LOG_WARN, "age and author of markers are unknown: %s",
		          r->blame_trouble);
	if (r->owners_trouble != NULL)
		log_event(LOG_WARN, "owners are unknown: %s", r->owners_trouble);
	tell_skips(r, false);
	tell_skips(r, true);
}

/* How the findings stand to the baseline, if there is one. */
static void put_baseline(struct json_writer *w, const struct scan_compared *c)
{
	if (!c->with_baseline)
		return;
	json_put_key(w, "baseline");
	json_open(w, '{');
	json_field_u64(w, "new", c->fresh);
	json_field_u64(w, "known", c->known);
	json_field_u64(w, "expired", c->expired);
	json_field_u64(w, "gone", c->gone);
	json_close(w, '}');
}

static void put_summary(struct buf *out, const struct scan_result *r)
{
	struct json_writer w;
	struct buf number = BUF_INIT;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_u64(&w, "files", r->files);
	json_field_u64(&w, "bytes", r->bytes);
	buf_printf(&number, "%.3f", r->seconds);
	json_field_number(&w, "seconds", buf_str(&number));
	put_baseline(&w, &r->compared);
	scan_output_skips(&w, r);
	json_close(&w, '}');
	buf_putc(out, '\n');
	buf_fini(&number);
}

/* ", 12 known from the baseline (3 of its entries fit nothing)" */
static void put_compared(struct buf *out, const struct scan_compared *c)
{
	if (c->known > 0 || c->gone > 0)
		buf_printf(out, ", %llu known from the baseline",
		           (unsigned long long)c->known);
	if (c->expired > 0)
		buf_printf(out, ", %llu of these known until a day that is over",
		           (unsigned long long)c->expired);
	if (c->gone > 0)
		buf_printf(out, " (%llu of its entries fit%s no finding)",
		           (unsigned long long)c->gone, c->gone == 1 ? "s" : "");
}

static void count_line(const struct program_call *call, const struct scan_result *r)
{
	size_t by[3] = { 0, 0, 0 };
	uint64_t allowed = scan_output_allowed(r);
	struct buf left_out = BUF_INIT;
	size_t all = 0;

	for (size_t i = 0; i < r->count; i++)
		by[r->findings[i].severity] += r->findings[i].state != SCAN_KNOWN;
	all = by[SCAN_ERROR] + by[SCAN_WARNING] + by[SCAN_NOTE];
	if (allowed > 0)
		buf_printf(&left_out, ", %llu allowed by comments",
		           (unsigned long long)allowed);
	put_compared(&left_out, &r->compared);
	if (!call->options->quiet && r->left_rules > 0)
		program_note("%zu rule%s the whole tree, and %s not run", r->left_rules,
		             r->left_rules == 1 ? " needs" : "s need",
		             r->left_rules == 1 ? "was" : "were");
	if (!call->options->quiet)
		program_note("%zu finding%s (%zu error, %zu warning, %zu note)%s in %llu "
		             "file%s",
		             all, str_s(all), by[SCAN_ERROR], by[SCAN_WARNING],
		             by[SCAN_NOTE], buf_str(&left_out),
		             (unsigned long long)r->files, str_s(r->files));
	buf_fini(&left_out);
}

/* The least severity that fails the scan; false for none. */
static bool fail_level(const struct program_call *call, enum scan_severity *least)
{
	*least = SCAN_ERROR;
	if (str_eq(cli_options(call)->fail_on, "warning"))
		*least = SCAN_WARNING;
	else if (str_eq(cli_options(call)->fail_on, "note"))
		*least = SCAN_NOTE;
	return !str_eq(cli_options(call)->fail_on, "none");
}

static int exit_of(const struct program_call *call, const struct scan_result *r)
{
	enum cli_exit code = scan_output_exit(r);
	enum scan_severity least;

	if (code != CLI_OK) /* what is unknown is not clean */
		return (int)code;
	if (!fail_level(call, &least))
		return CLI_OK;
	for (size_t i = 0; i < r->count; i++)
		if (r->findings[i].severity >= least &&
		    r->findings[i].state != SCAN_KNOWN)
			return CLI_NO_GO;
	return CLI_OK;
}

struct live {
	struct progress *progress;
	_Atomic uint64_t shown;
};

static void on_progress(uint64_t files, void *context)
{
	struct live *live = context;
	uint64_t before = atomic_load(&live->shown);

	/* Workers may come in any order; each step is added once. */
	while (files > before) {
		if (!atomic_compare_exchange_weak(&live->shown, &before, files))
			continue;
		progress_add(live->progress, files - before);
		return;
	}
}

/* Which contents: of three options at most one. */
static enum err_code choose_what(const struct cli_options *c, struct scan_options *o,
                                 struct err *err)
{
	if (c->staged + (c->diff != NULL) + c->history > 1)
		return err_set(err, ERR_USAGE,
		               "--staged, --diff and --history: only one of them");
	o->base = c->diff;
	o->what = c->staged         ? SCAN_STAGED
	          : c->diff != NULL ? SCAN_CHANGED
	          : c->history      ? SCAN_HISTORY
	                            : SCAN_TREE;
	return ERR_OK;
}

/* What the project says of its scans: of those of the index, as the index has it. */
struct settings {
	struct vcs_staged *staged;
	struct gate_policy *policy;
	struct scan_baseline *baseline;
};

static void settings_fini(struct settings *s)
{
	scan_baseline_free(s->baseline);
	gate_policy_free(s->policy);
	vcs_staged_close(s->staged);
}

/* Who wrote one and did not add it wonders why it has no effect. */
static void tell_untracked(const char *root, const char *name)
{
	struct buf path = BUF_INIT;

	os_join(&path, root, name);
	if (buf_ok(&path) && os_type_of(buf_str(&path)) == OS_FILE)
		log_event(LOG_WARN, "%s is not in git's index: --staged does without it",
		          name);
	buf_fini(&path);
}

static enum err_code load_baseline(struct settings *s, const struct cli_options *c,
                                   const char *root, struct err *err)
{
	enum err_code rc;

	if (c->no_baseline)
		return ERR_OK;
	/* Who names a file means that one. */
	if (s->staged == NULL || c->baseline != NULL)
		return scan_baseline_load(&s->baseline, root, c->baseline, err);
	rc = scan_baseline_load_staged(&s->baseline, root, s->staged, err);
	if (rc == ERR_OK && s->baseline == NULL)
		tell_untracked(root, SCAN_BASELINE_FILE);
	return rc;
}

static enum err_code load_settings(struct settings *s, const struct cli_options *c,
                                   const char *root, struct err *err)
{
	enum err_code rc = ERR_OK;

	if (c->staged)
		rc = vcs_staged_open(&s->staged, root, err);
	if (rc == ERR_NOT_FOUND) /* the scan itself says why it cannot be */
		rc = ERR_OK;
	if (rc == ERR_OK)
		rc = project_policy(root, s->staged, &s->policy, err);
	if (rc == ERR_OK && s->staged != NULL && s->policy == NULL)
		tell_untracked(root, PROJECT_POLICY_FILE);
	return rc == ERR_OK ? load_baseline(s, c, root, err) : rc;
}

static enum err_code scan(struct program_call *call, struct settings *settings,
                          struct scan_result *r, struct err *err)
{
	struct buf root = BUF_INIT;
	struct buf cache = BUF_INIT;
	struct live live = { NULL, 0 };
	struct scan_options o = {
		.rules = cli_options(call)->rules.items,
		.rule_count = cli_options(call)->rules.count,
		.no_ignore = cli_options(call)->no_ignore,
		.exclude = cli_options(call)->excludes.items,
		.exclude_count = cli_options(call)->excludes.count,
		.blame = !cli_options(call)->no_blame,
		.explain_drops = cli_options(call)->explain_drops,
		.anew = cli_options(call)->no_cache,
		.jobs = (size_t)cli_options(call)->jobs,
		.claims = &gate_claims_scan,
		.cancel = call->cancel,
		.progress = on_progress,
		.context = &live,
	};
	enum err_code rc = choose_what(cli_options(call), &o, err);

	if (rc != ERR_OK)
		return rc;
	if (cli_options(call)->jobs > 1024)
		return err_set(err, ERR_USAGE, "--jobs %llu: at most 1024",
		               (unsigned long long)cli_options(call)->jobs);
	rc = call->args.count ? project_root_above(call->args.items[0], &root, err)
	                      : project_root(NULL, &root, err);
	if (rc == ERR_NOT_FOUND)
		rc = err_wrap(err, ERR_USAGE, "nothing to scan");
	if (rc == ERR_OK)
		rc = load_settings(settings, cli_options(call), buf_str(&root), err);
	if (settings->policy != NULL)
		o.own = settings->policy->ruleset;
	o.baseline = settings->baseline;
	o.staged = settings->staged;
	scan_cache_folder(&cache);
	o.cache = buf_str(&cache);
	o.root = buf_str(&root);
	o.path = call->args.count ? call->args.items[0] : o.root;
	if (rc == ERR_OK)
		rc = progress_new(&live.progress, &call->err,
		                  call->err.tty && !call->options->quiet &&
		                          !call->options->no_progress,
		                  err);
	if (rc == ERR_OK) {
		progress_start(live.progress, "scanning", "files", 0);
		rc = scan_run(&o, r, err);
	}
	progress_finish(live.progress);
	buf_fini(&root);
	buf_fini(&cache);
	return rc;
}

int cli_scan(struct program_call *call)
{
	struct scan_result r = { .count = 0 };
	struct buf summary = BUF_INIT;
	struct err err = ERR_INIT;
	struct settings settings = { NULL, NULL, NULL };
	struct output out;
	enum err_code rc = scan_output_plan(&out, call, &err);
	int code;

	if (rc == ERR_OK)
		rc = scan(call, &settings, &r, &err);
	if (rc == ERR_OK)
		rc = scan_output_write(&out, call, &r, &err);
	if (rc == ERR_OK)
		rc = print_drops(&out, &r, &err);
	if (rc == ERR_OK) {
		warn_skips(&r);
		count_line(call, &r);
	}
	if (rc == ERR_OK && cli_options(call)->summary) {
		put_summary(&summary, &r);
		rc = os_write_all(STDERR_FILENO, buf_span(&summary), &err);
	}
	code = rc == ERR_OK ? exit_of(call, &r) : program_fail(call, &err);
	scan_result_fini(&r);
	settings_fini(&settings);
	buf_fini(&summary);
	return code;
}
