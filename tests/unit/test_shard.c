// SPDX-License-Identifier: Apache-2.0
#include "base/mem.h"
#include "collect/coverage/gather.h"
#include "collect/shard/shard.h"
#include "collect/shard/shards_internal.h"
#include "collect/shard/unit_doc.h"
#include "support/check.h"

#include <stdio.h>
#include <string.h>

TestSuite(shard, .timeout = 20);

/* ---- I/N ---- */

Test(shard, reads_index_and_total)
{
	struct gate_shard s = { 0 };
	struct err err = ERR_INIT;

	check_ok(gate_shard_parse(&s, SPAN_LIT("2/5"), &err), &err);
	check_int_eq(s.index, 2, "index");
	check_int_eq(s.total, 5, "total");
}

Test(shard, refuses_what_is_no_shard)
{
	static const char *const bad[] = { "",     "2",      "/",     "0/5",
		                           "6/5",  "1/0",    "a/b",   "1/5x",
		                           "-1/5", "1/1001", "1/2/3", "99999999999/1" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct gate_shard s = { 0 };
		struct err err = ERR_INIT;

		check_int_eq(gate_shard_parse(&s, span_str(bad[i]), &err), ERR_USAGE,
		             "%s", bad[i]);
		check_int_eq(s.total, 0, "%s leaves it alone", bad[i]);
	}
}

/* ---- auto ---- */

Test(shard, asks_the_variables_of_each_system)
{
	static const struct {
		const char *env[6];
		uint32_t index, total; /* 0: refused */
	} table[] = {
		{ { "CI_NODE_INDEX=1", "CI_NODE_TOTAL=4" }, 1, 4 },
		{ { "CI_NODE_INDEX=4", "CI_NODE_TOTAL=4" }, 4, 4 },
		{ { "CI_NODE_INDEX=0", "CI_NODE_TOTAL=4" }, 0, 0 },
		{ { "CI_NODE_INDEX=5", "CI_NODE_TOTAL=4" }, 0, 0 },
		{ { "BUILDKITE_PARALLEL_JOB=0", "BUILDKITE_PARALLEL_JOB_COUNT=3" },
		  1,
		  3 },
		{ { "CIRCLE_NODE_INDEX=2", "CIRCLE_NODE_TOTAL=3" }, 3, 3 },
		{ { "CIRCLE_NODE_INDEX=3", "CIRCLE_NODE_TOTAL=3" }, 0, 0 },
		{ { "SLURM_ARRAY_TASK_ID=11", "SLURM_ARRAY_TASK_MIN=10",
		    "SLURM_ARRAY_TASK_COUNT=2" },
		  2,
		  2 },
		{ { "SLURM_ARRAY_TASK_ID=14", "SLURM_ARRAY_TASK_MIN=10",
		    "SLURM_ARRAY_TASK_COUNT=3", "SLURM_ARRAY_TASK_STEP=2" },
		  3,
		  3 },
		{ { "SLURM_ARRAY_TASK_ID=13", "SLURM_ARRAY_TASK_MIN=10",
		    "SLURM_ARRAY_TASK_COUNT=3", "SLURM_ARRAY_TASK_STEP=2" },
		  0,
		  0 },
		{ { "TEST_SHARD_INDEX=0", "TEST_TOTAL_SHARDS=2" }, 1, 2 },
		{ { "JOB_COMPLETION_INDEX=1", "SEAWORTHY_SHARD_TOTAL=2" }, 2, 2 },
		{ { "JOB_COMPLETION_INDEX=1" }, 0, 0 },
		{ { "SEAWORTHY_SHARD_INDEX=2", "SEAWORTHY_SHARD_TOTAL=2",
		    "CI_NODE_INDEX=1", "CI_NODE_TOTAL=9" },
		  2,
		  2 },
		{ { "CI_NODE_INDEX=x", "CI_NODE_TOTAL=4" }, 0, 0 },
		{ { "CI_NODE_INDEX=1", "CI_NODE_TOTAL=2000" }, 0, 0 },
		{ { "CI=true" }, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct gate_shard s = { 0 };
		struct err err = ERR_INIT;
		const char *touch = NULL;
		enum err_code rc = gate_shard_detect(&s, table[i].env, &touch, &err);

		check_int_eq(rc, table[i].total > 0 ? ERR_OK : ERR_USAGE, "row %zu: %s",
		             i, err.msg);
		if (table[i].total == 0)
			continue;
		check_int_eq(s.index, table[i].index, "row %zu", i);
		check_int_eq(s.total, table[i].total, "row %zu", i);
	}
}

/* ---- dealing ---- */

enum { MANY = 200 };

static void fill(struct gate_shard_item *items, char (*names)[24], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "suite:%u", (unsigned)i);
		items[i] = (struct gate_shard_item){ names[i], (i * 7919) % 1000, 0 };
	}
}

