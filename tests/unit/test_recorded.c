// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"
#include "os/fs.h"
#include "record/record_json.h"
#include "record/scorecard.h"
#include "record/store.h"
#include "support/check.h"

#include <stdio.h>
#include <sys/stat.h>

TestSuite(recorded, .timeout = 60);

#define NOW INT64_C(1800000000000)
#define POLICY                                                                     \
	"{\"version\": 1, \"categories\": [{\"id\": \"g\", \"title\": \"G\", "     \
	"\"weight\": 1}], \"checks\": [{\"id\": \"a\", \"category\": \"g\", "      \
	"\"weight\": 1, \"required\": true, \"collect\": {\"command\": {\"run\": " \
	"\"x\", \"format\": \"exit\"}}}]}"
#define SUBJECT "{\"path\": \"/p\", \"commit\": \"c\", \"tree\": \"t\", \"dirty\": false}"

static struct buf top = BUF_INIT;

static void set_up(void)
{
	struct err err = ERR_INIT;

	check_ok(os_mkdtemp(NULL, "recorded-", &top, &err), &err);
}

static void tear_down(void)
{
	struct err err = ERR_INIT;

	check_ok(os_remove_tree(buf_str(&top), &err), &err);
	buf_fini(&top);
}

static void put(const char *name, const char *text)
{
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;

	os_join(&path, buf_str(&top), name);
	check_ok(os_write_atomic(buf_str(&path), span_str(text), 0644, &err), &err);
	buf_fini(&path);
}

static void folder(const char *name)
{
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;

	os_join(&path, buf_str(&top), name);
	check_ok(os_mkdirs(buf_str(&path), 0755, &err), &err);
	buf_fini(&path);
}

static struct gate_policy *policy(void)
{
	struct gate_policy *p = NULL;
	struct err err = ERR_INIT;

	check_ok(gate_policy_parse(&p, span_str(POLICY), "policy", NULL, &err), &err);
	return p;
}

/* ---- both ways ---- */

static void store_run(char run[80], struct gate_record *r)
{
	struct gate_subject subject = { "/p", "c", "t", NULL, true, false };
	struct gate_artefact artefact;
	struct gate_policy *p = policy();
	struct gate_store *s = NULL;
	struct err err = ERR_INIT;

	check_ok(gate_store_new(&s, buf_str(&top), NOW, &err), &err);
	check_ok(gate_store_policy(s, p, &err), &err);
	check_ok(gate_store_subject(s, &subject, &err), &err);
	check_ok(gate_store_artefact(s, "log", SPAN_LIT("one\n\x1b[1mtwo\xff"), &artefact,
	                             &err),
	         &err);
	r->artefacts = &artefact;
	r->artefact_count = 1;
	check_ok(gate_store_record(s, r, &err), &err);
	check_ok(gate_store_file(s, "suites.json",
	                         SPAN_LIT("[{\"id\":\"u\",\"command\":\"x\",\"state\":"
	                                  "\"fail\",\"passed\":3,\"failed\":1,"
	                                  "\"duration_s\":1.5,\"failures\":[{\"name\":"
	                                  "\"t1\",\"message\":\"no\"}]}]"),
	                         &err),
	         &err);
	check_ok(gate_store_file(s, "findings.jsonl",
	                         SPAN_LIT("{\"rule\":\"b\",\"severity\":\"note\"}\n"
	                                  "{\"rule\":\"a\",\"severity\":\"error\"}\n"
	                                  "{\"rule\":\"b\",\"severity\":\"warning\"}\n"
	                                  "garbage\n"),
	                         &err),
	         &err);
	check_ok(gate_store_commit(s, NOW, NOW + 2500, &err), &err);
	snprintf(run, 80, "%s", strrchr(gate_store_dir(s), '/') + 1);
	gate_store_free(s);
	gate_policy_free(p);
}

