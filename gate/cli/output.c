// SPDX-License-Identifier: Apache-2.0
#include "cli/output.h"

#include "base/log.h"
#include "base/str.h"
#include "os/fs.h"

#include <unistd.h>

/* The formats to choose from. */
struct choice {
	const char *const *names;
	size_t count;
};

static enum err_code unknown_format(struct span name, const struct choice *c,
                                    struct err *err)
{
	const char *near = str_nearest(name, c->names, c->count);
	struct buf list = BUF_INIT;

	for (size_t i = 0; i < c->count; i++)
		buf_printf(&list, "%s%s", i > 0 ? ", " : "", c->names[i]);
	err_set(err, ERR_USAGE, "no format '%.*s'%s%s%s; there are %s",
	        (int)span_sub(name, 0, 40).len, name.ptr, near ? "; did you mean '" : "",
	        near ? near : "", near ? "'?" : "", buf_str(&list));
	buf_fini(&list);
	return ERR_USAGE;
}

static enum err_code add(struct output *out, struct span format, const char *path,
                         const struct choice *c, struct err *err)
{
	const char *name = NULL;

	if (out->count == OUTPUT_MAX)
		return err_set(err, ERR_USAGE, "more than %d outputs", OUTPUT_MAX);
	for (size_t i = 0; i < out->count; i++)
		if (str_eq(out->items[i].path, path))
			return err_set(err, ERR_USAGE,
			               "two reports would be written to %s",
			               str_eq(path, "-") ? "standard output" : path);
	for (size_t i = 0; i < c->count; i++)
		if (span_eq_str(format, c->names[i]))
			name = c->names[i];
	if (name == NULL)
		return unknown_format(format, c, err);
	out->items[out->count++] = (struct output_item){ name, path };
	if (str_eq(path, "-")) {
		out->data_on_stdout = true;
		out->human_on_stdout = str_eq(name, "human");
	}
	return ERR_OK;
}

enum err_code output_plan_named(struct output *out, const struct program_call *call,
                                const char *const *names, size_t count, struct err *err)
{
	const struct choice c = { names, count };
	enum err_code rc = ERR_OK;

	*out = (struct output){ .count = 0 };
	if (cli_options(call)->format)
		rc = add(out, span_str(cli_options(call)->format), "-", &c, err);
	for (size_t i = 0; rc == ERR_OK && i < cli_options(call)->outputs.count; i++) {
		struct span item = span_str(cli_options(call)->outputs.items[i]);
		size_t equals = span_find_byte(item, '=');

		if (equals == item.len || equals + 1 == item.len)
			return err_set(err, ERR_USAGE,
			               "--output %s: write it as FORMAT=PATH, for "
			               "example json=report.json",
			               item.ptr);
		rc = add(out, span_sub(item, 0, equals), item.ptr + equals + 1, &c, err);
	}
	return rc;
}

/* The formats of a scorecard, and one more or NULL. */
static enum err_code plan_with(struct output *out, const struct program_call *call,
                               const char *more, struct err *err)
{
	const char *names[OUTPUT_MAX + 1];
	size_t count = 0;

	while (count < OUTPUT_MAX && rep_formats[count].name != NULL) {
		names[count] = rep_formats[count].name;
		count++;
	}
	if (more != NULL)
		names[count++] = more;
	return output_plan_named(out, call, names, count, err);
}

enum err_code output_plan(struct output *out, const struct program_call *call,
                          struct err *err)
{
	return plan_with(out, call, NULL, err);
}

enum err_code output_plan_run(struct output *out, const struct program_call *call,
                              struct err *err)
{
	return plan_with(out, call, OUTPUT_BUNDLE, err);
}

bool output_has(const struct output *out, const char *format)
{
	for (size_t i = 0; i < out->count; i++)
		if (str_eq(out->items[i].name, format))
			return true;
	return false;
}

struct rep_style output_style(const struct program_call *call, const struct term *t)
{
	return (struct rep_style){
		.color = t->color,
		.utf8 = t->utf8,
		.columns = t->columns,
		.verbose = call->options->verbose,
	};
}

/* A pipe or device (as /dev/stdout) cannot be replaced by a rename. */
enum err_code output_file(const char *path, struct span data, struct err *err)
{
	enum os_type type = os_type_of(path);

	if (type == OS_OTHER)
		return err_set(err, ERR_USAGE,
		               "%s is no regular file; use - for standard output", path);
	if (type == OS_DIR)
		return err_set(err, ERR_USAGE, "%s is a folder; name a file in it", path);
	return os_write_atomic(path, data, 0644, err);
}

static enum err_code write_one(const struct rep_format *format, const char *path,
                               const struct program_call *call,
                               const struct rep_scorecard *s, struct err *err)
{
	struct rep_style style = output_style(call, &call->out);
	struct buf text = BUF_INIT;
	enum err_code rc;

	if (!str_eq(path, "-"))
		style = (struct rep_style){ .utf8 = true,
			                    .columns = 80,
			                    .verbose = call->options->verbose };
	rc = format->write(s, &style, &text, err);
	if (rc == ERR_OK)
		rc = str_eq(path, "-") ? program_print(buf_span(&text), err)
		                       : output_file(path, buf_span(&text), err);
	buf_fini(&text);
	return rc == ERR_OK ? rc : err_wrap(err, rc, "%s report", format->name);
}

static enum err_code write_human(const struct program_call *call, bool to_stderr,
                                 const struct rep_scorecard *s, struct err *err)
{
	struct rep_style style = output_style(call, to_stderr ? &call->err : &call->out);
	const struct rep_format *human = rep_format_find("human");
	struct buf text = BUF_INIT;
	enum err_code rc = human->write(s, &style, &text, err);

	if (rc == ERR_OK && to_stderr)
		rc = os_write_all(STDERR_FILENO, buf_span(&text), err);
	else if (rc == ERR_OK)
		rc = program_print(buf_span(&text), err);
	buf_fini(&text);
	return rc;
}

/* What makes the exit code 5: said where no report for people says it. */
static void tell_errors(const struct rep_scorecard *s)
{
	for (size_t i = 0; i < s->check_count; i++) {
		const struct rep_check *c = &s->checks[i];

		if (c->state == REP_ERROR && (c->required || c->blocker != NULL))
			log_event(LOG_ERROR, "%s: %s", c->id,
			          c->message != NULL ? c->message : "an error");
	}
}

enum err_code output_write(const struct output *out, const struct program_call *call,
                           const struct rep_scorecard *s, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < out->count; i++)
		if (!str_eq(out->items[i].name, OUTPUT_BUNDLE))
			rc = write_one(rep_format_find(out->items[i].name),
			               out->items[i].path, call, s, err);
	if (rc == ERR_OK && call->options->quiet && !out->human_on_stdout)
		tell_errors(s);
	if (rc != ERR_OK || call->options->quiet || out->human_on_stdout)
		return rc;
	return write_human(call, out->data_on_stdout, s, err);
}
