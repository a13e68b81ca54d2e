// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include "base/log.h"
#include "base/str.h"
#include "base/when.h"

void cli_field_time(struct json_writer *w, const char *key, int64_t ns)
{
	char text[WHEN_TEXT];

	when_format(ns / 1000000, true, text);
	json_field_str(w, key, text);
}

void cli_field_seconds(struct json_writer *w, const char *key, int64_t ns)
{
	struct buf text = BUF_INIT;
	int64_t ms = ns > 0 ? ns / 1000000 : 0;

	buf_printf(&text, "%lld.%03d", (long long)(ms / 1000), (int)(ms % 1000));
	json_field_number(w, key, buf_str(&text));
	buf_fini(&text);
}

enum err_code cli_print_line(struct buf *line, struct err *err)
{
	enum err_code rc;

	buf_putc(line, '\n');
	rc = buf_err(line, err);
	if (rc == ERR_OK)
		rc = program_print(buf_span(line), err);
	buf_clear(line);
	return rc;
}

/* ---- events ---- */

static bool wants_json(const struct cli_output *o)
{
	return cli_options(o->call)->json;
}

/* Who reads JSON learns of a broken pipe from the summary at the latest. */
static void print_progress_json(const struct lb_progress *p)
{
	struct json_writer w;
	struct buf line = BUF_INIT;
	struct err err;

	json_writer_init(&w, &line, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "progress");
	json_field_u64(&w, "files", p->files_done);
	json_field_u64(&w, "bytes", p->bytes_done);
	if (p->files_total)
		json_field_u64(&w, "files_total", p->files_total);
	if (p->bytes_total)
		json_field_u64(&w, "bytes_total", p->bytes_total);
	json_field_u64(&w, "errors", p->errors);
	json_field_span(&w, "current", p->current);
	json_close(&w, '}');
	(void)!cli_print_line(&line, &err);
	buf_fini(&line);
}

static void on_progress(void *context, const struct lb_progress *p)
{
	struct cli_output *o = context;

	if (wants_json(o)) {
		print_progress_json(p);
		return;
	}
	if (!o->progress)
		return;
	progress_add(o->progress, p->bytes_done - o->last_bytes);
	o->last_bytes = p->bytes_done;
	progress_note(o->progress, p->current);
}

static void on_trouble(void *context, struct span path, const struct err *err)
{
	struct cli_output *o = context;
	struct buf text = BUF_INIT;

	o->troubles++;
	if (path.len > 0) {
		buf_putc(&text, '/');
		str_display(&text, path);
		buf_puts(&text, ": ");
	}
	buf_puts(&text, err->msg);
	log_event(LOG_WARN, "%s", buf_str(&text));
	buf_fini(&text);
}

static void print_action_json(const char *what, struct span path, uint64_t bytes)
{
	struct json_writer w;
	struct buf line = BUF_INIT;
	struct err err;

	json_writer_init(&w, &line, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "action");
	json_field_str(&w, "action", what);
	json_field_path(&w, "path", path);
	json_field_u64(&w, "bytes", bytes);
	json_close(&w, '}');
	(void)!cli_print_line(&line, &err);
	buf_fini(&line);
}

static void on_action(void *context, const char *what, struct span path, uint64_t bytes)
{
	struct cli_output *o = context;
	struct buf line = BUF_INIT;

	if (wants_json(o)) {
		print_action_json(what, path, bytes);
		return;
	}
	buf_printf(&line, "%-9s /", what);
	str_display(&line, path);
	(void)!cli_print_line(&line, NULL); /* the end of the job meets it again */
	buf_fini(&line);
}

enum err_code cli_output_init(struct cli_output *o, const struct program_call *call,
                              const char *label, struct err *err)
{
	const struct cli_options *opt = cli_options(call);
	/* a list of actions and a line that redraws would overwrite each other */
	bool lists = opt->dry_run || opt->program.verbose;
	bool shows = !opt->json && !opt->program.quiet && !opt->program.no_progress &&
	             !lists && call->err.tty;
	enum err_code rc;

	*o = (struct cli_output){ .call = call, .unit_label = label };
	o->events = (struct lb_events){ .context = o,
		                        .progress = on_progress,
		                        .trouble = on_trouble };
	if (lists)
		o->events.action = on_action;
	rc = progress_new(&o->progress, &call->err, shows, err);
	if (rc == ERR_OK)
		progress_start(o->progress, label, "B", 0);
	return rc;
}

void cli_output_fini(struct cli_output *o)
{
	if (o->progress)
		progress_finish(o->progress);
	o->progress = NULL;
}
