// SPDX-License-Identifier: Apache-2.0
#include "lib/json.h"
#include "record/scorecard_internal.h"

#define MAX_SUITES 10000
#define MAX_SHOWN 50 /* failures or slow tests of one suite */

static size_t shown(const struct json *list)
{
	size_t n = list != NULL && json_type(list) == JSON_ARRAY ? json_count(list) : 0;

	return n < MAX_SHOWN ? n : MAX_SHOWN;
}

/* Reports take every text for granted; NULL stays only where it means something. */
static const char *text_of(struct arena *arena, const struct json *v, const char *key)
{
	const char *s = json_string(json_get(v, key));

	return s != NULL ? arena_str(arena, s) : "";
}

static void read_slowest(struct rep_suite *s, const struct json *list,
                         struct arena *arena)
{
	size_t count = shown(list);
	struct rep_slow_test *tests = arena_array(arena, count, sizeof(*tests));
	const struct json *v = json_first(list);

	if (tests == NULL)
		return;
	for (size_t i = 0; i < count; i++, v = json_next(v)) {
		tests[i].name = text_of(arena, v, "name");
		(void)json_double(json_get(v, "duration_s"),
		                  &tests[i].seconds); /* else 0 */
	}
	s->slowest = tests;
	s->slowest_count = count;
}

static void read_failures(struct rep_suite *s, const struct json *list,
                          struct arena *arena)
{
	size_t count = shown(list);
	struct rep_failed_test *tests = arena_array(arena, count, sizeof(*tests));
	const struct json *v = json_first(list);

	if (tests == NULL)
		return;
	for (size_t i = 0; i < count; i++, v = json_next(v)) {
		tests[i].name = text_of(arena, v, "name");
		tests[i].message = arena_str(arena, json_string(json_get(v, "message")));
	}
	s->failures = tests;
	s->failure_count = count;
}

static void read_leaked(struct rep_suite *s, const struct json *list, struct arena *arena)
{
	size_t count = shown(list);
	const char **names = arena_array(arena, count, sizeof(*names));
	const struct json *v = json_first(list);

	if (names == NULL)
		return;
	for (; s->leaked_process_count < count; v = json_next(v))
		names[s->leaked_process_count++] =
			json_string(v) != NULL ? arena_str(arena, json_string(v)) : "?";
	s->leaked_processes = names;
}

/* A count that is missing or no count reads as 0. */
static uint64_t count_of(const struct json *v, const char *key)
{
	uint64_t n = 0;

	return json_u64(json_get(v, key), &n) ? n : 0;
}

static void read_suite(struct rep_suite *s, const struct json *v, struct arena *arena)
{
	s->id = text_of(arena, v, "id");
	s->command = text_of(arena, v, "command");
	s->state = text_of(arena, v, "state");
	s->reason = arena_str(arena, json_string(json_get(v, "reason")));
	s->passed = count_of(v, "passed");
	s->failed = count_of(v, "failed");
	s->skipped = count_of(v, "skipped");
	s->flaky = count_of(v, "flaky");
	s->quarantined = count_of(v, "quarantined");
	s->leaked = count_of(v, "leaked");
	(void)json_bool(json_get(v, "leaky"), &s->leaky); /* else false */
	read_leaked(s, json_get(v, "leaked_processes"), arena);
	(void)json_double(json_get(v, "duration_s"), &s->duration_s); /* else 0 */
	read_slowest(s, json_get(v, "slowest"), arena);
	read_failures(s, json_get(v, "failures"), arena);
}

static void read_suites(struct rep_scorecard *out, struct arena *arena,
                        const struct json *list)
{
	size_t count = json_count(list);
	struct rep_suite *suites;
	const struct json *v = json_first(list);

	if (count > MAX_SUITES)
		count = MAX_SUITES;
	suites = arena_array(arena, count, sizeof(*suites));
	if (suites == NULL)
		return;
	for (size_t i = 0; i < count; i++, v = json_next(v))
		read_suite(&suites[i], v, arena);
	out->suites = suites;
	out->suite_count = count;
}

void scorecard_suites(struct rep_scorecard *out, struct arena *arena,
                      const struct gate_recorded *r)
{
	struct json_doc *doc = NULL;
	struct err why = ERR_INIT;

	if (r->suites.len == 0)
		return;
	if (json_parse(&doc, buf_span(&r->suites), "suites.json", &why) != ERR_OK)
		scorecard_note(out, arena, why.msg);
	else if (json_type(json_root(doc)) != JSON_ARRAY)
		scorecard_note(out, arena, "suites.json: it must be a list");
	else
		read_suites(out, arena, json_root(doc));
	json_free(doc);
}
