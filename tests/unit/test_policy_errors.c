/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/str.h"
#include "policy/policy.h"
#include "support/check.h"

TestSuite(policy_errors, .timeout = 30);

#define STAGE "stages: [{id: a, advance: b, rollback: c, "
#define SUCCESS ", success: [{metric: m, query: q, below: 1"
#define CHECK                                \
	"categories: [{id: a, weight: 1}]\n" \
	"checks:\n"                          \
	"  - id: a.b\n"                      \
	"    category: a\n"                  \
	"    "

/* What is wrong, and the first line of the message: where and how to mend it. */
static const struct {
	const char *text;
	const char *message;
} faults[] = {
	{ "versoin: 1",
	  "p.yml:1:1: unknown key 'versoin' in the policy; did you mean 'version'?" },
	{ "version: 2", "p.yml:1:10: 'version' must be 1, the only version of the file "
	                "there is, not '2'" },
	{ "version: '1'", "p.yml:1:10: 'version' must be 1, the only version of the file "
	                  "there is, not text" },
	{ "version: 1.0", "p.yml:1:10: 'version' must be 1, the only version of the file "
	                  "there is, not '1.0'" },
	{ "attestations: {resource: acme}",
	  "p.yml:1:26: 'resource' must be a URI, such as pkg:github/acme/app, not "
	  "'acme'" },
	{ "attestations: {resource: ':x'}",
	  "p.yml:1:26: 'resource' must be a URI, such as pkg:github/acme/app, not "
	  "':x'" },
	{ "attestations: {resource: 'pkg:a b'}",
	  "p.yml:1:26: 'resource' must be a URI, such as pkg:github/acme/app, not "
	  "'pkg:a b'" },
	{ "attestations: {key: ../x}",
	  "p.yml:1:21: 'key' must be an id: letters, digits and . _ - only, starting "
	  "with a letter or digit, not '../x'" },
	{ "release: {base: v1.2}",
	  "p.yml:1:17: 'base' must be the id of a commit in full, "
	  "or tags, not 'v1.2'" },
	{ "release: {base: abc123}",
	  "p.yml:1:17: 'base' must be the id of a commit in full, or tags, not 'abc123'" },
	{ "checks: 5", "p.yml:1:9: 'checks' must be a list of checks, not a number" },
	{ "checks: [5]",
	  "p.yml:1:10: an entry of 'checks' must be a mapping such as {id: name, ..}" },
	{ "checks: [{id: a}]", "p.yml:1:10: an entry of 'checks' needs 'category'" },
	{ "categories: [{id: a, weight: 1}]\nchecks: [{id: a.b, category: b, collect: "
	  "{suite: x}}]",
	  "p.yml:2:30: no category 'b'; did you mean 'a'?" },
	{ "categories: [{id: a, weight: -1}]",
	  "p.yml:1:30: 'weight' must be a whole number, 0 or more, not '-1'" },
	{ "categories: [{id: a, weight: 1.5}]",
	  "p.yml:1:30: 'weight' must be a whole number, 0 or more, not '1.5'" },
	{ "categories: [{id: a, weight: 010}]",
	  "p.yml:1:30: 'weight' must be a whole number, 0 or more: write it without "
	  "zeros in front" },
	{ "categories: [{id: a, weight: '1'}]",
	  "p.yml:1:30: 'weight' must be a whole number, 0 or more, not text" },
	{ "categories: [{id: a}]",
	  "p.yml:1:14: an entry of 'categories' needs 'weight'" },
	{ "categories:\n  - {id: a, weight: 1}\n  - {id: a, weight: 2}",
	  "p.yml:3:10: 'a' is twice in 'categories'; the first is on line 2" },
	{ "categories: [{id: a, weight: 1, floor: 101}]",
	  "p.yml:1:40: 'floor' must be a number from 0 to 100, not '101'" },
	{ "categories: [{id: a, weight: 1, floor: 100.0000000000000000000000001}]",
	  "p.yml:1:40: 'floor' must be a number from 0 to 100, not "
	  "'100.0000000000000000000000001'" },
	{ "thresholds: {go: 95, conditonal: 3}",
	  "p.yml:1:22: unknown key 'conditonal' in thresholds; did you mean "
	  "'conditional'?" },
	{ "thresholds: {min_coverage: {go: 95}}",
	  "p.yml:1:33: 'go' must be a number from 0 to 1, not '95'" },
	{ "thresholds: {allow_dirty: yes}",
	  "p.yml:1:27: 'allow_dirty' must be true or false, not text" },
	{ "thresholds: {go: .5}", "p.yml:1:18: 'go' must be a number from 0 to 100: "
	                          "write it as a plain decimal such as 5 or 0.25" },
	{ "thresholds: {go: 0x10}", "p.yml:1:18: 'go' must be a number from 0 to 100: "
	                            "write it as a plain decimal such as 5 or 0.25" },
	{ "suites: [{id: u, run: x, timeout: 10}]",
	  "p.yml:1:35: 'timeout' must be a duration above 0 with its unit, such as 10s, "
	  "5m, 24h or 30d, not a number" },
	{ "suites: [{id: u, run: x, timeout: 10x}]",
	  "p.yml:1:35: 'timeout' must be a duration above 0 with its unit, such as 10s, "
	  "5m, 24h or 30d, not '10x'" },
	{ "suites: [{id: u, run: x, timeout: 0s}]",
	  "p.yml:1:35: 'timeout' must be a duration above 0 with its unit, such as 10s, "
	  "5m, 24h or 30d, not '0s'" },
	{ "suites: [{id: u, run: x, format: junti}]",
	  "p.yml:1:34: 'format' must be a result format, not 'junti'; did you mean "
	  "'junit'?" },
	{ "suites: [{id: u, run: x, format: zzz}]",
	  "p.yml:1:34: 'format' must be a result format, not 'zzz'; one of: junit tap "
	  "gotest ctest pytest libtest criterion jest mocha unittest automake node playwright rspec trx xunit exit "
	  "regex" },
	{ "suites: [{id: u, run: []}]", "p.yml:1:23: 'run' must not be empty" },
	{ "suites: [{id: u, run: ''}]",
	  "p.yml:1:23: 'run' must be a text or number: it must not be empty" },
	{ "suites: [{id: u, run: x, rerun: x}]",
	  "p.yml:1:33: 'rerun' must say where the tests go: {names}, in a list a word of "
	  "its own, or {regex}" },
	{ "suites: [{id: u, run: x, rerun: ['x={names}']}]",
	  "p.yml:1:33: 'rerun' must say where the tests go: {names}, in a list a word of "
	  "its own, or {regex}" },
	{ "suites: [{id: u}]", "p.yml:1:10: an entry of 'suites' needs 'run'" },
	{ "suites: [{id: 'a/b', run: x}]",
	  "p.yml:1:15: 'id' must be an id: letters, digits and . _ - only, starting with "
	  "a letter or digit, not 'a/b'" },
	{ "suites: [{id: ../b, run: x}]",
	  "p.yml:1:15: 'id' must be an id: letters, digits and . _ - only, starting with "
	  "a letter or digit, not '../b'" },
	{ "suites: [{id: u, run: x, env: {1A: x}}]",
	  "p.yml:1:32: '1A' is no name of an environment variable" },
	{ "suites: [{id: u, run: x, env: {A: [x]}}]",
	  "p.yml:1:35: 'A' must be text, not a list" },
	{ "suites: [{id: u, run: x, results: ['a[']}]",
	  "p.yml:1:36: 'results' must be a glob: unclosed set: [ without ]" },
	{ "suites: [{id: u, run: x, retries: 101}]",
	  "p.yml:1:35: 'retries' must be a whole number from 0 to 100, not '101'" },
	{ "suites: [{id: u, run: x, needs: [v]}]\nbuilds: [{id: w, run: x}]",
	  "p.yml:1:33: no suite or build 'v'; did you mean 'u'?" },
	{ "suites: [{id: u, run: x, needs: [v]}, {id: v, run: x, needs: [u]}]",
	  "p.yml:1:33: 'needs' goes in a circle: u -> v -> u" },
	{ "suites: [{id: u, run: x}]\nbuilds: [{id: u, run: x}]",
	  "p.yml:2:15: a suite has this id already, and 'needs' names both" },
	{ "suites: [{id: u, run: x, regex: x}]",
	  "p.yml:1:33: 'regex' needs 'format: regex'" },
	{ "suites: [{id: u, run: x, test_timeout: 5s}]",
	  "p.yml:1:40: 'test_timeout' needs a 'format' that tells of tests; 'timeout' "
	  "ends the whole suite" },
	{ "suites: [{id: u, run: x, format: regex, regex: '(?<status>'}]",
	  "p.yml:1:48: 'regex': pattern (?m)(?<status>: byte 14: missing closing "
	  "parenthesis" },
	{ "suites: [{id: u, run: x, format: regex, regex: '^(PASS|FAIL)'}]",
	  "p.yml:1:48: 'regex': it has no group (?<status>..)" },
	{ "suites: [{id: u, run: x, results: [a]}]",
	  "p.yml:1:35: 'results' needs a 'format' that reads them, such as junit: "
	  "without one the exit code alone counts" },
	{ "suites: [{id: u, run: x, resources: {memory: 2Gib}}]",
	  "p.yml:1:46: 'memory' must be a whole number or a size such as 10MiB, not "
	  "'2Gib'" },
	{ "suites: [{id: u, run: x, resources: {memory: [2]}}]",
	  "p.yml:1:46: 'memory' must be a whole number or a size such as 10MiB, not a "
	  "list" },
	{ "waivers: [{check: a, fingerprint: b, owner: a, approver: c, reason: x, issue: "
	  "1, expires: 2027-01-01}]",
	  "p.yml:1:35: a waiver needs exactly one of 'check' and 'fingerprint'" },
	{ "waivers: [{owner: a, approver: c, reason: x, issue: 1, expires: 2027-01-01}]",
	  "p.yml:1:11: a waiver needs exactly one of 'check' and 'fingerprint'" },
	{ "waivers: [{check: a, owner: a, approver: c, reason: x, issue: 1, expires: "
	  "2027-02-30}]",
	  "p.yml:1:75: 'expires' must be a date (2027-01-31) or an RFC 3339 time "
	  "(2027-01-31T12:00:00Z), not '2027-02-30'" },
	{ "waivers: [{check: a, owner: a, approver: c, issue: 1, expires: 2027-02-03}]",
	  "p.yml:1:11: an entry of 'waivers' needs 'reason'" },
	{ "locked: [thresholds.goo]", "p.yml:1:10: 'thresholds.goo' cannot be locked: "
	                              "there is no such key; did you mean 'go'?" },
	{ "locked: [threshold]", "p.yml:1:10: 'threshold' cannot be locked: there is no "
	                         "such key; did you mean 'thresholds'?" },
	{ "extends: defualt",
	  "p.yml:1:10: no profile 'defualt'; did you mean 'default'?" },
	{ "extends: 5",
	  "p.yml:1:10: 'extends' must be a profile or a path, not a number" },
	{ "extends: [default, 7]",
	  "p.yml:1:20: 'extends' must be a profile or a path, not a number" },
	{ "phases: [{id: a, target: 101}]",
	  "p.yml:1:26: 'target' must be a number from 0 to 100, not '101'" },
	{ "phases: [{id: a, tasks: [{id: b}, {id: b}]}]",
	  "p.yml:1:40: 'b' is twice in 'tasks'" },
	{ CHECK "collect: {suite: x}\nphases: [{id: p, tasks: [{id: t, accept: [a.c]}]}]",
	  "p.yml:6:43: no check 'a.c'; did you mean 'a.b'?" },
	{ "phases: [{id: p, tasks: [{id: t, needs: [u]}]}]",
	  "p.yml:1:42: no task 'u'; did you mean 't'?" },
	{ "phases:\n  - {id: p, tasks: [{id: t}]}\n  - {id: q, tasks: [{id: t}]}",
	  "p.yml:3:26: another phase has a task 't' already" },
	{ "phases: [{id: p, tasks: [{id: q}]}, {id: q}]",
	  "p.yml:1:31: a phase has the name 'q' already" },
	{ "phases: [{id: p, tasks: [{id: t, needs: [u]}, {id: u, needs: [t]}]}]",
	  "p.yml:1:63: 'needs' goes in a circle: 'u' needs 't', which needs it" },
	{ "phases: [{id: p, tasks: [{id: t, needs: [t]}]}]",
	  "p.yml:1:42: 'needs' goes in a circle: 't' needs 't', which needs it" },
	{ "phases: [{id: p, target: 80}, {id: q, target: 79.9}]",
	  "p.yml:1:47: 'target' is below that of an earlier phase, 80" },
	{ "risks: [{id: r, risk: x, likelihood: low, impact: grave}]",
	  "p.yml:1:51: 'impact' must be a level, not 'grave'; one of: low medium high" },
	{ CHECK "collect: {suite: x}\nrisks: [{id: r, risk: x, likelihood: low, impact: "
	        "low, check: a.d}]",
	  "p.yml:6:63: no check 'a.d'; did you mean 'a.b'?" },
	{ "rollout: {metrics: {samples: s, step: 0s}, " STAGE "hold: 1m" SUCCESS "}]}]}",
	  "p.yml:1:39: 'step' must not be 0" },
	{ "rollout: {metrics: {samples: s, step: 2d}, " STAGE "hold: 1d" SUCCESS "}]}]}",
	  "p.yml:1:92: success over 1d cannot be told by samples every 2d: give a longer "
	  "`hold` or `for`, or a shorter `step`" },
	{ "rollout: {metrics: {samples: s}, " STAGE "hold: 1d" SUCCESS ", for: 9s}]}]}",
	  "p.yml:1:133: success over 9s cannot be told by samples every 15s: give a longer "
	  "`hold` or `for`, or a shorter `step`" },
	{ "rollout: {stages: [{id: a, succes: []}]}",
	  "p.yml:1:28: unknown key 'succes' in stages; did you mean 'success'?" },
	{ "evidence: {keep: {within: 5}}",
	  "p.yml:1:27: 'within' must be a duration with its unit, such as 10s, 5m, 24h "
	  "or 30d, not a number" },
	{ "plugins: [./licences]",
	  "p.yml:1:10: 'plugins' must be empty: a plug-in stands in the check that it "
	  "answers, as collect: {command: {run: .., format: plugin}}" },
	{ "rules: [{id: a.b, title: t, why: w, remedy: r, pattern: 'a{'}]",
	  "p.yml:1:57: at its byte 3: a brace that is no repetition; write \\{" },
	{ "rules: [{id: marker.todo, title: t, why: w, remedy: r, pattern: a}]",
	  "p.yml:1:8: marker.todo is a rule of the program; choose another id" },
	{ "rules: [{id: a.b, title: t, why: w, remedy: r, patern: a}]",
	  "p.yml:1:48: unknown key 'patern' in rules; did you mean 'pattern'?" },
	{ "- a",
	  "p.yml:1:1: a policy is a mapping with keys such as checks and categories" },
	{ "just text",
	  "p.yml:1:1: a policy is a mapping with keys such as checks and categories" },
	{ "a: [", "p.yml:1:5: flow sequence without a closing bracket" },
	{ "a: 1\na: 2", "p.yml:2:1: key a a second time (the first is at line 1)" },
	{ CHECK "collect: {suite: x, scan: {rules: [a]}}",
	  "p.yml:5:25: 'collect' has 'suite' already: exactly one is possible" },
	{ CHECK "collect: {}", "p.yml:5:14: 'collect' must not be empty" },
	{ CHECK "collect: {siute: x}",
	  "p.yml:5:15: unknown key 'siute' in collect; did you mean 'suite'?" },
	{ CHECK "collect: {scan: {}}", "p.yml:5:21: 'scan' needs 'rules'" },
	{ CHECK "collect: {scan: {rules: []}}", "p.yml:5:29: 'rules' must not be empty" },
	{ CHECK "collect: {scan: {rules: [marker.*], scope: [prodction]}}",
	  "p.yml:5:49: 'scope' must be a scope, not 'prodction'; did you mean "
	  "'production'?" },
	{ CHECK "collect: {suite: x}\n    measure: skiped",
	  "p.yml:6:14: a suite has no measure 'skiped'; did you mean 'skipped'?" },
	{ CHECK "collect: {scan: {rules: ['marker.*']}}\n    measure: flaky",
	  "p.yml:6:14: a scan has no measure 'flaky'; one of: count errors per_kloc ratio "
	  "warnings" },
	{ CHECK "collect: {command: {run: a}}\n    measure: fialed",
	  "p.yml:6:14: a command has no measure 'fialed'; did you mean 'failed'?" },
	{ "checks:\n  - {idd: a, weight: 1}",
	  "p.yml:2:6: unknown key 'idd' in checks; did you mean 'id'?" },
	{ CHECK "collect: {suite: x}\n    scale: {fail: 1, pass: 1.0}",
	  "p.yml:6:12: 'fail' and 'pass' of a scale must differ" },
	{ CHECK "collect: {suite: x}\n    scale: {fail: 1}",
	  "p.yml:6:12: 'scale' needs 'pass'" },
	{ CHECK "collect: {suite: x}\n    blocker: P2",
	  "p.yml:6:14: 'blocker' must be a blocker's priority, not 'P2'; did you mean "
	  "'P0'?" },
	{ CHECK "collect: {suite: x}\n    applies_when: {file: a, glob: b}",
	  "p.yml:6:29: 'applies_when' has 'file' already: exactly one is possible" },
	{ CHECK "collect: {suite: x}\n    applies_when: {any: []}",
	  "p.yml:6:25: 'any' must not be empty" },
	{ CHECK "collect: {suite: x}\n    applies_when: {language: pyhton}",
	  "p.yml:6:30: 'language' must be a language, not 'pyhton'; did you mean "
	  "'python'?" },
	{ CHECK "collect: {suite: x}\n    applies_when: {file: ../x}",
	  "p.yml:6:26: 'file' must be relative and stay inside the project" },
	{ CHECK "collect: {suite: x}\n    not_applicable: {reason: x}",
	  "p.yml:6:21: 'not_applicable' needs 'approver'" },
	{ CHECK "collect: {attest: {role: a, statement: b, value: 1.1}}",
	  "p.yml:5:54: 'value' must be a number from 0 to 1, not '1.1'" },
	{ CHECK "collect: {load: {tiers: [1, -2]}}",
	  "p.yml:5:33: 'tiers' must be a whole number, 0 or more, not '-2'" },
	{ CHECK "collect: {coverage: {measure: line}}",
	  "p.yml:5:35: 'measure' must be a coverage measure, not 'line'; did you mean "
	  "'lines'?" },
	{ CHECK "collect: {coverage: {}}",
	  "p.yml:5:14: a check of coverage needs a 'scale', such as {fail: 50, pass: "
	  "80, unit: percent}" },
	{ CHECK "collect: {coverage: {}}\n    scale: {fail: 80, pass: 50}",
	  "p.yml:6:12: more coverage is better: 'pass' must be above 'fail'" },
	{ CHECK "collect: {coverage: {}}\n    scale: {fail: 0, pass: 50}\n"
	        "    measure: lines",
	  "p.yml:7:14: what is counted stands in collect: {coverage: {measure: ..}}" },
	{ CHECK "collect: {coverage: {new_code: true, measure: branches}}\n    scale: "
	        "{fail: 0, pass: 50}",
	  "p.yml:5:14: of new code lines are counted" },
	{ CHECK "collect: {coverage: {from: [unti]}}\n    scale: {fail: 0, pass: 50}\n"
	        "suites: [{id: unit, run: x}]",
	  "p.yml:5:14: no suite 'unti'; did you mean 'unit'?" },
	{ CHECK "collect: {bench: {run: x, pairs: 7}}",
	  "p.yml:5:38: 'pairs' must be a whole number from 8 to 200, not '7'" },
	{ CHECK "collect: {bench: {format: go}}", "p.yml:5:22: 'bench' needs 'run'" },
	{ CHECK "collect: {bench: {run: x, format: gobench}}",
	  "p.yml:5:39: 'format' must be a format of benchmarks, not 'gobench'; one of: time google-benchmark hyperfine go criterion pytest-benchmark jmh k6 wrk lines" },
	{ CHECK "collect: {bench: {run: x, toggle: main}}",
	  "p.yml:5:14: 'toggle' of 'bench' needs 'instructions: true'" },
	{ CHECK "collect: {bench: {run: x, results: [a]}}",
	  "p.yml:5:14: 'results' of 'bench' needs a 'format' other than time" },
	{ CHECK "collect: {bench: {run: x, clock: cpu, format: k6}}",
	  "p.yml:5:14: 'clock' of 'bench' needs 'format: time'" },
	{ CHECK "collect: {bench: {run: x, better: higher}}",
	  "p.yml:5:14: 'better' of 'bench' cannot be higher for format time" },
	{ CHECK "collect: {bench: {run: x, work: {small: [1], large: [2]}}}",
	  "p.yml:5:14: 'work' of 'bench' needs 'run' as a list, which its arguments are added to" },
	{ CHECK "collect: {bench: {run: x, work: {small: [1]}}}",
	  "p.yml:5:37: 'work' needs 'large'" },
	{ CHECK "collect: {bench: {run: x, margn: 3}}",
	  "p.yml:5:31: unknown key 'margn' in bench; did you mean 'margin'?" },
	{ CHECK "collect: {chaos: {a: {b: c}}}",
	  "p.yml:5:26: 'a' must be text, a number, true, false or a list of these, not a "
	  "mapping" },
	{ CHECK "collect: {command: {timeout: 5s}}",
	  "p.yml:5:24: 'command' needs 'run'" },
	{ CHECK "collect: {suite: unti}\nsuites: [{id: unit, run: x}]",
	  "p.yml:5:14: no suite or build 'unti'; did you mean 'unit'?" },
};

