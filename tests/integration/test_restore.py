#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Restores with the lifeboat program, and compares. usage: test_restore.py PROGRAM TREECMP"""
import os
import subprocess
import sys
import unittest

TREECMP = os.path.abspath(sys.argv.pop(2))
from test_lifeboat import Place  # noqa: E402  (takes PROGRAM from the command line)


class Target(Place):
    """With a folder to restore into."""

    def __enter__(self):
        super().__enter__()
        self.target = os.path.join(self.root, "target")
        self.restored = self.target + self.source
        return self.init()

    def restore(self, *args, what="latest", **kw):
        return self.json("restore", what, "--target", self.target, *args, **kw)

    def backup(self):
        return self.json("backup", self.source)

    def compare(self, restored=None):
        r = subprocess.run([TREECMP, self.source, restored or self.restored],
                           capture_output=True, text=True)
        if r.returncode != 0:
            raise AssertionError(r.stdout + r.stderr)


class Restore(unittest.TestCase):
    def test_everything_lands_below_the_target(self):
        with Target() as p:
            p.write("a", b"a" * 1000)
            p.write("d/large", os.urandom(3 << 20))
            p.write("d/e/empty", b"")
            p.write(b"odd \xff\n name")
            os.symlink("../nowhere", os.path.join(p.source, "link"))
            os.link(os.path.join(p.source, "a"), os.path.join(p.source, "d/other"))
            os.mkfifo(os.path.join(p.source, "fifo"), 0o640)
            os.utime(os.path.join(p.source, "d"), ns=(1, 123456789))
            p.backup()
            r = p.restore()
            p.compare()
            self.assertEqual((r["type"], r["files"], r["errors"]), ("summary", 5, 0))
            self.assertEqual(r["bytes_written"], 1000 + (3 << 20) + 5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
