#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Backups of what changes under the reader's eyes, cannot be read, or is cut short by a
signal. usage: test_backup_faults.py PROGRAM"""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from reachable import reachable

PROGRAM = reachable(sys.argv.pop(1))
HERE = os.path.dirname(os.path.abspath(__file__))
NOBODY = 65534


class Place(tempfile.TemporaryDirectory):
    def __enter__(self):
        self.top = super().__enter__()
        self.env = {"PATH": os.environ["PATH"], "HOME": self.top, "LIFEBOAT_PASSWORD": "secret",
                    "LIFEBOAT_REPOSITORY": "repo", "LIFEBOAT_CACHE_DIR": f"{self.top}/cache"}
        self.env.update({n: v for n, v in os.environ.items() if n.split("_")[0].endswith("SAN")})
        os.mkdir(os.path.join(self.top, "data"))
        self.run("init", "-q")
        return self

    def path(self, *names):
        return os.path.join(self.top, "data", *names)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)

    def start(self, *args, **kw):
        return subprocess.Popen([PROGRAM, *args], cwd=self.top, env=self.env,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **kw)

    def run(self, *args, codes=(0,), **kw):
        child = self.start(*args, **kw)
        try:
            out, err = child.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            child.kill()
            raise AssertionError(f"{args} hangs") from None
        if child.returncode not in codes:
            raise AssertionError(f"{args}: exit {child.returncode}\n{err.decode()}")
        return out.decode(), err.decode(), child.returncode

    def give_to_nobody(self):
        """All but the data."""
        for top, folders, names in os.walk(self.top):
            if not top.startswith(self.path()):
                for name in folders + names:
                    os.chown(os.path.join(top, name), NOBODY, NOBODY)
        os.chmod(self.top, 0o777)

    def restore(self, snapshot, target):
        shutil.rmtree(os.path.join(self.top, target), ignore_errors=True)
        self.run("restore", "-q", f"{snapshot}:data", "-t", target)
        return os.path.join(self.top, target)

    def backup(self):
        """The id of a new snapshot."""
        return json.loads(self.run("backup", "--json", "data")[0].splitlines()[-1])["snapshot"]


def content(folder):
    found = {}
    for top, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(top, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, folder)] = file.read()
    return found


class Changer(threading.Thread):
    """Changes what is named changing-N, as fast as it can."""

    def __init__(self, place, seed):
        super().__init__()
        self.place, self.draw, self.done = place, random.Random(seed), threading.Event()

    def run(self):
        while not self.done.is_set():
            path = self.place.path(f"changing-{self.draw.randrange(12):02}")
            try:
                self.change(path, self.draw.randrange(6))
            except OSError:
                pass  # it is something else by now

    def change(self, path, how):
        if how == 0:
            os.unlink(path)
        elif how == 1:
            os.mkfifo(path)
        elif how == 2:
            os.mkdir(path)
        elif how == 3:
            os.rmdir(path)
        elif how == 4:
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK)
            os.write(fd, bytes(self.draw.randrange(1 << 22)))
            os.close(fd)
        else:
            os.truncate(path, self.draw.randrange(1 << 12))


class Faults(unittest.TestCase):
    def test_files_that_change_while_they_are_read(self):
        with Place() as p:
            still = {f"still-{n:02}": random.Random(n).randbytes(40000 * n) for n in range(12)}
            for name, data in still.items():
                p.write(name, data)
            for seed in range(6):
                changer = Changer(p, seed)
                changer.start()
                try:
                    p.run("backup", "-f", "data", codes=(0, 3))
                finally:
                    changer.done.set()
                    changer.join()
                found = content(p.restore("latest", "out"))
                self.assertEqual({n: found.get(n) for n in still}, still, f"seed {seed}")

    @unittest.skipUnless(os.geteuid() == 0, "a root that becomes nobody")
    def test_what_may_not_be_read_is_told_and_the_rest_is_kept(self):
        with Place() as p:
            p.write("open", b"open")
            p.write("secret", b"secret")
            os.mkdir(p.path("closed"), 0o700)
            p.write("closed/inside", b"inside")
            os.chmod(p.path("secret"), 0o600)
            os.chown(p.path("open"), NOBODY, NOBODY)
            p.give_to_nobody()
            _, err, _ = p.run("backup", "data", codes=(3,), user=NOBODY, group=NOBODY,
                              extra_groups=[])
            self.assertRegex(err, "data/secret: .*Permission denied")
            self.assertRegex(err, "data/closed/: .*Permission denied")
            found = content(p.restore("latest", "out"))
            self.assertEqual(found.get("open"), b"open")
            self.assertNotIn("closed/inside", found)

    def test_a_source_behind_a_link_is_kept(self):
        """Links on the way to a source are followed, as every program does that is given
        such a path; the source itself is what its name says."""
        with Place() as p:
            os.makedirs(p.path("real/source"))
            p.write("real/source/file", b"behind")
            os.symlink("real", p.path("link"))
            _, err, _ = p.run("backup", "data/link/source", "data/link", codes=(3,))
            self.assertRegex(err, "data/link: .* left out")
            found = p.restore("latest", "out")
            self.assertTrue(os.path.islink(os.path.join(found, "link")))
            p.run("backup", "data/link/source")
            found = p.restore("latest", "out")
            self.assertEqual(content(found), {"link/source/file": b"behind"})
            _, err, _ = p.run("backup", "data/real", "data/gone/source", codes=(3,))
            self.assertRegex(err, "data/gone.*No such file")

    @unittest.skipUnless(os.geteuid() == 0, "a root that becomes nobody")
    def test_folders_on_the_way_need_not_be_listed(self):
        with Place() as p:
            os.makedirs(p.path("homes/nobody"))
            p.write("homes/nobody/file", b"mine")
            os.chmod(p.path("homes"), 0o711)
            p.give_to_nobody()
            p.run("backup", "data/homes/nobody", user=NOBODY, group=NOBODY, extra_groups=[])
            self.assertEqual(content(p.restore("latest", "out")), {"homes/nobody/file": b"mine"})

    def test_signals_at_any_moment(self):
        """Earlier snapshots stay whole, and the next backup completes."""
        draw = random.Random(1)
        with Place() as p:
            p.write("first", draw.randbytes(3 << 20))
            kept = {p.backup(): content(p.path())}
            for number in range(16):
                p.write(f"more-{number % 4}", draw.randbytes(6 << 20))
                child = p.start("backup", "-q", "data")
                time.sleep(draw.random() * 0.6)  # any moment is the point
                child.send_signal(signal.SIGINT if number % 2 else signal.SIGKILL)
                _, err = child.communicate(timeout=120)
                # -SIGINT: before the program was there to take it
                self.assertIn(child.returncode, (0, 130, -signal.SIGKILL, -signal.SIGINT),
                              err.decode())
                if number % 4 == 3:
                    kept[p.backup()] = content(p.path())
            for snapshot, files in kept.items():
                self.assertEqual(content(p.restore(snapshot, "out")), files, snapshot)
            listed = subprocess.run([os.path.join(HERE, "../reader/reader.py"), "repo",
                                     "snapshots"], cwd=p.top, env=p.env, capture_output=True,
                                    check=True).stdout.decode().split()
            self.assertLessEqual(set(kept), set(listed), "the independent reader")


if __name__ == "__main__":
    unittest.main()
