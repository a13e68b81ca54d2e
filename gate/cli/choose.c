// SPDX-License-Identifier: Apache-2.0
#include "cli/choose.h"

#include "collect/inputs.h"

enum { NAMED = 3 };

/* "a, b, c and 4 more" */
struct names {
	struct buf text;
	size_t count;
};

static void add_name(struct names *n, const char *name)
{
	if (n->count++ < NAMED)
		buf_printf(&n->text, "%s%s", n->count > 1 ? ", " : "", name);
}

static const char *end_names(struct names *n)
{
	if (n->count > NAMED)
		buf_printf(&n->text, " and %zu more", n->count - NAMED);
	return buf_str(&n->text);
}

/* Those that run whatever has changed are named: else --since seems to do nothing. */
static void note_without_inputs(const struct gate_policy *p, const char *since)
{
	struct names all = { BUF_INIT, 0 };

	for (size_t i = 0; i < p->suite_count; i++)
		if (p->suites[i].inputs.count == 0)
			add_name(&all, p->suites[i].id);
	if (all.count > 0)
		program_note("--since %s: %s always run%s: no `inputs` say what matters "
		             "to %s",
		             since, end_names(&all), all.count == 1 ? "s" : "",
		             all.count == 1 ? "it" : "them");
	buf_fini(&all.text);
}

/* In `test` they leave no other trace. */
static void note_left_out(const struct gate_policy *p, const struct gate_selection *s)
{
	struct names all = { BUF_INIT, 0 };
	const char *why = "";

	for (size_t i = 0; i < p->suite_count; i++) {
		if (s->left_out[i] == NULL)
			continue;
		add_name(&all, p->suites[i].id);
		why = s->left_out[i];
	}
	if (all.count > 0)
		program_note("%zu of %zu suites %s (%s)", all.count, p->suite_count, why,
		             end_names(&all));
	buf_fini(&all.text);
}

static enum err_code choose_since(struct gate_selection *s,
                                  const struct program_call *call,
                                  const struct project *p, struct arena *arena,
                                  struct err *err)
{
	const char *since = cli_options(call)->since;
	const char **left_out = NULL;
	enum err_code rc = gate_inputs_since(p->policy, buf_str(&p->root), since, arena,
	                                     &left_out, err);

	s->left_out = left_out;
	if (rc != ERR_OK)
		return err_wrap(err, rc, "--since");
	if (!call->options->quiet) {
		note_without_inputs(p->policy, since);
		if (s->suites_only)
			note_left_out(p->policy, s);
	}
	return ERR_OK;
}

enum err_code choose(struct gate_selection *s, const struct program_call *call,
                     const struct project *p, struct arena *arena, struct err *err)
{
	const struct cli_options *o = cli_options(call);

	s->only = o->only.items;
	s->only_count = o->only.count;
	s->skip = o->skip.items;
	s->skip_count = o->skip.count;
	s->no_exec = o->no_exec;
	s->fail_fast = o->fail_fast;
	if (o->since != NULL)
		return choose_since(s, call, p, arena, err);
	return ERR_OK;
}
