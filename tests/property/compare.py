#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: compare.py SEAWORTHY [FOLDERS [SEED]]

Writes random folders of evidence, scores each with the program and with reference.py,
and compares all that both print. Then takes a file of evidence away, which must not
help. Keeps the first folder on which they differ.
"""

import concurrent.futures
import datetime
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from fractions import Fraction

sys.dont_write_bytecode = True  # nothing new in the tree that is judged
from reference import Reference  # noqa: E402

NOW = datetime.datetime(2026, 11, 22, 10, 0, tzinfo=datetime.timezone.utc)
IDS = ["a.b", "a-b", "a_b", "aB", "ab", "Ab", "b", "b.a", "z9", "Z", "t.unit", "t.e2e"]
VALUES = ["0", "0.05", "0.1", "0.3333", "0.5", "0.75", "0.88", "0.95", "0.999999", "1",
          "1.0", "5e-1", "0.62", "0.000001"]


class Number(float):
    """A decimal that json.dumps writes as it was typed."""

    def __new__(cls, text):
        self = super().__new__(cls, text)
        self.text = text
        return self

    def __repr__(self):
        return self.text


def stamp(delta):
    return (NOW + delta).strftime("%Y-%m-%dT%H:%M:%SZ")


def weight(rng):
    return rng.choices([0, rng.randint(1, 6), rng.randint(1, 100), 2 ** 63],
                       [10, 70, 18, 2])[0]


def random_check(rng, i, categories):
    c = {"id": i, "category": rng.choice(categories)["id"], "weight": weight(rng),
         "collect": {"command": {"run": "true", "format": "exit"}}}
    if rng.random() < 0.25:
        c["collect"] = {"attest": {"role": "lead", "statement": "it is so",
                                   "value": Number("1.0")}}
    if rng.random() < 0.25:
        c["blocker"] = rng.choice(["P0", "P1"])
    if rng.random() < 0.08:
        c["required"] = True
    if rng.random() < 0.3:
        c["max_age"] = rng.choice(["24h", "30d", "90m"])
    if rng.random() < 0.3:
        c["same_tree"] = rng.random() < 0.7
    if rng.random() < 0.1:
        c["warns_until"] = stamp(datetime.timedelta(seconds=rng.choice([-1, 0, 1])))
    if rng.random() < 0.08:
        c["not_applicable"] = {"reason": "a library", "approver": "lead"}
    return c


def random_policy(rng):
    categories = []
    for g in range(rng.randint(1, 5)):
        c = {"id": "g%d" % g, "title": "Group %d" % g, "weight": weight(rng)}
        if rng.random() < 0.2:
            c["floor"] = rng.choice([60, Number("71.2")])
        if rng.random() < 0.15:
            c["hard_floor"] = 30
        categories.append(c)
    checks = [random_check(rng, i, categories)
              for i in rng.sample(IDS, rng.randint(0, len(IDS)))]
    p = {"version": 1, "categories": categories, "checks": checks}
    if rng.random() < 0.8:
        p["thresholds"] = {
            "go": rng.choice([95, 80, Number("71.2")]),
            "conditional": rng.choice([75, 40, 0]),
            "min_coverage": {"go": Number(rng.choice(["0.95", "0.5", "1.0"])),
                             "conditional": Number(rng.choice(["0.85", "0.3", "0.0"]))},
            "caps": {"p0": rng.choice([59, 40]), "p1": rng.choice([84, 70])},
            "max_attested_share": rng.choice([20, 0, 50, 100]),
            "max_not_applicable_share": rng.choice([30, 0, 50, 100]),
            "allow_dirty": rng.random() < 0.5}
    if checks and rng.random() < 0.35:
        p["waivers"] = [
            {"check": rng.choice(checks)["id"], "owner": "ann",
             "approver": rng.choice(["bob", "bob", "ann"]), "reason": "known",
             "issue": "I-1", "expires": stamp(datetime.timedelta(
                 seconds=rng.choice([-1, 0, 1, 86400, 90 * 86400, 90 * 86400 + 1])))}
            for _ in range(rng.randint(1, 2))]
    if rng.random() < 0.1:
        p["quarantine"] = [{"test": "t", "owner": "ann", "issue": "I-2", "expires":
                            stamp(datetime.timedelta(seconds=rng.choice([0, 1])))}]
    if rng.random() < 0.1:
        p["signoff"] = [{"role": "lead", "need": 1, "people": ["ssh-ed25519 AAAA lead"],
                         "not_author": True}]
    return p


def random_values(rng):
    if rng.random() < 0.5:
        return "1", "1"
    if rng.random() < 0.3:
        return "0", "0"
    low, high = sorted((rng.choice(VALUES), rng.choice(VALUES)), key=Fraction)
    if rng.random() < 0.6:
        high = low
    if rng.random() < 0.03:
        low, high = high, rng.choice(["0", "1.5", "-1"])
    return low, high


def random_record(rng, check):
    state = rng.choices(["valued", "unknown", "error", "n/a"], [70, 10, 6, 14])[0]
    low = high = None
    if state == "valued":
        low, high = random_values(rng)
        state = rng.choice(["pass", "warn", "fail"])
    age = datetime.timedelta(seconds=rng.choice(
        [0, 0, 0, 3600, 5400, 5401, 86400, 86401, 30 * 86400, 30 * 86400 + 1, -60, -61, -7200]))
    return {"check": check["id"], "state": state, "measured": None, "unit": None,
            "low": low and Number(low), "high": high and Number(high),
            "artefacts": [{"sha256": "ab" * 32, "name": "log", "bytes": 3}],
            "producer": {"tool": "t", "version": "1"},
            "started": stamp(-age), "ended": stamp(-age),
            "tree": rng.choice(["t1", "t1", "t1", "t2", None]), "message": "said so",
            "later": {"keys": ["are", "skipped"]}}


def write(path, value):
    with open(path, "w", encoding="utf-8") as f:
        json.dump(value, f)


def write_folder(folder, rng):
    policy = random_policy(rng)
    os.makedirs(os.path.join(folder, "checks"))
    write(os.path.join(folder, "policy.json"), policy)
    git = rng.random() < 0.9
    write(os.path.join(folder, "subject.json"), {
        "path": "/src", "commit": "c1" if git else None, "tree": "t1" if git else None,
        "dirty": rng.random() < 0.1 if git else None})
    for c in policy["checks"]:
        if rng.random() < 0.85:
            write(os.path.join(folder, "checks", c["id"] + ".json"),
                  random_record(rng, c))


def number(v):
    return None if v is None else Fraction(v)


def run(program, folder):
    p = subprocess.run([program, "score", folder, "--format", "json", "--now",
                        stamp(datetime.timedelta(0))], capture_output=True, timeout=60,
                       check=False)
    try:
        out = json.loads(p.stdout, parse_float=str, parse_int=str)
    except ValueError:
        return {"exit": p.returncode, "stderr": p.stderr.decode()}
    s = out["score"]
    return {
        "lower": number(s["lower"]), "upper": number(s["upper"]),
        "coverage": number(s["coverage"]), "final": number(s["final"]),
        "cap": number(s["cap"]), "decision": out["decision"], "exit": p.returncode,
        "categories": [(g["id"], number(g["score"]), number(g["contribution"]), g["band"])
                       for g in out["categories"]],
        "checks": [(c["id"], c["state"], number(c["value"]), number(c["contribution"]))
                   for c in out["checks"]]}


DECISIONS = ["GO", "CONDITIONAL GO", "NO-GO"]


def removing_helps(program, folder, rng, before):
    """Takes one file of evidence away; what that made better, or None."""
    names = sorted(os.listdir(os.path.join(folder, "checks")))
    # Thresholds of 0 let through what has no evidence, but not where nothing applies.
    if not names or (before["exit"] == 4 and before["coverage"] == 0):
        return None
    name = rng.choice(names)
    os.remove(os.path.join(folder, "checks", name))
    after = run(program, folder)
    if after["final"] > before["final"]:
        return "without checks/%s the score is higher" % name
    if DECISIONS.index(after["decision"]) < DECISIONS.index(before["decision"]):
        return "without checks/%s the decision is better" % name
    return None


def compare(program, top, seed):
    folder = os.path.join(top, str(seed))
    rng = random.Random(seed)
    write_folder(folder, rng)
    want = Reference(folder, NOW).printed()
    got = run(program, folder)
    if want == got:
        helped = removing_helps(program, folder, rng, got)
        if helped:
            return want["decision"], folder + ": " + helped
        shutil.rmtree(folder)
        return want["decision"], None
    lines = ["they differ: %s: the program says %s, the reference %s" % (k, got.get(k), want[k])
             for k in want if got.get(k) != want[k]]
    return want["decision"], "\n".join([folder, got.get("stderr", "")] + lines)


def main():
    program = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    top = tempfile.mkdtemp(prefix="compare-")
    decisions = {}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for decision, fault in pool.map(lambda i: compare(program, top, seed + i),
                                        range(count)):
            decisions[decision] = decisions.get(decision, 0) + 1
            if fault:
                print(fault)
                os._exit(1)
    shutil.rmtree(top)
    print("%d folders from seed %d: program and reference agree %s" %
          (count, seed, decisions))
    if count >= 500 and len(decisions) < 3:
        sys.exit("the random folders do not reach every decision")


if __name__ == "__main__":
    main()
