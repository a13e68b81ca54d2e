#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Secrets that suites print are nowhere in the evidence. usage: test_redaction.py PROGRAM"""
import hashlib
import json
import os
import unittest

from scan_place import TOKEN, Repository

PASSWORD = "Xk29" + "fQmz7LwTr4"
KEY = ("-----BEGIN RSA " + "PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEAt9xkQm2Lr8vWz4TgYh\n" * 6
       + "-----END RSA " + "PRIVATE KEY-----\n")
POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks:
  - {id: tests.loud, category: tests, weight: 3, collect: {suite: loud}}
  - {id: tests.junit, category: tests, weight: 3, collect: {suite: junit}}
  - {id: tests.go, category: tests, weight: 3, collect: {suite: go}}
  - {id: tests.open, category: tests, weight: 3, collect: {suite: open}}
  - {id: tests.within, category: tests, weight: 3, collect: {suite: within}}
  - {id: tests.calm, category: tests, weight: 3, collect: {suite: calm}}
  - {id: operations.said, category: tests, weight: 1,
     collect: {command: {run: "cat ../secrets; exit 1", format: exit}}}
suites:
  - {id: loud, run: "cat ../secrets ../secrets; exit 1", retries: 1}
  - {id: junit, run: "sh ../make-junit", format: junit, results: [results.xml]}
  - {id: go, run: "cat ../go.jsonl; exit 1", format: gotest}
  - {id: open, run: "sh ../make-open", format: junit, results: [open.xml]}
  - {id: within, run: "cat ../within", format: tap}
  - {id: calm, run: "echo all is well", inputs: [seaworthy.yml]}
