# SPDX-License-Identifier: Apache-2.0
"""mocha, jest, vitest, node --test, tape, ava and Playwright."""

import json
import os
import re

from other_runners import version
from recorder import Project, last_line, number, state_of


def linked(recorder, p):
    """What the project asks for is in the folder of the runners."""
    (p.dir / "node_modules").symlink_to(recorder.runners / "node_modules")


def colourless(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def mocha(recorder):
    tool = recorder.tool("mocha", "npm install mocha")
    runner = "mocha " + version(tool, "--version")
    for scenario in ["pass", "fails", "skipped", "flaky", "crash", "timeout", "empty"]:
        with Project("mocha") as p:
            plain = p.run(tool, "--no-color", "--reporter", "spec", f"{scenario}.js")
            summary = ", ".join(re.findall(r"^ +(\d+ (?:passing|failing|pending))",
                                           plain.stdout, re.M)) or "(no summary)"
            counts = {"passed": number(summary, r"(\d+) passing"),
                      "failed": number(summary, r"(\d+) failing"),
                      "skipped": number(summary, r"(\d+) pending")}
            if scenario == "crash":
                counts = {"passed": 1}
            counts["state"] = state_of(counts, plain)
            recorder.keep(p.dir, f"mocha-{scenario}.txt", "mocha", plain.stdout, plain,
                          counts, runner, summary)
            run = p.run(tool, "--reporter", "json", f"{scenario}.js", merge=False)
            if scenario == "flaky":  # one of the passed did so at its second attempt
                counts["passed"], counts["flaky"] = counts["passed"] - 1, 1
            if scenario == "crash":
                counts = {"state": "unknown"}
            recorder.keep(p.dir, f"mocha-{scenario}.json", "mocha", run.stdout, run, counts,
                          runner, summary)


def jest(recorder):
    tool = recorder.tool("jest", "npm install jest")
    runner = "jest " + version(tool, "--version")
    for scenario in ["pass", "fails", "noload", "skipped", "flaky", "crash", "timeout",
                     "empty"]:
        with Project("jest") as p:
            run = p.run(tool, "--json", "--outputFile=r.json", f"{scenario}.test.js")
            text = colourless(run.stdout)
            summary = last_line(text, r"^Tests: ")
            counts = {"passed": number(summary, r"(\d+) passed"),
                      "failed": number(summary, r"(\d+) failed"),
                      "skipped": number(summary, r"(\d+) skipped") +
                      number(summary, r"(\d+) todo"),
                      "todo": number(summary, r"(\d+) todo")}
            if scenario in ("noload", "empty"):  # a failed suite without a failed test
                suites = last_line(text, r"^Test Suites: ")
                counts["failed"] += number(suites, r"(\d+) failed")
                summary += "; " + suites
            if scenario == "flaky":
                counts["passed"], counts["flaky"] = counts["passed"] - 1, 1
            report = p.read("r.json")
            if report is None:
                report, counts = "", {}
            counts["state"] = state_of(counts, run)
            recorder.keep(p.dir, f"jest-{scenario}.json", "jest", report, run, counts,
                          runner, summary)


def vitest(recorder):
    tool = recorder.tool("vitest", "npm install vitest")
    runner = "vitest " + version(tool, "--version")
    for scenario in ["pass", "fails", "noload", "skipped", "flaky", "crash", "timeout",
                     "empty"]:
        with Project("vitest") as p:
            linked(recorder, p)
            run = p.run(tool, "run", "--reporter=default", "--reporter=json",
                        "--reporter=junit", "--outputFile.json=r.json",
                        "--outputFile.junit=r.xml", f"{scenario}.test.js")
            text = colourless(run.stdout)
            summary = last_line(text, r"^ +Tests  ")
            counts = {"passed": number(summary, r"(\d+) passed") +
                      number(summary, r"(\d+) expected fail"),
                      "failed": number(summary, r"(\d+) failed"),
                      "skipped": number(summary, r"(\d+) skipped") +
                      number(summary, r"(\d+) todo"),
                      "todo": number(summary, r"(\d+) todo")}
            files = last_line(text, r"^ +Test Files  ")
            if counts["failed"] == 0:
                counts["failed"] += number(files, r"(\d+) failed")
            counts["state"] = state_of(counts, run)
            for ext, fmt in [("json", "jest"), ("xml", "junit")]:
                report = p.read(f"r.{ext}")
                expected = dict(counts)
                if ext == "xml":
                    expected["todo"] = 0
                if report:
                    recorder.keep(p.dir, f"vitest-{scenario}.{ext}", fmt, report, run,
                                  expected, runner, f"{files}; {summary}")


def node(recorder):
    tool = recorder.tool("node", "apt-get install nodejs")
    runner = "node --test " + version(tool, "--version")
    for scenario in ["pass", "fails", "skipped", "crash", "timeout", "empty"]:
        with Project("node") as p:
            for reporter, fmt, ext in [("tap", "node", "tap"), ("spec", "node", "txt"),
                                       ("junit", "junit", "xml")]:
                run = p.run(tool, "--test", f"--test-reporter={reporter}",
                            f"{scenario}.mjs", merge=False)
                text = colourless(run.stdout)
                summary = " ".join(re.findall(
                    r"(?:#|ℹ|<!--) ((?:tests|pass|fail|skipped|todo|cancelled) \d+)", text))
                counts = {"passed": number(summary, r"pass (\d+)"),
                          "failed": number(summary, r"fail (\d+)") +
                          number(summary, r"cancelled (\d+)"),
                          "skipped": number(summary, r"skipped (\d+)") +
                          number(summary, r"todo (\d+)"),
                          "todo": number(summary, r"todo (\d+)")}
                if scenario == "pass" and reporter != "tap":
                    # there a test with parts looks like a suite, and is not counted
                    counts["passed"] -= 1
                counts["state"] = state_of(counts, run)
                recorder.keep(p.dir, f"node-{scenario}.{ext}", fmt, run.stdout, run, counts,
                              runner, summary)


def tape(recorder):
    recorder.tool("tape", "npm install tape")
    tool = recorder.tool("node", "apt-get install nodejs")
    package = recorder.runners / "node_modules/tape/package.json"
    runner = "tape " + json.loads(package.read_text())["version"]
    for scenario in ["pass", "fails", "skipped", "crash", "empty"]:
        with Project("tape") as p:
            linked(recorder, p)
            run = p.run(tool, f"{scenario}.js", merge=False)
            summary = " ".join(re.findall(r"^# ((?:tests|pass|fail|skip|todo) +\d+)",
                                          run.stdout, re.M))
            directives = re.findall(r"^(?:not )?ok .*# (SKIP|TODO)", run.stdout, re.M)
            todo = directives.count("TODO")
            counts = {"failed": number(summary, r"fail +(\d+)"), "todo": todo,
                      "skipped": len(directives)}
            counts["passed"] = number(summary, r"pass +(\d+)") - len(directives)
            if scenario == "crash":  # one point came, the plan did not
                counts = {"passed": 1, "failed": 1}
            counts["state"] = state_of(counts, run)
            recorder.keep(p.dir, f"tape-{scenario}.tap", "tap", run.stdout, run, counts,
                          runner, summary)


def ava(recorder):
    tool = recorder.tool("ava", "npm install ava")
    runner = "ava " + version(tool, "--version")
    for scenario in ["pass", "fails", "skipped", "crash", "timeout"]:
        with Project("ava") as p:
            linked(recorder, p)
            run = p.run(tool, "--tap", f"{scenario}.js", merge=False)
            summary = " ".join(re.findall(r"^# ((?:tests|pass|fail|skip|todo) \d+)",
                                          run.stdout, re.M))
            todo = run.stdout.count("# TODO")
            counts = {"passed": number(summary, r"pass (\d+)"),
                      "failed": number(summary, r"fail (\d+)") - todo,
                      "skipped": number(summary, r"skip (\d+)") + todo, "todo": todo}
            if scenario == "crash":  # nothing came, not even a plan
                counts = {"failed": 1}
            counts["state"] = state_of(counts, run)
            recorder.keep(p.dir, f"ava-{scenario}.tap", "tap", run.stdout, run, counts,
                          runner, summary)


def playwright(recorder):
    tool = recorder.tool("playwright", "npm install @playwright/test")
    chromium = recorder.tool("chromium", "apt-get install chromium")
    runner = "playwright " + version(tool, "--version")
    for scenario in ["pass", "fails", "skipped", "flaky", "crash", "timeout", "empty"]:
        with Project("playwright") as p:
            linked(recorder, p)
            run = p.run(tool, "test", f"{scenario}.spec.js",
                        "--reporter=line,json,junit",
                        env={"CHROMIUM": chromium, "SCENARIO": scenario,
                             "PLAYWRIGHT_JSON_OUTPUT_NAME": "r.json",
                             "PLAYWRIGHT_JUNIT_OUTPUT_NAME": "r.xml"})
            text = colourless(run.stdout)
            found = re.findall(r"^ +(\d+ (?:passed|failed|skipped|flaky|did not run|"
                               r"interrupted))", text, re.M)
            summary = ", ".join(found) or last_line(text, "Error")
            counts = {word: number(summary, rf"(\d+) {word}")
                      for word in ["passed", "failed", "skipped", "flaky"]}
            counts["skipped"] += number(summary, r"(\d+) did not run")
            counts["failed"] += number(summary, r"(\d+) interrupted")
            counts["state"] = state_of(counts, run)
            for ext, fmt in [("json", "playwright"), ("xml", "junit")]:
                report = p.read(f"r.{ext}")
                expected = dict(counts)
                if ext == "xml":  # there a test that passed at last has just passed
                    expected["passed"] += expected.pop("flaky")
                if report:
                    recorder.keep(p.dir, f"playwright-{scenario}.{ext}", fmt, report, run,
                                  expected, runner, summary)


RUNNERS = {"mocha": mocha, "jest": jest, "vitest": vitest, "node": node, "tape": tape,
           "ava": ava, "playwright": playwright}