Test(shard, longest_first_is_even)
{
	struct gate_shard_item items[MANY];
	char names[MANY][24];
	uint64_t load[5] = { 0 };
	uint64_t sum = 0;
	struct err err = ERR_INIT;

	fill(items, names, MANY);
	check_ok(gate_shard_deal(items, MANY, GATE_SHARD_DURATION, 5, &err), &err);
	for (size_t i = 0; i < MANY; i++) {
		check_true(items[i].shard >= 1 && items[i].shard <= 5, "%zu is dealt", i);
		load[items[i].shard - 1] += items[i].weight;
		sum += items[i].weight;
	}
	for (size_t s = 0; s < 5; s++)
		check_true(load[s] <= sum / 5 + 1000 && load[s] + 1000 >= sum / 5,
		           "shard %zu has %llu of %llu", s, (unsigned long long)load[s],
		           (unsigned long long)sum);
}

Test(shard, dealing_does_not_hang_on_the_order)
{
	struct gate_shard_item items[MANY];
	struct gate_shard_item turned[MANY];
	char names[MANY][24];
	struct err err = ERR_INIT;

	fill(items, names, MANY);
	for (size_t i = 0; i < MANY; i++) {
		items[i].weight = i % 3; /* many are equal */
		turned[MANY - 1 - i] = items[i];
	}
	for (int mode = GATE_SHARD_DURATION; mode <= GATE_SHARD_HASH; mode++) {
		check_ok(
			gate_shard_deal(items, MANY, (enum gate_shard_mode)mode, 7, &err),
			&err);
		check_ok(gate_shard_deal(turned, MANY, (enum gate_shard_mode)mode, 7,
		                         &err),
		         &err);
		for (size_t i = 0; i < MANY; i++)
			check_int_eq(items[i].shard, turned[MANY - 1 - i].shard,
			             "%s, mode %d", items[i].id, mode);
	}
}

Test(shard, hashes_move_nothing_but_what_a_new_shard_takes)
{
	struct gate_shard_item four[MANY];
	struct gate_shard_item five[MANY];
	char names[MANY][24];
	size_t moved = 0;
	struct err err = ERR_INIT;

	fill(four, names, MANY);
	fill(five, names, MANY);
	check_ok(gate_shard_deal(four, MANY, GATE_SHARD_HASH, 4, &err), &err);
	check_ok(gate_shard_deal(five, MANY / 2, GATE_SHARD_HASH, 4, &err), &err);
	for (size_t i = 0; i < MANY / 2; i++)
		check_int_eq(four[i].shard, five[i].shard, "%s does not hang on others",
		             four[i].id);
	check_ok(gate_shard_deal(five, MANY, GATE_SHARD_HASH, 5, &err), &err);
	for (size_t i = 0; i < MANY; i++) {
		if (four[i].shard == five[i].shard)
			continue;
		check_int_eq(five[i].shard, 5, "%s moves to the new one only",
		             five[i].id);
		moved++;
	}
	check_true(moved > MANY / 10 && moved < MANY / 3, "%zu of %d moved", moved, MANY);
}

Test(shard, slices_go_in_turn)
{
	struct gate_shard_item items[7];
	char names[7][24];
	struct err err = ERR_INIT;

	fill(items, names, 7);
	check_ok(gate_shard_deal(items, 7, GATE_SHARD_SLICE, 3, &err), &err);
	for (size_t i = 0; i < 7; i++)
		check_int_eq(items[i].shard, i % 3 + 1, "%zu", i);
}

/* ---- documents ---- */

static void read_back(struct gate_unit_state *u, struct arena *arena, struct span text,
                      struct gate_unit_texts *texts)
{
	struct json_doc *doc = NULL;
	struct err err = ERR_INIT;

	check_ok(json_parse(&doc, text, "unit", &err), &err);
	gate_run_init(&u->run);
	check_ok(gate_unit_doc_read(u, texts, json_root(doc), "suite:x", arena, &err),
	         &err);
	json_free(doc);
}

