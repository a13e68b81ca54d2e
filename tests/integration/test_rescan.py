#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A scan that knows the tree finds what one that knows nothing does. usage: test_rescan.py PROGRAM"""
import os
import random
import shutil
import subprocess
import time
import unittest

from scan_place import PROGRAM, Repository

ROUNDS = 12
MARK = "// TODO: mark %d\n"
# What changed just now is not trusted; a clock of files ticks every few milliseconds.
SETTLED = 0.11
# A folder that is above as well as below keeps its times, whatever comes in below.
OVERLAY = """
over() { mount -t overlay overlay -o lowerdir=low,upperdir=high,workdir=work r; }
scan() { "$PROGRAM" scan --rule marker.todo --fail-on none -f jsonl "$@" r; }
PROGRAM=$1
over || exit 77
echo more >r/d/b.txt
sleep 0.2
scan >first && scan >first || exit
umount r && cp low/d/a.c low/d/new.c && over || exit
scan && echo anew && scan --no-cache
"""


class Tree:
    """Folders and files with a finding each, changed at random."""

    def __init__(self, top, seed):
        self.top = top
        self.random = random.Random(seed)
        self.count = 0

    def folders(self):
        return [self.top] + [os.path.join(at, name) for at, names, _ in os.walk(self.top)
                             for name in names if name != ".git" and not os.path.islink(os.path.join(at, name))]

    def files(self):
        return [os.path.join(at, name) for at, _, names in os.walk(self.top) for name in names]

    def free_name(self, suffix=""):
        self.count += 1
        return os.path.join(self.random.choice(self.folders()), "n%d%s" % (self.count, suffix))

    def put(self, path):
        with open(path, "a", encoding="ascii") as out:
            out.write(MARK % self.count)

    def add(self):
        self.put(self.free_name(".c"))

    def change(self):
        self.put(self.random.choice(self.files()))

    def remove(self):
        os.remove(self.random.choice(self.files()))

    def move(self):
        os.rename(self.random.choice(self.files()), self.free_name(".c"))

    def make_folder(self):
        at = self.free_name()
        os.mkdir(at)
        self.put(os.path.join(at, "a.c"))

    def remove_folder(self):
        if len(self.folders()) > 2:
            shutil.rmtree(self.random.choice(self.folders()[1:]))

    def move_folder(self):
        one = self.random.choice(self.folders())
        other = self.free_name()
        if one != self.top and not other.startswith(one + "/"):
            os.rename(one, other)

    def folder_becomes_file(self):
        one = self.random.choice(self.folders())
        if one != self.top:
            shutil.rmtree(one)
            self.put(one)

    def folder_becomes_link(self):
        one = self.random.choice(self.folders())
        if one != self.top:
            shutil.rmtree(one)
            os.symlink(self.top, one)

    def ignore(self):
        with open(os.path.join(self.random.choice(self.folders()), ".gitignore"), "w",
                  encoding="ascii") as out:
            out.write("n%d*\n" % self.random.randrange(self.count + 1))

    def step(self):
        self.random.choice([self.add, self.add, self.change, self.remove, self.move, self.make_folder,
                            self.make_folder, self.remove_folder, self.move_folder,
                            self.folder_becomes_file, self.folder_becomes_link, self.ignore])()
        while len(self.files()) < 4:
            self.add()


class Rescan(unittest.TestCase):
    def scan(self, r, *args):
        return r.run("scan", "--rule", "marker.todo", "--fail-on", "none", "-f", "jsonl", *args).stdout

    def changed_at_random(self, seed, *args):
        with Repository() as r:
            r.init()
            tree = Tree(r.root, seed)
            for _ in range(8):
                tree.make_folder()
            for i in range(ROUNDS):
                tree.step()
                time.sleep(SETTLED)
                for again in ("at once", "and again"):
                    self.assertEqual(self.scan(r, *args), self.scan(r, "--no-cache", *args),
                                     f"seed {seed}, round {i}, {again}")

    def test_what_is_below_an_overlay_shows(self):
        with Repository() as r:
            for name in ("low/d", "high", "work"):
                os.makedirs(os.path.join(r.top, name))
            low = os.path.join(r.top, "low/d")
            with open(os.path.join(low, "a.c"), "w", encoding="ascii") as out:
                out.write(MARK % 1)
            done = subprocess.run(["sh", "-c", 'unshare -rm true || exit 77; exec unshare -rm "$@"', "sh",
                                   "sh", "-c", OVERLAY, "sh", PROGRAM], cwd=r.top, env=r.env,
                                  check=False, capture_output=True, text=True)
            if done.returncode == 77:
                self.skipTest("no overlay can be mounted")
            self.assertEqual(done.returncode, 0, done.stderr)
            known, anew = done.stdout.split("anew\n")
            self.assertIn("d/new.c", anew)
            self.assertEqual(known, anew)

    def test_a_tree_changed_at_random(self):
        self.changed_at_random(1)

    def test_and_without_ignore_files(self):
        self.changed_at_random(2, "--no-ignore")


if __name__ == "__main__":
    unittest.main()
