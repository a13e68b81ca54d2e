#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Restores with the lifeboat program, and compares with tests/support/treecmp, which knows
nothing of the engine. usage: test_restore.py PROGRAM SUPPORT_FOLDER"""
import hashlib
import json
import os
import pty
import signal
import stat
import subprocess
import sys
import unittest

SUPPORT = os.path.abspath(sys.argv.pop(2))
from test_lifeboat import PROGRAM, Place  # noqa: E402  (takes PROGRAM from the arguments)

ROOT = os.geteuid() == 0
NOBODY = 65534
MIB = 1 << 20


class Target(Place):
    """With a folder to restore into."""

    def __enter__(self):
        super().__enter__()
        self.target = os.path.join(self.root, "target")
        self.restored = self.target + self.source
        self.outside = os.path.join(self.root, "outside")
        os.mkdir(self.outside)
        return self.init()

    def restore(self, *args, what="latest", **kw):
        return self.json("restore", what, "--target", self.target, *args, **kw)

    def actions(self, *args, what="latest"):
        out = self.run("restore", what, "--target", self.target, "-v", "--json", *args).stdout
        lines = [json.loads(line) for line in out.splitlines()]
        return {(a["action"], a["path"].removeprefix("/").removeprefix(self.source[1:] + "/"))
                for a in lines if a["type"] == "action"}

    def backup(self):
        return self.json("backup", self.source)

    def at(self, name):
        return os.path.join(self.restored, name)

    def put(self, name, data=b"other\n", mtime=None):
        """A file in the target."""
        os.makedirs(os.path.dirname(self.at(name)), exist_ok=True)
        with open(self.at(name), "wb") as f:
            f.write(data)
        if mtime is not None:
            os.utime(self.at(name), (mtime, mtime))

    def get(self, name):
        with open(self.at(name), "rb") as f:
            return f.read()

    def compare(self, *options, restored=None):
        r = subprocess.run([os.path.join(SUPPORT, "treecmp"), *options, self.source,
                            restored or self.restored], capture_output=True, text=True)
        if r.returncode != 0:
            raise AssertionError(r.stdout + r.stderr)

    def listing(self):
        out = {}
        for folder, folders, files in os.walk(self.target):
            for name in folders + files:
                st = os.lstat(os.path.join(folder, name))
                out[os.path.join(folder, name)] = (st.st_ino, st.st_mtime_ns, st.st_ctime_ns,
                                                   st.st_size, st.st_mode)
        return out


class Whole(unittest.TestCase):
    def test_everything_lands_below_the_target(self):
        with Target() as p:
            p.write("a", b"a" * 1000)
            p.write("d/large", os.urandom(3 * MIB))
            p.write("d/e/empty", b"")
            p.write(b"odd \xff\n name")
            os.symlink("../nowhere", os.path.join(p.source, "link"))
            os.link(os.path.join(p.source, "a"), os.path.join(p.source, "d/other"))
            os.mkfifo(os.path.join(p.source, "fifo"), 0o640)
            os.utime(os.path.join(p.source, "d"), ns=(1, 123456789))
            made = p.backup()
            r = p.restore()
            p.compare()
            self.assertEqual((r["type"], r["files"], r["errors"]), ("summary", 5, 0))
            self.assertEqual(r["bytes"], made["bytes"])
            self.assertEqual(r["bytes_written"], 1000 + 3 * MIB + 5)

    def round_trip(self, seed, *options):
        with Target() as p:
            os.rmdir(p.source)
            treegen = os.path.join(SUPPORT, "treegen")
            subprocess.run([treegen, "--seed", str(seed), *options, p.source], check=True,
                           capture_output=True)
            try:
                p.backup()
                p.restore()
                p.compare("--ignore", "sockets")
                again = p.restore()
                p.compare("--ignore", "sockets")
                self.assertEqual(again["bytes_written"], 0, "a second time nothing is new")
            finally:
                subprocess.run([treegen, "--remove", p.source], check=True)
                subprocess.run([treegen, "--remove", p.restored], check=True)

    def test_a_tree_with_everything_comes_back(self):
        self.round_trip(2, *([] if ROOT else ["--user"]))

    @unittest.skipUnless(ROOT, "needs another user to become")
    def test_an_ordinary_user_gets_what_he_may_have(self):
        with Target() as p:
            p.write("mine", b"m")
            p.write("setuid", b"s")
            for name, mode in (("mine", 0o640), ("setuid", 0o4755)):
                os.chown(os.path.join(p.source, name), 0, 0)
                os.chmod(os.path.join(p.source, name), mode)
            p.backup()
            for folder, folders, files in os.walk(p.root):
                for name in [".", *folders, *files]:
                    os.chown(os.path.join(folder, name), NOBODY, NOBODY,
                             follow_symlinks=False)
            os.chmod(p.root, 0o755)
            # A build that measures coverage notes it where this user may write.
            env = {**p.env, "GCOV_PREFIX": p.root}
            r = subprocess.run([PROGRAM, "restore", "latest", "--target", p.target, "--json"],
                               env=env, user=NOBODY, group=NOBODY, extra_groups=[],
                               capture_output=True, timeout=120)
            self.assertEqual((r.returncode, r.stderr), (0, b""))
            self.assertEqual(stat.S_IMODE(os.stat(p.at("mine")).st_mode), 0o640)
            self.assertEqual(os.stat(p.at("setuid")).st_mode & stat.S_ISUID, 0,
                             "it would now speak for somebody else")


class Selected(unittest.TestCase):
    def fill(self, p):
        for name in ("a.txt", "d/b.txt", "d/c.bin", "d/e/f.txt", "g/h.bin"):
            p.write(name, name.encode())
        p.backup()

    def names(self, p, below):
        return sorted(os.path.relpath(os.path.join(folder, name), below)
                      for folder, folders, files in os.walk(below)
                      for name in folders + files)

    def test_the_contents_of_a_folder_land_in_the_target(self):
        with Target() as p:
            self.fill(p)
            p.restore(what=f"latest:{p.source}/d")
            self.assertEqual(self.names(p, p.target), ["b.txt", "c.bin", "e", "e/f.txt"])
            self.assertEqual(os.stat(p.target).st_mtime_ns,
                             os.stat(os.path.join(p.source, "d")).st_mtime_ns)

    def test_a_file_lands_in_the_target_by_its_name(self):
        with Target() as p:
            self.fill(p)
            p.restore(what=f"latest:{p.source}/d/e/f.txt")
            self.assertEqual(self.names(p, p.target), ["f.txt"])

    def test_patterns_choose_and_make_no_empty_folders(self):
        with Target() as p:
            self.fill(p)
            for args, wanted in (
                    (["--include", "*.bin"], ["d", "d/c.bin", "g", "g/h.bin"]),
                    (["--include", p.source + "/d/e"], ["d", "d/e", "d/e/f.txt"]),
                    (["--exclude", "d", "--exclude", "*.txt"], ["g", "g/h.bin"]),
                    (["--iinclude", "*.BIN", "--exclude", "g"], ["d", "d/c.bin"])):
                p.restore(*args)
                self.assertEqual(self.names(p, p.restored), wanted, args)
                subprocess.run(["rm", "-r", p.target], check=True)

    def test_what_is_not_there_is_told(self):
        with Target() as p:
            self.fill(p)
            r = p.run("restore", "latest:/nowhere", "--target", p.target, code=1)
            self.assertIn(b"/nowhere in the snapshot: no such entry", r.stderr)
            self.assertFalse(os.path.exists(p.target), "nothing is made for nothing")
            p.run("restore", "latest", code=2)
            p.run("restore", "latest", "--target", p.target, "--conflict", "guess", code=2)


class Conflicts(unittest.TestCase):
    NOW = 1700000000

    def fill(self, p):
        for name in ("older", "newer", "same"):
            p.write(name, b"snapshot\n")
            os.utime(os.path.join(p.source, name), (self.NOW, self.NOW))
        p.backup()
        p.put("older", b"target\n", self.NOW - 100)
        p.put("newer", b"target\n", self.NOW + 100)
        p.put("same", b"snapshot\n", self.NOW)

    def test_each_policy(self):
        new, old = b"snapshot\n", b"target\n"
        for policy, older, newer in (("overwrite", new, new), ("skip", old, old),
                                     ("if-newer", new, old), ("keep-both", old, old)):
            with Target() as p:
                self.fill(p)
                p.restore("--conflict", policy)
                self.assertEqual((p.get("older"), p.get("newer")), (older, newer), policy)
                self.assertEqual(p.get("same"), new)

    def test_both_are_kept_once(self):
        with Target() as p:
            self.fill(p)
            for _ in range(2):
                p.restore("--conflict", "keep-both")
                self.assertEqual(sorted(os.listdir(p.restored)),
                                 ["newer", "newer.restored", "older", "older.restored",
                                  "same"])
            p.put("older.restored", b"mine\n")
            p.restore("--conflict", "keep-both")
            self.assertEqual(p.get("older.restored"), b"mine\n")
            self.assertEqual(p.get("older.restored-2"), b"snapshot\n")

    def test_the_user_is_asked(self):
        with Target() as p:
            self.fill(p)
            pid, fd = pty.fork()
            if pid == 0:
                os.execve(PROGRAM, [PROGRAM, "restore", "latest", "--target", p.target,
                                    "--conflict", "prompt", "-q"], p.env)
            seen = b""
            for answer in (b"s\n", b"o\n"):
                while not seen.endswith(b"(q)? "):
                    seen += os.read(fd, 1000)
                seen += b"\n"
                os.write(fd, answer)
            try:
                while os.read(fd, 1000):
                    pass
            except OSError:
                pass  # the end of a terminal
            os.close(fd)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0)
            self.assertEqual((p.get("newer"), p.get("older")), (b"target\n", b"snapshot\n"))

    def test_a_folder_with_content_gives_way_only_to_delete(self):
        with Target() as p:
            p.write("a/in", b"1")
            p.write("file", b"2")
            p.backup()
            p.put("file/inside", b"3")
            p.put("a", b"4")
            r = p.run("restore", "latest", "--target", p.target, code=1)
            self.assertIn(b"in the way", r.stderr)
            self.assertEqual((p.get("file/inside"), p.get("a/in")), (b"3", b"1"))
            p.restore("--delete")
            p.compare()

    def test_names_linked_elsewhere_keep_their_content(self):
        with Target() as p:
            p.write("a", b"snapshot\n")
            p.backup()
            p.put("a", b"target\n")
            kept = os.path.join(p.outside, "kept")
            os.link(p.at("a"), kept)
            p.restore()
            with open(kept, "rb") as f:
                self.assertEqual(f.read(), b"target\n")
            self.assertEqual(os.stat(kept).st_nlink, 1)
            p.compare()


class Links(unittest.TestCase):
    """Somebody has put symbolic links into the target."""

    def test_no_link_is_followed_out_of_the_target(self):
        with Target() as p:
            p.write("d/e/f", b"1")
            p.write("file", b"2")
            os.symlink("x", os.path.join(p.source, "link"))
            p.backup()
            victim = os.path.join(p.outside, "victim")
            with open(victim, "wb") as f:
                f.write(b"keep")
            for name, to in (("d", p.outside), ("file", victim), ("link", p.outside)):
                os.makedirs(p.restored, exist_ok=True)
                os.symlink(to, p.at(name))
            p.restore()
            p.compare()
            self.assertEqual(os.listdir(p.outside), ["victim"])
            with open(victim, "rb") as f:
                self.assertEqual(f.read(), b"keep")

    def test_skipping_leaves_the_link_and_what_it_leads_to(self):
        with Target() as p:
            p.write("d/e/f", b"1")
            p.backup()
            os.makedirs(p.restored)
            os.symlink(p.outside, p.at("d"))
            p.restore("--conflict", "skip")
            self.assertEqual(os.listdir(p.outside), [])
            self.assertTrue(os.path.islink(p.at("d")))

    def test_delete_removes_links_and_not_what_they_lead_to(self):
        with Target() as p:
            p.write("a", b"1")
            p.backup()
            with open(os.path.join(p.outside, "victim"), "wb") as f:
                f.write(b"keep")
            os.makedirs(p.at("extra"))
            os.symlink(p.outside, p.at("extra/to"))
            os.symlink(p.outside, p.at("to"))
            p.restore("--delete")
            p.compare()
            self.assertEqual(os.listdir(p.outside), ["victim"])

    def test_hard_links_are_made_of_what_was_separate(self):
        with Target() as p:
            p.write("d/a", b"1")
            for name in ("b", "e", "d/c"):
                os.link(os.path.join(p.source, "d/a"), os.path.join(p.source, name))
            p.backup()
            p.put("b", b"1")
            p.put("d/c", b"2")
            p.restore()
            p.compare()


class Delete(unittest.TestCase):
    def test_only_inside_what_was_backed_up(self):
        with Target() as p:
            p.write("d/a", b"1")
            p.backup()
            p.put("extra", b"1")
            p.put("d/more/deep/x", b"1")
            p.put("../beside", b"1")
            with open(os.path.join(p.target, "top"), "wb") as f:
                f.write(b"1")
            r = p.restore("--delete")
            p.compare()
            self.assertEqual(r["deleted"], 4)
            self.assertEqual(p.get("../beside"), b"1")
            self.assertTrue(os.path.exists(os.path.join(p.target, "top")))

    def test_relative_sources_too(self):
        with Target() as p:
            p.write("d/a", b"1")
            p.json("backup", "source/d", cwd=p.root)
            for name in ("source/d/extra", "source/beside"):
                path = os.path.join(p.target, name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as f:
                    f.write(b"1")
            self.assertEqual(p.restore("--delete")["deleted"], 1)
            self.assertEqual(sorted(os.listdir(os.path.join(p.target, "source"))),
                             ["beside", "d"])

    def test_what_the_filter_leaves_out_stays(self):
        with Target() as p:
            p.write("d/a", b"1")
            p.write("d/a.keep", b"1")
            p.backup()
            for name in ("d/x", "d/y.keep", "more/z.keep", "more/x"):
                p.put(name, b"1")
            r = p.restore("--delete", "--exclude", "*.keep")
            self.assertEqual(r["deleted"], 2)
            self.assertEqual(sorted(os.listdir(p.at("d"))), ["a", "y.keep"])
            self.assertEqual(os.listdir(p.at("more")), ["z.keep"])


class DryRun(unittest.TestCase):
    def test_lists_each_action_and_changes_nothing(self):
        with Target() as p:
            for name in ("new", "changed", "same", "d/in"):
                p.write(name, name.encode())
            p.backup()
            p.restore()
            os.unlink(p.at("new"))
            os.unlink(p.at("d/in"))
            os.rmdir(p.at("d"))
            st = os.stat(p.at("changed"))
            p.put("changed", b"CHANGED")
            os.utime(p.at("changed"), ns=(st.st_atime_ns, st.st_mtime_ns))
            p.put("extra/x", b"1")
            before = p.listing()
            seen = p.actions("--dry-run", "--delete")
            self.assertEqual(p.listing(), before)
            wanted = {("restore", "new"), ("restore", "d"), ("restore", "d/in"),
                      ("overwrite", "changed"), ("unchanged", "same"),
                      ("delete", "extra/x"), ("delete", "extra")}
            self.assertEqual(seen, wanted)
            self.assertEqual(p.actions("--delete"), wanted)
            p.compare()

    def test_into_a_folder_that_is_not_there(self):
        with Target() as p:
            p.write("a", b"1")
            p.backup()
            self.assertIn(("restore", "a"), p.actions("--dry-run"))
            self.assertFalse(os.path.exists(p.target))


class Content(unittest.TestCase):
    def test_only_blocks_that_differ_are_written(self):
        with Target() as p:
            p.write("large", os.urandom(20 * MIB))
            p.backup()
            p.restore()
            inode = os.stat(p.at("large")).st_ino
            with open(p.at("large"), "r+b") as f:
                f.seek(7 * MIB)
                f.write(b"changed")
                f.seek(0, os.SEEK_END)
                f.write(b"and longer")
            r = p.restore()
            p.compare()
            self.assertEqual(os.stat(p.at("large")).st_ino, inode)
            self.assertTrue(0 < r["bytes_written"] <= 4 * MIB, r["bytes_written"])

    def test_holes_come_back_where_there_is_data(self):
        with Target() as p:
            with open(os.path.join(p.source, "sparse"), "wb") as f:
                f.write(b"start")
                f.seek(5 * MIB)
                f.write(b"middle")
                f.truncate(9 * MIB)
            p.backup()
            p.put("sparse", b"x" * 12 * MIB)
            p.restore()
            p.compare()

    def stopped(self, p, with_signal):
        """Ends a restore as soon as it tells of progress. Gives its exit code."""
        r = subprocess.Popen([PROGRAM, "restore", "latest", "--target", p.target, "--json"],
                             env=p.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        r.stdout.readline()
        r.send_signal(with_signal)
        r.stdout.read()
        r.stdout.close()
        return r.wait()

    def test_a_restore_that_was_stopped_goes_on(self):
        for with_signal, code in ((signal.SIGINT, 130), (signal.SIGKILL, -9)):
            with Target() as p:
                for i in range(200):
                    p.write(f"d{i % 7}/f{i}", os.urandom(300000))
                p.backup()
                self.assertIn(self.stopped(p, with_signal), (code, 0))
                done = [os.path.join(folder, name) for folder, _, names in os.walk(p.target)
                        for name in names if not name.startswith(".lifeboat-")]
                for path in done:
                    self.assertEqual(os.stat(path).st_size, 300000, "complete or not there")
                r = p.restore("--conflict", "skip")
                self.assertEqual(r["files"], 200)
                self.assertEqual(r["files_unchanged"], len(done))
                p.compare()

    def test_folders_inside_one_another(self):
        """More than are opened in one go: some of them are kept open on the way."""
        depth = 300
        with Target() as p:
            at = os.open(p.source, os.O_RDONLY)
            for i in range(depth):
                os.mkdir("d", dir_fd=at)
                below = os.open("d", os.O_RDONLY, dir_fd=at)
                os.close(at)
                at = below
                with open(os.open("f", os.O_CREAT | os.O_WRONLY, dir_fd=at), "w") as f:
                    f.write(str(i))
                os.utime(at, ns=(i, i))
            os.close(at)
            p.backup()
            self.assertEqual(p.restore()["files"], depth)
            self.assertEqual(p.restore()["files_unchanged"], depth)
            p.compare()

    def test_what_an_earlier_restore_left_is_a_file_like_any(self):
        """It was backed up since, beside the file that it was to be."""
        with Target() as p:
            left = f".lifeboat-{hashlib.sha256(b'x').hexdigest()[:16]}"
            p.write(left, b"left over")
            p.write("x", b"whole")
            p.backup()
            p.restore()
            p.compare()

    def damage(self, p):
        """Alters a byte in the middle of the largest pack."""
        packs = [os.path.join(folder, name) for folder, _, names
                 in os.walk(os.path.join(p.repo, "packs")) for name in names]
        pack = max(packs, key=os.path.getsize)
        os.chmod(pack, 0o600)
        with open(pack, "r+b") as f:
            f.seek(os.path.getsize(pack) // 2)
            byte = f.read(1)
            f.seek(-1, os.SEEK_CUR)
            f.write(bytes([byte[0] ^ 1]))
        return os.path.basename(pack)

    def test_wrong_bytes_are_never_written(self):
        with Target() as p:
            data = os.urandom(20 * MIB)
            p.write("large", data)
            p.write("small", b"fine")
            p.json("backup", "--threads", "1", p.source)
            pack = self.damage(p)
            p.put("large.damaged", b"mine, and whole")
            r = p.run("restore", "latest", "--target", p.target, code=1)
            self.assertIn(pack.encode(), r.stderr)
            self.assertIn(b"the file with .damaged-2 behind its name", r.stderr)
            self.assertEqual(sorted(os.listdir(p.restored)),
                             ["large.damaged", "large.damaged-2", "small"])
            self.assertEqual(p.get("large.damaged"), b"mine, and whole")
            self.assertEqual(p.get("small"), b"fine")
            found = p.get("large.damaged-2")
            self.assertEqual(len(found), len(data))
            for at in range(0, len(data), 4096):
                block = found[at:at + 4096]
                self.assertTrue(block == data[at:at + 4096] or not block.strip(b"\0") or
                                any(x == y for x, y in zip(block, data[at:])), at)
            same = sum(found[at:at + 4096] == data[at:at + 4096]
                       for at in range(0, len(data), 4096))
            self.assertGreater(same * 4096, 11 * MIB, "what is readable is kept")

    def test_a_file_of_which_nothing_is_readable_is_left_out(self):
        with Target() as p:
            p.write("only", os.urandom(200000))
            p.backup()
            self.damage(p)
            r = p.run("restore", "latest", "--target", p.target, code=1)
            self.assertIn(b"only: left out", r.stderr)
            self.assertEqual(os.listdir(p.restored), [])

    @unittest.skipUnless(ROOT, "mounts a small disk")
    def test_a_disk_without_room_is_told_before_anything_is_written(self):
        with Target() as p:
            p.write("large", os.urandom(9 * MIB))
            p.backup()
            os.mkdir(p.target)
            if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "none", p.target],
                              capture_output=True).returncode != 0:
                self.skipTest("mounting is not allowed here")
            try:
                r = p.run("restore", "latest", "--target", p.target, code=1)
                self.assertIn(b"needed", r.stderr)
                self.assertEqual(os.listdir(p.target), [])
            finally:
                subprocess.run(["umount", p.target], check=True)

    @unittest.skipUnless(ROOT, "mounts a small disk")
    def test_a_disk_that_is_full_halfway_is_told_and_the_next_run_completes(self):
        """Of this one the places for files run out, which no look ahead tells."""
        with Target() as p:
            names = [f"folder/{number:02d}" for number in range(60)]
            for name in names:
                p.write(name, os.urandom(3000))
            p.backup()
            os.mkdir(p.target)
            mount = ["mount", "-t", "tmpfs", "-o"]
            if subprocess.run([*mount, "size=8m,nr_inodes=40", "none", p.target],
                              capture_output=True).returncode != 0:
                self.skipTest("mounting is not allowed here")
            try:
                r = p.run("restore", "latest", "--target", p.target, code=1)
                self.assertIn(b"No space left on device", r.stderr)
                self.assertIn(b"folder/", r.stderr)
                for name in set(os.listdir(p.at("folder"))) & {n[7:] for n in names}:
                    with open(os.path.join(p.source, "folder", name), "rb") as f:
                        self.assertEqual(p.get(f"folder/{name}"), f.read(), "never wrong bytes")
                subprocess.run([*mount, "remount,nr_inodes=1000", p.target], check=True)
                p.restore()
                p.compare()
            finally:
                subprocess.run(["umount", p.target], check=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