Test(recorded, what_is_stored_is_read_back, .init = set_up, .fini = tear_down)
{
	static const char *const prints[] = { "f1", "f2" };
	struct gate_record r = { .check = "a",
		                 .state = GATE_WARN,
		                 .measured = "12.50",
		                 .unit = "percent",
		                 .low = "0.125",
		                 .high = "0.5",
		                 .fingerprints = prints,
		                 .fingerprint_count = 2,
		                 .producer_tool = "t",
		                 .producer_version = "1",
		                 .has_ended = true,
		                 .started_ms = NOW,
		                 .ended_ms = NOW + 250,
		                 .tree = "t",
		                 .message = "so \"it\" is\n",
		                 .remedy = "do" };
	struct gate_recorded got;
	const struct gate_record *g;
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;
	char run[80];

	store_run(run, &r);
	check_ok(gate_recorded_find(buf_str(&top), NULL, &dir, &err), &err);
	check_ok(gate_recorded_load(&got, buf_str(&dir), &err), &err);
	check_str_eq(got.run, run, "the run");
	check_true(got.complete, "run.json is there");
	check_int_eq(got.evidence.now_ms, NOW + 2500, "the recorded end is the time");
	check_str_eq(got.evidence.subject.tree, "t", "subject");
	check_true(got.evidence.subject.has_dirty && !got.evidence.subject.dirty,
	           "dirty");
	check_size_eq(got.evidence.record_count, 1, "one record");
	g = got.evidence.records;
	check_str_eq(g->check, "a", "check");
	check_int_eq(g->state, GATE_WARN, "state");
	check_str_eq(g->measured, "12.50", "the text of a number stays");
	check_str_eq(g->low, "0.125", "low");
	check_str_eq(g->high, "0.5", "high");
	check_str_eq(g->message, r.message, "message");
	check_str_eq(g->remedy, "do", "remedy");
	check_str_eq(g->producer_tool, "t", "producer");
	check_int_eq(g->ended_ms, NOW + 250, "ended");
	check_int_eq(g->started_ms, NOW, "started");
	check_size_eq(g->artefact_count, 1, "artefact");
	check_u64_eq(g->artefacts[0].bytes, 12, "its size");
	check_size_eq(g->fingerprint_count, 2, "fingerprints");
	check_str_eq(g->fingerprints[1], "f2", "the second");
	gate_recorded_fini(&got);
	buf_fini(&dir);
}

Test(recorded, the_scorecard_shows_what_lies_beside, .init = set_up, .fini = tear_down)
{
	struct gate_record r = {
		.check = "a", .state = GATE_FAIL, .low = "0", .high = "0"
	};
	struct gate_assessment *a = NULL;
	struct rep_scorecard card;
	struct gate_recorded got;
	struct arena arena = ARENA_INIT;
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;
	char run[80];

	store_run(run, &r);
	check_ok(gate_recorded_find(buf_str(&top), run, &dir, &err), &err);
	check_ok(gate_recorded_load(&got, buf_str(&dir), &err), &err);
	check_ok(gate_assess(&a, got.policy, &got.evidence, &err), &err);
	check_ok(gate_scorecard_fill(&card, &arena, a, &got, &err), &err);
	check_true(rep_sums_agree(&card), "the table adds up");
	check_str_eq(card.checks[0].artefacts[0].tail, "one\n[1mtwo\xef\xbf\xbd",
	             "the end of the log as text");
	check_size_eq(card.suite_count, 1, "suites");
	check_u64_eq(card.suites[0].passed, 3, "passed");
	check_str_eq(card.suites[0].failures[0].message, "no", "failures");
	check_u64_eq(card.findings_total, 3, "findings");
	check_str_eq(card.findings_by_rule[0].rule, "a", "rules are sorted");
	check_u64_eq(card.findings_by_rule[1].count, 2, "and counted");
	check_str_eq(card.findings[0].severity, "error", "the worst comes first");
	check_size_eq(card.note_count, 1, "the line that is no finding is named");
	check_int_eq(card.gains[0].gain, 1000, "what the check could add");
	check_true(card.duration_s == 2.5, "duration");
	gate_assessment_free(a);
	gate_recorded_fini(&got);
	arena_fini(&arena);
	buf_fini(&dir);
}

/* ---- folders by other hands ---- */

struct broken {
	const char *record;
	const char *part; /* of the message */
};

static void check_broken(const struct broken *b)
{
	struct gate_recorded got;
	struct gate_assessment *a = NULL;
	struct err err = ERR_INIT;

	put("checks/a.json", b->record);
	check_ok(gate_recorded_load(&got, buf_str(&top), &err), &err);
	check_size_eq(got.evidence.record_count, 1, "%s", b->record);
	check_int_eq(got.evidence.records[0].state, GATE_ERROR, "%s", b->record);
	check_str_contains(got.evidence.records[0].message, "checks/a.json", "the file");
	check_str_contains(got.evidence.records[0].message, b->part, "the fault");
	check_not_null(got.evidence.records[0].remedy, "the mend");
	check_ok(gate_assess(&a, got.policy, &got.evidence, &err), &err);
	check_int_eq(gate_assessment_exit(a, false), 5, "an error on a required check");
	gate_assessment_free(a);
	gate_recorded_fini(&got);
}

