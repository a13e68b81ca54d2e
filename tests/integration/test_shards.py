#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs in shards, and their merge. usage: test_shards.py PROGRAM"""
import hashlib
import json
import os
import subprocess
import sys
import unittest

import shards_place
from shards_place import plain

# Of every kind of unit one, and of suites one that passes, fails, is unknown, skips, needs
# another, splits itself, and says which shard it is in.
POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: 3}, {id: quality, title: Quality, weight: 2}]
checks:
  - {id: tests.all, category: tests, weight: 3, collect: {suite: "*"}, blocker: P0}
  - {id: tests.good, category: tests, weight: 1, collect: {suite: good}}
  - {id: tests.skips, category: tests, weight: 1, collect: {suite: skips}, measure: skipped_percent, scale: {fail: 60, pass: 0}}
  - {id: tests.split, category: tests, weight: 1, collect: {suite: split}, measure: total, scale: {fail: 0, pass: 7}}
  - {id: tests.unknown, category: tests, weight: 1, collect: {suite: unknown}}
  - {id: tests.bad, category: tests, weight: 1, collect: {suite: bad}}
  - {id: quality.builds, category: quality, weight: 1, collect: {suite: "builds:*"}}
  - {id: quality.made, category: quality, weight: 1, collect: {command: {run: "test -e made-one && test -e made-two"}}}
  - {id: quality.markers, category: quality, weight: 1, collect: {scan: {rules: ["marker.*"]}}, scale: {fail: 4, pass: 0}}
  - {id: quality.human, category: quality, weight: 1, collect: {attest: {role: lead, statement: "looked at", value: 1.0}}}
  - {id: quality.never, category: quality, weight: 1, collect: {command: {run: "false"}}, applies_when: {file: no-such-file}}
builds:
  - {id: one, run: "touch made-one"}
  - {id: two, run: "touch made-two", needs: [one]}
  - {id: lone, run: "true"}
suites:
  - {id: good, format: tap, needs: [two], run: "test -e made-two && printf '1..2\\nok 1 - g\\nok 2 - h\\n'"}
  - {id: after, format: tap, needs: [good], run: "printf '1..1\\nok 1 - later\\n'"}
  - {id: bad, format: tap, run: "printf '1..3\\nok 1 - a\\nnot ok 2 - b\\nok 3 - c\\n'; exit 1"}
  - {id: skips, format: tap, run: "printf '1..2\\nok 1 - a # SKIP no\\nok 2 - b\\n'"}
  - {id: unknown, format: junit, results: [no-such-file.xml], run: "true"}
  - {id: lonely, run: "true"}
  - {id: where, run: "test -z \\"$TEST_SHARD_INDEX$GTEST_TOTAL_SHARDS\\""}
  - {id: split, shard: true, format: tap, run: ["sh", "split.sh"]}
"""

SPLIT = """\
n=${SEAWORTHY_SHARD_TOTAL:-1}
i=${SEAWORTHY_SHARD_INDEX:-1}
if [ -n "$SEAWORTHY_SHARD_TOTAL" ]; then
	test "$TEST_SHARD_INDEX" = $((i - 1)) && test "$TEST_TOTAL_SHARDS" = $n || exit 9
	test "$GTEST_SHARD_INDEX" = $((i - 1)) && test "$GTEST_TOTAL_SHARDS" = $n || exit 9
	: >"$TEST_SHARD_STATUS_FILE" || exit 9
fi
count=0
for k in 0 1 2 3 4 5 6; do
	if [ $((k % n)) = $((i - 1)) ]; then
		count=$((count + 1))
		echo "ok $count - case $k"
	fi
done
echo "1..$count"
"""

# A check that all shards passes: for exit code 0.
CLEAN = """\
version: 1
thresholds: {min_coverage: {go: 0.5, conditional: 0.4}}
categories: [{id: tests, title: Tests, weight: 1}]
checks:
  - {id: tests.all, category: tests, weight: 1, collect: {suite: "*"}}
