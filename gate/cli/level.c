// SPDX-License-Identifier: Apache-2.0
#include "cli/level.h"

#include "base/str.h"
#include "cli/output.h"
#include "record/store.h"
#include "verdict/level.h"

/* Enough for nearly all; where it depends on more, all are read. */
enum { AT_FIRST = 64 };

struct asked {
	const char *root;
	const char *run;
	const char *branch; /* or NULL: those without one */
	struct gate_level_run shown;
	bool standing; /* with what people signed since */
};

static struct gate_level_run run_of(const struct gate_history_row *r)
{
	return (struct gate_level_run){ .decision = r->decision,
		                        .reach = r->reach,
		                        .has_reach = r->has_reach,
		                        .subject = r->tree };
}

/* The run that is asked for and those before it, newest first, as far as they matter;
 * how many. */
static size_t take_runs(const struct asked *q, const struct gate_history_rows *rows,
                        struct gate_level_run *runs, bool *settled)
{
	size_t n = 0;

	*settled = false;
	for (size_t i = 0; i < rows->count && !*settled; i++) {
		const struct gate_history_row *r = &rows->items[i];
		const bool shown = str_eq(r->run, q->run);

		if ((n == 0) != shown || !str_eq(r->branch, q->branch) ||
		    (!shown && r->selection != NULL))
			continue;
		runs[n] = shown ? q->shown : run_of(r);
		/* Reads the folders of those alone that somebody signed. */
		if (q->standing && !shown)
			(void)judged_row(q->root, r, &runs[n].decision);
		*settled = gate_level_is_settled(runs, ++n);
	}
	return n;
}

static bool find(const struct asked *q, uint64_t limit, enum gate_decision *level,
                 bool *all)
{
	const struct gate_history_query query = { .branch = q->branch, .limit = limit };
	struct gate_history_rows rows;
	struct gate_level_run *runs = NULL;
	bool settled = false;
	size_t n = 0;

	*all = true;
	if (gate_history_list(&rows, q->root, &query, NULL) == ERR_OK)
		runs = arena_array(&rows.arena, rows.count + 1, sizeof *runs);
	if (runs != NULL) {
		n = take_runs(q, &rows, runs, &settled);
		*all = rows.count == rows.matching;
	}
	if (n > 0)
		*level = gate_level(runs, n);
	gate_history_rows_fini(&rows);
	return n > 0 && (settled || *all);
}

static void fill(struct rep_scorecard *card, const struct asked *q)
{
	enum gate_decision level = GATE_NO_GO;
	bool all;

	card->has_level =
		find(q, AT_FIRST, &level, &all) || (!all && find(q, 0, &level, &all));
	card->level = gate_scorecard_decision(level);
}

void level_of_row(struct rep_scorecard *card, const char *root,
                  const struct gate_history_row *row)
{
	const struct asked q = {
		.root = root, .run = row->run, .branch = row->branch, .shown = run_of(row)
	};

	fill(card, &q);
}

static enum gate_decision reach_of(const struct gate_assessment *a)
{
	struct gate_ratio go = GATE_RATIO_INIT;
	struct gate_ratio conditional = GATE_RATIO_INIT;
	enum gate_decision reach = GATE_NO_GO;

	if (gate_ratio_set_decimal(&go, span_str(a->policy->thresholds.go)) &&
	    gate_ratio_set_decimal(&conditional,
	                           span_str(a->policy->thresholds.conditional)))
		reach = gate_level_reach(&a->final, &go, &conditional);
	gate_ratio_fini(&go);
	gate_ratio_fini(&conditional);
	return reach;
}

static void fill_judged(struct judged *j)
{
	const struct gate_assessment *a = j->assessment;
	struct span id;
	const struct asked q = {
		.root = gate_recorded_project(&j->arena, j->recorded.dir, &id),
		.run = j->recorded.run,
		.branch = a->subject->branch,
		.shown = { .decision = a->decision,
		           .reach = reach_of(a),
		           .has_reach = true,
		           .subject = a->subject->tree },
		.standing = true,
	};

	if (q.root != NULL && q.run != NULL)
		fill(&j->card, &q);
}

enum err_code level_output(const struct output *out, const struct program_call *call,
                           struct judged *j, struct err *err)
{
	if (output_has(out, "badge"))
		fill_judged(j);
	return output_write(out, call, &j->card, err);
}
