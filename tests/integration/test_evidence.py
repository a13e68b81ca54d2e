#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Evidence that is not what was recorded. usage: test_evidence.py PROGRAM"""
import hashlib
import json
import os
import shutil
import unittest

from scan_place import Repository

POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks:
  - {id: tests.good, category: tests, weight: 3, collect: {suite: good}}
  - {id: tests.fickle, category: tests, weight: 2, collect: {suite: fickle}}
suites:
  - {id: good, run: "echo all is well"}
  - {id: fickle, run: "echo looking; test ! -e broken"}
"""


class Evidence(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.r = Repository().__enter__()
        cls.addClassCleanup(cls.r.__exit__)
        cls.r.init()
        cls.r.write("seaworthy.yml", POLICY)
        cls.r.commit()
        cls.good = cls.record(code=0)
        cls.r.write("broken", "")
        cls.last = cls.record(code=1)

    @classmethod
    def record(cls, code):
        cls.r.run("run", code=code)
        return os.path.join(cls.r.root, ".seaworthy/runs", cls.r.read(".seaworthy/last").strip())

    def setUp(self):
        self.dir = os.path.join(self.r.top, self.id())
        shutil.copytree(self.last, self.dir)

    def score(self, code):
        """The scorecard, and what was said beside it."""
        done = self.r.run("score", "--format", "json", self.dir, code=code)
        return json.loads(done.stdout), done.stderr

    def states(self, card):
        return {c["id"]: c["state"] for c in card["checks"]}

    def change(self, name, data):
        with open(os.path.join(self.dir, name), "wb") as f:
            f.write(data)

    def bytes(self, name, run=None):
        with open(os.path.join(run or self.dir, name), "rb") as f:
            return f.read()

    def artefacts(self, check):
        return ["artefacts/" + a["sha256"]
                for a in json.loads(self.bytes(f"checks/{check}.json"))["artefacts"]]

    def test_the_manifest_names_every_file(self):
        manifest = json.loads(self.bytes("manifest.json"))
        names = [f["name"] for f in manifest["files"]]
        found = sorted(os.path.relpath(os.path.join(top, n), self.dir)
                       for top, _, files in os.walk(self.dir) for n in files)
        derived = {"manifest.json", "run.json", "scorecard.json", "scorecard.html",
                   "assessment.json", "decision.json"}
        self.assertEqual(names, [n for n in found if n not in derived])
        for f in manifest["files"]:
            data = self.bytes(f["name"])
            self.assertEqual(hashlib.sha256(data).hexdigest(), f["sha256"], f["name"])
            self.assertEqual(len(data), f["bytes"])
        self.assertEqual(json.loads(self.bytes("run.json"))["manifest"],
                         hashlib.sha256(self.bytes("manifest.json")).hexdigest())

    def test_the_root_is_that_of_rfc_6962(self):
        manifest = json.loads(self.bytes("manifest.json"))
        leaves = sorted(bytes.fromhex(f["sha256"]) for f in manifest["files"]
                        if f["name"].startswith("checks/"))
        self.assertEqual(len(leaves), 2)
        a, b = (hashlib.sha256(b"\0" + l).digest() for l in leaves)
        self.assertEqual(hashlib.sha256(b"\1" + a + b).hexdigest(), manifest["root"])

    def test_untouched_evidence_scores_as_it_did(self):
        card, said = self.score(1)
        self.assertEqual(self.states(card), {"tests.good": "pass", "tests.fickle": "fail"})
        self.assertNotIn("recorded", said)

    def test_a_record_of_another_run_is_not_taken(self):
        before, _ = self.score(1)
        self.change("checks/tests.fickle.json", self.bytes("checks/tests.fickle.json", self.good))
        card, said = self.score(6)
        self.assertIn("checks/tests.fickle.json: its bytes are not those that were recorded", said)
        self.assertEqual(self.states(card)["tests.fickle"], "unknown")
        self.assertLessEqual(card["score"]["final"], before["score"]["final"])

    def test_a_changed_number_is_not_taken(self):
        name = "checks/tests.fickle.json"
        self.change(name, self.bytes(name).replace(b'"fail"', b'"pass"').replace(b": 0,", b": 1,"))
        self.assertEqual(self.states(self.score(6)[0])["tests.fickle"], "unknown")

    def test_artefacts_are_looked_at(self):
        name = self.artefacts("tests.good")[0]
        data = self.bytes(name)
        for what, said in ((data + b"x", "its bytes are not those that were recorded"),
                           (data[:-1], "its bytes are not those that were recorded"),
                           (None, "it is missing")):
            if what is None:
                os.remove(os.path.join(self.dir, name))
            else:
                self.change(name, what)
            card, told = self.score(6)
            self.assertIn(f"{name}: {said}", told)
            self.assertEqual(self.states(card)["tests.good"], "unknown")
        self.change(name, data)
        self.score(1)

    def test_what_was_not_recorded_is_told(self):
        for name in ("artefacts/" + "0" * 64, "checks/tests.more.json"):
            self.change(name, b"{}")
            self.assertIn(f"{name}: it was not recorded by this run", self.score(6)[1])
            os.remove(os.path.join(self.dir, name))

    def test_policy_subject_and_manifest_count_as_well(self):
        for name in ("policy.json", "subject.json", "suites.json", "manifest.json"):
            data = self.bytes(name)
            self.change(name, data + b"\n")
            self.assertIn(f"{name}: ", self.score(6)[1])
            self.change(name, data)
        os.remove(os.path.join(self.dir, "manifest.json"))
        self.assertIn("manifest.json: it is missing", self.score(6)[1])

    def test_a_record_that_is_gone_is_unknown(self):
        before, _ = self.score(1)
        os.remove(os.path.join(self.dir, "checks/tests.good.json"))
        done = self.r.run("score", "--format", "json", self.dir, code=None)
        self.assertIn(done.returncode, (1, 4))
        card = json.loads(done.stdout)
        self.assertEqual(self.states(card)["tests.good"], "unknown")
        self.assertLess(card["score"]["final"], before["score"]["final"])

    def test_every_command_that_reads_the_run_says_so(self):
        path = os.path.join(self.last, self.artefacts("tests.good")[0])
        data = self.bytes(path)
        self.change(path, b"forged")
        for args in (("report",), ("explain",), ("explain", "--score"), ("replay",)):
            self.assertIn("not those that were recorded", self.r.run(*args, code=6).stderr)
        self.change(path, data)

    def test_a_folder_that_no_run_made_needs_no_artefacts(self):
        copy = os.path.join(self.r.top, "copy")
        shutil.copytree(self.dir, copy)
        for name in ("run.json", "manifest.json"):
            os.remove(os.path.join(copy, name))
        shutil.rmtree(os.path.join(copy, "artefacts"))
        self.r.run("score", copy, code=1)

    def test_a_run_does_not_become_a_folder_that_no_run_made(self):
        def forget(copy):
            run = json.loads(self.bytes(os.path.join(copy, "run.json")))
            del run["manifest"]
            with open(os.path.join(copy, "run.json"), "w", encoding="utf-8") as f:
                json.dump(run, f)

        def keep_envelopes(copy):
            os.remove(os.path.join(copy, "run.json"))
            os.rename(os.path.join(copy, "manifest.json"), os.path.join(copy, "attestations.intoto.jsonl"))

        for n, (take_away, told) in enumerate((
                (forget, "run.json: it does not name the manifest"),
                (lambda copy: os.remove(os.path.join(copy, "run.json")), "run.json: it is missing"),
                (keep_envelopes, "run.json: it is missing"),
                (lambda copy: os.remove(os.path.join(copy, "manifest.json")), "manifest.json: it is missing"))):
            with self.subTest(told=told, n=n):
                copy = os.path.join(self.r.top, f"forged{n}")
                shutil.copytree(self.dir, copy)
                take_away(copy)
                for check in os.listdir(os.path.join(copy, "checks")):
                    path = os.path.join(copy, "checks", check)
                    record = json.loads(self.bytes(path))
                    record.update(state="pass", low=1, high=1)
                    with open(path, "w", encoding="utf-8") as f:
                        json.dump(record, f)
                for command in ("score", "report"):
                    done = self.r.run(command, "--format", "json", copy, code=6)
                    self.assertIn(told, done.stderr)
                    self.assertEqual(set(self.states(json.loads(done.stdout)).values()), {"unknown"})

    def test_a_suite_cannot_change_what_was_recorded(self):
        self.r.write("seaworthy.yml", POLICY.replace(
            "test ! -e broken", "sleep 0.3; for f in $(ls -d .seaworthy/runs/* "
            "| tail -n 1)/artefacts/*; do echo forged >> $f; done"))
        done = self.r.run("run", code=6)
        self.r.write("seaworthy.yml", POLICY)
        self.r.write(".seaworthy/last", os.path.basename(self.last) + "\n")
        self.assertIn("its bytes are not those that were recorded", done.stderr)


if __name__ == "__main__":
    unittest.main()
