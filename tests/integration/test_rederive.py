#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a run says is what its stored bytes say. usage: test_rederive.py PROGRAM"""
import hashlib
import json
import os
import shutil
import unittest

from scan_place import TOKEN, Repository

POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks:
  - {id: tests.all, category: tests, weight: 3, collect: {suite: "*"}}
  - {id: tests.junit, category: tests, weight: 3, collect: {suite: junit}}
suites:
  - {id: junit, run: "sh ../junit", format: junit, results: ["*.xml"], test_timeout: 5s}
  - {id: tap, run: "printf '1..2\\nok 1 - a\\nnot ok 2 - b\\n'; echo '3 tests' >&2; exit 1", format: tap}
  - {id: go, run: "cat ../go.jsonl", format: gotest}
  - {id: rx, run: "echo a PASS; echo b FAIL >&2; exit 1", format: regex, regex: '^(?<name>[ab]) (?<status>[A-Z]+)$'}
  - {id: flaky, run: "test -e ../once || { touch ../once; exit 1; }; printf '1..1\\nok 1 - a\\n'", format: tap,
     retries: 1}
  - {id: exit, run: "true"}
  - {id: broken, run: "echo nothing", format: tap}
"""
JUNIT = """\
cat > one.xml <<'X'
<testsuite><testcase name="a"/><testcase name="b" time="7"/><testcase name="b"><skipped/></testcase></testsuite>
X
printf '<testsuite><testcase name="c"><failure message="TOKEN"><![CDATA[\n==> a log <==\nof tail\n]]></failure></testcase></testsuite>' > two.xml
exit 1
""".replace("TOKEN", TOKEN)


class Rederive(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.r = Repository().__enter__()
        cls.addClassCleanup(cls.r.__exit__)
        cls.r.init()
        cls.r.write("seaworthy.yml", POLICY)
        cls.r.write(".gitignore", "*.xml\n")
        cls.r.commit()
        cls.r.write("../junit", JUNIT)
        cls.r.write("../go.jsonl", "".join(json.dumps({"Package": "p", "Test": f"T{i}", "Action": a}) + "\n"
                                            for i in range(3) for a in ("run", "pass")))
        cls.r.run("run", code=1)
        cls.last = os.path.join(cls.r.root, ".seaworthy/runs", cls.r.read(".seaworthy/last").strip())

    def setUp(self):
        self.dir = os.path.join(self.r.top, self.id())
        shutil.copytree(self.last, self.dir)

    def load(self, name):
        with open(os.path.join(self.dir, name), encoding="utf-8") as f:
            return json.load(f)

    def forge(self, name, data):
        """As somebody would who knows how all digests are made."""
        def put(path, text):
            with open(os.path.join(self.dir, path), "wb") as f:
                f.write(text)
            return hashlib.sha256(text).hexdigest()

        manifest = self.load("manifest.json")
        for f in manifest["files"]:
            if f["name"] == name:
                f["sha256"], f["bytes"] = put(name, data), len(data)
        run = self.load("run.json")
        run["manifest"] = put("manifest.json", json.dumps(manifest).encode())
        put("run.json", json.dumps(run).encode())

    def forge_suite(self, suite, **fields):
        suites = self.load("suites.json")
        for s in suites:
            if s["id"] == suite:
                s.update(fields)
        self.forge("suites.json", json.dumps(suites).encode())

    def test_an_honest_run_is_what_its_bytes_say(self):
        done = json.loads(self.r.run("verify", "--unsigned", "--format", "json", self.dir).stdout)
        self.assertEqual((done["damages"], done["read_again"]),
                         ([], {"suites": 4, "benchmarks": 0, "left_out": 2}))
        self.assertIn("4 suites", self.r.run("verify", "--unsigned", self.dir).stdout)
        self.r.run("score", self.dir, code=1)

    def test_counts_that_no_bytes_bear_out_are_named(self):
        for suite, fields in (("junit", {"passed": 3, "failed": 0}), ("tap", {"passed": 2, "failed": 0}),
                              ("go", {"passed": 30}), ("rx", {"skipped": 1}), ("junit", {"flaky": 1})):
            with self.subTest(suite=suite, fields=fields):
                shutil.rmtree(self.dir)
                shutil.copytree(self.last, self.dir)
                self.forge_suite(suite, **fields)
                told = self.r.run("score", self.dir, code=6).stderr
                self.assertIn(f"suites.json: it says that suite {suite} has", told)

    def test_a_state_that_no_bytes_bear_out_is_named(self):
        self.forge_suite("tap", state="pass")
        self.assertIn("do not", self.r.run("score", self.dir, code=6).stderr)

    def test_what_no_bytes_bear_out_is_not_signed(self):
        self.r.env["SEAWORTHY_KEY_PASSWORD"] = "correct horse"
        self.r.run("key", "new", "carol")
        names = ("assessment.json", "attestations.intoto.jsonl")
        before = {n: os.path.exists(os.path.join(self.dir, n)) for n in names}
        self.forge_suite("tap", passed=2, failed=0)
        told = self.r.run("report", "--sign", "carol", "-o", "bundle=../b.run", self.dir, code=6).stderr
        self.assertIn("suites.json: it says that suite tap has", told)
        self.assertEqual({n: os.path.exists(os.path.join(self.dir, n)) for n in names}, before)
        self.assertFalse(os.path.exists(os.path.join(self.r.top, "b.run")))

    def forge_record(self, check):
        record = self.load(f"checks/{check}.json")
        record.update(state="pass", low=1, high=1)
        manifest = self.load("manifest.json")
        data = json.dumps(record).encode()
        leaves = []
        for f in manifest["files"]:  # the root is over the records
            if f["name"].startswith("checks/"):
                leaves.append(hashlib.sha256(data).digest() if f["name"].endswith(f"/{check}.json")
                              else bytes.fromhex(f["sha256"]))
        level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in sorted(leaves)]
        while len(level) > 1:
            level = [hashlib.sha256(b"\1" + level[i] + level[i + 1]).digest() if i + 1 < len(level) else level[i]
                     for i in range(0, len(level), 2)]
        manifest["root"] = level[0].hex()
        with open(os.path.join(self.dir, "manifest.json"), "w", encoding="utf-8") as f:
            json.dump(manifest, f)
        self.forge(f"checks/{check}.json", data)

    def drop(self, *names):
        """Takes artefacts off the record, and rows' fields with them."""
        record = self.load("checks/tests.junit.json")
        record["artefacts"] = [a for a in record["artefacts"] if not a["name"].endswith(names)]
        with open(os.path.join(self.dir, "checks/tests.junit.json"), "w", encoding="utf-8") as f:
            json.dump(record, f)
        everything = self.load("checks/tests.all.json")
        everything["artefacts"] = [a for a in everything["artefacts"] if "junit" not in a["name"]]
        with open(os.path.join(self.dir, "checks/tests.all.json"), "w", encoding="utf-8") as f:
            json.dump(everything, f)
        self.forge_record("tests.all")
        self.forge_record("tests.junit")

    def test_what_a_run_says_of_itself_does_not_decide_how_it_is_read(self):
        good = {"passed": 3, "failed": 0, "state": "pass"}
        for fields, told in (({"format": "exit"}, "another format"), ({"quarantined": None}, "not told as"),
                             ({"attempts": []}, "not told as"), ({"state": "unknown"}, "its suite does not"),
                             ({"state": "fine"}, "not told as"), ({"quarantined": 1}, "make it warn"),
                             ({"attempts": [{"state": "fail"}]}, "make it warn"),
                             ({"id": "other"}, "does not have its suite")):
            with self.subTest(fields=fields):
                shutil.rmtree(self.dir)
                shutil.copytree(self.last, self.dir)
                self.forge_record("tests.junit")
                self.forge_suite("junit", **{**good, **fields})
                self.assertIn(told, self.r.run("score", self.dir, code=6).stderr)

    def test_results_that_are_gone_bear_nothing_out(self):
        self.forge_suite("junit", passed=3, failed=0, state="pass")
        self.drop(".results.txt", ".output.txt")
        told = "nothing is stored of its suite's results"
        self.assertIn(told, self.r.run("score", self.dir, code=6).stderr)
        manifest = self.load("manifest.json")
        manifest["files"] = [f for f in manifest["files"] if not f["name"].startswith("artefacts/")]
        for check in ("tests.junit", "tests.all"):
            record = self.load(f"checks/{check}.json")
            record["artefacts"] = []
            with open(os.path.join(self.dir, f"checks/{check}.json"), "w", encoding="utf-8") as f:
                json.dump(record, f)
        shutil.rmtree(os.path.join(self.dir, "artefacts"))
        with open(os.path.join(self.dir, "manifest.json"), "w", encoding="utf-8") as f:
            json.dump(manifest, f)
        self.forge_record("tests.all")
        self.forge_record("tests.junit")
        self.assertIn(told, self.r.run("score", self.dir, code=6).stderr)

    def test_a_record_that_no_bytes_bear_out_is_named(self):
        self.forge_record("tests.junit")
        self.assertIn("checks/tests.junit.json: it passes, and the stored results of its suite do not",
                      self.r.run("score", self.dir, code=6).stderr)


if __name__ == "__main__":
    unittest.main()
