#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A recorded run for other trackers, read again by their rules. usage: test_export.py PROGRAM"""
import csv
import io
import json
import os
import re
import unittest

from scan_place import Repository

POLICY = """\
version: 1
categories: [{id: q, title: Quality, weight: 1}]
checks:
  - id: q.markers
    category: q
    weight: 1
    title: Nothing left to do
    collect: {scan: {rules: ["marker.*"]}}
    scale: {fail: 100, pass: 0}
  - id: q.done
    category: q
    weight: 2
    title: It is "done", or not
    collect: {command: {run: [test, -e, done]}}
    blocker: P0
phases:
  - id: P1
    title: First
    target: 60
    tasks:
      - {id: t1, title: Do it, priority: P0, owner: ana, accept: [q.done]}
      - {id: t2, title: Tidy up, priority: P3, accept: [q.markers], needs: [t1]}
"""
REQUIRED = {"id": str, "title": str, "status": str, "priority": int, "issue_type": str,
            "created_at": str, "updated_at": str}
STATUS = {"open", "in_progress", "blocked", "closed"}
TYPES = {"bug", "feature", "task", "epic", "chore"}
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
FIRST, SECOND, THIRD = ("2026-11-1%dT00:00:00Z" % d for d in (1, 2, 3))


class Export(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()
        self.r.write("seaworthy.yml", POLICY)
        self.r.write("src/a.c", "int a; // TODO: one\nint b; // TODO: one\nint c; // FIXME: x\n")
        self.run_gate()

    def run_gate(self):
        self.r.commit()
        self.r.run("run", code=None)

    def beads(self, now=FIRST, code=0):
        done = self.r.run("export", "beads", "--now", now, code=code)
        if code:
            return done.stderr
        return self.load()

    def load(self):
        """The file by the rules of its format, by id."""
        text = self.r.read(".beads/issues.jsonl")
        issues = [json.loads(line) for line in text.splitlines()]
        ids = [i["id"] for i in issues]
        self.assertEqual(ids, sorted(set(ids)))
        self.assertTrue(text.endswith("\n") and "\r" not in text)
        for i in issues:
            for key, kind in REQUIRED.items():
                self.assertIsInstance(i[key], kind, i)
            self.assertTrue(1 <= len(i["title"]) <= 500)
            self.assertIn(i["status"], STATUS)
            self.assertIn(i["issue_type"], TYPES)
            self.assertIn(i["priority"], range(5))
            self.assertEqual("closed_at" in i, i["status"] == "closed", i)
            self.assertEqual("close_reason" in i, i["status"] == "closed", i)
            for key in ("created_at", "updated_at"):
                self.assertRegex(i[key], TIME)
            for d in i.get("dependencies", []):
                self.assertEqual(d["issue_id"], i["id"])
                self.assertIn(d["depends_on_id"], ids)
                self.assertIn(d["type"], {"blocks", "related", "parent-child",
                                          "discovered-from"})
        return {i["id"]: i for i in issues}

    def bugs(self, issues):
        return {i["external_ref"].split(":")[1]: i for i in issues.values()
                if i["issue_type"] == "bug"}

    def test_a_run_as_issues(self):
        issues = self.beads()
        self.assertEqual(issues["sw-P1"]["issue_type"], "epic")
        self.assertEqual(issues["sw-P1"]["status"], "in_progress")
        self.assertEqual(issues["sw-t1"]["assignee"], "ana")
        self.assertEqual((issues["sw-t2"]["status"], issues["sw-t2"]["priority"]),
                         ("blocked", 3))
        self.assertEqual({(d["depends_on_id"], d["type"])
                          for d in issues["sw-t2"]["dependencies"]},
                         {("sw-P1", "parent-child"), ("sw-t1", "blocks")})
        bugs = self.bugs(issues)
        self.assertEqual(set(bugs), {"check", "marker.todo", "marker.fixme"})
        self.assertEqual(bugs["check"]["title"], 'P0: It is "done", or not')
        self.assertEqual(bugs["check"]["priority"], 0)
        self.assertIn("src/a.c:1 marker.todo: measured 2, wanted 0",
                      bugs["marker.todo"]["description"])
        self.assertIn("marker", bugs["marker.todo"]["labels"])

    def test_again_changes_nothing_and_lines_may_move(self):
        before = self.beads()
        text = self.r.read(".beads/issues.jsonl")
        self.beads(SECOND)
        self.assertEqual(self.r.read(".beads/issues.jsonl"), text)
        self.r.write("src/a.c", "\n\n" + self.r.read("src/a.c"))
        self.run_gate()
        after = self.beads(SECOND)
        self.assertEqual(set(after), set(before))
        todo = self.bugs(after)["marker.todo"]
        self.assertEqual((todo["created_at"], todo["updated_at"]), (FIRST, SECOND))
        self.assertIn("src/a.c:3 ", todo["description"])

    def test_what_is_gone_is_closed(self):
        self.beads()
        self.r.write("src/a.c", "int a;\n")
        self.r.write("done", "")
        self.run_gate()
        issues = self.beads(SECOND)
        self.assertTrue(all(i["status"] == "closed" for i in issues.values()), issues)
        self.assertTrue(all(i["close_reason"].startswith("measured: ")
                            for i in issues.values()), issues)
        self.assertEqual({i["closed_at"] for i in issues.values()}, {SECOND})
        os.remove(os.path.join(self.r.root, "done"))
        self.run_gate()
        t1 = self.beads(THIRD)["sw-t1"]
        self.assertEqual(t1["status"], "open")
        self.assertIn("it is there again", t1["notes"])

    def test_who_has_not_looked_closes_nothing(self):
        before = self.bugs(self.beads())["marker.todo"]
        self.r.write("src/a.c", "int a;\n")
        self.r.commit()
        self.r.run("run", "--only", "q.done", code=None)
        self.assertEqual(self.bugs(self.beads(SECOND))["marker.todo"], before)

    def test_closed_by_hand_is_opened_and_says_so(self):
        issues = self.beads()
        t1 = dict(issues["sw-t1"], status="closed", closed_at=FIRST,
                  close_reason="looks good")
        issues["sw-t1"] = t1
        self.put(issues)
        t1 = self.beads(SECOND)["sw-t1"]
        self.assertEqual(t1["status"], "open")
        self.assertIn("closed by hand, and the check still fails", t1["notes"])

    def put(self, issues):
        self.r.write(".beads/issues.jsonl",
                     "".join(json.dumps(i) + "\n" for _, i in sorted(issues.items())))

    def test_what_others_wrote_stays(self):
        issues = self.beads()
        other = '{"id":"bd-1",  "title":"theirs","weight":1.50,"status":"open"}'
        mine = dict(issues["sw-t1"], estimate=3.250, status="in_progress",
                    labels=["urgent", "p2"] + issues["sw-t1"]["labels"])
        mine["dependencies"] = mine["dependencies"] + [
            {"issue_id": "sw-t1", "depends_on_id": "sw-P1", "type": "related",
             "created_at": FIRST, "created_by": "ana"}]
        issues["sw-t1"] = mine
        self.put(issues)
        self.r.write(".beads/issues.jsonl", other + "\n" + self.r.read(".beads/issues.jsonl"))
        self.r.run("export", "beads", "--now", SECOND)
        lines = self.r.read(".beads/issues.jsonl").splitlines()
        self.assertIn(other, lines)
        t1 = json.loads(next(line for line in lines if '"sw-t1"' in line.split(",")[0]))
        self.assertEqual((t1["estimate"], t1["status"]), (3.25, "in_progress"))
        self.assertEqual(t1["labels"], ["urgent", "seaworthy"])
        self.assertIn("related", [d["type"] for d in t1["dependencies"]])

    def test_a_broken_file_is_not_written_over(self):
        for broken in ('{"id": "a"\n', '{"title": "no id"}\n', '{"id":"a"}\n{"id":"a"}\n'):
            self.r.write(".beads/issues.jsonl", broken)
            said = self.beads(code=2)
            self.assertIn("issues.jsonl line ", said)
            self.assertEqual(self.r.read(".beads/issues.jsonl"), broken)

    def test_claude_flow(self):
        where = ".claude-flow/metrics/"
        self.r.write(where + "performance.json", '{"startTime": 5, "totalTasks": 7}')
        self.r.write(where + "task-metrics.json", '[{"id":"theirs","n":1.50}]')
        self.r.write(where + "system-metrics.json", "{broken")
        self.r.run("export", "claude-flow")
        self.r.run("export", "claude-flow")
        tasks = json.loads(self.r.read(where + "task-metrics.json"))
        self.assertEqual([t["id"] for t in tasks],
                         ["theirs"] + ["q.markers", "q.done"] * 2)
        done = tasks[2]
        self.assertEqual((done["type"], done["success"], done["metadata"]["status"]),
                         ("seaworthy", False, "fail"))
        self.assertEqual(set(done["metadata"]), {"score", "threshold", "status"})
        self.assertTrue(isinstance(done["duration"], int) and done["timestamp"] > 10**12)
        performance = json.loads(self.r.read(where + "performance.json"))
        self.assertEqual((performance["startTime"], performance["totalTasks"],
                          performance["successfulTasks"], performance["failedTasks"]),
                         (5, 11, 0, 4))
        system = json.loads(self.r.read(where + "system-metrics.json"))
        self.assertEqual(len(system), 4)
        for s in system:
            self.assertEqual(set(s), {"timestamp", "memoryTotal", "memoryUsed",
                                      "memoryFree", "memoryUsagePercent",
                                      "memoryEfficiency", "cpuCount", "cpuLoad",
                                      "platform", "uptime"})
            self.assertEqual(s["memoryTotal"], s["memoryUsed"] + s["memoryFree"])
        kept = [n for n in os.listdir(os.path.join(self.r.root, where)) if "broken" in n]
        self.assertEqual([self.r.read(where + n) for n in kept], ["{broken"])

    def test_csv(self):
        text = self.r.run("export", "csv").stdout
        rows = list(csv.DictReader(io.StringIO(text)))
        self.assertEqual(list(rows[0]), "id,category,weight,state,value,contribution,measured,"
                         "target,unit,blocker,message".split(","))
        self.assertEqual([(r["id"], r["state"], r["blocker"]) for r in rows],
                         [("q.markers", "warn", ""), ("q.done", "fail", "P0")])
        self.r.run("export", "csv", "-o", "x.csv")
        self.assertEqual(self.r.read("x.csv").replace("\r\n", "\n"),
                         text.replace("\r\n", "\n"))

    def test_what_is_no_export(self):
        self.assertIn("did you mean 'beads'", self.r.run("export", "beds", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
