#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which suites `test` and `run` choose. usage: test_selecting.py PROGRAM"""
import json
import os
import shutil
import subprocess
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
        done = self.r.run(*args, "--no-cache", code=code)
        if not os.path.exists(path):
            return [], done
        with open(path, encoding="utf-8") as f:
            return sorted(f.read().split()), done

    def test_nothing_changed_runs_only_those_without_inputs(self):
        ran, done = self.ran("test", "--since", "HEAD")
        self.assertEqual(ran, ["lint"])
        self.assertIn("--since HEAD: lint always runs: no `inputs` say what matters to it", done.stderr)
        self.assertIn("2 of 3 suites not selected: no input changed since HEAD (store, api)", done.stderr)

    def test_a_suite_that_no_check_collects_is_told(self):
        told = "no check collects the suite spare (line 13): `run` does not run it; name it in a check"
        self.r.write("seaworthy.yml", POLICY.replace('  - {id: tests.all, category: tests, weight: 1, '
                     'collect: {suite: "*"}}\n', "").replace("needs: [api-bin]", "needs: [api-bin, store]")
                     .replace("id: lint", "id: spare"))
        for command in ("plan", "run"):
            self.assertIn(told, self.r.run(command, code=None).stderr)
            self.assertNotIn(told, self.r.run(command, "--quiet", code=None).stderr)
        self.assertIn(told, self.r.run("doctor").stdout)
        # What is asked for by name is no surprise, nor is what runs all of them.
        self.assertNotIn("no check", self.r.run("plan", "--only", "spare").stderr)
        self.assertNotIn("no check", self.r.run("test").stderr)
        self.r.write("seaworthy.yml", POLICY)
        self.assertNotIn("no check", self.r.run("plan").stderr)

    def test_suites_by_their_ids(self):
        self.assertEqual(self.ran("test", "--only", "api")[0], ["api", "api-bin"])
        self.assertEqual(self.ran("test", "--only", "[sl]*")[0], ["lint", "store", "store-bin"])
        self.assertEqual(self.ran("test", "--skip", "lint,store")[0], ["api", "api-bin"])
        done = self.r.run("test", "--only", "lnit", code=2)
        self.assertIn("--only: no check or suite lnit; did you mean suite lint?", done.stderr)
        plan = json.loads(self.r.run("plan", "--only", "lint", "--format", "json", code=0).stdout)
        self.assertEqual([u["id"] for u in plan["units"]], ["suite:lint"])

    def test_plan_is_in_the_order_of_the_start(self):
        self.r.write("seaworthy.yml", POLICY.replace('lint >>$SEAWORTHY_ROOT/../ran"', 'lint", priority: 7, resources: {cpu: 1, port-80: 1}'))
        plan = json.loads(self.r.run("plan", "--jobs", "1", "--format", "json", code=0).stdout)
        first = plan["units"][0]
        self.assertEqual((first["id"], first["priority"], first["resources"]),
                         ("suite:lint", 7, {"cpu": 1, "port-80": 1}))
        self.assertIn("suite:lint  priority 7  cpu 1, port-80 1\n", self.r.run("plan", code=0).stdout)
        ids = [u["id"] for u in plan["units"]]
        self.assertLess(ids.index("build:api-bin"), ids.index("suite:api"))

    def test_inputs_that_mean_no_file_leave_nothing_out(self):
        self.r.write("seaworthy.yml", POLICY.replace('"store/**"', '"stoer/**"'))
        self.r.commit()
        ran, done = self.ran("test", "--since", "HEAD")
        self.assertEqual(ran, ["lint", "store", "store-bin"])
        self.assertIn("--since: store runs: no file is among its `inputs`; mend the globs", done.stderr)

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

    def test_a_file_that_the_policy_extends_matters_to_all(self):
        self.r.write("ci/base.yml", POLICY)
        self.r.write("seaworthy.yml", "version: 1\nextends: [ci/base.yml]\n")
        self.r.commit()
        self.assertEqual(self.ran("test", "--since", "HEAD")[0], ["lint"])
        self.r.write("ci/base.yml", POLICY + "# more\n")
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
        r.write("sub/api/b.c", "int b;\n")
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
        r.env["LSAN_OPTIONS"] = "print_suppressions=0:suppressions=" + os.path.join(
            os.path.dirname(os.path.abspath(__file__)), "..", "support", "libgit2.supp")
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


