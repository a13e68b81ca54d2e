// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "base/when.h"
#include "cli/output.h"
#include "cli/select.h"
#include "job/find.h"
#include "os/clock.h"

#define FLUSH_BYTES (64u << 10)

struct finding {
	const struct program_call *call;
	struct lb_snapshots list;
	struct lb_glob **globs;
	size_t glob_count;
	struct lb_find_options options;
	struct buf out;
	uint64_t hits;
};

/* ---- what to look for ---- */

/* "2026-03-01", "2026-03-01T10:00:00Z", or "30d": that long ago. */
static enum err_code parse_time(const char *option, const char *text, int64_t *ns,
                                struct err *err)
{
	uint64_t ago;
	int64_t ms;

	if (num_duration_ms(span_str(text), &ago) && ago <= INT64_MAX / 2)
		ms = os_now_ms() - (int64_t)ago;
	else if (!when_parse(span_str(text), &ms))
		return err_set(err, ERR_USAGE,
		               "--%s %s: not a time such as 2026-03-01, "
		               "2026-03-01T10:00:00Z or 30d (ago)",
		               option, text);
	if (__builtin_mul_overflow(ms, 1000000, ns))
		*ns = ms < 0 ? INT64_MIN : INT64_MAX;
	return ERR_OK;
}

static enum err_code parse_size(const char *option, const char *text, uint64_t *bytes,
                                struct err *err)
{
	if (num_bytes(span_str(text), bytes))
		return ERR_OK;
	return err_set(err, ERR_USAGE, "--%s %s: not a size such as 500MiB", option,
	               text);
}

/* One of the words of the option's table, or none. */
static enum lb_entry_type type_of(const char *name)
{
	for (int t = LB_ENTRY_FILE; name && t <= LB_ENTRY_SOCKET; t++)
		if (str_starts(lb_entry_type_name((enum lb_entry_type)t), name))
			return (enum lb_entry_type)t;
	return (enum lb_entry_type)0;
}

/* Bounds on sizes are exclusive, as the options' names say. */
static enum err_code parse_sizes(const struct cli_options *o, struct lb_find_options *f,
                                 struct err *err)
{
	uint64_t bytes = 0;
	enum err_code rc = ERR_OK;

	f->max_size = UINT64_MAX;
	f->sized = o->larger || o->smaller;
	if (o->larger) {
		rc = parse_size("larger", o->larger, &bytes, err);
		if (rc == ERR_OK && bytes == UINT64_MAX)
			rc = err_set(err, ERR_USAGE, "--larger %s: nothing is",
			             o->larger);
		f->min_size = bytes + 1;
	}
	if (rc == ERR_OK && o->smaller) {
		rc = parse_size("smaller", o->smaller, &bytes, err);
		if (rc == ERR_OK && bytes == 0)
			rc = err_set(err, ERR_USAGE, "--smaller 0: nothing is");
		f->max_size = bytes - 1;
	}
	return rc;
}

static enum err_code parse_bounds(const struct cli_options *o, struct lb_find_options *f,
                                  struct err *err)
{
	enum err_code rc = parse_sizes(o, f, err);

	f->has_newer = o->newer != NULL;
	f->has_older = o->older != NULL;
	if (rc == ERR_OK && o->newer)
		rc = parse_time("newer", o->newer, &f->newer_ns, err);
	if (rc == ERR_OK && o->older)
		rc = parse_time("older", o->older, &f->older_ns, err);
	f->type = type_of(o->type);
	return rc;
}

static enum err_code parse_globs(struct finding *f, struct err *err)
{
	const struct opt_args *args = &f->call->args;
	enum err_code rc = ERR_OK;

	if (!mem_array(&f->globs, args->count, sizeof(struct lb_glob *)))
		return err_nomem(err);
	while (rc == ERR_OK && f->glob_count < args->count) {
		rc = lb_glob_new(&f->globs[f->glob_count],
		                 span_str(args->items[f->glob_count]),
		                 cli_options(f->call)->ignore_case, err);
		f->glob_count += rc == ERR_OK;
	}
	f->options.globs = f->globs;
	f->options.glob_count = f->glob_count;
	return rc;
}

/* ---- what was found ---- */

static void put_human(struct finding *f, const struct lb_snapshot_ref *in,
                      struct span path, const struct lb_entry *e)
{
	size_t at = (size_t)(in - f->list.refs);
	char id[LB_ID16_HEX];

