#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sign-offs: with ssh-keygen's keys and our own, over real repositories.
usage: test_sign.py PROGRAM"""
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import unittest
import urllib.request

from scan_place import PROGRAM, Repository

POLICY = """\
version: 1
categories: [{{id: tests, title: Tests, weight: 1}}]
checks: [{{id: tests.good, category: tests, weight: 1, collect: {{suite: good}}, blocker: P0}}]
suites: [{{id: good, run: "echo all is well"}}]
signoff:
  - role: sre-lead
    need: {need}
    not_author: true
    people: {people}
"""


class Sign(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.r = Repository().__enter__()
        cls.addClassCleanup(cls.r.__exit__)
        cls.r.env["SEAWORTHY_KEY_PASSWORD"] = "correct horse"
        cls.r.env["SSH_AUTH_SOCK"] = ""
        cls.r.init()
        cls.keys = {}
        for name, kind in (("alice", "ed25519"), ("bob", "ecdsa"), ("mallory", "ed25519"),
                           ("old", "rsa")):
            cls.keys[name] = os.path.join(cls.r.top, name)
            subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-C", name, "-f",
                            cls.keys[name]], check=True)
        cls.r.run("key", "new", "carol")
        carol = cls.r.run("key", "export", "--format", "ssh", "carol").stdout.strip()
        cls.people = [cls.public("alice") + " alice@example.com",
                      "bob,bob@example.com namespaces=\"seaworthy\" " + cls.public("bob"),
                      carol, cls.public("mallory").replace("mallory", "t T@T.invalid")]
        cls.r.write("seaworthy.yml", POLICY.format(need=2, people=json.dumps(cls.people)))
        cls.r.commit()
        cls.r.run("run", "--sign", "carol", code=3)
        cls.recorded = os.path.join(cls.r.root, ".seaworthy/runs",
                                    cls.r.read(".seaworthy/last").strip())

    @classmethod
    def public(cls, name):
        with open(cls.keys[name] + ".pub", encoding="ascii") as f:
            return f.read().strip()

    def setUp(self):
        self.dir = os.path.join(self.r.top, self.id())
        shutil.copytree(self.recorded, self.dir)

    def sign(self, *args, code=0, role="sre-lead"):
        return self.r.run("sign", "--role", role, self.dir, *args, code=code)

    def score(self, code, *args):
        done = self.r.run("score", "--format", "json", self.dir, *args, code=code)
        return json.loads(done.stdout)

    def files(self):
        return {p.name: p.read_bytes() for p in pathlib.Path(self.dir).iterdir() if p.is_file()}

    def signoffs(self):
        folder = os.path.join(self.dir, "signoffs")
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

    def test_signing_changes_the_decision_and_nothing_that_was_signed(self):
        before = self.files()
        card = self.score(3)
        self.assertEqual(card["conditions"][0]["reason"],
                         "missing sign-off: sre-lead (0 of 2 people)")
        said = self.sign("--ssh", self.keys["alice"], "--comment", "seen it").stderr
        self.assertIn("alice signed as sre-lead; the decision is CONDITIONAL GO now", said)
        self.sign("--key", "carol")
        card = self.score(0)
        self.assertEqual((card["decision"], card["roles"]),
                         ("GO", [{"role": "sre-lead", "have": 2, "need": 2}]))
        self.assertEqual({(s["who"], s["counts"], s["comment"]) for s in card["signoffs"]},
                         {("alice", True, "seen it"), ("carol", True, None)})
        self.assertEqual(self.files(), before)
        self.assertIn("alice approved as sre-lead", self.r.run("report", self.dir).stdout)
        self.assertIn("carol approved", self.r.run("report", "-f", "markdown", self.dir).stdout)
        self.assertIn("<h2 id=\"signoffs\">", self.r.run("report", "-f", "html", self.dir).stdout)
        said = json.loads(self.r.run("verify", "--format", "json", self.dir).stdout)
        self.assertEqual((said["decision"], said["recorded_decision"], said["damages"]),
                         ("GO", "CONDITIONAL GO", []))

    def listed(self, form="json"):
        return self.r.run("history", "--format", form).stdout

    def served(self):
        server = subprocess.Popen([PROGRAM, "serve", "--port", "0", "-q"], env=self.r.env,
                                  cwd=self.r.root, stdout=subprocess.PIPE, text=True)
        try:
            address = server.stdout.readline().strip()
            pages = [address, address + "p/" + os.path.basename(self.r.root)]
            return [urllib.request.urlopen(page).read().decode() for page in pages]
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)
            server.stdout.close()

    def test_a_badge_has_what_was_signed_of_both_runs(self):
        said, path = [], pathlib.Path(self.r.top, "badge.svg")
        for change in "abc":
            self.r.write("change", change)
            self.r.commit()
            self.r.run("run", "-q", code=3)
            for key in (("--ssh", self.keys["alice"]), ("--key", "carol")) if change != "c" else ():
                self.r.run("sign", "--role", "sre-lead", *key)
            folder = os.path.join(self.r.root, ".seaworthy/runs", self.r.read(".seaworthy/last").strip())
            self.addCleanup(shutil.rmtree, os.path.join(folder, "signoffs"), ignore_errors=True)
            self.r.run("report", "-q", "-o", f"badge={path}", code=None)
            said.append(path.read_text(encoding="utf-8").split("<title>seaworthy: ")[1].split("</title>")[0])
        self.assertEqual(said, ["CONDITIONAL GO 100.0, the run itself: GO", "GO 100.0", "CONDITIONAL GO 100.0"])

    def test_lists_tell_the_decision_as_it_stands(self):
        # A run of its own, so that it is the last one.
        self.r.run("run", "--sign", "carol", code=3)
        folder = os.path.join(self.r.root, ".seaworthy/runs", self.r.read(".seaworthy/last").strip())

        def decisions():
            run = json.loads(self.listed())["runs"][0]
            return run["decision"], run["effective_decision"]

        self.assertEqual(decisions(), ("CONDITIONAL GO", "CONDITIONAL GO"))
        self.assertNotIn("before sign-offs", self.listed("human") + "".join(self.served()))
        for key in (("--ssh", self.keys["alice"]), ("--key", "carol")):
            self.r.run("sign", "--role", "sre-lead", *key)
        self.assertEqual(decisions(), ("CONDITIONAL GO", "GO"))
        said = self.listed("human").splitlines()[1]
        self.assertRegex(said, r"  GO   .*  CONDITIONAL GO before sign-offs$")
        row = self.listed("csv").replace("\"", "").splitlines()[1].split(",")
        self.assertEqual((row[5], row[-1]), ("CONDITIONAL GO", "GO"))
        said = self.r.run("diff", "0", "last").stdout.splitlines()[1]
        self.assertRegex(said, r"  GO   .*  CONDITIONAL GO before sign-offs$")
        both = json.loads(self.r.run("diff", "--format", "json", "0", "last").stdout)
        self.assertEqual((both["after"]["decision"], both["after"]["effective_decision"]),
                         ("CONDITIONAL GO", "GO"))
        for page in self.served():
            self.assertIn('<span class="decision go">GO</span>', page)
            self.assertIn("CONDITIONAL GO before sign-offs", page)
        self.assertEqual(json.loads(self.listed("jsonl").splitlines()[0])["effective_decision"], "GO")
        # What people signed is in the folder alone.
        shutil.rmtree(folder)
        self.assertEqual(decisions(), ("CONDITIONAL GO", None))

    def test_ssh_keygen_verifies_what_was_signed_here(self):
        for name in ("alice", "bob"):
            self.sign("--ssh", self.keys[name])
        signers = os.path.join(self.dir, "allowed")
        with open(signers, "w", encoding="ascii") as f:
            for name in ("alice", "bob"):
                f.write(f"{name} {self.public(name)}\n")
        digest = hashlib.sha256(pathlib.Path(self.dir, "assessment.json").read_bytes()).hexdigest()
        seen = set()
        for file in self.signoffs():
            if file.endswith(".sig"):
                continue
            path = os.path.join(self.dir, "signoffs", file)
            text = pathlib.Path(path).read_bytes()
            self.assertEqual(json.loads(text)["subject"][0]["digest"]["sha256"], digest)
            for name in ("alice", "bob"):
                done = subprocess.run(["ssh-keygen", "-Y", "verify", "-f", signers, "-I", name,
                                       "-n", "seaworthy", "-s", path + ".sig"], input=text,
                                      check=False, capture_output=True)
                if done.returncode == 0:
                    seen.add(name)
        self.assertEqual(seen, {"alice", "bob"})
        self.score(0)

    def test_what_plain_ssh_keygen_signs_counts(self):
        statement = self.sign("--print").stdout
        folder = os.path.join(self.dir, "signoffs")
        os.mkdir(folder)
        for name, space in (("alice", "seaworthy"), ("bob", "seaworthy"), ("bob", "file")):
            path = os.path.join(folder, f"{name}-{space}.json")
            pathlib.Path(path).write_text(statement, encoding="utf-8")
            subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", space, "-f", self.keys[name],
                            path], check=True, capture_output=True)
        card = self.score(0)
        why = {s["file"]: s["why"] for s in card["signoffs"]}
        self.assertIsNone(why["alice-seaworthy.json"])
        self.assertIn("-n seaworthy", why["bob-file.json"])

    def test_nobody_approves_their_own_change(self):
        said = self.sign("--ssh", self.keys["mallory"], code=2).stderr
        self.assertIn("t is an author of the change (t@t.invalid)", said)
        self.assertEqual(self.signoffs(), [])
        self.sign("--ssh", self.keys["mallory"], "--reject", "--comment", "my own is bad")
        card = self.score(1)
        self.assertEqual(card["reasons"], ["rejected by t (sre-lead): my own is bad"])

    def test_strangers_and_wrong_requests_are_refused(self):
        said = self.sign("--key", "carol", role="boss", code=2).stderr
        self.assertIn("asks for sre-lead", said)
        self.assertIn("run again: a recorded run keeps the one that it had", said)
        self.assertIn("--key NAME, --ssh FILE", self.sign(code=2).stderr)
        self.assertIn("--key", self.sign("--key", "nobody", code=2).stderr)
        self.assertIn("ssh-rsa", self.sign("--ssh", self.keys["old"], code=2).stderr)
        self.assertIn("ssh-keygen says", self.sign("--ssh", "/no/such", code=2).stderr)
        self.assertIn("that is over", self.sign("--key", "carol", "--expires", "2020-01-01",
                                                code=2).stderr)
        self.r.run("key", "new", "stranger" + self.id()[-5:])
        said = self.sign("--key", "stranger" + self.id()[-5:], code=2).stderr
        self.assertIn("nobody whom the policy names", said)
        self.assertEqual(self.signoffs(), [])

    def test_a_sign_off_ends(self):
        self.sign("--ssh", self.keys["alice"], "--expires", "2999-01-01")
        self.sign("--key", "carol")
        self.assertEqual(self.score(0, "--now", "2998-12-31T00:00:00Z")["decision"], "GO")
        card = self.score(3, "--now", "2999-01-01T00:00:00Z")
        self.assertIn("expired at 2999", " ".join(s["why"] or "" for s in card["signoffs"]))

    def test_nobody_signs_before_the_run(self):
        said = self.sign("--key", "carol", "--now", "2025-12-01T00:00:00Z", code=2).stderr
        self.assertIn("signed before the run ended", said)
        self.assertEqual(self.signoffs(), [])
        statement = self.sign("--print", "--now", "2025-12-01T00:00:00Z").stdout
        path = pathlib.Path(self.dir, "signoffs", "early.json")
        path.parent.mkdir(exist_ok=True)
        path.write_text(statement, encoding="utf-8")
        subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", "seaworthy", "-f",
                        self.keys["alice"], str(path)], check=True, capture_output=True)
        self.assertIn("signed before the run ended", self.score(3)["signoffs"][0]["why"])

    def test_a_run_that_is_repeated_is_signed_again(self):
        self.sign("--key", "carol")
        self.sign("--ssh", self.keys["alice"])
        self.score(0)
        self.r.run("run", code=3)
        again = os.path.join(self.r.root, ".seaworthy/runs", self.r.read(".seaworthy/last").strip())
        shutil.copytree(os.path.join(self.dir, "signoffs"), os.path.join(again, "signoffs"))
        card = json.loads(self.r.run("score", "--format", "json", again, code=3).stdout)
        for s in card["signoffs"]:
            self.assertIn("the run was repeated since", s["why"])
        # Nor does it help to bring along what they signed.
        shutil.copy(os.path.join(self.dir, "assessment.json"), again)
        self.assertIn("another assessment of this run", self.r.run("score", again, code=6).stderr)

    def test_altered_sign_offs_are_none(self):
        self.sign("--ssh", self.keys["alice"])
        self.sign("--key", "carol")
        folder = pathlib.Path(self.dir, "signoffs")
        for file in self.signoffs():
            whole = (folder / file).read_bytes()
            altered = (whole.replace(b"eyJ", b"eyK", 1).replace(b"approve", b"reject")
                       .replace(b"SIGNATURE", b"SIGNBTURE"))
            self.assertNotEqual(altered, whole, file)
            (folder / file).write_bytes(altered)
            self.score(3)
            (folder / file).write_bytes(whole)
        for file in self.signoffs():
            (folder / file).rename(folder / "away")
            card = self.score(3)
            (folder / "away").rename(folder / file)
        self.assertIn("it is no sign-off", " ".join(s["why"] or "" for s in card["signoffs"]))
        self.score(0)

    def test_a_damaged_run_cannot_be_signed(self):
        with open(os.path.join(self.dir, "authors.json"), "a", encoding="utf-8") as f:
            f.write(" ")
        self.assertIn("was changed since", self.sign("--key", "carol", code=6).stderr)

    def test_authors_are_those_since_what_the_policy_calls_released(self):
        authors = json.loads(pathlib.Path(self.dir, "authors.json").read_text(encoding="utf-8"))
        self.assertEqual(authors, {"base": None, "by": "beginning", "release": None,
                                   "authors": [{"name": "t", "email": "t@t.invalid"}]})
        with Repository() as r:
            r.init()
            r.write("seaworthy.yml", POLICY.format(need=1, people="[]"))
            r.commit()
            r.git("tag", "v1")
            r.env["GIT_AUTHOR_EMAIL"] = "new@x.invalid"
            r.write(".mailmap", "Real <real@x.invalid> <new@x.invalid>\n")
            r.git("add", "-A")
            r.git("commit", "-q", "-m", "x\n\nco-AUTHORED-by: Pair  <pair@x.invalid>")
            policy = r.read("seaworthy.yml")
            everybody = ["new@x.invalid", "real@x.invalid", "pair@x.invalid"]

            def authors(base):
                r.write("seaworthy.yml", policy + base)
                r.run("run", "--accept-conditional", code=None)
                path = os.path.join(".seaworthy/runs", r.read(".seaworthy/last").strip(), "authors.json")
                found = json.loads(r.read(path))
                emails = [a["email"] for a in found["authors"] or []]
                return found.get("by"), found.get("base"), found.get("release"), emails, found.get("why", "")

            first = r.git("rev-parse", "HEAD~").strip()
            # A tag is made by whoever wants one: only a policy can believe it.
            self.assertEqual(authors(""), ("beginning", None, None, everybody + ["t@t.invalid"], ""))
            self.assertEqual(authors("release: {base: tags}\n"), ("tag", first, "v1", everybody, ""))
            self.assertEqual(authors(f"release: {{base: {first}}}\n"), ("policy", first, None, everybody, ""))
            r.git("tag", "v2")
            self.assertEqual(authors("")[3], everybody + ["t@t.invalid"])
            self.assertEqual(authors(f"release: {{base: {first}}}\n")[3], everybody)
            for base in (r.git("rev-parse", "HEAD").strip(), "0" * 39 + "1"):
                by, _, _, emails, why = authors(f"release: {{base: '{base}'}}\n")
                self.assertEqual((by, emails), (None, []))
                self.assertIn("release.base", why)

    def test_people_come_from_a_file_beside_the_policy(self):
        with Repository() as r:
            r.init()
            r.write("seaworthy.yml", POLICY.format(need=1, people='["file:no/signers"]'))
            self.assertIn("people: file:no/signers", r.run("run", code=2).stderr)
            r.write("no/signers", "# who\n\n" + "\n".join(self.people) + "\n")
            r.commit()
            r.run("run", code=3)
            r.run("sign", "--role", "sre-lead", "--ssh", self.keys["alice"], cwd=r.top, code=2)
            r.run("sign", "--role", "sre-lead", "--ssh", self.keys["alice"])
            r.write("no/signers", "")
            self.assertEqual(r.run("score", code=0).stdout.split()[0], "GO")


    def test_what_a_policy_attests_is_signed(self):
        place = os.path.join(self.r.top, "attested")
        os.mkdir(place)
        policy = os.path.join(place, "seaworthy.yml")
        said = {"role": "ops", "statement": "On-call: staffed", "value": 1.0}

        def put(wanted=True, **more):
            with open(policy, "w", encoding="utf-8") as f:
                json.dump({"version": 1, "thresholds": {"max_attested_share": 100, "signed_attestations": wanted},
                           "categories": [{"id": "g", "weight": 1}],
                           "checks": [{"id": "oncall", "category": "g", "weight": 1,
                                       "collect": {"attest": {**said, **more}}}],
                           "signoff": [{"role": "ops", "need": 0, "people": self.people[:3]},
                                       {"role": "boss", "need": 0, "people": [self.people[3]]}]}, f)

        def sign(*args, code=0):
            return self.r.run("sign", "--attest", "oncall", *args, code=code, cwd=place)

        def state(*args):
            card = json.loads(self.r.run("score", "--format", "json", *args, code=None, cwd=place).stdout)
            return card["checks"][0]["state"], card["checks"][0]["message"]

        def run():
            self.r.run("run", "-q", "--format", "json", code=None, cwd=place)
            return state("--now", "2027-01-02T00:00:00Z")

        put()
        self.assertIn("give --expires", sign("--key", "carol", code=2).stderr)
        end = ("--now", "2027-01-01", "--expires", "2027-03-01")
        self.assertIn("nobody whom the policy names as ops", sign("--ssh", self.keys["mallory"], *end, code=2).stderr)
        self.assertIn("more than a year", sign("--key", "carol", "--now", "2027-01-01", "--expires", "2028-03-01",
                                               code=2).stderr)
        self.assertIn("no such check", self.r.run("sign", "--attest", "x", "--print", code=2).stderr)
        self.assertIn("the policy wants it signed", run()[1])
        for key in (("--key", "carol"), ("--ssh", self.keys["alice"])):
            lines = dict(line.split(": ", 1) for line in sign(*key, *end).stdout.splitlines())
            signed = {"expires": lines["expires"], "signature": json.loads(lines["signature"])}
            put(**signed)
            self.assertEqual(run(), ("pass", "attested by ops: On-call: staffed"))
            put()
        self.assertIn("it expired at 2027-03-01", state("--now", "2027-03-01T00:00:00Z")[1])
        put(**{**signed, "expires": "2027-06-01"})
        self.assertIn("its signature is none", run()[1])
        put(False, **{**signed, "statement": "On-call: nobody"})
        self.assertIn("its signature is none", run()[1])
        # What is printed is what others sign.
        put(expires=signed["expires"])
        with open(os.path.join(place, "word"), "w", encoding="utf-8") as f:
            f.write(sign("--print").stdout)
        subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", "seaworthy", "-f", self.keys["bob"],
                        os.path.join(place, "word")], check=True, stderr=subprocess.DEVNULL)
        put(expires=signed["expires"], signature=pathlib.Path(place, "word.sig").read_text(encoding="utf-8"))
        self.assertEqual(run()[0], "pass")
        self.r.run("verify", "--unsigned", cwd=place)


if __name__ == "__main__":
    unittest.main()
