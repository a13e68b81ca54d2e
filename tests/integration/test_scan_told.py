#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What scan says of what it finds, and of what it does not. usage: test_scan_told.py PROGRAM"""
import datetime
import json
import os
import re
import unittest

from scan_place import Repository, TOKEN


class History(unittest.TestCase):
    def test_every_format_names_the_commit(self):
        with Repository() as r:
            r.init()
            r.write(".mailmap", "Ann Ünwin <t@t.invalid>\n")
            r.write("key.py", f't = "{TOKEN}"\n')
            commit = r.commit()
            day = r.git("log", "-1", "--format=%ad", "--date=format-local:%Y-%m-%d").strip()
            r.git("rm", "-q", "key.py")
            r.commit()
            blob = r.git("hash-object", "-w", "--stdin", given=b"// TODO: of a tag\n").strip()
            r.git("tag", "lone", blob)
            origin = f"(commit {commit[:10]}, {day}, Ann Ünwin)"

            def told(form):
                return r.run("scan", "--history", "--rule", "secret.github-pat,marker.todo",
                             "--fail-on", "none", "-f", form).stdout

            for form in ("human", "gitlab", "github", "sarif"):
                self.assertIn(origin, told(form), form)
            self.assertIn(origin, told("markdown").replace("\\", ""))
            self.assertNotIn(origin, r.run("scan", "--fail-on", "none").stdout)
            details = {f["path"]: f["details"] for f in map(json.loads, told("jsonl").splitlines())}
            self.assertEqual({k: details["key.py"][k] for k in ("commit", "author", "date")},
                             {"commit": commit, "author": "Ann Ünwin", "date": day})
            results = json.loads(told("sarif"))["runs"][0]["results"]
            self.assertEqual(results[0]["properties"],
                             {"scope": "production", "commit": commit, "author": "Ann Ünwin", "date": day})


class Talk(unittest.TestCase):
    def test_drops_say_rule_place_and_reason(self):
        with Repository() as r:
            r.write("a.c", 'char *s = "TODO";\n')
            r.write("b.py", 'password = "changeme"\n')
            args = ("scan", "--rule", "marker.todo,secret.generic-password", "--explain-drops")
            human = ["a.c:1:12: no finding: in a string [marker.todo]",
                     "b.py:1:1: no finding: is a placeholder [secret.generic-password]"]
            for form in ("human", "markdown", "sarif", "gitlab", "github"):
                done = r.run(*args, "-f", form)
                self.assertEqual(done.stderr.splitlines()[:2], human, form)
                self.assertNotIn("no finding:", done.stdout, form)
            for form in ("json", "jsonl"):
                done = r.run(*args, "--quiet", "-f", form)
                self.assertEqual([json.loads(line) for line in done.stderr.splitlines()], [
                    {"rule": "marker.todo", "path": "a.c", "line": 1, "column": 12, "reason": "in a string"},
                    {"rule": "secret.generic-password", "path": "b.py", "line": 1, "column": 1,
                     "reason": "is a placeholder"}])
            done = r.run(*args, "-o", f"json={r.top}/out.json")
            self.assertEqual(done.stderr.splitlines()[:2], human, "people read standard error then")

    def test_the_summary_comes_behind_the_count(self):
        with Repository() as r:
            r.write("a.c", "// TODO\n")
            lines = r.run("scan", "--summary").stderr.splitlines()
            self.assertEqual(lines[0], "1 finding (0 error, 1 warning, 0 note) in 1 file")
            self.assertEqual(json.loads(lines[1])["files"], 1)
            self.assertEqual(len(lines), 2)
            quiet = r.run("scan", "--summary", "--quiet").stderr.splitlines()
            self.assertEqual([json.loads(line)["files"] for line in quiet], [1])


