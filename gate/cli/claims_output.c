// SPDX-License-Identifier: Apache-2.0
#include "cli/claims_output.h"

#include "base/mem.h"
#include "base/str.h"
#include "base/version.h"
#include "crypto/digest.h"
#include "lib/json.h"
#include "reports/findings.h"

enum { MARGIN = 4, COLUMNS_MIN = 40, FINGERPRINT = 32 };

void claims_output_count(const struct claims_files *files, size_t counts[3])
{
	counts[0] = counts[1] = counts[2] = 0;
	for (size_t i = 0; i < files->count; i++)
		for (size_t k = 0; k < files->items[i].claims.count; k++)
			counts[files->items[i].claims.items[k].verdict]++;
}

/* ---- for people ---- */

/* "README.md:12:34: refuted: 71.2, not 78 [table.weighted]", the arithmetic, the line. */
static void put_claim(struct buf *out, const struct term *t, const char *path,
                      const struct gate_claim *c)
{
	static const enum term_style styles[] = { TERM_GREEN, TERM_RED, TERM_YELLOW };
	struct buf place = BUF_INIT;
	bool refuted = c->verdict == GATE_CLAIM_REFUTED;

	str_display(&place, span_str(path));
	buf_printf(&place, ":%zu:%zu:", c->line, c->column);
	term_put(out, t->color, TERM_BOLD, buf_span(&place));
	buf_fini(&place);
	buf_putc(out, ' ');
	term_put(out, t->color, styles[c->verdict],
	         span_str(gate_claim_verdict_name(c->verdict)));
	buf_puts(out, ": ");
	if (refuted && c->computed != NULL) {
		str_display(out, span_str(c->computed));
		buf_puts(out, ", not ");
	}
	str_display(out, span_str(c->stated));
	buf_printf(out, " [%s]\n    ", gate_claim_kinds[c->kind].id);
	str_display(out, span_str(c->because));
	buf_puts(out, "\n    ");
	str_display_cut(out, span_str(c->text),
	                t->columns > COLUMNS_MIN ? t->columns - MARGIN - 1 : COLUMNS_MIN);
	buf_putc(out, '\n');
}

static enum err_code write_human(const struct claims_files *files, const struct term *t,
                                 bool all, struct buf *out, struct err *err)
{
	for (size_t i = 0; i < files->count; i++)
		for (size_t k = 0; k < files->items[i].claims.count; k++) {
			const struct gate_claim *c = &files->items[i].claims.items[k];

			if (all || c->verdict == GATE_CLAIM_REFUTED)
				put_claim(out, t, files->items[i].path, c);
		}
	return buf_err(out, err);
}

/* ---- for programs ---- */

/* The seven fields that are promised. */
static void put_fields(struct json_writer *w, const char *path,
                       const struct gate_claim *c)
{
	json_field_path(w, "path", span_str(path));
	json_field_u64(w, "line", c->line);
	json_field_str(w, "kind", gate_claim_kinds[c->kind].id);
	json_field_str(w, "text", c->text);
	json_field_str(w, "stated", c->stated);
	json_field_str(w, "computed", c->computed);
	json_field_str(w, "verdict", gate_claim_verdict_name(c->verdict));
}

static void put_jsonl(const struct claims_files *files, struct buf *out)
{
	for (size_t i = 0; i < files->count; i++)
		for (size_t k = 0; k < files->items[i].claims.count; k++) {
			struct json_writer w;

			json_writer_init(&w, out, 0);
			json_open(&w, '{');
			put_fields(&w, files->items[i].path,
			           &files->items[i].claims.items[k]);
			json_close(&w, '}');
			buf_putc(out, '\n');
		}
}

static void put_json(const struct claims_files *files, struct buf *out)
{
	struct json_writer w;
	size_t counts[3];

	claims_output_count(files, counts);
	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_field_u64(&w, "schema_version", 1);
	json_field_str(&w, "version", version_string());
	json_field_u64(&w, "files", files->count);
	for (int v = 0; v < 3; v++)
		json_field_u64(&w, gate_claim_verdict_name((enum gate_claim_verdict)v),
		               counts[v]);
	json_put_key(&w, "claims");
	json_open(&w, '[');
	for (size_t i = 0; i < files->count; i++)
		for (size_t k = 0; k < files->items[i].claims.count; k++) {
			const struct gate_claim *c = &files->items[i].claims.items[k];

			json_open(&w, '{');
			put_fields(&w, files->items[i].path, c);
			json_field_u64(&w, "column", c->column);
			json_field_str(&w, "because", c->because);
			json_close(&w, '}');
		}
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
}

/* ---- what is refuted, as findings ---- */

/* Of a claim wherever its line moves to. */
static const char *fingerprint(struct arena *a, const char *path,
                               const struct gate_claim *c)
{
	struct buf text = BUF_INIT;
	char hex[DIGEST_HEX];
	const char *out = NULL;

	buf_printf(&text, "%s\n%s\n%s", gate_claim_kinds[c->kind].id, path, c->text);
	if (buf_ok(&text) && digest_hex(buf_span(&text), hex, NULL) == ERR_OK)
		out = arena_dup(a, span_of(hex, FINGERPRINT));
	buf_fini(&text);
	return out;
}

