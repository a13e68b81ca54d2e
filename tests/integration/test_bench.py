#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The benchmark gate on small projects of two states. usage: test_bench.py PROGRAM"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SOURCES = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.path.abspath(sys.argv.pop(1))

POLICY = """\
version: 1
categories: [{id: performance, weight: 1}]
builds: [{id: make, run: "%s"}]
checks:
  - id: performance.bench
    category: performance
    collect: {bench: {%s}}
"""
LINES = "run: [./bench], format: lines, builds: [make], min_time: 1ms, pairs: 10"
# The cost of a state, and noise below 1 %.
BENCH = """\
#!/bin/sh
awk -v c="$(cat cost)" -v seed="$(date +%N)" 'BEGIN {
	srand(seed); printf "parse %.6f ms\\n", c * (1 + 0.01 * rand()) }'
cat more 2>/dev/null
exit 0
"""


class Project(tempfile.TemporaryDirectory):
    def __enter__(self):
        self.root = pathlib.Path(super().__enter__()) / "project"
        self.root.mkdir()
        self.git("init", "-q")
        return self

    def git(self, *args):
        subprocess.run(["git", "-c", "user.name=T", "-c", "user.email=t@example.invalid",
                        "-c", "init.defaultBranch=main", *args], cwd=self.root, check=True,
                       capture_output=True)

    def write(self, name, text, mode=0o644):
        (self.root / name).write_text(text)
        (self.root / name).chmod(mode)

    def commit(self, tag=None):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "x")
        if tag:
            self.git("tag", tag)

    def run(self, *args):
        env = dict(os.environ, XDG_STATE_HOME=str(self.root.parent / "state"))
        return subprocess.run([PROGRAM, *args], cwd=self.root, env=env, text=True,
                              capture_output=True, timeout=300)

    def bench(self, *args):
        done = self.run("bench", "-q", "--format", "json", *args)
        return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr

    def states(self, before, after, settings=LINES, build=":"):
        """Tag v1 costs `before`, HEAD `after`."""
        self.write("seaworthy.yml", POLICY % (build, settings))
        self.write("bench", BENCH, 0o755)
        self.write("cost", before)
        self.commit("v1")
        self.write("cost", after)
        self.write("README", "of the head\n")
        self.commit()


def verdicts(found):
    return {b["name"]: b["verdict"] for b in found["benchmarks"]}