class Baseline(unittest.TestCase):
    def test_nothing_is_found_in_any_baseline(self):
        def found(*args):
            out = r.run("scan", "-f", "jsonl", "--rule", "hardcoded.*,secret.*", *args).stdout
            return [json.loads(line)["path"] for line in out.splitlines()]

        with Repository() as r:
            r.write("a.c", 'char *u = "http://localhost:8080/";\n')
            r.write("seaworthy.yml", "version: 1\nextends: default\n")
            r.run("baseline", "create", "--reason", "see http://localhost:8080/")
            text = r.read("seaworthy-baseline.yml")
            r.write("sub/known.yml", text)
            r.init()
            r.commit()
            self.assertEqual(found(), ["a.c"])
            for args in (("--no-baseline",), ("--baseline", "sub/known.yml"), ("--no-baseline", "--history")):
                self.assertEqual(found("--fail-on", "none", *args), ["a.c"], args)
            # What only looks like one hides nothing.
            for fake in (text.replace('"rule"', '"role"'), text + "more: http://localhost:8080/\n"):
                r.write("sub/known.yml", fake)
                self.assertIn("sub/known.yml", found("--no-baseline", "--fail-on", "none"))

    def test_an_entry_is_renewed_and_only_to_a_day_that_comes(self):
        with Repository() as r:
            r.write("a.c", "// TODO: one\n")
            r.write("b.c", "// TODO: two\n")
            for day in ("2001-01-31", "2026-02-30", "soon"):
                self.assertIn("--expires " + day, r.run("baseline", "create", "--expires", day, code=2).stderr)
            self.assertNotIn("seaworthy-baseline.yml", os.listdir(r.root))
            today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
            r.run("baseline", "create", "--reason", "old", "--expires", today)
            first, second = [line for line in r.read("seaworthy-baseline.yml").splitlines() if "TODO" in line]
            over = first.replace(today, "2026-01-31")
            r.write("seaworthy-baseline.yml", r.read("seaworthy-baseline.yml").replace(first, over))
            self.assertIn("a.c", r.run("scan", "--fail-on", "note", code=1).stdout)
            self.assertIn("update --expires", r.run("baseline", "update").stderr)
            self.assertIn(over, r.read("seaworthy-baseline.yml"), "not without being told")
            done = r.run("baseline", "update", "--expires", "2999-12-31", "--owner", "@core")
            self.assertIn("1 entry past the last day counts until 2999-12-31", done.stderr)
            self.assertNotIn("named another path", done.stderr)
            lines = r.read("seaworthy-baseline.yml").splitlines()
            self.assertIn(second, lines, "its day is not over")
            self.assertIn(first.replace(today + '"', '2999-12-31"').replace('"expires"', '"owner":"@core","expires"'),
                          lines)
            r.run("scan", "--fail-on", "note")


class Rules(unittest.TestCase):
    RULE = """\
rules:
  - id: own.token
    title: T
    why: W.
    remedy: R.
    pattern: 'tok_[0-9]{4}'
"""

    def test_a_glob_lists_what_it_means(self):
        with Repository() as r:
            ids = [line.split()[0] for line in r.run("rules", "list", "marker.{to,fix}*").stdout.splitlines()]
            self.assertEqual(ids, ["marker.fixme", "marker.todo"])
            self.assertEqual([x["id"] for x in json.loads(r.run("rules", "list", "marker.todo", "-f", "json").stdout)],
                             ["marker.todo"])
            self.assertIn("did you mean 'marker.todo'", r.run("rules", "list", "marker.tod", code=2).stderr)
            self.assertIn("rules list [z", r.run("rules", "list", "[z", code=2).stderr)

    def test_files_of_an_example_are_told_together(self):
        """One of them alone may stand in an example and in a counterexample."""
        with Repository() as r:
            out = r.run("rules", "explain", "docs.admin-missing").stdout
            self.assertIn('found in:\n  Dockerfile: FROM alpine\\nEXPOSE 80\\nCMD ["/app"]\\n\n'
                          "  README.md: # A\\n\\nIt works.\\n\nnot found in:\n  Dockerfile: ", out)
            self.assertIn("not found in:\n  Makefile: all:\\n\n  README.md: # A", out)
            self.assertIn("found in: ", r.run("rules", "explain", "marker.todo").stdout)

    def test_a_failure_names_its_line(self):
        with Repository() as r:
            r.write("own.yml", self.RULE + "    examples:\n      - 'tok_1234'\n      - 'tok_12'\n"
                    "    counterexamples: ['tok_5555']\n")
            self.assertEqual(r.run("rules", "test", "own.yml", code=1).stdout,
                             "own.yml:9: own.token: not found in: tok_12\n"
                             "own.yml:10: own.token: found in: tok_5555\n")

    def test_a_rule_that_was_not_tried_is_told(self):
        with Repository() as r:
            note = "own.yml:2: own.token: has no examples, so nothing was tried\n"
            r.write("own.yml", self.RULE)
            done = r.run("rules", "test", "own.yml", code=1)
            self.assertEqual((done.stdout, note in done.stderr), ("", True))
            r.write("own.yml", self.RULE + self.RULE.replace("rules:\n", "").replace("own.token", "own.more")
                    + "    examples: ['tok_1234']\n")
            done = r.run("rules", "test", "own.yml")
            self.assertEqual(done.stdout, "2 rules: every example is as it should be; 1 has none\n")
            self.assertIn(note, done.stderr)


    def test_a_projects_rule_has_every_field_of_the_programs(self):
        with Repository() as r:
            readme = os.path.join(os.path.dirname(__file__), "../../scanners/rules/README.md")
            with open(readme, encoding="utf-8") as f:
                fields = re.findall(r"^ {4}([a-z_]+): ", f.read().split("```yaml")[1].split("```")[0], re.M)
            fields += ["id", "key", "value", "words", "builtin"]
            self.assertGreater(len(fields), 25)
            known = json.loads(r.run("schema").stdout)["properties"]["rules"]["items"]["properties"]
            self.assertEqual(set(fields) - set(known), set())
            r.write("seaworthy.yml", "version: 1\n" + self.RULE.replace("'tok_[0-9]{4}'", "'(acme)_(tok_[0-9]{4})'")
                    + "    lead: 'acme_'\n    group: 2\n    key_group: 1\n    paths: ['*.cfg']\n    examples:\n"
                    "      - {path: etc/a.cfg, text: 'acme_tok_1234'}\n"
                    "      - files: {etc/b.cfg: 'acme_tok_1234', c.txt: x}\n"
                    "    counterexamples: [acme_tok_1234]\n")
            r.write("a.cfg", "acme_tok_5555\n")
            self.assertEqual(r.run("rules", "test", "seaworthy.yml").stdout, "1 rule: every example is as it should be\n")
            found = [json.loads(line) for line in r.scan(rule="own.*").stdout.splitlines()]
            self.assertEqual([(f["path"], f["match"]) for f in found], [("a.cfg", "tok_5555")])
            for sample, told in (("[x]", "'examples' must be a text, {path: .., text: ..}"), ("{path: x}", "is a text, or {path"),
                                 ("{files: {}}", "1 to")):
                r.write("seaworthy.yml", "version: 1\n" + self.RULE + f"    examples: [{sample}]\n")
                self.assertIn(told, r.scan(rule="own.*", code=2).stderr.decode(), sample)


