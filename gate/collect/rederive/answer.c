// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "base/str.h"
#include "collect/plugin/plugin.h"
#include "collect/rederive/rederive_internal.h"

/* What a command or a plug-in wrote, read once more. How the process ended is not among
 * the bytes: a command that disagreed with clean results has failed for that alone. */

static const struct gate_artefact *output_of(struct rederiving *x,
                                             const struct gate_check *k,
                                             const struct gate_record *r,
                                             const char *what)
{
	char *name = arena_printf(&x->arena, "command-%s.%s", k->id, what);

	for (char *p = name; p != NULL && *p != '\0'; p++)
		if (*p == ':' || *p == '/')
			*p = '-';
	return name != NULL ? rederive_find(r, name) : NULL;
}

static void judge_plugin(struct rederiving *x, const struct gate_check *k,
                         const struct gate_record *r, struct gate_run *run,
                         struct span text)
{
	struct gate_judgement j;
	struct err why = ERR_INIT;

	run->plugin = mem_new(sizeof(*run->plugin));
	if (run->plugin == NULL)
		return;
	gate_plugin_init(run->plugin);
	gate_judgement_init(&j);
	run->exit_code = 0;
	(void)!gate_plugin_read(run->plugin, text, &why);
	gate_plugin_decide(run, why.msg);
	gate_plugin_judge(&j, k, run);
	rederive_agree(x, r, &j, "the stored answer of the plug-in");
	gate_judgement_fini(&j);
}

static void judge_cases(struct rederiving *x, const struct gate_check *k,
                        const struct gate_record *r, struct gate_run *run)
{
	const struct gate_run *runs[1] = { run };
	struct gate_judgement j;

	run->state = run->cases.failed > 0 ? GATE_RUN_FAIL : GATE_RUN_PASS;
	if (!k->has_scale && run->state == GATE_RUN_PASS && r->state != GATE_PASS)
		return;
	gate_judgement_init(&j);
	gate_judge_runs(&j, k, "command", runs, 1);
	rederive_agree(x, r, &j, "the stored output of its command");
	gate_judgement_fini(&j);
}

static void judge(struct rederiving *x, const struct gate_check *k,
                  const struct gate_record *r, struct span text)
{
	const struct gate_suite s = { .id = k->id,
		                      .format = k->command_format,
		                      .dir = "." };
	const bool redacted = output_of(x, k, r, "redactions.json") != NULL;
	struct gate_run run;
	struct err why = ERR_INIT;

	if (rederive_was_cut(text) || redacted || !rederive_said(&text))
		return;
	gate_run_init(&run);
	run.id = k->id;
	if (k->command_format == GATE_FORMAT_PLUGIN)
		judge_plugin(x, k, r, &run, text);
	else if (rederive_parse(&s, text, false, &run, &why) == ERR_OK)
		judge_cases(x, k, r, &run);
	else
		rederive_tell(x, k->id, "the stored output of its command: %s", why.msg);
	gate_run_fini(&run);
}

enum err_code rederive_answer(struct rederiving *x, const struct gate_check *k,
                              const struct gate_record *r, struct err *err)
{
	const struct gate_artefact *a = output_of(x, k, r, "output.txt");
	struct buf text = BUF_INIT;
	enum err_code rc;

	if (k->command_format == GATE_FORMAT_EXIT)
		return ERR_OK;
	if (a == NULL) {
		rederive_tell(x, k->id, "it says %s, and no output of it is stored",
		              gate_state_name(r->state));
		return ERR_OK;
	}
	rc = rederive_load(x, a, &text, err);
	if (rc == ERR_OK)
		judge(x, k, r, buf_span(&text));
	buf_fini(&text);
	return rc;
}
