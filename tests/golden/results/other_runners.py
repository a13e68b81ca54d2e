# SPDX-License-Identifier: Apache-2.0
"""pytest, unittest, go, cargo, Perl's Test::More, bats, PHPUnit, RSpec, Surefire."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from recorder import Missing, Project, last_line, number, state_of


def version(*command):
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         encoding="utf-8", errors="replace", check=False)
    return number_of(run.stdout)


def number_of(text):
    found = re.search(r"\d+\.\d+(?:\.\d+)?", text)
    return found.group(0) if found else "?"


# ---- Python ----

def pytest_counts(summary, run):
    """"1 failed, 2 passed, 1 skipped, 1 xfailed, 1 xpassed, 1 error, 3 rerun in .."."""
    word = {w: number(summary, rf"(\d+) {w}\b")
            for w in ["failed", "passed", "skipped", "xfailed", "xpassed"]}
    counts = {"passed": word["passed"] + word["xpassed"],
              "failed": word["failed"] + number(summary, r"(\d+) errors?\b"),
              "skipped": word["skipped"] + word["xfailed"], "todo": word["xfailed"]}
    counts["state"] = state_of(counts, run)
    return counts


def pytest(recorder):
    tool = recorder.tool("pytest-3", "apt-get install python3-pytest "
                         "python3-pytest-rerunfailures python3-pytest-timeout "
                         "python3-pytest-subtests")
    runner = "pytest " + version(tool, "--version")
    for scenario in ["pass", "fails", "collect", "skipped", "flaky", "crash", "timeout",
                     "empty", "subtests"]:
        with Project("pytest") as p:
            run = p.run(tool, "-v", "-rA", "-p", "no:cacheprovider", "--junitxml=junit.xml",
                        f"test_{scenario}.py",
                        env={"REPORT_LOG": "log.jsonl", "COUNT_FILE": "count",
                             "PYTHONDONTWRITEBYTECODE": "1"})
            summary = last_line(run.stdout, r"^=+ .* in [\d.]+s")
            counts = pytest_counts(summary, run)
            if scenario == "flaky":  # one of the passed did so at its second attempt
                counts["flaky"] = 1
                counts["passed"] -= 1
            if scenario == "crash":  # no summary: one passed, one was running
                counts.update(passed=1, failed=1, state="fail")
                summary = last_line(run.stdout, "Fatal Python error")
            if scenario in ("fails", "subtests"):
                # one whose tear-down or part failed: pytest counts it as passed as well
                counts["passed"] -= 1
            recorder.keep(p.dir, f"pytest-{scenario}.txt", "pytest", run.stdout, run, counts,
                          runner, summary)
            for name, part in [("xml", "junit.xml"), ("jsonl", "log.jsonl")]:
                report = p.read(part)
                if report is None:
                    continue
                expected = dict(counts)
                if name == "xml":  # the plugin leaves attempts out of it
                    expected["passed"] += expected.pop("flaky", 0)
                recorder.keep(p.dir, f"pytest-{scenario}.{name}",
                              "junit" if name == "xml" else "pytest", report, run, expected,
                              runner, summary)


def unittest(recorder):
    tool = recorder.tool("python3", "apt-get install python3")
    runner = "unittest of Python " + version(tool, "--version")
    for scenario in ["pass", "fails", "skipped", "crash", "empty"]:
        with Project("unittest") as p:
            run = p.run(tool, "-B", "-m", "unittest", "-v", f"test_{scenario}")
            ran = number(run.stdout, r"Ran (\d+) tests?")
            end = last_line(run.stdout, r"^(OK|FAILED|NO TESTS)")
            failed = (number(end, r"(?<!expected )failures=(\d+)") + number(end, r"errors=(\d+)") +
                      number(end, r"unexpected successes=(\d+)"))
            todo = number(end, r"expected failures=(\d+)")
            skipped = number(end, r"skipped=(\d+)") + todo
            counts = {"passed": ran - failed - skipped, "failed": failed,
                      "skipped": skipped, "todo": todo}
            if scenario == "fails":  # setUpClass did not run a test; two failures in parts
                counts["passed"] = 1
            if scenario == "crash":
                counts = {"passed": 1, "failed": 1}
            counts["state"] = state_of(counts, run)
            recorder.keep(p.dir, f"unittest-{scenario}.txt", "unittest", run.stdout, run,
                          counts, runner, f"Ran {ran} tests; {end}")


# ---- Go and Rust ----

def go(recorder):
    tool = recorder.tool("go", "apt-get install golang-go")
    runner = "go test " + version(tool, "version")
    for scenario in ["pass", "fails", "skipped", "crash", "exits", "timeout", "empty",
                     "nobuild"]:
        with Project("go") as p:
            env = {"GOFLAGS": "-mod=mod", "GOCACHE": "/tmp/results-go-cache",
                   "GOTOOLCHAIN": "local"}
            limit = ["-timeout", "2s"] if scenario == "timeout" else []
            run = p.run(tool, "test", "-json", *limit, f"./{scenario}", env=env, merge=False)
            plain = p.run(tool, "test", "-v", *limit, f"./{scenario}", env=env)
            # the end of a test stands behind what it printed without a line end
            words = re.findall(r"--- (PASS|FAIL|SKIP): ", plain.stdout)
            counts = {"passed": words.count("PASS"), "failed": words.count("FAIL"),
                      "skipped": words.count("SKIP")}
            summary = last_line(plain.stdout, r"^(ok|FAIL|\?)\s+\S")
            if scenario in ("exits", "nobuild", "timeout"):
                # the test that ran, or the package, has no line of its own
                counts["failed"] = 1
            counts["state"] = state_of(counts, run)
            recorder.keep(p.dir, f"go-{scenario}.jsonl", "gotest", run.stdout, run, counts,
                          runner, summary)


def cargo(recorder):
    tool = recorder.tool("cargo", "apt-get install cargo")
    runner = "cargo test " + version(tool, "--version")
    for scenario in ["pass", "fails", "skipped", "crash", "empty"]:
        for kind in ["txt", "jsonl"]:
            if kind == "jsonl" and scenario == "empty":
                continue
            with Project("cargo") as p:
                args = ["test", "--no-fail-fast", "--features", scenario]
                if scenario == "pass":
                    args = args[:-2]
                env = {"CARGO_TERM_COLOR": "never"}
                tail = ["--", "--test-threads=1"]
                if kind == "jsonl":
                    env["RUSTC_BOOTSTRAP"] = "1"
                    tail += ["-Z", "unstable-options", "--format", "json"]
                plain = p.run(tool, *args, "--", "--test-threads=1", env=env)
                run = p.run(tool, *args, *tail, env=env, merge=kind == "txt")
                results = re.findall(r"^test result: .*?(\d+) passed; (\d+) failed; "
                                     r"(\d+) ignored", plain.stdout, re.M)
                total = [sum(int(r[i]) for r in results) for i in range(3)]
                counts = {"passed": total[0], "failed": total[1], "skipped": total[2]}
                if scenario == "crash":  # the library's tests have no result line
                    counts["passed"] += 1
                    counts["failed"] = 1
                counts["state"] = state_of(counts, run)
                recorder.keep(p.dir, f"cargo-{scenario}.{kind}", "libtest", run.stdout, run,
                              counts, runner, last_line(plain.stdout, "test result|signal"))


# ---- TAP ----

def perl(recorder):
    tool = recorder.tool("perl", "apt-get install perl")
    prove = recorder.tool("prove", "apt-get install perl")
    runner = "perl Test::More " + version(tool, "-MTest::More",
                                          "-eprint $Test::More::VERSION")
    # What prove counts is the top level's points; parts of subtests count here as well.
    parts = {"pass": 2 - 1 + 0, "fails": 2 - 1}
    for scenario in ["pass", "fails", "skipped", "crash", "short", "bail", "empty", "none"]:
        with Project("perl") as p:
            run = p.run(tool, f"{scenario}.t", merge=False)
            proof = p.run(prove, "-v", f"{scenario}.t")
            points = re.findall(r"^(not )?ok \d+(.*)$", run.stdout, re.M)
            todo = sum("# TODO" in text for _, text in points)
            skipped = sum(bool(re.search("# skip", text)) for _, text in points)
            failed = sum(bool(n) and "# TODO" not in t for n, t in points)
            counts = {"passed": len(points) - failed - todo - skipped, "failed": failed,
                      "skipped": skipped + todo, "todo": todo}
            if scenario in ("pass", "fails"):
                counts["passed"] += parts[scenario]
            if scenario in ("crash", "short", "bail", "none"):  # what prove calls bad plan
                counts["failed"] += 1
            if scenario == "empty":
                counts["skipped"] = 1
            counts["state"] = state_of(counts, run)
            if scenario == "none":
                counts = {"state": "unknown"}
            recorder.keep(p.dir, f"perl-{scenario}.tap", "tap", run.stdout, run, counts,
                          runner, last_line(proof.stdout, "^(Files=|Result:|FAILED--)") +
                          "; " + last_line(proof.stdout, "Failed|NOTESTS|PASS"))


def bats(recorder):
    tool = recorder.tool("bats", "apt-get install bats")
    runner = "bats " + version(tool, "--version")
    for scenario in ["pass", "fails", "skipped", "crash", "timeout", "empty"]:
        with Project("bats") as p:
            env = {"BATS_TEST_TIMEOUT": "1"} if scenario == "timeout" else {}
            plain = p.run(tool, "--pretty", f"{scenario}.bats", env=dict(env, TERM="dumb"))
            summary = last_line(plain.stdout, r"^\d+ tests?, \d+ failures?")
            total = number(summary, r"(\d+) tests?")
            counts = {"failed": number(summary, r"(\d+) failures?") +
                      number(summary, r"(\d+) timed out"),
                      "skipped": number(summary, r"(\d+) skipped")}
            counts["passed"] = total - counts["failed"] - counts["skipped"]
            for fmt in ["tap", "junit"]:
                run = p.run(tool, "--formatter", fmt, f"{scenario}.bats", env=env,
                            merge=False)
                counts["state"] = state_of(counts, run)
                expected = dict(counts)
                if fmt == "tap" and scenario == "empty":  # "1..0" leaves out all there is
                    expected["skipped"] = 1
                recorder.keep(p.dir, f"bats-{scenario}.{'tap' if fmt == 'tap' else 'xml'}",
                              fmt, run.stdout, run, expected, runner, summary)


# ---- PHP, Ruby, Java ----

def phpunit(recorder):
    tool = recorder.tool("phpunit", "apt-get install phpunit")
    runner = "phpunit " + version(tool, "--version")
    for scenario in ["Pass", "Fails", "Skipped", "Warning", "Crash", "Empty"]:
        with Project("phpunit") as p:
            run = p.run(tool, "--do-not-cache-result", "--log-junit", "junit.xml",
                        f"{scenario}Test.php")
            summary = last_line(run.stdout, r"^(OK|Tests:)")
            total = (number(summary, r"Tests: (\d+)") or
                     number(summary, r"OK \((\d+) tests?"))
            failed = number(summary, r"Failures: (\d+)") + number(summary, r"Errors: (\d+)")
            skipped = sum(number(summary, rf"{word}: (\d+)")
                          for word in ["Skipped", "Incomplete", "Risky"])
            counts = {"failed": failed, "skipped": skipped,
                      "passed": total - failed - skipped}
            if scenario in ("Warning", "Empty"):  # "WARNINGS!", neither passed nor failed
                warned = number(summary, r"Warnings: (\d+)")
                counts["passed"] -= warned
                counts["skipped"] += warned
            counts["state"] = state_of(counts, run)
            report = p.read("junit.xml")
            if scenario == "Crash":
                counts = {"state": "unknown"}
                report = report or ""
            recorder.keep(p.dir, f"phpunit-{scenario.lower()}.xml", "junit", report, run,
                          counts, runner, summary)


def rspec(recorder):
    tool = recorder.tool("rspec", "apt-get install ruby-rspec ruby-rspec-junit-formatter")
    runner = "rspec " + version(tool, "--version")
    for scenario in ["pass", "fails", "skipped", "noload", "crash", "empty"]:
        with Project("rspec") as p:
            run = p.run(tool, "--format", "progress", "--format", "json", "--out", "r.json",
                        "--format", "RspecJunitFormatter", "--out", "r.xml", "--require",
                        "rspec_junit_formatter", f"{scenario}_spec.rb")
            summary = last_line(run.stdout, r"^\d+ examples?, \d+ failures?")
            counts = {"failed": number(summary, r"(\d+) failures?"),
                      "skipped": number(summary, r"(\d+) pending")}
            counts["passed"] = (number(summary, r"(\d+) examples?") - counts["failed"] -
                                counts["skipped"])
            outside = number(summary, r"(\d+) errors? occurred outside")
            counts["failed"] += outside
            counts["state"] = state_of(counts, run)
            for ext, fmt in [("json", "rspec"), ("xml", "junit")]:
                report = p.read(f"r.{ext}")
                if not report:
                    continue
                expected = dict(counts)
                if ext == "xml" and outside:  # the formatter leaves such errors out
                    expected.update(failed=0, state="unknown")
                recorder.keep(p.dir, f"rspec-{scenario}.{ext}", fmt, report, run, expected,
                              runner, summary)


SUREFIRE = ("apt-get install maven libsurefire-java junit4 default-jdk-headless "
            "libmaven-resources-plugin-java libmaven-compiler-plugin-java")


def surefire(recorder):
    tool = recorder.tool("mvn", SUREFIRE)
    repository = Path("/usr/share/maven-repo")
    if not (repository / "org/apache/maven/surefire/surefire-junit4").exists():
        raise Missing("surefire: " + SUREFIRE)
    versions = (repository / "org/apache/maven/surefire/surefire-junit4").iterdir()
    runner = "surefire " + max(v.name for v in versions if v.name[0].isdigit())
    for scenario in ["Pass", "Fails", "Skipped", "Flaky", "Timeout", "Crash", "Empty"]:
        with Project("surefire") as p:
            local = p.dir / ".m2"
            shutil.copytree(repository, local, copy_function=os.symlink)
            for f in (p.dir / "src/test/java/org/example").iterdir():
                if f.name != f"{scenario}Test.java":
                    f.unlink()
            run = p.run(tool, "-o", "-B", f"-Dmaven.repo.local={local}",
                        "-Dsurefire.rerunFailingTestsCount=2" if scenario == "Flaky"
                        else "-DfailIfNoTests=false", "test")
            summary = last_line(run.stdout, r"Tests run: \d+, Failures: \d+")
            failed = number(summary, r"Failures: (\d+)") + number(summary, r"Errors: (\d+)")
            counts = {"failed": failed, "skipped": number(summary, r"Skipped: (\d+)"),
                      "flaky": number(summary, r"Flakes: (\d+)")}
            counts["passed"] = (number(summary, r"run: (\d+)") - failed -
                                counts["skipped"] - counts["flaky"])
            counts["state"] = state_of(counts, run)
            report = p.read(f"target/surefire-reports/TEST-org.example.{scenario}Test.xml")
            if report is None:
                continue
            report = re.sub(r"<properties>.*?</properties>", "<properties/>", report,
                            flags=re.S)
            recorder.keep(p.dir, f"surefire-{scenario.lower()}.xml", "junit", report, run,
                          counts, runner, summary)


RUNNERS = {"pytest": pytest, "unittest": unittest, "go": go, "cargo": cargo, "perl": perl,
           "bats": bats, "phpunit": phpunit, "rspec": rspec, "surefire": surefire}
