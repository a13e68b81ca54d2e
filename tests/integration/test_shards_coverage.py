#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Coverage of suites that ran in several shards. usage: test_shards_coverage.py PROGRAM"""
import glob
import json
import os
import sys
import unittest

import shards_place
from shards_place import plain

# Suites cover parts of one another's files, by two formats; `split` tells a line a part.
LCOV = """\
# usage: lcov.sh OUT FILE LINE:HITS..
out=$1; file=$2; shift 2
{
	echo SF:$file
	for x in "$@"; do echo "DA:${x%:*},${x#*:}"; echo "BRDA:${x%:*},0,1,${x#*:}"; done
	echo "FN:1,f"; echo "FNDA:${1#*:},f"
	echo end_of_record
} >>$out
"""
GO = """\
printf 'mode: count\\nexample.org/x/src/c.go:1.1,4.2 3 1\\nexample.org/x/src/c.go:5.1,9.2 4 0\\n' >made-go.out
"""
SPLIT = """\
n=${SEAWORTHY_SHARD_TOTAL:-1}
i=${SEAWORTHY_SHARD_INDEX:-1}
rm -f made-split.info
count=0
for k in 1 2 3 4; do
	[ $(((k - 1) % n)) = $((i - 1)) ] || continue
	count=$((count + 1))
	echo "ok $count - case $k"
	sh lcov.sh made-split.info src/d.c 1:1 2:0 3:0 4:0 $k:1
done
echo "1..$count"
"""
POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
components:
  - {id: core, paths: ["src/a.c", "src/b.c"], critical: true}
  - {id: rest, paths: ["src/**"]}
checks:
  - {id: t.lines, category: tests, weight: 1, collect: {coverage: {measure: lines}}, scale: {fail: 0, pass: 100}}
  - {id: t.branches, category: tests, weight: 1, collect: {coverage: {from: [a, b], measure: branches}}, scale: {fail: 0, pass: 100}}
  - {id: t.functions, category: tests, weight: 1, collect: {coverage: {from: [a, b, split], measure: functions}}, scale: {fail: 0, pass: 100}}
  - {id: t.statements, category: tests, weight: 1, collect: {coverage: {from: [go], measure: statements}}, scale: {fail: 0, pass: 100}}
  - {id: t.new, category: tests, weight: 1, collect: {coverage: {measure: lines, new_code: true}}, scale: {fail: 0, pass: 80}}
  - {id: t.paths, category: tests, weight: 1, collect: {coverage: {measure: lines, paths: ["src/d.c"]}}, scale: {fail: 0, pass: 100}}
suites:
  - {id: a, run: "rm -f made-a.info; sh lcov.sh made-a.info src/a.c 1:1 2:0 3:1; sh lcov.sh made-a.info src/b.c 1:0 2:1", coverage: [made-a.info]}
  - {id: b, run: "rm -f made-b.info; sh lcov.sh made-b.info src/a.c 1:0 2:4 3:0 4:0; sh lcov.sh made-b.info src/gone.c 1:1", coverage: [made-b.info]}
  - {id: go, run: [sh, go.sh], coverage: [made-go.out]}
  - {id: split, shard: true, format: tap, run: [sh, split.sh], coverage: [made-split.info]}
  - {id: none, run: "true"}
  - {id: plain, run: "true"}
