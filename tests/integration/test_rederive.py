#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a run says is what its stored bytes say. usage: test_rederive.py PROGRAM"""
import hashlib
import json
import os
import re
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
  - {id: big, run: "echo 1..2; echo 'not ok 1 - a'; yes x | head -c 2000000; echo 'ok 2 - b'; exit 1", format: tap}
  - {id: scratch, run: "sh ../scratch", format: junit, results: ["$SEAWORTHY_SCRATCH/r/*.xml"]}
  - {id: plans, run: "mkdir -p $SEAWORTHY_SCRATCH/p; cat ../plans > $SEAWORTHY_SCRATCH/p/a.tap", format: tap,
     results: ["$SEAWORTHY_SCRATCH/p/*.tap"]}
  - {id: words, run: "printf '1..2\\nok 1 - a\\n\\n==> standard error <==\\nok 2 - b\\n'; echo so >&2", format: tap}
"""
JUNIT = """\
cat > one.xml <<'X'
<testsuite><testcase name="a"/><testcase name="b" time="7"/><testcase name="b"><skipped/></testcase></testsuite>
X
printf '<testsuite><testcase name="c"><failure message="TOKEN"><![CDATA[\n==> a log <==\nof tail\n==> a.xml <==\n]]></failure></testcase></testsuite>' > two.xml
exit 1
""".replace("TOKEN", TOKEN)

SCRATCH = """\
mkdir -p "$SEAWORTHY_SCRATCH/r"
for i in a b; do
	printf '<testsuite><testcase name="%s"><system-out><![CDATA[\n==> a.log <==\nx\n]]></system-out></testcase></testsuite>' $i \
		> "$SEAWORTHY_SCRATCH/r/$i.xml"
done
"""

CHECKS = """\
version: 1
categories: [{id: all, title: All, weight: 1}]
checks:
  - {id: rate, category: all, weight: 3, collect: {suite: tap}, measure: pass_percent, scale: {fail: 0, pass: 100}}
  - {id: slow, category: all, weight: 1, collect: {suite: junit}, measure: slow, scale: {fail: 4, pass: 0}}
  - {id: markers, category: all, weight: 1, collect: {scan: {rules: ["marker.*"], scope: [production]}},
     measure: per_kloc, scale: {fail: 1000, pass: 0}}
  - {id: secrets, category: all, weight: 1, collect: {scan: {rules: ["secret.*"], scope: [production]}}}
  - {id: api, category: all, weight: 1, collect: {scan: {rules: [docs.api-missing]}}, scale: {fail: 1, pass: 0}}
  - {id: coverage, category: all, weight: 1, collect: {coverage: {from: [tap], measure: lines}},
     scale: {fail: 0, pass: 100}}
  - {id: plugin, category: all, weight: 1, collect: {command: {run: "sh ../plugin", format: plugin}},
     scale: {fail: 10, pass: 0}}
  - {id: command, category: all, weight: 1, collect: {command: {run: "printf '1..2\\nok 1 - a\\nnot ok 2 - b\\n'; echo said >&2; exit 1",
     format: tap}}}
  - {id: word, category: all, weight: 1, collect: {attest: {role: lead, statement: it is so, value: 0.5}}}
suites:
  - {id: tap, run: "printf '1..4\\nok 1 - a\\nok 2 - b\\nok 3 - c\\nnot ok 4 - d\\n'; cp ../lcov lcov.info; exit 1",
     format: tap, coverage: [lcov.info]}
  - {id: junit, run: "sh ../junit", format: junit, results: ["*.xml"], slow: 5s}
