#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One release, from an empty project to its rollout, by the programs alone.
usage: test_story.py PROGRAM"""
import datetime
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from scan_place import PROGRAM, TOKEN, Repository

POLICY = """\
version: 1
categories:
  - {{id: tests, title: Tests, weight: 50}}
  - {{id: security, title: Security, weight: 30}}
  - {{id: operations, title: Operations, weight: 20}}
checks:
  - {{id: tests.unit, category: tests, weight: 1, blocker: P0, collect: {{suite: unit}}}}
  - {{id: security.secrets, category: security, weight: 1, blocker: P0, collect: {{scan: {{rules: ["secret.*"]}}}}}}
  - {{id: operations.drill, category: operations, weight: 1, blocker: P0, collect: {{suite: drill}}}}
suites:
  - {{id: unit, run: "sh tests/unit"}}
  - {{id: drill, run: "sh tests/drill"}}
phases:
  - id: P1
    title: It works
    target: 80
    tasks: [{{id: t-1, title: Unit tests pass, priority: P0, accept: [tests.unit, security.secrets]}}]
  - id: P2
    title: It comes back
    target: 95
    tasks: [{{id: t-2, title: The drill passes, priority: P1, accept: [operations.drill], needs: [t-1]}}]
rollout:
  metrics: {{samples: ../samples.jsonl, step: 1m}}
  stages:
    - {{id: one, traffic: 1, hold: 1h, advance: "echo 1 >../traffic", rollback: "echo 0 >../traffic",
       success: [{{metric: errors, query: q, below: 0.01}}], abort: [{{metric: errors, query: q, above: 0.1, for: 5m}}]}}
    - {{id: ten, traffic: 10, hold: 1h, advance: "echo 10 >../traffic", rollback: "echo 0 >../traffic",
       success: [{{metric: errors, query: q, below: 0.01}}], abort: [{{metric: errors, query: q, above: 0.1, for: 5m}}]}}
signoff:
  - {{role: sre-lead, need: 1, not_author: true, people: {sre}}}
  - {{role: product-owner, need: 1, people: {owner}}}
