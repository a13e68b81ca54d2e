#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Components by path and owners by CODEOWNERS. usage: test_components.py PROGRAM"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.path.abspath(sys.argv.pop(1))
POLICY = """version: 1
thresholds: {max_not_applicable_share: 100, allow_dirty: true}
categories: [{id: t, weight: 1}]
components:
  - {id: api, paths: ["api/**"], critical: true, owner: "@api"}
  - {id: web, paths: ["web/**"]}
  - {id: empty, paths: ["none/**"]}
suites:
  - {id: api, run: "true", dir: api, format: exit}
  - {id: web, run: "false", dir: web, format: exit}
checks:
  - {id: t.suites, category: t, collect: {suite: "*"}}
  - {id: t.todo, category: t, collect: {scan: {rules: [marker.todo]}}, scale: {fail: 4, pass: 0}}
  - {id: t.density, category: t, weight: 98, collect: {command: {run: "true"}}}
"""


class Components(unittest.TestCase):
    def setUp(self):
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="components-"))
        self.write("seaworthy.yml", POLICY)
        self.write("api/a.c", "int a; /* TODO one */\n")
        self.write("web/b.c", "/* TODO one */\n/* TODO two */\n/* TODO three */\nint b;\n")
        self.write("CODEOWNERS", "/api/ @ann @bob\n/web/ @bob\n")

    def tearDown(self):
        shutil.rmtree(self.dir)

    def write(self, path, text):
        path = os.path.join(self.dir, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def run_gate(self, *args):
        done = subprocess.run([PROGRAM, *args, "--no-progress"], cwd=self.dir,
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    def test_parts_have_scores_of_their_own(self):
        out = json.loads(self.run_gate("run", "--format", "json")[1])
        self.assertEqual(out["components"], [
            {"id": "api", "owner": "@api", "critical": True, "score": 87.5, "possible": 87.5},
            {"id": "web", "owner": None, "critical": False, "score": 12.5, "possible": 12.5},
            {"id": "empty", "owner": None, "critical": False, "score": None,
             "possible": None}])
        # @bob has four findings and both suites, one of which failed.
        self.assertEqual(out["owners"], [
            {"owner": "@ann", "score": 87.5, "possible": 87.5},
            {"owner": "@bob", "score": 0.0, "possible": 0.0}])
        self.assertEqual(out["decision"], "CONDITIONAL GO")
        self.assertIn({"check": "t.todo", "owner": "@api",
                       "reason": "component api: its score 87.5 is below 95"},
                      [{k: c[k] for k in ("check", "owner", "reason")}
                       for c in out["conditions"]])
        again = json.loads(self.run_gate("score", "--format", "json")[1])
        self.assertEqual(again["components"], out["components"])
        self.assertEqual(again["owners"], out["owners"])

    def test_a_critical_one_decides(self):
        self.write("api/a.c", "/* TODO */\n" * 4)
        code, out = self.run_gate("run", "--format", "json")
        out = json.loads(out)
        self.assertEqual((code, out["decision"]), (1, "NO-GO"))
        self.assertEqual(out["reasons"], ["component api: its score 50.0 is below 75"])
        self.assertGreaterEqual(out["score"]["final"], 75)

    def test_a_suite_that_is_unknown_raises_no_part(self):
        code, out = self.run_gate("run", "--skip", "t.suites", "--format", "json")
        out = json.loads(out)
        self.assertEqual([c["score"] for c in out["components"]], [37.5, 12.5, 0.0])
        self.assertEqual(code, 1)


if __name__ == "__main__":
    unittest.main()
