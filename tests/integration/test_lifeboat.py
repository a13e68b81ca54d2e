#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Drives the lifeboat program as users and scripts do. usage: test_lifeboat.py PROGRAM"""
import json
import os
import pty
import select
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lifeboat_place import Locked, Place, PROGRAM  # noqa: E402


class Lifeboat(unittest.TestCase):
    def test_init_makes_a_repository_once(self):
        with Place() as p:
            made = p.json("init")
            self.assertEqual((made["type"], made["format_version"]), ("summary", 0))
            self.assertEqual(os.stat(p.repo).st_mode & 0o777, 0o700)
            r = p.run("init", code=1)
            self.assertIn(b"repository already", r.stderr)

    def test_backup_counts_and_the_second_time_nothing_is_new(self):
        with Place() as p:
            p.init()
            p.write("a", b"a" * 1000)
            p.write("d/b", os.urandom(3 << 20))
            p.write("d/empty", b"")
            first = p.json("backup", p.source)
            self.assertEqual(first["type"], "summary")
            self.assertEqual((first["files"], first["errors"]), (3, 0))
            self.assertEqual(first["bytes"], 1000 + (3 << 20))
            self.assertGreater(first["bytes_added"], 3 << 20)
            self.assertIsNone(first["parent"])
            os.utime(os.path.join(p.source, "a"), (1, 1))
            second = p.json("backup", p.source)
            self.assertEqual(second["parent"], first["snapshot"])
            self.assertEqual(second["bytes_new"] < 1000, True, "only a folder is new")
            listed = p.json("snapshots")
            self.assertEqual([s["id"] for s in listed], [first["snapshot"], second["snapshot"]])
            self.assertEqual(listed[0]["paths"], [p.source])

    def test_what_is_taken_over_is_what_reading_all_gives(self):
        with Place() as p:
            p.init()
            for i in range(12):
                p.write(f"d{i % 3}/e{i % 2}/f{i}", b"x" * i)
            os.makedirs(os.path.join(p.source, "d0/none"))

            def at(name):
                return os.path.join(p.source, name)

            edits = [
                lambda: None,
                lambda: p.write("d0/e0/f6", b"changed"),
                lambda: p.write("d1/new", b"n"),
                lambda: os.remove(at("d2/e0/f2")),
                lambda: os.rename(at("d1/e1/f1"), at("d1/e1/g1")),
                lambda: os.chmod(at("d0/e0"), 0o700),
                lambda: os.rmdir(at("d0/none")),
                lambda: os.utime(at("d2"), (5, 5)),
                lambda: os.link(at("d0/e0/f0"), at("d0/e0/f0a")),
                lambda: os.rename(at("d2/e1"), at("d1/moved")),
            ]
            # by a relative path: what is above it, such as /tmp, changes by itself
            p.json("backup", "source")
            for n, edit in enumerate(edits):
                edit()
                again = p.json("backup", "source", *(["--exclude", "f9"] * (n % 2)))
                whole = p.json("backup", "--force", "source", *(["--exclude", "f9"] * (n % 2)))
                self.assertIsNone(whole["parent"])
                self.assertEqual(whole["chunks_new"], 0, f"edit {n}: the same trees")
                self.assertEqual(whole["files"], again["files"])

    def test_equal_files_are_stored_once(self):
        with Place() as p:
            p.init()
            data = os.urandom(2 << 20)
            p.write("one", data)
            p.write("two", data)
            self.assertLess(p.json("backup", p.source)["bytes_added"], 3 << 20)

    def test_a_file_may_equal_one_in_a_pack_that_was_just_stored(self):
        with Place() as p:
            p.init()
            first = os.urandom(4 << 20)
            p.write("a00", first)
            for i in range(1, 20):
                p.write(f"a{i:02}", os.urandom(4 << 20))
            p.write("b", first)
            made = p.json("backup", "--threads", "1", p.source)
            self.assertLess(made["bytes_added"], 81 << 20)

    def test_ls_shows_the_tree(self):
        with Place() as p:
            p.init()
            p.write("d/file", b"12345")
            p.write(b"odd\xffname\n", b"x")
            os.symlink("d/file", os.path.join(p.source, "link"))
            p.run("backup", "source", "--tag", "t1,t2", code=2)
            p.run("backup", "source", "--tag", "t1")
            out = p.run("ls", "latest:source", "--json").stdout.decode().splitlines()
            self.assertEqual(json.loads(out[-1]),
                             {"type": "summary", "entries": len(out) - 1, "errors": 0})
            entries = {e["path"]: e for e in map(json.loads, out[:-1])}
            self.assertEqual(entries["/source/link"]["target"], "d/file")
            self.assertEqual(entries["/source/d"]["type"], "folder")
            odd = [e for e in entries.values() if "path_b64" in e]
            self.assertEqual(len(odd), 1, "a name that is not UTF-8")
            text = p.run("ls", "-R", "latest").stdout
            self.assertIn(b"/source/d/file\n", text)
            self.assertIn(b"odd\\xffname\\n", text)
            self.assertIn(b"nowhere: no such entry", p.run("ls", "latest:nowhere", code=1).stderr)
            p.run("ls", "ffff", code=1)

    def test_filters_choose(self):
        with Place() as p:
            p.init()
            for name in ("keep.c", "drop.o", "cache/x", "big"):
                p.write(name, b"y" * (5000 if name == "big" else 10))
            p.write("cache/CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55\n")
            r = p.json("backup", "source", "-e", "*.o", "--exclude-caches",
                       "--exclude-larger-than", "1KiB")
            self.assertEqual(r["files"], 2, "keep.c and the mark of the cache")

    def test_a_dry_run_stores_nothing(self):
        with Place() as p:
            p.init()
            p.write("a")
            r = p.run("backup", "source", "--dry-run")
            self.assertIn(b" source/a\n", r.stdout)
            self.assertEqual(p.json("snapshots"), [])
            self.assertFalse(os.listdir(os.path.join(p.repo, "packs"))
                             if os.path.exists(os.path.join(p.repo, "packs")) else [])

    @unittest.skipIf(os.geteuid() == 0, "root reads everything")
    def test_what_cannot_be_read_is_named_and_exits_3(self):
        self.check_unreadable([])

    def check_unreadable(self, args):
        with Place() as p:
            p.init()
            p.write("good")
            p.write("bad")
            os.chmod(os.path.join(p.source, "bad"), 0)
            r = p.run("backup", "source", *args, code=3)
            self.assertIn(b"source/bad", r.stderr)

    def test_a_source_that_is_not_there_exits_3_and_all_missing_1(self):
        with Place() as p:
            p.init()
            p.write("a")
            r = p.run("backup", "source", "nowhere", code=3)
            self.assertIn(b"nowhere", r.stderr)
            p.run("backup", code=2)

    def test_exit_codes_of_opening(self):
        with Locked() as p:
            p.run("snapshots", code=5)
            p.init()
            p.run("snapshots", code=6, LIFEBOAT_PASSWORD="wrong")
            p.run("snapshots", code=2, LIFEBOAT_REPOSITORY="")
            r = p.run("snapshots", "-p", "nofile", code=2)
            self.assertIn(b"nofile", r.stderr)
            with open(os.path.join(p.root, "pw"), "w") as f:
                f.write("secret\nmore\n")
            p.run("snapshots", "-p", "pw", LIFEBOAT_PASSWORD="")
            p.run("snapshots", "--password-command", "cat pw", LIFEBOAT_PASSWORD="")
            p.run("snapshots", "--password-command", "false", code=2, LIFEBOAT_PASSWORD="")
            r = p.run("snapshots", code=2, LIFEBOAT_PASSWORD="")
            self.assertIn(b"--password-file", r.stderr)

    def test_of_two_inits_at_once_one_wins(self):
        with Locked() as p:
            env = {k: v for k, v in p.env.items() if not k.startswith("LIFEBOAT_PASS")}
            p.write("a", b"content")
            for i in range(20):
                env["LIFEBOAT_REPOSITORY"] = f"new-{i}/repo"
                for who in "ab":
                    with open(os.path.join(p.root, who), "wb") as f:
                        f.write(who.encode() * 32)
                both = [subprocess.Popen([PROGRAM, "init", "--key-file", who], env=env, cwd=p.root,
                                         stdout=subprocess.PIPE, stderr=subprocess.PIPE) for who in "ab"]
                told = [c.communicate()[1] for c in both]
                codes = [c.returncode for c in both]
                self.assertEqual(sorted(codes), [0, 1], told)
                self.assertIn(b"repository already", told[codes.index(1)])
                for who, code in zip("ab", codes):
                    opened = {"env": env, "cwd": p.root, "capture_output": True}
                    r = subprocess.run([PROGRAM, "snapshots", "--key-file", who], **opened)
                    self.assertEqual(r.returncode, 6 if code else 0, r.stderr)
                    if code == 0 and i == 0:
                        for command in (["backup", "source"], ["check", "--read-data"]):
                            r = subprocess.run([PROGRAM, *command, "--key-file", who], **opened)
                            self.assertEqual(r.returncode, 0, r.stderr)
                self.assertEqual(len(os.listdir(os.path.join(p.root, f"new-{i}/repo/keys"))), 1)

    def test_an_address_is_no_folder(self):
        with Locked() as p:
            p.write("a", b"content")
            for place in ("s3:https://user:hidden@host/bucket", "sftp:me@host:/srv", "http://host/",
                          "host:/srv/backup", "2024:x", "x" * 4000 + ":/y"):
                for command in (["init"], ["snapshots"], ["backup", "source"]):
                    told = p.run(*command, code=2, LIFEBOAT_REPOSITORY=place).stderr.decode()
                    self.assertIn("only folders", told)
                    self.assertIn("./" + place.split(":")[0][:40] + ":", told)
                    self.assertNotIn("hidden", told)
            self.assertIn(b"only folders", p.run("-r", "s3:x", "init", code=2).stderr)
            p.init()
            self.assertIn(b"only folders", p.run("copy", "--to", "s3:x", code=2).stderr)
            self.assertEqual([n for n in os.listdir(p.root) if ":" in n], [])
            for place in ("./s3:x", os.path.join(p.root, "a:b"), "new/c:d"):
                p.run("init", LIFEBOAT_REPOSITORY=place)
                p.run("backup", "source", LIFEBOAT_REPOSITORY=place)
                self.assertTrue(os.path.isdir(os.path.join(p.root, place, "packs")))

    def test_a_stopped_backup_is_gone_on_with(self):
        with Place() as p:
            p.init()
            total = 0
            for i in range(60):
                p.write(f"d{i // 20}/f{i:02}", os.urandom(2 << 20))
                total += 2 << 20
            child = subprocess.Popen([PROGRAM, "backup", "source", "--json"], env=p.env,
                                     cwd=p.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while True:  # until some files are stored
                line = json.loads(child.stdout.readline())
                if line["type"] != "progress" or line["files"] > 8:
                    break
            child.send_signal(signal.SIGINT)
            _, talk = child.communicate(timeout=120)
            if child.returncode == 0:
                self.skipTest("this machine was done before it could be stopped")
            self.assertEqual(child.returncode, 130, talk)
            [partial] = p.json("snapshots")
            self.assertTrue(partial["partial"])
            second = p.json("backup", "source")
            self.assertEqual(second["parent"], partial["id"])
            self.assertEqual(second["files"], 60)
            self.assertLess(second["bytes_new"], total, "what was stored is not stored again")
            [whole] = p.json("snapshots")
            self.assertEqual((whole["id"], whole["partial"]), (second["snapshot"], False))

    def test_a_backup_stops_within_a_large_file(self):
        with Place() as p:
            p.init()
            p.write("large", os.urandom(256 << 20))
            child = subprocess.Popen([PROGRAM, "backup", "source", "--json"], env=p.env,
                                     cwd=p.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            while not json.loads(child.stdout.readline()).get("bytes"):
                pass
            child.send_signal(signal.SIGINT)
            _, talk = child.communicate(timeout=120)
            self.assertEqual(child.returncode, 130, talk)
            self.assertEqual([s for s in p.json("snapshots") if not s["partial"]], [])
            self.assertEqual(p.json("backup", "source")["bytes"], 256 << 20)

    def test_a_terminal_is_asked_without_echo(self):
        with Locked() as p:
            p.init()
            env = {k: v for k, v in p.env.items() if k != "LIFEBOAT_PASSWORD"}
            pid, fd = pty.fork()
            if pid == 0:
                os.execve(PROGRAM, [PROGRAM, "snapshots"], env)
            seen = b""
            while b"password: " not in seen:
                self.assertTrue(select.select([fd], [], [], 60)[0], seen)
                seen += os.read(fd, 1000)
            os.write(fd, b"secret\n")
            try:
                while chunk := os.read(fd, 1000):
                    seen += chunk
            except OSError:
                pass
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0, seen)
            self.assertNotIn(b"secret", seen)
            os.close(fd)

    def test_the_store_shows_no_names_and_no_contents(self):
        with Place() as p:
            p.init()
            p.write("a-name-to-look-for", b"some words to look for " * 100)
            p.run("backup", "source", "--description", "words-of-mine")
            for folder, _, files in os.walk(p.repo):
                for name in files:
                    with open(os.path.join(folder, name), "rb") as f:
                        data = f.read()
                    for secret in (b"a-name-to-look-for", b"words to look for", b"words-of-mine",
                                   b"source"):
                        self.assertNotIn(secret, data, name)

    def test_an_unknown_command_is_told_the_nearest(self):
        with Place() as p:
            self.assertIn(b"'snapshots'", p.run("snapshot", code=2).stderr)
            self.assertIn(b"backup", p.run("help").stdout)
            self.assertIn(b"repair", p.run("help", "exit-codes").stdout)
            self.assertIn(b"Usage", p.run("backup", "--help").stdout)


if __name__ == "__main__":
    unittest.main(verbosity=2)
