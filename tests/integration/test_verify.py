#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Signed runs, verified by seaworthy and by others. usage: test_verify.py PROGRAM"""
import base64
import hashlib
import io
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tarfile
import tempfile
import unittest

import statement_specs as specs
from scan_place import PROGRAM, Repository

POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks:
  - {id: tests.good, category: tests, weight: 3, collect: {suite: good}, blocker: P0}
  - {id: tests.bad, category: tests, weight: 2, collect: {suite: bad}, blocker: P1}
  - {id: tests.flaky, category: tests, weight: 1, collect: {suite: flaky}}
  - {id: tests.gone, category: tests, weight: 1, collect: {suite: gone}}
  - {id: tests.never, category: tests, weight: 1, collect: {attest: {role: sre, statement: x}}}
suites:
  - {id: good, run: "echo all is well"}
  - {id: bad, run: "echo 'it is \\"not\\" well'; false"}
  - {id: flaky, retries: 1, run: "test -e build/again || { mkdir -p build; touch build/again; false; }"}
  - {id: gone, run: "sleep 9", timeout: 100ms}
signoff: [{role: sre, need: 1}]
attestations: {resource: "pkg:generic/acme@1"}
waivers:
  - {check: tests.bad, owner: a, approver: b, reason: later, issue: "#1", expires: 2020-01-01T00:00:00Z}
