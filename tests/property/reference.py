#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The scoring model a second time: slow, plain, and written from its description alone.

Reads a folder of evidence and says what docs/scoring.md says about it. compare.py holds
the program against it on random folders.
"""

import datetime
import json
import os
from fractions import Fraction

MISSING = {"unknown", "error"}
VALUED = {"pass", "warn", "fail"}
DEFAULTS = {
    "go": "95", "conditional": "75", "max_attested_share": "20",
    "max_not_applicable_share": "30", "allow_dirty": False,
}
SKEW = datetime.timedelta(minutes=1)


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f, parse_float=str, parse_int=str)


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def duration(text):
    units = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours",
             "d": "days"}
    number = text.rstrip("smhd")
    return datetime.timedelta(**{units[text[len(number):]]: int(number)})


class Reference:
    """Everything the program prints about one folder, as exact fractions."""

    def __init__(self, folder, now):
        self.folder = folder
        self.now = now
        self.policy = load(os.path.join(folder, "policy.json"))
        self.subject = load(os.path.join(folder, "subject.json"))
        self.checks = self.policy.get("checks") or []
        self.categories = self.policy.get("categories") or []
        self.t = {**DEFAULTS, **(self.policy.get("thresholds") or {})}
        self.forget_what_only_warns()
        self.state, self.low, self.high = {}, {}, {}
        for c in self.checks:
            self.judge(c)
        self.find_waivers()
        self.limit_not_applicable()
        self.limit_attested()
        self.score()
        self.print_contributions()
        self.cap()
        self.decide()

    def forget_what_only_warns(self):
        """Before its date a new check has no weight and is not required."""
        for c in self.checks:
            if "warns_until" in c and self.now < moment(c["warns_until"]):
                c.update({"weight": "0", "blocker": None, "required": False})

    # ---- one check ----

    def record(self, check):
        path = os.path.join(self.folder, "checks", check["id"] + ".json")
        return load(path) if os.path.exists(path) else None

    def judge(self, check):
        i = check["id"]
        self.low[i], self.high[i] = Fraction(0), Fraction(1)
        r = self.record(check)
        if check.get("not_applicable"):
            self.state[i] = "n/a"
        elif r is None or self.is_expired(check, r):
            self.state[i] = "unknown"
        elif r["state"] in ("unknown", "error", "n/a"):
            self.state[i] = r["state"]
        else:
            self.judge_numbers(i, Fraction(r["low"]), Fraction(r["high"]))

    def is_expired(self, check, r):
        if "max_age" in check:
            age = self.now - moment(r["ended"])
            if age > duration(check["max_age"]) or age < -SKEW:
                return True
        return bool(check.get("same_tree")) and r["tree"] != self.subject["tree"]

    def judge_numbers(self, i, low, high):
        if not 0 <= low <= high <= 1:
            self.state[i] = "error"
            return
        self.low[i], self.high[i] = low, high
        self.state[i] = "pass" if low == 1 else "fail" if high == 0 else "warn"

    def find_waivers(self):
        self.waived = set()
        for w in self.policy.get("waivers") or []:
            left = moment(w["expires"]) - self.now
            in_force = datetime.timedelta(0) < left <= datetime.timedelta(days=90)
            if in_force and w["approver"] != w["owner"]:
                self.waived.add(w.get("check"))

    # ---- shares and limits ----

    def shares(self, checks):
        """kappa of each of these checks, and the categories that have any weight."""
        inside = {}
        for c in checks:
            inside.setdefault(c["category"], []).append(c)
        sums = {g: sum(int(c["weight"]) for c in cs) for g, cs in inside.items()}
        total = sum(int(g["weight"]) for g in self.categories
                    if sums.get(g["id"], 0) > 0)
        kappa = {}
        for g in self.categories:
            for c in inside.get(g["id"], []):
                kappa[c["id"]] = Fraction(0)
                if sums[g["id"]] > 0 and total > 0:
                    kappa[c["id"]] = (100 * Fraction(int(g["weight"]), total) *
                                      Fraction(int(c["weight"]), sums[g["id"]]))
        return kappa, {g for g, s in sums.items() if s > 0}, total

    def leavers(self, counted, limit):
        """One leaves at a time, the largest; ties by the smallest id."""
        kappa, _, _ = self.shares(self.checks)
        counted = list(counted)
        left = []
        while sum(kappa[i] for i in counted) > limit:
            largest = max(kappa[i] for i in counted)
            first = min((i for i in counted if kappa[i] == largest),
                        key=lambda i: i.encode())
            counted.remove(first)
            left.append(first)
        return left

    def forget(self, i):
        self.state[i], self.low[i], self.high[i] = "unknown", Fraction(0), Fraction(1)

    def limit_not_applicable(self):
        counted = [i for i, s in self.state.items() if s == "n/a" or s in MISSING]
        for i in self.leavers(counted, Fraction(self.t["max_not_applicable_share"])):
            if self.state[i] == "n/a":
                self.forget(i)

    def limit_attested(self):
        self.attested = {c["id"] for c in self.checks if "attest" in c["collect"]}
        for i in self.leavers(sorted(self.attested), Fraction(self.t["max_attested_share"])):
            if self.state[i] != "n/a":
                self.forget(i)

    # ---- the sums ----

    def score(self):
        applicable = [c for c in self.checks if self.state[c["id"]] != "n/a"]
        self.kappa, self.alive, total = self.shares(applicable)
        self.empty = total == 0
        self.L = sum((k * self.low[i] for i, k in self.kappa.items()), Fraction(0))
        self.U = sum((k * self.high[i] for i, k in self.kappa.items()), Fraction(0))
        self.K = 1 - sum((k * (self.high[i] - self.low[i])
                          for i, k in self.kappa.items()), Fraction(0)) / 100
        if self.empty:
            self.L, self.U, self.K = Fraction(0), Fraction(100), Fraction(0)
        self.category_score = {}
        for g in self.alive:
            inside = [c for c in applicable if c["category"] == g]
            self.category_score[g] = (
                100 * sum(int(c["weight"]) * self.low[c["id"]] for c in inside) /
                Fraction(sum(int(c["weight"]) for c in inside)))

    def apportion(self, quotas, total):
        out = [int(q) for q in quotas]
        order = sorted(range(len(quotas)), key=lambda i: (-(quotas[i] - out[i]), i))
        for i in order[:total - sum(out)]:
            out[i] += 1
        return out

    def print_contributions(self):
        points = {c["id"]: 10 * self.kappa.get(c["id"], Fraction(0)) * self.low[c["id"]]
                  for c in self.checks}
        ids = [g["id"] for g in self.categories]
        inside = {g: [c["id"] for c in self.checks if c["category"] == g] for g in ids}
        whole = self.apportion([sum((points[i] for i in inside[g]), Fraction(0))
                                for g in ids], int(self.L * 10))
        self.category_tenths = dict(zip(ids, whole))
        self.check_tenths = {}
        for g in ids:
            self.check_tenths.update(zip(inside[g], self.apportion(
                [points[i] for i in inside[g]], self.category_tenths[g])))

    # ---- caps and decision ----

    def is_required(self, check):
        return check.get("blocker") in ("P0", "P1") or check.get("required") is True

    def lacks(self, i):
        return self.state[i] == "fail" or self.state[i] in MISSING

    def cap(self):
        caps = {"p0": "59", "p1": "84", **(self.t.get("caps") or {})}
        in_force = []
        self.open_p0 = False
        for c in self.checks:
            i = c["id"]
            if not self.is_required(c) or self.state[i] == "n/a":
                continue
            if c.get("blocker") == "P0" and i in self.waived:
                in_force.append(Fraction(caps["p1"]))
            elif self.lacks(i) and i not in self.waived:
                p0 = c.get("blocker") == "P0"
                self.open_p0 = self.open_p0 or p0
                in_force.append(Fraction(caps["p0" if p0 else "p1"]))
        self.cap_value = min(in_force) if in_force else None
        self.S = min([self.L] + in_force)

    def below(self, key):
        return any(g.get(key) is not None and g["id"] in self.alive and
                   self.category_score[g["id"]] < Fraction(g[key])
                   for g in self.categories)

    def is_no_go(self, coverage):
        return (self.empty or self.open_p0 or self.S < Fraction(self.t["conditional"]) or
                self.K < coverage or self.below("hard_floor") or
                (bool(self.subject["dirty"]) and not self.t["allow_dirty"]))

    def is_conditional(self, coverage):
        for c in self.checks:
            i = c["id"]
            if self.is_required(c) and (
                    i in self.waived or
                    (i in self.attested and self.state[i] in VALUED) or
                    self.state[i] not in ("pass", "n/a")):
                return True
        return (self.S < Fraction(self.t["go"]) or self.K < coverage or
                self.below("floor") or bool(self.policy.get("signoff")) or
                any(self.now < moment(q["expires"])
                    for q in self.policy.get("quarantine") or []))

    def decide(self):
        coverage = {"go": "0.95", "conditional": "0.85",
                    **(self.t.get("min_coverage") or {})}
        least = Fraction(coverage["conditional"])
        if self.is_no_go(least):
            self.decision, self.exit = "NO-GO", 1
        elif self.is_conditional(Fraction(coverage["go"])):
            self.decision, self.exit = "CONDITIONAL GO", 3
        else:
            self.decision, self.exit = "GO", 0
        if self.empty or self.K < least:
            self.exit = 4
        if any(self.is_required(c) and self.state[c["id"]] == "error"
               for c in self.checks):
            self.exit = 5

    # ---- as printed ----

    def band(self, g):
        bands = {"green": "80", "yellow": "60", **(self.t.get("bands") or {})}
        if g not in self.alive:
            return None
        if self.category_score[g] >= Fraction(bands["green"]):
            return "green"
        return "yellow" if self.category_score[g] >= Fraction(bands["yellow"]) else "red"

    def printed(self):
        def floored(v, digits):
            n = v.numerator * 10 ** digits // v.denominator
            return Fraction(n, 10 ** digits)

        return {
            "lower": floored(self.L, 1), "upper": floored(self.U, 1),
            "coverage": floored(self.K, 4), "final": floored(self.S, 1),
            "cap": self.cap_value, "decision": self.decision, "exit": self.exit,
            "categories": [
                (g["id"], floored(self.category_score[g["id"]], 1)
                 if g["id"] in self.alive else None,
                 Fraction(self.category_tenths[g["id"]], 10), self.band(g["id"]))
                for g in self.categories],
            "checks": [
                (c["id"], self.state[c["id"]],
                 floored(self.low[c["id"]], 6)
                 if self.state[c["id"]] in VALUED else None,
                 None if self.state[c["id"]] == "n/a"
                 else Fraction(self.check_tenths[c["id"]], 10))
                for c in self.checks],
        }