Test(recorded, a_broken_record_is_an_error_that_names_it, .init = set_up,
     .fini = tear_down)
{
	static const struct broken table[] = {
		{ "", "" },
		{ "{\"state\": ", "a.json:1:" },
		{ "[]", "object" },
		{ "{\"check\": \"b\", \"state\": \"pass\"}", "\"check\"" },
		{ "{\"state\": \"fine\"}", "\"state\"" },
		{ "{\"state\": 1}", "\"state\"" },
		{ "{\"state\": \"pass\", \"low\": [1]}", "\"low\"" },
		{ "{\"state\": \"pass\", \"ended\": \"yesterday\"}", "\"ended\"" },
		{ "{\"state\": \"pass\", \"artefacts\": {}}", "\"artefacts\"" },
		{ "{\"state\": \"pass\", \"artefacts\": [{\"sha256\": \"../../x\"}]}",
		  "\"artefacts\"" },
		{ "{\"state\": \"pass\", \"state\": \"fail\"}", "second time" },
	};

	folder("checks");
	put("policy.json", POLICY);
	put("subject.json", SUBJECT);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		check_broken(&table[i]);
}

Test(recorded, unknown_keys_and_missing_files_are_fine, .init = set_up, .fini = tear_down)
{
	struct gate_recorded got;
	struct err err = ERR_INIT;

	put("policy.json", POLICY);
	put("subject.json", SUBJECT);
	check_ok(gate_recorded_load(&got, buf_str(&top), &err), &err);
	check_size_eq(got.evidence.record_count, 0, "no folder of checks, no records");
	check_true(!got.complete, "no run.json");
	gate_recorded_fini(&got);

	folder("checks");
	put("checks/a.json", "{\"state\": \"pass\", \"low\": \"1.0\", \"high\": 1, "
	                     "\"new\": {\"x\": []}, \"measured\": null}");
	put("checks/other.json", "not read");
	put("subject.json", "{\"path\": \"/p\", \"commit\": null, \"tree\": null, "
	                    "\"dirty\": null, \"new\": 1}");
	check_ok(gate_recorded_load(&got, buf_str(&top), &err), &err);
	check_size_eq(got.evidence.record_count, 1, "one record");
	check_str_eq(got.evidence.records[0].low, "1.0", "decimals may be strings");
	check_true(!got.evidence.subject.has_dirty, "no version control");
	gate_recorded_fini(&got);
}

Test(recorded, what_is_not_a_record_never_hangs_it, .init = set_up, .fini = tear_down)
{
	struct gate_recorded got;
	struct buf path = BUF_INIT;
	struct err err = ERR_INIT;

	folder("checks");
	put("policy.json", POLICY);
	put("subject.json", SUBJECT);
	os_join(&path, buf_str(&top), "checks/a.json");
	check_int_eq(mkfifo(buf_str(&path), 0600), 0, "a FIFO");
	check_ok(gate_recorded_load(&got, buf_str(&top), &err), &err);
	check_int_eq(got.evidence.records[0].state, GATE_ERROR, "a FIFO is an error");
	gate_recorded_fini(&got);
	buf_fini(&path);
}

Test(recorded, a_folder_without_policy_or_subject_is_refused, .init = set_up,
     .fini = tear_down)
{
	struct gate_recorded got;
	struct err err = ERR_INIT;

	check_err(gate_recorded_load(&got, "/nonexistent/x", &err), ERR_USAGE,
	          "no folder");
	check_err(gate_recorded_load(&got, buf_str(&top), &err), ERR_USAGE, "no policy");
	check_str_contains(err.msg, "policy.json", "names it");
	put("policy.json", "{\"version\": 1, \"chekcs\": []}");
	check_err(gate_recorded_load(&got, buf_str(&top), &err), ERR_USAGE, "bad policy");
	check_str_contains(err.msg, "policy.json:1:", "names the place");
	put("policy.json", POLICY);
	check_err(gate_recorded_load(&got, buf_str(&top), &err), ERR_CORRUPT,
	          "no subject");
	put("subject.json", "{\"dirty\": \"no\"}");
	check_err(gate_recorded_load(&got, buf_str(&top), &err), ERR_CORRUPT,
	          "bad subject");
	check_str_contains(err.msg, "\"dirty\"", "names the key");
	put("subject.json", SUBJECT);
	put("run.json", "{\"run\": \"r\"}");
	check_err(gate_recorded_load(&got, buf_str(&top), &err), ERR_CORRUPT, "bad run");
}

/* ---- names ---- */

