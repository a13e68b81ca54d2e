#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The shell steps of the templates for CI systems do what they say: they are taken out of
the files and run on a project, with what their system would set.
usage: test_templates.py PROGRAM WORKFLOWS"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

import yaml

WORKFLOWS = pathlib.Path(sys.argv.pop(2)).resolve()
from scan_place import PROGRAM, TOKEN, Repository  # noqa: E402 (takes argv[1])

POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: %d}, {id: other, title: Other, weight: 1}]
checks:
  - {id: tests.one, category: tests, weight: 1, blocker: P0, collect: {suite: one}}
  - {id: tests.two, category: other, weight: 1, collect: {suite: two}}
suites:
  - {id: one, run: "%s"}
  - {id: two, run: "%s"}
"""
STATES = {  # exit code: policy, decision
    0: (POLICY % (9, "true", "true"), "GO"),
    1: (POLICY % (9, "false", "true"), "NO-GO"),
    2: ("version: 1\nno_such_key: 1\n", ""),
    3: (POLICY % (9, "true", "false"), "CONDITIONAL GO"),
}
# A stand-in for curl: what it was told, and what it was asked.
CURL = """#!/bin/sh
cat >>"$TOLD"
printf '%s\\n' "$*" >>"$ASKED"
case $* in *per_page*) cat "$NOTES" ;; esac
"""
# Names that are commands of a system, were they printed as they are.
HOSTILE = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks: [{id: tests.one, category: tests, weight: 1, blocker: P0, collect: {suite: one}}]
suites: [{id: one, format: tap, run: "cat tap"}]
"""
TAP = """\
1..2
not ok 1 - ::error::INJECTED
not ok 2 - ##vso[task.setvariable variable=a]INJECTED
::error::INJECTED
##vso[task.setvariable variable=a]INJECTED
"""


def obeyed(log):
    """The commands that a runner of GitHub takes out of a log."""
    stopped = None
    for line in map(str.strip, log.splitlines()):
        command = re.match("::([a-z-]+)[^:]*::(.*)", line)
        if stopped is not None:
            stopped = None if line == f"::{stopped}::" else stopped
        elif command and command[1] == "stop-commands":
            stopped = command[2]
        elif command:
            yield command[1], command[2]


# A stand-in for the program of GitHub: remembers what it was asked to write.
GH = """#!/bin/sh
printf '%s\\n' "$*" >>"$ASKED"
case $* in *--paginate*) [ ! -s "$COMMENTS" ] || cat "$COMMENTS" ;; esac
"""


