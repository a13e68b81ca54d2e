// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/when.h"
#include "cli/output.h"
#include "cli/select.h"
#include "job/copy.h"
#include "job/threads.h"
#include "os/clock.h"

#include <inttypes.h>

struct request {
	const struct program_call *call;
	struct lb_copy_options o;
	struct cli_snapshot_filter filter;
	struct lb_id16 *ids;
	struct buf rows; /* for people, who see them when the progress line is gone */
	uint64_t start_ns;
};

/* ---- what is told ---- */

static const char *const words[] = { [LB_COPY_DONE] = "copied",
	                             [LB_COPY_HAD] = "known",
	                             [LB_COPY_WOULD] = "copy",
	                             [LB_COPY_LOST] = "lost" };

static void put_id(struct json_writer *w, const char *key, const struct lb_id16 *id)
{
	char hex[LB_ID16_HEX];

	lb_id16_hex(id, hex);
	if (lb_id16_is_zero(id))
		json_field_null(w, key);
	else
		json_field_str(w, key, hex);
}

static void print_json(const struct lb_copied *c)
{
	const struct lb_snapshot *s = c->from->snapshot;
	struct buf line = BUF_INIT;
	struct json_writer w;

	json_writer_init(&w, &line, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "snapshot");
	put_id(&w, "snapshot", &c->from->id);
	json_field_str(&w, "action", words[c->what]);
	put_id(&w, "copy", &c->id);
	cli_field_time(&w, "time", s->start_ns);
	json_field_span(&w, "host", s->host);
	json_field_u64(&w, "bytes", s->figures.bytes);
	if (c->err)
		json_field_str(&w, "error", c->err->msg);
	json_close(&w, '}');
	(void)!cli_print_line(&line, NULL); /* the summary meets it again */
	buf_fini(&line);
}

static void put_row(struct buf *out, const struct lb_copied *c)
{
	const struct lb_snapshot *s = c->from->snapshot;
	char from[LB_ID16_HEX];
	char to[LB_ID16_HEX];
	char when[WHEN_TEXT];

	lb_id16_hex(&c->from->id, from);
	lb_id16_hex(&c->id, to);
	when_format(s->start_ns / 1000000, false, when);
	buf_printf(out, "%-7s %.8s", words[c->what], from);
	if (!lb_id16_is_zero(&c->id))
		buf_printf(out, " as %.8s", to);
	buf_printf(out, "  %s  ", when);
	str_display(out, s->host);
	for (size_t i = 0; i < s->path_count; i++) {
		buf_puts(out, i ? ", " : "  ");
		str_display(out, s->paths[i]);
	}
	buf_putc(out, '\n');
}

static void tell(void *context, const struct lb_copied *c)
{
	struct request *r = context;
	char hex[LB_ID16_HEX];

	lb_id16_hex(&c->from->id, hex);
	if (c->what == LB_COPY_LOST)
		log_event(LOG_WARN, "snapshot %.8s is not copied: %s", hex, c->err->msg);
	if (cli_options(r->call)->json)
		print_json(c);
	else if (!r->call->options->quiet)
		put_row(&r->rows, c);
}

static void put_json(const struct request *r, const struct lb_copy_result *c,
                     struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "summary");
	json_field_u64(&w, "copied", c->copied);
	json_field_u64(&w, "known", c->had);
	json_field_u64(&w, "lost", c->lost);
	json_field_u64(&w, "bytes", c->bytes);
	json_field_u64(&w, "bytes_new", c->bytes_new);
	json_field_u64(&w, "bytes_added", c->bytes_stored);
	json_field_u64(&w, "chunks_new", c->chunks_new);
	json_field_bool(&w, "dry_run", r->o.dry_run);
	cli_field_seconds(&w, "duration_s", (int64_t)(os_ticks_ns() - r->start_ns));
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static void put_human(const struct request *r, const struct lb_copy_result *c,
                      struct buf *out)
{
	char duration[WHEN_TEXT];

