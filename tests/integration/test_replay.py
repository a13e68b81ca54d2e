#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A recorded run, shown again. usage: test_replay.py PROGRAM"""
import os
import unittest

from scan_place import Repository

POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks:
  - {id: tests.all, category: tests, weight: 1, collect: {suite: "*"}}
suites:
  - {id: good, run: "true"}
  - {id: bad, run: "for i in $(seq 20); do echo line $i of bad; done; false"}
  - {id: gone, run: "no-such-program-here"}
  - {id: left, run: "true", inputs: ["left.c"]}
"""


class Replay(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()
        self.r.write("seaworthy.yml", POLICY)
        self.r.write("left.c", "int left;\n")
        self.r.commit()
        self.ran = self.r.run("run", "--since", "HEAD", code=1)

    def artefact(self, text):
        """Path of the artefact that holds the text."""
        for folder, _, names in os.walk(os.path.join(self.r.root, ".seaworthy/runs")):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.basename(folder) == "artefacts" and text in self.r.read(path):
                    return path
        raise AssertionError(text)

    def test_it_is_what_was_shown(self):
        again = self.r.run("replay", code=1)
        self.assertEqual(again.stdout, self.ran.stdout)
        shown = [l for l in self.ran.stderr.splitlines() if l.startswith("  ")]
        lines = again.stderr.splitlines()
        self.assertRegex(lines[0], r"^replay of \S+: started 20\S+, took ")
        self.assertEqual(lines[1:], shown)
        self.assertIn("    | line 20 of bad", lines)
        self.assertIn("  -        suite:left  not selected: no input changed since HEAD", lines)

    def test_damaged_and_missing_output_is_told(self):
        path = self.artefact("line 20 of bad")
        with open(path, "a", encoding="utf-8") as f:
            f.write("forged")
        said = self.r.run("replay", code=6).stderr
        self.assertIn("suite:bad: its output, artefacts/", said)
        self.assertIn("it is not what was recorded", said)
        self.assertNotIn("forged", said)
        os.remove(path)
        self.assertIn("suite:bad: its output, artefacts/", self.r.run("replay", code=6).stderr)

    def test_damaged_events_are_told(self):
        run = os.path.join(".seaworthy/runs", os.listdir(os.path.join(self.r.root, ".seaworthy/runs"))[0])
        events = self.r.read(run + "/events.jsonl")
        for line in ("no json", "{}", '{"id": 1}', events.splitlines()[0].replace('"ms":', '"MS":'),
                     events.splitlines()[0].replace('"cases":', '"cases":9999999999,"x":')):
            self.r.write(run + "/events.jsonl", events + line + "\n")
            self.assertIn("line 5 of events.jsonl is damaged", self.r.run("replay", code=6).stderr, line)
        os.remove(os.path.join(self.r.root, run, "events.jsonl"))
        said = self.r.run("replay", code=6).stderr
        self.assertIn("this run keeps no events", said)
        self.assertIn("events.jsonl: it is missing", said)

    def test_what_is_no_run_is_refused(self):
        self.assertIn("nor a recorded run", self.r.run("replay", "19990101", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
