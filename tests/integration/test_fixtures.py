#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fixtures of suites: servers good and bad. usage: test_fixtures.py PROGRAM"""
import json
import os
import signal
import subprocess
import unittest

from scan_place import PROGRAM, Repository

HEAD = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks:
  - {id: tests.all, category: tests, weight: 1, collect: {suite: "*"}}
"""
SERVER = """\
import http.server, os
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
with open(os.environ["SEAWORTHY_ENV"], "a") as f:
    f.write(f"PORT={s.server_port}\\n")
open("../up", "a").write(f"{os.getpid()}\\n")
s.serve_forever()
"""
CLIENT = """\
import os, sys, urllib.request
got = urllib.request.urlopen(f"http://127.0.0.1:{os.environ['PORT']}/{sys.argv[1]}", timeout=10).read()
sys.exit(got != open(sys.argv[1], "rb").read())
"""


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


class Fixtures(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.init()

    def policy(self, text):
        self.r.write("seaworthy.yml", HEAD + text)

    def suites(self, code, *args):
        done = self.r.run("test", "--format", "json", *args, code=code)
        return {s["id"]: s for s in json.loads(done.stdout)}, done.stderr

    def log(self):
        path = os.path.join(self.r.top, "log")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as f:
            return f.read().split()

    def pids(self):
        return [int(p) for p in self.r.read("../up").split()]

    def test_a_real_server_serves_all_that_need_it_and_is_gone_then(self):
        self.r.write("server.py", SERVER)
        self.r.write("client.py", CLIENT)
        self.policy("""\
fixtures:
  - {id: web, serve: "exec python3 server.py", ready: "python3 client.py client.py", timeout: 30s,
     stop: "echo stop >>../log"}
suites:
  - {id: one, run: "python3 client.py client.py", needs: [web]}
  - {id: two, run: "python3 client.py server.py", needs: [web]}
  - {id: three, run: "test -z \\"$PORT\\""}
""")
        states, said = self.suites(0)
        self.assertEqual({k: s["state"] for k, s in states.items()},
                         {"one": "pass", "two": "pass", "three": "pass"}, said)
        self.assertEqual(len(self.pids()), 1, "started once")
        self.assertEqual(self.log(), ["stop"])
        self.assertFalse(alive(self.pids()[0]))
        self.assertIn("pass     fixture:web", said)

    def test_order_and_variables(self):
        self.policy("""\
builds: [{id: b, run: "echo build >>../log"}]
fixtures:
  - {id: db, run: "echo db-up >>../log; echo URL=a=b >>$SEAWORTHY_ENV", stop: "echo db-down:$URL >>../log", needs: [b]}
  - {id: app, run: "echo app-up:$URL >>../log; echo APP=yes >>$SEAWORTHY_ENV", stop: "echo app-down >>../log", needs: [db]}
suites:
  - {id: s, run: "echo suite:$URL:$APP:$OWN >>../log", needs: [app], env: {OWN: mine}}
  - {id: t, run: "echo after:$APP >>../log", needs: [s]}
