#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Suites that run again: by count, and when files change. usage: test_repeating.py PROGRAM"""
import json
import unittest

from scan_place import Repository

# The third time `b` fails; what was counted is outside of the project.
COUNTED = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks: [{id: tests.all, category: tests, weight: 1, collect: {suite: "*"}}]
suites:
  - {id: unit, run: "sh unit.sh", format: tap}
"""
UNIT = """\
echo x >>../count
echo ok 1 - a
if test $(wc -l <../count) -eq 3; then echo not ok 2 - b; else echo ok 2 - b; fi
echo 1..2
"""


class Repeat(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()
        self.r.write("seaworthy.yml", COUNTED)
        self.r.write("unit.sh", UNIT)

    def times(self):
        return self.r.read("../count").count("x")

    def test_it_stops_at_the_first_failure_and_names_what_is_flaky(self):
        done = self.r.run("test", "--repeat", "10", code=1)
        self.assertEqual(self.times(), 3)
        self.assertRegex(done.stderr, r"repetition 1 of 10: passed, 2 tests in \d")
        self.assertRegex(done.stderr, r"repetition 3 of 10: did not pass, 2 tests in \d")
        self.assertRegex(done.stderr, r"stopped at repetition 3 of 10, after 2 that passed; the shortest took \d")
        self.assertIn("flaky, since it both passed and failed: unit: b\n", done.stderr)
        self.assertIn("not ok 2 - b", done.stderr)
        self.assertNotIn("pass     suite:unit", done.stderr)

    def test_all_that_were_asked_for(self):
        done = self.r.run("test", "--repeat", "2", "--format", "json")
        self.assertEqual(self.times(), 2)
        self.assertRegex(done.stderr, r"passed 2 times; the shortest took ")
        self.assertNotIn("flaky", done.stderr)
        self.assertEqual([len(json.loads(line)) for line in done.stdout.splitlines()], [1, 1])

    def test_failed_tests_can_be_repeated(self):
        self.r.write("seaworthy.yml", COUNTED.replace("format: tap}", "format: tap, rerun: 'sh one.sh {names}'}"))
        self.r.write("one.sh", 'echo "again $1" >>../again; echo "ok 1 - $1"; echo 1..1\n')
        self.r.run("test", "--repeat", "5", code=1)
        self.r.run("test", "--rerun-failed", "--repeat", "3")
        self.assertEqual(self.r.read("../again"), "again b\n" * 3)

    def test_what_is_no_number_is_refused(self):
        for wrong in ("0", "-1", "x", "", "1000001"):
            self.assertIn("must be a number from 1 to 1000000", self.r.run("test", f"--repeat={wrong}", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