"""
SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "docs/schema"


def pae(payload_type, payload):
    return b"DSSEv1 %d %s %d %s" % (len(payload_type), payload_type.encode(), len(payload), payload)


class Verify(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.r = Repository().__enter__()
        cls.addClassCleanup(cls.r.__exit__)
        cls.r.env["SEAWORTHY_KEY_PASSWORD"] = "correct horse"
        cls.r.init()
        cls.r.write(".gitignore", "build\n")
        cls.r.write("seaworthy.yml", POLICY)
        cls.r.commit()
        cls.runs, cls.pems = {}, {}
        for name, kind in (("release", "ed25519"), ("ci", "ecdsa-p256")):
            cls.r.run("key", "new", "--kind", kind, name)
            cls.pems[name] = os.path.join(cls.r.top, name + ".pem")
            with open(cls.pems[name], "w", encoding="ascii") as f:
                f.write(cls.r.run("key", "export", name).stdout)
            cls.r.run("run", "--sign", name, code=None)
            cls.runs[name] = os.path.join(cls.r.root, ".seaworthy/runs",
                                          cls.r.read(".seaworthy/last").strip())
        # Another machine: no project, no keys.
        cls.away = os.path.join(cls.r.top, "away")
        os.mkdir(cls.away)
        cls.elsewhere = {"HOME": cls.away, "SEAWORTHY_KEY_PASSWORD": ""}

    def setUp(self):
        self.dir = os.path.join(self.away, self.id())
        shutil.copytree(self.runs["release"], self.dir)

    def verify(self, code, *args, folder=None, key="release"):
        done = self.r.run("verify", "--format", "json", "--key", self.pems[key], *args,
                          folder or self.dir, code=code, cwd=self.away, env=self.elsewhere)
        return json.loads(done.stdout)

    def bytes(self, name):
        return pathlib.Path(self.dir, name).read_bytes()

    def change(self, name, data):
        pathlib.Path(self.dir, name).write_bytes(data)

    def test_a_run_is_verified_on_another_machine(self):
        for name in self.runs:
            said = self.verify(0, folder=self.runs[name], key=name)
            self.assertEqual(said["state"], "intact but unanchored")
            self.assertEqual(said["signed_by"], [self.pems[name]])
            self.assertEqual(said["decision"], "NO-GO")
        self.assertEqual(said["damages"], [])

    def test_what_is_signed_is_what_the_scorecard_says(self):
        card = json.loads(self.bytes("scorecard.json"))
        a = json.loads(self.bytes("assessment.json"))["predicate"]
        d = json.loads(self.bytes("decision.json"))["predicate"]
        self.assertEqual(float(a["score"]["printed"]["final"]), card["score"]["final"])
        self.assertEqual(a["score"]["printed"]["upper"], f"{card['score']['upper']:.1f}")
        self.assertEqual([(c["id"], c["state"]) for c in a["checks"]],
                         [(c["id"], c["state"]) for c in card["checks"]])
        self.assertEqual((d["decision"], d["reasons"]), (card["decision"], card["reasons"]))
        self.assertEqual(d["assessment"], hashlib.sha256(self.bytes("assessment.json")).hexdigest())
        self.assertEqual(a["policy"]["digest"], card["policy"]["digest"])
        self.assertFalse(a["waivers"][0]["holds"])
        self.assertIn("expired", d["notes"][0])

    def test_statements_have_one_form(self):
        for name in ("assessment.json", "decision.json"):
            data = self.bytes(name)
            again = json.dumps(json.loads(data), sort_keys=True, separators=(",", ":"),
                               ensure_ascii=False)
            self.assertEqual(data.decode(), again)

    def test_statements_keep_to_their_schemas(self):
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        for name in ("assessment", "decision"):
            schema = json.loads((SCHEMAS / (name + ".schema.json")).read_text())
            doc = json.loads(self.bytes(name + ".json"))
            check = jsonschema.Draft202012Validator(schema)
            check.check_schema(schema)
            self.assertEqual(list(check.iter_errors(doc)), [])
            for path, value in ((["predicateType"], "x"), (["predicate", "schema_version"], 2),
                                (["predicate", "more"], 1)):
                bad = json.loads(json.dumps(doc))
                at = bad
                for key in path[:-1]:
                    at = at[key]
                at[path[-1]] = value
                self.assertFalse(check.is_valid(bad), path)

    def envelopes(self, name):
        with open(os.path.join(self.runs[name], "attestations.intoto.jsonl"), encoding="utf-8") as f:
            for line in f:
                e = json.loads(line)
                payload = base64.b64decode(e["payload"], validate=True)
                yield e, payload, pae(e["payloadType"], payload)

    def test_openssl_verifies_the_signatures(self):
        for name in self.runs:
            for e, _, signed in self.envelopes(name):
                sig = os.path.join(self.dir, "sig")
                text = os.path.join(self.dir, "pae")
                self.change("sig", base64.b64decode(e["signatures"][0]["sig"]))
                for data, code in ((signed, 0), (signed + b" ", 1)):
                    self.change("pae", data)
                    digest = ["-digest", "sha256"] if name == "ci" else []
                    done = subprocess.run(
                        ["openssl", "pkeyutl", "-verify", "-rawin", *digest, "-pubin", "-inkey",
                         self.pems[name], "-in", text, "-sigfile", sig], check=False,
                        capture_output=True, text=True)
                    self.assertEqual(done.returncode, code, done.stderr)

    def test_securesystemslib_verifies_the_signatures(self):
        try:
            from cryptography.hazmat.primitives import serialization
            import nacl  # which it verifies Ed25519 with
            from securesystemslib import ecdsa_keys, ed25519_keys
        except ImportError as why:
            self.skipTest(f"{why}: python3-securesystemslib and python3-nacl")
        for e, _, signed in self.envelopes("ci"):
            sig = base64.b64decode(e["signatures"][0]["sig"])
            pem = pathlib.Path(self.pems["ci"]).read_text()
            self.assertTrue(ecdsa_keys.verify_signature(pem, "ecdsa-sha2-nistp256", sig, signed))
            self.assertFalse(ecdsa_keys.verify_signature(pem, "ecdsa-sha2-nistp256", sig, b"x"))
        key = serialization.load_pem_public_key(pathlib.Path(self.pems["release"]).read_bytes())
        raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        for e, _, signed in self.envelopes("release"):
            sig = base64.b64decode(e["signatures"][0]["sig"])
            self.assertTrue(ed25519_keys.verify_signature(raw, "ed25519", sig, signed))
            self.assertFalse(ed25519_keys.verify_signature(raw, "ed25519", sig, signed + b" "))

    def statements(self, name="release"):
        return [json.loads(payload) for _, payload, _ in self.envelopes(name)]

    def predicate(self, kind, folder=None):
        lines = pathlib.Path(folder or self.dir, "attestations.intoto.jsonl").read_text().splitlines()
        all_of = [json.loads(base64.b64decode(json.loads(line)["payload"])) for line in lines]
        return [s["predicate"] for s in all_of if kind in s["predicateType"]]

    def test_statements_keep_to_the_published_rules(self):
        for name in self.runs:
            for e, _, _ in self.envelopes(name):
                self.assertEqual(specs.envelope(e), [])
            said = self.statements(name)
            self.assertEqual([s["predicateType"].split("/")[-2] for s in said[2:]],
                             ["verification_summary", "svr"] + ["test-result"] * (len(said) - 4))
            for s in said:
                self.assertEqual(specs.whole(s), [], s["predicateType"])
                self.assertEqual(s["subject"][0]["digest"]["gitCommit"],
                                 self.r.git("rev-parse", "HEAD").strip())

    def test_the_rules_find_what_breaks_them(self):
        for kind, key, value in (("verification_summary", "resourceUri", "no uri"),
                                 ("verification_summary", "verifiedLevels", ["SLSA_READINESS_GO"]),
                                 ("verification_summary", "verificationResult", "PASSED"),
                                 ("svr", "properties", ["a", "a"]), ("svr", "timeCreated", "now"),
                                 ("test-result", "result", "UNKNOWN"),
                                 ("test-result", "configuration", [{"name": "x"}])):
            s = next(s for s in self.statements() if kind in s["predicateType"])
            self.assertEqual(specs.whole(s), [])
            s["predicate"][key] = value
            self.assertNotEqual(specs.whole(s), [], key)

    def test_the_rules_find_what_breaks_a_sigstore_bundle(self):
        def bad(change):
            v = json.loads(self.bytes("summary.sigstore.json"))
            change(v)
            return specs.bundle(v)
        self.assertEqual(bad(lambda v: None), [])
        dsse = "dsseEnvelope"
        for change in (lambda v: v.update(dsse_envelope=v.pop(dsse)),
                       lambda v: v.update(mediaType="application/vnd.dev.sigstore.bundle+json;version=0.3"),
                       lambda v: v["verificationMaterial"].update(certificate={"rawBytes": "AA=="}),
                       lambda v: v["verificationMaterial"]["publicKey"].update(rawBytes="AA=="),
                       lambda v: v["verificationMaterial"].pop("publicKey"),
                       lambda v: v["verificationMaterial"]["publicKey"].update(hint=7),
                       lambda v: v[dsse].update(payload=v[dsse]["payload"].rstrip("=") + "_"),
                       lambda v: v[dsse]["signatures"][0].update(sig="AB=="),
                       lambda v: v[dsse]["signatures"].append(v[dsse]["signatures"][0]),
                       lambda v: v[dsse].update(payload_type="x"),
                       lambda v: v[dsse].update(payloadType="application/json")):
            self.assertNotEqual(bad(change), [])

    def test_others_read_what_was_decided(self):
        assessment = hashlib.sha256(self.bytes("assessment.json")).hexdigest()
        policy = hashlib.sha256(self.bytes("policy.json")).hexdigest()
        summary = self.predicate("verification_summary")[0]
        self.assertEqual((summary["verificationResult"], summary["verifiedLevels"]),
                         ("FAILED", ["FAILED"]))
        self.assertEqual(summary["policy"]["digest"], {"sha256": policy})
        self.assertEqual(summary["resourceUri"], "pkg:generic/acme@1")
        self.assertEqual([a["digest"]["sha256"] for a in summary["inputAttestations"]], [assessment])
        svr = self.predicate("svr")[0]
        self.assertIn("SEAWORTHY_CHECK_PASSED:tests.good", svr["properties"])
        states = {c["id"]: c["state"] for c in json.loads(self.bytes("scorecard.json"))["checks"]}
        self.assertEqual({p.split(":")[1] for p in svr["properties"]},
                         {name for name, state in states.items() if state == "pass"})
        self.assertEqual(svr["verifier"]["policies"][0]["digest"], {"sha256": policy})

    def test_each_suite_has_its_result(self):
        """A suite of which nothing is known has none: that is no failure, and no pass."""
        suites = json.loads(self.bytes("suites.json"))
        self.assertEqual({s["id"]: s["state"] for s in suites}["gone"], "unknown")
        said = {p["configuration"][0]["annotations"]["suite"]: p for p in self.predicate("test-result")}
        self.assertEqual({s: p["result"] for s, p in said.items()},
                         {"good": "PASSED", "bad": "FAILED", "flaky": "WARNED"})
        self.assertEqual(said["bad"]["failedTests"], ["bad"])
        self.assertEqual((said["flaky"]["failedTests"], said["flaky"]["warnedTests"]), ([], ["flaky"]))

    def test_a_condition_passes_only_where_the_policy_says_so(self):
        path = os.path.join(self.r.top, "allowed.yml")
        for allowed, result in (("false", ("FAILED", ["FAILED"])),
                                ("true", ("PASSED", ["READINESS_CONDITIONAL_GO"]))):
            pathlib.Path(path).write_text(
                "checks: [{id: t.good, category: t, weight: 1, collect: {suite: good}}]\n"
                "categories: [{id: t, title: T, weight: 1}]\n"
                "suites: [{id: good, run: 'true'}]\n"
                "signoff: [{role: sre, need: 1}]\n"
                f"attestations: {{conditional_passes: {allowed}}}\n")
            self.r.run("run", "--quiet", "--policy", path, "--sign", "release", code=3)
            folder = os.path.join(self.r.root, ".seaworthy/runs", self.r.read(".seaworthy/last").strip())
            summary = self.predicate("verification_summary", folder)[0]
            self.assertEqual((summary["verificationResult"], summary["verifiedLevels"]), result)

    def test_sigstore_bundles_have_the_same_envelopes(self):
        lines = self.bytes("attestations.intoto.jsonl").splitlines()
        for name, line in zip(("assessment", "decision", "summary", "result"), lines):
            bundle = json.loads(self.bytes(name + ".sigstore.json"))
            self.assertEqual(specs.bundle(bundle), [])
            self.assertEqual(bundle["dsseEnvelope"], json.loads(line))
            bundle["dsseEnvelope"]["signatures"] *= 2
            self.assertNotEqual(specs.bundle(bundle), [])

    def test_the_payload_is_the_file(self):
        names = ("assessment.json", "decision.json")
        for name, (_, payload, _) in zip(names, self.envelopes("release")):
            self.assertEqual(payload, self.bytes(name))

    def test_a_flipped_bit_is_found_and_named(self):
        names = [os.path.relpath(os.path.join(top, n), self.dir)
                 for top, _, files in os.walk(self.dir) for n in files]
        self.assertGreater(len(names), 12)
        for name in names:
            data = self.bytes(name)
            if not data:
                continue
            middle = len(data) // 2
            self.change(name, data[:middle] + bytes([data[middle] ^ 4]) + data[middle + 1:])
            said = self.verify(6)
            self.assertEqual(said["state"], "broken")
            self.assertIn(name, [d["file"] for d in said["damages"]])
            self.change(name, data)
        self.verify(0)

    def test_files_that_come_or_go_are_named(self):
        for name in ("checks/tests.good.json", "run.json", "scorecard.html", "policy.json"):
            data = self.bytes(name)
            os.remove(os.path.join(self.dir, name))
            self.assertIn({"file": name, "what": "it is missing"}, self.verify(6)["damages"])
            self.change(name, data)
        for name in ("more", "artefacts/more", "checks/more.json"):
            self.change(name, b"x")
            self.assertIn({"file": name, "what": "it was not recorded by this run"},
                          self.verify(6)["damages"])
            os.remove(os.path.join(self.dir, name))

    def test_who_signed_counts(self):
        said = self.verify(6, key="ci")
        self.assertIn("no signature is of a key that is known here", said["damages"][0]["what"])
        # Own keys are trusted where none is named.
        self.assertEqual(self.r.run("verify", self.dir).stdout.splitlines()[-1].split(),
                         ["signed", "by", "release", "sha256:" + self.key_id("release")])
        self.r.run("verify", "--key", "release", self.dir)
        self.r.run("verify", "--key", "ci", self.dir, code=6)
        self.r.run("verify", "--key", "nobody", self.dir, code=2)
        self.r.run("verify", "--key", os.path.join(self.dir, "run.json"), self.dir, code=2)

    def key_id(self, name):
        return next(line.split()[0] for line in self.r.run("key", "list").stdout.splitlines()
                    if line.split()[-1] == name)

    def test_a_key_of_openssh_is_told_from_no_key(self):
        path = os.path.join(self.r.top, "people.pub")
        with open(path, "w", encoding="ascii") as f:
            f.write(self.r.run("key", "export", "--format", "ssh", "release").stdout)
        said = self.r.run("verify", "--key", path, self.dir, code=2).stderr
        self.assertIn("people.pub: this is a public key as OpenSSH writes it", said)
        self.assertIn("`seaworthy key export NAME`", said)

    def test_a_file_does_not_take_the_place_of_a_key(self):
        # ci's public key, put where the verifier stands, under the name of the one he asks for
        here = os.path.join(self.r.top, self.id())
        os.mkdir(here)
        shutil.copy(self.pems["ci"], os.path.join(here, "release"))
        for run in self.runs.values():
            said = self.r.run("verify", "--key", "release", run, cwd=here, code=2).stderr
            self.assertIn("./release", said)
            self.assertIn("a key release of `seaworthy key`", said)
        path = self.runs["ci"]
        said = json.loads(self.r.run("verify", "--format", "json", "--key", "./release", path,
                                     cwd=here).stdout)
        self.assertEqual((said["signed_by"], said["signer_ids"]),
                         (["./release"], [self.key_id("ci")]))
        # A folder is no key, and a name that is no key's is a file's.
        os.remove(os.path.join(here, "release"))
        os.mkdir(os.path.join(here, "release"))
        self.r.run("verify", "--key", "release", self.dir, cwd=here)
        shutil.copy(self.pems["release"], os.path.join(here, "theirs"))
        self.r.run("verify", "--key", "theirs", self.dir, cwd=here)

    def unsign(self):
        for path in pathlib.Path(self.dir).glob("*.sigstore.json"):
            path.unlink()
        pathlib.Path(self.dir, "attestations.intoto.jsonl").unlink(missing_ok=True)

    def bundle(self, run="release"):
        path = os.path.join(self.away, self.id() + ".seaworthy")
        self.r.run("report", "--quiet", "-o", "bundle=" + path, self.runs[run], code=None)
        return path

    def test_a_bundle_is_verified_on_another_machine(self):
        """In an empty folder: what comes out of it is what the run said, byte for byte."""
        for name in self.runs:
            path = self.bundle(name)
            empty = os.path.join(self.away, "empty-" + name)
            os.mkdir(empty)
            before = set(os.listdir(tempfile.gettempdir()))
            done = self.r.run("verify", "--format", "json", "--key", self.pems[name], path,
                              cwd=empty, env=self.elsewhere)
            said = json.loads(done.stdout)
            self.assertEqual((said["state"], said["broken_at"], said["signed_by"]),
                             ("intact but unanchored", None, [self.pems[name]]))
            self.assertEqual(said["assessment"], hashlib.sha256(pathlib.Path(
                self.runs[name], "assessment.json").read_bytes()).hexdigest())
            self.assertEqual(os.listdir(empty), [])
            left = [n for n in set(os.listdir(tempfile.gettempdir())) - before
                    if n.startswith("seaworthy-verify-")]
            self.assertEqual(left, [])

    def test_a_bundle_is_a_tar_archive(self):
        try:
            import zstandard
        except ImportError:
            self.skipTest("python3-zstandard is not installed")
        with open(self.bundle(), "rb") as f:
            tar = tarfile.open(fileobj=io.BytesIO(zstandard.ZstdDecompressor().stream_reader(
                f, read_across_frames=True).read()))
        names = [os.path.relpath(os.path.join(top, n), self.dir)
                 for top, _, files in os.walk(self.dir) for n in files]
        self.assertEqual(tar.getnames(), sorted(names))
        for name in names:
            self.assertEqual(tar.extractfile(name).read(), self.bytes(name))

    def test_the_seal_of_a_bundle_is_as_documented(self):
        """Read by the description alone."""
        data = pathlib.Path(self.bundle()).read_bytes()
        size = int(data[-11:-1])
        archive, frame = data[:-size], data[-size:]
        self.assertEqual(frame[:8], struct.pack("<II", 0x184D2A5B, size - 8))
        *lines, last = frame[8:].decode().splitlines()
        text = "".join(line + "\n" for line in lines).encode()
        self.assertEqual(last, f"{hashlib.sha256(text).hexdigest()} {size:010}")
        self.assertEqual(lines[:2], ["seaworthy bundle 1",
                                     f"{hashlib.sha256(archive).hexdigest()} {len(archive)}"])
        for line in lines[2:]:
            digest, length, name = line.split(" ", 2)
            self.assertEqual((digest, int(length)),
                             (hashlib.sha256(self.bytes(name)).hexdigest(), len(self.bytes(name))))

    def test_a_bundle_that_was_changed_is_broken_at_a_name(self):
        path = self.bundle()
        data = pathlib.Path(path).read_bytes()
        for at in range(0, len(data), len(data) // 40):
            pathlib.Path(path).write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1:])
            said = self.verify(6, folder=path)
            self.assertEqual(said["state"], "broken")
            self.assertIn(said["broken_at"], ["seal", "archive"] + [
                os.path.relpath(os.path.join(top, n), self.dir)
                for top, _, files in os.walk(self.dir) for n in files])
        for other in (b"", b"x", data[:1000]):
            pathlib.Path(path).write_bytes(other)
            self.assertEqual(self.verify(6, folder=path)["broken_at"], "seal")
        self.assertIn("broken at seal\n", self.r.run("verify", path, code=6).stdout)

    def test_a_bundle_of_a_changed_run_is_found_out(self):
        """All of its hashes made right again, by packing it anew."""
        self.change("scorecard.html", self.bytes("scorecard.html").replace(b"NO-GO", b"GO"))
        path = os.path.join(self.away, self.id() + ".seaworthy")
        self.r.run("report", "-o", "bundle=" + path, self.dir, code=None)
        self.assertEqual(self.verify(6, folder=path)["broken_at"], "scorecard.html")
        self.change("policy.json", self.bytes("policy.json") + b" ")
        os.remove(path)
        self.assertIn("policy.json", self.r.run("report", "-o", "bundle=" + path, self.dir, code=6).stderr)
        self.assertFalse(os.path.exists(path))

    def test_a_run_is_signed_later(self):
        self.r.run("run", "--quiet", code=None)
        run = os.path.join(self.r.root, ".seaworthy/runs", self.r.read(".seaworthy/last").strip())
        self.r.run("verify", code=6)
        self.r.run("report", "--sign", "gone", code=2)
        self.r.run("report", "--sign", "release", env={"SEAWORTHY_KEY_PASSWORD": "x"}, code=2)
        self.assertFalse(os.path.exists(os.path.join(run, "attestations.intoto.jsonl")))
        self.r.run("report", "--sign", "release", code=None)
        self.assertEqual(self.verify(0, folder=run)["signed_by"], [self.pems["release"]])
        self.assertIn("is signed already", self.r.run("report", "--sign", "ci", run, code=2).stderr)
        self.r.run("report", "--sign", "ci", "--force", os.path.basename(run), code=None)
        self.assertEqual(self.verify(0, folder=run, key="ci")["signed_by"], [self.pems["ci"]])

    def signed_after_people_signed_off(self):
        """Its folder, its bundle and the person's key."""
        key = os.path.join(self.r.top, self.id())
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        public = " ".join(pathlib.Path(key + ".pub").read_text().split()[:2])
        path = os.path.join(self.r.top, "people.yml")
        pathlib.Path(path).write_text(
            "checks: [{id: t.good, category: t, weight: 1, collect: {suite: good}}]\n"
            "categories: [{id: t, title: T, weight: 1}]\n"
            "suites: [{id: good, run: 'true'}]\n"
            f"signoff: [{{role: sre, need: 1, people: ['{public} ann']}}]\n")
        self.r.run("run", "--quiet", "--policy", path, code=3)
        self.r.run("sign", "--role", "sre", "--ssh", key, "--comment", "fine", code=None)
        bundle = os.path.join(self.away, self.id() + ".seaworthy")
        self.r.run("report", "--sign", "release", "--quiet", "-o", "bundle=" + bundle)
        said = self.verify(0, folder=bundle)
        self.assertEqual((said["recorded_decision"], said["decision"]), ("GO", "GO"))
        return os.path.join(self.r.root, ".seaworthy/runs", self.r.read(".seaworthy/last").strip()), bundle, key

    def of(self, folder, name):
        """What a statement of a run says: that of the file, or of the n-th line."""
        if isinstance(name, str):
            return json.loads(pathlib.Path(folder, name).read_bytes())
        lines = pathlib.Path(folder, "attestations.intoto.jsonl").read_bytes().splitlines()
        return json.loads(base64.b64decode(json.loads(lines[name])["payload"]))

    def test_what_people_say_after_the_run_is_in_its_statements(self):
        """The decision is issued anew over the same assessment, as of then."""
        run, bundle, key = self.signed_after_people_signed_off()
        decision = self.of(run, "decision.json")["predicate"]
        summary = self.of(run, 2)["predicate"]
        self.assertEqual((decision["decision"], summary["verificationResult"],
                          summary["verifiedLevels"]), ("GO", "PASSED", ["READINESS_GO"]))
        self.assertEqual(summary["timeVerified"], decision["decided"])
        self.assertGreater(decision["decided"], self.of(run, "assessment.json")["predicate"]["assessed"])
        self.assertIn("SEAWORTHY_READINESS_GO", self.of(run, 3)["predicate"]["properties"])
        self.assertEqual(decision["signoffs"], [
            hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(pathlib.Path(run, "signoffs").iterdir())])
        self.assertEqual(self.of(run, "scorecard.json")["decision"], "GO")
        # Another word later changes the decision, and nothing that was signed.
        self.r.run("sign", "--role", "sre", "--ssh", key, "--reject", "--comment", "no", code=None)
        said = self.verify(0, folder=run)
        self.assertEqual((said["recorded_decision"], said["decision"]), ("GO", "NO-GO"))
        done = self.r.run("report", "-o", "bundle=" + bundle, code=1)
        self.assertIn("--sign KEY --force issues it anew", done.stderr)
        self.r.run("report", "--sign", "release", "--force", "-o", "bundle=" + bundle, code=1)
        self.assertEqual(self.verify(0, folder=bundle)["recorded_decision"], "NO-GO")
        self.assertEqual(self.of(run, 2)["predicate"]["verificationResult"], "FAILED")
        self.assertNotIn("people signed since", self.r.run("report", "-o", "bundle=" + bundle, code=1).stderr)
        # It rests on them: without one, or with another, it does not come out.
        for path in sorted(pathlib.Path(run, "signoffs").iterdir()):
            data = path.read_bytes()
            path.unlink()
            self.assertEqual(self.verify(6, folder=run)["broken_at"], "signoffs", path)
            path.write_bytes(data.replace(b"a", b"b", 1))
            self.assertEqual(self.verify(6, folder=run)["broken_at"], "signoffs", path)
            path.write_bytes(data)
        self.verify(0, folder=run)

    def test_a_bundle_of_an_unsigned_run_has_what_people_said(self):
        run, bundle, _ = self.signed_after_people_signed_off()
        for name in os.listdir(run):
            if name.endswith((".sigstore.json", ".intoto.jsonl")):
                os.remove(os.path.join(run, name))
        lone = self.of(run, "decision.json")
        lone["predicate"]["signoffs"] = []
        pathlib.Path(run, "decision.json").write_text(json.dumps(lone))
        self.r.run("report", "--quiet", "-o", "bundle=" + bundle)
        said = self.verify(0, "--unsigned", folder=bundle)
        self.assertEqual((said["recorded_decision"], said["decision"]), ("GO", "GO"))

    def released(self, *args, code=None):
        """A bundle of a run whose build makes what is released, and the bytes of that."""
        policy = os.path.join(self.r.top, self.id() + ".yml")
        pathlib.Path(policy).write_text(
            "categories: [{id: t, title: T, weight: 1}]\n"
            "checks: [{id: t.good, category: t, weight: 1, collect: {suite: good}}]\n"
            "suites: [{id: good, run: 'mkdir -p build && printf tarball > build/acme-1.tgz'}]\n"
            "attestations: {artefacts: ['build/*.tgz', 'build/*.deb']}\n")
        bundle = os.path.join(self.away, self.id() + ".seaworthy")
        done = self.r.run("run", "--policy", policy, "--sign", "release", "-o", "bundle=" + bundle,
                          *args, code=code)
        return bundle, done

    def test_what_is_released_is_a_subject_and_can_be_held_against_the_run(self):
        image = pathlib.Path(self.r.top, "image.bin")
        image.write_bytes(b"image")
        bundle, done = self.released("--artefact", str(image), "--no-cache", code=0)
        self.assertIn("no file is build/*.deb, so the run vouches for none", done.stderr)
        want = {"build/acme-1.tgz": hashlib.sha256(b"tarball").hexdigest(),
                "image.bin": hashlib.sha256(b"image").hexdigest()}
        run = os.path.join(self.r.root, ".seaworthy/runs", self.r.read(".seaworthy/last").strip())
        for n in range(5):
            statement = self.of(run, n)
            self.assertEqual(specs.whole(statement), [], n)
            self.assertEqual({s["name"]: s["digest"]["sha256"] for s in statement["subject"]
                              if s["name"] in want}, want, n)
        # Elsewhere, under another name.
        held = pathlib.Path(self.away, "downloaded.tgz")
        held.write_bytes(b"tarball")
        said = self.verify(0, "--artefact", str(held), "--artefact", str(image), folder=bundle)
        self.assertEqual([(a["attested"], a["name"]) for a in said["artefacts"]],
                         [(True, "build/acme-1.tgz"), (True, "image.bin")])
        held.write_bytes(b"tarbalL")
        said = self.verify(6, "--artefact", str(held), folder=bundle)
        self.assertEqual((said["state"], said["artefacts"][0]["attested"]),
                         ("intact but unanchored", False))
        said = self.r.run("verify", "--key", self.pems["release"], "--artefact", str(held), bundle,
                          code=6, cwd=self.away, env=self.elsewhere).stdout
        self.assertIn("downloaded.tgz: not attested by this run", said)
        self.r.run("verify", "--artefact", "no-such-file", bundle, code=2)
        # The scorecard names them; other runs name none.
        card = json.loads(self.r.run("report", "--format", "json", code=0).stdout)
        self.assertEqual({a["name"]: a["sha256"] for a in card["subject"]["artefacts"]}, want)
        self.assertIn("image.bin", self.r.run("report", "--format", "html").stdout)
        self.assertIn("image.bin", self.r.run("report", "--format", "markdown").stdout)

    def test_what_was_there_before_the_run_is_not_released(self):
        """Suites refuse such results as well."""
        self.r.write("build/old.tgz", "of whatever commit")
        old = os.path.join(self.r.root, "build/old.tgz")
        self.addCleanup(os.remove, old)
        os.utime(old, (1e9, 1e9))
        for named, want in (((), ["build/acme-1.tgz"]),
                            (("--artefact", old), ["build/acme-1.tgz", "build/old.tgz"])):
            _, done = self.released("--no-cache", *named, code=0)
            self.assertEqual("did not write build/old.tgz, and" in done.stderr, not named, done.stderr)
            card = json.loads(self.r.run("report", "--format", "json", code=0).stdout)
            self.assertEqual([a["name"] for a in card["subject"]["artefacts"]], want)

    def test_nothing_is_released_that_the_run_did_not_record(self):
        self.unsign()
        self.change("release.json", b'{"files":[{"bytes":1,"name":"x","sha256":"%s"}],"schema_version":1}\n'
                    % (b"0" * 64))
        self.r.run("report", "--quiet", "--sign", "release", self.dir, code=None)
        self.assertEqual([s["name"] for s in self.of(self.dir, "assessment.json")["subject"]],
                         ["project", "run.json"])
        self.assertEqual(self.verify(6)["broken_at"], "release.json")

    def test_files_to_release_that_are_none_are_refused(self):
        before = len(json.loads(self.r.run("history", "--format", "json").stdout)["runs"])
        bundle, done = self.released("--artefact", "gone.tgz", code=2)
        self.assertIn("the run is recorded, and vouches for no file: --artefact gone.tgz", done.stderr)
        # What was run is not lost for a name, and all of it vouches for nothing.
        self.assertEqual(len(json.loads(self.r.run("history", "--format", "json").stdout)["runs"]), before + 1)
        run = os.path.join(self.r.root, ".seaworthy/runs", self.r.read(".seaworthy/last").strip())
        self.assertFalse(os.path.exists(os.path.join(run, "release.json")))
        self.assertEqual(self.verify(0, folder=bundle)["decision"], "GO")
        self.assertEqual(self.verify(6, "--artefact", os.path.join(self.r.root, "build/acme-1.tgz"),
                                     folder=bundle)["artefacts"][0]["name"], None)
        for name in ("one", "two"):
            os.makedirs(os.path.join(self.r.top, self.id(), name))
            pathlib.Path(self.r.top, self.id(), name, "same").write_text(name)
        _, done = self.released(*[f"--artefact={self.r.top}/{self.id()}/{n}/same" for n in ("one", "two")],
                                code=2)
        self.assertIn("two different files to release are called same", done.stderr)
        self.assertIn("belongs to `seaworthy merge`", self.r.run(
            "run", "--shard", "1/2", "--artefact", "x", code=2).stderr)

    def test_a_run_leaves_its_bundle(self):
        """Beside its other reports, and to standard output."""
        path = os.path.join(self.away, self.id() + ".seaworthy")
        done = self.r.run("run", "--sign", "release", "-o", "bundle=" + path, "-f", "json", code=None)
        self.assertIn(f"bundle: {path}", done.stderr)
        self.assertEqual(self.verify(0, folder=path)["decision"], json.loads(done.stdout)["decision"])
        with open(path + "2", "wb") as f:
            subprocess.run([PROGRAM, "report", "--quiet", "-f", "bundle"], cwd=self.r.root,
                           env=self.r.env, stdout=f, check=False)
        self.assertEqual(pathlib.Path(path + "2").read_bytes(), pathlib.Path(path).read_bytes())
        self.assertIn("no format 'bundle'", self.r.run("score", "-o", "bundle=x", code=2).stderr)

    def test_what_was_changed_is_not_signed_later(self):
        self.unsign()
        self.change("checks/tests.bad.json",
                    self.bytes("checks/tests.bad.json").replace(b'"fail"', b'"pass"'))
        said = self.r.run("report", "--sign", "release", self.dir, code=6).stderr
        self.assertIn("checks/tests.bad.json: its bytes are not those", said)
        self.assertFalse(os.path.exists(os.path.join(self.dir, "attestations.intoto.jsonl")))

    def test_lines_that_come_or_go_are_told(self):
        lines = self.bytes("attestations.intoto.jsonl").splitlines(keepends=True)
        for changed, why in ((lines[:-1], "it has 6 lines where the run has 7"),
                             (lines + lines[-1:], "it has 8 lines where the run has 7"),
                             (lines[:4] + lines[5:6] + lines[4:5] + lines[6:],
                              "line 5: predicate.configuration[0].annotations.command is not what")):
            self.change("attestations.intoto.jsonl", b"".join(changed))
            self.assertIn(why, self.verify(6)["damages"][0]["what"])
        self.change("attestations.intoto.jsonl", b"".join(lines[1::-1] + lines[2:]))
        self.verify(6)
        self.change("attestations.intoto.jsonl", b"".join(lines)[:-1])
        self.assertIn("does not have the lines", self.verify(6)["damages"][0]["what"])

    def test_a_run_that_nobody_signed_is_told(self):
        os.remove(os.path.join(self.dir, "attestations.intoto.jsonl"))
        said = self.verify(6, "--unsigned")["damages"]
        self.assertIn({"file": "assessment.sigstore.json",
                       "what": "it was not recorded by this run"}, said)
        self.unsign()
        self.assertIn("nobody signed this run", self.verify(6)["damages"][0]["what"])
        said = self.verify(0, "--unsigned")
        self.assertEqual((said["state"], said["signed_by"]), ("intact but unanchored", []))

    def test_a_forged_decision_does_not_come_out_of_the_evidence(self):
        """All hashes made right again, by somebody who has no key, or has one and lies."""
        for name in ("assessment.json", "decision.json"):
            data = self.bytes(name)
            self.change(name, data.replace(b'"NO-GO"', b'"GO"').replace(b'"high":"0"', b'"high":"1"'))
            said = self.verify(6)["damages"]
            self.assertEqual(said[0]["file"], name)
            self.assertRegex(said[0]["what"], r"^predicate\.(checks\[1\]\.high|decision) is not what")
            self.change(name, data)
        self.unsign()
        self.change("decision.json", self.bytes("decision.json").replace(b'"NO-GO"', b'"GO"'))
        said = self.verify(6, "--unsigned")["damages"]
        self.assertEqual(said, [{"file": "decision.json",
                                 "what": "predicate.decision is not what the evidence gives"}])

    def test_envelopes_of_another_run_do_not_fit(self):
        other = os.path.join(self.r.top, "other")
        self.r.run("run", "--quiet", "--sign", "release", code=None)
        last = os.path.join(self.r.root, ".seaworthy/runs", self.r.read(".seaworthy/last").strip())
        shutil.copytree(last, other)
        self.change("attestations.intoto.jsonl",
                    pathlib.Path(other, "attestations.intoto.jsonl").read_bytes())
        self.assertIn({"file": "run.json",
                       "what": "its bytes are not those that were recorded"},
                      self.verify(6)["damages"])

    def test_keys_that_do_not_open_stop_a_run_before_it_starts(self):
        for args, env, why in ((("--sign", "gone"), {}, "there is no key gone"),
                               (("--sign", "release"), {"SEAWORTHY_KEY_PASSWORD": "x"},
                                "wrong password"),
                               (("--sign", "release", "--shard", "1/2"), {}, "seaworthy merge")):
            before = os.listdir(os.path.join(self.r.root, ".seaworthy/runs"))
            self.assertIn(why, self.r.run("run", *args, env=env, code=2).stderr)
            self.assertEqual(os.listdir(os.path.join(self.r.root, ".seaworthy/runs")), before)

    def test_the_policy_names_the_key(self):
        path = os.path.join(self.r.top, "key.yml")
        text = ("checks: [{id: t.good, category: t, weight: 1, collect: {suite: good}}]\n"
                "categories: [{id: t, title: T, weight: 1}]\n"
                "suites: [{id: good, run: 'true'}]\nattestations: {key: NAME}\n")
        for name, args, who in (("release", (), "release"), ("release", ("--sign", "ci"), "ci"),
                                ("gone", (), None)):
            pathlib.Path(path).write_text(text.replace("NAME", name))
            said = self.r.run("run", "--policy", path, *args).stderr
            self.assertEqual("not signed: there is no key gone here" in said, who is None)
            said = json.loads(self.r.run("verify", "--unsigned", "--format", "json").stdout)
            self.assertEqual(said["signed_by"], [who] if who else [])
        pathlib.Path(path).write_text(text.replace("NAME", "release"))
        self.assertIn("attestations.key release: wrong password",
                      self.r.run("run", "--policy", path, env={"SEAWORTHY_KEY_PASSWORD": "x"},
                                 code=2).stderr)
        self.r.run("run", "--policy", path, "--shard", "1/1")

    def test_merged_shards_are_signed(self):
        self.r.run("run", "--quiet", "--shard", "1/1", code=4)
        runs = os.path.join(self.r.root, ".seaworthy/runs")
        shard = [r for r in sorted(os.listdir(runs))
                 if os.path.exists(os.path.join(runs, r, "shard.json"))]
        self.r.run("merge", "--quiet", "--sign", "release", "--artefact", "seaworthy.yml",
                   os.path.join(runs, shard[-1]), code=None)
        said = self.r.run("verify", "--artefact", "seaworthy.yml").stdout
        self.assertIn("release", said)
        self.assertIn("seaworthy.yml: attested as seaworthy.yml", said)
        before = self.r.read(".seaworthy/last")
        done = self.r.run("merge", "--quiet", "--artefact", "gone.tgz", os.path.join(runs, shard[-1]), code=2)
        self.assertIn("the run is recorded, and vouches for no file: --artefact gone.tgz", done.stderr)
        self.assertNotEqual(self.r.read(".seaworthy/last"), before)
        self.r.run("verify", "--unsigned")


if __name__ == "__main__":
    unittest.main()
