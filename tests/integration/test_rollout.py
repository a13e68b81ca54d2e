#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A staged rollout by samples of a file and of a server. usage: test_rollout.py PROGRAM"""
import datetime
import fcntl
import hashlib
import http.server
import json
import os
import pathlib
import signal
import subprocess
import threading
import time
import unittest
import urllib.parse

from scan_place import PROGRAM, Repository

POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks: [{id: tests.all, category: tests, weight: 1, collect: {suite: "*"}}]
suites: [{id: one, run: "test ! -e ../broken"}]
rollout:
  metrics: {%s}
  stages:
    - id: canary
      traffic: 1
      hold: 7d
      advance: "echo enter $SEAWORTHY_STAGE $SEAWORTHY_TRAFFIC >>../did"
      rollback: "echo back from $SEAWORTHY_STAGE >>../did"
      success: [{metric: errors, query: "rate(errors[5m])", below: 0.001}]
      abort: [{metric: errors, query: "rate(errors[5m])", above: 0.01, for: 5m}]
    - id: half
      traffic: 50
      hold: 1h
      advance: [sh, -c, "echo enter $SEAWORTHY_STAGE >>../did; test ! -e ../stuck"]
      rollback: "echo back from $SEAWORTHY_STAGE >>../did"
      success: [{metric: errors, query: "rate(errors[5m])", below: 0.001}]
