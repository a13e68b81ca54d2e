#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The index of advisories, and scans that have to do without: what is unknown is not clean.

usage: test_osv.py SEAWORTHY
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

PROGRAM = ""
GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../golden/osv")
LOCK = ('{"lockfileVersion":3,"packages":{"":{"dependencies":{"lodash":"4"}},'
        '"node_modules/lodash":{"version":"4.17.20"}}}')


class Home(tempfile.TemporaryDirectory):
    """A folder with a project, and data of a user of its own."""

    def __enter__(self):
        self.root = super().__enter__()
        os.makedirs(self.at("project"))
        return self

    def at(self, *names):
        return os.path.join(self.root, *names)

    @property
    def index(self):
        return self.at("data/seaworthy/osv.db")

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.at(name)), exist_ok=True)
        with open(self.at(name), "w", encoding="utf-8") as f:
            f.write(text)

    def bytes(self):
        with open(self.index, "rb") as f:
            return f.read()

    def run(self, *args):
        env = {**os.environ, "XDG_DATA_HOME": self.at("data"), "XDG_CACHE_HOME": self.at("cache")}
        return subprocess.run([PROGRAM, *args], cwd=self.at("project"), capture_output=True, text=True,
                              env=env, timeout=120, check=False)


class Import(unittest.TestCase):
    def test_where_a_dump_is_to_be_had(self):
        where = "https://osv-vulnerabilities.storage.googleapis.com/"
        with Home() as h:
            r = h.run("osv", "import")
            self.assertEqual(r.returncode, 2)
            self.assertIn(where + "ECOSYSTEM/all.zip", r.stderr)
            self.assertIn(where, "".join(h.run("osv", "--help").stdout.split()))
            self.assertEqual(h.run("osv", "import", GOLDEN + "/npm").returncode, 0)
            for word, hint in (("pypi", " (did you mean 'PyPI'?)"), ("PyPI", "")):
                r = h.run("osv", "query", word, "x", "1")
                self.assertEqual(r.returncode, 4)
                self.assertIn(f"no advisory for {word}{hint}; import a dump that has: {where}PyPI/all.zip", r.stderr)

    def test_a_broken_dump_leaves_the_index_as_it_was(self):
        with Home() as h:
            self.assertEqual(h.run("osv", "import", GOLDEN).returncode, 0)
            before = h.bytes()
            with zipfile.ZipFile(h.at("whole.zip"), "w", zipfile.ZIP_DEFLATED) as z:
                for name in sorted(os.listdir(GOLDEN + "/npm")):
                    z.write(f"{GOLDEN}/npm/{name}", name)
            with open(h.at("whole.zip"), "rb") as f:
                whole = f.read()
            for name, keep in (("half.zip", len(whole) // 2), ("tail.zip", len(whole) - 22), ("none.zip", 0)):
                with open(h.at(name), "wb") as f:
                    f.write(whole[:keep])
            os.makedirs(h.at("empty"))
            h.write("texts/a.json", '{"id":')
            for name in ("half.zip", "tail.zip", "none.zip", "empty", "texts"):
                r = h.run("osv", "import", h.at(name))
                self.assertEqual(r.returncode, 5, name)
                self.assertIn(name, r.stderr)
                self.assertIn(h.index + " stays as it was", r.stderr)
                self.assertEqual(h.bytes(), before, name)
                q = h.run("-q", "osv", "import", h.at(name))
                self.assertEqual((q.returncode, q.stderr.count("error:")), (5, 1), "errors are always said")
            self.assertEqual(h.run("osv", "import", h.at("nowhere")).returncode, 2)
            self.assertEqual(h.run("osv", "import", h.at("whole.zip")).returncode, 0)
            self.assertNotEqual(h.bytes(), before)

    def test_a_few_unreadable_records_are_named_and_make_evidence_partial(self):
        with Home() as h:
            shutil.copytree(GOLDEN + "/npm", h.at("dump"))
            h.write("dump/broken.json", '{"id":')
            r = h.run("osv", "import", h.at("dump"))
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertIn("dump/broken.json:1:7: ", r.stderr)
            self.assertIn("1 left out", r.stderr)
            h.write("project/package-lock.json", LOCK)
            # The test's data is old, which is told first; so ask the index itself.
            answer = h.run("osv", "query", "npm", "lodash", "4.17.20", "--format", "json")
            self.assertEqual(json.loads(answer.stdout)["data"]["rejected"], 1)
            self.assertIn("1 advisory of the dump could not be read", answer.stderr)
            scan = json.loads(h.run("scan", "--format", "json", "--rule", "dependency.*").stdout)
            self.assertIs(scan["complete"], False)


class Query(unittest.TestCase):
    def test_the_answer(self):
        with Home() as h:
            h.run("osv", "import", GOLDEN)
            r = h.run("osv", "query", "npm", "lodash", "4.17.20", "--format", "json")
            answer = json.loads(r.stdout)
            self.assertEqual(answer["ids"], ["GHSA-35jh-r3h4-6jhm"])
            self.assertEqual(answer["advisories"], [{
                "id": "GHSA-35jh-r3h4-6jhm", "aliases": ["CVE-2021-23337"], "severity": "high",
                "summary": "lodash: command injection through template", "fixed": ["4.17.21"]}])
            self.assertIs(answer["ordered"], True)
            self.assertEqual(set(answer["data"]), {"newest", "age_days", "rejected"})
            r = h.run("osv", "query", "npm", "no-such-package", "1.0.0", "--format", "json")
            self.assertEqual((r.returncode, json.loads(r.stdout)["ids"]), (0, []))

    def test_what_cannot_be_compared_is_said(self):
        def record(name, fixed):
            return json.dumps({"id": "T-" + name, "modified": "2026-01-01T00:00:00Z", "affected": [{
                "package": {"ecosystem": "npm", "name": name},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}]})

        with Home() as h:
            h.write("dump/a.json", record("a", "2.0.0"))
            h.write("dump/b.json", record("b", "some day"))
            h.run("osv", "import", h.at("dump"))
            for name, version, count, told in (("a", "1.0.0", 0, ""), ("a", "one", 1, "is no version as npm"),
                                               ("b", "1.0.0", 1, "cannot be compared with a version"),
                                               ("c", "one", 0, "is no version as npm")):
                r = h.run("osv", "query", "npm", name, version, "--format", "json")
                self.assertEqual((r.returncode, json.loads(r.stdout)["open"]), (0, count), (name, version))
                self.assertIn(told, r.stderr)
                self.assertEqual(bool(r.stderr), bool(told))

    def test_nothing_found_where_nothing_was_looked_for_is_no_answer(self):
        with Home() as h:
            self.assertEqual(h.run("osv", "query", "npm", "a", "1").returncode, 4, "no index")
            h.run("osv", "import", GOLDEN)
            for name, code, part in (("cargo", 2, "did you mean 'crates.io'?"), ("PyPy", 2, "did you mean 'PyPI'?"),
                                     ("Nowhere", 2, "osv info"), ("RubyGems", 4, "no advisory for RubyGems")):
                r = h.run("osv", "query", name, "a", "1.0.0", "--format", "json")
                self.assertEqual((r.returncode, r.stdout), (code, ""), name)
                self.assertIn(part, r.stderr)

    def test_a_damaged_index_says_nothing(self):
        with Home() as h:
            h.run("osv", "import", GOLDEN)
            damaged = bytearray(h.bytes())
            damaged[len(damaged) // 2] ^= 1
            with open(h.index, "wb") as f:
                f.write(damaged)
            r = h.run("osv", "query", "npm", "lodash", "4.17.20", "--format", "json")
            self.assertEqual((r.returncode, r.stdout), (5, ""))
            self.assertIn("osv import", r.stderr)


class Scan(unittest.TestCase):
    def check(self, h, code, kind, reason, *args):
        """Exit code, complete and what is said agree in every format."""
        r = h.run("scan", "--format", "json", *args)
        scan = json.loads(r.stdout)
        self.assertEqual((r.returncode, scan["complete"]), (code, kind is None), r.stderr)
        sarif = json.loads(h.run("scan", "--format", "sarif", *args).stdout)
        done = sarif["runs"][0]["invocations"][0]
        self.assertIs(done["executionSuccessful"], kind is None)
        if kind is None:
            return
        failed = kind in ("unread", "no-data")
        told = [s for s in scan["skipped"] if reason in s["reason"]]
        self.assertEqual([(s["kind"], s["rule"]) for s in told], [(kind, "dependency.vulnerable")])
        notes = [n for n in done["toolExecutionNotifications"] if reason in n["message"]["text"]]
        self.assertEqual([n["level"] for n in notes], ["error" if failed else "warning"])
        self.assertIn(("error: " if failed else "warning: ") + told[0]["path"], r.stderr)
        quiet = h.run("-q", "scan", *args)
        self.assertEqual((quiet.returncode, reason in quiet.stderr), (code, failed))

    def test_what_is_unknown_is_not_clean(self):
        rules = ("--rule", "dependency.*")
        with Home() as h:
            self.check(h, 0, None, "", *rules)
            h.write("project/package-lock.json", LOCK)
            self.check(h, 4, "no-data", "no index of advisories", *rules)
            self.check(h, 0, None, "", *rules, "--rule", "!dependency.vulnerable")
            h.run("osv", "import", GOLDEN)
            self.check(h, 1, "open", "the newest advisory is", *rules)
            h.write("project/Gemfile.lock", "GEM\n  specs:\n    rails (7.0.4)\n")
            self.check(h, 4, "no-data", "no advisory for RubyGems", *rules)
            os.remove(h.at("project/Gemfile.lock"))
            h.write("project/package-lock.json", LOCK[:-1])
            self.check(h, 5, "unread", "lock file:1:", *rules)
            os.rename(h.at("project/package-lock.json"), h.at("lock"))
            h.write("project/tests/package-lock.json", LOCK[:-1])
            self.check(h, 0, "open", "lock file:1:", *rules)
            h.write("project/package-lock.json", LOCK)
            with open(h.index, "wb") as f:
                f.write(b"junk")
            shutil.rmtree(h.at("project/tests"))
            self.check(h, 5, "unread", "no index of advisories; make it anew", *rules)

    def test_a_lock_file_that_git_ignores(self):
        """Not in a clone: no P0 passes on it. One that git tracks all the same is there."""
        with Home() as h:
            self.assertEqual(h.run("osv", "import", GOLDEN).returncode, 0)
            h.write("project/package.json", '{"name": "x", "dependencies": {"lodash": "^4.17.20"}}')
            h.write("project/package-lock.json", LOCK)
            h.write("project/.gitignore", "package-lock.json\n")
            h.write("project/seaworthy.yml", "version: 1\nextends: default\n")

            def git(*args):
                subprocess.run(["git", *args], cwd=h.at("project"), check=True, capture_output=True)

            def check(name):
                r = h.run("run", "--only", "security.*", "--format", "json")
                return next(c for c in json.loads(r.stdout)["checks"] if c["id"] == name)

            git("init", "-q")
            git("add", "package.json", "seaworthy.yml", ".gitignore")
            unknown = check("security.dependencies")
            self.assertEqual(unknown["state"], "unknown")
            self.assertIn("the lock file package-lock.json is ignored by git", unknown["message"])
            loose = check("security.unpinned")
            self.assertEqual((loose["state"], loose["measured"]), ("warn", 1))
            git("add", "-f", "package-lock.json")
            for cache in ([], [], ["--no-cache"]):
                r = h.run("scan", "--rule", "dependency.*", "--format", "json", *cache)
                found = json.loads(r.stdout)["findings"]
                self.assertEqual([f["rule"] for f in found], ["dependency.vulnerable"])

    def test_a_manifest_without_a_lock_file(self):
        with Home() as h:
            h.write("project/package.json", '{"dependencies":{"a":"1"}}')
            self.check(h, 0, "open", "no lock file", "--rule", "dependency.*")
            self.check(h, 1, "open", "no lock file", "--rule", "dependency.*", "--fail-on", "warning")
            self.check(h, 4, "no-data", "no lock file", "--rule", "dependency.vulnerable")


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
