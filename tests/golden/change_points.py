#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Series and their change points, computed another way than gate/verdict/change_points.c:
sums over all pairs, and Student's distribution by integrating it.
usage: change_points.py > change_points.inc, or change_points.py --check change_points.inc"""
import math
import random
import sys


def student_p(t, df):
    """P(|T| >= |t|): with t = sqrt(df) tan(a) the density is cos(a)^(df - 1)."""
    if math.isinf(t):
        return 0.0
    low, high = math.atan2(abs(t), math.sqrt(df)), math.pi / 2
    step, total = 1 / 256, 0.0
    for i in range(-4 * 256, 4 * 256 + 1):  # tanh-sinh quadrature
        u = math.pi / 2 * math.sinh(i * step)
        # The distance to pi/2, without losing it beside pi/2.
        rest = (high - low) / (1 + math.exp(2 * u))
        weight = math.pi / 2 * math.cosh(i * step) / math.cosh(u) ** 2
        if weight > 0 and rest > 0:
            total += weight * math.sin(rest) ** (df - 1)
    constant = math.exp(math.lgamma((df + 1) / 2) - math.lgamma(df / 2))
    return min(1.0, 2 * constant / math.sqrt(math.pi) * total * step * (high - low) / 2)


def mean(x):
    return x[0] if min(x) == max(x) else math.fsum(x) / len(x)


def welch_p(x, y):
    if len(x) < 2 or len(y) < 2:
        return 1.0
    a, b = (math.fsum((v - mean(g)) ** 2 for v in g) / (len(g) - 1) / len(g) for g in (x, y))
    if a + b == 0:
        return 1.0 if mean(x) == mean(y) else 0.0
    df = (a + b) ** 2 / (a * a / (len(x) - 1) + b * b / (len(y) - 1))
    return student_p((mean(x) - mean(y)) / math.sqrt(a + b), df)


def energy(x, y):
    m, n = len(x), len(y)
    between = math.fsum(abs(u - v) for u in x for v in y)
    left = math.fsum(abs(u - v) for i, u in enumerate(x) for v in x[:i])
    right = math.fsum(abs(u - v) for i, u in enumerate(y) for v in y[:i])
    return m * n / (m + n) * (2 / (m * n) * between - 2 / (m * (m - 1)) * left
                              - 2 / (n * (n - 1)) * right)


def split(x, low, high, p):
    """The cuts within [low, high)."""
    if high - low < 4:
        return []
    scores = [(energy(x[low:k], x[k:high]), -k) for k in range(low + 2, high - 1)]
    at = -max(scores)[1]
    if welch_p(x[low:at], x[at:high]) > p:
        return []
    return split(x, low, at, p) + [at] + split(x, at, high, p)


def change_points(series, ratio, window, p_max, least):
    kept = [(i, math.log(v) if ratio else v) for i, v in enumerate(series)
            if v is not None and (v > 0 or not ratio)]
    x = [v for _, v in kept]
    cuts, start = [], 0
    while start < len(x):
        found = split(x, start, min(len(x), start + window), 10 * p_max)
        cuts += found
        start = max([start + window // 2] + found)
    limit = math.log1p(least) if ratio else least
    while True:
        ends = [0] + sorted(cuts) + [len(x)]
        sides = [(x[a:b], x[b:c], b) for a, b, c in zip(ends, ends[1:], ends[2:])]
        p = [(welch_p(s, t), -at) for s, t, at in sides]
        steps = [(abs(mean(t) - mean(s)), at) for s, t, at in sides]
        if p and max(p)[0] > p_max:
            cuts.remove(-max(p)[1])
        elif steps and min(steps)[0] < limit:
            cuts.remove(min(steps)[1])
        else:
            break
    back = math.exp if ratio else float
    return [(kept[b - 1][0], kept[b][0], back(mean(x[a:b])), back(mean(x[b:c])), c - b,
             welch_p(x[a:b], x[b:c])) for a, b, c in zip(ends, ends[1:], ends[2:])]


def times(rng, levels, jitter, spikes=0.0):
    """Levels of so many commits each."""
    out = []
    for level, count in levels:
        for _ in range(count):
            v = level * math.exp(rng.gauss(0, jitter))
            out.append(v * (1 + rng.expovariate(10)) if rng.random() < spikes else v)
    return [round(v, 6) for v in out]


def gaps(rng, series, share):
    return [None if rng.random() < share else v for v in series]


def samples():
    rng = random.Random(20)
    time, score = (True, 50, 0.001, 0.05), (False, 50, 0.001, 2.0)
    yield "nothing", [], time
    yield "one value", [5.0], time
    yield "equal values", [5.0] * 60, time
    yield "noise alone", times(rng, [(100, 200)], 0.02), time
    yield "noise with spikes", times(rng, [(100, 200)], 0.02, 0.08), time
    yield "one step", times(rng, [(100, 40), (110, 40)], 0.02), time
    yield "a step below 5 %", times(rng, [(100, 60), (104, 60)], 0.005), time
    yield "there and back", times(rng, [(100, 30), (115, 12), (100, 30)], 0.02), time
    yield "a step with spikes", times(rng, [(100, 60), (112, 60)], 0.02, 0.08), time
    yield "stairs", times(rng, [(100, 30), (107, 30), (115, 30), (90, 30)], 0.01), time
    yield "slow creep", [round(100 * 1.004 ** i * math.exp(rng.gauss(0, 0.005)), 6)
                         for i in range(120)], time
    yield "gaps", gaps(rng, times(rng, [(100, 50), (112, 50)], 0.02), 0.3), time
    yield "zero is a gap", [0.0, 100.0, 101.0, 100.5, 0.0, 120.0, 121.0, 120.5, 120.2], time
    yield "only gaps", [None] * 10, time
    yield "two last values", [100.0] * 48 + [110.0, 110.0], time
    yield "exact steps", [10.0] * 10 + [20.0] * 10 + [10.0] * 10, time
    yield "a small window", times(rng, [(100, 20), (130, 20), (90, 20)], 0.03), \
        (True, 10, 0.001, 0.05)
    yield "scores", [round(82 + rng.gauss(0, 0.4), 1) for _ in range(40)] + \
        [round(74 + rng.gauss(0, 0.4), 1) for _ in range(20)], score
    yield "scores that stay", [round(82 + rng.gauss(0, 0.4), 1) for _ in range(80)], score
    yield "scores around 0", [round(rng.gauss(0, 1), 2) for _ in range(30)] + \
        [round(rng.gauss(-4, 1), 2) for _ in range(30)], score
    for i in range(6):
        levels = [(rng.uniform(50, 200), rng.randrange(3, 70))
                  for _ in range(rng.randrange(2, 6))]
        yield f"random {i}", gaps(rng, times(rng, levels, 0.03, 0.05), 0.05), time


def rows(values, per):
    for i in range(0, len(values), per):
        yield "\t" + ", ".join(values[i:i + per]) + ",\n"


def text():
    out = ["/* SPDX-License-Identifier: Apache-2.0 */\n"
           "/* Written by tests/golden/change_points.py. */\n"]
    table = []
    for n, (name, series, (ratio, window, p_max, least)) in enumerate(samples()):
        found = change_points(series, ratio, window, p_max, least)
        out.append(f"static const double series{n}[] = {{\n")
        out += rows(["NAN" if v is None else repr(float(v)) for v in series] or ["0"], 8)
        out.append("};\n")
        out.append(f"static const struct gate_change changes{n}[] = {{\n")
        out += [f"\t{{ {c[0]}, {c[1]}, {c[2]!r}, {c[3]!r}, {c[4]}, {c[5]:.12g} }},\n"
                for c in found] or ["\t{ 0, 0, 0, 0, 0, 0 },\n"]
        out.append("};\n")
        table.append(f"\t{{ \"{name}\", {{ series{n}, {len(series)}, {str(ratio).lower()} }},"
                     f" {{ {window}, {p_max}, {least} }}, changes{n}, {len(found)} }},\n")
    out.append("static const struct golden golden[] = {\n")
    return "".join(out + table + ["};\n"])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        kept = open(sys.argv[2], encoding="utf-8").read()
        sys.exit(0 if kept == text() else f"{sys.argv[2]} is not what this prints")
    sys.stdout.write(text())