TAP = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks: [{id: tests.all, category: tests, weight: 1, collect: {suite: "*"}}]
suites:
  - {id: unit, run: "sh unit.sh", format: tap, rerun: "sh unit.sh {names}"}
  - {id: whole, run: "sh whole.sh", format: tap}
  - {id: good, run: "echo ok 1 - fine; echo 1..1", format: tap}
"""
# One test a file below t/: it passes if the file says so.
UNIT = """\
n=0
test $# -gt 0 || { cd t; set -- *; cd ..; }
for t in "$@"; do
	n=$((n + 1)); echo "unit $t" >>../ran
	if test "$(cat "t/$t")" = pass; then echo "ok $n - $t"; else echo "not ok $n - $t"; fi
done
echo "1..$n"
"""
WHOLE = "echo whole >>../ran; if test -e mended; then echo ok 1 - x; else echo not ok 1 - x; fi; echo 1..1\n"


class RerunFailed(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()
        self.r.write("seaworthy.yml", TAP)
        self.r.write("unit.sh", UNIT)
        self.r.write("whole.sh", WHOLE)
        for name, text in (("a", "pass"), ("b c", "no"), ("d'$(e)", "no"), ("f", "pass")):
            self.r.write("t/" + name, text)

    def ran(self, *args, code):
        path = os.path.join(self.r.top, "ran")
        if os.path.exists(path):
            os.remove(path)
        done = self.r.run(*args, code=code)
        if not os.path.exists(path):
            return [], done
        with open(path, encoding="utf-8") as f:
            return f.read().splitlines(), done

    def test_only_failed_tests_run_until_they_pass(self):
        self.assertEqual(len(self.ran("test", code=1)[0]), 5)
        ran, done = self.ran("test", "--rerun-failed", code=1)
        self.assertEqual(sorted(ran), ["unit b c", "unit d'$(e)", "whole"])
        self.assertIn("unit: runs 2 tests again: ", done.stderr)
        self.assertIn("whole: runs again as a whole: nothing says how to run only ", done.stderr)
        self.assertIn("1 of 3 suites did not fail when they ran last (good)", done.stderr)
        self.r.write("t/b c", "pass")
        self.r.write("mended", "")
        self.assertEqual(self.ran("test", "--rerun-failed", code=1)[0].count("unit b c"), 1)
        self.assertEqual(self.ran("test", "--rerun-failed", code=1)[0], ["unit d'$(e)"])
        self.r.write("t/d'$(e)", "pass")
        self.assertEqual(self.ran("test", "--rerun-failed", code=0)[0], ["unit d'$(e)"])
        ran, done = self.ran("test", "--rerun-failed", code=0)
        self.assertEqual(ran, [])
        self.assertIn("--rerun-failed: nothing failed when it ran last", done.stderr)

    def test_what_failed_says_how_to_run_just_that(self):
        card = json.loads(self.r.run("run", "--quiet", "--format", "json", code=1).stdout)
        self.assertEqual(card["checks"][0]["remedy"], "seaworthy test --rerun-failed; unit by hand: sh unit.sh")
        self.r.run("test", "--fail-fast", "--jobs", "1", code=1)
        self.r.write("mended", "")
        card = json.loads(self.r.run("run", "--quiet", "--format", "json", code=1).stdout)
        self.assertEqual(card["checks"][0]["remedy"],
                         "seaworthy test --rerun-failed --only unit; all of it by hand: sh unit.sh")
        self.assertEqual(sorted(self.ran("test", "--rerun-failed", "--only", "unit", code=1)[0]),
                         ["unit b c", "unit d'$(e)"])

    def test_a_run_counts_as_well(self):
        self.r.run("run", "--quiet", code=1)
        self.assertEqual(sorted(self.ran("test", "--rerun-failed", code=1)[0]),
                         ["unit b c", "unit d'$(e)", "whole"])

    def test_what_others_do_meanwhile_is_not_forgotten(self):
        self.r.write("seaworthy.yml", TAP.replace('{suite: "*"}}]', '{suite: whole}}]'))
        self.r.run("test", code=1)
        self.r.write("mended", "")
        self.r.run("test", "--only", "tests.all", code=0)
        self.assertEqual(sorted(self.ran("test", "--rerun-failed", code=1)[0]), ["unit b c", "unit d'$(e)"])

    def test_a_test_that_does_not_run_stays_failed(self):
        self.r.run("test", code=1)
        self.r.write("seaworthy.yml", TAP.replace("unit.sh {names}", "unit.sh a # {names}"))
        self.r.write("mended", "")
        done = self.ran("test", "--rerun-failed", code=4)[1]
        self.assertIn("unit: unknown: 2 tests that should run again did not: ", done.stderr)
        self.r.write("seaworthy.yml", TAP)
        self.assertEqual(sorted(self.ran("test", "--rerun-failed", code=1)[0]), ["unit b c", "unit d'$(e)"])

    def test_an_unknown_suite_runs_as_a_whole(self):
        good = self.r.read("unit.sh")
        self.r.write("unit.sh", "exit 3\n")
        self.r.write("mended", "")
        self.r.run("test", code=4)
        self.r.write("unit.sh", good)
        ran, done = self.ran("test", "--rerun-failed", code=1)
        self.assertEqual(len(ran), 4)
        self.assertIn("unit: runs again as a whole: it was unknown", done.stderr)

    def test_before_anything_ran_and_with_a_damaged_file_it_is_refused(self):
        self.assertIn("nothing was run here yet", self.r.run("test", "--rerun-failed", code=2).stderr)
        for text in ("", "[]", '{"version": 1, "suites": [{"id": "unit", "state": "pass", "tests": null}]}',
                     '{"version": 1, "suites": [{"id": "unit", "state": "fail", "tests": [7]}]}'):
            self.r.write(".seaworthy/last-test.json", text)
            done = self.r.run("test", "--rerun-failed", code=2)
            self.assertIn("run `seaworthy test` to make it anew", done.stderr, text)
        self.r.run("test", code=1)
        self.r.run("test", "--rerun-failed", code=1)

    def test_a_rerun_without_a_place_for_tests_is_refused(self):
        for wrong in ('"sh unit.sh"', '[sh, unit.sh, "--only={names}"]'):
            self.r.write("seaworthy.yml", TAP.replace('"sh unit.sh {names}"', wrong))
            self.assertIn("must say where the tests go", self.r.run("test", code=2).stderr)


def tool(name):
    return unittest.skipUnless(shutil.which(name), f"no {name} here")


class Runners(unittest.TestCase):
    """The commands that detection knows select what they should, with the real runners."""

    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        for name in ("CARGO_HOME", "RUSTUP_HOME"):  # the home of the tests is empty
            self.r.env.setdefault(name, os.path.expanduser("~/." + name[:-5].lower()))

    def check(self, first, again, code=1):
        """Counts (passed, failed) of both, and that the second ran tests by name."""
        self.r.init()
        self.r.commit()
        for want, args in ((first, ()), (again, ("--rerun-failed",))):
            done = self.r.run("test", "--format", "json", *args, code=code)
            got = [(s["passed"], s["failed"]) for s in json.loads(done.stdout)]
            self.assertEqual(got, [want], done.stderr)
        self.assertRegex(done.stderr, r"runs \d tests? again")

    def test_pytest(self):
        self.r.env["PATH"] = "/usr/bin:" + self.r.env["PATH"]
        if subprocess.run(["python3", "-m", "pytest", "--version"], env=self.r.env, check=False,
                          capture_output=True).returncode:
            self.skipTest("no pytest here")
        self.r.write("pytest.ini", "[pytest]\n")
        self.r.write("tests/test_a.py", "import pytest\n\n\ndef test_good():\n    pass\n\n\n"
                     "@pytest.mark.parametrize('x', ['a.b', 'c d'])\ndef test_x(x):\n    assert x == 'c d'\n\n\n"
                     "class TestC:\n    def test_bad(self):\n        assert False\n")
        self.check((2, 2), (0, 2))

    @tool("ctest")
    def test_ctest(self):
        self.r.write("CMakeLists.txt", "cmake_minimum_required(VERSION 3.20)\nproject(x NONE)\nenable_testing()\n"
                     "add_test(NAME good COMMAND true)\nadd_test(NAME bad.one COMMAND false)\n"
                     "add_test(NAME badxone COMMAND true)\n")
        self.check((2, 1), (0, 1))

    @tool("go")
    def test_go(self):
        self.r.write("go.mod", "module example.invalid/x\n")
        self.r.write("x.go", "package x\n")
        self.r.write("x_test.go", 'package x\n\nimport "testing"\n\nfunc TestGood(t *testing.T) {}\n'
                     'func TestBadToo(t *testing.T) {}\n'
                     'func TestBad(t *testing.T) {\n\tt.Run("a b", func(t *testing.T) { t.Fail() })\n}\n')
        self.check((2, 2), (0, 2))

    @tool("cargo")
    def test_cargo(self):
        self.r.write("Cargo.toml", '[package]\nname = "x"\nversion = "0.1.0"\n')
        self.r.write("src/lib.rs", "#[cfg(test)]\nmod tests {\n    #[test]\n    fn good() {}\n"
                     "    #[test]\n    fn bad_too() {}\n    #[test]\n    fn bad() { panic!() }\n}\n")
        self.check((2, 1), (0, 1))

    @tool("node")
    def test_node(self):
        self.r.write("package.json", '{"name": "x", "scripts": {"test": "node --test"}}')
        self.r.write("test/a.test.js", "const {test, describe, it} = require('node:test');\n"
                     "test('good', () => {});\ntest('bad too', () => {});\ntest('bad', () => { throw 1; });\n"
                     "describe('outer (1)', () => { it('in.ner', () => { throw 1; }); it('inxner', () => {}); });\n")
        self.check((3, 2), (0, 2))

    @tool("bats")
    def test_bats(self):
        self.r.write("test/a.bats", '@test "good" { true; }\n@test "bad (1) too" { true; }\n'
                     '@test "bad (1)" {\n  echo why\n  false\n}\n')
        self.check((2, 1), (0, 1))

    @tool("perl")
    def test_perl_starts_every_file(self):
        self.r.write("Makefile.PL", "use ExtUtils::MakeMaker;\nWriteMakefile(NAME => 'X');\n")
        self.r.write("lib/X.pm", "package X; sub f { 42 } 1;\n")
        self.r.write("t/a.t", "print qq(1..1\\n); require X; print X::f() == 42 ? '' : 'not ', qq(ok 1 - f\\n);\n")
        self.r.write("t/b.t", "print qq(1..2\\nok 1 - a\\nnot ok 2 - b\\n);\n")
        self.r.write("t/c.t", "die 'early';\n")
        self.r.init()
        self.r.commit()
        suite, = json.loads(self.r.run("test", "--format", "json", code=1).stdout)
        self.assertEqual((suite["id"], suite["passed"], suite["failed"]), ("perl", 2, 2))


if __name__ == "__main__":
    unittest.main()
