#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bandwidth limits. usage: test_lifeboat_limits.py PROGRAM"""
import os
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lifeboat_place import Place, PROGRAM  # noqa: E402


class Limits(unittest.TestCase):
    def timed(self, p, *args):
        begun = time.monotonic()
        p.run(*args)
        return time.monotonic() - begun

    def test_what_is_sent_and_fetched_takes_its_time(self):
        with Place() as p:
            p.init()
            p.write("file", os.urandom(1 << 20))
            took = self.timed(p, "backup", "--limit-upload", "2MiB/s", p.source)
            self.assertGreater(took, 0.2, "half a second but for what was saved up")
            target = os.path.join(p.root, "back")
            took = self.timed(p, "restore", "latest", "--target", target,
                              "--limit-upload", "1", "--limit-download", "2048")
            self.assertGreater(took, 0.2, "KiB where no unit is said; nothing is sent")

    def test_a_copy_fetches_there_and_sends_here(self):
        with Place() as p:
            p.init()
            p.write("file", os.urandom(1 << 20))
            p.run("backup", p.source)
            second = os.path.join(p.root, "second")
            key = os.path.join(p.root, "key-file")
            p.run("init", "-r", second)
            copy = ["copy", "--to", second, "--to-key-file", key]
            slow = self.timed(p, *copy, "--limit-upload", "2MiB")
            self.assertGreater(slow, 0.2)
            third = os.path.join(p.root, "third")
            p.run("init", "-r", third)
            copy[2] = third
            slow = self.timed(p, *copy, "--limit-download", "2MiB", "--limit-upload", "1GiB")
            self.assertGreater(slow, 0.2)

    def test_what_is_no_rate_is_refused(self):
        with Place() as p:
            p.init()
            p.write("file")
            for rate in ("", "x", "0", "-1", "1.5MiB", "512kb", "1000TiB", "20GiB", "/s",
                         "18446744073709551615", "99999999999999999999999"):
                for option in ("--limit-upload", "--limit-download"):
                    r = p.run("backup", p.source, option, rate, code=2)
                    self.assertIn(option.encode(), r.stderr)
            self.assertEqual(p.json("snapshots"), [])

    def test_an_interrupt_ends_it_at_once_and_keeps_what_was_done(self):
        with Place() as p:
            p.init()
            p.write("file", os.urandom(4 << 20))
            child = subprocess.Popen(
                [PROGRAM, "backup", "--json", "--limit-upload", "1KiB", p.source], env=p.env,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            child.stdout.readline()  # it is at work
            child.send_signal(signal.SIGINT)
            child.communicate(timeout=60)  # unlimited: over an hour
            self.assertEqual(child.returncode, 130)
            p.run("backup", p.source)
            p.run("check", "--read-data")


if __name__ == "__main__":
    unittest.main()