"""
PLUGIN = """\
echo '{"type":"hello","protocol":1,"name":"p","version":"2"}'
echo 'on the way' >&2
echo '{"type":"result","state":"warn","measured":4,"unit":"faults","message":"four"}'
"""


class Forging(unittest.TestCase):
    POLICY = POLICY

    @classmethod
    def setUpClass(cls):
        if cls is Forging:
            raise unittest.SkipTest("what the others share")
        cls.r = Repository().__enter__()
        cls.addClassCleanup(cls.r.__exit__)
        cls.r.init()
        if cls.POLICY:
            cls.r.write("seaworthy.yml", cls.POLICY)
        cls.r.write(".gitignore", "*.xml\nlcov.info\n")
        cls.place()
        cls.r.commit()
        cls.r.write("../junit", JUNIT)
        cls.r.write("../scratch", SCRATCH)
        cls.r.write("../plans", "1..2\nok 1 - a\n==> a.log <==\nok 2 - b\n")
        cls.r.write("../go.jsonl", "".join(json.dumps({"Package": "p", "Test": f"T{i}", "Action": a}) + "\n"
                                            for i in range(3) for a in ("run", "pass")))
        cls.r.run("run", code=None)
        cls.last = os.path.join(cls.r.root, ".seaworthy/runs", cls.r.read(".seaworthy/last").strip())

    @classmethod
    def place(cls):
        pass

    def again(self):
        shutil.rmtree(self.dir)
        shutil.copytree(self.last, self.dir)

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

    def forge_record(self, check, **fields):
        record = self.load(f"checks/{check}.json")
        record.update(fields or {"state": "pass", "low": 1, "high": 1})
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

    def told(self, check):
        return self.all_told()[check]

    def all_told(self):
        found = self.r.run("score", self.dir, code=6).stderr
        return dict(re.findall(r"checks/(.*)\.json: (.*)", found))

    def artefact(self, check, name):
        record = self.load(f"checks/{check}.json")
        return next(a["sha256"] for a in record["artefacts"] if a["name"] == name)

    def forge_artefact(self, check, name, data):
        """The record names other bytes, and they are stored."""
        record = self.load(f"checks/{check}.json")
        digest = hashlib.sha256(data).hexdigest()
        manifest = self.load("manifest.json")
        for a in record["artefacts"]:
            if a["name"] == name:
                for f in manifest["files"]:
                    if f["name"] == "artefacts/" + a["sha256"]:
                        os.remove(os.path.join(self.dir, f["name"]))
                        f.update(name="artefacts/" + digest, sha256=digest, bytes=len(data))
                a.update(sha256=digest, bytes=len(data))
        manifest["files"].sort(key=lambda f: f["name"])
        with open(os.path.join(self.dir, "artefacts", digest), "wb") as f:
            f.write(data)
        with open(os.path.join(self.dir, "manifest.json"), "w", encoding="utf-8") as f:
            json.dump(manifest, f)
        self.forge_record(check, artefacts=record["artefacts"])

    def read(self, check, name):
        with open(os.path.join(self.dir, "artefacts", self.artefact(check, name)), encoding="utf-8") as f:
            return f.read()


class Rederive(Forging):
    def test_an_honest_run_is_what_its_bytes_say(self):
        done = json.loads(self.r.run("verify", "--unsigned", "--format", "json", self.dir).stdout)
        self.assertEqual((done["damages"], done["read_again"]),
                         ([], {"suites": 7, "benchmarks": 0, "checks": 1, "left_out": 3}))
        self.assertIn("7 suites", self.r.run("verify", "--unsigned", self.dir).stdout)
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

    def test_a_line_about_bytes_left_out_hides_no_failure(self):
        for more in ("==> 5 bytes left out <==\n", "\n==> standard error <==\na\n\n==> standard error <==\nb\n"):
            with self.subTest(more=more):
                self.again()
                name = "suite-tap.output.txt"
                self.forge_artefact("tests.all", name, (self.read("tests.all", name) + more).encode())
                self.forge_suite("tap", passed=2, failed=0, state="pass")
                self.assertIn("suites.json: it says that suite tap has", self.r.run("score", self.dir, code=6).stderr)

    def test_a_second_artefact_of_the_name_hides_no_failure(self):
        record = self.load("checks/tests.all.json")
        other = next(a for a in record["artefacts"] if a["name"] == "suite-go.output.txt")
        record["artefacts"].append({**other, "name": "suite-tap.output.txt"})
        self.forge_record("tests.all", artefacts=record["artefacts"])
        self.forge_suite("tap", passed=2, failed=0, state="pass")
        self.assertIn("suites.json: it says that suite tap has 0 failed", self.r.run("score", self.dir, code=6).stderr)

    def test_failures_in_what_is_left_of_an_output_are_told(self):
        self.assertRegex(self.read("tests.all", "suite-big.output.txt"), "\n==> [0-9]+ bytes left out <==\n")
        self.forge_suite("big", passed=2, failed=0, state="pass")
        self.assertIn("suites.json: it says that suite big has 0 failed, and its stored results have 1",
                      self.r.run("score", self.dir, code=6).stderr)

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

    def test_a_suite_that_is_left_out_is_named(self):
        """Of all suites one that failed is told of nowhere, and none of what it left is named."""
        suites = [s for s in self.load("suites.json") if s["id"] in ("plans", "exit")]
        artefacts = [a for a in self.load("checks/tests.all.json")["artefacts"] if "plans" in a["name"]]
        self.forge("suites.json", json.dumps(suites).encode())
        self.forge_record("tests.all", state="pass", low=1, high=1, artefacts=artefacts,
                          measured=sum(s["passed"] for s in suites))
        self.assertIn("it says pass, and suites.json leaves out suite junit", self.told("tests.all"))

    def test_a_record_that_no_bytes_bear_out_is_named(self):
        self.forge_record("tests.junit")
        self.assertIn("checks/tests.junit.json: it passes, and the stored results of its suite do not",
                      self.r.run("score", self.dir, code=6).stderr)


class Standing(Forging):
    POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks:
  - {id: tests.tap, category: tests, weight: 1, collect: {suite: tap}, blocker: P0}
  - {id: tests.exit, category: tests, weight: 1, collect: {suite: exit}, blocker: P0}
suites:
  - {id: tap, run: "printf '1..2\\nok 1 - a\\nnot ok 2 - b\\n'; exit 1", format: tap}
  - {id: exit, run: "exit 1"}
phases: [{id: P1, title: First, target: 80, tasks: [{id: t-1, title: Tests, accept: [tests.tap, tests.exit]}]}]
rollout:
  metrics: {samples: samples.jsonl, step: 5m}
  stages:
    - {id: canary, traffic: 1, hold: 1h, advance: "touch ../entered", rollback: "true",
       success: [{metric: errors, query: q, below: 1}]}
"""

    def setUp(self):
        """Forged where the history looks for it."""
        super().setUp()
        self.kept, self.dir = self.dir, self.last
        self.addCleanup(shutil.copytree, self.kept, self.last)
        self.addCleanup(shutil.rmtree, self.last)

    def listed(self):
        run, = json.loads(self.r.run("history", "--format", "json").stdout)["runs"]
        return run["decision"], run["effective_decision"]

    def forge_all(self, tap):
        for suite in ("tap", "exit") if tap else ("exit",):
            self.forge_suite(suite, state="pass", **({"passed": 2, "failed": 0} if suite == "tap" else {}))
            self.forge_record("tests." + suite)

    def put_signoff(self):
        os.mkdir(os.path.join(self.last, "signoffs"))
        self.r.write(os.path.join(self.last, "signoffs/a.json"), "x")

    def test_a_file_among_the_signoffs_makes_no_forged_run_go(self):
        self.assertEqual(self.listed(), ("NO-GO", "NO-GO"))
        self.put_signoff()
        self.assertEqual(self.listed(), ("NO-GO", "NO-GO"))
        for tap in (False, True):
            self.forge_all(tap)
            self.assertEqual(self.listed(), ("NO-GO", None))
            self.assertRegex(self.r.run("history").stdout, r"  NO-GO   .* not as recorded")
        self.assertIn("suites.json: it says that suite tap", self.r.run("diff", "0", "last", code=6).stderr)
        said = json.loads(self.r.run("diff", "--format", "json", "0", "0").stdout)
        self.assertEqual((said["after"]["decision"], said["after"]["effective_decision"]), ("NO-GO", None))

    def test_reports_do_not_count_what_no_bytes_bear_out(self):
        honest = json.loads(self.r.run("report", "--format", "json", self.dir, code=1).stdout)
        self.assertEqual({c["state"] for c in honest["checks"]}, {"fail"})
        self.forge_all(True)
        for command in ("report", "score"):
            card = json.loads(self.r.run(command, "--format", "json", self.dir, code=6).stdout)
            self.assertNotEqual(card["decision"], "GO")
            self.assertEqual({c["state"] for c in card["checks"]}, {"unknown"})
            self.assertIn("suites.json: it says that suite tap", card["checks"][0]["message"])
        for form in ("human", "badge", "markdown"):
            said = self.r.run("report", "--format", form, self.dir, code=6).stdout
            self.assertNotRegex(said, r"(?<!NO-)\bGO\b")
        self.assertIn("tests.tap: run the checks again", self.r.run("explain", code=6).stdout)
        # A record alone, with suites as they were.
        shutil.rmtree(self.last)
        shutil.copytree(self.kept, self.last)
        self.forge_record("tests.tap")
        card = json.loads(self.r.run("report", "--format", "json", self.dir, code=6).stdout)
        self.assertEqual([c["state"] for c in card["checks"]], ["unknown", "fail"])

    def test_nobody_acts_on_what_no_bytes_bear_out(self):
        run = os.path.basename(self.last)
        acts = {("sign", "--role", "lead", "--print"): 2, ("rollout", "advance"): 1, ("export", "csv"): 0,
                ("export", "beads"): 0, ("phases",): 0, ("replay",): 1}
        # Bounded by what git ignores: a rollout is of a state without changes.
        self.r.write(".git/info/exclude", ".beads/\n*.md\n")
        self.r.write("said.md", "We have 2 <!-- seaworthy: tests.passed --> passing tests.\n")
        for args, code in acts.items():
            self.r.run(*args, code=code)
        self.assertIn("refuted", self.r.run("claims", "--format", "jsonl", "said.md", code=1).stdout)
        issues = self.r.read(".beads/issues.jsonl")
        self.forge_all(True)
        for args in acts:
            said = self.r.run(*args, code=6)
            self.assertIn("suites.json: it says that suite tap has 0 failed", said.stderr)
            self.assertNotRegex(said.stdout, r"(?<!NO-)\bGO\b|,pass,")
        self.assertFalse(os.path.exists(os.path.join(self.r.top, "entered")))
        self.assertEqual(self.r.read(".beads/issues.jsonl"), issues)
        said = self.r.run("claims", "--format", "jsonl", "said.md")
        self.assertNotIn("confirmed", said.stdout)
        self.assertIn("suites.json: it says that suite tap", said.stderr)
        self.r.run("evidence", "add", run)
        said = self.r.run("evidence", "show", run, code=6)
        self.assertIn("it says that suite tap has 0 failed", said.stdout)
        last = json.loads(self.r.run("evidence", "ls", "--format", "json", code=6).stdout)[0]
        self.assertEqual((last["decision"], last["state"]), ("NO-GO", "damaged"))

    def enter(self, change):
        """The history has the run with other suites, as if it had been recorded so."""
        def digest(name, folder=self.last):
            with open(os.path.join(folder, name), "rb") as f:
                return hashlib.sha256(f.read()).hexdigest()

        names = ("manifest.json", "run.json")
        before = [digest(n) for n in names]
        suites = self.load("suites.json")
        change(suites)
        self.forge("suites.json", json.dumps(suites).encode())
        text = self.r.read(os.path.join(self.last, "assessment.json"))
        for was, name in zip(before, names):
            self.assertIn(was, text)
            text = text.replace(was, digest(name))
        self.r.write(os.path.join(self.last, "assessment.json"), text)
        first, line = self.history.splitlines()
        statement = line[line.index('"statement":') + 12:-1].replace(
            digest("assessment.json", self.kept), digest("assessment.json"))
        head = hashlib.sha256(json.loads(first)["repository"].encode()).digest()
        head = hashlib.sha256(b"seaworthy-history-v1\0" + bytes(8) + head
                              + hashlib.sha256(statement.encode()).digest()).hexdigest()
        self.r.write(".seaworthy/history.jsonl", f'{first}\n{{"index":0,"head":"{head}","statement":{statement}}}\n')
        self.r.run("history", "verify")

    def test_a_signed_run_stands_where_its_bytes_bear_it_out(self):
        self.history = self.r.read(".seaworthy/history.jsonl")
        self.addCleanup(self.r.write, ".seaworthy/history.jsonl", self.history)
        self.enter(lambda suites: None)
        self.put_signoff()
        self.assertEqual(self.listed(), ("NO-GO", "NO-GO"))
        # Neither the score nor the decision change with it.
        self.enter(lambda suites: suites[0].update(passed=2, failed=0))
        self.assertEqual(self.listed(), ("NO-GO", None))

    def test_what_the_history_has_otherwise_is_refused(self):
        """Also where all that is stored was made to fit, and nobody signed any of it."""
        said = self.read("tests.tap", "suite-tap.output.txt").replace("not ok", "ok").encode()
        self.forge_artefact("tests.tap", "suite-tap.output.txt", said)
        self.forge_all(True)
        self.forge_record("tests.tap", state="pass", low=1, high=1, measured=2)
        self.forge_suite("exit", state="pass", passed=1, failed=0)
        self.forge_record("tests.exit", state="pass", low=1, high=1, measured=1)
        # Elsewhere nothing speaks against it.
        self.dir = os.path.join(self.r.top, self.id() + "-copy")
        shutil.copytree(self.last, self.dir)
        self.assertTrue(self.r.run("score", self.dir).stdout.startswith("GO "))
        self.assertIn("the history has another assessment",
                      self.r.run("sign", "--role", "lead", "--print", self.dir, code=6).stderr)
        for args in (("rollout", "advance"), ("sign", "--role", "lead", "--print"), ("score",), ("report",),
                     ("phases",), ("export", "csv")):
            said = self.r.run(*args, code=6)
            self.assertIn("run.json: the history has another assessment of this run", said.stderr)
            self.assertNotRegex(said.stdout, r"(?<!NO-)\bGO\b|,pass,")
        self.dir = self.last
        self.assertFalse(os.path.exists(os.path.join(self.r.top, "entered")))

    def test_a_run_is_verified_by_its_history_too(self):
        self.history = self.r.read(".seaworthy/history.jsonl")
        self.addCleanup(self.r.write, ".seaworthy/history.jsonl", self.history)
        self.r.run("verify", "--unsigned")
        self.enter(lambda suites: None)
        shutil.rmtree(self.last)
        shutil.copytree(self.kept, self.last)
        said = self.r.run("verify", "--unsigned", code=6).stdout
        self.assertIn("assessment.json: the history has another assessment of this run", said)
        self.r.run("verify", "--unsigned", self.last, cwd=self.r.top)

    def test_a_claim_is_not_confirmed_by_a_changed_run(self):
        self.r.write(".git/info/exclude", "*.md\n")
        self.r.write("said.md", "We have 9 <!-- seaworthy: tests.passed --> passing tests.\n")
        suites = self.load("suites.json")
        suites[0]["passed"] = 9
        self.r.write(os.path.join(self.last, "suites.json"), json.dumps(suites))
        said = self.r.run("claims", "--format", "jsonl", "said.md")
        self.assertNotIn("confirmed", said.stdout)
        self.assertIn("suites.json: its bytes are not those that were recorded", said.stderr)

    def test_plain_changes_make_it_no_better(self):
        self.put_signoff()
        self.r.write(os.path.join(self.last, "suites.json"), "[]")
        self.assertEqual(self.listed(), ("NO-GO", None))


