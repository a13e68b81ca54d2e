#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Copies snapshots from one repository into another, as users do, and compares what comes
back with tests/support/treecmp. usage: test_lifeboat_copy.py PROGRAM SUPPORT_FOLDER"""
import json
import os
import pty
import signal
import subprocess
import sys
import time
import unittest

SUPPORT = os.path.abspath(sys.argv.pop(2))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lifeboat_place import Place, PROGRAM  # noqa: E402


def lines(result):
    return [json.loads(x) for x in result.stdout.decode().strip().splitlines()]


class Pair(Place):
    """With a second repository, which another key opens."""

    def __enter__(self):
        super().__enter__()
        self.second = os.path.join(self.root, "second")
        self.key = self.env["LIFEBOAT_KEY_FILE"]
        self.other = os.path.join(self.root, "other-key")
        with open(self.other, "wb") as f:
            f.write(b"o" * 32)
        self.env["LIFEBOAT_TO_KEY_FILE"] = self.other
        self.init()
        self.there("init", "-q")
        return self

    def there(self, *args, **kw):
        return self.run("-r", self.second, *args, LIFEBOAT_KEY_FILE=self.other, **kw)

    def copy(self, *args, code=0, **kw):
        r = self.run("copy", "--to", self.second, "--json", *args, code=code, **kw)
        return [t for t in lines(r) if t["type"] != "progress"]

    def listed(self):
        return json.loads(self.there("snapshots", "--json").stdout)

    def backup(self, *args):
        return self.json("backup", self.source, *args)["snapshot"]

    def compare(self, restored):
        r = subprocess.run([os.path.join(SUPPORT, "treecmp"), "--ignore", "sockets", self.source,
                            restored], capture_output=True, text=True)
        if r.returncode != 0:
            raise AssertionError(r.stdout + r.stderr)

    def check_restore(self, what="latest"):
        target = os.path.join(self.root, "restored")
        self.there("restore", what, "--target", target)
        try:
            self.compare(target + self.source)
        finally:
            subprocess.run([os.path.join(SUPPORT, "treegen"), "--remove", target], check=True)

    def packs(self, repo):
        return [os.path.join(folder, name) for folder, _, names
                in os.walk(os.path.join(repo, "packs")) for name in names]


class Copies(unittest.TestCase):
    def test_everything_that_a_tree_can_hold(self):
        with Pair() as p:
            os.rmdir(p.source)
            treegen = os.path.join(SUPPORT, "treegen")
            subprocess.run([treegen, "--seed", "5", p.source], check=True, capture_output=True)
            try:
                p.backup()
                self.assertEqual(p.copy()[-1]["copied"], 1)
                p.check_restore()
                p.there("check", "--read-data")
            finally:
                subprocess.run([treegen, "--remove", p.source], check=True)

    def test_a_copy_says_all_that_the_snapshot_did(self):
        with Pair() as p:
            p.write("a", b"one")
            first = p.backup("--tag", "t", "--description", "words", "--host", "mars")
            p.write("a", b"two")
            second = p.backup("--host", "mars")
            p.run("tag", first, "--pin")
            was = {s["id"]: s for s in p.json("snapshots")}
            told = p.copy()
            self.assertEqual([t["action"] for t in told[:-1]],
                             ["copied", "copied"])
            for s in p.listed():
                old = was[s["original"]]
                for key in ("time", "host", "paths", "tags", "description", "pinned",
                            "summary", "user", "program"):
                    self.assertEqual(s[key], old[key], key)
            ids = {s["original"]: s["id"] for s in p.listed()}
            self.assertEqual([s["parent"] for s in p.listed()], [None, ids[first]])
            self.assertEqual(set(ids), {first, second})

    def test_what_was_copied_is_not_copied_again(self):
        with Pair() as p:
            p.write("a", os.urandom(200000))
            p.backup()
            p.copy()
            packs = p.packs(p.second)
            again = p.copy()
            self.assertEqual((again[-1]["copied"], again[-1]["known"]), (0, 1))
            self.assertEqual(again[0]["copy"], p.listed()[0]["id"])
            self.assertEqual(p.packs(p.second), packs)
            p.write("b", b"new")
            p.backup()
            third = p.copy()[-1]
            self.assertEqual((third["copied"], third["known"]), (1, 1))
            self.assertLess(third["bytes_added"], 50000, "what is known is not stored again")
            back = lines(p.run("-r", p.second, "copy", "--to", p.repo, "--json",
                               LIFEBOAT_KEY_FILE=p.other, LIFEBOAT_TO_KEY_FILE=p.key))
            self.assertEqual(back[-1]["known"], 2, "and not back to where it came from")

    def test_older_snapshots_than_the_target_are_kept_by_policy(self):
        with Pair() as p:
            for i in range(3):
                p.write("a", b"%d" % i)
                p.backup()
            p.copy()
            done = lines(p.there("forget", "--keep-last", "1", "--json"))
            self.assertEqual(done[-1]["removed"], 2)

    def test_selection_and_dry_run(self):
        with Pair() as p:
            p.write("a")
            ids = [p.backup("--host", h, "--tag", t) for h, t in (("a", "x"), ("b", "y"))]
            dry = p.copy("--dry-run")
            self.assertEqual([(t["snapshot"], t["action"], t["copy"]) for t in dry[:-1]],
                             [(i, "copy", None) for i in ids])
            self.assertEqual((dry[-1]["copied"], dry[-1]["dry_run"]), (2, True))
            self.assertEqual(p.listed(), [], "a dry run copies nothing")
            self.assertEqual(p.copy("--host", "c")[-1]["copied"], 0)
            p.copy("--tag", "y")
            self.assertEqual([s["original"] for s in p.listed()], ids[1:])
            p.copy(ids[0][:8])
            self.assertEqual({s["original"] for s in p.listed()}, set(ids))
            text = p.run("copy", "latest", "--to", p.second).stdout.decode()
            self.assertIn("known   " + ids[1][:8], text)
            self.assertEqual(p.run("copy", "-q", "--to", p.second).stdout, b"")

    def test_wrong_use(self):
        with Pair() as p:
            p.write("a")
            p.backup()
            p.run("copy", code=2)
            p.run("copy", "--to", p.second, "--compression", "much", code=2)
            p.run("copy", "--to", p.second, "--to-key-file", "x", "--to-password-file", "x",
                  code=2)
            r = p.run("copy", "--to", p.repo, LIFEBOAT_TO_KEY_FILE=p.key, code=2)
            self.assertIn(b"same repository", r.stderr)
            r = p.run("copy", "--to", os.path.join(p.root, "none"), code=5)
            self.assertIn(b"target", r.stderr)
            r = p.run("copy", "--to", p.second, LIFEBOAT_TO_PASSWORD="wrong", code=6)
            self.assertIn(b"target", r.stderr)
            p.run("copy", "--to", p.second, LIFEBOAT_PASSWORD="wrong", code=6)
            p.run("copy", "ffffffff", "--to", p.second, code=1)
            self.assertEqual(p.listed(), [])

    def test_every_way_to_unlock_the_target(self):
        with Pair() as p:
            del p.env["LIFEBOAT_TO_KEY_FILE"]
            p.write("a")
            p.backup()
            word = os.path.join(p.root, "word")
            key = os.path.join(p.root, "key")
            for path, data in ((word, b"other\n"), (key, b"k" * 32)):
                with open(path, "wb") as f:
                    f.write(data)
            p.there("key", "add", "--new-key-file", key)
            p.there("key", "add", "--new-password-file", word)
            for args, env in ((["--to-password-file", word], {}), (["--to-key-file", key], {}),
                              (["--to-password-command", "echo other"], {}),
                              ([], {"LIFEBOAT_TO_PASSWORD": "other"}),
                              ([], {"LIFEBOAT_TO_KEY_FILE": key}),
                              ([], {"LIFEBOAT_TO_PASSWORD_FILE": word}),
                              ([], {"LIFEBOAT_TO_PASSWORD_COMMAND": "echo other"})):
                p.copy(*args, **env)
            self.assertEqual(len(p.listed()), 1)

    def test_what_opens_the_source_opens_the_target(self):
        with Pair() as p:
            del p.env["LIFEBOAT_TO_KEY_FILE"]
            p.write("a")
            p.backup()
            r = p.run("copy", "--to", p.second, code=6)
            self.assertIn(b"give --to-password-file", r.stderr)
            p.there("key", "add", "--new-key-file", p.key)
            p.run("copy", "--to", p.second, LIFEBOAT_TO_PASSWORD="wrong", code=6)
            self.assertEqual(p.copy()[-1]["copied"], 1)

    def test_a_key_that_may_only_store_is_refused(self):
        with Pair() as p:
            p.write("a")
            p.backup()
            key = os.path.join(p.root, "key")
            with open(key, "wb") as f:
                f.write(b"k" * 32)
            p.there("key", "add", "--new-key-file", key, "--role", "backup")
            r = p.run("copy", "--to", p.second, "--to-key-file", key, code=1)
            self.assertIn(b"copy into a repository", r.stderr)


class Trouble(unittest.TestCase):
    def test_damage_costs_only_the_snapshots_that_have_it(self):
        with Pair() as p:
            p.write("bad", os.urandom(300000))
            before = set(p.packs(p.repo))
            bad = p.backup()
            hurt = [x for x in set(p.packs(p.repo)) - before if os.path.getsize(x) > 200000]
            self.assertEqual(len(hurt), 1)
            os.remove(os.path.join(p.source, "bad"))
            p.write("good", os.urandom(1000))
            good = p.backup()
            with open(hurt[0], "r+b") as f:
                f.seek(100000)
                f.write(b"damage")
            r = p.run("copy", "--to", p.second, "--json", code=4)
            told = [t for t in lines(r) if t["type"] != "progress"]
            self.assertEqual([(t["snapshot"], t["action"]) for t in told[:-1]],
                             [(bad, "lost"), (good, "copied")])
            self.assertIn(bad[:8], r.stderr.decode())
            self.assertIn(p.source + "/bad", r.stderr.decode())
            self.assertIn(p.source + "/bad", told[0]["error"])
            self.assertEqual(told[-1]["lost"], 1)
            self.assertEqual([s["original"] for s in p.listed()], [good])
            p.check_restore()
            p.there("check", "--read-data")

    def test_a_repaired_copy_is_made_whole_by_another(self):
        with Pair() as p:
            p.write("a", os.urandom(300000))
            p.backup()
            p.copy()
            for pack in p.packs(p.second):
                if os.path.getsize(pack) > 200000:
                    os.remove(pack)
            p.there("repair", "packs")
            p.there("repair", "snapshots", code=4)
            self.assertEqual(p.copy()[-1]["copied"], 1)
            whole = [s for s in p.listed() if s["original"]]
            p.check_restore(whole[0]["id"])

    def test_an_interrupted_copy_is_finished_by_the_next(self):
        with Pair() as p:
            for i in range(60):
                p.write(f"d{i % 7}/f{i}", os.urandom(100000))
                if i % 20 == 19:
                    p.backup()
            for how in (signal.SIGINT, signal.SIGKILL, signal.SIGTERM):
                child = subprocess.Popen([PROGRAM, "copy", "--to", p.second, "--json"],
                                         env=p.env, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE)
                child.stdout.readline()  # it is at work
                child.send_signal(how)
                _, err = child.communicate(timeout=60)
                self.assertIn(child.returncode, (0, 128 + how, -how), err.decode())
            p.copy()
            self.assertEqual(len(p.listed()), 3)
            p.check_restore()
            p.there("prune", "--max-unused", "0")
            p.there("check", "--read-data")

    def test_prunes_of_both_meanwhile(self):
        with Pair() as p:
            for i in range(30):
                p.write(f"f{i}", os.urandom(60000))
                if i % 3 == 0:
                    p.backup()
            copy = subprocess.Popen([PROGRAM, "copy", "--to", p.second], env=p.env,
                                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while copy.poll() is None:
                p.run("prune", "--max-unused", "0")
                p.there("prune", "--max-unused", "0")
                time.sleep(0.01)
            out, err = copy.communicate()
            self.assertEqual(copy.returncode, 0, (out + err).decode())
            self.assertEqual(len(p.listed()), 10)
            p.there("check", "--read-data")

    def test_a_terminal_shows_how_far_it_is(self):
        with Pair() as p:
            for i in range(16):
                p.write(f"f{i}", os.urandom(150000).hex().encode())
            p.backup()
            master, slave = pty.openpty()
            child = subprocess.Popen([PROGRAM, "copy", "--to", p.second, "--threads", "1",
                                      "--compression", "max"],  # slow enough to see
                                     env={**p.env, "TERM": "xterm"}, stdout=subprocess.DEVNULL,
                                     stderr=slave)
            os.close(slave)
            seen = b""
            try:
                while block := os.read(master, 4096):
                    seen += block
            except OSError:  # the other end is closed
                pass
            os.close(master)
            self.assertEqual(child.wait(), 0)
            self.assertIn(b"copying", seen)
            self.assertRegex(seen, rb"copying .*/4\.6 MiB .*/s  ETA ")


if __name__ == "__main__":
    unittest.main(verbosity=2)
