// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/output.h"
#include "cli/select.h"
#include "job/dump.h"
#include "os/fs.h"

#include <unistd.h>

/* Standard output is the data; whatever is told goes to stderr. */

static enum err_code print(struct span bytes, void *context, struct err *err)
{
	(void)context;
	return program_print(bytes, err);
}

static enum lb_dump_form form_of(const char *archive)
{
	if (str_eq(archive, "tar"))
		return LB_DUMP_TAR;
	return str_eq(archive, "zip") ? LB_DUMP_ZIP : LB_DUMP_PLAIN;
}

/* With --json; on stderr, for stdout is the data. */
static enum err_code put_summary(const struct lb_dump_result *r, struct err *err)
{
	struct buf line = BUF_INIT;
	struct json_writer w;
	enum err_code rc;

	json_writer_init(&w, &line, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "summary");
	json_field_u64(&w, "files", r->files);
	json_field_u64(&w, "dirs", r->folders);
	json_field_u64(&w, "others", r->others);
	json_field_u64(&w, "bytes", r->bytes);
	json_field_u64(&w, "left_out", r->left_out);
	json_field_u64(&w, "errors", r->errors);
	json_close(&w, '}');
	buf_putc(&line, '\n');
	rc = buf_err(&line, err);
	if (rc == ERR_OK)
		rc = os_write_all(STDERR_FILENO, buf_span(&line), err);
	buf_fini(&line);
	return rc;
}

static enum err_code dump(struct program_call *call, struct lb_repo *repo,
                          const struct lb_filter *filter, struct lb_dump_result *result,
                          struct err *err)
{
	const struct cli_options *o = cli_options(call);
	struct cli_output output = { .progress = NULL };
	struct lb_snapshots known = { .refs = NULL };
	const struct lb_snapshot_ref *ref;
	struct lb_dump_options d = { .form = form_of(o->archive),
		                     .sink = print,
		                     .filter = lb_filter_is_empty(filter) ? NULL : filter,
		                     .events = &output.events,
		                     .cancel = call->cancel };
	struct span id;
	enum err_code rc;

	lb_select_split(span_str(call->args.items[0]), &id, &d.path);
	rc = cli_snapshot_find(repo, o, id, &known, &ref, err);
	if (rc == ERR_OK) {
		d.snapshot = ref->snapshot;
		rc = cli_output_init(&output, call, "dumping", err);
	}
	if (o->json) /* its lines would stand among the data */
		output.events.progress = NULL;
	if (rc == ERR_OK)
		rc = lb_dump(repo, &d, result, err);
	cli_output_fini(&output);
	lb_snapshots_fini(&known);
	if (rc == ERR_OK && o->json)
		rc = put_summary(result, err);
	return rc;
}

/* All that can be wrong is found before the repository is opened. */
static enum err_code check(const struct program_call *call, struct lb_filter **filter,
                           struct err *err)
{
	if (call->out.tty && cli_options(call)->archive)
		return err_set(err, ERR_USAGE,
		               "an archive is nothing for a terminal: send it to a file "
		               "or a program");
	return cli_filter(cli_options(call), filter, err);
}

int cli_dump(struct program_call *call)
{
	struct lb_dump_result result;
	struct lb_filter *filter = NULL;
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;
	int code = CLI_USAGE;
	enum err_code rc = check(call, &filter, &err);

	if (rc == ERR_OK)
		rc = cli_open(call, &repo, &code, &err);
	if (rc == ERR_OK)
		rc = dump(call, repo, filter, &result, &err);
	lb_repo_close(repo);
	lb_filter_free(filter);
	if (rc != ERR_OK)
		return cli_fail(call, code, &err);
	return result.errors > 0 ? CLI_FAILED : CLI_OK;
}