"""
JUNIT = f"""cat > results.xml <<'EOF'
<testsuite><testcase classname="c" name="login[{TOKEN}]"><failure message="bad token {TOKEN}">
password = "{PASSWORD}"
{KEY}</failure></testcase><testcase classname="c" name="other"/></testsuite>
EOF
exit 1
"""
OPEN = f"""cat > open.xml <<'EOF'
<testsuite><testcase name="a"><failure message="m">{KEY[:KEY.index("-----END")]}</failure></testcase>
<testcase name="other"><failure>{KEY[KEY.index("-----END"):]}</failure></testcase></testsuite>
EOF
exit 1
"""
WITHIN = KEY.replace("-----END", "1..1\nok 1 - a\n-----END")


def go_events():
    for event in ({"Action": "run"}, {"Action": "output", "Output": f"x_test.go:3: token {TOKEN}\n"},
                  {"Action": "fail", "Elapsed": 0.1}):
        yield json.dumps({"Package": "p", "Test": "TestX", **event})


class Redaction(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.r = Repository().__enter__()
        cls.addClassCleanup(cls.r.__exit__)
        cls.r.init()
        cls.r.write("seaworthy.yml", POLICY)
        cls.r.write(".gitignore", "results.xml\nopen.xml\n")
        cls.r.commit()
        cls.r.write("../secrets", f"logged in with {TOKEN}\npassword = \"{PASSWORD}\"\n{KEY}done\n")
        cls.r.write("../make-junit", JUNIT)
        cls.r.write("../make-open", OPEN)
        cls.r.write("../within", WITHIN)
        cls.r.write("../go.jsonl", "\n".join(go_events()) + "\n")
        done = cls.r.run("run", "--format", "json", "-o", "html=../card.html", "-o", "markdown=../card.md",
                         "-o", "junit=../card.xml", code=1)
        cls.card = json.loads(done.stdout)
        cls.told = done.stdout + done.stderr
        cls.run_dir = os.path.join(cls.r.root, ".seaworthy/runs", cls.r.read(".seaworthy/last").strip())

    def record(self, check):
        with open(os.path.join(self.run_dir, "checks", check + ".json"), encoding="utf-8") as f:
            return json.load(f)

    def artefact(self, check, end):
        for a in self.record(check)["artefacts"]:
            if a["name"].endswith(end):
                with open(os.path.join(self.run_dir, "artefacts", a["sha256"]), "rb") as f:
                    data = f.read()
                self.assertEqual(hashlib.sha256(data).hexdigest(), a["sha256"])
                return data.decode()
        return None

    def redacted(self, check):
        return {(r["rule"], r["place"]): (r["line"], r["count"])
                for r in json.loads(self.artefact(check, ".redactions.json"))["redacted"]}

    def assert_clean(self, text, where):
        for part in (TOKEN, TOKEN[4:16], TOKEN[-12:], PASSWORD, PASSWORD[4:], KEY[32:64]):
            self.assertNotIn(part, text, where)

    def test_no_file_and_no_report_has_them(self):
        self.assert_clean(self.told, "standard output")
        looked = 0
        for top in (os.path.join(self.r.root, ".seaworthy"), os.path.join(self.r.top, "card.html"),
                    os.path.join(self.r.top, "card.md"), os.path.join(self.r.top, "card.xml")):
            files = [top] if os.path.isfile(top) else [os.path.join(t, n) for t, _, f in os.walk(top) for n in f]
            for path in files:
                with open(path, "rb") as f:
                    self.assert_clean(f.read().decode("latin-1"), path)
                self.assert_clean(path, "a name")
                looked += 1
        self.assertGreater(looked, 20)
        self.assert_clean(self.r.run("replay", code=None).stdout, "replay")

    def test_the_record_says_rule_count_and_place(self):
        found = self.redacted("tests.loud")
        self.assertEqual(found["secret.github-pat", "output"], (1, 2))
        self.assertIn(("secret.github-pat", "output of an earlier attempt"), found)
        self.assertTrue([r for r, _ in found if "private-key" in r], found)
        self.assertIn(("secret.github-pat", "results"), self.redacted("tests.junit"))
        self.assertIn(("secret.github-pat", "output"), self.redacted("operations.said"))

    def test_a_key_that_nobody_closes_leaves_results_that_can_be_read(self):
        self.assertIn("</failure></testcase>\n<testcase name=\"other\">", self.artefact("tests.open", ".results.txt"))

    def test_results_that_went_with_a_key_are_left_out_and_no_damage(self):
        self.assertNotIn("ok 1", self.artefact("tests.within", ".output.txt"))
        self.r.run("score", self.run_dir, code=1)
        done = json.loads(self.r.run("verify", "--unsigned", "--format", "json", self.run_dir).stdout)
        self.assertEqual((done["damages"], done["read_again"]["left_out"]), ([], 1))

    def test_what_stands_around_them_stays(self):
        output = self.artefact("tests.loud", "loud.output.txt")
        self.assertIn("logged in with [redacted secret.github-pat]\n", output)
        self.assertIn("\ndone\n", output)
        results = self.artefact("tests.junit", ".results.txt")
        self.assertIn('name="login[[redacted secret.github-pat]]"', results)

    def test_states_and_counts_are_those_of_the_run(self):
        suites = {s["id"]: s for s in self.card["suites"]}
        self.assertEqual((suites["junit"]["passed"], suites["junit"]["failed"]), (1, 1))
        self.assertEqual(suites["go"]["failed"], 1)

    def test_a_suite_without_secrets_has_nothing_of_it(self):
        self.assertIsNone(self.artefact("tests.calm", ".redactions.json"))
        self.assertEqual(self.artefact("tests.calm", ".output.txt"), "all is well\n")

    def test_what_is_reused_says_so_still(self):
        self.r.write("../quiet.yml", POLICY.replace("echo all is well", "cat ../secrets"))
        for _ in range(2):
            self.r.run("run", "--policy", "../quiet.yml", "--only", "tests.calm", code=None)
        runs = os.path.join(self.r.root, ".seaworthy/runs")
        saved, self.run_dir = self.run_dir, os.path.join(runs, max(os.listdir(runs)))
        try:
            self.assertIn("reused", self.record("tests.calm")["message"])
            self.assertIn(("secret.github-pat", "output"), self.redacted("tests.calm"))
        finally:
            self.run_dir = saved


if __name__ == "__main__":
    unittest.main()