class Template(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()
        self.bin = pathlib.Path(self.r.top, "bin")
        self.bin.mkdir()
        (self.bin / "seaworthy").symlink_to(PROGRAM)
        self.r.env["PATH"] = f"{self.bin}:{os.environ['PATH']}"
        for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
            self.r.env[name] = os.path.join(self.r.top, name)
        self.r.env["RUNNER_TEMP"] = os.path.join(self.r.top, "temp dir")

    def project(self, code):
        self.r.write("seaworthy.yml", STATES[code][0])
        self.r.write(".gitignore", "/reports/\n/scorecard.md\n/shards/\n")
        self.r.git("add", "-A")
        self.r.git("commit", "-q", "--allow-empty", "-m", "x")

    def hostile(self):
        self.r.write("seaworthy.yml", HOSTILE)
        self.r.write("tap", TAP)
        self.r.write(".gitignore", "/reports/\n/scorecard.md\n/shards/\n")
        self.r.commit()

    def shell(self, script, *flags, env=None):
        for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
            pathlib.Path(self.r.env[name]).write_bytes(b"")
        pathlib.Path(self.r.env["RUNNER_TEMP"]).mkdir(exist_ok=True)
        return subprocess.run([*flags, script], cwd=self.r.root, text=True, check=False,
                              capture_output=True, env={**self.r.env, **(env or {})})

    def github(self, script, **env):
        return self.shell(script, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", env=env)

    def outputs(self):
        text = pathlib.Path(self.r.env["GITHUB_OUTPUT"]).read_text(encoding="utf-8")
        return dict(line.split("=", 1) for line in text.splitlines())


def load(name):
    return yaml.safe_load((WORKFLOWS / name).read_text(encoding="utf-8"))


def steps_of(name, *path):
    at = load(name)
    for key in path:
        at = at[key]
    return {s["name"]: s["run"] for s in at if "run" in s and "name" in s}


class Github(Template):
    steps = steps_of("github/action.yml", "runs", "steps")

    def gate(self, arguments=""):
        return self.github(self.steps["Gate"], ARGUMENTS=arguments, PROGRAM="seaworthy")

    def decide(self, accept="false"):
        told = self.outputs()
        return self.github(self.steps["Decision"], ACCEPT=accept, CODE=told.get("exit-code", ""),
                           DECISION=told.get("decision", ""))

    def test_each_exit_code_ends_as_its_decision(self):
        for code, (_, decision) in STATES.items():
            with self.subTest(code):
                self.project(code)
                done = self.gate()
                self.assertEqual(done.returncode, 0, done.stderr)
                told = self.outputs()
                self.assertEqual(told["exit-code"], str(code), done.stderr)
                self.assertEqual(told.get("decision", ""), decision)
                summary = pathlib.Path(self.r.env["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8")
                self.assertEqual(decision in summary, True)
                self.assertEqual("sarif" in told, code != 2)
                decided = self.decide()
                self.assertEqual(decided.returncode, code)
                self.assertIn(decision or "no decision", decided.stdout)

    def test_outputs_are_those_of_the_scorecard(self):
        self.project(3)
        self.gate()
        told = self.outputs()
        card = json.loads(pathlib.Path(told["reports"], "scorecard.json").read_text(encoding="utf-8"))
        self.assertEqual(float(told["score"]), card["score"]["final"])
        self.assertEqual(float(told["coverage"]), card["score"]["coverage"])
        for name in ("scorecard.html", "scorecard.md", "findings.sarif"):
            self.assertGreater(os.path.getsize(os.path.join(told["reports"], name)), 0, name)

    def test_conditions_are_accepted_only_if_asked(self):
        self.project(3)
        self.gate()
        self.assertEqual(self.decide("true").returncode, 0)
        self.project(1)
        self.gate()
        self.assertEqual(self.decide("true").returncode, 1, "a no-go is never accepted")

    def test_what_tests_print_is_no_command(self):
        self.hostile()
        done = self.gate()
        commands = list(obeyed(done.stdout))
        self.assertIn("  ::error::INJECTED", done.stdout, "it is shown")
        self.assertIn("error", [kind for kind, _ in commands], "ours are obeyed")
        self.assertNotIn(("error", "INJECTED"), commands)
        self.assertEqual(done.stderr, "", "another stream may come in between")

    def test_what_tests_of_a_shard_print_is_no_command(self):
        self.hostile()
        done = self.github(steps_of("github/sharded.yml", "jobs", "shard", "steps")["Shard"], SHARD="1", SHARDS="1")
        self.assertIn("::error::INJECTED", done.stdout)
        self.assertEqual((list(obeyed(done.stdout)), done.stderr), ([], ""))
        os.rename(os.path.join(self.r.root, ".seaworthy/runs"), os.path.join(self.r.root, "shards"))
        done = self.github(steps_of("github/sharded.yml", "jobs", "gate", "steps")["Gate"])
        self.assertIn("::error::INJECTED", done.stdout)
        self.assertEqual((list(obeyed(done.stdout)), done.stderr), ([], ""))

    def test_a_gate_that_never_ran_is_no_pass(self):
        self.assertEqual(self.github(self.steps["Decision"], ACCEPT="true", CODE="",
                                     DECISION="").returncode, 5)

    def test_arguments_are_words_and_no_shell(self):
        self.project(0)
        done = self.gate("--skip tests.two --jobs 1")
        self.assertEqual(self.outputs()["exit-code"], "3", done.stderr)
        self.assertIn("not selected in this run", done.stdout)
        self.gate("--only $(touch${IFS}hacked) ; touch hacked")
        self.assertEqual(self.outputs()["exit-code"], "2")
        self.assertFalse(os.path.exists(os.path.join(self.r.root, "hacked")))

    def comment(self, known):
        (self.bin / "gh").write_text(GH, encoding="utf-8")
        (self.bin / "gh").chmod(0o755)
        asked, comments = (os.path.join(self.r.top, n) for n in ("asked", "comments"))
        pathlib.Path(asked).write_bytes(b"")
        pathlib.Path(comments).write_text(known, encoding="utf-8")
        reports = self.outputs()["reports"]
        done = self.github(self.steps["Comment"], ASKED=asked, COMMENTS=comments, REPORTS=reports,
                           GITHUB_REPOSITORY="o/r", NUMBER="7", GH_TOKEN="none")
        self.assertEqual(done.returncode, 0, done.stderr)
        return pathlib.Path(asked).read_text(encoding="utf-8").splitlines(), reports

    def test_a_comment_is_written_once_and_then_updated(self):
        self.project(3)
        self.gate()
        asked, reports = self.comment("")
        body = f"-F body=@{reports}/comment.md --silent"
        self.assertEqual(asked[1:], [f"api --method POST repos/o/r/issues/7/comments {body}"])
        self.gate()
        asked, _ = self.comment("42\n43\n")
        self.assertEqual(asked[1:], [f"api --method PATCH repos/o/r/issues/comments/42 {body}"])
        written = pathlib.Path(reports, "comment.md").read_text(encoding="utf-8")
        self.assertTrue(written.startswith("<!-- seaworthy -->"), "the next run finds it")

    def test_a_long_comment_keeps_the_decision(self):
        self.project(3)
        self.gate()
        reports = self.outputs()["reports"]
        with open(os.path.join(reports, "scorecard.md"), "a", encoding="utf-8") as f:
            f.write("x" * 70000)
        self.comment("")
        written = pathlib.Path(reports, "comment.md").read_text(encoding="utf-8")
        self.assertLess(len(written), 65536)
        self.assertIn("CONDITIONAL GO", written)

    def test_shards_make_one_decision_and_a_lost_one_none(self):
        shard = steps_of("github/sharded.yml", "jobs", "shard", "steps")["Shard"]
        gate = steps_of("github/sharded.yml", "jobs", "gate", "steps")["Gate"]
        self.project(3)
        for i in "123":
            done = self.github(shard, SHARD=i, SHARDS="3")
            self.assertEqual(done.returncode, 0, done.stderr)
        runs = pathlib.Path(self.r.root, ".seaworthy/runs")
        runs.rename(os.path.join(self.r.root, "shards"))
        self.assertEqual(self.github(gate).returncode, 3)
        self.assertIn("CONDITIONAL GO",
                      pathlib.Path(self.r.env["GITHUB_STEP_SUMMARY"]).read_text(encoding="utf-8"))
        for run in pathlib.Path(self.r.root, "shards").iterdir():
            if '"one"' in (run / "suites.json").read_text(encoding="utf-8"):
                shutil.rmtree(run)
        self.assertNotIn(self.github(gate).returncode, (0, 3), "what it ran is unknown")

    def test_a_shard_stops_at_errors_of_its_own(self):
        shard = steps_of("github/sharded.yml", "jobs", "shard", "steps")["Shard"]
        self.project(2)
        self.assertEqual(self.github(shard, SHARD="1", SHARDS="3").returncode, 2)

    def test_the_example_of_a_caller_grants_what_the_job_asks_for(self):
        text = (WORKFLOWS / "github/release-gate.yml").read_text(encoding="utf-8")
        example = re.search(r"^#   jobs:\n(?:#  .*\n)+", text, re.M).group(0)
        caller = yaml.safe_load(re.sub(r"^#", "", example, flags=re.M))["jobs"]["gate"]
        job = load("github/release-gate.yml")["jobs"]["gate"]
        self.assertEqual(caller["permissions"], job["permissions"])
        told = (WORKFLOWS.parent / "docs/ci.md").read_text(encoding="utf-8")
        granted = re.search(r"```yaml\n(jobs:\n  gate:\n.*?)```", told, re.S).group(1)
        self.assertEqual(yaml.safe_load(granted)["jobs"]["gate"], caller)

    def test_each_checkout_has_the_history(self):
        for name in ("release-gate.yml", "sharded.yml"):
            for job in load(f"github/{name}")["jobs"].values():
                for step in job["steps"]:
                    if step.get("uses", "").startswith("actions/checkout@"):
                        self.assertEqual(step["with"].get("fetch-depth"), 0, name)

    def test_each_action_is_pinned_and_the_token_stays_out(self):
        for name in WORKFLOWS.glob("**/*.yml"):
            text = name.read_text(encoding="utf-8")
            for used in re.findall(r"uses: (?!\./)(\S+)", text):
                self.assertRegex(used, r"@[0-9a-f]{40}$", str(name))
            if "actions/checkout@" in text:
                self.assertEqual(text.count("actions/checkout@"),
                                 text.count("persist-credentials: false"), str(name))


class Others(Template):
    def test_gitlab(self):
        job = load("gitlab/release-gate.yml")["release-gate"]
        for code in STATES:
            with self.subTest(code):
                self.project(code)
                done = self.shell("\n".join(job["script"]), "bash", "-ec")
                self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(job["allow_failure"], {"exit_codes": [3]})
        self.project(3)
        self.shell("\n".join(job["script"]), "bash", "-ec")
        wanted = job["artifacts"]["paths"] + list(job["artifacts"]["reports"].values())
        for name in wanted:
            self.assertGreater(os.path.getsize(os.path.join(self.r.root, name)), 0, name)

    def note(self, notes, token="t0ken"):
        (self.bin / "curl").write_text(CURL, encoding="utf-8")
        (self.bin / "curl").chmod(0o755)
        told, asked, known = (pathlib.Path(self.r.top, n) for n in ("told", "asked", "notes"))
        told.write_bytes(b"")
        asked.write_bytes(b"")
        known.write_text(notes, encoding="utf-8")
        job = load("gitlab/release-gate.yml")["scorecard-note"]
        done = self.shell("\n".join(job["script"]), "bash", "-ec", env={
            "TOLD": str(told), "ASKED": str(asked), "NOTES": str(known), "SEAWORTHY_NOTE_TOKEN": token,
            "CI_API_V4_URL": "https://x/api/v4", "CI_PROJECT_ID": "7", "CI_MERGE_REQUEST_IID": "3"})
        self.assertEqual(done.returncode, 0, done.stderr)
        return asked.read_text(encoding="utf-8").splitlines(), told.read_text(encoding="utf-8")

    def test_gitlab_has_one_note_that_is_updated(self):
        os.mkdir(os.path.join(self.r.root, "reports"))
        self.assertEqual(self.note("[]")[0], [], "there is no scorecard")
        self.r.write("reports/scorecard.md", "<!-- seaworthy -->\n# GO\n")
        self.assertEqual(self.note("[]", token="")[0], [])
        url = "https://x/api/v4/projects/7/merge_requests/3/notes"
        body = "--data-urlencode body@reports/scorecard.md"
        asked, told = self.note("[]")
        self.assertEqual(asked[1:], [f"-fsS -K - -X POST {body} {url}"])
        self.assertEqual(told, 'header = "PRIVATE-TOKEN: t0ken"\n' * 2)
        self.assertNotIn("t0ken", "".join(asked))
        for mark in ("<!-- seaworthy -->", "\\u003c!-- seaworthy --\\u003e"):
            asked, _ = self.note('[{"id":11,"type":null,"body":"see <!-- seaworthy -->","author":{"id":5}},'
                                 '{"id":12,"type":null,"body":"%s\\n# GO","author":{"id":6}},'
                                 '{"id":13,"type":null,"body":"%s","author":{"id":6}}]' % (mark, mark))
            self.assertEqual(asked[1:], [f"-fsS -K - -X PUT {body} {url}/12"], mark)

    def test_gitlab_shards(self):
        jobs = load("gitlab/sharded.yml")
        self.project(3)
        for i in range(1, jobs["shard"]["parallel"] + 1):
            done = self.shell("\n".join(jobs["shard"]["script"]), "bash", "-ec",
                              env={"GITLAB_CI": "true", "CI_NODE_INDEX": str(i), "CI_NODE_TOTAL": "3"})
            self.assertIn(done.returncode, (0, *jobs["shard"]["allow_failure"]["exit_codes"]), done.stderr)
        done = self.shell("\n".join(jobs["release-gate"]["script"]), "bash", "-ec")
        self.assertEqual(done.returncode, 3, done.stderr)

    def test_azure(self):
        script = load("azure/release-gate.yml")["jobs"][0]["steps"][1]["bash"]
        for code in STATES:
            with self.subTest(code):
                self.project(code)
                staging = os.path.join(self.r.top, f"staging {code}")
                os.mkdir(staging)
                done = self.shell(script, "bash", "--noprofile", "--norc", "-c",
                                  env={"BUILD_ARTIFACTSTAGINGDIRECTORY": staging})
                self.assertEqual(done.returncode, 0 if code == 3 else code, done.stderr)
                self.assertEqual("result=SucceededWithIssues" in done.stdout, code == 3)
                self.assertEqual("##vso[task.uploadsummary]" in done.stdout, code != 2)

        self.hostile()
        done = self.shell(script, "bash", "--noprofile", "--norc", "-c",
                          env={"BUILD_ARTIFACTSTAGINGDIRECTORY": staging})
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        self.assertIn("# #vso[task.setvariable", done.stdout)
        self.assertNotIn("##vso[task.setvariable", done.stdout)

        self.stale(staging, keep="mine.txt")
        self.project(2)
        done = self.shell(script, "bash", "--noprofile", "--norc", "-c",
                          env={"BUILD_ARTIFACTSTAGINGDIRECTORY": staging})
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(os.listdir(staging), ["mine.txt"])
        self.assertNotIn("uploadsummary", done.stdout)

    def stale(self, folder, keep):
        """Reports as an earlier run left them, and a file that is no report."""
        folder = pathlib.Path(folder)
        folder.mkdir(exist_ok=True)
        for name in ("scorecard.json", "scorecard.md", "scorecard.html", "findings.sarif", "junit.xml", keep):
            if name != "junit.xml" or folder.name == "reports":
                (folder / name).write_text("GO", encoding="utf-8")

    def test_jenkins(self):
        text = (WORKFLOWS / "jenkins/Jenkinsfile").read_text(encoding="utf-8")
        script = re.search(r"script: '''\n(.*?)'''", text, re.S).group(1)
        for code in STATES:
            with self.subTest(code):
                self.project(code)
                self.assertEqual(self.shell(script, "sh", "-xec").returncode, code)
        for name in ("scorecard.json", "scorecard.html", "scorecard.md", "findings.sarif", "junit.xml"):
            self.assertTrue(os.path.exists(os.path.join(self.r.root, ".seaworthy/reports", name)), name)
            self.assertEqual(text.count(f".seaworthy/reports/{name}") >= 2, True, f"{name} goes before the run")
        for name in ("scorecard.md", "findings.sarif", "junit.xml"):
            self.assertIn(f".seaworthy/reports/{name}", text[text.index("post {"):], "it is shown")
        self.project(2)
        reports = os.path.join(self.r.root, ".seaworthy/reports")
        self.stale(reports, keep="mine.txt")
        self.assertEqual(self.shell(script, "sh", "-xec").returncode, 2)
        self.assertEqual(os.listdir(reports), ["mine.txt"])

    def test_shell(self):
        gate = str(WORKFLOWS / "shell/release-gate")
        for code, (_, decision) in STATES.items():
            with self.subTest(code):
                self.project(code)
                done = self.shell("HEAD", gate, "--base")
                self.assertEqual(done.returncode, code, done.stderr)
                last = done.stdout.splitlines()[-1]
                self.assertIn(decision or "no decision", last)
        self.r.write(".gitignore", "")
        self.project(3)
        for _ in range(2):  # its own reports are no uncommitted change
            self.assertEqual(self.shell(gate, env={"ACCEPT_CONDITIONAL": "true"}).returncode, 0)
        self.assertTrue(os.path.exists(os.path.join(self.r.root, ".seaworthy/reports/findings.sarif")))
        done = self.shell(gate, env={"SEAWORTHY_PROGRAM": "/nowhere/seaworthy"})
        self.assertEqual(done.returncode, 127)
        self.assertIn("no decision", done.stdout)
        self.project(2)
        reports = os.path.join(self.r.top, "of the user")
        self.stale(reports, keep="mine.txt")
        self.assertEqual(self.shell(gate, env={"REPORTS": reports}).returncode, 2)
        self.assertEqual(os.listdir(reports), ["mine.txt"])

    def commit_by(self, hook):
        self.r.write(".git/hooks/pre-commit", hook)
        os.chmod(os.path.join(self.r.root, ".git/hooks/pre-commit"), 0o755)
        self.r.write("main.py", "x = 1\n")
        self.r.commit()
        self.r.write("key.py", f'token = "{TOKEN}"\n')
        with self.assertRaises(subprocess.CalledProcessError):
            self.r.commit()

    def test_a_hook_of_git_stops_a_secret(self):
        self.commit_by((WORKFLOWS / "shell/pre-commit").read_text(encoding="utf-8"))

    def test_hooks_of_pre_commit_stop_a_secret(self):
        hooks = load("pre-commit/pre-commit-config.yaml")["repos"][0]["hooks"]
        self.assertEqual([h["pass_filenames"] for h in hooks], [False, False])
        self.commit_by(f"#!/bin/sh\nexec {hooks[0]['entry']}\n")
        self.r.git("reset", "-q")
        os.remove(os.path.join(self.r.root, "key.py"))
        self.project(0)
        self.r.git("update-ref", "refs/remotes/origin/HEAD", "HEAD")
        push = self.shell(hooks[1]["entry"], "sh", "-c")
        self.assertEqual(push.returncode, 0, push.stderr)

    def test_the_hooks_that_this_repository_offers_are_those_of_the_template(self):
        template = load("pre-commit/pre-commit-config.yaml")["repos"][0]["hooks"]
        offered = load("../.pre-commit-hooks.yaml")
        for hook in offered:
            self.assertTrue(hook.pop("description"))
        self.assertEqual(offered, template)


if __name__ == "__main__":
    unittest.main()
