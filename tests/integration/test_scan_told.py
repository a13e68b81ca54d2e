#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What scan says of what it finds, and of what it does not. usage: test_scan_told.py PROGRAM"""
import json
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
            self.assertEqual(lines[0], "1 findings (0 error, 1 warning, 0 note) in 1 files")
            self.assertEqual(json.loads(lines[1])["files"], 1)
            self.assertEqual(len(lines), 2)
            quiet = r.run("scan", "--summary", "--quiet").stderr.splitlines()
            self.assertEqual([json.loads(line)["files"] for line in quiet], [1])


if __name__ == "__main__":
    unittest.main()
