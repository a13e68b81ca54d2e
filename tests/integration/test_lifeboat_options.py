#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Options of lifeboat that are wrong, and how it talks. usage: test_lifeboat_options.py
PROGRAM"""
import json
import os
import pty
import unittest

from lifeboat_place import PROGRAM, Place


class Usage(unittest.TestCase):
    def test_too_many_threads_are_a_wrong_usage(self):
        with Place() as p:
            p.init()
            p.write("a")
            p.run("backup", "source")
            for args in (("backup", "source"), ("restore", "latest", "--target", "out"),
                         ("check", "--read-data"), ("repair", "packs")):
                r = p.run(*args, "--threads", "1025", code=2)
                self.assertIn(b"at most 1024", r.stderr, args)
            p.run("backup", "source", "--threads", "3")
            self.assertFalse(os.path.exists(os.path.join(p.root, "out")))

    def test_what_is_wrong_is_told_before_the_repository_is_opened(self):
        with Place() as p:
            for args in (("backup", "source", "--compression", "fats"),
                         ("backup", "source", "--tag", "a,b"),
                         ("backup", "source", "--exclude", "[a"),
                         ("backup", "source", "--exclude-larger-than", "5x"),
                         ("backup", "source", "--force", "--parent", "latest"),
                         ("backup", ""),
                         ("restore", "latest", "--target", "out", "--include", "[a"),
                         ("restore", "latest"),
                         ("dump", "latest:a", "--exclude", "[a")):
                p.run(*args, code=2)

    def test_no_option_is_passed_over(self):
        with Place() as p:
            p.init()
            p.write("a")
            p.run("backup", "source")
            for args in (("forget", "latest", "--max-unused", "1%"),
                         ("forget", "--keep-last", "1", "--max-repack", "1GiB"),
                         ("forget", "--keep-last", "1", "--deadline", "1h"),
                         ("forget", "latest", "--group-by", "host"),
                         ("repair", "index", "--read-data"),
                         ("repair", "config", "--read-data"),
                         ("key", "list", "--role", "read"),
                         ("key", "list", "--recovery-code"),
                         ("key", "remove", "nobody", "--label", "x"),
                         ("key", "remove", "nobody", "--new-password-file", "x"),
                         ("tag", "latest", "--add", "x", "--remove", "x")):
                p.run(*args, code=2)
            self.assertEqual(p.json("snapshots")[0]["tags"], [])

    def test_joined_letters_take_the_next_argument(self):
        with Place() as p:
            p.init()
            out = p.run("-qr", p.repo, "snapshots", LIFEBOAT_REPOSITORY="/nowhere").stdout
            self.assertEqual(out, b"")
            p.run("-qr" + p.repo, "snapshots", LIFEBOAT_REPOSITORY="/nowhere")

    def test_the_version_as_json(self):
        with Place() as p:
            name, number = p.run("version").stdout.decode().split()
            self.assertEqual(p.json("version"), {"type": "summary", "name": name,
                                                 "version": number, "format": 0})
            p.run("version", "more", "--json", code=2)
            for args in (("--version",), ("-V",), ("-q", "--version"), ("-r", "x", "-V")):
                self.assertEqual(p.json(*args), p.json("version"))
                self.assertEqual(p.run(*args).stdout, p.run("version").stdout)
            p.run("--version", "--bogus", code=2)
            self.assertIn(b"usage:", p.run("--help", "--version").stdout)

    def test_texts_as_json(self):
        with Place() as p:
            for shell in ("bash", "fish", "zsh"):
                self.assertEqual(p.json("completion", shell),
                                 {"type": "summary", "shell": shell,
                                  "script": p.run("completion", shell).stdout.decode()})
            for topic in ("hooks", "backup"):
                self.assertEqual(p.json("help", topic),
                                 {"type": "summary", "topic": topic,
                                  "text": p.run("help", topic).stdout.decode()})
            self.assertEqual(p.json("help")["topic"], None)
            self.assertIn(b"did you mean 'bash'",
                          p.run("completion", "bsh", "--json", code=2).stderr)
            p.run("help", "nothing", "--json", code=2)

    def test_json_of_a_dump_stands_beside_the_data(self):
        with Place() as p:
            p.init()
            p.write("a", b"data\n")
            p.run("backup", "source")
            r = p.run("dump", "latest:source/a", "--json")
            self.assertEqual(r.stdout, b"data\n")
            summary = json.loads(r.stderr)
            self.assertEqual((summary["type"], summary["files"], summary["bytes"]),
                             ("summary", 1, 5))


class Talk(unittest.TestCase):
    def test_quiet_says_nothing_where_all_is_well(self):
        with Place() as p:
            p.write("a")
            p.write("new", b"other\n")
            new = os.path.join(p.source, "new")
            for args in (("init",), ("backup", "source"), ("check",), ("prune",),
                         ("key", "add", "--new-password-file", new, "--label", "second"),
                         ("key", "remove", "second"), ("tag", "latest", "--pin"),
                         ("restore", "latest", "--target", "out"),
                         ("forget", "--keep-last", "1")):
                r = p.run(*args, "-q")
                self.assertEqual((r.stdout, r.stderr), (b"", b""), args)

    def test_quiet_names_what_could_not_be_read(self):
        with Place() as p:
            p.init()
            p.write("a")
            r = p.run("backup", "source", "nowhere", "-q", code=3)
            self.assertEqual(r.stdout, b"")
            self.assertIn(b"nowhere: ", r.stderr)

    def test_the_summary_names_what_could_not_be_read(self):
        with Place() as p:
            p.init()
            p.write("a")
            whole = p.json("backup", "source")
            self.assertEqual((whole["errors"], whole["unreadable"]), (0, []))
            odd = os.fsdecode(b"no\xff\x1bwhere")
            r = p.json("backup", "source", odd, code=3)
            self.assertEqual(r["errors"], 1)
            [named] = r["unreadable"]
            self.assertIn("path_b64", named)
            self.assertIn("No such file", named["message"])

    def test_relative_sources_are_shown_as_they_were_given(self):
        with Place() as p:
            p.init()
            p.write("a")
            r = p.run("backup", "source", "nowhere", code=3)
            self.assertIn(b"warning: nowhere: ", r.stderr)
            r = p.run("backup", "source", "--force", "--dry-run")
            self.assertIn(b" source/a\n", r.stdout)
            r = p.run("backup", ".", "--dry-run", cwd=p.source)
            self.assertIn(b" a\n", r.stdout)
            gone = os.path.join(p.root, "gone")
            r = p.run("backup", p.source, gone, code=3)
            self.assertIn(b"warning: " + gone.encode() + b": ", r.stderr)
            r = p.run("backup", p.source, "--force", "--dry-run")
            self.assertIn(b" " + os.path.join(p.source, "a").encode() + b"\n", r.stdout)

    def test_one_is_not_a_plural(self):
        with Place() as p:
            p.init()
            p.write("a")
            self.assertIn(b"1 file, 1 folder, ", p.run("backup", "source").stdout)
            self.assertIn(b"1 snapshot, ", p.run("check").stdout)
            self.assertIn(b"1 file, 1 folder, ",
                          p.run("restore", "latest", "--target", "out").stdout)

    def test_a_missing_repository_is_said_once(self):
        with Place() as p:
            told = p.run("snapshots", code=5).stderr
            self.assertEqual(told.count(b"there is no repository"), 1, told)
            self.assertIn(b"lifeboat init", told)

    def test_times_beyond_nanoseconds_are_shown(self):
        far = 10413792000  # 2300-01-01; 64 bits of nanoseconds end in 2262
        with Place() as p:
            p.init()
            p.write("a")
            path = os.path.join(p.source, "a")
            os.utime(path, (far, far))
            if os.stat(path).st_mtime != far:
                self.skipTest("this file system has no such times")
            p.run("backup", "source")
            listed = json.loads(p.run("ls", "latest:source/a", "--json").stdout.splitlines()[0])
            self.assertEqual(listed["mtime"], "2300-01-01T00:00:00.000Z")
            self.assertIn(b"2300-01-01T00:00:00Z", p.run("ls", "-l", "latest:source/a").stdout)
            self.assertIn(b"2300-01-01T00:00:00Z", p.run("find", "a").stdout)
            found = json.loads(p.run("find", "a", "--json").stdout.splitlines()[0])
            self.assertEqual(found["mtime"], "2300-01-01T00:00:00.000Z")

    def test_progress_moves_within_a_file_and_knows_what_the_parent_had(self):
        def told(*args):
            lines = p.run("backup", "source", "--json", *args).stdout.splitlines()
            return [q for q in map(json.loads, lines) if q["type"] == "progress"]

        with Place() as p:
            p.init()
            size = 64 << 20
            p.write("large", os.urandom(size))
            for args in (("--no-scan",), ("--no-progress",), ("--quiet",)):
                first = told("--dry-run", *args)
                self.assertTrue(any(0 < q["bytes"] < size for q in first), first)
                self.assertFalse(any("bytes_total" in q for q in first), first)
            first = told("--dry-run")
            self.assertEqual((first[-1]["files_total"], first[-1]["bytes_total"]), (1, size))
            p.run("backup", "source")
            p.write("large", os.urandom(size))
            second = told("--dry-run")
            self.assertEqual({q.get("bytes_total") for q in second}, {size}, second)

    def test_trouble_stands_above_the_progress_line(self):
        with Place() as p:
            p.init()
            p.write("a")
            pid, fd = pty.fork()
            if pid == 0:
                os.chdir(p.root)
                os.execve(PROGRAM, [PROGRAM, "backup", "source", "nowhere"],
                          {**p.env, "TERM": "xterm"})
            seen = b""
            try:
                while chunk := os.read(fd, 1000):
                    seen += chunk
            except OSError:
                pass
            os.close(fd)
            self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 3, seen)
            before = seen.split(b"lifeboat: warning: nowhere")[0]
            self.assertIn(b"backing up", before)
            self.assertEqual(before[-1:], b"\r", "the line was taken away first")


if __name__ == "__main__":
    unittest.main(verbosity=2)
