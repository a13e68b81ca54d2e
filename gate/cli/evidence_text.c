// SPDX-License-Identifier: Apache-2.0
#include "cli/evidence_text.h"

#include "base/str.h"
#include "base/when.h"
#include "record/record_json.h"

static const char *state_of(const struct gate_damages *d, bool checked)
{
	if (!checked)
		return "unchecked";
	return d->count > 0 ? "damaged" : "intact";
}

/* ---- lines ---- */

static void put_damages(struct buf *out, const struct gate_damages *d)
{
	for (size_t i = 0; i < d->count; i++) {
		buf_puts(out, "  ");
		str_display(out, span_str(d->items[i].file));
		buf_puts(out, ": ");
		str_display(out, span_str(d->items[i].what));
		buf_putc(out, '\n');
	}
}

static void put_line(struct buf *out, const struct gate_archived *one, const char *state)
{
	const struct span commit = span_str(one->commit != NULL ? one->commit : "-");
	struct buf size = BUF_INIT;
	char when[WHEN_TEXT];

	when_format(one->stored_ms, false, when);
	str_size(&size, one->bytes);
	buf_printf(out, "%-29s  %s  %-12.*s  %-14s  %10s  %s\n", one->run, when,
	           (int)span_sub(commit, 0, 12).len, commit.ptr,
	           one->decision != NULL ? one->decision : "-", buf_str(&size), state);
	buf_fini(&size);
}

/* ---- JSON ---- */

static void put_fields(struct json_writer *w, const struct gate_archived *one,
                       const struct gate_damages *d, const char *state)
{
	char when[WHEN_TEXT];

	when_format(one->stored_ms, true, when);
	json_field_str(w, "run", one->run);
	json_field_str(w, "stored", when);
	json_field_str(w, "project", one->project);
	json_field_str(w, "commit", one->commit);
	json_field_str(w, "decision", one->decision);
	json_field_str(w, "snapshot", one->snapshot);
	json_field_u64(w, "files", one->files);
	json_field_u64(w, "bytes", one->bytes);
	json_field_str(w, "state", state);
	json_put_key(w, "damages");
	json_open(w, '[');
	for (size_t i = 0; i < d->count; i++) {
		json_open(w, '{');
		json_field_str(w, "file", d->items[i].file);
		json_field_str(w, "what", d->items[i].what);
		json_close(w, '}');
	}
	json_close(w, ']');
}

/* ---- the list ---- */

void evidence_list_begin(struct evidence_list *l, struct buf *out, bool json,
                         bool checked)
{
	*l = (struct evidence_list){ .out = out, .json = json, .checked = checked };
	json_writer_init(&l->w, out, 2);
	if (json)
		json_open(&l->w, '[');
}

void evidence_list_put(struct evidence_list *l, const struct gate_archived *one,
                       const struct gate_damages *damages)
{
	const char *state = state_of(damages, l->checked);

	if (!l->json) {
		put_line(l->out, one, state);
		put_damages(l->out, damages);
		return;
	}
	json_open(&l->w, '{');
	put_fields(&l->w, one, damages, state);
	json_close(&l->w, '}');
}

void evidence_list_end(struct evidence_list *l)
{
	if (!l->json)
		return;
	json_close(&l->w, ']');
	buf_putc(l->out, '\n');
}

/* ---- one run ---- */

static void put_record(struct buf *out, const struct gate_record *r)
{
	buf_printf(out, "\n%s  %s", r->check, gate_state_name(r->state));
	if (r->measured != NULL)
		buf_printf(out, "  %s%s%s", r->measured, r->unit != NULL ? " " : "",
		           r->unit != NULL ? r->unit : "");
	buf_putc(out, '\n');
	if (r->message != NULL) {
		buf_puts(out, "  ");
		str_display(out, span_str(r->message));
		buf_putc(out, '\n');
	}
	for (size_t i = 0; i < r->artefact_count; i++) {
		buf_printf(out, "  %s  ", r->artefacts[i].sha256);
		str_display(out, span_str(r->artefacts[i].name));
		buf_puts(out, "  ");
		str_size(out, r->artefacts[i].bytes);
		buf_putc(out, '\n');
	}
}

static void put_records_json(struct json_writer *w, const struct gate_recorded *r,
                             const char *check)
{
	json_put_key(w, "records");
	json_open(w, '[');
	for (size_t i = 0; r != NULL && i < r->evidence.record_count; i++) {
		struct buf text = BUF_INIT;

		if (check != NULL && !str_eq(r->records[i].check, check))
			continue;
		gate_record_write(&r->records[i], &text);
		buf_truncate(&text, span_trim(buf_span(&text)).len);
		json_put_raw(w, buf_str(&text));
		buf_fini(&text);
	}
	json_close(w, ']');
}

static bool has(const struct gate_recorded *r, const char *check)
{
	for (size_t i = 0; i < r->evidence.record_count; i++)
		if (str_eq(r->records[i].check, check))
			return true;
	return false;
}

enum err_code evidence_show(struct buf *out, bool json, const struct gate_archived *one,
                            const struct gate_recorded *r, const char *check,
                            const struct gate_damages *damages, struct err *err)
{
	const char *state = state_of(damages, true);
	struct json_writer w;

	if (check != NULL && r != NULL && !has(r, check))
		return err_set(err, ERR_USAGE, "run %s has no record of a check %.80s",
		               one->run, check);
	if (json) {
		json_writer_init(&w, out, 2);
		json_open(&w, '{');
		put_fields(&w, one, damages, state);
		put_records_json(&w, r, check);
		json_close(&w, '}');
		buf_putc(out, '\n');
		return buf_err(out, err);
	}
	put_line(out, one, state);
	put_damages(out, damages);
	for (size_t i = 0; r != NULL && i < r->evidence.record_count; i++)
		if (check == NULL || str_eq(r->records[i].check, check))
			put_record(out, &r->records[i]);
	return buf_err(out, err);
}
