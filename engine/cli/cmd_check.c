// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "base/when.h"
#include "cli/findings.h"
#include "job/check.h"
#include "job/threads.h"

#include <inttypes.h>

/* ---- what to read ---- */

static enum err_code bad_subset(const char *text, struct err *err)
{
	return err_set(err, ERR_USAGE,
	               "--read-data-subset %s: give a part such as 2/7 or a percentage "
	               "such as 5%%",
	               text);
}

static enum err_code parse_subset(const char *text, struct lb_check_options *o,
                                  struct err *err)
{
	struct span s = span_str(text);
	size_t slash = span_find_byte(s, '/');

	if (slash < s.len) {
		o->data = LB_CHECK_PART;
		return num_u64(span_from(s, slash + 1), 1, 1000000, &o->of) &&
		                       num_u64(span_sub(s, 0, slash), 1, o->of, &o->part)
		               ? ERR_OK
		               : bad_subset(text, err);
	}
	o->data = LB_CHECK_PERCENT;
	if (!span_ends(s, SPAN_LIT("%")) ||
	    !num_double(span_sub(s, 0, s.len - 1), &o->percent) || !(o->percent > 0) ||
	    o->percent > 100)
		return bad_subset(text, err);
	return ERR_OK;
}

static enum err_code fill(struct lb_check_options *o, const struct program_call *call,
                          struct err *err)
{
	const struct cli_options *c = cli_options(call);

	*o = (struct lb_check_options){ .threads = (size_t)c->threads,
		                        .cancel = call->cancel };
	if (c->read_data && c->read_subset)
		return err_set(err, ERR_USAGE,
		               "--read-data reads everything; leave out "
		               "--read-data-subset");
	if (c->read_data)
		o->data = LB_CHECK_ALL;
	if (c->read_subset && parse_subset(c->read_subset, o, err) != ERR_OK)
		return ERR_USAGE;
	return lb_threads_check(c->threads, err);
}

/* ---- the summary ---- */

static double share(const struct lb_check_result *r)
{
	return r->bytes_total ? (double)r->bytes_verified / (double)r->bytes_total : 1;
}

static void put_json(const struct lb_check_result *r, struct buf *out)
{
	struct json_writer w;
	struct buf score = BUF_INIT;

	buf_printf(&score, "%.4f", share(r));
	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "summary");
	cli_count_findings(&w, &r->findings);
	json_field_u64(&w, "snapshots", r->snapshots);
	json_field_u64(&w, "files", r->files);
	json_field_u64(&w, "packs", r->packs);
	json_field_u64(&w, "packs_read", r->packs_read);
	json_field_u64(&w, "bytes_read", r->bytes_read);
	json_field_u64(&w, "bytes_total", r->bytes_total);
	json_field_u64(&w, "bytes_verified", r->bytes_verified);
	json_field_number(&w, "restorability", buf_str(&score));
	if (r->oldest_s)
		cli_field_time(&w, "oldest_verification", r->oldest_s * 1000000000);
	else
		json_field_null(&w, "oldest_verification");
	json_close(&w, '}');
	buf_putc(out, '\n');
	buf_fini(&score);
}

static void put_score(const struct lb_check_result *r, struct buf *out)
{
	char when[WHEN_TEXT];

	buf_printf(out, "restorability %.1f%%: ", 100 * share(r));
	str_size(out, r->bytes_verified);
	buf_puts(out, " of ");
	str_size(out, r->bytes_total);
	buf_puts(out, " in packs verified");
	if (r->oldest_s) {
		when_format(r->oldest_s * 1000, false, when);
		buf_printf(out, ", the oldest %s", when);
	}
	buf_putc(out, '\n');
}

static void put_human(const struct lb_check_result *r, struct buf *out)
{
	const uint64_t *total = r->findings.total;

	cli_put_count(out, r->snapshots, "snapshot");
	buf_puts(out, ", ");
	cli_put_count(out, r->packs, "pack");
	buf_printf(out, ", %" PRIu64 " read (", r->packs_read);
	str_size(out, r->bytes_read);
	buf_puts(out, ")\n");
	put_score(r, out);
	if (total[LB_FINDING_DAMAGE]) {
		cli_put_count(out, total[LB_FINDING_DAMAGE], "damaged object");
		buf_putc(out, '\n');
	}
	if (total[LB_FINDING_SKIPPED]) {
		cli_put_count(out, total[LB_FINDING_SKIPPED], "object");
		buf_puts(out, " could not be looked at\n");
	}
	if (!total[LB_FINDING_DAMAGE] && !total[LB_FINDING_SKIPPED])
		buf_puts(out, "no damage found\n");
	if (total[LB_FINDING_NOTE]) {
		cli_put_count(out, total[LB_FINDING_NOTE], "note");
		buf_puts(out, " (--verbose shows them)\n");
	}
}

static int report(const struct program_call *call, const struct lb_check_result *r,
                  struct err *err)
{
	struct buf out = BUF_INIT;
	int code;

	if (cli_print_findings(call, &r->findings, err) != ERR_OK)
		return program_fail(call, err);
	if (cli_options(call)->json)
		put_json(r, &out);
	else if (!call->options->quiet)
		put_human(r, &out);
	code = program_print_take(call, &out);
	if (code != CLI_OK)
		return code;
	if (r->findings.total[LB_FINDING_DAMAGE])
		return CLI_DAMAGE;
	return r->findings.total[LB_FINDING_SKIPPED] ? CLI_FAILED : CLI_OK;
}

int cli_check(struct program_call *call)
{
	struct lb_check_options o;
	struct lb_check_result result = { .snapshots = 0 };
	struct cli_output output = { .progress = NULL };
	struct lb_repo_faults faults;
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;
	int code = CLI_USAGE;
	enum err_code rc = fill(&o, call, &err);

	if (rc == ERR_OK)
		rc = cli_open_damaged(call, &repo, &faults, &code, &err);
	if (rc != ERR_OK)
		return cli_fail(call, rc == ERR_CORRUPT ? CLI_DAMAGE : code, &err);
	rc = cli_output_init(&output, call, "checking", &err);
	o.events = &output.events;
	o.faults = &faults;
	if (rc == ERR_OK)
		rc = lb_check_run(repo, &o, &result, &err);
	cli_output_fini(&output);
	code = rc == ERR_OK ? report(call, &result, &err) : program_fail(call, &err);
	lb_check_result_fini(&result);
	lb_repo_close(repo);
	return code;
}