class Checks(Forging):
    POLICY = CHECKS

    @classmethod
    def place(cls):
        cls.r.write("a.c", "int a;\nint b; /* TODO: c */\nint c;\nint d;\n")
        cls.r.write("../plugin", PLUGIN)
        cls.r.write("../lcov", "TN:\nSF:a.c\nDA:1,1\nDA:2,1\nDA:3,0\nDA:4,0\nend_of_record\n")

    def test_an_honest_run_is_what_its_bytes_say(self):
        done = json.loads(self.r.run("verify", "--unsigned", "--format", "json", self.dir).stdout)
        self.assertEqual((done["damages"], done["read_again"]),
                         ([], {"suites": 2, "benchmarks": 0, "checks": 9, "left_out": 0}))
        state = {c: self.load(f"checks/{c}.json")["state"] for c in ("rate", "markers", "coverage", "plugin", "api")}
        self.assertEqual(state, {"rate": "warn", "markers": "warn", "coverage": "warn", "plugin": "warn",
                                 "api": "n/a"})

    def test_a_state_or_value_that_no_bytes_bear_out_is_named(self):
        best = {"state": "pass", "low": 1, "high": 1}
        warn = {"state": "warn", "low": 0.9, "high": 0.9}
        away = {"state": "n/a", "low": None, "high": None, "measured": None}
        for forged in (
                {"rate": (best, "it says pass, and what its suites came to warn"),
                 "slow": (best, "it says pass, and what its suites came to warn"),
                 "markers": (best, "it says pass, and its stored scan warn"),
                 "secrets": (away, "it says n/a, and its stored scan pass"),
                 "api": (best, "it says pass, and its stored scan n/a"),
                 "coverage": (warn, "it says a value of 0.9 to 0.9, and its stored sums 0.5 to 0.5"),
                 "plugin": (warn, "it says a value of 0.9 to 0.9, and the stored answer of the plug-in 0.6 to 0.6"),
                 "command": (best, "it says pass, and the stored output of its command fail"),
                 "word": (best, "it says pass, and its policy warn")},
                {"rate": (warn, "it says a value of 0.9 to 0.9, and what its suites came to 0.75 to 0.75"),
                 "slow": (away, "it does not apply, and policy.json has no reason for that"),
                 "markers": (warn, "it says a value of 0.9 to 0.9, and its stored scan 0.75 to 0.75"),
                 "coverage": ({"high": 1}, "it says a value of 0.5 to 1, and its stored sums 0.5 to 0.5"),
                 "command": ({"state": "warn", "low": 0.5, "high": 0.5}, "it says warn, and the stored output")},
                {"rate": ({"measured": 90}, "it says that 90 was measured, and what its suites came to 75")}):
            with self.subTest(checks=list(forged)):
                self.again()
                for check, (fields, _) in forged.items():
                    self.forge_record(check, **fields)
                told = self.all_told()
                self.assertEqual(set(told), set(forged))
                for check, (_, what) in forged.items():
                    self.assertIn(what, told[check])

    def test_a_list_of_redactions_hides_no_output(self):
        record = self.load("checks/command.json")
        scan = next(a for a in self.load("checks/markers.json")["artefacts"] if a["name"] == "scan.json")
        record["artefacts"].append({**scan, "name": "command-command.redactions.json"})
        self.forge_record("command", artefacts=record["artefacts"], state="pass", low=1, high=1)
        self.assertIn("it says pass, and the stored output of its command fail", self.told("command"))

    def test_sums_that_the_reports_do_not_bear_out_are_named(self):
        sums = json.loads(self.read("coverage", "coverage.coverage.json"))
        sums["hit"] = 4
        self.forge_artefact("coverage", "coverage.coverage.json", json.dumps(sums).encode())
        self.forge_record("coverage", state="pass", low=1, high=1, measured=100)
        self.assertIn("its stored sums say that 4 lines ran, and the reports of its suites 2", self.told("coverage"))

    def test_sums_of_less_than_the_reports_name_are_named(self):
        for fields, told in (({"total": 2}, "its stored sums are of 2 lines, and the reports of its suites name 4"),
                             ({"total": 2, "files": 0}, "its stored sums are of 0 files, and the reports")):
            with self.subTest(fields=fields):
                self.again()
                sums = json.loads(self.read("coverage", "coverage.coverage.json"))
                sums.update(fields)
                self.forge_artefact("coverage", "coverage.coverage.json", json.dumps(sums).encode())
                self.forge_record("coverage", state="pass", low=1, high=1, measured=100)
                self.assertIn(told, self.told("coverage"))

    def test_a_suite_that_the_sums_leave_out_is_named(self):
        honest = json.loads(self.read("coverage", "coverage.coverage.json"))
        self.assertEqual(honest["suites"], [{"id": "tap", "reports": 1, "complete": True}])
        for suites, told in (([], "its stored sums leave out suite tap"),
                             ([{"id": "junit", "reports": 1, "complete": True}], "its stored sums leave out suite tap"),
                             ([{"id": "tap", "reports": 0, "complete": True}], "are not told as a run tells them"),
                             ([{"id": "tap", "reports": 1, "complete": False}], "are not told as a run tells them"),
                             ([{"id": "tap", "reports": 1}], "are not told as a run tells them")):
            with self.subTest(suites=suites):
                self.again()
                self.forge_artefact("coverage", "coverage.coverage.json",
                                    json.dumps({**honest, "suites": suites}).encode())
                self.assertIn(told, self.told("coverage"))

    def test_reports_that_were_taken_away_are_named(self):
        sums = json.loads(self.read("coverage", "coverage.coverage.json"))
        sums["hit"] = 4
        self.forge_artefact("coverage", "coverage.coverage.json", json.dumps(sums).encode())
        for check in ("rate", "coverage"):
            record = self.load(f"checks/{check}.json")
            kept = [a for a in record["artefacts"] if not a["name"].endswith(".coverage.info")]
            self.assertEqual(len(kept) + 1, len(record["artefacts"]))
            self.forge_record(check, artefacts=kept)
        self.artefacts_gone(self.load("manifest.json"), record, kept)
        self.forge_record("coverage", state="pass", low=1, high=1, measured=100)
        self.assertIn("nothing is stored of the reports of its suite tap", self.told("coverage"))

    def test_findings_that_were_taken_away_are_named(self):
        record = self.load("checks/markers.json")
        kept = [a for a in record["artefacts"] if a["name"] == "scan.json"]
        self.forge_record("markers", artefacts=kept, state="pass", low=1, high=1, measured=0)
        manifest = self.load("manifest.json")
        gone = self.artefacts_gone(manifest, record, kept)
        self.assertEqual(gone, 1)
        self.assertEqual("its stored findings are others than findings.jsonl has", self.told("markers"))

    def artefacts_gone(self, manifest, record, kept):
        gone = {"artefacts/" + a["sha256"] for a in record["artefacts"]} - {"artefacts/" + a["sha256"] for a in kept}
        for name in gone:
            os.remove(os.path.join(self.dir, name))
        manifest["files"] = [f for f in manifest["files"] if f["name"] not in gone]
        with open(os.path.join(self.dir, "manifest.json"), "w", encoding="utf-8") as f:
            json.dump(manifest, f)
        self.forge_record("rate", message="as it was")
        return len(gone)

    def test_a_value_without_bytes_is_named(self):
        for check, told in (("markers", "nothing is stored of a scan"), ("coverage", "no sums of it are stored"),
                            ("plugin", "no output of it is stored")):
            with self.subTest(check=check):
                self.again()
                record = self.load(f"checks/{check}.json")
                others = {a["sha256"] for c in ("rate", "secrets", "api") for a in
                          self.load(f"checks/{c}.json")["artefacts"]}
                kept = [a for a in record["artefacts"] if a["sha256"] in others]
                self.forge_record(check, artefacts=[])
                self.artefacts_gone(self.load("manifest.json"), record, kept)
                self.assertIn(told, self.told(check))


