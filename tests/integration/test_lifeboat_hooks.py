#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Commands around a backup. usage: test_lifeboat_hooks.py PROGRAM"""
import json
import os
import signal
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from lifeboat_place import Locked, Place, PROGRAM  # noqa: E402


class Hooks(unittest.TestCase):
    def hooks(self, p):
        """Options with which each hook appends its environment to the file `told`."""
        told = os.path.join(p.root, "told")
        out = []
        for when in ("before", "after", "failed"):
            out += [f"--hook-{when}", f"env | grep ^LIFEBOAT_ | sort >>{told}; echo >>{told}"]
        return out

    def told(self, p):
        """What the hooks were told since the last call, one dictionary each."""
        path = os.path.join(p.root, "told")
        if not os.path.exists(path):
            return []
        with open(path) as f:
            blocks = f.read().strip().split("\n\n")
        os.remove(path)
        return [dict(line.split("=", 1) for line in b.splitlines()) for b in blocks]

    def test_they_are_told_what_happened(self):
        with Place() as p:
            p.init()
            p.write("file")
            made = p.json("backup", p.source, *self.hooks(p), LIFEBOAT_EXIT="9",
                          LIFEBOAT_ERROR="of an outer call")
            before, after = self.told(p)
            self.assertEqual((before["LIFEBOAT_HOOK"], before["LIFEBOAT_COMMAND"],
                              before["LIFEBOAT_REPOSITORY"]), ("before", "backup", p.repo))
            for name in ("LIFEBOAT_EXIT", "LIFEBOAT_ERROR", "LIFEBOAT_SNAPSHOT"):
                self.assertNotIn(name, before)
            self.assertEqual(
                {k: after["LIFEBOAT_" + k] for k in ("HOOK", "EXIT", "SNAPSHOT", "FILES", "BYTES",
                                                     "BYTES_ADDED", "UNREADABLE")},
                {"HOOK": "after", "EXIT": "0", "SNAPSHOT": made["snapshot"], "FILES": "1",
                 "BYTES": "5", "BYTES_ADDED": str(made["bytes_added"]), "UNREADABLE": "0"})
            self.assertNotIn("LIFEBOAT_ERROR", after)
            self.assertEqual(made["hooks_failed"], 0)

    def test_an_unreadable_source_is_a_snapshot_with_exit_3(self):
        with Place() as p:
            p.init()
            p.write("file")
            made = p.json("backup", p.source, os.path.join(p.root, "missing"), *self.hooks(p),
                          code=3)
            after = self.told(p)[1]
            self.assertEqual((after["LIFEBOAT_HOOK"], after["LIFEBOAT_EXIT"],
                              after["LIFEBOAT_UNREADABLE"], after["LIFEBOAT_SNAPSHOT"]),
                             ("after", "3", "1", made["snapshot"]))

    def test_failures_go_to_the_third(self):
        with Place() as p:
            p.write("file")
            p.run("backup", p.source, *self.hooks(p), code=5)
            before, failed = self.told(p)
            self.assertEqual((failed["LIFEBOAT_HOOK"], failed["LIFEBOAT_EXIT"]), ("failed", "5"))
            self.assertIn("no repository", failed["LIFEBOAT_ERROR"])
            p.init()
            p.run("backup", "--stdin-from-command", *self.hooks(p), "--", "false", code=1)
            failed = self.told(p)[1]
            self.assertEqual(failed["LIFEBOAT_EXIT"], "1")
            self.assertIn('"false" failed', failed["LIFEBOAT_ERROR"])

    def test_a_mistake_in_the_call_runs_none(self):
        with Place() as p:
            p.init()
            for args in ([], [p.source, "--tag", ""], [p.source, "--limit-upload", "x"],
                         [p.source, "--compression", "x"]):
                p.run("backup", *args, *self.hooks(p), code=2)
            p.run("backup", p.source, *self.hooks(p), LIFEBOAT_REPOSITORY="", code=2)
            self.assertEqual(self.told(p), [])

    def test_the_first_that_fails_before_stops_it(self):
        with Place() as p:
            p.init()
            p.write("file")
            mark = os.path.join(p.root, "mark")
            r = p.run("backup", p.source, "--hook-before", "exit 7", "--hook-before",
                      f"touch {mark}", "--hook-after", f"touch {mark}", *self.hooks(p)[4:], code=1)
            self.assertIn(b'nothing was backed up: the hook "exit 7" failed with exit code 7',
                          r.stderr)
            self.assertFalse(os.path.exists(mark))
            failed, = self.told(p)
            self.assertEqual(failed["LIFEBOAT_EXIT"], "1")
            self.assertIn("exit 7", failed["LIFEBOAT_ERROR"])
            r = p.run("backup", p.source, "--hook-before", "kill -9 $$", code=1)
            self.assertIn(b"ended by signal 9", r.stderr)
            self.assertEqual(p.json("snapshots"), [])

    def test_one_that_fails_afterwards_loses_nothing(self):
        with Place() as p:
            p.init()
            p.write("file")
            mark = os.path.join(p.root, "mark")
            made = p.json("backup", p.source, "--hook-after", "exit 3", "--hook-after",
                          f"touch {mark}", "--hook-after", "/nowhere/at/all", code=1)
            self.assertEqual(made["hooks_failed"], 2)
            self.assertTrue(os.path.exists(mark), "the others are run")
            self.assertEqual([s["id"] for s in p.json("snapshots")], [made["snapshot"]])
            r = p.run("backup", p.source, "--hook-after", "exit 3", code=1)
            self.assertIn(b'the hook "exit 3" failed with exit code 3', r.stderr)
            self.assertIn(b"snapshot ", r.stdout)

    def test_standard_output_stays_clean(self):
        with Place() as p:
            p.init()
            p.write("file")
            r = p.run("backup", p.source, "--json", "--hook-before", "echo one; echo two >&2",
                      "--hook-after", "cat; echo three")
            for line in r.stdout.splitlines():
                json.loads(line)
            self.assertEqual(r.stderr.split(), [b"one", b"two", b"three"])

    def test_no_password_reaches_them(self):
        with Locked() as p:
            p.init()
            p.write("file")
            given = {"LIFEBOAT_TO_PASSWORD": "other", "LIFEBOAT_PASSWORD_COMMAND": "echo third",
                     "LIFEBOAT_PASSWORD_FILE": "/fourth", "KEPT": "LIFEBOAT_PASSWORD=kept"}
            r = p.run("backup", p.source, "--hook-before", "env", "--hook-after", "env", **given)
            self.assertEqual(r.stderr.count(b"KEPT=LIFEBOAT_PASSWORD=kept"), 2)
            for secret in (b"secret", b"other", b"third", b"fourth"):
                self.assertNotIn(secret, r.stderr)

    def test_a_dry_run_names_them(self):
        with Place() as p:
            p.init()
            p.write("file")
            mark = os.path.join(p.root, "mark")
            args = ["backup", "-n", p.source, "--hook-before", f"touch {mark}",
                    "--hook-after", "exit 1", "--hook-failed", "exit 2"]
            r = p.run(*args)
            self.assertEqual(r.stdout.decode().splitlines()[:3],
                             [f"hook      before: touch {mark}", "hook      after: exit 1",
                              "hook      failed: exit 2"])
            lines = [json.loads(x) for x in p.run(*args, "--json").stdout.splitlines()]
            self.assertEqual(lines[0], {"type": "action", "action": "hook", "when": "before",
                                        "command": f"touch {mark}"})
            p.run(*args, LIFEBOAT_REPOSITORY=p.root + "/none", code=5)
            self.assertFalse(os.path.exists(mark))

    def interrupt(self, p, wait_for, *args):
        """Interrupts a backup when a hook has printed that line; gives its stderr."""
        child = subprocess.Popen([PROGRAM, "backup", p.source, *args], env=p.env,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        seen = b""
        for line in wait_for:
            while line not in seen:
                piece = child.stderr.readline()
                self.assertTrue(piece, seen)
                seen += piece
            child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 130, seen + err)
        return out, seen + err

    def test_an_interrupt_ends_hooks_too(self):
        wait = "echo at work; exec sleep 100"
        with Place() as p:
            p.init()
            p.write("file")
            self.interrupt(p, [b"at work"], "--hook-before", wait, *self.hooks(p)[4:])
            self.assertEqual(p.json("snapshots"), [], "it was not even begun")
            failed, = self.told(p)
            self.assertEqual(failed["LIFEBOAT_EXIT"], "130")
            # the one that comes after it is not ended by the same signal, but by another
            self.interrupt(p, [b"at work", b"cleaning up"], "--hook-before", wait,
                           "--hook-failed", "echo cleaning up; exec sleep 100")
            out, err = self.interrupt(p, [b"at work"], "--hook-after", wait)
            self.assertIn(b"was stopped", err)
            self.assertIn(b"snapshot ", out)
            self.assertEqual(len(p.json("snapshots")), 1, "that one was made")

    def test_what_they_leave_running_stays(self):
        with Place() as p:
            p.init()
            p.write("file")
            daemon = os.path.join(p.root, "daemon")
            p.run("backup", "--stdin-from-command", "--hook-before",
                  f"sleep 100 </dev/null >/dev/null 2>&1 & echo $! >{daemon}", "--hook-after",
                  "true", "--", "echo", "text")
            with open(daemon) as f:
                os.kill(int(f.read()), signal.SIGKILL)  # fails if it is gone


if __name__ == "__main__":
    unittest.main()
