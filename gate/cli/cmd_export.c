// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "cli/judged.h"
#include "cli/output.h"
#include "cli/project.h"
#include "os/clock.h"
#include "os/fs.h"
#include "record/host.h"
#include "reports/csv.h"
#include "roadmap/beads.h"
#include "roadmap/claude_flow.h"

/* `export`: a recorded run for trackers of other programs. */

enum { FILE_MAX_MIB = 256 };
#define FILE_MAX (UINT64_C(1048576) * FILE_MAX_MIB)

struct export
{
	struct program_call *call;
	struct judged *judged;
	const char *dir; /* of the run */
	int64_t now_ms;
};

static enum err_code load(const char *path, struct buf *out, struct err *err)
{
	return os_type_of(path) == OS_NONE ? ERR_OK
	                                   : os_read_file(path, FILE_MAX, out, err);
}

/* Below the project root, unless --output names another place. */
static enum err_code place(const struct export *x, const char *below, struct buf *out,
                           struct err *err)
{
	struct buf root = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (cli_options(x->call)->osv_output != NULL)
		buf_puts(out, cli_options(x->call)->osv_output);
	else if ((rc = project_root(NULL, &root, err)) == ERR_OK)
		os_join(out, buf_str(&root), below);
	buf_fini(&root);
	return rc == ERR_OK ? buf_err(out, err) : rc;
}

static enum err_code make_parent(const char *path, struct err *err)
{
	struct buf parent = BUF_INIT;
	const size_t cut = span_rfind_byte(span_str(path), '/');
	enum err_code rc = ERR_OK;

	if (cut < span_str(path).len && cut > 0) {
		buf_put(&parent, span_of(path, cut));
		rc = buf_err(&parent, err);
		if (rc == ERR_OK)
			rc = os_mkdirs(buf_str(&parent), 0777, err);
	}
	buf_fini(&parent);
	return rc;
}

/* ---- beads ---- */

static void say_counts(const struct export *x, const char *path,
                       const struct gate_beads_counts *n)
{
	if (!x->call->options->quiet)
		program_note(
			"%s: %zu added, %zu changed (%zu of them closed, %zu reopened), "
			"%zu kept",
			path, n->added, n->changed, n->closed, n->reopened, n->kept);
}

static enum err_code merge_beads(const struct export *x, const char *path,
                                 const struct gate_roadmap *r, struct buf *out,
                                 struct gate_beads_counts *n, struct err *err)
{
	const struct rep_findings *f = x->judged->card.located;
	const struct gate_beads b = { r, f, x->now_ms };
	struct buf old = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (!str_eq(path, "-"))
		rc = load(path, &old, err);
	if (rc == ERR_OK)
		rc = gate_beads_merge(&b, buf_span(&old), path, out, n, err);
	if (rc == ERR_CORRUPT)
		rc = err_wrap(err, ERR_USAGE,
		              "nothing was written: mend or move it first");
	buf_fini(&old);
	return rc;
}

static enum err_code export_beads(const struct export *x, struct err *err)
{
	struct gate_beads_counts n;
	struct gate_roadmap r;
	struct buf path = BUF_INIT;
	struct buf out = BUF_INIT;
	enum err_code rc = gate_roadmap_load(&r, x->judged->assessment, err);

	if (rc == ERR_OK)
		rc = place(x, ".beads/issues.jsonl", &path, err);
	if (rc == ERR_OK)
		rc = merge_beads(x, buf_str(&path), &r, &out, &n, err);
	if (rc == ERR_OK && str_eq(buf_str(&path), "-"))
		rc = program_print(buf_span(&out), err);
	else if (rc == ERR_OK && (rc = make_parent(buf_str(&path), err)) == ERR_OK &&
	         (rc = os_write_atomic(buf_str(&path), buf_span(&out), 0666, err)) ==
	                 ERR_OK)
		say_counts(x, buf_str(&path), &n);
	gate_roadmap_fini(&r);
	buf_fini(&path);
	buf_fini(&out);
	return rc;
}

/* ---- claude-flow ---- */

enum metrics { TASKS, PERFORMANCE, SYSTEM, METRICS };
static const char *const metric_files[METRICS] = { "task-metrics.json",
	                                           "performance.json",
	                                           "system-metrics.json" };

/* A merged run was made by several machines, and has none of its own. */
static bool has_machine(const struct export *x)
{
	struct buf file = BUF_INIT;
	bool has;

	os_join(&file, x->dir, GATE_HOST_FILE);
	has = !buf_ok(&file) || os_type_of(buf_str(&file)) != OS_NONE;
	buf_fini(&file);
	if (!has)
		program_note(
			"the run names no machine, as a merged one: %s stays as it is",
			metric_files[SYSTEM]);
	return has;
}

static enum err_code append_system(const struct export *x, struct span old,
                                   const char *path, struct buf *out, struct err *err)
{
	struct gate_host_sample start;
	struct gate_host_sample end;
	struct buf file = BUF_INIT;
	struct buf text = BUF_INIT;
	enum err_code rc;

	os_join(&file, x->dir, GATE_HOST_FILE);
	rc = buf_err(&file, err);
	if (rc == ERR_OK)
		rc = os_read_file(buf_str(&file), FILE_MAX, &text, err);
	if (rc == ERR_OK)
		rc = gate_host_read(&start, &end, buf_span(&text), buf_str(&file), err);
	if (rc == ERR_CORRUPT) /* the file of the run, not the one to append to */
		rc = err_wrap(err, ERR_USAGE, "the run is damaged");
	if (rc == ERR_OK)
		rc = gate_claude_flow_system(&start, &end, old, path, out, err);
	buf_fini(&file);
	buf_fini(&text);
	return rc;
}