"""
HOUR = 3600


class Story(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.env.update(SEAWORTHY_KEY_PASSWORD="correct horse", SSH_AUTH_SOCK="")
        self.r.init()
        self.people = {}
        for name in ("alice", "bob", "mallory"):
            key = os.path.join(self.r.top, name)
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", key], check=True)
            self.people[name] = key

    def line(self, name):
        with open(self.people[name] + ".pub", encoding="ascii") as f:
            return f.read().strip()

    def card(self, *args, code):
        return json.loads(self.r.run(*args, "--format", "json", code=code).stdout)

    def commit(self, **files):
        for name, text in files.items():
            self.r.write(name.replace("__", "/").replace("_yml", ".yml"), text)
        self.r.commit()

    def phases(self):
        found = json.loads(self.r.run("phases", "--format", "json").stdout)["phases"]
        return {t["id"]: t["state"] for p in found for t in p["tasks"]}

    def test_it(self):
        self.an_empty_project_is_no_go()
        self.secrets_and_failing_tests_are_blockers()
        self.one_blocker_is_left()
        self.a_waiver_permits_it_for_a_time()
        self.the_drill_passes_and_people_sign()
        self.anyone_verifies_it_elsewhere()
        self.the_rollout_turns_back()
        self.tickets_follow()
        self.history_has_all_of_it()

    def an_empty_project_is_no_go(self):
        self.r.run("init")
        self.r.commit()
        card = self.card("run", code=4)
        self.assertEqual(card["decision"], "NO-GO")

    def secrets_and_failing_tests_are_blockers(self):
        self.commit(seaworthy_yml=POLICY.format(sre=json.dumps([self.line("alice")]),
                                                owner=json.dumps([self.line("bob")])),
                    tests__unit="exit 1\n", tests__drill="exit 1\n", src__key=f"token = '{TOKEN}'\n",
                    **{".gitignore": "/.seaworthy/\n"})
        card = self.card("run", code=1)
        self.assertEqual({b["check"] for b in card["blockers"] if b["state"] == "fail"},
                         {"tests.unit", "security.secrets", "operations.drill"})
        self.assertLessEqual(card["score"]["final"], 59)
        self.assertEqual(self.phases(), {"t-1": "ready", "t-2": "blocked"})

    def one_blocker_is_left(self):
        self.commit(tests__unit="exit 0\n", src__key="token = from the environment\n")
        card = self.card("run", code=1)
        self.assertEqual((card["score"]["final"], card["score"]["cap"]), (59.0, 59))
        self.assertEqual([b["check"] for b in card["blockers"] if b["state"] == "fail"], ["operations.drill"])
        self.assertEqual(self.phases(), {"t-1": "done", "t-2": "ready"})

    def a_waiver_permits_it_for_a_time(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        day = (now + datetime.timedelta(days=30)).strftime("%Y-%m-%d")
        self.r.run("waive", "operations.drill", "--reason", "the standby is being built", "--issue", "#12",
                   "--owner", "bob", "--approver", "alice", "--expires", day, "--ssh", self.people["alice"])
        self.r.commit()
        card = self.card("run", code=3)
        self.assertEqual((card["decision"], card["score"]["final"]), ("CONDITIONAL GO", 80.0))
        self.assertIn("operations.drill", {c["check"] for c in card["conditions"]})
        later = (now + datetime.timedelta(days=31)).strftime("%Y-%m-%dT%H:%M:%SZ")
        card = self.card("score", "--now", later, code=1)
        self.assertEqual((card["decision"], card["score"]["final"]), ("NO-GO", 59.0))
        self.r.run("waive", "operations.drill", "--withdraw")

    def the_drill_passes_and_people_sign(self):
        self.commit(tests__drill="exit 0\n")
        self.r.run("key", "new", "release")
        card = self.card("run", "--sign", "release", code=3)
        self.assertEqual(len([c for c in card["conditions"] if "missing sign-off" in c["reason"]]), 2)
        self.r.run("sign", "--role", "sre-lead", "--ssh", self.people["mallory"], code=2)
        self.r.run("sign", "--role", "sre-lead", "--ssh", self.people["bob"], code=2)
        self.r.run("sign", "--role", "sre-lead", "--ssh", self.people["alice"])
        self.assertEqual(self.card("score", code=3)["decision"], "CONDITIONAL GO")
        self.r.run("sign", "--role", "product-owner", "--ssh", self.people["bob"], "--comment", "ship it")
        card = self.card("score", code=0)
        self.assertEqual((card["decision"], card["score"]["final"]), ("GO", 100.0))
        self.assertEqual(self.phases(), {"t-1": "done", "t-2": "done"})

    def anyone_verifies_it_elsewhere(self):
        pem = self.r.run("key", "export", "release").stdout
        with tempfile.TemporaryDirectory(prefix="elsewhere-") as place:
            bundle, key = os.path.join(place, "release.seaworthy"), os.path.join(place, "release.pem")
            self.r.run("report", "-q", "-o", "bundle=" + bundle)
            pathlib.Path(key).write_text(pem, encoding="ascii")
            env = {**self.r.env, "HOME": place, "XDG_DATA_HOME": place}
            verify = [PROGRAM, "verify", "--key", key, bundle]
            done = subprocess.run(verify, cwd=place, env=env, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("intact", done.stdout)
            good = pathlib.Path(bundle).read_bytes()
            for at in (0, len(good) // 3, len(good) // 2, len(good) - 1):
                pathlib.Path(bundle).write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
                done = subprocess.run(verify, cwd=place, env=env, capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 6, f"byte {at}: {done.stdout}{done.stderr}")

    def tickets_follow(self):
        self.r.run("export", "beads")
        lines = self.r.read(".beads/issues.jsonl").splitlines()
        found = {}
        for line in lines:
            one = json.loads(line)
            found[one["id"]] = one
            self.assertEqual(1 <= len(one["title"]) <= 500, True)
            self.assertIn(one["status"], ("open", "in_progress", "blocked", "closed"))
            self.assertIn(one["issue_type"], ("bug", "feature", "task", "epic", "chore"))
            self.assertIn(one["priority"], range(5))
            self.assertEqual("closed_at" in one, one["status"] == "closed")
            for key in ("created_at", "updated_at"):
                self.assertRegex(one[key], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
        self.assertEqual([json.loads(l)["id"] for l in lines], sorted(found))
        for one in found.values():
            for d in one.get("dependencies", []):
                self.assertEqual(d["issue_id"], one["id"])
                self.assertIn(d["depends_on_id"], found)
                self.assertIn(d["type"], ("blocks", "related", "parent-child", "discovered-from"))
        tasks = [o for o in found.values() if o["issue_type"] == "task"]
        self.assertEqual({o["status"] for o in tasks}, {"closed"}, "both tasks are done")

    def rollout(self, *args, now, code=0):
        at = (self.begun + datetime.timedelta(seconds=now)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self.r.run("rollout", *args, "--now", at, code=code)

    def measure(self, start, end, value):
        with open(os.path.join(self.r.top, "samples.jsonl"), "a", encoding="utf-8") as f:
            for s in range(start, end + 1, 60):
                at = (self.begun + datetime.timedelta(seconds=s)).strftime("%Y-%m-%dT%H:%M:%SZ")
                f.write(json.dumps({"metric": "errors", "time": at, "value": value}) + "\n")

    def traffic(self):
        return pathlib.Path(self.r.top, "traffic").read_text(encoding="ascii").strip()

    def the_rollout_turns_back(self):
        self.begun = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        self.rollout("advance", now=0)
        self.assertEqual(self.traffic(), "1")
        self.rollout("advance", now=HOUR + 60, code=4)
        self.measure(0, HOUR + 60, 0)
        self.rollout("advance", now=HOUR + 60)
        self.assertEqual(self.traffic(), "10")
        self.measure(HOUR + 120, HOUR + 1200, 0.5)
        self.rollout("watch", now=HOUR + 1200, code=1)
        self.assertEqual(self.traffic(), "0")
        self.assertIn("Rollout rolled back", self.rollout(now=HOUR + 1300).stdout)

    def history_has_all_of_it(self):
        lines = self.r.run("history", "--format", "jsonl").stdout.splitlines()
        decisions = [json.loads(l)["decision"] for l in lines]
        self.assertEqual(len(decisions), 5)
        self.assertEqual(decisions.count("NO-GO"), 3)
        self.r.run("history", "verify")


if __name__ == "__main__":
    unittest.main()
