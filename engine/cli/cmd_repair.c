// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/findings.h"
#include "job/repair.h"
#include "job/threads.h"

#include <inttypes.h>

typedef enum err_code repair(struct lb_repo *repo, const struct lb_repair_options *o,
                             struct lb_repair_result *result, struct err *err);

static const struct {
	const char *name;
	repair *run;
	struct counted {
		const char *noun;
		const char *what;
	} mended, lost;
	bool reads; /* data: --read-data means something */
} kinds[] = {
	{ "config",
	  lb_repair_config,
	  { "object", "written again" },
	  { "object", "left damaged" },
	  false },
	{ "index",
	  lb_repair_index,
	  { "pack", "registered again" },
	  { "pack", "left out: unreadable" },
	  false },
	{ "packs",
	  lb_repair_packs,
	  { "pack", "condemned" },
	  { "chunk", "not saved" },
	  true },
	{ "snapshots",
	  lb_repair_snapshots,
	  { "snapshot", "replaced" },
	  { "path", "marked as incomplete" },
	  true },
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static enum err_code choose(const char *name, size_t *kind, struct err *err)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (str_eq(kinds[i].name, name)) {
			*kind = i;
			return ERR_OK;
		}
	}
	return err_set(err, ERR_USAGE,
	               "repair %s: it is one of config, index, packs, snapshots", name);
}

static void put_counted(struct buf *out, uint64_t n, const struct counted *c)
{
	buf_printf(out, "%" PRIu64 " %s%s %s\n", n, c->noun, str_s(n), c->what);
}

static void put_summary(const struct program_call *call, size_t kind,
                        const struct lb_repair_result *r, struct buf *out)
{
	bool dry = cli_options(call)->dry_run;
	struct json_writer w;

	if (cli_options(call)->json) {
		json_writer_init(&w, out, 0);
		json_open(&w, '{');
		json_field_str(&w, "type", "summary");
		json_field_str(&w, "repair", kinds[kind].name);
		json_field_u64(&w, "mended", r->mended);
		json_field_u64(&w, "lost", r->lost);
		json_field_bool(&w, "dry_run", dry);
		cli_count_findings(&w, &r->check.findings);
		json_close(&w, '}');
		buf_putc(out, '\n');
		return;
	}
	if (call->options->quiet)
		return;
	put_counted(out, r->mended, &kinds[kind].mended);
	if (r->lost)
		put_counted(out, r->lost, &kinds[kind].lost);
	if (dry)
		buf_puts(out, "dry run: nothing was changed\n");
}

static int report(const struct program_call *call, size_t kind,
                  const struct lb_repair_result *r, struct err *err)
{
	struct buf out = BUF_INIT;
	int code;

	if (cli_print_findings(call, &r->check.findings, err) != ERR_OK)
		return program_fail(call, err);
	put_summary(call, kind, r, &out);
	code = program_print_take(call, &out);
	if (code != CLI_OK)
		return code;
	if (r->lost)
		return CLI_DAMAGE;
	return r->check.findings.total[LB_FINDING_SKIPPED] ? CLI_FAILED : CLI_OK;
}

int cli_repair(struct program_call *call)
{
	const struct cli_options *c = cli_options(call);
	struct lb_repair_result result = { .mended = 0 };
	struct cli_output output = { .progress = NULL };
	struct lb_repo_faults faults;
	struct lb_repair_options o = { .dry_run = c->dry_run,
		                       .read_data = c->read_data,
		                       .threads = (size_t)c->threads,
		                       .faults = &faults,
		                       .events = &output.events,
		                       .cancel = call->cancel };
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;
	size_t kind = 0;
	int code = CLI_USAGE;
	enum err_code rc = choose(call->args.items[0], &kind, &err);

	if (rc == ERR_OK)
		rc = lb_threads_check(c->threads, &err);
	if (rc == ERR_OK && c->read_data && !kinds[kind].reads)
		rc = err_set(&err, ERR_USAGE,
		             "--read-data: repair %s reads no data; leave it out",
		             kinds[kind].name);
	if (rc == ERR_OK)
		rc = cli_open_damaged(call, &repo, &faults, &code, &err);
	if (rc != ERR_OK)
		return cli_fail(call, code, &err);
	rc = cli_output_init(&output, call, "repairing", &err);
	cli_output_objects(&output, c->json);
	if (rc == ERR_OK)
		rc = kinds[kind].run(repo, &o, &result, &err);
	cli_output_fini(&output);
	code = rc == ERR_OK ? report(call, kind, &result, &err)
	                    : program_fail(call, &err);
	lb_repair_fini(&result);
	lb_repo_close(repo);
	return code;
}
