#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random policies, cut and joined: the merge of all shards is the whole run, and without one of
them nothing passes that it had a say in. usage: test_shards_random.py PROGRAM [SEED]"""
import json
import os
import random
import shutil
import sys
import unittest

import shards_place
from shards_place import plain

SEED = None
FILES = {".gitignore": ".seaworthy/\nmade-*\n", "a.c": "// TODO: one\nint a;\nint b;\n",
         "b.c": "int a;\nint b;\nint c;\n"}
MODES = ("duration", "hash", "slice")


class Policy:
    """Suites of several formats and fates, builds, fixtures and commands that need each other,
    and checks of every kind over them."""

    def __init__(self, rng):
        self.rng = rng
        self.files = dict(FILES)
        self.builds = [f"b{i}" for i in range(rng.randint(0, 3))]
        self.suites = []
        self.checks = []
        self.text = {"builds": [], "fixtures": [], "suites": [], "checks": []}
        for i, b in enumerate(self.builds):
            needs = rng.sample(self.builds[:i], rng.randint(0, min(i, 1)))
            run = rng.choice(["true", f"touch made-{b}", "true", "exit 1"])
            self.text["builds"].append(f"{{id: {b}, run: \"{run}\", needs: [{', '.join(needs)}]}}")
        self.fixture = rng.random() < 0.4
        if self.fixture:
            self.text["fixtures"].append('{id: f, run: "true", stop: "true"}')
        for i in range(rng.randint(1, 7)):
            self.suite(f"s{i}")
        self.make_checks()

    def cases(self):
        out = []
        for i in range(self.rng.randint(1, 4)):
            out.append((f"case {i}", self.rng.choice(["ok", "ok", "ok", "fail", "skip"])))
        return out

    def script(self, name, form, cases):
        failed = any(s == "fail" for _, s in cases)
        lines = []
        if form == "tap":
            lines.append(f"echo 1..{len(cases)}")
            for n, (case, state) in enumerate(cases, 1):
                lines.append({"ok": f"echo 'ok {n} - {case}'", "fail": f"echo 'not ok {n} - {case}'",
                              "skip": f"echo 'ok {n} - {case} # SKIP no'"}[state])
        elif form == "junit":
            inner = {"ok": "", "fail": "<failure message=\"bad\"/>", "skip": "<skipped/>"}
            xml = "".join(f'<testcase classname="{self.rng.choice(["k", name])}" name="{case}" '
                          f'time="0.0{self.rng.randint(1, 9)}">{inner[state]}</testcase>'
                          for case, state in cases)
            lines.append(f"echo '<testsuite name=\"{name}\">{xml}</testsuite>' >made-{name}.xml")
        elif form == "gotest":
            for case, state in cases:
                action = {"ok": "pass", "fail": "fail", "skip": "skip"}[state]
                test = "Test" + case.replace(" ", "_")
                for what in ("run", action):
                    lines.append("echo '" + json.dumps(
                        {"Action": what, "Package": "example.org/p", "Test": test}) + "'")
            lines.append("echo '" + json.dumps({"Action": "fail" if failed else "pass",
                                                "Package": "example.org/p"}) + "'")
        lines.append(f"exit {int(failed)}")
        return "\n".join(lines) + "\n"

    def suite(self, name):
        rng = self.rng
        fate = rng.random()
        needs = rng.sample(self.builds, rng.randint(0, min(len(self.builds), 2)))
        needs += rng.sample(self.suites, 1) if self.suites and rng.random() < 0.2 else []
        needs += ["f"] if self.fixture and rng.random() < 0.3 else []
        more = ""
        if fate < 0.2:  # splits itself
            self.files[f"{name}.sh"] = """\
n=${SEAWORTHY_SHARD_TOTAL:-1}; i=${SEAWORTHY_SHARD_INDEX:-1}; count=0; bad=0
for k in 1 2 3 4 5 6; do
	[ $((k %% n)) = $((i - 1)) ] || continue
	count=$((count + 1))
	if [ $k = %d ]; then bad=1; echo "not ok $count - case $k"; else echo "ok $count - case $k"; fi
	printf 'SF:b.c\\nDA:1,0\\nDA:2,0\\nDA:3,0\\nDA:%%d,1\\nend_of_record\\n' $((k %% 3 + 1)) >>made-%s.info