suites:
  - {id: a, run: "true"}
  - {id: b, run: "true"}
  - {id: c, run: "true"}
"""

# Two parts with suites, builds and findings of their own, owned by two people.
PARTS = """\
version: 1
thresholds: {max_not_applicable_share: 100, allow_dirty: true, go: 40, conditional: 30}
categories: [{id: t, weight: 1}]
components:
  - {id: api, paths: ["api/**"], critical: true, owner: "@api"}
  - {id: web, paths: ["web/**"]}
checks:
  - {id: t.suites, category: t, collect: {suite: "*"}}
  - {id: t.builds, category: t, collect: {suite: "builds:*"}}
  - {id: t.todo, category: t, collect: {scan: {rules: [marker.todo]}}, scale: {fail: 4, pass: 0}}
builds:
  - {id: api, run: "true", dir: api}
  - {id: web, run: "false", dir: web}
suites:
  - {id: a, run: "true", dir: api}
  - {id: w, run: "false", dir: web}
  - {id: v, run: "true", dir: web}
"""
PART_FILES = {"api/a.c": "int a; /* TODO one */\n", "web/b.c": "/* TODO a */\n/* TODO b */\n",
              "CODEOWNERS": "/api/ @ann @bob\n/web/ @bob\n", ".gitignore": ".seaworthy/\n"}

FILES = {"split.sh": SPLIT, "a.c": "// TODO: one\nint a;\n", ".gitignore": ".seaworthy/\nmade-*\n"}


class Shards(shards_place.Place):
    def setUp(self):
        super().setUp()
        self.origin = self.project("origin", POLICY)

    def project(self, name, policy, files=FILES):
        return super().project(name, policy, files)

    def whole(self):
        return self.run_in(self.clone("whole"), "run", "--quiet", "--format", "json")

    def test_merge_of_shards_is_the_whole_run(self):
        done = self.whole()
        whole = json.loads(done.stdout)
        states = {c["id"]: c["state"] for c in whole["checks"]}
        self.assertEqual((states["tests.all"], states["tests.bad"], states["tests.unknown"],
                          states["tests.good"], states["quality.never"]),
                         ("fail", "fail", "unknown", "pass", "n/a"))
        for n, mode in ((1, "duration"), (2, "duration"), (3, "duration"), (4, "duration"),
                        (5, "duration"), (3, "hash"), (3, "slice")):
            with self.subTest(n=n, mode=mode):
                parts = self.shards(n, "--shard-mode", mode)
                ran = [u["id"] for p in parts for u in p["units"]]
                self.assertEqual(len(set(ran)), 13)
                dealt = [u for u in ran if not u.startswith("build:") and u != "suite:split"]
                self.assertEqual(len(dealt), len(set(dealt)), "each runs once")
                merged_done, merged = self.merge(parts, code=done.returncode)
                self.assertEqual(plain(merged), plain(whole), merged_done.stderr)

    def test_the_evidence_is_the_same_but_for_what_splits(self):
        whole = json.loads(self.whole().stdout)
        merged = self.merge(self.shards(3))[1]
        for a, b in zip(whole["checks"], merged["checks"]):
            if a["id"] not in ("tests.all", "tests.split"):
                self.assertEqual(a["evidence"], b["evidence"], a["id"])

    def test_parts_and_owners_are_those_of_the_whole_run(self):
        origin = self.project("parts", PARTS, PART_FILES)
        whole = json.loads(self.run_in(self.clone("one", origin), "run", "--quiet", "--format",
                                       "json").stdout)
        folders = self.shards(3, origin=origin)
        done, merged = self.merge(folders)
        self.assertEqual([c["score"] for c in whole["components"]], [91.6, 16.6])
        self.assertEqual([o["owner"] for o in whole["owners"]], ["@ann", "@bob"])
        for key in ("components", "owners", "conditions", "reasons", "decision", "score"):
            self.assertEqual(plain(merged[key]), plain(whole[key]), key)
        # Which state of the project is it, where they differ?
        path = os.path.join(folders[1]["folder"], "shard.json")
        with open(path, encoding="utf-8") as f:
            manifest = json.load(f)
        with open(path, "w", encoding="utf-8") as f:
            json.dump({**manifest, "owners": None}, f)
        done, _ = self.merge(folders, code=2)
        self.assertIn("shards 1 and 2 have different CODEOWNERS", done.stderr)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(manifest, f)
        for folder in folders:
            with open(os.path.join(folder["folder"], "artefacts", manifest["owners"]), "w",
                      encoding="utf-8") as f:
                f.write("* @mallory\n")
        self.merge(folders, code=6)

    def test_a_shard_decides_nothing(self):
        root = self.clone("alone")
        done = self.run_in(root, "run", "--shard", "1/2")
        self.assertNotIn("GO", done.stdout.replace("No score", ""))
        self.assertIn("shard 1 of 2 (duration): ", done.stdout)
        self.assertIn("No score and no decision", done.stdout)
        runs = os.path.join(root, ".seaworthy", "runs")
        folder = os.path.join(runs, os.listdir(runs)[0])
        self.assertFalse(os.path.exists(os.path.join(folder, "scorecard.json")))
        self.assertFalse(os.path.exists(os.path.join(root, ".seaworthy", "last")))
        for command in (["report"], ["score"], ["score", folder], ["report", folder], ["explain"]):
            self.run_in(root, *command, code=2 if len(command) > 1 else None)
            self.assertNotEqual(self.run_in(root, *command).returncode, 0, command)
        for args in (["--output", "html=x.html"], ["--format", "sarif"], ["--accept-conditional"]):
            self.assertIn("merge", self.run_in(root, "run", "--shard", "1/2", *args, code=2).stderr)
        self.run_in(root, "run", "--shard-mode", "hash", code=2)

    def test_exit_code_is_of_what_ran_here(self):
        codes = {}
        for part in self.shards(13, "--shard-mode", "slice"):
            states = {u["id"]: u["state"] for u in part["units"]}
            expected = 0
            if "suite:bad" in states:
                expected = 1
            if "suite:unknown" in states:
                expected = 4
            self.assertEqual(part["code"], expected, part)
            codes[expected] = True
        self.assertEqual(sorted(codes), [0, 1, 4])

    def test_a_missing_shard_is_unknown_and_never_a_pass(self):
        origin = self.project("clean", CLEAN)
        parts = self.shards(3, origin=origin)
        self.assertEqual(self.merge(parts, code=0)[1]["decision"], "GO")
        for gone in range(3):
            rest = [p for i, p in enumerate(parts) if i != gone]
            done, _ = self.merge(rest, code=2)
            self.assertIn(f"of 3 shards {gone + 1} is missing", done.stderr)
            done, card = self.merge(rest, "--allow-missing")
            self.assertIn(done.returncode, (1, 4))
            self.assertEqual(card["decision"], "NO-GO")
            check = card["checks"][0]
            self.assertEqual(check["state"], "unknown")
            self.assertIn(f"shard {gone + 1} of 3, which ran it, is missing", check["message"])
            self.assertEqual(len(card["suites"]), 3, "no fewer suites than there are")

    def test_what_splits_is_unknown_without_all_parts(self):
        parts = self.shards(3)
        _, card = self.merge(parts[:2], "--allow-missing")
        check = {c["id"]: c for c in card["checks"]}
        self.assertEqual(check["tests.split"]["state"], "unknown")
        self.assertIn("shard 3 of 3: its folder is missing", check["tests.split"]["message"])
        self.assertNotEqual(check["tests.all"]["state"], "pass")
        self.assertEqual({s["id"] for s in card["suites"]},
                         {"good", "after", "bad", "skips", "unknown", "lonely", "where", "split"})

    def test_a_suite_that_does_not_split_counts_once(self):
        policy = CLEAN.replace('{id: c, run: "true"}',
                               '{id: c, shard: true, format: tap, run: "echo 1..1; echo ok 1 - x"}')
        _, card = self.merge(self.shards(3, origin=self.project("same", policy)))
        suite = [s for s in card["suites"] if s["id"] == "c"][0]
        self.assertEqual((suite["state"], suite["passed"]), ("pass", 1))
        self.assertIn("2 tests ran in more than one shard", card["checks"][0]["message"])

    def test_what_does_not_belong_together_is_refused(self):
        parts = self.shards(2)
        done, _ = self.merge([parts[0], parts[0]["folder"]], code=2)
        self.assertIn("are both shard 1 of 2", done.stderr)
        other = self.shard(2, 3)
        self.assertIn("cut in another way", self.merge([parts[0], other], code=2)[0].stderr)
        origin = self.project("changed", POLICY.replace("weight: 3, collect", "weight: 2, collect"))
        other = self.shard(2, 2, origin=origin)
        self.assertIn("their policies differ", self.merge([parts[0], other], code=2)[0].stderr)
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "rm", "-q",
                        "a.c"], cwd=self.origin, check=True)
        subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit",
                        "-q", "-m", "y"], cwd=self.origin, check=True)
        other = self.shard(2, 2)
        self.assertIn("their trees differ", self.merge([parts[0], other], code=2)[0].stderr)
        done = self.run_in(self.top, "merge", self.origin, code=2)
        self.assertIn("there is no shard.json", done.stderr)

    def test_other_durations_are_another_plan(self):
        roots = [self.clone("d1"), self.clone("d2")]
        self.run_in(roots[1], "test", "--quiet")
        for i, root in enumerate(roots):
            self.run_in(root, "run", "--quiet", "--shard", f"{i + 1}/2")
        folders = [os.path.join(r, ".seaworthy", "runs") for r in roots]
        done, _ = self.merge(folders, code=2)
        self.assertIn("durations.json", done.stderr)

    def test_every_changed_file_is_noticed(self):
        folder = self.shard(1, 1)["folder"]
        self.merge([folder], code=None)
        for at, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(at, name)
                if name in ("run.json", "events.jsonl", "host.json", "manifest.json"):
                    continue  # a merge takes none of them
                with open(path, "rb") as f:
                    data = f.read()
                if not data:
                    continue
                with open(path, "wb") as f:
                    f.write(data[:-1] + bytes([data[-1] ^ 1]) if name != "shard.json"
                            else data.replace(b'"weight_ms": 1000', b'"weight_ms": 1001', 1))
                done, _ = self.merge([folder], code=None)
                self.assertIn(done.returncode, (6,), (path, done.stderr))
                with open(path, "wb") as f:
                    f.write(data)
        self.merge([folder], code=None)

    def test_a_merged_run_has_no_machine_of_its_own(self):
        root = self.clone("exporter")
        self.run_in(root, "merge", "--quiet", *[p["folder"] for p in self.shards(2)])
        said = self.run_in(root, "export", "claude-flow").stderr
        self.assertIn("system-metrics.json stays as it is", said)
        self.assertEqual(sorted(os.listdir(os.path.join(root, ".claude-flow", "metrics"))),
                         ["performance.json", "task-metrics.json"])

    def test_merging_teaches_durations(self):
        parts = self.shards(2)
        root = self.clone("learner")
        self.run_in(root, "merge", "--quiet", *[p["folder"] for p in parts])
        with open(os.path.join(root, ".seaworthy", "durations.json"), encoding="utf-8") as f:
            known = json.load(f)["units"]
        self.assertIn("suite:split", known)
        plan = json.loads(self.run_in(root, "plan", "--format", "json", "--shard", "1/2").stdout)
        self.assertEqual((plan["shard"]["index"], plan["shard"]["total"]), (1, 2))
        ran = self.run_in(root, "run", "--quiet", "--format", "json", "--shard", "1/2")
        self.assertEqual(sorted(u["id"] for u in plan["units"] if u["here"]),
                         sorted(u["id"] for u in json.loads(ran.stdout)["units"]))
        self.assertEqual(plan["shard"]["fingerprint"],
                         json.loads(ran.stdout)["shard"]["fingerprint"])

    def test_a_part_is_never_reused_for_the_whole(self):
        policy = POLICY.replace('run: ["sh", "split.sh"]',
                                'run: ["sh", "split.sh"], inputs: ["split.sh"]')
        policy = policy.replace('{id: lonely, run: "true"}',
                                '{id: lonely, run: "true", inputs: ["a.c"]}')
        root = self.clone("cached", self.project("inputs", policy))
        for _ in range(2):
            self.run_in(root, "run", "--quiet", "--shard", "1/2")
            self.run_in(root, "run", "--quiet", "--shard", "2/2")
        suites = json.loads(self.run_in(root, "test", "--quiet", "--format", "json").stdout)
        self.assertEqual([s["passed"] for s in suites if s["id"] == "split"], [7])
        runs = os.path.join(root, ".seaworthy", "runs")
        newest = sorted(os.listdir(runs))[-2:]
        card = self.merge([os.path.join(runs, r) for r in newest])[1]
        states = {s["id"]: s["state"] for s in card["suites"]}
        self.assertEqual((states["split"], states["lonely"]), ("pass", "pass"))

    def test_fixtures_are_set_up_where_they_are_needed(self):
        policy = CLEAN.replace("suites:", """\
