#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What people see while suites run. usage: test_output.py PROGRAM"""
import os
import pty
import subprocess
import unittest

from scan_place import PROGRAM, Repository

POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks: [{id: tests.all, category: tests, weight: 1, collect: {suite: "*"}}]
suites:
  - {id: one, run: "for i in 1 2 3; do echo one $i; echo err $i >&2; cat ../a$i; done; printf 'no end'; false"}
  - {id: two, run: "for i in 1 2 3; do echo two $i; echo >../a$i; done"}
"""


class Output(unittest.TestCase):
    """The suites wait for each other line by line, so that they surely run side by side."""

    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()
        self.r.write("seaworthy.yml", POLICY)
        for i in "123":
            os.mkfifo(os.path.join(self.r.top, "a" + i))

    def test_output_of_units_is_not_mixed(self):
        done = self.r.run("test", "--jobs", "2", code=1)
        lines = [l for l in done.stderr.splitlines() if l.startswith("    | ")]
        self.assertIn("    | no end", lines)
        self.assertNotIn("two", "".join(lines), "a suite that passed shows none")
        self.assertNotIn("\x1b", done.stderr)
        self.assertNotIn("\r", done.stderr)

    def test_no_capture_shows_lines_behind_their_unit(self):
        done = self.r.run("test", "--jobs", "2", "--no-capture", code=1)
        lines = done.stderr.splitlines()
        for line in ("one | one 1", "one | err 3", "two | two 2", "one | no end"):
            self.assertIn(line, lines)
        self.assertLess(lines.index("one | one 1"), lines.index("two | two 3"))
        self.assertFalse([l for l in lines if l.startswith("    | ")], "not a second time")

    def test_control_characters_do_not_reach_the_terminal(self):
        self.r.write("hostile.sh", "printf 'x\\033[2Jy\\r\\n'\n")
        self.r.write("seaworthy.yml", POLICY.replace("for i in 1 2 3; do echo one", "sh hostile.sh; for i in 1 2 3; do echo one"))
        said = self.r.run("test", "--jobs", "2", "--no-capture", code=1).stderr
        self.assertIn("one | x", said)
        self.assertNotIn("\x1b", said)
        self.assertNotIn("\r", said)

    def test_a_terminal_shows_what_runs_and_how_many_are_over(self):
        ours, theirs = pty.openpty()
        with subprocess.Popen([PROGRAM, "test", "--jobs", "2"], cwd=self.r.root, stdout=theirs, stderr=theirs,
                              env={**self.r.env, "TERM": "xterm"}) as p:
            os.close(theirs)
            text = b""
            while True:
                try:
                    piece = os.read(ours, 65536)
                except OSError:
                    break
                if not piece:
                    break
                text += piece
            self.assertEqual(p.wait(), 1)
        os.close(ours)
        self.assertIn(b"running", text)
        self.assertIn(b"suite:", text)


if __name__ == "__main__":
    unittest.main()