static const char *message(struct arena *a, const struct gate_claim *c)
{
	struct buf shown = BUF_INIT;
	const char *out;

	str_display(&shown, span_str(c->because));
	out = c->computed == NULL ? arena_str(a, buf_str(&shown))
	                          : arena_printf(a, "%s, not %s (%s)", c->computed,
	                                         c->stated, buf_str(&shown));
	if (!buf_ok(&shown))
		out = NULL;
	buf_fini(&shown);
	return out;
}

static bool fill(struct arena *a, const struct claims_files *files,
                 struct rep_located *items, size_t *count)
{
	for (size_t i = 0; i < files->count; i++)
		for (size_t k = 0; k < files->items[i].claims.count; k++) {
			const struct gate_claim *c = &files->items[i].claims.items[k];
			struct rep_located *to = &items[*count];

			if (c->verdict != GATE_CLAIM_REFUTED)
				continue;
			*to = (struct rep_located){
				.rule = gate_claim_kinds[c->kind].id,
				.path = span_str(files->items[i].below),
				.line = c->line,
				.column = c->column,
				.end_line = c->line,
				.end_column = c->column + 1,
				.severity = "error",
				.scope = "docs",
				.message = message(a, c),
				.fingerprint = fingerprint(a, files->items[i].below, c),
				.state = "",
				.reason = "",
			};
			if (to->message == NULL || to->fingerprint == NULL)
				return false;
			(*count)++;
		}
	return true;
}

static enum err_code write_findings(rep_findings_writer *writer,
                                    const struct claims_files *files, struct buf *out,
                                    struct err *err)
{
	struct arena arena = ARENA_INIT;
	struct rep_rule rules[GATE_CLAIM_KINDS];
	size_t counts[3];
	size_t count = 0;
	struct rep_located *items;
	enum err_code rc;

	claims_output_count(files, counts);
	items = arena_array(&arena, counts[GATE_CLAIM_REFUTED] + 1, sizeof(*items));
	for (size_t i = 0; i < GATE_CLAIM_KINDS; i++)
		rules[i] = (struct rep_rule){ gate_claim_kinds[i].id,
			                      gate_claim_kinds[i].title,
			                      gate_claim_kinds[i].why,
			                      gate_claim_kinds[i].remedy, "error" };
	if (items != NULL && fill(&arena, files, items, &count)) {
		const struct rep_findings all = { .version = version_string(),
			                          .items = items,
			                          .count = count,
			                          .rules = rules,
			                          .rule_count = GATE_CLAIM_KINDS,
			                          .complete = true };

		rc = writer(&all, out, err);
	} else {
		rc = err_nomem(err);
	}
	arena_fini(&arena);
	return rc;
}

/* ---- the formats ---- */

static const char *const formats[] = { "github", "human",    "json",
	                               "jsonl",  "markdown", "sarif" };
enum { FORMATS = sizeof(formats) / sizeof(*formats) };

enum err_code claims_output_plan(struct output *out, const struct program_call *call,
                                 struct err *err)
{
	return output_plan_named(out, call, formats, FORMATS, err);
}

static enum err_code render(const char *name, const struct claims_files *files,
                            const struct term *t, bool all, struct buf *out,
                            struct err *err)
{
	if (str_eq(name, "human"))
		return write_human(files, t, all, out, err);
	if (str_eq(name, "github"))
		return write_findings(rep_findings_github, files, out, err);
	if (str_eq(name, "markdown"))
		return write_findings(rep_findings_markdown, files, out, err);
	if (str_eq(name, "sarif"))
		return write_findings(rep_findings_sarif, files, out, err);
	if (str_eq(name, "json"))
		put_json(files, out);
	else
		put_jsonl(files, out);
	return buf_err(out, err);
}

static enum err_code write_one(const char *name, const char *path,
                               const struct program_call *call,
                               const struct claims_files *files, struct err *err)
{
	const struct term plain = { .columns = 80 };
	bool is_stdout = str_eq(path, "-");
	struct buf text = BUF_INIT;
	enum err_code rc = render(name, files, is_stdout ? &call->out : &plain,
	                          call->options->verbose, &text, err);

	if (rc == ERR_OK)
		rc = is_stdout ? program_print(buf_span(&text), err)
		               : output_file(path, buf_span(&text), err);
	buf_fini(&text);
	return rc;
}

enum err_code claims_output_write(const struct output *out,
                                  const struct program_call *call,
                                  const struct claims_files *files, struct err *err)
{
	enum err_code rc = ERR_OK;

	for (size_t i = 0; rc == ERR_OK && i < out->count; i++)
		rc = write_one(out->items[i].name, out->items[i].path, call, files, err);
	if (rc == ERR_OK && !out->data_on_stdout)
		rc = write_one("human", "-", call, files, err);
	return rc;
}
