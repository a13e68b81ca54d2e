#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`seaworthy claims` over documents of a project. usage: test_claims.py PROGRAM ROOT"""
import glob
import json
import os
import re
import subprocess
import sys
import unittest

ROOT = sys.argv.pop(2)
from scan_place import PROGRAM, Repository  # noqa: E402  takes the program off the arguments

POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks: [{id: tests.unit, category: tests, weight: 1, collect: {suite: unit}}]
suites: [{id: unit, run: "true", format: exit}]
"""
SEVEN = {"path", "line", "kind", "text", "stated", "computed", "verdict"}
WRONG = "| a | Tests |\n|---|---|\n| x | 12 |\n| y | 14 |\n| Total | 36 |\n"
RIGHT = WRONG.replace("36", "26")


def examples():
    """(kind, verdict, text) of docs/claims.md."""
    kind = verdict = fence = None
    text = []
    with open(os.path.join(ROOT, "docs/claims.md"), encoding="utf-8") as f:
        for line in f:
            if fence:
                if line.strip() == fence:
                    yield kind, verdict, "".join(text)
                    fence = None
                else:
                    text.append(line)
            elif line.startswith("### "):
                kind = line[4:].strip()
            elif re.fullmatch("(Confirmed|Refuted|Unchecked):\n", line):
                verdict = line[:-2].lower()
            elif re.fullmatch("`{3,4}markdown\n", line):
                fence, text = line.strip()[:-len("markdown")], []


class Claims(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()

    def claims(self, *args, code=None):
        done = self.r.run("claims", "--format", "jsonl", *args, code=code)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def refuted(self, path):
        return [(c["line"], c["kind"], c["stated"], c["computed"])
                for c in self.claims(path) if c["verdict"] == "refuted"]

    def test_each_example_of_the_reference(self):
        """What docs/claims.md says of a document is what the program says."""
        self.r.write("Makefile", "all:\n\ttrue\n")
        self.r.write("src/greet.c", "int x;\n")
        self.r.write("tests/greet.sh", "#!/bin/sh\n")
        self.r.write(".beads/issues.jsonl", '{"id":"sample-1"}\n{"id":"sample-2"}\n')
        self.r.write("seaworthy.yml", POLICY)
        self.r.commit()
        self.r.run("run", code=None)
        kinds, count = {}, 0
        for kind, verdict, text in examples():
            self.r.write("doc.md", text)
            found = self.claims("doc.md")
            self.assertIn((kind, verdict), [(c["kind"], c["verdict"]) for c in found], text)
            if verdict != "refuted":
                self.assertNotIn("refuted", [c["verdict"] for c in found], text)
            kinds.setdefault(kind, set()).add(verdict)
            count += 1
        for kind, verdicts in kinds.items():
            self.assertIn("refuted", verdicts, kind)
        with open(os.path.join(ROOT, "gate/claims/claim.c"), encoding="utf-8") as f:
            rules = f.read()
        self.assertEqual(set(kinds), set(re.findall(r'= \{ "([a-z]+\.[a-z]+)",', rules)))
        self.assertGreater(count, 50)

    def test_the_two_plans_that_this_gate_is_for(self):
        seeds = os.path.join(ROOT, "tests/golden/claims/seeds")
        card = os.path.join(seeds, "novacron-scorecard-table.md")
        self.assertEqual(self.refuted(card), [(12, "table.weighted", "78", "71.2")])
        done = self.r.run("claims", card, code=1)
        self.assertIn("refuted: 71.2, not 78", done.stdout)
        plan = os.path.join(seeds, "timelocker-plan.md")
        self.assertEqual(self.refuted(plan), [(20, "percent.rest", "~22", "59")])
        self.assertIn("367 × 16 % = about 59, not ~22", self.r.run("claims", plan, code=1).stdout)
        self.assertEqual(self.refuted(os.path.join(seeds, "novacron-roadmap.md")), [])

    def test_a_claim_a_line_with_its_seven_fields(self):
        self.r.write("a.md", RIGHT + "\n" + WRONG)
        found = self.claims("a.md", code=1)
        self.assertEqual([set(c) for c in found], [SEVEN] * 2)
        self.assertEqual([(c["line"], c["verdict"]) for c in found],
                         [(5, "confirmed"), (11, "refuted")])
        self.assertEqual(found[1], {"path": "a.md", "line": 11, "kind": "table.sum",
                                    "text": "| Total | 36 |", "stated": "36",
                                    "computed": "26", "verdict": "refuted"})

    def test_its_json_obeys_the_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        with open(os.path.join(ROOT, "docs/schema/claims.schema.json"), encoding="utf-8") as f:
            schema = json.load(f)
        with open(os.path.join(ROOT, "gate/claims/claim.c"), encoding="utf-8") as f:
            kinds = re.findall(r'= \{ "([a-z]+\.[a-z]+)",', f.read())
        claim = schema["properties"]["claims"]["items"]
        self.assertEqual(claim["properties"]["kind"]["enum"], kinds)
        schema["additionalProperties"] = claim["additionalProperties"] = False
        valid = jsonschema.Draft202012Validator(schema)
        self.r.write("a.md", RIGHT + "\n" + WRONG + "\nTests <!-- seaworthy: tests --> 7\n")
        whole = json.loads(self.r.run("claims", "--format", "json", "a.md", code=1).stdout)
        self.assertEqual([e.message for e in valid.iter_errors(whole)], [])
        self.assertEqual([whole[v] for v in ("confirmed", "refuted", "unchecked")], [1, 1, 1])
        whole["claims"][0]["verdict"] = "wrong"
        self.assertFalse(valid.is_valid(whole))

    def test_standard_input(self):
        self.r.write("docs/here.md", "# Here\n")
        command = [PROGRAM, "claims", "-f", "jsonl", "-"]
        text = WRONG + "\n[a](here.md) [b](gone.md)\n"
        for where, wanted in (("docs", [("-", 5, "26"), ("-", 7, "missing")]),):
            done = subprocess.run(command, cwd=os.path.join(self.r.root, where), env=self.r.env,
                                  input=text, capture_output=True, text=True, check=False)
            found = map(json.loads, done.stdout.splitlines())
            self.assertEqual([(c["path"], c["line"], c["computed"]) for c in found
                              if c["verdict"] == "refuted"], wanted)
            self.assertEqual(done.returncode, 1, done.stderr)
        for given, args in (("a\0b", ["-"]), ("a", ["-", "-"])):
            done = subprocess.run([PROGRAM, "claims", *args], cwd=self.r.root, env=self.r.env,
                                  input=given, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn("standard input", done.stderr)

    def card(self):
        card = json.loads(self.r.run("run", "--no-exec", "--format", "json", code=None).stdout)
        return next(c for c in card["checks"] if c["id"] == "documentation.claims")

    def test_the_check_of_the_built_in_policy(self):
        """Applies where there is Markdown; counts what is refuted in the project's own."""
        self.r.write("Makefile", "all:\n\ttrue\n")
        self.r.commit()
        self.assertEqual(self.card()["state"], "n/a")
        self.r.write("README.md", RIGHT)
        self.r.write("tests/data/a.md", WRONG)
        self.r.commit()
        check = self.card()
        self.assertEqual((check["state"], check["measured"]), ("pass", 0))
        self.r.write("README.md", WRONG)
        self.r.write("docs/guide.md", "45 of 50 pass (80 %).\n")
        self.r.commit()
        check = self.card()
        self.assertEqual((check["state"], check["measured"]), ("warn", 2), check)
        self.assertIn("first: README.md:5 claim.refuted", check["message"])
        self.assertIn("seaworthy scan --rule 'claim.refuted'", check["remedy"])
        self.r.write("docs/more.md", WRONG)
        self.r.commit()
        self.assertEqual(self.card()["state"], "fail")

    def test_as_a_rule_of_the_scanner(self):
        self.r.write("README.md", WRONG)
        self.r.write("docs/ok.md", WRONG.replace("36 |", "36 | "
                     "<!-- seaworthy:allow claim.refuted ten are elsewhere -->"))
        done = self.r.scan(rule="claim.refuted")
        found = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(f["path"], f["line"], f["match"], f["severity"]) for f in found],
                         [("README.md", 5, "36", "warning")])
        self.assertEqual(found[0]["details"],
                         {"kind": "table.sum", "stated": "36", "computed": "26"})
        self.assertIn("26, not 36: 12 + 14 = 26", found[0]["message"])
        self.assertEqual(self.r.scan(rule="claim.refuted").stdout, done.stdout, "from the cache")
        self.assertEqual(self.r.scan(rule="marker.*").stdout, b"", "only where it is named")

    def test_a_comment_allows_with_a_reason(self):
        """The program and the scanner's rule take the same comments."""
        cases = [("", 1), ("<!-- seaworthy:allow claim.refuted elsewhere -->", 0),
                 ("<!-- seaworthy:allow claim.refuted -->", 1),
                 ("<!-- seaworthy:allow marker.todo elsewhere -->", 1),
                 ("<!-- seaworthy:allow claim.* elsewhere -->", 0)]
        for comment, wanted in cases:
            self.r.write("a.md", f"# A\n\n{comment}\n45 of 50 pass (80 %).\n\n{WRONG}")
            found = [c["line"] for c in self.claims("a.md") if c["verdict"] == "refuted"]
            self.assertEqual(len(found), wanted + 1, comment)
            scanned = [json.loads(x)["line"] for x in
                       self.r.scan(rule="claim.refuted").stdout.splitlines()]
            self.assertEqual(found, scanned, comment)
        found = self.r.run("claims", "-v", "a.md", code=1).stdout
        self.assertIn("allowed by a comment", found)

    def test_exit_codes(self):
        self.r.write("right.md", RIGHT)
        self.r.write("wrong.md", WRONG)
        self.r.write("empty.md", "")
        self.r.write("binary.md", b"| a \0 |")
        self.r.run("claims", "right.md", "empty.md", code=0)
        self.r.run("claims", "right.md", "wrong.md", code=1)
        for bad in (["absent.md"], ["binary.md"], ["."], [], ["--format", "xml", "right.md"]):
            done = self.r.run("claims", *bad, code=2)
            self.assertEqual(done.stdout, "")
            self.assertIn("seaworthy: error: ", done.stderr)

    def test_the_other_formats(self):
        self.r.write("docs/a.md", WRONG)
        outputs = ["json=a.json", "sarif=a.sarif", "github=a.txt", "markdown=a.out"]
        done = self.r.run("claims", "docs/a.md", *(x for o in outputs for x in ("-o", o)), code=1)
        self.assertIn("docs/a.md:5:11: refuted: 26, not 36 [table.sum]\n    12 + 14 = 26, not 36",
                      done.stdout)
        whole = json.loads(self.r.read("a.json"))
        self.assertEqual((whole["schema_version"], whole["refuted"], whole["confirmed"]), (1, 1, 0))
        self.assertEqual(whole["claims"][0]["because"], "12 + 14 = 26, not 36")
        result = json.loads(self.r.read("a.sarif"))["runs"][0]["results"]
        self.assertEqual([(x["ruleId"], x["locations"][0]["physicalLocation"]["artifactLocation"]
                           ["uri"]) for x in result], [("table.sum", "docs/a.md")])
        self.assertIn("::error file=docs/a.md,line=5,", self.r.read("a.txt"))
        self.assertIn("26, not 36", self.r.read("a.out"))
        # In another folder the place is still that of the project.
        self.r.run("claims", "a.md", "-o", "github=b.txt", cwd=os.path.join(self.r.root, "docs"),
                   code=1)
        self.assertIn("::error file=docs/a.md,line=5,", self.r.read("docs/b.txt"))

    def test_references_only_where_the_project_has_none(self):
        self.r.write("src/main.c", "int main(void) { return 0; }\n")
        self.r.write("package.json", '{"scripts": {"lint": "x"}}\n')
        self.r.write("README.md", "[a](src/main.c) [b](src/gone.c) [c](https://x.invalid/y.c)\n"
                     "`src/old.c` [d](../other/x.md) [e](main.c)\n\n"
                     "```sh\nnpm run lint\nnpm run fmt\n./src/run.sh\n```\n")
        self.assertEqual(self.refuted("README.md"),
                         [(1, "reference.file", "src/gone.c", "missing"),
                          (2, "reference.file", "src/old.c", "missing"),
                          (6, "reference.command", "fmt", "missing"),
                          (7, "reference.script", "src/run.sh", "missing")])
        self.r.write("CHANGELOG.md", "- removed `src/old.c` and [b](src/gone.c)\n")
        self.assertEqual(self.refuted("CHANGELOG.md"), [])

    def test_what_is_missing_for_a_reason(self):
        """Ignored, made of a file that is there, an example, or left out of an archive."""
        link = "[a](gone.c)\n"
        self.r.write("src/main.c.in", "int x;\n")
        self.r.write(".gitignore", "/build/\n*.log\n")
        self.r.write("build/x", "")
        self.r.write("a.md", "Results are in `build/out/own.json`, of `src/main.c`.\n\n"
                     "Suppose a `src/library.c` of yours.\n\n[log](src/a.log)\n\n[x]: Likewise.\n")
        self.assertEqual(self.refuted("a.md"), [])
        self.r.write("a.md", link)
        self.assertEqual(self.refuted("a.md"), [(1, "reference.file", "gone.c", "missing")])
        self.r.write("_posts/2014-03-27-a.md", link)
        self.assertEqual(self.refuted("_posts/2014-03-27-a.md"), [])
        for name, packed in (("plain", False), ("curl-7.88.1", True), ("share/doc/x", True)):
            folder = os.path.join(self.r.top, name)
            os.makedirs(folder)
            path = os.path.join(folder, "README.md")
            with open(path, "w", encoding="utf-8") as f:
                f.write(link)
            self.assertEqual([c[1] for c in self.refuted(path)],
                             [] if packed else ["reference.file"], name)
            os.makedirs(os.path.join(folder, "debian"))
            with open(os.path.join(folder, "debian/changelog"), "w", encoding="utf-8"):
                pass
            self.assertEqual(self.refuted(path), [], name)

    def test_commands_of_another_project(self):
        self.r.write("package.json", '{"scripts": {"build": "x"}}')
        self.r.write("tools/x", "")
        code = "\n\n```sh\nnpm run build\nnpm run lint\n./tools/deploy.sh\n```\n"
        for lead in ("In your own project run:", "For example:"):
            self.r.write("a.md", "# Use\n\n" + lead + code)
            self.assertEqual(self.refuted("a.md"), [], lead)
        self.r.write("a.md", "For example this.\n\nTo build it:" + code)
        self.assertEqual([c[2] for c in self.refuted("a.md")], ["lint", "tools/deploy.sh"])

    def test_our_own_documents(self):
        done = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True,
                              text=True, check=False)
        names = [n for n in done.stdout.split() if not n.startswith("tests/")]
        if not names:
            self.skipTest("no repository")
        told = subprocess.run([PROGRAM, "claims", *names], cwd=ROOT, env=self.r.env,
                              capture_output=True, text=True, check=False)
        self.assertEqual((told.returncode, told.stdout), (0, ""), told.stderr)

    def test_numbers_bound_to_a_run(self):
        self.r.write("seaworthy.yml", POLICY)
        self.r.write("a.md", "We have <!-- seaworthy: tests -->7 tests.\n")
        self.assertEqual([c["verdict"] for c in self.claims("a.md", code=0)], ["unchecked"])
        self.r.run("run", code=None)
        self.assertEqual(self.refuted("a.md"), [(1, "evidence.metric", "7", "1")])
        for text in ("1<!-- seaworthy: tests --> test", "Tests: 1",
                     "<!-- seaworthy: tests -->\n\n1 test",
                     "| a |\n|---|\n| 1 <!-- seaworthy: tests --> |"):
            self.r.write("a.md", text + "\n")
            self.assertEqual([c["verdict"] for c in self.claims("a.md", code=0)], ["confirmed"], text)

    def test_a_line_that_starts_with_a_mark(self):
        self.r.write("seaworthy.yml", POLICY)
        self.r.run("run", code=None)
        mark = "<!-- seaworthy: tests -->"
        for text, stated in ((mark + "7 tests pass.", "7"), (mark + " **7** tests pass.", "7"),
                             (mark + "<!-- so -->7 tests", "7"), (mark + "<b>7</b> tests", "7"),
                             ("<!-- so -->" + mark + "7 tests", "7"), ("- " + mark + "7", "7"),
                             ("> " + mark + "7 tests", "7"), ("<p>" + mark + "7</p>", "7"),
                             (mark + "\n7 tests", "7"), (mark + "tests pass.", None),
                             (mark + "`7` tests", None), ("- a\n  " + mark + "\n- 8 b", None),
                             ("> " + mark + "\n\n8 b", None)):
            self.r.write("a.md", text + "\n\nIn 2019 there were 12 cats.\n")
            want = [(1 + text[:text.find("7")].count("\n"), "evidence.metric", stated, "1")]
            self.assertEqual(self.refuted("a.md"), want if stated else [], text)
        self.r.write("a.md", mark + f"1 of them, {mark}2\n")
        self.assertEqual([c["verdict"] for c in self.claims("a.md", code=None)],
                         ["confirmed", "refuted"])

    def test_files_that_a_scan_saw(self):
        self.r.write("seaworthy.yml", """version: 1
categories: [{id: quality, title: Quality, weight: 1}]
checks:
  - {id: quality.markers, category: quality, weight: 1, title: Markers,
     collect: {scan: {rules: ["marker.*"], scope: [production, test, docs, config]}}, measure: count, scale: {fail: 9, pass: 0}}
""")
        self.r.run("run", code=None)
        run, = glob.glob(os.path.join(self.r.root, ".seaworthy/runs/*/"))
        with open(os.path.join(run, "checks/quality.markers.json"), encoding="utf-8") as f:
            scan = os.path.join(run, "artefacts", json.load(f)["artefacts"][0]["sha256"])
        with open(scan, encoding="utf-8") as f:
            files = json.load(f)["files"]
        self.assertGreater(files, 0)
        for text, verdict in ((f"Files: {files}", "confirmed"), (f"Files: {files + 1}", "refuted"),
                              ("Files: 0", "unchecked"),
                              (f"We have <!-- seaworthy: files -->{files}.", "confirmed"),
                              ("We have <!-- seaworthy: files -->0.", "refuted")):
            self.r.write("a.md", text + "\n")
            self.assertEqual([c["verdict"] for c in self.claims("a.md", code=None)],
                             [verdict], text)
        # What is stored is not what was measured any more: nothing is known.
        os.chmod(scan, 0o600)
        with open(scan, "a", encoding="utf-8") as f:
            f.write(" ")
        self.assertEqual([c["verdict"] for c in self.claims("a.md", code=0)], ["unchecked"])

    def test_a_name_without_a_comment_may_be_of_another_thing(self):
        self.r.write("seaworthy.yml", POLICY)
        self.r.run("run", code=None)
        for path, text, verdicts in (("a.md", "Tests: 7", ["refuted"]),
                                     ("CHANGELOG.md", "Tests: 7", ["unchecked"]),
                                     ("a.md", "Tests: 1\n\nTests: 7", ["confirmed", "unchecked"]),
                                     ("a.md", "- core\n  - Tests: 7", ["unchecked"])):
            self.r.write(path, text + "\n")
            self.assertEqual([c["verdict"] for c in self.claims(path, code=None)], verdicts, text)

    def test_linear_in_the_document(self):
        """Each of these took minutes where time grows with the square."""
        hostile = ["| a | b | total |\n|---|---|---|\n" + "| x | 1 | 2 |\n" * 40000,
                   "45 of 50 tests (95 %) and 1 + 1 = 3 from 4 to 6 (70%) " * 8000,
                   "There are 3 steps:\n" + "".join("  " * (i % 50) + "- There are 3 steps:\n"
                                                   for i in range(8000)),
                   "1 + " * 100000 + "1 = 3", "[a](b/c.md) " * 40000,
                   "|" + "a|" * 3000 + "\n|" + "-|" * 3000 + "\n" + "|1\n" * 3000]
        for text in hostile:
            self.r.write("a.md", text)
            self.r.run("claims", "-q", "-o", "json=out.json", "a.md",
                       code=None)


if __name__ == "__main__":
    unittest.main()