class Exclude(unittest.TestCase):
    def test_what_is_left_out(self):
        with Repository() as r:
            r.init()
            for name in ("a.c", "lib/b.c", "lib/x/c.c", "x/d.min.js", "x/keep.min.js"):
                r.write(name, f"// TODO of {name}\n")
            r.commit()
            for args, left in ((["lib/"], "a x/d.min x/keep.min"), (["/x"], "a lib/b lib/x/c"), (["x/"], "a lib/b"),
                               (["*.min.js", "!keep.min.js"], "a lib/b lib/x/c x/keep.min"), (["lib/x/c.c", "a.c"],
                               "lib/b x/d.min x/keep.min"), (["nothing"], "a lib/b lib/x/c x/d.min x/keep.min")):
                options = [part for each in args for part in ("--exclude", each)]
                for more in ([], ["--no-ignore"], ["--history"]):
                    found = [each.rsplit(".", 1)[0] for each in r.found(*options, *more, rule="marker.todo")]
                    self.assertEqual(found, left.split(), (args, more))
            self.assertEqual(len(r.found("--exclude", "c.c", cwd=r.root + "/lib/x", rule="marker.todo")), 4, "PATH is the project")
            self.assertEqual(r.found("--exclude", "/x", "lib", rule="marker.todo"), ["b.c:1:todo"])
            self.assertEqual(r.found("--exclude", "a.c", "a.c", rule="marker.todo"), ["a.c:1:todo"])
            r.write("lib/b.c", "// TODO of lib/b.c\n// FIXME\n")
            r.write("a.c", "// TODO of a.c\n// FIXME\n")
            self.assertEqual(r.found("--exclude", "lib", "--diff", "HEAD", rule="marker.*"), ["a.c:2:fixme"])
            r.git("add", "-A")
            self.assertEqual(r.found("--exclude", "lib", "--staged", rule="marker.fixme"), ["a.c:2:fixme"])
            drops = r.scan("--exclude", "lib", "--explain-drops", rule="marker.fixme").stderr.decode()
            self.assertIn('{"rule":"*","path":"lib","line":0,"column":0,"reason":"excluded"}', drops)
            for odd in ("", "/", "!", "a\nb"):
                self.assertIn("is no pattern", r.scan("--exclude", odd, code=2).stderr.decode(), repr(odd))

    def test_a_conflict_elsewhere_is_no_matter(self):
        with Repository() as r:
            r.init()
            r.write("lib/b.c", "int b;\n")
            r.commit()
            blobs = [r.git("hash-object", "-w", "--stdin", given=text).strip() for text in (b"1", b"2", b"3")]
            r.git("update-index", "--index-info", given="".join(
                f"100644 {blob} {i + 1}\tx.c\n" for i, blob in enumerate(blobs)).encode())
            self.assertIn("x.c: in conflict", r.scan("--staged", code=5).stderr.decode())
            r.scan("--staged", "lib")
            r.scan("--staged", "--exclude", "x.c")

    def test_what_is_left_out_is_not_gone(self):
        with Repository() as r:
            r.init()
            r.write("a.c", "// TODO\n")
            r.write("lib/b.c", '#include "b.h"\n// TODO\n')
            r.write("lib/b.h", "int b;\n")
            r.write("package.json", '{"name": "x"}')
            r.commit()
            r.run("baseline", "create", "--rule", "marker.*")
            rule = "marker.*,baseline.*,import.*,docs.licence-missing"
            told = json.loads(r.scan("--exclude", "lib/b.c", "--summary", rule=rule).stderr.decode().splitlines()[-1])
            self.assertEqual((told["baseline"]["known"], told["baseline"]["gone"]), (1, 0))
            self.assertFalse([f for f in r.found("--exclude", "lib/b.c", rule=rule) if "unused" in f or "licence" in f])
            self.assertTrue([f for f in r.found(rule=rule) if "licence" in f])
            self.assertFalse([f for f in r.found("--exclude", "b.h", rule=rule) if "unresolved" in f])


