#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What reports tell of the runs before, of risks and roles, and how much they hold.
usage: test_reports.py PROGRAM"""
import gzip
import html
import json
import os
import re
import shutil
import unittest

from scan_place import Repository

POLICY = """\
version: 1
thresholds: {go: 95, conditional: 50}
categories: [{id: c, title: All, weight: 1}]
checks:
  - {id: c.one, category: c, weight: 3, title: One, collect: {command: {run: [test, -e, one]}}}
  - {id: c.two, category: c, weight: 1, title: Two, collect: {command: {run: [test, -e, two]}}}
%s
signoff: [{role: release-manager, need: 2, people: [ann, ben, eve]}]
risks:
  - {id: small, risk: The small one, likelihood: low, impact: low, owner: ann, check: c.one}
  - {id: big, risk: The <big> one, likelihood: high, impact: high, mitigation: care, check: c.two}
"""


def words(page):
    """The text of a page, without its markup."""
    page = re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", page)))


class Reports(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()
        self.r.write("seaworthy.yml", POLICY % "")
        self.r.write("one", "")

    def runs(self):
        return sorted(os.listdir(os.path.join(self.r.root, ".seaworthy/runs")))

    def page(self, *args):
        return self.r.run("report", *args, "--format", "html", "-q", code=None).stdout

    def judge(self, code):
        self.r.commit()
        self.r.run("run", "-q", code=code)

    def test_what_changed_since_the_last_run(self):
        self.judge(3)
        first = self.page()
        self.assertNotIn("Since the last run", first, "there is none")
        self.assertNotIn("Score over time", first)
        self.assertEqual(words(first).count("release-manager 0 of 2 missing"), 1)
        self.assertIn("The <big> one against it: care high high nobody yet open c.two The small "
                      "one low low ann held c.one", words(first))
        self.r.write("two", "")
        os.unlink(os.path.join(self.r.root, "one"))
        self.judge(1)
        told = words(self.page())
        self.assertRegex(told, r"\S+ \S+ UTC: CONDITIONAL GO 75.0, now 25.0 \(-50.0\) -75.0 "
                               r"pass → fail c.one \+25.0 fail → pass c.two")
        self.assertNotIn("the policy is another one", told)
        self.assertIn("Score of this run and of 1 before it", told)
        self.r.write("seaworthy.yml", POLICY.replace("c.one", "c.uno") % "")
        self.r.write("one", "")
        self.judge(3)
        told = words(self.page())
        self.assertIn("the policy is another one, so part of it may be no change of the project; "
                      "1 of its checks is gone", told)
        self.assertIn("+75.0 new pass c.uno", told)
        self.assertIn("Score of this run and of 2 before it", told)
        self.assertEqual(words(first), words(self.page(self.runs()[0])), "a run knows no later ones")

    def test_a_run_before_that_cannot_be_read_is_left_out(self):
        for _ in range(4):
            self.judge(3) if _ == 0 else self.r.run("run", "-q", code=3)
        runs = [os.path.join(self.r.root, ".seaworthy/runs", run) for run in self.runs()]
        for run, text in zip(runs, ('{"run":', '{"run": "x", "started": "y"}', "")):
            with open(os.path.join(run, "scorecard.json"), "w", encoding="utf-8") as f:
                f.write(text)
        self.assertNotIn("Score over time", self.page())
        aside = os.path.join(self.r.top, "aside")
        shutil.copytree(runs[3], aside)
        self.assertIn("One", self.page(aside), "a folder elsewhere has no runs before it")

    def test_the_numbers_of_a_run_do_not_depend_on_others(self):
        self.judge(3)
        alone = self.r.run("report", "--format", "json", "-q", code=3).stdout
        self.r.run("run", "-q", code=3)
        self.assertEqual(alone, self.r.run("report", self.runs()[0], "--format", "json", "-q", code=3).stdout)

    def test_places_of_production_come_first(self):
        check = "  - {id: c.mark, category: c, weight: 1, title: M, collect: {scan: {rules: ['marker.todo']}}}"
        self.r.write("seaworthy.yml", POLICY % check)
        for name in ("a/tests/a.c", "a/tests/b.c", "docs/c.c", "src/z.c", "third_party/d.c"):
            self.r.write(name, "int v; // TODO: it\n")
        self.judge(None)
        told = self.r.run("report", code=None).stdout
        self.assertEqual(re.findall(r"^ {10}(\S+\.c):1:", told, re.M), ["src/z.c", "a/tests/a.c", "a/tests/b.c"])
        markdown = self.r.run("report", "--format", "markdown", "-q", code=None).stdout
        self.assertIn("| `src/z.c`:1<br>`a/tests/a.c`:1<br>", markdown)

    def test_limits_are_kept_and_told(self):
        """30,000 findings: what each format may hold, and a line for what is left out."""
        check = "  - {id: c.mark, category: c, weight: 1, title: M, collect: {scan: {rules: ['marker.*']}}}"
        self.r.write("seaworthy.yml", POLICY % check)
        for i in range(30):
            self.r.write(f"f{i}.c", "".join(f"int v{k}; // TODO: number {k}\n" for k in range(1000)))
        self.judge(None)
        names = ("sarif", "github", "markdown", "html", "gitlab", "jsonl", "junit", "openmetrics")
        self.r.run("report", "-q", *(f"--output={name}={self.r.top}/{name}" for name in names), code=None)

        def read(name):
            with open(f"{self.r.top}/{name}", "rb") as f:
                return f.read()

        sarif = json.loads(read("sarif"))["runs"][0]
        self.assertEqual(len(sarif["results"]), 25000)
        said = [n["message"]["text"] for n in sarif["invocations"][0]["toolExecutionNotifications"]]
        self.assertEqual(said, ["5000 findings of least importance are left out"])
        self.assertLess(len(gzip.compress(read("sarif"), 1)), 10 << 20, "GitHub's limit of an upload")
        github = read("github").decode().splitlines()
        self.assertEqual(sum(line.startswith("::warning ") for line in github), 10)
        # the decision and ten kinds of warnings: the rest is told
        shown = sum("title=marker.todo::" in line for line in github)
        self.assertIn(f"::notice title=seaworthy::{30000 - shown} more annotations are not shown here", github)
        self.assertLess(len(read("markdown")), 1 << 20, "GitHub's limit of a summary")
        page = read("html").decode()
        self.assertEqual(page.count('<li class="warning">'), 10000)
        self.assertIn("10000 of 30000 findings are listed, the most severe", words(page))
        self.assertEqual(len(json.loads(read("gitlab"))), 30000)
        lines = [json.loads(line) for line in read("jsonl").splitlines()]
        self.assertEqual(sum(line["type"] == "finding" for line in lines), 30000)
        told = self.r.run("report", "--verbose", code=None).stdout
        self.assertEqual(len(re.findall(r"^ {10}f\d+\.c:", told, re.M)), 200)
        self.assertIn("\n          and 29800 more\n", told)
        self.assertIn(b'seaworthy_findings{rule="marker.todo"} 30000\n', read("openmetrics"))


if __name__ == "__main__":
    unittest.main()