Test(recorded, ids_that_leave_the_folder_are_refused, .init = set_up, .fini = tear_down)
{
	static const char *const bad[] = { "",    ".",   "..",  "../x",
		                           "a/b", "a b", "a\n", "\xc3\xa4" };
	static const char *const good[] = { "a", "a.b", "A-1_x", "...", ".a" };
	struct gate_record r = { .check = "../../escaped", .state = GATE_UNKNOWN };
	struct gate_store *s = NULL;
	struct err err = ERR_INIT;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check_true(!gate_record_id_ok(bad[i]), "%s", check_quote(bad[i]));
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		check_true(gate_record_id_ok(good[i]), "%s", good[i]);
	check_ok(gate_store_new(&s, buf_str(&top), NOW, &err), &err);
	check_err(gate_store_record(s, &r, &err), ERR_USAGE, "a hostile id");
	gate_store_free(s);
}

static bool is_there(const char *name)
{
	struct buf path = BUF_INIT;
	bool there;

	os_join(&path, buf_str(&top), name);
	there = os_type_of(buf_str(&path)) != OS_NONE;
	buf_fini(&path);
	return there;
}

Test(recorded, what_an_interrupted_run_left_goes_with_the_next_one, .init = set_up,
     .fini = tear_down)
{
#define RUNS ".seaworthy/runs/"
#define DEAD RUNS "20261122T100000.250Z-1f2e3d4c"
#define COMPLETE RUNS "20261122T100001.250Z-1f2e3d4c"
#define YOUNG RUNS "20270115T080000.000Z-00000000" /* NOW */
	static const char *const kept[] = { COMPLETE, YOUNG, RUNS "2026a",
		                            RUNS "20261122T100000.250Z-1f2e3d4c5",
		                            RUNS "20261122T100000.250Z-1F2E3D4C" };
	struct gate_store *running = NULL;
	struct gate_store *next = NULL;
	struct err err = ERR_INIT;

	folder(DEAD "/artefacts");
	put(DEAD "/policy.json", "{}");
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		folder(kept[i]);
	put(COMPLETE "/run.json", "{}");
	check_ok(gate_store_new(&running, buf_str(&top), NOW, &err), &err);
	check_true(!is_there(DEAD), "nobody holds it, and it never ended");
	check_ok(gate_store_new(&next, buf_str(&top), NOW + 3600 * 1000, &err), &err);
	check_true(os_type_of(gate_store_dir(running)) == OS_DIR, "somebody holds it");
	check_true(!is_there(YOUNG), "an hour later it is nobody's");
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (!str_eq(kept[i], YOUNG))
			check_true(is_there(kept[i]), "%s stays", kept[i]);
	gate_store_free(running);
	gate_store_free(next);
	check_ok(gate_store_new(&next, buf_str(&top), NOW + 7200 * 1000, &err), &err);
	gate_store_free(next);
}

Test(recorded, runs_are_found_by_prefix, .init = set_up, .fini = tear_down)
{
	struct buf dir = BUF_INIT;
	struct err err = ERR_INIT;

	check_err(gate_recorded_find(buf_str(&top), NULL, &dir, &err), ERR_NOT_FOUND,
	          "no run yet");
	folder(".seaworthy/runs/2026a");
	folder(".seaworthy/runs/2026b");
	folder(".seaworthy/runs/2026");
	folder(".seaworthy/runs/2027x");
	put(".seaworthy/runs/2026a/run.json", "{}");
	check_ok(gate_recorded_find(buf_str(&top), "2027", &dir, &err), &err);
	check_true(str_ends(buf_str(&dir), "/2027x"), "a unique prefix");
	check_ok(gate_recorded_find(buf_str(&top), "2026", &dir, &err), &err);
	check_true(str_ends(buf_str(&dir), "/2026"), "an id that is a prefix of others");
	check_err(gate_recorded_find(buf_str(&top), "202", &dir, &err), ERR_USAGE,
	          "ambiguous");
	check_err(gate_recorded_find(buf_str(&top), "1999", &dir, &err), ERR_NOT_FOUND,
	          "none");
	check_err(gate_recorded_find(buf_str(&top), "../..x", &dir, &err), ERR_NOT_FOUND,
	          "a path that is not there");
	check_ok(gate_recorded_find(buf_str(&top), buf_str(&top), &dir, &err), &err);
	check_str_eq(buf_str(&dir), buf_str(&top), "a folder");
	check_ok(gate_recorded_find(buf_str(&top), NULL, &dir, &err), &err);
	check_true(str_ends(buf_str(&dir), "/2026a"), "the last complete run");
	put(".seaworthy/last", "2027x\n");
	check_ok(gate_recorded_find(buf_str(&top), NULL, &dir, &err), &err);
	check_true(str_ends(buf_str(&dir), "/2027x"), "the noted last run");
	put(".seaworthy/last", "../../etc\n");
	check_ok(gate_recorded_find(buf_str(&top), NULL, &dir, &err), &err);
	check_true(str_ends(buf_str(&dir), "/2026a"),
	           "a note that leads away is ignored");
	buf_fini(&dir);
}