static void first_line(const char *text, char out[512])
{
	size_t length = strcspn(text, "\n");

	memcpy(out, text, length);
	out[length] = '\0';
}

Test(policy_errors, every_fault_names_its_place_and_the_mend)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct gate_policy *p = NULL;
		struct err err = ERR_INIT;
		char line[512];

		check_err(gate_policy_parse(&p, span_str(faults[i].text), "p.yml", ".",
		                            &err),
		          ERR_USAGE, "case %zu: %s", i, faults[i].text);
		check_null(p, "case %zu: nothing is handed out", i);
		first_line(err.msg, line);
		check_str_eq(line, faults[i].message, "case %zu", i);
	}
}

Test(policy_errors, the_line_and_a_caret_follow)
{
	struct gate_policy *p = NULL;
	struct err err = ERR_INIT;

	check_err(gate_policy_parse(&p, SPAN_LIT("version: 1\n\nsuits: []\n"), "p.yml",
	                            NULL, &err),
	          ERR_USAGE, "unknown key");
	check_str_eq(
		err.msg,
		"p.yml:3:1: unknown key 'suits' in the policy; did you mean 'suites'?\n"
		"  suits: []\n"
		"  ^",
		"message, line, caret");
}

/* A list of n entries, each made by the format from its number. */
static void put_list(struct buf *b, const char *head, size_t n, const char *entry)
{
	buf_puts(b, head);
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "  - {id: x%zu, %s}\n", i, entry);
	}
}

