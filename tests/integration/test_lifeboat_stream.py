#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Backups of standard input and of what a command prints. usage: test_lifeboat_stream.py
PROGRAM"""
import json
import os
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lifeboat_place import Place, PROGRAM  # noqa: E402


class Stream(unittest.TestCase):
    def feed(self, p, data, *args, code=0):
        r = subprocess.run([PROGRAM, "backup", "--stdin", "--json", *args], env=p.env, input=data,
                           capture_output=True, timeout=120)
        self.assertEqual(r.returncode, code, r.stderr)
        return json.loads(r.stdout.splitlines()[-1]) if code == 0 else r

    def test_standard_input_comes_back(self):
        with Place() as p:
            p.init()
            for data in (b"", b"x", os.urandom(9 << 20), b"line\n" * 3000000):
                made = self.feed(p, data, "--stdin-name", "odd name", "--tag", "t")
                self.assertEqual((made["files"], made["bytes"]), (1, len(data)))
                self.assertEqual(p.run("dump", "latest:/odd name").stdout, data)
            s = p.json("snapshots")[-1]
            self.assertEqual((s["paths"], s["tags"], s["parent"]), (["/odd name"], ["t"], None))
            again = self.feed(p, data)
            self.assertLess(again["bytes_added"], 20000, "what is known is not stored again")
            p.run("check", "--read-data")

    def test_a_command_is_run_and_judged(self):
        with Place() as p:
            p.init()
            p.run("backup", "--stdin-from-command", "--", "sh", "-c", "echo out; echo talk >&2")
            self.assertEqual(p.run("dump", "latest:/stdin").stdout, b"out\n")
            for command, said in ((["sh", "-c", "echo part; exit 3"], b"exit code 3"),
                                  (["sh", "-c", "kill -9 $$"], b"did not come to its end"),
                                  (["/nowhere/at/all"], b"cannot be run")):
                r = p.run("backup", "--stdin-from-command", "--", *command, code=1)
                self.assertIn(said, r.stderr)
                self.assertIn(b"no snapshot was made", r.stderr)
            self.assertEqual(len(p.json("snapshots")), 1)

    def test_a_dry_run_stores_nothing(self):
        with Place() as p:
            p.init()
            self.feed(p, b"data", "--dry-run")
            self.assertEqual(p.json("snapshots"), [])

    def test_what_does_not_go_together_is_refused(self):
        with Place() as p:
            p.init()
            p.write("file")
            for args in (["--stdin", p.source], ["--stdin", "--stdin-from-command", "--", "ls"],
                         ["--stdin-from-command"], ["--stdin-name", "x", p.source], [],
                         ["--stdin", "--stdin-name", "a/b"], ["--stdin", "--stdin-name", ""],
                         ["--stdin", "--force"], ["--stdin", "--exclude", "x"],
                         ["--stdin", "--parent", "latest"], ["--stdin", "--threads", "2"],
                         ["--stdin", "--one-file-system"], ["--stdin", "--exclude-caches"]):
                p.run("backup", *args, code=2)
            self.assertEqual(p.json("snapshots"), [])

    def test_a_signal_ends_it_and_the_command(self):
        with Place() as p:
            p.init()
            for args in (["--stdin"], ["--stdin-from-command", "--", "sh", "-c",
                                       "echo ready >&2; exec sleep 100"]):
                child = subprocess.Popen([PROGRAM, "backup", "--json", *args], env=p.env,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE)
                if "--stdin" in args:
                    child.stdin.write(b"x" * (1 << 20))
                    child.stdin.flush()
                    child.stdout.readline()  # progress: it is at work
                else:
                    child.stderr.readline()
                child.send_signal(signal.SIGINT)
                self.assertEqual(child.wait(timeout=60), 130)
                for pipe in (child.stdin, child.stdout, child.stderr):
                    pipe.close()
            self.assertEqual(p.json("snapshots"), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
