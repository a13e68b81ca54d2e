#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Drives the seaworthy program as users and CI jobs do. usage: test_cli.py PROGRAM"""
import base64
import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

PROGRAM = os.path.abspath(sys.argv.pop(1))
CHECK_KEYS = {"id", "category", "weight", "state", "value", "contribution", "measured", "target",
              "unit", "blocker", "required", "evidence", "message", "remedy"}
FINDING_KEYS = ["rule", "path", "line", "column", "end_line", "end_column", "severity", "message",
                "match", "context", "scope", "language", "fingerprint", "details"]

POLICY = """\
version: 1
categories:
  - {id: tests, title: Tests, weight: 60}
  - {id: quality, title: Quality, weight: 40}
checks:
  - {id: tests.unit, category: tests, weight: 1, collect: {suite: unit}, blocker: P0}
  - {id: quality.markers, category: quality, weight: 1,
     collect: {scan: {rules: ["marker.*"], scope: [production]}}, scale: {fail: 4, pass: 0}}
suites:
  - {id: unit, run: "cat results.tap", format: tap, timeout: 1m}
"""


def into_closed_pipe(*args, cwd):
    """Exit code and stderr of a program that nobody listens to."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        r = subprocess.run([PROGRAM, *args], cwd=cwd, stdout=write_end, stderr=subprocess.PIPE,
                           text=True, timeout=120)
    finally:
        os.close(write_end)
    return r.returncode, r.stderr


def whole_of(screen):
    """What was written to a terminal: it comes in pieces, and its end is an error."""
    text = b""
    try:
        while piece := screen.read(65536):
            text += piece
    except OSError:
        pass
    return text.decode()


class Project(tempfile.TemporaryDirectory):
    """A git project in a folder of its own."""

    def __enter__(self):
        self.root = super().__enter__()
        self.git("init", "-q")
        return self

    def git(self, *args):
        subprocess.run(["git", "-c", "user.name=T", "-c", "user.email=t@example.invalid", *args],
                       cwd=self.root, check=True, capture_output=True)

    def write(self, name, text):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def read(self, name):
        with open(os.path.join(self.root, name), encoding="utf-8") as f:
            return f.read()

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "state")

    def run(self, *args, more=None, **kwargs):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "CLICOLOR"))}
        env.update(more or {})
        return subprocess.run([PROGRAM, *args], cwd=self.root, capture_output=True, text=True,
                              env=env, timeout=120, **kwargs)


def standard(project, tap="1..2\nok 1 - a\nok 2 - b\n", source="int x;\n"):
    project.write("seaworthy.yml", POLICY)
    project.write("results.tap", tap)
    project.write("src/a.c", source)
    project.commit()


class Usage(unittest.TestCase):
    def check(self, args, code, part):
        with Project() as p:
            r = p.run(*args)
            self.assertEqual(r.returncode, code, r.stderr)
            self.assertIn(part, r.stdout + r.stderr)

    def test_a_reader_that_went_away_is_no_error(self):
        with Project() as p:
            p.write("a.c", "// TODO\n")
            for args in (["help"], ["version"], ["schema"], ["scan"], ["scan", "-f", "jsonl"],
                         ["plan"], ["help", "scoring"], ["completion", "bash"]):
                with self.subTest(args=args):
                    self.assertEqual(into_closed_pipe(*args, cwd=p.root),
                                     (128 + signal.SIGPIPE, ""))

    def test_mistakes_are_exit_2_and_name_the_mend(self):
        for args, part in [([], "seaworthy run"), (["rnu"], "did you mean 'run'"),
                           (["run", "--formt", "json"], "--format"),
                           (["run", "--format", "jsn"], "did you mean 'json'"),
                           (["run", "--output", "x.html"], "FORMAT=PATH"),
                           (["run", "-f", "json", "-o", "html=-"], "standard output"),
                           (["run", "--jobs", "x"], "jobs"), (["run", "a", "b"], "run"),
                           (["run", "/no/such/folder"], "/no/such/folder"),
                           (["run", "--only", "nothing.here"], "nothing.here"),
                           (["run", "--policy", "no.yml"], "no.yml"),
                           (["score", "--now", "tomorrow"], "RFC 3339"),
                           (["scan", "--rule", "marker.tood"], "marker.t"),
                           (["completion", "bsh"], "did you mean 'bash'"),
                           (["help", "scorin"], "did you mean 'scoring'"),
                           (["report"], "no recorded run")]:
            with self.subTest(args=args):
                self.check(args, 2, part)

    def test_no_run_yet_is_said_once(self):
        with Project() as p:
            for args in (["report"], ["explain"], ["verify"], ["score"]):
                r = p.run(*args)
                self.assertEqual((r.returncode, r.stderr.count("no recorded run")), (2, 1), args)

    def test_help_everywhere(self):
        overview = subprocess.run([PROGRAM, "help"], capture_output=True, text=True).stdout
        names = re.findall(r"^  ([a-z-]+)  ", overview, re.M)
        self.assertIn("run", names)
        # A topic with the name of a command would be hidden behind it.
        self.assertEqual(sorted(names), sorted(set(names)))
        self.check(["help", "records"], 0, "SEAWORTHY_EVIDENCE_KEY_FILE")
        for args in (["help", "formats"], ["report", "--help"]):
            self.check(args, 0, "bundle")
        for name in names:
            with self.subTest(name=name):
                self.check(["help", name], 0, "")
        for args in (["--help"], ["run", "--help"], ["-h"], ["scan", "-h"], ["--version"]):
            self.check(args, 0, "seaworthy")

    def test_options_before_and_after_the_command(self):
        self.check(["--color", "never", "--quiet", "version"], 0, "seaworthy 0")
        self.check(["--color=never", "version", "-q"], 0, "seaworthy 0")

    def test_policy_errors_name_the_place(self):
        with Project() as p:
            for text, part in [("version: 1\nchekcs: []\n", "seaworthy.yml:2:1"),
                               ("version: 1\nchekcs: []\n", "checks"),
                               ("version: [", "seaworthy.yml:"),
                               ("version: 1\nthresholds: {go: many}\n", "seaworthy.yml:2:18")]:
                p.write("seaworthy.yml", text)
                r = p.run("plan")
                self.assertEqual(r.returncode, 2, r.stderr)
                self.assertIn(part, r.stderr)


class Run(unittest.TestCase):
    def card(self, project, *args, code=None):
        r = project.run("run", "--format", "json", *args)
        if code is not None:
            self.assertEqual(r.returncode, code, r.stdout + r.stderr)
        return json.loads(r.stdout)

    def test_a_service_has_a_guide_for_those_who_run_it(self):
        with Project() as p:
            p.write("Makefile", "all:\n")
            for name, text, state in (
                    ("README.md", "# A\n\nIt works.\n", "n/a"),
                    ("Dockerfile", 'FROM alpine\nEXPOSE 80\nCMD ["/app"]\n', "fail"),
                    ("README.md", "# A\n\n## Configuration\n\nSet PORT.\n", "pass")):
                p.write(name, text)
                card = self.card(p, "--no-exec", "--profile", "default")
                self.assertEqual([c["state"] for c in card["checks"]
                                  if c["id"] == "documentation.admin"], [state])

    def check_contract(self, card):
        self.assertEqual(card["schema_version"], 1)
        for key, parts in {"subject": {"path", "commit", "tree", "dirty"},
                           "policy": {"digest", "path", "profile"},
                           "score": {"lower", "upper", "coverage", "final", "cap", "cap_reason"},
                           "findings": {"total", "by_rule"}}.items():
            self.assertLessEqual(parts, set(card[key]), key)
        for c in card["checks"]:
            self.assertLessEqual(CHECK_KEYS, set(c))
        tenths = [round(c["contribution"] * 10) for c in card["categories"]]
        self.assertEqual(sum(tenths), round(card["score"]["lower"] * 10))
        for category in card["categories"]:
            mine = [c["contribution"] or 0 for c in card["checks"] if c["category"] == category["id"]]
            self.assertEqual(round(sum(mine) * 10), round(category["contribution"] * 10))
        self.assertRegex(card["started"], r"^\d{4}-\d\d-\d\dT[\d:.]+Z$")

    def test_go(self):
        with Project() as p:
            standard(p)
            card = self.card(p, code=0)
            self.check_contract(card)
            self.assertEqual((card["decision"], card["score"]["final"]), ("GO", 100.0))
            self.assertEqual(card["suites"][0]["passed"], 2)
            self.assertFalse(card["subject"]["dirty"])
            for digest in card["checks"][0]["evidence"]:
                self.assertRegex(digest, "^[0-9a-f]{64}$")
            # its own folder is no dirt: a second run is still GO
            self.assertEqual(self.card(p, code=0)["decision"], "GO")

    def test_a_failed_p0_is_no_go_under_its_cap(self):
        with Project() as p:
            standard(p, tap="1..2\nok 1\nnot ok 2 - b\n")
            card = self.card(p, code=1)
            self.check_contract(card)
            self.assertEqual((card["score"]["lower"], card["score"]["final"]), (40.0, 40.0))
            self.assertEqual(card["score"]["cap"], 59)
            self.assertEqual(card["blockers"][0]["check"], "tests.unit")

    def test_markers_lower_the_score(self):
        with Project() as p:
            standard(p, source="// TODO: one\nint x;\n")
            card = self.card(p)
            self.assertEqual(card["score"]["lower"], 90.0)
            self.assertEqual(card["findings"]["by_rule"], {"marker.todo": 1})

    def test_a_dirty_tree_is_no_go(self):
        with Project() as p:
            standard(p)
            p.write("src/a.c", "int y;\n")
            card = self.card(p, code=1)
            self.assertTrue(card["subject"]["dirty"])

    def test_no_version_control_is_no_reason(self):
        # Not in TMPDIR, which may lie in a repository.
        with tempfile.TemporaryDirectory(dir="/tmp") as d:
            for name, text in (("seaworthy.yml", POLICY), ("results.tap", "1..1\nok 1\n"),
                               ("a.c", "int x;\n")):
                with open(os.path.join(d, name), "w") as f:
                    f.write(text)
            r = subprocess.run([PROGRAM, "run", "-f", "json", d], capture_output=True, text=True)
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertIsNone(json.loads(r.stdout)["subject"]["commit"])

    def test_nothing_ran_is_exit_4(self):
        with Project() as p:
            standard(p)
            card = self.card(p, "--no-exec", code=4)
            self.assertEqual(card["checks"][0]["state"], "unknown")
            self.assertEqual(card["checks"][0]["contribution"], 0.0)
            self.assertIsNone(card["checks"][0]["value"])
            self.card(p, "--only", "quality.*", code=4)

    def test_unknown_is_never_passed(self):
        for tap, what in [("", "no output"), ("hello\n", "no TAP"), ("1..0 # SKIP x\n", "all skipped")]:
            with self.subTest(what=what), Project() as p:
                standard(p, tap=tap)
                self.assertNotEqual(self.card(p)["checks"][0]["state"], "pass")

    def test_an_empty_project_is_exit_4(self):
        with Project() as p:
            r = p.run("run", "-f", "json")
            self.assertEqual(r.returncode, 4, r.stderr)
            self.assertEqual(json.loads(r.stdout)["decision"], "NO-GO")

    def test_reports_go_where_they_are_sent(self):
        with Project() as p:
            standard(p)
            r = p.run("run", "-o", "html=out.html", "-o", "markdown=-", "-o", "json=out.json")
            self.assertIn("|", r.stdout)
            self.assertIn("GO", r.stderr)
            with open(os.path.join(p.root, "out.html"), encoding="utf-8") as f:
                self.assertTrue(f.read().lower().startswith("<!doctype html>"))
            self.assertTrue(re.search(r"scorecard\.html", r.stderr))

    def test_run_score_and_report_agree(self):
        with Project() as p:
            standard(p, source="// TODO: one\nint x;\n")
            first = self.card(p)
            for args in (("score",), ("report",)):
                again = json.loads(p.run(*args, "-f", "json").stdout)
                for key in ("score", "categories", "checks", "decision", "policy", "suites"):
                    self.assertEqual(first[key], again[key], (args, key))

    def score(self, project, record="{}", policy=None, now="2026-11-10T01:00:00Z"):
        """`score` of a folder made by hand with one check."""
        standard_policy = json.dumps({
            "version": 1, "categories": [{"id": "a", "title": "A", "weight": 1}],
            "checks": [{"id": "a.x", "category": "a", "weight": 1,
                        "collect": {"command": {"run": "true"}}}]})
        project.write("ev/policy.json", standard_policy if policy is None else policy)
        project.write("ev/subject.json", '{"path": "/x", "commit": null, "tree": null, "dirty": null}')
        project.write("ev/checks/a.x.json", record)
        return project.run("score", "ev", "-f", "json", "--now", now)

    def test_the_time_given_is_recorded(self):
        with Project() as p:
            for given, recorded in [("2026-11-10T02:00:00+01:00", "2026-11-10T01:00:00Z"),
                                    ("2026-11-10T01:00:00.250Z", "2026-11-10T01:00:00.250Z")]:
                card = json.loads(self.score(p, now=given).stdout)
                self.assertEqual(card["assessed"], {"now": recorded})

    def test_a_measurement_with_leading_zeros_is_text(self):
        with Project() as p:
            r = self.score(p, '{"state": "pass", "low": 1, "high": 1, "measured": "007"}')
            self.assertEqual(json.loads(r.stdout)["checks"][0]["measured"], "007")
            self.assertEqual(r.returncode, 0, r.stderr)

    def test_a_recorded_policy_that_cannot_be_read_is_a_policy_error(self):
        with Project() as p:
            for policy in ('{"version": ', '{"version": 1, "x\\u0000": 1}', '{"version": 1, "chekcs": []}'):
                r = self.score(p, policy=policy)
                self.assertEqual(r.returncode, 2, r.stderr)
                self.assertIn("policy.json:1:", r.stderr)

    def test_an_error_is_said_without_a_report(self):
        with Project() as p:
            policy = json.dumps({
                "version": 1, "categories": [{"id": "a", "title": "A", "weight": 1}],
                "checks": [{"id": "a.x", "category": "a", "weight": 1, "required": True,
                            "collect": {"command": {"run": "true"}}}]})
            self.score(p, '{"state": "error", "message": "out of order"}', policy)
            r = p.run("-q", "score", "ev", "--now", "2026-11-10T01:00:00Z")
            self.assertEqual((r.returncode, r.stdout, r.stderr), (5, "", "seaworthy: error: a.x: out of order\n"))
            r = p.run("-q", "score", "ev", "--now", "2026-11-10T01:00:00Z", "-f", "human")
            self.assertEqual((r.returncode, r.stderr), (5, ""))

    def test_removed_evidence_never_helps(self):
        with Project() as p:
            standard(p)
            self.card(p)
            runs = os.path.join(p.root, ".seaworthy", "runs")
            folder = os.path.join(runs, sorted(os.listdir(runs))[-1])
            os.remove(os.path.join(folder, "checks", "tests.unit.json"))
            r = p.run("score", folder, "-f", "json")
            self.assertEqual(r.returncode, 4, r.stderr)
            self.assertEqual(json.loads(r.stdout)["score"]["lower"], 40.0)

    def test_explain(self):
        with Project() as p:
            standard(p, source="// TODO: one\nint x;\n")
            self.card(p)
            for args, part in ((["explain", "quality.markers"], "quality.markers"),
                               (["explain", "--score"], "90"), (["explain"], "quality.markers")):
                r = p.run(*args)
                self.assertEqual(r.returncode, 0, r.stderr)
                self.assertIn(part, r.stdout)
            one = json.loads(p.run("explain", "quality.markers", "-f", "json").stdout)
            self.assertLessEqual({"check", "state", "value", "rule", "inputs", "evidence", "remedies"},
                                 set(one))
            self.assertEqual(p.run("explain", "quality.marker").returncode, 2)


class Hostile(unittest.TestCase):
    """Suites that misbehave end in time, and leave nothing behind."""

    def run_suite(self, command, timeout="2s", fmt="tap"):
        with Project() as p:
            standard(p)
            p.write("seaworthy.yml", POLICY.replace('"cat results.tap"', json.dumps(command))
                    .replace("timeout: 1m", "timeout: " + timeout).replace("format: tap",
                                                                           "format: " + fmt))
            p.commit()
            r = p.run("run", "-f", "json")
            return r, json.loads(r.stdout)["checks"][0]

    def assert_gone(self, mark):
        for pid in filter(str.isdigit, os.listdir("/proc")):
            self.assertNotIn(mark, command_line(pid))

    def test_a_suite_that_ignores_sigterm(self):
        mark = own_time(1)
        r, check = self.run_suite("trap '' TERM; sleep %s; sleep %s" % (mark, mark))
        self.assertEqual(check["state"], "unknown", check)
        self.assertIn("time", check["message"])
        self.assert_gone(mark)

    def test_a_suite_that_leaves_the_process_group(self):
        mark = own_time(2)
        r, check = self.run_suite("setsid sh -c 'sleep %s' & echo 1..1; echo ok 1" % mark, "20s")
        self.assert_gone(mark)

    def test_a_suite_that_prints_without_end(self):
        r, check = self.run_suite("yes", "3s")
        self.assertEqual(check["state"], "unknown")

    def test_exit_code_and_results_must_agree(self):
        r, check = self.run_suite("cat results.tap; exit 3")
        self.assertEqual(check["state"], "fail", check)
        self.assertIn("3", check["message"])

    def test_a_missing_program_is_unknown(self):
        r, check = self.run_suite("no-such-program-here --test")
        self.assertEqual(check["state"], "unknown", check)
        self.assertIn("no-such-program-here", check["message"])

    def test_a_signal_ends_all(self):
        with Project() as p:
            standard(p)
            mark = own_time(3)
            p.write("seaworthy.yml", POLICY.replace('"cat results.tap"', '"sleep %s"' % mark))
            p.commit()
            run = subprocess.Popen([PROGRAM, "run"], cwd=p.root, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
            for _ in range(1200):
                time.sleep(0.05)
                if any(mark in command_line(c) for c in children(run.pid)):
                    break
            run.send_signal(signal.SIGINT)
            self.assertEqual(run.wait(timeout=30), 130)
            self.assert_gone(mark)


def own_time(number):
    """Seconds that no process of another run of these tests sleeps."""
    return "9876%d.%08d" % (number, os.getpid())


def command_line(pid):
    try:
        with open("/proc/%s/cmdline" % pid, encoding="utf-8", errors="replace") as f:
            return f.read()
    except OSError:
        return ""


def children(pid):
    """All descendants that can be seen."""
    found = []
    for c in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/stat" % c) as f:
                if int(f.read().rsplit(")", 1)[1].split()[1]) == pid:
                    found.append(c)
                    found.extend(children(int(c)))
        except OSError:
            pass
    return found


class Scan(unittest.TestCase):
    def test_contract(self):
        with Project() as p:
            p.write("src/a.c", "// TODO(ann): x\nchar *u = \"http://localhost:8080/\";\n")
            p.write("src/new\nline.c", "/* FIXME */\n")
            p.write("tests/t.py", "# XXX later\n")
            r = p.run("scan", "--format", "jsonl", "--summary")
            self.assertEqual(r.returncode, 0, r.stderr)
            found = [json.loads(line) for line in r.stdout.splitlines()]
            for f in found:
                self.assertEqual([k for k in f if k in FINDING_KEYS], FINDING_KEYS)
            order = [(f["path"], f["line"], f["column"], f["rule"]) for f in found]
            self.assertEqual(order, sorted(order))
            first = found[0]
            self.assertEqual((first["rule"], first["line"], first["column"], first["end_column"]),
                             ("marker.todo", 1, 4, 8))
            self.assertEqual((first["scope"], first["severity"]), ("production", "warning"))
            scopes = {f["path"]: f["severity"] for f in found}
            self.assertEqual(scopes["tests/t.py"], "note")
            summary = json.loads(r.stderr.splitlines()[-1])
            self.assertEqual(set(summary), {"files", "bytes", "seconds", "skipped"})

    def test_drops_are_explained(self):
        with Project() as p:
            p.write("a.c", '// TODO\nchar *s = "TODO";\nint TODO;\n// TOD\u00d6 \u00c4TODO\n'
                           "// TODO seaworthy:allow marker.todo kept\n")
            p.write("b.md", "TODO\n")
            p.write("c.unheard", "TODO\n")
            p.write("d.bin", "TODO\0\n")
            p.write("out/e.c", "// TODO\n")
            p.write(".gitignore", "out/\n")
            args = ("scan", "--rule", "marker.todo", "--explain-drops")
            r = p.run(*args, "--format", "jsonl")
            self.assertEqual([json.loads(x)["line"] for x in r.stdout.splitlines()], [1])
            drops = [json.loads(x) for x in r.stderr.splitlines() if x.startswith("{")]
            self.assertEqual([list(d) for d in drops], [["rule", "path", "line", "column", "reason"]] * 8)
            self.assertEqual([(d["path"], d["line"], d["column"], d["reason"]) for d in drops], [
                ("a.c", 2, 12, "in a string"), ("a.c", 3, 5, "in code"), ("a.c", 4, 12, "part of a word"),
                ("a.c", 5, 4, "allowed by a comment"), ("b.md", 1, 1, "in text"),
                ("c.unheard", 1, 1, "in a file of unknown language"), ("d.bin", 0, 0, "binary file"),
                ("out", 0, 0, "ignored")])
            text = p.run(*args).stderr
            self.assertIn("a.c:2:12: no finding: in a string [marker.todo]\n", text)
            self.assertIn("out: no finding: ignored [*]\n", text)
            self.assertEqual(p.run("scan", "--rule", "marker.todo", "-f", "jsonl").stderr.count("{"), 0)

    def test_markers_have_age_author_and_owner(self):
        def details(*args):
            r = p.run("scan", "--format", "jsonl", *args)
            return {(f["path"], f["line"]): f["details"] for f in map(json.loads, r.stdout.splitlines())}

        with Project() as p:
            p.write("src/a.c", "// TODO: one #7\n")
            p.write("src/b.c", "// TODO(ann): two\nchar *u = \"http://localhost:8080/\";\n")
            self.assertEqual(details()[("src/a.c", 1)], {"issue": "#7"}, "no commit yet")
            p.commit()
            self.assertEqual(set(details()[("src/a.c", 1)]), {"age_days", "author", "commit", "owner", "issue"})
            p.write(".github/CODEOWNERS", "* @all # everybody\n/src/*.c @core @c\n/src/b.c\n")
            p.write("src/a.c", "// TODO: one #7\n// FIXME\n")
            p.write("src/n.c", "// TODO: new\n")
            d = details()
            self.assertEqual({k: d[("src/a.c", 1)][k] for k in ("age_days", "author", "owner", "issue")},
                             {"age_days": 0, "author": "T", "owner": "@core @c", "issue": "#7"})
            self.assertEqual(d[("src/a.c", 2)], {"age_days": 0, "author": "", "owner": "@core @c", "issue": ""})
            self.assertEqual(d[("src/n.c", 1)], {"age_days": 0, "author": "", "owner": "@core @c", "issue": ""})
            self.assertEqual(d[("src/b.c", 1)]["owner"], "ann")
            self.assertNotIn("owner", d[("src/b.c", 2)], "the last line that matches gives it nobody")
            self.assertEqual(details("--no-blame")[("src/a.c", 1)], {"issue": "#7", "owner": "@core @c"})
            self.assertEqual(details("src")[("a.c", 1)], d[("src/a.c", 1)], "PATH is below the top")
            self.assertEqual(details("src/a.c")[("a.c", 1)], d[("src/a.c", 1)], "PATH is a file")

    def test_reports_for_other_programs(self):
        with Project() as p:
            p.write("src/\u00e4 x/a,b.c", "// TODO: 50% a:b\n// FIXME old\n")
            for n in range(12):
                p.write(f"src/{n:02}.c", "char *u = \"http://localhost:8080/\";\n")
            p.write("tests/t.py", "# XXX later\n")
            self.assertEqual(p.run("baseline", "create", "--rule", "marker.fixme", "--reason", "legacy").returncode, 0)
            r = p.run("scan", "-o", "sarif=s.sarif", "-o", "gitlab=g.json", "-o", "json=a.json", "-f", "github", "src")
            self.assertEqual(r.returncode, 0, r.stderr)
            commands = r.stdout.splitlines()
            self.assertEqual([x[:10] for x in commands], ["::warning "] * 10 + ["::notice t"])
            self.assertRegex(commands[-1], "^::notice title=seaworthy::[0-9]+ more findings are not shown here$")
            todo = p.run("scan", "-f", "github", "--rule", "marker.todo").stdout
            self.assertEqual(todo, "::warning file=src/\u00e4 x/a%2Cb.c,line=1,endLine=1,col=4,endColumn=8,"
                                   "title=marker.todo::TODO: 50%25 a:b\n")
            self.check_sarif(json.loads(p.read("s.sarif")))
            quality = json.loads(p.read("g.json"))
            self.assertEqual({frozenset(q) for q in quality},
                             {frozenset(("description", "check_name", "fingerprint", "severity", "location"))})
            self.assertEqual(len({q["fingerprint"] for q in quality}), len(quality))
            self.assertNotIn("marker.fixme", {q["check_name"] for q in quality}, "known ones are left out")
            self.assertIn("src/\u00e4 x/a,b.c", {q["location"]["path"] for q in quality})
            whole = json.loads(p.read("a.json"))
            lines = p.run("scan", "-f", "jsonl", "src").stdout.splitlines()
            self.assertEqual(whole["findings"], [json.loads(x) for x in lines])
            self.assertTrue(whole["complete"])
            os.symlink("loop", os.path.join(p.root, "src/.gitignore"))
            r = p.run("scan", "-f", "sarif")
            self.assertEqual(json.loads(r.stdout)["runs"][0]["invocations"][0]["executionSuccessful"],
                             r.returncode != 5)
            for args, part in ((["-f", "sarf"], "sarif"), (["-o", "sarif"], "FORMAT=PATH"),
                               (["-o", "sarf=x"], "did you mean 'sarif'"), (["-f", "json", "-o", "sarif=-"], "two")):
                r = p.run("scan", *args)
                self.assertEqual(r.returncode, 2, args)
                self.assertIn(part, r.stderr)

    def test_sarif_obeys_its_schema(self):
        """So does GitLab's: hostile names and texts, findings without a place, known ones, files left out."""
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed; apt-get install python3-jsonschema")
        golden = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "golden")
        with open(os.path.join(golden, "sarif", "sarif-2.1.0.json"), encoding="utf-8") as f:
            valid = jsonschema.Draft202012Validator(json.load(f))

        def check(r):
            self.assertIn(r.returncode, (0, 1, 3, 5), r.stderr)
            log = json.loads(r.stdout)
            self.assertEqual([(list(e.path), e.message[:200]) for e in valid.iter_errors(log)], [])
            places = [x["locations"][0]["physicalLocation"] for x in log["runs"][0]["results"]]
            for uri in {x["artifactLocation"]["uri"] for x in places}:
                self.assertEqual(urllib.parse.urlsplit(uri)[:2], ("", ""), uri)
                path = os.path.join(os.fsencode(p.root), urllib.parse.unquote_to_bytes(uri))
                self.assertTrue(os.path.lexists(path), uri)
            return log["runs"][0]

        names = [b"http:x.c", b"#a?b.c", b"50%41.c", b"a\nb.c", b"\xff\xe4.c", b"\x1b[1m.c", b"c d\\.c",
                 "\u202e\u00e4.c".encode(), b"-" * 250 + b".c"]
        with Project() as p:
            standard(p, source="// TODO: \x01 \ufeff \U0001f600 " + "x" * 5000 + "\n// FIXME old\n")
            for name in names:
                with open(os.path.join(os.fsencode(p.root), b"src", name), "wb") as f:
                    f.write(b"// TODO: \xff\xfe \xe2\x80 \" \\ </script>\r// XXX\x00")
            p.write("README.md", "[a](gone.md)\n")
            p.write("k.py", "a = 1\n")
            p.write(".github/workflows/a.yml", "on: [\n")
            self.assertEqual(p.run("baseline", "create", "--rule", "marker.fixme", "--reason", "\u00e4 \"").returncode, 0)
            p.write("seaworthy-baseline.yml", p.read("seaworthy-baseline.yml").replace("src/a.c", "gone.c"))
            run = check(p.run("scan", "--fail-on", "none", "-f", "sarif"))
            found = {x["ruleId"] for x in run["results"]}
            self.assertLessEqual({"marker.todo", "docs.dead-link", "baseline.unused"}, found)
            self.assertTrue(run["invocations"][0]["toolExecutionNotifications"])
            self.assertEqual(len(run["results"]), len(check(p.run("scan", "--fail-on", "none", "-f", "sarif"))["results"]))
            quality = json.loads(p.run("scan", "--fail-on", "none", "-f", "gitlab").stdout)
            self.assertEqual(len({q["fingerprint"] for q in quality}), len(quality))
            for q in quality:
                self.assertIn(q["severity"], ("info", "minor", "major", "critical", "blocker"))
                self.assertTrue(q["description"] and q["check_name"] in found, q)
                self.assertTrue(q["location"]["path"] and q["location"]["lines"]["begin"] >= 1, q)
            p.commit()
            p.run("run")
            self.assertTrue(check(p.run("report", "-f", "sarif"))["results"])
        with Project() as p:
            self.assertEqual(check(p.run("scan", "-f", "sarif"))["results"], [])

    def check_sarif(self, log):
        """What the schema of SARIF 2.1.0 and GitHub ask for."""
        self.assertEqual((log["version"], len(log["runs"])), ("2.1.0", 1))
        self.assertTrue(log["$schema"].endswith("sarif-2.1.0.json"))
        run = log["runs"][0]
        self.assertEqual(set(run), {"tool", "automationDetails", "columnKind", "invocations", "results", "properties"})
        driver = run["tool"]["driver"]
        self.assertEqual(set(driver), {"name", "semanticVersion", "rules"})
        ids = [r["id"] for r in driver["rules"]]
        self.assertEqual(ids, sorted(set(ids)))
        for r in driver["rules"]:
            for text in ("shortDescription", "fullDescription", "help"):
                self.assertTrue(0 < len(r[text]["text"]) <= 1024, r["id"])
            self.assertIn(r["defaultConfiguration"]["level"], ("note", "warning", "error"))
            self.assertTrue(0 < len(r["properties"]["tags"]) <= 10)
            self.assertEqual("security-severity" in r["properties"], "security" in r["properties"]["tags"])
        self.assertTrue(run["automationDetails"]["id"].endswith("/"))
        self.assertIs(run["invocations"][0]["executionSuccessful"], True)
        self.assertTrue(run["results"])
        for r in run["results"]:
            self.assertEqual(r["ruleId"], ids[r["ruleIndex"]])
            self.assertTrue(r["message"]["text"])
            self.assertIn(r["level"], ("note", "warning", "error"))
            place = r["locations"][0]["physicalLocation"]
            self.assertRegex(place["artifactLocation"]["uri"], "^src/[-A-Za-z0-9._~/%]+$")
            self.assertGreaterEqual(place["region"]["startLine"], 1)
            self.assertRegex(r["partialFingerprints"]["primaryLocationLineHash"], "^[0-9a-f]{32}$")
            known = r["ruleId"] == "marker.fixme"
            self.assertEqual(r["baselineState"], "unchanged" if known else "new")
            self.assertEqual(r.get("suppressions"),
                             [{"kind": "external", "status": "accepted", "justification": "legacy"}] if known else None)

    def test_baseline(self):
        def run(*args):
            r = p.run("baseline", *args)
            return r.returncode, r.stderr

        with Project() as p:
            p.write("src/a.c", "// TODO: one\n")
            self.assertEqual(run("prune")[0], 2)
            self.assertIn("baseline create", run("prune")[1])
            for args, part in ((["make"], "create, update and prune"), (["prune", "--reason", "x"], "adds nothing"),
                               (["update", "--force"], "no --force"), (["create", "--expires", "soon"], "2027-01-31")):
                code, text = run(*args)
                self.assertEqual(code, 2, args)
                self.assertIn(part, text)
            self.assertIn("1 entry added, 1 in all", run("create", "--reason", "it: is \"old\"")[1])
            self.assertEqual(run("create")[0], 2, "an existing file is not replaced")
            self.assertEqual(p.run("scan", "--fail-on", "note").returncode, 0)
            p.write("src/a.c", "\n// TODO: one\n// TODO: two\n")
            r = p.run("scan", "--fail-on", "note")
            self.assertEqual(r.returncode, 1)
            self.assertNotIn("TODO: one", r.stdout)
            self.assertIn("1 known from the baseline", r.stderr)
            states = [json.loads(x)["details"]["state"] for x in p.run("scan", "-f", "jsonl").stdout.splitlines()]
            self.assertEqual(states, ["known", "new"])
            self.assertEqual(p.run("scan", "--no-baseline").stdout.count("marker.todo"), 2)
            before = p.read("seaworthy-baseline.yml")
            self.assertEqual(run("update", "--owner", "@core")[0], 0)
            after = p.read("seaworthy-baseline.yml")
            self.assertEqual([x for x in before.splitlines() if x not in after.splitlines()], [], "lines stay")
            p.write("src/a.c", "// TODO: two\n")
            r = p.run("scan", "--fail-on", "warning")
            self.assertEqual((r.returncode, r.stdout.count("baseline.unused")), (1, 1))
            self.assertEqual(p.run("scan", "--rule", "secret.*", "--fail-on", "note").returncode, 0)
            self.assertIn("1 entry taken out, 1 left", run("prune")[1])
            self.assertEqual(p.run("scan", "--fail-on", "note").returncode, 0)
            # An entry that was edited by hand, with a comment: its id is that of a finding.
            p.write("seaworthy-baseline.yml", p.read("seaworthy-baseline.yml").replace(
                '- {"path":"src/a.c"', '# since 2019\n# look again\n- {"path":"b.c","reason":"kept"'))
            self.assertIn("1 entry named another path", run("update", "--owner", "@new")[1])
            self.assertEqual(p.run("scan", "--fail-on", "note").returncode, 0, p.read("seaworthy-baseline.yml"))
            self.assertRegex(p.read("seaworthy-baseline.yml"),
                             '(?m)^# since 2019\n# look again\n- {"path":"src/a.c".*"reason":"kept","owner":"@new"}$')
            p.write("seaworthy-baseline.yml", before.replace("salt", "slat"))
            r = p.run("scan")
            self.assertEqual(r.returncode, 2)
            self.assertIn("seaworthy-baseline.yml:6:1", r.stderr)

    def test_the_gate_counts_known_findings(self):
        with Project() as p:
            standard(p, source="// TODO: one\n// TODO: two\n")
            given = "--reason", "from before the gate", "--owner", "@core"
            self.assertEqual(p.run("baseline", "create", "-q", *given).returncode, 0)
            p.write("src/b.c", "// TODO: three\n")
            p.commit()
            card = json.loads(p.run("run", "--format", "json").stdout)
            self.assertEqual((card["findings"]["total"], card["findings"]["known"]), (1, 2))
            log = json.loads(p.run("report", "--format", "sarif").stdout)["runs"][0]
            self.assertEqual(sorted(r["baselineState"] for r in log["results"]), ["new", "unchanged", "unchanged"])
            self.assertIs(log["invocations"][0]["executionSuccessful"], True)
            self.assertEqual([r["id"] for r in log["tool"]["driver"]["rules"]], ["marker.todo"])
            self.assertEqual(len(json.loads(p.run("report", "-f", "gitlab").stdout)), 1)
            self.assertIn("::warning file=src/b.c,line=1", p.run("report", "-f", "github").stdout)
            check = [c for c in card["checks"] if c["id"].endswith("markers")][0]
            self.assertEqual(float(check["measured"]), 1)
            self.assertIn("2 more known from the baseline", check["message"])

    def test_the_gate_asks_why_a_finding_is_accepted_and_who_answers_for_it(self):
        for given, count in (((), 1), (("--reason", "old"), 1), (("--owner", "@core"), 1),
                             (("--reason", " ", "--owner", "@core"), 1),
                             (("--reason", "old", "--owner", "@core"), 0)):
            with self.subTest(given), Project() as p:
                standard(p, source="// TODO: one\n")
                told = p.run("baseline", "create", *given)
                self.assertEqual(told.returncode, 0)
                self.assertEqual("`seaworthy run` counts the finding" in told.stderr, count == 1)
                p.commit()
                self.assertEqual(p.run("scan", "--fail-on", "note").returncode, 0, "a scan accepts it")
                card = json.loads(p.run("run", "--format", "json").stdout)
                check = [c for c in card["checks"] if c["id"].endswith("markers")][0]
                self.assertEqual(float(check["measured"]), count)
                self.assertEqual("1 of them without a reason or an owner" in check["message"], count == 1)
                again = json.loads(p.run("score", "--format", "json").stdout)
                self.assertEqual([c for c in again["checks"] if c["id"] == check["id"]], [check])

    def test_built_in_checks_apply_where_there_is_something(self):
        """The checks of every built-in policy, by the last part of their id."""
        bare = {"dependencies": "n/a", "unpinned": "n/a", "workflows": "n/a", "ci-runs": "n/a",
                "ci": "fail", "links": "pass", "cycles": "pass", "imports": "pass",
                "placeholders": "pass", "duplicates": "pass", "content": "pass",
                **{x: "n/a" for x in ("deployment", "health", "metrics", "alerts", "runbooks", "backup", "install", "manual", "api", "security", "changelog", "licence")}}
        full = {**bare, "dependencies": "unknown", "unpinned": "warn", "workflows": "warn",
                "ci-runs": "warn", "ci": "pass", "links": "warn", "cycles": "warn",
                "imports": "warn", "placeholders": "warn", "duplicates": "warn", "content": "warn",
                "install": "fail", "manual": "fail", "api": "n/a", "security": "fail",
                "changelog": "pass", "licence": "fail", "deployment": "warn", "health": "fail",
                "metrics": "warn", "alerts": "warn", "runbooks": "warn", "backup": "fail"}

        def states(p, profile):
            # All is counted as known that no code was run for, so that n/a stays n/a.
            p.write("policy.yml", f"version: 1\nextends: {profile}\n"
                    "thresholds: {max_not_applicable_share: 100}\n")
            card = json.loads(p.run("run", "--no-exec", "-f", "json", "--policy", "policy.yml").stdout)
            self.assertEqual(card["policy"]["profile"], profile)
            checks = {c["id"].split(".")[1]: c for c in card["checks"]}
            self.assertEqual(len(checks), len(card["checks"]))
            return {k: v["state"] for k, v in checks.items() if k in bare}, checks

        with Project() as p:
            p.write("src/a.c", "int x;\n")
            for profile in ("default", "novacron", "timelocker"):
                with self.subTest(profile=profile):
                    seen, checks = states(p, profile)
                    self.assertGreater(len(seen), 5)
                    self.assertEqual(seen, {k: bare[k] for k in seen})
                    self.assertIn("no match", checks["dependencies"]["message"])
            p.write("web/package.json", '{"dependencies": {"a": "^1"}}')
            p.write(".github/workflows/tests.yml", "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"
                    "      - uses: other/action@v1\n        continue-on-error: true\n")
            p.write("README.md", "It is about [gone](gone.md) things.\n")
            p.write("CHANGELOG.md", "# 1.0\n\nThe first release.\n")
            p.write("notes.md", "# Notes\n")
            p.write("Dockerfile", 'FROM alpine\nVOLUME /data\nEXPOSE 80\nCMD ["/app"]\n')
            p.write("Makefile", "all:\n")
            p.write("app/__init__.py", "")
            p.write("app/a.py", "from .b import B\nfrom .gone import C\n\ndef validate_order(order):\n    return True\n")
            p.write("app/b.py", "from .a import A\n\ndef load():\n    raise NotImplementedError(\"later\")\n")
            for copy in ("lib", "old"):
                for name in "abc":
                    p.write(f"{copy}/{name}.c", f"/* {name} */\n" + "int value(int of);\n" * 200)
            for profile in ("default", "novacron", "timelocker"):
                with self.subTest(profile=profile):
                    seen, checks = states(p, profile)
                    self.assertEqual(seen, {k: full[k] for k in seen})
                    self.assertIn("web/package.json: no lock file", checks["dependencies"]["remedy"])
                    self.assertIn("P0", checks["dependencies"]["blocker"])
        with Project() as p:
            p.write("b/Makefile", "all:\n")
            os.symlink("b/Makefile", os.path.join(p.root, "Makefile"))
            seen, _ = states(p, "default")
            for name in ("install", "manual", "api", "security", "changelog", "licence"):
                self.assertEqual(seen[name], "unknown", "a manifest that is a link")
        with Project() as p:
            p.write("Procfile", "web: ./run\n")
            seen, _ = states(p, "default")
            for name in ("deployment", "health", "metrics", "alerts", "runbooks", "backup"):
                self.assertEqual(seen[name], "unknown", "a service that is not made out")
        services = ("deployment", "health", "metrics", "alerts", "runbooks", "backup")
        for image, state in (("FROM debian:12\nRUN apt-get install gcc\n", "n/a"),
                             ("FROM --platform=x a/golang:1 AS b\nFROM b AS c\nfrom c\nCMD [\"bash\"]\n", "n/a"),
                             ("FROM nginx\nCOPY . /usr/share\n", "unknown"),
                             ("FROM debian AS nginx\nFROM other\n", "unknown"),
                             ("FROM debian\nENTRYPOINT [\"/worker\"]\n", "unknown"),
                             ("ARG B\nFROM $B\nRUN make\n", "unknown")):
            with Project() as p:
                p.write("ci/Dockerfile", image)
                p.write("tests/Dockerfile", "FROM x\nEXPOSE 80\nCMD a\n")
                p.write(".devcontainer/Dockerfile", "FROM x\nCMD a\n")
                for _ in range(2 if "gcc" in image else 1):  # and from what is kept
                    seen, checks = states(p, "default")
                    self.assertEqual([seen[name] for name in services], [state] * 6, image)
                self.assertIn("no service", checks["health"]["message"])
                last = p.read(".seaworthy/last").strip()
                record = json.loads(p.read(f".seaworthy/runs/{last}/checks/operations.health.json"))
                kept = json.loads(p.read(f".seaworthy/runs/{last}/artefacts/" + record["artefacts"][0]["sha256"]))
                self.assertEqual([m["reason"] for m in kept.get("moot", []) if m["rule"] == "ops.health-missing"],
                                 ["there is no service"] if state == "n/a" else [])
        for files, state in (({"package.json": '{"name": "a", "bin": "a.js"}'}, "n/a"),
                             ({"package.json": '{"name": "a", "main": "a.js"}'}, "fail"),
                             ({"Makefile": "all:\n"}, "n/a"),
                             ({"Makefile": "all:\n", "include/a.h": "int a(void);\n"}, "fail")):
            with Project() as p:
                for name, text in files.items():
                    p.write(name, text)
                self.assertEqual(states(p, "default")[0]["api"], state, files)
        # A text for nobody earns nothing.
        guide = {"Makefile": "all:\n", "Doxyfile": "INPUT = src\n",
                 "docs/administration.md": "# Administration\n\nStart it as root, and read its log.\n"}
        for files, admin, api in (({}, "n/a", "n/a"),
                                  ({"Dockerfile": "FROM debian\nEXPOSE 80\nCMD [\"/a\"]\n"}, "pass", "n/a"),
                                  ({"include/a.h": "int a(void);\n"}, "n/a", "pass")):
            with Project() as p:
                for name, text in {**guide, **files}.items():
                    p.write(name, text)
                _, checks = states(p, "default")
                self.assertEqual((checks["admin"]["state"], checks["api"]["state"]), (admin, api), files)
        with Project() as p:
            p.write("b/image", "FROM x\nEXPOSE 80\n")
            os.symlink("b/image", os.path.join(p.root, "Dockerfile"))
            seen, _ = states(p, "default")
            for name in ("deployment", "health", "metrics", "alerts", "runbooks", "backup"):
                self.assertEqual(seen[name], "unknown", "a service that is a link")

    def test_findings_beside_those_of_the_last_run(self):
        def card(p, *args):
            return json.loads(p.run("run", "-f", "json", *args).stdout)

        def trend(c):
            return {k: c[k] for k in ("new", "fixed", "unchanged", "uncompared", "unseen")}

        with Project() as p:
            standard(p, source="// TODO: one\n// TODO: two\n")
            first = card(p)
            self.assertEqual(first["findings"]["not_compared"], "there is no earlier run")
            self.assertNotIn("new", first["findings"])
            p.write("src/a.c", "int x;\n\n// TODO: two\n// FIXME: three\n")
            second = card(p)
            changed = {"new": 1, "fixed": 1, "unchanged": 1, "uncompared": 0, "unseen": 0}
            self.assertEqual(trend(second["findings"]), changed)
            self.assertEqual(second["findings"]["against"], first["run"])
            markers = [c for c in second["checks"] if c["id"] == "quality.markers"][0]
            self.assertEqual(trend(markers["findings"]), changed)
            self.assertNotIn("findings", second["checks"][0])
            for name in ("human", "markdown", "html"):
                self.assertIn("1 new, 1 fixed, 1 unchanged since run " + first["run"],
                              " ".join(p.run("report", "-f", name).stdout.split()), name)
            # The same tree again; the first run, by the start of its name and by its folder.
            self.assertEqual(trend(card(p)["findings"]), {"new": 0, "fixed": 0, "unchanged": 2, "uncompared": 0, "unseen": 0})
            for name in (first["run"][:-2], ".seaworthy/runs/" + first["run"]):
                self.assertEqual(trend(card(p, "--against", name)["findings"]), changed)
            # Runs of some checks only stand between, and stay out of it.
            whole = card(p, "--against", first["run"])["run"]
            for only in ("tests.*", "nothing*"):
                p.run("run", "--only", only)
            some = card(p)["findings"]
            self.assertEqual((some["against"], trend(some)["unchanged"]), (whole, 2))
            r = p.run("run", "--against", "never")
            self.assertEqual((r.returncode, "--against" in r.stderr), (2, True))
            # Known findings are in no number, and what was fixed is told without any left.
            self.assertEqual(p.run("baseline", "create", "-q", "--reason", "old", "--owner", "@a").returncode, 0)
            self.assertEqual(trend(card(p)["findings"]), {"new": 0, "fixed": 0, "unchanged": 0, "uncompared": 0, "unseen": 0})
            p.write("src/a.c", "int x;\n")
            os.remove(os.path.join(p.root, "seaworthy-baseline.yml"))
            last = card(p, "--against", second["run"])
            self.assertEqual((last["findings"]["total"], last["findings"]["fixed"]), (0, 2))
            self.assertIn("2 fixed since run " + second["run"], " ".join(p.run("report").stdout.split()))
            # Rules that did not run before.
            p.write("seaworthy.yml", POLICY.replace('"marker.*"', '"marker.*", "hardcoded.*"'))
            p.write("src/a.c", 'char *s = "http://localhost:8080/x";\n// TODO: new\n')
            more = card(p)["findings"]
            self.assertEqual(more["new"], 1)
            self.assertEqual(more["uncompared"], more["total"] - 1)
            self.assertIn("hardcoded.localhost", more["rules_new"])
            self.assertNotIn("marker.todo", more["rules_new"])
            # What is there and not looked at is neither fixed nor unused.
            self.assertEqual(p.run("baseline", "create", "-q").returncode, 0)
            entries = p.read("seaworthy-baseline.yml")
            p.git("rm", "-q", "-r", "--cached", "src")
            p.write(".gitignore", "src/\n")
            self.assertIn("entries are kept unseen", p.run("baseline", "prune").stderr)
            self.assertEqual(p.read("seaworthy-baseline.yml"), entries)
            os.remove(os.path.join(p.root, "seaworthy-baseline.yml"))
            ignored = card(p)["findings"]
            self.assertEqual(trend(ignored), {"new": 0, "fixed": 0, "unchanged": 0, "uncompared": 0,
                                              "unseen": more["total"]})
            self.assertIn("%d not looked at any more since" % more["total"],
                          " ".join(p.run("report").stdout.split()))
            with open(os.path.join(p.root, ".gitignore"), "w", encoding="utf-8") as f:
                f.write("\n")
            self.assertEqual(trend(card(p)["findings"]), {"new": 0, "fixed": 0, "unchanged": 0,
                                                          "uncompared": more["total"], "unseen": 0})
            shutil.rmtree(os.path.join(p.root, "src"))
            gone = card(p, "--against", ignored["against"])["findings"]
            self.assertEqual((gone["fixed"], gone["unseen"]), (more["total"], 0))

    def test_checks_on_new_code(self):
        policy = POLICY.replace("suites:\n", """\
  - {id: quality.new, category: quality, weight: 1, blocker: P0,
     collect: {scan: {rules: ["marker.*"], new_code: true}}}
  - {id: quality.tree, category: quality, weight: 1,
     collect: {scan: {rules: ["cycle.import", "marker.todo"], new_code: true}}}
  - {id: quality.density, category: quality, weight: 1, measure: per_kloc, scale: {fail: 500, pass: 0},
     collect: {scan: {rules: ["marker.*"], new_code: true}}}
suites:
""")

        def check(p, *args, name="quality.new"):
            r = p.run("run", "-f", "json", "--only", "quality.*", *args)
            return [c for c in json.loads(r.stdout)["checks"] if c["id"] == name][0]

        with Project() as p:
            standard(p, source="// TODO: old\nint x;\n")
            p.write("seaworthy.yml", policy)
            p.commit()
            new = check(p)
            self.assertEqual((new["state"], new["value"]), ("unknown", None))
            self.assertIn("seaworthy run --base", new["remedy"])
            new = check(p, "--base", "HEAD")
            self.assertEqual((new["state"], float(new["measured"])), ("pass", 0))
            self.assertIn("base: HEAD", new["message"])
            tree = check(p, "--base", "HEAD", name="quality.tree")
            self.assertEqual(tree["state"], "unknown")
            self.assertIn("cycle.import needs the whole tree", tree["message"])
            self.assertNotIn("findings", tree)
            p.git("branch", "base")
            # An old finding that moves is none; new ones count, committed or not.
            p.write("src/a.c", "int y;\n\n// TODO: old\nint x;\n")
            p.commit()
            self.assertEqual(check(p, "--base", "base")["state"], "pass")
            p.write("src/a.c", "// FIXME: new\n// TODO: old\nint x;\n")
            p.commit()
            p.write("src/b.c", "// TODO: untracked\n")
            new = check(p, "--base", "base")
            self.assertEqual((new["state"], float(new["measured"])), ("fail", 2))
            self.assertIn("first: src/a.c:1 marker.fixme", new["message"])
            self.assertIn("scan --diff BASE", new["remedy"])
            self.assertEqual(float(check(p, "--base", "base", name="quality.markers")["measured"]), 3)
            kept = p.run("score", "-f", "json")
            last = max(os.listdir(os.path.join(p.root, ".seaworthy/runs")))
            record = json.loads(p.read(f".seaworthy/runs/{last}/checks/quality.new.json"))
            self.assertEqual([a["name"] for a in record["artefacts"]],
                             ["scan.json", "scan-new.json", "quality.new.findings.jsonl"])
            lines = p.read(f".seaworthy/runs/{last}/artefacts/" + record["artefacts"][2]["sha256"])
            self.assertEqual(len(lines.splitlines()), 2)
            self.assertEqual(json.loads(kept.stdout)["blockers"][-1]["check"], "quality.new")
            # The density is of the lines that are new, wherever they stand.
            p.write("src/a.c", "int x;\n" + "int old;\n" * 40)
            p.write("tests/t.c", "int t;\n" * 9)
            os.remove(os.path.join(p.root, "src/b.c"))
            p.commit()
            p.git("branch", "-q", "wide")
            p.write("src/a.c", "int new; // TODO: x\n" + "int old;\n" * 40 + "int a;\n\nint b;\nint c;\n")
            dense = check(p, "--base", "wide", name="quality.density")
            self.assertEqual((float(dense["measured"]), float(dense["value"])), (250, 0.5))
            self.assertIn("4 new lines of production code", dense["message"])
            p.git("mv", "tests/t.c", "src/t.c")
            dense = check(p, "--base", "wide", name="quality.density")
            self.assertIn("13 new lines of production code", dense["message"])
            p.git("mv", "src/t.c", "src/u.c")
            p.write("src/b.c", "int b;\n")
            # A file that cannot be scanned may hold anything new.
            with open(os.path.join(p.root, "src/big.c"), "wb") as f:
                f.truncate((64 << 20) + 1)
            os.remove(os.path.join(p.root, "src/b.c"))
            p.write("src/a.c", "// TODO: old\nint x;\n")
            new = check(p, "--base", "base")
            self.assertEqual(new["state"], "warn")
            self.assertIn("src/big.c (larger than", new["message"])
            runs = sorted(os.listdir(os.path.join(p.root, ".seaworthy/runs")))
            for base in ("nowhere", "HEAD~9", ""):
                r = p.run("run", "--base", base)
                self.assertEqual((r.returncode, "--base" in r.stderr), (2, True), base)
            p.write("seaworthy-baseline.yml", "version: 2\n")
            self.assertEqual(p.run("run", "--base", "base").returncode, 2)
            self.assertEqual(sorted(os.listdir(os.path.join(p.root, ".seaworthy/runs"))), runs, "half a run is left")
            os.remove(os.path.join(p.root, "seaworthy-baseline.yml"))
            p.write("plain.yml", POLICY)
            r = p.run("run", "--policy", "plain.yml", "--base", "base")
            self.assertIn("no check of the policy looks at new code", r.stderr)
            self.assertEqual(json.loads(p.run("run", "--policy", "plain.yml", "-f", "json").stdout)["score"],
                             json.loads(p.run("run", "--policy", "plain.yml", "--base", "base", "-f", "json").stdout)["score"])
            r = p.run("run", "--policy", "plain.yml", "--base", "nowhere")
            self.assertEqual((r.returncode, "--base: nowhere: names no commit" in r.stderr), (2, True))
            p.git("checkout", "-q", "--orphan", "other")
            p.git("commit", "-q", "-m", "other")
            r = p.run("run", "--base", "base")
            self.assertEqual((r.returncode, "no commit in common" in r.stderr), (2, True))

    def test_what_was_not_scanned_is_named_everywhere(self):
        def too_large(path):
            with open(path, "wb") as f:
                f.truncate((64 << 20) + 1)

        def too_slow(path):
            with open(path, "w", encoding="ascii") as f:
                f.write("x" * 40 + "!xxy\n")

        def unreadable(path):
            with open(path, "w", encoding="ascii") as f:
                f.write("// TODO\n")
            os.chmod(path, 0)

        cases = [(too_large, "larger than 64 MiB"), (too_slow, "not fully scanned: a text took too many steps")]
        if os.geteuid() != 0:
            cases.append((unreadable, "unreadable"))
        for make, reason in cases:
            with self.subTest(reason=reason), Project() as p:
                standard(p)
                p.write("seaworthy.yml", POLICY.replace('"marker.*"', '"marker.*", "own.*"') + "rules:\n"
                        "  - {id: own.slow, title: T, why: W., remedy: R., severity: note, pattern: '(x+x+)+y',\n"
                        "     examples: [xxy], counterexamples: [z]}\n")
                make(os.path.join(p.root, "src/missed.c"))
                card = json.loads(p.run("run", "-f", "json").stdout)
                check = [c for c in card["checks"] if c["id"] == "quality.markers"][0]
                self.assertEqual((check["state"], float(check["value"]), check["contribution"]), ("warn", 0, 0))
                self.assertEqual((card["score"]["lower"], card["score"]["upper"]), (60, 100))
                self.assertEqual(card["score"]["coverage"], 0.6)
                self.assertIn("the evidence coverage 60.0 % is below ", " ".join(card["reasons"]))
                record = json.loads(p.read(".seaworthy/runs/" + card["run"] + "/checks/quality.markers.json"))
                self.assertEqual((float(record["low"]), float(record["high"])), (0, 1))
                told = "1 file could not be scanned: src/missed.c (" + reason
                self.assertIn(told, check["message"])
                for name in ("human", "markdown", "html"):
                    self.assertIn(told, " ".join(p.run("report", "-f", name).stdout.split()), name)
                sarif = json.loads(p.run("report", "-f", "sarif").stdout)["runs"][0]
                self.assertIs(sarif["invocations"][0]["executionSuccessful"], False)

    def test_a_path_that_is_no_text_is_kept_as_bytes(self):
        with Project() as p:
            standard(p)
            name = os.fsencode(p.root) + b"/src/large\xff.c"
            with open(name, "wb") as f:
                f.truncate((64 << 20) + 1)
            card = json.loads(p.run("run", "-f", "json").stdout)
            folder = os.path.join(p.root, ".seaworthy/runs", card["run"])
            kept = []
            for root, _, names in os.walk(folder):
                for each in names:
                    with open(os.path.join(root, each), "rb") as f:
                        text = f.read()
                    if text.startswith(b'{"files":'):
                        kept += json.loads(text)["skipped"]
            self.assertEqual([(s["path_b64"], s["kind"]) for s in kept],
                             [(base64.b64encode(b"src/large\xff.c").decode(), "too-large")])
            sarif = json.loads(p.run("report", "-f", "sarif").stdout)["runs"][0]
            notes = sarif["invocations"][0]["toolExecutionNotifications"]
            self.assertIn("src/large\\xff.c", notes[0]["message"]["text"])

    def test_languages_are_listed(self):
        with Project() as p:
            text = p.run("help", "languages").stdout
            names = [x for x in text.splitlines() if x.startswith("  ") and not x.startswith("   ")]
            self.assertGreater(len(names), 130)
            self.assertIn("  C++ (cpp)", names)
            self.assertIn("    .d\n", text)

    def test_fail_on(self):
        with Project() as p:
            p.write("a.c", "// TODO: x\n")
            for level, code in (("note", 1), ("warning", 1), ("error", 0), ("none", 0)):
                self.assertEqual(p.run("scan", "--fail-on", level).returncode, code, level)

    def test_no_ignore_line_hides_what_git_tracks(self):
        def found(*args):
            r = p.run("scan", "--format", "jsonl", *args)
            self.assertEqual(r.returncode, 0, r.stderr)
            return [json.loads(line)["path"] for line in r.stdout.splitlines()]

        with Project() as p:
            tracked = ["a.c", "gen/deep/b.c", "gen/deep/keep/c.c", "one.gen.c"]
            untracked = ["gen/deep/d.c", "gen/other/e.c", "two.gen.c", "vendor/f.c"]
            for name in tracked + untracked:
                p.write(name, "// TODO: x\n")
            p.git("add", *tracked)
            p.git("commit", "-q", "-m", "state")
            p.write(".gitignore", "/gen/\n*.gen.c\nvendor\n")
            p.write("gen/.gitignore", "*\n")
            self.assertEqual(found(), tracked)
            self.assertEqual(found("gen/deep"), ["b.c", "keep/c.c"])
            self.assertEqual(found("--no-ignore"), sorted(tracked + untracked))
            p.git("worktree", "add", "-q", "tree")
            p.write("tree/.gitignore", "*\n")
            self.assertEqual(found("tree"), tracked, "a worktree has an index of its own")

    def test_an_index_that_cannot_be_read_is_no_clean_scan(self):
        with Project() as p:
            p.write("a.c", "int x;\n")
            p.commit()
            p.write(".git/index", "damaged")
            self.assertEqual(p.run("scan").returncode, 0, "nothing is ignored")
            p.write(".gitignore", "*.o\n")
            p.write("a.o", "")
            p.write("b.o", "")
            r = p.run("scan", "--summary")
            self.assertEqual(r.returncode, 5, r.stderr)
            skipped = json.loads(r.stderr.splitlines()[-1])["skipped"]
            self.assertEqual([s["path"] for s in skipped], ["."])
            self.assertIn("git index", skipped[0]["reason"])
            self.assertEqual(p.run("scan", "--no-ignore").returncode, 0)

    def test_an_incomplete_scan_is_not_a_clean_one(self):
        for what, reason in (("deep", "nested deeper"), ("ignore", "too many ignore patterns"),
                             ("many", "more than 10000 findings")):
            with Project() as p:
                if what == "deep":
                    p.write("/".join(["d"] * 258) + "/a.c", "int x;\n")
                elif what == "ignore":
                    p.write(".gitignore", "".join(f"f{i}\n" for i in range(10001)))
                else:
                    p.write("a.c", "// TODO: x\n" * 10001)
                r = p.run("scan")
                self.assertEqual(r.returncode, 5, what)
                self.assertIn(reason, r.stderr, what)
        with Project() as p:
            with open(os.path.join(p.root, "big.c"), "wb") as f:
                f.truncate((64 << 20) + 1)
            r = p.run("scan")
            self.assertEqual(r.returncode, 0, "a documented limit")
            self.assertIn("larger than 64 MiB", r.stderr)

    def test_a_file_as_path(self):
        with Project() as p:
            p.write("tests/a.c", "// TODO: x\n")
            r = p.run("scan", "--format", "jsonl", "tests/a.c")
            f = json.loads(r.stdout)
            self.assertEqual((f["path"], f["scope"]), ("a.c", "test"))

    def test_hostile_trees(self):
        with Project() as p:
            p.write("a.c", "// TODO: x\n")
            os.mkfifo(os.path.join(p.root, "fifo.c"))
            os.symlink(".", os.path.join(p.root, "loop"))
            with open(os.path.join(p.root, "huge.c"), "wb") as f:
                f.truncate(5 << 30)
            with open(os.path.join(p.root, os.fsencode("bad\xff.c").decode("utf-8", "surrogateescape")),
                      "w") as f:
                f.write("// FIXME\n")
            start = time.monotonic()
            r = p.run("scan", "--format", "jsonl", "--summary")
            self.assertLess(time.monotonic() - start, 20)
            self.assertEqual(r.returncode, 0, r.stderr)
            self.assertIn("marker.todo", r.stdout)
            self.assertIn("huge.c", r.stderr)

    def test_ignored_files(self):
        with Project() as p:
            p.write(".gitignore", "*.gen.c\n!keep.gen.c\n")
            for name in ("a.gen.c", "keep.gen.c"):
                p.write(name, "// TODO: x\n")
            paths = [json.loads(x)["path"] for x in p.run("scan", "-f", "jsonl").stdout.splitlines()]
            self.assertEqual(paths, ["keep.gen.c"])
            all_of_them = p.run("scan", "-f", "jsonl", "--no-ignore").stdout.splitlines()
            self.assertEqual(len(all_of_them), 2)

    def test_fingerprints_survive_line_moves(self):
        with Project() as p:
            p.write("a.c", "// TODO: x\n")
            before = json.loads(p.run("scan", "-f", "jsonl").stdout)["fingerprint"]
            p.write("a.c", "int a;\nint b;\n// TODO: x\n")
            self.assertEqual(json.loads(p.run("scan", "-f", "jsonl").stdout)["fingerprint"], before)