static enum err_code append(const struct export *x, enum metrics which, struct span old,
                            const char *path, struct buf *out, struct err *err)
{
	if (which == TASKS)
		return gate_claude_flow_tasks(x->judged->assessment, old, path, out, err);
	if (which == PERFORMANCE)
		return gate_claude_flow_performance(x->judged->assessment, old, path, out,
		                                    err);
	return append_system(x, old, path, out, err);
}

/* A file that cannot be read as what it should be is kept beside the new one. */
static enum err_code keep_broken(const struct export *x, const char *path,
                                 struct span old, struct err *err)
{
	struct buf copy = BUF_INIT;
	enum err_code rc;

	buf_printf(&copy, "%s.broken-%lld", path, (long long)x->now_ms);
	rc = buf_err(&copy, err);
	if (rc == ERR_OK)
		rc = os_write_atomic(buf_str(&copy), old, 0666, err);
	if (rc == ERR_OK)
		program_note("%s could not be read as metrics, and is kept as %s", path,
		             buf_str(&copy));
	buf_fini(&copy);
	return rc;
}

static enum err_code export_metric(const struct export *x, const char *folder,
                                   enum metrics which, struct err *err)
{
	struct buf path = BUF_INIT;
	struct buf old = BUF_INIT;
	struct buf out = BUF_INIT;
	enum err_code rc;

	os_join(&path, folder, metric_files[which]);
	rc = buf_err(&path, err);
	if (rc == ERR_OK)
		rc = load(buf_str(&path), &old, err);
	if (rc == ERR_OK)
		rc = append(x, which, buf_span(&old), buf_str(&path), &out, err);
	if (rc == ERR_CORRUPT &&
	    (rc = keep_broken(x, buf_str(&path), buf_span(&old), err)) == ERR_OK) {
		buf_clear(&out);
		rc = append(x, which, SPAN_EMPTY, buf_str(&path), &out, err);
	}
	if (rc == ERR_OK)
		rc = os_write_atomic(buf_str(&path), buf_span(&out), 0666, err);
	buf_fini(&path);
	buf_fini(&old);
	buf_fini(&out);
	return rc;
}

static enum err_code export_claude_flow(const struct export *x, struct err *err)
{
	struct buf folder = BUF_INIT;
	enum err_code rc = place(x, ".claude-flow/metrics", &folder, err);

	if (rc == ERR_OK)
		rc = os_mkdirs(buf_str(&folder), 0777, err);
	for (size_t i = 0; rc == ERR_OK && i < METRICS; i++)
		if (i != SYSTEM || has_machine(x))
			rc = export_metric(x, buf_str(&folder), (enum metrics)i, err);
	buf_fini(&folder);
	return rc;
}

/* ---- csv ---- */

static enum err_code export_csv(const struct export *x, struct err *err)
{
	const char *path = cli_options(x->call)->osv_output;
	struct buf out = BUF_INIT;
	enum err_code rc = rep_csv_checks(&x->judged->card, &out, err);

	if (rc == ERR_OK && path != NULL && !str_eq(path, "-"))
		rc = output_file(path, buf_span(&out), err);
	else if (rc == ERR_OK)
		rc = program_print(buf_span(&out), err);
	buf_fini(&out);
	return rc;
}

/* ---- command ---- */

static const struct kind {
	const char *name;
	enum err_code (*run)(const struct export *x, struct err *err);
} kinds[] = {
	{ "beads", export_beads },
	{ "claude-flow", export_claude_flow },
	{ "csv", export_csv },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static enum err_code find_kind(const char *name, const struct kind **out, struct err *err)
{
	const char *names[KINDS];
	const char *near;

	for (size_t i = 0; i < KINDS; i++) {
		names[i] = kinds[i].name;
		if (str_eq(name, names[i])) {
			*out = &kinds[i];
			return ERR_OK;
		}
	}
	near = str_nearest(span_str(name), names, KINDS);
	if (near != NULL)
		return err_set(err, ERR_USAGE, "no export '%s'; did you mean '%s'?", name,
		               near);
	return err_set(err, ERR_USAGE, "no export '%s': beads, claude-flow or csv", name);
}

static enum err_code export_time(const struct program_call *call, int64_t *now,
                                 struct err *err)
{
	*now = os_now_ms();
	if (cli_options(call)->now != NULL &&
	    !when_parse(span_str(cli_options(call)->now), now))
		return err_set(err, ERR_USAGE,
		               "--now %s: write an RFC 3339 time such as "
		               "2026-11-11T00:00:00Z",
		               cli_options(call)->now);
	return ERR_OK;
}

int cli_export(struct program_call *call)
{
	struct judged j = { .has_recorded = false };
	struct export x = { .call = call, .judged = &j };
	const struct kind *kind = NULL;
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc = find_kind(call->args.items[0], &kind, &err);
	int code;

	if (rc == ERR_OK)
		rc = export_time(call, &x.now_ms, &err);
	if (rc == ERR_OK)
		rc = judged_find(call->args.count > 1 ? call->args.items[1] : NULL, &dir,
		                 &err);
	if (rc == ERR_OK)
		rc = judged_open_again(&j, buf_str(&dir), NULL, &err);
	x.dir = buf_str(&dir);
	code = rc == ERR_OK ? judged_faults(&j) : CLI_OK;
	if (code != CLI_OK)
		program_note("nothing was exported: the run is not what was recorded");
	else if (rc == ERR_OK)
		rc = kind->run(&x, &err);
	judged_close(&j);
	buf_fini(&dir);
	return rc == ERR_OK ? code : program_fail(call, &err);
}
