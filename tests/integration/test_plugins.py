#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that plug-ins answer. usage: test_plugins.py PROGRAM EXAMPLES"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM = EXAMPLES = None
HELLO = '{"type":"hello","protocol":1,"name":"p","version":"2"}'
PASS = '{"type":"result","state":"pass","message":"fine"}'


class Plugins(unittest.TestCase):
    def setUp(self):
        self.top = os.path.realpath(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.top)
        self.root = os.path.join(self.top, "p")
        os.mkdir(self.root)

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.root, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)

    def run_it(self, *args):
        return subprocess.run([PROGRAM, *args], cwd=self.root, capture_output=True, text=True,
                              timeout=60, check=False)

    def judge(self, command, more="", scale=""):
        """The record of a check with this command, and the scorecard."""
        self.write("seaworthy.yml", f"""\
version: 1
categories: [{{id: q, title: Q, weight: 1}}]
checks:
  - {{id: q.it, category: q, weight: 1, {scale} collect: {{command: {{run: {json.dumps(command)}, format: plugin{more}}}}}}}
""")
        done = self.run_it("run", "--quiet", "--format", "json", ".")
        self.assertTrue(done.stdout, done.stderr)
        self.card = json.loads(done.stdout)
        self.code = done.returncode
        runs = os.path.join(self.root, ".seaworthy", "runs")
        self.folder = os.path.join(runs, self.card["run"])
        with open(os.path.join(self.folder, "checks", "q.it.json"), encoding="utf-8") as f:
            return json.load(f)

    def say(self, *lines, after="", **kw):
        """Of a plug-in that prints these lines."""
        self.write("answer", "".join(line + "\n" for line in lines))
        return self.judge(f"cat >/dev/null; cat answer; {after}", **kw)

    def artefact(self, record, name):
        digest = [a["sha256"] for a in record["artefacts"] if a["name"] == name][0]
        with open(os.path.join(self.folder, "artefacts", digest), encoding="utf-8") as f:
            return f.read()

    def test_the_examples_answer(self):
        for name in ("licence.py", "disk.sh"):
            shutil.copy(os.path.join(EXAMPLES, name), self.root)
        self.write("bad.py", "print(1)\n")
        record = self.judge(["./licence.py"], ', with: {globs: ["*.py"]}')
        self.assertEqual((record["state"], record["measured"], record["unit"]), ("fail", 50, "percent"))
        self.assertEqual(record["producer"], {"tool": "licence", "version": "1.0"})
        self.assertEqual(record["remedy"], "add SPDX-License-Identifier to bad.py")
        finding = json.loads(self.artefact(record, "command-q.it.findings.jsonl"))
        self.assertEqual((finding["rule"], finding["path"], finding["line"], finding["severity"]),
                         ("licence.absent", "bad.py", 1, "warning"))
        self.assertEqual(self.artefact(record, "command-q.it.files.txt"), "bad.py\nlicence.py\n")
        record = self.judge(["./licence.py"], ', with: {globs: ["none*"]}')
        self.assertEqual((record["state"], record["low"]), ("unknown", None))
        record = self.judge(["./disk.sh"], ", with: {need_mib: 1}")
        self.assertEqual((record["state"], record["producer"]["tool"]), ("pass", "disk"))
        record = self.judge(["./disk.sh"], ", with: {need_mib: 999999999}")
        self.assertEqual(record["state"], "fail")

    def test_it_is_asked_what_it_has_to_know(self):
        self.write("p.sh", "#!/bin/sh\ncat >asked\nexec cat answer\n", 0o755)
        self.write("answer", HELLO + "\n" + PASS + "\n")
        self.judge(["./p.sh"], ', timeout: 7s, with: {a: [x, 2], b: true}')
        with open(os.path.join(self.root, "asked"), encoding="utf-8") as f:
            hello, check = [json.loads(line) for line in f]
        self.assertEqual((hello["type"], hello["protocols"]), ("hello", [1]))
        self.assertEqual((check["type"], check["id"], check["settings"]),
                         ("check", "q.it", {"a": ["x", 2], "b": True}))
        self.assertEqual((check["root"], check["base"], check["timeout_ms"]), (self.root, None, 7000))
        self.assertFalse(os.path.exists(check["scratch"]), "and is removed")

    def test_states_and_values(self):
        result = '{"type":"result","message":"m",%s}'
        for members, state, low, high in (
                ('"state":"pass"', "pass", 1, 1), ('"state":"warn"', "warn", 0.5, 0.5),
                ('"state":"fail"', "fail", 0, 0),
                ('"state":"pass","low":0.25,"high":0.75', "warn", 0.25, 0.75),
                ('"state":"fail","low":1,"high":1', "fail", 1, 1),
                ('"state":"unknown"', "unknown", None, None),
                ('"state":"error"', "error", None, None)):
            record = self.say(HELLO, result % members)
            self.assertEqual((record["state"], record["low"], record["high"], record["message"]),
                             (state, low, high, "m"), members)
        record = self.say(HELLO, result % '"state":"fail","measured":75',
                          scale="scale: {fail: 50, pass: 100},")
        self.assertEqual((record["state"], record["low"]), ("warn", 0.5), "by the policy's scale")
        for members in ('"state":"pass"', '"state":"pass","measured":1,"low":1,"high":1'):
            record = self.say(HELLO, result % members, scale="scale: {fail: 50, pass: 100},")
            self.assertEqual(record["state"], "unknown")

    def test_what_breaks_the_protocol_is_unknown(self):
        for lines, why in (
                ((), "not even hello"),
                ((HELLO,), "no result"),
                ((HELLO, '{"type":"progress","text":"half"}'), "the last it told was: half"),
                ((PASS,), "line 1 of its answer: comes before hello"),
                ((HELLO, PASS, PASS), "comes after the result"),
                ((HELLO, HELLO, PASS), "a second hello"),
                (('{"type":"hello","protocol":2,"name":"p","version":"2"}', PASS), "another protocol"),
                ((HELLO, "hi there", PASS), "is no JSON"),
                ((HELLO, '{"type":"x"}', PASS), 'has no "type"'),
                ((HELLO, '{"type":"result","state":"pass","mesage":"x"}'), 'no key "mesage"'),
                ((HELLO, '{"type":"result","state":"pass"}'), '"message" must be'),
                ((HELLO, '{"type":"result","state":"n/a","message":"x"}'), '"state" must be'),
                ((HELLO, '{"type":"result","state":"pass","message":"x","low":0.5}'), "belong together"),
                ((HELLO, '{"type":"result","state":"pass","message":"x","low":1,"high":2}'), "0 to 1"),
                ((HELLO, '{"type":"result","state":"unknown","message":"x","measured":1}'), "has no measured"),
                ((HELLO, '{"type":"result","state":"pass","message":"x","measured":1e999}'), '"measured" must be'),
                ((HELLO, '{"type":"artefact","path":"../answer"}', PASS), '"path" must be'),
                ((HELLO, '{"type":"artefact","path":"/etc/passwd"}', PASS), '"path" must be'),
                ((HELLO, '{"type":"artefact","path":"absent"}', PASS), "the artefact absent"),
                ((HELLO, '{"type":"finding","rule":"r","path":"../x","severity":"note","message":"m"}', PASS), '"path" must be'),
                ((HELLO, '{"type":"finding","rule":"r","path":"x","severity":"bad","message":"m"}', PASS), '"severity" must be'),
                ((HELLO, '{"type":"progress","text":"%s"}' % ("x" * (1 << 20)), PASS), "longer than 1 MiB")):
            record = self.say(*lines)
            self.assertEqual(record["state"], "unknown", lines)
            self.assertIn(why, record["message"])
            self.assertIn("docs/plugins.md", record["remedy"])
            self.assertIsNone(record["low"])

    def test_its_end_has_to_agree(self):
        record = self.say(HELLO, PASS, after="echo oops >&2; exit 3")
        self.assertEqual(record["state"], "unknown")
        self.assertIn("exited with code 3, whatever it answered", record["message"])
        record = self.say(HELLO, PASS, after="kill -9 $$")
        self.assertIn("was ended by signal 9", record["message"])
        record = self.say(HELLO, PASS, after="sleep 60", more=", timeout: 1s")
        self.assertEqual(record["state"], "unknown")
        self.assertIn("ran out of time", record["message"])
        record = self.judge(["./no-such-program"])
        self.assertEqual(record["state"], "unknown")

    def test_a_link_is_no_artefact(self):
        record = self.say(HELLO, '{"type":"artefact","path":"link"}', PASS,
                          after='ln -s /etc/passwd "$TMPDIR/link"')
        self.assertEqual(record["state"], "unknown")
        self.assertNotIn("root:", json.dumps(os.listdir(os.path.join(self.folder, "artefacts"))))

    def test_it_need_not_read_what_it_is_asked(self):
        self.write("answer", HELLO + "\n" + PASS + "\n")
        record = self.judge("cat answer", ", with: {big: \"" + "x" * 60000 + "\"}")
        self.assertEqual(record["state"], "pass")

    def test_the_policy_says_where_plugins_stand(self):
        for text, why in (
                ("plugins: [./p]", "a plug-in stands in the check"),
                ("checks: [{id: a, category: q, weight: 1, collect: {command: {run: x, with: {a: 1}}}}]", "format: plugin"),
                ("checks: [{id: a, category: q, weight: 1, measure: passed, collect: {command: {run: x, format: plugin}}}]", "says itself"),
                ("suites: [{id: a, run: x, format: plugin}]", "must be a result format")):
            self.write("seaworthy.yml", "version: 1\ncategories: [{id: q, title: Q, weight: 1}]\n" + text + "\n")
            done = self.run_it("plan", ".")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(why, done.stderr)
        self.write("seaworthy.yml", "version: 1\nextends: default\nplugins: []\n")
        self.assertEqual(self.run_it("plan", ".").returncode, 0)

    def test_a_plugin_survives_shards(self):
        self.write("answer", HELLO + "\n" + PASS + "\n")
        whole = self.judge("cat answer")
        shutil.rmtree(os.path.join(self.root, ".seaworthy"))
        for i in (1, 2):
            self.run_it("run", "--quiet", "--shard", f"{i}/2")
        done = self.run_it("merge", "--quiet", "--format", "json", ".seaworthy/runs")
        run = json.loads(done.stdout)["run"]
        with open(os.path.join(self.root, ".seaworthy/runs", run, "checks/q.it.json"), encoding="utf-8") as f:
            merged = json.load(f)
        self.assertEqual(merged["producer"], whole["producer"])
        self.assertEqual(merged["state"], "pass")


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    EXAMPLES = os.path.abspath(sys.argv.pop(1))
    unittest.main()