fixtures:
  - {id: store, run: "echo up >>$SEAWORTHY_ROOT/made-up", stop: "true"}
suites:""").replace('{id: a, run: "true"}', '{id: a, run: "grep -c up made-up", needs: [store]}')
        policy = policy.replace('{id: b, run: "true"}', '{id: b, run: "grep -c up made-up", needs: [store]}')
        parts = self.shards(3, "--shard-mode", "slice", origin=self.project("fixtures", policy))
        with_fixture = [p for p in parts if "fixture:store" in [u["id"] for u in p["units"]]]
        self.assertEqual(len(with_fixture), 2)
        self.assertEqual(self.merge(parts, code=0)[1]["decision"], "GO")

    def test_benchmarks_are_one_family_on_one_machine(self):
        policy = CLEAN.replace("suites:", "".join(
            f"  - {{id: tests.{k}, category: tests, weight: 1, collect: {{bench: {{run: [sh, "
            f"{k}.sh], format: lines, min_time: 1ms, pairs: 8}}}}}}\n" for k in "xyz") + "suites:")
        files = dict(FILES, **{f"{k}.sh": f"""\
awk -v s=$$ 'BEGIN {{ srand(s); printf "{k} %.6f ms\\n", 5 * (1 + 0.001 * rand()) }}'
""" for k in "xyz"})
        origin = self.project("bench", policy, files)
        self.git(origin, "tag", "v1")
        self.git(origin, "commit", "-q", "--allow-empty", "-m", "y")
        parts = self.shards(3, "--shard-mode", "slice", "--base", "v1", origin=origin)
        with_bench = [p for p in parts if "bench" in [u["id"] for u in p["units"]]]
        self.assertEqual(len(with_bench), 1)
        root = self.clone("merged-bench", origin)
        _, card = self.merge_in(root, parts)
        checks = {c["id"]: c for c in card["checks"] if c["id"][-2:] in (".x", ".y", ".z")}
        self.assertEqual({c["state"] for c in checks.values()}, {"pass"}, checks)
        shared = set.intersection(*(set(c["evidence"]) for c in checks.values()))
        texts = []
        for sha in shared:
            with open(os.path.join(root, ".seaworthy", "runs", os.listdir(os.path.join(
                    root, ".seaworthy", "runs"))[0], "artefacts", sha), encoding="utf-8") as f:
                texts.append(f.read())
        told = json.loads(next(t for t in texts if t.startswith('{"schema_version"')))
        self.assertEqual([b["name"] for b in told["benchmarks"]], ["x", "y", "z"])
        self.assertIsNotNone(told["machine"]["cores"])
        rest = [p for p in parts if p is not with_bench[0]]
        _, card = self.merge(rest, "--allow-missing")
        for c in card["checks"]:
            if c["id"] in checks:
                self.assertEqual(c["state"], "unknown", c)

    def test_durations_matter_only_where_they_deal(self):
        roots = [self.clone("h1"), self.clone("h2")]
        self.run_in(roots[1], "test", "--quiet")
        for i, root in enumerate(roots):
            self.run_in(root, "run", "--quiet", "--shard", f"{i + 1}/2", "--shard-mode", "hash")
        folders = [os.path.join(r, ".seaworthy", "runs") for r in roots]
        self.assertIsNotNone(self.merge(folders)[1])

    def forge(self, folder, change):
        """shard.json as `change` leaves it; the text as it was."""
        path = os.path.join(folder, "shard.json")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        doc = json.loads(text)
        change(doc)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(doc, f)
        return path, text

    def test_what_was_forged_is_refused(self):
        parts = self.shards(2, "--shard-mode", "slice")
        folder = parts[0]["folder"]
        mine = next(u for u in parts[0]["units"] if u["id"].startswith("suite:"))["id"]

        def unit(doc, name):
            return next(u for u in doc["units"] if u["id"] == name)

        forged = (
            (lambda d: unit(d, mine).update(state=None), "has no result of " + mine),
            (lambda d: d["units"].append(dict(unit(d, mine))), "there twice"),
            (lambda d: unit(d, mine).update(id="../../x"), "is called ../../x"),
            (lambda d: unit(d, mine).update(kind="build"), "no build is called"),
            (lambda d: unit(d, mine).update(state="../../../etc/passwd"), "SHA-256"),
            (lambda d: d["files"][0].update(name="../shard.json"), "no file of its run"),
            (lambda d: d["checks"][0].update(id="../../x"), "no file of its run"),
            (lambda d: d.update(ended_ms=2 ** 62), "ended_ms"),
            (lambda d: d.update(index=3), "index"),
            (lambda d: d.update(tree="0" * 40), "the fingerprint is not"),
        )
        for change, says in forged:
            path, text = self.forge(folder, change)
            done = self.merge(parts, code=6)[0]
            self.assertIn(says, done.stderr)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
        path, text = self.forge(folder, lambda d: d.update(schema_version=1))
        self.assertIn("schema", self.merge(parts, code=2)[0].stderr)
        os.unlink(path)
        os.symlink(os.path.join(parts[1]["folder"], "shard.json"), path)
        self.assertIn("not a regular file", self.merge(parts, code=6)[0].stderr)

    def test_a_forged_settlement_of_a_part_is_refused(self):
        """Or the part of a suite that passed here would stand for all of it."""
        split = SPLIT.replace('echo "ok $count - case $k"',
                              'test $i = 1 && echo "ok $count - case $k" || '
                              'echo "not ok $count - case $k"')
        origin = self.project("settled", POLICY.replace(
            "collect: {suite: split}, measure: total, scale: {fail: 0, pass: 7}",
            "collect: {suite: split}"), dict(FILES, **{"split.sh": split}))
        parts = self.shards(2, origin=origin)
        merged = self.merge(parts)[1]
        self.assertEqual([c["state"] for c in merged["checks"] if c["id"] == "tests.split"],
                         ["fail"])
        path = os.path.join(parts[0]["folder"], "checks", "tests.split.json")
        with open(path, encoding="utf-8") as f:
            record = json.load(f)
        self.assertEqual(record["state"], "unknown", "a shard does not judge a part")
        text = json.dumps(dict(record, state="pass", low="1", high="1"))
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

        def settle(doc):
            for check in doc["checks"]:
                if check["id"] == "tests.split":
                    self.assertFalse(check["settled"])
                    check["settled"] = True
                    check["sha256"] = hashlib.sha256(text.encode()).hexdigest()

        self.forge(parts[0]["folder"], settle)
        self.assertIn("says that it settled tests.split alone", self.merge(parts, code=6)[0].stderr)

    def test_more_shards_than_open_files(self):
        origin = self.project("many", CLEAN)
        root = self.clone("many-here", origin)
        for i in range(1, 41):
            self.run_in(root, "run", "--quiet", "--shard", f"{i}/40", "--format", "json")
        done = subprocess.run(
            ["sh", "-c", 'ulimit -n 32; exec "$0" "$@"', shards_place.PROGRAM, "merge", "--quiet",
             "--format", "json", os.path.join(root, ".seaworthy", "runs")],
            cwd=self.top, capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["decision"], "GO")

    def test_links_below_a_shard_are_not_followed(self):
        parts = self.shards(1)
        below = os.path.join(parts[0]["folder"], "artefacts")
        os.rename(below, below + "-away")
        os.symlink(below + "-away", below)
        self.merge(parts, code=6)

    def test_what_was_joined_and_a_shard_are_replayed(self):
        parts = self.shards(2, "--shard-mode", "slice")
        root = self.clone("replayed")
        self.merge_in(root, parts)
        done = self.run_in(root, "replay", code=1)
        for unit in ("suite:good", "suite:split", "build:one", "scan"):
            self.assertIn(unit, done.stderr)
        self.assertIn("    | not ok 2 - b", done.stderr)
        self.assertIn("NO-GO", done.stdout)
        seen = 0
        for part in parts:
            done = self.run_in(root, "replay", part["folder"], code=part["code"])
            self.assertIn("No score and no decision", done.stdout)
            seen += "    | not ok 2 - b" in done.stderr
            if "suite:bad" not in done.stderr:
                continue
            below = os.path.join(part["folder"], "artefacts")
            for name in os.listdir(below):
                with open(os.path.join(below, name), "ab") as f:
                    f.write(b"x")
            self.run_in(root, "replay", part["folder"], code=6)
        self.assertEqual(seen, 1)

    def test_a_part_of_test_without_a_suite_is_fine(self):
        origin = self.project("few", CLEAN)
        for i in range(1, 5):
            done = self.run_in(self.clone(f"few{i}", origin), "test", "--shard", f"{i}/4", code=0)
            self.assertIn("nothing is recorded", done.stderr)
            self.assertIn("`seaworthy run --shard`", done.stderr)

    def test_auto_asks_the_ci(self):
        status = os.path.join(self.top, "status")
        for env, expected in (({"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3"}, (2, 3)),
                              ({"BUILDKITE_PARALLEL_JOB": "0",
                                "BUILDKITE_PARALLEL_JOB_COUNT": "3"}, (1, 3)),
                              ({"TEST_SHARD_INDEX": "1", "TEST_TOTAL_SHARDS": "2",
                                "TEST_SHARD_STATUS_FILE": status}, (2, 2))):
            done = self.run_in(self.origin, "plan", "--shard", "auto", "--format", "json",
                               code=0, env=env)
            got = json.loads(done.stdout)["shard"]
            self.assertEqual((got["index"], got["total"]), expected)
        self.assertTrue(os.path.exists(status))
        self.run_in(self.origin, "run", "--shard", "auto", code=2)

    def test_test_runs_its_part_of_the_suites(self):
        done = self.run_in(self.clone("talk"), "test", "--shard", "2/3")
        self.assertIn("shard 2 of 3: only its part of the suites", done.stderr)
        counts = 0
        for i in (1, 2, 3):
            done = self.run_in(self.clone(f"t{i}"), "test", "--quiet", "--format", "json",
                               "--shard", f"{i}/3")
            counts += sum(s["id"] != "split" for s in json.loads(done.stdout))
        self.assertEqual(counts, 7)


if __name__ == "__main__":
    shards_place.PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