class Bench(unittest.TestCase):
    def test_a_slowdown_is_found(self):
        with Project() as p:
            p.states("100", "110")
            code, found = p.bench()
            self.assertEqual(code, 1, found)
            self.assertEqual(verdicts(found), {"parse": "REGRESSION"})
            stage = found["benchmarks"][0]["stages"][1]
            self.assertAlmostEqual(stage["compared"]["ratio"], 1.10, delta=0.02)
            self.assertEqual(len(stage["base"]), 10)
            self.assertEqual(found["commands"][0]["ran"], [[10, 10, 10], [10, 10, 10]])
            digests = found["commands"][0]["digests"]
            self.assertEqual(len(digests["base"]), 64)
            self.assertEqual(digests["base"], digests["control"])

    def test_it_says_how_long_it_takes_and_what_helps(self):
        with Project() as p:
            p.states("100", "110", build="echo noise of the build")
            p.write("bench", "#!/bin/sh\nawk -v s=\"$(date +%N)\" 'BEGIN { srand(s);"
                             "print \"wild\", 50 + 100 * rand(), \"ms\" }'\n", 0o755)
            p.commit("v2")
            p.write("cost", "1")
            done = p.run("bench", "--pairs", "8", "--base", "v2")
            self.assertIn("benchmarks: 8 pairs, about ", done.stderr)
            self.assertNotIn("noise of the build", done.stderr + done.stdout)
            self.assertIn("wild: no number of pairs tells its margin of 3 % here",
                          done.stdout)
            self.assertIn("`instructions: true`", done.stdout)
            self.assertEqual(p.run("bench", "--pairs", "8", "-q").stderr, "")

    def test_its_json_obeys_the_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        schema = json.loads((SOURCES / "docs/schema/bench.schema.json").read_text())

        def close(node):
            if isinstance(node, dict):
                if node.get("type") == "object":
                    node["additionalProperties"] = False
                node = list(node.values())
            for child in node if isinstance(node, list) else []:
                close(child)

        close(schema)
        with Project() as p:
            p.states("100", "110", LINES + ", work: {small: [1], large: [2]}, "
                                           "instructions: true")
            _, found = p.bench("--pairs", "8")
            valid = jsonschema.Draft202012Validator(schema)
            self.assertEqual([e.message for e in valid.iter_errors(found)], [])
            found["benchmarks"][0]["verdict"] = "SLOW"
            self.assertFalse(valid.is_valid(found))

    def test_some_benchmarks_have_a_margin_of_their_own(self):
        with Project() as p:
            p.states("100", "110", LINES + ", margins: [{benchmarks: [other/*], margin: 1},"
                                           " {benchmarks: [p*], margin: 15.5}]")
            code, found = p.bench()
            self.assertEqual(code, 0, found)
            self.assertEqual(verdicts(found), {"parse": "EQUIVALENT"})
            self.assertEqual(found["benchmarks"][0]["margin"], 0.155)
            self.assertEqual(found["commands"][0]["margin"], 0.03)
            for wrong in ("[{benchmarks: [p*]}]", "[{benchmarks: [p*], margin: 101}]", "5",
                          "[{benchmarks: ['[p'], margin: 5}]", "[{margin: 5}]"):
                p.write("seaworthy.yml",
                        POLICY % (":", LINES + ", margins: " + wrong))
                self.assertEqual(p.run("bench", "-q").returncode, 2, wrong)

    def test_an_equal_state_is_equal(self):
        with Project() as p:
            p.states("100", "100")
            code, found = p.bench()
            self.assertEqual(code, 0, found)
            self.assertEqual(verdicts(found), {"parse": "EQUIVALENT"})
            self.assertEqual(len(found["benchmarks"][0]["stages"]), 1)

    def test_nothing_is_left_behind(self):
        with Project() as p:
            p.states("100", "110", build="touch built")
            before = sorted(f.name for f in p.root.iterdir())
            p.bench()
            after = sorted(f.name for f in p.root.iterdir())
            self.assertEqual([f for f in after if f != ".seaworthy"], before)
            self.assertFalse((p.root / ".seaworthy/work/bench").exists())
            refs = subprocess.run(["git", "worktree", "list"], cwd=p.root, text=True,
                                  capture_output=True, check=True).stdout
            self.assertEqual(len(refs.splitlines()), 1)

    def test_what_a_killed_run_leaves_is_removed_by_the_next(self):
        for number, left in ((signal.SIGINT, False), (signal.SIGKILL, True)):
            with self.subTest(number), Project() as p:
                p.states("100", "110", "run: [./bench], pairs: 8, builds: []")
                p.write("bench", "#!/bin/sh\necho $$ >../../../begun\n"
                        "mv ../../../begun ../../../started\nexec sleep 30\n", 0o755)
                work = p.root / ".seaworthy/work"
                with subprocess.Popen([PROGRAM, "bench", "-q"], cwd=p.root,
                                      stderr=subprocess.DEVNULL) as running:
                    while running.poll() is None and not (work / "started").exists():
                        time.sleep(0.02)
                    running.send_signal(number)
                if left:  # who is killed ends nobody, and tests leave nothing running
                    os.kill(int((work / "started").read_text()), signal.SIGKILL)
                self.assertEqual((work / "bench").exists(), left)
                p.write("bench", BENCH, 0o755)
                p.write("seaworthy.yml", POLICY % (":", LINES))
                self.assertEqual(p.bench("--pairs", "8")[0], 1)
                self.assertFalse((work / "bench").exists())

    def test_what_is_not_committed_counts(self):
        with Project() as p:
            p.states("100", "100")
            p.write("cost", "120")
            code, found = p.bench()
            self.assertEqual(code, 1, found)

    def test_the_run_records_it(self):
        with Project() as p:
            p.states("100", "110")
            done = p.run("run", "-q", "--format", "json")
            self.assertEqual(done.returncode, 1, done.stderr)
            check = json.loads(done.stdout)["checks"][0]
            self.assertEqual(check["state"], "fail")
            self.assertIn("1 of 1 benchmarks is slower than", check["message"])
            self.assertIn("parse +", check["message"])
            run = next((p.root / ".seaworthy/runs").iterdir())
            record = json.loads((run / "checks/performance.bench.json").read_text())
            sha = [a["sha256"] for a in record["artefacts"] if a["name"] == "bench.json"]
            kept = run / "artefacts" / sha[0]
            again = p.run("bench", "--samples", str(kept), "--format", "json")
            self.assertEqual(again.returncode, 1)
            self.assertEqual(again.stdout, kept.read_text(), "judged alike")
            page = (run / "scorecard.html").read_text()
            self.assertIn('<svg class="dots fail"', page)

    def message(self, p, *args):
        done = p.run("run", "-q", "--format", "json", *args)
        check = json.loads(done.stdout)["checks"][0]
        self.assertEqual(check["state"], "pass", check["message"])
        return check["message"]

    def test_an_equal_measurement_is_not_made_again(self):
        with Project() as p:
            p.states("100", "100")
            cached = lambda: [u["cached"] for u in json.loads(
                p.run("plan", "--format", "json").stdout)["units"] if u["kind"] == "bench"]
            self.assertEqual(cached(), [False])
            self.assertNotIn("reused", self.message(p))
            runs = {r.name for r in (p.root / ".seaworthy/runs").iterdir()}
            self.assertEqual(cached(), [True])
            self.assertIn("; reused, ", self.message(p))
            again = next(r for r in (p.root / ".seaworthy/runs").iterdir()
                         if r.name not in runs)
            record = json.loads((again / "checks/performance.bench.json").read_text())
            self.assertIn("bench.json", [a["name"] for a in record["artefacts"]])
            self.assertNotIn("reused", self.message(p, "--no-cache"))
            p.write("cost", "99.5")
            self.assertEqual(cached(), [False], "no commit says what is measured")
            p.commit()
            self.assertEqual(cached(), [False], "another head")
            p.git("checkout", "-q", "HEAD~1")
            self.assertEqual(cached(), [True])
            p.git("tag", "-d", "v1")
            p.git("tag", "v2", "HEAD")
            self.assertEqual(cached(), [False], "another base")

    def test_who_asks_for_benchmarks_gets_them(self):
        with Project() as p:
            p.states("100", "100")
            self.assertNotIn("reused", self.message(p))
            self.assertNotEqual(p.bench()[1]["seed"], p.bench()[1]["seed"], "measured twice")

    def test_samples_decide_and_not_what_is_said_of_them(self):
        with Project() as p:
            p.states("100", "110")
            _, found = p.bench()
            for stage in found["benchmarks"][0]["stages"]:
                stage["head"] = stage["control"]
            p.write("changed.json", json.dumps(found))
            done = p.run("bench", "--samples", "changed.json")
            self.assertEqual(done.returncode, 0, done.stdout)
            self.assertIn("EQUIVALENT", done.stdout)

    def test_samples_that_are_none_are_the_users_to_mend(self):
        with Project() as p:
            p.write("other.json", "{}")
            p.write("text", "x")
            for name in ("other.json", "text", "absent"):
                done = p.run("bench", "--samples", name)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("--samples: ", done.stderr)
                self.assertIn(name, done.stderr)

    def test_without_a_base_it_is_unknown(self):
        with Project() as p:
            p.states("100", "110")
            p.git("tag", "-d", "v1")
            code, found = p.bench()
            self.assertEqual(code, 4)
            self.assertIn("no base", found["commands"][0]["trouble"])
            self.assertEqual(p.bench("--base", "HEAD~1")[0], 1)
            self.assertEqual(p.bench("--base", "nothing")[0], 2)

    def test_a_state_is_not_compared_with_itself(self):
        with Project() as p:
            p.states("100", "110")
            for base in ("HEAD", "main"):
                code, found = p.bench("--base", base)
                self.assertEqual(code, 4)
                self.assertIn(f"no base: {base} leads to the state under test itself",
                              found["commands"][0]["trouble"])
            p.write("cost", "130")
            self.assertEqual(p.bench("--base", "HEAD")[0], 1)

    def test_arms_do_not_share_the_working_tree(self):
        with Project() as p:
            p.states("100", "110")
            for run in (f"run: '{p.root}/bench'", f"run: ['{p.root}/bench']",
                        f"run: [./bench], env: {{LIBS: '{p.root}/lib'}}"):
                p.write("seaworthy.yml",
                        POLICY % (":", LINES.replace("run: [./bench]", run)))
                code, found = p.bench()
                self.assertEqual(code, 4)
                self.assertIn("names the working tree", found["commands"][0]["trouble"])
            p.write("seaworthy.yml", POLICY % (f"touch {p.root}/built", LINES))
            code, found = p.bench()
            self.assertEqual(code, 4)
            self.assertIn("the base cannot be built: build make: touch ",
                          found["commands"][0]["trouble"])
            self.assertFalse((p.root / "built").exists())

    def test_a_base_that_cannot_be_built_is_unknown(self):
        with Project() as p:
            p.states("100", "110", build="test -e README")
            code, found = p.bench()
            self.assertEqual(code, 4)
            self.assertIn("the base cannot be built: build make",
                          found["commands"][0]["trouble"])

    def test_a_build_that_fails_shows_its_output(self):
        with Project() as p:
            p.states("100", "110", build="echo why it fails; test -e README")
            done = p.run("bench")
            self.assertIn("==> build make of the base <==", done.stderr)
            self.assertEqual(done.stderr.count("| why it fails"), 1, done.stderr)

    def test_no_version_control_is_unknown(self):
        with Project() as p:
            p.states("100", "110")
            shutil.rmtree(p.root / ".git")
            code, found = p.bench()
            self.assertEqual(code, 4)
            self.assertIn("no version control", found["commands"][0]["trouble"])

    def test_gone_is_unknown_and_new_is_new(self):
        with Project() as p:
            p.states("100", "100")
            p.write("more", "other 5 ms\n")
            p.commit("v2")
            (p.root / "more").unlink()
            p.commit()
            code, found = p.bench()
            self.assertEqual(code, 4)
            self.assertEqual(verdicts(found)["other"], "UNKNOWN")
            code, found = p.bench("--base", "v1")
            self.assertEqual(code, 0, found)
            p.write("more", "other 5 ms\n")
            code, found = p.bench("--base", "v1")
            self.assertEqual(verdicts(found), {"parse": "EQUIVALENT", "other": "NEW"})
            self.assertEqual(code, 0)

    def test_a_failing_benchmark_is_unknown(self):
        with Project() as p:
            p.states("100", "100")
            p.write("bench", "#!/bin/sh\necho no data >&2\nexit 3\n", 0o755)
            code, found = p.bench()
            self.assertEqual(code, 4)
            self.assertEqual(found["commands"][0]["faults"]["head"],
                             "exited with code 3: no data")

    def test_a_command_is_timed(self):
        with Project() as p:
            p.states("0.1", "0.2", "run: [./wait], pairs: 8, margin: 20")
            p.write("wait", "#!/bin/sh\nsleep $(cat cost)\n", 0o755)
            p.git("stash", "-q", "-u")
            p.git("checkout", "-q", "v1")
            p.write("wait", "#!/bin/sh\nsleep $(cat cost)\n", 0o755)
            p.commit("v1.1")
            p.write("cost", "0.2")
            p.commit()
            code, found = p.bench()
            row = found["benchmarks"][0]
            if row["verdict"] == "UNKNOWN":
                self.skipTest(row["why"])  # the machine is too busy to tell even this
            self.assertEqual(code, 1, row["why"])

    def test_too_short_is_unknown(self):
        with Project() as p:
            p.states("0", "0", "run: [\"true\"], pairs: 8, builds: []")
            code, found = p.bench()
            self.assertEqual(code, 4)
            self.assertIn("less than `min_time`", found["benchmarks"][0]["why"])

    def test_time_that_ignores_work_is_unknown(self):
        with Project() as p:
            p.states("100", "100", LINES + ", work: {small: [1], large: [1000]}")
            code, found = p.bench()
            self.assertEqual(code, 4, found)
            self.assertIn("does not grow with the declared work",
                          found["benchmarks"][0]["why"])

    @unittest.skipUnless(shutil.which("cc"), "no compiler")
    def test_a_loop_that_the_compiler_removed_is_unknown(self):
        source = ("#include <stdlib.h>\nint main(int n, char **a) {{\n"
                  "volatile long y = 0; {} long x = 0; long much = atol(a[n - 1]);\n"
                  "for (long i = 0; i < 3000000; i++) y += i;\n"
                  "for (long i = 0; i < much; i++) x += i; return 0; }}\n")
        with Project() as p:
            p.write("seaworthy.yml", POLICY % (
                "cc -O2 -o work work.c", "run: [./work], pairs: 8, min_time: 1ms, margin: 50,"
                " clock: cpu, builds: [make], work: {small: ['1'], large: ['40000000']}"))
            p.write("work.c", source.format(""))
            p.commit("v1")
            p.write("README", "of the head\n")
            p.commit()
            code, found = p.bench()
            self.assertEqual(code, 4, found)
            row = found["benchmarks"][0]
            self.assertEqual(row["verdict"], "UNKNOWN", row)
            self.assertIn("its time does not grow with the declared work", row["why"])
            p.write("work.c", source.format("volatile"))
            self.assertNotIn("declared work", p.bench()[1]["benchmarks"][0]["why"])

    @unittest.skipUnless(shutil.which("cc"), "no compiler")
    def test_time_below_the_clock_is_unknown(self):
        # A clock of 4 ms, and work that takes less, or some steps of it.
        source = ("#include <stdio.h>\n#include <time.h>\n"
                  "static long now(void) {{ struct timespec t;\n"
                  "clock_gettime(CLOCK_MONOTONIC, &t);\n"
                  "return (t.tv_sec * 1000000000 + t.tv_nsec) / 4000000 * 4; }}\n"
                  "int main(void) {{ long t = now(); volatile long x = 0;\n"
                  "for (long i = 0; i < {}; i++) x += i;\n"
                  'printf("loop %ld ms\\n", now() - t); return 0; }}\n')
        with Project() as p:
            p.write("seaworthy.yml", POLICY % (
                "cc -O1 -o work work.c", "run: [./work], pairs: 8, min_time: 1ms,"
                " format: lines, builds: [make]"))
            for steps, why in ((10, "reported a time or rate that is not above 0"),
                               (20000000, "its times come in steps of")):
                p.write("work.c", source.format(steps))
                p.commit(f"v{steps}")
                p.write("README", f"of the head {steps}\n")
                p.commit()
                code, found = p.bench()
                self.assertEqual(code, 4, found)
                row = found["benchmarks"][0]
                self.assertEqual(row["verdict"], "UNKNOWN", row)
                self.assertRegex(row["why"], why + "|all its times are the same")

    def test_calibration_is_told(self):
        with Project() as p:
            p.states("100", "110")
            done = p.run("bench", "-q", "--calibrate")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("here 10 pairs tell changes above", done.stdout)
            done = p.run("bench", "-q")
            self.assertIn("within the margin of 3 %", done.stdout)
            self.assertEqual(len(list((p.root.parent / "state").rglob("*.json"))), 1)

    def test_other_formats(self):
        with Project() as p:
            p.states("100", "110")
            p.write("kept.json", p.run("bench", "-q", "--format", "json").stdout)
            csv = p.run("bench", "--samples", "kept.json", "--format", "csv").stdout
            self.assertTrue(csv.splitlines()[1].startswith(
                '"performance.bench","parse","ms",REGRESSION,1.'), csv)
            metrics = p.run("bench", "--samples", "kept.json", "-f", "openmetrics").stdout
            self.assertIn('verdict="REGRESSION"} 1', metrics)
            self.assertTrue(metrics.endswith("# EOF\n"))

    def test_wrong_options(self):
        with Project() as p:
            p.states("100", "110")
            for args in (["--pairs", "7"], ["--pairs", "201"],
                         ["--calibrate", "--base", "v1"], ["--only", "tests"],
                         ["--skip", "performance.*"], ["--policy", "no-such.yml"]):
                self.assertEqual(p.run("bench", *args).returncode, 2, args)
            p.write("kept.json", p.run("bench", "-q", "--format", "json").stdout)
            for args in (["--calibrate"], ["--base", "v1"], ["--pairs", "9"], ["--only", "x"],
                         ["--skip", "x"], ["--policy", "seaworthy.yml"], ["."]):
                done = p.run("bench", "--samples", "kept.json", *args)
                self.assertEqual((done.returncode, done.stdout), (2, ""), args)
                self.assertIn("--samples judges what was measured", done.stderr)
            p.write("seaworthy.yml", "version: 1\nextends: default\n")
            self.assertEqual(p.run("bench", "-q").returncode, 2)

    @unittest.skipUnless(shutil.which("valgrind") and shutil.which("cc"), "no valgrind")
    def test_instructions_are_counted(self):
        with Project() as p:
            source = ("int main(void) {{ volatile long x = 0;\n"
                      "for (long i = 0; i < {}; i++) x += i; return 0; }}\n")
            p.write("seaworthy.yml", POLICY % (
                "cc -O1 -o work work.c",
                "run: [./work], pairs: 8, min_time: 1ms, instructions: true"))
            p.write("work.c", source.format(1000000))
            p.commit("v1")
            p.write("work.c", source.format(1020000))
            p.commit()
            code, found = p.bench()
            self.assertEqual(code, 1, found)
            counts = found["commands"][0]["instructions"]
            self.assertEqual(counts["verdict"], "REGRESSION", counts)
            self.assertAlmostEqual(counts["ratio"], 1.02, delta=0.003)
            p.write("work.c", source.format(1000001))
            _, found = p.bench()
            self.assertEqual(found["commands"][0]["instructions"]["verdict"], "EQUIVALENT")


if __name__ == "__main__":
    unittest.main()
