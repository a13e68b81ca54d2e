// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"
#include "base/str.h"
#include "cli/output.h"
#include "job/prune.h"
#include "os/clock.h"

#include <inttypes.h>

/* ---- options ---- */

static bool parse_unused(const char *text, struct lb_prune_options *o)
{
	struct span s = span_str(text ? text : "5%");
	double percent;

	o->relative = str_ends(text ? text : "5%", "%");
	if (s.len > 0 && o->relative) {
		bool ok = num_double(span_sub(s, 0, s.len - 1), &percent) &&
		          percent >= 0 && percent <= 100;

		o->max_unused = ok ? (uint64_t)(percent * 10) : 0;
		return ok;
	}
	o->max_unused = UINT64_MAX;
	return str_eq(text, "unlimited") || num_bytes(s, &o->max_unused);
}

static enum err_code fill(struct lb_prune_options *p, const struct cli_options *o,
                          struct err *err)
{
	uint64_t ms;

	if (!parse_unused(o->max_unused, p))
		return err_set(err, ERR_USAGE,
		               "--max-unused %s: give a percentage such as 5%%, a size, "
		               "or unlimited",
		               o->max_unused);
	p->max_repack = UINT64_MAX;
	if (o->max_repack && !num_bytes(span_str(o->max_repack), &p->max_repack))
		return err_set(err, ERR_USAGE,
		               "--max-repack %s: not a size such as 500MiB",
		               o->max_repack);
	if (!o->deadline)
		return ERR_OK;
	if (!num_duration_ms(span_str(o->deadline), &ms) || ms > UINT32_MAX * 1000ULL)
		return err_set(err, ERR_USAGE,
		               "--deadline %s: not a time such as 30min or 2h",
		               o->deadline);
	p->stop_ns = os_ticks_ns() + ms * 1000000;
	return ERR_OK;
}

enum err_code cli_prune_check(const struct program_call *call, struct err *err)
{
	const struct cli_options *o = cli_options(call);
	struct lb_prune_options ignored = { .dry_run = false };

	return fill(&ignored, o, err);
}

enum err_code cli_prune_check_optional(const struct program_call *call, struct err *err)
{
	const struct cli_options *o = cli_options(call);

	if (!o->prune && (o->max_unused || o->max_repack || o->deadline))
		return err_set(err, ERR_USAGE,
		               "--max-unused, --max-repack and --deadline are about a "
		               "prune: give --prune too");
	return cli_prune_check(call, err);
}

/* ---- what is told ---- */

static void put_figures_json(struct json_writer *w, const char *key,
                             const struct lb_prune_figures *f)
{
	json_put_key(w, key);
	json_open(w, '{');
	json_field_u64(w, "packs", f->packs);
	json_field_u64(w, "bytes", f->bytes);
	json_field_u64(w, "unused", f->unused);
	json_close(w, '}');
}

static void put_json(struct buf *out, const struct lb_pruned *p, bool dry_run)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "summary");
	put_figures_json(&w, "before", &p->before);
	put_figures_json(&w, "after", &p->after);
	json_field_u64(&w, "strays", p->stray_packs);
	json_field_u64(&w, "stray_bytes", p->stray_bytes);
	json_field_u64(&w, "packs_removed", p->removed);
	json_field_u64(&w, "packs_repacked", p->repacked);
	json_field_u64(&w, "bytes_repacked", p->copied);
	json_field_u64(&w, "packs_spared", p->spared);
	json_field_u64(&w, "packs_refused", p->refused);
	json_field_u64(&w, "segments_merged", p->merged);
	json_field_u64(&w, "prunes_finished", p->finished);
	json_field_bool(&w, "stopped", p->stopped);
	json_field_bool(&w, "dry_run", dry_run);
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static void put_figures(struct buf *out, const char *label,
                        const struct lb_prune_figures *f)
{
	buf_printf(out, "%-7s %6" PRIu64 " pack%s, ", label, f->packs, str_s(f->packs));
	str_size(out, f->bytes);
	buf_puts(out, ", of which ");
	str_size(out, f->unused);
	buf_puts(out, " unused\n");
}

static void put_some(struct buf *out, uint64_t n, const char *noun, const char *what)
{
	if (n == 0)
		return;
	cli_put_count(out, n, noun);
	buf_printf(out, " %s\n", what);
}

static void put_human(struct buf *out, const struct lb_pruned *p, bool dry_run)
{
	put_figures(out, "before:", &p->before);
	put_figures(out, "after:", &p->after);
	cli_put_count(out, p->removed, "pack");
	buf_printf(out, " removed, %" PRIu64 " of them rewritten\n", p->repacked);
	put_some(out, p->stray_packs, "pack", "left by backups that did not end");
	put_some(out, p->finished, "prune", "that did not end before, done now");
	put_some(out, p->spared, "pack", "in use again meanwhile: kept");
	put_some(out, p->refused, "pack", "not let go by the store yet");
	if (p->stopped)
		buf_puts(out, "stopped at the limit given: the next prune goes on\n");
	if (dry_run)
		buf_puts(out, "dry run: nothing was changed\n");
}

int cli_prune_run(struct program_call *call, struct lb_repo *repo,
                  const struct lb_id16 *without, size_t count)
{
	const struct cli_options *o = cli_options(call);
	struct lb_prune_options p = { .dry_run = o->dry_run, .cancel = call->cancel };
	struct cli_output output = { .progress = NULL };
	struct lb_pruned result;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	enum err_code rc = fill(&p, o, &err);

	if (rc == ERR_OK)
		rc = cli_output_init(&output, call, "pruning", &err);
	if (rc == ERR_OK)
		cli_output_objects(&output, false);
	p.events = &output.events;
	p.without = without;
	p.without_count = count;
	if (rc == ERR_OK)
		rc = lb_prune(repo, &p, &result, &err);
	cli_output_fini(&output);
	if (rc != ERR_OK)
		return program_fail(call, &err);
	if (o->json)
		put_json(&out, &result, o->dry_run);
	else if (!call->options->quiet)
		put_human(&out, &result, o->dry_run);
	return program_print_take(call, &out);
}

int cli_prune(struct program_call *call)
{
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;
	int code = CLI_USAGE;
	enum err_code rc = cli_prune_check(call, &err);

	if (rc == ERR_OK)
		rc = cli_open(call, &repo, &code, &err);
	code = rc == ERR_OK ? cli_prune_run(call, repo, NULL, 0)
	                    : cli_fail(call, code, &err);
	lb_repo_close(repo);
	return code;
}
