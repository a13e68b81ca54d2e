// SPDX-License-Identifier: Apache-2.0
#include "cli/scan_output.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/version.h"
#include "lib/json.h"
#include "reports/findings.h"
#include "scanners/baseline.h"
#include "scanners/finding.h"

#define FLUSH_AT ((size_t)1 << 16)

enum cli_exit scan_output_exit(const struct scan_result *r)
{
	enum cli_exit code = CLI_OK;

	for (size_t i = 0; i < r->skip_count; i++) {
		if (r->skips[i].lack == SCAN_UNREAD)
			return CLI_INTERNAL;
		if (r->skips[i].lack == SCAN_NO_DATA)
			code = CLI_EVIDENCE;
	}
	return code;
}

uint64_t scan_output_allowed(const struct scan_result *r)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < r->rule_count; i++)
		for (size_t s = 0; s < SCAN_SCOPES; s++)
			sum += r->allowed[i][s];
	return sum;
}

/* ---- a finding after the other ---- */

/* "src/a.c:12:5: warning: message [rule]"; what is known is counted below only. */
static void put_human(struct buf *out, const struct term *t, const struct scan_finding *f)
{
	struct buf place = BUF_INIT;

	if (f->state == SCAN_KNOWN)
		return;
	str_display(&place, f->path);
	buf_printf(&place, ":%llu:%llu:", (unsigned long long)f->line,
	           (unsigned long long)f->column);
	term_put(out, t->color, TERM_BOLD, buf_span(&place));
	buf_fini(&place);
	buf_putc(out, ' ');
	term_put(out, t->color,
	         f->severity == SCAN_NOTE      ? TERM_CYAN
	         : f->severity == SCAN_WARNING ? TERM_YELLOW
	                                       : TERM_RED,
	         span_str(scan_severity_name(f->severity)));
	buf_printf(out, ": %s [%s]", f->message, f->rule);
	if (f->origin != NULL) {
		buf_puts(out, " (");
		scan_origin_put(out, f->origin);
		buf_putc(out, ')');
	}
	if (f->state == SCAN_EXPIRED)
		buf_printf(out, " (in the baseline until %s)", f->entry->expires);
	buf_putc(out, '\n');
	if (span_trim(f->context).len == 0) /* the whole file, or the tree */
		return;
	buf_puts(out, "    ");
	str_display_cut(out, span_trim(f->context),
	                t->columns > 12 ? t->columns - 5 : 75);
	buf_putc(out, '\n');
}

static void put_jsonl(struct buf *out, const struct term *t, const struct scan_finding *f)
{
	(void)t;
	scan_finding_json(out, f);
	buf_putc(out, '\n');
}

typedef void put_one(struct buf *out, const struct term *t, const struct scan_finding *f);

/* To standard output piece by piece: there may be very many. */
static enum err_code print_each(const struct scan_result *r, const struct term *t,
                                put_one *put, struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < r->count; i++) {
		put(&text, t, &r->findings[i]);
		if (text.len < FLUSH_AT && i + 1 < r->count)
			continue;
		rc = buf_err(&text, err);
		if (rc == ERR_OK)
			rc = program_print(buf_span(&text), err);
		buf_clear(&text);
	}
	buf_fini(&text);
	return rc;
}

/* ---- one document ---- */

void scan_output_skips(struct json_writer *w, const struct scan_result *r)
{
	json_put_key(w, "skipped");
	json_open(w, '[');
	for (size_t i = 0; i < r->skip_count; i++) {
		json_open(w, '{');
		json_field_path(w, "path", r->skips[i].path);
		json_field_str(w, "reason", r->skips[i].reason);
		json_field_str(w, "kind", scan_lack_name(r->skips[i].lack));
		if (r->skips[i].rule != NULL)
			json_field_str(w, "rule", r->skips[i].rule);
		json_close(w, '}');
	}
	json_close(w, ']');
}

static enum err_code write_json(const struct scan_result *r, struct buf *out,
                                struct err *err)
{
	struct buf one = BUF_INIT;
	struct json_writer w;
	enum err_code rc;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_u64(&w, "schema_version", 1);
	json_field_str(&w, "version", version_string());
	json_field_u64(&w, "files", r->files);
	json_field_u64(&w, "bytes", r->bytes);
	json_field_bool(&w, "complete", r->skip_count == 0);
	json_field_u64(&w, "allowed", scan_output_allowed(r));
	scan_output_skips(&w, r);
	json_put_key(&w, "findings");
	json_open(&w, '[');
	for (size_t i = 0; i < r->count; i++) {
		buf_clear(&one);
		scan_finding_json(&one, &r->findings[i]);
		json_put_raw(&w, buf_str(&one));
	}
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
	rc = buf_ok(&one) ? buf_err(out, err) : err_nomem(err);
	buf_fini(&one);
	return rc;
}

/* ---- for other programs ---- */

static bool is_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] >= 0x80)
			return false;
	return true;
}

static struct rep_located located(const struct scan_finding *f, struct span path)
{
	return (struct rep_located){
		.rule = f->rule,
		.path = path,
		.line = f->line,
		.column = f->column,
		.end_line = f->end_line,
		.end_column = f->end_column,
		.severity = scan_severity_name(f->severity),
		.scope = scan_scope_name(f->scope),
		.message = f->message,
		.fingerprint = f->fingerprint,
		.state = scan_state_name(f->state),
		.reason = f->entry != NULL ? f->entry->reason : "",
		.ascii = is_ascii(f->context),
	};
}