class Inventory(unittest.TestCase):
    def test_a_workflow_says_what_starts_it_and_what_runs(self):
        with Repository() as r:
            r.write(".github/workflows/ci.yml", "on: {push: {}, pull_request: }\njobs:\n  build: {runs-on: x}\n  test: {runs-on: x}\n")
            r.write(".github/workflows/one.yml", "on: push\njobs: {}\n")
            r.write(".github/workflows/bad.yml", "on: [\n")
            r.write("action.yml", "runs: {using: node20}\n")
            r.write(".gitlab-ci.yml", "workflow: {rules: [{if: $CI_COMMIT_TAG}]}\nstages: [a]\n.t: {script: x}\n"
                    "unit: {script: make}\nvariables: {A: b}\n")
            r.write("azure-pipelines.yml", "trigger: [main]\npr: none\nstages:\n- stage: s\n  jobs: [{job: one}, {deployment: two}]\n")
            r.write("Jenkinsfile", "pipeline {\n triggers { cron('H 4 * * *') }\n stages { stage('Build') {} stage(\"T\") {} }\n}\n")
            out = r.run("scan", "--rule", "workflow.inventory", "-f", "jsonl", code=None).stdout
            found = {f["path"]: f["details"] for f in map(json.loads, out.splitlines())}
            self.assertEqual(found, {path: {"file": path, "system": system, **more} for path, system, more in [
                (".github/workflows/ci.yml", "GitHub workflow",
                 {"triggers": ["push", "pull_request"], "jobs": ["build", "test"]}),
                (".github/workflows/one.yml", "GitHub workflow", {"triggers": ["push"], "jobs": []}),
                (".github/workflows/bad.yml", "GitHub workflow", {}),
                ("action.yml", "GitHub action", {}),
                (".gitlab-ci.yml", "GitLab pipeline", {"triggers": ["$CI_COMMIT_TAG"], "jobs": ["unit"]}),
                ("azure-pipelines.yml", "Azure pipeline", {"triggers": ["trigger"], "jobs": ["one", "two"]}),
                ("Jenkinsfile", "Jenkins pipeline", {"triggers": ["cron"], "jobs": ["Build", "T"]})]})


class KeyStores(unittest.TestCase):
    PFX = bytes.fromhex("30820a01020103308209c706092a864886f70d010701a08209b8048209b400") + bytes(2500)

    def test_a_key_store_is_found_wherever_files_are_looked_at(self):
        def found(*args):
            out = r.run("scan", "--rule", "secret.pkcs12-file", "--fail-on", "none", "-f", "jsonl", *args).stdout
            return [(f["path"], f["severity"], f["match"], f["context"]) for f in map(json.loads, out.splitlines())]

        with Repository() as r:
            r.init()
            r.write("a.c", "int a;\n")
            r.commit()
            r.write("conf/release.bin", self.PFX)
            r.write("tests/release.p12", self.PFX)
            r.write("truncated.p12", self.PFX[:20])
            want = [("conf/release.bin", "error", "", ""), ("tests/release.p12", "warning", "", "")]
            for _ in range(3):  # fresh, and from what is kept
                self.assertEqual(found(), want)
            self.assertEqual(found("--diff", "HEAD"), want)
            r.git("add", "-A")
            self.assertEqual(found("--staged"), want)
            r.commit()
            self.assertEqual(len(found("--history")), 1, "one content")
            r.run("scan", "--rule", "secret.*", code=1)


if __name__ == "__main__":
    unittest.main()
