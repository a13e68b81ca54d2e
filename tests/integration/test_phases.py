#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The roadmap of a policy, as runs measure it. usage: test_phases.py PROGRAM EXAMPLES"""
import json
import os
import sys
import unittest

EXAMPLES = sys.argv.pop(2)
from scan_place import Repository  # noqa: E402  takes the program off the arguments

POLICY = """\
version: 1
thresholds: {max_not_applicable_share: 100}
categories: [{id: c, title: All, weight: 1}]
checks:
%s
phases:
  - {id: start, target: 78, tasks: [{id: t78, accept: [c.w78]}]}
  - {id: P1, target: 85, tasks: [{id: t85, accept: [c.w7], needs: [t78]}]}
  - {id: P2, target: 90, tasks: [{id: t90, accept: [c.w5]}]}
  - {id: P3, target: 93, tasks: [{id: t93, accept: [c.w3]}]}
  - {id: P4, target: 95, tasks: [{id: t95, accept: [c.w2]}]}
""" % "".join(f"  - {{id: c.w{w}, category: c, weight: {w}, collect: {{command: "
              f"{{run: [test, -e, done{w}]}}}}}}\n" for w in (78, 7, 5, 3, 2, 4, 1))


class Phases(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()

    def phases(self, *args):
        done = self.r.run("phases", "--format", "json", *args)
        return json.loads(done.stdout)

    def test_78_to_95_as_measured(self):
        """Each phase is reached by what is there, not by what is said."""
        self.r.write("seaworthy.yml", POLICY)
        reached = []
        for weight, target in ((78, 85), (7, 90), (5, 93), (3, 95), (2, None)):
            self.r.write(f"done{weight}", "")
            self.r.commit()
            self.r.run("run", code=None)
            p = self.phases()
            reached.append((p["score"]["final"],
                            [x["id"] for x in p["phases"] if x["reached"]][-1]))
            self.assertEqual(p["way"] and p["way"]["target"], target)
            if p["way"]:
                self.assertEqual([x["id"] for x in p["phases"] if x["current"]],
                                 [p["phases"][len(reached)]["id"]])
        self.assertEqual(reached, [(78.0, "start"), (85.0, "P1"), (90.0, "P2"),
                                   (93.0, "P3"), (95.0, "P4")])

    def test_the_way_is_the_next_step(self):
        self.r.write("seaworthy.yml", POLICY)
        self.r.write("done78", "")
        self.r.commit()
        self.r.run("run", code=None)
        steps = self.phases()["way"]["steps"]
        self.assertEqual([(s["check"], s["task"], s["gain"]) for s in steps],
                         [("c.w7", "t85", 7.0)])
        text = self.r.run("phases").stdout
        self.assertIn("Shortest way to 85: 1 check\n  +7.0  c.w7 (t85): ", text)
        self.assertIn("  done       P2 t78\n", text)

    def test_examples(self):
        """The two roadmaps that ship are policies that run."""
        for name, phases, tasks, risks in (("novacron", 4, 20, 3), ("timelocker", 5, 20, 4)):
            with open(os.path.join(EXAMPLES, f"{name}-roadmap.yml"), encoding="utf-8") as f:
                self.r.write("seaworthy.yml", f.read())
            self.r.write("backend/core/network/dwcp/v3/a.go", "package v3 // TODO: all\n")
            self.r.commit()
            self.r.run("run", "--no-exec", code=4)
            p = self.phases()
            self.assertEqual(len(p["phases"]), phases, name)
            self.assertEqual(sum(len(x["tasks"]) for x in p["phases"]), tasks, name)
            self.assertEqual(len(p["risks"]), risks, name)
            self.assertFalse(any(x["reached"] for x in p["phases"]), name)
            self.assertEqual([t["id"] for x in p["phases"] for t in x["tasks"]
                              if t["state"] == "unmeasured"], [], "no phase is out of reach")
            self.assertTrue(p["way"]["steps"], name)

    def test_what_is_missing_is_said(self):
        self.assertIn("no recorded run", self.r.run("phases", code=2).stderr)
        self.r.write("seaworthy.yml", POLICY[:POLICY.index("phases:")])
        self.r.commit()
        self.r.run("run", code=None)
        self.assertIn("neither phases nor risks", self.r.run("phases", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
