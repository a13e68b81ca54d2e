#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which suites `test` and `run` choose. usage: test_selecting.py PROGRAM"""
import json
import os
import unittest

from scan_place import Repository

POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks:
  - {id: tests.all, category: tests, weight: 1, collect: {suite: "*"}}
  - {id: tests.api, category: tests, weight: 1, collect: {suite: api}}
  - {id: tests.builds, category: tests, weight: 1, collect: {suite: "builds:*"}}
builds:
  - {id: store-bin, run: "echo store-bin >>$SEAWORTHY_ROOT/../ran"}
  - {id: api-bin, run: "echo api-bin >>$SEAWORTHY_ROOT/../ran"}
  - {id: lone, run: "echo lone >>$SEAWORTHY_ROOT/../ran"}
suites:
  - {id: store, run: "echo store >>$SEAWORTHY_ROOT/../ran", inputs: ["store/**"], needs: [store-bin]}
  - {id: api, run: "echo api >>$SEAWORTHY_ROOT/../ran", inputs: ["api/**", "*.h"], needs: [api-bin]}
  - {id: lint, run: "echo lint >>$SEAWORTHY_ROOT/../ran"}
"""


class Since(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()
        self.r.write("seaworthy.yml", POLICY)
        self.r.write("store/a.c", "int a;\n")
        self.r.write("api/b.c", "int b;\n")
        self.r.write(".gitignore", "*.o\n.seaworthy/\n")
        self.r.commit()

    def ran(self, *args, code=0):
        """Ids of what ran, sorted, and what was said."""
        path = os.path.join(self.r.top, "ran")
        if os.path.exists(path):
            os.remove(path)
        done = self.r.run(*args, code=code)
        if not os.path.exists(path):
            return [], done
        with open(path, encoding="utf-8") as f:
            return sorted(f.read().split()), done

    def test_nothing_changed_runs_only_those_without_inputs(self):
        ran, done = self.ran("test", "--since", "HEAD")
        self.assertEqual(ran, ["lint"])
        self.assertIn("--since HEAD: lint always runs: no `inputs` say what matters to it", done.stderr)
        self.assertIn("2 of 3 suites not selected: no input changed since HEAD (store, api)", done.stderr)

    def test_every_way_to_change_counts(self):
        r = self.r
        r.write("store/new.c", "int n;\n")  # untracked
        self.assertEqual(self.ran("test", "--since", "HEAD")[0], ["lint", "store", "store-bin"])
        os.remove(os.path.join(r.root, "store/new.c"))
        r.write("api/b.c", "int c;\n")  # changed
        self.assertEqual(self.ran("test", "--since", "HEAD")[0], ["api", "api-bin", "lint"])
        r.git("add", "-A")  # staged
        self.assertEqual(self.ran("test", "--since", "HEAD")[0], ["api", "api-bin", "lint"])
        r.git("reset", "-q", "--hard")
        os.remove(os.path.join(r.root, "store/a.c"))  # gone
        self.assertEqual(self.ran("test", "--since", "HEAD")[0], ["lint", "store", "store-bin"])
        r.git("reset", "-q", "--hard")
        r.git("mv", "store/a.c", "api/a.c")  # moved: of both
        self.assertEqual(self.ran("test", "--since", "HEAD")[0],
                         ["api", "api-bin", "lint", "store", "store-bin"])
        r.git("reset", "-q", "--hard")
        os.chmod(os.path.join(r.root, "api/b.c"), 0o755)  # mode
        self.assertEqual(self.ran("test", "--since", "HEAD")[0], ["api", "api-bin", "lint"])
        os.chmod(os.path.join(r.root, "api/b.c"), 0o644)
        r.write("api/b.o", "x")  # ignored by git: nobody can tell
        self.assertEqual(self.ran("test", "--since", "HEAD")[0], ["lint"])

    def test_the_policy_file_matters_to_all(self):
        self.r.write("seaworthy.yml", POLICY + "# more\n")
        self.assertEqual(self.ran("test", "--since", "HEAD")[0],
                         ["api", "api-bin", "lint", "store", "store-bin"])

    def test_the_merge_base_is_compared_with(self):
        r = self.r
        r.git("checkout", "-q", "-b", "topic")
        r.write("api/b.c", "int topic;\n")
        r.commit()
        r.git("checkout", "-q", "main")
        r.write("store/a.c", "int main_went_on;\n")
        r.commit()
        r.git("checkout", "-q", "topic")
        self.assertEqual(self.ran("test", "--since", "main")[0], ["api", "api-bin", "lint"])

    def test_a_project_below_the_top_sees_its_own_paths(self):
        r = self.r
        r.write("sub/seaworthy.yml", POLICY.replace("$SEAWORTHY_ROOT/..", "$SEAWORTHY_ROOT/../.."))
        r.write("sub/store/a.c", "int a;\n")
        r.commit()
        r.write("sub/store/a.c", "int b;\n")
        r.write("api/b.c", "int not_of_sub;\n")
        self.assertEqual(self.ran("test", "--since", "HEAD", "sub")[0], ["lint", "store", "store-bin"])

    def test_in_run_what_is_left_out_is_unknown(self):
        self.r.write("store/a.c", "int b;\n")
        ran, done = self.ran("run", "--since", "HEAD", "-f", "json", code=4)
        self.assertEqual(ran, ["lint", "lone", "store", "store-bin"])
        checks = {c["id"]: c for c in json.loads(done.stdout)["checks"]}
        for name in ("tests.all", "tests.api", "tests.builds"):
            self.assertEqual(checks[name]["state"], "unknown", name)
        self.assertIn("not selected: no input changed since HEAD", checks["tests.api"]["message"])
        self.assertIn("suite:api  not selected: no input changed since HEAD", done.stderr)
        self.assertIn("build:api-bin  not selected: nothing that needs it is", done.stderr)

    def test_a_failure_counts_although_others_are_left_out(self):
        self.r.write("seaworthy.yml", POLICY.replace('"echo store >>$SEAWORTHY_ROOT/../ran"', '"false"'))
        self.r.commit()
        self.r.write("store/a.c", "int b;\n")
        done = self.ran("run", "--since", "HEAD", "-f", "json", code=4)[1]
        checks = {c["id"]: c for c in json.loads(done.stdout)["checks"]}
        self.assertEqual(checks["tests.all"]["state"], "fail")

    def test_what_another_needs_runs(self):
        self.r.write("seaworthy.yml", POLICY.replace("needs: [api-bin]", "needs: [store]"))
        self.r.commit()
        self.r.write("api/b.c", "int c;\n")
        self.assertEqual(self.ran("test", "--since", "HEAD")[0], ["api", "lint", "store", "store-bin"])

    def test_nothing_to_run_is_an_answer(self):
        self.r.write("seaworthy.yml", POLICY.replace("  - {id: lint", "#"))
        self.r.commit()
        ran, done = self.ran("test", "--since", "HEAD")
        self.assertEqual(ran, [])
        self.assertIn("2 of 2 suites not selected", done.stderr)

    def test_a_bad_revision_is_told_before_anything_is_written(self):
        for command in ("test", "run", "plan"):
            done = self.r.run(command, "--since", "no-such", code=2)
            self.assertIn("--since: no-such: names no commit here", done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.r.root, ".seaworthy")))

    def test_without_a_repository_it_is_refused(self):
        os.rename(os.path.join(self.r.root, ".git"), os.path.join(self.r.top, "gone"))
        self.assertIn("is in no git repository", self.r.run("test", "--since", "HEAD", code=2).stderr)

    def test_a_submodule_stands_for_all_below_it(self):
        r = self.r
        other = os.path.join(r.top, "other")
        os.mkdir(other)
        r.git("init", "-q", "-b", "main", cwd=other)
        with open(os.path.join(other, "x.c"), "w", encoding="utf-8") as f:
            f.write("int x;\n")
        r.git("add", "-A", cwd=other)
        r.git("commit", "-q", "-m", "x", cwd=other)
        r.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", other, "store/lib")
        r.write("seaworthy.yml", POLICY.replace('"store/**"', '"store/lib/x.*"'))
        r.commit()
        self.assertEqual(self.ran("test", "--since", "HEAD")[0], ["lint"])
        r.write("store/lib/x.c", "int changed;\n")
        self.assertEqual(self.ran("test", "--since", "HEAD")[0], ["lint", "store", "store-bin"])

    def test_plan_shows_what_is_left_out(self):
        self.r.write("store/a.c", "int b;\n")
        plan = json.loads(self.r.run("plan", "--since", "HEAD", "-f", "json").stdout)
        self.assertEqual(sorted(u["id"] for u in plan["units"]),
                         ["build:lone", "build:store-bin", "suite:lint", "suite:store"])
        self.assertEqual(plan["left_out"], [
            {"id": "build:api-bin", "reason": "not selected: nothing that needs it is"},
            {"id": "suite:api", "reason": "not selected: no input changed since HEAD"}])
        self.assertIn("-  suite:api  not selected", self.r.run("plan", "--since", "HEAD").stdout)
        self.assertEqual(json.loads(self.r.run("plan", "-f", "json").stdout)["left_out"], [])


if __name__ == "__main__":
    unittest.main()