Test(policy_errors, size_is_bounded)
{
	struct gate_policy *p = NULL;
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	put_list(&b, "categories:\n", 10001, "weight: 1");
	check_err(gate_policy_parse(&p, buf_span(&b), "p.yml", NULL, &err), ERR_USAGE,
	          "too many categories");
	check_str_contains(err.msg, "10001 entries; at most 10000", "message");
	buf_clear(&b);
	put_list(&b, "categories:\n", 10000, "weight: 1");
	check_ok(gate_policy_parse(&p, buf_span(&b), "p.yml", NULL, &err), &err);
	check_size_eq(p->category_count, 10000, "at the limit");
	gate_policy_free(p);
	buf_fini(&b);
}

Test(policy_errors, needs_may_be_ten_thousand_deep)
{
	struct gate_policy *p = NULL;
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	buf_puts(&b, "suites:\n");
	for (size_t i = 0; i < 10000; i++)
		buf_printf(&b, "  - {id: s%zu, run: x, needs: [s%zu]}\n", i,
		           i == 9999 ? i - 1 : i + 1);
	check_err(gate_policy_parse(&p, buf_span(&b), "p.yml", NULL, &err), ERR_USAGE,
	          "a circle at the very end");
	check_str_contains(err.msg, "s9998 -> s9999 -> s9998", "the circle alone");
	buf_fini(&b);
}

