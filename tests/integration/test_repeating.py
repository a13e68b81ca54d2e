#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Suites that run again: by count, and when files change. usage: test_repeating.py PROGRAM"""
import json
import os
import pty
import re
import signal
import subprocess
import time
import unittest

from scan_place import PROGRAM, Repository

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


WATCHED = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks: [{id: tests.all, category: tests, weight: 1, collect: {suite: "*"}}]
suites:
  - {id: api, run: "echo ran api; cat api/a", inputs: ["api/**"]}
  - {id: store, run: "echo ran store; date >>out.log; mkdir -p build; date >build/x", inputs: ["store/**"]}
  - {id: lint, run: "true"}
"""


class Watcher:
    """`test --watch` whose standard error is read line by line."""

    def __init__(self, r, *args, **kw):
        self.process = subprocess.Popen([*kw.get("before", ()), PROGRAM, "test", "--watch", *args], cwd=r.root, env=r.env,
                                        stdin=subprocess.DEVNULL, stdout=kw.get("stdout", subprocess.DEVNULL),
                                        stderr=kw.get("stderr", subprocess.PIPE))
        self.lines = []

    def until_waiting(self):
        """The lines up to the one that says that it waits."""
        lines = []
        while not lines or not lines[-1].startswith("watching"):
            line = self.process.stderr.readline().decode()
            if not line:
                raise AssertionError(f"it ended: {lines}")
            lines.append(line)
        return lines

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        rest = self.process.stderr.read().decode()
        self.process.stderr.close()
        return self.process.wait(), rest


def suites(lines):
    return sorted(re.findall(r"suite:(\w+)", "".join(lines)))


class Watch(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()
        self.r.write("seaworthy.yml", WATCHED)
        self.r.write(".gitignore", "/build/\n*.o\n")
        self.r.write("api/a", "1")
        self.r.write("store/s", "1")
        self.r.commit()

    def start(self, *args):
        w = Watcher(self.r, *args)
        self.addCleanup(lambda: w.process.poll() is None and w.process.kill())
        return w

    def first(self, w):
        """The first pass; the second is for out.log, which the first made."""
        self.assertEqual(suites(w.until_waiting()), ["api", "lint", "lint", "store"])

    def test_suites_whose_inputs_changed_run_again(self):
        w = self.start()
        self.first(w)
        self.r.write("api/new", "2")
        lines = w.until_waiting()
        self.assertIn("changed: api/new\n", lines)
        self.assertEqual(suites(lines), ["api", "lint"])
        self.r.write("store/s", "2")
        self.assertEqual(suites(w.until_waiting()), ["lint", "lint", "store"])
        os.remove(os.path.join(self.r.root, "api/new"))
        self.assertEqual(suites(w.until_waiting()), ["api", "lint"])
        self.r.write("docs/text", "matters to none but lint")
        self.assertEqual(suites(w.until_waiting()), ["lint"])
        self.r.write("docs/deep/er/text", "in folders that are new")
        self.assertEqual(suites(w.until_waiting()), ["lint"])
        self.r.write("docs/deep/er/text", "changed there")
        self.assertIn("changed: docs/deep/er/text\n", w.until_waiting())
        self.assertEqual(w.end()[0], 130)

    def test_many_files_at_once_are_one_change(self):
        w = self.start()
        self.first(w)
        for i in range(200):
            self.r.write(f"api/f{i:03}", "x")
        lines = w.until_waiting()
        seen = sum(1 for line in lines if line.startswith("changed:"))
        self.assertLess(seen, 20, "not one by one")
        self.assertEqual(w.end()[0], 130)

    def test_what_is_ignored_does_not_count(self):
        w = self.start()
        self.first(w)
        self.r.write("api/x.o", "ignored")
        self.r.write("build/x", "ignored")
        self.r.write(".git/description", "not the project's")
        self.r.write(".seaworthy/note", "nor this")
        self.r.write("api/a", "2")  # what is told next is this alone
        self.assertIn("changed: api/a\n", w.until_waiting())
        self.assertEqual(w.end(signal.SIGTERM)[0], 143)

    def test_a_broken_policy_is_told_and_waited_for(self):
        w = self.start()
        self.first(w)
        self.r.write("seaworthy.yml", WATCHED + "nonsense: 1\n")
        self.assertIn("unknown key 'nonsense'", "".join(w.until_waiting()))
        self.r.write("seaworthy.yml", WATCHED.replace("id: api", "id: renamed"))
        self.assertIn("renamed", suites(w.until_waiting()))
        self.assertEqual(w.end()[0], 130)

    def test_a_change_while_suites_run_is_seen(self):
        self.r.write("seaworthy.yml", WATCHED.replace("echo ran api;", "test -p ../gate && cat ../gate;"))
        self.r.commit()
        w = self.start()
        self.first(w)
        gate = os.path.join(self.r.top, "gate")
        os.mkfifo(gate)
        self.r.write("api/a", "2")
        with open(gate, "w", encoding="utf-8"):  # the suite has begun once this is open
            self.r.write("store/s", "meanwhile")
            os.remove(gate)
        self.assertEqual(suites(w.until_waiting()), ["api", "lint", "lint", "lint", "store"])
        self.assertEqual(w.end()[0], 130)

    def test_what_suites_write_whenever_they_run_does_not_make_them_run_for_ever(self):
        self.r.write("seaworthy.yml", WATCHED.replace('run: "true"', "run: date +%N >>always.log"))
        w = self.start()
        lines = "".join(w.until_waiting())
        self.assertEqual(lines.count("suite:lint"), 3)
        self.assertIn("taken for output, since suites change it whenever they run: always.log;", lines)
        self.r.write("api/a", "2")
        self.assertEqual(suites(w.until_waiting()), ["api", "lint"])
        self.assertEqual(w.end()[0], 130)

    def test_its_own_messages_in_a_file_of_the_project_do_not_wake_it(self):
        log = os.path.join(self.r.root, "watch.log")

        def until(text):
            while text not in self.r.read("watch.log"):
                self.assertIsNone(w.process.poll())
                time.sleep(0.02)

        with open(log, "w", encoding="utf-8") as f:
            w = Watcher(self.r, stderr=f)
        self.addCleanup(lambda: w.process.poll() is None and w.process.kill())
        until("taken for output, since suites change it whenever they run: watch.log;")
        self.r.write("api/a", "2")
        until("changed: api/a")
        w.process.send_signal(signal.SIGINT)
        self.assertEqual(w.process.wait(), 130)
        since = self.r.read("watch.log").split("taken for output")[1].split("\n", 1)[1]
        self.assertNotIn("watch.log", since)

    def test_where_the_system_has_no_room_it_looks_every_second(self):
        for limit, said in (("max_inotify_instances", "no inotify instance is free"),
                            ("max_inotify_watches", "no more folders can be watched")):
            room = ["unshare", "-Ur", "sh", "-c", f'echo 0 >/proc/sys/user/{limit} && exec "$@"', "sh"]
            if subprocess.run([*room, "true"], check=False, capture_output=True).returncode:
                self.skipTest("no user namespaces here")
            w = Watcher(self.r, before=room)
            self.addCleanup(lambda p=w.process: p.poll() is None and p.kill())
            self.assertRegex(w.until_waiting()[-1], r"watching \d+ files for changes, every second: " + said)
            self.r.write("api/a", limit)
            self.assertIn("changed: api/a\n", w.until_waiting())
            self.assertEqual(w.end()[0], 130)

    def test_inputs_that_mean_no_file_are_told(self):
        self.r.write("seaworthy.yml", WATCHED.replace('"store/**"', '"stroe/**"'))
        self.r.write("out.log", "")
        w = self.start()
        w.until_waiting()
        self.r.write("api/a", "2")
        lines = w.until_waiting()
        self.assertIn("--watch: store runs: no file is among its `inputs`; mend the globs", "".join(lines))
        self.assertIn("store", suites(lines))
        w.end()

    def test_interrupted_while_a_suite_runs(self):
        self.r.write("seaworthy.yml", WATCHED.replace("echo ran api;", "echo up >../up; exec sleep 1000;"))
        os.mkfifo(os.path.join(self.r.top, "up"))
        w = self.start()
        with open(os.path.join(self.r.top, "up"), encoding="utf-8") as f:
            f.read()
        self.assertEqual(w.end()[0], 130)

    def test_a_mistake_ends_it_at_once(self):
        self.assertIn("names no commit", self.r.run("test", "--watch", "--since", "no-such", code=2).stderr)
        for other in (["--repeat", "2"], ["--rerun-failed"]):
            self.assertIn("cannot stand beside it", self.r.run("test", "--watch", *other, code=2).stderr)

    def on_a_terminal(self):
        """What `test` draws there."""
        ours, theirs = pty.openpty()
        with subprocess.Popen([PROGRAM, "test"], cwd=self.r.root, env=dict(self.r.env, TERM="xterm", COLUMNS="80"),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs) as process:
            os.close(theirs)
            text = b""
            try:
                while piece := os.read(ours, 65536):
                    text += piece
            except OSError:  # its other end is closed
                pass
            os.close(ours)
        self.assertEqual(process.returncode, 0)
        return text.decode()

    def test_what_is_left_is_told_where_it_is_known(self):
        self.r.write("seaworthy.yml", WATCHED.replace('run: "true"', "run: sleep 0.7"))
        self.assertNotIn(" left", self.on_a_terminal(), "nothing ran before")
        self.assertRegex(self.on_a_terminal(), "~[12] s left  suite:")

    def test_a_screen_is_cleared_on_a_terminal_only(self):
        ours, theirs = pty.openpty()
        w = Watcher(self.r, stdout=theirs, stderr=theirs)
        self.addCleanup(lambda: w.process.poll() is None and w.process.kill())
        os.close(theirs)
        text = b""
        while b"watching" not in text:
            text += os.read(ours, 65536)
        before = len(text)
        self.r.write("api/a", "2")
        while text.count(b"watching") < 2:
            text += os.read(ours, 65536)
        self.assertIn(b"\x1b[H\x1b[2J", text[before:])
        w.process.send_signal(signal.SIGINT)
        while True:
            try:
                if not os.read(ours, 65536):
                    break
            except OSError:
                break
        self.assertEqual(w.process.wait(), 130)
        os.close(ours)


if __name__ == "__main__":
    unittest.main()
