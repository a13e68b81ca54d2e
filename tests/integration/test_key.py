#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Signing keys: made, listed, exported. usage: test_key.py PROGRAM"""
import json
import os
import stat
import subprocess
import unittest

from scan_place import PROGRAM, Repository


class Key(unittest.TestCase):
    def setUp(self):
        self.r = Repository().__enter__()
        self.addCleanup(self.r.__exit__)
        self.r.env["XDG_DATA_HOME"] = os.path.join(self.r.top, "data")
        self.r.write("password", "correct horse\n")

    def key(self, name):
        return os.path.join(self.r.top, "data/seaworthy/keys", name + ".key")

    def new(self, *args, **kw):
        return self.r.run("key", "new", "--password-file", "password", *args, **kw)

    def test_keys_are_made_listed_and_exported(self):
        said = self.new("release").stderr
        self.new("--kind", "ecdsa-p256", "ci")
        keys = json.loads(self.r.run("key", "list", "--format", "json").stdout)
        self.assertEqual([(k["name"], k["kind"]) for k in keys],
                         [("ci", "ecdsa-p256"), ("release", "ed25519")])
        self.assertIn(keys[1]["id"], said)
        for k in keys:
            self.assertIn(k["id"], self.r.run("key", "list").stdout)
            pem = self.r.run("key", "export", k["name"]).stdout
            der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], check=True,
                                 input=pem.encode(), capture_output=True).stdout
            digest = subprocess.run(["sha256sum"], input=der, capture_output=True, check=True)
            self.assertEqual(digest.stdout.split()[0].decode(), k["id"])

    def test_ssh_keygen_knows_the_exported_keys(self):
        self.new("release")
        self.new("--kind", "ecdsa-p256", "ci")
        for name, bits in (("release", "256 SHA256:"), ("ci", "256 SHA256:")):
            line = self.r.run("key", "export", "--format", "ssh", name).stdout
            self.assertEqual(line.split()[2], name)
            done = subprocess.run(["ssh-keygen", "-l", "-f", "-"], input=line, text=True,
                                  check=True, capture_output=True)
            self.assertTrue(done.stdout.startswith(bits), done.stdout)

    def test_nobody_else_reads_them(self):
        self.new("release")
        self.assertEqual(stat.S_IMODE(os.stat(self.key("release")).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(self.key(""))).st_mode), 0o700)

    def test_no_key_is_replaced(self):
        self.new("release")
        before = self.r.read(self.key("release"))
        self.assertIn("there is a key release", self.new("release", code=2).stderr)
        self.assertEqual(self.r.read(self.key("release")), before)

    def test_passwords_come_from_files_commands_and_variables(self):
        for name, env in (("a", {"SEAWORTHY_KEY_PASSWORD": "one"}),
                          ("b", {"SEAWORTHY_KEY_PASSWORD_FILE": "password"}),
                          ("c", {"SEAWORTHY_KEY_PASSWORD_COMMAND": "echo three"})):
            self.r.run("key", "new", name, env=env)
        self.r.run("key", "new", "d", "--password-command", "echo four")
        self.assertEqual(len(self.r.run("key", "list").stdout.splitlines()), 4)

    def test_wrong_requests_are_refused(self):
        self.r.write("empty", "\n")
        for args, why in ((("new",), "new NAME"), (("new", "../a"), "cannot name a key"),
                          (("list", "a"), "new NAME"), (("export", "gone"), "there is no key gone"),
                          (("burn", "a"), "new NAME"),
                          (("new", "a", "--password-file", "empty"), "password is empty"),
                          (("new", "a", "--password-file", "gone"), "gone"),
                          (("new", "a", "--password-file", "x", "--password-command", "y"),
                           "give one of")):
            self.assertIn(why, self.r.run("key", *args, code=2).stderr)
        self.assertEqual(self.r.run("key", "list").stdout, "")
        # Without a terminal there is nobody to ask.
        done = subprocess.run(["setsid", PROGRAM, "key", "new", "a"], env=self.r.env, check=False,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--password-file", done.stderr)

    def test_a_broken_key_is_named(self):
        self.new("release")
        with open(self.key("release"), "w", encoding="utf-8") as f:
            f.write("{}")
        self.assertIn("release.key", self.r.run("key", "list", code=5).stderr)


if __name__ == "__main__":
    unittest.main()
