#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The history: its chain, checked by a second implementation, its index, what crashes and
people do to them. usage: test_history.py PROGRAM"""
import base64
import hashlib
import json
import os
import pathlib
import resource
import shutil
import sqlite3
import struct
import subprocess
import unittest
from fractions import Fraction

from scan_place import PROGRAM, Repository

POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks:
  - {id: tests.good, category: tests, weight: 3, collect: {suite: good}}
  - {id: tests.file, category: tests, weight: %d, collect: {suite: file}}
suites:
  - {id: good, run: "echo all is well"}
  - {id: file, run: "test -e well"}
"""
SCHEMA = pathlib.Path(__file__).resolve().parents[2] / "docs/schema/history.schema.json"


def parse(line):
    """(index, head, text of the envelope or statement, is it an envelope)"""
    entry = json.loads(line)
    kind = "envelope" if "envelope" in entry else "statement"
    front = '{"index":%d,"head":"%s","%s":' % (entry["index"], entry["head"], kind)
    assert line.startswith(front) and line.endswith("}\n"), line
    return entry["index"], entry["head"], line[len(front):-2], kind == "envelope"


def statement_of(text, signed):
    doc = json.loads(text)
    return json.loads(base64.b64decode(doc["payload"])) if signed else doc


def next_head(i, head, text):
    return hashlib.sha256(b"seaworthy-history-v1\0" + struct.pack(">Q", i) + head
                          + hashlib.sha256(text.encode()).digest()).digest()


def chain(lines):
    """The statements of a log that holds."""
    head = hashlib.sha256(json.loads(lines[0])["repository"].encode()).digest()
    found = []
    for i, line in enumerate(lines[1:]):
        index, said, text, signed = parse(line)
        statement = statement_of(text, signed)
        assert (index, statement["predicate"]["index"]) == (i, i)
        assert statement["predicate"]["previous"] == head.hex()
        head = next_head(i, head, text)
        assert said == head.hex(), i
        found.append(statement)
    return found


def forge(lines, count, **said):
    """A log that goes on with `count` copies of its last statement, each in its place, in
    which `said` stands instead."""
    lines = list(lines)
    i, head, text, _ = parse(lines[-1])
    doc, head = json.loads(text), bytes.fromhex(head)
    run = doc["predicate"]["run"]
    for k in range(count):
        i += 1
        doc["predicate"].update(index=i, previous=head.hex(), run=f"{run[:-8]}{i:08x}")
        doc["predicate"].update(said)
        text = json.dumps(doc, separators=(",", ":"), ensure_ascii=False)
        head = next_head(i, head, text)
        lines.append('{"index":%d,"head":"%s","statement":%s}\n' % (i, head.hex(), text))
    return lines


