#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a restore must not destroy, show, or call done.
usage: test_restore_safe.py PROGRAM SUPPORT_FOLDER"""
import os
import subprocess
import unittest

from test_restore import NOBODY, PROGRAM, ROOT, Target

NOW = 1700000000


class Safe(Target):
    def run_as_nobody(self, *args, code=0):
        r = subprocess.run([PROGRAM, *args], env=self.env, user=NOBODY, group=NOBODY,
                           extra_groups=[], capture_output=True, timeout=120)
        if r.returncode != code:
            raise AssertionError(f"{args}: exit {r.returncode}\n{r.stdout}{r.stderr}")
        return r

    def give_to_nobody(self, *but):
        for folder, folders, files in os.walk(self.root):
            for name in [".", *folders, *files]:
                path = os.path.normpath(os.path.join(folder, name))
                if path not in but:
                    os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        os.chmod(self.root, 0o755)

    def break_packs(self):
        """Of data: every byte but those of their first block."""
        for folder, _, names in os.walk(os.path.join(self.repo, "packs")):
            for name in names:
                path = os.path.join(folder, name)
                if os.path.getsize(path) > 100000:
                    os.chmod(path, 0o600)
                    with open(path, "r+b") as f:
                        f.seek(4096)
                        f.write(bytes(os.path.getsize(path) - 4096))


class Kept(unittest.TestCase):
    def test_a_file_stays_where_the_snapshot_cannot_be_read(self):
        with Safe() as p:
            p.write("only", os.urandom(200000))
            p.backup()
            p.break_packs()
            p.put("only", b"mine\n" * 40000)
            r = p.run("restore", "latest", "--target", p.target, code=1)
            self.assertIn(b"only: left out", r.stderr)
            self.assertEqual(os.listdir(p.restored), ["only"])
            self.assertEqual(p.get("only"), b"mine\n" * 40000)

    def test_keep_both_looks_at_the_content(self):
        with Safe() as p:
            p.write("a", b"snapshot\n")
            os.symlink("snapshot", os.path.join(p.source, "link"))
            os.utime(os.path.join(p.source, "a"), (NOW, NOW))
            os.utime(os.path.join(p.source, "link"), (NOW, NOW), follow_symlinks=False)
            p.backup()
            p.put("a", b"targets!\n", NOW)
            os.symlink("target", p.at("link"))
            os.utime(p.at("link"), (NOW, NOW), follow_symlinks=False)
            for _ in range(2):
                p.restore("--conflict", "keep-both")
                self.assertEqual(sorted(os.listdir(p.restored)),
                                 ["a", "a.restored", "link", "link.restored"])
                self.assertEqual((p.get("a"), p.get("a.restored")),
                                 (b"targets!\n", b"snapshot\n"))

    def test_if_newer_exchanges_files_at_once(self):
        """Patched in its place, a file is newer than the snapshot's until the end: stopped
        there, the next run would spare what is half one and half the other."""
        with Safe() as p:
            p.write("a", b"snapshot\n")
            p.backup()
            p.put("a", b"target\n", 1)
            with open(p.at("a"), "rb") as before:
                p.restore("--conflict", "if-newer")
                self.assertEqual(before.read(), b"target\n")
            self.assertEqual(p.get("a"), b"snapshot\n")

    def test_whoever_has_a_file_open_does_not_see_what_is_not_for_him(self):
        with Safe() as p:
            p.write("secret", b"secret\n")
            os.chmod(os.path.join(p.source, "secret"), 0o600)
            p.backup()
            p.put("secret", b"public\n")
            os.chmod(p.at("secret"), 0o644)
            with open(p.at("secret"), "rb") as spy:
                p.restore()
                self.assertEqual(spy.read(), b"public\n")
            p.compare()


class Delete(unittest.TestCase):
    @unittest.skipUnless(ROOT, "needs another user to become")
    def test_what_could_not_be_read_is_not_extra(self):
        with Safe() as p:
            for name in ("d/read", "d/unread", "e/read"):
                p.write(name)
            unread = os.path.join(p.source, "d/unread")
            os.chmod(unread, 0)
            p.give_to_nobody(unread)
            p.run_as_nobody("backup", p.source, code=3)
            for name in ("d/unread", "d/extra", "e/extra"):
                p.put(name, b"mine\n")
            r = p.run("restore", "latest", "--target", p.target, "--delete", "--json")
            self.assertIn(b"not all that was in this folder was backed up", r.stderr)
            self.assertEqual(p.get("d/unread"), b"mine\n")
            self.assertEqual(sorted(os.listdir(p.at("d"))), ["extra", "read", "unread"])
            self.assertEqual(os.listdir(p.at("e")), ["read"])


class Told(unittest.TestCase):
    """What a restore says is what it did, and what a dry run said."""

    def test_a_file_that_was_longer_is_not_unchanged(self):
        with Safe() as p:
            p.write("a", b"snapshot")
            p.backup()
            p.put("a", b"snapshot and more")
            planned = p.actions("--dry-run")
            self.assertIn(("overwrite", "a"), planned)
            self.assertEqual(p.actions(), planned)
            self.assertEqual(p.get("a"), b"snapshot")

    @unittest.skipUnless(ROOT, "needs another user to become")
    def test_read_only_files_that_are_right_are_left_alone(self):
        with Safe() as p:
            p.write("d/a")
            p.write("d/b")
            for name, mode in (("d/a", 0o444), ("d/b", 0o400), ("d", 0o555)):
                os.chmod(os.path.join(p.source, name), mode)
            p.give_to_nobody()
            p.run_as_nobody("backup", p.source)
            p.run_as_nobody("restore", "latest", "--target", p.target)
            before = p.listing()
            r = p.run_as_nobody("restore", "latest", "--target", p.target, "-v")
            self.assertEqual(r.stderr.count(b"unchanged") + r.stdout.count(b"unchanged"), 3, r)
            inodes = {path: st[0] for path, st in p.listing().items()}
            self.assertEqual(inodes, {path: st[0] for path, st in before.items()})

    def test_names_of_one_file_find_each_other_again(self):
        for policy in ("skip", "if-newer", "keep-both", "overwrite"):
            with Safe() as p:
                p.write("a", b"one file\n")
                for name in ("b", "c"):
                    os.link(os.path.join(p.source, "a"), os.path.join(p.source, name))
                p.backup()
                p.restore()
                os.unlink(p.at("b"))
                self.assertEqual(p.actions("--conflict", policy),
                                 {("unchanged", "a"), ("restore", "b"), ("unchanged", "c")})
                p.compare()


if __name__ == "__main__":
    unittest.main(verbosity=2)
