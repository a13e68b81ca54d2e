// SPDX-License-Identifier: Apache-2.0
#include "cli/findings.h"

#include "base/str.h"

#include <inttypes.h>

enum { SHOWN = 10 }; /* files of one finding that people see */

static void put_affected_json(struct json_writer *w, const struct lb_finding *one)
{
	json_put_key(w, "affects");
	json_open(w, '[');
	for (size_t i = 0; i < one->affected_kept; i++) {
		const struct lb_affected *a = &one->affected[i];
		struct buf path = BUF_INIT;
		char hex[LB_ID16_HEX];

		buf_putc(&path, '/');
		buf_put(&path, a->path);
		lb_id16_hex(&a->snapshot, hex);
		json_open(w, '{');
		json_field_str(w, "snapshot", hex);
		json_field_path(w, "path", buf_span(&path));
		json_close(w, '}');
		buf_fini(&path);
	}
	json_close(w, ']');
	json_field_u64(w, "affected", one->affected_count);
}

static void put_json(struct buf *out, const struct lb_finding *one)
{
	struct json_writer w;

	json_writer_init(&w, out, 0);
	json_open(&w, '{');
	json_field_str(&w, "type", "finding");
	json_field_str(&w, "level", lb_finding_level_name(one->level));
	json_field_span(&w, "object", span_str(one->object));
	json_field_span(&w, "message", span_str(one->what));
	json_field_str(&w, "mend", one->mend);
	put_affected_json(&w, one);
	json_close(&w, '}');
}

static void put_affected(struct buf *out, const struct lb_finding *one)
{
	size_t shown = one->affected_kept < SHOWN ? one->affected_kept : SHOWN;

	for (size_t i = 0; i < shown; i++) {
		char hex[LB_ID16_HEX];

		lb_id16_hex(&one->affected[i].snapshot, hex);
		buf_printf(out, "  affects %.8s:/", hex);
		str_display(out, one->affected[i].path);
		buf_putc(out, '\n');
	}
	if (one->affected_count > shown)
		buf_printf(out, "  and %" PRIu64 " more (--json lists up to %d)\n",
		           one->affected_count - shown, LB_AFFECTED_MAX);
}

static void put_human(struct buf *out, const struct program_call *call,
                      const struct lb_finding *one)
{
	static const enum term_style styles[] = { TERM_RED, TERM_YELLOW, TERM_DIM };

	term_put(out, call->out.color, styles[one->level],
	         span_str(lb_finding_level_name(one->level)));
	buf_putc(out, ' ');
	str_display(out, span_str(one->object));
	buf_puts(out, ": ");
	str_display(out, span_str(one->what));
	buf_putc(out, '\n');
	put_affected(out, one);
	if (one->mend)
		buf_printf(out, "  mend: %s\n", one->mend);
}

enum err_code cli_print_findings(const struct program_call *call,
                                 const struct lb_findings *f, struct err *err)
{
	bool json = cli_options(call)->json;
	enum err_code rc = ERR_OK;

	for (size_t i = 0; i < f->count && rc == ERR_OK; i++) {
		const struct lb_finding *one = f->items[i];
		struct buf out = BUF_INIT;

		if (json) {
			put_json(&out, one);
			rc = cli_print_line(&out, err);
		} else if (one->level != LB_FINDING_NOTE || call->options->verbose) {
			put_human(&out, call, one);
			rc = buf_err(&out, err);
			if (rc == ERR_OK)
				rc = program_print(buf_span(&out), err);
		}
		buf_fini(&out);
	}
	return rc;
}

void cli_count_findings(struct json_writer *w, const struct lb_findings *f)
{
	json_field_u64(w, "damage", f->total[LB_FINDING_DAMAGE]);
	json_field_u64(w, "skipped", f->total[LB_FINDING_SKIPPED]);
	json_field_u64(w, "notes", f->total[LB_FINDING_NOTE]);
}