done
echo "1..$count"; exit $bad
""" % (rng.randint(1, 9), name)
            more = f"shard: true, format: tap, coverage: [made-{name}.info]"
            self.files[f"{name}.sh"] = f"rm -f made-{name}.info\n" + self.files[f"{name}.sh"]
            needs = []
        elif fate < 0.3:
            self.files[f"{name}.sh"] = "true\n"
            more = "format: junit, results: [no-such.xml]"
        elif fate < 0.4:
            self.files[f"{name}.sh"] = f"exit {rng.choice([0, 0, 1])}\n"
        else:
            form = rng.choice(["tap", "junit", "gotest"])
            self.files[f"{name}.sh"] = self.script(name, form, self.cases())
            more = f"format: {form}" + (f", results: [made-{name}.xml]" if form == "junit" else "")
            if rng.random() < 0.5:
                self.files[f"{name}.sh"] = (
                    f"printf 'SF:a.c\\nDA:1,{rng.randint(0, 1)}\\nDA:2,{rng.randint(0, 2)}\\n"
                    f"end_of_record\\n' >made-{name}.info\n" + self.files[f"{name}.sh"])
                more += f", coverage: [made-{name}.info]"
        self.suites.append(name)
        self.text["suites"].append(f"{{id: {name}, run: [sh, {name}.sh], "
                                   f"needs: [{', '.join(needs)}]{', ' if more else ''}{more}}}")

    def make_checks(self):
        rng = self.rng
        picks = ['{suite: "*"}'] + [f"{{suite: {s}}}" for s in self.suites]
        picks += ['{suite: "builds:*"}'] if self.builds else []
        picks += ['{scan: {rules: ["marker.*"]}}', '{attest: {role: lead, statement: "x", value: 1.0}}',
                  '{command: {run: "true"}}', '{command: {run: "false"}}', "{coverage: {measure: lines}}",
                  f"{{coverage: {{from: [{rng.choice(self.suites)}], measure: lines}}}}"]
        chosen = picks[:1] + rng.sample(picks[1:], rng.randint(3, len(picks) - 1))
        for i, p in enumerate(chosen):
            scale = ""
            if "coverage" in p or "scan" in p:
                scale = ", scale: {fail: 0, pass: 100}" if "coverage" in p else \
                    ", scale: {fail: 4, pass: 0}"
            elif "suite" in p and "builds" not in p and rng.random() < 0.3:
                scale = f", measure: {rng.choice(['total', 'skipped_percent', 'pass_percent'])}"
                scale += ", scale: {fail: 0, pass: 3}" if "total" in scale else \
                    ", scale: {fail: 100, pass: 0}" if "skipped" in scale else \
                    ", scale: {fail: 0, pass: 100}"
            when = ", applies_when: {file: no-such}" if rng.random() < 0.1 else ""
            self.text["checks"].append(
                f"{{id: c.k{i}, category: c, weight: {rng.randint(1, 5)}, collect: {p}{scale}{when}}}")
            self.checks.append(p)

    def __str__(self):
        out = "version: 1\nthresholds: {max_not_applicable_share: 100}\ncategories: [{id: c, title: C, weight: 1}]\n"
        for key, items in self.text.items():
            out += f"{key}:\n" + "".join(f"  - {i}\n" for i in items) if items else ""
        return out

    def rests_on(self, check, ran):
        """Had a shard that ran these units a say in the check?"""
        kinds = {u.split(":")[0] for u in ran}
        p = self.checks[check]
        if "attest" in p:
            return False
        if "scan" in p:
            return "scan" in ran
        if "command" in p:
            return f"command:c.k{check}" in ran
        if "builds:" in p:
            return "build" in kinds
        if '"*"' in p:
            return "suite" in kinds
        if "from" in p:
            return "suite:" + p.split("[")[1].split("]")[0] in ran
        if "coverage" in p:
            return any(f"id: {u[6:]}," in s and "coverage" in s
                       for u in ran if u.startswith("suite:") for s in self.text["suites"])
        return "suite:" + p.split(": ")[1].rstrip("}") in ran


class Random(shards_place.Place):
    def run_shards(self, root, n, mode):
        """All in one checkout, each in a place of its own at the end."""
        parts = []
        for i in range(1, n + 1):
            done = self.run_in(root, "run", "--quiet", "--format", "json", "--shard", f"{i}/{n}",
                               "--shard-mode", mode)
            self.assertTrue(done.stdout.startswith("{"), done.stderr)
            part = json.loads(done.stdout)
            part["folder"] = os.path.join(self.top, f"part-{os.path.basename(root)}-{i}")
            shutil.move(part["run"], part["folder"])
            parts.append(part)
        return parts

    def without_one(self, policy, whole, parts, gone):
        rest = parts[:gone] + parts[gone + 1:]
        ran = {u["id"] for u in parts[gone]["units"]}
        if rest:
            done, _ = self.merge(rest, code=2)
            self.assertIn(f"of {len(parts)} shards {gone + 1} is missing", done.stderr)
        _, card = self.merge(rest, "--allow-missing")
        for i, (was, now) in enumerate(zip(whole["checks"], card["checks"])):
            if was["state"] == "n/a" or not policy.rests_on(i, ran):
                # A suite may need one that splits itself, of which a part is missing.
                if now["state"] != "unknown" or "is missing" not in now["message"]:
                    self.assertEqual(now["state"], was["state"], (now, sorted(ran)))
            else:
                self.assertNotEqual(now["state"], "pass", (now, sorted(ran)))
        self.assertEqual({s["id"] for s in card["suites"]}, {s["id"] for s in whole["suites"]})

    def one(self, number, n, mode):
        policy = Policy(random.Random(f"{SEED}-{number}"))
        root = self.project(f"p{number}", str(policy), policy.files)
        done = self.run_in(root, "run", "--quiet", "--format", "json")
        self.assertTrue(done.stdout.startswith("{"), f"{done.stderr}\n{policy}")
        whole = json.loads(done.stdout)
        shutil.rmtree(os.path.join(root, ".seaworthy"))
        parts = self.run_shards(root, n, mode)
        merged_done, merged = self.merge(parts)
        self.assertEqual(merged_done.returncode, done.returncode, merged_done.stderr)
        self.assertEqual(plain(merged), plain(whole), str(policy))
        for gone in range(n if n > 1 else 0):
            self.without_one(policy, whole, parts, gone)

    def test_the_merge_is_the_whole_run(self):
        for number in range(9):
            n, mode = number % 5 + 1, MODES[number % 3]
            with self.subTest(seed=SEED, number=number, n=n, mode=mode):
                self.one(number, n, mode)


if __name__ == "__main__":
    shards_place.PROGRAM = os.path.abspath(sys.argv.pop(1))
    SEED = sys.argv.pop(1) if len(sys.argv) > 1 and sys.argv[1].isdigit() else "1"
    unittest.main()
