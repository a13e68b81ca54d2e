// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"
#include "cli/hooks.h"
#include "cli/output.h"
#include "cli/select.h"
#include "cli/stream.h"
#include "job/backup.h"
#include "job/threads.h"

#include <inttypes.h>

/* The job's options from the command's; owns what they point to. */
struct request {
	struct lb_backup_options o;
	struct lb_filter *filter;
	struct span *tags;
	struct span *excludes;
	struct lb_id16 parent;
	struct cli_stream stream;
	const char *path; /* of it */
	struct lb_source *sources;
	struct arena arena; /* of the sources */
};

static enum err_code set_tags(struct request *r, const struct opt_list *tags,
                              struct err *err)
{
	if (tags->count == 0)
		return ERR_OK;
	if (!mem_array(&r->tags, tags->count, sizeof *r->tags))
		return err_nomem(err);
	for (size_t i = 0; i < tags->count; i++) {
		const char *fault = lb_tag_fault(span_str(tags->items[i]));

		if (fault)
			return err_set(err, ERR_USAGE, "--tag \"%s\": %s", tags->items[i],
			               fault);
		r->tags[i] = span_str(tags->items[i]);
	}
	r->o.tags = r->tags;
	r->o.tag_count = lb_tags_sort(r->tags, tags->count);
	return ERR_OK;
}

static enum err_code set_excludes(struct request *r, const struct cli_options *o,
                                  struct err *err)
{
	enum err_code rc = cli_filter(o, &r->filter, err);

	if (rc != ERR_OK || o->excludes.count == 0)
		return rc;
	if (!mem_array(&r->excludes, o->excludes.count, sizeof *r->excludes))
		return err_nomem(err);
	for (size_t i = 0; i < o->excludes.count; i++)
		r->excludes[i] = span_str(o->excludes.items[i]);
	r->o.excludes = r->excludes;
	r->o.exclude_count = o->excludes.count;
	return ERR_OK;
}

/* Paths, or one stream. */
static enum err_code set_sources(struct request *r, const struct program_call *call,
                                 struct err *err)
{
	const struct cli_options *o = cli_options(call);
	enum err_code rc = ERR_OK;

	r->o.paths = call->args.items;
	r->o.path_count = call->args.count;
	if (cli_stream_wanted(o)) {
		rc = cli_stream_init(&r->stream, call, err);
		r->path = r->stream.path;
		r->o.stream = &r->stream.stream;
		r->o.paths = &r->path;
		r->o.path_count = 1;
		r->o.no_parent = true;
		r->o.threads = 1;
	} else if (o->stdin_name) {
		rc = err_set(err, ERR_USAGE,
		             "--stdin-name goes with --stdin or --stdin-from-command");
	} else if (call->args.count == 0) {
		rc = err_set(err, ERR_USAGE, "nothing to store: give PATH..");
	}
	return rc == ERR_OK ? lb_source_tree(&r->sources, &r->arena, r->o.paths,
	                                     r->o.path_count, err)
	                    : rc;
}

/* Where to, and how fast: a mistake there is none of the backup's failures. */
static enum err_code check_store(const struct program_call *call, struct err *err)
{
	const char *path = NULL;
	struct lb_rates rates;
	enum err_code rc = cli_repo_path(call, &path, err);

	return rc == ERR_OK ? cli_rates(call, &rates, err) : rc;
}

/* All that can be wrong is found before anything is done. */
static enum err_code fill(struct request *r, struct program_call *call, struct err *err)
{
	const struct cli_options *o = cli_options(call);
	enum err_code rc = lb_threads_check(o->threads, err);

	if (rc == ERR_OK && o->force && o->parent)
		rc = err_set(err, ERR_USAGE,
		             "--force compares with nothing: leave out --parent");
	r->o.one_file_system = o->one_file_system;
	r->o.host = o->host;
	r->o.description = span_str(o->description);
	r->o.no_parent = o->force;
	r->o.no_verify = o->no_verify;
	r->o.dry_run = o->dry_run;
	r->o.threads = (size_t)o->threads;
	r->o.cancel = call->cancel;
	if (rc == ERR_OK)
		rc = cli_level(o->compression, &r->o.level, err);
	if (rc == ERR_OK)
		rc = set_tags(r, &o->tags, err);
	if (rc == ERR_OK)
		rc = set_excludes(r, o, err);
	r->o.filter = r->filter;
	if (rc == ERR_OK)
		rc = set_sources(r, call, err);
	if (rc == ERR_OK)
		rc = check_store(call, err);
	return rc;
}

static enum err_code set_parent(struct request *r, const struct program_call *call,
                                const struct lb_repo *repo, struct err *err)
{
	const struct cli_options *o = cli_options(call);

	if (!o->parent)
		return ERR_OK;
	r->o.parent = &r->parent;
	return cli_snapshot_id(repo, o, o->parent, &r->parent, err);
}

static void request_fini(struct request *r)
{
	cli_stream_fini(&r->stream);
	lb_filter_free(r->filter);
	mem_free(r->tags);
	mem_free(r->excludes);
	arena_fini(&r->arena);
}

/* ---- the summary ---- */