/* NULL without memory. */
static const struct rep_origin *origin(struct arena *a, const struct scan_origin *from)
{
	struct rep_origin *o = arena_new(a, sizeof(*o));
	struct buf text = BUF_INIT;

	scan_origin_put(&text, from);
	if (o != NULL)
		*o = (struct rep_origin){ arena_dup(a, buf_span(&text)), from->commit,
			                  from->ref, from->author, from->day };
	if (!buf_ok(&text) || !arena_ok(a))
		o = NULL;
	buf_fini(&text);
	return o;
}

/* Paths from the project's top: there the annotations are shown. */
static bool fill_items(struct arena *a, const struct scan_result *r,
                       struct rep_located *items)
{
	struct span path = SPAN_EMPTY;
	struct buf joined = BUF_INIT;
	bool ok = true;

	for (size_t i = 0; ok && i < r->count; i++) {
		const struct scan_finding *f = &r->findings[i];

		if (i == 0 || !span_eq(r->findings[i - 1].path, f->path)) {
			buf_clear(&joined);
			buf_put(&joined, r->below);
			buf_put(&joined, f->path);
			path = span_of(arena_dup(a, buf_span(&joined)), joined.len);
		}
		ok = path.ptr != NULL && buf_ok(&joined);
		items[i] = located(f, path);
		if (ok && f->origin != NULL)
			ok = (items[i].origin = origin(a, f->origin)) != NULL;
	}
	buf_fini(&joined);
	return ok;
}

static bool fill(struct arena *a, const struct scan_result *r, struct rep_findings *out)
{
	struct rep_located *items = arena_array(a, r->count + 1, sizeof(*items));
	struct rep_rule *rules = arena_array(a, r->rule_count + 1, sizeof(*rules));
	struct rep_missed *missed = arena_array(a, r->skip_count + 1, sizeof(*missed));

	*out = (struct rep_findings){ .version = version_string(),
		                      .items = items,
		                      .count = r->count,
		                      .rules = rules,
		                      .rule_count = r->rule_count,
		                      .missed = missed,
		                      .missed_count = r->skip_count,
		                      .complete = r->skip_count == 0,
		                      .allowed = scan_output_allowed(r) };
	if (items == NULL || rules == NULL || missed == NULL)
		return false;
	for (size_t i = 0; i < r->rule_count; i++) {
		const struct scan_rule *from = &r->rules[i];

		rules[i] = (struct rep_rule){
			from->id, from->title, from->why, from->remedy,
			scan_severity_name(from->severity[SCAN_PRODUCTION])
		};
	}
	for (size_t i = 0; i < r->skip_count; i++)
		missed[i] = (struct rep_missed){ r->skips[i].path, r->skips[i].reason,
			                         scan_lack_fails(r->skips[i].lack) };
	return fill_items(a, r, items);
}

static enum err_code write_report(rep_findings_writer *writer,
                                  const struct scan_result *r, struct buf *out,
                                  struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct rep_findings all;
	enum err_code rc =
		fill(&arena, r, &all) ? writer(&all, out, err) : err_nomem(err);

	arena_fini(&arena);
	return rc;
}

/* ---- the formats ---- */

/* One of the three. */
struct format {
	const char *name;
	put_one *each;
	enum err_code (*whole)(const struct scan_result *r, struct buf *out,
	                       struct err *err);
	rep_findings_writer *report;
};

static const struct format formats[] = {
	{ "github", NULL, NULL, rep_findings_github },
	{ "gitlab", NULL, NULL, rep_findings_gitlab },
	{ "human", put_human, NULL, NULL },
	{ "json", NULL, write_json, NULL },
	{ "jsonl", put_jsonl, NULL, NULL },
	{ "markdown", NULL, NULL, rep_findings_markdown },
	{ "sarif", NULL, NULL, rep_findings_sarif },
};
enum { FORMATS = sizeof(formats) / sizeof(formats[0]) };

static const struct format *find_format(const char *name)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (str_eq(formats[i].name, name))
			return &formats[i];
	return NULL;
}

enum err_code scan_output_plan(struct output *out, const struct program_call *call,
                               struct err *err)
{
	const char *names[FORMATS];

	for (size_t i = 0; i < FORMATS; i++)
		names[i] = formats[i].name;
	return output_plan_named(out, call, names, FORMATS, err);
}

static enum err_code write_one(const struct output_item *item,
                               const struct program_call *call,
                               const struct scan_result *r, struct err *err)
{
	const struct format *f = find_format(item->name);
	const struct term plain = { .columns = 80 };
	bool is_stdout = str_eq(item->path, "-");
	struct buf text = BUF_INIT;
	enum err_code rc = ERR_OK;

	if (f->each != NULL && is_stdout)
		return print_each(r, &call->out, f->each, err);
	for (size_t i = 0; f->each != NULL && i < r->count; i++)
		f->each(&text, &plain, &r->findings[i]);
	if (f->whole != NULL)
		rc = f->whole(r, &text, err);
	else if (f->report != NULL)
		rc = write_report(f->report, r, &text, err);
	if (rc == ERR_OK)
		rc = buf_err(&text, err);
	if (rc == ERR_OK)
		rc = is_stdout ? program_print(buf_span(&text), err)
		               : output_file(item->path, buf_span(&text), err);
	buf_fini(&text);
	return rc;
}

enum err_code scan_output_write(const struct output *out, const struct program_call *call,
                                const struct scan_result *r, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < out->count; i++)
		rc = write_one(&out->items[i], call, r, err);
	if (rc == ERR_OK && !out->data_on_stdout)
		rc = print_each(r, &call->out, put_human, err);
	return rc;
}