	lb_select_short(f->list.refs, f->list.count, at, id);
	term_put(&f->out, f->call->out.color, TERM_YELLOW, span_str(id));
	buf_puts(&f->out, "  ");
	cli_put_mtime(&f->out, e);
	buf_printf(&f->out, " %12llu  /", (unsigned long long)e->size);
	str_display(&f->out, path);
	if (e->type == LB_ENTRY_FOLDER)
		buf_putc(&f->out, '/');
	buf_putc(&f->out, '\n');
}

static void put_json(struct finding *f, const struct lb_snapshot_ref *in,
                     struct span path, const struct lb_entry *e)
{
	struct buf full = BUF_INIT;
	struct json_writer w;
	char id[LB_ID16_HEX];

	lb_id16_hex(&in->id, id);
	buf_putc(&full, '/');
	buf_put(&full, path);
	json_writer_init(&w, &f->out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "match");
	json_field_str(&w, "snapshot", id);
	cli_field_time(&w, "snapshot_time", in->snapshot->start_ns);
	json_field_path(&w, "path", buf_span(&full));
	json_field_str(&w, "kind", lb_entry_type_name(e->type));
	json_field_u64(&w, "size", e->size);
	json_field_u64(&w, "mode", e->perm);
	cli_field_mtime(&w, e);
	json_close(&w, '}');
	buf_putc(&f->out, '\n');
	buf_fini(&full);
}

static enum err_code on_hit(void *context, const struct lb_snapshot_ref *in,
                            struct span path, const struct lb_entry *e, struct err *err)
{
	struct finding *f = context;
	enum err_code rc = ERR_OK;

	f->hits++;
	if (cli_options(f->call)->json)
		put_json(f, in, path, e);
	else
		put_human(f, in, path, e);
	if (f->out.len >= FLUSH_BYTES) {
		rc = program_print(buf_span(&f->out), err);
		buf_clear(&f->out);
	}
	return rc;
}

static void put_summary(struct finding *f, uint64_t damaged)
{
	struct json_writer w;

	if (!cli_options(f->call)->json)
		return;
	json_writer_init(&w, &f->out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "summary");
	json_field_u64(&w, "matches", f->hits);
	json_field_u64(&w, "snapshots", f->list.count);
	json_field_u64(&w, "errors", damaged);
	json_close(&w, '}');
	buf_putc(&f->out, '\n');
}

/* ---- all of it ---- */

static enum err_code choose(struct finding *f, struct lb_repo *repo, struct err *err)
{
	struct cli_snapshot_filter filter;
	enum err_code rc = cli_snapshot_filter_init(&filter, cli_options(f->call), err);

	if (rc != ERR_OK)
		return rc;
	rc = cli_snapshots_load(repo, &f->list, err);
	if (rc == ERR_OK)
		f->list.count =
			lb_select_filter(f->list.refs, f->list.count, &filter.filter);
	cli_snapshot_filter_fini(&filter);
	return rc;
}

static enum err_code look(struct finding *f, struct lb_repo *repo, uint64_t *damaged,
                          struct err *err)
{
	struct cli_output output;
	enum err_code rc = cli_output_init(&output, f->call, "looking", err);

	f->options.events = &output.events;
	f->options.cancel = f->call->cancel;
	if (rc == ERR_OK)
		rc = choose(f, repo, err);
	if (rc == ERR_OK)
		rc = lb_find(repo, f->list.refs, f->list.count, &f->options, on_hit, f,
		             damaged, err);
	cli_output_fini(&output);
	f->options.events = NULL;
	if (rc == ERR_OK)
		put_summary(f, *damaged);
	return cli_print_rest(&f->out, rc, err);
}

static void finding_fini(struct finding *f)
{
	for (size_t i = 0; i < f->glob_count; i++)
		lb_glob_free(f->globs[i]);
	mem_free(f->globs);
	lb_snapshots_fini(&f->list);
	buf_fini(&f->out);
}

int cli_find(struct program_call *call)
{
	struct finding f = { .call = call };
	struct lb_repo *repo = NULL;
	struct err err = ERR_INIT;
	uint64_t damaged = 0;
	int code = CLI_FAILED;
	enum err_code rc = parse_bounds(cli_options(call), &f.options, &err);

	if (rc == ERR_OK)
		rc = parse_globs(&f, &err);
	if (rc == ERR_OK)
		rc = cli_open(call, &repo, &code, &err);
	if (rc == ERR_OK)
		rc = look(&f, repo, &damaged, &err);
	lb_repo_close(repo);
	finding_fini(&f);
	if (rc != ERR_OK)
		return cli_fail(call, code, &err);
	return damaged ? CLI_DAMAGE : CLI_OK;
}
