// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "base/when.h"
#include "cli/output.h"
#include "cli/select.h"

static void put_list(struct json_writer *w, const char *key, const struct span *items,
                     size_t count)
{
	json_put_key(w, key);
	json_open(w, '[');
	for (size_t i = 0; i < count; i++)
		json_put_string(w, items[i]);
	json_close(w, ']');
}

static void put_figures(struct json_writer *w, const struct lb_snapshot_figures *f)
{
	json_put_key(w, "summary");
	json_open(w, '{');
	json_field_u64(w, "files", f->files);
	json_field_u64(w, "dirs", f->folders);
	json_field_u64(w, "others", f->others);
	json_field_u64(w, "bytes", f->bytes);
	json_field_u64(w, "chunks_new", f->chunks_new);
	json_field_u64(w, "bytes_new", f->bytes_new);
	json_field_u64(w, "bytes_added", f->bytes_stored);
	json_field_u64(w, "errors", f->errors);
	json_close(w, '}');
}

static void put_json(struct json_writer *w, const struct lb_snapshot_ref *r)
{
	const struct lb_snapshot *s = r->snapshot;
	char hex[LB_ID16_HEX];

	lb_id16_hex(&r->id, hex);
	json_open(w, '{');
	json_field_str(w, "id", hex);
	cli_field_time(w, "time", s->start_ns);
	json_field_span(w, "host", s->host);
	json_field_span(w, "user", s->user);
	put_list(w, "paths", s->paths, s->path_count);
	put_list(w, "tags", s->tags, s->tag_count);
	json_field_span(w, "description", s->description);
	json_field_bool(w, "pinned", s->pinned);
	json_field_bool(w, "partial", s->partial);
	if (s->has_parent) {
		lb_id16_hex(&s->parent, hex);
		json_field_str(w, "parent", hex);
	} else {
		json_field_null(w, "parent");
	}
	if (s->has_original) {
		lb_id16_hex(&s->original, hex);
		json_field_str(w, "original", hex);
	} else {
		json_field_null(w, "original");
	}
	json_field_span(w, "program", s->program);
	put_figures(w, &s->figures);
	json_close(w, '}');
}

static void put_all_json(struct buf *out, const struct lb_snapshots *list)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '[');
	for (size_t i = 0; i < list->count; i++)
		put_json(&w, &list->refs[i]);
	json_close(&w, ']');
	buf_putc(out, '\n');
}

static void put_row(struct buf *out, const struct program_call *call,
                    const struct lb_snapshots *list, size_t i)
{
	const struct lb_snapshot *s = list->refs[i].snapshot;
	char id[LB_ID16_HEX];
	char when[WHEN_TEXT];
	struct buf size = BUF_INIT;

	lb_select_short(list->refs, list->count, i, id);
	when_format(s->start_ns / 1000000, false, when);
	str_size(&size, s->figures.bytes);
	term_put(out, call->out.color, TERM_YELLOW, span_str(id));
	buf_printf(out, "  %s  %10s  ", when, buf_str(&size));
	str_display(out, s->host);
	for (size_t p = 0; p < s->path_count; p++) {
		buf_puts(out, p ? ", " : "  ");
		str_display(out, s->paths[p]);
	}
	for (size_t t = 0; t < s->tag_count; t++) {
		buf_puts(out, t ? "," : "  [");
		str_display(out, s->tags[t]);
	}
	if (s->tag_count)
		buf_putc(out, ']');
	if (s->pinned)
		buf_puts(out, "  pinned");
	if (s->partial)
		buf_puts(out, "  partial");
	if (s->figures.errors)
		buf_printf(out, "  %llu unreadable",
		           (unsigned long long)s->figures.errors);
	buf_putc(out, '\n');
	if (s->description.len > 0) {
		buf_fill(out, ' ', 10);
		str_display(out, s->description);
		buf_putc(out, '\n');
	}
	buf_fini(&size);
}

static void put_all(struct buf *out, const struct program_call *call,
                    const struct lb_snapshots *list)
{
	if (cli_options(call)->json) {
		put_all_json(out, list);
		return;
	}
	for (size_t i = 0; i < list->count; i++)
		put_row(out, call, list, i);
	if (!call->options->quiet)
		buf_printf(out, "%zu snapshot%s\n", list->count,
		           list->count == 1 ? "" : "s");
}

int cli_snapshots(struct program_call *call)
{
	struct cli_snapshot_filter f = { .hosts = NULL };
	struct lb_snapshots list = { .refs = NULL };
	struct lb_repo *repo = NULL;
	struct buf out = BUF_INIT;
	struct err err = ERR_INIT;
	int code;
	enum err_code rc = cli_open(call, &repo, &code, &err);

	if (rc != ERR_OK)
		return cli_fail(call, code, &err);
	rc = cli_snapshot_filter_init(&f, cli_options(call), &err);
	if (rc == ERR_OK)
		rc = cli_snapshots_load(repo, &list, &err);
	if (rc == ERR_OK) {
		list.count = lb_select_filter(list.refs, list.count, &f.filter);
		put_all(&out, call, &list);
	}
	lb_snapshots_fini(&list);
	cli_snapshot_filter_fini(&f);
	lb_repo_close(repo);
	return rc == ERR_OK ? program_print_take(call, &out) : program_fail(call, &err);
}
