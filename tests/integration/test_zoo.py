#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Suites that misbehave, all in one run: each ends in the state that the user guide's table says, in
bounded time, and leaves no process behind. usage: test_zoo.py PROGRAM"""
import json
import os
import re
import time
import unittest

from scan_place import Repository

GUIDE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "../../docs/user-guide.md")
# Nobody else sleeps as long: what hides from everything else is found by that.
NAP = f"1000.{os.getpid()}"
PASSED = "echo 1..1; echo ok 1"
XML = "<testsuite name='t'><testcase name='a' time='0'/><testcase name='b'>"
# name in the table: the suite's lines
ZOO = {
    "daemon": f'run: "setsid sleep {NAP} </dev/null >/dev/null 2>&1 & {PASSED}", format: tap',
    "hidden": f'run: "env -i setsid /bin/sh -c \\"sleep {NAP} >/dev/null 2>&1 & :\\"; {PASSED}", '
              'format: tap, resources: {cpu: 99}',
    "holder": f'run: "sleep {NAP} & sleep {NAP} & {PASSED}", format: tap',
    "strict": f'run: "sleep {NAP} & {PASSED}", format: tap, leaks: fail',
    "known": f'run: "sleep {NAP} & {PASSED}", format: tap, leaks: ignore',
    "deaf": f'run: "trap : TERM INT HUP; while :; do sleep {NAP}; done", timeout: 1s, grace: 300ms',
    "still": 'run: "kill -STOP $$", timeout: 1s, grace: 300ms',
    "flood": 'run: "head -c 100000000 /dev/zero", format: tap',
    "closer": 'run: "exec <&- >&- 2>&-; sleep 0.3; exit 3"',
    "glutton": 'run: [python3, -c, "x = bytearray(1 << 30)"], limits: {memory: 200MiB}',
    "bomb": f'run: "for i in 1 2 3 4 5 6 7 8 9 10; do sleep {NAP} & done; wait", limits: {{processes: 6}}',
    "chain": 'run: "./chain 1", resources: {cpu: 99}',
    "half": f'run: "echo \\"{XML}\\" >half.xml", format: junit, results: [half.xml]',
    "stale": 'run: "true", format: junit, results: [stale.xml]',
    "liar": 'run: "echo 1..2; echo ok 1; echo not ok 2 - b", format: tap',
    "braggart": 'run: "echo 1..1; echo ok 1; exit 4", format: tap',
    "crash": 'run: "echo 1..1; echo ok 1; kill -SEGV $$", format: tap',
    "idle": 'run: "echo 1..0", format: tap',
    "wanderer": 'run: "root=$(cd .. && pwd -P); cd / && mv $root/own $root/gone && cd $root/gone && '
                'echo \\"<testsuite><testcase name=\'a\'/></testsuite>\\" >junit.xml && cd / && '
                'rm -r $root/gone", dir: own, format: junit, results: [own/junit.xml]',
    "homeless": 'run: "true", dir: nowhere',
}
CHAIN = """\
#!/bin/sh
[ "$1" -gt 2000 ] && exit
setsid "$0" $(($1 + 1)) &
"""


def guide():
    """The table: name, what it does, word, what is said, what the gate does."""
    with open(GUIDE, encoding="utf-8") as f:
        part = f.read().split("### Suites that misbehave", 1)[1].split("\n### ", 1)[0]
    rows = [[c.strip().strip("`") for c in line.strip("|").split("|")]
            for line in part.splitlines() if line.startswith("| `")]
    return {r[0]: (r[2], r[3]) for r in rows}


def survivors(root):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                line = f.read()
            with open(f"/proc/{pid}/environ", "rb") as f:
                environment = f.read()
        except OSError:
            continue
        if NAP.encode() in line or b"SEAWORTHY_SCRATCH=" + root.encode() in environment:
            found.append((pid, line))
    return found


class Zoo(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()
        self.r.write("own/keep", "")
        self.r.write("stale.xml", XML + "</testcase></testsuite>")
        os.utime(os.path.join(self.r.root, "stale.xml"), (1, 1))
        self.r.write("chain", CHAIN)
        os.chmod(os.path.join(self.r.root, "chain"), 0o755)
        self.r.write("seaworthy.yml", """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks:
""" + "".join(f"  - {{id: tests.{n}, category: tests, weight: 1, collect: {{suite: {n}}}}}\n"
              for n in ZOO) + "suites:\n" + "".join(f"  - {{id: {n}, {s}}}\n" for n, s in ZOO.items()))

    def told(self, text):
        """What was said of each suite: its word, and the lines below."""
        words = {}
        for line in text.splitlines():
            begin = re.match(r"  (\w+) +suite:(\w+)  ", line)
            if begin:
                name = begin[2]
                words[name] = [begin[1], ""]
            elif words and line.startswith("    "):
                words[name][1] += line + "\n"
        return words

    def test_each_ends_as_the_guide_says_and_leaves_nothing_behind(self):
        table = guide()
        self.assertEqual(sorted(table), sorted(ZOO), "the table names the animals that there are")
        start = time.monotonic()
        done = self.r.run("run", "--jobs", "4", "--format", "json", code=None)
        took = time.monotonic() - start
        self.assertEqual(survivors(self.r.root), [])
        self.assertLess(took, 90, "bounded time")
        self.assertIn(done.returncode, (1, 4), done.stderr)
        words = self.told(done.stderr)
        wrong = {name: words.get(name) for name, (word, said) in table.items()
                 if name not in words or words[name][0] != word or said not in words[name][1]}
        self.assertEqual(wrong, {})
        self.card(json.loads(done.stdout), table)

    def card(self, card, table):
        """The same in the scorecard, and what it is worth."""
        suites = {s["id"]: s for s in card["suites"]}
        checks = {c["id"][len("tests."):]: c["state"] for c in card["checks"]}
        state = {"leaky": "pass", "FAIL": "fail"}
        worth = {"leaky": "warn", "FAIL": "fail"}
        for name, (word, _) in table.items():
            self.assertEqual(suites[name]["state"], state.get(word, word), name)
            self.assertEqual(suites[name]["leaky"], word == "leaky" or name == "strict", name)
            self.assertEqual(checks[name], worth.get(word, word), name)
        self.assertEqual(suites["holder"]["leaked_processes"], ["sleep", "sleep"])
        self.assertEqual((suites["holder"]["leaked"], suites["known"]["leaked"]), (2, 1))
        self.assertRegex(self.r.run("report", code=None).stdout, r"LEAKY +holder")
        self.assertRegex(self.r.run("replay", code=None).stderr, r"leaky +suite:holder")


if __name__ == "__main__":
    unittest.main()
