#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Random samples judged by `bench --samples` and by the protocol written down anew, with
exact fractions. usage: test_bench_oracle.py PROGRAM"""
import functools
import json
import math
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest
from fractions import Fraction
from math import comb, exp, inf, isfinite, log, log1p, nan
from statistics import median

PROGRAM = os.path.abspath(sys.argv.pop(1))
FILES = 80
ARMS = ("base", "head", "control")


@functools.cache
def at_most(n, k):
    """P(Bin(n, 1/2) <= k)."""
    return Fraction(sum(comb(n, i) for i in range(k + 1)), 2 ** n)


@functools.cache
def rank(n, alpha):
    return max([k for k in range(1, n + 1) if 2 * at_most(n, k - 1) <= alpha], default=0)


def compare(row, stage, arm, alpha):
    """Of the logarithms: how many, their median, and the interval that holds it."""
    d = sorted(differences(row, stage, arm))
    k = rank(len(d), alpha)
    low, high = (d[k - 1], d[len(d) - k]) if k else (-inf, inf)
    return len(d), middle(d) if d else nan, low, high


def middle(d):
    with_infinite = d[len(d) // 2 - (1 - len(d) % 2)] == -inf and d[len(d) // 2] == inf
    return nan if with_infinite else median(d)


def is_value(row, x):
    return x is not None and (1e-30 <= x <= 1e30 or (x == 0 and not row["timed"]))


def differences(row, stage, arm):
    for a, b in zip(stage["base"], stage[arm]):
        if is_value(row, a) and is_value(row, b):
            la, lb = (log(x) if x > 0 else -inf for x in (a, b))
            d = 0.0 if a == b else lb - la
            yield -d if row["higher"] else d


def costs(row, stage):
    pairs = [(a, b) for a, b in zip(stage["base"], stage["head"])
             if is_value(row, a) and is_value(row, b)]
    sign = -1 if row["higher"] else 1
    return [sorted(sign * log(p[arm]) for p in pairs) for arm in range(2)]


def compare_fastest(row, stage, alpha):
    """How many, the ratio, its interval, and the spread of the fastest of the base."""
    if not row["timed"]:
        return 0, nan, -inf, inf, inf, -inf
    a, b = costs(row, stage)
    n = len(a)
    s = min((s for s in range(1, n + 1) if Fraction(2, 2 ** s) <= alpha), default=0)
    if s == 0:
        return n, nan, -inf, inf, inf, -inf
    middle = (s - 1) // 2
    return n, b[middle] - a[middle], b[0] - a[s - 1], b[s - 1] - a[0], a[s - 1] - a[0], b[n - s] - a[-1]


def p_fastest(row, stage, margin):
    a, b = costs(row, stage)
    if not a:
        return Fraction(1)
    return Fraction(1, 2 ** sum(x < min(y - margin for y in b) for x in a))


def judge_stage(command, row, index):
    if len(row["stages"]) <= index:
        return None
    stage = row["stages"][index]
    alpha = (Fraction(1, 20), Fraction(1, 100))[index]
    n, mid, low, high = compare(row, stage, "head", alpha)
    found = {"valid": n, "ratio": mid, "low": low, "high": high, "stage": stage,
             "control": compare(row, stage, "control", Fraction(1, 100)),
             "fastest": compare_fastest(row, stage, alpha)}
    found["verdict"] = verdict(command, row, index, found)
    if isinstance(found["verdict"], tuple):
        found["verdict"], found["by_fastest"] = combine(
            *found["verdict"], found["ratio"], found["fastest"][-1], log1p(command["margin"]))
    return found


def verdict(command, row, index, found):
    stage, margin = found["stage"], command["margin"]
    base, head = ([x for x in stage[arm] if is_value(row, x)] for arm in ARMS[:2])
    ran = command["ran"][index]
    if bool(base) != bool(head) and ran[0] and ran[1] and row["fault"] is None:
        return "NEW" if head else "UNKNOWN"
    if 5 * found["valid"] < 4 * len(stage["base"]):
        return "UNKNOWN"
    if row["timed"]:
        both = sorted(base + head)
        steps = [b - a for a, b in zip(both, both[1:]) if b > a]
        if not steps or min(steps) / median(both) > margin:
            return "UNKNOWN"
    spread = median([abs(x - median(base)) for x in base])
    noisy = len(base) < 2 or spread and not 1.4826 * spread <= 0.1 * median(base)
    *_, low, high, fast_spread, _ = found["fastest"]
    if noisy and fast_spread > log1p(0.1):
        return "UNKNOWN"
    m = log1p(margin)
    typical = "NOISY" if noisy else by_interval(found["low"], found["high"], m)
    return typical, by_interval(low, high, m)


def by_interval(low, high, m):
    if low > m:
        return "REGRESSION"
    if high < -m:
        return "IMPROVED"
    return "EQUIVALENT" if low >= -m and high <= m else "INCONCLUSIVE"


def combine(typical, fastest, seen, slowest, m):
    """What both say, and whether only the fastest ones do."""
    claims = {typical, fastest} & {"REGRESSION", "IMPROVED"}
    if len(claims) == 2:
        return "INCONCLUSIVE", False
    if claims:
        return claims.pop(), typical not in ("REGRESSION", "IMPROVED")
    if (typical in ("INCONCLUSIVE", "NOISY") and fastest == "EQUIVALENT"
            and -m <= seen <= m and slowest <= m):
        return "EQUIVALENT", True
    return "UNKNOWN" if typical == "NOISY" else typical, False


def is_off(j):
    n, _, low, high = j["control"]
    mute = j["verdict"] not in ("UNKNOWN", "NEW") and rank(n, Fraction(1, 100)) == 0
    return exp(low) > 1.05 or exp(high) < 1 / 1.05 or mute


def holm(p, alpha):
    rejected = [False] * len(p)
    for i, at in enumerate(sorted(range(len(p)), key=lambda i: (p[i], i))):
        if p[at] > alpha / (len(p) - i):
            break
        rejected[at] = True
    return rejected


def benjamini_hochberg(p, q):
    order = sorted(range(len(p)), key=lambda i: (p[i], i))
    last = max([i + 1 for i, at in enumerate(order) if p[at] <= q * (i + 1) / len(p)],
               default=0)
    return [i in order[:last] for i in range(len(p))]


def final(first, second, rejected, off):
    if second is None:
        v = first
    elif {first, second} == {"REGRESSION", "IMPROVED"}:
        v = "INCONCLUSIVE"
    elif second == "REGRESSION" and not (first == "REGRESSION" and rejected):
        v = "INCONCLUSIVE"
    else:
        v = second
    if v in ("UNKNOWN", "NEW"):
        return v
    if off[0] or (second is not None and off[1]):
        return "INCONCLUSIVE"
    return "INCONCLUSIVE" if second is None and v in ("REGRESSION", "IMPROVED") else v


def judge(samples):
    stages, p = [], []
    for row in samples["benchmarks"]:
        command = samples["commands"][row["command"]]
        two = [judge_stage(command, row, i) for i in range(2)]
        stages.append(two)
        d = list(differences(row, row["stages"][1], "head")) if two[1] else []
        above = sum(x > log1p(command["margin"]) for x in d)
        p.append(1 - at_most(len(d), above - 1) if d else Fraction(1))
        if row["timed"] and two[1]:
            fast = p_fastest(row, row["stages"][1], log1p(command["margin"]))
            p[-1] = min(Fraction(1), 2 * min(p[-1], fast))
    off = [any(two[i] and is_off(two[i]) for two in stages) for i in range(2)]
    tested = [i for i, two in enumerate(stages) if two[0]["verdict"] != "NEW"]
    rejected = dict(zip(tested, holm([p[i] for i in tested], Fraction(1, 20))))
    advisory = dict(zip(tested, benjamini_hochberg([p[i] for i in tested], Fraction(1, 10))))
    for i, two in enumerate(stages):
        v = final(two[0]["verdict"], two[1]["verdict"] if two[1] else None,
                  rejected.get(i, False), off)
        yield two, v, p[i], rejected.get(i, False), advisory.get(i, False)


# ---- samples ----

def series(rng, pairs, kind, level, jitter):
    out = []
    for _ in range(pairs):
        x = level * math.exp(rng.gauss(0, jitter))
        if kind == "ties":
            x = level * rng.choice((1, 1, 1.002, 1.004))
        elif kind == "steps":
            x = round(x, -1)
        elif kind == "counts":
            x = float(rng.choice((0, 0, int(x))))
        elif kind == "zeros":
            x = 0.0
        elif kind == "extreme":
            x *= 1.01e-32  # around the smallest value that counts
        elif kind == "huge":
            x *= 0.99e28
        if rng.random() < 0.04:
            x = rng.choice((None, -x, 0.0, 3 * x))
        out.append(x)
    return out


def make_row(rng, command, n, pairs, spoiled):
    kind = rng.choice(("noise",) * 8 + ("ties", "steps", "counts", "zeros", "extreme", "huge"))
    change = rng.choice((1, 1, 1, 1.02, 1.031, 1.05, 1.1, 0.9))
    jitter = rng.choice((0.002, 0.005, 0.01, 0.02, 0.2))
    row = {"command": command, "name": f"b{n}", "unit": "ns", "fault": None,
           "higher": rng.random() < 0.3, "timed": kind not in ("counts", "zeros"),
           "stages": []}
    for _ in range(rng.choice((1, 2, 2))):
        level = rng.choice((99, 105))
        control = 1.2 if spoiled and rng.random() < 0.05 else 1
        stage = {arm: series(rng, pairs, kind, level * f, jitter)
                 for arm, f in zip(ARMS, (1, change, control))}
        if rng.random() < 0.06:
            stage[rng.choice(ARMS if spoiled else ARMS[:2])] = [None] * pairs
        row["stages"].append(stage)
    return row


def make(rng):
    arms = dict.fromkeys(ARMS)
    samples = {"schema_version": 1, "seed": 1, "machine": {}, "commands": [],
               "benchmarks": []}
    spoiled = rng.random() < 0.2
    for c in range(rng.randrange(1, 4)):
        pairs = rng.choice((1, 5, 7, 8, 9) if spoiled else (12, 15, 20, 20, 21, 30, 200))
        samples["commands"].append({
            "check": f"c{c}", "command": "x", "format": "lines", "base": None,
            "pairs": max(pairs, 8), "margin": rng.choice((0.03, 0.03, 0.01, 0.1, 0)),
            "min_ns": 0, "trouble": None, "digests": arms, "faults": arms,
            "ran": [[rng.choice((pairs, pairs, 0)) for _ in ARMS] for _ in range(2)],
            "work": None, "instructions": None})
        for n in range(rng.choice((1, 2, 5, 20))):
            samples["benchmarks"].append(make_row(rng, c, n, pairs, spoiled))
    return samples


def six(x):
    """As written: six digits, null for what is none."""
    return None if x is None or not isfinite(x) else float(f"{x:.6g}")


def ratio(x):
    try:
        return six(exp(x))
    except OverflowError:
        return None


class Oracle(unittest.TestCase):
    by_fastest = 0

    def same(self, got, want, place):
        two, v, p, rejected, advisory = want
        self.assertEqual(len(got["stages"]), sum(s is not None for s in two), place)
        for g, s in zip(got["stages"], two):
            c = s["control"]
            self.assertEqual(g["compared"]["valid"], s["valid"], place)
            self.assertEqual([six(g["compared"][k]) for k in ("ratio", "low", "high")],
                             [ratio(s[k]) for k in ("ratio", "low", "high")], place)
            self.assertEqual([g["controlled"]["valid"]] +
                             [six(g["controlled"][k]) for k in ("ratio", "low", "high")],
                             [c[0]] + [ratio(x) for x in c[1:]], place)
            self.assertEqual([g["fastest"]["valid"]] +
                             [six(g["fastest"][k]) for k in ("ratio", "low", "high")],
                             [s["fastest"][0]] + [ratio(x) for x in s["fastest"][1:4]],
                             place)
            self.assertEqual(g["verdict"], s["verdict"], place)
            self.assertEqual(g["by_fastest"], s.get("by_fastest", False), place)
            self.by_fastest += g["by_fastest"]
        self.assertEqual(six(got["p"]), six(max(float(p), 1e-30)), place)
        self.assertEqual((got["rejected"], got["advisory"]), (rejected, advisory), place)
        self.assertEqual(got["verdict"], v, place)

    def test_random_samples(self):
        seen = {}
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "bench.json"
            for seed in range(FILES):
                samples = make(random.Random(seed))
                path.write_text(json.dumps(samples))
                done = subprocess.run([PROGRAM, "bench", "-f", "json", "--samples", path],
                                      capture_output=True, text=True, check=False)
                self.assertIn(done.returncode, (0, 1, 4), done.stderr)
                found = json.loads(done.stdout)["benchmarks"]
                self.assertEqual(len(found), len(samples["benchmarks"]))
                for got, want in zip(found, judge(samples)):
                    self.same(got, want, f"file {seed}, {got['name']}: {got['why']}")
                    seen[want[1]] = seen.get(want[1], 0) + 1
        self.assertGreater(min(seen.get(v, 0) for v in (
            "REGRESSION", "IMPROVED", "EQUIVALENT", "INCONCLUSIVE", "UNKNOWN", "NEW")), 10,
            seen)
        self.assertGreater(self.by_fastest, 10)


if __name__ == "__main__":
    unittest.main()
