#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs in the evidence repository. usage: test_archive.py PROGRAM LIFEBOAT"""
import filecmp
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import unittest

LIFEBOAT = os.path.abspath(sys.argv.pop(2))

from scan_place import PROGRAM, Repository  # takes the first argument

POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks:
  - {id: tests.good, category: tests, weight: 3, collect: {suite: good}}
  - {id: tests.other, category: tests, weight: 3, collect: {suite: other}}
suites:
  - {id: good, run: "echo all is well"}
  - {id: other, run: "echo something else"}
"""


class Archive(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()
        self.r.write("seaworthy.yml", POLICY)
        self.commit = self.r.commit()
        self.repository = os.path.join(self.r.root, ".seaworthy/evidence")
        self.secret = os.path.join(self.r.top, ".local/share/seaworthy/keys/evidence.secret")

    def record(self, *args, code=0):
        done = self.r.run("run", *args, code=code)
        return self.r.read(".seaworthy/last").strip(), done.stderr

    def list(self, *args, code=0):
        return json.loads(self.r.run("evidence", "ls", "--format", "json", *args, code=code).stdout)

    def waiting(self):
        folder = os.path.join(self.r.root, ".seaworthy/unarchived")
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

    def folder(self, run):
        return os.path.join(self.r.root, ".seaworthy/runs", run)

    def same(self, a, b):
        names = {os.path.relpath(os.path.join(top, n), a) for top, _, f in os.walk(a) for n in f}
        back = {os.path.relpath(os.path.join(top, n), b) for top, _, f in os.walk(b) for n in f}
        self.assertEqual(names, back)
        for name in names:
            self.assertTrue(filecmp.cmp(os.path.join(a, name), os.path.join(b, name), shallow=False), name)

    def damage(self):
        """Changes a byte in every pack."""
        for top, _, files in os.walk(os.path.join(self.repository, "packs")):
            for name in files:
                path = os.path.join(top, name)
                os.chmod(path, 0o644)
                with open(path, "r+b") as f:
                    f.seek(os.path.getsize(path) // 2)
                    byte = f.read(1)
                    f.seek(-1, 1)
                    f.write(bytes([byte[0] ^ 1]))

    # ---- what a run leaves

    def test_a_run_is_stored_and_comes_back_byte_for_byte(self):
        run, told = self.record()
        self.assertIn("evidence is kept in", told)
        [one] = self.list()
        self.assertEqual((one["run"], one["commit"], one["decision"], one["state"], one["damages"]),
                         (run, self.commit, "GO", "intact", []))
        self.assertEqual(self.waiting(), [])
        target = os.path.join(self.r.top, "back")
        self.r.run("evidence", "get", run, "--target", target)
        self.same(self.folder(run), target)
        shutil.rmtree(self.folder(run))  # the repository alone is enough
        self.r.run("verify", "--unsigned", target)
        self.r.run("evidence", "get", run, "--target", target, code=2)  # it is not empty
        self.assertNotIn("evidence is kept in", self.record()[1])
        self.assertEqual(len(self.list()), 2)

    def test_the_key_is_the_users_and_opens_it_for_lifeboat_too(self):
        self.record()
        self.assertEqual(os.stat(self.secret).st_mode & 0o777, 0o600)
        done = subprocess.run([LIFEBOAT, "-r", self.repository, "check", "--read-data"], check=False,
                              env={**self.r.env, "LIFEBOAT_KEY_FILE": self.secret}, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        os.rename(self.secret, self.secret + ".away")
        told = self.record(code=5)[1]
        self.assertIn("evidence.secret", told)
        self.assertFalse(os.path.exists(self.secret), "a new key would open nothing")
        self.r.env["SEAWORTHY_EVIDENCE_KEY_FILE"] = self.secret + ".away"
        self.assertIn("1 earlier run is stored", self.record()[1])
        self.assertEqual(len(self.list()), 3)

    def test_a_user_without_a_home_has_the_key_beside(self):
        self.r.env["HOME"] = os.devnull
        self.record()
        path = os.path.join(self.r.root, ".seaworthy/evidence.secret")
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        del self.r.env["HOME"]
        self.record()
        self.r.env["HOME"] = self.r.top  # what opens it stays what opens it
        self.assertEqual([r["state"] for r in self.list()], ["intact"] * 2)

    def test_suites_do_not_see_where_the_key_is(self):
        self.r.write("seaworthy.yml", POLICY.replace("echo all is well", "env"))
        self.r.write("key", "x" * 40)
        self.r.env["SEAWORTHY_EVIDENCE_KEY_FILE"] = os.path.join(self.r.root, "key")
        run = self.record(code=1)[0]  # uncommitted
        [output] = [f for f in json.loads(self.r.read(f".seaworthy/runs/{run}/checks/tests.good.json"))["artefacts"]]
        self.assertNotIn("EVIDENCE", self.r.read(f".seaworthy/runs/{run}/artefacts/{output['sha256']}"))

    # ---- where, and whether

    def test_the_repository_may_be_anywhere(self):
        self.r.write("seaworthy.yml", POLICY + "evidence: {repository: ../ours}\n")
        self.record(code=1)
        theirs = os.path.join(self.r.top, "theirs")
        self.record("--evidence", theirs, code=1)
        self.assertEqual(len(self.list()), 1)
        self.assertEqual(len(self.list("--evidence", "../theirs")), 1)
        self.assertTrue(os.path.isdir(os.path.join(self.r.top, "ours", "packs")))
        self.assertFalse(os.path.exists(self.repository))

    def test_an_address_is_refused_before_anything_runs(self):
        for place in ("s3:https://h/b", "host:/srv"):
            self.assertIn("only folders", self.r.run("run", "--evidence", place, code=2).stderr)
            self.assertIn("only folders", self.r.run("evidence", "ls", "--evidence", place, code=2).stderr)
        self.r.write("seaworthy.yml", POLICY + "evidence: {repository: 's3:https://h/b'}\n")
        self.assertIn("only folders", self.r.run("run", code=2).stderr)
        self.assertFalse(os.path.exists(os.path.join(self.r.root, ".seaworthy/last")), "something ran")
        self.assertFalse(os.path.exists(self.secret), "a key for nothing")
        self.record("--evidence", "./s3:x", code=1)  # not committed
        self.assertTrue(os.path.isdir(os.path.join(self.r.root, "s3:x", "packs")))
        self.assertEqual(len(self.list("--evidence", "./s3:x")), 1)

    def test_without_an_archive_nothing_is_made(self):
        self.record("--no-archive")
        self.assertFalse(os.path.exists(self.repository) or os.path.exists(self.secret))
        self.assertEqual(self.waiting(), [])
        self.assertIn("no evidence repository yet", self.r.run("evidence", "ls", code=2).stderr)

    def test_a_merged_run_is_stored_and_its_shards_are_not(self):
        for part in ("1/2", "2/2"):
            self.r.run("run", "--shard", part)
        self.assertFalse(os.path.exists(self.repository))
        self.r.run("merge", ".seaworthy/runs")
        self.assertEqual([r["decision"] for r in self.list()], ["GO"])

    # ---- what fails

    def test_a_run_that_cannot_be_stored_is_told_and_stored_later(self):
        self.record()
        os.rename(self.repository, self.repository + ".away")
        self.r.write(".seaworthy/evidence", "no folder")
        lost, told = self.record(code=5)
        self.assertIn("not stored as evidence", told)
        self.assertEqual(self.waiting(), [lost])
        self.assertEqual(json.loads(self.r.read(f".seaworthy/runs/{lost}/scorecard.json"))["decision"], "GO")
        os.remove(self.repository)
        os.rename(self.repository + ".away", self.repository)
        self.assertIn("1 run stored", self.r.run("evidence", "add").stderr)
        self.assertEqual([r["run"] for r in self.list()][0], lost)
        self.assertEqual(self.waiting(), [])

    def test_a_run_that_was_announced_and_then_cut_off_is_stored_by_the_next(self):
        first = self.record("--no-archive")[0]
        gone = "20200101T000000.000Z-00000000"
        for name in (first, gone):  # as if killed before the archive, and removed since
            self.r.write(f".seaworthy/unarchived/{name}", "")
        second = self.record()[0]
        self.assertEqual({r["run"] for r in self.list()}, {first, second})
        self.assertEqual(self.waiting(), [])

    def test_what_another_run_is_just_announcing_stays(self):
        self.r.write(".seaworthy/unarchived/.tmp-0011223344556677", "")
        self.record()
        self.assertEqual(self.waiting(), [".tmp-0011223344556677"])

    def test_a_run_that_cannot_be_read_keeps_no_other_from_being_stored(self):
        self.r.write("seaworthy.yml", POLICY + "evidence: {keep: {last: 2}}\n")
        self.r.commit()
        bad, good = sorted(self.record("--no-archive")[0] for _ in range(2))
        self.r.write(f".seaworthy/runs/{bad}/policy.json", "no policy")
        for name in (bad, good):
            self.r.write(f".seaworthy/unarchived/{name}", "")
        last, told = self.record(code=5)
        self.assertIn(f"run {bad} is not stored as evidence", told)
        self.assertIn("1 run recorded earlier could not be stored", told)
        self.assertNotIn("the run is recorded in .seaworthy/runs, and not stored", told)
        self.assertEqual({r["run"] for r in self.list()}, {good, last})
        self.assertEqual(json.loads(self.r.read(f".seaworthy/runs/{last}/scorecard.json"))["decision"], "GO")
        self.assertEqual(self.waiting(), [bad])
        newest = self.record(code=5)[0]
        left = {r["run"] for r in self.list()}  # of three
        self.assertTrue(newest in left and len(left) == 2, "keep is applied")
        self.assertIn(bad, self.r.run("evidence", "add", code=5).stderr)
        os.remove(os.path.join(self.r.root, ".seaworthy/unarchived", bad))
        self.record()

    def test_every_write_of_the_repository_that_fails_is_told(self):
        """The folder of each kind of object in turn takes nothing."""
        self.record()
        if os.geteuid() == 0:
            blocked = [("packs", "log")]
        else:
            blocked = [("packs",), ("log",), ("index",)]
        for names in blocked:
            for name in names:
                path = os.path.join(self.repository, name)
                os.rename(path, path + ".away")
                self.r.write(f".seaworthy/evidence/{name}", "in the way")
            lost, told = self.record(code=5)
            self.assertIn("not stored as evidence", told)
            self.assertEqual(self.waiting(), [lost])
            for name in names:
                path = os.path.join(self.repository, name)
                os.remove(path)
                os.rename(path + ".away", path)
            self.r.run("evidence", "add")
            self.assertEqual(self.list()[0]["run"], lost)

    def test_damage_is_found_and_named(self):
        run = self.record()[0]
        self.damage()
        done = self.r.run("evidence", "ls", code=6).stdout
        self.assertIn("damaged", done)
        [one] = self.list(code=6)
        self.assertEqual(one["state"], "damaged")
        self.assertTrue(one["damages"])
        self.assertEqual(self.list("--no-check")[0]["state"], "unchecked")
        self.r.run("evidence", "get", run, "--target", os.path.join(self.r.top, "x"), code=6)
        self.r.run("evidence", "show", run, code=6)

    def test_a_stored_run_that_was_altered_before_is_damaged(self):
        run = self.record("--no-archive")[0]
        name = f".seaworthy/runs/{run}/checks/tests.good.json"
        self.r.write(name, self.r.read(name).replace('"pass"', '"warn"'))
        self.r.run("evidence", "add", run)
        self.assertEqual([d["file"] for d in self.list(code=6)[0]["damages"]], ["checks/tests.good.json"])

    def test_runs_at_once_are_all_stored(self):
        threads = [threading.Thread(target=self.r.run, args=("run",), kwargs={"code": None}) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.r.run("evidence", "add")
        runs = [r for r in os.listdir(os.path.join(self.r.root, ".seaworthy/runs"))]
        self.assertEqual(sorted(r["run"] for r in self.list()), sorted(runs))

    # ---- looking, keeping

    def test_show_and_get_name_files_by_path_and_digest(self):
        run = self.record()[0]
        shown = json.loads(self.r.run("evidence", "show", run, "tests.good", "--format", "json").stdout)
        [record] = shown["records"]
        [artefact] = record["artefacts"]
        self.assertEqual((record["check"], shown["state"]), ("tests.good", "intact"))
        for what in (artefact["sha256"], "artefacts/" + artefact["sha256"]):
            text = self.r.run("evidence", "get", run, what, "--target", "-").stdout
            self.assertEqual(hashlib.sha256(text.encode()).hexdigest(), artefact["sha256"])
        self.assertIn(artefact["sha256"], self.r.run("evidence", "show").stdout)
        self.r.run("evidence", "get", run[:20], "run.json", "--target", "out")
        self.assertEqual(self.r.read("out/run.json"), self.r.read(f".seaworthy/runs/{run}/run.json"))
        done = subprocess.run([PROGRAM, "evidence", "get", run, "--target", "-"], cwd=self.r.root,
                              env=self.r.env, check=True, capture_output=True)
        with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
            self.assertTrue([n for n in tar.getnames() if n.endswith("checks/tests.good.json")])
        for wrong in (("show", run, "nope"), ("get", run, "nope", "--target", "-"), ("get", run),
                      ("show", "1999"), ("show", run, "tests.good", "more"), ("what",), ("forget",)):
            self.r.run("evidence", *wrong, code=2)

    def test_the_policy_says_what_is_kept(self):
        self.r.write("seaworthy.yml", POLICY + "evidence: {keep: {last: 2}}\n")
        self.r.commit()
        runs = [self.record()[0] for _ in range(4)]
        self.assertEqual([r["run"] for r in self.list()], runs[:1:-1])
        self.r.write("seaworthy.yml", POLICY + "evidence: {keep: {within: 90d, last: 1}}\n")
        self.record(code=1)
        self.assertEqual(len(self.list()), 3, "rules add up")
        self.r.write("seaworthy.yml", POLICY + "evidence: {keep: {daily: 1}}\n")
        self.assertIn("dry run: would remove 2", self.r.run("evidence", "forget", "--dry-run").stderr)
        self.assertIn("removed 2 runs", self.r.run("evidence", "forget").stderr)
        last = self.list()[0]["run"]
        self.assertIn("removed 1 run,", self.r.run("evidence", "forget", last).stderr)
        self.assertEqual(self.list(), [])
        self.assertEqual(self.waiting(), [])

    def test_other_projects_in_the_repository_are_left_alone(self):
        shared = os.path.join(self.r.top, "shared")
        self.record("--evidence", shared)
        other = os.path.join(self.r.top, "other")
        shutil.copytree(self.r.root, other, ignore=shutil.ignore_patterns(".seaworthy"))
        self.r.root, mine = other, self.r.root
        self.r.write("seaworthy.yml", POLICY + f"evidence: {{repository: {shared}, keep: {{last: 1}}}}\n")
        for _ in range(2):
            self.record(code=1)
        self.assertEqual([r["project"] for r in self.list()], ["other"])
        self.r.root = mine
        self.assertEqual(len(self.list("--evidence", shared)), 1)

    def test_projects_of_one_name_are_not_one_project(self):
        shared = os.path.join(self.r.top, "shared")
        first = self.record("--evidence", shared)[0]
        mine = self.r.root
        self.r.root = os.path.join(self.r.top, "elsewhere", os.path.basename(mine))
        shutil.copytree(mine, self.r.root, ignore=shutil.ignore_patterns(".seaworthy"))
        self.assertEqual([r["run"] for r in self.list("--evidence", shared)], [first], "of all, as it has none")
        self.r.run("evidence", "show", "--evidence", shared, code=2)
        self.r.run("evidence", "show", first, "--evidence", shared)
        self.r.write("seaworthy.yml", POLICY + f"evidence: {{repository: {shared}, keep: {{last: 1}}}}\n")
        other = [self.record(code=1)[0] for _ in range(2)][-1]
        self.assertEqual([r["run"] for r in self.list()], [other])
        self.assertIn("1 run of other projects not listed", self.r.run("evidence", "ls").stderr)
        self.r.root = mine
        self.assertEqual([r["run"] for r in self.list("--evidence", shared)], [first], "it was removed")


if __name__ == "__main__":
    unittest.main()