class Other(unittest.TestCase):
    def test_init_then_run(self):
        with Project() as p:
            p.write("Makefile", "check:\n\t@echo 1..1; echo ok 1\n")
            r = p.run("init")
            self.assertEqual(r.returncode, 0)
            self.assertIn("next: commit it, then `seaworthy run`", r.stderr)
            r = p.run("init")
            self.assertEqual(r.returncode, 2)
            self.assertIn("--force", r.stderr)
            self.assertEqual(p.run("plan").returncode, 0)

    def test_a_scan_that_was_not_to_be_made_misses_nothing(self):
        with Project() as p:
            standard(p)
            said = p.run("run", "--format", "github", "--only", "tests.unit").stdout
            self.assertIn("quality.markers", json.dumps(json.loads(p.run(
                "report", "--format", "json").stdout)["checks"]))
            self.assertNotIn("the scan is incomplete", said)

    def test_init_where_nothing_is_found_says_what_to_write(self):
        with Project() as p:
            shutil.rmtree(os.path.join(p.root, ".git"))
            p.write("notes.txt", "x\n")
            r = p.run("init")
            self.assertEqual(r.returncode, 0)
            self.assertIn("found no test suite: looked for those of CMake,", r.stderr)
            self.assertIn("below `suites` there, as its comment shows; then `seaworthy run`",
                          r.stderr)
            self.assertNotIn("commit", r.stderr)
            card = json.loads(p.run("run", "--format", "json").stdout)
            suites = [c for c in card["checks"] if c["id"] == "tests.suites"][0]
            self.assertIn("below `suites` of seaworthy.yml", suites["remedy"])
            # As the user guide says of a policy most of which does not apply.
            lacks = [c for c in card["checks"] if c["id"] == "security.dependencies"][0]
            self.assertEqual(lacks["state"], "unknown")
            self.assertIn("max_not_applicable_share", lacks["message"])
            p.write("seaworthy.yml", p.read("seaworthy.yml") + "thresholds: "
                    "{max_not_applicable_share: 90}\n")
            card = json.loads(p.run("run", "--format", "json").stdout)
            lacks = [c for c in card["checks"] if c["id"] == "security.dependencies"][0]
            self.assertEqual(lacks["state"], "n/a")

    def test_plan_json(self):
        with Project() as p:
            standard(p)
            plan = json.loads(p.run("plan", "--format", "json").stdout)
            for unit in plan["units"]:
                self.assertLessEqual({"id", "kind", "command", "needs", "cached", "estimate_s"},
                                     set(unit))
            self.assertEqual(sorted(u["kind"] for u in plan["units"]), ["scan", "suite"])

    def test_doctor(self):
        with Project() as p:
            standard(p)
            self.assertEqual(p.run("doctor").returncode, 0)
            p.write("seaworthy.yml", POLICY.replace("cat results.tap", "no-such-tool x"))
            r = p.run("doctor")
            self.assertEqual(r.returncode, 4)
            self.assertIn("no-such-tool", r.stdout)
            r = p.run("doctor", "--format", "json")
            told = json.loads(r.stdout)
            self.assertEqual((r.returncode, told["missing"]), (4, 1))
            self.assertIn(("no-such-tool", False, None),
                          [(t["tool"], t["found"], t["path"]) for t in told["tools"]])

    def test_version(self):
        with Project() as p:
            text = p.run("version").stdout
            told = json.loads(p.run("version", "--format", "json").stdout)
            self.assertEqual(text, f"{told['name']} {told['version']}\n")

    def test_doctor_looks_behind_the_first_command(self):
        with Project() as p:
            standard(p)
            for line, missing in [
                    ("true && no-such-a | no-such-b", ["  no-such-a", "  no-such-b"]),
                    ("true || no-such-a", []),
                    ("python3 -m no_such_module.sub -q", ["  Python module no_such_module"]),
                    ("cat x && python3 -m json.tool", [])]:
                p.write("seaworthy.yml", POLICY.replace("cat results.tap", line))
                r = p.run("doctor")
                self.assertEqual(r.returncode, 4 if missing else 0, r.stdout)
                for text in missing:
                    self.assertIn(text + "\n", r.stdout)
                self.assertEqual(r.stdout.count("  missing  "), len(missing), r.stdout)

    def test_what_stopped_at_a_failure_is_no_evidence_of_the_rest(self):
        with Project() as p:
            standard(p, tap="1..2\nok 1 - a\nnot ok 2 - b\n")
            for line, state in (("cat results.tap", "pass"), ("cat results.tap; exit 1 # --bail", "unknown")):
                p.write("seaworthy.yml", POLICY.replace("cat results.tap", line).replace("suites:\n", """\
  - {id: tests.skipped, category: quality, weight: 1, collect: {suite: unit}, measure: skipped,
     scale: {fail: 1, pass: 0}}
suites:
"""))
                checks = {c["id"]: c for c in json.loads(p.run("run", "-f", "json").stdout)["checks"]}
                self.assertEqual(checks["tests.skipped"]["state"], state)
                told = "by --bail: the tests after it are unknown" in checks["tests.skipped"]["message"]
                self.assertEqual(told, state == "unknown")
                run = os.path.join(p.root, ".seaworthy/runs", p.read(".seaworthy/last").strip())
                done = json.loads(p.run("verify", "--unsigned", "--format", "json", run).stdout)
                self.assertEqual(done["damages"], [])

    def test_doctor_asks_the_python_of_the_command(self):
        with Project() as p:
            standard(p)
            p.write("seaworthy.yml", POLICY.replace("cat results.tap", "python3 -m no_such_module"))
            r = p.run("doctor")
            self.assertRegex(r.stdout, r"ok +unit  python3 \(.*/python3\)\n +missing +unit  Python module "
                                       r"no_such_module\n +install: python3 -m pip install no_such_module\n")
            # Of a folder with what belongs to the project, it is that of the folder.
            p.write("seaworthy.yml", POLICY.replace("cat results.tap", ".venv/bin/python -m no_such_module"))
            r = p.run("doctor")
            self.assertEqual((r.returncode, r.stdout.count("missing  unit  .venv/bin/python\n")), (4, 1), r.stdout)
            os.makedirs(os.path.join(p.root, ".venv/bin"))
            os.symlink(shutil.which("python3"), os.path.join(p.root, ".venv/bin/python"))
            r = p.run("doctor")
            self.assertIn("install: .venv/bin/python -m pip install no_such_module\n", r.stdout)
            p.write("seaworthy.yml", POLICY.replace("cat results.tap", ".venv/bin/python -m json.tool"))
            self.assertEqual(p.run("doctor").returncode, 0)

    def test_doctor_tells_of_advisories(self):
        with Project() as p, tempfile.TemporaryDirectory() as data:
            standard(p)
            p.write("seaworthy.yml", POLICY.replace("suites:\n", """\
  - {id: security.deps, category: quality, weight: 1, collect: {scan: {rules: ["dependency.*"]}},
     scale: {fail: 1, pass: 0}, applies_when: {file: go.mod}}
suites:
"""))
            env = {"XDG_DATA_HOME": data}
            self.assertEqual(p.run("doctor", more=env).returncode, 0)
            p.write("go.mod", "module x\n")
            r = p.run("doctor", more=env)
            self.assertEqual(r.returncode, 4)
            self.assertIn("  missing  security.deps  index of advisories\n"
                          "           install: seaworthy osv import DUMP\n1 missing", r.stdout)
            os.makedirs(os.path.join(data, "seaworthy"))
            open(os.path.join(data, "seaworthy/osv.db"), "w").close()
            r = p.run("doctor", more=env)
            self.assertEqual(r.returncode, 0)
            self.assertIn("  ok       security.deps  index of advisories (" + data, r.stdout)

    def test_test_without_a_suite_says_why(self):
        with Project() as p:
            p.write("a.txt", "")
            r = p.run("test")
            self.assertEqual(r.returncode, 4)
            self.assertIn("there is no test suite: none is declared, and none was detected of those of CMake", r.stderr)
            self.assertIn("write the command that tests the project below `suites` of seaworthy.yml", r.stderr)

    def test_plan_has_whole_commands(self):
        with Project() as p:
            standard(p)
            line = "cat results.tap && echo " + "x" * 200
            p.write("seaworthy.yml", POLICY.replace("cat results.tap", line))
            self.assertIn(line + "\n", p.run("plan").stdout)
            for more, whole in ([], False), (["--verbose"], True):
                ours, theirs = pty.openpty()
                with os.fdopen(ours, "rb", buffering=0) as screen:
                    r = subprocess.run([PROGRAM, "plan", *more], cwd=p.root, stdout=theirs,
                                       env={**os.environ, "TERM": "xterm"}, timeout=60)
                    os.close(theirs)
                    self.assertEqual(r.returncode, 0)
                    said = whole_of(screen)
                self.assertIn("cat results.tap", said)
                self.assertEqual(line in said, whole, said)

    def test_doctor_runs_nothing_of_the_project(self):
        with Project() as p:
            standard(p)
            for module in ("importlib", "contextlib", "types", "os", "traceback", "sitecustomize", "own"):
                p.write(module + ".py", f"open({os.path.join(p.root, 'ran')!r}, 'a').write({module!r})\n")
            p.write("lib/deep.py", "")
            for module, missing in (("own", 0), ("no_such_module", 1), ("deep", 0)):
                p.write("seaworthy.yml", POLICY.replace('"cat results.tap"',
                                                        f"'python3 -m {module}', env: {{PYTHONPATH: '.:lib'}}"))
                r = p.run("doctor")
                self.assertEqual((r.returncode, r.stdout.count("  missing  ")), (4 if missing else 0, missing), r)
                self.assertFalse(os.path.exists(os.path.join(p.root, "ran")), module)

    def test_test_command(self):
        with Project() as p:
            standard(p)
            r = p.run("test")
            self.assertEqual((r.returncode, r.stdout.splitlines()[-1]),
                             (0, "2 passed, 0 failed, 0 skipped"))
            p.write("results.tap", "1..1\nnot ok 1 - broken\n")
            r = p.run("test")
            self.assertEqual(r.returncode, 1, r.stdout + r.stderr)
            self.assertIn("broken", r.stdout)
            self.assertFalse(os.path.exists(os.path.join(p.root, ".seaworthy", "last")))

    def test_schema_is_json(self):
        with Project() as p:
            schema = json.loads(p.run("schema").stdout)
            self.assertIn("2020-12", schema["$schema"])

    def test_completions_are_scripts(self):
        with Project() as p:
            bash = p.run("completion", "bash").stdout
            done = subprocess.run(["bash", "-c", bash + "\ncomplete -p seaworthy"],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            for shell in ("zsh", "fish"):
                self.assertIn("no-exec", p.run("completion", shell).stdout)

    def test_a_full_disk_is_no_success(self):
        with Project() as p, open("/dev/full", "w") as full:
            r = subprocess.run([PROGRAM, "help"], stdout=full, stderr=subprocess.PIPE, text=True,
                               cwd=p.root)
            self.assertEqual(r.returncode, 5)


if __name__ == "__main__":
    unittest.main(verbosity=1)
