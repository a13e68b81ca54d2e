// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"
#include "scanners/language.h"

const struct program_topic cli_topics[] = {
	{ "exit-codes", "what the exit code says",
	  "Exit codes (frozen)\n\n"
	  "  0      GO, or the command succeeded\n"
	  "  1      NO-GO; for scan: findings at or above --fail-on; for test: a test "
	  "failed\n"
	  "  2      usage or policy error; nothing was evaluated\n"
	  "  3      CONDITIONAL GO (0 with --accept-conditional)\n"
	  "  4      too little evidence: nothing ran, or coverage K is below the "
	  "minimum\n"
	  "  5      internal or infrastructure error, or a gate error on a required "
	  "check\n"
	  "  6      verification failed\n"
	  "  128+n  ended by signal n; 141 also where whoever read the output closed "
	  "the pipe\n\n"
	  "With several causes: 5 before 6, 2, 4, 1, 3.\n" },
	{ "formats", "report and test-result formats",
	  "Formats\n\n"
	  "Reports (--format, --output FORMAT=PATH), of the whole run:\n"
	  "  human        for a terminal           html         a page that stands alone\n"
	  "  json         one object               jsonl        a line each, with findings\n"
	  "  markdown     a summary of a CI job    junit        a test case for each check\n"
	  "  github       annotations              badge        an SVG picture\n"
	  "  openmetrics  for Prometheus, GitLab\n"
	  "and of parts of it, without the score:\n"
	  "  csv          a row for each check     sarif        findings\n"
	  "  gitlab       findings for Code Quality\n"
	  "and not of `score`, the run itself:\n"
	  "  bundle       with all its evidence in one file, for `seaworthy verify`\n"
	  "Findings of `scan`: human, json, jsonl, markdown, sarif, gitlab, github.\n\n"
	  "Test results that suites may have (`format` in seaworthy.yml):\n"
	  "  junit      JUnit XML in its dialects     tap       TAP 13 and 14\n"
	  "  gotest     go test -json                 ctest     ctest's console or XML\n"
	  "  pytest     -v console, report log, XML   unittest  python -m unittest -v\n"
	  "  automake   make check                    libtest   cargo test\n"
	  "  mocha      json or spec reporter         jest      jest --json, vitest\n"
	  "  node       node --test                   criterion Criterion's --xml\n"
	  "  playwright its json reporter             rspec     RSpec's json\n"
	  "  trx        dotnet test --logger trx      xunit     xUnit.net's XML\n"
	  "  regex      named groups name and status  exit      exactly one case\n\n"
	  "Results are counted case by case; a file's own totals are never trusted. A "
	  "suite\n"
	  "without cases, without a fresh result file, with unreadable results or out of "
	  "time\n"
	  "is unknown, never passed.\n" },
	{ "languages", "what the scanners can tell comments and strings in", NULL },
	{ "policy", "the file seaworthy.yml",
	  "Policy\n\n"
	  "The policy is the file of --policy, else the built-in profile of --profile, "
	  "else\n"
	  "seaworthy.yml in the project's root, else the built-in profile `default`.\n\n"
	  "`seaworthy init` writes a commented seaworthy.yml; `seaworthy schema` prints "
	  "its\n"
	  "JSON Schema for editors; seaworthy.yml(5) describes every key. Unknown keys "
	  "and\n"
	  "wrong types are errors that name file, line and column.\n" },
	{ "records", "what a run writes, where it is kept, and the key of that",
	  "Records\n\n"
	  "`seaworthy run` writes a folder .seaworthy/runs/ID (ignored by git):\n"
	  "  policy.json       the resolved policy\n"
	  "  subject.json      path, commit, tree and dirtiness of the project\n"
	  "  checks/ID.json    one record a check: state, measured value, low and high,\n"
	  "                    producer, times, and the sha256 of what it was read from\n"
	  "  artefacts/SHA256  captured output, result files, findings\n"
	  "  suites.json       suites with counts, slowest tests and failures\n"
	  "  findings.jsonl    what the scanners found\n"
	  "  manifest.json     every file above with its sha256, and the Merkle root of the\n"
	  "                    records\n"
	  "  run.json          written last: without it the run is not complete\n"
	  "  scorecard.json    the result, and scorecard.html to look at\n"
	  "  assessment.json   what was found, and decision.json what follows from it, as\n"
	  "                    in-toto statements\n"
	  "  attestations.intoto.jsonl  both, signed (run --sign)\n\n"
	  "Then the folder is stored in the evidence repository: that of --evidence, of the\n"
	  "policy, or .seaworthy/evidence. Its key is the file of\n"
	  "SEAWORTHY_EVIDENCE_KEY_FILE, else evidence.secret below\n"
	  "$XDG_DATA_HOME/seaworthy/keys or ~/.local/share/seaworthy/keys, else\n"
	  ".seaworthy/evidence.secret: keep a copy of it. `seaworthy evidence` lists runs,\n"
	  "checks them and brings them back.\n\n"
	  "`seaworthy score` computes the result again from these files alone; a check "
	  "whose\n"
	  "file is missing is unknown and earns nothing. So is one whose record or\n"
	  "artefacts are not those of the manifest, and then the exit code is 6. `seaworthy\n"
	  "verify` checks all of them, and who signed them.\n" },
	{ "scoring", "how score and decision are computed",
	  "Scoring\n\n"
	  "Each check has a value between 0 and 1. A check that measured nothing "
	  "(unknown, or\n"
	  "an error) is 0 in the lower bound L and 1 in the upper bound U. L and U are "
	  "the\n"
	  "weighted sums over all applicable checks, 0 to 100, computed exactly. "
	  "Evidence\n"
	  "coverage is K = 1 - (U - L)/100. Missing evidence never helps.\n\n"
	  "The score S is L under a cap: 59 while a P0 check is not passed or partly "
	  "passed,\n"
	  "84 while another required check is so, or a P0 is waived.\n\n"
	  "  NO-GO           an unwaived P0 failed or is unknown, S below `conditional`, "
	  "K below\n"
	  "                  its minimum, a category below its hard floor, or a dirty "
	  "tree\n"
	  "  CONDITIONAL GO  a required check is not a pass, a waiver or attestation on "
	  "one, S\n"
	  "                  below `go`, K below its minimum, a category below its "
	  "floor, or\n"
	  "                  a missing sign-off\n"
	  "  GO              otherwise\n\n"
	  "`seaworthy explain --score` prints the whole sum of the last run.\n" },
	{ 0 },
};

/* The one topic that is made from a table: languages. */
void cli_topic(const char *name, struct buf *out)
{
	(void)name;
	buf_puts(out,
	         "Languages\n\n"
	         "A language is known by the extension or name of a file, by its first "
	         "line, or\nwhere several share an extension by what the text says. "
	         "Languages inside others\n(scripts and styles in HTML, code in "
	         "templates, fences in Markdown, scripts in\nYAML, recipes of make) "
	         "are read as what they are.\n\n");
	scan_language_list(out);
}
