# SPDX-License-Identifier: Apache-2.0
"""CTest, GoogleTest, Catch2, Criterion and automake's harness."""

import re

from other_runners import version
from recorder import Missing, Project, last_line, number, state_of


def ctest(recorder):
    cmake = recorder.tool("cmake", "apt-get install cmake")
    tool = recorder.tool("ctest", "apt-get install cmake")
    runner = "ctest " + version(tool, "--version")
    for scenario in ["pass", "fails", "skipped", "crash", "timeout", "flaky", "missing",
                     "empty"]:
        with Project("ctest") as p:
            p.run(cmake, "-S", ".", "-B", "build", f"-DSCENARIO={scenario}")
            repeat = ["--repeat", "until-pass:3"] if scenario == "flaky" else []
            run = p.run(tool, "-T", "Test", "--no-compress-output", "--output-junit",
                        "junit.xml", *repeat, where="build")
            # "50% tests passed, 1 tests failed out of 2", and lists of the rest
            summary = last_line(run.stdout, "tests passed,|No tests were found")
            total = number(summary, r"out of (\d+)")
            failed = number(summary, r"(\d+) tests? failed")
            skipped = len(re.findall(r"^\s+\d+ - .* \((?:Skipped|Disabled)\)", run.stdout,
                                     re.M))
            counts = {"failed": failed, "skipped": skipped}
            # disabled tests are not among the total
            disabled = len(re.findall(r"^\s+\d+ - .* \(Disabled\)", run.stdout, re.M))
            counts["passed"] = total - failed - (skipped - disabled)
            if scenario == "flaky":
                counts["flaky"] = 1
                counts["passed"] -= 1
            counts["state"] = state_of(counts, run)
            recorder.keep(p.dir, f"ctest-{scenario}.txt", "ctest", run.stdout, run, counts,
                          runner, summary)
            junit = p.read("build/junit.xml")
            plain = dict(counts)
            if scenario == "flaky":  # CTest's files tell of the last time only
                plain["passed"] += plain.pop("flaky")
            tests = next((p.dir / "build/Testing").glob("2*/Test.xml"), None)
            for name, fmt, text in [
                    ("junit.xml", "junit", junit),
                    ("Test.xml", "ctest", tests.read_text() if tests else None)]:
                if text:
                    recorder.keep(p.dir, f"ctest-{scenario}-{name}", fmt, text, run, plain,
                                  runner, summary)


def compile_tests(p, compiler, source, *libraries):
    run = p.run(compiler, "-O0", "-w", "-o", "tests", source, *libraries)
    if run.returncode != 0:
        raise Missing(run.stdout.splitlines()[0])


def gtest(recorder):
    compiler = recorder.tool("g++", "apt-get install g++")
    with Project("gtest") as p:
        try:
            compile_tests(p, compiler, "tests.cpp", "-lgtest", "-lgtest_main", "-pthread")
        except Missing as why:
            raise Missing("gtest: apt-get install libgtest-dev") from why
        package = p.run("dpkg-query", "-W", "-f", "${Version}", "libgtest-dev").stdout
        runner = "gtest " + package.split("-")[0]
        for scenario, only in [("pass", "Good*:Some*:Typed*"), ("fails", "Fails*"),
                               ("skipped", "Skips*"), ("crash", "Crashes*"),
                               ("empty", "None*")]:
            report = p.dir / "r.xml"
            report.unlink(missing_ok=True)
            run = p.run("./tests", f"--gtest_filter={only}", "--gtest_output=xml:r.xml",
                        "--gtest_print_time=0")
            counts = {"passed": number(run.stdout, r"\[  PASSED  \] (\d+) test"),
                      "failed": number(run.stdout, r"\[  FAILED  \] (\d+) test"),
                      "skipped": number(run.stdout, r"\[  SKIPPED \] (\d+) test") +
                      number(run.stdout, r"YOU HAVE (\d+) DISABLED TEST")}
            counts["state"] = state_of(counts, run)
            summary = last_line(run.stdout, r"^\[  (PASSED|FAILED|SKIPPED) +\] \d+ test")
            if report.exists():
                recorder.keep(p.dir, f"gtest-{scenario}.xml", "junit", report.read_text(),
                              run, counts, runner, summary)


