#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Waivers: granted, renewed, withdrawn, signed. usage: test_waive.py PROGRAM"""
import json
import os
import shutil
import subprocess
import unittest

import scan_place
from scan_place import Repository

POLICY = """\
version: 1
# what counts here
thresholds: {{allow_dirty: true, conditional: 10{wanted}}}
categories: [{{id: tests, title: Tests, weight: 1}}]
checks:
  - {{id: tests.good, category: tests, weight: 3, collect: {{suite: good}}}}
  - {{id: tests.bad, category: tests, weight: 1, collect: {{suite: bad}}, blocker: P0}}
suites: [{{id: good, run: "true"}}, {{id: bad, run: "false"}}]
{waivers}signoff: [{{role: lead, need: 0, people: {people}}}]
"""
NOW = "2026-11-23T12:00:00Z"
WORDS = ("--reason", "it \"hurts\"", "--issue", "#1", "--owner", "bob")


class Waive(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()
        people = []
        for name in ("alice", "t"):
            key = os.path.join(self.r.top, name)
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key],
                           check=True)
            with open(key + ".pub", encoding="ascii") as f:
                people.append(f.read().strip())
        self.people = json.dumps(people)
        self.key = os.path.join(self.r.top, "alice")
        self.r.git("commit", "-q", "--allow-empty", "-m", "x")
        self.policy()

    def policy(self, waivers="", wanted=""):
        self.r.write("seaworthy.yml", POLICY.format(people=self.people, waivers=waivers,
                                                    wanted=wanted))

    def waive(self, *args, code=0, check="tests.bad", approver="alice", expires="2027-01-31", now=NOW):
        return self.r.run("waive", check, "--now", now, "--approver", approver, "--expires", expires,
                          *WORDS, *args, code=code).stderr

    def score(self, now=NOW):
        return json.loads(self.r.run("score", "--format", "json", "--now", now, code=None).stdout)

    def run_it(self):
        self.r.run("run", code=None)

    def test_a_waiver_is_written_and_the_rest_of_the_file_stays(self):
        for waivers in ("", "waivers: []  # none\n", "waivers:\n- {check: tests.good, owner: o, approver: p, reason: r, issue: 1, "
                        "expires: 2027-01-01}\n",
                        "waivers:\n    - check: tests.good\n      owner: o\n      approver: p\n"
                        "      reason: r\n      issue: 1\n      expires: 2027-01-01\n\n"):
            self.policy(waivers)
            before = self.r.read("seaworthy.yml")
            self.assertIn("granted, unsigned", self.waive())
            after = self.r.read("seaworthy.yml")
            for line in before.splitlines():
                if not line.startswith("waivers: []"):
                    self.assertIn(line + "\n", after)
            self.assertIn('reason: "it \\"hurts\\""\n', after)
            self.assertIn("--renew or --withdraw", self.waive(code=2))
            self.r.run("waive", "tests.bad", "--withdraw")
            kept = [line for line in before.splitlines() if not line.startswith("waivers")]
            after = self.r.read("seaworthy.yml").splitlines()
            self.assertEqual([line for line in after if not line.startswith("waivers")], kept)
            self.assertEqual("waivers:" in after, "tests.good, owner" in before or
                             "check: tests.good\n" in before)
            self.assertNotIn("waivers: []", after)

    def test_a_signed_waiver_is_in_force(self):
        self.policy(wanted=", signed_waivers: true")
        self.assertIn("give --key or --ssh", self.waive(code=2))
        self.assertIn("names no carol", self.waive("--ssh", self.key, approver="carol", code=2))
        self.waive("--ssh", self.key)
        self.run_it()
        card = self.score()
        self.assertEqual((card["decision"], card["score"]["cap"]), ("CONDITIONAL GO", 84.0))
        self.assertEqual([(w["check"], w["signed_by"], w["why"]) for w in card["waivers"]],
                         [("tests.bad", "alice", None)])
        text = self.r.read("seaworthy.yml")
        for old, new in (("hurts", "helps"), ("bob", "rob"), ("2027-01-31", "2027-02-01"),
                         ("tests.bad\"", "tests.good\"")):
            self.r.write("seaworthy.yml", text.replace(old, new))
            self.run_it()
            card = self.score()
            self.assertEqual(card["decision"], "NO-GO", old)
            self.assertIn("its signature is none", card["waivers"][0]["why"])
        at = text.index("    signature: |")
        self.r.write("seaworthy.yml", text[:at].rstrip() + "\n" +
                     "".join(line + "\n" for line in text[at:].splitlines()[1:]
                             if not line.startswith("      ")))
        self.run_it()
        self.assertIn("the policy wants it signed", self.score()["waivers"][0]["why"])

    def test_it_is_reported_before_it_ends_and_ignored_after(self):
        self.waive("--ssh", self.key, expires="2026-12-31")
        self.run_it()
        self.assertEqual(self.score("2026-12-16T23:59:59Z")["notes"], [])
        self.assertIn("ends at 2026-12-31", self.score("2026-12-17T00:00:00Z")["notes"][0])
        card = self.score("2026-12-31T00:00:00Z")
        self.assertEqual(card["decision"], "NO-GO")
        self.assertIn("it expired at 2026-12-31", card["notes"][0])
        said = self.r.run("report", code=None).stdout
        self.assertIn("Waivers", said)
        self.assertIn("tests.bad until 2026-12-31T00:00:00Z", said)

    def test_it_is_renewed_once(self):
        self.assertIn("more than 90 days", self.waive(expires="2027-02-22", code=2))
        self.waive("--ssh", self.key, expires="2027-02-20")
        again = ("tests.bad", "--renew", "--ssh", self.key)
        self.r.run("waive", *again, "--now", "2027-02-01T00:00:00Z", "--expires", "2027-04-30")
        self.assertIn("renewed before", self.r.run(
            "waive", *again, "--now", "2027-04-01T00:00:00Z", "--expires", "2027-05-01",
            code=2).stderr)
        self.run_it()
        self.assertIsNone(self.score("2027-04-01T00:00:00Z")["waivers"][0]["why"])

    def test_who_may_not_approve(self):
        self.assertIn("nobody approves their own", self.waive(approver="BOB", code=2))
        self.assertIn("nobody approves their own", self.waive(approver="\u200bBob\u00a0", code=2))
        self.assertIn("control characters", self.waive(approver="bo\x01b", code=2))
        self.assertIn("was not filled in", self.waive(approver="TBD", code=2))
        before = self.r.read("seaworthy.yml")
        self.assertIn("not granted, no run would count it: its approver t is an author",
                      self.waive(approver="t", code=2))
        self.assertIn("t is an author", self.waive("--ssh", os.path.join(self.r.top, "t"),
                                                   approver="t", code=2))
        self.assertEqual(self.r.read("seaworthy.yml"), before)
        self.policy("waivers:\n- {check: tests.bad, owner: o, approver: t, reason: r, issue: 1, "
                    "expires: 2027-01-01}\n")
        self.r.commit()
        self.run_it()
        self.assertIn("t is an author of the change", self.score()["waivers"][0]["why"])

    def test_it_says_what_comes_next(self):
        os.rename(os.path.join(self.r.root, "seaworthy.yml"), os.path.join(self.r.top, "kept"))
        self.assertIn("seaworthy.yml; `seaworthy init` writes one", self.waive(code=2))
        os.rename(os.path.join(self.r.top, "kept"), os.path.join(self.r.root, "seaworthy.yml"))
        self.assertIn("next: commit it, then `seaworthy run`", self.waive())
        said = self.r.run("waive", "tests.bad", "--withdraw").stderr
        self.assertIn("next: commit it, then `seaworthy run`", said)
        shutil.rmtree(os.path.join(self.r.root, ".git"))
        said = self.waive()
        self.assertIn("who wrote the change is not known here", said)
        self.assertIn("next: `seaworthy run`", said)

    def test_authors_that_are_not_known_are_not_nobody(self):
        self.waive()
        self.r.commit()
        shallow = os.path.join(self.r.top, "shallow")
        self.r.git("clone", "-q", "--depth", "1", "file://" + self.r.root, shallow)
        self.r.run("run", cwd=shallow, code=None)
        card = json.loads(self.r.run("score", "--format", "json", "--now", NOW, cwd=shallow,
                                     code=None).stdout)
        self.assertIn("who wrote the change is not known", card["waivers"][0]["why"])
        # Evidence that nobody recorded as a run has no authors to find out.
        runs = os.path.join(shallow, ".seaworthy/runs")
        folder = os.path.join(runs, os.listdir(runs)[0])
        for name in os.listdir(folder):
            if name not in ("policy.json", "subject.json", "checks"):
                path = os.path.join(folder, name)
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
        card = json.loads(self.r.run("score", folder, "--format", "json", "--now", NOW,
                                     code=None).stdout)
        self.assertIsNone(card["waivers"][0]["why"])

    def test_wrong_requests_are_refused(self):
        self.assertIn("neither a check", self.waive(check="nothing", code=2))
        self.assertIn("that is over", self.waive(expires="2020-01-01", code=2))
        self.assertIn("no waiver of", self.r.run("waive", "tests.bad", "--withdraw", code=2).stderr)
        self.assertIn("no waiver of", self.r.run("waive", "tests.bad", "--renew", code=2).stderr)
        before = self.r.read("seaworthy.yml") + "waivers: [{check: tests.good, owner: o, " \
            "approver: p, reason: r, issue: 1, expires: 2027-01-01}]\n"
        self.r.write("seaworthy.yml", before)
        self.assertIn("one entry below", self.waive(code=2))
        self.assertEqual(self.r.read("seaworthy.yml"), before)

    def test_several_at_once_are_all_written(self):
        prints = [f"{i:016x}" for i in range(8)]
        args = ["--now", NOW, "--approver", "alice", "--expires", "2027-01-31", *WORDS]
        busy = [subprocess.Popen([scan_place.PROGRAM, "waive", p, *args], cwd=self.r.root,
                                 env=self.r.env, stderr=subprocess.PIPE) for p in prints]
        for p in busy:
            self.assertEqual((p.communicate()[1].count(b"granted"), p.returncode), (1, 0))
        text = self.r.read("seaworthy.yml")
        self.assertEqual([p for p in prints if p not in text], [])

    def test_a_link_and_a_mode_stay(self):
        path = os.path.join(self.r.root, "seaworthy.yml")
        shared = os.path.join(self.r.top, "shared.yml")
        os.rename(path, shared)
        os.chmod(shared, 0o600)
        os.symlink(shared, path)
        self.waive()
        self.assertEqual(os.readlink(path), shared)
        self.assertEqual(os.stat(shared).st_mode & 0o777, 0o600)
        self.assertIn("granted", self.r.read("seaworthy.yml"))

    def test_a_finding_is_waived_by_its_fingerprint(self):
        self.waive(check="0123456789abcdef0123456789abcdef")
        self.assertIn("fingerprint: \"0123456789abcdef", self.r.read("seaworthy.yml"))

    def test_sarif_has_the_waiver_of_a_finding(self):
        """What is waived is told with the reason, and only while the waiver is in force."""
        self.r.write("a.py", "# TODO: one\n# FIXME: two\n")
        self.policy()
        with open(os.path.join(self.r.root, "seaworthy.yml"), encoding="utf-8") as f:
            policy = f.read()
        self.r.write("seaworthy.yml", policy.replace("checks:\n", """checks:
  - {id: tests.markers, category: tests, weight: 1, collect: {scan: {rules: ["marker.*"]}}, measure: count, scale: {fail: 9, pass: 0}}
"""))
        self.r.git("add", "-A")
        self.r.git("-c", "user.name=carol", "-c", "user.email=c@c.invalid", "commit", "-q", "-m", "y")
        found = {f["rule"]: f["fingerprint"] for f in map(json.loads, self.r.scan(rule="marker.*").stdout.splitlines())}
        self.waive(check=found["marker.todo"])
        self.run_it()

        def reasons(now):
            out = os.path.join(self.r.top, "a.sarif")
            self.r.run("score", "--now", now, "--output", f"sarif={out}", code=None)
            with open(out, encoding="utf-8") as f:
                results = json.load(f)["runs"][0]["results"]
            return {r["ruleId"]: [s["justification"] for s in r.get("suppressions", [])] for r in results}

        told = reasons(NOW)
        self.assertEqual(told["marker.fixme"], [])
        self.assertEqual(len(told["marker.todo"]), 1, told)
        self.assertIn('it "hurts" (#1; bob mends it', told["marker.todo"][0])
        self.assertEqual(reasons("2027-03-01T00:00:00Z")["marker.todo"], [])


if __name__ == "__main__":
    unittest.main()
