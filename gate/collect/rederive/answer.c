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

/* Does the record say what these cases come to? */
static bool come_to(const struct gate_check *k, const struct gate_record *r,
                    struct gate_run *run, struct gate_judgement *j)
{
	const struct gate_run *runs[1] = { run };

	run->state = run->cases.failed > 0 ? GATE_RUN_FAIL : GATE_RUN_PASS;
	gate_judge_runs(j, k, "command", runs, 1);
	return j->state == r->state ||
	       (!k->has_scale && run->state == GATE_RUN_PASS && r->state != GATE_PASS);
}

/* Does what stands before this place bear out the record? */
static bool agrees_at(const struct gate_check *k, const struct gate_record *r,
                      const struct gate_suite *s, struct span said)
{
	struct gate_judgement j;
	struct gate_run run;
	bool yes;

	gate_run_init(&run);
	gate_judgement_init(&j);
	run.id = k->id;
	yes = rederive_parse(s, said, false, &run, NULL) == ERR_OK &&
	      come_to(k, r, &run, &j);
	gate_judgement_fini(&j);
	gate_run_fini(&run);
	return yes;
}

/* Standard output, up to the place that bears out the record, else to the first. */
static struct span choose(const struct gate_check *k, const struct gate_record *r,
                          const struct gate_suite *s, struct span text)
{
	struct span said;

	for (size_t i = 0;
	     k->command_format != GATE_FORMAT_PLUGIN && rederive_said(text, i, &said);
	     i++)
		if (agrees_at(k, r, s, said))
			return said;
	return rederive_said(text, 0, &said) ? said : text;
}

static void judge_cases(struct rederiving *x, const struct gate_check *k,
                        const struct gate_record *r, struct gate_run *run)
{
	struct gate_judgement j;

	gate_judgement_init(&j);
	if (!come_to(k, r, run, &j) || j.state == r->state)
		rederive_agree(x, r, &j, "the stored output of its command");
	gate_judgement_fini(&j);
}

/* What was taken out may have been a part of the form. */
static bool is_readable(const struct gate_suite *s, struct span said)
{
	struct gate_plugin_answer answer;
	struct gate_run run;
	bool yes;

	if (s->format == GATE_FORMAT_PLUGIN) {
		gate_plugin_init(&answer);
		yes = gate_plugin_read(&answer, said, NULL) == ERR_OK;
		gate_plugin_fini(&answer);
		return yes;
	}
	gate_run_init(&run);
	yes = rederive_parse(s, said, false, &run, NULL) == ERR_OK;
	gate_run_fini(&run);
	return yes;
}

static void judge_whole(struct rederiving *x, const struct gate_check *k,
                        const struct gate_record *r, const struct gate_suite *s,
                        struct span said)
{
	struct err why = ERR_INIT;
	struct gate_run run;

	gate_run_init(&run);
	run.id = k->id;
	if (k->command_format == GATE_FORMAT_PLUGIN)
		judge_plugin(x, k, r, &run, said);
	else if (rederive_parse(s, said, false, &run, &why) == ERR_OK)
		judge_cases(x, k, r, &run);
	else
		rederive_tell(x, k->id, "the stored output of its command: %s", why.msg);
	gate_run_fini(&run);
}

static enum err_code judge(struct rederiving *x, const struct gate_check *k,
                           const struct gate_record *r, struct span text, struct err *err)
{
	const struct gate_suite s = { .id = k->id,
		                      .format = k->command_format,
		                      .dir = "." };
	const bool plugin = k->command_format == GATE_FORMAT_PLUGIN;
	struct span said = text;
	bool any;
	bool lines;
	enum err_code rc = rederive_redacted(x, output_of(x, k, r, "redactions.json"),
	                                     text, &any, &lines, err);

	if (rc != ERR_OK)
		return rc;
	if (rederive_was_cut(text, false, any, &said)) {
		x->out->left_out++;
		if (!plugin && !k->has_scale && r->state == GATE_PASS &&
		    rederive_failures(&s, said, false) > 0)
			rederive_tell(x, k->id,
			              "it says pass, and the stored output of "
			              "its command has failures");
		return ERR_OK;
	}
	said = choose(k, r, &s, text);
	if (any && ((lines && !agrees_at(k, r, &s, said)) || !is_readable(&s, said)))
		x->out->left_out++;
	else
		judge_whole(x, k, r, &s, said);
	return ERR_OK;
}

enum err_code rederive_answer(struct rederiving *x, const struct gate_check *k,
                              const struct gate_record *r, struct err *err)
{
	const struct gate_artefact *a = output_of(x, k, r, "output.txt");

	if (k->command_format == GATE_FORMAT_EXIT)
		return ERR_OK;
	return rederive_by(x, k, r, a, "output of it is", judge, err);
}
