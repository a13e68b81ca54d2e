// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "cli/project.h"
#include "collect/collect.h"
#include "lib/json.h"

/* `plan`: what `run` would run, in order. */

static const char *kind_name(enum gate_unit_kind k)
{
	switch (k) {
	case GATE_UNIT_BUILD:
		return "build";
	case GATE_UNIT_SUITE:
		return "suite";
	case GATE_UNIT_SCAN:
		return "scan";
	case GATE_UNIT_COMMAND:
		return "command";
	}
	return "";
}

static void put_json(struct buf *out, const struct gate_plan *plan)
{
	struct json_writer w;

	json_writer_init(&w, out, 2);
	json_open(&w, '{');
	json_put_key(&w, "units");
	json_open(&w, '[');
	for (size_t i = 0; i < plan->count; i++) {
		const struct gate_unit *u = &plan->units[i];

		json_open(&w, '{');
		json_field_str(&w, "id", u->id);
		json_field_str(&w, "kind", kind_name(u->kind));
		json_field_str(&w, "command", u->command);
		json_put_key(&w, "needs");
		json_open(&w, '[');
		for (size_t n = 0; n < u->need_count; n++)
			json_put_str(&w, u->needs[n]);
		json_close(&w, ']');
		json_field_bool(&w, "cached", false); /* nothing is reused between runs */
		json_field_null(&w, "estimate_s");
		json_close(&w, '}');
	}
	json_close(&w, ']');
	json_close(&w, '}');
	buf_putc(out, '\n');
}

static void put_human(struct buf *out, const struct cli *c, const struct gate_plan *plan)
{
	if (plan->count == 0)
		buf_puts(out, "nothing to run: no suite, build or scan is selected\n");
	for (size_t i = 0; i < plan->count; i++) {
		const struct gate_unit *u = &plan->units[i];

		buf_printf(out, "%3zu  ", i + 1);
		term_put(out, c->out.color, TERM_BOLD, span_str(u->id));
		for (size_t n = 0; n < u->need_count; n++)
			buf_printf(out, "%s%s", n ? ", " : "  after ", u->needs[n]);
		buf_puts(out, "\n     ");
		str_display_cut(out, span_str(u->command), c->out.columns - 6);
		buf_putc(out, '\n');
	}
}

static enum err_code print_plan(const struct cli *c, const struct gate_plan *plan,
                                struct err *err)
{
	struct buf text = BUF_INIT;
	enum err_code rc;

	if (str_eq(c->o.format, "json"))
		put_json(&text, plan);
	else
		put_human(&text, c, plan);
	rc = buf_err(&text, err);
	if (rc == ERR_OK)
		rc = cli_print(buf_span(&text), err);
	buf_fini(&text);
	return rc;
}

int cli_plan(struct cli *c)
{
	struct gate_selection selection = {
		.only = c->o.only.items,
		.only_count = c->o.only.count,
		.skip = c->o.skip.items,
		.skip_count = c->o.skip.count,
		.no_exec = c->o.no_exec,
	};
	struct project p = PROJECT_INIT;
	struct gate_plan plan = { .count = 0 };
	struct err err = ERR_INIT;
	enum err_code rc;
	int code = CLI_OK;

	rc = project_open(&p, c, c->args.count ? c->args.items[0] : NULL, &err);
	if (rc == ERR_OK)
		rc = gate_plan_make(p.policy, &selection, &plan, &err);
	if (rc == ERR_OK) {
		rc = print_plan(c, &plan, &err);
		gate_plan_fini(&plan);
	}
	if (rc != ERR_OK)
		code = cli_fail(c, &err);
	project_close(&p);
	return code;
}