""")
        self.suites(0)
        log = self.log()
        self.assertEqual(log[:4], ["build", "db-up", "app-up:a=b", "suite:a=b:yes:mine"])
        self.assertEqual(sorted(log[4:]), ["after:", "app-down", "db-down:a=b"])
        self.assertLess(log.index("app-down"), log.index("db-down:a=b"))

    def test_a_command_of_a_check_can_need_one(self):
        self.r.write("seaworthy.yml", HEAD.replace("\n  - {id: tests.all", """
  - {id: tests.health, category: tests, weight: 1,
     collect: {command: {run: "test \\"$X\\" = 1", needs: [f]}}}
  - {id: tests.all""") + """\
fixtures: [{id: f, run: "echo X=1 >$SEAWORTHY_ENV", stop: "echo down >>../log"}]
suites: [{id: s, run: "true"}]
""")
        self.r.commit()
        card = json.loads(self.r.run("run", "-f", "json", "--quiet", code=0).stdout)
        self.assertEqual({c["id"]: c["state"] for c in card["checks"]},
                         {"tests.health": "pass", "tests.all": "pass"})
        self.assertEqual(self.log(), ["down"])

    def test_set_up_that_fails_makes_its_dependents_unknown(self):
        self.policy("""\
fixtures: [{id: f, run: "echo no such thing; exit 3", stop: "echo down >>../log"}]
suites:
  - {id: s, run: "true", needs: [f]}
  - {id: t, run: "true"}
""")
        states, said = self.suites(4)
        self.assertEqual(states["s"]["state"], "unknown")
        self.assertIn("fixture f is unknown: set-up of fixture f: exited with code 3", states["s"]["reason"])
        self.assertIn("no such thing", said)
        self.assertEqual(states["t"]["state"], "pass")
        self.assertEqual(self.log(), ["down"])

    def test_never_ready(self):
        self.policy("""\
fixtures: [{id: f, serve: "echo $$ >>../up; exec sleep 1000", ready: "echo not yet; false", timeout: 1s}]
suites: [{id: s, run: "true", needs: [f]}]
""")
        states, said = self.suites(4)
        self.assertIn("fixture f was not ready after 1.0 s", states["s"]["reason"])
        self.assertIn("not yet", said)
        self.assertFalse(alive(self.pids()[0]))

    def test_dies_before_it_is_ready(self):
        self.policy("""\
fixtures: [{id: f, serve: "echo cannot bind; exit 7", ready: "false", timeout: 5m}]
suites: [{id: s, run: "true", needs: [f]}]
""")
        states, said = self.suites(4)
        self.assertIn("the server of fixture f ended before it was ready: exited with code 7", states["s"]["reason"])
        self.assertIn("cannot bind", said)

    def test_dies_while_a_suite_runs(self):
        self.policy("""\
fixtures: [{id: f, serve: "echo $$ >../up; cat ../gate; echo crashed; exit 1", ready: "test -s ../up"}]
suites:
  - {id: s, run: "echo go >../gate; while kill -0 $(cat ../up) 2>/dev/null; do sleep 0.02; done; sleep 0.5",
     needs: [f]}
  - {id: t, run: "true", needs: [f, s]}
""")
        os.mkfifo(os.path.join(self.r.top, "gate"))
        states, said = self.suites(4)
        for name in ("s", "t"):
            self.assertEqual(states[name]["state"], "unknown")
        self.assertIn("the server of fixture f ended before it was torn down: exited with code 1",
                      states["s"]["reason"])
        self.assertIn("crashed", said)

    def test_ignores_sigterm(self):
        self.policy("""\
fixtures: [{id: f, serve: "trap '' TERM; echo $$ >../up; while :; do sleep 0.1; done", ready: "test -s ../up"}]
suites: [{id: s, run: "true", needs: [f]}]
""")
        self.suites(0)
        self.assertFalse(alive(self.pids()[0]))

    def test_leaves_daemons(self):
        self.policy("""\
fixtures:
  - {id: f, serve: "setsid sh -c 'echo $$ >>../up; exec sleep 1000' & exec sleep 1000", ready: "test -s ../up",
     run: "setsid sh -c 'echo $$ >>../up2; exec sleep 1000' >/dev/null 2>&1 & sleep 0.3"}
suites: [{id: s, run: "true", needs: [f]}]
""")
        _, said = self.suites(0)
        for pid in self.pids() + [int(p) for p in self.r.read("../up2").split()]:
            self.assertFalse(alive(pid))
        self.assertIn("a process outlived it and was killed", said)

    def test_torn_down_after_failures_with_fail_fast(self):
        self.policy("""\
fixtures: [{id: f, run: "true", stop: "echo down >>../log"}]
suites:
  - {id: s, run: "false", needs: [f], priority: 9}
  - {id: t, run: "echo ran >>../log", needs: [f, s]}
""")
        self.suites(1, "--fail-fast")
        self.assertEqual(self.log(), ["down"])

    def test_torn_down_after_ctrl_c(self):
        self.policy("""\
fixtures:
  - {id: a, run: "true", stop: "echo a-down >>../log"}
  - {id: b, serve: "echo $$ >>../up; exec sleep 1000", ready: "test -s ../up", stop: "echo b-down >>../log", needs: [a]}
suites: [{id: s, run: "echo go >../gate; exec sleep 1000", needs: [b]}]
""")
        os.mkfifo(os.path.join(self.r.top, "gate"))
        with subprocess.Popen([PROGRAM, "test"], cwd=self.r.root, env=self.r.env, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as p:
            self.r.read("../gate")
            p.send_signal(signal.SIGINT)
            self.assertEqual(p.wait(), 130)
        self.assertEqual(self.log(), ["b-down", "a-down"])
        self.assertFalse(alive(self.pids()[0]))

    def test_a_tear_down_that_fails_is_told(self):
        self.policy("""\
fixtures: [{id: f, run: "true", stop: "echo it hangs on; exit 4"}]
suites: [{id: s, run: "true", needs: [f]}]
""")
        _, said = self.suites(0)
        self.assertIn("tear-down of fixture f: exited with code 4", said)
        self.assertIn("it hangs on", said)

    def test_what_it_writes_to_the_environment_is_checked(self):
        for wrote, said in (("no line", "line 1 of $SEAWORTHY_ENV is not NAME=value"),
                            ("A=1\\n9X=2", "line 2 of $SEAWORTHY_ENV is not NAME=value"),
                            ("SEAWORTHY_ROOT=/", "are ours")):
            self.policy(f"""\
fixtures: [{{id: f, run: "printf '{wrote}' >$SEAWORTHY_ENV"}}]
suites: [{{id: s, run: "true", needs: [f]}}]
""".replace("\\n", "\\\\n"))
            self.assertIn(said, self.suites(4)[0]["s"]["reason"])

    def test_a_port_is_held_until_the_tear_down(self):
        self.policy("""\
fixtures:
  - {id: f, run: "mkdir ../port", stop: "rmdir ../port", resources: {port: 1}}
  - {id: g, run: "mkdir ../port", stop: "rmdir ../port", resources: {port: 1}}
suites:
  - {id: s, run: "sleep 0.2", needs: [f]}
  - {id: t, run: "sleep 0.2", needs: [g]}
  - {id: u, run: "mkdir ../port && rmdir ../port", resources: {port: 1}}
  - {id: v, run: "test -d ../port", needs: [f], resources: {port: 1}}
""")
        states, said = self.suites(0, "--jobs", "4")
        self.assertEqual({s["state"] for s in states.values()}, {"pass"}, said)

    def test_one_processor_is_enough(self):
        self.policy("""\
fixtures: [{id: f, serve: "exec sleep 1000", resources: {cpu: 1}}]
suites: [{id: s, run: "true", needs: [f], resources: {cpu: 1}}]
""")
        self.suites(0, "--jobs", "1")

    def test_only_what_is_run_sets_up(self):
        self.policy("""\
fixtures: [{id: f, run: "echo up >>../log"}, {id: unused, run: "echo unused >>../log"}]
suites:
  - {id: s, run: "true", needs: [f], inputs: ["s/**"]}
  - {id: t, run: "true"}
""")
        self.r.write("s/a", "1")
        self.r.commit()
        self.suites(0, "--since", "HEAD")
        self.assertEqual(self.log(), [])
        self.suites(0)
        self.suites(0)
        self.assertEqual(self.log(), ["up", "up"], "and nothing that needs one is answered by an earlier run")

    def test_each_shard_sets_up_its_own(self):
        self.policy("""\
fixtures: [{id: f, run: "echo up >>../log; echo A=1 >$SEAWORTHY_ENV"}]
suites:
  - {id: s, run: "test $A = 1", needs: [f]}
  - {id: t, run: "test $A = 1", needs: [f]}
""")
        self.r.commit()
        for i in (1, 2):
            self.r.run("run", "--quiet", "--shard", f"{i}/2")
        self.assertEqual(self.log(), ["up", "up"])
        runs = os.path.join(self.r.root, ".seaworthy/runs")
        self.r.run("merge", "--quiet", *(os.path.join(runs, name) for name in os.listdir(runs)))

    def test_plan_shows_them(self):
        self.policy("""\
fixtures: [{id: f, serve: "server --port 1"}]
suites: [{id: s, run: "true", needs: [f]}]
""")
        units = json.loads(self.r.run("plan", "-f", "json").stdout)["units"]
        self.assertEqual([(u["id"], u["kind"], u["needs"]) for u in units],
                         [("fixture:f", "fixture", []), ("suite:s", "suite", ["fixture:f"])])

    def test_mistakes_of_the_policy(self):
        for text, said in (
                ("fixtures: [{id: f}]", "a fixture needs 'run' or 'serve'"),
                ("fixtures: [{id: f, run: x, ready: y}]", "'ready' waits for 'serve'"),
                ("fixtures: [{id: f, run: x}]\nsuites: [{id: f, run: y}]", "has this id already"),
                ("fixtures: [{id: f, run: x, needs: [g]}, {id: g, run: x, needs: [f]}]\nsuites: [{id: s, run: y}]",
                 "'needs' goes in a circle: f -> g -> f"),
                ("suites: [{id: s, run: y, needs: [nothing]}]", "'nothing'")):
            self.policy(text + "\n")
            self.assertIn(said, self.r.run("test", code=2).stderr)


if __name__ == "__main__":
    unittest.main()