"""
FILES = {
    "lcov.sh": LCOV, "go.sh": GO, "split.sh": SPLIT, ".gitignore": ".seaworthy/\nmade-*\n",
    "CODEOWNERS": "src/a.c @ann\nsrc/ @bob @eve\n",
    "src/a.c": "int a;\nint b;\nint c;\nint d;\n", "src/b.c": "int a;\nint b;\n",
    "src/c.go": "package x\n" * 9, "src/d.c": "int a;\nint b;\nint c;\nint d;\n",
    "src/never.c": "int n;\nint m;\n\n/* no code */\n", "src/odd \\ name.c": "int n;\n",
}


def project(place, name="origin", policy=POLICY):
    """Two commits, the second with lines that are new since the first."""
    root = place.project(name, policy, FILES)
    place.git(root, "branch", "base")
    for path in ("src/a.c", "src/d.c", "src/never.c"):
        with open(os.path.join(root, path), "a", encoding="utf-8") as f:
            f.write("int new;\n")
    with open(os.path.join(root, "src/d.c"), encoding="utf-8") as f:
        text = f.read()
    with open(os.path.join(root, "src/d.c"), "w", encoding="utf-8") as f:
        f.write("int first;\n" + text)
    place.git(root, "commit", "-qam", "new")
    place.git(root, "branch", "-q", "other", "base")
    return root


class Coverage(shards_place.Place):
    def setUp(self):
        super().setUp()
        self.origin = project(self)

    def base(self):
        return ("--base", "origin/base")

    def whole(self):
        done = self.run_in(self.clone("whole"), "run", "--quiet", "--format", "json", *self.base())
        return json.loads(done.stdout)

    def coverage_of(self, root):
        run = glob.glob(os.path.join(root, ".seaworthy", "runs", "*"))[-1]
        with open(os.path.join(run, "coverage.json"), encoding="utf-8") as f:
            checks = json.load(f)["checks"]
        for c in checks:
            for s in c["suites"]:
                s["reports"] = min(s["reports"], 1)  # each part of a suite writes one
        return sorted(checks, key=lambda c: c["check"])

    def test_the_union_is_what_one_run_covers(self):
        whole = self.whole()
        states = {c["id"]: (c["state"], c["measured"]) for c in whole["checks"]}
        self.assertNotIn("unknown", [s for s, _ in states.values()], whole["checks"])
        for n, mode in ((1, "slice"), (2, "slice"), (5, "slice"), (3, "hash"), (2, "duration")):
            with self.subTest(n=n, mode=mode):
                parts = self.shards(n, "--shard-mode", mode, *self.base())
                if (n, mode) == (5, "slice"):
                    self.assertEqual(sum(any(u["id"] in ("suite:a", "suite:b", "suite:go")
                                             for u in p["units"]) for p in parts), 3)
                root = self.clone(f"merge-{n}-{mode}")
                _, merged = self.merge_in(root, parts)
                self.assertEqual(plain(merged["checks"]), plain(whole["checks"]))
                self.assertEqual(self.coverage_of(root),
                                 self.coverage_of(os.path.join(self.top, "whole")))

    def test_a_missing_shard_never_raises_what_is_covered(self):
        whole = {c["id"]: c for c in self.whole()["checks"]}
        parts = self.shards(5, "--shard-mode", "slice", *self.base())
        for gone in range(5):
            rest = parts[:gone] + parts[gone + 1:]
            ran = {u["id"] for u in parts[gone]["units"]}
            _, card = self.merge(rest, "--allow-missing")
            for c in card["checks"]:
                with self.subTest(gone=gone + 1, check=c["id"]):
                    if c["id"] == "t.statements" and "suite:go" not in ran:
                        self.assertEqual(c["value"], whole[c["id"]]["value"])
                        continue
                    if c["id"] == "t.branches" and not ran & {"suite:a", "suite:b"}:
                        self.assertEqual(c["value"], whole[c["id"]]["value"])
                        continue
                    self.assertNotEqual(c["state"], "pass", c)
                    self.assertIn("missing", c["message"])
                    if c["measured"] is not None and whole[c["id"]]["measured"] is not None:
                        self.assertLessEqual(float(c["measured"]),
                                             float(whole[c["id"]]["measured"]), c)

    def test_other_sources_are_not_added_up(self):
        one = self.shard(1, 2, *self.base())
        place = self.clone("with-more")
        with open(os.path.join(place, "src", "more.c"), "w", encoding="utf-8") as f:
            f.write("int more;\n")
        done = self.run_in(place, "run", "--quiet", "--format", "json", "--shard", "2/2",
                           *self.base())
        _, card = self.merge([one, json.loads(done.stdout)["run"]])
        for c in card["checks"]:
            self.assertEqual(c["state"], "unknown", c)
            self.assertIn("shards 1 and 2 found different sources", c["message"])

    def test_what_is_carried_is_verified(self):
        parts = self.shards(2, "--shard-mode", "slice", *self.base())
        folder = parts[0]["folder"]
        for name in os.listdir(os.path.join(folder, "artefacts")):
            path = os.path.join(folder, "artefacts", name)
            with open(path, "rb") as f:
                data = f.read()
            if not data.startswith((b"#seaworthy coverage:", b"seaworthy coverage tree")):
                continue
            for changed in (data[:-1], data.replace(b"1", b"2", 1), b""):
                with open(path, "wb") as f:
                    f.write(changed)
                done = self.merge(parts, code=6)[0]
                self.assertIn(name, done.stderr)
            with open(path, "wb") as f:
                f.write(data)
        self.assertIsNotNone(self.merge(parts)[1])


if __name__ == "__main__":
    shards_place.PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
