# SPDX-License-Identifier: Apache-2.0
"""What a project's own runner says that it counted.

Read from the summaries that runners print for people, not from the result files that
seaworthy reads: two ways to the same figures.
"""
import re
from typing import NamedTuple


class Counts(NamedTuple):
    passed: int
    failed: int
    skipped: int

    def __str__(self):
        return f"{self.passed} / {self.failed} / {self.skipped}"


AGREES, DISAGREES, NOT_COMPARED = "agree", "disagree", "not compared"


def verdict(found, own):
    """What two counts say of one another; None is a side that gave none."""
    if found is None or own is None:
        return NOT_COMPARED
    return AGREES if found == own else DISAGREES


def _sum(pattern, text):
    """The sum of all numbers that the pattern finds; None if it finds none."""
    found = re.findall(pattern, text, re.M)
    return sum(map(int, found)) if found else None


def automake(text, _status):
    """# TOTAL: 5, # PASS: 5 .. of each test-suite.log."""
    total = {word: _sum(rf"^# {word}: +(\d+)$", text)
             for word in ("TOTAL", "PASS", "SKIP", "XFAIL", "FAIL", "XPASS", "ERROR")}
    if None in total.values():
        return None
    counts = Counts(total["PASS"], total["FAIL"] + total["XPASS"] + total["ERROR"],
                    total["SKIP"] + total["XFAIL"])
    return counts if sum(counts) == total["TOTAL"] else None


def ctest(text, _status):
    """100% tests passed, 0 tests failed out of 19; skipped ones are listed."""
    found = re.search(r"tests passed, (\d+) tests failed out of (\d+)", text)
    if found is None:
        return None
    failed, total = map(int, found.groups())
    skipped = len(re.findall(r"^\t *\d+ - .*\((?:Skipped|Disabled)\)$", text, re.M))
    # Skipped tests are among those passed; disabled ones are not in the total.
    disabled = len(re.findall(r"^\t *\d+ - .*\(Disabled\)$", text, re.M))
    return Counts(total - failed - (skipped - disabled), failed, skipped)


def go_test(text, _status):
    """One line for each test and subtest; a package that does not build is one failure."""
    broken = len(re.findall(r"^FAIL\t\S+ \[(?:build|setup) failed\]$", text, re.M))
    counts = Counts(*(len(re.findall(rf"^ *--- {word}: ", text, re.M))
                      for word in ("PASS", "FAIL", "SKIP")))
    counts = counts._replace(failed=counts.failed + broken)
    return counts if sum(counts) > 0 else None


def pytest(text, _status):
    """=== 851 passed, 2 skipped in 9.68s ==="""
    found = re.search(r"^=+ (.*\d+ (?:passed|failed|errors?|skipped).*) in [\d.]+s.* =+$", text, re.M)
    if found is None:
        return None
    of = {word: int(count) for count, word in re.findall(r"(\d+) ([a-z]+)", found.group(1))}
    return Counts(of.get("passed", 0) + of.get("xpassed", 0),
                  of.get("failed", 0) + of.get("error", 0) + of.get("errors", 0),
                  of.get("skipped", 0) + of.get("xfailed", 0))


def mocha(text, _status):
    """1234 passing (10s), 2 pending, 1 failing"""
    passing = _sum(r"^ +(\d+) passing \(", text)
    if passing is None:
        return None
    return Counts(passing, _sum(r"^ +(\d+) failing$", text) or 0,
                  _sum(r"^ +(\d+) pending$", text) or 0)


def exit_code(_text, status):
    """A command without a report is one test."""
    return Counts(1, 0, 0) if status == 0 else Counts(0, 1, 0)