class Place(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.env["SEAWORTHY_KEY_PASSWORD"] = "correct horse"
        self.r.init()
        self.r.write("seaworthy.yml", POLICY % 1)
        self.r.commit()
        self.home = pathlib.Path(self.r.root, ".seaworthy")
        self.path = self.home / "history.jsonl"

    def run_gate(self, *args, code=None):
        return self.r.run("run", "--quiet", "--format", "json", *args, code=code)

    def lines(self):
        return self.path.read_text().splitlines(keepends=True)

    def listed(self, *args, code=0):
        return json.loads(self.r.run("history", "--format", "json", *args, code=code).stdout)

    def verify(self, *args, code=0):
        return json.loads(self.r.run("history", "verify", "--format", "json", *args,
                                     code=code).stdout)


class History(Place):
    def test_each_run_is_an_entry_of_the_chain(self):
        self.assertIn("no recorded run", self.r.run("history").stdout)
        self.assertEqual(self.verify()["state"], "empty")
        cards = [json.loads(self.run_gate().stdout)]
        self.r.write("well", "")
        self.r.commit()
        cards.append(json.loads(self.run_gate().stdout))
        found = chain(self.lines())
        runs = sorted(p.name for p in (self.home / "runs").iterdir())
        self.assertEqual([s["predicate"]["run"] for s in found], runs)
        for statement, card, run in zip(found, cards, runs):
            said = statement["predicate"]
            data = (self.home / "runs" / run / "assessment.json").read_bytes()
            assessment = json.loads(data)["predicate"]
            self.assertEqual(statement["subject"][0]["digest"]["sha256"],
                             hashlib.sha256(data).hexdigest())
            self.assertEqual(said["decision"], card["decision"])
            self.assertEqual(said["branch"], "main")
            self.assertEqual(said["commit"], card["subject"]["commit"])
            for key in ("lower", "upper", "final", "coverage"):
                self.assertEqual(said["score"][key], assessment["score"][key])
            self.assertEqual(
                [(c["id"], c["low"], c["share"], c["state"]) for c in said["checks"]],
                sorted((c["id"], c["low"], c["share"], c["state"])
                       for c in assessment["checks"]))
        listed = self.listed()
        self.assertEqual([r["run"] for r in listed["runs"]], runs[::-1])
        self.assertEqual([r["final"] for r in listed["runs"]],
                         [c["score"]["final"] for c in cards[::-1]])
        self.assertEqual(self.verify()["state"], "intact but unanchored")

    def test_entries_keep_to_their_schema(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        self.run_gate()
        schema = json.loads(SCHEMA.read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        check = jsonschema.Draft202012Validator(schema)
        doc = chain(self.lines())[0]
        self.assertEqual(list(check.iter_errors(doc)), [])
        for bad in ({**doc, "predicateType": "x"}, {**doc, "more": 1},
                    {**doc, "predicate": {**doc["predicate"], "index": -1}}):
            self.assertNotEqual(list(check.iter_errors(bad)), [])

    def badge(self, command, *args):
        """What it says, and the colour."""
        path = pathlib.Path(self.r.top, "badge.svg")
        path.unlink(missing_ok=True)
        self.r.run(command, "-q", *args, "-o", f"badge={path}", code=None)
        text = path.read_text()
        return text.split("<title>seaworthy: ")[1].split("</title>")[0], text.count("#1a7f37")

    def next_badge(self, well):
        """Of a run of another commit."""
        self.commits = getattr(self, "commits", 0) + 1
        self.r.write("number", str(self.commits))
        path = pathlib.Path(self.r.root, "well")
        path.touch()
        if not well:
            path.unlink()
        self.r.commit()
        return self.badge("run")

    def test_a_badge_goes_up_after_two_runs_and_down_at_once(self):
        low, held, go = ("CONDITIONAL GO 75.0", 0), ("CONDITIONAL GO 100.0, the run itself: GO", 0), ("GO 100.0", 1)
        self.assertEqual(self.next_badge(False), low)
        self.assertEqual(self.next_badge(True), held)
        self.assertEqual(self.badge("run"), held, "the same state again")
        self.assertEqual(self.next_badge(True), go)
        self.assertEqual(self.next_badge(False), low)
        self.assertEqual(self.next_badge(True), held)
        runs = sorted(p.name for p in (self.home / "runs").iterdir())
        self.assertEqual([self.badge("report", run) for run in runs], [low, held, held, go, low, held])
        self.assertEqual(self.badge("score", runs[1]), held)
        self.assertEqual(self.badge("replay", runs[3]), go)
        card = json.loads(self.r.run("report", "-q", "--format", "json", code=None).stdout)
        self.assertEqual(card["decision"], "GO", "a decision has no memory")
        self.r.git("checkout", "-q", "-b", "side")
        self.assertEqual(self.badge("run"), go, "another branch has no past")
        self.r.git("checkout", "-q", "main")
        for name in ("history.db", "history.db-wal", "history.db-shm"):
            (self.home / name).unlink(missing_ok=True)
        self.assertEqual(self.badge("report", runs[5]), held, "the index is made anew")
        self.path.unlink()
        self.assertEqual(self.badge("report", runs[5]), go, "without a history")

    def test_a_badge_looks_back_as_far_as_it_matters(self):
        self.next_badge(False)
        self.next_badge(True)
        # Of one commit for long, which lifts nothing: the first run still holds it.
        self.path.write_text("".join(forge(self.lines(), 200)))
        self.assertEqual(self.badge("run"), ("CONDITIONAL GO 100.0, the run itself: GO", 0))
        self.assertEqual(self.next_badge(True), ("GO 100.0", 1))

    def test_entries_of_earlier_versions_hold_no_badge(self):
        self.next_badge(False)
        self.next_badge(True)
        lines = self.lines()
        said = [s["predicate"]["thresholds"] for s in chain(lines)]
        self.assertEqual(said, [{"conditional": "75", "go": "95"}] * 2)
        head, old = hashlib.sha256(json.loads(lines[0])["repository"].encode()).digest(), lines[:1]
        for i, statement in enumerate(chain(lines)):
            statement["predicate"]["previous"] = head.hex()
            del statement["predicate"]["thresholds"]
            text = json.dumps(statement, separators=(",", ":"))
            head = next_head(i, head, text)
            old.append('{"index":%d,"head":"%s","statement":%s}\n' % (i, head.hex(), text))
        self.path.write_text("".join(old))
        self.assertEqual(self.badge("run"), ("GO 100.0", 1))
        self.assertEqual(self.verify()["state"], "intact but unanchored")
        for odd in (None, {}, {"go": "95"}, {"conditional": "75", "go": "101"}, {"conditional": "x", "go": "1"}):
            self.path.write_text("".join(forge(lines, 1, thresholds=odd)))
            self.assertEqual(self.verify(code=6)["state"], "broken at 2", odd)

    def test_formats_and_filters(self):
        self.run_gate()
        self.r.git("checkout", "-q", "-b", "other")
        self.run_gate()
        self.assertEqual([r["branch"] for r in self.listed()["runs"]], ["other", "main"])
        self.assertEqual([r["index"] for r in self.listed("--branch", "main")["runs"]], [0])
        said = self.listed("--limit", "1")
        self.assertEqual(([r["index"] for r in said["runs"]], said["matching"]), ([1], 2))
        rows = self.r.run("history", "--format", "jsonl").stdout.splitlines()
        self.assertEqual([json.loads(r) for r in rows], self.listed()["runs"])
        table = self.r.run("history", "--format", "csv").stdout.splitlines()
        self.assertEqual(len(table), 3)
        self.assertIn('"other"', table[1])
        told = self.r.run("history").stdout.splitlines()
        self.assertEqual({line.index(note) for line, note
                          in zip(told, ("note", "unsigned", "unsigned"))}, {told[0].index("note")})
        people = self.r.run("history", "-n", "1").stdout
        self.assertIn("unsigned", people)
        self.assertIn("and 1 more", people)

    def test_changed_lines_are_found(self):
        self.run_gate()
        good = forge(self.lines(), 4)
        self.path.write_text("".join(good))
        self.assertEqual(self.verify()["entries"], 5)
        self.assertEqual(len(self.listed()["runs"]), 5)
        swapped = good[:2] + [good[3], good[2]] + good[4:]
        for at, lines in (
                (2, good[:3] + [good[3].replace('"decision"', '"Decision"')] + good[4:]),
                (2, good[:3] + [good[3].replace('"index":2', '"index": 2', 1)] + good[4:]),
                (2, good[:3] + ["\n"] + good[4:]),
                (2, good[:3] + good[4:]),
                (1, swapped),
                (0, ['{"history":1,"repository":"%032x"}\n' % 5] + good[1:]),
                (0, ["{}\n"] + good[1:])):
            self.path.write_text("".join(lines))
            said = self.verify(code=6)
            self.assertEqual((said["state"], said["entries"]), (f"broken at {at}", at))
            listed = self.listed(code=6)
            self.assertEqual((listed["broken_at"], len(listed["runs"])), (at, at))
        before = self.path.read_bytes()
        done = self.run_gate(code=6)
        self.assertIn("broken at entry 0", done.stderr)
        self.assertIn('"decision"', done.stdout)
        self.assertEqual(self.path.read_bytes(), before)
        self.path.write_text("".join(good))
        self.assertEqual(self.listed()["entries"], 5)

    def test_an_entry_belongs_to_its_place(self):
        self.run_gate()
        lines = self.lines()
        i, head, text, _ = parse(lines[1])
        head = next_head(1, bytes.fromhex(head), text).hex()
        lines.append('{"index":1,"head":"%s","statement":%s}\n' % (head, text))
        self.path.write_text("".join(lines))
        self.assertEqual(self.verify(code=6)["state"], "broken at 1")
        self.assertEqual(self.listed(code=6)["broken_at"], 1)

    def test_a_line_cut_by_a_crash_is_mended(self):
        for _ in range(2):
            self.run_gate()
        whole = self.path.read_bytes()
        last = whole.rfind(b"\n", 0, -1) + 1
        for end in (last + 1, last + 40, len(whole) - 2):
            self.path.write_bytes(whole[:end])
            said = self.verify()
            self.assertEqual((said["entries"], said["cut_off_bytes"]), (1, end - last))
            self.assertEqual(len(self.listed()["runs"]), 1)
        done = self.run_gate()
        self.assertIn("cut off", done.stderr)
        self.assertEqual(self.path.read_bytes()[:last], whole[:last])
        self.assertEqual(len(chain(self.lines())), 2)
        # The line feed alone is missing: that entry was whole, and stays.
        whole = self.path.read_bytes()
        self.path.write_bytes(whole[:-1])
        self.assertNotIn("cut off", self.run_gate().stderr)
        self.assertTrue(self.path.read_bytes().startswith(whole))
        self.assertEqual(len(chain(self.lines())), 3)
        # So does a first line that was cut begin anew.
        self.path.write_bytes(whole[:20])
        self.run_gate()
        self.assertEqual(len(chain(self.lines())), 1)

    def test_two_runs_at_once_follow_each_other(self):
        self.run_gate()
        at_once = [subprocess.Popen([PROGRAM, "run", "--quiet", "--format", "json"],
                                    cwd=self.r.root, env=self.r.env, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE) for _ in range(4)]
        for p in at_once:
            said = p.communicate()[1]
            self.assertIn(p.returncode, (0, 1, 3, 4), said)
        self.assertEqual(len(chain(self.lines())), 5)
        self.assertEqual(len(self.listed()["runs"]), 5)

    def test_the_index_is_made_again(self):
        self.run_gate()
        self.path.write_text("".join(forge(self.lines(), 30)))
        want = self.listed()
        db = self.home / "history.db"
        data = db.read_bytes()

        def query(text):
            with sqlite3.connect(db) as c:
                c.execute(text)
            c.close()
        for spoil in (db.unlink, lambda: db.write_bytes(b"no database at all" * 99),
                      lambda: db.write_bytes(data[:5000]), lambda: db.write_bytes(b""),
                      lambda: query("DROP TABLE runs"), lambda: query("DELETE FROM log"),
                      lambda: query("PRAGMA user_version = 77"),
                      lambda: query("UPDATE runs SET decision = 9"),
                      lambda: (db.unlink(), db.mkdir())):
            spoil()
            self.assertEqual(self.listed(), want)
        # A lie that fits the form lasts until somebody verifies.
        query("UPDATE runs SET decision = 0, final = 1000, head = 'x'")
        self.r.run("history", "verify")
        self.assertEqual(self.listed(), want)
        # Another log: nothing of the old one stays.
        self.path.unlink()
        self.assertEqual(self.listed()["runs"], [])
        self.run_gate()
        self.assertEqual(len(self.listed()["runs"]), 1)

    def test_a_folder_that_cannot_be_written_is_read(self):
        self.run_gate()
        (self.home / "history.db").unlink()
        done = subprocess.run(
            [PROGRAM, "history", "--format", "jsonl"], cwd=self.r.root, env=self.r.env,
            check=True, capture_output=True, text=True, restore_signals=False,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))
        self.assertEqual(json.loads(done.stdout), self.listed()["runs"][0])

    def test_signed_entries(self):
        pems = {}
        for name, kind in (("release", "ed25519"), ("ci", "ecdsa-p256")):
            self.r.run("key", "new", "--kind", kind, name)
            pems[name] = os.path.join(self.r.top, name + ".pem")
            pathlib.Path(pems[name]).write_text(self.r.run("key", "export", name).stdout)
        for name in pems:
            self.run_gate("--sign", name)
        self.assertEqual(len(chain(self.lines())), 2)
        both = [f for name in pems for f in ("--key", pems[name])]
        want = {"known": 2, "unknown": 0, "unsigned": 0}
        self.assertEqual(self.verify()["signatures"], want)
        self.assertEqual(self.verify(*both)["signatures"], want)
        self.assertEqual(self.verify("--key", pems["release"], code=6)["state"], "broken at 1")
        self.run_gate()
        self.assertEqual(self.verify()["signatures"], {**want, "unsigned": 1})
        self.assertIn("--unsigned", self.verify(*both, code=6)["why"])
        self.verify("--unsigned", *both)
        # Whoever has no key of it still sees that the chain holds.
        shutil.rmtree(os.path.join(self.r.top, ".local"))
        self.assertEqual(self.verify()["signatures"],
                         {"known": 0, "unknown": 2, "unsigned": 1})
        # A signature is of what was signed.
        lines = self.lines()
        i, head, text, _ = parse(lines[1])
        doc = json.loads(text)
        sig = bytearray(base64.b64decode(doc["signatures"][0]["sig"]))
        sig[5] ^= 1
        text = text.replace(doc["signatures"][0]["sig"], base64.b64encode(sig).decode())
        first = hashlib.sha256(json.loads(lines[0])["repository"].encode()).digest()
        lines[1:] = ['{"index":0,"head":"%s","envelope":%s}\n'
                     % (next_head(0, first, text).hex(), text)]
        self.path.write_text("".join(lines))
        self.assertEqual(self.verify(*both, code=6)["state"], "broken at 0")

    def test_anchors_show_what_a_chain_cannot(self):
        self.run_gate()
        self.assertIn("git push origin refs/seaworthy/history",
                      self.r.run("history", "anchor").stderr)
        said = self.verify()
        self.assertEqual((said["state"], said["anchored"]), ("intact", 1))
        good = forge(self.lines(), 3)
        self.path.write_text("".join(good))
        self.r.run("history", "anchor", "--note")
        self.assertEqual(self.verify()["anchored"], 4)
        head = json.loads(good[-1])["head"]
        repository = json.loads(good[0])["repository"]
        line = f"seaworthy-history-v1 {repository} 4 {head}\n"
        self.assertEqual(self.r.git("notes", "--ref", "seaworthy", "show", "HEAD"), line)
        self.path.write_text("".join(forge(good, 1)))
        self.r.run("history", "anchor")
        self.assertEqual(self.r.git("show", "refs/seaworthy/history:anchor").split()[2], "5")
        self.assertEqual(self.r.git("rev-list", "--count", "refs/seaworthy/history"), "2\n")
        self.assertEqual(self.r.git("status", "--porcelain"), "")
        # Made anew with all hashes right, or cut off at its end.
        for at, lines in ((3, good[:4]), (4, good)):
            self.path.write_text("".join(lines))
            self.assertEqual(self.verify(code=6)["state"], f"broken at {at}")
        rewritten = forge(good[:2], 1)
        text = parse(rewritten[2])[2].replace('"branch":"main"', '"branch":"fine"')
        first = bytes.fromhex(json.loads(good[1])["head"])
        rewritten[2] = '{"index":1,"head":"%s","statement":%s}\n' % (
            next_head(1, first, text).hex(), text)
        self.path.write_text("".join(forge(rewritten, 3)))
        self.assertEqual(len(chain(self.lines())), 5)
        self.assertIn("anchors another entry", self.verify(code=6)["why"])
        # Taken away, emptied, or put in its place.
        self.path.unlink()
        for replace in (lambda: None, lambda: self.path.write_text(""),
                        lambda: (self.path.unlink(), self.run_gate())):
            replace()
            said = self.verify(code=6)
            self.assertEqual((said["state"], said["other_anchors"]), ("broken at 0", 3))
            self.assertIn(f"anchors the history {repository}", said["why"])
            self.assertIn("--other-anchors", said["why"])
        # A repository may have several.
        said = self.verify("--other-anchors")
        self.assertEqual((said["state"], said["other_anchors"]), ("intact but unanchored", 3))
        self.r.run("history", "anchor")
        said = self.verify()
        self.assertEqual((said["state"], said["other_anchors"]), ("intact", 3))

    def test_an_anchored_history_vouches_for_its_runs(self):
        def state(code=0):
            done = self.r.run("verify", "--unsigned", "--format", "json", code=code)
            return json.loads(done.stdout)["state"]
        self.run_gate()
        self.assertEqual(state(), "intact but unanchored")
        self.r.run("history", "anchor")
        self.assertEqual(state(), "intact")
        whole = self.path.read_text()
        self.run_gate()
        self.assertEqual(state(), "intact but unanchored")
        self.path.write_text(whole.replace('"index":0', '"index": 0', 1))
        self.assertEqual(state(), "intact but unanchored")

    def test_anchors_have_a_ref_of_their_own(self):
        self.assertIn("no history", self.r.run("history", "anchor", code=2).stderr)
        self.run_gate()
        for ref in ("refs/heads/main", "refs/tags/x", "main", "refs/x..y"):
            self.r.run("history", "anchor", "--ref", ref, code=2)
        self.r.run("history", "anchor", "--ref", "refs/x/y")
        self.assertEqual(self.verify()["state"], "intact but unanchored")
        self.assertEqual(self.verify("--ref", "refs/x/y")["state"], "intact")

    def test_export_and_import(self):
        self.run_gate()
        two = forge(self.lines(), 1)
        self.path.write_text("".join(two) + "half a line")
        self.assertEqual(self.r.run("history", "export", "-").stdout, "".join(two))
        self.r.run("history", "export", os.path.join(self.r.top, "h"))
        self.assertEqual(pathlib.Path(self.r.top, "h").read_text(), "".join(two))

        def take(lines, code=0):
            pathlib.Path(self.r.top, "h").write_text("".join(lines))
            return self.r.run("history", "import", os.path.join(self.r.top, "h"), code=code).stderr
        self.assertIn("0 entries were new", take(two))
        self.assertIn("0 entries were new", take(two[:2]))
        self.assertIn("3 entries were new", take(forge(two, 3)))
        self.assertEqual(self.path.read_text(), "".join(forge(two, 3)))
        self.assertEqual(len(self.listed()["runs"]), 5)
        before = self.path.read_bytes()
        other = forge(two, 3)
        other[3:] = [other[3].replace("tests.good", "tests.fine")]
        text = parse(other[3])[2]
        other[3] = '{"index":2,"head":"%s","statement":%s}\n' % (next_head(
            2, bytes.fromhex(json.loads(two[2])["head"]), text).hex(), text)
        self.assertIn("differently from entry 2", take(other, code=2))
        self.assertIn("broken at entry 1", take(two[:2] + two[1:], code=6))
        self.assertIn("cut off", take(two + ["{"], code=6))
        self.assertIn("first line", take([], code=6))
        self.assertEqual(self.path.read_bytes(), before)
        self.path.unlink()
        self.run_gate()
        self.assertIn("another history", take(two, code=2))
        self.path.unlink()
        done = subprocess.run([PROGRAM, "history", "import", "-"], cwd=self.r.root, env=self.r.env,
                              input="".join(two).encode(), check=True, capture_output=True)
        self.assertIn(b"2 entries", done.stderr)
        self.run_gate()
        self.assertEqual(len(chain(self.lines())), 3)

    def test_nothing_is_imported_that_no_run_says(self):
        self.run_gate()
        good = self.lines()
        path = os.path.join(self.r.top, "h")
        score = statement_of(*parse(good[1])[2:])["predicate"]["score"]
        cases = {'"score"': [{"score": dict(score, **bad)} for bad in (
            {"upper": "101"}, {"lower": "-1"}, {"lower": "1000001/10000", "upper": "100"},
            {"lower": "60", "upper": "50"}, {"final": "50", "lower": "40"},
            {"coverage": "2"}, {"coverage": "-1/2"})]}
        cases["its run"] = [{"run": run} for run in ("x", "../outside", "<img>", "")]
        cases["its commit or tree"] = [{key: value} for key in ("commit", "tree")
                                       for value in ("<img>", "", "a" * 39, "A" * 40, "a" * 66)]
        check = statement_of(*parse(good[1])[2:])["predicate"]["checks"][0]
        cases["checks"] = [{"checks": [dict(check, **bad)]} for bad in (
            {"share": "101"}, {"share": "-1"}, {"low": "2"}, {"low": "-1/3"})]
        for name, many in cases.items():
            for said in many:
                with self.subTest(said):
                    pathlib.Path(path).write_text("".join(forge(good, 1, **said)))
                    err = self.r.run("history", "import", path, code=6).stderr
                    self.assertIn("broken at entry 1", err)
                    if name.startswith("its"):
                        self.assertIn(name, err)
        self.assertEqual(self.lines(), good)
        for said in ({"commit": "a" * 64, "tree": None}, {"score": dict(score, coverage="0")}):
            pathlib.Path(path).write_text("".join(forge(good, 1, **said)))
            self.r.run("history", "import", path)
            self.path.write_text("".join(good))

    def test_trends_change_their_level(self):
        self.assertIn("no recorded run", self.r.run("trend", code=2).stderr)
        self.run_gate()
        lines, i, head = self.lines(), 0, None
        doc = json.loads(parse(lines[1])[2])
        said = doc["predicate"]
        lines, head = lines[:1], bytes.fromhex(said["previous"])
        for i in range(40):
            score = 60 + i % 3 + 20 * (i >= 25)
            said.update(index=i, previous=head.hex(), run=f"{said['run'][:-8]}{i:08x}")
            said["score"].update(final=str(score), lower=f"{score}", upper="100")
            measured = {} if i == 7 else {"measured": str(30 + i % 2 - 10 * (i >= 25)), "unit": "s"}
            said["checks"][0] = {k: v for k, v in said["checks"][0].items()
                                 if k not in ("measured", "unit")} | measured
            text = json.dumps(doc, separators=(",", ":"), sort_keys=True)
            head = next_head(i, head, text)
            lines.append('{"index":%d,"head":"%s","statement":%s}\n' % (i, head.hex(), text))
        self.path.write_text("".join(lines))
        score = json.loads(self.r.run("trend", "--format", "json").stdout)
        self.assertEqual([r["value"] for r in score["runs"][:3]], [60, 61, 62])
        self.assertEqual([(c["index"], c["runs"]) for c in score["changes"]], [(25, 15)])
        check = json.loads(self.r.run("trend", "--format", "json", "tests.file").stdout)
        self.assertEqual((check["of"], check["unit"]), ("measured", "s"))
        self.assertIsNone(check["runs"][7]["value"])
        self.assertEqual([c["index"] for c in check["changes"]], [25])
        good = json.loads(self.r.run("trend", "-f", "json", "-n", "9", "tests.good").stdout)
        self.assertEqual(([r["value"] for r in good["runs"]], good["of"], good["changes"]),
                         ([1] * 9, "measured", []))
        people = self.r.run("trend").stdout
        self.assertIn("from 60 to 82", people)
        self.assertNotIn("\u2588", people)
        self.assertEqual(len(self.r.run("trend", "-f", "csv", "lower").stdout.splitlines()), 41)
        self.assertIn("neither", self.r.run("trend", "tests.nothing", code=2).stderr)
        # Nothing known is no 0.
        self.path.write_text("".join(lines[:1]))
        self.r.run("run", "--only", "tests.good", code=None)
        self.assertEqual(self.r.run("trend", "tests.file").stdout,
                         "tests.file: known in none of 1 run\n")

    def test_what_a_baseline_accepts_is_told_and_not_fixed(self):
        self.r.write("seaworthy.yml", """version: 1
categories: [{id: security, title: Security, weight: 1}]
checks:
  - {id: security.secrets, category: security, weight: 1, title: Secrets,
     collect: {scan: {rules: ["secret.*"]}}, measure: count, scale: {fail: 1, pass: 0}}
""")
        self.r.write("b.js", 'const t = "ghp_' + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5" + '";\n')
        self.assertNotIn("more known", self.r.run("run", code=None).stdout)
        self.r.run("baseline", "create", "--reason", "revoked", "--owner", "@core")
        told = self.r.run("run", code=None).stdout
        self.assertRegex(told, r"PASS +security.secrets .*\n +1 more known from the baseline\n")
        self.assertNotIn("1 fixed", told)
        card = json.loads(self.r.run("score", "--format", "json", code=None).stdout)
        self.assertEqual((card["findings"]["fixed"], card["findings"]["new"]), (0, 0))


class Part(Place):
    def test_a_run_of_a_part_is_told_from_the_others(self):
        self.r.run("run", "--only", "tests.good", code=None)
        self.assertEqual(len(json.loads(self.r.run("trend", "-f", "json").stdout)["runs"]), 1)
        self.run_gate()
        whole = (self.home / "last").read_text()
        told = self.r.run("run", "--only", "tests.good", "--skip", "tests.file,file", code=None)
        name = sorted(p.name for p in (self.home / "runs").iterdir())[-1]
        self.assertIn("a run of a part (--only tests.good --skip tests.file,file): trends, badges "
                      "and what takes the last run leave it out; its name is " + name, told.stderr)
        self.assertNotIn("run before", told.stdout)
        runs = json.loads(self.r.run("history", "--format", "json").stdout)["runs"]
        self.assertEqual([r["selection"] for r in runs],
                         ["--only tests.good --skip tests.file,file", None, "--only tests.good"])
        self.assertIn("  a part: --only tests.good --skip", self.r.run("history").stdout)
        self.assertEqual((self.home / "last").read_text(), whole)
        shown = json.loads(self.r.run("report", "--format", "json", code=None).stdout)
        self.assertEqual(shown["run"], whole.strip())
        trend = json.loads(self.r.run("trend", "--format", "json").stdout)
        self.assertEqual([r["index"] for r in trend["runs"]], [1])
        self.assertEqual(self.verify()["state"], "intact but unanchored")
        lines = self.path.read_text().splitlines(True)
        self.assertEqual([s["predicate"].get("selection") for s in chain(lines)],
                         ["--only tests.good", None, "--only tests.good --skip tests.file,file"])
        self.run_gate()
        past = json.loads(self.r.run("report", "--format", "json", code=None).stdout)
        self.assertNotIn(name, json.dumps(past))


class Diff(Place):
    def diff(self, *args, code=0):
        return json.loads(self.r.run("diff", "--format", "json", *args, code=code).stdout)

    def test_each_point_is_put_down_to_something(self):
        self.run_gate()
        self.r.write("well", "")
        self.r.write("seaworthy.yml", POLICY % 2)
        self.r.commit()
        self.run_gate()
        runs = sorted(p.name for p in (self.home / "runs").iterdir())
        said = self.diff("0", "last")
        # 3 of 4 and nothing of 1, then 3 of 5 and 2 of 5.
        items = [(i["term"], i["check"], Fraction(i["exact"])) for i in said["items"]]
        self.assertEqual(items, [("evidence", "tests.file", Fraction(40)),
                                 ("policy", "tests.good", Fraction(60) - 75)])
        self.assertEqual(Fraction(said["change"]["exact"]), 25)
        self.assertEqual(sum(i["points"] for i in said["items"]), said["change"]["points"])
        self.assertFalse(said["comparable"])
        self.assertEqual(len(said["to_explain"]), 2)
        people = self.r.run("diff", "0", "1").stdout
        self.assertIn("change +25.0 = evidence +40.0, policy -15.0, cap +0.0", people)
        self.assertIn("not comparable: other checks count", people)
        self.assertIn("This rise of more than 5 points is to be explained", people)
        self.assertIn("A part of this rise is the policy's", people)
        # What the history has is as good as the folders.
        for run in runs:
            shutil.rmtree(self.home / "runs" / run)
        for side in ("before", "after"):
            self.assertEqual(said[side]["effective_decision"], said[side]["decision"])
            said[side]["effective_decision"] = None
        self.assertEqual(self.diff(*runs), said)
        self.assertEqual(self.diff("0", runs[1]), said)
        same = self.diff("1", "1")
        self.assertEqual((same["comparable"], same["items"]), (True, []))
        self.assertIn("No check has another value", self.r.run("diff", "1", "1").stdout)
        for bad in (("7", "0"), ("2", "0"), ("nobody", "0")):
            self.assertIn("neither a folder", self.r.run("diff", *bad, code=2).stderr)

    def test_a_cap_has_its_term(self):
        policy = (POLICY % 1).replace("file}}", "file}, blocker: P0}")
        self.r.write("seaworthy.yml", policy)
        self.r.commit()
        self.run_gate()
        self.r.write("well", "")
        self.r.commit()
        self.run_gate()
        said = self.diff("0", "1")
        self.assertEqual([(i["term"], i["exact"]) for i in said["items"]],
                         [("evidence", "25"), ("cap", "16")])
        self.assertTrue(said["comparable"])
        self.assertEqual(said["before"]["cap"], "59")

    def test_what_a_cap_adds_to_a_gain_is_told(self):
        """Raw 75.0 capped at 59: to mend the one check brings 41, not 25."""
        policy = (POLICY % 1).replace("file}}", "file}, blocker: P0}") + (
            "phases: [{id: P1, target: 90}]\n")
        self.r.write("seaworthy.yml", policy)
        self.r.commit()
        told = self.r.run("run", code=None).stdout
        self.assertRegex(told, r"\n +\+25.0  tests.file \(score \+41.0\)\n")
        told = self.r.run("report", "--format", "markdown", code=None).stdout
        self.assertIn("1. **+25.0** `tests.file` (score +41.0) ", told)
        told = self.r.run("report", "--format", "html", code=None).stdout
        self.assertIn("</a> (score +41.0)<p>", told)
        card = json.loads(self.r.run("score", "--format", "json", code=None).stdout)
        self.assertEqual([(g["gain"], g["score"]) for g in card["gains"]], [(25.0, 41.0)])
        self.assertIn("(raw +25.0, score +41.0)", self.r.run("explain").stdout)
        self.assertIn("  +25.0  tests.file", self.r.run("phases").stdout)

    def test_a_run_that_was_changed_is_not_compared(self):
        self.run_gate()
        run = next((self.home / "runs").iterdir())
        record = run / "checks/tests.file.json"
        record.write_text(record.read_text().replace('"fail"', '"pass"'))
        self.assertIn("checks/tests.file.json",
                      self.r.run("diff", "0", "last", code=6).stderr)


if __name__ == "__main__":
    unittest.main()