	buf_printf(out, "%s %zu snapshot%s (", r->o.dry_run ? "would copy" : "copied",
	           c->copied, c->copied == 1 ? "" : "s");
	str_size(out, c->bytes);
	buf_printf(out, "), %zu there already", c->had);
	if (c->lost)
		buf_printf(out, ", %zu could not be read, see above", c->lost);
	if (!r->o.dry_run) {
		when_duration((os_ticks_ns() - r->start_ns) / 1000000, duration);
		buf_puts(out, "\nadded ");
		str_size(out, c->bytes_stored);
		buf_puts(out, " for ");
		str_size(out, c->bytes_new);
		buf_printf(out, " of new data in %s", duration);
	}
	buf_putc(out, '\n');
}

static int exit_of(const struct lb_copy_result *c)
{
	if (c->lost == 0)
		return CLI_OK;
	return c->damaged ? CLI_DAMAGE : CLI_FAILED;
}

static int report(struct request *r, const struct lb_copy_result *c)
{
	int code;

	if (cli_options(r->call)->json)
		put_json(r, c, &r->rows);
	else if (!r->call->options->quiet)
		put_human(r, c, &r->rows);
	code = program_print_take(r->call, &r->rows);
	return code == CLI_OK ? exit_of(c) : code;
}

/* ---- the command ---- */

static enum err_code check(const struct cli_options *o, struct err *err)
{
	int level;

	if (!o->to)
		return err_set(err, ERR_USAGE,
		               "no target: give --to REPO, the repository that gets the "
		               "copies");
	if (lb_threads_check(o->threads, err) != ERR_OK)
		return ERR_USAGE;
	return cli_level(o->compression, &level, err);
}

static enum err_code fill(struct request *r, const struct program_call *call,
                          const struct lb_repo *from, struct err *err)
{
	const struct cli_options *o = cli_options(call);
	enum err_code rc = cli_level(o->compression, &r->o.level, err);

	r->o.no_verify = o->no_verify;
	r->o.dry_run = o->dry_run;
	r->o.threads = (size_t)o->threads;
	r->o.cancel = call->cancel;
	r->o.tell = tell;
	r->o.context = r;
	if (rc == ERR_OK)
		rc = cli_snapshot_filter_init(&r->filter, o, err);
	r->o.filter = &r->filter.filter;
	if (rc == ERR_OK)
		rc = cli_snapshot_ids(from, call, &r->ids, &r->o.id_count, err);
	r->o.ids = r->ids;
	return rc;
}

static int copy(struct program_call *call, struct lb_repo *from, struct lb_repo *to)
{
	struct request r = { .call = call, .start_ns = os_ticks_ns() };
	struct cli_output output = { .progress = NULL };
	struct lb_copy_result result;
	struct err err = ERR_INIT;
	enum err_code rc = fill(&r, call, from, &err);
	int code;

	if (rc == ERR_OK)
		rc = cli_output_init(&output, call, "copying", &err);
	r.o.events = &output.events;
	if (rc == ERR_OK)
		rc = lb_copy(from, to, &r.o, &result, &err);
	cli_output_fini(&output);
	if (rc == ERR_OK) {
		code = report(&r, &result);
	} else {
		/* what was copied before the failure is told all the same */
		(void)!program_print(buf_span(&r.rows), NULL);
		code = program_fail(call, &err);
	}
	buf_fini(&r.rows);
	mem_free(r.ids);
	cli_snapshot_filter_fini(&r.filter);
	return code;
}

int cli_copy(struct program_call *call)
{
	struct lb_repo *from = NULL;
	struct lb_repo *to = NULL;
	struct err err = ERR_INIT;
	int code = CLI_USAGE;
	enum err_code rc = check(cli_options(call), &err);

	if (rc == ERR_OK)
		rc = cli_open(call, &from, &code, &err);
	if (rc == ERR_OK)
		rc = cli_open_target(call, &to, &code, &err);
	code = rc == ERR_OK ? copy(call, from, to) : cli_fail(call, code, &err);
	lb_repo_close(to);
	lb_repo_close(from);
	return code;
}