"""
FILE = "samples: samples.jsonl, step: 5m"
T0 = datetime.datetime(2026, 11, 22, 10, 0, tzinfo=datetime.timezone.utc)
MINUTE, HOUR, DAY = 60, 3600, 86400


def at(seconds):
    return (T0 + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Rollout(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()
        self.policy(FILE)

    def policy(self, metrics, text=POLICY):
        self.r.write("seaworthy.yml", text % metrics)
        self.r.write(".gitignore", "/samples.jsonl\n")
        self.r.commit()

    def go(self):
        self.r.run("run", "-q", "--format", "json")

    def rollout(self, *args, code=0, now=0, **kw):
        return self.r.run("rollout", *args, "--now", at(now), code=code, **kw)

    def status(self, now, code):
        return json.loads(self.rollout("status", "--format", "json", now=now, code=code).stdout)

    def did(self):
        path = pathlib.Path(self.r.top, "did")
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def measure(self, until, value=0.0005, start=0, step=300):
        path = os.path.join(self.r.root, "samples.jsonl")
        with open(path, "a", encoding="utf-8") as f:
            for s in range(start, until + 1, step):
                f.write(json.dumps({"metric": "errors", "time": at(s), "value": value}) + "\n")

    def test_a_rollout_begins_with_a_go_of_this_commit(self):
        self.assertIn("no recorded run", self.rollout("advance", code=2).stderr)
        pathlib.Path(self.r.top, "broken").touch()
        self.r.run("run", "-q", "--format", "json", code=1)
        self.assertIn("the last run is NO-GO", self.rollout("advance", code=1).stderr)
        os.remove(os.path.join(self.r.top, "broken"))
        self.go()
        self.r.write("new", "x")
        self.r.commit()
        self.assertIn("the last run is of commit", self.rollout("advance", code=1).stderr)
        self.assertEqual(self.did(), [])
        self.go()
        self.assertIn("entered stage canary", self.rollout("advance").stderr)
        self.assertEqual(self.did(), ["enter canary 1"])

    def test_only_a_run_of_this_state_by_this_policy_counts(self):
        lax = os.path.join(self.r.top, "lax.yml")
        with open(lax, "w", encoding="utf-8") as f:
            f.write((POLICY % FILE).replace("test ! -e ../broken", "true"))
        self.r.run("run", "-q", "--policy", lax, "--format", "json")
        self.assertIn("another policy", self.rollout("advance", code=1).stderr)
        self.assertIn("for `rollout status` alone",
                      self.rollout("advance", "--policy", lax, code=2).stderr)
        self.go()
        self.r.write("new", "x")
        self.assertIn("uncommitted changes", self.rollout("advance", code=1).stderr)
        os.remove(os.path.join(self.r.root, "new"))
        last = pathlib.Path(self.r.root, ".seaworthy/runs", self.r.read(".seaworthy/last").strip())
        (last / "run.json").rename(last / "away")
        self.rollout("advance", code=None)
        self.assertEqual(self.did(), [], "an incomplete run begins nothing")
        (last / "away").rename(last / "run.json")
        self.rollout("advance")
        self.assertEqual(self.did(), ["enter canary 1"])

    def test_a_run_without_git_is_of_no_commit(self):
        os.rename(os.path.join(self.r.root, ".git"), os.path.join(self.r.top, "git"))
        self.go()
        self.assertIn("no repository of git", self.rollout("advance", code=2).stderr)
        os.rename(os.path.join(self.r.top, "git"), os.path.join(self.r.root, ".git"))
        self.assertIn("the last run is of commit none", self.rollout("advance", code=1).stderr)

    def test_a_changed_policy_loosens_nothing(self):
        self.go()
        self.rollout("advance", now=-5)
        self.measure(HOUR, value=0.5)
        self.policy(FILE, POLICY.replace("7d", "5m").replace("0.001", "100").replace("above: 0.01", "above: 100"))
        found = self.status(HOUR, 1)
        self.assertEqual((found["advice"], found["plan_changed"]), ("roll back", True))
        self.rollout("advance", now=HOUR, code=1)
        self.rollout("watch", now=HOUR, code=1)
        self.assertEqual(self.did(), ["enter canary 1", "back from canary"])

    def test_watch_outlives_what_passes(self):
        self.go()
        self.rollout("advance", now=-5)
        self.measure(HOUR, value=0.5)
        with open(os.path.join(self.r.root, "samples.jsonl"), "a", encoding="utf-8") as f:
            f.write('{"metric": "err')
        folder = os.open(os.path.join(self.r.root, ".seaworthy/rollout"), os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        watch = [PROGRAM, "rollout", "watch", "--interval", "50ms", "--now", at(HOUR)]
        with subprocess.Popen(watch, cwd=self.r.root, env=self.r.env, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True) as p:
            self.assertIn("looking again", p.stderr.readline())
            os.close(folder)
            p.stderr.read()
            self.assertEqual(p.wait(timeout=60), 1)
        self.assertEqual(self.did(), ["enter canary 1", "back from canary"])

    def test_a_file_that_cannot_be_read_is_unknown(self):
        self.go()
        self.rollout("advance", now=-5)
        self.measure(HOUR)
        with open(os.path.join(self.r.root, "samples.jsonl"), "a", encoding="utf-8") as f:
            f.write("{\n")
        found = self.status(HOUR, 4)
        self.assertEqual(found["advice"], "unknown")
        self.assertIn("samples.jsonl:14", found["stages"][0]["criteria"][0]["why"])

    def test_the_way_back_is_open_without_a_log(self):
        self.go()
        self.rollout("advance")
        path = pathlib.Path(self.r.root, ".seaworthy/rollout/log.jsonl")
        path.write_bytes(path.read_bytes().replace(b"canary", b"canarx", 1))
        self.assertIn("rollback --stage ID", self.rollout("rollback", code=6).stderr)
        self.rollout("rollback", "--stage", "none", code=2)
        path.write_bytes(b"{}\n")
        self.rollout("rollback", "--stage", "canary")
        self.assertEqual(self.did()[-1], "back from canary")
        self.assertTrue(path.with_suffix(".jsonl.damaged").exists())
        self.assertEqual(self.status(0, 0)["state"], "rolled back")

    def test_commands_get_no_secret_of_the_program(self):
        self.policy(FILE, POLICY.replace("echo enter $SEAWORTHY_STAGE $SEAWORTHY_TRAFFIC", "env"))
        self.go()
        self.r.env.update(SEAWORTHY_KEY_PASSWORD="s3cret", SEAWORTHY_PROMETHEUS_TOKEN="t0ken", KEPT="kept")
        self.rollout("advance")
        told = "\n".join(self.did())
        self.assertNotIn("s3cret", told)
        self.assertNotIn("t0ken", told)
        for line in ("KEPT=kept", "SEAWORTHY_STAGE=canary", "SEAWORTHY_TRAFFIC=1"):
            self.assertIn(line, told)
        self.assertRegex(told, r"SEAWORTHY_COMMIT=[0-9a-f]{40}")

    def test_conditions_are_taken_only_if_asked(self):
        self.policy(FILE, POLICY.replace(
            'collect: {suite: "*"}}]',
            "collect: {suite: one}}, {id: tests.two, category: tests, weight: 1, collect: {suite: two}}]")
            .replace("weight: 1, collect: {suite: one", "weight: 9, collect: {suite: one")
            .replace("suites: [", "suites: [{id: two, run: 'false'}, "))
        self.r.run("run", "-q", "--format", "json", code=3)
        self.assertIn("CONDITIONAL GO, which --accept-conditional takes",
                      self.rollout("advance", code=1).stderr)
        self.rollout("advance", "--accept-conditional")

    def test_samples_and_policies_of_elsewhere(self):
        self.go()
        self.rollout("advance", now=-5)
        self.measure(7 * DAY)
        os.rename(os.path.join(self.r.root, "samples.jsonl"), os.path.join(self.r.top, "s.jsonl"))
        os.rename(os.path.join(self.r.root, "seaworthy.yml"), os.path.join(self.r.top, "p.yml"))
        self.rollout("status", "--policy", "../p.yml", now=7 * DAY, code=4)
        self.rollout("status", "--policy", "../p.yml", "--samples", "../s.jsonl", now=7 * DAY)

    def test_seven_days_need_samples_of_seven_days(self):
        self.go()
        self.rollout("advance", now=-5)
        self.assertEqual(self.status(DAY, 4)["advice"], "unknown")
        self.measure(DAY)
        found = self.status(DAY, 4)
        self.assertEqual(found["advice"], "wait")
        self.assertAlmostEqual(found["left_ms"] / 1000, 6 * DAY, delta=30)
        self.assertIn("5 d 23 h", self.rollout("advance", now=DAY, code=4).stderr)
        self.assertEqual(self.status(7 * DAY, 4)["advice"], "unknown", "a day was measured")
        self.assertIn("what is not known is no success",
                      self.rollout("advance", now=7 * DAY, code=4).stderr)
        self.measure(7 * DAY, start=DAY)
        self.assertEqual(self.status(7 * DAY, 0)["advice"], "advance")
        self.rollout("advance", now=7 * DAY)
        self.assertEqual(self.did(), ["enter canary 1", "enter half"])
        self.measure(7 * DAY + HOUR, start=7 * DAY)
        self.assertIn("finished", self.rollout("advance", now=7 * DAY + HOUR + 5).stderr)
        self.assertEqual(self.status(8 * DAY, 0)["state"], "finished")
        self.assertIn("was rolled out", self.rollout("advance", now=8 * DAY, code=2).stderr)

    def test_a_breach_stays_and_an_abort_turns_back(self):
        self.go()
        self.rollout("advance", now=-5)
        self.measure(HOUR)
        self.measure(HOUR + MINUTE, value=0.002, start=HOUR + MINUTE)
        self.measure(2 * HOUR, start=HOUR + 2 * MINUTE)
        found = self.status(2 * HOUR, 1)
        self.assertEqual(found["advice"], "stay")
        self.assertIn("a success criterion is breached",
                      self.rollout("advance", now=2 * HOUR, code=1).stderr)
        self.measure(2 * HOUR + 6 * MINUTE, value=0.5, start=2 * HOUR + MINUTE, step=60)
        self.assertEqual(self.status(2 * HOUR + 6 * MINUTE, 1)["advice"], "roll back")
        shown = self.rollout("watch", "--interval", "10ms", now=2 * HOUR + 6 * MINUTE, code=1)
        self.assertIn("abort: seaworthy rollout rollback", shown.stdout)
        self.assertEqual(self.did(), ["enter canary 1", "back from canary"])
        event = self.status(3 * HOUR, 0)["events"][-2]
        self.assertEqual((event["event"], event["stage"]), ("rollback", "canary"))
        self.assertIn("errors above 0.01: 0.5", event["why"])
        kept = pathlib.Path(self.r.root, ".seaworthy/rollout", event["evidence"] + ".jsonl").read_bytes()
        self.assertEqual(hashlib.sha256(kept).hexdigest(), event["evidence"])
        self.assertIn(b"0.5", kept)
        self.assertIn("was rolled back", self.rollout("advance", now=3 * HOUR, code=2).stderr)
        self.assertIn("nothing to roll back", self.rollout("rollback", code=2).stderr)
        self.rollout("advance", "--again", now=3 * HOUR)
        self.assertEqual(self.did()[2:], ["enter canary 1"])

    def test_watch_goes_on_by_itself_where_it_may(self):
        self.policy("samples: samples.jsonl, step: 1s",
                    POLICY.replace("7d", "1s").replace("1h", "1s").replace("5m}", "1s}"))
        self.go()
        self.r.run("rollout", "advance")
        stop = threading.Event()

        def measure():
            path = os.path.join(self.r.root, "samples.jsonl")
            while not stop.wait(0.2):
                now = datetime.datetime.now(datetime.timezone.utc)
                with open(path, "a", encoding="utf-8") as f:
                    f.write(json.dumps({"metric": "errors", "time": now.isoformat(), "value": 0}) + "\n")

        thread = threading.Thread(target=measure)
        thread.start()
        try:
            self.r.run("rollout", "watch", "--advance", "--interval", "200ms")
        finally:
            stop.set()
            thread.join()
        self.assertEqual(self.did(), ["enter canary 1", "enter half"])
        self.assertIn("Rollout finished", self.r.run("rollout").stdout)

    def test_a_command_that_fails_is_no_stage(self):
        self.go()
        self.rollout("advance", now=-5)
        self.measure(7 * DAY)
        pathlib.Path(self.r.top, "stuck").touch()
        self.assertIn("exited with code 1", self.rollout("advance", now=7 * DAY, code=1).stderr)
        self.assertEqual(self.status(7 * DAY, 1)["state"], "failed")
        self.assertIn("failed: run", self.rollout("advance", now=7 * DAY, code=2).stderr)
        os.remove(os.path.join(self.r.top, "stuck"))
        self.rollout("advance", "--again", now=7 * DAY)
        self.assertEqual(self.status(7 * DAY, 4)["stage"], "half")
        self.rollout("rollback", "--reason", "checkout is broken", now=7 * DAY)
        self.assertEqual(self.did()[-1], "back from half")
        self.assertEqual(self.status(7 * DAY, 0)["events"][-2]["why"], "checkout is broken")

    def test_what_was_interrupted_is_not_known(self):
        self.policy(FILE, POLICY.replace('"echo enter $SEAWORTHY_STAGE $SEAWORTHY_TRAFFIC >>../did"',
                                         '"echo $$ >../e; mv ../e ../entering; exec sleep 30"'))
        self.go()
        with subprocess.Popen([PROGRAM, "rollout", "advance", "-q"], cwd=self.r.root, env=self.r.env) as p:
            while not os.path.exists(os.path.join(self.r.top, "entering")):
                time.sleep(0.01)
            self.assertIn("another rollout command is at work",
                          self.rollout("advance", code=None).stderr)
            p.send_signal(signal.SIGKILL)
        # who is killed ends nobody, and tests leave nothing running
        os.kill(int(pathlib.Path(self.r.top, "entering").read_text()), signal.SIGKILL)
        found = self.status(0, 4)
        self.assertEqual((found["state"], found["stage"]), ("entering", "canary"))
        self.assertIn("nobody knows how that ended", self.rollout("advance", code=2).stderr)
        self.rollout("rollback")
        self.assertEqual(self.did(), ["back from canary"])

    def test_a_changed_log_is_found(self):
        self.go()
        self.rollout("advance", now=-5)
        path = pathlib.Path(self.r.root, ".seaworthy/rollout/log.jsonl")
        lines = path.read_bytes().splitlines(keepends=True)
        for what, text in {"changed": b"".join(lines).replace(b"canary", b"canarx", 1),
                           "taken out": lines[1], "cut": b"".join(lines)[:-20],
                           "twice": b"".join(lines) + lines[1]}.items():
            with self.subTest(what):
                path.write_bytes(text)
                done = self.rollout("status", code=6)
                self.assertIn("log.jsonl:", done.stderr)
                self.rollout("advance", code=6)

    def test_policies_that_cannot_be_meant_are_refused(self):
        for old, new, said in (
                (FILE, "samples: a, prometheus: b", "either `prometheus` or `samples`"),
                (FILE, 'prometheus: "ftp://h"', "must be an address such as"),
                (FILE, 'prometheus: "http://u:p@h"', "SEAWORTHY_PROMETHEUS_TOKEN"),
                ("below: 0.001}]\n      abort", "below: 0.001, above: 1}]\n      abort",
                 "either `below` or `above`"),
                ("traffic: 50", "traffic: 0.5", "below that of an earlier stage, 1"),
                ("id: half", "id: canary", "'canary' is twice"),
                ('success: [{metric: errors, query: "rate(errors[5m])", below: 0.001}]\n      abort',
                 "success: []\n      abort", "nothing goes on without evidence")):
            with self.subTest(said):
                text = (POLICY % FILE).replace(old, new, 1)
                self.assertNotEqual(text, POLICY % FILE)
                self.r.write("seaworthy.yml", text)
                self.assertIn(said, self.rollout(code=2).stderr)
        self.r.write("seaworthy.yml", (POLICY % FILE).split("rollout:")[0])
        self.assertIn("has no rollout", self.rollout(code=2).stderr)

    def test_human_status(self):
        self.go()
        self.rollout("advance", now=-5)
        self.measure(DAY)
        text = self.rollout(now=DAY, code=4).stdout
        for part in ("Rollout in stage canary since 2026-11-22T09:59:55Z", "canary  1 %  holds 7 d",
                     "success waits  errors below 0.001 for 7 d", "abort   holds  errors above 0.01 for 5 min",
                     "half  50 %  holds 1 h  ahead", "all is well so far"):
            self.assertIn(part, text)


class Server(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        asked = {k: v[0] for k, v in form.items()}
        self.server.asked.append((self.path, asked, self.headers.get("Authorization")))
        status, answer = self.server.answer(asked)
        body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def matrix(asked, value):
    start, end, step = (float(asked[k]) for k in ("start", "end", "step"))
    n = int((end - start) / step) + 1
    assert n <= 11000, "more points than a server gives"
    values = [[start + i * step, value] for i in range(n)]
    return 200, {"status": "success", "data": {"resultType": "matrix", "result": [
        {"metric": {"instance": "a"}, "values": values}]}}


class Prometheus(Rollout):
    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
        self.server.asked = []
        self.server.answer = lambda asked: matrix(asked, "0.0005")
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.policy('prometheus: "http://127.0.0.1:%d/base", step: 1m' % self.server.server_port)
        self.go()
        self.rollout("advance", now=-5)

    def test_seven_days_are_asked_in_parts(self):
        self.r.env["SEAWORTHY_PROMETHEUS_TOKEN"] = "s3cret"
        found = self.status(7 * DAY, 0)
        self.assertEqual(found["stages"][0]["criteria"][0]["samples"], 7 * DAY // 60)
        path, asked, token = self.server.asked[0]
        self.assertEqual(path, "/base/api/v1/query_range")
        self.assertEqual(asked["query"], "rate(errors[5m])")
        self.assertAlmostEqual(float(asked["start"]), T0.timestamp(), delta=30)
        self.assertEqual(token, "Bearer s3cret")
        self.assertEqual(len(self.server.asked), 2, "one query, above 10,000 points")

    def test_what_the_server_does_not_tell_is_unknown(self):
        for answer, said in (((400, {"status": "error", "error": "parse error"}), "parse error"),
                             ((500, b"oops"), "status 500"),
                             ((200, b"{"), "answer:1"),
                             ((200, {"status": "success", "data": {"resultType": "matrix", "result": []}}),
                              "no samples")):
            with self.subTest(said):
                self.server.answer = lambda asked, answer=answer: answer
                found = self.status(7 * DAY, 4)
                self.assertEqual(found["advice"], "unknown")
                self.assertIn(said, found["stages"][0]["criteria"][0]["why"])
                self.rollout("advance", now=7 * DAY, code=4)
        self.assertEqual(self.did(), ["enter canary 1"])

    def test_a_server_that_is_gone_is_unknown_and_the_way_back_is_open(self):
        self.server.shutdown()
        self.server.server_close()
        found = self.status(DAY, 4)
        self.assertIn("127.0.0.1", found["stages"][0]["criteria"][0]["why"])
        self.rollout("rollback", now=DAY)
        self.assertEqual(self.did()[-1], "back from canary")

    def test_a_token_is_never_shown(self):
        self.server.shutdown()
        self.server.server_close()
        self.r.env["SEAWORTHY_PROMETHEUS_TOKEN"] = "s3cret"
        done = self.rollout("status", now=DAY, code=4)
        self.assertNotIn("s3cret", done.stdout + done.stderr)


for name in [n for n in dir(Rollout) if n.startswith("test_")]:
    setattr(Prometheus, name, None)  # they are of the file


if __name__ == "__main__":
    unittest.main()
