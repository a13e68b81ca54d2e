// SPDX-License-Identifier: Apache-2.0
#include "claims/claim.h"

const struct gate_claim_about gate_claim_kinds[GATE_CLAIM_KINDS] = {
	[GATE_CLAIM_COUNT_CHECKBOXES] = { "count.checkboxes",
	                                  "Ticked boxes are as many as it says",
	                                  "A count of tasks differs from the task list below it.",
	                                  "Count the boxes again, or tick those that are done." },
	[GATE_CLAIM_COUNT_ITEMS] = { "count.items",
	                             "A list has as many items as announced",
	                             "The sentence that introduces a list gives another number of items than it has.",
	                             "Correct the number, or complete the list." },
	[GATE_CLAIM_COUNT_PARTS] = { "count.parts", "Parts add up to the whole",
	                             "Tests that passed, failed and were skipped are more, or fewer, than all tests.",
	                             "Take all numbers from the same run." },
	[GATE_CLAIM_COUNT_ROWS] = { "count.rows", "A table has as many rows as announced",
	                            "The sentence that introduces a table gives another number of rows than it has.",
	                            "Correct the number, or complete the table." },
	[GATE_CLAIM_DATE_ORDER] = { "date.order", "Nothing ends before it begins",
	                            "The second date of a range lies before the first.",
	                            "Correct the dates." },
	[GATE_CLAIM_DATE_RELEASE] = { "date.release",
	                              "Releases of a line follow each other",
	                              "A patch release bears a date before that of the release that it follows.",
	                              "Correct the date; in January look at the year." },
	[GATE_CLAIM_DATE_SPAN] = { "date.span", "Spans of time fit",
	                           "A length of time differs from the dates, or from the phases, that it is of.",
	                           "Correct the length, or the dates." },
	[GATE_CLAIM_DATE_VALID] = { "date.valid", "The day exists",
	                            "The calendar has no such day.",
	                            "Correct the date." },
	[GATE_CLAIM_DATE_WEEKDAY] = { "date.weekday",
	                              "The day of the week is that of the date",
	                              "The date falls on another day of the week.",
	                              "Correct the date, or its day." },
	[GATE_CLAIM_EVIDENCE] = { "evidence.metric", "The number is what was measured",
	                          "The last recorded run measured something else.",
	                          "Run `seaworthy run`, and write what it measured." },
	[GATE_CLAIM_NUMBER_EQUATION] = { "number.equation", "A written sum is right",
	                                 "Left and right of an equals sign differ.",
	                                 "Compute it again." },
	[GATE_CLAIM_PERCENT_CHANGE] = { "percent.change",
	                                "A change is as large as it says",
	                                "The percentage is not that of the two numbers beside it.",
	                                "Compute it again." },
	[GATE_CLAIM_PERCENT_OF] = { "percent.of", "A share is that of its numbers",
	                            "The percentage is not that of the two numbers beside it.",
	                            "Compute it again." },
	[GATE_CLAIM_PERCENT_REST] = { "percent.rest", "What did not pass has failed",
	                              "The tests that are said to fail are not what the pass rate leaves.",
	                              "Take all numbers from the same run." },
	[GATE_CLAIM_REFERENCE_COMMAND] = { "reference.command",
	                                   "Commands to type are there",
	                                   "No makefile or package has the target or script that the document names.",
	                                   "Correct the command, or bring it back." },
	[GATE_CLAIM_REFERENCE_FILE] = { "reference.file",
	                                "Files and links lead somewhere",
	                                "There is no such file.",
	                                "Correct the path, or bring the file back." },
	[GATE_CLAIM_REFERENCE_ISSUE] = { "reference.issue", "Issues are in the tracker",
	                                 "The tracker that the project carries has no such issue.",
	                                 "Correct the id, or create the issue." },
	[GATE_CLAIM_REFERENCE_SCRIPT] = { "reference.script", "Scripts to run are there",
	                                  "There is no such script.",
	                                  "Correct the path, or bring the script back." },
	[GATE_CLAIM_TABLE_BAND] = { "table.band", "A band is that of its score",
	                            "By the document's own legend the score belongs to another band.",
	                            "Correct the band, or say why it is another one." },
	[GATE_CLAIM_TABLE_MEAN] = { "table.mean", "A mean is that of its column",
	                            "The row of the mean differs from the mean of the rows.",
	                            "Compute it again." },
	[GATE_CLAIM_TABLE_ROW] = { "table.row", "Columns that depend on others agree",
	                           "A number differs from what the others of its row give, as they do in other rows.",
	                           "Compute it again." },
	[GATE_CLAIM_TABLE_SUM] = { "table.sum", "A column adds up to its total",
	                           "The total differs from the sum of the rows.",
	                           "Add the column up again, or say what the total is of." },
	[GATE_CLAIM_TABLE_WEIGHTED] = { "table.weighted",
	                                "A weighted total is that of its rows",
	                                "The total differs from the weighted mean of the rows.",
	                                "Compute it again, or say how it was made." },
};

const char *gate_claim_verdict_name(enum gate_claim_verdict v)
{
	static const char *const names[] = { "confirmed", "refuted", "unchecked" };

	return names[v];
}

void gate_claims_fini(struct gate_claims *c)
{
	arena_fini(&c->arena);
	*c = (struct gate_claims)GATE_CLAIMS_INIT;
}

void gate_claims_add(struct gate_claims *c, const struct gate_claim *claim)
{
	struct gate_claim *to =
		arena_push(&c->arena, &c->items, &c->count, &c->cap, sizeof(*to));

	if (to == NULL)
		return;
	*to = *claim;
	to->text = arena_str(&c->arena, claim->text);
	to->stated = arena_str(&c->arena, claim->stated);
	to->computed = arena_str(&c->arena, claim->computed);
	to->because = arena_str(&c->arena, claim->because);
}