Test(shard, what_became_of_a_unit_survives_the_journey)
{
	static const char sha[] =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	struct gate_artefact artefact = { sha, "suite-x.output.txt", 77 };
	struct gate_unit_state from = { .artefacts = &artefact, .artefact_count = 1 };
	struct gate_unit_state to = { .done = true };
	struct arena arena = ARENA_INIT;
	struct buf text = BUF_INIT;
	struct buf again = BUF_INIT;
	struct gate_unit_texts texts = { sha, sha };

	gate_run_init(&from.run);
	from.run.state = GATE_RUN_FAIL;
	(void)strcpy(from.run.reason, "1 of 2 tests failed: \"a\"\n");
	(void)strcpy(from.run.remedy, "sh -c x");
	from.run.exit_code = 3;
	from.run.attempts = 2;
	from.run.slow = 4;
	from.run.second_way = true;
	from.run.started_ms = 1700000000000;
	from.run.ended_ms = 1700000001234;
	from.run.cases.disagreement = "the totals lie";
	from.run.coverage = mem_new(sizeof(*from.run.coverage));
	from.run.coverage->reports = 3;
	from.run.coverage->outside = 2;
	from.run.coverage->partial = true;
	(void)strcpy(from.run.coverage->trouble, "b.info: cut off");
	(void)strcpy(from.run.coverage->note, "a.info says more");
	from.summary = "{\"id\":\"x\"}";
	gate_unit_doc_put(&text, "suite:x", &from, &texts);
	read_back(&to, &arena, buf_span(&text), &texts);
	gate_unit_doc_put(&again, "suite:x", &to, &texts);
	check_str_eq(buf_str(&again), buf_str(&text), "all of it");
	gate_run_fini(&from.run);
	gate_run_fini(&to.run);
	arena_fini(&arena);
	buf_fini(&again);
	buf_fini(&text);
}

Test(shard, cases_survive_the_journey)
{
	static const enum gate_case_state states[] = {
		GATE_CASE_PASSED,  GATE_CASE_FAILED, GATE_CASE_ERROR,
		GATE_CASE_SKIPPED, GATE_CASE_FLAKY,  GATE_CASE_QUARANTINED
	};
	enum { STATES = sizeof(states) / sizeof(states[0]) };
	struct gate_cases from;
	struct gate_cases to;
	struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	gate_cases_init(&from);
	gate_cases_init(&to);
	for (size_t i = 0; i < STATES; i++)
		(void)gate_cases_add(&from, SPAN_LIT("a \"name\"\n\x01"), states[i], i,
		                     i % 2 > 0 ? SPAN_LIT("why") : SPAN_EMPTY);
	gate_unit_cases_put(&text, &from);
	check_ok(gate_unit_cases_read(&to, buf_span(&text), &err), &err);
	check_int_eq(to.count, STATES, "all of them");
	for (size_t i = 0; i < STATES; i++) {
		check_str_eq(to.items[i].name, from.items[i].name, "name");
		check_int_eq(to.items[i].state, states[i], "state %zu", i);
		check_int_eq(to.items[i].duration_us, i, "duration");
		check_str_eq(to.items[i].message != NULL ? to.items[i].message : "",
		             i % 2 > 0 ? "why" : "", "message");
	}
	check_int_eq(to.failed, 2, "counted anew");
	check_int_eq(gate_unit_cases_read(&to, SPAN_LIT("{\"name\":\"a\"}\n"), &err),
	             ERR_CORRUPT, "no state");
	check_int_eq(gate_unit_cases_read(&to, SPAN_LIT("[]\n"), &err), ERR_CORRUPT,
	             "no object");
	gate_cases_fini(&from);
	gate_cases_fini(&to);
	buf_fini(&text);
}

Test(shard, a_manifest_is_not_trusted)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"{\"schema_version\":2}",
		"{\"schema_version\":4}",
		"{\"schema_version\":3}",
		"{\"schema_version\":3,\"tool_version\":\"1\",\"fingerprint\":\"00\"}",
		"{\"schema_version\":3,\"tool_version\":\"1\",\"fingerprint\":"
		"\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\","
		"\"index\":2,\"total\":1,\"mode\":\"hash\"}",
		"{\"schema_version\":3,\"units\":5}",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct shards_folder f = { .path = "x" };
		struct arena arena = ARENA_INIT;
		struct err err = ERR_INIT;
		enum err_code rc =
			shards_parse_manifest(&f, span_str(bad[i]), &arena, &err);

		check_true(rc == ERR_CORRUPT || rc == ERR_UNSUPPORTED, "row %zu: %s", i,
		           err.msg);
		arena_fini(&arena);
	}
}