def catch2(recorder):
    compiler = recorder.tool("g++", "apt-get install g++")
    with Project("catch2") as p:
        try:
            compile_tests(p, compiler, "tests.cpp")
        except Missing as why:
            raise Missing("catch2: apt-get install catch2") from why
        runner = "catch2 " + version(p.dir / "tests", "--version")
        runner = "catch2 " + p.run("dpkg-query", "-W", "-f", "${Version}",
                                   "catch2").stdout.split("-")[0]
        for scenario in ["pass", "fails", "skipped", "crash", "empty"]:
            plain = p.run("./tests", f"[{scenario}]")
            run = p.run("./tests", f"[{scenario}]", "-r", "junit", merge=False)
            text = plain.stdout
            summary = last_line(text, r"^(test cases:|All tests passed|No tests ran)")
            total = number(summary, r"test cases: *(\d+)") or number(summary,
                                                                     r"in (\d+) test case")
            counts = {"failed": number(summary, r"\| *(\d+) failed *(?:\||$)"),
                      "skipped": number(summary, r"(\d+) failed as expected"),
                      "todo": number(summary, r"(\d+) failed as expected")}
            counts["passed"] = total - counts["failed"] - counts["skipped"]
            if scenario == "pass":  # its summary counts test cases, JUnit their sections
                counts["passed"] += text_sections(p)
            counts["state"] = state_of(counts, run)
            recorder.keep(p.dir, f"catch2-{scenario}.xml", "junit", run.stdout, run, counts,
                          runner, summary)


def text_sections(p):
    """Leaf sections beyond the first of a test case, from Catch's own XML reporter."""
    text = p.run("./tests", "[pass]", "-r", "xml").stdout
    return len(re.findall("<Section ", text)) - len(re.findall(
        r"<TestCase (?:(?!</TestCase>).)*?<Section ", text, re.S))


def criterion(recorder):
    compiler = recorder.tool("cc", "apt-get install gcc")
    with Project("criterion") as p:
        runner = "criterion " + p.run("dpkg-query", "-W", "-f", "${Version}",
                                      "libcriterion-dev").stdout.split("-")[0]
        for scenario in ["pass", "fails", "skipped", "crash", "timeout", "empty"]:
            try:
                compile_tests(p, compiler, "tests.c", "-lcriterion",
                              f"-DSCENARIO_{scenario}")
            except Missing as why:
                raise Missing("criterion: apt-get install libcriterion-dev") from why
            run = p.run("./tests", "-j1", "--xml=r.xml",
                        "--tap=r.tap")
            summary = last_line(run.stdout, "Synthesis:")
            # crashed ones are among the failing
            counts = {"passed": number(summary, r"Passing: .*?(\d+)"),
                      "failed": number(summary, r"Failing: .*?(\d+)")}
            counts["skipped"] = 2 if scenario == "skipped" else 0
            counts["state"] = state_of(counts, run)
            for name, fmt in [("xml", "criterion"), ("tap", "tap")]:
                text = p.read(f"r.{name}")
                expected = dict(counts)
                if name == "tap" and scenario == "empty":  # "1..0" leaves out all
                    expected["skipped"] = 1
                if text is not None:
                    recorder.keep(p.dir, f"criterion-{scenario}.{name}", fmt, text, run,
                                  expected, runner, summary)


def automake(recorder):
    for tool in ["autoreconf", "automake", "make"]:
        recorder.tool(tool, "apt-get install autoconf automake make")
    runner = "automake " + version("automake", "--version")
    for scenario in ["pass", "fails", "skipped", "unexpected", "crash", "empty"]:
        with Project("automake") as p:
            p.run("autoreconf", "--install")
            p.run("./configure")
            run = p.run("make", "check", f"SCENARIO={scenario}", "VERBOSE=")
            count = {w: number(run.stdout, rf"^# {w}: +(\d+)".replace("^", r"(?m)^"))
                     for w in ["PASS", "SKIP", "XFAIL", "FAIL", "XPASS", "ERROR"]}
            counts = {"passed": count["PASS"], "skipped": count["SKIP"] + count["XFAIL"],
                      "failed": count["FAIL"] + count["XPASS"] + count["ERROR"],
                      "todo": count["XFAIL"]}
            counts["state"] = state_of(counts, run)
            summary = ", ".join(f"{w} {n}" for w, n in count.items())
            recorder.keep(p.dir, f"automake-{scenario}.txt", "automake", run.stdout, run,
                          counts, runner, summary)


RUNNERS = {"ctest": ctest, "gtest": gtest, "catch2": catch2, "criterion": criterion,
           "automake": automake}