static void put_json(const struct lb_backup_result *r, const struct cli_output *o,
                     size_t hooks_failed, struct buf *out)
{
	const struct lb_snapshot_figures *f = &r->figures;
	char hex[LB_ID16_HEX];
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "summary");
	if (lb_id16_is_zero(&r->snapshot)) {
		json_field_null(&w, "snapshot");
	} else {
		lb_id16_hex(&r->snapshot, hex);
		json_field_str(&w, "snapshot", hex);
	}
	if (r->has_parent) {
		lb_id16_hex(&r->parent, hex);
		json_field_str(&w, "parent", hex);
	} else {
		json_field_null(&w, "parent");
	}
	json_field_u64(&w, "files", f->files);
	json_field_u64(&w, "dirs", f->folders);
	json_field_u64(&w, "others", f->others);
	json_field_u64(&w, "files_unchanged", r->unchanged);
	json_field_u64(&w, "files_changing", r->changing);
	json_field_u64(&w, "bytes", f->bytes);
	json_field_u64(&w, "bytes_new", f->bytes_new);
	json_field_u64(&w, "bytes_added", f->bytes_stored);
	json_field_u64(&w, "chunks_new", f->chunks_new);
	json_field_u64(&w, "errors", f->errors);
	cli_field_troubles(&w, o);
	json_field_u64(&w, "hooks_failed", hooks_failed);
	cli_field_seconds(&w, "duration_s", r->end_ns - r->start_ns);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static void put_human(const struct lb_backup_result *r, struct buf *out)
{
	const struct lb_snapshot_figures *f = &r->figures;
	char hex[LB_ID16_HEX];
	char duration[WHEN_TEXT];

	lb_id16_hex(&r->snapshot, hex);
	when_duration((uint64_t)((r->end_ns - r->start_ns) / 1000000), duration);
	cli_put_count(out, f->files, "file");
	if (r->unchanged)
		buf_printf(out, " (%" PRIu64 " unchanged)", r->unchanged);
	buf_puts(out, ", ");
	cli_put_count(out, f->folders, "folder");
	buf_puts(out, ", ");
	str_size(out, f->bytes);
	buf_puts(out, "\nadded ");
	str_size(out, f->bytes_stored);
	buf_puts(out, " for ");
	str_size(out, f->bytes_new);
	buf_printf(out, " of new data in %s\n", duration);
	if (r->changing) {
		cli_put_count(out, r->changing, "file");
		buf_puts(out, " changed while being read: stored as found\n");
	}
	if (f->errors)
		buf_printf(out, "%" PRIu64 " could not be read, see above\n", f->errors);
	if (lb_id16_is_zero(&r->snapshot))
		buf_puts(out, "dry run: nothing was stored\n");
	else
		buf_printf(out, "snapshot %.8s\n", hex);
}

static int report(const struct program_call *call, const struct lb_backup_result *r,
                  const struct cli_output *o, size_t hooks_failed)
{
	struct buf out = BUF_INIT;

	if (cli_options(call)->json)
		put_json(r, o, hooks_failed, &out);
	else if (!call->options->quiet)
		put_human(r, &out);
	return program_print_take(call, &out);
}

static enum err_code backup(struct program_call *call, struct request *r,
                            struct lb_repo *repo, struct cli_output *output,
                            struct lb_backup_result *result, struct err *err)
{
	enum err_code rc = set_parent(r, call, repo, err);

	if (rc == ERR_OK)
		rc = cli_output_init(output, call, "backing up", err);
	output->sources = r->sources;
	r->o.events = &output->events;
	r->o.forecast = output->watched && !cli_options(call)->no_scan;
	if (rc == ERR_OK)
		rc = lb_backup(repo, &r->o, result, err);
	r->o.events = NULL; /* the caller's */
	cli_output_end(output);
	return rc;
}

/* A snapshot was made, or a dry run done. */
static int succeed(const struct program_call *call, const struct lb_backup_result *r,
                   const struct cli_output *o)
{
	int code = r->figures.errors > 0 ? CLI_PARTIAL : CLI_OK;
	size_t hooks_failed = 0;
	int printed;

	if (!cli_options(call)->dry_run)
		hooks_failed = cli_hooks_after(call, code, r);
	printed = report(call, r, o, hooks_failed);
	if (printed != CLI_OK)
		return printed;
	return hooks_failed > 0 ? CLI_FAILED : code;
}

static int fail(const struct program_call *call, int code, const struct err *err)
{
	code = cli_fail(call, code, err);
	if (!cli_options(call)->dry_run)
		(void)cli_hooks_failed(call, code, err->msg);
	return code;
}

static int run(struct program_call *call, struct request *request)
{
	struct lb_backup_result result;
	struct cli_output output = { .progress = NULL };
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;
	int code = CLI_FAILED;
	enum err_code rc = cli_options(call)->dry_run ? cli_hooks_list(call, &err)
	                                              : cli_hooks_before(call, &err);

	if (rc == ERR_OK)
		rc = cli_open(call, &repo, &code, &err);
	if (rc == ERR_OK)
		rc = backup(call, request, repo, &output, &result, &err);
	lb_repo_close(repo);
	code = rc == ERR_OK ? succeed(call, &result, &output) : fail(call, code, &err);
	cli_output_fini(&output);
	return code;
}

int cli_backup(struct program_call *call)
{
	struct request request = { .filter = NULL };
	struct err err = ERR_INIT;
	int code;

	if (fill(&request, call, &err) == ERR_OK)
		code = run(call, &request);
	else
		code = cli_fail(call, CLI_USAGE, &err);
	request_fini(&request);
	return code;
}
