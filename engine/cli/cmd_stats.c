// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "cli/output.h"
#include "cli/select.h"
#include "job/stats.h"

#include <inttypes.h>

static double ratio(const struct lb_stats *s)
{
	return s->bytes_stored ? (double)s->bytes_restored / (double)s->bytes_stored : 1;
}

static void put_json(const struct lb_stats *s, struct buf *out)
{
	struct json_writer w;
	struct buf r = BUF_INIT;

	buf_printf(&r, "%.4f", ratio(s));
	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "summary");
	json_field_u64(&w, "snapshots", s->snapshots);
	json_field_u64(&w, "files", s->files);
	json_field_u64(&w, "dirs", s->folders);
	json_field_u64(&w, "others", s->others);
	json_field_u64(&w, "bytes_restored", s->bytes_restored);
	json_field_u64(&w, "bytes_unique", s->bytes_unique);
	json_field_u64(&w, "bytes_stored", s->bytes_stored);
	json_field_u64(&w, "chunks", s->chunks);
	json_field_u64(&w, "packs", s->packs);
	json_field_u64(&w, "pack_bytes", s->pack_bytes);
	json_field_number(&w, "ratio", buf_str(&r));
	json_field_u64(&w, "errors", s->errors);
	json_close(&w, '}');
	buf_putc(out, '\n');
	buf_fini(&r);
}

static void put_size(struct buf *out, const char *label, uint64_t bytes)
{
	buf_printf(out, "%-12s", label);
	str_size(out, bytes);
	buf_putc(out, '\n');
}

static void put_human(const struct lb_stats *s, struct buf *out)
{
	buf_printf(out, "%-12s%" PRIu64 "\n", "snapshots", s->snapshots);
	buf_printf(out, "%-12s%" PRIu64 "\n", "files", s->files);
	put_size(out, "restored", s->bytes_restored);
	put_size(out, "unique", s->bytes_unique);
	put_size(out, "stored", s->bytes_stored);
	buf_printf(out, "%-12s%.2f\n", "ratio", ratio(s));
	buf_printf(out, "%-12s%" PRIu64 "\n", "chunks", s->chunks);
	buf_printf(out, "%-12s%" PRIu64 " (", "packs", s->packs);
	str_size(out, s->pack_bytes);
	buf_puts(out, ")\n");
	if (s->errors > 0)
		buf_printf(out, "%-12s%" PRIu64 " (not in these figures)\n", "damaged",
		           s->errors);
}

/* The snapshots that the arguments or, without any, the options name. */
static enum err_code choose(const struct program_call *call, const struct lb_repo *repo,
                            struct lb_id16 **ids, size_t *count, struct err *err)
{
	struct cli_snapshot_filter f;
	struct lb_snapshots all = { .refs = NULL };
	const struct cli_options *o = cli_options(call);
	enum err_code rc = cli_snapshot_filter_init(&f, o, err);

	if (rc != ERR_OK)
		return rc;
	rc = cli_snapshots_load(repo, &all, err);
	if (rc == ERR_OK &&
	    !mem_array(ids, call->args.count + all.count + 1, sizeof **ids))
		rc = err_nomem(err);
	if (rc == ERR_OK && call->args.count == 0) {
		all.count = lb_select_filter(all.refs, all.count, &f.filter);
		for (size_t i = 0; i < all.count; i++)
			(*ids)[(*count)++] = all.refs[i].id;
	}
	for (size_t i = 0; rc == ERR_OK && i < call->args.count; i++)
		rc = cli_snapshot_id(repo, o, call->args.items[i], &(*ids)[(*count)++],
		                     err);
	lb_snapshots_fini(&all);
	cli_snapshot_filter_fini(&f);
	return rc;
}

int cli_stats(struct program_call *call)
{
	struct cli_output output = { .progress = NULL };
	struct lb_stats stats;
	struct lb_id16 *ids = NULL;
	size_t count = 0;
	struct lb_repo *repo = NULL;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	int code;
	enum err_code rc = cli_open(call, &repo, &code, &err);

	if (rc != ERR_OK)
		return cli_fail(call, code, &err);
	rc = choose(call, repo, &ids, &count, &err);
	if (rc == ERR_OK)
		rc = cli_output_init(&output, call, "counting", &err);
	if (rc == ERR_OK)
		rc = lb_stats_of(repo, ids, count, &output.events, call->cancel, &stats,
		                 &err);
	cli_output_fini(&output);
	mem_free(ids);
	lb_repo_close(repo);
	if (rc != ERR_OK)
		return program_fail(call, &err);
	if (cli_options(call)->json)
		put_json(&stats, &out);
	else
		put_human(&stats, &out);
	code = program_print_take(call, &out);
	return code == CLI_OK && stats.errors > 0 ? CLI_DAMAGE : code;
}