/* Aliases that unfold to gigabytes of text must not be unfolded. */
Test(policy_errors, aliases_cannot_fill_the_memory)
{
	struct gate_policy *p = NULL;
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;

	buf_puts(&b, "checks:\n- id: a\n  collect: {command: {run: x, with: {y: [ &a \"");
	buf_fill(&b, 'x', 60000);
	buf_puts(&b, "\"");
	for (size_t i = 0; i < 9000; i++)
		buf_puts(&b, ", *a");
	buf_puts(&b, "]}}}\n");
	check_err(gate_policy_parse(&p, buf_span(&b), "p.yml", NULL, &err), ERR_USAGE,
	          "540 MB of text");
	check_str_contains(err.msg, "64 MiB", "message");
	buf_clear(&b);
	buf_puts(&b, "locked:\n  - &a \"");
	buf_fill(&b, 'x', 60000);
	buf_puts(&b, "\"\n");
	for (size_t i = 0; i < 9000; i++)
		buf_puts(&b, "  - *a\n");
	check_err(gate_policy_parse(&p, buf_span(&b), "p.yml", NULL, &err), ERR_USAGE,
	          "540 MB of list");
	buf_fini(&b);
}

/* Each allocation fails in turn: an error, never a crash, a leak or half a policy. */
Test(policy_errors, out_of_memory_is_an_error)
{
	enum err_code rc = ERR_NOMEM;
	uint64_t n = 0;

	while (rc != ERR_OK && n < 20000) {
		struct gate_policy *p = NULL;
		struct err err = ERR_INIT;

		mem_fail_after(++n);
		rc = gate_policy_builtin(&p, "novacron", &err);
		mem_fail_after(0);
		check_true((rc == ERR_OK) == (p != NULL),
		           "allocation %llu: all or nothing", (unsigned long long)n);
		check_true(rc == ERR_OK || err.msg[0] != '\0',
		           "allocation %llu: a message", (unsigned long long)n);
		gate_policy_free(p);
	}
	check_true(n > 20 && n < 20000, "ended after %llu allocations",
	           (unsigned long long)n);
}
