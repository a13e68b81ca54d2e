// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include "base/log.h"
#include "base/str.h"
#include "base/when.h"

#include <inttypes.h>

/* Paths in trouble that a summary names; all are counted, and told on stderr. */
enum { TROUBLES_MAX = 1000 };

void cli_field_time(struct json_writer *w, const char *key, int64_t ns)
{
	char text[WHEN_TEXT];

	when_format(ns / 1000000, true, text);
	json_field_str(w, key, text);
}

/* What lies beyond the years that RFC 3339 can say is shown as their end. */
static int64_t mtime_ms(const struct lb_entry *e)
{
	const int64_t most = INT64_MAX / 1000 - 1;
	int64_t s = e->mtime_s;

	if (s > most)
		s = most;
	if (s < -most)
		s = -most;
	return s * 1000 + e->mtime_ns / 1000000;
}

void cli_field_mtime(struct json_writer *w, const struct lb_entry *e)
{
	char text[WHEN_TEXT];

	when_format(mtime_ms(e), true, text);
	json_field_str(w, "mtime", text);
}

void cli_put_mtime(struct buf *out, const struct lb_entry *e)
{
	char text[WHEN_TEXT];

	when_format(mtime_ms(e), false, text);
	buf_puts(out, text);
}

void cli_field_seconds(struct json_writer *w, const char *key, int64_t ns)
{
	struct buf text = BUF_INIT;
	int64_t ms = ns > 0 ? ns / 1000000 : 0;

	buf_printf(&text, "%lld.%03d", (long long)(ms / 1000), (int)(ms % 1000));
	json_field_number(w, key, buf_str(&text));
	buf_fini(&text);
}

void cli_put_count(struct buf *out, uint64_t n, const char *noun)
{
	buf_printf(out, "%" PRIu64 " %s%s", n, noun, n == 1 ? "" : "s");
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

enum err_code cli_print_rest(struct buf *list, enum err_code rc, struct err *err)
{
	struct err other = ERR_INIT;
	enum err_code printed = buf_err(list, &other);

	if (printed == ERR_OK)
		printed = program_print(buf_span(list), &other);
	buf_fini(list);
	if (rc != ERR_OK || printed == ERR_OK)
		return rc;
	*err = other;
	return printed;
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
	progress_total(o->progress, p->bytes_total);
	/* a file that was told piece by piece may be counted lower as a whole */
	if (p->bytes_done > o->last_bytes) {
		progress_add(o->progress, p->bytes_done - o->last_bytes);
		o->last_bytes = p->bytes_done;
	}
	progress_note(o->progress, p->current);
}

/* As the user gave it. */
static void put_path(const struct cli_output *o, struct buf *out, struct span path)
{
	if (!o->sources || !lb_source_is_relative(o->sources, path))
		buf_putc(out, '/');
	str_display(out, path);
}

/* Above the progress line, if there is one; also with --quiet. */
static void show_trouble(const struct cli_output *o, struct span path,
                         const struct err *err)
{
	struct buf text = BUF_INIT;
	struct buf line = BUF_INIT;

	if (path.len > 0) {
		put_path(o, &text, path);
		buf_puts(&text, ": ");
	}
	buf_puts(&text, err->msg);
	log_put(&line, LOG_WARN, buf_span(&text));
	progress_line(o->progress, buf_span(&line));
	buf_fini(&line);
	buf_fini(&text);
}

static void on_trouble(void *context, struct span path, const struct err *err)
{
	struct cli_output *o = context;

	show_trouble(o, path, err);
	if (path.len == 0 || o->trouble_count == TROUBLES_MAX || !wants_json(o))
		return;
	if (o->trouble_count++ == 0)
		json_open(&o->troubles, '[');
	json_open(&o->troubles, '{');
	json_field_path(&o->troubles, "path", path);
	json_field_str(&o->troubles, "message", err->msg);
	json_close(&o->troubles, '}');
}

void cli_field_troubles(struct json_writer *w, const struct cli_output *o)
{
	json_put_key(w, "unreadable");
	if (o->trouble_count == 0) {
		json_open(w, '[');
		json_close(w, ']');
		return;
	}
	json_put_raw(w, buf_str(&o->troubles_text));
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
	buf_printf(&line, "%-9s ", what);
	put_path(o, &line, path);
	(void)!cli_print_line(&line, NULL); /* the end of the job meets it again */
	buf_fini(&line);
}

/* Objects come without a slash in front. */
static void on_object(void *context, const char *what, struct span key, uint64_t bytes)
{
	const struct cli_output *o = context;
	struct buf line = BUF_INIT;
	struct json_writer w;

	if (wants_json(o)) {
		json_writer_init(&w, &line, 0);
		json_open(&w, '{');
		json_field_str(&w, "type", "action");
		json_field_str(&w, "action", what);
		json_field_span(&w, "object", key);
		json_field_u64(&w, "bytes", bytes);
		json_close(&w, '}');
	} else {
		buf_printf(&line, "%-9s ", what);
		str_display(&line, key);
	}
	if (!wants_json(o) && bytes > 0) {
		buf_puts(&line, "  ");
		str_size(&line, bytes);
	}
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
	o->watched =
		shows || (opt->json && !opt->program.quiet && !opt->program.no_progress);
	o->events = (struct lb_events){ .context = o,
		                        .progress = on_progress,
		                        .trouble = on_trouble };
	if (lists)
		o->events.action = on_action;
	json_writer_init(&o->troubles, &o->troubles_text, 0);
	rc = progress_new(&o->progress, &call->err, shows, err);
	if (rc == ERR_OK)
		progress_start(o->progress, label, "B", 0);
	return rc;
}

void cli_output_objects(struct cli_output *o, bool always)
{
	if (o->events.action || (always && wants_json(o)))
		o->events.action = on_object;
}

void cli_output_end(struct cli_output *o)
{
	progress_finish(o->progress);
	o->progress = NULL;
	if (o->trouble_count > 0)
		json_close(&o->troubles, ']');
}

void cli_output_fini(struct cli_output *o)
{
	progress_finish(o->progress);
	o->progress = NULL;
	buf_fini(&o->troubles_text);
}
