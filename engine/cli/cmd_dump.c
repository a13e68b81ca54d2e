// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/output.h"
#include "cli/select.h"
#include "job/dump.h"

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

static enum err_code dump(struct program_call *call, struct lb_repo *repo,
                          struct lb_dump_result *result, struct err *err)
{
	const struct cli_options *o = cli_options(call);
	struct cli_output output = { .progress = NULL };
	struct lb_snapshots known = { .refs = NULL };
	const struct lb_snapshot_ref *ref;
	struct lb_filter *filter = NULL;
	struct lb_dump_options d = { .form = form_of(o->archive),
		                     .sink = print,
		                     .events = &output.events,
		                     .cancel = call->cancel };
	struct span id;
	enum err_code rc;

	lb_select_split(span_str(call->args.items[0]), &id, &d.path);
	rc = cli_snapshot_find(repo, o, id, &known, &ref, err);
	if (rc == ERR_OK)
		rc = cli_filter(o, &filter, err);
	if (rc == ERR_OK) {
		d.snapshot = ref->snapshot;
		d.filter = filter && !lb_filter_is_empty(filter) ? filter : NULL;
		rc = cli_output_init(&output, call, "dumping", err);
	}
	if (rc == ERR_OK) {
		if (o->json) /* its lines would stand among the data */
			output.events.progress = NULL;
		rc = lb_dump(repo, &d, result, err);
	}
	cli_output_fini(&output);
	lb_filter_free(filter);
	lb_snapshots_fini(&known);
	return rc;
}

int cli_dump(struct program_call *call)
{
	struct lb_dump_result result;
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;
	int code;
	enum err_code rc;

	if (call->out.tty && cli_options(call)->archive) {
		err_set(&err, ERR_USAGE,
		        "an archive is nothing for a terminal: send it to a file or a "
		        "program");
		return program_fail(call, &err);
	}
	rc = cli_open(call, &repo, &code, &err);
	if (rc != ERR_OK)
		return cli_fail(call, code, &err);
	rc = dump(call, repo, &result, &err);
	lb_repo_close(repo);
	if (rc != ERR_OK)
		return program_fail(call, &err);
	return result.errors > 0 ? CLI_FAILED : CLI_OK;
}