class Detected(Forging):
    POLICY = None

    @classmethod
    def place(cls):
        tools = os.path.join(cls.r.top, "tools")
        os.mkdir(tools)
        with open(os.path.join(tools, "go"), "w", encoding="utf-8") as f:
            f.write("#!/bin/sh\ntest \"$1\" = test || exit 0\ncat ../go.jsonl\n")
        os.chmod(os.path.join(tools, "go"), 0o755)
        cls.r.env["PATH"] = tools + ":" + cls.r.env["PATH"]
        cls.r.write("go.mod", "module x\n")
        cls.r.write("x_test.go", "package x\n")

    def test_a_detected_suite_does_not_choose_its_format(self):
        suite, = self.load("suites.json")
        self.forge_suite(suite["id"], format="exit", command="npm test")
        self.assertIn("has another format than such a suite has", self.r.run("score", self.dir, code=6).stderr)

    def test_the_command_says_what_is_written(self):
        suite, = self.load("suites.json")
        self.assertEqual((suite["format"], suite["passed"], suite["dir"]), ("gotest", 3, "."))
        self.r.run("verify", "--unsigned", self.dir)
        for form in ("exit", "tap"):
            self.again()
            self.forge_suite(suite["id"], format=form)
            self.assertIn(f"suite {suite['id']} has another format than its command writes",
                          self.r.run("score", self.dir, code=6).stderr)


