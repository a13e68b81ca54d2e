#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Coverage of suites, as checks of a run. usage: test_coverage.py PROGRAM"""
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv.pop(1))
SOURCE = "".join(f"int f{i}(void) {{ return {i}; }}\n" for i in range(10))


def lcov(path, hits, extra=""):
    """A record: hits of the lines from 1 on, None for a line without code."""
    lines = "".join(f"DA:{i},{n}\n" for i, n in enumerate(hits, 1) if n is not None)
    return f"TN:\nSF:{path}\n{extra}{lines}end_of_record\n"


class Project:
    def __init__(self):
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="coverage-"))
        self.suites = []
        self.more = ""
        self.checks = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.dir)

    def write(self, path, text):
        path = os.path.join(self.dir, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def suite(self, suite, report, name="cov.info", coverage=None, dir="."):
        """A suite that writes this report (None: none)."""
        if report is not None:
            self.write(f"reports/{suite}", report.replace("@ROOT@", self.dir))
        copy = f"cp {self.dir}/reports/{suite} {name}" if report is not None else "true"
        globs = json.dumps([name] if coverage is None else coverage)
        self.suites.append(f"  - {{id: {suite}, run: '{copy}', dir: {dir}, coverage: {globs}}}\n")

    def check(self, name, settings="{}", scale="{fail: 50, pass: 80}"):
        self.checks[name] = (settings, scale)

    def git(self, *args):
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *args],
                       cwd=self.dir, check=True, stdout=subprocess.DEVNULL)

    def run(self, *args):
        self.write("seaworthy.yml", "version: 1\nthresholds: {max_not_applicable_share: 100}\n"
                   "categories: [{id: t, weight: 1}]\nchecks:\n" +
                   "".join(f"  - {{id: t.{k}, category: t, collect: {{coverage: {v}}}, "
                           f"scale: {s}}}\n" for k, (v, s) in self.checks.items()) +
                   "suites:\n" + "".join(self.suites) + self.more)
        p = subprocess.run([PROGRAM, "run", "--format", "json", "--no-progress", *args],
                           cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if not p.stdout:
            raise AssertionError(p.stderr.decode())
        self.card = json.loads(p.stdout)
        return {c["id"][2:]: c for c in self.card["checks"]}

    def records(self):
        last = sorted(glob.glob(os.path.join(self.dir, ".seaworthy/runs/*")))[-1]
        out = {}
        for path in glob.glob(os.path.join(last, "checks/*.json")):
            with open(path, encoding="utf-8") as f:
                record = json.load(f)
            out[record["check"][2:]] = record
        return last, out

    def artefact(self, check, name):
        last, records = self.records()
        sha = next(a["sha256"] for a in records[check]["artefacts"] if a["name"] == name)
        with open(os.path.join(last, "artefacts", sha), encoding="utf-8") as f:
            return f.read()


class Measured(unittest.TestCase):
    def test_lines_branches_functions_by_the_scale(self):
        with Project() as p:
            p.write("src/a.c", SOURCE)
            p.suite("unit", lcov("src/a.c", [1] * 7 + [0] * 3,
                                 "FN:1,f\nFNDA:1,f\nBRDA:1,0,0,1\nBRDA:1,0,1,-\n"))
            p.check("lines")
            p.check("branches", "{measure: branches, from: [unit]}")
            p.check("functions", "{measure: functions}")
            p.check("statements", "{measure: statements}")
            c = p.run()
            self.assertEqual((c["lines"]["state"], c["lines"]["measured"]), ("warn", 70))
            self.assertEqual(c["lines"]["value"], 0.666666)
            self.assertEqual(c["lines"]["message"], "7 of 10 lines ran (70 %) in 1 file")
            self.assertEqual(c["lines"]["remedy"], "test src/a.c:8-10 (3 lines)")
            self.assertEqual((c["branches"]["state"], c["branches"]["measured"]), ("fail", 50))
            self.assertEqual(c["functions"]["state"], "pass")
            self.assertEqual(c["statements"]["state"], "unknown")
            self.assertIn("tell of no statements", c["statements"]["message"])

    def test_one_file_whatever_its_name_is(self):
        with Project() as p:
            p.write("src/a.c", SOURCE)
            p.write("src/deep/b.c", SOURCE)
            p.write("build/x", "")
            one = [1] + [0] * 9
            p.suite("unit", lcov("src/a.c", one) + lcov("./src/../src/a.c", [0, 1] + [0] * 8) +
                    lcov("@ROOT@/src/a.c", [0] * 9 + [1]))
            p.suite("build", lcov("../src/a.c", [0, 0, 1] + [0] * 7), dir="build",
                    coverage=["build/cov.info"])
            p.suite("other", lcov("/home/runner/work/x/src/a.c", [0, 0, 0, 1] + [0] * 6) +
                    lcov("deep/b.c", [1] * 10) + lcov("C:\\\\w\\\\src\\\\a.c".replace("\\\\", "\\"),
                                                      [0] * 4 + [1] + [0] * 5),
                    name="other.info")
            p.check("lines")
            c = p.run()
            self.assertEqual(c["lines"]["message"], "16 of 20 lines ran (80 %) in 2 files")

    def test_names_that_mean_nothing_are_told(self):
        with Project() as p:
            p.write("src/a.c", SOURCE)
            p.write("x/same.c", SOURCE)
            p.write("y/same.c", SOURCE)
            p.suite("unit", lcov("src/a.c", [1] * 10) + lcov("gone.c", [1]) +
                    lcov("same.c", [1]) + lcov("/bin/sh", [1]))
            p.check("lines", "{paths: ['src/**']}")
            c = p.run()["lines"]
            self.assertEqual(c["state"], "pass")
            self.assertIn("2 files of the reports are no source of the project: gone.c, same.c",
                          c["message"])
            self.assertEqual(c["coverage"]["outside"], 1)

    def test_tests_and_what_is_vendored_do_not_count(self):
        with Project() as p:
            for path in ("src/a.c", "tests/t.c", "vendor/v.c", "src/other/b.c"):
                p.write(path, SOURCE)
            p.suite("unit", lcov("src/a.c", [1] * 10) + lcov("tests/t.c", [1] * 10) +
                    lcov("vendor/v.c", [0] * 10) + lcov("src/other/b.c", [0] * 10))
            p.check("all")
            p.check("some", "{paths: ['src/*.c']}")
            c = p.run()
            self.assertEqual(c["all"]["measured"], 50)
            self.assertEqual(c["some"]["measured"], 100)

    def test_what_no_report_names_lowers_the_lower_end(self):
        with Project() as p:
            p.write("src/a.c", SOURCE)
            p.write("src/never.c", "/* a\n b */\n" + SOURCE)
            p.write("src/never.h", SOURCE)
            p.write("src/other.py", "x = 1\n")
            p.suite("unit", lcov("src/a.c", [1] * 10))
            p.check("lines", scale="{fail: 0, pass: 100}")
            c = p.run()["lines"]
            self.assertEqual((c["state"], c["measured"], c["value"]), ("warn", 50, 0.5))
            self.assertIn("10 of 10 lines ran (100 %) in 1 file, at least 50 % with up to 10 "
                          "lines in 1 file that no report names: src/never.c", c["message"])
            self.assertEqual(p.card["score"]["coverage"], 0.5)
            self.assertIn("files that no test loads", c["remedy"])

    def test_a_suite_that_is_missing_leaves_the_rest_open(self):
        with Project() as p:
            p.write("src/a.c", SOURCE)
            p.suite("unit", lcov("src/a.c", [1] * 6 + [0] * 4))
            p.suite("e2e", None, name="e2e.info")
            p.check("lines", scale="{fail: 0, pass: 100}")
            c = p.run()["lines"]
            self.assertEqual((c["state"], c["value"]), ("warn", 0.6))
            self.assertIn("not all is measured: e2e: no fresh result file", c["message"])
            self.assertEqual(p.records()[1]["lines"]["high"], 1)

    def test_a_suite_that_is_missing_keeps_a_pass_away(self):
        with Project() as p:
            p.write("src/a.c", SOURCE)
            p.suite("unit", lcov("src/a.c", [1] * 10))
            p.check("lines", scale="{fail: 0, pass: 80}")
            self.assertEqual(p.run()["lines"]["state"], "pass")
            p.suite("e2e", None, name="e2e.info")
            self.assertEqual(p.run()["lines"]["state"], "warn")
            p.write("src/b.go", "package b\n" * 10)
            p.write("src/a.c", SOURCE + SOURCE.replace("f", "g"))
            c = p.run()["lines"]
            self.assertEqual((c["state"], c["coverage"]["at_least"]), ("warn", 33.33))

    def test_components_and_owners(self):
        with Project() as p:
            p.write("api/a.c", SOURCE)
            p.write("ui/b.c", SOURCE)
            p.write("CODEOWNERS", "/api/ @api\n/ui/ @ui\n")
            p.suite("unit", lcov("api/a.c", [1] * 10) + lcov("ui/b.c", [0] * 10))
            p.check("lines")
            rows = {r["name"]: r for r in p.run()["lines"]["coverage"]["components"]}
            self.assertEqual({k: (r["by"], r["percent"]) for k, r in rows.items()},
                             {"@api": ("owner", 100), "@ui": ("owner", 0)})
            p.more = "components:\n  - {id: core, paths: ['api/**'], critical: true}\n" \
                     "  - {id: all, paths: ['**'], owner: '@boss'}\n"
            rows = {r["name"]: r for r in p.run()["lines"]["coverage"]["components"]}
            self.assertEqual((rows["core"]["owner"], rows["core"]["critical"],
                              rows["core"]["hit"]), ("@api", True, 10))
            self.assertEqual((rows["all"]["owner"], rows["all"]["hit"], rows["all"]["total"]),
                             ("@boss", 0, 10))


class Unknown(unittest.TestCase):
    def state(self, p):
        c = p.run()["lines"]
        self.assertEqual(c["state"], "unknown", c["message"])
        return c

    def test_no_suite_no_key_no_file(self):
        with Project() as p:
            p.write("src/a.c", SOURCE)
            p.check("lines")
            p.suites = ["  - {id: unit, run: 'true'}\n"]
            c = self.state(p)
            self.assertEqual(c["message"], "no suite writes coverage reports")
            p.check("lines", "{from: [unit]}")
            c = self.state(p)
            self.assertIn("unit: the policy gives it no `coverage`", c["message"])
            self.assertIn("coverage: [FILE]", c["remedy"])
            p.suites = []
            p.suite("unit", None)
            c = self.state(p)
            self.assertIn("there is no cov.info", c["message"])

    def test_an_old_report_is_none(self):
        with Project() as p:
            p.write("src/a.c", SOURCE)
            p.write("cov.info", lcov("src/a.c", [1] * 10))
            p.suite("unit", None)
            p.check("lines")
            self.assertIn("cov.info was not written by this run", self.state(p)["message"])

    def test_a_report_that_cannot_be_read_is_named_with_its_place(self):
        with Project() as p:
            p.write("src/a.c", SOURCE)
            p.suite("unit", "SF:src/a.c\nDA:1,1\n")
            p.check("lines")
            self.assertIn("unit: cov.info:2: it ends in a record", self.state(p)["message"])
            p.suites = []
            p.suite("unit", "<html/>")
            self.assertIn("this XML is no coverage report", self.state(p)["message"])

    def test_reports_without_statements_are_not_100_percent(self):
        with Project() as p:
            p.write("src/a.c", SOURCE)
            p.suite("unit", "TN:\nSF:src/a.c\nFN:1,f\nend_of_record\n")
            p.check("lines")
            self.assertIn("tell of no lines", self.state(p)["message"])
            p.suites = []
            p.suite("unit", lcov("elsewhere.c", [1]))
            c = self.state(p)
            self.assertIn("name no lines of the code asked for", c["message"])
            self.assertIn("elsewhere.c", c["message"])

    def test_without_running_nothing_is_known(self):
        with Project() as p:
            p.write("src/a.c", SOURCE)
            p.suite("unit", lcov("src/a.c", [1] * 10))
            p.check("lines")
            c = p.run("--no-exec")["lines"]
            self.assertEqual((c["state"], c["message"]), ("unknown", "not run: --no-exec"))


class NewCode(unittest.TestCase):
    def project(self, hits, source=SOURCE, old=SOURCE[:30], scale="{fail: 0, pass: 80}"):
        p = Project()
        p.write("src/a.c", old)
        p.git("init", "-q", ".")
        p.write(".gitignore", "reports/\ncov.info\nseaworthy.yml\n")
        p.git("add", "-A")
        p.git("commit", "-qm", "a")
        p.write("src/a.c", source)
        p.suite("unit", lcov("src/a.c", hits))
        p.check("new", "{new_code: true}", scale)
        return p

    def check(self, hits, state, **kw):
        with self.project(hits, **kw) as p:
            c = p.run("--base", "HEAD")["new"]
            self.assertEqual(c["state"], state, c["message"])
            return c

    def test_only_lines_that_are_new_count(self):
        first = SOURCE.splitlines(True)[0]
        c = self.check([0] + [1] * 9, "pass", old=first)
        self.assertIn("9 of 9 new lines ran", c["message"])
        c = self.check([1] + [0] * 9, "fail", old=first)
        self.assertIn("0 of 9 new lines ran (0 %) in 1 file; not run: src/a.c:2-10",
                      c["message"])
        self.assertEqual(c["coverage"]["worst"],
                         [{"path": "src/a.c", "hit": 0, "total": 9, "not_run": "2-10"}])

    def test_few_lines_warn(self):
        two = "".join(SOURCE.splitlines(True)[:8])
        c = self.check([1] * 9 + [0], "warn", old=two)
        self.assertIn("1 of 2 new lines ran (50 %) in 1 file; too few lines to tell whether "
                      "that is too little; not run: src/a.c:10", c["message"])
        self.assertEqual(c["value"], 0.5)

    def test_no_new_line_that_could_run_is_no_question(self):
        c = self.check([1] * 10, "n/a", old=SOURCE, source=SOURCE)
        self.assertIn("no new line could be run", c["message"])
        self.check([1] * 10, "n/a", old=SOURCE, source=SOURCE + "/* x */\n")

    def test_a_new_file_that_no_report_names_is_not_forgotten(self):
        with self.project([1] * 10, old=SOURCE) as p:
            p.write("src/new.c", SOURCE)
            c = p.run("--base", "HEAD")["new"]
            self.assertEqual(c["state"], "unknown", c["message"])
            p.suites = []
            p.suite("unit", lcov("src/a.c", [1] * 11))
            p.write("src/a.c", SOURCE + "int x;\n")
            c = p.run("--base", "HEAD")["new"]
            self.assertEqual(c["state"], "warn", c["message"])
            self.assertIn("up to 10 lines in 1 file that no report names: src/new.c",
                          c["message"])

    def test_without_a_base_nothing_is_known(self):
        with self.project([1] * 10) as p:
            c = p.run()["new"]
            self.assertEqual(c["state"], "unknown")
            self.assertIn("seaworthy run --base REV", c["remedy"])

    def test_a_base_that_is_none_is_refused(self):
        with self.project([1] * 10) as p:
            p.suites = p.suites[:1]
            with self.assertRaises(AssertionError) as e:
                p.run("--base", "nonsense")
            self.assertIn("nonsense", str(e.exception))


class Kept(unittest.TestCase):
    def test_the_value_can_be_had_again_from_what_is_kept(self):
        with Project() as p:
            p.write("src/a.c", SOURCE)
            p.write("src/b.c", SOURCE)
            p.suite("unit", lcov("@ROOT@/src/a.c", [1] * 6 + [0] * 4) + lcov("src/b.c", [0, 7]))
            p.suite("more", lcov("src/a.c", [0] * 9 + [1]), name="more.info")
            p.check("lines")
            first = p.run()["lines"]
            kept = p.artefact("lines", "suite-unit.coverage.info")
            self.assertIn("SF:src/a.c\n", kept)
            more = p.artefact("lines", "suite-more.coverage.info")
            told = json.loads(p.artefact("lines", "t.lines.coverage.json"))
            self.assertEqual((told["hit"], told["total"]), (8, 12))
            p.suites = []
            p.suite("unit", kept + more)
            again = p.run()["lines"]
            self.assertEqual((again["value"], again["measured"], again["message"]),
                             (first["value"], first["measured"], first["message"]))

    def test_a_suite_that_need_not_run_keeps_its_coverage(self):
        with Project() as p:
            p.write("src/a.c", SOURCE)
            p.suite("unit", lcov("src/a.c", [1] * 7 + [0] * 3))
            p.suites[0] = p.suites[0].replace("dir: .", "dir: ., inputs: ['src/**']")
            p.check("lines")
            first = p.run()["lines"]
            os.remove(os.path.join(p.dir, "cov.info"))
            again = p.run()["lines"]
            self.assertEqual(again["value"], first["value"])
            self.assertTrue(again["message"].startswith(first["message"] + "; unit: reused, "))
            p.write("src/a.c", SOURCE + "int x;\n")
            self.assertEqual(p.run()["lines"]["message"], first["message"])

    def test_suites_in_a_private_folder_and_several_files(self):
        with Project() as p:
            p.write("src/a.c", SOURCE)
            p.write("src/b.c", SOURCE)
            p.write("reports/a", lcov("src/a.c", [1] * 10))
            p.write("reports/b", lcov("src/b.c", [0] * 10))
            p.suites = ["  - {id: unit, run: 'for f in a b; do cp reports/$f "
                        "$SEAWORTHY_SCRATCH/c-$f.info; done', "
                        "coverage: ['$SEAWORTHY_SCRATCH/c-*.info']}\n"]
            p.check("lines")
            self.assertEqual(p.run()["lines"]["measured"], 50)


if __name__ == "__main__":
    unittest.main()