BENCH = """\
version: 1
categories: [{id: performance, weight: 1}]
checks:
  - {id: lines, category: performance, weight: 3, collect: {bench: {run: [./bench], format: lines, builds: [],
     min_time: 1ms, pairs: 10, margins: [{benchmarks: [y*], margin: 80}], control: same}}}
"""


class DetectedExit(Forging):
    POLICY = None

    @classmethod
    def place(cls):
        cls.r.write("Makefile", "all test:\n\ttrue\n")

    def test_a_detected_suite_without_results_is_counted_as_not_read(self):
        suite, = self.load("suites.json")
        self.assertEqual((suite["format"], suite["state"]), ("exit", "pass"))
        done = json.loads(self.r.run("verify", "--unsigned", "--format", "json", self.dir).stdout)
        self.assertEqual((done["damages"], done["read_again"]["left_out"]), ([], 1))


class Benchmarks(Forging):
    POLICY = BENCH

    @classmethod
    def place(cls):
        cls.r.write("bench", """#!/bin/sh
awk -v c="$(cat cost)" -v seed="$(date +%N)" 'BEGIN {
    srand(seed); for (n = 0; n < 2; n++) printf "%c %.6f ms\\n", 120 + n, c * (1 + 0.01 * rand()) }'
""")
        os.chmod(os.path.join(cls.r.root, "bench"), 0o755)
        cls.r.write("cost", "100")
        cls.r.commit()
        cls.r.git("tag", "v1")
        cls.r.write("cost", "150")

    def test_honest_runs_are_what_their_samples_say(self):
        self.assertEqual(self.load("checks/lines.json")["state"], "fail")
        for options in ((), ("--base", "v1", "--pairs", "8")):
            with self.subTest(options=options):
                self.r.run("run", *options, code=None)
                done = json.loads(self.r.run("verify", "--unsigned", "--format", "json").stdout)
                self.assertEqual((done["damages"], done["read_again"]["benchmarks"]), ([], 1))

    def test_the_policy_says_what_samples_are_judged_by(self):
        for where, fields, told in (("commands", {"margin": 0.9}, "another `margin`"),
                                    ("benchmarks", {"margin": 0.9}, "another margin of x"),
                                    ("benchmarks", {"higher": True}, "another direction of x"),
                                    ("benchmarks", {"timed": False}, "another kind of value of x"),
                                    ("commands", {"min_ns": 0}, "another `min_time`"),
                                    ("commands", {"format": "time"}, "another `format`"),
                                    ("commands", {"clock": "cpu"}, "another `clock`"),
                                    ("commands", {"instructions": {"base": [9], "head": [9]}},
                                     "another `instructions`"),
                                    ("commands", {"work": {"small": [1], "large": [2]}}, "another `work`")):
            with self.subTest(fields=fields):
                self.again()
                found = json.loads(self.read("lines", "bench.json"))
                found[where][0].update(fields)
                self.forge_artefact("lines", "bench.json", json.dumps(found).encode())
                self.assertIn(told, self.r.run("score", self.dir, code=6).stderr)


if __name__ == "__main__":
    unittest.main()
